"""An explanation of invented weights, told word for word and field by field; rivals by hand."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from oracle import cases, weigh_states

import kneebayes as kb
from kneebayes.case.answers import Answer
from kneebayes.inference import Engine
from kneebayes.questions.explain.subsets import (
    SubsetOdds,
    Subsets,
    _faint,
)
from kneebayes.questions.explain.weighing import (
    NOTABLE,
    Explained,
    ExplainedAway,
    Grounds,
    Overlap,
    Stand,
    Weight,
    _suspects,
    _Suspicion,
    _takes,
    joined_shares,
)
from kneebayes.questions.explain.words import Words, explanation_rows, in_decibans

INF, NAN = math.inf, math.nan
KINDS = ("article", "literature", "assumption", "patients")


def grounds(
    *shares: float, because: tuple[str, ...] = ("C01: so",), direct: bool = True
) -> Grounds:
    shares = (*shares, *[0.0] * (4 - len(shares)))
    return Grounds(dict(zip(KINDS, shares, strict=True)), because, direct)


def weight(id: str, ledger: float, after: float, **more: Any) -> Weight:
    answer = Answer(id, id.title(), (0.0, 1.0), "present")
    told = {"single": 3.0, "shapley": 2.0, "error": 0.0, "leave_one_out": 1.0}
    told |= {"grounds": grounds(1.0), "after": Stand(after, 0.6, NAN)}
    return Weight(answer=answer, ledger=ledger, **{**told, **more})


def explained(*weights: Weight, start: float = -10.0, **more: Any) -> Explained:
    told: dict[str, Any] = {"against": None, "overlaps": (), "away": (), "orders": 0}
    told |= {"prior_grounds": grounds(0.25, 0.5, 0.25, because=("C02: x", "assumed: y"))}
    told |= {"shares": dict(zip(KINDS, (0.7, 0.0, 0.3, 0.0), strict=True))}
    return Explained(
        cause="gout", start=Stand(start, 0.1, NAN), weights=weights, **{**told, **more}
    )


def words(told: Explained, against: str = "", complaint: str = "pain: present") -> Words:
    labels = {id: id.title() for id in ("fever", "lump", "gout", "dvt")}
    return Words(told, "gout", against, labels, complaint)


def test_the_story_begins_with_what_is_known() -> None:
    told = explained()
    assert words(told).beginning == "With 'pain: present' alone: P(gout) = 10%, -10.0 decibans."
    assert (
        words(told, complaint="").beginning == "With nothing known: P(gout) = 10%, -10.0 decibans."
    )
    decided = replace(told, start=Stand(-INF, 0.0, NAN))
    assert words(decided).beginning == (
        "With 'pain: present' alone it is decided: P(gout) = 0%. No answer can change that."
    )
    against = replace(told, against="dvt", start=Stand(3.0, 0.4, 0.2))
    assert words(against, "dvt").beginning == (
        "With 'pain: present' alone: P(gout) = 40%, P(dvt) = 20%, +3.0 decibans."
    )
    assert words(told).question == "Why gout?"
    assert words(against, "dvt").question == "Why gout rather than dvt?"


@pytest.mark.parametrize(
    ("ledger", "after", "against", "does"),
    [
        (6.0, -4.0, "", "speaks for gout: +6.0 decibans"),
        (-6.0, -16.0, "", "speaks against gout: -6.0 decibans"),
        (0.04, -9.96, "", "changes next to nothing for gout: 0.0 decibans"),
        (-0.04, -9.96, "", "changes next to nothing for gout: 0.0 decibans"),
        (INF, INF, "", "makes gout certain"),
        (-INF, -INF, "", "rules gout out"),
        (0.0, INF, "", "changes nothing any more, for it is decided"),
        (6.0, -4.0, "dvt", "speaks for gout rather than dvt: +6.0 decibans"),
        (-6.0, -16.0, "dvt", "speaks for dvt rather than gout: -6.0 decibans"),
        (0.0, -10.0, "dvt", "changes next to nothing for gout rather than dvt: 0.0 decibans"),
        (INF, INF, "dvt", "rules dvt out"),
        (-INF, -INF, "dvt", "rules gout out"),
    ],
)
def test_a_step_says_what_an_answer_does(
    ledger: float, after: float, against: str, does: str
) -> None:
    one = weight("fever", ledger, after)
    one = replace(one, after=replace(one.after, other=0.3))
    stands = "P(gout) = 60%" + (", P(dvt) = 30%" if against else "")
    assert words(explained(one), against).step(one) == f"Fever: present {does}; {stands}."


def test_the_story_ends_where_the_answers_lead() -> None:
    nothing = words(explained()).ending
    assert nothing == "Nothing else is known, so there is nothing to explain."
    one = weight("fever", 6.0, -4.0)
    assert words(explained(one)).ending == (
        "All answers together weigh +6.0 decibans: P(gout) = 60%, -4.0 decibans."
    )
    assert words(explained(one, start=-INF)).ending == "The answers change nothing."
    deciding = weight("lump", INF, INF)
    assert words(explained(one, deciding)).ending == (
        "All answers together decide it: P(gout) = 60%. A weight that decides is without bounds, "
        "so the others do not count beside it and nothing is added up."
    )


@pytest.mark.parametrize(
    ("singles", "after", "said"),
    [
        ((4.0, 4.0), -4.0, "+8.0 decibans; together it is +6.0: an overlap of +2.0 would be"),
        ((0.3, 0.3), -9.6, "+0.6 decibans; together it is +0.4: an overlap of +0.2 would be"),
        ((2.0, 2.0), -4.0, "+4.0 decibans; together it is +6.0: the answers say more together"),
        ((3.0, 3.0), -4.0, "+6.0 decibans; together it is +6.0: next to nothing would be"),
        ((-4.0, -4.0), -16.0, "-8.0 decibans; together it is -6.0: an overlap of -2.0 would be"),
        ((-2.0, -2.0), -16.0, "-4.0 decibans; together it is -6.0: the answers say more together"),
    ],
)
def test_what_would_be_counted_twice_is_said(
    singles: tuple[float, float], after: float, said: str
) -> None:
    first, second = (
        weight(id, 3.0, after, single=single)
        for id, single in zip(("fever", "lump"), singles)  # noqa: B905
    )
    told = words(explained(first, second)).counted_twice
    assert said in told[0]
    assert words(explained(first)).counted_twice == []
    assert words(explained(first, replace(second, after=Stand(INF, 1.0, NAN)))).counted_twice == []


@pytest.mark.parametrize(
    ("apart", "together", "said"),
    [
        (5.0, 3.0, "say partly the same: +2.0 decibans would be counted twice."),
        (3.0, 5.0, "say more together than apart (overlap -2.0 decibans)."),
        (-5.0, -3.0, "say partly the same: -2.0 decibans would be counted twice."),
        (-3.0, -5.0, "say more together than apart (overlap +2.0 decibans)."),
        (0.0, 1.0, "say more together than apart (overlap -1.0 decibans)."),
        (0.5, -0.5, "say partly the same: +1.0 decibans would be counted twice."),
    ],
)
def test_a_pair_that_overlaps_is_named(apart: float, together: float, said: str) -> None:
    pair = Overlap("fever", "lump", apart, together)
    both = [weight("fever", 3.0, -7.0, single=4.0), weight("lump", 3.0, -4.0, single=4.0)]
    told = words(explained(*both, overlaps=(pair,))).counted_twice
    assert told[1:] == [f"'Fever' and 'Lump' {said}"]


def test_answers_for_and_against_do_not_say_the_same() -> None:
    pair = Overlap("fever", "lump", 5.0, 3.0)
    both = [weight("fever", 3.0, -7.0, single=9.0), weight("lump", 3.0, -4.0, single=-4.0)]
    told = words(explained(*both, overlaps=(pair,))).counted_twice
    assert told[1:] == ["'Fever' and 'Lump' say less together than apart (overlap +2.0 decibans)."]


def test_of_each_answer_the_strongest_overlap_is_named() -> None:
    pairs = [
        Overlap("a", "b", 5.0, 1.0),
        Overlap("a", "c", 4.0, 1.0),
        Overlap("b", "c", 3.0, 1.0),  # both were named
        Overlap("d", "e", 1.0, 0.96),  # too little to be named
        Overlap("d", "f", 2.0, 1.0),
        Overlap("g", "h", 2.0, 1.0),
    ]
    assert Words.strongest(pairs) == [pairs[0], pairs[1], pairs[4]]
    assert Words.strongest(pairs, 1) == [pairs[0]]
    assert Words.strongest(pairs, 9) == [pairs[0], pairs[1], pairs[4], pairs[5]]


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (
            ExplainedAway("fever", "dvt", 2.5, shared=True, known=False),
            (
                "'Fever: present' counts for less among the other answers (+1.0 instead of +3.0 "
                "decibans alone) because Dvt explains it too. With Dvt ruled out it would be +2.5."
            ),
        ),
        (
            ExplainedAway("fever", "dvt", 1.5, shared=True, known=False),
            (
                "'Fever: present' counts for less among the other answers (+1.0 instead of +3.0 "
                "decibans alone) partly because Dvt explains it too. With Dvt ruled out it would "
                "be +1.5."
            ),
        ),
        (
            ExplainedAway("fever", "dvt", 2.5, shared=True, known=True),
            (
                "'Fever: present' counts for less among the other answers (+1.0 instead of +3.0 "
                "decibans alone) because Dvt, which is known, explains it too. With Dvt ruled out "
                "instead it would be +2.5."
            ),
        ),
        (
            ExplainedAway("fever", "dvt", -0.2, shared=False, known=False),
            (
                "'Fever: present' counts against gout (+1.0 decibans among the other answers) "
                "because it makes Dvt more probable, which explains the rest as well. With Dvt "
                "ruled out it would be -0.2."
            ),
        ),
    ],
)
def test_what_a_rival_takes_away_is_said(away: ExplainedAway, said: str) -> None:
    told = explained(weight("lump", 1.0, -9.0), weight("fever", 1.0, -8.0), away=(away,))
    assert words(told).taken_away == [said]


@pytest.mark.parametrize(
    ("because", "direct", "named"),
    [
        (("C01: a", "who2020: b", "assumed: c"), True, "C01, who2020, assumption"),
        (("assumed: c", "assumed: d"), True, "assumption, and more, see the table"),
        (("C01: a", "C01: b"), True, "C01, and more, see the table"),
        (tuple(f"C{at}: x" for at in range(8)), True, ", ".join(f"C{at}" for at in range(8))),
        (
            tuple(f"C{at}: x" for at in range(9)),
            True,
            ", ".join([*(f"C{at}" for at in range(8)), "and more, see the table"]),
        ),
        (("C1: x", "C2: x", "C3: x"), False, "C1, C2, C3"),
        (("C1: x", "C2: x", "C3: x", "C4: x"), False, "C1, C2, C3, and more, see the table"),
    ],
)
def test_what_a_weight_rests_on_is_named(
    because: tuple[str, ...], direct: bool, named: str
) -> None:
    one = weight("fever", 1.0, -9.0, grounds=grounds(0.5, 0.0, 0.5, because=because, direct=direct))
    way = "" if direct else "Only by way of what else is known. "
    told = explained(one)
    assert words(told).rests(one) == f"{way}Rests on {named} (article 50%, assumption 50%)."
    count = 8 if direct else 3
    assert words(told).because == [*dict.fromkeys(["C02: x", "assumed: y", *because[:count]])]
    itself = weight("gout", 1.0, -9.0)
    assert words(told).rests(itself) == "It is the cause itself, so it rests on no arrow."
    other = replace(told, against="dvt")
    assert "It is the cause itself" in words(other, "dvt").rests(weight("dvt", 1.0, -9.0))
    bare = weight("lump", 1.0, -9.0, grounds=grounds(because=()))
    assert words(told).rests(bare) == "No arrow of the model leads from it to the cause."


def test_what_the_whole_rests_on_is_said() -> None:
    prior = "The prior rests on C02, assumption (article 25%, literature 50%, assumption 25%)."
    assert words(explained()).grounds == (
        f"The weight of the answers rests on article 70%, assumption 30%. {prior}"
    )
    assert words(explained(shares=dict.fromkeys(KINDS, 0.0))).grounds == prior


def test_drawn_orders_are_said_with_their_largest_error() -> None:
    both = [weight("fever", 1.0, -9.0, error=0.2), weight("lump", 1.0, -8.0, error=0.4)]
    assert words(explained(*both)).chance == []
    (told,) = words(explained(*both, orders=8)).chance
    assert told.endswith(
        "the average is over 8 that were drawn, with a standard error of up to 0.4 decibans. It "
        "still adds up."
    )
    unknown = [replace(one, error=NAN) for one in both]
    (told,) = words(explained(*unknown, orders=8)).chance
    assert "8 that were drawn, with an unknown error." in told
    (told,) = words(explained(unknown[0], both[1], orders=8)).chance
    assert "a standard error of up to 0.4 decibans" in told


@pytest.mark.parametrize(
    ("value", "text"),
    [(NAN, ""), (INF, "certain"), (-INF, "ruled out"), (0.05, "0.1"), (0.049, "0.0"),
     (-0.049, "0.0"), (-0.06, "-0.1"), (10.0, "+10.0")],
)  # fmt: skip
def test_decibans_have_one_digit_and_no_minus_zero(value: float, text: str) -> None:
    assert in_decibans(value).removeprefix("+") == text.removeprefix("+")


@pytest.mark.parametrize(
    ("decibans", "odds"), [(0.0, 1.0), (10.0, 10.0), (-20.0, 0.01), (INF, INF), (-INF, 0.0)]
)
def test_odds_follow_from_decibans(decibans: float, odds: float) -> None:
    rows = explanation_rows(words(explained(start=decibans)))
    assert [row["odds"] for row in rows] == pytest.approx([odds, odds])


@pytest.mark.parametrize("against", [None, "dvt"])
def test_the_rows_of_an_explanation_hold_every_field(against: str | None) -> None:
    first = weight("fever", 4.0, -6.0, single=5.0, shapley=3.5, error=0.1, leave_one_out=2.0)
    second = weight("lump", 2.0, -4.0, grounds=grounds(0.0, 0.5, 0.5, because=("a: b", "c: d")))
    pairs = (Overlap("lump", "fever", 8.0, 6.0), Overlap("fever", "x", 1.0, 0.5))
    away = (ExplainedAway("lump", "dvt", 2.5, shared=True, known=False),)
    told = explained(first, second, overlaps=pairs, away=away, against=against)
    nothing = {"overlaps_with": "", "rival": "", **dict.fromkeys(KINDS, 0.0)}
    nothing |= {"origin": "", "because": ""}
    expected = [
        {
            "order": 0, "kind": "prior", "id": "", "part": "prior", "log_odds": -10.0, "odds": 0.1,
            "probability": 0.1, **nothing, "article": 0.25, "literature": 0.5, "assumption": 0.25,
            "origin": "article+literature+assumption", "because": "C02: x; assumed: y",
        },
        {
            "order": 1, "kind": "answer", "id": "fever", "part": "Fever: present", "single": 5.0,
            "ledger": 4.0, "shapley": 3.5, "shapley_error": 0.1, "leave_one_out": 2.0,
            "log_odds": -6.0, "odds": 10**-0.6, "probability": 0.6, **nothing,
            "overlaps_with": "lump", "overlap": 2.0, "article": 1.0, "origin": "article",
            "because": "C01: so",
        },
        {
            "order": 2, "kind": "answer", "id": "lump", "part": "Lump: present", "single": 3.0,
            "ledger": 2.0, "shapley": 2.0, "shapley_error": 0.0, "leave_one_out": 1.0,
            "log_odds": -4.0, "odds": 10**-0.4, "probability": 0.6, **nothing,
            "overlaps_with": "fever", "overlap": 2.0, "rival": "dvt", "without_rival": 2.5,
            "literature": 0.5, "assumption": 0.5, "origin": "literature+assumption",
            "because": "a: b; c: d",
        },
        {
            "order": 3, "kind": "posterior", "id": "", "part": "posterior", "single": 8.0,
            "ledger": 6.0, "shapley": 6.0, "log_odds": -4.0, "odds": 10**-0.4, "probability": 0.6,
            **nothing, "overlap": 2.0, "article": 0.7, "assumption": 0.3,
        },
    ]  # fmt: skip
    rows = explanation_rows(words(told, against or ""))
    names = {"single", "ledger", "shapley", "shapley_error", "leave_one_out", "overlap"}
    names |= {"without_rival"}
    for row, known in zip(rows, expected, strict=True):
        whole = {**dict.fromkeys(names, NAN), **known}
        whole |= {"probability_against": NAN} if against else {}
        assert set(row) == set(whole)
        for name, value in whole.items():
            alike = pytest.approx(value, nan_ok=True) if isinstance(value, float) else value
            assert row[name] == alike, name
    sums = [*words(told).rows()]
    assert sums == [
        ("Fever: present", "+5.0", "+4.0", "+3.5", "+2.0"),
        ("Lump: present", "+3.0", "+2.0", "+2.0", "+1.0"),
        ("all answers", "+8.0", "+6.0", "+6.0", ""),
    ]
    assert len([*words(explained(first)).rows()]) == 1


def test_shares_are_joined_by_their_weights() -> None:
    half, article = grounds(0.5, 0.5), grounds(1.0)
    nothing = grounds(because=())
    told = joined_shares([(half, 3.0), (article, 1.0), (nothing, 9.0)])
    assert told == pytest.approx(
        {"article": 0.625, "literature": 0.375, "assumption": 0.0, "patients": 0.0}
    )
    assert set(joined_shares([(half, 0.0)]).values()) == {0.0}
    assert set(joined_shares([]).values()) == {0.0}


def odds_of(*values: float) -> SubsetOdds:
    nothing = np.zeros(len(values))
    return SubsetOdds(np.array(values), nothing, nothing)


def pair_of(alone: float, among: float) -> SubsetOdds:
    """Two answers: the first weighs this alone and that beside the other."""
    return odds_of(0.3, 0.3 + alone, 0.7, 0.7 + among)


N = NOTABLE


@pytest.mark.parametrize(
    ("shared", "alone", "among", "without_alone", "without", "takes"),
    [
        (True, 3.0, 1.0, 3.0, 1.0 + N + 1e-9, True),  # in company it gets back what is notable
        (True, 3.0, 1.0, 3.0, 1.0 + N - 1e-9, False),
        (True, 3.0, 1.0, 4.0, 2.0, False),  # no more than alone
        (True, 3.0, 1.0, 2.0, 1.1, False),  # less than notable in company
        (False, 0.0, -2.0, 0.0, -1.0, True),  # half of it is gone
        (False, 0.0, -2.0, 0.0, -1.01, False),
        (False, 0.0, -2.0, 0.0, 1.0, True),
        (False, 0.0, -2.0, 0.0, 1.01, False),
        (False, 0.0, 2.0, 0.0, 0.5, False),  # it never counted against the cause
        (True, 3.0, 1.0, 3.0, INF, False),
        (True, 3.0, 1.0, INF, 5.0, False),
        (True, INF, 1.0, 3.0, 5.0, False),
        (True, 3.0, INF, 3.0, 5.0, False),
    ],
)
def test_a_rival_takes_weight_where_ruling_it_out_gives_it_back(
    shared: bool, alone: float, among: float, without_alone: float, without: float, takes: bool
) -> None:
    told = _takes(pair_of(alone, among), _Suspicion(0, "dvt", shared), 3, without_alone, without)
    assert told is takes


@pytest.mark.parametrize(
    ("alone", "among", "leads", "suspects"),
    [
        (1.0, 1.0 - N - 1e-9, True, [(0, True)]),  # it counts for less than alone
        (1.0, 1.0 - N + 1e-9, True, []),
        (N + 1e-9, -1.0, True, [(0, True)]),
        (N - 1e-9, -1.0, True, []),  # it weighs too little alone
        (1.0, -1.0, False, [(0, False)]),  # nothing connects it, and it counts against the cause
        (0.0, -N - 1e-9, False, [(0, False)]),
        (0.0, -N + 1e-9, False, []),
    ],
)
def test_answers_that_count_for_less_or_against_are_suspected(
    alone: float, among: float, leads: bool, suspects: list[tuple[int, bool]]
) -> None:
    lines: list[tuple[set[str], set[str]]] = [({"gout"} if leads else {"x"}, set()), (set(), set())]
    found = [*_suspects(["fever", "lump"], ["gout"], pair_of(alone, among), lines)]
    assert [one for one in found if one[0] == 0] == suspects


def test_what_leads_from_an_answer_to_a_cause_is_no_detour() -> None:
    lines: list[tuple[set[str], set[str]]] = [(set(), {"gout"}), (set(), set())]
    odds = pair_of(1.0, -1.0)
    assert [one for one in _suspects(["age", "x"], ["gout"], odds, lines) if one[0] == 0] == []
    lines = [({"dvt"}, set()), (set(), set())]
    found = _suspects(["age", "x"], ["gout", "dvt"], odds, lines)
    assert [one for one in found if one[0] == 0] == []


def test_every_number_under_every_subset_is_that_of_enumeration() -> None:
    """Log-odds, and the probability of both causes, of all subsets and of some."""
    for network, evidence, rng in cases(12, 31, most=7):
        parts = [str(id) for id in rng.permutation([*evidence])[:3]]
        stays = [id for id in evidence if id not in parts]
        two = [one.id for one in network.nodes if len(one.states) == 2 and one.id not in evidence]
        if len(two) < 2:
            continue
        causes = two[:2]
        every = Subsets(Engine(network), evidence, parts, causes).odds()
        chosen = [5, 0, 3, 5] if len(parts) == 3 else [0]
        some = Subsets(Engine(network), evidence, parts, causes).odds_of(chosen)
        orders, drawn = Subsets(Engine(network), evidence, parts, causes).odds_of_orders(
            chosen, 5, 1
        )
        assert len(orders) == 6
        for subset in range(1 << len(parts)):
            kept = [id for at, id in enumerate(parts) if subset >> at & 1]
            shares = weigh_states(network, evidence.only([*stays, *kept]))
            first, second = (float(shares[id][1] / shares[id].sum()) for id in causes)
            assert every.probability[subset] == pytest.approx(first, abs=1e-12)
            assert every.other[subset] == pytest.approx(second, abs=1e-12)
            if subset in chosen:
                row = some.row(subset)
                assert some.probability[row] == pytest.approx(first, abs=1e-12)
                assert some.other[row] == pytest.approx(second, abs=1e-12)
            assert drawn.rows is not None
            if subset in drawn.rows:
                row = drawn.row(subset)
                assert drawn.probability[row] == pytest.approx(first, abs=1e-12)
                assert drawn.other[row] == pytest.approx(second, abs=1e-12)
        assert set(chosen) <= set(drawn.rows or ())
        assert some.rows == {subset: row for row, subset in enumerate(dict.fromkeys(chosen))}


@pytest.mark.parametrize(
    ("entries", "faint"),
    [
        ([[0.5, 0.5], [1e-101, 1e-101]], [1]),  # so much less likely that digits are lost
        ([[0.5, 0.5], [1e-99, 1e-99]], []),
        ([[0.5, 0.5], [0.5, 1e-281]], [1]),  # next to the smallest double
        ([[0.5, 0.5], [0.5, 1e-279]], []),
        ([[0.5, 0.5], [0.5, 0.0]], [1]),  # 0 in some and not in others
        ([[0.5, 0.0], [0.4, 0.0]], []),  # 0 in all of them
    ],
)
def test_subsets_that_lost_digits_are_asked_for_alone(
    entries: list[list[float]], faint: list[int]
) -> None:
    table = np.array(entries)
    assert _faint(table, table.sum(axis=1)).tolist() == faint


def test_zeros_of_very_many_subsets_are_what_they_are() -> None:
    table = np.full((2000, 2), 0.5)
    table[:1025, 1] = 0.0
    assert _faint(table, table.sum(axis=1)).tolist() == []
    table[0, 1] = 0.5
    assert _faint(table, table.sum(axis=1)).tolist() == [*range(1, 1025)]


@pytest.mark.parametrize("value", ["ledger", "shapley"])
def test_a_picture_of_an_explanation_adds_its_weights_up(knee: kb.Model, value: str) -> None:
    """Each bar begins where the last ended; diamonds stand where each would lead alone."""
    why = knee.diagnose({"fever": True, "redness": True, "age": "older"}).explain("gout")
    ax = why.draw(by=value)
    table = why.table
    start, ends = table["log_odds"].iloc[0], []
    singles = []
    for row in table[table["kind"] == "answer"].to_dict("records"):
        singles.append(start + row["single"])
        start += row[value]
        ends.append(start)
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert [end for _, end in bars] == pytest.approx(ends)
    assert ends[-1] == pytest.approx(table["log_odds"].iloc[-1])
    diamonds = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "D"]
    added = table["log_odds"].iloc[0] + table["single"].iloc[1:-1].sum()
    assert diamonds == pytest.approx([*singles, added])
    assert ("in the order given" in ax.get_title(loc="left")) == (value == "ledger")
    one = knee.diagnose({"fever": True}).explain("gout").draw()
    assert len([line for line in one.lines if line.get_marker() == "D"]) == 1
