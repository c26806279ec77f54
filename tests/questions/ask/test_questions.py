"""Questions, their outcomes and pairs, against enumeration and on the article's network."""

from itertools import product

import numpy as np
import oracle
import pytest

import kneebayes as kb
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, noisy_or_node, root_node
from kneebayes.questions.ask.outcomes import (
    Outcome,
    Subject,
    information,
    now_of,
    outcomes_of,
    outcomes_of_each,
)
from kneebayes.questions.ask.ranking import (
    QUESTION_KINDS,
    Case,
    joint_answers,
    kinds_of,
    look_ahead,
    open_nodes,
    pareto_front,
    rank_questions,
    subject_named,
)

CASES = [{}, {"lump behind the knee": True}, {"fever": 0.7, "age": "older", "redness": False}]
ABOUT = [None, "gout", "infection", "urgent"]


def case_of(model: kb.Model, said: dict[str, object]) -> Case:
    return model.diagnose(said).case


def split(network: Network, evidence: Evidence) -> tuple[tuple[str, ...], list[str]]:
    """Some binary nodes as causes, and open nodes to ask about."""
    binary = [node.id for node in network.nodes if len(node.states) == 2]
    causes = tuple(binary[:3])
    return causes, [n.id for n in network.nodes if n.id not in evidence and n.id not in causes]


def joint(
    network: Network, evidence: Evidence, causes: tuple[str, ...], nodes: list[str]
) -> np.ndarray:
    """P(causes, nodes | evidence) by enumeration: one axis each, in this order."""
    table = np.zeros([len(network[id].states) for id in (*causes, *nodes)])
    for states in np.ndindex(*table.shape):
        said = {
            id: tuple(float(at == state) for at in range(len(network[id].states)))
            for id, state in zip((*causes, *nodes), states, strict=True)
        }
        both = evidence.plus(Evidence(said))
        if all(any(one) for one in both.likelihoods.values()):
            table[states] = float(oracle.weigh(network, both))
    return table / table.sum()


def mutual_information(table: np.ndarray) -> float:
    """Of rows and columns, in bits."""
    product = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True)
    some = table > 0.0
    return float((table[some] * np.log2(table[some] / product[some])).sum())


@pytest.mark.parametrize("seed", range(6))
def test_gains_and_posteriors_are_those_of_enumeration(seed: int) -> None:
    for network, evidence, _ in oracle.cases(4, seed, most=7, share=0.3):
        causes, nodes = split(network, evidence)
        if not causes or not nodes:
            continue
        engine = Engine(network)
        for members in ((), causes[:1], causes):
            subject = Subject(causes, members)
            now = now_of(engine, evidence, subject)
            told = outcomes_of(engine, evidence, nodes, subject)
            for id in nodes:
                table = joint(network, evidence, causes, [id])
                check(table, causes, members, now, told[id], network[id].states)


def check(
    table: np.ndarray,
    causes: tuple[str, ...],
    members: tuple[str, ...],
    now: Outcome,
    outcomes: tuple[Outcome, ...],
    states: tuple[str, ...],
) -> None:
    """Outcomes against the joint table of the causes and of one node, its axis last."""
    answered = table.sum(axis=tuple(range(len(causes))))
    possible = [state for state, share in zip(states, answered, strict=True) if share > 1e-15]
    assert [next(iter(one.answers.values())) for one in outcomes] == possible
    yes_no = []
    for at, cause in enumerate(causes):
        others = tuple(axis for axis in range(len(causes)) if axis != at)
        yes_no.append(table.sum(axis=others))
        for one in outcomes:
            state = states.index(next(iter(one.answers.values())))
            assert one.probability == pytest.approx(answered[state], abs=1e-12)
            expected = yes_no[at][1, state] / answered[state]
            assert one.posteriors[cause] == pytest.approx(expected, abs=1e-9)
    if members == causes:
        none = table[(0,) * len(causes)]
        expected = mutual_information(np.stack([none, answered - none]))
        assert now.subject == pytest.approx(1.0 - none.sum(), abs=1e-9)
    elif members:
        expected = mutual_information(yes_no[0])
    else:
        expected = sum(mutual_information(one) for one in yes_no)
    assert information(now, outcomes) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_several_answers_together_are_those_of_enumeration(seed: int) -> None:
    for network, evidence, rng in oracle.cases(4, 100 + seed, most=7, share=0.2):
        causes, nodes = split(network, evidence)
        chosen = [str(one) for one in rng.permutation(nodes)[:3]]
        if not causes or not chosen:
            continue
        table = joint(network, evidence, causes, chosen)
        states = [network[id].states for id in chosen]
        asked = [dict(zip(chosen, one, strict=True)) for one in product(*states)]
        told = outcomes_of_each(Engine(network), evidence, asked, Subject(causes))
        assert sum(one.probability for one in told) == pytest.approx(1.0, abs=1e-9)
        for one in told:
            at = tuple(network[id].states.index(state) for id, state in one.answers.items())
            here = table[(..., *at)]
            assert one.probability == pytest.approx(here.sum(), abs=1e-12)
            if here.sum() > 1e-14:
                for axis, cause in enumerate(causes):
                    expected = here.take(1, axis=axis).sum() / here.sum()
                    assert one.posteriors[cause] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("rare", [1e-3, 1e-5, 1e-9, 1e-15])
def test_a_rare_answer_keeps_its_digits(rare: float) -> None:
    network = Network(
        (root_node("flu", [0.9, 0.1]), noisy_or_node("rash", 0.0, {"flu": rare / 0.1}))
    )
    told = outcomes_of(Engine(network), Evidence({}), ["rash"], Subject(("flu",)))
    assert told["rash"][1].probability == pytest.approx(rare, rel=1e-10)
    assert told["rash"][1].posteriors["flu"] == pytest.approx(1.0, rel=1e-10)


def test_what_cannot_be_told_is_no_question(robot: kb.Model) -> None:
    network = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("rash", 0.0, {"flu": 0.0})))
    assert len(outcomes_of(Engine(network), Evidence({}), ["rash"], Subject(("flu",)))["rash"]) == 1


@pytest.mark.parametrize(
    ("said", "about"),
    [*((said, None) for said in CASES), *((CASES[2], about) for about in ABOUT[1:])],
)
def test_the_laws_of_questions(knee: kb.Model, said: dict[str, object], about: str | None) -> None:
    case = case_of(knee, said)
    subject = subject_named(knee.knowledge, knee.names, about)
    now, questions, _ = rank_questions(case, subject)
    assert [one.bits for one in questions] == sorted((one.bits for one in questions), reverse=True)
    for question in questions:
        assert question.bits >= 0.0
        assert question.id not in case.evidence
        assert len(question.outcomes) > 1
        assert all(one.probability > 0.0 for one in question.outcomes)
        shares = [one.probability for one in question.outcomes]
        assert sum(shares) == pytest.approx(1.0, abs=1e-12)
        for cause, p in now.posteriors.items():
            each = [one.posteriors[cause] for one in question.outcomes]
            assert np.dot(shares, each) == pytest.approx(p, abs=1e-9)
        if now.subject is not None:
            each = [one.subject or 0.0 for one in question.outcomes]
            assert np.dot(shares, each) == pytest.approx(now.subject, abs=1e-9)


@pytest.mark.parametrize("said", CASES)
def test_an_outcome_is_what_would_be_diagnosed(knee: kb.Model, said: dict[str, object]) -> None:
    case = case_of(knee, said)
    _, questions, _ = rank_questions(case, subject_named(knee.knowledge, knee.names, "infection"))
    for question in [*questions[:6], *questions[-3:]]:
        for outcome, level in zip(question.outcomes, question.levels, strict=True):
            dx = knee.diagnose(said).given({question.id: question.state_of(outcome)})
            for cause in knee.causes:
                assert outcome.posteriors[cause.id] == pytest.approx(dx[cause.id], abs=1e-9)
            assert outcome.subject == pytest.approx(dx["infection"], abs=1e-9)
            assert level == dx.urgency.level


def test_advice_is_the_probability_of_another_urgency(knee: kb.Model) -> None:
    case = case_of(knee, {"lump behind the knee": True})
    _, questions, _ = rank_questions(case, subject_named(knee.knowledge, knee.names, None))
    by_id = {one.id: one for one in questions}
    severe = by_id["severe_pain"]
    dx = knee.diagnose({"lump behind the knee": True})
    assert severe.advice == pytest.approx(dx.probability({"severe pain": True}), abs=1e-12)
    assert by_id["stiffness"].advice == 0.0
    urgent = case_of(knee, {"fever": True})
    _, questions, _ = rank_questions(urgent, subject_named(knee.knowledge, knee.names, None))
    assert all(one.advice == 0.0 for one in questions)


def test_everything_open_is_asked_once(knee: kb.Model) -> None:
    case = case_of(knee, {"fever": False, "age": "older"})
    asked = open_nodes(case, QUESTION_KINDS)
    every = {one.id for one in (*knee.findings, *knee.contexts)}
    assert set(asked) == every - {"fever", "age", knee.knowledge.meta.complaint}
    assert set(open_nodes(case, ["test"])) == {f.id for f in knee.findings if f.kind == "test"}


@pytest.mark.parametrize("about", [None, "urgent"])
def test_no_question_of_the_front_is_beaten(knee: kb.Model, about: str | None) -> None:
    subject = subject_named(knee.knowledge, knee.names, about)
    _, questions, _ = rank_questions(case_of(knee, {}), subject)
    front = set(pareto_front(questions))
    beaten = {
        one.id
        for one in questions
        for other in questions
        if (other.bits, -other.cost) != (one.bits, -one.cost)
        and other.bits >= one.bits
        and other.cost <= one.cost
    }
    assert front == {one.id for one in questions} - beaten
    assert questions[0].id in front


@pytest.mark.parametrize("about", ABOUT)
def test_a_pair_tells_at_least_what_each_tells(knee: kb.Model, about: str | None) -> None:
    case, subject = case_of(knee, {}), subject_named(knee.knowledge, knee.names, about)
    now, questions, _ = rank_questions(case, subject)
    alone = {one.id: one.bits for one in questions}
    pairs = look_ahead(case, subject, now, questions[:4])
    assert [pair.bits for pair in pairs] == sorted((pair.bits for pair in pairs), reverse=True)
    assert len(pairs) == 6
    for pair in pairs:
        # the chain rule: the gain of a second answer, averaged over the first, is not negative
        assert pair.bits >= max(alone[pair.first], alone[pair.second]) - 1e-12
        assert pair.beyond == pytest.approx(pair.bits - alone[pair.first] - alone[pair.second])
    first, second = questions[:2]
    told = outcomes_of_each(
        case.engine, case.evidence, list(joint_answers((first, second))), subject
    )
    dx = knee.diagnose({})
    for one in told:
        assert one.probability == pytest.approx(dx.probability(one.answers), abs=1e-10)


def test_what_is_certain_cannot_be_asked_about(knee: kb.Model) -> None:
    case = case_of(knee, {"gout": False})
    with pytest.raises(kb.EvidenceError, match="about: gout is absent for certain"):
        rank_questions(case, subject_named(knee.knowledge, knee.names, "gout"))
    _, questions, _ = rank_questions(case, subject_named(knee.knowledge, knee.names, None))
    assert questions


def test_names_that_are_not_known_are_refused(knee: kb.Model) -> None:
    with pytest.raises(kb.UnknownNameError, match="No cause or group named 'hiccups'"):
        subject_named(knee.knowledge, knee.names, "hiccups")
    with pytest.raises(kb.EvidenceError, match=r"no kind of question 'scan'.*'context', 'history'"):
        kinds_of(["sign", "scan"])
    assert kinds_of("test") == ("test",)
    assert kinds_of(None) == QUESTION_KINDS
