"""Whether the page can be used by keyboard, heard and read: rules checked in the browser."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE, Visit, browser, needs_browser, visit

import kneebayes as kb

pytestmark = needs_browser

LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3, for all text: large text is held to the same

CONTRASTS = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const seen = new Map();
  const channels = colour => {
    if (!seen.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      seen.set(colour, [...canvas.getImageData(0, 0, 1, 1).data]);
    }
    return seen.get(colour);
  };
  const light = ([r, g, b]) => [r, g, b]
    .map(one => one / 255)
    .map(one => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = element => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (channels(colour)[3] === 255) return colour;
    }
    return "#ffffff";
  };
  const cache = new Map();
  const contrast = (ink, paper) => {
    const key = `${ink} on ${paper}`;
    if (!cache.has(key)) {
      const [one, other] = [light(channels(ink)), light(channels(paper))].sort((a, b) => b - a);
      cache.set(key, (one + 0.05) / (other + 0.05));
    }
    return [key, cache.get(key)];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Map();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const told = walker.currentNode.textContent.trim();
    if (told === "" || !element.checkVisibility() || element.closest("script, style")) continue;
    found.set(...contrast(getComputedStyle(element).color, behind(element)));
  }
  return [...found];
}
"""

NAMELESS = """
() => [...document.querySelectorAll("input, select, textarea, button, a, summary, section")]
  .filter(one => {
    const by = (one.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
    const told = [
      one.getAttribute("aria-label"),
      ...by.map(id => document.getElementById(id)?.textContent),
      ...[...(one.labels ?? [])].map(label => label.textContent),
      one.matches("button, a, summary") ? one.textContent : "",
    ];
    return told.every(text => !text || text.trim() === "");
  })
  .map(one => one.outerHTML.slice(0, 120))
"""


OUT_OF_REACH = """
() => [...document.querySelectorAll("body *")]
  .filter(one => one.checkVisibility() && one.scrollHeight > one.clientHeight + 1)
  .filter(one => /auto|scroll/.test(getComputedStyle(one).overflowY))
  .filter(one => one.tabIndex < 0 && !one.querySelector("button, a, input, select, summary"))
  .map(one => one.outerHTML.slice(0, 120))
"""


@pytest.fixture(scope="module")
def opened() -> Iterator[Any]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def seen(opened: Any, page_file: Path) -> Iterator[Visit]:
    with visit(opened, page_file, viewport={"width": 1280, "height": 900}) as page:
        yield page


def test_all_text_can_be_read(opened: Any, page_file: Path) -> None:
    """In daylight and in the dark, whatever the urgency; and so can the feedback of a case."""
    pairs: dict[str, dict[str, float]] = {"light": {}, "dark": {}}
    with visit(opened, page_file) as seen:

        def look() -> None:
            for scheme, found in pairs.items():
                seen.page.emulate_media(color_scheme=scheme)
                found |= dict(seen.page.evaluate(CONTRASTS))

        show_everything(seen)
        seen.answer("swollen_knee", "present")  # urgency: soon
        look()
        seen.answer("fever", "present")  # urgency: now
        look()
        seen.page.get_by_role("tab", name="Virtual patient").click()
        seen.page.locator("[data-ask=calf_pain]").evaluate(
            "button => { button.closest('details').open = true; button.click(); }"
        )
        seen.page.locator('[data-guess="gout"] input[type=number]').evaluate(
            "input => { input.value = 30; input.dispatchEvent(new Event('input')); }"
        )
        seen.page.locator("[data-act=close]").click()
        seen.page.wait_for_selector(".kb-feedback")
        look()
    assert not pairs["light"].keys() & pairs["dark"].keys()
    for found in pairs.values():
        assert len(found) > 6
        assert {pair: ratio for pair, ratio in found.items() if ratio < LEAST_CONTRAST} == {}


def show_everything(seen: Visit) -> None:
    seen.page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")


def test_the_page_says_its_language_and_its_parts(seen: Visit) -> None:
    page = seen.page
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("main").count() == 1
    assert page.locator("h1").count() == 1
    levels = page.locator("h1, h2, h3, h4").evaluate_all(
        "all => all.map(h => Number(h.tagName[1]))"
    )
    assert all(now <= before + 1 for before, now in pairwise(levels))
    ids = page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))
    assert page.evaluate(NAMELESS) == []


def test_tables_and_answers_have_their_roles(seen: Visit) -> None:
    page = seen.page
    tables = page.locator("table")
    assert tables.count() == page.locator("table > caption").count() == 2
    assert page.locator("thead th").count() == page.locator("thead th[scope=col]").count() == 6
    assert page.locator("tbody tr").count() == page.locator("tbody th[scope=row]").count()
    answers = page.locator("fieldset")
    assert answers.count() == page.locator("fieldset > legend").count() > 100
    assert page.locator("fieldset input:not([type=radio])").count() == 0
    assert page.locator(".kb-bar:not([aria-hidden=true])").count() == 0  # numbers stand beside it
    assert page.locator(".kb-urgency[aria-live=assertive]").count() == 1
    assert page.get_by_role("group", name="stiffness", exact=False).count() > 0


def test_what_changes_is_read_out(seen: Visit, knee: kb.Model) -> None:
    seen.answer("lump_behind_knee", "present")
    dx = knee.diagnose({"lump behind the knee": True})
    spoken = seen.page.locator("[role=status][aria-live=polite]")
    seen.compared()
    seen.page.wait_for_function(
        "id => /Most probable/.test(document.querySelector(id).textContent)",
        arg="[role=status][aria-live=polite]",
    )
    assert dx.top in spoken.text_content()
    assert dx.urgency.advice in spoken.text_content()
    seen.page.locator("[data-act=reset]").click()


def test_the_keyboard_is_enough(opened: Any, page_file: Path, knee: kb.Model) -> None:
    with visit(opened, page_file, viewport={"width": 1280, "height": 900}) as seen:
        page = seen.page
        press = page.keyboard.press
        press("Tab")
        assert "Skip to the causes" in focused(page, "e.textContent")
        press("Tab")
        assert focused(page, "e.role") == "tab"
        press("ArrowRight")
        assert page.locator(".kb-interview:visible").count() == 1
        press("ArrowRight")
        assert page.locator(".kb-ask:visible").count() > 0
        press("ArrowLeft")
        press("ArrowLeft")
        press("Tab")
        assert focused(page, "e.id").endswith("-setting")
        press("Tab")
        assert focused(page, "e.tagName") == "SUMMARY"
        press("Enter")
        for kind in ("lexicon", "layer"):
            press("Tab")
            assert focused(page, "e.id").endswith(f"-{kind}")
        press("Tab")
        assert focused(page, "e.type") == "search"
        page.keyboard.type("stiffness")
        for _ in range(6):
            press("Tab")
            if focused(page, "e.type") == "radio":
                break
        assert focused(page, "e.closest('fieldset').dataset.node") == "stiffness"
        assert focused(page, "e.value") == ""
        assert focused(page, "getComputedStyle(e.nextElementSibling).outlineStyle") == "solid"
        for state in ("perhaps", "absent", "present"):
            press("ArrowLeft")
            assert focused(page, "e.value") == state
        told = knee.diagnose({"stiffness": True}).belief.posteriors
        assert {i: float(p) for i, p in seen.shown("cause", "posterior")} == pytest.approx(
            {i: told[i] for (i,) in seen.shown("cause")}, rel=1e-9
        )
        page.locator(".kb-skip").focus()
        press("Enter")
        assert focused(page, "e.id").endswith("-causes")
        press("Tab")
        press("Tab")
        press("Enter")
        seen.computed()
        assert page.locator("tr[data-cause]:nth-child(2)[aria-current=true]").count() == 1
        assert focused(page, "e.dataset.key").startswith("cause-")


def test_the_interview_is_held_by_keyboard(opened: Any, page_file: Path, knee: kb.Model) -> None:
    """Each press leads to the next question, where the first answer is one step away."""
    with visit(opened, page_file, viewport={"width": 390, "height": 844}) as seen:
        page = seen.page
        page.get_by_role("tab", name="Interview").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-interview]", timeout=PATIENCE)
        page.locator("[data-interview]").first.focus()
        asked: list[str] = []
        for keys in (("Enter",), ("Tab", "Enter"), ("Tab", "Tab", "Enter")):
            asked.append(page.locator(".kb-interview h2").inner_text())
            for key in keys:
                page.keyboard.press(key)
            on_the_next(page, asked[-1])
        fourth = page.locator(".kb-interview h2").inner_text()
        assert page.locator("[data-act=take-back]").inner_text().startswith("Take back: ")
        page.locator("[data-act=take-back]").press("Enter")
        on_the_next(page, fourth)
        assert page.locator(".kb-interview h2").inner_text() == asked[2]
        page.locator("[data-act=pass]").press("Enter")
        assert focused(page, "e.tagName") == "H2"
        assert "Interview" in page.locator("[role=tab][aria-selected=true]").inner_text()
        page.locator("[data-act=finish]").press("Enter")
        assert focused(page, "e.id").endswith("-causes")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def on_the_next(page: Any, before: str) -> None:
    """Wait for another question than before, on which the focus is."""
    page.wait_for_function(
        "asked => document.querySelector('.kb-interview h2')?.textContent !== asked",
        arg=before,
        timeout=PATIENCE,
    )
    assert focused(page, "e.tagName") == "H2"


def focused(page: Any, script: str) -> str:
    """Something of the element that has the focus."""
    return str(page.evaluate(f"() => {{ const e = document.activeElement; return {script}; }}"))


def test_what_scrolls_is_reached_by_keyboard(opened: Any, page_file: Path) -> None:
    """So many reasons for urgency that their list must be scrolled."""
    signs = ("fever", "redness", "calf_tenderness", "leg_swelling", "swollen_knee", "locking")
    with visit(opened, page_file, viewport={"width": 1280, "height": 900}) as seen:
        for id in (*signs, "cold_foot"):
            seen.answer(id, "present")
        seen.computed()
        band = seen.page.locator(".kb-urgency ul")
        assert band.evaluate("list => list.scrollHeight > list.clientHeight")
        band.focus()
        assert band.evaluate("list => list === document.activeElement")
        assert seen.page.evaluate(OUT_OF_REACH) == []


def test_motion_is_left_out_where_it_is_not_wanted(opened: Any, page_file: Path) -> None:
    with visit(opened, page_file, reduced_motion="reduce") as seen:
        moving = "getComputedStyle(document.querySelector('.kb-bar i')).transitionDuration"
        assert seen.page.evaluate(moving) == "0s"


def test_on_paper_there_is_the_result_and_no_controls(seen: Visit) -> None:
    seen.page.emulate_media(media="print")
    assert seen.page.locator(".kb-ranking").is_visible()
    assert seen.page.locator(".kb-urgency").is_visible()
    assert not seen.page.locator(".kb-tabs").is_visible()
    assert not seen.page.locator("[data-act=reset]").is_visible()
    seen.page.emulate_media(media="screen")
