"""Operators on pairs of types give what TensorFlow 2.15.1 gave (tests/golden/make_type_rules.py)."""

import json

import pytest

from tests.golden import make_type_rules as maker

DATA = json.loads(maker.FILE.read_text(encoding="utf-8"))
# TensorFlow says so where it has no kernel; kerax says which types there are.
SAME = {"!NotFoundError": ("InvalidArgumentError",), "!AttributeError": ("TypeError", "ValueError")}
OTHERS_ANSWER = "ndarray"  # TensorFlow refuses, and NumPy makes an array of objects


@pytest.fixture(scope="module")
def found():
    import kerax.compat.tensorflow as tf

    return maker.rules(tf)


def test_the_rules_are_of_the_operators(found):
    assert DATA["tensorflow"] == "2.15.1" and found.keys() == DATA["rules"].keys()
    assert sum(map(len, found.values())) > 3000


@pytest.mark.parametrize("name", maker.OPERATORS)
def test_operator(found, name):
    wrong = []
    for key in (key for key in found if key.split()[0] == name):
        for place, (expected, (got, kinds)) in enumerate(zip(DATA["rules"][key].split(), found[key], strict=True)):
            allowed = (expected[1:], *SAME.get(expected, ()))
            if expected not in (got, OTHERS_ANSWER) and not (
                expected[0] == "!" and any(one in kinds for one in allowed)
            ):
                wrong.append(f"{key}, operand {place}: expected {expected}, got {got}")
    assert not wrong
