"""Building the kernel: for this machine in a source tree, or for all of them into a wheel.

``python -m kneebayes.inference.building`` builds it where it is missing;
``python kneebayes/inference/building.py --wheel`` builds it for every platform of the wheel (needs
the package ``ziglang``). Needs nothing else of the project, so that an installer can run it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "kernel"
# products and sums are taken in the order written, so that every machine finds the same digits
FLAGS = (
    *("-std=c11", "-O3", "-shared", "-fvisibility=hidden"),
    *("-ffp-contract=off", "-fno-math-errno", "-D_GNU_SOURCE"),
)
WIDE = "-mavx2"  # processors since 2013; twice as fast in wide tables
# name of the platform, and what zig calls it
PLATFORMS = {
    "linux-x86_64": "x86_64-linux-gnu.2.17",
    "linux-aarch64": "aarch64-linux-gnu.2.17",
    "darwin-x86_64": "x86_64-macos",
    "darwin-arm64": "aarch64-macos",
    "windows-amd64": "x86_64-windows-gnu",
}
SUFFIXES = {"linux": ".so", "darwin": ".dylib", "windows": ".dll"}


@cache
def version() -> str:
    """Changes with the source and the way it is built."""
    digest = hashlib.sha256(" ".join((*FLAGS, WIDE)).encode())
    for path in sorted(FOLDER.glob("*.[ch]")):
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]


def here() -> str:
    """The platform of this machine, as in PLATFORMS."""
    return f"{platform.system()}-{platform.machine()}".lower()


def has_wide() -> bool:
    """Whether this processor has the wide instructions; where nobody knows it has not."""
    if here().endswith(("x86_64", "amd64")):
        try:
            return " avx2 " in Path("/proc/cpuinfo").read_text(encoding="utf-8")
        except OSError:
            return False
    return False


def name_of(where: str, wide: bool = False) -> str:
    """File name of a library."""
    suffix = SUFFIXES.get(where.split("-", maxsplit=1)[0], ".so")
    return f"kernel-{version()}-{where}{'-wide' if wide else ''}{suffix}"


def folders() -> Iterator[Path]:
    """Where libraries may be: in the package, or in this user's cache."""
    yield FOLDER / "built"
    cache = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        yield (Path(cache) if cache else Path.home() / ".cache") / "kneebayes"
    except RuntimeError:  # nobody's home
        return


def built_libraries() -> list[Path]:
    """Libraries for this machine, the fastest first."""
    names = [name_of(here(), wide) for wide in ((True, False) if has_wide() else (False,))]
    return [folder / name for name in names for folder in folders() if (folder / name).is_file()]


def compilers() -> Iterator[list[str]]:
    """Commands that may compile C here."""
    for name in (os.environ.get("CC"), "cc", "gcc", "clang"):
        if name and shutil.which(name):
            yield [name]
    if importlib.util.find_spec("ziglang") is not None:
        yield [sys.executable, "-m", "ziglang", "cc"]


def compile_to(compiler: list[str], target: Path, extra: tuple[str, ...] = ()) -> None:
    """Compile the kernel into a file, beside it first, so that nobody meets half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        built = Path(folder) / target.name
        pic = () if target.suffix == ".dll" else ("-fPIC", "-lm")
        command = [*compiler, *FLAGS, *extra, str(FOLDER / "kernel.c"), "-o", str(built), *pic]
        subprocess.run(command, check=True, capture_output=True)
        built.replace(target)


def build_here() -> Path | None:
    """Build the library for this machine; None where nothing can compile it."""
    wide = has_wide()
    for folder in folders():
        target = folder / name_of(here(), wide)
        there = next(one for one in (folder, *folder.parents) if one.exists())
        if not os.access(there, os.W_OK):
            continue
        for compiler in compilers():
            try:
                compile_to(compiler, target, (WIDE,) if wide else ())
            except (OSError, subprocess.CalledProcessError):
                continue
            for stale in folder.glob("kernel-*"):
                if f"-{version()}-" not in stale.name and stale.is_file():
                    stale.unlink(missing_ok=True)
            return target
    return None


def build_wheel() -> list[Path]:
    """Build the libraries of all platforms, with the package ``ziglang``, into the package."""
    objects = []
    zig = [sys.executable, "-m", "ziglang", "cc", "-s"]
    for where, target in PLATFORMS.items():
        intel = where.endswith(("x86_64", "amd64"))
        for wide in (False, True) if intel else (False,):
            path = FOLDER / "built" / name_of(where, wide)
            if not path.is_file():
                compile_to(zig, path, ("-target", target, *((WIDE,) if wide else ())))
            objects.append(path)
    return objects


if __name__ == "__main__":
    build_wheel() if "--wheel" in sys.argv else build_here()
