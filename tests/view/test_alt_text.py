"""What stands beside a picture for who cannot see it: whose it is, and what its numbers are."""

import kneebayes as kb
from kneebayes.view.markup import ShareBar
from kneebayes.view.report import Grid, Outline, Report, alt_text_of


def test_each_cell_stands_after_what_is_above_it() -> None:
    report = Report(
        "Why gout?",
        known="Known: fever: present.",
        header=("", "cause", "now", ""),
        rows=(("1", "gout", "62%", ShareBar(0.62)), ("2", "cyst", "", "")),
        before=(Outline(((0, "Is there redness?"), (1, "absent: gout 1%"))),),
    )
    assert alt_text_of(report) == (
        "Why gout? Known: fever: present. Is there redness? absent: gout 1%. "
        "1; cause gout; now 62%. 2; cause cyst."
    )


def test_a_table_without_headings_is_told_by_its_cells() -> None:
    assert alt_text_of(Report("Sets", rows=(("gout", "5%"),))) == "Sets. gout; 5%."


def test_a_report_of_several_tables_tells_the_first() -> None:
    grids = (Grid("First", ("cause", "now"), (("gout", "5%"),)), Grid("Next", (), (("a", "b"),)))
    assert alt_text_of(Report("Taught", before=grids)) == "Taught. cause gout; now 5%."


def test_a_differential_tells_its_first_causes_and_what_is_known(knee: kb.Model) -> None:
    dx = knee.diagnose({"lump behind the knee": True})
    first = dx.ranking.iloc[0]
    assert "lump behind the knee: present" in dx.alt_text
    assert f"cause {first['cause']}" in dx.alt_text
    assert f"explains it {first['posterior']:.0%}" in dx.alt_text


def test_a_tree_tells_its_questions_and_its_ends(knee: kb.Model) -> None:
    told = knee.interview(about="infection").tree(depth=2).alt_text
    assert told.count("?") == 2
    assert told.count("act: now") == 2


def test_scores_say_which_they_are(knee: kb.Model) -> None:
    told = knee.evaluate(knee.simulate(20, seed=1), progress=False).alt_text
    assert "20 cases with" in told
    assert "predictor exact network; log score (bits) 0." in told


def test_a_cohort_tells_how_many_have_each_cause_on_top(knee: kb.Model) -> None:
    cohort = knee.diagnose_cohort(knee.simulate(12, seed=1).answers)
    told = cohort.alt_text
    assert told.startswith("12 patients")
    for cause, count in cohort.top.value_counts().items():
        assert (f"{cause} {count}" in told) == bool(count)
