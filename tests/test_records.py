"""Every record of the package is frozen: what was computed is not changed afterwards."""

import importlib
import inspect
from collections.abc import Iterator
from dataclasses import is_dataclass

import pytest
from test_architecture import MODULES


def _records() -> Iterator[type]:
    for name in MODULES:
        if name.endswith("__main__"):
            continue
        for one in vars(importlib.import_module(name)).values():
            if inspect.isclass(one) and one.__module__ == name and is_dataclass(one):
                yield one


# what a module gathers in private may grow
PUBLIC = [one for one in _records() if not one.__name__.startswith("_")]


def test_there_are_records() -> None:
    assert len(PUBLIC) > 100


@pytest.mark.parametrize("record", PUBLIC, ids=lambda record: record.__name__)
def test_records_are_frozen(record: type) -> None:
    assert record.__dataclass_params__.frozen  # type: ignore[attr-defined]
