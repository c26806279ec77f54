"""A sentence whose words know what they may stand for; slips of spelling mended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from kneebayes.errors import KneebayesError
from kneebayes.history.dictionary import Dictionary
from kneebayes.history.words import NEEDED, TextSentence, Word

SIDES = frozenset(
    {"l", "left", "lt", "r", "right", "rt", "same", "whole", "entire", "affected", "other"}
    | {"aspect", "aspects", "part", "portion", "surface"}
)
SHORTEST_MENDED = 6  # letters of a word whose spelling is mended
LONGEST_TURN = 4  # words


@dataclass(frozen=True)
class Readable:
    """A sentence whose words have the stems of all they may stand for; places of words by stem."""

    words: tuple[Word, ...]
    places: dict[str, tuple[int, ...]]

    @cached_property
    def row(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The words in small letters but for hyphens, and the place of each."""
        row = [(word.lower, word.index) for word in self.words if word.lower != "-"]
        return tuple(lower for lower, _ in row), tuple(at for _, at in row)

    @cached_property
    def starts(self) -> dict[str, list[int]]:
        """Places in the row of each word, in small letters."""
        starts: dict[str, list[int]] = defaultdict(list)
        for place, lower in enumerate(self.row[0]):
            starts[lower].append(place)
        return starts


def readable(dictionary: Dictionary, sentence: TextSentence) -> Readable:
    """The words of a sentence with what they stand for."""
    words = [_mended(dictionary, word) for word in sentence.words]
    more = _meant(dictionary, words)
    words = [
        replace(word, stems=word.stems | more[word.index]) if word.index in more else word
        for word in words
    ]
    places: dict[str, list[int]] = defaultdict(list)
    for word in words:
        for one in word.stems:
            places[one].append(word.index)
    return Readable(tuple(words), {one: tuple(each) for one, each in places.items()})


def _meant(dictionary: Dictionary, words: Sequence[Word]) -> dict[int, set[str]]:
    """By place of a word the stems of what a turn of speech stands for."""
    telling = [
        word for word in words if word.stems and not word.is_small and word.lower not in SIDES
    ]
    more: dict[int, set[str]] = defaultdict(set)
    for at in range(len(telling)):
        for length in range(min(LONGEST_TURN, len(telling) - at), 0, -1):
            part = telling[at : at + length]
            meant = dictionary.same.get(tuple(next(iter(word.stems)) for word in part), ())
            if part[-1].index - part[0].index < length + 3:
                for place, one in enumerate(meant):
                    more[part[min(place, length - 1)].index].add(one)
    return more


def _mended(dictionary: Dictionary, word: Word) -> Word:
    """A word as a word of the folder that it misspells: a letter too few, too many, or swapped.

    Raises
    ------
    KneebayesError
        If RapidFuzz is not installed.
    """
    if len(word.lower) < SHORTEST_MENDED or not word.lower.isalpha() or not word.stems:
        return word
    if word.is_light or not word.stems.isdisjoint(dictionary.stems):
        return word
    try:
        from rapidfuzz.distance import OSA
    except ImportError as error:
        raise KneebayesError(NEEDED) from error
    single = _single(word.lower)
    for spelling, meant in dictionary.spelt.get(word.lower[0], ()):
        if abs(len(spelling) - len(word.lower)) > 1:
            continue
        if _single(spelling) == single:
            return replace(word, stems=frozenset({meant}))
        other_letters = len(spelling) == len(word.lower) and sorted(spelling) != sorted(word.lower)
        if not other_letters and OSA.distance(spelling, word.lower, score_cutoff=1) == 1:
            return replace(word, stems=frozenset({meant}), mended=True)
    return word


@lru_cache(maxsize=16384)
def _single(word: str) -> str:
    """A word with every doubled letter written once: ``swolen`` is a sure ``swollen``."""
    return "".join(one for one, before in zip(word, " " + word, strict=False) if one != before)
