"""Options that several commands share, and answers as they are written on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from kneebayes.errors import EvidenceError
from kneebayes.model import Model, load

__all__ = [
    "Absent",
    "AsJson",
    "Folder",
    "InSetting",
    "InState",
    "LexiconName",
    "Likely",
    "Present",
    "answers_of",
    "model_of",
    "probability_of",
]

Folder = Annotated[
    Path | None, typer.Option(help="A knowledge folder; left out, the article that comes along.")
]
LexiconName = Annotated[str | None, typer.Option(help="Which lexicon turns words into numbers.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
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
    list[str] | None, typer.Option("--context", "-c", help="NAME=STATE, such as age=older.")
]
Likely = Annotated[
    list[str] | None,
    typer.Option(
        "--likely",
        "-l",
        help="Perhaps: fever=0.7 (or 70%) has a likelihood ratio of 7 to 3, 0.5 has no effect.",
    ),
]


def model_of(folder: Path | None, lexicon: str | None, setting: str | None) -> Model:
    """The model that the options ask for."""
    model = load(folder, lexicon)
    return model if setting is None else model.in_setting(setting)


def answers_of(
    present: Iterable[str] | None,
    absent: Iterable[str] | None,
    context: Iterable[str] | None,
    likely: Iterable[str] | None,
) -> dict[str, object]:
    """The answers that the options of a command give."""
    pairs: list[tuple[str, object]] = [(name, True) for name in present or []]
    pairs += [(name, False) for name in absent or []]
    pairs += [_worded(*_split(pair, "--context age=older")) for pair in context or []]
    for pair in likely or []:
        name, value = _split(pair, "--likely fever=0.7")
        pairs.append((name, _number(name, value)))
    return _once(pairs)


def _worded(name: str, value: str) -> tuple[str, object]:
    """A value that is a number as a number (such as an age), any other as the word it is."""
    for number in (int, float):
        try:
            return name, number(value)
        except ValueError:
            continue
    return name, value


def _split(pair: str, example: str) -> tuple[str, str]:
    name, sign, value = pair.rpartition("=")
    if not sign or not name.strip() or not value.strip():
        message = f"'{pair}' must be a name, '=' and a value, such as {example}."
        raise EvidenceError(message)
    return name.strip(), value.strip()


def probability_of(text: str) -> float:
    """``0.3`` or ``30%`` as a number.

    Raises
    ------
    ValueError
        If it is no number.
    """
    digits = text.strip()
    return float(digits[:-1]) / 100.0 if digits.endswith("%") else float(digits)


def _number(name: str, text: str) -> float:
    try:
        return probability_of(text)
    except ValueError:
        message = f"'{name}' must be a probability between 0 and 1, or in percent. Got '{text}'."
        raise EvidenceError(message) from None


def _once(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Answers as a mapping; a name given twice must be given the same answer."""
    answers: dict[str, object] = {}
    for name, answer in pairs:
        if name in answers and answers[name] != answer:
            message = f"'{name}' was answered twice: {answers[name]!r} and {answer!r}. Keep one."
            raise EvidenceError(message)
        answers[name] = answer
    return answers
