"""How much of the weight of evidence in published patients rests on what sort of source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain

import numpy as np

from kneebayes.arguments import checked
from kneebayes.binding import Axes, pd
from kneebayes.building.model import ModelData, ModelLike
from kneebayes.building.quantities import RATIOS, Quantities, Quantity, labelled, said_in_words
from kneebayes.building.restating import Restating
from kneebayes.case.case import Case
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError
from kneebayes.inference import Evidence
from kneebayes.knowledge import Knowledge
from kneebayes.network import Numbers
from kneebayes.odds import inverse_logit, logit
from kneebayes.questions.explain.subsets import DECIBANS
from kneebayes.study.published import VISITS, PublishedCase, Visit, published_cases, understood
from kneebayes.text import counted
from kneebayes.view.figures import GREY, below, legend_above, name_lines, new_axes, write
from kneebayes.view.report import ModelResult, Report, cells_of
from kneebayes.view.trace import ORIGINS

NARROW = 0.06  # a share in which its number has no room
COLOURS = ("#1f5a99", "#2f7d4f", "#b2481e", GREY)
FIELDS = {"prior": ": commonness", "presence": ": present_in"}
STEP = 1e-3  # of log-odds, or of the logarithm of a ratio
ROUNDING = 1e-6  # of the steepest slope of an answer; a flatter one is error of rounding
ROWS = 200  # numbers moved at once
LISTED, SHOWN = 100, 12
COLUMNS = {
    "assumed number": "{about}",
    "said": "{said}",
    **{end: f"{{{end}:.2g}}" for end in ("low", "value", "high")},
    "share": "{share:.1%}",
}
ABOUT = (
    "Each answer of a patient is weighed by itself: how much more probable it is with the "
    "published cause than with the first other cause of the ranking, in decibans, whichever way "
    "it points. The weight is divided over the stated numbers by how strongly it answers to "
    "each: its slope in the log-odds of the number (in the logarithm of a ratio), all other "
    "statements kept. What a number gets goes to its origins in equal parts."
)

Key = tuple[str, tuple[float, ...], str, str]  # node, likelihood, published cause, rival


@checked
def evidence_share(
    model: ModelLike, cases: Iterable[PublishedCase] | None = None, half: str = "all"
) -> EvidenceShare:
    """How much of the weight of evidence rests on the article, on literature, on assumption.

    Every answer of a patient is weighed by itself, for the published cause against the first
    other cause of the ranking: ``10 log10 P(answer | cause) / P(answer | other)``, as an
    absolute amount. This weight is divided over the stated numbers in proportion to the
    absolute value of its slope in each, on the scale of log-odds (of the logarithm for a
    ratio), with the network made anew from the moved number as a tornado does. The part of a
    number goes to the origins of its ``because``, in equal parts where there are several
    kinds. How common a cause is has no weight of evidence; it counts where what is mixed hangs
    on it: the parts of something else, the ages of all others.

    Parameters
    ----------
    cases
        The patients; left out, the shipped ones. Those whose cause the model does not have
        are left out, and answers that it cannot read.
    half
        Which of the shipped ones: ``work``, ``look`` or ``all``.

    Raises
    ------
    EvidenceError
        If no answer of any patient can be weighed.
    KneebayesError
        If ``half`` is none of those that are allowed.

    Examples
    --------
    >>> import kneebayes as kb
    >>> from kneebayes.study import evidence_share, published_cases
    >>> found = evidence_share(kb.load(), published_cases("work")[:2])
    >>> float(found.table.groupby("visit")["share"].sum().round(9).min())
    1.0
    """
    chosen = published_cases(half) if cases is None else tuple(cases)
    data = model.data
    counts = {
        visit: Counter(key for case in chosen for key in _keys(data, case, visit))
        for visit in VISITS
    }
    weighed = _weighed(data, dict.fromkeys(chain.from_iterable(counts.values())))
    if not weighed:
        message = "No answer can be weighed: there is no patient whose cause the model has."
        raise EvidenceError(message)
    quantities = data.quantities
    slopes = np.stack([slope for _, slope in weighed.values()], axis=1)
    divided = _divided(data, quantities, slopes)
    weights = np.array([abs(weight) for weight, _ in weighed.values()])
    parts = {
        visit: divided @ (weights * [keys[key] for key in weighed])
        for visit, keys in counts.items()
    }
    patients = sum(_in_model(data, case) for case in chosen)
    return EvidenceShare(data, quantities, parts, patients)


def _in_model(data: ModelData, case: PublishedCase) -> bool:
    return any(id in data.knowledge.causes for id in case.causes)


def _keys(data: ModelData, case: PublishedCase, visit: Visit) -> Iterator[Key]:
    """Each answer of a patient, with the published cause and its rival."""
    if not _in_model(data, case):
        return
    answers_given = case.answers(visit)
    read = understood(data, answers_given)
    answers = [each for each in chain.from_iterable(read.values()) if each.id != data.complaint]
    try:  # answers that disagree say nothing, either
        order = Case.of(data, {name: answers_given[name] for name in read}).by_probability
    except (EvidenceError, ImpossibleEvidenceError):
        return
    right = next(id for id in order if id in case.causes)
    rival = next((id for id in order if id not in case.causes), "")
    if rival:
        for each in answers:
            yield each.id, tuple(each.likelihood), right, rival


def _weighed(data: ModelData, keys: Iterable[Key]) -> dict[Key, tuple[float, Numbers]]:
    """Weight of each answer in decibans, and its slope in every number of the network.

    An answer that is impossible with one of the two causes has no finite weight, and is left
    out.
    """

    @cache
    def derive(cause: str, *answer: tuple[str, tuple[float, ...]]) -> tuple[float, Numbers]:
        """P(answer | cause, complaint) as a logarithm, and its slopes; each is asked once."""
        alone = Evidence.of(data.network, {data.complaint: "present", cause: "present"})
        derived = data.engine.derive(alone.plus(Evidence(dict(answer))))
        return derived.log_probability, derived.derivatives

    def likelihood_of(cause: str, *answer: tuple[str, tuple[float, ...]]) -> tuple[float, Numbers]:
        """Ln P(answer | cause), and its slopes."""
        (log, slopes), (log_alone, alone) = derive(cause, *answer), derive(cause)
        return log - log_alone, slopes - alone

    weighed = {}
    for key in keys:
        node, likelihood, *causes = key
        try:
            (log, slopes), (other, its) = (likelihood_of(id, (node, likelihood)) for id in causes)
        except ImpossibleEvidenceError:
            continue
        weighed[key] = float(DECIBANS * (log - other)), slopes - its
    return weighed


def _divided(data: ModelData, quantities: Quantities, slopes: Numbers) -> Numbers:
    """Which part of each answer's weight each stated number has: numbers x answers."""
    asked = [node.id for node in data.network.nodes]
    restating = Restating(data.engine, data.knowledge, quantities, data.elicited.lexicon, asked)
    base, values = data.engine.numbers[0], quantities.values
    parts = np.zeros((len(quantities), slopes.shape[1]))
    for first in range(0, len(quantities), ROWS):
        places = range(first, min(first + ROWS, len(quantities)))
        amounts = np.repeat(values[None], len(places), axis=0)
        for row, place in enumerate(places):
            amounts[row, place] = _moved(quantities.all[place])
        moves = restating.restate(amounts) - base
        moving = moves.any(axis=0)  # few numbers of the network hang on one statement
        parts[first : first + len(places)] = np.abs(moves[:, moving] @ slopes[moving]) / STEP
    parts[parts < ROUNDING * parts.max(axis=0)] = 0.0
    total = parts.sum(axis=0)
    shares: Numbers = np.divide(parts, total, out=np.zeros_like(parts), where=total > 0.0)
    return shares


def _moved(quantity: Quantity) -> float:
    """The value, a small step up on its own scale; 0 and 1 stay what they are."""
    value = quantity.interval.value
    if quantity.kind in RATIOS:
        return float(value * np.exp(STEP))
    return inverse_logit(logit(value) + STEP)


@dataclass(frozen=True, eq=False, repr=False)
class EvidenceShare(ModelResult):
    """What the evidence in published patients rests on. Made by :func:`evidence_share`."""

    model: ModelLike
    quantities: Quantities  #: its stated numbers
    #: for each visit the decibans that rest on each number, over all patients and answers
    weights: Mapping[Visit, Numbers]
    patients: int  #: how many have a cause of the model

    def __len__(self) -> int:
        return len(self.quantities)

    @cached_property
    def numbers(self) -> pd.DataFrame:
        """One row a visit and stated number that some weight rests on, the heaviest first.

        ``place`` (where it stands in the folder), ``about``, ``said``, ``low``, ``value``,
        ``high``, ``because``, ``weight`` in decibans, its ``share`` of the visit, and how much
        of it goes to each origin.
        """
        knowledge = self.data.knowledge
        arrows = {
            (stated.arrow.parent, stated.arrow.child, stated.arrow.state): stated.arrow.place
            for stated in self.data.elicited.stated
        }
        rest = knowledge.meta.rest  # what is left of it without its named parts is in its file
        rows = []
        for visit, weights in self.weights.items():
            total = weights.sum()
            for place in np.flatnonzero(weights > 0.0):
                quantity, weight = self.quantities.all[place], float(weights[place])
                because = _because(knowledge, quantity)
                origins = knowledge.shares_of(because)
                arrow = quantity.parent, quantity.node, quantity.state
                written = arrows.get(arrow, knowledge.place(quantity.node))
                written = written.replace(f"causes/{rest}_unnamed.toml", f"causes/{rest}.toml")
                rows.append(
                    {
                        "visit": visit,
                        "place": written + FIELDS.get(quantity.kind, ""),
                        "about": labelled(knowledge, quantity),
                        "said": said_in_words(knowledge, quantity),
                        **quantity.interval.model_dump(),
                        "because": because,
                        "weight": weight,
                        "share": weight / total,
                        **{kind: weight * origins.get(kind, 0.0) for kind in ORIGINS},
                    }
                )
        return _falling(pd.DataFrame(rows), "weight")

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a visit and origin: ``weight`` in decibans, and its ``share`` of the visit."""
        rows = []
        for visit in self.weights:
            mine = self.numbers[self.numbers["visit"] == visit]
            sums = [float(mine[kind].sum()) for kind in ORIGINS]
            rows += [
                {"visit": visit, "origin": kind, "weight": weight, "share": weight / sum(sums)}
                for kind, weight in zip(ORIGINS, sums, strict=True)
                if weight > 0.0 or kind != "patients"
            ]
        return pd.DataFrame(rows)

    @cached_property
    def assumed(self) -> pd.DataFrame:
        """The hundred numbers on which most weight rests by assumption, with tests.

        The columns of :attr:`numbers`; ``share`` is what assumption has of the whole weight.
        """
        assumed = self.numbers[self.numbers["visit"] == VISITS[-1]]
        assumed = assumed.assign(share=assumed["assumption"] / assumed["weight"].sum())
        return _falling(assumed.query("assumption > 0"), "assumption").head(LISTED)

    def share(self, origin: str, visit: Visit = "first visit") -> float:
        """Share of the weight of one visit that rests on one sort of origin."""
        chosen = (self.table["visit"] == visit) & (self.table["origin"] == origin)
        return float(self.table.loc[chosen, "share"].sum())

    @property
    def report(self) -> Report:
        """What is shown."""
        lead = [f"{visit.capitalize()}: {self._shares(visit)}." for visit in self.weights]
        return self._report(
            "what the weight of evidence rests on",
            *cells_of(self.assumed.head(SHOWN), COLUMNS),
            known=f"{counted(self.patients, 'published patient')} with a cause that the model has.",
            notes=(ABOUT, f".assumed lists {counted(len(self.assumed), 'assumed number')}."),
            lead=tuple(lead),
        )

    def _shares(self, visit: Visit) -> str:
        """What the weight of one visit rests on, in words."""
        return ", ".join(f"{self.share(kind, visit):.0%} {kind}" for kind in self._kinds)

    @property
    def _kinds(self) -> list[str]:
        origins = set(self.table["origin"])
        return [kind for kind in ORIGINS if kind in origins]

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw one bar a visit, cut by origin."""
        ax = ax or new_axes(7.0, 2.0)
        for row, visit in enumerate(self.weights):
            start = 0.0
            for kind in self._kinds:
                share = self.share(kind, visit)
                colour = COLOURS[ORIGINS.index(kind)]
                label = "" if row else kind
                ax.barh(row, share, left=start, color=colour, label=label, height=0.62)
                if share >= NARROW:
                    write(ax, start + share / 2.0, row, f"{share:.0%}", color="white", ha="center")
                start += share
        name_lines(ax, list(self.weights))
        ax.invert_yaxis()
        ax.set_xlim(0.0, 1.0)
        ax.xaxis.set_major_formatter("{x:.0%}")
        legend_above(ax, 0.0, len(self._kinds), "lower left")
        return self._titled(below(ax, "share of the weight of evidence"))

    def __repr__(self) -> str:
        patients = counted(self.patients, "patient")
        return f"EvidenceShare({patients}, first visit: {self._shares('first visit')})"


def _falling(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """A table with the largest of a column first."""
    return table.sort_values(column, ascending=False, kind="stable", ignore_index=True)


def _because(knowledge: Knowledge, quantity: Quantity) -> tuple[str, ...]:
    """Origins of a number; a leak has those of its entry, a share those of its bounds too."""
    if quantity.kind == "prior":
        share = knowledge.diseases[quantity.node].commonness
        return (*quantity.because, *share.bounds_because)
    if quantity.because:
        return quantity.because
    for kind in (knowledge.contexts, knowledge.mediators, knowledge.findings):
        if quantity.node in kind:
            return tuple(kind[quantity.node].because)
    return ()
