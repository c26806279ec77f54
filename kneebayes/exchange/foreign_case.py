"""One case of a foreign network: its targets given some evidence, and why."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from kneebayes.arguments import checked, whole_number
from kneebayes.binding import renamed
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError, TooWideError
from kneebayes.exchange.foreign_network import TargetedNetwork
from kneebayes.exchange.foreign_reasoning import (
    Place,
    information_of,
    move_entry,
    nearest,
    number_places,
    slopes,
    state_id,
    states_in_time,
    told_of,
    weigh_answers,
)
from kneebayes.exchange.foreign_result import Bars, ForeignResult, Shown
from kneebayes.inference import Budget, Evidence
from kneebayes.questions.doubt.sensitivity import Sensitivity
from kneebayes.text import counted
from kneebayes.view.markup import percent
from kneebayes.view.report import known_line

TEXT = str
THIN = 0.01  # of the longest bar: what is shorter cannot be seen
SECONDS = 60.0  # that a question takes at most, but for one step too many


class ForeignCase(ForeignResult):
    """The targets of a foreign network given some evidence.

    Made by :meth:`ForeignModel.given` or :func:`reason_with`. It shows the posteriors itself.
    """

    model: TargetedNetwork
    evidence: Evidence
    log_probability: float

    def __init__(self, model: TargetedNetwork, evidence: Evidence) -> None:
        if model.engine.log_probability(evidence) == -math.inf:
            conflict = model.conflict(evidence)
            message = f"These answers cannot be true together: {', '.join(conflict)}."
            raise ImpossibleEvidenceError(message, conflict)
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "evidence", evidence)
        prior = model.engine.propagate(Evidence({}), model.targets).marginals
        propagated = model.engine.propagate(evidence, model.targets)
        object.__setattr__(self, "log_probability", float(propagated.log_probability[0]))
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
            known=self._said,
            rows=rows,
            shown={
                "target": ("target", TEXT),
                "state": ("state", TEXT),
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

    @property
    def _said(self) -> str:
        return known_line((self.label(id), self._state(id)) for id in self.evidence)

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
        posteriors: dict[str, dict[str, float]] = {id: {} for id in self.model.targets}
        for row in self.rows:
            posteriors[row["id"]][row["state"]] = row["posterior"]
        return posteriors

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
            Seed of the random numbers if there are more than 15 answers, or too many for the time;
            the ledger stays exact.
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
        ids = list(self.evidence)
        causes = [state_id(id, value) for value in states]
        weights = weigh_answers(self.model.engine, self.evidence, ids, causes, seed, seconds)
        columns = ("single", "ledger", "shapley", "leave_one_out", "after")
        rows: list[dict[str, Any]] = [
            {"id": node, "answer": f"{self.label(node)}: {self._state(node)}"}
            | {column: getattr(weights, column)[index] for column in columns}
            for index, node in enumerate(ids)
        ]
        over = "any other state" if against is None else states[1]
        notes = [_ends(weights.start, weights.end, states[0], over)]
        if weights.drawn:
            notes.append(f"Shapley shares are estimated from {counted(weights.drawn, 'order')}.")
        shown = {name: (name.replace("_", " "), _decibans_text) for name in columns}
        return self._result(
            f"Why {self.label(id)} is {states[0]}",
            rows,
            {"answer": ("answer", TEXT), **shown},
            notes,
            Bars(
                [row["answer"] for row in rows],
                [row["shapley"] for row in rows],
                f"decibans for {states[0]} against {over} (Shapley)",
                said="{:+.1f}".format,
            ),
            {"start": weights.start, "end": weights.end},
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
        nothing = {*self.evidence, *(self.model.targets if target is None else about)}
        asked = [self.model.find(name) for name in nodes or self.model.network.index]
        asked = nearest(self.model.network, about, [id for id in asked if id not in nothing])
        gains = information_of(self.model.engine, self.evidence, asked, about, seconds)
        unasked = len(asked) - len(gains)
        rows: list[dict[str, Any]] = [
            {"id": id, "question": self.label(id), "bits": sum(bits.values())}
            | {f"bits_{target}": bits[target] for target in about}
            for id, bits in gains.items()
        ]
        rows.sort(key=lambda row: -row["bits"])
        name = " and ".join(map(self.label, about))
        score = ["Over several targets the sum of bits is a score."] if len(about) > 1 else []
        if unasked:
            score.append(
                f"Partial: {unasked} of {counted(len(asked), 'node')}, mostly farthest from the "
                f"targets, could not be weighed in {seconds:g} s. Give more seconds=, or name "
                "fewer nodes=."
            )
        return self._result(
            f"What to ask about {name}",
            rows,
            {"question": ("question", TEXT), "bits": ("bits", "{:.4f}".format)},
            ["Bits: mutual information of the answer and the target, given what is known.", *score],
            Bars(
                [row["question"] for row in rows],
                [row["bits"] for row in rows],
                "bits that the answer is expected to tell",
                said="{:.3f}".format,
            ),
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
        n = whole_number("n", n, least=1)
        begun = time.monotonic()
        probable = states_in_time(self.model.engine, self.evidence, self.model.targets, seconds)
        rows: list[dict[str, Any]] = [
            {
                "states": told_of({id: states_together[id] for id in self.model.targets}),
                "probability": share,
                **{id: states_together[id] for id in self.model.targets},
            }
            for states_together, share in islice(probable, n)
        ]
        notes = ["P(all of these together | evidence); everything else is summed out."]
        if len(rows) < n and time.monotonic() - begun > seconds:
            if not rows:
                message = (
                    "The most probable states of "
                    f"{counted(len(self.model.targets), 'target')} were not found in {seconds:g} "
                    "s. Name fewer targets, or give more seconds=."
                )
                raise TooWideError(message)
            notes.append(f"Partial: {len(rows)} of {n} were found in {seconds:g} s.")
        return self._result(
            "Most probable states together",
            rows,
            {"states": ("states", TEXT), "probability": ("probability", percent)},
            notes,
            Bars(
                [row["states"] for row in rows],
                [row["probability"] for row in rows],
                "P(these states together | evidence)",
            ),
        )

    @renamed(given="parents")
    @checked
    def sensitivity(
        self,
        target: str,
        node: str,
        state: str,
        parents: Mapping[str, str] | None = None,
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
        states = self.model.network[id].states
        causes = [state_id(id, value) for value in states]
        function = move_entry(self.model.engine, self.evidence, causes, place)
        now = self.posteriors[id]
        rows: list[dict[str, Any]] = [
            {"state": value, "at_0": _at(function, cause, 0.0), "now": now[value]}
            | {"at_1": _at(function, cause, 1.0)}
            | dict(zip("abcd", function.coefficients(cause), strict=True))
            for value, cause in zip(states, causes, strict=True)
        ]
        number = _named(place)
        return self._result(
            f"{self.label(id)} as a function of {number} = {function.value:.4g}",
            rows,
            {"state": ("state", str)}
            | {column: (column.replace("_", " "), _percent) for column in ("at_0", "now", "at_1")},
            ["The other entries of the same distribution keep their proportions."],
            Bars(
                [row["state"] for row in rows],
                [row["at_1"] - row["at_0"] for row in rows],
                f"P(state | evidence): {number} at 1 minus at 0",
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
        nodes = self.model.network.nodes
        engine = self.model.engine.within(Budget(seconds=max(1.0, seconds)))
        slopes_found = slopes(engine, self.evidence, cause, nodes)
        rows: list[dict[str, Any]] = [
            {"number": _named(place), "node": place.node, "value": value, "slope": slope}
            for place, value, slope in slopes_found
        ]
        rows.sort(key=lambda row: -abs(row["slope"]))
        least = THIN * abs(rows[0]["slope"]) if rows else 0.0
        return self._result(
            f"What matters for {cause}",
            rows,
            {"number": ("number", str)}
            | {"value": ("value", "{:.4g}".format), "slope": ("slope", "{:+.3g}".format)},
            ["Slope: how much the posterior moves for a small step of this number alone."],
            Bars(
                [row["number"] for row in rows if abs(row["slope"]) >= least],
                [row["slope"] for row in rows if abs(row["slope"]) >= least],
                f"slope: how fast P({cause} | evidence) moves with it",
                said="{:+.3g}".format,
            ),
        )

    def _place(self, node: str, state: str, wanted_parents: Mapping[str, str]) -> Place:
        id = self.model.find(node)
        own = self.model.find_state(id, state)
        wanted: dict[str, str] = {}
        for name, value in wanted_parents.items():
            parent = self.model.find(name)
            wanted[parent] = self.model.find_state(parent, value)
        asked_node = self.model.engine.network[id]
        for place in number_places(self.model.engine, asked_node):
            if place.state == own and place.given == wanted:
                return place
        parents = ", ".join(asked_node.parents) or "none"
        need = (
            "its leak (no parent) or one of its parents"
            if asked_node.is_noisy_or
            else "all of them"
        )
        message = (
            f"parents: there is no number P({id} = {own} | {told_of(wanted) or 'nothing'}). "
            f"The parents of '{id}' are: {parents}; name {need}."
        )
        raise EvidenceError(message)

    def _result(
        self,
        title: str,
        rows: Sequence[Mapping[str, Any]],
        shown: Shown,
        notes: Sequence[str],
        bars: Bars,
        numbers: Mapping[str, Any] | None = None,
    ) -> ForeignResult:
        return ForeignResult(title, self._said, rows, shown, tuple(notes), bars, numbers or {})


def _ends(start: float, end: float, state: str, over: str) -> str:
    """Where the odds begin and end, and whether shares of the difference mean anything."""
    if math.isfinite(start) and math.isfinite(end):
        sums = "Ledger and Shapley shares add up to the difference."
        return f"From {start:+.1f} to {end:+.1f} decibans for {state} against {over}. {sums}"
    if not math.isfinite(start):
        sure = "is certain" if start > 0.0 else "is impossible"
        return f"{state} {sure} before any answer, so no answer weighs anything against {over}."
    sure = "certain" if end > 0.0 else "impossible"
    return (
        f"From {start:+.1f} decibans for {state} against {over} to what is {sure}: the answers "
        "that decide have no number, and shares of the difference do not add up."
    )


def _decibans_text(value: float) -> str:
    """Decibans with a sign, or that an answer decides; a dash where there is no number."""
    if math.isnan(value):
        return "-"
    return f"{value:+.1f}" if math.isfinite(value) else "decides"


def _named(place: Place) -> str:
    condition = f" | {told_of(place.given)}" if place.given else ""
    kind = "" if place.row else ("link " if place.given else "leak ")
    return f"{kind}P({place.node} = {place.state}{condition})"


def _at(function: Sensitivity, cause: str, x: float) -> float:
    """The posterior at one end; NaN where the evidence is impossible there."""
    whole = function.evidence[int(x)]
    return function.posterior(cause, x) if whole > 0.0 else math.nan


def _percent(value: float) -> str:
    return "impossible" if math.isnan(value) else percent(value)
