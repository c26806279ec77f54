"""Mutants: small faults in the code, one at a time, that the tests should catch."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from scipy.stats import binomtest
from tqdm.auto import tqdm

from reliability.checks import Check
from reliability.copies import HERE, copy_of_package, run_python, spoilt
from reliability.covering import FILE
from reliability.noticing import PYTEST, Noticing, record

PART = "mutation score"
ROOMS = (
    "inference",
    "building",
    "case",
    "questions/explain",
    "questions/ask",
    "questions/doubt",
    "questions/attribute",
    "learning",
    "study",
    "cohort",
    "exchange",
)
PATIENCE = 240.0  # seconds for the tests of one mutant
DEMANDED = "> 0.85"
BUDGET = 7_200.0  # seconds for all of them; what is left then is not judged
KILLED, SURVIVED, UNJUDGED = "killed", "survived", "not judged"

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip
LOOKS = ("lw", "ms", "mew", "zorder", "alpha", "pad", "fontsize", "linespacing", "handlelength",
         "shrink", "aspect", "length", "labelrotation", "rotation", "capsize", "size")  # fmt: skip
EITHER_WAY = ("min", "max", "np.minimum", "np.maximum")


@dataclass(frozen=True)
class Mutant:
    """One fault: where it is, its place among those of the module, and what it is."""

    module: str
    place: int
    line: int
    what: str
    text: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.what}"


def mutants_of(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, description and file text of every mutant of a module, in the order of its code."""
    for place in range(_count(path)):
        yield mutant_of(path, place)


def mutant_of(path: Path, place: int) -> tuple[int, str, str]:
    """Line, description and file text of one mutant of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    node, change = changes_of(tree)[place]
    before = ast.unparse(node)
    change()
    after = ast.unparse(node)
    return getattr(node, "lineno", 0), f"{before[:70]}  ->  {after[:70]}", ast.unparse(tree)


Change = Callable[[], object]


def changes_of(tree: ast.AST) -> list[tuple[ast.AST, Change]]:
    """What can be changed in a module: each place with a function that changes it."""
    unseen = set(idle(tree))
    found = []
    for node in ast.walk(tree):
        kind = KINDS.get(type(node)) if node not in unseen else None
        change = kind(node) if kind is not None else None
        if change is not None:
            found.append((node, change))
    return found


def idle(tree: ast.AST) -> Iterator[ast.AST]:
    """Code that no test can see: annotations, casts, ``strict``, ``slots``; sizes in a picture."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "cast"
        ):
            yield node
        for name in ("annotation", "returns"):
            if (annotation := getattr(node, name, None)) is not None:
                yield from ast.walk(annotation)
        if isinstance(node, ast.keyword) and node.arg in ("strict", "slots", *LOOKS):
            yield from ast.walk(node.value)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "new_axes":
            yield from ast.walk(node)


def _compare(node: ast.Compare) -> Change | None:
    other = COMPARISONS.get(type(node.ops[0]))
    return None if other is None else lambda: node.ops.__setitem__(0, other())


def _operate(node: ast.BinOp | ast.AugAssign) -> Change | None:
    other = OPERATORS.get(type(node.op))
    typed = isinstance(node, ast.BinOp) and _is_type(node)
    return None if other is None or typed else lambda: setattr(node, "op", other())


def _join(node: ast.BoolOp) -> Change:
    other = ast.And if isinstance(node.op, ast.Or) else ast.Or
    return lambda: setattr(node, "op", other())


def _turn(node: ast.UnaryOp) -> Change | None:
    if isinstance(node.op, ast.USub):
        return lambda: setattr(node, "op", ast.UAdd())
    return (lambda: _twice(node)) if isinstance(node.op, ast.Not) else None


def _shift(node: ast.Constant) -> Change | None:
    if isinstance(node.value, bool):
        return lambda: setattr(node, "value", not node.value)
    number = isinstance(node.value, int | float)
    return (lambda: setattr(node, "value", node.value + 1)) if number else None


def _swap(node: ast.Call) -> Change | None:
    different = (
        len({*map(ast.unparse, node.args)}) == 2 and ast.unparse(node.func) not in EITHER_WAY
    )
    return node.args.reverse if len(node.args) == 2 and different and not node.keywords else None


def _return_none(node: ast.Return) -> Change | None:
    if node.value is None or isinstance(node.value, ast.Constant):
        return None
    return lambda: setattr(node, "value", ast.Constant(None))


KINDS: dict[type[ast.AST], Callable[[Any], Change | None]] = {
    ast.Compare: _compare,
    ast.BinOp: _operate,
    ast.AugAssign: _operate,
    ast.BoolOp: _join,
    ast.UnaryOp: _turn,
    ast.Constant: _shift,
    ast.Call: _swap,
    ast.Return: _return_none,
}


def _twice(node: ast.UnaryOp) -> None:
    """``not x`` becomes ``not not x``: the word is dropped, a truth value stays one."""
    node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _is_type(node: ast.BinOp) -> bool:
    """Whether ``a | b`` joins types rather than sets."""
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return isinstance(node.op, ast.BitOr) and (
        any(isinstance(one, ast.Constant) and one.value is None for one in ast.walk(node))
        or bool(names & {"str", "int", "float", "bool"})
    )


def sample_mutants(count: int, seed: int) -> list[Mutant]:
    """So many mutants of these rooms in random order, every module by its number of mutants."""
    every = []
    for room in ROOMS:
        for path in sorted((HERE / "kneebayes" / room).glob("*.py")):
            every += [(path, place) for place in range(_count(path))]
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(every), min(count, len(every)), replace=False)
    made = []
    for path, place in (every[number] for number in chosen):
        made.append(Mutant(path.relative_to(HERE).as_posix(), place, *mutant_of(path, place)))
    return made


def _count(path: Path) -> int:
    return len(changes_of(ast.parse(path.read_text(encoding="utf-8"))))


def judge(copy: Path, mutant: Mutant, noticing: Noticing) -> str:
    """What the tests that run the code of a mutant say of it."""
    tree = ast.parse((copy / mutant.module).read_text(encoding="utf-8"))
    node = changes_of(tree)[mutant.place][0]
    return judged_by(copy, noticing.of(mutant.module, tree, node), mutant.module, mutant.text)


def judged_by(copy: Path, tests: list[str], module: str, text: str) -> str:
    """What some tests say of a module with another text."""
    if not tests:
        return SURVIVED
    (copy / "chosen.txt").write_text("\n".join(tests), encoding="utf-8")
    with spoilt(copy / module, text):
        try:
            done = run_python(copy, [*PYTEST, "-x", "@chosen.txt"], PATIENCE)
        except subprocess.TimeoutExpired:
            return UNJUDGED
    if done.returncode in (1, 2) or "while loading conftest" in done.stderr:
        return KILLED
    return UNJUDGED if done.returncode else SURVIVED


def measure_mutants(count: int, seed: int, folder: Path, budget: float = BUDGET) -> list[Check]:
    """Share of the mutants that the tests catch; survivors are written to ``survivors.txt``."""
    outcomes: dict[str, list[Mutant]] = {KILLED: [], SURVIVED: [], UNJUDGED: []}
    mutants = sample_mutants(count, seed)
    with copy_of_package() as copy, tqdm(total=count, desc="mutants", leave=False) as bar:
        file = Path(os.environ.get(FILE, copy / "covering.json"))
        if not file.exists():
            record(copy, file)
        noticing, start = Noticing(file, copy), perf_counter()
        for mutant in mutants:
            if perf_counter() - start > budget:
                break
            told = judge(copy, mutant, noticing)
            outcomes[told].append(mutant)
            tqdm.write(f"{told:<10} {mutant}")
            bar.update()
    (folder / "survivors.txt").write_text(
        "".join(f"{one}\n" for one in outcomes[SURVIVED]), encoding="utf-8"
    )
    return [_check(*(len(outcomes[told]) for told in (KILLED, SURVIVED, UNJUDGED)))]


def _check(killed: int, survived: int, unjudged: int) -> Check:
    """The score; what took too long may be an endless loop, or a busy machine, and counts not."""
    judged = killed + survived
    least, most = binomtest(killed, judged).proportion_ci(method="wilson")
    note = f"{killed} killed, {survived} survived, {unjudged} not judged (too slow); "
    note += f"95 % interval {least:.2f} to {most:.2f}. Each was judged by the tests that run its "
    note += "line; those that outlived them are in survivors.txt"
    subject = (
        "plain code of inference, building, case, questions, learning, study, cohort, exchange"
    )
    return Check(PART, subject, "share of mutants caught", killed / judged, DEMANDED, judged, note)
