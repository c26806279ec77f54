"""Everything that one knowledge folder says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from kneebayes.knowledge.records import (
    Cause,
    Context,
    ContextState,
    Finding,
    Group,
    Incoherence,
    LessOften,
    Mediator,
    Meta,
    Method,
    Named,
    Sayings,
    Setting,
    UrgencyRule,
    Voice,
)
from kneebayes.knowledge.statements import (
    ASSUMED,
    Amount,
    Claim,
    Evoked,
    Layer,
    Lexicon,
    Record,
    Reference,
    Statement,
    freeze_dicts,
)
from kneebayes.text import counted

EXPLANATION = "explanation"  # id of the node whose states are the causes
PATIENTS = "patients"  # as an origin: what a model learnt from them


@dataclass(frozen=True, slots=True)
class Arrow:
    """One stated influence: parent (in one of its states) -> child."""

    parent: str
    state: str
    child: str
    statement: Statement
    place: str
    silent: bool = False  # of a cause that is there without explaining the complaint


@dataclass(frozen=True, slots=True)
class Pointer:
    """A finding that is stated to point to a cause, or to a node that stands for a group."""

    source: str
    finding: str
    said: Evoked
    place: str


@dataclass(frozen=True)
class Knowledge:
    """A knowledge folder as records, each kind by id in the order of its file."""

    folder: str
    meta: Meta
    claims: dict[str, Claim]
    references: dict[str, Reference]
    lexicons: dict[str, Lexicon]
    groups: dict[str, Group]
    causes: dict[str, Cause]
    contexts: dict[str, Context]
    mediators: dict[str, Mediator]
    findings: dict[str, Finding]  # the complaint and the results of tests among them
    methods: dict[str, Method]
    urgency: tuple[UrgencyRule, ...]  # in the order in which they are told
    settings: dict[str, Setting] = field(default_factory=dict)
    incoherent: dict[str, Incoherence] = field(default_factory=dict)  # of no virtual patient
    voices: dict[str, Voice] = field(default_factory=dict)  # how a virtual patient answers
    sayings: Sayings = field(default_factory=Sayings)  # that a history may have
    layer: Layer = "beyond"
    parts: dict[str, Cause] = field(default_factory=dict)  # of the rest, not named in this layer
    whole: Knowledge | None = field(default=None, compare=False)  # with everything; None if this is
    digest: str = field(default="", compare=False)  # SHA-256 of the files it was read from
    taught: dict[str, float] = field(default_factory=dict)  # by origin the share of patients in it

    def __post_init__(self) -> None:
        """Freeze the dicts too."""
        freeze_dicts(self)

    def at(self, folder: str) -> Knowledge:
        """The same, read from another folder with the same files."""
        whole = None if self.whole is None else replace(self.whole, folder=folder)
        return replace(self, folder=folder, whole=whole)

    def __repr__(self) -> str:
        return (
            f"Knowledge({self.meta.title!r}: {counted(len(self.causes), 'cause')}, "
            f"{counted(len(self.findings), 'finding')}, {counted(len(self.contexts), 'context')}, "
            f"{counted(len(self.claims), 'claim')})"
        )

    @property
    def complaint(self) -> Finding:
        """The finding that every cause can produce and that brings the patient."""
        return self.findings[self.meta.complaint]

    @property
    def diseases(self) -> dict[str, Cause]:
        """Causes and the parts of something else that are not named, by id."""
        return {**self.causes, **self.parts}

    @cached_property
    def urgent(self) -> tuple[str, ...]:
        """Ids of what must not wait: urgent causes, and urgent parts of something else."""
        return tuple(id for id, cause in self.diseases.items() if cause.urgent)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """``cause``, ``finding``, ``context`` or ``mediator`` by id."""
        return {
            **dict.fromkeys(self.causes, "cause"),
            **dict.fromkeys(self.findings, "finding"),
            **dict.fromkeys(self.contexts, "context"),
            **dict.fromkeys(self.mediators, "mediator"),
        }

    def states_of(self, id: str) -> tuple[ContextState, ...]:
        """The states of a context that has several; none of any other node."""
        return self.contexts[id].states if id in self.contexts else ()

    def leak_of(self, id: str) -> Amount | None:
        """How often a node is there though no cause or mediator produces it, as stated."""
        context = self.contexts.get(id)
        if context is not None:
            return context.leak if context.share is None else context.share
        return (self.mediators.get(id) or self.findings[id]).leak

    @cached_property
    def less_often(self) -> dict[str, LessOften]:
        """By id of a context or finding in whom it (the false positive) is found less often."""
        kinds: tuple[Mapping[str, Context | Mediator | Finding], ...] = (
            self.contexts,
            self.mediators,
            self.findings,
        )
        each = ((id, node.less_often) for kind in kinds for id, node in kind.items())
        return {id: rarer for id, rarer in each if rarer is not None}

    def where_it_holds(self, id: str, *, leak: bool = False) -> str:
        """In whom a stated frequency of a node holds, in words; empty where it does in all."""
        finding = self.findings.get(id)
        of_most = finding is None or (leak and finding.specificity is None)
        return " where it is found most" if of_most and id in self.less_often else ""

    def cause_of(self, node: str) -> str | None:
        """The cause that a node says is there or explains the complaint; None of other nodes."""
        return self._cause_by_node.get(node)

    @cached_property
    def _cause_by_node(self) -> dict[str, str]:
        apart = {node: cause for cause, node in self.there.items()}
        return {**apart, **{cause: cause for cause in self.diseases}}

    def group_of(self, cause: str) -> str:
        """What a cause is shown under: the label of its group, or its own word."""
        return self.label(self.diseases[cause].group)

    def causes_in(self, id: str) -> tuple[str, ...]:
        """The members of a group; anything else is alone."""
        return self.groups[id].members if id in self.groups else (id,)

    def label(self, id: str) -> str:
        """Label of any node or group."""
        return self._labels.get(id, id)

    def said(self, id: str) -> str:
        """A label within a sentence: "something else" would read as plain words without quotes."""
        label = self.label(id)
        return f"'{label}'" if id == self.meta.rest else label

    @cached_property
    def _labels(self) -> dict[str, str]:
        nodes = (self.mediators, self.contexts, self.findings, self.causes)
        kinds: tuple[Mapping[str, Named], ...] = (self.parts, self.groups, *nodes)
        return {id: record.label for kind in kinds for id, record in kind.items()}

    def arrows(self) -> Iterator[Arrow]:
        """Every stated influence, in the order of the files."""
        return iter(self._every_arrow)

    @cached_property
    def _every_arrow(self) -> tuple[Arrow, ...]:
        return tuple(self._arrows())

    def _arrows(self) -> Iterator[Arrow]:
        for cause in self.diseases.values():
            yield from self._arrows_of(cause)
        for kind in (self.contexts, self.mediators, self.findings):
            for node in kind.values():
                for child, statement in node.shows.items():
                    place = f"{self.place(node.id)}.shows.{child}"
                    yield Arrow(node.id, "present", child, statement, place)
        for finding in self.findings.values():
            for parent, statement in finding.shown_by.items():
                place = f"{self.place(finding.id)}.shown_by.{parent}"
                yield Arrow(parent, "present", finding.id, statement, place)

    def _arrows_of(self, cause: Cause) -> Iterator[Arrow]:
        """What a cause shows, where it explains the complaint and where it is silent.

        What raises a cause is found more often among its patients: the arrow leads from the cause
        to it, and a ratio says how much more often. Only age and sex, which multiply its share,
        and a cause that is never silent and brings it along stand above it. No arrow leads to the
        complaint: whatever explains it produces it always.
        """
        place, there = self.place(cause.id), self.there[cause.id]
        for parent, raising in cause.raised_by.items():
            where = f"{place}: raised_by.{parent}"
            if not isinstance(raising, Statement):
                for state, statement in raising.items():
                    yield Arrow(parent, state, cause.id, statement, where)
            elif parent in self.diseases and _brings_along(self.diseases[parent], raising):
                yield Arrow(parent, "present", there, raising, where)
            else:
                child = self.there.get(parent, parent)
                yield Arrow(cause.id, "present", child, raising, where)
                may_be_silent = cause.present_in is not None and raising.risk is not None
                if _together(cause, self.diseases.get(parent), raising):
                    yield Arrow(child, "present", there, raising, where, silent=True)
                elif may_be_silent and parent in self.contexts and parent not in cause.shows_silent:
                    # the ratio holds for having the cause, too, not only for its being to blame
                    yield Arrow(there, "present", child, raising, where, silent=True)
        for child, statement in cause.shows.items():
            if child != self.meta.complaint:
                shown = self.there.get(child, child)
                yield Arrow(cause.id, "present", shown, statement, f"{place}: shows.{child}")
        for child, statement in cause.shows_silent.items():
            where = f"{place}: shows_silent.{child}"
            yield Arrow(there, "present", child, statement, where, silent=True)

    @cached_property
    def pointers(self) -> tuple[Pointer, ...]:
        """Evoking strengths that a link is solved from, in the order of the files.

        Those of groups are among them where the layer has a node for the group.
        """
        sources: dict[str, Cause | Group] = {**self.causes}
        groups = {any_of(id): group for id, group in self.groups.items()}
        sources |= {id: group for id, group in groups.items() if id in self.mediators}
        return tuple(
            Pointer(id, finding, evoked, place_inside(self.place(owner.id), f"evoked_by.{finding}"))
            for id, owner in sources.items()
            for finding, evoked in owner.evoked_by.items()
        )

    @cached_property
    def said_of_groups(self) -> frozenset[tuple[str, str]]:
        """Pairs of a member and what it has from its group: what raises it, or what it shows."""
        return frozenset(
            (member, id)
            for group in self.groups.values()
            for member in group.members
            if member in self.causes
            for own in [self.causes[member]]
            for id, statement in (*group.raised_by.items(), *group.shows.items())
            if statement in (own.raised_by.get(id), own.shows.get(id))
        )

    @cached_property
    def there(self) -> dict[str, str]:
        """For each cause the node that says that it is there, whether it explains or not.

        It is the cause itself where the cause is never there without explaining the complaint.
        """
        apart = {id for id, cause in self.diseases.items() if cause.present_in is not None}
        for cause in self.diseases.values():
            apart |= {child for child in cause.shows if child in self.diseases}
            for parent, statement in cause.raised_by.items():
                if parent in self.diseases and isinstance(statement, Statement):
                    along = _brings_along(self.diseases[parent], statement)
                    apart.add(cause.id if along else parent)
        return {id: present_node(id) if id in apart else id for id in self.diseases}

    def place(self, id: str) -> str:
        """File and entry in which a node or a group is written."""
        if id in self.causes or id in self.parts:
            written = (self.whole or self).causes  # what is left of something else is not
            return f"causes/{id if id in written else self.meta.rest}.toml"
        if id in self.findings:
            file = "tests.toml: results." if self.findings[id].method else "findings.toml: "
            return f"{file}{id}"
        for kind in ("contexts", "mediators", "groups"):
            if id in getattr(self, kind):
                return f"{kind}.toml: {id}"
        return id

    @cached_property
    def every_record(self) -> tuple[tuple[str, Record], ...]:
        """Every record, those inside others among them, with its place."""
        nodes = (self.diseases, self.contexts, self.mediators, self.findings, self.groups)
        kinds: list[tuple[str, Mapping[str, Record]]] = [
            ("tests.toml: methods.", self.methods),
            ("urgency.toml: ", {rule.id: rule for rule in self.urgency}),
            ("incoherent.toml: ", self.incoherent),
            ("settings.toml: ", self.settings),
            ("lexicons.toml: ", self.lexicons),
        ]
        records = [
            ("knowledge.toml", self.meta),
            *((self.place(id), record) for kind in nodes for id, record in kind.items()),
            *((f"{file}{id}", record) for file, kind in kinds for id, record in kind.items()),
        ]
        return tuple(each for place, record in records for each in _records_inside(place, record))

    def origins(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every place that gives an origin, with the origins it gives."""
        for place, record in self.every_record:
            for name in ORIGINS:
                if because := vars(record).get(name):
                    yield place, because

    def claims_used(self) -> dict[str, list[str]]:
        """For each claim the places that rest on it."""
        used: dict[str, list[str]] = {id: [] for id in self.claims}
        for place, because in self.origins():
            for origin in because:
                if origin in used and place not in used[origin]:
                    used[origin].append(place)
        return used

    def kind_of_origin(self, origin: str) -> str:
        """``article``, ``literature``, ``assumption`` or ``patients``."""
        if origin.startswith(ASSUMED):
            return "assumption"
        if origin in self.taught:
            return PATIENTS
        return "article" if origin in self.claims else "literature"

    def shares_of(self, because: tuple[str, ...]) -> dict[str, float]:
        """How much each kind of origin has in a number; they add up to 1.

        Patients have what they make up of all that is known; the others have equal parts of
        the rest.
        """
        kinds = sorted({self.kind_of_origin(origin) for origin in because} - {PATIENTS})
        seen = max((self.taught[id] for id in because if id in self.taught), default=0.0)
        shares = {kind: (1.0 - seen) / len(kinds) for kind in kinds}
        return shares | ({PATIENTS: seen if kinds else 1.0} if seen else {})


def present_node(cause: str) -> str:
    """Id of the node that says that a cause is there, where that is not the same as explaining."""
    return f"{cause}_present"


def any_of(group: str) -> str:
    """Id of the node that says that a member of a group explains the complaint."""
    return f"{group}_any"


def company_node(cause: str, other: str) -> str:
    """Id of the node: one cause explains, at an age at which the other comes with it."""
    return f"{cause}_with_{other}"


def where_most(id: str) -> str:
    """Id of the node that holds how often something is found in those who have it most."""
    return f"{id}_where_most"


def by_chance(finding: str) -> str:
    """Id of the node of a false positive, made rarer by age, sex or what explains."""
    return f"{finding}_by_chance"


def _brings_along(parent: Cause, statement: Statement) -> bool:
    """Whether a cause that raises another is there only as the explanation: it brings the other.

    A cause that may be silent, or of which the share of the other's patients is stated, does not.
    """
    return parent.present_in is None and statement.in_cases is None


def _together(cause: Cause, parent: Cause | None, statement: Statement) -> bool:
    """Whether a cause that may be silent and another that raises it are found together, too."""
    silent = parent is not None and parent.present_in is not None
    return silent and cause.present_in is not None and statement.risk is not None


ORIGINS = ("because", "word_because", "published_because", "assumed_because", "overruled")
HOLDING = (Record, dict, tuple)  # what may be a record, or hold one


def _records_inside(place: str, value: Any) -> Iterator[tuple[str, Record]]:
    if isinstance(value, Record):
        yield place, value
        value = vars(value)
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, HOLDING):
            yield from _records_inside(place_inside(place, key), inner)


def place_inside(place: str, key: str | int) -> str:
    """A place one step further in: the entry of a file, the field of an entry, one of a list."""
    if isinstance(key, int):
        return f"{place}[{key}]"
    return f"{place}.{key}" if ": " in place else f"{place}: {key}"
