"""When compiled code is used: batches load it, first single questions never wait for it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock

import numpy as np

from kneebayes.inference.compiled.asked import (
    Rows,
    empty_room,
    room_for_answers,
    room_for_shares,
)
from kneebayes.inference.flat import Flat, flatten, numbers_of
from kneebayes.network import Network, noisy_or_node, root_node

__all__ = ["is_loaded", "is_stored", "load_compiled"]

ROWS = "kneebayes.inference.compiled.rows"
_LOADING = Lock()
FOLDER = Path(__file__).parent / "compiled"


def is_loaded() -> bool:
    """Whether compiled code is ready in this process."""
    run_rows = getattr(sys.modules.get(ROWS), "run_rows", None)
    return run_rows is not None and bool(run_rows.signatures)


def is_stored() -> bool:
    """Whether compiled code lies next to its source, from an earlier process, and is not stale."""
    index = "rows.run_rows*.nbi"  # written last, when all else is there
    stored = [path for path in _stored() if path.match(index)]
    return bool(stored) and min(map(_age, stored)) >= max(map(_age, FOLDER.glob("*.py")))


def _stored() -> list[Path]:
    """Files of compiled code for this version of Python."""
    mine = f"*.py{sys.version_info.major}{sys.version_info.minor}.*nb[ic]"
    elsewhere = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(elsewhere) if elsewhere else FOLDER / "__pycache__"
    return [path for path in folder.rglob(mine) if path.name.startswith("rows.")]


def _age(path: Path) -> float:
    return path.stat().st_mtime


def load_compiled() -> None:
    """Load the compiled engine; compiles it first where this installation never did.

    Compiling takes about a minute, once; later processes load the result within a
    second. A bar shows it, since nothing else would tell what the machine is doing.
    """
    with _LOADING:  # two threads may ask for their first batch at once
        if is_loaded():
            return
        with nullcontext() if is_stored() else _alone():
            if is_stored():  # perhaps since another process was waited for
                _touch()
            else:
                _compile()


@contextmanager
def _alone() -> Iterator[None]:
    """Wait for other processes that compile; where files cannot be locked all compile."""
    try:
        import fcntl
    except ImportError:  # Windows: twice the work, and the same result
        yield
        return
    with (Path(tempfile.gettempdir()) / f"kneebayes_{os.getuid()}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _compile() -> None:
    from tqdm.auto import tqdm

    for stale in _stored():
        stale.unlink(missing_ok=True)
    what = "Compiling the engine, once in this installation"
    with tqdm(total=3, desc=what, unit="part", leave=False) as bar:
        for touch in (_touch_joint, _touch_shares, _touch):  # the last is the index
            touch()
            bar.update()


def _tiny() -> tuple[Flat, Rows]:
    """A tiny question: two nodes, one of them observed."""
    network = Network((root_node("a", [0.5, 0.5]), noisy_or_node("b", 0.1, {"a": 0.5})))
    flat = flatten(network)
    hard, wanted = np.array([[-1, 1]], dtype=np.int8), np.array([True, False])
    return flat, room_for_answers(flat, numbers_of(network)[None], hard, np.ones((1, 4)), wanted)


def _touch() -> None:
    """Ask the tiny question, which compiles what answers batches, or loads it."""
    from kneebayes.inference.compiled.rows import run_rows

    flat, asked = _tiny()
    run_rows(flat, asked, empty_room(), 0, 1)


def _touch_joint() -> None:
    """Compile what gives joint tables."""
    from kneebayes.inference.compiled.rows import run_joint

    run_joint(*_tiny(), np.array([0], dtype=np.int64))


def _touch_shares() -> None:
    """Compile what gives derivatives."""
    from kneebayes.inference.compiled.rows import run_shares

    flat, asked = _tiny()
    run_shares(flat, asked, room_for_shares(flat))
