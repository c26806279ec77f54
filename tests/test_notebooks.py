"""Every notebook runs from a kernel of its own and says what is committed."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from warm_kernels import execute

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
SPOKEN = ("text/plain", "text/markdown")  # pictures may differ by a font
MOST_LETTERS = 100  # of a line of code, as in the package
BAR = "application/vnd.jupyter.widget-view+json"  # shown while one waits: as long as it takes

# a second and a half of a quick processor or more; `-m long` runs them
SLOW = (
    *("01_", "02_", "03_", "08_", "09_", "11_", "12_", "13_", "14_", "15_"),
    *("16_", "17_", "18_", "19_", "20_"),
)

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
each_when_it_suits = pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=[pytest.mark.long] if path.name.startswith(SLOW) else [])
        for path in NOTEBOOKS
    ],
    ids=lambda path: path.stem,
)


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def said_by(cell: NotebookNode) -> list[tuple[str, str]]:
    """What a cell printed and showed as text; pieces of one stream are joined."""
    said: list[tuple[str, str]] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if said and said[-1][0] == output.name:
                said[-1] = (output.name, said[-1][1] + output.text)
            else:
                said.append((output.name, output.text))
        elif output.output_type == "error":
            said.append(("error", f"{output.ename}: {output.evalue}"))
        elif BAR not in output.data:
            said += [(kind, output.data[kind]) for kind in SPOKEN if kind in output.data]
    return said


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS
    assert len([path for path in NOTEBOOKS if path.name.startswith(SLOW)]) == len(SLOW)


@each_notebook
def test_one_title_at_the_top(path: Path) -> None:
    prose = [cell for cell in read(path).cells if cell.cell_type == "markdown"]
    titles = [line for cell in prose for line in cell.source.splitlines() if line.startswith("# ")]
    assert read(path).cells[0].source.splitlines()[:1] == titles


@each_notebook
def test_committed_as_executed(path: Path) -> None:
    cells = code_cells(read(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert any(cell.outputs for cell in cells)
    assert not [cell.id for cell in cells for kind, _ in said_by(cell) if kind == "error"]
    assert not [cell.id for cell in cells for kind, _ in said_by(cell) if kind == "stderr"]
    assert not [cell.id for cell in cells for one in cell.outputs if BAR in one.get("data", {})]


@each_notebook
def test_no_line_of_code_is_cut_off(path: Path) -> None:
    lines = [line for cell in code_cells(read(path)) for line in cell.source.splitlines()]
    assert [line for line in lines if len(line) > MOST_LETTERS] == []


@each_when_it_suits
def test_runs_and_says_what_is_committed(path: Path) -> None:
    committed = read(path)
    fresh = read(path)
    for cell in code_cells(fresh):
        cell.outputs, cell.execution_count = [], None
    execute(fresh, FOLDER)  # raises CellExecutionError, with the cell and its traceback
    for before, now in zip(code_cells(committed), code_cells(fresh), strict=True):
        assert said_by(now) == said_by(before), f"cell '{now.id}': execute the notebook again"
