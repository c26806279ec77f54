"""Names: forgiving on the way in, in any case; and examples of them for messages and help."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kneebayes.errors import UnknownNameError
from kneebayes.knowledge.base import Knowledge
from kneebayes.knowledge.records import Finding, Named
from kneebayes.text import clipped, either, fold, shown, suggest

ARTICLE = re.compile(  # "a lump" is a lump, "a febrile" or "a-febrile" no fever
    r"^\s*(?:an?|the)\s+(?!\w+(?:al|ic|ile|ous)\s*$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name stands for: a node, and the state that the name says it is in."""

    id: str
    state: str
    kind: str


class Names:
    """All names of a knowledge folder."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._meanings: dict[str, Meaning] = {}
        self._shown: dict[str, dict[str, str]] = {}
        self._heads: dict[Meaning, str] = {}
        self._members = {
            group.id: [knowledge.label(id) for id in group.members]
            for group in knowledge.groups.values()
        }
        self.clashes: list[tuple[str, Meaning, Meaning]] = []
        kinds: dict[str, Mapping[str, Named]] = {
            "group": knowledge.groups,
            "cause": knowledge.causes,
            "mediator": knowledge.mediators,
            "finding": knowledge.findings,
        }
        for kind, records in kinds.items():
            for record in records.values():
                self._add(Meaning(record.id, "present", kind), [record.label, *record.aliases])
                if isinstance(record, Finding):
                    absent = Meaning(record.id, "absent", kind)
                    self._add(absent, record.names_when_absent, with_id=False)
        for context in knowledge.contexts.values():
            meaning = Meaning(context.id, "" if context.states else "present", "context")
            self._add(meaning, [context.label, *context.aliases])
            for state in context.states:
                meaning = Meaning(context.id, state.id, "context")
                self._add(meaning, [state.label, *state.aliases], with_id=False)

    def _add(self, meaning: Meaning, names: Iterable[str], *, with_id: bool = True) -> None:
        own: dict[str, str] = {}
        for name in (*names, *([meaning.id] if with_id else [])):
            own.setdefault(fold(name), name)
        for folded, name in own.items():
            self._heads.setdefault(meaning, name)
            before = self._meanings.setdefault(folded, meaning)
            if before.id != meaning.id or before.state != meaning.state:
                self.clashes.append((name, before, meaning))
            self._shown.setdefault(meaning.kind, {}).setdefault(folded, name)

    def known(self, kinds: Iterable[str]) -> list[str]:
        """All names of some kinds, as written."""
        return [name for kind in kinds for name in self._shown.get(kind, {}).values()]

    def meaning(
        self, name: object, kinds: tuple[str, ...], where: str = "the model's lists"
    ) -> Meaning:
        """What a label, alias, id or state stands for, in any case, among some kinds of thing.

        Where nothing of these kinds has that name the error suggests what looks like it, and says
        ``where`` all names can be seen.
        """
        if not isinstance(name, str):
            listed = isinstance(name, list | tuple | set | frozenset)
            hint = " Give names one by one, not in a list." if listed else ""
            message = f"A name must be text, got {shown(name)}.{hint} See {where}."
            raise UnknownNameError(message, shown(name))
        meaning = self.find(name)
        if meaning is not None and meaning.kind in kinds:
            return meaning
        near = self.like(name, kinds)
        other = f" ('{name}' is a {meaning.kind}.)" if meaning is not None else ""
        if meaning is not None and meaning.kind == "group" and "cause" in kinds:
            near = self._members[meaning.id]
            other = f" ('{name}' is a group; here it takes one of its members.)"
        hint = f" Did you mean {either(near)}?" if near else ""
        wanted = either(kinds, quote="")
        start = f"No {wanted} named '{clipped(name)}'.{other}"
        message = f"{start}{hint} See {where}."
        raise UnknownNameError(message, name, near, start)

    def has(self, name: object, kinds: Iterable[str]) -> bool:
        """Whether something of these kinds has a name."""
        meaning = self.find(name) if isinstance(name, str) else None
        return meaning is not None and meaning.kind in kinds

    def find(self, name: str) -> Meaning | None:
        """What a name stands for, among all kinds of thing; None if nothing has it."""
        return self._meanings.get(fold(name)) or self._meanings.get(fold(ARTICLE.sub("", name)))

    def like(self, name: str, kinds: Iterable[str]) -> list[str]:
        """Names that look like one, at most three, each for another thing."""
        chosen: dict[Meaning, str] = {}
        for near in suggest(name, self.known(kinds), count=20):
            meaning = self._meanings[fold(near)]
            chosen.setdefault(meaning, self._heads[meaning] if near == meaning.id else near)
        return list(chosen.values())[:3]


def example_finding(knowledge: Knowledge) -> str:
    """The finding with the shortest label; a test only if there is nothing else."""
    return min(_findings(knowledge), key=lambda finding: len(finding.label)).label


def example_question(knowledge: Knowledge) -> str:
    """The question of that finding, or the shortest of another; "" if none has a question."""
    asked = [finding for finding in _findings(knowledge) if finding.question]
    label = example_finding(knowledge)
    by_fitness = sorted(asked, key=lambda finding: (finding.label != label, len(finding.question)))
    return by_fitness[0].question if by_fitness else ""


def _findings(knowledge: Knowledge) -> list[Finding]:
    """What can be asked for without a test, if anything; else tests, or the complaint alone."""
    findings = [
        finding for finding in knowledge.findings.values() if finding.id != knowledge.meta.complaint
    ]
    untested = [finding for finding in findings if finding.kind != "test"]
    return untested or findings or [knowledge.complaint]


def example_causes(knowledge: Knowledge) -> list[str]:
    """The two causes with the shortest labels; "something else" only if it is alone."""
    labels = [cause.label for cause in knowledge.causes.values() if cause.id != knowledge.meta.rest]
    return sorted(labels or [cause.label for cause in knowledge.causes.values()], key=len)[:2]


def example_link(knowledge: Knowledge) -> tuple[str, str]:
    """A cause and a finding that it shows, as they are called."""
    shown = [
        (knowledge.causes[arrow.parent].label, knowledge.findings[arrow.child].label)
        for arrow in knowledge.arrows()
        if arrow.parent in knowledge.causes and arrow.child in knowledge.findings
    ]
    first = (example_causes(knowledge)[0], example_finding(knowledge))
    return min(shown, key=lambda pair: sum(map(len, pair)), default=first)


def example_background(knowledge: Knowledge) -> tuple[str, str] | None:
    """A context and a state that it can be in, as they are told; None where there is no context."""
    if not knowledge.contexts:
        return None
    of_states = [context for context in knowledge.contexts.values() if context.states]
    context = (of_states or list(knowledge.contexts.values()))[0]
    if not context.states:
        return context.label, "yes"
    state = context.states[len(context.states) // 2]
    if state.below is not None:  # known in years too
        return context.label, f"{state.below - 1:g}"
    return context.label, (*state.aliases, state.label)[0]
