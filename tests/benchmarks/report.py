"""The report: rows of figures, printed and written as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Figure:
    """One figure: of what, how it was measured, how much, over how many."""

    part: str
    subject: str
    series: str
    measure: str
    value: float
    unit: str
    count: int
    note: str = ""


@dataclass
class Report:
    """Figures and detailed tables; what is printed is also kept in ``report.txt``."""

    folder: Path
    figures: list[Figure] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def say(self, text: str = "") -> None:
        """Print a line and keep it."""
        print(text, flush=True)
        self.lines.append(text)

    def add(self, figures: Sequence[Figure]) -> None:
        """Add figures, and print them with a line for each."""
        for one in figures:
            if not self.figures or self.figures[-1].part != one.part:
                self.say(f"\n{one.part}\n{'-' * len(one.part)}")
            self.figures.append(one)
            what = f"{one.subject}, {one.series}" if one.series else one.subject
            value = f"{shown(one.value)} {one.unit}".rstrip()
            note = f"  [{one.note}]" if one.note else ""
            self.say(f"{what:<66} {one.measure:<26} {value:>14}  (n={one.count}){note}")

    def table(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write a detailed table as CSV."""
        if not rows:
            return
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def close(self, machine: Mapping[str, str]) -> None:
        """Write the table of figures, the machine and what was printed."""
        self.table("figures", [asdict(one) for one in self.figures])
        self.table("machine", [{"what": k, "value": v} for k, v in machine.items()])
        text = "\n".join(self.lines) + "\n"
        (self.folder / "report.txt").write_text(text, encoding="utf-8")


def largest(values: Iterable[float]) -> float:
    """The largest, or NaN where one is NaN: Python's own ``max`` would pass over it."""
    return float(np.max([0.0, *values]))


def shown(value: float) -> str:
    """Three digits, as short as they can be written."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:.1e}"
