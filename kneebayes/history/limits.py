"""What limits a denial, so that it is left open: none until today, none on Monday, but now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile

from kneebayes.history.english import ENDING, YEAR, turns
from kneebayes.history.line import NOTS, Cue, Line
from kneebayes.history.matching import Match
from kneebayes.history.words import Word

AT_FIRST = frozenset({"first", "initially", "originally"})
ITS = frozenset({"i", "it", "that", "there", "this"})  # in a sentence that goes on about the same
UP_TO_NOW = frozenset({"for", "in", "over", "since", "the", "these"})  # before "last week"
YEAS = frozenset({"yes", "yeah", "yep"})
PERSONS = frozenset({"he", "i", "she", "we", "you"})
ITS_ALL = frozenset({"all", "both", "it", "since", "that", "these", "they", "this", "which"})
AFTER_ALL = frozenset(
    {"after", "completely", "entirely", "fully", "now", "since", "with", "within"}
)
BY_NOW = turns("by_now")
AT = frozenset({"after", "at", "during", "if", "in", "on", "when", "while", "with"})
HAD = frozenset({"had", "was", "were"})
UNTIL = frozenset({"'til", "til", "till", "until"})
NOT_NOW = (["not", "now"], ["not", "any"], ["not", "anymore"], ["not", "this"], ["no"])
NOT_NOW_LENGTH = 3  # words: "not any more", "not this time"
RETRACTING = frozenset({"incorrect", "mistaken", "untrue", "wrong"})
SHORT = 2  # words that say something, of a clause that only takes up what was told before it
PARTING = ENDING | {",", "and", "but", "though", "although", "however", "while", "whereas"}
BACK = frozenset({"again", "back", "recurred", "returned", "returning", "worse"})
CLAUSES = PARTING | {"which", "that"}
Places = tuple[int, int]


def limited(line: Line, match: Match) -> Places | None:
    """The places of words that limit a denial of what was found; None where nothing does."""
    for cue in line.cues:
        apart = not match.used.issuperset(range(cue.first, cue.last + 1))
        if cue.does == "limit" and apart and _bounds(line, cue, match):
            return cue.first, cue.last
    for cue in line.cues_of(match, "perhaps"):
        if line.words[cue.last].lower in AT_FIRST and line.reaches(cue, match, listed=True):
            return cue.first, cue.last
    dated = _date(line, match)
    if dated is not None:
        return dated, dated
    return taken_up(line, match)


def taken_up(line: Line, match: Match) -> Places | None:
    """The places of words behind what was found that tell how it was later: ``but now I do``."""
    for clause in [*_clauses(line.words[match.last :])][1:]:
        led_on = line.after(clause[-1].index) == "however"  # "; there is however a fever"
        if not led_on and (_takes_up(line, clause) or _is_so_when(line, clause)):
            return clause[0].index, clause[-1].index
    if line.following is not None:
        clause = next(_clauses(line.following.words), ())
        goes_on = line.following.words[0].lower in PARTING  # "But since this morning 39."
        goes_on = goes_on or not ITS.isdisjoint(word.lower for word in clause)
        if (goes_on and _takes_up(line.following, clause)) or is_a_yes(line.following):
            return match.first, match.last
    return None


def gone_since(line: Line, match: Match) -> Places | None:
    """The places of words that say that all that was told has gone: ``; it has settled now``.

    Only a clause that names nothing itself says so; what it leaves open is looked at.
    """
    until = _until(line, match)
    if until is not None:
        return until
    for clause in [*_clauses(line.words[match.last :], CLAUSES)][1:]:
        if _is_not_now(line, clause):
            return clause[0].index, clause[-1].index
        found = _says_gone(line, clause)
        if found is not None and match.used.isdisjoint(range(found[0], found[1] + 1)):
            return found
    following = line.following
    if following is not None and not ITS_ALL.isdisjoint(word.lower for word in following.words[:3]):
        for clause in _clauses(following.words, CLAUSES):
            if _says_gone(following, clause) is not None or _was_then(clause):
                return match.first, match.last
            break
    return None


def _until(line: Line, match: Match) -> Places | None:
    """Where it is said until when it was so: ``had a fever until last week``."""
    for cue in line.cues:
        if cue.does == "limit" and line.words[cue.last].lower in UNTIL and cue.first > match.last:
            clause = [word.lower for word in line.between(cue, match)]
            had = {word.lower for word in line.words[: match.first]} & HAD
            if had and len(clause) <= SHORT and PARTING.isdisjoint(clause):
                return cue.first, cue.last
    return None


def _was_then(clause: Sequence[Word]) -> bool:
    """Whether a clause says that what was told before it is long ago: ``That was in 2009``."""
    said = [word.lower for word in clause]
    then = said[-2:] in (["years", "ago"], ["years", "back"], ["last", "year"])
    then = then or YEAR.fullmatch(said[-1]) is not None or "when" in said[1:3]
    return then and not {"happened", "was", "were"}.isdisjoint(said[:2])


def _is_not_now(line: Line, clause: Sequence[Word]) -> bool:
    """Whether a clause denies for now what was told before it: ``, not any more``, ``but no``."""
    before = line.words[clause[0].index - 1].lower
    short = len(clause) <= NOT_NOW_LENGTH and before in {",", ";", "but"}
    said = [word.lower for word in clause]
    return short and (said[:2] in NOT_NOW or said[-1] == "none")


def _says_gone(line: Line, clause: Sequence[Word]) -> Places | None:
    """Where a clause says that what was told before it has gone, and nothing else."""
    if not clause:
        return None
    first, last = clause[0].index, clause[-1].index
    for cue in line.cues:
        words = [word.lower for word in line.words[cue.first : cue.last + 1]]
        if cue.does != "earlier" or turns("gone").isdisjoint(words) or cue.first < first:
            continue
        before = line.words[first : cue.first]
        led_on = all(word.is_light or word.lower in ITS_ALL | AFTER_ALL for word in before)
        led_on = led_on or "it" in words  # "antibiotics fixed it"
        led_on = led_on and PERSONS.isdisjoint(word.lower for word in before)  # "I went down"
        behind = line.words[cue.last + 1 : cue.last + 2]
        ends = not behind or behind[0].lower in AFTER_ALL | BY_NOW or behind[0].lower in PARTING
        still = any(one.does == "plain" and one.covers(cue) for one in line.cues)
        back = any(word.lower in BACK for word in line.words[cue.last + 1 :])
        if cue.last <= last and led_on and ends and not (still or back):
            return cue.first, cue.last
    return None


def is_a_yes(line: Line | None) -> bool:
    """Whether a sentence takes back the one before it: ``Well, yes``."""
    if line is None or line.matches:
        return False
    said = [word.lower for word in line.words if word.lower[:1].isalpha()]
    return 1 < len(said) <= SHORT + 1 and said[-1] in YEAS


def _bounds(line: Line, cue: Cue, match: Match) -> bool:
    """Whether a limit is of the same denial: ``no fever, chills or rash until today``."""
    between = line.between(cue, match)
    item = takewhile(lambda word: word.lower not in PARTING, line.words[match.last + 1 :])
    ends = max((word.index for word in item), default=match.last)
    another = any(one.does == "deny" and ends < one.first < cue.first for one in line.cues)
    ever = line.words[cue.last].lower == "before" and line.after(cue.last) in {"", *PARTING}
    known = ever and match.pattern.about.lasting  # "no gout before"
    listed = match.pattern.targets[0].state == "present"
    stops = {";", "."} if listed else PARTING
    return not another and not known and not any(word.lower in stops for word in between)


def _date(line: Line, match: Match) -> int | None:
    """Where a clause says on which day before today a denial held."""
    words = line.words
    parting = PARTING | turns("splitting")
    for beside in (words[: match.first][::-1], words[match.last + 1 :]):
        for word in takewhile(lambda word: word.lower not in parting, beside):
            before = {one.lower for one in words[max(0, word.index - 2) : word.index]}
            dated = word.lower in turns("dates")
            dated = dated or (word.lower == "ago" and word.index > match.last)
            if dated and before.isdisjoint(UP_TO_NOW):
                return word.index
    return None


def _clauses(
    words: Sequence[Word], parting: frozenset[str] = PARTING
) -> Iterator[tuple[Word, ...]]:
    """Clauses of some words, the first of them cut."""
    pieces = groupby(words, key=lambda word: word.lower in parting)
    return (tuple(piece) for parting, piece in pieces if not parting)


def _is_so_when(line: Line, clause: Sequence[Word]) -> bool:
    """Whether a clause says when it is so after all: ``but is on walking``."""
    said = [word.lower for word in clause if word.lower not in PERSONS | {"it"}]
    first, last = clause[0].index, clause[-1].index
    contrast = not {"but", "though", "although"}.isdisjoint(line.before(first))
    known = any(
        first <= match.first <= last and match.pattern.targets[0].kind == "context"
        for match in line.matches
    )  # "but is on warfarin"
    so = said[:1] and said[0] in turns("taking_up") | {"am", "are"}
    return contrast and not known and bool(so) and said[1:2] != [] and said[1] in AT


def _takes_up(line: Line, clause: Sequence[Word]) -> bool:
    """Whether a clause names nothing, and so tells more of what was named: ``but now I do``."""
    if not (turns("no") | turns("gone") | NOTS).isdisjoint(word.lower for word in clause):
        return False  # "a rash then, now none"
    times = turns("later") | turns("dates") | {"since", "yes"}
    telling = [word for word in clause if not word.is_light and word.lower not in times]
    named = {
        at for match in line.matches if not match.pattern.about.of_a_person for at in match.used
    }
    if any(word.index in named or word.is_site for word in telling) or len(telling) > SHORT:
        return False
    if any(word.lower in turns("pains") | turns("hurting") for word in telling):
        return False  # "No fever. It hurts now."
    last = clause[-1].lower if clause else ""
    before = {word.lower for word in clause[:-1]}
    if last in RETRACTING and before <= ITS | turns("verbs") | {"which"}:
        return True
    later = any(word.lower in times - {"since", "yes"} for word in clause)
    return later or (last in turns("taking_up") and len(clause) > 1)
