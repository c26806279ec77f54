"""Solve what is not stated: roots, links to pain and ratios, so that all that is stated holds.

Statements hold where they were made: among those with the complaint, in everybody, or among
suspects. What the network needs are numbers of everybody: the root of each cause, P(it hurts |
it is there), and the ratio by which a parent raises it. Roots and links are held by Broyden's
method on their logarithms over exact inference; ratios are moved towards what was stated, each
by how it answered before, until they are near or can go no further.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.building.complaint import WithComplaint
from kneebayes.errors import KneebayesError
from kneebayes.inference import Evidence
from kneebayes.network import Network, Numbers

__all__ = ["Ratio", "Solution", "Unknowns", "solve_statements"]

CLOSE = 1e-11  # log-odds: how well shares and presences are met at the end
ROUGH = 1e-4  # log-odds: how well while the ratios still move
NEAR = 0.01  # log-odds: how well ratios are met
SWEEPS = 16
ROUNDS = 400
PATIENCE = 40  # rounds after which the Jacobian is measured afresh, where it was best so far
NEARBY = 1e-6
LONGEST_STEP = 1.0
SCALE = 0.05  # by how much explanations are made rarer to see what follows
LEAST_RATIO = 1e-5  # of a ratio above 1: below it the arrow says nothing
MOST_RATIO = 1e4
STILL = 0.003  # of a ratio in logarithms: what moves less from one sweep to the next stays
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
    among
        What is known where it was measured; empty for everybody.
    """

    cause: str
    parent: str
    state: str
    others: tuple[str, ...]
    target: float
    is_share: bool
    among: Evidence


@dataclass(frozen=True, slots=True)
class Unknowns:
    """What is solved, by id: roots of causes, links to pain, ratios in their order."""

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
    network
        The network made of them.
    reached
        What each ratio comes to, in the order of the ratios.
    complaint_probability
        P(complaint).
    digest
        What the solution hangs on, in one word.
    """

    unknowns: Unknowns
    network: Network
    reached: tuple[float, ...]
    complaint_probability: float
    digest: str = ""


Make = Callable[[Unknowns], Network]
Joint = Mapping[tuple[str, str], tuple[float, Mapping[str, float]]]


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
    """Find roots, links to pain and ratios under which every statement holds.

    Parameters
    ----------
    make
        Makes the network of contexts, causes and complaint from the unknowns.
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
    return system.solve(settled)


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
        self.wanted = np.array([_logit(p) for p in (*shares.values(), *presences.values())])
        self.goals = np.array([_scaled(one, one.target) for one in self.ratios])
        self.most = np.full(len(self.ratios), np.log(MOST_RATIO))
        self.vector = np.array(
            [
                *(np.log(start.roots[id]) for id in self.causes),
                *(_logit(start.pains[id]) for id in self.silent),
            ]
        )
        self.above = np.log([max(one - 1.0, LEAST_RATIO) for one in start.ratios])
        self.inverse = self._first_inverse()
        self.asking = WithComplaint(explaining.values(), complaint)

    def _first_inverse(self) -> Numbers:
        """A root answers for the presence of its cause, a link to pain for its share."""
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
        miss, _, _ = self._misses()
        self.vector = self.vector - SCALE * step
        missed, _, _ = self._misses()
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
        return Unknowns(
            {id: float(np.exp(x)) for id, x in zip(self.causes, values, strict=False)},
            {id: _expit(x) for id, x in zip(self.silent, values[len(self.causes) :], strict=True)},
            tuple(1.0 + float(np.exp(x)) for x in self.above),
        )

    def solve(self, settled: bool) -> Solution:
        """Hold shares and presences again after each move of the ratios."""
        if not settled:
            self._learn_of_scale()
        slopes = np.full(len(self.above), 0.7)
        before: tuple[Numbers, Numbers] | None = None
        for _ in range(SWEEPS if self.ratios and not settled else 0):
            self._hold(ROUGH)
            reached = self._reached()
            away = self.goals - np.array(
                [_scaled(one, r) for one, r in zip(self.ratios, reached, strict=True)]
            )
            if before is not None:
                moved = self.above - before[0]
                answered = before[1] - away
                known = np.abs(moved) > 1e-3
                seen = np.clip(answered[known] / moved[known], 0.2, 1.5)
                slopes[known] = 0.5 * slopes[known] + 0.5 * seen
            open_ones = ~self._at_limit(away) & (np.abs(away) > NEAR)
            if before is not None:  # a link that is as strong as links can be does not answer
                open_ones &= np.abs(away - before[1]) > STILL
            if not open_ones.any():
                break
            before = self.above.copy(), away
            step = np.clip(away / slopes, -1.5, 1.5)
            self.above = np.clip(self.above + step, np.log(LEAST_RATIO), self.most)
        network, probability = self._hold(CLOSE)
        return Solution(self.unknowns(), network, tuple(self._reached()), probability)

    def _at_limit(self, away: Numbers) -> Numbers:
        low = (self.above <= np.log(LEAST_RATIO) + 1e-9) & (away < 0.0)
        return np.asarray(low | ((self.above >= self.most - 1e-9) & (away > 0.0)))

    def _hold(self, close: float) -> tuple[Network, float]:
        """Roots and links to pain under which shares and presences hold (Broyden 1965)."""
        miss, network, probability = self._misses()
        best = (float(np.abs(miss).max()), self.vector)
        for turn in range(ROUNDS):
            worst = float(np.abs(miss).max())
            if worst < close:
                return network, probability
            if worst < best[0]:
                best = (worst, self.vector)
            if turn % PATIENCE == PATIENCE - 1:
                self.vector = best[1]
                miss, _, _ = self._misses()
                self.inverse = np.linalg.pinv(self._jacobian(miss))
            step = -self.inverse @ miss
            step *= min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), LEAST))
            old = self.vector
            self.vector = old + step
            self.vector[: len(self.causes)] = np.minimum(
                self.vector[: len(self.causes)], np.log(HIGHEST_ROOT)
            )
            step, before = self.vector - old, miss
            miss, network, probability = self._misses()
            self._learn(step, miss - before)
        if float(np.abs(miss).max()) > max(close, 1e-9):
            raise KneebayesError(self._cannot_hold(miss))
        return network, probability

    def _jacobian(self, miss: Numbers) -> Numbers:
        """How the misses answer to each unknown: misses x unknowns."""
        here, columns = self.vector, []
        for at in range(len(here)):
            self.vector = here.copy()
            self.vector[at] += NEARBY
            columns.append((self._misses()[0] - miss) / NEARBY)
        self.vector = here
        return np.stack(columns, axis=1)

    def _misses(self) -> tuple[Numbers, Network, float]:
        """By how much shares and presences are missed, in log-odds."""
        network = self.make(self.unknowns())
        ids = [*self.explaining, *self.silent]
        events = [{}, *({id: "present"} for id in ids)]
        probability, *found = self.asking.probabilities(network, events).tolist()
        if probability <= 0.0:
            message = f"No cause produces the complaint '{self.complaint}': no share can hold."
            raise KneebayesError(message)
        found = np.clip(np.array(found) / probability, LEAST, 1.0 - 1e-15)
        met = np.log(found) - np.log1p(-found)
        return np.asarray(met - self.wanted), network, probability

    def _reached(self) -> list[float]:
        """What every ratio comes to where it was measured.

        One question for each state of each parent: a node that held both parent and cause
        would tie all parents of a cause together.
        """
        network = self.make(self.unknowns())
        found: dict[int, float] = {}
        for everybody in (False, True):
            mine = [
                at for at, one in enumerate(self.ratios) if (not one.among.likelihoods) == everybody
            ]
            if mine:
                table = self._joint([self.ratios[at] for at in mine], network, everybody)
                for at in mine:
                    found[at] = _reached(self.ratios[at], table)
        return [found[at] for at in range(len(self.ratios))]

    def _joint(self, ratios: Sequence[Ratio], network: Network, everybody: bool) -> Joint:
        """P(parent in a state, cause present), and without the cause, by parent and state."""
        states: dict[tuple[str, str], dict[str, float]] = {
            (one.parent, state): {} for one in ratios for state in network[one.parent].states
        }
        for one in ratios:
            for state in network[one.parent].states:
                states[one.parent, state][one.cause] = 0.0
        events = [
            {id: state} | ({cause: "present"} if cause else {})
            for (id, state), causes in states.items()
            for cause in ("", *causes)
        ]
        found = iter(self.asking.probabilities(network, events, everybody).tolist())
        return {
            state: (next(found), {cause: next(found) for cause in causes})
            for state, causes in states.items()
        }

    def _cannot_hold(self, miss: Numbers) -> str:
        names = [*self.causes, *(f"presence of {id}" for id in self.silent)]
        worst = np.argsort(-np.abs(miss))[:3].tolist()
        named = ", ".join(
            f"{names[at]} (stated {_expit(self.wanted[at]):.3g}, "
            f"reached {_expit(self.wanted[at] + miss[at]):.3g})"
            for at in worst
        )
        total = sum(_expit(x) for x in self.wanted[: len(self.causes)])
        return (
            f"The stated priors cannot all hold: {named}. Together they add up to {total:.3g}; "
            "since some cause must explain the complaint they need at least 1, and causes that "
            "raise each other need more. Raise some, or weaken the influences between causes."
        )


def _reached(ratio: Ratio, joint: Joint) -> float:
    """What a ratio, or a share of cases, comes to."""
    whole, both = joint[ratio.parent, ratio.state]
    present = both[ratio.cause]
    if ratio.is_share:
        mine = [each for (id, _), (_, each) in joint.items() if id == ratio.parent]
        every = sum(each[ratio.cause] for each in mine)
        return present / max(every, LEAST)
    without = sum(joint[ratio.parent, one][0] for one in ratio.others)
    other = sum(joint[ratio.parent, one][1][ratio.cause] for one in ratio.others)
    if not ratio.among.likelihoods:
        return (present / max(whole, LEAST)) / max(other / without, LEAST)
    return _odds(present, whole) / max(_odds(other, without), LEAST)


def _odds(present: float, whole: float) -> float:
    return present / max(whole - present, LEAST)


def _scaled(ratio: Ratio, value: float) -> float:
    """On the scale of log-odds for a share, of the logarithm for a ratio."""
    return _logit(value) if ratio.is_share else float(np.log(max(value, LEAST)))


def _logit(p: float) -> float:
    return float(np.log(p) - np.log1p(-p))


def _logit_of(table: Numbers) -> float:
    return float(np.log(table[1]) - np.log(table[0]))


def _expit(x: float) -> float:
    return float(0.5 * (1.0 + np.tanh(0.5 * x)))
