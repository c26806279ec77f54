"""What a sentence says of what it names: a table of sentences, and laws that hold for any."""

import csv
import json
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kneebayes as kb
from kneebayes.errors import KneebayesError
from kneebayes.history import History

TABLE = Path(__file__).resolve().parent.parent / "data" / "histories.csv"
with TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = [(row["text"], row["name"], row["said"]) for row in csv.DictReader(file)]
ONES = ("fever", "redness", "stiffness", "locking", "chest pain", "shortness of breath")
KINDS = ("finding", "context")


@cache
def model():
    return kb.load()


def said(history: History, id: str) -> str:
    """What a history says of a node, read off its table alone."""
    rows = [row for row in history.table.to_dict("records") if row["id"] == id]
    if not rows:
        return "nothing"
    row = next((row for row in rows if row["used"]), rows[0])
    answer = str(row["answer"])
    return answer if row["used"] and answer not in {"True", "False"} else str(row["status"])


def id_of(knee, name: str) -> str:
    return str(knee.names.meaning(name, KINDS).id)


def test_a_sentence_is_read_as_people_read_it(knee):
    found = [(text, name, said(knee.read(text), id_of(knee, name))) for text, name, _ in ROWS]
    assert [one for one in found if one not in ROWS] == []
    assert len(found) > 500


@pytest.mark.parametrize("name", ONES)
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("There is ", ".", "present"),
        ("There is no ", ".", "absent"),
        ("No cough, ", " or headache.", "absent"),
        ("There might be ", ".", "perhaps"),
        ("My father has ", ".", "other"),
        ("Years ago there was ", ".", "past"),
    ],
)
def test_every_finding_is_denied_doubted_and_placed_alike(knee, name, before, after, expected):
    assert said(knee.read(before + name + after), id_of(knee, name)) == expected


NOT_THE_PATIENTS_NOW = [
    "The {} is a thing of the past.",
    "{} has never been a problem.",
    "{} would worry me, but there is none.",
    "{} would need a scan.",
    "{} should make me call.",
    "Any {} and I'd go straight to hospital.",
    "The man next to me in the waiting room has {}.",
    "In the leaflet it says {}.",
    "The leaflet mentions {}.",
    "The NHS website lists {} as a sign.",
    "On the internet they talk about {}.",
    "I saw on TV that {} is dangerous.",
    "Chat GPT told me {} is a sign of infection.",
    "During covid I had {}.",
    "Far from {}.",
    "{}: not at the moment.",
    "{}: previously.",
    "{}: not assessed today.",
    "{}: see below.",
    "Assess for {}.",
    "Monitor for {}.",
    "Ask again about {}.",
    "Had {} until last week.",
    "He was told to call when {} begins.",
    "What if I get {}?",
    "When should I worry about {}?",
    "Does {} mean a clot?",
    "Come back if there is any {}.",
    "To come back should {} occur.",
    "I am afraid of getting {}.",
    "I do not recall any {}.",
    "I would not call it {}.",
    "It isn't {} that bothers me.",
    "{} might come.",
    "{} can be a sign of something serious.",
    "Beware of {}.",
    "The children all have {}.",
    "The previous patient had {}.",
    "In the last pregnancy I had {}.",
    "After the operation there was {}, not now.",
    "Five years ago: {}.",
    "PMH {} 2016.",
    "{}: nad.",
    "I'd expect {} if it was infected.",
    "They tested me for {}.",
    "I took paracetamol to prevent {}.",
    "The tablets can cause {}.",
    "I thought I had {} but no.",
    "Suppose there is {}, what then?",
    "My main fear is {}.",
    "{} crossed my mind but there is none.",
    "The nurse warned me of {}.",
    "Two winters ago I had {}.",
    "{} has since resolved.",
    "I had {} but it has passed.",
    "The antibiotics got rid of the {}.",
    "{} - nope.",
    "I doubt that there is {}.",
]
THE_PATIENTS_NOW = [
    "Despite the {}, he walks well.",
    "Since Sunday {}.",
    "Worsening {}.",
    "Still has {}.",
    "Has had {} for two days.",
    "Along with {}.",
    "{} is getting worse.",
    "{} has not gone.",
    "{} would not go away.",
    "{} came back.",
    "Not only pain but also {}.",
    "The {} won't go away.",
    "I read the leaflet because I have {}.",
    "I looked online, but I have {}.",
    "It was fine until today, now {}.",
    "I called to ask because there is {}.",
    "I don't know why there is {}.",
    "I thought it was a strain, but now there is {}.",
    "The tablets have not helped the {}.",
    "{}, not only pain.",
    "No trauma. {}.",
    "No idea what causes the {}.",
]
SIGNS = ("fever", "redness", "calf swelling")


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize("sentence", NOT_THE_PATIENTS_NOW)
def test_what_is_not_the_patients_now_is_never_taken_as_there(knee, sentence, name):
    text = sentence.format(name)
    assert knee.read(text[0].upper() + text[1:]).answers.get(id_of(knee, name)) is not True


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize("sentence", THE_PATIENTS_NOW)
def test_what_is_the_patients_now_is_taken(knee, sentence, name):
    text = sentence.format(name)
    assert knee.read(text[0].upper() + text[1:]).answers[id_of(knee, name)] is True


@given(names=st.permutations(ONES), last=st.sampled_from(["or", "nor"]), many=st.integers(2, 6))
@settings(max_examples=25, deadline=None)
def test_a_denied_list_denies_each_of_its_items(names, last, many):
    knee = model()
    listed = names[:many]
    text = f"No {', '.join(listed[:-1])} {last} {listed[-1]}."
    found = {id_of(knee, name): said(knee.read(text), id_of(knee, name)) for name in listed}
    assert set(found.values()) == {"absent"}, (text, found)


@given(names=st.permutations(ONES), many=st.integers(2, 6), closing=st.sampled_from(["", " and "]))
@settings(max_examples=25, deadline=None)
def test_what_may_be_denied_is_never_taken_as_there(names, many, closing):
    """A list that no ``or`` closes is denied, or asked about: never silently turned round."""
    knee = model()
    listed = names[:many]
    text = f"No {', '.join(listed[:-1])}{closing or ', '}{listed[-1]}."
    found = {said(knee.read(text), id_of(knee, name)) for name in listed}
    assert found <= {"absent", "perhaps"}, text


@pytest.mark.parametrize("row", list(permutations(["red", "hot", "swollen"])))
def test_adjectives_behind_not_are_never_taken_as_there(knee, row):
    names = {"red": "redness", "hot": "warmth", "swollen": "swollen knee"}
    history = knee.read(f"The knee was not {', '.join(row)}.")
    assert {said(history, id_of(knee, names[one])) for one in row} <= {"absent", "perhaps"}


@given(names=st.permutations(ONES), split=st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_a_denial_ends_where_its_sentence_ends(names, split):
    knee = model()
    denied, told = names[:split], names[split:]
    text = " ".join([f"No {name}." for name in denied] + [f"There is {name}." for name in told])
    answers = knee.read(text).answers
    assert {id_of(knee, name): False for name in denied}.items() <= answers.items(), text
    assert {id_of(knee, name): True for name in told}.items() <= answers.items(), text


@given(
    names=st.permutations(ONES),
    there=st.sampled_from(["there is {}", "{} +", "{}: yes", "{} since Monday", "{} has not gone"]),
    denied=st.sampled_from(["no {}", "{} -ve", "{}: no", "no {} until today", "{} was absent"]),
    mark=st.sampled_from([", ", "; ", " / ", " - ", ", but ", ". ", "\n", " ("]),
    turned=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_what_is_there_is_never_denied_by_what_is_not(names, there, denied, mark, turned):
    pieces = [there.format(names[0]), denied.format(names[1])]
    text = mark.join(reversed(pieces) if turned else pieces)
    knee = model()
    assert said(knee.read(text), id_of(knee, names[0])) in {"present", "perhaps"}, text


@pytest.mark.parametrize("name", ONES)
def test_sentences_of_others_change_nothing(knee, name):
    alone = knee.read(f"I have {name}.").answers
    others = "It began on a Monday. My sister has a cough. Thank you for your time."
    both = knee.read(f"{others} I have {name}. {others}").answers
    assert both == alone


def test_words_stand_where_the_text_has_them(knee):
    text = "A 34-year-old man: no fever, stiffness or chest pain; the knee may lock. Odd bananas."
    history = knee.read(text)
    assert len(history.mentions) >= 5
    for mention in history.mentions:
        assert text[mention.words.start : mention.words.end] == mention.words.text
        assert mention.because in text
    for passage in history.not_understood:
        assert text[passage.start : passage.end] == passage.text
    assert "bananas" in " ".join(passage.text for passage in history.not_understood)


def test_what_is_said_both_ways_is_left_open(knee):
    history = knee.read("There is fever. There is no fever.")
    assert "fever" not in history.answers
    assert {mention.status for mention in history.mentions} == {"perhaps"}


def test_nothing_is_used_that_is_open_past_or_of_others(knee):
    history = knee.read("Perhaps fever. My father has redness. Years ago there was stiffness.")
    assert history.answers == {}
    assert {one.status for one in history.mentions} == {"perhaps", "other", "past"}


def test_a_diagnosis_takes_the_answers_and_says_so(knee):
    history = knee.read("No fever. The knee may lock. Stiffness.")
    told = knee.diagnose(history)
    plain = knee.diagnose({"fever": False, "stiffness": True})
    assert told.ranking.equals(plain.ranking)
    assert history.remark in told.text
    assert history.remark in told._repr_html_()
    assert told.to_dict()["remarks"] == [history.remark]
    assert "remarks" not in plain.to_dict()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Perhaps the knee is red.", ["redness"]),
        ("Possible fever, redness or stiffness.", ["fever", "redness"]),
        ("The knee is red. The knee is not red.", ["redness"]),
        ("Ultrasound ordered for DVT.", ["ultrasound: clot in the vein"]),
        ("The knee may be red. It may have lasted for months.", ["redness"]),
        ("The knee may be red. Fever.", []),  # which calls for help at once already
        ("The knee may be stiff.", []),
        ("The knee may be red. It has lasted for months.", ["redness"]),  # soon
        ("My father may have a fever.", []),
    ],
)
def test_an_urgent_sign_left_to_look_at_is_told_beside_the_urgency(knee, text, left):
    history = knee.read(text)
    dx = knee.diagnose(history)
    told = f"Left to look at, and urgent if so: {', '.join(left)}." if left else ""
    assert list(dx.urgency.to_look_at) == left
    for one in (dx, dx.questions()):
        said = (one.to_dict() if one is dx else json.loads(one.to_json()))["urgency"]["beside"]
        assert ("Left to look at" in said) == bool(left)
        assert all(told in where for where in (said, one.text, one._repr_html_()))
    answered = dict.fromkeys((mention.id for mention in history.to_look_at), False)
    assert dx.given(answered).urgency.to_look_at == ()
    assert knee.diagnose(history.corrected(answered)).urgency.to_look_at == ()


def test_a_history_is_put_right_by_hand(knee):
    history = knee.read("No fever. The knee may lock.")
    assert [one.id for one in history.to_look_at] == ["locking"]
    mended = history.corrected({"locking": True, "fever": None})
    assert mended.answers == {"locking": True}
    assert mended.to_look_at == ()
    assert "by hand" in mended.remark
    assert history.answers == {"fever": False}, "the first one has changed"


def test_a_name_of_a_cause_is_no_answer(knee):
    history = knee.read("The knee has osteosarcoma.")
    assert [mention.kind for mention in history.mentions] == ["cause"]
    assert history.answers == {}


def test_html_marks_and_escapes(knee):
    text = "No fever <script>alert(1)</script> & stiffness"
    html = knee.read(text).html
    assert "<script>" not in html
    assert html.count("<mark") >= 2
    assert "fever: absent" in html


@pytest.mark.parametrize("wrong", [None, 3, ["no fever"], {"fever": False}])
def test_what_is_no_text_is_refused(knee, wrong):
    with pytest.raises(KneebayesError, match="'text' must be text"):
        knee.read(wrong)


def test_a_text_without_end_is_refused(knee):
    with pytest.raises(KneebayesError, match="at most 100,000"):
        knee.read("no fever " * 20_000)


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read(text):
    history = model().read(text)
    assert history.story == text
    assert isinstance(history.html, str)
