"""The virtual patient in a real browser, from the first question to the feedback."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PATIENCE, Visit, browser, needs_browser, visit

import kneebayes as kb
from kneebayes.teaching import Feedback, Practice, PracticeCase
from kneebayes.teaching.talking import told_at_first

pytestmark = needs_browser

SEED = 17
FEEDBACK = ".kb-feedback"


MORE = [pytest.param(seed, marks=pytest.mark.long) for seed in (42, 585)]
OTHER_KINDS = [pytest.param(kind, marks=pytest.mark.long) for kind in ("any", "urgent", "routine")]


@pytest.fixture(scope="module")
def seen(page_file: Path) -> Iterator[Visit]:
    size = {"width": 1280, "height": 900}
    with browser() as opened, visit(opened, page_file, viewport=size) as page:
        page.page.get_by_role("tab", name="Virtual patient").click()
        yield page
        assert page.said == []
        assert page.requests == [page_file.as_uri()]


def open_patient(seen: Visit, seed: int) -> None:
    number = seen.page.locator("input[id$=-seed]")
    number.evaluate("input => input.closest('details').setAttribute('open', '')")
    number.fill(str(seed))
    seen.page.locator("[data-act=seed]").click()
    assert f"Patient {seed}" in seen.text(".kb-card:has(input[id$=-seed])")


def ask(seen: Visit, *ids: str) -> dict[str, str]:
    for id in ids:
        press = seen.page.locator(f'[data-ask="{id}"]')
        press.evaluate("button => { button.closest('details').open = true; button.click(); }")
    return dict(seen.shown("asked", "state", row="li[data-asked]"))


def test_a_case_from_the_first_question_to_the_feedback(seen: Visit, knee: kb.Model) -> None:
    open_patient(seen, SEED)
    told = ask(seen, "fever", "lump_behind_knee", "us_cyst", "us_clot", "fever")
    assert list(told) == ["fever", "lump_behind_knee", "us_cyst", "us_clot"]
    cost = knee.knowledge.methods["ultrasound"].cost
    assert f"3 questions, cost {cost:g}" in seen.text(".kb-card:has(.kb-asked)")
    seen.page.locator('[data-guess="bakers_cyst"] input[type=number]').fill("60")
    seen.page.locator("[data-act=close]").click()
    seen.page.wait_for_selector(FEEDBACK, timeout=PATIENCE)
    free = dict(seen.shown("free", "state", row="p[data-free]"))
    truth = knee.practice_case("any", seed=SEED).truth
    assert set(free) == {"age", "sex", *told_at_first(knee, truth, SEED)}
    dx = knee.diagnose({**free, **told})
    rows = seen.shown("feedback", "posterior", "stated", row="tr[data-feedback]")
    exact = {id: float(p) for id, p, _ in rows}
    assert exact == pytest.approx({id: dx.belief.posteriors[id] for id in exact}, rel=1e-9)
    assert [float(stated) for id, _, stated in rows if id == "bakers_cyst"] == [0.6]
    check_scores(seen, knee, dx)
    check_steps(seen, knee, told, free)
    seen.page.locator("[data-act=again]").click()
    assert ask(seen, *told) == told


def check_scores(seen: Visit, knee: kb.Model, dx: kb.Differential) -> None:
    """The scores are those of the truth that the page tells."""
    ((truth,),) = seen.shown("present", row=".kb-truth")
    present = {one.id: one.id in truth.split() for one in knee.causes}
    assert all(knee.knowledge.label(id) in seen.text(".kb-truth") for id in truth.split())
    figures = dict(seen.shown("figure", "value", row=".kb-figure"))
    beliefs = dict(dx.belief.posteriors)
    kept = {id: min(max(p, 1e-6), 1.0 - 1e-6) for id, p in beliefs.items()}  # as a stated 0 or 1
    surprise = -sum(math.log2(p if present[id] else 1.0 - p) for id, p in kept.items())
    assert float(figures["exact-log"]) == pytest.approx(surprise, rel=1e-6)
    squares = [(p - present[id]) ** 2 for id, p in beliefs.items()]
    assert float(figures["exact-brier"]) == pytest.approx(sum(squares), rel=1e-6)


def check_steps(seen: Visit, knee: kb.Model, told: dict[str, str], opening: dict[str, str]) -> None:
    """Each step is told with the best question at its time."""
    rows = seen.page.locator("tr[data-step]")
    assert rows.count() == len(told)
    waiting = (
        "[...document.querySelectorAll('tr[data-step]')].some(row => /\u2026/.test(row.innerText))"
    )
    seen.page.wait_for_function(f"() => !{waiting}", timeout=PATIENCE)
    ranked = knee.diagnose(opening).questions().table
    for free in (True, False):
        best = ranked[(ranked["cost"] == 0.0) == free].iloc[0]
        assert knee.knowledge.label(best["id"]) in rows.first.inner_text()
        assert f"({best['bits']:.2f}" in rows.first.inner_text()


def close(seen: Visit, advice: str, guess: str = "gout", percent: str = "90") -> None:
    number = seen.page.locator(f'[data-guess="{guess}"] input[type=number]')
    number.evaluate("input => input.closest('details')?.setAttribute('open', '')")
    number.fill(percent)
    seen.page.locator(f'[data-advice] input[value="{advice}"]').check(force=True)
    seen.page.locator("[data-act=close]").click()
    seen.page.wait_for_selector(FEEDBACK, timeout=PATIENCE)


def test_the_learner_says_how_urgent_it_is_first(seen: Visit, knee: kb.Model) -> None:
    """Look for a patient with fever: nothing says so before the case is closed."""
    seed = next(
        s for s in range(1, 999) if knee.practice_case("any", seed=s).truth["fever"] == "present"
    )
    reason = next(one for one in knee.diagnose({"fever": True}).urgency.reasons)
    open_patient(seen, seed)
    assert ask(seen, "fever") == {"fever": "present"}
    assert reason.text not in seen.text(".kb-urgency")
    close(seen, "routine")
    assert reason.text in seen.text("[data-missed]")
    assert "too low" in seen.text("[data-missed]")
    assert seen.shown("due", "wrong", row="[data-missed]") == [("now", "too low")]


@pytest.mark.parametrize("seed", [1, *MORE])
def test_the_feedback_is_that_of_python(seen: Visit, knee: kb.Model, seed: int) -> None:
    asked = ("fever", "lump_behind_knee", "swollen_knee", "us_cyst")
    open_patient(seen, seed)
    told = ask(seen, *asked)
    close(seen, "routine")
    case = knee.practice_case("any", seed=seed, background="page").ask(*asked)
    assert told == {id: case.truth[id] for id in asked}
    feedback = case.close({"gout": 0.9}, "routine")
    assert seen.shown("due", "wrong", row="[data-missed]") == [
        (feedback.due.level, feedback.advice_wrong)
    ]
    assert int(seen.shown("missed", row="[data-missed]")[0][0]) == len(feedback.missed)
    reasons = seen.page.locator("[data-reason]").all_inner_texts()
    assert [re.sub("[\u201c\u201d]", "'", one) for one in reasons] == list(feedback.reasons)
    assert seen.page.locator("[data-unnamed]").all_inner_texts() == [feedback.unnamed] * bool(
        feedback.unnamed
    )
    ((truth,),) = seen.shown("present", row=".kb-truth")
    assert truth.split() == [id for id, true in feedback.explains.items() if true]


def test_the_status_line_is_that_of_the_tab_that_is_shown(seen: Visit) -> None:
    """What the explorer would read out is not of the patient; the band alone speaks of him."""
    status = "main > [role=status][aria-live=polite]"
    tab = seen.page.get_by_role("tab", name="Explore")
    tab.click()
    seen.page.wait_for_function(
        f"() => /Most probable/.test(document.querySelector('{status}').textContent)",
        timeout=PATIENCE,
    )
    seen.page.get_by_role("tab", name="Virtual patient").click()
    assert seen.page.locator(status).text_content() == ""
    open_patient(seen, 8)
    close(seen, "now")
    assert seen.page.locator(status).text_content() == ""
    tab.click()
    assert "Most probable" in str(seen.page.locator(status).text_content())
    seen.page.get_by_role("tab", name="Virtual patient").click()


def test_the_page_says_of_advice_and_probabilities_what_python_does(
    seen: Visit, knee: kb.Model
) -> None:
    """Nothing asked, the most urgent advice, and one probability as it follows."""
    case = knee.practice_case("any", seed=2, background="page")
    first = max(case.exact, key=lambda id: case.exact[id])
    percent = f"{100 * case.exact[first]:.6f}"
    open_patient(seen, 2)
    close(seen, "now", first, percent)
    told = case.close({first: float(percent) / 100}, "now")
    assert seen.shown("wrong", row="[data-missed]") == [(told.advice_wrong,)]
    assert seen.text("[data-praise=judged]") == told.praises[-1]
    shown = seen.text("[data-missed] strong").replace("\u201c", "'").replace("\u201d", "'")
    assert shown.replace("; the signs", ", the signs" if told.advice_wrong else "; the signs") in (
        told.text
    )


def test_what_adds_up_to_more_than_one_is_remarked_on(seen: Visit, knee: kb.Model) -> None:
    open_patient(seen, 42)
    seen.page.locator('[data-guess="bakers_cyst"] input[type=number]').fill("90")
    close(seen, "soon")
    told = knee.practice_case(seed=42).close({"Baker's cyst": 0.9, "gout": 0.9}, "soon")
    assert seen.text("[data-overstated]") == told.overstated != ""


def handed_in(seen: Visit, knee: kb.Model, folder: Path) -> Feedback:
    """The closed case as Python reads it from what a learner hands in."""
    text = seen.page.locator("textarea[id$=-hand-in]").input_value()
    name = seen.page.locator("input[id$=-hand-in-name]")
    name.evaluate("input => input.closest('details').setAttribute('open', '')")
    name.fill(" Anna-Lena O'Hara. ")
    file = seen.page.locator("a[download]").get_attribute("download")
    (folder / file).write_text(text, encoding="utf-8")
    practice = Practice.load(knee, folder)
    assert practice.table["learner"].tolist() == ["Anna_Lena_O_Hara"]
    return practice.feedbacks[0]


def test_a_case_that_was_handed_in_is_read_by_python(
    seen: Visit, knee: kb.Model, tmp_path: Path
) -> None:
    open_patient(seen, 42)
    ask(seen, "fever", "us_cyst")
    close(seen, "soon", "bakers_cyst", "35")
    feedback = handed_in(seen, knee, tmp_path)
    assert feedback.advice == "soon"
    assert feedback.case.stated == {"bakers_cyst": 0.35}


@pytest.mark.parametrize("seed", [1, 2, *MORE])
def test_the_plan_and_the_biases_are_those_of_python(
    seen: Visit, knee: kb.Model, tmp_path: Path, seed: int
) -> None:
    """A rare cause is stated as probable, whatever was found."""
    open_patient(seen, seed)
    ask(seen, "xray_worn_joint", "calf_tenderness", "leg_swelling", "us_cyst", "scan_lung_clot")
    close(seen, "soon", "liposarcoma", "70")
    seen.page.wait_for_selector("[data-plan]", timeout=PATIENCE)
    feedback = handed_in(seen, knee, tmp_path)
    ((*bits,),) = seen.shown("opening", "closed", "plan", row="[data-plan]")
    expected = [feedback.uncertainty[when] for when in ("opening", "closed", "plan")]
    assert [float(one) for one in bits] == pytest.approx(expected, rel=1e-9)
    seen.page.wait_for_function(
        "() => !/\u2026/.test(document.querySelector('.kb-feedback').innerText)", timeout=PATIENCE
    )
    vain = seen.shown("vain", "cost", row="[data-vain]")
    assert vain == [(" ".join(r["id"] for r in feedback.in_vain), f"{feedback.cost_in_vain:g}")]
    assert "scan_lung_clot" in vain[0][0]
    early = seen.page.locator("[data-early]").text_content() or ""
    assert re.sub("[\u201c\u201d]", "'", early) == feedback.early
    assert "X-ray: worn joint space" in early
    told = {one.partition(":")[0] for one in feedback.biases}
    assert {bias for (bias,) in seen.shown("bias", row="[data-bias]")} == told
    assert told


def test_an_examination_is_one_step_as_it_is_in_python(
    seen: Visit, knee: kb.Model, tmp_path: Path
) -> None:
    """One row, one step of the file; none of its results is praised as a free question."""
    open_patient(seen, 42)
    words = seen.page.get_by_placeholder("Is there a fever?")
    for typed in ("MRI", "fever?"):
        words.fill(typed)
        words.press("Enter")
    close(seen, "soon", "bakers_cyst", "60")
    feedback = handed_in(seen, knee, tmp_path)
    assert [(step.method, step.whole) for step in feedback.case.steps[:2]] == [
        ("mri", True),
        ("", False),
    ]
    seen.page.wait_for_function(
        "() => !/\u2026/.test(document.querySelector('.kb-feedback').innerText)", timeout=PATIENCE
    )
    rows = seen.page.locator("tr[data-step]").all_inner_texts()
    assert len(rows) == len(feedback.table) == feedback.questions == 2
    told, _, expected, *_ = rows[0].replace("\u2265 ", "").split("\t")
    assert re.sub(": yes|MRI: ", "", told) == re.sub("MRI: ", "", feedback.table["answer"].iloc[0])
    assert 0.0 < float(expected) <= feedback.table["bits"].iloc[0] + 0.005
    assert "MRI" not in "".join(seen.page.locator("[data-praise]").all_text_contents())


@pytest.mark.parametrize("kind", ["second cause", *OTHER_KINDS])
def test_an_address_names_a_patient_that_is_the_same_in_python(
    seen: Visit, knee: kb.Model, page_file: Path, kind: str
) -> None:
    page = seen.page.context.browser.new_context().new_page()
    for seed in (3, 42):
        page.goto("about:blank")
        page.goto(f"{page_file.as_uri()}#patient={seed}&kind={kind.replace(' ', '%20')}")
        page.wait_for_selector(".kb-asked", state="attached", timeout=PATIENCE)
        asked = [one.id for one in knee.findings][5:25]
        told = ask(Visit(page), *asked)
        truth = knee.practice_case("any", kind, seed=seed).truth
        first = told_at_first(knee, truth, seed)
        assert told == {id: truth[id] for id in asked if id not in first}
    page.context.close()


SLIDERS = """
() => [...document.querySelectorAll("[data-guess]")].map(row => [row.dataset.guess,
  ...[...row.querySelectorAll("input")].map(input => Number(input.value))])
"""


def test_a_slider_stands_where_its_number_does(seen: Visit, knee: kb.Model) -> None:
    """Rare causes as well, whose prior is no whole percent; and what is told as their start."""
    open_patient(seen, 42)
    priors = {one.id: knee.elicited.priors[one.id].value for one in knee.causes}
    rows = seen.page.evaluate(SLIDERS)
    assert {id for id, *_ in rows} == set(priors)
    for id, slider, number in rows:
        assert slider == number == pytest.approx(100 * priors[id], rel=0.06)
    assert any(0 < number < 0.5 for _, _, number in rows)
    slider = seen.page.get_by_role("slider").first
    slider.focus()
    for key in ("ArrowRight", "PageUp", "End", "ArrowLeft"):
        seen.page.keyboard.press(key)
        [(_, told, number), *_] = seen.page.evaluate(SLIDERS)
        assert told == number == round(number)
    open_patient(seen, 42)


@pytest.mark.parametrize("moved", [{"gout": 60}, {"gout": 40, "cellulitis": 50}, {"gout": 100}])
def test_sliders_that_were_not_moved_share_what_is_left(
    seen: Visit, knee: kb.Model, moved: dict[str, int]
) -> None:
    open_patient(seen, 42)
    for id, percent in moved.items():
        number = seen.page.locator(f'[data-guess="{id}"] input[type=number]')
        number.evaluate("input => input.closest('details')?.setAttribute('open', '')")
        number.fill(str(percent))
    told = knee.practice_case(seed=42).close({id: share / 100 for id, share in moved.items()})
    for id, slider, number in seen.page.evaluate(SLIDERS):
        assert number == pytest.approx(100 * told.stated[id], rel=0.06)
        assert slider == pytest.approx(number, abs=0.5)
    open_patient(seen, 42)


def test_an_address_that_changes_opens_its_patient(seen: Visit, page_file: Path) -> None:
    page = seen.page.context.browser.new_context().new_page()
    page.goto(f"{page_file.as_uri()}#patient=3")
    page.wait_for_selector(".kb-opening", timeout=PATIENCE)
    page.goto(f"{page_file.as_uri()}#patient=4")
    page.get_by_role("heading", name="Patient 4").wait_for(timeout=PATIENCE)
    page.context.close()


def test_the_answer_stands_where_it_was_asked_for(seen: Visit, knee: kb.Model) -> None:
    open_patient(seen, 42)
    case = knee.practice_case("any", seed=42)
    words = seen.page.get_by_placeholder("Is there a fever?")
    for asked, id in (("any fever?", "fever"), ("is it stiff", "stiffness")):
        words.fill(asked)
        words.press("Enter")
        assert case.says(id) in seen.text(".kb-card:has([data-act=ask-in-words])")


def test_an_answer_is_in_sight_on_a_phone(seen: Visit) -> None:
    """Also where the field stands at the lower edge."""
    size = seen.page.viewport_size
    open_patient(seen, 42)
    seen.page.set_viewport_size({"width": 390, "height": 844})
    words = seen.page.get_by_placeholder("Is there a fever?")
    answer = seen.page.locator(".kb-card:has([data-act=ask-in-words]) > [role=status]")
    for asked in ("any fever?", "MRI"):
        words.evaluate("field => field.scrollIntoView({ block: 'end' })")
        words.fill(asked)
        words.press("Enter")
        box = answer.bounding_box()
        assert box["height"] > 0
        assert box["y"] >= -1
        assert box["y"] + box["height"] <= 845
    seen.page.set_viewport_size(size)


@pytest.mark.parametrize(
    ("typed", "asked", "said"),
    [
        ("ultrasound", ["us_clot", "us_cyst"], ""),
        ("x ray", ["xray_fracture"], ""),
        ("blood test", ["blood_inflammation", "blood_white_cells"], ""),
        ("MRI", ["mri_acl_tear"], ""),
        ("is it red, hot or swollen?", ["redness", "warmth", "swollen_knee"], ""),
        ("CT", [], "scan: clot in the lungs"),
        ("family history of clots?", [], "Nothing here is called \u201cfamily\u201d"),
        ("how long does the stiffness last?", [], "That may mean several things"),
        ("any allergies?", [], "Nothing here sounds like that"),
    ],
)
def test_the_page_answers_all_that_is_typed_and_nothing_else(
    seen: Visit, knee: kb.Model, typed: str, asked: list[str], said: str
) -> None:
    open_patient(seen, 42)
    words = seen.page.get_by_placeholder("Is there a fever?")
    words.fill(typed)
    words.press("Enter")
    ids = {one.get_attribute("data-asked") for one in seen.page.locator("[data-asked]").all()}
    told = {*knee.practice_case("any", seed=42, background="page").told}
    assert ids >= {*asked} - told
    assert bool(ids) == bool(asked)
    assert said in seen.text(".kb-card:has([data-act=ask-in-words])")


def test_a_case_is_closed_with_a_belief_and_handed_in_under_a_name(seen: Visit) -> None:
    open_patient(seen, 42)
    seen.page.locator("[data-act=close]").click()
    assert "Say first how probable" in seen.text(".kb-card:has([data-act=note])")
    assert seen.page.locator(FEEDBACK).count() == 0
    close(seen, "soon")
    seen.page.get_by_text("Hand in this case").click()
    link = seen.page.get_by_role("link", name="Save as a file")
    assert not link.is_visible()
    seen.page.locator("input[id$=-hand-in-name]").fill("Anna")
    assert link.get_attribute("download") == "Anna-patient-42.json"
    assert link.is_visible()


def test_the_same_number_is_the_same_patient(seen: Visit) -> None:
    asked = ("fever", "swollen_knee", "warmth", "athlete", "mcmurray")
    open_patient(seen, 4321)
    first = ask(seen, *asked)
    open_patient(seen, 4322)
    open_patient(seen, 4321)
    assert ask(seen, *asked) == first


def is_anchored(knee: kb.Model, seed: int) -> bool:
    """Whether an ultrasound moves the cyst far, so that saying the same again is anchoring."""
    truth = knee.practice_case("any", seed=seed).truth
    told = ("age", "sex", *told_at_first(knee, truth, seed))
    case = PracticeCase(knee, truth, told, seed)
    early = case.state({"bakers_cyst": 0.3}).ask("us_cyst", "lump_behind_knee")
    biases = early.close({"bakers_cyst": 0.3}).biases
    return any(sentence.startswith("Anchoring: ") for sentence in biases)


def test_what_was_noted_early_is_handed_in_and_tells_of_anchoring(
    seen: Visit, knee: kb.Model, tmp_path: Path
) -> None:
    """A learner names a cause before he asks, and keeps to it whatever the test says."""
    seed = next(seed for seed in range(1, 99) if is_anchored(knee, seed))
    open_patient(seen, seed)
    truth = knee.practice_case("any", seed=seed).truth
    number = seen.page.locator('[data-guess="bakers_cyst"] input[type=number]')
    seen.page.locator("[data-act=note]").click()
    assert "Move a cause first" in seen.text(".kb-card:has([data-act=note])")
    number.fill("30")
    seen.page.locator("[data-act=note]").click()
    assert "Noted after 0 questions: Baker's cyst 30%" in seen.text(".kb-card:has([data-act=note])")
    told = ask(seen, "us_cyst", "lump_behind_knee")
    assert told == {id: truth[id] for id in told}
    close(seen, "soon", "bakers_cyst", "30")
    feedback = handed_in(seen, knee, tmp_path)
    assert [step.stated for step in feedback.case.steps if step.stated] == [
        {"bakers_cyst": 0.3},
        {"bakers_cyst": 0.3},
    ]
    assert feedback.case.steps[0].stated
    seen.page.wait_for_function(
        "() => !/\u2026/.test(document.querySelector('.kb-feedback').innerText)", timeout=PATIENCE
    )
    shown = seen.page.locator("[data-bias]").all_inner_texts()
    assert shown == list(feedback.biases)
    assert any(sentence.startswith("Anchoring: ") for sentence in shown)
