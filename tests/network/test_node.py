"""Nodes: what they hold and which numbers are refused."""

from collections.abc import Callable

import numpy as np
import pytest

from kneebayes.errors import KneebayesError
from kneebayes.network import Link, Node, noisy_or_node, root_node, table_node

NAN = float("nan")
SUMS = "a: each distribution must be non-negative and add up to 1."


def test_a_root() -> None:
    root = root_node("age", [0.3, 0.7], ["young", "old"])
    assert (root.states, root.parents, root.table) == (("young", "old"), (), (0.3, 0.7))
    assert not root.is_noisy_or


def test_a_noisy_or() -> None:
    node = noisy_or_node("fever", 0.02, {"flu": 0.8, "age": [0.0, 0.1, 0.2], "cold": 1})
    assert node.is_noisy_or
    assert node.states == ("absent", "present")
    assert node.parents == ("flu", "age", "cold")
    assert node.links == (
        Link("flu", (0.0, 0.8)),
        Link("age", (0.0, 0.1, 0.2)),
        Link("cold", (0.0, 1.0)),
    )


def test_a_table_keeps_its_own_states_along_the_last_axis() -> None:
    node = table_node("c", ["a", "b"], np.array([[[0.1, 0.9]] * 2, [[0.7, 0.3]] * 2]))
    assert node.parents == ("a", "b")
    assert node.table == (0.1, 0.9, 0.1, 0.9, 0.7, 0.3, 0.7, 0.3)


def test_what_a_sum_made_a_little_more_than_1_is_1() -> None:
    above = 0.7 + 0.2 + 0.1 + 4e-16
    assert above > 1.0
    assert root_node("a", [0.0, above]).table == (0.0, 1.0)
    assert table_node("b", ["a"], [[above, 0.0], [0.25, 0.75]]).table == (1.0, 0.0, 0.25, 0.75)


def test_nodes_with_equal_numbers_are_equal() -> None:
    made = noisy_or_node("f", 0.1, {"a": 0.5})
    for strength in ((0.0, 0.5), [0.0, 0.5], np.array([0.0, 0.5]), np.array(0.5)):
        assert noisy_or_node("f", 0.1, {"a": strength}) == made


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: noisy_or_node("a", 1.2),
            "a, leak: a probability must be between 0 and 1, got 1.2",
        ),
        (
            lambda: noisy_or_node("a", NAN),
            "a, leak: a probability must be between 0 and 1, got nan",
        ),
        (lambda: noisy_or_node("a", 0.1, {"b": -0.1}), "a, link of b: a probability must be"),
        (lambda: noisy_or_node("a", 0.1, {"b": [0.0, NAN]}), "a, link of b: a probability must"),
        (lambda: noisy_or_node("a", 0.1, {"b": "0.5"}), "a, link of b: a probability must"),
        (lambda: noisy_or_node("a", 0.1, {"b": ["x", 0.5]}), "between 0 and 1, got 'x'."),
        (lambda: noisy_or_node("a", 0.1, {"b": [[0.1, 0.2]]}), "between 0 and 1, got [0.1, 0.2]."),
        (lambda: noisy_or_node("a", 0.1, {"b": None}), "between 0 and 1, got None."),
        (lambda: noisy_or_node("a", np.array([0.1, 0.2])), "a, leak: a probability must be"),
        (lambda: noisy_or_node("a", 0.1, {"b": np.array([0.1, 1.2])}), "got 1.2."),
        (lambda: root_node("a", [0.5, 0.6]), SUMS),
        (lambda: root_node("a", [-0.5, 1.5]), SUMS),
        (lambda: root_node("a", [NAN, 1.0]), SUMS),
        (lambda: root_node("a", [1.0]), "2 states is needed, got one of shape (1,)"),
        (lambda: table_node("a", ["b"], np.array([0.5, 0.5])), "a: a table over 1 parent and 2"),
        (lambda: table_node("a", [], np.full((2, 2), 0.5)), "got one of shape (2, 2)"),
        (lambda: table_node("a", ["b"], np.full((2, 3), 1 / 3)), "got one of shape (2, 3)"),
        (lambda: table_node("a", ["b"], np.array([[0.5, 0.5], [0.5, 0.4]])), SUMS),
        (lambda: table_node("a", ["b", "b"], np.full((2, 2, 2), 0.5)), "a: a parent or a state"),
        (lambda: root_node("a", [0.5, 0.5], ["x", "x"]), "a: a parent or a state stands twice."),
        (
            lambda: root_node("a", "ab"),
            "a: names of parents and of states and a table of",
        ),
        (
            lambda: root_node("a", [0.5, "b"]),
            "got [], ('absent', 'present') and [0.5, 'b'].",
        ),
        (
            lambda: root_node("a", [[0.5], [0.5, 0.2]]),
            "a: names of parents and of states and",
        ),
        (lambda: root_node("a", {"b": 0.5}), "and {'b': 0.5}."),
        (lambda: root_node("a", None), "a: a table over 0 parents and 2 states is needed"),
        (lambda: root_node("a", [0.5, 0.5], 3), "needed, got [], 3 and "),
        (lambda: table_node("a", None, [0.5, 0.5]), "needed, got None, ('absent', 'present') and "),
        (lambda: table_node("a", [["b"]], [[0.5, 0.5]] * 2), "needed, got [['b']], ('absent'"),
        (
            lambda: noisy_or_node("a", 0.1, ["b"]),
            "a: links must be a mapping such as {'flu': 0.8}, got ['b'].",
        ),
        (lambda: noisy_or_node("a", 0.1, "b"), "a: links must be a mapping such as"),
        (lambda: noisy_or_node("a", 0.1, 0.5), "a: links must be a mapping such as"),
    ],
)
def test_numbers_that_are_refused(make: Callable[[], Node], text: str) -> None:
    with pytest.raises(KneebayesError) as error:
        make()
    assert text in str(error.value)
