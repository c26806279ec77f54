"""Run the page's scripts from Python: in node, or where that is missing in Chromium."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from browser.browsing import ARGUMENTS, chromium, why_not

from kneebayes.network import Network
from kneebayes.page.payload import VERSION

STATIC = files("kneebayes.page").joinpath("static")
COMPUTING = (
    "model.js",
    "leaves.js",
    "order.js",
    "plan.js",
    "passes.js",
    "engine.js",
    "urgency.js",
    "care.js",
    "explain.js",
    "negative.js",
    "questions.js",
    "patient.js",
    "voice.js",
    "hardness.js",
    "weights.js",
    "hearing.js",
    "percent.js",
    "reasons.js",
    "biases.js",
    "shares.js",
    "readings.js",
)
READ = "let said = ''; for await (const part of process.stdin) said += part;"


def source(name: str) -> str:
    return STATIC.joinpath(name).read_text(encoding="utf-8")


@cache
def together() -> str:
    """All computing in one scope, as the page has it."""
    text = "\n".join(source(name) for name in COMPUTING)
    return re.sub(r"^(import .*|export )", "", text, flags=re.MULTILINE)


def run(tmp_path: Path, program: str, data: Any) -> Any:
    """What ``main(data)`` returns, by way of JSON, in which infinities and NaN are null."""
    code = f"{together()}\n{program}\n"
    node = shutil.which("node")
    if node is None:
        return run_in_chromium(code, data)
    path = tmp_path / "program.mjs"
    path.write_text(
        f"{READ}\n{code}\nprocess.stdout.write(JSON.stringify(main(JSON.parse(said))));\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [node, str(path)], input=json.dumps(data), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run_in_chromium(code: str, data: Any) -> Any:
    if why_not():
        pytest.skip(f"needs node, or Chromium: {why_not()}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = opened.new_page()
        asked = f"(said) => {{ {code}\nreturn JSON.stringify(main(JSON.parse(said))); }}"
        told = json.loads(page.evaluate(asked, json.dumps(data)))
        opened.close()
        return told


def bare_payload(
    network: Network,
    causes: list[str],
    groups: dict[str, list[str]] | None = None,
    complaint: str = "",
) -> dict[str, Any]:
    """A payload of a network without knowledge: all that is no cause is a context."""
    nodes = []
    for node in network.nodes:
        own: dict[str, Any] = {"table": node.table}
        if node.is_noisy_or:
            links = [{str(at): one for at, one in enumerate(link.strength)} for link in node.links]
            own = {"leak": node.leak, "links": links}
        nodes.append({"id": node.id, "states": node.states, "parents": node.parents, **own})
    others = [{"id": node.id} for node in network.nodes if node.id not in causes]
    return {
        "version": VERSION,
        "complaint": complaint,
        "nodes": nodes,
        "labels": {node.id: node.id for node in network.nodes},
        "stateLabels": {},
        "questions": {},
        "causes": [{"id": id, "urgent": at == 0} for at, id in enumerate(causes)],
        "urgent": causes[:1],
        "contexts": others,
        "findings": [],
        "groups": [{"id": id, "members": some} for id, some in (groups or {}).items()],
        "urgency": {"possible": 0.25, "advice": {}, "rules": []},
    }
