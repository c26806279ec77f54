"""A differential shown: the ranked causes of one patient as text, HTML, tables and bars."""

from __future__ import annotations

from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING, Any

from kneebayes.case.answers import Answer
from kneebayes.case.case import Case, CaseLike
from kneebayes.view.markup import bar, percent, table, tag
from kneebayes.view.report import known_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = [
    "differential_dict",
    "differential_html",
    "differential_text",
    "draw_differential",
    "group_table",
    "ranking_table",
]

WHAT_IT_IS = (
    "Each posterior is P(present | evidence); several causes can be present at once, "
    "so they need not add up to 100%."
)
UNCERTAIN = (
    "'Perhaps (0.7 to 0.3)' weighs like a test that is 0.7/0.3 times as often positive when it "
    "is present; it is not the probability of the finding."
)
HARDLY = 3.0  # bits of conflict above which a reader is told


def ranking_table(case: CaseLike) -> pd.DataFrame:
    """One row a cause, most probable first; the index is the rank, from 1."""
    import pandas as pd

    rows = [asdict(row) for row in case.case.ranked]
    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="rank"))


def group_table(case: CaseLike) -> pd.DataFrame:
    """One row a group, most probable first: ``id``, ``group``, ``prior``, ``posterior``."""
    import pandas as pd

    case = case.case
    groups, before = case.knowledge.groups, case.data.group_priors
    after = case.group_posteriors(groups)
    rows = [
        {"id": id, "group": groups[id].label, "prior": before[id], "posterior": now}
        for id, now in sorted(after.items(), key=lambda item: -item[1])
    ]
    return pd.DataFrame(rows, columns=["id", "group", "prior", "posterior"])


def differential_dict(case: CaseLike) -> dict[str, Any]:
    """Everything as plain values, ready for JSON."""
    case = case.case
    return {
        "source": case.knowledge.meta.source,
        "disclaimer": case.disclaimer,
        "lexicon": case.data.lexicon,
        "answers": {answer.id: _plain(case, answer) for answer in case.answers},
        "urgency": {
            "level": case.urgency.level,
            "advice": case.urgency.advice,
            "reasons": [str(reason) for reason in case.urgency.reasons],
        },
        "probability_of_evidence": case.probability_of_evidence,
        "any_urgent": case.any_urgent,
        "ranking": [asdict(row) for row in case.ranked],
        "groups": group_table(case).to_dict(orient="records"),
    }


def _plain(case: Case, answer: Answer) -> dict[str, Any]:
    """An answer as plain values, with the likelihood of each state."""
    states = case.data.network[answer.id].states
    likelihood = dict(zip(states, answer.likelihood, strict=True))
    return {"label": answer.label, "state": answer.state, "likelihood": likelihood}


def differential_html(case: CaseLike, top: int = 10) -> str:
    """A differential as HTML: urgency on top, then the ranked causes."""
    case = case.case
    rows = [
        (
            str(rank),
            case.marked(row.id),
            row.group,
            percent(row.prior),
            percent(row.posterior),
            bar(row.posterior),
        )
        for rank, row in enumerate(case.ranked[:top], start=1)
    ]
    header = ("", "cause", "group", "prior", "posterior", "")
    reasons = "".join(tag("li", escape(str(reason))) for reason in case.urgency.reasons)
    return tag(
        "div",
        tag("p", tag("strong", escape(_title(case)))),
        tag("p", tag("strong", escape(case.urgency.advice)), role="alert"),
        tag("ul", reasons) if reasons else "",
        tag("p", escape(known_of(case.answers))),
        table(header, rows),
        *(tag("p", escape(note)) for note in _notes(case)),
        tag("p", tag("em", escape(case.disclaimer))),
    )


def differential_text(case: CaseLike, top: int = 10) -> str:
    """A differential for a terminal."""
    case = case.case
    lines = [_title(case), known_of(case.answers), "", case.urgency.advice]
    lines += [f"  - {reason}" for reason in case.urgency.reasons]
    lines += ["", f"{'':>3} {'cause':<38} {'prior':>8} {'posterior':>10}"]
    for rank, row in enumerate(case.ranked[:top], start=1):
        lines.append(
            f"{rank:>3} {case.marked(row.id):<38} {percent(row.prior):>8} "
            f"{percent(row.posterior):>10}  {'#' * round(20 * row.posterior)}".rstrip()
        )
    return "\n".join([*lines, "", *_notes(case), case.disclaimer])


def draw_differential(case: CaseLike, top: int = 10, ax: Axes | None = None) -> Axes:
    """Draw the first ``top`` causes as bars with matplotlib."""
    from kneebayes.view.caption import say_above
    from kneebayes.view.figures import draw_ranking

    case = case.case
    rows = [asdict(row) for row in case.ranked]
    return say_above(draw_ranking(rows, top, ax), _title(case), case.answers)


def _title(case: Case) -> str:
    return f"{case.title}: what may cause it ({case.data.reading})"


def _notes(case: Case) -> list[str]:
    notes = [f"P(at least one urgent cause) = {percent(case.any_urgent)}.", WHAT_IT_IS]
    if any(answer.is_uncertain for answer in case.answers):
        notes.append(UNCERTAIN)
    if case.conflict > HARDLY:  # which answers, surprises() tells: that asks the engine often
        notes.insert(0, f"These answers hardly go together (conflict {case.conflict:.1f} bits).")
    return notes
