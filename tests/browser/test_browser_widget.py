"""The widget's script in a browser, with the Python side of it at the other end of the line.

JupyterLab itself is left out here: a few lines of the test carry changes to and fro, as its
widget manager does.
"""

import importlib.util
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import SHOWN, browser, needs_browser

import kneebayes as kb
from kneebayes.page.html import script, static

pytestmark = [
    needs_browser,
    pytest.mark.skipif(importlib.util.find_spec("anywidget") is None, reason="no anywidget"),
]

HOST = """
import widget from "data:text/javascript;base64,SCRIPT";
const heard = new Map();
let values = await synced({});
let changed = {};
const model = {
  get: (name) => values[name],
  set(name, value) { values[name] = value; changed[name] = value; },
  on: (name, act) => heard.set(name, act),
  off: (name) => heard.delete(name),
  async save_changes() {
    const sent = changed;
    changed = {};
    const after = await synced(sent);
    const differs = (name) => JSON.stringify(after[name]) !== JSON.stringify(values[name]);
    const other = Object.keys(after).filter(differs);
    values = after;
    other.forEach((name) => heard.get(`change:${name}`)?.());
  },
};
widget.render({ model, el: document.getElementById("here") });
"""
NAMES = ("_payload", "_choices", "_wanted", "_remark", "_understood", "answers")


@pytest.fixture(scope="module")
def pages() -> Iterator[Any]:
    with browser() as opened:
        yield opened


def shown(pages: Any, explorer: Any) -> Any:
    """A page with the widget; what is changed there is changed in Python too."""
    from base64 import b64encode

    def synced(changed: dict[str, Any]) -> dict[str, Any]:
        for name, value in changed.items():
            setattr(explorer, name, value)
        return {name: getattr(explorer, name) for name in NAMES}

    page = pages.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.expose_function("synced", synced)
    code = HOST.replace("SCRIPT", b64encode(script("boot_widget.js").encode()).decode())
    page.set_content(
        f"<style>{static('style.css')}</style><div id=here></div>"
        f"<script type=module>{code}</script>"
    )
    page.wait_for_selector(SHOWN)
    return page


def posterior(page: Any, cause: str) -> float:
    return float(page.locator(f"tr[data-cause={cause}]").get_attribute("data-posterior"))


def agrees(page: Any, explorer: Any) -> None:
    """What the browser computed is what Python computes."""
    page.wait_for_selector(SHOWN)
    for row in explorer.differential.case.ranked[:5]:
        page.locator(f"tr[data-cause={row.id}]").wait_for()
        assert posterior(page, row.id) == pytest.approx(row.posterior, rel=1e-9)


def test_perhaps_and_another_lexicon_reach_python(pages: Any, knee: kb.Model) -> None:
    explorer = knee.explorer({"stiffness": True})
    page = shown(pages, explorer)
    agrees(page, explorer)
    page.locator("input[type=search]").first.fill("fever")
    page.locator("fieldset[data-node=fever] input[value=perhaps]").check()
    page.get_by_role("button", name="fever: perhaps").wait_for()
    assert explorer.answers == {"stiffness": "present", "fever": "perhaps"}
    page.wait_for_timeout(300)
    agrees(page, explorer)
    page.locator("summary", has_text="Words as numbers").click()
    page.get_by_label("Words read by").select_option("lay")
    page.locator(".kb-foot", has_text="lay").wait_for(state="attached")
    assert (explorer.lexicon, explorer.answers["fever"]) == ("lay", "perhaps")
    agrees(page, explorer)
    assert explorer.differential.belief.posteriors == pytest.approx(
        knee.with_lexicon("lay").diagnose({"stiffness": True, "fever": 0.75}).belief.posteriors
    )
    page.get_by_label("Seen in").select_option("emergency")
    page.locator(".kb-foot", has_text="emergency").wait_for(state="attached")
    agrees(page, explorer)
    assert page.evaluate("document.activeElement.id").endswith("-setting")
    assert page.faults == []
