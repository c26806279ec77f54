"""What an answer beside a name says: ``fever: no; redness +ve; warmth ?``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kneebayes.history.english import turns
from kneebayes.history.line import ANSWERED, MINUS, Line
from kneebayes.history.matching import Match
from kneebayes.history.words import Word

Said = Literal["present", "absent", "perhaps"]
Answer = tuple[Said, tuple[int, int]]

MARKS = frozenset({":", "=", "(", "[", "-", "\u2013", "\u2014", "?"})  # right behind a name
HEADING = frozenset({":", "="})  # the same some words behind a name
CLOSING = ANSWERED | {")", "]", "!", "but", "although", "though", "however"}
NOT_SAID = frozenset({"not", "see", "tbc"})  # "not at the moment", "see below"
FAR = 4  # words from a name to the mark: "swelling of the leg: no"
KINDS: dict[str, Said] = {  # "fever: previously" may be there again
    "deny after": "absent",
    "perhaps after": "perhaps",
    "earlier": "perhaps",
}
LISTS: dict[str, Said] = {"yes": "present", "no": "absent", "open": "perhaps"}


def answered(line: Line, match: Match) -> Answer | None:
    """What an answer right beside what was found says; None where there is none."""
    signed = _signed(line, match)
    if signed is not None:
        return signed
    at = match.last + 1
    found = _answer_at(line, at, marked=False)
    if found is not None and (found[0] != "present" or _is_new(line, match)):
        return found
    for mark in range(at, min(at + FAR, len(line.words))):
        lower = line.words[mark].lower
        if lower in HEADING or (mark == at and lower in MARKS):
            return _answer_at(line, mark + 1, marked=True)
        if lower in CLOSING or mark in line.named:
            break
    return None


def _answer_at(line: Line, at: int, *, marked: bool) -> Answer | None:
    """An answer at a place, if nothing goes on behind it; behind a mark more words are one."""
    if at >= len(line.words) or _is_no_answer(line, at):
        return None
    lower = line.words[at].lower
    kinds = KINDS.keys() if marked else KINDS.keys() - {"earlier"}
    cues = [cue for cue in line.cues if cue.first == at and cue.does in kinds]
    if cues:
        cue = max(cues, key=lambda one: one.last)
        if line.after(cue.last) in CLOSING:
            return KINDS[cue.does], (at, cue.last)
        return ("perhaps", (at, cue.last)) if marked and cue.does != "earlier" else None
    if line.after(at) not in CLOSING:
        return ("perhaps", (at, at)) if marked and lower in NOT_SAID else None
    for name, status in LISTS.items():
        if lower in turns(name) or (marked and lower in turns(f"{name}_behind_a_mark")):
            return status, (at, at)
    return None


def _is_no_answer(line: Line, at: int) -> bool:
    """Whether a word is a part of what follows: ``swollen n/v intact``, ``fever? - calf hot``."""
    lower = line.words[at].lower
    bullet = lower in MINUS and at > 0 and line.words[at - 1].lower == "?"
    return bullet or (len(lower) == 1 and line.after(at) == "/")


def _is_new(line: Line, match: Match) -> bool:
    """Whether a name begins an item of its own, so that no denial before it reaches it."""
    at = match.first - 1
    while (
        at >= 0
        and line.words[at].is_light
        and line.words[at].stems
        and line.words[at].lower != "and"
    ):
        if line.words[at].lower in {"or", "nor"}:
            return False
        at -= 1
    begins = turns("yes") | turns("no") | {"and"}
    return at < 0 or not line.words[at].stems or line.words[at].lower in begins


def _signed(line: Line, match: Match) -> Answer | None:
    """What a sign beside a name says: ``(-) fever``; left open if it may be another's."""
    before, behind = match.first - 1, match.last + 1
    before -= before >= 0 and line.words[before].lower in {")", "]"}
    if _is_sign(line, before):
        bracketed = before + 1 < match.first
        begins = before - bracketed
        if begins > 0 and line.words[begins - 1].lower not in CLOSING:
            return "perhaps", (before, before)
        if line.words[before].lower == "+":
            return "present", (before, before)
        return ("absent" if bracketed else "perhaps"), (before, before)
    unclosed = _is_sign(line, behind) and line.after(behind) not in CLOSING
    return ("perhaps", (behind, behind)) if unclosed else None


def _is_sign(line: Line, at: int) -> bool:
    """Whether a plus or a minus is an answer: in brackets, or where a sentence has both."""
    words = line.words
    if not 0 <= at < len(words) or words[at].lower not in MINUS | {"+"}:
        return False
    if not set("()[]").isdisjoint(word.lower for word in words[max(0, at - 1) : at + 2]):
        return True
    plus = any(word.lower == "+" or _is_written_out(word, "positive") for word in words)
    return plus and any(word.lower in MINUS and _is_free(words, word) for word in words)


def _is_written_out(word: Word, full: str) -> bool:
    """Whether a word stands for a sign in the text."""
    return word.lower == full and word.end - word.start < len(full)


def _is_free(words: Sequence[Word], word: Word) -> bool:
    """Whether a mark is no hyphen between two words."""
    before, behind = words[: word.index][-1:], words[word.index + 1 :][:1]
    return not (before and behind and before[0].end == word.start and behind[0].start == word.end)
