"""Commands on one patient: ``diagnose``, ``questions``, ``explain``, ``robustness``, ``read``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from kneebayes.cli.app import AsJson, command, show, show_json
from kneebayes.differential import Differential
from kneebayes.errors import KneebayesError
from kneebayes.model import Model
from kneebayes.writing import plain_text

LARGEST = 1_000_000  # bytes


@command()
def diagnose(
    patient: Differential,
    top: Annotated[int, typer.Option(min=1, help="How many causes to show.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Rank the causes of one patient's complaint."""
    typer.echo(patient.to_json() if as_json else patient.report(top))


@command(old="ask")
def questions(
    patient: Differential,
    about: Annotated[
        str | None, typer.Option(help="A cause, a group or 'urgent'; left out, all causes.")
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="context, history, symptom, sign or test; may be repeated."),
    ] = None,
    by_advice: Annotated[
        bool, typer.Option("--by-advice", help="First what is most likely to change the urgency.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the best questions to ask next."""
    asked = patient.questions(about, kind)
    show(asked.by_advice if by_advice else asked, as_json)


@command()
def robustness(
    patient: Differential,
    draws: Annotated[int, typer.Option(help="How many readings of the words to ask.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Say how sure the ranking is.

    Every word may mean anything inside its interval.
    """
    show(patient.robustness(draws, seed), as_json)


@command()
def explain(
    cause: Annotated[str, typer.Argument(help="A cause, by any of its names.")],
    patient: Differential,
    against: Annotated[str | None, typer.Option(help="Another cause to hold it against.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what each answer weighs for a cause.

    From prior to posterior, in decibans; with --against, for one cause rather than another.
    """
    show(patient.explain(cause, against), as_json)


@command()
def read(
    model: Model,
    history: Annotated[
        Path, typer.Argument(help="A file with the history in plain words; '-' reads the input.")
    ],
    then_diagnose: Annotated[
        bool, typer.Option("--diagnose", help="Use what was understood, and rank the causes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read a history in plain words.

    Which findings it says are there, which are not, and which it leaves open.
    """
    understood = model.read(_text_of(history))
    if not as_json:
        typer.echo(understood.text)
        if then_diagnose:
            typer.echo("")
            typer.echo(model.diagnose(understood).text)
        return
    content = {
        "answers": understood.answers,
        "mentions": json.loads(understood.table.to_json(orient="records")),
        "not_understood": [passage.text for passage in understood.not_understood],
        "disclaimer": understood.disclaimer,
    }
    if then_diagnose:
        content["differential"] = model.diagnose(understood).to_dict()
    show_json(content)


def _text_of(path: Path) -> str:
    """The text of a file, or of the standard input."""
    if str(path) != "-":
        return plain_text(path, LARGEST)
    try:
        text = "" if sys.stdin is None else sys.stdin.read()
        text.encode()  # in some locales what is no UTF-8 comes through as halves of characters
    except UnicodeError as error:
        message = "The input is not UTF-8. Save the history as plain text in UTF-8."
        raise KneebayesError(message) from error
    return text
