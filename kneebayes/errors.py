"""Every exception that kneebayes raises on purpose, as one tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

MOST_NAMES = 20  # unknown names told of in one message


class KneebayesError(Exception):
    """Root of everything that kneebayes raises on purpose."""


@contextmanager
def placed(place: str) -> Iterator[None]:
    """Say of what is wrong in a file where it stands.

    Examples
    --------
    >>> with placed("anna.json"):
    ...     raise KneebayesError("no case")
    Traceback (most recent call last):
    kneebayes.errors.KneebayesError: anna.json: no case
    """
    try:
        yield
    except KneebayesError as error:
        message = f"{place}: {error}"
        raise KneebayesError(message) from error


@contextmanager
def needing(remedy: str) -> Iterator[None]:
    """Say how to get a package that is imported here, where it is not installed."""
    try:
        yield
    except ImportError as error:
        raise KneebayesError(remedy) from error


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a knowledge folder, and what to do about it.

    The place is file and entry, such as ``causes/gout.toml: shows.redness``.
    """

    place: str
    wrong: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.wrong}" + (f" {self.remedy}" if self.remedy else "")


class KnowledgeError(KneebayesError, ValueError):
    """Raised when a knowledge folder cannot be read; lists all its problems at once."""

    def __init__(self, folder: str, problems: Sequence[Problem]) -> None:
        self.folder = folder
        self.problems = tuple(problems)
        count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'} found"
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"{folder}: {count}.\n{lines}")

    def __reduce__(self) -> tuple[type[KnowledgeError], tuple[str, tuple[Problem, ...]]]:
        return type(self), (self.folder, self.problems)


class UnknownNameError(KneebayesError, KeyError):
    """Raised when a name is none of those that the model knows; ``suggestions`` look like it.

    ``start`` is the message without suggestions and without where to look, empty if it has no
    parts; ``instead`` are answers that the name seems to mean, such as ``fever`` and False for "no
    fever"; ``others`` are errors about further names, which the message tells too.
    """

    def __init__(
        self,
        message: str,
        name: str = "",
        suggestions: Sequence[str] = (),
        start: str = "",
        instead: Iterable[tuple[str, object]] = (),
        others: Iterable[UnknownNameError] = (),
    ) -> None:
        self.message = message
        self.name = name
        self.suggestions = tuple(suggestions)
        self.start = start
        self.instead = tuple(instead)
        self.others = tuple(others)
        super().__init__(message)

    def __str__(self) -> str:
        return self.message

    def along_with(self, others: Sequence[UnknownNameError]) -> UnknownNameError:
        """The same error, telling of further unknown names too, a line each."""
        lines = [other.message for other in (self, *others)][:MOST_NAMES]
        if (more := 1 + len(others) - len(lines)) > 0:
            lines.append(f"And {more:,} more {'name is' if more == 1 else 'names are'} unknown.")
        message = "\n".join(lines)
        return type(self)(message, self.name, self.suggestions, self.start, self.instead, others)


class EvidenceError(KneebayesError, ValueError):
    """Raised when an answer is not one that a node can take, or two answers disagree."""


class ArgumentError(EvidenceError, TypeError):
    """Raised when a function is given another kind of thing than it takes."""


class ImpossibleEvidenceError(KneebayesError, ValueError):
    """Raised when evidence has probability zero; names a smallest set that conflicts.

    ``urgency`` is how urgent the signs among it are, empty where nothing was said of that.
    """

    def __init__(self, message: str, conflict: Iterable[str] = (), urgency: str = "") -> None:
        self.message = message
        self.conflict = tuple(conflict)
        self.urgency = urgency
        super().__init__(message)


class TooWideError(KneebayesError, MemoryError):
    """Raised when a query is too wide to be answered exactly in the memory allowed."""

    def __reduce__(self) -> tuple[type[TooWideError], tuple[object, ...]]:
        # spelled out, since some pickling tools take it for a plain MemoryError
        return type(self), self.args
