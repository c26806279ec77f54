"""Results about what lies behind findings: the same numbers however they are shown."""

import math
from itertools import combinations

import numpy as np
import pytest
from oracle import cases, weigh

import kneebayes as kb
from kneebayes.case import believe
from kneebayes.errors import EvidenceError, ImpossibleEvidenceError, TooWideError, UnknownNameError
from kneebayes.inference import Engine, Evidence
from kneebayes.inference.sets import probable_states
from kneebayes.network import Network, noisy_or_node, root_node
from kneebayes.questions.attribute.distinguishability import Distinguishability
from kneebayes.view.report import Report, report_html, report_text

SAID: dict[str, object] = {
    "lump behind the knee": True,
    "chest pain": True,
    "fever": False,
    "stiffness": 0.8,
    "age": "older",
}


@pytest.fixture(scope="module")
def dx(knee: kb.Model) -> kb.Differential:
    return knee.diagnose(SAID)


def test_everything_in_a_report_is_escaped() -> None:
    nasty = "<script> & co"
    report = Report(
        nasty, nasty, nasty, (nasty,), (nasty,), ((nasty,),), (nasty,), nasty, beside=nasty
    )
    html = report_html(report)
    assert "<script>" not in html
    assert html.count("&lt;script&gt; &amp; co") == 9
    assert report_text(report).count(nasty) == 9


def test_long_cells_go_on_below() -> None:
    words = " ".join(f"word{at}" for at in range(30))
    report = Report("", "", "", (), ("a", "b"), ((words, "1"),), (), "")
    lines = report_text(report).splitlines()
    assert max(map(len, lines)) <= 80
    assert " ".join(" ".join(lines).split()).replace(" 1 ", " ").count("word") == 30


# attribution


def test_the_matrix_and_the_table_of_an_attribution_agree(dx: kb.Differential) -> None:
    told = dx.attribution()
    table = told.table
    assert table.columns.tolist() == [
        "id", "finding", "kind", "source_id", "source", "probability", "urgent"
    ]  # fmt: skip
    for row in table.to_dict(orient="records"):
        column = row["source_id"] or row["kind"]
        assert told.matrix.loc[row["id"], column] == row["probability"]
    assert table["id"].iloc[0] == dx.model.knowledge.meta.complaint


def test_a_finding_that_nothing_explains_is_called_out(dx: kb.Differential) -> None:
    told = dx.attribution()
    assert told.unexplained == ("chest_pain",)
    assert "No cause explains 'chest pain'" in told.text
    (lonely,) = [one for one in told.findings if one.finding == "chest_pain"]
    assert max(lonely.shares, key=lambda id: lonely.shares[id]) == "pulmonary_embolism"


def test_without_the_complaint_there_may_be_nothing_to_attribute(knee: kb.Model) -> None:
    told = knee.diagnose({"pain behind the knee": None}).attribution()
    assert told.findings == ()
    assert told.table.empty
    assert "nothing to attribute" in told.text


# what if


def test_the_cause_taken_away_goes_by_any_of_its_names(dx: kb.Differential) -> None:
    assert dx.without("Baker's cyst") == dx.without("bakers_cyst")
    with pytest.raises(UnknownNameError):
        dx.without("arthritiss")


def test_findings_answered_as_absent_are_not_told_of(dx: kb.Differential) -> None:
    assert "fever" not in set(dx.without("gout").table["id"])


# sets


def test_the_most_probable_sets_are_those_of_enumeration() -> None:
    for network, evidence, _ in cases(25, seed=11, most=7):
        nodes = [one.id for one in network.nodes if len(one.states) == 2][:5]
        total = weigh(network, evidence)
        expected = []
        for size in range(len(nodes) + 1):
            for present in combinations(nodes, size):
                states = {id: (0.0, 1.0) if id in present else (1.0, 0.0) for id in nodes}
                both = evidence.plus(Evidence(states))
                possible = all(any(one) for one in both.likelihoods.values())
                share = float(weigh(network, both) / total) if possible else 0.0
                expected.append((share, present))
        told = [
            (share, tuple(id for id in nodes if states[id] == network[id].states[1]))
            for states, share in probable_states(Engine(network), evidence, nodes)
        ]
        by_set = {present: share for share, present in expected}
        best = sorted((share for share, _ in expected if share > 0.0), reverse=True)
        assert [share for share, _ in told][: len(best)] == pytest.approx(best, abs=1e-9)
        for share, present in told:
            assert share == pytest.approx(by_set[present], abs=1e-9)


def test_sets_agree_with_the_probability_of_exactly_their_causes(dx: kb.Differential) -> None:
    told = dx.sets(6)
    assert len(told.sets) == 6
    table = told.table
    assert table["probability"].is_monotonic_decreasing
    assert table["cumulated"].tolist() == pytest.approx(table["probability"].cumsum().tolist())
    for row in table.to_dict(orient="records"):
        assert dx.probability_of_exactly(*row["ids"]) == pytest.approx(row["probability"])
        assert row["size"] == len(row["ids"])
    assert told.best == told.sets[0].present
    assert told.any_urgent == pytest.approx(dx.any_urgent)


def test_fewer_sets_are_the_first_of_more(dx: kb.Differential) -> None:
    assert dx.sets(2).sets == dx.sets(4).sets[:2]


@pytest.mark.parametrize("k", [0, -1, 1.5, True, "3"])
def test_a_number_of_sets_that_is_none_is_refused(dx: kb.Differential, k: object) -> None:
    with pytest.raises(EvidenceError, match=r"'n' must be a whole number"):
        dx.sets(k)


# samples


def test_sampled_posteriors_lie_near_the_exact_ones(knee: kb.Model) -> None:
    clot = {"lump behind the knee": True, "chest pain": True, "fever": False, "age": "older"}
    for said in ({}, {"lump behind the knee": True}, {"stiffness": 0.8, "age": "older"}, clot):
        told = knee.sample(said, draws=20_000, seed=7)
        exact = knee.diagnose(said)
        assert 1.0 <= told.effective_draws <= 20_000
        for row in told.table.to_dict(orient="records"):
            error = max(row["standard_error"], math.sqrt(exact[row["id"]] / told.effective_draws))
            assert abs(row["posterior"] - exact[row["id"]]) <= 4.0 * error


def test_an_error_that_is_vouched_for_holds_the_exact_posterior(knee: kb.Model) -> None:
    """Of the others there are that lie many errors off, urgent ones among them."""
    inside, others = [], []
    for said in ({}, {"lump behind the knee": True}, {"fever": False, "swelling": True}):
        exact = knee.diagnose(said)
        for seed in range(4):
            for row in knee.sample(said, draws=20_000, seed=seed).table.to_dict(orient="records"):
                off = abs(row["posterior"] - exact[row["id"]]) / row["standard_error"]
                (inside if row["reliable"] else others).append(off)
    assert len(inside) > 100
    assert np.mean(np.array(inside) <= 1.96) >= 0.9
    assert max(inside) < 4.5 < max(others)


def test_the_same_seed_gives_the_same_estimates(knee: kb.Model) -> None:
    first, again, other = (knee.sample(SAID, draws=2000, seed=seed) for seed in (1, 1, 2))
    assert first.table.equals(again.table)
    assert not first.table.equals(other.table)


def test_a_sample_says_that_it_is_one(knee: kb.Model) -> None:
    told = knee.sample(SAID, draws=20)
    for shown in (told.text, told.html):
        assert "SAMPLED, not exact" in shown
        assert "which is not the same as impossible" in shown
        assert "take more draws" in shown
        assert "may never have been drawn" in shown
    assert repr(told).startswith("SampledDifferential(20 draws worth ")
    assert set(told.table["id"]) == {cause.id for cause in knee.causes}


@pytest.mark.parametrize(
    ("name", "value"), [("draws", 0), ("draws", 1e5), ("draws", True), ("seed", -1), ("seed", None)]
)
def test_numbers_that_are_none_are_refused(knee: kb.Model, name: str, value: object) -> None:
    with pytest.raises(EvidenceError, match=f"'{name}' must be a whole number"):
        knee.sample({}, **{name: value})


def test_what_cannot_be_drawn_is_told(knee: kb.Model) -> None:
    nobody = {cause.id: False for cause in knee.causes}
    with pytest.raises(ImpossibleEvidenceError, match="None of 100 draws is possible"):
        knee.sample(nobody, draws=100)


def test_too_wide_a_question_is_sent_to_sampling(robot: kb.Model) -> None:
    ids = {*robot.knowledge.causes, *robot.knowledge.there.values()}
    causes = [root_node(id, [0.9, 0.1]) for id in sorted(ids)]
    more = [root_node(f"c{at}", [0.9, 0.1]) for at in range(28)]
    links = {one.id: 0.5 for one in (*causes, *more)}
    findings = [noisy_or_node(f"f{at}", 0.01, links) for at in range(28)]
    engine = Engine(Network((*causes, *more, *findings)))
    seen = Evidence.of(engine.network, {one.id: "present" for one in findings})
    with pytest.raises(
        TooWideError, match=r"ask for an estimate by name: model\.sample\(answers\)"
    ):
        believe(engine, robot.knowledge, seen)


def test_profiles_are_what_a_cause_alone_shows(
    knee: kb.Model, told_apart: Distinguishability
) -> None:
    told = told_apart
    profiles = told.profiles
    assert sorted(profiles.columns) == sorted(cause.id for cause in knee.causes)
    assert len(profiles) == len(set(profiles.index)) == len(told.findings)
    causes = {one.id: "present" if one.id == "gout" else "absent" for one in knee.causes}
    complaint = {knee.knowledge.meta.complaint: "present"}
    alone = Evidence.of(knee.network, causes | complaint)  # others may be there in silence
    for id in ("fluid_urate", "fever", "redness"):
        shown = Evidence.of(knee.network, {id: "present"})
        assert profiles.loc[id, "gout"] == pytest.approx(
            knee.engine.posterior(shown, alone), abs=1e-9
        )
    assert list(profiles.columns) == list(told.matrix.columns)
    ax = told.draw_profiles()
    assert [
        one.get_text().replace("\n", " ").removesuffix(" (urgent)") for one in ax.get_yticklabels()
    ] == [knee.knowledge.label(id) for id in profiles.columns]
    label = {knee.knowledge.label(id): id for id in profiles.index}
    shown = [label[one.get_text()] for one in ax.get_xticklabels()]
    assert len(shown) == 20
    told_by = told.bits.sum(axis=(0, 1))  # over all pairs
    weights = dict(zip(told.findings, told_by, strict=True))
    assert min(weights[id] for id in shown) >= max(
        weight for id, weight in weights.items() if id not in shown
    )
    (image,) = ax.images
    assert np.asarray(image.get_array()) == pytest.approx(profiles.loc[shown].T.to_numpy())
    assert len(told.draw_profiles(n=10_000).get_xticks()) == len(profiles)
