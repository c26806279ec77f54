"""How surprising an answer is, against P(evidence) with and without it."""

import math
import re

import pytest
from oracle import cases, weigh

import kneebayes as kb
from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, noisy_or_node, root_node
from kneebayes.questions.attribute.surprises import SurprisingAnswer, surprise


def test_surprises_are_ratios_of_p_of_evidence() -> None:
    for network, evidence, _ in cases(40, seed=5, most=7):
        told = surprise(Engine(network), evidence, "nothing")
        assert {one.node for one in told} == set(evidence)
        given = weigh(network, evidence)
        for one in told:
            rest = evidence.only([id for id in evidence if id != one.node])
            largest = max(evidence.likelihoods[one.node])
            expected = given / weigh(network, rest) / largest
            assert one.probability == pytest.approx(float(expected), abs=1e-9)
            alone = weigh(network, evidence.only([one.node])) / largest
            assert one.alone == pytest.approx(float(alone), abs=1e-9)
            assert one.bits == pytest.approx(-math.log2(expected), abs=1e-6)
        assert [one.bits for one in told] == sorted((one.bits for one in told), reverse=True)


def test_of_two_answers_each_is_in_conflict_as_much_as_both_together(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": True, "warmth": False})
    for one in dx.surprises().surprising:
        assert one.conflict == pytest.approx(dx.conflict, abs=1e-9)


def test_a_slip_is_asked_about(knee: kb.Model) -> None:
    told = knee.diagnose({"ACL injury": True, "MRI: ACL tear": False}).surprises()
    assert told.doubtful == (knee.knowledge.there["acl_injury"],)
    assert told.surprising[0].otherwise == "absent"
    assert "did you mean absent?" in told.text
    assert "did you mean absent?" in told.html


DOUBTS = [
    # P(answer | rest), alone, P(other | rest), doubtful
    (0.04, 0.5, 0.96, True),
    (0.06, 0.5, 0.94, False),  # not surprising enough
    (0.04, 0.05, 0.96, False),  # rare for everybody
    (0.04, 0.08, 0.96, True),  # made half as probable by the others
    (0.04, 0.01, 0.96, False),  # the others speak for it
]


@pytest.mark.parametrize(("given", "alone", "other", "doubtful"), DOUBTS)
def test_what_is_doubtful(given: float, alone: float, other: float, *, doubtful: bool) -> None:
    assert SurprisingAnswer("f", given, alone, "absent", other).is_doubtful == doubtful


def test_an_answer_given_as_a_probability_is_never_a_slip() -> None:
    assert not SurprisingAnswer("f", 0.001, 0.5, "", 0.0).is_doubtful


def test_the_complaint_is_taken_for_granted(knee: kb.Model) -> None:
    assert knee.diagnose().surprises().surprising == ()


def test_impossible_evidence_is_refused() -> None:
    network = Network((root_node("a", [1.0, 0.0]), noisy_or_node("f", 0.0, {"a": 0.5})))
    seen = Evidence.of(network, {"f": "present"})
    with pytest.raises(ImpossibleEvidenceError, match=re.escape("nothing in it can be surprising")):
        surprise(Engine(network), seen, "a")
