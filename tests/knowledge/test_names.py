"""Forgiving on the way in: what counts as the same name, and what is said of an unknown one."""

import re

import pytest

import kneebayes as kb
from kneebayes.text import fold, suggest

SAME = [
    ("Baker's cyst", "baker\u2019s cyst"),
    ("Baker's cyst", "BAKERS CYST"),
    ("Baker's cyst", "bakers_cyst"),
    ("Baker's cyst", "  Baker`s \t Cyst "),
    ("high-impact sport", "high impact sport"),
    ("high-impact sport", "High\u2011Impact Sport"),
    ("post-thrombotic damage", "post_thrombotic damage"),
    ("X-ray: worn joint space", "x ray worn joint space"),
    ("tendonitis (jumper's knee)", "tendonitis, jumpers knee"),
    ("malignant tumour", "malignant tumor"),
    ("fever", "\uff26ever"),
]

UNKNOWN = [
    ("swolen knee", "'swollen knee'"),
    ("feever", "'fever'"),
    ("osteoarthrits", "'osteoarthritis'"),
    ("lump behind teh knee", "'lump behind the knee'"),
    ("Bakers cist", '"Baker\'s cyst"'),
    ("overwight", "'overweight'"),
    ("local inflamation", "'local inflammation'"),
]


@pytest.mark.parametrize(("name", "other"), SAME)
def test_what_does_not_matter_is_folded_away(name: str, other: str) -> None:
    assert fold(name) == fold(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [("gout", "gout known"), ("stairs up", "stairs down"), ("ACL", "PCL"), ("fever", "no fever")],
)
def test_what_matters_is_kept(name: str, other: str) -> None:
    assert fold(name) != fold(other)


def test_folding_twice_is_folding_once(knee: kb.Model) -> None:
    for name in knee.names.known(("group", "cause", "finding", "context", "mediator")):
        assert fold(fold(name)) == fold(name)


def test_what_was_found_has_a_text_and_a_table(knee: kb.Model) -> None:
    for found in (knee.search("swelling"), knee.contexts, knee.causes, knee.settings, knee.groups):
        lines = found.text.splitlines()
        assert len(lines) == len(found) == len(found.table)
        for line, record in zip(lines, found, strict=True):
            assert record.label in line
    assert knee.search("zzzzzz").text == ""


def test_every_name_of_the_folder_means_its_own_record(knee: kb.Model) -> None:
    knowledge = knee.knowledge
    for kind, records in (
        ("group", knowledge.groups),
        ("cause", knowledge.causes),
        ("mediator", knowledge.mediators),
        ("finding", knowledge.findings),
        ("context", knowledge.contexts),
    ):
        for key, record in records.items():
            for name in (key, record.label, *record.aliases):
                meaning = knee.names.meaning(name, (kind,))
                assert (meaning.id, meaning.kind) == (key, kind)
    for finding in knowledge.findings.values():
        for name in finding.names_when_absent:
            meaning = knee.names.meaning(name, ("finding",))
            assert (meaning.id, meaning.state) == (finding.id, "absent")
    for context in knowledge.contexts.values():
        for state in context.states:
            for name in (state.label, *state.aliases):
                meaning = knee.names.meaning(name, ("context",))
                assert (meaning.id, meaning.state) == (context.id, state.id)


def test_no_name_of_the_folder_means_two_things(knee: kb.Model) -> None:
    assert knee.names.clashes == []


@pytest.mark.parametrize(("name", "suggestion"), UNKNOWN)
def test_an_unknown_name_is_refused_with_a_suggestion(
    knee: kb.Model, name: str, suggestion: str
) -> None:
    with pytest.raises(kb.UnknownNameError) as caught:
        knee.diagnose({name: True})
    text = str(caught.value)
    assert re.match(rf"No finding, .+ named '{name}'\. Did you mean ", text)
    assert suggestion.strip("'\"") in caught.value.suggestions
    assert suggestion.strip("'\"") in text
    assert text.endswith(
        "See model.search('...'), model.findings, model.contexts and model.causes."
    )
    assert caught.value.name == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("xyzzy", "named 'xyzzy'. See model.search"),
        ("", "named ''. See model.search"),
        (5, "A name must be text, got 5. See model.search"),
        (None, "A name must be text, got None. See model.search"),
        (("gout", "DVT"), "got ('gout', 'DVT'). Give names one by one, not in a list."),
    ],
)
def test_a_name_like_no_other_is_refused_without_a_guess(
    knee: kb.Model, name: object, text: str
) -> None:
    with pytest.raises(kb.UnknownNameError, match=re.escape(text)):
        knee.diagnose({name: True})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gut", "No cause or group named 'gut'. Did you mean 'gout'? See model.causes."),
        ("fever", "No cause or group named 'fever'. ('fever' is a finding.)"),
    ],
)
def test_looking_up_a_cause_takes_causes_and_groups_only(
    knee: kb.Model, name: str, text: str
) -> None:
    with pytest.raises(kb.UnknownNameError, match=re.escape(text)):
        knee.diagnose()[name]


def test_tracing_takes_causes_only(knee: kb.Model) -> None:
    text = "No cause named 'injury'. ('injury' is a group; here it takes one of its members.)"
    with pytest.raises(kb.UnknownNameError, match=re.escape(text)):
        knee.trace("injury")


def test_an_unknown_lexicon_is_refused_with_those_there_are(knee: kb.Model) -> None:
    text = f"No lexicon 'artcle'. There are: {', '.join(knee.lexicons)}."
    with pytest.raises(kb.UnknownNameError, match=re.escape(text)) as caught:
        knee.with_lexicon("artcle")
    assert caught.value.suggestions == ("article",)


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("fevr", ["fever", "lump"], ["fever"]),
        ("KNEE", ["swollen knee", "fever"], ["swollen knee"]),
        ("knee lump", ["lump behind the knee", "fever"], ["lump behind the knee"]),
        ("zzz", ["fever", "lump"], []),
        ("fever", [], []),
    ],
)
def test_suggestions_look_alike(name: str, known: list[str], expected: list[str]) -> None:
    assert sorted(suggest(name, known)) == expected


ALIKE = [
    ("calf swollen", "swollen calf"),
    ("the knee is swelling", "knee swelling"),
    ("bending hurts", "hurts when bending"),
    ("swollenknee", "swollen knee"),
    ("tenderness of the calf", "calf tenderness"),
    ("recent injection in the knee", "recent knee injection"),
]


@pytest.mark.parametrize(("name", "expected"), ALIKE)
def test_names_are_compared_as_bags_of_words(knee: kb.Model, name: str, expected: str) -> None:
    with pytest.raises(kb.UnknownNameError) as caught:
        knee.diagnose({name: True})
    assert caught.value.suggestions[0] == expected


@pytest.mark.parametrize(
    ("name", "bare"), [("a lump", "lump"), ("The Swollen knee ", "swollen knee")]
)
def test_an_article_changes_no_name(knee: kb.Model, name: str, bare: str) -> None:
    for answer in (True, False):
        told = knee.diagnose({name: answer})
        assert told.ranking.equals(knee.diagnose({bare: answer}).ranking)


@pytest.mark.parametrize("name", ["a febrile", "a-febrile", "A-febrile"])
def test_a_prefix_that_denies_is_no_article(knee: kb.Model, name: str) -> None:
    with pytest.raises(kb.UnknownNameError):
        knee.diagnose({name: True})


@pytest.mark.parametrize(
    "name", ["toothache", "cough", "hiccups", "accordion", "freckles", "insomnia", "yoghurt"]
)
def test_what_is_hardly_alike_is_not_suggested(knee: kb.Model, name: str) -> None:
    with pytest.raises(kb.UnknownNameError) as caught:
        knee.diagnose({name: True})
    assert caught.value.suggestions == ()
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("no fever", "fever"),
        ("not swollen", "swollen knee"),
        ("afebrile", "febrile"),
        ("pulse in the foot", "no pulse in the foot"),
        ("can walk", "cannot walk"),
        ("pain on walking", "unable to walk"),
    ],
)
def test_no_suggestion_reverses_what_was_said(name: str, known: str) -> None:
    assert suggest(name, [known]) == []


def test_one_thing_is_suggested_once_and_never_by_its_id(knee: kb.Model) -> None:
    near = knee.names.like("lump behnd the kne", ("finding",))
    assert near[0] == "lump behind the knee"
    for name in ("swollen", "stifness", "MRI", "weakness"):
        near = knee.names.like(name, ("finding", "context", "cause"))
        ids = [knee.names.meaning(one, ("finding", "context", "cause")) for one in near]
        assert len(ids) == len(set(ids))
        assert not any("_" in one for one in near)


SAID_OTHERWISE = [
    ("calf swelling", "leg_swelling", "present"),
    ("tender calf", "calf_tenderness", "present"),
    ("can't bear weight", "unable_to_bear_weight", "present"),
    ("cannot bear weight", "unable_to_bear_weight", "present"),
    ("twist", "twisting_injury", "present"),
    ("twisted knee", "twisting_injury", "present"),
    ("fall on the knee", "recent_trauma", "present"),
    ("direct blow", "recent_trauma", "present"),
    ("flight", "recent_surgery_immobility", "present"),
    ("immobilisation", "recent_surgery_immobility", "present"),
    ("immobilization", "recent_surgery_immobility", "present"),
    ("red", "redness", "present"),
    ("hot", "warmth", "present"),
    ("mass behind the knee", "lump_behind_knee", "present"),
    ("positive Lachman", "lachman", "present"),
    ("sudden pain", "onset", "present"),
    ("cancer being treated", "active_cancer", "present"),
]


@pytest.mark.parametrize(("name", "id", "state"), SAID_OTHERWISE)
def test_what_people_say_is_a_name(knee: kb.Model, name: str, id: str, state: str) -> None:
    meaning = knee.names.meaning(name, ("finding", "context", "cause", "group"))
    assert (meaning.id, meaning.state) == (id, state)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_more_is_suggested_than_asked_for(count: int) -> None:
    assert len(suggest("aa", ["aab", "aac", "aad", "aae"], count=count)) == count
