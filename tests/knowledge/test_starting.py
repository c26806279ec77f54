"""Another complaint from an empty folder: what ``kneebayes new`` writes, and where it is told."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from conftest import Run
from pydantic import BaseModel

import kneebayes as kb
from kneebayes.knowledge import read_knowledge, start_folder
from kneebayes.knowledge.records import (
    Cause,
    Context,
    Finding,
    Group,
    Incoherence,
    Mediator,
    Meta,
    Method,
    Saying,
    Setting,
    UrgencyRule,
    Voice,
)
from kneebayes.knowledge.statements import Claim, Layer, Lexicon, Record, Reference

ROOT = Path(kb.__file__).parent.parent
FIELDS = ROOT / "priors" / "README.md"
GUIDE = ROOT / "docs" / "how-to" / "another-complaint.md"
KINDS: tuple[type[Record], ...] = (
    Meta, Claim, Reference, Lexicon, Group, Cause, Context, Mediator, Finding, Method, UrgencyRule,
    Setting, Incoherence, Saying, Voice,
)  # fmt: skip


@pytest.fixture
def shoulder(tmp_path: Path) -> Path:
    return start_folder(tmp_path / "shoulder")


def test_it_loads_diagnoses_and_has_no_loose_ends(shoulder: Path) -> None:
    model = kb.load(shoulder)
    assert not [
        one for one in model.remarks if one.kind in ("unused claim", "cause not told apart")
    ]
    alone = model.diagnose()
    for cause in model.causes:
        assert alone[cause.id] == pytest.approx(model.elicited.priors[cause.id].value, abs=1e-6)
    fallen = model.diagnose({"recent fall": True, "weak arm": True, "age": 70})
    assert fallen["fracture"] > alone["fracture"]
    assert fallen.urgency.level == "soon"
    assert model.diagnose({"pressure on the chest": True}).urgency.level == "now"
    assert fallen.explain("fracture").table["ledger"].notna().any()
    assert model.in_setting("emergency").diagnose()["fracture"] > alone["fracture"]


def test_a_rest_that_cannot_take_what_is_not_named_is_remarked_on(shoulder: Path) -> None:
    rest = shoulder / "causes" / "something_else.toml"
    complaint_only = rest.read_text("utf-8").splitlines()
    last = next(at for at, line in enumerate(complaint_only) if line.startswith("shoulder_pain"))
    rest.write_text("\n".join(complaint_only[: last + 1]), "utf-8")
    (told,) = [one for one in kb.load(shoulder).remarks if one.kind == "nothing else"]
    assert "every finding speaks against it" in told.text
    rest.unlink()
    (told,) = [one for one in kb.load(shoulder).remarks if one.kind == "nothing else"]
    assert "no causes/something_else.toml" in told.text


@pytest.mark.parametrize("layer", ["article", "literature", "beyond"])
def test_a_rest_that_stands_in_parts_shows_what_they_show(layer: Layer) -> None:
    assert "nothing else" not in {remark.kind for remark in kb.load(layer=layer).remarks}


def test_a_statement_with_commas_is_told_how_to_stand(shoulder: Path) -> None:
    claims = shoulder / "claims.csv"
    claims.write_text(claims.read_text("utf-8") + "C07,a,b,c,d,e,Pain, with commas,\n", "utf-8")
    with pytest.raises(kb.KnowledgeError, match="A text with commas stands in double quot"):
        kb.load(shoulder)


def test_every_commented_example_can_be_used(shoulder: Path) -> None:
    used = 0
    for path in shoulder.rglob("*.toml"):
        text, count = re.subn(r"(?m)^#= ", "", path.read_text("utf-8"))
        path.write_text(text, "utf-8")
        used += count
    assert used > 10
    knowledge = read_knowledge(shoulder, "beyond")
    assert knowledge.causes["rotator_cuff"].present_in is not None
    assert "inflammation" in knowledge.mediators


def test_the_command_writes_it_and_says_what_to_do(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "my shoulder"
    code, told, _ = run(["new", str(folder)])
    assert code == 0
    assert f'kneebayes check "{folder}"' in told
    command = re.search(r"kneebayes (diagnose .*)", told)
    assert command is not None
    code, out, _ = run(["diagnose", "weak arm", "--context", "age=70", "--folder", str(folder)])
    assert code == 0
    assert "rotator cuff trouble" in out


def test_nothing_is_written_over(shoulder: Path, run: Run) -> None:
    before = (shoulder / "knowledge.toml").read_text("utf-8")
    for path in (shoulder, shoulder / "knowledge.toml"):
        with pytest.raises(kb.KneebayesError, match="there is something already"):
            start_folder(path)
        code, _, err = run(["new", str(path)])
        assert (code, "new or empty" in err) == (2, True)
    assert (shoulder / "knowledge.toml").read_text("utf-8") == before


def records_in(kind: Any) -> Iterator[type[BaseModel]]:
    """A record and all records that its fields hold."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from records_in(field.annotation)
    for inner in get_args(kind):
        yield from records_in(inner)


def test_every_field_stands_in_the_table_and_no_other() -> None:
    rows = [line.split("|") for line in FIELDS.read_text("utf-8").splitlines() if line[:1] == "|"]
    told = {name for row in rows[2:] for name in re.findall(r"`(\w+)`", row[2])}
    fields = {
        field.alias or name
        for kind in KINDS
        for record in records_in(kind)
        for name, field in record.model_fields.items()
    }
    assert told == fields | {"like"}  # which is gone once the lexicons are filled in


def test_every_file_stands_in_the_table() -> None:
    text = FIELDS.read_text("utf-8")
    for path in (ROOT / "priors").glob("*"):
        if path.suffix in (".toml", ".csv"):
            assert f"`{path.name}" in text


def test_what_the_guide_shows_is_so(shoulder: Path, tmp_path: Path) -> None:
    guide = GUIDE.read_text("utf-8")
    model = kb.load(shoulder)
    assert f"{model!r}: no errors" in guide
    blocks = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    (shoulder / "causes" / "frozen_shoulder.toml").write_text(blocks[0], "utf-8")
    assert "frozen shoulder" in kb.load(shoulder).diagnose().ranking["cause"].to_list()
    clinic = tmp_path / "clinic"
    clinic.mkdir()
    (clinic / "knowledge.toml").write_text(blocks[1], "utf-8")
    knowledge = read_knowledge(clinic)
    assert knowledge.meta.title == "Pain behind the knee, as our clinic sees it"
    assert knowledge.settings == {}
    python = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    assert "dx.questions()" in python[0]
    code = python[0].replace('"shoulder"', repr(str(shoulder)))
    exec(compile(code, "guide", "exec"), {})


WHERE = {
    "commonness": "`word` under `[commonness]`: share of the complaints; all are scaled to 100 %",
    "frequency": "`how_often` and `leak`: share of those with the cause who have the finding",
    "evoking": "`evokes`: share of those with the finding who have the cause",
    "risk": "`risk`: ratio of the odds",
}


def words_table(lexicon: Lexicon) -> str:
    """The words of a lexicon and their numbers, as the guide shows them."""
    lines = ["| where | words |", "|---|---|"]
    for direction, where in WHERE.items():
        scale, unit = (1, "") if direction == "risk" else (100, " %")
        words = []
        for word, one in getattr(lexicon, direction).items():
            low, value, high = (f"{end * scale:.3g}" for end in (one.low, one.value, one.high))
            words.append(f"{word} ({low}\u2013**{value}**\u2013{high}{unit})")
        lines.append(f"| {where} | {', '.join(words)} |")
    return "\n".join(lines)


def test_the_guide_lists_the_words_that_a_new_folder_has(shoulder: Path) -> None:
    knowledge = read_knowledge(shoulder)
    assert words_table(knowledge.lexicons[knowledge.meta.lexicon]) in GUIDE.read_text("utf-8")


LEAKS = re.compile(
    r"Input should|valid dictionary|instance of|pattern '|pydantic|type=|tuple\b", re.I
)
FAULTS = {
    "a text for a table": ("urgency.toml", 'level = "now"', 'level = 3', "must be 'now' or 'soon'"),
    "a word for a statement": (
        "causes/heart.toml",
        'chest_pressure = { how_often = "often", because = "C04" }',
        'chest_pressure = "often"',
        'shows.chest_pressure: chest_pressure must be a table. Got \'often\'. Such as { how_often',
    ),
    "a claim's id": ("claims.csv", "C06,Aside", "X6,Aside", "must be a claim's id: C and two to"),
    "an id": ("knowledge.toml", '"shoulder_pain"', '"Shoulder pain"', "must be an id: small"),
    "a short reason": (
        "findings.toml",
        '"assumed: a few remember it so"',
        '"assumed: so"',
        "an assumption must say its reason, in 8 letters or more",
    ),
    "one end of a range": (
        "causes/rotator_cuff.toml",
        '#= assumed = [0.35, 0.55]\n#= assumed_because',
        'assumed = [0.35]\nassumed_because',
        "commonness.assumed: assumed must be two numbers. ",
    ),
    "no number": ("tests.toml", "cost = 50.0", 'cost = "cheap"', "cost must be a number"),
    "not whole": ("tests.toml", "burden = 1", "burden = 1.5", "burden must be a whole number"),
    "too large": ("tests.toml", "burden = 1", "burden = 9", "burden must be at most 5"),
    "neither true nor false": (
        "causes/heart.toml", "urgent = true", 'urgent = "perhaps"', "must be true or false"
    ),
    "no text": ("findings.toml", 'label = "weak arm"', "label = 7", "must be a text in quotes"),
    "an empty label": ("findings.toml", 'label = "weak arm"', 'label = ""', "must not be empty"),
    "a long label": (
        "findings.toml", 'label = "weak arm"', f'label = "{"a" * 99}"', "at most 80 characters"
    ),
    "no list": ("urgency.toml", '["chest_pressure"]', '"chest_pressure"', "must be a list"),
    "no reason": ("urgency.toml", 'because = "C04"', "because = []", "must name at least one"),
    "an amount that is none": (
        "causes/heart.toml", 'how_often = "can"', "how_often = true", "must be a word of the"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "told"), FAULTS.values(), ids=list(FAULTS))
def test_faults_are_told_in_the_words_of_the_file(
    shoulder: Path, file: str, old: str, new: str, told: str
) -> None:
    text = (shoulder / file).read_text("utf-8")
    old = old if old in text else old.replace("Aside", "Causes")
    new = new if "X6" not in new else new.replace("Aside", "Causes")
    assert old in text
    (shoulder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(kb.KnowledgeError) as caught:
        kb.load(shoulder)
    assert told in str(caught.value)
    assert f"  - {file}" in str(caught.value)
    assert not LEAKS.search(str(caught.value))


ROWS = {
    "end of a sentence in the last column": (
        "C07,Types,symptom,bursa,pain,may,It burns, and worse at night",
        'C07,Types,symptom,bursa,pain,may,"It burns, and worse at night",',
    ),
    "no comma at the end": (
        "C07,Types,symptom,bursa,pain,may,It burns",
        "C07,Types,symptom,bursa,pain,may,It burns,",
    ),
    "both": (
        "C07,Types,symptom,bursa,heat, redness,may,It burns",
        'C07,Types,symptom,bursa,"heat, redness",may,It burns,',
    ),
    "more than one comma": (
        "C07,Types,symptom,bursa,pain,may,It burns, throbs, and so on,",
        'C07,Types,symptom,bursa,pain,may,"It burns, throbs, and so on",',
    ),
    "no blank behind the comma": (
        "C07,Types,symptom,bursa,pain,may,One in 1,000 has it,",
        'C07,Types,symptom,bursa,pain,may,"One in 1,000 has it",',
    ),
    "quotation marks too": (
        'C07,Types,symptom,bursa,pain,may,It is "hot", they say,',
        'C07,Types,symptom,bursa,pain,may,"It is ""hot"", they say",',
    ),
    "a comma too many at the end": (
        "C07,Types,symptom,bursa,pain,may,It is dull.,,",
        "C07,Types,symptom,bursa,pain,may,It is dull.,",
    ),
}


@pytest.mark.parametrize(("wrong", "mended"), ROWS.values(), ids=ROWS)
def test_a_row_is_shown_as_it_is_and_mended_and_the_mended_one_is_read(
    shoulder: Path, wrong: str, mended: str
) -> None:
    claims = shoulder / "claims.csv"
    before = claims.read_text("utf-8")
    claims.write_text(f"{before}{wrong}\n", "utf-8")
    with pytest.raises(kb.KnowledgeError) as caught:
        kb.load(shoulder)
    (problem,) = caught.value.problems
    assert f"as it is: {wrong}\n      mended:   {mended}" in problem.remedy
    claims.write_text(f"{before}\n{mended}\n\n", "utf-8")  # empty lines are passed over
    assert "C07" in read_knowledge(shoulder).claims


@pytest.mark.parametrize(
    "wrong",
    [
        "C07,Types,,symptom,bursa,pain,may,It is dull.,",
        "C07,Types,symptom,bursa,pain,may,,It is dull.,",
        "C07,Types,symptom,bursa,,may,One in 1,000 has it.,",
    ],
)
def test_no_row_is_mended_where_nobody_can_tell_which_comma_is_too_many(
    shoulder: Path, wrong: str
) -> None:
    claims = shoulder / "claims.csv"
    claims.write_text(f"{claims.read_text('utf-8')}{wrong}\n", "utf-8")
    with pytest.raises(kb.KnowledgeError, match="Of two commas side by side one") as caught:
        kb.load(shoulder)
    (problem,) = caught.value.problems
    assert "mended:" not in problem.remedy
    assert problem.remedy.endswith(f"Got: {wrong}")


def test_a_blank_before_one_cell_cuts_nothing(shoulder: Path) -> None:
    claims = shoulder / "claims.csv"
    wrong = "C07,Types, symptom,bursa,pain,may,It is dull.,"
    claims.write_text(f"{claims.read_text('utf-8')}{wrong}\n", "utf-8")
    assert read_knowledge(shoulder).claims["C07"].kind == "symptom"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("75", "must be in [0, 1], got 75: write 0.75 for 75 %"),
        ("[7.5, 90]", "must be in [0, 1], got 7.5: write 0.075 for 7.5 %"),
        ('"75%"', "a number stands without quotation marks and per cent: write 0.75"),
        ('"0,75"', "a number stands without quotation marks and per cent: write 0.75"),
        ('"0.75"', "a number stands without quotation marks and per cent: write 0.75"),
        ("true", "must be a word of the lexicons, a number or [low, high]"),
        ("-1", "must be in [0, 1], got -1."),
        ("750", "must be in [0, 1], got 750."),
    ],
)
def test_a_share_in_per_cent_is_told_as_one(shoulder: Path, value: str, said: str) -> None:
    findings = shoulder / "findings.toml"
    entry = (
        f'[ache]\nlabel = "ache"\nkind = "symptom"\nleak = {value}\nbecause = "assumed: made up"\n'
    )
    findings.write_text(f"{findings.read_text('utf-8')}\n{entry}", "utf-8")
    with pytest.raises(kb.KnowledgeError) as caught:
        kb.load(shoulder)
    (problem,) = caught.value.problems
    assert said in problem.wrong


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("true", "old must be a number. Got 'True'."),
        ('"0.5"', "old must be a number. Got '0.5'. Write 0.5."),
        ('"5 %"', "old must be a number. Got '5 %'. Write 0.05."),
        ("5", "old must be in [0, 1], got 5: write 0.05 for 5 %."),
    ],
)
def test_a_factor_is_a_number(shoulder: Path, value: str, said: str) -> None:
    findings = shoulder / "findings.toml"
    rarer = f'less_often = {{ by.age = {{ old = {value} }}, because = "assumed: made up" }}'
    entry = f'[ache]\nlabel = "ache"\nkind = "symptom"\nleak = 0.1\n{rarer}\n'
    entry += 'because = "assumed: made up"\n'
    findings.write_text(f"{findings.read_text('utf-8')}\n{entry}", "utf-8")
    with pytest.raises(kb.KnowledgeError) as caught:
        kb.load(shoulder)
    (problem,) = caught.value.problems
    assert f"{problem.wrong} {problem.remedy}".strip() == said


def test_a_name_of_two_things_is_told_once(shoulder: Path) -> None:
    findings = shoulder / "findings.toml"
    entry = (
        '[{}]\nlabel = "{}"\naliases = {}\nkind = "symptom"\nleak = 0.1\n'
        'because = "assumed: made up"\n'
    )
    first = entry.format("ache", "ache", '["dull arm"]')
    second = entry.format("dull_arm", "dull arm", '["Dull arm"]')
    findings.write_text(f"{findings.read_text('utf-8')}\n{first}{second}", "utf-8")
    with pytest.raises(kb.KnowledgeError) as caught:
        kb.load(shoulder)
    assert len(caught.value.problems) == 1


def test_a_reason_that_may_be_the_end_of_a_statement_is_not_lost(shoulder: Path) -> None:
    claims = shoulder / "claims.csv"
    before = claims.read_text("utf-8")
    whole = '"Example: a fall can break the bone near the shoulder,and more."'
    cut = "Example: a fall can break the bone near the shoulder"
    claims.write_text(before.replace(f"{cut}.,", f"{cut},and more."), "utf-8")
    with pytest.raises(kb.KnowledgeError, match="a text with commas stands in double") as caught:
        kb.load(shoulder)
    (problem,) = caught.value.problems
    assert f"{whole},\n" in problem.remedy
    assert problem.remedy.endswith(f"{cut},")
    start = "C03,Causes,cause,fracture,shoulder pain,uncommon,"
    claims.write_text(before.replace(f"{start}{cut}.,", f"{start}{whole},"), "utf-8")
    assert read_knowledge(shoulder).claims["C03"].statement == whole.strip('"')


def test_blanks_behind_all_commas_are_a_way_of_writing(shoulder: Path) -> None:
    with (shoulder / "claims.csv").open("a", encoding="utf-8") as file:
        file.write("C07, Types, symptom, bursa, pain, may, It burns, an aside\n")
    assert "burns" in read_knowledge(shoulder).claims["C07"].statement


def test_a_blank_in_quotation_marks_is_no_cut(shoulder: Path) -> None:
    with (shoulder / "claims.csv").open("a", encoding="utf-8") as file:
        file.write('C07,Types,symptom,bursa,pain,may," It burns, or so",\n')
    assert read_knowledge(shoulder).claims["C07"].statement.strip() == "It burns, or so"


CALLED = {
    "a state alone": ("old", "raised_by", "'old' is a state of 'age'. Write age.old = ..."),
    "a name of a state": ("middle-aged", "raised_by", "a state of 'age'. Write age.middle = ..."),
    "a quoted state": ('"age.old"', "raised_by", "without quotation marks: age.old = ..."),
    "a label": ('"recent fall"', "raised_by", "Write the id of 'recent fall', which is 'fall'."),
    "a finding by its label": (
        '"weak arm"',
        "shows",
        "Write the id of 'weak arm', which is 'weak_arm'.",
    ),
    "a state that is shown": ("old", "shows", "Add it (what is told or seen stands in findings"),
    "the state of another": ('"fall.old"', "raised_by", "Did you mean 'fall'?"),
}


@pytest.mark.parametrize(("name", "field", "said"), CALLED.values(), ids=CALLED)
def test_what_is_called_by_another_name_is_told_how_it_is_written(
    shoulder: Path, name: str, field: str, said: str
) -> None:
    cause = shoulder / "causes" / "rotator_cuff.toml"
    plain = re.sub(r"(?m)^(#.*|weak_arm.*)\n", "", cause.read_text("utf-8"))
    text = re.sub(r"(?m)^\[raised_by\].*\n(?:.+\n)*", "[raised_by]\n\n", plain)
    says = "risk = 2" if field == "raised_by" else 'how_often = "often"'
    line = f'{name} = {{ {says}, because = "assumed: an example" }}'
    text = re.sub(rf"(?m)^\[{field}\].*\n", f"[{field}]\n{line}\n", text)
    cause.write_text(text, "utf-8")
    with pytest.raises(kb.KnowledgeError) as caught:
        kb.load(shoulder)
    (problem,) = caught.value.problems
    assert said in problem.remedy
    written = re.search(r"([\w.]+) = \.\.\.|which is '(\w+)'", problem.remedy)
    if written is not None and "ancient" not in name:
        cause.write_text(text.replace(f"{name} =", f"{written[1] or written[2]} ="), "utf-8")
        kb.load(shoulder)


def test_a_context_without_states_is_named_alone(shoulder: Path) -> None:
    cause = shoulder / "causes" / "fracture.toml"
    text = re.sub(r"(?m)^fall =", "fall.yes =", cause.read_text("utf-8"))
    cause.write_text(text, "utf-8")
    with pytest.raises(kb.KnowledgeError, match="It has no states: write fall = "):
        kb.load(shoulder)


@pytest.mark.parametrize("again", ["[shows]\nweak_arm = 1\n", 'label = "again"\nlabel = "x"\n'])
def test_what_stands_twice_in_a_file_is_told_as_that(shoulder: Path, again: str) -> None:
    cause = shoulder / "causes" / "fracture.toml"
    text = cause.read_text("utf-8")
    cause.write_text(again + text if "label" in again else text + again, "utf-8")
    with pytest.raises(kb.KnowledgeError, match="Each heading and each name stands once"):
        kb.load(shoulder)


@pytest.mark.parametrize("complaint", ["headache", "pain in the shoulder", 'giddy "spells" \u00fc'])
def test_a_form_of_another_complaint_loads_and_asks_for_what_is_missing(
    tmp_path: Path, complaint: str
) -> None:
    model = kb.load(start_folder(tmp_path / "form", complaint))
    assert model.knowledge.meta.title == complaint[0].upper() + complaint[1:]
    assert model.knowledge.complaint.label == complaint
    assert list(model.knowledge.causes) == ["something_else"]
    assert model.diagnose({complaint: True})["something else"] == pytest.approx(1.0)
    assert [remark.kind for remark in model.remarks] == ["nothing else"]
    texts = [path.read_text("utf-8") for path in (tmp_path / "form").rglob("*.*")]
    live = [line for text in texts for line in text.splitlines() if not line.startswith("#")]
    assert complaint == "pain in the shoulder" or "shoulder" not in "\n".join(live)


def test_every_comment_of_a_form_can_be_used_and_makes_the_example(
    shoulder: Path, tmp_path: Path
) -> None:
    form = start_folder(tmp_path / "form", "shoulder pain")
    rest = form / "causes" / "something_else.toml"
    live, _, shown = rest.read_text("utf-8").partition("causes/frozen_shoulder.toml could be:\n")
    rest.write_text(live, "utf-8")
    (form / "causes" / "frozen_shoulder.toml").write_text(shown, "utf-8")
    for path in form.rglob("*.toml"):
        path.write_text(re.sub(r"(?m)^#= ", "", path.read_text("utf-8")), "utf-8")
    for name in ("claims.csv", "causes/fracture.toml", "causes/heart.toml"):
        (form / name).write_text((shoulder / name).read_text("utf-8"), "utf-8")
    made = read_knowledge(form)
    example = read_knowledge(shoulder)
    assert {*made.findings} >= {*example.findings} - {"shoulder_pain"}
    fall = made.contexts["fall"]
    assert fall.less_often is not None
    assert {**made.contexts, "fall": fall.but(less_often=None)} == example.contexts
    assert made.urgency == example.urgency
    assert made.causes["frozen_shoulder"].about == example.causes["frozen_shoulder"].about
    assert "inflammation" in made.mediators


@pytest.mark.parametrize("complaint", ["!!", "<b>pain</b>", "x" * 81, "two\nlines", "7"])
def test_a_complaint_that_is_no_name_is_refused_before_anything_is_written(
    tmp_path: Path, complaint: str
) -> None:
    with pytest.raises(kb.KneebayesError, match="is no name: plain words on one line"):
        start_folder(tmp_path / "form", complaint)
    assert not (tmp_path / "form").exists()


@pytest.mark.parametrize("complaint", ["Something else", "explanation"])
def test_a_complaint_called_as_what_every_folder_has_is_refused(
    tmp_path: Path, complaint: str
) -> None:
    with pytest.raises(kb.KneebayesError, match=r"every folder has something called '\w+'\. Use"):
        start_folder(tmp_path / "form", complaint)
    assert not (tmp_path / "form").exists()


def test_the_command_writes_a_form(tmp_path: Path, run: Run) -> None:
    code, told, _ = run(["new", str(tmp_path / "head"), "--complaint", "headache"])
    assert code == 0
    assert "headache, with no cause yet but something else" in told
    assert f"kneebayes check {tmp_path / 'head'}" in told
    _, out, _ = run(["check", str(tmp_path / "head")])
    assert "Model('Headache', lexicon 'plain': 1 cause" in out


LINES = {
    "a text without quotation marks": ("leak = seldom", '"seldom".', 'leak = "seldom"'),
    "a capital": ("states = {}\nurgent = True", "true or false, in small letters", None),
    "a blank in a name": ("night pain = 1", "A name has no blanks: night_pain = ...", None),
    "a colon": ("leak: 0.5", "A line says NAME = VALUE", "leak = 0.5"),
    "a decimal comma in a table": (
        'shows = { fall = { how_often = 0,25, because = "assumed: x, 1,5" } }',
        "Write a point for the decimal comma: 0.25.",
        None,
    ),
    "a decimal comma before another": (
        "leak = 0.5\nshown_by = { fall = 5,0, cold = 1 }",
        "Write a point for the decimal comma: 5.0.",
        None,
    ),
    "no decimal comma": ("leak = [0,1, 2", "What begins with [ ends with ]", None),
    "a decimal comma": ("leak = 0,5", "Write a point for the decimal comma", "leak = 0.5"),
    "a per cent sign": ("leak = 5 %", "from 0 to 1: 0.05 for 5 %", "leak = 0.05"),
    "no digit before the point": ("leak = .5", "before the point: 0.5", "leak = 0.5"),
    "an open text": ('because = "assumed: so', "with the same quotation mark", None),
    "an open list": ("leak = [0.1, 0.2", "What begins with [ ends with ]", "leak = [0.1, 0.2]"),
    "a table over lines": ("states = {\npresent = 1 }", "ends with } in the same line", None),
    "curly quotation marks": ("leak = \u201cseldom\u201d", "straight quotation marks", None),
    "marks in a text": ('question = "Is it "hot"?"', "has a \\ before each of them", None),
    "no value": ("leak = ", "After '=' there is a text in quotation marks", None),
    "a heading": ("[weak arm", "A heading stands in brackets", None),
    "a blank in a heading": ("[weak arm]", "A name has no blanks: [weak_arm].", None),
    "twice": ('label = "again"', "Each heading and each name stands once", None),
}


@pytest.mark.parametrize(("line", "said", "mended"), LINES.values(), ids=LINES)
def test_a_line_that_cannot_be_read_is_shown_with_what_to_write(
    shoulder: Path, line: str, said: str, mended: str | None
) -> None:
    findings = shoulder / "findings.toml"
    text = findings.read_text("utf-8")
    start = '[ache]\nlabel = "ache"\nkind = "symptom"\nbecause = "assumed: an example"\n'
    findings.write_text(f"{text}\n{start}{line}\n# the end\n", "utf-8")
    with pytest.raises(kb.KnowledgeError) as caught:
        kb.load(shoulder)
    (problem,) = caught.value.problems
    assert said in problem.remedy
    number = re.search(r"at line (\d+)", problem.wrong)
    if number is not None:
        told = findings.read_text("utf-8").splitlines()[int(number[1]) - 1]
        assert problem.remedy.endswith(f"\n      line {number[1]}: {told.strip()}")
    if mended is not None:
        findings.write_text(f"{text}\n{start}{mended}\n", "utf-8")
        assert "ache" in read_knowledge(shoulder).findings


def test_what_is_no_id_is_shown_as_one(shoulder: Path) -> None:
    urgency = shoulder / "urgency.toml"
    urgency.write_text(
        urgency.read_text("utf-8").replace('"chest_pressure"', '"Chest pressure"'), "utf-8"
    )
    with pytest.raises(kb.KnowledgeError, match=r"each of any_of must be an id.*'chest_pressure'"):
        kb.load(shoulder)
