"""A sentence with what was found in it, and the words that turn the meaning of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

from kneebayes.history.dictionary import Dictionary
from kneebayes.history.english import ABILITY, ENDING, NUMBERS, UNITS, turns
from kneebayes.history.matching import Match
from kneebayes.history.words import Phrases, TextSentence, Word

AND = frozenset({"and", "&", "+"})
OR = frozenset({"or", "nor", "/"})
FAR = 5  # words that say something, between a cue and what it bears on
MOST_ITEMS = 4  # of a list that a doubt reaches through
KINDS = {
    "deny": "denying_before",
    "deny after": "denying_after",
    "plain": "not_denying",
    "perhaps": "perhaps_before",
    "perhaps after": "perhaps_after",
    "if": "conditions",
    "earlier": "earlier",
    "having": "having",
}
COUNTING = frozenset({"few", "several", "year", *NUMBERS})
DENYING = frozenset({"deny", "deny after"})
COVERING = frozenset({"plain", "perhaps", "perhaps after"})  # a denial within them is none


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that turn the meaning of others: what they do, and where they stand."""

    does: str
    first: int
    last: int

    def covers(self, other: Cue) -> bool:
        """Whether another one is within it."""
        return self.first <= other.first and other.last <= self.last and self != other


@cache
def _phrases() -> Phrases:
    """All turns of speech that change a meaning."""
    return Phrases({does: turns(name) for does, name in KINDS.items()})


def cues_in(sentence: TextSentence, words: Sequence[Word]) -> tuple[Cue, ...]:
    """The words of a sentence that change a meaning; a denial within a set phrase is none."""
    cues = [Cue(*each) for each in _phrases().found_in(sentence)]
    set_phrases = [cue for cue in cues if cue.does in COVERING]
    denials = [cue for cue in cues if cue.does == "deny"]
    kept = [
        cue
        for cue in cues
        if cue.does != "plain"
        and not (cue.does in DENYING | {"if"} and any(phrase.covers(cue) for phrase in set_phrases))
        and not (cue.does == "earlier" and any(denial.covers(cue) for denial in denials))
        and not (cue.does == "earlier" and _is_lately(cue, words))
        and not (cue.does == "deny" and words[cue.first].is_within)
    ]
    kept += [Cue("cannot", word.index, word.index) for word in words if ABILITY in word.stems]
    return tuple(sorted(kept, key=lambda cue: (cue.first, cue.last, cue.does)))


def _is_lately(cue: Cue, words: Sequence[Word]) -> bool:
    """Whether a year is the one up to now: ``for the last year``."""
    following = [word.lower for word in words[cue.last + 1 : cue.last + 3]]
    counted = following[:1] and (following[0].isdigit() or following[0] in COUNTING)
    if words[cue.last].lower == "past" and counted and (UNITS.keys() & following):
        return True  # "twice in the past two years"
    first = words[cue.first].lower == "last"
    return first and cue.first > 0 and words[cue.first - 1].lower == "the"


@dataclass(frozen=True)
class Line:
    """A sentence: its words, what changes a meaning, and what was found."""

    words: tuple[Word, ...]
    cues: tuple[Cue, ...]
    matches: tuple[Match, ...]
    dictionary: Dictionary
    patient: frozenset[str] = frozenset()  # a relative who is: "my son has been limping"
    reported: bool = False  # whether it stands in the report of a test: "Findings: ..."

    @cached_property
    def named(self) -> frozenset[int]:
        """Places of the words that name something."""
        return frozenset(at for match in self.matches for at in match.used)

    @cached_property
    def results(self) -> tuple[int, ...]:
        """Places of the words that lead on from a test to what it shows: ``MRI: ...``."""
        return tuple(
            word.index
            for before, word in pairwise(self.words)
            if word.lower in turns("showing")
            and not before.stems.isdisjoint(self.dictionary.methods)
        )

    def cues_of(self, match: Match, *kinds: str) -> Iterator[Cue]:
        """Cues of some kinds that are no part of what was found."""
        for cue in self.cues:
            if cue.does in kinds and not {cue.first, cue.last} & match.used:
                if cue.does == "perhaps" and self._is_named(cue, match):
                    continue  # "felt like lead for years" does not doubt the years
                yield cue

    def _is_named(self, cue: Cue, match: Match) -> bool:
        """Whether a doubt is part of another name that ends before what was found."""
        own = frozenset(range(cue.first, cue.last + 1))
        return len(own) > 1 and any(
            own < other.used and other.last < match.first for other in self.matches
        )

    def between(self, cue: Cue, match: Match) -> tuple[Word, ...]:
        """The words between a cue and what was found, whichever comes first."""
        if cue.last < match.first:
            return self.words[cue.last + 1 : match.first]
        return self.words[match.last + 1 : cue.first]

    def reaches(self, cue: Cue, match: Match, *, listed: bool = False) -> bool:
        """Whether a cue before what was found is near it.

        If it is ``listed`` it reaches through a list of short items; otherwise a comma stops it.
        """
        if cue.last >= match.first:
            return False
        between = self.between(cue, match)
        commas = sum(word.lower == "," for word in between)
        if ended(between) or (commas and not listed):
            return False
        return len(heavy(between)) <= FAR and commas <= MOST_ITEMS

    def before(self, at: int) -> list[str]:
        """The two words before a place."""
        return [word.lower for word in self.words[max(0, at - 2) : at]]

    def after(self, at: int) -> str:
        """The word behind a place."""
        return self.words[at + 1].lower if at + 1 < len(self.words) else ""


def ended(words: Iterable[Word]) -> bool:
    """Whether the reach of a word ends among words: at a mark, or at ``but`` and the like."""
    return any(word.lower in ENDING or word.lower in turns("splitting") for word in words)


def heavy(words: Iterable[Word]) -> list[Word]:
    """The words that say something."""
    return [word for word in words if not word.is_light]
