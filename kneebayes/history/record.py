"""A history read: what was understood, where it stands, and what was not understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from itertools import pairwise
from numbers import Real
from typing import Literal

from kneebayes.arguments import checked
from kneebayes.binding import pd
from kneebayes.case.answers import by_name
from kneebayes.errors import EvidenceError
from kneebayes.text import counted, shown
from kneebayes.view.markup import tag
from kneebayes.view.report import Report, fields_of, report_html, report_text

Status = Literal["present", "absent", "perhaps", "past", "other"]

SHOWN = {  # of each status the words and the colour
    "present": ("present", "#cdeac0"),
    "absent": ("absent", "#f3c6c6"),
    "perhaps": ("perhaps", "#fdeeb5"),
    "past": ("long ago", "#dedede"),
    "other": ("somebody else's", "#d9d6f2"),
}
HEADER = ("what", "is", "words", "because of", "answer")
USED_BY = "model.diagnose(history), or --diagnose on the command line, uses the answers."
COLUMNS = ("id", "label", "kind", "status", "answer", "words", "because", "start", "end", "used")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the text: its words, and where they stand."""

    text: str
    start: int
    end: int

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Mention:
    """Something of the model that the text names."""

    id: str  #: of the node
    label: str
    kind: str  #: ``finding``, ``context`` or ``cause``
    #: ``present``, ``absent``, ``perhaps``, ``past`` (long ago) or ``other`` (somebody else's)
    status: Status
    answer: object  #: what it would be as an answer: True, False, a state or a number
    words: Passage  #: the words that name it
    because: str = ""  #: the words that make it so, such as ``no``; empty where nothing does

    @property
    def is_sure(self) -> bool:
        """Whether it is of the patient, now, said for certain, and no name of a cause."""
        return self.status in {"present", "absent"} and self.kind != "cause"

    @property
    def state(self) -> str:
        """What is said of it, in words."""
        if self.is_sure and not isinstance(self.answer, bool):
            return str(self.answer).replace("_", " ")
        return SHOWN[self.status][0]


@dataclass(frozen=True, repr=False)
class History:
    """What was understood of a text; nothing of it is used before ``diagnose`` is given it.

    Examples
    --------
    >>> import kneebayes as kb
    >>> history = kb.load().read("No fever, but my knee is swollen. It may have locked.")
    >>> history.answers
    {'fever': False, 'swollen_knee': True}
    >>> [mention.label for mention in history.to_look_at]
    ['locking']
    """

    story: str  #: what was read
    mentions: tuple[Mention, ...]  #: what was understood, in the order of the text
    not_understood: tuple[Passage, ...] = ()  #: what was not
    #: answers that were put right by hand, by name
    changes: Mapping[str, object] = field(default_factory=dict)
    disclaimer: str = ""  #: what this is not

    @cached_property
    def answers(self) -> dict[str, object]:
        """What is said for certain of the patient as they are now, ready for ``diagnose``.

        What is left open, long ago, somebody else's, said both ways or only the name of a cause
        is not among it.
        """
        found = {mention.id: mention.answer for mention in self.mentions if mention.is_sure}
        found.update(self.changes)
        return {name: answer for name, answer in found.items() if answer is not None}

    @property
    def to_look_at(self) -> tuple[Mention, ...]:
        """What is left open: somebody has to say, with :meth:`corrected`."""
        return tuple(
            mention
            for mention in self.mentions
            if mention.status == "perhaps"
            and mention.kind != "cause"
            and mention.id not in {*self.answers, *self.changes}
        )

    @property
    def signs_to_look_at(self) -> tuple[str, ...]:
        """The same as rules of urgency name it: ids, with the state where there are several."""
        return tuple(
            f"{one.id}.{one.answer}"
            if one.kind == "context" and isinstance(one.answer, str)
            else one.id
            for one in self.to_look_at
        )

    @checked
    def corrected(self, answers: Mapping[str, object]) -> History:
        """The same history with answers (by id, as ``diagnose`` takes them) put right by hand.

        None takes one back.

        Raises
        ------
        EvidenceError
            If an answer is of a kind that ``diagnose`` never takes.
        """
        changes = by_name(answers)
        for name, answer in changes.items():
            if not isinstance(answer, str | Real | Mapping | None):
                message = f"'{name}' cannot be {shown(answer, 80)}. Say True, False or None."
                raise EvidenceError(message)
        return replace(self, changes={**self.changes, **changes})

    @property
    def table(self) -> pd.DataFrame:
        """One row for each thing understood.

        Columns: ``id``, ``label``, ``kind``, ``status``, ``answer``, ``words``, ``because``,
        ``start`` and ``end`` (characters of the text), and ``used``: whether it is the answer.
        """
        rows = [
            fields_of(one)
            | fields_of(one.words)
            | {"words": one.words.text, "used": self._is_used(one)}
            for one in self.mentions
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    @property
    def remark(self) -> str:
        """What a result made with the history says of it."""
        used, passages = len(self.answers), len(self.not_understood)
        left_out = sum(not self._is_used(mention) for mention in self._once())
        by_hand = f", {len(self.changes)} of them put right by hand" if self.changes else ""
        return (
            f"Read from a history: {counted(used, 'answer', 'd')} used{by_hand}, "
            f"{left_out} left out, {counted(passages, 'passage', 'd')} not understood."
        )

    @property
    def report(self) -> Report:
        """What is shown: everything understood, what to look at, what was not understood."""
        look = [f"{one.label} ({one.words.text!r})" for one in self.to_look_at]
        notes = [f"To look at, left out until somebody says: {'; '.join(look)}."] if look else []
        if self.changes:
            changed = "; ".join(f"{name}: {answer}" for name, answer in self.changes.items())
            notes.append(f"Put right by hand: {changed}.")
        if self.not_understood:
            passages = "; ".join(repr(passage.text) for passage in self.not_understood)
            notes.append(f"Not understood: {passages}.")
        count = counted(len(self.answers), "answer", "d")
        return Report(
            title=f"A history read: {count}, {len(look)} to look at; {USED_BY}",
            known="",
            header=HEADER,
            rows=tuple(self._row(mention) for mention in self._once()),
            notes=tuple(notes),
            disclaimer=self.disclaimer,
            width=100,
        )

    @property
    def text(self) -> str:
        """The history for a terminal."""
        return report_text(self.report)

    @property
    def html(self) -> str:
        """The history for a notebook: the text with its marks, and what they mean."""
        legend = " ".join(
            tag("mark", escape(words), style=f"background:{colour}")
            for status, (words, colour) in SHOWN.items()
            if any(mention.status == status for mention in self.mentions)
        )
        story = tag("p", *self._marked(), style="white-space:pre-wrap")
        return tag("div", story, tag("p", tag("small", legend)), report_html(self.report))

    def _repr_html_(self) -> str:
        return self.html

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        count = counted(len(self.answers), "answer", "d")
        return f"History({count}, {len(self.to_look_at)} to look at)"

    def _is_used(self, mention: Mention) -> bool:
        if not mention.is_sure or mention.id not in self.answers:
            return False
        return bool(self.answers[mention.id] == mention.answer)

    def _once(self) -> Iterator[Mention]:
        """The mentions, each thing only once for each status."""
        first = {(one.id, one.status): one for one in reversed(self.mentions)}
        return (one for one in self.mentions if first[one.id, one.status] is one)

    def _row(self, mention: Mention) -> tuple[str, ...]:
        no = "no: a cause" if mention.kind == "cause" else "no"
        answer = "yes" if self._is_used(mention) else no
        return mention.label, mention.state, mention.words.text, mention.because, answer

    @property
    def pieces(self) -> tuple[tuple[str, str, str], ...]:
        """The text cut where marks begin and end: words, their status, and what they say.

        Where marks overlap, the shortest gives the status. Both are empty between marks.
        """
        edges = {0, len(self.story)}
        for mention in self.mentions:
            edges |= {mention.words.start, mention.words.end}
        return tuple(self._piece(start, end) for start, end in pairwise(sorted(edges)))

    def _piece(self, start: int, end: int) -> tuple[str, str, str]:
        over = [one for one in self.mentions if one.words.start <= start < one.words.end]
        if not over:
            return self.story[start:end], "", ""
        shortest = min(over, key=lambda one: one.words.end - one.words.start)
        titles = dict.fromkeys(f"{one.label}: {one.state}" for one in over)
        return self.story[start:end], shortest.status, "; ".join(titles)

    def _marked(self) -> Iterator[str]:
        """The text as HTML, with every mention marked."""
        for words, status, title in self.pieces:
            piece = escape(words)
            if status:
                piece = tag("mark", piece, title=title, style=f"background:{SHOWN[status][1]}")
            yield piece
