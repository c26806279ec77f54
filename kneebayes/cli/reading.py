"""Commands on histories in plain words: ``read`` and ``reading``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from kneebayes.cli.app import AsJson, Folder, InLayer, InSetting, LexiconName, app, model_of
from kneebayes.errors import KneebayesError
from kneebayes.writing import plain_text

LARGEST = 1_000_000  # bytes


@app.command()
def read(
    history: Annotated[
        Path, typer.Argument(help="A file with the history in plain words; '-' reads the input.")
    ],
    then_diagnose: Annotated[
        bool, typer.Option("--diagnose", help="Use what was understood, and rank the causes.")
    ] = False,
    folder: Folder = None,
    lexicon: LexiconName = None,
    layer: InLayer = None,
    setting: InSetting = None,
    as_json: AsJson = False,
) -> None:
    """Read a history in plain words.

    Which findings it says are there, which are not, and which it leaves open.
    """
    model = model_of(folder, lexicon, layer, setting)
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
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


@app.command()
def reading(
    cases: Annotated[
        Path | None,
        typer.Argument(help="Cases as JSON lines, with text and answers; left out, the shipped."),
    ] = None,
    half: Annotated[str, typer.Option(help="Which of the cases: work, look or all.")] = "all",
    worst: Annotated[int, typer.Option(min=0, help="How many of the worst texts to show.")] = 20,
    folder: Folder = None,
    layer: InLayer = None,
    as_json: AsJson = False,
) -> None:
    """Judge how well histories are read.

    By published patients: precision, recall, and whether denials are denials.
    """
    from kneebayes.study import evaluate_reading, published_cases  # with all that it takes

    model = model_of(folder, layer=layer)
    evaluation = evaluate_reading(model, published_cases(half, cases), worst)
    if as_json:
        typer.echo(evaluation.answers.to_json(orient="records", indent=2))
        return
    typer.echo(evaluation.text)


def _text_of(path: Path) -> str:
    """The text of a file, or of the standard input.

    Raises
    ------
    KneebayesError
        If it cannot be read.
    """
    if str(path) != "-":
        return plain_text(path, LARGEST)
    try:
        text = "" if sys.stdin is None else sys.stdin.read()
        text.encode()  # in some locales what is no UTF-8 comes through as halves of characters
    except UnicodeError as error:
        message = "The input is not UTF-8. Save the history as plain text in UTF-8."
        raise KneebayesError(message) from error
    return text
