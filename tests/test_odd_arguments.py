"""Whatever is given to a public function: an answer, or an error that kneebayes raises on purpose.

The calls and what counts as wrong stand in ``odd_arguments``. Each is made in a process of its
own with 10 seconds of time, so that a call that hangs or crashes fails, and nothing else does.
"""

import functools
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from odd_arguments import VALUES, swept

import kneebayes as kb
from kneebayes.arguments import checked, number, share, whole_number
from kneebayes.errors import ArgumentError

SEED = int(os.environ.get("KNEEBAYES_ODD_SEED", "20261129"))  # another seed draws other calls


def told(wrong: dict) -> str:
    """What went wrong, a line each; what cannot be printed is escaped."""
    return "\n".join(ascii(f"{' | '.join(call)}: {fault}") for call, fault in wrong.items())


def test_calls_drawn_by_chance_are_answered_or_refused() -> None:
    count, wrong = swept(lambda calls: random.Random(SEED).sample(calls, 60))
    assert (count, told(wrong)) == (60, "")


@pytest.mark.long
def test_every_call_is_answered_or_refused() -> None:
    count, wrong = swept(lambda calls: calls)
    assert count > 20_000
    assert told(wrong) == ""


def test_the_sweep_itself_finds_what_is_wrong(tmp_path: Path) -> None:
    """Each kind of fault that is looked for is recognised where it is."""
    code = (
        "import warnings\n"
        "from odd_arguments import Call, World, attempt\n"
        "world = World()\n"
        "def warn(n: int): warnings.warn('odd', RuntimeWarning)\n"
        "faulty = {'type': lambda n: n + 'text', 'nan': lambda n: 0.0 * float('inf'), 'warn': warn,"
        " 'right': lambda n: 1.0}\n"
        "print([bool(attempt(world, faulty, Call(name, 'n', '2'))) for name in faulty])\n"
    )
    path = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": path},
    )  # fmt: skip
    assert done.stdout == "[True, True, True, False]\n"


@checked
def asked(
    n: int = 0,
    names: "Sequence[str]" = (),  # noqa: F821 - as it stands in modules with future annotations
    path: "str | Path | None" = None,
    *more: "str",
    yes: "bool" = True,
) -> tuple[object, ...]:
    return n, names, path, more, yes


asked.__wrapped__.__annotations__["n"] = "int"


def test_what_comes_one_by_one_is_handed_on_as_a_tuple() -> None:
    assert asked(3, (name for name in "ab"))[:2] == (3, ("a", "b"))
    assert asked(0, "gout")[1] == "gout"  # one name is no list of letters


def test_a_kind_that_is_none_is_an_error_of_both_families() -> None:
    """Who catches TypeError or ValueError catches it, and who catches KneebayesError too."""
    for family in (kb.KneebayesError, TypeError, ValueError):
        with pytest.raises(family, match=r"'n' must be a whole number\. Got 'three'"):
            asked("three")


@pytest.mark.parametrize(
    ("arguments", "named", "words"),
    [
        ((1.0,), {}, "'n' must be a whole number"),
        ((2**63,), {}, "'n' must be a whole number"),
        ((0, 5), {}, "'names' must be a list of names"),
        ((0, [[]]), {}, "'names' must be a list of names"),
        ((0, (), b"file"), {}, "'path' must be a path or None"),
        ((0, (), " "), {}, "'path' must be a path or None"),
        ((0, (), "a\0b"), {}, "'path' must be a path or None"),
        ((0, (), None, "a", 3), {}, "'more' must be text"),
        ((), {"yes": "no"}, "'yes' must be True or False"),
    ],
)
def test_each_place_says_what_it_takes(arguments: tuple, named: dict, words: str) -> None:
    with pytest.raises(kb.KneebayesError, match=words):
        asked(*arguments, **named)


@pytest.mark.parametrize(
    ("answers", "remedy"),
    [
        ("A 67 year old with a lump", "model.diagnose(model.read('...'))."),
        (["lump", "fever"], "dict.fromkeys([...], True)."),
        ({"lump"}, "dict.fromkeys([...], True)."),
        (5, "Got 5."),
    ],
)
def test_what_is_meant_as_answers_is_told_how(knee: kb.Model, answers: object, remedy: str) -> None:
    for asked in (knee.diagnose, knee.diagnose().given):
        with pytest.raises(kb.KneebayesError) as caught:
            asked(answers)  # type: ignore[operator]
        assert str(caught.value).endswith(remedy)


def test_a_function_in_a_wrapper_is_checked_by_its_own_signature() -> None:
    """A question with a time limit is wrapped before it is checked."""

    @functools.wraps(asked)
    def wrapped(*arguments: object, **named: object) -> object:
        return asked.__wrapped__(*arguments, **named)

    with pytest.raises(kb.KneebayesError, match="'path' must be a path or None"):
        checked(wrapped)(0, (), 5)


def test_bounds_are_part_of_the_words() -> None:
    assert (whole_number("n", 1, 1, 5), share("p", 1), number("x", 2.5)) == (1, 1.0, 2.5)
    with pytest.raises(kb.KneebayesError, match=r"'n' must be a whole number from 1 to 5\. Got 6"):
        whole_number("n", 6, 1, 5)
    with pytest.raises(kb.KneebayesError, match=r"'p' must be a number from 0 to 1\. Got 1\.5"):
        share("p", 1.5)
    for value in (float("nan"), True, "1", 10**400):
        with pytest.raises(kb.KneebayesError, match="'x' must be a number"):
            number("x", value)


def test_there_are_many_odd_values() -> None:
    assert len(VALUES) > 50


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda knee: knee.natural_frequencies("gout"),
            "'findings' is missing. It takes: cause, f",
        ),
        (lambda knee: knee.natural_frequencies(), "'cause' and 'findings' are missing. It takes: "),
        (lambda knee: knee.diagnose({}, 1, 2), "Too many arguments: 3 by place, at most 1 fit."),
        (lambda knee: knee.diagnose({}, answers={}), "'answers' is given twice, by its place and"),
        (
            lambda knee: knee.practice_case(difficult="easy"),
            "no argument 'difficult'. Did you mean 'difficulty'? It takes: difficulty, kind, seed",
        ),
    ],
)
def test_a_wrong_call_says_what_is_missing_and_what_is_allowed(
    knee: kb.Model, call: Callable[[kb.Model], object], told: str
) -> None:
    with pytest.raises(ArgumentError, match=re.escape(told)):
        call(knee)
