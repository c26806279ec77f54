"""The kernel against independent oracles: enumeration, a walk over fired findings, NumPy."""

from fractions import Fraction
from threading import Thread

import numpy as np
import oracle
import pytest
from plain_engine import plainly

import kneebayes as kb
from kneebayes.inference import Engine, Evidence, Propagation, plan
from kneebayes.network import Network, noisy_or_node, root_node

EXACT = 1e-12
FAINT = 1e-3  # posteriors below are compared relatively as well
NARROW = 16.0  # log2 of the widest table with which the plain engine is still quick


def by_kernel(engine: Engine, evidence: Evidence, targets: list[str]) -> Propagation:
    return engine.propagate_each([evidence], targets)


class Errors:
    """The largest differences of answers from what is right."""

    def __init__(self) -> None:
        self.posterior = self.faint = self.total = 0.0

    def compare(
        self, told: Propagation, row: int, right: dict[str, np.ndarray], log: float
    ) -> None:
        found = told.log_probability[row]
        assert np.isfinite(found)
        self.total = max(self.total, abs(float(np.expm1(found - log))))
        for name, each in right.items():
            marginal = told.marginals[name][row]
            assert np.isfinite(marginal).all()
            assert marginal[each == 0.0].tolist() == [0.0] * int((each == 0.0).sum())
            self.posterior = max(self.posterior, float(np.abs(marginal - each).max()))
            faint = (each > 0.0) & (each < FAINT)
            relative = np.abs(marginal[faint] / each[faint] - 1.0)
            self.faint = max(self.faint, float(relative.max(initial=0.0)))

    def __str__(self) -> str:
        faint = f"relative where below {FAINT:g} {self.faint:.1e}"
        return f"posterior {self.posterior:.1e}, {faint}, P(e) {self.total:.1e} (relative)"


def agree(found: Propagation, right: Propagation, abs_log: float = 1e-11) -> float:
    """Assert that two propagations are the same; returns the largest difference."""
    assert list(found.marginals) == list(right.marginals)
    assert found.log_probability == pytest.approx(right.log_probability, rel=EXACT, abs=abs_log)
    worst = 0.0
    for name, marginal in right.marginals.items():
        assert found.marginals[name] == pytest.approx(marginal, abs=EXACT)
        worst = max(worst, float(np.abs(found.marginals[name] - marginal).max()))
    return worst


# --- enumeration ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [200, pytest.param(201, marks=pytest.mark.long)])
def test_four_hundred_networks_against_enumeration(seed: int) -> None:
    """Each with two sets of evidence in one batch: hard, virtual, partly ruled out.

    ``python -m tests.benchmarks --only accuracy`` asks two thousand.
    """
    errors = Errors()
    rows = 0
    for network, first, rng in oracle.cases(200, seed):
        others = [oracle.random_evidence(rng, network, rng.random())]
        told = Engine(network).propagate_each([first, *others], list(network.index))
        for row, evidence in enumerate((first, *others)):
            total = oracle.weigh(network, evidence)
            if total == 0:
                assert told.log_probability[row] == -np.inf
                assert not any(marginal[row].any() for marginal in told.marginals.values())
                continue
            shares = oracle.weigh_states(network, evidence)
            right = {name: each / total for name, each in shares.items()}
            errors.compare(told, row, right, np.log(total))
            rows += 1
    print(f"{rows} rows, largest error: {errors}")
    assert errors.posterior <= EXACT
    assert errors.total <= EXACT
    assert errors.faint <= 1e-9


def test_enumeration_and_the_kernel_agree_on_what_is_impossible() -> None:
    """Networks of zeros and ones, in which all but the roots is certain."""
    rng = np.random.default_rng(211)
    found = 0
    for _ in range(150):
        network = oracle.random_network(rng, certain=True)
        cases = [oracle.random_evidence(rng, network, share) for share in (0.2, 0.4, 0.6, 0.8)]
        told = Engine(network).propagate_each(cases, list(network.index))
        right = [bool(oracle.weigh(network, evidence) == 0) for evidence in cases]
        assert (told.log_probability == -np.inf).tolist() == right
        for marginal in told.marginals.values():
            assert marginal.sum(axis=1) == pytest.approx(1.0 - np.array(right), abs=EXACT)
        found += sum(right)
    assert 100 < found < 500


def test_names_and_orders_do_not_matter() -> None:
    """Nodes, parents, evidence and targets in another order, under other names."""
    for network, evidence, rng in oracle.cases(150, 221):
        other, said, names = oracle.relabelled(rng, network, evidence)
        right = by_kernel(Engine(network), evidence, list(network.index))
        told = by_kernel(Engine(other), said, [*rng.permutation(list(other.index))])
        assert told.log_probability == pytest.approx(right.log_probability, rel=EXACT, abs=EXACT)
        for name, marginal in right.marginals.items():
            assert told.marginals[names[name]] == pytest.approx(marginal, abs=EXACT)


# --- the plain engine ----------------------------------------------------------------------


def test_plain_and_kernel_agree_on_random_networks() -> None:
    """Too large to enumerate."""
    for network, evidence, rng in large_cases(35, 231):
        targets = [str(one) for one in rng.permutation(list(network.index))]
        engine = Engine(network)
        agree(by_kernel(engine, evidence, targets), plainly(engine, evidence, targets))


def large_cases(count: int, seed: int) -> list[tuple[Network, Evidence, np.random.Generator]]:
    rng = np.random.default_rng(seed)
    made = []
    while len(made) < count:
        network = oracle.random_network(rng, 40)
        evidence = oracle.random_evidence(rng, network, 0.4)
        if Engine(network).propagate_each([evidence]).log_probability[0] > -np.inf:
            made.append((network, evidence, rng))
    return made


def simulated_patients(model: kb.Model, count: int, seed: int) -> list[Evidence]:
    """People with the complaint from some cause, of whom 5 to 15 nodes are told."""
    rng = np.random.default_rng(seed)
    network = model.network
    complaint = model.knowledge.meta.complaint
    patients = []
    while len(patients) < count:
        cause = str(rng.choice([one.id for one in model.causes]))
        world = sample(rng, network.forcing(cause, "present"))
        if world[complaint] == "present":
            pool = [one.id for one in (*model.findings, *model.contexts) if one.id != complaint]
            asked = rng.choice(pool, rng.integers(5, 16), replace=False)
            said = {complaint: "present", **{str(one): world[str(one)] for one in asked}}
            patients.append(Evidence.of(network, said))
    return patients


def sample(rng: np.random.Generator, network: Network) -> dict[str, str]:
    """One world, parents first."""
    world: dict[str, str] = {}
    for node in network.nodes:
        at = tuple(network[one].states.index(world[one]) for one in node.parents)
        chances = oracle_row(network, node.id, at)
        world[node.id] = node.states[rng.choice(len(chances), p=chances)]
    return world


def oracle_row(network: Network, id: str, at: tuple[int, ...]) -> np.ndarray:
    node = network[id]
    if node.table is not None:
        return np.array(node.table).reshape(network.shape_of(node))[at]
    links = [link.strength[state] for link, state in zip(node.links, at, strict=True)]
    absent = float(np.prod([1.0 - one for one in (node.leak or 0.0, *links)]))
    return np.array([absent, 1.0 - absent])


def test_plain_and_kernel_agree_on_the_article(
    knee: kb.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated patients; those for whom the plain engine would be slow are left out."""
    monkeypatch.setattr(plan, "PLAIN_WIDEST", NARROW)
    engine = Engine(knee.network)
    targets = [one.id for one in knee.causes]
    patients = simulated_patients(knee, 15, 241)
    told = engine.propagate_each(patients, targets)
    compared, worst = 0, 0.0
    for row, patient in enumerate(patients):
        try:
            right = plainly(engine, patient, targets)
        except AssertionError:  # too wide for plain NumPy
            continue
        worst = max(worst, agree(row_of(told, row), right))
        compared += 1
    print(f"{compared} of {len(patients)} patients, largest difference {worst:.1e}")
    assert compared >= 5


def row_of(told: Propagation, row: int) -> Propagation:
    marginals = {name: marginal[row : row + 1] for name, marginal in told.marginals.items()}
    return Propagation(told.log_probability[row : row + 1], marginals)


def test_forty_five_answers_on_the_article(knee: kb.Model) -> None:
    """P(e) = P(e, state) summed over the states of any node; all that is asked is finite."""
    network = knee.network
    rng = np.random.default_rng(251)
    cases = [many_answers(rng, knee, 45) for _ in range(6)]
    engine = Engine(network)
    hidden = [one.id for one in knee.causes]
    told = engine.propagate_each(cases, hidden)
    assert np.isfinite(told.log_probability).all()
    print(f"ln P(e) from {told.log_probability.min():.0f} to {told.log_probability.max():.0f}")
    for row, evidence in enumerate(cases):
        for name in rng.choice(hidden, 3, replace=False):
            parts = [
                evidence.plus(Evidence.of(network, {str(name): state}))
                for state in network[str(name)].states
            ]
            shares = np.exp(
                engine.propagate_each(parts).log_probability - told.log_probability[row]
            )
            assert shares.sum() == pytest.approx(1.0, rel=EXACT)
            assert told.marginals[str(name)][row] == pytest.approx(shares, rel=1e-9, abs=1e-300)


def many_answers(rng: np.random.Generator, model: kb.Model, count: int) -> Evidence:
    """A world in which the complaint is present, with many findings told, mostly negative."""
    complaint = model.knowledge.meta.complaint
    (patient,) = simulated_patients(model, 1, int(rng.integers(1 << 30)))
    world = sample(rng, model.network)
    pool = [one.id for one in model.findings if one.id not in patient]
    more = rng.choice(pool, count - len(patient), replace=False)
    said = {str(one): world[str(one)] for one in more if world[str(one)] == "absent"}
    said |= {str(one): "absent" for one in more}
    assert complaint in patient
    return patient.plus(Evidence.of(model.network, said))


# --- digits --------------------------------------------------------------------------------

UNIT = 1024


def two_levels(
    rng: np.random.Generator, causes: int, findings: int, *, unit: int, share: float, most: float
) -> Network:
    """Independent causes over findings, all numbers whole multiples of 1 / unit."""

    def number(high: float) -> float:
        return float(rng.integers(1, max(2, int(high * unit)))) / unit

    roots = [noisy_or_node(f"c{at}", number(most)) for at in range(causes)]
    leaves = []
    for at in range(findings):
        links = {one.id: number(0.9) for one in roots if rng.random() < share}
        for id in links:
            if rng.random() < 0.05:
                links[id] = float(rng.integers(2))
        leaves.append(noisy_or_node(f"f{at}", number(most), links))
    return Network((*roots, *leaves))


def seen_of(network: Network, present: int, absent: int) -> Evidence:
    states = ["present"] * present + ["absent"] * absent
    return Evidence.of(network, {f"f{at}": state for at, state in enumerate(states)})


def test_both_oracles_agree() -> None:
    for seed in range(10):
        network = two_levels(np.random.default_rng(seed), 4, 6, unit=UNIT, share=0.7, most=0.2)
        evidence = seen_of(network, 3, 2).plus(Evidence({"c1": (0.25, 0.5)}))
        shares, power = oracle.weigh_fired(network, evidence, "c2", UNIT)
        right = oracle.weigh_states(network, evidence, Fraction)["c2"]
        assert [Fraction(int(one), UNIT**power) for one in shares] == list(right)
        rounded, _ = oracle.weigh_fired(network, evidence, "c2")
        assert rounded.astype(float) == pytest.approx(right.astype(float), rel=1e-15)


@pytest.mark.parametrize(
    ("unit", "present", "absent", "share", "most"),
    [
        (2**10, 10, 0, 1.0, 0.1),
        pytest.param(2**40, 8, 37, 0.5, 1e-4, marks=pytest.mark.long),
        (2**50, 8, 0, 0.6, 1e-13),
        (2**50, 7, 38, 0.4, 1e-9),
    ],
)
def test_twenty_six_causes_against_whole_numbers(
    unit: int, present: int, absent: int, share: float, most: float
) -> None:
    """Nothing in the oracle is rounded; what is told keeps its relative precision."""
    rng = np.random.default_rng(present * absent + unit % 1001)
    network = two_levels(rng, 26, present + absent, unit=unit, share=share, most=most)
    evidence = seen_of(network, present, absent)
    told = by_kernel(Engine(network), evidence, list(network.index))
    worst = 0.0
    for cause in ("c0", "c25"):
        shares, power = oracle.weigh_fired(network, evidence, cause, unit)
        total = int(shares.sum())
        found = Fraction(float(np.exp(told.log_probability[0])))
        worst = max(worst, abs(float(found * unit**power / total - 1)))
        for state in range(2):
            right = Fraction(int(shares[state]), total)
            if right == 0:
                assert told.marginals[cause][0, state] == 0.0
                continue
            worst = max(worst, abs(float(Fraction(told.marginals[cause][0, state]) / right - 1)))
    print(f"P(e) = {np.exp(told.log_probability[0]):.1e}, largest relative error {worst:.1e}")
    assert worst < 1e-11


@pytest.mark.long
def test_twenty_positive_findings_against_long_doubles() -> None:
    rng = np.random.default_rng(261)
    network = two_levels(rng, 26, 40, unit=UNIT, share=0.35, most=0.05)
    evidence = seen_of(network, 20, 20)
    told = by_kernel(Engine(network), evidence, list(network.index))
    shares, power = oracle.weigh_fired(network, evidence, "c7")
    assert power > 0
    total = shares.sum()
    right = shares / total
    errors = Errors()
    errors.compare(told, 0, {"c7": right}, np.log(total))
    print(f"P(e) = {float(total):.1e}, largest error: {errors}")
    assert errors.posterior <= EXACT
    assert errors.total <= EXACT


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize(("count", "chance"), [(10, 1e-4), (75, 1e-4), (100, 1e-3), (400, 1e-9)])
def test_however_small_probabilities_become(state: str, count: int, chance: float) -> None:
    """Down to 1e-3600: findings each from a cause of its own, tied together by an age."""
    age = root_node("age", [0.25, 0.75], ["young", "old"])
    rest = chance if state == "present" else 1.0 - chance
    causes = [noisy_or_node(f"c{at}", 0.0, {"age": [rest, rest / 2]}) for at in range(count)]
    findings = [noisy_or_node(f"f{at}", 0.0, {f"c{at}": 1.0}) for at in range(count)]
    network = Network((age, *causes, *findings))
    seen = Evidence.of(network, dict.fromkeys((one.id for one in findings), state))
    told = by_kernel(Engine(network), seen, ["age", "c0"])
    each = np.array([rest, rest / 2])
    each = each if state == "present" else 1.0 - each
    logs = np.log([0.25, 0.75]) + count * np.log(each)
    right = np.logaddexp(*logs)
    assert told.log_probability[0] == pytest.approx(right, rel=1e-11)
    assert told.marginals["age"][0] == pytest.approx(np.exp(logs - right), rel=1e-7, abs=1e-300)
    certain = [float(state == "absent"), float(state == "present")]
    assert told.marginals["c0"][0] == pytest.approx(certain, abs=EXACT)


@pytest.mark.parametrize("count", [10, 29, 30])
def test_one_cause_against_many_negative_findings(count: int) -> None:
    """A finding that only this cause produces, beside others that it hardly ever leaves out."""
    miss = 2.0**-33
    others = [noisy_or_node(f"f{at}", 0.0, {"c": 1.0 - miss}) for at in range(count)]
    network = Network((noisy_or_node("c", 0.5), *others, noisy_or_node("g", 0.0, {"c": 0.5})))
    said = {f"f{at}": "absent" for at in range(count)}
    seen = Evidence.of(network, {**said, "g": "present"})
    told = by_kernel(Engine(network), seen, ["c"])
    assert told.log_probability[0] == pytest.approx(np.log(0.25) + count * np.log(miss), rel=1e-12)
    assert told.marginals["c"].tolist() == [[0.0, 1.0]]


@pytest.mark.parametrize("count", range(31, 36))
def test_no_answer_is_ever_nan(count: int) -> None:
    """Where the numbers of one cause alone leave the range of doubles."""
    miss = 2.0**-33
    others = [noisy_or_node(f"f{at}", 0.0, {"c": 1.0 - miss}) for at in range(count)]
    network = Network((noisy_or_node("c", 0.5), *others, noisy_or_node("g", 0.0, {"c": 0.5})))
    said = {f"f{at}": "absent" for at in range(count)}
    seen = Evidence.of(network, {**said, "g": "present"})
    told = by_kernel(Engine(network), seen, ["c"])
    assert told.log_probability[0] < -700.0
    assert not np.isnan(told.marginals["c"]).any()


@pytest.mark.parametrize("scale", [1e-9, 0.5, 1e6, 1e30])
def test_of_virtual_evidence_only_the_ratios_matter(scale: float) -> None:
    for network, evidence, rng in oracle.cases(40, 271):
        said = {
            one.id: tuple(rng.random(len(one.states)).tolist())
            for one in network.nodes
            if one.id not in evidence
        }
        scaled = {name: tuple(scale * one for one in each) for name, each in said.items()}
        engine = Engine(network)
        first = by_kernel(engine, evidence.plus(Evidence(said)), list(network.index))
        second = by_kernel(engine, evidence.plus(Evidence(scaled)), list(network.index))
        shift = len(said) * np.log(scale)
        assert second.log_probability - shift == pytest.approx(first.log_probability, abs=1e-9)
        for name, marginal in first.marginals.items():
            assert second.marginals[name] == pytest.approx(marginal, abs=EXACT)


def test_links_of_zero_and_one_on_the_article(knee: kb.Model) -> None:
    """Its links rounded to 0 or 1: answers are finite, add up to one or are impossible."""
    rng = np.random.default_rng(281)
    network = knee.network
    certain = network.replacing(
        noisy_or_node(
            node.id,
            node.leak or 0.0,
            {
                one.parent: [float(s > rng.uniform(0.02, 0.9)) for s in one.strength]
                for one in node.links
            },
        )
        for node in network.nodes
        if node.is_noisy_or and node.links
    )
    engine = Engine(network).on(certain)
    cases = simulated_patients(knee, 30, 282)
    told = engine.propagate_each(cases, [one.id for one in knee.causes])
    assert not np.isnan(told.log_probability).any()
    possible = told.log_probability > -np.inf
    assert possible.any()
    for marginal in told.marginals.values():
        assert marginal.sum(axis=1) == pytest.approx(possible.astype(float), abs=EXACT)
        assert (marginal >= 0.0).all()


# --- two threads ---------------------------------------------------------------------------


def test_two_threads_asking_at_once() -> None:
    jobs = []
    for network, evidence, rng in oracle.cases(2, 291):
        cases = [oracle.random_evidence(rng, network) for _ in range(200)]
        engine = Engine(network)
        jobs.append(
            (
                engine,
                [evidence, *cases],
                engine.propagate_each([evidence, *cases], network.index),
            )
        )
    failures: list[BaseException] = []

    def ask(turn: int) -> None:
        engine, cases, right = jobs[turn]
        try:
            for _ in range(20):
                told = engine.propagate_each(cases, list(engine.network.index))
                assert told.log_probability.tolist() == right.log_probability.tolist()
                for name, marginal in right.marginals.items():
                    assert told.marginals[name].tolist() == marginal.tolist()
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=ask, args=(turn,)) for turn in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
