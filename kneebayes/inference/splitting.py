"""Questions too wide for memory, asked in parts: some node observed in each of its states.

What comes out of the parts adds up to the answer, so it stays exact, and adding is all that is
done. Each part is narrower than the whole: memory is paid for with time (cutset conditioning;
Pearl 1988, Darwiche 2001).
"""

from __future__ import annotations

from functools import partial
from time import monotonic

import numpy as np

from kneebayes.errors import TooWideError
from kneebayes.inference.batch import Flags, Flat, Integers, Observed, Rows
from kneebayes.inference.cores import on_all_cores, usable_cores
from kneebayes.inference.limits import LIMITS, MOST_PARTS, MOST_WORK, ROOMY, Limits
from kneebayes.inference.native import Kernel, kernel
from kneebayes.network import Numbers

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

    Raises
    ------
    TooWideError
        If the parts need more work than is allowed.
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
            waiting.extend((one, share / len(narrower)) for one in narrower)
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
    rows = len(patterns)
    return asked._replace(
        hard=np.ascontiguousarray(patterns),
        logs=np.full(rows, np.inf),
        marginals=np.zeros((rows if len(asked.marginals) else 0, flat.own_start[-1])),
        widths=np.empty(rows),
        costs=np.empty(rows),
        status=np.zeros(rows, dtype=np.int32),
        limits=limits,
    )


def too_wide(width: float, where: str = "", tried: str = "") -> str:
    """What to say of a query that memory does not suffice for, and of what was tried instead."""
    entries = f"a table of 2^{width:.0f} entries, more than memory is"
    needed = entries if width >= 1.0 else "more memory than is"
    return (
        f"This query{where} needs {needed} allowed for{tried}. Answering some contexts (such as "
        "age) or leaving out positive findings makes it narrower."
    )


def too_slow(limits: Limits, where: str = "") -> str:
    """What to say of a question that was not answered in time."""
    return (
        f"This query{where} was not answered within {limits.seconds:.3g} seconds, the time it was "
        "given. Answering some contexts (such as age) or leaving out positive findings makes it "
        "quicker; a budget with more seconds lets it go on."
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
    split = [_observed(flat, pattern, at) for at in candidates if neighbours[at] >= 0]
    if not split:
        return pattern[None][:0]
    hasty = asked.limits._replace(tries=HASTY)
    widths = cost_of(flat, asked, np.concatenate(split), hasty)[1]
    ends = np.cumsum([len(one) for one in split])[:-1]
    entries = [float(np.exp2(one).sum()) for one in np.split(widths, ends)]
    return split[int(np.argmin(entries))]


def _observed(flat: Flat, pattern: Observed, at: int) -> Observed:
    states = int(flat.states[at])
    told = np.repeat(pattern[None], states, axis=0)
    told[:, at] = np.arange(states)
    return told


def _neighbours(flat: Flat, asked: Rows, pattern: Observed) -> Integers:
    """How many links each node still has that an answer would cut; -1 for what cannot be split."""
    relevant: Flags = asked.wanted | asked.softened | (pattern >= 0)
    counts = np.zeros(len(pattern), dtype=np.int64)
    for at in range(len(pattern) - 1, -1, -1):
        parents = flat.parents[flat.parent_start[at] : flat.parent_start[at + 1]]
        if relevant[at]:
            relevant[parents] = True
            if pattern[at] != 0 or not flat.is_or[at]:
                counts[parents] += 1
                counts[at] += len(parents)
    counts[~relevant | asked.softened | (pattern >= 0)] = -1
    return counts
