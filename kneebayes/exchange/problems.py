"""What is wrong with a file from elsewhere; all problems are reported together."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NoReturn

from kneebayes.errors import KneebayesError, Problem
from kneebayes.text import counted

SHOWN = 20
SAID = 3  # remarks that a warning says


class ExchangeError(KneebayesError, ValueError):
    """Raised when a file from elsewhere cannot be read, or cannot be written in a form."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        count = f"{counted(len(problems), 'problem')} found"
        lines = [f"  - {problem}" for problem in problems[:SHOWN]]
        if len(problems) > SHOWN:
            lines.append(f"  - and {len(problems) - SHOWN} more.")
        super().__init__("\n".join([f"{source}: {count}.", *lines]))

    def __reduce__(self) -> tuple[type[ExchangeError], tuple[str, tuple[Problem, ...]]]:
        return type(self), (self.source, self.problems)


class ExchangeWarning(UserWarning):
    """Said when a file was read, though not word for word."""


class Problems:
    """Problems of one file (``source``), gathered, and remarks on what was done with it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._found: list[Problem] = []
        self.remarks: list[str] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, place: str, wrong: str, remedy: str = "") -> None:
        """One more thing that is wrong."""
        self._found.append(Problem(place, wrong, remedy))

    def of(self, place: str) -> list[Problem]:
        """What is wrong at one place so far."""
        return [problem for problem in self._found if problem.place == place]

    def remark(self, text: str) -> None:
        """Something to know of the file that is no problem."""
        self.remarks.append(text)

    def warn(self) -> None:
        """Say all remarks in one warning, if there are any."""
        if self.remarks:
            more = f" And {len(self.remarks) - SAID} more." if len(self.remarks) > SAID else ""
            message = f"{self.source}: {' '.join(self.remarks[:SAID])}{more}"
            warnings.warn(message, ExchangeWarning, stacklevel=4)

    def raise_any(self) -> None:
        """Raise all problems as an :class:`ExchangeError`, if there are any."""
        if self._found:
            raise ExchangeError(self.source, self._found)

    def stop(self, place: str, wrong: str, remedy: str = "") -> NoReturn:
        """Raise all problems so far, and one after which nothing more can be read."""
        self.add(place, wrong, remedy)
        raise ExchangeError(self.source, self._found)
