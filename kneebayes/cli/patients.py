"""Commands on many patients: tables, simulated ones, and those of published cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kneebayes.binding import pd
from kneebayes.cli.app import AsJson, Folder, InLayer, command, model_of, search_in, show, typed
from kneebayes.cohort.files import read_table
from kneebayes.cohort.record import plain_answers
from kneebayes.errors import EvidenceError
from kneebayes.model import SAVED, Model
from kneebayes.text import did_you_mean, either

Source = Annotated[
    Path, typer.Argument(metavar="PATIENTS", help="A .csv or .parquet file, one row a patient.")
]
Mapped = Annotated[
    Path | None,
    typer.Option("--columns", help="What columns and values mean, as `kneebayes columns` writes."),
]
Kept = Annotated[
    list[str] | None, typer.Option("--keep", help="A column to carry through; may be repeated.")
]
Skipped = Annotated[
    list[str] | None, typer.Option("--skip", help="A column that is not read; may be repeated.")
]
TruthColumn = Annotated[str, typer.Option("--truth", help="The column of final diagnoses.")]


def without(table: pd.DataFrame, skip: list[str] | None) -> pd.DataFrame:
    """A table without columns that are not read."""
    for name in skip or []:
        if name not in table.columns:
            hint = did_you_mean(name, map(str, table.columns), "See its first line.")
            message = f"--skip: the table has no column '{name}'. {hint}"
            raise EvidenceError(message)
    return table.drop(columns=skip or [])


@command()
def cohort(
    model: Model,
    patients: Source,
    target: Annotated[Path, typer.Argument(help="The .csv or .parquet file to write.")],
    keep: Kept = None,
    columns: Mapped = None,
    mark: Annotated[
        bool, typer.Option("--mark", help="Mark patients who are not understood, and go on.")
    ] = False,
) -> None:
    """Diagnose a file of patients into another file."""
    done = model.diagnose_cohort_file(
        patients, target, keep or (), columns=columns, unclear="mark" if mark else "refuse"
    )
    typer.echo(str(done))


@command()
def columns(
    patients: Source,
    target: Annotated[Path | None, typer.Argument(help="A .csv file to write and mend.")] = None,
    columns: Mapped = None,
    folder: Folder = None,
    layer: InLayer = None,
) -> None:
    """Say what is understood of a file of patients.

    What is not understood is written to a file, to be mended.
    """
    report = model_of(folder, layer=layer).check_patients(read_table(patients), columns=columns)
    typer.echo(typed(report.text, search_in(folder, layer)))
    if target is not None:
        typer.echo(str(report.save(target)))


@command()
def simulate(
    model: Model,
    n: Annotated[int, typer.Argument(metavar="N", help="How many patients.")],
    answers: Annotated[Path, typer.Argument(help="The .csv or .parquet file of their answers.")],
    truth: Annotated[Path, typer.Argument(help="Another for what they have.")],
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 0,
) -> None:
    """Draw virtual patients into two files."""
    typer.echo(str(model.simulate_to_file(n, answers, truth, seed)))


@command()
def evaluate(
    model: Model,
    patients: Source,
    truth: TruthColumn,
    skip: Skipped = None,
    columns: Mapped = None,
    as_json: AsJson = False,
) -> None:
    """Score the model on patients with known diagnoses."""
    table = without(read_table(patients), skip)
    answers = plain_answers(model, table.drop(columns=truth, errors="ignore"), columns)
    if truth in table.columns:
        answers = answers.assign(**{truth: table[truth]})
    show(model.evaluate(answers, truth), as_json)


@command()
def update(
    model: Model,
    patients: Source,
    target: Annotated[Path, typer.Argument(help="The .kneebayes.json file to write.")],
    skip: Skipped = None,
    columns: Mapped = None,
) -> None:
    """Let a file of patients teach the model, and save it."""
    from kneebayes.saving import save

    if not target.name.endswith(SAVED):
        message = f"{target}: the name of a saved model ends in {either(SAVED)}."
        raise EvidenceError(message)
    taught = model.update(plain_answers(model, without(read_table(patients), skip), columns))
    typer.echo(taught.learnt.text if taught.learnt is not None else "")
    typer.echo(str(save(taught, target)))


@command()
def published(
    model: Model,
    half: Annotated[str, typer.Option(help="Which of the cases: work, look or all.")] = "all",
    cases: Annotated[
        Path | None, typer.Option(help="Other cases of the same form, one JSON object a line.")
    ] = None,
    ranked_by: Annotated[str, typer.Option(help="Order the causes by posterior or present.")] = "",
    list_cases: Annotated[bool, typer.Option("--list", help="List every patient.")] = False,
    as_json: AsJson = False,
) -> None:
    """Judge a knowledge folder by published patients.

    Recall, calibration, and how urgent they were.
    """
    from kneebayes.study import evaluate_published, published_cases  # with all that it takes
    from kneebayes.view.report import records_of

    patients = published_cases(half, cases)
    evaluation = evaluate_published(model, patients, ranked_by=ranked_by)
    if as_json:
        typer.echo(evaluation.cases.to_json(orient="records", indent=2))
        return
    if list_cases:
        for row in records_of(evaluation.cases):
            typer.echo(_line(row))
        typer.echo("")
    typer.echo(evaluation.text)


@command()
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
    output = evaluation.answers.to_json(orient="records", indent=2) if as_json else evaluation.text
    typer.echo(output)


def _line(row: dict[str, Any]) -> str:
    """One patient at one visit: the truth, its rank, and the first causes."""
    truth = "/".join(row["truth"]) if row["truth"] else f"not in the model: {row['diagnosis']}"
    rank = f"rank {row['rank']}" if row["rank"] else "no rank"
    urgency = f"urgency {row['urgency']}, wanted {row['wanted']}"
    first = ", ".join(row["first"])
    return f"{row['id']} ({row['visit']}): {truth}; {rank}; first {first}; {urgency}"
