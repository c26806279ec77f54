"""A check is a figure with what it must be; checks are printed, and written as Markdown and CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import version_of
from benchmarks.report import shown

__all__ = ["Check", "Results", "holds"]

ABOUT = (
    "Written by `python -m tests.reliability`; every part names the command, seed, date and "
    "versions it was made with. *demanded* is what the command holds the figure to (it ends "
    "with exit code 1 if one is not met); figures without a demand are told as they are. "
    "Parts whose line names `numba` are of the engine before the C kernel and of the network "
    "before one explanation took the place of many. Files and lines are named as they were on the "
    "day of the run."
)
PACKAGES = ("kneebayes", "numpy", "pgmpy", "pyagrum", "hypothesis")


@dataclass(frozen=True)
class Check:
    """One figure.

    Attributes
    ----------
    part
        Which part of the run it belongs to.
    subject, measure
        Of what, and how it was measured.
    value
        What came out.
    demanded
        What it must be: ``< 1e-12``, ``= 0``, ``> 0.001``; empty where nothing is demanded.
    count
        How many cases it was measured on.
    note
        What a reader should know besides.
    """

    part: str
    subject: str
    measure: str
    value: float
    demanded: str
    count: int
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the figure is what it must be."""
        return holds(self.value, self.demanded)


def holds(value: float, demanded: str) -> bool:
    """Whether a value meets a demand such as ``< 1e-12``; NaN meets none.

    Raises
    ------
    ValueError
        If the demand is not understood.
    """
    if not demanded:
        return True
    sign, _, limit = demanded.partition(" ")
    if sign == "<":
        return value < float(limit)
    if sign == ">":
        return value > float(limit)
    if sign == "=":
        return value == float(limit)
    message = f"A demand is <, > or = and a number, got {demanded!r}."
    raise ValueError(message)


class Results:
    """All figures of the last run of each part, in a folder.

    Parameters
    ----------
    folder
        Where ``RESULTS.md`` and ``results.csv`` stand; parts that are not run again stay.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[dict[str, str]] = []
        folder.mkdir(parents=True, exist_ok=True)
        stored = folder / "results.csv"
        if stored.exists():
            with stored.open(encoding="utf-8", newline="") as file:
                self.rows = list(csv.DictReader(file))

    def put(self, checks: Sequence[Check], command: str, seed: int, order: Iterable[str]) -> None:
        """Print checks and let them take the place of those of the same parts."""
        renewed = {one.part for one in checks}
        kept = [row for row in self.rows if row["part"] not in renewed]
        made = {"seed": str(seed), "command": command, "date": f"{datetime.now(UTC):%Y-%m-%d}"}
        versions = ", ".join(f"{name} {version_of(name)}" for name in PACKAGES)
        for one in checks:
            print(line_of(one), flush=True)
            row = {name: str(value) for name, value in asdict(one).items()}
            kept.append(row | {"holds": "yes" if one.holds else "NO"} | made | {"with": versions})
        places = list(order)
        self.rows = sorted(kept, key=lambda row: places.index(row["part"]))
        self.write()

    def write(self) -> None:
        """Write the table twice: to be read, and to be computed with."""
        columns = [one.name for one in fields(Check)]
        columns += ["holds", "seed", "command", "date", "with"]
        with (self.folder / "results.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)
        (self.folder / "RESULTS.md").write_text(markdown(self.rows), encoding="utf-8")


def line_of(check: Check) -> str:
    """A check on a line of a terminal."""
    mark = "" if check.holds else "  <-- NOT MET"
    note = f"  [{check.note}]" if check.note else ""
    value = f"{shown(check.value)} {check.demanded and f'({check.demanded})'}".strip()
    what = f"{check.subject}: {check.measure}"
    return f"{what:<84} {value:>24}  n={check.count:,}{note}{mark}"


def markdown(rows: Sequence[dict[str, str]]) -> str:
    """All figures as a page."""
    lines = [
        "# Reliability: figures that anyone can recompute",
        "",
        ABOUT,
    ]
    for part in dict.fromkeys(row["part"] for row in rows):
        mine = [row for row in rows if row["part"] == part]
        lines += ["", f"## {part}", ""]
        for command in dict.fromkeys(
            f"`{one['command']}`, seed {one['seed']}, {one['date']}; {one['with']}." for one in mine
        ):
            lines += [command, ""]
        lines += ["| of | figure | value | demanded | met | n | note |"]
        lines += ["|---|---|---:|---|---|---:|---|"]
        for one in mine:
            cells = [one["subject"], one["measure"], shown(float(one["value"])), one["demanded"]]
            met = one["holds"] if one["demanded"] else ""
            cells += [met, f"{int(one['count']):,}", one["note"]]
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
