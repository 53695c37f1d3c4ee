"""Expressions in TensorFlow's namespace give what TensorFlow 2.15.1 gave (tests/golden/make_namespace.py)."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from kerax.function.retracing import forget_functions
from kerax.state.rng import forget_seed

HERE = Path(__file__).parent
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


# Of so many expressions of a file one is in the quick step; every one, or none, of the oldest files.
ONE_OF = {"expressions": 1, "expressions_more": 0, "expressions_math": 14}
USUALLY = 40
FILES = {name: maker.answers(name) for name in maker.expression_files()}


AT_ONCE = 30  # expressions of one test: by themselves most would cost less than what pytest does around a test


def _cases():
    for name in FILES:
        one_of = ONE_OF.get(name, USUALLY)
        quick, slow = [], []
        for number, expression in enumerate(maker.expressions(name)):
            (quick if one_of and number % one_of == 0 else slow).append(expression)
        for chosen, marks, word in ((quick, (), "quick"), (slow, pytest.mark.slow, "slow")):
            for start in range(0, len(chosen), AT_ONCE):
                some = chosen[start : start + AT_ONCE]
                yield pytest.param(name, some, marks=marks, id=f"{name}-{word}-{start}")


@pytest.mark.parametrize("name", FILES)
def test_the_answers_are_of_the_expressions(name):
    assert FILES[name]["tensorflow"] == "2.15.1"
    assert set(maker.expressions(name)) == set(FILES[name]["answers"])


def _check(name, expression, tf):
    expected = FILES[name]["answers"][expression]
    found = maker.answer(expression, tf, np, expected.get("error"))
    if "error" in expected and "error" in found and expression in OTHERWISE:
        assert found["error"] == OTHERWISE[expression]
        return
    near(expected, found, expression)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "some"), list(_cases()))
def test_expressions(name, some, tf):
    wrong = []
    for expression in some:
        forget_seed()  # each begins as a program does
        forget_functions()
        try:
            _check(name, expression, tf)
        except Exception as error:  # the others are of interest too
            wrong.append(f"{expression}\n    {type(error).__name__}: {error}")
    assert not wrong, f"{len(wrong)} of {len(some)}:\n" + "\n".join(wrong)
