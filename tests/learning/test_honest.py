"""What a learnt model says of itself: how sure it is, and whom it knows its numbers from."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import DATA

import kneebayes as kb
from kneebayes.building.quantities import RATIOS, amounts_at, quantities_of
from kneebayes.building.restating import Restating
from kneebayes.cohort import COMPLETE
from kneebayes.inference import Evidence
from kneebayes.knowledge.statements import Interval
from kneebayes.learning.outcome import LearntNumber

FOLDERS = ("tiny", "pump")


def recorded(model: kb.Model, count: int, seed: int) -> pd.DataFrame:
    """Patients as an archive has them: a third of the answers and half of the causes missing."""
    drawn = model.simulate(count, seed=seed, recording=COMPLETE)
    rng = np.random.default_rng(seed)
    answers = drawn.answers.drop(columns=model.knowledge.meta.complaint, errors="ignore")
    answers = answers.astype(object).mask(rng.random(answers.shape) < 0.33)
    causes = drawn.there[list(model.knowledge.causes)].astype(object)
    unknown = np.repeat(rng.random((count, 1)) >= 0.5, causes.shape[1], axis=1)
    return pd.concat([answers, causes.mask(unknown)], axis=1)


def width(interval: Interval, *, ratio: bool) -> float:
    """How wide an interval is on the scale of log-odds, or of the logarithm of a ratio."""

    def scaled(end: float) -> float:
        if ratio:
            return math.log(max(end, 1.0))
        return math.inf * (end - 0.5) if end in (0.0, 1.0) else math.log(end / (1.0 - end))

    low, high = scaled(interval.low), scaled(interval.high)
    return 0.0 if interval.low == interval.high else high - low


def is_ratio(outcome: LearntNumber) -> bool:
    return outcome.sentence.quantity.kind in RATIOS


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("count", [1, 200])
def test_no_interval_is_wider_than_the_texts(name: str, count: int) -> None:
    """Patients only ever add to what is known, so all numbers are as sure as the text at least."""
    model = kb.load(DATA / name)
    learnt = model.update(recorded(model, count, 1), progress=False).learnt
    assert learnt is not None
    for one in learnt.outcomes:
        before = width(one.sentence.interval, ratio=is_ratio(one))
        assert width(one.interval, ratio=is_ratio(one)) <= 1.05 * before + 1e-9, one.sentence.about


@pytest.mark.long
def test_nor_in_the_large_model_where_patients_are_silent(knee: kb.Model) -> None:
    patients = knee.simulate(12, seed=1).answers
    learnt = knee.update(patients, progress=False).learnt
    assert learnt is not None
    silent = [one for one in learnt.outcomes if one.data < 0.01]
    assert silent
    for one in learnt.outcomes:
        before = width(one.sentence.interval, ratio=is_ratio(one))
        assert width(one.interval, ratio=is_ratio(one)) <= 1.05 * before + 1e-9, one.sentence.about


def truths(model: kb.Model, count: int) -> Iterator[tuple[kb.Model, dict[tuple[str, ...], float]]]:
    """Models whose numbers were drawn from the intervals of the text, each with its numbers."""
    data = model.data
    quantities = quantities_of(data.knowledge, data.elicited, data.engine)
    alone = replace(quantities, word_of=np.arange(len(quantities)))
    rng = np.random.default_rng(1)
    amounts = amounts_at(alone, rng.standard_normal((2 * count, len(quantities))))
    leaks = {one.node: at for at, one in enumerate(quantities.all) if one.kind == "leak"}
    odds = amounts / np.maximum(1.0 - amounts, 1e-12)
    middle = np.array([one.interval.value for one in quantities.all])
    usual = middle / np.maximum(1.0 - middle, 1e-12)
    drawn = amounts.copy()
    for at in quantities.of_kind("ratio"):  # a ratio is against those without
        own = leaks.get(quantities.all[at].node)
        if own is not None and usual[own] > 0.0:
            drawn[:, at] *= odds[:, own] / usual[own]
    restating = Restating(
        data.engine, data.knowledge, quantities, data.lexicon, data.knowledge.findings
    )
    restated = restating.restate(drawn)
    complaint = data.knowledge.meta.complaint
    for row in range(count):
        network = data.network.with_numbers(restated[row])
        truth = model.replace(elicited=replace(data.elicited, network=network))
        numbers = {}
        for one, number in zip(quantities.all, amounts[row].tolist(), strict=True):
            key = one.kind, one.node, one.parent, one.state
            seen, asked = {complaint: "present"}, one.node
            if one.kind == "evoking":  # the link that it asks for may lie out of bounds
                seen, asked = {**seen, one.node: "present"}, one.parent
            if one.kind == "presence":
                asked = data.elicited.there[one.node]
            numbers[key] = number
            if one.kind in ("prior", "presence", "evoking"):  # shares are scaled to add up to 1
                evidence = Evidence.of(network, seen)
                numbers[key] = truth.data.engine.propagate(evidence, [asked]).present(asked)
        yield truth, numbers


@pytest.mark.parametrize(
    ("times", "numbers_held", "low", "high"),
    [(2, 200, 0.8, 0.98), pytest.param(6, 600, 0.85, 0.95, marks=pytest.mark.long)],
)
def test_ninety_percent_intervals_hold_nine_truths_in_ten(
    times: int, numbers_held: int, low: float, high: float
) -> None:
    """Truths drawn from the text, patients from the truths; the more, the closer to 90 %."""
    inside = []
    for name, count in (("tiny", 4 * times), ("pump", 2 * times)):
        model = kb.load(DATA / name)
        for seed, (truth, numbers) in enumerate(truths(model, count)):
            learnt = model.update(recorded(truth, 300, seed), progress=False).learnt
            assert learnt is not None
            for one in learnt.outcomes:
                said = one.sentence.quantity
                if said.kind == "share" or one.sentence.fixed:
                    continue
                true = numbers[said.kind, said.node, said.parent, said.state]
                inside.append(one.interval.low <= true <= one.interval.high)
    assert len(inside) > numbers_held
    assert low < np.mean(inside) < high


@pytest.fixture(scope="module")
def taught(robot: kb.Model) -> kb.Model:
    return robot.update(recorded(robot, 200, 1), progress=False)


def test_trace_names_the_patients_where_they_taught(taught: kb.Model, robot: kb.Model) -> None:
    assert taught.learnt is not None
    data = taught.learnt.table.set_index(["kind", "node", "parent", "state"])["data"]
    assert (data > 0.01).any()
    for cause in taught.causes:
        trace = taught.trace(cause.id)
        prior = trace.table.iloc[0]
        share = data["prior", cause.id, "", ""]
        assert share > 0.01
        assert prior["origin"].split("+")[-1] == "patients"
        assert f"patients: 200 patients with the complaint; {share:.1%}" in prior["because"]
        assert "learnt from 200 patients" in trace.text
        assert "earnt from 200 patients" in trace._repr_html_()
        assert "patients" not in robot.trace(cause.id).text


def test_statements_that_patients_are_silent_on_rest_on_the_text_alone(robot: kb.Model) -> None:
    patients = pd.DataFrame({"squeak": [True] * 5, "rusty bolt": [True] * 5})
    model = robot.update(patients)
    assert model.learnt is not None
    table = model.learnt.table
    sparks = table[(table["node"] == "sparks") & (table["kind"] == "leak")]
    assert sparks["data"].item() < 0.01
    for id, finding in model.knowledge.findings.items():
        named = any(one.startswith("patients:") for one in finding.because)
        own = table[(table["node"] == id) & (table["kind"] == "leak")]
        assert named == bool(len(own) and own["data"].item() >= 0.01)
    assert "patients" not in {
        kind
        for because in [model.knowledge.findings["sparks"].because]
        for kind in [model.knowledge.kind_of_origin(one) for one in because]
    }


def test_explain_gives_the_patients_their_share(taught: kb.Model) -> None:
    explained = taught.diagnose({"squeak": True, "sparks": False}).explain("rusty bolt")
    table = explained.table
    assert (table["patients"] > 0.0).any()
    assert taught.learnt is not None
    data = taught.learnt.table.set_index(["kind", "node"])["data"]
    assert table["patients"].iloc[0] == pytest.approx(data["prior", "rusty_bolt"], abs=1e-3)
    sums = table[["article", "literature", "assumption", "patients"]].sum(axis=1)
    assert ((sums - 1.0).abs().lt(1e-9) | sums.eq(0.0)).all()
    assert "The prior rests on patients" in " ".join(explained.text.split())
    assert "learnt from 200 patients" in explained.draw().get_title(loc="left")


def test_json_says_what_made_it(taught: kb.Model, robot: kb.Model) -> None:
    dx = taught.diagnose({"squeak": True})
    for result in (dx, dx.explain("rusty bolt"), dx.robustness(20, seed=1), dx.questions()):
        content = json.loads(result.to_json())
        made = {name: content[name] for name in ("digest", "layer", "lexicon", "setting", "learnt")}
        assert made == {
            "digest": robot.knowledge.digest,
            "layer": "literature",
            "lexicon": "plain",
            "setting": None,
            "learnt": "200 patients",
        }
        assert content["version"] == kb.__version__
        assert "squeak" in json.dumps(content["answers"])
