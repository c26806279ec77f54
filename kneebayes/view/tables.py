"""HTML of results, built from plain records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from kneebayes.building.tracing import Trace
from kneebayes.case import Answer, Urgency
from kneebayes.view.markup import Markup, bar, percent, table, tag
from kneebayes.view.report import known_of

__all__ = ["WHAT_IT_IS", "differential_html", "differential_text", "trace_html", "trace_text"]

WHAT_IT_IS = (
    "Each posterior is P(present | evidence); several causes can be present at once, "
    "so they need not add up to 100%."
)
Row = Mapping[str, object]


def differential_html(
    title: str,
    answers: Sequence[Answer],
    urgency: Urgency,
    ranking: Iterable[Row],
    notes: Sequence[str],
    disclaimer: str,
) -> str:
    """A differential as HTML: urgency on top, then the ranked causes."""
    rows = [
        (
            str(at),
            str(row["cause"]) + (" (urgent)" if row["urgent"] else ""),
            str(row["group"]),
            percent(_number(row["prior"])),
            percent(_number(row["posterior"])),
            bar(_number(row["posterior"])),
        )
        for at, row in enumerate(ranking, start=1)
    ]
    header = ("", "cause", "group", "prior", "posterior", "")
    reasons = "".join(tag("li", escape(str(reason))) for reason in urgency.reasons)
    return tag(
        "div",
        tag("p", tag("strong", escape(title))),
        tag("p", tag("strong", escape(urgency.advice)), role="alert"),
        tag("ul", reasons) if reasons else "",
        tag("p", escape(known_of(answers))),
        table(header, rows),
        *(tag("p", escape(note)) for note in notes),
        tag("p", tag("em", escape(disclaimer))),
    )


def differential_text(
    title: str,
    answers: Sequence[Answer],
    urgency: Urgency,
    ranking: Iterable[Row],
    notes: Sequence[str],
    disclaimer: str,
) -> str:
    """A differential for a terminal."""
    lines = [title, known_of(answers), "", urgency.advice]
    lines += [f"  - {reason}" for reason in urgency.reasons]
    lines += ["", f"{'':>3} {'cause':<38} {'prior':>8} {'posterior':>10}"]
    for at, row in enumerate(ranking, start=1):
        posterior = _number(row["posterior"])
        mark = "!" if row["urgent"] else " "
        lines.append(
            f"{at:>3} {row['cause']!s:<36} {mark} {percent(_number(row['prior'])):>8} "
            f"{percent(posterior):>10}  {'#' * round(20 * posterior)}".rstrip()
        )
    lines += ["", "! marks an urgent cause.", *notes]
    return "\n".join([*lines, disclaimer])


def _number(value: object) -> float:
    return float(str(value))


def trace_html(trace: Trace) -> str:
    """A trace as HTML."""
    rows = [
        (
            row.about,
            row.node,
            row.stated,
            f"{row.low:.3g} \u2026 {row.value:.3g} \u2026 {row.high:.3g}",
            f"{row.link:.3g}",
            row.origin,
            Markup("<br/>".join(escape(one) for one in row.because)),
        )
        for row in trace.rows
    ]
    header = ("", "node", "stated", "in numbers", "in the network", "origin", "because")
    care = "".join(
        tag("li", escape(f"{one.text} ({', '.join(one.because)})")) for one in trace.cause.care
    )
    return tag(
        "div",
        tag("p", tag("strong", escape(trace.cause.label)), escape(f": {trace.cause.about}")),
        table(header, rows, caption=f"Lexicon: {trace.lexicon}"),
        tag("ul", care) if care else "",
    )


def trace_text(trace: Trace) -> str:
    """A trace for a terminal."""
    lines = [f"{trace.cause.label}: {trace.cause.about}", f"lexicon: {trace.lexicon}", ""]
    for row in trace.rows:
        numbers = f"{row.low:.3g} .. {row.value:.3g} .. {row.high:.3g}"
        lines.append(
            f"{row.about:<10} {row.node:<40} {row.stated:<28} {numbers:<24} -> {row.link:.3g}"
        )
        lines += [f"{'':>12}{origin}" for origin in row.because]
    return "\n".join(lines)
