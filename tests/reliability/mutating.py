"""Hostile values: what may stand in a file, in a mapping of answers, on a command line."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import threading
from typing import Any

import numpy as np
import pandas as pd

Rng = np.random.Generator

TOKENS = [
    "nan", "inf", "-inf", "1e999", "-1", "0", "1.0000001", "1e-320", "9" * 400, "0x1F", "true",
    "null", '""', '"""', "'''", "[", "]", "{", "}", "[[", "]]", "=", ",", ".", "#", "\n", "\r",
    "\t", "\\", "\\u0000", "\\ud800", "\x00", "\x1b[31m", "\u202e", "\ufeff", "\u0130", "\u00df",
    "<script>alert(1)</script>", "$\\badmacro$", "&amp;", "<img src=x onerror=alert(1)>",
    "assumed: ", "because", "present", "absent", "headache", "rusty_bolt", "rain", "often",
    "[[[[" * 200, "a." * 300 + "a=1", "1979-05-27T07:32:00Z", "../../etc/passwd", "%s%n", "{0}",
]  # fmt: skip


def mutated(rng: Rng, text: str) -> bytes:
    """A text with one to four faults."""
    for _ in range(int(rng.integers(1, 5))):
        text = FAULTS[rng.integers(len(FAULTS))](rng, text)
    content = text.encode("utf-8", "surrogatepass")
    if rng.random() < 0.05 and content:
        at = int(rng.integers(len(content)))
        content = content[:at] + rng.bytes(int(rng.integers(1, 9))) + content[at:]
    return content


def insert(rng: Rng, text: str) -> str:
    at = int(rng.integers(len(text) + 1))
    return text[:at] + TOKENS[rng.integers(len(TOKENS))] + text[at:]


def delete(rng: Rng, text: str) -> str:
    at = int(rng.integers(len(text) + 1))
    return text[:at] + text[at + int(rng.geometric(0.2)) :]


def cut(rng: Rng, text: str) -> str:
    return text[: int(rng.integers(len(text) + 1))] if rng.random() < 0.2 else text


def change_lines(rng: Rng, text: str) -> str:
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    here, there = rng.integers(len(lines), size=2)
    match int(rng.integers(4)):
        case 0:
            lines[here], lines[there] = lines[there], lines[here]
        case 1:
            lines.insert(here, lines[there])
        case 2:
            del lines[here]
        case _:
            lines[here] = lines[here].rstrip("\n") + lines[there]
    return "".join(lines)


def change_value(rng: Rng, text: str) -> str:
    """What stands after an equals sign, or in a cell, becomes something else."""
    marks = [at for at, sign in enumerate(text) if sign in "=,:"]
    if not marks:
        return text
    at = marks[rng.integers(len(marks))] + 1
    end = min((text.find(sign, at) for sign in ",\n}" if text.find(sign, at) >= 0), default=at)
    return text[:at] + " " + TOKENS[rng.integers(len(TOKENS))] + text[end:]


def swap_words(rng: Rng, text: str) -> str:
    words = text.split(" ")
    here, there = rng.integers(len(words), size=2)
    words[here], words[there] = words[there], words[here]
    return " ".join(words)


FAULTS = [insert, delete, cut, change_lines, change_value, change_value, swap_words]


class Odd:
    """An object whose own methods fail."""

    def __float__(self) -> float:
        message = "no number"
        raise ValueError(message)

    def __repr__(self) -> str:
        message = "no words"
        raise RuntimeError(message)


def odd_value(rng: Rng, depth: int = 0) -> Any:
    """Any Python value that somebody may give as an answer."""
    if rng.random() < 0.4:
        return bool(rng.random() < 0.5)
    plain = [
        True, False, None, 0, 1, 2, -1, 0.3, 1.0, -0.0, 5e-324, 1 - 2**-53,
        float("nan"), float("inf"), 10**400, "yes", "no", "present", "absent",
        "unknown", "", " ", "older", "67", "0.5", "nan", "\x00", "\ud800",
        "<script>alert(1)</script>", "a" * 10_000, b"yes", bytearray(b"no"),
        np.float32(0.5), np.float64("nan"), np.bool_(True), np.int64(1), np.array(0.5),
        np.array([0.2, 0.8]), np.array([]), np.str_("yes"), np.datetime64("2020"),
        pd.NA, pd.NaT, pd.Timestamp("2020-01-01"), 1j, decimal.Decimal("0.5"),
        decimal.Decimal("sNaN"), fractions.Fraction(1, 3), dt.date(2020, 1, 1),
        object(), Odd(), 10**5000, threading.Lock(), (one for one in ()), int, len,
        range(3), ..., NotImplemented, {}, [], (), set(), frozenset({1}),
    ]  # fmt: skip
    if depth < 3 and rng.random() < 0.2:
        many = [odd_value(rng, depth + 1) for _ in range(int(rng.integers(4)))]
        return [many, tuple(many), dict(enumerate(many)), {str(at): one for at, one in
                enumerate(many)}][rng.integers(4)]  # fmt: skip
    if rng.random() < 0.2:
        return float(rng.random())
    return plain[rng.integers(len(plain))]


def odd_name(rng: Rng, names: list[str]) -> Any:
    """Usually a name that is known, now and then changed, or none at all."""
    name = names[rng.integers(len(names))]
    chance = rng.random()
    if chance < 0.75:
        return name
    if chance < 0.9:
        return mutated(rng, name).decode("utf-8", "replace")
    odd = odd_value(rng, 3)
    try:
        hash(odd)
    except TypeError:
        return repr(odd)
    return odd
