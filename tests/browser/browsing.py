"""Headless Chromium for the browser tests, and why there is none."""

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 120_000  # milliseconds; a test machine may be busy
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
SHOWN = ".kb-shell:is([data-state=shown], [data-state=explained], [data-state=ready])"
EXPLAINED = ".kb-shell:is([data-state=explained], [data-state=ready])"
COMPARED = ".kb-shell[data-state=ready]"


def chromium() -> str | None:
    """Where Chromium is: KNEEBAYES_CHROMIUM, or the first on the path."""
    named = os.environ.get("KNEEBAYES_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return shutil.which("chromium") or shutil.which("chromium-browser")


def why_not() -> str:
    """Why no browser can be driven here; empty if one can."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed: pip install playwright"
    if chromium() is None:
        return "no Chromium found: install it, or name it in KNEEBAYES_CHROMIUM"
    return ""


needs_browser = pytest.mark.skipif(bool(why_not()), reason=why_not() or "a browser is there")


KEPT = ExitStack()
RUNNING: list[Any] = []  # one browser or none


@contextmanager
def browser() -> Iterator[Any]:
    """A browser, kept open for the tests that follow, as starting one takes seconds."""
    from playwright.sync_api import sync_playwright

    if not RUNNING:
        play = KEPT.enter_context(sync_playwright())
        opened = play.chromium.launch(executable_path=chromium(), headless=True, args=ARGUMENTS)
        KEPT.callback(opened.close)
        RUNNING.append(opened)
    yield RUNNING[0]


def close() -> None:
    """Close the browser; while it is open, playwright has a loop running in this thread."""
    RUNNING.clear()
    KEPT.close()


@contextmanager
def browser_of_its_own(**options: Any) -> Iterator[Any]:
    """A browser context with a profile of its own, as JupyterLab needs it."""
    from playwright.sync_api import sync_playwright

    close()
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as play:
        context = play.chromium.launch_persistent_context(
            profile, executable_path=chromium(), headless=True, args=ARGUMENTS, **options
        )
        try:
            yield context
        finally:
            context.close()


@dataclass
class Visit:
    """A page that was opened from a file, and all that it did besides being shown."""

    page: Any
    said: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def answer(self, id: str, state: str) -> None:
        """Tick a radio button, wherever it is; whatever is read next waits for the numbers."""
        chosen = f'fieldset[data-node="{id}"] input[value="{state}"]'
        self.page.locator(chosen).evaluate(
            "input => { input.closest('details').open = true; input.scrollIntoView(); }"
        )
        self.page.locator(chosen).check()

    def computed(self) -> None:
        """Wait until the numbers are those of the answers as they stand."""
        self.page.wait_for_selector(SHOWN, timeout=PATIENCE)

    def explained(self) -> None:
        """Wait until the waterfall and the groups are shown as well."""
        self.page.wait_for_selector(EXPLAINED, timeout=PATIENCE)

    def compared(self) -> None:
        """Wait until the open questions are compared as well."""
        self.page.wait_for_selector(COMPARED, timeout=PATIENCE)

    def shown(self, *names: str, row: str = "tr[data-cause]") -> list[tuple[str, ...]]:
        """Data attributes of all rows of a table."""
        self.computed()
        script = "(rows, names) => rows.map(row => names.map(name => row.dataset[name]))"
        found = self.page.locator(row).evaluate_all(script, list(names))
        return [tuple(one) for one in found]

    def posteriors(self) -> dict[str, float]:
        """P(cause) of every cause as the page has them, in full precision."""
        self.computed()
        more = self.page.locator("[data-act=more]")
        if more.is_visible() and "all" in more.inner_text():
            more.click()
        return {id: float(p) for id, p in self.shown("cause", "posterior")}

    def text(self, selector: str) -> str:
        """The text of the first element."""
        return str(self.page.locator(selector).first.inner_text())


@contextmanager
def visit(opened: Any, path: Path, **options: Any) -> Iterator[Visit]:
    """Open a file in a context of its own; what it asks for and says is written down."""
    context = opened.new_context(**options)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    seen = Visit(page)
    page.on("console", lambda message: seen.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.said.append(f"error: {error}"))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
    try:
        page.goto(path.as_uri())
        seen.computed()
        yield seen
    finally:
        context.close()
