"""What the layout of a form or a list says, written as sentences: boxes, columns, headings.

``Fever [ ] Yes [x] No`` is ``Fever: no``; what stands below ``Negative for:`` is denied one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kneebayes.history.english import SITES, turns
from kneebayes.history.shorthand import WrittenOut, rewritten

Edit = tuple[int, int, str]

LINE = re.compile(r"[^\n]+")
QUESTION = re.compile(r"[^\n;]+")  # of a form, with its boxes
BREAK = re.compile(r"(?<![^\S\n])[^\S\n]*\n\s*")
EMPTY = r"\[[ _]?\]|\([ _]\)|[\u2610\u25a1\u2b1c]"
TICKED = r"\[[xX\u2713\u2714]\]|\([xX\u2713\u2714]\)|[\u2611\u2612\u2714\u2713\u2705\u25a0]"
BOX = re.compile(rf"(?P<empty>{EMPTY})|(?P<ticked>{TICKED})")
OPTIONS = {
    "yes": "yes",
    "y": "yes",
    "no": "no",
    "n": "no",
    "unknown": "?",
    "n/k": "?",
    "unsure": "?",
}
OPTION = re.compile(rf"(?:{'|'.join(OPTIONS)})\b", re.IGNORECASE)
OPTION_LAST = re.compile(rf"\b(?:{'|'.join(OPTIONS)})\s*$", re.IGNORECASE)
UNANSWERED = re.compile(
    r"(?<!\s)\s?[:?]?[ \t]{1,9}[(\[]?(?:yes\s?/\s?no|y\s?/\s?n|no\s?/\s?yes|n\s?/\s?y)[)\]]?"
    r"(?=\s*(?:[.,;|\n]|$)| {2}|\t)",
    re.IGNORECASE | re.MULTILINE,
)
ANSWER = (
    r"(?:yes|no|none|nil|y|n|neg|negative|pos|positive|absent|present|denied|denies|unknown|true|false"
    r"|[01](?!\w)|\+{1,3}|-(?![\w\d]))"
)
COLUMNS = re.compile(  # an answer in a column or behind "="
    r"(?<=[\w)])(?P<mark>(?=[ ]?(?:[\t|]|\.{3}|__)|[ ]{2})[ \t.|_]+|\s?=\s?)"
    rf"(?P<answer>{ANSWER})"
    r"(?P<end>[ \t]*(?:\t|\||$|(?=[\n.,;])|[ ]{2})[ \t|]*|[ ](?=\w+\s?=))",
    re.IGNORECASE | re.MULTILINE,
)
NEXT_COLUMN = re.compile(  # what follows an answer in the same line
    rf"(?<=[:=])(?P<answer>[ \t]*{ANSWER})(?=[ ]?[\t|]|[ ]{{2}})[ \t|]+(?=\w)", re.IGNORECASE
)
ANSWERED_SHORT = re.compile(r"(?<=[:?=])\s*[YN](?P<dot>\.)(?=\s|$)", re.IGNORECASE)  # "Fever: N."
PART = re.compile(  # of the leg, with what is found there: "Calf: soft, not tender"
    r"(?:^|(?<=[.;]\s))[ \t]*(?:(?:left|right|[lr]t?)\s)?"
    r"(?P<part>calf|calves|lower leg|leg|foot|feet)\s?:[ \t]*(?P<said>[^.;\n]+)",
    re.IGNORECASE | re.MULTILINE,
)
OF_A_PART = re.compile(
    r"(?:^|,|/|\b(?:and|or)\s)\s*(?:(?:no|not|nil|without|mild|slight|some|minimal)\s+)*(?=[a-z])",
    re.IGNORECASE,
)
BULLET = re.compile(r"[ \t]*(?:[-*\u2022\u00b7\u2013]|\d{1,2}[.)])[ \t]+")
HEADED = re.compile(r"[ \t]*([A-Za-z]\w*)[\w /'-]{0,30}:")
ITEMS = re.compile(r"(?<!\s)\s*(?:[,;]\s*(?:and\s+|or\s+)?|(?<=\s)(?:and|or|nor|&)\s+|/\s*)(?=\S)")
LONGEST = 5  # words of an item, on average
DENIAL = re.compile(r"\s*(?:no|not|without|denies|never)\b", re.IGNORECASE)
OF_A_RELATIVE = re.compile(r"(?<!\s)(?:\s+[-\u2013]\s+|\s*:\s*)")
LEADS_ON = re.compile(
    r"\b(?:following|for|history|hx|of|pmhx?)\s*$", re.IGNORECASE
)  # without a colon
ENDS = re.compile(r"\.(?=\s|$)|$")
TAIL = 30  # letters at the end of a line in which its last word stands
FULLEST = 600  # letters of a line in which a list may go on
UNFINISHED = 45  # letters of a line that was only broken because it was full
LEADING_ON = re.compile(
    r"(?:,|\b(?:a|an|and|any|as|at|by|denied|denies|for|from|had|has|have|her|his|in|is|my|no|nor|not|of|on"
    r"|or|the|to|was|with|without))$",
    re.IGNORECASE,
)
ANSWERED = re.compile(r"(?:[:?=\t]|\s[-\u2013])\s*\S+$")  # a line that ends with an answer
KINDS = {  # how every item below a heading is said
    "denying_headings": "no ",
    "family_headings": "family history of ",
    "advising_headings": "query ",
    "past_headings": "history of ",
}


def _heading(name: str) -> str:
    ways = "|".join(re.escape(one) for one in sorted(turns(name), key=len, reverse=True))
    return rf"(?P<{name}>(?:{ways}))"


HEADING = re.compile(
    rf"(?:^|(?<=[.;]\s))[ \t]*(?:{'|'.join(map(_heading, KINDS))})[ \t]*(?::[ \t]*|(?=\n|$))",
    re.IGNORECASE | re.MULTILINE,
)


def laid_out(text: str) -> WrittenOut:
    """A text whose layout is written as sentences, and where each word stands in the original.

    Examples
    --------
    >>> laid_out("Fever [ ] Yes [x] No").text
    'Fever  : no; '
    >>> laid_out("Negative for: locking, fever. Positive for: stiffness").text
    'no locking; no fever. Positive for: stiffness'
    """
    made = WrittenOut(text.replace("\r\n", " \n").replace("\r", "\n"))
    for edits in (_boxes, _answers, _headings, _parts, _breaks):
        made = made.then(rewritten(made.text, edits(made.text)))
    return made


# boxes


def _boxes(text: str) -> Iterator[Edit]:
    """A box left empty leaves open what it belongs to."""
    for line in QUESTION.finditer(text):
        boxes = list(BOX.finditer(text, line.start(), line.end()))
        if not boxes:
            continue
        stops = [*(box.start() for box in boxes[1:]), line.end()]
        behind = [text[box.end() : end] for box, end in zip(boxes, stops, strict=True)]
        before = text[line.start() : boxes[0].start()]
        bare = not before.strip(" \t-*\u2022") or before.rstrip().endswith(":")
        options = [OPTION.match(one.lstrip()) for one in behind]
        if OPTION_LAST.search(before) or (not bare and not behind[-1].strip()):
            yield from _behind_its_name(text, line, boxes)
        elif all(options) and before.strip():
            yield from _chosen(text, boxes, stops)
        else:
            for box in boxes:
                denial = DENIAL.match(
                    text, box.end()
                )  # an empty box before "no fever" says neither
                ends = denial.end() if denial is not None and box["empty"] else box.end()
                yield box.start(), ends, "; " if box["ticked"] else "; query "


def _behind_its_name(text: str, line: re.Match[str], boxes: list[re.Match[str]]) -> Iterator[Edit]:
    """``Fever [x]``, ``Redness [ ]``, ``Fever: Yes [x] No [ ]``."""
    starts = [line.start(), *(box.end() for box in boxes[:-1])]
    named = [
        OPTION_LAST.search(text[at : box.start()]) for at, box in zip(starts, boxes, strict=True)
    ]
    chosen = [box for box in boxes if box["ticked"]]
    for at, box, option in zip(starts, boxes, named, strict=True):
        if option is None:
            yield _until(text, box.start()), box.end(), ": yes; " if box["ticked"] else ": ?; "
            continue
        said = OPTIONS[option.group().strip().casefold()]
        begins = _until(text, at + option.start())
        asked = text[at:begins].strip() != ""  # the name stands before the first option
        if box["ticked"] and len(chosen) == 1:
            yield begins, box.end(), f": {said}; "
        elif asked and len(chosen) != 1:
            yield begins, box.end(), ": ?; "
        else:
            yield begins, box.end(), " "


def _chosen(text: str, boxes: list[re.Match[str]], stops: list[int]) -> Iterator[Edit]:
    """``Fever [ ] Yes [x] No``: the one that is ticked; several or none leave it open."""
    chosen = [box for box in boxes if box["ticked"]]
    for box, end in zip(boxes, stops, strict=True):
        option = OPTION.search(text, box.end(), end)
        begins = _until(text, box.start()) if box is boxes[0] else box.start()
        if option is None:
            continue
        if len(chosen) != 1:
            yield begins, option.end(), ": ?; " if box is boxes[0] else " "
        elif box is chosen[0]:
            said = OPTIONS[option.group().casefold()]
            yield begins, option.end(), f": {said}; "
        else:
            yield begins, option.end(), " "


def _until(text: str, at: int) -> int:
    """Where the blanks and marks before a place begin."""
    while at > 0 and text[at - 1] in " \t:?-":
        at -= 1
    return at


# answers in columns


def _answers(text: str) -> Iterator[Edit]:
    done = 0
    ways = (UNANSWERED, COLUMNS, NEXT_COLUMN, ANSWERED_SHORT)
    found = [match for way in ways for match in way.finditer(text)]
    for match in sorted(found, key=lambda one: one.start()):
        if match.start() < done:
            continue
        done = match.end()
        if match.re is UNANSWERED:
            yield match.start(), done, ": ?"
        elif match.re is ANSWERED_SHORT:
            yield match.start("dot"), done, ";"
        elif match.re is COLUMNS:
            yield match.start("mark"), match.end("mark"), ": "
            if match["end"]:
                yield match.start("end"), done, "; "
        else:
            yield match.start() + len(match["answer"]), done, "; "


# headings, and what stands below them


def _headings(text: str) -> Iterator[Edit]:
    """Below a heading that denies each item is denied; so with a family, and with advice."""
    for match in HEADING.finditer(text):
        name = next(kind for kind in KINDS if match[kind] is not None)
        below = _below(text, match.end())
        colon = match.group().rstrip().endswith(":")
        if not below or not (colon or LEADS_ON.search(match.group())):
            continue
        said = KINDS[name]
        start = match.start()
        for at, (begins, ends) in enumerate(below):
            yield start, begins, said if at == 0 else f"; {said}"
            yield from _items(text, begins, ends, said)
            start = ends


def _items(text: str, begins: int, ends: int, said: str) -> Iterator[Edit]:
    """The items of a line below a heading."""
    marks = [*ITEMS.finditer(text, begins, ends)]
    if said == KINDS["family_headings"]:
        marks += OF_A_RELATIVE.finditer(text, begins, ends)  # "Mother - gout"
    for mark in sorted(marks, key=lambda one: one.start()):
        yield mark.start(), mark.end(), " with " if mark.re is OF_A_RELATIVE else f"; {said}"


def _below(text: str, at: int) -> list[tuple[int, int]]:
    """The pieces of text below a heading: the rest of its line, or the lines that follow."""
    line_end = text.find("\n", at)
    line_end = len(text) if line_end < 0 else line_end
    line_end = min(line_end, at + FULLEST)
    if text[at:line_end].strip():
        stop = ENDS.search(text, at, line_end)
        ends = stop.start() if stop is not None else line_end
        return [(at, ends)] if _is_list(text[at:ends]) else []
    found: list[tuple[int, int]] = []
    bulleted: bool | None = None
    for line in LINE.finditer(text, min(line_end + 1, len(text))):
        bullet = BULLET.match(text, line.start(), line.end())
        gap = text[found[-1][1] if found else line_end : line.start()].count("\n") > 1
        headed = HEADED.match(text, line.start(), line.end())
        if (gap and found) or (headed and headed[1].casefold() not in turns("relatives")):
            break
        if bulleted is None:
            bulleted = bullet is not None
        begins = bullet.end() if bullet else line.start()
        if bulleted != (bullet is not None) or not _is_list(line.group()[begins - line.start() :]):
            break
        found.append((begins, line.end()))
    return found


def _is_list(said: str) -> bool:
    """Whether words name things, and deny or affirm none by themselves."""
    words = re.findall(r"[a-z+']+", said.casefold())
    own = turns("denying_before") | turns("yes") | turns("no") | turns("haves") | turns("verbs")
    return bool(words) and own.isdisjoint(words) and len(words) <= LONGEST * (1 + said.count(","))


def _parts(text: str) -> Iterator[Edit]:
    """What stands behind a part of the leg and a colon is found there."""
    for match in PART.finditer(text):
        words = set(re.findall(r"[a-z]+", match["said"].casefold()))
        if words.isdisjoint(SITES) and re.fullmatch(ANSWER, match["said"].strip(), re.I) is None:
            for item in OF_A_PART.finditer(match["said"]):
                at = match.start("said") + item.end()
                yield at, at, f"{match['part']} "


# lines


def _breaks(text: str) -> Iterator[Edit]:
    """A line that was only full goes on in the next one."""
    for match in BREAK.finditer(text):
        before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].rstrip()
        behind = text[match.end() : match.end() + 1]
        wrapped = match.group().count("\n") == 1 and behind.islower()
        wrapped = wrapped and (len(before) >= UNFINISHED or bool(LEADING_ON.search(before[-TAIL:])))
        wrapped = wrapped and ANSWERED.search(before[-TAIL:]) is None
        joined = wrapped and (before[-1:].isalnum() or before[-1:] == ",")
        yield match.start(), match.end(), " " if joined else "\n"
