"""Hostile names: whatever a folder calls its entries, a page shows it and does not run it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import kneebayes as kb
from kneebayes.building.model import model_of
from kneebayes.knowledge import Knowledge
from reliability.checks import Check

PART = "injection"
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "</title></style></td></table><svg onload=alert(1)>",
    "$\\badmacro$ &lt;b&gt; %s {0}",
)
TAGS = {"script", "img", "iframe", "object", "embed", "link", "base", "form", "meta"}
SHOWN = ("label", "about", "title", "reason", "advice", "statement", "text")


class Reader(HTMLParser):
    """Notes what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in TAGS:
            self.runs.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.runs.append(f"<{tag} {name}>")


def what_runs(html: str) -> list[str]:
    """Tags and attributes that a browser would run or load."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.runs


def hostile(knowledge: Knowledge, word: str) -> Knowledge:
    """The same knowledge, every text that is shown followed by a hostile one.

    A file with such a text is refused; here it is put in behind the reader's back.
    """

    def spoil(record: Any) -> Any:
        fields = {
            name: f"{getattr(record, name)} {word}"
            for name in SHOWN
            if isinstance(getattr(record, name, None), str)
        }
        return record.model_copy(update=fields)

    kinds = ("claims", "references", "groups", "causes", "contexts", "mediators", "findings",
             "methods")  # fmt: skip
    changed = {
        kind: {id: spoil(one) for id, one in getattr(knowledge, kind).items()} for kind in kinds
    }
    contexts = {
        id: one.model_copy(update={"states": tuple(spoil(state) for state in one.states)})
        for id, one in changed["contexts"].items()
    }
    rules = tuple(spoil(rule) for rule in knowledge.urgency)
    return replace(
        knowledge, meta=spoil(knowledge.meta), urgency=rules, **{**changed, "contexts": contexts}
    )


def results_of(model: kb.Model) -> Iterator[tuple[str, Any]]:
    """Every result that a public method of a model or a differential gives.

    What a method needs is given by the names of its parameters; a method with a parameter
    that is not known here is passed over, and so is one that writes files.
    """
    causes = [cause.id for cause in model.causes]
    findings = [one.id for one in model.findings if not one.states]
    dx = model.diagnose({findings[1]: True})
    known = {
        "cause": causes[0],
        "causes": (causes[0],),
        "to": causes[1],
        "name": causes[0],
        "answers": {findings[1]: True},
        "draws": 20,
        "n": 20,
        "count": 20,
        "case": dx,
        "dx": dx,
    }
    yield "model.diagnose", dx
    for owner, one in (("model", model), ("differential", dx)):
        for name in sorted(dir(type(one))):
            method = getattr(type(one), name)
            if name.startswith("_") or not inspect.isfunction(method):
                continue
            parameters = [*inspect.signature(getattr(one, name)).parameters.values()]
            needed = [
                it.name
                for it in parameters
                if it.default is it.empty and it.kind is not it.VAR_KEYWORD
            ]
            if not set(needed) <= known.keys() or name.startswith(("draw", "save", "to_")):
                continue
            arguments = {id: known[id] for id in needed if id != "causes"}
            arguments |= {it.name: known[it.name] for it in parameters if it.name in ("draws",)}
            try:
                made = getattr(one, name)(**arguments)
            except kb.KneebayesError:
                continue  # a question that this small model cannot be asked
            except DeprecationWarning:
                continue  # an old name of another question, where warnings are errors
            yield f"{owner}.{name}", made


def findings_in(model: kb.Model) -> dict[str, list[str]]:
    """For each result that shows itself what a browser would run of it."""
    found = {}
    for name, made in results_of(model):
        if callable(getattr(made, "_repr_html_", None)):
            found[name] = what_runs(made._repr_html_() or "")
            str(made)
    return found


def measure_injection(models: dict[str, kb.Model], words: Sequence[str] = HOSTILE) -> list[Check]:
    """How many things a browser would run, over all results and hostile names."""
    checks = []
    for name, model in models.items():
        runs: list[str] = []
        shown = 0
        for word in words:
            spoilt = kb.Model(model_of(hostile(model.data.knowledge, word), model.data.lexicon))
            found = findings_in(spoilt)
            shown += len(found)
            runs += [f"{result}: {one}" for result, some in found.items() for one in some]
        note = "; ".join(runs[:5]) or ", ".join(found)
        checks.append(Check(PART, name, "what a browser would run", len(runs), "= 0", shown, note))
    return checks
