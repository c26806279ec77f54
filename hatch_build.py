"""Builds the kernel of the engine into the wheel, and solves the shipped knowledge for it.

The kernel for the machine that installs, or with ``KNEEBAYES_ALL_PLATFORMS=1`` for every platform,
so that one wheel serves all. Where no compiler works the wheel goes without: plain NumPy answers
then. Where the knowledge cannot be solved now, the first who asks for it waits some seconds.
"""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOLVING = ["numpy>=2", "pydantic>=2.7"]  # what it takes
SOLVE = """
import kneebayes as kb
for layer in ("literature", "article", "beyond"):
    kb.load(layer=layer).data.readings
"""


class KernelBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Called by hatchling before it packs a wheel or an editable install."""

    def dependencies(self) -> list[str]:
        """Ask for what solves; for ``ziglang``, a C compiler of 80 MB, only where it is needed."""
        needed = os.environ.get("KNEEBAYES_ALL_PLATFORMS") or not self._build_here()
        return [*SOLVING, "ziglang>=0.13"] if needed else SOLVING

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build what is missing in ``inference/kernel/built``, and fill ``kneebayes/kept``."""
        if os.environ.get("KNEEBAYES_ALL_PLATFORMS"):
            self._building()["build_wheel"]()
        elif not self._build_here():
            self.app.display_warning("No C compiler works here: the engine will be slower.")
        if version != "editable":  # there the knowledge is about to change
            self._solve()

    def _solve(self) -> None:
        """Solve the shipped knowledge in every reading, to be kept in the package."""
        target = Path(self.root) / "kneebayes" / "kept"
        shutil.rmtree(target, ignore_errors=True)
        done = subprocess.run(
            [sys.executable, "-c", SOLVE],
            cwd=self.root,
            env={**os.environ, "KNEEBAYES_CACHE": str(target)},
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            shutil.rmtree(target, ignore_errors=True)
            self.app.display_warning(f"The knowledge cannot be solved here:\n{done.stderr[-500:]}")

    def _build_here(self) -> bool:
        """Build the library for this machine where it is missing; whether there is one now."""
        building = self._building()
        name = building["name_of"](building["here"](), building["has_wide"]())
        there = (building["FOLDER"] / "built" / name).is_file()
        return there or building["build_here"]() is not None

    def _building(self) -> dict[str, Any]:
        return runpy.run_path(str(Path(self.root) / "kneebayes/inference/building.py"))
