"""XDSL, the format of GeNIe and SMILE.

In GeNIe the *last* parent of a table varies fastest, and own states inside that. pyAgrum 3.3.1
reads and writes XDSL with the first parent fastest, so what it reads from here is wrong: take
XMLBIF to pyAgrum.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from kneebayes.exchange.plain import PlainNode
from kneebayes.exchange.problems import Problems
from kneebayes.exchange.xmlbif import numbers_in, parse_xml

__all__ = ["read_xdsl", "write_xdsl"]

WIDTH, HEIGHT = 130, 60  # of a node on GeNIe's canvas, with the gap after it


def write_xdsl(nodes: list[PlainNode], name: str, labels: Mapping[str, str]) -> str:
    """A file for GeNIe: tables, labels, and places in rows, parents above children."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines += ['<smile version="1.0" id="network" numsamples="10000">', "<nodes>"]
    for node in nodes:
        lines.append(f"  <cpt id={quoteattr(node.id)}>")
        lines += [f"    <state id={quoteattr(state)} />" for state in node.states]
        if node.parents:
            lines.append(f"    <parents>{escape(' '.join(node.parents))}</parents>")
        numbers = " ".join(map(repr, node.numbers))
        lines += [f"    <probabilities>{numbers}</probabilities>", "  </cpt>"]
    lines += ["</nodes>", "<extensions>"]
    lines.append(f'  <genie version="1.0" app="kneebayes" name={quoteattr(name)}>')
    for id, (column, row) in _places(nodes).items():
        left, top = column * WIDTH, row * HEIGHT
        lines += [f"    <node id={quoteattr(id)}>", f"      <name>{escape(labels[id])}</name>"]
        lines += ['      <interior color="e5f6f7" />', '      <outline color="000080" />']
        lines.append('      <font color="000000" name="Arial" size="8" />')
        lines.append(f"      <position>{left} {top} {left + 110} {top + 40}</position>")
        lines.append("    </node>")
    return "\n".join([*lines, "  </genie>", "</extensions>", "</smile>", ""])


def _places(nodes: list[PlainNode]) -> dict[str, tuple[int, int]]:
    """Column and row: each node one row below its lowest parent."""
    rows: dict[str, int] = {}
    taken: dict[int, int] = {}
    places = {}
    for node in nodes:
        row = rows[node.id] = 1 + max((rows[parent] for parent in node.parents), default=-1)
        column = taken.get(row, 0)
        taken[row] = column + 1
        places[node.id] = (column, row)
    return places


def read_xdsl(text: str, problems: Problems) -> tuple[list[PlainNode], dict[str, str]]:
    """The tables of a file of GeNIe, and the names that its nodes are shown under."""
    root = parse_xml(text, problems)
    found = root.find("nodes")
    if found is None:
        problems.stop("content", "there is no 'nodes' element.", "XDSL has one in smile.")
    states = {
        one.get("id", ""): tuple(state.get("id", "") for state in one.findall("state"))
        for one in found
    }
    nodes = []
    for one in found:
        id = one.get("id", "")
        parents = tuple((one.findtext("parents") or "").split())
        if one.tag == "cpt":
            numbers = numbers_in(one.findtext("probabilities") or "", id, problems)
        elif one.tag == "deterministic":
            numbers = _certain(one, states[id], problems)
        else:
            remedy = "Only 'cpt' and 'deterministic' are read: turn it into a table in GeNIe."
            problems.add(id, f"it is of kind '{one.tag}'.", remedy)
            continue
        nodes.append(PlainNode(id, states[id], parents, numbers))
    shown = {
        one.get("id", ""): one.findtext("name") or "" for one in root.iterfind(".//genie//node")
    }
    return nodes, {id: name for id, name in shown.items() if id in states and name}


def _certain(one: ET.Element, states: tuple[str, ...], problems: Problems) -> tuple[float, ...]:
    """The table of a node that follows from its parents for certain."""
    results = (one.findtext("resultingstates") or "").split()
    wrong = [state for state in results if state not in states]
    if wrong:
        problems.add(one.get("id", ""), f"it has no state '{wrong[0]}'.")
        return ()
    return tuple(float(state == result) for result in results for state in states)
