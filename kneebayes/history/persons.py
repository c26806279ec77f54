"""How old the patient of a text is, and of which sex."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kneebayes.history.english import DECADES, NUMBERS, PRONOUNS, RELATED, SITES, turns

ONES = "one|two|three|four|five|six|seven|eight|nine"
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
NUMBER = rf"(?P<number>\d{{1,3}}(?!\d|[.,]\d)|(?:{TENS})(?:[- ](?:{ONES}))?|{TEENS}|{ONES})"
ABOUT = r"(?:(?:about|around|nearly|almost|some|just|over)\s+)?"
YOUNG = "months?|mths?|mos?|weeks?|wks?|days?"  # what the age of a baby is counted in
UNIT = r"(?P<unit>years?|yrs?|y|months?|mths?|mos?|weeks?|wks?)"
GROWN = r"(?:years?|yrs?|y)"
VERBS = "with|who|in|on|and|has|had|was|came|comes|presents|presented|complains|from|back|after"
THINGS = (  # that are so and so old, and no person
    r"(?:injur(?:y|ies)|tear\b|torn|scar|wound|fracture|problem|pain|prosthe|implant|repla|graft|shoe"
    r"|car\b|bike)"
)
OTHER_UNITS = (
    r"weeks|days|months|hours|minutes|%|kg|kilo|lbs?\b|pounds|cm|ft\b|feet|foot|['\u2019]\s?\d|st\b"
    r"|miles|km|degrees|\u00b0"
)
HOW_HOT = re.compile(
    r"\b(?:temp\w*|fever\w*|febrile|pyrexia\w*|t\b)\W*(?:\w+\W+){0,2}$", re.IGNORECASE
)
WARMEST = (95, 113)  # with F: degrees Fahrenheit, or nothing that is sure
NO_PERSON = (
    "out|fever|temperature|temp|pulse|rate|pressure|bmi|crp|esr|count|size|score|total|dose|level|value"
    "|pain|number|power|factor|tumou?r|ulcer|shoulder|finger|over|after|under|lower|upper|other"
)
TITLES = "Mr|Mrs|Ms|Miss|Master|Mdm|Madam"
PEOPLE = "|".join(sorted(turns("people")))
TRADES = "|".join(sorted(turns("trades")))
INTRODUCED = re.compile(  # who a text begins with: "A retired teacher ...", "34 yo trainer ..."
    r"\s*(?:(?:the|this|our)\s+patient(?:\s+is|,)\s+)?(?:an?\s|\d)"
    rf"(?:(?!(?:and|at|by|for|from|in|of|on|to|who|with|my|his|her|their)\b)[\w/'-]+\s+){{0,5}}?"
    rf"(?P<trade>{TRADES})\b(?!['\u2019])"
)
RELATIVES = "|".join(sorted(turns("relatives")))
WAYS = (  # of saying an age; the first that fits counts
    rf"\b{NUMBER}[-\s]?{UNIT}?[-\s]*(?:/?\s*o\b|of\s+age\b|old\b)(?!\s+(?:(?!(?:{PEOPLE})\b)\w+\s+){{0,2}}{THINGS})",
    rf"\b(?<!at\s)(?<!at\sthe\s)age[d]?\s*[:=]?\s*{NUMBER}(?:[-\s]?(?P<unit>years?|yrs?|y|{YOUNG}))?\b",
    rf"\b{NUMBER}[-\s](?P<unit>days?)[-\s]old\s(?:\w+\s)?(?:{PEOPLE})\b",
    rf"\b(?:baby|infant)(?:\s(?:boy|girl))?,?\s{NUMBER}[-\s]?(?P<unit>{YOUNG})(?=\s*[,.;:)]|$)",
    rf"\b(?:i\s+am|i['\u2019]?m)\s+{ABOUT}{NUMBER}\b(?!\s*(?:{OTHER_UNITS}))",
    rf"\b(?P<letter>(?-i:[FM]))[\s,/]*{NUMBER}\b(?![.\d%]|\s(?:{YOUNG})\b)",
    rf"(?<![.\w]){NUMBER}\s?(?:(?P<unit>mos?|mths?|months?)|yo|y|/)?\s?(?P<letter>(?-i:[FM]))\b",
    rf"\b(?:{PEOPLE}|bloke|lad|lass|guy),\s?{NUMBER}(?=\s*(?:[,.;:]|$))(?![.,]\d)",
    rf"\b(?:i\s+am|i['\u2019]?m)\b[^.;:\d]*,\s?{NUMBER}(?=\s*[,.;])(?![.,]\d)",
    rf"\bi\s+have\s+{NUMBER}\s+(?P<unit>years)\b(?=\s*[,.;:]|\s+and\b|\s+old\b)",
    # "Male 35, ...", "Boy 11 y.", "15 yr male", "I'm a lady of 55", "82 years young", "he's twelve"
    rf"\b(?:{PEOPLE})\s{NUMBER}\s?{GROWN}?\b(?=\s*[,.;:)]|\s+(?:{VERBS})\b)(?![.,]\d)",
    rf"(?<![\d.])\b{NUMBER}[-\s]?(?P<unit>years?|yrs?|y)[-\s]?(?:{PEOPLE}|young)\b",
    rf"(?:^|(?<=[.:;]\s)){NUMBER},?\s(?:male|female|man|woman|boy|girl)\b",  # "29, male."
    rf"\b(?:boy|girl|lad|lass|kid|little\sone)\s+is\s+{ABOUT}{NUMBER}(?=\s*[,.;])(?![.,]\d)",
    (
        rf"\b(?:i\s+am|i['\u2019]?m)\s+an?\s+(?:\w+\s+)?(?:{PEOPLE}|bloke|lad|lass|guy)\s+(?:of|aged)"
        rf"\s+{ABOUT}{NUMBER}\b(?!\s*(?:{OTHER_UNITS}))"
    ),
    rf"\b(?:{PEOPLE}|bloke|lad|lass|guy)\s+here,?\s+{NUMBER}(?=\s*[,.;:])(?![.,]\d)",
    rf"\bwho(?:['\u2019]s|\s+is)\s+{ABOUT}{NUMBER}(?=\s*[,.;]|\s+and\b)(?![.,]\d)",
    rf"\b(?:{TITLES})\.?\s+(?:\w+\.?,?\s+){{1,2}}(?:is\s+|aged\s+)?{NUMBER}(?=\s*[,.;:]|\s+and\b)(?![.,]\d)",
    rf"\b(?:he|she)(?:['\u2019]s|\s+is)\s+(?:only\s+)?{ABOUT}{NUMBER}(?=\s*[,.;]|\s+and\b)(?![.,]\d)",
)
SEX_BY_LETTER = (  # 49M, M 35, 25-yr-old fighter (M)
    re.compile(
        r"(?<![.\d])\d{1,3}(?:[-\s]?(?:year|yr|y)s?[-\s/]?(?:old|o)|\s?yo|\s?y|\s?/)?\s?"
        r"(?P<letter>[FM])\b(?!\s?/\s?[FM]\b)"
    ),
    re.compile(r"(?<![\w/])(?P<letter>[FM])[\s,/]*\d{1,2}\b(?![.\d%])"),
    re.compile(r"\((?P<letter>[FM])\)"),
    re.compile(  # "19 m here", "training for it, 37 f, ..."
        r"(?:^|(?<=[.:;,]\s)|(?<=\b[Ii]'m\s))\d{1,2}\s?(?P<letter>[mf])(?=[,.;:]|\s+here\b|$)"
    ),
)
SEX_BY_WORD = re.compile(
    r"(?:\bi['\u2019]m\s+an?\s+|\bi\s+am\s+an?\s+|\bi\s+was\s+an?\s+|\bold\s+|\d\s?yo\s+|\d,\s?|^\s*)"
    r"(?:(?P<male>bloke|fella|fellow|lad|chap|guy|gent|widower)|(?P<female>lass|gal|widow))\b",
    re.IGNORECASE,
)
AGES = tuple(re.compile(way, re.IGNORECASE) for way in WAYS)
IN_DECADE = re.compile(
    r"\bin\s+(?:his|her|their|my|the)\s+(?P<part>early|mid|middle|late)?[-\s]?"
    rf"(?P<decade>{'|'.join(DECADES)})\b",
    re.IGNORECASE,
)
OF = rf"\s+(?:of|aged)\s+{ABOUT}{NUMBER}(?:\s+{UNIT})?"
NO_AGE = r"\b(?!\s*(?:cm|mm|kg|%|days|hours|minutes|out|of\b|/))"
PERSON = rf"\b(?!(?:{NO_PERSON})\b)(?:{PEOPLE}|[A-Za-z]+(?:er|or|ist|man))"
STARTS = (  # only at the start of a text: "Woman of 87: ..."
    rf"\b(?!(?:ages?|{NO_PERSON})\b)[A-Za-z]+{OF}(?=\s*[:,.;]|\s+(?:{VERBS})\b)",
    rf"{PERSON}{OF}{NO_AGE}",
)
FIRST = (  # only at the start of a sentence within the start of a text
    rf"(?:^|(?<=[.:;]\s)){NUMBER}\s?{UNIT}(?=[,.;:]|\s*$)",  # "Seen with wife. 74 yrs. Lump ..."
    (
        rf"(?:^|(?<=[.:;,]\s)|(?<=\bam\s)|(?<=\bi'm\s)){NUMBER}\s?(?P<letter>[mfMF])"
        r"(?=[,.;:]|\s+here\b|\s*$)"
    ),  # "19 m here", "training, 37 f, ..."
    rf"(?<=[.!?]\s){NUMBER}\.?\s*$",
    # "Fit forester, 39. Left knee ..."
    rf"^(?:[A-Za-z-]+\s){{0,3}}{PERSON},\s{NUMBER}(?=[.,;:]\s)",
    rf"(?:^|(?<=\ssaw\s)|(?<=\ssee\s)|(?<=[.:;]\s))(?-i:[A-Z][a-z]+),\s{NUMBER}(?=,)",
)
OF_A_RELATIVE = (  # where he or she is the patient
    rf"\b(?P<relative>{RELATIVES})\s\(\s?{NUMBER}\s?{UNIT}?\s?\)",  # "My husband (61) woke ..."
    rf"\b(?P<relative>{RELATIVES})\s+(?:is|was)\s+{ABOUT}{NUMBER}(?=\s*[,.;]|\s+(?:{VERBS})\b)(?![.,]\d)",
    rf"\b(?P<relative>{RELATIVES}),\s{NUMBER}(?=\s*,)",
)
AT_FIRST = tuple(re.compile(way, re.IGNORECASE) for way in FIRST)
AT_RELATIVE = tuple(re.compile(way, re.IGNORECASE) for way in OF_A_RELATIVE)
AT_START = tuple(re.compile(way, re.IGNORECASE) for way in STARTS)
START = 200  # characters
TELLING = 12  # words at the start of a sentence in which somebody says whom it is about
OLDEST = 120  # years
YEARS = {"y": 1.0, "m": 1 / 12, "w": 7 / 365.25, "d": 1 / 365.25}
PART = {"early": -3, "mid": 0, "middle": 0, "late": 2, "": 0}
SMALLEST = 3  # what is less and has no unit is no age: "one old"
OWNING = frozenset({"my", "our", "old"})  # "my mum", "15 year old daughter"
NO_PATIENTS = frozenset({"colleague", "familial", "family", "parents", "relative", "relatives"})
ONESELF = frozenset({"i", "me", "mine", "my", "myself", "our", "us", "we"})
GOING_ON = frozenset({",", "also", "and", "because", "but", "now", "so", "then", "today", "when"})
SAYING = turns("reporting") | {"also"}
GOES_ON = re.compile(  # a new sentence goes on about the same person, or the age follows
    r"^\s+is\s+\d|[.;!?]\s.*\b(?:he|she|his|her)\b|^[^.;!?]*(?:\bhe|\bshe|,\s?(?:he|she))['\u2019]s\s",
    re.DOTALL,
)
WITNESS = re.compile(r"\b(?:dear|by|with(?:\s+(?:his|her|the|my))?)\s+[a-z]+\b")
OF_ONESELF = re.compile(
    rf"\b[Mm]y\s+(?:\w+\s+)?(?:{'|'.join(sorted(SITES))})|\b[Mm]y\s+(?:own|right|left)\b"
    r"|\bI\s?(?:['\u2019]m|am)\s+(?:an?\b|\d|in\s+my)|\bI\s?(?:['\u2019]ve|have|had)\s+(?:an?|the|this|been|had|pain"
    r"|no)\b|\bI\s+(?:fell|twisted|slipped|tripped|hurt|landed|woke|cannot|can['\u2019]t|feel|felt|was|get|got)\b"
)
OWN_BODY = re.compile(  # told by whoever is the patient: he and she are others
    rf"\b[Mm]ine\b|\b[Mm]y\s+(?:(?!(?:{RELATIVES})s?\b)\w+\s+)?(?:{'|'.join(sorted(SITES))})s?\b"
)
RECALLED = re.compile(  # what whoever tells of another had, too, or at that age
    r"\b(?:when\si\swas|at\s(?:his|her|their|that)\sage|as\san?\s(?:boy|child|girl|kid|teenager)|years\sago"
    r"|in\smy\s(?:childhood|teens|youth))\b"
    r"|\bi\s(?:fell|got|had|hurt|injured|tore|twisted|was)\b.*\b(?:also|as\swell|once|too)\b",
    re.IGNORECASE,
)
LASTING = re.compile(r"\b(?:now|since|still)\b|\b[Ii]\s?(?:'m|'ve|am|feel|get|have)\b")
NO_WITNESS = frozenset({"doctor", "physician", "surgeon"})  # whose pronouns may be meant


def others_told_of(
    text: str, sentences: Sequence[Sequence[str]], patient: frozenset[str]
) -> list[int | None]:
    """For each sentence the place of the pronoun that makes it one about somebody else.

    So it is where a patient tells of a relative and goes on: ``She has had a hot knee before``.
    """
    found: list[int | None] = []
    own, told = not patient and OWN_BODY.search(text) is not None, False
    related = not patient.isdisjoint(turns("relatives"))
    for words in sentences:
        if related and "i" in words and _is_recalled(" ".join(words)):
            found.append(words.index("i"))
            continue
        start = next((at for at, word in enumerate(words) if word not in GOING_ON), 0)
        they = {"they", "their"}.union(*PRONOUNS.values())
        is_theirs = own and told and words[start] in they and ONESELF.isdisjoint(words)
        reported = not turns("reporting").isdisjoint(words[start : start + 4])
        found.append(start if is_theirs and not reported else None)
        told = told or not (turns("relatives") | turns("bearers")).isdisjoint(words)
    return found


def _is_recalled(sentence: str) -> bool:
    """Whether somebody tells what he or she once had: ``When I was a girl I had a bad knee``."""
    lasts = LASTING.search(sentence) is not None or OWN_BODY.search(sentence) is not None
    return RECALLED.search(sentence) is not None and not lasts


@dataclass(frozen=True, slots=True)
class Age:
    """An age in years, and where the text says so."""

    years: float
    start: int
    end: int


def patient_among_relatives(text: str) -> frozenset[str]:
    """The word for a relative, or for a trade, by which the patient is first told of.

    Examples
    --------
    >>> sorted(patient_among_relatives("My little son has been limping. He has no fever."))
    ['son']
    >>> sorted(patient_among_relatives("My mum is 83 and her knee has been hot since Sunday."))
    ['mum']
    >>> patient_among_relatives("My son had this too. My knee hurts.")
    frozenset()
    >>> sorted(patient_among_relatives("A 40-year-old primary school teacher has a swollen calf."))
    ['teacher']
    """
    sentences = re.split(r"(?<=[.;!?])\s", text)
    if any(OF_ONESELF.search(one) and not _is_recalled(one) for one in sentences):
        return frozenset()
    introduced = INTRODUCED.match(text[:START].casefold())
    if introduced is not None:
        return frozenset([introduced["trade"]])
    start = re.split(r"[.;!?]\s", text[:START].casefold())[:2]
    for number, sentence in enumerate(start):
        if number and not SITES.isdisjoint(re.findall(r"[a-z]+", start[0])):
            break  # somebody was told of already
        words = re.findall(r"[a-z]+", sentence)[:TELLING]
        for at, word in enumerate(words):
            led_on = words[at + 1] if at + 1 < len(words) else ""
            owned = not (at and OWNING.isdisjoint(words[max(0, at - 3) : at]))  # "Dad has ..."
            known = word in turns("relatives") - NO_PATIENTS and led_on not in SAYING
            if known and owned and GOES_ON.search(text.casefold().partition(word)[2]):
                return frozenset([word])
    return frozenset()


def find_age(text: str, patient: frozenset[str] = frozenset()) -> Age | None:
    """The age of the patient (who may be a child, by one of these words), not that of a relative.

    Examples
    --------
    >>> find_age("A 34-year-old woman").years, find_age("A man in his late sixties").years
    (34.0, 67.0)
    """
    ages = [age for age in _ages(text, patient) if 0 < age.years <= OLDEST]
    if ages:
        return min(ages, key=lambda age: age.start)
    start = text.split("\n", maxsplit=1)[0][:START]
    found = (
        _age_of(match, start, patient, smallest=1)
        for way in (*AT_START, *AT_FIRST, *(AT_RELATIVE if patient else ()))
        for match in way.finditer(start)
    )
    return next((age for age in found if age is not None and 0 < age.years <= OLDEST), None)


def _ages(text: str, patient: frozenset[str]) -> Iterator[Age]:
    for match in IN_DECADE.finditer(text):
        if not _is_of_a_relative(text, match.start(), patient):
            middle = DECADES[match["decade"].casefold()]
            years = middle + PART[(match["part"] or "").casefold()]
            yield Age(years, match.start(), match.end())
    for way in AGES:
        for match in way.finditer(text):
            age = _age_of(match, text, patient)
            if age is not None:
                yield age


def _age_of(
    match: re.Match[str], text: str, patient: frozenset[str], smallest: int = SMALLEST
) -> Age | None:
    """The age that a match says, if it is one of the patient."""
    relative = (match.groupdict().get("relative") or "").casefold()
    others = relative and relative not in patient
    if others or _is_of_a_relative(text, match.start(), patient):
        return None
    unit = (match.groupdict().get("unit") or "").casefold()
    number = _number(match["number"])
    lettered = match.groupdict().get("letter") or ""
    degrees = lettered == "F" and WARMEST[0] <= number <= WARMEST[1]
    degrees = degrees or (lettered != "" and HOW_HOT.search(text[: match.start()]) is not None)
    if (not unit and number < smallest) or degrees:
        return None
    return Age(number * YEARS[(unit or "y")[0]], match.start(), match.end())


def _number(text: str) -> float:
    """A number in digits or in words."""
    if text.isdigit():
        return float(text)
    return sum(NUMBERS[part] for part in text.casefold().replace("-", " ").split())


def _is_of_a_relative(text: str, at: int, patient: frozenset[str]) -> bool:
    """Whether the sentence speaks of a relative before a place."""
    before = WITNESS.sub("", re.split(r"[.;:!?]", text[:at])[-1].casefold())
    return not (turns("relatives") - patient).isdisjoint(re.findall(r"[a-z]+", before))


def _sex_in_short(text: str, patient: frozenset[str]) -> tuple[str, int, int] | None:
    """The sex by a letter beside the age, or by an everyday word of whom the text is about."""
    for way in SEX_BY_LETTER:
        for match in way.finditer(text[:START]):
            degrees = HOW_HOT.search(text[: match.start()]) is not None
            fahrenheit = re.match(rf"(?:{WARMEST[0]}|9[6-9]|1\d\d)\s?F", match.group()) is not None
            if degrees or fahrenheit or _is_of_a_relative(text, match.start(), patient):
                continue
            sex = "female" if match["letter"] in "Ff" else "male"
            return sex, match.start("letter"), match.end("letter")
    for match in SEX_BY_WORD.finditer(text):
        if not _is_of_a_relative(text, match.start(), patient):
            sex = "male" if match["male"] else "female"
            return sex, match.start(sex), match.end(sex)
    return None


def find_sex(text: str, patient: frozenset[str] = frozenset()) -> tuple[str, int, int] | None:
    """``female`` or ``male`` by the pronouns of the patient, where all agree, and where they stand.

    Sentences that speak of somebody else are passed over.

    Examples
    --------
    >>> find_sex("A player hurt her knee.")
    ('female', 14, 17)
    """
    named = _sex_in_short(text, patient)
    if named is not None or (not patient and OWN_BODY.search(text) is not None):
        return named
    found: dict[str, tuple[int, int]] = {}
    telling = {sex: pronouns | (RELATED[sex] & patient) for sex, pronouns in PRONOUNS.items()}
    for sentence in re.finditer(r"[^.;!?]+", text):
        words = list(re.finditer(r"[a-z]+", sentence.group().casefold()))
        others = (turns("relatives") - patient) | NO_WITNESS
        if not others.isdisjoint(word.group() for word in words):
            continue
        for word in words:
            for sex, pronouns in telling.items():
                if word.group() in pronouns:
                    start = sentence.start() + word.start()
                    found.setdefault(sex, (start, start + len(word.group())))
    if len(found) != 1:
        return None
    sex, (start, end) = next(iter(found.items()))
    return sex, start, end
