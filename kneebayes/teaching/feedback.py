"""The feedback on a closed case, in words, tables and pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kneebayes.binding import Axes, pd
from kneebayes.case.urgency import LEVELS
from kneebayes.errors import TooWideError
from kneebayes.teaching.judgement import Judgement
from kneebayes.teaching.practice_text import Page, Paged, in_short
from kneebayes.text import marked
from kneebayes.view.figures import (
    BLUE,
    GREY,
    ORANGE,
    broken,
    finished,
    legend_above,
    lines_of,
    write,
)
from kneebayes.view.markup import percent
from kneebayes.view.report import Grid, Paragraph, made_by, urgency_lines

SHOWN = 10
BELIEFS = ("cause", "truth", "opening", "exact", "stated")
COLUMNS = [
    *("step", "id", "asked", "answer", "bits", "gained"),
    *("best_free_id", "best_free", "best_free_bits"),
    *("best_test_id", "best_test", "best_test_bits", "best_test_cost", "cost", "burden", "in_vain"),
]
STEPS = ("step", "asked", "answer", "bits", "cost", "best free question then", "best test then")
NOTES = (
    "Brackets: not named; these share what you left of 100%, as their priors do.",
    "Scores add up over all causes; the lower the better.",
    "bits: expected information gain, added up over the causes.",
    "An examination tells several results at once, and can beat the best single question.",
    "The plan: as many questions and examinations for no more cost, each time the most telling.",
)


@dataclass(frozen=True, repr=False, eq=False)
class Feedback(Judgement, Paged):
    """What a learner did on one case, against the truth and the exact posterior.

    Made by :meth:`kneebayes.teaching.PracticeCase.close`. Everything is computed when it is
    asked for, by the same model that drew the patient.

    Raises
    ------
    EvidenceError
        If the case is open.
    """

    @property
    def table(self) -> pd.DataFrame:
        """One row a question, in order.

        Columns: ``step``, ``id`` (several joined by ``|``), ``asked`` (label), ``answer``,
        ``bits`` (expected information gain; of an examination that of its results together, the
        nine most telling at most), ``gained`` (Kullback-Leibler divergence of the
        belief before from that after, bits), ``best_free_id``, ``best_free`` and
        ``best_free_bits`` (the best question then that cost nothing), ``best_test_id``,
        ``best_test``, ``best_test_bits`` and ``best_test_cost`` (the best test then), ``cost``,
        ``burden`` and ``in_vain`` (whether it could hardly change anything).
        """
        return pd.DataFrame(self.question_rows, columns=COLUMNS)

    @property
    def differential(self) -> pd.DataFrame:
        """One row a cause, the most probable first.

        Columns: ``id``, ``cause``, ``urgent``, ``explains`` and ``silent`` (the truth: whether
        it explains the complaint, or is there without), ``opening`` (exact, before the first
        question), ``exact`` (given all that was found out), ``stated`` and ``named`` (whether
        the learner named it).
        """
        return pd.DataFrame(self.belief_rows)

    def _origin(self) -> Mapping[str, Any]:
        """Which model the case is of."""
        return made_by(self.case.data)

    def _content(self) -> dict[str, Any]:
        """Beliefs and scores beside the questions."""
        return {**super()._content(), "beliefs": self.belief_rows, "summary": self.summary}

    @property
    def _page(self) -> Page:
        """What was there and how urgent it was first."""
        meta, rows = self.case.data.knowledge.meta, self.belief_rows
        marks = ("explains", "silent", "named", "urgent")
        shown = [*rows[:SHOWN], *(row for row in rows[SHOWN:] if any(row[mark] for mark in marks))]
        there = "; ".join(in_short(*pair) for pair in self.not_asked.items())
        blocks = (
            Paragraph((_there(self), _advised(self))),
            Paragraph(tuple(_urgency(self))),
            Paragraph(
                (
                    *self.praises,
                    *filter(None, [self.overstated]),
                    *self.reasons,
                    *filter(None, [self.unnamed]),
                    *self.biases,
                    *filter(None, [self.early, self.waste]),
                )
            ),
            Paragraph(tuple(_hardness(self))),
            Grid("", BELIEFS, tuple(_belief_cells(self, row) for row in shown)),
            Grid("", STEPS, tuple(map(_step_cells, self.question_rows))),
            Paragraph(tuple(_scores(self))),
            Paragraph((f"Present, and not asked about: {there}.",) if there else ()),
            Paragraph(NOTES),
        )
        return f"{meta.title}: the case closed", blocks, meta.disclaimer

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw exact and stated probabilities of each cause; the one that explains it is marked."""
        beliefs = enumerate(self.belief_rows)
        rows = [r for at, r in beliefs if at < SHOWN or r["explains"] or r["named"]]
        ax = lines_of(
            [marked(row["cause"], row["urgent"]) + " (true)" * row["explains"] for row in rows], ax
        )
        for index, row in enumerate(rows):
            if row["explains"]:
                ax.axhspan(index - 0.5, index + 0.5, color="#F0E442", alpha=0.35, lw=0)
            ends = [row["exact"], row["stated"]]
            ax.plot(ends, [index, index], color=GREY, lw=1.5, zorder=1)
        places = range(len(rows))
        opening = [row["opening"] for row in rows]
        ax.plot(opening, places, "|", color="black", ms=12, mew=1.5, label="opening (exact)")
        exact = [row["exact"] for row in rows]
        ax.plot(exact, places, "o", color=BLUE, ms=7.5, label="exact")
        for named, face, label in (
            (True, ORANGE, "stated"),
            (False, "white", "not named: a share of the rest"),
        ):
            mine = [index for index, row in enumerate(rows) if bool(row["named"]) == named]
            if mine:
                shown = [rows[index]["stated"] for index in mine]
                ax.plot(shown, mine, "D", color=ORANGE, mfc=face, mew=1.5, ms=6.5, label=label)
        ax.set_xlim(-0.02, 1.02)
        ax.xaxis.set_major_formatter("{x:.0%}")
        legend_above(ax, 0.4, ncols=4)
        return finished(ax, "P(it explains the complaint); shaded: the truth")

    def draw_steps(self, ax: Axes | None = None) -> Axes:
        """Draw what each question was expected to tell, against the best ones then."""
        rows = self.question_rows
        ax = lines_of([f"{row['step']}. {row['asked']}" for row in rows], ax)
        places = range(len(rows))
        names = ("bits", "best_free_bits", "best_test_bits")
        bits, free, test = ([row[name] for row in rows] for name in names)
        ax.barh(places, bits, color=BLUE, height=0.55, label="asked")
        ax.plot(free, places, "D", color=ORANGE, ms=7)
        ax.plot(test, places, "s", mfc="none", mec=GREY, ms=6, label="best test then")
        most = max([*bits, *free, *test], default=0.0) or 1.0
        if not rows:
            ax.text(0.5, 0.5, "nothing was asked", ha="center", transform=ax.transAxes)
        write(ax, 1.15 * most, -0.9, "\u25c6 best free question then:", color=ORANGE)
        for index, row in enumerate(rows):
            words = "this one" if bits[index] == free[index] else str(row["best_free"])
            write(ax, 1.15 * most, index, broken(words, 24, 2), color=ORANGE)
        ax.set_ylim(max(len(rows), 1) - 0.4, -1.2)
        ax.set_xlim(0.0, 2.2 * most)
        ax.set_xticks([tick for tick in ax.get_xticks() if tick <= 1.05 * most])
        legend_above(ax, 0.0, loc="lower left")
        return finished(ax, "expected information gain (bits)")

    def __repr__(self) -> str:
        scores, asked = self.scores, sum(1 for step in self.case.steps if step.asked)
        return (
            f"Feedback({asked} asked, log score {scores['log_score']:.2f} bits, exact "
            f"{scores['log_score_exact']:.2f})"
        )


def _belief_cells(feedback: Feedback, row: Mapping[str, Any]) -> tuple[str, ...]:
    """A cause as cells: the truth, and three beliefs; brackets where it was not named."""
    opening, exact = (percent(row[name]) for name in ("opening", "exact"))
    truth = "explains it" if row["explains"] else "silent" if row["silent"] else ""
    stated = feedback.stated_text(row["id"])
    return marked(row["cause"], row["urgent"]), truth, opening, exact, stated


def _step_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """A question as cells, with the best free question and the best test then."""
    cells = (str(row["step"]), str(row["asked"]), str(row["answer"]))
    numbers = (f"{row['bits']:.3f}", f"{row['cost']:g}")
    return (*cells, *numbers, _best(row, "free"), _best(row, "test"))


def _best(row: Mapping[str, Any], kind: str) -> str:
    if not row[f"best_{kind}"]:
        return "-"
    price = f", cost {row['best_test_cost']:g}" if kind == "test" else ""
    return f"{row[f'best_{kind}']} ({row[f'best_{kind}_bits']:.3f}{price})"


def _there(feedback: Feedback) -> str:
    causes = feedback.case.data.knowledge.causes
    named, silent = (
        [marked(causes[id].label, causes[id].urgent) for id in ids]
        for ids in (feedback.true_causes, feedback.silent)
    )
    also = f" Also there, but silent: {', '.join(silent)}." if silent else ""
    return f"It was: {', '.join(named) or 'no cause that the model knows'}.{also}"


def _advised(feedback: Feedback) -> str:
    advice, due = feedback.advice, feedback.due.level
    advised = f"You advised '{advice}'" if advice else "You did not say how urgent it is"
    if advice == due:
        found = feedback.case.urgency.level
        luck = "" if found == due else f", though those that you found call only for '{found}'"
        return f"{advised}, and so do the signs{luck}."
    how = f": {feedback.advice_wrong}," if feedback.advice_wrong else ";"
    sentence = f"{advised}{how} the signs call for '{due}'"
    if not advice or feedback.advice_too_low:
        return f"{sentence}."
    urgent = percent(feedback.case.any_urgent)
    return f"{sentence}, and P(an urgent cause explains it) is {urgent}."


def _urgency(feedback: Feedback) -> Iterator[str]:
    """What the signs call for; a sign that the learner did not find is marked."""
    advice, *lines = urgency_lines(feedback.due)
    yield f"By the signs that you found, or that were free to ask about: {advice}"
    for reason, line in zip(feedback.due.reasons, lines, strict=True):
        aside = ", ".join(feedback.put_aside_by(reason))
        missed = " (missed: not found out)" if reason in feedback.missed else ""
        yield line + missed + f" (free to ask, and puts this aside: {aside})" * bool(aside)
    if LEVELS.index(feedback.hindsight.level) > LEVELS.index(feedback.due.level):
        level = feedback.hindsight.level
        called = (why for why in feedback.hindsight.reasons if why.level == level)
        there = dict.fromkeys(sign for why in called for sign in why.signs)
        yield (
            f"In hindsight, by what was truly there ({', '.join(there)}), it was '{level}'; nobody "
            "could have known that for nothing."
        )


def _hardness(feedback: Feedback) -> Iterator[str]:
    try:
        hard = feedback.hardness
    except TooWideError:
        yield "How hard the patient is cannot be computed: full work-up is too wide a query."
        return
    yield (
        f"How hard this patient is: {hard.opening:.2f} bits of uncertainty with the background "
        f"alone, {hard.left:.2f} after every question and test; more unusual than "
        f"{percent(hard.atypicality)} of those with the same causes."
    )
    if hard.herrings:
        yield f"Red herrings: {', '.join(map(feedback.case.data.knowledge.label, hard.herrings))}."


def _scores(feedback: Feedback) -> Iterator[str]:
    scores = feedback.scores
    yield (
        f"Log score {scores['log_score']:.2f} bits (the exact posterior: "
        f"{scores['log_score_exact']:.2f}), Brier score {scores['brier']:.3f} "
        f"({scores['brier_exact']:.3f})."
    )
    yield (
        f"From the exact posterior to what you stated: {scores['divergence']:.2f} bits "
        "(Kullback-Leibler divergence)."
    )
    if feedback.question_rows:
        bits = feedback.uncertainty
        yield (
            f"At the opening the uncertainty was {bits['opening']:.2f} bits. After your questions "
            f"it was {bits['closed']:.2f}; after the plan's it would have been "
            f"{'' if bits['plan'] < bits['closed'] else 'no less: '}{bits['plan']:.2f}."
        )
    yield f"Cost {feedback.case.cost:g}, burden {feedback.case.burden}."
