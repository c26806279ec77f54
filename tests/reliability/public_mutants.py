"""Mutants by the operators of a public tool, cosmic-ray, judged as our own are."""

from __future__ import annotations

import ast
import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from scipy.stats import binomtest
from tqdm.auto import tqdm

from reliability.checks import Check
from reliability.copies import HERE, copy_of_package
from reliability.covering import FILE
from reliability.mutants import (
    BUDGET,
    DEMANDED,
    KILLED,
    ROOMS,
    SURVIVED,
    UNJUDGED,
    idle,
    judged_by,
)
from reliability.noticing import Noticing, record

PART = "mutants of cosmic-ray"


@dataclass(frozen=True)
class Place:
    """One mutant: the operator, its place among those of the module, and where that is."""

    module: str
    operator: str
    occurrence: int
    line: int
    column: int

    def __str__(self) -> str:
        before = (HERE / self.module).read_text(encoding="utf-8").splitlines()[self.line - 1]
        return f"{self.module}:{self.line}: {self.operator} | {before.strip()[:90]}"


def places_of(path: Path) -> Iterator[Place]:
    """All mutants of a module; those that exchange whole variables are left out."""
    import parso
    from cosmic_ray.plugins import get_operator, operator_names

    def nodes(node: object) -> Iterator[object]:
        yield node
        for child in getattr(node, "children", ()):
            yield from nodes(child)

    module, every = path.relative_to(HERE).as_posix(), [*nodes(parso.parse(path.read_text()))]
    for name in operator_names():
        if "Variable" in name:
            continue
        operator, occurrence = get_operator(name)(), 0
        for node in every:
            for start, _ in operator.mutation_positions(node):
                yield Place(module, name, occurrence, *start)
                occurrence += 1


def sample_places(count: int, seed: int) -> Iterator[tuple[Place, str]]:
    """So many mutants in random order, with the text of the module; annotations alone are none."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    every = [
        place
        for room in ROOMS
        for path in sorted((HERE / "kneebayes" / room).glob("*.py"))
        for place in places_of(path)
    ]
    random.Random(seed).shuffle(every)
    for place in every:
        before = (HERE / place.module).read_text(encoding="utf-8")
        text = mutate_code(before, get_operator(place.operator)(), place.occurrence)
        if text is not None and _bare(text) not in (None, _bare(before)):
            yield place, text
            count -= 1
            if count == 0:
                return


def _bare(text: str) -> str | None:
    """The code without its annotations, which nobody evaluates; None where it is no Python."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                one.annotation = None
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(0)
    return ast.dump(tree)


def node_at(tree: ast.AST, place: Place) -> ast.AST:
    """The smallest piece of code that stands where a mutant is."""
    here = (place.line, place.column)
    around = [
        node
        for node in ast.walk(tree)
        if hasattr(node, "lineno")
        and (node.lineno, node.col_offset) <= here <= (node.end_lineno, node.end_col_offset)
    ]
    below = (node for node in ast.walk(tree) if getattr(node, "lineno", 0) >= place.line)
    return around[-1] if around else next(below)


def judge_place(copy: Path, place: Place, text: str, noticing: Noticing) -> str | None:
    """What the tests that run the code of a mutant say of it; None of sizes in a picture."""
    tree = ast.parse((copy / place.module).read_text(encoding="utf-8"))
    node = node_at(tree, place)
    if node in set(idle(tree)):
        return None
    return judged_by(copy, noticing.of(place.module, tree, node), place.module, text)


def measure_public_mutants(
    count: int, seed: int, folder: Path, budget: float = BUDGET
) -> list[Check]:
    """Share that the tests catch; survivors are written to ``public_survivors.txt``."""
    outcomes: Counter[str] = Counter()
    survivors = []
    with copy_of_package() as copy, tqdm(total=count, desc=PART, leave=False) as bar:
        file = Path(os.environ.get(FILE, copy / "covering.json"))
        if not file.exists():
            record(copy, file)
        noticing, start = Noticing(file, copy), perf_counter()
        for place, text in sample_places(count, seed):
            if perf_counter() - start > budget:
                break
            told = judge_place(copy, place, text, noticing)
            bar.update()
            if told is not None:
                outcomes[told] += 1
            if told == SURVIVED:
                survivors.append(f"{place}\n")
    (folder / "public_survivors.txt").write_text("".join(survivors), encoding="utf-8")
    return [check_of(outcomes[KILLED], outcomes[SURVIVED], outcomes[UNJUDGED])]


def check_of(killed: int, survived: int, unjudged: int) -> Check:
    """The score; what took too long may be an endless loop, and counts not."""
    judged = killed + survived
    least, most = binomtest(killed, judged).proportion_ci(method="wilson")
    note = (
        f"{killed} killed, {survived} survived, {unjudged} not judged (too slow); 95 % interval "
        f"{least:.2f} to {most:.2f}. All operators of cosmic-ray but those that exchange "
        "variables; sizes in pictures and annotations are not drawn from. Survivors are in "
        "public_survivors.txt"
    )
    rooms = "inference, building, case, questions, learning, study, cohort, exchange"
    subject = f"plain code of {rooms}"
    return Check(PART, subject, "share of mutants caught", killed / judged, DEMANDED, judged, note)
