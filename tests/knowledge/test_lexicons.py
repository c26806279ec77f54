"""A lexicon that says only in what it differs reads like one written in full."""

from pathlib import Path

import pytest

import kneebayes as kb
from kneebayes.knowledge import read_knowledge

SHORT = """
[short]
label = "short"
about = "Differs in one word."
like = "plain"
[short.frequency]
because = "assumed: for the whole section"
"often" = { low = 0.4, value = 0.5, high = 0.6 }
"""


def lexicon_file(folder: Path) -> Path:
    return folder / "lexicons.toml"


def test_a_short_lexicon_has_every_word_and_its_own_where_it_differs(folder: Path) -> None:
    file = lexicon_file(folder)
    first = next(iter(read_knowledge(folder).lexicons))
    text = SHORT.replace('"plain"', f'"{first}"')
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
    lexicons = read_knowledge(folder).lexicons
    short, whole = lexicons["short"], lexicons[first]
    assert short.evoking == whole.evoking
    assert short.risk == whole.risk
    assert short.commonness == whole.commonness
    others = {word: numbers for word, numbers in whole.frequency.items() if word != "often"}
    assert short.frequency.items() >= others.items()
    assert short.frequency["often"].value == 0.5
    assert short.frequency["often"].because == ("assumed: for the whole section",)


@pytest.mark.parametrize("other", ["nowhere", "short"])
def test_like_nothing_is_said_with_its_place(folder: Path, other: str) -> None:
    file = lexicon_file(folder)
    text = SHORT.replace('"plain"', f'"{other}"')
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
    with pytest.raises(kb.KnowledgeError, match=rf"short\.like: there is no other.*{other}"):
        read_knowledge(folder)


def test_like_one_that_is_like_another_is_refused(folder: Path) -> None:
    file = lexicon_file(folder)
    first = next(iter(read_knowledge(folder).lexicons))
    text = SHORT.replace('"plain"', f'"{first}"')
    again = SHORT.replace("[short", "[third").replace('"plain"', '"short"')
    file.write_text(file.read_text(encoding="utf-8") + text + again, encoding="utf-8")
    with pytest.raises(kb.KnowledgeError, match="'short' is itself like another"):
        read_knowledge(folder)
