"""Figures with matplotlib: they take what is known, draw it and return the axes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kneebayes.building.model import ModelLike
from kneebayes.building.places import stated_network, strongest
from kneebayes.errors import KneebayesError
from kneebayes.knowledge import Knowledge
from kneebayes.network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_model", "draw_network", "draw_ranking"]

LAYERS = ("context", "cause", "mediator", "finding")
COLOURS = {"context": "#767676", "cause": "#b2481e", "mediator": "#7a5195", "finding": "#1f5a99"}
LINE = "#9a9a9a"


def _new_axes(width: float, height: float) -> Axes:
    try:
        import matplotlib.pyplot as plt
    except ModuleNotFoundError as error:
        message = "Figures need matplotlib: pip install 'kneebayes[notebook]'."
        raise KneebayesError(message) from error
    _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def draw_network(
    knowledge: Knowledge, network: Network, around: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the network in four layers: contexts, causes, mediators, findings.

    Parameters
    ----------
    knowledge, network
        What to draw.
    around
        Id of a cause: only what raises it and what it shows; left out, everything.
    ax
        Where to draw; left out, a new figure.
    """
    kinds = _kinds(knowledge)
    stated = stated_network(network)
    shown = set(kinds) if around is None else _neighbourhood(stated, kinds, around)
    places = _places(stated, kinds, shown)
    rows = max(len([1 for id in shown if kinds[id] == layer]) for layer in LAYERS)
    ax = ax or _new_axes(11.0, max(3.5, 0.24 * rows + 1.0))
    faint = 0.3 if around is None else 0.9
    for node in stated.nodes:
        for parent in node.parents:
            if node.id in shown and parent in shown:
                if around is not None and not _on_a_way(kinds, around, parent, node.id):
                    continue
                (x0, y0), (x1, y1) = places[parent], places[node.id]
                width = 0.3 + 1.6 * strongest(network, parent, node.id)
                ax.plot([x0, x1], [y0, y1], color=LINE, lw=width, alpha=faint, zorder=1)
    for id in shown:
        x, y = places[id]
        box = {"facecolor": "white", "edgecolor": COLOURS[kinds[id]], "boxstyle": "round,pad=0.25"}
        ax.text(
            x,
            y,
            knowledge.label(id),
            ha="center",
            va="center",
            fontsize=7.5,
            zorder=2,
            color=COLOURS[kinds[id]],
            bbox=box,
            parse_math=False,
            fontweight="bold" if id == around else "normal",
        )
    for index, layer in enumerate(LAYERS):
        ax.text(index, 1.04, f"{layer}s", ha="center", fontsize=10, color=COLOURS[layer])
    ax.set_xlim(-0.5, len(LAYERS) - 0.5)
    ax.set_ylim(-0.03, 1.08)
    ax.set_axis_off()
    return ax


def _kinds(knowledge: Knowledge) -> dict[str, str]:
    return {
        **dict.fromkeys(knowledge.contexts, "context"),
        **dict.fromkeys(knowledge.causes, "cause"),
        **dict.fromkeys(knowledge.mediators, "mediator"),
        **dict.fromkeys(knowledge.findings, "finding"),
    }


def _neighbourhood(network: Network, kinds: Mapping[str, str], around: str) -> set[str]:
    """A cause, its parents, its children, and the findings of the mediators among them."""
    shown = {around, *network[around].parents, *network.children_of(around)}
    mediators = [id for id in network.children_of(around) if kinds[id] == "mediator"]
    return shown.union(*(network.children_of(id) for id in mediators)) if mediators else shown


def _on_a_way(kinds: Mapping[str, str], around: str, parent: str, child: str) -> bool:
    """Whether an arrow belongs to the story of one cause."""
    return around in (parent, child) or (kinds[parent] == "mediator" and kinds[child] == "finding")


def _places(
    network: Network, kinds: Mapping[str, str], shown: set[str]
) -> dict[str, tuple[float, float]]:
    """A column for each layer, evenly filled, each node near the middle of its parents.

    A mediator that raises causes stands between contexts and causes.
    """
    columns: dict[float, list[str]] = {}
    for node in network.nodes:
        if node.id in shown:
            column = float(LAYERS.index(kinds[node.id]))
            raises = any(kinds[child] == "cause" for child in network.children_of(node.id))
            if kinds[node.id] == "mediator" and raises:
                column = 0.5
            columns.setdefault(column, []).append(node.id)
    places: dict[str, tuple[float, float]] = {}
    for column, ids in sorted(columns.items()):
        if column:
            ids.sort(key=lambda id: -_middle(network, places, id))
        for row, id in enumerate(ids):
            places[id] = (column, 1.0 - (row + 0.5) / len(ids))
    return places


def _middle(network: Network, places: Mapping[str, tuple[float, float]], id: str) -> float:
    heights = [places[parent][1] for parent in network[id].parents if parent in places]
    return sum(heights) / len(heights) if heights else 0.5


def draw_ranking(
    rows: Sequence[Mapping[str, object]], top: int = 10, ax: Axes | None = None
) -> Axes:
    """Draw the most probable causes as bars, with a mark where each prior was.

    Parameters
    ----------
    rows
        Rows of a ranking, most probable first.
    top
        How many causes to draw.
    ax
        Where to draw; left out, a new figure.
    """
    drawn = list(rows[:top])[::-1]
    ax = ax or _new_axes(7.0, 0.34 * len(drawn) + 1.1)
    labels = [str(row["cause"]) + (" (urgent)" if row["urgent"] else "") for row in drawn]
    posteriors = _numbers(row["posterior"] for row in drawn)
    ax.barh(range(len(drawn)), posteriors, color=COLOURS["finding"], height=0.62)
    priors = _numbers(row["prior"] for row in drawn)
    ax.plot(priors, range(len(drawn)), "|", color="black", ms=13, mew=2, label="prior")
    ax.set_yticks(range(len(drawn)), labels, parse_math=False)
    ax.set_xlim(0.0, 1.0)
    ax.set_xlabel("P(present | evidence); several can be present at once")
    ax.legend(frameon=False, loc="lower right")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _numbers(values: Iterable[object]) -> list[float]:
    return [float(str(value)) for value in values]


def draw_model(model: ModelLike, around: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the network with matplotlib, or only what belongs to one cause.

    Parameters
    ----------
    model
        The model.
    around
        A cause, by any of its names; left out, the whole network.
    ax
        Where to draw; left out, a new figure.
    """
    data = model.data
    id = None if around is None else data.cause_named(around)
    return draw_network(data.knowledge, data.network, id, ax)
