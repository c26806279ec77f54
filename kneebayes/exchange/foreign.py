"""The same reasoning on a network that somebody else made, about targets that a user names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kneebayes.arguments import checked, whole_number
from kneebayes.binding import renamed
from kneebayes.errors import EvidenceError, TooWideError
from kneebayes.exchange.foreign_case import ForeignCase
from kneebayes.exchange.foreign_network import TargetedNetwork
from kneebayes.exchange.foreign_reasoning import nearest
from kneebayes.exchange.side_table import NetworkFile
from kneebayes.inference import Budget, Engine
from kneebayes.inference.sampling import Drawing
from kneebayes.network import Network
from kneebayes.text import counted
from kneebayes.view.figures import (
    LETTERS_PER_INCH,
    SMALL,
    WIDE,
    broken,
    caption,
    draw_arrow,
    new_axes,
)
from kneebayes.view.report import frame_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.text import Text

MOST_CASES = 10_000_000  # drawn at once; more do not fit into memory
MOST_DRAWN = 60  # nodes of a picture that can still be read
NAME = 16  # letters of a name on one line


@renamed(evidence="answers")
@checked
def reason_with(
    network: Network | NetworkFile | str | Path,
    targets: Sequence[str],
    answers: Mapping[str, object] | pd.Series[Any] | None = None,
) -> ForeignCase:
    """What a network says of some targets, given some evidence.

    Parameters
    ----------
    network
        A network, or the path of a file that :func:`load_network` reads.
    targets
        What is asked about: nodes by id or label, with any number of states.
    answers
        See :meth:`ForeignModel.given`.

    Examples
    --------
    >>> from kneebayes.network import Network, noisy_or_node, root_node
    >>> net = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.02, {"flu": 0.8})))
    >>> case = reason_with(net, ["flu"], {"fever": "present"})
    >>> round(case["flu"]["present"], 4)
    0.8171
    """
    return ForeignModel(network, targets).given(answers)


class ForeignModel(TargetedNetwork):
    """A network and its targets, which answers questions about one case or about many.

    Parameters
    ----------
    network
        A network, or the path of a file that :func:`load_network` reads.
    targets
        Nodes by id or label, with any number of states.

    Raises
    ------
    UnknownNameError
        If a target is not in the network.
    KneebayesError
        If there is no target, or one is named twice.
    """

    @renamed(evidence="answers")
    @checked
    def given(self, answers: Mapping[str, object] | pd.Series[Any] | None = None) -> ForeignCase:
        """What follows from some evidence.

        Parameters
        ----------
        answers
            By id or label, as a mapping or a row of a table: the name of a state, None or
            another missing value for unknown, or likelihoods: one number a state in order, or
            a mapping of states to numbers, 0 where a state is left out. Targets can be told
            of too.

        Raises
        ------
        UnknownNameError, EvidenceError
            If a name or a state is not known.
        ImpossibleEvidenceError
            If the network says that this cannot be.
        """
        return ForeignCase(self, self.evidence(answers))

    @renamed(cases="patients")
    @checked
    def cohort(self, patients: pd.DataFrame, *, seconds: float = 60.0) -> pd.DataFrame:
        """The posteriors of the targets for every row of a table, each within some seconds.

        A column is a node by id or label; a missing value is unknown. The result has a column
        ``<target> = <state>`` for each, and ``problem``, which is empty or says why a row could not
        be answered.

        Examples
        --------
        >>> import pandas as pd
        >>> from kneebayes.network import root_node, noisy_or_node
        >>> fever = noisy_or_node("fever", 0.02, {"flu": 0.8})
        >>> net = Network((root_node("flu", [0.9, 0.1]), fever))
        >>> table = ForeignModel(net, ["flu"]).cohort(pd.DataFrame({"fever": [True, None]}))
        >>> table["flu = present"].round(4).tolist()
        [0.8171, 0.1]
        """
        import pandas as pd

        ids = [self.find(str(name)) for name in patients.columns]
        if len(set(ids)) < len(ids):
            message = f"Two columns are of the same node: {', '.join(map(str, patients.columns))}."
            raise EvidenceError(message)
        engine = self.engine.within(Budget(seconds=seconds))
        known: dict[Any, dict[str, float | str]] = {}
        rows = []
        for values in patients.itertuples(index=False, name=None):
            key = tuple(map(repr, values))
            if key not in known:  # many rows are alike
                known[key] = self._answer(engine, dict(zip(ids, values, strict=True)))
            rows.append(known[key])
        columns = [f"{id} = {state}" for id in self.targets for state in self.network[id].states]
        return pd.DataFrame(rows, index=patients.index, columns=[*columns, "problem"])

    def _answer(self, engine: Engine, answers: dict[str, object]) -> dict[str, float | str]:
        """One row; its problem where it has one."""
        try:
            evidence = self.evidence(answers)
            propagated = engine.propagate(evidence, self.targets)
        except (EvidenceError, TooWideError) as error:
            return {"problem": str(error)}
        if propagated.log_probability[0] == -np.inf:
            conflict = ", ".join(self.conflict(evidence))
            return {"problem": f"These answers cannot be true together: {conflict}."}
        row: dict[str, float | str] = {"problem": ""}
        for id in self.targets:
            for index, state in enumerate(self.network[id].states):
                row[f"{id} = {state}"] = float(propagated.marginals[id][0, index])
        return row

    @renamed(given="answers")
    @checked
    def simulate(
        self, n: int, *, answers: Mapping[str, object] | None = None, seed: int = 0
    ) -> pd.DataFrame:
        """Cases drawn from the network, exactly, given some evidence (as in :meth:`given`) or none.

        One row a case, one column a node, states by name.
        """
        n, seed = whole_number("n", n, 1, MOST_CASES), whole_number("seed", seed)
        drawing = Drawing(Engine(self.network), self.evidence(answers))
        worlds = drawing.draw(n, np.random.default_rng(seed))
        named = {
            node.id: np.array(node.states, dtype=object)[worlds[:, index]]
            for index, node in enumerate(self.network.nodes)
        }
        return frame_of(named)

    @checked
    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the nodes and arrows next to the targets, parents above children."""
        return _draw_arrows(self, ax)

    def __repr__(self) -> str:
        return f"ForeignModel({self.network!r}, targets {', '.join(self.targets)})"


def _draw_arrows(model: TargetedNetwork, ax: Axes | None) -> Axes:
    """The nodes in rows, parents above children, with their arrows; targets are filled."""
    network = model.network
    shown = set(nearest(network, model.targets, list(network.index))[:MOST_DRAWN])
    rows: dict[str, int] = {}
    for node in network.nodes:
        rows[node.id] = 1 + max((rows[parent] for parent in node.parents), default=-1)
    lines: list[list[str]] = []
    for level in sorted({rows[id] for id in shown}):
        here = [node.id for node in network.nodes if rows[node.id] == level and node.id in shown]
        lines += _in_lines(here, [model.file.label(id) for id in here])
    ax = ax or new_axes(WIDE, 0.5 + 0.75 * len(lines))
    names: dict[str, Text] = {}
    for height, line in enumerate(lines):
        for index, id in enumerate(line):
            face = "#f3d9cc" if id in model.targets else "white"
            box = {"facecolor": face, "edgecolor": "#1f5a99", "boxstyle": "round,pad=0.25"}
            style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SMALL}
            place, label = ((index + 0.5) / len(line), -float(height)), model.file.label(id)
            for order in (2, 4):  # below arrows, which end at its frame, and above those that pass
                name = ax.text(*place, broken(label, NAME, 3), zorder=order, bbox=box, **style)
                name.set_parse_math(False)
                names.setdefault(id, name)
    for node in network.nodes:
        for parent in node.parents:
            if node.id in shown and parent in shown:
                met = (names[parent], names[node.id])
                draw_arrow(ax, tuple(name.get_position() for name in met), met, 1.0)
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-len(lines) + 0.4, 0.6)
    ax.axis("off")
    hidden = len(network) - len(shown)
    title = f"{model.file.about.get('title', 'network')}; filled: what is asked about"
    more = counted(hidden, "more node is", many="more nodes are")
    return caption(ax, f"{title}; {more} not drawn" if hidden else title)


def _in_lines(ids: Sequence[str], labels: Sequence[str]) -> list[list[str]]:
    """Nodes of one level in as many lines as their names need, about as many in each."""
    letters = sum(min(len(label), NAME) + 4 for label in labels)
    each = math.ceil(len(ids) / math.ceil(letters / (WIDE * LETTERS_PER_INCH)))
    return [list(ids[start : start + each]) for start in range(0, len(ids), each)]
