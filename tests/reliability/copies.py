"""A copy of the package whose code may be spoilt, and Python run on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parents[2]
COPIED = ("kneebayes", "priors", "tests", "docs", "pyproject.toml", "README.md")


@contextmanager
def copy_of_package() -> Iterator[Path]:
    """A folder with the package, its knowledge and its tests; compiled code comes along."""
    with tempfile.TemporaryDirectory(prefix="kneebayes_copy_") as place:
        for name in COPIED:
            source, target = HERE / name, Path(place) / name
            if source.is_dir():
                shutil.copytree(source, target)  # keeps times, so compiled code stays valid
            else:
                shutil.copy2(source, target)
        yield Path(place)


def run_python(
    copy: Path, arguments: Sequence[str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run Python on the copy.

    Raises
    ------
    subprocess.TimeoutExpired
        If it takes longer than so many seconds.
    """
    paths = os.pathsep.join([str(copy), str(copy / "tests")])
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@contextmanager
def spoilt(path: Path, text: str) -> Iterator[None]:
    """A file with other text, as it was before afterwards."""
    before = path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")
