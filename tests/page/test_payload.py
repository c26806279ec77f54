"""What a page is told of a model: everything, in full precision, and nothing that is not there."""

import json

import pytest

import kneebayes as kb
from kneebayes.page.payload import payload

# Bytes before compression; the whole page is held to 550 kB by itself. A cause more makes it
# larger, and so does what each number rests on: this only finds what is told twice.
LARGEST = 560_000


def as_text(model: kb.Model) -> str:
    return json.dumps(payload(model), separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def test_it_is_plain_compact_and_always_the_same(knee: kb.Model) -> None:
    text = as_text(knee)
    assert len(text.encode()) < LARGEST
    assert as_text(kb.load()) == text
    assert json.loads(text) == payload(knee)


def test_its_network_is_the_network_to_the_last_digit(knee: kb.Model) -> None:
    told = json.loads(as_text(knee))["nodes"]
    assert [one["id"] for one in told] == [node.id for node in knee.network.nodes]
    for one, node in zip(told, knee.network.nodes, strict=True):
        assert tuple(one.get("states", ("absent", "present"))) == node.states
        assert tuple(one["parents"]) == node.parents
        if node.is_noisy_or:
            assert one["leak"] == node.leak
            told_links = [{int(at): p for at, p in link.items()} for link in one["links"]]
            assert told_links == [
                {at: p for at, p in enumerate(link.strength) if p} for link in node.links
            ]
        else:
            assert tuple(one["table"]) == node.table


def test_parents_come_first(knee: kb.Model) -> None:
    seen: set[str] = set()
    for one in payload(knee)["nodes"]:
        assert seen.issuperset(one["parents"])
        seen.add(one["id"])


def test_kinds_are_those_of_the_knowledge(knee: kb.Model) -> None:
    told = payload(knee)
    kinds = {one["id"]: one["kind"] for one in told["nodes"]}
    tests = {id for id, one in knee.knowledge.findings.items() if one.kind == "test"}
    assert {id for id, kind in kinds.items() if kind == "cause"} == set(knee.knowledge.causes)
    assert {id for id, kind in kinds.items() if kind == "context"} == set(knee.knowledge.contexts)
    assert {id for id, kind in kinds.items() if kind == "mediator"} == set(knee.knowledge.mediators)
    assert {id for id, kind in kinds.items() if kind == "test"} == tests
    assert {id for id, kind in kinds.items() if kind in ("finding", "test")} == set(
        knee.knowledge.findings
    )


def test_every_question_stands_in_one_section(knee: kb.Model) -> None:
    told = payload(knee)
    of = {"": told["contexts"]}
    for one in told["findings"]:
        method, kind = one.get("method"), one.get("kind", "test")
        id = f"test_{method}" if method else {"complaint": "symptom"}.get(kind, kind)
        of[id] = [*of.get(id, []), one]
    assert {one["id"] for one in told["contexts"]} == set(knee.knowledge.contexts)
    assert {one["id"]: one.get("kind", "test") for one in told["findings"]} == {
        id: finding.kind for id, finding in knee.knowledge.findings.items()
    }
    assert {section["id"] for section in told["sections"]} == {"context", *of} - {""}
    assert all(section["label"] for section in told["sections"])


@pytest.mark.parametrize("which", ["knee", "robot"])
def test_whatever_is_named_is_there(which: str, request: pytest.FixtureRequest) -> None:
    model: kb.Model = request.getfixturevalue(which)
    told = payload(model)
    nodes = {one["id"] for one in told["nodes"] if one["kind"] != "hidden"}
    named = {told["complaint"], *(id for one in told["groups"] for id in one["members"])}
    for rule in told["urgency"]["rules"]:
        names = [name for part in ("all", "any", "none") for name in rule.get(part, ())]
        named.update(name.partition(".")[0] for name in names)
    for parent, _, child, *_ in told["arrows"]:
        named.update((told["nodes"][parent]["id"], told["nodes"][child]["id"]))
    for texts in ("stateLabels", "questions", "absentNames"):
        named.update(told[texts])
    assert named <= nodes
    groups = {one["id"] for one in told["groups"]}
    assert set(told["labels"]) == nodes | groups
    assert set(told["aliases"]) <= nodes | groups


def because_of(model: kb.Model) -> list[tuple[str, ...]]:
    """What the arrows, rules, causes and sentences of care rest on, as the knowledge has it."""
    knowledge = model.knowledge
    causes = [one.commonness for one in knowledge.causes.values()]
    cares = [
        knowledge.meta.care,
        *(one.care for one in (*knowledge.groups.values(), *knowledge.causes.values())),
    ]
    return [
        *(stated.arrow.statement.because for stated in model.elicited.stated),
        *(rule.because for rule in knowledge.urgency),
        *(said.because for said in knowledge.less_often.values()),
        *(one.because for one in causes),
        *(one.published_because for one in causes),
        *(care.because for some in cares for care in some),
    ]


def test_whatever_a_number_rests_on_is_told_and_nothing_else(knee: kb.Model) -> None:
    told = payload(knee)
    named = set(told["origins"])
    records = (*told["causes"], *told["urgency"]["rules"], *told["lessOften"].values())
    for record in records:
        named.update(record["because"])
    care = told["care"]
    for sentences in (care["always"], *care["groups"].values(), *care["causes"].values()):
        named.update(one for _, because, *_ in sentences for one in because)
    grounds = {*told["claims"], *told["references"]}
    assert grounds == named & {*knee.knowledge.claims, *knee.knowledge.references}
    assumed = {f"assumed: {one}" for one in named - grounds}
    stated = {one for record in because_of(knee) for one in record}
    assert assumed <= stated
    assert {*knee.knowledge.references} & stated <= {*told["references"]}


def test_arrows_are_the_statements(knee: kb.Model) -> None:
    told = payload(knee)
    stated = knee.elicited.stated
    assert len(told["arrows"]) == len(stated)
    for arrow, statement in zip(told["arrows"], stated, strict=True):
        parent, state, child, measure, interval, silent, because = arrow
        node = told["nodes"][parent]
        ends = {node["id"], told["nodes"][child]["id"]}
        assert ends == {statement.arrow.parent, statement.arrow.child}
        assert node.get("states", ("absent", "present"))[state] == statement.arrow.state
        is_risk = told["measures"][measure] == "risk"
        assert is_risk == (statement.arrow.statement.risk is not None)
        low, value, high = told["intervals"][interval]
        expected = statement.interval
        assert (low, value, high) == pytest.approx(
            (expected.low, expected.value, expected.high), rel=5e-4
        )
        assert bool(silent) == statement.arrow.silent
        rests_on = [told["origins"][one] for one in because]
        assert rests_on == [
            one.removeprefix("assumed: ") for one in statement.arrow.statement.because
        ]


def test_causes_have_what_the_ranking_has(knee: kb.Model) -> None:
    ranking = knee.diagnose().ranking.set_index("id")
    for one in payload(knee)["causes"]:
        row = ranking.loc[one["id"]]
        assert (one["label"], one["group"], one["urgent"]) == (row.cause, row.group, row.urgent)
        assert one["prior"] == row.prior == one["interval"][1]


def test_findings_have_the_price_of_their_method(knee: kb.Model) -> None:
    told = payload(knee)
    methods = {"": (0, 0)} | {
        id: (one["cost"], one["burden"]) for id, one in told["methods"].items()
    }
    prices = {one["id"]: methods.get(one.get("method", "")) for one in told["findings"]}
    table = knee.diagnose().questions().table.set_index("id")
    for id, row in table[table["kind"] != "context"].iterrows():
        assert prices[str(id)] == (row["cost"], row["burden"])


def test_another_lexicon_and_another_setting_are_told(knee: kb.Model) -> None:
    lay, emergency = knee.with_lexicon("lay"), knee.in_setting("emergency")
    assert payload(lay)["lexicon"]["id"] == "lay"
    assert payload(lay)["nodes"] != payload(knee)["nodes"]
    assert payload(emergency)["reading"] == emergency.reading
    assert payload(emergency)["nodes"] != payload(knee)["nodes"]
