"""Builds the kernel of the engine into the wheel.

For the machine that installs, or with ``KNEEBAYES_ALL_PLATFORMS=1`` for every platform, so that one
wheel serves all. Where no compiler works the wheel goes without: plain NumPy answers then.
"""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class KernelBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Called by hatchling before it packs a wheel or an editable install."""

    def dependencies(self) -> list[str]:
        """Ask for the package ``ziglang``, a C compiler of 80 MB, only where it is needed."""
        needed = os.environ.get("KNEEBAYES_ALL_PLATFORMS") or not self._build_here()
        return ["ziglang>=0.13"] if needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build what is missing in ``kneebayes/inference/kernel/built``."""
        if os.environ.get("KNEEBAYES_ALL_PLATFORMS"):
            self._building()["build_wheel"]()
        elif not self._build_here():
            self.app.display_warning("No C compiler works here: the engine will be slower.")

    def _build_here(self) -> bool:
        """Build the library for this machine where it is missing; whether there is one now."""
        building = self._building()
        name = building["name_of"](building["here"](), building["has_wide"]())
        there = (building["FOLDER"] / "built" / name).is_file()
        return there or building["build_here"]() is not None

    def _building(self) -> dict[str, Any]:
        return runpy.run_path(str(Path(self.root) / "kneebayes/inference/building.py"))
