"""Mutants: small faults in the code, one at a time, that the tests should catch."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from reliability.checks import Check
from reliability.copies import HERE, copy_of_package, run_python, spoilt

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
PATIENCE = 600.0  # seconds for the tests of one mutant
BUDGET = 10_000.0  # seconds for all of them; what is left then is not judged
KILLED, SURVIVED, TIMEOUT = "killed", "survived", "timeout"

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip
EITHER_WAY = ("min", "max", "np.minimum", "np.maximum")

# Tests that belong to every module, and those of one that are not called after it.
ALWAYS = ["tests/test_records.py"]
PYTEST = ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider")
ENGINE = ["inference/test_engine", "inference/test_precision"]
ALSO = {
    "engine": [
        *ENGINE,
        "inference/test_width",
        "inference/test_batch",
        "questions/explain/test_subsets",
    ],
    "leaves": ENGINE,
    "propagation": ENGINE,
    "tables": ["inference/test_join", *ENGINE],
    "plan": [*ENGINE, "inference/test_width"],
    "flat": ["inference/test_batch", "inference/test_kernel"],
    "batch": ["inference/test_kernel", "inference/test_width"],
    "joint": ["questions/explain/test_subsets", "cohort/test_simulated_exactly"],
    "derivatives": ["questions/attribute/test_attribution", "learning/test_counting"],
    "sampling": ["questions/attribute/test_attributing", "learning/test_scoring"],
    "drawing": ["cohort/test_simulated_exactly"],
    "sets": ["questions/attribute/test_attributing"],
    "belief": ["case/test_differential", "case/test_answers"],
    "likelihoods": ["case/test_answers", "case/test_differential"],
    "quantities": [
        "questions/doubt/test_robustness",
        "questions/doubt/test_tornado",
        "questions/doubt/test_sensitivity",
    ],
    "relinking": ["questions/attribute/test_intervention", "building/test_restating"],
    "outcomes": ["questions/ask/test_questions", "questions/ask/test_stopping"],
    "interview": ["questions/ask/test_stopping", "questions/ask/test_questions"],
    "rivals": ["questions/attribute/test_distinguishing", "questions/explain/test_explanation"],
    "paths": [
        "questions/attribute/test_attribution",
        "questions/attribute/test_intervention",
        "questions/explain/test_grounds",
        "questions/explain/test_explanation",
    ],
    "splitting": ["inference/test_width", "inference/test_derivatives"],
    "answering": [*ENGINE, "inference/test_batch"],
    "asked": ENGINE,
    "scaled": ["inference/test_underflow", *ENGINE],
    "alike": ["inference/test_batch", "cohort/test_cohort"],
    "clock": ["inference/test_budget", "questions/test_bounded"],
    "limits": ["inference/test_budget", "inference/test_width"],
    "draft": ["building/test_restating", "building/test_article", "building/test_shares"],
    "model": ["building/test_kept", "building/test_restating"],
    "contrasts": ["building/test_restating", "building/test_relinking"],
    "elicit": ["building/test_restating", "building/test_relinking"],
    "evoking": ["building/test_evoke", "building/test_restating"],
    "places": ["building/test_quantities", "building/test_restating"],
    "specificity": ["building/test_restating", "building/test_tracing"],
    "result": ["building/test_tracing", "building/test_quantities"],
    "case": ["case/test_differential", "case/test_answers"],
    "bounded": ["questions/test_bounded"],
    "words": ["building/test_words", "questions/explain/test_explanation_results"],
    "waterfall": ["questions/explain/test_explanation_results"],
    "weighing": ["questions/explain/test_explanation", "questions/explain/test_shapley"],
    "change_of_mind": ["questions/ask/test_questions", "questions/ask/test_question_results"],
    "ranking": ["questions/ask/test_questions", "questions/ask/test_stopping"],
    "text": ["questions/ask/test_question_results"],
    "lexicons": ["questions/doubt/test_robustness_results", "questions/doubt/test_robustness"],
    "cause_sets": ["questions/attribute/test_attributing", "questions/attribute/test_attribution"],
    "distinguishability": ["questions/attribute/test_distinguishing"],
    "sampled": ["questions/attribute/test_attributing", "inference/test_sampling"],
    "surprises": ["questions/attribute/test_surprise"],
    "whatif": ["questions/attribute/test_intervention"],
    "coordinates": ["learning/test_updating", "learning/test_counting"],
    "learn": ["learning/test_updating", "learning/test_honest"],
    "outcome": ["learning/test_updating", "learning/test_honest", "learning/test_placed"],
    "patients": ["learning/test_updating", "learning/test_counting"],
    "sentences": ["learning/test_updating", "learning/test_placed"],
    "record": ["cohort/test_cohort", "cohort/test_rows", "learning/test_updating"],
    "baselines": ["study/test_evaluation", "study/test_scores"],
    "evaluating": ["study/test_evaluation"],
    "calibration": ["study/test_evaluation", "study/test_scores"],
    "judging": ["study/test_evaluation", "study/test_scores"],
    "published_evaluation": ["study/test_published"],
    "reading_evaluation": ["study/test_published", "history/test_published_reading"],
    "clusters": ["cohort/test_cohort"],
    "questionnaire": ["cohort/test_cohort", "cohort/test_rows", "cohort/test_files"],
    "reading": ["cohort/test_problems", "cohort/test_rows", "cohort/test_cohort"],
    "recording": ["cohort/test_simulation", "cohort/test_beyond"],
    "simulated_files": ["cohort/test_simulation"],
    "sources": ["cohort/test_files", "cohort/test_problems"],
    "bif": ["exchange/test_formats", "exchange/test_networks"],
    "xdsl": ["exchange/test_formats", "exchange/test_networks"],
    "xmlbif": ["exchange/test_formats", "exchange/test_networks"],
    "xml_files": ["exchange/test_formats", "exchange/test_networks"],
    "plain": ["exchange/test_formats", "exchange/test_networks", "inference/test_engine"],
    "side_table": ["exchange/test_formats", "exchange/test_networks"],
    "data_files": ["exchange/test_formats", "exchange/test_patients"],
    "problems": ["exchange/test_formats"],
    "case_file": ["exchange/test_patients"],
    "patient": ["exchange/test_patients", "exchange/test_phenopackets"],
    "phenopacket_read": ["exchange/test_phenopackets", "exchange/test_patients"],
    "phenopacket_write": ["exchange/test_phenopackets", "exchange/test_patients"],
    "codes": ["exchange/test_phenopackets"],
    "risk_assessment": ["exchange/test_patients"],
    "foreign_case": ["exchange/test_foreign"],
    "foreign_network": ["exchange/test_foreign"],
    "foreign_reasoning": ["exchange/test_foreign"],
    "foreign_result": ["exchange/test_foreign"],
}


@dataclass(frozen=True)
class Mutant:
    """One fault: where it is, what it is, and the whole file with it."""

    module: str
    line: int
    what: str
    text: str


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
    idle = set(_idle(tree))
    found = []
    for node in ast.walk(tree):
        kind = KINDS.get(type(node)) if node not in idle else None
        change = kind(node) if kind is not None else None
        if change is not None:
            found.append((node, change))
    return found


def _idle(tree: ast.AST) -> Iterator[ast.AST]:
    """Code that no test can see: annotations and casts, which do nothing, ``strict``, ``slots``."""
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
        if isinstance(node, ast.keyword) and node.arg in ("strict", "slots"):
            yield node.value


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
        made.append(Mutant(path.relative_to(HERE).as_posix(), *mutant_of(path, place)))
    return made


def _count(path: Path) -> int:
    return len(changes_of(ast.parse(path.read_text(encoding="utf-8"))))


def tests_of(module: str) -> tuple[list[str], list[str]]:
    """The tests of a module's own name and those named above, then all of its room."""
    path = Path(module)
    room, name = path.parent.relative_to("kneebayes").as_posix(), path.stem
    found = [f"{room}/test_{name}.py", *(f"{one}.py" for one in ALSO.get(name, []))]
    near = [f"tests/{one}" for one in found if (HERE / "tests" / one).exists()]
    return [*near, *ALWAYS, module], [f"tests/{room}"]


def judge(copy: Path, mutant: Mutant) -> str:
    """What the tests say of a mutant."""
    with spoilt(copy / mutant.module, mutant.text):
        for tests in tests_of(mutant.module):
            try:
                done = run_python(copy, [*PYTEST, *tests], PATIENCE)
            except subprocess.TimeoutExpired:
                return TIMEOUT
            if done.returncode:
                return KILLED
    return SURVIVED


def refuse_if_broken(copy: Path) -> None:
    """Tests that fail on the code as it is would catch every mutant."""
    done = run_python(copy, [*PYTEST, *ALWAYS], PATIENCE)
    if done.returncode:
        message = f"the tests fail on a copy without any fault:\n{done.stdout[-2000:]}"
        raise RuntimeError(message)


def measure_mutants(count: int, seed: int, folder: Path, budget: float = BUDGET) -> list[Check]:
    """Share of the mutants that the tests catch; survivors are written to ``survivors.txt``."""
    outcomes: dict[str, list[Mutant]] = {KILLED: [], SURVIVED: [], TIMEOUT: []}
    mutants, judged, start = sample_mutants(count, seed), 0, perf_counter()
    with copy_of_package() as copy, tqdm(total=count, desc="mutants", leave=False) as bar:
        refuse_if_broken(copy)
        for mutant in mutants:
            if perf_counter() - start > budget:
                break
            judged += 1
            told = judge(copy, mutant)
            outcomes[told].append(mutant)
            tqdm.write(f"{told:<9} {mutant.module}:{mutant.line}: {mutant.what}")
            bar.update()
    survivors = [f"{one.module}:{one.line}: {one.what}" for one in outcomes[SURVIVED]]
    (folder / "survivors.txt").write_text("\n".join(survivors) + "\n", encoding="utf-8")
    # a time-out may be an endless loop or a busy machine, so it counts for neither side
    killed, survived = len(outcomes[KILLED]), len(outcomes[SURVIVED])
    note = ", ".join(f"{len(some)} {told}" for told, some in outcomes.items())
    score = killed / max(1, killed + survived)
    subject = (
        "plain code of inference, building, case, questions, learning, study, cohort, exchange"
    )
    return [Check(PART, subject, "share of mutants caught", score, "> 0.75", judged, note)]
