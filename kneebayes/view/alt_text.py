"""The words for a picture go with it into a notebook, for who cannot see it.

IPython lets a picture carry metadata. The classic pages of nbconvert take ``alt`` from there;
JupyterLab, and pages made to look like it, show no such words yet. Outside a notebook nothing
happens.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

Draw = TypeVar("Draw", bound=Callable[..., Any])

RESULTS = "kneebayes_results"  # what a figure has the results under that are drawn on it
PNG = "image/png"


def described(draw: Draw) -> Draw:
    """A method that draws its result, which in a notebook lets the picture have its words."""

    @wraps(draw)
    def drawn(self: Any, *given: Any, **named: Any) -> Any:
        """Draw, and let the figure know what is on it; the words are said when it is shown."""
        axes = draw(self, *given, **named)
        shell = _shell()
        if shell is not None:
            vars(axes.figure).setdefault(RESULTS, []).append(self)
            _let_pictures_have_words(shell, type(axes.figure))
        return axes

    return cast("Draw", drawn)


def _shell() -> Any:
    """IPython where this runs in a notebook, else None."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell if hasattr(shell, "display_formatter") else None


def _let_pictures_have_words(shell: Any, kind: type) -> None:
    """Let IPython write the words beside the picture that it makes of a figure."""
    formatter = shell.display_formatter.formatters[PNG]
    if kind in formatter.type_printers and not isinstance(
        formatter.type_printers[kind], _WithWords
    ):
        formatter.for_type(kind, _WithWords(formatter.type_printers[kind]))


class _WithWords:
    """What makes a picture of a figure, with the words of what was drawn on it."""

    def __init__(self, plain: Callable[[Any], Any]) -> None:
        self.plain = plain

    def __call__(self, figure: Any) -> Any:
        """The picture as before; with metadata where the figure has words."""
        made = self.plain(figure)
        picture, metadata = made if isinstance(made, tuple) else (made, {})
        several = dict.fromkeys(one.alt_text for one in vars(figure).get(RESULTS, ()))
        if picture is None or not several:
            return made
        return picture, {**metadata, "alt": " ".join(several)}
