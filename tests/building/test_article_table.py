"""The sentences of the article and published ratios, row by row, on the shipped model."""

from collections import Counter

import pytest
from article_checks import CHECKS, HOLDS, WRONG, article_verdicts, ratio_verdicts, rows_of

import kneebayes as kb

MOST_WEAK = 22
LEAST_NEAR = 0.8
KNOWN = {
    # what the model says otherwise, and why
    "injury can trigger a cyst": "that injury lies months back: old_injury raises a cyst",
    "OA related to aging": "one child in 23, silent: cysts and torn menisci bring it at any age",
    "redness typical of most (osteomyelitis)": "the bone lies deep; the paragraph speaks of skin",
    "down but not up": "no finding says that stairs are no trouble upwards alone",
}


@pytest.fixture(scope="module")
def knee() -> kb.Model:
    knee = kb.load()
    if not any(cause.present_in for cause in knee.knowledge.causes.values()):
        pytest.skip("the folder does not say yet what is present and what is to blame")
    return knee


def test_every_row_of_the_article_has_a_check() -> None:
    rows = rows_of("article_checks.csv")
    assert len(rows) == 126
    assert {row["check"] for row in rows} == set(CHECKS)


def test_the_model_says_what_the_article_says(knee: kb.Model) -> None:
    verdicts = [(row, verdict) for row, verdict in article_verdicts(knee)]
    wrong = [
        f"{row['claims']}: {row['sentence']} ({verdict.measured})"
        for row, verdict in verdicts
        if verdict.verdict == WRONG and not any(row["sentence"].startswith(one) for one in KNOWN)
    ]
    assert not wrong
    known = {
        one
        for one in KNOWN
        for row, verdict in verdicts
        if verdict.verdict == WRONG and row["sentence"].startswith(one)
    }
    assert known == set(KNOWN)  # what is right again leaves the list
    counts = Counter(verdict.verdict for _, verdict in verdicts)
    assert counts["weak"] <= MOST_WEAK, [
        f"{row['claims']}: {row['sentence']} ({verdict.measured})"
        for row, verdict in verdicts
        if verdict.verdict != HOLDS
    ]


def test_published_ratios_are_met(knee: kb.Model) -> None:
    rows = [
        (f"{row['cause']} by {row['answer']} among {row['among'] or 'all'}: {ratio:.2f}", verdict)
        for row, ratio, verdict in ratio_verdicts(knee)
    ]
    assert not [told for told, verdict in rows if verdict == WRONG]
    far = [told for told, verdict in rows if verdict != HOLDS]
    assert len(rows) - len(far) >= LEAST_NEAR * len(rows), far
