"""What a sentence makes of what it names: there, not there, perhaps, long ago, somebody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from kneebayes.history.answered import answered
from kneebayes.history.dictionary import BY_HAND, SIDES
from kneebayes.history.english import ENDING, SITES, UNITS, YEAR, turns
from kneebayes.history.limits import AT_FIRST, gone_since, limited, taken_up
from kneebayes.history.line import AND, Cue, Line, denied, describes, ended
from kneebayes.history.matching import Match
from kneebayes.history.record import Status
from kneebayes.history.unrelated import UNRELATED, taken_then
from kneebayes.history.words import Word, around, number_at, stem, stems_of

NEAR = 4  # words
CLAUSE = 8  # words that a turn such as "years ago" bears on, before it or behind it
LEADING_ON = frozenset({"with", "presenting", "presents", "has", "have", "had", "is", "was"})
BEFORE = frozenset({"perhaps", "if"})
CONTRASTS = frozenset({"but", "while", "whereas", "although"})
LISTING = frozenset({"and", "or", ",", "/", "&"})
OF_A_PART = frozenset(
    {"a", "an", "at", "her", "his", "in", "left", "my", "of", "on", "right", "the"}
)
COMPARING = frozenset({"compared", "from", "like", "than", "to", "unlike", "with"})
PARTING = frozenset({";", ".", "(", ")"})
FINDING = frozenset({"has", "is", "was"})  # "there is a", "the knee has a"
STOPS = frozenset({"", ",", ";", ".", "and", "but"})
RECENT = 6.0  # months: what happened so long ago is the injury that the history is about
NO_MORE = frozenset({"nobody", "nothing"})  # "nobody near me, and the knee gave way"
OF_ONE = frozenset({"diagnosed", "mistaken", "taken", "treated"})  # as or for one thing
PAINS = stems_of("pains")
SOUGHT = frozenset({"exclude", "rule"})  # "ruled out" is a result, "to rule out" is none
LASTING = frozenset(map(stem, ("diagnosed", "quit", "told")))
FORMER = frozenset({"former", "ex"})  # who was an athlete is none now
PRONOUNS = frozenset({"i", "it", "he", "she", "they"})
SPEAKING = PRONOUNS | SITES
CLAUSES = ENDING | CONTRASTS | {",", "and", "with"}
BEGUN = frozenset({"appeared", "began", "begun", "first", "noticed", "since", "started"})

PATIENT = frozenset({"i", "he", "she", "my", "patient"})


@dataclass(frozen=True, slots=True)
class Bearing:
    """What a sentence makes of something named in it, and the places of the words that do so."""

    status: Status
    because: tuple[int, int] | None = None


def bearing_of(line: Line, match: Match) -> Bearing:
    """What a sentence makes of one of the things found in it; a limited denial leaves it open."""
    bearing = _bearing_of(line, match)
    turned = {"present": "absent", "absent": "present"}.get(bearing.status)
    findings = line.dictionary.knowledge.findings
    denies = any(
        target.state == turned and not (target.id in findings and findings[target.id].states)
        for target in match.pattern.targets
    )
    limits = limited(line, match) if denies else None
    finding = match.pattern.targets[0].kind == "finding"
    if finding and not denies and bearing.status == "present":
        limits = gone_since(line, match)
    if bearing.status in {"other", "past"} and bearing.because is not None:
        limits = taken_up(line, match)
    if bearing.status == "past" and bearing.because is not None and limits is None:
        limits = _denied_besides(line, match, bearing.because)
    return bearing if limits is None else Bearing("perhaps", limits)


def _denied_besides(line: Line, match: Match, places: tuple[int, int]) -> tuple[int, int] | None:
    """Where what is said to be past is denied as well: ``no longer free of fever``."""
    denial = denied(line, match)
    apart = denial is not None and (denial[1][1] < places[0] or places[1] < denial[1][0])
    return denial[1] if denial is not None and apart else None


def _bearing_of(line: Line, match: Match) -> Bearing:
    for found in (
        _of_a_background(line, match),
        _of_others(line, match),
        _unrelated(line, match),
        _of_another_part(line, match),
        _of_a_result(line, match),
        _of_less(line, match),
        _of_another_trouble(line, match),
        _of_another_size(line, match),
        _answered(line, match),
        _left_open(line, match),
        _past(line, match),
        _then(line, match),
    ):
        if found is not None:
            return found
    denial = denied(line, match)
    if denial is not None:
        status, because = denial
        return Bearing("perhaps" if _is_of_another(line, match) else status, because)
    bare = match.pattern.stems in line.dictionary.bare and not _affirmed(line, match)
    unhad = match.pattern.record and not _had(line, match)
    any_at_all = "any" in line.before(match.first)
    if bare or unhad or any_at_all or _is_of_another(line, match):
        return Bearing("perhaps", (match.first, match.last))
    return Bearing("present")


def _of_a_background(line: Line, match: Match) -> Bearing | None:
    """Left open: how long something else has lasted: ``diabetic for years, now a hot knee``."""
    lasting = line.dictionary.lasting
    if not any(one.id in lasting or one.state != "present" for one in match.pattern.targets):
        return None
    for one in line.matches:
        long = any(each.id in lasting and each.state == "present" for each in one.pattern.targets)
        if long and match.used <= one.used and is_of_a_background(line, one.first, one.last):
            return Bearing("perhaps", (one.first, one.last))
    return None


def is_of_a_background(line: Line, first: int, last: int) -> bool:
    """Whether a time is said of anything but the trouble: of smoking, of a marriage."""
    words = line.words
    starts = (word.index + 1 for word in words[:first] if word.lower in CLAUSES)
    stops = (word.index for word in words[last + 1 :] if word.lower in CLAUSES)
    start, stop = max(starts, default=0), min(stops, default=len(words))
    own = frozenset(range(first, last + 1))
    behind = [_spoken_of(line, word, own) for word in words[last + 1 : stop]]
    if (
        start == first and first and words[first - 1].lower == "," and not any(behind)
    ):  # "Knee pain, for years"
        start = max(
            (one.index + 1 for one in words[: first - 1] if one.lower in CLAUSES), default=0
        )
    for beside in (words[first : last + 1], words[start:first][::-1], words[last + 1 : stop]):
        kinds = [_spoken_of(line, word, own) for word in beside]
        known = next((kind for kind in kinds if kind in {"trouble", "background"}), "")
        if known or ("unknown" in kinds and beside != words[first : last + 1]):
            return known != "trouble"
    return False


def _spoken_of(line: Line, word: Word, time: frozenset[int]) -> str:
    """What a word beside a time speaks of: trouble, background, something unknown, nothing."""
    lasting = line.dictionary.lasting
    named = [match for match in line.matches if word.index in match.used and not match.used <= time]
    targets = [target for match in named for target in match.pattern.targets]
    kinds = {target.kind for target in targets if target.id not in lasting}
    if "finding" in kinds or word.lower in turns("trouble") | turns("beginning"):
        return "trouble"
    if kinds and not any(match.pattern.about.of_a_person for match in named):
        return "background"
    if not word.stems.isdisjoint(line.dictionary.site):
        return "trouble"
    passed = word.is_light or not word.stems or targets or word.lower in {"ago", "past", "last"}
    return "" if passed or word.lower in UNITS else "unknown"


def _answered(line: Line, match: Match) -> Bearing | None:
    found = answered(line, match)
    return None if found is None else Bearing(*found)


def _unrelated(line: Line, match: Match) -> Bearing | None:
    found = next((found for way in UNRELATED if (found := way(line, match)) is not None), None)
    return None if found is None else Bearing(*found)


def _then(line: Line, match: Match) -> Bearing | None:
    found = taken_then(line, match)
    return None if found is None else Bearing(*found)


def _is_of_another(line: Line, match: Match) -> bool:
    """Whether a lone adjective stands before a word nobody knows: ``swollen glands``."""
    at = match.last + 1
    looks = line.words[match.last].lower
    described = looks.endswith(("en", "ed")) or looks in turns("describing")
    finding = match.pattern.targets[0].kind == "finding"
    if finding and at < len(line.words) and line.words[at].lower in turns("gear"):
        return True  # "a red knee brace"
    if len(match.used) > 1 or not described or at >= len(line.words):
        return False
    word = line.words[at]
    if word.lower in turns("things"):
        return True
    if word.lower in COMPARING:
        return False  # "swollen compared to the other"
    unknown = at not in line.named and word.stems.isdisjoint(line.dictionary.stems)
    return unknown and not word.is_light and not word.is_site


def _of_a_result(line: Line, match: Match) -> Bearing | None:
    """Left open: what a test shows and nobody complains of: ``MRI: fracture with oedema``."""
    method = line.dictionary.tests.get(match.pattern.targets[0].id, "")
    if match.pattern.head or method not in BY_HAND:
        return None
    if line.reported and match.pattern.targets[0].kind == "finding":
        return Bearing("perhaps", (match.first, match.last))
    for at in reversed(line.results):
        between = line.words[at + 1 : match.first]
        parting = PARTING - {";"} if line.words[at].lower == ":" else PARTING
        if at < match.first and not any(word.lower in parting for word in between):
            split = any(word.lower in turns("splitting") for word in between)
            return None if split else Bearing("perhaps", (at - 1, at))
    return None


# of another part of the body


def _of_another_part(line: Line, match: Match) -> Bearing | None:
    """Left open: what is said of the other knee, or of a part that the complaint is not about."""
    other = _of_the_other_side(line, match)
    if other is not None:
        return Bearing("perhaps", (other, other + 1))
    words, used = line.words, match.used
    local = not stems_of("local").isdisjoint(match.pattern.stems)
    if not local or any(words[at].is_site for at in used):
        return None
    near = around(line.dictionary.site) | match.pattern.about.sites
    places = [at for at in range(match.first, match.last) if at not in used]
    before, behind = match.first - 1, match.last + 1
    passed = turns("verbs") | turns("attributes") | LISTING
    while before > 0 and words[before].lower in passed:
        before -= 1  # "elbow was swollen, red and hot"
    if before >= 0 and not (before >= 2 and words[before - 1].lower in LISTING):
        places.append(before)
    while behind < len(words) and words[behind].lower in OF_A_PART:
        behind += 1
    for at in (*places, behind):
        if at < len(words) and words[at].is_site and words[at].stems.isdisjoint(near):
            return Bearing("perhaps", (at, at))
    return None


def _of_the_other_side(line: Line, match: Match) -> int | None:
    """Where the other knee is named that something is said of; it may be the healthy one."""
    words = line.words
    for at in range(len(words) - 1):
        if words[at].lower not in turns("other_side") or not words[at + 1].is_site:
            continue
        before = {word.lower for word in words[max(0, at - 3) : at]}
        compared = not COMPARING.isdisjoint(before)  # "bigger than the other knee"
        if at in match.used:
            behind = {word.lower for word in words[at + 2 : at + 2 + CLAUSE]}
            return at if compared or behind.isdisjoint(turns("as_well")) else None
        if compared:
            continue
        if at + 1 in match.used:
            return at
        between = _from_to(line, at, at + 1, match)
        parted = any(word.lower in CONTRASTS | {","} for word in between) or ended(between)
        if not parted and (at < match.first or len(between) <= NEAR):
            return at
    return None


# leaving open


def _of_less(line: Line, match: Match) -> Bearing | None:
    """Left open: a degree that is denied and begins the name: ``it doesn't really hurt``."""
    for cue in line.cues:
        within = cue.does == "perhaps" and cue.first < match.first <= cue.last < match.last
        if within and line.words[cue.first].lower in turns("denials"):
            return Bearing("perhaps", (cue.first, cue.last))
    return None


def _of_another_trouble(line: Line, match: Match) -> Bearing | None:
    """Left open: words of what has not happened, or of a pain where something else is spoken of.

    So ``the swelling has not improved`` does not say that it improved, nor ``to rule out a clot``
    that there is none, nor ``the fever does not go away`` that a pain is constant.
    """
    for cue in line.cues:
        own = match.used.intersection(range(cue.first, cue.last + 1))
        denial = cue.does == "plain" and line.words[cue.first].lower in turns("denials")
        sought = cue.does == "perhaps" and any(line.words[at].lower in SOUGHT for at in own)
        if own and ((denial and cue.first not in own) or (sought and cue.first in own)):
            return Bearing("perhaps", (cue.first, cue.last))
    told = match.pattern.targets[0].state == "present" and PAINS.isdisjoint(match.pattern.stems)
    if not told or PAINS.isdisjoint(match.pattern.about.words):
        return None
    verbs = turns("verbs") | turns("haves") | {"did", "does", "never"}
    for other in line.matches:
        between = line.words[other.last + 1 : match.first + 1]
        said = not verbs.isdisjoint(word.lower for word in between)
        light = all(word.is_light or word.lower in turns("denials") for word in between[:-1])
        spoken_of = other.pattern.about.words.union(other.pattern.stems)
        if said and light and PAINS.isdisjoint(spoken_of):
            return Bearing("perhaps", (other.first, other.last))
    return None


def _of_another_size(line: Line, match: Match) -> Bearing | None:
    """Left open: a size of something else: ``the knee is the size of a melon`` tells of no lump."""
    own = match.pattern.about.words - match.pattern.about.sites
    if {"big", "siz"}.isdisjoint(match.pattern.stems) or not own.isdisjoint(match.pattern.stems):
        return None
    for word in reversed(line.words[: match.first]):
        if word.lower in ENDING | {","}:
            break
        if word.is_site and not turns("placing").isdisjoint(line.before(word.index)):
            continue
        others = [one.pattern.about.words for one in line.matches if word.index in one.used]
        if word.is_site or others:
            sites = word.stems & match.pattern.about.sites
            same = bool(sites) or not own.isdisjoint(word.stems.union(*others))
            return None if same else Bearing("perhaps", (word.index, word.index))
    return None


def _left_open(line: Line, match: Match) -> Bearing | None:
    for cue in line.cues_of(match, "perhaps", "perhaps after", "if"):
        if cue.does == "if" and _is_habit(line, cue, match):
            continue
        within = match.first < cue.first and cue.last < match.last
        doubted = cue.does == "perhaps" and within
        if cue.does in BEFORE and any(
            denial.does == "deny" and cue.last < denial.first <= match.first for denial in line.cues
        ):
            continue  # "a sort of tearing, no pop"
        if doubted or (cue.does in BEFORE and _doubts_on(line, cue, match)):
            return Bearing("perhaps", (cue.first, cue.last))
        if cue.does == "perhaps after" and _doubts_before(line, cue, match):
            return Bearing("perhaps", (cue.first, cue.last))
    last = len(line.words) - 1
    if line.words[last].lower == "?" and match.last < last and not _asks_later(line, match):
        return Bearing("perhaps", (last, last))
    return None


def _doubts_on(line: Line, cue: Cue, match: Match) -> bool:
    """Whether a doubt reaches what is named behind it, as far as one thing or one list goes.

    ``Possible fever, redness`` doubts both; ``treated for cancer, red knee`` and ``suspected
    gout, with a red knee`` doubt no redness.
    """
    word = line.words[cue.first].lower
    between = line.between(cue, match)
    anew = any(
        (one.lower in LEADING_ON and (word in OF_ONE or before.lower == ","))
        or (one.lower in PRONOUNS and before.lower in LISTING)
        for before, one in pairwise(between)
    )
    return not anew and line.reaches(cue, match, listed=word not in NO_MORE | OF_ONE)


def _doubts_before(line: Line, cue: Cue, match: Match) -> bool:
    """Whether a doubt behind what was found bears on it."""
    if cue.first <= match.last:
        return False
    if line.words[cue.last].lower in AT_FIRST and line.after(cue.last) not in STOPS:
        return False  # "marching was initially painful" says nothing of the marching
    between = line.between(cue, match)
    comma = any(word.lower == "," for word in between)
    if any(
        here.lower in LISTING and there.lower in turns("starting")
        for here, there in pairwise(between)
    ):
        return False  # "no pain, and she walks without difficulty"
    return len(between) <= NEAR and not comma and not ended(between)


def _asks_later(line: Line, match: Match) -> bool:
    """Whether only the end of a sentence asks: ``swollen knee, can anyone help?``."""
    marks = [word.index for word in line.words[:-1] if word.lower in ENDING | {",", "-"}]
    told = bool(marks) and match.last < marks[-1] and line.after(marks[-1]) in turns("asking")
    return told and line.words[0].lower not in turns("asking")


def _is_habit(line: Line, cue: Cue, match: Match) -> bool:
    """Whether what was found is what always happens: ``if I stand for long, I get pins``.

    ``If my calf gets hot, go to hospital`` says only what may happen.
    """
    return any(
        before.lower in SPEAKING | {","}
        and word.lower in turns("habits")
        and any(
            not (one.is_small or one.is_site) for one in line.words[cue.last + 1 : before.index]
        )
        for before, word in pairwise(line.words[cue.last + 1 : match.last + 1])
    )


# long ago, somebody else's


def _past(line: Line, match: Match) -> Bearing | None:
    lasting = not LASTING.isdisjoint(match.pattern.stems)  # "gout diagnosed two years ago"
    if match.pattern.record or match.pattern.past or match.pattern.about.lasting or lasting:
        return None
    return long_ago(line, match)


def long_ago(line: Line, match: Match) -> Bearing | None:
    """What puts something long ago, if the sentence does."""
    context = match.pattern.targets[0].kind == "context"
    behind = match.last + 1
    if line.after(match.last) in {"gone", "then"} and line.after(behind) in STOPS:
        return Bearing("past", (behind, behind))  # "bruise gone, rash then"
    for cue in line.cues_of(match, "earlier"):
        of_a_noun = line.words[cue.first].lower in turns("history")
        over = line.words[cue.first].lower in FORMER or (of_a_noun and match.pattern.about.lately)
        if over and cue.last < match.first:
            between = line.between(cue, match)
            if len(between) <= 1 and not ended(between):
                return Bearing("past", (cue.first, cue.last))
        if of_a_noun and not context:
            between = line.between(cue, match)
            led_on = any(word.lower in LEADING_ON for word in between)
            lasting = any(
                word.lower in UNITS for word in line.words[max(0, cue.first - 3) : cue.first]
            )
            led_on = led_on or lasting  # "a two-week history of pain"
            if line.reaches(cue, match) and len(between) < NEAR and not led_on:
                return Bearing("past", (cue.first, cue.last))
        before_it = match.pattern.about.of_a_person and match.last < cue.first
        if not of_a_noun and not before_it and not _is_recent(line, cue, match):
            found = _at_a_time(line, cue, match)
            if found is not None:
                return found
    return _in_a_year(line, match)


def _at_a_time(line: Line, cue: Cue, match: Match) -> Bearing | None:
    """What a time such as ``last year`` bears on, as far as a clause or a list goes."""
    between = _from_to(line, cue.first, cue.last, match)
    if [word.lower for word in between[:2]] == [",", "when"] and cue.last < match.first:
        between = between[2:]  # "worse than last year, when it was red"
    if cue.last < match.first and [word.lower for word in between[:1]] == [":"]:
        between = between[1:]  # "five years ago: fever"
    stops = any(word.lower in AND | {","} for word in between) or ended(between)
    stops = stops and not _are_all_gone(line, cue, match, between)
    if not stops and len(between) <= CLAUSE:
        return Bearing("past", (cue.first, cue.last))
    told = _is_told_with_it(line, cue, match, between)
    return Bearing("perhaps", (cue.first, cue.last)) if told else None


def _is_told_with_it(line: Line, cue: Cue, match: Match, between: Sequence[Word]) -> bool:
    """Whether a noun follows what was had then: ``months ago she had chest pain and fever``."""
    joins = [word.index for word in between if word.lower in AND]
    if not joins or match.first < cue.last or line.words[cue.last].lower != "ago":
        return False
    first = line.words[cue.last + 1 : joins[0]]
    had = any(word.lower in turns("haves") for word in first)
    named = any(word.index in line.named for word in first)
    behind = line.words[joins[-1] + 1 : match.first]
    plain = all(word.is_light or word.index in line.named or word.lower in AND for word in between)
    anew = {word.lower for word in behind} & (SPEAKING | turns("starting") | {"still"})
    return had and named and plain and not anew and not ended(between)


def _are_all_gone(line: Line, cue: Cue, match: Match, between: Sequence[Word]) -> bool:
    """Whether nouns joined by ``and`` have gone together: ``fever and redness resolved``."""
    nouns = all(word.lower in AND or word.is_light or word.index in line.named for word in between)
    verb = turns("gone").intersection(word.lower for word in line.words[cue.first : cue.last + 1])
    adjective = describes(line.words[match.last]) or line.words[match.last].is_site
    nouns = nouns and not any(word.lower == "," for word in between)
    return match.last < cue.first and nouns and bool(verb) and not adjective


def _in_a_year(line: Line, match: Match) -> Bearing | None:
    """What was in a year, unless it stays or began then: ``in 2012 his knee was red``."""
    stays = match.pattern.targets[0].kind == "context" and not match.pattern.about.lately
    ends = {";", ".", ""}  # "clear since" is no beginning
    begun = any(
        word.lower in BEGUN and not (word.lower == "since" and line.after(word.index) in ends)
        for word in line.words
    )
    if begun or (stays and not match.pattern.past):
        return None
    for word in line.words:
        if YEAR.fullmatch(word.lower) is None or word.index in match.used:
            continue
        before = {one.lower for one in line.words[max(0, word.index - 3) : word.index]}
        between = _from_to(line, word.index, word.index, match)
        apart = any(one.lower in CONTRASTS | {",", "and", "now"} for one in between)
        if word.index == 0 and line.after(0) == ":" and not ended(between[1:]):
            return Bearing("past", (0, 0))  # "2016: swollen calf, fever"
        passing = match.pattern.about.lately or match.pattern.targets[0].kind == "finding"
        beside = passing and word.index == match.last + 1  # "cancer 2012"
        if (before & {"in", "during"} or beside) and not (apart or ended(between)):
            return Bearing("past", (word.index, word.index))
    return None


def _is_recent(line: Line, cue: Cue, match: Match) -> bool:
    """Whether an injury a few months ago is the one told of: ``twisted the knee 3 months ago``."""
    if cue.first == 0 or not line.words[cue.first].lower.startswith("mo"):
        return False
    number = number_at(line.words, cue.first - 1)[0]
    if sum(word.lower in UNITS for word in line.words) > 1:
        return False  # "fell two months ago, pain for five weeks"
    happened = any(not line.words[at].stems.isdisjoint(stems_of("accidents")) for at in match.used)
    return happened and number is not None and number <= RECENT


def _from_to(line: Line, first: int, last: int, match: Match) -> tuple[Word, ...]:
    """The words between some words and what was found."""
    return line.words[min(last, match.last) + 1 : max(first, match.first)]


def _of_others(line: Line, match: Match) -> Bearing | None:
    if line.theirs is not None:
        return Bearing("other", (line.theirs, line.theirs))
    relatives = turns("relatives") - line.patient
    for word in line.words:
        others = word.lower in relatives or _bears(line, word)
        if not others or word.index in match.used:
            continue
        if match.pattern.about.of_a_person and match.last < word.index:
            continue  # "a boy with his mother"
        brought = {one.lower for one in line.words[max(0, word.index - 2) : word.index]}
        if brought & {"by", "dear"}:
            continue  # "brought by his parents"
        near = line.words[max(0, word.index - 1) : word.index + 3]
        told = line.after(word.index) in {"is", "was"} and "told" in {one.lower for one in near}
        if not told and any(one.lower in turns("reporting") for one in near):
            continue  # "my mother says that I had a fever"
        between = _from_to(line, word.index, word.index, match)
        lower = {one.lower for one in between}
        if lower & (ENDING | CONTRASTS) or ("," in lower and word.lower not in relatives):
            continue
        patient = PATIENT - {"he", "she"} if line.own else PATIENT
        if word.index < match.first and (told or not lower & patient):
            return Bearing("other", (word.index, word.index))
        if word.index > match.last and lower & {"in", "of", "with", "like"} and len(between) <= 5:
            return Bearing("other", (word.index, word.index))
    return None


def _bears(line: Line, word: Word) -> bool:
    """Whether a word names another being that has or is something: ``my dog's knee is``."""
    if not {"i", "am"}.isdisjoint(
        one.lower for one in line.words[max(0, word.index - 3) : word.index]
    ):
        return False  # "I am a teacher"
    if word.lower in line.patient:
        return False  # "a retired teacher has"
    before = line.words[max(0, word.index - 1)].lower
    other = (
        before in {"another", "other", "previous"} or line.after(word.index) == "next"
    )  # next door
    if not (word.lower in turns("bearers") or (other and word.lower in turns("people"))):
        return False
    near = {one.lower for one in line.words[word.index + 1 : word.index + 1 + CLAUSE]}
    return not near.isdisjoint(turns("verbs") | turns("haves"))


# results, and diseases that are known


def _affirmed(line: Line, match: Match) -> bool:
    """Whether the bare name of a test comes with a result, or right behind its colon."""
    at = match.first - 1
    while at > 0 and (line.words[at].is_site or line.words[at].lower in SIDES):
        at -= 1  # "ultrasound: left popliteal DVT"
    by_hand = line.dictionary.tests.get(match.pattern.targets[0].id, "") in BY_HAND
    found = "a" in line.before(match.first) and not FINDING.isdisjoint(line.before(match.first))
    if at in line.results or (by_hand and found and line.after(match.last) in STOPS):
        return True  # "there is a patellar tap"
    first, last = match.first, match.last
    while first > max(0, match.first - NEAR) and line.words[first - 1].lower not in ENDING:
        first -= 1
    while last + 1 < len(line.words) and line.words[last + 1].lower not in ENDING:
        last += 1
    return any(word.lower in turns("affirming") for word in line.words[first : last + 1])


def _had(line: Line, match: Match) -> bool:
    """Whether the bare name of a disease is said to be had, not to be thought of."""
    return any(
        cue.last < match.first <= cue.last + NEAR
        and not any(word.lower in ENDING for word in line.between(cue, match))
        for cue in line.cues_of(match, "having")
    )
