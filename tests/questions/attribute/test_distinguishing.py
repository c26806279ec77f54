"""How many bits tell causes apart: laws, and the definition written out."""

import math

import numpy as np
import pytest
from oracle import random_network, weigh

import kneebayes as kb
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError, UnknownNameError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, noisy_or_node, root_node
from kneebayes.questions.attribute.distinguishability import (
    Distinguishability,
    distinguish_causes,
    order_by_likeness,
)


def information(p: float, q: float) -> float:
    """Mutual information of a fair coin and the answer that it chooses between, in bits."""
    both = {(0, 1): p / 2, (0, 0): (1 - p) / 2, (1, 1): q / 2, (1, 0): (1 - q) / 2}
    answer = {1: (p + q) / 2, 0: 1 - (p + q) / 2}
    return sum(
        share * math.log2(share / (0.5 * answer[said]))
        for (_, said), share in both.items()
        if share > 0.0
    )


def test_bits_are_the_information_of_the_answer_about_a_fair_choice() -> None:
    rng = np.random.default_rng(3)
    seen_some = 0
    while seen_some < 25:
        network = random_network(rng, 8)
        binary = [one.id for one in network.nodes if len(one.states) == 2]
        if len(binary) < 5:
            continue
        causes, findings = binary[:3], binary[3:]
        cases = [
            Evidence({one: (0.0, 1.0) if one == cause else (1.0, 0.0) for one in causes})
            for cause in causes
        ]
        given = [weigh(network, one) for one in cases]
        if min(given) == 0.0:
            continue
        seen_some += 1
        present, bits = distinguish_causes(Engine(network), Evidence({}), causes, findings)
        for column, finding in enumerate(findings):
            there = Evidence({finding: (0.0, 1.0)})
            share = [
                float(weigh(network, one.plus(there)) / all_)
                for one, all_ in zip(cases, given, strict=True)
            ]
            assert present[:, column] == pytest.approx(share, abs=1e-9)
            for a in range(3):
                for b in range(3):
                    expected = information(share[a], share[b])
                    assert bits[a, b, column] == pytest.approx(expected, abs=1e-7)


def test_laws_of_the_articles_network(knee: kb.Model, told_apart: Distinguishability) -> None:
    told = told_apart
    bits = told.bits
    assert np.array_equal(bits, bits.transpose(1, 0, 2))
    count = len(knee.causes)
    assert not bits[range(count), range(count)].any()
    assert bits.min() >= 0.0
    assert bits.max() <= 1.0
    table = told.table
    assert len(table) == count * (count - 1) // 2
    assert (table["without_tests"] + table["tests"]).tolist() == pytest.approx(
        table["bits"].tolist()
    )
    assert table["bits"].is_monotonic_increasing
    assert set(told.inseparable["apart"]) == {False}
    matrix = told.matrix
    assert set(matrix.index) == {cause.id for cause in knee.causes}
    for row in table.head(20).to_dict(orient="records"):
        assert matrix.loc[row["id"], row["other_id"]] == pytest.approx(row["bits"])
        assert told.between(row["cause"], row["other"])["id"].iloc[0] == row["best_id"]


def test_what_the_article_says_alike_stands_together(told_apart: Distinguishability) -> None:
    order = list(told_apart.matrix.index)
    assert abs(order.index("liposarcoma") - order.index("synovial_sarcoma")) <= 2
    assert abs(order.index("gout") - order.index("septic_arthritis")) <= 2


def test_what_is_given_is_not_counted(knee: kb.Model) -> None:
    told = knee.distinguish({"fever": True, "age": "older"}, ["gout", "septic arthritis"])
    assert "fever" not in told.findings
    assert told.causes == ("gout", "septic_arthritis")


def test_an_order_puts_like_next_to_like() -> None:
    places = np.array([0.0, 10.0, 1.0, 11.0, 2.0, 30.0])
    order = order_by_likeness(np.abs(np.subtract.outer(places, places)))
    assert sorted(order) == list(range(6))
    ordered = places[order].tolist()
    assert ordered in (sorted(ordered), sorted(ordered, reverse=True))


ERRORS = [
    ({"answers": {"gout": True}}, EvidenceError, r"Causes cannot be given here.*Got gout\."),
    ({"causes": ["gout", "gout"]}, EvidenceError, "At least two causes are needed.*got 1"),
    ({"causes": "gout"}, EvidenceError, "must be a list of names, got 'gout' alone"),
    ({"causes": ["gout", "fevr"]}, UnknownNameError, "fevr"),
]


@pytest.mark.parametrize(("asked", "error", "message"), ERRORS, ids=[e[2] for e in ERRORS])
def test_what_cannot_be_compared_is_told(
    knee: kb.Model, asked: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        knee.distinguish(**asked)


def test_a_cause_that_was_not_compared_is_named(knee: kb.Model) -> None:
    told = knee.distinguish(causes=["gout", "septic arthritis"])
    with pytest.raises(UnknownNameError, match=r"'fracture' was not compared\..*: gout"):
        told.between("gout", "fracture")


def test_a_cause_that_cannot_be_alone_is_named() -> None:
    network = Network((root_node("a", [0.5, 0.5]), noisy_or_node("f", 0.0, {"a": 0.5})))
    network = Network((*network.nodes, root_node("b", [0.5, 0.5])))
    seen = Evidence.of(network, {"f": "present"})
    with pytest.raises(ImpossibleEvidenceError, match="'b' as the only cause cannot be true"):
        distinguish_causes(Engine(network), seen, ["a", "b"], ["f"])


def test_colours_of_pairs_begin_at_nothing(told_apart: Distinguishability) -> None:
    """Those that nothing tells apart and those that most does have the ends of the scale."""

    matrix = told_apart.matrix.to_numpy()
    image = told_apart.draw().images[0]
    assert image.get_clim() == (0.0, matrix[~np.eye(len(matrix), dtype=bool)].max())
