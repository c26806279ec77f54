# ruff: noqa: E501, ISC004 - texts in one line each are easier to read than broken ones
"""JSON and YAML of unknown origin: every oddity by its place and words, every bound met exactly."""

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest

from kneebayes.errors import KneebayesError
from kneebayes.exchange import ExchangeError
from kneebayes.exchange.data_files import (
    Problems,
    check_schema,
    json_text,
    parse_json,
    read_bytes,
    read_json,
    read_yaml,
    save_json,
    short,
)


def told(problems: Problems) -> list[str]:
    try:
        problems.raise_any()
    except ExchangeError as error:
        return list(map(str, error.problems))
    return []


TEXTS: dict[str, tuple[str, Any, list[str]]] = {
    "plain": ('{"a": [1, 2.5, null, true, "x"]}', {"a": [1, 2.5, None, True, "x"]}, []),
    "a zero below": ('[-0.0, 0e5, 0.000]', [0.0, 0.0, 0.0], []),
    "twice": (
        '{"a": 1, "b": 2, "a": 3, "b": 4, "a": 5}',
        {"a": 5, "b": 4},
        [f"key '{key}': it stands twice in one object. Keep one." for key in "ab"],
    ),
    "twice inside": (
        '{"a": {"c": 1, "c": 1}, "b": {"c": 2}}',
        {"a": {"c": 1}, "b": {"c": 2}},
        ["key 'c': it stands twice in one object. Keep one."],
    ),
    "not finite": (
        "[NaN, -Infinity, 1e999, -1e400, 1e300]",
        [0.0, 0.0, 0.0, 0.0, 1e300],
        [f"number {one}: it is not finite. Give a finite number."
         for one in ("NaN", "-Infinity", "1e999", "-1e400")],
    ),
    "too near to 0": (
        "[1e-400, 0.0e-400, -0.0001e-330, 5e-324]",
        [0.0, 0.0, 0.0, 5e-324],
        [f"number {one}: it is too near to 0. Write 0, or more."
         for one in ("1e-400", "-0.0001e-330")],
    ),
    "as deep as can be": ("[" * 32 + "]" * 32, None, []),
    "side by side": ("[" + "[1]," * 40 + "[1]]", [[1]] * 41, []),
    "brackets in a text": ('["' + "[" * 40 + '\\"]"]', ["[" * 40 + '"]'], []),
    "a pair of halves": ('"\\ud83d\\ude00"', "\U0001f600", []),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
def test_what_a_text_says(case: str) -> None:
    text, content, wrong = TEXTS[case]
    problems = Problems("x")
    found = parse_json(text, problems)
    assert told(problems) == wrong
    assert content is None or found == content
    if case == "a zero below":
        assert all(math.copysign(1.0, one) == 1.0 for one in found)


STOPPED: dict[str, tuple[str, str]] = {
    "too deep": (
        "[" * 33 + "]" * 33,
        "content: objects and lists are nested too deep. At most 32 levels are read.",
    ),
    "too deep in objects": (
        '{"a": ' * 33 + "1" + "}" * 33,
        "content: objects and lists are nested too deep. At most 32 levels are read.",
    ),
    "no JSON": (
        "{'a': 1}",
        "content: not valid JSON: Expecting property name enclosed in double quotes: line 1 column "
        "2 (char 1). Mend it there.",
    ),
    "half a character": (
        '"a\\ud83d"',
        "content: it holds '\\ud83d', which is half a character. Write the text anew.",
    ),
}


@pytest.mark.parametrize("case", STOPPED)
def test_what_stops_the_reading(case: str) -> None:
    text, wrong = STOPPED[case]
    with pytest.raises(ExchangeError) as caught:
        parse_json(text, Problems("x"))
    assert list(map(str, caught.value.problems)) == [wrong]


def test_files_are_read_up_to_their_bound(tmp_path: Path) -> None:
    """Packed ones by what they hold."""
    path, packed = tmp_path / "a.json", tmp_path / "a.json.gz"
    path.write_bytes(b"12345")
    packed.write_bytes(gzip.compress(b"12345"))
    for one in (path, packed):
        least = max(5, one.stat().st_size)
        assert read_bytes(one, Problems("x"), least) == b"12345"
    with pytest.raises(ExchangeError) as caught:
        read_bytes(path, Problems("x"), 4)
    assert told_of(caught.value) == "file: it has 5 bytes. At most 4 are read."
    packed.write_bytes(gzip.compress(b"1" * 9_000))
    assert len(read_bytes(packed, Problems("x"), 9_000)) == 9_000
    with pytest.raises(ExchangeError) as caught:
        read_bytes(packed, Problems("x"), 8_999)
    assert told_of(caught.value) == "file: it has 9,000 bytes. At most 8,999 are read."
    packed.write_bytes(gzip.compress(b"1" * 9_000)[:-9])
    with pytest.raises(ExchangeError) as caught:
        read_bytes(packed, Problems("x"), 9_000)
    assert told_of(caught.value) == "file: its gzip content ends too early. Pack it anew."
    broken = bytearray(gzip.compress(bytes(range(256)) * 40))
    broken[15] ^= 0xFF
    packed.write_bytes(bytes(broken))
    with pytest.raises(ExchangeError, match=r"file: it cannot be read: .*\. Check the path\."):
        read_bytes(packed, Problems("x"), 20_000)
    with pytest.raises(ExchangeError) as caught:
        read_bytes(tmp_path, Problems("x"), 10)
    assert told_of(caught.value) == "file: there is no such file. Check the path."


def told_of(error: ExchangeError) -> str:
    (one,) = error.problems
    return str(one)


def test_a_mapping_is_read_as_its_text() -> None:
    problems = Problems("x")
    assert read_json({"a": (1, 2.5, None)}, problems) == {"a": [1, 2.5, None]}
    read_json({"a": math.nan}, problems)
    assert told(problems) == ["number NaN: it is not finite. Give a finite number."]
    with pytest.raises(ExchangeError, match=r"content: it cannot be JSON: Object of type set"):
        read_json({"a": {1}}, problems)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("a" * 60, "a" * 60),
        ("a" * 61, "a" * 57 + "..."),
        ("a\nb\x00", "a\ufffdb\ufffd"),
        ({"a": [1, None]}, '{"a": [1, null]}'),
        (True, "true"),
    ],
)
def test_contents_in_a_message_are_short(content: object, shown: str) -> None:
    assert short(content) == shown


def test_what_is_written_is_plain(tmp_path: Path) -> None:
    content = {"a": 0.1, "b": "\u00e4", "c": [1]}
    path = save_json(content, tmp_path / "a.json")
    assert path == tmp_path / "a.json"
    text = path.read_text(encoding="utf-8")
    assert (
        text == '{\n  "a": 0.1,\n  "b": "\u00e4",\n  "c": [\n    1\n  ]\n}\n' == json_text(content)
    )
    for odd in (math.nan, {1}, object()):
        with pytest.raises(
            KneebayesError, match=r"This cannot be JSON: .*Give texts, finite numbers"
        ):
            json_text({"a": odd})


YAMLS: dict[str, tuple[str, Any, str]] = {
    "plain": ("a: [1, 2.5]\nb: 2020-01-01\nc: yes\n", {"a": [1, 2.5], "b": "2020-01-01", "c": True}, ""),
    "a list": ("- 1", None, "content: it is no object. A phenopacket is one."),
    "an anchor": ("a: &x [1]\nb: *x", None, "content: it refers to parts of itself. Write them out."),
    "cut": ("a: [1", None, "content: not valid YAML: while parsing a flow sequence"),
    "an object of Python": ("a: !!python/name:os.system", None, "content: not valid YAML: could not"),
}  # fmt: skip


@pytest.mark.parametrize("case", YAMLS)
def test_yaml_is_read_as_strictly(tmp_path: Path, case: str) -> None:
    pytest.importorskip("yaml")
    text, content, wrong = YAMLS[case]
    path = tmp_path / "a.yaml"
    path.write_text(text)
    if not wrong:
        assert read_yaml(path, Problems("x")) == content
        return
    with pytest.raises(ExchangeError) as caught:
        read_yaml(path, Problems("x"))
    assert told_of(caught.value).startswith(wrong)
    assert "\n" not in told_of(caught.value)
    assert len(told_of(caught.value)) < 260


SCHEMA = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "minLength": 1, "maxLength": 3},
        "kind": {"enum": ["a", 1]},
        "many": {"type": "array", "items": {"$ref": "#/$defs/share"}, "minItems": 1},
        "either": {"type": ["string", "number"]},
    },
    "$defs": {"share": {"type": "number", "minimum": 0, "maximum": 1}},
}
FAULTS: dict[str, tuple[Any, list[str]]] = {
    "right": ({"id": "abc", "kind": 1, "many": [0, 1], "either": 2}, []),
    "missing": ({}, ["content: 'id' is missing. Add it."]),
    "no object": ([1], ["content: it is [1]. It must be of type object."]),
    "empty": ({"id": ""}, ["id: it is empty. Give a text."]),
    "long": ({"id": "abcd"}, ["id: it has 4 characters. At most 3 are allowed."]),
    "another kind": ({"id": "a", "kind": "b"}, ["kind: it is 'b'. It must be one of: a, 1."]),
    "inside": (
        {"id": "a", "many": [0.5, 2, "x"]},
        [
            "many[1]: it is 2. It must be at most 1.",
            "many[2]: it is 'x'. It must be of type number.",
        ],
    ),
    "either": (
        {"id": "a", "either": []},
        ["either: it is []. It must be of type string or number."],
    ),
    "fields": (
        {"id": "a", "manny": 1, "q": 2},
        [
            "content: there is no field 'manny'. Did you mean 'many'?",
            "content: there is no field 'q'. There are: id, kind, many, either.",
        ],
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_does_not_follow_a_schema(case: str) -> None:
    content, wrong = FAULTS[case]
    problems = Problems("x")
    check_schema(content, SCHEMA, problems)
    assert sorted(told(problems)) == sorted(wrong)
    again = Problems("x")
    check_schema(json.loads(json.dumps(content)), SCHEMA, again)
    assert told(again) == told(problems)
