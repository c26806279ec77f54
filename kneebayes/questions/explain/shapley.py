"""Shapley values: what each part brings, averaged over all orders in which it may come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb

import numpy as np

from kneebayes.network import Numbers

__all__ = ["change", "orders_of", "prefixes", "shapley_of_all", "shapley_of_orders"]

Order = tuple[int, ...]


def change(after: Numbers, before: Numbers) -> Numbers:
    """After minus before; nothing where both are the same infinity, for it was decided already.

    Examples
    --------
    >>> change(np.array([np.inf, np.inf]), np.array([0.0, np.inf]))
    array([inf,  0.])
    """
    same = after == before
    with np.errstate(invalid="ignore"):
        return np.where(same, 0.0, after - before)


def shapley_of_all(values: Numbers) -> Numbers:
    """Shapley value of each part from the value of every subset (Shapley 1953).

    The change that a part makes, averaged over all orders: a subset of size ``s`` out of
    the ``n - 1`` others comes before the part in ``s! (n - 1 - s)! / n!`` of them.

    Parameters
    ----------
    values
        Value of each subset; bit ``j`` of its place says whether part ``j`` is in it.

    Returns
    -------
    One value a part; they add up to the last of ``values`` minus the first. A part that
    decides in some order, making the value infinite, has an infinite share.

    Examples
    --------
    >>> shapley_of_all(np.array([0.0, 1.0, 1.0, 4.0]))
    array([2., 2.])
    """
    parts = len(values).bit_length() - 1
    sizes = np.bitwise_count(np.arange(len(values)))
    shares = np.array([1.0 / (parts * comb(parts - 1, size)) for size in range(parts)])
    found = np.empty(parts)
    for part in range(parts):
        without, kept = np.moveaxis(values.reshape(-1, 2, 1 << part), 1, 0)
        size = sizes.reshape(-1, 2, 1 << part)[:, 0]
        found[part] = (shares[size] * change(kept, without)).sum()
    return found


def orders_of(parts: int, count: int, rng: np.random.Generator) -> list[Order]:
    """Random orders, each followed by its reverse: what comes early in one is late in the other.

    Such pairs differ less from each other in their average than two independent orders
    (antithetic sampling; Mitchell et al. 2022, Sampling permutations for Shapley value
    estimation).

    Parameters
    ----------
    parts
        How many parts there are.
    count
        How many orders are wanted; rounded up to an even number.
    rng
        Where chance comes from.
    """
    orders: list[Order] = []
    for _ in range((count + 1) // 2):
        order = tuple(int(one) for one in rng.permutation(parts))
        orders += [order, order[::-1]]
    return orders


def prefixes(order: Sequence[int]) -> list[int]:
    """The subsets that an order goes through, from none to all, as numbers with a bit a part.

    Examples
    --------
    >>> prefixes([1, 0, 2])
    [0, 2, 3, 7]
    """
    seen = [0]
    for part in order:
        seen.append(seen[-1] | 1 << part)
    return seen


def shapley_of_orders(
    orders: Sequence[Order], value: Callable[[int], float]
) -> tuple[Numbers, Numbers]:
    """Shapley values estimated from pairs of orders; they add up exactly whatever was drawn.

    Parameters
    ----------
    orders
        From :func:`orders_of`.
    value
        Value of a subset.

    Returns
    -------
    shares, errors
        The average over the orders, and its standard error from the averages of the pairs;
        NaN for an infinite share.
    """
    rows = np.empty((len(orders), len(orders[0])))
    for row, order in zip(rows, orders, strict=True):
        values = np.array([value(subset) for subset in prefixes(order)])
        row[list(order)] = change(values[1:], values[:-1])
    pairs = (rows[0::2] + rows[1::2]) / 2.0
    shares = pairs.mean(axis=0)
    with np.errstate(invalid="ignore"):
        spread = pairs.std(axis=0, ddof=1) if len(pairs) > 1 else np.full(len(shares), np.nan)
    return shares, np.where(np.isfinite(shares), spread / np.sqrt(len(pairs)), np.nan)
