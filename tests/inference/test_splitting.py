"""Questions asked in parts: what the parts add up to, against enumeration and closed forms."""

from collections.abc import Iterator
from math import comb, log

import numpy as np
import oracle
import pytest

import kneebayes as kb
from kneebayes.errors import ImpossibleEvidenceError, TooWideError
from kneebayes.inference import Engine, Evidence, answering, batch
from kneebayes.inference.answering import cost_of, parts_of
from kneebayes.inference.batch import cases_of, rows_of
from kneebayes.network import Network, noisy_or_node, root_node, table_node

CLOSE = 1e-12
LITTLE = 30.0  # multiplications: what is dearer is split
CAUSES, PRIOR, LINK, LEAK = 28, 0.1, 0.5, 0.01


@pytest.fixture
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that may do next to nothing at once, so that it splits small questions."""
    Engine(Network((root_node("a", [0.5, 0.5]),))).compile()
    monkeypatch.setattr(batch, "LIMITS", batch.LIMITS._replace(dearest=LITTLE))


def split_cases(seed: int) -> Iterator[tuple[Network, Evidence]]:
    """Random questions that are asked in parts; what is only likely cannot be split."""
    for network, evidence, _ in oracle.cases(25, seed, 7, share=0.3):
        flat = Engine(network).flat
        try:
            single = rows_of(flat, cases_of(network, flat, [evidence]), range(len(network)))
            parts, _ = parts_of(flat, single)
        except TooWideError:
            continue
        if len(parts.hard) > 1:
            yield network, evidence


@pytest.mark.usefixtures("_little")
@pytest.mark.parametrize(
    "seed",
    [
        700,
        701,
        pytest.param(702, marks=pytest.mark.long),
        pytest.param(703, marks=pytest.mark.long),
    ],
)
def test_parts_add_up_to_the_answer(seed: int) -> None:
    checked = 0
    for network, evidence in split_cases(seed):
        told = Engine(network).propagate_each([evidence, evidence], [n.id for n in network.nodes])
        right = oracle.weigh(network, evidence)
        assert np.exp(told.log_probability) == pytest.approx(float(right), rel=CLOSE)
        for id, share in oracle.weigh_states(network, evidence).items():
            assert told.marginals[id][1] == pytest.approx((share / right).astype(float), abs=CLOSE)
        checked += 1
    assert checked > 5


@pytest.mark.usefixtures("_little")
def test_derivatives_add_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = 0
    for network, evidence in (one for seed in (710, 711) for one in split_cases(seed)):
        try:
            in_parts = Engine(network).derive(evidence)
        except TooWideError:  # a part is impossible
            continue
        with monkeypatch.context() as whole:
            whole.setattr(batch, "LIMITS", batch.LIMITS._replace(dearest=np.inf))
            at_once = Engine(network).derive(evidence)
        assert in_parts.derivatives == pytest.approx(at_once.derivatives, rel=1e-9, abs=1e-9)
        assert in_parts.log_probability == pytest.approx(at_once.log_probability, abs=CLOSE)
        assert in_parts.fired.keys() == at_once.fired.keys()
        for id, links in at_once.fired.items():
            assert in_parts.fired[id] == pytest.approx(links, abs=1e-9)
        checked += 1
    assert checked > 5


@pytest.mark.usefixtures("_little")
def test_impossible_in_every_part_is_impossible() -> None:
    causes = [root_node(f"c{at}", [0.6, 0.4]) for at in range(6)]
    links = {one.id: 0.5 for one in causes}
    never = table_node("never", ["f"], [[1.0, 0.0], [1.0, 0.0]])
    network = Network((*causes, noisy_or_node("f", 0.1, links), never))
    seen = Evidence.of(network, {"f": "present", "never": "present"})
    engine = Engine(network)
    single = rows_of(engine.flat, cases_of(network, engine.flat, [seen]))
    assert len(parts_of(engine.flat, single)[0].hard) > 1
    told = engine.propagate_each([seen], ["c0"])
    assert told.log_probability[0] == -np.inf
    with pytest.raises(ImpossibleEvidenceError, match="probability zero"):
        engine.derive(seen)


def symmetrical() -> Network:
    """Every cause can produce every finding, all alike."""
    causes = [root_node(f"c{at}", [1.0 - PRIOR, PRIOR]) for at in range(CAUSES)]
    links = {one.id: LINK for one in causes}
    return Network((*causes, *(noisy_or_node(f"f{at}", LEAK, links) for at in range(CAUSES))))


def log_probability_of(findings: int) -> float:
    """Logarithm of P(all these findings present), summed over how many causes are."""
    return log(
        sum(
            comb(CAUSES, many)
            * PRIOR**many
            * (1.0 - PRIOR) ** (CAUSES - many)
            * (1.0 - (1.0 - LEAK) * (1.0 - LINK) ** many) ** findings
            for many in range(CAUSES + 1)
        )
    )


def test_a_symmetrical_network_has_a_closed_form() -> None:
    """Given how many causes are present, findings are independent."""
    findings = 14
    network = symmetrical()
    engine = Engine(network)
    seen = Evidence.of(network, {f"f{at}": "present" for at in range(findings)})
    told = engine.compile().log_probability(seen)
    assert told == pytest.approx(log_probability_of(findings), abs=1e-9)


def test_the_article_in_parts(knee: kb.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many positive answers, contexts unknown: the age summed out by hand, or by the engine.

    The engine may do a third of what it would take at once, so that it splits the question.
    """
    found = [one.id for one in knee.findings if one.kind in ("symptom", "sign")][:22]
    seen = Evidence.of(knee.network, dict.fromkeys(found, "present"))
    causes = [one.id for one in knee.causes]
    engine = knee.engine.compile()
    single = rows_of(engine.flat, cases_of(knee.network, engine.flat, [seen]))
    cost = float(cost_of(engine.flat, single, single.hard, single.limits)[0][0])
    monkeypatch.setattr(batch, "LIMITS", batch.LIMITS._replace(dearest=cost / 3.0))
    single = rows_of(engine.flat, cases_of(knee.network, engine.flat, [seen]))
    assert len(parts_of(engine.flat, single)[0].hard) > 1
    at_once = engine.propagate_each([seen], causes)
    ages = [
        seen.plus(Evidence.of(knee.network, {"age": state})) for state in knee.network["age"].states
    ]
    by_hand = engine.propagate_each(ages, causes)
    shares = np.exp(by_hand.log_probability - at_once.log_probability[0])
    assert shares.sum() == pytest.approx(1.0, abs=CLOSE)
    for id in causes:
        mine = shares @ by_hand.marginals[id]
        assert at_once.marginals[id][0] == pytest.approx(mine, abs=CLOSE)


@pytest.mark.parametrize("seed", [720, 721])
def test_targets_some_at_a_time(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked with fewer targets at once: the same posteriors, against enumeration."""
    monkeypatch.setattr(answering, "BY_TARGETS", LITTLE)
    for network, evidence, _ in oracle.cases(25, seed, 7, share=0.3):
        right = oracle.weigh(network, evidence)
        told = Engine(network).propagate_each([evidence, evidence], [n.id for n in network.nodes])
        assert np.exp(told.log_probability) == pytest.approx(float(right), rel=CLOSE)
        for id, share in oracle.weigh_states(network, evidence).items():
            assert told.marginals[id][0] == pytest.approx((share / right).astype(float), abs=CLOSE)


def test_many_findings_have_a_closed_form() -> None:
    """Sixty causes are tied together by 150 findings, but any one finding has four causes."""
    rng = np.random.default_rng(730)
    priors = rng.uniform(0.01, 0.3, 60)
    roots = [root_node(f"c{at}", [1.0 - prior, prior]) for at, prior in enumerate(priors)]
    links = [rng.choice(60, 4, replace=False).tolist() for _ in range(150)]
    nodes = [
        noisy_or_node(f"f{at}", LEAK, {f"c{cause}": LINK for cause in causes})
        for at, causes in enumerate(links)
    ]
    engine = Engine(Network((*roots, *nodes))).compile()
    told = engine.propagate(Evidence({}), [node.id for node in nodes])
    for at, causes in enumerate(links):
        silent = (1.0 - LEAK) * np.prod(1.0 - LINK * priors[causes])
        assert told.present(f"f{at}") == pytest.approx(1.0 - silent, abs=CLOSE)
