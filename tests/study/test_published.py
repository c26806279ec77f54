"""Published patients are read with care, and a model is judged by them as by hand."""

import json
import math
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import kneebayes as kb
from kneebayes.cli import app
from kneebayes.knowledge import start_folder
from kneebayes.knowledge.statements import Layer
from kneebayes.study import evaluate_published, evidence_share, published_cases
from kneebayes.study.baselines import naive_bayes, states_of
from kneebayes.study.published import VISITS, PublishedCase
from kneebayes.study.published_evaluation import PublishedEvaluation

PLAIN = ("acl02", "dvt3", "gou3", "out_hae2", "ls01")


@pytest.fixture(scope="module")
def chosen() -> list[PublishedCase]:
    return [case for case in published_cases() if case.id in PLAIN]


@pytest.fixture(scope="module")
def judged(knee: kb.Model, chosen: list[PublishedCase]) -> PublishedEvaluation:
    return evaluate_published(knee, chosen)


def test_halves_share_no_patient_and_make_up_all() -> None:
    work, look, everybody = (published_cases(half) for half in ("work", "look", "all"))
    assert len(work) + len(look) == len(everybody) == 82
    half_of = {case.id: case.half for case in everybody}
    assert {case.half for case in work} == {"work"}
    assert all(half_of[case.same_as] == case.half for case in everybody if case.same_as)


def test_causes_that_count_as_right_are_causes_of_the_folder(knee: kb.Model) -> None:
    for case in published_cases():
        assert set(case.causes) <= set(knee.knowledge.causes), case.id
        assert not (case.causes and case.beyond), case.id


def test_tests_come_on_top_of_the_first_visit() -> None:
    for case in published_cases():
        assert not set(case.first_visit) & set(case.tests), case.id
        assert set(case.answers("with tests")) == {*case.first_visit, *case.tests}


def test_rank_and_probability_are_those_of_the_differential(
    knee: kb.Model, chosen: list[PublishedCase], judged: PublishedEvaluation
) -> None:
    for case in chosen:
        for visit in VISITS:
            known = {
                name: answer
                for name, answer in case.answers(visit).items()
                if name not in judged.unknown
            }
            ranking = knee.diagnose(known).ranking
            hurts = known.get(knee.knowledge.meta.complaint, True) is not False
            column = judged.ranked_by if hurts else "present"
            ranking = ranking.sort_values(column, ascending=False, kind="stable")
            row = judged.of(visit).set_index("id").loc[case.id]
            assert row["first"] == list(ranking["id"][:3])
            for cause in case.causes:
                place = list(ranking["id"]).index(cause) + 1
                assert row["rank"] <= place
                assert row["probability"] >= ranking[column].iloc[place - 1] - 1e-12


def test_who_is_impossible_in_the_model_is_left_out(
    knee: kb.Model, chosen: list[PublishedCase], judged: PublishedEvaluation
) -> None:
    nothing = dict.fromkeys(knee.knowledge.causes, False)
    for answers in (nothing, {"fever": True, "temperature": False}, {"age": 67, "child": True}):
        odd = replace(chosen[0], id="odd", first_visit=answers, tests={})
        both = evaluate_published(knee, [*chosen, odd])
        pd.testing.assert_frame_equal(both.scores, judged.scores)
        shares = [evidence_share(knee, cases).table for cases in (chosen, [*chosen, odd])]
        pd.testing.assert_frame_equal(*shares)


def test_naive_bayes_is_that_of_the_other_studies(
    knee: kb.Model, chosen: list[PublishedCase]
) -> None:
    certain = [case for case in chosen if case.id in {"acl02", "dvt3", "gou3"}]
    judged = evaluate_published(knee, certain, ranked_by="posterior")
    for case in certain:
        known = {
            name: answer
            for name, answer in case.first_visit.items()
            if name not in judged.unknown and not isinstance(answer, float)
        }
        if len(known) < len(set(case.first_visit) - set(judged.unknown)):
            continue
        states = states_of(knee, pd.DataFrame([known]))
        alone = naive_bayes(knee, states)[0]  # each cause against the rest; here they add up to 1
        expected = dict(zip(knee.knowledge.causes, alone / alone.sum(), strict=True))
        row = judged.of("first visit", "naive Bayes").set_index("id").loc[case.id]
        assert math.isclose(row["probability"], expected[case.causes[0]], rel_tol=1e-6)


def test_figures_are_counted_as_by_hand(judged: PublishedEvaluation) -> None:
    for row in judged.table.to_dict("records"):
        cases = judged.of(row["visit"], row["predictor"]).to_dict("records")
        whole = row["among"] == "all"
        inside = [case for case in cases if whole or case["in_model"]]
        rank, probability = (f"{'whole_' * whole}{name}" for name in ("rank", "probability"))
        assert row["patients"] == len(inside) == 4 + whole
        assert row["top_3"] == sum(case[rank] <= 3 for case in inside) / len(inside)
        logs = [math.log(case[probability]) for case in inside]
        assert math.isclose(row["mean_log"], sum(logs) / len(inside))
    for row in judged.triage.to_dict("records"):
        cases = judged.of(row["visit"]).to_dict("records")
        missed = [c["id"] for c in cases if c["wanted"] == "now" != c["urgency"]]
        false = [c["id"] for c in cases if c["wanted"] != "now" == c["urgency"]]
        wrong = missed if row["mistake"] == "missed" else false
        assert (row["number"], row["ids"]) == (len(wrong), ", ".join(wrong))
        assert row["low"] <= row["share"] <= row["high"]


def test_differences_are_paired_and_lie_in_their_interval(judged: PublishedEvaluation) -> None:
    means = judged.table.set_index(["among", "visit", "predictor"])
    for row in judged.comparisons.to_dict("records"):
        mine = means.loc[(row["among"], row["visit"], "network"), row["score"]]
        other = means.loc[(row["among"], row["visit"], row["predictor"]), row["score"]]
        assert math.isclose(row["difference"], mine - other, abs_tol=1e-12)
        assert row["low"] <= row["difference"] <= row["high"]


@pytest.mark.parametrize("layer", ["literature", "beyond"])
def test_all_that_is_not_named_is_one_cause(chosen: list[PublishedCase], layer: Layer) -> None:
    """In every layer the same: who has none of the article's causes has "something else"."""
    model = kb.load(layer=layer)
    named = set(kb.load().knowledge.causes) - {"something_else"}
    outside = {id for id in model.knowledge.causes if id not in named}
    table = evaluate_published(model, chosen, ranked_by="posterior").cases
    for case in chosen:
        for visit in VISITS:
            row = table[(table["id"] == case.id) & (table["visit"] == visit)].iloc[0]
            answers = case.answers(visit)
            hurts = answers.get(model.knowledge.meta.complaint, True) is not False
            ranking = model.diagnose(answers).ranking.set_index("id")
            shares = ranking["posterior" if hurts else "present"]
            whole = 1.0 - float((1.0 - shares[list(outside)]).prod())
            right = shares[list(case.causes)].max() if case.causes else whole
            above = (shares[list(named)] > right).sum() + (bool(case.causes) and whole > right)
            assert row["whole_probability"] == pytest.approx(right, abs=1e-12)
            assert row["whole_rank"] == 1 + above


@pytest.mark.parametrize("layer", ["literature", "beyond"])
def test_something_else_may_be_what_counts_as_right(
    chosen: list[PublishedCase], layer: Layer
) -> None:
    """As others may write it in a file of their own; the published ones name no cause then."""
    model = kb.load(layer=layer)
    known = next(case for case in chosen if case.id == "acl02")
    rest = replace(known, causes=("something_else",))
    row = evaluate_published(model, [known, rest]).of("first visit").iloc[1]
    assert row["in_model"]
    assert row["truth"] == ["something_else"]
    assert row["whole_probability"] == row["something_else"]
    assert row["whole_probability"] >= row["probability"] - 1e-12


def test_what_is_outside_is_outside(judged: PublishedEvaluation) -> None:
    outside = judged.cases[judged.cases["id"] == "out_hae2"]
    assert not outside["in_model"].any()
    assert (judged.something_else["total"] == 1).all()
    assert np.allclose(judged.something_else["outside"], outside["something_else"])


def test_it_is_shown_in_words_and_drawn(judged: PublishedEvaluation) -> None:
    assert "no sample of a practice" in judged.text
    assert "no sample of a practice" in judged.html
    assert len(judged.draw().lines) == 5


def test_of_few_patients_no_interval_is_told(knee: kb.Model, chosen: list[PublishedCase]) -> None:
    told = evaluate_published(knee, [case for case in chosen if case.id != "out_hae2"][:1])
    assert told.comparisons[["low", "high"]].isna().to_numpy().all()
    assert str(told).count("(too few cases).") == 8
    assert "P(something else) is" not in str(told)  # nobody is outside the model
    assert "nan" not in str(told)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"urgency": "later"}, "urgency must be one of"),
        ({"half": "all"}, "half must be one of"),
        ({"causes": "gout"}, "causes must be a list"),
        ({"first_visit": []}, "first_visit must be names with answers"),
        ({"colour": "red"}, "unknown fields colour"),
    ],
)
def test_a_line_that_is_wrong_says_where(
    tmp_path: Path, change: dict[str, object], wrong: str
) -> None:
    good = json.loads(_first_line())
    file = tmp_path / "cases.jsonl"
    file.write_text(f"{json.dumps(good)}\n{json.dumps(good | change)}\n", encoding="utf-8")
    with pytest.raises(kb.KneebayesError, match=f"line 2.*{wrong}"):
        published_cases(path=file)


def test_no_json_a_missing_field_and_a_repeat_are_refused(tmp_path: Path) -> None:
    file, good = tmp_path / "cases.jsonl", _first_line()
    less = json.loads(good)
    del less["text"]
    for lines, wrong in (
        ("{", "line 1: no JSON"),
        ("[]", "must be a JSON object"),
        (json.dumps(less), "lacks text"),
        (f"{good}\n{good}", "twice: acl02"),
        (good.replace('"tests": {', '"tests": {"fever": true, "fever": false, '), "stands twice"),
        (good.replace('"tests": {', '"tests": {"fever": NaN, '), "NaN: it is not finite"),
        (json.dumps({**json.loads(good), "text": 5}), "text must be a text, got 5"),
    ):
        file.write_text(lines, encoding="utf-8")
        with pytest.raises(kb.KneebayesError, match=wrong):
            published_cases(path=file)
    with pytest.raises(kb.KneebayesError, match="cannot be read"):
        published_cases(path=tmp_path / "nowhere.jsonl")
    with pytest.raises(kb.KneebayesError, match="half must be"):
        published_cases("some")


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\u2029", "\n"])
def test_a_case_ends_where_its_line_does(tmp_path: Path, mark: str) -> None:
    file, good = tmp_path / "cases.jsonl", json.loads(_first_line())
    told = {**good, "text": f"Pain behind the knee.{mark}No fever."}
    file.write_text(json.dumps(told, ensure_ascii=False) + "\r\n\n", encoding="utf-8")
    [case] = published_cases(path=file)
    assert case.text == told["text"]


def test_the_command_lists_and_counts(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(_first_line(), encoding="utf-8")
    said = CliRunner().invoke(app, ["published", "--cases", str(file), "--list"])
    assert said.exit_code == 0
    assert "acl02 (first visit): acl_injury; rank" in said.output
    assert "1 patient, 1 of them" in said.output


def _first_line() -> str:
    path = Path(__file__).parent.parent / "data" / "published_cases.jsonl"
    return path.read_text(encoding="utf-8").splitlines()[0]


def test_patients_with_another_complaint_are_refused(tmp_path: Path) -> None:
    """A folder about shoulders shares a cause or two with them by name; that judges nothing."""
    model = kb.load(start_folder(tmp_path / "shoulder"))
    for judge in (kb.study.evaluate_published, kb.study.evaluate_reading):
        with pytest.raises(kb.EvidenceError, match="'Pain in the shoulder' knows "):
            judge(model)


@pytest.mark.parametrize("word", ["absent", "no"])
def test_no_complaint_in_words_is_no_complaint(
    knee: kb.Model, chosen: list[PublishedCase], word: str
) -> None:
    said, complaint = [], knee.knowledge.meta.complaint
    for answer in (False, word):
        case = replace(chosen[0], first_visit={**chosen[0].first_visit, complaint: answer})
        said.append(evaluate_published(knee, [case]).cases.drop(columns="id"))
    assert said[0].equals(said[1])


FURTHER = ("newer_cases.jsonl", "latest_cases.jsonl")


@pytest.mark.parametrize(("file", "number"), [*zip(FURTHER, (162, 64), strict=True)])
def test_further_patients_are_others_and_every_name_is_understood(
    knee: kb.Model, file: str, number: int
) -> None:
    folder = Path(__file__).parent.parent / "data"
    all_files = {name: published_cases(path=folder / name) for name in FURTHER}
    further = all_files.pop(file)
    known = [*published_cases(), *chain(*all_files.values())]
    assert len(further) == number
    assert not {one.source for one in further} & {one.source for one in known}
    assert not {one.id for one in further} & {one.id for one in known}
    assert not evaluate_published(knee, further).unknown
