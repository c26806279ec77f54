"""How much of a folder to take: the article alone, with literature, or with what lies beyond.

One folder holds all three. ``article`` keeps what rests on a claim, in the article's words;
``literature`` takes what was measured instead, and keeps the parts of something else together;
``beyond`` names the parts as causes of their own.

What the article says of a group holds for each member, unless it says something else of that
member. Where a finding points to a group as a whole ("usually indicates an injury"), a hidden node
stands for "one of the group explains the complaint", and the link from it to the finding is solved
from the word, as for a cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from kneebayes.knowledge.base import Knowledge, any_of, present_node
from kneebayes.knowledge.records import (
    Cause,
    Context,
    Finding,
    Group,
    Mediator,
    UrgencyRule,
    parted,
)
from kneebayes.knowledge.statements import Commonness, Evoked, Layer, Statement

Stating = TypeVar("Stating", Cause, Context, Mediator, Finding)


def in_layer(knowledge: Knowledge, layer: Layer) -> Knowledge:
    """The same folder in another layer.

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
        id: record.but(members=tuple(member for member in record.members if member in named))
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
            id: record.but(shifts={id: shift for id, shift in record.shifts.items() if id in known})
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
        statements: Mapping[str, Statement | Mapping[str, Statement]] = getattr(record, name, {})
        measured: dict[str, Statement | Mapping[str, Statement]] = {}
        for id, statement in statements.items():
            if not isinstance(statement, Statement):
                states = {
                    state: each for state, each in statement.items() if each.layer != "article"
                }
                measured |= {id: states} if states else {}
            elif statement.layer != "article":
                measured[id] = statement
        if measured != statements:
            changed[name] = measured
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
    filled = dict(groups)
    for id, group in groups.items():
        if not group.members:
            own = tuple(cause.id for cause in causes.values() if cause.group in (id, group.label))
            filled[id] = group.but(members=own)
    return filled


def _rules(rules: Iterable[UrgencyRule], parts: Mapping[str, Cause]) -> Iterable[UrgencyRule]:
    """Rules without the parts of something else that nobody can name here."""
    for rule in rules:
        named = {
            name: tuple(id for id in getattr(rule, name) if id not in parts)
            for name in ("all_of", "any_of", "none_of")
        }
        if len(named["all_of"]) < len(rule.all_of) or (rule.any_of and not named["any_of"]):
            continue
        least = min(rule.at_least, max(1, len(named["any_of"])))
        yield rule.but(**named, at_least=least)


# the article alone: what rests on a claim, in the article's words

VAGUEST = "can"
Shown = TypeVar("Shown", Context, Finding, Mediator)
MEMBERS = ("assumed: a cause is one of its group",)


def article_alone(knowledge: Knowledge) -> Knowledge:
    """What the article says, and nothing that it does not say."""
    words = _Article(knowledge)
    groups = {id: words.group(record) for id, record in knowledge.groups.items()}
    nodes = {
        id: words.shown(record)
        for id, record in knowledge.mediators.items()
        if id not in {present_node(part) for part in knowledge.parts}
    }
    return replace(
        knowledge,
        parts={},
        causes={id: words.cause(record, groups) for id, record in knowledge.causes.items()},
        contexts={id: words.shown(record) for id, record in knowledge.contexts.items()},
        mediators=nodes | {node.id: node for node in _nodes_of(groups)},
        findings={id: words.shown(record) for id, record in knowledge.findings.items()},
        groups=groups,
    )


def _nodes_of(groups: Mapping[str, Group]) -> Iterator[Mediator]:
    """A hidden node for each group that findings point to as a whole."""
    for group in groups.values():
        if group.evoked_by:
            yield Mediator(
                id=any_of(group.id),
                label=f"{group.label} (any)"[:80],
                about="That a cause of this group explains the complaint, whichever it is.",
                leak=0.0,
                shows={
                    finding: Statement(how_often=0.0, because=evoked.because, layer="article")
                    for finding, evoked in group.evoked_by.items()
                },
                because=group.because or MEMBERS,
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

    def statement(self, statement: Statement) -> Statement | None:
        """A statement in the article's words, or None where it makes none."""
        claims = self.claimed(statement.word_because or statement.because)
        if not claims or statement.layer in ("literature", "beyond"):
            return None
        claimed = statement.but(because=claims, word_because=())
        if isinstance(statement.amount, str) and not statement.word:
            return claimed
        if statement.in_cases is not None and statement.word:
            return claimed.but(in_cases=statement.word)
        kind = "risk" if statement.how_often is None else "how_often"
        if statement.word or self.words[kind]:
            return claimed.but(in_cases=None, **{kind: statement.word or VAGUEST})
        return claimed

    def statements(self, statements: Mapping[str, Statement]) -> dict[str, Statement]:
        """The statements that the article makes, by the same keys."""
        claimed = {id: self.statement(statement) for id, statement in statements.items()}
        return {id: statement for id, statement in claimed.items() if statement is not None}

    def evoked(self, pointers: Mapping[str, Evoked]) -> dict[str, Evoked]:
        """Evoking strengths that rest on a claim."""
        return {
            id: evoked.but(because=self.claimed(evoked.because))
            for id, evoked in pointers.items()
            if self.claimed(evoked.because) and evoked.layer in (None, "article")
        }

    def group(self, group: Group) -> Group:
        """A group with what the article says of it."""
        return group.but(
            raised_by=self.statements(group.raised_by),
            shows=self.statements(group.shows),
            evoked_by=self.evoked(group.evoked_by),
        )

    def cause(self, cause: Cause, groups: Mapping[str, Group]) -> Cause:
        """A cause as the article alone presents it: never silent, with what its groups have."""
        raised: dict[str, Statement | dict[str, Statement]] = {}
        for parent, raising in cause.raised_by.items():
            if isinstance(raising, Statement):
                raised |= self.statements({parent: raising})
            else:
                raised[parent] = self.statements(raising)
        shows = self.statements(cause.shows)
        free = Evoked.model_fields["between"].default  # bounds were measured
        evoked = {
            id: evoking.but(between=free)
            for id, evoking in self.evoked(cause.evoked_by).items()
            if id in shows
        }
        for group in groups.values():
            if cause.id in group.members:
                raised = {**group.raised_by, **raised}
                shows = {**self.not_said_there(group.shows, cause.id), **shows}
                if group.evoked_by:
                    because = group.because or MEMBERS
                    shows[any_of(group.id)] = Statement(how_often=1.0, because=because)
        return cause.but(
            commonness=self.commonness(cause.commonness),
            present_in=None,
            raised_by={id: statement for id, statement in raised.items() if statement},
            shows=shows,
            shows_silent={},
            evoked_by=evoked,
        )

    def not_said_there(self, shows: Mapping[str, Statement], cause: str) -> dict[str, Statement]:
        """What a group shows, without causes that state themselves how this cause raises them."""
        causes, others = self.knowledge.causes, {}
        for id, statement in shows.items():
            own = causes[id].raised_by.get(cause) if id in causes else None
            if not isinstance(own, Statement) or self.statement(own) is None:
                others[id] = statement
        return others

    def commonness(self, share: Commonness) -> Commonness:
        """The word alone."""
        return share.but(published=None, published_because=(), assumed=None, assumed_because=())

    def shown(self, record: Shown) -> Shown:
        """A node with the arrows that the article knows."""
        fields = [name for name in ("shows", "shown_by") if hasattr(record, name)]
        arrows = {name: self.statements(getattr(record, name)) for name in fields}
        return record.but(**arrows)
