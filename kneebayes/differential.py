"""A differential: the ranked causes of one patient, with all that made them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from kneebayes.asking import Asking
from kneebayes.case import Answer, Belief, Urgency, believe, judge_urgency, read_answers
from kneebayes.case.answers import by_node, evidence_of
from kneebayes.case.belief import believe_groups, conflict_of, probability_of
from kneebayes.case.rows import by_name
from kneebayes.view.markup import percent
from kneebayes.view.tables import WHAT_IT_IS, differential_html, differential_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kneebayes.model import Model

__all__ = ["Differential"]


def _shortest(value: object) -> str:
    """The fewest digits that give the number back exactly."""
    return repr(float(str(value)))


UNCERTAIN = (
    "'Perhaps (0.7 to 0.3)' weighs like a test that is 0.7/0.3 times as often positive when it "
    "is present; it is not the probability of the finding."
)
HARDLY = 3.0  # bits of conflict above which a reader is told


class Differential(Asking):
    """The causes of one patient's complaint, ranked by probability.

    Made by :meth:`kneebayes.Model.diagnose`. It never changes; :meth:`given` makes another.

    Parameters
    ----------
    model
        The model that was asked.
    said
        Answers by name, the complaint among them unless it is unknown.

    Examples
    --------
    >>> import kneebayes as kb
    >>> dx = kb.load().diagnose({"lump behind the knee": True})
    >>> dx.top
    "Baker's cyst"
    >>> dx.given({"fever": True}).urgency.level
    'now'
    """

    def __init__(self, model: Model, said: Mapping[str, object]) -> None:
        self._model = model
        self._answers = read_answers(model.knowledge, model.names, model.network, said)
        self._said = deepcopy(dict(said))
        self._evidence = evidence_of(self._answers)
        self._belief = believe(model.engine, model.knowledge, self._evidence)

    @property
    def model(self) -> Model:
        """The model that was asked."""
        return self._model

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What is known of the patient, the complaint among it."""
        return self._answers

    @property
    def belief(self) -> Belief:
        """The posteriors as plain numbers by id."""
        return self._belief

    @property
    def top(self) -> str:
        """Label of the most probable cause."""
        return str(self.ranking["cause"].iloc[0])

    @cached_property
    def _rows(self) -> list[dict[str, object]]:
        knowledge = self._model.knowledge
        posteriors = self._belief.posteriors
        order = sorted(knowledge.causes, key=lambda id: -posteriors[id])
        return [
            {
                "id": id,
                "cause": knowledge.causes[id].label,
                "group": knowledge.causes[id].group,
                "prior": self._model.elicited.priors[id].value,
                "posterior": posteriors[id],
                "ratio": posteriors[id] / self._model.elicited.priors[id].value,
                "urgent": knowledge.causes[id].urgent,
            }
            for id in order
        ]

    @property
    def ranking(self) -> pd.DataFrame:
        """One row a cause, most probable first.

        Columns: ``id``, ``cause`` (label), ``group``, ``prior`` (P(cause | complaint)),
        ``posterior`` (P(cause present | evidence)), ``ratio`` (posterior / prior) and
        ``urgent``. The index is the rank, from 1.
        """
        import pandas as pd

        return pd.DataFrame(self._rows, index=pd.RangeIndex(1, len(self._rows) + 1, name="rank"))

    @property
    def table(self) -> pd.DataFrame:
        """The ranking, by the name that a table has in every other result."""
        return self.ranking

    @property
    def groups(self) -> pd.DataFrame:
        """One row a group, most probable first: ``id``, ``group``, ``prior``, ``posterior``.

        Both probabilities are of at least one member being present.
        """
        knowledge = self._model.knowledge
        before = self._model.group_priors
        after = believe_groups(self._model.engine, knowledge, self._evidence, knowledge.groups)
        rows = [
            {"id": id, "group": knowledge.groups[id].label, "prior": before[id], "posterior": now}
            for id, now in sorted(after.items(), key=lambda item: -item[1])
        ]
        import pandas as pd

        return pd.DataFrame(rows, columns=["id", "group", "prior", "posterior"])

    @cached_property
    def urgency(self) -> Urgency:
        """What the source says to do now, and which sign says so; not a probability."""
        return judge_urgency(self._model.knowledge, self._answers)

    @cached_property
    def any_urgent(self) -> float:
        """P(at least one urgent cause is present | evidence)."""
        urgent = [cause.id for cause in self._model.causes if cause.urgent]
        return self._model.engine.probability_of_any([urgent], self._evidence)[0]

    @property
    def probability_of_evidence(self) -> float:
        """P(everything that is known, the complaint included) under the model."""
        return float(np.exp(self._belief.log_probability))

    @cached_property
    def conflict(self) -> float:
        """Jensen's conflict in bits; above 0 the answers do not support each other."""
        complaint = self._model.knowledge.meta.complaint
        return conflict_of(self._model.engine, self._evidence, complaint)

    def __getitem__(self, cause: str) -> float:
        """P(cause or at least one of a group present | evidence), by any of its names."""
        meaning = self._model.names.meaning(cause, ("cause", "group"), "model.causes")
        if meaning.kind == "group":
            asked = [meaning.id]
            engine, knowledge = self._model.engine, self._model.knowledge
            return believe_groups(engine, knowledge, self._evidence, asked)[meaning.id]
        return self._belief.posteriors[meaning.id]

    def given(self, said: Mapping[str, object] | pd.Series) -> Differential:
        """The differential with more known, or with answers changed or taken back (None).

        Parameters
        ----------
        said
            Further answers by name, or a row of a table; an answer about something answered
            before replaces it.
        """
        knowledge, names = self._model.knowledge, self._model.names
        said = by_name(said)
        renewed = by_node(knowledge, names, said)
        kept = {
            name: answer
            for id, answers in by_node(knowledge, names, self._said).items()
            for name, answer in answers.items()
            if id not in renewed
        }
        return Differential(self._model, {**kept, **said})

    def probability(self, event: Mapping[str, object]) -> float:
        """P(all of the event | evidence), for any nodes together.

        Parameters
        ----------
        event
            States by name, such as ``{"gout": True, "septic arthritis": True}``; a group
            means at least one of its members.
        """
        model = self._model
        return probability_of(model.engine, model.knowledge, model.names, event, self._evidence)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return {
            "source": self._model.knowledge.meta.source,
            "disclaimer": self._model.knowledge.meta.disclaimer,
            "lexicon": self._model.elicited.lexicon,
            "answers": {answer.id: self._plainly(answer) for answer in self._answers},
            "urgency": {
                "level": self.urgency.level,
                "advice": self.urgency.advice,
                "reasons": [str(reason) for reason in self.urgency.reasons],
            },
            "probability_of_evidence": self.probability_of_evidence,
            "any_urgent": self.any_urgent,
            "ranking": [dict(row) for row in self._rows],
            "groups": self.groups.to_dict(orient="records"),
        }

    def _plainly(self, answer: Answer) -> dict[str, Any]:
        """An answer as plain values, with the likelihood of each state."""
        states = self._model.network[answer.id].states
        likelihood = dict(zip(states, answer.likelihood, strict=True))
        return {"label": answer.label, "state": answer.state, "likelihood": likelihood}

    def to_json(self) -> str:
        """The same as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)

    def to_csv(self) -> str:
        """The ranking as CSV text."""
        return str(self.ranking.to_csv(lineterminator="\n", float_format=_shortest))

    @property
    def text(self) -> str:
        """The differential for a terminal, with the first ten causes."""
        return self.report()

    def report(self, top: int = 10) -> str:
        """The differential for a terminal, with the first ``top`` causes."""
        disclaimer = self._model.knowledge.meta.disclaimer
        return differential_text(self._title, *self._shown(top), disclaimer)

    def draw(self, top: int = 10, ax: Axes | None = None) -> Axes:
        """Draw the first ``top`` causes as bars with matplotlib."""
        from kneebayes.view.caption import say_above
        from kneebayes.view.figures import draw_ranking

        return say_above(draw_ranking(self._rows, top, ax), self._title, self._answers)

    @property
    def _title(self) -> str:
        meta = self._model.knowledge.meta
        return f"{meta.title}: what may cause it ({self._model.reading})"

    def _shown(
        self, top: int
    ) -> tuple[tuple[Answer, ...], Urgency, list[dict[str, object]], list[str]]:
        notes = [f"P(at least one urgent cause) = {percent(self.any_urgent)}.", WHAT_IT_IS]
        if any(answer.is_uncertain for answer in self._answers):
            notes.append(UNCERTAIN)
        if self.conflict > HARDLY:  # which answers, surprises() tells: that asks the engine often
            notes.insert(
                0, f"These answers hardly go together (conflict {self.conflict:.1f} bits)."
            )
        return self._answers, self.urgency, self._rows[:top], notes

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        first = ", ".join(f"{row['cause']} {row['posterior']:.1%}" for row in self._rows[:3])
        answers = f"{len(self._answers)} answer{'' if len(self._answers) == 1 else 's'}"
        return f"Differential({answers}, {self.urgency.level}: {first}, ...)"

    def _repr_html_(self) -> str:
        disclaimer = self._model.knowledge.meta.disclaimer
        return differential_html(self._title, *self._shown(10), disclaimer)
