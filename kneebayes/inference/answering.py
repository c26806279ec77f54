"""Answering a batch: equal questions once, on all cores, in parts where one is too wide for memory,
and in plain NumPy where doubles are too narrow or there is no kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from time import monotonic
from typing import Any

import numpy as np

from kneebayes.errors import KneebayesError, TooWideError
from kneebayes.inference.batch import (
    Batch,
    Flags,
    Flat,
    Gradients,
    Integers,
    Observed,
    Propagation,
    Rows,
    distinct_rows,
    keys_of,
    relevant_in,
    room_for_answers,
    room_for_gradients,
    rows_of,
)
from kneebayes.inference.cores import on_all_cores, usable_cores
from kneebayes.inference.limits import (
    AT_ONCE,
    LIMITS,
    MOST_PARTS,
    MOST_WORK,
    ROOMY,
    WAY_OUT,
    Limits,
    Running,
)
from kneebayes.inference.native import Kernel, Status, kernel
from kneebayes.inference.plain import ask_plainly
from kneebayes.network import Network, Numbers
from kneebayes.text import counted

PIECES = 8  # per worker, so that one with harder questions does not keep the others waiting
LIKE_PIECES = 2  # the same where all questions are equally hard, and each piece plans anew
MANY_PARTS = 16  # parts of a question from which on a bar shows them
FILLED = ("logs", "marginals", "widths", "costs", "status")  # of each row, when it was answered
BY_TARGETS = 5e6  # multiplications from which on fewer targets at once may be cheaper
FEW_ORDERS = 8  # tried for what is only answered if it is cheap
FEW = 20  # rows that plain NumPy answers while the kernel is built; for more it is waited for


def run_batch(
    network: Network,
    flat: Flat,
    batch: Batch,
    targets: Iterable[str] = (),
    progress: Callable[[int], object] | None = None,
    budget: Running | None = None,
) -> Propagation:
    """Answer all questions of a batch, on all cores; where P(evidence) is zero, with zeros.

    ``targets`` are the nodes whose posteriors are wanted; without any it takes a third of the time.
    ``progress`` gets how many more rows were answered; ``budget`` is the time that all may take,
    and the memory that each may. What needs more is refused (TooWideError).
    """
    rows = len(batch)
    places = {id: network.place(id) for id in targets}
    if rows == 0:
        shapes = {id: np.empty((0, flat.states[index])) for id, index in places.items()}
        return Propagation(np.empty(0), shapes)
    _check(flat, batch, rows)
    asked = rows_of(flat, batch, list(places.values()))
    if budget is not None:
        asked = asked._replace(limits=budget.on(asked.limits))
    asked = _answer_by_targets(flat, asked, progress)
    return Propagation(asked.logs, _by_node(flat, batch, places, asked), asked.costs)


def _check(flat: Flat, batch: Batch, rows: int) -> None:
    for name, array, columns in (
        ("hard", batch.hard, flat.states.size),
        ("soft", batch.soft, flat.own_start[-1]),
        ("numbers", batch.numbers, flat.number_start[-1]),
    ):
        if array.ndim != 2 or array.shape[1] != columns or array.shape[0] not in (1, rows):
            length = "1 row" if rows == 1 else f"1 or {counted(rows, 'row')}"
            message = (
                f"The array '{name}' of a batch must have {length} and "
                f"{counted(columns, 'column')}, got the shape {array.shape}."
            )
            raise KneebayesError(message)
    numbers = batch.numbers
    if numbers.size and not (numbers.min() >= 0.0 and numbers.max() <= 1.0):  # NaN is neither
        message = "The numbers of a batch are probabilities: between 0 and 1, none missing."
        raise KneebayesError(message)
    if not (np.isfinite(batch.soft).all() and batch.soft.min(initial=0.0) >= 0.0):
        message = "The likelihoods of a batch must be finite and not below 0, none missing."
        raise KneebayesError(message)
    if (batch.hard < -1).any() or (batch.hard >= flat.states).any():
        message = "The observed states of a batch must be -1 or the index of a state of the node."
        raise KneebayesError(message)


def _answer(flat: Flat, asked: Rows, progress: Callable[[int], object] | None = None) -> Rows:
    """Answer what fits into memory: equal rows once, equal patterns one after the other."""
    firsts, kinds = _kinds_of(asked)
    rows, one_pattern = len(firsts), len(asked.hard) == 1
    in_place = one_pattern and rows == len(kinds)
    few = asked if in_place else _picked(asked, firsts)
    run = partial(_run, kernel(wait=rows > FEW), flat, few)
    if rows == 1:
        _answer_single(run, few)
        if progress is not None:
            progress(1)
    else:
        each = usable_cores() * (LIKE_PIECES if one_pattern else PIECES)
        on_all_cores(run, rows, min(rows, max(each, rows // 256)), progress, few.stop)
    if progress is not None and rows < len(kinds):
        progress(len(kinds) - rows)
    return few if in_place else _answers_in_order(asked, few, kinds)


def _answer_by_targets(
    flat: Flat, asked: Rows, progress: Callable[[int], object] | None = None
) -> Rows:
    """Answer all rows, the dear ones with half of the targets at a time where that is cheaper.

    Each target brings what it depends on into the question: a hundred findings that nobody asked
    about are dear together, and cheap some at a time.
    """
    if np.count_nonzero(asked.wanted) < 2:
        return _answer_whole(flat, asked, progress)
    tries = asked.limits.tries if len(asked.hard) == 1 else FEW_ORDERS
    cheap = asked.limits._replace(dearest=min(BY_TARGETS, asked.limits.dearest), tries=tries)
    answered = _answer(flat, asked._replace(limits=cheap), progress)
    _refuse(answered)
    dear = np.flatnonzero(answered.logs == np.inf)
    if not len(dear):
        return answered
    left = _picked(asked, dear)
    groups = _halves_if_cheaper(flat, _picked(asked, dear[[answered.costs[dear].argmax()]]))
    answer = _answer_whole if len(groups) == 1 else _answer_by_targets
    answered.costs[dear] = 0.0
    for wanted in groups:
        some = answer(flat, left._replace(wanted=wanted, **room_for_answers(flat, len(dear), True)))
        states = np.flatnonzero(np.repeat(wanted, flat.states))
        answered.marginals[np.ix_(dear, states)] = some.marginals[:, states]
        answered.logs[dear] = some.logs
        answered.costs[dear] += some.costs
    return answered


def _halves_if_cheaper(flat: Flat, asked: Rows) -> list[Flags]:
    """The targets of one question in two halves, if these cost less than both together."""
    places = np.arange(len(asked.wanted))
    halves = [np.isin(places, half) for half in np.array_split(np.flatnonzero(asked.wanted), 2)]
    hasty = asked.limits._replace(tries=HASTY)
    whole, nothing, *each = [
        float(cost_of(flat, asked._replace(wanted=wanted), asked.hard, hasty)[0][0])
        for wanted in (asked.wanted, np.zeros_like(asked.wanted), *halves)
    ]
    cheaper = sum(each) < whole or nothing < whole == np.inf
    return halves if cheaper else [asked.wanted]


def _answer_whole(flat: Flat, asked: Rows, progress: Callable[[int], object] | None = None) -> Rows:
    """Answer all rows, in parts where one is too wide for memory."""
    asked = _answer(flat, asked, progress)
    _refuse(asked)
    _answer_in_parts(flat, asked)
    return asked


def _kinds_of(asked: Rows) -> tuple[Integers, Integers]:
    """A row of each kind, those with one pattern together; and for each row which kind it is of.

    What follows a row of its own pattern is not planned again.
    """
    apart = [array for array in (asked.hard, asked.soft) if len(array) > 1]
    if len(asked.numbers) == 1 and apart:
        firsts, kinds, _ = distinct_rows(*apart)
        return firsts, kinds
    order = np.arange(len(asked.logs))  # draws of the numbers hardly ever are equal
    if len(asked.hard) > 1:
        order = np.argsort(keys_of(asked.hard), kind="stable")
    return order, np.argsort(order)


def _answer_single(run: Callable[..., None], asked: Rows) -> None:
    """Answer one question at once where it is small; else where Ctrl-C can stop it."""
    at_once = min(AT_ONCE, asked.limits.dearest)
    run(0, 1, asked.limits._replace(dearest=at_once))
    if at_once < asked.costs[0] <= asked.limits.dearest and np.isfinite(asked.costs[0]):
        on_all_cores(run, 1, 1, stop=asked.stop)


def _run(
    native: Kernel | None,
    flat: Flat,
    asked: Rows,
    first: int,
    last: int,
    limits: Limits | None = None,
) -> None:
    """Answer some rows, those again in plain NumPy for which doubles are too narrow."""
    if native is not None:
        asked = asked if limits is None else asked._replace(limits=limits)
        native.run_rows(flat, asked, first, last)
    for row in range(first, last):
        if native is None or asked.status[row] == Status.ROUGH:
            if asked.stop[0]:
                return
            if monotonic() > asked.limits.until:
                asked.status[row], asked.logs[row] = Status.TOO_SLOW, np.inf
                continue
            answer_row_plainly(flat, asked, row)


def answer_row_plainly(flat: Flat, asked: Rows, row: int) -> None:
    """Answer one row in plain NumPy."""
    asked.costs[row], asked.logs[row] = np.inf, np.inf
    try:
        plain = ask_plainly(flat, _picked(asked, np.array([row])))
    except TooWideError:
        asked.status[row] = Status.TOO_WIDE
        return
    asked.widths[row] = plain.plan.width
    asked.status[row] = Status.DONE
    asked.logs[row] = plain.log_probability
    if len(asked.marginals):
        asked.marginals[row] = plain.marginals()


def answer_gradients(flat: Flat, asked: Rows, where: str = "") -> tuple[float, Gradients]:
    """Ln P(evidence) and its gradients, for a single question.

    Where doubles are too narrow the weights are 1, and the gradients of what depends on a state
    alone are its posterior: the products of both are as ever.
    """
    gradients = room_for_gradients(flat)
    native = kernel()
    if native is not None:
        native.run_gradients(flat, asked, gradients)
        if not is_rough(asked, where):
            return float(asked.logs[0]), gradients
        gradients = room_for_gradients(flat)
    plain = ask_plainly(flat, asked)
    gradients.own[:] = plain.marginals()
    plain.fill_gradients(gradients)
    return plain.log_probability, gradients


def is_rough(asked: Rows, where: str = "") -> bool:
    """Whether doubles were too narrow for a single question; one that took too much is refused."""
    status = int(asked.status[0])
    if status == Status.TOO_SLOW:
        raise TooWideError(too_slow(asked.limits, where))
    if status not in (Status.DONE, Status.ROUGH):
        raise TooWideError(too_wide(float(asked.widths[0]), where))
    return status == Status.ROUGH


def _refuse(asked: Rows) -> None:
    """Raise where a row could not be answered for another reason than its width."""
    for row in np.flatnonzero(asked.status == Status.TOO_SLOW)[:1].tolist():
        where = f" (row {row})" if len(asked.logs) > 1 else ""
        raise TooWideError(too_slow(asked.limits, where))
    for row in np.flatnonzero(asked.status == Status.BAD)[:1].tolist():
        message = f"internal error: the kernel refused row {row}"
        raise RuntimeError(message)


def _picked(asked: Rows, which: Integers) -> Rows:
    """Some rows, in this order, with room for their answers; what is the same for all stays."""
    parts = {name: getattr(asked, name) for name in ("numbers", "hard", "soft")}
    picked: dict[str, Any] = {
        name: array if len(array) == 1 else np.ascontiguousarray(array[which])
        for name, array in parts.items()
    }
    return asked._replace(**picked, **{name: getattr(asked, name)[: len(which)] for name in FILLED})


def _answers_in_order(asked: Rows, answered: Rows, which: Integers) -> Rows:
    """For each question the answer of this row of others."""
    filled: dict[str, Any] = {name: getattr(answered, name) for name in FILLED}
    return asked._replace(**{name: each[which] for name, each in filled.items() if len(each)})


def _answer_in_parts(flat: Flat, asked: Rows) -> None:
    """Fill in the rows that were too wide, equal ones once; all share what work is allowed."""
    wide = np.flatnonzero(asked.logs == np.inf)
    if not len(wide):
        return
    kinds = _kinds_of(asked)[1][wide]
    firsts = wide[np.sort(np.unique(kinds, return_index=True)[1])].tolist()
    split: list[Rows] = []
    work = 0.0
    for row in firsts:
        where = f" (row {row})" if len(asked.logs) > 1 else ""
        alone = _picked(asked, np.array([row]))
        parts, needed = parts_of(flat, alone, MOST_WORK - work, where)
        split.append(parts)
        work += needed
    for row, parts in zip(firsts, split, strict=True):
        answered = _answer_parts(flat, parts)
        _refuse(answered)
        if (answered.logs == np.inf).any():
            raise TooWideError(too_wide(float(answered.widths.max()), f" (row {row})"))
        equal = wide[kinds == kinds[wide == row]]
        asked.logs[equal], shares = add_up(answered.logs)
        if len(asked.marginals):
            asked.marginals[equal] = shares @ answered.marginals


def _answer_parts(flat: Flat, parts: Rows) -> Rows:
    """Answers of the parts of one question, each with what it observes as certain."""
    rows = len(parts.hard)
    if rows < MANY_PARTS:
        answered = _answer(flat, parts)
    else:
        from tqdm.auto import tqdm

        with tqdm(total=rows, desc="Asking in parts", unit="part", leave=False) as bar:
            answered = _answer(flat, parts, bar.update)
    if len(answered.marginals):
        row, at = np.nonzero((parts.hard >= 0) & (answered.logs[:, None] > -np.inf))
        answered.marginals[row, flat.own_start[at] + parts.hard[row, at]] = 1.0
    return answered


def _by_node(
    flat: Flat, batch: Batch, places: Mapping[str, int], asked: Rows
) -> dict[str, Numbers]:
    """Posteriors by node; for a node that a row observes, its state is certain."""
    marginals: dict[str, Numbers] = {}
    observed = np.any(batch.hard >= 0, axis=0).tolist()
    start: list[int] = flat.own_start.tolist()
    for id, at in places.items():
        mine = asked.marginals[:, start[at] : start[at + 1]]
        if observed[at]:
            states = np.broadcast_to(batch.hard[:, at], len(mine))
            seen = np.flatnonzero((states >= 0) & (asked.logs > -np.inf))
            mine[seen, states[seen]] = 1.0
        marginals[id] = mine
    return marginals


DOUBTFUL = 2.0  # a question is given up early if at this rate it would take so much more
HASTY = 1  # orders tried where the cost need only be known about
# orders tried, and which share of all memory the largest table may take for more to be tried
SEARCHES = ((HASTY, 1.0), (8, 0.5), (64, 0.0))
CANDIDATES = 12  # nodes with most neighbours, of which the best is observed


def parts_of(
    flat: Flat, asked: Rows, most_work: float = MOST_WORK, where: str = ""
) -> tuple[Rows, float]:
    """Parts of a question, each small enough for memory, and the multiplications of one pass.

    The question itself comes back where it fits into memory, or where only splitting it into very
    many parts would make it fit, and more memory is the lesser evil.
    """
    if kernel(wait=True) is None:
        raise TooWideError(too_wide(float(asked.widths.max(initial=0.0)), where))
    patterns, work = _split(flat, asked, most_work)
    if len(patterns):
        return _asking(flat, asked, patterns, asked.limits), work
    roomy = asked.limits._replace(most=ROOMY.most)
    if asked.limits.bytes == LIMITS.bytes:  # no budget says less
        roomy = roomy._replace(bytes=ROOMY.bytes)
    costs, widths = cost_of(flat, asked, asked.hard, roomy)
    if np.isfinite(costs[0]) and costs[0] <= roomy.dearest:
        return _asking(flat, asked, asked.hard, roomy), float(costs[0])
    tried = ", and in parts it would take minutes"
    raise TooWideError(too_wide(float(widths[0]), where, tried))


def _split(flat: Flat, asked: Rows, most_work: float) -> tuple[Observed, float]:
    """Patterns of the parts, widest first; none where they would need too much work."""
    ready: list[Observed] = []
    waiting: list[tuple[Observed, float]] = [(asked.hard[0], 1.0)]
    work = done = 0.0  # done: how much of the question the parts that are ready make up
    while waiting:
        if monotonic() > asked.limits.until:
            raise TooWideError(too_slow(asked.limits))
        pattern, share = waiting.pop()
        cost = _cost_if_it_fits(flat, asked, pattern)
        if cost < np.inf:
            ready.append(pattern)
            work, done = work + cost, done + share
            likely = min(1.0, DOUBTFUL * done)
            hopeless = work > likely * most_work or len(ready) > likely * MOST_PARTS
        else:
            narrower = _narrower(flat, asked, pattern)
            waiting.extend((part, share / len(narrower)) for part in narrower)
            hopeless = not len(narrower) or share < 1.0 / MOST_PARTS
        if hopeless:
            return asked.hard[:0], work
    return np.array(ready), work


def _cost_if_it_fits(flat: Flat, asked: Rows, pattern: Observed) -> float:
    """Multiplications of a part; infinite where it does not fit into memory.

    Whatever fits will do; what is much too wide is not searched for long.
    """
    limits = asked.limits
    for tries, widest in SEARCHES:
        costs, widths = cost_of(flat, asked, pattern[None], limits._replace(tries=tries))
        if np.isfinite(costs[0]) and costs[0] <= limits.dearest:
            return float(costs[0])
        if np.exp2(widths[0]) > widest * limits.most:
            break
    return float(np.inf)


def _asking(flat: Flat, asked: Rows, patterns: Observed, limits: Limits) -> Rows:
    """One question under several patterns of evidence, with room for the answers."""
    room = room_for_answers(flat, len(patterns), len(asked.marginals) > 0)
    return asked._replace(hard=np.ascontiguousarray(patterns), limits=limits, **room)


def too_wide(width: float, where: str = "", tried: str = "") -> str:
    """What to say of a query that memory does not suffice for, and of what was tried instead."""
    entries = f"a table of 2^{width:.0f} entries, more than memory is"
    needed = entries if width >= 1.0 else "more memory than is"
    return f"This query{where} needs {needed} allowed for{tried}. {WAY_OUT} narrower."


def too_slow(limits: Limits, where: str = "") -> str:
    """What to say of a question that was not answered in time."""
    return (
        f"This query{where} was not answered within {limits.seconds:.3g} seconds, the time it was "
        f"given. {WAY_OUT} quicker; a budget with more seconds lets it go on."
    )


def cost_of(flat: Flat, asked: Rows, patterns: Observed, limits: Limits) -> tuple[Numbers, Numbers]:
    """Multiplications and log2 of the largest table of some patterns, without answering them."""
    planned = _asking(flat, asked, patterns, limits._replace(dearest=-1.0))
    native = kernel(wait=True)
    if isinstance(native, Kernel):
        pieces = min(len(patterns), usable_cores())
        run = partial(native.run_rows, flat, planned)
        on_all_cores(run, len(patterns), pieces, stop=planned.stop)
    return planned.costs, planned.widths


def add_up(logs: Numbers) -> tuple[float, Numbers]:
    """Logarithm of a sum of probabilities, given by their logarithms, and each one's share."""
    top = float(logs.max())
    if top == -np.inf:
        return top, np.zeros(len(logs))
    shares = np.exp(logs - top)
    total = float(shares.sum())
    return top + float(np.log(total)), shares / total


def _narrower(flat: Flat, asked: Rows, pattern: Observed) -> Observed:
    """A pattern with one node more observed, in each of its states: the node that helps most.

    Without rows where nothing is left to observe.
    """
    neighbours = _neighbours(flat, asked, pattern)
    candidates = np.argsort(-neighbours, kind="stable")[:CANDIDATES]
    split = [_observed(flat, pattern, node) for node in candidates if neighbours[node] >= 0]
    if not split:
        return pattern[None][:0]
    hasty = asked.limits._replace(tries=HASTY)
    widths = cost_of(flat, asked, np.concatenate(split), hasty)[1]
    ends = np.cumsum([len(widths_of) for widths_of in split])[:-1]
    entries = [float(np.exp2(widths_of).sum()) for widths_of in np.split(widths, ends)]
    return split[int(np.argmin(entries))]


def _observed(flat: Flat, pattern: Observed, node: int) -> Observed:
    states = int(flat.states[node])
    patterns = np.repeat(pattern[None], states, axis=0)
    patterns[:, node] = np.arange(states)
    return patterns


def _neighbours(flat: Flat, asked: Rows, pattern: Observed) -> Integers:
    """How many links each node still has that an answer would cut; -1 for what cannot be split."""
    relevant = relevant_in(flat, asked.wanted | asked.softened | (pattern >= 0))
    counts = np.zeros(len(pattern), dtype=np.int64)
    for node in np.flatnonzero(relevant & ((pattern != 0) | (flat.is_or == 0))).tolist():
        parents = flat.parents[flat.parent_start[node] : flat.parent_start[node + 1]]
        counts[parents] += 1
        counts[node] += len(parents)
    counts[~relevant | asked.softened | (pattern >= 0)] = -1
    return counts
