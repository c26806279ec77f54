"""Networks written and read: nothing is lost, and other programs read the same."""

import gzip
import json
import warnings
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import oracle
import pytest

import kneebayes as kb
from kneebayes.errors import KneebayesError
from kneebayes.exchange import (
    ExchangeError,
    ExchangeWarning,
    load_network,
    load_network_file,
    save_network,
)
from kneebayes.exchange.networks import FORMATS
from kneebayes.exchange.plain import Format
from kneebayes.exchange.side_table import side_table_path
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, noisy_or_node, root_node, table_node

MAIN = tuple(known.suffixes[0] for known in FORMATS if not known.whole)
ALL = tuple(known.suffixes[0] for known in FORMATS)
CLOSE = 1e-12


def format_of(suffix: str) -> Format:
    return next(known for known in FORMATS if suffix in known.suffixes)


@pytest.mark.parametrize("told", [kb.save, save_network, load_network_file])
def test_every_format_is_told_to_who_saves_and_loads(told: object) -> None:
    """Docstrings are no place for code; so a new format has to be named in them."""
    every = [suffix for known in FORMATS for suffix in known.suffixes]
    named = every if told is load_network_file else ALL  # a file is written under the usual one
    assert [suffix for suffix in named if f"``{suffix}``" not in str(told.__doc__)] == []


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Asia and alarm as they come with pgmpy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        pgmpy = pytest.importorskip("pgmpy")
    folder = tmp_path_factory.mktemp("examples")
    for name in ("asia", "alarm"):
        packed = Path(pgmpy.__file__).parent / f"utils/example_models/{name}.bif.gz"
        if not packed.is_file():
            pytest.skip("this pgmpy comes without its examples")
        (folder / f"{name}.bif").write_bytes(gzip.decompress(packed.read_bytes()))
    return folder


@pytest.mark.parametrize("suffix", ALL)
def test_the_article_comes_back_to_the_last_digit(
    knee: kb.Model, tmp_path: Path, suffix: str
) -> None:
    path = kb.save(knee, tmp_path / f"knee{suffix}")
    read = load_network_file(path)
    assert read.network == knee.network  # order, leaks, links, tables: bit for bit
    assert [node.id for node in read.network.nodes] == [node.id for node in knee.network.nodes]
    for node in knee.network.nodes:
        assert read.label(node.id) == knee.knowledge.label(node.id)
    for kind, records in (("cause", knee.causes), ("context", knee.contexts)):
        assert all(read.kinds[one.id] == kind for one in records)
    assert read.about["title"] == knee.knowledge.meta.title
    assert read.about["disclaimer"] == knee.knowledge.meta.disclaimer


@pytest.mark.parametrize("suffix", ALL)
def test_random_networks_come_back(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(25):
        network = oracle.random_network(rng, certain=bool(rng.random() < 0.2))
        assert load_network(save_network(network, tmp_path / f"net{suffix}")) == network


@pytest.mark.parametrize("suffix", MAIN)
def test_without_the_side_table_the_tables_say_the_same(tmp_path: Path, suffix: str) -> None:
    """The chain of a noisy-OR changes no posterior of any other node."""
    worst, compared = 0.0, 0
    for network, evidence, _ in oracle.cases(25, 2):
        path = save_network(network, tmp_path / f"net{suffix}")
        side_table_path(path).unlink()
        plain = load_network(path)
        assert set(network.index) <= set(plain.index)
        noisy = {node.id for node in network.nodes if node.is_noisy_or}
        held = {node.id for node in format_of(suffix).plain(network) if node.is_noisy_or}
        assert held == {node.id for node in plain.nodes if node.is_noisy_or}
        assert all(not plain[id].is_noisy_or or id in noisy for id in plain.index)
        shares = oracle.weigh_states(network, evidence)
        told = Engine(plain).propagate(evidence, list(network.index))
        for id, share in shares.items():
            right = (share / share.sum()).astype(float)
            worst = max(worst, float(np.abs(told.marginals[id][0] - right).max()))
            compared += 1
    assert compared > 100
    assert worst < CLOSE


@pytest.mark.parametrize("suffix", MAIN)
def test_a_changed_main_file_is_not_mixed_with_an_old_side_table(
    robot: kb.Model, tmp_path: Path, suffix: str
) -> None:
    path = kb.save(robot, tmp_path / f"robot{suffix}")
    cause = robot.causes[0].id
    other = Network(
        tuple(
            replace(node, leak=(node.leak + 1.0) / 2.0) if node.id == cause else node
            for node in robot.network.nodes
        )
    )
    save_network(other, tmp_path / f"other{suffix}").replace(path)
    with pytest.raises(ExchangeError, match=r"does not belong to the main file.*Delete it"):
        load_network(path)
    side_table_path(path).unlink()
    changed = load_network(path)
    plain = {node.id: node for node in format_of(suffix).plain(other)}
    assert changed[cause].is_noisy_or == plain[cause].is_noisy_or


@pytest.mark.parametrize("suffix", [".xmlbif", ".bif"])
def test_pyagrum_reads_the_random_networks(agrum: ModuleType, tmp_path: Path, suffix: str) -> None:
    close = 1e-9 if suffix == ".xmlbif" else 1e-6  # it keeps single precision of a BIF file
    for network, evidence, _ in oracle.cases(12, 3):
        hard = evidence.only([id for id in evidence if evidence.hard_state(id) is not None])
        path = save_network(network, tmp_path / f"net{suffix}")
        if suffix == ".xmlbif":
            path = path.rename(path.with_suffix(".bifxml"))
        read = agrum.loadBN(str(path))  # must outlive its inference
        inference = agrum.LazyPropagation(read)
        inference.setEvidence({id: network[id].states[hard.hard_state(id) or 0] for id in hard})
        inference.makeInference()
        told = Engine(network).propagate(hard, list(network.index))
        for id, marginal in told.marginals.items():
            labels = list(read.variable(id).labels())
            found = inference.posterior(id).tolist()
            order = [labels.index(state) for state in network[id].states]
            assert [found[at] for at in order] == pytest.approx(marginal[0].tolist(), abs=close)


def test_pgmpy_reads_xdsl_as_genie_does(tmp_path: Path) -> None:
    """The last parent varies fastest; a table that is not symmetric tells the difference."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        readers = pytest.importorskip("pgmpy.readwrite")
    table = np.array([[[0.9, 0.1], [0.8, 0.2]], [[0.3, 0.7], [0.1, 0.9]]])
    network = Network(
        (
            root_node("either", [0.4, 0.6]),
            root_node("bronc", [0.7, 0.3]),
            table_node("dysp", ["either", "bronc"], table),
        )
    )
    path = save_network(network, tmp_path / "net.xdsl")
    assert "<parents>either bronc</parents>" in path.read_text()
    assert "0.9 0.1 0.8 0.2 0.3 0.7 0.1 0.9" in path.read_text()
    cpd = readers.XDSLReader(str(path)).get_model().get_cpds("dysp")
    values = cpd.values.transpose([cpd.variables.index(one) for one in ("either", "bronc", "dysp")])
    assert np.array_equal(values, table)


def test_an_xdsl_file_of_genie(tmp_path: Path) -> None:
    """Tables and certain nodes are read; what is neither is refused by name."""
    text = """<?xml version="1.0" encoding="ISO-8859-1"?>
    <smile version="1.0" id="n"><nodes>
      <cpt id="a"><state id="no"/><state id="yes"/><probabilities>0.2 0.8</probabilities></cpt>
      <deterministic id="b"><state id="low"/><state id="high"/><parents>a</parents>
        <resultingstates>high low</resultingstates></deterministic>
    </nodes><extensions><genie version="1.0"><node id="a"><name>An A</name></node></genie>
    </extensions></smile>"""
    path = tmp_path / "net.xdsl"
    path.write_text(text)
    read = load_network_file(path)
    assert read.label("a") == "An A"
    assert read.network["b"].table == (0.0, 1.0, 1.0, 0.0)
    path.write_text(text.replace("deterministic", "noisyadder"))
    with pytest.raises(ExchangeError, match="b: it is of kind 'noisyadder'"):
        load_network(path)


@pytest.mark.parametrize("name", ["asia", "alarm"])
def test_examples_of_others_by_pyagrum(agrum: ModuleType, examples: Path, name: str) -> None:
    path = examples / f"{name}.bif"
    network = load_network(path)
    read = agrum.loadBN(str(path))
    assert set(read.names()) == set(network.index)
    rng = np.random.default_rng(4)
    for _ in range(4):
        seen = {
            str(id): network[str(id)].states[0]
            for id in rng.choice(list(network.index), 3, replace=False)
        }
        evidence = Evidence.of(network, seen)
        if Engine(network).probability(evidence) < 1e-12:
            continue
        inference = agrum.LazyPropagation(read)
        inference.setEvidence(seen)
        inference.makeInference()
        told = Engine(network).propagate(evidence, list(network.index))
        for id, marginal in told.marginals.items():
            labels = list(read.variable(id).labels())
            found = dict(zip(labels, inference.posterior(id).tolist(), strict=True))
            right = dict(zip(network[id].states, marginal[0].tolist(), strict=True))
            assert found == pytest.approx(right, abs=1e-6)


@pytest.mark.parametrize("suffix", ALL)
def test_examples_of_others_come_back(examples: Path, tmp_path: Path, suffix: str) -> None:
    network = load_network(examples / "alarm.bif")
    assert load_network(save_network(network, tmp_path / f"alarm{suffix}")) == network


def test_a_file_of_pyagrum_comes_in(agrum: ModuleType, tmp_path: Path) -> None:
    net = agrum.fastBN("a{x|y|z}->b[2]<-c{low|high}")
    agrum.saveBN(net, str(tmp_path / "net.bifxml"))
    agrum.saveBN(net, str(tmp_path / "net.bif"))
    for file in ("net.bifxml", "net.bif"):
        network = load_network(tmp_path / file)
        assert network["a"].states == ("x", "y", "z")
        inference = agrum.LazyPropagation(net)
        inference.makeInference()
        told = Engine(network).propagate(Evidence({}), ["b"])
        right = inference.posterior("b").tolist()
        assert told.marginals["b"][0].tolist() == pytest.approx(right, abs=1e-5)


ODD = [
    "two words",
    "Asy/Patch",
    "<5",
    "[0, 5)",
    "caf\u00e9",
    "\u4f60\u597d",
    '5" pipe',
    "a|b",
    "=x",
    "_",
    "1",
]
ODD += [
    "a;b",
    "a{b}",
    "x//y",
    "table",
    "a  b",
    " lead",
    "tab\tin",
    "a\u00a0b",
    "\u2028",
    "\x7f",
    "&amp;",
    "(a)",
]


@pytest.mark.parametrize("suffix", [*ALL, ".bif.gz", ".xmlbif.gz", ".XDSL"])
def test_whatever_is_called_how_comes_back(tmp_path: Path, suffix: str) -> None:
    """Names are written as they are, or as others with a map beside."""
    root = root_node("one parent", np.full(len(ODD), 1 / len(ODD)), ODD)
    rng = np.random.default_rng(1)
    odd = [
        table_node(name, ["one parent"], rng.dirichlet([1, 1], len(ODD)), ODD[:2]) for name in ODD
    ]
    noisy = noisy_or_node(
        "very noisy", 0.25, {"one parent": [0.0, *rng.random(len(ODD) - 1)], "<5": 0.5}
    )
    last = table_node("last", ["very noisy", "[0, 5)"], rng.dirichlet([1, 1], (2, 2)))
    network = Network((root, *odd, noisy, last))
    path = save_network(network, tmp_path / f"net{suffix}")
    assert load_network(path) == network
    if suffix in MAIN:
        side_table_path(path).unlink()
        assert len(load_network(path)) == len(network)


@pytest.mark.parametrize(("suffix", "reader"), [(".bif", "BIFReader"), (".xmlbif", "XMLBIFReader")])
@pytest.mark.parametrize("name", [*ODD, "Pain (knee)", "[x]", ">=65", "type", "s1;", "a.b", "5-9"])
def test_pgmpy_reads_the_same_numbers_whatever_is_called_how(
    tmp_path: Path, suffix: str, reader: str, name: str
) -> None:
    """After a quoted state with a bracket in it pgmpy 1.1.2 reads other numbers of a BIF file."""
    readers = pytest.importorskip("pgmpy.readwrite")
    rng = np.random.default_rng(2)
    root = root_node("a", [0.2, 0.3, 0.5], [name, "v", "w"])
    named = table_node(name, ["a"], rng.dirichlet([1, 1], 3), ["low", name])
    last = table_node("b", [name, "a"], rng.dirichlet([1, 1], (2, 3)), ["u", "v"])
    path = save_network(Network((root, named, last)), tmp_path / f"net{suffix}")
    side_table_path(path).unlink()
    network, theirs = load_network(path), getattr(readers, reader)(str(path)).get_model()
    for node in network.nodes:
        axes = (cpd := theirs.get_cpds(node.id)).variables
        values = cpd.values.transpose([axes.index(one) for one in (*node.parents, node.id)])
        assert values == pytest.approx(network.table_of(node))
        assert cpd.state_names[node.id] == list(node.states)


def test_what_no_format_holds_is_refused(tmp_path: Path) -> None:
    for name in ("", "\ud800", "x" * 201):
        network = Network((root_node("a", [0.5, 0.5], [name, "x"]),))
        with pytest.raises(KneebayesError, match="is empty, longer than 200"):
            save_network(network, tmp_path / "net.json")
        assert list(tmp_path.iterdir()) == []


def test_a_step_of_a_chain_takes_nobodys_name(tmp_path: Path) -> None:
    roots = [root_node(f"r{at}", [0.5, 0.5]) for at in range(4)]
    links = {node.id: 0.5 for node in roots}
    network = Network((*roots, noisy_or_node("f", 0.1, links), root_node("f__2", [0.5, 0.5])))
    with pytest.raises(ExchangeError, match="f__2: a step of a noisy-OR would take this name"):
        save_network(network, tmp_path / "net.xmlbif")
    assert load_network(save_network(network, tmp_path / "net.json")) == network


def test_markup_in_labels_stays_text(robot: kb.Model, tmp_path: Path) -> None:
    bad = '<script>alert("1")</script> & ]]>'
    file = load_network_file(kb.save(robot, tmp_path / "robot.json"))
    odd = type(file)(file.network, dict.fromkeys(file.labels, bad), file.kinds, {"title": bad})
    for suffix in MAIN:
        path = save_network(odd, tmp_path / f"robot{suffix}")
        assert "<script" not in path.read_text()
        assert load_network_file(path).label("squeak") == bad


TWO = "variable a { type discrete [1] {x}; } variable b { type discrete [1] {x}; }"
BROKEN: dict[str, tuple[str, str, str]] = {
    "no xml": ("net.xmlbif", "<BIF", "not valid XML"),
    "entities": ("net.xmlbif", '<!DOCTYPE x [<!ENTITY a "b">]><BIF/>', "defines entities"),
    "other xml": ("net.xmlbif", "<html></html>", "no NETWORK element"),
    "no table": (
        "net.xmlbif",
        "<BIF><NETWORK><VARIABLE><NAME>a</NAME><OUTCOME>x</OUTCOME></VARIABLE></NETWORK></BIF>",
        "a: it has no DEFINITION",
    ),
    "empty bif": ("net.bif", "network x { }", "no variable was found"),
    "too few numbers": (
        "net.bif",
        "variable a { type discrete [2] {x, y}; } probability (a) { table 0.5; }",
        "a: its table does not have one row",
    ),
    "sum": (
        "net.bif",
        "variable a { type discrete [2] {x, y}; } probability (a) { table 0.5, 0.6; }",
        r"a: the row adds up to 1.1: 0.5, 0.6. It must add up to 1",
    ),
    "words": (
        "net.bif",
        "variable a { type discrete [2] {x, y}; } probability (a) { table half, 0.5; }",
        "something else than numbers",
    ),
    "nan": (
        "net.bif",
        "variable a { type discrete [2] {x, y}; } probability (a) { table nan, 0.5; }",
        "something else than numbers: 'nan'",
    ),
    "circle": (
        "net.bif",
        f"{TWO} probability (a | b) {{ (x) 1; }} probability (b | a) {{ (x) 1; }}",
        "run in a circle among: a, b",
    ),
    "unknown parent": (
        "net.bif",
        "variable a { type discrete [1] {x}; } probability (a | b) { (x) 1; }",
        "'b' is no variable",
    ),
    "other xdsl": ("net.xdsl", "<smile/>", "no 'nodes' element"),
    "other json": ("net.json", "[1]", r"it is \[1\]. It must be of type object"),
    "unknown field": (
        "net.json",
        '{"format": "kneebayes network", "version": 1, "node": []}',
        "no field 'node'. Did you mean 'nodes'",
    ),
    "suffix": ("net.net", "", r"ends in '\.net'\. A network can be read from"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_say_what_is_wrong(tmp_path: Path, case: str) -> None:
    name, text, message = BROKEN[case]
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ExchangeError, match=message):
        load_network(path)


def test_all_problems_of_a_json_network_at_once(tmp_path: Path) -> None:
    nodes: list[dict[str, Any]] = [
        {"id": "a", "states": ["absent", "present"], "leak": 1.5},
        {"id": "b", "states": ["x"], "table": [1], "tabel": 3},
        {"id": 4, "states": "x"},
    ]
    path = tmp_path / "net.json"
    path.write_text(json.dumps({"format": "kneebayes network", "version": 2, "nodes": nodes}))
    with pytest.raises(ExchangeError, match="5 problems found") as caught:
        load_network(path)
    assert {one.place for one in caught.value.problems} == {
        "version",
        "nodes[0].leak",
        "nodes[1]",
        "nodes[2].id",
        "nodes[2].states",
    }


def test_rounded_tables_of_others_are_divided_by_their_sum(tmp_path: Path) -> None:
    path = tmp_path / "net.bif"
    path.write_text(
        "variable a { type discrete [3] {x, y, z}; } probability (a) { table 0.33, 0.33, 0.33; }"
    )
    with pytest.warns(ExchangeWarning, match=r"a: the numbers of 1 of 1 row were .* up to 0\.99"):
        network = load_network(path)
    assert network["a"].table == pytest.approx((1 / 3,) * 3)
    exact = (
        "variable a { type discrete [2] {x, y}; } probability (a) { table 0.333333, 0.6666667; }"
    )
    path.write_text(exact)  # single precision is no rounding to speak of
    assert load_network(path)["a"].table == pytest.approx((1 / 3, 2 / 3), abs=1e-6)
