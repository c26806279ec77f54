"""The network that follows from other amounts: links anew, and the table of explanations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from kneebayes.building.draft import Draft, frequency_of
from kneebayes.building.quantities import Quantities
from kneebayes.building.relinking import (
    Evoking,
    between_of,
    chances_over_all,
    companions_of,
    evoke_rows,
    relink,
)
from kneebayes.building.result import leak_in, offset_of, raised_with, rate_places
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.batch import Integers
from kneebayes.inference.plain import relevant_nodes
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.base import EXPLANATION, company_node
from kneebayes.network import Numbers

Solved = dict[bytes, Numbers]
SOLVED_KEPT = 8


class Restating:
    """Turns amounts into numbers of the network, many rows at once.

    By the equations that made the model: frequencies give links, shares and their ratios the table
    of explanations, presences how often a cause is silent; ratios of contexts are taken against the
    odds of the model, and links with an evoking strength are solved exactly. A row in which every
    amount has its stated value keeps the numbers of the model, to the last digit.

    ``asked`` are ids that will be observed: links that do not bear on them stay. ``solved`` keeps
    fitted tables of explanations, which other patients need again.
    """

    def __init__(
        self,
        engine: Engine,
        knowledge: Knowledge,
        quantities: Quantities,
        lexicon: str,
        asked: Iterable[str],
        solved: Solved | None = None,
    ) -> None:
        self.engine, self.quantities = engine, quantities
        self.solved = {} if solved is None else solved
        network = engine.network
        self.complaint = knowledge.meta.complaint
        self.seen = Evidence.of(network, {self.complaint: "present"})
        self.base, self.values = engine.numbers[0], quantities.values
        self.draft = Draft(knowledge, knowledge.lexicons[lexicon])
        self.draft.company = raised_with(network)  # as it was made, whatever was learnt since
        self.fitting, _ = self.draft.shares()
        self.priors = quantities.of_kind("prior")
        self.scales = quantities.of_kind("scale")
        self.presences = quantities.of_kind("presence")
        self.there = knowledge.there
        causes = {*knowledge.diseases, *knowledge.there.values()}
        self.relevant = self._relevant({*asked, *causes, self.complaint})
        self.free, self.companions = between_of(knowledge), companions_of(knowledge)
        kinds = np.array([quantity.kind for quantity in quantities.all])
        relevant, brought = (
            np.array([quantity.node in some for quantity in quantities.all])
            for some in (self.relevant, self.draft.cause_there)
        )
        of_links = np.isin(kinds, ("frequency", "ratio"))
        self.linking = relevant & (of_links | np.isin(kinds, ("leak", "evoking")))
        self.fitted_from = np.isin(kinds, ("prior", "scale"))
        self.apart_from = self.fitted_from | (kinds == "presence") | (of_links & brought)

    def _relevant(self, ids: set[str]) -> set[str]:
        network = self.engine.network
        return {node.id for node in compress(network.nodes, relevant_nodes(network, ids))}

    def restate(self, amounts: Numbers) -> Numbers:
        """Numbers of the network for amounts: rows x quantities.

        An amount that is NaN is unsaid: its link is 0, its ratio 1.
        """
        changed = amounts != self.values
        numbers = np.repeat(self.base[None], len(amounts), axis=0)
        for place in self.quantities.of_kind("leak"):
            moved = changed[:, place]
            numbers[moved, self.quantities.all[place].place] = amounts[moved, place]
        rows = np.flatnonzero((changed & self.linking).any(axis=1))
        if rows.size:
            self._relink(numbers, amounts, rows)
        rows = np.flatnonzero((changed & self.fitted_from).any(axis=1))
        if rows.size:
            place = self.engine.place_of(EXPLANATION)
            table = self._tables(amounts[rows])
            numbers[rows, place : place + table[0].size] = table.reshape(len(rows), -1)
        rows = np.flatnonzero((changed & self.apart_from).any(axis=1))
        if rows.size:
            self._settle_silent(numbers, amounts, rows)
        self._evoke(numbers, amounts, changed)
        return numbers

    def _tables(self, amounts: Numbers) -> Numbers:
        """Tables of explanations: rows x cells x explanations."""
        shares = np.nan_to_num(amounts[:, self.priors], nan=0.0)
        shares /= shares.sum(axis=1, keepdims=True)
        ratios = np.nan_to_num(amounts[:, self.scales], nan=1.0)
        key = shares.tobytes() + ratios.tobytes()
        if key not in self.solved:
            while len(self.solved) >= SOLVED_KEPT:
                self.solved.pop(next(iter(self.solved)))
            own_shares = np.nan_to_num(self.values[self.priors], nan=0.0)  # of the model itself
            own_ratios = np.nan_to_num(self.values[self.scales], nan=1.0)
            near = own_shares / own_shares.sum(), own_ratios
            self.solved[key] = self.fitting.fit(shares, ratios, near)
        return self.solved[key]

    def _relink(self, numbers: Numbers, amounts: Numbers, rows: Integers) -> None:
        """Links that follow from stated frequencies and ratios, for some of the rows."""
        network = self.engine.network
        wanted: dict[str, dict[str, Numbers]] = {}
        places: dict[tuple[str, str], int] = {}
        starts = self.engine.flat.number_start
        order = [node.id for node in network.nodes if node.id in self.relevant]
        held = {id: starts[network.index[leak_in(network, id)]] for id in order}
        for index in np.flatnonzero(self.linking):
            quantity = self.quantities.all[index]
            if quantity.kind == "frequency":
                wanted.setdefault(quantity.node, {})[quantity.parent] = amounts[rows, index]
            elif quantity.kind == "ratio":
                ratios = np.nan_to_num(amounts[rows, index], nan=1.0)
                share = numbers[rows, held[quantity.node]]
                odds = quantity.odds * self._odds_factor(quantity.node, share)
                wanted.setdefault(quantity.node, {})[quantity.parent] = frequency_of(ratios, odds)
            else:
                continue
            places[quantity.parent, quantity.node] = quantity.place
        evoking = self.quantities.of_kind("evoking").tolist()
        solved = {self.quantities.all[index].place: index for index in evoking}  # otherwise
        leaks = {id: numbers[rows, place] for id, place in held.items()}
        leaks = chances_over_all(self.draft.knowledge, leaks)
        leaks |= {id: np.full(len(rows), mean) for id, mean in self._silent_means().items()}
        links = relink(wanted, leaks, order, self.free, self.companions)
        for (parent, child), place in places.items():
            link = links[child][parent]
            if place in solved:  # only where its evoking strength is unsaid
                unsaid = np.isnan(amounts[rows, solved[place]])
                numbers[rows[unsaid], place] = link[unsaid]
            else:
                numbers[rows, place] = link

    def _odds_factor(self, context: str, leaks: Numbers) -> Numbers:
        """By what the odds that ratios of a context are taken against move with its share."""
        if context not in self.draft.leaks:  # a cause that another one goes with
            return np.ones(len(leaks))
        place = self.engine.place_of(leak_in(self.engine.network, context))
        base = self.base[place]
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = leaks / (1.0 - leaks) / base * (1.0 - base)
        return np.where(np.isfinite(factor) & (factor > 0.0), factor, 1.0)

    def _silent_means(self) -> Mapping[str, float]:
        """How often causes are silent, over the ages, as the model has it."""
        means = dict.fromkeys(self.there.values(), 0.0)
        for cause in self.draft.presences:
            node = self.there[cause]
            means[node] = float(np.mean(self.base[self._rate_places(node)]))
        return means

    def _rate_places(self, id: str) -> list[int]:
        return rate_places(self.engine, id, self.draft.by_age)

    def _settle_silent(self, numbers: Numbers, amounts: Numbers, rows: Integers) -> None:
        """How often each cause is silent, so that it is there as often as its amount says."""
        place, count = self.engine.place_of(EXPLANATION), len(self.draft.explanations)
        end = place + len(self.fitting.cells) * count
        kinds = self.quantities.all
        mine = amounts[rows]
        away = {kinds[place].node: mine[:, place] - self.values[place] for place in self.presences}
        base = self._silent(self.base[None], self.base[None, place:end])
        wanted = {  # what the model makes up for, these rows do too
            cause: (present + away[cause], self._age_ratios(mine, cause, rates))
            for cause, (present, rates) in base.items()
        }
        whole = numbers if len(rows) == len(numbers) else numbers[rows]  # which may be large
        settled = self._silent(whole, whole[:, place:end], wanted)
        for cause, (_, rates) in settled.items():
            numbers[rows[:, None], self._rate_places(self.there[cause])] = rates

    def _silent(
        self,
        numbers: Numbers,
        tables: Numbers,
        wanted: Mapping[str, tuple[Numbers, Numbers]] | None = None,
    ) -> dict[str, tuple[Numbers, Numbers]]:
        """P(there) as the equations give it, and silent rates.

        They are solved where presences are wanted, each with how the odds of being silent
        differ by age.
        """
        draft = self.draft
        cells = tables.reshape(len(numbers), -1, len(draft.explanations))
        brought: dict[str, Numbers] = {}
        settled = {}
        for node in draft.order:
            cause = draft.cause_there.get(node)
            if cause not in draft.presences:
                continue
            links = {parent: numbers[:, place] for parent, place in self._link_places[node].items()}
            counts = draft.brings(node, self._company_by_age(node))
            absent = draft.nothing_brings(links, counts, brought)
            rates = numbers[:, self._rate_places(node)]
            if wanted is not None:
                rates = draft.rates_of(cells, absent, *wanted[cause])
            brought[node] = 1.0 - absent * (1.0 - draft.by_cell(rates))
            present = np.einsum("c,rcn->r", self.fitting.cells, cells * brought[node])
            settled[cause] = (present, rates)
        return settled

    def _company_by_age(self, node: str) -> Numbers:
        """How often a cause goes with an explanation that it raises, at each age."""
        cause, ages = self.draft.cause_there[node], len(self.draft.ages)
        for other in self.draft.company.get(node, ()):
            first = self.engine.place_of(company_node(other, cause)) + 2 * ages
            return np.asarray(self.base[first + 1 : first + 1 + 2 * ages : 2])
        return np.ones(ages)

    @cached_property
    def _link_places(self) -> dict[str, dict[str, int]]:
        """Where the links of what may bring a cause stand, by the node that says it is there."""
        network, there = self.engine.network, self.draft.cause_there
        places: dict[str, dict[str, int]] = {}
        for node in there:
            first = self.engine.place_of(node)
            places[node] = {
                parent: first + offset_of(network, parent, "present", node)[1]
                for parent in (*self.draft.explanations, *there)
                if parent in self.draft.places or parent in network[node].parents
            }
        return places

    def _age_ratios(self, amounts: Numbers, cause: str, rates: Numbers) -> Numbers:
        """How the odds of being silent differ by age: as in the model, moved with the ratios."""
        ages = self.draft.ages
        stated, own = (
            np.stack([self._age_ratio(rows, cause, age) for age in ages], axis=1)
            for rows in (amounts, self.values[None])
        )
        certain = (rates <= 0.0) | (rates >= 1.0)
        return stated if certain.any() else stated / own * (rates / (1.0 - rates))

    def _age_ratio(self, amounts: Numbers, cause: str, state: str) -> Numbers:
        for place in self.scales:
            ratio = self.quantities.all[place]
            if (ratio.parent, ratio.state, ratio.node) == (self.draft.by_age, state, cause):
                return np.nan_to_num(amounts[:, place], nan=1.0)
        return np.ones(len(amounts))

    def _evoke(self, numbers: Numbers, amounts: Numbers, changed: NDArray[np.bool_]) -> None:
        """Solve the links of evoking strengths, where the finding takes part."""
        wanted: dict[Evoking, tuple[NDArray[np.bool_], Numbers]] = {}
        for place in self.quantities.of_kind("evoking"):
            quantity = self.quantities.all[place]
            moved = changed[:, self._says_about(quantity.node, place)].any(axis=1)
            mine = moved & ~np.isnan(amounts[:, place])
            if quantity.node in self.relevant and mine.any():
                link = Evoking(quantity.node, quantity.parent, quantity.place, quantity.bounds)
                wanted[link] = mine, amounts[mine, place]
        evoke_rows(self.engine, self.seen, wanted, numbers)

    def _says_about(self, finding: str, place: int) -> NDArray[np.bool_]:
        """Which quantities have a say in the link of an evoking strength."""
        takes_part = self._relevant({finding, self.complaint})
        others = {("evoking", finding)}  # which are solved beside it
        says = [
            kind in ("prior", "scale", "presence")
            or (node in takes_part and (kind, node) not in others)
            for kind, node in ((quantity.kind, quantity.node) for quantity in self.quantities.all)
        ]
        says[place] = True
        return np.array(says)
