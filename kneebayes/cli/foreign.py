"""The command about networks that others made: ``network``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kneebayes.cli.app import app
from kneebayes.errors import EvidenceError

__all__ = ["network"]


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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask a network that somebody else made: posteriors, weights, what to ask next."""
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
        typer.echo(result.to_json() if as_json else result.text)
