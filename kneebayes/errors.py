"""Every exception that kneebayes raises on purpose, as one tree."""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

__all__ = [
    "MOST_NAMES",
    "ArgumentError",
    "EvidenceError",
    "ImpossibleEvidenceError",
    "KneebayesError",
    "KnowledgeError",
    "Problem",
    "TooWideError",
    "UnknownNameError",
    "circle_among",
    "clipped",
    "shown",
    "suggest",
]

NEGATIONS = frozenset(
    {"no", "not", "non", "without", "absent", "denies", "never", "negative", "free"}
)
FILLERS = frozenset({"a", "an", "any", "and", "at", "by", "for", "from", "has", "have", "having"})
FILLERS |= {"i", "in", "is", "it", "my", "of", "on", "or", "the", "to", "was", "when", "with"}
# words that are one, though no rule on endings says so
SAME_WORDS = {"cant": "unable", "cannot": "unable", "swollen": "swell", "fell": "fall"}
UNABLE = frozenset({"cant", "cannot", "unable"})
LONGEST_NAME = 100  # characters; what is longer is no name that was mistyped
MOST_NAMES = 20  # unknown names told of in one message
COVERED = 0.5  # least share of what was typed that a name must hold to be suggested
FAR_BEHIND = 0.8  # of the likeness of the best name; what is less alike is not suggested
SHORT = 5  # letters
SHORT_ALIKE = 0.75  # below it "chills" is like "child", above it "rair" is not like "rare"
LONG_ALIKE = 0.8
WHOLE_ALIKE = 0.85


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
    """Raised when a name is none of those that the model knows.

    Attributes
    ----------
    message
        The whole message.
    name
        What was given.
    suggestions
        Names that look like it.
    start
        The message without suggestions and without where to look; empty if it has no parts.
    instead
        Answers that the name seems to mean, such as ``fever`` and False for "no fever".
    others
        Errors about further names that were given; the message has them too.
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

    def __reduce__(self) -> tuple[type[UnknownNameError], tuple[object, ...]]:
        parts = (self.message, self.name, self.suggestions, self.start, self.instead, self.others)
        return type(self), parts

    def along_with(self, others: Sequence[UnknownNameError]) -> UnknownNameError:
        """The same error, telling of further unknown names too, a line each."""
        lines = [other.message for other in (self, *others)][:MOST_NAMES]
        if (more := 1 + len(others) - len(lines)) > 0:
            lines.append(f"And {more} more names are unknown.")
        message = "\n".join(lines)
        return type(self)(message, self.name, self.suggestions, self.start, self.instead, others)


class EvidenceError(KneebayesError, ValueError):
    """Raised when an answer is not one that a node can take, or two answers disagree."""


class ArgumentError(EvidenceError, TypeError):
    """Raised when a function is given another kind of thing than it takes."""


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

    Examples
    --------
    >>> circle_among({"a": ["b"], "b": ["a"], "c": ["a"]})
    ['a', 'b']
    """
    open_ids = {id: set(pointing) & set(parents) for id, pointing in parents.items()}
    while True:
        pointing = set().union(*open_ids.values()) if open_ids else set()
        loose = [id for id, into in open_ids.items() if not into or id not in pointing]
        if not loose:
            return sorted(open_ids)
        for id in loose:
            del open_ids[id]
        open_ids = {id: into & set(open_ids) for id, into in open_ids.items()}


def clipped(text: str, longest: int = LONGEST_NAME) -> str:
    """The beginning of a text that is too long for a message.

    Examples
    --------
    >>> clipped("fever"), clipped("x" * 500, 5)
    ('fever', 'xxxxx...')
    """
    return text if len(text) <= longest else f"{text[:longest]}..."


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
    """Names among ``known`` that look like ``name``, most alike first; never its opposite.

    Names are compared as bags of words, whatever their order and endings; a word counts as
    another if it is spelled nearly alike. Rare words weigh more than common ones.

    Examples
    --------
    >>> suggest("swolen", ["swollen knee", "fever", "lump"])
    ['swollen knee']
    >>> suggest("no fever", ["fever"]), suggest("smoker", ["soccer"])
    ([], [])
    """
    if len(name) > LONGEST_NAME:
        return []
    typed, sense = _words(name)
    if not typed:
        return []
    catalogue = _catalogue(tuple(known), sense)
    near = {word for word in catalogue.by_word if any(_same(own, word) for own in typed)}
    candidates = {known_name for word in near for known_name in catalogue.by_word[word]}
    candidates.update(catalogue.by_start.get(typed[0][0], ()))  # such as "swollenknee"
    ranked = []
    for candidate in candidates:
        words = catalogue.words[candidate]
        covered, own = _likeness(typed, words, catalogue.weights, catalogue.unseen)
        if covered >= COVERED:
            ranked.append((-covered - own, len(candidate), candidate))
    ranked = [
        candidate for candidate in sorted(ranked) if candidate[0] <= FAR_BEHIND * min(ranked)[0]
    ]
    return [candidate for *_, candidate in ranked][:count]


class _Catalogue(NamedTuple):
    """Known names, read once: their words, who has which word, and how much each weighs."""

    words: Mapping[str, list[str]]
    by_word: Mapping[str, list[str]]
    by_start: Mapping[str, list[str]]
    weights: Mapping[str, float]
    unseen: float


@lru_cache(maxsize=64)  # the same few lists of names are asked for again and again
def _catalogue(known: tuple[str, ...], sense: tuple[bool, bool]) -> _Catalogue:
    """The names that deny, or tell what cannot be, as the one that was typed does."""
    read = {candidate: _words(candidate) for candidate in known}
    by_name = {name: words for name, (words, other) in read.items() if other == sense and words}
    by_word: dict[str, list[str]] = {}
    by_start: dict[str, list[str]] = {}
    for candidate, words in by_name.items():
        by_start.setdefault(words[0][0], []).append(candidate)
        for word in dict.fromkeys(words):
            by_word.setdefault(word, []).append(candidate)
    spread = Counter(stem for words in by_name.values() for stem in {_stem(word) for word in words})
    weights = {stem: math.log(1.0 + len(by_name) / number) for stem, number in spread.items()}
    return _Catalogue(by_name, by_word, by_start, weights, math.log(1.0 + len(by_name)))


def _words(name: str) -> tuple[list[str], tuple[bool, bool]]:
    """The words of a name that carry its meaning, and whether the name contains a negation."""
    plain = name.casefold().replace("\u2019", "'").replace("'", "")
    words = re.findall(r"[^\W_]+", plain)
    without_negations = [word for word in words if word not in NEGATIONS]
    return [word for word in without_negations if word not in FILLERS] or without_negations, (
        without_negations != words,
        not UNABLE.isdisjoint(words),
    )


def _likeness(
    typed: list[str], words: list[str], weights: Mapping[str, float], unseen: float
) -> tuple[float, float]:
    """Which share of the weight of what was typed, and of a name, the other one holds."""
    whole = 0.0
    if typed[0][0] == words[0][0]:
        whole = _ratio("".join(typed), "".join(words), WHOLE_ALIKE)  # "swollenknee"
    held = total = 0.0
    unmatched = list(words)
    for typed_word in typed:
        alike, best = max(
            ((_same(typed_word, other), other) for other in unmatched), default=(0.0, "")
        )
        weight = weights.get(_stem(best if alike else typed_word), unseen)
        total += weight
        if alike:
            held += alike * weight
            unmatched.remove(best)
    own = sum(weights.get(_stem(word), unseen) for word in words)
    return (max(whole, held / total if total else 0.0), max(whole, held / own if own else 0.0))


def _ratio(first: str, other: str, least: float) -> float:
    """How alike two texts are; 0 where they are less alike than is asked for."""
    if 2 * min(len(first), len(other)) < least * (len(first) + len(other)):
        return 0.0
    matcher = difflib.SequenceMatcher(None, first, other, autojunk=False)
    alike = matcher.ratio() if matcher.quick_ratio() >= least else 0.0
    return alike if alike >= least else 0.0


@lru_cache(maxsize=1 << 16)
def _same(first: str, other: str) -> float:
    """How sure it is that two words are the same one, from 0 to 1."""
    if first == other:
        return 1.0
    if _stem(first) == _stem(other) or first[:6] == other[:6] != first[:5]:
        return 0.95
    if first[:1] != other[:1]:
        return 0.8 if first[:2] == other[1::-1] and first[2:] == other[2:] != "" else 0.0
    least = SHORT_ALIKE if min(len(first), len(other)) <= SHORT else LONG_ALIKE
    alike = _ratio(first, other, least)
    if not alike and _one_slip(first, other):
        alike = difflib.SequenceMatcher(None, first, other, autojunk=False).ratio()
    return 0.9 * alike


def _one_slip(first: str, other: str) -> bool:
    """Whether one letter too many, too few, wrong, or two swapped make the difference."""
    if min(len(first), len(other)) < 3 or abs(len(first) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(first, other, strict=False)) if a != b), None)
    if start is None:
        return True
    a, b = first[start:], other[start:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _stem(word: str) -> str:
    """A word without its ending; words that mean the same have one stem."""
    if word in SAME_WORDS:
        return SAME_WORDS[word]
    for ending in ("ness", "ing", "ful", "ed", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
