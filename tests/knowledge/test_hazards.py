"""What can be wrong with a knowledge folder, and what the error says about it.

Each fault of the tables is put into a copy of a sound folder, alone: it must be refused as
the only problem, with the file it stands in, what is wrong and what to do.
"""

import contextlib
import gzip
import io
import random
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import DATA, Edit

import kneebayes as kb
from kneebayes.errors import KneebayesError, Problem
from kneebayes.knowledge import lint, read_knowledge

Fault = tuple[str, str | None, str | bytes | None]

CURRENT = 'model_year.current = { risk = 2, because = "C01" }'
RUST = "causes/rusty_bolt.toml"
WIRE = "causes/loose_wire.toml"
MOON = "causes/moon_magnet.toml"
SQUEAKS = 'how_often = "often", because = "assumed: rust squeaks"'


def zipped(content: bytes) -> bytes:
    """The content as a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("findings.toml", content)
    return buffer.getvalue()


def squeaks(amount: str) -> Fault:
    """The fault of a rusty bolt that squeaks with a given frequency."""
    return (RUST, SQUEAKS, SQUEAKS.replace('"often"', amount))


def sparks(field: str) -> Fault:
    """The fault of a finding with another leak."""
    return ("findings.toml", "leak = 0.01", field)


def rain(field: str) -> Fault:
    """The fault of a context with another share."""
    return ("contexts.toml", "share = [0.2, 0.4]", field)


def problems_of(folder: Path) -> Sequence[Problem]:
    """The problems for which a folder is refused."""
    with pytest.raises(kb.KnowledgeError) as caught:
        kb.load(folder)
    assert caught.value.folder == str(folder)
    for problem in caught.value.problems:
        assert str(problem) in str(caught.value)
    return caught.value.problems


FILES = {
    "missing file": (("findings.toml", None, None), "findings.toml", "missing", "Add it"),
    "no causes folder": (("causes", None, None), "causes/", "no cause", "one file per cause"),
    "oversize": (("findings.toml", None, "#" * 1_000_001), "findings.toml", "1,000,001 bytes", ""),
    "gzip": (
        ("findings.toml", None, gzip.compress(b"a = 1", mtime=0)),
        "findings.toml",
        "compressed (gzip)",
        "plain",
    ),
    "zip": (
        ("findings.toml", None, zipped(b"a = 1")),
        "findings.toml",
        "compressed (zip)",
        "plain",
    ),
    "gzipped table": (
        ("claims.csv", None, gzip.compress(b"id", mtime=0)),
        "claims.csv",
        "compressed (gzip)",
        "plain",
    ),
    "latin-1": (
        ("groups.toml", None, '[a]\nlabel = "caf\u00e9"'.encode("latin-1")),
        "groups.toml",
        "byte 16 is not UTF-8",
        "UTF-8",
    ),
    "utf-16": (
        ("groups.toml", None, '[a]\nlabel = "b"'.encode("utf-16")),
        "groups.toml",
        "byte 0 is not UTF-8",
        "UTF-8",
    ),
    "broken TOML": (sparks("leak = "), "findings.toml", "not valid TOML", "line 18"),
    "key twice": (
        ("findings.toml", "[sparks]", "[squeak]"),
        "findings.toml",
        "twice",
        "line 15",
    ),
    "brackets without end": (
        ("groups.toml", None, "x = " + "[" * 5_000),
        "groups.toml",
        "not valid TOML",
        "",
    ),
    "very deep dotted key": (
        ("groups.toml", None, ".".join(["a"] * 5_000) + " = 1"),
        "groups.toml",
        "",
        "",
    ),
    "integer of 5,000 digits": (sparks("leak = 1" + "0" * 5_000), "findings.toml", "", ""),
    "no content at all": (("knowledge.toml", None, ""), "knowledge.toml", "", ""),
    "cause without content": ((MOON, None, ""), MOON, "", ""),
    "header": (
        ("claims.csv", "id,section", "id,chapter"),
        "claims.csv: line 1",
        "the header is 'id,chapter,",
        "It must be 'id,section,",
    ),
    "no header": (("claims.csv", None, ""), "claims.csv: line 1", "the header is ''", "must be"),
    "field too many": (
        ("claims.csv", "A rusty bolt often", "A rusty, bolt often"),
        "claims.csv: line 2",
        "9 fields",
        "must be 8",
    ),
    "field too few": (
        ("claims.csv", "often,A rusty", "A rusty"),
        "claims.csv: line 2",
        "7 fields",
        "must be 8",
    ),
    "quote without end": (
        ("claims.csv", "often,A rusty", 'often,"A rusty'),
        "claims.csv: line 2",
        "a text begins with a quotation mark and has none at its end",
        "Close it in the line",
    ),
    "quotation mark within": (
        ("claims.csv", "often,A rusty", 'often,"A "rusty"'),
        "claims.csv: line 2",
        "a quotation mark ends a text in its middle",
        "write each of them twice",
    ),
    "markup in a label": (
        ("findings.toml", 'label = "squeak"', 'label = "<img src=x onerror=alert(1)>"'),
        "findings.toml: squeak.label",
        "markup",
        "'<'",
    ),
    "line break in a label": (
        ("findings.toml", 'label = "squeak"', 'label = "squ\\neak"'),
        "findings.toml: squeak.label",
        "",
        "",
    ),
    "mark that turns text round": (
        ("findings.toml", 'label = "squeak"', 'label = "squ\\u202eeak"'),
        "findings.toml: squeak.label",
        "",
        "",
    ),
    "label without a letter": (
        ("findings.toml", 'label = "squeak"', 'label = "---"'),
        "findings.toml: squeak.label",
        "",
        "",
    ),
    "markup in a claim": (
        ("claims.csv", "A rusty bolt often", "A <b>rusty</b> bolt often"),
        "claims.csv: line 2",
        "markup",
        "'<'",
    ),
    "markup in a key": (
        ("findings.toml", "[squeak]", '["<b>"]'),
        "findings.toml: <b>",
        "markup",
        "'<'",
    ),
}

NUMBERS = {
    "above 1": (squeaks("1.5"), f"{RUST}: shows.squeak", "how_often must be in [0, 1], got 1.5"),
    "below 0": (squeaks("-0.1"), f"{RUST}: shows.squeak", "how_often must be in [0, 1], got -0.1"),
    "range above 1": (squeaks("[0.2, 1.4]"), f"{RUST}: shows.squeak", "in [0, 1], got 1.4"),
    "range turned round": (
        squeaks("[0.8, 0.2]"),
        f"{RUST}: shows.squeak",
        "[low, high] with low <= high, got [0.8, 0.2]",
    ),
    "nan": (squeaks("nan"), f"{RUST}: shows.squeak.how_often", "nan is not a number to reason"),
    "inf": (squeaks("inf"), f"{RUST}: shows.squeak.how_often", "inf is not a number to reason"),
    "minus inf": (squeaks("-inf"), f"{RUST}: shows.squeak.how_often", "-inf is not a number"),
    "1e999": (squeaks("1e999"), f"{RUST}: shows.squeak.how_often", "inf is not a number"),
    "nan in a range": (
        squeaks("[nan, 1.0]"),
        f"{RUST}: shows.squeak.how_often[0]",
        "nan is not a number to reason",
    ),
    "true": (squeaks("true"), f"{RUST}: shows.squeak", ""),
    "range of one": (squeaks("[0.1]"), f"{RUST}: shows.squeak.how_often", ""),
    "range of three": (squeaks("[0.1, 0.2, 0.3]"), f"{RUST}: shows.squeak.how_often", ""),
    "date": (squeaks("1979-05-27"), f"{RUST}: shows.squeak.how_often", "1979-05-27"),
    "leak above 1": (sparks("leak = 1.5"), "findings.toml: sparks", "leak must be in [0, 1]"),
    "leak nan": (sparks("leak = nan"), "findings.toml: sparks.leak", "nan is not a number"),
    "leak turned round": (
        sparks("leak = [0.5, 0.2]"),
        "findings.toml: sparks",
        "leak must be [low, high] with low <= high",
    ),
    "share above 1": (rain("share = 1.5"), "contexts.toml: rain", "share must be in [0, 1]"),
    "share inf": (rain("share = inf"), "contexts.toml: rain.share", "inf is not a number"),
    "share and leak": (
        rain("share = 0.1\nleak = 0.1"),
        "contexts.toml: rain",
        "exactly one of 'share', 'leak' and 'states'",
    ),
    "shares not adding to 1": (
        ("contexts.toml", 'label = "prototype", share = 0.25', 'label = "prototype", share = 0.35'),
        "contexts.toml: model_year",
        "the shares of the states must add up to 1, got 1.1",
    ),
    "state twice": (
        ("contexts.toml", 'id = "current"', 'id = "vintage"'),
        "contexts.toml: model_year",
        "vintage",
    ),
    "risk below 0": ((RUST, "[2, 4]", "-1"), f"{RUST}: raised_by.model_year", "risk must be"),
    "risk that protects": (
        (RUST, "[2, 4]", "[0.5, 2.0]"),
        f"{RUST}: raised_by.model_year",
        "risk must be at least 1 (a noisy-OR cannot protect), got 0.5",
    ),
    "risk too large": ((RUST, "[2, 4]", "1001"), f"{RUST}: raised_by.model_year", "risk must be"),
    "published turned round": (
        (WIRE, "[0.3, 0.35]", "[0.4, 0.35]"),
        f"{WIRE}: commonness",
        "published must be [low, high] with low <= high",
    ),
    "word with low above high": (
        ("lexicons.toml", "low = 0.6, value = 0.7, high = 0.8", "low = 0.8, value = 0.7, high = 1"),
        "lexicons.toml: plain.frequency.often",
        "low <= value <= high is needed, got 0.8, 0.7, 1",
    ),
    "word above 1": (
        ("lexicons.toml", "low = 0.6, value = 0.7, high = 0.8", "low = 0.6, value = 1.7, high = 2"),
        "lexicons.toml: plain",
        "must lie between 0 and 1",
    ),
    "word below 0": (
        ("lexicons.toml", "low = 0.6, value = 0.7", "low = -0.6, value = -0.2"),
        "lexicons.toml: plain",
        "must lie between 0 and 1",
    ),
    "common above 1": (
        ("lexicons.toml", "value = 0.6, high = 0.7", "value = 1.6, high = 1.7"),
        "lexicons.toml: plain",
        "must lie between 0 and 1",
    ),
    "evoking above 1": (
        ("lexicons.toml", "value = 0.9, high = 0.95", "value = 1.9, high = 1.95"),
        "lexicons.toml: plain",
        "must lie between 0 and 1",
    ),
    "word for a risk below 0": (
        ("lexicons.toml", "low = 1.5, value = 2", "low = -3, value = -2"),
        "lexicons.toml: plain",
        "must lie between 1 and 1000",
    ),
    "burden out of scale": (
        ("tests.toml", "burden = 1", "burden = 6"),
        "tests.toml: methods.ohmmeter.burden",
        "burden must be at most 5",
    ),
}

FIELDS = {
    "missing field": (
        (RUST, 'about = "A bolt that has rusted."\n', ""),
        f"{RUST}: about",
        "the field is missing. Add it.",
    ),
    "missing leak": (
        sparks(""),
        "findings.toml: sparks",
        "needs exactly one of 'leak' and 'specificity'",
    ),
    "missing because": (
        (RUST, 'headache = { how_often = "often", because = "C01" }', "headache.how_often = 0.5"),
        f"{RUST}: shows.headache.because",
        "the field is missing. Add it: a claim's id, a reference, or 'assumed: <reason>'",
    ),
    "missing because of a risk": (
        (RUST, ', because = "C04"', ""),
        f"{RUST}: raised_by.rain.because",
        "the field is missing. Add it: a claim's id, a reference, or 'assumed: <reason>'",
    ),
    "missing because of a state's risk": (
        (RUST, '[2, 4], because = "rust2099"', "[2, 4]"),
        f"{RUST}: raised_by.model_year.vintage.because",
        "the field is missing. Add it: a claim's id, a reference, or 'assumed: <reason>'",
    ),
    "extra field": (
        ("findings.toml", 'aliases = ["squeaking"]', 'alises = ["squeaking"]'),
        "findings.toml: squeak.alises",
        "'alises' is not a field here. Did you mean 'aliases'?",
    ),
    "extra field like no other": (
        ("findings.toml", 'aliases = ["squeaking"]', 'zzz = ["squeaking"]'),
        "findings.toml: squeak.zzz",
        "'zzz' is not a field here. Leave it out. Allowed: against, aliases, among, because, ",
    ),
    "extra field within a field": (
        (RUST, "[commonness]", "[commonness]\nzzz = 0.3"),
        f"{RUST}: commonness.zzz",
        "Allowed: assumed, assumed_because, because, note, overruled, part, published, published_",
    ),
    "extra field of a statement": (
        (RUST, SQUEAKS, "zzz = 0.3, " + SQUEAKS),
        f"{RUST}: shows.squeak.zzz",
        "Allowed: among, because, how_often, in_cases, layer, note, risk, word, word_because.",
    ),
    "extra field of a statement like another": (
        (RUST, SQUEAKS, "layr = 0.3, " + SQUEAKS),
        f"{RUST}: shows.squeak.layr",
        "'layr' is not a field here. Did you mean 'layer'?",
    ),
    "how often and risk": (
        (RUST, SQUEAKS, "risk = 2, " + SQUEAKS),
        f"{RUST}: shows.squeak",
        "needs exactly one of 'how_often', 'risk' and 'in_cases'",
    ),
    "neither how often nor risk": (
        (RUST, SQUEAKS, SQUEAKS.replace('how_often = "often", ', "")),
        f"{RUST}: shows.squeak",
        "needs exactly one of 'how_often', 'risk' and 'in_cases'",
    ),
    "kind": (
        ("tests.toml", 'kind = "test"', 'kind = "tset"'),
        "tests.toml: results.short_circuit.kind",
        "'complaint', 'symptom', 'sign', 'history' or 'test'. Got 'tset'",
    ),
    "level": (
        ("urgency.toml", '"soon"', '"later"'),
        "urgency.toml: hot_and_wet.level",
        "'now' or 'soon'. Got 'later'",
    ),
    "schema": (
        ("knowledge.toml", "schema_version = 1", "schema_version = 2"),
        "knowledge.toml: schema_version",
        "Got '2'",
    ),
    "not a table": (
        ("findings.toml", "[headache]", "zzz = 3\n[headache]"),
        "findings.toml: zzz",
        "a table is needed, got 3. Write [zzz].",
    ),
    "table of tests that is none": (
        ("tests.toml", "[methods.ohmmeter]", '[reslts.x]\nlabel = "x"\n[methods.ohmmeter]'),
        "tests.toml: reslts",
        "'reslts' is not a field here. Did you mean 'results'?",
    ),
    "results that are no table": (
        ("tests.toml", None, "results = 3"),
        "tests.toml: results",
        "a table of entries is needed",
    ),
    "id of a cause": (
        ("causes/Bad Name.toml", None, (DATA / "tiny" / MOON).read_text(encoding="utf-8")),
        "causes/Bad Name.toml: id",
        "Got 'Bad Name'",
    ),
    "id of a claim": (
        ("claims.csv", "C06,1", "claim six,1"),
        "claims.csv: line 7.id",
        "Got 'claim six'",
    ),
    "published without a source": (
        (WIRE, 'published_because = "rust2099"\n', ""),
        f"{WIRE}: commonness",
        "'published' and 'published_because' go together",
    ),
    "rule without a sign": (
        ("urgency.toml", 'any_of = ["sparks"]\n', ""),
        "urgency.toml: sparks",
        "needs 'all_of', 'any_of' or both",
    ),
    "rule that can never fire": (
        ("urgency.toml", 'any_of = ["sparks"]', 'any_of = ["sparks"]\nat_least = 3'),
        "urgency.toml: sparks",
        "at_least",
    ),
}

NAMES = {
    "finding": (
        (RUST, "squeak =", "squeek ="),
        f"{RUST}: shows.squeek",
        "'squeek' has no entry in this folder. Did you mean 'squeak'?",
    ),
    "cause": (
        (WIRE, "rusty_bolt =", "rusty_bold ="),
        f"{WIRE}: raised_by.rusty_bold",
        "'rusty_bold' has no entry in this folder. Did you mean 'rusty_bolt'?",
    ),
    "finding like no other": (
        (RUST, "squeak =", "xyzzy ="),
        f"{RUST}: shows.xyzzy",
        "'xyzzy' has no entry in this folder. Add it (what is told or seen stands in findings",
    ),
    "shown by": (
        ("tests.toml", "loose_wire =", "lose_wire ="),
        "tests.toml: results.short_circuit.shown_by.lose_wire",
        "'lose_wire' has no entry in this folder. Did you mean 'loose_wire'?",
    ),
    "state": (
        (RUST, "model_year.vintage", "model_year.future"),
        f"{RUST}: raised_by.model_year",
        "'future' is not a state of 'model_year'. Its states are: vintage, current, prototype.",
    ),
    "present of a context with states": (
        ("contexts.toml", 'states = [\n  { id = "vintage"', "states = [\n  { id = 'present'"),
        f"{RUST}: raised_by.model_year",
        "'vintage' is not a state of 'model_year'. Its states are: present, current, prototype.",
    ),
    "member": (
        ("groups.toml", '["rusty_bolt", "loose_wire"]', '["rusty_bold", "loose_wire"]'),
        "groups.toml: wear.members",
        "'rusty_bold' is not a cause of this folder. Did you mean 'rusty_bolt'?",
    ),
    "sign": (
        ("urgency.toml", '["sparks"]', '["sparkz"]'),
        "urgency.toml: sparks",
        "'sparkz' is not a finding of this folder. Did you mean 'sparks'?",
    ),
    "sign with a state": (
        ("urgency.toml", '["sparks"]', '["sparks.present"]'),
        "urgency.toml: sparks",
        "'sparks.present': a rule names what is present, without a state. Write sparks;",
    ),
    "method": (
        ("tests.toml", 'method = "ohmmeter"', 'method = "ohmeter"'),
        "tests.toml: results.short_circuit.method",
        "'ohmeter' is not a method of this folder. Did you mean 'ohmmeter'?",
    ),
    "complaint": (
        ("knowledge.toml", 'complaint = "headache"', 'complaint = "headake"'),
        "knowledge.toml: complaint",
        "'headake' is not a finding of this folder. Did you mean 'headache'?",
    ),
    "lexicon": (
        ("knowledge.toml", '"plain"', '"plan"'),
        "knowledge.toml: lexicon",
        "'plan' is not a lexicon of this folder. Did you mean 'plain'?",
    ),
    "finding that points to a cause": (
        (WIRE, "sparks = { evokes", "sparkz = { evokes"),
        f"{WIRE}: evoked_by",
        "'sparkz' is not a finding of this folder. Did you mean 'sparks'?",
    ),
    "pointing without a link": (
        (WIRE, 'sparks = { how_often = 0.5, because = "C02" }\n', ""),
        f"{WIRE}: evoked_by.sparks",
        "the link that it is solved for is missing.",
    ),
    "claim": (
        (MOON, 'word = "rare"\nbecause = "C03"', 'word = "rare"\nbecause = "C99"'),
        MOON,
        "'C99' is neither a claim nor a reference. Name a claim (C01), a reference, or write ",
    ),
    "reference": (
        ("tests.toml", '0.05\nbecause = "rust2099"', '0.05\nbecause = "rust2098"'),
        "tests.toml",
        "'rust2098' is neither a claim nor a reference.",
    ),
    "reference with a suggestion": (
        ("lexicons.toml", '"rust2099"', '"rust2098"'),
        "lexicons.toml",
        "Did you mean 'rust2099'?",
    ),
    "word": (
        squeaks('"oftn"'),
        f"{RUST}: shows.squeak",
        "'oftn' is no word for frequency in the lexicon 'plain'. Did you mean 'often'?",
    ),
    "number in quotation marks": (
        squeaks('"0.5"'),
        f"{RUST}: shows.squeak",
        "a number stands without quotation marks and per cent: write 0.5.",
    ),
    "word like no other": (
        squeaks('"quxx"'),
        f"{RUST}: shows.squeak",
        "'quxx' is no word for frequency in the lexicon 'plain'. Known: often, sometimes, seldom.",
    ),
    "word of the other direction": (
        squeaks('"common"'),
        f"{RUST}: shows.squeak",
        "'common' is no word for frequency in the lexicon 'plain'.",
    ),
    "word for commonness": (
        (MOON, 'word = "rare"', 'word = "rair"'),
        f"{MOON}: commonness",
        "'rair' is no word for commonness in the lexicon 'plain'. Did you mean 'rare'?",
    ),
    "word for evoking": (
        (WIRE, '"sign"', '"sing"'),
        f"{WIRE}: evoked_by.sparks",
        "'sing' is no word for evoking in the lexicon 'plain'. Did you mean 'sign'?",
    ),
    "word for a risk": (
        (RUST, '"more"', '"mor"'),
        f"{RUST}: raised_by.rain",
        "'mor' is no word for risk in the lexicon 'plain'. Did you mean 'more'?",
    ),
    "word for a leak": (
        sparks('leak = "oftn"'),
        "findings.toml: sparks",
        "'oftn' is no word for frequency in the lexicon 'plain'. Did you mean 'often'?",
    ),
    "word for a share": (
        rain('share = "oftn"'),
        "contexts.toml: rain",
        "'oftn' is no word for frequency in the lexicon 'plain'. Did you mean 'often'?",
    ),
}

CONTRADICTIONS = {
    "claim id twice": (
        ("claims.csv", "C06,1", "C01,1"),
        "claims.csv: line 7",
        "the id 'C01' stands twice. Ids must differ.",
    ),
    "finding in two files": (
        (
            "tests.toml",
            None,
            '[results.squeak]\nlabel = "s"\nkind = "test"\nleak = 0\nbecause="C01"',
        ),
        "tests.toml: results.squeak",
        "the id stands in findings.toml too.",
    ),
    "cause and context": (
        (
            "contexts.toml",
            "[model_year]",
            '[loose_wire]\nlabel = "x"\nleak = 0\nbecause = "C01"\n[model_year]',
        ),
        "contexts.toml: loose_wire",
        "the id 'loose_wire' is already that of a cause. Ids must differ.",
    ),
    "node that the network has": (
        (
            "contexts.toml",
            "[model_year]",
            '[explanation]\nlabel = "x"\nleak = 0\nbecause = "C01"\n[model_year]',
        ),
        "contexts.toml: explanation",
        "the id 'explanation' is that of a node which the network makes itself. Take another id.",
    ),
    "cause that calls itself another": (
        (MOON, 'label = "moon magnet"', 'id = "magnet"\nlabel = "moon magnet"'),
        MOON,
        "",
    ),
    "finding that calls itself another": (
        ("findings.toml", 'label = "squeak"', 'id = "peep"\nlabel = "squeak"'),
        "findings.toml: squeak",
        "",
    ),
    "name clash": (
        ("findings.toml", 'aliases = ["squeaking"]', 'aliases = ["Rust"]'),
        "findings.toml: squeak",
        "its name 'Rust' is also a name of the cause rusty_bolt. One name must mean one thing.",
    ),
    "name clash with a state": (
        ("findings.toml", 'aliases = ["squeaking"]', 'aliases = ["Vintage"]'),
        "contexts.toml: model_year",
        "its name 'vintage' is also a name of the finding squeak.",
    ),
    "arrow into states": (
        (MOON, "squeak =", "model_year ="),
        f"{MOON}: shows.model_year",
        "'model_year' has states, in one of which everybody is: nothing can produce it.",
    ),
    "arrow to itself": (
        (WIRE, "rusty_bolt =", "loose_wire ="),
        f"{WIRE}: raised_by.loose_wire",
        "'loose_wire' leads to itself. Drop the arrow.",
    ),
    "frequency of a state": (
        (RUST, "vintage = { risk = [2, 4]", "vintage = { how_often = 0.5"),
        f"{RUST}: raised_by.model_year",
        "'model_year' has several states, so a frequency is not understood. Give a risk ratio",
    ),
    "misspelt group": (
        (RUST, 'group = "wear"', 'group = "waer"'),
        f"{RUST}: group",
        "'waer' is not a group of this folder. Did you mean 'wear'?",
    ),
    "every state with a ratio": (
        (RUST, "[shows]", f"{CURRENT}\n{CURRENT.replace('current', 'prototype')}\n[shows]"),
        f"{RUST}: raised_by.model_year",
        "every state of 'model_year' has a risk ratio. Leave out the state that",
    ),
    "arrow stated twice": (
        (WIRE, "[evoked_by]", 'short_circuit = { how_often = 0.1, because = "C02" }\n[evoked_by]'),
        "tests.toml: results.short_circuit.shown_by.loose_wire",
        "",
    ),
    "risk of a finding": (
        (RUST, SQUEAKS, SQUEAKS.replace('how_often = "often"', "risk = 2")),
        f"{RUST}: shows.squeak",
        "a risk ratio is only understood under 'raised_by'. Say how often instead.",
    ),
    "claim used that says why it is not": (
        ("claims.csv", "to the workshop now.,", "to the workshop now.,not used"),
        "claims.csv: C05",
        "sparks, yet says why it is not. Its last column is 'not used'. If that belongs",
    ),
    "rule on a context with states": (
        ("urgency.toml", '["sparks"]', '["model_year"]'),
        "urgency.toml: sparks",
        "",
    ),
}

REASONS = {
    "statement": (
        (RUST, '"assumed: rust squeaks"', '"assumed:"'),
        f"{RUST}: shows.squeak.because",
        "an assumption must say its reason",
    ),
    "blanks": (
        (RUST, '"assumed: rust squeaks"', '"assumed:            "'),
        f"{RUST}: shows.squeak.because",
        "an assumption must say its reason",
    ),
    "word": (
        ("lexicons.toml", '"rust2099"', '"assumed:"'),
        "lexicons.toml: plain.frequency.seldom.because",
        "an assumption must say its reason",
    ),
    "leak": (
        ("findings.toml", '"assumed: some robots squeak for joy"', '"assumed: so"'),
        "findings.toml: squeak.because",
        "an assumption must say its reason",
    ),
    "cause": (
        (MOON, 'urgent = true\nbecause = "C03"', 'urgent = true\nbecause = "assumed:"'),
        f"{MOON}: because",
        "an assumption must say its reason",
    ),
    "published": (
        (WIRE, 'published_because = "rust2099"', 'published_because = "assumed:"'),
        f"{WIRE}: commonness.published_because",
        "an assumption must say its reason",
    ),
    "group": (
        ("groups.toml", '["C01", "C02"]', '"assumed:"'),
        "groups.toml: wear.because",
        "an assumption must say its reason",
    ),
    "no origin at all": (
        ("findings.toml", 'because = "assumed: some robots squeak for joy"', "because = []"),
        "findings.toml: squeak.because",
        "because must name at least one",
    ),
}


def table(**faults: dict[str, tuple[Fault, str, str]]) -> list[object]:
    """The faults of some tables as parameters, with ids such as ``numbers: nan``."""
    return [
        pytest.param(*case, id=f"{about}: {name}")
        for about, cases in faults.items()
        for name, case in cases.items()
    ]


def test_the_folder_without_a_fault_is_sound(folder: Path) -> None:
    knowledge = read_knowledge(folder)
    assert lint(knowledge) == ()
    assert kb.load(folder).remarks == ()
    kinds = ("causes", "findings", "mediators", "contexts", "methods", "groups", "urgency")
    assert [len(getattr(knowledge, kind)) for kind in kinds] == [3, 5, 2, 2, 1, 2, 2]


@pytest.mark.parametrize(
    ("fault", "place", "wrong", "remedy"),
    [pytest.param(*case, id=name) for name, case in FILES.items()],
)
def test_a_file_that_cannot_be_read_says_why(
    folder: Path, edit: Edit, fault: Fault, place: str, wrong: str, remedy: str
) -> None:
    edit(*fault)
    at_fault = [one for one in problems_of(folder) if one.place.startswith(place)]
    assert len(at_fault) == 1
    assert wrong in at_fault[0].wrong
    assert remedy in str(at_fault[0])


@pytest.mark.parametrize(
    ("fault", "place", "text"),
    table(
        numbers=NUMBERS,
        fields=FIELDS,
        names=NAMES,
        contradictions=CONTRADICTIONS,
        reasons=REASONS,
    ),
)
def test_one_fault_is_one_problem_with_place_and_remedy(
    folder: Path, edit: Edit, fault: Fault, place: str, text: str
) -> None:
    edit(*fault)
    problems = problems_of(folder)
    assert len(problems) == 1, "\n".join(map(str, problems))
    assert problems[0].place.startswith(place)
    assert text in f"{problems[0].wrong} {problems[0].remedy}"


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        pytest.param(
            (
                "findings.toml",
                "states = {",
                'shows.overheating = { how_often = "often", because = "C01" }\nstates = {',
            ),
            "The arrows run in a circle among: hot_head, overheating.",
            id="finding and mediator",
        ),
    ],
)
def test_a_circle_of_arrows_names_those_on_it(
    folder: Path, edit: Edit, fault: Fault, text: str
) -> None:
    edit(*fault)
    with pytest.raises(kb.KneebayesError, match=re.escape(text)):
        kb.load(folder)


SEVERAL = {
    "while reading": {
        "findings.toml: sparks": ("findings.toml", "leak = 0.01\n", ""),
        "claims.csv: line 2": ("claims.csv", "A rusty bolt often", "A rusty, bolt often"),
        f"{RUST}: shows.squeak": squeaks("1.5"),
        f"{MOON}: about": (MOON, 'about = "A magnet on the moon pulls at the head."\n', ""),
        "mediators.toml": ("mediators.toml", None, None),
        "references.toml": ("references.toml", None, gzip.compress(b"a = 1", mtime=0)),
        "contexts.toml: rain.share": rain("share = nan"),
    },
    "between records": {
        f"{RUST}: shows.squeek": (RUST, "squeak =", "squeek ="),
        f"{WIRE}: commonness": (WIRE, '"uncommon"', '"uncomon"'),
        f"{MOON}: shows.model_year": (MOON, "squeak =", "model_year ="),
        "groups.toml: wear.members": (
            "groups.toml",
            '["rusty_bolt", "loose_wire"]',
            '["rusty_bold", "loose_wire"]',
        ),
        "urgency.toml: sparks": ("urgency.toml", '["sparks"]', '["sparkz"]'),
        "claims.csv: C05": ("claims.csv", "workshop now.,", "workshop now.,not used"),
    },
    "while reading and between records": {
        "contexts.toml: rain": rain("share = 1.5"),
        f"{RUST}: shows.squeek": (RUST, "squeak =", "squeek ="),
        f"{WIRE}: commonness": (WIRE, '"uncommon"', '"uncomon"'),
    },
    "in one file": {
        "findings.toml: sparks.leak": sparks("leak = nan"),
        "findings.toml: squeak.alises": (
            "findings.toml",
            '\naliases = ["squeaking"]',
            "\nalises=[]",
        ),
    },
}


@pytest.mark.parametrize("faults", SEVERAL.values(), ids=SEVERAL)
def test_all_problems_of_a_folder_stand_in_one_error(
    folder: Path, edit: Edit, faults: dict[str, Fault]
) -> None:
    for fault in faults.values():
        edit(*fault)
    places = [problem.place for problem in problems_of(folder)]
    told = {one: [place for place in places if place.startswith(one)] for one in faults}
    assert [one for one, found in told.items() if len(found) != 1] == []
    assert len(places) == len(faults)


def test_the_number_of_problems_is_told_in_plain_words(folder: Path, edit: Edit) -> None:
    edit("mediators.toml", None, None)
    with pytest.raises(kb.KnowledgeError, match=re.escape(f"{folder}: 1 problem found.\n")):
        kb.load(folder)
    edit("urgency.toml", None, None)
    with pytest.raises(kb.KnowledgeError, match=re.escape(f"{folder}: 2 problems found.\n")):
        kb.load(folder)


BARE = {
    "mediators.toml": [(WIRE, 'overheating = { how_often = "often", because = "assumed: a', "# '")],
    "contexts.toml": [
        (RUST, "rain =", "#"),
        (RUST, "model_year", "# "),
        ("urgency.toml", '"rain", ', ""),
    ],
    "groups.toml": [],
    "tests.toml": [],
    "urgency.toml": [],
}


@pytest.mark.parametrize("file", BARE)
@pytest.mark.parametrize("content", ["", "# There are none.\n"], ids=["empty", "remark only"])
def test_a_folder_need_not_have_everything(
    folder: Path, edit: Edit, file: str, content: str
) -> None:
    """A headache without mediators, contexts, groups, tests or urgent signs is one too."""
    edit(file, None, content)
    for one in BARE[file]:
        edit(*one)
    ranking = kb.load(folder).diagnose({"squeak": True}).ranking
    assert len(ranking) == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("settngs.toml", "Did you mean 'settings.toml'?"),
        ("findings.tml", "Did you mean 'findings.toml'?"),
        ("doctors_notes.csv", "Take it out of the folder."),
        ("causes/rusty_bolt.csv", "Write causes/rusty_bolt.toml."),
        ("causes/flat_battery.TOML", "Write causes/flat_battery.toml."),
        ("groups.Toml", "Did you mean 'groups.toml'?"),
    ],
)
def test_a_file_that_would_not_be_read_is_told(folder: Path, name: str, said: str) -> None:
    """Also where the folder was read before the file came, and is remembered."""
    kb.load(folder)
    (folder / name).write_text("", encoding="utf-8")
    (folder / "README.md").write_text("What stands beside is not in the way.", encoding="utf-8")
    [problem] = problems_of(folder)
    assert problem.place == name
    assert "would not be read" in problem.wrong
    assert problem.remedy == said


def test_no_folder_is_refused_as_such(tmp_path: Path) -> None:
    file = tmp_path / "file.toml"
    file.write_text("a = 1", encoding="utf-8")
    for nowhere in (tmp_path / "nowhere", file):
        [problem] = problems_of(nowhere)
        assert problem.place == str(nowhere)
        assert str(problem).endswith(
            "it is a file. Name a knowledge folder, or a model saved whole, whose name ends in "
            ".kneebayes.json. A file of a network is read by kneebayes.exchange.reason_with."
            if nowhere.is_file()
            else "there is no such folder. Name a knowledge folder."
        )


@pytest.mark.parametrize(
    ("nowhere", "said"),
    [
        (5, "a path is needed, got int"),
        (b"folder", "a path is needed, got bytes"),
        (["folder"], "a path is needed, got list"),
        ("x" * 5000, "it cannot be a path: File name too long"),
    ],
)
def test_what_is_no_path_is_refused_as_such(nowhere: object, said: str) -> None:
    with pytest.raises(KneebayesError, match=said):
        kb.load(nowhere)  # type: ignore[arg-type]


@pytest.mark.parametrize("there", [r"\u0000", "x" * 5000])
def test_a_folder_cannot_extend_what_is_no_path(folder: Path, edit: Edit, there: str) -> None:
    edit("knowledge.toml", "schema_version = 1", f'extends = "{there}"\nschema_version = 1')
    assert "there is no knowledge folder" in str(problems_of(folder)[0])


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 400, "1e301"])
def test_a_number_beyond_all_is_told(folder: Path, edit: Edit, number: str) -> None:
    edit("findings.toml", "leak = 0.01", f"leak = [0.0, {number}]")
    assert "findings.toml: sparks.leak[1]" in str(problems_of(folder)[0])
    assert "is not a number to reason with" in str(problems_of(folder)[0])


def test_a_word_that_nobody_knows_is_told_also_of_the_complaint(folder: Path, edit: Edit) -> None:
    edit(WIRE, 'headache = { how_often = "sometimes"', 'headache = { how_often = "sumtimes"')
    [problem] = problems_of(folder)
    assert problem.place == f"{WIRE}: shows.headache"
    assert problem.remedy == "Did you mean 'sometimes'?"


def test_a_row_of_too_few_cells_is_told_what_the_header_has(folder: Path) -> None:
    with (folder / "claims.csv").open("a", encoding="utf-8") as file:
        file.write("C99,Causes,rust\n")
    assert "There must be 8, as in the header: id,section,kind" in str(problems_of(folder)[0])


def test_an_empty_folder_misses_every_file(tmp_path: Path) -> None:
    places = {problem.place for problem in problems_of(tmp_path)}
    needed = {path.name for path in (DATA / "tiny").glob("*.*")}
    assert places == {*needed, "causes/"}


def test_na_and_none_in_a_table_stay_text(folder: Path, edit: Edit) -> None:
    edit("claims.csv", "Robots write poems.", "NA")
    edit("claims.csv", "C06,1 Invented,aside,robot,", "C06,1 Invented,null,None,")
    claim = read_knowledge(folder).claims["C06"]
    assert (claim.kind, claim.subject, claim.statement) == ("null", "None", "NA")


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(folder: Path) -> None:
    sound = read_knowledge(folder)
    for path in folder.rglob("*.*"):
        text = path.read_bytes().replace(b"\n", b"\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text)
    assert read_knowledge(folder) == sound


@pytest.mark.parametrize("seed", range(150))
def test_whatever_is_damaged_only_named_errors_come_out(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = chance.choice(sorted(path for path in folder.rglob("*.*") if path.is_file()))
    lines = path.read_text(encoding="utf-8").splitlines()
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[other])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            cut = chance.randrange(len(lines[at]) + 1)
            odd = chance.choice(["-", "0", "9", ".", '"', "=", "[", "}", "e", "_", " ", ",", "nan"])
            lines[at] = lines[at][:cut] + odd + lines[at][cut + chance.randrange(3) :]
    path.write_text("\n".join(lines), encoding="utf-8")
    with contextlib.suppress(kb.KneebayesError):
        kb.load(folder).diagnose()
