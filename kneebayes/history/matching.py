"""Names of the folder found in a sentence: words that stand near each other and belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, pairwise, takewhile

from kneebayes.history.dictionary import LIGHT_STEMS, Dictionary, Pattern, Readable, Target
from kneebayes.history.english import ABILITY, ENDING, turns
from kneebayes.history.words import SITE_STEMS, Word, around, stems_of

BEHIND = "behind"  # leads on to another place than the part of the body behind it
AN_IDIOM = 3  # words that together mean something else than each of them
ACROSS = 18  # words between what brings pain on and an item of a list
GAP = 6  # most words between the first and the last word of a name that are not its own
LISTED = 3  # most of them that say something, in "cannot straighten the knee or bear weight"
JOINING = frozenset({"and", "or", ",", "/", "&", "nor", "+"})
OWN_DENIALS = frozenset({"no", "not", "without", "never"})
NOTS = frozenset({"not", "n't", "never"})
PARTING = frozenset({";", "."})
SUBJECTS = frozenset({"he", "i", "it", "she", "they", "we", "is", "was", "has", "had"})
GOING = frozenset({"goes", "going", "went"})
WAYS = frozenset({"up", "down"})
LEADING_ON = frozenset({":", "although", "but", "though"})  # "the calf hurts but is not swollen"
RIGHT = 4  # telling words behind a name in which the part of the body it is about is looked for


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
                targets = _standing(dictionary, pattern, used, sentence)
                if targets:
                    perhaps = pattern.perhaps or _lacks_its_place(pattern, used, sentence)
                    told = replace(pattern, targets=targets, perhaps=perhaps)
                    found[used, pattern] = Match(told, used)
    matches = list(found.values())
    words = sentence.words
    kept = [
        match
        for match in matches
        if not any(_swallows(other, match, words, dictionary.bare) for other in matches)
    ]
    kept = _without_strays(kept, words)
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


def _swallows(
    larger: Match, smaller: Match, words: Sequence[Word], bare: frozenset[tuple[str, ...]]
) -> bool:
    """Whether a longer name leaves nothing to a shorter one within it.

    A turn of speech leaves it what is a name of two words, or an item of a list of its own:
    ``calf pain after walking`` is calf pain too, and ``red and swollen`` is swollen.
    """
    same = larger.pattern.targets[0].id == smaller.pattern.targets[0].id
    says = larger.pattern.stems not in bare and not larger.pattern.perhaps
    if says and smaller.pattern.stems in bare and smaller.used <= larger.used:
        return True  # who can do a straight leg raise tells no result of the test
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
    if not stems_of("qualities").isdisjoint(smaller.pattern.stems):
        return False  # "an ache behind the knee" is an ache
    if BEHIND in larger.pattern.stems and BEHIND not in smaller.pattern.stems:
        return True  # a swelling behind the knee is no swollen knee
    if smaller.pattern.past or smaller.pattern.about.of_a_person:
        return False
    short = len(smaller.used) < 2 and not _is_listed(larger, smaller, words)
    return not larger.pattern.said or smaller.pattern.said or short


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
    places, core = sentence.places, pattern.core
    whole = len(core) < len(pattern.stems) and all(one in places for one in pattern.stems)
    for needed in (pattern.stems, core) if whole else (core,):
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
                    places[one],
                    key=lambda at: (
                        sentence.clauses[at] != sentence.clauses[anchor],
                        max(first - at, at - last, 0),
                        at in used,
                        at,
                    ),
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


# whether words near each other belong together


def _standing(
    dictionary: Dictionary, pattern: Pattern, used: frozenset[int], sentence: Readable
) -> tuple[Target, ...]:
    """What a name says with the words of a window; nothing where they do not belong together."""
    words = sentence.words
    if pattern.capital and not any(words[at].text.isupper() for at in used):
        return ()
    close = _is_close(pattern, used, words)
    if not pattern.sequence:
        close = close and _in_order(used, words) and not _crosses_a_clause(used, words)
        close = close or _is_across_list(used, words)
        close = close and not _goes_elsewhere(used, words) and not _takes_a_subject(used, words)
    if not close or _belongs_on(dictionary, pattern, words, used) or _is_said_before(words, used):
        return ()
    if _crosses_another_part(dictionary, pattern, used, words) or _is_denied_in_part(used, words):
        return ()
    if pattern.head and not _is_tested(pattern, used, sentence):
        return ()
    missing = pattern.optional - {one for at in used for one in words[at].stems}
    if missing and len(pattern.stems) - len(pattern.optional) < 2:
        return pattern.targets if _is_spoken_of(missing, words, min(used)) else ()
    return _placed(dictionary, pattern, used, words)


def _lacks_its_place(pattern: Pattern, used: frozenset[int], sentence: Readable) -> bool:
    """Whether what was done lately may have been done elsewhere: ``recent surgery: yes (hip)``."""
    missing = pattern.optional - {one for at in used for one in sentence.words[at].stems}
    return pattern.about.lately and bool(missing) and missing.isdisjoint(sentence.places)


def _crosses_another_part(
    dictionary: Dictionary, pattern: Pattern, used: frozenset[int], words: Sequence[Word]
) -> bool:
    """Whether another part of the body is between: ``no calf tenderness``, ``MRI of the spine``.

    What a test shows may be of any part of the limb that the complaint is in.
    """
    if not dictionary.methods.isdisjoint(pattern.stems):
        near = around(dictionary.site)
    elif words[min(used)].lower in OWN_DENIALS:
        near = dictionary.site
    else:
        return False
    return any(
        words[at].is_site and words[at].stems.isdisjoint(near)
        for at in range(min(used), max(used))
        if at not in used
    )


def _crosses_a_clause(used: frozenset[int], words: Sequence[Word]) -> bool:
    """Whether a new clause begins between the words of a name: ``worse and he cannot get``."""
    return any(
        words[at].lower in JOINING and at not in used and words[at + 1].lower in SUBJECTS
        for at in range(min(used) + 1, max(used))
    )


def _takes_a_subject(used: frozenset[int], words: Sequence[Word]) -> bool:
    """Whether a clause begins within it: ``has pain in the knee and her calf is thicker``."""
    first, last = min(used), max(used)
    said = turns("verbs") | turns("haves")
    start = max((at for at in range(first, last) if words[at].lower in JOINING), default=last)
    subject = next((word for word in words[start + 1 : last + 1] if not word.is_light), None)
    if subject is None or not subject.is_site:
        return False
    placed = {word.lower for word in words[max(0, first - 2) : first]} & turns("placing")
    told = any(word.lower in said for word in words[:first])
    goes_on = any(word.lower in said for word in words[subject.index + 1 : subject.index + 2])
    return told and goes_on and (bool(placed) or not words[first].is_site)


def _goes_elsewhere(used: frozenset[int], words: Sequence[Word]) -> bool:
    """Whether it is the pain that goes up or down: ``the pain goes up to the groin``."""
    last = max(used) - (words[max(used)].lower in WAYS)
    way = {word.lower for word in words[last + 1 : last + 2]}
    if last - 1 not in used or words[last].lower not in GOING or WAYS.isdisjoint(way):
        return False
    behind = dropwhile(lambda word: word.is_small, words[last + 2 :])
    spreads = words[last].lower != "going" or next((word.is_site for word in behind), False)
    return spreads and not words[last - 1].stems.isdisjoint(stems_of("pains"))


def _crosses_a_time(used: frozenset[int], words: Sequence[Word]) -> bool:
    """Whether a time parts the words of a name: ``swelling after a day on her feet``."""
    last = max(used)
    for at in range(min(used) + 1, last + 1):
        if words[at].lower not in {"after", "before", "since"}:
            continue
        if at not in used and words[last].is_site:
            return True
        if at in used and words[at - 1].lower in JOINING and at - 1 not in used:
            return True  # "worse in the morning and after sitting"
    return False


def _is_denied_in_part(used: frozenset[int], words: Sequence[Word]) -> bool:
    """Whether a name that begins with a denial goes on to a place: ``not painful behind it``."""
    last = max(used)
    if last + 1 >= len(words) or not any(words[at].lower in NOTS for at in used):
        return False
    following = words[last + 1 : last + 5]
    led_on = following[0].lower in turns("placing") | turns("times")
    return led_on and (
        following[0].lower in turns("times") or any(word.is_site for word in following)
    )


def _is_said_before(words: Sequence[Word], used: frozenset[int]) -> bool:
    """Whether what could not be done stands before the word for it: ``flexed and would not``."""
    able = max((at for at in used if ABILITY in words[at].stems), default=-1)
    done = [at for at in used if at != able and not words[at].is_site]
    between = words[able + 1 : max(done, default=able)]
    begun = any(  # "could not go on and has walked with a stick"
        here.lower in JOINING and there.lower in turns("starting")
        for here, there in pairwise(between)
    )
    return able >= 0 and bool(done) and (max(done) < able or begun)


def _is_close(pattern: Pattern, used: frozenset[int], words: Sequence[Word]) -> bool:
    """Whether little stands between the words of a name, and nothing that turns their meaning."""
    first, last = min(used), max(used)
    if last - first + 1 == len(used):
        return True
    if _crosses_a_time(used, words) or _begins_anew(used, words):
        return False
    between = [
        words[at] for at in range(first, last + 1) if at not in used and not words[at].is_within
    ]
    if len(between) > GAP or any(word.lower in ENDING | turns("barring") for word in between):
        return False
    turning = [word for word in between if word.lower in turns("denials") | {"or", "nor"}]
    if any(not _only_parts(used, words, word.index) for word in turning):
        return False
    several = len(pattern.stems) > 1
    if any(word.is_site for word in between) and all(one.isdigit() for one in pattern.stems):
        return False  # "5 foot 10" is no "5 of 10"
    heavy = [word for word in between if not word.is_light and not (word.is_site and several)]
    heavy = [] if _is_row(used, words) else heavy
    listed = ABILITY in pattern.stems and words[last - 1].lower in {"or", "nor"}
    most = LISTED if listed else 0 if set(pattern.stems) <= LIGHT_STEMS else 1
    return len(heavy) <= most


def _begins_anew(used: frozenset[int], words: Sequence[Word]) -> bool:
    """Whether a clause begins between the words of a name: ``work nights and the knee hurts``."""
    for at in range(min(used) + 1, max(used)):
        joins = words[at].lower in JOINING and words[at + 1].lower in turns("starting")
        if joins and at not in used and at + 1 not in used:
            before = [one for one in used if one < at]
            behind = [one for one in used if one > at]
            if not (any(words[one].is_site for one in before) or _are_sites(words, behind)):
                return True
    return False


def _is_across_list(used: frozenset[int], words: Sequence[Word]) -> bool:
    """Whether the words of a name are what brings pain on and one item of a list of such things.

    So ``worse with standing, bending and on the stairs`` is worse on the stairs too, and so is
    ``squatting, kneeling and stairs hurt``.
    """
    first, last = min(used), max(used)
    inside = range(first, last)
    marks = [at for at in inside if at not in used and words[at].lower in JOINING]
    if not marks or last - first > ACROSS or any(marks[0] < at < marks[-1] for at in used):
        return False
    between = [words[at] for at in inside if at not in used]
    stopping = ENDING | turns("barring") | turns("denials")
    if any(word.lower in stopping for word in between):
        return False
    front = [at for at in sorted(used) if at < marks[0]]
    rear = [at for at in sorted(used) if at > marks[-1]]
    if not front or not rear:
        return False
    if words[front[0]].stems & stems_of("spreading"):
        if words[rear[0]].stems & stems_of("spreading"):
            return False  # "no pain at rest, aches when I run"
        led_on = any(words[at].lower in turns("leading_on") for at in range(front[-1], marks[0]))
        return led_on and _is_item(words, marks[-1] + 1, rear) and _is_ended(words, last + 1)
    joined = words[marks[-1]].lower != "," and words[rear[0]].lower in turns("hurting")
    begins = [at + 1 for at in range(front[0]) if words[at].lower in ENDING | JOINING]
    begun = _is_item(words, max(begins, default=0), front)
    return joined and begun and _is_ended(words, front[-1] + 1)


def _is_item(words: Sequence[Word], begins: int, places: Sequence[int]) -> bool:
    """Whether an item of a list is no more than some words, a small one before them apart."""
    others = [at for at in range(begins, places[-1]) if at not in places]
    happened = words[places[0]].lower.endswith("ed")  # "pain on the stairs and later moved"
    return not happened and all(
        words[at].is_light or words[at].lower in turns("leading_on") for at in others
    )


def _is_ended(words: Sequence[Word], at: int) -> bool:
    """Whether nothing follows that says something and that words before it may belong to."""
    return at >= len(words) or words[at].is_light or words[at].lower in turns("splitting")


def _is_row(used: frozenset[int], words: Sequence[Word]) -> bool:
    """Whether adjectives stand in a row before their noun, or behind the part they are said of.

    So in ``a hard, fixed, painless lump`` and in ``calf swollen, red and tender``.
    """
    first, last = min(used), max(used)
    row = {word.lower for word in words[first:last]}
    behind = last > first and words[first + 1].lower != ","
    behind = behind and words[last].lower in turns("attributes")
    if words[first].is_site and behind:
        row = {word.lower for word in words[first + 1 : last]}
        return row <= turns("attributes") | turns("light") | turns("verbs") | {",", "and"}
    return (
        words[first].lower in turns("attributes")
        and words[last].lower not in turns("attributes") | turns("placing")
        and row <= turns("attributes") | turns("light") | {",", "and"}
    )


def _only_parts(used: frozenset[int], words: Sequence[Word], at: int) -> bool:
    """Whether a word only parts a place from the rest: ``the knee is not swollen``."""
    before = _are_sites(words, (one for one in used if one < at))
    if words[at].lower not in {"or", "nor"} or before:
        return before
    listed = words[min(used)].lower in turns("denials")
    listed = listed or any(ABILITY in words[one].stems for one in used)
    return listed or _are_sites(words, (one for one in used if one > at))


def _are_sites(words: Sequence[Word], places: Iterable[int]) -> bool:
    return all(words[at].is_site for at in places)


def _is_tested(pattern: Pattern, used: frozenset[int], sentence: Readable) -> bool:
    """Whether the clause names the test of a result: before it, or after it with ``on``."""
    words, first, last = sentence.words, min(used), max(used)
    for at in (at for one in pattern.head for at in sentence.places.get(one, ())):
        between = {word.lower for word in words[min(at, last) + 1 : max(at, first)]}
        if between & PARTING:
            continue
        if at < last or (at - last < GAP and between & {"on", "in", "by", "at"}):
            return True
    return False


def _in_order(used: frozenset[int], words: Sequence[Word]) -> bool:
    """Whether a denial that belongs to a name comes first, and a comma parts it only from a place.

    The knee in ``swollen, red left knee`` may stand behind a comma; ``normal`` may not.
    """
    places = sorted(used)
    if any(words[at].lower in OWN_DENIALS for at in places[1:]) or words[places[-1]].lower in NOTS:
        return False
    if _is_row(used, words):
        return True
    for here, there in pairwise(places):
        if not any(words[at].lower == "," for at in range(here, there)):
            continue
        before = [at for at in places if at <= here]
        placed = _are_sites(words, before) and not any(_is_beside(words, at) for at in before)
        placed = placed and words[here + 1].lower != ","
        denial = words[here].lower in OWN_DENIALS
        behind = _are_sites(words, (at for at in places if at >= there))
        behind = behind and all(
            word.lower in turns("attributes") | {",", "and"} or word.is_light or word.is_site
            for word in words[here + 1 : there]
        )
        if denial or not (placed or behind):
            return False
    return True


def _belongs_on(
    dictionary: Dictionary, pattern: Pattern, words: Sequence[Word], used: frozenset[int]
) -> bool:
    """Whether a word that was taken rather belongs to another one beside it.

    So does the calf in ``pain and calf swelling``, the swelling in ``knee pain and calf
    swelling``, and ``both`` in ``one knee and both ankles``.
    """
    if len(used) == 1:
        return False
    last = max(used)
    joined = any(words[at].lower in JOINING for at in range(min(used), last) if at not in used)
    joined = joined and not _is_row(used, words)  # "a swollen, tender calf following a flight"
    if joined and last + 1 < len(words) and not words[last + 1].is_small:
        following = words[last + 1]
        leading_on = turns("splitting") | turns("placing")
        taken = following.is_site or not following.stems.isdisjoint(dictionary.stems)
        taken = taken and following.lower not in leading_on
        if taken and words[last].is_site != following.is_site:
            return True
    return any(_is_of_another_site(pattern, words, used, at) for at in used)


def _is_of_another_site(
    pattern: Pattern, words: Sequence[Word], used: frozenset[int], at: int
) -> bool:
    """Whether another part of the body stands right before a word, and is not listed with ours."""
    if at == 0 or at - 1 in used or words[at].is_site or not words[at - 1].is_site:
        return False
    ours = any(words[one].is_site for one in used) or bool(pattern.optional)
    before = at - 2
    while before > 0 and words[before].lower in turns("light"):
        before -= 1  # "his right knee and left ankle swelled"
    listed = before >= 1 and words[before].lower in JOINING and words[before - 1].is_site
    return ours and not listed and words[at - 1].stems.isdisjoint(pattern.about.sites)


# parts of the body


def _is_spoken_of(missing: frozenset[str], words: Sequence[Word], first: int) -> bool:
    """Whether the clause speaks of the site of the complaint before a place."""
    for word in reversed(words[:first]):
        if word.lower in PARTING:
            return False
        if word.is_site and not _is_beside(words, word.index):
            return not missing.isdisjoint(word.stems)
    return False


def _placed(
    dictionary: Dictionary, pattern: Pattern, used: frozenset[int], words: Sequence[Word]
) -> tuple[Target, ...]:
    """What of a name is where its node is: no swollen elbow for a swollen knee."""
    if any(words[at].is_site for at in used):
        return pattern.targets
    site = _site_of(words, min(used), max(used))
    within = [words[at].stems for at in range(min(used), max(used)) if words[at].is_site]
    between = frozenset().union(*within)
    kept = []
    for target in pattern.targets:
        sites = dictionary.about(target).sites
        near = around(sites)  # "short of breath when the knee hurts" is no chest that hurts
        elsewhere = sites and between and near.isdisjoint(between | dictionary.site)
        ours = site is None or sites.isdisjoint(dictionary.site)
        if not elsewhere and (ours or not (site or between).isdisjoint(sites | dictionary.site)):
            kept.append(target)
    return tuple(kept)


def _site_of(words: Sequence[Word], first: int, last: int) -> frozenset[str] | None:
    """The part of the body that words are about, if the clause names one.

    It is said between them, behind them (``swelling of the calf``), before, or further behind.
    """
    between = [word.stems for word in words[first:last] if word.is_site]
    if between:
        return between[-1]
    behind = _clause(words[last + 1 :])
    heavy = [place for place, word in enumerate(behind) if not word.is_light]
    behind = behind[: heavy[RIGHT]] if len(heavy) > RIGHT else behind
    placed = False
    for place, word in enumerate(behind):
        if word.is_site and (placed or place == 0):
            return word.stems
        placed = placed or word.lower in turns("placing")
        if not word.is_light and not placed:
            break
    for word in _clause(words[:first][::-1], leading_on=LEADING_ON):
        if word.is_site and not _is_beside(words, word.index):
            return word.stems
    for word in behind:
        if word.is_site:
            return word.stems
        if word.lower in turns("placing"):
            break
    return None


def _clause(words: Iterable[Word], leading_on: frozenset[str] = frozenset()) -> list[Word]:
    """Words up to where a clause ends, unless at a word that only leads on."""
    ending = (ENDING | turns("barring")) - leading_on
    return list(takewhile(lambda word: word.lower not in ending, words))


def _is_beside(words: Sequence[Word], at: int) -> bool:
    """Whether a part of the body is only named to say where another thing is: above the knee."""
    before = {word.lower for word in words[max(0, at - 2) : at]}
    return not before.isdisjoint(turns("beside"))
