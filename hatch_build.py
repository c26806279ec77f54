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

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build what is missing in ``kneebayes/inference/kernel/built``."""
        building = runpy.run_path(str(Path(self.root) / "kneebayes/inference/building.py"))
        if os.environ.get("KNEEBAYES_ALL_PLATFORMS"):
            building["build_wheel"]()
        elif building["build_here"]() is None:
            self.app.display_warning("No C compiler works here: the engine will be slower.")
