"""The same questions about a network that somebody else made, and targets that a user names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from kneebayes.arguments import checked, number, whole_number
from kneebayes.binding import pd, renamed
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError, TooWideError
from kneebayes.exchange.foreign_network import (
    Place,
    TargetedNetwork,
    nearest,
    number_places,
    slopes,
    state_id,
    states_in_words,
)
from kneebayes.exchange.foreign_result import (
    Bars,
    ForeignResult,
    bars_of,
    columns,
    decibans_text,
    where_odds_end,
)
from kneebayes.exchange.side_table import NetworkFile
from kneebayes.inference import Budget, Engine, Evidence
from kneebayes.inference.limits import Clock, first_in_time, within_time
from kneebayes.inference.sampling import Drawing
from kneebayes.inference.sets import probable_states
from kneebayes.network import Network
from kneebayes.questions.ask.outcomes import Outcome, Subject, outcomes_in_time
from kneebayes.questions.doubt.sensitivity import What, move_number, percent_if_possible
from kneebayes.questions.explain.subsets import Subsets, weigh
from kneebayes.text import counted
from kneebayes.view.markup import percent
from kneebayes.view.report import known_line

MOST_CASES = 10_000_000  # drawn at once; more do not fit into memory
ORDERS = 32
SECONDS = 60.0  # that a question takes at most, but for one step too many
STEP = 1.0  # seconds that each step has, whatever is left
SOON = 1e-9  # seconds: no time at all
THIN = 0.01  # of the longest bar: what is shorter cannot be seen
WEIGHTS = ("single", "ledger", "shapley", "leave_one_out", "after")


class ForeignCase(ForeignResult):
    """The targets of a foreign network given some evidence.

    Made by :meth:`ForeignModel.given` or :func:`reason_with`. It shows the posteriors itself.
    """

    model: TargetedNetwork
    evidence: Evidence
    log_probability: float

    def __init__(self, model: TargetedNetwork, evidence: Evidence) -> None:
        propagated = model.posteriors(evidence)
        log_probability = float(propagated.log_probability[0])
        vars(self).update(model=model, evidence=evidence, log_probability=log_probability)
        prior = model.prior
        rows: list[dict[str, Any]] = [
            {
                "id": id,
                "target": model.file.label(id),
                "state": state,
                "prior": float(prior[id][0, index]),
                "posterior": float(propagated.marginals[id][0, index]),
            }
            for id in model.targets
            for index, state in enumerate(model.network[id].states)
        ]
        many, named = len(model.targets) > 1, ", ".join(map(self.label, model.targets))
        super().__init__(
            title=f"{model.file.about.get('title', 'network')}: {named}",
            known=known_line((self.label(id), self._state(id)) for id in evidence),
            rows=rows,
            shown={
                **columns(target=str, state=str),
                "prior": ("before", percent),
                "posterior": ("now", percent),
            },
            notes=("Before: with nothing known. Now: P(state | evidence).",),
            bars=Bars(
                [f"{row['target']}: {row['state']}" if many else row["state"] for row in rows],
                [row["posterior"] for row in rows],
                "P(state | evidence)",
                [row["prior"] for row in rows],
            ),
        )

    @checked
    def label(self, id: str) -> str:
        """What a node is shown as."""
        return self.model.file.label(id)

    def _state(self, id: str) -> str:
        states, likelihood = self.model.network[id].states, self.evidence.likelihoods[id]
        certain = self.evidence.hard_state(id)
        if certain is not None:
            return states[certain]
        shares = zip(states, likelihood, strict=True)
        return "likelihoods " + ", ".join(f"{state} {value:.3g}" for state, value in shares)

    @property
    def posteriors(self) -> dict[str, dict[str, float]]:
        """P(state | evidence) by target and state."""
        return {
            id: {row["state"]: row["posterior"] for row in self.rows if row["id"] == id}
            for id in self.model.targets
        }

    def __getitem__(self, target: str) -> dict[str, float]:
        """P(state | evidence) of one target by state."""
        return self.posteriors[self._target(target)]

    def _target(self, target: str) -> str:
        id = self.model.find(target)
        if id not in self.model.targets:
            message = f"Name one of the targets: {', '.join(self.model.targets)}. Got {target!r}."
            raise EvidenceError(message)
        return id

    @renamed(evidence="answers")
    @checked
    def given(self, answers: Mapping[str, object]) -> ForeignCase:
        """The case with more known, or with answers changed or taken back (None)."""
        self.model.evidence(answers)  # no node twice
        renewed = {self.model.find(name): answer for name, answer in answers.items()}
        known = self.model.evidence({**self.evidence.likelihoods, **renewed})
        return ForeignCase(self.model, known)

    @checked
    def explain(
        self,
        target: str,
        state: str,
        against: str | None = None,
        *,
        seed: int = 0,
        seconds: float = SECONDS,
    ) -> ForeignResult:
        """What each answer weighs for a target being in a state, in decibans.

        The odds are P(state) / P(any other state); or, against another state of the same
        target, P(state) / P(other).

        Parameters
        ----------
        seed
            Seed of the random numbers where all orders are too many for the time; the ledger stays
            exact.
        seconds
            How long to average over orders; when it is over, those that were drawn count.

        Returns
        -------
        ForeignResult
            One row an answer: ``single``, ``ledger``, ``shapley``, ``leave_one_out``, and
            ``after``, the log-odds when it was told; ``found`` has ``start`` and ``end``.
        """
        id = self._target(target)
        names = [state] if against is None else [state, against]
        states = [self.model.find_state(id, name) for name in names]
        if len(set(states)) < len(states):
            message = f"'{state}' against itself has no odds. Name two states."
            raise EvidenceError(message)
        if self.evidence.hard_state(id) is not None:
            message = f"'{id}' was observed to be {self._state(id)}, so nothing else explains it."
            raise EvidenceError(message)
        ids, causes = list(self.evidence), [state_id(id, value) for value in states]
        with _in_time("explain", seconds):
            subsets = Subsets(self.model.engine, self.evidence, ids, causes)
            drawn, odds = subsets.odds_in_time(orders=ORDERS, seed=seed)
        weights = weigh(odds, drawn, len(ids))
        rows: list[dict[str, Any]] = [
            {"id": node, "answer": f"{self.label(node)}: {self._state(node)}"}
            | {column: getattr(weights, column)[index] for column in WEIGHTS}
            for index, node in enumerate(ids)
        ]
        over = "any other state" if against is None else states[1]
        start = odds.decibans(0)
        end = weights.after[-1] if ids else start
        notes = [where_odds_end(start, end, states[0], over)]
        if drawn:
            notes.append(f"Shapley shares are estimated from {counted(len(drawn), 'order')}.")
        axis = f"decibans for {states[0]} against {over} (Shapley)"
        return ForeignResult(
            f"Why {self.label(id)} is {states[0]}",
            self.known,
            rows,
            columns(answer=str, **dict.fromkeys(WEIGHTS, decibans_text)),
            tuple(notes),
            bars_of(rows, "answer", "shapley", axis, "{:+.1f}".format),
            {"start": start, "end": end},
            names=("id", "answer", *WEIGHTS),
        )

    @checked
    def questions(
        self,
        target: str | None = None,
        nodes: Sequence[str] | None = None,
        *,
        seconds: float = SECONDS,
    ) -> ForeignResult:
        """Every open node by what its answer would tell of the targets, in bits.

        Parameters
        ----------
        target
            One of the targets; left out, the sum over all of them, which is a score.
        nodes
            The nodes that can be asked about; left out, all that are open and are not what is
            asked about.
        seconds
            How long to weigh nodes, those next to the targets first; when it is over, the
            answer has the nodes that were weighed, and says so.
        """
        about = list(self.model.targets) if target is None else [self._target(target)]
        left_out = {*self.evidence, *about}
        asked = list(dict.fromkeys(map(self.model.find, nodes or self.model.network.index)))
        asked = nearest(self.model.network, about, [id for id in asked if id not in left_out])
        now = {id: {state_id(id, one): p for one, p in self[id].items()} for id in about}
        places = [(id, at) for id, states in now.items() for at in range(len(states))]
        causes = tuple(state for states in now.values() for state in states)
        with _in_time("questions", seconds):
            subject = Subject(causes, places=tuple(places))
            outcomes_by_node = outcomes_in_time(
                self.model.engine, self.evidence, asked, subject, pass_wide=True
            )
        rows: list[dict[str, Any]] = []
        for id, outcomes in outcomes_by_node.items():
            bits = {f"bits_{one}": _information(now[one], outcomes) for one in about}
            rows.append({"id": id, "question": self.label(id), "bits": sum(bits.values())} | bits)
        rows.sort(key=lambda row: -row["bits"])
        notes = ["Bits: mutual information of the answer and the target, given what is known."]
        notes += ["Over several targets the sum of bits is a score."] if len(about) > 1 else []
        if unasked := len(asked) - len(rows):
            notes.append(
                f"Partial: {unasked} of {counted(len(asked), 'node')}, mostly farthest from the "
                f"targets, could not be weighed in {seconds:g} s. Give more seconds=, or name "
                "fewer nodes=."
            )
        axis = "bits that the answer is expected to tell"
        return ForeignResult(
            f"What to ask about {' and '.join(map(self.label, about))}",
            self.known,
            rows,
            columns(question=str, bits="{:.4f}".format),
            tuple(notes),
            bars_of(rows, "question", "bits", axis, "{:.3f}".format),
            names=("id", "question", "bits", *(f"bits_{one}" for one in about)),
        )

    @renamed(count="n")
    @checked
    def sets(self, n: int = 5, *, seconds: float = SECONDS) -> ForeignResult:
        """The most probable states of all targets together, exactly.

        Parameters
        ----------
        seconds
            How long to search; when it is over, those found so far are the most probable ones,
            and the answer says that there may be more.

        Raises
        ------
        TooWideError
            If not even the most probable one was found in the time.
        """
        n, targets = whole_number("n", n, least=1), self.model.targets
        with within_time("sets", _budget_of(seconds)) as clock:
            try:
                probable = probable_states(self.model.engine, self.evidence, targets)
                found = first_in_time(probable, n)
            except TooWideError as error:
                if clock.left > 0.0:
                    raise
                message = (
                    f"The most probable states of {counted(len(targets), 'target')} were not found "
                    f"in {seconds:g} s. Name fewer targets, or give more seconds=."
                )
                raise TooWideError(message) from error
            is_partial = len(found) < n and clock.left <= 0.0
        rows: list[dict[str, Any]] = []
        for together, share in found:
            states = {id: together[id] for id in targets}
            rows.append({"states": states_in_words(states), "probability": share, **states})
        notes = ["P(all of these together | evidence); everything else is summed out."]
        if is_partial:
            notes.append(f"Partial: {len(rows)} of {n} were found in {seconds:g} s.")
        return ForeignResult(
            "Most probable states together",
            self.known,
            rows,
            columns(states=str, probability=percent),
            tuple(notes),
            bars_of(rows, "states", "probability", "P(these states together | evidence)"),
        )

    @renamed(given="parents")
    @checked
    def sensitivity(
        self, target: str, node: str, state: str, parents: Mapping[str, str] | None = None
    ) -> ForeignResult:
        """The posteriors of a target as functions of one number of the network.

        Parameters
        ----------
        node, state, parents
            The number P(node in this state | parents in these states). For a noisy-OR:
            its leak without ``parents``, or a link with the one parent.

        Returns
        -------
        ForeignResult
            One row a state of the target: P at 0, now and at 1, and ``a, b, c, d`` of
            ``(a + b x) / (c + d x)``; ``found["function"]`` is that function.
        """
        id, place = self._target(target), self._place(node, state, parents or {})
        causes = {state_id(id, value): value for value in self.model.network[id].states}
        parent, parent_state = next(iter(place.given.items()), ("", ""))
        what: What = "share" if place.row else "link" if parent else "leak"
        moved = (what, place.node, parent, parent_state)
        function = move_number(
            self.model.engine, list(causes), self.evidence, place.at, moved, place.row
        )
        rows: list[dict[str, Any]] = [
            {
                "state": value,
                "at_0": function.end(cause, 0),
                "now": self[id][value],
                "at_1": function.end(cause, 1),
                **dict(zip("abcd", function.coefficients(cause), strict=True)),
            }
            for cause, value in causes.items()
        ]
        return ForeignResult(
            f"{self.label(id)} as a function of {place.name} = {function.value:.4g}",
            self.known,
            rows,
            columns(state=str, **dict.fromkeys(("at_0", "now", "at_1"), percent_if_possible)),
            ("The other entries of the same distribution keep their proportions.",),
            Bars(
                list(causes.values()),
                [row["at_1"] - row["at_0"] for row in rows],
                f"P(state | evidence): {place.name} at 1 minus at 0",
                said="{:+.1%}".format,
            ),
            {"function": function, "place": place},
        )

    @checked
    def influences(self, target: str, state: str, *, seconds: float = SECONDS) -> ForeignResult:
        """Which numbers of the network matter most for P(target in this state | evidence).

        One row a number: its ``value`` and the ``slope`` of the posterior there. It may take so
        many ``seconds``.
        """
        id = self._target(target)
        cause = state_id(id, self.model.find_state(id, state))
        with _in_time("influences", seconds):
            found = slopes(self.model.engine, self.evidence, cause, self.model.network.nodes)
        rows: list[dict[str, Any]] = [
            {"number": place.name, "node": place.node, "value": value, "slope": slope}
            for place, value, slope in found
        ]
        rows.sort(key=lambda row: -abs(row["slope"]))
        seen = [row for row in rows if abs(row["slope"]) >= THIN * abs(rows[0]["slope"])]
        axis = f"slope: how fast P({cause} | evidence) moves with it"
        return ForeignResult(
            f"What matters for {cause}",
            self.known,
            rows,
            columns(number=str, value="{:.4g}".format, slope="{:+.3g}".format),
            ("Slope: how much the posterior moves for a small step of this number alone.",),
            bars_of(seen, "number", "slope", axis, "{:+.3g}".format),
        )

    def _place(self, node: str, state: str, wanted_parents: Mapping[str, str]) -> Place:
        id = self.model.find(node)
        own = self.model.find_state(id, state)
        named = {self.model.find(name): value for name, value in wanted_parents.items()}
        wanted = {parent: self.model.find_state(parent, value) for parent, value in named.items()}
        asked_node = self.model.engine.network[id]
        for place in number_places(self.model.engine, asked_node):
            if place.state == own and place.given == wanted:
                return place
        noisy_or, parents = asked_node.is_noisy_or, ", ".join(asked_node.parents) or "none"
        which = "its leak (no parent) or one of its parents" if noisy_or else "all of them"
        message = (
            f"parents: there is no number P({id} = {own} | {states_in_words(wanted) or 'nothing'})."
            f" The parents of '{id}' are: {parents}; name {which}."
        )
        raise EvidenceError(message)


def _budget_of(seconds: float) -> Budget:
    """At most so many seconds from 0 on; not even one step at 0."""
    return Budget(max(number("seconds", seconds, 0.0), SOON))


def _in_time(question: str, seconds: float) -> AbstractContextManager[Clock]:
    """The time of a question, of which one step has a second at least."""
    return within_time(question, _budget_of(seconds), STEP)


def _information(now: Mapping[str, float], outcomes: Sequence[Outcome]) -> float:
    """Mutual information of an answer and a target, in bits.

    ``sum over answers of P(answer) KL(P(target | answer) || P(target))``, each given the evidence
    (Cover and Thomas, Elements of Information Theory, chapter 2); ``now`` has P(target) by state.
    """
    bits = 0.0
    for outcome in outcomes:
        for state, before in now.items():
            after = outcome.posteriors[state]
            if after > 0.0 and before > 0.0:
                bits += outcome.probability * after * (math.log2(after) - math.log2(before))
    return max(0.0, bits)


class ForeignModel(TargetedNetwork):
    """A network and its targets, which answers questions about one case or about many.

    Parameters
    ----------
    network
        A network, or the path of a file that :func:`load_network` reads.
    targets
        Nodes by id or label, with any number of states.

    Raises
    ------
    UnknownNameError
        If a target is not in the network.
    KneebayesError
        If there is no target, or one is named twice.
    """

    @renamed(evidence="answers")
    @checked
    def given(self, answers: Mapping[str, object] | pd.Series[Any] | None = None) -> ForeignCase:
        """What follows from some evidence.

        Parameters
        ----------
        answers
            By id or label, as a mapping or a row of a table: the name of a state, None or
            another missing value for unknown, or likelihoods: one number a state in order, or
            a mapping of states to numbers, 0 where a state is left out. Targets can be told
            of too.

        Raises
        ------
        UnknownNameError, EvidenceError
            If a name or a state is not known.
        ImpossibleEvidenceError
            If the network says that this cannot be.
        """
        return ForeignCase(self, self.evidence(answers))

    @renamed(cases="patients")
    @checked
    def cohort(self, patients: pd.DataFrame, *, seconds: float = 60.0) -> pd.DataFrame:
        """The posteriors of the targets for every row of a table, each within some seconds.

        A column is a node by id or label; a missing value is unknown. The result has a column
        ``<target> = <state>`` for each, and ``problem``, which is empty or says why a row could not
        be answered.

        Examples
        --------
        >>> import pandas as pd
        >>> from kneebayes.network import root_node, noisy_or_node
        >>> fever = noisy_or_node("fever", 0.02, {"flu": 0.8})
        >>> net = Network((root_node("flu", [0.9, 0.1]), fever))
        >>> table = ForeignModel(net, ["flu"]).cohort(pd.DataFrame({"fever": [True, None]}))
        >>> table["flu = present"].round(4).tolist()
        [0.8171, 0.1]
        """
        ids = [self.find(str(name)) for name in patients.columns]
        if len(set(ids)) < len(ids):
            message = f"Two columns are of the same node: {', '.join(map(str, patients.columns))}."
            raise EvidenceError(message)
        known: dict[Any, dict[str, float | str]] = {}
        rows: list[dict[str, float | str]] = []
        for values in patients.itertuples(index=False, name=None):
            try:
                evidence = self.evidence(dict(zip(ids, values, strict=True)))
            except EvidenceError as error:
                rows.append({"problem": str(error)})
                continue
            key = tuple(evidence.likelihoods.items())
            if key not in known:  # many rows are alike
                known[key] = self._answer(evidence, seconds)
            rows.append(known[key])
        columns = [f"{id} = {state}" for id in self.targets for state in self.network[id].states]
        return pd.DataFrame(rows, index=patients.index, columns=[*columns, "problem"])

    def _answer(self, evidence: Evidence, seconds: float) -> dict[str, float | str]:
        """One row; its problem where it has one."""
        try:
            with within_time("cohort", _budget_of(seconds)):
                found = self.posteriors(evidence).marginals
        except (ImpossibleEvidenceError, TooWideError) as error:
            return {"problem": str(error)}
        return {
            "problem": "",
            **{
                state_id(id, state): float(found[id][0, index])
                for id in self.targets
                for index, state in enumerate(self.network[id].states)
            },
        }

    @renamed(given="answers")
    @checked
    def simulate(
        self, n: int, *, answers: Mapping[str, object] | None = None, seed: int = 0
    ) -> pd.DataFrame:
        """Cases drawn from the network, exactly, given some evidence (as in :meth:`given`) or none.

        One row a case, one column a node, states by name.
        """
        n, seed = whole_number("n", n, 1, MOST_CASES), whole_number("seed", seed)
        drawing = Drawing(Engine(self.network), self.evidence(answers))
        worlds = drawing.draw(n, np.random.default_rng(seed))
        named = {
            node.id: np.array(node.states, dtype=object)[worlds[:, index]]
            for index, node in enumerate(self.network.nodes)
        }
        return pd.DataFrame(named)

    def __repr__(self) -> str:
        return f"ForeignModel({self.network!r}, targets {', '.join(self.targets)})"


@renamed(evidence="answers")
@checked
def reason_with(
    network: Network | NetworkFile | str | Path,
    targets: Sequence[str],
    answers: Mapping[str, object] | pd.Series[Any] | None = None,
) -> ForeignCase:
    """What a network says of some targets, given some evidence.

    It is ``ForeignModel(network, targets).given(answers)``: see there.

    Examples
    --------
    >>> from kneebayes.network import Network, noisy_or_node, root_node
    >>> net = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.02, {"flu": 0.8})))
    >>> case = reason_with(net, ["flu"], {"fever": "present"})
    >>> round(case["flu"]["present"], 4)
    0.8171
    """
    return ForeignModel(network, targets).given(answers)
