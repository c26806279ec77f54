"""What may be done, as the source gives it: of likely causes only, and never instead of help."""

from pathlib import Path

import pytest

import kneebayes as kb
from kneebayes.case.urgency import LIKELY

PATIENTS: list[dict[str, object]] = [
    {},
    {"lump behind the knee": True},
    {"twisting injury": True, "popping": True},
    {"swollen knee": True, "stiffness": True, "age": "older"},
]


@pytest.mark.parametrize("answers", PATIENTS, ids=lambda answers: ", ".join(answers) or "complaint")
def test_care_is_that_of_likely_causes_and_groups(
    knee: kb.Model, answers: dict[str, object]
) -> None:
    dx = knee.diagnose(answers)
    knowledge = knee.knowledge
    groups = {knowledge.groups[id].label: id for id in dx.case.group_posteriors(knowledge.groups)}
    shares = dx.case.group_posteriors(knowledge.groups)
    labels = {cause.label: cause for cause in knowledge.causes.values()}
    expected = {
        care.text
        for label, id in groups.items()
        if shares[id] >= LIKELY
        for care in knowledge.groups[id].care
    }
    expected |= {
        care.text
        for row in dx.case.ranked
        if row.posterior >= LIKELY
        for care in labels[row.cause].care
    }
    told = {line.text for line in dx.care if line.about}
    assert told == expected
    assert {line.text for line in dx.care} - told == {care.text for care in knowledge.meta.care}
    assert all(line.probability >= LIKELY and line.because for line in dx.care)


def test_home_care_is_left_out_where_help_is_needed_now(knee: kb.Model) -> None:
    dx = knee.diagnose({"fever": True, "redness": True, "warmth": True})
    assert dx.urgency.level == "now"
    assert all(line.about for line in dx.care)
    general = {care.text for care in knee.knowledge.meta.care}
    assert not [text for text in general if text in dx.report() or text in dx._repr_html_()]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({}, True),
        ({"age": 45, "sex": "female"}, True),
        ({"pregnant": False, "kidney disease": False, "blood thinner": 0.1}, True),
        ({"age": "child"}, False),
        ({"age": 9}, False),
        ({"pregnant": True}, False),
        ({"pregnant": 0.3}, False),  # perhaps is enough
        ({"diuretics": True}, False),
        ({"blood thinner": True, "age": 70}, False),
        ({"haemophilia": True}, False),
    ],
    ids=str,
)
def test_care_is_not_told_to_whom_it_is_not_for(
    knee: kb.Model, answers: dict[str, object], told: bool
) -> None:
    dx = knee.diagnose(answers)
    assert dx.urgency.level != "now"
    for text in (dx.report(), dx._repr_html_(), dx.to_json()):
        assert ("ibuprofen" in text) == told
        assert "Most pain behind the knee calls for a visit" in text


@pytest.mark.parametrize(
    ("named", "wrong"),
    [
        (
            "pregnancie",
            "'pregnancie' has no|'pregnancie' is not a finding .*Did you mean 'pregnancy'",
        ),
        ("pregnancy.present", r"without a state\. Write pregnancy\."),
        ("age", r"'age' has several states .*Write age\.STATE; states: child"),
        ("age.baby", r"'age\.baby' names no state of 'age'"),
    ],
)
def test_whom_care_is_not_for_is_checked(tmp_path: Path, named: str, wrong: str) -> None:
    folder = tmp_path / "clinic"
    folder.mkdir()
    care = f'[[care]]\ntext = "Rest."\nbecause = "C111"\nnot_for = "{named}"\n'
    text = f'extends = "kneebayes"\n\n{care}'
    (folder / "knowledge.toml").write_text(text)
    with pytest.raises(kb.KnowledgeError, match=rf"care\[0\]\.not_for: .*{wrong}"):
        kb.load(folder)


def test_text_html_and_json_say_the_same_care(knee: kb.Model) -> None:
    dx = knee.diagnose(PATIENTS[1])
    assert dx.care
    for line in dx.care:
        assert line.text in dx.report()
        assert line.text in dx._repr_html_()
    assert [line["text"] for line in dx.to_dict()["care"]] == [line.text for line in dx.care]
