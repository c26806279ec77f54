"""Commands on one patient: ``diagnose``, ``questions``, ``explain`` and ``robustness``."""

from __future__ import annotations

from typing import Annotated

import typer

from kneebayes.cli.app import (
    Absent,
    AsJson,
    Folder,
    InLayer,
    InSetting,
    InState,
    LexiconName,
    Likely,
    Present,
    app,
    patient_of,
    show,
)


@app.command()
def diagnose(
    present: Present = None,
    absent: Absent = None,
    context: InState = None,
    likely: Likely = None,
    top: Annotated[int, typer.Option(min=1, help="How many causes to show.")] = 10,
    folder: Folder = None,
    lexicon: LexiconName = None,
    layer: InLayer = None,
    setting: InSetting = None,
    as_json: AsJson = False,
) -> None:
    """Rank the causes of one patient's complaint."""
    differential = patient_of(present, absent, context, likely, folder, lexicon, layer, setting)
    typer.echo(differential.to_json() if as_json else differential.report(top))


@app.command("ask", hidden=True, deprecated=True)
@app.command()
def questions(
    present: Present = None,
    absent: Absent = None,
    context: InState = None,
    likely: Likely = None,
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
    folder: Folder = None,
    lexicon: LexiconName = None,
    layer: InLayer = None,
    setting: InSetting = None,
    as_json: AsJson = False,
) -> None:
    """List the best questions to ask next."""
    patient = patient_of(present, absent, context, likely, folder, lexicon, layer, setting)
    asked = patient.questions(about, kind)
    show(asked.by_advice if by_advice else asked, as_json)


@app.command()
def robustness(
    present: Present = None,
    absent: Absent = None,
    context: InState = None,
    likely: Likely = None,
    draws: Annotated[int, typer.Option(help="How many readings of the words to ask.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 0,
    folder: Folder = None,
    lexicon: LexiconName = None,
    layer: InLayer = None,
    setting: InSetting = None,
    as_json: AsJson = False,
) -> None:
    """Say how sure the ranking is.

    Every word may mean anything inside its interval.
    """
    patient = patient_of(present, absent, context, likely, folder, lexicon, layer, setting)
    show(patient.robustness(draws, seed), as_json)


@app.command()
def explain(
    cause: Annotated[str, typer.Argument(help="A cause, by any of its names.")],
    present: Present = None,
    absent: Absent = None,
    context: InState = None,
    likely: Likely = None,
    against: Annotated[str | None, typer.Option(help="Another cause to hold it against.")] = None,
    folder: Folder = None,
    lexicon: LexiconName = None,
    layer: InLayer = None,
    setting: InSetting = None,
    as_json: AsJson = False,
) -> None:
    """Say what each answer weighs for a cause.

    From prior to posterior, in decibans; with --against, for one cause rather than another.
    """
    patient = patient_of(present, absent, context, likely, folder, lexicon, layer, setting)
    show(patient.explain(cause, against), as_json)
