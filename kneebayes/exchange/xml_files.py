"""XML read with care: encodings, namespaces, no entities, nothing that is not known."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from xml.etree import ElementTree as ET

from kneebayes.exchange.data_files import vanishes
from kneebayes.exchange.problems import Problems
from kneebayes.text import counted

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
    """The root element, its names without namespaces, and the text of the file.

    Entities are refused, for they can grow without bound.
    """
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
    children: Mapping[str, int | None],
    attributes: tuple[str, ...] = (),
) -> None:
    """Note what an element holds that is not known, or that it has more often than once.

    ``children`` says how often each element may occur in it, None for any number.
    """
    counts: dict[str, int] = {}
    for child in element:
        counts[child.tag] = counts.get(child.tag, 0) + 1
    for tag, count in counts.items():
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
    loose = [element.text or "", *(child.tail or "" for child in element)]
    if children and any(text.strip() for text in loose):
        loose_text = next(text.strip() for text in loose if text.strip())[:40]
        problems.add(place, f"it holds loose text: '{loose_text}'.", "Put it into an element.")


def numbers_of(words: Sequence[str], id: str, problems: Problems) -> tuple[float, ...]:
    """The numbers that words are; what is none is a problem.

    So is one so near to 0 that it would become 0, since what has probability 0 cannot be.
    """
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
