"""Texts: names compared and suggested, values shown in messages, things counted."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "`": "'", "\u00b4": "'"})
DASHES = r"\-\u2010-\u2015\u2212"
BETWEEN = re.compile(rf"[\s_{DASHES}:/,()]+")
BRACKETED = re.compile(rf"\(\s*[{DASHES}]+\s*\)")
MINUS = "\u2212"  # how a folded name writes a dash that is a sign
NEGATIONS = frozenset(
    {"no", "not", "non", "without", "absent", "denies", "never", "negative", "free"}
)
FILLERS = frozenset({"a", "an", "any", "and", "at", "by", "for", "from", "has", "have", "having"})
FILLERS |= {"i", "in", "is", "it", "my", "of", "on", "or", "the", "to", "was", "when", "with"}
# words that are one, though no rule on endings says so
SAME_WORDS = {"cant": "unable", "cannot": "unable", "swollen": "swell", "fell": "fall"}
UNABLE = frozenset({"cant", "cannot", "unable"})
LONGEST_NAME = 100  # characters; what is longer is no name that was mistyped
COVERED = 0.5  # least share of what was typed that a name must hold to be suggested
FAR_BEHIND = 0.8  # of the likeness of the best name; what is less alike is not suggested
SHORT = 5  # letters
SHORT_ALIKE = 0.75  # below it "chills" is like "child", above it "rair" is not like "rare"
LONG_ALIKE = 0.8
WHOLE_ALIKE = 0.85


@lru_cache(maxsize=4096)  # the same few names are read again and again
def fold(name: str) -> str:
    """A name without the differences that do not matter; a dash that joins no words is a sign.

    Examples
    --------
    >>> fold("Baker\u2019s  Cyst") == fold("bakers-cyst")
    True
    >>> fold("Fever (-)") == fold("fever-") != fold("fever")
    True
    """
    plain = unicodedata.normalize("NFKC", name).translate(APOSTROPHES).casefold()
    plain = plain.replace("tumour", "tumor").replace("'", "")
    return BETWEEN.sub(_between, plain).strip()


def _between(run: re.Match[str]) -> str:
    """What stands for a run of blanks, dashes and brackets: a blank, or a minus where it is one."""
    at_an_end = run.start() == 0 or run.end() == len(run.string)
    beside_plus = "+" in run.string[max(run.start() - 1, 0) : run.end() + 1]
    sign = (
        re.search(f"[{DASHES}]", run[0]) if at_an_end or beside_plus else BRACKETED.search(run[0])
    )
    return f" {MINUS} " if sign else " "


def either(names: Sequence[str], quote: str = "'") -> str:
    """Names as a choice: ``'a', 'b' or 'c'``."""
    quoted = [f"{quote}{name}{quote}" for name in names]
    if len(quoted) == 1:
        return quoted[0]
    return ", ".join(quoted[:-1]) + " or " + quoted[-1]


def marked(label: object, urgent: object) -> str:
    """A label of a cause, with a mark if the cause is urgent.

    Examples
    --------
    >>> marked("septic arthritis", urgent=True)
    'septic arthritis (urgent)'
    """
    return f"{label} (urgent)" if urgent else str(label)


def counted(number: int, noun: str, form: str = ",", many: str = "") -> str:
    """A number of things in words; with a form of ``d`` without commas.

    ``many`` is what more than one are called where that is not the noun with an s.

    Examples
    --------
    >>> counted(1, "patient"), counted(1200, "patient"), counted(1200, "row", "d")
    ('1 patient', '1,200 patients', '1200 rows')
    >>> counted(1, "case has", many="cases have"), counted(2, "case has", many="cases have")
    ('1 case has', '2 cases have')
    """
    return f"{number:{form}} {noun if number == 1 else many or f'{noun}s'}"


def written(number: float, digits: int) -> str:
    """A number with so many significant digits, as people write it.

    Examples
    --------
    >>> written(150.0, 2), written(0.00002, 3), written(1234567.0, 3), written(1e-9, 2)
    ('150', '0.00002', '1,230,000', '1e-09')
    """
    short = f"{number:.{digits}g}"
    return f"{Decimal(short):,f}" if 1e-6 <= abs(number) < 1e15 else short


def between(low: float, high: float) -> str:
    """A range as it was stated: ``0.1 to 0.3``."""
    return f"{written(low, 6)} to {written(high, 6)}"


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
    return clipped(text, longest)


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
    alike = {word for word in catalogue.by_word if any(_same(own, word) for own in typed)}
    candidates = {known_name for word in alike for known_name in catalogue.by_word[word]}
    candidates.update(catalogue.by_start.get(typed[0][0], ()))  # such as "swollenknee"
    ranked = []
    for candidate in candidates:
        words = catalogue.words[candidate]
        covered, own = _likeness(typed, words, catalogue.weights, catalogue.unseen)
        if covered >= COVERED:
            ranked.append((-covered - own, len(candidate), candidate))
    ranked.sort()
    return [near for likeness, _, near in ranked if likeness <= FAR_BEHIND * ranked[0][0]][:count]


def as_id(name: str) -> str:
    """The id of what is called by some words: small letters, digits and '_'; "" if there is none.

    Examples
    --------
    >>> as_id("Pain in the \u00c4rm, at night"), as_id("42")
    ('pain_in_the_arm_at_night', '')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.casefold()).strip("_0123456789")[:60].rstrip("_")


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """What to do about a name that nothing has: take the one it looks like, or something else.

    Examples
    --------
    >>> did_you_mean("fevr", ["fever", "lump"], "Add it."), did_you_mean("x", ["lump"], "Add it.")
    ("Did you mean 'fever'?", 'Add it.')
    """
    near = suggest(name, known, count=1)
    return f"Did you mean '{near[0]}'?" if near else otherwise


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


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    """A word without its ending; words that mean the same have one stem."""
    if word in SAME_WORDS:
        return SAME_WORDS[word]
    for ending in ("ness", "ing", "ful", "ed", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
