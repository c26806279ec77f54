"""The bridge to pgmpy and its files, and pgmpy and pyAgrum as oracles of the engine."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import oracle
import pytest
from asked_of_pgmpy import query_pgmpy

import kneebayes as kb
from kneebayes.errors import KneebayesError
from kneebayes.exchange import save_network
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, noisy_or_node, root_node
from kneebayes.network.pgmpy_bridge import to_pgmpy

SUFFIXES = (".xmlbif", ".bif")  # XDSL is not for pyAgrum, see tests/exchange/test_networks.py
CLOSE = 1e-9
SINGLE = 1e-6  # pyAgrum keeps single precision of the numbers in a BIF file
TARGETS = ("bakers_cyst", "osteoarthritis", "deep_vein_thrombosis", "meniscus_tear", "effusion")

# In each the contexts that are not named are known to be as usual: that keeps pgmpy fast.
PATIENTS = {
    "nothing but the complaint": {},
    "a lump": {"age": "older", "overweight": "present", "lump_behind_knee": "present"},
    "a sports injury": {
        "age": "young_adult",
        "runner": "present",
        "locking": "present",
        "swollen_knee": "present",
        "fever": "absent",
    },
    "a clot": {
        "previous_dvt": "present",
        "calf_tenderness": "present",
        "leg_swelling": "present",
        "redness": "absent",
    },
}


@pytest.fixture(scope="module")
def bridge(knee: kb.Model) -> Any:
    """The article's network as pgmpy has it."""
    return knee.to_pgmpy()


@pytest.fixture(scope="module")
def tiny() -> Network:
    """Every kind of node: several states, a chain of five parents, a mediator, links 0 and 1."""
    age = root_node("age", [0.2, 0.3, 0.5], ["young", "middle", "older"])
    causes = [noisy_or_node(f"c{at}", 0.1 + at / 20, {"age": [0.0, 0.1, 0.3]}) for at in range(4)]
    links = {"c0": 0.8, "c1": 1.0, "c2": 0.3, "c3": 1 / 3, "age": [0.0, 0.0, 0.123456789012]}
    mediator = noisy_or_node("m", 0.01, links)
    return Network((age, *causes, mediator, noisy_or_node("f", 0.0, {"m": 0.7, "c0": 0.0})))


@pytest.fixture(scope="module")
def seen(tiny: Network) -> Evidence:
    return Evidence.of(tiny, {"f": "present", "c1": "absent"})


def states_of(network: Network, evidence: Evidence) -> dict[str, str]:
    said = {name: evidence.hard_state(name) for name in evidence}
    return {name: network[name].states[at] for name, at in said.items() if at is not None}


def answers_of(knee: kb.Model, patient: str) -> dict[str, str]:
    usual = {one.id: knee.network[one.id].states[0] for one in knee.contexts}
    return usual | {knee.knowledge.meta.complaint: "present"} | PATIENTS[patient]


def hard_cases(count: int, seed: int) -> Iterator[tuple[Network, Evidence]]:
    for network, evidence, _ in oracle.cases(count, seed, most=8):
        certain = [name for name in evidence if evidence.hard_state(name) is not None]
        yield network, evidence.only(certain)


def test_the_article_passes_the_check_of_pgmpy(knee: kb.Model, bridge: Any) -> None:
    assert bridge.check_model()
    assert set(knee.network.index) <= set(bridge.nodes())
    for node in knee.network.nodes:
        assert bridge.get_cpds(node.id).state_names[node.id] == list(node.states)
    assert max(len(cpd.variables) for cpd in bridge.get_cpds()) <= 5


SLOW_IN_PGMPY = "a sports injury"  # with some orders of elimination it takes a minute


@pytest.mark.parametrize(
    "patient",
    [
        pytest.param(one, marks=[pytest.mark.long] if one == SLOW_IN_PGMPY else [])
        for one in PATIENTS
    ],
)
def test_the_article_by_pgmpy(knee: kb.Model, bridge: Any, patient: str) -> None:
    answers = answers_of(knee, patient)
    told = knee.engine.propagate(Evidence.of(knee.network, answers), TARGETS)
    for target in TARGETS:
        found = query_pgmpy(bridge, target, answers)
        assert found["present"] == pytest.approx(told.present(target), abs=CLOSE)
        assert found["absent"] == pytest.approx(1.0 - told.present(target), abs=CLOSE)


def test_random_networks_by_pgmpy() -> None:
    compared = 0
    for network, evidence in hard_cases(25, 1):
        model = to_pgmpy(network)
        assert model.check_model()
        hidden = [node.id for node in network.nodes if node.id not in evidence]
        told = Engine(network).propagate(evidence, hidden)
        for name in hidden:
            found = query_pgmpy(model, name, states_of(network, evidence))
            right = dict(zip(network[name].states, told.marginals[name][0], strict=True))
            assert found == pytest.approx(right, abs=CLOSE)
            compared += 1
    assert compared > 75


def test_a_chain_says_what_its_family_said(tiny: Network) -> None:
    model = to_pgmpy(tiny)
    chain = [name for name in model.nodes() if name.startswith("m__")]
    assert chain == ["m__1", "m__2", "m__3", "m__4"]
    family = oracle.family(tiny, tiny["m"]).astype(float)
    for causes in [(1, 0, 0, 0, 0), (0, 0, 1, 1, 2), (0, 0, 0, 0, 1), (1, 1, 1, 1, 1)]:
        named = zip(tiny["m"].parents, causes, strict=True)
        known = {parent: tiny[parent].states[at] for parent, at in named}
        found = query_pgmpy(model, "m", known)
        assert found["present"] == pytest.approx(family[(*causes, 1)], abs=1e-15)


def agrum_network(agrum: ModuleType, network: Network) -> Any:
    net = agrum.BayesNet("net")
    for node in network.nodes:
        net.add(agrum.LabelizedVariable(node.id, node.id, list(node.states)))
    for node in network.nodes:
        for parent in node.parents:
            net.addArc(parent, node.id)
        table = oracle.family(network, node)
        cpt = net.cpt(node.id)
        for at in range(cpt.domainSize()):
            where = agrum.Instantiation(cpt)
            where += at
            place = [where[one] for one in (*node.parents, node.id)]
            cpt[where] = float(table[tuple(place)])
    return net


def test_random_networks_by_pyagrum(agrum: ModuleType) -> None:
    """Hard and virtual evidence, scaled to 1 at its largest: pyAgrum wants hard as 0 and 1."""
    compared = 0
    for network, evidence, _ in oracle.cases(60, 2):
        same = agrum_network(agrum, network)  # must outlive its inference
        inference = agrum.LazyPropagation(same)
        scaled = {
            name: tuple(value / max(one) for value in one)
            for name, one in evidence.likelihoods.items()
        }
        inference.setEvidence({name: list(one) for name, one in scaled.items()})
        inference.makeInference()
        told = Engine(network).propagate(evidence, [node.id for node in network.nodes])
        for name, marginal in told.marginals.items():
            found = inference.posterior(name).tolist()
            assert found == pytest.approx(marginal[0].tolist(), abs=CLOSE)
            compared += 1
        assert inference.evidenceProbability() == pytest.approx(
            float(oracle.weigh(network, Evidence(scaled))), rel=CLOSE
        )
    assert compared > 200


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_saved_network_is_read_by_pgmpy(
    tiny: Network, seen: Evidence, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"tiny{suffix}"
    save_network(tiny, path)
    readers = importlib.import_module("pgmpy.readwrite")
    reader = readers.BIFReader if suffix == ".bif" else readers.XMLBIFReader
    read = reader(str(path)).get_model()
    assert read.check_model()
    told = Engine(tiny).propagate(seen, ["age", "c0", "m"])
    for name, marginal in told.marginals.items():
        if name in ("age", "c0", "m"):
            found = query_pgmpy(read, name, states_of(tiny, seen))
            right = dict(zip(tiny[name].states, marginal[0], strict=True))
            assert found == pytest.approx(right, abs=CLOSE)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_saved_network_is_read_by_pyagrum(
    agrum: ModuleType, tiny: Network, seen: Evidence, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"tiny{suffix}"
    save_network(tiny, path)
    read = load_agrum(agrum, path)
    inference = agrum.LazyPropagation(read)
    inference.setEvidence(states_of(tiny, seen))
    inference.makeInference()
    for name, marginal in Engine(tiny).propagate(seen, ["age", "c0", "m"]).marginals.items():
        labels = read.variable(name).labels()
        found = dict(zip(labels, inference.posterior(name).tolist(), strict=True))
        right = dict(zip(tiny[name].states, marginal[0].tolist(), strict=True))
        assert found == pytest.approx(right, abs=SINGLE if suffix == ".bif" else CLOSE)


def load_agrum(agrum: ModuleType, path: Path) -> Any:
    """PyAgrum knows XMLBIF by another suffix."""
    if path.suffix == ".xmlbif":
        path = path.rename(path.with_suffix(".bifxml"))
    return agrum.loadBN(str(path))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_saved_article_by_pyagrum(
    agrum: ModuleType, knee: kb.Model, tmp_path: Path, suffix: str
) -> None:
    path = kb.save(knee, tmp_path / f"knee{suffix}")
    assert path == tmp_path / f"knee{suffix}"
    read = load_agrum(agrum, path)
    for patient in PATIENTS:
        answers = answers_of(knee, patient)
        inference = agrum.LazyPropagation(read)
        inference.setEvidence(answers)
        inference.setTargets(set(TARGETS))
        inference.makeInference()
        told = knee.engine.propagate(Evidence.of(knee.network, answers), TARGETS)
        for target in TARGETS:
            at = list(read.variable(target).labels()).index("present")
            found = inference.posterior(target).tolist()[at]
            close = SINGLE if suffix == ".bif" else CLOSE
            assert found == pytest.approx(told.present(target), abs=close)


@pytest.mark.parametrize("name", ["knee.net", "knee.uai", "knee", "knee.bif.zip"])
def test_a_suffix_that_is_not_known(robot: kb.Model, tmp_path: Path, name: str) -> None:
    suffix = Path(name).suffix
    text = rf"ends in '{suffix}'\. A network can be saved as \.xmlbif, .* or \.json\."
    with pytest.raises(KneebayesError, match=text):
        kb.save(robot, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_saving_takes_text_for_a_path_and_overwrites(
    robot: kb.Model, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"robot{suffix}"
    path.write_text("old")
    assert kb.save(robot, str(path)) == path
    first = path.read_text()
    assert "old" not in first[:10]
    kb.save(robot, path)
    assert path.read_text() == first
