"""What was loaded before is not solved again, and never stands in for another folder."""

import copy
import pickle
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kneebayes as kb
from kneebayes.building.elicit import elicit_each
from kneebayes.building.model import model_of
from kneebayes.inference.batch import numbers_of
from kneebayes.knowledge.statements import Statement, Wording


def numbers(model: kb.Model) -> np.ndarray:
    return model.data.engine.numbers[0]


def test_an_unchanged_folder_is_solved_once(folder: Path, tmp_path: Path) -> None:
    first, again = kb.load(folder), kb.load(folder)
    assert again.elicited is first.elicited
    moved = kb.load(shutil.copytree(folder, tmp_path / "moved"))
    assert moved.elicited is first.elicited
    assert moved.knowledge.folder == str(tmp_path / "moved")


def test_a_change_is_read_and_one_undone_too(folder: Path) -> None:
    before = kb.load(folder)
    file = folder / "findings.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count("leak = 0.02\n") == 1
    file.write_text(text.replace("leak = 0.02\n", "leak = 0.0123\n"), encoding="utf-8")
    changed = kb.load(folder)
    assert 0.0123 in numbers(changed)
    assert 0.0123 not in numbers(before)
    file.write_text(text, encoding="utf-8")
    np.testing.assert_array_equal(numbers(kb.load(folder)), numbers(before))


def test_a_file_too_many_is_refused_however_often_the_folder_was_loaded(folder: Path, edit) -> None:
    kb.load(folder)
    edit("finding.toml", None, "x = 1")
    for _ in range(2):
        with pytest.raises(kb.KnowledgeError, match="no file of a knowledge folder has this name"):
            kb.load(folder)


def test_knowledge_that_was_changed_in_memory_is_solved_by_what_it_says(folder: Path) -> None:
    data = kb.load(folder).data
    contexts = {
        id: one if one.share is None else one.model_copy(update={"share": 0.0123})
        for id, one in data.knowledge.contexts.items()
    }
    other = model_of(replace(data.knowledge, contexts=contexts), data.lexicon)
    assert 0.0123 in other.engine.numbers[0]
    assert 0.0123 not in data.engine.numbers[0]


def test_each_lexicon_and_layer_has_a_network_of_its_own(folder: Path) -> None:
    lexicons = list(kb.load(folder).knowledge.lexicons)
    for lexicon in lexicons:
        assert kb.load(folder, lexicon=lexicon).data.lexicon == lexicon
    for layer in ("article", "literature", "beyond"):
        assert kb.load(folder, layer=layer).knowledge.layer == layer


def test_lexicons_side_by_side_give_what_each_gives_alone(knee: kb.Model) -> None:
    lexicons = [knee.knowledge.lexicons[id] for id in ("cautious", knee.data.lexicon)]
    other, same = elicit_each(knee.knowledge, lexicons)
    np.testing.assert_allclose(numbers_of(same.network), numbers(knee), rtol=0.0, atol=1e-12)
    assert np.abs(numbers_of(other.network) - numbers(knee)).max() > 0.01
    assert same.remarks == knee.elicited.remarks
    for one, alone in zip(same.stated, knee.elicited.stated, strict=True):
        assert (one.arrow, one.interval) == (alone.arrow, alone.interval)
        assert one.reached == (None if alone.reached is None else pytest.approx(alone.reached))


@pytest.mark.parametrize("strong", ["article", "lay"])
def test_all_lexicons_have_the_same_nodes_whatever_their_words_say_of_ages(
    knee: kb.Model, strong: str
) -> None:
    """A word that means tenfold in one lexicon and threefold in another makes no other network."""
    knowledge, id = knee.knowledge, "osteoarthritis"
    ages = knowledge.causes[id].raised_by["age"]
    assert isinstance(ages, dict)
    said = {age: Statement(risk="related to", because=one.because) for age, one in ages.items()}
    raised = {**knowledge.causes[id].raised_by, "age": said}
    causes = {**knowledge.causes, id: knowledge.causes[id].model_copy(update={"raised_by": raised})}
    lexicons = dict(knowledge.lexicons)
    for name in ("article", "lay"):
        value = 20.0 if name == strong else 3.0
        word = Wording(low=value / 2, value=value, high=value * 2, because=("assumed: for a test",))
        risk = {**lexicons[name].risk, "related to": word}
        lexicons[name] = lexicons[name].model_copy(update={"risk": risk})
    changed = replace(knowledge, causes=causes, lexicons=lexicons)
    one, other = elicit_each(changed, [lexicons["article"], lexicons["lay"]])
    assert list(one.network.index) == list(other.network.index)
    assert ("bakers_cyst_with_osteoarthritis" in one.network) == (strong == "article")


def test_nobody_can_change_what_the_next_one_loads(folder: Path) -> None:
    data = kb.load(folder).data
    cause = next(iter(data.knowledge.causes.values()))
    contents = (data.knowledge.causes, data.knowledge.findings, cause.shows, data.elicited.priors)
    for one in contents:
        before = dict(one)
        for change in (one.clear, one.popitem, partial(one.update, x=1)):
            with pytest.raises(TypeError, match="records never change"):
                change()
        assert one == before
    for array in (data.engine.numbers, *data.engine.flat):
        assert not array.flags.writeable


def test_records_can_be_copied_and_sent(folder: Path) -> None:
    knowledge = kb.load(folder).knowledge
    assert pickle.loads(pickle.dumps(knowledge)) == knowledge
    assert copy.deepcopy(knowledge) == knowledge
    mine = dict(knowledge.causes)
    mine.clear()
    assert replace(knowledge, causes=mine).causes == {}


def test_another_folder_that_says_the_same_learns_the_same(folder: Path, tmp_path: Path) -> None:
    """Patients are named in the statements of whichever folder was loaded first, and last."""
    moved = shutil.copytree(folder, tmp_path / "moved")
    kb.load(folder)
    patients = pd.DataFrame({"squeak": [True, False] * 30})
    first, second = (kb.load(one).update(patients) for one in (folder, moved))
    assert first.learnt.told in str(first.knowledge.causes)
    assert replace(first.knowledge, folder="") == replace(second.knowledge, folder="")
