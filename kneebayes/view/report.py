"""A report: what was asked, what to do now, what is known, what came out, and what made it.

Every result builds one, so that all of them look alike as text and as HTML, and say alike how
urgent it is and which model made the numbers.
"""

from __future__ import annotations

import json
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from html import escape
from itertools import chain, zip_longest
from pathlib import Path
from textwrap import shorten, wrap
from typing import Any, cast, overload

from kneebayes.arguments import checked
from kneebayes.binding import Axes, pd
from kneebayes.building.model import ModelData, ModelLike
from kneebayes.case.answers import Answer, says_unknown
from kneebayes.case.case import Case, CaseLike
from kneebayes.case.urgency import PROBABLE, Urgency
from kneebayes.view.figures import caption, described
from kneebayes.view.markup import Markup, are_numbers, or_untold, percent, table, tag
from kneebayes.writing import text_or_path

ALT_LINES, ALT_LETTERS = 5, 900  # rows of a picture told in words, and how much of them
LONGEST = 70  # characters of a cell before it goes on below
Row = tuple[str, ...]


@dataclass(frozen=True)
class Steps:
    """Numbered sentences, each with a remark in small print."""

    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Outline:
    """Lines below each other, each with its depth."""

    lines: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Paragraph:
    """Lines that belong together."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A further table, under a heading if it has one."""

    heading: str
    header: Row
    rows: tuple[Row, ...]


Block = str | Steps | Outline | Paragraph | Grid


@dataclass(frozen=True)
class Report:
    """The texts of a result, the same in a terminal and in a notebook."""

    title: str  #: what was asked
    known: str = ""  #: of the patient
    advice: str = ""  #: what to do now
    reasons: tuple[str, ...] = ()  #: the signs that call for it
    header: Row = ()
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()  #: remarks under the table
    disclaimer: str = ""  #: what it is not
    lead: tuple[str, ...] = ()  #: sentences above the table
    before: tuple[Block, ...] = ()  #: further blocks above it
    after: tuple[Block, ...] = ()  #: and below it
    made_by: str = ""  #: which model
    width: int | None = None  #: where sentences are broken in a terminal; None leaves them whole
    beside: str = ""  #: what is said apart from the signs


def known_line(answers: Iterable[tuple[str, str]]) -> str:
    """What was answered, in one sentence: labels with their states."""
    words = "; ".join(f"{label}: {state}" for label, state in answers)
    return f"Known: {words}." if words else "Nothing is known."


def known_of(answers: Iterable[Answer]) -> str:
    """The same of answers."""
    return known_line((answer.label, answer.state) for answer in answers)


def urgency_lines(urgency: Urgency) -> list[str]:
    """The advice, and the signs it rests on; it is shown above everything else."""
    return [urgency.advice, *(f"  - {reason}" for reason in urgency.reasons)]


def with_signs(title: str, case: Case) -> str:
    """What stands above a picture of a patient: a title, and what urgent signs call for."""
    return "\n".join(filter(None, (title, case.urgency.in_short)))


def beside_the_signs(case: Case) -> str:
    """What is said apart from the signs, where these let wait: what is open, or is probable."""
    probable = case.level != "now" and case.any_urgent >= PROBABLE
    signs = "No sign says so, but" if case.level == "routine" else "Apart from these signs,"
    warning = (
        f"{signs} the probability that an urgent cause explains it is "
        f"{percent(case.any_urgent)}. Have it looked at soon."
    )
    return " ".join(filter(None, (case.urgency.left_open, warning if probable else "")))


# what made the numbers


@cache
def package_version() -> str:
    """Version of this package, or ``0+unknown``."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("kneebayes")
    except PackageNotFoundError:  # a plain checkout that was never installed
        return "0+unknown"


def made_by(model: ModelLike) -> dict[str, Any]:
    """Which model made a result, as plain values."""
    data = model.data
    return {
        "version": package_version(),
        "source": data.knowledge.meta.source,
        "digest": data.knowledge.digest,
        "lexicon": data.lexicon,
        "layer": data.knowledge.layer,
        "setting": data.setting,
        "learnt": None if data.learnt is None else data.learnt.told,
    }


def made_by_line(model: ModelLike | Mapping[str, Any]) -> str:
    """The same, of a model or of its plain values, as a line of text; empty for no model."""
    origin = model if isinstance(model, Mapping) else made_by(model)
    if not origin:
        return ""
    parts = [f"{name}: {origin[name]}" for name in ("lexicon", "layer", "setting") if origin[name]]
    parts += [f"learnt from {origin['learnt']}"] if origin["learnt"] else []
    return f"Made by kneebayes {origin['version']} ({', '.join(parts)})."


def plain_case(case: CaseLike) -> dict[str, Any]:
    """What every result of one patient says in JSON: the model, the answers and the urgency."""
    case = case.case
    return {
        **made_by(case.data),
        "disclaimer": case.disclaimer,
        "answers": {
            answer.id: {
                "label": answer.label,
                "state": answer.state,
                "likelihood": dict(
                    zip(case.data.network[answer.id].states, answer.likelihood, strict=True)
                ),
            }
            for answer in case.answers
        },
        "urgency": {
            "level": case.urgency.level,
            "advice": case.urgency.advice,
            "reasons": [str(reason) for reason in case.urgency.reasons],
            "beside": beside_the_signs(case),
        },
    }


def report_on(
    case: Case,
    title: str,
    header: Row = (),
    rows: Sequence[Row] = (),
    notes: Sequence[str] = (),
    *,
    lead: Sequence[str] = (),
    of_a_patient: bool = True,
    whole_title: bool = False,
) -> Report:
    """A report about what is known; urgency is on top if it is about a patient.

    The title gets the complaint before it and the reading of the model behind it, unless it is
    whole already.
    """
    urgency = case.urgency
    return Report(
        title=title if whole_title else f"{case.title}: {title} ({case.data.reading})",
        known=known_of(case.answers),
        advice=urgency.advice if of_a_patient else "",
        reasons=tuple(str(reason) for reason in urgency.reasons) if of_a_patient else (),
        beside=beside_the_signs(case) if of_a_patient else "",
        header=header,
        rows=tuple(rows),
        notes=tuple(notes),
        disclaimer=case.disclaimer,
        lead=tuple(lead),
        made_by=made_by_line(case.data),
    )


def fields_of(record: Any) -> dict[str, Any]:
    """Values of a record by field, as they stand: ``asdict`` would copy whatever is in them."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def records_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table by name of the column."""
    return cast("list[dict[str, Any]]", table.to_dict("records"))


def in_words(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row to be shown: what is no number says so."""
    return {name: or_untold(value) for name, value in row.items()}


def cells_of(table: pd.DataFrame, columns: Mapping[str, str]) -> tuple[Row, tuple[Row, ...]]:
    """The header of what is shown of a table, and its rows: by heading how a cell is written.

    Examples
    --------
    >>> gout = pd.DataFrame({"cause": ["gout"], "p": [0.25]})
    >>> cells_of(gout, {"what": "{cause}", "P": "{p:.0%}"})
    (('what', 'P'), (('gout', '25%'),))
    """
    ways = columns.values()
    rows = map(in_words, records_of(table))
    return tuple(columns), tuple(tuple(way.format_map(row) for way in ways) for row in rows)


def ranked_frame(rows: Sequence[Any], columns: list[str] | None = None) -> pd.DataFrame:
    """Rows as a DataFrame with the rank as its index, from 1."""
    index = pd.RangeIndex(1, len(rows) + 1, name="rank")
    return pd.DataFrame(rows, index=index, columns=columns)


# as text


def report_text(report: Report) -> str:
    """A report for a terminal."""
    lines = [report.title, *([report.known] if report.known else [])]
    if report.advice:
        lines += ["", report.advice, *(f"  - {reason}" for reason in report.reasons)]
    lines += [report.beside] if report.beside else []
    lines += _section(_wrapped(report.lead, report.width))
    lines += _section(line for block in report.before for line in _lines(block, report.width))
    if report.rows:
        lines += ["", *_aligned([report.header, *report.rows])]
    lines += _section(line for block in report.after for line in _lines(block, report.width))
    lines += _section(_wrapped(report.notes, report.width)) or [""]
    origin = [report.made_by] if report.made_by else []
    return "\n".join([*lines, *origin, report.disclaimer])


def _section(lines: Iterable[str]) -> list[str]:
    """Lines with an empty one above, where there are any."""
    shown = list(lines)
    return [*([""] if shown[0] else []), *shown] if shown else []


def _wrapped(sentences: Iterable[str], width: int | None, indent: str = "") -> Iterator[str]:
    for sentence in sentences:
        if width is None:
            yield indent + sentence
        else:
            style: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
            style |= {"initial_indent": indent, "subsequent_indent": f"{indent}   "}
            yield from wrap(sentence, width, **style)


def _lines(block: Block, width: int | None) -> Iterator[str]:
    if isinstance(block, str):
        yield from _wrapped([block], width)
    elif isinstance(block, Steps):
        for number, (sentence, remark) in enumerate(block.steps, start=1):
            yield from _wrapped([f"{number}. {sentence}"], width)
            yield from _wrapped([remark] if remark else [], width, "   ")
    elif isinstance(block, Grid):
        yield ""
        yield from [block.heading] if block.heading else []
        yield from _aligned([block.header, *block.rows])
    elif isinstance(block, Paragraph):
        yield ""
        yield from _wrapped(block.lines, width)
    else:
        for depth, line in block.lines:
            yield from _wrapped([line], width, "    " * depth)


def _aligned(rows: Sequence[Row]) -> Iterator[str]:
    """Rows with their columns under each other, numbers to the right; long cells go on below."""
    broken = [[wrap(cell, LONGEST) or [""] for cell in row] for row in rows]
    columns = list(zip(*broken, strict=True))
    widths = [max(len(line) for cell in column for line in cell) for column in columns]
    to_the_right = [are_numbers([*chain.from_iterable(column[1:])]) for column in columns]
    for row in broken:
        for parts in zip_longest(*row, fillvalue=""):
            cells = (
                part.rjust(width) if right else part.ljust(width)
                for part, width, right in zip(parts, widths, to_the_right, strict=True)
            )
            yield "  ".join(cells).rstrip()


# as HTML


def report_html(report: Report) -> str:
    """The same report for a notebook."""
    reasons = "".join(tag("li", escape(reason)) for reason in report.reasons)
    return tag(
        "div",
        tag("p", tag("strong", escape(report.title))),
        tag("p", tag("strong", escape(report.advice)), role="alert") if report.advice else "",
        tag("ul", Markup(reasons)) if reasons else "",
        tag("p", tag("strong", escape(report.beside)), role="alert") if report.beside else "",
        tag("p", escape(report.known)) if report.known else "",
        *(tag("p", escape(sentence)) for sentence in report.lead),
        *(_element(block) for block in report.before),
        table(report.header, report.rows) if report.rows else "",
        *(_element(block) for block in report.after),
        *(tag("p", escape(note)) for note in report.notes),
        tag("p", tag("small", escape(report.made_by))) if report.made_by else "",
        tag("p", tag("em", escape(report.disclaimer))),
    )


def _below(remark: str) -> str:
    """A remark in small letters on a line of its own; nothing where there is none."""
    return "<br/>" + tag("small", escape(remark)) if remark else ""


def _element(block: Block) -> str:
    if isinstance(block, str):
        return tag("p", escape(block))
    if isinstance(block, Steps):
        items = [tag("li", escape(sentence), _below(remark)) for sentence, remark in block.steps]
        return tag("ol", *items) if items else ""
    if isinstance(block, Grid):
        return table(block.header, block.rows, block.heading)
    if isinstance(block, Paragraph):
        return "".join(tag("p", escape(line)) for line in block.lines)
    return _nested(list(block.lines), 0)[0] if block.lines else ""


def _nested(lines: list[tuple[int, str]], start: int) -> tuple[str, int]:
    """The list of all lines as deep as the first, with what stands below each, and its end."""
    depth, items, index = lines[start][0], [], start
    while index < len(lines) and lines[index][0] == depth:
        text, index = escape(lines[index][1]), index + 1
        below = ""
        if index < len(lines) and lines[index][0] > depth:
            below, index = _nested(lines, index)
        items.append(tag("li", text, below))
    return tag("ul", *items), index


# results


class InJson(ABC):
    """What can be given as plain values and as JSON text."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""

    @overload
    def to_json(self) -> str: ...

    @overload
    def to_json(self, path: str | Path) -> Path: ...

    @checked
    def to_json(self, path: str | Path | None = None) -> str | Path:
        """The same as JSON text (UTF-8, two spaces a level), or in a file, whose path is returned.

        Examples
        --------
        >>> import json
        >>> import kneebayes as kb
        >>> dx = kb.load().diagnose({"fever": False})
        >>> json.loads(dx.to_json()) == dx.to_dict()
        True
        """
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        return text_or_path(text, path)


class Reporting(InJson):
    """A result that reads well in a terminal, in a notebook and as a tidy DataFrame."""

    def __init_subclass__(cls, **more: Any) -> None:
        """Let whatever draws check what it is given, and pictures have their words in notebooks."""
        super().__init_subclass__(**more)
        for name, member in [*vars(cls).items()]:
            if name.startswith("draw") and callable(member):
                setattr(cls, name, described(checked(member)))

    @property
    @abstractmethod
    def table(self) -> pd.DataFrame:
        """One row for each thing said, one column for each kind of number."""

    @property
    @abstractmethod
    def report(self) -> Report:
        """What is shown."""

    @abstractmethod
    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the result with matplotlib."""

    @property
    def text(self) -> str:
        """The result for a terminal."""
        return report_text(self.report)

    @property
    def html(self) -> str:
        """The result for a notebook."""
        return report_html(self.report)

    @property
    def alt_text(self) -> str:
        """The picture in words, for who cannot see it: what it is, and its first rows."""
        return alt_text_of(self.report)

    def _origin(self) -> Mapping[str, Any]:
        """Which model made the numbers, as :func:`made_by` says it; empty if none did."""
        return {}

    def _content(self) -> dict[str, Any]:
        """What is in the JSON besides the model: the table, row by row."""
        return {"rows": self.table.to_dict(orient="records")}

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON; a number that is missing is None.

        An infinite number becomes the text ``inf`` or ``-inf``.
        """
        content: dict[str, Any] = plain({**self._origin(), **self._content()})
        return content

    def _titled(self, ax: Axes, title: str = "") -> Axes:
        """The same axes; above them a title, that of the report if no other, and what is known."""
        return caption(ax, title or self.report.title, self.report.known)

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def alt_text_of(report: Report) -> str:
    """A report for who cannot see its picture: whose it is, and its first rows, cell by cell."""
    grids = [block for block in report.before if isinstance(block, Grid)]
    header, cells = report.header, report.rows
    if not cells and grids:
        header, cells = grids[0].header, grids[0].rows
    rows = [_row_in_words(header, row) for row in cells[:ALT_LINES]]
    outlines = [block for block in report.before if isinstance(block, Outline)]
    below = [line for outline in outlines for _, line in outline.lines]
    paragraphs = [block for block in report.before if isinstance(block, Paragraph)]
    lines = [line.strip() for paragraph in paragraphs for line in paragraph.lines][:ALT_LINES]
    signs = (report.advice, report.beside)
    parts = [report.title, report.known, *signs, *report.lead[:1], *lines, *below, *rows]
    words = " ".join(_sentence(part) for part in parts if part)
    return shorten(words, ALT_LETTERS, placeholder=" ...")


def _row_in_words(header: Row, row: Row) -> str:
    """Each cell after what stands above it; bars of signs say nothing here."""
    cells = zip_longest(header[: len(row)], row, fillvalue="")
    phrases = (f"{name} {cell}".strip() for name, cell in cells if re.search(r"\w", str(cell)))
    return "; ".join(phrases)


def _sentence(part: str) -> str:
    return part if part.endswith(("?", "!", ".", "\u201d")) else f"{part.rstrip()}."


class CaseResult(Reporting):
    """A result about one patient: a report, and the same numbers as JSON."""

    case: Case

    @property
    def urgency(self) -> Urgency:
        """What the signs say to do, whatever was asked."""
        return self.case.urgency

    def _titled(self, ax: Axes, title: str = "") -> Axes:
        """As for any result; besides, what urgent signs call for: a picture goes about alone."""
        report = self.report
        title = title or report.title
        shown = with_signs(title, self.case) if report.advice else title
        return caption(ax, shown, report.known)

    def _origin(self) -> Mapping[str, Any]:
        """Which model made it, what was answered, and how urgent that is."""
        return plain_case(self.case)


class ModelResult(Reporting):
    """A result about a model, not about one patient: a report, and the same numbers as JSON."""

    model: ModelLike

    @property
    def data(self) -> ModelData:
        """What the model is made of."""
        return self.model.data

    def _origin(self) -> Mapping[str, Any]:
        """Which model it is about."""
        return made_by(self.model)

    def _report(
        self, title: str, header: Row = (), rows: Iterable[Row] = (), **more: Any
    ) -> Report:
        """What is shown, with what the model is about, what it is not and what made the numbers."""
        meta = self.data.knowledge.meta
        ends = {"disclaimer": meta.disclaimer, "made_by": made_by_line(self._origin())}
        parts: dict[str, Any] = {"title": f"{meta.title}: {title}", **ends, **more}
        return Report(header=header, rows=tuple(rows), **parts)


def plain(value: object) -> Any:
    """A value as JSON has it, all the way down; what it has no kind for is its text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if hasattr(value, "item") and not isinstance(value, str):  # a number of NumPy
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    if value is None or isinstance(value, str | int | float):
        return value
    return None if says_unknown(value) else str(value)
