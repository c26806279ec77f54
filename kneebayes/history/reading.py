"""A history in, findings out: each with the words that say so."""

from __future__ import annotations

import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kneebayes.arguments import checked
from kneebayes.building.model import ModelLike
from kneebayes.errors import KneebayesError
from kneebayes.history.amounts import Measured, Met
from kneebayes.history.bearing import CONTRASTS, bearing_of, is_of_a_background, long_ago
from kneebayes.history.dictionary import Dictionary, Readable, Target
from kneebayes.history.english import ENDING, RELATED, turns
from kneebayes.history.layout import laid_out
from kneebayes.history.limits import YEAS, is_a_yes
from kneebayes.history.line import Line, cues_in
from kneebayes.history.matching import Match, find
from kneebayes.history.persons import (
    OWN_BODY,
    find_age,
    find_sex,
    others_told_of,
    patient_among_relatives,
)
from kneebayes.history.record import History, Mention, Passage, Status
from kneebayes.history.shorthand import written_out
from kneebayes.history.words import Word, sentences_of
from kneebayes.knowledge import Knowledge
from kneebayes.memory import uncollected
from kneebayes.text import shown

LONGEST = 100_000  # characters
SIDE = re.compile(r"\b(?:(?=(l|r))(?:left|right|lt?|rt?))\s+$", re.IGNORECASE)
SIDE_BEHIND = re.compile(r"\s+on\s+the\s+(?=(l|r))(?:left|right)\b", re.IGNORECASE)
SIDE_LENGTH = 9  # letters before a name in which its side may stand
KEPT = 4  # dictionaries
EARLIER_KNOWN = frozenset({"previous", "earlier", "past", "old"})  # in the label of a background
NAYS = frozenset({"n", "nil", "no", "none", "never", "nope"})
OFTEN = frozenset({"always", "constantly", "definitely", "frequently", "often", "sometimes"})
PARTING = frozenset({";", ":"})
OF_ANOTHER = frozenset({"as", "when", "had", "expecting", "second", "third"})  # before a child


@checked
def read(model: ModelLike, text: str) -> History:
    """Understand a history in plain words.

    Each finding and each piece of background that the text names is found by the names of the
    knowledge folder, and the sentence says whether it is there, is not, may be, was long ago,
    or is somebody else's. When in doubt it is left open: see ``to_look_at``.

    Parameters
    ----------
    text
        What a patient tells, or what a doctor wrote.

    Returns
    -------
    History
        What was understood, with the words that say so. Nothing is used before it is given to
        ``diagnose``.

    Raises
    ------
    KneebayesError
        If it is no text, or what reading needs is not installed.

    Examples
    --------
    >>> import kneebayes as kb
    >>> knee = kb.load()
    >>> history = knee.read("A 34-year-old woman. No fever, chills or chest pain; knee swollen.")
    >>> history.answers["age"], history.answers["fever"], history.answers["chest_pain"]
    (34, False, False)
    >>> knee.diagnose(history).case.remarks[0]
    'Read from a history: ... left out, ...'
    """
    return understand(model.data.knowledge, text)


def understand(knowledge: Knowledge, text: str) -> History:
    """Understand a text with the names of a knowledge folder; see :func:`read`."""
    given: object = text
    if not isinstance(given, str):
        message = f"A history is a text, got {shown(given)}."
        raise KneebayesError(message)
    if len(text) > LONGEST:
        message = f"A history has at most {LONGEST:,} characters, got {len(text):,}. Cut it."
        raise KneebayesError(message)
    return _Reading(_dictionary_of(knowledge), text).history()


_DICTIONARIES: OrderedDict[int, Dictionary] = OrderedDict()


def _dictionary_of(knowledge: Knowledge) -> Dictionary:
    """The dictionary of a folder; the last ones made are kept."""
    made = _DICTIONARIES.get(id(knowledge))
    if made is None or made.knowledge is not knowledge:
        with uncollected():
            made = _DICTIONARIES[id(knowledge)] = Dictionary(knowledge)
        while len(_DICTIONARIES) > KEPT:
            _DICTIONARIES.popitem(last=False)
    return made


class _Reading:
    """One text being read."""

    def __init__(self, dictionary: Dictionary, text: str) -> None:
        self.dictionary, self.text = dictionary, text
        self.knowledge = dictionary.knowledge
        plain = text.replace("\u2019", "'").replace("\u2018", "'")
        layout = laid_out(plain)
        self.source = layout.then(written_out(layout.text, dictionary.letters))
        self.sentences = sentences_of(self.source)
        self.patient = patient_among_relatives(text)
        self.found: list[Mention] = []  # what was understood so far
        self.measured: list[tuple[float, Mention]] = []  # the same from amounts, with each amount
        self.covered: set[int] = set()  # where the words start that were understood
        self.tested = self.reported = False  # a test was named; its report is being read

    def history(self) -> History:
        """Everything that was understood."""
        for number, line in enumerate(self._lines()):
            self._read_sentence(number, line)
        self._read_age_and_sex()
        self._take_largest()
        settled = [*_settled(_of_the_bad_side(self.found, self.text))]
        mentions = sorted([*settled, *self._meant(settled)], key=_in_text)
        rest = tuple(self._not_understood())
        disclaimer = self.knowledge.meta.disclaimer
        return History(self.text, tuple(mentions), rest, disclaimer=disclaimer)

    # sentence by sentence

    def _lines(self) -> list[Line]:
        """The sentences, each with what was found in it and with the one behind it."""
        readable = [self.dictionary.readable(sentence) for sentence in self.sentences]
        reported = [self._is_reported(known) for known in readable]
        said = [[word.lower for word in known.words] for known in readable]
        theirs = others_told_of(self.text, said, self.patient)
        lines: list[Line] = []
        for sentence, known, told, pronoun in zip(
            self.sentences[::-1], readable[::-1], reported[::-1], theirs[::-1], strict=True
        ):
            line = Line(
                known.words,
                cues_in(sentence, known.words),
                tuple(find(self.dictionary, known)),
                self.dictionary,
                self.patient,
                told,
                lines[-1] if lines else None,
                pronoun,
                not self.patient and OWN_BODY.search(self.text) is not None,
            )
            lines.append(line)
        return lines[::-1]

    def _read_sentence(self, number: int, line: Line) -> None:
        for match in line.matches:
            if match.pattern.past and long_ago(line, match) is None:
                continue
            self._cover(line.words[at] for at in match.used)
            status, because = self._status(line, match, number)
            for target in match.pattern.targets:
                implied = _is_implied(match, target) or self._has_another_side(match, target)
                one = "perhaps" if status == "absent" and implied else status
                self.found += self._mentions(target, one, line.words, match.used, because)
        for cue in line.cues:
            if cue.does != "having":
                self._cover(line.words[cue.first : cue.last + 1])
        self._measure(line)

    def _measure(self, line: Line) -> None:
        """What the amounts of a sentence say, unless it is told of others or of another time."""
        findings = frozenset(
            at for match in line.matches if _is_finding(match) for at in match.used
        )
        for met in Measured(self.dictionary, line.words, findings).bounds_met():
            if self._is_of_a_background(line, met):
                continue
            used = frozenset(range(met.amount.first, met.amount.last + 1))
            self._cover(line.words[at] for at in used)
            named = frozenset(met.pattern.stems)
            self._cover(word for word in line.words if not named.isdisjoint(word.stems))
            bearing = bearing_of(line, Match(met.pattern, used))
            own = bearing.because is None or not used.isdisjoint(bearing.because)
            told = bearing.status in {"other", "past", "perhaps"} and not own  # "my son had 39"
            for target in met.pattern.targets:
                status = bearing.status if told else met.status
                mentions = [*self._mentions(target, status, line.words, used, "")]
                if told or (met.amount.unit == "temperature" and met.status != "perhaps"):
                    self.found += mentions  # beside "fever", for the two may disagree
                if told:
                    continue
                value = met.amount.value if _is_more(met) else -met.amount.value
                self.measured += [(value, mention) for mention in mentions]

    def _is_of_a_background(self, line: Line, met: Met) -> bool:
        """Whether a long time is not that of the trouble: ``a new knee since 18 months``."""
        target = met.pattern.targets[0]
        long = target.id in self.dictionary.lasting and (target.state == "present") == (
            met.status == "present"
        )
        return long and is_of_a_background(line, met.amount.first, met.amount.last)

    def _has_another_side(self, match: Match, target: Target) -> bool:
        """Whether to deny a turn of speech says nothing sure, for not sudden may be unknown."""
        finding = self.knowledge.findings.get(target.id)
        return match.pattern.said and finding is not None and bool(finding.states)

    def _is_reported(self, sentence: Readable) -> bool:
        """Whether a sentence stands in the report of a test, which a heading opens and closes."""
        words = sentence.words
        self.tested = self.tested or not self.dictionary.methods.isdisjoint(sentence.places)
        headed = next((at for at in range(1, min(4, len(words))) if words[at].lower == ":"), 0)
        if headed:
            heading = {word.lower for word in words[:headed]}
            self.reported = self.tested and not heading.isdisjoint(turns("reports"))
        return self.reported

    def _status(self, line: Line, match: Match, number: int) -> tuple[Status, str]:
        """What a sentence makes of a match, and the words that do so."""
        bearing = bearing_of(line, match)
        status, because = bearing.status, ""
        if bearing.because is not None:
            first, last = bearing.because
            because = self.text[line.words[first].start : line.words[last].end]
            self._cover(line.words[first : last + 1])
        alone = bearing.because == (match.first, match.last)
        if status == "perhaps" and match.pattern.record and alone:
            before = {word.lower for word in line.words[: match.first]}
            if number == 0 and not before & PARTING:  # "Woman of 58, diabetic, osteoarthritis: ..."
                return "present", ""
        if status == "perhaps" and because == "?" and line.words[-1].lower == "?":
            return _reply(line, match)
        if match.pattern.past and status not in {"absent", "other"}:
            return "present", because
        two_sided = len({target.state for target in match.pattern.targets}) > 1
        if match.pattern.perhaps and (status == "present" or (status == "absent" and two_sided)):
            return "perhaps", match.pattern.name
        mended = _rests_on_mending(match, line.words)
        if status in {"present", "absent"} and (mended or _is_of_a_visit(match, line.words)):
            return "perhaps", "spelling" if mended else ""
        return status, because

    def _mentions(
        self,
        target: Target,
        status: Status,
        words: Sequence[Word],
        used: frozenset[int],
        because: str,
    ) -> Iterator[Mention]:
        """What some words say of a node; nothing where they are not of the patient's age."""
        start, end = words[min(used)].start, words[max(used)].end
        label = self.knowledge.label(target.id)
        if status == "past" and not EARLIER_KNOWN.isdisjoint(label.casefold().split()):
            status = "present"
        answer: object = target.state
        if self.knowledge.states_of(target.id):
            if not self._is_of_a_person(target, words, used):
                return
            status = "perhaps" if status == "absent" else status
        else:
            present = (target.state == "present") == (status != "absent")
            if status == "absent" and target.state == "absent":
                status = "perhaps"  # "no gradual start" does not say that it was sudden
            elif status in {"present", "absent"}:
                status = "present" if present else "absent"
            answer = self._answer(target.id, present=present)
        passage = self._passage(start, end)
        yield Mention(target.id, label, target.kind, status, answer, passage, because)

    def _passage(self, start: int, end: int) -> Passage:
        return Passage(self.text[start:end], start, end)

    def _answer(self, id: str, *, present: bool) -> object:
        """The answer about a node, in its own words where it has some."""
        finding = self.knowledge.findings.get(id)
        if finding is None:
            return present
        return finding.states.get("present" if present else "absent", present)

    def _is_of_a_person(self, target: Target, words: Sequence[Word], used: frozenset[int]) -> bool:
        """Whether a word such as young or old is said of a person, as that person is now."""
        if not any(state.below for state in self.knowledge.states_of(target.id)):
            return True
        first, last = min(used), max(used)
        if words[first].lower == "old" and words[first - 1].lower in {"-", "year", "years"}:
            return False  # "26-year-old"
        if words[last].lower in {"babies", "boys", "children", "girls", "kids", "teenagers"}:
            return False  # "I have two children"
        if OF_ANOTHER & {word.lower for word in words[max(0, first - 2) : first]}:
            return False  # as a child, had a baby
        people = turns("people")
        return words[last].lower in people or any(
            word.lower in people or word.lower.endswith(("er", "ist", "man"))
            for word in words[last + 1 : last + 4]
            if not word.is_light
        )

    # of the whole text

    def _read_age_and_sex(self) -> None:
        for context in self.knowledge.contexts.values():
            if any(state.below for state in context.states):
                self._read_age(context.id)
            elif {state.id for state in context.states} == {"female", "male"}:
                self._read_sex(context.id)

    def _read_age(self, id: str) -> None:
        """A number is surer than a word."""
        age = find_age(self.source.text, self.patient)
        if age is None:
            return
        start, end = self.source.span(age.start, age.end)
        self.found = [mention for mention in self.found if mention.id != id]
        self.measured = [one for one in self.measured if not start <= one[1].words.start < end]
        self._add(id, int(age.years) if age.years >= 2 or age.years < 1 else age.years, start, end)
        self.covered |= set(range(start, end))

    def _read_sex(self, id: str) -> None:
        """The first person spoken of is the patient; without one, pronouns tell."""
        related = [sex for sex, words in RELATED.items() if words & self.patient]
        if related:
            self.found = [mention for mention in self.found if mention.id != id]
            start = self.text.casefold().index(word := next(iter(self.patient)))
            self._add(id, related[0], start, start + len(word))
            return
        mentions = [mention for mention in self.found if mention.id == id and mention.is_sure]
        if mentions:
            sex = min(mentions, key=_in_text).answer
            self.found = [one for one in self.found if one.id != id or one.answer == sex]
            return
        found = find_sex(self.source.text, self.patient)
        if found is not None:
            self._add(id, found[0], *self.source.span(*found[1:]))

    def _add(self, id: str, answer: object, start: int, end: int) -> None:
        label, words = self.knowledge.label(id), self._passage(start, end)
        self.found.append(Mention(id, label, "context", "present", answer, words))

    def _take_largest(self) -> None:
        """Of several amounts of one thing the largest counts, or the smallest if little is bad."""
        named = {mention.id: mention.status for mention in self.found if mention.is_sure}
        largest: dict[str, tuple[float, Mention]] = {}
        for value, mention in self.measured:
            if mention.id not in largest or value > largest[mention.id][0]:
                largest[mention.id] = (value, mention)
        self.found += [
            mention
            for id, (_, mention) in largest.items()
            if id not in named or (named[id], mention.status) == ("absent", "present")
        ]

    def _meant(self, settled: Sequence[Mention]) -> Iterator[Mention]:
        """What is said by the meaning of something else: a severe pain is no mild one."""
        told = {mention.id for mention in settled if mention.is_sure or mention.status == "perhaps"}
        rest = [mention for mention in settled if mention.is_sure]
        for mention in rest:  # grows while it is gone through
            saying = self.knowledge.sayings.sayings.get(mention.id)
            if saying is None:
                continue
            means = saying.present_means if mention.status == "present" else saying.absent_means
            for text in means:
                id, _, state = text.removeprefix("not ").partition(".")
                if id in told or id not in {*self.knowledge.findings, *self.knowledge.contexts}:
                    continue
                told.add(id)
                present = not text.startswith("not ")
                meant = replace(
                    mention,
                    id=id,
                    label=self.knowledge.label(id),
                    kind="finding" if id in self.knowledge.findings else "context",
                    status="present" if present else "absent",
                    answer=state or self._answer(id, present=present),
                    because=mention.label,
                )
                rest.append(meant)
                yield meant

    # what was not understood

    def _cover(self, words: Iterator[Word] | Sequence[Word]) -> None:
        self.covered |= {word.start for word in words}

    def _not_understood(self) -> Iterator[Passage]:
        """Runs of words that say something and were not understood."""
        for sentence in self.sentences:
            run: list[Word] = []
            for word in (*sentence.words, None):
                if word is not None and word.start not in self.covered and word.stems:
                    if run or not word.is_light:
                        run.append(word)
                    continue
                while run and run[-1].is_light:
                    run.pop()
                if any(len(one.lower) > 2 or (one.text.isupper() and one.text[1:]) for one in run):
                    yield self._passage(run[0].start, run[-1].end)
                run = []


def _reply(line: Line, match: Match) -> tuple[Status, str]:
    """What the sentence behind a question answers, if it only asks whether something is there.

    To ``Any fever? No.`` it does; not to ``Is a fever bad? No.`` or ``Any fever? No injury.``
    """
    following = line.following.words if line.following is not None else ()
    first, *rest = [word.lower for word in following if word.text.strip()] or [""]
    asked = all(
        word.is_small or word.is_site or word.index in line.named or word.lower in turns("asked")
        for word in line.words
    )
    if asked and (first in YEAS | OFTEN or [first, *rest] == ["y"]):
        return "present", first
    limits = turns("limiting") | turns("later") | turns("dates") | YEAS
    bare = not rest or rest[0] in CONTRASTS or not rest[0][:1].isalnum()
    behind = {word.lower for word in line.words[match.last + 1 : -1]}
    said = not (turns("verbs") | turns("haves")).isdisjoint(word.lower for word in line.words)
    told = said and "," in behind and line.words[0].lower not in turns("asking")
    told = told or not behind.isdisjoint(ENDING | {"now"})  # "swollen now: red? no"
    denied = asked and bare and not told and first in NAYS and limits.isdisjoint(rest)
    denied = denied and not (line.following and is_a_yes(line.following.following))
    return ("absent", first) if denied else ("perhaps", "?")


def _in_text(mention: Mention) -> tuple[int, int, str]:
    return mention.words.start, mention.words.end, mention.id


def _is_more(met: Met) -> bool:
    """Whether more of an amount speaks for a node: how long it hurts, not how low a pressure is."""
    bound = met.pattern.bound
    return bound is None or bound.over == (met.pattern.targets[0].state == "present")


def _is_implied(match: Match, target: Target) -> bool:
    """Whether a name only implies something: who did not twist it may still know the moment."""
    several = {other.id for other in match.pattern.targets} != {target.id}
    return several and target.state == "present" and target.id in match.pattern.implied


def _is_finding(match: Match) -> bool:
    return any(target.kind != "context" for target in match.pattern.targets)


def _is_of_a_visit(match: Match, words: Sequence[Word]) -> bool:
    """Whether a day of the week may be that of a visit or a test: ``I was told on Monday``."""
    if turns("weekdays").isdisjoint(match.pattern.sequence):
        return False
    return not turns("consulting").isdisjoint(word.lower for word in words)


def _rests_on_mending(match: Match, words: Sequence[Word]) -> bool:
    """Whether all that was found rests on mended spelling."""
    used = [words[at] for at in match.used]
    return any(word.mended for word in used) and all(
        word.mended or word.is_light or word.is_site for word in used
    )


def _of_the_bad_side(found: Sequence[Mention], text: str) -> list[Mention]:
    """Mentions without what one side lacks and the other has: ``left calf normal, right red``."""

    def side(mention: Mention) -> str:
        start, end = mention.words.start, mention.words.end
        found = SIDE.search(text[max(0, start - SIDE_LENGTH) : start])
        found = found or SIDE_BEHIND.match(text[end:])
        return found[1].casefold() if found else ""

    bad = {side(one) for one in found if one.status == "present" and one.kind == "finding"}
    good = {"l": "r", "r": "l"}
    sound = {good[one] for one in bad if one} - bad
    return [one for one in found if one.status != "absent" or side(one) not in sound]


def _settled(found: Sequence[Mention]) -> Iterator[Mention]:
    """Mentions, each once; where a text says something both ways, each is left open."""
    by_id: dict[str, list[Mention]] = defaultdict(list)
    for mention in dict.fromkeys(found):
        by_id[mention.id].append(mention)
    for mentions in by_id.values():
        told = {repr(mention.answer) for mention in mentions if mention.is_sure}
        for mention in mentions:
            if _is_said_surely(mention, mentions):
                continue
            if mention.is_sure and len(told) > 1:
                yield replace(mention, status="perhaps", because="said both ways")
            else:
                yield mention


def _is_said_surely(mention: Mention, mentions: Sequence[Mention]) -> bool:
    """Whether what is left open by some words is said for certain by the same words."""
    return mention.status == "perhaps" and any(
        other.is_sure
        and other.words.start <= mention.words.start
        and mention.words.end <= other.words.end
        for other in mentions
    )
