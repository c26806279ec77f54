"""Patients made up at random, and what one patient at a time would be told."""

from __future__ import annotations

import numpy as np
import pandas as pd

import kneebayes as kb

KNEE_COLUMNS = {
    "fever": [True, False, None, "yes", "no", 0.3, 1.0, 0, "unknown"],
    "Lump behind the knee": [True, False, None],
    "ONSET": ["gradual", "sudden", None, 0.7],
    "age": ["older", "young", 17, 67.5, None],
    "leg swelling": ["present", "absent", pd.NA],
    "gout": [True, None, 0.2],
    "tumor": [False, None],
    "obesity": [0.9, 0.1, None],
    "calf tenderness": [np.True_, np.False_, np.float32(0.25), None],
    "stiffness": [{"present": 0.2, "absent": 0.6}, None, True],
}
ROBOT_COLUMNS = {
    "squeak": [True, False, None, 0.4],
    "sparks": ["yes", "no", None, 0.25, 0.2],
    "hot_head": ["slow", "sudden", None],
    "rain": [True, False, None],
    "model year": ["vintage", "current", "prototype", None],
    "rust": [True, False, None],
}


def drawn(columns: dict[str, list[object]], rows: int, seed: int = 0) -> pd.DataFrame:
    """A table with cells chosen at random from what each column may hold."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            name: pd.Series([cells[at] for at in rng.integers(len(cells), size=rows)], dtype=object)
            for name, cells in columns.items()
        }
    )


def one_by_one(model: kb.Model, frame: pd.DataFrame) -> pd.DataFrame:
    """The table that the patients get when each is diagnosed alone."""
    cells = frame.to_numpy(dtype=object).tolist()
    told = [model.diagnose(dict(zip(frame, row, strict=True))) for row in cells]
    rows = [
        {
            "urgency": dx.urgency.level,
            "top": dx.top,
            "log_probability": dx.belief.log_probability,
            "possible": True,
            "answered": True,
            "problem": "",
            **dx.belief.posteriors,
        }
        for dx in told
    ]
    return pd.DataFrame(rows, index=frame.index)


def assert_equal(made: pd.DataFrame, expected: pd.DataFrame, within: float = 1e-12) -> None:
    """Two diagnosed tables are the same, numbers up to ``within``."""
    assert list(made.columns) == list(expected.columns)
    assert list(made.index) == list(expected.index)
    for name in made:
        if name == "problem":  # no text is nothing in a CSV file
            texts = [
                ["" if pd.isna(one) else one for one in each[name]] for each in (made, expected)
            ]
            assert texts[0] == texts[1]
        elif made[name].dtype == float:
            a, b = made[name].to_numpy(), expected[name].to_numpy()
            assert np.allclose(a, b, rtol=0.0, atol=within, equal_nan=True), name
        else:
            assert made[name].astype(object).tolist() == expected[name].astype(object).tolist(), (
                name
            )
