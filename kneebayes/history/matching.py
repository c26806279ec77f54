"""Names of the folder found in a sentence, whatever their order and what little stands between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from kneebayes.history.dictionary import Dictionary, Pattern
from kneebayes.history.english import turns
from kneebayes.history.placing import JOINING, stands
from kneebayes.history.readable import Readable
from kneebayes.history.words import SITE_STEMS, Word, stem

BEHIND = "behind"  # leads on to another place than the part of the body behind it
AN_IDIOM = 3  # words that together mean something else than each of them


@dataclass(frozen=True, slots=True)
class Match:
    """A name found, and the places of its words."""

    pattern: Pattern
    used: frozenset[int]

    @property
    def first(self) -> int:
        """Place of its first word."""
        return min(self.used)

    def begins(self, words: Sequence[Word]) -> int:
        """Place of its first word that is no part of the body."""
        return min((at for at in self.used if not words[at].is_site), default=self.first)

    @property
    def last(self) -> int:
        """Place of its last word."""
        return max(self.used)


def find(dictionary: Dictionary, sentence: Readable) -> list[Match]:
    """Every name in a sentence; of names within each other the longest."""
    found: dict[tuple[frozenset[int], Pattern], Match] = {}
    stems = frozenset(sentence.places)
    for one in sentence.places:
        for pattern in dictionary.by_stem.get(one, ()):
            if not stems.issuperset(pattern.core):
                continue
            for used in _windows(pattern, sentence):
                if stands(dictionary, pattern, used, sentence):
                    found[used, pattern] = Match(pattern, used)
    matches = list(found.values())
    words = sentence.words
    kept = [
        match for match in matches if not any(_swallows(other, match, words) for other in matches)
    ]
    kept = _without_strays(kept, sentence.words)
    return sorted(kept, key=lambda match: (match.first, match.last, match.pattern.name))


def _without_strays(matches: list[Match], words: Sequence[Word]) -> list[Match]:
    """Matches without those across a list whose words all belong to items of the list.

    So ``chest pain and shortness of breath`` is no pain when breathing.
    """
    across = [match for match in matches if _spans_items(match, words)]
    if not across:
        return matches
    within = [match for match in matches if len(match.used) > 1 and match not in across]
    items = frozenset(at for match in within for at in match.used)
    named = {match.pattern.targets[0].id for match in within}
    return [
        match
        for match in matches
        if match not in across
        or match.pattern.targets[0].id not in named
        or not match.used <= items
    ]


def _spans_items(match: Match, words: Sequence[Word]) -> bool:
    """Whether a match goes across a list, other than to the place that all items have."""
    between = set(range(match.first, match.last)) - match.used
    return not words[match.last].is_site and any(words[at].lower in JOINING for at in between)


def _swallows(larger: Match, smaller: Match, words: Sequence[Word]) -> bool:
    """Whether a longer name leaves nothing to a shorter one within it.

    A turn of speech leaves it what is a name of two words, or an item of a list of its own:
    ``calf pain after walking`` is calf pain too, and ``red and swollen`` is swollen.
    """
    same = larger.pattern.targets[0].id == smaller.pattern.targets[0].id
    if same and _is_idiom(larger) and larger.used & smaller.used and larger.used - smaller.used:
        return not smaller.pattern.perhaps  # "felt sick of it"
    if smaller.used == larger.used:  # "downstairs it is worse" is not worse on any stairs
        more = set(larger.pattern.core).difference(smaller.pattern.core)
        within = len(more) + len(smaller.pattern.core) == len(larger.pattern.core)
        return within and bool(more) and more.isdisjoint(SITE_STEMS | {BEHIND})
    if not smaller.used < larger.used:
        return False
    return same or _leaves_nothing(larger, smaller, words)


def _leaves_nothing(larger: Match, smaller: Match, words: Sequence[Word]) -> bool:
    """Whether a longer name leaves nothing to a shorter one of something else within it."""
    if larger.pattern.perhaps and not smaller.pattern.perhaps:
        return False
    if not _qualities().isdisjoint(smaller.pattern.stems):
        return False  # "an ache behind the knee" is an ache
    if BEHIND in larger.pattern.stems and BEHIND not in smaller.pattern.stems:
        return True  # a swelling behind the knee is no swollen knee
    if smaller.pattern.past or smaller.pattern.of_a_person:
        return False
    short = len(smaller.used) < 2 and not _is_listed(larger, smaller, words)
    return not larger.pattern.said or smaller.pattern.said or short


@cache
def _qualities() -> frozenset[str]:
    """Stems of what a pain is like, wherever it is."""
    return frozenset(map(stem, turns("qualities")))


def _is_idiom(match: Match) -> bool:
    """Whether it is a turn of speech, word for word, that means something else."""
    return match.pattern.perhaps and len(match.pattern.sequence) >= AN_IDIOM


def _is_listed(larger: Match, smaller: Match, words: Sequence[Word]) -> bool:
    """Whether a word is an item of a list within a longer name: ``red and swollen``."""
    before, behind = smaller.first - 1, smaller.last + 1
    return any(
        larger.first <= at <= larger.last and words[at].lower in {"and", "or", ",", "&"}
        for at in (before, behind)
    )


def _windows(pattern: Pattern, sentence: Readable) -> Iterator[frozenset[int]]:
    """Sets of words that together have all the stems of a pattern, close to each other."""
    if pattern.head and not any(one in sentence.places for one in pattern.head):
        return
    if pattern.sequence:
        yield from _in_sequence(pattern, sentence)
        return
    places = sentence.places
    core = pattern.core
    whole = len(core) < len(pattern.stems) and all(one in places for one in pattern.stems)
    for needed in (pattern.stems, core) if whole else (core,):
        if not needed:
            continue
        if len(needed) == 1:
            yield from (frozenset((at,)) for at in places[needed[0]])
            continue
        rarest = min(needed, key=lambda one: len(places[one]))
        for anchor in places[rarest]:
            first = last = anchor
            used = {anchor}
            for one in needed:
                if one == rarest:
                    continue
                near = min(
                    sentence.places[one],
                    key=lambda at: (max(first - at, at - last, 0), at in used, at),
                )
                used.add(near)
                first, last = min(first, near), max(last, near)
            yield frozenset(used)


def _in_sequence(pattern: Pattern, sentence: Readable) -> Iterator[frozenset[int]]:
    lower, at = sentence.row
    length = len(pattern.sequence)
    for start in sentence.starts.get(pattern.sequence[0], ()):
        if lower[start : start + length] == pattern.sequence:
            yield frozenset(at[start : start + length])
