"""What can be doubted of a differential: the words, single numbers, claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from kneebayes.building.onset import offset_of, stated_network
from kneebayes.case import believe
from kneebayes.errors import EvidenceError, KneebayesError, UnknownNameError, suggest
from kneebayes.questions.doubt.bars import Over, bars_over
from kneebayes.questions.doubt.drawing import Drawing, spread_of
from kneebayes.questions.doubt.lexicons import LexiconComparison
from kneebayes.questions.doubt.moving import Sensitivity, What, move_number, move_prior
from kneebayes.questions.doubt.robustness import Robustness
from kneebayes.questions.doubt.sensitivity import SensitivityFunction, refuse_several
from kneebayes.questions.doubt.tornado import Tornado
from kneebayes.view.asked import Asked

if TYPE_CHECKING:
    from kneebayes.case import Answer, Urgency
    from kneebayes.inference import Evidence
    from kneebayes.model import Model

__all__ = ["Doubting"]

LONG = 5000  # draws from which on a bar shows how far they have come
NODES = ("finding", "context", "cause", "mediator")


class Doubting:
    """How a :class:`kneebayes.Differential` answers to doubt about what it was made from."""

    _model: Model
    _evidence: Evidence
    _answers: tuple[Answer, ...]

    if TYPE_CHECKING:

        @cached_property
        def urgency(self) -> Urgency:
            """What the source says to do now."""

    @property
    def _asked(self) -> Asked:
        model = self._model
        return Asked(model.knowledge, model.reading, self._answers, self.urgency)

    def robustness(
        self,
        draws: int = 1000,
        seed: int = 0,
        spread: float = 1.0,
        progress: bool | None = None,
    ) -> Robustness:
        """How sure the ranking is, if every word may mean anything inside its interval.

        Each draw reads every word and every published range anew, makes the network that
        follows, with the priors held, and asks it. One reading of a word serves all
        statements that use it in the same direction.

        Parameters
        ----------
        draws
            How many networks to ask.
        seed
            Where chance begins; the same seed gives the same readings for every patient.
        spread
            Multiplies how far the draws reach: 0 leaves every word at its value, 1 takes the
            intervals as the central 90 %.
        progress
            Whether to show a bar; left out, one is shown for more than 5000 draws.

        Raises
        ------
        KneebayesError
            If an argument is out of range, or hardly any draw has priors that can hold.

        Examples
        --------
        >>> import kneebayes as kb
        >>> dx = kb.load().diagnose({"lump behind the knee": True})
        >>> told = dx.robustness(draws=200).table.iloc[0]
        >>> told["cause"], bool(told["low"] < told["posterior"] < told["high"])
        ("Baker's cyst", True)
        """
        model, drawing = self._model, Drawing(draws, seed, spread)
        with _bar(draws, progress) as step:
            found = spread_of(
                model.engine,
                model.knowledge,
                model.elicited,
                self._evidence,
                drawing,
                step,
                model.solved,
            )
        return Robustness(self._asked, found, model.elicited.priors)

    def lexicons(self) -> LexiconComparison:
        """The same answers under every lexicon of the model, side by side.

        Examples
        --------
        >>> import kneebayes as kb
        >>> dx = kb.load().diagnose({"lump behind the knee": True})
        >>> set(dx.lexicons().tops.values())
        {"Baker's cyst"}
        """
        posteriors = {
            id: believe(model.engine, model.knowledge, self._evidence).posteriors
            for id, model in self._model.readings.items()
        }
        return LexiconComparison(self._asked, self._model.elicited.lexicon, posteriors)

    def sensitivity(
        self,
        cause: str | None = None,
        *,
        prior: str | None = None,
        link: Sequence[str] | None = None,
        leak: str | None = None,
    ) -> SensitivityFunction:
        """Posteriors as exact functions of one number, and where the top cause changes.

        Parameters
        ----------
        cause
            Whose posterior is told first, by any of its names; left out, the most probable.
        prior
            A cause: moved is P(cause | complaint), what depends on the cause stays.
        link
            Parent and child: moved is P(the parent alone produces the child). A state of a
            context (``"older age"``) is a parent too.
        leak
            A finding, context or mediator: moved is P(present without a named cause), or the
            share of a context that is a root.

        Raises
        ------
        UnknownNameError
            If a name is not known, or there is no such link.
        KneebayesError
            If not exactly one number is named.
        EvidenceError
            If the number has no function: a prior without the complaint, a context with
            several states.

        Examples
        --------
        >>> import kneebayes as kb
        >>> dx = kb.load().diagnose({"leg swelling": True})
        >>> told = dx.sensitivity("DVT", prior="DVT")
        >>> abs(told(told.value) - dx["DVT"]) < 1e-12
        True
        """
        refuse_several(sum(one is not None for one in (prior, link, leak)))
        names, causes = self._model.names, list(self._model.knowledge.causes)
        if prior is not None:
            function = self._in_prior(causes, prior)
        elif link is not None:
            function = self._in_link(causes, link)
        else:
            function = self._in_leak(causes, str(leak))

        def find(name: str) -> str:
            """Id of a cause."""
            return names.meaning(name, ("cause",), "model.causes").id

        if cause is None:
            first = max(causes, key=lambda id: function.posterior(id, function.value))
        else:
            first = find(cause)
        return SensitivityFunction(self._asked, first, function, find)

    def tornado(self, cause: str | None = None, over: Over = "numbers") -> Tornado:
        """What moves one posterior most, if it means something else or had not been said.

        Parameters
        ----------
        cause
            Any of its names; left out, the most probable.
        over
            What a bar is: one of the ``"numbers"`` at the ends of its interval, one of the
            ``"words"`` in all its statements, or one of the ``"claims"`` of the article.

        Raises
        ------
        UnknownNameError
            If the cause is not known.
        KneebayesError
            If ``over`` is something else.

        Examples
        --------
        >>> import kneebayes as kb
        >>> told = kb.load().diagnose({"lump behind the knee": True}).tornado(over="words")
        >>> told.table["about"].iloc[0]
        "'characteristic' (evoking)"
        """
        model = self._model
        if cause is None:
            posteriors = believe(model.engine, model.knowledge, self._evidence).posteriors
            id = max(posteriors, key=lambda one: posteriors[one])
        else:
            id = model.names.meaning(cause, ("cause",), "model.causes").id
        posterior, bars = bars_over(
            model.engine, model.knowledge, model.elicited, self._evidence, id, over
        )
        return Tornado(self._asked, id, posterior, over, bars)

    def _in_prior(self, causes: list[str], name: str) -> Sensitivity:
        model = self._model
        id = model.names.meaning(name, ("cause",), "model.causes").id
        complaint = model.knowledge.complaint
        if self._evidence.hard_state(complaint.id) != 1:
            message = (
                f"A prior is P(cause | {complaint.label}), so its sensitivity needs an answer with "
                f"'{complaint.label}' present. Move a link or a leak instead."
            )
            raise EvidenceError(message)
        value = model.elicited.priors[id].value
        return move_prior(model.engine, causes, self._evidence, id, value)

    def _in_link(self, causes: list[str], ends: Sequence[str]) -> Sensitivity:
        model = self._model
        if isinstance(ends, str) or len(ends) != 2:
            message = f"A link is named by parent and child: link=('DVT', 'fever'), got {ends!r}."
            raise KneebayesError(message)
        parent, child = (model.names.meaning(one, NODES) for one in ends)
        parents = stated_network(model.network)[child.id].parents
        if parent.id not in parents:
            known = ", ".join(model.knowledge.label(one) for one in parents) or "nothing"
            message = f"Nothing leads from '{ends[0]}' to '{ends[1]}'. To it leads: {known}."
            raise UnknownNameError(message, ends[0], suggest(ends[0], parents))
        states = model.network[parent.id].states
        if parent.state not in states:
            message = f"'{ends[0]}' has several states; name one of them: {', '.join(states)}."
            raise EvidenceError(message)
        node, offset = offset_of(model.network, parent.id, parent.state, child.id)
        place = int(model.engine.flat.number_start[model.network.index[node.id]]) + offset
        what: What = "link" if node.id == child.id else "liability"
        what = what if node.is_noisy_or else "factor"
        number = (what, child.id, parent.id, parent.state)
        return move_number(model.engine, causes, self._evidence, place, number)

    def _in_leak(self, causes: list[str], name: str) -> Sensitivity:
        model = self._model
        id = model.names.meaning(name, NODES).id
        node = model.network[id]
        if id in model.knowledge.causes:
            message = f"'{name}' is a cause: move its prior, prior='{name}'."
            raise EvidenceError(message)
        if len(node.states) != 2:
            message = f"'{name}' has several states and no single share to move."
            raise EvidenceError(message)
        place = int(model.engine.flat.number_start[model.network.index[id]])
        what: What = "leak" if node.is_noisy_or else "share"
        return move_number(model.engine, causes, self._evidence, place, (what, id, "", ""))


@contextmanager
def _bar(draws: int, wanted: bool | None) -> Iterator[Callable[[int], object] | None]:
    """A bar for long work, or nothing."""
    if not (draws > LONG if wanted is None else wanted):
        yield None
        return
    from tqdm.auto import tqdm

    with tqdm(total=draws, desc="Reading the words anew") as bar:
        yield bar.update
