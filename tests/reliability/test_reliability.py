"""The figures themselves: that they hold on small samples, and that they would notice."""

from __future__ import annotations

import ast
import json
from collections import Counter
from pathlib import Path

import numpy as np
import oracle
import pytest
from benchmarks.patients import Ward
from scipy.stats import kstest

import kneebayes as kb
from kneebayes.building.model import model_of
from reliability import injection, mutants, noticing, stateful
from reliability.asking import WAYS, ask_plain
from reliability.calibration import (
    broken_models,
    by_bin,
    by_cause,
    draw_sample,
    p_value,
    p_values,
    posteriors_of,
)
from reliability.checks import Check, Results, holds, line_of
from reliability.copies import HERE
from reliability.exactness import errors_of, rights_of, tiny_cases
from reliability.fuzzing import (
    TINY,
    Tally,
    fuzz_cases,
    fuzz_commands,
    fuzz_evidence,
    fuzz_folder,
    fuzz_networks,
)
from reliability.laws import LAWS, soften, worst_by_law
from reliability.planted import FAULTS

CLOSE = 1e-12


@pytest.fixture(scope="module")
def ward(knee: kb.Model) -> Ward:
    return Ward.of(knee, 500, 1)


@pytest.mark.parametrize("way", WAYS)
def test_faint_numbers_keep_their_digits(way: str) -> None:
    for network, evidence in tiny_cases(4, 1):
        assert max(errors_of(WAYS[way], network, evidence, *rights_of(network, evidence))) < CLOSE


def test_the_laws_hold_on_random_networks() -> None:
    cases = [(network, evidence) for network, evidence, _ in oracle.cases(12, 2)]
    worst = worst_by_law(cases, np.random.default_rng(2))
    assert worst.keys() == LAWS.keys()
    assert {name: value for name, value in worst.items() if not value < CLOSE} == {}


def test_the_laws_hold_on_the_article(ward: Ward) -> None:
    network, rng = ward.model.network, np.random.default_rng(3)
    evidence = soften(rng, ward.some(1, most=6)[0].evidence(network, "contexts answered"))
    worst = worst_by_law([(network, evidence)], rng)
    assert {name: value for name, value in worst.items() if not value < CLOSE} == {}


def test_calibration_holds_for_the_right_model_only(ward: Ward) -> None:
    sample = draw_sample(ward, 500)
    right = posteriors_of(ward, ward.model.network, sample.told)
    assert min(p_values(right, sample)) > 0.001
    raised = broken_models(ward)["shares to the power of 0.8"]
    wrong = posteriors_of(ward, raised, sample.told)
    assert min(p_values(wrong, sample)) < 0.05


def test_calibration_is_tested_rightly() -> None:
    """p-values of what is calibrated by construction are uniform; of what is not, small."""
    rng = np.random.default_rng(4)
    found: list[float] = []
    for _ in range(60):
        posteriors = rng.beta(0.5, 3.0, size=(800, 6))
        present = rng.random(posteriors.shape) < posteriors
        found += [p_value(by_bin(posteriors, present)), p_value(by_cause(posteriors, present))]
    assert 0.4 < np.mean(found) < 0.6
    assert np.mean(np.array(found) < 0.05) < 0.12
    assert p_value(by_bin(posteriors * 0.7, present)) < 1e-4


def test_residuals_that_determine_each_other_are_tested_with_their_rank() -> None:
    """Exactly one of several is true: the p-value is that with any one of them left out."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(200):
        shares = rng.dirichlet(np.ones(5), size=300)
        true = (rng.random((300, 1)) >= shares.cumsum(axis=1)).sum(axis=1)
        residuals = (true[:, None] == np.arange(5)) - shares
        found.append(p_value(residuals))
        for left_out in range(5):
            others = np.delete(residuals, left_out, axis=1)
            assert p_value(others) == pytest.approx(found[-1], rel=1e-6)
    assert kstest(found, "uniform").pvalue > 0.001
    assert p_value(residuals + 0.1 * np.eye(5)[0]) < 1e-4
    with pytest.raises(ValueError, match="nothing to test"):
        p_value(np.zeros((5, 2)))


def test_a_differential_is_what_was_said_however_it_came_to_it(robot: kb.Model) -> None:
    machine = stateful.machine_for(robot)
    stateful.run_state_machine_as_test(machine, settings=stateful.handled(6, 6))


def test_fuzzing(robot: kb.Model) -> None:
    rng = np.random.default_rng(6)
    tallies = fuzz_folder(TINY, 100, rng, "folder", 2) | fuzz_evidence(robot, 300, rng, "model")
    tallies |= fuzz_cases(robot, 100, rng) | fuzz_networks(robot, 60, rng)
    tallies |= fuzz_commands(robot, 6, rng)
    assert [failure for tally in tallies.values() for failure in tally.failures] == []
    outcomes = sum((tally.outcomes for tally in tallies.values()), Counter())
    assert outcomes["refused"] > 50
    assert outcomes["read"] > 5
    assert outcomes["answered"] > 20


def test_a_tally_tells_refusals_from_failures() -> None:
    def fail() -> str:
        raise ZeroDivisionError

    def refuse() -> str:
        message = "no"
        raise kb.EvidenceError(message)

    tally = Tally()
    for attempt in (fail, refuse, lambda: "read"):
        tally.note("what", {"given": 1}, attempt)
    assert tally.outcomes == {"failed": 1, "refused": 1, "read": 1}
    assert "ZeroDivisionError" in tally.failures[0]


def test_hostile_names_are_shown_as_text(robot: kb.Model) -> None:
    word = injection.HOSTILE[0]
    spoilt = kb.Model(model_of(injection.hostile(robot.knowledge, word), robot.data.lexicon))
    html = spoilt.diagnose({"squeak": True})._repr_html_()
    assert "&lt;script&gt;alert(1)" in html
    (check,) = injection.measure_injection({"the small model": robot}, injection.HOSTILE[1:2])
    assert (check.value, check.note.count(",") > 8) == (0, True)


def test_what_a_browser_would_run_is_seen() -> None:
    for word in injection.HOSTILE[:5]:
        quote = "'" if word.startswith("'") else '"'
        assert injection.what_runs(f"<b title={quote}{word}{quote}>{word}</b>")
    assert not injection.what_runs("<b>&lt;script&gt;</b><p style='x'>onerror=1</p>")


def test_hostile_names_are_refused_in_files(robot: kb.Model, folder: Path, edit) -> None:
    edit("causes/rusty_bolt.toml", 'label = "rusty bolt"', 'label = "<script>alert(1)</script>"')
    with pytest.raises(kb.KnowledgeError, match="holds markup"):
        kb.load(folder)


@pytest.mark.parametrize("fault", FAULTS[1:], ids=lambda fault: fault.what)
def test_planted_faults_are_still_where_they_were(fault) -> None:
    text = (HERE / "kneebayes" / "inference" / fault.file).read_text(encoding="utf-8")
    assert text.count(fault.right) == 1


def test_mutants_are_code_that_differs() -> None:
    source = HERE / "kneebayes" / "inference" / "plain.py"
    made = [text for _, _, text in mutants.mutants_of(source)]
    assert len(made) > 20
    assert len(set(made)) > 0.9 * len(made)
    for text in made:
        compile(text, "mutant", "exec")


COUNTED = """
MOST = 3


def few(many, most=MOST):
    if many is None:
        return 0
    return min(
        many,
        most + 1,
    )


def other(of):
    return of < MOST
"""


@pytest.mark.parametrize(
    ("code", "tests"),
    [
        (
            "3",
            ["tests/test_records.py", "t::other"],
        ),  # runs on import: whoever runs a line that names it
        ("many is None", ["t::more[1]", "t::none", "t::more[2]"]),
        ("0", ["t::none"]),
        ("most + 1", ["t::more[1]", "t::more[2]"]),
        ("1", ["t::more[1]", "t::more[2]"]),
    ],
)
def test_a_mutant_is_judged_by_the_tests_that_run_its_line(
    tmp_path: Path, code: str, tests: list[str]
) -> None:
    """Quickest first, one of every function before a second; a fixture's lines are its users'."""
    (tmp_path / "kneebayes.py").write_text(COUNTED, encoding="utf-8")
    names = ["fixture shared", "t::none", "t::more[1]", "t::more[2]", "t::failing"]
    lines = {6: [0, 1, 2, 4], 7: [1], 8: [0, 2, 4], 9: [0], 10: [0, 2], 15: [5]}
    told = {
        "names": [*names, "t::other"],
        "seconds": {"t::none": 2.0, "t::more[1]": 1.0, "t::more[2]": 1.5, "t::other": 3.0},
        "fixtures": {
            "t::none": [], "t::more[1]": ["shared"], "t::more[2]": ["shared"], "t::other": [],
        },
        "lines": {"kneebayes.py": lines},
    }  # fmt: skip
    (tmp_path / "told.json").write_text(json.dumps(told), encoding="utf-8")
    tree = ast.parse(COUNTED)
    node = next(one for one in ast.walk(tree) if ast.unparse(one) == code)
    found = noticing.Noticing(tmp_path / "told.json", tmp_path)
    assert found.of("kneebayes.py", tree, node) == tests


@pytest.mark.parametrize(
    ("value", "demanded", "met"),
    [(1e-13, "< 1e-12", True), (float("nan"), "< 1e-12", False), (0.0, "= 0", True),
     (1.0, "= 0", False), (0.2, "> 0.001", True), (float("nan"), "", True)],
)  # fmt: skip
def test_demands(value: float, demanded: str, met: bool) -> None:
    assert holds(value, demanded) is met


def test_a_demand_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^A demand is <, > or = and a number, got 'about 3'"):
        holds(1.0, "about 3")


def test_results_of_other_parts_stay(tmp_path: Path, capsys) -> None:
    first, second = (
        Check("a", "x", "error", 1e-15, "< 1e-12", 3),
        Check("b", "y|z", "p", 0.0, "> 1", 2),
    )
    Results(tmp_path).put([second], "command b", 1, "ab")
    Results(tmp_path).put([first], "command a", 1, "ab")
    Results(tmp_path).put([first], "command a again", 1, "ab")
    page = (tmp_path / "RESULTS.md").read_text()
    assert page.index("## a") < page.index("## b")
    assert "command a again" in page
    assert "`command a`" not in page
    assert "| y\\|z | p | 0 | > 1 | NO | 2 |" in page
    assert "NOT MET" in line_of(second)
    assert "NOT MET" not in capsys.readouterr().out.splitlines()[-1]


def test_the_engine_is_asked_plainly_where_that_is_wanted() -> None:
    network, evidence, _ = next(oracle.cases(1, 8))
    told = ask_plain(network, evidence)
    right = oracle.weigh(network, evidence)
    assert abs(float(np.expm1(told.log_probability[0] - np.log(right)))) < CLOSE
