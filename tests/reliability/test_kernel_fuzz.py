"""The kernel never writes past an array, and agrees with the plain engine."""

import shutil

import pytest

from tests.reliability.kernel_fuzz import CLOSE, Tally, run, run_in_child, run_in_children

NETWORKS = 120


def check(tally: Tally) -> None:
    assert not tally.wrong
    assert tally.worst <= CLOSE
    assert tally.compared > tally.networks // 3
    assert tally.refused > tally.networks // 5


def test_random_networks_of_all_shapes() -> None:
    check(run(NETWORKS // 2, 11))


@pytest.mark.long
@pytest.mark.skipif(shutil.which("gcc") is None, reason="the sanitizers of GCC are not here")
def test_some_networks_under_bounds_checks() -> None:
    check(run_in_child(0, NETWORKS // 4, 13, checked=True))


@pytest.mark.long
def test_twenty_thousand_networks() -> None:
    """In child processes, which must not crash or hang; a tenth under bounds checks."""
    tally = run_in_children(20_000, 12, with_checks=shutil.which("gcc") is not None)
    assert tally.networks == 20_000
    check(tally)
