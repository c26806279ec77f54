"""A differential: the ranked causes of one patient, with all that made them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from kneebayes.arguments import checked
from kneebayes.binding import later, pd, renamed, renamed_function
from kneebayes.case import Answer, Belief, Urgency
from kneebayes.case.case import Case, Diagnosing, RankedCause
from kneebayes.case.urgency import CareLine
from kneebayes.text import counted
from kneebayes.view.differential import (
    differential_dict,
    differential_report,
    draw_differential,
    group_table,
    ranking_table,
)
from kneebayes.view.figures import described
from kneebayes.view.report import InJson, alt_text_of, report_html, report_text
from kneebayes.writing import guard_cells, text_or_path

if TYPE_CHECKING:
    from kneebayes.questions.ask.change_of_mind import change_of_mind
    from kneebayes.questions.ask.questions import questions
    from kneebayes.questions.attribute.attribution import attribution
    from kneebayes.questions.attribute.cause_sets import probability_of_exactly, sets
    from kneebayes.questions.attribute.surprises import surprises
    from kneebayes.questions.attribute.whatif import without
    from kneebayes.questions.doubt.lexicons import compare_lexicons
    from kneebayes.questions.doubt.robustness import robustness
    from kneebayes.questions.doubt.sensitivity import sensitivity
    from kneebayes.questions.doubt.tornado import tornado
    from kneebayes.questions.explain.explanation import explain
    from kneebayes.questions.explain.nomogram import nomogram
else:
    globals().update(
        later(
            {
                "kneebayes.questions.ask.change_of_mind": "change_of_mind",
                "kneebayes.questions.ask.questions": "questions",
                "kneebayes.questions.attribute.attribution": "attribution",
                "kneebayes.questions.attribute.cause_sets": "probability_of_exactly sets",
                "kneebayes.questions.attribute.surprises": "surprises",
                "kneebayes.questions.attribute.whatif": "without",
                "kneebayes.questions.doubt.lexicons": "compare_lexicons",
                "kneebayes.questions.doubt.robustness": "robustness",
                "kneebayes.questions.doubt.sensitivity": "sensitivity",
                "kneebayes.questions.doubt.tornado": "tornado",
                "kneebayes.questions.explain.explanation": "explain",
                "kneebayes.questions.explain.nomogram": "nomogram",
            }
        )
    )

OLD = ("groups", "lexicons")


class Differential(InJson):
    """The causes of one patient's complaint, ranked by probability.

    Made by :meth:`kneebayes.Model.diagnose`. It never changes; :meth:`given` makes another.

    Parameters
    ----------
    case
        The patient as that model sees them.

    Examples
    --------
    >>> import kneebayes as kb
    >>> dx = kb.load().diagnose({"lump behind the knee": True})
    >>> dx.top
    "Baker's cyst"
    >>> dx.given({"fever": True}).urgency.level
    'now'
    """

    def __init__(self, model: Diagnosing, case: Case) -> None:
        case.belief  # noqa: B018 - answers that cannot be true together are refused at once
        self._model = model
        self._case = case

    @property
    def model(self) -> Diagnosing:
        """The model that was asked."""
        return self._model

    @property
    def case(self) -> Case:
        """The patient as the model sees them."""
        return self._case

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What is known of the patient, the complaint among it."""
        return self.case.answers

    @property
    def belief(self) -> Belief:
        """The posteriors as plain numbers by id."""
        return self.case.belief

    @property
    def top(self) -> str:
        """Label of the most probable cause."""
        return self.case.ranked[0].cause

    @property
    def ranking(self) -> pd.DataFrame:
        """One row a cause, most probable first.

        Columns: ``id``, ``cause`` (label), ``group``, ``prior`` (P(cause | complaint)),
        ``posterior`` (P(cause explains the complaint | evidence); they add up to 1),
        ``present`` (P(cause is there | evidence), whether it explains or not), ``ratio``
        (posterior / prior) and ``urgent``. The index is the rank, from 1.
        """
        return ranking_table(self)

    @property
    def explains(self) -> dict[str, float]:
        """P(cause explains the complaint | evidence) by id; they add up to 1."""
        return dict(self.case.belief.posteriors)

    @property
    def care(self) -> tuple[CareLine, ...]:
        """What may be done about the likely causes, as the source gives it; never our advice."""
        return self.case.care

    @property
    def present(self) -> dict[str, float]:
        """P(cause is there | evidence) by id, whether it explains the complaint or not."""
        return dict(self.case.belief.present)

    table = ranking  # by the name that a table has in every other result

    @property
    def group_ranking(self) -> pd.DataFrame:
        """One row a group, most probable first: ``id``, ``group``, ``prior``, ``posterior``.

        Both probabilities are of one of its members explaining the complaint.
        """
        return group_table(self)

    @property
    def groups(self) -> pd.DataFrame:
        """The old name of :attr:`group_ranking`."""
        message = "dx.groups is now called dx.group_ranking."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return self.group_ranking

    @property
    def urgency(self) -> Urgency:
        """What the source says to do now, and which sign says so; not a probability."""
        return self.case.urgency

    @property
    def any_urgent(self) -> float:
        """P(an urgent cause, or an urgent part of something else, explains it | evidence)."""
        return self.case.any_urgent

    @property
    def probability_of_evidence(self) -> float:
        """P(everything that is known, the complaint included) under the model."""
        return self.case.probability_of_evidence

    @property
    def conflict(self) -> float:
        """Jensen's conflict in bits; above 0 the answers do not support each other."""
        return self.case.conflict

    @checked
    def __getitem__(self, cause: str) -> float:
        """P(the cause, or one of a group, explains the complaint | evidence), by any of its names.

        P(it is there | evidence), silent or not, is ``dx.probability({cause: True})``.
        """
        meaning = self.case.names.meaning(cause, ("cause", "group"), "model.causes")
        if meaning.kind == "group":
            return self.case.group_posteriors([meaning.id])[meaning.id]
        return self.case.posteriors[meaning.id]

    def __contains__(self, cause: object) -> bool:
        """Whether something is a cause or a group that is ranked here, by any of its names."""
        return self.case.names.has(cause, ("cause", "group"))

    def __iter__(self) -> Iterator[RankedCause]:
        """The causes, most probable first."""
        return iter(self.case.ranked)

    def __len__(self) -> int:
        return len(self.case.ranked)

    @renamed(said="answers")
    @checked
    def given(self, answers: Mapping[str, object] | pd.Series) -> Differential:
        """The differential with more known, or with answers changed or taken back (None).

        An answer about something answered before replaces it; a row of a table is taken too.
        """
        return type(self)(self.model, self.case.given(answers))

    @checked
    def probability(self, event: Mapping[str, object]) -> float:
        """P(all of the event | evidence), for any nodes together.

        Parameters
        ----------
        event
            States by name, such as ``{"gout": True, "septic arthritis": True}``; a group
            means at least one of its members.
        """
        return self.case.probability(event)

    explain = explain
    nomogram = nomogram
    questions = questions
    change_of_mind = change_of_mind
    attribution = attribution
    surprises = surprises
    without = without
    sets = sets
    probability_of_exactly = probability_of_exactly
    robustness = robustness
    compare_lexicons = compare_lexicons
    lexicons = renamed_function("lexicons", "compare_lexicons", compare_lexicons)
    sensitivity = sensitivity
    tornado = tornado

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return differential_dict(self)

    @overload
    def to_csv(self) -> str: ...

    @overload
    def to_csv(self, path: str | Path) -> Path: ...

    @checked
    def to_csv(self, path: str | Path | None = None) -> str | Path:
        """The ranking as CSV text, or in a file, whose path is returned.

        A line of names and a line for each cause, the most probable first. Numbers have all their
        digits, and text that a spreadsheet would run as a formula gets a ``'`` before it.

        Examples
        --------
        >>> import kneebayes as kb
        >>> dx = kb.load().diagnose({"fever": False})
        >>> len(dx.to_csv().splitlines()) == 1 + len(dx.ranking)
        True
        """
        text = str(guard_cells(self.ranking).to_csv(lineterminator="\n", float_format=str))
        return text_or_path(text, path)

    @property
    def text(self) -> str:
        """The differential for a terminal, with the first ten causes."""
        return self.report()

    @renamed(top="n")
    @checked
    def report(self, n: int = 10) -> str:
        """The differential for a terminal, with the first ``n`` causes."""
        return report_text(differential_report(self, n))

    draw = described(draw_differential)

    @property
    def alt_text(self) -> str:
        """The picture in words, for who cannot see it: what is known, and the first causes."""
        return alt_text_of(differential_report(self))

    def __dir__(self) -> list[str]:
        """What there is to be asked, by its new names alone."""
        return [name for name in super().__dir__() if name not in OLD]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        first = ", ".join(f"{row.cause} {row.posterior:.1%}" for row in self.case.ranked[:3])
        answers = counted(len(self.answers), "answer")
        return f"Differential({answers}, {self.urgency.level}: {first}, ...)"

    def _repr_html_(self) -> str:
        return report_html(differential_report(self))
