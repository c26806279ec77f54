"""Codes of ontologies, both ways: which nodes one speaks of, and which one speaks of a node."""

import pickle
from collections import defaultdict

import pytest

import kneebayes as kb
from kneebayes.errors import Problem
from kneebayes.exchange import ExchangeError
from kneebayes.exchange.codes import Codes, contradicts, hpo
from kneebayes.text import fold


@pytest.fixture(scope="module")
def codes(knee: kb.Model) -> Codes:
    return Codes(knee.knowledge)


def records(knee: kb.Model) -> list[object]:
    own = knee.knowledge
    return [*own.causes.values(), *own.findings.values(), *own.contexts.values()]


def test_a_code_means_what_records_say(knee: kb.Model, codes: Codes) -> None:
    """In any case; in the order of causes, findings and contexts; by another id of its term too."""
    meant = defaultdict(list)
    for record in records(knee):
        for scheme, some in record.codes.items():  # type: ignore[attr-defined]
            for code in some:
                key = code.id if ":" in code.id else f"{scheme.upper()}:{code.id}"
                meant[key.casefold()].append((record.id, code))  # type: ignore[attr-defined]
    assert len(meant) > 60
    for key, right in meant.items():
        for code in (key, key.upper()):
            assert [(one.id, one.code) for one in codes.meant(code)] == right
    merged = hpo()["alternatives"]
    assert merged
    for other, code in merged.items():
        assert codes.meant(other.lower()) == codes.meant(code)
    assert codes.meant("HP:0000000") == []


def test_a_term_below_an_exact_one_is_narrower(codes: Codes) -> None:
    below = hpo()["narrower"]
    narrower = 0
    for code, parent in below.items():
        above = codes._meant.get(parent.casefold(), [])
        if code.casefold() in codes._meant:
            continue
        right = [
            (one.id, one.code.id, one.code.site) for one in above if one.code.relation == "exact"
        ]
        told = codes.meant(code)
        assert [(one.id, one.code.id, one.code.site) for one in told] == right
        assert {one.code.relation for one in told} <= {"narrower"}
        narrower += len(told)
    assert narrower > 5


def test_the_code_of_a_node_means_it_alone_and_exactly(knee: kb.Model, codes: Codes) -> None:
    """The first that does, scheme by scheme; else its own id."""
    first = ("mondo", "hpo", "icd10cm")
    local = 0
    for record in records(knee):
        id, right = record.id, f"kneebayes:{record.id}"  # type: ignore[attr-defined]
        for scheme in reversed(first):
            for code in reversed(record.codes.get(scheme, ())):  # type: ignore[attr-defined]
                written = code.id if ":" in code.id else f"{scheme.upper()}:{code.id}"
                alone = [one.id for one in codes.meant(written)] == [id]
                exact = code.relation == "exact" and code.site in ("", "implied")
                if alone and exact and written not in hpo()["modifiers"]:
                    right = written
        assert codes.code(id) == right
        local += right.startswith("kneebayes:")
    assert 0 < local < len(records(knee))
    assert codes.code("gout", ("icd10cm", "mondo")) != codes.code("gout") == "MONDO:0005393"
    assert codes.code("gout", ()) == "kneebayes:gout"
    assert codes.code("nothing") == "kneebayes:nothing"


def test_names_of_a_node_and_of_a_code(knee: kb.Model, codes: Codes) -> None:
    """Its label and aliases, names of its own terms, of the code's term and of the term above."""
    names = hpo()["names"]
    for record in records(knee):
        own = [record.label, *record.aliases]  # type: ignore[attr-defined]
        terms = [code.id for some in record.codes.values() for code in some]  # type: ignore[attr-defined]
        own += [name for term in terms for name in names.get(term, ())]
        assert codes.names(record.id, "x:1") == own  # type: ignore[attr-defined]
        low = names["HP:0011134"]
        fever = names[hpo()["narrower"]["HP:0011134"]]
        assert codes.names(record.id, "hp:0011134") == [*own, *fever, *low]  # type: ignore[attr-defined]
    fever = names["HP:0001945"]
    assert codes.names("nothing", "HP:0001945") == [*fever, *fever]
    merged, code = next(iter(hpo()["alternatives"].items()))
    assert codes.names("nothing", merged.lower())[-1:] == list(names.get(code, ()))[-1:]


def test_labels_and_aliases_call_a_node(knee: kb.Model, codes: Codes) -> None:
    """Whoever has a name first, in any spelling."""
    right: dict[str, str] = {}
    for record in records(knee):
        for name in (record.label, *record.aliases):  # type: ignore[attr-defined]
            right.setdefault(fold(name), record.id)  # type: ignore[attr-defined]
            assert codes.named(name.upper()) == right[fold(name)]
    assert codes.named("no such name") == ""


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("kneebayes:fever", ("fever", "")),
        ("KneeBayes:age.young-adult", ("age", "young adult")),
        ("kneebayes:a.b-c.d", ("a", "b c.d")),
        ("HP:0001945", None),
        ("fever", None),
    ],
)
def test_codes_of_the_folder_itself(codes: Codes, code: str, told: object) -> None:
    assert codes.local(code) == told


@pytest.mark.parametrize(
    ("label", "names", "apart"),
    [
        ("Fever", ["Fever"], False),
        ("Pyrexia", ["Fever"], True),
        ("Fevers", ["fever"], False),
        ("", ["Fever"], False),
        ("123", ["Fever"], False),
        ("Fever", [], True),
        ("No fever", ["Fever"], True),
        ("No fever", ["No fever"], False),
        ("Hip pain", ["Knee pain"], True),
        ("Hip pain", ["Hip pain", "Knee pain"], False),
        (
            "Pain disorder",
            ["Pain syndrome"],
            False,
        ),  # what carries nothing counts where it is alone
        ("Acute disease", ["Chronic syndrome"], True),
        ("Arthritic joint", ["Arthritis"], False),  # one word but for its ending
        ("Arthrosis", ["Arthritis"], False),
        ("Artery", ["Arthritis"], True),
        ("Gas", ["Ga"], True),  # a short word keeps its last letter
        ("Pain of gout", ["Gout"], False),
        ("Gout of knee", ["Gout"], False),
        ("Knee dislocation", ["Dislocation of the patella"], False),
    ],
)
def test_whether_a_label_contradicts_names(label: str, names: list[str], apart: bool) -> None:
    assert contradicts(label, names) == apart


@pytest.mark.parametrize(("count", "lines"), [(1, 1), (2, 2), (20, 20), (21, 21), (25, 21)])
def test_twenty_problems_are_told_and_the_others_counted(count: int, lines: int) -> None:
    problems = [Problem(f"p{at}", "it is wrong.", "Mend it.") for at in range(count)]
    error = ExchangeError("'a'", problems)
    first, *told = str(error).splitlines()
    assert first == f"'a': {count} problem{'s' * (count > 1)} found."
    assert len(told) == lines
    assert told[:20] == [f"  - p{at}: it is wrong. Mend it." for at in range(min(20, count))]
    assert told[20:] == ([f"  - and {count - 20} more."] if count > 20 else [])
    again = pickle.loads(pickle.dumps(error))
    assert (again.source, again.problems, str(again)) == ("'a'", tuple(problems), str(error))
