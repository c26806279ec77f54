"""XMLBIF, the interchange format that pgmpy, pyAgrum, Weka and others read."""

from __future__ import annotations

from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from kneebayes.exchange.data_files import (
    XML_TEXT,
    Problems,
    check_element,
    numbers_of,
    parse_xml,
    text_of,
)
from kneebayes.exchange.plain import Content, Format, Parsed, plain_nodes
from kneebayes.network import Node

VERSION = "0.3"
Children = dict[str, int | None]
IN_NETWORK: Children = {"NAME": 1, "PROPERTY": None, "VARIABLE": None, "DEFINITION": None}
IN_VARIABLE: Children = {"NAME": 1, "OUTCOME": None, "VALUE": None, "PROPERTY": None, "TYPE": 1}
IN_DEFINITION: Children = {"FOR": 1, "GIVEN": None, "TABLE": 1, "PROPERTY": None}
LEAVES = ("NAME", "OUTCOME", "VALUE", "TYPE", "FOR", "GIVEN", "TABLE")


def _write_xmlbif(parsed: Parsed) -> str:
    """A file in XMLBIF 0.3: parents in order, the last varying fastest, own states inside that."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<BIF VERSION="0.3">', "<NETWORK>"]
    title = "".join(XML_TEXT.findall(parsed.about.get("title", "unknown")))
    lines.append(f"<NAME>{escape(title)}</NAME>")
    for node in parsed.nodes:
        lines += ['<VARIABLE TYPE="nature">', f"  <NAME>{escape(node.id)}</NAME>"]
        lines += [f"  <OUTCOME>{escape(state)}</OUTCOME>" for state in node.states]
        lines.append("</VARIABLE>")
    for node in parsed.nodes:
        lines += ["<DEFINITION>", f"  <FOR>{escape(node.id)}</FOR>"]
        lines += [f"  <GIVEN>{escape(parent)}</GIVEN>" for parent in node.parents]
        lines += [f"  <TABLE>{' '.join(map(repr, node.numbers))}</TABLE>", "</DEFINITION>"]
    return "\n".join([*lines, "</NETWORK>", "</BIF>", ""])


def _allowed(name: str) -> bool:
    return bool(name) and name == " ".join(name.split()) and XML_TEXT.fullmatch(name) is not None


def _read_xmlbif(content: Content, problems: Problems) -> Parsed:
    """The tables of a file in XMLBIF; problems are added."""
    root, _ = parse_xml(content.data, problems)
    for element in root.iter():
        element.tag = element.tag.upper() if isinstance(element.tag, str) else ""
        upper = {name.upper(): value for name, value in element.attrib.items()}
        if len(upper) < len(element.attrib):
            problems.add(element.tag, f"an attribute stands twice: {', '.join(element.attrib)}.")
        element.attrib = upper
    network = root.find("NETWORK")
    if root.tag != "BIF" or network is None:
        other = "This is XDSL: rename it to .xdsl."
        remedy = other if root.tag == "SMILE" else "XMLBIF has one in BIF."
        problems.stop("content", "there is no NETWORK element.", remedy)
    check_element(root, "BIF", problems, {"NETWORK": 1}, ("VERSION", "XMLNS"))
    if root.get("VERSION", VERSION) != VERSION:
        wrong = f"version '{root.get('VERSION')}' of the format is not known."
        problems.add("BIF", wrong, f"Known is {VERSION}: write that, if it means the same.")
    for leaf in network.iter():
        if leaf.tag in LEAVES:
            check_element(leaf, leaf.tag, problems, {})
    check_element(network, "NETWORK", problems, IN_NETWORK)
    states = _variables(network, problems)
    nodes = []
    for definition in network.iterfind("DEFINITION"):
        id = text_of(definition.find("FOR"))
        check_element(definition, id or "DEFINITION", problems, IN_DEFINITION)
        if id not in states:
            problems.add(id, "it has a DEFINITION but is no VARIABLE.", "Add the variable.")
            continue
        parents = tuple(text_of(element) for element in definition.iterfind("GIVEN"))
        numbers = numbers_of(text_of(definition.find("TABLE")).split(), id, problems)
        nodes.append(Node(id, states[id], parents, table=numbers))
    order = {id: index for index, id in enumerate(states)}
    for id in sorted(order.keys() - {node.id for node in nodes}, key=order.__getitem__):
        problems.add(id, "it has no DEFINITION.", "Add its table.")
    title = text_of(network.find("NAME"))
    about = {"title": title[:500]} if title not in ("", "unknown") else {}
    return Parsed(sorted(nodes, key=lambda node: order[node.id]), about=about)


def _variables(network: ET.Element, problems: Problems) -> dict[str, tuple[str, ...]]:
    """States by id."""
    states: dict[str, tuple[str, ...]] = {}
    for variable in network.iterfind("VARIABLE"):
        id = text_of(variable.find("NAME"))
        check_element(variable, id or "VARIABLE", problems, IN_VARIABLE, ("TYPE",))
        for kind in filter(None, (variable.get("TYPE"), text_of(variable.find("TYPE")))):
            if kind.casefold() not in ("nature", "discrete"):
                remedy = "Only chance variables with states are read."
                problems.add(id, f"it is a variable of type '{kind}'.", remedy)
        if variable.find("OUTCOME") is not None and variable.find("VALUE") is not None:
            problems.add(id, "its states are told twice, as OUTCOME and as VALUE.", "Keep one.")
        if id in states:
            problems.add(id, "the variable stands twice.", "Keep one.")
        states[id] = tuple(text_of(one) for one in variable if one.tag in ("OUTCOME", "VALUE"))
    return states


FORMAT = Format(
    "XMLBIF", (".xmlbif", ".bifxml", ".xml"), plain_nodes, _allowed, _write_xmlbif, _read_xmlbif
)
