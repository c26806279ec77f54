"""Questions, interviews and changes of mind as text and as HTML; computes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from kneebayes.view.markup import percent, table, tag

__all__ = [
    "number",
    "page_html",
    "page_text",
    "question_cells",
    "question_header",
    "tree_html",
    "tree_text",
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
TO_THE_LEFT = ("", "question", "speaks of", "answers", "what")


def question_header() -> tuple[str, ...]:
    """Heads of the columns of :func:`question_cells`."""
    return HEADER


def question_cells(row: Row, at: int) -> tuple[str, ...]:
    """One ranked question as cells; a question with several answers has no yes and no."""
    return (
        f"{at}{'*' if row['front'] else ''}",
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


def page_text(
    title: str,
    before: Sequence[str],
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    after: Sequence[str],
) -> str:
    """A page for a terminal: a title, sentences, a table, sentences."""
    widths = [max(len(row[at]) for row in (header, *rows)) for at in range(len(header))]
    lines = []
    for row in (header, *rows) if rows else ():
        cells = [
            cell.ljust(width) if head in TO_THE_LEFT else cell.rjust(width)
            for cell, width, head in zip(row, widths, header, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([title, *before, *(["", *lines, ""] if lines else [""]), *after])


def page_html(
    title: str,
    before: Sequence[str],
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    after: Sequence[str],
) -> str:
    """The same for a notebook."""
    return tag(
        "div",
        tag("p", tag("strong", escape(title))),
        *(tag("p", escape(one)) for one in before),
        table(header, rows) if rows else "",
        *(tag("p", escape(one)) for one in after),
    )


def tree_text(nodes: Sequence[Row]) -> str:
    """A decision tree as indented lines, one for each answer.

    Parameters
    ----------
    nodes
        Each point before those it leads to: ``depth``, ``answer``, ``probability``,
        ``asks`` (empty at an end) and ``says``.
    """
    lines = []
    for node in nodes:
        indent = "    " * int(number(node["depth"]))
        if node["answer"]:
            lines.append(f"{indent}{node['answer']} ({_share(node['probability'])}): {_then(node)}")
        else:
            lines.append(_then(node))
    return "\n".join(lines)


def tree_html(nodes: Sequence[Row]) -> str:
    """The same for a notebook, as nested lists."""
    return _nested(list(nodes), 0)[0]


def _nested(nodes: list[Row], at: int) -> tuple[str, int]:
    """The list of one point and all it leads to, and where the next begins."""
    node = nodes[at]
    depth = number(node["depth"])
    answer = str(node["answer"])
    before = f"{answer} ({_share(node['probability'])}): " if answer else ""
    inside = escape(before + _then(node))
    branches = []
    at += 1
    while at < len(nodes) and number(nodes[at]["depth"]) > depth:
        branch, at = _nested(nodes, at)
        branches.append(branch)
    below = tag("ul", *(tag("li", one) for one in branches)) if branches else ""
    return inside + below, at


def _then(node: Row) -> str:
    """What is asked at a point, and what is believed there."""
    asks = str(node["asks"])
    return f"{asks} [{node['says']}]" if asks else f"-> {node['says']}"


def number(value: object) -> float:
    """A cell of a row as a number."""
    return float(str(value))


def _share(value: object) -> str:
    return "-" if value is None else percent(number(value))
