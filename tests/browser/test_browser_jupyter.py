"""The explorer in a real JupyterLab: clicks reach Python, Python reaches the page."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from browsing import PATIENCE, SHOWN, browser_of_its_own, needs_browser

import kneebayes as kb

MISSING = [one for one in ("jupyterlab", "anywidget") if find_spec(one) is None]
pytestmark = [
    pytest.mark.long,
    needs_browser,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]

CELLS = [
    "import kneebayes as kb\nknee = kb.load()",
    "explorer = knee.explorer({'stiffness': True})\nexplorer",
    "other = knee.explorer()\nother",
    "print('told', sorted(explorer.answers.items()), f'{explorer.differential[\"gout\"]:.12f}')",
    "explorer.answers = {'Lump behind the knee': True, 'age': 67}\nprint('set')",
]
CONNECTED = """
() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus
  === "connected"
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a notebook in a JupyterLab that knows nothing of this machine's settings."""
    import nbformat

    home = tmp_path_factory.mktemp("lab")
    root = home / "root"
    root.mkdir()
    cells = [nbformat.v4.new_code_cell(code) for code in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), root / "explorer.ipynb")
    port = free_port()
    with (home / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            command(port, root), env=environment(home), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_for(server, port, home)
            yield f"http://127.0.0.1:{port}/lab/tree/explorer.ipynb?token=t&reset"
        finally:
            server.terminate()
            server.wait(timeout=120)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(port: int, root: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"),
        *("--ServerApp.port_retries=0", "--IdentityProvider.token=t", "--LabApp.news_url=None"),
        *(f"--ServerApp.root_dir={root}", "--LabApp.expose_app_in_browser=True"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def environment(home: Path) -> dict[str, str]:
    own = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    return {**os.environ, **{name: str(home / name) for name in own}}


def wait_for(server: subprocess.Popen[bytes], port: int, home: Path) -> None:
    """Wait until the server answers; have it start the kernel, so that it is warm."""
    until = time.monotonic() + PATIENCE / 1000
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token=t", timeout=2):
                break
        except OSError:
            log = (home / "log").read_text("utf-8")
            assert server.poll() is None, log
            assert time.monotonic() < until, log
            time.sleep(0.1)
    wanted = {
        "path": "explorer.ipynb",
        "name": "",
        "type": "notebook",
        "kernel": {"name": "python3"},
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/sessions?token=t",
        data=json.dumps(wanted).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120):
        pass


def run(page: Any, what: str) -> None:
    """Run a command of JupyterLab; its promise is not waited for, since a dialog may hold it."""
    page.evaluate(f"() => {{ window.jupyterapp.commands.execute('{what}'); return 1; }}")


def test_the_explorer_in_jupyterlab(lab: str, knee: kb.Model) -> None:
    with browser_of_its_own(viewport={"width": 1280, "height": 1000}) as context:
        context.set_default_timeout(2 * PATIENCE)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(lab)
        page.wait_for_function(CONNECTED)
        run(page, "notebook:run-all-cells")
        page.wait_for_function("() => document.body.innerText.includes('\\nset')")
        page.wait_for_selector(SHOWN)
        first = page.locator(".kneebayes").first
        check_python_set_it(first, knee)
        check_all_is_seen_together(page, first)
        check_clicks_and_keys_reach_python(page, first, knee)
        check_the_other_is_its_own(page)
        assert errors == []


def check_python_set_it(first: Any, knee: kb.Model) -> None:
    """What was set from Python is what is shown."""
    first.get_by_role("button", name="lump behind the knee: yes").wait_for()
    assert first.locator(".kb-chip").count() == 2
    dx = knee.diagnose({"lump behind the knee": True, "age": 67})
    row = first.locator("tr[data-cause=bakers_cyst]")
    assert float(row.get_attribute("data-posterior")) == pytest.approx(dx["baker's cyst"], rel=1e-9)


def check_all_is_seen_together(page: Any, first: Any) -> None:
    """Answers, the first causes and what to ask next stand in one frame, in a narrow column too."""
    page.wait_for_selector(".kb-shell[data-state=ready]")
    for width, height in ((1130, 720), (1130, 900), (1280, 1000)):
        page.set_viewport_size({"width": width, "height": height})
        first.locator("[id$=-answers]").scroll_into_view_if_needed()
        frame = first.locator(".kb-shell").bounding_box()
        assert frame["width"] < 900
        assert frame["height"] <= 760
        for part in ("[id$=-answers] .kb-chip", "tr[data-cause]", "li[data-question] .kb-button"):
            box = first.locator(part).first.bounding_box()
            assert frame["y"] <= box["y"]
            assert box["y"] + box["height"] <= frame["y"] + frame["height"]


def check_clicks_and_keys_reach_python(page: Any, first: Any, knee: kb.Model) -> None:
    """A click and an arrow key answer; Python reads both."""
    first.locator("fieldset[data-node=stiffness] input[value=present]").click()
    first.locator("fieldset[data-node=severe_pain] input[value=present]").click()
    page.keyboard.press("ArrowRight")  # Jupyter would go to the next cell
    first.get_by_role("button", name="severe pain: no").wait_for()
    answers = {"age": "older", "lump_behind_knee": "present"}
    answers |= {"severe_pain": "absent", "stiffness": "present"}
    page.locator(".jp-CodeCell").nth(3).locator(".jp-InputPrompt").click()
    run(page, "notebook:run-cell")
    told = f"told {sorted(answers.items())} {knee.diagnose(answers)['gout']:.12f}"
    page.get_by_text(told).wait_for()


def check_the_other_is_its_own(page: Any) -> None:
    """Two explorers on one page share no ids and no answers."""
    assert page.locator(".kneebayes").count() == 2
    assert page.locator(".kneebayes").nth(1).locator(".kb-chip").count() == 0
    ids = page.locator(".kneebayes [id]").evaluate_all("all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))
