"""One step of a nomogram: Bayes's rule, against enumeration and against the explanation."""

from dataclasses import replace
from pathlib import Path

import pytest
from oracle import weigh

import kneebayes as kb
from kneebayes.inference import Evidence

SAID: dict[str, object] = {
    "leg swelling": True,
    "calf tenderness": True,
    "recent surgery": True,
    "lump behind the knee": 0.8,
    "fever": False,
}
ASKED = [
    ("rust", "rain", True),
    ("rust", "model year", "vintage"),
    ("loose wire", "sparks", False),
    ("moon magnet", "squeak", 0.7),
    ("rust", "headache", True),
    ("loose wire", "rust", False),
]


@pytest.fixture(scope="module")
def leg(knee: kb.Model) -> kb.Differential:
    return knee.diagnose(SAID)


@pytest.mark.parametrize(("cause", "finding", "answer"), ASKED)
def test_numbers_are_those_of_enumeration(
    robot: kb.Model, cause: str, finding: str, answer: object
) -> None:
    dx = robot.diagnose({"hot head": None, "short circuit": True})
    step = dx.nomogram(cause, finding, answer)
    every = {one.id: one.likelihood for one in step.case.answers}
    others = {id: value for id, value in every.items() if id != step.answer.id}
    assert set(others) == ({"headache", "short_circuit"} - {step.answer.id})

    def share(answers: dict[str, tuple[float, ...]], state: str) -> float:
        hard = Evidence.of(robot.network, {step.cause: state})
        return float(weigh(robot.network, Evidence({**answers, **hard.likelihoods})))

    with_cause = share(every, "present") / share(others, "present")
    without = share(every, "absent") / share(others, "absent")
    before = share(others, "present") / (share(others, "present") + share(others, "absent"))
    after = share(every, "present") / (share(every, "present") + share(every, "absent"))
    assert step.with_cause == pytest.approx(with_cause, rel=1e-12)
    assert step.without_cause == pytest.approx(without, rel=1e-12)
    assert step.before == pytest.approx(before, rel=1e-12)
    assert step.ratio == pytest.approx(with_cause / without, rel=1e-12)
    assert step.after == pytest.approx(after, rel=1e-12)


@pytest.mark.parametrize("cause", ["DVT", "Baker's cyst", "septic arthritis", "liposarcoma"])
def test_a_step_agrees_with_the_differential_and_the_explanation(
    leg: kb.Differential, cause: str
) -> None:
    weights = leg.explain(cause).table.set_index("id")
    for name in SAID:
        step = leg.nomogram(cause, name)
        assert not step.supposed
        assert step.before == pytest.approx(leg.given({name: None})[cause], rel=1e-10)
        assert step.after == pytest.approx(leg[cause], rel=1e-10)
        told = weights.loc[step.answer.id]
        assert step.weight == pytest.approx(told["leave_one_out"], abs=1e-9)
        assert step.table["weight_alone"].iloc[0] == pytest.approx(told["single"], abs=1e-9)


def test_a_finding_that_was_not_told_is_supposed_to_be_present(leg: kb.Differential) -> None:
    step = leg.nomogram("DVT", "chest pain")
    assert step.supposed
    assert step.after == pytest.approx(leg.given({"chest pain": True})["DVT"], rel=1e-10)
    assert "supposed" in step.text
    known = next(line for line in step.text.splitlines() if line.startswith("Known"))
    assert "chest pain" not in known
    assert "recent surgery" in known


def test_an_answer_given_replaces_the_one_told(leg: kb.Differential) -> None:
    step = leg.nomogram("DVT", "fever", True)
    assert step.supposed
    assert step.after == pytest.approx(leg.given({"fever": True})["DVT"], rel=1e-10)
    assert leg.nomogram("DVT", "fever", False) == leg.nomogram("DVT", "fever")


def test_present_and_absent_average_to_what_is_believed_now(leg: kb.Differential) -> None:
    yes, no = (leg.nomogram("DVT", "chest pain", answer) for answer in (True, False))
    p_yes = yes.before * yes.with_cause + (1.0 - yes.before) * yes.without_cause
    assert p_yes * yes.after + (1.0 - p_yes) * no.after == pytest.approx(yes.before, rel=1e-12)


def test_urgency_is_never_hidden(knee: kb.Model, leg: kb.Differential) -> None:
    step = leg.nomogram("Baker's cyst", "fever")
    assert leg.urgency.advice in step.text
    assert leg.urgency.advice in step.html
    supposed = knee.diagnose().nomogram("DVT", "leg swelling")
    assert leg.urgency.advice in supposed.text  # a sign that is supposed warns too
    assert "deep vein thrombosis (urgent)" in supposed.text


def test_it_reads_the_same_everywhere(leg: kb.Differential) -> None:
    step = leg.nomogram("DVT", "calf tenderness")
    row = step.table.iloc[0]
    assert (row["cause_id"], row["id"]) == ("deep_vein_thrombosis", "calf_tenderness")
    assert (row["before"], row["ratio"], row["after"]) == (step.before, step.ratio, step.after)
    with pytest.raises(AttributeError):
        step.before = 0.5  # type: ignore[misc]
    assert replace(step) == step


def test_it_draws_itself_with_and_without_the_ratio_alone(
    leg: kb.Differential, tmp_path: Path
) -> None:
    step = leg.nomogram("DVT", "calf tenderness")
    ax = step.draw()
    first, *rest = ax.get_title(loc="left").splitlines()
    assert first == "deep vein thrombosis (urgent)"
    assert " ".join(rest).startswith("Go to a doctor now. Signs: ")
    assert len(ax.get_legend().get_texts()) == 1
    both = step.draw(alone=True)
    assert len(both.get_legend().get_texts()) == 2
    both.figure.savefig(tmp_path / "nomogram.png", dpi=50)


def test_an_impossible_step_still_says_how_urgent_the_signs_are(knee: kb.Model) -> None:
    dx = knee.diagnose({"redness": False, "fever": True})
    with pytest.raises(kb.ImpossibleEvidenceError, match=r"Go to a doctor now\. Signs: .*fever"):
        dx.nomogram("gout", "red skin area with a clear border")


@pytest.mark.parametrize(
    ("said", "asked", "error", "message"),
    [
        (
            {},
            ("cellulitis", "cellulitis"),
            kb.EvidenceError,
            "An answer about cellulitis itself is no evidence",
        ),
        (
            {"cellulitis": True},
            ("cellulitis", "fever"),
            kb.EvidenceError,
            "cellulitis is certain (100%) before",
        ),
        ({"gout": False}, ("gout", "fever"), kb.EvidenceError, "gout is certain (0%) before"),
        ({}, ("gout", "swolen"), kb.UnknownNameError, "swolen"),
        ({}, ("infection", "fever"), kb.UnknownNameError, "infection"),
        ({}, ("gout", "infection", False), kb.EvidenceError, "needs one answer about one finding"),
        ({}, ("gout", "age"), kb.EvidenceError, "'age' must be one of"),
        (
            {"redness": False},
            ("gout", "red skin area with a clear border"),
            kb.ImpossibleEvidenceError,
            "cannot be true together",
        ),
    ],
)
def test_what_makes_no_step_is_refused(
    knee: kb.Model,
    said: dict[str, object],
    asked: tuple[str, ...],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error) as refused:
        knee.diagnose(said).nomogram(*asked)
    assert message in str(refused.value)
