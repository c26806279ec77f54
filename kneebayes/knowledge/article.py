"""The article alone: what rests on a claim, in the article's words.

What it says of a group holds for each member that it says nothing else of. Where it says what a
group as a whole is pointed to by ("usually indicates an injury"), a hidden node stands for "one
of the group explains the complaint", and the link from there to the finding is solved from the
word, as for a cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from kneebayes.knowledge.base import Knowledge, any_of, present_node
from kneebayes.knowledge.records import Cause, Context, Finding, Group, Mediator
from kneebayes.knowledge.statements import Commonness, Evoked, Statement

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
        mediators=nodes | {one.id: one for one in _nodes_of(groups)},
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
                    finding: Statement(how_often=0.0, because=said.because, layer="article")
                    for finding, said in group.evoked_by.items()
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

    def statement(self, said: Statement) -> Statement | None:
        """A statement in the article's words, or None where it makes none."""
        claims = self.claimed(said.word_because or said.because)
        if not claims or said.layer in ("literature", "beyond"):
            return None
        claimed = said.but(because=claims, word_because=())
        if isinstance(said.amount, str) and not said.word:
            return claimed
        if said.in_cases is not None and said.word:
            return claimed.but(in_cases=said.word)
        kind = "risk" if said.how_often is None else "how_often"
        if said.word or self.words[kind]:
            return claimed.but(in_cases=None, **{kind: said.word or VAGUEST})
        return claimed

    def statements(self, said: Mapping[str, Statement]) -> dict[str, Statement]:
        """The statements that the article makes, by the same keys."""
        made = {id: self.statement(statement) for id, statement in said.items()}
        return {id: statement for id, statement in made.items() if statement is not None}

    def evoked(self, said: Mapping[str, Evoked]) -> dict[str, Evoked]:
        """Evoking strengths that rest on a claim."""
        return {
            id: evoked.but(because=self.claimed(evoked.because))
            for id, evoked in said.items()
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
        for parent, said in cause.raised_by.items():
            if isinstance(said, Statement):
                raised |= self.statements({parent: said})
            else:
                raised[parent] = self.statements(said)
        shows = self.statements(cause.shows)
        free = Evoked.model_fields["between"].default  # bounds were measured
        evoked = {
            id: said.but(between=free)
            for id, said in self.evoked(cause.evoked_by).items()
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
        """Statements but those of causes that say themselves how this cause raises them."""
        causes, found = self.knowledge.causes, {}
        for id, said in shows.items():
            own = causes[id].raised_by.get(cause) if id in causes else None
            if not isinstance(own, Statement) or self.statement(own) is None:
                found[id] = said
        return found

    def commonness(self, said: Commonness) -> Commonness:
        """The word alone."""
        return said.but(published=None, published_because=(), assumed=None, assumed_because=())

    def shown(self, record: Shown) -> Shown:
        """A node with the arrows that the article knows."""
        fields = [name for name in ("shows", "shown_by") if hasattr(record, name)]
        arrows = {name: self.statements(getattr(record, name)) for name in fields}
        return record.but(**arrows)
