"""What produced what: which cause's links fired for each finding that is present."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from kneebayes.binding import Axes, pd
from kneebayes.building.result import acting_states
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.cores import map_on_all_cores
from kneebayes.inference.evidence import ABSENT
from kneebayes.inference.limits import in_this_context
from kneebayes.inference.paths import lets_through, reached, split_below
from kneebayes.network import Network
from kneebayes.text import counted
from kneebayes.view.figures import SMALL, name_lines, new_axes, write
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on

States = Mapping[str, tuple[int, ...]]
Acting = Mapping[str, States]


@dataclass(frozen=True, slots=True)
class AttributedFinding:
    """What a finding that is present comes from."""

    finding: str
    #: by cause P(it is present and a chain of fired links leads from it to the finding | evidence);
    #: several can have produced it together, so shares may add up to more than 1
    shares: Mapping[str, float]
    not_explained: float  #: P(no cause produced it | evidence): leaks and contexts did
    background: float  #: the part of that in which a chain leads from a context to it

    @property
    def rest(self) -> dict[str, float]:
        """What no cause produced, and the part of it that contexts did."""
        return {"not explained": self.not_explained, "background": self.background}

    @property
    def leak(self) -> float:
        """P(neither a cause nor a context produced it | evidence)."""
        return self.not_explained - self.background


def attribute(
    engine: Engine,
    evidence: Evidence,
    findings: Sequence[str],
    causes: Sequence[str],
    contexts: Collection[str] = (),
    acting: Acting | None = None,
) -> tuple[AttributedFinding, ...]:
    """Which causes produced each finding (a noisy-OR) that is certainly present.

    A cause produced a finding if a chain of firing links leads from it to the finding. The chain
    may pass mediators, other findings and contexts, but no other cause: a lump made by a cyst that
    osteoarthritis made counts as the cyst's. Links of ``contexts`` count as background. A cause
    acts in the states of nodes that ``acting`` gives, else by being present.
    """
    log_known = engine.log_of_possible(evidence, "nothing can have produced it")
    present = [id for id in findings if evidence.hard_state(id) == 1]
    acting = acting or {cause: {cause: (1,)} for cause in causes}
    everywhere = _together(acting[cause] for cause in causes)
    passing = {  # what a chain can go through: not causes, nor what is absent
        node.id
        for node in engine.network.nodes
        if (node.is_noisy_or or lets_through(engine.network, node.id, everywhere))
        and evidence.hard_state(node.id) != 0
    } - {*causes, *everywhere}
    engine.compile()  # once, before threads could all begin to

    ask = partial(_shares_of, engine.network, evidence, present, passing)
    each = map_on_all_cores(in_this_context(ask), [acting[cause] for cause in causes])
    outside = passing - set(contexts)
    states = {id: engine.network[id].states for id in contexts}
    sources = {  # contexts in any state, or present
        id: (1,) if names == ("absent", "present") else tuple(range(len(names)))
        for id, names in states.items()
    } | everywhere

    def without(id: str, sources: States, through: Collection[str]) -> float:
        """P(no chain leads from any source to a finding | evidence)."""
        split, ends = split_below(engine.network, [id], sources, through, by_acting=True)
        if not ends:
            return 1.0
        seen = split.widen(evidence).plus(Evidence({reached(id): ABSENT}))
        return min(1.0, float(np.exp(Engine(split.network).log_probability(seen) - log_known)))

    attributed = []
    for id in present:
        shares = {cause: shares_of[id] for cause, shares_of in zip(causes, each, strict=True)}
        by_no_cause = without(id, everywhere, passing)
        background = max(0.0, by_no_cause - without(id, sources, outside))
        attributed.append(AttributedFinding(id, shares, by_no_cause, background))
    return tuple(attributed)


def _together(acting: Iterable[States]) -> dict[str, tuple[int, ...]]:
    """States of nodes in which any of some causes acts."""
    states_by_node: dict[str, tuple[int, ...]] = {}
    for states in acting:
        for id, mine in states.items():
            states_by_node[id] = tuple(sorted({*states_by_node.get(id, ()), *mine}))
    return states_by_node


def _shares_of(
    network: Network,
    evidence: Evidence,
    present: Sequence[str],
    passing: Collection[str],
    acting: States,
) -> dict[str, float]:
    """By finding P(a chain leads from one cause to it | evidence); 0 where there is no way."""
    shares = dict.fromkeys(present, 0.0)
    if all(evidence.hard_state(id) not in (None, *acting[id]) for id in acting):
        return shares
    split, ends = split_below(network, present, acting, passing, by_acting=True)
    if not ends:
        return shares
    targets = [reached(id) for id in ends]
    propagated = Engine(split.network).propagate_each([split.widen(evidence)], targets)
    return shares | {id: propagated.present(reached(id)) for id in ends}


SHOWN = 0.01  # shares below this are counted, not listed
SHOWN_URGENT = 0.001  # the same for an urgent cause
MOSTLY = 0.5  # from here on a finding is said not to be explained
WRITTEN = 0.001  # smaller shares are left to the colour of their cell
FROM_HERE_WHITE = 0.78  # black and white stand out from it equally well


def draw_attribution(
    findings: Sequence[str],
    causes: Sequence[str],
    shares: Sequence[Sequence[float]],
    ax: Axes | None = None,
    *,
    left_out: str = "",
) -> Axes:
    """Draw how probably each cause produced each finding; last in a row is what none explains."""
    columns = [*causes, "not explained"]
    ax = ax or new_axes(3.2 + 0.62 * len(columns), 1.9 + 0.42 * max(1, len(findings)))
    for row, of_finding in enumerate(shares):
        for column, share in enumerate(of_finding):
            # the last column stands apart: it is no cause
            place = column + 0.3 * (column == len(causes))
            _cell(ax, place, row, share)
    ax.set_xlim(-0.5, len(columns) - 0.2)
    places = [*range(len(causes)), len(causes) + 0.3]
    ax.set_xticks(places, columns, fontsize=SMALL, parse_math=False)
    ax.tick_params("x", labelrotation=40)
    for label in ax.get_xticklabels():  # which end at their tick
        label.set_horizontalalignment("right")
        label.set_rotation_mode("anchor")
    name_lines(ax, findings)
    ax.set_ylim(max(1, len(findings)) - 0.5, -0.5)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    caption = "P(this cause produced the finding | evidence), in percent"
    ax.set_xlabel("\n".join(filter(None, [caption, left_out])), fontsize=SMALL)
    return ax


def _cell(ax: Axes, x: float, y: float, share: float) -> None:
    """One cell with its number in percent; what is next to nothing is left to the colour."""
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    colour = colormaps["Blues"](0.9 * share)
    ax.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, facecolor=colour, edgecolor="#d0d0d0"))
    text = "" if share < WRITTEN else f"{100 * share:.0f}" if share >= 0.01 else "<1"
    ink = "white" if share > FROM_HERE_WHITE else "black"
    write(ax, x, y, text, ha="center", color=ink)


@dataclass(frozen=True, repr=False)
class Attribution(CaseResult):
    """What produced each finding that is present: causes by row, and what no cause explains."""

    case: Case
    #: for each finding answered as present, the complaint first, the share of each cause: P(the
    #: cause is present and a chain of fired links leads from it to the finding | evidence). Several
    #: can have produced it together, so shares need not add up to 1.
    findings: tuple[AttributedFinding, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row for each finding and source.

        Columns: ``id``, ``finding`` (label), ``kind`` (``cause``, ``not explained`` or
        ``background``, the part of the not explained that contexts produced), ``source_id``,
        ``source`` (label), ``probability`` and ``urgent``.
        """
        causes, rows = self.case.knowledge.causes, []
        for row in self.findings:
            finding = row.finding, self.case.label(row.finding)
            for id, share in row.shares.items():
                rows.append((*finding, "cause", id, causes[id].label, share, causes[id].urgent))
            for kind, share in row.rest.items():
                rows.append((*finding, kind, "", kind, share, False))
        columns = ["id", "finding", "kind", "source_id", "source", "probability", "urgent"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def matrix(self) -> pd.DataFrame:
        """The same as findings x sources, by id; ``not explained`` and ``background`` last."""
        rows = [{**finding.shares, **finding.rest} for finding in self.findings]
        return pd.DataFrame(rows, index=[finding.finding for finding in self.findings])

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Ids of findings that more probably than not neither a cause nor a context produced."""
        return tuple(finding.finding for finding in self.findings if finding.leak >= MOSTLY)

    @property
    def report(self) -> Report:
        """What is shown."""
        label = self.case.label
        rows = [
            (label(finding.finding), self._told(finding), percent(finding.not_explained))
            for finding in self.findings
        ]
        notes = [
            (
                "Produced by: P(this cause is there and accounts for the finding | evidence): it "
                "set it off, directly or by way of others but causes, or came in by it, as an "
                "infection by a wound. Several can do so at once."
            ),
            "Not explained: P(no cause accounts for it).",
        ]
        if not rows:
            notes = ["No finding was answered as present, so there is nothing to attribute."]
        for finding in self.findings:
            name = f"'{label(finding.finding)}'"
            if finding.leak >= MOSTLY:
                note = (
                    f"No cause explains {name} ({percent(finding.leak)}): it may not belong to "
                    "this complaint, or its cause is not in the model. It counts for urgency all "
                    "the same."
                )
                notes.insert(0, note)
            elif finding.background >= MOSTLY:
                share = percent(finding.background)
                whose = "comes from the patient's background"
                notes.insert(0, f"{name} {whose} ({share}) rather than from a cause.")
        header = ("finding", "produced by", "not explained")
        return report_on(self.case, "what produced what", header, rows, notes)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw findings x causes as a heat map; causes with little share are left out."""
        case, findings = self.case, self.findings
        causes = [
            id for id in case.knowledge.causes if any(self._is_listed(row, id) for row in findings)
        ]
        causes.sort(key=lambda id: -sum(finding.shares[id] for finding in findings))
        fewer = len(case.knowledge.causes) - len(causes)
        picture = draw_attribution(
            [case.label(finding.finding) for finding in findings],
            [case.marked(id) for id in causes],
            [[*(row.shares[id] for id in causes), row.not_explained] for row in findings],
            ax,
            left_out=f"without {counted(fewer, 'cause')} of small shares" if fewer else "",
        )
        return self._titled(picture)

    def _is_listed(self, finding: AttributedFinding, cause: str) -> bool:
        """Whether a cause has enough of a finding to be named."""
        urgent = self.case.knowledge.causes[cause].urgent
        return finding.shares[cause] >= (SHOWN_URGENT if urgent else SHOWN)

    def _told(self, finding: AttributedFinding) -> str:
        """The shares of one finding in words, the largest first."""
        possible = [id for id, share in finding.shares.items() if share > 0.0]
        possible.sort(key=lambda id: -finding.shares[id])
        listed = [id for id in possible if self._is_listed(finding, id)]
        words = [f"{self.case.marked(id)} {percent(finding.shares[id])}" for id in listed]
        if (more := len(possible) - len(words)) > 0:
            words.append(f"{more} less probable")
        return ", ".join(words) or "no cause of this model"

    def __repr__(self) -> str:
        findings = counted(len(self.findings), "finding")
        return f"Attribution({findings}, {len(self.unexplained)} not explained)"


@bounded
def attribution(case: CaseLike) -> Attribution:
    """What produced each finding that is present, the complaint first.

    For each cause P(it is present and set off the finding, directly or by way of other
    nodes but causes | evidence), exactly; and what no cause explains.

    Examples
    --------
    >>> import kneebayes as kb
    >>> dx = kb.load().diagnose({"lump behind the knee": True, "chest pain": True})
    >>> dx.attribution().unexplained
    ('chest_pain',)
    """
    case = case.case
    knowledge = case.knowledge
    findings = sorted(knowledge.findings, key=lambda id: id != knowledge.meta.complaint)
    causes, contexts = list(knowledge.causes), set(knowledge.contexts)
    acting = acting_states(case.engine.network, knowledge)
    attributed = attribute(case.engine, case.evidence, findings, causes, contexts, acting)
    return Attribution(case, attributed)
