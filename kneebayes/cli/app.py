"""The program itself: options that commands share, answers as they are written, errors.

Exit codes: 0 done; 1 ``check`` found remarks, or ``class`` could not read a file; 2 a name, an
answer or an option was not understood; 3 the evidence is impossible; 4 the knowledge folder has
problems.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import wraps
from importlib.metadata import version
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast, get_type_hints

import typer

from kneebayes.case.answers import KINDS, WHERE, once
from kneebayes.differential import Differential
from kneebayes.errors import (
    EvidenceError,
    ImpossibleEvidenceError,
    KneebayesError,
    KnowledgeError,
    UnknownNameError,
)
from kneebayes.knowledge.names import example_background, example_finding
from kneebayes.model import Model, load
from kneebayes.text import either
from kneebayes.view.report import Reporting

if TYPE_CHECKING:
    from kneebayes.knowledge.statements import Layer


BACKGROUND = "Age, sex and other background is told by --context NAME=STATE"
ABOUT = (
    "What can cause pain behind the knee, or what another folder is about? "
    "A teaching and research model, not medical advice."
)
KEEPING = re.compile(r"""keep=\[(["'])(.*?)\1\]""")
INDEX = re.compile(r"""make it the index: frame\.set_index\((["'])(.*?)\1\)""")
ELSEWHERE = {"--folder", "--layer"}  # options that decide which names there are

Command = TypeVar("Command", bound=Callable[..., None])


app = typer.Typer(
    help=ABOUT,
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kneebayes {version('kneebayes')}")
        raise typer.Exit


@app.callback(help=ABOUT)
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """See ``ABOUT``, which is what the help says."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors made on purpose become a line on stderr and an exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        app(args=words)
    except SystemExit as end:
        if end.code == 2 and _told_as_option(words):
            typer.echo(f"kneebayes: {_background(words)}", err=True)
        raise
    except KneebayesError as error:
        typer.echo(f"kneebayes: {retold(error, _search(_given(words, ELSEWHERE)))}", err=True)
        codes = {ImpossibleEvidenceError: 3, KnowledgeError: 4}
        sys.exit(next((code for kind, code in codes.items() if isinstance(error, kind)), 2))
    except (OSError, UnicodeEncodeError) as error:  # a name that no file can have, half a character
        why = error.strerror if isinstance(error, OSError) else error.reason
        typer.echo(f"kneebayes: this cannot be used as it is: {why}. See --help.", err=True)
        sys.exit(2)


def _told_as_option(words: Sequence[str]) -> bool:
    """Whether a command about a patient was given an option that it lacks, such as --age."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    command = commands.get(words[0]) if words else None
    known = {option for parameter in command.params for option in parameter.opts} if command else {}
    if "--context" not in known:
        return False
    given = {word.partition("=")[0] for word in words[1:] if word.startswith("--") and word != "--"}
    return not given <= {*known, "--help"}


def _given(words: Sequence[str], options: Collection[str]) -> list[str]:
    """Those of some options that a command was given, each before its value.

    Examples
    --------
    >>> _given(["diagnose", "--folder=shoulder", "--json", "--layer", "beyond"], ELSEWHERE)
    ['--folder', 'shoulder', '--layer', 'beyond']
    """
    given: list[str] = []
    for place, word in enumerate(words):
        option, sign, value = word.partition("=")
        if option in options:
            given += [option, value] if sign else list(words[place : place + 2])
    return given


def _background(words: Sequence[str]) -> str:
    """How background is told, with an example of the folder that a command was given."""
    folder = _given(words, {"--folder"})[1:2]
    try:
        example = _context_example(model_of(Path(folder[0]) if folder else None))
    except KneebayesError:  # that it cannot be read is told when it is used
        return f"{BACKGROUND}."
    return f"{BACKGROUND}, such as {example}."


def _context_example(model: Model) -> str:
    """An answer about background as it is written on the command line."""
    pair = example_background(model.data.knowledge) or ("NAME", "STATE")
    return f"--context {_quoted('='.join(pair))}"


def retold(error: KneebayesError, where: str) -> str:
    """The message of an error in the words of the command line, which has no Python in it.

    ``where`` is the command that lists the names.
    """
    if not isinstance(error, UnknownNameError) or not error.start:
        return typed(str(error), where)
    sentences = [_renamed(error), *(_renamed(other) for other in error.others)]
    return " ".join([*sentences, f"See `{where}` for all names."])


def typed(text: str, where: str) -> str:
    """What is said of a table, with what is typed in a terminal in the place of Python.

    Examples
    --------
    >>> typed(f"There is no 'x'. See {WHERE}.", "kneebayes search")
    "There is no 'x'. See `kneebayes search` for all names."
    >>> typed("Try keep=['nr'].", "kneebayes search")
    'Try --keep nr.'
    >>> typed("If it only names patients, make it the index: frame.set_index('nr').", "")
    'If it only names patients, leave it out: --skip nr.'
    """
    text = text.replace(f"See {WHERE}.", f"See `{where}` for all names.")
    text = INDEX.sub(lambda match: f"leave it out: --skip {_quoted(match[2])}", text)
    return KEEPING.sub(lambda match: f"--keep {_quoted(match[2])}", text)


def search_in(folder: Path | None, layer: str | None) -> str:
    """The command that lists all names of a folder."""
    given = {"--folder": folder, "--layer": layer}
    return _search(str(word) for pair in given.items() if pair[1] for word in pair)


def _search(options: Iterable[str]) -> str:
    return " ".join(["kneebayes search", *map(_quoted, options)])


def _renamed(error: UnknownNameError) -> str:
    """What is wrong with one name, and how to say what was meant."""
    if error.instead:
        options = " or ".join(_option(name, answer) for name, answer in error.instead)
        what = "that it is absent" if error.instead[0][1] is False else "this"
        return f"{error.start} To say {what}: {options}."
    near = f" Did you mean {either(error.suggestions)}?" if error.suggestions else ""
    return f"{error.start}{near}"


def _option(name: str, answer: object) -> str:
    """An answer as it is written on the command line."""
    if isinstance(answer, bool):
        return ("" if answer else "--absent ") + _quoted(name)
    if isinstance(answer, int | float) and 0 <= answer <= 1:
        return f"--likely {_quoted(f'{name}={answer:g}')}"
    option = "likely" if str(answer).endswith("%") else "context"
    return f"--{option} {_quoted(f'{name}={answer}')}"


def _quoted(text: str) -> str:
    """Text as one word of a shell."""
    return f'"{text}"' if not text or set(text) & set(" '()<>&;*?|!") else text


Folder = Annotated[Path | None, typer.Option(help="A knowledge folder; left out, the shipped one.")]
LexiconName = Annotated[str | None, typer.Option(help="Which lexicon turns words into numbers.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
InLayer = Annotated[
    str | None,
    typer.Option("--layer", help="How much of the folder to use: article, literature or beyond."),
]
InSetting = Annotated[
    str | None, typer.Option("--setting", help="Where the patient is seen, such as emergency.")
]
Present = Annotated[
    list[str] | None, typer.Argument(help="Findings, contexts or causes that are present.")
]
Absent = Annotated[
    list[str] | None, typer.Option("--absent", "-a", help="What is absent; may be repeated.")
]
InState = Annotated[
    list[str] | None,
    typer.Option("--context", "-c", help="Background: NAME=STATE, such as sex=female or age=67."),
]
Likely = Annotated[
    list[str] | None,
    typer.Option(
        "--likely",
        "-l",
        help="Perhaps: fever=0.7 (or 70%) has a likelihood ratio of 7 to 3, 0.5 has no effect.",
    ),
]
PATIENT = {"present": Present, "absent": Absent, "context": InState, "likely": Likely}
MODEL = {"folder": Folder, "lexicon": LexiconName, "layer": InLayer, "setting": InSetting}


def command(name: str | None = None, old: str = "") -> Callable[[Command], Command]:
    """Make a function a command, under an old name too.

    What it takes as ``model`` becomes the options that say which one, and what it takes as
    ``patient`` becomes these and the answers.
    """

    def register(function: Command) -> Command:

        @wraps(function)
        def run(**given: Any) -> None:
            if "model" in own or "patient" in own:
                model = model_of(*(given.pop(option) for option in MODEL))
                answers = [given.pop(option) for option in PATIENT if "patient" in own]
                given |= {"patient": patient_of(model, *answers)} if answers else {"model": model}
            function(**given)

        own = signature(function).parameters
        hints = get_type_hints(function, include_extras=True)
        run.__signature__ = Signature(_parameters(own.values(), hints))  # type: ignore[attr-defined]
        run.__annotations__ = {}
        if old:
            app.command(old, hidden=True, deprecated=True)(run)
        app.command(name)(run)
        return function

    return register


def _parameters(own: Iterable[Parameter], hints: dict[str, Any]) -> list[Parameter]:
    """The options of a command in the order of its help: those of the model before --json."""

    def option(name: str, kind: Any, default: object = None) -> Parameter:
        return Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=default)

    first, of_the_model, last = list[Parameter](), list[Parameter](), list[Parameter]()
    for parameter in own:
        if parameter.name in ("model", "patient"):
            first += [option(*pair) for pair in PATIENT.items() if parameter.name == "patient"]
            of_the_model = [option(*pair) for pair in MODEL.items()]
        else:
            place = last if parameter.name == "as_json" else first
            place.append(option(parameter.name, hints[parameter.name], parameter.default))
    return [*first, *of_the_model, *last]


def check_page(path: Path) -> None:
    """Refuse a name that no browser opens as a page."""
    if path.suffix.casefold() not in (".html", ".htm"):
        message = f"{path}: the name of a page ends in .html, so that a browser opens it as one."
        raise EvidenceError(message)


def model_of(
    folder: Path | None,
    lexicon: str | None = None,
    layer: str | None = None,
    setting: str | None = None,
) -> Model:
    """The model that the options ask for."""
    return load(folder, lexicon, cast("Layer", layer or "literature"), setting)  # checked by load


def patient_of(
    model: Model,
    present: Iterable[str] | None,
    absent: Iterable[str] | None,
    context: Iterable[str] | None,
    likely: Iterable[str] | None,
) -> Differential:
    """The patient whom the options of a command describe, diagnosed; examples are the model's."""
    pairs: list[tuple[str, object]] = [(name, True) for name in present or []]
    pairs += [(name, False) for name in absent or []]

    def is_known(name: str) -> bool:
        return model.data.names.has(name, KINDS)

    example = _context_example(model)
    pairs += [_worded(*split(pair, example, is_known)) for pair in context or []]
    finding = example_finding(model.data.knowledge)
    for pair in likely or []:
        name, value = split(pair, f"--likely {_quoted(f'{finding}=0.7')}", is_known)
        pairs.append((name, _number(name, value)))
    answers = once(pairs)
    try:
        return model.diagnose(answers)
    except UnknownNameError:
        if names := _split_by_the_shell(model, list(present or [])):
            quoted = " ".join(_quoted(name) for name in names)
            message = f"A name of several words stands in quotation marks: {quoted}."
            raise EvidenceError(message) from None
        raise


def _split_by_the_shell(model: Model, words: list[str]) -> list[str]:
    """Words joined to the names that they make; empty if they make none, or each is a name."""
    if all(model.data.names.has(word, KINDS) for word in words):
        return []
    names: list[str] = []
    while words:
        for count in range(len(words), 0, -1):
            name = " ".join(words[:count])
            if model.data.names.has(name, KINDS):
                names.append(name)
                words = words[count:]
                break
        else:
            return []
    return names


def show(result: Reporting, as_json: bool) -> None:
    """Print a result as text or as JSON."""
    typer.echo(result.to_json() if as_json else result.text)


def show_json(content: object) -> None:
    """Print plain values as JSON."""
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def _worded(name: str, value: str) -> tuple[str, object]:
    """A value that is a number as a number (such as an age), any other as the word it is."""
    for number in (int, float):
        try:
            return name, number(value)
        except ValueError:
            continue
    return name, value


def split(pair: str, example: str, is_known: Callable[[str], bool]) -> tuple[str, str]:
    """The name and the value of an option such as ``age=67`` or ``age=>=65``: a known name."""
    ends = [match.start() for match in re.finditer("=", pair)]
    splits = [(pair[:end].strip(), pair[end + 1 :].strip()) for end in ends]
    whole = [both for both in splits if all(both)]
    if not whole:
        message = f"'{pair}' must be a name, '=' and a value, such as {example}."
        raise EvidenceError(message)
    return next((both for both in reversed(whole) if is_known(both[0])), whole[0])


def probability_of(text: str) -> float:
    """``0.3`` or ``30%`` as a number."""
    digits = text.strip()
    return float(digits[:-1]) / 100.0 if digits.endswith("%") else float(digits)


def _number(name: str, text: str) -> float:
    try:
        return probability_of(text)
    except ValueError:
        message = f"'{name}' must be a number between 0 and 1, or in percent. Got '{text}'."
        raise EvidenceError(message) from None
