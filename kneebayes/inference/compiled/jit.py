"""How functions are compiled here.

Only the *doors*, which are called from Python, are stored on disk: what they call is stored
within them. Inner functions are never called from Python, so they need no wrapper for that,
which is most of what compiling them would cost.
"""

from __future__ import annotations

from numba import njit

__all__ = ["door", "inner", "runs"]

door = njit(cache=True, nogil=True)
inner = njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
# sums of non-negative numbers may be taken in any order
runs = njit(
    nogil=True,
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
    fastmath={"reassoc", "contract"},
)
