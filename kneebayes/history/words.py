"""A text cut into words, each with the forms under which a name may know it."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from kneebayes.errors import KneebayesError
from kneebayes.history.english import ABILITY, FORMS, LIGHT, SITES, SMALL, turns
from kneebayes.history.shorthand import WrittenOut
from kneebayes.memory import uncollected

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.matcher import PhraseMatcher

PLAIN_NAME = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*")
VOWEL = re.compile(r"[aeiouy]")
DOUBLED = re.compile(r"([bdfgmnprt])\1$")
NEEDED = (
    "Reading a history needs spaCy and RapidFuzz, which are not installed: "
    "pip install 'kneebayes[text]'."
)


@cache
def language() -> Language:
    """The English of spaCy without a trained model: words and sentences, nothing to download.

    Raises
    ------
    KneebayesError
        If spaCy is not installed.
    """
    with uncollected():
        try:
            import spacy
        except ImportError as error:
            raise KneebayesError(NEEDED) from error
        made = spacy.blank("en")
        made.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", "\n"]})
    return made


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text.

    Attributes
    ----------
    index
        Its place in the sentence.
    start, end
        Where it stands in the text, in characters.
    text, lower
        As written, and in small letters.
    stems
        What a name may call it: its stem, and that of what it stands for. Empty for marks.
    mended
        Whether it was only understood after its spelling was mended.
    """

    index: int
    start: int
    end: int
    text: str
    lower: str
    stems: frozenset[str] = field(default_factory=frozenset)
    mended: bool = False

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


SITE_STEMS = frozenset(stem(site) for site in SITES)
LIMBS = tuple(frozenset(map(stem, turns(name))) for name in ("lower_limb", "upper_limb"))


def around(site: frozenset[str]) -> frozenset[str]:
    """Parts of the body together with the whole limb that one of them is of.

    Examples
    --------
    >>> sorted(around(frozenset({"shoulder"}))), around(frozenset({"head"}))
    (['arm', 'elbow', 'forearm', 'shoulder', 'wrist'], frozenset({'head'}))
    """
    return site.union(*(limb for limb in LIMBS if limb & site))


class Phrases:
    """Turns of speech, found in a text whatever the case; the longest wins.

    Parameters
    ----------
    phrases
        Turns by the name of what they do.
    """

    def __init__(self, phrases: dict[str, Iterable[str]]) -> None:
        from spacy.matcher import PhraseMatcher

        nlp = language()
        self._matcher: PhraseMatcher = PhraseMatcher(nlp.vocab, attr="LOWER")
        for name, several in phrases.items():
            self._matcher.add(name, [nlp.make_doc(one) for one in several])

    def found_in(self, sentence: TextSentence) -> list[tuple[str, int, int]]:
        """What each turn in a sentence does, and the first and last place of its words."""
        strings = language().vocab.strings
        first = sentence.span.start
        spans = self._matcher(sentence.span)
        return sorted(
            (strings[match], start - first, end - 1 - first) for match, start, end in spans
        )


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
    lower = [_plain(token.text) for token in tokens]
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


@lru_cache(maxsize=8192)
def _stems_of(lower: str) -> frozenset[str]:
    """The stem of a word; none of a mark."""
    return frozenset({stem(lower)} if lower[:1].isalnum() else ())


class _Token(NamedTuple):
    """A piece of a name as spaCy would cut it: what is written, and where it starts."""

    text: str
    idx: int


def words_of_name(name: str) -> tuple[Word, ...]:
    """The words of a name; thousands of names are cut for the first history.

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
        if any(word.stems for word in words):
            made.append(TextSentence(words, span))
    return made
