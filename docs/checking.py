"""Look at the pages that were made: links that hold, nothing fetched from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["faults"]

FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
REMOTE = re.compile(r"""(?:url\(|@import\s+)["']?(?:https?:)?//""")
LOADING = {"stylesheet", "preload", "icon", "modulepreload", "preconnect", "prefetch"}


class Page(HTMLParser):
    """What one page links to, fetches and can be linked at."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element refers to."""
        given = {key: value or "" for key, value in attrs}
        self.anchors.update(given[key] for key in ("id", "name") if key in given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        loads = tag != "link" or LOADING & set(given.get("rel", "").split())
        if tag in FETCHED and FETCHED[tag] in given and loads:
            self.fetched.append(given[FETCHED[tag]])


def faults(site: Path) -> list[str]:
    """Every fault of a finished site, in a line that names page and link.

    Parameters
    ----------
    site
        The folder of the site.
    """
    site = site.resolve()
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        for link in (*page.links, *page.fetched):
            found += [f"{name}: {fault}" for fault in _broken(site, path, link, pages)]
        found += [f"{name}: fetches {link}" for link in page.fetched if _is_elsewhere(link)]
    for sheet in sorted(site.rglob("*.css")):
        name = sheet.relative_to(site).as_posix()
        fetched = REMOTE.findall(sheet.read_text("utf-8"))
        found += [f"{name}: fetches something from elsewhere" for _ in fetched]
    return found


def _is_elsewhere(link: str) -> bool:
    return bool(urlsplit(link).netloc)


def _broken(site: Path, page: Path, link: str, pages: dict[Path, Page]) -> Iterator[str]:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if target.is_dir():
        target /= "index.html"
    if not target.is_relative_to(site) or not target.exists():
        yield f"links to {link}, which is not there"
    elif (
        parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors
    ):
        yield f"links to {link}, but that page has no such place"
