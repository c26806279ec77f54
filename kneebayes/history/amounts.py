"""Durations, temperatures, sizes and counts in a sentence, held to the bounds in names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from kneebayes.history.dictionary import Bound, Dictionary, Pattern
from kneebayes.history.english import UNITS, turns
from kneebayes.history.words import Word, around, number_at

PARTING = frozenset({";", ".", ":"})
NEAR = 0.0005  # of a bound: not sure to which side
NEARLY_WARM = 0.6  # degrees below a bound that leave it open
AS_TEMPERATURE = "a number as of a temperature"  # as long as nothing is measured in centimetres
TEMPERATURES = (34.0, 43.0)  # a number between them with a decimal is a temperature
LIVING = (34.9, 45.0)  # degrees Celsius that a temperature of a person may have
FAHRENHEIT = (95.0, 113.0)  # the same in degrees Fahrenheit
WIDEST = 30.0  # centimetres of a lump: what is more is a girth or a height
SHORTEST = 0.5  # days that a trouble may have lasted
NEW = 31.0  # days: a trouble that began so long ago or less has lasted as long
THOUSAND = 1000.0  # of cells: written out or not
LARGE = 100.0  # a bound below it speaks of thousands where an amount is one thousand or more
AROUND = 6  # words between a name and its amount
CLOSE = 4  # the same before an amount without a unit
ALONE = frozenset({",", ";", ":", "."})
LASTING = frozenset({"for", "since", "lasting", "lasted", "over", "last", "past", "been", "x"})
COMPARING = turns("over") | turns("under") | {"than", "about", "at", ","}
GONE_ON = frozenset({",", "he", "i", "it", "she", "the", "there"})  # "three weeks on it aches"
BY = frozenset({"x", "\u00d7", "by"})
ABOUT = frozenset(
    {"so", "~", "about", "approximately", "around", "nearly", "some", "roughly", "over"}
)
BEING = frozenset({"was", "is", "'s"})
OFTEN = frozenset({"attacks", "episodes", "times", "twice", "once"})
OF_EARLIER = frozenset({"again", "before", "earlier", "old", "once", "previous", "previously"})
TREATED = ("operat", "surg", "replac", "reconstr", "repair", "arthroscop", "inject", "diagnos")
MOVING = "|".join(sorted(turns("moving")))
LEADING = "|".join(sorted(turns("leading_to")))
NO_DEGREES = r"[+/%]|(?:out|times|days|weeks|months|years|minutes|cm|m)\b"
RANGE = re.compile(  # of words with single spaces between them
    rf"(?P<held>(?:at|fixed|in|with) )?\b(?:{MOVING})(?: (?:{LEADING}))* "
    r"(?:(?P<start>\d\d?)(?: (?:\u00b0|degrees?))?(?: to | ?[-\u2013] ?))?"
    r"(?:\d{3}(?: (?:\u00b0|degrees?))? to )?"  # "fallen from 120 to 80"
    rf"(?P<end>\d{{2,3}})\b(?! (?:{NO_DEGREES}))"
)
OLDEST_BEGIN = 2000.0  # days: a trouble that began longer ago is rather another one


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit in a sentence: days, centimetres, degrees; or none."""

    value: float
    unit: str
    first: int
    last: int
    beyond: int = 0  # 1 for more than it, -1 for less


@dataclass(frozen=True, slots=True)
class Met:
    """A name with a bound, and whether an amount is on its side of it."""

    pattern: Pattern
    status: Literal["present", "absent", "perhaps"]
    amount: Amount


def _amounts_in(words: Sequence[Word]) -> list[Amount]:
    """Numbers with their units, one after the other."""
    found: list[Amount] = []
    at = 0
    while at < len(words):
        value, size, unit, end = number_at(words, at)
        if value is None or (not unit and not words[at].lower[:1].isdigit()):
            at += 1
            continue
        behind = words[end + 1].lower if end + 1 < len(words) else ""
        if not unit and behind == "%":
            unit = "percent"
        decimal = "." in words[at].lower or (at > 0 and words[at - 1].lower == "t")  # "T 39"
        if not unit and decimal and TEMPERATURES[0] <= value <= TEMPERATURES[1]:
            unit = AS_TEMPERATURE
        if behind != "+":  # "pulses 2+"
            found.append(Amount(value * size, unit, at, end, _beyond(words, at)))
        at = end + 1
    if any(amount.unit == "length" for amount in found):  # "calf 44 cm (R 39.5)"
        found = [replace(one, unit="") if one.unit == AS_TEMPERATURE else one for one in found]
    return [
        replace(one, unit="temperature") if one.unit == AS_TEMPERATURE else one
        for one in _sized(found, words)
    ]


def _beyond(words: Sequence[Word], at: int) -> int:
    """Whether more than a number is said, or less: ``over an hour``, ``less than 5``."""
    before = [word.lower for word in words[max(0, at - 2) : at]]
    said = before[-1:] if before[-1:] != ["than"] else before[:1]
    return int(not turns("over").isdisjoint(said)) - int(not turns("under").isdisjoint(said))


def _sized(amounts: Sequence[Amount], words: Sequence[Word]) -> Iterator[Amount]:
    """Amounts, those that only have the unit of the next with it: ``9 x 6 cm``."""
    for amount, following in zip_longest(amounts, amounts[1:]):
        by = words[amount.last + 1].lower if amount.last + 1 < len(words) else ""
        joined = following is not None and by in BY and following.first == amount.last + 2
        if not amount.unit and joined and following.unit == "length":
            yield replace(
                amount, value=amount.value * UNITS[words[following.last].lower][1], unit="length"
            )
        else:
            yield amount


def _ranges_in(words: Sequence[Word]) -> Iterator[Amount]:
    """Where ranges of movement begin and end, in degrees: ``ROM 10-90``, ``bends to 70``."""
    for match in RANGE.finditer(" ".join(word.lower for word in words)):
        first = match.string.count(" ", 0, match.start())
        last = match.string.count(" ", 0, match.end())
        if match["held"]:
            continue  # "fixed flexion of 20 degrees", "held in flexion of 30 degrees"
        if match["start"]:
            yield Amount(float(match["start"]), "range start", first, last)
        yield Amount(float(match["end"]), "range end", first, last)


def _temperature(pattern: Pattern, amount: Amount) -> Amount | None:
    """An amount that a temperature may be, in degrees Celsius; None for what can be none."""
    if not any(one.startswith("temp") for one in pattern.stems):
        return amount
    if not amount.unit and FAHRENHEIT[0] <= amount.value <= FAHRENHEIT[1]:
        return replace(amount, value=round((amount.value - 32.0) / 1.8, 2), unit="temperature")
    other = amount.unit not in {"", "temperature"}
    return amount if other or LIVING[0] <= amount.value <= LIVING[1] else None


def _side(bound: Bound, amount: Amount) -> Literal["present", "absent", "perhaps"]:
    """On which side of a bound an amount lies."""
    thousands = bound.value < LARGE and amount.value >= THOUSAND and not bound.unit
    above = (amount.value / THOUSAND if thousands else amount.value) - bound.value
    if amount.beyond and abs(above) <= NEAR * bound.value:
        above = amount.beyond * bound.value  # "over an hour", where an hour is the bound
    nearly = amount.unit == "temperature" and -NEARLY_WARM < above < 0
    if nearly or abs(above) <= NEAR * bound.value:
        return "perhaps"
    return "present" if (above > 0) == bound.over else "absent"


class Measured:
    """A sentence with its amounts; ``troubled`` are places of words that speak of a finding."""

    def __init__(
        self, dictionary: Dictionary, words: Sequence[Word], troubled: frozenset[int]
    ) -> None:
        self._dictionary, self._words, self._troubled = dictionary, words, troubled
        self._amounts = [*_amounts_in(words), *_ranges_in(words)]

    def bounds_met(self) -> Iterator[Met]:
        """Names with a bound that an amount in the sentence meets, fails, or nearly meets."""
        for pattern, bound in self._dictionary.bounds:
            for amount in self._amounts:
                about = self._is_about(pattern, bound, amount)
                about = about and not self._is_taken(pattern, bound, amount)
                real = _temperature(pattern, amount) if about else None
                if real is not None:
                    status = _side(bound, real)
                    target = pattern.targets[0]
                    other_side = (target.id, bound.unit) in self._dictionary.two_sided
                    if status != "absent" or not (other_side or target.state == "absent"):
                        yield Met(pattern, status, real)

    def _is_about(self, pattern: Pattern, bound: Bound, amount: Amount) -> bool:
        """Whether an amount is one of what a name with a bound speaks of."""
        words = self._words
        is_temperature = amount.unit == "temperature" and bound.unit in {"", "temperature"}
        too_wide = amount.unit == "length" and (amount.value > WIDEST or self._compares(amount))
        if not (is_temperature or amount.unit == bound.unit) or too_wide:
            return False
        if not (is_temperature or not pattern.stems or self._is_around(pattern, bound, amount)):
            return False
        start, end = self._ends(amount)
        if start and words[start - 1].lower == ":":  # "Aspirate: white cells 62,000"
            before = (at + 1 for at in range(start - 1) if words[at].lower in PARTING)
            start = max(before, default=0)
        clause = _stems(words[start : end + 1])
        if pattern.head:
            if pattern.head.isdisjoint(clause):
                return False
        elif self._is_of_another_test(pattern, clause):
            return False
        if is_temperature:
            return any(one.startswith("temp") or one == "fever" for one in pattern.stems)
        return bool(pattern.stems) or amount.unit != "time" or self._lasts(amount)

    def _is_of_another_test(self, pattern: Pattern, clause: set[str]) -> bool:
        """Whether the clause is about another sample than a name: the joint fluid, not blood."""
        own = self._dictionary.tests.get(pattern.targets[0].id, "")
        samples = self._dictionary.samples.items()
        return bool(own) and any(
            not clause.isdisjoint(head) for method, head in samples if method != own
        )

    def _is_taken(self, pattern: Pattern, bound: Bound, amount: Amount) -> bool:
        """Whether the name has a number of its own before this one: ``WCC 9.8, CRP 112``."""
        before = self._words[: amount.first]
        named = [word.index for word in before if not word.stems.isdisjoint(pattern.stems)]
        return not bound.unit and any(
            one.unit == amount.unit and named[-1:] < [one.first] and one.last < amount.first
            for one in self._amounts
            if named
        )

    def _compares(self, amount: Amount) -> bool:
        """Whether a length tells two things apart: ``2 cm thicker than the left``."""
        return "than" in {word.lower for word in self._words[amount.last + 1 : amount.last + 4]}

    def _is_around(self, pattern: Pattern, bound: Bound, amount: Amount) -> bool:
        """Whether the words of a name stand near an amount."""
        words = self._words
        before = AROUND if bound.unit else CLOSE
        behind = AROUND if bound.unit else -amount.last + amount.first - 1
        if pattern.head and not bound.unit and amount.value >= THOUSAND:
            behind += 1 + len(pattern.stems)  # "155,000 white cells"
        begins = amount.first
        while begins > 0 and words[begins - 1].lower in COMPARING:
            begins -= 1
        near = words[max(0, begins - before) : amount.last + 1 + behind]
        if amount.unit == "length":
            near = self._clause(amount)  # "the mass was soft, mobile, not tender, measured 9 cm"
        return set(pattern.stems) <= _stems(near)

    def _ends(self, amount: Amount) -> tuple[int, int]:
        """The first and the last place of the clause that an amount stands in."""
        words, start, end = self._words, amount.first, amount.last
        while start > 0 and words[start - 1].lower not in PARTING:
            start -= 1
        while end + 1 < len(words) and words[end + 1].lower not in PARTING:
            end += 1
        return start, end

    def _clause(self, amount: Amount) -> Sequence[Word]:
        start, end = self._ends(amount)
        return self._words[start : end + 1]

    def _lasts(self, amount: Amount) -> bool:
        """Whether a time is how long the trouble has lasted."""
        words, troubled, clause = self._words, self._troubled, self._clause(amount)
        spoken_of = any(word.index in troubled or word.lower in turns("trouble") for word in clause)
        before = {word.lower for word in words[max(0, amount.first - 4) : amount.first]}
        after = [word.lower for word in words[amount.last + 1 : amount.last + 3]]
        following = after[0] if after else ""
        if following in {"ago", "back"}:
            if self._is_that(amount):
                return amount.value <= OLDEST_BEGIN  # "That was nine weeks back."
            happened = spoken_of or not turns("accidents").isdisjoint(word.lower for word in clause)
            began = amount.value <= NEW or self._began(amount)
            return happened and began and not self._is_elsewhere(clause)
        often = not OFTEN.isdisjoint(
            word.lower for word in clause
        )  # "four attacks in the past year"
        if amount.value < SHORTEST or not spoken_of or self._is_elsewhere(clause) or often:
            return False
        if following == "on" and not GONE_ON.isdisjoint(after[1:]) and "after" not in before:
            return True
        if following in {"earlier", "before", "after", "later", "old"} or after == ["-", "old"]:
            return False
        return (
            self._stands_alone(amount)
            or after in (["-", "history"], ["history", "of"])
            or following in {"of", "'", "'s", "now", "plus", "duration"}
            or not LASTING.isdisjoint(before)
        )

    def _stands_alone(self, amount: Amount) -> bool:
        """Whether only marks or the trouble itself are beside a time: ``knee pain, two months``."""
        words, troubled, at = self._words, self._troubled, amount.first - 1
        while at >= 0 and words[at].lower in ABOUT:
            at -= 1
        beside = {words[one].lower for one in (at, amount.last + 1) if 0 <= one < len(words)}
        starts = at < 0 or words[at].lower in ALONE  # "2/7 not bearing weight"
        return (
            beside <= ALONE
            or (starts and not troubled.isdisjoint({amount.last + 1, amount.last + 2}))
            or at in troubled
            or (at >= 0 and words[at].lower in turns("trouble"))
        )

    def _is_that(self, amount: Amount) -> bool:
        """Whether a clause only says how long ago what was told before it is."""
        words, (start, end) = self._words, self._ends(amount)
        first = words[start].lower in {"that", "this", "it"} and words[start + 1].lower in BEING
        others = [word for word in words[start + 2 : amount.first] if not word.is_light]
        return first and not others and end - amount.last <= 2

    def _is_elsewhere(self, clause: Sequence[Word]) -> bool:
        """Whether a clause is about other parts alone: ``his great toe was swollen``."""
        site, sites = self._dictionary.site, [word for word in clause if word.is_site]
        near = around(site)
        return bool(site and sites) and all(word.stems.isdisjoint(near) for word in sites)

    def _began(self, amount: Amount) -> bool:
        """Whether what began long ago is what is complained of: ``noticed 4 months ago``."""
        if sum(UNITS.get(word.lower, ("", 0.0))[0] == "time" for word in self._words) > 1:
            return False  # "fell two months ago, pain for five weeks"
        clause = {word.lower for word in self._clause(amount)}
        treated = any(one.startswith(TREATED) for one in clause)
        if treated or not OF_EARLIER.isdisjoint(clause) or amount.value > OLDEST_BEGIN:
            return False
        return not turns("beginning").isdisjoint(clause)


def _stems(words: Sequence[Word]) -> set[str]:
    return {one for word in words for one in word.stems}
