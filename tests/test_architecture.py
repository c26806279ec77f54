"""The house keeps its floors: what each module may import, how long it may be."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import kneebayes

PACKAGE = Path(kneebayes.__file__).parent
LONGEST = 320
BRIDGE = "kneebayes.network.pgmpy_bridge"


@dataclass(frozen=True)
class Import:
    """One import of a module: what, whether only for types, whether relative."""

    what: str
    typing: bool
    level: int


def name_of(path: Path) -> str:
    """The dotted name of a module."""
    parts = ("kneebayes", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def imports_of(module: str) -> tuple[Import, ...]:
    """Every import of a module, wherever it stands."""
    return tuple(_imports_of(module))


def _imports_of(module: str) -> Iterator[Import]:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node in for_types, 0)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                what = inner if inner in MODULES else str(node.module)
                yield Import(what, node in for_types, node.level)


def floors() -> dict[str, int]:
    """The floor of each room, as the table in the package's docstring tells it."""
    lines = str(kneebayes.__doc__).splitlines()
    top, under_header, bottom = (at for at, line in enumerate(lines) if line.startswith("==="))
    rule = lines[top].split()
    table: dict[str, int] = {}
    floor = 0
    for line in lines[under_header + 1 : bottom]:
        number, rooms = line[: len(rule[0])], line[len(rule[0]) : len(rule[0]) + len(rule[1]) + 1]
        floor = int(number) if number.strip() else floor
        table |= dict.fromkeys(re.findall(r"``(\w+)``", rooms), floor)
    return table | {"": max(table.values())}


FLOORS = floors()


def room(module: str) -> str:
    """The room of a module: the part after the package; the door itself has none."""
    return [*module.split("."), ""][1]


def test_the_table_of_floors_can_be_read() -> None:
    assert FLOORS["errors"] == FLOORS["odds"] == 0
    assert FLOORS["knowledge"] < FLOORS["network"] == FLOORS["inference"] < FLOORS["building"]
    assert FLOORS["building"] < FLOORS["case"] < FLOORS["view"] < FLOORS["questions"]
    assert FLOORS["questions"] < FLOORS["model"]
    assert FLOORS["model"] == FLOORS["differential"] == FLOORS["files"] == FLOORS["cli"]


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_floor(module: str) -> None:
    assert room(module) in FLOORS


def test_every_room_of_the_table_exists() -> None:
    assert {room(module) for module in MODULES} == set(FLOORS)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_its_own_floor_and_those_below(module: str) -> None:
    """Within a floor only its own room is near, but for the door, which is one room."""
    here = room(module)
    for one in imports_of(module):
        if not one.what.startswith("kneebayes"):
            continue
        there = room(one.what)
        at_the_door = FLOORS[here] == FLOORS[there] == FLOORS[""]
        engine = (here, there) == ("inference", "network")  # one idea in two rooms
        assert FLOORS[there] < FLOORS[here] or there == here or at_the_door or engine, one.what


@pytest.mark.parametrize("module", [one for one in MODULES if room(one) == "questions"])
def test_no_question_imports_another(module: str) -> None:
    for one in imports_of(module):
        if one.what.startswith("kneebayes.questions."):
            assert one.what.split(".")[2] == module.split(".")[2], one.what


def test_there_are_no_circles_of_imports() -> None:
    graph = {
        module: {
            one.what
            for one in imports_of(module)
            if one.what.startswith("kneebayes") and not one.typing
        }
        for module in MODULES
    }
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) == set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_only_the_bridge_imports_pgmpy(module: str) -> None:
    imported = {one.what.split(".")[0] for one in imports_of(module) if not one.typing}
    assert ("pgmpy" in imported) == (module == BRIDGE)


@pytest.mark.parametrize("module", MODULES)
def test_no_import_is_relative(module: str) -> None:
    assert [one.what for one in imports_of(module) if one.level] == []


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_long(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_holds(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)


@pytest.mark.parametrize(
    "code",
    [
        "import kneebayes",
        "import kneebayes; kneebayes.load().diagnose({'fever': True}).ranking",
        "import kneebayes; kneebayes.load().diagnose({'fever': True})._repr_html_()",
    ],
)
def test_pgmpy_and_matplotlib_are_not_imported_before_they_are_needed(code: str) -> None:
    shown = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", shown], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "kneebayes" in loaded
    assert loaded & {"pgmpy", "matplotlib", "torch", "networkx"} == set()
