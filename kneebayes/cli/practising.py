"""Commands to teach with: ``case`` at a prompt or from a script, ``class`` and ``copies``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kneebayes.cli.app import check_page, command, probability_of, retold
from kneebayes.errors import EvidenceError, KneebayesError
from kneebayes.knowledge.names import example_causes, example_finding, example_question
from kneebayes.model import Model
from kneebayes.text import either, fold
from kneebayes.view.markup import percent

if TYPE_CHECKING:
    from kneebayes.teaching import Feedback, PracticeCase, Situation
    from kneebayes.teaching.situation import Step

PROMPT = "case> "
NAMED = ("finding", "context")


@command()
def case(
    model: Model,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the random numbers; left out, a new patient.")
    ] = None,
    difficulty: Annotated[str, typer.Option(help="easy, medium, hard or any.")] = "any",
    kind: Annotated[
        str, typer.Option(help="'red herring', 'second cause', 'urgent', 'routine' or any.")
    ] = "any",
    background: Annotated[
        str, typer.Option(help="Background known at first: all, some, page (as there), none.")
    ] = "all",
    save: Annotated[Path | None, typer.Option(help="Write the case to this file at the end.")] = (
        None
    ),
    replay: Annotated[
        Path | None, typer.Option(help="Go on with a case that was saved, or see its feedback.")
    ] = None,
) -> None:
    """Practise on a virtual patient.

    Ask, say how probable the causes are, close the case, and see what each answer was worth.
    """
    from kneebayes.teaching import Feedback

    now = (
        model.practice_case(difficulty, kind, seed, background)
        if replay is None
        else model.load_practice_case(replay)
    )
    end: Situation = now
    if now.closed:
        typer.echo(Feedback(now).text)
    else:
        typer.echo(now.text)
        typer.echo(f"\n{_opening(now)}")
        end = _talk(now)
    if save is not None:
        typer.echo(f"Saved to {end.save(save)}.")


def _talk(now: PracticeCase) -> Situation:
    """Read commands until the case is closed, or nothing more comes."""
    while True:
        line = _line()
        if line is None or line.casefold() in ("quit", "exit"):
            typer.echo("Left without closing; nothing was scored.")
            return now
        if not line:
            continue
        try:
            now, closed = _do(now, line)
        except KneebayesError as error:
            typer.echo(retold(error, "names"))
            continue
        if closed is not None:
            typer.echo(closed.text)
            return closed.case


def _line() -> str | None:
    """The next line, or None at the end of what is piped in."""
    typer.echo(PROMPT, nl=False)
    if sys.stdin is None:  # closed by whoever started the program: nothing more comes
        return None
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError as error:
        message = "The input is not UTF-8. Type or pipe plain text in UTF-8."
        raise KneebayesError(message) from error
    if not sys.stdin.isatty():
        typer.echo(line.rstrip("\n"))  # what was piped in stands in the record of the session
    return line.strip() if line else None


def _opening(now: PracticeCase) -> str:
    """How to go on, with names of this model."""
    asked = [
        now.model.data.knowledge.label(id)
        for id in now.open
        if id in now.model.data.knowledge.findings
    ]
    first = f"ask {asked[0]}" if asked else "known"
    return (
        "Ask, say how probable the causes are, and close. For example, one line at a time:\n"
        f"  {first}\n  {_state_example(now)}\n  close soon\n"
        "Type help or ? for all that you can do, names for all that can be asked."
    )


def _state_example(now: PracticeCase) -> str:
    return f"state {example_causes(now.model.data.knowledge)[0]} 0.6"


def _two_stated(now: PracticeCase) -> str:
    """How two causes are stated at once, or the one there is."""
    causes = example_causes(now.model.data.knowledge)
    return "state " + ", ".join(map(" ".join, zip(causes, ("0.4", "5%"), strict=False)))


def _help(now: PracticeCase) -> str:
    """All that can be done, with examples in the words of the folder."""
    knowledge = now.model.data.knowledge
    question = example_question(knowledge)
    in_words = f"; or just: {question[0].lower()}{question[1:]}" if question else ""
    first = next(iter(now.examinations), "")
    lines = [
        ("ask NAME", f"ask for something, such as: ask {example_finding(knowledge)}{in_words}"),
        (
            "examine NAME",
            f"order an examination with all its results, such as: examine {first}" if first else "",
        ),
        ("state NAME P, ...", f"say how probable causes are, such as: {_two_stated(now)}"),
        ("hint", "the free question and the test that tell most now; the record says you asked"),
        ("known", "all that is known so far"),
        ("names", "what can still be asked"),
        ("close [LEVEL]", "close with what was stated last; LEVEL is routine, soon or now"),
        ("help, ?", "this list"),
        ("quit", "leave without closing"),
    ]
    return "\n".join(f"{command:<19} {text}" for command, text in lines if text)


def _do(now: PracticeCase, line: str) -> tuple[PracticeCase, Feedback | None]:
    verb, _, rest = line.partition(" ")
    verb, rest = verb.casefold(), rest.strip()
    if verb == "close":
        if not now.stated:
            example = _state_example(now)
            message = f"Nothing was stated yet. Say how probable causes are, such as: {example}"
            raise EvidenceError(message)
        return now, now.close(advice=rest.casefold() or None)
    steps: dict[str, Callable[[], PracticeCase]] = {
        "ask": lambda: now.ask(rest),
        "examine": lambda: now.examine(rest),
        "state": lambda: now.state(_probabilities(now, rest)),
    }
    shows: dict[str, Callable[[], str]] = {
        "hint": lambda: now.hint or "Nothing is left to ask.",
        "known": lambda: now.text,
        "names": lambda: _names(now),
        "help": lambda: _help(now),
        "?": lambda: _help(now),
    }
    own_words = verb not in shows and (" " in line or line.endswith("?"))
    if verb not in steps and _is_stated(now, line):
        verb, rest = "state", line
    if verb not in steps and (_can_be_asked(now, line) or own_words):
        verb, rest = "ask", line
    if verb in steps:
        if not rest:
            example = _state_example(now) if verb == "state" else f"{verb} NAME"
            message = f"'{verb}' needs to be told what, such as: {example}"
            raise EvidenceError(message)
        after = steps[verb]()
        for step in after.steps[len(now.steps) :]:
            _tell(after, step)
        return after, None
    if verb not in shows:
        raise EvidenceError(_no_command(now, line, [*steps, *shows, "close", "quit"]))
    typer.echo(shows[verb]())
    return now.take_hint() if verb == "hint" and now.hint else now, None


def _can_be_asked(now: PracticeCase, name: str) -> bool:
    """Whether a line is a name that ``ask`` takes."""
    return now.model.data.names.has(name, NAMED) or fold(name) in map(fold, now.examinations)


def _is_stated(now: PracticeCase, line: str) -> bool:
    """Whether a line is what ``state`` takes: causes, each with a number."""
    parts = [_stated(part) for part in line.split(",")]
    names = now.model.data.names
    return all(value >= 0.0 and names.has(name, ("cause",)) for name, value in parts)


def _no_command(now: PracticeCase, line: str, allowed: list[str]) -> str:
    """What is said of a line that is neither a command nor a name."""
    names = now.model.data.names
    message = f"'{line}' is no command"
    if names.has(line, ("cause",)):
        label = now.model.data.knowledge.label(names.meaning(line, ("cause",)).id)
        return f"{message}: it is a cause. Say how probable it is, such as: state {label} 0.6"
    near = [f"ask {name}" for name in names.like(line, NAMED)]
    hint = f" Did you mean {either(near)}?" if near else ""
    return f"{message}.{hint} There are: {', '.join(allowed)}."


def _tell(after: PracticeCase, step: Step) -> None:
    """The answers of a step, with its price, or what was stated."""
    knowledge = after.model.data.knowledge
    words = {answer.id: answer.state for answer in after.answers}
    for id in step.asked:
        quotation = f"\u201c{spoken}\u201d  " if (spoken := after.says(id)) else ""
        typer.echo(f"{quotation}{knowledge.label(id)}: {words[id]}")
    for id, probability in step.stated.items():
        typer.echo(f"{knowledge.label(id)}: stated {probability:g}")
    if step.stated and (left := 1.0 - sum(after.stated.values())) >= 0.0:
        typer.echo(f"left for all other causes: {percent(left)}")
    if step.cost or step.burden:
        typer.echo(f"(cost {step.cost:g}, burden {step.burden})")


def _names(now: PracticeCase) -> str:
    """What is open by kind, and what can be ordered as a whole."""
    knowledge = now.model.data.knowledge
    by_kind: dict[str, list[str]] = {}
    for id in now.open:
        kind = knowledge.findings[id].kind if id in knowledge.findings else "background"
        by_kind.setdefault(kind, []).append(knowledge.label(id))
    lines = [f"{kind}: {', '.join(labels)}" for kind, labels in by_kind.items()]
    if now.examinations:
        lines.append(f"examinations: {', '.join(now.examinations)}")
    return "\n".join(lines) or "Nothing is left to ask."


def _probabilities(now: PracticeCase, text: str) -> dict[str, float]:
    """What is stated, such as ``gout 0.4, fracture=5%``, as a mapping."""
    probabilities: dict[str, float] = {}
    for part in text.split(","):
        name, value = _stated(part)
        if not name or value < 0.0:
            example = _two_stated(now)
            message = f"'{part.strip()}' must be a cause and a probability, such as: {example}"
            raise EvidenceError(message)
        if 1.0 < value <= 100.0 and "%" not in part:
            message = f"'{part.strip()}' is more than 1. In percent write: state {name} {value:g}%"
            raise EvidenceError(message)
        if name in probabilities:
            message = f"'{name}' is stated twice. State each cause once."
            raise EvidenceError(message)
        probabilities[name] = value
    return probabilities


def _stated(part: str) -> tuple[str, float]:
    """A cause and its number, such as of ``fracture = 5 %``; less than 0 where there is none."""
    name, _, digits = part.replace("=", " ").replace(" %", "%").strip().rpartition(" ")
    try:
        return name.strip(), probability_of(digits)
    except ValueError:
        return name.strip(), -1.0


@command("class")
def of_a_class(
    model: Model,
    cases: Annotated[
        Path, typer.Argument(metavar="CASES", help="A folder of cases that learners handed in.")
    ],
    page: Annotated[
        Path | None, typer.Option(metavar="OUT.html", help="Write a page for a browser as well.")
    ] = None,
) -> None:
    """Show what a class handed in, case by case.

    The page saves each case under the name of its learner, such as anna-patient-42.json. Files that
    cannot be read are listed, and the exit code is then 1; 2, and no page, if none can be read.
    """
    from kneebayes.teaching import Practice

    if page is not None:
        check_page(page)
    done = Practice.load(model, cases)
    typer.echo(done.text)
    if page is not None:
        typer.echo(f"\n{done.to_html(page)}: open it in a browser.")
    if done.unread:
        raise typer.Exit(1)


@command()
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
