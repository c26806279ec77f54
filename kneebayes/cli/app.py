"""The program itself: its options, and what becomes of errors.

Exit codes: 0 done; 1 ``check`` found remarks; 2 a name, an answer or an option was not
understood; 3 the evidence is impossible; 4 the knowledge folder has problems.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from kneebayes.errors import ImpossibleEvidenceError, KneebayesError, KnowledgeError

__all__ = ["app", "main"]

app = typer.Typer(
    help="What can cause pain behind the knee? A teaching and research model, not medical advice.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kneebayes {version('kneebayes')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """What can cause pain behind the knee? A teaching and research model, not medical advice."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors made on purpose become a line on stderr and an exit code."""
    try:
        app(args=None if arguments is None else list(arguments))
    except KneebayesError as error:
        typer.echo(f"kneebayes: {error}", err=True)
        sys.exit(_exit_code(error))


def _exit_code(error: KneebayesError) -> int:
    if isinstance(error, ImpossibleEvidenceError):
        return 3
    return 4 if isinstance(error, KnowledgeError) else 2
