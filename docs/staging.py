"""Gather the pages of the site in one folder: written here, made, and from elsewhere."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path, PurePosixPath

from knowledge_pages import knowledge_pages
from reference_pages import reference_pages

import kneebayes as kb

__all__ = ["stage"]

ROOT = Path(__file__).resolve().parent.parent
ELSEWHERE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "tests/reliability/RESULTS.md": "reliability.md",
    "notebooks/README.md": "course/guide.md",
    "priors/README.md": "how-to/folder-fields.md",
}
"""Pages of the repository that belong to the site too, and where they stand there."""
COURSE = (
    "Each notebook has one idea, exercises and their solutions. They are shown here as they ran; to"
    " run them yourself, install with `.[notebook]` and open the folder `notebooks/` in Jupyter."
    " `kneebayes copies notebooks students/` makes copies without solutions."
)
LINK = re.compile(r"(\[(?:[^\]\[]|\[[^\]]*\])*\]\()([^)\s]+)(\))")


def stage(target: Path) -> None:
    """Fill a folder with everything that Sphinx reads.

    Parameters
    ----------
    target
        An empty folder.
    """
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "docs", target, dirs_exist_ok=True, ignore=ignored)
    addresses = _addresses()
    for page in _pages():
        source = _from_root(page)
        text = mended(page.read_text("utf-8"), source, addresses)
        text = with_others(text, page) if page.name == "index.md" else text
        _write(target / addresses[source], text)
    for source, page in ELSEWHERE.items():
        if (ROOT / source).exists():
            _write(target / page, mended((ROOT / source).read_text("utf-8"), source, addresses))
    for notebook in _notebooks():
        source = _from_root(notebook)
        _write(target / addresses[source], _mended_notebook(notebook, source, addresses))
    _write(target / "course" / "index.md", _course())
    model = kb.load()
    for folder, pages in (("knowledge", knowledge_pages(model)), ("reference", reference_pages())):
        for name, text in pages.items():
            _write(target / folder / name, text)


def _pages() -> list[Path]:
    return sorted((ROOT / "docs").rglob("*.md"))


def _from_root(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _notebooks() -> list[Path]:
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def _addresses() -> dict[str, str]:
    """Where each file of the repository that is a page stands on the site."""
    addresses = {_from_root(p): _from_root(p).removeprefix("docs/") for p in _pages()}
    addresses.update({_from_root(p): f"course/{p.name}" for p in _notebooks()})
    addresses.update(ELSEWHERE)
    addresses.update({"README.md": "index.md", "notebooks": "course/index.md"})
    return addresses


def mended(text: str, source: str, addresses: dict[str, str]) -> str:
    """The text of a page with its links pointing where their targets stand on the site.

    A link to a file that is no page loses its link and keeps its words.

    Parameters
    ----------
    text
        Markdown.
    source
        Where it stands in the repository.
    addresses
        Where each page of the repository stands on the site.
    """
    here = PurePosixPath(addresses[source]).parent

    def other(found: re.Match[str]) -> str:
        before, link, after = found.groups()
        if re.match(r"[a-z]+:|#", link):
            return found.group()
        path, mark, anchor = link.partition("#")
        inside = os.path.normpath(PurePosixPath(source).parent / path)
        if inside in addresses:
            return f"{before}{os.path.relpath(addresses[inside], here)}{mark}{anchor}{after}"
        if source.startswith("docs/"):  # a page that is only made: Sphinx says if it is not
            return found.group()
        return f"`{before[1:-2].strip('`')}`"

    return LINK.sub(other, text)


def _course() -> str:
    """The notebooks in the order of their numbers, each with its first sentence."""
    lines = ["# The course", "", COURSE, ""]
    for path in _notebooks():
        title, first = _opening(path)
        lines.append(f"- [{path.stem[:2]} {title}]({path.name}): {first}")
    guide = ["guide"] if (ROOT / "notebooks" / "README.md").exists() else []
    tree = [*guide, *(path.stem for path in _notebooks())]
    return "\n".join([*lines, "", "```{toctree}", ":hidden:", "", *tree, "```", ""])


def _opening(path: Path) -> tuple[str, str]:
    """Title and first sentence of a notebook."""
    text = "".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"])
    title, *rest = [line for line in text.splitlines() if line.strip()]
    return title.lstrip("# "), re.split(r"(?<=[.?!])\s", rest[0])[0] if rest else ""


def with_others(text: str, index: Path) -> str:
    """An index with the pages beside it that it does not list yet at the end of its menu.

    Parameters
    ----------
    text
        The index.
    index
        Where it stands.
    """
    listed = {line.strip() for line in text.splitlines()}
    beside = [page.stem for page in sorted(index.parent.glob("*.md")) if page != index]
    others = [name for name in beside if name not in listed]
    before, last, after = text.rpartition("\n```")
    return before + "".join(f"\n{name}" for name in others) + last + after


def _mended_notebook(path: Path, source: str, addresses: dict[str, str]) -> str:
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            text = mended("".join(cell["source"]), source, addresses)
            cell["source"] = text.splitlines(keepends=True)
    return json.dumps(notebook)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
