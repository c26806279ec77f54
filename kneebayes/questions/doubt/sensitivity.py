"""Posteriors as exact functions of one number of the model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from kneebayes.binding import Axes, pd
from kneebayes.building.result import leak_in, offset_of, stated_network
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case, CaseLike
from kneebayes.errors import (
    EvidenceError,
    ImpossibleEvidenceError,
    KneebayesError,
    UnknownNameError,
)
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.evidence import impossible
from kneebayes.knowledge.base import EXPLANATION
from kneebayes.knowledge.names import example_link
from kneebayes.network import Numbers
from kneebayes.text import counted, suggest
from kneebayes.view import figures
from kneebayes.view.figures import BLACK, EXPLAINS, PALETTE, SMALL, finished, name_ends, new_axes
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, report_on

What = Literal["prior", "link", "leak", "share"]
Number = tuple[What, str, str, str]  # what it is, its node, the parent and its state
SAME = 1e-12


@dataclass(frozen=True, slots=True)
class Flip:
    """Where the most probable cause changes."""

    value: float  #: here both are equally probable
    below: str  #: id of the most probable cause just below it
    above: str  #: the same just above it
    posterior: float


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Posteriors of all causes as functions of one number."""

    what: What
    node: str
    parent: str  #: it and its state, only of a link
    state: str
    value: float  #: what the number is in the model
    causes: tuple[str, ...]
    at_zero: Numbers  #: P(cause, evidence) with the number at 0
    at_one: Numbers  #: P(cause, evidence) with the number at 1, on the scale of ``at_zero``
    evidence: tuple[float, float]  #: P(evidence) at both, on the same scale

    def posterior(self, cause: str, x: float) -> float:
        """P(cause | evidence) with the number at ``x``; where that is impossible, an error."""
        if not 0.0 <= x <= 1.0:
            message = f"The number must be between 0 and 1, got {x!r}."
            raise EvidenceError(message)
        whole = (1.0 - x) * self.evidence[0] + x * self.evidence[1]
        if whole == 0.0:
            message = f"With the number at {x:g} the evidence is impossible; ask elsewhere."
            raise ImpossibleEvidenceError(message)
        column = self.causes.index(cause)
        return float(((1.0 - x) * self.at_zero[column] + x * self.at_one[column]) / whole)

    def end(self, cause: str, x: int) -> float:
        """P(cause | evidence) with the number at 0 or 1; NaN where the evidence is impossible."""
        return self.posterior(cause, float(x)) if self.evidence[x] > 0.0 else math.nan

    def coefficients(self, cause: str) -> tuple[float, float, float, float]:
        """``a, b, c, d`` of ``(a + b x) / (c + d x)``."""
        column = self.causes.index(cause)
        a, c = float(self.at_zero[column]), self.evidence[0]
        return a, float(self.at_one[column]) - a, c, self.evidence[1] - c

    def flips(self) -> tuple[Flip, ...]:
        """Where the most probable cause changes, from 0 to 1.

        All posteriors share their denominator, so this is the upper edge of straight lines.
        """
        slopes = self.at_one - self.at_zero
        flips: list[Flip] = []
        x = 0.0
        highest = self.at_zero >= self.at_zero.max() * (1.0 - SAME)
        top = int(np.argmax(np.where(highest, slopes, -np.inf)))  # just right of 0
        while True:
            gains = slopes - slopes[top]
            gaps = self.at_zero[top] - self.at_zero
            with np.errstate(divide="ignore", invalid="ignore"):
                meets = np.where(gains > SAME * np.abs(slopes).max(), gaps / gains, np.inf)
            meets = np.where(meets > x + SAME, meets, np.inf)
            nearest = float(meets.min())
            if not nearest < 1.0:
                return tuple(flips)
            here = np.isclose(meets, nearest, rtol=SAME, atol=0.0)
            next_top = int(np.argmax(np.where(here, slopes, -np.inf)))
            x, above = nearest, self.causes[next_top]
            flips.append(Flip(x, self.causes[top], above, self.posterior(above, x)))
            top = next_top


def move_number(
    engine: Engine,
    causes: Sequence[str],
    evidence: Evidence,
    place: int,
    number: Number,
    row: Sequence[int] = (),
) -> Sensitivity:
    """Move one number of the network; every other number of the network stays as it is.

    Both P(evidence) and P(cause, evidence) are linear in the number (Castillo, Gutierrez and
    Hadi 1997; Coupe and van der Gaag 2002), so its two ends say all. ``row`` has the places of
    the distribution that it belongs to, whose others keep their proportions.
    """
    rows = np.repeat(engine.numbers, 2, axis=0)
    value = float(rows[0, place])
    rows[:, place] = 0.0, 1.0
    others = [entry for entry in row if entry != place]
    if others:  # they share what is left as before, or equally
        shares = engine.numbers[0, others]
        rows[0, others] = shares / shares.sum() if shares.sum() > 0.0 else 1.0 / len(others)
        rows[1, others] = 0.0
    propagated = engine.propagate_each([evidence], causes, rows)
    joint = np.stack([propagated.marginals[cause][:, 1] for cause in causes], axis=1)
    return _both_ends(number, value, causes, propagated.log_probability, joint)


def move_prior(
    engine: Engine, causes: Sequence[str], evidence: Evidence, cause: str, prior: float
) -> Sensitivity:
    """Vary P(cause | complaint), and keep all probabilities given the cause.

    Patients with the cause stay as they are, and so do patients without it; only the shares of
    the two change (probability kinematics, Jeffrey 1965). Other causes, which also explain the
    complaint, become rarer as this one becomes commoner. The complaint must be in the evidence.
    """
    known = evidence.likelihoods.get(cause, (1.0, 1.0))
    cases = [Evidence({**evidence.likelihoods, cause: state}) for state in ((1.0, 0.0), (0.0, 1.0))]
    propagated = engine.propagate_each(cases, causes)
    joint = np.stack([propagated.marginals[id][:, 1] for id in causes], axis=1)
    with np.errstate(divide="ignore"):
        logs = propagated.log_probability + np.log(np.array(known)) - np.log([1.0 - prior, prior])
    return _both_ends(("prior", cause, "", ""), prior, causes, logs, joint)


def _both_ends(
    number: Number, value: float, causes: Sequence[str], logs: Numbers, joint: Numbers
) -> Sensitivity:
    largest = float(logs.max())
    if largest == -np.inf:
        raise impossible()
    whole = np.exp(logs - largest)
    at_zero, at_one = joint * whole[:, None]
    ends = (float(whole[0]), float(whole[1]))
    return Sensitivity(*number, value, tuple(causes), at_zero, at_one, ends)


POINTS = 201
SHOWN = 6
NODES = ("finding", "context", "cause", "mediator")
MOVED = {
    "prior": "The share of patients with and without {node} is moved; both kinds of patient "
    "stay as they are. Other causes compete for the complaint, so they become rarer among the "
    "patients as this one becomes commoner.",
    "link": "Only this link is moved; every other number of the network stays.",
    "leak": "Only this leak is moved; every other number of the network stays.",
    "share": "Only this share is moved; every other number of the network stays.",
}


DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def draw_curves(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    value: float,
    flips: Sequence[tuple[float, float]],
    what: str,
    upto: float = 1.0,
    ax: Axes | None = None,
) -> Axes:
    """Draw posteriors by label as functions of one number, which is ``value`` in the model.

    Lead changes at the ``flips``: numbers with the posterior there. The axis ends at ``upto``.
    """
    ax = ax or new_axes(7.5, 4.4)
    for index, (label, (numbers, posteriors)) in enumerate(curves.items()):
        colour, name = PALETTE[index % len(PALETTE)], label.replace("$", r"\$")
        dashes: Any = DASHES[index % len(DASHES)]
        ax.plot(numbers, posteriors, color=colour, ls=dashes, lw=1.9, label=name)
    ax.axvline(value, color="#6e6e6e", lw=1.0)

    def say(words: str, place: tuple[float, float], away: tuple[int, int], **style: Any) -> None:
        """Write beside a place, on the side where there is room."""
        side, (x, y) = "left" if place[0] < 0.6 * upto else "right", away
        offset = (x if side == "left" else -x, y)
        beside: dict[str, Any] = {"xytext": offset, "textcoords": "offset points"}
        ax.annotate(words, place, fontsize=SMALL, ha=side, va="bottom", **beside, **style)

    say(f"in the model: {percent(value)}", (value, 1.03), (5, 2), color=figures.DARK)
    behind = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0}
    for number, posterior in flips:
        ax.plot([number], [posterior], "o", color=BLACK, ms=7, mfc="none", mew=1.6)
        say(f"lead changes at {percent(number)}", (number, posterior), (9, 7), bbox=behind)
    ax.set_xlim(0.0, upto)
    ax.set_ylim(0.0, 1.12)  # with room for what the model says
    ax.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0])
    ax.locator_params(axis="x", nbins=6)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%")
    ax.set_ylabel(EXPLAINS, fontsize=SMALL)
    name_ends(ax, {label: float(values[-1]) for label, (_, values) in curves.items()}, PALETTE)
    return finished(ax, what)


@dataclass(frozen=True, eq=False, repr=False)
class SensitivityFunction(CaseResult):
    """P(cause | evidence) as a function ``(a + b x) / (c + d x)`` of one number x.

    Made by :meth:`kneebayes.Differential.sensitivity`.
    """

    case: Case
    cause: str  #: id of the cause that is asked about
    function: Sensitivity  #: the lines of all causes

    def __call__(self, number: float, cause: str | None = None) -> float:
        """P(cause | evidence) with the number at some value, by any name of a cause.

        Raises
        ------
        EvidenceError
            If the number is not a probability.
        ImpossibleEvidenceError
            If the evidence is impossible with that number.
        """
        id = self.cause if cause is None else self.case.data.cause_named(cause)
        return self.function.posterior(id, number)

    @property
    def value(self) -> float:
        """What the number is in the model."""
        return self.function.value

    @property
    def coefficients(self) -> tuple[float, float, float, float]:
        """``a, b, c, d`` of the posterior ``(a + b x) / (c + d x)``."""
        return self.function.coefficients(self.cause)

    @property
    def flips(self) -> tuple[Flip, ...]:
        """Where the most probable cause changes as the number goes from 0 to 1."""
        return self.function.flips()

    @property
    def what(self) -> str:
        """The number in words."""
        node, what = self.case.label(self.function.node), self.function.what
        where = self.case.knowledge.where_it_holds(self.function.node, leak=what == "leak")
        complaint = self.case.knowledge.complaint.label
        return {
            "prior": f"prior of {node}: P({node} explains it | {complaint})",
            "link": f"link: P({self._parent} alone produces {node}){where}",
            "leak": f"leak: P({node} without a named cause){where}",
            "share": f"share: P({node}){where}",
        }[what]

    @property
    def table(self) -> pd.DataFrame:
        """One row a cause: id, cause, urgent, posterior (in the model), at 0, at 1, a, b, c, d."""
        causes, function = self.case.knowledge.causes, self.function
        rows = [
            (
                *(id, causes[id].label, causes[id].urgent, function.posterior(id, self.value)),
                *(function.end(id, 0), function.end(id, 1), *function.coefficients(id)),
            )
            for id in self._order()
        ]
        columns = ["id", "cause", "urgent", "posterior", "at_zero", "at_one", *"abcd"]
        return pd.DataFrame(rows, columns=columns)

    def _order(self) -> list[str]:
        """The cause asked about, then the others by their posterior in the model."""
        others = [id for id in self.function.causes if id != self.cause]
        others.sort(key=lambda id: -self.function.posterior(id, self.value))
        return [self.cause, *others]

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the cause, those that lead somewhere, and the next most probable ones."""
        leading = [id for flip in self.flips for id in (flip.below, flip.above)]
        shown = list(dict.fromkeys([self.cause, *leading, *self._order()]))[:SHOWN]
        upto = 1.0
        if self.function.what == "prior":  # what happens, happens near the prior
            upto = min(1.0, 2.0 * max([3.0 * self.value, *(flip.value for flip in self.flips)]))
        low, high = self.function.evidence
        numbers = [upto * index / (POINTS - 1) for index in range(POINTS)]
        numbers = [x for x in numbers if (1.0 - x) * low + x * high > 0.0]
        curves = {
            self.case.marked(id): (numbers, [self.function.posterior(id, x) for x in numbers])
            for id in shown
        }
        flips = [(flip.value, flip.posterior) for flip in self.flips]
        return self._titled(draw_curves(curves, self.value, flips, self.what, upto, ax))

    @property
    def report(self) -> Report:
        """What is shown."""
        rows = [
            (
                self.case.marked(id),
                percent_if_possible(self.function.end(id, 0)),
                percent(self.function.posterior(id, self.value)),
                percent_if_possible(self.function.end(id, 1)),
            )
            for index, id in enumerate(self._order())
            if index < SHOWN or self.case.knowledge.causes[id].urgent
        ]
        notes = [MOVED[self.function.what].format(node=self.case.label(self.function.node))]
        moved = f"Moved is the {self.what}, {percent(self.value)} in the model."
        header = ("cause", "number at 0", f"at {percent(self.value)}", "at 100%")
        title, lead = "what if another number held?", [moved, *self.sentences]
        return report_on(self.case, title, header, rows, notes, lead=lead)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Where the most probable cause changes, one sentence each."""
        noun, said = self.function.what, self.case.knowledge.said
        node = said(self.function.node)
        if not self.flips:
            return (f"No value of this {noun} changes the most probable cause.",)
        whose = f"{self._parent} to {node}" if self.function.parent else node
        sentences = []
        for flip in self.flips:
            below, above = said(flip.below), said(flip.above)
            winner, loser, way = above, below, "passes"
            if flip.value < self.value:
                winner, loser, way = below, above, "falls below"
            own = noun == "prior" and winner == node
            its = f"its {noun}" if own else f"the {noun} of {whose}"
            sentences.append(f"{winner} overtakes {loser} when {its} {way} {percent(flip.value)}.")
        return tuple(sentences)

    @property
    def _parent(self) -> str:
        parent, state = self.function.parent, self.function.state
        label = self.case.label(parent)
        states = {each.id: each.label for each in self.case.knowledge.states_of(parent)}
        return f"{label} ({states[state]})" if state in states else label

    def __repr__(self) -> str:
        posterior = percent(self(self.value))
        return (
            f"SensitivityFunction({self.case.label(self.cause)} {posterior} by {self.what}, "
            f"{counted(len(self.flips), 'flip')})"
        )


def percent_if_possible(value: float) -> str:
    """A posterior, or that the evidence is impossible."""
    return "impossible" if math.isnan(value) else percent(value)


@bounded
def sensitivity(
    case: CaseLike,
    cause: str | None = None,
    *,
    prior: str | None = None,
    link: Sequence[str] | None = None,
    leak: str | None = None,
) -> SensitivityFunction:
    """Posteriors as exact functions of one number, and where the top cause changes.

    Parameters
    ----------
    cause
        Whose posterior comes first, by any of its names; left out, the most probable cause.
    prior
        A cause: its P(cause | complaint) is varied; everything given the cause is kept.
    link
        Parent and child: P(the parent alone produces the child) is varied. A state of a
        context (``"older age"``) can be the parent too.
    leak
        A finding, context or mediator: P(present without a named cause) is varied, or the
        share of people with a context that has no parents.

    Raises
    ------
    UnknownNameError
        If a name is not known, or there is no such link.
    KneebayesError
        If not exactly one number is named.
    EvidenceError
        If the posterior is not a function of that number alone: a prior where the complaint
        is not present, or a context with several states.

    Examples
    --------
    >>> import kneebayes as kb
    >>> dx = kb.load().diagnose({"leg swelling": True})
    >>> told = dx.sensitivity("DVT", prior="DVT")
    >>> abs(told(told.value) - dx["DVT"]) < 1e-12
    True
    """
    case = case.case
    count = sum(number is not None for number in (prior, link, leak))
    if count != 1:
        example, finding = example_link(case.knowledge)
        message = (
            f"Name exactly one number: prior={example!r}, link={(example, finding)} or "
            f"leak={finding!r}, got {count}."
        )
        raise KneebayesError(message)
    causes = list(case.knowledge.causes)
    if prior is not None:
        function = _in_prior(case, causes, prior)
    elif link is not None:
        function = _in_link(case, causes, link)
    else:
        function = _in_leak(case, causes, str(leak))

    if cause is not None:
        return SensitivityFunction(case, case.data.cause_named(cause), function)
    first = max(causes, key=lambda id: function.posterior(id, function.value))
    return SensitivityFunction(case, first, function)


def _in_prior(case: Case, causes: list[str], name: str) -> Sensitivity:
    id = case.data.cause_named(name)
    complaint = case.knowledge.complaint
    if case.evidence.hard_state(complaint.id) != 1:
        message = (
            f"A prior is P(cause | {complaint.label}), so its sensitivity needs an answer with "
            f"'{complaint.label}' present. Move a link or a leak instead."
        )
        raise EvidenceError(message)
    return move_prior(case.engine, causes, case.evidence, id, case.elicited.priors[id].value)


def _in_link(case: Case, causes: list[str], ends: Sequence[str]) -> Sensitivity:
    given: object = ends
    if isinstance(given, str) or not isinstance(given, Sequence) or len(given) != 2:
        example = example_link(case.knowledge)
        message = f"A link is named by parent and child: link={example}, got {ends!r}."
        raise KneebayesError(message)
    parent, child = (case.names.meaning(end, NODES) for end in ends)
    parents = stated_network(case.data.network)[child.id].parents
    if parent.id not in parents:
        known = ", ".join(case.knowledge.label(known) for known in parents) or "nothing"
        message = f"Nothing leads from '{ends[0]}' to '{ends[1]}'. To it leads: {known}."
        raise UnknownNameError(message, ends[0], suggest(ends[0], parents))
    states = case.data.network[parent.id].states
    if parent.state not in states:
        message = f"'{ends[0]}' has several states; name one of them: {', '.join(states)}."
        raise EvidenceError(message)
    rarer = case.knowledge.less_often.get(child.id)
    if rarer is not None and parent.id in {*rarer.by, *rarer.by.get(EXPLANATION, ())}:
        message = f"'{ends[0]}' makes '{ends[1]}' rarer and has no single link; move another one."
        raise EvidenceError(message)
    node, offset = offset_of(case.data.network, parent.id, parent.state, child.id)
    place = case.engine.place_of(node.id) + offset
    if not node.is_noisy_or:
        message = (
            f"'{ends[0]}' multiplies the shares of all causes at once and has no single link; "
            f"move the prior of a cause instead: prior='{ends[1]}'."
        )
        raise EvidenceError(message)
    number: Number = ("link", child.id, parent.id, parent.state)
    return move_number(case.engine, causes, case.evidence, place, number)


def _in_leak(case: Case, causes: list[str], name: str) -> Sensitivity:
    id = case.names.meaning(name, NODES).id
    node = case.data.network[leak_in(case.data.network, id)]
    if id in case.knowledge.causes:
        message = f"'{name}' is a cause: move its prior, prior='{name}'."
        raise EvidenceError(message)
    if len(node.states) != 2:
        message = f"'{name}' has several states and no single share to move."
        raise EvidenceError(message)
    place = case.engine.place_of(node.id)
    if node.is_noisy_or:
        return move_number(case.engine, causes, case.evidence, place, ("leak", id, "", ""))
    row = (place, place + 1)  # P(absent), P(present)
    return move_number(case.engine, causes, case.evidence, row[1], ("share", id, "", ""), row)
