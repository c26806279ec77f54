"""When compiled code is loaded, and that stale code never is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kneebayes.inference import loading

NOW = 1_700_000_000


def run(code: str) -> list[str]:
    """What a new Python process prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_first_answer_does_not_wait_for_numba() -> None:
    told = run(
        "import sys, kneebayes as kb\n"
        "print('numba' in sys.modules)\n"
        "knee = kb.load()\n"
        "print('numba' in sys.modules)\n"
        "dx = knee.diagnose({'lump behind the knee': True, 'age': 'older'})\n"
        "dx.ranking['cause'].iloc[0]\n"
        "print('numba' in sys.modules)\n"
    )
    assert told == ["False", "False", "False"]


TINY = """
import sys
from kneebayes.inference import Engine, Evidence, engine
from kneebayes.inference.loading import is_loaded
from kneebayes.network import Network, noisy_or_node, root_node

network = Network((root_node("a", [0.5, 0.5]), noisy_or_node("b", 0.1, {"a": 0.5})))
one = Engine(network)
seen = Evidence.of(network, {"b": "present"})
"""


def test_who_asks_often_gets_the_stored_code() -> None:
    loading.load_compiled()
    if not loading.is_stored():
        pytest.skip("compiled code cannot be stored next to its source here")
    told = run(
        TINY + "for _ in range(engine.PATIENCE):\n"
        "    print(one.log_probability(seen), is_loaded(), 'numba' in sys.modules)\n"
        "print(one.log_probability(seen), is_loaded(), 'numba' in sys.modules)\n"
    )
    logs = [float(one) for one in told[::3]]
    assert logs == pytest.approx(logs[:1] * len(logs), rel=1e-13)
    assert told[1:-3:3] == ["False"] * (len(logs) - 1)
    assert told[2:-3:3] == ["False"] * (len(logs) - 1)
    assert told[-2:] == ["True", "True"]


def test_who_asks_often_is_answered_plainly_where_nothing_is_stored(tmp_path: Path) -> None:
    told = run(
        "import pathlib\n"
        "from kneebayes.inference import loading\n"
        f"loading.FOLDER = pathlib.Path({str(tmp_path)!r})\n"
        + TINY
        + "for _ in range(3 * engine.PATIENCE):\n"
        "    one.log_probability(seen)\n"
        "print(is_loaded(), 'numba' in sys.modules)\n"
    )
    assert told == ["False", "False"]


def test_who_asks_for_many_posteriors_gets_code_compiled(tmp_path: Path) -> None:
    """Nothing seems to be stored here; what numba itself has stored makes this quick."""
    loading.load_compiled()
    told = run(
        "import pathlib\n"
        "from kneebayes.inference import loading\n"
        f"loading.FOLDER = pathlib.Path({str(tmp_path)!r})\n"
        + TINY
        + "for _ in range(engine.MANY + 1):\n"
        "    print(is_loaded(), one.propagate(seen, ['a']).present('a'))\n"
        "print(is_loaded())\n"
    )
    assert told[::2] == [*["False"] * 11, "True"]
    posteriors = [float(one) for one in told[1::2]]
    assert posteriors == pytest.approx(posteriors[:1] * 11, rel=1e-13)


def test_a_batch_loads_the_code() -> None:
    assert run(TINY + "one.propagate_each([seen])\nprint(is_loaded())\n") == ["True"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "__pycache__").mkdir()
    monkeypatch.setattr(loading, "FOLDER", tmp_path)
    return tmp_path


def write(folder: Path, ages: dict[str, int]) -> None:
    for name, seconds in ages.items():
        (folder / name).write_bytes(b"")
        os.utime(folder / name, (NOW - seconds, NOW - seconds))


PYTHON = f"py{sys.version_info.major}{sys.version_info.minor}"
OLD = f"__pycache__/rows.run_rows-66.{PYTHON}.nbi"


@pytest.mark.parametrize(
    ("ages", "stored"),
    [
        ({"rows.py": 50, "order.py": 40}, False),
        ({"rows.py": 50, "order.py": 40, OLD: 30}, True),
        ({"rows.py": 50, "order.py": 40, OLD: 40}, True),
        ({"rows.py": 50, "order.py": 40, OLD: 41}, False),
        ({"rows.py": 50, "order.py": 40, OLD: 45}, False),
        ({"rows.py": 50, "order.py": 40, OLD: 60}, False),
        ({"rows.py": 50, "order.py": 20, OLD: 30}, False),
        ({"rows.py": 50, OLD: 60, f"__pycache__/rows.run_rows-70.{PYTHON}.nbi": 10}, False),
        ({"rows.py": 50, f"__pycache__/rows.run_rows-66.{PYTHON}.1.nbc": 10}, False),
        ({"rows.py": 50, "__pycache__/rows.cpython-311.pyc": 10}, False),
    ],
)
def test_stored_code_must_be_younger_than_its_source(
    folder: Path, ages: dict[str, int], stored: bool
) -> None:
    write(folder, ages)
    assert loading.is_stored() == stored


def test_stale_code_is_deleted_before_compiling(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inner functions are stored within the doors, so numba itself cannot tell."""
    stale = {OLD: 60, f"__pycache__/rows.run_rows-66.{PYTHON}.1.nbc": 60}
    write(folder, {"rows.py": 50, "__pycache__/other.pyc": 60, **stale})
    loading.load_compiled()
    monkeypatch.setattr(loading, "is_loaded", lambda: False)
    loading.load_compiled()
    assert [one.name for one in (folder / "__pycache__").iterdir()] == ["other.pyc"]
