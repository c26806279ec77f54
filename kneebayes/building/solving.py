"""Solve what is not stated: roots, links to pain and ratios, so that all that is stated holds.

Statements hold where they were made: among those with the complaint, or in everybody. What the
network needs are numbers of everybody: the leak of each cause, P(it hurts | it is there), and
the ratio by which age, sex or another cause raises it. Leaks and links are held by Broyden's
method on their logarithms over exact inference; ratios are moved towards what was stated, each
by how it answered before, until they are near or can go no further.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.building.among import Among, People
from kneebayes.errors import KneebayesError
from kneebayes.network import Network, Numbers
from kneebayes.odds import inverse_logit, logit

__all__ = ["Ratio", "Solution", "Unknowns", "solve_statements"]

CLOSE = 1e-11  # log-odds: how well shares and presences are met at the end
ROUGH = 1e-4  # log-odds: how well while the ratios still move
NEAR = 0.01  # log-odds: how well ratios are met
STILL = 0.003  # what moves less from one sweep to the next has come to its end
SWEEPS = 20
ROUNDS = 400
PATIENCE = 40  # rounds after which the Jacobian is measured afresh, where it was best so far
NEARBY = 1e-6
LONGEST_STEP = 1.0
SCALE = 0.05  # by how much explanations are made rarer to see what follows
WEAKEST, STRONGEST = 1e-6, 0.98  # a link of another cause
BROUGHT = 0.95  # of a cause, by another one alone, at most: something is left to its own leak
FURTHEST = float(np.log(1e4))  # of a ratio by age or sex, in logarithms, either way
GIVES_WAY = 0.4  # log-odds: by how much links that bring about too much become weaker
LOWEST_ROOT = float(np.log(1e-9))  # a leak below it says that nothing is left for it
HIGHEST_ROOT = 0.9
LEAST = 1e-300


@dataclass(frozen=True, slots=True)
class Ratio:
    """One stated ratio of a cause by a parent, and where it was measured.

    Attributes
    ----------
    cause, parent, state
        Ids, and the state of the parent that raises the cause.
    others
        States of the parent that it is compared with.
    target
        The odds ratio (or in everybody the ratio of risks), or P(parent in that state | cause).
    is_share
        Whether the target is such a share of the cause's cases.
    everybody
        Whether it was measured in everybody, not among those with the complaint.
    multiplies
        Whether it multiplies the risk, and may also lower it; another cause only adds to it.
    """

    cause: str
    parent: str
    state: str
    others: tuple[str, ...]
    target: float
    is_share: bool
    everybody: bool
    multiplies: bool


@dataclass(frozen=True, slots=True)
class Unknowns:
    """What is solved.

    Attributes
    ----------
    roots, pains
        Leaks of causes and links to pain, by cause.
    ratios
        For each stated ratio, in their order, by how much the risk is multiplied; of another
        cause P(it alone brings the cause about).
    """

    roots: Mapping[str, float]
    pains: Mapping[str, float]
    ratios: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Solution:
    """The numbers that were found, and what they reach.

    Attributes
    ----------
    unknowns
        The numbers.
    reached
        What each ratio comes to, in the order of the ratios.
    complaint_probability
        P(complaint).
    """

    unknowns: Unknowns
    reached: tuple[float, ...]
    complaint_probability: float


Make = Callable[[Unknowns], Network]


def solve_statements(
    make: Make,
    start: Unknowns,
    shares: Mapping[str, float],
    presences: Mapping[str, float],
    ratios: Sequence[Ratio],
    explaining: Mapping[str, str],
    complaint: str,
    *,
    settled: bool = False,
) -> Solution:
    """Find leaks, links to pain and ratios under which every statement holds.

    Parameters
    ----------
    make
        Makes the network of causes, what multiplies them, and complaint from the unknowns.
    start
        Where to begin.
    shares
        P(the cause explains the complaint | complaint), by cause.
    presences
        P(the cause is present | complaint), of those that can be silent.
    ratios
        Stated ratios; one that cannot be met stays as near as it comes.
    explaining
        Id of the node that says that a cause explains the complaint, by cause.
    complaint
        Id of the complaint.
    settled
        Whether ``start`` is a solution found before: ratios then stay, and the rest is verified.

    Raises
    ------
    KneebayesError
        If shares and presences cannot all hold; says which are missed and by how much.
    """
    system = _System(make, start, shares, presences, ratios, explaining, complaint)
    return system.solve(settled=settled)


class _System:
    """Shares and presences held by Broyden's method, ratios brought near round by round."""

    def __init__(
        self,
        make: Make,
        start: Unknowns,
        shares: Mapping[str, float],
        presences: Mapping[str, float],
        ratios: Sequence[Ratio],
        explaining: Mapping[str, str],
        complaint: str,
    ) -> None:
        self.make, self.ratios, self.complaint = make, tuple(ratios), complaint
        self.causes, self.silent = list(shares), list(presences)
        self.explaining = [explaining[cause] for cause in self.causes]
        self.wanted = np.array([logit(p) for p in (*shares.values(), *presences.values())])
        self.goals = np.array([_scaled(ratio, ratio.target) for ratio in self.ratios])
        leaks = [np.log(start.roots[id]) for id in self.causes]
        self.vector = np.array([*leaks, *(logit(start.pains[id]) for id in self.silent)])
        self.multiplies = np.array([ratio.multiplies for ratio in self.ratios], dtype=np.bool_)
        self.logs = np.array(
            [
                np.log(value) if ratio.multiplies else logit(value)
                for ratio, value in zip(self.ratios, start.ratios, strict=True)
            ]
        )
        common = {**shares, **presences}
        self.low = np.where(self.multiplies, -FURTHEST, logit(WEAKEST))
        self.high = np.array([_highest(ratio, common) for ratio in self.ratios])
        self.logs = np.minimum(self.logs, self.high)
        self.inverse = self._first_inverse()
        self.people = People(explaining.values(), complaint)

    def _first_inverse(self) -> Numbers:
        """A leak answers for the presence of its cause, a link to pain for its share."""
        inverse = np.eye(len(self.vector))
        for at, id in enumerate(self.silent, len(self.causes)):
            root = self.causes.index(id)
            inverse[root, root], inverse[root, at] = 0.0, 1.0
            inverse[at, root], inverse[at, at] = 1.0, -1.0
        return inverse

    def _learn_of_scale(self) -> None:
        """How all shares answer where every explanation becomes rarer: by overlapping less."""
        step = np.ones(len(self.vector))
        step[[self.causes.index(id) for id in self.silent]] = 0.0
        miss, _ = self._misses()
        self.vector = self.vector - SCALE * step
        missed, _ = self._misses()
        self._learn(-SCALE * step, missed - miss)

    def _learn(self, step: Numbers, change: Numbers) -> None:
        """Broyden's update of the inverse."""
        turned = self.inverse @ change
        scale = float(step @ turned)
        if abs(scale) > 1e-200:
            self.inverse += np.outer(step - turned, step @ self.inverse) / scale

    def unknowns(self) -> Unknowns:
        """The unknowns as they stand."""
        values = self.vector.tolist()
        ratios = [
            float(np.exp(x)) if multiplies else inverse_logit(x)
            for x, multiplies in zip(self.logs.tolist(), self.multiplies, strict=True)
        ]
        return Unknowns(
            {id: float(np.exp(x)) for id, x in zip(self.causes, values, strict=False)},
            {
                id: inverse_logit(x)
                for id, x in zip(self.silent, values[len(self.causes) :], strict=True)
            },
            tuple(ratios),
        )

    def solve(self, *, settled: bool) -> Solution:
        """Hold shares and presences again after each move of the ratios."""
        if not settled:
            self._learn_of_scale()
            self._move_ratios()
        probability = self._hold(CLOSE)
        return Solution(self.unknowns(), tuple(self._reached()), probability)

    def _move_ratios(self) -> None:
        slopes = np.full(len(self.logs), 0.7)
        before: tuple[Numbers, Numbers] | None = None
        for _ in range(SWEEPS if self.ratios else 0):
            self._hold_with_room()
            found = zip(self.ratios, self._reached(), strict=True)
            away = self.goals - np.array([_scaled(ratio, value) for ratio, value in found])
            waiting = ~self._at_limit(away) & (np.abs(away) > NEAR)
            if before is not None:
                moved = self.logs - before[0]
                known = np.abs(moved) > 1e-3
                seen = np.clip((before[1] - away)[known] / moved[known], 0.2, 1.5)
                slopes[known] = 0.5 * slopes[known] + 0.5 * seen
                # a link that is as strong as links can be does not answer
                waiting &= np.abs(away - before[1]) > STILL
            if not waiting.any():
                break
            before = self.logs.copy(), away
            step = np.clip(away / slopes, -1.5, 1.5)
            self.logs = np.clip(self.logs + step, self.low, self.high)

    def _hold_with_room(self) -> None:
        """Hold shares; where other causes bring about more of a cause than there is, less."""
        for _ in range(SWEEPS):
            before, inverse = self.vector.copy(), self.inverse.copy()
            self._hold(ROUGH, lowest=LOWEST_ROOT)
            dry = self.vector[: len(self.causes)] < LOWEST_ROOT
            if not dry.any():
                return
            self.vector, self.inverse = before, inverse
            ids = {id for id, each in zip(self.causes, dry, strict=True) if each}
            mine = [ratio.cause in ids and not ratio.multiplies for ratio in self.ratios]
            self.logs[mine] -= GIVES_WAY
            self.high[mine] = self.logs[mine]

    def _at_limit(self, away: Numbers) -> Numbers:
        low = (self.logs <= self.low + 1e-9) & (away < 0.0)
        return np.asarray(low | ((self.logs >= self.high - 1e-9) & (away > 0.0)))

    def _hold(self, close: float, lowest: float = -np.inf) -> float:
        """Hold shares and presences (Broyden 1965); returns P(complaint).

        Stops where the logarithm of a leak falls below ``lowest``.
        """
        miss, probability = self._misses()
        best = (np.inf, self.vector)
        for turn in range(ROUNDS):
            worst = float(np.abs(miss).max())
            if worst < close or (self.vector[: len(self.causes)] < lowest).any():
                return probability
            if worst < best[0]:
                best = (worst, self.vector)
            if turn % PATIENCE == PATIENCE - 1:
                self.vector = best[1]
                miss, _ = self._misses()
                self.inverse = np.linalg.pinv(self._jacobian(miss))
            step = -self.inverse @ miss
            step *= min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), LEAST))
            old, before = self.vector, miss
            self.vector = old + step
            roots = slice(0, len(self.causes))
            self.vector[roots] = np.minimum(self.vector[roots], np.log(HIGHEST_ROOT))
            miss, probability = self._misses()
            self._learn(self.vector - old, miss - before)
        if float(np.abs(miss).max()) > max(close, 1e-9):
            raise KneebayesError(self._cannot_hold(miss))
        return probability

    def _jacobian(self, miss: Numbers) -> Numbers:
        """How the misses answer to each unknown: misses x unknowns."""
        here, columns = self.vector, []
        for at in range(len(here)):
            self.vector = here.copy()
            self.vector[at] += NEARBY
            columns.append((self._misses()[0] - miss) / NEARBY)
        self.vector = here
        return np.stack(columns, axis=1)

    def _misses(self) -> tuple[Numbers, float]:
        """By how much shares and presences are missed, in log-odds, and P(complaint)."""
        self.people.meet(self.make(self.unknowns()))
        ids = [*self.explaining, *self.silent]
        (those,) = self.people.among([{}], ids)
        if those.complaint <= 0.0:
            message = f"No cause produces the complaint '{self.complaint}': no share can hold."
            raise KneebayesError(message)
        found = np.array([those.with_complaint[id] for id in ids]) / those.complaint
        found = np.clip(found, LEAST, 1.0 - 1e-15)
        return np.asarray(np.log(found) - np.log1p(-found) - self.wanted), those.complaint

    def _reached(self) -> list[float]:
        """What every ratio comes to where it was measured."""
        self.people.meet(self.make(self.unknowns()))
        network = self.people.network
        parents = dict.fromkeys(ratio.parent for ratio in self.ratios)
        events = [(id, state) for id in parents for state in network[id].states]
        found = self.people.among([{id: state} for id, state in events], self.causes)
        groups = dict(zip(events, found, strict=True))
        return [_reached(ratio, network[ratio.parent].states, groups) for ratio in self.ratios]

    def _cannot_hold(self, miss: Numbers) -> str:
        names = [*self.causes, *(f"presence of {id}" for id in self.silent)]
        worst = np.argsort(-np.abs(miss))[:3].tolist()
        named = ", ".join(
            f"{names[at]} (stated {inverse_logit(self.wanted[at]):.3g}, "
            f"reached {inverse_logit(self.wanted[at] + miss[at]):.3g})"
            for at in worst
        )
        total = sum(inverse_logit(x) for x in self.wanted[: len(self.causes)])
        return (
            f"The stated priors cannot all hold: {named}. Together they add up to {total:.3g}; "
            "since some cause must explain the complaint they need at least 1, and causes that "
            "raise each other need more. Raise some, or weaken the influences between causes."
        )


def _highest(ratio: Ratio, common: Mapping[str, float]) -> float:
    """The limit of a ratio: a parent cannot bring about more of a cause than there is."""
    if ratio.multiplies:
        return FURTHEST
    most = BROUGHT * common[ratio.cause] / common[ratio.parent]
    return logit(min(STRONGEST, most))


def _reached(
    ratio: Ratio, states: Sequence[str], groups: Mapping[tuple[str, str], Among]
) -> float:
    """What a ratio, or a share of cases, comes to."""

    def counted(state: str) -> tuple[float, float]:
        """P(parent in a state), and the same with the cause, where the ratio was measured."""
        people = groups[ratio.parent, state]
        if ratio.everybody:
            return people.all, people.without_asking[ratio.cause]
        return people.complaint, people.with_complaint[ratio.cause]

    whole, present = counted(ratio.state)
    if ratio.is_share:
        return present / max(sum(counted(state)[1] for state in states), LEAST)
    without, other = np.sum([counted(state) for state in ratio.others], axis=0).tolist()
    if ratio.everybody:
        return (present / max(whole, LEAST)) / max(other / max(without, LEAST), LEAST)
    return _odds(present, whole) / max(_odds(other, without), LEAST)


def _odds(present: float, whole: float) -> float:
    return present / max(whole - present, LEAST)


def _scaled(ratio: Ratio, value: float) -> float:
    """On the scale of log-odds for a share, of the logarithm for a ratio."""
    return logit(value) if ratio.is_share else float(np.log(max(value, LEAST)))
