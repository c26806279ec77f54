"""Every exception that kneebayes raises on purpose, as one tree."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

__all__ = [
    "EvidenceError",
    "ImpossibleEvidenceError",
    "KneebayesError",
    "KnowledgeError",
    "Problem",
    "TooWideError",
    "UnknownNameError",
    "circle_among",
    "shown",
    "suggest",
]


class KneebayesError(Exception):
    """Root of everything that kneebayes raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a knowledge folder.

    Attributes
    ----------
    place
        File and entry, such as ``causes/gout.toml: shows.redness``.
    wrong
        What is wrong and what was found there.
    remedy
        What is allowed, or what to do about it.
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
    """Raised when a name is none of those that the model knows."""

    def __init__(self, message: str, name: str = "", suggestions: Sequence[str] = ()) -> None:
        self.message = message
        self.name = name
        self.suggestions = tuple(suggestions)
        super().__init__(message)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[type[UnknownNameError], tuple[str, str, tuple[str, ...]]]:
        return type(self), (self.message, self.name, self.suggestions)


class EvidenceError(KneebayesError, ValueError):
    """Raised when an answer is not one that a node can take, or two answers disagree."""


class ImpossibleEvidenceError(KneebayesError, ValueError):
    """Raised when evidence has probability zero; names a smallest set that conflicts."""

    def __init__(self, message: str, conflict: Iterable[str] = ()) -> None:
        self.message = message
        self.conflict = tuple(conflict)
        super().__init__(message)

    def __reduce__(self) -> tuple[type[ImpossibleEvidenceError], tuple[str, tuple[str, ...]]]:
        return type(self), (self.message, self.conflict)


class TooWideError(KneebayesError, MemoryError):
    """Raised when a query is too wide to be answered exactly in the memory allowed."""

    def __reduce__(self) -> tuple[type[TooWideError], tuple[object, ...]]:
        # spelled out, since some pickling tools take it for a plain MemoryError
        return type(self), self.args


def circle_among(parents: Mapping[str, Iterable[str]]) -> list[str]:
    """Ids that lie on a circle of arrows, or between two; empty where there is none.

    Parameters
    ----------
    parents
        For each id those that point to it.

    Examples
    --------
    >>> circle_among({"a": ["b"], "b": ["a"], "c": ["a"]})
    ['a', 'b']
    """
    left = {id: set(pointing) & set(parents) for id, pointing in parents.items()}
    while True:
        pointing = set().union(*left.values()) if left else set()
        loose = [id for id, into in left.items() if not into or id not in pointing]
        if not loose:
            return sorted(left)
        for id in loose:
            del left[id]
        left = {id: into & set(left) for id, into in left.items()}


def shown(value: object, longest: int = 200) -> str:
    """What was given, for a message: never an error itself, and never pages long.

    Examples
    --------
    >>> shown("perhaps"), shown(10**10_000)
    ("'perhaps'", '<int>')
    """
    try:
        text = repr(value)
    except Exception:  # such as ValueError for an int of 4300 digits
        return f"<{type(value).__name__}>"
    return text if len(text) <= longest else f"{text[:longest]}..."


def suggest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Names among ``known`` that look like ``name``, most alike first.

    Parameters
    ----------
    name
        What was typed; case is ignored.
    known
        The names that exist.
    count
        How many to return at most.

    Examples
    --------
    >>> suggest("swolen", ["swollen knee", "fever", "lump"])
    ['swollen knee']
    """
    typed = name.casefold().strip()
    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(typed, by_folded, n=count, cutoff=0.6)
    inside = [
        folded
        for folded in by_folded
        if len(typed) > 3 and (typed in folded or set(typed.split()) <= set(folded.split()))
    ]
    if not close and not inside and len(typed) > 4:
        close = difflib.get_close_matches(typed, by_folded, n=count, cutoff=0.5)
    ordered = list(dict.fromkeys([*close, *inside]))[:count]
    return [by_folded[folded] for folded in ordered]
