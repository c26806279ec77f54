"""Student copies: exercises kept, solutions and outputs gone, nothing written over."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import Run

import kneebayes as kb
from kneebayes.teaching.copies import copy_notebooks, student_copy

COURSE = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def cell(kind: str, source: str, tag: str = "", **more: object) -> dict[str, Any]:
    metadata = {"tags": [tag]} if tag else {}
    made: dict[str, Any] = {"cell_type": kind, "metadata": metadata, "source": source, **more}
    if kind == "code":
        output = {"output_type": "stream", "name": "stdout", "text": "42"}
        made |= {"execution_count": 7, "outputs": [output]}
    return made


def notebook(*cells: dict[str, Any], minor: int = 5) -> dict[str, Any]:
    return {
        "nbformat": 4,
        "nbformat_minor": minor,
        "metadata": {"widgets": {"state": 1}},
        "cells": [*cells],
    }


LESSON = notebook(
    cell("markdown", "# Lesson", id="title"),
    cell("code", "x = 1", id="one"),
    cell("markdown", "Why?", "exercise", id="why"),
    cell("code", "solved = x", "solution", id="because"),
    cell("markdown", "So.", "solution", id="so"),
    cell("code", "assert x", id="laws"),
)


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    path = tmp_path / "notebooks" / "lesson.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(LESSON), encoding="utf-8")
    return path


def test_exercises_are_kept_and_solutions_and_outputs_are_not() -> None:
    before = json.dumps(LESSON)
    cells = student_copy(LESSON)["cells"]
    assert [one["id"] for one in cells] == ["title", "one", "why", "why-answer", "laws"]
    assert [one["outputs"] for one in cells if one["cell_type"] == "code"] == [[], [], []]
    assert {one["execution_count"] for one in cells if one["cell_type"] == "code"} == {None}
    assert "widgets" not in student_copy(LESSON)["metadata"]
    assert json.dumps(LESSON) == before


def test_a_copy_is_a_valid_notebook_also_where_ids_are_taken_or_long() -> None:
    long = "w" * 64
    copy = student_copy(
        notebook(
            cell("markdown", "?", "exercise", id="why"),
            cell("code", "1", id="why-answer"),
            cell("markdown", "?", "exercise", id=long),
            cell("markdown", "?", "exercise", id=long[:60]),
        )
    )
    nbformat.validate(nbformat.from_dict(copy))
    assert len({one["id"] for one in copy["cells"]}) == len(copy["cells"]) == 7


def test_a_notebook_without_ids_stays_without() -> None:
    copy = student_copy(notebook(cell("markdown", "?", "exercise"), minor=4))
    nbformat.validate(nbformat.from_dict(copy))
    assert not [one for one in copy["cells"] if "id" in one]


def test_a_copy_of_a_copy_has_room_for_two_answers_and_loses_nothing() -> None:
    once = student_copy(LESSON)
    twice = student_copy(once)
    kept = [one for one in twice["cells"] if one["id"] != "why-answer-2"]
    assert kept == once["cells"]


@pytest.mark.parametrize("wrong", [{}, {"nbformat": 3, "cells": []}, {"nbformat": 4}, [], None])
def test_what_is_no_notebook_is_refused(wrong: Any) -> None:
    with pytest.raises(kb.KneebayesError, match="format 4"):
        student_copy(wrong)


def test_copies_are_written_once_and_written_over_only_if_asked(lesson: Path) -> None:
    target = lesson.parents[1] / "students" / "deep"
    written = copy_notebooks(lesson.parent, target)
    assert written.paths == (target / "lesson.ipynb",)
    assert (written.exercises, written.solutions) == (1, 2)
    mine = target / "lesson.ipynb"
    mine.write_text("my answer", encoding="utf-8")
    with pytest.raises(kb.KneebayesError, match=r"holds already: lesson\.ipynb"):
        copy_notebooks(lesson, target)
    assert mine.read_text(encoding="utf-8") == "my answer"
    copy_notebooks(lesson, target, replace=True)
    assert read(mine) == student_copy(LESSON)


@pytest.mark.parametrize("replace", [False, True])
def test_originals_are_never_written_over(lesson: Path, replace: bool) -> None:
    for target in (lesson.parent, lesson.parent / ".." / lesson.parent.name):
        with pytest.raises(kb.KneebayesError, match="holds the notebooks themselves"):
            copy_notebooks(lesson, target, replace=replace)
    assert read(lesson) == LESSON


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("{", "is no notebook"),
        ("[1, 2]", "is no notebook"),
        ('{"nbformat": 3, "cells": []}', "is no notebook"),
        ("\ud800", "' cannot be read: byte 0 is not UTF-8"),
    ],
)
def test_a_broken_notebook_is_named_and_nothing_is_written(
    lesson: Path, content: str, wrong: str
) -> None:
    broken = lesson.parent / "z.ipynb"
    broken.write_bytes(content.encode("utf-8", "surrogatepass"))
    target = lesson.parents[1] / "students"
    with pytest.raises(kb.KneebayesError, match=rf"z\.ipynb ?{wrong}"):
        copy_notebooks(lesson.parent, target)
    assert not target.exists()


def test_a_folder_without_notebooks_and_a_file_as_target_are_refused(lesson: Path) -> None:
    empty = lesson.parents[1] / "empty"
    empty.mkdir()
    for source in (empty, empty / "none.ipynb"):
        with pytest.raises(kb.KneebayesError, match="No notebook at"):
            copy_notebooks(source, lesson.parents[1] / "students")
    with pytest.raises(kb.KneebayesError, match="is a file"):
        copy_notebooks(lesson, lesson)


def test_the_command_says_what_it_wrote(lesson: Path, run: Run) -> None:
    target = lesson.parents[1] / "students"
    code, out, err = run(["copies", str(lesson), str(target)])
    told = "1 notebook written: 1 exercise kept, 2 cells of solutions left out."
    assert (code, err) == (0, "")
    assert out.splitlines() == [str(target / "lesson.ipynb"), told]
    code, _, err = run(["copies", str(lesson), str(target)])
    assert code == 2
    assert "--replace" in err
    assert run(["copies", str(lesson), str(target), "--replace"])[0] == 0


@each_notebook
def test_each_notebook_of_the_course_has_exercises_with_solutions(path: Path) -> None:
    tags = [tag for one in read(path)["cells"] for tag in one["metadata"].get("tags", [])]
    assert set(tags) <= {"exercise", "solution"}
    if not re.match(r"(0\d|10|15|16|17|18)_", path.name):
        return
    assert tags.count("exercise") in {2, 3}
    assert tags.count("solution") >= tags.count("exercise")
    cells = read(path)["cells"]
    titled = [one for one in cells if "".join(one["source"]).startswith("## Exercise")]
    assert len(titled) == tags.count("exercise")
    assert all(one["metadata"].get("tags") == ["exercise"] for one in titled)


@each_notebook
def test_what_students_get_needs_nothing_from_the_solutions(path: Path) -> None:
    """A name that only a solution gives a value must not be used in what is left."""
    whole, left = read(path), student_copy(read(path))
    ids = {one["id"] for one in left["cells"]}
    solved = [one for one in whole["cells"] if one["id"] not in ids]
    given, _ = names_in(left["cells"])
    only_solved = names_in(solved)[0] - given
    assert names_in(left["cells"])[1] & only_solved == set()


def names_in(cells: list[dict[str, Any]]) -> tuple[set[str], set[str]]:
    """Names that code cells give a value, and names that they use."""
    given: set[str] = set()
    used: set[str] = set()
    for one in cells:
        if one["cell_type"] != "code":
            continue
        lines = "".join(one["source"]).splitlines()
        tree = ast.parse("\n".join(line for line in lines if not line.startswith("%")))
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                (used if isinstance(node.ctx, ast.Load) else given).add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                given.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                given |= {(name.asname or name.name).split(".")[0] for name in node.names}
    return given, used
