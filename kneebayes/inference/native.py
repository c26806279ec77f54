"""The kernel as a native library: found, built where it was not, and called.

A wheel carries it. In a source tree it is built once, by a C compiler or the ``ziglang`` package,
in another process and in the background: until it is there (some seconds), and where there is no
compiler at all, :mod:`kneebayes.inference.plain` answers.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kneebayes.inference import building
from kneebayes.inference.batch import Flags, Flat, Gradients, Integers, Rows
from kneebayes.inference.building import built_libraries
from kneebayes.inference.limits import Limits
from kneebayes.network import Numbers

SWITCH = "KNEEBAYES_KERNEL"  # "off": answer in plain NumPy; or the path of a library to load


class Status:
    """How a question ended: plain numbers, since NumPy asks an Enum for attributes it has not,
    and would take an interrupt in there for a missing one.
    """

    DONE = 0
    TOO_WIDE = 1
    TOO_SLOW = 2
    STOPPED = 3
    ROUGH = 4  # doubles are too narrow
    NO_MEMORY = 5
    BAD = 6


class _Flat(ctypes.Structure):
    _fields_ = [("nodes", ctypes.c_int64), *((name, ctypes.c_void_p) for name in Flat._fields)]


class _Limits(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_int64 if name in {"tries", "most"} else ctypes.c_double)
        for name in Limits._fields
    ]


# the kinds of what the kernel reads of each row, and of what else it is given, in its order
Kinds = dict[str, type[np.generic]]
OF_ROWS: Kinds = {"numbers": np.float64, "soft": np.float64, "hard": np.int16}
BESIDES: Kinds = {
    "wanted": np.bool_,
    "softened": np.bool_,
    "logs": np.float64,
    "marginals": np.float64,
    "widths": np.float64,
    "costs": np.float64,
    "status": np.int32,
    "stop": np.int32,
}


class _Rows(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in OF_ROWS),
        *((f"{name}_step", ctypes.c_int64) for name in OF_ROWS),  # 0 where one serves all
        *((name, ctypes.c_void_p) for name in BESIDES),
    ]


class _Gradients(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in Gradients._fields]


RECORDS = (_Flat, _Limits, _Rows, _Gradients)


def _at(array: NDArray[np.generic], kind: type[np.generic]) -> int:
    """Where the entries of an array stand; the kernel must be able to read them as they are."""
    if array.dtype != kind or not array.flags.c_contiguous:
        message = f"internal error: the kernel was given {array.dtype} entries for {kind.__name__}"
        raise TypeError(message)
    address: int = array.__array_interface__["data"][0]  # `ctypes` takes four times as long
    return address


def _flat(flat: Flat) -> _Flat:
    return _Flat(len(flat.states), *(_at(array, np.int64) for array in flat))


def _rows(flat: Flat, rows: Rows) -> _Rows:
    """The addresses of some rows; sizes are checked, once and here."""
    count, nodes, states = len(rows.logs), len(flat.states), int(flat.own_start[-1])
    shapes = ((rows.numbers, int(flat.number_start[-1])), (rows.soft, states), (rows.hard, nodes))
    fits = all(
        array.ndim == 2 and array.shape[1] == columns and len(array) in {1, count}
        for array, columns in shapes
    )
    fits = fits and rows.marginals.shape in {(0, states), (count, states)}
    fits = fits and rows.wanted.shape == rows.softened.shape == (nodes,)
    fits = fits and {len(array) for array in (rows.widths, rows.costs, rows.status)} == {count}
    if not fits:
        message = "internal error: the kernel was given arrays that do not fit each other"
        raise ValueError(message)
    steps = (array.shape[1] if len(array) > 1 else 0 for array, _ in shapes)
    of_rows = (_at(getattr(rows, name), kind) for name, kind in OF_ROWS.items())
    besides = (_at(getattr(rows, name), kind) for name, kind in BESIDES.items())
    addresses = _Rows(*of_rows, *steps, *besides)
    if not len(rows.marginals):
        addresses.marginals = None  # the kernel then makes none
    return addresses


class Kernel:
    """The loaded library; its calls hold no lock, and the library keeps nothing between them."""

    def __init__(self, path: Path) -> None:
        library = ctypes.CDLL(str(path))
        sizes = (ctypes.c_int64 * len(RECORDS))()
        library.kneebayes_sizes.restype = None
        library.kneebayes_sizes(sizes)
        if list(sizes) != [ctypes.sizeof(record) for record in RECORDS]:
            message = f"{path} was built for another layout of records"
            raise OSError(message)
        self._now = library.kneebayes_now
        self._now.restype = ctypes.c_double
        self._rows = library.kneebayes_rows
        self._rows.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_int64] * 2
        self._gradients = library.kneebayes_gradients
        self._gradients.argtypes = [ctypes.c_void_p] * 4
        self._joint = library.kneebayes_joint
        self._joint.argtypes = [ctypes.c_void_p] * 4 + [ctypes.c_int64] + [ctypes.c_void_p] * 4
        self.path = path
        self._last: tuple[Flat, _Flat] | None = None

    def _flat(self, flat: Flat) -> _Flat:
        """The addresses of a network; those of the last are kept, and it with them."""
        last = self._last
        if last is None or last[0] is not flat:
            last = self._last = flat, _flat(flat)
        return last[1]

    def _limits(self, limits: Limits) -> _Limits:
        """The limits, with their end on the kernel's clock."""
        until = limits.until
        if until < np.inf:
            until += self._now() - monotonic()
        return _Limits(*limits._replace(until=until))

    def _call(self, function: Any, flat: Flat, rows: Rows, *more: Any) -> None:
        """Call a function of the library about some rows, with what it takes besides."""
        records = self._flat(flat), _rows(flat, rows), self._limits(rows.limits)
        function(*map(ctypes.byref, records), *more)

    def run_rows(self, flat: Flat, rows: Rows, first: int, last: int) -> None:
        """Answer the rows ``first`` to ``last``; the status of each says how it ended."""
        if not 0 <= first <= last <= len(rows.logs):
            message = f"internal error: no rows {first} to {last} of {len(rows.logs)}"
            raise ValueError(message)
        self._call(self._rows, flat, rows, first, last)

    def run_gradients(self, flat: Flat, rows: Rows, gradients: Gradients) -> None:
        """Answer a single question with the gradient of every link, leak and table."""
        states, numbers = int(flat.own_start[-1]), int(flat.number_start[-1])
        shapes = [(states,), (numbers, 2), (len(flat.states), 2), (numbers,), (states,)]
        if [array.shape for array in gradients] != shapes or len(rows.logs) != 1:
            message = "internal error: the kernel was given gradients that do not fit the network"
            raise ValueError(message)
        out = _Gradients(*(_at(array, np.float64) for array in gradients))
        self._call(self._gradients, flat, rows, ctypes.byref(out))

    def run_joint(
        self, flat: Flat, rows: Rows, kept: Flags, room: int
    ) -> tuple[Integers, Numbers, Numbers]:
        """Joint table of some open nodes and the evidence of a single question.

        Returns the nodes along the axes of the table (kept nodes that nothing hangs on are
        missing), its entries, and what else depends on each state of each node alone.
        """
        nodes, states = len(flat.states), int(flat.own_start[-1])
        if kept.shape != (nodes,) or len(rows.logs) != 1:
            message = "internal error: the kernel was given nodes that do not fit the network"
            raise ValueError(message)
        scope, size = np.zeros(nodes, dtype=np.int64), np.zeros(1, dtype=np.int64)
        table, own = np.zeros(room), np.ones(states)
        filled = (_at(scope, np.int64), _at(size, np.int64), _at(table, np.float64))
        more = (_at(kept, np.bool_), room, *filled, _at(own, np.float64))
        self._call(self._joint, flat, rows, *more)
        return scope[: int(size[0])], table, own


class _Loader:
    """Finds the library once; builds it once where it is missing."""

    def __init__(self) -> None:
        self.kernel: Kernel | None = None
        self.choice = os.environ.get(SWITCH, "")
        self.hopeless = self.choice == "off"
        self._lock = Lock()
        self._build: Thread | None = None

    def load(self, wait: bool) -> Kernel | None:
        """The kernel, if it is there by now."""
        with self._lock:
            if self._build is None:
                self._open()
                if self.kernel is None and self.choice:  # what is built would not be the one named
                    self.hopeless = True
                elif self.kernel is None:
                    self._build = Thread(target=_build, name="building the kernel", daemon=True)
                    self._build.start()
        if wait and self._build is not None:
            self._build.join()
        with self._lock:
            done = self._build is not None and not self._build.is_alive()
            if self.kernel is None and done:
                self._open()
                self.hopeless = self.kernel is None
        return self.kernel

    def _open(self) -> None:
        """Open the first library that fits this machine."""
        for path in [Path(self.choice)] if self.choice else built_libraries():
            try:
                self.kernel = Kernel(path)
            except (OSError, AttributeError):  # of another machine, or of an older source
                continue
            return


_LOADER = _Loader()


def kernel(wait: bool = False) -> Kernel | None:
    """The kernel if it is there; None if plain NumPy must answer.

    With ``wait`` it waits where it is being built: some seconds, once in an installation.
    """
    if _LOADER.kernel is not None or _LOADER.hopeless:
        return _LOADER.kernel
    return _LOADER.load(wait)


def _build() -> None:
    """Build the library in a process of its own, which no interrupt of this one ends."""
    subprocess.run(
        [sys.executable, "-P", str(Path(building.__file__))],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
