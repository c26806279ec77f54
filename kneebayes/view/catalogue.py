"""What can be named: causes, findings, contexts, groups, settings, by place or by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, Protocol, SupportsIndex, TypeVar, overload

from kneebayes.arguments import checked
from kneebayes.binding import pd
from kneebayes.building.model import ModelLike
from kneebayes.errors import UnknownNameError
from kneebayes.knowledge.records import Context, Finding, Named
from kneebayes.text import MINUS, either, fold, suggest
from kneebayes.view.markup import table as html_table

FIRST = 4  # names in a repr
SHOWN = 40  # rows in a notebook
SEARCHED = ("finding", "context", "cause", "group")
COLUMNS = ("kind", "label", "also", "question")


class Recorded(Protocol):
    """What a catalogue holds: something with an id and a label; it may have other names."""

    @property
    def id(self) -> str:
        """Its name in the folder."""

    @property
    def label(self) -> str:
        """What it is called."""


Some_co = TypeVar("Some_co", bound=Recorded, covariant=True)


class Catalogue(tuple[Some_co, ...], Generic[Some_co]):
    """Records in the order of the folder: a tuple that is also read by name, and has a table.

    Examples
    --------
    >>> import kneebayes as kb
    >>> knee = kb.load()
    >>> knee.contexts[:1]
    1 context: 'age'
    >>> "gout" in knee.causes, knee.findings["fever"].kind
    (True, 'sign')
    >>> knee.search("swollen")
    5 findings: ...swollen knee...leg swelling...
    >>> knee.search("stairs").table["label"].tolist()
    ['pain going up stairs', 'pain going down stairs']
    """

    __slots__ = ()

    @overload
    def __getitem__(self, key: SupportsIndex, /) -> Some_co: ...

    @overload
    def __getitem__(self, key: slice, /) -> Catalogue[Some_co]: ...

    @overload
    def __getitem__(self, key: str, /) -> Some_co: ...

    def __getitem__(self, key: SupportsIndex | slice | str, /) -> Some_co | Catalogue[Some_co]:
        """A record by place or by any of its names (else an UnknownNameError), or some of them."""
        if isinstance(key, str):
            return self._named(key)
        record = super().__getitem__(key)
        return Catalogue(record) if isinstance(record, tuple) else record

    def __contains__(self, item: object, /) -> bool:
        """Whether a record, or anything of that name, is here."""
        if isinstance(item, str):
            return any(fold(item) in _folded(record) for record in self)
        return hasattr(item, "id") and hasattr(item, "label") and super().__contains__(item)

    @checked
    def get(self, name: str) -> Some_co | None:
        """A record by any of its names; None where there is none."""
        return self._named(name) if self.__contains__(name) else None

    def _named(self, name: str) -> Some_co:
        for record in self:
            if fold(name) in _folded(record):
                return record
        names = [known for record in self for known in (record.label, *other_names(record))]
        near = suggest(name, names)
        hint = f" Did you mean {either(near)}?" if near else ""
        message = f"Nothing named '{name}' among {self._what}.{hint}"
        raise UnknownNameError(message, name, near)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the records, in their order."""
        return tuple(record.id for record in self)

    @property
    def table(self) -> pd.DataFrame:
        """One row a record: ``id``, ``kind``, ``label``, ``also`` (other names), ``question``."""
        rows = [(record.id, *_cells(record)) for record in self]
        return pd.DataFrame(rows, columns=["id", *COLUMNS])

    @property
    def text(self) -> str:
        """One line a record: its kind, its label and its other names."""
        lines = (
            f"{_kind(record):<10} {record.label}"
            + (f"  (also: {', '.join(names)})" if (names := other_names(record)) else "")
            for record in self
        )
        return "\n".join(lines)

    @checked
    def matching(self, text: str) -> Iterator[Some_co]:
        """Records one of whose names holds every word of a text."""
        words = fold(text).replace(MINUS, "").split()
        for record in self:
            names = fold(" ".join((record.id, record.label, *other_names(record))))
            if all(word in names for word in words):
                yield record

    @property
    def _what(self) -> str:
        kinds = {_kind(record) for record in self}
        word = kinds.pop() if len(kinds) == 1 else "name"
        return f"{len(self)} {word}{'' if len(self) == 1 else 's'}"

    def __repr__(self) -> str:
        first = ", ".join(repr(record.label) for record in self[:FIRST])
        more = ", ..." if len(self) > FIRST else ""
        return f"{self._what}: {first}{more}" if self else "no names"

    def _repr_html_(self) -> str:
        more = len(self) - SHOWN
        caption = self._what + (f"; {more} more in .table" if more > 0 else "")
        return html_table(COLUMNS, [_cells(record) for record in self[:SHOWN]], caption)


def other_names(record: Recorded) -> tuple[str, ...]:
    """All names of a record but its id and label."""
    names: Iterable[str] = getattr(record, "aliases", ())
    if isinstance(record, Finding):
        names = (*names, *record.names_when_absent)
    if isinstance(record, Context):
        names = (*names, *(state.label for state in record.states))
    return tuple(names)


def _folded(record: Recorded) -> set[str]:
    """The names of a record as a whole, without case and punctuation."""
    return {fold(name) for name in (record.id, record.label, *getattr(record, "aliases", ()))}


def _kind(record: Recorded) -> str:
    return type(record).__name__.lower()


def _cells(record: Recorded) -> tuple[str, ...]:
    also = ", ".join(other_names(record))
    return _kind(record), record.label, also, str(getattr(record, "question", ""))


@checked
def search(model: ModelLike, text: str = "") -> Catalogue[Named]:
    """Findings, contexts, causes and groups by a part of any of their names.

    Where nothing holds all the words, what looks like the text is given.

    Parameters
    ----------
    text
        Some words, in any case; left out, everything.

    Examples
    --------
    >>> import kneebayes as kb
    >>> kb.load().search("swolen nee")
    1 finding: 'swollen knee'
    """
    knowledge, names = model.data.knowledge, model.data.names
    named: tuple[Mapping[str, Named], ...]
    named = (knowledge.findings, knowledge.contexts, knowledge.causes, knowledge.groups)
    everything = Catalogue(record for kind in named for record in kind.values())
    matching = Catalogue(everything.matching(text))
    if matching:
        return matching
    near = {names.meaning(name, SEARCHED).id for name in names.like(text, SEARCHED)}
    return Catalogue(record for record in everything if record.id in near)
