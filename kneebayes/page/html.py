"""One self-contained HTML page: it opens from a file and asks nothing of any network."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from graphlib import TopologicalSorter
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any, overload

from kneebayes.arguments import checked
from kneebayes.building.model import ModelLike
from kneebayes.errors import KneebayesError
from kneebayes.inference.limits import Budget, within_time
from kneebayes.memory import uncollected
from kneebayes.page.payload import payload as payload_of
from kneebayes.page.readings import layers_of, readings_of
from kneebayes.view.report import package_version
from kneebayes.writing import telling_why, text_or_path

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


PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="kneebayes {version}">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<div id="kneebayes" class="kneebayes kneebayes-page">
<main class="kb-shell">
<header class="kb-head">
<h1>{title}</h1>
<p class="kb-what">{disclaimer}</p>
</header>
<p>One moment: the model is being read.</p>
<noscript><p class="kb-error">This page computes in the browser and needs JavaScript. It sends
nothing anywhere.</p></noscript>
</main>
</div>
<script id="kneebayes-payload" type="application/gzip;base64">{payload}</script>
<script>{script}</script>
</body>
</html>
"""


@overload
def write_page(model: ModelLike, path: None = None, title: str | None = None) -> str: ...


@overload
def write_page(model: ModelLike, path: str | Path, title: str | None = None) -> Path: ...


@checked
def write_page(
    model: ModelLike, path: str | Path | None = None, title: str | None = None
) -> str | Path:
    """The model as one self-contained HTML page, for a class or a colleague.

    The page opens from a file in any browser since 2023 and asks nothing of any
    network. It ranks the causes, explains them, proposes what to ask next and has a
    virtual patient; it computes exactly, in the browser. Every setting of the folder can be
    chosen on it, every lexicon and every layer. These models are calibrated
    first, which takes some seconds once; a bar is shown.

    Parameters
    ----------
    path
        Where to write, in a folder that exists; a file that is there is replaced. Left out,
        the page is given back as text.
    title
        The title of the page; left out, that of the model.

    Raises
    ------
    KneebayesError
        If the folder does not exist, or the file cannot be written.

    Examples
    --------
    >>> import tempfile, kneebayes as kb
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = kb.load(layer="article").to_html(f"{folder}/knee.html")
    ...     page.name, page.stat().st_size < 500_000
    ('knee.html', True)
    """
    path = None if path is None else Path(path)
    if path is not None:
        with telling_why(path):
            folder, there = path.parent, path.parent.is_dir()
        if not there:
            message = f"{path}: the folder {folder} does not exist. Make it first, or name another."
            raise KneebayesError(message)
    own = payload_of(model)
    calibrating = within_time("calibrating what can be chosen on the page", Budget())
    with calibrating, uncollected():
        choices = {"readings": readings_of(model, own), "layers": layers_of(model, own)}
    text = page_html({**own, **choices}, package_version(), title)
    return text_or_path(text, path)


def page_html(payload: Mapping[str, Any], version: str, title: str | None = None) -> str:
    """The whole page as text, from what :func:`kneebayes.page.payload.payload` made.

    The policy in its head allows this one script and this one style, and no request.
    """
    shown = dict(payload) if title is None else {**payload, "title": title}
    code = f'(() => {{\n"use strict";\n{script("boot_page.js")}}})();\n'
    looks = style("style.css", "page.css")
    # what the page may do: run this script, wear this style, nothing else
    return PAGE.format(
        policy=(
            f"default-src 'none'; script-src '{_sha256(code)}'; style-src '{_sha256(looks)}'; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        ),
        version=escape(version),
        title=escape(str(shown["title"])),
        disclaimer=escape(str(shown["disclaimer"])),
        style=looks,
        payload=_embedded(shown),
        script=code,
    )


def _sha256(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _embedded(content: Mapping[str, Any]) -> str:
    """JSON, compressed (RFC 1952) and written in letters, the same for the same content."""
    plain = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    packed = gzip.compress(plain.encode("utf-8"), compresslevel=9, mtime=0)
    return base64.b64encode(packed).decode("ascii")
