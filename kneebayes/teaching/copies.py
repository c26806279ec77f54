"""Copies of notebooks for students: exercises are kept, solutions and outputs are not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

from kneebayes.arguments import checked
from kneebayes.cohort.sources import telling_why_unread
from kneebayes.errors import KneebayesError
from kneebayes.text import counted
from kneebayes.writing import plain_text, same_place, telling_why, write_safely

EXERCISE, SOLUTION = "exercise", "solution"
MARKS = (EXERCISE, SOLUTION)
ANSWER = "# Your answer."
LARGEST = 100_000_000  # bytes of a notebook
LONGEST_ID = 64  # of a cell, by the notebook format


@dataclass(frozen=True)
class StudentCopies:
    """The copies that were written, and how many exercises they keep and solutions they lack."""

    paths: tuple[Path, ...]
    exercises: int
    solutions: int

    def __str__(self) -> str:
        written, kept = counted(len(self.paths), "notebook"), counted(self.exercises, "exercise")
        left_out = counted(self.solutions, "cell")
        return f"{written} written: {kept} kept, {left_out} of solutions left out."


def student_copy(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook without solutions and outputs, with an empty cell after each exercise.

    Cells are recognised by the tags ``exercise`` and ``solution`` in their metadata.

    Parameters
    ----------
    notebook
        The content of the notebook file (JSON, format 4); it is not changed.

    Raises
    ------
    KneebayesError
        If it is no notebook of format 4.

    Examples
    --------
    >>> asked = {"cell_type": "markdown", "metadata": {"tags": ["exercise"]}, "source": "Why?"}
    >>> told = {"cell_type": "markdown", "metadata": {"tags": ["solution"]}, "source": "So."}
    >>> copy = student_copy({"nbformat": 4, "metadata": {}, "cells": [asked, told]})
    >>> [cell["source"] for cell in copy["cells"]]
    ['Why?', '# Your answer.']
    """
    if not _is_notebook(notebook):
        message = "A notebook of format 4 is needed: a JSON object with 'nbformat' 4 and 'cells'."
        raise KneebayesError(message)
    copy = deepcopy(notebook)
    taken = {str(cell["id"]) for cell in copy["cells"] if "id" in cell}
    copy.get("metadata", {}).pop("widgets", None)  # what widgets showed is output too
    copy["cells"] = list(_kept(copy["cells"], taken))
    return copy


@checked
def copy_notebooks(
    source: str | Path, target: str | Path, *, replace: bool = False
) -> StudentCopies:
    """Write student copies of all notebooks of a folder, or of one notebook.

    All notebooks are read before the first copy is written, so that a broken notebook does not
    leave half of the copies behind. Existing files are kept unless ``replace`` is True.

    Parameters
    ----------
    source
        A folder with notebooks, or one notebook.
    target
        Folder for the copies, made if it is missing; not the folder of the originals.
    replace
        Whether to overwrite existing copies.

    Raises
    ------
    KneebayesError
        If there are no notebooks, one of them cannot be read, or a copy is there already.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     here = Path(folder) / "one.ipynb"
    ...     _ = here.write_text('{"nbformat": 4, "metadata": {}, "cells": []}')
    ...     print(copy_notebooks(here, Path(folder) / "students"))
    1 notebook written: 0 exercises kept, 0 cells of solutions left out.
    """
    with telling_why_unread(Path(source)):
        originals, folder = _originals(Path(source)), Path(target)
    with telling_why(folder):
        return _copied(originals, folder, replace)


def _copied(originals: list[Path], folder: Path, replace: bool) -> StudentCopies:
    """The copies in their folder, once all originals are read."""
    if folder.exists() and not folder.is_dir():
        message = f"{folder} is a file. Name a folder for the copies."
        raise KneebayesError(message)
    if any(same_place(folder, path.resolve().parent) for path in originals):
        message = f"{folder} holds the notebooks themselves. Name another folder for the copies."
        raise KneebayesError(message)
    read = {path: _read(path) for path in originals}
    paths = {path: folder / path.name for path in originals}
    there = [target.name for target in paths.values() if target.exists()]
    if there and not replace:
        message = (
            f"{folder} holds already: {', '.join(there)}. Students may have written into them. "
            "Name an empty folder, or ask to write over them (replace=True, --replace)."
        )
        raise KneebayesError(message)
    folder.mkdir(parents=True, exist_ok=True)
    for path, notebook in read.items():
        text = json.dumps(student_copy(notebook), indent=1, ensure_ascii=False)
        write_safely(paths[path], text + "\n")
    cells = [cell for notebook in read.values() for cell in notebook["cells"]]
    exercises, solutions = (sum(_tagged(cell, mark) for cell in cells) for mark in MARKS)
    return StudentCopies(tuple(paths.values()), exercises, solutions)


def _originals(source: Path) -> list[Path]:
    """The notebooks of a folder by name, or the one that was named."""
    paths = sorted(source.glob("*.ipynb")) if source.is_dir() else [source]
    if not paths or not all(path.is_file() for path in paths):
        message = f"No notebook at {source}. Name a notebook (.ipynb), or a folder with some."
        raise KneebayesError(message)
    return paths


def _read(path: Path) -> dict[str, Any]:
    text = plain_text(path, LARGEST)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"{path} is no notebook: not JSON in UTF-8 ({error})."
        raise KneebayesError(message) from error
    if not _is_notebook(content):
        message = f"{path} is no notebook of format 4. Open it in Jupyter and save it anew."
        raise KneebayesError(message)
    return dict(content)


def _is_notebook(content: object) -> bool:
    if not isinstance(content, dict) or content.get("nbformat") != 4:
        return False
    cells = content.get("cells")
    return isinstance(cells, list) and all(
        isinstance(cell, dict) and isinstance(cell.get("metadata", {}), dict) for cell in cells
    )


def _kept(cells: list[dict[str, Any]], taken: set[str]) -> Iterator[dict[str, Any]]:
    """Cells without solutions and outputs, and room for answers."""
    for cell in cells:
        if _tagged(cell, SOLUTION):
            continue
        if cell.get("cell_type") == "code":
            cell |= {"execution_count": None, "outputs": []}
        yield cell
        if _tagged(cell, EXERCISE):
            yield _answer_to(cell, taken)


def _answer_to(exercise: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    """An empty code cell; it has an id where the exercise has one."""
    empty: dict[str, Any] = {"cell_type": "code", "execution_count": None}
    if "id" in exercise:
        start = str(exercise["id"])[: LONGEST_ID - len("-answer-999")] + "-answer"
        ids = chain([start], (f"{start}-{number}" for number in count(2)))
        empty["id"] = next(id for id in ids if id not in taken)
        taken.add(empty["id"])
    return empty | {"metadata": {}, "outputs": [], "source": ANSWER}


def _tagged(cell: dict[str, Any], tag: str) -> bool:
    tags = cell.get("metadata", {}).get("tags", [])
    return isinstance(tags, list) and tag in tags
