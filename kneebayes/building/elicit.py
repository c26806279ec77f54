"""Knowledge and a lexicon make a calibrated network, several as many, another setting a new one.

Each row of an array is one lexicon: going through the arrows takes the time, not the numbers. A row
is solved until it no longer moves, and comes out the same whatever other rows there are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kneebayes.building.draft import Draft, explanations_of, frequency_of, suspects
from kneebayes.building.measured import Contrast, Contrasts, Specificities
from kneebayes.building.relinking import (
    Families,
    between_of,
    chances_over_all,
    companions_of,
    frequencies_from,
    relink,
    solve_evoked,
)
from kneebayes.building.result import Elicited, Stated, number_of
from kneebayes.building.words import prior_intervals, times
from kneebayes.errors import KneebayesError
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.batch import numbers_of
from kneebayes.knowledge.base import EXPLANATION, Arrow, Knowledge, where_most
from kneebayes.knowledge.checks import Remark
from kneebayes.knowledge.statements import Interval, Lexicon
from kneebayes.network import Network, Node, Numbers, table_node

PRESENCES = 30  # rounds in which presences are held to the last digit
SAME = 1e-13
NEARLY = 1  # turns of silent rates and links between two rounds
ROUNDS = 6  # in which leaks and odds come to rest, if they can
MISSED = 0.05  # of a ratio in logarithms, worth a remark outside its interval
LEAST = 1e-300


def elicit(knowledge: Knowledge, lexicon: Lexicon) -> Elicited:
    """Make the network of a knowledge folder under a lexicon.

    The lexicon turns words into intervals. Shares of causes, with their ratios by age and sex, give
    the table of explanations; frequencies give links, once leak and mediators are taken out. Ratios
    of contexts, presences and specificities are met among the people they were stated for.
    """
    return elicit_each(knowledge, [lexicon])[0]


def elicit_each(knowledge: Knowledge, lexicons: Sequence[Lexicon]) -> list[Elicited]:
    """The same under several lexicons, side by side; each comes out as it does alone."""
    drafts = Drafts(knowledge, lexicons)
    priors = [prior_intervals(knowledge, lexicon) for lexicon in lexicons]
    tables, reached = drafts.tables(priors)
    settled = _Settling(drafts, tables).settled()
    made = []
    for row, (draft, lexicon) in enumerate(zip(drafts.all, lexicons, strict=True)):
        network, unmet = solve_evoked(settled.networks[row], knowledge, lexicon)
        contrasts, specificities = settled.contrasts[row], settled.specificities[row]
        stated = tuple(_stated(draft, network, iter(reached[row].tolist()), contrasts))
        remarks = (
            *drafts.remarks_of(row),
            *specificities.remarks,
            *_missed(stated),
            *unmet,
            *_outside_published(knowledge, lexicon),
        )
        made.append(
            Elicited(
                network=network,
                lexicon=lexicon.id,
                priors=priors[row],
                leaks=draft.leaks,
                stated=stated,
                there=knowledge.there,
                presences=draft.presences,
                remarks=remarks,
            )
        )
    return made


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


class _Settling:
    """Leaks and odds under which specificities, presences and ratios of contexts hold.

    There is one row for each lexicon; ``tables`` are P(explanation | age, sex) of each row.
    """

    def __init__(self, drafts: Drafts, tables: Numbers) -> None:
        self.drafts, self.tables = drafts, tables
        self.complaint = drafts.knowledge.meta.complaint
        self.specificities = [
            Specificities(draft.specificities, {}, self.complaint) for draft in drafts.all
        ]
        self.contrasts = [
            Contrasts(_contrasts(draft), draft.odds, draft.cause_there) for draft in drafts.all
        ]
        rows = range(len(drafts))
        self._solve(rows)
        self.networks = [Network(tuple(self._nodes(row))) for row in rows]
        self.engine = Engine(self.networks[0])
        self.numbers = np.array([numbers_of(network) for network in self.networks])

    def settled(self) -> Self:
        """Move leaks and odds until they rest, if they can, then hold the presences."""
        rows = list(range(len(self.drafts)))
        for turn in range(ROUNDS):
            rows = [row for row in rows if not self._at_rest(row)]
            if not rows or turn == ROUNDS - 1:
                break
            for row in rows:
                self.specificities[row].move()
                self.contrasts[row].move()
            self._solve(rows)
            self._take(rows)
        if self.drafts.first.presences:
            rows = list(range(len(self.drafts)))
            self.drafts.settle_silent(self.tables, rows)
            self._take(rows)
        self._hold_presences()
        return self

    def _at_rest(self, row: int) -> bool:
        """Whether the specificities and ratios of a row hold, or cannot."""
        numbers = self.numbers[row : row + 1]
        measured = [
            self.specificities[row].measure(self.engine, numbers),
            self.contrasts[row].measure(self.engine, numbers),
        ]
        return all(measured)

    def _solve(self, rows: Collection[int]) -> None:
        """Links and silent rates, with leaks and odds as they stand."""
        for row in rows:
            self.drafts.all[row].take_leaks(self.specificities[row].leaks)
        self.drafts.solve_links(rows)
        self.drafts.settle_silent(self.tables, rows, NEARLY)

    def _nodes(self, row: int) -> Iterator[Node]:
        return self.drafts.all[row].nodes(self.tables[row])

    def _take(self, rows: Iterable[int]) -> None:
        """Networks of some rows as leaks, odds and silent rates stand."""
        for row in rows:
            self.networks[row] = self.networks[row].replacing(self._nodes(row))
            self.numbers[row] = numbers_of(self.networks[row])

    def _hold_presences(self) -> None:
        """Correct silent rates until every cause is there as often as stated, to the last digit.

        The equations take causes that are found together as independent, so they miss it a little.
        """
        drafts = self.drafts
        seen = [Evidence.of(self.engine.network, {self.complaint: "present"})]
        nodes = {cause: drafts.knowledge.there[cause] for cause in drafts.first.presences}
        rows = np.arange(len(drafts) if nodes else 0)
        for _ in range(PRESENCES):
            if not rows.size:
                break
            answer = self.engine.propagate_each(seen, list(nodes.values()), self.numbers[rows])
            missed = {
                cause: [drafts.all[row].presences[cause].value for row in rows.tolist()]
                - answer.marginals[node][:, 1]
                for cause, node in nodes.items()
            }
            moving = np.max(np.abs(list(missed.values())), axis=0) >= SAME
            rows = rows[moving]
            for cause, miss in missed.items():
                for row, missing in zip(rows.tolist(), miss[moving].tolist(), strict=True):
                    draft = drafts.all[row]
                    draft.makes_up[cause] = draft.makes_up.get(cause, 0.0) + missing
            if rows.size:
                drafts.settle_silent(self.tables, rows.tolist(), NEARLY)
                self._take(rows.tolist())


def _contrasts(draft: Draft) -> Iterator[Contrast]:
    complaint = {draft.knowledge.meta.complaint: "present"}
    for arrow, interval in draft.contrasts:
        among = arrow.statement.among
        people = complaint if isinstance(among, str) else {**complaint, **suspects(among)}
        silent = draft.cause_there.get(arrow.child, "")
        if silent in draft.presences:  # how often it is there where it explains nothing
            people = {**people, silent: "absent"}
        most = where_most(arrow.child) if arrow.child in draft.rarer else ""
        yield Contrast(arrow.parent, arrow.child, interval.value, people, most)


def _stated(
    draft: Draft, network: Network, reached: Iterator[float], contrasts: Contrasts
) -> Iterator[Stated]:
    """Every arrow with its number."""
    measured = iter(contrasts.reached)
    for arrow, interval in draft.arrows:
        number = number_of(network, arrow)
        if draft.multiplies(arrow.parent):
            yield Stated(arrow, interval, number, reached=next(reached))
        elif arrow.statement.risk is not None:
            odds = draft.odds[arrow.parent, arrow.child]
            yield Stated(arrow, interval, number, odds, next(measured))
        else:
            yield Stated(arrow, interval, number)


def _missed(stated: Iterable[Stated]) -> Iterator[Remark]:
    """Ratios and shares of cases that do not hold where they were measured."""
    for statement in stated:
        interval, reached = statement.interval, statement.reached
        if reached is None or interval.low <= reached <= interval.high:
            continue
        if abs(math.log(max(reached, LEAST) / interval.value)) > MISSED:
            arrow = statement.arrow
            kind = "arrow weaker than stated" if reached < interval.value else "arrow too strong"
            if arrow.statement.risk is not None and reached < 1.0:
                kind = "arrow runs backwards"
            text = (
                f"{arrow.parent} ({arrow.state}) -> {arrow.child}: {interval.value:.3g} is stated, "
                f"{reached:.3g} is reached among those it was stated for."
            )
            yield Remark(kind, arrow.place, text)


def _outside_published(knowledge: Knowledge, lexicon: Lexicon) -> Iterator[Remark]:
    for cause in knowledge.causes.values():
        published = cause.commonness.published
        word = lexicon.commonness.get(cause.commonness.word)
        if published is None or word is None:
            continue
        if published[0] >= word.high or published[1] <= word.low:
            text = (
                f"the word '{cause.commonness.word}' stands for {word.low:.2%} to {word.high:.2%}, "
                f"outside the published {published[0]:.2%} to {published[1]:.2%}; what was "
                "published won."
            )
            yield Remark("prior outside published range", f"causes/{cause.id}.toml", text)


def fitted_ratios(elicited: Elicited, draft: Draft) -> Numbers:
    """Ratios of contexts with states that the table of explanations was fitted to, in order."""
    return np.array(
        [
            stated.interval.value
            for stated in elicited.stated
            if draft.multiplies(stated.arrow.parent)
        ]
    )


def settle(
    elicited: Elicited, knowledge: Knowledge, settings: Sequence[Mapping[str, float]]
) -> list[Elicited]:
    """Multiply the shares of causes, and fit the table of explanations anew.

    Each of the ``settings`` has a factor by cause (left out, 1); shares are then scaled to add up
    to 1 again. How diseases show themselves stays, so what a finding means follows the shares.
    """
    priors = shifted_priors(elicited, knowledge, settings)
    draft = Draft(knowledge, knowledge.lexicons[elicited.lexicon])
    fitting, _ = draft.shares()
    ratios = fitted_ratios(elicited, draft)
    shares = np.array([[some[id].value for id in draft.explanations] for some in priors])
    shares = shares / shares.sum(axis=1, keepdims=True)
    tables = fitting.fit(shares, np.repeat(ratios[None], len(shares), axis=0))
    moved = []
    for prior, table in zip(priors, tables, strict=True):
        cells = table.reshape(*fitting.shape, fitting.count)
        node = table_node(EXPLANATION, draft.scales, cells, draft.explanations)
        network = elicited.network.replacing([node])
        stated = tuple(
            replace(statement, link=number_of(network, statement.arrow))
            if draft.multiplies(statement.arrow.parent)
            else statement  # stands in a node that stays
            for statement in elicited.stated
        )
        moved.append(replace(elicited, network=network, priors=prior, stated=stated))
    return moved


def shifted_priors(
    elicited: Elicited, knowledge: Knowledge, settings: Sequence[Mapping[str, float]]
) -> list[dict[str, Interval]]:
    """Priors by cause in each setting: multiplied, and all scaled so that they add up to 1."""
    for odds in settings:
        wrong = {id: factor for id, factor in odds.items() if not (0.0 < factor < np.inf)}
        if wrong:
            message = f"What shares are multiplied by must be above 0 and finite, got {wrong}."
            raise KneebayesError(message)
    explanations = explanations_of(knowledge)
    return [_shifted(elicited, knowledge, explanations, odds) for odds in settings]


def _shifted(
    elicited: Elicited, knowledge: Knowledge, explanations: Sequence[str], odds: Mapping[str, float]
) -> dict[str, Interval]:
    rest = odds.get(knowledge.meta.rest, 1.0)
    diseases = knowledge.diseases  # a part of the rest is shifted as the rest is, named or not
    factors = {
        id: odds.get(id, rest if diseases[id].layer == "beyond" else 1.0) for id in elicited.priors
    }
    total = sum(elicited.priors[id].value * factors[id] for id in explanations)
    shares = {id: times(prior, factors[id] / total, 1.0) for id, prior in elicited.priors.items()}
    if knowledge.parts:
        parts = sum(shares[id].value for id in knowledge.parts)
        whole = elicited.priors[knowledge.meta.rest]
        shares[knowledge.meta.rest] = times(whole, parts / whole.value, 1.0)
    return {id: Interval(**share._asdict()) for id, share in shares.items()}
