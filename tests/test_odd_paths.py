"""Every function that takes a path, given one that can hold no such file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from too_long import at_most

import kneebayes as kb
from kneebayes.cohort.files import read_table
from kneebayes.exchange import load_network, save_network
from kneebayes.knowledge import start_folder
from kneebayes.study.published import published_cases
from kneebayes.teaching.copies import copy_notebooks

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes and devices are those of POSIX")
TINY = Path(__file__).parent / "data" / "tiny"


def odd_paths(folder: Path, suffix: str) -> Iterator[tuple[str, str | Path]]:
    """Names that are too long or no names, and what is no plain file under the right suffix."""
    yield "long", str(folder / ("x" * 300 + suffix))
    yield "long altogether", f"{folder}{'/a' * 3000}{suffix}"
    yield "a path", folder / ("x" * 300 + suffix)
    yield "no character", str(folder / f"a\0b{suffix}")
    yield "half a character", str(folder / f"a\ud800b{suffix}")
    yield "under a file", str(folder / "file" / f"x{suffix}")
    (folder / "file").touch()
    for name in ("circle", "folder"):
        link = folder / f"{name}{suffix}"
        if not link.is_symlink():
            link.symlink_to(link if name == "circle" else folder)
        yield name, str(link)


def endless(folder: Path, suffix: str) -> Iterator[tuple[str, str]]:
    """What can be opened, and never ends."""
    pipe, device = folder / f"pipe{suffix}", folder / f"zero{suffix}"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    yield "pipe", str(pipe)
    yield "device", str(device)


def readers(model: kb.Model, table: pd.DataFrame, folder: Path) -> dict[str, tuple[str, Any]]:
    """What reads, by name: the suffix, and a function of a path."""
    return {
        "load": ("", kb.load),
        "load a model": (".kneebayes.json", kb.load),
        "network": (".bif", load_network),
        "case": (".json", model.load_case),
        "phenopacket": (".json", model.load_phenopacket),
        "practice": (".json", model.load_practice_case),
        "cohort": (".csv", lambda path: model.diagnose_cohort_file(path, folder / "out.csv")),
        "parquet": (".parquet", read_table),
        "columns": (".csv", lambda path: model.check_patients(table, columns=path)),
        "notebooks": (".ipynb", lambda path: copy_notebooks(path, folder / "copies")),
        "published": (".jsonl", lambda path: published_cases("all", path)),
    }


def writers(model: kb.Model, table: pd.DataFrame, folder: Path) -> dict[str, tuple[str, Any]]:
    """What writes, by name: the suffix, and a function of a path."""
    one, originals = model.diagnose({"squeak": True}), folder / "originals"
    originals.mkdir()
    (originals / "one.ipynb").write_text('{"nbformat": 4, "metadata": {}, "cells": []}')
    (folder / "in.csv").write_text("squeak\nyes\n")
    return {
        "save": (".kneebayes.json", lambda path: kb.save(model, path)),
        "network": (".xmlbif", lambda path: save_network(model.network, path)),
        "case": (".json", lambda path: model.save_case(one, path)),
        "table": (".csv", one.to_csv),
        "json": (".json", one.to_json),
        "page": (".html", model.to_html),
        "practice": (".json", model.practice_case(seed=1).save),
        "report": (".csv", model.check_patients(table).save),
        "cohort": (".csv", lambda path: model.diagnose_cohort_file(folder / "in.csv", path)),
        "simulated": (".csv", lambda path: model.simulate_to_file(2, path, folder / "t.csv")),
        "truth": (".parquet", lambda path: model.simulate_to_file(2, folder / "a.csv", path)),
        "copies": ("", lambda path: copy_notebooks(originals, path)),
        "new": ("", start_folder),
    }


@pytest.mark.parametrize("make", [readers, writers])
def test_no_path_is_too_odd_to_be_told(
    tmp_path: Path, make: Callable[..., dict[str, tuple[str, Any]]]
) -> None:
    model, table = kb.load(TINY), pd.DataFrame({"squeak": [True, False]})
    for name, (suffix, use) in make(model, table, tmp_path).items():
        paths = tmp_path / name
        paths.mkdir()
        reads = make is readers
        for kind, path in [*odd_paths(paths, suffix), *(endless(paths, suffix) if reads else ())]:
            if kind == "folder" and name in ("new", "load"):
                continue  # where a folder is right
            if kind == "circle" and not reads:
                continue  # which a file may take the place of
            with at_most(5.0):
                if kind == "folder" and name == "copies":
                    assert use(path).paths
                    continue
                with pytest.raises(kb.KneebayesError) as told:
                    use(path)
            assert len(str(told.value)) < 1500, (name, kind)
        assert not [path for path in paths.iterdir() if path.name.startswith(".")], name


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_cohort_never_takes_the_place_of_a_pipe(tmp_path: Path, suffix: str) -> None:
    """Nor of a device: the pieces of a cohort are put together and renamed."""
    (tmp_path / "in.csv").write_text("squeak\nyes\n")
    pipe, link = tmp_path / "pipe", tmp_path / f"out{suffix}"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    with at_most(10.0), pytest.raises(kb.KneebayesError, match="is no plain file"):
        kb.load(TINY).diagnose_cohort_file(tmp_path / "in.csv", link)
    assert pipe.is_fifo()
    assert link.is_symlink()
