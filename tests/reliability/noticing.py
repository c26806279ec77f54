"""Which tests may notice a change of the code: those that run the line it is on."""

from __future__ import annotations

import ast
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from reliability.copies import run_python
from reliability.covering import FILE

LOOKED_AT = ("tests", "kneebayes", "README.md")
# other processes, browsers and JavaScript are not seen by coverage.py; these figures are no tests
LEFT_OUT = ("browser", "test_notebooks.py", "docs", "benchmarks", "reliability", "page")
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
ALWAYS = ("tests/test_records.py",)  # looks at every class, whatever runs
MOST_TESTS, MOST_SECONDS = 150, 60.0  # for one mutant; seconds as they were when recorded


def record(copy: Path, file: Path) -> None:
    """Run the tests once and write which of them run which line; those that fail are left out.

    Raises
    ------
    RuntimeError
        If they could not be run.
    """
    ignored = [f"--ignore=tests/{one}" for one in LEFT_OUT]
    arguments = [*PYTEST, "-p", "reliability.covering", *LOOKED_AT, *ignored]
    os.environ[FILE] = str(file)
    done = run_python(copy, arguments, 3_600.0)
    if done.returncode not in (0, 1):
        message = f"the tests cannot be run on a copy without any fault:\n{done.stdout[-2000:]}"
        raise RuntimeError(message)


class Noticing:
    """Tests by the lines that they run.

    Parameters
    ----------
    file
        What :func:`record` wrote.
    folder
        What was recorded: the folder that the package is in.
    """

    def __init__(self, file: Path, folder: Path) -> None:
        told = json.loads(file.read_text(encoding="utf-8"))
        self.folder = folder
        self.seconds: dict[str, float] = told["seconds"]
        users = defaultdict(set)
        for test, fixtures in told["fixtures"].items():
            users[test].add(test)
            for name in fixtures:
                users[f"fixture {name}"].add(test)
        tests = [users[name] for name in told["names"]]
        self.lines = {
            module: {
                int(line): set().union(*(tests[at] for at in some)) for line, some in of.items()
            }
            for module, of in told["lines"].items()
        }

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {one: (self.folder / one).read_text(encoding="utf-8") for one in self.lines}

    def of(self, module: str, tree: ast.AST, node: ast.AST) -> list[str]:
        """Names of the tests that may notice a change of a node, in the order to run them in."""
        way = _way_to(tree, node)
        if not _is_run_later(way):
            found = self._mentioning(_name_given(way)) or self._running(module, self.lines[module])
            return [*ALWAYS, *self._in_order(module, found)]
        running = (self._running(module, _lines_of(one)) for one in way)
        return self._in_order(module, next(filter(None, running), set()))

    def _running(self, module: str, lines: Iterable[int]) -> set[str]:
        """Tests that run any of these lines of a module."""
        known = self.lines.get(module, {})
        return set().union(*(known.get(line, ()) for line in lines))

    def _mentioning(self, name: str) -> set[str]:
        """Tests that run a line with this name on it, wherever in the package that is."""
        found: set[str] = set()
        if not name:
            return found
        for module, text in self._texts.items():
            if name in text:
                known = self.lines[module]
                mentioned = re.compile(rf"\b{re.escape(name)}\b")
                for number, line in enumerate(text.splitlines(), 1):
                    if number in known and mentioned.search(line):
                        found |= known[number]
        return found

    def _in_order(self, module: str, found: set[str]) -> list[str]:
        """One of every test function before a second, those of the room first, quick ones first."""
        room = str(Path("tests", *Path(module).parent.parts[1:]))
        seen: dict[str, int] = defaultdict(int)
        ranked = []
        for test in sorted(found, key=lambda test: (self.seconds.get(test, 0.0), test)):
            function = test.partition("[")[0]
            far = not test.startswith((room, module))
            ranked.append((seen[function], far, self.seconds.get(test, 0.0), test))
            seen[function] += 1
        chosen, spent = [], 0.0
        for *_, seconds, test in sorted(ranked)[:MOST_TESTS]:
            if not chosen or spent + seconds < MOST_SECONDS:
                chosen.append(test)
                spent += seconds
        return chosen


def _way_to(tree: ast.AST, node: ast.AST) -> list[ast.AST]:
    """A node and what it is in, from the inside out."""
    above = {child: one for one in ast.walk(tree) for child in ast.iter_child_nodes(one)}
    way = [node]
    while way[-1] in above:
        way.append(above[way[-1]])
    return way


def _is_run_later(way: list[ast.AST]) -> bool:
    """Whether a node is in the body of a function, which does not run on import."""
    for one, around in pairwise(way):
        if isinstance(around, ast.FunctionDef):
            return one in around.body
        if isinstance(around, ast.Lambda):
            return one is around.body
    return False


def _lines_of(node: ast.AST) -> range:
    """Lines of an expression, or of a statement without those that are in it."""
    if not hasattr(node, "lineno") or isinstance(node, ast.FunctionDef | ast.ClassDef):
        return range(0)
    inner = getattr(node, "body", None)
    end = inner[0].lineno if isinstance(inner, list) else node.end_lineno + 1
    return range(node.lineno, max(end, node.lineno + 1))


def _name_given(way: list[ast.AST]) -> str:
    """The name under which others find what is made on import, if it has one."""
    for one in way:
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            return one.name
        if isinstance(one, ast.Assign | ast.AnnAssign):
            target = one.targets[0] if isinstance(one, ast.Assign) else one.target
            return ast.unparse(target)
    return ""
