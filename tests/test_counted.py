"""One of a thing is never printed with the word for several."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

import kneebayes as kb

ROOM = Path(kb.__file__).parent
THINGS = """
    answer arrow byte case cause cell character claim column context draw element feature
    file finding folder learner link member name node number order pair parameter parent patient
    person predictor problem question ratio record remark row rule set sign state strength target
    test text value world year
"""
MANY = "|".join("people" if one == "person" else f"{one}s" for one in THINGS.split())
AFTER = re.compile(rf"^ (?:[a-z]+ ){{0,2}}?(?:{MANY})\b")
NEVER_ONE = {  # that there are several, or no count stands before the word
    "{inner} records",
    "{len(found)} rows have",
    "{self.bytes} bytes.",
    "{draws} draws is possible under the evidence; nothing can be estimated.",
    "{link.parent} has the states ",
    "{frame.shape[0]} patients x ",  # these three as scikit-learn says it
    "{frame.shape[1]} columns was given: 0 feature(s) (shape=",
    "{frame.shape[1]} features, but DifferentialClassifier is expecting ",
    "{self.n_features_in_} features as input: the columns that it was fitted on.",
    "{room} nor in tests/data. Install kneebayes again.",
    "{how} the signs call for '",
    "{int(np.argmax(odd)) + 1} of its parameters does not add up to 1.",
    "{counts['with_finding']} with the findings, of ",
}
DECIMAL = re.compile(r"%$|(?<!\.0)[efg]$")
COUNTS_IN_SCRIPTS = re.compile(rf"\$\{{(?!counted\()([^{{}}]*)\}} (?:[a-z]+ )?(?:{MANY})\b")


def printed_counts(text: str) -> Iterator[str]:
    """Values of f-strings that stand before the word for several things."""
    for node in ast.walk(ast.parse(text)):
        parts = ast.iter_child_nodes(node) if isinstance(node, ast.JoinedStr) else []
        for value, words in pairwise(parts):
            if not (isinstance(value, ast.FormattedValue) and isinstance(words, ast.Constant)):
                continue
            form = "" if value.format_spec is None else ast.unparse(value.format_spec)[2:-1]
            said = ast.unparse(value.value)
            fixed = said.replace("_", "").isupper() or said.startswith("counted(")
            if AFTER.match(str(words.value)) and not fixed and not DECIMAL.search(form):
                yield f"{{{said}}}{words.value}"


def test_a_count_and_its_noun_go_through_one_helper() -> None:
    texts = (path.read_text("utf-8") for path in ROOM.rglob("*.py"))
    assert {count for text in texts for count in printed_counts(text)} == NEVER_ONE


def test_so_does_the_page() -> None:
    """Numbers with decimals are not counts, and a likelihood ratio is no count of times."""
    found = {
        path.name: COUNTS_IN_SCRIPTS.findall(path.read_text("utf-8"))
        for path in (ROOM / "page" / "static").glob("*.js")
    }
    assert {name: some for name, some in found.items() if some} == {"patient.js": ["MOST_TRIES"]}


def test_the_rule_sees_what_it_should() -> None:
    seen = printed_counts('f"{len(cases):,} cases, {x} open questions, {y:.2f} bits, {MOST} rows"')
    assert [*seen] == ["{len(cases)} cases, ", "{x} open questions, "]


@pytest.mark.parametrize("people", [1, 2, 1000])
def test_natural_frequencies_of_one_person_are_a_sentence(knee: kb.Model, people: int) -> None:
    told = knee.natural_frequencies("Baker's cyst", {"lump behind the knee": True}, people=people)
    assert not re.search(rf"\b1 (?:have|{MANY})\b", told.text)
    assert f"{people:,} {'person' if people == 1 else 'people'} like this" in told.text


def test_one_patient_of_a_cohort_is_one(knee: kb.Model) -> None:
    cohort = knee.diagnose_cohort(pd.DataFrame([{"fever": True}]))
    shown = f"{cohort.text} {cohort._repr_html_()}"
    assert ": 1 patient" in shown
    assert not re.search(rf"\b1 (?:{MANY})\b", shown)


def test_one_question_and_one_answer_are_one(knee: kb.Model) -> None:
    assert "Interview(1 answer, about" in repr(knee.interview())
