"""The model: a knowledge folder, calibrated and ready to reason with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kneebayes.asking import Interviewing
from kneebayes.building import Elicited, elicit
from kneebayes.building.evoke import group_remarks
from kneebayes.building.tracing import Trace, trace_cause
from kneebayes.case import read_answers
from kneebayes.case.answers import by_node, evidence_of
from kneebayes.case.belief import believe_groups, probability_of
from kneebayes.case.rows import by_name
from kneebayes.differential import Differential
from kneebayes.errors import UnknownNameError, suggest
from kneebayes.exploring import Exploring
from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge import Knowledge, Names, Remark, lint, read_knowledge, shipped_folder
from kneebayes.naming import Naming
from kneebayes.network import Network
from kneebayes.placing import Placing
from kneebayes.practising import Practising
from kneebayes.sharing import Sharing
from kneebayes.simulating import Simulating
from kneebayes.updating import Updating
from kneebayes.view.tables import trace_html, trace_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from pgmpy.models import DiscreteBayesianNetwork

    from kneebayes.cohort.files import CohortFile
    from kneebayes.cohort.record import Cohort

__all__ = ["CauseTrace", "Model", "load"]


def load(folder: str | Path | None = None, lexicon: str | None = None) -> Model:
    """Read a knowledge folder and make it ready to reason with.

    Parameters
    ----------
    folder
        A knowledge folder; left out, the article on pain behind the knee.
    lexicon
        Which lexicon turns words into numbers; left out, the folder's own choice.

    Raises
    ------
    KnowledgeError
        If the folder has problems; all of them are listed.
    UnknownNameError
        If the lexicon is not in the folder.

    Examples
    --------
    >>> import kneebayes as kb
    >>> kb.load()
    Model('Pain behind the knee', lexicon 'article': 28 causes, 84 findings, 28 contexts)
    """
    knowledge = read_knowledge(shipped_folder() if folder is None else folder)
    return Model(knowledge, lexicon or knowledge.meta.lexicon)


class CauseTrace:
    """Every number of one cause with its origin; shows itself as text, HTML and DataFrame."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    @property
    def table(self) -> pd.DataFrame:
        """One row a number: about, node, stated, low, value, high, link, origin, because."""
        import pandas as pd

        frame = pd.DataFrame(self.trace.records())
        frame["because"] = ["; ".join(because) for because in frame["because"]]
        return frame

    @property
    def text(self) -> str:
        """The trace for a terminal."""
        return trace_text(self.trace)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"CauseTrace({self.trace.cause.label!r}, {len(self.trace.rows)} numbers)"

    def _repr_html_(self) -> str:
        return trace_html(self.trace)


class Model(Naming, Interviewing, Exploring, Placing, Simulating, Updating, Sharing, Practising):
    """A calibrated network with the knowledge it was made from.

    Parameters
    ----------
    knowledge
        What a folder says.
    lexicon
        Id of the lexicon that turns its words into numbers.
    """

    def __init__(self, knowledge: Knowledge, lexicon: str) -> None:
        if lexicon not in knowledge.lexicons:
            near = suggest(lexicon, knowledge.lexicons)
            message = f"No lexicon '{lexicon}'. There are: {', '.join(knowledge.lexicons)}."
            raise UnknownNameError(message, lexicon, near)
        self.knowledge = knowledge
        self.names = Names(knowledge)
        self.elicited: Elicited = elicit(knowledge, knowledge.lexicons[lexicon])
        self.engine = Engine(self.elicited.network)

    @property
    def network(self) -> Network:
        """The calibrated network."""
        return self.elicited.network

    @property
    def complaint_probability(self) -> float:
        """P(complaint) that follows from the stated priors; not stated anywhere itself."""
        return self.elicited.complaint_probability

    @cached_property
    def group_priors(self) -> Mapping[str, float]:
        """P(at least one member | complaint) by group, with nothing else known."""
        seen = Evidence.of(self.network, {self.knowledge.meta.complaint: "present"})
        return believe_groups(self.engine, self.knowledge, seen, self.knowledge.groups)

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """What the lint found: loose ends, contradictions, statements not met in full."""
        lexicon = self.knowledge.lexicons[self.elicited.lexicon]
        said_of_groups = group_remarks(self.network, self.knowledge, lexicon)
        return (*lint(self.knowledge), *self.elicited.remarks, *said_of_groups)

    def diagnose(self, answers: Mapping[str, object] | pd.Series | None = None) -> Differential:
        """Rank the causes given what is known of a patient.

        Parameters
        ----------
        answers
            Answers by name, or a row of a table: labels, aliases and ids in any case. True is
            present, False absent, None unknown (in a row an empty cell too). A number between
            0 and 1 says perhaps: it is virtual evidence, of which 0.7 weighs for the finding
            as 7 to 3, and 0.5 weighs nothing. A context with several states takes the name of
            one. The complaint is present unless said otherwise. What is left out is unknown,
            not absent.

        Returns
        -------
        Differential
            The ranked causes, with urgency on top.

        Raises
        ------
        UnknownNameError
            If a name is not known; says what looks like it.
        EvidenceError
            If an answer cannot be understood.
        ImpossibleEvidenceError
            If the answers cannot be true together; names a smallest set that conflicts.

        Examples
        --------
        >>> import kneebayes as kb
        >>> dx = kb.load().diagnose({"lump behind the knee": True, "age": "older"})
        >>> dx.ranking["cause"].iloc[0]
        "Baker's cyst"
        """
        said = {} if answers is None else by_name(answers)
        complaint = self.knowledge.meta.complaint
        told = by_node(self.knowledge, self.names, said)
        return Differential(self, said if complaint in told else {complaint: True, **said})

    def diagnose_cohort(self, frame: pd.DataFrame, progress: bool | None = None) -> Cohort:
        """Diagnose many patients, each row of a table exactly as :meth:`diagnose` would.

        Parameters
        ----------
        frame
            One row a patient, one column a finding, context or cause by any of its names;
            cells are answers. An empty cell is unknown. The index is kept.
        progress
            Whether to show a bar; left out, one is shown for more than 1000 patients.

        Raises
        ------
        UnknownNameError, EvidenceError
            If columns or cells cannot be understood; all of them are told.
        TooWideError
            If a patient needs more memory than is allowed; says which.

        Examples
        --------
        >>> import pandas as pd, kneebayes as kb
        >>> patients = pd.DataFrame({"lump behind the knee": [True, None], "fever": [False, 0.9]})
        >>> kb.load().diagnose_cohort(patients).urgency.tolist()
        ['routine', 'now']
        """
        from kneebayes.cohort.record import diagnose_cohort

        return diagnose_cohort(self, frame, progress)

    def diagnose_cohort_file(
        self,
        source: str | Path,
        target: str | Path,
        keep: Sequence[str] = (),
        progress: bool | None = None,
    ) -> CohortFile:
        """Diagnose a CSV or Parquet file larger than memory into another.

        See :func:`kneebayes.cohort.diagnose_file`.
        """
        from kneebayes.cohort.files import diagnose_file

        return diagnose_file(self, source, target, keep, progress)

    def probability(
        self, event: Mapping[str, object], given: Mapping[str, object] | None = None
    ) -> float:
        """P(event | given) for any nodes together; the complaint is not taken for granted.

        Parameters
        ----------
        event
            States by name; a group means at least one of its members.
        given
            Evidence by name; left out, nothing is known, not even the complaint.

        Examples
        --------
        >>> import kneebayes as kb
        >>> knee = kb.load()
        >>> gout = {"gout": True}
        >>> knee.probability(gout) < knee.probability(gout, {"gout known": True})
        True
        """
        seen = evidence_of(read_answers(self.knowledge, self.names, self.network, given or {}))
        return probability_of(self.engine, self.knowledge, self.names, event, seen)

    def trace(self, cause: str) -> CauseTrace:
        """Every number of a cause with the claim, reference or assumption it comes from.

        Parameters
        ----------
        cause
            Any of its names.

        Examples
        --------
        >>> import kneebayes as kb
        >>> kb.load().trace("gout").table["about"].iloc[0]
        'prior'
        """
        meaning = self.names.meaning(cause, ("cause",), "model.causes")
        return CauseTrace(trace_cause(self.knowledge, self.elicited, meaning.id))

    def draw(self, around: str | None = None, ax: Axes | None = None) -> Axes:
        """Draw the network with matplotlib, or only what belongs to one cause.

        Parameters
        ----------
        around
            A cause, by any of its names; left out, the whole network.
        ax
            Where to draw; left out, a new figure.
        """
        from kneebayes.view.figures import draw_network

        if around is not None:
            around = self.names.meaning(around, ("cause",), "model.causes").id
        return draw_network(self.knowledge, self.network, around, ax)

    def to_pgmpy(self) -> DiscreteBayesianNetwork:
        """The network as a pgmpy ``DiscreteBayesianNetwork`` of small tables.

        A noisy-OR over many parents is split into a chain of OR nodes, named
        ``<id>__<number>``; every other node keeps its id and its states.
        """
        from kneebayes.network.pgmpy_bridge import to_pgmpy

        return to_pgmpy(self.network)

    def __repr__(self) -> str:
        where = "" if self.setting is None else f", setting {self.setting!r}"
        where += "" if self.learnt is None else f", learnt from {self.learnt.told}"
        size = f"{len(self.causes)} causes, {len(self.findings)} findings, {len(self.contexts)}"
        title = self.knowledge.meta.title
        return f"Model({title!r}, lexicon {self.elicited.lexicon!r}{where}: {size} contexts)"
