"""What must hold between the records of a folder; anything else is an error, not a remark."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kneebayes.errors import Problem
from kneebayes.knowledge.base import (
    EXPLANATION,
    Arrow,
    Knowledge,
    by_chance,
    place_inside,
    where_most,
)
from kneebayes.knowledge.files import QUOTED, written_row
from kneebayes.knowledge.names import Meaning, Names
from kneebayes.knowledge.records import Group, parted
from kneebayes.knowledge.statements import ASSUMED, Care, Claim, Commonness, Record, Statement
from kneebayes.text import counted, did_you_mean, either, suggest

ADD = "Add it (what is told or seen stands in findings.toml), or take the name out."


def check(knowledge: Knowledge, unread: Collection[str] = ()) -> list[Problem]:
    """Every contradiction between the records of a folder; naming an unread entry is no fault."""
    checks = _Checks(knowledge, frozenset(unread))
    return [
        *checks.ids(),
        *checks.origins(),
        *checks.complaint(),
        *checks.arrows(),
        *checks.less_often(),
        *checks.words(),
        *checks.members(),
        *checks.evoking(),
        *checks.own_groups(),
        *checks.parts(),
        *checks.suspects(),
        *checks.rules(),
        *_check_telling(knowledge, checks.unread),
        *checks.shifts(),
    ]


class _Checks:
    def __init__(self, knowledge: Knowledge, unread: frozenset[str]) -> None:
        self.knowledge = knowledge
        self.unread = unread
        self.names = Names(knowledge)
        self.nodes = set(knowledge.kinds)

    def unknown(
        self, place: str, what: str, name: str, known: Collection[str]
    ) -> Iterator[Problem]:
        """A name that has no entry, unless that entry could not be read; ``what`` may be empty."""
        if name in known or name in self.unread:
            return
        missing = f"Add the {what} or take the name out." if what else ADD
        meant = self.called(name, known, ": raised_by." in place)
        wrong = f"is not a {what} of this folder." if what else "has no entry in this folder."
        yield Problem(place, f"'{name}' {wrong}", meant or did_you_mean(name, known, missing))

    def called(self, name: str, known: Collection[str], raises: bool) -> str:
        """What to write for a label, another name or a state in the place of an id; else "".

        ``raises``: whether the name stands where the state of a context may stand.
        """
        contexts = self.knowledge.contexts
        id, dot, state = name.partition(".")
        states = self.states(id)
        if dot and raises and id in contexts and len(states) > 1:
            wanted = state if state in states else either(states, quote="")
            return f"Write it without quotation marks: {id}.{wanted} = ..."
        meaning = self.names.find(name)
        for context in contexts.values():
            if any(state.id == name for state in context.states):
                meaning = Meaning(context.id, name, "context")
        if meaning is None or meaning.id not in known or meaning.state == "absent":
            return ""
        id, state = meaning.id, meaning.state
        if len(self.states(id)) == 1:
            return f"Write the id of '{name}', which is '{id}'."
        if not raises:
            return ""
        return f"'{name}' is a state of '{id}'. Write {id}.{state or 'STATE'} = ..."

    def states(self, id: str) -> list[str]:
        """In which states a node can be said to act."""
        return [state.id for state in self.knowledge.states_of(id)] or ["present"]

    def ids(self) -> Iterator[Problem]:
        """Ids and names that mean two things."""
        knowledge = self.knowledge
        seen: dict[str, str] = {}
        for kind, file, records in (
            ("cause", "causes/{}.toml", knowledge.causes),
            ("mediator", "mediators.toml: {}", knowledge.mediators),
            ("finding", "findings.toml: {}", knowledge.findings),
            ("context", "contexts.toml: {}", knowledge.contexts),
            ("group", "groups.toml: {}", knowledge.groups),
        ):
            for id in records:
                if id == EXPLANATION:
                    wrong = f"the id '{id}' is that of a node which the network makes itself."
                    yield Problem(file.format(id), wrong, "Take another id.")
                if id in seen:
                    wrong = f"the id '{id}' is already that of a {seen[id]}."
                    yield Problem(file.format(id), wrong, "Ids must differ.")
                seen.setdefault(id, kind)
        for name, first, second in self.names.clashes:
            if first.id != second.id or first.kind == second.kind:
                wrong = f"its name '{name}' is also a name of the {first.kind} {first.id}."
                remedy = "One name must mean one thing."
                yield Problem(knowledge.place(second.id), wrong, remedy)

    def origins(self) -> Iterator[Problem]:
        """Origins that nobody wrote down, and claims used that say why not."""
        known = {**self.knowledge.claims, **self.knowledge.references}
        for place, because in self.knowledge.origins():
            for origin in because:
                if origin.startswith(ASSUMED) or origin in known or origin in self.unread:
                    continue
                example = next(iter(self.knowledge.claims), "of claims.csv")
                remedy = f"Name a claim ({example}), a reference, or write 'assumed: <reason>'."
                hint = did_you_mean(origin, known, "")
                wrong = f"'{origin}' is neither a claim nor a reference."
                where = place_inside(place, "because")
                yield Problem(where, wrong, f"{remedy} {hint}".rstrip())
        used = self.knowledge.claims_used()
        for claim in self.knowledge.claims.values():
            if used[claim.id] and claim.unused_because:
                wrong = f"it is used by {used[claim.id][0]}, yet says why it is not."
                yield Problem(f"claims.csv: {claim.id}", wrong, _last_column(claim))

    def complaint(self) -> Iterator[Problem]:
        """The complaint, which every cause that explains it produces."""
        complaint = self.knowledge.meta.complaint
        place = "knowledge.toml: complaint"
        if complaint not in self.knowledge.findings:
            yield from self.unknown(place, "finding", complaint, self.knowledge.findings)
            return
        for cause in self.knowledge.causes.values():
            if complaint in cause.shows_silent:
                where = f"causes/{cause.id}.toml: shows_silent.{complaint}"
                yield Problem(where, "what is silent does not produce it.", "Take it out.")

    def arrows(self) -> Iterator[Problem]:
        """Arrows from or to nothing, stated twice, or not understood."""
        knowledge = self.knowledge
        nodes = self.nodes
        for cause in knowledge.causes.values():
            for field in ("raised_by", "shows"):
                if cause.id in getattr(cause, field):
                    place = f"{knowledge.place(cause.id)}: {field}.{cause.id}"
                    yield Problem(place, f"'{cause.id}' leads to itself.", "Drop the arrow.")
        seen: dict[tuple[str, str, str], str] = {}
        silent: dict[tuple[str, str, str], str] = {}
        for arrow in knowledge.arrows():
            for end in (arrow.parent, arrow.child):
                yield from self.unknown(arrow.place, "", end, nodes)
            stated = silent if arrow.silent else seen
            before = stated.setdefault((arrow.parent, arrow.state, arrow.child), arrow.place)
            if before != arrow.place:
                wrong = f"the same arrow is stated at {before} too."
                yield Problem(arrow.place, wrong, "State it once.")
            if arrow.parent in nodes and arrow.child in nodes:
                yield from self.arrow(arrow)
        yield from self.references(seen)

    def references(self, seen: Mapping[tuple[str, str, str], str]) -> Iterator[Problem]:
        """Ratios of a context with several states need one state that they refer to."""
        for context in self.knowledge.contexts.values():
            states = {state.id for state in context.states}
            for child in self.knowledge.causes if states else ():
                stated = {id for parent, id, to in seen if (parent, to) == (context.id, child)}
                if stated >= states:
                    place = f"{self.knowledge.place(child)}: raised_by.{context.id}"
                    wrong = f"every state of '{context.id}' has a risk ratio."
                    yield Problem(place, wrong, "Leave out the state that the ratios refer to.")

    def less_often(self) -> Iterator[Problem]:
        """What makes a node rarer: some states of a context, or some causes, never all of them."""
        knowledge = self.knowledge
        for node, rarer in knowledge.less_often.items():
            whole = f"{knowledge.place(node)}.less_often"
            if node == knowledge.meta.complaint:
                yield Problem(whole, "everybody has the complaint.", "Take it out.")
            for new_id in (where_most(node), by_chance(node)):
                if new_id in self.nodes:
                    wrong = f"it makes a node '{new_id}', which is the id of an entry."
                    yield Problem(whole, wrong, "Give that entry another id.")
            for id, factors in rarer.by.items():
                place = f"{whole}.by.{id}"
                if id == EXPLANATION:
                    yield from self.rarer_with(place, node, factors)
                else:
                    yield from self.rarer_at(place, id, factors)

    def rarer_at(self, place: str, id: str, factors: Mapping[str, float]) -> Iterator[Problem]:
        """States in which a node is rarer: the context must have states, and one must be left."""
        states, contexts = self.states(id), self.knowledge.contexts
        if id not in contexts:
            yield from self.unknown(place, "context", id, contexts)
        elif len(states) < 2:
            wrong = f"'{id}' has no states."
            yield Problem(place, wrong, "Name a context with states, such as age or sex.")
        else:
            for state in sorted(factors.keys() - set(states)):
                hint = did_you_mean(state, states, f"Its states are: {', '.join(states)}.")
                yield Problem(place, f"'{state}' is not a state of '{id}'.", hint)
            if all(factors.get(state, 1.0) < 1.0 for state in states):
                wrong = "it is less often found in every state."
                yield Problem(place, wrong, "Leave out the state that the others refer to.")

    def rarer_with(self, place: str, node: str, factors: Mapping[str, float]) -> Iterator[Problem]:
        """Causes with which a node is rarer: they exist, and do not say themselves how often."""
        causes = self.knowledge.diseases
        if node in self.knowledge.mediators:
            wrong = "how often a cause leads to a mediator is said where the cause is."
            yield Problem(place, wrong, f"Write {node} = ... under [shows] of the causes.")
            return
        for id in factors:
            yield from self.unknown(place, "cause", id, causes)
            if id in causes and node in {*causes[id].shows, *causes[id].raised_by}:
                wrong = f"how often it is found with '{id}' is said in {self.knowledge.place(id)}."
                yield Problem(place, wrong, "Say it in one of the two places.")
        if not factors or all(factors.get(id, 1.0) < 1.0 for id in causes):
            wrong = "it names no cause." if not factors else "it is rarer with every cause."
            yield Problem(place, wrong, "Name some causes, and leave the others out.")

    def arrow(self, arrow: Arrow) -> Iterator[Problem]:
        """What may be wrong with one arrow between two nodes."""
        knowledge = self.knowledge
        parent, child = arrow.parent, arrow.child
        states = self.states(parent)
        if arrow.state not in states:
            wrong = f"'{arrow.state}' is not a state of '{parent}'."
            alone = f"It has no states: write {parent} = ..."
            remedy = f"Its states are: {', '.join(states)}." if len(states) > 1 else alone
            yield Problem(arrow.place, wrong, remedy)
        elif len(states) > 1 and arrow.statement.how_often is not None:
            wrong = f"'{parent}' has several states, so a frequency is not understood."
            yield Problem(arrow.place, wrong, "Give a risk ratio for the state.")
        if knowledge.states_of(child):
            wrong = f"'{child}' has states, in one of which everybody is: nothing can produce it."
            yield Problem(arrow.place, wrong, "Drop the arrow, or state a ratio for each state.")
        raised = ": raised_by." in arrow.place
        above = bool(knowledge.states_of(parent))
        if raised and not above and arrow.statement.how_often is not None:
            wrong = "how often one thing brings a cause about is not understood."
            remedy = "Give a ratio (risk), or how many of its patients have it (in_cases)."
            yield Problem(arrow.place, wrong, remedy)
        elif above and arrow.statement.risk is None and arrow.statement.how_often is None:
            wrong = f"'{parent}' has states, in one of which everybody is."
            yield Problem(arrow.place, wrong, "Give a ratio (risk) for the state.")
        elif not raised and arrow.statement.how_often is None:
            what = "risk ratio" if arrow.statement.in_cases is None else "share of cases"
            wrong = f"a {what} is only understood under 'raised_by'."
            yield Problem(arrow.place, wrong, "Say how often instead.")
        if above and child not in knowledge.causes:
            wrong = f"'{parent}' multiplies shares of causes; '{child}' is none."
            yield Problem(arrow.place, wrong, "Drop the arrow.")
        if child in knowledge.causes and parent in knowledge.findings:
            wrong = f"'{parent}' is a finding and cannot raise a cause."
            yield Problem(arrow.place, wrong, "Only contexts, causes and mediators can.")

    def words(self) -> Iterator[Problem]:
        """Words that a lexicon does not know."""
        lexicons = self.knowledge.lexicons
        place = "knowledge.toml: lexicon"
        yield from self.unknown(place, "lexicon", self.knowledge.meta.lexicon, lexicons)
        words = [
            each for where, entry in self.knowledge.every_record for each in _words_of(entry, where)
        ]
        for where, direction, word in words:
            for lexicon in lexicons.values():
                known = getattr(lexicon, direction)
                if word not in known:
                    hint = did_you_mean(word, known, f"Known: {', '.join(known)}.")
                    wrong = f"'{word}' is no word for {direction} in the lexicon '{lexicon.id}'."
                    yield Problem(where, wrong, hint)

    def members(self) -> Iterator[Problem]:
        """Members, methods and evoking findings that do not exist."""
        knowledge = self.knowledge
        for group in knowledge.groups.values():
            place = knowledge.place(group.id)
            for member in group.members:
                yield from self.unknown(f"{place}.members", "cause", member, knowledge.causes)
            for evoking in group.evoked_by:
                where = f"{place}.evoked_by"
                yield from self.unknown(where, "finding", evoking, knowledge.findings)
            yield from self.said_of_group(group)
        for finding in knowledge.findings.values():
            if finding.method:
                place = f"{knowledge.place(finding.id)}.method"
                yield from self.unknown(place, "method", finding.method, knowledge.methods)

    def said_of_group(self, group: Group) -> Iterator[Problem]:
        """What raises a group and what it shows: known, and stated in the way that goes with it."""
        for field, statements in (("raised_by", group.raised_by), ("shows", group.shows)):
            for id, statement in statements.items():
                place = f"{self.knowledge.place(group.id)}.{field}.{id}"
                yield from self.unknown(place, "", id, self.nodes)
                if (statement.how_often is None) != (field == "raised_by"):
                    wrong = f"that is not understood under '{field}'."
                    remedy = "Under raised_by give a ratio (risk), under shows how often."
                    yield Problem(place, wrong, remedy)
                if len(self.states(id)) > 1:
                    wrong = f"'{id}' has states, in one of which everybody is."
                    yield Problem(place, wrong, "State it for each cause of the group.")

    def evoking(self) -> Iterator[Problem]:
        """Findings that point to a cause, without a link that could be solved."""
        knowledge = self.knowledge
        for cause in knowledge.causes.values():
            for id in cause.evoked_by:
                place = f"causes/{cause.id}.toml: evoked_by"
                yield from self.unknown(place, "finding", id, knowledge.findings)
                if id in knowledge.findings and id not in cause.shows:
                    wrong = "the link that it is solved for is missing."
                    remedy = f"Say under shows how often it shows {id}."
                    yield Problem(f"{place}.{id}", wrong, remedy)

    def own_groups(self) -> Iterator[Problem]:
        """The group of a cause: it names the cause; another word must not look like a group."""
        groups = self.knowledge.groups
        known = [*groups, *(group.label for group in groups.values()), *self.unread]
        for cause in self.knowledge.causes.values():
            place = f"{self.knowledge.place(cause.id)}: group"
            group = groups.get(cause.group)
            known_members = group is not None and {*group.members} <= {*self.knowledge.causes}
            if group is not None and known_members and cause.id not in group.members:
                wrong = f"the members of '{group.id}' do not name it."
                remedy = "Leave 'members' out of groups.toml, or add it there."
                yield Problem(place, wrong, remedy)
            near = [] if cause.group in known else suggest(cause.group, known, count=1)
            if near:
                wrong = f"'{cause.group}' is not a group of this folder."
                yield Problem(place, wrong, f"Did you mean '{near[0]}'?")

    def parts(self) -> Iterator[Problem]:
        """Parts of something else need it, and are no more than the whole."""
        knowledge, rest = self.knowledge, self.knowledge.meta.rest
        parts = [cause for cause in knowledge.causes.values() if cause.layer == "beyond"]
        if not parts:
            return
        if rest not in knowledge.causes:
            yield from self.unknown("knowledge.toml: rest", "cause", rest, knowledge.causes)
            return
        if knowledge.causes[rest].present_in is not None:
            place = f"{knowledge.place(rest)}: present_in"
            yield Problem(place, "what has parts cannot be silent itself.", "Take it out.")
        shares = [part.commonness.part or 0.0 for part in parts]
        least = sum(part[0] if isinstance(part, tuple) else part for part in shares)
        if least >= 1.0:
            wrong = f"its parts add up to at least {least:.2f} of it."
            yield Problem(knowledge.place(rest), wrong, "Lower the parts; some rest must be.")

    def suspects(self) -> Iterator[Problem]:
        """What a ratio or a specificity was measured among, and against."""
        knowledge = self.knowledge
        for arrow in knowledge.arrows():
            among = arrow.statement.among
            if not isinstance(among, str):
                yield from self.traits(f"{arrow.place}.among", among)
        for finding in knowledge.findings.values():
            place = knowledge.place(finding.id)
            yield from self.traits(f"{place}.among", finding.among)
            for id in finding.against:
                yield from self.unknown(f"{place}.against", "cause", id, knowledge.causes)
            if finding.id == knowledge.meta.complaint and finding.specificity is not None:
                wrong = "the complaint has no specificity: everybody asked has it."
                yield Problem(place, wrong, "Give it a leak.")

    def traits(self, place: str, ids: Iterable[str]) -> Iterator[Problem]:
        """What suspects have: findings or contexts, with a state where there are several."""
        knowledge = self.knowledge
        known = [*knowledge.findings, *knowledge.contexts, *knowledge.mediators]
        for named in ids:
            id, _ = parted(named)
            yield from self.unknown(place, "finding or context", id, known)
            if id in known:
                yield from self.state_of(place, named)

    def state_of(self, place: str, named: str) -> Iterator[Problem]:
        """A state behind a node's name that the node does not have."""
        id, state = parted(named)
        states = self.states(id)
        if state not in states:
            remedy = f"Write {id}.STATE; states: {', '.join(states)}."
            yield Problem(place, f"'{named}' names no state of '{id}'.", remedy)

    def rules(self) -> Iterator[Problem]:
        """Urgency rules, and care that is not for some: what they name exists, in that state."""
        for rule in self.knowledge.urgency:
            for name in rule.names:
                remedy = f"Write {parted(name)[0]}; none_of takes what is not there."
                yield from self.present(f"urgency.toml: {rule.id}", name, remedy)
        for place, care in self.knowledge.every_record:
            for name in care.not_for if isinstance(care, Care) else ():
                remedy = f"Write {parted(name)[0]}."
                yield from self.present(place_inside(place, "not_for"), name, remedy)

    def shifts(self) -> Iterator[Problem]:
        """Shifts of what does not exist, or of one cause by two groups."""
        causes, groups = self.knowledge.causes, self.knowledge.groups
        for setting in self.knowledge.settings.values():
            spoken_of: dict[str, str] = {}
            for id in setting.shifts:
                place = f"settings.toml: {setting.id}.shifts.{id}"
                yield from self.unknown(place, "cause or group", id, [*causes, *groups])
                for member in groups[id].members if id in groups else ():
                    before = spoken_of.setdefault(member, id)
                    if before != id and member not in setting.shifts:
                        wrong = f"its member '{member}' is shifted by '{before}' too."
                        yield Problem(place, wrong, f"Say what holds: add a shift of '{member}'.")

    def present(self, place: str, name: str, bare: str) -> Iterator[Problem]:
        """A name of what may be present, or in a state; ``bare`` says to leave a state out."""
        id, _ = parted(name)
        yield from self.unknown(place, "finding", id, self.nodes)
        if id not in self.nodes:
            return
        if not self.knowledge.states_of(id) and name != id:
            wrong = f"'{name}': a rule names what is present, without a state."
            yield Problem(place, wrong, bare)
        elif self.knowledge.states_of(id) and name == id:
            wrong = f"'{id}' has several states and is never just present."
            yield Problem(place, wrong, f"Write {id}.STATE; states: {', '.join(self.states(id))}.")
        else:
            yield from self.state_of(place, name)


DIRECTION = {"how_often": "frequency", "in_cases": "frequency", "risk": "risk"}
DIRECTION |= {"evokes": "evoking", "share": "frequency", "leak": "frequency"}


def _words_of(record: Record, place: str) -> Iterator[tuple[str, str, str]]:
    """Words for amounts in a record, each with its place and which list of words it is from."""
    for field, direction in DIRECTION.items():
        amount = vars(record).get(field)
        if isinstance(amount, str):
            yield f"{place}.{field}" if field in ("share", "leak") else place, direction, amount
    if isinstance(record, Commonness) and record.word:
        yield place, "commonness", record.word
    if isinstance(record, Statement) and record.word:
        yield f"{place}.word", "frequency" if record.risk is None else "risk", record.word


def _last_column(claim: Claim) -> str:
    """What to do about a reason for not using a claim that is used: a statement may be cut."""
    cells = list(claim.model_dump().values())
    *first, statement, reason = cells
    whole = written_row([*first, f"{statement},{reason}", ""])
    emptied = written_row([*first, statement, ""])
    return (
        f"Its last column is '{reason}'. If that belongs to the statement, {QUOTED}:"
        f"\n      {whole}\n      Else empty the last column:\n      {emptied}"
    )


def _check_telling(knowledge: Knowledge, unread: Collection[str]) -> Iterator[Problem]:
    """Rules and voices of nodes or states that do not exist."""
    known = {
        id: [state.id for state in knowledge.states_of(id)] or ["present", "absent"]
        for id in knowledge.kinds
    }
    spoken = [
        (f"incoherent.toml: {rule.id}", *parted(name))
        for rule in knowledge.incoherent.values()
        for name in rule.names
    ] + [
        (f"voices.toml: {voice.id}", voice.id, state)
        for voice in knowledge.voices.values()
        for state in {**voice.says, **voice.called, **voice.opens} or ("present",)
    ]
    for place, id, state in spoken:
        if id in unread:
            continue
        if id not in known:
            hint = did_you_mean(id, known, "Add it or take the name out.")
            yield Problem(place, f"'{id}' is no node of this folder.", hint)
        elif state not in known[id]:
            wrong = f"'{state}' is no state of '{id}'."
            yield Problem(place, wrong, f"Its states are: {', '.join(known[id])}.")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at in a knowledge folder, of a kind such as ``unused claim``.

    Where two statements disagree the text says which one won.
    """

    kind: str
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}: {self.text}"


def lint(knowledge: Knowledge) -> tuple[Remark, ...]:
    """Remarks that need no numbers: contradictions, loose ends, unused claims."""
    return (
        *_unused_claims(knowledge),
        *_contradictions(knowledge),
        *_loose_findings(knowledge),
        *_what_is_not_named(knowledge),
        *_alike_causes(knowledge),
    )


def _unused_claims(knowledge: Knowledge) -> Iterator[Remark]:
    used = knowledge.claims_used()
    for claim in knowledge.claims.values():
        if not used[claim.id] and not claim.unused_because:
            text = "no number rests on it and it does not say why not."
            yield Remark("unused claim", claim.id, text)


def _contradictions(knowledge: Knowledge) -> Iterator[Remark]:
    for cause in knowledge.causes.values():
        word, lost = cause.commonness.word, cause.commonness.overruled
        if lost:
            others = knowledge.claims.keys() - {*lost}
            won = ", ".join(claim for claim in cause.commonness.because if claim in others)
            text = f"{', '.join(lost)} says otherwise; '{word}' ({won}) won."
            yield Remark("contradictory commonness", cause.id, text)


def _loose_findings(knowledge: Knowledge) -> Iterator[Remark]:
    reached = {arrow.child for arrow in knowledge.arrows()}
    if knowledge.layer == "article":
        yield from _not_in_the_article(knowledge, {*reached, knowledge.meta.complaint})
        return
    for finding in knowledge.findings.values():
        if finding.id not in {*reached, knowledge.meta.complaint}:
            text = "no cause or mediator produces it."
            yield Remark("finding without cause", finding.id, text)
    for mediator in knowledge.mediators.values():
        if mediator.id not in {*reached, *knowledge.there.values()}:
            yield Remark("mediator without cause", mediator.id, "nothing produces it.")


def _not_in_the_article(knowledge: Knowledge, reached: Collection[str]) -> Iterator[Remark]:
    """One remark for all findings that literature alone speaks of: answers to them say nothing."""
    silent = [finding.label for id, finding in knowledge.findings.items() if id not in reached]
    if silent:
        text = (
            f"{counted(len(silent), 'finding')} of which the article says nothing: "
            f"{', '.join(silent)}."
        )
        yield Remark("not spoken of", "findings.toml", text)


def _what_is_not_named(knowledge: Knowledge) -> Iterator[Remark]:
    """A folder without "something else", or whose "something else" shows no finding."""
    rest, complaint = knowledge.meta.rest, knowledge.meta.complaint
    if rest not in knowledge.causes and "rest" in knowledge.meta.model_fields_set:
        text = (
            f"there is no causes/{rest}.toml: whoever has none of the causes is given one of them "
            "all the same."
        )
        yield Remark("nothing else", "knowledge.toml", text)
    seen = {*knowledge.findings, *knowledge.mediators} - {complaint}
    showing = {rest, *knowledge.parts}  # what is not named may stand in parts
    shown = {arrow.child for arrow in knowledge.arrows() if arrow.parent in showing}
    if rest in knowledge.causes and not shown & seen:
        text = "it shows nothing but the complaint, so every finding speaks against it."
        yield Remark("nothing else", knowledge.place(rest), text)


def _alike_causes(knowledge: Knowledge) -> Iterator[Remark]:
    """Pairs of causes whose stated findings are the same, word for word."""
    shown: dict[str, set[tuple[str, str]]] = {cause: set() for cause in knowledge.causes}
    unseen = {*knowledge.causes, *knowledge.there.values(), knowledge.meta.complaint}
    for arrow in knowledge.arrows():
        seen_on_patient = arrow.child not in unseen
        if arrow.parent in shown and seen_on_patient:
            shown[arrow.parent].add((arrow.child, str(arrow.statement.how_often)))
    seen: dict[frozenset[tuple[str, str]], str] = {}
    for cause, profile in shown.items():
        alike = seen.setdefault(frozenset(profile), cause)
        if alike != cause:
            text = f"shows just what {alike} shows: no finding tells them apart."
            yield Remark("cause not told apart", cause, text)
