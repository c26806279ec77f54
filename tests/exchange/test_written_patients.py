# ruff: noqa: E501, ISC004 - what stands in files is easier to read in one line each
"""A patient as files have it, field by field; and what is told of one that was read."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from matplotlib.axes import Axes

import kneebayes as kb
from kneebayes.exchange import ExchangeError, load_network_file, save_network
from kneebayes.exchange.networks import FORMATS
from kneebayes.exchange.patient import answer_of, case_content, software
from kneebayes.exchange.side_table import NetworkFile, side_table_path
from kneebayes.exchange.written_patients import SCALE
from kneebayes.network import Network, noisy_or_node, root_node, table_node
from kneebayes.text import either

WHEN = datetime(2026, 1, 2, 5, 4, 5, tzinfo=timezone(timedelta(hours=2)))
SAID: dict[str, Any] = {
    "squeak": True, "sparks": 0.25, "rain": False, "model year": "vintage", "hot_head": None,
    "rust": False,
}  # fmt: skip
ORDER = ["model_year", "rusty_bolt", "rain", "headache", "squeak", "sparks"]
DISCLAIMER = "Invented. Never advice to a robot."
ADVICE = "Act on this now."


@pytest.fixture(scope="module")
def dx(robot: kb.Model) -> kb.Differential:
    return robot.diagnose(SAID)


def local(id: str, label: str) -> dict[str, Any]:
    return {"coding": [{"system": "urn:kneebayes", "code": id}], "text": label}


def test_a_risk_assessment_field_by_field(robot: kb.Model, dx: kb.Differential) -> None:
    told = robot.risk_assessment(dx, subject="r2", created=WHEN)
    labels = robot.knowledge.label
    values = {
        "model_year": {"valueString": "vintage model"},
        "rusty_bolt": {"valueBoolean": False},
        "rain": {"valueBoolean": False},
        "headache": {"valueBoolean": True},
        "squeak": {"valueBoolean": True},
        "sparks": {"valueString": "perhaps present (0.25 to 0.75)"},
    }
    rows = list(dx.ranking.itertuples())
    urgent = {"moon_magnet": " Urgent cause."}
    ids = {robot.knowledge.label(id): id for id in robot.knowledge.causes}
    assert told == {
        "resourceType": "RiskAssessment",
        "contained": [
            {
                "resourceType": "Observation",
                "id": id.replace("_", "-"),
                "status": "preliminary",
                "code": local(id, labels(id)),
                **values[id],
            }
            for id in ORDER
        ],
        "status": "preliminary",
        "method": {"text": f"{software()}: exact Bayesian network, lexicon: plain"},
        "subject": {"display": "r2"},
        "occurrenceDateTime": "2026-01-02T03:04:05+00:00",
        "basis": [{"reference": f"#{id.replace('_', '-')}"} for id in ORDER],
        "prediction": [
            {
                "outcome": local(ids[str(row.cause)], str(row.cause)),
                "probabilityDecimal": row.posterior,
                "rationale": f"Rank {rank} of 3; prior {row.prior!r}.{urgent.get(ids[str(row.cause)], '')}",
            }
            for rank, row in enumerate(rows, start=1)
        ],
        "mitigation": f"{ADVICE} sparks: the robot may catch fire (sparks, perhaps; C05)",
        "note": [
            {"text": DISCLAIMER},
            {"text": f"P(at least one urgent cause) = {dx.any_urgent!r}."},
            {"text": SCALE},
        ],
    }
    assert robot.risk_assessment(dx)["subject"] == {"display": "patient"}
    now = datetime.fromisoformat(robot.risk_assessment(dx)["occurrenceDateTime"])
    assert abs((datetime.now(UTC) - now).total_seconds()) < 60


def test_a_phenopacket_field_by_field(robot: kb.Model, dx: kb.Differential) -> None:
    told = robot.phenopacket(dx, id="c", subject="r2", created=WHEN, uncertain="leave out")
    ids = {robot.knowledge.label(id): id for id in robot.knowledge.causes}
    labels = robot.knowledge.label

    def term(id: str, state: str = "") -> dict[str, str]:
        more = (f".{state}", f": {state}") if state else ("", "")
        return {"id": f"kneebayes:{id}{more[0]}", "label": f"{labels(id)}{more[1]}"}

    summaries = [
        f"P({row.cause} explains the complaint | what is known) = {row.posterior!r} (before: "
        f"{row.prior!r}), rank {rank} of 3; others can be there, silent."
        f"{' An urgent cause.' if row.urgent else ''} {ADVICE} The posterior also rests on what "
        f"cannot stand here: sparks: perhaps present (0.25 to 0.75). {DISCLAIMER}"
        for rank, row in enumerate(dx.ranking.itertuples(), start=1)
    ]
    assert told == {
        "id": "c",
        "subject": {"id": "r2"},
        "phenotypicFeatures": [
            {"type": term("model_year", "vintage")},
            {"type": term("rain"), "excluded": True},
            {"type": term("headache")},
            {"type": term("squeak")},
        ],
        "diseases": [{"term": term("rusty_bolt"), "excluded": True}],
        "interpretations": [
            {
                "id": f"rank-{rank}",
                "progressStatus": "IN_PROGRESS",
                "diagnosis": {"disease": term(ids[str(row.cause)])},
                "summary": summaries[rank - 1],
            }
            for rank, row in enumerate(dx.ranking.itertuples(), start=1)
        ],
        "metaData": {
            "created": "2026-01-02T03:04:05Z",
            "createdBy": software(),
            "resources": [
                {
                    "id": "kneebayes",
                    "name": "ids of the knowledge folder 'Headache of a robot'",
                    "url": "urn:kneebayes:headache-of-a-robot",
                    "version": software().removeprefix("kneebayes "),
                    "namespacePrefix": "kneebayes",
                    "iriPrefix": "urn:kneebayes:headache-of-a-robot:",
                }
            ],
            "phenopacketSchemaVersion": "2.0",
        },
    }
    # one cause, and the urgent one, which is first here
    few = robot.phenopacket(dx, n=1, uncertain="leave out")["interpretations"]
    assert [one["id"] for one in few] == ["rank-1"]
    calm = robot.diagnose({"sparks": True, "overheating": True})
    ranks = [one["id"] for one in robot.phenopacket(calm, n=1)["interpretations"]]
    urgent = 1 + [row.urgent for row in calm.ranking.itertuples()].index(True)
    assert urgent > 1
    assert ranks == ["rank-1", f"rank-{urgent}"]
    plain = robot.phenopacket(robot.diagnose({}))
    assert plain["id"] == "case"
    assert plain["subject"] == {"id": "patient"}
    assert "diseases" not in plain
    assert "cannot stand here" not in plain["interpretations"][0]["summary"]


def test_ontologies_that_codes_are_of_are_named(knee: kb.Model) -> None:
    packet = knee.phenopacket(knee.diagnose({"fever": True, "warmth": True}), n=3)
    resources = {one["namespacePrefix"]: one for one in packet["metaData"]["resources"]}
    stated = "not stated by the knowledge folder"
    assert resources["HP"] == {
        "id": "hp",
        "name": "human phenotype ontology",
        "url": "http://purl.obolibrary.org/obo/hp.owl",
        "version": stated,
        "namespacePrefix": "HP",
        "iriPrefix": "http://purl.obolibrary.org/obo/HP_",
    }
    assert resources["MONDO"]["url"] == "http://purl.obolibrary.org/obo/mondo.owl"
    assert resources["ICD10CM"]["url"] == "http://purl.bioontology.org/ontology/ICD10CM"
    assert resources["ICD10CM"]["iriPrefix"] == "http://purl.bioontology.org/ontology/ICD10CM/"


@pytest.mark.parametrize("at", range(6))
def test_ages_are_told_as_whole_years(knee: kb.Model, at: int) -> None:
    """From the year after the last state's to the last of its own; the open end has no range."""
    states = knee.knowledge.contexts["age"].states
    if at >= len(states):
        pytest.skip("fewer states")
    packet = knee.phenopacket(knee.diagnose({"age": states[at].id}), n=1)
    when = packet["subject"].get("timeAtLastEncounter")
    if states[at].below is None:
        assert when is None
        return
    first = 2 if at == 0 else int(states[at - 1].below or 0)
    ends = {"start": f"P{first}Y", "end": f"P{int(states[at].below or 0) - 1}Y"}
    assert when == {"ageRange": {end: {"iso8601duration": text} for end, text in ends.items()}}


def test_a_case_file_field_by_field(robot: kb.Model, dx: kb.Differential) -> None:
    content = case_content(dx, name="n", note="o")
    labels = robot.knowledge.label
    ids = {robot.knowledge.label(id): id for id in robot.knowledge.causes}
    answers = {
        "headache": "present", "squeak": "present", "sparks": 0.25, "rain": "absent",
        "model_year": "vintage", "rusty_bolt": "absent", "hot_head": "unknown",
    }  # fmt: skip
    assert content == {
        "format": "kneebayes patient",
        "version": 1,
        "name": "n",
        "note": "o",
        "model": {
            "title": "Headache of a robot",
            "source": robot.knowledge.meta.source,
            "software": software(),
            "disclaimer": DISCLAIMER,
        },
        "lexicon": "plain",
        "layer": "literature",
        "setting": None,
        "learnt": None,
        "answers": {id: {"label": labels(id), "answer": said} for id, said in answers.items()},
        "results": {
            "urgency": {
                "level": "now",
                "advice": ADVICE,
                "reasons": ["sparks: the robot may catch fire (sparks, perhaps; C05)"],
                "beside": "",
            },
            "any_urgent": dx.any_urgent,
            "ranking": [
                {
                    "id": ids[str(row.cause)],
                    "label": row.cause,
                    "prior": row.prior,
                    "posterior": row.posterior,
                    "urgent": row.urgent,
                }
                for row in dx.ranking.itertuples()
            ],
        },
    }
    assert list(content["answers"]) == list(answers)  # type: ignore[call-overload]
    bare = case_content(dx, results=False)
    assert not {"results", "name", "note"} & set(bare)


def test_what_is_told_of_a_patient(robot: kb.Model, dx: kb.Differential, axes: Axes) -> None:
    content = case_content(dx)
    content["answers"]["rain"]["label"] = "wet"  # type: ignore[index]
    patient = robot.load_case(json.loads(json.dumps(content)))
    rows = [
        ("headache", "headache", "present"),
        ("squeak", "squeak", "present"),
        ("sparks", "sparks", "perhaps present (0.25 to 0.75)"),
        ("wet", "left out in the rain", "absent"),
        ("model year", "model year", "vintage model"),
        ("rusty bolt", "rusty bolt", "absent"),
        ("sudden heat", "sudden heat", "unknown"),
    ]
    report = patient.report
    assert list(report.rows) == rows
    assert report.title == "Headache of a robot: a patient from the case"
    assert report.known == "What the file says, and what became of it:"
    assert report.header == ("in the file", "understood as", "answer, or why not")
    assert report.notes == ("All of it became answers.",)
    assert report.advice == ADVICE
    assert report.reasons == ("sparks: the robot may catch fire (sparks, perhaps; C05)",)
    assert repr(patient) == "Patient('the case': 7 answers, 0 not used)"
    table = patient.table
    assert list(table.columns) == [
        "place",
        "code",
        "label",
        "id",
        "finding",
        "answer",
        "used",
        "why",
    ]
    assert table.loc[3].tolist() == [
        "answers.rain", "rain", "wet", "rain", "left out in the rain", "absent", True,
        "the folder calls it 'left out in the rain'",
    ]  # fmt: skip
    assert patient.results == {
        one: float(row.posterior)
        for one, row in zip(
            ["moon_magnet", "loose_wire", "rusty_bolt"], dx.ranking.itertuples(), strict=True
        )
    }
    assert patient.draw(axes) is axes
    packet = robot.load_phenopacket(
        {
            "id": "a",
            "phenotypicFeatures": [{"type": {"id": "x:1"}}, {"type": {"id": "kneebayes:squeak"}}],
        }
    )
    assert packet.report.notes[-1] == "1 thing in the file did not become an answer."
    assert packet.report.rows[0] == ("x:1", "not used", "no code of the folder")
    assert repr(packet) == "Patient('the phenopacket': 1 answer, 1 not used)"
    assert packet.table.loc[0, "finding"] == ""


@pytest.mark.parametrize(
    ("states", "likelihood", "answer"),
    [
        (2, (0.0, 1.0), "s1"),
        (2, (1.0, 0.0), "s0"),
        (2, (0.75, 0.25), 0.25),
        (2, (0.5, 0.25), {"s0": 0.5, "s1": 0.25}),
        (2, (0.0, 0.5), {"s1": 0.5}),
        (3, (0.0, 1.0, 0.0), "s1"),
        (3, (0.75, 0.25, 0.0), {"s0": 0.75, "s1": 0.25}),
        (3, (0.0, 0.0, 1 / 3), {"s2": 1 / 3}),
    ],
)
def test_a_likelihood_as_an_answer(
    states: int, likelihood: tuple[float, ...], answer: object
) -> None:
    assert answer_of(tuple(f"s{at}" for at in range(states)), likelihood) == answer


# the second file of a network

NETWORK = Network(
    (
        root_node("a", [0.25, 0.75]),
        noisy_or_node("b", 0.125, {"a": [0.0, 0.5]}),
        table_node(
            "c", ["a", "b"], [[[0.5, 0.5], [0.25, 0.75]], [[1.0, 0.0], [0.0, 1.0]]], ["x", "y"]
        ),
    )
)
ABOUT = {"title": "T", "source": "S"}
FILE = NetworkFile(NETWORK, {"a": "An A"}, {"a": "cause", "c": "finding"}, ABOUT)
NODES: list[dict[str, Any]] = [
    {"id": "a", "label": "An A", "kind": "cause", "states": ["absent", "present"], "parents": []},
    {"id": "b", "label": "b", "states": ["absent", "present"], "leak": 0.125, "links": {"a": [0.0, 0.5]}},
    {"id": "c", "label": "c", "kind": "finding", "states": ["x", "y"], "parents": ["a", "b"]},
]  # fmt: skip
HEAD = {"format": "kneebayes network", "version": 1, **ABOUT}


def test_the_second_file_field_by_field(tmp_path: Path) -> None:
    path = save_network(FILE, tmp_path / "net.bif")
    assert json.loads(side_table_path(path).read_text()) == HEAD | {"nodes": NODES}
    whole = json.loads(save_network(FILE, tmp_path / "net.json").read_text())
    tables = [[0.25, 0.75], None, [0.5, 0.5, 0.25, 0.75, 1.0, 0.0, 0.0, 1.0]]
    nodes = [{**node, **({} if table is None else {"table": table})}
             for node, table in zip(NODES, tables, strict=True)]  # fmt: skip
    assert whole == HEAD | {"nodes": nodes}
    for name in ("net.bif", "net.json"):
        read = load_network_file(tmp_path / name)
        assert (read.network, dict(read.kinds), dict(read.about)) == (NETWORK, FILE.kinds, ABOUT)
        assert read.label("a") == "An A"


REMEDY = "(Delete it to read the main file as it is.)"
SIDES: dict[str, tuple[Any, list[str]]] = {
    "a leak and a table": (
        lambda nodes: nodes[1].update(parents=["a"]),
        ["b: it has a leak and a table. A node has one of them."],
    ),
    "links and no leak": (
        lambda nodes: nodes[1].pop("leak"),
        ["b: it has links and no leak. Add its leak.",
         "b: its states or parents are others in the main file."],
    ),
    "too many links": (
        lambda nodes: nodes[1].update(links={"a": [0.0, 0.5, 0.5]}),
        ["b: the link of a has 3 numbers. a has 2 states."],
    ),
    "other states": (
        lambda nodes: nodes[2].update(states=["x", "z"]),
        ["c: its states or parents are others in the main file."],
    ),
    "other parents": (
        lambda nodes: nodes[2].update(parents=["b", "a"]),
        ["c: its states or parents are others in the main file."],
    ),
    "a node too many": (
        lambda nodes: nodes.append({"id": "d", "states": ["x"]}),
        ["d: it has no table. Add its table, or its leak and links."],
    ),
    "a node twice": (
        lambda nodes: nodes.append(nodes[0]),
        ["nodes: an id stands twice. Keep one node of each id."],
    ),
    "another number": (
        lambda nodes: nodes[1].update(leak=0.25),
        ["nodes: it does not belong to the main file, which was changed since: other tables for b. "
         "Delete it to read the main file as it is."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SIDES)
def test_a_second_file_that_does_not_fit(tmp_path: Path, case: str) -> None:
    change, told = SIDES[case]
    path = save_network(FILE, tmp_path / "net.bif")
    beside = side_table_path(path)
    content = json.loads(beside.read_text())
    change(content["nodes"])
    beside.write_text(json.dumps(content))
    with pytest.raises(ExchangeError) as caught:
        load_network_file(path)
    assert list(map(str, caught.value.problems)) == told
    source = "'net.bif.labels.json'"
    assert caught.value.source in (source, f"{source} {REMEDY}")


def test_of_many_nodes_that_changed_five_are_named(tmp_path: Path) -> None:
    network = Network(tuple(root_node(f"n{at}", [0.25, 0.75]) for at in range(7)))
    path = save_network(network, tmp_path / "net.bif")
    path.write_text(path.read_text().replace("0.25, 0.75", "0.5, 0.5"))
    beside = side_table_path(path)
    content = json.loads(beside.read_text())
    for node in content["nodes"]:
        node["table"] = [0.25, 0.75]
    beside.write_text(json.dumps(content))
    with pytest.raises(ExchangeError, match=r"other tables for n0, n1, n2, n3, n4\. Delete it"):
        load_network_file(path)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("net.net", "'net.net' ends in '.net'."),
        ("net", "'net' ends in ''."),
        ("net.bif.zip", "'net.bif.zip' ends in '.zip'."),
    ],
)
def test_endings_that_no_form_has(tmp_path: Path, name: str, told: str) -> None:
    usual = either([known.suffixes[0] for known in FORMATS], quote="")
    every = either([suffix for known in FORMATS for suffix in known.suffixes], quote="")
    with pytest.raises(ExchangeError) as caught:
        save_network(NETWORK, tmp_path / name)
    remedy = f"A network can be saved as {usual}."
    assert list(map(str, caught.value.problems)) == [f"name: {told} {remedy}"]
    with pytest.raises(ExchangeError) as caught:
        load_network_file(tmp_path / name)
    remedy = f"A network can be read from {every}."
    assert list(map(str, caught.value.problems)) == [f"name: {told} {remedy}"]


def test_what_is_packed_says_nothing_of_when(tmp_path: Path) -> None:
    path = save_network(NETWORK, tmp_path / "net.bif.gz")
    assert path.read_bytes()[4:8] == b"\x00" * 4
    assert load_network_file(path).network == NETWORK
