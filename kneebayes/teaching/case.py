"""A virtual patient to practise on: drawn, asked, closed, and read from a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from kneebayes.arguments import checked, whole_number
from kneebayes.building.model import ModelLike, read_as
from kneebayes.case.urgency import LEVELS
from kneebayes.errors import EvidenceError, KneebayesError, UnknownNameError, placed
from kneebayes.knowledge.names import example_causes
from kneebayes.teaching.feedback import Feedback
from kneebayes.teaching.patients import DIFFICULTIES, KINDS, check_word, draw_patient, is_possible
from kneebayes.teaching.situation import (
    FORMAT,
    VERSION,
    Situation,
    Step,
    best_of,
    probabilities_by_id,
)
from kneebayes.teaching.talking import names_of, told_at_first, understand
from kneebayes.text import either, fold, shown, suggest
from kneebayes.writing import plain_text, strict_json

SHARES = {"all": 1.0, "some": 0.5, "none": 0.0}  # of contexts, that is told
BACKGROUNDS = (*SHARES, "page")  # the page tells contexts with several states: age and sex
LARGEST = 1_000_000  # bytes
OPTIONAL = ("layer",)  # files of an earlier version do not say it
KEYS = (
    *("format", "version", "lexicon", "setting", "layer", "seed", "difficulty", "kind"),
    *("told", "truth", "steps", "closed", "advice"),
)


@dataclass(frozen=True, repr=False, eq=False)
class PracticeCase(Situation):
    """A virtual patient at one point; it never changes, every step makes the next case.

    Made by :meth:`kneebayes.Model.practice_case`. What it holds is told by
    :class:`kneebayes.teaching.Situation`.

    Examples
    --------
    >>> import kneebayes as kb
    >>> case = kb.load().practice_case(difficulty="any", seed=1)
    >>> case = case.ask("fever").state({"Baker's cyst": 0.3, "meniscus tear": 0.2})
    >>> case.close(advice="routine").advice
    'routine'
    """

    def ask(self, *names: str) -> PracticeCase:
        """Ask, examine or test; the next case has the answer.

        Parameters
        ----------
        names
            Findings and contexts by any of their names or in your own words, such as ``"is the
            calf swollen and red?"``, of which all that is named is answered; or ways of examining
            such as ``"ultrasound"``, which give all their results for one price.

        Raises
        ------
        UnknownNameError
            If something else or more may be meant than is known here; names what comes near.
        EvidenceError
            If it is known already, or the case is closed.

        Examples
        --------
        >>> import kneebayes as kb
        >>> case = kb.load().practice_case(difficulty="any", seed=1).ask("fever", "ultrasound")
        >>> case.steps[0].asked, case.cost
        (('fever',), 3.0)
        """
        self._refuse_if_closed()
        case = self
        for name in names:
            case = case._answering(name)
        return case

    @checked
    def examine(self, method: str) -> PracticeCase:
        """Order an examination, such as ``"ultrasound"``, with all its results, for one price.

        Raises
        ------
        UnknownNameError
            If there is none of that name.
        EvidenceError
            If all its results are known already, or the case is closed.
        """
        self._refuse_if_closed()
        id = self._method(method)
        if not id:
            there = self.examinations
            message = f"No examination named {shown(method)}. There are: {', '.join(there)}."
            raise UnknownNameError(message, method, suggest(method, there))
        return self.after(self.step_asking(method, id, self._results[id]))

    def state(self, probabilities: Mapping[str, float]) -> PracticeCase:
        """Say how probable some causes are now; may be said as often as one likes.

        That is P(it explains the complaint) by cause, between 0 and 1. One cause does; what is left
        for causes that are not named need not be said.

        Raises
        ------
        UnknownNameError
            If a cause is not known.
        EvidenceError
            If a number is no probability, a cause is named twice, or the case is closed.
        """
        self._refuse_if_closed()
        return self.after(Step(stated=probabilities_by_id(self.data, probabilities)))

    def take_hint(self) -> PracticeCase:
        """The next case, whose record says that :attr:`hint` was looked at, and what it named.

        Raises
        ------
        EvidenceError
            If nothing is left to ask, or the case is closed.

        Examples
        --------
        >>> import kneebayes as kb
        >>> case = kb.load().practice_case(difficulty="any", seed=1).take_hint()
        >>> len(case.hinted), case.close({"gout": 0.1}).summary["hints"]
        (2, 1)
        """
        self._refuse_if_closed()
        best = (best_of(self, free=free)[0] for free in (True, False))
        if not (named := tuple(filter(None, best))):
            message = "Nothing is left to ask."
            raise EvidenceError(message)
        return self.after(Step(hinted=named))

    def close(
        self, probabilities: Mapping[str, float] | None = None, advice: str | None = None
    ) -> Feedback:
        """Close the case and see what was good and what was missed.

        Parameters
        ----------
        probabilities
            The final differential; left out, what was stated last. What was said of a cause
            counts until it is said anew. Causes that were never named share what that leaves
            of 1, as their priors do.
        advice
            How urgent it is: ``now``, ``soon`` or ``routine``; left out, nothing is advised.

        Raises
        ------
        UnknownNameError, EvidenceError
            As :meth:`state`; also if nothing was ever stated, or the advice is not one.
        """
        case = self if probabilities is None else self.state(probabilities)
        return Feedback(case.ended(advice))

    @checked
    def ended(self, advice: str | None = None) -> PracticeCase:
        """The case as it is when it is closed with what was stated last.

        Raises
        ------
        EvidenceError
            If nothing was ever stated, or the advice is not ``now``, ``soon``, ``routine`` or None.
        """
        self._refuse_if_closed()
        if not self.stated:
            example = json.dumps({example_causes(self.data.knowledge)[0]: 0.6})
            message = (
                "close: nothing was stated. Say how probable the causes are, such as "
                f"case.close({example})."
            )
            raise EvidenceError(message)
        if advice is not None and advice not in LEVELS:
            allowed = ", ".join(f"'{level}'" for level in LEVELS)
            message = f"advice: {shown(advice)} is no level of urgency. There are: {allowed}."
            raise EvidenceError(message)
        return replace(self, advice=advice or "", closed=True)

    def _refuse_if_closed(self) -> None:
        if self.closed:
            message = "This case is closed. Draw another, or go on from the case before closing."
            raise EvidenceError(message)

    def _answering(self, name: str) -> PracticeCase:
        """The case with the answer to all that a name or a question asks for."""
        case, meant = self, self._meant(name)
        told = [id for id in meant if self.known.keys() >= {*self._results.get(id, (id,))}]
        for id in [id for id in meant if id not in told] or meant:
            results = self._results.get(id, ())
            if len(results) == 1:  # "CT" may be meant of something else than the lungs
                self._ask_back(name, results)
            method = id if results else ""
            case = case.after(case.step_asking(name, method, results or (id,)))
        return case

    def _meant(self, name: str) -> tuple[str, ...]:
        """Ids of all that a name or a question asks for: nodes, and ways of examining."""
        names, kinds = self.data.names, ("finding", "context")
        try:
            return (names.meaning(name, kinds, "model.findings and model.contexts").id,)
        except UnknownNameError:
            if not isinstance(name, str) or names.has(name, ("cause", "group")):
                raise  # nobody can be asked for these
            if method := self._method(name):
                return (method,)
            knowledge, complaint = self.data.knowledge, self.data.complaint
            ids = {**self._results, **knowledge.contexts, **knowledge.findings}
            named = names_of(knowledge, (id for id in ids if id != complaint))
            understood = understand(named, name, knowledge.label(complaint))
            if understood.near:
                self._ask_back(name, understood.near, understood.unheard)
            if not understood.meant:
                raise
            return understood.meant

    def _ask_back(self, asked: str, near: Sequence[str], unheard: Sequence[str] = ()) -> NoReturn:
        """Refuse a question that is not clear, with what it may mean; nothing is answered."""
        labels = [self._label(id) for id in near]
        if unheard:
            why = f"Nothing here is called {either(unheard)}."
        elif len(labels) > 1:
            why = f"'{asked}' may mean several things."
        else:
            why = f"'{asked}' may ask for more or for something else than can be told."
        message = f"{why} Did you mean {either(labels)}?"
        raise UnknownNameError(message, asked, labels)

    def _label(self, id: str) -> str:
        methods = self.data.knowledge.methods
        return methods[id].label if id in methods else self.data.knowledge.label(id)

    @property
    def examinations(self) -> list[str]:
        """Labels of the ways of examining that tell any results."""
        return [self.data.knowledge.methods[id].label for id in self._results]

    @property
    def _results(self) -> dict[str, tuple[str, ...]]:
        """The results of each way of examining that has any."""
        results: dict[str, tuple[str, ...]] = dict.fromkeys(self.data.knowledge.methods, ())
        for id, finding in self.data.knowledge.findings.items():
            if finding.method:
                results[finding.method] += (id,)
        return {method: found for method, found in results.items() if found}

    def _method(self, name: str) -> str:
        """Id of a way of examining, by any of its names; empty if there is none."""
        for id in self._results:
            method = self.data.knowledge.methods[id]
            if fold(name) in {fold(word) for word in (id, method.label, *method.aliases)}:
                return id
        return ""


# drawn


@checked
def new_case(
    model: ModelLike,
    difficulty: str = "any",
    kind: str = "any",
    seed: int | None = None,
    background: str = "all",
) -> PracticeCase:
    """A virtual patient with the complaint, drawn from the network, to practise on.

    Parameters
    ----------
    difficulty
        ``easy``, ``medium`` or ``hard``, by what :class:`kneebayes.teaching.Hardness`
        measures: how much uncertainty is left after full work-up, and how odd the
        findings are for the causes. ``any`` takes the first patient drawn, as the page does.
    kind
        ``red herring``: some finding has no true cause and points to a wrong one;
        ``second cause``: besides the cause that explains it another one is there, silent;
        ``urgent``: an urgent cause is there, or signs that cost nothing call for help at once;
        ``routine``: neither, and no such sign calls for help soon; ``any``: no condition.
    seed
        Seed of the random numbers; the same seed draws the same patient. Left out, a new
        seed is chosen, and the case shows it.
    background
        What the learner knows at the beginning besides the complaint and what the patient
        tells at once, of how it began and of what worries: ``all`` of the
        background, as on a form that was filled in, ``some`` of it (a random half, so that
        nothing follows from what is missing), what the ``page`` tells (what has several states,
        such as age and sex; then both begin with the same) or ``none``. The less is known, the
        longer it takes to compute the best question.

    Raises
    ------
    KneebayesError
        If a word or the seed makes no sense, or there is no such patient.

    Examples
    --------
    >>> import kneebayes as kb
    >>> case = kb.load().practice_case(difficulty="any", seed=1)
    >>> case = case.ask("fever", "lump behind the knee")
    >>> case.table["what"].tolist()[-2:]
    ['fever', 'lump behind the knee']
    >>> told = case.close({"Baker's cyst": 0.2, "meniscus tear": 0.3}, advice="routine")
    >>> told.scores["divergence"] > 0.0
    True
    """
    check_word("background", background, BACKGROUNDS)
    if seed is None:
        seed = int(np.random.default_rng().integers(2**32))
    seed = whole_number("seed", seed, also=", or None")
    truth = draw_patient(model, seed, difficulty, kind)
    contexts = model.data.knowledge.contexts
    is_told = (
        [bool(context.states) for context in contexts.values()]
        if background == "page"
        else np.random.default_rng(seed).random(len(contexts)) < SHARES[background]
    )
    told = (*compress(contexts, is_told), *told_at_first(model, truth, seed))
    return PracticeCase(model, truth, tuple(dict.fromkeys(told)), seed, difficulty, kind)


# read from a file with care, and replayed


@checked
def load_practice_case(model: ModelLike, path: str | Path) -> PracticeCase:
    """Read a case that :meth:`PracticeCase.save` wrote, and replay it step by step.

    A closed case comes back closed; ``Feedback(case)`` is the feedback on it.

    Raises
    ------
    KneebayesError
        If it is no case of this model; says where and why.
    """
    return case_from_json(model, plain_text(path, LARGEST), str(path))


def load_handed_in(model: ModelLike, path: Path) -> PracticeCase:
    """Read a case that was made under whatever lexicon, in whatever layer and setting.

    What a page hands in says which; the case is judged by the model under that reading.
    """
    text = plain_text(path, LARGEST)
    with placed(str(path)):
        content = _content(text)
        wanted = {key: content.get(key, value) for key, value in _reading_of(model).items()}
        words = ", ".join(f"{key} {_short(value)}" for key, value in wanted.items())
        try:
            read = read_as(model, **wanted)
        except KneebayesError as error:
            message = f"the case was made under {words}, which this model cannot be. {error}"
            raise KneebayesError(message) from error
    return case_from_json(read, text, str(path))


@checked
def case_from_json(model: ModelLike, text: str, place: str = "case") -> PracticeCase:
    """Read what :func:`kneebayes.teaching.case_to_json` wrote, and replay every step.

    The model must have the lexicon and the setting of the case; an error calls the text ``place``.

    Raises
    ------
    KneebayesError
        If the text is not a case of this model; says where and why.
    """
    with placed(place):
        content = _content(text)
        _check_head(model, content)
        truth, told, steps = _truth(model, content["truth"]), content["told"], content["steps"]
        knowledge = model.data.knowledge
        known = [*knowledge.contexts, *knowledge.findings]
        known.remove(model.data.complaint)
        if not isinstance(told, list) or any(id not in known or told.count(id) > 1 for id in told):
            _refuse("told", told, "a list of ids of background and findings, each once")
        asked_for = (content[key] for key in ("seed", "difficulty", "kind"))
        case = PracticeCase(model, truth, tuple(told), *asked_for)
        if not isinstance(steps, list):
            _refuse("steps", steps, "a list")
        for index, step in enumerate(steps):
            with placed(f"steps[{index}]"):
                case = _replayed(case, step)
        if not content["closed"]:
            return case
        with placed("closed"):
            return case.ended(content["advice"] or None)


def _content(text: str) -> dict[str, Any]:
    """What a file holds, with all keys that a case has and no other."""
    try:
        content = strict_json(text, _odd)
    except (ValueError, RecursionError) as error:
        message = f"not valid JSON for a case: {error}."
        raise KneebayesError(message) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        message = f'this is not a case; a case has "format": "{FORMAT}".'
        raise KneebayesError(message)
    version = content.get("version")
    if isinstance(version, bool) or version != VERSION:
        message = f"version {_short(version)} cannot be read; this kneebayes reads {VERSION}."
        raise KneebayesError(message)
    wrong = [(key, "is missing") for key in KEYS if key not in content and key not in OPTIONAL]
    wrong += [(key, "is not known") for key in content if key not in KEYS]
    for key, how in wrong[:1]:
        message = f"the key {_short(key)} {how}. A case has: {', '.join(KEYS)}."
        raise KneebayesError(message)
    return content


def _odd(place: str, wrong: str, remedy: str) -> NoReturn:
    message = f"{place}: {wrong} {remedy.removesuffix('.')}"
    raise ValueError(message)


def _check_head(model: ModelLike, content: Mapping[str, Any]) -> None:
    """Refuse a case of another reading, and what was never asked for."""
    for key, value in _reading_of(model).items():
        if (there := content.get(key, value)) != value:
            message = (
                f"{key}: the case was drawn with {_short(there)}, this model has {value!r}. "
                f"Load it with {_remedy(content)}; Practice.load reads each file of a folder so."
            )
            raise KneebayesError(message)
    choices = {"difficulty": DIFFICULTIES, "kind": KINDS, "advice": ("", *LEVELS)}
    for key, words in choices.items():
        if content[key] not in words:
            _refuse(key, content[key], "one of " + ", ".join(map(repr, words)))
    seed = content["seed"]
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or seed < 0):
        _refuse("seed", seed, "null or a whole number from 0 on")
    if not isinstance(content["closed"], bool):
        _refuse("closed", content["closed"], "true or false")


def _reading_of(model: ModelLike) -> dict[str, Any]:
    """What may differ between two models of one folder."""
    data = model.data
    return {"lexicon": data.lexicon, "layer": data.knowledge.layer, "setting": data.setting}


def _remedy(content: Mapping[str, Any]) -> str:
    """The call that gives the model which a case was drawn from."""
    named = [f"{key}={_short(content[key])}" for key in ("lexicon", "layer") if key in content]
    call, setting = f"kneebayes.load({', '.join(named)})", content["setting"]
    return call if setting is None else f"{call}.in_setting({_short(setting)})"


def _truth(model: ModelLike, truth: object) -> dict[str, str]:
    """The truth, checked to name every node of the model with one of its states."""
    network, complaint = model.data.network, model.data.complaint
    if not isinstance(truth, dict):
        _refuse("truth", truth, "a state for each node")
    for id in network.index:
        if id not in truth:
            message = f"truth: '{id}' is missing. Was the case drawn from another model?"
            raise KneebayesError(message)
    for id, state in truth.items():
        if id not in network:
            message = f"truth: there is no node {id[:80]!r} in this model."
            raise KneebayesError(message)
        if state not in network[id].states:
            _refuse(f"truth.{id}", state, "one of " + ", ".join(network[id].states))
    if not is_possible(network, truth):
        message = "truth: such a patient is impossible under this model."
        raise KneebayesError(message)
    if truth[complaint] != "present":
        _refuse(f"truth.{complaint}", truth[complaint], "'present': it is the complaint")
    return dict(truth)


def _replayed(case: PracticeCase, step: object) -> PracticeCase:
    """The case after one step of the file."""
    if not isinstance(step, dict) or len(step) != 1:
        _refuse(
            "step", step, "one of {'ask': id}, {'examine': id}, {'state': {...}}, {'hint': ids}"
        )
    [(verb, value)] = step.items()
    knowledge = case.data.knowledge
    known = {"ask": {*knowledge.findings, *knowledge.contexts}, "examine": {*knowledge.methods}}
    if verb == "state" and isinstance(value, dict):
        for id in value:
            if id not in knowledge.causes:
                _refuse("state", id, "ids of causes")
        return case.state(value)
    ids = tuple(value) if verb == "hint" and isinstance(value, list) else ()
    if ids and all(isinstance(id, str) and id in known["ask"] for id in ids):
        return case.after(Step(hinted=ids))
    if isinstance(value, str) and value in known.get(verb, ()):
        return case.ask(value) if verb == "ask" else case.examine(value)
    return _refuse(str(verb)[:80], value, "'ask', 'examine', 'state' or 'hint' with ids")


def _refuse(key: str, value: object, allowed: str) -> NoReturn:
    message = f"{key}: must be {allowed}. Got {str(value)[:80]!r}."
    raise KneebayesError(message)


def _short(value: object) -> str:
    """A value for an error, however long it is."""
    return repr(value)[:80]
