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

from kneebayes.errors import (
    ImpossibleEvidenceError,
    KneebayesError,
    KnowledgeError,
    UnknownNameError,
)
from kneebayes.knowledge.names import either

__all__ = ["app", "main", "retold"]

app = typer.Typer(
    help="What can cause pain behind the knee? A teaching and research model, not medical advice.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
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
        typer.echo(f"kneebayes: {retold(error)}", err=True)
        sys.exit(_exit_code(error))
    except (OSError, UnicodeEncodeError) as error:  # a name that no file can have, half a character
        why = error.strerror if isinstance(error, OSError) else error.reason
        typer.echo(f"kneebayes: this cannot be used as it is: {why}. See --help.", err=True)
        sys.exit(2)


def retold(error: KneebayesError, where: str = "kneebayes search") -> str:
    """The message of an error in the words of the command line, which has no Python in it.

    Parameters
    ----------
    error
        What was raised.
    where
        The command that lists all names.
    """
    if not isinstance(error, UnknownNameError) or not error.start:
        return str(error)
    sentences = [_renamed(error), *(_renamed(other) for other in error.others)]
    return " ".join([*sentences, f"See `{where}` for all names."])


def _renamed(error: UnknownNameError) -> str:
    """What is wrong with one name, and how to say what was meant."""
    if error.instead:
        options = " or ".join(_option(name, answer) for name, answer in error.instead)
        what = "that it is absent" if error.instead[0][1] is False else "this"
        return f"{error.start} To say {what}: {options}."
    near = f" Did you mean {either(error.suggestions)}?" if error.suggestions else ""
    return f"{error.start}{near}"


def _option(name: str, answer: object) -> str:
    """An answer as it is written on the command line."""
    if isinstance(answer, bool):
        return ("" if answer else "--absent ") + _quoted(name)
    if isinstance(answer, int | float) and 0 <= answer <= 1:
        return f"--likely {_quoted(f'{name}={answer:g}')}"
    option = "likely" if str(answer).endswith("%") else "context"
    return f"--{option} {_quoted(f'{name}={answer}')}"


def _quoted(text: str) -> str:
    """Text as one word of a shell."""
    return f'"{text}"' if set(text) & set(" '()<>&;*?|!") else text


def _exit_code(error: KneebayesError) -> int:
    if isinstance(error, ImpossibleEvidenceError):
        return 3
    return 4 if isinstance(error, KnowledgeError) else 2
