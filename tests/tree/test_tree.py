"""Nested structures behave as in Keras 3."""

import collections

import keras
import numpy as np
import pytest

import kerax

Point = collections.namedtuple("Point", "x y")
STRUCTURES = {
    "leaf": 1,
    "none": None,
    "empty": (),
    "dict": {"b": [1, None], "a": (2, {"c": 3})},
    "ordered": collections.OrderedDict([("b", 1), ("a", [2])]),
    "named": {"p": Point(1, [None, 2]), "q": []},
    "lists": [[1, [2]], [], (3,)],
}
ours, theirs = kerax.tree, keras.tree


@pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES)
def test_as_in_keras(structure):
    assert ours.flatten(structure) == theirs.flatten(structure)
    assert ours.flatten_with_path(structure) == theirs.flatten_with_path(structure)
    assert ours.is_nested(structure) == theirs.is_nested(structure)
    assert ours.lists_to_tuples(structure) == theirs.lists_to_tuples(structure)
    assert ours.map_structure(str, structure) == theirs.map_structure(str, structure)
    assert ours.map_structure(str, structure, none_is_leaf=False) == theirs.map_structure(
        str, structure, none_is_leaf=False
    )
    leaves = list(range(len(ours.flatten(structure))))
    assert ours.pack_sequence_as(structure, leaves) == theirs.pack_sequence_as(structure, leaves)


@pytest.mark.parametrize("top_down", [True, False])
@pytest.mark.parametrize("structure", STRUCTURES.values(), ids=STRUCTURES)
def test_traverse_visits_as_in_keras(structure, top_down):
    def run(tree):
        seen = []

        def visit(part):
            seen.append(part)
            if part == 2:
                return tree.MAP_TO_NONE
            return "list" if isinstance(part, list) and len(part) == 2 else None

        return tree.traverse(visit, structure, top_down), seen

    assert run(ours) == run(theirs)


@pytest.mark.parametrize(
    ("a", "b"),
    [([1], (1,)), ({"a": 1}, {"a": 2}), ([None], [1]), ({"a": 1}, {"b": 1}), ([1, 2], [1]), (Point(1, 2), (1, 2))],
)
@pytest.mark.parametrize("check", ["assert_same_structure", "assert_same_paths"])
def test_differences_as_in_keras(a, b, check):
    def refused(tree):
        try:
            getattr(tree, check)(a, b)
        except ValueError:
            return True
        return False

    assert refused(ours) == refused(theirs)


def test_maps():
    assert ours.map_structure_up_to({"a": 0}, len, {"a": [1, 2]}) == {"a": 2}
    assert ours.map_shape_structure(lambda s: (1, *s), [(None, 2), [3]]) == [(1, None, 2), (1, 3)]
    doubled = ours.map_structure(lambda a, b: a + b, {"x": np.ones(2)}, {"x": np.ones(2)})
    assert doubled["x"].tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: ours.map_structure(3, [1]), TypeError, "callable"),
        (lambda: ours.map_structure(str, [1], [1, 2]), ValueError, "differ"),
        (lambda: ours.map_structure_up_to([1, 1], str, [1]), ValueError, "differ"),
        (lambda: ours.pack_sequence_as([1, 2], [1]), ValueError, "2 leaves"),
        (lambda: ours.pack_sequence_as([1, 2], 5), TypeError, "flat sequence"),
        (lambda: ours.assert_same_paths({"a": 1}, {"b": 1}), ValueError, r"\('a',\)"),
        (lambda: ours.map_shape_structure(str, ["x"]), ValueError, "no shape"),
    ],
)
def test_mistakes(call, error, words):
    with pytest.raises(error, match=words):
        call()
