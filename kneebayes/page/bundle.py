"""The scripts and the style of the front end, each as one text."""

from __future__ import annotations

import re
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files

__all__ = ["script", "static", "style"]

IMPORT = re.compile(r"""^import\b[^;]*?from\s*["']\./([\w.-]+)["'];\n""", re.MULTILINE)
COMMENT = re.compile(r"\n[ ]*(?:/\*\*.*?\*/|//[^\n]*)(?=\n)", re.DOTALL)  # on lines of its own
SPACE = re.compile(r"\n\s*")  # before and between lines; no text of the scripts goes over a line
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)


@cache
def static(name: str) -> str:
    """The text of one file of the front end."""
    return files("kneebayes.page").joinpath("static", name).read_text(encoding="utf-8")


@cache
def script(entry: str) -> str:
    """The script that starts the front end, with all that it imports, as one text without imports.

    The modules share one scope, so every name at the top of a module is its own among all.

    Examples
    --------
    >>> "import" in script("boot_page.js").split()
    False
    """
    needs: dict[str, list[str]] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in needs:
            needs[name] = sorted(IMPORT.findall(static(name)))
            waiting += needs[name]
    ordered = TopologicalSorter(dict(sorted(needs.items()))).static_order()
    whole = "\n".join(EXPORT.sub("", IMPORT.sub("", static(name))) for name in ordered)
    return SPACE.sub("\n", COMMENT.sub("\n", f"\n{whole}")).lstrip()


def style(*names: str) -> str:
    """Style sheets as one text."""
    return "\n".join(static(name) for name in names)
