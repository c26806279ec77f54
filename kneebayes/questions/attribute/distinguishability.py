"""Which causes the findings can tell apart, and which they cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np
from scipy.special import entr

from kneebayes.arguments import checked, whole_number
from kneebayes.binding import Axes, pd, renamed
from kneebayes.building.model import ModelData, ModelLike
from kneebayes.case.bounded import bounded
from kneebayes.case.case import Case
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError, UnknownNameError
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.evidence import ABSENT, PRESENT
from kneebayes.network import Network, Numbers
from kneebayes.text import counted
from kneebayes.view.figures import AMBER, SMALL, WIDE, new_axes, scale_above
from kneebayes.view.markup import percent
from kneebayes.view.report import CaseResult, Report, records_of, report_on


def distinguish_causes(
    engine: Engine,
    evidence: Evidence,
    causes: Sequence[str],
    findings: Sequence[str],
    others: Sequence[str] = (),
) -> tuple[Numbers, Numbers]:
    """How probable each finding is if one cause alone is present, and what it tells of each pair.

    Two arrays come back: P(finding present | this cause and no other, evidence), causes x findings;
    and the bits, causes x causes x findings. These are the Jensen-Shannon divergence between the
    answers under the two causes: how much of the one bit "this cause or that one", at even odds,
    the answer tells (Lin, IEEE Trans. Inf. Theory 37(1), 1991). ``others`` are absent throughout.
    """
    nobody = dict.fromkeys([*others, *causes], ABSENT)
    cases = [
        evidence.plus(Evidence({**nobody, cause: PRESENT})).plus(_follows(engine.network, cause))
        for cause in causes
    ]
    propagated = engine.propagate_each(cases, findings)
    for cause, log in zip(causes, propagated.log_probability, strict=True):
        if log == -np.inf:
            message = (
                f"'{cause}' as the only cause cannot be true together with what is given, so "
                "it cannot be compared. Leave it out of the causes, or change what is given."
            )
            raise ImpossibleEvidenceError(message, [*evidence, cause])
    present = np.stack([propagated.marginals[id][:, 1] for id in findings], axis=1)
    present = np.clip(present, 0.0, 1.0)
    return present, _divergence(present)


def _follows(network: Network, cause: str) -> Evidence:
    """What is certain of its only parent where a cause is there: it need not be summed over."""
    node = network[cause]
    if node.leak != 0.0 or len(node.links) != 1:
        return Evidence({})
    (link,) = node.links
    possible = tuple(float(strength > 0.0) for strength in link.strength)
    return Evidence({link.parent: possible} if any(possible) else {})


def _divergence(present: Numbers) -> Numbers:
    """Jensen-Shannon divergence of two yes/no answers, in bits, for all pairs of rows."""
    row, other = present[:, None], present[None, :]
    # sorted, so that both ways round it is the same to the last digit
    low, high = np.minimum(row, other), np.maximum(row, other)
    middle = (low + high) / 2.0
    at_middle, at_low, at_high = (entr(share) + entr(1.0 - share) for share in (middle, low, high))
    bits = (at_middle - (at_low + at_high) / 2.0) / np.log(2.0)
    return np.where(low == high, 0.0, np.maximum(bits, 0.0))


def order_by_likeness(distances: Numbers) -> list[int]:
    """Order things so that similar ones are neighbours.

    Average linkage (Sokal, Michener 1958): the two nearest groups are joined until one is left,
    in the direction in which those that become neighbours are more alike (Bar-Joseph et al.,
    Bioinformatics 17, 2001). ``distances`` are symmetric, zero on the diagonal.

    Examples
    --------
    >>> order_by_likeness(np.abs(np.subtract.outer([1.0, 9.0, 2.0], [1.0, 9.0, 2.0])))
    [0, 2, 1]
    """
    groups = [[index] for index in range(len(distances))]
    while len(groups) > 1:
        apart = {
            (a, b): float(distances[np.ix_(first, second)].mean())
            for b, second in enumerate(groups)
            for a, first in enumerate(groups[:b])
        }
        a, b = min(apart, key=lambda pair: apart[pair])
        first, second = groups[a], groups.pop(b)
        ways = [
            [*start, *rest] for start in (first, first[::-1]) for rest in (second, second[::-1])
        ]
        end = len(first)
        groups[a] = min(ways, key=lambda way: distances[way[end - 1], way[end]])
    return groups[0] if groups else []


ONE_BIT = 1.0  # what it takes to decide between two causes at even odds
SHOWN = 10
MOST_COLUMNS = 20  # findings that can be named side by side in one column of print
COLOURS = "Blues"  # one hue from light to dark: can be read in grey, and by everybody
LETTERS, EVERY = 26, 5  # of a name on one line; numbers along the lower edge


def draw_distances(
    labels: Sequence[str], bits: Sequence[Sequence[float]], threshold: float, ax: Axes | None = None
) -> Axes:
    """Draw how many bits tell each pair of causes apart; pairs below a threshold are marked."""
    from matplotlib import colormaps

    ax = ax or new_axes(WIDE, 2.2 + 0.3 * len(labels))
    shown = np.array(bits, dtype=float)
    np.fill_diagonal(shown, np.nan)
    colours = colormaps[f"{COLOURS}_r"].with_extremes(bad="#9a9a9a")  # the diagonal
    image = ax.imshow(shown, cmap=colours, vmin=0.0, vmax=np.nanmax(shown), aspect="auto")
    close = np.argwhere(shown < threshold)
    rows = [f"{fill(label, LETTERS)}  {place}" for place, label in enumerate(labels, start=1)]
    ax.set_yticks(range(len(rows)), rows, fontsize=SMALL, parse_math=False, linespacing=0.9)
    numbers = [place for place in range(1, len(labels) + 1) if place == 1 or place % EVERY == 0]
    ax.set_xticks([place - 1 for place in numbers], [str(place) for place in numbers])
    ax.tick_params("x", labelsize=SMALL)
    ax.tick_params("y", length=0)
    scale_above(ax, image, "bits that tell them apart, summed\nover findings one by one")
    below = "the same causes by number"
    if len(close):
        ax.plot(close[:, 1], close[:, 0], "o", color=AMBER, markeredgecolor="black", ms=5)
        below += f";\ndots: less than {threshold:g} bit, hardly told apart"
    ax.set_xlabel(below, fontsize=SMALL)
    return ax


def draw_profiles(
    causes: Sequence[str],
    findings: Sequence[str],
    shares: Sequence[Sequence[float]],
    title: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw P(finding | only this cause), causes x findings; what is often is dark."""
    ax = ax or new_axes(WIDE, 3.6 + 0.25 * len(causes))
    image = ax.imshow(shares, cmap=COLOURS, vmin=0.0, vmax=1.0, aspect="auto")
    ax.set_xticks([index + 0.5 for index in range(len(findings))], minor=True)
    ax.set_yticks([index + 0.5 for index in range(len(causes))], minor=True)
    ax.grid(which="minor", color="white", lw=0.6)
    ax.set_xticks(range(len(findings)), findings, fontsize=SMALL, parse_math=False)
    ax.tick_params("x", labelrotation=90)
    names = [fill(cause, LETTERS) for cause in causes]
    ax.set_yticks(range(len(causes)), names, fontsize=SMALL, parse_math=False, linespacing=0.9)
    ax.tick_params(which="both", length=0)
    scale_above(ax, image, title)
    return ax


@dataclass(frozen=True, repr=False)
class Distinguishability(CaseResult):
    """How many bits the findings give to distinguish any two causes.

    Each cause is taken as the only one present. The bits of a finding are the Jensen-Shannon
    divergence between its answers under the two causes: how much of the one bit "this or
    that", at even odds, its answer tells. A total is the sum over findings, each by itself: a
    yardstick, not what all findings tell together, which is never more than one bit.
    """

    case: Case  #: what was taken as known under all causes
    causes: tuple[str, ...]  #: ids, in the order of the axes of the arrays
    findings: tuple[str, ...]  #: likewise
    present: Numbers  #: P(finding present | this cause and no other, evidence): causes x findings
    #: Jensen-Shannon divergence of the two causes' answers: causes x causes x findings
    bits: Numbers

    @property
    def table(self) -> pd.DataFrame:
        """One row a pair of causes, the hardest to tell apart first.

        Columns: ``id``, ``cause``, ``other_id``, ``other``, ``bits`` (sum over all findings),
        ``without_tests`` and ``tests`` (its two parts: history and examination, and tests),
        ``best_id``, ``best`` (the finding with most bits), ``best_bits`` and ``apart``
        (whether the sum reaches the one bit that it takes).
        """
        ids, label, (total, without, tests) = self.causes, self.case.label, self._totals
        a, b = np.triu_indices(len(ids), 1)
        best = self.bits.argmax(axis=2)[a, b]
        columns = {
            "id": [ids[place] for place in a],
            "cause": [label(ids[place]) for place in a],
            "other_id": [ids[place] for place in b],
            "other": [label(ids[place]) for place in b],
            "bits": total[a, b],
            "without_tests": without[a, b],
            "tests": tests[a, b],
            "best_id": [self.findings[place] for place in best],
            "best": [label(self.findings[place]) for place in best],
            "best_bits": self.bits[a, b, best],
            "apart": total[a, b] >= ONE_BIT,
        }
        return pd.DataFrame(columns).sort_values("bits", kind="stable", ignore_index=True)

    @property
    def inseparable(self) -> pd.DataFrame:
        """The pairs that cannot be distinguished: the bits of all findings sum to less than one.

        Findings that are independent given the cause cannot tell more together than the sum
        of what each tells, so even all of them leave such a pair undecided.
        """
        table = self.table
        return table[~table["apart"]]

    @property
    def matrix(self) -> pd.DataFrame:
        """Total bits as causes x causes, by id, like next to like."""
        total = self._totals[0]
        order = order_by_likeness(total)
        ids = [self.causes[index] for index in order]
        return pd.DataFrame(total[np.ix_(order, order)], index=ids, columns=ids)

    @property
    def profiles(self) -> pd.DataFrame:
        """P(finding present | only this cause) as findings x causes, by id.

        Similar causes are neighbours; findings are ordered by the cause in which they stand out.
        """
        order = order_by_likeness(self._totals[0])
        present = self.present[order].T
        stands_out = present - present.mean(axis=1, keepdims=True)
        rows = np.lexsort((-stands_out.max(axis=1), stands_out.argmax(axis=1)))
        findings, causes = [self.findings[row] for row in rows], [self.causes[row] for row in order]
        return pd.DataFrame(present[rows], index=findings, columns=causes)

    @checked
    def between(self, cause: str, other: str) -> pd.DataFrame:
        """The findings that distinguish two causes, the best first.

        Columns: ``id``, ``finding``, ``kind``, ``present_if_cause`` and ``present_if_other``
        (P(finding | only this cause)) and ``bits``.

        Raises
        ------
        UnknownNameError
            If one is not a cause, or was not compared.
        """
        a, b = self._place(cause), self._place(other)
        columns = {
            "id": self.findings,
            "finding": [self.case.label(id) for id in self.findings],
            "kind": [self.case.knowledge.findings[id].kind for id in self.findings],
            "present_if_cause": self.present[a],
            "present_if_other": self.present[b],
            "bits": self.bits[a, b],
        }
        rows = pd.DataFrame(columns)
        return rows.sort_values("bits", ascending=False, kind="stable", ignore_index=True)

    @property
    def report(self) -> Report:
        """What is shown: the pairs that are hardest to tell apart."""
        marked, table = self.case.marked, self.table
        below = int((~table["apart"]).sum())
        share = percent(below / len(table))
        rows = [
            (
                f"{marked(row['id'])} / {marked(row['other_id'])}",
                *(f"{row[name]:.2f}" for name in ("bits", "without_tests", "tests")),
                f"{row['best']} ({row['best_bits']:.2f})",
                "" if row["apart"] else "no",
            )
            for row in records_of(table.head(max(SHOWN, below)))
        ]
        notes = [
            (
                f"{below} of {counted(len(table), 'pair')} ({share}) cannot be told apart: the "
                f"bits of all findings sum to less than {ONE_BIT:g}."
            ),
            (
                "Bits: Jensen-Shannon divergence of the answers if only the one or only the other "
                "is present, summed over findings one by one; not what they tell together."
            ),
        ]
        header = ("hardest pairs", "bits", "without tests", "tests", "best finding", "told apart")
        return report_on(
            self.case, "which causes can be told apart", header, rows, notes, of_a_patient=False
        )

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw total bits as a map of causes x causes, like next to like."""
        matrix = self.matrix
        labels = [self.case.marked(str(id)) for id in matrix.index]
        return draw_distances(labels, matrix.to_numpy().tolist(), ONE_BIT, ax)

    def draw_profiles(self, ax: Axes | None = None, n: int = MOST_COLUMNS) -> Axes:
        """Draw how often each cause alone shows each finding, as a map.

        Parameters
        ----------
        n
            How many findings: those that tell the causes apart most, over all pairs. So many
            can be read in one column of print; all are in :attr:`profiles`.
        """
        shares = self.profiles
        whole_number("n", n, 1)
        bits = self.bits.sum(axis=(0, 1))  # by finding
        best = {self.findings[index] for index in np.argsort(-bits, kind="stable")[:n]}
        shown = shares.loc[[str(id) for id in shares.index if id in best]].T
        causes = [self.case.marked(str(id)) for id in shown.index]
        findings = [self.case.label(str(id)) for id in shown.columns]
        title = (
            "P(finding | only this cause)\n"
            f"{len(best)} of {counted(len(shares), 'finding')}, which tell causes apart most"
        )
        return draw_profiles(causes, findings, shown.to_numpy().tolist(), title, ax)

    @property
    def _totals(self) -> tuple[Numbers, Numbers, Numbers]:
        """Bits by pair: all, without tests, tests."""
        kinds = [self.case.knowledge.findings[id].kind for id in self.findings]
        is_test = np.array(kinds) == "test"
        without, tests = (self.bits[:, :, some].sum(axis=2) for some in (~is_test, is_test))
        return self.bits.sum(axis=2), without, tests

    def _place(self, name: str) -> int:
        id = self.case.data.cause_named(name)
        if id not in self.causes:
            compared = ", ".join(map(self.case.label, self.causes))
            message = f"'{name}' was not compared. Compared were: {compared}."
            raise UnknownNameError(message, name)
        return self.causes.index(id)

    def __repr__(self) -> str:
        causes = counted(len(self.causes), "cause")
        findings = counted(len(self.findings), "finding")
        below = counted(len(self.inseparable), "pair")
        return f"Distinguishability({causes}, {findings}, {below} cannot be told apart)"


@renamed(given="answers")
@bounded
def distinguish(
    model: ModelLike,
    answers: Mapping[str, object] | None = None,
    causes: Sequence[str] | None = None,
) -> Distinguishability:
    """How well findings can distinguish causes, in bits.

    Parameters
    ----------
    answers
        What is known already, by name: contexts and findings. The complaint is present unless
        an answer says otherwise. A finding given here does not count any more.
    causes
        Causes or groups to compare, by any of their names; left out, all. Each is taken as the
        only explanation; what need not hurt may be there in silence beside it.

    Raises
    ------
    EvidenceError
        If a cause is given, or fewer than two are to be compared.
    ImpossibleEvidenceError
        If a cause alone cannot be true together with what is given.

    Examples
    --------
    >>> import kneebayes as kb
    >>> told = kb.load().distinguish(causes=["liposarcoma", "synovial sarcoma", "gout"])
    >>> told.table[["cause", "other", "apart"]].head(1)
             cause             other  apart
    0  liposarcoma  synovial sarcoma  False
    >>> bool(told.between("gout", "liposarcoma")["bits"].iloc[0] > 0.5)
    True
    """
    case = Case.of(model, answers)
    knowledge = case.knowledge
    ruled = [answer.label for answer in case.answers if knowledge.cause_of(answer.id)]
    if ruled:
        message = (
            f"Causes cannot be given here, since each is taken as the only one in turn. Got "
            f"{', '.join(ruled)}. Say which to compare with causes=[...]."
        )
        raise EvidenceError(message)
    compared = _compared(case.data, causes)
    known = {case.data.complaint, *case.evidence}
    findings = [id for id in knowledge.findings if id not in known]
    others = list(knowledge.causes)
    arrays = distinguish_causes(case.engine, case.evidence, compared, findings, others)
    return Distinguishability(case, tuple(compared), tuple(findings), *arrays)


def _compared(data: ModelData, names: Sequence[str] | None) -> list[str]:
    """Ids of the causes to compare, each once."""
    if names is None:
        return list(data.knowledge.causes)
    if isinstance(names, str):
        message = f"'causes' must be a list of names, got {names!r} alone."
        raise EvidenceError(message)
    ids: list[str] = []
    for name in names:
        meaning = data.names.meaning(name, ("cause", "group"), "model.causes")
        ids += data.knowledge.causes_in(meaning.id)
    ids = list(dict.fromkeys(ids))
    if len(ids) < 2:
        message = f"At least two causes are needed to be told apart, got {len(ids)}."
        raise EvidenceError(message)
    return ids
