"""How functions are compiled here.

Only the *doors*, which are called from Python, are stored on disk: what they call is stored
within them. Inner functions are never called from Python, so they need no wrapper for that,
which is most of what compiling them would cost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numpy as np
from numba import extending

if TYPE_CHECKING:
    from llvmlite.ir import IRBuilder, Value

__all__ = ["Generate", "door", "inner", "instruction", "runs"]

F = TypeVar("F", bound=Callable[..., object])
Generate = Callable[[object, "IRBuilder", object, "Sequence[Value]"], "Value"]
Instruction = Callable[[object, object], tuple[object, Generate]]

# numba says nothing of types: what it makes of a function is called as the function is
njit = cast("Callable[..., Callable[[F], F]]", numba.njit)
instruction = cast("Callable[[Instruction], Callable[[np.uint64], int]]", extending.intrinsic)
door = njit(cache=True, nogil=True)
inner = njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
# sums of non-negative numbers may be taken in any order
runs = njit(
    nogil=True,
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
    fastmath={"reassoc", "contract"},
)
