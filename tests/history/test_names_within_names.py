"""No name of one thing hides a sign of another that calls for help at once."""

import pytest

from kneebayes.history.words import words_of_name

# The word for the sign means something else in the names of these, such as red in red eyes.
SHORT = {"in tears", "severe"}  # a tear is something else, and severe may be whatever it is said of
OTHERWISE = {
    *(("redness", id) for id in ("red_eyes_or_urethritis", "rash", "vein_cord")),
    ("redness", "big_toe_attack_before"),  # of another joint, once
    *(
        ("severe_pain", id) for id in ("pain_more_than_mild", "stairs_up", "both_knees")
    ),  # "kill me"
    ("warmth", "pain_during_exercise"),  # a warm-up
    ("fever", "warmth"),  # the temperature of the skin
    ("severe_pain", "unable_to_bear_weight"),  # weight, not pain
    ("displaced_joint", "bone_structure"),  # that slips out again and again
    ("displaced_joint", "feels_unstable"),  # as if it would jump out
    ("displaced_joint", "old_injury"),  # that was out before
    ("leg_swelling", "lump_elsewhere"),
}


def stems(name):
    """What a name has to have, its small words left out."""
    return frozenset(one for word in words_of_name(name) if not word.is_small for one in word.stems)


def names_of(knowledge, id):
    record = knowledge.findings.get(id) or knowledge.contexts[id]
    saying = knowledge.sayings.sayings.get(id)
    said = () if saying is None else saying.present
    return [record.label, *record.aliases, *said]


def is_within(name, other):
    """Whether a longer name has all the words of another, in order where that one has an order."""
    if name.startswith("="):
        return f" {name[1:]} " in f" {other} "
    return frozenset() < stems(name) <= stems(other)


def test_no_name_hides_a_sign_that_calls_for_help_at_once(knee):
    knowledge = knee.data.knowledge
    felt = {
        id for id, one in knowledge.findings.items() if one.method in ("", "history", "examination")
    }
    alone = (rule for rule in knowledge.urgency if not rule.all_of and rule.at_least < 2)
    signs = {id for rule in alone if rule.level == "now" for id in rule.any_of} & felt
    assert {"redness", "warmth", "fever", "severe_pain", "leg_swelling"} <= signs
    names = {id: names_of(knowledge, id) for id in (*felt, *knowledge.contexts)}
    words = {id: set(names[id]) - SHORT for id in signs}
    hidden = [
        (sign, id, name)
        for id, several in names.items()
        for name in (one.removeprefix("=") for one in several)
        for sign in signs - {id}
        if (sign, id) not in OTHERWISE and any(is_within(one, name) for one in words[sign])
        if sign not in {mention.id for mention in knee.read(name).mentions}
    ]
    assert hidden == []
    assert "red hot knee" not in knowledge.findings["redness"].aliases


@pytest.mark.parametrize(
    "text",
    [
        "He fell yesterday. Hot red knee.",
        "hot red knee",
        "red hot swollen knee",
        "hot, swollen, red knee",
        "swollen hot red knee",
        "The knee is red hot.",
        "a red-hot knee",
        "There is a hot red patch.",
    ],
)
def test_hot_and_red_are_two_signs(knee, text):
    history = knee.read(text)
    assert history.answers["redness"] is history.answers["warmth"] is True
    assert knee.diagnose(history).urgency.level == "now"


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("My eyes were red and sore.", "red_eyes_or_urethritis", "redness"),
        ("My knee is killing me.", "pain_more_than_mild", "severe_pain"),
        ("It came on while warming up.", "pain_during_exercise", "warmth"),
        ("Downstairs is agony.", "severe_pain", "fever"),
        ("The redness has a sharp border.", "redness", "fever"),
    ],
)
def test_a_word_within_another_name_keeps_its_meaning(knee, text, there, not_there):
    answers = knee.read(text).answers
    assert answers[there] is True
    assert not_there not in answers
