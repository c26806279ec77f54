"""How functions are compiled here.

Only the *doors*, which are called from Python, are stored on disk: what they call is stored
within them. The others are never called from Python, so they need no wrapper for that, which is
most of what compiling them would cost.

*Makers* may make arrays, and count who holds them. *Inner* functions only borrow theirs from
whoever called them and count nothing: counting, which threads may not do at the same time, took a
third of a small question (Numba's issue 2350 tells of the same). So nothing that holds an array
may be returned from one kind to the other. What is *either* is taken into its caller, and is then
as that one is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numpy as np
from numba import extending

if TYPE_CHECKING:
    from llvmlite.ir import IRBuilder, Value

__all__ = ["Generate", "door", "either", "inner", "instruction", "maker", "runs"]

F = TypeVar("F", bound=Callable[..., object])
Generate = Callable[[object, "IRBuilder", object, "Sequence[Value]"], "Value"]
Instruction = Callable[[object, object], tuple[object, Generate]]

# numba says nothing of types: what it makes of a function is called as the function is
njit = cast("Callable[..., Callable[[F], F]]", numba.njit)
instruction = cast("Callable[[Instruction], Callable[[np.uint64], int]]", extending.intrinsic)
HIDDEN = {"nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
door = njit(cache=True, nogil=True)
maker = njit(**HIDDEN, _nrt=True)
inner = njit(**HIDDEN, _nrt=False)
either = njit(**HIDDEN, inline="always")
# sums of non-negative numbers may be taken in any order
runs = njit(**HIDDEN, _nrt=False, fastmath={"reassoc", "contract"})
