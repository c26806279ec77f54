"""How sure the ranking is, when every word may mean anything inside its interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kneebayes.arguments import whole_number
from kneebayes.binding import Axes, pd
from kneebayes.building.quantities import amounts_at
from kneebayes.building.restating import Restating
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.errors import KneebayesError, TooWideError, needing
from kneebayes.inference import Evidence
from kneebayes.inference.limits import clock_running, seconds_left
from kneebayes.knowledge.statements import Interval
from kneebayes.network import Numbers
from kneebayes.text import counted, marked
from kneebayes.view import figures
from kneebayes.view.markup import percent
from kneebayes.view.report import (
    CaseResult,
    Report,
    fields_of,
    known_of,
    made_by_line,
    ranked_frame,
    report_on,
)

if TYPE_CHECKING:
    import xarray as xr

LOW, HIGH = 0.05, 0.95
TOP = 3
CHUNK = 2000  # draws worked on together, so that memory stays small
WORK = 4e9  # multiplications of all draws worked on together: two seconds of one core
FEWEST = 10  # draws that are worth showing where the time was over
SPARE, FEWEST_SPARE = 0.02, 5  # drawn beyond what is asked for, so that a seed keeps its draws
RETRIES = 20
MOST_DRAWS = 1_000_000

SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class CauseSpread:
    """How far one cause moves over the draws."""

    id: str
    posterior: float  #: P(cause | evidence) with every quantity at its value
    low: float  #: 5 % quantile of the posterior over the draws
    median: float  #: 50 % quantile of the posterior
    high: float  #: 95 % quantile of the posterior
    p_first: float  #: share of the draws in which it ranks first
    p_top_three: float  #: share of the draws in which it ranks among the first three
    rank_low: int  #: 5 % quantile of its place
    rank_high: int  #: 95 % quantile of its place


def _spread_of(
    case: Case, draws: int, seed: int, width: float, progress: Callable[[int], object]
) -> Robustness:
    """Draw every stated quantity from its interval, and ask each network that follows.

    One draw of a word serves all statements that use it in the same direction.
    """
    engine, evidence, elicited = case.engine, case.evidence, case.elicited
    quantities = case.data.quantities
    restating = Restating(
        engine, case.knowledge, quantities, elicited.lexicon, evidence, case.data.solved
    )
    rng = np.random.default_rng(seed)
    ids = tuple(case.knowledge.causes)
    now = engine.propagate(evidence, ids)
    base = np.array([now.present(id) for id in ids])
    most = int(np.clip(WORK / now.costs[0], FEWEST, CHUNK))
    batches: list[Numbers] = []
    done = redrawn = 0
    clock = clock_running()
    while done < draws:
        wanted = draws - done
        count = min(most, wanted + FEWEST_SPARE + int(SPARE * wanted))
        deviations = width * rng.standard_normal((count, len(quantities.words)))
        amounts = amounts_at(quantities, deviations[:wanted])
        try:
            draws_of = _ask(restating, amounts, evidence, ids)
        except TooWideError:
            if done < FEWEST or seconds_left() > 0.0:
                raise
            break
        batches.append(draws_of)
        done += len(draws_of)
        redrawn += len(amounts) - len(draws_of)
        if redrawn > RETRIES * max(draws, 100):
            message = (
                f"With spread {width:g} the evidence is possible in only {done:,} of "
                f"{counted(redrawn + done, 'draw')}. Give a smaller spread."
            )
            raise KneebayesError(message)
        progress(len(draws_of))
        if clock is not None:
            clock.note = f"{done} of {counted(draws, 'draw')}"
            if clock.left <= 0.0 and done >= FEWEST:
                break
    posteriors = np.concatenate(batches)
    causes = _summed_up(ids, base, posteriors)
    missing = draws - done
    return Robustness(case, elicited.priors, causes, ids, posteriors, seed, width, redrawn, missing)


def _ask(
    restating: Restating, amounts: Numbers, evidence: Evidence, ids: tuple[str, ...]
) -> Numbers:
    """Posteriors in those networks in which the evidence is possible."""
    propagated = restating.engine.propagate_each([evidence], ids, restating.restate(amounts))
    possible = propagated.log_probability > -np.inf
    return np.stack([propagated.marginals[id][possible, 1] for id in ids], axis=1)


def ranks_of(posteriors: Numbers) -> NDArray[np.int64]:
    """Place of each cause in each row, from 1; equal to ten digits is a tie."""
    digits = np.round(np.log(np.maximum(posteriors, SMALLEST)), 10)
    order = np.argsort(-digits, axis=1, kind="stable")  # ties in the order given
    return 1 + np.argsort(order, axis=1)


def _summed_up(ids: tuple[str, ...], base: Numbers, posteriors: Numbers) -> tuple[CauseSpread, ...]:
    ranks = ranks_of(posteriors)
    shares = np.quantile(posteriors, [LOW, 0.5, HIGH], axis=0)
    firsts = [(ranks == 1).mean(axis=0), (ranks <= TOP).mean(axis=0)]
    numbers = np.stack([base, *shares, *firsts], axis=1).tolist()
    places = np.quantile(ranks, [LOW, HIGH], axis=0, method="inverted_cdf").astype(int).T.tolist()
    order = np.argsort(ranks_of(base[None])[0])
    return tuple(CauseSpread(ids[place], *numbers[place], *places[place]) for place in order)


Rows = Sequence[Mapping[str, Any]]
SHOWN = 10
LONG = 5000  # draws from which on a bar shows how far they have come
HEADER = ("", "cause", "prior", "posterior", "5 to 95 % of the draws", "first", "top 3", "rank")
NOW, FIRST = 1.24, 1.48  # of the width of the axes: where two columns of numbers end
SLOPE_NAME = 30  # letters of a line


def draw_intervals(rows: Rows, ax: Axes | None = None) -> Axes:
    """Draw posteriors with their intervals on the scale of log-odds, and how often each leads."""
    drawn = list(rows)[::-1]
    ax = ax or figures.new_axes(8.0, 0.36 * len(drawn) + 1.3)
    for index, row in enumerate(drawn):
        names = ("posterior", "low", "high")
        posterior, low, high = (figures.log_odds(row[name]) for name in names)
        colour = figures.ORANGE if row["urgent"] else figures.BLUE
        ax.plot([low, high], [index, index], color=colour, lw=5.0, alpha=0.4, solid_capstyle="butt")
        ax.plot(posterior, index, "D" if row["urgent"] else "o", color=colour, ms=6.5)
        across = ax.get_yaxis_transform()
        for place, share in ((NOW, row["posterior"]), (FIRST, row["p_first"])):
            figures.write(ax, place, index, percent(share), transform=across, ha="right")
    for place, name in ((NOW, "now"), (FIRST, "first")):
        figures.write(ax, place, 1.0, name, transform=ax.transAxes, va="bottom", ha="right")
    figures.name_lines(ax, [marked(row["cause"], row["urgent"]) for row in drawn])
    figures.odds_axis(ax, [row[name] for row in drawn for name in ("low", "high")])
    scale = f"{figures.EXPLAINS} and 5 to 95 % of the draws, on the scale of log-odds"
    return figures.below(ax, f"{scale}\nfirst: in how many draws it comes first")


def draw_slopes(rows: Rows, ax: Axes | None = None) -> Axes:
    """Draw each cause as a line from its prior to its posterior, with both intervals."""
    ax = ax or figures.new_axes(7.5, max(0.36 * len(rows) + 2.2, 3.6))
    ends: dict[str, float] = {}
    for index, row in enumerate(rows):
        shift = 0.06 * (index / max(1, len(rows) - 1) - 0.5)  # intervals do not hide each other
        colour = figures.ORANGE if row["urgent"] else figures.BLUE
        way = [figures.log_odds(row[name]) for name in ("prior", "posterior")]
        for x, names in ((0.0, ("prior_low", "prior_high")), (1.0, ("low", "high"))):
            span = [figures.log_odds(row[name]) for name in names]
            ax.plot([x + shift] * 2, span, color=colour, lw=3.5, alpha=0.3, zorder=1)
        ends[f"{marked(row['cause'], row['urgent'])} {percent(row['posterior'])}"] = way[1]
        ax.plot([shift, 1.0 + shift], way, "o-", color=colour, lw=1.4, ms=4, zorder=2)
    ax.set_xlim(-0.12, 1.06)
    low, high = ax.get_ylim()
    ticks = [tick for tick in figures.ODDS_TICKS[1:] if low <= figures.log_odds(tick) <= high]
    ax.set_yticks([*map(figures.log_odds, ticks)], [*map(percent, ticks)])
    colours = [figures.ORANGE if row["urgent"] else figures.BLUE for row in rows]
    figures.name_ends(ax, ends, colours, SLOPE_NAME)
    ax.set_xticks([0.0, 1.0], ["prior\n(complaint only)", "posterior\n(all answers)"])
    scale = "on the scale\nof log-odds; shaded: 5 to 95 % of the draws"
    ax.set_ylabel(f"P(it explains the complaint), {scale}", fontsize=figures.SMALL)
    return figures.below(ax, "")


@dataclass(frozen=True, eq=False, repr=False)
class Robustness(CaseResult):
    """Posterior intervals and ranks over many readings of the words.

    Made by :meth:`kneebayes.Differential.robustness`.
    """

    case: Case
    priors: Mapping[str, Interval]  #: P(cause | complaint) as stated, with its interval, by cause
    #: how far each cause moves, most probable first, as the model ranks them
    causes: tuple[CauseSpread, ...]
    ids: tuple[str, ...]
    posteriors: Numbers  #: P(cause | evidence): draws x causes in the order of ``ids``
    seed: int
    width: float  #: multiplies how far the draws reach
    #: how many further draws were thrown away, since the evidence was impossible in them
    redrawn: int = 0
    #: how many of the draws that were asked for are missing, because the time was over
    missing: int = 0

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        causes = self.case.knowledge.causes
        return [
            {
                "id": cause.id,
                "cause": causes[cause.id].label,
                "group": causes[cause.id].group,
                "urgent": causes[cause.id].urgent,
                "prior": self.priors[cause.id].value,
                "prior_low": self.priors[cause.id].low,
                "prior_high": self.priors[cause.id].high,
                **fields_of(cause),
            }
            for cause in self.causes
        ]

    @property
    def table(self) -> pd.DataFrame:
        """One row a cause, in the order of the ranking; the index is the rank.

        ``low``, ``median``, ``high``: quantiles of the posterior over the draws (5, 50 and
        95 %); ``p_first``, ``p_top_three``: shares of the draws in which the cause ranks
        first, among the first three; ``rank_low``, ``rank_high``: quantiles of its rank.
        """
        return ranked_frame(self._rows)

    @property
    def draws(self) -> pd.DataFrame:
        """P(cause | evidence) in every draw: one row a draw, one column a cause (its id)."""
        return pd.DataFrame(self.posteriors, columns=list(self.ids))

    def to_xarray(self) -> xr.Dataset:
        """The draws as an xarray dataset, in the form that ArviZ reads (one chain).

        Returns
        -------
        xarray.Dataset
            ``posterior``: P(cause explains the complaint | evidence), chain x draw x cause;
            ``middle``: the same with the middle of every interval, by cause; ``label`` and
            ``urgent`` by cause. Its attributes say what was asked, and of which model.

        Raises
        ------
        KneebayesError
            If xarray is not installed.

        Examples
        --------
        >>> import kneebayes as kb
        >>> drawn = kb.load().diagnose({"lump behind the knee": True}).robustness(50).to_xarray()
        >>> dict(drawn["posterior"].sizes)["draw"]
        50
        """
        with needing("to_xarray needs xarray. Install it: pip install kneebayes[draws]"):
            import xarray as xr
        ids, causes = list(self.ids), self.case.knowledge.causes
        return xr.Dataset(
            {
                "posterior": (("chain", "draw", "cause"), self.posteriors[None]),
                "middle": ("cause", [self.case.posteriors[id] for id in ids]),
            },
            coords={
                "chain": [0],
                "draw": range(len(self.posteriors)),
                "cause": ids,
                "label": ("cause", [causes[id].label for id in ids]),
                "urgent": ("cause", [causes[id].urgent for id in ids]),
            },
            attrs={
                "seed": self.seed,
                "spread": self.width,
                "known": known_of(self.case.answers),
                "made_by": made_by_line(self.case.data),
            },
        )

    def _content(self) -> dict[str, Any]:
        asked = {"draws": len(self.posteriors), "seed": self.seed, "spread": self.width}
        return {**asked, "causes": self._rows}

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the first causes, and all urgent ones, as bars with intervals."""
        rows = [row for index, row in enumerate(self._rows) if index < SHOWN or row["urgent"]]
        return self._titled(draw_intervals(rows, ax))

    def draw_slopes(self, ax: Axes | None = None) -> Axes:
        """Draw the first causes from prior to posterior, with both intervals."""
        return self._titled(draw_slopes(self._rows[:SHOWN], ax))

    @property
    def report(self) -> Report:
        """What is shown."""
        rows = [
            (
                str(rank),
                self.case.marked(cause.id),
                *(percent(self.priors[cause.id].value), percent(cause.posterior)),
                f"{percent(cause.low)} to {percent(cause.high)}",
                *(percent(cause.p_first), percent(cause.p_top_three)),
                " to ".join(dict.fromkeys((str(cause.rank_low), str(cause.rank_high)))),
            )
            for rank, cause in enumerate(self.causes, start=1)
            if rank <= SHOWN or self.case.knowledge.causes[cause.id].urgent
        ]
        notes, lead = ["All urgent causes are listed.", self._how], [self.summary]
        return report_on(self.case, "how sure is the ranking?", HEADER, rows, notes, lead=lead)

    @property
    def summary(self) -> str:
        """What ranks first, in a sentence."""
        leader = self.causes[0]
        rivals = sorted(self.causes[1:], key=lambda cause: -cause.p_first)
        sentence = (
            f"{self.case.knowledge.said(leader.id)} ranks first in {percent(leader.p_first)} of "
            f"{counted(len(self.posteriors), 'draw')}"
        )
        if rivals and rivals[0].p_first > 0.0:
            rival = self.case.knowledge.said(rivals[0].id)
            sentence += f", {rival} in {percent(rivals[0].p_first)}"
        return sentence + "."

    @property
    def _how(self) -> str:
        words = "Each draw reads every word and range anew inside its interval"
        if self.width != 1.0:
            words += f", stretched by {self.width:g}"
        words += f"; one reading a word serves all its statements (seed {self.seed})."
        if self.redrawn:
            replaced = counted(self.redrawn, "draw was", many="draws were")
            words += f" {replaced} replaced: the evidence is impossible there."
        if self.missing:
            missing = counted(self.missing, "more draw was", many="more draws were")
            words += f" Partial: {missing} asked for, but the time was over."
        return words

    def __repr__(self) -> str:
        leader, draws = self.causes[0], counted(len(self.posteriors), "draw")
        return (
            f"Robustness({draws}: {self.case.label(leader.id)} {percent(leader.low)} to "
            f"{percent(leader.high)}, first in {percent(leader.p_first)})"
        )


@bounded
def robustness(
    case: CaseLike,
    draws: int = 1000,
    seed: int = 0,
    spread: float = 1.0,
    progress: bool | None = None,
) -> Robustness:
    """How sure the ranking is, if every word may mean anything inside its interval.

    Each draw chooses a number for every word and every range, those of the priors too, builds
    the network that follows (in which the priors that were drawn hold), and diagnoses the patient
    with it. Within a draw a word means the same in all statements that use it in the same
    direction.

    Parameters
    ----------
    draws
        How many networks to ask.
    seed
        Seed of the random numbers; the same seed gives the same networks for every patient.
    spread
        Multiplies how far the draws reach: 0 leaves every word at its value, 1 takes the
        intervals as the central 90 %.
    progress
        Whether to show a bar; left out, one is shown for more than 5000 draws.

    Raises
    ------
    KneebayesError
        If an argument is out of range, or the answers are impossible in nearly all draws.

    Examples
    --------
    >>> import kneebayes as kb
    >>> dx = kb.load().diagnose({"lump behind the knee": True})
    >>> told = dx.robustness(draws=200).table.iloc[0]
    >>> told["cause"], bool(told["low"] < told["posterior"] < told["high"])
    ("Baker's cyst", True)
    """
    case = case.case
    whole_number("draws", draws, 1, MOST_DRAWS)
    whole_number("seed", seed)
    if not 0.0 <= spread <= 5.0:
        message = (
            f"'spread' must be from 0 (every word at its value) to 5, got {spread:g}; "
            "1 is the interval that the lexicon gives."
        )
        raise KneebayesError(message)
    if not (draws > LONG if progress is None else progress):
        return _spread_of(case, draws, seed, spread, lambda _: None)
    from tqdm.auto import tqdm

    with tqdm(total=draws, desc="Reading the words anew") as bar:
        return _spread_of(case, draws, seed, spread, bar.update)
