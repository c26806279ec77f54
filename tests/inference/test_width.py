"""Queries that are too wide to be answered are refused before any table is made."""

import pytest

from kneebayes.errors import KneebayesError, TooWideError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, noisy_or_node, root_node

MANY = 28


@pytest.fixture(scope="module")
def wide() -> Engine:
    """Every cause can produce every finding."""
    causes = [root_node(f"c{at}", [0.9, 0.1]) for at in range(MANY)]
    links = {one.id: 0.5 for one in causes}
    findings = [noisy_or_node(f"f{at}", 0.01, links) for at in range(MANY)]
    return Engine(Network((*causes, *findings)))


def seen(engine: Engine, findings: int, causes: int = 0, state: str = "present") -> Evidence:
    said = {f"f{at}": state for at in range(findings)}
    return Evidence.of(engine.network, said | {f"c{at}": "absent" for at in range(causes)})


def test_too_wide_is_said_with_a_way_out(wide: Engine) -> None:
    with pytest.raises(
        TooWideError,
        match=r"needs a table of 2\^(2[7-9]|[3-9]\d) entries, "
        r"more than memory is allowed for, and in parts it would take minutes\. "
        r"Answering more of what others depend on, or leaving out positive findings, makes it "
        r"narrower\.",
    ):
        wide.propagate(seen(wide, MANY), ["c0"])


def test_too_wide_is_an_error_of_ours_and_of_memory() -> None:
    assert issubclass(TooWideError, KneebayesError)
    assert issubclass(TooWideError, MemoryError)


def test_the_engine_answers_again_after_a_refusal(wide: Engine) -> None:
    with pytest.raises(TooWideError):
        wide.log_probability(seen(wide, MANY))
    assert 0.0 < wide.probability(seen(wide, 2)) < 1.0


@pytest.mark.parametrize(("findings", "causes"), [(MANY, MANY - 6), (6, 0)])
def test_what_the_error_advises_makes_it_narrow(wide: Engine, findings: int, causes: int) -> None:
    assert wide.probability(seen(wide, findings, causes)) > 0.0


def test_absent_findings_cost_nothing(wide: Engine) -> None:
    """An absent finding speaks of each cause alone: P = prod (1 - p + p (1 - link)^n)."""
    expected = 0.99**MANY * (0.9 + 0.1 * 0.5**MANY) ** MANY
    assert wide.probability(seen(wide, MANY, state="absent")) == pytest.approx(expected)
