"""What is kept comes back whole or not at all, and nobody else's word is taken for it."""

import os
from pathlib import Path

import pytest

from kneebayes import keeping
from kneebayes.keeping import MOST, keep, kept, made_by

CONTENT = {"numbers": [0.1, 1e-300, 1 / 3], "text": "kn\u00e9e\n", "nothing": None, "yes": True}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KNEEBAYES_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def files(cache: Path) -> list[Path]:
    return sorted(cache.iterdir()) if cache.is_dir() else []


def test_what_is_kept_comes_back_under_its_own_key_alone() -> None:
    keep("figures", "one", CONTENT)
    keep("figures", "two", [2])
    assert kept("figures", "one") == CONTENT
    assert kept("figures", "two") == [2]
    assert kept("figures", "three") is None
    assert kept("other", "one") is None


def test_what_is_kept_last_counts() -> None:
    for content in (1, 2, 3):
        keep("figures", "one", content)
    assert kept("figures", "one") == 3


@pytest.mark.parametrize("damage", range(5))
def test_what_was_damaged_is_not_given(cache: Path, damage: int) -> None:
    keep("figures", "one", CONTENT)
    (file,) = files(cache)
    whole = file.read_bytes()
    other = whole.replace(b"0.1", b"0.9")
    file.write_bytes((whole[:-3], whole[len(whole) // 2 :], other, b"", b"\xff\n{}")[damage])
    assert file.read_bytes() != whole
    assert kept("figures", "one") is None


@pytest.mark.parametrize("content", [{1, 2}, float("nan"), [float("inf")], object(), b"bytes"])
def test_what_is_no_plain_value_is_not_kept(cache: Path, content: object) -> None:
    keep("figures", "one", content)
    assert kept("figures", "one") is None
    assert files(cache) == []


def test_it_can_be_switched_off(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep("figures", "one", CONTENT)
    monkeypatch.setenv("KNEEBAYES_CACHE", "off")
    keep("figures", "two", CONTENT)
    assert kept("figures", "one") is None
    assert len(files(cache)) == 1
    assert not Path("off").exists()


def test_what_comes_with_a_wheel_is_found_where_the_user_kept_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep("figures", "one", CONTENT)
    monkeypatch.setattr(keeping, "SHIPPED", cache)
    monkeypatch.setenv("KNEEBAYES_CACHE", str(cache.parent / "own"))
    assert kept("figures", "one") == CONTENT
    keep("figures", "one", [1])
    assert kept("figures", "one") == [1]
    monkeypatch.setenv("KNEEBAYES_CACHE", "off")
    assert kept("figures", "one") is None


def test_what_nobody_asked_for_longest_goes_first(cache: Path) -> None:
    for at in range(MOST):
        keep("figures", str(at), at)
    for at, file in enumerate(files(cache)):
        os.utime(file, (1000 + at, 1000 + at))
    asked = [at for at in range(MOST) if at % 2]
    assert [kept("figures", str(at)) for at in asked] == asked
    for at in range(MOST // 2):
        keep("other", str(at), at)
    assert len(files(cache)) == MOST
    assert [kept("figures", str(at)) for at in asked] == asked


def test_where_nothing_can_be_written_nothing_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    for place in (tmp_path / "file", tmp_path / "file" / "inside", "\0"):
        with monkeypatch.context() as patch:
            if "\0" in str(place):
                patch.setattr("os.environ", {"KNEEBAYES_CACHE": place})
            else:
                patch.setenv("KNEEBAYES_CACHE", str(place))
            keep("figures", "one", CONTENT)
            assert kept("figures", "one") is None
    assert (tmp_path / "file").read_text(encoding="utf-8") == "in the way"


@pytest.mark.skipif(os.name == "nt", reason="what others may do is written elsewhere there")
def test_a_folder_that_others_can_write_to_is_neither_read_nor_written(cache: Path) -> None:
    keep("figures", "one", CONTENT)
    assert cache.stat().st_mode & 0o077 == 0
    for mode in (0o777, 0o770, 0o702):
        cache.chmod(mode)
        keep("figures", "two", CONTENT)
        assert kept("figures", "one") is None
    cache.chmod(0o700)
    assert kept("figures", "one") == CONTENT
    assert kept("figures", "two") is None


def test_a_key_of_code_differs_between_rooms() -> None:
    keys = {made_by("network"), made_by("knowledge"), made_by("network", "knowledge"), made_by()}
    assert len(keys) == 4
    assert made_by("network") in keys
