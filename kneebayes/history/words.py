"""A text cut into words, each with the forms under which a name may know it; numbers among them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from kneebayes.errors import needing
from kneebayes.history.english import ABILITY, FORMS, LIGHT, NUMBERS, SITES, SMALL, UNITS, turns
from kneebayes.history.shorthand import WrittenOut
from kneebayes.memory import uncollected

if TYPE_CHECKING:
    from spacy.language import Language

PLAIN_NAME = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*")
VOWEL = re.compile(r"[aeiouy]")
DOUBLED = re.compile(r"([bdfgmnprt])\1$")
DEGREES = frozenset({"\u00b0", "\u00ba", "deg", "degree", "degrees"})
DIGITS = re.compile(
    r"(?P<digits>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)(?:[\u00b0\u00ba]?(?P<scale>[cf]))?"
)
APART = {"/": ",", "-": "\u2013"}  # with blanks around them, and what they are then
SCALES = frozenset({"f", "fahrenheit", "c", "celsius"})
THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
SCORES = {"5": 5, "five": 5, "10": 10, "ten": 10}  # the most that a score can be
SCORE = re.compile(r"(?:\d-)?(?P<value>\d+(?:\.\d)?)/(?P<of>5|10)")
NEEDED = (
    "Reading a history needs spaCy and RapidFuzz, which are not installed: "
    "pip install 'kneebayes[text]'."
)


@cache
def language() -> Language:
    """The English of spaCy without a trained model: words and sentences, nothing to download."""
    with uncollected():
        with needing(NEEDED):
            import spacy
        made = spacy.blank("en")
        made.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", "\n"]})
    return made


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text, as written and in small letters."""

    index: int  # its place in the sentence
    start: int  # where it stands in the text, in characters
    end: int
    text: str
    lower: str
    stems: frozenset[str] = frozenset()  # what a name may call it; empty for marks
    mended: bool = False  # whether it was only understood after its spelling was mended

    @property
    def is_small(self) -> bool:
        """Whether it says nothing of its own: an article, a pronoun, a mark."""
        return _is_small(self.lower)

    @property
    def is_within(self) -> bool:
        """Whether it belongs to the word before it, as ``not`` does in ``can not``."""
        return not self.stems and any(letter.isalpha() for letter in self.lower)

    @property
    def is_light(self) -> bool:
        """Whether it may stand between the words of a name: small, or a side or a degree."""
        return self.is_small or self.lower in LIGHT

    @property
    def is_site(self) -> bool:
        """Whether it is a part of the body."""
        return not SITE_STEMS.isdisjoint(self.stems)


@lru_cache(maxsize=8192)
def _is_small(lower: str) -> bool:
    return lower in SMALL or not any(letter.isalnum() for letter in lower)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without its ending, so that its forms are the same.

    Examples
    --------
    >>> stem("swollen") == stem("swelling") == stem("swelled")
    True
    >>> stem("redness"), stem("locked"), stem("suddenly")
    ('red', 'lock', 'sudden')
    """
    word = unicodedata.normalize("NFKD", word.casefold())
    word = "".join(letter for letter in word if not unicodedata.combining(letter))
    word = word.replace("tumour", "tumor").replace("oedema", "edema").replace("aemi", "emi")
    word = word.replace("haem", "hem").replace("diarrhoea", "diarrhea").replace("oestr", "estr")
    word = FORMS.get(word, word)
    if word in FORMS.values() or len(word) < 4:
        return word
    for ending, instead in (
        ("sses", "ss"), ("ies", "y"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"),
    ):  # fmt: skip
        if word.endswith(ending):
            word = word.removesuffix(ending) + instead
            break
    else:
        if word.endswith("s") and not word.endswith(("ss", "us", "is")):
            word = word[:-1]
    word = FORMS.get(word, word)
    if word in FORMS.values():
        return word
    for ending in ("ness", "fully", "ful", "ingly", "edly", "ing", "ed", "ly"):
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= 3 and VOWEL.search(bare):
            word = DOUBLED.sub(r"\1", bare)
            break
    if word.endswith(("tion", "sion", "xion")) and len(word) > 6:
        word = word[:-3]
    word = FORMS.get(word, word)
    if len(word) > 3:
        word = word.removesuffix("e") if not word.endswith("ee") else word
        word = word[:-1] + "i" if word.endswith("y") and not VOWEL.match(word[-2]) else word
    return word


@cache
def stems_of(name: str) -> frozenset[str]:
    """Stems of the words of one list of ``english.toml``."""
    return frozenset(map(stem, turns(name)))


SITE_STEMS = frozenset(stem(site) for site in SITES)
LIMBS = (stems_of("lower_limb"), stems_of("upper_limb"))


def around(site: frozenset[str]) -> frozenset[str]:
    """Parts of the body together with the whole limb that one of them is of.

    Examples
    --------
    >>> sorted(around(frozenset({"shoulder"}))), around(frozenset({"head"}))
    (['arm', 'elbow', 'forearm', 'shoulder', 'wrist'], frozenset({'head'}))
    """
    return site.union(*(limb for limb in LIMBS if limb & site))


@dataclass(frozen=True, slots=True)
class TextSentence:
    """A sentence: its words, and the same as spaCy holds it."""

    words: tuple[Word, ...]
    span: Any


@cache
def _cannot() -> dict[str, tuple[tuple[str, ...], ...]]:
    """All ways to say that something cannot be done, by their first word, longest first."""
    nlp = language()
    ways = sorted({tuple(token.lower_ for token in nlp.make_doc(one)) for one in turns("cannot")})
    by_first: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for way in sorted(ways, key=len, reverse=True):
        by_first[way[0]].append(way)
    return {first: tuple(several) for first, several in by_first.items()}


def words_of(tokens: Iterable[Any], source: WrittenOut | None = None) -> tuple[Word, ...]:
    """Words of what spaCy cut; ``cannot``, ``unable to`` and the like become one word.

    ``source`` knows where each stands in a text that had shorthand.
    """
    tokens = list(tokens)
    lower = [
        APART[one.text] if _is_apart(tokens, at) else _plain(one.text)
        for at, one in enumerate(tokens)
    ]
    ways = _cannot()
    made: list[Word] = []
    inside = 0
    for index, token in enumerate(tokens):
        stems = _stems_of(lower[index])
        if inside:
            inside -= 1
            stems = frozenset()
        elif lower[index : index + 3] == ["long", "-", "standing"]:
            stems, inside = frozenset({stem("longstanding")}), 2
        elif lower[index] == "old" and _is_of_years(lower, index):
            stems = frozenset({"aged"})  # "a 26-year-old man" is not old
        elif lower[index] == "back" and _is_rear(lower, index):
            stems = frozenset({stem("rear")})
        else:
            for way in ways.get(lower[index], ()):
                if tuple(lower[index : index + len(way)]) == way:
                    stems, inside = frozenset({ABILITY}), len(way) - 1
                    break
        start, end = token.idx, token.idx + len(token.text)
        if source is not None:
            start, end = source.span(start, end)
        made.append(Word(index, start, end, token.text, lower[index], stems))
    return tuple(made)


def _is_apart(tokens: Sequence[Any], at: int) -> bool:
    """Whether a slash or a dash has blanks around it and so parts more than numbers or words."""
    if tokens[at].text not in APART or not 0 < at < len(tokens) - 1:
        return False
    before, here, behind = tokens[at - 1 : at + 2]
    spaced = before.idx + len(before.text) < here.idx and here.idx + 1 < behind.idx
    return spaced and not before.text[-1:].isdigit() and behind.text[:1].isalpha()


@lru_cache(maxsize=8192)
def _stems_of(lower: str) -> frozenset[str]:
    """The stem of a word; none of a mark."""
    return frozenset({stem(lower)} if lower[:1].isalnum() else ())


class _Token(NamedTuple):
    """A piece of a name as spaCy would cut it: what is written, and where it starts."""

    text: str
    idx: int


@cache
def words_of_name(name: str) -> tuple[Word, ...]:
    """The words of a name; thousands of names are cut for the first history, each once.

    spaCy cuts run by run of what stands between blanks, so a name of letters and single blanks
    is cut here, without a document for each.
    """
    if PLAIN_NAME.fullmatch(name) is None:
        return words_of(language().make_doc(name))
    tokens: list[_Token] = []
    start = 0
    for run in name.split(" "):
        for piece in _pieces(run):
            tokens.append(_Token(piece, start))
            start += len(piece)
        start += 1
    return words_of(tokens)


@lru_cache(maxsize=8192)
def _pieces(run: str) -> tuple[str, ...]:
    """What a run of letters is cut into: itself, or what spaCy's exceptions say of ``cannot``."""
    tokenizer: Any = language().tokenizer
    return tuple(token.text for token in tokenizer(run)) if run in tokenizer.rules else (run,)


def _is_of_years(lower: Sequence[str], at: int) -> bool:
    """Whether ``old`` only belongs to a number of years before it."""
    before = [word for word in lower[max(at - 3, 0) : at] if word != "-"]
    return bool(before) and before[-1] in {"year", "years", "yr", "yrs", "month", "months"}


def _is_rear(lower: Sequence[str], at: int) -> bool:
    """Whether ``back`` is a side and not the spine: ``at the back``, ``the back of the leg``."""
    return lower[at + 1 : at + 2] == ["of"] or lower[max(at - 2, 0) : at] == ["at", "the"]


def _plain(text: str) -> str:
    if text.isascii():  # which has one form only
        return text.lower()
    return unicodedata.normalize("NFKC", text).replace("\u2019", "'").casefold()


def sentences_of(source: WrittenOut) -> list[TextSentence]:
    """The sentences of a text; what a heading or a line says stands alone too."""
    made = []
    for span in language()(source.text).sents:
        words = words_of(span, source)
        while words and words[-1].lower == "\n":
            words = words[:-1]
        if any(word.stems for word in words):
            made.append(TextSentence(words, span))
    return made


# numbers


def number_at(words: Sequence[Word], at: int) -> tuple[float | None, float, str, int]:
    """The number at a place, the size and kind of its unit, and the place of its last word."""
    lower = words[at].lower
    if (score := SCORE.fullmatch(lower)) is not None:
        return float(score["value"]), 1.0, f"of {score['of']}", at
    half = lower == "half"
    value, scale = (0.5, "") if half else _number(lower)
    if value is None:
        return None, 1.0, "", at
    degrees = at + 1
    while not scale and degrees < len(words) and words[degrees].lower in DEGREES:
        degrees += 1
    if scale or (degrees < len(words) and words[degrees].lower in SCALES):
        last = at if scale else degrees
        return _celsius(value, scale or words[degrees].lower[0]), 1.0, "temperature", last
    measure, end = _measure(words, at, value)
    if measure:
        return value, 1.0, measure, end
    if value >= 20 and value % 10 == 0 and not lower[:1].isdigit():
        value, end = _with_ones(words, at, value)
    return _with_unit(words, at, end, value)


def _with_ones(words: Sequence[Word], at: int, tens: float) -> tuple[float, int]:
    """A number in words with what follows its tens: ``twenty-four``; and its last word."""
    ones_at = at + 1 + (at + 1 < len(words) and words[at + 1].lower == "-")
    ones = NUMBERS.get(words[ones_at].lower) if ones_at < len(words) else None
    if ones is not None and 1 <= ones <= 9 and words[ones_at].lower not in {"a", "an"}:
        return tens + ones, ones_at
    return tens, at


def _with_unit(
    words: Sequence[Word], at: int, end: int, value: float
) -> tuple[float, float, str, int]:
    """A number, the size and kind of the unit behind it, and the place of the last word."""
    lower = words[at].lower
    linking = {"half": {"-", "or", "so", "a", "an"}, "couple": {"of"}}.get(lower, {"-"})
    beyond, most = end + 1, value
    while beyond < len(words) and words[beyond].lower in linking:
        beyond += 1
    if beyond + 1 < len(words) and words[beyond].lower in {"or", "to"}:
        most = _number(words[beyond + 1].lower)[0] or 0.0  # "three or four weeks"
        beyond += 2
    elif beyond == end + 2 and (
        more := _number(words[beyond].lower)[0] if beyond < len(words) else None
    ):
        most, beyond = more, beyond + 1  # "3-4 weeks"
    if most >= value and beyond < len(words) and words[beyond].lower in UNITS:
        kind, size = UNITS[words[beyond].lower]
        return most, size, kind, beyond
    return value, 1.0, "", end


def _measure(words: Sequence[Word], at: int, value: float) -> tuple[str, int]:
    """What a number is measured by, and the last word that says so: ``7 out of 10``, ``mg/dL``."""
    following = [word.lower.removesuffix(".") for word in words[at + 1 : at + 4]]
    if following[:1] == ["out"]:
        del following[0]
    if following[:1] in (["of"], ["/"]) and following[1:2] and following[1] in SCORES:
        most = SCORES[following[1]]
        out = words[at + 1].lower == "out"
        return (f"of {most}", at + 2 + out) if value <= most else ("", at)
    if following in (["mg", "/", "dl"], ["mg", "per", "dl"]):
        return "mg/dl", at + 3
    return "", at


def _number(text: str) -> tuple[float | None, str]:
    """A number, and ``c`` or ``f`` where it is written as a temperature.

    Examples
    --------
    >>> _number("50,000"), _number("36,6"), _number("101.3f"), _number("3rd")
    ((50000.0, ''), (36.6, ''), (101.3, 'f'), (None, ''))
    """
    match = DIGITS.fullmatch(text.removesuffix("."))
    if match is None:
        return NUMBERS.get(text), ""
    digits = match["digits"]
    plain = digits.replace(",", "" if THOUSANDS.fullmatch(digits) else ".")
    return float(plain), match["scale"] or ""


def _celsius(value: float, unit: str) -> float:
    return round((value - 32.0) / 1.8, 2) if unit == "f" else value
