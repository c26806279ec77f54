"""What is written for others is read by their own packages."""

import json
from pathlib import Path

import pytest
from conftest import DATA

import kneebayes as kb


@pytest.fixture(scope="module")
def dx() -> kb.Differential:
    return kb.load(DATA / "pump").diagnose({"weak jet": True, "scorched smell": False})


def test_a_phenopacket_is_read_by_the_package_of_its_makers(dx: kb.Differential) -> None:
    packets = pytest.importorskip("phenopackets", reason="pip install phenopackets")
    formats = pytest.importorskip("google.protobuf.json_format")
    packet = formats.Parse(json.dumps(dx.model.phenopacket(dx)), packets.Phenopacket())
    observed = {one.type.label: one.excluded for one in packet.phenotypic_features}
    told = {answer.label: answer.state == "absent" for answer in dx.answers}
    assert observed.items() <= told.items()
    assert packet.id


def test_a_risk_assessment_is_read_by_fhir_resources(dx: kb.Differential) -> None:
    resources = pytest.importorskip(
        "fhir.resources.riskassessment", reason="pip install fhir.resources"
    )
    told = resources.RiskAssessment.model_validate(dx.model.risk_assessment(dx))
    shares = [one.probabilityDecimal for one in told.prediction]
    assert [float(one) for one in shares] == pytest.approx(
        sorted(dx.ranking["posterior"], reverse=True), abs=1e-6
    )


def test_a_bif_file_has_the_same_posteriors_in_another_engine(
    dx: kb.Differential, tmp_path: Path
) -> None:
    gum = pytest.importorskip("pyagrum", reason="pip install pyagrum")
    network = gum.loadBN(str(kb.save(dx.model, tmp_path / "pump.bif")))
    engine = gum.LazyPropagation(network)
    engine.setEvidence({"weak_jet": "present", "scorched_smell": "absent", "humming": "present"})
    engine.makeInference()
    for id, posterior in dx.ranking.set_index("id")["posterior"].items():
        there = engine.posterior(id)[{id: "present"}]
        assert there == pytest.approx(posterior, abs=1e-7)  # it rounds what it reads
