"""A differential shown: the ranked causes of one patient as text, HTML, tables and bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from kneebayes.arguments import checked
from kneebayes.binding import Axes, pd, renamed
from kneebayes.case.case import Case, CaseLike
from kneebayes.knowledge.records import parted
from kneebayes.view.figures import caption, draw_ranking
from kneebayes.view.markup import ShareBar, percent
from kneebayes.view.report import (
    Report,
    fields_of,
    known_of,
    plain_case,
    ranked_frame,
    report_on,
    with_signs,
)

ASKED = "what may cause it"
UNCERTAIN = (
    "'Perhaps (0.7 to 0.3)' weighs like a test that is 0.7/0.3 times as often positive when it "
    "is present; it is not the probability of the finding."
)
LEAST_UNNAMED = 0.01  # of what is urgent without a row, from which on it is said
HARDLY = 3.0  # bits of conflict above which a reader is told


def what_it_is(complaint: str) -> str:
    """What the columns of probabilities are, in the word of the folder for what brings patients.

    Examples
    --------
    >>> what_it_is("headache").partition(":")[0]
    "'Explains it' is P(the cause explains the headache | evidence)"
    """
    return (
        f"'Explains it' is P(the cause explains the {complaint} | evidence): one cause does, so "
        "all together they make 100%. 'There' is P(it is there | evidence), silent or not: several "
        "may be."
    )


def ranking_table(case: CaseLike) -> pd.DataFrame:
    """One row a cause, most probable first; the index is the rank, from 1."""
    return ranked_frame([fields_of(row) for row in case.case.ranked])


def group_table(case: CaseLike) -> pd.DataFrame:
    """One row a group, most probable first: ``id``, ``group``, ``prior``, ``posterior``."""
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
        **plain_case(case),
        **({"remarks": list(case.remarks)} if case.remarks else {}),
        "probability_of_evidence": case.probability_of_evidence,
        "any_urgent": case.any_urgent,
        "ranking": [fields_of(row) for row in case.ranked],
        "groups": group_table(case).to_dict(orient="records"),
        "care": [{**fields_of(line), "because": list(line.because)} for line in case.care],
    }


def differential_report(case: CaseLike, n: int = 10) -> Report:
    """What is shown of a differential: urgency on top, then the first ``n`` causes."""
    case = case.case
    rows = [
        (
            *(str(rank), case.marked(row.id), row.group),
            *map(percent, (row.prior, row.posterior, row.present)),
            ShareBar(row.posterior),
        )
        for rank, row in enumerate(case.ranked[:n], start=1)
    ]
    header = ("", "cause", "group", "prior", "explains it", "there", "")
    care = tuple(_care_lines(case))
    return replace(report_on(case, ASKED, header, rows, _notes(case)), after=care)


@renamed(top="n")
@checked
def draw_differential(case: CaseLike, n: int = 10, ax: Axes | None = None) -> Axes:
    """Draw the first ``n`` causes as bars with matplotlib."""
    case = case.case
    rows = [fields_of(row) for row in case.ranked]
    title = with_signs(f"{case.title}: {ASKED} ({case.data.reading})", case)
    return caption(draw_ranking(rows, n, ax), title, known_of(case.answers))


def _care_lines(case: Case) -> Iterator[str]:
    """Care as the source gives it: a sentence for the complaint, and one for each likely cause."""
    for (about, probability), lines in groupby(
        case.care, key=lambda line: (line.about, line.probability)
    ):
        subject = f"{about} ({percent(probability)})" if about else "whatever the cause"
        yield f"Care according to the source, {subject}: {' '.join(line.text for line in lines)}"


def _unnamed(case: Case) -> str:
    """How much of what is urgent has no row of its own, where that is most of it."""
    rest = case.knowledge.meta.rest
    parts = [id for id in case.knowledge.parts if id in case.knowledge.urgent]
    share = case.engine.probability_of_any([parts], case.evidence)[0] if parts else 0.0
    if share < case.any_urgent / 2.0 or share < LEAST_UNNAMED:
        return ""
    return f", of which {percent(share)} stand in {case.knowledge.label(rest)}"


def _notes(case: Case) -> list[str]:
    notes = [f"P(an urgent cause explains it) = {percent(case.any_urgent)}{_unnamed(case)}."]
    notes.append(what_it_is(case.knowledge.complaint.label))
    if any(answer.is_uncertain for answer in case.answers):
        notes.append(UNCERTAIN)
    if case.conflict > HARDLY:  # which answers, surprises() tells: that asks the engine often
        notes.insert(0, f"These answers hardly go together (conflict {case.conflict:.1f} bits).")
    return [*case.remarks, *_doubts(case), *notes]


def _doubts(case: Case) -> Iterator[str]:
    """What is odd about the answers by the meaning of their words, whatever their probability."""
    certain = {id: case.evidence.hard_state(id) for id in case.evidence}
    network = case.data.network
    states = {id: network[id].states[at] for id, at in certain.items() if at is not None}
    for rule in case.knowledge.incoherent.values():
        if rule.holds(states) and all(parted(name)[0] in states for name in rule.none_of):
            yield f"These answers do not go together: {rule.reason}."
    complaint = case.knowledge.complaint
    if states.get(complaint.id) == "absent":
        yield (
            f"There is no {complaint.label} here, and the model is of people who have it: read "
            "'explains it' as what the other answers point to."
        )
