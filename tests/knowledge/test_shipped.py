"""Laws of the knowledge that comes with the package."""

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

import kneebayes as kb
from kneebayes.knowledge import Knowledge

DIRECTIONS = ("commonness", "frequency", "evoking", "risk")
AMOUNTS = {"how_often", "risk", "evokes", "leak", "share"}
ORIGINS = {"because", "published_because", "assumed_because", "overruled"}
NUMBERS = {"low", "value", "high", "published", "between", "cost", "burden", "at_least", "total"}
COMMONNESS = (
    ("bakers_cyst", "osteoarthritis", "meniscus_tear", "hamstring_injury", "pcl_injury"),
    (
        "rheumatoid_arthritis",
        "gout",
        "septic_arthritis",
        "cellulitis",
        "septic_bursitis",
        "osteomyelitis",
        "deep_vein_thrombosis",
    ),
    ("referred_pain_spine", "referred_pain_front"),
    ("liposarcoma", "osteosarcoma", "synovial_sarcoma", "benign_tumor"),
)
COMMON_WORDS = ("most common", "among the most common", "occasional", "rare")


@pytest.fixture(scope="module")
def knowledge(knee: kb.Model) -> Knowledge:
    return knee.knowledge


def values_inside(
    place: str, value: object, because: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, object, tuple[str, ...]]]:
    """Place, field, value and nearest origin of everything inside some records."""
    if isinstance(value, BaseModel):
        nearest = getattr(value, "because", ()) or because
        for field in type(value).model_fields:
            inner = getattr(value, field)
            yield f"{place}.{field}", field, inner, nearest
            yield from values_inside(f"{place}.{field}", inner, nearest)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from values_inside(f"{place}.{key}", inner, because)
    elif isinstance(value, tuple):
        for at, inner in enumerate(value):
            yield from values_inside(f"{place}[{at}]", inner, because)


def everything(knowledge: Knowledge) -> Iterator[tuple[str, str, object, tuple[str, ...]]]:
    """Everything that a folder says."""
    for kind in (
        *("meta", "lexicons", "groups", "causes", "contexts", "mediators", "findings"),
        *("methods", "urgency", "settings", "incoherent", "parts"),
    ):
        yield from values_inside(kind, getattr(knowledge, kind))


def words(knowledge: Knowledge) -> set[tuple[str, str]]:
    """Every word that is used, with the direction in which it is used."""
    direction = {"word": "commonness", "evokes": "evoking", "risk": "risk"}
    return {
        (direction.get(field, "frequency"), value)
        for place, field, value, _ in everything(knowledge)
        if isinstance(value, str)
        and field in {"word", *AMOUNTS}
        and not place.startswith("lexicons")
        and value
        and (field != "word" or ".commonness." in place)
    }


def test_all_claims_are_there_in_order(knowledge: Knowledge) -> None:
    assert list(knowledge.claims) == [f"C{number:02}" for number in range(1, 207)]


def test_each_claim_is_used_or_says_why_not(knowledge: Knowledge) -> None:
    used = knowledge.claims_used()
    said = {claim.id for claim in knowledge.claims.values() if claim.unused_because}
    resting = {claim for claim, places in used.items() if places}
    assert resting | said == set(knowledge.claims)
    assert resting & said == set()


@pytest.fixture(scope="module")
def whole(knee: kb.Model) -> Knowledge:
    """All that the folder says, in every layer."""
    return knee.in_layer("beyond").knowledge


def test_every_origin_resolves_and_every_reference_is_used(whole: Knowledge) -> None:
    knowledge = whole
    given = {one for _, because in knowledge.origins() for one in because}
    named = {one for one in given if not one.startswith("assumed:")}
    assert named <= {*knowledge.claims, *knowledge.references}
    assert set(knowledge.references) <= named


def test_origins_are_all_that_is_said_because(knowledge: Knowledge) -> None:
    walked = {
        one
        for _, field, value, _ in everything(knowledge)
        if field in ORIGINS and isinstance(value, tuple)
        for one in value
    }
    assert walked == {one for _, because in knowledge.origins() for one in because}


def test_every_number_says_where_it_comes_from(knowledge: Knowledge) -> None:
    without = [
        place
        for place, field, value, because in everything(knowledge)
        if field in AMOUNTS | NUMBERS | {"word"}
        and value not in (None, "")
        and not isinstance(value, dict)
        and not because
    ]
    assert without == []


def test_every_assumption_has_a_reason(knowledge: Knowledge) -> None:
    for place, because in knowledge.origins():
        for one in because:
            if one.startswith("assumed"):
                assert re.fullmatch(r"assumed: \S.{6,}", one), (place, one)


def test_no_name_or_text_holds_markup(knowledge: Knowledge) -> None:
    texts = [value for _, _, value, _ in everything(knowledge) if isinstance(value, str)]
    assert len(texts) > 1_000
    assert [text for text in texts if set(text) & set("<>\x00")] == []


def test_there_are_at_least_four_lexicons(knowledge: Knowledge) -> None:
    assert len(knowledge.lexicons) >= 4
    assert knowledge.meta.lexicon in knowledge.lexicons


def test_every_lexicon_defines_every_word_that_is_used(knowledge: Knowledge) -> None:
    used = words(knowledge)
    assert {direction for direction, _ in used} <= set(DIRECTIONS)
    for lexicon in knowledge.lexicons.values():
        known = {(one, word) for one in DIRECTIONS for word in getattr(lexicon, one)}
        assert used <= known, lexicon.id


def test_the_words_of_a_lexicon_are_probabilities(knowledge: Knowledge) -> None:
    for lexicon in knowledge.lexicons.values():
        for direction in ("commonness", "frequency", "evoking"):
            for word, wording in getattr(lexicon, direction).items():
                assert 0.0 <= wording.low <= wording.value <= wording.high <= 1.0, word
        for word, wording in lexicon.risk.items():
            assert 0.0 < wording.low <= wording.value <= wording.high, word


def test_one_word_means_different_things_in_different_lexicons(knowledge: Knowledge) -> None:
    often = {lexicon.frequency["often"].value for lexicon in knowledge.lexicons.values()}
    common = {lexicon.commonness["most common"].value for lexicon in knowledge.lexicons.values()}
    assert len(often) > 1
    assert len(common) > 1


LEXICONS = ("article", "lay", "hpo", "cioms", "cautious")


@pytest.fixture(scope="module", params=LEXICONS)
def model(request: pytest.FixtureRequest, knee: kb.Model) -> kb.Model:
    """The article's model with each of its lexicons."""
    return knee if request.param == "article" else knee.with_lexicon(request.param)


def test_the_posterior_of_the_complaint_alone_is_the_prior(model: kb.Model) -> None:
    ranking = model.diagnose().ranking
    assert ranking["posterior"].to_numpy() == pytest.approx(
        ranking["prior"].to_numpy(), rel=0, abs=1e-9
    )


def test_the_commonness_order_of_the_article_holds_on_the_whole(knee: kb.Model) -> None:
    prior = knee.diagnose().ranking.set_index("id")["prior"]
    first, second, referred, last = COMMONNESS
    for more, less in ((first, second), (first, referred), (second, last), (referred, last)):
        assert prior[list(more)].median() > prior[list(less)].median(), (more, less)


def test_every_lexicon_keeps_the_order_of_the_words(model: kb.Model) -> None:
    said = model.knowledge.lexicons[model.elicited.lexicon].commonness
    ordered = [said[word].value for word in COMMON_WORDS]
    assert ordered == sorted(set(ordered), reverse=True)


def test_every_result_says_which_lexicon_made_it(model: kb.Model) -> None:
    lexicon = model.elicited.lexicon
    dx = model.diagnose()
    assert f"(lexicon: {lexicon})" in dx.text
    assert f"(lexicon: {lexicon})" in dx._repr_html_()
    assert dx.to_dict()["lexicon"] == lexicon
    assert f"lexicon {lexicon!r}" in repr(model)


def test_the_lexicons_above_are_all_that_come_along(knee: kb.Model) -> None:
    assert knee.lexicons == LEXICONS


@pytest.mark.parametrize("tumor", COMMONNESS[-1])
def test_each_tumor_is_rare(knee: kb.Model, tumor: str) -> None:
    assert 0.0 < knee.diagnose()[tumor] < 0.01


def test_the_statement_that_overrules_another_is_remarked(knee: kb.Model) -> None:
    found = {one.place for one in knee.remarks if one.kind == "contradictory commonness"}
    assert found == set(COMMONNESS[-1])


@pytest.mark.parametrize(
    "kind", ["unused claim", "finding without cause", "mediator without cause"]
)
def test_there_are_no_loose_ends(knee: kb.Model, kind: str) -> None:
    assert [str(one) for one in knee.remarks if one.kind == kind] == []


def test_all_causes_are_told_apart(knee: kb.Model) -> None:
    assert [str(one) for one in knee.remarks if one.kind == "cause not told apart"] == []
