"""Work spread over the cores: all of it done, in order, and nothing running any more after."""

from threading import Event, Lock
from time import sleep

import numpy as np
import pytest

from kneebayes.inference.cores import map_on_all_cores, on_all_cores


@pytest.mark.parametrize("count", [0, 1, 2, 7, 100])
def test_results_stand_in_the_order_of_the_items(count: int) -> None:
    seen: list[int] = []

    def work(item: int) -> int:
        sleep(1e-3 * (item % 3))
        return item * item

    squares = [item * item for item in range(count)]
    assert map_on_all_cores(work, range(count), seen.append) == squares
    assert sorted(seen) == squares


def test_the_first_error_is_the_one_that_is_raised_and_nobody_works_on() -> None:
    running, lock, done = [0], Lock(), Event()

    def work(item: int) -> int:
        with lock:
            running[0] += 1
        try:
            done.wait(0.02)
            if item in {0, 1}:
                raise IndexError(item)
            return item
        finally:
            with lock:
                running[0] -= 1

    stop = np.zeros(1, dtype=np.int32)
    with pytest.raises(IndexError, match=r"^0$"):
        map_on_all_cores(work, range(1000), stop=stop)
    assert running == [0]
    assert stop[0] == 1


def test_pieces_are_all_rows_once() -> None:
    rows = np.zeros(103, dtype=int)
    counted: list[int] = []

    def run(first: int, last: int) -> None:
        rows[first:last] += 1

    on_all_cores(run, len(rows), 10, counted.append)
    assert (rows == 1).all()
    assert sum(counted) == len(rows)
