"""Expressions in TensorFlow's namespace give what TensorFlow 2.15.1 gave (tests/golden/make_namespace.py)."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
DATA = json.loads((HERE / "answers.json").read_text(encoding="utf-8"))
MORE = json.loads((HERE / "answers_more.json").read_text(encoding="utf-8"))
MATH = json.loads((HERE / "answers_math.json").read_text(encoding="utf-8"))
_spec = importlib.util.spec_from_file_location("make_namespace", HERE.parent / "golden" / "make_namespace.py")
maker = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(maker)
# Where kerax answers and TensorFlow refuses, or refuses in other words; docs/tensorflow.md says why.
OTHERWISE = {}


def near(a, b, where):
    """Compares two answers; numbers may differ in the last bits."""
    if isinstance(a, dict):
        assert isinstance(b, dict) and a.keys() == b.keys(), f"{where}: expected {a}, got {b}"
        for key in a:
            near(a[key], b[key], f"{where}.{key}")
    elif isinstance(a, list):
        assert isinstance(b, list) and len(a) == len(b), f"{where}: expected {a}, got {b}"
        for i, (one, two) in enumerate(zip(a, b, strict=True)):
            near(one, two, f"{where}[{i}]")
    elif isinstance(a, float) and isinstance(b, float):
        assert np.isclose(a, b, rtol=2e-5, atol=2e-6, equal_nan=True), f"{where}: expected {a}, got {b}"
    else:
        assert a == b, f"{where}: expected {a!r}, got {b!r}"


def test_the_answers_are_of_the_expressions():
    assert DATA["tensorflow"] == "2.15.1"
    assert set(maker.expressions()) == set(DATA["answers"])


@pytest.mark.parametrize("expression", maker.expressions())
def test_expression(expression, tf):
    expected = DATA["answers"][expression]
    found = maker.answer(expression, tf, np, expected.get("error"))
    if "error" in expected and "error" in found and expression in OTHERWISE:
        assert found["error"] == OTHERWISE[expression]
        return
    near(expected, found, expression)


def test_the_other_answers_are_of_the_other_expressions():
    assert MORE["tensorflow"] == "2.15.1"
    assert set(maker.expressions("expressions_more")) == set(MORE["answers"])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("expression", maker.expressions("expressions_more"))
def test_another_expression(expression, tf):
    expected = MORE["answers"][expression]
    near(expected, maker.answer(expression, tf, np, expected.get("error")), expression)


def test_the_answers_of_awkward_arguments_are_of_these():
    assert MATH["tensorflow"] == "2.15.1"
    assert set(maker.expressions("expressions_math")) == set(MATH["answers"])


EVERY = 14  # of so many of them one is in the quick step


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "expression",
    [
        one if number % EVERY == 0 else pytest.param(one, marks=pytest.mark.slow)
        for number, one in enumerate(maker.expressions("expressions_math"))
    ],
)
def test_awkward_arguments(expression, tf):
    expected = MATH["answers"][expression]
    near(expected, maker.answer(expression, tf, np, expected.get("error")), expression)
