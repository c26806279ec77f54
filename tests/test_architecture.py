"""The house keeps its floors: what each module may import, how long it may be."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from conftest import DATA

import kneebayes

PACKAGE = Path(kneebayes.__file__).parent
LONGEST = 600
ARCHITECTURE = PACKAGE.parent / "docs" / "architecture.md"
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


def text_of(module: str) -> str:
    return MODULES[module].read_text(encoding="utf-8")


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(text_of(module))


@cache
def imports_of(module: str) -> tuple[Import, ...]:
    """Every import of a module, wherever it stands."""
    return tuple(_imports_of(module))


def _imports_of(module: str) -> Iterator[Import]:
    for node, typing in statements(tree_of(module)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, typing, 0)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                what = inner if inner in MODULES else str(node.module)
                yield Import(what, typing, node.level)


def statements(within: ast.AST, typing: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """All statements, and whether only types need them; no import stands in an expression."""
    if isinstance(within, ast.If):
        name = getattr(within.test, "id", getattr(within.test, "attr", ""))
        parts = [(within.body, typing or name == "TYPE_CHECKING"), (within.orelse, typing)]
    else:
        kinds = ("body", "orelse", "handlers", "finalbody", "cases")
        parts = [(getattr(within, kind, []), typing) for kind in kinds]
    for nodes, for_types in parts:
        for node in nodes:
            yield node, for_types
            yield from statements(node, for_types)


def floors() -> dict[str, int]:
    """The floor of each room, as the picture in ``docs/architecture.md`` shows it."""
    picture = ARCHITECTURE.read_text(encoding="utf-8").split("```")[1]
    _, _, rule, *lines = picture.splitlines()
    first, second, _ = rule.split()
    start = rule.index(second)
    table: dict[str, int] = {}
    floor = -1
    for line in lines:
        number = line[: len(first)].strip()
        floor = int(number) if number else floor
        table |= dict.fromkeys(line[start : start + len(second)].split(), floor)
    return table


FLOORS = floors()


def room(module: str) -> str:
    """The room of a module: a folder or a file of the package, or one of the questions."""
    parts = [*module.split("."), "__init__"]
    return ".".join(parts[1:3]) if parts[1] == "questions" and len(parts) > 3 else parts[1]


OWN = [module for module in MODULES if module != "kneebayes.questions"]


def test_the_picture_of_the_floors_can_be_read() -> None:
    assert FLOORS["errors"] == FLOORS["odds"] == 0
    assert FLOORS["knowledge"] < FLOORS["network"] < FLOORS["inference"] < FLOORS["building"]
    assert FLOORS["building"] < FLOORS["case"] < FLOORS["view"] < FLOORS["questions.ask"]
    assert FLOORS["questions.ask"] < FLOORS["cohort"] < FLOORS["differential"] < FLOORS["model"]


def test_the_picture_shows_every_room_and_no_other() -> None:
    assert {room(module) for module in OWN} == set(FLOORS)


def test_a_module_imports_only_from_its_own_room_and_from_lower_floors() -> None:
    """Also for types; so no question imports a question, and nobody imports the door."""
    upwards = [
        (module, imported.what)
        for module in OWN
        for imported in imports_of(module)
        if imported.what.startswith("kneebayes")
        and room(imported.what) != room(module)
        and FLOORS[room(imported.what)] >= FLOORS[room(module)]
    ]
    assert upwards == []


def test_only_the_command_line_imports_the_door() -> None:
    door = {"model", "differential", "__init__"}
    through = [
        (module, imported.what)
        for module in OWN
        if room(module) not in door | {"cli", "__main__"}
        for imported in imports_of(module)
        if "kneebayes" in imported.what and room(imported.what) in door
    ]
    assert through == []


def test_there_are_no_circles_of_imports() -> None:
    """Types count, and so do imports inside functions."""
    graph = {
        module: {
            imported.what
            for imported in imports_of(module)
            if imported.what.startswith("kneebayes")
        }
        for module in MODULES
    }
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) == set(MODULES)


def test_no_two_public_classes_have_one_name() -> None:
    places: dict[str, list[str]] = {}
    for module in MODULES:
        for node in tree_of(module).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(module)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_only_the_bridge_imports_pgmpy() -> None:
    importing = {
        module
        for module in MODULES
        for one in imports_of(module)
        if one.what.split(".")[0] == "pgmpy" and not one.typing
    }
    assert importing == {BRIDGE}


def test_no_import_is_relative() -> None:
    assert [module for module in MODULES if any(one.level for one in imports_of(module))] == []


def test_no_module_is_long() -> None:
    lines = {module: len(text_of(module).splitlines()) for module in MODULES}
    assert {module: count for module, count in lines.items() if count > LONGEST} == {}


def test_every_module_says_what_it_holds() -> None:
    assert [module for module in MODULES if not ast.get_docstring(tree_of(module))] == []


def test_pgmpy_and_matplotlib_are_not_imported_before_they_are_needed() -> None:
    """Nothing is ever taken out of what was imported, so it is enough to look at the end."""
    code = (
        "import sys, kneebayes\n"
        "dx = kneebayes.load(sys.argv[1]).diagnose({'squealing': True})\n"
        "dx.ranking, dx._repr_html_()\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(DATA / "pump")],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "kneebayes" in loaded
    assert loaded & {"pgmpy", "matplotlib", "torch", "networkx"} == set()
