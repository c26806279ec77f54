"""Pages of all that a knowledge folder says, made from the model while the site is built.

Every number stands beside what it rests on: a claim of the article, a source, or an assumption.
Nothing here names a cause, a finding or a figure; all of it is asked of the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

import kneebayes as kb
from kneebayes.building import Elicited
from kneebayes.knowledge import Knowledge
from kneebayes.knowledge.records import Cause, ContextState, UrgencyRule, parted
from kneebayes.knowledge.statements import ASSUMED, Interval, Record
from kneebayes.view.markup import percent
from kneebayes.view.trace import TraceRow

__all__ = ["knowledge_pages"]

NAMES = ("id", "label", "aliases", "codes", "about", "question", "names_when_absent", "layer")
LINKED = ("shows", "shows_silent", "shown_by", "raised_by", "evoked_by", "shifts")
SECTIONS = {
    "prior": "How common it is",
    "present": "How often it is there",
    "raised by": "What raises it",
    "there, raised by": "What raises that it is there, to blame or silent",
    "raises": "What it raises",
    "shows": "What it shows",
    "points to": "What points to it",
}


@dataclass(frozen=True)
class Stated:
    """One thing that the folder states: about what, how, and why."""

    about: str
    stated: str
    because: tuple[str, ...]
    numbers: str = ""


@dataclass
class Shelf:
    """What the pages are made of, and where each node has its place."""

    model: kb.Model
    addresses: dict[str, str] = field(default_factory=dict)

    @property
    def knowledge(self) -> Knowledge:
        """All that is known."""
        return self.model.knowledge

    @property
    def elicited(self) -> Elicited:
        """All that was stated, in numbers."""
        return self.model.data.elicited

    def link(self, id: str) -> str:
        """The label of a node, linked to where it is described."""
        label = escape(self.knowledge.label(id))
        address = self.addresses.get(id)
        return f'<a href="{address}">{label}</a>' if address else label

    def link_label(self, text: str) -> str:
        """A label from a trace, linked where it is that of a node."""
        for id in self.addresses:
            label = self.knowledge.label(id)
            if text == label or text.startswith(f"{label} ("):
                return f'<a href="{self.addresses[id]}">{escape(text)}</a>'
        return escape(text)

    def because(self, origins: Iterable[str]) -> str:
        """Origins as a list, each marked as article, literature or assumption."""
        items = "".join(f"<li>{self._origin(origin)}</li>" for origin in origins)
        return f'<ul class="because">{items}</ul>' if items else ""

    def _origin(self, origin: str) -> str:
        knowledge = self.knowledge
        kind = knowledge.kind_of_origin(origin)
        mark = f'<span class="origin {kind}">{kind}</span> '
        if origin in knowledge.claims:
            claim = f'<a href="claims.html#{origin.lower()}">{origin}</a>'
            return f"{mark}{claim} {escape(knowledge.claims[origin].statement)}"
        if origin in knowledge.references:
            return (
                f'{mark}<a href="references.html#{anchor(origin)}">{cited(knowledge, origin)}</a>'
            )
        return mark + escape(origin.removeprefix(ASSUMED).strip())


def anchor(id: str) -> str:
    """An id as Sphinx writes it into an address."""
    return id.lower().replace("_", "-").replace(".", "-")


def cited(knowledge: Knowledge, id: str) -> str:
    """A source in one line."""
    source = knowledge.references[id]
    parts = [source.authors, source.title, source.journal, str(source.year or ""), source.where]
    return escape(", ".join(part for part in parts if part))


def knowledge_pages(model: kb.Model) -> dict[str, str]:
    """Markdown by file name: an overview, a page for each cause, and one for each other kind.

    Parameters
    ----------
    model
        The model that is described; parts of something else that it does not name are described
        from the layer that names them.
    """
    knowledge = model.knowledge
    shelf = Shelf(model)
    whole = shelf
    if knowledge.parts:
        whole = Shelf(model.in_layer("beyond"))
    for each in (shelf, whole):
        each.addresses.update(_addresses(whole.knowledge))
    pages = {
        f"{cause.id}.md": _cause_page(shelf if cause.id in knowledge.causes else whole, cause)
        for cause in whole.knowledge.causes.values()
    }
    pages["findings.md"] = _nodes_page(whole, "findings", "Findings and tests", FINDINGS)
    pages["contexts.md"] = _nodes_page(whole, "contexts", "Contexts", CONTEXTS)
    pages["mediators.md"] = _nodes_page(whole, "mediators", "Mediators", MEDIATORS)
    pages["groups.md"] = _nodes_page(whole, "groups", "Groups", GROUPS)
    pages["methods.md"] = _records_page(whole, "Ways of examining", METHODS, "methods")
    pages["urgency.md"] = _urgency_page(whole)
    pages["settings.md"] = _records_page(whole, "Settings", SETTINGS, "settings")
    pages["lexicons.md"] = _records_page(whole, "Lexicons", LEXICONS, "lexicons")
    pages["claims.md"] = _claims_page(whole)
    pages["references.md"] = _references_page(whole)
    pages["index.md"] = _index(shelf, whole)
    return pages


LEVELS = ("now", "soon", "routine")
FINDINGS = (
    "What can be observed: symptoms, signs, history and test results. Each says how often it is"
    " seen without any cause that the model knows (its leak, or what follows from a specificity)."
    " How often a cause shows it stands on the page of that cause."
)
CONTEXTS = "Background of a patient: how common it is, and what it leads to."
MEDIATORS = (
    "Hidden processes between causes and findings. Signs of one process go through one mediator,"
    " so that they do not count as independent witnesses."
)
GROUPS = "Sets of causes that the article or a clinician speaks of together."
METHODS = "How a test is done, with a rough cost and burden from 0 to 5."
SETTINGS = "Where patients are seen: each place multiplies the odds of some causes."
LEXICONS = (
    "What the words mean in numbers, in each direction of speech. The first and last number hold"
    " the central 90 % of what readers mean; the middle is used where a single number is needed."
)


def _addresses(knowledge: Knowledge) -> dict[str, str]:
    """Where each node and group is described."""
    addresses = {id: f"{id}.html" for id in knowledge.causes}
    for page in ("findings", "contexts", "mediators", "groups"):
        addresses.update({id: f"{page}.html#{anchor(id)}" for id in getattr(knowledge, page)})
    return addresses


# A cause


def _cause_page(shelf: Shelf, cause: Cause) -> str:
    rows = shelf.model.trace(cause.id).rows
    parts = [_heading(cause.label), escape(cause.about), "", _facts(shelf, cause)]
    kinds = list(dict.fromkeys([*SECTIONS, *(row.about for row in rows)]))
    for kind in kinds:
        chosen = [_traced(shelf, row) for row in rows if row.about == kind]
        if chosen:
            title = SECTIONS.get(kind, kind.capitalize())
            parts += [f"## {title}", "", _table(shelf, chosen), ""]
    traced = {"commonness", "raised_by", "shows", "evoked_by"}
    others = [row for row in _stated(shelf, cause) if row.about.split(" ")[0] not in traced]
    if others:
        parts += ["## What else is stated", "", _table(shelf, others), ""]
    rules = [rule for rule in shelf.knowledge.urgency if cause.id in _named(rule)]
    if rules:
        parts += ["## Urgency", "", "Takes part in rules of [urgency](urgency.md).", ""]
    return "\n".join(parts)


def _traced(shelf: Shelf, row: TraceRow) -> Stated:
    about = "" if row.about == "prior" else shelf.link_label(row.node)
    ratio = "ratio" in row.stated or row.stated.startswith("risk:") or row.value > 1.0
    value, low, high = (_number(x, ratio) for x in (row.value, row.low, row.high))
    interval = f"{value} ({low} to {high})"
    alone = row.about != "prior" and not _multiplies(shelf, row)
    used = f"<br>in the network: {_number(row.link)}" if alone else ""
    return Stated(about, escape(row.stated), _origins_of(shelf, row), interval + used)


def _multiplies(shelf: Shelf, row: TraceRow) -> bool:
    """Whether a ratio is by age or the like: it has no number of its own in the network."""
    scales = [one.label for one in shelf.knowledge.contexts.values() if one.states]
    return row.about == "raised by" and any(row.node.startswith(f"{one} (") for one in scales)


def _origins_of(shelf: Shelf, row: TraceRow) -> tuple[str, ...]:
    """The origins of a traced number by id again: it spells them out."""
    known = {**shelf.knowledge.claims, **shelf.knowledge.references}
    heads = ((text.split(":", maxsplit=1)[0], text) for text in row.because)
    return tuple(head if head in known else text for head, text in heads)


def _number(value: float, ratio: bool = False) -> str:
    """A probability in per cent, a ratio as it is."""
    return f"{value:.3g}" if ratio else percent(value)


def _facts(shelf: Shelf, cause: Cause) -> str:
    facts = {
        "Group": escape(shelf.knowledge.group_of(cause.id)),
        "Layer": escape(cause.layer),
        "Urgent by itself": "yes" if cause.urgent else "no",
        "Also called": escape(", ".join(cause.aliases)),
        "Codes": _codes(cause.codes),
    }
    inside = "".join(f"<dt>{key}</dt><dd>{text}</dd>" for key, text in facts.items() if text)
    return f'<dl class="facts">{inside}</dl>\n'


def _codes(codes: dict[str, tuple[object, ...]]) -> str:
    each = (str(code) for several in codes.values() for code in several)
    return escape(", ".join(each))


# The other kinds


def _nodes_page(shelf: Shelf, kind: str, title: str, about: str) -> str:
    parts = [_heading(title), about, ""]
    for id, record in getattr(shelf.knowledge, kind).items():
        parts += [f"({anchor(id)})=", f"## {_plain(record.label)}", ""]
        first = [getattr(record, "about", ""), getattr(record, "question", "")]
        called = ", ".join(record.aliases)
        first += [f"Also called: {called}." if called else ""]
        parts += [*(f"{escape(text)}\n" for text in first if text)]
        rows = _with_numbers(shelf, id, _stated(shelf, record))
        if rows:
            parts += [_table(shelf, rows), ""]
    return "\n".join(parts)


def _with_numbers(shelf: Shelf, id: str, rows: Iterable[Stated]) -> list[Stated]:
    """Rows of a node, with the numbers that the model makes of its words."""
    links = {
        stated.arrow.child: stated for stated in shelf.elicited.stated if stated.arrow.parent == id
    }
    leak = shelf.elicited.leaks.get(id)
    made = []
    for row in rows:
        kind, _, child = row.about.partition(" ")
        numbers = ""
        if kind == "shows" and child in links:
            ratio = links[child].arrow.statement.risk is not None
            numbers = _interval(links[child].interval, ratio)
        elif kind in ("share", "leak", "itself") and leak is not None:
            numbers = _interval(leak)
        made.append(Stated(row.about, row.stated, row.because, numbers))
    return made


def _interval(interval: Interval, ratio: bool = False) -> str:
    value, low, high = (_number(x, ratio) for x in (interval.value, interval.low, interval.high))
    return f"{value} ({low} to {high})"


def _records_page(shelf: Shelf, title: str, about: str, kind: str) -> str:
    parts = [_heading(title), about, ""]
    for id, record in getattr(shelf.knowledge, kind).items():
        label = getattr(record, "label", id)
        parts += [f"({kind}-{anchor(id)})=", f"## {_plain(label)}", ""]
        if getattr(record, "about", ""):
            parts += [escape(record.about), ""]
        parts += [_table(shelf, _stated(shelf, record)), ""]
    return "\n".join(parts)


def _urgency_page(shelf: Shelf) -> str:
    about = (
        "Signs that call for a doctor, whatever the ranking says. A rule fires when its signs are"
        " there, never because a cause is probable."
    )
    rows = []
    for rule in shelf.knowledge.urgency:
        needs = [("all of", rule.all_of), (_how_many(rule.at_least), rule.any_of)]
        needs.append(("none of", rule.none_of))
        signs = "<br>".join(
            f"{word}: {', '.join(_sign(shelf, name) for name in names)}"
            for word, names in needs
            if names
        )
        level = f'<span class="level {rule.level}">{rule.level}</span>'
        rows.append(Stated(f"{level} {escape(rule.reason)}", signs, rule.because))
    advice = shelf.knowledge.meta.advice
    levels = [
        f"- **{level}**: {escape(getattr(advice, level))}" for level in ("now", "soon", "routine")
    ]
    return "\n".join([_heading("Urgency"), about, "", *levels, "", _table(shelf, rows), ""])


def _sign(shelf: Shelf, name: str) -> str:
    """What a rule names: a node, or a node and its state."""
    id, state = parted(name)
    states = {one.id: one.label for one in shelf.knowledge.states_of(id)}
    return shelf.link(id) + (f": {escape(states[state])}" if states else "")


def _how_many(at_least: int) -> str:
    return "any of" if at_least == 1 else f"at least {at_least} of"


def _claims_page(shelf: Shelf) -> str:
    used = shelf.knowledge.claims_used()
    lines = [
        _heading("Claims of the article"),
        f"Source: {escape(shelf.knowledge.meta.source)}.",
        "",
    ]
    lines += ["In our own words, in the order of the article, with where each is used.", ""]
    body = ""
    for id, claim in shelf.knowledge.claims.items():
        where = "<br>".join(escape(place) for place in used[id])
        why = f"not used: {claim.unused_because}" if claim.unused_because else ""
        body += (
            f'<tr id="{id.lower()}"><td data-head="claim">{id}</td>'
            f'<td data-head="says">{escape(claim.statement)}</td>'
            f'<td data-head="where used" class="places">{where or escape(why)}</td></tr>'
        )
    return "\n".join([*lines, _wrapped(("claim", "says", "where used"), body), ""])


def _references_page(shelf: Shelf) -> str:
    lines = [_heading("Sources"), "Each with how it was seen. What nobody saw is not cited.", ""]
    body = "".join(
        f'<tr id="{anchor(id)}"><td data-head="source">{cited(shelf.knowledge, id)}</td>'
        f'<td data-head="seen">{escape(source.seen)}</td></tr>'
        for id, source in shelf.knowledge.references.items()
    )
    return "\n".join([*lines, _wrapped(("source", "seen"), body), ""])


def _index(shelf: Shelf, whole: Shelf) -> str:
    knowledge = whole.knowledge
    parts = [_heading("The knowledge"), _OVERVIEW, "", _counts(knowledge), ""]
    by_group: dict[str, list[Cause]] = {}
    for cause in knowledge.causes.values():
        by_group.setdefault(knowledge.group_of(cause.id), []).append(cause)
    body = ""
    for group, causes in sorted(by_group.items(), key=lambda pair: pair[0].lower()):
        for cause in causes:
            of = shelf if cause.id in shelf.knowledge.causes else whole
            prior = of.elicited.priors[cause.id]
            sign = ' <span class="level now">urgent</span>' if cause.urgent else ""
            part = "" if cause.id in shelf.knowledge.causes else "only in the layer beyond"
            body += (
                f'<tr><td data-head="cause">{whole.link(cause.id)}{sign}</td>'
                f'<td data-head="group">{escape(group)}</td>'
                f'<td data-head="prior">{_interval(prior)}</td><td data-head="">{part}</td></tr>'
            )
    parts += ["## Causes", "", _wrapped(("cause", "group", "prior", ""), body), ""]
    listed = "\n".join(f"{id}" for id in knowledge.causes)
    parts += ["```{toctree}", ":hidden:", ":maxdepth: 1", ":caption: Causes", "", listed, "```", ""]
    rest = "findings contexts mediators groups methods urgency settings lexicons claims references"
    parts += ["```{toctree}", ":hidden:", ":maxdepth: 1", "", *rest.split(), "```", ""]
    return "\n".join(parts)


_OVERVIEW = """
All that is medical stands in one folder of plain text, and these pages are made from it. Every
number has a *because*: <span class="origin article">article</span> a claim of the article, in our
own words; <span class="origin literature">literature</span> a source that was seen; or
<span class="origin assumption">assumption</span> nothing better than a reason.

- [Findings and tests](findings.md), [contexts](contexts.md), [mediators](mediators.md),
  [groups](groups.md)
- [Urgency](urgency.md), [ways of examining](methods.md), [settings](settings.md)
- [Lexicons](lexicons.md): what the words mean in numbers
- [Claims of the article](claims.md) and [sources](references.md)
"""


def _counts(knowledge: Knowledge) -> str:
    """How many numbers rest on what."""
    kinds = {"article": 0, "literature": 0, "assumption": 0}
    total = 0
    for _, because in knowledge.origins():
        total += 1
        for kind in {knowledge.kind_of_origin(origin) for origin in because}:
            kinds[kind] += 1
    said = ", ".join(f"{count} on {_KINDS[kind]}" for kind, count in kinds.items())
    return f"Of {total} statements, {said} (one may rest on several)."


_KINDS = {
    "article": "claims of the article",
    "literature": "published sources",
    "assumption": "assumptions",
}


# What a record states


def _stated(shelf: Shelf, record: Record, about: str = "") -> Iterator[Stated]:
    """Everything in a record that gives an origin, with what it states, however deep it stands."""
    fields = {name: getattr(record, name) for name in type(record).model_fields}
    names = [name for name in fields if "because" in name or name == "overruled"]
    origins = [origin for name in names for origin in fields[name]]
    given = record.model_fields_set
    plain = {name: v for name, v in fields.items() if name in given and _is_plain(name, v)}
    if origins:
        text = "; ".join(_said(shelf, name, value) for name, value in plain.items())
        yield Stated(about or "itself", text, tuple(origins))
    for name, value in fields.items():
        if name == "unused_because" or "because" in name or name == "codes":
            continue
        yield from _inside(shelf, value, f"{about} {name}".strip())


def _inside(shelf: Shelf, value: object, about: str) -> Iterator[Stated]:
    if isinstance(value, Record):
        yield from _stated(shelf, value, about)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _inside(shelf, inner, f"{about} {key}")
    elif isinstance(value, tuple):
        for inner in value:
            yield from _inside(shelf, inner, about)


def _is_plain(name: str, value: object) -> bool:
    if "because" in name or name in (*NAMES, "overruled") or value in (None, "", (), {}):
        return False
    several = value if isinstance(value, tuple) else (value,)
    return name == "by" or all(isinstance(one, str | int | float | ContextState) for one in several)


def _said(shelf: Shelf, name: str, value: object) -> str:
    if isinstance(value, Mapping):  # of states with factors, by context
        words = (f"{state} x {factor:g}" for by in value.values() for state, factor in by.items())
        return escape(", ".join(words).replace("_", " "))
    if isinstance(value, tuple) and all(isinstance(one, float | int) for one in value):
        text = " to ".join(f"{one:g}" for one in value)
    elif isinstance(value, tuple) and all(isinstance(one, ContextState) for one in value):
        text = ", ".join(f"{escape(one.label)} {_number(one.share)}" for one in value)
    elif isinstance(value, tuple):
        text = ", ".join(shelf.link(str(one)) for one in value)
    else:
        text = escape(f"{value:g}" if isinstance(value, float) else str(value))
    word = name.replace("_", " ")
    return text if name in ("text", "how_often") else f"{word}: {text}"


def _named(rule: UrgencyRule) -> tuple[str, ...]:
    return (*rule.all_of, *rule.any_of, *rule.none_of)


# Markdown and HTML


def _heading(title: str) -> str:
    return f"# {_plain(title)}\n"


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|" else c for c in text)


def _table(shelf: Shelf, rows: Iterable[Stated]) -> str:
    rows = list(rows)
    numbered = any(row.numbers for row in rows)
    heads = ("", "as stated", *(("in numbers",) if numbered else ()), "because")
    body = ""
    for row in rows:
        about = row.about if row.about.startswith("<") else _about(shelf, row.about)
        body += f'<tr><th scope="row">{about}</th><td data-head="as stated">{row.stated}</td>'
        if numbered:
            body += f'<td data-head="in numbers" class="numbers">{row.numbers}</td>'
        body += f'<td data-head="because">{shelf.because(row.because)}</td></tr>'
    return _wrapped(heads, body)


def _about(shelf: Shelf, about: str) -> str:
    """``shows fever`` in words, its node linked."""
    kind, *rest = about.split(" ")
    words = [escape(kind.replace("_", " "))]
    for word in rest:
        known = kind in LINKED and word in shelf.addresses
        words.append(shelf.link(word) if known else escape(word.replace("_", " ")))
    return " ".join(words)


def _wrapped(heads: Iterable[str], body: str) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    return (
        '<div class="knowledge-table"><table class="knowledge">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n"
    )
