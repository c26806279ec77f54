"""What can be wrong with a knowledge folder, and what the error says about it.

Each fault of ``tests/data/faults.toml`` is put into a copy of a sound folder, alone: it must be
refused as the only problem, with the file it stands in, what is wrong and what to do.
"""

import contextlib
import gzip
import io
import random
import re
import shutil
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import DATA, Edit

import kneebayes as kb
from kneebayes.errors import KneebayesError, Problem
from kneebayes.knowledge import lint, read_knowledge

Fault = tuple[str, str | None, str | bytes | None]

RUST = "causes/rusty_bolt.toml"
WIRE = "causes/loose_wire.toml"
MOON = "causes/moon_magnet.toml"
SQUEAKS = 'how_often = "often", because = "assumed: rust squeaks"'


def zipped(content: bytes) -> bytes:
    """The content as a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("findings.toml", content)
    return buffer.getvalue()


def squeaks(amount: str) -> Fault:
    """The fault of a rusty bolt that squeaks with a given frequency."""
    return (RUST, SQUEAKS, SQUEAKS.replace('"often"', amount))


def sparks(field: str) -> Fault:
    """The fault of a finding with another leak."""
    return ("findings.toml", "leak = 0.01", field)


def rain(field: str) -> Fault:
    """The fault of a context with another share."""
    return ("contexts.toml", "share = [0.2, 0.4]", field)


def problems_of(folder: Path) -> Sequence[Problem]:
    """The problems for which a folder is refused."""
    with pytest.raises(kb.KnowledgeError) as caught:
        kb.load(folder)
    assert caught.value.folder == str(folder)
    for problem in caught.value.problems:
        assert str(problem) in str(caught.value)
    return caught.value.problems


FILES = {
    "missing file": (("findings.toml", None, None), "findings.toml", "missing", "Add it"),
    "no causes folder": (("causes", None, None), "causes/", "no cause", "one file per cause"),
    "oversize": (("findings.toml", None, "#" * 1_000_001), "findings.toml", "1,000,001 bytes", ""),
    "gzip": (
        ("findings.toml", None, gzip.compress(b"a = 1", mtime=0)),
        "findings.toml",
        "compressed (gzip)",
        "plain",
    ),
    "zip": (
        ("findings.toml", None, zipped(b"a = 1")),
        "findings.toml",
        "compressed (zip)",
        "plain",
    ),
    "gzipped table": (
        ("claims.csv", None, gzip.compress(b"id", mtime=0)),
        "claims.csv",
        "compressed (gzip)",
        "plain",
    ),
    "latin-1": (
        ("groups.toml", None, '[a]\nlabel = "caf\u00e9"'.encode("latin-1")),
        "groups.toml",
        "byte 16 is not UTF-8",
        "UTF-8",
    ),
    "utf-16": (
        ("groups.toml", None, '[a]\nlabel = "b"'.encode("utf-16")),
        "groups.toml",
        "byte 0 is not UTF-8",
        "UTF-8",
    ),
    "broken TOML": (sparks("leak = "), "findings.toml", "not valid TOML", "line 18"),
    "key twice": (
        ("findings.toml", "[sparks]", "[squeak]"),
        "findings.toml",
        "twice",
        "line 15",
    ),
    "brackets without end": (
        ("groups.toml", None, "x = " + "[" * 5_000),
        "groups.toml",
        "not valid TOML",
        "",
    ),
    "very deep dotted key": (
        ("groups.toml", None, ".".join(["a"] * 5_000) + " = 1"),
        "groups.toml",
        "",
        "",
    ),
    "integer of 5,000 digits": (sparks("leak = 1" + "0" * 5_000), "findings.toml", "", ""),
    "no content at all": (("knowledge.toml", None, ""), "knowledge.toml", "", ""),
    "cause without content": ((MOON, None, ""), MOON, "", ""),
    "header": (
        ("claims.csv", "id,section", "id,chapter"),
        "claims.csv: line 1",
        "the header is 'id,chapter,",
        "It must be 'id,section,",
    ),
    "no header": (("claims.csv", None, ""), "claims.csv: line 1", "the header is ''", "must be"),
    "field too many": (
        ("claims.csv", "A rusty bolt often", "A rusty, bolt often"),
        "claims.csv: line 2",
        "9 fields",
        "must be 8",
    ),
    "field too few": (
        ("claims.csv", "often,A rusty", "A rusty"),
        "claims.csv: line 2",
        "7 fields",
        "must be 8",
    ),
    "quote without end": (
        ("claims.csv", "often,A rusty", 'often,"A rusty'),
        "claims.csv: line 2",
        "a text begins with a quotation mark and has none at its end",
        "Close it in the line",
    ),
    "quotation mark within": (
        ("claims.csv", "often,A rusty", 'often,"A "rusty"'),
        "claims.csv: line 2",
        "a quotation mark ends a text in its middle",
        "write each of them twice",
    ),
    "markup in a label": (
        ("findings.toml", 'label = "squeak"', 'label = "<img src=x onerror=alert(1)>"'),
        "findings.toml: squeak.label",
        "markup",
        "'<'",
    ),
    "line break in a label": (
        ("findings.toml", 'label = "squeak"', 'label = "squ\\neak"'),
        "findings.toml: squeak.label",
        "",
        "",
    ),
    "mark that turns text round": (
        ("findings.toml", 'label = "squeak"', 'label = "squ\\u202eeak"'),
        "findings.toml: squeak.label",
        "",
        "",
    ),
    "label without a letter": (
        ("findings.toml", 'label = "squeak"', 'label = "---"'),
        "findings.toml: squeak.label",
        "",
        "",
    ),
    "markup in a claim": (
        ("claims.csv", "A rusty bolt often", "A <b>rusty</b> bolt often"),
        "claims.csv: line 2",
        "markup",
        "'<'",
    ),
    "markup in a key": (
        ("findings.toml", "[squeak]", '["<b>"]'),
        "findings.toml: <b>",
        "markup",
        "'<'",
    ),
}


def faults() -> Iterator[Any]:
    """The faults of the table as parameters, with ids such as ``numbers: nan``."""
    for about, rows in tomllib.loads((DATA / "faults.toml").read_text("utf-8")).items():
        for name, (file, old, new, behind, text) in rows.items():
            place = f"{file}{behind}" if behind[:1] in ("", ":") else behind
            yield pytest.param((file, old or None, new), place, text, id=f"{about}: {name}")


def test_the_folder_without_a_fault_is_sound(folder: Path) -> None:
    knowledge = read_knowledge(folder)
    assert lint(knowledge) == ()
    assert kb.load(folder).remarks == ()
    kinds = ("causes", "findings", "mediators", "contexts", "methods", "groups", "urgency")
    assert [len(getattr(knowledge, kind)) for kind in kinds] == [3, 5, 2, 2, 1, 2, 2]


@pytest.mark.parametrize(
    ("fault", "place", "wrong", "remedy"),
    [pytest.param(*case, id=name) for name, case in FILES.items()],
)
def test_a_file_that_cannot_be_read_says_why(
    folder: Path, edit: Edit, fault: Fault, place: str, wrong: str, remedy: str
) -> None:
    edit(*fault)
    at_fault = [one for one in problems_of(folder) if one.place.startswith(place)]
    assert len(at_fault) == 1
    assert wrong in at_fault[0].wrong
    assert remedy in str(at_fault[0])


@pytest.mark.parametrize(("fault", "place", "text"), list(faults()))
def test_one_fault_is_one_problem_with_place_and_remedy(
    folder: Path, edit: Edit, fault: Fault, place: str, text: str
) -> None:
    edit(*fault)
    problems = problems_of(folder)
    assert len(problems) == 1, "\n".join(map(str, problems))
    assert problems[0].place.startswith(place)
    assert text in f"{problems[0].wrong} {problems[0].remedy}"


def test_the_name_of_the_file_of_a_cause_is_an_id(folder: Path) -> None:
    shutil.copy(folder / MOON, folder / "causes" / "Bad Name.toml")
    [problem] = problems_of(folder)
    assert problem.place == "causes/Bad Name.toml: id"
    assert "Got 'Bad Name'" in problem.wrong


def test_a_circle_of_arrows_names_those_on_it(folder: Path, edit: Edit) -> None:
    shows = 'shows.overheating = { how_often = "often", because = "C01" }'
    edit("findings.toml", "states = {", f"{shows}\nstates = {{")
    with pytest.raises(kb.KneebayesError, match="run in a circle among: hot_head, overheating"):
        kb.load(folder)


SEVERAL = {
    "while reading": {
        "findings.toml: sparks": ("findings.toml", "leak = 0.01\n", ""),
        "claims.csv: line 2": ("claims.csv", "A rusty bolt often", "A rusty, bolt often"),
        f"{RUST}: shows.squeak": squeaks("1.5"),
        f"{MOON}: about": (MOON, 'about = "A magnet on the moon pulls at the head."\n', ""),
        "mediators.toml": ("mediators.toml", None, None),
        "references.toml": ("references.toml", None, gzip.compress(b"a = 1", mtime=0)),
        "contexts.toml: rain.share": rain("share = nan"),
    },
    "between records": {
        f"{RUST}: shows.squeek": (RUST, "squeak =", "squeek ="),
        f"{WIRE}: commonness": (WIRE, '"uncommon"', '"uncomon"'),
        f"{MOON}: shows.model_year": (MOON, "squeak =", "model_year ="),
        "groups.toml: wear.members": (
            "groups.toml",
            '["rusty_bolt", "loose_wire"]',
            '["rusty_bold", "loose_wire"]',
        ),
        "urgency.toml: sparks": ("urgency.toml", '["sparks"]', '["sparkz"]'),
        "claims.csv: C05": ("claims.csv", "workshop now.,", "workshop now.,not used"),
    },
    "while reading and between records": {
        "contexts.toml: rain": rain("share = 1.5"),
        f"{RUST}: shows.squeek": (RUST, "squeak =", "squeek ="),
        f"{WIRE}: commonness": (WIRE, '"uncommon"', '"uncomon"'),
    },
    "in one file": {
        "findings.toml: sparks.leak": sparks("leak = nan"),
        "findings.toml: squeak.alises": (
            "findings.toml",
            '\naliases = ["squeaking"]',
            "\nalises=[]",
        ),
    },
}


@pytest.mark.parametrize("faults", SEVERAL.values(), ids=SEVERAL)
def test_all_problems_of_a_folder_stand_in_one_error(
    folder: Path, edit: Edit, faults: dict[str, Fault]
) -> None:
    for fault in faults.values():
        edit(*fault)
    places = [problem.place for problem in problems_of(folder)]
    told = {one: [place for place in places if place.startswith(one)] for one in faults}
    assert [one for one, found in told.items() if len(found) != 1] == []
    assert len(places) == len(faults)


def test_the_number_of_problems_is_told_in_plain_words(folder: Path, edit: Edit) -> None:
    edit("mediators.toml", None, None)
    with pytest.raises(kb.KnowledgeError, match=re.escape(f"{folder}: 1 problem found.\n")):
        kb.load(folder)
    edit("urgency.toml", None, None)
    with pytest.raises(kb.KnowledgeError, match=re.escape(f"{folder}: 2 problems found.\n")):
        kb.load(folder)


BARE = {
    "mediators.toml": [(WIRE, 'overheating = { how_often = "often", because = "assumed: a', "# '")],
    "contexts.toml": [
        (RUST, "rain =", "#"),
        (RUST, "model_year", "# "),
        ("urgency.toml", '"rain", ', ""),
    ],
    "groups.toml": [],
    "tests.toml": [],
    "urgency.toml": [],
}


@pytest.mark.parametrize("file", BARE)
@pytest.mark.parametrize("content", ["", "# There are none.\n"], ids=["empty", "remark only"])
def test_a_folder_need_not_have_everything(
    folder: Path, edit: Edit, file: str, content: str
) -> None:
    """A headache without mediators, contexts, groups, tests or urgent signs is one too."""
    edit(file, None, content)
    for one in BARE[file]:
        edit(*one)
    ranking = kb.load(folder).diagnose({"squeak": True}).ranking
    assert len(ranking) == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("settngs.toml", "Did you mean 'settings.toml'?"),
        ("findings.tml", "Did you mean 'findings.toml'?"),
        ("doctors_notes.csv", "Take it out of the folder."),
        ("causes/rusty_bolt.csv", "Write causes/rusty_bolt.toml."),
        ("causes/flat_battery.TOML", "Write causes/flat_battery.toml."),
        ("groups.Toml", "Did you mean 'groups.toml'?"),
    ],
)
def test_a_file_that_would_not_be_read_is_told(folder: Path, name: str, said: str) -> None:
    """Also where the folder was read before the file came, and is remembered."""
    kb.load(folder)
    (folder / name).write_text("", encoding="utf-8")
    (folder / "README.md").write_text("What stands beside is not in the way.", encoding="utf-8")
    [problem] = problems_of(folder)
    assert problem.place == name
    assert "would not be read" in problem.wrong
    assert problem.remedy == said


def test_no_folder_is_refused_as_such(tmp_path: Path) -> None:
    file = tmp_path / "file.toml"
    file.write_text("a = 1", encoding="utf-8")
    for nowhere in (tmp_path / "nowhere", file):
        [problem] = problems_of(nowhere)
        assert problem.place == str(nowhere)
        assert str(problem).endswith(
            "it is a file. Name a knowledge folder, or a model saved whole, whose name ends in "
            ".kneebayes.json. A file of a network is read by kneebayes.exchange.reason_with."
            if nowhere.is_file()
            else "there is no such folder. Name a knowledge folder."
        )


@pytest.mark.parametrize(
    ("nowhere", "said"),
    [
        (5, "a path is needed, got int"),
        (b"folder", "a path is needed, got bytes"),
        (["folder"], "a path is needed, got list"),
        ("x" * 5000, "it cannot be a path: File name too long"),
    ],
)
def test_what_is_no_path_is_refused_as_such(nowhere: object, said: str) -> None:
    with pytest.raises(KneebayesError, match=said):
        kb.load(nowhere)  # type: ignore[arg-type]


@pytest.mark.parametrize("there", [r"\u0000", "x" * 5000])
def test_a_folder_cannot_extend_what_is_no_path(folder: Path, edit: Edit, there: str) -> None:
    edit("knowledge.toml", "schema_version = 1", f'extends = "{there}"\nschema_version = 1')
    assert "there is no knowledge folder" in str(problems_of(folder)[0])


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 400, "1e301"])
def test_a_number_beyond_all_is_told(folder: Path, edit: Edit, number: str) -> None:
    edit("findings.toml", "leak = 0.01", f"leak = [0.0, {number}]")
    assert "findings.toml: sparks.leak[1]" in str(problems_of(folder)[0])
    assert "is not a number to reason with" in str(problems_of(folder)[0])


def test_a_word_that_nobody_knows_is_told_also_of_the_complaint(folder: Path, edit: Edit) -> None:
    edit(WIRE, 'headache = { how_often = "sometimes"', 'headache = { how_often = "sumtimes"')
    [problem] = problems_of(folder)
    assert problem.place == f"{WIRE}: shows.headache"
    assert problem.remedy == "Did you mean 'sometimes'?"


def test_a_row_of_too_few_cells_is_told_what_the_header_has(folder: Path) -> None:
    with (folder / "claims.csv").open("a", encoding="utf-8") as file:
        file.write("C99,Causes,rust\n")
    assert "There must be 8, as in the header: id,section,kind" in str(problems_of(folder)[0])


def test_an_empty_folder_misses_every_file(tmp_path: Path) -> None:
    places = {problem.place for problem in problems_of(tmp_path)}
    needed = {path.name for path in (DATA / "tiny").glob("*.*")}
    assert places == {*needed, "causes/"}


def test_na_and_none_in_a_table_stay_text(folder: Path, edit: Edit) -> None:
    edit("claims.csv", "Robots write poems.", "NA")
    edit("claims.csv", "C06,1 Invented,aside,robot,", "C06,1 Invented,null,None,")
    claim = read_knowledge(folder).claims["C06"]
    assert (claim.kind, claim.subject, claim.statement) == ("null", "None", "NA")


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(folder: Path) -> None:
    sound = read_knowledge(folder)
    for path in folder.rglob("*.*"):
        text = path.read_bytes().replace(b"\n", b"\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text)
    assert read_knowledge(folder) == sound


@pytest.mark.parametrize("seed", range(150))
def test_whatever_is_damaged_only_named_errors_come_out(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = chance.choice(sorted(path for path in folder.rglob("*.*") if path.is_file()))
    lines = path.read_text(encoding="utf-8").splitlines()
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[other])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            cut = chance.randrange(len(lines[at]) + 1)
            odd = chance.choice(["-", "0", "9", ".", '"', "=", "[", "}", "e", "_", " ", ",", "nan"])
            lines[at] = lines[at][:cut] + odd + lines[at][cut + chance.randrange(3) :]
    path.write_text("\n".join(lines), encoding="utf-8")
    with contextlib.suppress(kb.KneebayesError):
        kb.load(folder).diagnose()
