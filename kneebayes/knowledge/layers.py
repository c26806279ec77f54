"""How much of a folder to take: the article alone, with literature, or with what lies beyond.

One folder holds all three. ``article`` keeps what rests on a claim, in the article's words;
``literature`` adds what was measured, and keeps the parts of something else together;
``beyond`` names the parts as causes of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from kneebayes.knowledge.base import Knowledge, present_node
from kneebayes.knowledge.records import (
    Cause,
    Context,
    Finding,
    Group,
    Mediator,
    UrgencyRule,
    rules_without,
)
from kneebayes.knowledge.statements import Commonness, Evoked, Layer, Statement

VAGUEST = "can"
Shown = TypeVar("Shown", Context, Finding, Mediator)


def in_layer(knowledge: Knowledge, layer: Layer) -> Knowledge:
    """A folder, in any layer, as one layer sees it."""
    whole = knowledge if knowledge.whole is None else knowledge.whole
    if layer == "beyond":
        return with_presences(replace(whole, layer=layer, parts={}, whole=whole))
    named = {id: record for id, record in whole.causes.items() if record.layer != "beyond"}
    parts = {id: record for id, record in whole.causes.items() if record.layer == "beyond"}
    if parts and layer == "literature":
        rest = named[whole.meta.rest]
        unnamed = _unnamed_part(rest, parts)
        parts = {**parts, unnamed.id: unnamed}
        said = ("shows", "shows_silent", "raised_by", "evoked_by")
        bare: dict[str, object] = {field: {} for field in said}
        named = {**named, rest.id: rest.model_copy(update=bare)}
    groups = {
        id: record.model_copy(update={"members": tuple(m for m in record.members if m in named)})
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
        incoherent=rules_without(whole.incoherent, parts),
        settings={
            id: record.model_copy(
                update={"shifts": {id: one for id, one in record.shifts.items() if id in known}}
            )
            for id, record in whole.settings.items()
        },
        layer=layer,
        whole=whole,
    )
    return with_presences(_article(seen) if layer == "article" else seen)


def _unnamed_part(rest: Cause, parts: Mapping[str, Cause]) -> Cause:
    """What is left of something else after its parts: it shows what the rest's file says."""
    each = [cause.commonness.part or 0.0 for cause in parts.values()]
    taken = sum(sum(part) / 2.0 if isinstance(part, tuple) else part for part in each)
    part = max(0.05, 1.0 - taken)
    share = Commonness(part=part, because=rest.commonness.because)
    changed = {
        "id": f"{rest.id}_unnamed",
        "label": f"{rest.label} (unnamed)",
        "aliases": (),
        "codes": {},
        "layer": "beyond",
        "commonness": share,
    }
    return rest.model_copy(update=changed)


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
    return {
        id: group
        if group.members
        else group.model_copy(
            update={
                "members": tuple(
                    cause.id for cause in causes.values() if cause.group in (id, group.label)
                )
            }
        )
        for id, group in groups.items()
    }


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
        yield rule.model_copy(update={**kept, "at_least": least})


def _article(knowledge: Knowledge) -> Knowledge:
    """What the article says, and nothing that it does not say."""
    words = _Article(knowledge)
    return replace(
        knowledge,
        parts={},
        causes={id: words.cause(record) for id, record in knowledge.causes.items()},
        contexts={id: words.shown(record) for id, record in knowledge.contexts.items()},
        mediators={id: words.shown(record) for id, record in knowledge.mediators.items()},
        findings={id: words.shown(record) for id, record in knowledge.findings.items()},
        groups={
            id: record.model_copy(update={"evoked_by": words.evoked(record.evoked_by)})
            for id, record in knowledge.groups.items()
        },
    )


class _Article:
    """Keeps what rests on a claim, in words."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        lexicons = knowledge.lexicons.values()
        self.words = {
            "how_often": all(VAGUEST in lexicon.frequency for lexicon in lexicons),
            "risk": all(VAGUEST in lexicon.risk for lexicon in lexicons),
        }

    def claimed(self, because: tuple[str, ...]) -> tuple[str, ...]:
        """The claims among the origins."""
        return tuple(origin for origin in because if origin in self.knowledge.claims)

    def statement(self, said: Statement) -> Statement | None:
        """A statement in the article's words, or None where it makes none."""
        claims = self.claimed(said.because)
        if not claims or said.layer in ("literature", "beyond"):
            return None
        changed: dict[str, object] = {"because": claims}
        if isinstance(said.amount, str):
            return said.model_copy(update=changed)
        if said.in_cases is not None and said.word:
            changed["in_cases"] = said.word
        elif said.how_often is None and (said.word or self.words["risk"]):
            changed |= {"in_cases": None, "risk": said.word or VAGUEST}
        elif said.how_often is not None and (said.word or self.words["how_often"]):
            changed["how_often"] = said.word or VAGUEST
        return said.model_copy(update=changed)

    def statements(self, said: Mapping[str, Statement]) -> dict[str, Statement]:
        """The statements that the article makes, by the same keys."""
        made = {id: self.statement(statement) for id, statement in said.items()}
        return {id: statement for id, statement in made.items() if statement is not None}

    def evoked(self, said: Mapping[str, Evoked]) -> dict[str, Evoked]:
        """Evoking strengths that rest on a claim."""
        return {
            id: evoked.model_copy(update={"because": self.claimed(evoked.because)})
            for id, evoked in said.items()
            if self.claimed(evoked.because) and evoked.layer in (None, "article")
        }

    def cause(self, cause: Cause) -> Cause:
        """A cause as the article alone presents it: never silent."""
        raised: dict[str, Statement | dict[str, Statement]] = {}
        for parent, said in cause.raised_by.items():
            if isinstance(said, Statement):
                raised |= self.statements({parent: said})
            else:
                raised[parent] = self.statements(said)
        shows = self.statements(cause.shows)
        evoked = {
            id: statement for id, statement in self.evoked(cause.evoked_by).items() if id in shows
        }
        return cause.model_copy(
            update={
                "commonness": self.commonness(cause.commonness),
                "present_in": None,
                "raised_by": {id: statement for id, statement in raised.items() if statement},
                "shows": shows,
                "shows_silent": {},
                "evoked_by": evoked,
            }
        )

    def commonness(self, said: Commonness) -> Commonness:
        """The word alone."""
        nothing = {"published": None, "published_because": ()}
        nothing |= {"assumed": None, "assumed_because": ()}
        return said.model_copy(update=nothing)

    def shown(self, record: Shown) -> Shown:
        """A node with the arrows that the article knows."""
        fields = [name for name in ("shows", "shown_by") if hasattr(record, name)]
        arrows = {name: self.statements(getattr(record, name)) for name in fields}
        return record.model_copy(update=arrows)
