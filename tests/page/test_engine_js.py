"""The engine of the page gives what the engine of the package gives, and enumeration."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracle import cases, weigh, weigh_states
from page.javascript import COMPUTING, STATIC, bare_payload, run, source

import kneebayes as kb
from kneebayes.case import judge_urgency, read_answers
from kneebayes.inference import Evidence
from kneebayes.network import Network, Node, noisy_or_node, root_node
from kneebayes.page.payload import VERSION, payload

Answers = dict[str, str]

ANSWER_ALL = """
function main({ payload, cases, grouped }) {
  const model = createModel(payload);
  return cases.map((answers, at) => {
    const found = infer(model, answers);
    const { level, reasons } = urgency(model, answers);
    const { possible, logProbability: log } = found;
    const posterior = model.causes.map((id) => found.posterior[id][1]);
    const plain = { possible, log, posterior, urgency: { level, reasons } };
    return at < grouped ? { ...plain, groups: found.groups, urgent: found.urgent } : plain;
  });
}
"""


def random_answers(model: kb.Model, count: int, seed: int) -> list[Answers]:
    """Sets of 1 to 15 answers about anything; one in a hundred cannot be true."""
    rng = np.random.default_rng(seed)
    knowledge = model.knowledge
    asked = [*knowledge.findings, *knowledge.contexts, *knowledge.findings, *knowledge.causes]
    found: list[Answers] = []
    for at in range(count):
        answers: Answers = {}
        if at % 5:
            answers[knowledge.meta.complaint] = "present"
        positive = rng.uniform(0.0, 0.2)
        for id in rng.choice(asked, int(rng.integers(1, 16))):
            states = model.network[id].states
            last = rng.random() < positive
            answers[str(id)] = states[-1] if last else states[rng.integers(len(states) - 1)]
        if at % 100 == 1:
            answers |= dict.fromkeys(knowledge.causes, "absent")
        found.append(answers)
    return found


GROUPED = 25


@pytest.fixture(scope="module")
def asked(knee: kb.Model) -> list[Answers]:
    return random_answers(knee, 200, 1)


@pytest.fixture(scope="module")
def told(
    knee: kb.Model, asked: list[Answers], tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    data = {"payload": payload(knee), "cases": asked, "grouped": GROUPED}
    answers: list[dict[str, Any]] = run(tmp_path_factory.mktemp("js"), ANSWER_ALL, data)
    return answers


def test_posteriors_are_those_of_python(
    knee: kb.Model, asked: list[Answers], told: list[dict[str, Any]]
) -> None:
    causes = list(knee.knowledge.causes)
    evidence = [Evidence.of(knee.network, answers) for answers in asked]
    python = knee.engine.propagate_each(evidence, causes)
    possible = np.isfinite(python.log_probability)
    assert 2 <= (~possible).sum() <= 40
    assert [one["possible"] for one in told] == possible.tolist()
    posteriors = np.array([one["posterior"] for one in told])
    expected = np.stack([python.marginals[id][:, 1] for id in causes], axis=1)
    assert np.abs(posteriors - expected).max() < 1e-9
    logs = np.array([one["log"] for one in told], dtype=float)[possible]
    assert np.abs(logs - python.log_probability[possible]).max() < 1e-9


def test_groups_are_those_of_python(
    knee: kb.Model, asked: list[Answers], told: list[dict[str, Any]]
) -> None:
    urgent = knee.knowledge.urgent
    for answers, one in zip(asked[:GROUPED], told, strict=False):
        if not one["possible"]:
            assert {*one["groups"].values(), one["urgent"]} == {0}
            continue
        evidence = Evidence.of(knee.network, answers)
        members = [group.members for group in knee.knowledge.groups.values()]
        any_of_each = knee.engine.probability_of_any(members, evidence)
        groups = dict(zip(knee.knowledge.groups, any_of_each, strict=True))
        assert one["groups"] == pytest.approx(groups, rel=1e-9, abs=1e-12)
        (some,) = knee.engine.probability_of_any([urgent], evidence)
        assert one["urgent"] == pytest.approx(some, rel=1e-9, abs=1e-12)


def test_urgency_is_that_of_python(
    knee: kb.Model, asked: list[Answers], told: list[dict[str, Any]]
) -> None:
    levels = set()
    for answers, one in zip(asked, told, strict=True):
        read = read_answers(knee.data, answers)
        expected = judge_urgency(knee.knowledge, read)
        reasons = [
            (
                each.level,
                each.text,
                each.signs,
                tuple(one.removeprefix("assumed: ") for one in each.because),
            )
            for each in expected.reasons
        ]
        found = one["urgency"]
        assert found["level"] == expected.level
        assert reasons == [
            (each["level"], each["text"], tuple(each["signs"]), tuple(each["because"]))
            for each in found["reasons"]
        ]
        levels.add(found["level"])
    assert levels == {"now", "soon", "routine"}


ANSWER_SMALL = """
function main(cases) {
  return cases.map(({ payload, answers, targets }) => {
    const model = createModel(payload);
    const found = infer(model, answers, { targets });
    const { posterior, possible, logProbability: log, groups, urgent } = found;
    return { posterior, possible, log, groups, urgent, questions: questions(model, answers) };
  });
}
"""


def hard_answers(evidence: Evidence, network: Network) -> Answers:
    """The answers of some evidence that are certain."""
    states = {str(id): evidence.hard_state(str(id)) for id in evidence}
    return {id: network[id].states[at] for id, at in states.items() if at is not None}


def small_cases(count: int, seed: int) -> list[tuple[Network, Answers, dict[str, Any]]]:
    """Random networks; whatever is binary may be a cause."""
    found = []
    for network, evidence, rng in cases(count, seed):
        binary = [node.id for node in network.nodes if len(node.states) == 2]
        if len(binary) > 1:
            causes = [str(id) for id in rng.choice(binary, min(3, len(binary)), replace=False)]
            told = bare_payload(network, causes, {"some": causes[:2]})
            found.append((network, hard_answers(evidence, network), told))
    return found


def shares_of(network: Network, answers: Answers) -> dict[str, np.ndarray]:
    return weigh_states(network, Evidence.of(network, answers))


def test_small_networks_agree_with_enumeration(tmp_path: Path) -> None:
    """Contexts of several states, plain tables, links of 0 and 1, hidden and impossible nodes."""
    small = small_cases(120, 5)
    data = [
        {"payload": told, "answers": answers, "targets": [node.id for node in network.nodes]}
        for network, answers, told in small
    ]
    for (network, answers, told), one in zip(small, run(tmp_path, ANSWER_SMALL, data), strict=True):
        total = float(weigh(network, Evidence.of(network, answers)))
        assert one["log"] == pytest.approx(math.log(total), abs=1e-9)
        shares = shares_of(network, answers)
        for id, weights in shares.items():
            assert one["posterior"][id] == pytest.approx((weights / total).tolist(), abs=1e-9)
        members = told["groups"][0]["members"]
        none = 0.0
        if all(answers.get(id) in (None, network[id].states[0]) for id in members):
            absent = {id: network[id].states[0] for id in members}
            none = float(weigh(network, Evidence.of(network, answers | absent)))
        assert one["groups"]["some"] == pytest.approx(1 - none / total, abs=1e-9)
        assert one["urgent"] == pytest.approx(one["posterior"][members[0]][1], abs=1e-9)
        check_questions(network, answers, one["questions"], total)


def check_questions(
    network: Network, answers: Answers, asked: list[dict[str, Any]], total: float
) -> None:
    """Every answer of every question, one at a time."""
    for question in asked:
        assert question["id"] not in answers
        assert sum(question["states"].values()) == pytest.approx(1.0, abs=1e-9)
        for outcome in question["outcomes"]:
            after = shares_of(network, {**answers, question["id"]: outcome["state"]})
            share = float(after[question["id"]].sum())
            assert outcome["probability"] == pytest.approx(share / total, abs=1e-9)
            for id, p in outcome["posterior"].items():
                # a rest of less than 1e-4 is asked for itself, so four digits go at most
                assert p == pytest.approx(float(after[id][1]) / share, abs=1e-9)


def test_impossible_answers_have_zeros_and_no_nan(tmp_path: Path) -> None:
    network = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.0, {"flu": 0.8})))
    told = bare_payload(network, ["flu"], {"some": ["flu"]})
    data = [{"payload": told, "answers": {"fever": "present", "flu": "absent"}, "targets": []}]
    (found,) = run(tmp_path, ANSWER_SMALL, data)
    assert found == {
        "posterior": {"flu": [0, 0]},
        "possible": False,
        "log": None,  # minus infinity
        "groups": {"some": 0},
        "urgent": 0,
        "questions": [],
    }


def test_null_is_unknown_and_the_complaint_is_not_added(tmp_path: Path) -> None:
    network = Network((root_node("flu", [0.75, 0.25]), noisy_or_node("fever", 0.0, {"flu": 0.5})))
    told = bare_payload(network, ["flu"], complaint="fever")
    data = [{"payload": told, "answers": {"fever": None}, "targets": ["fever"]}]
    (found,) = run(tmp_path, ANSWER_SMALL, data)
    assert found["posterior"] == {"flu": [0.75, 0.25], "fever": [0.875, 0.125]}


def wide_network(count: int) -> Network:
    """Every cause shows every finding."""
    causes = [root_node(f"c{at}", [0.9, 0.1]) for at in range(count)]
    links = {cause.id: 0.3 for cause in causes}
    findings: list[Node] = [noisy_or_node(f"f{at}", 0.1, links) for at in range(count)]
    return Network((*causes, *findings))


ASK_WIDE = """
function main({ payload, answers }) {
  const model = createModel(payload);
  const told = infer(model, answers);
  const asked = questions(model, answers);
  return { told, asked: asked.length, tooWide: asked.tooWide };
}
"""


def test_too_wide_a_question_says_so_at_once(tmp_path: Path) -> None:
    network = wide_network(27)
    answers = {f"f{at}": "present" for at in range(27)}
    told = bare_payload(network, [f"c{at}" for at in range(27)], complaint="f0")
    found = run(tmp_path, ASK_WIDE, {"payload": told, "answers": answers})
    assert found["told"]["tooWide"] is True
    assert found["told"]["width"] > 24
    assert (found["asked"], found["tooWide"]) == (0, True)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"tail": "present"}, "There is no node 'tail'."),
        ({"flu": "maybe"}, "'flu' cannot be 'maybe'. Its states are: absent, present."),
    ],
)
def test_what_cannot_be_understood_is_told(tmp_path: Path, answers: Answers, said: str) -> None:
    told = bare_payload(Network((root_node("flu", [0.9, 0.1]),)), ["flu"])
    program = """
    function main({ payload, answers }) {
      try { return infer(createModel(payload), answers); } catch (error) { return error.message; }
    }
    """
    assert run(tmp_path, program, {"payload": told, "answers": answers}) == said


def test_a_payload_of_another_form_is_refused(tmp_path: Path) -> None:
    program = """
    function main(payload) {
      try { return createModel(payload); } catch (error) { return error.message; }
    }
    """
    said = run(tmp_path, program, {"version": 7, "nodes": [], "causes": []})
    assert said == f"This page reads payloads of version {VERSION}, got 7."


def test_nothing_underflows_in_a_long_network(tmp_path: Path) -> None:
    """A chain of 300 rare findings, each below 1e-9."""
    nodes = [root_node("flu", [0.5, 0.5])]
    nodes += [noisy_or_node(f"f{at}", 1e-10, {"flu": 3e-10}) for at in range(300)]
    network = Network(tuple(nodes))
    told = bare_payload(network, ["flu"])
    answers = {f"f{at}": "present" for at in range(300)}
    data = [{"payload": told, "answers": answers, "targets": []}]
    (found,) = run(tmp_path, ANSWER_SMALL, data)
    # P(finding | flu) = 4e-10 - 3e-20, P(finding | no flu) = 1e-10
    expected = 300 * math.log(4e-10 - 3e-20) - math.log(2.0) + math.log1p(0.25**300)
    assert found["log"] == pytest.approx(expected, rel=1e-12)
    assert found["posterior"]["flu"][0] == pytest.approx((1 / (4 - 3e-10)) ** 300, rel=1e-9)


TOP = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


def test_scripts_share_one_scope_without_clashes() -> None:
    names = [
        name
        for path in STATIC.iterdir()
        if path.name.endswith(".js") and not path.name.startswith("boot_")
        for name in TOP.findall(path.read_text(encoding="utf-8"))
    ]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", COMPUTING)
def test_scripts_are_short_and_need_nothing(name: str) -> None:
    text = source(name)
    assert len(text.splitlines()) <= 250
    assert not re.search(r"\beval\(|new Function|document\.|window\.|fetch\(", text)
    for line in re.findall(r"^import.*$", text, flags=re.MULTILINE):
        assert re.fullmatch(r'import \{ [\w, ]+ \} from "\./\w+\.js";', line)
    bodies = re.split(r"^(?=(?:export )?(?:function|class) )", text, flags=re.MULTILINE)[1:]
    for body in (one for one in bodies if "class " not in one.split("{")[0]):
        lines = body[: body.index("\n}")].splitlines()
        assert len(lines) <= 42, lines[0]  # 40 and the first and the last
