"""Every name that users will type is understood, however they spell it."""

import csv

from conftest import DATA

import kneebayes as kb

KINDS = ("group", "cause", "finding", "context", "mediator")
with (DATA / "vocabulary.csv").open(encoding="utf-8", newline="") as file:
    VOCABULARY = list(csv.DictReader(file))
KIND = {"test result": "finding"}
STATES = {
    "gradual onset": ("onset", "gradual"),
    "sudden onset": ("onset", "sudden"),
    "older age": ("age", "older age"),
    "middle age": ("age", "middle age"),
    "young adult": ("age", "young adult"),
    "adolescent": ("age", "adolescent"),
    "mild pain or discomfort": ("pain_more_than_mild", "absent"),
    "exam: knee normal": ("knee_exam_abnormal", "absent"),
}


def aliases(note: str) -> list[str]:
    """Other names that a note lists: ``also: a, b, c``."""
    before, also, names = note.partition("also: ")
    return [name.strip() for name in names.split(",")] if also and not before else []


def entries(*kinds: str) -> list[tuple[str, str]]:
    """Every name and alias of some kinds, each with the name that heads its row."""
    return [
        (row["name"], name)
        for row in VOCABULARY
        if row["kind"] in kinds
        for name in (row["name"], *aliases(row["note"]))
    ]


def spellings(name: str) -> list[str]:
    """Ways to write the same name."""
    return [
        name.upper(),
        name.title(),
        name.replace("'", "\u2019"),
        name.replace("'", ""),
        name.replace("-", " "),
        name.replace(" ", "-"),
        name.replace(" ", "_"),
        "  " + name.replace(" ", "   ") + " ",
    ]


def test_the_vocabulary_is_all_there() -> None:
    kinds = [row["kind"] for row in VOCABULARY]
    counts = {"finding": 62, "context": 31, "cause": 28, "test result": 23, "group": 10}
    assert {kind: kinds.count(kind) for kind in kinds} == counts


def test_a_cause_is_a_cause_by_each_of_its_names(knee: kb.Model) -> None:
    dx = knee.diagnose()
    for name, other in entries("cause"):
        expected = knee.names.meaning(name, ("cause",))
        assert knee.knowledge.causes[expected.id].label == name
        assert knee.names.meaning(other, ("cause",)) == expected, other
        assert dx[other] == dx[name], other


def test_a_group_has_the_members_listed(knee: kb.Model) -> None:
    dx = knee.diagnose()
    for row in VOCABULARY:
        if row["kind"] == "group":
            group = knee.knowledge.groups[knee.names.meaning(row["name"], KINDS).id]
            listed = [knee.names.meaning(one, ("cause",)).id for one in row["note"].split("; ")]
            assert group.label == row["name"]
            assert sorted(group.members) == sorted(listed), group.label
            assert 0.0 < dx[row["name"]] < 1.0, group.label


def test_what_can_be_observed_is_accepted_as_evidence(knee: kb.Model) -> None:
    for name, other in entries("finding", "context", "test result"):
        answers = {one.id: one for one in knee.diagnose({other: True}).answers}
        answer = answers[said_of(knee, name)]
        assert answer.state == STATES.get(name, ("", "present"))[1], other
        if name not in STATES:
            record = knee.knowledge.findings.get(answer.id) or knee.knowledge.contexts[answer.id]
            assert name in {record.label, *record.aliases}


def said_of(knee: kb.Model, name: str) -> str:
    """Id of the node that a name speaks of."""
    return STATES[name][0] if name in STATES else knee.names.meaning(name, KINDS).id


def test_a_name_is_of_its_kind_however_it_is_spelled(knee: kb.Model) -> None:
    for row in VOCABULARY:
        expected = knee.names.meaning(row["name"], KINDS)
        assert expected.kind == KIND.get(row["kind"], row["kind"]), row["name"]
        for name in spellings(row["name"]):
            assert knee.names.meaning(name, KINDS) == expected, name


def test_test_results_are_findings_of_a_test_and_no_others(knee: kb.Model) -> None:
    named = {said_of(knee, row["name"]) for row in VOCABULARY if row["kind"] == "test result"}
    made = {finding.id for finding in knee.findings if finding.kind == "test"}
    assert named <= made
    assert all(finding.method for finding in knee.findings if finding.id in made)


def test_nothing_but_the_vocabulary_has_to_be_asked(knee: kb.Model) -> None:
    """Every cause of the model stands in the vocabulary, and every cause there in the model."""
    named = {said_of(knee, row["name"]) for row in VOCABULARY if row["kind"] == "cause"}
    assert named == {cause.id for cause in knee.causes}
