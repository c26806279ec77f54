"""A first diagnosis imports what it uses, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import kneebayes as kb
from kneebayes.binding import Later, bind_static, later

FIRST = """
import json, sys
import kneebayes as kb
after_import = sorted(sys.modules)
dx = kb.load(FOLDER).diagnose()
str(dx), dx._repr_html_()
print(json.dumps([after_import, sorted(sys.modules)]))
"""
HEAVY = {
    *("pandas", "scipy", "sklearn", "pgmpy", "networkx", "matplotlib", "dask", "pyarrow"),
    *("jsonschema_rs", "typer", "tqdm", "yaml", "xml", "IPython"),
}
ROOMS = {"cohort", "exchange", "learning", "page", "questions", "saving", "study", "teaching"}


@pytest.fixture(scope="module")
def imported() -> list[list[str]]:
    """What is imported after ``import kneebayes``, and after a first diagnosis was shown."""
    folder = repr(str(Path(__file__).parent / "data" / "tiny"))
    code = FIRST.replace("FOLDER", folder)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told: list[list[str]] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("when", [0, 1], ids=["import", "first diagnosis"])
def test_nothing_heavy_is_imported(imported: list[list[str]], when: int) -> None:
    assert sorted({name.partition(".")[0] for name in imported[when]} & HEAVY) == []


@pytest.mark.parametrize("when", [0, 1], ids=["import", "first diagnosis"])
def test_only_the_rooms_that_take_part_are_imported(imported: list[list[str]], when: int) -> None:
    rooms = {name.split(".")[1] for name in imported[when] if name.startswith("kneebayes.")}
    assert not rooms & ROOMS
    assert {"knowledge", "building", "inference", "case", "view"} <= rooms


def test_the_command_line_imports_no_study_before_one_is_asked_for() -> None:
    code = "import sys, kneebayes.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "kneebayes.cli.patients" in done.stdout.split()
    assert not {"kneebayes.study", "kneebayes.history", "spacy", "pandas"} & set(
        done.stdout.split()
    )


@pytest.mark.parametrize("door", [kb.Model, kb.Differential])
def test_what_is_imported_later_looks_like_any_other_method(door: type) -> None:
    bound = 0
    for one in dir(door):
        method = getattr(door, one)
        assert not isinstance(method, Later), one
        bound += getattr(method, "__module__", door.__module__) != door.__module__
        if not one.startswith("_"):
            assert method.__doc__, one
    assert bound > 5


def test_a_function_binds_once_and_then_is_itself() -> None:
    class Word(str):
        folded = later({"textwrap": "dedent=folded"})["folded"]
        plain = staticmethod(later({"textwrap": "dedent"})["dedent"])

    import textwrap

    assert Word("  knee").folded() == "knee"
    assert vars(Word)["folded"] is textwrap.dedent
    bind_static(Word)
    assert Word.plain("  knee") == "knee"
    assert Word("knee").plain is textwrap.dedent
    assert repr(later({"textwrap": "dedent"})) == "{'dedent': Later(textwrap.dedent)}"
