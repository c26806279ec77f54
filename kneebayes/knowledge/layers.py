"""How much of a folder to take: the article alone, with literature, or with what lies beyond.

One folder holds all three. ``article`` keeps what rests on a claim, in the article's words
(:mod:`kneebayes.knowledge.article`); ``literature`` takes what was measured instead, and keeps the
parts of something else together; ``beyond`` names the parts as causes of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from kneebayes.knowledge.article import article_alone
from kneebayes.knowledge.base import Knowledge, present_node
from kneebayes.knowledge.records import (
    Cause,
    Context,
    Finding,
    Group,
    Mediator,
    UrgencyRule,
    parted,
)
from kneebayes.knowledge.statements import Commonness, Layer, Statement

Stating = TypeVar("Stating", Cause, Context, Mediator, Finding)


def in_layer(knowledge: Knowledge, layer: Layer) -> Knowledge:
    """A folder, in any layer, as one layer sees it.

    ``article``: only statements that rest on a claim, in the article's words instead of
    published numbers; nothing is said of presence or of the parts of something else.
    ``literature``: everything but what is of the article's layer alone, with the parts of
    something else shown together. ``beyond``: the same, the parts named as causes.
    """
    everything = knowledge if knowledge.whole is None else knowledge.whole
    whole = everything if layer == "article" else _without_article(everything)
    if layer == "beyond":
        return with_presences(replace(whole, layer=layer, parts={}, whole=everything))
    named = {id: record for id, record in whole.causes.items() if record.layer != "beyond"}
    parts = {id: record for id, record in whole.causes.items() if record.layer == "beyond"}
    if parts and layer == "literature":
        rest = named[whole.meta.rest]
        unnamed = _unnamed_part(rest, parts)
        parts = {**parts, unnamed.id: unnamed}
        bare = rest.but(shows={}, shows_silent={}, raised_by={}, evoked_by={})
        named = {**named, rest.id: bare}
    groups = {
        id: record.but(members=tuple(one for one in record.members if one in named))
        for id, record in whole.groups.items()
    }
    groups = {id: record for id, record in groups.items() if record.members}
    known = {*named, *groups, *parts}
    seen = replace(
        whole,
        causes=named,
        parts=parts,
        groups=groups,
        urgency=tuple(_rules(whole.urgency, parts)),
        incoherent={
            id: rule
            for id, rule in whole.incoherent.items()
            if not any(parted(name)[0] in parts for name in rule.names)
        },
        settings={
            id: record.but(shifts={id: one for id, one in record.shifts.items() if id in known})
            for id, record in whole.settings.items()
        },
        layer=layer,
        whole=everything,
    )
    return with_presences(article_alone(seen) if layer == "article" else seen)


def _without_article(knowledge: Knowledge) -> Knowledge:
    """A folder without what is stated for the article's layer alone."""
    measured: dict[str, Any] = {
        kind: {id: _measured(record) for id, record in getattr(knowledge, kind).items()}
        for kind in ("causes", "contexts", "mediators", "findings")
    }
    return replace(knowledge, **measured)


def _measured(record: Stating) -> Stating:
    """A record without statements of the article's layer alone; itself where it has none."""
    changed: dict[str, object] = {}
    for name in ("raised_by", "shows", "shows_silent", "shown_by"):
        said: Mapping[str, Statement | Mapping[str, Statement]] = getattr(record, name, {})
        kept: dict[str, Statement | Mapping[str, Statement]] = {}
        for id, one in said.items():
            if not isinstance(one, Statement):
                states = {state: each for state, each in one.items() if each.layer != "article"}
                kept |= {id: states} if states else {}
            elif one.layer != "article":
                kept[id] = one
        if kept != said:
            changed[name] = kept
    return record.but(**changed) if changed else record


def _unnamed_part(rest: Cause, parts: Mapping[str, Cause]) -> Cause:
    """What is left of something else after its parts: it shows what the rest's file says."""
    each = [cause.commonness.part or 0.0 for cause in parts.values()]
    taken = sum(sum(part) / 2.0 if isinstance(part, tuple) else part for part in each)
    part = max(0.05, 1.0 - taken)
    share = Commonness(part=part, because=rest.commonness.because)
    id, label = f"{rest.id}_unnamed", f"{rest.label} (unnamed)"
    return rest.but(id=id, label=label, aliases=(), codes={}, layer="beyond", commonness=share)


def with_presences(knowledge: Knowledge) -> Knowledge:
    """The same with a hidden node for the presence of each cause that need not explain."""
    there = {
        present_node(id): Mediator(
            id=present_node(id),
            label=f"{cause.label} (there)"[:80],
            about=f"{cause.label}, whether it explains the complaint or not.",
            leak=0.0,
            because=cause.because if cause.present_in is None else cause.present_in.because,
        )
        for id, cause in knowledge.diseases.items()
        if knowledge.there[id] != id
    }
    every = {present_node(id) for id in knowledge.diseases}
    others = {id: node for id, node in knowledge.mediators.items() if id not in every}
    return replace(knowledge, mediators={**others, **there})


def with_members(groups: Mapping[str, Group], causes: Mapping[str, Cause]) -> dict[str, Group]:
    """Groups that name no members have the causes whose own group they are."""
    found = dict(groups)
    for id, group in groups.items():
        if not group.members:
            own = tuple(one.id for one in causes.values() if one.group in (id, group.label))
            found[id] = group.but(members=own)
    return found


def _rules(rules: Iterable[UrgencyRule], parts: Mapping[str, Cause]) -> Iterable[UrgencyRule]:
    """Rules without the parts of something else that nobody can name here."""
    for rule in rules:
        kept = {
            name: tuple(id for id in getattr(rule, name) if id not in parts)
            for name in ("all_of", "any_of", "none_of")
        }
        if len(kept["all_of"]) < len(rule.all_of) or (rule.any_of and not kept["any_of"]):
            continue
        least = min(rule.at_least, max(1, len(kept["any_of"])))
        yield rule.but(**kept, at_least=least)
