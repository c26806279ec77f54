"""The command that leaves Python: ``page``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kneebayes.cli.app import app
from kneebayes.cli.arguments import Folder, LexiconName
from kneebayes.model import load

__all__ = ["page"]


@app.command()
def page(
    path: Annotated[Path, typer.Argument(metavar="OUT.html", help="Where to write the page.")],
    title: Annotated[str | None, typer.Option(help="What stands on top of it.")] = None,
    setting: Annotated[
        str | None, typer.Option(help="Where the patient is seen, such as emergency.")
    ] = None,
    folder: Folder = None,
    lexicon: LexiconName = None,
) -> None:
    """Write the model as one HTML page that works without a network and without Python."""
    model = load(folder, lexicon)
    model = model if setting is None else model.in_setting(setting)
    written = model.to_html(path, title)
    typer.echo(f"{written}: {written.stat().st_size / 1000:.0f} kB. Open it in a browser.")
