"""Questions, interviews and changes of mind as text and as HTML; computes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kneebayes.view.markup import percent
from kneebayes.view.report import Outline

__all__ = [
    "number",
    "question_cells",
    "question_header",
    "tree_outline",
]

Row = Mapping[str, object]
HEADER = (
    "",
    "question",
    "bits",
    "P(yes)",
    "speaks of",
    "now",
    "if yes",
    "if no",
    "cost",
    "burden",
    "advice",
)


def question_header() -> tuple[str, ...]:
    """Heads of the columns of :func:`question_cells`."""
    return HEADER


def question_cells(row: Row, rank: int) -> tuple[str, ...]:
    """One ranked question as cells; a question with several answers has no yes and no."""
    return (
        f"{rank}{'*' if row['front'] else ''}",
        str(row["question"]),
        f"{number(row['bits']):.3f}",
        _share(row["p_yes"]),
        str(row["speaks_of_label"]),
        _share(row["now"]),
        _share(row["if_yes"]),
        _share(row["if_no"]),
        f"{number(row['cost']):g}",
        f"{number(row['burden']):g}",
        _share(row["advice"]),
    )


def tree_outline(nodes: Sequence[Row]) -> Outline:
    """A decision tree as lines, one for each answer, below the question that it answers.

    Parameters
    ----------
    nodes
        Each point before those it leads to: ``depth``, ``answer``, ``probability``,
        ``asks`` (empty at an end) and ``says``.
    """
    return Outline(
        tuple(
            (
                int(number(node["depth"])),
                f"{node['answer']} ({_share(node['probability'])}): {_then(node)}"
                if node["answer"]
                else _then(node),
            )
            for node in nodes
        )
    )


def _then(node: Row) -> str:
    """What is asked at a point, and what is believed there."""
    asks = str(node["asks"])
    return f"{asks} [{node['says']}]" if asks else f"-> {node['says']}"


def number(value: object) -> float:
    """A cell of a row as a number."""
    return float(str(value))


def _share(value: object) -> str:
    return "-" if value is None else percent(number(value))
