"""The network that follows from other amounts: links anew, and the priors held again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from kneebayes.building.broyden import solve_rows
from kneebayes.building.evoking import evoke_rows
from kneebayes.building.onset import STRONGEST_LINK
from kneebayes.building.quantities import Quantities, Quantity
from kneebayes.building.relinking import relink
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.flat import Integers
from kneebayes.inference.leaves import relevant_nodes
from kneebayes.knowledge import Knowledge
from kneebayes.network import Numbers

__all__ = ["Restated", "Restating", "Solved"]

Solved = dict[bytes, tuple[Numbers, NDArray[np.bool_], int]]
SOLVED_KEPT = 8

CLOSE = 1e-6
FARTHEST = 4.0  # of a first guess from the leaks as they stand, in logarithms
STEP = 1e-4  # of the logarithm of a leak, to find the first Jacobian
HIGHEST = 0.999  # a leak is kept below
LEAST = 1e-300


@dataclass(frozen=True)
class Restated:
    """Numbers of the network for each row of amounts.

    Attributes
    ----------
    numbers
        Rows x numbers, in the order of :func:`numbers_of`.
    held
        Whether the priors of a row can hold together.
    rounds
        How many times the engine was asked to find the leaks.
    """

    numbers: Numbers
    held: NDArray[np.bool_]
    rounds: int


class Restating:
    """Turns amounts into numbers of the network, many rows at once.

    The same equations that made the model, with an axis for the rows: frequencies become
    links with leak and mediators taken out, and the leaks of the causes are solved so that
    the priors hold. The latter by Broyden's method on their logarithms, row by row; all rows
    start from the Jacobian of the model as it stands, so few rounds are needed. Links with an
    evoking strength are solved exactly. A row in which every amount is its value keeps the
    numbers of the model, to the last digit.

    Parameters
    ----------
    engine, knowledge, quantities
        The model as it stands.
    asked
        Ids that will be observed; links that say nothing about them are left as they stand.
    close
        How far a prior may be from its amount, in log-odds, before a last step.
    solved
        Leaks that were solved before: they hang on the amounts, not on the patient, so the
        same draws need them once. Filled here.
    """

    def __init__(
        self,
        engine: Engine,
        knowledge: Knowledge,
        quantities: Quantities,
        asked: Iterable[str],
        close: float = CLOSE,
        solved: Solved | None = None,
    ) -> None:
        self.engine, self.quantities, self.close = engine, quantities, close
        self.solved = {} if solved is None else solved
        network = engine.network
        self.complaint = knowledge.meta.complaint
        self.seen = Evidence.of(network, {self.complaint: "present"})
        self.base = engine.numbers[0]
        self.values = quantities.values
        self.priors = quantities.of_kind("prior")
        self.risks = quantities.of_kind("risk")
        self.causes = [quantities.all[at].node for at in self.priors]
        self.leaks = self._places(self.priors)
        self.relevant = self._relevant({*asked, *self.causes, self.complaint})
        self.free = {*knowledge.mediators, *knowledge.findings}
        self.linking = np.array(
            [
                one.kind in ("frequency", "leak", "evoking") and one.node in self.relevant
                for one in quantities.all
            ]
        )
        solving = self._relevant({*self.causes, self.complaint})
        self.solved_from = np.array(
            [one.kind != "evoking" and one.node in solving for one in quantities.all]
        )
        self.units = np.array([quantities.all[at].unit for at in self.risks])
        leak_of = dict(zip(self.causes, self.leaks.tolist(), strict=True))
        self.risk_leaks = np.array(
            [leak_of[quantities.all[at].node] for at in self.risks], dtype=np.int64
        )
        self._inverse: Numbers | None = None
        self._slopes: tuple[Integers, Numbers, Numbers] | None = None

    def _places(self, at: Integers) -> Integers:
        return np.array([self.quantities.all[one].place for one in at], dtype=np.int64)

    def _relevant(self, ids: set[str]) -> set[str]:
        network = self.engine.network
        takes_part = relevant_nodes(network, ids)
        return {node.id for node, one in zip(network.nodes, takes_part, strict=True) if one}

    def restate(self, amounts: Numbers) -> Restated:
        """Numbers of the network for amounts: rows x quantities.

        An amount that is NaN is unsaid: its link is 0, its risk ratio 1.
        """
        changed = amounts != self.values
        numbers = np.repeat(self.base[None], len(amounts), axis=0)
        self._fill(numbers, amounts, changed)
        rows = np.flatnonzero((changed & self.solved_from).any(axis=1))
        held = np.ones(len(amounts), dtype=np.bool_)
        rounds = 0
        if rows.size:
            ratios = np.nan_to_num(amounts[np.ix_(rows, self.risks)], nan=1.0)
            key = self._key(amounts[np.ix_(rows, self.solved_from)])
            if key not in self.solved:
                wanted = _logit(amounts[np.ix_(rows, self.priors)])
                while len(self.solved) >= SOLVED_KEPT:
                    self.solved.pop(next(iter(self.solved)))
                guess = self._guess(amounts[rows], wanted)
                self.solved[key] = self._solve(numbers[rows], ratios, wanted, guess)
            logs, held[rows], rounds = self.solved[key]
            tied = numbers[rows]
            self._tie(tied, logs, ratios)
            numbers[rows] = tied
        self._evoke(numbers, amounts, changed, held)
        return Restated(numbers, held, rounds)

    def _key(self, amounts: Numbers) -> bytes:
        """What the leaks hang on: the network as it stands, and the amounts."""
        told = sha256(self.base.tobytes())
        told.update(np.float64(self.close).tobytes())
        told.update(np.ascontiguousarray(amounts).tobytes())
        return told.digest()

    def _fill(self, numbers: Numbers, amounts: Numbers, changed: NDArray[np.bool_]) -> None:
        """Leaks, shares, factors and links that follow from their own statements."""
        for at in self.quantities.of_kind("leak", "share", "scale"):
            one = self.quantities.all[at]
            moved = changed[:, at]
            if one.kind == "leak":
                numbers[moved, one.place] = amounts[moved, at]
            elif one.kind == "scale":
                factors = np.minimum(1.0, np.nan_to_num(amounts[moved, at], nan=1.0) * one.unit)
                numbers[moved, one.place - 1] = 1.0 - factors
                numbers[moved, one.place] = factors
            else:
                numbers[moved, one.place] = 1.0 - amounts[moved, at]
                numbers[moved, one.place + 1] = amounts[moved, at]
        rows = np.flatnonzero((changed & self.linking).any(axis=1))
        if rows.size:
            self._relink(numbers, amounts, rows)

    def _relink(self, numbers: Numbers, amounts: Numbers, rows: Integers) -> None:
        """Links that follow from stated frequencies, for some of the rows."""
        network = self.engine.network
        wanted: dict[str, dict[str, Numbers]] = {}
        places: dict[tuple[str, str], int] = {}
        for at in np.flatnonzero(self.linking):
            one = self.quantities.all[at]
            if one.kind != "frequency":
                continue
            if one.node in self.causes:  # no leak to take out: the frequency is the link
                numbers[rows, one.place] = np.nan_to_num(amounts[rows, at], nan=0.0)
                continue
            wanted.setdefault(one.node, {})[one.parent] = amounts[rows, at]
            places[one.parent, one.node] = one.place
        starts = self.engine.flat.number_start
        solved = self._solved_otherwise()
        order = [node.id for node in network.nodes if node.id in self.relevant]
        leaks = {id: numbers[rows, starts[network.index[id]]] for id in order}
        for child, links in relink(wanted, leaks, order, self.free).items():
            for parent, link in links.items():
                place = places[parent, child]
                if place in solved:  # only where its evoking strength is unsaid
                    unsaid = np.isnan(amounts[rows, solved[place]])
                    numbers[rows[unsaid], place] = link[unsaid]
                else:
                    numbers[rows, place] = link

    def _solved_otherwise(self) -> dict[int, int]:
        """By place of a link: the evoking strength that it is solved from."""
        evoking = self.quantities.of_kind("evoking").tolist()
        return {self.quantities.all[at].place: at for at in evoking}

    def _tie(self, numbers: Numbers, logs: Numbers, ratios: Numbers) -> None:
        """Set the leaks of the causes, and the links of risk ratios that hang on them."""
        numbers[:, self.leaks] = np.exp(logs)
        leak = numbers[:, self.risk_leaks] * self.units
        links = (ratios - 1.0) * leak / (1.0 - leak)
        numbers[:, self._places(self.risks)] = np.clip(links, 0.0, STRONGEST_LINK)

    def _priors_of(self, numbers: Numbers) -> Numbers:
        """Log-odds of every cause given the complaint: rows x causes."""
        told = self.engine.propagate_each([self.seen], self.causes, numbers)
        shares = np.stack([told.marginals[cause] for cause in self.causes], axis=1)
        shares = np.maximum(shares, LEAST)
        return np.asarray(np.log(shares[:, :, 1]) - np.log(shares[:, :, 0]))

    def _first_inverse(self) -> Numbers:
        """Inverse of how log-odds of priors answer to logarithms of leaks, as things stand."""
        if self._inverse is None:
            count = len(self.causes)
            numbers = np.repeat(self.base[None], count + 1, axis=0)
            logs = np.log(np.maximum(numbers[:, self.leaks], LEAST))
            logs[1:] += STEP * np.eye(count)
            self._tie(numbers, logs, self.values[self.risks])
            found = self._priors_of(numbers)
            self._inverse = np.linalg.inv((found[1:] - found[0]).T / STEP)
        return self._inverse

    def _guess(self, amounts: Numbers, wanted: Numbers) -> Numbers:
        """Logarithms of leaks, were everything linear in the logarithms of the amounts."""
        says, found, slopes = self._answers()
        ratios = np.nan_to_num(amounts[:, says], nan=1.0) / self.values[says]
        expected = found + np.log(np.maximum(ratios, LEAST)) @ slopes
        steps = (wanted - expected) @ self._first_inverse().T
        logs = np.log(np.maximum(self.base[self.leaks], LEAST))
        return np.asarray(logs + np.clip(steps, -FARTHEST, FARTHEST))

    def _answers(self) -> tuple[Integers, Numbers, Numbers]:
        """Amounts with a say in the priors, the priors as they stand, and how they answer.

        Each amount is moved a little from its value while the leaks stay, to see by how much
        the priors move.
        """
        if self._slopes is None:
            positive = self.values > 0.0  # zero has no logarithm, and stays out of the guess
            says = np.setdiff1d(np.flatnonzero(self.solved_from & positive), self.priors)
            tried = np.repeat(self.values[None], len(says) + 1, axis=0)
            tried[np.arange(1, len(says) + 1), says] *= 1.0 - STEP
            numbers = np.repeat(self.base[None], len(tried), axis=0)
            self._fill(numbers, tried, tried != self.values)
            logs = np.log(np.maximum(self.base[self.leaks], LEAST))
            self._tie(numbers, logs, tried[:, self.risks])
            found = self._priors_of(numbers)
            self._slopes = says, found[0], (found[1:] - found[0]) / np.log1p(-STEP)
        return self._slopes

    def _solve(
        self, numbers: Numbers, ratios: Numbers, wanted: Numbers, guess: Numbers
    ) -> tuple[Numbers, NDArray[np.bool_], int]:
        """Logarithms of leaks under which the priors hold, where they do, and after how long."""

        def ask(rows: Integers, logs: Numbers) -> Numbers:
            """Log-odds of the priors that follow from some leaks."""
            trial = numbers[rows]
            self._tie(trial, logs, ratios[rows])
            return self._priors_of(trial)

        highest = float(np.log(HIGHEST))
        return solve_rows(ask, guess, wanted, self._first_inverse(), highest, self.close)

    def _evoke(
        self,
        numbers: Numbers,
        amounts: Numbers,
        changed: NDArray[np.bool_],
        held: NDArray[np.bool_],
    ) -> None:
        """Solve the links of evoking strengths, where the finding takes part."""
        wanted: dict[Quantity, tuple[NDArray[np.bool_], Numbers]] = {}
        for at in self.quantities.of_kind("evoking"):
            one = self.quantities.all[at]
            moved = changed[:, self._says_about(one.node, at)].any(axis=1)
            mine = moved & held & ~np.isnan(amounts[:, at])
            if one.node in self.relevant and mine.any():
                wanted[one] = mine, amounts[mine, at]
        evoke_rows(self.engine, self.seen, wanted, numbers)

    def _says_about(self, finding: str, at: int) -> NDArray[np.bool_]:
        """Which quantities have a say in the link of an evoking strength."""
        takes_part = self._relevant({finding, self.complaint})
        says = [one.kind != "evoking" and one.node in takes_part for one in self.quantities.all]
        says[at] = True
        return np.array(says)


def _logit(values: Numbers) -> Numbers:
    return np.asarray(np.log(values) - np.log1p(-values))
