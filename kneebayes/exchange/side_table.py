"""What other formats cannot hold: labels, kinds, the order of nodes, noisy-OR structure.

It stands in a JSON file beside the main one, ``knee.xmlbif.labels.json`` beside
``knee.xmlbif``; with the tables in it, as ``knee.json``, it is a form of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kneebayes.errors import KneebayesError
from kneebayes.exchange.plain import PlainNode, build
from kneebayes.exchange.problems import Problems
from kneebayes.exchange.schemas import check_schema, schema_named
from kneebayes.exchange.strict_json import read_json
from kneebayes.network import Network, Node, noisy_or_node

if TYPE_CHECKING:
    from kneebayes.building.model import ModelLike

__all__ = ["NetworkFile", "about_model", "read_side_table", "side_table", "side_table_path"]

LARGEST = 20_000_000
ABOUT = ("title", "source", "disclaimer", "lexicon", "setting", "complaint")


@dataclass(frozen=True)
class NetworkFile:
    """A network with what its nodes are called.

    Attributes
    ----------
    network
        The numbers.
    labels
        What each node is shown as, by id; its id where the file told nothing else.
    kinds
        ``cause``, ``finding``, ``context`` or ``mediator`` by id, where it was told.
    about
        What was told of the network: title, source, disclaimer, lexicon, setting, complaint.
    """

    network: Network
    labels: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)

    def label(self, id: str) -> str:
        """What a node is shown as."""
        return self.labels.get(id) or id

    def __repr__(self) -> str:
        title = f"{self.about['title']!r}: " if "title" in self.about else ""
        return f"NetworkFile({title}{self.network!r})"


def about_model(model: ModelLike) -> NetworkFile:
    """A model's network with its labels and where it comes from."""
    knowledge = model.data.knowledge
    kinds = {
        id: kind
        for kind, records in (
            ("cause", knowledge.causes),
            ("finding", knowledge.findings),
            ("context", knowledge.contexts),
            ("mediator", knowledge.mediators),
        )
        for id in records
    }
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
    return NetworkFile(model.data.network, labels, kinds, about)


def side_table_path(path: Path) -> Path:
    """Where the side table of a file stands."""
    return path.with_name(f"{path.name}.labels.json")


def side_table(file: NetworkFile, *, tables: bool) -> dict[str, object]:
    """The side table as plain values, with or without the numbers of plain tables."""
    nodes = []
    for node in file.network.nodes:
        one: dict[str, object] = {
            "id": node.id,
            "label": file.label(node.id),
            "kind": file.kinds.get(node.id, ""),
            "states": list(node.states),
        }
        if node.is_noisy_or:
            one["leak"] = node.leak
            one["links"] = {link.parent: list(link.strength) for link in node.links}
        else:
            one["parents"] = list(node.parents)
            if tables:
                one["table"] = list(node.table or ())
        nodes.append({key: value for key, value in one.items() if value != ""})
    head: dict[str, object] = {"format": "kneebayes network", "version": 1}
    return {**head, **{key: file.about[key] for key in ABOUT if key in file.about}, "nodes": nodes}


def read_side_table(
    path: Path, problems: Problems, tables: Mapping[str, PlainNode] | None = None
) -> NetworkFile:
    """A network from its side table.

    Parameters
    ----------
    path
        The JSON file.
    problems
        Where to add what is wrong.
    tables
        The plain tables of the main file; left out, they stand in the JSON file.

    Raises
    ------
    ExchangeError
        If something is wrong; all of it is told.
    """
    content = read_json(path, problems, LARGEST)
    check_schema(content, schema_named("network"), problems)
    problems.raise_any()
    found: dict[str, Any] = {one["id"]: one for one in content["nodes"]}
    if len(found) < len(content["nodes"]):
        problems.stop("nodes", "an id stands twice.", "Keep one node of each id.")
    nodes = [_node(one, tables, problems) for one in found.values()]
    problems.raise_any()
    try:
        network = Network(tuple(node for node in nodes if node is not None))
    except KneebayesError as error:
        problems.stop("nodes", str(error))
    return NetworkFile(
        network,
        {id: one.get("label") or id for id, one in found.items()},
        {id: one["kind"] for id, one in found.items() if one.get("kind")},
        {key: content[key] for key in ABOUT if key in content},
    )


def _node(
    one: dict[str, Any], tables: Mapping[str, PlainNode] | None, problems: Problems
) -> Node | None:
    """One node, as it was; None with the problem noted."""
    id, states = one["id"], tuple(one["states"])
    if "leak" in one:
        if one.get("parents") or one.get("table"):
            problems.add(id, "it has a leak and a table.", "A node has one of them.")
            return None
        return noisy_or_node(id, one["leak"], one.get("links", {}))
    parents, numbers = tuple(one.get("parents", ())), one.get("table")
    if numbers is None and tables is not None and id in tables:
        plain = tables[id]
        if (plain.states, plain.parents) != (states, parents):
            problems.add(id, "its states or parents are others in the main file.")
        numbers = plain.numbers
    if numbers is None:
        problems.add(id, "it has no table.", "Add its table, or its leak and links.")
        return None
    return _table(PlainNode(id, states, parents, tuple(map(float, numbers))), problems)


def _table(plain: PlainNode, problems: Problems) -> Node | None:
    """A plain table as a node by itself; whether it fits its parents is seen later."""
    if not plain.parents:
        own = Problems(problems.source)
        try:
            return build([plain], own).nodes[0]
        except KneebayesError as error:
            problems.add(plain.id, str(error).splitlines()[-1].strip(" -"))
            return None
    return Node(id=plain.id, states=plain.states, parents=plain.parents, table=plain.numbers)
