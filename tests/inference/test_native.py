"""The kernel as a library: found, built in the background, done without."""

import subprocess
import sys
from pathlib import Path

import pytest

from kneebayes.inference import building, native

TINY = """
import sys, time
from kneebayes.inference import Engine, Evidence
from kneebayes.inference import native
from kneebayes.network import Network, noisy_or_node, root_node

network = Network((root_node("a", [0.5, 0.5]), noisy_or_node("b", 0.1, {"a": 0.5})))
engine = Engine(network)
seen = Evidence.of(network, {"b": "present"})
"""


def run(code: str, **variables: str) -> list[str]:
    """What a new Python process prints."""
    import os

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", TINY + code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_without_a_kernel_all_is_answered_in_plain_numpy() -> None:
    code = (
        "print(native.kernel() is None, engine.propagate(seen, ['a']).present('a'))\n"
        "print(engine.joint(seen, ['a'])[0].sum() > 1.0, engine.derive(seen).fired['b']['a'])\n"
        "print(engine.propagate_each([seen] * 40, ['a']).marginals['a'].shape[0])\n"
    )
    without, with_it = run(code, KNEEBAYES_KERNEL="off"), run("engine.compile()\n" + code)
    assert (without[0], with_it[0]) == ("True", "False")
    assert without[2] == with_it[2]
    assert [float(without[at]) for at in (1, 3)] == pytest.approx(
        [float(with_it[at]) for at in (1, 3)], rel=1e-13
    )


def test_a_file_that_is_no_library_is_passed_over(tmp_path: Path) -> None:
    broken = tmp_path / "kernel.so"
    broken.write_bytes(b"half a library")
    code = (
        "native._build = lambda: print('built')\nprint(native.kernel(wait=True), native.kernel())\n"
    )
    assert run(code, KNEEBAYES_KERNEL=str(broken)) == ["None", "None"]


def test_the_first_question_does_not_wait_for_the_kernel_to_be_built(tmp_path: Path) -> None:
    """Another place to build it in: nothing is there yet."""
    code = (
        "from pathlib import Path\n"
        "from kneebayes.inference import building\n"
        f"native.built_libraries = lambda: list(Path({str(tmp_path)!r}).glob('*'))\n"
        "native._build = lambda: time.sleep(600.0)\n"
        "began = time.monotonic()\n"
        "engine.propagate(seen, ['a'])\n"
        "print(native.kernel() is None, time.monotonic() - began)\n"
    )
    missing, seconds = run(code)
    assert missing == "True"
    assert float(seconds) < 300.0


def test_the_name_of_a_library_changes_with_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kernel.c").write_text("int x;")
    monkeypatch.setattr(building, "FOLDER", tmp_path)
    building.version.cache_clear()
    first = building.name_of("linux-x86_64")
    (tmp_path / "kernel.c").write_text("int y;")
    building.version.cache_clear()
    try:
        assert building.name_of("linux-x86_64") != first
    finally:
        monkeypatch.undo()
        building.version.cache_clear()


def test_this_machine_has_a_kernel() -> None:
    found = native.kernel(wait=True)
    assert found is not None
    assert building.version() in found.path.name
