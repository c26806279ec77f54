"""The rows of an explanation's table, as plain records."""

from __future__ import annotations

import math

from kneebayes.questions.explain.grounds import Grounds
from kneebayes.questions.explain.weighing import Explained, Stand, Weight
from kneebayes.questions.explain.words import Words

__all__ = ["explanation_rows"]

Row = dict[str, object]
WEIGHTS = ("single", "ledger", "shapley", "shapley_error", "leave_one_out")


def explanation_rows(words: Words) -> list[Row]:
    """One row for the prior, one for each answer, one with sums for the posterior."""
    explained = words.explained
    first = _row(explained, "prior", (math.nan,) * 5, explained.start)
    rows = [first | _grounds(explained.prior_grounds)]
    rows += [_answer(words, weight) for weight in explained.weights]
    sums = (explained.apart, explained.total, explained.total, math.nan, math.nan)
    last = _row(explained, "posterior", sums, explained.end)
    rows.append(last | {"overlap": explained.overlap} | explained.shares)
    return [{"order": order, **row} for order, row in enumerate(rows)]


def _answer(words: Words, weight: Weight) -> Row:
    explained, id = words.explained, weight.answer.id
    numbers = weight.single, weight.ledger, weight.shapley, weight.error, weight.leave_one_out
    row = _row(explained, "answer", numbers, weight.after)
    row |= {"id": id, "part": words.part(weight)}
    pair = next((one for one in explained.overlaps if id in (one.first, one.second)), None)
    if pair is not None:
        other = pair.second if pair.first == id else pair.first
        row |= {"overlaps_with": other, "overlap": pair.overlap}
    away = next((one for one in explained.away if one.answer == id), None)
    if away is not None:
        row |= {"rival": away.rival, "without_rival": away.without_rival}
    return row | _grounds(weight.grounds)


def _row(explained: Explained, kind: str, numbers: tuple[float, ...], stand: Stand) -> Row:
    row: Row = {"kind": kind, "id": "", "part": kind, **dict(zip(WEIGHTS, numbers, strict=True))}
    row |= {"log_odds": stand.log_odds, "odds": _odds(stand.log_odds)}
    row["probability"] = stand.probability
    if explained.against is not None:
        row["probability_against"] = stand.other
    return row | {
        "overlaps_with": "",
        "overlap": math.nan,
        "rival": "",
        "without_rival": math.nan,
        "article": 0.0,
        "literature": 0.0,
        "assumption": 0.0,
        "origin": "",
        "because": "",
    }


def _grounds(grounds: Grounds) -> Row:
    because = "; ".join(grounds.because)
    return {**grounds.shares, "origin": grounds.origin, "because": because}


def _odds(log_odds: float) -> float:
    """Odds from decibans of them; infinite only where they are."""
    if math.isinf(log_odds):
        return math.inf if log_odds > 0.0 else 0.0
    return float(10.0 ** (log_odds / 10.0))
