"""Links solved from evoking strength: P(cause | finding, complaint)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kneebayes.building.places import offset_of
from kneebayes.building.quantities import Quantity
from kneebayes.building.words import amount_interval
from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge.base import Knowledge
from kneebayes.knowledge.checks import Remark
from kneebayes.knowledge.statements import Lexicon
from kneebayes.network import Link, Network, Numbers

SHORT_OF = 0.02


def _with_link(network: Network, parent: str, child: str, strength: float) -> Network:
    """The network with the link of one stated influence exchanged."""
    node, offset = offset_of(network, parent, "present", child)
    links, first = [], 1
    for link in node.links:
        strengths = list(link.strength)
        if first <= offset < first + len(strengths):
            strengths[offset - first] = strength
        first += len(strengths)
        links.append(Link(link.parent, tuple(strengths)))
    return network.replacing([replace(node, links=tuple(links))])


def solve_evoked(
    network: Network, knowledge: Knowledge, lexicon: Lexicon
) -> tuple[Network, list[Remark]]:
    """Set the links for which an evoking strength is stated.

    What a finding points to is that the cause explains the complaint, so that is the node
    whose link is solved.

    P(cause, finding, complaint) and P(finding, complaint) are linear in the link, so two
    evaluations give both lines and the link is exact. It is kept between the bounds that
    the statement names; where they stop it the remark says what was reached.
    """
    remarks: list[Remark] = []
    complaint = knowledge.meta.complaint
    engine = Engine(network)
    for cause in knowledge.causes.values():
        for finding, said in cause.evoked_by.items():
            target = amount_interval(said.evokes, "evoking", lexicon).value
            seen = Evidence.of(network, {complaint: "present", finding: "present"})
            source = cause.id
            both = seen.plus(Evidence.of(network, {source: "present"}))
            lines = []
            for strength in (0.0, 1.0):
                asked = engine.on(_with_link(network, source, finding, strength))
                lines.append((asked.probability(both), asked.probability(seen)))
            (with0, all0), (with1, all1) = lines
            slope = (with1 - with0) - target * (all1 - all0)
            low, high = said.between
            wish = (target * all0 - with0) / slope if slope > 0.0 else 1.0
            link = min(max(wish, low), high)
            network = _with_link(network, source, finding, link)
            reached = (with0 + link * (with1 - with0)) / (all0 + link * (all1 - all0))
            if abs(reached - target) > SHORT_OF:
                text = (
                    f"'{said.evokes}' asks for P({cause.label} | {finding}) = {target:.0%}; "
                    f"the link allowed ({low:g} to {high:g}) gives {reached:.0%}."
                )
                place = f"causes/{cause.id}.toml: evoked_by.{finding}"
                remarks.append(Remark("evoking strength not reached", place, text))
    return network, remarks


def group_remarks(network: Network, knowledge: Knowledge, lexicon: Lexicon) -> list[Remark]:
    """Compare what is said of groups ("usually indicates an injury") with the network."""
    engine = Engine(network)
    remarks: list[Remark] = []
    for group in knowledge.groups.values():
        for finding, said in group.evoked_by.items():
            target = amount_interval(said.evokes, "evoking", lexicon)
            seen = Evidence.of(network, {knowledge.meta.complaint: "present", finding: "present"})
            found = engine.probability_of_any([group.members], seen)[0]
            if not target.low <= found <= target.high:
                text = (
                    f"'{said.evokes}' asks for P({group.label} | {finding}) between "
                    f"{target.low:.0%} and {target.high:.0%}; the network gives {found:.0%}."
                )
                place = f"groups.toml: {group.id}.evoked_by.{finding}"
                remarks.append(Remark("group statement not met", place, text))
    return remarks


LEAST = 1e-300


def evoke_rows(
    engine: Engine,
    seen: Evidence,
    wanted: Mapping[Quantity, tuple[NDArray[np.bool_], Numbers]],
    numbers: Numbers,
) -> None:
    """Solve links so that each cause has a stated probability, given its finding.

    With the finding absent and its link 0, one question gives P(cause, nothing else produces
    the finding, complaint) and the same without the cause; what is wanted is linear in the
    link. What is known without the finding is asked once for all links. ``wanted`` says for each
    evoking strength in which rows it is solved, and for what probability; the links in
    ``numbers`` (rows x numbers) are changed in place.
    """
    if not wanted:
        return
    rows = np.flatnonzero(np.any([mine for mine, _ in wanted.values()], axis=0))
    some = numbers if len(rows) == len(numbers) else numbers[rows]
    without = engine.propagate_each([seen], [one.parent for one in wanted], some)
    for one, (mine, targets) in wanted.items():
        among = mine[rows]
        unlinked = numbers if mine.all() else numbers[mine]  # all rows may be large
        unlinked[:, one.place] = 0.0
        absent = seen.plus(Evidence.of(engine.network, {one.node: "absent"}))
        told = engine.propagate_each([absent], [one.parent], unlinked)
        none = np.exp(told.log_probability)[:, None] * told.marginals[one.parent]
        whole = np.exp(without.log_probability[among])
        unfired = whole * without.marginals[one.parent][among, 1] - targets * (whole - none[:, 0])
        unfired /= np.maximum(none[:, 1] * (1.0 - targets), LEAST)
        numbers[mine, one.place] = np.clip(1.0 - unfired, *one.bounds)
