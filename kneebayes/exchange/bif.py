"""BIF, the older text format, as pgmpy, bnlearn, pyAgrum and JavaBayes write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, product
from math import prod

import numpy as np

from kneebayes.exchange.data_files import Problems, decode, numbers_of
from kneebayes.exchange.plain import Content, Format, Parsed, plain_nodes
from kneebayes.network import Node
from kneebayes.text import counted

RESERVED = ("", "network", "variable", "probability", "property", "type", "table", "default")
SPACED = re.compile(
    r'"[^"]*"|/\*.*?(?:\*/|\Z)|//[^\n]*|\bproperty\b(?:"[^"]*"|[^;"{}])*+',
    re.DOTALL | re.IGNORECASE,
)
NUMERIC = r"[0-9.+\-][0-9.+\-eE]*+(?![^\s{}()\[\]|,;])"
TOKEN = re.compile(
    rf'("[^"]*"|[{{}}()\[\]|,;]|{NUMERIC}(?:[\s,]++{NUMERIC})++|[^\s{{}}()\[\]|,;"]+|")(\s*)'
)
PART = re.compile(r"([^\s,]+|,)(\s*)")
SIGNS = ("{", "}", ";")
# a name that needs no quotes: pyAgrum reads none in quotes, and pgmpy other numbers after some
BARE = re.compile(r'[^\s{}()\[\]|,;"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]+')
INCOMPLETE = "its table does not have one row for each state of its parents"
SUMS = 0.015  # how far a row may be off for its order to be recognised


def _write_bif(parsed: Parsed) -> str:
    """A file in BIF: one row for each combination of the states of the parents."""
    nodes = parsed.nodes
    states = {node.id: node.states for node in nodes}
    slug = re.sub("[^0-9A-Za-z]+", "_", parsed.about.get("title", "unknown")).strip("_")
    lines = [f"network {'unknown' if slug in RESERVED else slug} {{", "}"]
    for node in nodes:
        lines.append(f"variable {node.id} {{")
        own = ", ".join(node.states)
        lines += [f"  type discrete [ {len(node.states)} ] {{ {own} }};", "}"]
    for node in nodes:
        condition = f" | {', '.join(node.parents)}" if node.parents else ""
        lines.append(f"probability ( {node.id}{condition} ) {{")
        size = len(node.states)
        for index, row in enumerate(product(*(states[parent] for parent in node.parents))):
            numbers = ", ".join(map(repr, node.numbers[index * size : (index + 1) * size]))
            named = ", ".join(row)
            lines.append(f"  ({named}) {numbers};" if row else f"  table {numbers};")
        lines.append("}")
    return "\n".join([*lines, ""])


def _allowed(name: str) -> bool:
    bare = BARE.fullmatch(name) is not None and "//" not in name and "/*" not in name
    return bare and name.casefold() not in RESERVED


Token = tuple[str, str]
"""A sign, a word, a quoted text or a whole row of numbers; and the blanks after it."""


def _name(token: Token) -> str:
    """What a token names: itself, without quotes."""
    return " ".join(token[0].strip('"').split())


def _read_bif(content: Content, problems: Problems) -> Parsed:
    """The tables of a file in BIF; problems are added."""
    reader = _Reader(decode(content.data, problems), problems)
    reader.read()
    for id in reader.states:
        if id not in reader.found:
            problems.add(id, "it has no table.", "Add one, or mend it if it is there.")
    if not reader.states:
        problems.stop("content", "no variable was found.", "Is this a BIF file?")
    return Parsed([reader.found[id] for id in reader.states if id in reader.found])


class _Reader:
    """Reads statement after statement; stops at the first that it does not know."""

    def __init__(self, text: str, problems: Problems) -> None:
        self.problems = problems
        text = text.replace("\r\n", "\n").replace("\r", "\n")  # a comment ends with its line
        commented = "//" in text or "/*" in text
        self.text = SPACED.sub(self.without_comment, text) if commented else text
        self.tokens: list[Token] = TOKEN.findall(self.text)
        self.at = 0
        self.states: dict[str, tuple[str, ...]] = {}
        self.found: dict[str, Node] = {}
        self.tables: list[tuple[list[Token], list[list[Token]]]] = []

    def read(self) -> None:
        """The whole file; tables last, since a variable can be declared after its table."""
        networks = 0
        while self.at < len(self.tokens):
            word = self.take().casefold()
            if word == "network":
                networks += 1
                self.until("{")
                self.block(("property",))
            elif word == "variable":
                self.variable()
            elif word == "probability":
                self.expect("(")
                family = self.until(")")
                self.expect("{")
                self.tables.append((family, self.block(None)))
            else:
                self.stop("'network', 'variable' or 'probability' was expected", back=1)
        if networks > 1:
            self.problems.add("content", f"there are {counted(networks, 'network')}.", "Keep one.")
        for family, statements in self.tables:
            self.probability(family, statements)

    # signs and words

    def without_comment(self, match: re.Match[str]) -> str:
        """Blanks for a comment, so that lines keep their numbers.

        A quoted text stays; so does a property, in which two slashes are part of an address.
        """
        text = match[0]
        if not text.startswith("/"):
            return text
        if text.startswith("/*") and not text[2:].endswith("*/"):
            line = match.string.count("\n", 0, match.start()) + 1
            self.problems.stop(f"line {line}", "a comment is not closed.", "End it with '*/'.")
        return re.sub(r"[^\n]", " ", text)

    def stop(self, wrong: str, back: int = 0) -> None:
        """Tell where the file cannot be read on."""
        position = self.at - back
        rest = sum(map(len, chain.from_iterable(self.tokens[position:])))
        line = self.text.count("\n", 0, len(self.text) - rest) + 1
        what = f"'{self.tokens[position][0][:40]}'" if rest else "the end"
        self.problems.stop(f"line {line}", f"{wrong}, and there is {what}.", "Mend it there.")

    def take(self) -> str:
        """The text of the next token."""
        if self.at >= len(self.tokens):
            self.stop("something is missing")
        text = self.tokens[self.at][0]
        if text == '"':
            self.stop("a quote is not closed")
        self.at += 1
        return text

    def expect(self, sign: str) -> None:
        """The next token, which must be this."""
        if self.take() != sign:
            self.stop(f"'{sign}' was expected", back=1)

    def until(self, sign: str) -> list[Token]:
        """All tokens before a sign, within one statement."""
        first = self.at
        while (text := self.take()) != sign:
            if text in SIGNS:
                self.stop(f"'{sign}' was expected", back=1)
        return self.tokens[first : self.at - 1]

    def block(self, known: tuple[str, ...] | None) -> list[list[Token]]:
        """The statements up to the end of a block, without properties."""
        statements = []
        while (text := self.take()) != "}":
            if text == ";":
                continue
            word = text.casefold()
            if known is not None and word not in known:
                self.stop(f"{' or '.join(map(repr, known))} was expected", back=1)
            token = self.tokens[self.at - 1]
            rest = self.until(";")
            if word != "property":
                statements.append([token, *rest])
        return statements

    # what stands in the file

    def variable(self) -> None:
        """A variable with its states."""
        name, states = self.name_of(self.until("{")), None
        if name in self.states:
            self.problems.add(name, "the variable stands twice.", "Keep one.")
        while (text := self.take()) != "}":
            word = text.casefold()
            if word == "property":
                self.until(";")
            elif word == "type" and states is None:
                states = self.types(name)
            elif word == "type":
                self.problems.add(name, "its type stands twice.", "Keep one.")
                self.types(name)
            elif text != ";":
                self.stop("'type' or 'property' was expected", back=1)
        if states is None:
            self.problems.add(name, "its type is missing.", "Name its states.")
        self.states[name] = states or ()

    def types(self, name: str) -> tuple[str, ...]:
        """The states that a type names."""
        kind = self.take()
        if kind.casefold() != "discrete":
            wrong = f"it is of type '{kind[:40]}'."
            self.problems.stop(name, wrong, "Only discrete variables are read: cut it into states.")
        self.expect("[")
        count = self.take()
        self.expect("]")
        self.expect("{")
        size = int(count) if re.fullmatch("[0-9]{1,6}", count) else -1
        names = self.names_of(self.until("}"), size)
        if len(names) != size:
            wrong = f"it gives {count} as the number of its states, and names {len(names)}."
            self.problems.add(name, wrong)
        return names

    def name_of(self, tokens: Sequence[Token]) -> str:
        """A name, which may be of several words."""
        if len(tokens) < 2:
            return _name(tokens[0]) if tokens else ""
        return " ".join("".join(chain.from_iterable(tokens)).split())

    def names_of(self, tokens: Sequence[Token], count: int) -> tuple[str, ...]:
        """Names between commas or, as the first programs wrote them, between blanks."""
        if not tokens:
            return ()
        if len(tokens) == 2 * count - 1 and all(text == "," for text, _ in tokens[1::2]):
            return tuple(map(_name, tokens[::2]))
        groups: list[list[Token]] = [[]]
        for token in _parts(tokens):
            if token[0] == ",":
                groups.append([])
            else:
                groups[-1].append(token)
        words = [token for group in groups for token in group]
        if len(groups) != count and len(words) == count:
            return tuple(map(_name, words))
        return tuple(map(self.name_of, groups))

    def probability(self, family: list[Token], statements: list[list[Token]]) -> None:
        """One table."""
        id, parents = self.family(family)
        unknown = [parent for parent in (id, *parents) if parent not in self.states]
        if unknown:
            self.problems.add(id or "probability", f"'{unknown[0]}' is no variable of the file.")
        elif id in self.found:
            self.problems.add(id, "its table stands twice.", "Keep one.")
        else:
            table = _Rows(self, id, parents).read(statements)
            self.found[id] = Node(id, self.states[id], parents, table=table)

    def family(self, tokens: list[Token]) -> tuple[str, tuple[str, ...]]:
        """A variable and its parents, after a line or, as the first programs wrote, a blank."""
        bars = [index for index, token in enumerate(tokens) if token[0] == "|"]
        if not bars:
            names = self.known_names(tokens)
            return (names[0], names[1:]) if names else ("", ())
        return self.name_of(tokens[: bars[0]]), self.known_names(tokens[bars[0] + 1 :])

    def known_names(self, tokens: list[Token]) -> tuple[str, ...]:
        """Names of variables, between commas where these are known, else between blanks."""
        names = self.names_of(tokens, -1)
        words = tuple(_name(token) for token in _parts(tokens) if token[0] != ",")
        known = all(name in self.states for name in names)
        return names if known or not all(word in self.states for word in words) else words


def _parts(tokens: Sequence[Token]) -> Iterator[Token]:
    """Names and commas, where several that look like numbers are one token."""
    for token in tokens:
        text, blanks = token
        if text[0] in '"(' or not ("," in text[1:] or len(text.split()) > 1):
            yield token
        else:
            *parts, (last, _) = PART.findall(text)
            yield from (*parts, (last, blanks))


class _Rows:
    """The rows of one table, put in order."""

    def __init__(self, reader: _Reader, id: str, parents: tuple[str, ...]) -> None:
        self.reader, self.problems, self.id, self.parents = reader, reader.problems, id, parents
        self.sizes = [len(reader.states[parent]) for parent in parents]
        self.own = len(reader.states[id])

    def read(self, statements: list[list[Token]]) -> tuple[float, ...]:
        """All numbers, own states varying fastest; none where something is wrong."""
        before = len(self.problems)
        rows: dict[int, tuple[float, ...]] = {}
        default = table = None
        for first, *rest in statements:
            word = first[0].casefold()
            if word == "table" and table is None and not rows:
                table = self.numbers(rest)
            elif word == "default" and default is None:
                default = self.row(rest)
            elif first[0] == "(" and ")" in (texts := [text for text, _ in rest]):
                end = texts.index(")")
                place = self.place(rest[:end])
                if place in rows or table is not None:
                    named = " ".join(texts[:end])
                    self.problems.add(self.id, f"the row ({named}) stands twice.", "Keep one.")
                elif place is not None:
                    rows[place] = self.row(rest[end + 1 :])
            else:
                given = {"table": table, "default": default}
                twice = given.get(word) is not None
                wrong = f"'{first[0][:40]}' {'stands twice' if twice else 'is not known here'}."
                wrong = "it has rows and a 'table'." if word == "table" and not twice else wrong
                self.problems.add(self.id, wrong, "Known are rows with a 'default', or a 'table'.")
        if table is not None and default is not None:
            self.problems.add(self.id, "it has a 'table' and a 'default'.", "Keep one.")
        if len(self.problems) > before:
            return ()
        return self.ordered(table) if table is not None else self.filled(rows, default)

    def filled(
        self, rows: dict[int, tuple[float, ...]], default: tuple[float, ...] | None
    ) -> tuple[float, ...]:
        """The rows in order, with the default where a row is missing."""
        wanted = prod(self.sizes)
        if (len(rows) < wanted and default is None) or wanted > len(rows) + 10_000_000:
            wrong = f"{INCOMPLETE}: {len(rows):,} of {wanted:,}."
            self.problems.add(self.id, wrong, "Add the rest.")
            return ()
        return tuple(value for index in range(wanted) for value in rows.get(index, default or ()))

    def ordered(self, numbers: tuple[float, ...]) -> tuple[float, ...]:
        """A table over parents as BIF orders it: own states first, the last parent fastest."""
        size = prod(self.sizes) * self.own
        if len(numbers) != size:
            wrong = f"{INCOMPLETE}: {counted(len(numbers), 'number')}."
            self.problems.add(self.id, wrong, f"{size:,} are needed.")
            return ()
        if not self.parents:
            return numbers
        by_state = np.array(numbers).reshape(self.own, -1)
        by_row = np.array(numbers).reshape(-1, self.own)
        off = np.abs(by_state.sum(axis=0) - 1.0).max()
        off_by_row = np.abs(by_row.sum(axis=1) - 1.0).max()
        if off > SUMS >= off_by_row:
            wrong = "its 'table' adds up only with own states fastest, which is not BIF's order."
            remedy = "Write one row for each state of the parents, as '(state) numbers;'."
            self.problems.add(self.id, wrong, remedy)
            return ()
        return tuple(by_state.T.ravel().tolist())

    def place(self, tokens: list[Token]) -> int | None:
        """The number of a row, with the last parent varying fastest."""
        named = self.reader.names_of(tokens, len(self.parents))
        if len(named) != len(self.parents):
            wrong = f"a row names {counted(len(named), 'state')} of its parents."
            self.problems.add(self.id, wrong)
            return None
        row = 0
        for parent, state in zip(self.parents, named, strict=True):
            states = self.reader.states[parent]
            if state not in states:
                self.problems.add(self.id, f"'{parent}' has no state '{state}'.")
                return None
            row = row * len(states) + states.index(state)
        return row

    def row(self, tokens: list[Token]) -> tuple[float, ...]:
        """The numbers of one row."""
        values = self.numbers(tokens)
        if len(values) != self.own:
            wrong = f"{INCOMPLETE}: a row has {counted(len(values), 'number')}."
            self.problems.add(self.id, wrong, f"{self.own} are needed.")
        return values

    def numbers(self, tokens: list[Token]) -> tuple[float, ...]:
        """Numbers between commas or blanks."""
        words = [word for text, _ in tokens for word in text.replace(",", " ").split()]
        return numbers_of(words, self.id, self.problems)


FORMAT = Format("BIF", (".bif",), plain_nodes, _allowed, _write_bif, _read_bif)
