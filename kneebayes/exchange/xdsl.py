"""XDSL, the format of GeNIe and SMILE.

In a table written by GeNIe the states of the node itself vary fastest, then those of the *last*
parent. pyAgrum 3.3.1 reads and writes XDSL with the first parent varying fastest. So exchange
networks with pyAgrum as XMLBIF; to read an XDSL file that pyAgrum wrote, name the order.

A noisy-OR is a ``noisymax`` of two states, of which the last means absent. Its columns are
sorted by parent; for each parent they follow ``strengths``, from the strongest state to the one
that produces nothing. The leak comes after all parents (SMILE's manual, Noisy-MAX).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from kneebayes.exchange.data_files import (
    XML_TEXT,
    Problems,
    check_element,
    numbers_of,
    parse_xml,
    text_of,
)
from kneebayes.exchange.plain import Content, Fastest, Format, Parsed
from kneebayes.network import Link, Network, Node, Numbers
from kneebayes.network.pgmpy_bridge import small_tables
from kneebayes.text import counted

WIDTH, HEIGHT = 130, 60  # of a node on GeNIe's canvas, with the gap after it
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
AGRUM = re.compile(r"""<!--(?:(?!-->).)*agrum|\bapp\s*=\s*["'][^"']*agrum""", re.I | re.S)
LARGEST = 2**22  # entries of the table of a noisymax of more than two states
CLOSE = 1e-6

KINDS = {
    "cpt": {"probabilities": 1},
    "deterministic": {"resultingstates": 1},
    "noisymax": {"strengths": 1, "parameters": 1},
}
REMARKS: dict[str, int | None] = {"property": None, "comment": None, "cost": None}
REMARKS |= {"observationcost": None, "documentation": None, "description": None}
ATTRIBUTES = ("id", "target", "mandatory", "ranked", "diagtype")
NO_CHANCE = ("decision", "utility", "mau")


def _plain(network: Network) -> list[Node]:
    """Tables, and a noisy-OR as it is where GeNIe has it: some state of each parent is silent."""
    nodes: list[Node] = []
    for node in network.nodes:
        as_it_is = node.links and all(0.0 in link.strength for link in node.links)
        nodes += [node] if as_it_is else small_tables(network, node)
    return nodes


def _write_xdsl(parsed: Parsed) -> str:
    """A file for GeNIe: tables, labels, and places in rows, parents above children."""
    nodes = parsed.nodes
    turned = {node.id for node in nodes if node.leak is not None}
    states = {node.id: node.states[::-1] if node.id in turned else node.states for node in nodes}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines += ['<smile version="1.0" id="network" numsamples="10000">', "<nodes>"]
    for node in (_turned(one, states, turned) for one in nodes):
        kind = "cpt" if node.leak is None else "noisymax"
        lines.append(f"  <{kind} id={quoteattr(node.id)}>")
        lines += [f"    <state id={quoteattr(state)} />" for state in states[node.id]]
        if node.parents:
            lines.append(f"    <parents>{escape(' '.join(node.parents))}</parents>")
        if node.leak is None:
            numbers = " ".join(map(repr, node.numbers))
            lines.append(f"    <probabilities>{numbers}</probabilities>")
        else:
            strengths, parameters = _noisymax(node)
            lines.append(f"    <strengths>{strengths}</strengths>")
            lines.append(f"    <parameters>{parameters}</parameters>")
        lines.append(f"  </{kind}>")
    lines += ["</nodes>", "<extensions>"]
    title = "".join(XML_TEXT.findall(parsed.about.get("title", "unknown")))
    lines.append(f'  <genie version="1.0" app="kneebayes" name={quoteattr(title)}>')
    for id, (column, row) in _places(nodes).items():
        x, top = column * WIDTH, row * HEIGHT
        label = "".join(XML_TEXT.findall(parsed.labels.get(id, id)))
        lines += [f"    <node id={quoteattr(id)}>", f"      <name>{escape(label)}</name>"]
        lines += ['      <interior color="e5f6f7" />', '      <outline color="000080" />']
        lines.append('      <font color="000000" name="Arial" size="8" />')
        lines.append(f"      <position>{x} {top} {x + 110} {top + 40}</position>")
        lines.append("    </node>")
    return "\n".join([*lines, "  </genie>", "</extensions>", "</smile>", ""])


def _turned(node: Node, states: Mapping[str, tuple[str, ...]], turned: set[str]) -> Node:
    """A node whose parents that are noisy-ORs have their states in the opposite order."""
    if turned.isdisjoint(node.parents) or not states.keys() >= set(node.parents):
        return node
    if node.links:
        links = tuple(
            replace(link, strength=link.strength[::-1]) if link.parent in turned else link
            for link in node.links
        )
        return replace(node, links=links)
    sizes = [len(states[parent]) for parent in node.parents]
    if len(node.numbers) != prod((*sizes, len(node.states))):
        return node
    table = np.array(node.numbers).reshape([*sizes, -1])
    where = tuple(index for index, parent in enumerate(node.parents) if parent in turned)
    return replace(node, table=tuple(np.flip(table, where).ravel().tolist()))


def _noisymax(node: Node) -> tuple[str, str]:
    """Order of the states of each parent, and a column for each, of a noisy-OR."""
    strengths: list[int] = []
    columns: list[float] = []
    for own in (link.strength for link in node.links):
        order = sorted(range(len(own)), key=lambda index: -own[index])
        strengths += order
        columns += [own[index] for index in order]
    pairs = [value for column in (*columns, node.leak or 0.0) for value in (column, 1.0 - column)]
    return " ".join(map(str, strengths)), " ".join(map(repr, pairs))


def _places(nodes: list[Node]) -> dict[str, tuple[int, int]]:
    """Column and row: each node one row below its lowest parent."""
    places: dict[str, tuple[int, int]] = {}
    taken: Counter[int] = Counter()
    for node in nodes:
        row = 1 + max((places[parent][1] for parent in node.parents), default=-1)
        places[node.id] = (taken[row], row)
        taken[row] += 1
    return places


# reading


def _read_xdsl(content: Content, problems: Problems) -> Parsed:
    """The nodes of a file of GeNIe, and the names that they are shown under."""
    root, text = parse_xml(content.data, problems)
    holder = root.find("nodes")
    if root.tag != "smile" or holder is None:
        other = "This is XMLBIF: rename it to .xmlbif."
        remedy = other if root.tag == "BIF" else "XDSL has one in smile."
        problems.stop("content", "there is no 'nodes' element.", remedy)
    if root.find("dynamic") is not None or any("dynamic" in element.attrib for element in holder):
        wrong = "it is a dynamic network, whose tables over time are not read."
        problems.stop("content", wrong, "Unroll it in GeNIe and save that.")
    known: dict[str, int | None] = {"nodes": 1, "extensions": 1, "properties": 1, "property": None}
    attributes = ("version", "id", "numsamples", "discsamples")
    check_element(root, "smile", problems, known, attributes)
    kinds: dict[str, int | None] = dict.fromkeys([*KINDS, "equation", "noisyadder", *NO_CHANCE])
    check_element(holder, "nodes", problems, kinds)
    written = [(one, node) for one in holder if (node := _as_written(one, problems)) is not None]
    states = {node.id: node.states for _, node in written}
    fastest = content.fastest or (None if AGRUM.search(text) else "last")
    made = []
    for element, node in written:
        if node.states and all(map(states.get, node.parents)):
            made.append(_read_node(element, node, states, fastest, problems))
        else:  # what is wrong with the names is told by whoever builds the network
            made.append(node)
    turned = {node.id for node in made if node.leak is not None}
    labels: dict[str, str] = {}
    for element in root.iterfind(".//genie//node"):
        id, label = element.get("id", ""), text_of(element.find("name"))
        if labels.get(id, label) != label:
            problems.add(id, f"it is called '{labels[id]}' and '{label}'.", "Keep one.")
        labels[id] = label
    return Parsed(
        [_turned(node, states, turned) for node in made],
        {id: name for id, name in labels.items() if id in states and name},
    )


def _as_written(element: ET.Element, problems: Problems) -> Node | None:
    """A node with its numbers as they are written; None where it is of a kind that is not read."""
    kind, id = element.tag, element.get("id", "")
    if kind not in KINDS:
        remedy = "Only chance nodes are read."
        if kind not in NO_CHANCE:
            chance = "'cpt', 'deterministic' and 'noisymax'"
            remedy = f"Only {chance} are read: turn it into a table in GeNIe."
        problems.add(id or kind, f"it is of kind '{kind}'.", remedy)
        return None
    known = {"state": None, "parents": 1, **KINDS[kind], **REMARKS}
    check_element(element, id or kind, problems, known, ATTRIBUTES)
    for state in element.iterfind("state"):
        allowed = ("id", "label", "fault", "default", "fixed", "value")
        check_element(state, f"{id}.state", problems, REMARKS, allowed)
    for part in element:
        if part.tag in ("parents", *KINDS[kind]):
            check_element(part, f"{id}.{part.tag}", problems, {})
    states = tuple(state.get("id", "") for state in element.iterfind("state"))
    parents = tuple(text_of(element.find("parents")).split())
    if kind == "deterministic":
        results = text_of(element.find("resultingstates")).split()
        wrong = next((state for state in results if state not in states), None)
        if wrong is not None:
            problems.add(id, f"it has no state '{wrong}'.")
        numbers = tuple(float(state == result) for result in results for state in states)
    else:
        numbers = _numbers(element, "probabilities" if kind == "cpt" else "parameters", problems)
    return Node(id, states, parents, table=numbers)


def _numbers(element: ET.Element, name: str, problems: Problems) -> tuple[float, ...]:
    """The numbers in a part of a node."""
    return numbers_of(text_of(element.find(name)).split(), element.get("id", ""), problems)


def _read_node(
    element: ET.Element,
    node: Node,
    states: Mapping[str, tuple[str, ...]],
    fastest: Fastest | None,
    problems: Problems,
) -> Node:
    """A node with its states still in the order of the file, but for a noisy-OR.

    Which parent varies fastest is not known of a file of pyAgrum.
    """
    sizes = [len(states[parent]) for parent in node.parents]
    if element.tag == "noisymax":
        return _read_noisymax(element, node, sizes, problems)
    if len(sizes) < 2 or len(node.numbers) != prod((*sizes, len(node.states))):
        return node
    table = np.array(node.numbers)
    other = table.reshape([*sizes[::-1], len(node.states)])
    other = other.transpose([*range(len(sizes))[::-1], len(sizes)]).ravel()
    if fastest == "first":
        return replace(node, table=tuple(other.tolist()))
    if fastest is None and not np.array_equal(table, other):
        wrong = (
            "the file says that pyAgrum wrote it, and in its tables the first parent varies "
            "fastest, in GeNIe's the last."
        )
        remedy = (
            "Save it from pyAgrum as .bifxml; or say which it is: "
            "load_network(path, fastest='first') as pyAgrum, fastest='last' as GeNIe."
        )
        problems.add(node.id, wrong, remedy)
    return node


def _read_noisymax(element: ET.Element, node: Node, sizes: list[int], problems: Problems) -> Node:
    """A noisy-OR, or the table of a noisy-MAX of more than two states."""
    id, own, count, before = node.id, len(node.states), len(node.numbers), len(problems)
    plain, wanted = replace(node, table=()), (sum(sizes) + 1) * own
    if not count and text_of(element.find("parameters")).split():
        return plain  # they are no numbers, which was told
    if count != wanted:
        remedy = f"{wanted} are needed: a column for each state of each parent, and the leak."
        problems.add(id, f"its noisymax has {counted(count, 'parameter')}.", remedy)
        return plain
    columns = np.array(node.numbers).reshape(-1, own)
    strengths = _numbers(element, "strengths", problems)
    order = strengths or [place for size in sizes for place in range(size)]
    ends = np.cumsum([0, *sizes])
    each = [(order[start:end], columns[start:end]) for start, end in pairwise(ends)]
    _check_noisymax(node, sizes, each, columns, problems)
    if len(order) != sum(sizes):
        given, needed = counted(len(order), "strength"), counted(sum(sizes), "state")
        problems.add(id, f"it has {given}, but its parents have {needed} in all.")
    if len(problems) > before:
        return plain
    by_state = [np.minimum(values[np.argsort(places)], 1.0) for places, values in each]
    if own == 2:
        pairs = zip(plain.parents, by_state, strict=True)
        links = tuple(Link(parent, tuple(values[:, 0].tolist())) for parent, values in pairs)
        return Node(id, plain.states[::-1], plain.parents, min(float(columns[-1, 0]), 1.0), links)
    if prod((*sizes, own)) > LARGEST:
        problems.add(id, "its table would be too large.", "Give it fewer parents in GeNIe.")
        return plain
    return replace(plain, table=_largest_of(by_state, columns[-1]))


def _check_noisymax(
    node: Node,
    sizes: list[int],
    each: Sequence[tuple[Sequence[float], Numbers]],
    columns: Numbers,
    problems: Problems,
) -> None:
    """Note where the strengths are no order of the states, or a column is no distribution."""
    silent = np.eye(len(node.states))[-1]
    for parent, size, (places, own) in zip(node.parents, sizes, each, strict=True):
        if sorted(places) != list(range(size)):
            wrong = f"the strengths of '{parent}' are no order of its {counted(size, 'state')}."
            problems.add(node.id, wrong, "Their numbers begin at 0.")
        elif np.abs(own[-1] - silent).max() > CLOSE:
            wrong = f"the last column of '{parent}' is {own[-1].tolist()}."
            remedy = "It must produce nothing: 0 but for the last state, which is 1."
            problems.add(node.id, wrong, remedy)
    odd = ~(np.abs(columns.sum(axis=1) - 1.0) <= CLOSE) | ~((columns >= 0.0).all(axis=1))
    if odd.any():
        wrong = f"column {int(np.argmax(odd)) + 1} of its parameters does not add up to 1."
        problems.add(node.id, wrong)


def _largest_of(parents: Sequence[Numbers], leak: Numbers) -> tuple[float, ...]:
    """The table of a noisy-MAX, whose state is the strongest that is produced (Diez 1993).

    Adds and multiplies only, so that the smallest probability keeps all its digits.
    """
    table = leak
    for columns in parents:
        as_weak, weaker = np.cumsum(columns[:, ::-1], axis=1)[:, ::-1], np.zeros_like(table)
        weaker[..., :-1] = np.cumsum(table[..., :0:-1], axis=-1)[..., ::-1]
        table = table[..., None, :] * as_weak + weaker[..., None, :] * columns
    return tuple(table.ravel().tolist())


FORMAT = Format("XDSL", (".xdsl",), _plain, NAME.fullmatch, _write_xdsl, _read_xdsl)
