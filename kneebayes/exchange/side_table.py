"""What other formats cannot hold: labels, kinds, the order of nodes, noisy-OR structure.

It stands in a JSON file beside the main one, ``knee.xmlbif.labels.json`` beside
``knee.xmlbif``; with the tables in it, as ``knee.json``, it is a form of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kneebayes.building.model import ModelLike
from kneebayes.exchange.data_files import (
    XML_TEXT,
    Problems,
    check_schema,
    decode_json,
    json_text,
    parse_json,
    schema_named,
)
from kneebayes.exchange.plain import Format, Parsed, with_names
from kneebayes.network import Link, Network, Node
from kneebayes.text import counted

ABOUT = ("title", "source", "disclaimer", "lexicon", "setting", "complaint")


@dataclass(frozen=True)
class NetworkFile:
    """A network with what its nodes are called."""

    network: Network
    #: what each node is shown as, by id; its id where the file has nothing else
    labels: Mapping[str, str] = field(default_factory=dict)
    #: ``cause``, ``finding``, ``context`` or ``mediator`` by id, where it is known
    kinds: Mapping[str, str] = field(default_factory=dict)
    #: about the network: title, source, disclaimer, lexicon, setting, complaint
    about: Mapping[str, str] = field(default_factory=dict)
    #: what was changed when the file was read
    remarks: tuple[str, ...] = field(default=(), compare=False)

    def label(self, id: str) -> str:
        """What a node is shown as."""
        return self.labels.get(id) or id

    def __repr__(self) -> str:
        title = f"{self.about['title']!r}: " if "title" in self.about else ""
        return f"NetworkFile({title}{self.network!r})"


def about_model(model: ModelLike) -> NetworkFile:
    """A model's network with its labels and where it comes from."""
    knowledge = model.data.knowledge
    meta = knowledge.meta
    about = {
        "title": meta.title,
        "source": meta.source,
        "disclaimer": meta.disclaimer,
        "lexicon": model.data.elicited.lexicon,
        "setting": model.data.setting or "",
        "complaint": meta.complaint,
    }
    labels = {node.id: knowledge.label(node.id) for node in model.data.network.nodes}
    about = {key: text for key, text in about.items() if text}
    return NetworkFile(model.data.network, labels, dict(knowledge.kinds), about)


def side_table_path(path: Path) -> Path:
    """The path of the side table of a file."""
    return path.with_name(f"{path.name}.labels.json")


def side_table(
    parsed: Parsed, *, tables: bool, renamed: Mapping[str, object] | None = None
) -> dict[str, object]:
    """The side table as plain values, with or without the numbers of plain tables.

    ``renamed`` are names that the main file could not hold: ``nodes`` with the id of each name
    that was written, and ``states`` likewise by id.
    """
    nodes = []
    for node in parsed.nodes:
        content: dict[str, object] = {
            "id": node.id,
            "label": parsed.labels.get(node.id) or node.id,
            "kind": parsed.kinds.get(node.id, ""),
            "states": list(node.states),
        }
        if node.leak is not None:
            content["leak"] = node.leak
            content["links"] = {link.parent: list(link.strength) for link in node.links}
        else:
            content["parents"] = list(node.parents)
            if tables:
                content["table"] = list(node.numbers)
        nodes.append({key: value for key, value in content.items() if value != ""})
    head: dict[str, object] = {"format": "kneebayes network", "version": 1}
    head |= {key: text for key in ABOUT if (text := parsed.about.get(key))}
    return head | ({"renamed": renamed} if renamed else {}) | {"nodes": nodes}


def read_side_table(
    data: bytes, nodes: Sequence[Node], problems: Problems
) -> tuple[Parsed, list[Node]]:
    """A network as it was, and the nodes of the main file under their own names."""
    content = _content(data, problems)
    renamed = content.get("renamed", {})
    ids, states = renamed.get("nodes", {}), renamed.get("states", {})
    named = [with_names(node, ids, states.get(ids.get(node.id, node.id), {})) for node in nodes]
    tables = {node.id: node for node in named}
    return _parsed(content, tables, problems), named


def _content(data: bytes, problems: Problems) -> dict[str, Any]:
    """The content of a side table that follows its schema."""
    content: dict[str, Any] = parse_json(decode_json(data, problems), problems)
    check_schema(content, schema_named("network"), problems)
    problems.raise_any()
    return content


def _parsed(content: Mapping[str, Any], tables: Mapping[str, Node], problems: Problems) -> Parsed:
    """The nodes of a side table that follows its schema, with the tables of the main file."""
    nodes_by_id: dict[str, Any] = {node["id"]: node for node in content["nodes"]}
    if len(nodes_by_id) < len(content["nodes"]):
        problems.stop("nodes", "an id stands twice.", "Keep one node of each id.")
    sizes = {id: len(value["states"]) for id, value in nodes_by_id.items()}
    nodes = [_node(node, tables, sizes, problems) for node in nodes_by_id.values()]
    problems.raise_any()
    return Parsed(
        nodes,
        {id: value.get("label") or id for id, value in nodes_by_id.items()},
        {id: value["kind"] for id, value in nodes_by_id.items() if value.get("kind")},
        {key: content[key] for key in ABOUT if key in content},
    )


def _node(
    content: dict[str, Any],
    tables: Mapping[str, Node],
    sizes: Mapping[str, int],
    problems: Problems,
) -> Node:
    id, states = content["id"], tuple(content["states"])
    parents, numbers = tuple(content.get("parents", ())), content.get("table")
    if "leak" in content:
        if parents or numbers:
            problems.add(id, "it has a leak and a table.", "A node has one of them.")
        links = content.get("links", {})
        for parent, strength in links.items():
            if len(strength) != sizes.get(parent, len(strength)):
                wrong = f"the link of {parent} has {counted(len(strength), 'number')}."
                problems.add(id, wrong, f"{parent} has {counted(sizes[parent], 'state')}.")
        made = tuple(Link(parent, tuple(map(float, own))) for parent, own in links.items())
        return Node(id, states, tuple(links), float(content["leak"]), made)
    if content.get("links"):
        problems.add(id, "it has links and no leak.", "Add its leak.")
    if numbers is None and id in tables:
        plain = tables[id]
        if (plain.states, plain.parents) != (states, parents):
            problems.add(id, "its states or parents are others in the main file.")
        numbers = plain.numbers
    if numbers is None:
        problems.add(id, "it has no table.", "Add its table, or its leak and links.")
    return Node(id, states, parents, table=tuple(map(float, numbers or ())))


FORMAT = Format(
    "JSON of kneebayes",
    (".json",),
    plain=lambda network: list(network.nodes),
    allowed=lambda name: 0 < len(name) <= 200 and XML_TEXT.fullmatch(name),
    write=lambda parsed: json_text(side_table(parsed, tables=True)),
    read=lambda content, problems: _parsed(_content(content.data, problems), {}, problems),
    whole=True,
)
