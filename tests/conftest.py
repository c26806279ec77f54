"""Fixtures that all tests share."""

import atexit
import gc
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # tests run side by side on all cores as it is
os.environ["MPLBACKEND"] = "Agg"  # pictures are drawn, not shown

# some hundred processes that the tests start import the same modules: each keeps what it compiles
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
if "KNEEBAYES_CACHE" not in os.environ:  # what tests keep is theirs; those side by side share it
    os.environ["KNEEBAYES_CACHE"] = tempfile.mkdtemp(prefix="kneebayes-")
    atexit.register(shutil.rmtree, os.environ["KNEEBAYES_CACHE"], ignore_errors=True)

import kneebayes as kb
from kneebayes.case import bounded
from kneebayes.inference import answering
from kneebayes.questions.attribute.distinguishability import Distinguishability

sys.dont_write_bytecode = False

collect_ignore = ["warmed_up.py"]  # does its work on import, for the kernels of notebooks

bounded.QUESTION_SECONDS = 3600.0  # seconds of a clock: no test may fail where much else is done

# jsonschema, where it finds it, has it compile 38 grammars on import; nothing here checks such text
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

gc.disable()  # while some thousand tests are collected, hardly anything is garbage

DATA = Path(__file__).parent / "data"

Edit = Callable[[str, str | None, str | bytes | None], None]
Run = Callable[[list[str]], tuple[int, str, str]]


def pytest_collection_finish() -> None:
    """From here on garbage is looked for among what tests make, not among the tests."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Close the browser behind the last test in it."""
    if "browsing" in sys.modules and (nextitem is None or nextitem.path.parent.name != "browser"):
        sys.modules["browsing"].close()


@pytest.fixture(scope="session")
def knee() -> kb.Model:
    """The article's model, with its own lexicon."""
    return kb.load()


@pytest.fixture(scope="session")
def page_file(knee: kb.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the article's model, written once."""
    return knee.to_html(tmp_path_factory.mktemp("page") / "knee.html")


@pytest.fixture(scope="session")
def told_apart(knee: kb.Model) -> Distinguishability:
    """All causes of the article's model held against each other, which takes a while."""
    return knee.distinguish()


@pytest.fixture(scope="session")
def agrum() -> ModuleType:
    """PyAgrum, whose SWIG types warn on import (an error there would end the process)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return pytest.importorskip("pyagrum")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line: exit code, standard output and standard error of one call."""
    from kneebayes.cli import main

    def call(arguments: list[str]) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        return int(caught.value.code or 0), *capsys.readouterr()

    return call


@pytest.fixture
def axes() -> Any:
    """Axes that somebody else made."""
    import matplotlib.pyplot as plt

    return plt.subplots()[1]


@pytest.fixture(autouse=True)
def _no_figure_stays_open() -> Iterator[None]:
    """Look whether what was drawn can be seen, and close it: Matplotlib warns of many figures."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        pyplot = sys.modules["matplotlib.pyplot"]
        hidden = [one for number in pyplot.get_fignums() for one in outside(pyplot.figure(number))]
        pyplot.close("all")
        assert hidden == []


def outside(figure: Any) -> list[str]:
    """Marks and bars of a picture whose middle is beyond the edges of their axes."""
    found = []
    for ax in figure.axes:
        marks = [
            (line.get_label(), line.get_xydata())
            for line in ax.lines
            if line.get_transform() == ax.transData and line.get_marker() != "None"
        ]
        marks += [
            (bar.get_label(), [bar.get_center()])
            for bar in ax.patches
            if hasattr(bar, "get_center") and bar.get_data_transform() == ax.transData
        ]
        sides = [sorted(ax.get_xlim()), sorted(ax.get_ylim())]
        found += [
            f"{label} at {place} in {sides}"
            for label, places in marks
            for place in places
            if any(at < low or at > high for at, (low, high) in zip(place, sides, strict=True))
        ]
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny invented knowledge folder, to be changed at will."""
    return Path(shutil.copytree(DATA / "tiny", tmp_path / "tiny"))


@pytest.fixture(scope="session")
def robot() -> kb.Model:
    """The tiny invented model, unchanged."""
    return kb.load(DATA / "tiny")


@pytest.fixture(scope="session")
def pump() -> kb.Model:
    """The invented model of a garden pump: a setting, two lexicons, mediators, an urgent cause."""
    return kb.load(DATA / "pump")


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Change one file of the folder: exchange ``old``, or all of it where ``old`` is None.

    A file or folder whose new content is None is deleted.
    """

    def change(file: str, old: str | None, new: str | bytes | None) -> None:
        path = folder / file
        if new is None:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        elif isinstance(new, bytes):
            path.write_bytes(new)
        elif old is None:
            path.write_text(new, encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
            path.write_text(text.replace(old, new), encoding="utf-8")

    return change


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that refuses at once what would have to be asked in parts."""
    monkeypatch.setattr(answering, "MOST_WORK", 1.0)
    monkeypatch.setattr(answering, "ROOMY", answering.ROOMY._replace(most=1))


@pytest.fixture(params=["plain", "kernel"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have every single question answered in one of the two ways, whatever is loaded."""
    if request.param == "plain":
        for module in ("answering", "single"):
            monkeypatch.setattr(f"kneebayes.inference.{module}.kernel", lambda wait=False: None)
    return str(request.param)
