"""What would remain without a cause: doing, not seeing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.binding import Axes, pd
from kneebayes.building.result import acting_states, company_of
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.errors import KneebayesError
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.evidence import impossible
from kneebayes.inference.paths import SplitNetwork, lets_through, reached, split_below
from kneebayes.knowledge.base import by_chance
from kneebayes.network import Network
from kneebayes.text import counted
from kneebayes.view.figures import BLUE, GREY, ORANGE, SMALL, below, beside, legend_above, lines_of
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on


@dataclass(frozen=True, slots=True)
class FindingWithout:
    """A finding in this patient, and in the same patient had a cause been absent."""

    finding: str
    observed: bool  #: whether it was observed present for certain
    now: float  #: P(present | evidence)
    without: float  #: P(it would be present had the cause been absent | evidence)

    @property
    def persists(self) -> float:
        """P(it would be present had the cause been absent | it is present, evidence).

        A cause only ever produces, so what would be there without it is there with it.
        """
        return min(1.0, self.without / self.now) if self.now > 0.0 else 1.0


def remove_cause(
    engine: Engine,
    evidence: Evidence,
    cause: str,
    findings: Sequence[str],
    acting: Mapping[str, tuple[int, ...]] | None = None,
    staying: Collection[str] = (),
) -> tuple[FindingWithout, ...]:
    """Which findings (noisy-ORs) this very patient would still have if one cause had been absent.

    A counterfactual question: all that does not descend from the cause is kept as it was, and so
    is which links fire. A finding then persists exactly if some chain of firing links leads to
    it that does not pass through the cause (Pearl: Causality, 2nd ed. 2009, section 7.1; Balke,
    Pearl, AAAI 1994: the twin network). The cause acts in the states that ``acting`` gives, else by
    being present; nodes in ``staying`` stay as they were, though they hang below it. Findings
    observed absent are left out.
    """
    network = engine.network
    open_or_present = [id for id in findings if evidence.hard_state(id) != 0]
    acting = acting or {cause: (1,)}
    passing = {id for id in network.index if evidence.hard_state(id) != 0}
    passing -= {cause, *acting, *staying}
    split, ends = split_below(network, open_or_present, acting, passing, by_acting=False)
    _check(network, cause, acting, split)
    targets = [*open_or_present, *(reached(id) for id in ends)]
    propagated = Engine(split.network).propagate_each([split.widen(evidence)], targets)
    if propagated.log_probability[0] == -np.inf:
        raise impossible(evidence)
    rows = []
    for id in open_or_present:
        now = min(1.0, float(propagated.marginals[id][0, 1:].sum()))
        without = propagated.present(reached(id)) if id in ends else now
        rows.append(FindingWithout(id, evidence.hard_state(id) == 1, now, min(now, without)))
    return tuple(rows)


def _check(network: Network, cause: str, acting: Iterable[str], split: SplitNetwork) -> None:
    """Refuse what is not produced by presence alone: then being absent could produce too."""
    told = {id for id in network.index if reached(id) in split.network}
    below = told | split.inner
    for id in below:
        node = network[id]
        through = id not in told and lets_through(network, id, {*acting, *below})
        if not (node.is_noisy_or or through):
            message = (
                f"'{id}' is given by a table, so it is not known how it would have been "
                f"without '{cause}'. Only noisy-ORs can stand below a cause that is taken away."
            )
            raise KneebayesError(message)
        for link in node.links:
            two = network[link.parent].states == ("absent", "present")
            if two and link.parent in {*acting, *below} and link.strength[0] > 0.0:
                message = (
                    f"'{id}' is produced by the absence of '{link.parent}' with probability "
                    f"{link.strength[0]:g}. Below a cause that is taken away this must be 0."
                )
                raise KneebayesError(message)


def draw_without(
    labels: Sequence[str],
    now: Sequence[float],
    without: Sequence[float],
    cause: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw how probable each finding is now, and had a cause been absent."""
    ax = lines_of(labels, ax)
    places = range(len(labels))
    ax.hlines(places, without, now, color=GREY, lw=1.5, zorder=1)
    ax.plot(now, places, "o", color="white", mec=BLUE, mew=1.8, ms=8, label="now")
    ax.plot(without, places, "D", color=ORANGE, ms=7, label=f"had it not been for {cause}")
    for place, pair in enumerate(zip(now, without, strict=True)):
        for share, away in ((min(pair), -7), (max(pair), 7)):
            beside(ax, (share, place), percent(share), away)
    ax.set_xlim(-0.18, 1.18)  # with room for the numbers
    ax.set_xticks([0.0, 0.5, 1.0], ["0%", "50%", "100%"], fontsize=SMALL)
    legend_above(ax, 0.0, 2, "lower left")
    return below(ax, "P(finding present | evidence)")


@dataclass(frozen=True, repr=False)
class WhatIf(CaseResult):
    """What of a patient's findings would be there had one cause been absent.

    Doing, not seeing: the cause is taken away from this very patient, after the evidence.
    That the cause is absent is not news about other causes, as it would be if it were seen.
    """

    case: Case
    cause: str  #: id of the cause that is taken away
    posterior: float  #: P(the cause explains the complaint | evidence)
    #: the findings that were answered, but as absent: those would be absent still
    findings: tuple[FindingWithout, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row a finding, what would go first.

        Columns: ``id``, ``finding``, ``now`` (P(present | evidence)), ``without`` (P(it would
        be present had the cause been absent | evidence)) and ``persists`` (the same given
        that it is present).
        """
        rows = [
            (row.finding, self.case.label(row.finding), row.now, row.without, row.persists)
            for row in self._ordered
        ]
        return pd.DataFrame(rows, columns=["id", "finding", "now", "without", "persists"])

    @property
    def report(self) -> Report:
        """What is shown."""
        rows = [
            (self.case.label(finding.finding), percent(finding.now), percent(finding.without))
            for finding in self._ordered
        ]
        label = self.case.marked(self.cause)
        notes = [
            f"P({label} explains it | evidence) = {percent(self.posterior)}.",
            (
                "Would persist: P(it would be there had this cause been absent | evidence), a "
                "counterfactual under this model and not a forecast of treatment. Findings that "
                "were not answered are not told of."
            ),
        ]
        header = ("finding", "present now", "would persist")
        return report_on(self.case, f"without {label}", header, rows, notes)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw for each finding how probable it is now and without the cause."""
        labels = [self.case.label(finding.finding) for finding in self._ordered]
        now, without = [row.now for row in self._ordered], [row.without for row in self._ordered]
        return self._titled(draw_without(labels, now, without, self.case.marked(self.cause), ax))

    @property
    def _ordered(self) -> list[FindingWithout]:
        return sorted(self.findings, key=lambda finding: finding.persists)

    def __repr__(self) -> str:
        findings = counted(len(self.findings), "finding")
        return f"WhatIf(without {self.case.knowledge.label(self.cause)!r}, {findings})"


@bounded
def without(case: CaseLike, cause: str) -> WhatIf:
    """Which findings would persist in this patient had a cause been absent.

    Parameters
    ----------
    cause
        Any of its names.

    Examples
    --------
    >>> import kneebayes as kb
    >>> dx = kb.load().diagnose({"lump behind the knee": True, "fever": True})
    >>> without = dx.without("baker's cyst").table
    >>> without[["finding", "persists"]].round(2)
                   finding  persists
    0  lump behind the knee     ...
    """
    case = case.case
    knowledge = case.knowledge
    id = case.data.cause_named(cause)
    answered = [answer.id for answer in case.answers if answer.id in knowledge.findings]
    acting = acting_states(case.engine.network, knowledge)[id]
    network = case.engine.network  # what raises a cause, or is seen by chance, is so without it
    rarer = {by_chance(id) if id in knowledge.findings else id for id in knowledge.less_often}
    staying = {*company_of(network), *rarer} - knowledge.mediators.keys()
    change = remove_cause(case.engine, case.evidence, id, answered, acting, staying)
    posterior = case.engine.propagate(case.evidence, [id]).present(id)
    return WhatIf(case, id, posterior, change)
