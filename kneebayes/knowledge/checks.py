"""What must hold between the records of a folder; anything else is an error, not a remark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kneebayes.errors import Problem, suggest
from kneebayes.knowledge.base import Arrow, Knowledge
from kneebayes.knowledge.names import Names
from kneebayes.knowledge.records import ASSUMED, Amount, Context

__all__ = ["check"]


def check(knowledge: Knowledge) -> list[Problem]:
    """Every contradiction between the records of a folder."""
    return [
        *_check_ids(knowledge),
        *_check_origins(knowledge),
        *_check_complaint(knowledge),
        *_check_arrows(knowledge),
        *_check_words(knowledge),
        *_check_members(knowledge),
    ]


def _unknown(place: str, what: str, name: str, known: Iterable[str]) -> Problem:
    near = suggest(name, list(known), count=1)
    hint = f"Did you mean '{near[0]}'?" if near else f"Add the {what} or take the name out."
    return Problem(place, f"'{name}' is not a {what} of this folder.", hint)


def _check_ids(knowledge: Knowledge) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for kind, records in (
        ("cause", knowledge.causes),
        ("mediator", knowledge.mediators),
        ("finding", knowledge.findings),
        ("context", knowledge.contexts),
        ("group", knowledge.groups),
    ):
        for id in records:
            if id in seen:
                wrong = f"the id '{id}' is already that of a {seen[id]}."
                yield Problem(f"{kind} {id}", wrong, "Ids must differ.")
            seen[id] = kind
    for name, first, second in Names(knowledge).clashes:
        yield Problem(
            f"{second.kind} {second.id}",
            f"its name '{name}' is also a name of the {first.kind} {first.id}.",
            "One name must mean one thing.",
        )


def _check_origins(knowledge: Knowledge) -> Iterator[Problem]:
    known = [*knowledge.claims, *knowledge.references]
    for place, because in knowledge.origins():
        for origin in because:
            if not origin.startswith(ASSUMED) and origin not in known:
                near = suggest(origin, known, count=1)
                hint = f" Did you mean '{near[0]}'?" if near else ""
                yield Problem(
                    f"{place}.because",
                    f"'{origin}' is neither a claim nor a reference.",
                    "Name a claim (C48), a reference, or write 'assumed: <reason>'." + hint,
                )
    used = knowledge.claims_used()
    for claim in knowledge.claims.values():
        if used[claim.id] and claim.unused_because:
            yield Problem(
                f"claims.csv: {claim.id}",
                f"it is used by {used[claim.id][0]}, yet says why it is not.",
                "Empty the last column.",
            )


def _check_complaint(knowledge: Knowledge) -> Iterator[Problem]:
    complaint = knowledge.meta.complaint
    if complaint not in knowledge.findings:
        yield _unknown("knowledge.toml: complaint", "finding", complaint, knowledge.findings)
        return
    for cause in knowledge.causes.values():
        if complaint not in cause.shows:
            yield Problem(
                f"causes/{cause.id}.toml: shows",
                f"it does not say how often it produces the complaint '{complaint}'.",
                f"Add {complaint} = {{ how_often = ..., because = ... }}.",
            )


def _check_arrows(knowledge: Knowledge) -> Iterator[Problem]:
    nodes = {
        **knowledge.causes,
        **knowledge.contexts,
        **knowledge.mediators,
        **knowledge.findings,
    }
    for arrow in knowledge.arrows():
        for end in (arrow.parent, arrow.child):
            if end not in nodes:
                yield _unknown(arrow.place, "node", end, nodes)
        if arrow.parent in nodes and arrow.child in nodes:
            yield from _check_arrow(knowledge, arrow)


def _check_arrow(knowledge: Knowledge, arrow: Arrow) -> Iterator[Problem]:
    parent, child = arrow.parent, arrow.child
    context = knowledge.contexts.get(parent)
    states = _states(context)
    if arrow.state not in states:
        wrong = f"'{arrow.state}' is not a state of '{parent}'."
        yield Problem(arrow.place, wrong, f"Its states are: {', '.join(states)}.")
    target = knowledge.contexts.get(child)
    if target is not None and target.leak is None:
        wrong = f"'{child}' is a root: nothing can produce it."
        yield Problem(arrow.place, wrong, "Give it a leak instead of a share, or drop the arrow.")
    if len(states) > 1 and arrow.statement.risk is None:
        wrong = f"'{parent}' has several states, so a frequency is not understood."
        yield Problem(arrow.place, wrong, "Give a risk ratio for the state.")
    if child not in knowledge.causes and arrow.statement.risk is not None:
        wrong = "a risk ratio is only understood for a cause."
        yield Problem(arrow.place, wrong, "Say how often instead.")
    if child in knowledge.causes and parent in knowledge.findings:
        wrong = f"'{parent}' is a finding and cannot raise a cause."
        yield Problem(arrow.place, wrong, "Only contexts, causes and mediators can.")


def _states(context: Context | None) -> list[str]:
    if context is None or not context.states:
        return ["present"]
    return [state.id for state in context.states]


def _check_words(knowledge: Knowledge) -> Iterator[Problem]:
    if knowledge.meta.lexicon not in knowledge.lexicons:
        place = "knowledge.toml: lexicon"
        yield _unknown(place, "lexicon", knowledge.meta.lexicon, knowledge.lexicons)
    for place, direction, word in _words(knowledge):
        for lexicon in knowledge.lexicons.values():
            known = getattr(lexicon, direction)
            if word not in known:
                near = suggest(word, list(known), count=1)
                hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
                wrong = f"'{word}' is no word for {direction} in the lexicon '{lexicon.id}'."
                yield Problem(place, wrong, hint)


def _words(knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    def said(place: str, direction: str, amount: Amount | None) -> Iterator[tuple[str, str, str]]:
        if isinstance(amount, str):
            yield place, direction, amount

    for cause in knowledge.causes.values():
        place = f"causes/{cause.id}.toml"
        yield f"{place}: commonness", "commonness", cause.commonness.word
        for finding, evoked in cause.evoked_by.items():
            yield from said(f"{place}: evoked_by.{finding}", "evoking", evoked.evokes)
    for group in knowledge.groups.values():
        for finding, evoked in group.evoked_by.items():
            place = f"groups.toml: {group.id}.evoked_by.{finding}"
            yield from said(place, "evoking", evoked.evokes)
    for arrow in knowledge.arrows():
        yield from said(arrow.place, "frequency", arrow.statement.how_often)
        yield from said(arrow.place, "risk", arrow.statement.risk)
    for kind in (knowledge.contexts, knowledge.mediators, knowledge.findings):
        for one in kind.values():
            yield from said(one.id, "frequency", one.leak)


def _check_members(knowledge: Knowledge) -> Iterator[Problem]:
    for group in knowledge.groups.values():
        for member in group.members:
            if member not in knowledge.causes:
                place = f"groups.toml: {group.id}.members"
                yield _unknown(place, "cause", member, knowledge.causes)
        for finding in group.evoked_by:
            if finding not in knowledge.findings:
                place = f"groups.toml: {group.id}.evoked_by"
                yield _unknown(place, "finding", finding, knowledge.findings)
    known = {**knowledge.findings, **knowledge.contexts, **knowledge.causes}
    for rule in knowledge.urgency:
        for id in (*rule.all_of, *rule.any_of, *rule.none_of):
            if id not in known:
                yield _unknown(f"urgency.toml: {rule.id}", "finding", id, known)
    for finding in knowledge.findings.values():
        if finding.method and finding.method not in knowledge.methods:
            place = f"tests.toml: results.{finding.id}.method"
            yield _unknown(place, "method", finding.method, knowledge.methods)
    for cause in knowledge.causes.values():
        for id in cause.evoked_by:
            if id not in knowledge.findings:
                place = f"causes/{cause.id}.toml: evoked_by"
                yield _unknown(place, "finding", id, knowledge.findings)
            elif id not in cause.shows:
                place = f"causes/{cause.id}.toml: evoked_by.{id}"
                wrong = "the link that it is solved for is missing."
                yield Problem(place, wrong, f"Say under shows how often it shows {id}.")
