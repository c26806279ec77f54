"""Links from stated frequencies, by taking out what leaks and mediators give already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kneebayes.knowledge.base import Arrow, Knowledge, painful
from kneebayes.knowledge.lint import Remark
from kneebayes.knowledge.parts import Interval
from kneebayes.network import Numbers

__all__ = ["Companions", "FrequencyLinks", "between_of", "companions_of", "links_from_frequencies"]

ROUNDS = 8
ALLOWED = 0.02  # a stated frequency may be this far below what leak and mediators give
LEAST = 1e-12

Links = dict[str, dict[str, float]]
Companions = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class FrequencyLinks:
    """Links by (parent, child), with remarks where a frequency cannot be met."""

    links: Mapping[tuple[str, str], float]
    remarks: tuple[Remark, ...]


def links_from_frequencies(
    arrows: Sequence[tuple[Arrow, Interval]],
    leaks: Mapping[str, float],
    order: Sequence[str],
    free: Iterable[str],
    companions: Companions | None = None,
) -> FrequencyLinks:
    """Solve ``P(child | parent alone) = stated frequency`` for every link.

    Alone means that contexts and other causes are absent; mediators and findings on the
    way are present as the parent, its companions and their own leaks make them. The child is
    then absent with probability ``(1 - link) E[(1 - leak) prod(1 - other links of present
    parents)]``, where the expectation runs over the states of those mediators and findings.
    A link that would be negative becomes 0.

    Parameters
    ----------
    arrows
        Arrows that state a frequency, with the frequency in numbers.
    leaks
        Leak of each node that can be produced.
    order
        Node ids, parents before children.
    free
        Ids of mediators and findings that may lie between.
    companions
        By parent what is certainly there with it: with a cause the complaint, with a painful
        cause the cause too.
    """
    companions = companions or {}
    into: Links = {}
    places: dict[tuple[str, str], str] = {}
    for arrow, interval in arrows:
        into.setdefault(arrow.child, {})[arrow.parent] = interval.value
        places[arrow.parent, arrow.child] = arrow.place
    free = set(free)
    links: Links = {}
    remarks: list[Remark] = []
    for child in order:
        wanted = into.get(child, {})
        between = _ancestors(child, into, free, order)
        worlds = {
            parent: _World(parent, between, leaks, links, companions.get(parent, ()))
            for parent in wanted
        }
        solved = dict.fromkeys(wanted, 0.0)
        for _ in range(ROUNDS):
            for parent, frequency in wanted.items():
                others = worlds[parent].absent(leaks.get(child, 0.0), solved)
                solved[parent] = min(1.0, max(0.0, 1.0 - (1.0 - frequency) / others))
        for parent, frequency in wanted.items():
            given = 1.0 - worlds[parent].absent(leaks.get(child, 0.0), solved)
            if given > frequency + ALLOWED:
                text = (
                    f"a stated frequency of {frequency:.0%} is below the {given:.0%} that "
                    "leak and mediators give already; its own link is 0."
                )
                remarks.append(Remark("frequency below leak", places[parent, child], text))
        links[child] = solved
    pairs = {(parent, child): link for child, row in links.items() for parent, link in row.items()}
    return FrequencyLinks(pairs, tuple(remarks))


def between_of(knowledge: Knowledge) -> set[str]:
    """Ids of what may lie between a cause and a finding: mediators and findings.

    Not the complaint, which is certain in the world of every cause, nor the pain of a cause,
    which is there only with its cause.
    """
    pains = {painful(id) for id in knowledge.diseases}
    inner = {*knowledge.mediators, *knowledge.findings} - pains
    return inner - {knowledge.meta.complaint}


def companions_of(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """What is certainly there with each cause: the complaint; with its pain the cause too."""
    complaint = knowledge.meta.complaint
    alone = dict.fromkeys(knowledge.diseases, (complaint,))
    return alone | {painful(id): (complaint, id) for id in knowledge.diseases}


def _ancestors(child: str, into: Links, free: set[str], order: Sequence[str]) -> list[str]:
    """Mediators and findings that lead to a child, parents before children."""
    found: set[str] = set()
    waiting = [child]
    while waiting:
        parents = [one for one in into.get(waiting.pop(), {}) if one in free and one not in found]
        found.update(parents)
        waiting.extend(parents)
    return [id for id in order if id in found]


class _World:
    """Mediators and findings between one parent, present alone, and one child."""

    def __init__(
        self,
        parent: str,
        between: Sequence[str],
        leaks: Mapping[str, float],
        links: Links,
        companions: Sequence[str] = (),
    ) -> None:
        self.parent, self.companions = parent, companions
        self.between = between
        joint: Numbers = np.ones((2,) * len(between))
        for at, node in enumerate(between):
            if node == parent:
                present = self._along(at, 0.0, 1.0)
            else:
                unfired = (1.0 - leaks[node]) * self._unfired(links[node])
                unfired *= 1.0 - links[node].get(parent, 0.0) * (parent not in between)
                for companion in companions:
                    unfired *= 1.0 - links[node].get(companion, 0.0)
                present = self._along(at, 1.0, 0.0) * unfired
                present = present + self._along(at, 0.0, 1.0) * (1.0 - unfired)
            joint = joint * present
        self.joint = joint

    def _along(self, at: int, absent: float, present: float) -> Numbers:
        shape = [1] * len(self.between)
        shape[at] = 2
        return np.array([absent, present]).reshape(shape)

    def _unfired(self, links: Mapping[str, float]) -> Numbers:
        """P(no link of a node in between fires), for each of their states."""
        unfired: Numbers = np.ones((1,) * len(self.between))
        for at, node in enumerate(self.between):
            if node in links:
                unfired = unfired * self._along(at, 1.0, 1.0 - links[node])
        return unfired

    def absent(self, leak: float, links: Mapping[str, float]) -> float:
        """P(child absent) if the parent itself does not produce it."""
        others = {node: link for node, link in links.items() if node != self.parent}
        certain = 1.0 - leak
        for companion in self.companions:
            certain *= 1.0 - links.get(companion, 0.0)
        return max(LEAST, certain * float((self.joint * self._unfired(others)).sum()))
