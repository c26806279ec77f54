"""Solutions that were found before, so that a folder is solved once and then only verified.

They stand in ``solutions.json`` beside the folder's other files, where it is written by
:func:`keep_in_folder`, and in the user's cache directory. What is found there is a place to
begin, never taken on trust: shares and presences are verified and held again.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from kneebayes.building.solving import Ratio, Unknowns
from kneebayes.network import Node

__all__ = ["digest_of", "keep", "keep_in_folder", "recall"]

FILE = "solutions.json"
METHOD = 1  # goes up where the equations change, so that old solutions are forgotten


def digest_of(
    contexts: Iterable[Node],
    shares: Mapping[str, float],
    presences: Mapping[str, float],
    ratios: Sequence[Ratio],
) -> str:
    """What a solution hangs on, in one word."""
    told = [
        [METHOD],
        sorted([one.id, *one.parents, *_short(_numbers(one))] for one in contexts),
        [[id, *_short([share])] for id, share in (*shares.items(), *presences.items())],
        [
            [one.cause, one.parent, one.state, *one.others, *one.among, *_short([one.target])]
            for one in ratios
        ],
    ]
    return sha256(json.dumps(told).encode()).hexdigest()[:24]


def _numbers(node: Node) -> list[float]:
    links = [x for link in node.links for x in link.strength]
    return [node.leak or 0.0, *links, *(node.table or ())]


def _short(numbers: Iterable[float]) -> list[str]:
    """Without the last digits, which may differ between machines."""
    return [f"{x:.9g}" for x in numbers]


def recall(digest: str, folder: str) -> tuple[Unknowns, dict[str, float]] | None:
    """A solution found before, and leaks, from the folder or the user's cache."""
    for kept in (_read(Path(folder) / FILE).get(digest), _read(_cache() / f"{digest}.json")):
        try:
            if kept:
                roots, pains, leaks = (
                    {str(id): float(x) for id, x in kept[name].items()}
                    for name in ("roots", "pains", "leaks")
                )
                return Unknowns(roots, pains, tuple(float(x) for x in kept["ratios"])), leaks
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
    return None


def keep(digest: str, unknowns: Unknowns, leaks: Mapping[str, float]) -> None:
    """Write a solution to the user's cache; where that cannot be written nothing is kept."""
    path = _cache() / f"{digest}.json"
    plain = {
        "roots": dict(unknowns.roots),
        "pains": dict(unknowns.pains),
        "ratios": list(unknowns.ratios),
        "leaks": dict(leaks),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(plain))
        beside.replace(path)
    except OSError:
        return


def keep_in_folder(folder: str | Path, digests: Iterable[str]) -> Path:
    """Write the solutions of some digests beside the folder's other files.

    Parameters
    ----------
    folder
        The knowledge folder.
    digests
        Of solutions in the user's cache.
    """
    path = Path(folder) / FILE
    kept = {digest: _read(_cache() / f"{digest}.json") for digest in sorted(set(digests))}
    lines = [f"{json.dumps(digest)}: {json.dumps(one)}" for digest, one in kept.items() if one]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    return path


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    if not home:
        home = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    return Path(home).expanduser() / "kneebayes" / "solutions"


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError, RuntimeError):
        return {}
    return content if isinstance(content, dict) else {}
