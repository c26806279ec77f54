"""The pages of the site that are made: nothing that was stated is missing, faults are found."""

import tempfile
from html import escape, unescape
from importlib import import_module
from pathlib import Path

import pytest
import typer
from checking import faults
from knowledge_pages import knowledge_pages
from reference_pages import ROOMS, reference_pages
from staging import ROOT, mended, with_others

import kneebayes as kb
from kneebayes.cli import app
from kneebayes.knowledge import Knowledge

ADDRESSES = {"README.md": "index.md", "docs/a.md": "a.md", "notebooks/b.ipynb": "course/b.ipynb"}


@pytest.fixture(scope="module")
def pages(robot: kb.Model) -> dict[str, str]:
    """The pages of the tiny invented folder."""
    return knowledge_pages(robot)


@pytest.fixture(scope="module")
def reference() -> dict[str, str]:
    """The pages of the reference."""
    return reference_pages()


def shown(knowledge: Knowledge, origin: str) -> str:
    """How a page shows an origin."""
    if origin in knowledge.claims:
        return f'"claims.html#{origin.lower()}"'
    if origin in knowledge.references:
        return f'"references.html#{origin.lower().replace("_", "-")}"'
    return escape(origin.removeprefix("assumed:").strip())


def page_of(place: str) -> str:
    """Which page describes what stands at a place of the folder."""
    file = place.split(":", maxsplit=1)[0]
    if file.startswith("causes/"):
        return file.removeprefix("causes/").replace(".toml", ".md")
    if file == "tests.toml":
        return "methods.md" if "methods." in place else "findings.md"
    return file.replace(".toml", ".md")


def test_every_number_stands_beside_what_it_rests_on(
    robot: kb.Model, pages: dict[str, str]
) -> None:
    for place, because in robot.knowledge.origins():
        page = page_of(place)
        if page == "knowledge.md":  # what the folder is about, no number
            continue
        for origin in because:
            assert shown(robot.knowledge, origin) in pages[page], (place, origin)


def test_every_traced_number_stands_on_the_page_of_its_cause(
    robot: kb.Model, pages: dict[str, str]
) -> None:
    for cause in robot.causes:
        text = unescape(pages[f"{cause.id}.md"])
        for row in robot.trace(cause.id).table.itertuples():
            assert row.stated in text
            assert row.about == "prior" or row.node in text


def test_claims_and_references_are_all_listed(robot: kb.Model, pages: dict[str, str]) -> None:
    for id, claim in robot.knowledge.claims.items():
        assert f'id="{id.lower()}"' in pages["claims.md"]
        assert escape(claim.statement) in pages["claims.md"]
    for source in robot.knowledge.references.values():
        assert escape(source.seen) in pages["references.md"]


def test_every_public_name_is_in_the_reference(reference: dict[str, str]) -> None:
    text = "\n".join(reference.values())
    for name in kb.__all__:
        assert name == "__version__" or f":: kneebayes.{name}\n" in text
    for room in ROOMS:
        for name in import_module(f"kneebayes.{room}").__all__:
            assert f":: kneebayes.{room}.{name}\n" in text


def test_every_room_that_the_package_names_has_a_page() -> None:
    assert set(kb.ROOMS) <= set(ROOMS)


def test_every_command_and_option_is_in_the_reference(reference: dict[str, str]) -> None:
    page = reference["command-line.md"]
    for name, command in typer.main.get_command(app).commands.items():
        assert (f"## kneebayes {name}\n" in page) is not command.hidden
        if command.hidden:
            continue
        for parameter in command.params:
            assert all(option in page for option in parameter.opts if option.startswith("-"))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site without a fault."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text(
        '<link rel="stylesheet" href="a.css"><a href="sub/b.html#here">b</a>'
        '<a href="https://example.org">out</a><a href="#top"></a><p id="top"></p>'
    )
    (tmp_path / "sub" / "b.html").write_text('<h1 id="here">B</h1><a href="../index.html">a</a>')
    (tmp_path / "a.css").write_text("p { background: url(data:image/png;base64,xx) }")
    return tmp_path


def test_a_whole_site_has_no_fault(site: Path) -> None:
    assert faults(site) == []


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ('<a href="gone.html">x</a>', "links to gone.html, which is not there"),
        ('<a href="b.html#gone">x</a>', "links to b.html#gone, but that page has no such place"),
        ('<a href="../../x.html">x</a>', "links to ../../x.html, which is not there"),
        ('<img src="gone.png">', "links to gone.png, which is not there"),
        ('<script src="https://cdn.example/x.js"></script>', "fetches https://cdn.example/x.js"),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', "fetches //cdn.example/x.css"),
    ],
)
def test_a_fault_is_named_with_its_page(site: Path, page: str, fault: str) -> None:
    (site / "sub" / "c.html").write_text(page)
    assert faults(site) == [f"sub/c.html: {fault}"]


@pytest.mark.parametrize(
    "rule", ['@import "https://fonts.example/x.css";', "p { background: url(//x.example/y.png) }"]
)
def test_a_style_sheet_that_fetches_is_a_fault(site: Path, rule: str) -> None:
    (site / "a.css").write_text(rule)
    assert faults(site) == ["a.css: fetches something from elsewhere"]


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        ("README.md", "[b](notebooks/b.ipynb)", "[b](course/b.ipynb)"),
        ("README.md", "[a](docs/a.md#x)", "[a](a.md#x)"),
        ("notebooks/b.ipynb", "[a](../docs/a.md)", "[a](../a.md)"),
        ("docs/a.md", "[r](../README.md)", "[r](index.md)"),
        ("docs/a.md", "[made](knowledge/index.md)", "[made](knowledge/index.md)"),
        ("README.md", "[licence](LICENSE)", "`licence`"),
        ("README.md", "[out](https://example.org) and [here](#x)", None),
    ],
)
def test_links_point_to_where_pages_stand_on_the_site(
    source: str, before: str, after: str | None
) -> None:
    assert mended(before, source, ADDRESSES) == (before if after is None else after)


def test_a_page_that_no_menu_lists_is_added_to_it(tmp_path: Path) -> None:
    for name in ("index", "first", "second"):
        (tmp_path / f"{name}.md").write_text("# x")
    text = "# x\n\n```{toctree}\n\nfirst\n```\n"
    wanted = "# x\n\n```{toctree}\n\nfirst\nsecond\n```\n"
    assert with_others(text, tmp_path / "index.md") == wanted


def test_example_cells_stand_only_where_the_site_runs_them() -> None:
    for page in sorted((ROOT / "docs").rglob("*.md")):
        text = page.read_text("utf-8")
        assert ("{code-cell}" in text) == text.startswith("---\nfile_format: mystnb"), page


def test_the_builder_needs_nothing_that_the_extra_does_not_name() -> None:
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = " ".join(extras["optional-dependencies"]["docs"])
    text = (ROOT / "docs" / "conf.py").read_text("utf-8")
    for module, package in {
        "myst_nb": "myst-nb",
        "sphinx_copybutton": "sphinx-copybutton",
        "sphinx_design": "sphinx-design",
        "latex2mathml": "latex2mathml",
        "furo": "furo",
    }.items():
        assert (module in text) == (package in named)


def test_no_page_of_ours_names_the_machine_it_was_written_on() -> None:
    places = {Path(tempfile.gettempdir()), Path.home(), ROOT} - {Path(ROOT.anchor)}
    written = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "docs").glob("*.py")]
    for page in [*written, *(ROOT / ".github").rglob("*.yml")]:
        text = page.read_text("utf-8")
        assert not [place for place in places if f"{place}/" in text], page
