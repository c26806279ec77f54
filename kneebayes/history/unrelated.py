"""What is named in a sentence and is no sign: looked up, of a room, taken for a time, not borne."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import Literal

from kneebayes.history.english import ENDING, UNITS, turns
from kneebayes.history.line import Line
from kneebayes.history.matching import JOINING, Match
from kneebayes.history.words import Word, around

Unrelated = tuple[Literal["perhaps", "past"], tuple[int, int]]

CONTRASTS = frozenset({"but", "while", "whereas", "although"})
LEADING_ON = frozenset({":", "(", ")", "-", "\u2013", "\u2014"})  # from a disease to its signs
ONESELF = frozenset({"i", "he", "she", "my", "mine", "we", "our"})
PERSONS = frozenset({"i", "he", "she", "we", "you"})
TOUCH = "touch"  # what is warm where it is touched, or at a part of the body, is so there
NEAR = 5  # words
WITHIN = frozenset({"at", "in", "inside", "near", "on", "under"})
SO_FAR = frozenset({"already", "currently", "far", "now", "still"})
TAKING = frozenset({"completed", "finished", "took"})
TREATED = TAKING | {"given", "had", "received", "treated"}
NOT = frozenset({"n't", "not"})
BEING = frozenset({"be", "have"})
ALLERGIES = ("allerg", "intoleran", "anaphyla")


def looked_up(line: Line, match: Match) -> Unrelated | None:
    """Left open: what somebody only read of: ``I googled DVT: calf swelling, fever``."""
    for cue in line.cues:
        before = cue.first <= match.first and cue.last < match.last
        if cue.does == "looked up" and before:
            following = line.words[cue.last + 1 : match.last + 1]
            if not _is_of_oneself(following):
                return "perhaps", (cue.first, cue.last)
    return None


def _is_of_oneself(words: Sequence[Word]) -> bool:
    """Whether words go on to what somebody has: ``read about DVT, and the calf is swollen``."""
    anew = turns("starting") - {"a", "an", "it"}
    parting = (ENDING - LEADING_ON) | CONTRASTS | turns("splitting") | ONESELF
    return any(word.lower in parting for word in words) or any(
        before.lower in JOINING | LEADING_ON and word.lower in anew
        for before, word in pairwise(words)
    )


def warm_all_over(line: Line, match: Match) -> Unrelated | None:
    """Left open: a warmth of the whole body or of a room: ``I feel hot``, ``warm in here``."""
    words, felt, stems = line.words, turns("of_warmth"), set(match.pattern.stems)
    if not felt & stems <= stems <= felt | {"feel"}:
        return None
    at, said = match.first - 1, len(match.used) > 1
    while at >= 0 and words[at].lower in turns("being_warm"):
        said, at = True, at - 1
    subject = words[at].lower if at >= 0 and said else ""
    clause = takewhile(
        lambda word: word.lower not in JOINING | ENDING, words[match.last + 1 : match.last + NEAR]
    )
    behind = [TOUCH if word.is_site else word.lower for word in clause]
    weather = subject == "it" and at > 0 and words[at - 1].lower in {"if", "when", "whenever"}
    weather = weather and line.after(match.last) not in turns("placing")  # "to touch"
    if weather or (subject in PERSONS and TOUCH not in behind):
        return "perhaps", (at, at)
    led_on = behind[:1] and behind[0] in WITHIN and not turns("surroundings").isdisjoint(behind[:3])
    if subject in turns("surroundings") | turns("things") or led_on or behind[:1] == ["outside"]:
        return "perhaps", (match.first, match.last)
    return None


def scored_since(line: Line, match: Match) -> Unrelated | None:
    """Left open: a score where another is the one now: ``2 out of 10 now, 9 out of 10 then``."""
    numbers = [word.index for word in line.words if word.lower[:1].isdigit()]
    for word in line.words if not match.used.isdisjoint(numbers) else ():
        if word.lower in {"now", "today", "currently"}:
            nearest = min(numbers, key=lambda at: abs(at - word.index))
            if nearest not in match.used and abs(nearest - word.index) <= NEAR:
                return "perhaps", (word.index, word.index)
    return None


def scan_of_another(line: Line, match: Match) -> Unrelated | None:
    """Left open: a test of a part far from the complaint: ``the chest X-ray was fine``."""
    if match.pattern.about.sites:
        return None
    near = around(line.dictionary.site)
    for place, word in reversed([*pairwise(line.words[: match.last + 1])]):
        if not word.stems.isdisjoint(match.pattern.head) and place.lower != "-":
            elsewhere = place.is_site and place.stems.isdisjoint(near)
            return ("perhaps", (place.index, word.index)) if elsewhere else None
    return None


def taken_then(line: Line, match: Match) -> Unrelated | None:
    """Left open: a medicine that was taken for a time: ``took rivaroxaban for six months``."""
    if match.pattern.targets[0].kind != "context" or match.pattern.about.of_a_person:
        return None
    named = min((at for at in match.used if not line.words[at].is_light), default=match.first)
    before = [word.lower for word in line.words[max(0, named - 4) : named]]
    taken = not TAKING.isdisjoint(before)
    taken = taken or before[-2:] in (["was", "on"], ["were", "on"], ["was", "taking"])
    taken = taken or before[-3:] == ["had", "been", "on"]
    behind = line.words[match.last + 1 :]
    first = next((word for word in behind if not word.is_light or word.lower == "for"), None)
    timed = first is not None and first.lower in {"for", "till", "until"}
    off = before[-1:] == ["off"]
    if off or (taken and timed) or _is_of_a_time(line, named, behind):
        return "past", (named - 1, named - 1)
    return None


def _is_of_a_time(line: Line, named: int, behind: Sequence[Word]) -> bool:
    """Whether a treatment lasted so long and is over: ``treated 6 months (with) warfarin``."""
    words = line.words
    start = max((at + 1 for at in range(named) if words[at].lower in ENDING | {","}), default=0)
    before = [word.lower for word in words[start:named]]
    treated = max((at for at, one in enumerate(before) if one in TREATED), default=-1)
    goes_on = not {"has", "have", "'s", "'ve", "is", "are", "being"}.isdisjoint(before[:treated])
    after = [word.lower for word in behind[:4]]
    if treated < 0 or goes_on or not SO_FAR.isdisjoint(word.lower for word in behind):
        return False
    span = before[-3:] if before[-1:] in (["of"], ["with"], ["on"]) else before[-2:]
    return _has_a_time(span) or (after[:1] == ["for"] and _has_a_time(after))


def _has_a_time(words: Sequence[str]) -> bool:
    return any(UNITS.get(word, ("", 0.0))[0] == "time" for word in words)


def of_an_allergy(line: Line, match: Match) -> Unrelated | None:
    """Left open: a medicine not taken, and what it did: ``allergic to penicillin (rash)``."""
    for word in line.words[: match.first]:
        if not word.lower.startswith(ALLERGIES) or word.index in match.used:
            continue
        between = line.words[word.index + 1 : match.first]
        anew = any(
            before.lower in JOINING and (one.is_site or one.lower in turns("starting"))
            for before, one in pairwise(line.words[word.index + 1 : match.last + 1])
        )
        denied_itself = any(cue.does == "deny" and cue.last < word.index for cue in line.cues)
        if not (
            anew or denied_itself or any(one.lower in CONTRASTS | {";", "."} for one in between)
        ):
            return "perhaps", (word.index, word.index)
    return None


def only_would_be(line: Line, match: Match) -> Unrelated | None:
    """Left open: what would or might be: ``fever would need a scan``, ``redness may follow``."""
    for word in line.words[match.last + 1 :]:
        if word.lower in ENDING | CONTRASTS:
            break
        beside = word.index == match.last + 1 and line.after(word.index) not in NOT
        would = word.lower in {"should", "would"} and line.after(word.index) in BEING
        if would or (beside and word.lower in {"may", "might", "should", "would"}):
            return "perhaps", (word.index, word.index)
    return None


UNRELATED = (
    looked_up,
    of_an_allergy,
    warm_all_over,
    scored_since,
    scan_of_another,
    only_would_be,
)
