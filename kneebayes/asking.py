"""What can be asked of a differential once it is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kneebayes.attributing import Attributing
from kneebayes.case import Answer, believe
from kneebayes.case.answers import by_node
from kneebayes.doubting import Doubting
from kneebayes.questions.ask.change import find_change
from kneebayes.questions.ask.change_of_mind import ChangeOfMind
from kneebayes.questions.ask.interview import ASKED, Interview, subject_called
from kneebayes.questions.ask.questions import Questions
from kneebayes.questions.ask.ranking import Case, kinds_of, subject_named
from kneebayes.questions.explain.explanation import Explanation

if TYPE_CHECKING:
    from kneebayes.inference import Engine, Evidence
    from kneebayes.knowledge import Knowledge, Names
    from kneebayes.model import Model

__all__ = ["Asking", "Interviewing"]


class Asking(Attributing, Doubting):
    """The questions that a :class:`kneebayes.Differential` answers about itself.

    Each method asks one floor below and returns a result that shows itself.
    """

    _model: Model
    _evidence: Evidence
    _said: dict[str, object]
    _answers: tuple[Answer, ...]

    # explanation

    def explain(
        self, cause: str, against: str | None = None, *, orders: int = 32, seed: int = 0
    ) -> Explanation:
        """Why a cause is as probable as it is, or more probable than another.

        Every answer gets its weight in decibans: alone, in the order told (the *ledger*),
        averaged over all orders (Shapley 1953), and with all others known. Ledger and
        Shapley shares add up to the change in log-odds from the complaint alone to all that
        is known. For one cause the odds are P(cause) / P(not cause); against another they
        are P(cause) / P(other), and both may be present.

        Parameters
        ----------
        cause
            Any of its names.
        against
            Another cause; left out, the odds are those of the cause being present.
        orders
            How many orders to draw where more than 15 answers are too many for all of them.
        seed
            Where chance begins then; the same seed draws the same orders.

        Raises
        ------
        UnknownNameError
            If there is no such cause.
        EvidenceError
            If both are the same cause, or both are ruled out; or ``orders`` is no number.
        TooWideError
            If an answer needs more memory than is allowed.

        Examples
        --------
        >>> import kneebayes as kb
        >>> why = kb.load().diagnose({"fever": False}).explain("septic arthritis")
        >>> print(why.text.splitlines()[0])
        Why septic arthritis?
        >>> bool(why.table.set_index("id")["ledger"]["fever"] < 0.0)
        True
        """
        model = self._model
        told = list(by_node(model.knowledge, model.names, self._said))
        names = [cause] if against is None else [cause, against]
        return Explanation.of(
            model.engine,
            model.knowledge,
            sorted(self._answers, key=lambda answer: told.index(answer.id)),
            [model.names.meaning(name, ("cause",), "model.causes").id for name in names],
            lexicon=model.elicited.lexicon,
            orders=orders,
            seed=seed,
        )

    # attribution, surprises, what-if: in Attributing

    # questions, what would change the answer

    @property
    def _case(self) -> Case:
        return Case(self._model.engine, self._model.knowledge, self._answers)

    def questions(
        self, about: str | None = None, kinds: str | Iterable[str] | None = None
    ) -> Questions:
        """Every open finding, context and test, ranked by what its answer would tell.

        Parameters
        ----------
        about
            A cause or a group by any of its names, or ``"urgent"`` for at least one urgent
            cause; then ``bits`` is the mutual information of that and the answer. Left out,
            it is the sum of this over all causes, which is a score.
        kinds
            Which of ``context``, ``history``, ``symptom``, ``sign`` and ``test``; left out,
            all.

        Raises
        ------
        UnknownNameError
            If ``about`` is not known.
        EvidenceError
            If a kind does not exist, or what is asked about is certain already.

        Examples
        --------
        >>> import kneebayes as kb
        >>> dx = kb.load().diagnose({"lump behind the knee": True})
        >>> dx.questions(kinds="test").table["question"].iloc[0]
        'ultrasound: fluid-filled cyst behind the knee'
        """
        knowledge, names = self._model.knowledge, self._model.names
        subject = subject_named(knowledge, names, about)
        called = subject_called(knowledge, names, about)
        return Questions.of(self._case, subject, called, kinds_of(kinds))

    def change_of_mind(
        self,
        to: str | None = None,
        over: str | None = None,
        kinds: str | Iterable[str] | None = None,
    ) -> ChangeOfMind:
        """The smallest set of open answers that puts one cause above another.

        All single answers are tried; pairs and threes only of those that by themselves speak
        most for the one over the other. The result says how many were tried.

        Parameters
        ----------
        to
            The cause that is to rise, by any of its names; left out, the most probable
            besides ``over``.
        over
            The cause that it is to pass; left out, the most probable besides ``to``.
        kinds
            Which of ``context``, ``history``, ``symptom``, ``sign`` and ``test`` may be
            answered; left out, all.

        Raises
        ------
        UnknownNameError
            If a cause is not known.
        EvidenceError
            If both are the same, or one of them is certain already.

        Examples
        --------
        >>> import kneebayes as kb
        >>> dx = kb.load().diagnose({"lump behind the knee": True})
        >>> dx.change_of_mind("gout").answers
        {'severe_pain': 'present', 'us_cyst': 'absent'}
        """
        knowledge, names = self._model.knowledge, self._model.names
        named = [
            None if name is None else names.meaning(name, ("cause",), "model.causes").id
            for name in (to, over)
        ]
        posteriors = believe(self._model.engine, knowledge, self._evidence).posteriors
        order = sorted(posteriors, key=lambda id: -posteriors[id])
        above = named[1] or next(id for id in order if id != named[0])
        rising = named[0] or next(id for id in order if id != above)
        return ChangeOfMind(self._case, find_change(self._case, rising, above, kinds_of(kinds)))

    # robustness


class Interviewing:
    """What a :class:`kneebayes.Model` does when it asks instead of being asked."""

    engine: Engine
    knowledge: Knowledge
    names: Names

    def interview(
        self,
        answers: Mapping[str, object] | None = None,
        about: str | None = None,
        kinds: str | Iterable[str] | None = ASKED,
        threshold: float = 0.5,
    ) -> Interview:
        """The best next question given the answers so far, when to stop, and a decision tree.

        Parameters
        ----------
        answers
            Answers by name, as :meth:`diagnose` takes them.
        about
            What is to be found out: a cause or a group by any of its names, or ``"urgent"``;
            left out, all causes.
        kinds
            The kinds of question that may be asked; left out, all but tests.
        threshold
            P(what is asked about) from which on it counts as found, for the stop rule.

        Raises
        ------
        UnknownNameError, EvidenceError, ImpossibleEvidenceError
            As :meth:`diagnose`; also if ``about``, a kind or the threshold makes no sense.

        Examples
        --------
        >>> import kneebayes as kb
        >>> talk = kb.load().interview({"lump behind the knee": True}, about="Baker's cyst")
        >>> talk.asks
        'Does it hurt to bend the knee?'
        >>> talk.answer({talk.next.id: True}).asks != talk.asks
        True
        """
        said = {} if answers is None else answers
        return Interview.begin(
            self.engine, self.knowledge, self.names, said, about, kinds_of(kinds), threshold
        )
