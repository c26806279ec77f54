"""The page in a real browser: its numbers are Python's, it is quiet, and it asks nobody."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE, Visit, browser, needs_browser, visit

import kneebayes as kb
from kneebayes.view.differential import differential_report
from kneebayes.view.markup import percent

pytestmark = needs_browser

CASE = {"lump_behind_knee": "present", "fever": "absent", "age": "older", "onset": "absent"}


SCROLLS_SIDEWAYS = """
    [...document.querySelectorAll(".kneebayes *")]
      .filter(one => getComputedStyle(one).overflowX === "auto")
      .filter(one => one.scrollWidth > one.clientWidth + 1)
      .map(one => one.className)
"""


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    with browser() as running:
        yield running


@pytest.fixture
def seen(opened: Any, page_file: Path) -> Iterator[Visit]:
    with visit(opened, page_file, viewport={"width": 1280, "height": 900}) as page:
        yield page
        assert page.said == []
        assert page.dialogs == []
        assert page.requests == [page_file.as_uri()]


def test_before_any_answer_it_shows_the_priors(seen: Visit, knee: kb.Model) -> None:
    dx = knee.diagnose()
    told = {id: float(p) for id, p in seen.shown("cause", "prior")}
    assert told == {id: knee.elicited.priors[id].value for id in told}
    assert seen.posteriors() == pytest.approx(dx.belief.posteriors, rel=1e-9)
    assert dx.urgency.advice in seen.text(".kb-urgency")


def test_ticked_answers_bring_the_numbers_that_python_brings(seen: Visit, knee: kb.Model) -> None:
    for id, state in CASE.items():
        seen.answer(id, state)
    dx = knee.diagnose(CASE)
    assert seen.posteriors() == pytest.approx(dx.belief.posteriors, rel=1e-9)
    assert [id for (id,) in seen.shown("cause")] == list(dx.ranking["id"])
    texts = seen.page.locator("tr[data-cause] .kb-now").all_inner_texts()
    assert texts == [percent(p) for p in dx.ranking["posterior"]]
    any_urgent = seen.page.locator("[data-any-urgent]").get_attribute("data-any-urgent")
    assert float(any_urgent) == pytest.approx(dx.any_urgent, rel=1e-9)
    seen.explained()
    groups = json.loads(seen.page.locator("[data-groups]").get_attribute("data-groups"))
    assert groups == pytest.approx(dict(dx.group_ranking[["id", "posterior"]].to_numpy()), rel=1e-9)


def test_care_is_told_word_for_word_and_left_out_where_help_is_needed_now(
    seen: Visit, knee: kb.Model
) -> None:
    for answers in (
        {"lump_behind_knee": "present"},
        {"lump_behind_knee": "present", "fever": "present"},
    ):
        for id, state in answers.items():
            seen.answer(id, state)
        seen.explained()
        shown = seen.page.locator(".kb-care li > p").all_inner_texts()
        expected = differential_report(knee.diagnose(answers)).after
        assert [f"Care according to the source, {text}" for text in shown] == list(expected)
    seen.page.locator(".kb-care summary").first.click()
    claims = seen.page.locator(".kb-care li").first.locator(".kb-list li").all_inner_texts()
    line = knee.diagnose(answers).care[0]
    assert [text.split(":")[0] for text in claims][: len(line.because)] == list(line.because)


def test_a_setting_a_lexicon_and_a_layer_bring_the_numbers_of_python_there(
    seen: Visit, knee: kb.Model
) -> None:
    seen.answer("fever", "absent")
    seen.computed()
    setting, place = next(iter(knee.knowledge.settings.items()))
    seen.page.get_by_label("Seen in").select_option(label=place.label)
    assert place.about in seen.text(".kb-setting")
    there = knee.in_setting(setting).diagnose({"fever": False})
    assert seen.posteriors() == pytest.approx(there.belief.posteriors, rel=1e-9)
    lexicon, words = next(
        (id, one) for id, one in knee.knowledge.lexicons.items() if id != knee.data.lexicon
    )
    seen.page.get_by_text("Words as numbers").click()
    seen.page.get_by_label("Words read by").select_option(label=words.label)
    assert words.about in seen.text(".kb-setting")
    assert seen.page.evaluate("document.activeElement.value") == lexicon
    read = knee.with_lexicon(lexicon).in_setting(setting).diagnose({"fever": False})
    assert seen.posteriors() == pytest.approx(read.belief.posteriors, rel=1e-9)
    told = {id: float(p) for id, p in seen.shown("cause", "prior")}
    assert told == pytest.approx(dict(read.ranking[["id", "prior"]].to_numpy()), rel=1e-9)
    assert read.case.data.reading in seen.text(".kb-foot")
    seen.page.get_by_label("Taken from").select_option(value="article")
    small = knee.in_layer("article").with_lexicon(lexicon).in_setting(setting)
    article = small.diagnose({"fever": False})
    assert seen.posteriors() == pytest.approx(article.belief.posteriors, rel=1e-9)
    assert "layer: article" in seen.text(".kb-foot")
    seen.page.get_by_label("Taken from").select_option(value=knee.knowledge.layer)
    seen.page.get_by_label("Seen in").select_option(label="anywhere")
    own = knee.knowledge.lexicons[knee.data.lexicon]
    seen.page.get_by_label("Words read by").select_option(label=own.label)
    anywhere = knee.diagnose({"fever": False})
    assert seen.posteriors() == pytest.approx(anywhere.belief.posteriors, rel=1e-9)


def test_on_a_phone_both_bands_are_one_line(opened: Any, page_file: Path) -> None:
    with visit(opened, page_file, viewport={"width": 390, "height": 844}) as phone:
        heights = "[...document.querySelectorAll('.kb-alarm, .kb-glance')].map(e => e.offsetHeight)"
        for answers in ({}, {"stairs_up": "present"}, {"fever": "present"}):
            for id, state in answers.items():
                phone.answer(id, state)
            phone.computed()
            assert max(phone.page.evaluate(heights)) < 48


def test_a_probable_urgent_cause_without_a_sign_is_told_apart_from_the_signs(
    opened: Any, page_file: Path, knee: kb.Model
) -> None:
    """A clot is probable from the background alone: no rule speaks, and yet the band does."""
    answers = {"leg_in_cast": "present", "previous_dvt": "present", "active_cancer": "present"}
    dx = knee.diagnose(answers)
    assert (dx.urgency.level, dx.any_urgent > 0.2) == ("routine", True)
    with visit(opened, page_file) as seen:
        assert seen.page.locator(".kb-alarm[data-level=probable]").count() == 0
        for id, state in answers.items():
            seen.answer(id, state)
        seen.computed()
        told = seen.text(".kb-alarm[data-level=probable]")
        assert f"an urgent cause explains it is {percent(dx.any_urgent)}" in told


def test_perhaps_is_offered_where_it_means_yes(seen: Visit, knee: kb.Model) -> None:
    """Not between two names such as male and female."""
    offered = set(
        seen.page.locator('fieldset input[value="perhaps"]').evaluate_all(
            "inputs => inputs.map(input => input.closest('fieldset').dataset.node)"
        )
    )
    assert {"fever", "lump_behind_knee"} <= offered
    assert not offered & {"sex", "age", "onset"}
    seen.answer("stiffness", "perhaps")
    assert seen.posteriors() == pytest.approx(
        knee.diagnose({"stiffness": 0.75}).belief.posteriors, rel=1e-9
    )


def test_the_waterfall_is_the_ledger(seen: Visit, knee: kb.Model) -> None:
    for id, state in CASE.items():
        seen.answer(id, state)
    seen.computed()
    seen.page.get_by_role("button", name="meniscus tear").click()
    seen.explained()
    steps = [float(one) for (one,) in seen.shown("decibans", row="tr[data-decibans]")]
    why = knee.diagnose(CASE).explain("meniscus tear").table
    assert steps == pytest.approx(list(why[why["kind"] == "answer"]["ledger"]), abs=1e-9)
    assert seen.page.locator("select[id$=explained]").input_value() == "meniscus_tear"


@pytest.mark.parametrize("about", ["", "urgent"])
def test_the_questions_are_pythons_and_can_be_answered(
    seen: Visit, knee: kb.Model, about: str
) -> None:
    seen.answer("lump_behind_knee", "present")
    seen.compared()
    if about:
        seen.page.locator("select[id$=about]").select_option(about)
        seen.compared()
    shown = seen.shown("question", "bits", row="li[data-question]")
    asked = knee.diagnose({"lump_behind_knee": True}).questions(about or None).table
    bits = dict(zip(asked["id"], asked["bits"], strict=True))
    assert [float(b) for _, b in shown] == pytest.approx([bits[id] for id, _ in shown], rel=1e-6)
    assert float(shown[0][1]) == pytest.approx(asked["bits"].max(), rel=1e-6)
    first = shown[0][0]
    seen.page.locator(f'li[data-question="{first}"] button').first.click()
    dx = knee.diagnose({"lump_behind_knee": True, first: True})
    assert seen.posteriors() == pytest.approx(dx.belief.posteriors, rel=1e-9)


def test_urgency_stays_in_sight_wherever_one_scrolls(seen: Visit, knee: kb.Model) -> None:
    seen.answer("fever", "present")
    dx = knee.diagnose({"fever": True})
    band = seen.page.locator(".kb-urgency")
    assert dx.urgency.advice in band.inner_text()
    for reason in dx.urgency.reasons:
        assert reason.text in band.inner_text()
    for scroll in ("window.scrollTo(0, 1e6)", "document.querySelectorAll('*').forEach(scrollDown)"):
        seen.page.evaluate(
            f"() => {{ const scrollDown = e => {{ e.scrollTop = 1e6; }}; {scroll} }}"
        )
        assert in_sight(seen.page, ".kb-alarm[data-level=now]")
    seen.page.get_by_role("tab", name="Virtual patient").click()
    assert in_sight(seen.page, ".kb-alarm[data-level=unsaid]")


def in_sight(page: Any, selector: str) -> bool:
    """Whether what lies on top at an element's middle is that element."""
    return bool(
        page.evaluate(
            """selector => {
              const box = document.querySelector(selector).getBoundingClientRect();
              const top = document.elementFromPoint(box.x + 40, box.y + box.height / 2);
              return box.height > 20 && top !== null && top.closest(selector) !== null;
            }""",
            selector,
        )
    )


def test_answers_are_shared_as_text_and_taken_over(seen: Visit, knee: kb.Model) -> None:
    for id, state in CASE.items():
        seen.answer(id, state)
    seen.page.locator(".kb-share summary").click()
    area = seen.page.locator("textarea")
    assert json.loads(area.input_value()) == CASE
    area.fill('{"Lump behind the knee": true, "age": "older age", "stiffness": null}')
    seen.page.locator("[data-act=use]").click()
    dx = knee.diagnose({"lump behind the knee": True, "age": "older"})
    assert seen.posteriors() == pytest.approx(dx.belief.posteriors, rel=1e-9)
    area.fill('{"hiccups": true}')
    seen.page.locator("[data-act=use]").click()
    assert "Nothing is called 'hiccups'" in seen.text(".kb-share")
    area.fill('{"age": "old as stone"}')
    seen.page.locator("[data-act=use]").click()
    assert "'age' can be" in seen.text(".kb-share")


def test_reset_and_chips_take_answers_back(seen: Visit, knee: kb.Model) -> None:
    seen.answer("stiffness", "present")
    seen.answer("fever", "present")
    seen.page.get_by_role("button", name="fever: yes").click()
    dx = knee.diagnose({"stiffness": True})
    assert seen.posteriors() == pytest.approx(dx.belief.posteriors, rel=1e-9)
    seen.page.locator("[data-act=reset]").click()
    assert seen.posteriors() == pytest.approx(knee.diagnose().belief.posteriors, rel=1e-9)
    assert seen.page.locator(".kb-chip").count() == 0


def test_impossible_answers_are_named_and_can_be_taken_back(seen: Visit) -> None:
    seen.page.locator(".kb-share summary").click()
    contradiction = '{"severe_pain": "present", "pain_more_than_mild": "absent", "fever": "absent"}'
    seen.page.locator("textarea").fill(contradiction)
    seen.page.locator("[data-act=use]").click()
    seen.page.wait_for_function("() => document.body.innerText.includes('cannot be true together')")
    said = seen.text(".kb-card[id$=causes]")
    assert "'severe pain'" in said
    assert "'fever'" not in said
    assert seen.page.locator("tr[data-cause]").count() == 0


def test_the_search_finds_labels_and_aliases(seen: Visit) -> None:
    def visible() -> list[str]:
        return seen.page.locator("fieldset:visible").all_inner_texts()

    search = seen.page.locator("input[id$=-search]").first
    search.fill("posterior  DRAWER")
    assert seen.page.locator("fieldset:visible").count() == 1
    search.fill("volleyball")  # an alias of "jumping sport"
    assert "jumping sport" in seen.text("fieldset:visible")
    search.fill("fever")  # "severe" and "never" are nearly the same
    assert {one.split("\n")[0] for one in visible()} >= {"fever"}
    assert all("fever" in one.lower() for one in visible()[:1])
    assert not any(one.startswith(("severe", "getting")) for one in visible())
    search.fill("fevr")
    assert any(one.startswith("fever") for one in visible())
    search.fill("")
    assert len(visible()) > 10


def test_the_policy_is_there_and_is_kept(seen: Visit) -> None:
    policy = seen.page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    blocked = seen.page.evaluate(
        """async () => {
          const seen = [];
          document.addEventListener("securitypolicyviolation", e => seen.push(e.violatedDirective));
          const script = document.createElement("script");
          script.textContent = "window.broken = 1";
          document.body.append(script);
          await fetch("https://example.org/").catch(() => {});
          await new Promise(resolve => setTimeout(resolve, 100));
          return [seen.length >= 2, window.broken === undefined];
        }"""
    )
    assert blocked == [True, True]
    seen.said.clear()  # of what this test provoked
    del seen.requests[1:]


def test_it_is_one_small_file_that_paints_first(seen: Visit, page_file: Path) -> None:
    assert page_file.stat().st_size < 550_000  # what each number rests on makes it larger
    painted = seen.page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    assert 0.0 < painted < PATIENCE


def test_nothing_needs_sideways_scrolling(seen: Visit) -> None:
    seen.page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    for tab in ("Virtual patient", "Explore"):
        seen.page.get_by_role("tab", name=tab).click()
        for width in (320, 360, 768, 1280):
            seen.page.set_viewport_size({"width": width, "height": 740})
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
            assert seen.page.evaluate(SCROLLS_SIDEWAYS) == []
