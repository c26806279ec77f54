"""Every number of one cause with its origin, shown."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from kneebayes.arguments import checked
from kneebayes.building.model import ModelLike
from kneebayes.building.tracing import Trace, trace_cause
from kneebayes.text import counted
from kneebayes.view.markup import Markup, table, tag
from kneebayes.view.report import InJson, frame_of, made_by, made_by_line, plain

if TYPE_CHECKING:
    import pandas as pd


def _trace_html(trace: Trace, made_by: str) -> str:
    """A trace as HTML."""
    rows = [
        (
            row.about,
            row.node,
            row.stated,
            f"{row.low:.3g} \u2026 {row.value:.3g} \u2026 {row.high:.3g}",
            f"{row.link:.3g}",
            row.origin,
            Markup("<br/>".join(escape(origin) for origin in row.because)),
        )
        for row in trace.rows
    ]
    header = ("", "node", "stated", "in numbers", "in the network", "origin", "because")
    care = "".join(
        tag("li", escape(f"{advice.text} ({', '.join(advice.because)})"))
        for advice in trace.cause.care
    )
    return tag(
        "div",
        tag("p", tag("strong", escape(trace.cause.label)), escape(f": {trace.cause.about}")),
        table(header, rows, caption=f"Lexicon: {trace.lexicon}"),
        tag("ul", care) if care else "",
        tag("p", tag("small", escape(made_by))),
    )


def _trace_text(trace: Trace, made_by: str) -> str:
    """A trace for a terminal."""
    lines = [f"{trace.cause.label}: {trace.cause.about}", f"lexicon: {trace.lexicon}", ""]
    for row in trace.rows:
        numbers = f"{row.low:.3g} .. {row.value:.3g} .. {row.high:.3g}"
        lines.append(
            f"{row.about:<10} {row.node:<40} {row.stated:<28} {numbers:<24} -> {row.link:.3g}"
        )
        lines += [f"{'':>12}{origin}" for origin in row.because]
    return "\n".join([*lines, "", made_by])


class CauseTrace(InJson):
    """Every number of one cause with its origin; shows itself as text, HTML, JSON and table.

    Attributes
    ----------
    trace
        The cause, and each of its numbers.
    origin
        Which model they are of: version, lexicon, layer, setting, what it learnt.
    """

    def __init__(self, trace: Trace, origin: Mapping[str, Any]) -> None:
        self.trace, self.origin = trace, origin

    @property
    def table(self) -> pd.DataFrame:
        """One row a number: about, node, stated, low, value, high, link, origin, because."""
        frame = frame_of(self.trace.records())
        frame["because"] = ["; ".join(because) for because in frame["because"]]
        return frame

    @property
    def text(self) -> str:
        """The trace for a terminal."""
        return _trace_text(self.trace, made_by_line(self.origin))

    def to_dict(self) -> dict[str, Any]:
        """The cause and its numbers as plain values, ready for JSON."""
        cause = self.trace.cause
        return {
            **self.origin,
            "id": cause.id,
            "label": cause.label,
            "about": cause.about,
            "numbers": plain(self.trace.records()),
        }

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"CauseTrace({self.trace.cause.label!r}, {counted(len(self.trace.rows), 'number')})"

    def _repr_html_(self) -> str:
        return _trace_html(self.trace, made_by_line(self.origin))


@checked
def trace(model: ModelLike, cause: str) -> CauseTrace:
    """Every number of a cause with the claim, reference or assumption it comes from.

    Parameters
    ----------
    cause
        Any of its names.

    Examples
    --------
    >>> import kneebayes as kb
    >>> kb.load().trace("gout").table["about"].iloc[0]
    'prior'
    """
    data = model.data
    traced = trace_cause(data.knowledge, data.elicited, data.cause_named(cause))
    return CauseTrace(traced, made_by(model))
