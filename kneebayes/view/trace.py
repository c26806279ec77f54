"""Every number of one cause with its origin, and how it shows itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from kneebayes.arguments import checked
from kneebayes.binding import pd
from kneebayes.building import Elicited, Stated
from kneebayes.building.model import ModelLike
from kneebayes.building.words import amount_interval
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.knowledge.records import Cause
from kneebayes.knowledge.statements import Amount, Interval
from kneebayes.text import between, counted, written
from kneebayes.view.markup import Markup, table, tag
from kneebayes.view.report import InJson, fields_of, made_by, made_by_line, plain

ORIGINS = ("article", "literature", "assumption", "patients")


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One number and where it comes from."""

    # prior, raised by (to blame), there, raised by (to blame or silent), raises, shows (to blame),
    # shows, silent, points to: P(cause | finding, complaint), or less often: by what factor
    about: str
    node: str  # label of the other node, or of the cause itself for its prior
    stated: str  # the word or range as stated
    low: float  # the statement in numbers: a probability, or a risk ratio for "raised by"
    value: float
    high: float
    link: float  # the number in the network; of a prior or a ratio by age or sex what was reached
    origin: str  # article, literature, assumption, patients; joined by + where several take part
    because: tuple[str, ...]  # claims with their statement, references as cited, or a reason

    @property
    def numbers(self) -> tuple[str, ...]:
        """The low end, the value and the high end, as people write them."""
        return tuple(written(number, 3) for number in (self.low, self.value, self.high))


def _prior_row(knowledge: Knowledge, elicited: Elicited, cause: Cause) -> TraceRow:
    prior = elicited.priors[cause.id]
    share = cause.commonness
    stated = share.word or "a part of something else"
    if share.bounds is not None:
        known = "assumed" if share.published is None else "published"
        stated += f", {known} {between(*share.bounds)}"
    because = (*share.because, *share.bounds_because)
    return _row(knowledge, "prior", cause.label, stated, prior, prior.value, because)


def _arrow_rows(knowledge: Knowledge, elicited: Elicited, cause: Cause) -> Iterator[TraceRow]:
    raising = {f"{knowledge.place(cause.id)}: raised_by.{id}" for id in cause.raised_by}
    for stated in elicited.stated:
        arrow, own = stated.arrow, (cause.id, knowledge.there[cause.id])
        if arrow.place in raising:
            other = arrow.parent if arrow.child in own else arrow.child
            state = "" if arrow.state == "present" else f" ({arrow.state.replace('_', ' ')})"
            to_blame = cause.id in (arrow.parent, arrow.child)
            about = "raised by" if to_blame else "there, raised by"
            yield _arrow_row(knowledge, stated, about, knowledge.label(other) + state)
        elif arrow.parent in own and ": raised_by." not in arrow.place:
            about = "shows, silent," if arrow.silent else "shows"
            yield _arrow_row(knowledge, stated, about, knowledge.label(arrow.child))
        elif arrow.parent in own or arrow.child in own:
            other = arrow.child if arrow.parent in own else arrow.parent
            yield _arrow_row(knowledge, stated, "raises", knowledge.label(other))


def _evoked_rows(knowledge: Knowledge, elicited: Elicited, cause: Cause) -> Iterator[TraceRow]:
    """What points to the cause; its link is the one of the same finding under ``shows``."""
    lexicon = knowledge.lexicons[elicited.lexicon]
    own = (stated for stated in elicited.stated if stated.arrow.parent == cause.id)
    links = {stated.arrow.child: stated.link for stated in own}
    for finding, evoked in cause.evoked_by.items():
        interval = amount_interval(evoked.evokes, "evoking", lexicon)
        label, stated = knowledge.label(finding), _as_text(evoked.evokes)
        link, because = links[finding], evoked.because
        yield _row(knowledge, "points to", label, stated, interval, link, because)


def _rarer_rows(knowledge: Knowledge, elicited: Elicited, cause: Cause) -> Iterator[TraceRow]:
    """By what factor that which the cause raises, shows or rules out is less often found."""
    own = {cause.id, knowledge.there[cause.id]}
    ends = [{stated.arrow.parent, stated.arrow.child} for stated in elicited.stated]
    beside = set().union(*(both for both in ends if both & own))
    for id, rarer in knowledge.less_often.items():
        for context, factors in rarer.by.items():
            states = knowledge.states_of(context) if id in beside else ()
            given = {state.label: factors[state.id] for state in states if state.id in factors}
            overall, most = sum(state.share * factors.get(state.id, 1.0) for state in states), 1.0
            if context == EXPLANATION and cause.id in factors:
                given = {f"where {cause.label} explains": factors[cause.id]}
                overall = most = factors[cause.id]
            if given:
                stated = ", ".join(f"{label} {written(by, 3)}" for label, by in given.items())
                interval = Interval(low=min(given.values()), value=overall, high=most)
                label, because = knowledge.label(id), rarer.because
                yield _row(knowledge, "less often", label, stated, interval, overall, because)


def _arrow_row(knowledge: Knowledge, stated: Stated, about: str, node: str) -> TraceRow:
    statement = stated.arrow.statement
    amount = _as_text(statement.amount)
    where = knowledge.where_it_holds(stated.arrow.child)
    if statement.risk is not None:
        amount = "odds ratio: " + amount
    elif statement.in_cases is not None:
        amount = f"in its patients{where}: {amount}"
    else:
        amount += where
    multiplies = knowledge.states_of(stated.arrow.parent)  # age and sex multiply shares
    ratio = stated.reached if multiplies else None  # to which the table comes
    link = stated.link if ratio is None else ratio
    return _row(knowledge, about, node, amount, stated.interval, link, statement.because)


def _row(
    knowledge: Knowledge,
    about: str,
    node: str,
    stated: str,
    interval: Interval,
    link: float,
    because: tuple[str, ...],
) -> TraceRow:
    low, value, high = interval.low, interval.value, interval.high
    kinds, spelled = map(knowledge.kind_of_origin, because), spelled_out(knowledge, because)
    origin = "+".join(sorted(set(kinds), key=ORIGINS.index))
    return TraceRow(about, node, stated, low, value, high, link, origin, spelled)


def _as_text(amount: Amount | None) -> str:
    return between(*amount) if isinstance(amount, tuple) else str(amount)


def spelled_out(knowledge: Knowledge, because: tuple[str, ...]) -> tuple[str, ...]:
    """Origins in words: claims with what they say, references as they are cited."""
    spelled = []
    for origin in because:
        if origin in knowledge.claims:
            spelled.append(f"{origin}: {knowledge.claims[origin].statement}")
        elif origin in knowledge.references:
            spelled.append(f"{origin}: {knowledge.references[origin].cited}")
        else:
            spelled.append(origin)
    return tuple(spelled)


@dataclass(frozen=True, eq=False, repr=False)
class CauseTrace(InJson):
    """Every number of one cause with its origin; shows itself as text, HTML, JSON and table."""

    cause: Cause
    lexicon: str  #: id of the one that read its words
    rows: tuple[TraceRow, ...]  #: its numbers, the prior first
    #: which model they are of: version, lexicon, layer, setting, what it learnt
    origin: Mapping[str, Any]

    @property
    def table(self) -> pd.DataFrame:
        """One row a number: about, node, stated, low, value, high, link, origin, because."""
        frame = pd.DataFrame(map(fields_of, self.rows))
        frame["because"] = ["; ".join(because) for because in frame["because"]]
        return frame

    @property
    def text(self) -> str:
        """The trace for a terminal."""
        lines = [f"{self.cause.label}: {self.cause.about}", f"lexicon: {self.lexicon}", ""]
        for row in self.rows:
            link, numbers = written(row.link, 3), " .. ".join(row.numbers)
            lines.append(f"{row.about:<16} {row.node:<40} {row.stated:<28} {numbers:<24} -> {link}")
            lines += [f"{'':>12}{origin}" for origin in row.because]
        return "\n".join([*lines, "", made_by_line(self.origin)])

    def to_dict(self) -> dict[str, Any]:
        """The cause and its numbers as plain values, ready for JSON."""
        cause = self.cause
        return {
            **self.origin,
            "id": cause.id,
            "label": cause.label,
            "about": cause.about,
            "numbers": plain([*map(fields_of, self.rows)]),
        }

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"CauseTrace({self.cause.label!r}, {counted(len(self.rows), 'number')})"

    def _repr_html_(self) -> str:
        rows = [
            (
                *(row.about, row.node, row.stated),
                " \u2026 ".join(row.numbers),
                written(row.link, 3),
                row.origin,
                Markup("<br/>".join(escape(origin) for origin in row.because)),
            )
            for row in self.rows
        ]
        header = ("", "node", "stated", "in numbers", "in the network", "origin", "because")
        care = "".join(
            tag("li", escape(f"{advice.text} ({', '.join(advice.because)})"))
            for advice in self.cause.care
        )
        return tag(
            "div",
            tag("p", tag("strong", escape(self.cause.label)), escape(f": {self.cause.about}")),
            table(header, rows, caption=f"Lexicon: {self.lexicon}"),
            tag("ul", care) if care else "",
            tag("p", tag("small", escape(made_by_line(self.origin)))),
        )


@checked
def trace(model: ModelLike, cause: str) -> CauseTrace:
    """Every number of a cause with the claim, reference or assumption it comes from.

    Parameters
    ----------
    cause
        Any of its names; parts of something else too, whether the layer names them or not.

    Examples
    --------
    >>> import kneebayes as kb
    >>> kb.load().trace("gout").table["about"].iloc[0]
    'prior'
    """
    data = model.data
    about = data.knowledge, data.elicited, data.knowledge.diseases[data.disease_named(cause)]
    rows = (_prior_row(*about), *_arrow_rows(*about), *_evoked_rows(*about), *_rarer_rows(*about))
    return CauseTrace(about[-1], data.lexicon, rows, made_by(model))
