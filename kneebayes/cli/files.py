"""Commands about other files: the HTML page, copies for students, networks of others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kneebayes.cli.app import (
    AsJson,
    Folder,
    InLayer,
    InSetting,
    LexiconName,
    app,
    check_page,
    model_of,
    show,
)
from kneebayes.errors import EvidenceError


@app.command()
def page(
    path: Annotated[Path, typer.Argument(metavar="OUT.html", help="Where to write the page.")],
    title: Annotated[str | None, typer.Option(help="The title of the page.")] = None,
    folder: Folder = None,
    lexicon: LexiconName = None,
    layer: InLayer = None,
    setting: InSetting = None,
) -> None:
    """Write the model as one page for any browser.

    It works without a network and without Python.
    """
    check_page(path)
    model = model_of(folder, lexicon, layer, setting)
    written = model.to_html(path, title)
    typer.echo(f"{written}: {written.stat().st_size / 1000:.0f} kB. Open it in a browser.")


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
    """Copy notebooks without solutions and outputs."""
    from kneebayes.teaching.copies import copy_notebooks

    written = copy_notebooks(source, target, replace=replace)
    for path in written.paths:
        typer.echo(str(path))
    typer.echo(str(written))


@app.command()
def network(
    file: Annotated[
        Path, typer.Argument(help="A network: .xmlbif, .bif, .xdsl or .json, also .gz.")
    ],
    target: Annotated[list[str], typer.Option("--target", help="A node that is asked about.")],
    answers: Annotated[
        list[str] | None, typer.Option("--given", help="What is known, as node=state.")
    ] = None,
    questions: Annotated[
        bool, typer.Option("--questions", help="What to ask next, in bits.")
    ] = False,
    explain: Annotated[
        str, typer.Option("--explain", help="A state of the first target: what each answer weighs.")
    ] = "",
    seconds: Annotated[float, typer.Option("--seconds", help="How long it may take.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Ask a network that somebody else made.

    Its posteriors, what each answer weighs, and what to ask next.
    """
    from kneebayes.exchange import reason_with

    evidence: dict[str, object] = {}
    for pair in answers or []:
        name, equals, state = pair.rpartition("=")
        if not equals or not name:
            message = f"--given must be node=state, got '{pair}'."
            raise EvidenceError(message)
        evidence[name.strip()] = state.strip()
    case = reason_with(file, target, evidence)
    results = [
        *([] if questions or explain else [case]),
        *([case.questions(seconds=seconds)] if questions else []),
        *([case.explain(target[0], explain, seconds=seconds)] if explain else []),
    ]
    for result in results:
        show(result, as_json)
