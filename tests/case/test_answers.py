"""What a user may say of a patient, and what is refused."""

import pickle
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.case import Answer

UNKNOWN = [
    None,
    pd.NA,
    pd.NaT,
    "unknown",
    "Unknown",
    "not asked",
    " NOT  asked ",
    "?",
    "-",
    "n-a",
    Decimal("NaN"),
]

ACCEPTED = [
    ("fever", True, (0.0, 1.0), "present"),
    ("fever", False, (1.0, 0.0), "absent"),
    ("fever", np.True_, (0.0, 1.0), "present"),
    ("fever", np.False_, (1.0, 0.0), "absent"),
    ("fever", "present", (0.0, 1.0), "present"),
    ("fever", "absent", (1.0, 0.0), "absent"),
    ("fever", "yes", (0.0, 1.0), "present"),
    ("fever", "no", (1.0, 0.0), "absent"),
    ("fever", "true", (0.0, 1.0), "present"),
    ("fever", "false", (1.0, 0.0), "absent"),
    ("fever", " Present ", (0.0, 1.0), "present"),
    ("fever", "(yes)", (0.0, 1.0), "present"),
    ("fever", "+", (0.0, 1.0), "present"),
    ("fever", "(+)", (0.0, 1.0), "present"),
    ("fever", 1, (0.0, 1.0), "present"),
    ("fever", 0, (1.0, 0.0), "absent"),
    ("fever", 1.0, (0.0, 1.0), "present"),
    ("fever", 0.7, (0.3, 0.7), "perhaps present (0.7 to 0.3)"),
    ("fever", np.float32(0.5), (0.5, 0.5), "perhaps present (even, weighs nothing)"),
    ("fever", np.int64(1), (0.0, 1.0), "present"),
    ("fever", Decimal("1.00"), (0.0, 1.0), "present"),
    ("fever", Decimal("0.70"), (0.3, 0.7), "perhaps present (0.7 to 0.3)"),
    ("fever", Fraction(1, 4), (0.75, 0.25), "perhaps present (0.25 to 0.75)"),
    ("fever", {"present": 0.2, "absent": 0.8}, (0.8, 0.2), "perhaps present (0.2 to 0.8)"),
    ("fever", {"present": 3, "absent": 1}, (1 / 3, 1.0), "perhaps present (0.75 to 0.25)"),
    ("fever", {"Absent": 0.4}, (0.4, 0.6), "perhaps present (0.6 to 0.4)"),
    ("onset", "gradual", (1.0, 0.0), "gradual"),
    ("onset", "sudden", (0.0, 1.0), "sudden"),
    ("onset", "GRADUAL", (1.0, 0.0), "gradual"),
    ("onset", "present", (0.0, 1.0), "sudden"),
    ("onset", 0.7, (0.3, 0.7), "perhaps sudden (0.7 to 0.3)"),
    ("onset", {"gradual": 0.9, "sudden": 0.1}, (0.9, 0.1), "perhaps sudden (0.1 to 0.9)"),
    ("gradual onset", True, (1.0, 0.0), "gradual"),
    ("gradual onset", False, (0.0, 1.0), "sudden"),
    ("gradual onset", 0.8, (0.8, 0.2), "perhaps sudden (0.2 to 0.8)"),
    ("gradual onset", "no", (0.0, 1.0), "sudden"),
    ("sudden onset", True, (0.0, 1.0), "sudden"),
    ("mild pain or discomfort", True, (1.0, 0.0), "absent"),
    ("exam: knee normal", True, (1.0, 0.0), "absent"),
    ("gout", True, (0.0, 1.0), "present"),
    ("osteoporosis", "yes", (0.0, 1.0), "present"),
    ("local inflammation", False, (1.0, 0.0), "absent"),
]

PERHAPS = "a number between 0 and 1 (perhaps: 0.7 speaks 7 to 3 for"
ALLOWED = {
    "fever": f"'fever' must be True (present), False (absent) or {PERHAPS} it).",
    "onset": f"'onset' must be 'gradual' or 'sudden', or {PERHAPS} 'sudden').",
}

SIGNED = ["(-)", "+/-", "-/+", "+-", "-(+)", "(+/-)", "+,-", "\u00b1", "-/-", "\u2212"]
SIGNED += ["-yes", "yes-", "\u2013present", "-no", "-0.7", "(-) yes", "+ / -", "yes (-)", "- yes"]
REFUSED = [
    *(("fever", said, repr(said)) for said in SIGNED),
    ("onset", "-sudden", "'-sudden'"),
    ("fever", float("inf"), "inf"),
    ("fever", 2, "2"),
    ("fever", -0.1, "-0.1"),
    ("fever", 1.0000001, "1.0000001"),
    ("fever", "maybe", "'maybe'"),
    ("fever", "", "''"),
    ("fever", "0.7", "'0.7'"),
    ("fever", [], "[]"),
    ("fever", [1.0], "[1.0]"),
    ("fever", (0.3, 0.7), "(0.3, 0.7)"),
    ("fever", 1j, "1j"),
    ("fever", np.array(1.0), "array(1.)"),
    ("fever", {}, "{}"),
    ("fever", {"presnt": 0.2}, "{'presnt': 0.2}"),
    ("fever", {"present": float("nan")}, "{'present': nan}"),
    ("fever", {"present": -0.2, "absent": 1.0}, "{'present': -0.2, 'absent': 1.0}"),
    ("fever", {"present": 0, "absent": 0}, "{'present': 0, 'absent': 0}"),
    ("fever", {"present": True}, "{'present': True}"),
    ("fever", {1: 0.5}, "{1: 0.5}"),
    ("fever", {"present": 1, "Present": 0.5}, "{'present': 1, 'Present': 0.5}"),
    ("fever", Decimal("2"), "Decimal('2')"),
    ("fever", {"present": Decimal("sNaN")}, "{'present': Decimal('sNaN')}"),
    ("onset", True, "True"),
    ("onset", np.False_, "np.False_"),
    ("onset", "slow", "'slow'"),
    ("onset", 2, "2"),
]

TWICE = [
    ({"fever": True, "temperature": "yes"}, "fever", (0.0, 1.0)),
    ({"fever": 0.7, "temperature": 0.7}, "fever", (0.3, 0.7)),
    ({"fever": True, "temperature": None}, "fever", (0.0, 1.0)),
    ({"fever": None, "temperature": False}, "fever", (1.0, 0.0)),
    ({"gradual onset": True, "onset": "gradual"}, "onset", (1.0, 0.0)),
    ({"gradual onset": True, "sudden onset": False}, "onset", (1.0, 0.0)),
]

DISAGREEING = [
    ({"fever": True, "temperature": False}, "'fever' and 'temperature'"),
    ({"fever": 0.7, "temperature": 0.6}, "'fever' and 'temperature'"),
    ({"fever": True, "temperature": 0.6}, "'fever' and 'temperature'"),
    ({"gradual onset": True, "sudden onset": True}, "'gradual onset' and 'sudden onset'"),
    ({"older": True, "age": "young"}, "'older' and 'age'"),
    ({"older age": True, "young": True}, "'older age' and 'young'"),
]


def answer_about(dx: kb.Differential, node: str) -> Answer:
    """The one answer about a node."""
    [answer] = [one for one in dx.answers if one.id == node]
    return answer


@pytest.mark.parametrize(("name", "said", "likelihood", "state"), ACCEPTED)
def test_an_answer_is_understood(
    knee: kb.Model, name: str, said: object, likelihood: tuple[float, ...], state: str
) -> None:
    node = knee.names.meaning(name, ("finding", "context", "cause", "mediator")).id
    node = knee.knowledge.there.get(node, node)
    answer = answer_about(knee.diagnose({name: said}), node)
    assert answer.likelihood == pytest.approx(likelihood)
    assert answer.state == state
    assert answer.label == knee.knowledge.label(knee.knowledge.cause_of(node) or node)


@pytest.mark.parametrize("said", [1.5, 17, 18, 39, 59.9, "67", " 17.5 ", np.int64(67), 79, 120])
def test_an_age_is_the_first_span_that_holds_it(knee: kb.Model, said: object) -> None:
    states = knee.knowledge.contexts["age"].states
    years = float(str(said))
    [holds, *_] = [state for state in states if state.below is None or years < state.below]
    answer = answer_about(knee.diagnose({"age": said}), "age")
    assert answer.state == holds.label
    assert answer.likelihood == tuple(float(state.id == holds.id) for state in states)


@pytest.mark.parametrize(
    ("said", "years"), [("70s", 75), (" 20s", 25), ("67yo", 67), ("67 y/o", 67), ("8 years", 8)]
)
def test_an_age_may_be_said_as_people_write_it(knee: kb.Model, said: str, years: int) -> None:
    assert knee.diagnose({"age": said}).answers == knee.diagnose({"age": years}).answers


@pytest.mark.parametrize("said", ["7s", "70ss", "yo", "67 days"])
def test_what_is_no_age_is_refused(knee: kb.Model, said: str) -> None:
    with pytest.raises(kb.EvidenceError, match=f"Got '{said}'"):
        knee.diagnose({"age": said})


def test_a_state_is_understood_by_each_of_its_names(knee: kb.Model) -> None:
    states = knee.knowledge.contexts["age"].states
    for state in states:
        sure = tuple(float(one.id == state.id) for one in states)
        for name in (state.label, state.label.upper(), state.id, *state.aliases):
            assert answer_about(knee.diagnose({"age": name}), "age").likelihood == sure
            assert answer_about(knee.diagnose({name: "yes"}), "age").likelihood == sure
        without = answer_about(knee.diagnose({state.label: False}), "age")
        assert without.likelihood == tuple(1.0 - share for share in sure)
        others = [one.label for one in states if one.id != state.id]
        assert without.state == "one of " + ", ".join(others)


def test_states_with_a_probability_each(knee: kb.Model) -> None:
    first, second, *others = knee.knowledge.contexts["age"].states
    dx = knee.diagnose({"age": {first.label: 0.25, second.id: 0.75}})
    answer = answer_about(dx, "age")
    assert answer.likelihood == (0.25, 0.75, *(0.0 for _ in others))
    assert answer.state.startswith(f"{first.label} 0.25, {second.label} 0.75")


@pytest.mark.parametrize("said", [True, "yes", "ancient", {"ancient": 1.0}])
def test_what_is_no_state_is_refused_with_all_that_are(knee: kb.Model, said: object) -> None:
    labels = ", ".join(f"'{state.label}'" for state in knee.knowledge.contexts["age"].states)
    allowed = f"one of {labels}, a weight for each, or years, such as 67"
    text = f"'age' must be {allowed}. Got {said!r}."
    with pytest.raises(kb.EvidenceError, match=re.escape(text)):
        knee.diagnose({"age": said})


def test_states_ruled_out_one_by_one(knee: kb.Model) -> None:
    first, *others = knee.knowledge.contexts["age"].states
    said: dict[str, object] = {state.label: False for state in others}
    assert answer_about(knee.diagnose(said), "age").state == first.label
    with pytest.raises(kb.EvidenceError, match="speak of the same thing and disagree"):
        knee.diagnose(said | {first.label: False})


@pytest.mark.parametrize(
    "name", ["fever", "onset", "age", "gradual onset", "gout", "older", "tumor"]
)
@pytest.mark.parametrize("said", UNKNOWN)
def test_unknown_is_as_if_nothing_was_said(knee: kb.Model, name: str, said: object) -> None:
    assert knee.diagnose({name: said}).text == knee.diagnose().text


@pytest.mark.parametrize(("name", "said", "shown"), REFUSED)
def test_what_cannot_be_understood_is_refused(
    knee: kb.Model, name: str, said: object, shown: str
) -> None:
    text = f"{ALLOWED[name]} Got {shown}. Leave it out, or say None, if unknown."
    with pytest.raises(kb.EvidenceError, match=re.escape(text)):
        knee.diagnose({name: said})


@pytest.mark.parametrize(
    "said",
    [
        500,
        -3,
        -4.0,
        0.5,
        121,
        "400",
        "-4",
        float("inf"),
        10**400,
        np.float64(0.99),
        Decimal(500),
    ],
)
def test_an_age_that_nobody_has_is_refused(knee: kb.Model, said: object) -> None:
    with pytest.raises(kb.EvidenceError) as caught:
        knee.diagnose({"age": said})
    text = "or years from 0 (the first year) to 120, such as 67. Got "
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "said", [0, 1, 1.0, Decimal("3.0"), np.int64(0), "1", "1 year", 1.3, 11, 11.9]
)
def test_a_child_has_an_age_too(knee: kb.Model, said: object) -> None:
    same = knee.diagnose({"age": "child"}).ranking
    pd.testing.assert_frame_equal(knee.diagnose({"age": said}).ranking, same)


MEANT = [
    ("fever absent", [("fever", False)]),
    ("fever=no", [("fever", False)]),
    ("fever = absent", [("fever", False)]),
    ("fever: no", [("fever", False)]),
    ("fever no", [("fever", False)]),
    ("negative Lachman", [("Lachman", False)]),
    ("Lachman (-)", [("lachman", False)]),
    *((name, [("fever", False)]) for name in ("fever -", "-Fever", "(-) fever", "fever: \u2013")),
    ("fever (+)", [("fever", True)]),
    ("fever=yes", [("fever", True)]),
    ("fever=0.7", [("fever", 0.7)]),
    ("age=67", [("age", 67)]),
    ("age 67", [("age", 67)]),
    ("onset=gradual", [("onset", "gradual")]),
]


@pytest.mark.parametrize(("name", "instead"), MEANT)
def test_an_answer_in_place_of_a_name_is_told_how_to_say_it(
    knee: kb.Model, name: str, instead: list[tuple[str, object]]
) -> None:
    with pytest.raises(kb.UnknownNameError) as caught:
        knee.diagnose({name: True})
    error = caught.value
    assert list(error.instead) == instead
    [(right, answer)] = instead
    what = "that it is absent" if answer is False else "this"
    assert f"named '{name}'. To say {what}: {{{right!r}: {answer!r}}}. See model." in str(error)
    assert "Did you mean" not in str(error)
    knee.diagnose(dict(instead))
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.instead, again.start) == (str(error), error.instead, error.start)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("no squeak", "squeak"),
        ("No Squeak", "Squeak"),
        ("without squeak", "squeak"),
        ("not squeek", "squeak"),
        ("asqueak", "squeak"),
    ],
)
def test_a_denial_is_told_how_to_say_it(robot: kb.Model, name: str, right: str) -> None:
    with pytest.raises(kb.UnknownNameError) as caught:
        robot.diagnose({name: True})
    assert list(caught.value.instead) == [(right, False)]
    assert f"named '{name}'. To say that it is absent: {{{right!r}: False}}." in str(caught.value)


def test_all_unknown_names_are_told_at_once(robot: kb.Model) -> None:
    with pytest.raises(kb.UnknownNameError) as caught:
        robot.diagnose({"squeek": True, "rust": True, "sparkz": False, "no squeak": True})
    error = caught.value
    first, second, third = str(error).splitlines()
    assert "named 'squeek'. Did you mean 'squeak'?" in first
    assert "named 'sparkz'. Did you mean 'sparks'" in second
    assert "named 'no squeak'. To say that it is absent: {'squeak': False}." in third
    assert [one.name for one in error.others] == ["sparkz", "no squeak"]
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), len(again.others)) == (str(error), 2)


@pytest.mark.parametrize("name", ["no idea", "no", "=67", "fever and no cough", "fever +/-"])
def test_what_denies_nothing_known_is_not_turned_round(knee: kb.Model, name: str) -> None:
    with pytest.raises(kb.UnknownNameError) as caught:
        knee.diagnose({name: True})
    assert caught.value.instead == ()


def test_a_known_denial_is_suggested_as_it_is(knee: kb.Model) -> None:
    with pytest.raises(kb.UnknownNameError, match="Did you mean 'no pulse in the foot'") as caught:
        knee.diagnose({"no pulse in foot": True})
    assert caught.value.instead == ()


@pytest.mark.parametrize("said", [10**400, {"present": 10**400, "absent": 1}, -(10**400)])
def test_numbers_beyond_all_bounds_are_refused_in_short(knee: kb.Model, said: object) -> None:
    with pytest.raises(kb.EvidenceError, match=re.escape(ALLOWED["fever"] + " Got ")) as caught:
        knee.diagnose({"fever": said})
    assert len(str(caught.value)) < 400


def test_an_object_is_refused(knee: kb.Model) -> None:
    with pytest.raises(kb.EvidenceError, match=re.escape(ALLOWED["fever"] + " Got <object object")):
        knee.diagnose({"fever": object()})


@pytest.mark.parametrize(("said", "node", "likelihood"), TWICE)
def test_two_answers_that_agree_count_once(
    knee: kb.Model, said: Mapping[str, object], node: str, likelihood: tuple[float, ...]
) -> None:
    assert answer_about(knee.diagnose(said), node).likelihood == pytest.approx(likelihood)


@pytest.mark.parametrize(("said", "names"), DISAGREEING)
def test_two_answers_that_disagree_are_refused(
    knee: kb.Model, said: Mapping[str, object], names: str
) -> None:
    text = f"{names} speak of the same thing and disagree. Keep one."
    with pytest.raises(kb.EvidenceError, match=re.escape(text)):
        knee.diagnose(said)


ROWS = [  # names and cells of a row, and what it says; None where it contradicts itself
    (["fever", "fever"], [True, True], {"fever": True}),
    (["fever", "fever"], [None, "no"], {"fever": "no"}),
    (["fever", "fever", "warmth"], ["no", pd.NA, pd.NA], {"fever": "no"}),
    (["fever", "warmth", "fever"], ["1", 0.0, True], {"fever": True, "warmth": False}),
    (["fever", "fever"], [True, False], None),
    (["fever", "warmth", "fever"], [0.7, True, "yes"], None),
]


@pytest.mark.parametrize(("names", "cells", "same"), ROWS)
def test_a_row_that_names_a_thing_twice_must_say_the_same(
    knee: kb.Model, names: list[str], cells: list[object], same: dict[str, object] | None
) -> None:
    row = pd.Series(cells, index=names, dtype=object)
    for ask in (knee.diagnose, knee.diagnose().given):
        if same is not None:
            assert ask(row).answers == ask(same).answers
            continue
        with pytest.raises(kb.EvidenceError, match=r"'fever' was answered twice: .* Keep one\."):
            ask(row)


WEIGHTS = [
    ({"older": 10, "child": 5}, {"older": 0.5, "child": 0.25}),
    ({"older": 7, "child": 7}, {"older": 1, "child": 1}),
    ({"older": 1e300, "child": 0}, "older"),
]


@pytest.mark.parametrize(("large", "small"), WEIGHTS)
def test_of_weights_only_the_ratios_count(knee: kb.Model, large: object, small: object) -> None:
    found, right = knee.diagnose({"age": large}), knee.diagnose({"age": small})
    for id, share in right.explains.items():
        assert found[id] == pytest.approx(share, rel=1e-12)
    assert found.probability_of_evidence <= 1.0
    cohort = knee.diagnose_cohort(pd.DataFrame({"age": [large]}))
    assert cohort.log_probability[0] <= 0.0


@pytest.mark.parametrize("said", [["fever"], "fever", 5, ("fever", True), {"fever"}])
@pytest.mark.parametrize("ask", ["diagnose", "given", "probability"])
def test_answers_must_be_a_mapping(knee: kb.Model, ask: str, said: object) -> None:
    asked = getattr(knee.diagnose() if ask == "given" else knee, ask)
    text = " must be a mapping such as {'fever': False}, or a row"
    with pytest.raises(kb.EvidenceError, match=re.escape(text)):
        asked(said)


@pytest.mark.parametrize("said", [False, np.False_, "no", "Absent"])
def test_a_group_that_is_absent_is_all_its_members_absent(knee: kb.Model, said: object) -> None:
    members = dict.fromkeys(knee.knowledge.groups["tumor"].members, False)
    assert knee.diagnose({"tumor": said}).to_json() == knee.diagnose(members).to_json()


@pytest.mark.parametrize("said", [True, "present", 0.3, 1, "maybe", []])
def test_a_group_that_is_present_says_not_which(knee: kb.Model, said: object) -> None:
    text = (
        "'tumor' is a group: as evidence it can be False (all of it absent) or None. "
        f"Got {said!r}. Name the member that is present."
    )
    with pytest.raises(kb.EvidenceError, match=re.escape(text)):
        knee.diagnose({"tumor": said})


def test_a_group_and_its_member_can_disagree(knee: kb.Model) -> None:
    text = "'tumor' and 'osteosarcoma' speak of the same thing and disagree. Keep one."
    with pytest.raises(kb.EvidenceError, match=re.escape(text)):
        knee.diagnose({"tumor": False, "osteosarcoma": True})


def test_answers_come_in_the_order_of_the_network(knee: kb.Model) -> None:
    said = {"warmth": True, "age": "older", "fever": False, "osteosarcoma": 0.5}
    answers = knee.diagnose(said).answers
    places = [knee.network.index[answer.id] for answer in answers]
    assert places == sorted(places)
    assert {answer.id for answer in answers} == {*said, "pain_behind_knee"}


@pytest.mark.parametrize(
    ("name", "said", "presence"),
    [
        ("fever", True, 1.0),
        ("fever", False, 0.0),
        ("fever", 0.3, 0.3),
        ("fever", {"present": 0.2, "absent": 0.6}, 0.25),
        ("onset", "sudden", 1.0),
    ],
)
def test_presence_says_how_far_an_answer_speaks_for_it(
    knee: kb.Model, name: str, said: object, presence: float
) -> None:
    assert answer_about(knee.diagnose({name: said}), name).presence == pytest.approx(presence)


@pytest.mark.parametrize("name", ["fever", "gout", "osteoporosis known"])
@pytest.mark.parametrize("certain", [True, False])
def test_a_probability_of_0_or_1_is_the_plain_answer(
    knee: kb.Model, name: str, certain: bool
) -> None:
    assert knee.diagnose({name: float(certain)}).text == knee.diagnose({name: certain}).text


def test_a_probability_of_one_half_says_nothing(knee: kb.Model) -> None:
    told = knee.diagnose({"fever": 0.5}).ranking["posterior"].to_numpy()
    assert told == pytest.approx(knee.diagnose().ranking["posterior"].to_numpy(), abs=1e-12)


def test_one_state_of_two_says_what_the_other_is(knee: kb.Model) -> None:
    both = knee.diagnose({"fever": {"present": 0.3, "absent": 0.7}})
    one = knee.diagnose({"fever": {"present": 0.3}})
    assert one.ranking.equals(both.ranking)
    assert one.urgency.level == both.urgency.level


@pytest.mark.parametrize("answer", [{"older": 0.5}, {"older": 2}])
def test_one_state_of_several_is_no_answer_unless_it_is_certain(
    knee: kb.Model, answer: dict[str, float]
) -> None:
    with pytest.raises(kb.EvidenceError, match="age"):
        knee.diagnose({"age": answer})
    assert knee.diagnose({"age": {"older": 1}}).top == knee.diagnose({"age": "older"}).top


@pytest.mark.parametrize(
    ("answers", "uncertain"),
    [
        ({"fever": 0.5}, True),
        ({"fever": True}, False),
        ({"fever": False}, False),
        ({"age": {"older": 0.5, "young": 0.5}}, False),
    ],
)
def test_only_what_is_perhaps_there_is_uncertain(
    knee: kb.Model, answers: dict[str, object], uncertain: bool
) -> None:
    (answer,) = (one for one in knee.diagnose(answers).case.answers if one.id in answers)
    assert answer.is_uncertain is uncertain
