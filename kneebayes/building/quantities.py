"""Every stated quantity of a model: how it may be drawn from its interval, and its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kneebayes.building.result import Elicited, Stated, leak_in, offset_of
from kneebayes.building.words import amount_interval, prior_intervals
from kneebayes.inference import Engine
from kneebayes.inference.batch import Integers
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.knowledge.statements import Amount, Interval
from kneebayes.network import Numbers
from kneebayes.odds import logit
from kneebayes.text import between, written

Kind = Literal["prior", "presence", "frequency", "ratio", "scale", "leak", "evoking", "share"]
RATIOS: tuple[Kind, ...] = ("ratio", "scale")
QUANTILE = 1.6448536269514722  # 95 % quantile of the standard normal: an interval holds 90 %
NEAREST = 0.01  # an end at 0 (or 1) is read as this share of the way from there to the value


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number that was stated.

    ``prior``: P(node explains | complaint). ``presence``: P(node is there | complaint).
    ``frequency``: P(node | parent alone). ``ratio``: of the odds of the node, with the
    parent against without. ``scale``: of the odds that the node explains, by age or sex.
    ``leak``: P(node | no parent). ``evoking``: P(parent explains | node, complaint). ``share``:
    P(state of a root), which nobody draws.

    ``place``: where the number that follows from it stands in :func:`numbers_of`; the first entry
    of the table of explanations for what acts on that table alone.
    """

    kind: Kind
    node: str
    parent: str  # empty, as its state, for a prior, a presence and a leak
    state: str
    said: Amount  # a word, a number or a range
    interval: Interval  # the same in numbers
    because: tuple[str, ...]  # empty for leaks, whose records have one origin for all
    place: int
    word: str  # what draws together: statements with the same word of the same direction
    bounds: tuple[float, float] = (0.0, 1.0)  # between what an ``evoking`` may move the link
    odds: float = 1.0  # that a ``ratio`` is taken against


@dataclass(frozen=True)
class Quantities:
    """All stated quantities, laid out as arrays too.

    All statements with one word, such as ``frequency: usually``, are drawn together.
    """

    all: tuple[Quantity, ...]
    words: tuple[str, ...]  # one entry for each draw
    word_of: Integers  # for each quantity its entry in ``words``

    def __len__(self) -> int:
        return len(self.all)

    @property
    def values(self) -> Numbers:
        """The value of each quantity, to be changed at will."""
        return self._values.copy()

    @cached_property
    def _values(self) -> Numbers:
        return np.array([quantity.interval.value for quantity in self.all])

    @cached_property
    def scaled(self) -> Numbers:
        """Value of each quantity on the scale of drawing, and how far down and up it may go."""
        return np.array([_scaled(quantity) for quantity in self.all])

    @cached_property
    def ratios(self) -> NDArray[np.bool_]:
        """Which quantities are ratios, that are drawn on the scale of logarithms."""
        return np.array([quantity.kind in RATIOS for quantity in self.all])

    def of_kind(self, *kinds: Kind) -> Integers:
        """Where quantities of some kinds stand."""
        return np.flatnonzero([quantity.kind in kinds for quantity in self.all])


def quantities_of(knowledge: Knowledge, elicited: Elicited, engine: Engine) -> Quantities:
    """Collect every stated quantity of a model; in whom something is rarer counts as exact.

    A statement in a word draws together with all others that use the word in the same
    direction: if "usually" means more than was thought, it does so everywhere. A published
    range, and a prior that a published range has narrowed, draw on their own.
    """
    # links with an evoking strength were solved before a setting shifted the priors, and stay:
    # they belong to the disease, and nobody said P(cause | finding) of this setting
    settled = prior_intervals(knowledge, knowledge.lexicons[elicited.lexicon]) != elicited.priors
    stated = (
        *_priors(knowledge, elicited, engine),
        *_arrows(knowledge, elicited, engine, settled=settled),
        *_leaks(knowledge, elicited, engine),
        *(() if settled else _evoking(knowledge, elicited, engine)),
    )
    words = tuple(dict.fromkeys(quantity.word for quantity in stated))
    index = {word: place for place, word in enumerate(words)}
    word_of = [index[quantity.word] for quantity in stated]
    return Quantities(stated, words, np.array(word_of, dtype=np.int64))


def _priors(knowledge: Knowledge, elicited: Elicited, engine: Engine) -> Iterator[Quantity]:
    table = engine.place_of(EXPLANATION)
    for cause in knowledge.diseases.values():
        if cause.id not in elicited.priors or cause.id not in engine.network[EXPLANATION].states:
            continue
        stated = cause.commonness
        alone = f"prior of {cause.id}"
        word = f"commonness: {stated.word}" if stated.word and stated.bounds is None else alone
        interval = elicited.priors[cause.id]
        because = stated.because
        yield Quantity("prior", cause.id, "", "", stated.said, interval, because, table, word)
    for id, interval in elicited.presences.items():
        presence = knowledge.diseases[id].present_in
        if presence is not None:
            alone = f"presence of {id}"
            place = engine.place_of(elicited.there[id])
            yield Quantity(
                "presence", id, "", "", presence.share, interval, presence.because, place, alone
            )


def _arrows(
    knowledge: Knowledge, elicited: Elicited, engine: Engine, *, settled: bool
) -> Iterator[Quantity]:
    evoked = {(pointer.source, pointer.finding) for pointer in knowledge.pointers}
    for stated in elicited.stated:
        arrow, statement = stated.arrow, stated.arrow.statement
        if (arrow.parent, arrow.child) in evoked and settled:
            continue
        scales = arrow.parent in engine.network[EXPLANATION].parents
        said_as: Kind = "ratio" if statement.risk is not None else "frequency"
        kind, amount = "scale" if scales else said_as, statement.amount
        about = arrow.child, arrow.parent, arrow.state
        alone = f"{kind} of {arrow.child} for {arrow.parent} ({arrow.state})"
        word, place = _word(said_as, amount, alone), _link_at(engine, stated)
        stated_as = amount, stated.interval, statement.because
        yield Quantity(kind, *about, *stated_as, place, word, odds=stated.odds)


def _leaks(knowledge: Knowledge, elicited: Elicited, engine: Engine) -> Iterator[Quantity]:
    for id, interval in elicited.leaks.items():
        amount = knowledge.leak_of(id)
        if amount is None and id in knowledge.findings:
            amount = knowledge.findings[id].specificity
        if amount is not None and id != knowledge.meta.complaint:
            word = _word("frequency", amount, f"leak of {id}")
            place = engine.place_of(leak_in(engine.network, id))
            yield Quantity("leak", id, "", "", amount, interval, (), place, word)


def _evoking(knowledge: Knowledge, elicited: Elicited, engine: Engine) -> Iterator[Quantity]:
    lexicon = knowledge.lexicons[elicited.lexicon]
    order = engine.network.index
    by_arrow = {(stated.arrow.parent, stated.arrow.child): stated for stated in elicited.stated}
    for pointer in sorted(knowledge.pointers, key=lambda pointer: order[pointer.finding]):
        source, finding, evoked = pointer.source, pointer.finding, pointer.said
        interval = amount_interval(evoked.evokes, "evoking", lexicon)
        place = _link_at(engine, by_arrow[source, finding])
        word = _word("evoking", evoked.evokes, f"evoking of {source} by {finding}")
        stated = evoked.evokes, interval, evoked.because
        yield Quantity("evoking", finding, source, "present", *stated, place, word, evoked.between)


def _word(kind: str, amount: Amount, alone: str) -> str:
    return f"{kind}: {amount}" if isinstance(amount, str) else alone


def _link_at(engine: Engine, stated: Stated) -> int:
    """Where the number of a statement stands, for the state that it is about."""
    arrow = stated.arrow
    node, offset = offset_of(engine.network, arrow.parent, arrow.state, arrow.child)
    return engine.place_of(node.id) + offset


def amounts_at(quantities: Quantities, deviations: Numbers) -> Numbers:
    """Amounts (rows x quantities) away from their values, each towards the ends of its interval.

    On the scale of log-odds (of the logarithm for a risk ratio) each half of the interval
    is half of a normal distribution, with the value as its median and the ends as its 5 and
    95 % quantiles; so an interval is what it claims to be: the central 90 %. ``deviations`` are
    standard normal, rows x words; 0 gives the value itself.
    """
    middle, down, up = quantities.scaled.T
    own = deviations[:, quantities.word_of]
    moved = np.where(own > 0.0, up, down) * own / QUANTILE
    ratio, far = quantities.ratios, middle + moved
    amounts = np.empty_like(far)
    amounts[:, ratio] = np.maximum(1.0, np.exp(far[:, ratio]))
    amounts[:, ~ratio] = _expit(far[:, ~ratio])
    return np.where(moved == 0.0, quantities.values, amounts)


def _expit(values: Numbers) -> Numbers:
    return 0.5 * (1.0 + np.tanh(0.5 * values))


def _scaled(quantity: Quantity) -> tuple[float, float, float]:
    """Value on the scale of drawing, and how far down and up the interval reaches."""
    interval = quantity.interval
    low, value, high = interval.low, interval.value, interval.high
    if low == high or value in (0.0, 1.0):
        return 0.0, 0.0, 0.0
    if quantity.kind in RATIOS:
        middle = float(np.log(value))
        return middle, middle - float(np.log(low)), float(np.log(high)) - middle
    low, value, high = bounds_of(interval)
    return value, value - low, high - value


def bounds_of(interval: Interval) -> tuple[float, float, float]:
    """Low, value (not 0 or 1) and high as log-odds; ends at 0 and 1 are taken in."""
    value = interval.value
    low = max(interval.low, NEAREST * value)
    high = min(interval.high, 1.0 - NEAREST * (1.0 - value))
    return logit(low), logit(value), logit(high)


def ends(quantities: Quantities, places: Sequence[int], end: Literal["low", "high"]) -> Numbers:
    """All quantities at their values, but some of them at one end of their intervals."""
    amounts = quantities.values
    amounts[list(places)] = [getattr(quantities.all[place].interval, end) for place in places]
    return amounts


def labelled(knowledge: Knowledge, quantity: Quantity) -> str:
    """What a quantity is about, in words."""
    node, parent = knowledge.label(quantity.node), knowledge.label(quantity.parent)
    where = knowledge.where_it_holds(quantity.node, leak=quantity.kind == "leak")
    if quantity.state not in ("", "present"):
        parent += f" ({quantity.state.replace('_', ' ')})"
    return {
        "prior": f"how common {node} is",
        "frequency": f"how often {parent} shows {node}{where}",
        "presence": f"how often {node} is there",
        "ratio": f"how much {node} raises {parent}",
        "scale": f"how much {parent} raises {node}",
        "leak": f"{node} without a named cause{where}",
        "share": f"how many have {node}",
        "evoking": f"how strongly {node} points to {parent}",
    }[quantity.kind]


def said_in_words(knowledge: Knowledge, quantity: Quantity) -> str:
    """A statement as it was made, with the range that bounds a prior."""
    amount = quantity.said
    if isinstance(amount, tuple):
        return between(*amount)
    if not isinstance(amount, str):
        return written(amount, 6)
    commonness = knowledge.diseases[quantity.node].commonness if quantity.kind == "prior" else None
    if commonness is None or commonness.bounds is None:
        return f"'{amount}'"
    known = "assumed" if commonness.published is None else "published"
    return f"'{amount}', {known} {between(*commonness.bounds)}"
