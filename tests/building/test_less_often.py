"""What is found less often at some ages, or in one sex."""

import itertools
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from asked_of_pgmpy import query_pgmpy
from conftest import DATA

import kneebayes as kb
from kneebayes.building import elicit
from kneebayes.building.quantities import Kind, Quantity, labelled
from kneebayes.building.relinking import between_of, relink
from kneebayes.building.restating import Restating
from kneebayes.building.result import EXPLANATION, leak_in, links_in
from kneebayes.inference import Evidence
from kneebayes.knowledge import Knowledge, read_knowledge
from kneebayes.knowledge.base import by_chance, where_most
from kneebayes.knowledge.records import LessOften
from kneebayes.knowledge.statements import Interval
from kneebayes.network import Network
from kneebayes.network.pgmpy_bridge import to_pgmpy

WHY = ("assumed: made up for a test",)
INTERVAL = Interval(low=0.1, value=0.2, high=0.3)
FACTORS = {"new": 0.1, "ancient": 0.5}


def with_factors(by: dict[str, dict[str, float]]) -> Knowledge:
    """The pump, with leaves that are less often there at some of its years."""
    knowledge = read_knowledge(DATA / "pump")
    leaves = knowledge.contexts["fallen_leaves"].but(less_often=LessOften(by=by, because=WHY))
    return replace(knowledge, contexts={**knowledge.contexts, "fallen_leaves": leaves})


def network_of(knowledge: Knowledge) -> Network:
    return elicit(knowledge, knowledge.lexicons[knowledge.meta.lexicon]).network


def test_a_context_is_found_as_often_as_its_factors_say() -> None:
    """By another library: whichever cause explains, at every age the same factor."""
    network = network_of(with_factors({"years_in_service": FACTORS}))
    model = to_pgmpy(network)
    for cause in network[EXPLANATION].states:
        shares = {
            age: query_pgmpy(model, "fallen_leaves", {EXPLANATION: cause, "years_in_service": age})[
                "present"
            ]
            for age in ("new", "used", "ancient")
        }
        for age, factor in (FACTORS | {"used": 1.0}).items():
            assert shares[age] == pytest.approx(factor * shares["used"], rel=1e-9)


def test_a_form_of_a_disease_is_as_rare_as_its_factors_say() -> None:
    """By another library: a mediator, too, whichever cause explains; and so is what it shows."""
    knowledge = read_knowledge(DATA / "pump")
    (id, one), *_ = knowledge.mediators.items()
    rarer = one.but(less_often=LessOften(by={"years_in_service": FACTORS}, because=WHY))
    network = network_of(replace(knowledge, mediators={id: rarer}))
    model = to_pgmpy(network)
    for cause in network[EXPLANATION].states:
        at = {EXPLANATION: cause, "years_in_service": "used"}
        most = query_pgmpy(model, id, at)["present"]
        for age, factor in FACTORS.items():
            found = query_pgmpy(model, id, {**at, "years_in_service": age})["present"]
            assert found == pytest.approx(factor * most, rel=1e-9)


def test_without_a_cause_its_form_goes_though_it_knows_ages(knee: kb.Model) -> None:
    """What lets a form through at an age is no reason of its own."""
    dx = knee.diagnose({"claudication": True, "age": 70, "heavy leg": True})
    without = dx.without("referred pain from the spine").table.set_index("finding")["persists"]
    assert without["pain on walking that goes at rest"] < 1.0
    told = next(one for one in dx.attribution().findings if one.finding == "claudication")
    assert told.shares["referred_pain_spine"] > 0.8 * dx.explains["referred_pain_spine"]


def test_without_factors_below_one_nothing_changes() -> None:
    plain = network_of(read_knowledge(DATA / "pump"))
    same = network_of(with_factors({"years_in_service": {"new": 1.0}}))
    assert same["fallen_leaves"].parents == (where_most("fallen_leaves"), "years_in_service")
    assert same[where_most("fallen_leaves")].numbers == plain["fallen_leaves"].numbers
    for node in plain.nodes:
        if node.id != "fallen_leaves":
            assert same[node.id].numbers == pytest.approx(node.numbers, abs=1e-12)


def test_what_lies_between_counts_as_it_is_over_all_ages() -> None:
    """A frequency stated of a cause holds over all ages, with what the context brings."""
    often = 0.1 * 0.3 + 1.0 * 0.4 + 0.5 * 0.3
    assert between_of(with_factors({"years_in_service": FACTORS}))["fallen_leaves"] == often
    rows = {"cause": np.zeros(1), "c": np.array([0.2]), "f": np.array([0.05])}
    wanted = {
        "c": {"cause": np.array([0.6])},
        "f": {"cause": np.array([0.5]), "c": np.array([0.4])},
    }
    links = relink(wanted, rows, ["cause", "c", "f"], {"c": often, "f": 1.0})
    through = 0.6 * often * links["f"]["c"][0]
    found = 1.0 - 0.95 * (1.0 - links["f"]["cause"][0]) * (1.0 - through)
    assert found == pytest.approx(0.5, abs=1e-12)


def test_the_shipped_factors_hold_whatever_explains(knee: kb.Model) -> None:
    network, engine, contexts = knee.network, knee.engine, knee.knowledge.contexts
    rarer = knee.knowledge.less_often
    assert len(rarer) > 15
    by_accident = {id for id in rarer if id in knee.knowledge.findings}
    assert "d_dimer" in by_accident
    for id, said in rarer.items():
        node = by_chance(id) if id in by_accident else id
        assert network[node].parents == (where_most(id), *said.by)
        assert links_in(network, id) == (id if id in by_accident else where_most(id))
        assert leak_in(network, id) == where_most(id)
        by = {other: factors for other, factors in said.by.items() if other != EXPLANATION}
        states = ([one.id for one in contexts[other].states] for other in by)
        for kind in itertools.product(*states):
            people = dict(zip(by, kind, strict=True))
            factor = np.prod([by[other].get(state, 1.0) for other, state in people.items()])
            for cause in ("gout", "bakers_cyst", "fracture"):
                own = said.by.get(EXPLANATION, {}).get(cause, 1.0)
                seen = Evidence.of(network, {EXPLANATION: cause, **people})
                found, at_most = (
                    engine.posterior(Evidence.of(network, {one: "present"}), seen)
                    for one in (node, where_most(id))
                )
                assert found == pytest.approx(factor * own * at_most, rel=1e-9)


def test_what_is_seen_by_chance_is_rarer_and_what_is_real_is_not() -> None:
    """A finding's own links stay as they are; its specificity holds where it was measured."""
    knowledge = read_knowledge(DATA / "pump")
    id, one = next((id, one) for id, one in knowledge.findings.items() if one.leak)
    rarer = one.but(less_often=LessOften(by={"years_in_service": FACTORS}, because=WHY))
    network = network_of(replace(knowledge, findings={**knowledge.findings, id: rarer}))
    model = to_pgmpy(network)
    (leak,) = network[where_most(id)].numbers
    for age, factor in (FACTORS | {"used": 1.0}).items():
        chance = query_pgmpy(model, by_chance(id), {"years_in_service": age})["present"]
        assert chance == pytest.approx(factor * leak, rel=1e-9)
    assert network[id].leak == 0.0
    assert network[id].links[-1].strength == (0.0, 1.0)


def test_a_context_can_be_rarer_where_a_cause_explains(knee: kb.Model) -> None:
    """What an artificial joint has no more does not hurt: no ratio below one says so."""
    with_it, without = (
        knee.diagnose({"artificial knee": state, "age": 70}) for state in (True, False)
    )
    assert with_it["meniscus_tear"] < without["meniscus_tear"] / 5.0
    assert with_it["septic_arthritis"] > without["septic_arthritis"]


@pytest.mark.parametrize(
    ("context", "answers", "most"),
    [
        ("pregnancy", {"sex": "male"}, 1e-4),
        ("pregnancy", {"age": 75}, 1e-4),
        ("smoking", {"age": 8}, 1e-3),
        ("knee prosthesis", {"age": 8}, 1e-3),
        ("osteoporosis", {"age": 30, "sex": "male"}, 5e-3),
        ("high-impact sport", {"age": 85}, 5e-3),
    ],
)
def test_what_nobody_of_an_age_has_is_hardly_expected(
    knee: kb.Model, context: str, answers: dict[str, object], most: float
) -> None:
    assert 0.0 < knee.probability({context: True}, answers) < most
    told = knee.diagnose({**answers, context: True})  # odd, not impossible
    assert sum(told[cause.id] for cause in knee.causes) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("age", "least", "most"),
    [(30, 0.28, 0.42), (50, 0.33, 0.48), (70, 0.56, 0.8), (85, 0.8, 0.89)],
)
def test_dimers_rise_with_age(knee: kb.Model, age: int, least: float, most: float) -> None:
    """Positives without a clot, as counted in suspects from fifty on (Schouten 2013)."""
    nobody = {"leg swelling": True, "age": age, "DVT": False, "pulmonary embolism": False}
    assert least < knee.probability({"D-dimer": True}, nobody) < most


def test_it_is_sensed_taught_and_drawn_as_before(knee: kb.Model) -> None:
    """The leak of what is rarer stands in another node; whoever moves it finds it there."""
    dx = knee.diagnose({"pregnant": True, "calf pain": True, "age": 30, "sex": "female"})
    moved = dx.sensitivity("deep vein thrombosis", leak="pregnant")
    assert "pregnant" in repr(moved)
    for name in ("pregnant", "D-dimer"):
        with pytest.raises(kb.EvidenceError, match=f"makes '{name}' rarer and has no single"):
            dx.sensitivity("deep vein thrombosis", link=("young adult", name))
    drawn = dx.robustness(draws=30, seed=1).table
    assert drawn["posterior"].between(0.0, 1.0).all()


def test_faults_are_told(folder: Path) -> None:
    contexts = folder / "contexts.toml"
    whole = contexts.read_text(encoding="utf-8")
    for by, text in {
        "by.model_year = { vintage = 0 }": "would be impossible; write how often it may be told",
        "by.model_year = { old = 0.5 }": "'old' is not a state of 'model_year'",
        "by.model_yaer = { vintage = 0.5 }": "Did you mean 'model_year'?",
        "by.rain = { present = 0.5 }": "'rain' has no states",
        "by.model_year = { vintage = 0.5, current = 0.2, prototype = 0.9 }": "in every state",
        "by.model_year = { vintage = 1.5 }": "1.5",
        "by = {}": "by",
        "by.explanation = { rusty_blot = 0.5 }": "Did you mean 'rusty_bolt'?",
        "by.explanation = { rusty_bolt = 0.5 }": "with 'rusty_bolt' is said in causes/rusty_bolt",
        "by.explanation = { }": "it names no cause",
    }.items():
        entry = f'[rain.less_often]\n{by}\nbecause = "assumed: made up for a test"\n\n[model_year]'
        contexts.write_text(whole.replace("[model_year]", entry), encoding="utf-8")
        with pytest.raises(kb.KnowledgeError) as caught:
            read_knowledge(folder)
        assert len(caught.value.problems) == 1
        assert "rain" in caught.value.problems[0].place
        assert text in str(caught.value), by
    entry = (
        '[model_year.less_often]\nby.rain = { present = 0.5 }\nbecause = "assumed: for a test"\n'
    )
    contexts.write_text(whole + entry, encoding="utf-8")
    with pytest.raises(kb.KnowledgeError, match="has states, in one of which everybody is"):
        read_knowledge(folder)


@pytest.mark.parametrize(
    ("node", "kind", "where"),
    [
        ("fallen_leaves", "leak", True),
        ("fallen_leaves", "frequency", True),
        ("fallen_leaves", "ratio", False),  # a ratio is the same everywhere
        ("weak_jet", "leak", False),
    ],
)
def test_a_number_of_those_with_most_says_so(node: str, kind: Kind, where: bool) -> None:
    knowledge = with_factors({"years_in_service": FACTORS})
    one = Quantity(kind, node, "dry_bearing", "", 0.1, INTERVAL, (), 0, "")
    assert labelled(knowledge, one).endswith("where it is found most") == where


def test_of_a_finding_only_what_is_seen_by_chance_is_of_those_with_most(knee: kb.Model) -> None:
    for id in knee.knowledge.less_often.keys() & knee.knowledge.findings.keys():
        measured = knee.knowledge.findings[id].specificity is not None
        assert bool(knee.knowledge.where_it_holds(id, leak=True)) != measured
        assert knee.knowledge.where_it_holds(id) == ""


def test_every_misspelt_state_is_told(folder: Path) -> None:
    contexts = folder / "contexts.toml"
    whole = contexts.read_text(encoding="utf-8")
    entry = (
        '[rain.less_often]\nby.model_year = { vintgae = 0.1, curent = 0.2 }\nbecause = "C04"\n\n'
    )
    contexts.write_text(whole.replace("[model_year]", f"{entry}[model_year]"), encoding="utf-8")
    with pytest.raises(kb.KnowledgeError) as caught:
        read_knowledge(folder)
    told = str(caught.value)
    assert "Did you mean 'vintage'?" in told
    assert "Did you mean 'current'?" in told


@pytest.mark.parametrize("id", ["squeak_by_chance", "squeak_where_most"])
def test_an_id_that_the_network_makes_is_told(folder: Path, id: str) -> None:
    findings = folder / "findings.toml"
    text = findings.read_text(encoding="utf-8")
    rarer = '[squeak.less_often]\nby.model_year = { vintage = 0.1 }\nbecause = "C04"\n\n'
    other = f'[{id}]\nlabel = "{id} heard"\nkind = "sign"\nleak = 0.1\nbecause = "C04"\n'
    text = text.replace("[sparks]", f"{rarer}[sparks]")
    findings.write_text(f"{text}\n{other}", encoding="utf-8")
    with pytest.raises(kb.KnowledgeError, match="Give that entry another id"):
        read_knowledge(folder)


def test_a_mediator_is_not_rarer_where_a_cause_explains(folder: Path) -> None:
    rarer = '\n[{}.less_often]\nby.explanation = {{ flat_battery = 0.1 }}\nbecause = "C04"\n'
    mediators = folder / "mediators.toml"
    id = next(iter(tomllib.loads(mediators.read_text(encoding="utf-8"))))
    with mediators.open("a", encoding="utf-8") as file:
        file.write(rarer.format(id))
    with pytest.raises(kb.KnowledgeError, match=f"Write {id} = ... under .shows. of the causes"):
        read_knowledge(folder)


def test_the_share_of_a_context_moves_no_ratio(knee: kb.Model) -> None:
    """Reading the folder anew with another share, and drawing that share, are the same."""
    data = knee.data
    kinds = [(one.kind, one.node) for one in data.quantities.all]
    at = kinds.index(("leak", "smoking"))
    restating = Restating(data.engine, data.knowledge, data.quantities, data.lexicon, ["smoking"])
    amounts = data.quantities.values[None].copy()
    amounts[0, at] *= 0.6
    (numbers,) = restating.restate(amounts)
    smoking = data.knowledge.contexts["smoking"]
    said = smoking.but(share=float(amounts[0, at]))
    knowledge = replace(data.knowledge, contexts={**data.knowledge.contexts, "smoking": said})
    anew = elicit(knowledge, knowledge.lexicons[data.lexicon]).network[where_most("smoking")]
    place = data.engine.place_of(where_most("smoking"))
    drawn = numbers[place : place + len(anew.numbers)]
    assert drawn == pytest.approx(np.array(anew.numbers), rel=0.05, abs=1e-4)
    kept = data.engine.numbers[0][place : place + len(anew.numbers)]
    assert np.abs(np.array(anew.numbers) - kept).max() > 0.02


def test_without_a_cause_what_is_seen_by_chance_stays(knee: kb.Model) -> None:
    dx = knee.diagnose({"D-dimer": True, "age": 85, "smoking": True, "calf pain": True})
    table = dx.without("deep vein thrombosis").table.set_index("finding")["persists"]
    assert 0.5 < table["D-dimer raised"] <= 1.0
