"""What cohorts tell, against the same counted by hand; their pictures read back."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from drawn import assert_plain, assert_rows_fill, bars, marked, near, rows_of, strokes
from matplotlib.axes import Axes

import kneebayes as kb
from kneebayes.cohort import SimulatedCohort
from kneebayes.cohort.reading import SHOWN, ColumnMap, TableProblems, TableReport, column_map
from kneebayes.cohort.simulation import Recording
from kneebayes.errors import EvidenceError, KneebayesError, Problem, UnknownNameError
from kneebayes.view.figures import BLUE, ORANGE
from kneebayes.view.markup import percent

NONE = dict.fromkeys(("rusty_bolt", "loose_wire", "moon_magnet"), False)


def test_a_cohort_is_drawn_by_what_is_most_probable_the_most_frequent_on_top(
    pump: kb.Model, axes: Axes
) -> None:
    rows: list[dict[str, Any]] = [{"scorched smell": True}, {}, {}, {"squealing": True}]
    rows += [{"scorched smell": True}] * 2
    cohort = pump.diagnose_cohort(pd.DataFrame(rows, dtype=object))
    assert cohort.draw(axes) is axes
    tops = cohort.top.value_counts()
    counts = tops[tops > 0]
    labels = {cause.label: cause.urgent for cause in pump.knowledge.causes.values()}
    assert counts["wet winding"] == 3
    names = [f"{name} (urgent)" if labels[name] else name for name in counts.index]
    assert rows_of(axes) == names
    for at, (name, (start, end, height, colour)) in enumerate(
        zip(counts.index, bars(axes), strict=True)
    ):
        assert (start, end, height) == pytest.approx((0.0, counts[name], at))
        assert colour == (ORANGE if labels[name] else BLUE).lower()
        assert axes.texts[at].get_text() == f" {counts[name]}"
        assert axes.texts[at].get_position() == (counts[name], at)
    assert axes.get_xlim() == pytest.approx((0.0, 1.12 * 3))
    assert list(axes.get_xticks()) == []
    assert_rows_fill(axes, len(counts), down=True)
    assert_plain(axes, open_sides=("top", "right", "bottom"))


def test_nobody_is_drawn_on_axes_all_the_same(pump: kb.Model) -> None:
    ax = pump.diagnose_cohort(pd.DataFrame({"squealing": []}, dtype=object)).draw()
    assert ax.get_xlim() == pytest.approx((0.0, 1.12))
    assert rows_of(ax) == []


def test_text_and_page_tell_the_first_ten_patients(robot: kb.Model) -> None:
    frame = pd.DataFrame([NONE, {"sparks": True}, *[{"squeak": True}] * 10], dtype=object)
    cohort = robot.diagnose_cohort(frame)
    lines = cohort.text.splitlines()
    assert lines[0] == "Headache of a robot: 12 patients"
    assert lines[2] == "now 1; soon 0; routine 11; 1 impossible"
    assert lines[3] == f"  - now: {robot.knowledge.meta.advice.now}"
    header, *rows, empty, more = lines[6:19]
    assert header.split()[:3] == ["patient", "urgency", "most"]
    assert re.match(r" *0  routine +impossible: the answers cannot be true together", rows[0])
    best = cohort.posteriors.iloc[1].max()
    assert re.match(rf" *1  now +{cohort.top[1]} +{100 * best:.0f}%  #+$", rows[1])
    assert re.match(" *9  routine ", rows[9])
    assert (empty, more) == ("", "\u2026 and 2 more in .table")
    assert lines[-1] == robot.knowledge.meta.disclaimer
    page = cohort._repr_html_()
    assert page.count("<tr>") == 11
    assert "\u2026 and 2 more" in page
    for rows, said in ((10, False), (11, True)):
        some = robot.diagnose_cohort(frame.iloc[:rows])
        assert ("more in .table" in some.text) == said
        assert ("\u2026 and 1 more in .table" in some._repr_html_()) == said


def test_a_group_is_there_where_a_member_is(robot: kb.Model) -> None:
    """P(any member) of each patient, by enumeration of the joint states of its members."""
    rows: list[dict[str, Any]] = [
        {"squeak": True},
        {"sparks": True, "rusty_bolt": False},
        {"rusty_bolt": True},
    ]
    rows += [NONE, {"rusty_bolt": 0.3}]
    frame = pd.DataFrame(rows, dtype=object)
    groups = robot.diagnose_cohort(frame).groups
    for at, row in enumerate(rows):
        for id, group in robot.knowledge.groups.items():
            if row is NONE:
                assert math.isnan(groups.loc[at, id])
                continue
            dx = robot.diagnose(row)
            none = dx.probability(dict.fromkeys(group.members, False))
            assert groups.loc[at, id] == pytest.approx(1.0 - none, abs=1e-9)


def test_reasons_of_urgency_are_told_the_most_urgent_first(robot: kb.Model) -> None:
    rows = [
        {"rain": True, "sudden heat": True, "sparks": True},
        {"rain": True, "sudden heat": True},
        {"sparks": True},
        {},
    ]
    told = robot.diagnose_cohort(pd.DataFrame(rows, dtype=object)).reasons
    fire, steam = "sparks: the robot may catch fire", "a hot head in the rain steams"
    assert told.tolist() == [(fire, steam), (steam,), (fire,), ()]


@pytest.mark.parametrize(
    ("index", "label", "said"),
    [
        (["a", "a", "b"], "a", "2 rows have the label 'a'. See cohort.table.index for all labels."),
        (["a", "a", "b"], "c", "No row has the label 'c'. See cohort.table.index for all labels."),
    ],
)
def test_a_patient_is_found_by_a_label_that_is_there_once(
    robot: kb.Model, index: list[str], label: str, said: str
) -> None:
    cohort = robot.diagnose_cohort(pd.DataFrame({"squeak": [True, False, True]}, index=index))
    with pytest.raises(EvidenceError) as refused:
        cohort[label]
    assert str(refused.value) == said
    assert cohort["b"].case.evidence.hard_state("squeak") == 1


def test_problems_of_a_table_are_counted_and_told_in_order() -> None:
    problems = TableProblems("The file")
    problems.raise_any()
    assert len(problems) == 0
    problems.unknown.append(UnknownNameError("No name 'x'.", "x", ("y",)))
    assert len(problems) == 1
    with pytest.raises(UnknownNameError) as names:
        problems.raise_any()
    assert str(names.value).startswith(
        "The file cannot be read: 1 problem found.\n  - column 'x': No name 'x'."
    )
    assert (names.value.name, names.value.suggestions) == ("x", ("y",))
    problems.columns.append(Problem("fever", "it is twice", "leave one out"))
    problems.add_cells("lump", "what is 'maybe'?", "row 3", 1)
    problems.add_cells("lump", "what is 'perhaps'?", "row 1", 1)
    problems.add_cells("lump", "what is 'perhaps'?", "row 4", 2)
    assert len(problems) == 4
    with pytest.raises(EvidenceError) as both:
        problems.raise_any()
    head, *lines = str(both.value).split("\n")
    assert head == "The file cannot be read: 4 problems found."
    assert lines[0] == "  - column 'x': No name 'x'."
    assert "fever" in lines[1]
    assert "it is twice" in lines[1]
    assert lines[2:] == [
        "  - column 'lump', row 3: what is 'maybe'?",
        "  - column 'lump', row 1 and 2 more rows: what is 'perhaps'?",
    ]


@pytest.mark.parametrize("extra", [-1, 0, 1, 3])
def test_of_very_many_problems_the_first_are_told(extra: int) -> None:
    told = TableProblems()
    for at in range(SHOWN + extra):
        told.columns.append(Problem(f"c{at}", "wrong", "mend it"))
    with pytest.raises(EvidenceError) as refused:
        told.raise_any()
    lines = str(refused.value).split("\n")[1:]
    assert len(lines) == SHOWN + (extra if extra < 0 else 0) + (extra > 0)
    assert (lines[-1] == f"  - and {extra} more.") == (extra > 0)


def test_a_file_of_columns_says_what_they_and_their_values_mean(tmp_path: Path) -> None:
    file = tmp_path / "columns.csv"
    file.write_text(
        "column,means,value,answer,patients\n"
        "T > 38,fever,,,9\n"
        " , ,,\n"
        "Remarks,skip,,\n"
        "Lump,,big,yes\n"
        "Lump,,small,0.5\n"
        "'=Sum,lump,,\n",
        encoding="utf-8",
    )
    told = column_map(str(file))
    assert told.names == {"T > 38": "fever", "Remarks": None, "=Sum": "lump"}
    assert told.answers == {("Lump", "big"): "yes", ("Lump", "small"): 0.5}
    assert told.answer("Lump", " big ") == "yes"
    assert told.answer("Lump", "huge") == "huge"
    assert (told.name("Remarks"), told.name("other")) == (None, "other")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "column,means,value\n",
            "must begin with the names column, means, value, answer, with commas.",
        ),
        ("", "must begin with the names column, means, value, answer, with commas."),
        ("column,means,value,answer\na,b,c\n", "row 2 has 3 cells; it needs four."),
        ("column,means,value,answer\na,b,c,d\n\nx\n", "row 4 has 1 cell; it needs four."),
        ('column,means,value,answer\n"a', "is no CSV file: "),
    ],
)
def test_a_file_of_columns_that_is_wrong_says_where(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "columns.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(KneebayesError) as refused:
        column_map(file)
    assert str(refused.value).startswith(f"columns: '{file}'")
    assert said in str(refused.value)


def test_what_columns_cannot_be_is_refused() -> None:
    with pytest.raises(KneebayesError, match=r"or a CSV file\. Got list\."):
        column_map(["fever"])  # type: ignore[arg-type]
    with pytest.raises(KneebayesError, match="columns: 'a' must be a name of the model or None"):
        column_map({"a": 3})  # type: ignore[dict-item]
    assert column_map(None) == ColumnMap()
    assert column_map({"a": "fever", "b": None}).names == {"a": "fever", "b": None}


ROWS = [
    {"column": "T", "means": "fever", "value": "", "answer": "", "patients": 9, "problem": ""},
    {"column": "N", "means": "skip", "value": "", "answer": "", "patients": 9, "problem": ""},
    {"column": "L", "means": "", "value": "big", "answer": "", "patients": 2, "problem": "What?"},
    {"column": "X", "means": "", "value": "", "answer": "", "patients": 9, "problem": "No name."},
]


def test_a_report_on_a_table_tells_problems_and_what_to_do(tmp_path: Path) -> None:
    told = TableReport(tuple(ROWS), 9)
    assert told.problems == ("column 'L', value 'big': What?", "column 'X': No name.")
    assert told.columns.names == {"T": "fever", "N": None}
    assert told.table.to_dict("records") == ROWS
    first, *rest = told.text.split("\n")
    assert first == "9 patients; 2 problems."
    assert rest[:2] == ["  - column 'L', value 'big': What?", "  - column 'X': No name."]
    assert len(rest) == 4  # and how to mend it
    assert rest[2].startswith("Save it")
    nothing = TableReport((ROWS[1], ROWS[3]), 1).text.split("\n")
    assert nothing == ["1 patient; 1 problem.", "  - column 'X': No name."]
    assert TableReport((ROWS[0],), 1).text == "1 patient; everything is understood."
    assert repr(told) == "TableReport(9 patients, 2 problems)"
    saved = told.save(tmp_path / "columns.csv")
    assert pd.read_csv(saved, keep_default_na=False).astype(object).to_dict("records") == ROWS
    assert column_map(saved).names == {"T": "fever", "N": None}


def test_what_is_asked_about_is_said_in_words() -> None:
    plain = Recording(context=0.9, history=0.2, symptom=0.15, sign=0.12, test=0.0)
    asked = "asked about: context 90%, history 20%, symptom 15%, sign 12%, test 0%"
    assert plain.words == asked
    quiet = Recording(0.9, 0.2, 0.15, 0.12, 0.0, absent_written=0.5, misreported=0.05)
    assert quiet.words == (
        f"{asked}; of what was found absent 50% written down; "
        "5% of history and symptoms told wrongly"
    )
    assert Recording(0.9, 0.2, 0.15, 0.12, 0.0, misreported=0.1).words == (
        f"{asked}; 10% of history and symptoms told wrongly"
    )
    assert plain.share("complaint") == 1.0
    assert plain.share("sign") == 0.12


@pytest.fixture(scope="module")
def simulated(pump: kb.Model) -> SimulatedCohort:
    return pump.simulate(300, seed=2)


def test_a_simulated_cohort_is_counted_by_hand(simulated: SimulatedCohort, pump: kb.Model) -> None:
    for row in simulated.table.to_dict("records"):
        cause = pump.knowledge.causes[row["id"]]
        patients = int(simulated.truth[cause.id].sum())
        exact = pump.diagnose({}).belief.posteriors[cause.id]
        spread = math.sqrt(exact * (1.0 - exact) / 300)
        assert row == {
            "id": cause.id,
            "cause": cause.label,
            "urgent": cause.urgent,
            "patients": patients,
            "share": patients / 300,
            "expected": pytest.approx(exact),
            "z": pytest.approx((patients / 300 - exact) / spread),
        }
    known = simulated.answers.notna()
    contexts = [id for id in known if id in pump.knowledge.contexts]
    findings = known.sum(axis=1).mean() - known[contexts].sum(axis=1).mean()
    assert simulated.report.notes[1] == (
        f"On average {findings:.1f} findings and {known[contexts].sum(axis=1).mean():.1f} "
        f"contexts are known, and {simulated.there.sum(axis=1).mean():.2f} causes are there."
    )
    assert simulated.report.notes[0] == f"Seed 2; {simulated.recording.words}."


def test_nobody_drawn_is_counted_too(pump: kb.Model) -> None:
    none = pump.simulate(0)
    assert none.report.notes[1] == "Nobody was drawn."
    assert none.table["patients"].tolist() == [0] * 7
    assert none.table["share"].isna().all()


def test_drawn_shares_stand_over_the_range_that_chance_allows(
    simulated: SimulatedCohort, axes: Axes
) -> None:
    assert simulated.draw(axes) is axes
    rows = sorted(simulated.table.to_dict("records"), key=lambda row: row["expected"])
    assert rows_of(axes) == [
        f"{row['cause']} (urgent)" if row["urgent"] else row["cause"] for row in rows
    ]
    assert marked(axes, "o") == near([(math.sqrt(row["share"]), at) for at, row in enumerate(rows)])
    for at, (row, stroke) in enumerate(zip(rows, strokes(axes), strict=True)):
        half = 1.96 * math.sqrt(row["expected"] * (1.0 - row["expected"]) / 300)
        ends = max(row["expected"] - half, 0.0), min(row["expected"] + half, 1.0)
        assert stroke == near([(math.sqrt(end), at) for end in ends])
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [dot.get_color() for dot in dots] == [ORANGE if row["urgent"] else BLUE for row in rows]
    for text, place in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True):
        assert place == pytest.approx(
            math.sqrt(float(text.get_text().rstrip("%")) / 100.0), abs=1e-3
        )
    told = [(text.get_text(), text.get_position()) for text in axes.texts]
    assert told == [(percent(row["share"]), (1.02, at)) for at, row in enumerate(rows)]
    assert len(axes.get_xticks()) >= 3
    assert axes.get_xlim()[0] == pytest.approx(-0.01)
    said = " ".join(axes.get_xlabel().split())
    assert said.startswith("dots and numbers: share of 300 patients (scale of square roots); grey:")
    assert_rows_fill(axes, 7)
    assert_plain(axes)


def test_cells_of_one_value_and_several_kinds_are_read_apart(robot: kb.Model) -> None:
    """1, 1.0, True and '1' are equal for a table, and mean what each means alone."""
    cells: list[object] = [1, True, "1", 1.0, None, 0, False, "no", np.nan, np.float32(0.5), 0.5]
    frame = pd.DataFrame({"squeak": pd.Series(cells, dtype=object)})
    made = robot.diagnose_cohort(frame).posteriors
    for at, cell in enumerate(cells):
        empty = cell is None or (isinstance(cell, float) and math.isnan(cell))
        said = None if empty else True if cell == "1" else cell  # text of a number is a number
        alone = robot.diagnose({"squeak": said}).belief.posteriors
        assert made.loc[at].to_dict() == pytest.approx(dict(alone), abs=1e-12)


def test_columns_that_no_type_fits_are_read_cell_by_cell(robot: kb.Model) -> None:
    cells: list[object] = [{"present": 0.2, "absent": 0.6}, True, None, "no"]
    made = robot.diagnose_cohort(pd.DataFrame({"squeak": pd.Series(cells, dtype=object)}))
    for at, cell in enumerate(cells):
        alone = robot.diagnose({"squeak": cell}).belief.posteriors
        assert made.posteriors.loc[at].to_dict() == pytest.approx(dict(alone), abs=1e-12)
