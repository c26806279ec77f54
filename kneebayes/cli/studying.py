"""The command ``published``: how a model does on patients of published case presentations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kneebayes.cli.app import app
from kneebayes.cli.arguments import AsJson, Folder, InSetting, LexiconName, model_of
from kneebayes.study.published import published_cases
from kneebayes.study.published_evaluation import evaluate_published
from kneebayes.study.tables import records_of

__all__ = ["published"]


@app.command()
def published(
    folder: Folder = None,
    lexicon: LexiconName = None,
    setting: InSetting = None,
    half: Annotated[str, typer.Option(help="Which of the cases: work, look or all.")] = "all",
    cases: Annotated[
        Path | None, typer.Option(help="Other cases of the same form, one JSON object a line.")
    ] = None,
    ranked_by: Annotated[str, typer.Option(help="Order the causes by explains or posterior.")] = "",
    list_cases: Annotated[bool, typer.Option("--list", help="List every patient.")] = False,
    as_json: AsJson = False,
) -> None:
    """Judge a knowledge folder by published patients: recall, calibration, triage."""
    patients = published_cases(half, cases)
    model = model_of(folder, lexicon, setting)
    evaluation = evaluate_published(model, patients, ranked_by=ranked_by)
    if as_json:
        typer.echo(evaluation.cases.to_json(orient="records", indent=2))
        return
    if list_cases:
        for row in records_of(evaluation.cases):
            typer.echo(_line(row))
        typer.echo("")
    typer.echo(evaluation.text)


def _line(row: dict[str, Any]) -> str:
    """One patient at one visit: the truth, its rank, and the first causes."""
    truth = "/".join(row["truth"]) if row["truth"] else f"not in the model: {row['diagnosis']}"
    rank = f"rank {row['rank']}" if row["rank"] else "no rank"
    urgency = f"urgency {row['urgency']}, wanted {row['wanted']}"
    first = ", ".join(row["first"])
    return f"{row['id']} ({row['visit']}): {truth}; {rank}; first {first}; {urgency}"
