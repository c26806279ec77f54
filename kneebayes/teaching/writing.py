"""Cases as JSON text."""

from __future__ import annotations

import json

from kneebayes.teaching.situation import Situation

__all__ = ["FORMAT", "VERSION", "case_to_json"]

FORMAT, VERSION = "kneebayes case", 1


def case_to_json(case: Situation) -> str:
    """A case as JSON text: its truth, and every step, all names as ids."""
    steps: list[dict[str, object]] = []
    for step in case.steps:
        if step.stated:
            steps.append({"state": dict(step.stated)})
        elif step.whole:
            steps.append({"examine": step.method})
        else:
            steps.append({"ask": step.asked[0]})
    content = {
        "format": FORMAT,
        "version": VERSION,
        "lexicon": case.model.data.elicited.lexicon,
        "setting": case.model.data.setting,
        "seed": case.seed,
        "difficulty": case.difficulty,
        "kind": case.kind,
        "told": list(case.told),
        "truth": dict(case.truth),
        "steps": steps,
        "closed": case.closed,
        "advice": case.advice,
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
