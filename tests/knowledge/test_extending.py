"""A folder that extends another says only in what it differs."""

import copy
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import DATA

import kneebayes as kb
from kneebayes.knowledge import read_knowledge, shipped_folder
from kneebayes.knowledge.folder import without_mentions

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a folder from texts by file name; beside it lies ``tiny``, sound and whole."""
    shutil.copytree(DATA / "tiny", tmp_path / "tiny")

    def write(name: str = "mine", **files: str) -> Path:
        folder = tmp_path / name
        for file, text in files.items():
            path = folder / file.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".csv" if file == "claims" else ".toml").write_text(text, "utf-8")
        return folder

    return write


def refused(folder: Path) -> list[str]:
    """The problems for which a folder is refused."""
    with pytest.raises(kb.KnowledgeError) as caught:
        kb.load(folder)
    return [str(problem) for problem in caught.value.problems]


def test_what_says_nothing_more_is_the_same(make: Make) -> None:
    mine = read_knowledge(make(knowledge='extends = "../tiny"'))
    tiny = read_knowledge(DATA / "tiny")
    for kind in ("claims", "references", "lexicons", "groups", "causes", "findings", "methods"):
        assert getattr(mine, kind) == getattr(tiny, kind)
    assert mine.urgency == tiny.urgency
    assert mine.meta.title == tiny.meta.title


def test_entries_replace_those_of_the_same_name_and_others_are_added(make: Make) -> None:
    findings = """
[squeak]
label = "loud squeak"
kind = "sign"
leak = 0.01
because = "assumed: heard from afar"

[smell]
label = "smell of oil"
kind = "sign"
leak = 0.01
because = "assumed: oil is everywhere"
"""
    cause = """
label = "dry joint"
group = "wear"
about = "No oil in the joint."
because = "C01"
commonness = { word = "uncommon", because = "C01" }
shows.squeak = { how_often = "often", because = "assumed: what is dry squeaks" }
"""
    files = {"findings": findings, "causes__dry_joint": cause, "groups": ""}
    wear = '[wear]\nlabel = "wear"\nbecause = "C01"\n'
    meta = 'extends = "../tiny"\ntitle = "Headache of an old robot"'
    knowledge = read_knowledge(make(knowledge=meta, **files | {"groups": wear}))
    tiny = read_knowledge(DATA / "tiny")
    assert list(knowledge.findings)[: len(tiny.findings) - 1] == [
        id for id in tiny.findings if id != "short_circuit"
    ]
    assert knowledge.findings["squeak"].label == "loud squeak"
    assert knowledge.findings["squeak"].aliases == ()  # replaced whole
    assert knowledge.findings["smell"].kind == "sign"
    assert knowledge.findings["sparks"] == tiny.findings["sparks"]
    assert set(knowledge.causes) == {*tiny.causes, "dry_joint"}
    assert "dry_joint" in knowledge.groups["wear"].members
    assert knowledge.meta.title == "Headache of an old robot"
    assert knowledge.meta.source == tiny.meta.source


def test_what_is_without_is_left_out_by_entry_and_by_file(make: Make) -> None:
    meta = 'extends = "../tiny"\nwithout = ["short_circuit", "urgency.toml", "groups", "C06"]'
    knowledge = read_knowledge(make(knowledge=meta))
    tiny = read_knowledge(DATA / "tiny")
    assert set(tiny.findings) - set(knowledge.findings) == {"short_circuit"}
    assert set(tiny.claims) - set(knowledge.claims) == {"C06"}
    assert knowledge.urgency == ()
    assert knowledge.groups == {}
    assert knowledge.causes == tiny.causes


def test_a_cause_can_be_left_out(make: Make) -> None:
    meta = 'extends = "../tiny"\nwithout = ["moon_magnet", "groups.toml"]'
    tiny = read_knowledge(DATA / "tiny")
    knowledge = read_knowledge(make(knowledge=meta))
    assert set(tiny.causes) - set(knowledge.causes) == {"moon_magnet"}


def test_a_chain_of_folders(make: Make) -> None:
    make("middle", knowledge='extends = "../tiny"\ntitle = "Middle"\nsource = "Middle"')
    knowledge = read_knowledge(make(knowledge='extends = "../middle"\ntitle = "Last"'))
    assert (knowledge.meta.title, knowledge.meta.source) == ("Last", "Middle")
    assert knowledge.findings == read_knowledge(DATA / "tiny").findings


def test_the_shipped_folder_can_be_extended_by_name(make: Make, knee: kb.Model) -> None:
    knowledge = read_knowledge(make(knowledge='extends = "kneebayes"\ntitle = "Mine"'))
    assert knowledge.meta.title == "Mine"
    assert knowledge.causes == knee.knowledge.causes


def test_faults_of_what_is_extended_are_told_with_its_folder(make: Make, tmp_path: Path) -> None:
    mine = make(knowledge='extends = "../tiny"', contexts='[rain]\nlabel = "rain"\nshare = 2\n')
    path = tmp_path / "tiny" / "findings.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('because = "C02"', 'because = "C99"', 1), "utf-8")
    told = refused(mine)
    assert any(one.startswith("../tiny/findings.toml: sparks.because: 'C99'") for one in told)
    assert any(one.startswith("contexts.toml: rain.share") for one in told)
    path.write_text("[broken", "utf-8")
    assert any(one.startswith("../tiny/findings.toml: not valid TOML") for one in refused(mine))


WRONG = {
    "no such folder": ('extends = "../nowhere"', "knowledge.toml: extends: there is no knowledge"),
    "a file": ('extends = "../tiny/claims.csv"', "knowledge.toml: extends: there is no knowledge"),
    "itself": ('extends = "."', "knowledge.toml: extends: the folders extend each other"),
    "no text": ("extends = 3", "knowledge.toml: extends"),
    "unknown": (
        'extends = "../tiny"\nwithout = "moon_magnets"',
        "knowledge.toml: without: 'moon_magnets' is neither an entry nor a file of what is",
    ),
}


@pytest.mark.parametrize(("meta", "told"), WRONG.values(), ids=list(WRONG))
def test_what_cannot_be_extended(make: Make, meta: str, told: str) -> None:
    assert any(one.startswith(told) for one in refused(make(knowledge=meta)))


def test_two_that_extend_each_other(make: Make) -> None:
    make("other", knowledge='extends = "../mine"')
    (told,) = refused(make(knowledge='extends = "../other"'))
    assert told == (
        "../other/knowledge.toml: extends: the folders extend each other in a circle: mine extends "
        "other extends mine. Take 'extends' out of one of them."
    )


def test_what_extends_nothing_that_is_there_is_told_of_nothing_else(make: Make) -> None:
    (told,) = refused(make(knowledge='extends = "../nowhere"'))
    assert told.startswith("knowledge.toml: extends: there is no knowledge folder '../nowhere'")


GONE = {"gout", "age"}
RULE = {"reason": "so", "because": "C01"}
MENTIONS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "statements": (
        "causes",
        {"raised_by": {"age": {"old": {"risk": 2}}, "fall": 1}, "shows": {"gout": 1}},
        {"raised_by": {"fall": 1}, "shows": {}},
    ),
    "a text that has the name": ("causes", {"about": "gout", "label": "gout"}, {}),
    "whom it was measured in": (
        "causes",
        {"shows": {"lump": {"risk": 2, "among": ["age.old", "fall"]}}},
        {"shows": {"lump": {"risk": 2, "among": ["fall"]}}},
    ),
    "nobody left in whom it was measured": (
        "causes",
        {"raised_by": {"fall": {"risk": 2, "among": "gout"}, "cold": {"among": "population"}}},
        {"raised_by": {"fall": {"risk": 2}, "cold": {"among": "population"}}},
    ),
    "factors": (
        "contexts.toml",
        {"x": {"less_often": {"by": {"age": {"old": 0.1}, "explanation": {"gout": 0.1, "y": 1}}}}},
        {"x": {"less_often": {"by": {"explanation": {"y": 1}}}}},
    ),
    "no factor left": ("contexts.toml", {"x": {"less_often": {"by": {"age": {}}}}}, {"x": {}}),
    "members": ("groups.toml", {"x": {"members": ["gout", "y"]}}, {"x": {"members": ["y"]}}),
    "what is needed": ("tests.toml", {"results": {"x": {"against": "gout"}}}, {}),
    "care": ("causes", {"care": [{"not_for": ["age.old"]}]}, {"care": [{}]}),
    "shifts": (
        "settings.toml",
        {"x": {"shifts": {"gout": 1, "y": 2}}},
        {"x": {"shifts": {"y": 2}}},
    ),
    "voices": ("voices.toml", {"age": {"says": {}}, "y": {}}, {"y": {}}),
    "sayings": (
        "sayings.toml",
        {"sayings": {"age": {}, "y": {"present": ["gout"], "present_means": ["not gout", "z"]}}},
        {"sayings": {"y": {"present": ["gout"], "present_means": ["z"]}}},
    ),
    "a rule that needs it": (
        "urgency.toml",
        {"x": {"all_of": ["age.old", "y"], **RULE}},
        {"-": {}},
    ),
    "a rule with others": (
        "urgency.toml",
        {"x": {"any_of": ["gout", "y"], "at_least": 2, "none_of": ["age.old"]}},
        {"x": {"any_of": ["y"], "at_least": 1}},
    ),
    "a rule of nothing else": (
        "urgency.toml",
        {"x": {"any_of": ["gout"], "all_of": ["y"]}},
        {"-": {}},
    ),
    "incoherent without it": (
        "incoherent.toml",
        {"x": {"all_of": ["y"], "none_of": ["gout"]}, "z": {"any_of": ["y", "gout"]}},
        {"z": {"any_of": ["y"]}},
    ),
    "incoherent by too few": (
        "incoherent.toml",
        {"x": {"any_of": ["y", "gout"], "at_least": 2}},
        {"-": {}},
    ),
}


@pytest.mark.parametrize(("file", "said", "left"), MENTIONS.values(), ids=MENTIONS)
def test_what_is_left_out_is_mentioned_no_more(
    file: str, said: dict[str, Any], left: dict[str, Any]
) -> None:
    wanted = {} if left == {"-": {}} else left or said  # "-": nothing is left
    before = copy.deepcopy(said)
    assert without_mentions(file, said, GONE) == wanted
    assert said == before
    assert without_mentions(file, said, set()) == said


@pytest.mark.parametrize(
    "without",
    [
        ["gout", "blood_urate"],
        ["sex", "knee_prosthesis", "patellofemoral_pain"],
        ["contexts.toml"],
        ["meniscus_tear", "swollen", "mcmurray", "mri_meniscus_tear"],
    ],
)
def test_the_shipped_folder_goes_on_without_some(make: Make, without: list[str]) -> None:
    mine = make(knowledge=f'extends = "kneebayes"\ntitle = "Mine"\nwithout = {json.dumps(without)}')
    knowledge = read_knowledge(mine)
    assert not {*knowledge.kinds} & {*without}
    assert knowledge.complaint == read_knowledge(shipped_folder()).complaint


def test_what_cannot_do_without_is_told_with_what_to_do_in_the_own_folder(make: Make) -> None:
    (told,) = refused(make(knowledge='extends = "kneebayes"\ntitle = "Mine"\nwithout = "gout"'))
    assert told.startswith("kneebayes/tests.toml: results.blood_urate.against: 'gout' is not")
    assert told.endswith("state the entry anew, or leave it out ('without').")


def test_the_own_folder_may_not_mention_what_it_leaves_out(make: Make) -> None:
    own = '[rain]\nlabel = "rain"\nshare = 0.2\nbecause = "assumed: made up"\n'
    shows = "[rain.shows]\nshort_circuit = { how_often = 0.5, because = 'assumed: made up' }\n"
    meta = 'extends = "../tiny"\nwithout = "short_circuit"'
    told = refused(make(knowledge=meta, contexts=own + shows))
    assert any(one.startswith("contexts.toml: rain.shows.short_circuit") for one in told)


def test_what_is_stated_anew_is_mentioned_as_before(make: Make) -> None:
    gout = (shipped_folder() / "causes" / "gout.toml").read_text("utf-8")
    meta = 'extends = "kneebayes"\ntitle = "Mine"\nwithout = ["gout"]'
    knowledge = read_knowledge(make(knowledge=meta, causes__gout=gout))
    assert replace(knowledge, meta=knowledge.meta) == replace(
        read_knowledge(shipped_folder()), folder=knowledge.folder, meta=knowledge.meta
    )
