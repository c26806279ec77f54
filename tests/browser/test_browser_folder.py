"""A page about something else than knees speaks of that alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Visit, browser, needs_browser, visit

import kneebayes as kb

pytestmark = needs_browser

OF_KNEES = re.compile(
    r"\b(knees?|calf|leg|gout|cyst|fever|ultrasound|stairs|older|pain\w*)\b", re.I
)


@pytest.fixture
def seen(robot: kb.Model, tmp_path: Path) -> Iterator[Visit]:
    with browser() as opened, visit(opened, Path(robot.to_html(tmp_path / "page.html"))) as page:
        yield page
        assert page.said == []


WORDS = """() => {
    const body = document.body.cloneNode(true);
    body.querySelectorAll("script, style").forEach((one) => one.remove());
    const holders = [...document.querySelectorAll("[placeholder]")].map((one) => one.placeholder);
    return [body.textContent, ...holders].join("\\n");
}"""


def test_every_text_and_every_hint_is_about_the_complaint(seen: Visit) -> None:
    page = seen.page
    said = [page.evaluate(WORDS)]
    assert "that this cause explains the headache" in said[0]
    assert "squeak, model year, ohmmeter \u2026" in said[0]
    page.locator("textarea[id$=-json]").evaluate("e => { e.closest('details').open = true; }")
    page.locator("textarea[id$=-json]").fill("squeak")
    page.get_by_role("button", name="Use this text").click()
    said.append(page.evaluate(WORDS))
    assert 'Answers look like {"squeak":"absent","model year":"current model"}' in said[-1]
    for tab in page.get_by_role("tab").all():
        tab.click()
        said.append(page.evaluate(WORDS))
    page.get_by_role("tab", name="Virtual patient").click()
    page.locator("[data-guess] input[type=number]").first.fill("30")
    page.locator("[data-act=close]").click()
    said.append(page.evaluate(WORDS))
    assert "How probable is it that this cause explains the headache?" in "".join(said)
    for text in said:
        assert not OF_KNEES.findall(re.sub(r"(?i)kneebayes", "", text))
