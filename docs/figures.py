"""Write the figures of the README anew: what its command prints, and how patients come out.

``python docs/figures.py`` after anything that changes a number; a test holds the README to it.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

import kneebayes as kb

__all__ = ["PARTS", "command_output", "published_figures", "refreshed"]

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
COMMAND = 'diagnose "lump behind the knee" "stiffness" --absent fever --context age=older --top 3'


def command_output() -> str:
    """What the first command of the README prints, as a block."""
    words = [sys.executable, "-m", "kneebayes", *shlex.split(COMMAND)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, encoding="utf-8")
    return f"```text\n$ kneebayes {COMMAND}\n{done.stdout.strip()}\n```"


def published_figures() -> str:
    """How the shipped model and simpler predictors do on published patients."""
    knee = kb.load()
    published = kb.study.evaluate_published(knee)
    elsewhere = {
        "network in a hospital": kb.study.evaluate_published(knee.in_setting("hospital")).table,
        "network among case reports": kb.study.evaluate_published(
            knee.in_setting("case_reports")
        ).table,
    }
    rows = ["| | true cause first | among the first three | mean ln P(truth) |"]
    rows += ["|---|--:|--:|--:|"]
    known = published.table["patients"].iloc[0]
    for place, row in enumerate(published.table.itertuples()):
        everybody = row.patients > known
        if everybody and row.predictor == "prior only":
            continue
        whom = f"{'all' if everybody else 'the'} {row.patients}, {row.visit}"
        rows.append(_row(f"{whom}, {row.predictor}", row))
        if row.predictor == "network":
            rows.extend(
                _row(f"{whom}, {name}", table.iloc[place]) for name, table in elsewhere.items()
            )
    return "\n".join([*rows, "", *_weaknesses(published)])


def _row(name: str, scores: Any) -> str:
    """One row of the table."""
    return f"| {name} | {scores.top_1:.0%} | {scores.top_3:.0%} | {scores.mean_log:.2f} |"


def _weaknesses(published: kb.study.PublishedEvaluation) -> list[str]:
    """Where the network is too sure, deaf or late, as a list."""
    sure = published.sure.set_index(["visit", "predictor"]).loc["first visit", "network"]
    other = published.something_else.set_index("visit").loc["first visit"]
    triage = published.triage.set_index(["visit", "mistake"]).loc["first visit"]
    missed, false = triage.loc["missed"], triage.loc["false"]
    known = published.table["patients"].iloc[0]

    def of(row: pd.Series) -> str:
        return f"{row.number:.0f} of {row.total:.0f}"

    everybody = published.patients
    return [
        f"- The {known} are those of the {everybody} whose cause the model knows.",
        f'- Among all {everybody}, "something else" is right for the others.',
        f"- First visit: a first cause of 0.7 or more is right in {of(sure)}.",
        f'- "Something else" notices diseases that the model lacks with an AUC of {other.auc:.2f}.',
        f'- Urgency "now" is missed in {of(missed)}, and given without need in {of(false)}.',
    ]


PARTS: dict[str, Callable[[], str]] = {"command": command_output, "published": published_figures}


def refreshed(text: str, names: tuple[str, ...] = tuple(PARTS)) -> str:
    """The text with its figures made anew.

    Parameters
    ----------
    text
        A page with ``<!-- made: NAME -->`` and ``<!-- end -->`` around each figure.
    names
        Which figures.
    """
    for name in names:
        start, end = f"<!-- made: {name} -->\n\n", "\n\n<!-- end -->"
        made = PARTS[name]()
        text, changed = re.subn(
            f"{re.escape(start)}.*?{re.escape(end)}",
            lambda _, made=made, start=start, end=end: f"{start}{made}{end}",
            text,
            flags=re.DOTALL,
        )
        if changed != 1:
            message = f"README.md: '{start.strip()}' stands {changed} times, it must stand once."
            raise ValueError(message)
    return text


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text("utf-8")), encoding="utf-8")
