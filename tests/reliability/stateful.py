"""A differential handled in every way a user may handle it, against one made afresh."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any, ClassVar

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import kneebayes as kb
from reliability.checks import Check

PART = "stateful"
CLOSE = 1e-12
ANSWERS = st.one_of(st.booleans(), st.floats(0.05, 0.95), st.none())
FEW = 6  # answers at once: the test is about states, not about width


class DifferentialMachine(RuleBasedStateMachine):
    """What was said so far, and a differential that came to it step by step."""

    model: ClassVar[kb.Model]
    names: ClassVar[list[str]]
    causes: ClassVar[list[str]]

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, Any] = {}
        self.held = self.model.diagnose()
        self.left: list[tuple[kb.Differential, str]] = []

    @rule(at=st.integers(0, 10**6), answer=ANSWERS)
    def answer(self, at: int, answer: object) -> None:
        name = self.names[at % len(self.names)]
        if len(self.said) >= FEW and name not in self.said and answer is not None:
            return
        told = {name: answer}
        try:
            held = self.held.given(told)
        except kb.ImpossibleEvidenceError:
            self.refused({**self.said, **told})
            return
        self.left.append((self.held, self.held.to_json()))
        self.held = held
        self.said[name] = answer

    @precondition(lambda self: self.said)
    @rule(at=st.integers(0, 10**6))
    def take_back(self, at: int) -> None:
        name = [*self.said][at % len(self.said)]
        self.held = self.held.given({name: None})
        del self.said[name]

    @rule(at=st.integers(0, 10**6))
    def imagine_without(self, at: int) -> None:
        """A what-if is about another world: it must leave this one as it is."""
        told = self.held.without(self.causes[at % len(self.causes)])
        assert np.isfinite(told.table.select_dtypes("number").to_numpy()).all()

    @rule(way=st.sampled_from(["copy", "deepcopy", "pickle"]))
    def double(self, way: str) -> None:
        """A copy stands in for the original from here on."""
        if way == "pickle":
            held = pickle.loads(pickle.dumps(self.held))
            assert held.model.knowledge.meta == self.model.knowledge.meta
        else:
            held = getattr(copy, way)(self.held)
        assert alike(json.loads(held.to_json()), json.loads(self.held.to_json()))
        # back to the model of this process, since a model of its own would be slow to carry on
        self.held = self.held.given({}) if way != "copy" else held

    @rule()
    def look(self) -> None:
        """What is computed when it is asked for first is kept, and kept rightly."""
        fresh = self.model.diagnose(self.said)
        assert abs(self.held.any_urgent - fresh.any_urgent) < CLOSE
        assert json.loads(self.held.to_json())["any_urgent"] == self.held.any_urgent

    @invariant()
    def as_if_made_afresh(self) -> None:
        fresh = self.model.diagnose(self.said)
        mine, theirs = self.held.belief.posteriors, fresh.belief.posteriors
        assert max(abs(mine[id] - theirs[id]) for id in theirs) < CLOSE
        assert abs(self.held.belief.log_probability - fresh.belief.log_probability) < 1e-9
        assert self.held.urgency.level == fresh.urgency.level
        assert {one.id: one.state for one in self.held.answers} == {
            one.id: one.state for one in fresh.answers
        }

    @invariant()
    def earlier_ones_stay(self) -> None:
        for earlier, told in self.left[-2:]:
            assert alike(json.loads(earlier.to_json()), json.loads(told))

    def refused(self, said: dict[str, object]) -> None:
        """What was refused step by step is refused at once too."""
        try:
            self.model.diagnose(said)
        except kb.ImpossibleEvidenceError:
            return
        message = f"refused only step by step: {said}"
        raise AssertionError(message)


def alike(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same; numbers may differ in their last digits.

    Which code answers, plain or compiled, may change while a process lives.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= CLOSE * max(1.0, abs(one))
    return bool(one == other)


def machine_for(model: kb.Model) -> type[DifferentialMachine]:
    """The machine of one model."""
    model.engine.compile()
    ids = [one.id for one in model.findings if not one.states] + [
        one.id for one in model.contexts if len(one.states) <= 2
    ]
    names = [id for id in ids if id != model.knowledge.meta.complaint]
    causes = [one.id for one in model.causes]
    content = {"model": model, "names": names, "causes": causes}
    return type("Machine", (DifferentialMachine,), content)


def handled(examples: int, steps: int) -> settings:
    """How long to go on; the same steps every time."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[*HealthCheck],
    )


def measure_stateful(models: dict[str, kb.Model], examples: int, steps: int) -> list[Check]:
    """How many runs of the machine failed: none, or hypothesis tells the shortest one."""
    checks = []
    for name, model in models.items():
        failed, note = 0, f"up to {steps} steps each"
        try:
            run_state_machine_as_test(machine_for(model), settings=handled(examples, steps))
        except Exception as error:
            failed, note = 1, f"{type(error).__name__}: {error}"[:300]
        measure = "runs that differ from a fresh diagnosis"
        checks.append(Check(PART, name, measure, failed, "= 0", examples, note))
    return checks
