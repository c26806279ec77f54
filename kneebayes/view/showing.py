"""What all results have in common: three ways to be read, and a picture."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Showing"]


class Showing(ABC):
    """A result that reads well in a terminal, in a notebook and as a tidy DataFrame."""

    @property
    @abstractmethod
    def table(self) -> pd.DataFrame:
        """One row for each thing said, one column for each kind of number."""

    @property
    @abstractmethod
    def text(self) -> str:
        """The result for a terminal."""

    @property
    @abstractmethod
    def html(self) -> str:
        """The result for a notebook."""

    @abstractmethod
    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the result with matplotlib."""

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html
