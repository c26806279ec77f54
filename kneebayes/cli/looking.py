"""Commands on a knowledge folder or a network of others.

``search``, ``trace``, ``check``, ``new``, ``page`` and ``network``.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kneebayes.arguments import number
from kneebayes.case.answers import once
from kneebayes.cli.app import (
    AsJson,
    Folder,
    InLayer,
    LexiconName,
    check_page,
    command,
    model_of,
    show,
    show_json,
    split,
)
from kneebayes.errors import EvidenceError, UnknownNameError
from kneebayes.model import Model
from kneebayes.text import counted, did_you_mean
from kneebayes.view.catalogue import other_names

if TYPE_CHECKING:
    from kneebayes.exchange.side_table import NetworkFile


@command(old="findings")
def search(
    text: Annotated[str, typer.Argument(help="Words to look for; left out, everything.")] = "",
    folder: Folder = None,
    layer: InLayer = None,
    as_json: AsJson = False,
) -> None:
    """Look up names of findings, tests, background and causes."""
    records = model_of(folder, layer=layer).search(text)
    if not as_json:
        nothing = f"Nothing is called '{text}'. Try a shorter word, or no word for all."
        typer.echo(records.text or nothing)
        return
    rows = [
        {"kind": kind, "id": record.id, "label": record.label, "aliases": other_names(record)}
        for kind, record in zip(records.table["kind"], records, strict=True)
    ]
    show_json(rows)


@command(old="cause")
def trace(
    model: Model,
    name: Annotated[str, typer.Argument(help="A cause, by any of its names.")],
    as_json: AsJson = False,
) -> None:
    """Show where each number of a cause comes from.

    Its codes and what may be done for it stand below.
    """
    traced = model.trace(name)
    record = traced.cause
    care = [advice for group in model.groups if record.id in group.members for advice in group.care]
    care += [*record.care, *model.knowledge.meta.care]
    if as_json:
        content = {
            **traced.to_dict(),
            "group": record.group,
            "urgent": record.urgent,
            "codes": {
                scheme: [code.model_dump(by_alias=True) for code in codes]
                for scheme, codes in record.codes.items()
            },
            "care": [{"text": advice.text, "because": list(advice.because)} for advice in care],
        }
        show_json(content)
        return
    typer.echo(traced.text)
    codes = ", ".join(f"{system} {code}" for system, each in record.codes.items() for code in each)
    typer.echo(f"\ncodes: {codes or 'none looked up'}")
    for advice in care:
        typer.echo(f"care: {advice.text} ({', '.join(advice.because)})")


@command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="A knowledge folder.")] = None,
    lexicon: LexiconName = None,
    layer: InLayer = None,
    about: Annotated[
        str, typer.Option(help="Only what is said of one entry, by its id; left out, everything.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Remark on what could be better in a knowledge folder."""
    model = model_of(folder, lexicon, layer)
    remarks = model.remarks
    if about:
        label = _label_of(model, about)
        mentions = re.compile(rf"(?<!\w)({re.escape(about)}|{re.escape(label)})(?!\w)")
        remarks = tuple(each for each in remarks if mentions.search(f"{each.place}: {each.text}"))
    if as_json:
        show_json([asdict(remark) for remark in remarks])
    else:
        typer.echo(f"{model!r}: no errors, {counted(len(remarks), 'remark')}.")
        for remark in remarks:
            typer.echo(f"  - {remark}")
    if remarks:
        raise typer.Exit(1)


def _label_of(model: Model, id: str) -> str:
    """Label of an entry of the folder that has this id."""
    knowledge = model.data.knowledge
    known = {**knowledge.kinds, **knowledge.parts, **knowledge.groups}
    if id not in known:
        near = did_you_mean(id, known, "An id is the name of the entry, or of the file of a cause.")
        message = f"No entry has the id '{id}'. {near}"
        raise UnknownNameError(message, id)
    return knowledge.label(id)


@command()
def new(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder that is empty or not there yet.")
    ],
    complaint: Annotated[
        str, typer.Option(help="What brings its patients, such as headache; left out, an example.")
    ] = "",
) -> None:
    """Begin another complaint: write a small knowledge folder.

    With --complaint it is a form to fill in, whose examples are comments; without, an example that
    works.
    """
    from kneebayes.knowledge import start_folder

    written = start_folder(folder, complaint)
    shown = f'"{written}"' if " " in str(written) else str(written)
    if complaint:
        typer.echo(
            f"Written to {written}: {complaint}, with no cause yet but something else.\n"
            "Every file shows in comments what its entries look like. Begin with claims.csv, a "
            "first cause in causes/ and what it shows in findings.toml. Then, as often as you "
            f"like:\n  kneebayes check {shown}"
        )
        return
    typer.echo(
        f"Written to {written}: pain in the shoulder, with guessed numbers and comments.\n"
        f"It works as it stands:\n"
        f"  kneebayes check {shown}\n"
        f'  kneebayes diagnose "weak arm" --context age=70 --folder {shown}\n'
        "Then put your own causes, findings and sources in the place of the guesses, or begin "
        "with --complaint, which leaves them out."
    )


@command()
def page(
    model: Model,
    path: Annotated[Path, typer.Argument(metavar="OUT.html", help="Where to write the page.")],
    title: Annotated[str | None, typer.Option(help="The title of the page.")] = None,
) -> None:
    """Write the model as one page for any browser.

    It works without a network and without Python.
    """
    check_page(path)
    written = model.to_html(path, title)
    typer.echo(f"{written}: {written.stat().st_size / 1000:.0f} kB. Open it in a browser.")


@command()
def network(
    file: Annotated[
        Path, typer.Argument(help="A network, such as net.bif; an error names all endings.")
    ],
    target: Annotated[
        list[str] | None,
        typer.Option("--target", help="A node that is asked about; left out, all are listed."),
    ] = None,
    answers: Annotated[
        list[str] | None, typer.Option("--given", help="What is known, as node=state.")
    ] = None,
    questions: Annotated[bool, typer.Option("--questions", help="What to ask next.")] = False,
    explain: Annotated[
        str, typer.Option("--explain", help="A state of the first target: what each answer weighs.")
    ] = "",
    seconds: Annotated[float, typer.Option("--seconds", help="How long it may take.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Ask a network that somebody else made.

    Its posteriors, what each answer weighs, and what to ask next. Without --target its nodes and
    their states are listed.
    """
    from kneebayes.exchange import ForeignModel, load_network_file

    number("--seconds", seconds, 0.0)
    if not target:
        if answers or questions or explain:
            message = "What is asked about? Name it: --target NODE. Without it nodes are listed."
            raise EvidenceError(message)
        _show_nodes(load_network_file(file), as_json)
        return
    model = ForeignModel(file, target)

    def is_known(name: str) -> bool:
        with suppress(UnknownNameError):
            return bool(model.find(name))
        return False

    case = model.given(once(split(pair, "node=state", is_known) for pair in answers or []))
    if questions:
        show(case.questions(seconds=seconds), as_json)
    if explain:
        show(case.explain(target[0], explain, seconds=seconds), as_json)
    if not questions and not explain:
        show(case, as_json)


def _show_nodes(file: NetworkFile, as_json: bool) -> None:
    """The nodes of a network with their states, for whoever has not named a target yet."""
    states = {node.id: node.states for node in file.network.nodes}
    if as_json:
        show_json(states)
        return
    for id, own in states.items():
        label = "" if file.label(id) == id else f" ({file.label(id)})"
        typer.echo(f"{id}{label}: {', '.join(own)}")
    typer.echo(f"{counted(len(states), 'node')}. Ask about one: --target {next(iter(states))}")
