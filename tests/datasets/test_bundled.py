"""The bundled data sets: the values of their source, deterministic splits, refusals."""

import hashlib

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from kerax import datasets


def test_digits_shapes_and_types():
    (x_train, y_train), (x_test, y_test) = datasets.digits.load_data()
    assert x_train.shape == (1442, 8, 8) and x_test.shape == (355, 8, 8)
    assert x_train.dtype == np.uint8 and x_train.max() == datasets.digits.MAX_PIXEL and x_train.min() == 0
    assert y_train.dtype == np.int32 and y_train.shape == (1442,) and y_test.shape == (355,)
    assert set(y_test) == set(range(datasets.digits.NUM_CLASSES))


def test_iris_shapes_and_types():
    (x_train, y_train), (x_test, y_test) = datasets.iris.load_data()
    assert x_train.shape == (120, 4) and x_test.shape == (30, 4)
    assert x_train.dtype == np.float32 and y_train.dtype == np.int32
    assert np.bincount(y_test).tolist() == [10, 10, 10]
    assert len(datasets.iris.FEATURE_NAMES) == 4 and len(datasets.iris.CLASS_NAMES) == 3


@pytest.mark.parametrize("name", ["digits", "iris"])
def test_same_examples_as_scikit_learn(name):
    (x, y), (x_test, y_test) = getattr(datasets, name).load_data(test_fraction=0)
    assert len(x_test) == len(y_test) == 0
    x_real, y_real = getattr(sklearn_datasets, f"load_{name}")(return_X_y=True)

    def rows(x, y):
        return sorted((*np.round(np.ravel(row), 3).tolist(), int(label)) for row, label in zip(x.astype(float), y))

    assert rows(x, y) == rows(x_real, y_real)


@pytest.mark.parametrize("name", ["digits", "iris"])
def test_split_keeps_every_example_once_and_depends_on_the_seed_only(name):
    load = getattr(datasets, name).load_data
    (x_train, y_train), (x_test, y_test) = load(test_fraction=0.3, seed=5)
    again = load(test_fraction=0.3, seed=5)
    np.testing.assert_array_equal(x_train, again[0][0])
    np.testing.assert_array_equal(y_test, again[1][1])
    other = load(test_fraction=0.3, seed=6)
    assert not np.array_equal(y_train, other[0][1])
    every = np.concatenate([x_train, x_test]).reshape(len(y_train) + len(y_test), -1)
    total = load(test_fraction=0)[0][0].reshape(len(every), -1)
    np.testing.assert_array_equal(np.sort(every, axis=0), np.sort(total, axis=0))
    counts = np.bincount(np.concatenate([y_train, y_test]))
    np.testing.assert_array_equal(np.bincount(y_test), np.floor(0.3 * counts))


def test_default_splits_are_fixed_for_good():
    digest = {}
    for name in ("digits", "iris"):
        (_, y_train), (_, y_test) = getattr(datasets, name).load_data()
        digest[name] = hashlib.sha256(np.concatenate([y_train, y_test]).astype("<i4").tobytes()).hexdigest()[:16]
    assert digest == {"digits": "2d51446c12859eb2", "iris": "3079e90f50265896"}


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"test_fraction": 1.0}, ValueError, "test_fraction"),
        ({"test_fraction": -0.1}, ValueError, "test_fraction"),
        ({"test_fraction": float("nan")}, ValueError, "test_fraction"),
        ({"test_fraction": "0.2"}, TypeError, "test_fraction"),
        ({"test_fraction": True}, TypeError, "test_fraction"),
        ({"seed": -1}, ValueError, "seed"),
        ({"seed": 2**32}, ValueError, "seed"),
        ({"seed": 1.5}, TypeError, "seed"),
        ({"seed": None}, TypeError, "seed"),
    ],
)
def test_bad_arguments_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        datasets.iris.load_data(**arguments)
