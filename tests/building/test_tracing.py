"""Every number of a cause can be traced to what it rests on."""

import pytest

import kneebayes as kb

ABOUT = ("prior", "raised by", "raises", "shows", "points to")
ORIGINS = ("article", "literature", "assumption")


def test_the_trace_covers_every_arrow_of_the_cause(knee: kb.Model) -> None:
    label = knee.knowledge.label
    for cause in knee.causes:
        rows = knee.trace(cause.id).trace.rows
        shown = [row.node for row in rows if row.about in {"raises", "shows"}]
        raised = [row.node.split(" (")[0] for row in rows if row.about == "raised by"]
        arrows = list(knee.knowledge.arrows())
        assert sorted(shown) == sorted(label(one.child) for one in arrows if one.parent == cause.id)
        assert sorted(raised) == sorted(
            label(one.parent).split(" (")[0] for one in arrows if one.child == cause.id
        )


def test_the_prior_comes_first_and_is_the_one_in_the_ranking(knee: kb.Model) -> None:
    prior = knee.diagnose().ranking.set_index("id")["prior"]
    for cause in knee.causes:
        table = knee.trace(cause.id).table
        assert table["about"].tolist().count("prior") == 1
        assert table["about"].iloc[0] == "prior"
        assert table["link"].iloc[0] == prior[cause.id]


def test_the_trace_covers_every_finding_that_points_to_the_cause(knee: kb.Model) -> None:
    for cause in knee.causes:
        rows = [row for row in knee.trace(cause.id).trace.rows if row.about == "points to"]
        assert [row.node for row in rows] == [knee.knowledge.label(one) for one in cause.evoked_by]


def test_every_row_names_what_it_rests_on(knee: kb.Model) -> None:
    seen = set()
    for cause in knee.causes:
        for row in knee.trace(cause.id).trace.rows:
            assert row.about in ABOUT
            kinds = row.origin.split("+")
            assert kinds == [kind for kind in ORIGINS if kind in kinds]
            assert len(row.because) >= 1
            assert ("assumption" in kinds) == any(
                one.startswith("assumed: ") for one in row.because
            )
            seen |= set(kinds)
    assert seen == set(ORIGINS)


def test_origins_are_spelled_out(knee: kb.Model) -> None:
    for cause in knee.causes:
        for row in knee.trace(cause.id).trace.rows:
            for one in row.because:
                origin, _, words = one.partition(": ")
                if origin in knee.knowledge.claims:
                    assert words == knee.knowledge.claims[origin].statement
                elif origin in knee.knowledge.references:
                    assert words.startswith(knee.knowledge.references[origin].authors)
                else:
                    assert origin == "assumed"


def test_links_and_numbers_are_sensible(knee: kb.Model) -> None:
    for cause in knee.causes:
        table = knee.trace(cause.id).table
        assert not table.isna().any().any()
        assert table["link"].between(0.0, 1.0).all()
        assert (table["low"] <= table["value"]).all()
        assert (table["value"] <= table["high"]).all()


def test_the_table_the_text_and_the_page_say_the_same(knee: kb.Model) -> None:
    trace = knee.trace("gout")
    assert len(trace.table) == len(trace.trace.rows)
    for row in trace.trace.rows:
        assert row.node in trace.text
        assert f"-> {row.link:.3g}" in trace.text
        for one in row.because:
            assert one in trace.text
    assert trace.text.startswith("gout: Crystals in a joint")
    assert trace._repr_html_().count("<tr>") == len(trace.table) + 1


@pytest.mark.parametrize("name", ["gout", "GOUT", "gouty arthritis", "Baker\u2019s cyst"])
def test_any_name_of_a_cause_will_do(knee: kb.Model, name: str) -> None:
    trace = knee.trace(name)
    assert (
        repr(trace) == f"CauseTrace({trace.trace.cause.label!r}, {len(trace.trace.rows)} numbers)"
    )


def test_a_trace_of_the_tiny_folder(robot: kb.Model) -> None:
    rows = [(row.about, row.node, row.stated, row.origin) for row in robot.trace("rust").trace.rows]
    assert rows[0] == ("prior", "rusty bolt", "common", "article")
    assert set(rows[1:]) == {
        ("raised by", "left out in the rain", "risk: more", "article"),
        ("raised by", "model year (vintage)", "risk: 2 to 4", "literature"),
        ("shows", "headache", "often", "article"),
        ("shows", "squeak", "often", "assumption"),
        ("raises", "loose wire", "risk: 1.5", "assumption"),
    }


def test_a_range_that_was_published_is_told_with_the_word(robot: kb.Model) -> None:
    prior = robot.trace("loose wire").trace.rows[0]
    assert prior.stated == "uncommon, published 0.3 to 0.35"
    assert (prior.low, prior.value, prior.high) == pytest.approx((0.3, 0.325, 0.35))
    assert prior.origin == "article+literature"
