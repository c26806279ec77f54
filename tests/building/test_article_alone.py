"""The layer of the article: its words, what it says of groups, and what points to them."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import DATA

import kneebayes as kb
from kneebayes.building.quantities import quantities_of
from kneebayes.building.relinking import SHORT_OF
from kneebayes.building.restating import Restating
from kneebayes.building.words import amount_interval
from kneebayes.errors import KnowledgeError
from kneebayes.inference import Engine, Evidence
from kneebayes.knowledge.base import EXPLANATION, any_of
from kneebayes.knowledge.layers import in_layer
from kneebayes.network import Network, noisy_or_node

Write = Callable[[str, str, str], None]
GROUP = "[mechanical]\n"
SAID = """
[mechanical.raised_by]
fallen_leaves = { risk = "raises", because = "C08" }

[mechanical.shows]
squealing = { how_often = "sometimes", because = "C05" }

[mechanical.evoked_by]
stuttering_jet = { evokes = 0.6, because = "C04" }
"""


@pytest.fixture(scope="module")
def article(knee: kb.Model) -> kb.Model:
    return knee.in_layer("article")


@pytest.fixture
def garden(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA / "pump", tmp_path / "pump"))


@pytest.fixture
def write(garden: Path) -> Write:
    def change(file: str, old: str, new: str) -> None:
        text = (garden / file).read_text("utf-8")
        assert text.count(old) == 1
        (garden / file).write_text(text.replace(old, new), "utf-8")

    return change


def of_groups(model: kb.Model) -> dict[tuple[str, str], float]:
    """The link of every finding that points to a group as a whole."""
    sources = {any_of(group) for group in model.knowledge.groups}
    return {
        (pointer.source, pointer.finding): strength_of(
            model.network, pointer.source, pointer.finding
        )
        for pointer in model.knowledge.pointers
        if pointer.source in sources
    }


def strength_of(network: Network, parent: str, child: str) -> float:
    (link,) = (one for one in network[child].links if one.parent == parent)
    return link.strength[-1]


def members_given(model: kb.Model, group: str, finding: str) -> float:
    """P(a member explains the complaint | finding), as a sum over explanations that exclude."""
    seen = Evidence.of(
        model.network, {model.knowledge.meta.complaint: "present", finding: "present"}
    )
    members = model.knowledge.groups[group].members
    found = model.engine.propagate(seen, members)
    return sum(found.present(member) for member in members)


@pytest.mark.parametrize("lexicon", ["article", "lay", "hpo"])
def test_what_points_to_a_group_is_met_within_its_bounds_or_remarked(
    article: kb.Model, lexicon: str
) -> None:
    model = article.with_lexicon(lexicon)
    words = model.knowledge.lexicons[lexicon]
    remarked = {one.place for one in model.remarks}
    links = of_groups(model)
    assert len(links) == 9
    for group in model.knowledge.groups.values():
        for finding, said in group.evoked_by.items():
            link, found = links[any_of(group.id), finding], members_given(model, group.id, finding)
            target = amount_interval(said.evokes, "evoking", words).value
            low, high = said.between
            assert low <= link <= high
            if low < link < high:
                assert found == pytest.approx(target, abs=1e-9)
            else:
                assert found < target if link == high else found > target
            place = f"groups.toml: {group.id}.evoked_by.{finding}"
            assert (place in remarked) == (abs(found - target) > SHORT_OF)


def test_the_node_of_a_group_is_one_more_strength_for_each_member(article: kb.Model) -> None:
    """A member that shows a finding with s shows it with 1 - (1 - s)(1 - l) instead."""
    network, groups = article.network, article.knowledge.groups
    nodes = {any_of(group): groups[group].members for group in groups}
    states = network[EXPLANATION].states
    changed = []
    for finding in dict.fromkeys(finding for _, finding in of_groups(article)):
        links = {one.parent: one.strength for one in network[finding].links}
        own = list(links.get(EXPLANATION, (0.0,) * len(states)))
        for node in [one for one in links if one in nodes]:
            further = links.pop(node)[1]
            for member in nodes[node]:
                at = states.index(member)
                own[at] = 1.0 - (1.0 - own[at]) * (1.0 - further)
        links[EXPLANATION] = tuple(own)
        changed.append(noisy_or_node(finding, network[finding].leak or 0.0, links))
    plain = network.replacing(changed)
    rng = np.random.default_rng(1)
    ids = [*article.knowledge.findings]
    for _ in range(12):
        told = {id: rng.choice(["absent", "present"]) for id in rng.choice(ids, 6, replace=False)}
        told |= {"pain_behind_knee": "present", "swollen_knee": "present", "locking": "absent"}
        one, other = (
            Engine(each).propagate(Evidence.of(each, told), [EXPLANATION]).marginals[EXPLANATION]
            for each in (network, plain)
        )
        assert other == pytest.approx(one, abs=1e-12)


def test_draws_solve_what_points_to_a_group_anew(article: kb.Model) -> None:
    knowledge = article.knowledge
    found = quantities_of(knowledge, article.elicited, article.engine)
    asked = [*knowledge.findings]
    restating = Restating(article.engine, knowledge, found, article.elicited.lexicon, asked)
    own = article.engine.numbers[0]
    assert restating.restate(found.values[None])[0] == pytest.approx(own, abs=0.0)
    evoking = [at for at in found.of_kind("evoking") if found.all[at].parent.endswith("_any")]
    rng = np.random.default_rng(2)
    amounts = np.repeat(found.values[None], 5, axis=0)
    amounts[:, evoking] = rng.uniform(0.35, 0.7, (5, len(evoking)))
    leaks = found.of_kind("leak")
    amounts[:, leaks] *= rng.uniform(0.7, 1.3, (5, len(leaks)))
    amounts[:, leaks] = np.minimum(amounts[:, leaks], 0.99)  # one of the oldest is near it
    rows = restating.restate(amounts)
    met = 0
    for at in evoking:
        one = found.all[at]
        seen = Evidence.of(
            article.network, {knowledge.meta.complaint: "present", one.node: "present"}
        )
        share = article.engine.propagate_each([seen], [one.parent], rows).marginals[one.parent]
        inside = (rows[:, one.place] > one.bounds[0]) & (rows[:, one.place] < one.bounds[1])
        assert share[inside, 1] == pytest.approx(amounts[inside, at], abs=1e-9)
        met += int(inside.sum())
    assert met > len(evoking)


def test_other_layers_have_no_nodes_of_groups(knee: kb.Model) -> None:
    for layer in ("literature", "beyond"):
        model = knee.in_layer(layer)
        assert not [id for id in model.knowledge.mediators if id.endswith("_any")]
        assert {one.source for one in model.knowledge.pointers} <= {*model.knowledge.causes}


def test_what_is_said_of_a_group_holds_for_members_that_say_nothing_else(
    garden: Path, write: Write
) -> None:
    before = kb.load(garden, layer="literature").elicited.network
    write("groups.toml", 'because = ["C03", "C04", "C05"]\n', f'because = ["C03", "C04"]\n{SAID}')
    assert kb.load(garden, layer="literature").elicited.network == before
    causes = kb.load(garden, layer="article").knowledge.causes
    for member in ("jammed_rotor", "loose_bracket", "dry_bearing"):
        assert causes[member].raised_by["fallen_leaves"].because == ("C08",)
        assert causes[member].shows["mechanical_any"].how_often == 1.0
    assert causes["loose_bracket"].shows["squealing"].how_often == "sometimes"
    assert causes["dry_bearing"].shows["squealing"].how_often == "often"  # its own
    assert "squealing" not in causes["wet_winding"].shows
    article = kb.load(garden, layer="article")
    assert members_given(article, "mechanical", "stuttering_jet") == pytest.approx(0.6, abs=1e-9)


def test_a_word_beside_a_number_and_a_statement_of_the_article_alone(
    garden: Path, write: Write
) -> None:
    write(
        "causes/clogged_strainer.toml",
        'low_flow = { how_often = "nearly always", because = "C02" }',
        'low_flow = { how_often = 0.97, word = "often", word_because = "C02", '
        'because = "assumed: measured once" }\n'
        'hot_case = { how_often = "sometimes", because = "C02", layer = "article" }\n'
        'squealing = { how_often = 0.2, because = "C02", layer = "literature" }',
    )
    shown = {
        layer: kb.load(garden, layer=layer).knowledge.causes["clogged_strainer"].shows
        for layer in ("article", "literature", "beyond")
    }
    assert shown["article"]["low_flow"].how_often == "often"
    assert shown["article"]["low_flow"].because == ("C02",)
    assert set(shown["article"]) == {"humming", "low_flow", "hot_case"}
    for layer in ("literature", "beyond"):
        assert shown[layer]["low_flow"].how_often == 0.97
        assert set(shown[layer]) == {"humming", "low_flow", "squealing"}


def test_bounds_of_a_link_that_were_measured_are_not_the_articles(article: kb.Model) -> None:
    for cause in article.causes:
        for said in cause.evoked_by.values():
            assert said.between == (0.0, 0.95)


def test_layers_can_be_changed_to_and_fro(knee: kb.Model) -> None:
    knowledge = knee.knowledge
    again = in_layer(in_layer(knowledge, "article"), "literature")
    assert replace(again, folder=knowledge.folder) == knowledge


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            '[mechanical.shows]\nsquealin = { how_often = 0.5, because = "C05" }',
            "'squealin' has no",
        ),
        ('[mechanical.shows]\nsquealing = { risk = 2, because = "C05" }', "under shows how often"),
        ('[mechanical.raised_by]\nfallen_leaves = { how_often = 0.5, because = "C05" }', "a ratio"),
        (
            '[mechanical.raised_by]\nyears_in_service = { risk = 2, because = "C05" }',
            "State it for each cause of the group",
        ),
        ('[mechanical.shows]\nsquealing = { how_often = "ofen", because = "C05" }', "no word for"),
        (
            '[mechanical.shows]\nbegan = { how_often = 1, word_because = "C05", because = "C05" }',
            "'word_because' goes with 'word'",
        ),
    ],
)
def test_what_is_said_of_a_group_is_checked(
    garden: Path, write: Write, said: str, told: str
) -> None:
    write("groups.toml", 'because = ["C03", "C04", "C05"]\n', f'because = "C03"\n{said}\n')
    with pytest.raises(KnowledgeError, match=r"groups\.toml: mechanical") as caught:
        kb.load(garden)
    assert told in str(caught.value)
