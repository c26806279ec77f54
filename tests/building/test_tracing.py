"""Every number of a cause can be traced to what it rests on."""

from collections.abc import Iterable

import pytest

import kneebayes as kb
from kneebayes.building import Stated
from kneebayes.inference import Evidence
from kneebayes.knowledge.base import EXPLANATION

RAISED = ("raised by", "there, raised by")
ABOUT = ("prior", *RAISED, "raises", "shows", "shows, silent,", "points to", "less often")
UNLINKED = ("prior", "points to", "less often")
ORIGINS = ("article", "literature", "assumption")


def named(knee: kb.Model, ids: Iterable[str]) -> set[str]:
    """Labels of nodes; that a cause is there goes under the label of the cause."""
    there = {node: cause for cause, node in knee.knowledge.there.items()}
    return {knee.knowledge.label(there.get(id, id)) for id in ids}


def in_the_network(knee: kb.Model, stated: Stated) -> float:
    """A link; of age and sex the ratio that holds between people of the network."""
    arrow = stated.arrow
    context = knee.knowledge.contexts.get(arrow.parent)
    if context is None or not context.states:
        return stated.link
    states = [state.id for state in context.states]
    network, engine = knee.data.network, knee.data.engine
    complaint = {knee.knowledge.meta.complaint: "present"}
    named = {
        one.arrow.state
        for one in knee.elicited.stated
        if (one.arrow.parent, one.arrow.child) == (arrow.parent, arrow.child)
    }
    others = (0.0 if state in named else 1.0 for state in states)
    odds = []
    for likelihood in ([float(state == arrow.state) for state in states], tuple(others)):
        seen = Evidence.of(network, complaint).plus(Evidence({arrow.parent: tuple(likelihood)}))
        share = engine.propagate(seen, [arrow.child]).present(arrow.child)
        odds.append(share / (1.0 - share))
    return odds[0] / odds[1]


def test_the_trace_covers_all_that_the_cause_says(knee: kb.Model) -> None:
    knowledge = knee.knowledge
    for cause in knee.causes:
        rows = knee.trace(cause.id).rows
        found: dict[str, set[str]] = {about: set() for about in ABOUT}
        for row in rows:
            found[row.about].add(row.node.removesuffix(" (there)"))
        tests = {one.id for one in knowledge.findings.values() if cause.id in one.shown_by}
        shown = {*cause.shows, *tests} - {knowledge.meta.complaint}
        assert found["shows"] == named(knee, shown)
        assert found["shows, silent,"] == named(knee, cause.shows_silent)
        raised = named(knee, cause.raised_by)
        told = found["raised by"] | found["there, raised by"]
        plain = {one for one in told if one in raised or one.rpartition(" (")[0] in raised}
        assert plain == told
        assert len(plain) >= len(raised)


def test_every_number_of_an_arrow_is_in_the_trace_of_its_causes(knee: kb.Model) -> None:
    there = knee.knowledge.there
    for cause in knee.causes:
        own = {cause.id, there[cause.id]}
        arrows = [
            one for one in knee.elicited.stated if one.arrow.parent in own or one.arrow.child in own
        ]
        rows = knee.trace(cause.id).rows
        links = sorted(row.link for row in rows if row.about not in UNLINKED)
        placed = [
            in_the_network(knee, one)
            for one in knee.elicited.stated
            if one not in arrows
            and cause.raised_by  # of what has parts, each part says it
            and one.arrow.place.startswith(f"causes/{cause.id}.toml: raised_by.")
        ]
        wanted = sorted([*(in_the_network(knee, one) for one in arrows), *placed])
        assert links == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("layer", ["article", "literature", "beyond"])
def test_no_two_rows_look_alike(knee: kb.Model, layer: str) -> None:
    model = knee.in_layer(layer)
    for cause in model.causes:
        table = model.trace(cause.id).table
        assert not table.duplicated(["about", "node", "stated"]).any(), cause.id
        there = {model.knowledge.there[cause.id]} - {cause.id}
        ends = [
            {one.arrow.parent, one.arrow.child}
            for one in model.elicited.stated
            if one.arrow.place.startswith(f"{model.knowledge.place(cause.id)}: raised_by.")
        ]
        assert table["about"].eq("there, raised by").sum() == sum(bool(one & there) for one in ends)


def test_the_prior_comes_first_and_is_the_one_in_the_ranking(knee: kb.Model) -> None:
    prior = knee.diagnose().ranking.set_index("id")["prior"]
    for cause in knee.causes:
        table = knee.trace(cause.id).table
        assert table["about"].tolist().count("prior") == 1
        assert table["about"].iloc[0] == "prior"
        assert table["link"].iloc[0] == prior[cause.id]


def test_the_trace_covers_every_finding_that_points_to_the_cause(knee: kb.Model) -> None:
    for cause in knee.causes:
        rows = [row for row in knee.trace(cause.id).rows if row.about == "points to"]
        assert [row.node for row in rows] == [knee.knowledge.label(one) for one in cause.evoked_by]


def test_every_row_names_what_it_rests_on(knee: kb.Model) -> None:
    seen = set()
    for cause in knee.causes:
        for row in knee.trace(cause.id).rows:
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
        for row in knee.trace(cause.id).rows:
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
        assert (table["link"] >= 0.0).all()
        ratios = table["about"].isin(RAISED) & table["stated"].str.startswith("odds ratio")
        assert (table.loc[~ratios, "link"] <= 1.0).all()
        assert (table["low"] <= table["value"]).all()
        assert (table["value"] <= table["high"]).all()


def test_the_table_the_text_and_the_page_say_the_same(knee: kb.Model) -> None:
    trace = knee.trace("gout")
    assert len(trace.table) == len(trace.rows)
    for row in trace.rows:
        assert row.node in trace.text
        assert f"-> {row.link:.3g}" in trace.text
        for one in row.because:
            assert one in trace.text
    assert trace.text.startswith(f"{trace.cause.label}: {trace.cause.about}")
    assert trace._repr_html_().count("<tr>") == len(trace.table) + 1


@pytest.mark.parametrize("name", ["gout", "GOUT", "gouty arthritis", "Baker\u2019s cyst"])
def test_any_name_of_a_cause_will_do(knee: kb.Model, name: str) -> None:
    trace = knee.trace(name)
    assert repr(trace) == f"CauseTrace({trace.cause.label!r}, {len(trace.rows)} numbers)"


def test_a_trace_of_the_tiny_folder(robot: kb.Model) -> None:
    rows = [(row.about, row.node, row.stated, row.origin) for row in robot.trace("rust").rows]
    assert rows[0] == ("prior", "rusty bolt", "common", "article")
    assert set(rows[1:]) == {
        ("raised by", "left out in the rain", "odds ratio: more", "article"),
        ("raised by", "model year (vintage)", "odds ratio: 2 to 4", "literature"),
        ("shows", "squeak", "often", "assumption"),
        ("raises", "loose wire (there)", "odds ratio: 1.5", "assumption"),
    }


def test_a_range_that_was_published_is_told_with_the_word(robot: kb.Model) -> None:
    prior = robot.trace("loose wire").rows[0]
    assert prior.stated == "uncommon, published 0.3 to 0.35"
    assert (prior.low, prior.value, prior.high) == pytest.approx((0.3, 0.325, 0.35))
    assert prior.origin == "article+literature"


def test_a_part_is_traced_whether_its_layer_names_it_or_not(knee: kb.Model) -> None:
    named = kb.load(layer="beyond")
    for id in knee.knowledge.parts.keys() & named.knowledge.causes.keys():
        for name in (id, knee.knowledge.label(id).upper()):
            rows, expected = knee.trace(name).rows, named.trace(name).rows
            assert rows[0].value == pytest.approx(expected[0].value)
            assert sorted(one.stated for one in rows) == sorted(one.stated for one in expected)
    with pytest.raises(kb.UnknownNameError, match="No cause named 'ganglion'"):
        kb.load(layer="article").trace("ganglion")


def test_it_tells_by_what_a_number_is_rarer_than_said(knee: kb.Model) -> None:
    table = knee.trace("haemarthrosis").table
    said = table[table["about"].eq("raised by") & table["node"].eq("blood thinner")]["stated"]
    assert said.tolist() == ["in its patients where it is found most: 0.72 to 0.92"]
    rarer = table[table["about"].eq("less often") & table["node"].eq("blood thinner")]
    by = knee.knowledge.less_often["blood_thinner"].by
    assert rarer["low"].tolist() == [min(factors.values()) for factors in by.values()]
    assert (rarer["because"] != "").all()


def test_it_tells_what_is_rarer_where_the_cause_explains(knee: kb.Model) -> None:
    for id, said in knee.knowledge.less_often.items():
        for cause, factor in said.by.get(EXPLANATION, {}).items():
            rows = [one for one in knee.trace(cause).rows if one.about == "less often"]
            found = [one.value for one in rows if one.node == knee.knowledge.label(id)]
            assert factor in found


def test_what_is_left_of_something_else_stands_in_its_file(knee: kb.Model) -> None:
    knowledge = knee.in_layer("literature").knowledge
    files = {f"causes/{id}.toml" for id in knee.in_layer("beyond").knowledge.causes}
    assert {knowledge.place(id) for id in knowledge.diseases} == files
