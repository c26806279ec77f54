"""Which cause produced which finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kneebayes.case.case import Case, CaseLike
from kneebayes.questions.attribute.attributing import AttributedFinding, attribute
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Attribution", "attribution"]

SHOWN = 0.01  # shares below this are counted, not listed
SHOWN_URGENT = 0.001  # the same for an urgent cause
MOSTLY = 0.5  # from here on a finding is said not to be explained


@dataclass(frozen=True, repr=False)
class Attribution(CaseResult):
    """What produced each finding that is present: causes by row, and what no cause explains.

    Attributes
    ----------
    case
        What was known.
    findings
        For each finding answered as present, the complaint first, the share of each cause:
        P(the cause is present and a chain of fired links leads from it to the finding |
        evidence). Several can have produced it together, so shares need not add up to 1.
    """

    case: Case
    findings: tuple[AttributedFinding, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row for each finding and source.

        Columns: ``id``, ``finding`` (label), ``kind`` (``cause``, ``not explained`` or
        ``background``, the part of the not explained that contexts produced), ``source_id``,
        ``source`` (label), ``probability`` and ``urgent``.
        """
        import pandas as pd

        knowledge = self.case.knowledge
        rows: list[dict[str, object]] = []
        for one in self.findings:
            finding = {"id": one.finding, "finding": knowledge.label(one.finding)}
            for cause, share in one.shares.items():
                record = knowledge.causes[cause]
                source = {"kind": "cause", "source_id": cause, "source": record.label}
                rows.append(finding | source | {"probability": share, "urgent": record.urgent})
            for kind, share in (
                ("not explained", one.not_explained),
                ("background", one.background),
            ):
                source = {"kind": kind, "source_id": "", "source": kind}
                rows.append(finding | source | {"probability": share, "urgent": False})
        columns = ["id", "finding", "kind", "source_id", "source", "probability", "urgent"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def matrix(self) -> pd.DataFrame:
        """The same as findings x sources, by id; ``not explained`` and ``background`` last."""
        import pandas as pd

        rows = {
            one.finding: {
                **one.shares,
                "not explained": one.not_explained,
                "background": one.background,
            }
            for one in self.findings
        }
        return pd.DataFrame.from_dict(rows, orient="index")

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Ids of findings that more probably than not neither a cause nor a context produced."""
        return tuple(one.finding for one in self.findings if one.leak >= MOSTLY)

    @property
    def report(self) -> Report:
        """What is shown."""
        label = self.case.knowledge.label
        rows = [
            (label(one.finding), self._told(one), percent(one.not_explained))
            for one in self.findings
        ]
        notes = [
            (
                "Produced by: P(this cause is there and set off the finding, directly or by way of "
                "others but causes | evidence). Several can do so at once."
            ),
            "Not explained: P(no cause set it off).",
        ]
        if not rows:
            notes = ["No finding was answered as present, so there is nothing to attribute."]
        for one in self.findings:
            if one.leak >= MOSTLY:
                notes.insert(
                    0,
                    f"No cause explains '{label(one.finding)}' ({percent(one.leak)}): it may not "
                    "belong to this complaint, or its cause is not in the model. It counts for "
                    "urgency all the same.",
                )
            elif one.background >= MOSTLY:
                notes.insert(
                    0,
                    f"'{label(one.finding)}' comes from the patient's background "
                    f"({percent(one.background)}) rather than from a cause.",
                )
        return report_on(
            self.case,
            "what produced what",
            ("finding", "produced by", "not explained"),
            rows,
            notes,
        )

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw findings x causes as a heat map; causes with little share are left out."""
        from kneebayes.questions.attribute.heat_maps import draw_attribution

        known = self.case
        drawn = [
            cause
            for cause, record in known.knowledge.causes.items()
            if any(
                one.shares[cause] >= (SHOWN_URGENT if record.urgent else SHOWN)
                for one in self.findings
            )
        ]
        drawn.sort(key=lambda cause: -sum(one.shares[cause] for one in self.findings))
        return draw_attribution(
            [known.knowledge.label(one.finding) for one in self.findings],
            [known.marked(cause) for cause in drawn],
            [[*(one.shares[cause] for cause in drawn), one.not_explained] for one in self.findings],
            ax,
        )

    def _told(self, one: AttributedFinding) -> str:
        """The shares of one finding in words, the largest first."""
        causes = self.case.knowledge.causes
        possible = {cause: share for cause, share in one.shares.items() if share > 0.0}
        ordered = sorted(possible, key=lambda cause: -possible[cause])
        listed = [
            cause
            for cause in ordered
            if possible[cause] >= (SHOWN_URGENT if causes[cause].urgent else SHOWN)
        ]
        words = [f"{self.case.marked(cause)} {percent(possible[cause])}" for cause in listed]
        if (left := len(ordered) - len(listed)) > 0:
            words.append(f"{left} less probable")
        return ", ".join(words) or "no cause of this model"

    def __repr__(self) -> str:
        findings = f"{len(self.findings)} finding{'' if len(self.findings) == 1 else 's'}"
        return f"Attribution({findings}, {len(self.unexplained)} not explained)"


def attribution(case: CaseLike) -> Attribution:
    """What produced each finding that is present, the complaint first.

    For each cause P(it is present and set off the finding, directly or by way of other
    nodes but causes | evidence), exactly; and what no cause explains.

    Parameters
    ----------
    case
        The patient.

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
    told = attribute(case.engine, case.evidence, findings, causes, contexts)
    return Attribution(case, told)
