"""Lines of a TOML file that cannot be read: what to write instead, beside the line itself."""

from __future__ import annotations

import re

from kneebayes.text import as_id, clipped

TWICE = "Each heading and each name stands once."
OPEN_TEXT = "A text ends in the line it begins in, with the same quotation mark."
OPEN_TABLE = "What begins with { ends with } in the same line."
REMEDIES = {  # by what tomllib says
    "twice": TWICE,
    "Cannot overwrite": TWICE,
    "immutable namespace": TWICE,
    "Unterminated string": OPEN_TEXT,
    "Illegal character '\\n'": OPEN_TEXT,
    "Unclosed inline table": OPEN_TABLE,
    "Unclosed array": "What begins with [ ends with ].",
    "Expected ']'": "A heading stands in brackets: [name].",
    "Expected '='": "A line says NAME = VALUE.",
    "Invalid initial character for a key": "There is a comma too many, or a name is missing.",
    "Invalid statement": "A name has letters from a to z, digits and '_'.",
    "Unescaped": "Write each \\ twice.",
}
PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
HEADING = re.compile(r"\[(\w[^\]\"']*)\]")
LONGEST = 300  # letters of a line that a message shows
OTHERWISE = "Mend the line named."


def toml_fault(text: str, error: Exception) -> tuple[str, str]:
    """What is wrong with a TOML file, and what to do about it, with the line.

    Examples
    --------
    >>> import tomllib
    >>> try:
    ...     tomllib.loads("leak = seldom")
    ... except ValueError as error:
    ...     print(toml_fault("leak = seldom", error)[1])
    A text stands in double quotation marks: "seldom".
          line 1: leak = seldom
    """
    said = str(error)
    line, at = _line_of(text, said)
    remedy = next((told for sign, told in REMEDIES.items() if sign in said), OTHERWISE)
    if "Invalid value" in said and line:
        remedy = _of_value(line[at - 1 :].strip())
    elif "Expected '='" in said and (id := as_id(line.partition("=")[0])) and "=" in line:
        remedy = f"A name has no blanks: {id} = ..."
    elif "Expected ']'" in said and (named := HEADING.fullmatch(line.strip())):
        remedy = f"A name has no blanks: [{'.'.join(map(as_id, named[1].split('.')))}]."
    elif "initial character" in said and line[:at].rstrip().endswith("{"):
        remedy = OPEN_TABLE
    elif "Expected newline" in said:
        remedy = _of_rest(line[at - 1 :].strip(), line)
    place = PLACE.search(said)
    shown = f"\n      line {place[1]}: {clipped(line.strip(), LONGEST)}" if place and line else ""
    return f"not valid TOML: {said}.", remedy + shown


def _line_of(text: str, said: str) -> tuple[str, int]:
    """The line that an error names, and the column in it; empty if it names none."""
    place = PLACE.search(said)
    lines = text.split("\n")
    if place is None or int(place[1]) > len(lines):
        return "", 1
    return lines[int(place[1]) - 1], int(place[2])


def _of_value(value: str) -> str:
    """What to write for a value that is none."""
    word = re.match(r"[^\W\d][^,\]}#]*", value)
    if value.casefold().startswith(("true", "false")):
        return "Write true or false, in small letters."
    if word is not None:
        return f'A text stands in double quotation marks: "{clipped(word[0].strip(), 60)}".'
    if value and value[0] in "\u201c\u201d\u201e\u2018\u2019":
        return 'Use straight quotation marks: ".'
    if value.startswith("."):
        return f"Write a digit before the point: 0{value.split(maxsplit=1)[0]}."
    return "After '=' there is a text in quotation marks, a number, true, false, [...] or {...}."


def _of_rest(rest: str, line: str) -> str:
    """What to write where something stands behind a value."""
    if re.match(r",\s*\d", rest):
        return "Write a point for the decimal comma: 0.5."
    if rest.startswith("%"):
        return "A share is a number from 0 to 1: 0.05 for 5 %."
    if '"' in line or "'" in line:
        return "A text that holds quotation marks has a \\ before each of them."
    return "A line says one thing: begin another for the rest."
