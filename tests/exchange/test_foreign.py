"""A foreign network: posteriors, weights, bits, sets and slopes by brute force."""

import html
import json
import math
import warnings
from itertools import combinations, pairwise, permutations
from typing import Any

import numpy as np
import oracle
import pandas as pd
import pytest
from test_networks import examples  # noqa: F401

from kneebayes.errors import (
    EvidenceError,
    ImpossibleEvidenceError,
    KneebayesError,
    TooWideError,
    UnknownNameError,
)
from kneebayes.exchange import ForeignCase, ForeignModel, NetworkFile, reason_with
from kneebayes.exchange.foreign_result import NOT_OURS
from kneebayes.inference import Evidence
from kneebayes.network import Network, noisy_or_node, root_node, table_node

CLOSE = 1e-9


def some_cases(count: int, seed: int) -> Any:
    """Random networks, two targets that are open, and evidence on others."""
    found = 0
    for network, evidence, rng in oracle.cases(count * 4, seed, most=7):
        hidden = [node.id for node in network.nodes if node.id not in evidence]
        if len(hidden) >= 3 and len(evidence) >= 1 and found < count:
            found += 1
            targets = [str(one) for one in rng.choice(hidden, 2, replace=False)]
            yield network, evidence, targets
    assert found == count


def shares_of(network: Network, evidence: Evidence, target: str) -> np.ndarray:
    share = oracle.weigh_states(network, evidence)[target].astype(float)
    return share / share.sum()


def case_of(network: Network, evidence: Evidence, targets: list[str]) -> ForeignCase:
    return ForeignModel(network, targets).given(evidence.likelihoods)


def test_posteriors() -> None:
    for network, evidence, targets in some_cases(20, 1):
        case = case_of(network, evidence, targets)
        for target in targets:
            right = dict(
                zip(network[target].states, shares_of(network, evidence, target), strict=True)
            )
            assert case[target] == pytest.approx(right, abs=CLOSE)
        assert math.exp(case.log_probability) == pytest.approx(
            float(oracle.weigh(network, evidence)), rel=CLOSE
        )


def log_odds(network: Network, evidence: Evidence, target: str, at: int, against: int) -> float:
    share = shares_of(network, evidence, target)
    other = 1.0 - share[at] if against < 0 else share[against]
    with np.errstate(divide="ignore"):
        return 10 * float(np.log10(share[at]) - np.log10(max(other, 0.0)))


def test_weights_by_brute_force() -> None:
    compared = 0
    for network, evidence, (target, _) in some_cases(12, 2):
        ids = list(evidence)[:3]
        seen = evidence.only(ids)
        states = network[target].states
        for against in (-1, 1) if len(states) == 3 else (-1,):

            def odds(some: Any, against: int = against) -> float:
                kept = [id for id in ids if id in some]  # noqa: B023
                return log_odds(network, seen.only(kept), target, 0, against)  # noqa: B023

            values = [odds(some) for order in permutations(ids) for some in _prefixes(order)]
            if not np.isfinite(values).all() or np.abs(values).max() > 60:
                continue
            orders = list(permutations(ids))
            right = dict.fromkeys(ids, 0.0)
            for order in orders:
                for before, after in pairwise(_prefixes(order)):
                    right[after[-1]] += (odds(after) - odds(before)) / len(orders)
            case = case_of(network, seen, [target])
            other = None if against < 0 else states[against]
            why = case.explain(target, states[0], other)
            table = why.table.set_index("id")
            assert table["shapley"].to_dict() == pytest.approx(right, abs=1e-6)
            single = {id: odds([id]) - odds([]) for id in ids}
            assert table["single"].to_dict() == pytest.approx(single, abs=1e-6)
            assert why.found["start"] + table["ledger"].sum() == pytest.approx(
                why.found["end"], abs=1e-6
            )
            assert table["after"].iloc[-1] == pytest.approx(odds(ids), abs=1e-6)
            compared += 1
    assert compared > 5


def _prefixes(order: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [order[:size] for size in range(len(order) + 1)]


def test_bits_are_mutual_information() -> None:
    for network, evidence, targets in some_cases(20, 3):
        bits = case_of(network, evidence, targets).questions().table
        for row in bits.itertuples():
            for target in targets:
                right = _mutual(network, evidence, str(row.id), target)
                assert getattr(row, f"bits_{target}") == pytest.approx(right, abs=1e-9)
        assert set(bits["id"]) == set(network.index) - {*evidence, *targets}
        assert bits["bits"].is_monotonic_decreasing


def _mutual(network: Network, evidence: Evidence, node: str, target: str) -> float:
    worlds = oracle.worlds(network, evidence).astype(float)
    keep = (network.index[node], network.index[target])
    joint = worlds.sum(axis=tuple(at for at in range(worlds.ndim) if at not in keep))
    joint = joint / joint.sum()
    apart = joint.sum(axis=0, keepdims=True) * joint.sum(axis=1, keepdims=True)
    some = joint > 0
    return float((joint[some] * np.log2(joint[some] / apart[some])).sum())


def test_sets_are_all_states_together_in_order() -> None:
    for network, evidence, targets in some_cases(15, 4):
        table = case_of(network, evidence, targets).sets(50).table
        worlds = oracle.worlds(network, evidence).astype(float)
        keep = [network.index[target] for target in targets]
        joint = worlds.sum(axis=tuple(at for at in range(worlds.ndim) if at not in keep))
        joint = joint.T if keep[0] > keep[1] else joint
        right = sorted((joint / joint.sum()).ravel().tolist(), reverse=True)
        right = [one for one in right if one > 0.0]
        assert table["probability"].tolist() == pytest.approx(right, abs=1e-9)
        first = [network[one].states.index(table[one].iloc[0]) for one in targets]
        assert joint[tuple(first)] == pytest.approx(joint.max())


def moved(network: Network, place: Any, x: float) -> Network:
    """The network with one number at another value, built anew."""
    node = network[place.node]
    if node.is_noisy_or:
        links = {link.parent: list(link.strength) for link in node.links}
        leak = node.leak or 0.0
        if place.given:
            ((parent, state),) = place.given.items()
            links[parent][network[parent].states.index(state)] = x
        else:
            leak = x
        from kneebayes.network import noisy_or_node

        return network.replacing([noisy_or_node(node.id, leak, links)])
    table = network.table_of(node).copy()
    where = tuple(network[one].states.index(place.given[one]) for one in node.parents)
    own = node.states.index(place.state)
    row = table[where].copy()
    rest = 1.0 - row[own]
    others = np.arange(len(row)) != own
    row[others] = row[others] * (1 - x) / rest if rest > 0 else (1 - x) / max(1, others.sum())
    row[own] = x
    table[where] = row
    return network.replacing([table_node(node.id, node.parents, table, node.states)])


def test_sensitivity_is_what_a_changed_network_says() -> None:
    from kneebayes.exchange.foreign_network import number_places

    compared = 0
    for network, evidence, (target, _) in some_cases(12, 5):
        case = case_of(network, evidence, [target])
        node = network.nodes[compared % len(network)]
        for place in number_places(case.model.engine, node)[:6]:
            if not place.row and place.state != "present":
                continue
            if len(node.states) == 1:
                continue
            result = case.sensitivity(target, place.node, place.state, place.given)
            for x in (0.0, 0.37, 1.0):
                changed = moved(network, place, x)
                if float(oracle.weigh(changed, evidence)) <= 1e-12:
                    continue
                right = shares_of(changed, evidence, target)
                a, b, c, d = (result.table[one].to_numpy() for one in "abcd")
                assert (a + b * x) / (c + d * x) == pytest.approx(right, abs=1e-9)
            compared += 1
    assert compared > 30


def test_slopes_are_differences() -> None:
    compared = 0
    for network, evidence, (target, _) in some_cases(8, 6):
        case = case_of(network, evidence, [target])
        state = network[target].states[0]
        if case[target][state] in (0.0, 1.0):
            continue
        table = case.influences(target, state).table
        slopes = dict(zip(table["number"], table["slope"], strict=True))
        from kneebayes.exchange.foreign_network import number_places

        for node in network.nodes:
            for place in number_places(case.model.engine, node):
                value = float(case.model.engine.numbers[0, place.at])
                step = 1e-6
                if not step < value < 1.0 - step:
                    continue
                up, down = (
                    shares_of(moved(network, place, value + way * step), evidence, target)[0]
                    for way in (1, -1)
                )
                right = (up - down) / (2 * step)
                assert slopes[place.name] == pytest.approx(right, abs=1e-4, rel=1e-4)
                compared += 1
    assert compared > 30


def test_asia_by_pyagrum(agrum: Any, examples: Any) -> None:  # noqa: F811
    net = agrum.loadBN(str(examples / "asia.bif"))
    case = reason_with(
        examples / "asia.bif", ["lung", "bronc"], {"xray": "yes", "dysp": "YES", "smoke": None}
    )
    inference = agrum.LazyPropagation(net)
    inference.setEvidence({"xray": "yes", "dysp": "yes"})
    inference.makeInference()
    for target in ("lung", "bronc"):
        labels = list(net.variable(target).labels())
        right = dict(zip(labels, inference.posterior(target).tolist(), strict=True))
        assert case[target] == pytest.approx(right, abs=1e-6)
    # smoking tells of both, the visit to Asia of hardly anything
    bits = case.questions().table.set_index("id")["bits"]
    assert bits["smoke"] > bits["asia"]
    taken_back = case.given({"dysp": None})
    assert set(taken_back.evidence) == {"xray"}


def test_alarm_with_targets_of_many_states(agrum: Any, examples: Any) -> None:  # noqa: F811
    seen = {"BP": "LOW", "HR": "HIGH", "EXPCO2": "LOW", "HRBP": "HIGH"}
    net = agrum.loadBN(str(examples / "alarm.bif"))
    case = reason_with(examples / "alarm.bif", ["VENTLUNG", "HYPOVOLEMIA"], seen)
    inference = agrum.LazyPropagation(net)
    inference.setEvidence(seen)
    inference.addJointTarget({"VENTLUNG", "HYPOVOLEMIA"})
    inference.makeInference()
    for target in ("VENTLUNG", "HYPOVOLEMIA"):
        labels = list(net.variable(target).labels())
        right = dict(zip(labels, inference.posterior(target).tolist(), strict=True))
        assert case[target] == pytest.approx(right, abs=1e-6)
    joint = inference.jointPosterior({"VENTLUNG", "HYPOVOLEMIA"})
    best = case.sets(1).table.iloc[0]
    assert best["probability"] == pytest.approx(joint.max(), abs=1e-6)
    why = case.explain("VENTLUNG", "ZERO", "LOW")
    now = case["VENTLUNG"]
    assert why.found["end"] == pytest.approx(10 * math.log10(now["ZERO"] / now["LOW"]), abs=1e-6)


@pytest.fixture
def weather() -> NetworkFile:
    table = np.array([[0.9, 0.1], [0.5, 0.5], [0.0, 1.0]])
    network = Network(
        (
            root_node("sky", [0.5, 0.3, 0.2], ["clear", "grey", "storm"]),
            table_node("wet", ["sky"], table),
        )
    )
    return NetworkFile(network, {"sky": "The sky", "wet": "<b>Wet</b> $x$"})


def test_everything_shows_itself(weather: NetworkFile) -> None:
    case = reason_with(weather, ["the sky"], {"wet": True})
    results = [
        case,
        case.explain("sky", "storm"),
        reason_with(weather, ["sky"]).questions(),
        case.sets(3),
        case.sensitivity("sky", "wet", "present", {"sky": "grey"}),
        case.influences("sky", "storm"),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for result in results:
            assert NOT_OURS in result.text
            assert NOT_OURS in html.unescape(result.html)
            assert "<b>Wet" not in result.html
            assert len(result.table)
            assert "\n" not in repr(result)
            ax = result.draw()
            ax.figure.canvas.draw()
    assert case.explain("sky", "storm").table["single"].iloc[0] > 0


WRONG: dict[str, tuple[Any, type[KneebayesError], str]] = {
    "target": (lambda w: reason_with(w, ["skye"]), UnknownNameError, "Did you mean 'sky'"),
    "state": (
        lambda w: reason_with(w, ["sky"], {"wet": "very"}),
        EvidenceError,
        "'wet' cannot be 'very'. Its states are: absent, present",
    ),
    "likelihood": (
        lambda w: reason_with(w, ["sky"], {"wet": [0.1]}),
        EvidenceError,
        "one likelihood for each",
    ),
    "number": (lambda w: reason_with(w, ["sky"], {"wet": 0.4}), EvidenceError, "cannot be 0.4"),
    "count": (lambda w: reason_with(w, ["sky"]).sets(0), EvidenceError, "from 1 on. Got 0"),
    "answers that are a list": (
        lambda w: reason_with(w, ["sky"], ["wet"]),  # type: ignore[arg-type]
        EvidenceError,
        "'answers' must be a mapping such as",
    ),
    "no network": (
        lambda w: reason_with(None, ["sky"]),  # type: ignore[arg-type]
        KneebayesError,
        "'network' must be a path",
    ),
    "no names": (
        lambda w: reason_with(w, None),  # type: ignore[arg-type]
        KneebayesError,
        "'targets' must be a list of names",
    ),
    "lists of names": (
        lambda w: reason_with(w, [["sky"]]),  # type: ignore[list-item]
        KneebayesError,
        "'targets' must be a list of names",
    ),
    "no table": (
        lambda w: ForeignModel(w, ["sky"]).cohort([{"wet": True}]),  # type: ignore[arg-type]
        EvidenceError,
        "'patients' must be a pandas DataFrame",
    ),
    "seed": (
        lambda w: ForeignModel(w, ["sky"]).simulate(2, seed="x"),  # type: ignore[arg-type]
        EvidenceError,
        "'seed' must be a whole number",
    ),
    "seconds": (
        lambda w: ForeignModel(w, ["sky"]).cohort(
            pd.DataFrame({"wet": [True]}),
            seconds="long",  # type: ignore[arg-type]
        ),
        KneebayesError,
        "'seconds' must be a number",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said(weather: NetworkFile, case: str) -> None:
    ask, error, message = WRONG[case]
    with pytest.raises(error, match=message):
        ask(weather)


def test_of_impossible_evidence_a_smallest_part_is_named() -> None:
    """By brute force over all parts of random evidence."""
    found = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        nodes = [root_node("a", [0.5, 0.5]), root_node("b", [0.5, 0.5])]
        for id in "cdefg":
            parents = [str(one) for one in rng.choice([node.id for node in nodes], 2, False)]
            table = rng.integers(0, 2, (2, 2)).astype(float)
            nodes.append(table_node(id, parents, np.stack([table, 1.0 - table], axis=-1)))
        network = Network(tuple(nodes))
        world = {id: ("absent", "present")[rng.integers(2)] for id in "abcdefg"}

        def possible(ids: tuple[str, ...], net: Network = network, told: Any = world) -> bool:
            evidence = Evidence.of(net, {id: told[id] for id in ids})
            return float(oracle.worlds(net, evidence).sum()) > 0.0

        parts = (ids for size in range(1, 8) for ids in combinations("abcdefg", size))
        smallest = next((ids for ids in parts if not possible(ids)), None)
        if smallest is None:
            continue
        with pytest.raises(ImpossibleEvidenceError) as caught:
            reason_with(network, ["a"], world)
        assert not possible(caught.value.conflict)
        assert len(caught.value.conflict) == len(smallest)
        named = ", ".join(caught.value.conflict)
        problem = ForeignModel(network, ["a"]).cohort(pd.DataFrame([world]))["problem"][0]
        assert problem == f"These answers cannot be true together: {named}."
        found += 1
    assert found > 20


def test_a_series_of_likelihoods_goes_by_place_or_by_state(typed: Network) -> None:
    node = next(node for node in typed.nodes if len(node.states) == 2)
    target = next(other.id for other in typed.nodes if other.id != node.id)
    plain = reason_with(typed, [target], {node.id: [0.2, 0.6]}).posteriors
    by_place = reason_with(typed, [target], {node.id: pd.Series([0.2, 0.6])}).posteriors
    turned = pd.Series([0.6, 0.2], index=list(node.states[::-1]))
    assert plain == by_place == reason_with(typed, [target], {node.id: turned}).posteriors


def test_a_target_can_be_told_of() -> None:
    """Likelihoods on targets, and certain answers, by brute force."""
    compared = 0
    for network, evidence, targets in some_cases(15, 8):
        rng = np.random.default_rng(compared)
        likely = tuple(rng.random(len(network[targets[0]].states)))
        told = Evidence({**evidence.likelihoods, targets[0]: likely})
        case = case_of(network, told, targets)
        for target in targets:
            right = shares_of(network, told, target)
            assert list(case[target].values()) == pytest.approx(right, abs=CLOSE)
        everything = ForeignModel(network, list(network.index))
        hard = {id: network[id].states[evidence.hard_state(id) or 0] for id in evidence}
        try:
            case = everything.given(hard)
        except ImpossibleEvidenceError:
            continue
        for target in network.index:
            right = shares_of(network, Evidence.of(network, hard), target)
            assert list(case[target].values()) == pytest.approx(right, abs=CLOSE)
        compared += 1
    assert compared > 8


@pytest.fixture
def typed() -> Network:
    count = np.array([[0.2, 0.3, 0.5], [0.7, 0.2, 0.1]])
    rain = np.array([[0.6, 0.4], [0.1, 0.9]])
    return Network(
        (
            root_node("Flu", [0.1, 0.9], ("True", "False")),
            table_node("Count", ["Flu"], count, ("0", "1", "2")),
            table_node("Rain", ["Flu"], rain, ("no", "yes")),
        )
    )


@pytest.mark.parametrize(
    ("node", "answer", "state"),
    [
        ("Flu", True, "True"),
        ("Flu", np.bool_(False), "False"),
        ("Flu", "TRUE", "True"),
        ("Rain", True, "yes"),
        ("Rain", False, "no"),
        ("Count", 1, "1"),
        ("Count", np.int64(2), "2"),
        ("Count", 1.0, "1"),
        ("Count", "1", "1"),
        ("Count", pd.Series({"1": 1.0}), "1"),
        ("Count", {2: 1}, "2"),
        ("Count", np.array([0, 0, 1.0]), "2"),
    ],
)
def test_states_go_by_their_own_names(typed: Network, node: str, answer: Any, state: str) -> None:
    target = "Count" if node == "Flu" else "Flu"
    told = reason_with(typed, [target], {node: answer})
    assert told[target] == reason_with(typed, [target], {node: state})[target]


@pytest.mark.parametrize("answer", [3, 1.5, True, "1.0", [1, 2], object()])
def test_what_is_no_state_is_refused(typed: Network, answer: Any) -> None:
    with pytest.raises(EvidenceError, match=r"0, 1, 2"):
        reason_with(typed, ["Flu"], {"Count": answer})


@pytest.mark.parametrize("nothing", [None, math.nan, np.nan, pd.NA, pd.NaT, np.float64("nan")])
def test_what_is_missing_is_unknown(typed: Network, nothing: Any) -> None:
    case = reason_with(typed, ["Flu"], pd.Series({"Count": nothing, "Rain": "yes"}))
    assert set(case.evidence) == {"Rain"}


def test_a_target_that_is_certain_says_so() -> None:
    network = Network(
        (
            root_node("a", [0.0, 1.0]),
            table_node("b", ["a"], np.array([[0.5, 0.5], [0.2, 0.8]])),
            root_node("c", [0.5, 0.5]),
            table_node("d", ["c"], np.array([[1.0, 0.0], [0.5, 0.5]])),
        )
    )
    text = reason_with(network, ["a"], {"b": True}).explain("a", "present").text
    assert "present is certain before any answer, so no answer weighs anything" in text
    assert "add up" not in text.replace("do not add up", "")
    text = reason_with(network, ["c"], {"d": True}).explain("c", "present").text
    assert "From +0.0 decibans for present against any other state to what is certain" in text
    assert "inf" not in text.replace("infinite", "")


def test_questions_in_parts_are_the_same_as_in_one_and_end_in_time() -> None:
    rng = np.random.default_rng(1)
    roots = [root_node(f"r{at}", [0.3, 0.7]) for at in range(3)]
    nodes: list[Any] = [*roots]
    for at in range(40):
        parent = nodes[max(0, len(nodes) - 3)].id
        nodes.append(table_node(f"n{at}", [parent], rng.dirichlet([1, 1], 2)))
    case = reason_with(Network(tuple(nodes)), ["r0"], {"n30": True})
    whole = case.questions(seconds=math.inf).table.set_index("id")["bits"]
    parts = case.questions(seconds=600).table.set_index("id")["bits"]
    assert parts.to_dict() == pytest.approx(whole.to_dict(), abs=1e-12)
    partial = case.questions(seconds=0.0)
    assert len(partial.table) == 1
    assert partial.table["id"].iloc[0] == "n0"  # next to the target
    assert "Partial: 40 of 41 nodes" in partial.text
    several = reason_with(case.model.network, ["r0", "r1", "r2", "n1", "n2"])
    with pytest.raises(TooWideError, match="Name fewer targets, or give more seconds"):
        several.sets(3, seconds=0.0)


def test_few_orders_in_little_time_keep_the_ledger() -> None:
    rng = np.random.default_rng(2)
    found = [table_node(f"f{at}", ["c"], rng.dirichlet([1, 1], 2)) for at in range(19)]
    network = Network((root_node("c", [0.6, 0.4]), *found))
    case = reason_with(network, ["c"], {node.id: "present" for node in found})
    quick, slow = case.explain("c", "present", seconds=0.0), case.explain("c", "present")
    assert "from 2 orders" in quick.text
    assert "from 32 orders" in slow.text
    for column in ("ledger", "single", "leave_one_out"):
        assert quick.table[column].tolist() == pytest.approx(slow.table[column].tolist(), abs=1e-9)


def test_many_cases_are_answered_as_one_is(typed: Network) -> None:
    model = ForeignModel(typed, ["Flu"])
    frame = pd.DataFrame(
        {"Count": [1, 2, None, 7, 1], "Rain": ["yes", None, None, "no", "yes"]},
        index=["a", "b", "c", "d", "e"],
        dtype=object,
    )
    table = model.cohort(frame)
    assert list(table.index) == list(frame.index)
    for name, row in frame.iterrows():
        if name == "d":
            assert "'Count' cannot be 7" in table.loc["d", "problem"]
            assert math.isnan(table.loc["d", "Flu = True"])
            continue
        right = model.given(row)["Flu"]
        assert table.loc[name, "problem"] == ""
        assert table.loc[name, "Flu = True"] == pytest.approx(right["True"], abs=1e-12)
    with pytest.raises(UnknownNameError, match="No node 'Cuont'"):
        model.cohort(pd.DataFrame({"Cuont": [1]}))


def test_a_row_is_answered_where_the_network_without_answers_is_too_wide() -> None:
    rng, roots = np.random.default_rng(1), [f"r{at}" for at in range(60)]
    nodes = [root_node(id, [0.5, 0.5]) for id in roots]
    for at in range(240):
        one, other = rng.choice(roots, 2, replace=False)
        before = {f"c{at - 1}": 0.5} if at else {}
        nodes.append(noisy_or_node(f"p{at}", 0.1, {str(one): 0.5, str(other): 0.5}))
        nodes.append(noisy_or_node(f"c{at}", 0.01, {**before, f"p{at}": 0.2}))
    model = ForeignModel(Network(tuple(nodes)), ["c239"])
    table = model.cohort(pd.DataFrame([dict.fromkeys(roots, True), {"r0": None}]))
    chain = 0.0
    for _ in range(240):  # of two parents that are present, by hand
        chain = 1.0 - 0.99 * (1.0 - 0.5 * chain) * (1.0 - 0.2 * (1.0 - 0.9 * 0.25))
    assert table["c239 = present"][0] == pytest.approx(chain, abs=1e-9)
    assert "needs a table of" in table["problem"][1]


def test_drawn_cases_have_the_probabilities_of_the_network(typed: Network) -> None:
    model = ForeignModel(typed, ["Flu"])
    drawn = model.simulate(20_000, answers={"Rain": "yes"}, seed=1)
    assert list(drawn.columns) == list(typed.index)
    assert set(drawn["Rain"]) == {"yes"}
    right = model.given({"Rain": "yes"})["Flu"]["True"]
    assert (drawn["Flu"] == "True").mean() == pytest.approx(right, abs=0.01)
    assert model.simulate(5, seed=2).equals(model.simulate(5, seed=2))
    with pytest.raises(EvidenceError, match="'n' must be a whole number"):
        model.simulate(0)


def test_results_are_json(weather: NetworkFile) -> None:
    import json

    case = reason_with(weather, ["sky"], {"wet": False})
    for result in (case, case.explain("sky", "storm"), case.sets(2), case.questions()):
        content = json.loads(result.to_json())
        assert content["disclaimer"] == NOT_OURS
        assert len(content["rows"]) == len(result.rows)
    assert json.loads(case.explain("sky", "storm").to_json())["rows"][0]["single"] == "-inf"


def test_the_picture_of_a_network(weather: NetworkFile) -> None:
    ax = ForeignModel(weather, ["sky"]).draw()
    ax.figure.canvas.draw()
    assert {text.get_text() for text in ax.texts} >= {"The sky", "<b>Wet</b> $x$"}


def test_a_table_has_its_columns_whether_anything_is_open_or_not(weather: NetworkFile) -> None:
    some = reason_with(weather, ["sky"])
    every = {node.id: node.states[0] for node in weather.network.nodes if node.id != "sky"}
    none = some.given(every).questions().table
    assert len(none) == 0
    assert list(none.columns) == list(some.questions().table.columns)
    assert none["bits"].tolist() == []
    nothing = some.explain("sky", "storm").table
    known = some.given({"wet": "present"}).explain("sky", "storm").table
    assert len(nothing) == 0
    assert list(nothing.columns) == list(known.columns)


def test_the_command_about_a_network(weather: NetworkFile, tmp_path: Any) -> None:
    from typer.testing import CliRunner

    from kneebayes.cli import app
    from kneebayes.exchange import save_network

    path = str(save_network(weather, tmp_path / "net.xdsl"))
    run = CliRunner().invoke
    told = run(app, ["network", path, "--target", "sky", "--given", "wet=present"])
    assert told.exit_code == 0
    assert "storm" in told.output
    assert NOT_OURS in told.output
    asked = run(app, ["network", path, "--target", "sky", "--questions", "--json"])
    assert '"bits"' in asked.output
    weighed = run(
        app, ["network", path, "--target", "sky", "--given", "wet=present", "--explain", "storm"]
    )
    assert "decibans" in weighed.output or "Why" in weighed.output
    assert run(app, ["network", path, "--target", "sky", "--given", "wet"]).exit_code != 0
    listed = run(app, ["network", path])
    assert listed.exit_code == 0
    for node in weather.network.nodes:
        assert f"{', '.join(node.states)}\n" in listed.output
        assert node.id in listed.output
    assert "Ask about one: --target " in listed.output
    states = json.loads(run(app, ["network", path, "--json"]).output)
    assert states == {node.id: list(node.states) for node in weather.network.nodes}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("band=>=65", "band: >=65"),
        ("band = >=65", "band: >=65"),
        ("Age band=<65", "Age band: <65"),  # a label
        ("x=y=no", "x=y: no"),
        ("x=y=", "No node 'x' in the network. Did you mean 'x=y'?"),
        ("x=", "'x=' must be a name, '=' and a value, such as node=state"),
        ("=no", "must be a name, '=' and a value, such as node=state"),
        ("band=>65", "'band' cannot be '>65'. Its states are: <65, >=65."),
        ("band=<65 and band=<65", "band: <65"),
        ("band=<65 and band=>=65", "'band' was answered twice: '<65' and '>=65'. Keep one."),
        ("bande=>=65", "No node 'bande' in the network. Did you mean 'band'?"),
    ],
)
def test_names_and_states_with_an_equals_sign_on_the_command_line(
    given: str, told: str, tmp_path: Any
) -> None:
    from typer.testing import CliRunner

    from kneebayes.cli import app
    from kneebayes.exchange import save_network

    half = [0.5, 0.5]
    network = Network(
        (
            root_node("band", half, ["<65", ">=65"]),
            root_node("x=y", half, ["no", "yes"]),
            noisy_or_node("flu", 0.1, {"band": [0.1, 0.3]}),
        )
    )
    labels = {"band": "Age band"} if given.startswith("Age") else {}
    path = str(save_network(NetworkFile(network, labels), tmp_path / "net.json"))
    each = [f"--given={one}" for one in given.split(" and ")]
    run = CliRunner().invoke(app, ["network", path, "--target", "flu", *each])
    assert told in " ".join((run.output + str(run.exception or "")).split())


def test_shares_of_answers_of_which_each_is_hardly_ever_given() -> None:
    """Subsets differ by more than a double holds: the shares are those of the logarithms."""
    rng, count = np.random.default_rng(5), 7
    faint = 10.0 ** -rng.uniform(60.0, 120.0, (count, 2))
    tables = [np.stack([1.0 - pair, pair], axis=-1) for pair in faint]
    nodes = [root_node("c", [0.6, 0.4])]
    nodes += [table_node(f"f{at}", ["c"], table) for at, table in enumerate(tables)]
    case = reason_with(Network(tuple(nodes)), ["c"], {f"f{at}": True for at in range(count)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told = {row["id"]: row["shapley"] for row in case.explain("c", "present").rows}
    right = 10.0 * (np.log10(faint[:, 1]) - np.log10(faint[:, 0]))
    assert [told[f"f{at}"] for at in range(count)] == pytest.approx(right, abs=1e-7)


def test_bits_of_an_answer_that_is_hardly_ever_given() -> None:
    """Products below the smallest double: information is next to nothing, never without end."""
    a = root_node("a", [1.0, 1e-200])
    b = table_node("b", ["a"], np.array([[1.0, 1e-250], [0.5, 0.5]]))
    case = reason_with(Network((a, b)), ["a"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rows = case.questions().rows
    assert [row["bits"] for row in rows] == pytest.approx([0.0] * len(rows), abs=1e-150)
    certain = reason_with(Network((a, b)), ["a"], {"b": [1e-290, 1.0]}).explain("a", "present")
    assert all(math.isfinite(row["shapley"]) for row in certain.rows)
