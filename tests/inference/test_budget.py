"""A budget in time and memory: an answer within it, or an error that says what would help."""

from time import process_time

import pytest

from kneebayes.errors import KneebayesError, TooWideError
from kneebayes.inference import Budget, Engine, Evidence
from kneebayes.network import Network, noisy_or_node, root_node

CAUSES, FINDINGS = 26, 20


@pytest.fixture(scope="module")
def wide() -> Engine:
    """A question with twenty findings takes seconds."""
    links = {f"c{at}": 0.5 for at in range(CAUSES)}
    causes = [root_node(id, [0.9, 0.1]) for id in links]
    findings = [noisy_or_node(f"f{at}", 0.01, links) for at in range(FINDINGS)]
    return Engine(Network((*causes, *findings))).compile()


def seen(engine: Engine, count: int) -> Evidence:
    return Evidence.of(engine.network, {f"f{at}": "present" for at in range(count)})


@pytest.mark.parametrize("way", ["propagate", "propagate_each", "joint", "derive", "subset_joint"])
def test_every_question_ends_in_time(wide: Engine, way: str) -> None:
    hurried, hard = wide.within(Budget(seconds=0.2)), seen(wide, FINDINGS)
    ask = {
        "propagate": lambda: hurried.propagate(hard, ["c0"]),
        "propagate_each": lambda: hurried.propagate_each([hard] * 50, ["c0"]),
        "joint": lambda: hurried.joint(hard, ["c0"]),
        "derive": lambda: hurried.derive(hard),
        "subset_joint": lambda: hurried.subset_joint(hard, [[id] for id in hard], ["c0"]),
    }[way]
    began = process_time()  # however much else the machine does
    with pytest.raises(TooWideError, match=r"Answering more .* makes it (quick|narrow)er"):
        ask()
    assert process_time() - began < 2.0


def test_little_memory_is_kept_to(wide: Engine) -> None:
    with pytest.raises(TooWideError, match="allowed for"):
        wide.within(Budget(bytes=2e4)).derive(seen(wide, 12))


def test_an_easy_question_is_answered_within_its_budget(wide: Engine) -> None:
    easy = seen(wide, 4)
    told = wide.within(Budget(seconds=5.0, bytes=1e8)).propagate(easy, ["c0"])
    assert told.marginals["c0"].tolist() == wide.propagate(easy, ["c0"]).marginals["c0"].tolist()


def test_after_a_refusal_the_next_answer_is_right(wide: Engine) -> None:
    easy = seen(wide, 4)
    right = wide.propagate(easy, ["c0"]).marginals["c0"].tolist()
    with pytest.raises(TooWideError):
        wide.within(Budget(seconds=0.05)).propagate(seen(wide, FINDINGS), ["c0"])
    assert wide.propagate(easy, ["c0"]).marginals["c0"].tolist() == right


@pytest.mark.parametrize(("seconds", "memory"), [(0.0, 1.0), (-1.0, 1.0), (float("nan"), 1.0)])
def test_a_budget_of_nothing_is_refused(seconds: float, memory: float) -> None:
    with pytest.raises(KneebayesError, match="A budget needs more than 0 seconds"):
        Budget(seconds, memory)


def test_equal_rows_are_asked_once(wide: Engine) -> None:
    """Twenty thousand times 10 ms would be minutes."""
    hard, easy = seen(wide, 11), seen(wide, 3)
    single = [wide.propagate(one, ["c0"]) for one in (hard, easy)]
    rows = [easy if at % 1000 == 7 else hard for at in range(20_000)]
    done: list[int] = []
    told = wide.within(Budget(seconds=20.0)).propagate_each(rows, ["c0"], progress=done.append)
    assert sum(done) == len(rows)
    for which, right in ((hard, single[0]), (easy, single[1])):
        mine = [at for at, one in enumerate(rows) if one is which]
        assert set(told.log_probability[mine]) == set(right.log_probability)
        assert set(told.marginals["c0"][mine, 1]) == set(right.marginals["c0"][:, 1])
