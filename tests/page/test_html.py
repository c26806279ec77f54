"""The page as text: one file, escaped, under a policy that fits what stands in it."""

import base64
import gzip
import hashlib
import json
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from conftest import DATA, Run

import kneebayes as kb
from kneebayes.page.html import page_html, script, static, style
from kneebayes.page.payload import payload

STATIC = sorted(one.name for one in files("kneebayes.page").joinpath("static").iterdir())
SCRIPTS = [name for name in STATIC if name.endswith(".js")]
TOP_NAME = re.compile(
    r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE
)


@pytest.fixture(scope="module")
def text(knee: kb.Model) -> str:
    return page_html(payload(knee), "1.2.3")


def inside(text: str, element: str) -> list[str]:
    """What stands inside each such element."""
    return re.findall(rf"<{element}[^>]*>(.*?)</{element}>", text, re.DOTALL)


def unpacked(text: str) -> dict[str, Any]:
    """The payload of a page."""
    plain = gzip.decompress(base64.b64decode(inside(text, "script")[0]))
    return dict(json.loads(plain))


def hash_of(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_policy_names_the_script_and_the_style_that_are_there(text: str) -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    (_, code), (looks,) = inside(text, "script"), inside(text, "style")
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{hash_of(code)}'; "
        f"style-src 'sha256-{hash_of(looks)}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_the_payload_comes_back_unchanged(text: str, knee: kb.Model) -> None:
    embedded, _ = inside(text, "script")
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", embedded)
    assert unpacked(text) == json.loads(json.dumps(payload(knee)))


def test_it_is_one_file_under_half_a_megabyte_that_names_no_other(text: str) -> None:
    assert len(text.encode()) < 500_000
    without_payload = text.replace(inside(text, "script")[0], "")
    assert (
        re.findall(r"""(?:src|href)=["'](?!data:,)[^"']*|url\(|@import|https?:""", without_payload)
        == []
    )


def test_the_same_model_makes_the_same_page(text: str, knee: kb.Model) -> None:
    assert page_html(payload(knee), "1.2.3") == text


def test_the_honest_words_stand_on_it_before_any_script_has_run(text: str, knee: kb.Model) -> None:
    head = text[: text.index("<script")]
    assert knee.knowledge.meta.disclaimer in head
    assert f"<h1>{knee.knowledge.meta.title}</h1>" in head
    assert "<noscript>" in head


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "</script><script>", "<!--", "a & b"]
)
def test_markup_in_names_is_escaped(robot: kb.Model, name: str) -> None:
    told = payload(robot)
    told["title"] = told["disclaimer"] = told["labels"]["squeak"] = name
    made = page_html(told, "1")
    assert made.count("<script") == 2
    assert made.count("</script>") == 2
    assert f"<h1>{name}" not in made or name == "a & b"
    assert unpacked(made)["labels"]["squeak"] == name


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_put_no_text_in_as_markup(name: str) -> None:
    code = static(name)
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|fetch\("
    )
    assert re.findall(forbidden, code) == []
    assert not re.search(r"</script|<!--", code)


def test_names_at_the_top_of_the_scripts_are_unique() -> None:
    """They share one scope on the page."""
    names = Counter(name for one in SCRIPTS for name in TOP_NAME.findall(static(one)))
    assert {name: count for name, count in names.items() if count > 1} == {}


@pytest.mark.parametrize("entry", ["boot_page.js", "boot_widget.js"])
def test_a_bundle_holds_each_script_once_and_imports_nothing(entry: str) -> None:
    code = script(entry)
    assert not re.search(r"^import\b|^export (?!default)", code, re.MULTILINE)
    left_out = {"boot_page.js": set(), "boot_widget.js": {"readings.js", "shares.js"}}[entry]
    for name in SCRIPTS:
        first = TOP_NAME.search(static(name))
        if first and not name.startswith("boot_"):
            found = re.findall(rf"^.*\b(?:function|const|let) {first[1]}\b", code, re.MULTILINE)
            assert len(found) == int(name not in left_out)


def test_every_rule_of_the_style_is_scoped() -> None:
    """In a notebook it must not touch what is around it."""
    plain = re.sub(r"/\*.*?\*/", "", style("style.css"), flags=re.DOTALL)
    selectors = re.findall(r"([^{}]+)\{", plain)
    for selector in (one.strip() for group in selectors for one in group.split(",")):
        assert selector.startswith("@") or "kb-" in selector or "kneebayes" in selector, selector


def test_to_html_writes_where_it_is_told(robot: kb.Model, tmp_path: Path) -> None:
    written = robot.to_html(str(tmp_path / "page.html"), title="Bolts & more")
    assert written == tmp_path / "page.html"
    text = written.read_text("utf-8")
    assert "<title>Bolts &amp; more</title>" in text
    assert unpacked(text)["title"] == "Bolts & more"
    assert b"\r" not in written.read_bytes()


def test_a_folder_that_is_missing_is_not_made(robot: kb.Model, tmp_path: Path, run: Run) -> None:
    path = tmp_path / "new" / "page.html"
    text = f"{path}: the folder {path.parent} does not exist."
    with pytest.raises(kb.KneebayesError, match=re.escape(text)):
        robot.to_html(path)
    code, out, err = run(["page", str(path), "--folder", str(DATA / "tiny")])
    assert (code, out) == (2, "")
    assert text in err
    assert not path.parent.exists()


def test_what_is_no_file_is_refused(robot: kb.Model, tmp_path: Path) -> None:
    with pytest.raises(kb.KneebayesError, match="cannot be written"):
        robot.to_html(tmp_path)


def test_the_page_of_another_lexicon_names_it(pump: kb.Model, tmp_path: Path) -> None:
    told = unpacked(pump.with_lexicon("engineer").to_html(tmp_path / "a").read_text())
    assert told["lexicon"]["id"] == "engineer"


def test_the_command_writes_the_page(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "pump.html"
    call = ["page", str(path), "--lexicon", "engineer", "--title", "Pumps"]
    code, out, err = run([*call, "--folder", str(DATA / "pump")])
    assert (code, err) == (0, "")
    assert str(path) in out.replace("\n", "")
    assert "kB" in out
    told = unpacked(path.read_text("utf-8"))
    assert (told["title"], told["lexicon"]["id"]) == ("Pumps", "engineer")


def test_the_command_says_what_it_does_not_know(tmp_path: Path, run: Run) -> None:
    code, _, err = run(["page", str(tmp_path / "a.html"), "--lexicon", "klingon"])
    assert code == 2
    assert "No lexicon 'klingon'" in err
    assert not (tmp_path / "a.html").exists()
