"""Laws of a differential: what it says of one patient, and that nothing can change it."""

import csv
import io
import json
import math
import re
from collections.abc import Mapping

import pandas as pd
import pytest

import kneebayes as kb

PATIENTS: list[dict[str, object]] = [
    {},
    {"lump behind the knee": True, "fever": False, "age": "older"},
    {"fever": True, "redness": True, "warmth": True, "swollen knee": True},
    {"heard a pop at injury": True, "onset": "sudden", "feels unstable": 0.8},
    {"leg swelling": True, "previous DVT": True, "pain behind the knee": None},
    {"gout known": True, "big toe attacked before": True, "gout": False},
    {"X-ray: worn joint space": True, "older": False, "both knees affected": True},
    {"osteosarcoma": True, "age": {"adolescent": 0.5, "young adult": 0.5}},
]


@pytest.fixture(params=PATIENTS, ids=[", ".join(one) or "complaint" for one in PATIENTS])
def dx(knee: kb.Model, request: pytest.FixtureRequest) -> kb.Differential:
    """The differential of one patient after another."""
    return knee.diagnose(request.param)


def test_the_ranking_has_one_row_a_cause_most_probable_first(
    knee: kb.Model, dx: kb.Differential
) -> None:
    ranking = dx.ranking
    columns = ["id", "cause", "group", "prior", "posterior", "present", "ratio", "urgent"]
    assert ranking.columns.tolist() == columns
    assert ranking.index.tolist() == list(range(1, len(knee.causes) + 1))
    assert ranking.index.name == "rank"
    assert set(ranking["id"]) == {cause.id for cause in knee.causes}
    assert ranking["posterior"].is_monotonic_decreasing
    assert dx.top == ranking["cause"].iloc[0]


def test_all_probabilities_are_probabilities(dx: kb.Differential) -> None:
    for frame in (dx.ranking, dx.group_ranking):
        assert not frame.isna().any().any()
        for column in ("prior", "posterior"):
            assert frame[column].between(0.0, 1.0).all()
    assert 0.0 <= dx.any_urgent <= 1.0
    assert 0.0 < dx.probability_of_evidence <= 1.0 + 1e-12
    assert math.isfinite(dx.conflict)


def test_the_ratio_is_posterior_to_prior(dx: kb.Differential) -> None:
    ranking = dx.ranking
    assert (ranking["ratio"] * ranking["prior"]).tolist() == pytest.approx(
        ranking["posterior"].tolist()
    )


def test_a_group_is_at_least_its_likeliest_member_and_at_most_their_sum(
    knee: kb.Model, dx: kb.Differential
) -> None:
    groups = dx.group_ranking
    assert groups.columns.tolist() == ["id", "group", "prior", "posterior"]
    assert groups["posterior"].is_monotonic_decreasing
    assert set(groups["id"]) == {group.id for group in knee.groups}
    for group in knee.groups:
        members = [dx[member] for member in group.members]
        assert max(members) - 1e-12 <= dx[group.id] <= sum(members) + 1e-12


def test_a_cause_can_be_looked_up_by_any_name(knee: kb.Model, dx: kb.Differential) -> None:
    posterior = dx.ranking.set_index("id")["posterior"]
    for cause in knee.causes:
        for name in (cause.id, cause.label, cause.label.upper(), *cause.aliases):
            assert dx[name] == posterior[cause.id]


def test_any_urgent_is_at_least_each_urgent_cause(dx: kb.Differential) -> None:
    urgent = dx.ranking.query("urgent")["posterior"]
    case = dx.case
    parts = [id for id in case.knowledge.urgent if id in case.knowledge.parts]
    shares = [case.engine.probability_of_any([[id]], case.evidence)[0] for id in parts]
    urgent = pd.concat([urgent, pd.Series(shares)])
    assert urgent.max() - 1e-12 <= dx.any_urgent <= urgent.sum() + 1e-12


def test_json_can_be_read_back_and_says_the_same(dx: kb.Differential) -> None:
    read = json.loads(dx.to_json(), parse_constant=pytest.fail)
    assert read == dx.to_dict()
    assert pd.DataFrame(read["ranking"]).equals(dx.ranking.reset_index(drop=True))
    assert read["urgency"]["level"] == dx.urgency.level
    assert list(read["answers"]) == [answer.id for answer in dx.answers]
    assert read["disclaimer"] == dx.model.knowledge.meta.disclaimer


def test_json_says_how_an_uncertain_answer_weighs(knee: kb.Model) -> None:
    read = json.loads(knee.diagnose({"fever": 0.7, "age": "older"}).to_json())["answers"]
    assert read["fever"]["likelihood"] == pytest.approx({"absent": 0.3, "present": 0.7})
    assert read["fever"]["state"] == "perhaps present (0.7 to 0.3)"
    assert [state for state, share in read["age"]["likelihood"].items() if share] == ["older"]


def test_csv_can_be_read_back_and_says_the_same(dx: kb.Differential) -> None:
    rows = list(csv.DictReader(io.StringIO(dx.to_csv())))
    assert [int(row["rank"]) for row in rows] == dx.ranking.index.tolist()
    for column in ("id", "cause", "group"):
        assert [row[column] for row in rows] == dx.ranking[column].tolist()
    for column in ("prior", "posterior", "ratio"):
        assert [float(row[column]) for row in rows] == dx.ranking[column].tolist()
    assert [row["urgent"] == "True" for row in rows] == dx.ranking["urgent"].tolist()


def test_the_representation_is_one_line_without_an_address(dx: kb.Differential) -> None:
    assert re.fullmatch(
        r"Differential\(\d+ answers?, (now|soon|routine): .+ \d+\.\d%, .+, \.\.\.\)", repr(dx)
    )
    assert "0x" not in repr(dx)
    assert re.fullmatch(rf"Case\({len(dx.case.in_order)} answers?, lexicon: \w+\)", repr(dx.case))


def test_nothing_given_changes_nothing(dx: kb.Differential) -> None:
    assert dx.given({}).to_json() == dx.to_json()


def test_given_one_after_the_other_is_diagnose_at_once(knee: kb.Model) -> None:
    for patient in PATIENTS:
        step = knee.diagnose()
        for name, answer in patient.items():
            step = step.given({name: answer})
        assert step.to_json() == knee.diagnose(patient).to_json()


@pytest.mark.parametrize("patient", PATIENTS[1:4], ids=[", ".join(one) for one in PATIENTS[1:4]])
def test_the_order_of_the_evidence_does_not_matter(
    knee: kb.Model, patient: dict[str, object]
) -> None:
    expected = knee.diagnose(patient)
    told = list(patient.items())
    orders = [told[at:] + told[:at] for at in range(len(told))]
    for order in (*orders, *(one[::-1] for one in orders)):
        dx = knee.diagnose(dict(order))
        assert dx.report(28) == expected.report(28)
        assert dx.to_json() == expected.to_json()
        assert dx._repr_html_() == expected._repr_html_()


@pytest.mark.parametrize("name", ["fever", "temperature", "FEVER"])
def test_an_answer_can_be_taken_back_by_any_name(knee: kb.Model, name: str) -> None:
    before = knee.diagnose({"redness": True})
    assert before.given({"fever": True}).given({name: None}).to_json() == before.to_json()


def test_an_answer_can_be_replaced(knee: kb.Model) -> None:
    dx = knee.diagnose({"gradual onset": True, "older": True})
    changed = dx.given({"onset": "sudden", "age": "young adult"})
    assert changed.to_json() == knee.diagnose({"onset": "sudden", "age": "young adult"}).to_json()


def test_an_answer_about_a_member_replaces_that_of_its_group(knee: kb.Model) -> None:
    dx = knee.diagnose({"arthritis": False})
    others = {"osteoarthritis": False, "rheumatoid arthritis": False}
    assert dx.given({"gout": True}).to_json() == knee.diagnose({**others, "gout": True}).to_json()
    assert dx.given({"gout": None}).to_json() == knee.diagnose(others).to_json()
    assert dx.given({"arthritis": None}).to_json() == knee.diagnose().to_json()


def test_conflict_is_the_measure_of_jensen_in_bits(knee: kb.Model) -> None:
    said: list[dict[str, object]] = [{"fever": True}, {"warmth": False}, {"age": "older"}]
    complaint = {"pain behind the knee": True}
    alone = [knee.probability(one, complaint) for one in said]
    every = {**said[0], **said[1], **said[2]}
    expected = math.log2(math.prod(alone) / knee.probability(every, complaint))
    assert knee.diagnose(every).conflict == pytest.approx(expected, abs=1e-9)


def test_what_was_taken_back_is_no_conflict(knee: kb.Model) -> None:
    dx = knee.diagnose({"severe pain": True}).given(
        {"severe pain": None, "mild pain or discomfort": True}
    )
    assert dx.to_json() == knee.diagnose({"mild pain or discomfort": True}).to_json()


@pytest.mark.parametrize("name", ["pain behind the knee", "posterior knee pain"])
def test_an_unknown_complaint_is_not_conditioned_on(knee: kb.Model, name: str) -> None:
    dx = knee.diagnose({name: None})
    assert dx.answers == ()
    assert "Nothing is known." in dx.text
    assert dx.probability_of_evidence == pytest.approx(1.0, abs=1e-12)


def test_the_complaint_is_present_unless_said_otherwise(knee: kb.Model) -> None:
    assert knee.diagnose().to_json() == knee.diagnose({"pain behind the knee": True}).to_json()
    assert knee.diagnose(None).to_json() == knee.diagnose({}).to_json()
    without = knee.diagnose({"posterior knee pain": False})  # a lump that does not hurt
    assert without.explains == pytest.approx(knee.diagnose().explains, abs=1e-12)


def test_the_complaint_is_as_probable_whatever_explains_it(knee: kb.Model) -> None:
    whole = knee.diagnose().probability_of_evidence
    assert 0.9 < whole < 1.0
    for cause in ("gout", "fracture", "liposarcoma"):
        node = knee.knowledge.meta.complaint
        assert knee.probability({node: True}, {cause: True}) == pytest.approx(whole, abs=1e-12)


IMPOSSIBLE: list[tuple[dict[str, object], tuple[str, ...], str]] = [
    (
        {"severe pain": True, "mild pain or discomfort": True},
        ("severe_pain", "pain_more_than_mild"),
        "severe pain = present, more than mild pain = absent cannot be true together",
    ),
    (
        {
            "fever": True,
            "mild pain or discomfort": True,
            "age": "older",
            "severe pain": True,
            "redness": 0.4,
        },
        ("severe_pain", "pain_more_than_mild"),
        "severe pain = present, more than mild pain = absent cannot be true together",
    ),
]


@pytest.mark.parametrize(("said", "conflict", "text"), IMPOSSIBLE)
def test_impossible_evidence_names_just_what_conflicts(
    knee: kb.Model, said: dict[str, object], conflict: tuple[str, ...], text: str
) -> None:
    with pytest.raises(kb.ImpossibleEvidenceError, match=re.escape(text)) as caught:
        knee.diagnose(said)
    assert set(caught.value.conflict) == set(conflict)
    assert len(caught.value.conflict) == len(conflict)


CONTRADICTED_SIGNS = [  # what cannot be true together, which signs call, and for what
    ({"severe pain": True, "only mild pain": True}, "severe pain", "now"),
    (
        {"red skin area with a clear border": True, "redness": False, "cold foot": True},
        "red skin area with a clear border, cold or pale foot",
        "now",
    ),
]


@pytest.mark.parametrize(("said", "signs", "level"), CONTRADICTED_SIGNS)
def test_answers_that_contradict_each_other_still_say_how_urgent_the_signs_are(
    knee: kb.Model, said: dict[str, object], signs: str, level: str
) -> None:
    advice = knee.knowledge.meta.advice.now
    text = re.escape(f"Whichever is wrong: {advice} Signs: {signs}.")
    for ask in (knee.diagnose, knee.interview):
        with pytest.raises(kb.ImpossibleEvidenceError, match=text) as caught:
            ask(said)
        assert caught.value.urgency == level


def test_a_probability_given_impossible_evidence_names_the_conflict(knee: kb.Model) -> None:
    said = {"severe pain": True, "mild pain or discomfort": True, "fever": True}
    with pytest.raises(kb.ImpossibleEvidenceError, match="cannot be true together") as caught:
        knee.probability({"gout": True}, said)
    assert set(caught.value.conflict) == {"severe_pain", "pain_more_than_mild"}


NO_EVENTS = [
    ("age", {"older": 1, "child": 1}),
    ("age", {"older": 1}),
    ("gout", {"present": 5, "absent": 5}),
    ("gout", 0.5),
    ("gout", None),
    ("arthritis", None),
]


@pytest.mark.parametrize(("name", "said"), NO_EVENTS)
def test_an_event_is_made_of_states(knee: kb.Model, name: str, said: object) -> None:
    text = f"'{name}' in an event must be True, False or a state. Got {said!r}."
    for ask in (knee.probability, knee.diagnose().probability):
        with pytest.raises(kb.EvidenceError, match=re.escape(text)):
            ask({"fever": True, name: said})


def test_states_of_an_event_add_up(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": True})
    ages = [dx.probability({"age": state.id}) for state in knee.knowledge.contexts["age"].states]
    assert sum(ages) == pytest.approx(1.0)
    assert dx.probability({"child": False}) == pytest.approx(1.0 - ages[0])
    assert dx.probability({"age": 67}) == dx.probability({"older": True})
    assert dx.probability({"gout": 1.0}) == dx.probability({"gout": "yes"})


def test_an_event_against_the_evidence_has_no_probability(knee: kb.Model) -> None:
    assert knee.diagnose({"severe pain": True}).probability({"mild pain": True}) == 0.0


def test_a_complaint_without_any_cause_is_impossible(robot: kb.Model) -> None:
    """Something explains it: one of the causes would have to be taken back."""
    nothing: dict[str, object] = {cause.id: False for cause in robot.causes}
    with pytest.raises(kb.ImpossibleEvidenceError, match="cannot be true together") as caught:
        robot.diagnose({"squeak": True, **nothing})
    there = robot.knowledge.there
    assert set(caught.value.conflict) == {there.get(id, id) for id in nothing}


@pytest.mark.parametrize("cause", ["gout", "osteosarcoma", "something else"])
def test_a_known_cause_is_certain_and_a_cause_ruled_out_is_gone(knee: kb.Model, cause: str) -> None:
    id = knee.names.meaning(cause, ("cause",)).id
    known, gone = (
        knee.diagnose({cause: answer}).ranking.set_index("id").loc[id] for answer in (True, False)
    )
    assert known["present"] == pytest.approx(1.0, abs=1e-12)
    assert gone["present"] == gone["posterior"] == 0.0


def test_ruling_out_every_other_cause_leaves_one(knee: kb.Model) -> None:
    others = {cause.id: False for cause in knee.causes if cause.id != "osteosarcoma"}
    assert knee.diagnose(others)["osteosarcoma"] == pytest.approx(1.0, abs=1e-9)


def test_ruling_out_a_cause_raises_what_is_left(knee: kb.Model) -> None:
    before, after = knee.diagnose(), knee.diagnose({"osteoarthritis": False})
    for cause in ("hamstring injury", "PCL injury", "something else", "DVT"):
        assert after[cause] > before[cause]


def test_what_is_said_of_the_evidence_agrees_with_the_model(knee: kb.Model) -> None:
    said = {"fever": True, "redness": False}
    complaint = {"pain behind the knee": True}
    dx = knee.diagnose(said)
    there = dx.ranking.set_index("id")["present"]["gout"]
    assert there == pytest.approx(knee.probability({"gout": True}, {**complaint, **said}))
    assert dx.probability({"gout": True}) == pytest.approx(there)
    assert there >= dx["gout"]
    assert dx.probability({"gout": True, "DVT": True}) <= dx.probability({"DVT": True})
    arthritis = dx.probability({"arthritis": True})
    assert dx.probability({"arthritis": False}) == pytest.approx(1.0 - arthritis)
    assert dx.probability({"fever": True}) == pytest.approx(1.0)
    assert dx.probability({"fever": False}) == 0.0
    assert dx.probability({}) == pytest.approx(1.0)
    assert dx.probability_of_evidence == pytest.approx(knee.probability({**complaint, **said}))


def test_the_answers_given_are_left_as_they_were(knee: kb.Model) -> None:
    ages: dict[str, object] = {"older": 0.5, "middle age": 0.5}
    said: dict[str, object] = {"age": ages, "fever": True}
    dx = knee.diagnose(said)
    dx.given({"redness": True})
    assert said == {"age": {"older": 0.5, "middle age": 0.5}, "fever": True}
    assert said["age"] is ages


def test_changing_the_answers_afterwards_changes_nothing(knee: kb.Model) -> None:
    ages: dict[str, object] = {"older": 1.0}
    said: dict[str, object] = {"age": ages}
    dx = knee.diagnose(said)
    expected, further = dx.to_json(), knee.diagnose({"age": "older", "fever": True}).to_json()
    said["fever"] = True
    ages["young adult"] = 1.0
    assert dx.to_json() == expected
    assert dx.given({"fever": True}).to_json() == further


def test_changing_a_table_changes_nothing(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": True})
    expected = dx.to_json()
    for frame in (dx.ranking, dx.group_ranking):
        frame.loc[:, "posterior"] = 0.5
    assert dx.to_json() == expected


def test_changing_the_plain_values_changes_nothing(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": True})
    expected = dx.to_json()
    plain = dx.to_dict()
    plain["ranking"][0]["posterior"] = 0.5
    plain["groups"][0]["posterior"] = 0.5
    plain["urgency"]["reasons"].clear()
    plain["answers"].clear()
    assert dx.to_json() == expected


def test_given_leaves_the_first_differential_as_it_was(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": True})
    expected = dx.to_json()
    dx.given({"fever": False, "redness": True})
    assert dx.to_json() == expected


def test_two_models_say_exactly_the_same() -> None:
    """To the last digit, if both are new: a used one may answer with compiled code."""
    one, other = kb.load(), kb.load()
    for patient in PATIENTS:
        assert one.diagnose(patient).to_json() == other.diagnose(patient).to_json()


def test_names_that_differ_in_nothing_that_matters_give_the_same(knee: kb.Model) -> None:
    spellings: list[Mapping[str, object]] = [
        {"lump behind the knee": True, "age": "older"},
        {"LUMP  Behind-the knee": "yes", "Age": "Elderly"},
        {"lump_behind_knee": 1.0, "older age": True},
    ]
    assert len({knee.diagnose(said).to_json() for said in spellings}) == 1
