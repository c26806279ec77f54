"""Histories about another part of the body than the knee are read by the same rules."""

from pathlib import Path

import pytest

import kneebayes as kb
from kneebayes.history.dictionary import Dictionary
from kneebayes.history.persons import patient_among_relatives
from kneebayes.knowledge import start_folder


@pytest.fixture(scope="module")
def shoulder(tmp_path_factory: pytest.TempPathFactory) -> kb.Model:
    folder = start_folder(tmp_path_factory.mktemp("folders") / "shoulder")
    history = (
        '\n[long]\nlabel = "more than 6 weeks"\nkind = "history"\nleak = 0.2\n'
        'because = "assumed: an example"\n'
    )
    with (folder / "findings.toml").open("a", encoding="utf-8") as file:
        file.write(history)
    return kb.load(folder)


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (
            "My shoulder is stiff; no weakness of the arm, it wakes me at night.",
            {"stiffness": True},
        ),
        ("The shoulder has been hurting for three months.", {"long": True}),
        ("My arm has been painful for three months.", {"long": True}),
        ("My knee has been painful for three months.", {}),
        ("No pressure on the chest. My father had a frozen shoulder.", {"chest_pressure": False}),
    ],
)
def test_what_is_said_of_the_arm_is_of_the_shoulder(
    shoulder: kb.Model, text: str, answers: dict[str, object]
) -> None:
    read = shoulder.read(text).answers
    assert {id: answer for id, answer in read.items() if id in {*answers, "long"}} == answers


@pytest.mark.parametrize("part", ["knee", "ankle", "shoulder", "head", "elbow", "chest"])
def test_who_speaks_of_a_part_of_himself_is_the_patient(part: str) -> None:
    assert patient_among_relatives(f"My son has had this too. He is better. My {part} hurts.") == (
        frozenset()
    )
    assert patient_among_relatives(f"My son is 12. His {part} hurts since Monday.") == {"son"}


def test_where_the_complaint_is_stands_in_any_of_its_names(tmp_path: Path) -> None:
    folder = start_folder(tmp_path / "head", "headache")
    findings = folder / "findings.toml"
    text = findings.read_text("utf-8")
    assert Dictionary(kb.load(folder).knowledge).site == frozenset()
    findings.write_text(
        text.replace('# aliases = ["what else people call it"]', 'aliases = ["pain in the head"]'),
        "utf-8",
    )
    assert Dictionary(kb.load(folder).knowledge).site == {"head"}


@pytest.mark.parametrize(
    ("text", "patient"),
    [
        ("A 40-year-old teacher has a swollen calf.", {"teacher"}),
        ("The patient, a retired primary school teacher, has fever.", {"teacher"}),
        ("A trainer who treated me has gout. My knee is red.", set()),
        ("A landlord of mine has a DVT. I have a swollen knee.", set()),
        ("A friend of a teacher has fever.", set()),
        ("A dog has fever.", set()),
    ],
)
def test_who_a_text_begins_with_is_the_patient_unless_somebody_else_tells(
    text: str, patient: set[str]
) -> None:
    assert patient_among_relatives(text) == patient
