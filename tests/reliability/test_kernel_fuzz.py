"""The kernel never writes past an array, and agrees with the plain engine."""

import shutil

import pytest

from tests.reliability.kernel_fuzz import CLOSE, run, run_in_child

# nodes, seed: shapes that once ended the process (pairs of roots; kept nodes of a wide network)
NETWORKS = 120


def test_random_networks_of_all_shapes() -> None:
    tally = run(NETWORKS, 11)
    assert not tally.wrong
    assert tally.worst <= CLOSE
    assert tally.compared > 40
    assert tally.refused > 30


@pytest.mark.long
def test_twenty_thousand_networks_under_bounds_checks() -> None:
    if shutil.which("gcc") is None:
        pytest.skip("the sanitizers of GCC are not here")
    assert "wrong=[]" in run_in_child(20_000, 12)
