"""Solutions that were found before, so that a folder is solved once and then only verified.

They stand in ``solutions.json`` beside the folder's other files, where it is written by
:func:`keep_in_folder`, and in the user's cache directory. What is found there is a place to
begin, never taken on trust: shares and presences are verified and held again.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from kneebayes.building.draft import Draft
from kneebayes.building.solving import Unknowns
from kneebayes.errors import KneebayesError
from kneebayes.knowledge.parts import Interval
from kneebayes.writing import replacing_file

__all__ = ["Kept", "digest_of", "keep", "keep_in_folder", "recall"]

FILE = "solutions.json"
METHOD = 2  # goes up where the equations change, so that old solutions are forgotten


@dataclass(frozen=True, slots=True)
class Kept:
    """What was solved for one folder and lexicon.

    Attributes
    ----------
    unknowns
        Leaks of causes, links to pain, ratios.
    leaks
        Of findings, from their specificity.
    odds
        Of contexts, that ratios are taken against, by cause and context.
    """

    unknowns: Unknowns
    leaks: Mapping[str, float]
    odds: Mapping[tuple[str, str], float]


def digest_of(draft: Draft, priors: Mapping[str, Interval]) -> str:
    """What a solution hangs on, in one word: every statement in numbers."""
    told = [
        [METHOD, draft.knowledge.layer],
        [[id, *_short([one.value])] for id, one in (*priors.items(), *draft.presences.items())],
        [
            [arrow.parent, arrow.state, arrow.child, arrow.place, *_short([interval.value])]
            + [str(arrow.statement.among), arrow.statement.risk is None]
            for arrow, interval in draft.arrows
        ],
        [[id, *_short([one.value])] for id, one in draft.leaks.items()],
        [[one.finding, *one.against, *one.among, *_short([one.target])] for one in draft.specificities],
        [
            [state.id, state.share]
            for context in draft.knowledge.contexts.values()
            for state in context.states
        ],
    ]
    return sha256(json.dumps(told).encode()).hexdigest()[:24]


def _short(numbers: Iterable[float]) -> list[str]:
    """Without the last digits, which may differ between machines."""
    return [f"{x:.9g}" for x in numbers]


def recall(digest: str, folder: str) -> Kept | None:
    """A solution found before, from the folder or the user's cache."""
    for kept in (_read(Path(folder) / FILE).get(digest), _read(_cache() / f"{digest}.json")):
        try:
            if kept:
                roots, pains, leaks = (
                    {str(id): float(x) for id, x in kept[name].items()}
                    for name in ("roots", "pains", "leaks")
                )
                ratios = tuple(float(x) for x in kept["ratios"])
                odds = {(str(cause), str(context)): float(x) for cause, context, x in kept["odds"]}
                return Kept(Unknowns(roots, pains, ratios), leaks, odds)
        except (AttributeError, KeyError, TypeError, ValueError):
            continue
    return None


def keep(digest: str, kept: Kept) -> None:
    """Write a solution to the user's cache; where that cannot be written nothing is kept."""
    path = _cache() / f"{digest}.json"
    plain = {
        "roots": dict(kept.unknowns.roots),
        "pains": dict(kept.unknowns.pains),
        "ratios": list(kept.unknowns.ratios),
        "leaks": dict(kept.leaks),
        "odds": [[cause, context, x] for (cause, context), x in kept.odds.items()],
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing_file(path) as beside:
            beside.write_text(json.dumps(plain))
    except (OSError, KneebayesError):
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
