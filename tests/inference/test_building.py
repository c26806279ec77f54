"""The kernel is built by whatever compiler there is, and nobody meets half of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from kneebayes.inference import building

COMPILER = """#!{python}
import sys
from pathlib import Path

with open({log!r}, "a") as log:
    print(*sys.argv, sep="|", file=log)
if {fails}:
    sys.exit(1)
Path(sys.argv[sys.argv.index("-o") + 1]).write_text("library by " + Path(sys.argv[0]).name)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of sources of its own, an empty cache, and no compiler in the path."""
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel" / "kernel.c").write_text("int x;")
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(building, "FOLDER", tmp_path / "kernel")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CC", raising=False)
    building.version.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    building.version.cache_clear()


def compiler(place: Path, name: str, *, fails: bool = False) -> Path:
    """A program in the path that writes what it was asked, and a library."""
    path = place / "bin" / name
    log = str(place / f"{name}.log")
    path.write_text(COMPILER.format(python=sys.executable, log=log, fails=fails))
    path.chmod(0o755)
    return path


def asked(place: Path, name: str) -> list[list[str]]:
    """What a compiler was asked, each time."""
    log = place / f"{name}.log"
    return [line.split("|")[1:] for line in log.read_text().splitlines()] if log.exists() else []


def test_compilers_are_those_of_the_path_and_the_one_that_is_named_first(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zig = (
        [[sys.executable, "-m", "ziglang", "cc"]]
        if building.importlib.util.find_spec("ziglang")
        else []
    )
    assert list(building.compilers()) == zig
    for name in ("clang", "cc", "mine"):
        compiler(place, name)
    assert list(building.compilers()) == [["cc"], ["clang"], *zig]
    monkeypatch.setenv("CC", "mine")
    assert list(building.compilers()) == [["mine"], ["cc"], ["clang"], *zig]
    monkeypatch.setenv("CC", "nothing")
    assert list(building.compilers()) == [["cc"], ["clang"], *zig]


@pytest.mark.parametrize(("suffix", "last"), [(".so", ["-fPIC", "-lm"]), (".dll", [])])
def test_a_library_is_compiled_beside_its_place(place: Path, suffix: str, last: list[str]) -> None:
    cc = compiler(place, "cc")
    target = place / "deep" / "down" / f"kernel{suffix}"
    building.compile_to([str(cc), "first"], target, ("-mavx2",))
    assert target.read_text() == "library by cc"
    assert list(target.parent.iterdir()) == [target]
    (command,) = asked(place, "cc")
    at = command.index("-o")
    made = Path(command[at + 1])
    assert made.name == target.name
    assert made.parent.parent == target.parent
    source = str(place / "kernel" / "kernel.c")
    assert command[:at] == ["first", *building.FLAGS, "-mavx2", source]
    assert command[at + 2 :] == last
    failing = compiler(place, "gcc", fails=True)
    with pytest.raises(subprocess.CalledProcessError):
        building.compile_to([str(failing)], target)
    assert target.read_text() == "library by cc"
    assert list(target.parent.iterdir()) == [target]


def test_it_is_built_by_the_first_compiler_that_can(place: Path) -> None:
    compiler(place, "cc", fails=True)
    compiler(place, "gcc")
    built = place / "kernel" / "built"
    built.mkdir()
    old = built / "kernel-000000000000-linux-x86_64.so"
    other = built / f"kernel-{building.version()}-elsewhere.so"
    kept = built / "notes.txt"
    for path in (old, other, kept):
        path.write_text("there")
    target = building.build_here()
    wide = building.has_wide()
    assert target == built / building.name_of(building.here(), wide)
    assert target.read_text() == "library by gcc"
    assert sorted(built.iterdir()) == sorted([target, other, kept])
    (command,) = asked(place, "gcc")
    assert ("-mavx2" in command) == wide
    assert len(asked(place, "cc")) == 1
    assert building.built_libraries()[0] == target


def test_without_a_compiler_nothing_is_built(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler(place, "cc", fails=True)
    monkeypatch.setattr(building.importlib.util, "find_spec", lambda name: None)
    assert building.build_here() is None
    assert len(asked(place, "cc")) == 2  # for the package, and for the cache
    assert building.built_libraries() == []


def test_where_libraries_may_be(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = place / "kernel" / "built"
    assert list(building.folders()) == [own, place / "cache" / "kneebayes"]
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("LOCALAPPDATA", str(place / "local"))
    assert list(building.folders()) == [own, place / "local" / "kneebayes"]
    monkeypatch.delenv("LOCALAPPDATA")
    monkeypatch.setenv("HOME", str(place / "home"))
    assert list(building.folders()) == [own, place / "home" / ".cache" / "kneebayes"]


def test_libraries_that_are_there_the_fastest_first(place: Path) -> None:
    names = [building.name_of(building.here(), wide) for wide in (True, False)]
    assert names[0].replace("-wide", "") == names[1]
    folders = list(building.folders())
    for folder in folders:
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).write_text("")
    right = [
        folder / name
        for name in (names if building.has_wide() else names[1:])
        for folder in folders
    ]
    assert building.built_libraries() == right


@pytest.mark.parametrize(
    ("where", "suffix"),
    [
        ("linux-x86_64", ".so"),
        ("darwin-arm64", ".dylib"),
        ("windows-amd64", ".dll"),
        ("odd-x", ".so"),
    ],
)
def test_the_name_of_a_library_has_its_platform(where: str, suffix: str) -> None:
    version = building.version()
    assert len(version) == 12
    assert building.name_of(where) == f"kernel-{version}-{where}{suffix}"
    assert building.name_of(where, wide=True) == f"kernel-{version}-{where}-wide{suffix}"


def test_a_wheel_has_a_library_for_every_platform(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On those of Intel's kind two, one of them wide; what is there is not built again."""
    package = place / "ziglang"
    package.mkdir()
    log = str(place / "zig.log")
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text(
        COMPILER.format(python=sys.executable, log=log, fails=False)
    )
    monkeypatch.setenv("PYTHONPATH", str(place))
    made = building.build_wheel()
    built = place / "kernel" / "built"
    right = []
    for where in building.PLATFORMS:
        intel = where in ("linux-x86_64", "darwin-x86_64", "windows-amd64")
        right += [(where, wide) for wide in ((False, True) if intel else (False,))]
    assert made == [built / building.name_of(where, wide) for where, wide in right]
    assert all(path.is_file() for path in made)
    commands = asked(place, "zig")
    assert len(commands) == len(made) == 8
    for command, (where, wide) in zip(commands, right, strict=True):
        assert command[:2] == ["cc", "-s"]
        assert command[command.index("-target") + 1] == building.PLATFORMS[where]
        assert ("-mavx2" in command) == wide
    made[3].unlink()
    assert building.build_wheel() == made
    assert len(asked(place, "zig")) == 9
