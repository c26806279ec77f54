# ruff: noqa: E501, ISC004 - rows of what is told are easier to read than broken ones
"""What is told of a foreign network, word for word and bar by bar; numbers by closed forms."""

import math
import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from kneebayes.errors import (
    EvidenceError,
    ImpossibleEvidenceError,
    KneebayesError,
    TooWideError,
    UnknownNameError,
)
from kneebayes.exchange import ForeignModel, NetworkFile, reason_with
from kneebayes.exchange.foreign_network import nearest
from kneebayes.exchange.foreign_result import Bars, ForeignResult
from kneebayes.network import Network, noisy_or_node, root_node, table_node

GAINS = "bits that the answer is expected to tell"
NETWORK = Network(
    (
        root_node("sky", [0.5, 0.25, 0.25], ["clear", "grey", "storm"]),
        table_node("wet", ["sky"], np.array([[0.9, 0.1], [0.5, 0.5], [0.0, 1.0]])),
        noisy_or_node("slip", 0.125, {"wet": 0.5}),
    )
)
WEATHER = NetworkFile(NETWORK, {"sky": "The sky", "wet": "Wet grass"}, {}, {"title": "Weather"})
SKY = ForeignModel(WEATHER, ["the sky"])
BOTH = ForeignModel(WEATHER, ["sky", "slip"])
LIKELY = {"wet": True, "slip": [0.25, 0.75]}  # all that is known of slip is of no use then
KNOWN = "Known: Wet grass: present; slip: likelihoods absent 0.25, present 0.75."
PRIOR, NOW = [0.5, 0.25, 0.25], [2 / 17, 5 / 17, 10 / 17]
STATES = ("clear", "grey", "storm")


def decibans(odds: float) -> float:
    return 10.0 * math.log10(odds)


def log_odds(wet: bool, slip: bool) -> float:
    """Of a storm, given that it is wet, and that slipping has likelihoods 1 to 3, or neither."""
    slipping = 0.25 * np.array([0.875, 0.4375]) + 0.75 * np.array([0.125, 0.5625])
    weight = np.array([[0.0 if wet else 1.0], [1.0]]) * (slipping[:, None] if slip else 1.0)
    share = (np.array(PRIOR) * (np.array([[0.9, 0.5, 0.0], [0.1, 0.5, 1.0]]) * weight)).sum(axis=0)
    return decibans(share[2] / (share[0] + share[1]))


BEFORE, WET, SLIP, ALL = (log_odds(*one) for one in ((0, 0), (1, 0), (0, 1), (1, 1)))
WEIGHTS = {
    "single": [WET - BEFORE, SLIP - BEFORE],
    "ledger": [WET - BEFORE, ALL - WET],
    "shapley": [(WET - BEFORE + ALL - SLIP) / 2, (SLIP - BEFORE + ALL - WET) / 2],
    "leave_one_out": [ALL - SLIP, ALL - WET],
    "after": [WET, ALL],
}
ANSWERS = ["Wet grass: present", "slip: likelihoods absent 0.25, present 0.75"]
BITS_NOTE = "Bits: mutual information of the answer and the target, given what is known."
SHARES_NOTE = "Ledger and Shapley shares add up to the difference."
KEPT_NOTE = "The other entries of the same distribution keep their proportions."


def entropy(*shares: float) -> float:
    return -sum(share * math.log2(share) for share in shares if share > 0.0)


WET_BITS = entropy(0.425, 0.575) - 0.5 * entropy(0.9, 0.1) - 0.25
SLIP_BITS = entropy(0.6890625, 0.3109375) - 0.575 * entropy(0.875) - 0.575 * entropy(0.125)
SLIP_BITS -= 0.425 * entropy(0.4375, 0.5625)

Told = tuple[
    Callable[[], ForeignResult],  # the question
    str,  # its title
    str,  # what is known
    dict[str, list[Any]],  # the table
    tuple[str, ...],  # what stands above the rows that are shown
    list[tuple[str, ...]],  # the rows
    tuple[str, ...],  # remarks
    tuple[str, list[str], list[float]],  # title, labels and lengths of the bars
]

TOLD: dict[str, Told] = {
    "the case": (
        lambda: SKY.given(LIKELY),
        "Weather: The sky",
        KNOWN,
        {"id": ["sky"] * 3, "target": ["The sky"] * 3, "state": [*STATES], "prior": PRIOR,
         "posterior": NOW},
        ("target", "state", "before", "now"),
        [("The sky", "clear", "50%", "12%"), ("The sky", "grey", "25%", "29%"),
         ("The sky", "storm", "25%", "59%")],
        ("Before: with nothing known. Now: P(state | evidence).",),
        ("P(state | evidence)", [*STATES], NOW),
    ),
    "two targets": (
        lambda: BOTH.given({"wet": "present"}),
        "Weather: The sky, slip",
        "Known: Wet grass: present.",
        {"id": ["sky"] * 3 + ["slip"] * 2, "target": ["The sky"] * 3 + ["slip"] * 2,
         "state": [*STATES, "absent", "present"], "prior": [*PRIOR, 0.6890625, 0.3109375],
         "posterior": [*NOW, 0.4375, 0.5625]},
        ("target", "state", "before", "now"),
        [("The sky", "clear", "50%", "12%"), ("The sky", "grey", "25%", "29%"),
         ("The sky", "storm", "25%", "59%"), ("slip", "absent", "69%", "44%"),
         ("slip", "present", "31%", "56%")],
        ("Before: with nothing known. Now: P(state | evidence).",),
        ("P(state | evidence)", ["The sky: clear", "The sky: grey", "The sky: storm",
         "slip: absent", "slip: present"], [*NOW, 0.4375, 0.5625]),
    ),
    "why": (
        lambda: SKY.given(LIKELY).explain("sky", "storm"),
        "Why The sky is storm",
        KNOWN,
        {"id": ["wet", "slip"], "answer": ANSWERS, **WEIGHTS},
        ("answer", "single", "ledger", "shapley", "leave one out", "after"),
        [(answer, *(f"{WEIGHTS[one][at] + 0.0:+.1f}" for one in WEIGHTS))
         for at, answer in enumerate(ANSWERS)],
        (f"From -4.8 to +1.5 decibans for storm against any other state. {SHARES_NOTE}",),
        ("decibans for storm against any other state (Shapley)", ANSWERS, WEIGHTS["shapley"]),
    ),
    "why against another state": (
        lambda: SKY.given({"wet": True}).explain("The sky", "Storm", "grey"),
        "Why The sky is storm",
        "Known: Wet grass: present.",
        {"id": ["wet"], "answer": ANSWERS[:1], **{one: [decibans(2.0)] for one in WEIGHTS}},
        ("answer", "single", "ledger", "shapley", "leave one out", "after"),
        [("Wet grass: present", *["+3.0"] * 5)],
        (f"From +0.0 to +3.0 decibans for storm against grey. {SHARES_NOTE}",),
        ("decibans for storm against grey (Shapley)", ANSWERS[:1], [decibans(2.0)]),
    ),
    "why what cannot be": (
        lambda: SKY.given({"wet": False}).explain("sky", "storm"),
        "Why The sky is storm",
        "Known: Wet grass: absent.",
        {"id": ["wet"], "answer": ["Wet grass: absent"], **{one: [-math.inf] for one in WEIGHTS}},
        ("answer", "single", "ledger", "shapley", "leave one out", "after"),
        [("Wet grass: absent", *["decides"] * 5)],
        ("From -4.8 decibans for storm against any other state to what is impossible: the answers "
         "that decide have no number, and shares of the difference do not add up.",),
        ("decibans for storm against any other state (Shapley)", ["Wet grass: absent"],
         [-math.inf]),
    ),
    "why what was impossible from the start": (
        lambda: reason_with(
            Network((root_node("a", [1.0, 0.0]), table_node("b", ["a"], [[0.5, 0.5]] * 2))), ["a"],
            {"b": True},
        ).explain("a", "present"),
        "Why a is present",
        "Known: b: present.",
        {"id": ["b"], "answer": ["b: present"],
         **{one: [0.0] for one in WEIGHTS}, "after": [-math.inf]},
        ("answer", "single", "ledger", "shapley", "leave one out", "after"),
        [("b: present", *["+0.0"] * 4, "decides")],
        ("present is impossible before any answer, so no answer weighs anything against any other "
         "state.",),
        ("decibans for present against any other state (Shapley)", ["b: present"], [0.0]),
    ),
    "what to ask": (
        lambda: SKY.given().questions(),
        "What to ask about The sky",
        "Nothing is known.",
        {"id": ["wet", "slip"], "question": ["Wet grass", "slip"],
         "bits": [WET_BITS, 0.08756865630579454], "bits_sky": [WET_BITS, 0.08756865630579454]},
        ("question", "bits"),
        [("Wet grass", "0.4992"), ("slip", "0.0876")],
        (BITS_NOTE,),
        (GAINS, ["Wet grass", "slip"], [WET_BITS, 0.08756865630579454]),
    ),
    "what to ask of some": (
        lambda: SKY.given().questions(nodes=["wet GRASS"]),
        "What to ask about The sky",
        "Nothing is known.",
        {"id": ["wet"], "question": ["Wet grass"], "bits": [WET_BITS], "bits_sky": [WET_BITS]},
        ("question", "bits"),
        [("Wet grass", "0.4992")],
        (BITS_NOTE,),
        (GAINS, ["Wet grass"], [WET_BITS]),
    ),
    "what to ask of one of two targets": (
        lambda: BOTH.given({"wet": True}).questions("SLIP"),
        "What to ask about slip",
        "Known: Wet grass: present.",
        {"id": ["sky"], "question": ["The sky"], "bits": [0.0], "bits_slip": [0.0]},
        ("question", "bits"),
        [("The sky", "0.0000")],
        (BITS_NOTE,),
        (GAINS, ["The sky"], [0.0]),
    ),
    "what to ask about two targets": (
        lambda: BOTH.given().questions(),
        "What to ask about The sky and slip",
        "Nothing is known.",
        {"id": ["wet"], "question": ["Wet grass"],
         "bits": [WET_BITS + SLIP_BITS], "bits_sky": [WET_BITS], "bits_slip": [SLIP_BITS]},
        ("question", "bits"),
        [("Wet grass", "0.6607")],
        (BITS_NOTE, "Over several targets the sum of bits is a score."),
        (GAINS, ["Wet grass"], [WET_BITS + SLIP_BITS])
    ),
    "states together": (
        lambda: BOTH.given({"wet": True}).sets(2),
        "Most probable states together",
        "Known: Wet grass: present.",
        {"states": ["sky = storm, slip = present", "sky = storm, slip = absent"],
         "probability": [10 / 17 * 0.5625, 10 / 17 * 0.4375], "sky": ["storm"] * 2,
         "slip": ["present", "absent"]},
        ("states", "probability"),
        [("sky = storm, slip = present", "33%"), ("sky = storm, slip = absent", "26%")],
        ("P(all of these together | evidence); everything else is summed out.",),
        ("P(these states together | evidence)",
         ["sky = storm, slip = present", "sky = storm, slip = absent"],
         [10 / 17 * 0.5625, 10 / 17 * 0.4375]),
    ),
    "of an entry": (
        lambda: SKY.given({"wet": True}).sensitivity("sky", "wet", "present", {"the sky": "grey"}),
        "The sky as a function of P(wet = present | sky = grey) = 0.5",
        "Known: Wet grass: present.",
        {"state": [*STATES], "at_0": [1 / 6, 0.0, 5 / 6], "now": NOW, "at_1": [1 / 11, 5 / 11, 5 / 11],
         "a": [1 / 11, 0.0, 5 / 11], "b": [0.0, 5 / 11, 0.0], "c": [6 / 11] * 3, "d": [5 / 11] * 3},
        ("state", "at 0", "now", "at 1"),
        [("clear", "17%", "12%", "9.1%"), ("grey", "0%", "29%", "45%"),
         ("storm", "83%", "59%", "45%")],
        (KEPT_NOTE,),
        ("P(state | evidence): P(wet = present | sky = grey) at 1 minus at 0", [*STATES],
         [1 / 11 - 1 / 6, 5 / 11, 5 / 11 - 5 / 6]),
    ),
    "of a leak": (
        lambda: BOTH.given({"wet": True}).sensitivity("slip", "slip", "present"),
        "slip as a function of leak P(slip = present) = 0.125",
        "Known: Wet grass: present.",
        {"state": ["absent", "present"], "at_0": [0.5, 0.5], "now": [0.4375, 0.5625],
         "at_1": [0.0, 1.0], "a": [0.5, 0.5], "b": [-0.5, 0.5], "c": [1.0, 1.0], "d": [0.0, 0.0]},
        ("state", "at 0", "now", "at 1"),
        [("absent", "50%", "44%", "0%"), ("present", "50%", "56%", "100%")],
        (KEPT_NOTE,),
        ("P(state | evidence): leak P(slip = present) at 1 minus at 0", ["absent", "present"],
         [-0.5, 0.5]),
    ),
    "of a link": (
        lambda: BOTH.given({"wet": True}).sensitivity("slip", "slip", "present", {"wet": "present"}),
        "slip as a function of link P(slip = present | wet = present) = 0.5",
        "Known: Wet grass: present.",
        {"state": ["absent", "present"], "at_0": [0.875, 0.125], "now": [0.4375, 0.5625],
         "at_1": [0.0, 1.0], "a": [0.875, 0.125], "b": [-0.875, 0.875], "c": [1.0, 1.0],
         "d": [0.0, 0.0]},
        ("state", "at 0", "now", "at 1"),
        [("absent", "88%", "44%", "0%"), ("present", "13%", "56%", "100%")],
        (KEPT_NOTE,),
        ("P(state | evidence): link P(slip = present | wet = present) at 1 minus at 0",
         ["absent", "present"], [-0.875, 0.875]),
    ),
    "where an end is impossible": (
        lambda: reason_with(
            Network((root_node("a", [0.5, 0.5]), root_node("b", [0.75, 0.25]))), ["a"],
            {"b": True},
        ).sensitivity("a", "b", "absent"),
        "a as a function of P(b = absent) = 0.75",
        "Known: b: present.",
        {"state": ["absent", "present"], "at_0": [0.5, 0.5], "now": [0.5, 0.5],
         "at_1": [math.nan] * 2, "a": [0.5, 0.5], "b": [-0.5, -0.5], "c": [1.0, 1.0],
         "d": [-1.0, -1.0]},
        ("state", "at 0", "now", "at 1"),
        [("absent", "50%", "50%", "impossible"), ("present", "50%", "50%", "impossible")],
        (KEPT_NOTE,),
        ("P(state | evidence): P(b = absent) at 1 minus at 0", ["absent", "present"],
         [math.nan] * 2),
    ),
    "what matters": (
        lambda: reason_with(
            Network((root_node("a", [0.75, 0.25]), noisy_or_node("f", 0.125, {"a": 0.5}))), ["a"],
            {"f": True},
        ).influences("a", "present"),
        "What matters for a = present",
        "Known: f: present.",
        {},  # by hand below
        ("number", "value", "slope"),
        [],
        ("Slope: how much the posterior moves for a small step of this number alone.",),
        ("slope", [], []),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TOLD)
def test_what_is_told_word_for_word(case: str) -> None:
    ask, title, known, table, header, rows, notes, bars = TOLD[case]
    result = ask()
    report = result.report
    assert (result.title, result.known) == (title, known)
    assert (report.title, report.known, report.header) == (title, known, header)
    assert report.notes == tuple(result.notes) == notes
    if case == "what matters":
        slopes = slopes_by_hand()
        order = sorted(slopes, key=lambda number: -abs(slopes[number]))
        own = dict(zip(slopes, [0.75, 0.25, 0.125, 0.0, 0.5], strict=True))
        table = {"number": order, "node": ["f" if "f =" in one else "a" for one in order]}
        table |= {"value": [own[one] for one in order], "slope": [slopes[one] for one in order]}
        rows = [(one, f"{own[one]:.4g}", f"{slopes[one]:+.3g}") for one in order]
        bars = ("slope: how fast P(a = present | evidence) moves with it", order, table["slope"])
    assert list(result.table.columns) == [*table]
    for column, values in table.items():
        exact = isinstance(values[0], str)
        assert result.table[column].tolist() == (
            values if exact else pytest.approx(values, abs=1e-9, nan_ok=True)
        ), column
    assert list(report.rows) == rows
    assert (result.bars.title, list(result.bars.labels)) == bars[:2]
    assert list(result.bars.lengths) == pytest.approx(bars[2], abs=1e-6, nan_ok=True)
    count = f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
    assert repr(result) == f"{type(result).__name__}({title!r}: {count})"


def slopes_by_hand() -> dict[str, float]:
    """Of P(a | f) = A / (A + B): A = p (1 - (1 - l) (1 - k)), B = (1 - p) (1 - (1 - l) (1 - m))."""
    p, leak, k, m = 0.25, 0.125, 0.5, 0.0
    of_a, of_b = 1.0 - (1.0 - leak) * (1.0 - k), 1.0 - (1.0 - leak) * (1.0 - m)
    a, b = p * of_a, (1.0 - p) * of_b

    def slope(step_a: float, step_b: float) -> float:
        return (b * step_a - a * step_b) / (a + b) ** 2

    return {
        "P(a = absent)": slope(-of_a, of_b),
        "P(a = present)": slope(of_a, -of_b),
        "leak P(f = present)": slope(p * (1.0 - k), (1.0 - p) * (1.0 - m)),
        "link P(f = present | a = absent)": slope(0.0, (1.0 - p) * (1.0 - leak)),
        "link P(f = present | a = present)": slope(p * (1.0 - leak), 0.0),
    }


def test_the_function_itself_and_its_ends_are_there() -> None:
    result = SKY.given({"wet": True}).sensitivity("sky", "wet", "present", {"sky": "grey"})
    assert set(result.found) == {"function", "place"}
    assert result.found["place"].given == {"sky": "grey"}
    assert result.found["function"].posterior("sky = storm", 0.0) == pytest.approx(5 / 6)
    assert result.to_dict()["found"] == {}  # what is no plain value stays out of JSON
    why = SKY.given(LIKELY).explain("sky", "storm")
    assert dict(why.found) == pytest.approx({"start": BEFORE, "end": ALL}, abs=1e-9)
    assert why.to_dict()["found"] == dict(why.found)
    certain = SKY.given({"wet": False}).explain("sky", "storm").to_dict()
    assert certain["found"] == {"start": pytest.approx(BEFORE), "end": "-inf"}
    assert certain["rows"][0]["after"] == "-inf"
    assert certain["notes"] == list(SKY.given({"wet": False}).explain("sky", "storm").notes)


def test_answers_are_changed_and_taken_back() -> None:
    case = SKY.given({"wet": False})
    assert case.given({"Wet grass": True}).posteriors == SKY.given({"wet": True}).posteriors
    assert case.given({"wet": None}).posteriors == SKY.given().posteriors
    more = case.given({"slip": "present"})
    assert dict(more.evidence.likelihoods) == {"wet": (1.0, 0.0), "slip": (0.0, 1.0)}
    assert more.log_probability == pytest.approx(math.log(0.575 * 0.125), abs=1e-12)
    assert more["the sky"] == more["sky"] == more.posteriors["sky"]


REFUSED: dict[str, tuple[Callable[[], object], type[KneebayesError], str]] = {
    "no such number": (
        lambda: SKY.given().sensitivity("sky", "wet", "present"),
        EvidenceError,
        "parents: there is no number P(wet = present | nothing). The parents of 'wet' are: sky; "
        "name all of them.",
    ),
    "of a parent too many": (
        lambda: SKY.given().sensitivity("sky", "sky", "grey", {"wet": True}),  # type: ignore[dict-item]
        EvidenceError,
        "parents: there is no number P(sky = grey | wet = present). The parents of 'sky' are: "
        "none; name all of them.",
    ),
    "of a noisy-OR": (
        lambda: SKY.given().sensitivity("sky", "slip", "absent"),
        EvidenceError,
        "parents: there is no number P(slip = absent | nothing). The parents of 'slip' are: wet; "
        "name its leak (no parent) or one of its parents.",
    ),
    "no target": (
        lambda: BOTH.given()["wet"],
        EvidenceError,
        "Name one of the targets: sky, slip. Got 'wet'.",
    ),
    "the state itself": (
        lambda: SKY.given().explain("sky", "Grey", "grey"),
        EvidenceError,
        "'Grey' against itself has no odds. Name two states.",
    ),
    "what was observed": (
        lambda: SKY.given({"sky": "grey"}).explain("sky", "grey"),
        EvidenceError,
        "'sky' was observed to be grey, so nothing else explains it.",
    ),
    "what is certain": (
        lambda: SKY.given({"wet": False}).influences("sky", "storm"),
        EvidenceError,
        "The target is certain, given the evidence, so no number moves it a little.",
    ),
    "what cannot be": (
        lambda: SKY.given({"sky": "storm", "wet": False, "slip": True}),
        ImpossibleEvidenceError,
        "These answers cannot be true together: sky, wet.",
    ),
    "an unknown node": (
        lambda: SKY.given({"weet": True}),
        UnknownNameError,
        "No node 'weet' in the network. Did you mean 'wet'? There are: sky, wet, slip.",
    ),
    "like nothing": (
        lambda: SKY.given({"q": True}),
        UnknownNameError,
        "No node 'q' in the network. There are: sky, wet, slip.",
    ),
    "twice": (
        lambda: SKY.given({"wet": True, "Wet grass": True}),
        EvidenceError,
        "'Wet grass' stands twice in the evidence. Keep one.",
    ),
    "twice in a row": (
        lambda: SKY.given().given(pd.Series([True, False], index=["wet", "wet"])),
        EvidenceError,
        "'wet' stands twice in the evidence. Keep one.",
    ),
    "a state twice": (
        lambda: SKY.given({"wet": {"present": 0.5, "Present": 0.2}}),
        EvidenceError,
        "'wet': 'Present' stands twice in the evidence. Keep one.",
    ),
    "less than no time": (
        lambda: SKY.given().questions(seconds=-1.0),
        KneebayesError,
        "'seconds' must be a number from 0 on. Got -1.0.",
    ),
    "no state": (
        lambda: SKY.given({"sky": 3}),
        EvidenceError,
        "'sky' cannot be 3. Its states are: clear, grey, storm.",
    ),
    "no target at all": (
        lambda: ForeignModel(WEATHER, []),
        KneebayesError,
        "targets: name one node or more, each once. Got []. There are: sky, wet, slip.",
    ),
    "a target twice": (
        lambda: ForeignModel(WEATHER, ["sky", "slip", "The sky"]),
        KneebayesError,
        "targets: name one node or more, each once. Got ['sky', 'slip', 'The sky']. "
        "There are: sky, wet, slip.",
    ),
    "two columns": (
        lambda: SKY.cohort(pd.DataFrame([[True, False]], columns=["wet", "wet grass"])),
        EvidenceError,
        "Two columns are of the same node: wet, wet grass.",
    ),
    "no time for one": (
        lambda: ForeignModel(WEATHER, ["sky", "wet", "slip"]).given().sets(2, seconds=0.0),
        TooWideError,
        "The most probable states of 3 targets were not found in 0 s. Name fewer targets, or give "
        "more seconds=.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_word_for_word(case: str) -> None:
    ask, kind, message = REFUSED[case]
    with pytest.raises(kind, match=re.escape(message)) as caught:
        ask()
    assert getattr(caught.value, "message", str(caught.value)) == message


def test_how_it_is_written() -> None:
    assert repr(BOTH) == "ForeignModel(Network(3 nodes, 2 arrows), targets sky, slip)"
    assert repr(WEATHER) == "NetworkFile('Weather': Network(3 nodes, 2 arrows))"
    assert repr(NetworkFile(NETWORK)) == "NetworkFile(Network(3 nodes, 2 arrows))"
    assert ForeignModel(NETWORK, "sky").given().title == "network: sky"


def test_labels_that_two_nodes_have_mean_neither() -> None:
    twice = ForeignModel(NetworkFile(NETWORK, {"sky": "Same", "wet": "same"}), ["sky"])
    with pytest.raises(UnknownNameError, match="No node 'same' in the network"):
        twice.find("same")


def test_states_that_differ_by_case_only_are_named_exactly() -> None:
    network = Network(
        (root_node("a", [0.25, 0.25, 0.5], ["X", "x", "1"]), root_node("b", [0.5] * 2))
    )
    model = ForeignModel(network, ["b"])
    assert [model.find_state("a", name) for name in ("X", "x", 1, 1.0, "1")] == ["X", "x", *"111"]
    for odd in (True, 2, "y"):
        with pytest.raises(EvidenceError, match=r"Its states are: X, x, 1\."):
            model.find_state("a", odd)
    mixed = Network(
        (root_node("c", [0.2, 0.3, 0.5], ["No", "Yes", "PRESENT"]), root_node("d", [1.0], ["X"]))
    )
    own = ForeignModel(mixed, ["d"])
    assert own.find_state("c", True) == "PRESENT"  # present goes before yes
    assert own.find_state("c", np.bool_(False)) == "No"
    assert own.find_state("d", "x") == "X"


def test_a_cohort_has_a_column_for_each_state_and_what_is_wrong() -> None:
    frame = pd.DataFrame(
        {"wet": [True, False, "soaked", None], "THE SKY": [None, "storm", None, None]}, dtype=object
    )
    table = BOTH.cohort(frame)
    columns = [f"sky = {state}" for state in STATES] + ["slip = absent", "slip = present"]
    assert list(table.columns) == [*columns, "problem"]
    assert table.loc[0, columns].tolist() == pytest.approx([*NOW, 0.4375, 0.5625], abs=1e-12)
    assert table.loc[3, columns].tolist() == pytest.approx(
        [*PRIOR, 0.6890625, 0.3109375], abs=1e-12
    )
    assert table["problem"].tolist() == [
        "",
        "These answers cannot be true together: wet, sky.",
        "'wet' cannot be 'soaked'. Its states are: absent, present.",
        "",
    ]
    assert table.loc[[1, 2], columns].isna().to_numpy().all()


@pytest.mark.parametrize(
    ("targets", "twice"), [(["A"], "A = yes"), (["A", "A = b"], "A = b = c"), (["C"], "")]
)
def test_a_state_of_a_target_has_a_name_of_its_own(targets: list[str], twice: str) -> None:
    half, names = [0.5, 0.5], {"A": ["yes", "b = c"], "A = b": ["c", "d"], "C": ["c", "d"]}
    nodes = [root_node(id, half, states) for id, states in names.items()]
    nodes += [root_node("A = yes", half)] if twice == "A = yes" else []
    network = Network(tuple(nodes))
    if not twice:
        assert reason_with(network, targets)["C"] == {"c": 0.5, "d": 0.5}
        return
    with pytest.raises(KneebayesError, match=f"^targets: '{twice}' means a state of a target here"):
        ForeignModel(network, targets)


def test_what_is_too_wide_is_told_without_a_word_of_the_knee() -> None:
    roots = {f"p{at}": root_node(f"p{at}", [0.5, 0.5]) for at in range(40)}
    rows = [noisy_or_node(f"c{at}", 0.1, dict.fromkeys(roots, 0.5)) for at in range(40)]
    model = ForeignModel(Network((*roots.values(), *rows)), ["p0"])
    with pytest.raises(TooWideError, match="Answering more of what others depend on") as caught:
        model.given({f"c{at}": "present" for at in range(40)})
    assert not re.search(r"\b(age|context)", str(caught.value))


NEARLY = np.array([0.123456789, 0.5])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NEARLY, NEARLY + 1e-9),  # alike in print, in each kind of likelihoods
        (NEARLY.tolist(), (NEARLY + 1e-15).tolist()),
        (list(NEARLY), list(NEARLY + 1e-15)),
        (pd.Series(NEARLY), pd.Series(NEARLY + 1e-9)),
        ({"absent": NEARLY[:1].sum(), "present": 1}, {"absent": NEARLY[0] + 1e-15, "present": 1}),
        (True, "absent"),
        (True, "present"),
        (True, None),
        (None, math.nan),
        ("absent", "ABSENT "),
    ],
)
def test_no_row_of_a_cohort_gets_the_answer_of_another(one: object, other: object) -> None:
    frame = pd.DataFrame({"wet": pd.Series([one, other, one, other], dtype=object)})
    table = BOTH.cohort(frame)
    for row, answer in enumerate([one, other] * 2):
        try:
            right, problem = dict(BOTH.given({"wet": answer})["sky"]), ""
        except EvidenceError as error:
            problem = str(error)
        assert table["problem"][row] == problem
        if not problem:
            assert {state: table[f"sky = {state}"][row] for state in STATES} == right


def test_nodes_by_their_distance_from_the_targets() -> None:
    """Along arrows in either direction; those at one distance as they were given, others last."""
    nodes = [root_node("a", [0.5, 0.5]), root_node("b", [0.5, 0.5]), root_node("z", [0.5, 0.5])]
    for id, parents in (("c", "ab"), ("d", "c"), ("e", "d"), ("f", "b")):
        nodes.append(noisy_or_node(id, 0.1, dict.fromkeys(parents, 0.5)))
    network = Network(tuple(nodes))
    assert nearest(network, ["a"], list("zfedcba")) == list("acdbfez")[:3] + list("bfez")
    assert nearest(network, ["e", "f"], list("abcdefz")) == list("efbdcaz")
    assert nearest(network, ["a"], ["z", "e", "b"]) == ["b", "e", "z"]


def test_the_picture_of_a_network_read_back() -> None:
    """Rows below each other by the longest way from a root, targets filled, arrows to children."""
    nodes = [root_node("a", [0.5, 0.5]), root_node("b", [0.5, 0.5])]
    nodes += [
        noisy_or_node("c", 0.1, {"a": 0.5, "b": 0.5}),
        noisy_or_node("d", 0.1, {"a": 0.5, "c": 0.5}),
    ]
    ax = ForeignModel(Network(tuple(nodes)), ["c"]).draw()
    shown = {text.get_text(): text for text in ax.texts if text.get_text()}
    places = {id: tuple(text.get_position()) for id, text in shown.items()}
    assert places == {"a": (0.25, 0.0), "b": (0.75, 0.0), "c": (0.5, -1.0), "d": (0.5, -2.0)}
    faces = {id: text.get_bbox_patch().get_facecolor() for id, text in shown.items()}  # type: ignore[union-attr]
    assert faces["a"] == faces["b"] == faces["d"] != faces["c"]
    arrows = {(note.xyann, note.xy) for note in ax.texts if not note.get_text()}  # type: ignore[attr-defined]
    right = {(places[parent], places[child]) for parent, child in ("ac", "bc", "ad", "cd")}
    assert arrows == right
    assert (ax.get_xlim(), ax.get_ylim()) == ((-0.02, 1.02), (-2.6, 0.6))
    assert ax.get_title(loc="left") == "network; filled: what is asked about"
    assert not ax.axison


def test_of_a_large_network_what_is_next_to_the_targets_is_drawn(axes: Axes) -> None:
    chain = [root_node("n0", [0.5, 0.5])]
    chain += [noisy_or_node(f"n{at}", 0.1, {f"n{at - 1}": 0.5}) for at in range(1, 70)]
    ax = ForeignModel(Network(tuple(chain)), ["n69"]).draw()
    named = {text.get_text(): text.get_position() for text in ax.texts if text.get_text()}
    assert named == {f"n{at}": (0.5, 10.0 - at) for at in range(10, 70)}
    assert len([text for text in ax.texts if not text.get_text()]) == 59
    assert "10 more nodes are not drawn" in ax.get_title(loc="left").replace("\n", " ")
    assert ForeignModel(NETWORK, ["sky"]).draw(axes) is axes


def test_names_of_a_wide_level_go_on_in_the_next_line() -> None:
    """Side by side they once hid each other."""
    roots = [root_node(f"a cause called {at}", [0.5, 0.5]) for at in range(12)]
    child = noisy_or_node("sign", 0.1, {root.id: 0.5 for root in roots})
    ax = ForeignModel(Network((*roots, child)), ["sign"]).draw()
    ax.figure.canvas.draw()
    shown = {one.get_text(): one.get_window_extent() for one in ax.texts if one.get_text()}
    assert len(shown) == 13
    assert not [1 for one, other in combinations(shown.values(), 2) if one.overlaps(other)]


def test_bars_read_back() -> None:
    """Lengths, sides, marks, limits and the words beside bars."""
    labels, lengths = ["up", "down", "no end", "none below"], [2.0, -1.0, math.inf, -math.inf]
    ax = Bars(labels, lengths, "x", said="{:+.1f}".format).draw(None)
    assert [bar.get_width() for bar in ax.patches] == [2.0, -1.0, 2.0, -2.0]
    assert [bar.get_hatch() for bar in ax.patches] == ["", "//", "", "//"]
    faces = [bar.get_facecolor() for bar in ax.patches]
    assert faces[0] == faces[2] != faces[1] == faces[3]
    words = [(one.get_text(), one.xy, one.get_ha()) for one in ax.texts]  # type: ignore[attr-defined]
    assert words == [
        ("+2.0", (2.0, 0), "left"),
        ("-1.0", (-1.0, 1), "right"),
        ("decides", (2.0, 2), "left"),
        ("decides", (-2.0, 3), "right"),
    ]
    assert ax.get_xlim() == pytest.approx((-2.8, 2.8))
    assert max(abs(tick) for tick in ax.get_xticks()) <= 2.1
    assert ax.get_ylim() == pytest.approx((3.6, -0.6))
    assert [one.get_text() for one in ax.get_yticklabels()] == labels
    assert ax.get_xlabel() == "x"
    assert ax.get_legend() is None
    ax = Bars(["a", "b"], [0.5, 0.25], "x", [0.75, 0.125]).draw(None)
    (marks,) = [line for line in ax.lines if line.get_marker() == "|"]
    assert (list(marks.get_xdata()), list(marks.get_ydata())) == ([0.75, 0.125], [0, 1])
    assert [one.xy[0] for one in ax.texts] == [0.5, 0.25]  # type: ignore[attr-defined]
    near_it = Bars(["a"], [0.5], "x", [0.55]).draw(None)
    assert [one.xy[0] for one in near_it.texts] == [0.55]  # type: ignore[attr-defined]
    assert [one.get_text() for one in ax.texts] == ["50%", "25%"]
    assert [one.get_text() for one in ax.get_legend().get_texts()] == ["before any evidence"]  # type: ignore[union-attr]
    ax = Bars(["cannot be", "can"], [math.nan, 0.5], "x").draw(None)
    assert [bar.get_width() for bar in ax.patches] == [0.0, 0.5]
    assert [one.get_text() for one in ax.texts] == ["impossible", "50%"]
    empty = Bars([], [], "x").draw(None)
    assert empty.get_ylim() == pytest.approx((0.6, -0.6))


def test_twenty_rows_are_shown_and_drawn_and_the_others_counted() -> None:
    for count, note in (
        (20, ()),
        (21, ("1 more row in .table.",)),
        (25, ("5 more rows in .table.",)),
    ):
        rows = [{"a": f"r{at}", "b": at} for at in range(count)]
        bars = Bars(
            [row["a"] for row in rows], [1.0 + at for at in range(count)], "b", [0.5] * count
        )  # type: ignore[misc]
        result = ForeignResult(
            "t", "k", rows, {"a": ("A", str), "b": ("B", "{:d}".format)}, ("n",), bars
        )
        assert result.report.rows == tuple((f"r{at}", f"{at}") for at in range(20))
        assert result.report.notes == (*note, "n")
        assert len(result.table) == count
        ax = result.draw()
        assert [bar.get_width() for bar in ax.patches] == [1.0 + at for at in range(20)]


def test_plain_values_in_json() -> None:
    """What has no finite number is a text; so is what is neither number, text nor nothing."""
    row = {
        "a": math.nan,
        "b": math.inf,
        "c": None,
        "d": 1,
        "e": 0.5,
        "f": ("x",),
        "g": True,
        "h": "t",
    }
    result = ForeignResult(
        "t", "k", [row], {}, (), Bars([], [], ""), {"x": -math.inf, "y": object(), "z": 2}
    )
    told = result.to_dict()
    assert told["rows"] == [
        {"a": "nan", "b": "inf", "c": None, "d": 1, "e": 0.5, "f": "('x',)", "g": True, "h": "t"}
    ]
    assert told["found"] == {"x": "-inf", "z": 2}
    assert (told["title"], told["known"], told["notes"]) == ("t", "k", [])


def test_a_number_that_is_all_of_its_distribution_has_no_slope() -> None:
    """Of a node with one state, which is always in it."""
    network = Network(
        (
            root_node("a", [0.75, 0.25]),
            root_node("only", [1.0], ["x"]),
            noisy_or_node("f", 0.125, {"a": 0.5, "only": [0.25]}),
        )
    )
    table = reason_with(network, ["a"], {"f": True}).influences("a", "present").table
    slopes = dict(zip(table["number"], table["slope"], strict=True))
    assert slopes["P(only = x)"] == pytest.approx(0.0, abs=1e-12)
    assert all(map(math.isfinite, slopes.values()))
