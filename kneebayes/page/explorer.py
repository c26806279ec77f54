"""The same front end in Jupyter: a widget whose answers Python can read and set."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import anywidget
import traitlets

from kneebayes.building.model import ModelLike, read_as
from kneebayes.case.answers import Answer, read_in_order
from kneebayes.case.case import CaseLike, Diagnosing
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError, KneebayesError, TooWideError
from kneebayes.history import History, read
from kneebayes.inference.evidence import certain_state
from kneebayes.page.html import script, static
from kneebayes.page.payload import payload
from kneebayes.page.readings import choices_of
from kneebayes.text import counted
from kneebayes.view.differential import differential_report
from kneebayes.view.report import report_html

PERHAPS = 0.75  # the answer that "perhaps" stands for, 3 to 1 for it, as in ``weights.js``
READING = ("lexicon", "layer", "setting")


class Explorer(anywidget.AnyWidget):
    """The explorer in a notebook; made by :meth:`kneebayes.Model.explorer`.

    What is shown is computed in the browser, by the same engine as in the page of
    :meth:`kneebayes.Model.to_html`. So it responds at once, even while Python is busy or, as in
    an exported notebook, not there at all. ``differential`` is computed by Python; tests make
    sure that both give the same.

    Attributes
    ----------
    answers
        What is known, states by id, in the order given; a cause in it is there, whether it
        explains the complaint or not. Set it with any names and answers
        that :meth:`kneebayes.Model.diagnose` understands, as long as they are certain, or
        ``"perhaps"`` of what is answered with yes or no, which is the answer 0.75.
    lexicon, layer, setting
        How words are read, how much of the folder is taken, and where the patient is seen
        (empty: anywhere); ids. Chosen in the front end or set here. What the model that is
        chosen does not have is no longer among the answers.
    history
        A history in plain words, as typed. What it says is shown with its marks; nothing of
        it becomes an answer before somebody has looked and says so.
    """

    _esm = script("boot_widget.js")
    _css = static("style.css")
    _payload = traitlets.Unicode().tag(sync=True)
    _choices = traitlets.Dict().tag(sync=True)
    _wanted = traitlets.Dict().tag(sync=True)  # what was chosen in the browser
    _remark = traitlets.Unicode().tag(sync=True)  # why it cannot be had
    answers = traitlets.Dict().tag(sync=True)
    lexicon = traitlets.Unicode().tag(sync=True)
    layer = traitlets.Unicode().tag(sync=True)
    setting = traitlets.Unicode().tag(sync=True)
    history = traitlets.Unicode().tag(sync=True)
    _understood = traitlets.Dict().tag(sync=True)

    def __init__(self, model: Diagnosing, answers: Mapping[str, object] | None = None) -> None:
        self._model = model
        super().__init__(
            **_shown_of(model),
            _choices=choices_of(model),
            answers=dict({} if answers is None else answers),
        )

    @traitlets.validate("answers")
    def _understand(self, proposal: Mapping[str, Any]) -> dict[str, str]:
        return _answers_shown(self._model, proposal["value"])

    @traitlets.validate("lexicon", "layer", "setting")
    def _choose(self, proposal: Mapping[str, Any]) -> str:
        """Read the folder as is chosen; what cannot be had is refused and changes nothing."""
        kind, value = proposal["trait"].name, str(proposal["value"])
        own = {name: getattr(self, name) for name in READING}
        if value != own[kind] and own["lexicon"]:
            wanted = own | {kind: value}
            read = read_as(self._model, **{**wanted, "setting": wanted["setting"] or None})
            known = {
                id: answer
                for id, answer in self.answers.items()
                if read.data.names.has(id, ("finding", "context", "cause", "mediator"))
            }
            self._model = read
            with self.hold_sync():
                self.answers = known
                self._payload = _shown_of(read)["_payload"]
        return value

    @traitlets.observe("_wanted")
    def _follow(self, change: Mapping[str, Any]) -> None:
        """Do what was chosen in the browser, or say there why it cannot be done."""
        self._remark = ""
        kind = change["new"].get("kind")
        if kind not in READING:
            return
        try:
            setattr(self, kind, str(change["new"].get("id", "")))
        except KneebayesError as error:
            self._remark = str(error)

    @traitlets.observe("history")
    def _read(self, change: Mapping[str, Any]) -> None:
        """Show what a history says, or why it could not be read."""
        try:
            self._understood = self._shown(read(self._model, change["new"]))
        except KneebayesError as error:
            self._understood = {"pieces": [], "answers": {}, "note": str(error)}

    def _shown(self, history: History) -> dict[str, Any]:
        """A history as the front end shows it, with the answers that it would give."""
        complaint = self._model.data.knowledge.meta.complaint
        said = {id: answer for id, answer in history.answers.items() if id != complaint}
        look = "; ".join(mention.label for mention in history.to_look_at)
        note = f"{counted(len(said), 'answer')}." + (f" To look at: {look}." if look else "")
        answers = _answers_shown(self._model, said)
        return {"pieces": [list(one) for one in history.pieces], "answers": answers, "note": note}

    @property
    def differential(self) -> CaseLike:
        """The differential of the answers as they stand now, computed by Python."""
        return self._model.diagnose(
            {id: PERHAPS if answer == "perhaps" else answer for id, answer in self.answers.items()}
        )

    def reset(self) -> None:
        """Forget all answers."""
        self.answers = {}

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget, and for places that show no widgets the differential as a table."""
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return None
        data, metadata = bundle
        try:
            still = {"text/html": report_html(differential_report(self.differential))}
        except (ImpossibleEvidenceError, TooWideError):
            still = {}  # the widget itself says so
        return {**data, **still}, metadata

    def __repr__(self) -> str:
        words = ", ".join(f"{id}: {state}" for id, state in self.answers.items())
        return f"Explorer({words or 'no answers yet'})"


def _shown_of(model: ModelLike) -> dict[str, str]:
    """What the front end is given of a model: its payload, and under which reading it is."""
    data = model.data
    return {
        "_payload": json.dumps(payload(model), ensure_ascii=False, allow_nan=False),
        "lexicon": data.lexicon,
        "layer": data.knowledge.layer,
        "setting": data.setting or "",
    }


def _answers_shown(model: ModelLike, answers: Mapping[str, object]) -> dict[str, str]:
    """Answers by any names as states by id, in the order given; unknown ones are left out.

    That a cause is there stands under the id of the cause, by whichever name it was said.
    """
    knowledge = model.data.knowledge
    given = {name: PERHAPS if _is_perhaps(value) else value for name, value in answers.items()}
    named, answered = read_in_order(model.data, given)
    read = {answer.id: answer for answer in answered}
    complaint = knowledge.meta.complaint
    causes = {node: cause for cause, node in knowledge.there.items()}
    shown: dict[str, str] = {}
    for id in named:
        if id == complaint:
            _keep_complaint(model, read[id].state if id in read else "unknown")
        elif id in read:
            shown[causes.get(id, id)] = _state_shown(model, read[id])
    return shown


def _is_perhaps(value: object) -> bool:
    return isinstance(value, str) and value.strip().casefold() == "perhaps"


def _state_shown(model: ModelLike, answer: Answer) -> str:
    """The state that is told for certain, or "perhaps" of what is answered with yes or no."""
    certain = certain_state(answer.likelihood)
    if certain is not None:
        return model.data.network[answer.id].states[certain]
    finding = model.data.knowledge.findings.get(answer.id)
    yes_or_no = not (finding and "present" in finding.states)
    if answer.is_uncertain and answer.presence == PERHAPS and yes_or_no:
        return "perhaps"
    message = (
        f"An explorer takes certain answers only, and 'perhaps' ({PERHAPS}) of what is answered "
        f"with yes or no. Got {answer.label}: {answer.state}. Use model.diagnose for it."
    )
    raise EvidenceError(message)


def _keep_complaint(model: ModelLike, state: str) -> None:
    """Refuse any other answer about the complaint than that it is there."""
    if state != "present":
        label = model.data.knowledge.label(model.data.knowledge.meta.complaint)
        message = (
            f"An explorer takes the complaint, {label}, for granted. Got {state}. "
            "Use model.diagnose without it."
        )
        raise EvidenceError(message)
