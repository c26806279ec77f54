"""A virtual patient: drawn by seed and difficulty, asked, examined, closed."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.inference import Evidence
from kneebayes.knowledge import start_folder
from kneebayes.odds import entropy
from kneebayes.questions.ask.outcomes import Subject, information, now_of, outcomes_of
from kneebayes.teaching import DIFFICULTIES, KINDS, Feedback, PracticeCase
from kneebayes.teaching.patients import (
    causes_there,
    hardness_of,
    is_possible,
    is_teachable,
    red_herrings,
    worlds_of,
)
from kneebayes.teaching.talking import told_at_first


def background_of(knee: kb.Model, case: PracticeCase) -> list[str]:
    """What is told at the beginning, without what the patient says by himself."""
    first = told_at_first(knee, case.truth, case.seed)
    return [id for id in case.told if id in knee.knowledge.contexts or id not in first]


def test_the_same_seed_draws_the_same_patient(knee: kb.Model) -> None:
    first, second, other = (knee.practice_case("any", seed=seed) for seed in (7, 7, 8))
    assert first.truth == second.truth != other.truth
    assert first.told == second.told
    assert background_of(knee, first) == [*knee.knowledge.contexts]


def test_a_number_alone_is_the_patient_that_the_page_has(knee: kb.Model) -> None:
    """The page takes any difficulty and kind unless its address says otherwise."""
    for seed in (7, 42):
        assert knee.practice_case(seed=seed).truth == knee.practice_case("any", seed=seed).truth


def test_without_a_seed_the_case_tells_the_one_it_took(knee: kb.Model) -> None:
    case = knee.practice_case("any")
    assert case.seed is not None
    assert knee.practice_case("any", seed=case.seed).truth == case.truth


@pytest.mark.parametrize("difficulty", DIFFICULTIES[1:])
def test_a_case_is_as_hard_as_was_asked_for(knee: kb.Model, difficulty: str) -> None:
    case = knee.practice_case(difficulty, seed=5)
    hard = hardness_of(knee, case.truth)
    assert hard.difficulty == difficulty
    opening = knee.diagnose({id: case.truth[id] for id in knee.knowledge.contexts})
    told = {id: case.truth[id] for id in (*knee.knowledge.contexts, *knee.knowledge.findings)}
    after = knee.diagnose(told)
    for dx, bits in ((opening, hard.opening), (after, hard.left)):
        assert sum(map(entropy, dx.belief.posteriors.values())) == pytest.approx(bits, abs=1e-9)


def test_a_folder_without_a_named_cause_has_no_case(tmp_path: Path) -> None:
    form = kb.load(start_folder(tmp_path / "form", "headache"))
    with pytest.raises(kb.KneebayesError, match=r"The folder needs at least one cause that has a"):
        form.practice_case("any", "any", seed=1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_is_of_the_kind_that_was_asked_for(knee: kb.Model, kind: str) -> None:
    case = knee.practice_case("any", kind, seed=11)
    truth = case.truth
    present = [one for one in knee.causes if truth[one.id] == "present"]
    assert present
    assert is_possible(knee.network, truth)
    there = causes_there(knee, truth)
    if kind == "second cause":
        assert len(there) > 1
    if kind == "red herring":
        assert red_herrings(knee, truth)
    knowledge = knee.knowledge
    free = [id for id in knowledge.findings if case.price_of(id) == 0.0]
    level = knee.diagnose({id: truth[id] for id in (*free, *knowledge.contexts)}).urgency.level
    urgent = any(knowledge.causes[id].urgent for id in there)
    if kind == "urgent":
        assert urgent or level == "now"
    if kind == "routine":
        assert (urgent, level) == (False, "routine")


def test_patients_as_they_come_teach_every_level_of_urgency(knee: kb.Model) -> None:
    """By all that costs nothing: most have some warning sign, one of fifty or more has none."""
    closed = [knee.practice_case(seed=seed).close({"gout": 0.1}) for seed in range(600)]
    shares = {
        level: sum(one.due.level == level for one in closed) / len(closed)
        for level in ("now", "soon", "routine")
    }
    assert shares["soon"] > shares["now"] > shares["routine"] >= 0.02


def test_routine_patients_are_drawn_in_every_difficulty(knee: kb.Model) -> None:
    """What the signs call for that cost nothing is what the feedback holds the advice to."""
    for difficulty, seed in itertools.product(DIFFICULTIES, range(3, 6)):
        case = knee.practice_case(difficulty, "routine", seed=seed)
        told = case.close({"osteoarthritis": 0.3}, advice="routine")
        for reason in told.due.reasons:
            assert reason.level == "routine" or told.put_aside_by(reason)
        assert not any(knee.knowledge.causes[id].urgent for id in causes_there(knee, case.truth))


def test_a_red_herring_points_to_an_absent_cause(knee: kb.Model) -> None:
    truth = knee.practice_case("any", "red herring", seed=2).truth
    before = knee.diagnose({id: truth[id] for id in knee.knowledge.contexts})
    for id in red_herrings(knee, truth):
        after = before.given({id: truth[id]})
        leading = str(after.ranking["id"].iloc[0])
        assert truth[id] == "present"
        assert truth[leading] == "absent"
        assert after[leading] >= 2.0 * before[leading]


def test_patients_as_they_come_are_those_that_can_be_taught_on(knee: kb.Model) -> None:
    """As often as among many coherent worlds in which what explains the pain has a name."""
    drawn = [knee.practice_case("any", seed=seed).truth for seed in range(90)]
    nodes = knee.network.nodes
    worlds = [
        {node.id: node.states[state] for node, state in zip(nodes, world, strict=True)}
        for world in worlds_of(knee.network, 12345, 6000)
    ]
    complaint = knee.knowledge.meta.complaint
    taught = [one for one in worlds if one[complaint] == "present" and is_teachable(knee, one)]
    for cause in ("osteoarthritis", "bakers_cyst", "meniscus_tear", "something_else"):
        expected = float(np.mean([one[cause] == "present" for one in taught]))
        share = np.mean([truth[cause] == "present" for truth in drawn])
        least = 4.5 * math.sqrt(expected * (1.0 - expected) / len(drawn))
        assert abs(share - expected) <= least


@pytest.mark.parametrize(("background", "least", "most"), [("all", 1.0, 1.0), ("none", 0.0, 0.0)])
def test_the_background_that_is_told(
    knee: kb.Model, background: str, least: float, most: float
) -> None:
    case = knee.practice_case("any", seed=1, background=background)
    first = {*told_at_first(knee, case.truth, case.seed)}
    told, contexts = {*case.told} - first, {*knee.knowledge.contexts} - first
    assert least <= len(told) / len(contexts) <= most
    assert set(case.open) == {*knee.knowledge.contexts, *knee.knowledge.findings} - {*case.known}


def test_a_case_can_begin_with_what_the_page_tells(knee: kb.Model) -> None:
    case = knee.practice_case(seed=42, background="page")
    assert background_of(knee, case) == ["age", "sex"]
    assert case.told == ("age", "sex", *told_at_first(knee, case.truth, 42))


def test_what_is_told_of_some_background_does_not_depend_on_it(knee: kb.Model) -> None:
    some = [knee.practice_case("any", seed=seed, background="some") for seed in range(20)]
    told = np.mean([len(background_of(knee, one)) / len(knee.contexts) for one in some])
    assert 0.4 < told < 0.6
    for one in some[:3]:
        assert knee.practice_case("any", seed=one.seed).truth == one.truth


def test_answers_are_the_truth_by_any_name(knee: kb.Model) -> None:
    case = knee.practice_case("any", seed=5)
    for name, id in (("FEVER", "fever"), ("gradual onset", "onset"), ("us_cyst", "us_cyst")):
        after = case.ask(name)
        assert after.known[id] == case.truth[id]
        assert after.previous is case
        assert id not in case.known
        assert set(case.open) - set(after.open) == {id}
    assert case.exact == pytest.approx(knee.diagnose(case.known).belief.posteriors)


def test_an_examination_is_paid_once(knee: kb.Model) -> None:
    methods, case = knee.knowledge.methods, knee.practice_case("any", seed=5)
    results = [one.id for one in knee.findings if one.method == "ultrasound"]
    after = case.ask(results[0])
    assert (after.cost, after.burden) == (methods["ultrasound"].cost, methods["ultrasound"].burden)
    assert after.ask(results[1]).cost == after.cost
    whole = case.ask("Ultrasound").ask("fever", "X-ray")
    assert whole.steps[0].asked == tuple(results)
    assert whole.cost == methods["ultrasound"].cost + methods["xray"].cost
    assert after.examine("ultrasound").steps[-1].asked == tuple(results[1:])


def test_statements_add_up_and_the_last_holds(knee: kb.Model) -> None:
    case = knee.practice_case("any", seed=5).state({"gout": 0.1, "Baker's cyst": 0.4})
    assert case.state({"gout": 0.2}).stated == {"gout": 0.2, "bakers_cyst": 0.4}


@pytest.mark.parametrize(
    ("act", "error", "said"),
    [
        (lambda c: c.ask("xyzzy"), kb.UnknownNameError, "No finding or context named 'xyzzy'"),
        (lambda c: c.ask("gout"), kb.UnknownNameError, "('gout' is a cause.)"),
        (lambda c: c.ask(3), kb.UnknownNameError, "A name must be text"),
        (lambda c: c.ask("age"), kb.EvidenceError, "is known already (age: "),
        (lambda c: c.examine("palm reading"), kb.UnknownNameError, "There are: physical exam"),
        (lambda c: c.state({}), kb.EvidenceError, "at least one"),
        (lambda c: c.state(0.4), kb.EvidenceError, "stated by cause"),
        (lambda c: c.state({"gout": 1.2}), kb.EvidenceError, "between 0 and 1. Got 1.2"),
        (lambda c: c.state({"gout": 50}), kb.EvidenceError, "Got 50. For 50 % say 0.5."),
        (lambda c: c.state({"gout": 101}), kb.EvidenceError, "between 0 and 1. Got 101."),
        (lambda c: c.state({"gout": math.nan}), kb.EvidenceError, "Got nan"),
        (lambda c: c.state({"gout": True}), kb.EvidenceError, "Got True"),
        (lambda c: c.state({"gout": 0.1, "Gout": 0.2}), kb.EvidenceError, "stated already"),
        (lambda c: c.state({"fever": 0.1}), kb.UnknownNameError, "'fever' is a finding"),
        (lambda c: c.close(), kb.EvidenceError, "nothing was stated"),
        (lambda c: c.close({"gout": 0.1}, "later"), kb.EvidenceError, "'routine', 'soon', 'now'"),
        (lambda c: c.close({"gout": 0.1}).case.ask("fever"), kb.EvidenceError, "is closed"),
    ],
)
def test_what_cannot_be_done_is_told(
    knee: kb.Model, act: Any, error: type[Exception], said: str
) -> None:
    with pytest.raises(error) as caught:
        act(knee.practice_case("any", seed=5))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"difficulty": "brutal"}, "'difficulty' must be one of 'any', 'easy'"),
        ({"kind": "odd"}, "'kind' must be one of 'any', 'red herring'"),
        ({"seed": -1}, "'seed' must be a whole number from 0 on, or None. Got -1"),
        ({"seed": 1.5}, "Got 1.5"),
        ({"background": "half"}, "'background' must be one of 'all'"),
    ],
)
def test_a_case_that_cannot_be_drawn(knee: kb.Model, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(kb.KneebayesError) as caught:
        knee.practice_case(**{"difficulty": "any", "seed": 1} | asked)
    assert said in str(caught.value)


def test_gains_are_those_of_the_engine(knee: kb.Model) -> None:
    case = knee.practice_case("any", seed=9).ask("fever")
    subject = Subject(tuple(knee.knowledge.causes))
    now = now_of(knee.engine, case.evidence, subject)
    for id in list(case.gains)[:2]:
        outcomes = outcomes_of(knee.engine, case.evidence, [id], subject)[id]
        assert case.gains[id] == pytest.approx(information(now, outcomes), abs=1e-9)
    assert list(case.gains.values()) == sorted(case.gains.values(), reverse=True)
    assert set(case.gains) <= set(case.open)
    free = next(id for id in case.gains if case.price_of(id) == 0.0)
    test = next(id for id in case.gains if case.price_of(id) > 0.0)
    lines = case.hint.splitlines()
    assert lines[0].startswith(case.question_text(free))
    assert lines[1].startswith(case.question_text(test))
    assert (lines[0].endswith("free)"), "cost" in lines[1]) == (True, True)


def test_a_case_shows_what_is_known_and_not_the_truth(knee: kb.Model) -> None:
    case = knee.practice_case("any", "urgent", seed=9).ask("severe pain", "fever")
    hidden = {
        id: next(one for one in knee.network[id].states if one != state)
        for id, state in case.truth.items()
        if id not in case.known
    }
    other = replace(case, truth={**case.truth, **hidden})
    assert (other.text, other.html, repr(other)) == (case.text, case.html, repr(case))
    assert other.hint == case.hint
    assert other.exact == pytest.approx(case.exact, rel=1e-9)
    assert case.table["id"].tolist() == list(case.known)
    assert "medical advice" in case.text
    assert isinstance(case, PracticeCase)


def test_an_invented_model_can_be_practised_on(robot: kb.Model) -> None:
    case = robot.practice_case("any", seed=3)
    case = case.ask(*case.open[:2])
    told = case.close(case.exact, "routine")
    assert isinstance(told, Feedback)
    assert told.scores["divergence"] == pytest.approx(0.0, abs=1e-9)
    assert told.text
    assert isinstance(case.evidence, Evidence)
