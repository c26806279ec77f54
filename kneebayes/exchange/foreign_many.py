"""Many cases of a foreign network: a table of them answered, drawn, and its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kneebayes.errors import EvidenceError, KneebayesError, TooWideError
from kneebayes.exchange.foreign_reasoning import nearest
from kneebayes.inference import Budget, Engine, Evidence
from kneebayes.inference.drawing import Drawing
from kneebayes.network import Network
from kneebayes.view.figures import _new_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from kneebayes.exchange.foreign import ForeignModel

__all__ = ["answer_cases", "draw_arrows", "draw_cases"]

MOST_DRAWN = 60  # nodes of a picture that can still be read


def answer_cases(model: ForeignModel, cases: pd.DataFrame, seconds: float) -> pd.DataFrame:
    """Posteriors of the targets for each row of a table; what is wrong with a row stands in it.

    Parameters
    ----------
    model
        The network and its targets.
    cases
        One row a case, one column a node by id or label; missing is unknown.
    seconds
        How long one row may take.
    """
    import pandas as pd

    ids = [model.find(str(name)) for name in cases.columns]
    if len(set(ids)) < len(ids):
        message = f"Two columns are of the same node: {', '.join(map(str, cases.columns))}."
        raise EvidenceError(message)
    engine = model.engine.within(Budget(seconds=seconds))
    known: dict[Any, dict[str, float | str]] = {}
    rows = []
    for values in cases.itertuples(index=False, name=None):
        key = tuple(map(repr, values))
        if key not in known:  # many rows are alike
            known[key] = _answer(model, engine, dict(zip(ids, values, strict=True)))
        rows.append(known[key])
    columns = [f"{id} = {state}" for id in model.targets for state in model.network[id].states]
    return pd.DataFrame(rows, index=cases.index, columns=[*columns, "problem"])


def _answer(model: ForeignModel, engine: Engine, said: dict[str, object]) -> dict[str, float | str]:
    """One row; its problem where it has one."""
    try:
        told = engine.propagate(model.evidence(said), model.targets)
    except (EvidenceError, TooWideError) as error:
        return {"problem": str(error)}
    if told.log_probability[0] == -np.inf:
        return {"problem": "These answers cannot be true together."}
    row: dict[str, float | str] = {"problem": ""}
    for id in model.targets:
        for at, state in enumerate(model.network[id].states):
            row[f"{id} = {state}"] = float(told.marginals[id][0, at])
    return row


def draw_cases(network: Network, evidence: Evidence, count: int, seed: int) -> pd.DataFrame:
    """Cases drawn from P(all nodes | evidence), exactly: one row each, states by name."""
    import pandas as pd

    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        message = f"n must be a whole number from 1 on, got {count!r}."
        raise EvidenceError(message)
    worlds = Drawing(Engine(network), evidence).draw(count, np.random.default_rng(seed))
    named = {
        node.id: np.array(node.states, dtype=object)[worlds[:, at]]
        for at, node in enumerate(network.nodes)
    }
    return pd.DataFrame(named)


def draw_arrows(model: ForeignModel, ax: Axes | None) -> Axes:
    """The nodes in rows, parents above children, with their arrows; targets are filled.

    Raises
    ------
    KneebayesError
        If matplotlib is not installed.
    """
    network = model.network
    shown = set(nearest(network, model.targets, list(network.index))[:MOST_DRAWN])
    if not shown:
        message = "There is nothing to draw."
        raise KneebayesError(message)
    rows: dict[str, int] = {}
    for node in network.nodes:
        rows[node.id] = 1 + max((rows[parent] for parent in node.parents), default=-1)
    levels = sorted({rows[id] for id in shown})
    places: dict[str, tuple[float, float]] = {}
    for level, row in enumerate(levels):
        here = [node.id for node in network.nodes if rows[node.id] == row and node.id in shown]
        for at, id in enumerate(here):
            places[id] = ((at + 0.5) / len(here), -float(level))
    widest = max(sum(rows[id] == row for id in shown) for row in levels)
    ax = ax or _new_axes(max(5.0, 1.2 * widest), max(2.5, 0.9 * len(levels)))
    for node in network.nodes:
        for parent in node.parents:
            if node.id in shown and parent in shown:
                arrow = {"arrowstyle": "->", "color": "#9a9a9a", "shrinkA": 9, "shrinkB": 9}
                ax.annotate("", places[node.id], places[parent], arrowprops=arrow)
    for id, (x, y) in places.items():
        face = "#f3d9cc" if id in model.targets else "white"
        box = {"facecolor": face, "edgecolor": "#1f5a99", "boxstyle": "round,pad=0.25"}
        label = model.file.label(id)
        ax.text(x, y, label, ha="center", va="center", size=8, bbox=box, parse_math=False)
    left = len(network) - len(shown)
    ax.set_title(f"the {len(shown)} nodes next to the targets; {left} more" if left else "")
    ax.set_xlim(-0.05, 1.05)
    ax.set_ylim(-len(levels) + 0.4, 0.6)
    ax.axis("off")
    return ax
