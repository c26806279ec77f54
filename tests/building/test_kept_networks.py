"""What an earlier process found is what would be found now, and only for the very same folder."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import kneebayes as kb
from kneebayes.building import result
from kneebayes.building.elicit import elicit, elicit_each
from kneebayes.building.result import keep_network, kept_network
from kneebayes.inference.batch import numbers_of
from kneebayes.keeping import keep, kept
from kneebayes.knowledge import reading, shipped_folder
from kneebayes.knowledge.layers import in_layer

Edit = Callable[[str, str | None, str | bytes | None], None]
DATA = Path(__file__).parents[1] / "data"
LAYERS = ("article", "literature", "beyond")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KNEEBAYES_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def read_anew(folder, layer="beyond"):
    """What a process reads that has read nothing yet."""
    reading._read.clear()
    return reading.read_knowledge(folder, layer)


def folder_named(name: str) -> Path:
    return shipped_folder() if name == "shipped" else DATA / name


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", ["tiny", "pump"])
def test_a_network_comes_back_to_the_last_digit(name: str, layer: str) -> None:
    knowledge = reading.read_knowledge(folder_named(name), layer)
    lexicons = list(knowledge.lexicons.values())
    for found in elicit_each(knowledge, lexicons):
        lexicon = knowledge.lexicons[found.lexicon]
        assert kept_network(knowledge, lexicon) is None
        keep_network(knowledge, found)
        assert kept_network(knowledge, lexicon) == found


def test_the_shipped_network_comes_back_to_the_last_digit(knee: kb.Model) -> None:
    keep_network(knee.knowledge, knee.elicited)
    again = kept_network(knee.knowledge, knee.knowledge.lexicons[knee.data.lexicon])
    assert again == knee.elicited
    assert again is not knee.elicited
    assert [node.id for node in again.network.nodes] == [node.id for node in knee.network.nodes]
    assert (numbers_of(again.network) == numbers_of(knee.network)).all()
    for one, own in zip(again.stated, knee.elicited.stated, strict=True):
        assert one.arrow is own.arrow  # not only the same: what taught patients name goes by it


def test_another_number_anywhere_has_another_network(folder: Path) -> None:
    knowledge = read_anew(folder)
    lexicon = knowledge.lexicons[knowledge.meta.lexicon]
    keep_network(knowledge, elicit(knowledge, lexicon))
    others = list(others_of(knowledge, lexicon.id))
    assert len(others) > 40
    for other in others:
        assert kept_network(other, other.lexicons[lexicon.id]) is None
    assert kept_network(knowledge, lexicon) is not None


def others_of(knowledge, lexicon):
    """The same knowledge with one thing changed, for each number in it and for each record."""
    for other in changed(knowledge.lexicons[lexicon]):
        yield replace(knowledge, lexicons={**knowledge.lexicons, lexicon: other})
    for kind in ("causes", "contexts", "mediators", "findings"):
        records = getattr(knowledge, kind)
        for id, record in records.items():
            for other in changed(record):
                yield replace(knowledge, **{kind: {**records, id: other}})
            kept = {one: records[one] for one in records if one != id}
            yield replace(knowledge, **{kind: kept})


def changed(value):
    """A value with one of the numbers inside changed, for each of them."""
    if isinstance(value, float):
        yield value * 0.97 + 0.00371
    elif isinstance(value, tuple):
        for at, inner in enumerate(value):
            yield from ((*value[:at], other, *value[at + 1 :]) for other in changed(inner))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from ({**value, key: other} for other in changed(inner))
    elif isinstance(value, reading.Record):
        for name, inner in value.__dict__.items():
            yield from (value.model_copy(update={name: other}) for other in changed(inner))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content["stated"].pop(),
        lambda content: content.pop("leaks"),
        lambda content: content["nodes"].append(["x"]),
        lambda content: content["nodes"].reverse() or content["nodes"][0][2].append("nobody"),
        lambda content: content["priors"].update(x=[3.0, 2.0, 1.0]),
        lambda content: content.update(stated=None),
    ],
)
def test_what_does_not_fit_is_found_anew(folder: Path, spoil) -> None:
    knowledge = read_anew(folder)
    lexicon = knowledge.lexicons[knowledge.meta.lexicon]
    keep_network(knowledge, elicit(knowledge, lexicon))
    key = result._key(knowledge, lexicon)
    content = kept(result.KIND, key)
    spoil(content)
    keep(result.KIND, key, content)
    assert kept_network(knowledge, lexicon) is None


@pytest.mark.parametrize("name", ["tiny", "pump", "shipped"])
def test_a_folder_that_was_read_before_says_the_same(name: str, cache: Path) -> None:
    for layer in LAYERS:
        first = read_anew(folder_named(name), layer)
        assert any(file.name.startswith("folder-") for file in cache.iterdir())
        again = read_anew(folder_named(name), layer)
        assert again is not first
        assert (again, again.digest, again.whole) == (first, first.digest, first.whole)
        assert in_layer(again, "article") == in_layer(first, "article")


def test_a_folder_that_extends_another_is_read_by_both(tmp_path: Path) -> None:
    shutil.copytree(DATA / "tiny", tmp_path / "tiny")
    other = tmp_path / "other"
    other.mkdir()
    meta = (tmp_path / "tiny" / "knowledge.toml").read_text(encoding="utf-8")
    (other / "knowledge.toml").write_text(f'extends = "../tiny"\n{meta}', encoding="utf-8")
    first = read_anew(other)
    assert read_anew(other) == first
    file = tmp_path / "tiny" / "findings.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("leak = 0.02\n", "leak = 0.0123\n"), encoding="utf-8")
    assert read_anew(other) != first
    file.write_text(text, encoding="utf-8")
    assert read_anew(other) == first


def test_a_fault_is_told_each_time(folder: Path, edit: Edit) -> None:
    sound = read_anew(folder)
    edit("findings.toml", "leak = 0.02\n", "leak = 2.0\n")
    told = []
    for _ in range(3):
        with pytest.raises(kb.KnowledgeError) as caught:
            read_anew(folder)
        told.append(str(caught.value))
    assert len(set(told)) == 1
    edit("findings.toml", "leak = 2.0\n", "leak = 0.02\n")
    assert read_anew(folder) == sound
