"""Rows of a CSV file that are not as they were meant: what is wrong, and the row mended."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from kneebayes.text import clipped, counted

LONGEST = 1000  # letters of a row that a message shows
QUOTED = "a text with commas stands in double quotation marks"
ENDS = "A row whose last column is empty ends with a comma."


def written_row(cells: Sequence[str]) -> str:
    """A row as it must be written: what has commas or quotation marks stands in quotation marks.

    Examples
    --------
    >>> written_row(["C01", "It is dull, and all over.", ""])
    'C01,"It is dull, and all over.",'
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def fault_of(cells: Sequence[str], raw: str, columns: Sequence[str]) -> tuple[str, str] | None:
    """What is wrong with the number of cells of a row, and what to write; None if nothing is.

    A blank behind a comma is that of a sentence which the comma cuts in two, unless the row has
    blanks behind all its commas, or the blank stands in quotation marks.

    Examples
    --------
    >>> raw = "C01,It is dull, and all over."
    >>> fault_of(raw.split(","), raw, ["id", "statement", "unused_because"])[1].splitlines()[-1]
    '      mended:   C01,"It is dull, and all over.",'
    """
    goes_on = (at for at, cell in enumerate(cells) if cell.startswith(" ") and f",{cell}" in raw)
    split = next(goes_on, None)
    spaced = all(cell.startswith(" ") or not cell for cell in cells[1:])
    fits = len(cells) == len(columns)
    if fits and (split is None or spaced):
        return None
    if fits and split is not None:
        wrong = (
            f"a comma cuts a text in two: {columns[split]} would be '{clipped(cells[split], 60)}'."
        )
    else:
        needed = f"There must be {len(columns)}, as in the header: {','.join(columns)}."
        wrong = f"{counted(len(cells), 'field')} found. {needed}"
    whole = list(cells) if spaced else _joined(cells)
    commas = len(whole) < len(cells) or len(whole) > len(columns)
    remedies = [f"{QUOTED.capitalize()}."] if commas else []
    if fits and split == len(columns) - 1:
        remedies.append("Should it be a column of its own, take the blank before it away.")
    if len(whole) == len(columns) - 1:
        remedies.append(ENDS)
        whole.append("")
    if surplus := max(0, len(whole) - len(columns)):  # most likely it is of the longest text
        first = len(columns) - 2
        whole[first : first + surplus + 1] = [",".join(whole[first : first + surplus + 1])]
    if len(whole) == len(columns):
        remedies += [f"\n      as it is: {clipped(raw, LONGEST)}"]
        remedies += [f"\n      mended:   {clipped(written_row(whole), LONGEST)}"]
    else:
        remedies.append(f"Got: {clipped(raw, LONGEST)}")
    return wrong, " ".join(remedies).replace(" \n", "\n")


def _joined(cells: Sequence[str]) -> list[str]:
    """Cells in which a sentence goes on, put together again."""
    whole = list(cells[:1])
    for cell in cells[1:]:
        if cell.startswith(" "):
            whole[-1] += f",{cell}"
        else:
            whole.append(cell)
    return whole


def not_csv(error: csv.Error, lines: int) -> tuple[str, str]:
    """What the quotation marks of a row have that they must not, and what to write.

    ``lines`` are those that were read as one row, since a text in quotation marks was not closed.
    """
    if lines > 1 or "unexpected end" in str(error):
        wrong = "a text begins with a quotation mark and has none at its end."
        return wrong, "Close it in the line it begins in, before the next comma."
    if "expected after" in str(error):
        remedy = 'In a text that stands in quotation marks write each of them twice: "a ""pop""".'
        return "a quotation mark ends a text in its middle.", remedy
    return f"not valid CSV: {error}.", "Mend the line named."
