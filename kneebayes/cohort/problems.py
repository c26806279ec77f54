"""What is wrong with a table of patients: all of it is found before any of it is told."""

from __future__ import annotations

from collections.abc import Hashable

from kneebayes.errors import EvidenceError, Problem, UnknownNameError

__all__ = ["Problems"]

SHOWN = 20


class Problems:
    """Problems of one table, each kind told once with the first row where it stands.

    Parameters
    ----------
    table
        What the table is called: ``The table``, or the name of a file.
    carrying
        How a column that only names the patients is carried through, with a place for its
        name.
    """

    def __init__(
        self,
        table: str = "The table",
        carrying: str = "make it the index: frame.set_index({!r})",
    ) -> None:
        self.table = table
        self.carrying = carrying
        self._unknown: list[UnknownNameError] = []
        self._columns: list[Problem] = []
        self._cells: dict[tuple[Hashable, str], tuple[str, int]] = {}

    def __len__(self) -> int:
        return len(self._unknown) + len(self._columns) + len(self._cells)

    def add_unknown(self, error: UnknownNameError) -> None:
        """A column that is named like nothing in the model."""
        self._unknown.append(error)

    def add_column(self, column: str, wrong: str, remedy: str) -> None:
        """A column that cannot be used although its name is known."""
        self._columns.append(Problem(column, wrong, remedy))

    def add_cells(self, column: Hashable, wrong: str, row: str, count: int) -> None:
        """A value that cannot be understood: in which row it stands first, and how often."""
        first, before = self._cells.get((column, wrong), (row, 0))
        self._cells[column, wrong] = (first, before + count)

    def raise_any(self) -> None:
        """Tell all problems, if there are any.

        Raises
        ------
        UnknownNameError
            If names of columns are all that is wrong.
        EvidenceError
            If anything else is wrong, with or without names.
        """
        if not len(self):
            return
        told = [f"column {error.name!r}: {error}" for error in self._unknown]
        told += map(str, self._columns)
        told += [
            f"column {column!r}, {row}{_more(count)}: {wrong}"
            for (column, wrong), (row, count) in self._cells.items()
        ]
        many = f"{len(told)} problem{'' if len(told) == 1 else 's'} found"
        if len(told) > SHOWN:
            told = [*told[:SHOWN], f"and {len(told) - SHOWN} more."]
        lines = "\n".join(f"  - {one}" for one in told)
        message = f"{self.table} cannot be read: {many}.\n{lines}"
        if len(self) == len(self._unknown):
            first = self._unknown[0]
            raise UnknownNameError(message, first.name, first.suggestions)
        raise EvidenceError(message)


def _more(count: int) -> str:
    return "" if count == 1 else f" and {count - 1} more row{'' if count == 2 else 's'}"
