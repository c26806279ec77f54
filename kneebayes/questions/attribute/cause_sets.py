"""The most probable sets of causes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from kneebayes.arguments import whole_number
from kneebayes.binding import Axes, pd, renamed
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.inference import Evidence
from kneebayes.inference.evidence import ABSENT, PRESENT
from kneebayes.inference.limits import first_in_time, seconds_left
from kneebayes.inference.sets import probable_states
from kneebayes.text import counted
from kneebayes.view.figures import GREY, bars, below, lines_of
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, ranked_frame, report_on

NOTHING = "none of these causes"
NOTHING_LEFT = 1e-9  # of the probability: rounding


def draw_sets(
    labels: Sequence[str],
    probabilities: Sequence[float],
    urgent: Sequence[bool],
    ax: Axes | None = None,
) -> Axes:
    """Draw the probability of each set of causes, and last of all other sets together."""
    rest = 1.0 - sum(probabilities)
    others = [rest] if rest > NOTHING_LEFT else []
    names, shares = [*labels, *("all other sets" for _ in others)], [*probabilities, *others]
    ax = lines_of([name.replace(", ", ",\n") for name in names], ax)
    bars(ax, shares, list(map(percent, shares)), [*urgent, *(False for _ in others)])
    if others:
        ax.patches[-1].set_facecolor(GREY)
    ax.set_xlim(0.0, 1.25 * max(shares))
    ax.set_xticks([])
    ax.spines[["bottom"]].set_visible(False)
    among = "\nhatched: an urgent cause is among them" if any(urgent) else ""
    return below(ax, f"P(exactly these causes | evidence){among}")


@dataclass(frozen=True, slots=True)
class CauseSet:
    """Causes that are present while all others are absent; P(exactly so | evidence)."""

    present: tuple[str, ...]
    probability: float


@dataclass(frozen=True, repr=False)
class CauseSets(CaseResult):
    """Which causes are there together: whole answers instead of one cause at a time."""

    case: Case
    #: the most probable first; in each exactly the causes named are present
    sets: tuple[CauseSet, ...]
    any_urgent: float  #: P(an urgent cause explains the complaint | evidence)
    #: how many of the sets that were asked for are missing, because the time was over. Those that
    #: are there are the most probable ones all the same.
    missing: int = 0

    @property
    def best(self) -> tuple[str, ...]:
        """Ids of the most probable set: the most probable explanation, all else summed out."""
        return self.sets[0].present

    @property
    def table(self) -> pd.DataFrame:
        """One row a set, the most probable first; the index is the rank, from 1.

        Columns: ``ids`` (tuple), ``causes`` (labels), ``size``, ``probability`` (P(exactly
        these | evidence)), ``cumulated`` and ``urgent`` (whether one of them is).
        """
        causes = self.case.knowledge.causes
        rows = [
            {
                "ids": cause_set.present,
                "causes": ", ".join(causes[id].label for id in cause_set.present) or NOTHING,
                "size": len(cause_set.present),
                "probability": cause_set.probability,
                "cumulated": so_far,
                "urgent": any(causes[id].urgent for id in cause_set.present),
            }
            for cause_set, so_far in zip(self.sets, self._cumulated, strict=True)
        ]
        return ranked_frame(rows)

    @property
    def report(self) -> Report:
        """What is shown."""
        each = enumerate(zip(self._names, self.sets, self._cumulated, strict=True), start=1)
        rows = [
            (str(rank), name, percent(cause_set.probability), percent(so_far))
            for rank, (name, cause_set, so_far) in each
        ]
        notes = [
            "Each row: P(exactly these causes are there, silent or not, and no others | evidence).",
            f"P(an urgent cause explains it) = {percent(self.any_urgent)}.",
        ]
        if self.missing:
            notes.append(
                f"Partial: {self.missing} of {counted(len(self.sets) + self.missing, 'set')} could "
                "not be found before the time was over: model.within(seconds=...) gives more."
            )
        header = ("", "causes", "probability", "cumulated")
        return report_on(self.case, "most probable sets of causes", header, rows, notes)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the probability of each set as bars, and of all other sets together."""
        causes = self.case.knowledge.causes
        urgent = [any(causes[id].urgent for id in each.present) for each in self.sets]
        drawn = draw_sets(self._names, [each.probability for each in self.sets], urgent, ax)
        return self._titled(drawn)

    @property
    def _names(self) -> list[str]:
        return [", ".join(map(self.case.marked, each.present)) or NOTHING for each in self.sets]

    @property
    def _cumulated(self) -> list[float]:
        sums = accumulate(cause_set.probability for cause_set in self.sets)
        return [min(1.0, so_far) for so_far in sums]

    def __repr__(self) -> str:
        sets = counted(len(self.sets), "set")
        return f"CauseSets({sets}, {percent(self._cumulated[-1])} of the probability)"


@renamed(k="n")
@bounded
def sets(case: CaseLike, n: int = 5) -> CauseSets:
    """The most probable sets of causes: exactly these are there, all others are not.

    Whichever of them explains the complaint, the others are there in silence.

    Parameters
    ----------
    n
        How many sets, the most probable first.

    Raises
    ------
    EvidenceError
        If ``n`` is not a whole number of at least 1.

    Examples
    --------
    >>> import kneebayes as kb
    >>> "bakers_cyst" in kb.load().diagnose({"lump behind the knee": True}).sets(2).best
    True
    """
    case = case.case
    n = whole_number("n", n, least=1)
    there = {id: case.knowledge.there[id] for id in case.knowledge.causes}
    urgent = case.any_urgent  # before the search, which may take all the time there is
    in_time = first_in_time(probable_states(case.engine, case.evidence, list(there.values())), n)
    probable = tuple(
        CauseSet(tuple(id for id, node in there.items() if states[node] == "present"), share)
        for states, share in in_time
    )
    missing = n - len(probable) if seconds_left() <= 0.0 else 0
    return CauseSets(case, probable, urgent, missing)


@bounded
def probability_of_exactly(case: CaseLike, *causes: str) -> float:
    """P(exactly these causes are present and all others absent | evidence).

    Parameters
    ----------
    causes
        Causes by any of their names; none at all asks for no cause being present.

    Examples
    --------
    >>> import kneebayes as kb
    >>> dx = kb.load().diagnose({"lump behind the knee": True})
    >>> [best] = dx.sets(1).sets
    >>> abs(dx.probability_of_exactly(*best.present) - best.probability) < 1e-12
    True
    """
    case = case.case
    present = {case.names.meaning(name, ("cause",), "model.causes").id for name in causes}
    states = {
        case.knowledge.there[id]: PRESENT if id in present else ABSENT
        for id in case.knowledge.causes
    }
    return case.engine.posterior(Evidence(states), case.evidence)
