# ruff: noqa: E501 - packets in one line each are easier to read than broken ones
"""All that is told of a phenopacket: what each part means, and why the rest was not used."""

import html
from typing import Any

import pytest

import kneebayes as kb
from kneebayes.exchange import ExchangeError, Told
from kneebayes.exchange.phenopacket_read import said_of_no_place

ASSUMED = "The file does not say that the patient has pain behind the knee; it is assumed."


def feature(id: str, label: str = "", **more: Any) -> dict[str, Any]:
    return {"type": {"id": id, "label": label} if label else {"id": id}, **more}


def packet(*features: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "a", **more, "phenotypicFeatures": [*features]}


def at(years: str) -> dict[str, Any]:
    return {"age": {"iso8601duration": years}}


def between(start: str, end: str) -> dict[str, Any]:
    return {"ageRange": {"start": {"iso8601duration": start}, "end": {"iso8601duration": end}}}


def on(day: str) -> dict[str, Any]:
    return {"timestamp": day}


def subject(**when: Any) -> dict[str, Any]:
    return {"id": "s", "timeAtLastEncounter": when}


def in_a_line(told: Told) -> str:
    """Where something stands, what it is called, what became of it, and why."""
    called = f"{told.place} {told.code}" + (f" '{told.label}'" if told.label else "")
    became = f"{told.id} {told.answer}" if told.id else "not used"
    return f"{' '.join(called.split())}: {became}" + (f": {told.why}" if told.why else "")


FIFTY = subject(**at("P50Y"))
TODAY = subject(**on("2020-06-02T10:00:00Z"))
FEVER, PAIN = "HP:0001945", "HP:6001145"
# a packet, and what becomes of each of its parts
READ: dict[str, tuple[Any, ...]] = {
    "a subject": ({"subject": {"id": "s", "alternateIds": ["x"], "sex": "MALE", "karyotypicSex": "XX", "dateOfBirth": "1950-06-01T00:00:00Z", "taxonomy": {"id": "NCBITaxon:9606"}}},
        "subject.alternateIds: not used: not part of the model",
        "subject.sex 'MALE': sex male",
        "subject.karyotypicSex: not used: not part of the model",
        "subject.dateOfBirth: not used: no date of the encounter tells the age from it"),
    "seen on a day": ({"subject": {"id": "s", "dateOfBirth": "1950-06-01T00:00:00Z", "timeAtLastEncounter": on("2019-06-02T00:00:00Z")}},
        "subject.timeAtLastEncounter '69 years': age older"),
    "seen on the day of birth": ({"subject": {"id": "s", "dateOfBirth": "1950-06-01T10:00:00Z", "timeAtLastEncounter": on("1950-06-01T00:00:00Z")}},
        "subject.timeAtLastEncounter '0 years': age child"),
    "seen on a day, born on none": ({"subject": TODAY}, "subject.timeAtLastEncounter: not used: only an age or a range of ages is read"),
    "of an age by weeks and days": ({"subject": subject(**at("P39Y11M4W1D"))}, "subject.timeAtLastEncounter 'P39Y11M4W1D': age young_adult"),
    "of an age just below": ({"subject": subject(**at("P39Y364D"))}, "subject.timeAtLastEncounter 'P39Y364D': age young_adult"),
    "of an age just above": ({"subject": subject(**at("P39Y12M"))}, "subject.timeAtLastEncounter 'P39Y12M': age middle_age"),
    "of an age in months": ({"subject": subject(**at("P3M"))}, "subject.timeAtLastEncounter 'P3M': age child"),
    "in names as Python writes them": ({"phenotypic_features": [feature(FEVER)], "meta_data": {"created_by": "x"}},
        "phenotypicFeatures[0] HP:0001945: fever present"),
    "of an age in weeks": ({"subject": subject(**at("P2090W"))}, "subject.timeAtLastEncounter 'P2090W': age middle_age"),
    "in a range": ({"subject": subject(**between("P41Y", "P50Y"))}, "subject.timeAtLastEncounter 'P41Y to P50Y': age middle_age"),
    "in a wide range": ({"subject": subject(**between("P30Y", "P50Y"))},
        "subject.timeAtLastEncounter 'P30Y to P50Y': not used: it lies in several states of 'age'"),
    "of an age in words": ({"subject": subject(ontologyClass={"id": "HP:0003581"})},
        "subject.timeAtLastEncounter: not used: only an age or a range of ages is read"),
    "a year before, to the day": (packet(feature(FEVER, onset=at("P49Y")), subject=FIFTY),
        "subject.timeAtLastEncounter 'P50Y': age middle_age",
        "phenotypicFeatures[0] HP:0001945: fever present",
        "phenotypicFeatures[0].onset: not used: an age of onset says only whether it is there now"),
    "a year and a month before": (packet(feature(FEVER, "Fever", onset=at("P48Y11M")), subject=FIFTY),
        "subject.timeAtLastEncounter 'P50Y': age middle_age",
        "phenotypicFeatures[0] HP:0001945 'Fever': not used: it began at P48Y11M, 1 year before; not said of now"),
    "a year later": (packet(feature(FEVER, onset=at("P51Y")), subject=FIFTY),
        "subject.timeAtLastEncounter 'P50Y': age middle_age",
        "phenotypicFeatures[0] HP:0001945: fever present",
        "phenotypicFeatures[0].onset: not used: an age of onset says only whether it is there now"),
    "more than a year later": (packet(feature(FEVER, onset=at("P51Y1M")), subject=FIFTY),
        "subject.timeAtLastEncounter 'P50Y': age middle_age",
        "phenotypicFeatures[0] HP:0001945: not used: it begins at P51Y1M, after the patient was seen"),
    "in a range of ages": (packet(feature(FEVER, onset=between("P40Y", "P50Y")), subject=FIFTY),
        "subject.timeAtLastEncounter 'P50Y': age middle_age",
        "phenotypicFeatures[0] HP:0001945: not used: it began at P40Y at the earliest, 10 years before; not said of now"),
    "a day of the last year": (packet(feature(FEVER, onset=on("2019-06-03T00:00:00Z")), subject=TODAY),
        "subject.timeAtLastEncounter: not used: only an age or a range of ages is read",
        "phenotypicFeatures[0] HP:0001945: fever present",
        "phenotypicFeatures[0].onset: not used: an age of onset says only whether it is there now"),
    "a day two years ago": (packet(feature(FEVER, onset=on("2018-05-02T00:00:00Z")), subject=TODAY),
        "subject.timeAtLastEncounter: not used: only an age or a range of ages is read",
        "phenotypicFeatures[0] HP:0001945: not used: it began at 2018-05-02T00:00:00Z, 2 years before; not said of now"),
    "days two years ago": (packet(feature(FEVER, onset={"interval": {"start": "2018-05-02", "end": "2020-01-01"}}), subject=TODAY),
        "subject.timeAtLastEncounter: not used: only an age or a range of ages is read",
        "phenotypicFeatures[0] HP:0001945: not used: it began at 2018-05-02 at the earliest, 2 years before; not said of now"),
    "before birth": (packet(feature(FEVER, onset={"gestationalAge": {"weeks": 20}})),
        "phenotypicFeatures[0] HP:0001945: not used: it began then: before birth; whether it is there now is not said"),
    "in childhood": (packet(feature(FEVER, onset={"ontologyClass": {"id": "hp:0011463"}})),
        "phenotypicFeatures[0] HP:0001945: not used: it began then: childhood onset; whether it is there now is not said",
        "phenotypicFeatures[0].onset hp:0011463: not used: modifiers are read of the complaint alone"),
    "at once": (packet(feature(FEVER, onset={"ontologyClass": {"id": "HP:0011009", "label": "Acute"}})),
        "phenotypicFeatures[0] HP:0001945: fever present",
        "phenotypicFeatures[0].onset HP:0011009 'Acute': not used: modifiers are read of the complaint alone"),
    "at some age": (packet(feature(FEVER, onset=at("P49Y"))),
        "phenotypicFeatures[0] HP:0001945: not used: it began at P49Y, and when the patient was seen is not said"),
    "resolved": (packet(feature(FEVER, "Fever", resolution=at("P3Y"))),
        "phenotypicFeatures[0] HP:0001945 'Fever': not used: it has resolved, so it is not there now"),
    "resolved and excluded": (packet(feature(FEVER, excluded=True, resolution=at("P3Y"), onset=at("P2Y"))),
        "phenotypicFeatures[0] HP:0001945: fever absent",
        "phenotypicFeatures[0].onset: not used: an age of onset says only whether it is there now"),
    "the complaint of long ago": (packet(feature(PAIN, onset=at("P20Y"), severity={"id": "HP:0012828", "label": "Severe"}), subject=FIFTY),
        "subject.timeAtLastEncounter 'P50Y': age middle_age",
        "phenotypicFeatures[0] HP:6001145: pain_behind_knee present",
        "phenotypicFeatures[0].onset: not used: an age of onset says only whether it is there now",
        "phenotypicFeatures[0].severity HP:0012828 'Severe': not used: no code of the folder; its label looks like 'severe pain'"),
    "the complaint at once, on both sides": (packet(feature(PAIN, onset={"ontologyClass": {"id": "HP:0011009", "label": "Acute"}}, modifiers=[{"id": "HP:0012832", "label": "Bilateral"}, {"id": "HP:0012825", "label": "Mild"}])),
        "phenotypicFeatures[0] HP:6001145: pain_behind_knee present",
        "phenotypicFeatures[0].onset HP:0011009 'Acute': onset present",
        "phenotypicFeatures[0].modifiers[0] HP:0012832 'Bilateral': both_knees present",
        "phenotypicFeatures[0].modifiers[1] HP:0012825 'Mild': not used: no code of the folder"),
    "the complaint by a modifier of another label": (packet(feature(PAIN, modifiers=[{"id": "HP:0012832", "label": "Hip"}])),
        "phenotypicFeatures[0] HP:6001145: pain_behind_knee present",
        "phenotypicFeatures[0].modifiers[0] HP:0012832 'Hip': not used: its label contradicts its code, which means both knees affected"),
    "fever on both sides": (packet(feature(FEVER, severity={"id": "HP:0012828", "label": "Severe"}, modifiers=[{"id": "HP:0012832", "label": "Bilateral"}])),
        "phenotypicFeatures[0] HP:0001945: fever present",
        "phenotypicFeatures[0].severity HP:0012828 'Severe': not used: modifiers are read of the complaint alone",
        "phenotypicFeatures[0].modifiers[0] HP:0012832 'Bilateral': not used: modifiers are read of the complaint alone"),
    "no fever on both sides": (packet(feature(FEVER, excluded=True, modifiers=[{"id": "HP:0012832", "label": "Bilateral"}])),
        "phenotypicFeatures[0] HP:0001945: fever absent",
        "phenotypicFeatures[0].modifiers[0] HP:0012832 'Bilateral': not used: modifiers are read of the complaint alone"),
    "said twice": (packet(feature(FEVER), feature("HP:0011134")),
        "phenotypicFeatures[0] HP:0001945: fever present",
        "phenotypicFeatures[1] HP:0011134: not used: said before: phenotypicFeatures[0]"),
    "redness of the knee": (packet(feature("HP:0010783", "Erythema", modifiers=[{"id": "UBERON:0001465", "label": "left Knee"}])),
        "phenotypicFeatures[0] HP:0010783 'Erythema': redness present",
        "phenotypicFeatures[0].modifiers[0] UBERON:0001465 'left Knee': not used: modifiers are read of the complaint alone"),
    "redness": (packet(feature("HP:0010783", "Erythema")),
        "phenotypicFeatures[0] HP:0010783 'Erythema': not used: it names no place; it means 'redness' where a modifier names the knee"),
    "no low fever": (packet(feature("HP:0011134", "Low-grade fever", excluded=True)),
        "phenotypicFeatures[0] HP:0011134 'Low-grade fever': not used: it means less than 'fever', so its absence does not exclude it"),
    "what is narrower, of the leg and of other ids": (
        packet(
            feature("HP:0001513", "Obesity"),
            feature("HP:0001720", "Tachycardia"),
            feature("HP:0004417", "Intermittent claudication", excluded=True),
            feature("HP:0003401", "Paresthesia", modifiers=[{"id": "UBERON:0000978", "label": "leg"}]),
            feature("HP:0020110", "Bone fracture"),
            feature("HP:0002619", "Varicose veins"),
        ),
        "phenotypicFeatures[0] HP:0001513 'Obesity': overweight present",
        "phenotypicFeatures[1] HP:0001720 'Tachycardia': fast_heartbeat present",
        "phenotypicFeatures[2] HP:0004417 'Intermittent claudication': not used: it means less than 'pain on walking that goes at rest', so its absence does not exclude it",
        "phenotypicFeatures[3] HP:0003401 'Paresthesia': numbness present",
        "phenotypicFeatures[3].modifiers[0] UBERON:0000978 'leg': not used: modifiers are read of the complaint alone",
        "phenotypicFeatures[4] HP:0020110 'Bone fracture': not used: it names no place; it means 'fracture' where a modifier names the knee",
        "phenotypicFeatures[5] HP:0002619 'Varicose veins': varicose_veins present",
    ),
    "bursitis": (packet(feature("HP:0025232", "Bursitis"), feature("HP:0003551")),
        "phenotypicFeatures[0] HP:0025232 'Bursitis': not used: it means more than 'septic bursitis', so it does not prove it",
        "phenotypicFeatures[1] HP:0003551: not used: it is related to 'pain going up stairs', and something else"),
    "at another side": (packet(feature("HP:6001144"), feature("HP:0001954", "Recurrent fever"), feature("HP:0012832", "Bilateral")),
        "phenotypicFeatures[0] HP:6001144: not used: it is 'Knee pain' at another place than 'pain behind the knee'",
        "phenotypicFeatures[1] HP:0001954 'Recurrent fever': not used: it comes and goes; whether it is there now is not said",
        "phenotypicFeatures[2] HP:0012832 'Bilateral': not used: it modifies a feature and is none by itself"),
    "of the hip": (packet(feature(FEVER, "Hip dislocation"), feature("HP:0000001", "FEVER"), feature("HP:0000001", "something")),
        "phenotypicFeatures[0] HP:0001945 'Hip dislocation': not used: its label contradicts its code, which means fever",
        "phenotypicFeatures[1] HP:0000001 'FEVER': not used: no code of the folder; its label looks like 'fever'",
        "phenotypicFeatures[2] HP:0000001 'something': not used: no code of the folder"),
    "our own": (packet(feature("kneebayes:fever", "our fever"), feature("kneebayes:warmth", excluded=True), feature("kneebayes:age.young_adult"), feature("kneebayes:lump_size.very-odd"), feature("kneebayes:sex.female", excluded=True), feature("KNEEBAYES:no_such", label="q")),
        "phenotypicFeatures[0] kneebayes:fever 'our fever': fever present",
        "phenotypicFeatures[1] kneebayes:warmth: warmth absent",
        "phenotypicFeatures[2] kneebayes:age.young_adult: age young_adult",
        "phenotypicFeatures[3] kneebayes:lump_size.very-odd: not used: no id of the folder",
        "phenotypicFeatures[4] kneebayes:sex.female: not used: a state cannot be excluded",
        "phenotypicFeatures[5] KNEEBAYES:no_such 'q': not used: no id of the folder"),
    "diseases": ({"subject": FIFTY, "diseases": [{"term": {"id": "MONDO:0005393", "label": "gout"}, "onset": at("P20Y")}, {"term": {"id": "ICD10CM:S83.209A"}}, {"term": {"id": "MONDO:0008383", "label": "rheumatoid arthritis"}, "excluded": True}, {"term": {"id": "HP:0004976", "label": "Knee dislocation"}, "resolution": at("P30Y")}, {"term": {"id": "MONDO:1"}}]},
        "subject.timeAtLastEncounter 'P50Y': age middle_age",
        "diseases[0] MONDO:0005393 'gout': gout_known present: a disease of the person, which need not be the cause",
        "diseases[1] ICD10CM:S83.209A: not used: the model has no context 'meniscus tear known'; diseases='certain' makes it evidence",
        "diseases[2] MONDO:0008383 'rheumatoid arthritis': rheumatoid_arthritis absent",
        "diseases[3] HP:0004976 'Knee dislocation': not used: it has resolved, so it is not there now",
        "diseases[4] MONDO:1: not used: no code of the folder"),
    "a disease by a code in small letters": ({"diseases": [{"term": {"id": "icd10cm:M10.9"}}]},
        "diseases[0] icd10cm:M10.9: gout_known present: a disease of the person, which need not be the cause"),
    "other parts": ({"measurements": [{}, {}], "biosamples": [{"id": "b"}], "medicalActions": [{}], "files": [{"uri": "u"}], "interpretations": [{"id": "x", "progressStatus": "SOLVED"}], "curationHistory": [1], "x": 2},
        "measurements 'measurements (2)': not used: measured values are not read; tell the result as a finding",
        "biosamples 'biosamples (1)': not used: not part of the model",
        "medicalActions 'medicalActions (1)': not used: not part of the model",
        "files 'files (1)': not used: not part of the model",
        "interpretations 'interpretations (1)': not used: what was concluded before is no evidence",
        "curationHistory 'curationHistory': not used: no field of phenopackets 2",
        "x 'x': not used: no field of phenopackets 2"),
    "a family": ({"proband": {"id": "a", "phenotypicFeatures": [feature(FEVER)], "pedigree": {"persons": []}}, "relatives": [{"id": "b"}], "pedigree": {"persons": [1, 2, 3], "x": 1}},
        "phenotypicFeatures[0] HP:0001945: fever present",
        "relatives 'relatives (1)': not used: people of the family are no part of the patient",
        "pedigree 'pedigree (2)': not used: not part of the model"),
}  # fmt: skip
# packets that speak of the knee, and of the complaint
OF_THE_KNEE = {
    "what is narrower, of the leg and of other ids",
    "the complaint of long ago",
    "the complaint at once, on both sides",
    "the complaint by a modifier of another label",
    "redness of the knee",
    "at another side",
    "our own",
    "diseases",
}
COMPLAINS = {
    "the complaint of long ago",
    "the complaint at once, on both sides",
    "the complaint by a modifier of another label",
}

REFUSED: dict[str, tuple[Any, ...]] = {
    "no complaint": (packet(feature(FEVER), feature(PAIN, excluded=True)),
        "phenotypicFeatures[1]: it says that the patient has no pain behind the knee. The model is about those who have it."),
    "said otherwise": (packet(feature(FEVER), feature(FEVER, excluded=True)),
        "phenotypicFeatures[1]: it says absent where phenotypicFeatures[0] says present. Keep one of the two."),
    "two ways": (packet(feature(FEVER, onset={**at("P3Y"), **on("2020-01-01T00:00:00Z")}), subject=subject(**at("P5Y"), **between("P60Y", "P70Y"))),
        "subject.timeAtLastEncounter: it is told as age and as ageRange. Keep one.",
        "phenotypicFeatures[0].onset: it is told as age and as timestamp. Keep one."),
    "of an unknown sex": ({"subject": {"id": "s", "sex": "F"}}, "subject.sex: it is 'F'. It must be one of: UNKNOWN_SEX, FEMALE, MALE, OTHER_SEX."),
    "of an age that is none": ({"subject": subject(**at("67"))},
        "subject.timeAtLastEncounter.age.iso8601duration: it is '67'. It must look like ^P(?=[0-9T])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?(T[0-9HMS.]+)?$."),
    "an old name": ({"subject": {"id": "s", "timeAtEncounter": {}}}, "subject: there is no field 'timeAtEncounter'. Did you mean 'timeAtLastEncounter'?"),
    "excluded in a word": (packet(feature(FEVER, excluded="no")), "phenotypicFeatures[0].excluded: it is 'no'. It must be of type boolean."),
    "excluded in a word that looks like none": (packet(feature(FEVER, excluded="true")),
        "phenotypicFeatures[0].excluded: it is 'true'. It must be of type boolean."),
    "backwards": ({"subject": subject(**between("P70Y", "P60Y"))}, "subject.timeAtLastEncounter.ageRange: it ends before it starts. Turn it round."),
    "seen before birth": ({"subject": {"id": "s", "dateOfBirth": "1950-06-01T00:00:00Z", "timeAtLastEncounter": on("1950-05-31T23:00:00Z")}},
        "subject.dateOfBirth: it is '1950-06-01T00:00:00Z', after the patient was seen, '1950-05-31T23:00:00Z'. Correct one of the two."),
    "of an animal": ({"subject": {"id": "s", "taxonomy": {"id": "NCBITaxon:9615", "label": "dog"}}},
        "subject.taxonomy: it is of 'dog'. Only a person is read: NCBITaxon:9606."),
    "of an animal without a name": ({"subject": {"id": "s", "taxonomy": {"id": "NCBITaxon:9615"}}},
        "subject.taxonomy: it is of 'NCBITaxon:9615'. Only a person is read: NCBITaxon:9606."),
    "two spellings": ({"meta_data": {"created_by": "x"}, "metaData": {}}, "key 'metaData': it stands twice, in two spellings. Keep one."),
    "of version 1": ({"metaData": {"phenopacketSchemaVersion": "1.0"}},
        "metaData.phenopacketSchemaVersion: it says version 1.0; version 2 is read. Convert it, for example with phenopacket-tools."),
    "of version 1, by a field": ({"genes": []},
        "metaData.phenopacketSchemaVersion: only version 1 has the field 'genes'; version 2 is read. Convert it, for example with phenopacket-tools."),
    "of version 1, by a feature": (packet(feature(FEVER, negated=True)),
        "metaData.phenopacketSchemaVersion: only version 1 has the field 'negated'; version 2 is read. Convert it, for example with phenopacket-tools."),
    "of version 1, by a feature of one that says 2": (packet(feature(FEVER, negated=True), metaData={"phenopacketSchemaVersion": "2.0"}),
        "metaData.phenopacketSchemaVersion: only version 1 has the field 'negated'; version 2 is read. Convert it, for example with phenopacket-tools."),
    "of version 1, by an age": ({"subject": {"id": "s", "ageAtCollection": {}}},
        "metaData.phenopacketSchemaVersion: only version 1 has the field 'ageAtCollection'; version 2 is read. Convert it, for example with phenopacket-tools."),
    "a cohort": ({"members": [{}, {}]}, "content: it is a cohort of 2 members. Read each of its 'members' as a phenopacket."),
    "an odd cohort": ({"members": {}}, "content: it is a cohort of 0 members. Read each of its 'members' as a phenopacket."),
    "of FHIR": ({"resourceType": "Patient"}, "content: it is a FHIR resource, 'Patient'. Phenopackets are read: convert it to one."),
    "an odd family": ({"proband": []}, "content: 'id' is missing. Add it."),
    "a name misspelt": ({"phenotypicFeature": []}, "content: there is no field 'phenotypicFeature'. Did you mean 'phenotypicFeatures'?"),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_all_that_a_packet_says(knee: kb.Model, case: str) -> None:
    content, *told = READ[case]
    patient = knee.load_phenopacket({"id": "a", **content})
    assert list(map(in_a_line, patient.told)) == told
    remarks = [] if case in COMPLAINS else [ASSUMED]
    remarks += [] if case in OF_THE_KNEE else [said_of_no_place(knee.knowledge)]
    assert list(patient.remarks) == remarks
    assert patient.answers == {one.id: one.answer for one in patient.told if one.id}
    assert patient.unused == tuple(one for one in patient.told if not one.id)
    assert all(one.why in html.unescape(patient.html) for one in patient.unused)
    count = len(patient.unused)
    things = f"{count} thing{'s' * (count > 1)} in the file did not become"
    shown = " ".join(patient.text.split())
    assert (things if count else "All of it became answers") in shown
    assert len(patient.table) == len(patient.told)
    assert patient.source == "the phenopacket"


@pytest.mark.parametrize("case", REFUSED)
def test_every_problem_of_a_packet(knee: kb.Model, case: str) -> None:
    content, *problems = REFUSED[case]
    with pytest.raises(ExchangeError) as caught:
        knee.load_phenopacket({"id": "a", **content})
    assert list(map(str, caught.value.problems)) == problems
    assert caught.value.source == "the phenopacket"


def test_what_was_observed_for_certain(knee: kb.Model) -> None:
    content = {"id": "a", **READ["diseases"][0]}
    certain = knee.load_phenopacket(content, diseases="certain")
    assert certain.answers == {
        "age": "middle_age",
        "meniscus_tear": "present",
        "rheumatoid_arthritis": "absent",
    }
    assert certain.told[1].why == "it began at P20Y, 30 years before; not said of now"


ACHE = feature(PAIN)
SEVERE = {"id": "HP:0012828", "label": "Severe"}
SEPTIC = {"id": "MONDO:0004471", "label": "septic arthritis"}
OF_THE_KNEE_JOINT = {"id": "UBERON:0001465", "label": "knee"}
# what a packet tells beside its complaint, and what is left to look at since it may be urgent
LEFT_TO_LOOK_AT: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a sign by a code of others": (packet(ACHE, feature("SNOMED:386661006", "Fever")), ("fever",)),
    "by another of its names": (packet(ACHE, feature("SNOMED:267036007", "Dyspnoea")), ("shortness of breath",)),
    "that is excluded": (packet(ACHE, feature("SNOMED:386661006", "Fever", excluded=True)), ()),
    "that has resolved": (packet(ACHE, feature("SNOMED:386661006", "Fever", resolution=at("P50Y"))), ()),
    "of years ago": (packet(ACHE, feature("SNOMED:386661006", "Fever", onset=at("P40Y")), subject=FIFTY), ()),
    "of some day": (packet(ACHE, feature("SNOMED:386661006", "Fever", onset=on("2020-06-01T00:00:00Z"))), ("fever",)),
    "a sign of some day": (packet(ACHE, feature(FEVER, onset=on("2020-06-01T00:00:00Z"))), ("fever",)),
    "a sign of years ago": (packet(ACHE, feature(FEVER, onset=at("P40Y")), subject=FIFTY), ()),
    "what comes and goes": (packet(ACHE, feature("HP:0001954", "Recurrent fever")), ("fever",)),
    "nothing of the folder": (packet(ACHE, feature("SNOMED:1", "Snoring")), ()),
    "what is known otherwise": (packet(ACHE, feature(FEVER), feature("SNOMED:386661006", "Fever")), ()),
    "what is excluded otherwise": (packet(ACHE, feature(FEVER, excluded=True), feature("SNOMED:386661006", "Fever")), ()),
    "another label than its code": (packet(ACHE, feature("HP:0001386", "Fever")), ()),
    "of no place": (packet(ACHE, feature("HP:0003095", "Septic arthritis")), ("septic arthritis",)),
    "where nothing is of the knee": (packet(feature("SNOMED:386661006", "Fever")), ()),
    "a disease by a code of others": ({**packet(ACHE), "diseases": [{"term": {"id": "SNOMED:1", "label": "Septic arthritis"}}]}, ("septic arthritis",)),
    "a disease that may not be the cause": ({**packet(ACHE), "diseases": [{"term": SEPTIC, "primarySite": OF_THE_KNEE_JOINT}]}, ("septic arthritis",)),
    "a disease of years ago": ({**packet(ACHE), "subject": FIFTY, "diseases": [{"term": {"id": "SNOMED:1", "label": "Septic arthritis"}, "onset": at("P9Y")}]}, ()),
    "a disease that is excluded": ({**packet(ACHE), "diseases": [{"term": SEPTIC, "excluded": True}]}, ()),
    "how bad something else is": (packet(ACHE, feature("HP:0001387", "Joint stiffness", severity=SEVERE)), ()),
}  # fmt: skip


@pytest.mark.parametrize("case", LEFT_TO_LOOK_AT)
def test_what_may_be_an_urgent_sign_is_left_to_look_at(knee: kb.Model, case: str) -> None:
    """Unknown codes hid it: beside the advice stood that nothing told here makes it urgent."""
    content, labels = LEFT_TO_LOOK_AT[case]
    patient = knee.load_phenopacket(content)
    dx = patient.diagnose()
    assert dx.urgency.to_look_at == labels
    said = f"Left to look at, and urgent if so: {', '.join(labels)}."
    summary = knee.phenopacket(dx)["interpretations"][0]["summary"]
    for shown in (patient.text, patient.html, dx.text, dx.alt_text, summary):
        assert (said in shown) == bool(labels)
    assert dx.explains == knee.diagnose(patient.answers).explains  # it is no evidence
    for label in labels:  # as it is once somebody has looked
        assert dx.given({label: True}).urgency.to_look_at == ()
        assert dx.given({label: False}).urgency.to_look_at == ()
