"""What can be found in a text: every name of a folder as a pattern of words, slips mended."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from itertools import accumulate

from kneebayes.errors import needing
from kneebayes.history.english import ENDING, LIGHT, NUMBERS, turns
from kneebayes.history.words import (
    NEEDED,
    SITE_STEMS,
    TextSentence,
    Word,
    number_at,
    stem,
    words_of_name,
)
from kneebayes.knowledge import Knowledge

KNOWN = frozenset(["known", "histori", "diagnos", "establish"])
TURNING = frozenset({"no", "not", "n't", "without", "never"})
PLACING = frozenset(
    {"while", "during", "for", "since", "over", "at", "on", "in", "with", "when", "after"}
    | {"before", "the"}
)
LIGHT_STEMS = LIGHT | {stem(word) for word in LIGHT}
TOO_LITTLE = frozenset(
    {"other", "both", "normal", "abnormal", "one", stem("only"), "exam", *LIGHT_STEMS, *NUMBERS}
)
HYPHENATED = re.compile(r"[a-z]+(-[a-z]+)+")
CONTRASTS = frozenset({"although", "but", "though", "yet"})
EARLIER = frozenset({"earlier", "known", "old", "previous"})
BY_HAND = frozenset({"", "history", "examination"})  # methods that a text need not name
A_PHRASE = 4  # words that say one thing together, though all but one are small
SIDES = frozenset(
    {"l", "left", "lt", "r", "right", "rt", "same", "whole", "entire", "affected", "other"}
    | {"aspect", "aspects", "part", "portion", "surface"}
)
SHORTEST_MENDED = 6  # letters of a word whose spelling is mended
LONGEST_TURN = 4  # words
RESULTS = frozenset({"positiv", "rais", "high", "abnormal", "elevat"})


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """What a pattern says where it is found: a node and its state."""

    id: str
    state: str
    kind: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A number that a name speaks of, such as more than six weeks (in days)."""

    over: bool
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class About:
    """What all names of a target have in common."""

    sites: frozenset[str]  # parts of the body that the label of its node, or what it means, has
    words: frozenset[str]  # stems of its label
    beyond: frozenset[str]  # words of a degree that its label lacks: a name with them says more
    of_a_person: bool  # whether it says what somebody is, such as a woman
    lately: bool  # whether its node is of late alone, such as recent surgery
    lasting: bool  # whether its node is something known, which it stays, such as known gout


@dataclass(frozen=True, slots=True)
class Pattern:
    """A name as words that have to stand together."""

    name: str  # as written in the folder
    stems: tuple[str, ...]  # that have to be there
    core: tuple[str, ...]  # those of them that are not optional
    targets: tuple[Target, ...]  # what it says
    about: About
    optional: frozenset[str] = frozenset()  # stems that need not be there: of the complaint's site
    head: frozenset[str] = frozenset()  # of the test: one has to stand in the same sentence
    sequence: tuple[str, ...] = ()  # words that have to follow each other, if their order matters
    capital: bool = False  # whether it has to stand in capitals, as in "ACL"
    bound: Bound | None = None  # the number that it speaks of
    said: bool = False  # whether it is a turn of speech and no name
    implied: frozenset[str] = frozenset()  # nodes of which it is no name, but implies them
    stronger: bool = False  # says more than the label: to deny a high fever denies no fever
    record: bool = False  # the bare name of a disease, which stands for a known diagnosis
    perhaps: bool = False  # not to be trusted alone
    past: bool = False  # holds where the sentence speaks of long ago


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
    def clauses(self) -> tuple[int, ...]:
        """For each word, how many words that no name spans stand before it."""
        barring = turns("barring") | ENDING
        return tuple(accumulate(word.lower in barring for word in self.words))

    @cached_property
    def starts(self) -> dict[str, list[int]]:
        """Places in the row of each word, in small letters."""
        starts: dict[str, list[int]] = defaultdict(list)
        for place, lower in enumerate(self.row[0]):
            starts[lower].append(place)
        return starts


class Dictionary:
    """All that a knowledge folder can be told of, as patterns, in the order of the folder."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        words = knowledge.sayings.words.items()
        self.same = {_stems(said): _stems(meant) for said, meant in words}  # what turns stand for
        # shorthand that a text is rid of before it is cut into words: SOB
        self.letters = tuple(one for one in words if one[0].isalpha() and one[0].isupper())
        called = (knowledge.complaint.label, *knowledge.complaint.aliases)
        self.site = SITE_STEMS.intersection(one for name in called for one in _stems(name))
        self._spellings: dict[str, str] = {}  # every word of a name as written, with its stem
        self._abouts: dict[Target, About] = {}
        self.patterns = _joined(self._all())
        self._spelt: dict[str, list[tuple[str, str]]] = defaultdict(list)  # by the first letter
        for spelling, meant in self._spellings.items():
            self._spelt[spelling[0]].append((spelling, meant))
        self.by_stem = self._indexed()  # patterns by the stem that is rarest among all of them
        self.bounds = tuple(
            (one, one.bound)
            for one in self.patterns
            if one.bound is not None and (one.stems or one.targets[0].kind == "finding")
        )  # a number alone says no age: "CRP 145 and fever" is of nobody over 80
        self.lasting = frozenset(  # what says how long the trouble has lasted
            one.targets[0].id
            for one, bound in self.bounds
            if bound.unit == "time" and not one.stems
        )
        self.two_sided = frozenset(_two_sided(self.bounds))
        self.stems = frozenset(
            one for stems in (*self.same, *(each.stems for each in self.patterns)) for one in stems
        )
        self.tests = {one.id: one.method for one in knowledge.findings.values() if one.method}
        self.bare = frozenset(_bare_tests(self.patterns, self.tests))
        self.methods = frozenset(  # stems of the names of tests
            one
            for id, method in knowledge.methods.items()
            for one in self._head(id)
            if len(_stems(method.label)) == 1  # "blood" and "pressure" have other meanings
        )
        self.samples = {  # by test the stems that name it; blood may be anywhere
            id: frozenset(one for one in self._head(id) - {"blood"} if len(one) > 1)
            for id in knowledge.methods
            if id not in BY_HAND
        }

    def _indexed(self) -> dict[str, tuple[Pattern, ...]]:
        patterns = [pattern for pattern in self.patterns if pattern.bound is None]
        count = Counter(one for pattern in patterns for one in set(pattern.stems))
        indexed: dict[str, list[Pattern]] = defaultdict(list)
        for pattern in patterns:
            indexed[min(pattern.stems, key=lambda one: (count[one], one))].append(pattern)
        return {one: tuple(patterns) for one, patterns in indexed.items()}

    # the names

    def _all(self) -> Iterator[Pattern]:
        knowledge = self.knowledge
        doubted = {
            id: {
                _stems(name)
                for name in saying.perhaps
                if not name.startswith("=")  # word for word, so it says nothing of other words
            }
            for id, saying in knowledge.sayings.sayings.items()
            if saying.perhaps
        }
        for pattern in (*self._sayings(), *self._findings(), *self._contexts(), *self._causes()):
            doubts = doubted.get(pattern.targets[0].id)
            if doubts and _stems(pattern.name) in doubts:
                yield replace(pattern, perhaps=True)
            else:
                yield pattern

    def _findings(self) -> Iterator[Pattern]:
        for finding in self.knowledge.findings.values():
            head = self._head(finding.method)
            present = Target(finding.id, "present", "finding")
            yield from self._named([finding.label, *finding.aliases], present, head)
            absent = Target(finding.id, "absent", "finding")
            yield from self._named(finding.names_when_absent, absent, head)

    def _contexts(self) -> Iterator[Pattern]:
        for context in self.knowledge.contexts.values():
            if not context.states:
                target = Target(context.id, "present", "context")
                yield from self._named([context.label, *context.aliases], target)
                bare = tuple(one for one in _stems(context.label) if one not in KNOWN)
                if bare != _stems(context.label):
                    yield from self._records(target, bare)
            for state in context.states:
                target = Target(context.id, state.id, "context")
                yield from self._named([state.label, *state.aliases], target)

    def _records(self, target: Target, bare: tuple[str, ...]) -> Iterator[Pattern]:
        """Names of a disease that say that it is known, where the sentence says so."""
        for cause in self.knowledge.diseases.values():
            names = [cause.label, *cause.aliases]
            if bare in {_stems(name) for name in names}:
                for name in names:
                    yield from (replace(one, record=True) for one in self._named([name], target))
                return
        made = self._pattern(" ".join(bare), target, frozenset())
        if made is not None:
            yield replace(made, record=True)

    def _causes(self) -> Iterator[Pattern]:
        for cause in self.knowledge.diseases.values():
            target = Target(cause.id, "present", "cause")
            yield from self._named([cause.label, *cause.aliases], target)

    def _sayings(self) -> Iterator[Pattern]:
        knowledge = self.knowledge
        for id, saying in knowledge.sayings.sayings.items():
            kind = knowledge.kinds.get(id)
            if kind not in ("finding", "context"):
                continue
            head = self._head(knowledge.findings[id].method if kind == "finding" else "")
            states = {state.id for state in knowledge.states_of(id)}
            for state, several in saying.states.items():
                if state in states:
                    yield from self._named(several, Target(id, state, kind), said=True)
            present, absent = Target(id, "present", kind), Target(id, "absent", kind)
            yield from self._named(saying.present, present, head, said=True)
            yield from self._named(saying.absent, absent, head, said=True)
            for one in self._named(saying.past, present, said=True):
                yield replace(one, past=True)
            for one in self._named(saying.perhaps, present, head, said=True):
                yield replace(one, perhaps=True)

    def _head(self, method: str) -> frozenset[str]:
        """Stems that name a test, where a result has to be named with its test."""
        if method in BY_HAND:
            return frozenset()
        label = self.knowledge.methods[method].label if method in self.knowledge.methods else method
        named = {one for one in _stems(label) if one not in SITE_STEMS | LIGHT_STEMS}
        return frozenset(named - {"test", "draw", "drawn"})

    def _named(
        self,
        names: Iterable[str],
        target: Target,
        head: frozenset[str] = frozenset(),
        *,
        said: bool = False,
    ) -> Iterator[Pattern]:
        for name in names:
            before_bracket = name.partition("(")[0]
            made = self._pattern(before_bracket, target, head, said=said)
            if made is not None:
                yield made

    def _pattern(
        self, name: str, target: Target, method: frozenset[str], *, said: bool = False
    ) -> Pattern | None:
        """A name as a pattern; None where it says too little to be looked for."""
        word_for_word = name.startswith("=")
        before, colon, after = name.removeprefix("=").partition(":")
        name, head = before.strip(), method
        if colon:
            name, head = after.strip(), frozenset(_stems(before)) - {"exam", "test"}
            if not head and set(_stems(after)) <= TOO_LITTLE | self.site:
                name = f"{before} {after}".strip()
        words, bound = _without_number(self._spelling(name))
        core = tuple(dict.fromkeys(self._standing_for(words)))
        stems = tuple(one for one in core if one not in head)
        if not colon and (stems == core or not set(stems) - TOO_LITTLE):
            stems, head = core, frozenset()
        lower = tuple(word.lower for word in words if word.lower != "-")
        denies = target.state == "absent" and not TURNING.isdisjoint(lower)
        if (denies and not said) or not self._tells(stems, words, bound):
            return None  # a denial of a name is understood anyway
        alone = len(stems) == 1 and not head
        exact = word_for_word or _is_in_order(name, words, core, lower, alone=alone)
        rest = set(stems) - self.site - TOO_LITTLE - {"pain"}
        optional = frozenset(self.site & set(stems) if rest else ())
        about = self.about(target)
        return Pattern(
            name=name,
            stems=stems,
            core=tuple(one for one in stems if one not in optional),
            targets=(target,),
            about=about,
            optional=optional,
            head=head,
            sequence=lower if exact and bound is None else (),
            capital=name.isupper() and len(name) <= 5,
            bound=bound,
            said=said,
            implied=frozenset({target.id} if said else ()),
            stronger=not about.beyond.isdisjoint(lower),
        )

    def _spelling(self, name: str) -> list[Word]:
        """The words of a name, whose spelling is remembered to mend that of texts."""
        words = list(words_of_name(name))
        for word in words:
            if word.stems and len(word.lower) > 4:
                self._spellings.setdefault(word.lower, next(iter(word.stems)))
        return words

    def about(self, target: Target) -> About:
        """What holds for every name of a target."""
        if target not in self._abouts:
            label, states = self.knowledge.label(target.id), self.knowledge.states_of(target.id)
            words = label.casefold().split()
            finding = self.knowledge.findings.get(target.id)
            is_felt = finding is not None and not finding.method
            saying = self.knowledge.sayings.sayings.get(target.id)
            means = saying.present_means if saying is not None else ()
            found = self.knowledge.findings
            placed = [label, *(self.knowledge.label(one) for one in means if one in found)]
            self._abouts[target] = About(
                sites=SITE_STEMS.intersection(one for name in placed for one in _stems(name)),
                words=frozenset(_stems(label)),
                beyond=turns("degrees").difference(words) if is_felt else frozenset(),
                of_a_person=bool(states) and not any(state.below for state in states),
                lately=not {"active", "recent"}.isdisjoint(words),
                lasting=target.kind == "context" and not EARLIER.isdisjoint(words),
            )
        return self._abouts[target]

    def _tells(self, stems: tuple[str, ...], words: Sequence[Word], bound: Bound | None) -> bool:
        """Whether a name says enough to be looked for in running text."""
        if bound is not None:
            return True
        telling = [one for one in stems if one not in LIGHT_STEMS and one not in self.site]
        if not telling:
            return len(words) > 1 and bool(stems) and set(stems) - self.site != set()
        return len(telling) > 1 or len(telling[0]) > 1 or len(stems) > 1

    def _standing_for(self, words: Sequence[Word]) -> Iterator[str]:
        """Stems of a name, each turn of speech as what it stands for."""
        stems = tuple(one for word in words if not word.is_small for one in word.stems)
        at = 0
        while at < len(stems):
            for length in range(min(LONGEST_TURN, len(stems) - at), 0, -1):
                meant = self.same.get(stems[at : at + length])
                if meant is not None:
                    yield from meant
                    at += length
                    break
            else:
                yield stems[at]
                at += 1

    # a sentence read with it

    def readable(self, sentence: TextSentence) -> Readable:
        """The words of a sentence with what they stand for."""
        words = [self._mended(word) for word in sentence.words]
        words = [*_with_antecedent(words)]
        more = self._meant(words)
        words = [
            replace(word, stems=word.stems | more[word.index]) if word.index in more else word
            for word in words
        ]
        places: dict[str, list[int]] = defaultdict(list)
        for word in words:
            for one in word.stems:
                places[one].append(word.index)
        return Readable(tuple(words), {one: tuple(each) for one, each in places.items()})

    def _meant(self, words: Sequence[Word]) -> dict[int, set[str]]:
        """By place of a word the stems of what a turn of speech stands for."""
        telling = [
            word for word in words if word.stems and not word.is_small and word.lower not in SIDES
        ]
        more: dict[int, set[str]] = defaultdict(set)
        for at in range(len(telling)):
            for length in range(min(LONGEST_TURN, len(telling) - at), 0, -1):
                part = telling[at : at + length]
                meant = self.same.get(tuple(next(iter(word.stems)) for word in part), ())
                if part[-1].index - part[0].index < length + 3:
                    for place, one in enumerate(meant):
                        more[part[min(place, length - 1)].index].add(one)
        return more

    def _mended(self, word: Word) -> Word:
        """A word as one of the folder that it misspells: a letter too few, too many, or swapped."""
        if len(word.lower) < SHORTEST_MENDED or not word.lower.isalpha() or not word.stems:
            return word
        if word.is_light or not word.stems.isdisjoint(self.stems):
            return word
        with needing(NEEDED):
            from rapidfuzz.distance import OSA
        single = _single(word.lower)
        for spelling, meant in self._spelt.get(word.lower[0], ()):
            if abs(len(spelling) - len(word.lower)) > 1:
                continue
            if _single(spelling) == single:
                return replace(word, stems=frozenset({meant}))
            same_length = len(spelling) == len(word.lower)
            other_letters = same_length and sorted(spelling) != sorted(word.lower)
            if not other_letters and OSA.distance(spelling, word.lower, score_cutoff=1) == 1:
                return replace(word, stems=frozenset({meant}), mended=True)
        return word


def _with_antecedent(words: Sequence[Word]) -> Iterator[Word]:
    """Words, an ``it`` behind ``but`` as the part before it: the calf aches, but it is not red."""
    sites = {word.stems: word.index for word in reversed(words) if word.is_site}
    for word in words:
        contrasted = word.lower == "it" and words[word.index - 1].lower in CONTRASTS
        named = contrasted and len(sites) == 1 and min(sites.values()) < word.index
        yield replace(word, stems=next(iter(sites))) if named else word


def _two_sided(bounds: Iterable[tuple[Pattern, Bound]]) -> Iterator[tuple[str, str]]:
    """Ids and units of nodes that have a name with a bound for present, and one for absent."""
    states: dict[tuple[str, str], set[str]] = defaultdict(set)
    for pattern, bound in bounds:
        states[pattern.targets[0].id, bound.unit].add(pattern.targets[0].state)
    return (key for key, found in states.items() if {"present", "absent"} <= found)


def _bare_tests(patterns: Iterable[Pattern], tests: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Stems of names of tests that say nothing without a result: the folder has both."""
    by_target: dict[Target, set[frozenset[str]]] = defaultdict(set)
    tested = set(tests)
    for pattern in patterns:
        by_target[pattern.targets[0]].add(frozenset(pattern.stems))
    for pattern in patterns:
        target, stems = pattern.targets[0], frozenset(pattern.stems)
        results = RESULTS if target.id in tested else {"positiv"}
        if any(stems | {result} in by_target[target] for result in results - stems):
            yield pattern.stems


def _joined(patterns: Iterable[Pattern]) -> tuple[Pattern, ...]:
    """Patterns of the same words as one that says what all of them say."""
    made: dict[tuple[object, ...], Pattern] = {}
    for pattern in patterns:
        key = (
            *(pattern.stems, pattern.sequence, pattern.head, pattern.bound),
            *(pattern.past, pattern.perhaps, pattern.record),
        )
        before = made.get(key)
        if before is None:
            made[key] = pattern
            continue
        told = (*before.targets, *(() if pattern.record else pattern.targets))
        named = {one.id for one in before.targets} - before.implied
        named |= {one.id for one in pattern.targets} - pattern.implied
        made[key] = replace(
            before,
            targets=tuple(dict.fromkeys(told)),
            said=before.said and pattern.said,
            implied=(before.implied | pattern.implied) - named,
        )
    return tuple(made.values())


@cache
def _stems(name: str) -> tuple[str, ...]:
    """Stems of the words of a name that say something."""
    return tuple(one for word in words_of_name(name) if not word.is_small for one in word.stems)


def _without_number(words: list[Word]) -> tuple[list[Word], Bound | None]:
    """The words of a name without the number that it speaks of, and that number."""
    for at, word in enumerate(words):
        if word.lower not in turns("over") | turns("under"):
            continue
        after = at + 1 + (at + 1 < len(words) and words[at + 1].lower == "than")
        if after >= len(words):
            return words, None
        value, size, unit, end = number_at(words, after)
        if value is None or (not unit and not words[after].lower[:1].isdigit()):
            return words, None
        bound = Bound(word.lower in turns("over"), value * size, unit)
        return [*words[:at], *words[end + 1 :]], bound
    return words, None


def _is_in_order(
    name: str, words: Sequence[Word], core: tuple[str, ...], lower: Sequence[str], *, alone: bool
) -> bool:
    """Whether the words of a name have to follow each other: hyphens, a stem twice, a phrase."""
    twice = sum(len(word.stems) for word in words if not word.is_small) > len(core)
    phrase = alone and (len(lower) >= A_PHRASE or not PLACING.isdisjoint(lower))
    return twice or phrase or HYPHENATED.fullmatch(name) is not None


@lru_cache(maxsize=16384)
def _single(word: str) -> str:
    """A word with every doubled letter written once: ``swolen`` is a sure ``swollen``."""
    return "".join(one for one, before in zip(word, " " + word, strict=False) if one != before)
