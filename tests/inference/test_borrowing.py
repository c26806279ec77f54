"""Who counts references in compiled code: an array never passes from one kind to the other.

A function that only borrows does not count who holds an array; one that makes arrays does. An
array returned from the first to the second would be given up once too often, and the other way
round never.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import kneebayes

FOLDER = Path(kneebayes.__file__).parent / "inference" / "compiled"
ARRAYS = {"Numbers", "Integers", "Flags", "Observed", "Words"}
COUNTING, BORROWING = {"door", "maker"}, {"inner", "runs"}
FOUND_AT_LEAST = 60


@cache
def trees() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text()) for path in sorted(FOLDER.glob("*.py")))


@cache
def holders() -> frozenset[str]:
    """Names of types that are arrays or records with arrays in them."""
    found = set(ARRAYS)
    records = [
        node
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and "NamedTuple" in map(ast.unparse, node.bases)
    ]
    for _ in records:  # a record may hold another
        for record in records:
            if any(
                names_in(line) & found for line in record.body if isinstance(line, ast.AnnAssign)
            ):
                found.add(record.name)
    return frozenset(found)


def names_in(node: ast.AST | None) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} if node else set()


@cache
def functions() -> dict[str, tuple[str, ast.FunctionDef]]:
    """For each compiled function its decorator."""
    return {
        node.name: (node.decorator_list[0].id, node)
        for tree in trees()
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.decorator_list
        and isinstance(node.decorator_list[0], ast.Name)
        and node.decorator_list[0].id in COUNTING | BORROWING
    }


def calls() -> Iterator[tuple[str, str]]:
    for name, (_, function) in functions().items():
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield name, node.func.id


def test_no_array_passes_between_those_that_count_and_those_that_do_not() -> None:
    crossing = [
        (caller, callee)
        for caller, callee in calls()
        if callee in functions()
        and (functions()[caller][0] in COUNTING) != (functions()[callee][0] in COUNTING)
    ]
    assert len(crossing) > FOUND_AT_LEAST // 2
    held = [
        f"{callee}, called by {caller}"
        for caller, callee in crossing
        if names_in(functions()[callee][1].returns) & holders()
    ]
    assert held == []


def test_all_compiled_functions_are_of_one_kind_or_the_other() -> None:
    assert len(functions()) > FOUND_AT_LEAST


@pytest.mark.parametrize(("name", "holds"), [("Layout", True), ("Space", True), ("Axes", False)])
def test_records_with_arrays_are_told_from_those_without(name: str, holds: bool) -> None:
    assert (name in holders()) == holds
