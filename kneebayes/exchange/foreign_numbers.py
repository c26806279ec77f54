"""What the numbers of a foreign network have to do with what it says."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kneebayes.errors import EvidenceError
from kneebayes.exchange.foreign_reasoning import (
    Place,
    move_entry,
    number_places,
    slopes,
    state_id,
    told_of,
)
from kneebayes.exchange.foreign_result import Bars, ForeignResult, Shown
from kneebayes.inference import Budget, Evidence
from kneebayes.questions.doubt.sensitivity import Sensitivity
from kneebayes.renaming import renamed
from kneebayes.view.markup import percent

if TYPE_CHECKING:
    from kneebayes.exchange.foreign import ForeignModel

__all__ = ["SECONDS", "AboutNumbers"]

SECONDS = 60.0  # that a question takes at most, but for one step too many


class AboutNumbers:
    """The part of a :class:`ForeignCase` that asks about numbers of the network."""

    model: ForeignModel
    evidence: Evidence

    @property
    @abstractmethod
    def posteriors(self) -> dict[str, dict[str, float]]:
        """P(state | evidence) by target and state."""

    @abstractmethod
    def label(self, id: str) -> str:
        """What a node is shown as."""

    @abstractmethod
    def _target(self, target: str | None) -> str: ...

    @abstractmethod
    def _result(
        self,
        title: str,
        rows: Sequence[Mapping[str, Any]],
        shown: Shown,
        notes: Sequence[str],
        bars: Bars,
        found: Mapping[str, Any] | None = None,
    ) -> ForeignResult: ...

    @renamed(given="parents")
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
        target
            One of the targets.
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
        causes = [state_id(id, one) for one in states]
        function = move_entry(self.model.engine, self.evidence, causes, place)
        now = self.posteriors[id]
        rows: list[dict[str, Any]] = [
            {"state": one, "at_0": _at(function, cause, 0.0), "now": now[one]}
            | {"at_1": _at(function, cause, 1.0)}
            | dict(zip("abcd", function.coefficients(cause), strict=True))
            for one, cause in zip(states, causes, strict=True)
        ]
        number = _named(place)
        return self._result(
            f"{self.label(id)} as a function of {number} = {function.value:.4g}",
            rows,
            {"state": ("state", str)}
            | {one: (one.replace("_", " "), _percent) for one in ("at_0", "now", "at_1")},
            ["The other entries of the same distribution keep their proportions."],
            Bars(
                [row["state"] for row in rows],
                [row["at_1"] - row["at_0"] for row in rows],
                f"P(state | evidence): {number} at 1 minus at 0",
            ),
            {"function": function, "place": place},
        )

    def influences(self, target: str, state: str, *, seconds: float = SECONDS) -> ForeignResult:
        """Which numbers of the network matter most for P(target in this state | evidence).

        Parameters
        ----------
        target, state
            Names.
        seconds
            How long it may take.

        Returns
        -------
        ForeignResult
            One row a number: its ``value`` and the ``slope`` of the posterior there.
        """
        id = self._target(target)
        cause = state_id(id, self.model.find_state(id, state))
        nodes = self.model.network.nodes
        engine = self.model.engine.within(Budget(seconds=max(1.0, seconds)))
        found = slopes(engine, self.evidence, cause, nodes)
        rows: list[dict[str, Any]] = [
            {"number": _named(place), "node": place.node, "value": value, "slope": slope}
            for place, value, slope in found
        ]
        rows.sort(key=lambda row: -abs(row["slope"]))
        return self._result(
            f"What matters for {cause}",
            rows,
            {"number": ("number", str)}
            | {"value": ("value", "{:.4g}".format), "slope": ("slope", "{:+.3g}".format)},
            ["Slope: how much the posterior moves for a small step of this number alone."],
            Bars([row["number"] for row in rows], [row["slope"] for row in rows], "slope"),
        )

    def _place(self, node: str, state: str, given: Mapping[str, str]) -> Place:
        id = self.model.find(node)
        own = self.model.find_state(id, state)
        wanted: dict[str, str] = {}
        for name, value in given.items():
            parent = self.model.find(name)
            wanted[parent] = self.model.find_state(parent, value)
        one = self.model.engine.network[id]
        for place in number_places(self.model.engine, one):
            if place.state == own and place.given == wanted:
                return place
        parents = ", ".join(one.parents) or "none"
        need = "its leak (no parent) or one of its parents" if one.is_noisy_or else "all of them"
        message = (
            f"parents: there is no number P({id} = {own} | {told_of(wanted) or 'nothing'}). "
            f"The parents of '{id}' are: {parents}; name {need}."
        )
        raise EvidenceError(message)


def _named(place: Place) -> str:
    given = f" | {told_of(place.given)}" if place.given else ""
    kind = "" if place.row else ("link " if place.given else "leak ")
    return f"{kind}P({place.node} = {place.state}{given})"


def _at(function: Sensitivity, cause: str, x: float) -> float:
    """The posterior at one end; NaN where the evidence is impossible there."""
    whole = function.evidence[int(x)]
    return function.posterior(cause, x) if whole > 0.0 else math.nan


def _percent(value: float) -> str:
    return "impossible" if math.isnan(value) else percent(value)
