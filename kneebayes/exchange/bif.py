"""BIF, the older text format; names in it cannot hold spaces or signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from math import prod

from kneebayes.exchange.plain import PlainNode
from kneebayes.exchange.problems import Problems

__all__ = ["read_bif", "write_bif"]

KEYWORDS = ("", "network", "variable", "probability", "property", "type", "table", "default")
COMMENTS = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
VARIABLE = re.compile(
    r"variable\s+(?P<id>\"[^\"]*\"|[^\s{]+)\s*\{[^{}]*?type\s+discrete\s*\[\s*(?P<count>\d+)\s*\]"
    r"\s*\{(?P<states>[^{}]*)\}",
)
PROBABILITY = re.compile(r"probability\s*\((?P<family>[^()]*)\)\s*\{(?P<body>[^{}]*)\}")
ROW = re.compile(r"\(([^()]*)\)\s*([^;()]*);|\b(table|default)\b([^;]*);")


def write_bif(nodes: list[PlainNode], name: str) -> str:
    """A file in BIF: one row for each combination of the states of the parents."""
    states = {node.id: node.states for node in nodes}
    slug = re.sub("[^0-9A-Za-z]+", "_", name).strip("_")
    lines = [f"network {'unknown' if slug in KEYWORDS else slug} {{", "}"]
    for node in nodes:
        lines.append(f"variable {node.id} {{")
        own = ", ".join(node.states)
        lines += [f"  type discrete [ {len(node.states)} ] {{ {own} }};", "}"]
    for node in nodes:
        given = f" | {', '.join(node.parents)}" if node.parents else ""
        lines.append(f"probability ( {node.id}{given} ) {{")
        size = len(node.states)
        for at, row in enumerate(product(*(states[parent] for parent in node.parents))):
            numbers = ", ".join(map(repr, node.numbers[at * size : (at + 1) * size]))
            lines.append(f"  ({', '.join(row)}) {numbers};" if row else f"  table {numbers};")
        lines.append("}")
    return "\n".join([*lines, ""])


def read_bif(text: str, problems: Problems) -> list[PlainNode]:
    """The tables of a file in BIF; problems are added."""
    text = COMMENTS.sub(" ", text)
    states: dict[str, tuple[str, ...]] = {}
    for match in VARIABLE.finditer(text):
        id, own = _bare(match["id"]), tuple(map(_bare, _split(match["states"])))
        if id in states:
            problems.add(id, "the variable stands twice.", "Keep one.")
        if len(own) != int(match["count"]):
            problems.add(id, f"{match['count']} states are told and {len(own)} named.")
        states[id] = own
    if not states:
        problems.stop("content", "no variable was found.", "Is this a BIF file?")
    found: dict[str, PlainNode] = {}
    for match in PROBABILITY.finditer(text):
        id, *parents = (_bare(one) for one in re.split(r"[|,]", match["family"]))
        unknown = [one for one in (id, *parents) if one not in states]
        if unknown:
            problems.add(id, f"'{unknown[0]}' is no variable of the file.")
        elif id in found:
            problems.add(id, "its table stands twice.", "Keep one.")
        else:
            numbers = _Rows(id, tuple(parents), states, problems).read(match["body"])
            found[id] = PlainNode(id, states[id], tuple(parents), numbers)
    for id in states.keys() - found.keys():
        problems.add(id, "it has no table.", "Add one, or mend it if it is there.")
    return [found[id] for id in states if id in found]


class _Rows:
    """The rows of one table, put in order."""

    def __init__(
        self, id: str, parents: tuple[str, ...], states: dict[str, tuple[str, ...]], to: Problems
    ) -> None:
        self.id, self.parents, self.states, self.problems = id, parents, states, to

    def read(self, body: str) -> tuple[float, ...]:
        """All numbers, own states varying fastest."""
        wanted = prod(len(self.states[parent]) for parent in self.parents)
        rows: list[tuple[float, ...] | None] = [None] * wanted
        default: tuple[float, ...] | None = None
        for given, numbers, word, after in ROW.findall(body):
            values = self.numbers(numbers or after)
            if word == "default":
                default = values
            elif word and self.parents:
                wrong = "a 'table' over parents is given, whose order programs read differently."
                self.problems.add(self.id, wrong, "Write one row for each state of the parents.")
                return ()
            elif (place := 0 if word else self.place(_split(given))) is not None:
                if rows[place] is not None:
                    self.problems.add(self.id, f"the row ({given}) stands twice.")
                rows[place] = values
        filled = [default if row is None else row for row in rows]
        if any(row is None or len(row) != len(self.states[self.id]) for row in filled):
            wrong = "its table does not have one row for each state of its parents."
            self.problems.add(self.id, wrong)
            return ()
        return tuple(value for row in filled for value in row or ())

    def place(self, given: list[str]) -> int | None:
        """Where a row stands, the last parent varying fastest."""
        at = 0
        named = list(map(_bare, given))
        if len(named) != len(self.parents):
            self.problems.add(self.id, f"a row names {len(named)} states of its parents.")
            return None
        for parent, state in zip(self.parents, named, strict=True):
            if state not in self.states[parent]:
                self.problems.add(self.id, f"'{parent}' has no state '{state}'.")
                return None
            at = at * len(self.states[parent]) + self.states[parent].index(state)
        return at

    def numbers(self, text: str) -> tuple[float, ...]:
        """The numbers of a row."""
        try:
            return tuple(map(float, _numbers(text)))
        except ValueError as error:
            self.problems.add(self.id, f"a row holds something else than numbers: {error}.")
            return ()


def _numbers(text: str) -> Iterator[str]:
    return (one for one in re.split(r"[\s,]+", text) if one)


def _split(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _bare(text: str) -> str:
    return text.strip().strip('"')
