"""How a virtual patient talks: what a question in own words may mean, how each answer sounds."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, zip_longest
from math import log

import numpy as np

from kneebayes.building.model import ModelLike
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.records import bounds_of
from kneebayes.teaching.patients import Truth, chances_from

Heard = tuple[str, float]

CLEAR, APART = 0.6, 0.1  # how much must agree, and how much less with anything else
FAINT, NEARLY = 0.35, 0.45
BESIDE, SEVERAL = 0.25, 4  # how much less likely a meaning may be to be named beside the best
STEM, BEGINS, SLIP = 0.95, 0.8, 0.6  # of a word: the same but for its ending, its start, a slip
LITTLE_WORDS = """
    a about also an and any anything are at be been but by did do does doing done for
    from get got had has have he her his how i in is it its me much my now of on or other
    patient please she so still tell than that the their them then there they this to was were
    what when where whether which while will with would you your yours
    currently doctor ever hello hi lately ok okay order pls recently take takes taking thank
    thanks today u ur use
"""
LITTLE = frozenset(LITTLE_WORDS.split())
ABLE = "able"  # what is asked after by "can you bend it?", and by a name such as "cannot bend"
OF_ABILITY = frozenset(["able", "can", "cannot", "cant", "could", "couldnt", "unable", "wont"])
ASKS_MORE = re.compile(r"\s*(how|what|when|where|which|who|whom|whose|why)\b(?! about\b)", re.I)
# what follows "can you" where no ability is asked after
TO_TELL = frozenset(["describe", "feel", "hear", "notice", "remember", "say", "see", "show"])
TURNS = {"how long": "long duration", "going on": ""}
FORMS = {
    form: word
    for word, forms in {
        "bend": "bent",
        "come": "came",
        "fall": "fell fallen",
        "feel": "felt",
        "give": "gave given",
        "go": "goes gone went",
        "notice": "noticed",
        "tear": "tore torn",
        "wake": "woke woken",
    }.items()
    for form in forms.split()
}
ENDINGS = ("ness", "ing", "ful", "ed", "es", "en", "s", "e", "y")
APOSTROPHES = "'\u2018\u2019`\u00b4"
YEARS, MIDDLE = "{years}", 0.5
OF_YEARS = 0xC2B2AE35  # an odd number, so that the age has chance of its own
OF_ORDER, OF_WORDS = 0x27D4EB2F, 0x165667B1  # and what is told at first, and how
PARTS = {"beginning": 1, "worry": 3}  # of what is told at first: nodes gone through at most
PLAIN = {"present": "Yes.", "absent": "No."}
TOLD_BY_PATIENTS = ("history", "symptom", "complaint")


# what a question means: the page's ``hearing.js`` does the same


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question asks for, or, where that is not clear, what it may mean."""

    meant: tuple[str, ...]  # ids of all that it names; empty where that is not clear
    near: tuple[str, ...] = ()  # ids of what it may mean instead
    unheard: tuple[str, ...] = ()  # its words that nothing is called by


def understand(names: Mapping[str, Sequence[str]], asked: str, complaint: str = "") -> Understood:
    """All that a question names, if it asks for nothing else.

    Either one thing is clearly meant, one of its names is said in full and every word belongs to
    it, or the question is made of whole names: "is the calf swollen and red". Otherwise something
    else is asked for, or more, and nothing is answered in its place. Words of the complaint may be
    left over, and "feel" and the like.

    Examples
    --------
    >>> names = {"clot": ["clots before"], "swelling": ["swollen calf"], "redness": ["red"]}
    >>> understand(names, "Is the calf swollen and red?").meant
    ('swelling', 'redness')
    >>> understand(names, "any clots in the family?")
    Understood(meant=(), near=('clot',), unheard=('family',))
    """
    split = {id: [words_of(name) for name in some] for id, some in names.items()}
    known = {word for some in split.values() for words in some for word in words}
    said = words_of(asked)
    likeness = {word: _alike(word, known) for word in said}
    alike = {word: its.keys() for word, its in likeness.items()}
    spared = {*words_of(complaint), *TO_TELL}
    heard = hear(names, asked)
    if meant := clearly(heard):
        its = set().union(*split[meant])
        whole = any(_is_said(words, said, alike) for words in split[meant])
        if whole and all(word in spared or not its.isdisjoint(alike[word]) for word in said):
            return Understood((meant,))
    surely = {  # "order" is no slip of "older"
        word: {one for one, likely in its.items() if likely >= BEGINS}
        for word, its in likeness.items()
    }
    parts = () if ASKS_MORE.match(asked) else _parts(split, said, surely, spared)
    if parts:
        return Understood(parts)
    unheard = tuple(word for word in alike if not alike[word] and word not in spared)
    near = [id for id in likeliest(heard) if dict(heard)[id] >= NEARLY]
    return Understood((), tuple(near), unheard)


def _is_said(words: Sequence[str], said: Iterable[str], alike: Mapping[str, Set[str]]) -> bool:
    """Whether every word of a name was said."""
    return bool(words) and set(words) <= set().union(*(alike[word] for word in said))


def _parts(
    split: Mapping[str, Sequence[Sequence[str]]],
    said: Sequence[str],
    alike: Mapping[str, Set[str]],
    spared: Collection[str],
) -> tuple[str, ...]:
    """Ids of the whole names, each the longest, that make up a question; none if words are left."""
    found: list[str] = []
    at = 0
    while at < len(said):
        for end in range(len(said), at, -1):
            part = said[at:end]
            best = [
                id
                for id, some in split.items()
                if any(
                    _is_said(words, part, alike)
                    and all(not alike[one].isdisjoint(words) for one in part)
                    for words in some
                )
            ]
            if len(best) > 1 and end == at + 1:
                return ()
            if len(best) == 1:
                found += best
                at = end
                break
        else:
            if said[at] not in spared:
                return ()
            at += 1
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=8192)  # the same names are compared with every question
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text that say something.

    Examples
    --------
    >>> words_of("Does the calf hurt?")
    ('calf', 'hurt')
    >>> words_of("Can you bend it?") == words_of("It can't be bent")
    True
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = plain.translate(dict.fromkeys(map(ord, APOSTROPHES)))
    for turn, means in TURNS.items():
        plain = re.sub(rf"\b{turn}\b", means, plain, flags=re.ASCII)
    said = [word for word in re.findall(r"[a-z0-9]+", plain) if word not in LITTLE]
    return tuple(
        ABLE if word in OF_ABILITY else FORMS.get(word, word)
        for word, following in zip_longest(said, said[1:], fillvalue="")
        if not (word in {"can", "could"} and (following in TO_TELL or not following))
    )


def hear(names: Mapping[str, Sequence[str]], asked: str) -> list[Heard]:
    """What a question may mean, with how much of it agrees, from 0 to 1; the best first.

    The page's ``hearing.js`` does the same sum. Words count by how few names have them; a word
    agrees in part where it is the same but for its ending and, if no name has it as it is, where
    it begins the same or has a slip. A name agrees as far as its words and those of the question
    do (Dice).
    """
    split = {id: [dict.fromkeys(words_of(name)) for name in some] for id, some in names.items()}
    spread = Counter(word for some in split.values() for word in set().union(*some))
    weights = {word: log(1.0 + len(split) / count) for word, count in spread.items()}
    alike = {wish: _alike(wish, spread) for wish in dict.fromkeys(words_of(asked))}
    full = log(1.0 + len(split))
    agreements = {
        id: max((_agreement(alike, words, weights, full) for words in some), default=0.0)
        for id, some in split.items()
    }
    heard = [(id, agreement) for id, agreement in agreements.items() if agreement >= FAINT]
    return sorted(heard, key=lambda pair: -pair[1])


def _alike(wish: str, words: Iterable[str]) -> dict[str, float]:
    """How much each word is like one that was said, without those that are not.

    A word that is known is not taken for a slip of another: who says "bend" does not mean "bed".
    """
    alike = {word: likeness for word in words if (likeness := _likeness(wish, word))}
    if max(alike.values(), default=0.0) < STEM:
        return alike
    return {word: likeness for word, likeness in alike.items() if likeness >= STEM}


def _agreement(
    wanted: Mapping[str, Mapping[str, float]],
    words: Collection[str],
    weights: Mapping[str, float],
    full: float,
) -> float:
    total = sum(weights[word] for word in words)
    shared, asked = 0.0, 0.0
    for wish, alike in wanted.items():
        likened = [(alike[word], word) for word in words if word in alike]
        likeness, nearest = max(likened, default=(0.0, ""))
        weight = weights.get(wish, weights[nearest] if likeness else full)
        asked += weight
        shared += likeness * (weight + weights.get(nearest, 0.0)) if likeness else 0.0
    return shared / (asked + total) if asked + total else 0.0


@lru_cache(maxsize=65536)
def _likeness(first: str, other: str) -> float:
    if first == other:
        return 1.0
    if _stem(first) == _stem(other):
        return STEM
    begins = first.startswith(other) or other.startswith(first)
    if begins and 2 * min(len(first), len(other)) >= max(6, len(first), len(other)):
        return BEGINS
    slips = 0 if len(first) < 4 else 1 if len(first) < 7 else 2
    near = slips >= max(1, abs(len(first) - len(other)))
    near = near and len(_letters(first) ^ _letters(other)) <= 2 * slips  # a slip changes two
    return SLIP if near and _slips(first, other, slips) <= slips else 0.0


@lru_cache(maxsize=8192)
def _letters(word: str) -> frozenset[str]:
    return frozenset(word)


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "flsz"
            return stem[:-1] if doubled else stem
    return word


def _slips(first: str, other: str, most: int) -> int:
    """Letters to change, put in, leave out or exchange with the next (Damerau 1964).

    Where it is clear that these are more than ``most``, they are not counted to the end.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for index in range(1, len(first) + 1):
        following = [index]
        for to in range(1, len(other) + 1):
            changed = row[to - 1] + (first[index - 1] != other[to - 1])
            following.append(min(row[to] + 1, following[to - 1] + 1, changed))
            turned = index > 1 and to > 1 and first[index - 1] == other[to - 2]
            if turned and first[index - 2] == other[to - 1]:
                following[to] = min(following[to], before[to - 2] + 1)
        if min(following) > most and min(row) > most:
            return most + 1
        before, row = row, following
    return row[-1]


def clearly(heard: Sequence[Heard]) -> str:
    """Id of the one thing that was meant; empty where it is not clear."""
    if not heard or heard[0][1] < CLEAR:
        return ""
    if len(heard) > 1 and heard[0][1] - heard[1][1] < APART:
        return ""
    return heard[0][0]


def likeliest(heard: Sequence[Heard]) -> list[str]:
    """Ids of the few things that may have been meant where it is not clear, the best first."""
    return [id for id, agrees in heard[:SEVERAL] if heard[0][1] - agrees <= BESIDE]


def names_of(knowledge: Knowledge, ids: Iterable[str]) -> dict[str, list[str]]:
    """All names under which findings, contexts and methods can be asked for, by id."""
    return {id: list(_names(knowledge, id)) for id in ids}


def _names(knowledge: Knowledge, id: str) -> Iterator[str]:
    node = knowledge.findings.get(id) or knowledge.contexts.get(id)
    record = node or knowledge.methods[id]
    yield record.label
    yield from record.aliases
    yield from getattr(node, "names_when_absent", ())
    if node is not None and node.question:
        yield node.question
    for state in knowledge.contexts[id].states if id in knowledge.contexts else ():
        yield from (state.label, *state.aliases)


# how each answer sounds


def sentence_about(model: ModelLike, truth: Truth, id: str, seed: int | None) -> str:
    """What the patient says when asked for a node; empty where an examiner finds it out.

    The seed, the number of the patient, settles the age in years.
    """
    knowledge = model.data.knowledge
    voice = knowledge.voices.get(id)
    if voice is not None and (sentence := voice.says.get(truth[id])):
        return _with_years(sentence, model, truth, id, seed)
    asked = id in knowledge.contexts or knowledge.findings[id].kind in TOLD_BY_PATIENTS
    return PLAIN.get(truth[id], "") if asked else ""


def told_at_first(model: ModelLike, truth: Truth, seed: int | None) -> tuple[str, ...]:
    """What the patient of a number tells unasked: how it began, and what is worrying.

    The number alone says what comes to mind first, and next; it ends with the first thing that is
    so, or after a few. All that was gone through is told, so that nothing follows from silence.
    """
    if seed is None:
        return ()
    knowledge = model.data.knowledge
    known = {*knowledge.contexts, *knowledge.findings}
    shares = iter(_shares(seed, OF_ORDER, sum(PARTS.values())))
    told: list[str] = []
    for part, most in PARTS.items():
        ids = [id for id, one in knowledge.voices.items() if one.part == part and id in known]
        mind = [ids.pop(int(share * len(ids))) for share in islice(shares, most) if ids]
        ends = next((at for at, id in enumerate(mind) if truth[id] != "absent"), most)
        told += mind[: ends + 1]
    return tuple(told)


def introduction(
    model: ModelLike, truth: Truth, background: tuple[str, ...], seed: int | None
) -> str:
    """Who comes, and with which words: ``Patient 7, 63 years old: "It hurts behind my knee."``.

    Of the background and of the first words only what is told at the beginning.
    """
    knowledge = model.data.knowledge
    number = "Patient" if seed is None else f"Patient {seed}"
    words = ((id, voice.called.get(truth[id])) for id, voice in knowledge.voices.items())
    told = ((id, word) for id, word in words if word and id in background)
    who = [number, *(_with_years(word, model, truth, id, seed) for id, word in told)]
    said = " ".join(_opening(model, truth, background, seed))
    spoken = f"\u201c{said}\u201d" if said else f"{knowledge.label(knowledge.meta.complaint)}."
    return f"{', '.join(who)}: {spoken}"


def _opening(
    model: ModelLike, truth: Truth, background: tuple[str, ...], seed: int | None
) -> Iterator[str]:
    """Sentences of the complaint, of what is told at first, and of contexts that open too."""
    knowledge = model.data.knowledge
    complaint, first = knowledge.meta.complaint, told_at_first(model, truth, seed)
    others = [
        id
        for id, voice in knowledge.voices.items()
        if voice.opens and not voice.part and id in knowledge.contexts
    ]
    ids = (complaint, *first, *others)
    shares = _shares(seed, OF_WORDS, len(ids))
    for id, share in zip(ids, shares, strict=True):
        if id != complaint and id not in background:
            continue
        voice = knowledge.voices.get(id)
        ways = voice.opens.get(truth[id], ()) if voice is not None else ()
        if ways:
            yield _with_years(ways[int(share * len(ways))], model, truth, id, seed)
        elif id == complaint and voice is not None and truth[id] in voice.says:
            yield sentence_about(model, truth, id, seed)


def _with_years(sentence: str, model: ModelLike, truth: Truth, id: str, seed: int | None) -> str:
    if YEARS not in sentence:
        return sentence
    return sentence.replace(YEARS, str(years_of(model, truth, id, seed)))


def years_of(model: ModelLike, truth: Truth, id: str, seed: int | None) -> int:
    """A number within the bounds of the state, the same for the same patient; 0 without bounds."""
    knowledge = model.data.knowledge
    bounds = bounds_of(knowledge.contexts.get(id), knowledge.voices.get(id))
    if not bounds:
        return 0
    at = [state.id for state in knowledge.contexts[id].states].index(truth[id])
    (share,) = _shares(seed, OF_YEARS, 1, MIDDLE)
    return bounds[at] + int(share * (bounds[at + 1] - bounds[at]))


def _shares(seed: int | None, purpose: int, count: int, unknown: float = 0.0) -> list[float]:
    """The first numbers that belong to a patient, for one purpose."""
    if seed is None:
        return [unknown] * count
    state = np.array([seed * purpose % 2**32], dtype=np.uint32)
    return [float(share) for share in chances_from(state, count)[:, 0]]
