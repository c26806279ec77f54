"""How well the texts of published patients are read, and that the measure itself is right."""

import json
from pathlib import Path

from conftest import Run

from kneebayes.study import evaluate_reading
from kneebayes.study.published import PublishedCase


def case(text: str, first: dict, tests: dict | None = None, id: str = "one") -> PublishedCase:
    return PublishedCase(
        id=id,
        half="work",
        source="made for the test",
        kind="made for the test",
        text=text,
        first_visit=first,
        tests=tests or {},
        diagnosis="",
        causes=(),
        beyond=(),
        also_present=(),
        urgency="routine",
        behind_the_knee=True,
        not_expressible=(),
    )


def test_shares_are_those_counted_by_hand(knee):
    one = case(
        "No fever. There is redness. There is stiffness. Chest pain.",
        {"fever": False, "redness": False, "stiffness": True, "locking": True},
    )
    shares = evaluate_reading(knee, [one]).shares
    assert shares["precision"] == (2, 3)  # fever and stiffness, not redness
    assert shares["precision, strictly"] == (2, 4)  # nor chest pain, which nobody took
    assert shares["recall at the first visit"] == (2, 4)  # locking is missed
    assert shares["polarity"] == (2, 3)
    assert shares["polarity of what is absent"] == (1, 2)


def test_the_worst_text_comes_first(knee):
    good = case("No fever.", {"fever": False}, id="good")
    bad = case("Fever.", {"fever": False}, id="bad")
    missed = case("Nothing.", {"fever": False}, id="missed")
    evaluation = evaluate_reading(knee, [good, missed, bad])
    assert evaluation.worst_texts() == ["bad", "missed"]
    assert evaluation.text.index("bad: Fever.") < evaluation.text.index("missed: Nothing.")


def test_published_texts_are_read_with_care(knee):
    """A wrong finding silently taken is the worst fault."""
    shares = evaluate_reading(knee).shares
    right, of = shares["precision"]
    assert right >= 0.97 * of
    right, of = shares["polarity of what is absent"]
    assert right >= 0.97 * of
    found, of = shares["recall at the first visit"]
    assert found >= 0.8 * of


def test_the_command_reads_a_file(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "history.txt"
    file.write_text("No fever. The knee may lock.", encoding="utf-8")
    code, out, _ = run(["read", str(file)])
    assert code == 0
    assert "locking" in out
    assert "--diagnose on the command line, uses the answers" in out


def test_the_command_diagnoses_when_it_is_told(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "history.txt"
    file.write_text("No fever. Stiffness.", encoding="utf-8")
    code, out, _ = run(["read", str(file), "--diagnose", "--json"])
    assert code == 0
    content = json.loads(out)
    assert content["answers"] == {"fever": False, "stiffness": True}
    assert content["differential"]["ranking"]


def test_a_file_that_is_not_there_is_told_of(tmp_path: Path, run: Run) -> None:
    code, _, err = run(["read", str(tmp_path / "none.txt")])
    assert (code, "none.txt" in err) == (2, True)
