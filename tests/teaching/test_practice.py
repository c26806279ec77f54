"""Many cases: scripted learners are told apart, and their faults named."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import kneebayes as kb
from kneebayes.teaching import (
    Practice,
    PracticeCase,
    StatedBelief,
    ask_at_random,
    ask_the_best,
    neglect_base_rates,
    weigh_statements,
)
from kneebayes.text import counted
from kneebayes.view.markup import percent


@pytest.fixture(scope="module")
def practice(knee: kb.Model) -> Practice:
    learners = (ask_the_best, ask_at_random, neglect_base_rates)
    done = [
        knee.practice(partial(one, n=2), 5, seed=3, name=one.__name__.replace("_", " "))
        for one in learners
    ]
    return done[0] + done[1] + done[2]


def test_all_learners_meet_the_same_patients(practice: Practice) -> None:
    table = practice.table
    assert len(table) == len(practice) == 15
    seeds = table.groupby("learner")["seed"].apply(list)
    assert seeds.iloc[0] == seeds.iloc[1] == seeds.iloc[2]


def test_the_best_questions_tell_more_than_any_at_random(practice: Practice) -> None:
    bits = practice.table.groupby("learner")["bits"].mean()
    assert bits["ask at random"] < 0.3 * bits["ask the best"]
    assert (practice.table["best_bits"] <= practice.table["uncertainty_opening"] + 1e-9).all()


def test_the_best_questions_bring_nearer_to_the_truth_over_many_patients(knee: kb.Model) -> None:
    """Patient by patient, for patients differ more than learners do."""
    best, random = (
        knee.practice(partial(one, n=2), 60, seed=3).table["log_score_exact"]
        for one in (ask_the_best, ask_at_random)
    )
    gained = random - best
    assert gained.mean() > 2.0 * gained.std(ddof=1) / len(gained) ** 0.5


def test_weights_name_the_fault_of_the_third(practice: Practice) -> None:
    best, random, neglect = practice.weights.values()
    assert best is not None
    assert random is not None
    assert neglect is not None
    for right in (best, random):
        assert (right.prior, right.evidence) == pytest.approx((1.0, 1.0), abs=1e-9)
        assert right.faults == ()
    assert neglect.faults == ("base-rate neglect",)
    assert abs(neglect.prior) < 0.05
    assert neglect.evidence == pytest.approx(1.0, abs=0.05)
    assert "neglect base rates: base-rate neglect." in practice.text
    divergences = practice.table.groupby("learner")["divergence"].mean()
    assert divergences["neglect base rates"] > 0.5
    assert divergences["ask the best"] == pytest.approx(0.0, abs=1e-9)


def test_intervals_hold_the_mean(practice: Practice) -> None:
    rows = practice.scores.set_index(["learner", "score"])
    mine = practice.table[practice.table["learner"] == "ask at random"]["brier"]
    row = rows.loc[("ask at random", "brier")]
    assert row["mean"] == pytest.approx(mine.mean())
    assert row["error"] == pytest.approx(mine.std(ddof=1) / 5**0.5)
    assert (rows["low"] <= rows["mean"]).all()
    assert (rows["mean"] <= rows["high"]).all()


def test_calibration_counts_every_statement(knee: kb.Model, practice: Practice) -> None:
    told = practice.calibration
    assert told["count"].sum() == 15 * len(knee.causes)
    assert ((told["low"] <= told["true"]) & (told["true"] <= told["high"])).all()


def test_the_figure_and_its_words_count_what_came_true(practice: Practice) -> None:
    edges = (0.0, 0.05, 0.2, 0.5, 0.8, 1.0)
    expected = []
    for learner in ("ask the best", "ask at random", "neglect base rates"):
        pairs = [
            (p, feedback.explains[id])
            for feedback, who in zip(practice.feedbacks, practice.learners, strict=True)
            if who == learner
            for id, p in feedback.case.stated.items()
        ]
        for low, high in pairwise(edges):
            inside = [true for p, true in pairs if low <= p < high or p == high == 1.0]
            if inside:
                name = f"{learner}: {100 * low:.0f} to {100 * high:.0f}%"
                expected.append((name, f"{sum(inside)} of {len(inside)}"))
    axes = practice.draw()
    names = [text.get_text().replace("\n", " ") for text in axes.get_yticklabels()]
    shown = list(zip(names, [text.get_text() for text in axes.texts], strict=False))
    assert sorted(shown) == sorted(expected)
    assert names[0].startswith("neglect base rates")  # it strays farthest
    for name, count in expected:
        learner, ends = name.split(": ")
        hits, of, statements = count.split()
        causes = counted(int(statements), "cause")
        assert f"{learner} said {ends} {of} {causes}: {hits} true" in practice.alt_text


def test_asking_everything_and_always_sending_now_is_seen(knee: kb.Model) -> None:
    """Exact probabilities alone do not hide it."""

    def careful(case: PracticeCase, rng: np.random.Generator) -> object:
        tests = [id for id, one in knee.knowledge.methods.items() if one.cost > 0.0]
        shown = {one.method for one in knee.knowledge.findings.values()}
        for id in (id for id in tests if id in shown):
            case = case.examine(id)
        return case.close(case.exact, "now")

    done = knee.practice(careful, 6, seed=3)
    table, header = done.table, done.text.split("\n\n")[2].splitlines()
    assert table["divergence"].max() < 1e-9
    assert table["advice_too_high"].sum() > 0
    assert (table["cost_in_vain"] >= 8.0).all()
    assert [*header[0].split("  ")][-3:] == ["advised too high", "asked in vain", "cost in vain"]
    ends = header[1].split()[-3:]
    sums = (table[name].sum() for name in ("advice_too_high", "in_vain", "cost_in_vain"))
    assert ends == [f"{total:g}" for total in sums]


def test_a_large_class_is_drawn_as_one(knee: kb.Model) -> None:
    closed = knee.practice_case("any", seed=1).ask("fever").close({"gout": 0.1})
    parts = [Practice.of(f"learner {at}", [closed]) for at in range(7)]
    axes = sum(parts[1:], parts[0]).draw()
    assert all(text.get_text().startswith("7 learners") for text in axes.get_yticklabels())


def test_cases_that_were_chosen_are_said_to_be(knee: kb.Model, practice: Practice) -> None:
    def shy(case: PracticeCase, rng: np.random.Generator) -> object:
        return case.close({"gout": 0.1})

    some = knee.practice(shy, 2, difficulty="any", kind="second cause", name="<b>Eve</b>")
    assert "Cases were chosen" in some.text
    assert "Cases were chosen" not in practice.text
    assert "too little to be weighed" in some.text
    assert "<b>" not in some.html
    assert "&lt;b&gt;Eve&lt;/b&gt;" in some.html


def test_what_holds_of_several_is_told_once(knee: kb.Model) -> None:
    closed = knee.practice_case("any", "urgent", seed=4).close({"gout": 0.1}, advice="routine")
    asked = knee.practice_case("any", "urgent", seed=4)
    free = [id for id in asked.open if asked.price_of(id) == 0.0]
    told = asked.ask(*free).close({"gout": 0.1}, advice="now")
    text = (Practice.of("Ann", [closed]) + Practice.of("Ben", [told])).text
    assert "Ann, Ben: stated or asked too little to be weighed." in text
    assert closed.missed
    assert told.missed == ()
    (line,) = (line for line in text.splitlines() if line.startswith("Missed most"))
    start = "Missed most often in 2 cases, though asking costs nothing: "
    assert line.startswith(start)
    named = line.removeprefix(start).removesuffix(".").split("; ")
    assert len(named) == min(3, len({reason.text for reason in closed.missed}))
    assert {one.removesuffix(" (1)") for one in named} <= {one.text for one in closed.missed}
    assert "Missed most" not in Practice.of("Ben", [told]).text


@pytest.mark.parametrize("cases", [0, -1, 1.5, True])
def test_a_number_of_cases_that_makes_no_sense(knee: kb.Model, cases: object) -> None:
    with pytest.raises(kb.KneebayesError, match="'n' must be a whole number from 1"):
        knee.practice(ask_at_random, cases)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("prior", "evidence", "faults"),
    [
        (1.0, 1.0, ()),
        (0.3, 1.0, ("base-rate neglect",)),
        (1.0, 0.5, ("conservatism",)),
        (0.5, 1.6, ("base-rate neglect", "over-reading of the evidence")),
        (1.4, 1.0, ("too much weight on the base rate",)),
        (0.97, 1.03, ()),
    ],
)
def test_weights_are_found_again(prior: float, evidence: float, faults: tuple[str, ...]) -> None:
    rng = np.random.default_rng(2)
    said = []
    for case in range(120):
        own = rng.normal(0.0, 0.3)
        for _ in range(4):
            p, e = rng.normal(-2.0, 1.0), rng.normal(0.0, 1.5)
            stated = 0.1 + prior * p + evidence * e + own + rng.normal(0.0, 0.3)
            said.append(StatedBelief(case, "gout", p, e, stated))
    told = weigh_statements(said)
    assert told is not None
    assert told.faults == faults
    for name, right in (("prior", prior), ("evidence", evidence), ("intercept", 0.1)):
        error = getattr(told, f"{name}_error")
        assert abs(getattr(told, name) - right) < 4.0 * error
        low, high = told.interval(name)
        assert low < getattr(told, name) < high


@pytest.mark.parametrize("cases", [3, 5, 8])
def test_few_cases_seldom_make_a_fault_of_noise(cases: int) -> None:
    """Of 400 learners who state what follows, but not sharply, some two in twenty are named."""
    rng = np.random.default_rng(cases)
    named = 0
    for _ in range(400):
        said = []
        for case in range(cases):
            own = rng.normal(0.0, 0.5)
            for prior, evidence in rng.normal((-2.5, 0.0), (1.2, 1.5), (3, 2)).tolist():
                stated = prior + evidence + own + rng.normal(0.0, 0.5)
                said.append(StatedBelief(case, "gout", prior, evidence, stated))
        told = weigh_statements(said)
        named += told is not None and bool(told.faults)
    assert 0 < named < 80  # by the normal distribution 80 to 160


def test_errors_of_weights_against_the_formula_written_out() -> None:
    rng = np.random.default_rng(3)
    said = [StatedBelief(at % 5, "a", *rng.normal(size=3)) for at in range(20)]
    told = weigh_statements(said)
    assert told is not None
    x = np.array([[1.0, one.prior, one.evidence] for one in said])
    y = np.array([one.stated for one in said])
    beta, *_ = np.linalg.lstsq(x, y, rcond=None)
    bread, meat = np.linalg.inv(x.T @ x), np.zeros((3, 3))
    for case in range(5):
        score = sum(x[at] * (y[at] - x[at] @ beta) for at in range(20) if at % 5 == case)
        meat += np.outer(score, score)
    errors = np.sqrt(np.diag(bread @ meat @ bread) * 5 / 4 * 19 / 17)
    assert (told.intercept, told.prior, told.evidence) == pytest.approx(tuple(beta))
    found = (told.intercept_error, told.prior_error, told.evidence_error)
    assert found == pytest.approx(tuple(errors))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_statements_leave_the_weights_open(count: int) -> None:
    assert (
        weigh_statements([StatedBelief(at, "a", 1.0 + at, 0.0, 1.0) for at in range(count)]) is None
    )


def test_priors_that_do_not_vary_leave_the_weights_open() -> None:
    said = [StatedBelief(at, "a", -1.0, float(at), 0.0) for at in range(9)]
    assert weigh_statements(said) is None


def test_who_gives_no_advice_is_not_taken_for_right(knee: kb.Model) -> None:
    """And what was not named stands in brackets; who asks nothing leaves nothing to weigh."""
    cases = [knee.practice_case(seed=seed) for seed in (1, 2, 3, 4)]
    silent = [case.close({"liposarcoma": 0.001}) for case in cases]
    told = Practice.of("Cara", silent).text
    lines = [line.split() for line in told.splitlines() if line.startswith("Cara ")]
    (true,) = [id for id, yes in silent[0].explains.items() if yes]
    assert f"({percent(silent[0].stated[true])})" in lines[0]
    header = next(line for line in told.splitlines() if "no advice" in line)
    names = [name for name in header.split("  ") if name]
    at = [name.strip() for name in names].index("no advice") + 2  # the interval has three words
    assert lines[4][at : at + 3] == ["4", "0", "0"]
    assert "Cara: stated or asked too little to be weighed." in told


def test_one_case_has_no_interval(practice: Practice) -> None:
    alone = Practice.of("anna", practice.feedbacks[:1])
    assert "nan" not in alone.text


def test_a_page_of_a_class_says_what_each_case_was_and_what_was_said(
    knee: kb.Model, tmp_path: Path
) -> None:
    for name, seed in (("M\u00fcller", 1), ("Ben", 2)):
        case = knee.practice_case("any", seed=seed).ask("fever").close({"gout": 0.1}, "soon").case
        case.save(tmp_path / f"{name}-patient-{seed}.json")
    practice = Practice.load(knee, tmp_path)
    page = practice.to_html(tmp_path / "class.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert '<meta charset="utf-8">' in page
    assert "M\u00fcller" in page
    assert page.count("Practice: 2 cases") == 2  # the title, and one heading
    assert page.count("<h1>") == page.count("<main>") == 1
    assert page.count("<table>") == page.count('tabindex="0"') == page.count("</table></div>") > 1
    for feedback, who in zip(practice.feedbacks, practice.learners, strict=True):
        (true,) = [id for id, yes in feedback.explains.items() if yes]
        line = next(line for line in practice.text.splitlines() if line.startswith(who))
        assert f" {feedback.case.seed} " in line
        for word in (
            knee.knowledge.label(true),
            percent(feedback.stated[true]),
            percent(feedback.exact[true]),
            feedback.due.level,
        ):
            assert word in line


def test_many_cases_are_not_listed_one_by_one(knee: kb.Model) -> None:
    closed = knee.practice_case("any", seed=1).ask("fever").close({"gout": 0.1})
    assert Practice.of("Anna", [closed]).text.startswith("Practice: 1 case\n")
    assert "it was" in Practice.of("Anna", [closed] * 60).text
    assert "it was" not in Practice.of("Anna", [closed] * 61).text


def test_what_a_class_said_of_one_patient_stands_in_one_line(knee: kb.Model) -> None:
    """From the lowest to the highest, and the middle; a patient whom one alone met has none."""
    said = {"Ann": (0.2, "now"), "Ben": (0.5, "soon"), "Cem": (0.3, "now"), "Dan": (0.9, None)}
    case = knee.practice_case(seed=42)
    (true,) = (id for id in knee.knowledge.causes if case.truth[id] == "present")
    done = Practice((), ())
    for who, (share, advice) in said.items():
        done += Practice.of(who, [case.close({true: share}, advice)])
    done += Practice.of("Ann", [knee.practice_case(seed=7).close({true: 0.1})])
    exact, due = percent(case.exact[true]), done.feedbacks[0].due.level
    cells = ["42", knee.knowledge.label(true), "4", "20% to 90%", "40%", exact]
    cells += ["now 2, soon 1, nothing 1", f"{due} 4"]
    lines = [line for line in done.text.splitlines() if line.lstrip().startswith(("42 ", "7 "))]
    assert [re.split("  +", line.strip()) for line in lines] == [cells]
    assert "First by patient" in done.text
    assert "First by patient" not in Practice.of("Ann", done.feedbacks).text


def test_cases_of_a_folder_come_by_number_and_say_how_many_hints_were_taken(
    knee: kb.Model, tmp_path: Path
) -> None:
    for number in (10, 9, 2):
        case = knee.practice_case(seed=number)
        case = case.take_hint().take_hint() if number == 9 else case
        case.close({"gout": 0.1}).case.save(tmp_path / f"ann-patient-{number}.json")
    done = Practice.load(knee, tmp_path)
    assert list(done.table["seed"]) == [2, 9, 10]
    assert list(done.table["hints"]) == [0, 2, 0]
    header, *lines = (line for line in done.text.splitlines() if "  " in line)
    at = re.split("  +", header).index("hints")
    assert [re.split("  +", line)[at] for line in lines[:3]] == ["0", "2", "0"]


def test_an_interval_of_scores_does_not_go_below_0(knee: kb.Model) -> None:
    cases = [knee.practice_case(seed=seed) for seed in (1, 2)]
    (true,) = (id for id in knee.knowledge.causes if cases[0].truth[id] == "present")
    scores = Practice.of("Ann", [case.close({true: 0.99}) for case in cases]).scores
    assert (scores["mean"] - 12.7 * scores["error"] < 0.0).any()
    assert (scores["low"] >= 0.0).all()
