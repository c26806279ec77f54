# ruff: noqa: E501 - files in one line each are easier to read than broken ones
"""Files of networks word for word: what is written, and what each way of writing means."""

import json
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from kneebayes.exchange import (
    ExchangeError,
    ExchangeWarning,
    load_network,
    load_network_file,
    save_network,
)
from kneebayes.exchange.plain import plain_nodes, same_nodes
from kneebayes.exchange.side_table import NetworkFile, side_table_path
from kneebayes.network import Link, Network, Node, noisy_or_node, root_node, table_node

NETWORK = Network(
    (
        root_node("a", [0.25, 0.75], ["no", "yes, so"]),
        noisy_or_node("b c", 0.125, {"a": [0.0, 0.5]}),
        noisy_or_node("network", 0.25, {"a": [0.25, 0.5], "b c": [0.0, 0.75]}),
        table_node(
            "d",
            ["a", "b c"],
            [[[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]], [[0.125, 0.375, 0.5], [1.0, 0.0, 0.0]]],
            ["x", "<5", "x 5"],
        ),
    )
)
SAID_ROUNDED = "{}: the numbers of {} were rounded, and are now divided by their sum"
FILE = NetworkFile(NETWORK, {"a": "A", "b c": "B & C"}, {}, {"title": "Rain & (snow), 2nd"})
IN_GENIE = """<interior color="e5f6f7" />
      <outline color="000080" />
      <font color="000000" name="Arial" size="8" />"""

WRITTEN = {
    "net.bif": """network Rain_snow_2nd {
}
variable a {
  type discrete [ 2 ] { no, yes_so };
}
variable b_c {
  type discrete [ 2 ] { absent, present };
}
variable network_2 {
  type discrete [ 2 ] { absent, present };
}
variable d {
  type discrete [ 3 ] { x, <5, x_5 };
}
probability ( a ) {
  table 0.25, 0.75;
}
probability ( b_c | a ) {
  (no) 0.875, 0.125;
  (yes_so) 0.4375, 0.5625;
}
probability ( network_2 | a, b_c ) {
  (no, absent) 0.5625, 0.4375;
  (no, present) 0.140625, 0.859375;
  (yes_so, absent) 0.375, 0.625;
  (yes_so, present) 0.09375, 0.90625;
}
probability ( d | a, b_c ) {
  (no, absent) 0.5, 0.25, 0.25;
  (no, present) 0.25, 0.5, 0.25;
  (yes_so, absent) 0.125, 0.375, 0.5;
  (yes_so, present) 1.0, 0.0, 0.0;
}
""",
    "net.xmlbif": """<?xml version="1.0" encoding="UTF-8"?>
<BIF VERSION="0.3">
<NETWORK>
<NAME>Rain &amp; (snow), 2nd</NAME>
<VARIABLE TYPE="nature">
  <NAME>a</NAME>
  <OUTCOME>no</OUTCOME>
  <OUTCOME>yes, so</OUTCOME>
</VARIABLE>
<VARIABLE TYPE="nature">
  <NAME>b c</NAME>
  <OUTCOME>absent</OUTCOME>
  <OUTCOME>present</OUTCOME>
</VARIABLE>
<VARIABLE TYPE="nature">
  <NAME>network</NAME>
  <OUTCOME>absent</OUTCOME>
  <OUTCOME>present</OUTCOME>
</VARIABLE>
<VARIABLE TYPE="nature">
  <NAME>d</NAME>
  <OUTCOME>x</OUTCOME>
  <OUTCOME>&lt;5</OUTCOME>
  <OUTCOME>x 5</OUTCOME>
</VARIABLE>
<DEFINITION>
  <FOR>a</FOR>
  <TABLE>0.25 0.75</TABLE>
</DEFINITION>
<DEFINITION>
  <FOR>b c</FOR>
  <GIVEN>a</GIVEN>
  <TABLE>0.875 0.125 0.4375 0.5625</TABLE>
</DEFINITION>
<DEFINITION>
  <FOR>network</FOR>
  <GIVEN>a</GIVEN>
  <GIVEN>b c</GIVEN>
  <TABLE>0.5625 0.4375 0.140625 0.859375 0.375 0.625 0.09375 0.90625</TABLE>
</DEFINITION>
<DEFINITION>
  <FOR>d</FOR>
  <GIVEN>a</GIVEN>
  <GIVEN>b c</GIVEN>
  <TABLE>0.5 0.25 0.25 0.25 0.5 0.25 0.125 0.375 0.5 1.0 0.0 0.0</TABLE>
</DEFINITION>
</NETWORK>
</BIF>
""",
    "net.xdsl": f"""<?xml version="1.0" encoding="UTF-8"?>
<smile version="1.0" id="network" numsamples="10000">
<nodes>
  <cpt id="a">
    <state id="no" />
    <state id="yes_so" />
    <probabilities>0.25 0.75</probabilities>
  </cpt>
  <noisymax id="b_c">
    <state id="present" />
    <state id="absent" />
    <parents>a</parents>
    <strengths>1 0</strengths>
    <parameters>0.5 0.5 0.0 1.0 0.125 0.875</parameters>
  </noisymax>
  <cpt id="network">
    <state id="absent" />
    <state id="present" />
    <parents>a b_c</parents>
    <probabilities>0.140625 0.859375 0.5625 0.4375 0.09375 0.90625 0.375 0.625</probabilities>
  </cpt>
  <cpt id="d">
    <state id="x" />
    <state id="x_5" />
    <state id="x_5_2" />
    <parents>a b_c</parents>
    <probabilities>0.25 0.5 0.25 0.5 0.25 0.25 1.0 0.0 0.0 0.125 0.375 0.5</probabilities>
  </cpt>
</nodes>
<extensions>
  <genie version="1.0" app="kneebayes" name="Rain &amp; (snow), 2nd">
    <node id="a">
      <name>A</name>
      {IN_GENIE}
      <position>0 0 110 40</position>
    </node>
    <node id="b_c">
      <name>B &amp; C</name>
      {IN_GENIE}
      <position>0 60 110 100</position>
    </node>
    <node id="network">
      <name>network</name>
      {IN_GENIE}
      <position>0 120 110 160</position>
    </node>
    <node id="d">
      <name>d</name>
      {IN_GENIE}
      <position>130 120 240 160</position>
    </node>
  </genie>
</extensions>
</smile>
""",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_is_written_word_for_word(tmp_path: Path, name: str) -> None:
    path = save_network(FILE, tmp_path / name)
    assert path.read_text() == WRITTEN[name]
    read = load_network_file(path)
    assert read.network == NETWORK
    assert read.label("b c") == "B & C"
    assert read.about == {"title": "Rain & (snow), 2nd"}


def test_the_second_file_has_the_names_that_were_written(tmp_path: Path) -> None:
    path = save_network(FILE, tmp_path / "net.xdsl")
    beside = json.loads(side_table_path(path).read_text())
    assert beside["renamed"] == {
        "nodes": {"b_c": "b c"},
        "states": {"a": {"yes_so": "yes, so"}, "d": {"x_5": "<5", "x_5_2": "x 5"}},
    }
    assert [node["id"] for node in beside["nodes"]] == ["a", "b c", "network", "d"]


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (["x", "x ", " x"], ["x", "x_2", "x_3"]),
        (["1", "x_1", "+"], ["x_1_2", "x_1", "x"]),
        (["M\u00fcde", "\u75db", "a" * 80 + " "], ["Mude", "x", "a" * 60]),
        (["a  b", "_c_", "9 lives"], ["a_b", "c", "x_9_lives"]),
    ],
)
def test_names_that_a_format_cannot_hold_are_made_anew(
    tmp_path: Path, names: list[str], written: list[str]
) -> None:
    network = Network((root_node("a", [0.25, 0.25, 0.5], names),))
    path = save_network(network, tmp_path / "net.xdsl")
    assert load_network(path) == network
    side_table_path(path).unlink()
    assert load_network(path)["a"].states == tuple(written)


def test_a_name_of_a_file_so_long_that_the_second_file_can_have_none(tmp_path: Path) -> None:
    path = save_network(NETWORK, tmp_path / "net.xmlbif").rename(tmp_path / f"{'n' * 245}.xmlbif")
    assert load_network(path)["a"] == NETWORK["a"]


def table_in(path: Path, text: str, node: str = "b", **how: str) -> object:
    path.write_text(text)
    network = load_network(path, **how)  # type: ignore[arg-type]
    return network[node].states, network[node].parents, network.table_of(network[node]).tolist()


AB = "variable a { type discrete [2] {x, y}; } variable b { type discrete [2] {x, y}; }"
A = "probability (a) { table 0.25, 0.75; }"
RIGHT = (("x", "y"), ("a",), [[0.125, 0.875], [0.5, 0.5]])


@pytest.mark.parametrize(
    "text",
    [
        f"network n {{ }} {AB} {A} probability (b | a) {{ (x) 0.125, 0.875; (y) 0.5, 0.5; }}",
        f"{A} probability (b | a) {{ (y) .5 5e-1; (x) 125E-3 +.875; }} {AB}",
        f"{AB} {A} probability (b | a) {{ table 0.125 0.5 0.875 0.5; }}",
        f"{AB} {A} probability (b a) {{ table 0.125 0.5 0.875 0.5; }}",
        f"{AB} {A} probability (b, a) {{ table 0.125, 0.5, 0.875, 0.5; }}",
        f"{AB} {A} probability (b | a) {{ (x) 0.125 0.875; default 0.5 0.5; }}",
        f"{AB} {A} probability (b | a) {{ default 0.5 0.5; (x) 0.125 0.875; property p; }}",
        f"{AB} {A} PROBABILITY (b | a) {{ ; DEFAULT 0.5 0.5;; (x) 0.125 0.875; }}".replace(
            "type", "TYPE"
        ),
        f"NETWORK n {{ PROPERTY p; }} {AB} {A} Probability ( b|a ) {{(x)0.125 0.875;(y)0.5 0.5;}}",
        f"{AB.replace('{x, y}', '{x y}')} {A} probability (b | a) {{ table 0.125 0.5 0.875 0.5; }}",
        f"{AB.replace('{ type', '{ property p = 1; type')} {A} probability (b | a) {{ table 0.125 0.5 0.875 0.5; }}",
        f'{AB.replace("a {", chr(34) + "a" + chr(34) + " {")} {A} probability (b | "a") {{ ("x") 0.125 0.875; ("y") 0.5 0.5; }}',
        f"{AB} {A} probability (b | a) {{ (x) 0.125 0.875; // 0.5\n (y) 0.5 /* 0.25 \n */ 0.5; }}",
        f"{AB} /**/ {A} probability (b | a) {{ (x) 0.125 0.875; (y) 0.5 0.5; }} //",
    ],
)
def test_every_way_to_write_bif_means_the_same(tmp_path: Path, text: str) -> None:
    assert table_in(tmp_path / "n.bif", text) == RIGHT


def test_names_of_several_words_in_bif(tmp_path: Path) -> None:
    """Between commas, where names are of one word each also between blanks."""
    text = 'variable a big one { type discrete [3] {very low, 3 to 4, "high, or  more"}; } '
    text += "variable c { type discrete [2] {x y}; } variable b { type discrete [2] {x, y}; } "
    text += "probability (a big one) { table 0.25 0.25 0.5; } probability (c) { table 0.5 0.5; } "
    text += "probability (b | a big one, c) { default 0.5 0.5; (very low, x) 0.125 0.875; "
    text += '(3 to 4, y) 1 0; ("high, or more", y) 0 1; }'
    states, parents, table = table_in(tmp_path / "n.bif", text)  # type: ignore[misc]
    assert states == ("x", "y")
    assert parents == ("a big one", "c")
    assert table == [[[0.125, 0.875], [0.5, 0.5]], [[0.5, 0.5], [1, 0]], [[0.5, 0.5], [0, 1]]]
    own = load_network(tmp_path / "n.bif")["a big one"].states
    assert own == ("very low", "3 to 4", "high, or more")


def test_the_order_of_a_table_in_bif_is_doubted_only_where_it_must_be(tmp_path: Path) -> None:
    """A table whose rows and columns both add up is read as BIF orders it; so is a rounded one."""
    start = f"{AB} {A} probability (b | a) {{ table "
    both = table_in(tmp_path / "n.bif", start + "0.25 0.75 0.75 0.25; }")
    assert both == (("x", "y"), ("a",), [[0.25, 0.75], [0.75, 0.25]])
    with pytest.warns(ExchangeWarning, match=r"the row \(a = x\) adds up to 1.01"):
        table_in(tmp_path / "n.bif", start + "0.26 0.75 0.75 0.25; }")
    with pytest.raises(ExchangeError, match=r"b: the row \(a = x\) adds up to 1.4"):
        table_in(tmp_path / "n.bif", start + "0.9 0.9 0.5 0.5; }")


def xdsl(parents: str, table: str, kind: str = "probabilities") -> str:
    states = '<state id="x"/><state id="y"/>'
    first = f'<cpt id="a">{states}<probabilities>0.25 0.75</probabilities></cpt>'
    second = (
        f'<cpt id="c">{states}<state id="z"/><probabilities>0.25 0.5 0.25</probabilities></cpt>'
    )
    tag = {"probabilities": "cpt", "resultingstates": "deterministic"}[kind]
    own = f'<{tag} id="b">{states}<parents>{parents}</parents><{kind}>{table}</{kind}></{tag}>'
    return f'<smile version="1.0"><nodes>{own}{first}{second}</nodes></smile>'


def test_parents_of_genie_in_either_order(tmp_path: Path) -> None:
    """Twelve numbers by parents of two and three states; certain nodes by their states."""
    path, entries = tmp_path / "n.xdsl", [at / 16 for at in range(1, 7)]
    pairs = [[one, 1.0 - one] for one in entries]
    text = " ".join(f"{one} {other}" for one, other in pairs)
    last = [pairs[:3], pairs[3:]]
    first = [[pairs[0], pairs[2], pairs[4]], [pairs[1], pairs[3], pairs[5]]]
    own = ("x", "y"), ("a", "c")
    assert table_in(path, xdsl("a c", text)) == (*own, last)
    assert table_in(path, xdsl("a c", text), fastest="last") == (*own, last)
    assert table_in(path, xdsl("a c", text), fastest="first") == (*own, first)
    assert table_in(path, xdsl("a", "0.5 0.5 1 0"), fastest="first")[2] == [[0.5, 0.5], [1, 0]]  # type: ignore[index]
    sure = table_in(path, xdsl("a c", "x y y x x y", "resultingstates"))
    assert sure == (*own, [[[1, 0], [0, 1], [0, 1]], [[1, 0], [1, 0], [0, 1]]])


ROUNDED = {
    "to one digit": ([0.3, 0.3, 0.3], None),
    "to two digits": ([0.33, 0.33, 0.33], "adds up to 0.99"),
    "to two digits, of two states": ([0.33, 0.66], "adds up to 0.99"),
    "off by two of the last digits": ([0.33, 0.65], None),
    "of four states": ([0.25, 0.25, 0.24, 0.24], None),
    "of four states, less": ([0.254, 0.25, 0.241, 0.241], None),
    "of three states, as far as can be": ([0.335, 0.335, 0.335, 0.01], None),
    "to three digits": ([0.333, 0.666], "adds up to 0.999"),
    "to three digits, too far": ([0.333, 0.665], None),
    "to single precision": ([0.33333, 0.66666], ""),
    "to single precision, too far": ([0.33333, 0.66664], None),
    "to four digits": ([0.3333, 0.3333, 0.3333], "adds up to 0.9999"),
    "to all digits": ([1 / 3, 1 / 3, 1 / 3], "as it is"),
    "but for a billionth": ([0.5, 0.4999999995], "as it is"),
    "but for two billionths": ([0.5, 0.499999998], ""),
}


@pytest.mark.parametrize("case", ROUNDED)
def test_how_far_a_row_may_be_rounded(tmp_path: Path, case: str) -> None:
    """Each number by half its last digit: then it is divided by the sum, and said if it shows."""
    numbers, told = ROUNDED[case]
    node = {"id": "a", "states": [f"s{at}" for at in range(len(numbers))], "table": numbers}
    path = tmp_path / "n.json"
    path.write_text(json.dumps({"format": "kneebayes network", "version": 1, "nodes": [node]}))
    if told is None:
        with pytest.raises(ExchangeError, match="a: the row adds up to"):
            load_network(path)
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = load_network(path)["a"].table
    remark = f"'n.json': {SAID_ROUNDED.format('a', '1 of 1 row')} (the row {told})."
    said = [remark] if told.startswith("adds") else []
    assert [str(one.message) for one in caught] == said
    right = numbers if told == "as it is" else [one / sum(numbers) for one in numbers]
    assert table == tuple(right)


def test_three_remarks_are_said_and_the_others_counted(tmp_path: Path) -> None:
    """Of each table the row that is off most, by the states of the parents."""
    nodes = [{"id": "a", "states": ["x", "y", "z"], "table": [0.33, 0.33, 0.33]}]
    for count in (3, 4, 5):
        more = [
            {
                "id": f"b{at}",
                "states": ["n", "y"],
                "parents": ["a"],
                "table": [0.5, 0.5, 0.33, 0.66, 0.01, 1.0],
            }
            for at in range(count - 1)
        ]
        path = tmp_path / "n.json"
        path.write_text(
            json.dumps({"format": "kneebayes network", "version": 1, "nodes": [*nodes, *more]})
        )
        with pytest.warns(ExchangeWarning) as caught:
            read = load_network_file(path)
        first = f"{SAID_ROUNDED.format('a', '1 of 1 row')} (the row adds up to 0.99)."
        two = "2 of 3 rows", "(the row (a = y) adds up to 0.99)."
        others = [f"{SAID_ROUNDED.format(f'b{at}', two[0])} {two[1]}" for at in (0, 1)]
        rest = {3: "", 4: " And 1 more.", 5: " And 2 more."}[count]
        assert str(caught[0].message) == f"'n.json': {first} {others[0]} {others[1]}{rest}"
        assert caught[0].filename == __file__
        assert len(read.remarks) == count
        assert read.network["b0"].table == pytest.approx(
            (0.5, 0.5, 1 / 3, 2 / 3, 1 / 101, 100 / 101)
        )


def test_which_nodes_of_two_networks_differ() -> None:
    """Whatever differs of a node, and whatever only one of them has, in the order of the nodes."""
    first = [Node("a", ("x", "y"), table=(0.25, 0.75)), *plain_nodes(NETWORK)[1:3]]
    assert same_nodes(first, first[::-1], 0.0) == []
    own = Node("a", ("x", "y"), ("p",), 0.125, (Link("p", (0.25, 0.75)),))
    for other in (
        replace(own, states=("x", "z")),
        replace(own, parents=("q",)),
        replace(own, links=(Link("p", (0.25, 0.5)),)),
        replace(own, links=(Link("p", (0.5, 0.75)),)),
        replace(own, links=(Link("p", (0.25,)),)),
        replace(own, leak=None),
        replace(own, leak=0.25),
        replace(own, id="b"),
    ):
        assert same_nodes([own], [other], 0.125 / 2) == (["a", "b"] if other.id == "b" else ["a"])
        assert same_nodes([other], [own], 0.125 / 2) == (["b", "a"] if other.id == "b" else ["a"])
    assert (
        same_nodes([own], [replace(own, leak=0.25, links=(Link("p", (0.375, 0.625)),))], 0.125)
        == []
    )
    assert same_nodes([replace(own, leak=0.0)], [replace(own, leak=None)], 1.0) == ["a"]
    assert same_nodes([own], [], 1.0) == ["a"]
    assert same_nodes([], [own], 1.0) == ["a"]


def test_names_that_no_file_can_hold_are_told_in_short(tmp_path: Path) -> None:
    network = Network((root_node("a", [0.25, 0.75], ["x", "y" * 201]), root_node("", [0.5, 0.5])))
    with pytest.raises(ExchangeError) as caught:
        save_network(network, tmp_path / "n.bif")
    wrong = "is empty, longer than 200 characters, or no text. Rename it."
    long = f"'{'y' * 59}..."
    told = sorted(str(one) for one in caught.value.problems)
    assert told == sorted([f"names: {long} {wrong}", f"names: '' {wrong}"])
