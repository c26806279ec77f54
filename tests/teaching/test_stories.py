"""Virtual patients tell one story: coherent, with a diagnosis, and they understand questions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kneebayes as kb
from kneebayes.errors import KnowledgeError, UnknownNameError
from kneebayes.knowledge import read_knowledge
from kneebayes.knowledge.layers import in_layer
from kneebayes.knowledge.records import Incoherence, contradiction
from kneebayes.teaching import PracticeCase
from kneebayes.teaching.patients import is_teachable, worlds_of
from kneebayes.teaching.talking import (
    clearly,
    hear,
    introduction,
    likeliest,
    names_of,
    told_at_first,
    words_of,
    years_of,
)

PATIENTS = 100
QUESTIONS = (
    "how old are you?",
    "Any fever?",
    "is it swolen",
    "did you have an accident",
    "is the lump growing",
    "what about stairs",
    "dance",
    "",
    "is your knee red or hot, and did it start suddenly",
)


def rule(**said: Any) -> Incoherence:
    return Incoherence(id="rule", reason="so it is", because="assumed: for a test", **said)


@pytest.fixture(scope="module")
def drawn(knee: kb.Model) -> list[dict[str, str]]:
    return [dict(knee.practice_case("any", seed=seed).truth) for seed in range(PATIENTS)]


def breaks(one: Incoherence, truth: dict[str, str]) -> bool:
    """Whether a rule holds, spelled out from its definition."""
    so = {f"{id}.{state}" for id, state in truth.items()}
    so |= {id for id, state in truth.items() if state == "present"}
    some = [name for name in one.any_of if name in so]
    everything = all(name in so for name in one.all_of)
    nothing = all(name not in so for name in one.none_of)
    return everything and nothing and (not one.any_of or len(some) >= one.at_least)


def test_no_patient_contradicts_himself(knee: kb.Model, drawn: list[dict[str, str]]) -> None:
    rules = knee.knowledge.incoherent.values()
    assert rules
    nodes = knee.knowledge.there
    seen = [{**t, **{id: t[nodes[id]] for id in knee.knowledge.causes}} for t in drawn]
    broken = [(seed, one.id) for seed, t in enumerate(seen) for one in rules if breaks(one, t)]
    assert broken == []


@pytest.mark.parametrize(
    ("so", "not_so", "refused"),
    [
        (["leg_in_cast"], ["recent_surgery_immobility"], True),
        (["leg_in_cast", "recent_surgery_immobility"], [], False),
        (["recent_surgery_immobility"], ["leg_in_cast"], False),
        (["constant_pain"], ["night_pain"], True),
        (["night_pain"], ["constant_pain"], False),
        (["worse_than_usual"], ["long_duration", "old_injury", "gout_known"], True),
        (["worse_than_usual", "comes_and_goes"], ["long_duration", "old_injury"], False),
        (["mcmurray"], ["knee_exam_abnormal"], True),
        (["displaced_joint", "knee_exam_abnormal", "misshapen_knee"], [], False),
        (["displaced_joint", "knee_exam_abnormal"], ["misshapen_knee"], True),
        (["kneecap_gap"], ["knee_exam_abnormal"], True),
        (["unable_to_bear_weight", "painful_limp"], ["pain_weight_bearing"], True),
        (["unable_to_bear_weight", "pain_weight_bearing"], ["painful_limp"], False),
        (["pain_weight_bearing"], ["unable_to_bear_weight"], False),
        (["twisting_injury"], ["recent_trauma"], False),
        (["pregnancy", "hormones"], [], True),
        (["pregnancy"], ["hormones"], False),
        (["swollen_knee"], ["knee_exam_abnormal"], False),
        (["tophi"], ["gout"], True),
        (["gout_known", "gout"], ["tophi"], False),
        (["big_toe_attack_before"], ["gout", "gout_known"], False),
    ],
)
def test_what_words_rule_out_is_told_by_no_patient(
    knee: kb.Model, so: list[str], not_so: list[str], refused: bool
) -> None:
    told = dict.fromkeys(knee.knowledge.findings | knee.knowledge.contexts, "absent")
    told |= dict.fromkeys(so, "present") | dict.fromkeys(not_so, "absent")
    assert (contradiction(knee.knowledge.incoherent, told) is not None) == refused


@pytest.mark.parametrize(
    ("so", "not_so", "denied"),
    [
        ("twisting_injury", "recent_trauma", "accident|injur"),
        ("gout_known", "arthritis_known", "an arthritis."),
        ("leg_in_cast", "recent_trauma", "accident|injur"),
        ("unable_to_bear_weight", "stairs_up", "fine|trouble"),
        ("unable_to_bear_weight", "stairs_down", "fine|trouble"),
        ("unable_to_bear_weight", "painful_limp", "do not limp"),
        ("unable_to_bear_weight", "pain_more_than_mild", "it is only mild"),
        ("sprinting", "pain_during_exercise", "not exercising"),
        ("sprinting", "athlete", "no sport"),
        ("training_increase", "overuse", "than usual"),
        ("pop_at_injury", "immediate_pain", "no such moment"),
        ("gives_way", "feels_unstable", "firm"),
        ("cannot_straighten", "stiffness", "is not stiff"),
        ("swollen_knee", "misshapen_knee", "like the other"),
        ("swollen_knee", "leg_swelling", "not swollen"),
        ("leg_ulcer", "skin_wound", "whole"),
        ("lump_elsewhere", "lump_behind_knee", "no lump."),
        ("hip_pain", "other_joints", "only the knee"),
        ("fever", "weight_loss_or_ill", "feel well"),
        ("knee_prosthesis", "recent_joint_procedure", "nobody"),
        ("constant_pain", "pain_on_bending", "does not hurt"),
        ("heavy_leg", "pain_weight_bearing", "no worse"),
    ],
)
def test_what_goes_together_is_said_so_that_it_does(
    knee: kb.Model, so: str, not_so: str, denied: str
) -> None:
    """No answer denies, in its words, what the same patient may tell of something else."""
    assert so in knee.network.index
    voice = knee.knowledge.voices[not_so]
    said = " ".join([voice.says["absent"], *voice.opens.get("absent", ())])
    assert not [words for words in denied.split("|") if words in said]


def test_every_patient_has_a_cause_with_a_name(knee: kb.Model, drawn: list[dict[str, str]]) -> None:
    named = [one.id for one in knee.causes if one.id != knee.knowledge.meta.rest]
    assert all(any(truth[id] == "present" for id in named) for truth in drawn)


def test_the_network_alone_would_let_some_contradict_themselves(knee: kb.Model) -> None:
    nodes = knee.network.nodes
    worlds = [
        {node.id: node.states[state] for node, state in zip(nodes, world, strict=True)}
        for world in worlds_of(knee.network, 1, 2000)
    ]
    refused = [one for one in worlds if contradiction(knee.knowledge.incoherent, one) is not None]
    assert refused
    assert all(contradiction({}, one) is None for one in worlds)


@pytest.mark.parametrize(
    ("said", "states", "holds"),
    [
        ({"all_of": ["a", "b"]}, {"a": "present", "b": "present"}, True),
        ({"all_of": ["a", "b"]}, {"a": "present", "b": "absent"}, False),
        ({"all_of": ["a"], "none_of": ["b"]}, {"a": "present"}, True),
        ({"all_of": ["a"], "none_of": ["b"]}, {"a": "present", "b": "present"}, False),
        ({"any_of": ["a", "b"], "at_least": 2}, {"a": "present", "b": "absent"}, False),
        ({"any_of": ["a", "b"], "at_least": 2}, {"a": "present", "b": "present"}, True),
        ({"all_of": ["age.child", "a"]}, {"age": "child", "a": "present"}, True),
        ({"all_of": ["age.child", "a"]}, {"age": "older", "a": "present"}, False),
    ],
)
def test_when_a_rule_holds(said: dict[str, Any], states: dict[str, str], holds: bool) -> None:
    one = rule(**said)
    assert one.holds(states) is holds
    assert breaks(one, states) is holds


def test_rules_that_name_what_a_layer_lacks_are_left_out(knee: kb.Model) -> None:
    part = next(iter(knee.knowledge.parts))
    rules = {
        "one": rule(all_of=[part]),
        "two": rule(all_of=["fever"], none_of=[f"{part}.absent"]),
        "three": rule(all_of=["fever"]),
    }
    assert knee.knowledge.whole is not None
    whole = replace(knee.knowledge.whole, incoherent=rules)
    assert list(in_layer(whole, "literature").incoherent) == ["three"]
    assert list(in_layer(whole, "beyond").incoherent) == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("file", "text", "wrong"),
    [
        ("incoherent.toml", '[r]\nall_of = ["squek"]\n', "'squek' is no node of this folder"),
        ("incoherent.toml", '[r]\nall_of = ["squeak.high"]\n', "'high' is no state of 'squeak'"),
        ("incoherent.toml", "[r]\n", "needs 'all_of', 'any_of' or both"),
        ("incoherent.toml", '[r]\nany_of = ["squeak"]\nat_least = 2\n', "more than 'any_of'"),
        ("voices.toml", '[squek]\nsays = { present = "Yes." }\n', "'squek' is no node"),
        ("voices.toml", '[squeak]\nsays = { high = "Yes." }\n', "'high' is no state of 'squeak'"),
        ("voices.toml", '[squeak]\nopens = { high = ["So"] }\n', "'high' is no state of 'squeak'"),
        ("voices.toml", '[squeak]\nsay = { present = "Yes." }\n', "Did you mean 'says'?"),
    ],
)
def test_a_folder_that_tells_of_nothing_is_refused(
    folder: Path, file: str, text: str, wrong: str
) -> None:
    because = 'reason = "so"\nbecause = "assumed: for a test"\n' if file[0] == "i" else ""
    (folder / file).write_text(text + because, encoding="utf-8")
    with pytest.raises(KnowledgeError) as refused:
        read_knowledge(folder)
    assert wrong in str(refused.value)


def test_the_age_in_words_lies_in_the_state_that_is_drawn(
    knee: kb.Model, drawn: list[dict[str, str]]
) -> None:
    ages = {state.id: state.below for state in knee.knowledge.contexts["age"].states}
    lower = dict(zip(ages, [0, *list(ages.values())[:-1]], strict=True))
    for seed, truth in enumerate(drawn):
        years = years_of(knee, truth, "age", seed)
        assert float(lower[truth["age"]] or 0) <= years < float(ages[truth["age"]] or 0)
    assert len({years_of(knee, truth, "age", seed) for seed, truth in enumerate(drawn)}) > 20


def test_who_comes_tells_nothing_that_is_not_told(knee: kb.Model) -> None:
    case = knee.practice_case("any", seed=5)
    years = years_of(knee, case.truth, "age", 5)
    assert f"{years} years old" in introduction(knee, case.truth, case.told, 5)
    assert "years" not in introduction(knee, case.truth, (), 5)


def opened(knee: kb.Model, seed: int) -> str:
    """What a patient says when he comes."""
    case = knee.practice_case("any", seed=seed)
    return introduction(knee, case.truth, case.told, seed)


def test_patients_open_in_words_of_their_own(knee: kb.Model) -> None:
    opened_with = [opened(knee, seed).partition(": ")[2] for seed in range(1, 101)]
    assert len(set(opened_with)) >= 95
    assert opened(knee, 7) == opened(knee, 7)


def test_what_opens_a_story_is_true_and_is_known(
    knee: kb.Model, drawn: list[dict[str, str]]
) -> None:
    """Each sentence belongs to the state that the node has, and no node is left out."""
    voices = knee.knowledge.voices
    for seed, truth in enumerate(drawn):
        first = told_at_first(knee, truth, seed)
        case = knee.practice_case("any", seed=seed, background="none")
        assert case.told == first
        assert {*first} <= {*case.known}
        said = introduction(knee, truth, first, seed)
        for id in first:
            ways = {state: [w for w in ws if w in said] for state, ws in voices[id].opens.items()}
            assert [state for state, found in ways.items() if found] == [truth[id]]


def test_what_comes_to_mind_depends_on_the_number_and_on_what_was_told(knee: kb.Model) -> None:
    """Whatever is true of what was not told, the same is told: nothing follows from silence."""
    for seed in range(20):
        truth = dict(knee.practice_case("any", seed=seed).truth)
        first = told_at_first(knee, truth, seed)
        worries = [id for id in first if knee.knowledge.voices[id].part == "worry"]
        assert 1 <= len(worries) <= 3
        assert all(truth[id] == "absent" for id in worries[:-1])
        turned = {"present": "absent", "absent": "present"}
        other = {
            id: state if id in first else turned.get(state, state) for id, state in truth.items()
        }
        assert told_at_first(knee, {**truth, **other}, seed) == first
    assert told_at_first(knee, truth, None) == ()


def test_every_answer_that_a_patient_can_give_has_words(knee: kb.Model) -> None:
    case = knee.practice_case("any", seed=3)
    spoken = ("history", "symptom", "complaint")
    asked = [one.id for one in knee.findings if one.kind in spoken]
    assert all(case.says(id) for id in (*asked, *knee.knowledge.contexts))
    assert case.says("mcmurray") == ""
    after = case.ask("fever")
    assert after.table["said"].iloc[-1] == case.says("fever") != ""
    assert case.says("fever") in after.text


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Do you have a fever?", "fever"),
        ("how old are you", "age"),
        ("did it start suddenly?", "onset"),
        ("is the lump growing", "lump_growing"),
        ("does it lock", "locking"),
        ("are you short of breath?", "shortness_of_breath"),
        ("redd", "redness"),
        ("can you bend it", "unable_to_bend"),
        ("can the knee be bent?", "unable_to_bend"),
        ("you can't bend it?", "unable_to_bend"),
        ("Could he bend his knee", "unable_to_bend"),
        ("can you straighten your leg", "cannot_straighten"),
        ("are you able to walk on it?", "unable_to_bear_weight"),
        ("can you put weight on it", "unable_to_bear_weight"),
        ("can you feel a lump", "lump_behind_knee"),
        ("did it come on suddenly", "onset"),
        ("how long have you had it?", "long_duration"),
        ("how long has this been going on?", "long_duration"),
        ("does it come and go", "comes_and_goes"),
        ("has it ever given way", "gives_way"),
        ("does it wake you at night", "night_pain"),
        ("have you had an operation", "recent_surgery_immobility"),
        ("does it hurt to kneel", "pain_on_bending"),
        ("is it stiff in the morning", "stiffness"),
        ("is it swolen", "swollen_knee"),
        ("did you twist it", "twisting_injury"),
        ("is the calf sore", "calf_pain"),
        ("do your hands hurt", "small_hand_joints"),
    ],
)
def test_a_question_in_own_words_is_understood(knee: kb.Model, asked: str, meant: str) -> None:
    assert visited(knee, asked).steps[-1].asked == (meant,)


def visited(knee: kb.Model, *asked: str) -> PracticeCase:
    """A patient of whom nothing is known but what was asked."""
    return replace(knee.practice_case("any", seed=0, background="none"), told=()).ask(*asked)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("is the calf swollen and red?", ["leg_swelling", "redness"]),
        ("hot red joint?", ["warmth", "redness"]),
        ("is it red, hot or swollen?", ["redness", "warmth", "swollen_knee"]),
        ("any shortness of breath or chest pain?", ["shortness_of_breath", "chest_pain"]),
        ("does it lock or give way?", ["locking", "gives_way"]),
        ("what about fever and numbness", ["fever", "numbness"]),
        ("do u take any blood thinners pls", ["blood_thinner"]),
        ("any recent surgery or long flights?", ["recent_surgery_immobility"]),
    ],
)
def test_all_that_a_question_names_is_answered(
    knee: kb.Model, asked: str, meant: list[str]
) -> None:
    assert [id for step in visited(knee, asked).steps for id in step.asked] == meant
    known = visited(knee, meant[0])
    again = known.ask(asked) if meant[1:] else known
    assert [id for step in again.steps for id in step.asked] == meant


@pytest.mark.parametrize(
    ("asked", "said", "near"),
    [
        ("how long does the stiffness last?", "several things", "for more than six weeks"),
        ("what makes it worse?", "several things", "getting steadily worse"),
        ("family history of clots?", "Nothing here is called 'family'", "previous DVT"),
        ("does your father have gout?", "Nothing here is called 'father'", "gout known"),
        ("arthroscopy", "may ask for more", "recent joint injection or surgery"),
        ("do you take steroids?", "may ask for more", "recent joint injection or surgery"),
        ("any back pain?", "may ask for more", "back pain spreading down the leg"),
        ("does it hurt when you sit", "several things", "pain after prolonged sitting"),
        ("have you travelled recently?", "may ask for more", "recent surgery or immobility"),
        ("any allergies or fever?", "Nothing here is called 'allergies'", "fever"),
        ("CT", "may ask for more", "scan: clot in the lungs"),
        ("any allergies?", "No finding or context named 'any allergies\\?'", ""),
    ],
)
def test_nothing_is_answered_in_the_place_of_what_was_asked(
    knee: kb.Model, asked: str, said: str, near: str
) -> None:
    with pytest.raises(UnknownNameError, match=said) as refused:
        visited(knee, asked)
    assert near in (*refused.value.suggestions, "")
    assert "sudden onset" not in str(refused.value)


@pytest.mark.parametrize(
    ("asked", "method"),
    [
        ("ultrasound", "ultrasound"),
        ("an ultrasound please", "ultrasound"),
        ("x ray", "xray"),
        ("xray", "xray"),
        ("MRI", "mri"),
        ("blood tests", "blood"),
    ],
)
def test_an_examination_is_ordered_in_own_words(knee: kb.Model, asked: str, method: str) -> None:
    (step,) = visited(knee, asked).steps
    results = [id for id, one in knee.knowledge.findings.items() if one.method == method]
    assert (step.method, step.whole, list(step.asked)) == (method, True, results)


def test_several_examinations_at_once_are_each_paid_once(knee: kb.Model) -> None:
    case = visited(knee, "x-ray and blood test", "fever")
    costs = {step.method: step.cost for step in case.steps}
    methods = knee.knowledge.methods
    assert costs == {"xray": methods["xray"].cost, "blood": methods["blood"].cost, "": 0.0}


def test_a_turn_inside_a_word_is_none() -> None:
    assert words_of("undergoing once, show longer") == ("undergoing", "once", "show", "longer")


def test_the_calf_that_hurts_is_found(knee: kb.Model) -> None:
    names = names_of(knee.knowledge, [*knee.knowledge.contexts, *knee.knowledge.findings])
    for asked in ("calf hurts", "does the calf hurtt"):
        assert any("calf" in id for id, _ in hear(names, asked)[:4])


def test_what_may_mean_several_things_is_asked_back(knee: kb.Model) -> None:
    with pytest.raises(UnknownNameError, match="may mean several things") as refused:
        knee.practice_case("any", seed=5).ask("what about stairs")
    assert {"pain going up stairs", "pain going down stairs"} <= set(refused.value.suggestions)


@pytest.mark.parametrize("asked", ["can you move it", "what about stairs", "where does it hurt"])
def test_only_what_comes_near_the_best_is_named(knee: kb.Model, asked: str) -> None:
    names = names_of(knee.knowledge, [*knee.knowledge.contexts, *knee.knowledge.findings])
    heard = dict(hear(names, asked))
    near = likeliest(list(heard.items()))
    assert 1 < len(near) <= 4
    assert near == list(heard)[: len(near)]
    assert min(heard[id] for id in near) >= max(heard.values()) - 0.25
    assert clearly(list(heard.items())) == ""


def test_a_word_that_is_known_is_no_slip_of_another() -> None:
    """Unlike one that nobody knows: in "bend" there is no "bed", in "bedn" there are both."""
    names = {"bend": ["bend"], "rest": ["in bed"]}
    assert hear(names, "bend it") == [("bend", 1.0)]
    assert [id for id, _ in hear(names, "bedn it")] == ["rest", "bend"]
    assert [id for id, _ in hear({"rest": ["in bed"]}, "bend it")] == ["rest"]


def test_what_nobody_asks_is_still_refused(knee: kb.Model) -> None:
    with pytest.raises(UnknownNameError, match="No finding or context named 'dance'"):
        knee.practice_case("any", seed=5).ask("dance")


def test_hearing_is_not_moved_by_case_order_or_little_words(knee: kb.Model) -> None:
    names = names_of(knee.knowledge, [*knee.knowledge.contexts, *knee.knowledge.findings])
    for asked in QUESTIONS:
        turned = " ".join(["Please", *reversed(words_of(asked))]).upper()
        assert dict(hear(names, turned)) == pytest.approx(dict(hear(names, asked)))


@pytest.mark.parametrize("apart", [4, pytest.param(1, marks=pytest.mark.long)])
def test_every_label_is_heard_as_what_it_names(knee: kb.Model, apart: int) -> None:
    ids = [*knee.knowledge.contexts, *knee.knowledge.findings]
    names = names_of(knee.knowledge, ids)
    for id in ids[::apart]:
        heard = hear(names, knee.knowledge.label(id))
        assert heard[0][1] == dict(heard)[id] == pytest.approx(1.0), id


def test_nothing_heard_is_nothing_clear() -> None:
    assert hear({"a": ["fever"]}, "") == []
    assert clearly([]) == ""
    assert clearly([("a", 0.9), ("b", 0.85)]) == ""
    assert clearly([("a", 0.9), ("b", 0.7)]) == "a"


def test_teachable_needs_a_name_and_no_contradiction(knee: kb.Model) -> None:
    truth = dict(knee.practice_case("any", seed=4).truth)
    assert is_teachable(knee, truth)
    rest = knee.knowledge.meta.rest
    alone = truth | {one.id: "absent" for one in knee.causes} | {rest: "present"}
    assert not is_teachable(knee, alone)
