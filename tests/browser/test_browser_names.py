"""Names with markup in them stay names."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Visit, browser, needs_browser, visit

import kneebayes as kb
from kneebayes.page.html import page_html
from kneebayes.page.payload import payload

pytestmark = needs_browser

IMAGE = "<img src=x onerror=alert(1)>"
SCRIPT = "</script><script>alert(2)</script>"
FORMULA = r"$\badmacro$"


@pytest.fixture
def seen(robot: kb.Model, tmp_path: Path) -> Iterator[Visit]:
    """A page with markup in its title, labels and reasons; the reader of folders refuses them."""
    told = payload(robot)
    told["title"] = SCRIPT
    told["disclaimer"] = f"<!-- {IMAGE} Invented."
    told["labels"] |= {"squeak": IMAGE, "sparks": FORMULA, "rusty_bolt": SCRIPT}
    told["causes"][0] |= {"label": SCRIPT, "about": IMAGE}
    told["urgency"]["rules"][0]["text"] = f"{IMAGE}: fire"
    path = tmp_path / "page.html"
    path.write_text(page_html(told, "1"), encoding="utf-8")
    with browser() as opened, visit(opened, path) as page:
        yield page
        assert page.dialogs == []
        assert page.said == []
        assert page.requests == [path.as_uri()]
        assert page.page.locator("img").count() == 0
        assert page.page.locator("script").count() == 2  # the payload and the code


def test_markup_in_names_is_text(seen: Visit, robot: kb.Model) -> None:
    assert seen.text("h1") == SCRIPT
    assert seen.page.title() == SCRIPT
    seen.answer("squeak", "present")
    seen.answer("sparks", "present")
    body = seen.text("body")
    for name in (IMAGE, SCRIPT, FORMULA):
        assert name in body
    assert IMAGE in seen.text(".kb-urgency")
    told = robot.diagnose({"squeak": True, "sparks": True}).belief.posteriors
    assert seen.posteriors() == pytest.approx(told, rel=1e-9)
    seen.page.get_by_role("tab", name="Virtual patient").click()
    seen.page.locator("[data-ask=squeak]").evaluate("e => { e.closest('details').open = true; }")
    seen.page.locator("[data-ask=squeak]").click()
    seen.page.locator("[data-guess] input[type=number]").first.fill("30")
    seen.page.locator("[data-act=close]").click()
    assert IMAGE in seen.text(".kb-feedback")


def test_pasted_markup_is_text(seen: Visit) -> None:
    seen.page.locator(".kb-share summary").click()
    seen.page.locator("textarea").fill(json.dumps({IMAGE + "!": True}))
    seen.page.locator("[data-act=use]").click()
    assert IMAGE in seen.text(".kb-share")
