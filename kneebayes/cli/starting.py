"""The command that begins another complaint: ``new``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kneebayes.cli.app import app

__all__ = ["new"]


@app.command()
def new(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder that is empty or not there yet.")
    ],
) -> None:
    """Write a small commented knowledge folder, to begin another complaint with."""
    from kneebayes.knowledge import start_folder

    written = start_folder(folder)
    shown = f'"{written}"' if " " in str(written) else str(written)
    typer.echo(
        f"Written to {written}: pain in the shoulder, with guessed numbers and comments.\n"
        f"It works as it stands:\n"
        f"  kneebayes check {shown}\n"
        f'  kneebayes diagnose "weak arm" --context age=70 --folder {shown}\n'
        f"Then put your own causes, findings and sources in the place of the guesses."
    )
