"""Links from stated frequencies, by taking out what leaks and mediators give already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kneebayes.knowledge.base import Arrow
from kneebayes.knowledge.lint import Remark
from kneebayes.knowledge.records import Interval

__all__ = ["FrequencyLinks", "links_from_frequencies"]

ROUNDS = 6
ALLOWED = 0.02  # a stated frequency may be this far below what leak and mediators give


@dataclass(frozen=True)
class FrequencyLinks:
    """Links by (parent, child), with remarks where a frequency cannot be met."""

    links: Mapping[tuple[str, str], float]
    remarks: tuple[Remark, ...]


def links_from_frequencies(
    arrows: Sequence[tuple[Arrow, Interval]],
    leaks: Mapping[str, float],
    order: Sequence[str],
) -> FrequencyLinks:
    """Solve ``P(child | parent alone) = stated frequency`` for every link.

    With one parent present and nothing else, the child is absent with probability
    ``(1 - leak) (1 - link) prod(1 - other link * P(other parent | parent alone))``: its
    other parents are mediators and findings that the parent, or their own leaks, produce.
    Routes are taken as independent. A link that would be negative becomes 0.

    Parameters
    ----------
    arrows
        Arrows that state a frequency, with the frequency in numbers.
    leaks
        Leak of each node that can be produced.
    order
        Node ids, parents before children.
    """
    into: dict[str, dict[str, float]] = {}
    places: dict[tuple[str, str], str] = {}
    for arrow, interval in arrows:
        into.setdefault(arrow.child, {})[arrow.parent] = interval.value
        places[arrow.parent, arrow.child] = arrow.place
    links: dict[tuple[str, str], float] = {}
    alone: dict[str, dict[str, float]] = {id: {id: 1.0} for id in order}
    remarks: list[Remark] = []
    for child in order:
        wanted = into.get(child, {})
        leak = leaks.get(child, 0.0)
        solved = dict.fromkeys(wanted, 0.0)
        for _ in range(ROUNDS):
            for parent, frequency in wanted.items():
                others = _absent(leak, solved, alone[parent], leave_out=parent)
                solved[parent] = min(1.0, max(0.0, 1.0 - (1.0 - frequency) / others))
        for parent, frequency in wanted.items():
            without = 1.0 - _absent(leak, solved, alone[parent], leave_out=parent)
            if without > frequency + ALLOWED:
                text = (
                    f"a stated frequency of {frequency:.0%} is below the {without:.0%} that "
                    "leak and mediators give already; its own link is 0."
                )
                remarks.append(Remark("frequency below leak", places[parent, child], text))
            links[parent, child] = solved[parent]
        for world in alone.values():
            if child not in world:
                probability = 1.0 - _absent(leak, solved, world)
                if probability > 0.0:
                    world[child] = probability
    return FrequencyLinks(links, tuple(remarks))


def _absent(
    leak: float, links: Mapping[str, float], world: Mapping[str, float], leave_out: str = ""
) -> float:
    """P(child absent) in a world where each parent is present with a given probability."""
    absent = 1.0 - leak
    for parent, link in links.items():
        if parent != leave_out:
            absent *= 1.0 - link * world.get(parent, 0.0)
    return max(absent, 1e-12)
