"""The model: a knowledge folder, calibrated and ready to reason with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kneebayes.arguments import checked
from kneebayes.binding import bind_static, later, pd, renamed_function
from kneebayes.building.model import ModelData, in_layer, in_setting, read_model, with_lexicon
from kneebayes.case.bounded import budget_of
from kneebayes.case.case import Case, probability
from kneebayes.differential import Differential
from kneebayes.errors import KneebayesError
from kneebayes.knowledge import Knowledge, Names, Remark
from kneebayes.knowledge.records import Cause, Context, Finding, Group, Setting
from kneebayes.knowledge.statements import Layer
from kneebayes.network import Network
from kneebayes.text import counted
from kneebayes.view.catalogue import Catalogue, search

if TYPE_CHECKING:
    from pgmpy.models import DiscreteBayesianNetwork

    from kneebayes.building import Elicited
    from kneebayes.building.restating import Solved
    from kneebayes.cohort.files import diagnose_file
    from kneebayes.cohort.record import check_patients, diagnose_cohort
    from kneebayes.cohort.simulation import benchmark_cohort, simulate, simulate_to_file
    from kneebayes.exchange.patient import load_case, save_case
    from kneebayes.exchange.phenopacket_read import load_phenopacket
    from kneebayes.exchange.written_patients import phenopacket, risk_assessment
    from kneebayes.history import History
    from kneebayes.history.reading import read
    from kneebayes.inference import Engine
    from kneebayes.learning.learn import Learnt, update
    from kneebayes.page.html import write_page
    from kneebayes.page.opening import explorer
    from kneebayes.questions.ask.interview import interview
    from kneebayes.questions.attribute.distinguishability import distinguish
    from kneebayes.questions.attribute.sampled import sample
    from kneebayes.study.accuracy import accuracy
    from kneebayes.study.evaluating import evaluate_model
    from kneebayes.study.misspecification import misspecify
    from kneebayes.teaching.case import load_practice_case, new_case
    from kneebayes.teaching.frequencies import count_people
    from kneebayes.teaching.practice import run_practice
    from kneebayes.view.figures import draw_model
    from kneebayes.view.trace import trace
else:
    globals().update(
        later(
            {
                "kneebayes.cohort.files": "diagnose_file",
                "kneebayes.cohort.record": "check_patients diagnose_cohort",
                "kneebayes.cohort.simulation": "benchmark_cohort simulate simulate_to_file",
                "kneebayes.exchange.patient": "load_case save_case",
                "kneebayes.exchange.phenopacket_read": "load_phenopacket",
                "kneebayes.exchange.written_patients": "phenopacket risk_assessment",
                "kneebayes.history.reading": "read",
                "kneebayes.learning.learn": "update",
                "kneebayes.page.html": "write_page",
                "kneebayes.page.opening": "explorer",
                "kneebayes.questions.ask.interview": "interview",
                "kneebayes.questions.attribute.distinguishability": "distinguish",
                "kneebayes.questions.attribute.sampled": "sample",
                "kneebayes.study.accuracy": "accuracy",
                "kneebayes.study.evaluating": "evaluate_model",
                "kneebayes.study.misspecification": "misspecify",
                "kneebayes.teaching.case": "load_practice_case new_case",
                "kneebayes.teaching.frequencies": "count_people",
                "kneebayes.teaching.practice": "run_practice",
                "kneebayes.view.figures": "draw_model",
                "kneebayes.view.trace": "trace",
            }
        )
    )

SAVED = (".kneebayes.json", ".kneebayes.json.gz")  # how the name of a saved model ends
INTERNAL = ("elicited", "engine", "names", "reading", "readings", "replace", "solved")
OLD = ("case", "open_case", "read_case", "read_phenopacket", "to_phenopacket", "to_risk_assessment")


def load(
    folder: str | Path | None = None,
    lexicon: str | None = None,
    layer: Layer = "literature",
    setting: str | None = None,
) -> Model:
    """Read a knowledge folder, or a saved model, and make it ready to reason with.

    Parameters
    ----------
    folder
        A knowledge folder; left out, the article on pain behind the knee. Or a file that
        :func:`save` has written whole, ``taught.kneebayes.json``: it has layer, lexicon and
        setting of its own, and what patients taught.
    lexicon
        Which lexicon turns words into numbers; left out, the folder's own choice.
    layer
        How much of the folder to take: ``article`` (its words alone), ``literature`` (with
        what was measured) or ``beyond`` (with parts of something else named as causes).
    setting
        Where the patients are seen, such as ``"hospital"``; it shifts the priors. Left out, among
        everybody with the complaint, or where a saved model was.

    Raises
    ------
    KnowledgeError
        If the folder has problems; all of them are listed.
    KneebayesError
        If a file is no saved model, or a lexicon or layer is asked for that it does not have.
    UnknownNameError
        If the lexicon or the setting is not in the folder.

    Examples
    --------
    >>> import kneebayes as kb
    >>> kb.load()
    Model('Pain behind the knee', lexicon 'article': ... causes, ... findings, ... contexts)
    """
    if setting is not None:
        return load(folder, lexicon, layer).in_setting(setting)
    if not isinstance(folder, str | Path) or not str(folder).endswith(SAVED):
        return Model(read_model(folder, lexicon, layer))
    from kneebayes.saving import load_model

    data = load_model(str(folder))
    asked = (lexicon or data.lexicon, data.knowledge.layer if layer == "literature" else layer)
    if asked != (data.lexicon, data.knowledge.layer):
        message = (
            f"{folder}: the model was saved with lexicon '{data.lexicon}' and layer "
            f"'{data.knowledge.layer}', and keeps them. Load it without, then take "
            "model.with_lexicon(...) or model.in_layer(...)."
        )
        raise KneebayesError(message)
    if data.learnt is not None:
        learnt = replace(data.learnt, before=Model(data.learnt.before.data))  # type: ignore[type-var]
        data = data.replace(learnt=learnt)
    return Model(data)


class Model:
    """A calibrated network with the knowledge it was made from.

    It never changes: what asks for another reading of the words, another setting or more
    patients gives another model.
    """

    def __init__(self, data: ModelData) -> None:
        self._data = data

    @property
    def data(self) -> ModelData:
        """What the model is made of: network, engine, names, and where each number comes from."""
        return self._data

    def replace(self, **changes: Any) -> Model:
        """The same model with other parts of its data."""
        return type(self)(self.data.replace(**changes))

    # what there is

    @property
    def knowledge(self) -> Knowledge:
        """What the folder says."""
        return self.data.knowledge

    @property
    def network(self) -> Network:
        """The calibrated network."""
        return self.data.network

    @property
    def causes(self) -> Catalogue[Cause]:
        """What may explain the complaint."""
        return Catalogue(self.knowledge.causes.values())

    @property
    def findings(self) -> Catalogue[Finding]:
        """What can be observed: symptoms, signs, history, test results, the complaint."""
        return Catalogue(self.knowledge.findings.values())

    @property
    def contexts(self) -> Catalogue[Context]:
        """Background of a patient."""
        return Catalogue(self.knowledge.contexts.values())

    @property
    def groups(self) -> Catalogue[Group]:
        """Sets of causes spoken of together."""
        return Catalogue(self.knowledge.groups.values())

    @property
    def lexicons(self) -> tuple[str, ...]:
        """Ids of the lexicons of the folder."""
        return tuple(self.knowledge.lexicons)

    @property
    def settings(self) -> Catalogue[Setting]:
        """Places where patients are seen, each with its shifts of the priors and their source."""
        return Catalogue(self.knowledge.settings.values())

    @property
    def setting(self) -> str | None:
        """Where the patients are seen; None for the priors as stated."""
        return self.data.setting

    @property
    def learnt(self) -> Learnt | None:
        """What patients taught this model; None where it knows the text alone."""
        return self.data.learnt  # type: ignore[return-value]  # only learning makes one

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What the lint found: loose ends, contradictions, statements not met in full."""
        return self.data.remarks

    @property
    def group_priors(self) -> Mapping[str, float]:
        """P(at least one member | complaint) by group, with nothing else known."""
        return self.data.group_priors

    search = search
    trace = trace
    draw = draw_model

    # one patient

    read = read

    @checked
    def diagnose(
        self, answers: Mapping[str, object] | pd.Series | History | None = None
    ) -> Differential:
        """Rank the causes given what is known of a patient; urgency is on top.

        Parameters
        ----------
        answers
            Answers by name, or a row of a table, or a history that was read and looked at. A
            name is a label, an alias or an id, in upper or lower case. An answer is True
            (present), False (absent) or None (unknown; in a row an empty cell too). A number
            between 0 and 1 means perhaps: it is uncertain ("virtual") evidence, 0.7 with a
            likelihood ratio of 7 to 3 for the finding, 0.5 without any effect. A context with
            several states takes the name of one of them. The complaint counts as present unless
            an answer says otherwise. What is not mentioned is unknown, not absent.

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
        if answers is not None and not isinstance(answers, Mapping):
            from kneebayes.history.record import History

            if isinstance(answers, History):  # the result says that it was read
                read = Case.of(self, answers.answers)
                signs = answers.signs_to_look_at
                case = replace(read, remarks=(answers.remark,), to_look_at=signs)
                return Differential(self, case)
        return Differential(self, Case.of(self, answers))

    interview = interview
    probability = probability
    distinguish = distinguish
    sample = sample

    # other readings, other places, what patients teach

    with_lexicon = with_lexicon
    in_setting = in_setting
    in_layer = in_layer
    update = update

    @checked
    def within(self, seconds: float = math.inf, gigabytes: float = math.inf) -> Model:
        """The same model, whose questions keep within a time and a memory.

        A question that is not answered in time gives what it has (questions ranked, orders or
        draws so far) and says that it is partial; where a part means nothing it raises
        :class:`kneebayes.TooWideError`.

        Parameters
        ----------
        seconds
            For each question; without this method it is a minute. Infinite for no bound.
        gigabytes
            For each question; 1, and 4 where nothing else helps, are the most in any case.

        Examples
        --------
        >>> import kneebayes as kb
        >>> hurried = kb.load().within(seconds=5)
        >>> hurried.diagnose({"fever": True}).questions().unranked
        ()
        """
        return self.replace(engine=self.engine.within(budget_of(seconds, gigabytes)))

    # many patients

    diagnose_cohort = diagnose_cohort
    check_patients = check_patients
    diagnose_cohort_file = diagnose_file
    simulate = simulate
    simulate_to_file = simulate_to_file
    benchmark_cohort = benchmark_cohort
    accuracy = accuracy
    evaluate = evaluate_model
    misspecify = misspecify

    # to practise on

    practice_case = new_case
    load_practice_case = load_practice_case
    practice = run_practice
    natural_frequencies = count_people

    # elsewhere

    explorer = explorer
    to_html = write_page
    load_case = load_case
    load_phenopacket = load_phenopacket
    save_case = staticmethod(save_case)
    phenopacket = staticmethod(phenopacket)
    risk_assessment = staticmethod(risk_assessment)

    def to_pgmpy(self) -> DiscreteBayesianNetwork:
        """The network as a pgmpy ``DiscreteBayesianNetwork`` of small tables.

        A noisy-OR over many parents is split into a chain of OR nodes, named
        ``<id>__<number>``; every other node keeps its id and its states.
        """
        from kneebayes.network.pgmpy_bridge import to_pgmpy

        return to_pgmpy(self.network)

    # old names, which work for one version more

    case = renamed_function("case", "practice_case", new_case)
    open_case = renamed_function("open_case", "load_practice_case", load_practice_case)
    read_case = renamed_function("read_case", "load_case", load_case)
    read_phenopacket = renamed_function("read_phenopacket", "load_phenopacket", load_phenopacket)
    to_phenopacket = staticmethod(renamed_function("to_phenopacket", "phenopacket", phenopacket))
    to_risk_assessment = staticmethod(
        renamed_function("to_risk_assessment", "risk_assessment", risk_assessment)
    )

    # what belongs to the data

    @property
    def names(self) -> Names:
        """What names in the folder mean."""
        return self.data.names

    @property
    def elicited(self) -> Elicited:
        """The network, and where each of its numbers comes from."""
        return self.data.elicited

    @property
    def engine(self) -> Engine:
        """What answers questions about the network."""
        return self.data.engine

    @property
    def reading(self) -> str:
        """Which lexicon reads the words, which setting shifts the priors, who was learnt from."""
        return self.data.reading

    @property
    def readings(self) -> Mapping[str, Model]:
        """The same model under every lexicon of the folder, itself among them, by id."""
        return {id: type(self)(data) for id, data in self.data.readings.items()}

    @property
    def solved(self) -> Solved:
        """Leaks solved for draws of the words."""
        return self.data.solved

    def __dir__(self) -> list[str]:
        """What there is to be asked; what belongs to the data is reached by ``.data``."""
        return [name for name in super().__dir__() if name not in (*INTERNAL, *OLD)]

    def __repr__(self) -> str:
        data = self.data
        where = "" if data.setting is None else f", setting {data.setting!r}"
        where += "" if data.learnt is None else f", learnt from {data.learnt.told}"
        parts = {"cause": self.causes, "finding": self.findings, "context": self.contexts}
        size = ", ".join(counted(len(each), name) for name, each in parts.items())
        title = self.knowledge.meta.title
        return f"Model({title!r}, lexicon {data.lexicon!r}{where}: {size})"


bind_static(Model)
