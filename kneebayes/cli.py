"""The command line: ``kneebayes diagnose``, ``findings``, ``cause``, ``check`` and the others.

Exit codes: 0 done; 1 ``check`` found remarks; 2 a name, an answer or an option was not
understood; 3 the evidence is impossible; 4 the knowledge folder has problems.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from kneebayes.errors import (
    EvidenceError,
    ImpossibleEvidenceError,
    KneebayesError,
    KnowledgeError,
)
from kneebayes.knowledge.names import fold
from kneebayes.model import Model, load

__all__ = ["app", "main"]

app = typer.Typer(
    help="What can cause pain behind the knee? A teaching and research model, not medical advice.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Folder = Annotated[
    Path | None, typer.Option(help="A knowledge folder; left out, the article that comes along.")
]
LexiconName = Annotated[str | None, typer.Option(help="Which lexicon turns words into numbers.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Present = Annotated[
    list[str] | None, typer.Argument(help="Findings, contexts or causes that are present.")
]
Absent = Annotated[
    list[str] | None, typer.Option("--absent", "-a", help="What is absent; may be repeated.")
]
InState = Annotated[
    list[str] | None, typer.Option("--context", "-c", help="NAME=STATE, such as age=older.")
]
Likely = Annotated[
    list[str] | None, typer.Option("--likely", "-l", help="NAME=PROBABILITY: fever=0.7.")
]


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


@app.command()
def diagnose(
    present: Present = None,
    absent: Absent = None,
    context: InState = None,
    likely: Likely = None,
    top: Annotated[int, typer.Option(min=1, help="How many causes to show.")] = 10,
    folder: Folder = None,
    lexicon: LexiconName = None,
    as_json: AsJson = False,
) -> None:
    """Rank the causes of one patient's complaint."""
    model = load(folder, lexicon)
    differential = model.diagnose(_answers(present, absent, context, likely))
    typer.echo(differential.to_json() if as_json else differential.text(top))


@app.command()
def findings(
    search: Annotated[str, typer.Argument(help="Words to look for; left out, everything.")] = "",
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """List findings, test results, contexts and causes, or search them."""
    rows = _matching(load(folder), search)
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        also = f"  (also: {', '.join(row['aliases'])})" if row["aliases"] else ""
        typer.echo(f"{row['kind']:<10} {row['label']}{also}")
    if not rows:
        typer.echo(f"Nothing is called '{search}'. Try a shorter word, or no word for all.")


@app.command()
def cause(
    name: Annotated[str, typer.Argument(help="A cause, by any of its names.")],
    folder: Folder = None,
    lexicon: LexiconName = None,
    as_json: AsJson = False,
) -> None:
    """Show the profile of a cause: every number with its origin, and what may be done."""
    model = load(folder, lexicon)
    trace = model.trace(name)
    record = trace.trace.cause
    care = [one for group in model.groups if record.id in group.members for one in group.care]
    care += [*record.care, *model.knowledge.meta.care]
    if as_json:
        content = {
            "id": record.id,
            "label": record.label,
            "about": record.about,
            "group": record.group,
            "urgent": record.urgent,
            "codes": record.codes,
            "numbers": trace.trace.records(),
            "care": [{"text": one.text, "because": list(one.because)} for one in care],
        }
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    typer.echo(trace.text)
    codes = ", ".join(f"{system} {code}" for system, code in record.codes.items())
    typer.echo(f"\ncodes: {codes or 'none looked up'}")
    for one in care:
        typer.echo(f"care: {one.text} ({', '.join(one.because)})")


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="A knowledge folder.")] = None,
    lexicon: LexiconName = None,
    as_json: AsJson = False,
) -> None:
    """Read a knowledge folder and remark on what could be better."""
    model = load(folder, lexicon)
    remarks = [{"kind": one.kind, "place": one.place, "text": one.text} for one in model.remarks]
    if as_json:
        typer.echo(json.dumps(remarks, indent=2, ensure_ascii=False))
    else:
        typer.echo(f"{model!r}: no errors, {len(remarks)} remarks.")
        for one in model.remarks:
            typer.echo(f"  - {one}")
    if remarks:
        raise typer.Exit(1)


@app.command()
def ask(
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
    as_json: AsJson = False,
) -> None:
    """List the best questions to ask next."""
    asked = load().diagnose(_answers(present, absent, context, likely)).questions(about, kind)
    asked = asked.by_advice if by_advice else asked
    typer.echo(asked.to_json() if as_json else asked.text)


@app.command()
def robustness(
    present: Present = None,
    absent: Absent = None,
    context: InState = None,
    likely: Likely = None,
    draws: Annotated[int, typer.Option(help="How many readings of the words to ask.")] = 1000,
    seed: Annotated[int, typer.Option(help="Where chance begins.")] = 0,
    setting: Annotated[
        str | None, typer.Option(help="Where the patient is seen, such as emergency.")
    ] = None,
    lexicon: LexiconName = None,
) -> None:
    """Say how sure the ranking is, if every word may mean anything inside its interval."""
    model = load(None, lexicon)
    model = model if setting is None else model.in_setting(setting)
    told = model.diagnose(_answers(present, absent, context, likely)).robustness(draws, seed)
    typer.echo(told.text)


@app.command()
def explain(
    cause: Annotated[str, typer.Argument(help="A cause, by any of its names.")],
    present: Present = None,
    absent: Absent = None,
    context: InState = None,
    likely: Likely = None,
    against: Annotated[str | None, typer.Option(help="Another cause to hold it against.")] = None,
    as_json: AsJson = False,
) -> None:
    """Explain what each answer weighs for a cause, from prior to posterior."""
    told = load().diagnose(_answers(present, absent, context, likely)).explain(cause, against)
    typer.echo(told.to_json() if as_json else told.text)


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


def _answers(
    present: Iterable[str] | None,
    absent: Iterable[str] | None,
    context: Iterable[str] | None,
    likely: Iterable[str] | None,
) -> dict[str, object]:
    """Answers as they stand on the command line."""
    said: list[tuple[str, object]] = [(name, True) for name in present or []]
    said += [(name, False) for name in absent or []]
    said += [_worded(*_split(pair, "--context age=older")) for pair in context or []]
    for pair in likely or []:
        name, value = _split(pair, "--likely fever=0.7")
        said.append((name, _number(name, value)))
    return _once(said)


def _worded(name: str, value: str) -> tuple[str, object]:
    """A value that is a number as a number (such as an age), any other as the word it is."""
    try:
        return name, float(value)
    except ValueError:
        return name, value


def _split(pair: str, example: str) -> tuple[str, str]:
    name, sign, value = pair.rpartition("=")
    if not sign or not name.strip() or not value.strip():
        message = f"'{pair}' must be a name, '=' and a value, such as {example}."
        raise EvidenceError(message)
    return name.strip(), value.strip()


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        message = f"'{name}' must be a probability between 0 and 1. Got '{text}'."
        raise EvidenceError(message) from None


def _once(said: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Answers as a mapping; a name given twice must be given the same answer."""
    answers: dict[str, object] = {}
    for name, answer in said:
        if name in answers and answers[name] != answer:
            message = f"'{name}' was answered twice: {answers[name]!r} and {answer!r}. Keep one."
            raise EvidenceError(message)
        answers[name] = answer
    return answers


def _matching(model: Model, search: str) -> list[dict[str, Any]]:
    words = fold(search).split()
    rows: list[dict[str, Any]] = []
    for finding in model.findings:
        names = [*finding.aliases, *finding.names_when_absent]
        rows.append({"kind": "finding", "id": finding.id, "label": finding.label, "aliases": names})
    for context in model.contexts:
        names = [*context.aliases, *(state.label for state in context.states)]
        rows.append({"kind": "context", "id": context.id, "label": context.label, "aliases": names})
    for one in model.causes:
        names = list(one.aliases)
        rows.append({"kind": "cause", "id": one.id, "label": one.label, "aliases": names})
    return [row for row in rows if all(word in fold(_all_names(row)) for word in words)]


def _all_names(row: dict[str, Any]) -> str:
    return " ".join([row["id"], row["label"], *row["aliases"]])
