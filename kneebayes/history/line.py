"""A sentence with what was found in it, the words that turn meanings, and what it denies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from kneebayes.history.dictionary import Dictionary
from kneebayes.history.english import ABILITY, ENDING, NUMBERS, UNITS, turns
from kneebayes.history.matching import JOINING, Match
from kneebayes.history.words import TextSentence, Word, language

if TYPE_CHECKING:
    from spacy.matcher import PhraseMatcher

DATING = frozenset(
    {"by", "early", "from", "in", "last", "late", "mid", "of", "since", "till", "until"}
)
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
    "limit": "limiting",
    "looked up": "looking_up",
}
COUNTING = frozenset({"few", "several", "year", *NUMBERS})
DENYING = frozenset({"deny", "deny after"})
COVERING = frozenset({"plain", "perhaps", "perhaps after"})  # a denial within them is none
LONG = 4  # words of an item of a list that say something
ITEM = 3  # the same for an item that a word behind the list still bears on
MANY = 4  # items of a list of nouns that a denial reaches through, though nothing closes it
FEW = 2  # the same where somebody denies, so that the list is all that is said
NOUNS = 2  # words of each of them
TWICE = 2  # words that say something, between a denial and one that it denies
MINUS = frozenset({"-", "\u2212", "\u2013"})
LIMITING = frozenset({"at", "by", "during", "when", "while"})  # "not seen by", "absent at night"
NEARLY = frozenset({"barely", "hardly", "rarely", "scarcely", "seldom"})
NOTS = frozenset({"cannot", "n't", "never", "not"})
OBSERVERS = frozenset({"doctor", "gp", "nurse", "physician", "physio"})
PARTS = frozenset({"", ",", ";", ".", "and", "or"})
ANSWERED = PARTS | {"(", "/", "\u2013", "\u2014"}  # behind an answer

Denial = tuple[Literal["absent", "perhaps"], tuple[int, int]]


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
def _phrases() -> PhraseMatcher:
    """All turns of speech that change a meaning, whatever the case."""
    from spacy.matcher import PhraseMatcher

    matcher = PhraseMatcher(language().vocab, attr="LOWER")
    for does, name in KINDS.items():
        matcher.add(does, [language().make_doc(one) for one in turns(name)])
    return matcher


def cues_in(sentence: TextSentence, words: Sequence[Word]) -> tuple[Cue, ...]:
    """The words of a sentence that change a meaning; a denial within a set phrase is none."""
    does, start = language().vocab.strings, sentence.span.start
    found = _phrases()(sentence.span)
    cues = [Cue(does[match], first - start, end - 1 - start) for match, first, end in found]
    cues += _still_there(cues, words)
    set_phrases = [cue for cue in cues if cue.does in COVERING]
    denials = [cue for cue in cues if cue.does == "deny"]
    plain = [cue for cue in cues if cue.does == "plain"]
    kept = [
        cue
        for cue in cues
        if not (cue.does in DENYING | {"if"} and any(phrase.covers(cue) for phrase in set_phrases))
        and not (cue.does == "earlier" and any(one.covers(cue) for one in (*denials, *plain)))
        and not (cue.does == "earlier" and _is_lately(cue, words))
        and not (cue.does == "perhaps" and _is_a_month(cue, words))
        and not (cue.does in {"deny", "earlier"} and words[cue.first].is_within)
    ]
    kept += [Cue("deny", word.index, word.index) for word in words if _begins_item(word, words)]
    kept += [Cue("cannot", word.index, word.index) for word in words if ABILITY in word.stems]
    return tuple(sorted(kept, key=lambda cue: (cue.first, cue.last, cue.does)))


def _still_there(cues: Sequence[Cue], words: Sequence[Word]) -> list[Cue]:
    """What says that something has not gone, from its denial on: ``hasn't really gone away``."""
    gone = [
        cue
        for cue in cues
        if cue.does == "earlier"
        and not turns("gone").isdisjoint(word.lower for word in words[cue.first : cue.last + 1])
    ]
    return [
        Cue("plain", at, cue.last)
        for cue in gone
        for at in range(max(0, cue.first - 3), cue.first)
        if words[at].lower in NOTS and not heavy(words[at + 1 : cue.first])
    ]


def _begins_item(word: Word, words: Sequence[Word]) -> bool:
    """Whether a ``negative`` begins an item, and so denies what follows: ``-ve fever``."""
    before, behind = words[: word.index][-1:], words[word.index + 1 :][:1]
    starts = not before or before[0].lower in ENDING | JOINING
    goes_on = bool(behind and behind[0].stems) and behind[0].lower != "for"
    return word.lower == "negative" and starts and goes_on


def _is_a_month(cue: Cue, words: Sequence[Word]) -> bool:
    """Whether a ``May`` is the month: ``since May``, ``May 2019``."""
    word = words[cue.first]
    beside = [one.lower for one in (*words[: cue.first][-1:], *words[cue.last + 1 :][:1])]
    dated = not DATING.isdisjoint(beside[:1]) or any(one[:1].isdigit() for one in beside)
    return word.text == "May" and cue.first == cue.last and dated


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
    following: Line | None = None  # the sentence behind it
    theirs: int | None = None  # where a pronoun says that it is about somebody else
    own: bool = False  # whether the patient tells it, so that he and she are others

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
    before = ""
    for word in words:
        if word.lower in ENDING or word.lower in turns("splitting"):
            return True
        if before == "," and word.lower == "just":
            return True  # "no real swelling, just a lump"
        before = word.lower
    return False


def heavy(words: Iterable[Word]) -> list[Word]:
    """The words that say something."""
    return [word for word in words if not word.is_light]


# whether it denies what it names, and how surely


def denied(line: Line, match: Match) -> Denial | None:
    """Whether what was found is denied, with the places of the words that do so."""
    before = _before(line, match)
    if before is not None and _freed(line, match.last + 1) is not None:
        return "perhaps", before[1]  # "not swelling-free"
    if before is not None and before[0] == "absent":
        return before
    behind = _behind(line, match)
    if before is None or behind is None:
        return before or behind
    normal = line.words[behind[1][0]].lower in turns("normal")
    listed = any(word.lower == "," for word in line.words[before[1][1] : match.first])
    return behind if normal or listed else before  # "no effusion, Lachman negative"


# by a word before it


def _before(line: Line, match: Match) -> Denial | None:
    for cue in line.cues:
        if cue.does == "deny" and cue.first == match.first:  # it brings its own denial
            twice = _denied_itself(line, cue, match)
            return None if twice is None else ("perhaps", (twice, cue.last))
    begins = match.begins(line.words)
    for at in sorted(match.used):
        bound = [] if {at - 1, at - 2} & match.used else line.before(at)
        if bound[-1:] == ["non"] or bound[-2:] == ["non", "-"]:  # "non-tender" denies no more
            return "absent", (at - len(bound[-2:]) + (bound[-1] == "non"), at - 1)
    for cue in reversed(tuple(line.cues_of(match, "deny", "cannot"))):
        if cue.last < begins and not _answers(line, cue):
            found = _reach(line, cue, match)
            if found is not None:
                surely = found == "absent" and cue.does == "deny"
                surely = surely and not _is_stronger(line, cue, match)
                surely = surely and not _is_of_a_test(line, cue, begins)
                twice = _denied_itself(line, cue, match)
                surely = surely and twice is None
                return ("absent" if surely else "perhaps"), (twice or cue.first, cue.last)
    return None


def _answers(line: Line, cue: Cue) -> bool:
    """Whether a denial only answers what stands before it: ``fever no, redness yes``."""
    return line.words[cue.last].lower in turns("no") and line.after(cue.last) in ANSWERED


def _is_of_a_test(line: Line, cue: Cue, begins: int) -> bool:
    """Whether a ``negative`` is of what stands right behind it: ``negative troponin, fever``."""
    alone = cue.first == cue.last and line.words[cue.first].lower == "negative"
    told_for = line.after(cue.last) == "for"
    return alone and not told_for and bool(heavy(line.words[cue.last + 1 : begins]))


def _is_stronger(line: Line, cue: Cue, match: Match) -> bool:
    """Whether only a degree is denied: ``no high fever`` leaves a mild one open."""
    worse = line.words[match.last + 1 : match.last + 3]
    as_bad = len(worse) == 2 and worse[0].lower in {"as", "like", "so", "that", "this"}
    as_bad = as_bad and worse[1].lower in turns("degrees") | {"before", "this", "that"}
    before = {word.lower for word in line.words[cue.last + 1 : match.last]}
    if match.pattern.stronger or as_bad or not before.isdisjoint({"so", "such", "this"}):
        return True  # "I have never been so short of breath"
    target = match.pattern.targets[0]
    symptom = target.kind == "finding" and not line.dictionary.tests.get(target.id, "")
    degree = line.words[match.first - 1].lower in turns("degrees")
    return symptom and degree and cue.last < match.first - 1


def _denied_itself(line: Line, cue: Cue, match: Match) -> int | None:
    """Where a denial begins that denies another: ``it is not true that there is no fever``."""
    if line.words[cue.first].lower in OR:
        return None  # "no fever nor redness"
    for other in line.cues_of(match, "deny", "cannot", "perhaps"):
        nearly = line.words[other.first].lower in NOTS | NEARLY  # "hardly ever without"
        if other.last < cue.first and (nearly or other.does != "perhaps"):
            between = line.words[other.last + 1 : cue.first]
            apart = any(word.lower in ENDING | JOINING for word in between)
            if not apart and len(heavy(between)) <= TWICE:
                return other.first
    return None


def _reach(line: Line, cue: Cue, match: Match) -> Literal["absent", "perhaps"] | None:
    """Whether a denial reaches as far as what was found, and how surely."""
    between = line.words[cue.last + 1 : match.begins(line.words)]
    if between and between[0].lower in turns("times"):
        between = between[1:]  # "nor when I walk", "not after sport"
    if ended(between):
        return None
    if not any(word.lower in JOINING for word in between):
        return _reach_alone(line, cue, match, between)
    return _reach_in_list(line, cue, match, between)


def _reach_alone(
    line: Line, cue: Cue, match: Match, between: Sequence[Word]
) -> Literal["absent", "perhaps"] | None:
    """The same where no list is between: ``no sign of a swelling``."""
    telling = heavy(between)
    articled = {word.lower: line.after(word.index) for word in telling}
    articled = {lower: after for lower, after in articled.items() if after in {"a", "an", "the"}}
    if len(telling) > FAR or articled.keys() - turns("noticing"):
        return None  # "without an injury the knee swelled" denies the injury alone
    if "the" in articled.values():
        return "perhaps"  # who did not notice the swelling may have one
    led_on = telling and any(
        word.index > telling[0].index and word.lower in turns("elsewhere") | {"for"}
        for word in between
    )
    return "perhaps" if led_on or _is_of_another(line, cue, match, telling) else "absent"


def _is_of_another(line: Line, cue: Cue, match: Match, telling: Sequence[Word]) -> bool:
    """Whether it is another thing that is denied: ``no cause of``, ``did not treat``."""
    for other in line.matches:
        if cue.first <= other.first and other.last < match.first:
            return True  # "no trauma, hot knee" with the comma forgotten
    if not telling:
        return False
    if line.words[cue.last].lower in NOTS:
        overlooked = telling[0].lower in {"notice", "noticed", "saw", "see"}
        if overlooked and not OBSERVERS.isdisjoint(line.before(cue.first)):
            return True  # "the doctor did not see redness"
        sayings = ("noticing", "signs", "attributes", "degrees")
        said = any(telling[0].lower in turns(one) for one in sayings)
        return not said and telling[0].index not in line.named
    of = any(word.lower in {"of", "to"} for word in line.words[telling[0].index : match.first])
    nouns = [word.lower for word in telling if not word.is_site]
    return of and bool(nouns) and nouns[-1] not in turns("signs")


def _reach_in_list(
    line: Line, cue: Cue, match: Match, between: Sequence[Word]
) -> Literal["absent", "perhaps"] | None:
    """The same in a list: ``no fever, chills or weight loss`` denies all three."""
    names = [one for one in line.matches if cue.last < one.first and one.last < match.first]
    again = any(one.pattern.stems == match.pattern.stems for one in names)
    if again or any(len(piece) > LONG for piece in _pieces(between)[:-1]):
        return None  # "no rash on the left, a rash on the right"
    if any(word.lower[:1].isdigit() for word in between):
        return None  # "no effusion, ROM 0-135, crepitus"
    marks = [word for word in between if word.lower in JOINING]
    word = line.words[cue.first].lower
    closing = _closing(line, match, marks, again=word in turns("denying_lists"))
    if closing == "or":
        return "absent"
    following = [line.after(mark.index) for mark in marks]
    if cue.does == "cannot" or not _goes_on(line, cue, match, following):
        return None  # "no fever, worse with activity and at night", "no fever, red and warm"
    every = closing == "and" and word in turns("denying_lists")
    many = FEW if word in turns("denying") else MANY
    if every or (not closing and _is_bare_list(line, cue, many)):
        return "absent"
    return "perhaps" if closing == "and" or _may_go_on(line, cue, match) else None


def _goes_on(line: Line, cue: Cue, match: Match, following: Sequence[str]) -> bool:
    """Whether a list may go on as it began: with nouns behind ``no``, adjectives behind ``not``."""
    if any(word in turns("starting") | turns("elsewhere") for word in following):
        return False
    if line.words[cue.last].lower in NOTS:
        item, sound = line.words[match.first], match.pattern.targets[0].state == "absent"
        return not sound and (describes(item) or item.lower.endswith("ing"))
    sound = match.pattern.targets[0].state == "absent" and match.pattern.said
    return not sound and not any(word in turns("describing") for word in following)


def _is_bare_list(line: Line, cue: Cue, many: int) -> bool:
    """Whether a denial leads a list of many bare nouns: ``no injury, locking, fever, chills``."""
    items: list[list[Word]] = [[]]
    for word in line.words[cue.last + 1 :]:
        if ended([word]):
            break
        if word.lower == ",":
            items.append([])
        elif word.lower != "of":  # "shortness of breath"
            items[-1].append(word)
    most = NOUNS + (many == FEW)
    bare = all(
        item and len(item) <= most and not any(word.is_small or describes(word) for word in item)
        for item in items
    )
    return bare and len(items) >= many


def describes(word: Word) -> bool:
    """Whether a word looks like an adjective or a verb, and so like no thing of its own."""
    looks = word.lower
    if looks in turns("describing"):
        return True
    if looks.endswith("ing"):
        return looks not in turns("happenings")
    noun = looks.endswith(
        ("ity", "ury", "omy", "emy", "phy", "ery", "ory", "psy", "apy", "way", "rgy", "ody")
    )
    return looks.endswith(("en", "ed", "ful", "y")) and not noun


def _closing(line: Line, match: Match, marks: Sequence[Word], *, again: bool) -> str:
    """The word that closes a list: ``or``, ``and`` or nothing.

    ``marks`` are commas and joining words before the item; ``again`` says that a list may go on
    behind an item that closed it: ``denied heat or redness, back pain, recent fever or illness``.
    """
    last_or = max((word.index for word in marks if word.lower in OR), default=-1)
    later = {word.lower for word in marks if word.index > last_or}
    if last_or >= 0 and not (again and "," in later):
        return "or" if not later else "and" if later <= AND else ""
    if last_or < 0 and later & AND:
        return "and"
    length = 0
    for word in line.words[match.begins(line.words) + 1 :]:
        length = 0 if word.lower == "," else length + (not word.is_light)
        if word.lower in OR | AND and length <= LONG:
            return "or" if word.lower in OR else "and"
        if ended([word]) or length > LONG:
            break
    return ""


def _may_go_on(line: Line, cue: Cue, match: Match) -> bool:
    """Whether an item behind a comma, with no ``or`` to come, may still be denied.

    It may in ``no fever, redness``; not in ``no fever, swollen`` or ``no fever, full motion``.
    """
    words = line.words
    if words[cue.last].lower in NOTS:
        return True
    if match.first == 0 or words[match.first - 1].lower != ",":
        return False
    sound = match.pattern.targets[0].state == "absent"
    item = [word for word in words[match.first : match.last + 1] if word.lower != "of"]
    return len(item) <= NOUNS and not sound and not describes(item[0])


def _pieces(words: Sequence[Word]) -> list[list[Word]]:
    """The items of a list: of each the words that say something."""
    pieces: list[list[Word]] = [[]]
    for word in words:
        if word.lower in JOINING:
            pieces.append([])
        elif not word.is_light:
            pieces[-1].append(word)
    return pieces


# by a word behind it


def _are_all_said(line: Line, match: Match, at: int) -> bool:
    """Whether a whole list is denied by its verb: ``fever, rash and weight loss were denied``."""
    if not {word.lower for word in line.words[at - 1 : at + 2]} & {"are", "have", "were"}:
        return False
    for word in reversed(line.words[: match.last]):
        if word.lower in ENDING:
            break
        if word.lower in turns("verbs") | turns("haves"):
            return False  # "I had pain, fever and rash were absent"
    return not describes(line.words[match.first])


def _behind(line: Line, match: Match) -> Denial | None:
    tested = bool(line.dictionary.tests.get(match.pattern.targets[0].id, ""))
    freed = _freed(line, match.last + 1)
    if freed is not None:
        return freed
    for at in range(match.last + 1, len(line.words)):
        lower = line.words[at].lower
        if lower in ENDING | turns("splitting") | turns("yes"):
            break
        cue = next(
            (one for one in line.cues if one.first == at and _denies_behind(line, one)), None
        )
        if cue is None and not (tested and lower in turns("sound")):
            if _is_normal(line, match, at):
                return "absent", (at, at)
            continue
        if _bears_on(line, match, at, tested=tested):
            near = (
                one for one in line.cues if one.does == "deny after" and one.first in (at, at + 1)
            )
            last = max((one.last for one in near), default=at)
            twice = _denied_behind(line, at, last)
            goes_on = line.words[last].lower in NOTS and heavy(line.words[last + 1 : last + 2])
            nameless = line.words[last].lower in turns("no") and last + 1 in line.named
            unsure = twice or goes_on or nameless or line.after(last) in LIMITING
            return ("perhaps" if unsure else "absent"), (at, max(last, twice))
    return _sound_before(line, match) if tested else None


def _denies_behind(line: Line, cue: Cue) -> bool:
    """Whether a cue denies what stands before it: ``fever I do not have``."""
    words = {word.lower for word in line.words[cue.first : cue.last + 1]}
    had = not turns("haves").isdisjoint(words)
    return cue.does == "deny after" and not (had and line.after(cue.last) not in PARTS | {"but"})


def _is_normal(line: Line, match: Match, at: int) -> bool:
    """Whether what was found is said to be normal: ``other joints are normal``."""
    if line.words[at].lower not in turns("normal") or match.pattern.targets[0].kind != "finding":
        return False
    between = line.words[match.last + 1 : at]
    joined = all(word.lower in turns("verbs") for word in between)
    return joined and line.after(at) in PARTS | {"but", ")"}


def _denied_behind(line: Line, first: int, last: int) -> int:
    """Where another denial bears on one: ``was not absent``, ``is not denied``; 0 where none."""
    if not (NOTS | NEARLY).isdisjoint(line.before(first)):
        return last
    following = next((cue for cue in line.cues if cue.first == last + 1), None)
    return following.last if following is not None and following.does in DENYING else 0


def _freed(line: Line, at: int) -> Denial | None:
    """Whether what was found is said to be gone by ``free`` right behind it: ``swelling-free``."""
    free = at + (at < len(line.words) and line.words[at].lower == "-")
    if free < len(line.words) and line.words[free].lower == "free" and line.after(free) in PARTS:
        return "absent", (free, free)
    return None


def _sound_before(line: Line, match: Match) -> Denial | None:
    """Whether a result is denied by a word before it: ``normal Lachman test``."""
    for word in reversed(line.words[max(match.first - 2, 0) : match.first]):
        if word.lower in ENDING | turns("splitting") | {","}:
            break
        if word.lower in turns("sound") | {"negative"}:
            return "absent", (word.index, word.index)
    return None


def _bears_on(line: Line, match: Match, at: int, *, tested: bool) -> bool:
    """Whether a word behind what was found still speaks of it."""
    between = line.words[match.last + 1 : at]
    pieces = _pieces(between)
    if any(len(piece) > ITEM for piece in pieces):
        return False
    marks = [word.lower for word in between if word.lower in JOINING]
    if marks and any(line.words[one].lower in turns("affirming") for one in match.used):
        return False  # "Lachman positive, varus/valgus stable" has its own result
    if marks and match.pattern.said and match.pattern.targets[0].state == "absent":
        return False  # "knee stable, no effusion, Lachman negative"
    if not marks:
        return len(pieces[0]) < ITEM
    if _are_all_said(line, match, at):
        return True
    joined = marks[-1] in (AND | OR if tested else OR)
    return joined and (tested or "," not in marks)
