"""Which causes the findings can tell apart, and which they cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.errors import ImpossibleEvidenceError
from kneebayes.inference import Engine, Evidence
from kneebayes.network import Numbers

__all__ = ["Distances", "distinguish_causes", "order_by_likeness"]

ABSENT, PRESENT = (1.0, 0.0), (0.0, 1.0)


@dataclass(frozen=True)
class Distances:
    """How many bits each finding gives to tell each cause from each other.

    Attributes
    ----------
    causes, findings
        Ids, in the order of the axes of the arrays.
    present
        P(finding present | this cause and no other, evidence): causes x findings.
    bits
        Jensen-Shannon divergence of the two causes' answers: causes x causes x findings.
    """

    causes: tuple[str, ...]
    findings: tuple[str, ...]
    present: Numbers
    bits: Numbers

    def total(self, findings: Sequence[str] | None = None) -> Numbers:
        """Sum over some findings, or all: causes x causes."""
        kept = [
            at for at, id in enumerate(self.findings) if findings is None or id in set(findings)
        ]
        return np.asarray(self.bits[:, :, kept].sum(axis=2))


def distinguish_causes(
    engine: Engine,
    evidence: Evidence,
    causes: Sequence[str],
    findings: Sequence[str],
    others: Sequence[str] = (),
) -> Distances:
    """Compare causes, each as the only one present, by what each finding would say.

    The bits of a finding are the Jensen-Shannon divergence between its answers under the two
    causes: how much of the one bit "this cause or that one", at even odds, its answer tells.

    Parameters
    ----------
    engine
        The engine to ask.
    evidence
        What holds under all causes, such as the complaint.
    causes
        Ids of binary nodes to compare.
    findings
        Ids of binary nodes to compare them by.
    others
        Ids of further causes, absent throughout.

    Raises
    ------
    ImpossibleEvidenceError
        If a cause alone cannot be true together with the evidence.

    References
    ----------
    Lin: Divergence measures based on the Shannon entropy, IEEE Trans. Inf. Theory 37(1), 1991.
    """
    nobody = dict.fromkeys([*others, *causes], ABSENT)
    cases = [evidence.plus(Evidence({**nobody, cause: PRESENT})) for cause in causes]
    told = engine.propagate_each(cases, findings)
    for cause, log in zip(causes, told.log_probability, strict=True):
        if log == -np.inf:
            message = (
                f"'{cause}' as the only cause cannot be true together with what is given, so "
                "it cannot be compared. Leave it out of the causes, or change what is given."
            )
            raise ImpossibleEvidenceError(message, [*evidence, cause])
    present = np.stack([told.marginals[id][:, 1] for id in findings], axis=1)
    present = np.clip(present, 0.0, 1.0)
    return Distances(tuple(causes), tuple(findings), present, _divergence(present))


def _divergence(present: Numbers) -> Numbers:
    """Jensen-Shannon divergence of two yes/no answers, in bits, for all pairs of rows."""
    one, other = present[:, None], present[None, :]
    # sorted, so that both ways round it is the same to the last digit
    low, high = np.minimum(one, other), np.maximum(one, other)
    middle = (low + high) / 2.0
    bits = _entropy(middle) - (_entropy(low) + _entropy(high)) / 2.0
    return np.where(low == high, 0.0, np.maximum(bits, 0.0))


def _entropy(probability: Numbers) -> Numbers:
    """Entropy of yes/no questions, in bits."""
    total = np.zeros_like(probability)
    for share in (probability, 1.0 - probability):
        total -= share * np.log2(np.where(share > 0.0, share, 1.0))
    return total


def order_by_likeness(distances: Numbers) -> list[int]:
    """An order in which like stands next to like.

    Average linkage: the two nearest groups are joined until one is left; of the two ways to
    put a pair together the one is taken whose touching ends are nearer.

    Parameters
    ----------
    distances
        Symmetric, zero on the diagonal: things x things.

    References
    ----------
    Sokal, Michener: A statistical method for evaluating systematic relationships, 1958
    (average linkage); Bar-Joseph et al.: Fast optimal leaf ordering for hierarchical
    clustering, Bioinformatics 17, 2001 (why the order of the leaves is free to choose).

    Examples
    --------
    >>> order_by_likeness(np.abs(np.subtract.outer([1.0, 9.0, 2.0], [1.0, 9.0, 2.0])))
    [0, 2, 1]
    """
    groups = [[at] for at in range(len(distances))]
    while len(groups) > 1:
        apart = {
            (a, b): float(distances[np.ix_(first, second)].mean())
            for b, second in enumerate(groups)
            for a, first in enumerate(groups[:b])
        }
        a, b = min(apart, key=lambda pair: apart[pair])
        second = groups.pop(b)
        first = groups[a]
        ways = [
            [*left, *right] for left in (first, first[::-1]) for right in (second, second[::-1])
        ]
        touching = len(first)
        groups[a] = min(ways, key=lambda way: distances[way[touching - 1], way[touching]])
    return groups[0] if groups else []
