"""What can be found in a text: every name of a knowledge folder as a pattern of words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from kneebayes.history.english import LIGHT, NUMBERS, turns
from kneebayes.history.quantities import number_at
from kneebayes.history.words import SITE_STEMS, Word, stem, words_of_name
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
UNTOLD = frozenset({"exam", "test"})
BY_HAND = frozenset({"", "history", "examination"})  # methods that a text need not name
A_PHRASE = 4  # words that say one thing together, though all but one are small
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
class Pattern:
    """A name as words that have to stand together.

    Attributes
    ----------
    name
        As written in the folder.
    stems
        Stems that have to be there.
    targets
        What it says.
    optional
        Stems that need not be there: the site of the complaint.
    head
        Stems of the test; one of them has to stand in the same sentence.
    sequence
        Words that have to follow each other; empty where their order does not matter.
    capital
        Whether it has to stand in capitals, as in ``ACL``.
    bound
        The number that it speaks of, if any.
    record
        Whether it is the bare name of a disease, which stands for a known diagnosis.
    perhaps
        Whether it is not to be trusted alone.
    past
        Whether it holds where the sentence speaks of long ago.
    sites
        Parts of the body that its node is about.
    said
        Whether it is a turn of speech and no name.
    implied
        Ids of nodes of which it is no name, only a turn of speech that implies them.
    stronger
        Whether it says more than the label of its node: to deny a high fever denies no fever.
    core
        Stems that are not optional.
    of_a_person
        Whether it says what somebody is, such as a woman.
    lately
        Whether its node is of late alone, such as recent surgery.
    lasting
        Whether its node is something known, which it stays, such as known gout.
    """

    name: str
    stems: tuple[str, ...]
    targets: tuple[Target, ...]
    optional: frozenset[str] = frozenset()
    head: frozenset[str] = frozenset()
    sequence: tuple[str, ...] = ()
    capital: bool = False
    bound: Bound | None = None
    record: bool = False
    perhaps: bool = False
    past: bool = False
    sites: frozenset[str] = frozenset()
    said: bool = False
    implied: frozenset[str] = frozenset()
    stronger: bool = False
    core: tuple[str, ...] = ()
    of_a_person: bool = False
    lately: bool = False
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class _About:
    """What all names of a target have in common.

    Attributes
    ----------
    sites
        Parts of the body that the label of its node speaks of.
    beyond
        Words of a degree that are not in its label: names with them say more.
    of_a_person
        Whether it says what somebody is.
    lately
        Whether its node is of late alone.
    lasting
        Whether its node is something known, which it stays: ``gout known``.
    """

    sites: frozenset[str]
    beyond: frozenset[str]
    of_a_person: bool
    lately: bool
    lasting: bool

    def is_stronger(self, words: Iterable[str]) -> bool:
        """Whether the words of a name say of which degree it is, and the label does not."""
        return not self.beyond.isdisjoint(words)


class Dictionary:
    """All that a knowledge folder can be told of, as patterns.

    Parameters
    ----------
    knowledge
        What the folder says.

    Attributes
    ----------
    patterns
        Every pattern, in the order of the folder.
    by_stem
        Patterns by the stem that is rarest among all of them.
    letters
        Shorthand in capitals that a text is rid of before it is cut into words: ``SOB``.
    same
        What turns of speech stand for: stems by stems.
    spellings
        Every word of a name as written, with its stem: what a misspelt word may be.
    spelt
        The same by their first letter.
    site
        Stems of the site of the complaint.
    bounds
        Patterns with a number.
    two_sided
        Ids and units of nodes that have names for either side, with something left open between.
    stems
        All stems of names and turns of speech.
    tests
        By id of a finding the test or examination that it is read from.
    bare
        Stems of names of tests that say nothing without a result.
    methods
        Stems of the names of tests.
    samples
        By kind of test the stems that name it; blood may be anywhere.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.same = {_stems(said): _stems(meant) for said, meant in knowledge.sayings.words.items()}
        self.letters = tuple(
            (said, meant)
            for said, meant in knowledge.sayings.words.items()
            if said.isalpha() and said.isupper()
        )
        called = (knowledge.complaint.label, *knowledge.complaint.aliases)
        self.site = SITE_STEMS.intersection(one for name in called for one in _stems(name))
        self.spellings: dict[str, str] = {}
        self._abouts: dict[Target, _About] = {}
        self.patterns = _joined(self._all())
        spelt: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for spelling, meant in self.spellings.items():
            spelt[spelling[0]].append((spelling, meant))
        self.spelt = dict(spelt)
        self.by_stem = self._indexed()
        self.bounds = tuple(pattern for pattern in self.patterns if pattern.bound is not None)
        self.two_sided = frozenset(_two_sided(self.bounds))
        self.stems = frozenset(
            one for stems in (*self.same, *(each.stems for each in self.patterns)) for one in stems
        )
        self.tests = {one.id: one.method for one in knowledge.findings.values() if one.method}
        self.bare = frozenset(_bare_tests(self.patterns, self.tests))
        self.methods = frozenset(
            one
            for id, method in knowledge.methods.items()
            for one in self._head(id)
            if len(_stems(method.label)) == 1  # "blood" and "pressure" have other meanings
        )
        self.samples = {
            id: frozenset(one for one in self._head(id) - {"blood"} if len(one) > 1)
            for id in knowledge.methods
            if id not in BY_HAND
        }

    def _indexed(self) -> dict[str, tuple[Pattern, ...]]:
        count: dict[str, int] = defaultdict(int)
        patterns = [pattern for pattern in self.patterns if pattern.bound is None]
        for pattern in patterns:
            for one in set(pattern.stems):
                count[one] += 1
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
            if id in knowledge.findings:
                kind, head = "finding", self._head(knowledge.findings[id].method)
            elif id in knowledge.contexts:
                kind, head = "context", frozenset[str]()
            else:
                continue
            states = (
                {state.id for state in knowledge.contexts[id].states} if kind == "context" else ()
            )
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
            for reading in _readings(name):
                made = self._pattern(reading, target, head, said=said)
                if made is not None:
                    yield made

    def _pattern(
        self, name: str, target: Target, method: frozenset[str], *, said: bool = False
    ) -> Pattern | None:
        word_for_word = name.startswith("=")
        before, colon, after = name.removeprefix("=").partition(":")
        name, head = before, method
        if colon:
            name, head = after, frozenset(_stems(before)) - UNTOLD
            if not head and set(_stems(after)) <= TOO_LITTLE | self.site:
                name = f"{before} {after}"
        words = list(_words(name.strip()))
        for word in words:
            if word.stems and len(word.lower) > 4:
                self.spellings.setdefault(word.lower, next(iter(word.stems)))
        words, bound = _without_number(words)
        core = tuple(dict.fromkeys(self._canonical(words)))
        stems = tuple(one for one in core if one not in head)
        if colon or (set(stems) - TOO_LITTLE and stems != core):
            needed = head
        else:
            stems, needed = core, frozenset[str]()
        if not self._tells(stems, words, bound):
            return None
        lower = [word.lower for word in words if word.lower != "-"]
        if target.state == "absent" and not TURNING.isdisjoint(lower) and not said:
            return None  # a denial of a name is understood anyway
        twice = len([one for word in words if not word.is_small for one in word.stems]) > len(core)
        exact = bound is None and (
            word_for_word
            or twice
            or HYPHENATED.fullmatch(name.strip()) is not None
            or (len(stems) == 1 and not needed and len(lower) >= A_PHRASE)
            or (len(stems) == 1 and not PLACING.isdisjoint(lower) and not needed)
        )
        rest = set(stems) - self.site
        optional = self.site & set(stems) if rest - TOO_LITTLE - {"pain"} else frozenset()
        about = self._about(target)
        return Pattern(
            name=name.strip(),
            stems=stems,
            targets=(target,),
            optional=frozenset(optional),
            core=tuple(one for one in stems if one not in optional),
            head=needed,
            sequence=tuple(lower) if exact else (),
            capital=name.strip().isupper() and len(name.strip()) <= 5,
            bound=bound,
            sites=about.sites,
            said=said,
            implied=frozenset({target.id} if said else ()),
            stronger=about.is_stronger(lower),
            of_a_person=about.of_a_person,
            lately=about.lately,
            lasting=about.lasting,
        )

    def _about(self, target: Target) -> _About:
        """What holds for every name of a target."""
        known = self._abouts.get(target)
        if known is None:
            known = self._abouts[target] = self._read_about(target)
        return known

    def _read_about(self, target: Target) -> _About:
        label = self.knowledge.label(target.id)
        words = label.casefold().split()
        is_felt = target.kind == "finding" and not self.knowledge.findings[target.id].method
        return _About(
            sites=frozenset(SITE_STEMS & set(_stems(label))),
            beyond=turns("degrees").difference(words) if is_felt else frozenset(),
            of_a_person=self._is_of_a_person(target),
            lately="recent" in words,
            lasting=target.kind == "context" and "known" in words,
        )

    def _is_of_a_person(self, target: Target) -> bool:
        """Whether a node says what somebody is: of several states, and none an age."""
        if target.kind != "context":
            return False
        states = self.knowledge.contexts[target.id].states
        return bool(states) and not any(state.below for state in states)

    def _tells(self, stems: tuple[str, ...], words: Sequence[Word], bound: Bound | None) -> bool:
        """Whether a name says enough to be looked for in running text."""
        if bound is not None:
            return True
        telling = [one for one in stems if one not in LIGHT_STEMS and one not in self.site]
        if not telling:
            return len(words) > 1 and bool(stems) and set(stems) - self.site != set()
        return len(telling) > 1 or len(telling[0]) > 1 or len(stems) > 1

    def _canonical(self, words: Sequence[Word]) -> list[str]:
        """Stems of a name, each turn of speech as what it stands for."""
        stems = [one for word in words if not word.is_small for one in word.stems]
        return list(self.standing_for(stems))

    def standing_for(self, stems: Sequence[str]) -> Iterator[str]:
        """The stems with each turn of speech as what it stands for."""
        at = 0
        while at < len(stems):
            for length in range(min(4, len(stems) - at), 0, -1):
                meant = self.same.get(tuple(stems[at : at + length]))
                if meant is not None:
                    yield from meant
                    at += length
                    break
            else:
                yield stems[at]
                at += 1


def _two_sided(patterns: Iterable[Pattern]) -> Iterator[tuple[str, str]]:
    """Ids and units of nodes that have a name with a bound for present, and one for absent."""
    states: dict[tuple[str, str], set[str]] = defaultdict(set)
    for pattern in patterns:
        unit = pattern.bound.unit if pattern.bound is not None else ""
        states[pattern.targets[0].id, unit].add(pattern.targets[0].state)
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


def _readings(name: str) -> list[str]:
    """A name, and the name without what stands in brackets or after a comma or slash."""
    plain, bracket, _ = name.partition("(")
    return [name.replace("(", " ").replace(")", " ")] if not bracket else [plain]


@cache
def _words(name: str) -> tuple[Word, ...]:
    """The words of a name: cut once, since most of the wait for a first history is for this."""
    return words_of_name(name)


@cache
def _stems(name: str) -> tuple[str, ...]:
    """Stems of the words of a name that say something."""
    return tuple(one for word in _words(name) if not word.is_small for one in word.stems)


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
