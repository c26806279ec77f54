"""The command that hands notebooks to students: ``copies``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kneebayes.cli.app import app

__all__ = ["copies"]


@app.command()
def copies(
    source: Annotated[
        Path, typer.Argument(metavar="NOTEBOOKS", help="A folder with notebooks, or one of them.")
    ],
    target: Annotated[
        Path, typer.Argument(metavar="STUDENTS", help="Folder for the copies, made if missing.")
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over copies that are there already.")
    ] = False,
) -> None:
    """Write student copies of notebooks: without solutions and outputs."""
    from kneebayes.teaching.copies import copy_notebooks

    written = copy_notebooks(source, target, replace=replace)
    for path in written.paths:
        typer.echo(str(path))
    typer.echo(str(written))
