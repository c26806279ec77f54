"""What takes long to find is kept in the user's cache, so that the next process need not find it.

Only plain values that follow from what is asked and from this code: whoever asks names a key that
changes with both. Where there is no cache, nothing is kept and nothing is missing. What follows
from the shipped knowledge comes with a wheel.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

SWITCH = "KNEEBAYES_CACHE"  # "off": keep nothing; or a folder to keep it in
MOST = 64  # files; those that nobody asked for longest go first
LARGEST = 16_000_000  # bytes of a file
OTHERS = 0o022  # that others than the user may write
SOURCES = {".py", ".c", ".h"}
PACKAGE = Path(__file__).parent
SHIPPED = PACKAGE / "kept"  # made with a wheel


def kept(kind: str, key: str) -> Any:
    """What was kept under a key, as plain values; None where nothing was, or not in one piece."""
    if os.environ.get(SWITCH) == "off":
        return None
    folder, name = _folder(), _name(kind, key)
    own = None if folder is None else _content(folder / name)
    if own is None:
        return _content(SHIPPED / name)
    with suppress(OSError):
        os.utime((folder or SHIPPED) / name)  # asked for just now
    return own


def keep(kind: str, key: str, content: Any) -> None:
    """Keep plain values under a key; where that cannot be, nothing happens."""
    folder = _folder()
    if folder is None:
        return
    with suppress(OSError, ValueError, TypeError, RecursionError):
        text = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
        if len(text) > LARGEST // 2:
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
            fresh = Path(file.name)
            try:
                file.write(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
                file.close()
                fresh.replace(folder / _name(kind, key))  # so that nobody meets half of it
            finally:
                fresh.unlink(missing_ok=True)
        # let go of the files that nobody asked for longest
        asked: list[tuple[float, Path]] = []
        for path in folder.glob("*.json"):
            with suppress(OSError):  # another process was faster
                asked.append((path.stat().st_mtime, path))
        for _, path in sorted(asked)[:-MOST]:
            with suppress(OSError):
                path.unlink(missing_ok=True)


@cache
def made_by(*rooms: str) -> str:
    """Changes with the code of some rooms."""
    digest = hashlib.sha256()
    for room in rooms:
        sources = sorted(path for path in (PACKAGE / room).rglob("*") if path.suffix in SOURCES)
        if not sources:  # who knows what code this is: nothing that was kept is to be trusted
            digest.update(os.urandom(16))
        for path in sources:
            digest.update(f"{path.name} {path.stat().st_size}:".encode() + path.read_bytes())
    return digest.hexdigest()


def _content(path: Path) -> Any:
    """What a file holds; None where there is none, or not in one piece."""
    with suppress(OSError, ValueError, RecursionError):
        if path.stat().st_size <= LARGEST:
            digest, _, text = path.read_bytes().partition(b"\n")
            if digest.decode() == hashlib.sha256(text).hexdigest():
                return json.loads(text)
    return None


def _name(kind: str, key: str) -> str:
    return f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:40]}.json"


def _folder() -> Path | None:
    """Where things are kept; None where nothing is, or where others could write too."""
    wish = os.environ.get(SWITCH, "")
    if wish == "off":
        return None
    with suppress(OSError, RuntimeError, ValueError):  # nobody's home
        folder = Path(wish) if wish else _cache() / "kneebayes" / "kept"
        if not folder.exists():
            return folder
        about = folder.stat()
        if os.name == "nt" or (about.st_uid == os.geteuid() and not about.st_mode & OTHERS):
            return folder
    return None


def _cache() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(cache) if cache else Path.home() / ".cache"
