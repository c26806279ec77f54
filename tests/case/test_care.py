"""What may be done, as the source gives it: of likely causes only, and never instead of help."""

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


def test_text_html_and_json_say_the_same_care(knee: kb.Model) -> None:
    dx = knee.diagnose(PATIENTS[1])
    assert dx.care
    for line in dx.care:
        assert line.text in dx.report()
        assert line.text in dx._repr_html_()
    assert [line["text"] for line in dx.to_dict()["care"]] == [line.text for line in dx.care]
