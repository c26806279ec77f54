# ruff: noqa: E501, ISC004 - files in one line each are easier to read than broken ones
"""Other people's files: read rightly, or refused with the place and a reason; never in part."""

import gzip
import itertools
import json
import random
import time
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import oracle
import pytest

from kneebayes.exchange import ExchangeError, load_network, load_network_file, save_network
from kneebayes.exchange.networks import FORMATS
from kneebayes.exchange.side_table import side_table_path
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Network, Node, noisy_or_node, root_node, table_node

JAVABAYES = """// names in quotes, blanks between; tables over parents
network "Cold, and cough" { //2 variables
}
variable  "cold" { //2 values
	type discrete[2] {  "true"  "false" };
	property "position = (73, 165); // no comment" ;
}
variable  "cough" { //3 values
	type discrete[3] {  "no, none"  "dry" "wet" };
}
probability (  "cold" ) { //1 variable(s) and 2 values
	table 0.1 0.9 ;
}
/* own states first, the last parent fastest */
probability (  "cough"  "cold" ) { //2 variable(s) and 6 values
	table 0.7 0.2 0.2 0.3 .1 5e-1 ;
}
"""


def xdsl(nodes: str, more: str = "", top: str = "") -> str:
    return f'<?xml version="1.0"?>{top}<smile version="1.0" id="n"><nodes>{nodes}</nodes>{more}</smile>'


def xmlbif(content: str) -> str:
    return (
        f'<?xml version="1.0"?><BIF VERSION="0.3"><NETWORK><NAME>n</NAME>{content}</NETWORK></BIF>'
    )


def variable(name: str, states: str = "x y", kind: str = ' TYPE="nature"') -> str:
    own = "".join(f"<OUTCOME>{state}</OUTCOME>" for state in states.split())
    return f"<VARIABLE{kind}><NAME>{name}</NAME>{own}</VARIABLE>"


A = '<cpt id="A"><state id="y"/><state id="n"/><probabilities>0.2 0.8</probabilities></cpt>'
A_ROOT = variable("a") + "<DEFINITION><FOR>a</FOR><TABLE>0.2 0.8</TABLE></DEFINITION>"
AB = "variable a { type discrete [2] {x, y}; } variable b { type discrete [2] {x, y}; }"
A_TABLE = "probability (a) { table 0.2, 0.8; }"


def saved(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_bif_of_its_first_program(tmp_path: Path) -> None:
    network = load_network(saved(tmp_path, "net.bif", JAVABAYES))
    assert network["cold"].states == ("true", "false")
    assert network["cough"].states == ("no, none", "dry", "wet")
    right = [[0.7, 0.2, 0.1], [0.2, 0.3, 0.5]]
    assert network.table_of(network["cough"]).tolist() == right


@pytest.mark.parametrize(
    "name", ["NET.BIF", "net.bif.gz", "Net.Bif.GZ", "packed without a word.bif"]
)
def test_suffixes_in_any_case_and_packed(tmp_path: Path, name: str) -> None:
    text = f"network n {{ }} {AB} {A_TABLE} probability (b|a) {{ (x) 0.1 0.9; default 0.5, 0.5; }}"
    data = text.encode() if name == "NET.BIF" else gzip.compress(text.encode(), mtime=0)
    network = load_network(saved(tmp_path, name, data))
    assert network["b"].table == (0.1, 0.9, 0.5, 0.5)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("iso-8859-1", "ISO-8859-1"),
        ("windows-1252", "windows-1252"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-8-sig", "utf-8"),
        ("shift-jis", "Shift_JIS"),
        ("koi8-r", "KOI8-R"),
    ],
)
def test_xml_in_the_encoding_that_it_declares(tmp_path: Path, encoding: str, declared: str) -> None:
    name = {"shift-jis": "\u75db\u307f", "koi8-r": "\u0431\u043e\u043b\u044c"}.get(
        encoding, "M\u00fcdigkeit"
    )
    genie = f'<extensions><genie version="1.0"><node id="A"><name>{name}</name></node></genie></extensions>'
    text = f'<?xml version="1.0" encoding="{declared}"?><smile version="1.0"><nodes>{A}</nodes>{genie}</smile>'
    read = load_network_file(saved(tmp_path, "net.xdsl", text.encode(encoding)))
    assert read.label("A") == name


def test_a_default_namespace(tmp_path: Path) -> None:
    text = xmlbif(A_ROOT).replace(
        '<BIF VERSION="0.3">',
        '<BIF VERSION="0.3" xmlns="http://www.cs.ubc.ca/labs/lci/fopi/ve/XMLBIFv0_3" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b">',
    )
    assert load_network(saved(tmp_path, "net.xml", text))["a"].table == (0.2, 0.8)


def test_a_file_with_its_own_document_type(tmp_path: Path) -> None:
    """As Weka writes: element declarations are no entities; comments inside a table are none."""
    text = xmlbif(A_ROOT.replace("0.8<", "0.8 <!-- y --><")).replace(
        "<BIF",
        "<!DOCTYPE BIF [<!ELEMENT BIF ( NETWORK )*>\n<!ATTLIST BIF VERSION CDATA #REQUIRED>]>\n<BIF",
        1,
    )
    assert load_network(saved(tmp_path, "net.xml", text))["a"].table == (0.2, 0.8)


def wrong_rows(count: int) -> tuple[str, str]:
    """A network file with a table of which so many rows do not add up to 1."""
    states = [f"s{place}" for place in range(count)]
    nodes = [
        {"id": "a", "states": states, "table": [1.0] + [0.0] * (count - 1)},
        {"id": "b", "states": ["x", "y"], "parents": ["a"], "table": [0.4, 0.5] * count},
    ]
    return "n.json", json.dumps({"format": "kneebayes network", "version": 1, "nodes": nodes})


REFUSED: dict[str, tuple[str, str, str]] = {
    "xmlbif empty": ("n.xml", xmlbif(""), "it has no nodes"),
    "xmlbif second network": (
        "n.xml",
        xmlbif(A_ROOT).replace("</BIF>", "<NETWORK/></BIF>"),
        "2 elements 'NETWORK'",
    ),
    "xmlbif unknown element": (
        "n.xml",
        xmlbif(A_ROOT + "<PLATE/>"),
        "the element 'PLATE', which is not known",
    ),
    "xmlbif empty state": (
        "n.xml",
        xmlbif(A_ROOT.replace(">y<", "> <")),
        "one of its states has no name",
    ),
    "xmlbif state twice": (
        "n.xml",
        xmlbif(A_ROOT.replace(">y<", ">x<")),
        "the state 'x' stands twice",
    ),
    "xmlbif percent": ("n.xml", xmlbif(A_ROOT.replace("0.2 0.8", "20 80")), "adds up to 100"),
    "xmlbif underscore": (
        "n.xml",
        xmlbif(A_ROOT.replace("0.2 0.8", "1_0 0.8")),
        "else than numbers: '1_0'",
    ),
    "xmlbif infinite": (
        "n.xml",
        xmlbif(A_ROOT.replace("0.2", "1e999")),
        "holds what is no probability",
    ),
    "xmlbif negative": (
        "n.xml",
        xmlbif(A_ROOT.replace("0.2 0.8", "-0.2 1.2")),
        "holds what is no probability",
    ),
    "xmlbif a row": (
        "n.xml",
        xmlbif(
            A_ROOT + variable("b") + "<DEFINITION><FOR>b</FOR><GIVEN>a</GIVEN>"
            "<TABLE>0.5 0.5 0.6 0.6</TABLE></DEFINITION>"
        ),
        r"b: the row \(a = y\) adds up to 1.2: 0.6, 0.6",
    ),
    "xdsl empty state": ("n.xdsl", xdsl(A.replace('id="n"', "")), "one of its states has no name"),
    "xdsl unknown child": (
        "n.xdsl",
        xdsl(A.replace("</cpt>", "<noise>1</noise></cpt>")),
        "the element 'noise'",
    ),
    "xdsl unknown attribute": (
        "n.xdsl",
        xdsl(A.replace("<cpt", '<cpt order="1"')),
        "the attribute 'order'",
    ),
    "xdsl twice": ("n.xdsl", xdsl(A + A), "A: it stands twice"),
    "xdsl empty": ("n.xdsl", xdsl(""), "it has no nodes"),
    "noisymax count": (
        "n.xdsl",
        xdsl(
            '<noisymax id="B"><state id="y"/><state id="n"/><parameters>0.1</parameters></noisymax>'
        ),
        "B: its noisymax has 1 parameter. 2 are needed",
    ),
    "bif parent twice": (
        "n.bif",
        f"{AB} {A_TABLE} probability (b | a, a) {{ default 0.5, 0.5; }}",
        "the parent 'a' stands twice",
    ),
    "three rows": (*wrong_rows(3), r"s2\) adds up to 0.9: 0.4, 0.5. It must add up to 1\.\s*$"),
    "four rows": (*wrong_rows(4), r"s2\) adds up to 0.9(.|\n)*b: 1 more row is wrong"),
    "json root": (
        "n.json",
        '{"format": "kneebayes network", "version": 1, "nodes": ['
        '{"id": "a", "states": ["x", "y"], "table": [1e-320, 0]}]}',
        "a: the row adds up to",
    ),
    "json link": (
        "n.json",
        '{"format": "kneebayes network", "version": 1, "nodes": ['
        '{"id": "a", "states": ["x", "y"], "table": [0.5, 0.5]},'
        '{"id": "b", "states": ["n", "y"], "leak": 0, "links": {"a": [0, 0.5, 1]}}]}',
        "the link of a has 3 numbers. a has 2 states",
    ),
    "bif state twice": (
        "n.bif",
        'variable a { type discrete [2] {x, "x"}; } probability (a) { table 0.2 0.8; }',
        "a: the state 'x' stands twice",
    ),
    "xmlbif too near to 0": (
        "n.xml",
        xmlbif(A_ROOT.replace("0.2 0.8", "0.0000e5 1 2e-999")),
        "'2e-999', too near to 0",
    ),
    "xmlbif two types": (
        "n.xml",
        xmlbif(A_ROOT.replace("</NAME>", "</NAME><TYPE>utility</TYPE>")),
        "a: it is a variable of type 'utility'",
    ),
    "xmlbif element of another namespace": (
        "n.xml",
        xmlbif(A_ROOT + '<z:VARIABLE xmlns:z="urn:z"><NAME>z</NAME></z:VARIABLE>'),
        "the element '{URN:Z}VARIABLE', which is not known",
    ),
    "gzip cut": (
        "n.bif",
        gzip.compress(b"x" * 999, mtime=0)[:-9].decode("latin-1"),
        "gzip content ends too early",
    ),
}


def test_a_file_that_is_not_there_is_said_once(tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match="there is no such file") as caught:
        load_network(tmp_path / "n.bif")
    assert len(caught.value.problems) == 1


def test_no_zero_is_negative(tmp_path: Path) -> None:
    for name, text in (
        ("n.bif", f"{AB.split(' variable', maxsplit=1)[0]} {A_TABLE}"),
        ("n.xml", xmlbif(A_ROOT)),
    ):
        negative = text.replace("0.2, 0.8", "-0.0, 1").replace("0.2 0.8", "-0e7 1")
        table = load_network(saved(tmp_path, name, negative))["a"].table
        assert table is not None
        assert list(map(repr, table)) == ["0.0", "1.0"]


@pytest.mark.parametrize(
    "mark",
    ["<!-- saved by aGrUM 2 -->", "<!-- a > b -->\n<!-- made\nby PyAgrum -->"],
)
def test_every_name_of_the_program_that_orders_otherwise(tmp_path: Path, mark: str) -> None:
    two = A + A.replace('"A"', '"B"')
    three = (
        '<cpt id="C"><state id="y"/><state id="n"/><parents>A B</parents>'
        "<probabilities>0.1 0.9 0.2 0.8 0.3 0.7 0.4 0.6</probabilities></cpt>"
    )
    app = '<extensions><genie version="1.0" app="aGrUM 2.0" name="n"></genie></extensions>'
    for text in (xdsl(two + three, top=mark), xdsl(two + three, app)):
        with pytest.raises(ExchangeError, match="first parent varies fastest"):
            load_network(saved(tmp_path, "n.xdsl", text))
    by_genie = load_network(saved(tmp_path, "n.xdsl", xdsl(two + three, top="<!-- GeNIe -->")))
    assert by_genie["C"].table == (0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6)


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_known_is_refused(tmp_path: Path, case: str) -> None:
    name, text, message = REFUSED[case]
    data = text.encode("latin-1") if case == "gzip cut" else text
    with pytest.raises(ExchangeError, match=message):
        load_network(saved(tmp_path, name, data))


def test_an_order_that_the_author_makes_doubtful(tmp_path: Path) -> None:
    """pyAgrum lets the first parent vary fastest; whoever reads the file says so."""
    two = A.replace('"A"', '"B"')
    last = (
        '<cpt id="D"><state id="no"/><state id="yes"/><parents>A B</parents>'
        "<probabilities>0.99 0.01 0.9 0.1 0.2 0.8 0.05 0.95</probabilities></cpt>"
    )
    top = "<!-- This network was created by pyAgrum 3.3.1 for any purpose you want -->"
    path = saved(tmp_path, "net.xdsl", xdsl(A + two + last, top=top))
    with pytest.raises(ExchangeError, match=r"D: the file says that pyAgrum .* as .bifxml"):
        load_network(path)
    assert load_network(path, fastest="first")["D"].table == (
        0.99,
        0.01,
        0.2,
        0.8,
        0.9,
        0.1,
        0.05,
        0.95,
    )
    assert load_network(path, fastest="last")["D"].table == (
        0.99,
        0.01,
        0.9,
        0.1,
        0.2,
        0.8,
        0.05,
        0.95,
    )
    assert load_network(saved(tmp_path, "a.xdsl", xdsl(A + two, top=top)))["A"].table == (0.2, 0.8)
    with pytest.raises(ExchangeError, match="It must be 'first' or 'last'"):
        load_network(path, fastest="middle")  # type: ignore[arg-type]


def test_pyagrum_files_are_read_as_pyagrum_means_them(tmp_path: Path, agrum: object) -> None:
    import pyagrum

    net = pyagrum.fastBN("A{a0|a1|a2}->D{no|yes}<-B{b0|b1}")
    path = tmp_path / "net.xdsl"
    pyagrum.saveBN(net, str(path))
    read = load_network(path, fastest="first")
    table, parents = read.table_of(read["D"]), read["D"].parents
    for a, b in itertools.product(("a0", "a1", "a2"), ("b0", "b1")):
        states = {"A": a, "B": b}
        where = tuple(read[one].states.index(states[one]) for one in parents)
        right = net.cpt("D")[states]
        assert table[where].tolist() == pytest.approx(right.tolist(), abs=1e-5)


def noisymax(states: int, sizes: list[int], rng: np.random.Generator) -> tuple[str, np.ndarray]:
    """A random noisymax, and its table by counting which state is the strongest."""
    order = [rng.permutation(size).tolist() for size in sizes]
    silent = np.eye(states)[-1]
    columns = [np.array([*rng.dirichlet(np.ones(states), size - 1), silent]) for size in sizes]
    leak = rng.dirichlet(np.ones(states))
    table = np.zeros((*sizes, states))
    for where in np.ndindex(*sizes):
        each = [
            own[places.index(at)] for own, places, at in zip(columns, order, where, strict=True)
        ]
        for drawn in itertools.product(range(states), repeat=len(sizes) + 1):
            share = np.prod([one[at] for one, at in zip([*each, leak], drawn, strict=True)])
            table[where][min(drawn)] += share
    numbers = " ".join(map(repr, np.concatenate([*columns, [leak]]).ravel().tolist()))
    strengths = " ".join(str(at) for one in order for at in one)
    own = "".join(f'<state id="s{at}"/>' for at in range(states))
    names = " ".join(f"P{at}" for at in range(len(sizes)))
    parents = "".join(
        f'<cpt id="P{at}">{"".join(f"""<state id="p{one}"/>""" for one in range(size))}'
        f"<probabilities>{' '.join(['%r' % (1 / size)] * size)}</probabilities></cpt>"
        for at, size in enumerate(sizes)
    )
    text = (
        f'{parents}<noisymax id="B">{own}<parents>{names}</parents><strengths>{strengths}</strengths>'
        f"<parameters>{numbers}</parameters></noisymax>"
    )
    return xdsl(text), table


@pytest.mark.parametrize("states", [2, 3, 4])
def test_noisymax_by_counting(tmp_path: Path, states: int) -> None:
    rng = np.random.default_rng(states)
    for sizes in ([2], [3], [2, 3], [3, 2, 2]):
        text, table = noisymax(states, sizes, rng)
        network = load_network(saved(tmp_path, "net.xdsl", text))
        node = network["B"]
        assert node.is_noisy_or == (states == 2)
        assert set(node.states) == {f"s{at}" for at in range(states)}
        read = network.table_of(node)
        read = read[..., [node.states.index(f"s{at}") for at in range(states)]]
        assert np.abs(read - table).max() < 1e-12
        again = load_network(save_network(network, tmp_path / "again.xdsl"))
        assert again == network
        side_table_path(tmp_path / "again.xdsl").unlink()
        plain = load_network(tmp_path / "again.xdsl")
        assert plain["B"].states == node.states
        assert np.abs(plain.table_of(plain["B"]) - network.table_of(node)).max() < 1e-12


@pytest.mark.parametrize("rare", ["1e-9", "1e-16", "1e-20", "1e-300"])
@pytest.mark.parametrize("states", [2, 3, 4])
def test_a_noisymax_keeps_the_digits_of_what_is_rare(
    tmp_path: Path, states: int, rare: str
) -> None:
    """Against fractions; two parents and the leak all produce the strongest state rarely."""
    loud = [rare, *[repr((1 - float(rare)) / (states - 1))] * (states - 1)]
    silent = ["0"] * (states - 1) + ["1"]
    text = A + A.replace('"A"', '"B"') + '<noisymax id="M">'
    text += "".join(f'<state id="s{at}"/>' for at in range(states))
    numbers = " ".join([*loud, *silent, *loud, *silent, *loud])
    text += "<parents>A B</parents><strengths>0 1 0 1</strengths>"
    text += f"<parameters>{numbers}</parameters></noisymax>"
    network = load_network(saved(tmp_path, "net.xdsl", xdsl(text)))
    table, strongest = network.table_of(network["M"]), network["M"].states.index("s0")
    speaks = [network[parent].states.index("y") for parent in "AB"]
    for where in itertools.product((0, 1), repeat=2):
        loud_ones = 1 + sum(one == at for one, at in zip(where, speaks, strict=True))
        exact = 1 - (1 - Fraction(float(rare))) ** loud_ones
        assert table[where][strongest] == pytest.approx(float(exact), rel=1e-12, abs=0.0)


def test_noisy_ors_go_to_genie_as_such(tmp_path: Path) -> None:
    """And come back from it, children of noisy-ORs too, without the file beside."""
    rng = np.random.default_rng(5)
    network = Network(
        (
            root_node("age", [0.2, 0.5, 0.3], ["young", "middle", "old"]),
            noisy_or_node("cause", 0.125, {"age": [0.1, 0.0, 0.75]}),
            noisy_or_node("inflamed", 0.0, {"cause": 0.5, "age": [0.0, 0.25, 0.5]}),
            table_node("fever", ["inflamed", "age"], rng.dirichlet([1, 1], (2, 3))),
            noisy_or_node("loud", 0.1, {"inflamed": [0.2, 0.4]}),  # GeNIe has no such parent
        )
    )
    path = save_network(network, tmp_path / "net.xdsl")
    text = path.read_text()
    assert text.count("<noisymax") == 2
    assert '<noisymax id="cause">\n    <state id="present" />\n    <state id="absent" />' in text
    assert "<strengths>2 0 1</strengths>" in text
    assert "<parameters>0.75 0.25 0.1 0.9 0.0 1.0 0.125 0.875</parameters>" in text
    side_table_path(path).unlink()
    read = load_network(path)
    for node in network.nodes[:-1]:
        assert read[node.id] == node
    assert np.abs(read.table_of(read["loud"]) - network.table_of(network["loud"])).max() < 1e-12


def test_random_noisy_ors_mean_the_same_in_genie(tmp_path: Path) -> None:
    compared = 0
    for network, evidence, _ in oracle.cases(20, 7):
        path = save_network(network, tmp_path / "net.xdsl")
        side_table_path(path).unlink()
        read = load_network(path)
        extra = set(read.index) - set(network.index)
        if not extra:
            assert all(read[id].states == network[id].states for id in network.index)
            shares = oracle.weigh_states(network, evidence)
            others = oracle.weigh_states(read, evidence)
            for id, share in shares.items():
                assert others[id].astype(float) == pytest.approx(share.astype(float), abs=1e-12)
            compared += 1
    assert compared > 10


def sources(folder: Path) -> list[tuple[str, bytes]]:
    rng = np.random.default_rng(3)
    network = Network(
        (
            root_node("a", [0.25, 0.75]),
            noisy_or_node("b c", 0.1, {"a": 0.5}),
            table_node(
                "d", ["a", "b c"], rng.dirichlet([1, 1, 1], (2, 2)), ["x", "<5", "two words"]
            ),
        )
    )
    names = ("net.xmlbif", "net.bif", "net.xdsl", "net.json")
    made = [(name, save_network(network, folder / name).read_bytes()) for name in names]
    made.append(("java.bif", JAVABAYES.encode()))
    made.append(("weka.xml", xmlbif(A_ROOT).encode("utf-16")))
    made.append(("packed.bif.gz", gzip.compress(JAVABAYES.encode(), mtime=0)))
    return made


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A file with bytes cut out, put in, doubled or exchanged."""
    signs = [
        b"<",
        b">",
        b'"',
        b"{",
        b"}",
        b"(",
        b";",
        b",",
        b"\x00",
        b"\xff",
        b"1e999",
        b"nan",
        b"-",
    ]
    signs += [
        b"0.5 ",
        b"NETWORK",
        b"table",
        b"999999999999",
        b"<!--",
        b"/*",
        b"[",
        b"|",
        b"\\",
        b"&",
    ]
    for _ in range(chance.randint(1, 4)):
        at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        end = min(end, at + chance.choice([1, 5, 40, 400]))
        piece = chance.choice([b"", chance.choice(signs), data[at:end] * 2, data[at:end][::-1]])
        data = data[:at] + piece + data[end:]
    return data


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_changed_in_a_file_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    (tmp_path / "first").mkdir()
    files, chance = sources(tmp_path / "first"), random.Random(seed)
    refused = read = 0
    for _ in range(700):
        name, data = chance.choice(files)
        path = saved(tmp_path, name, mutated(data, chance))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                network = load_network(path)
            except ExchangeError:  # anything else ends the test
                refused += 1
                continue
        read += 1
        for node in network.nodes:
            rows = network.table_of(node).sum(axis=-1)
            assert rows == pytest.approx(1.0, abs=1e-6)
    assert refused > 150
    assert read > 20


def test_a_large_network_of_our_own_is_read_fast(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    states = [f"s{at}" for at in range(6)]
    roots = [root_node(f"r{at}", rng.dirichlet(np.ones(6)), states) for at in range(60)]
    draw = [rng.dirichlet(np.ones(6), (6, 6, 6)) for _ in range(58)]
    parents = [[f"r{at}", f"r{at + 1}", f"r{at + 2}"] for at in range(58)]
    tables = [table_node(f"t{at}", parents[at], draw[at], states) for at in range(58)]
    path = save_network(Network((*roots, *tables)), tmp_path / "net.json")
    begun = time.process_time()
    load_network(path)
    assert time.process_time() - begun < 1.0  # 75,000 numbers; by the schema alone it takes five


def test_a_format_is_one_module() -> None:
    suffixes = [suffix for format in FORMATS for suffix in format.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    for format in FORMATS:
        assert not format.allowed("")
        assert format.allowed("absent")


def test_a_node_of_a_noisymax_can_be_forced() -> None:
    node = Node("b", ("n", "y"), ("a",), 0.1, noisy_or_node("b", 0.1, {"a": 0.5}).links)
    network = Network((root_node("a", [0.5, 0.5]), node))
    assert network.forcing("b", "y")["b"].leak == 1.0
    assert network.forcing("b", "n")["b"].states == ("n", "y")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_comment_ends_with_its_line_and_an_address_is_none(tmp_path: Path, end: str) -> None:
    lines = ["network n { property source = http://example.org/n ; }", "// of its first program"]
    lines += [AB, A_TABLE, "// no } here", "probability (b | a) { (y) 1, 0; // (x) 0, 1;"]
    text = end.join([*lines, "(x) .5 .5; }"])
    network = load_network(saved(tmp_path, "net.bif", text))
    assert network.table_of(network["b"]).tolist() == [[0.5, 0.5], [1.0, 0.0]]
    open_comment = saved(tmp_path, "open.bif", f"{A_TABLE} {AB} \n /* probability (b) ")
    with pytest.raises(ExchangeError, match=r"line 2: a comment is not closed"):
        load_network(open_comment)


def test_bif_names_that_look_like_numbers(tmp_path: Path) -> None:
    """A row of numbers is read at once; so can names be, and these are then taken apart."""
    text = "variable 1 {type discrete [2] {0, 1};} variable 2 {type discrete [3] {-1 0 1.0};} "
    text += "variable 3 {type discrete [2] {0,1};} probability (1) {table .2 8e-1;} "
    text += "probability (2 | 1) {(0) .1 .2 .7; (1) .3,.3,.4;} probability (3 | 1, 2) {default 1 0;"
    network = load_network(saved(tmp_path, "net.bif", text + "(0 -1) 0 1; (1, 1.0) .5 .5;}"))
    assert network["2"].states == ("-1", "0", "1.0")
    assert network["2"].table == (0.1, 0.2, 0.7, 0.3, 0.3, 0.4)
    rows = network.table_of(network["3"])[..., 0]
    assert rows.tolist() == [[0.0, 1.0, 1.0], [1.0, 1.0, 0.5]]


@pytest.mark.parametrize("kind", ["table", "rows", "quotes", "comments", "properties", "blanks"])
def test_a_large_bif_is_read_or_refused_fast(tmp_path: Path, kind: str) -> None:
    """No file of a megabyte takes long, whatever is not closed in it; time grows with length."""
    rng = np.random.default_rng(1)
    head = f"network n {{ }} // large\n{AB}{A_TABLE}"
    text = {
        "quotes": head + '"' * 500_001,
        "comments": head + "/* " * 300_000,
        "properties": head + "network m {" + 'property "' * 90_001,
        "blanks": head + " \n" * 400_000 + "?",
    }.get(kind, "")
    if kind in ("table", "rows"):
        states = [f"s{at}" for at in range(40)]
        roots = [root_node(f"r{at}", rng.dirichlet(np.ones(40)), states) for at in range(3)]
        table = rng.dirichlet(np.ones(4), (40, 40, 10)[: 2 + (kind == "table")]).round(9)
        table[..., 0] += 1.0 - table.sum(axis=-1)
        roots[2] = root_node("r2", rng.dirichlet(np.ones(10)), states[:10])
        parents = ["r0", "r1", "r2"][: 2 + (kind == "table")]
        many = table_node("t", parents, table, states[:4])
        text = save_network(Network((*roots, many)), tmp_path / "net.bif").read_text()
        side_table_path(tmp_path / "net.bif").unlink()
    path = saved(tmp_path, "net.bif", text)
    begun = time.process_time()
    if kind in ("table", "rows"):
        assert load_network(path)["t"].table == tuple(table.ravel().tolist())
    else:
        with pytest.raises(ExchangeError):
            load_network(path)
    assert time.process_time() - begun < 2.0  # what looked on from each start took minutes


@pytest.mark.parametrize("name", ["", "x" * 201, "a\x00", "\ufffe"])
@pytest.mark.parametrize("suffix", [format.suffixes[0] for format in FORMATS])
def test_a_name_that_no_file_can_hold_is_told_as_such(
    tmp_path: Path, suffix: str, name: str
) -> None:
    network = Network((root_node("a", [0.5, 0.5], ["x", name]),))
    with pytest.raises(ExchangeError, match=r"names: .* is empty, longer than 200") as told:
        save_network(network, tmp_path / f"net{suffix}")
    assert "Delete" not in str(told.value)  # nothing was written that could be deleted
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".bif", ".xmlbif", ".xdsl"])
def test_what_is_written_stays_possible(tmp_path: Path, suffix: str) -> None:
    """A chance below the last digit of 1 is no 0 in the table, which would rule it out."""
    roots = [root_node(f"r{at}", [0.5, 0.5]) for at in range(5)]
    links = {root.id: (1e-30, 1e-20) for root in roots}
    network = Network((*roots, noisy_or_node("f", 1e-40, links)))
    path = save_network(network, tmp_path / f"net{suffix}")
    side_table_path(path).unlink()
    alone = Engine(load_network(path)).propagate(Evidence({"f": (0.0, 1.0)}), ["r0"])
    own = Engine(network).propagate(Evidence({"f": (0.0, 1.0)}), ["r0"])
    right = np.log(5.0 * (1e-20 + 1e-30) / 2.0)
    assert own.log_probability[0] == pytest.approx(right, rel=1e-12)
    assert alone.log_probability[0] == pytest.approx(right, rel=1e-12)
    assert alone.marginals["r0"] == pytest.approx(own.marginals["r0"], abs=1e-12)
    assert network.table_of(network["f"])[0, 0, 0, 0, 0, 1] == pytest.approx(5e-30, rel=1e-9)


ABOVE = "1.0000000000000002"  # 0.7 + 0.2 + 0.1, as some program adds up
OWN = '<state id="x"/><state id="y"/>'
CERTAIN = {
    "net.bif": "variable a { type discrete [2] {x, y}; } variable b { type discrete [2] {x, y}; }"
    f"probability (a) {{ table {ABOVE}, 0; }} probability (b | a) {{ (x) 0, {ABOVE}; (y) .5 .5; }}",
    "net.xmlbif": "<BIF><NETWORK>"
    + "".join(
        f"<VARIABLE><NAME>{id}</NAME><OUTCOME>x</OUTCOME><OUTCOME>y</OUTCOME></VARIABLE>"
        for id in "ab"
    )
    + f"<DEFINITION><FOR>a</FOR><TABLE>{ABOVE} 0</TABLE></DEFINITION>"
    f"<DEFINITION><FOR>b</FOR><GIVEN>a</GIVEN><TABLE>0 {ABOVE} .5 .5</TABLE></DEFINITION>"
    "</NETWORK></BIF>",
    "net.xdsl": f'<smile><nodes><cpt id="a">{OWN}<probabilities>{ABOVE} 0</probabilities></cpt>'
    f'<noisymax id="b">{OWN}<parents>a</parents><strengths>1 0</strengths>'
    f"<parameters>{ABOVE} 0 0 1 0 {ABOVE}</parameters></noisymax></nodes></smile>",
    "three.xdsl": f'<smile><nodes><cpt id="a">{OWN}<probabilities>1 0</probabilities></cpt>'
    f'<noisymax id="b">{OWN}<state id="z"/><parents>a</parents><strengths>1 0</strengths>'
    "<parameters>.7 .2 .1 0 0 1 0 0 1</parameters></noisymax></nodes></smile>",
    "net.json": '{"format": "kneebayes network", "version": 1, "nodes": ['
    '{"id": "a", "states": ["x", "y"], "parents": [], "table": [1.0, 0.0]},'
    '{"id": "b", "states": ["x", "y"], "parents": ["a"], "table": [0.0, 1.0, 0.5, 0.5]}]}',
}


@pytest.mark.parametrize("name", CERTAIN)
def test_what_a_sum_made_a_little_more_than_1_can_be_asked(tmp_path: Path, name: str) -> None:
    """It was read, and no question could be answered then."""
    (tmp_path / name).write_text(CERTAIN[name])
    network = load_network(tmp_path / name)
    assert max(number for node in network.nodes for number in node.numbers) == 1.0
    told = Engine(network).propagate(Evidence({}), ["a", "b"]).marginals
    last = network["b"].states.index("z" if name == "three.xdsl" else "y")
    assert told["a"][0, network["a"].states.index("x")] == 1.0
    assert told["b"][0, last] == pytest.approx(1.0)
