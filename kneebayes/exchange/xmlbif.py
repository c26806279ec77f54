"""XMLBIF, the interchange format that pgmpy, pyAgrum, Weka and others read."""

from __future__ import annotations

from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from kneebayes.exchange.plain import PlainNode
from kneebayes.exchange.problems import Problems

__all__ = ["numbers_in", "parse_xml", "read_xmlbif", "write_xmlbif"]


def write_xmlbif(nodes: list[PlainNode], name: str) -> str:
    """A file in XMLBIF 0.3: parents in order, the last varying fastest, own states inside that.

    Numbers have all digits that are needed to read them back unchanged.
    """
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<BIF VERSION="0.3">', "<NETWORK>"]
    lines.append(f"<NAME>{escape(name)}</NAME>")
    for node in nodes:
        lines += ['<VARIABLE TYPE="nature">', f"  <NAME>{escape(node.id)}</NAME>"]
        lines += [f"  <OUTCOME>{escape(state)}</OUTCOME>" for state in node.states]
        lines.append("</VARIABLE>")
    for node in nodes:
        lines += ["<DEFINITION>", f"  <FOR>{escape(node.id)}</FOR>"]
        lines += [f"  <GIVEN>{escape(parent)}</GIVEN>" for parent in node.parents]
        lines += [f"  <TABLE>{' '.join(map(repr, node.numbers))}</TABLE>", "</DEFINITION>"]
    return "\n".join([*lines, "</NETWORK>", "</BIF>", ""])


def parse_xml(text: str, problems: Problems) -> ET.Element:
    """The root element; entities are refused, for they can grow without bound.

    Raises
    ------
    ExchangeError
        If the text is no XML, or defines entities.
    """
    if "<!ENTITY" in text:
        problems.stop("content", "it defines entities.", "Write the texts out.")
    try:
        return ET.fromstring(text)
    except (ET.ParseError, ValueError, RecursionError) as error:
        problems.stop("content", f"not valid XML: {error}.", "Mend it there.")


def read_xmlbif(text: str, problems: Problems) -> list[PlainNode]:
    """The tables of a file in XMLBIF; problems are added."""
    network = parse_xml(text, problems).find("NETWORK")
    if network is None:
        problems.stop("content", "there is no NETWORK element.", "XMLBIF has one in BIF.")
    states: dict[str, tuple[str, ...]] = {}
    for variable in network.findall("VARIABLE"):
        id = _text(variable.find("NAME"))
        if id in states:
            problems.add(id, "the variable stands twice.", "Keep one.")
        states[id] = tuple(_text(one) for one in variable.findall("OUTCOME"))
    nodes = []
    for definition in network.findall("DEFINITION"):
        id = _text(definition.find("FOR"))
        if id not in states:
            problems.add(id, "it has a DEFINITION but is no VARIABLE.", "Add the variable.")
            continue
        parents = tuple(_text(one) for one in definition.findall("GIVEN"))
        numbers = numbers_in(_text(definition.find("TABLE")), id, problems)
        nodes.append(PlainNode(id, states[id], parents, numbers))
    for id in states.keys() - {node.id for node in nodes}:
        problems.add(id, "it has no DEFINITION.", "Add its table.")
    order = {id: at for at, id in enumerate(states)}
    return sorted(nodes, key=lambda node: order[node.id])


def numbers_in(text: str, id: str, problems: Problems) -> tuple[float, ...]:
    """Numbers that stand apart; what is none is a problem."""
    try:
        return tuple(float(one) for one in text.split())
    except ValueError as error:
        problems.add(id, f"its table holds something else than numbers: {error}.")
        return ()


def _text(element: ET.Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()
