"""Data of unknown origin: JSON, YAML and XML, read strictly, with all that is wrong with them.

Schemas (draft 2020-12) are read by ``jsonschema-rs``: the package ``jsonschema`` takes seconds to
import where Jupyter is installed. XML may hold no entities, and nothing that is not known.
"""

from __future__ import annotations

import codecs
import gzip
import importlib
import json
import re
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from xml.etree import ElementTree as ET

from kneebayes.arguments import checked
from kneebayes.errors import ArgumentError, KneebayesError, Problem
from kneebayes.text import counted, did_you_mean
from kneebayes.writing import short, strict_json, vanishes, write_safely

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

SHOWN = 20
SAID = 3  # remarks that a warning says


class ExchangeError(KneebayesError, ValueError):
    """Raised when a file from elsewhere cannot be read, or cannot be written in a form."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        count = f"{counted(len(problems), 'problem')} found"
        lines = [f"  - {problem}" for problem in problems[:SHOWN]]
        if len(problems) > SHOWN:
            lines.append(f"  - and {len(problems) - SHOWN} more.")
        super().__init__("\n".join([f"{source}: {count}.", *lines]))

    def __reduce__(self) -> tuple[type[ExchangeError], tuple[str, tuple[Problem, ...]]]:
        return type(self), (self.source, self.problems)


class ExchangeWarning(UserWarning):
    """Said when a file was read, though not word for word."""


class Problems:
    """Problems of one file (``source``), gathered, and remarks on what was done with it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._found: list[Problem] = []
        self.remarks: list[str] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, place: str, wrong: str, remedy: str = "") -> None:
        """One more thing that is wrong."""
        self._found.append(Problem(place, wrong, remedy))

    def warn(self) -> None:
        """Say all remarks in one warning, if there are any."""
        if self.remarks:
            more = f" And {len(self.remarks) - SAID} more." if len(self.remarks) > SAID else ""
            message = f"{self.source}: {' '.join(self.remarks[:SAID])}{more}"
            warnings.warn(message, ExchangeWarning, stacklevel=4)

    def raise_any(self) -> None:
        """Raise all problems as an :class:`ExchangeError`, if there are any."""
        if self._found:
            raise ExchangeError(self.source, self._found)

    def stop(self, place: str, wrong: str, remedy: str = "") -> NoReturn:
        """Raise all problems so far, and one after which nothing more can be read."""
        self.add(place, wrong, remedy)
        raise ExchangeError(self.source, self._found)


PACKED = b"\x1f\x8b"  # how a gzip file begins
HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
LARGEST = 1_000_000
DEEPEST = 32


def read_json(
    source: str | Path | Mapping[str, object], problems: Problems, largest: int = LARGEST
) -> Any:
    """The content of a JSON file of at most so many bytes, or of what was parsed elsewhere."""
    if isinstance(source, Mapping):
        try:
            text = json.dumps(source)
        except (TypeError, ValueError, RecursionError) as error:
            problems.stop("content", f"it cannot be JSON: {error}.")
    else:
        text = decode_json(read_bytes(Path(source), problems, largest), problems)
    return parse_json(text, problems)


def parse_json(text: str, problems: Problems) -> Any:
    """The content of a text in JSON; what is odd is added to the problems."""
    # refuse deep nesting before it is parsed; brackets inside texts do not count
    depth = 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text, re.DOTALL):
        if match[0] in "[{":
            depth += 1
            if depth > DEEPEST:
                remedy = f"At most {DEEPEST} levels are read."
                problems.stop("content", "objects and lists are nested too deep.", remedy)
        elif match[0] in "]}":
            depth -= 1
    try:
        content = strict_json(text, problems.add)
    except ValueError as error:  # also whole numbers of more digits than Python takes
        problems.stop("content", f"not valid JSON: {error}.", "Mend it there.")
    _check_characters(text, content, problems)
    return content


def _check_characters(text: str, content: object, problems: Problems) -> None:
    """Refuse halves of characters, which no file and no screen can show."""
    if HALF.search(text):
        try:
            json.dumps(content, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            half = error.object[error.start : error.end].encode("ascii", "backslashreplace")
            wrong = f"it holds '{half.decode()[:12]}', which is half a character."
            problems.stop("content", wrong, "Write the text anew.")


def read_bytes(path: Path, problems: Problems, largest: int) -> bytes:
    """The content of a file of at most so many bytes, unpacked where it is packed by gzip."""
    try:
        there = path.is_file()
        size = 0 if not there else path.stat().st_size
        data = path.read_bytes() if there and size <= largest else b""
        if data.startswith(PACKED):
            with gzip.open(path) as file:
                data = file.read(largest + 1)
            size = len(data)
    except EOFError:
        problems.stop("file", "its gzip content ends too early.", "Pack it anew.")
    except (OSError, ValueError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error)
        problems.stop("file", f"it cannot be read: {why}.", "Check the path.")
    if not there:
        problems.stop("file", "there is no such file.", "Check the path.")
    if size > largest:
        remedy = f"At most {largest:,} are read."
        problems.stop("file", f"it has {counted(size, 'byte')}.", remedy)
    return data


def decode_json(data: bytes, problems: Problems) -> str:
    """The text of a JSON file, which must be UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong = f"byte {error.start} is not UTF-8."
        problems.stop("file", wrong, "Save it as UTF-8.")


def json_text(content: Mapping[str, object]) -> str:
    """Plain values as JSON; numbers keep all their digits."""
    try:
        return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    except (TypeError, ValueError, RecursionError) as error:
        message = f"This cannot be JSON: {error}. Give texts, finite numbers, lists and mappings."
        raise ArgumentError(message) from error


@checked
def save_json(content: Mapping[str, object], path: str | Path) -> Path:
    """Write plain values as JSON; a file that is there stays until all of it is written.

    Raises
    ------
    KneebayesError
        If it cannot be written; names the file and the reason.
    """
    return write_safely(path, json_text(content))


YAML = (".yaml", ".yml")


def read_yaml(path: Path, problems: Problems) -> Any:
    """The content of a YAML file, checked as JSON is; dates stay texts."""
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        problems.stop("file", "PyYAML is not installed.", "Install it, or save the file as JSON.")
    text = decode_json(read_bytes(path, problems, LARGEST), problems)
    try:
        refers = any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text))
        content = None if refers else yaml.load(text, Loader=_loader(yaml))
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        message = str(error).replace("\n", " ")[:200]
        problems.stop("content", f"not valid YAML: {message}.", "Mend it there.")
    if refers:
        problems.stop("content", "it refers to parts of itself.", "Write them out.")
    if not isinstance(content, dict):
        problems.stop("content", "it is no object.", "A phenopacket is one.")
    return read_json(content, problems)


def _loader(yaml: Any) -> Any:
    """A safe loader that leaves dates as text."""

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Safe, without dates."""

    Loader.yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader


Schema = Mapping[str, Any]

REMEDIES = {
    "const": "It must be {!r}.",
    "minimum": "It must be at least {}.",
    "maximum": "It must be at most {}.",
    "pattern": "It must look like {}.",
}


@cache
def schema_named(name: str) -> dict[str, Any]:
    """A JSON Schema that comes with the package, such as ``patient``."""
    text = files("kneebayes.exchange").joinpath(f"{name}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def check_schema(content: object, schema: Schema, problems: Problems) -> None:
    """Add everything in which the content of a JSON file does not follow a schema.

    Not where its text was odd: in the place of a number that is not finite stands another.
    """
    if len(problems):
        return
    from jsonschema_rs import Draft202012Validator

    messages = set()
    for fault in Draft202012Validator(dict(schema)).iter_errors(content):
        place = _place(fault)
        for wrong, remedy in _told(fault, schema):
            if (place, wrong) not in messages:
                messages.add((place, wrong))
                problems.add(place or "content", wrong, remedy)


def _place(fault: ValidationError) -> str:
    """Where it is, as ``nodes[3].states``."""
    place = ""
    for step in fault.instance_path:
        name = f"[{step}]" if isinstance(step, int) else short(step)
        place += name if isinstance(step, int) or not place else f".{name}"
    return place


def _told(fault: ValidationError, schema: Schema) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do."""
    rule, given = fault.kind.value, short(fault.instance)
    it = f"it is '{given}'." if isinstance(fault.instance, str) else f"it is {given}."
    match fault.kind.name:
        case "required":
            yield f"'{rule}' is missing.", "Add it."
        case "additionalProperties":
            known = _part(schema, fault.schema_path[:-1]).get("properties", {})
            for name in rule:
                others = f"There are: {', '.join(known)}."
                yield f"there is no field '{short(name)}'.", did_you_mean(name, known, others)
        case "type":
            demanded = _part(schema, fault.schema_path[:-1])["type"]
            kinds = [demanded] if isinstance(demanded, str) else demanded
            yield it, f"It must be of type {' or '.join(kinds)}."
        case "enum":
            yield it, f"It must be one of: {', '.join(map(str, rule))}."
        case "minLength":
            yield "it is empty.", "Give a text."
        case "maxLength":
            length = counted(len(str(fault.instance)), "character")
            yield f"it has {length}.", f"At most {rule} are allowed."
        case keyword:
            yield it, REMEDIES[keyword].format(rule)


def _part(schema: Schema, steps: list[str | int]) -> Any:
    """The part of a schema that some steps lead to; references such as ``#/$defs/answer`` too."""
    part: Any = schema
    for step in steps:
        part = part[step]
        if step == "$ref":
            part = _part(schema, list(part.removeprefix("#/").split("/")))
    return part


MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._:\-]+)["']""")
DECLARATION = re.compile(r"""^\s*<\?xml[^>]*\?>""")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
XML_TEXT = re.compile(r"[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
ALWAYS = ("xmlns", "schemaLocation", "noNamespaceSchemaLocation", "space", "lang")


def decode(data: bytes, problems: Problems, declared: re.Pattern[bytes] | None = None) -> str:
    """The text of a file, by its byte order mark, else as it declares, else UTF-8."""
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "")
    match = declared.match(data) if declared and not encoding else None
    encoding = encoding or (match[1].decode("ascii") if match else "utf-8")
    try:
        if not codecs.lookup(encoding)._is_text_encoding:
            raise LookupError(encoding)
        return data.decode(encoding)
    except LookupError:
        problems.stop("file", f"it declares the encoding '{encoding}'.", "Save it as UTF-8.")
    except UnicodeDecodeError as error:
        name = "UTF-8" if encoding == "utf-8" else f"{encoding}, which it declares"
        problems.stop("file", f"byte {error.start} is not {name}.", "Save it as UTF-8.")
    except (UnicodeError, ValueError) as error:
        problems.stop("file", f"it is not {encoding}: {error}.", "Save it as UTF-8.")


def parse_xml(data: bytes, problems: Problems) -> tuple[ET.Element, str]:
    """The root element, its names without namespaces, and the text of a file without entities."""
    text = decode(data, problems, DECLARED)
    if "<!ENTITY" in text:
        problems.stop("content", "it defines entities.", "Write the texts out.")
    try:
        root = ET.fromstring(DECLARATION.sub("", text).lstrip())
    except (ET.ParseError, ValueError, RecursionError, UnicodeError) as error:
        problems.stop("content", f"not valid XML: {error}.", "Mend it there.")
    own = root.tag.rpartition("}")[0]
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = _bare(element.tag, own)
        for name in list(element.attrib):
            value = element.attrib.pop(name)
            if name.rpartition("}")[2] not in ALWAYS:
                element.attrib[_bare(name, own)] = value
    return root, text


def _bare(name: str, own: str) -> str:
    """A name without the namespace of the root; one of another namespace keeps its own."""
    space, _, bare = name.rpartition("}")
    return bare if space in ("", own) else name


def check_element(
    element: ET.Element,
    place: str,
    problems: Problems,
    children: Mapping[str, int | None],  # how often each may occur, None for any number
    attributes: tuple[str, ...] = (),
) -> None:
    """Note what an element holds that is not known, or more often than it may."""
    for tag, count in Counter(child.tag for child in element).items():
        most = children.get(tag, 0)
        if tag not in children:
            known = f"Known are: {', '.join(children)}." if children else "It holds text alone."
            problems.add(place, f"it holds the element '{tag}', which is not known here.", known)
        elif most is not None and count > most:
            problems.add(place, f"it has {counted(count, 'element')} '{tag}'.", f"Keep {most}.")
    for name in element.attrib:
        if name not in attributes:
            known = f"Known are: {', '.join(attributes)}." if attributes else "It has none."
            problems.add(place, f"it has the attribute '{name}', which is not known here.", known)
    texts = (element.text or "", *(child.tail or "" for child in element))
    loose = next(filter(None, map(str.strip, texts)), "")
    if children and loose:
        problems.add(place, f"it holds loose text: '{loose[:40]}'.", "Put it into an element.")


def numbers_of(words: Sequence[str], id: str, problems: Problems) -> tuple[float, ...]:
    """The numbers that words are; one that is none, or would become 0, is a problem."""
    numbers = tuple(map(_number, words))
    if None in numbers:
        wrong = words[numbers.index(None)]
        if NUMBER.fullmatch(wrong):
            problems.add(id, f"its table holds '{wrong[:40]}', too near to 0.", "Write 0, or more.")
        else:
            problems.add(id, f"its table holds something else than numbers: '{wrong[:40]}'.")
        return ()
    return numbers  # type: ignore[return-value]  # none is None


@lru_cache(2**14)
def _number(word: str) -> float | None:
    """The number that a word is; None where it is none, or so small that it would become 0."""
    if not NUMBER.fullmatch(word):
        return None
    return None if vanishes(word) else float(word) + 0.0  # no negative zero


def text_of(element: ET.Element | None) -> str:
    """The text of an element, with single blanks; empty where there is none."""
    return "" if element is None else " ".join("".join(element.itertext()).split())
