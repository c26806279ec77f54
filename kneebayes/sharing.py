"""A model taken elsewhere: other formats, a page, a widget."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from datetime import datetime

    from kneebayes.building import Elicited
    from kneebayes.differential import Differential
    from kneebayes.exchange.patient import Patient
    from kneebayes.exchange.phenopacket_read import Diseases
    from kneebayes.exchange.phenopacket_write import Uncertain
    from kneebayes.inference import Engine
    from kneebayes.knowledge import Knowledge, Names
    from kneebayes.model import Model
    from kneebayes.page.explorer import Explorer

__all__ = ["Sharing"]


class Sharing:
    """The forms in which a :class:`kneebayes.Model` leaves Python."""

    knowledge: Knowledge
    names: Names
    elicited: Elicited
    engine: Engine

    # the page and the widget

    def to_html(self, path: str | Path, title: str | None = None) -> Path:
        """Write the model as one self-contained HTML page, for a class or a colleague.

        The page opens from a file in any browser of the last years and asks nothing of any
        network. It ranks the causes, explains them, proposes what to ask next and has a
        virtual patient; it computes exactly, in the browser.

        Parameters
        ----------
        path
            Where to write, in a folder that exists; a file that is there is replaced.
        title
            What stands on top; left out, the model's own title.

        Returns
        -------
        Path
            Where it was written.

        Raises
        ------
        KneebayesError
            If the folder does not exist, or the file cannot be written.

        Examples
        --------
        >>> import tempfile, kneebayes as kb
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     page = kb.load().to_html(f"{folder}/knee.html")
        ...     page.name, page.stat().st_size < 500_000
        ('knee.html', True)
        """
        from kneebayes.page.html import write_page

        return write_page(cast("Model", self), Path(path), title)

    def explorer(self, answers: Mapping[str, object] | None = None) -> Explorer | Differential:
        """The same page as a widget in Jupyter, whose answers Python can read and set.

        ``explorer.answers`` are the answers as they stand, ``explorer.differential`` what
        Python makes of them. Needs anywidget (``pip install "kneebayes[notebook]"``);
        without it a warning says so, and the differential comes back, which shows itself.

        Parameters
        ----------
        answers
            What is known already, as in :meth:`kneebayes.Model.diagnose`, but certain.

        Raises
        ------
        UnknownNameError
            If a name is not known.
        EvidenceError
            If an answer cannot be understood or is less than certain.

        Examples
        --------
        >>> import kneebayes as kb
        >>> explorer = kb.load().explorer({"Lump behind the knee": True})
        >>> explorer.answers
        {'lump_behind_knee': 'present'}
        >>> explorer.answers = {"fever": True, "age": 67}
        >>> explorer.differential.urgency.level
        'now'
        """
        model = cast("Model", self)
        if importlib.util.find_spec("anywidget") is None:
            message = (
                "anywidget is not installed, so this is a still picture of the differential. "
                'For the explorer: pip install "kneebayes[notebook]".'
            )
            warnings.warn(message, stacklevel=2)
            return model.diagnose(answers)
        from kneebayes.page.explorer import Explorer

        return Explorer(model, answers)

    # patients in and out

    def save_case(
        self,
        case: Differential,
        path: str | Path,
        *,
        name: str = "",
        note: str = "",
        results: bool = True,
    ) -> Path:
        """Write what is known of a patient as a case file, in JSON by the ids of the folder.

        Lexicon and setting stand in it, so that :meth:`read_case` gives the same differential
        again. Never write a person's name into it.

        Parameters
        ----------
        case
            The differential.
        path
            Where to write.
        name, note
            What the case is called, and what there is to say of it.
        results
            Whether urgency and ranking stand in it, for readers.

        Examples
        --------
        >>> import tempfile, kneebayes as kb
        >>> knee = kb.load()
        >>> dx = knee.diagnose({"lump behind the knee": True, "fever": 0.2, "age": 67})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     patient = knee.read_case(knee.save_case(dx, f"{folder}/case.json"))
        >>> patient.answers
        {'pain_behind_knee': 'present', 'lump_behind_knee': 'present', 'fever': 0.2, 'age': 'older'}
        >>> abs(patient.diagnose()["gout"] - dx["gout"]) < 1e-12
        True
        """
        from kneebayes.exchange.case_file import case_content
        from kneebayes.exchange.strict_json import write_json

        return write_json(case_content(case, name=name, note=note, results=results), path)

    def read_case(self, source: str | Path | Mapping[str, object]) -> Patient:
        """Read a case file, strictly.

        Parameters
        ----------
        source
            A path, or what was parsed elsewhere.

        Raises
        ------
        ExchangeError
            If the file does not follow the schema, is of another model, or names what this
            one does not have; all of it is told at once.
        """
        from kneebayes.exchange.case_file import read_case

        return read_case(cast("Model", self), source)

    def to_phenopacket(
        self,
        case: Differential,
        *,
        id: str = "case",
        subject: str = "patient",
        top: int | None = None,
        uncertain: Uncertain = "refuse",
        created: datetime | None = None,
    ) -> dict[str, Any]:
        """A differential as a GA4GH Phenopacket v2, ready for JSON.

        Findings that no ontology has a term for have codes ``kneebayes:<id>``. Each cause is an
        interpretation in progress, whose summary tells its posterior.

        Parameters
        ----------
        case
            The differential.
        id, subject
            Of the packet and of its subject.
        top
            How many causes are told; urgent ones always are. Left out, all.
        uncertain
            ``"refuse"`` answers that are only probable, or ``"leave out"``: a phenopacket
            cannot hold them.
        created
            When; left out, now.

        Raises
        ------
        EvidenceError
            If an answer is uncertain and that is refused.

        Examples
        --------
        >>> import kneebayes as kb
        >>> knee = kb.load()
        >>> packet = knee.to_phenopacket(knee.diagnose({"fever": False}))
        >>> packet["phenotypicFeatures"][1]
        {'type': {'id': 'HP:0001945', 'label': 'fever'}, 'excluded': True}
        >>> knee.read_phenopacket(packet).answers
        {'pain_behind_knee': 'present', 'fever': 'absent'}
        """
        from kneebayes.exchange.phenopacket_write import phenopacket

        return phenopacket(
            case, id=id, subject=subject, top=top, uncertain=uncertain, created=created
        )

    def read_phenopacket(
        self, source: str | Path | Mapping[str, object], diseases: Diseases = "known"
    ) -> Patient:
        """Read a GA4GH Phenopacket v2; what has no code in the folder is reported.

        Parameters
        ----------
        source
            A path, or what was parsed elsewhere.
        diseases
            Whether an observed disease is ``"known"`` of the patient, or ``"certain"`` to be
            present as a cause.

        Raises
        ------
        ExchangeError
            If it is no phenopacket of version 2, or contradicts itself.
        """
        from kneebayes.exchange.phenopacket_read import read_phenopacket

        return read_phenopacket(cast("Model", self), source, diseases)

    def to_risk_assessment(
        self, case: Differential, *, subject: str = "patient", created: datetime | None = None
    ) -> dict[str, Any]:
        """A differential in the form of a FHIR R4 RiskAssessment, ready for JSON.

        Every cause is a prediction with P(present | what is known) between 0 and 1; the
        answers are its basis; the status is ``preliminary``.

        Parameters
        ----------
        case
            The differential.
        subject
            How the patient is shown.
        created
            When; left out, now.
        """
        from kneebayes.exchange.risk_assessment import risk_assessment

        return risk_assessment(case, subject=subject, created=created)
