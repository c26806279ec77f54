"""Drafts of one folder under several lexicons, solved side by side.

One row of each array is one lexicon: going through the arrows takes the time, not the numbers. A
row is solved until it no longer moves, and comes out the same whatever other rows there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kneebayes.building.draft import Draft, frequency_of
from kneebayes.building.relinking import (
    Families,
    between_of,
    chances_over_all,
    companions_of,
    frequencies_from,
    relink,
)
from kneebayes.knowledge.base import Arrow, Knowledge
from kneebayes.knowledge.checks import Remark
from kneebayes.knowledge.statements import Interval, Lexicon
from kneebayes.network import Numbers

ALLOWED = 0.02  # a stated frequency may be this far below what leak and mediators give
STILL = 1e-10  # a silent rate that moves less is at rest
TURNS = 60  # in which silent rates and links into what is there come to rest

Rows = dict[str, dict[str, Numbers]]  # by child and parent
_Solved = tuple[Rows, dict[str, Numbers], Rows]


class Drafts:
    """Drafts of one folder under several lexicons, one row each, solved side by side."""

    def __init__(self, knowledge: Knowledge, lexicons: Iterable[Lexicon]) -> None:
        self.knowledge = knowledge
        self.all = tuple(Draft(knowledge, lexicon) for lexicon in lexicons)
        self.first = self.all[0]  # what all have in common: ids, their order, arrows
        self._links: Rows = {}
        self._silent: dict[str, Numbers] = {}  # by cause: rows x ages
        self._solved: dict[int, _Solved] = {}
        self._still: Families = {}  # of what lies between nodes and does not move
        self._free = between_of(knowledge)
        self._companions = companions_of(knowledge)

    def __len__(self) -> int:
        return len(self.all)

    def tables(self, priors: Sequence[Mapping[str, Interval]]) -> tuple[Numbers, Numbers]:
        """Tables of explanations from stated shares and ratios, and what each ratio comes to."""
        each = [draft.shares() for draft in self.all]
        fitting = each[0][0].beside([fitting for fitting, _ in each])
        shares = np.array([[some[id].value for id in self.first.explanations] for some in priors])
        shares = shares / shares.sum(axis=1, keepdims=True)
        tables = fitting.fit(shares, np.array([ratios for _, ratios in each]))
        reached = fitting.odds_ratios(tables)
        return tables.reshape(len(self), *fitting.shape, fitting.count), reached

    def solve_links(self, rows: Collection[int]) -> None:
        """Links of some rows from frequencies and from ratios of how often a context is found."""
        wanted = self._wanted()
        families = dict(self._still)
        leaks = self._relink(wanted, self._moving, self._mask(rows), families)
        self._still = {
            child: family for child, family in families.items() if not family.between & self._moving
        }
        for row in rows:
            self._solved[row] = wanted, leaks, self._links

    def settle_silent(self, tables: Numbers, rows: Collection[int], turns: int = TURNS) -> None:
        """How often each cause is silent in some rows, so that it is there as often as stated.

        The silent rate of a cause is the leak of the node that says that it is there. Links into
        that node depend on the rate and the rate on them, so both are solved in turn, in at most
        so many ``turns``. ``tables`` are P(explanation | age, sex) of every row.
        """
        wanted, moving = self._wanted(), self._mask(rows)
        families = dict(self._still)
        for turn in range(turns):
            if turn > 0:
                self._relink(wanted, self.first.cause_there, moving, families)
            before = dict(self._silent)
            self._settle_silent(tables, moving)
            if turn > 0:
                moved = np.zeros(len(self), dtype=np.bool_)
                for cause, rates in self._silent.items():
                    moved |= (np.abs(rates - before[cause]) > STILL).any(axis=1)
                moving = moving & moved
            if not moving.any():
                break

    def _settle_silent(self, tables: Numbers, moving: NDArray[np.bool_]) -> None:
        """Silent rates that go with the links as they stand."""
        first, rows = self.first, len(self)
        cells = tables.reshape(rows, -1, len(first.explanations))
        brought: dict[str, Numbers] = {}
        for node in first.order:  # parents first
            cause = first.cause_there.get(node)
            if cause is None or cause not in first.presences:
                continue
            links = {cause: np.ones(rows), **self._links.get(node, {})}
            counts = np.array([draft.brings(node) for draft in self.all])
            absent = first.nothing_brings(links, counts, brought)
            wanted = np.array([draft.presences[cause].value for draft in self.all])
            wanted += [draft.makes_up.get(cause, 0.0) for draft in self.all]
            rates = first.rates_of(cells, absent, wanted, self._age_ratios[cause])
            if not moving.all():
                rates = np.where(moving[:, None], rates, self._silent[cause])
            self._silent[cause] = rates
            brought[node] = 1.0 - absent * (1.0 - first.by_cell(rates))
            for draft, row in zip(self.all, rates.tolist(), strict=True):
                draft.silent[cause] = tuple(row)

    def remarks_of(self, row: int) -> Iterator[Remark]:
        """Frequencies that the latest links of a row cannot meet."""
        draft = self.all[row]
        stated, of_nodes, solved = self._solved[row]
        wanted, links = _row_of(stated, row), _row_of(solved, row)
        leaks = {id: rows[row : row + 1] for id, rows in of_nodes.items()}
        arrows = [arrow for arrow, _ in (*draft.frequencies, *draft.contrasts)]
        places = {(arrow.parent, arrow.child): arrow.place for arrow in arrows}
        given = frequencies_from(links, leaks, draft.order, self._free, self._companions)
        otherwise = {(pointer.source, pointer.finding) for pointer in self.knowledge.pointers}
        otherwise |= self.knowledge.said_of_groups
        for child, own in wanted.items():
            for parent, (frequency,) in own.items():
                most = given[child][parent][0]
                below = links[child][parent][0] == 0.0 and most > frequency + ALLOWED
                if below and (parent, child) not in otherwise:
                    text = (
                        f"a stated frequency of {frequency:.0%} is below the {most:.0%} that leak "
                        "and mediators give already; its own link is 0."
                    )
                    yield Remark("frequency below leak", places[parent, child], text)

    def _wanted(self) -> Rows:
        """P(child | parent alone) by child and parent."""
        first = self.first
        pairs = [(arrow.parent, arrow.child) for arrow, _ in first.contrasts]
        odds = np.array([[draft.odds[pair] for draft in self.all] for pair in pairs])
        fixed, ratios = self._stated
        frequencies = [*fixed, *frequency_of(ratios, odds.reshape(ratios.shape))]
        arrows = [arrow for arrow, _ in (*first.frequencies, *first.contrasts)]
        wanted: Rows = {}
        for arrow, row in zip(arrows, frequencies, strict=True):
            wanted.setdefault(arrow.child, {})[arrow.parent] = row
        return wanted

    @cached_property
    def _stated(self) -> tuple[Numbers, Numbers]:
        """Frequencies, and ratios of how often a context is found: statements x rows."""
        frequencies = np.array([_values(draft.frequencies) for draft in self.all])
        ratios = np.array([_values(draft.contrasts) for draft in self.all])
        return np.ascontiguousarray(frequencies.T), np.ascontiguousarray(ratios.T)

    @cached_property
    def _age_ratios(self) -> dict[str, Numbers]:
        """By cause the ratios of its odds by age: rows x ages."""
        return {
            cause: np.array([draft.ratios_by_age(cause) for draft in self.all])
            for cause in self.first.presences
        }

    def _mask(self, rows: Collection[int]) -> NDArray[np.bool_]:
        return np.isin(np.arange(len(self)), list(rows))

    def _relink(
        self,
        wanted: Rows,
        into: Collection[str],
        moving: NDArray[np.bool_],
        families: Families | None = None,
    ) -> dict[str, Numbers]:
        """Solve the links into some nodes anew; gives the leaks that they were solved with."""
        leaks = {
            id: np.array([draft.leaks[id].value for draft in self.all]) for id in self.first.leaks
        }
        for cause, node in self.knowledge.there.items():
            rates = [np.mean(draft.silent.get(cause, (0.0,))) for draft in self.all]
            leaks[node] = np.array(rates)
        leaks = chances_over_all(self.knowledge, leaks)
        order, before = self.first.order, self._links
        still = {id: rows for id, rows in before.items() if id not in into}
        self._links = relink(wanted, leaks, order, self._free, self._companions, still, families)
        for child in self._links.keys() - still.keys():
            self._take_links(child, before, moving)
        return leaks

    def _take_links(self, child: str, before: Rows, moving: NDArray[np.bool_]) -> None:
        """Hand new links to the drafts; those of rows that are not solved stay."""
        links = self._links[child]
        if child in before and not moving.all():
            old = before[child]
            links = {parent: np.where(moving, row, old[parent]) for parent, row in links.items()}
            self._links[child] = links
        for number, row in enumerate(np.stack(list(links.values()), axis=1).tolist()):
            if moving[number]:
                self.all[number].links[child] = dict(zip(links, row, strict=True))

    @cached_property
    def _moving(self) -> set[str]:
        """Ids whose links change while leaks, odds and silent rates are solved."""
        first = self.first
        moved = {arrow.child for arrow, _ in first.contrasts}
        moved |= {goal.finding for goal in first.specificities} | set(first.cause_there)
        children: dict[str, set[str]] = {}
        for arrow, _ in (*first.frequencies, *first.contrasts):
            children.setdefault(arrow.parent, set()).add(arrow.child)
        waiting = list(moved)
        while waiting:
            new = children.get(waiting.pop(), set()) - moved
            moved |= new
            waiting += new
        return moved


def _values(statements: Iterable[tuple[Arrow, Interval]]) -> list[float]:
    return [interval.value for _, interval in statements]


def _row_of(some: Mapping[str, Mapping[str, Numbers]], row: int) -> Rows:
    """A single row of what there is by child and parent."""
    return {
        child: {parent: rows[row : row + 1] for parent, rows in own.items()}
        for child, own in some.items()
    }
