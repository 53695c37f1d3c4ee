"""float64 and int64 where JAX has no types of 64 bits: one warning for lost digits, an error for lost numbers."""

import warnings

import numpy as np
import pytest

import kerax
from kerax import wide_types

ops = kerax.ops


@pytest.fixture(autouse=True)
def untold(monkeypatch):
    monkeypatch.setattr(wide_types, "_told", set())


ASKING = {
    "cast": lambda: ops.cast([1.0], "float64"),
    "saturate_cast": lambda: ops.saturate_cast([1.0], "float64"),
    "convert_to_tensor": lambda: ops.convert_to_tensor([1.0], dtype="float64"),
    "zeros": lambda: ops.zeros(2, "float64"),
    "full": lambda: ops.full((2,), 1.0, np.float64),
    "arange": lambda: ops.arange(3, dtype="float64"),
    "ones_like": lambda: ops.ones_like([1.0], dtype="float64"),
    "cumsum": lambda: ops.cumsum([1.0], dtype="float64"),
    "one_hot": lambda: ops.one_hot([1], 2, dtype="float64"),
    "symbolic": lambda: ops.cast(kerax.Input((2,)), "float64"),
    "random": lambda: kerax.random.normal((2,), dtype="float64"),
    "initializer": lambda: kerax.initializers.Zeros()((2,), "float64"),
    "drawn": lambda: kerax.initializers.GlorotUniform()((2, 2), "float64"),
    "variable": lambda: kerax.Variable([1.0], dtype="float64"),
    "layer": lambda: kerax.layers.Dense(2, dtype="float64")(np.ones((1, 2), "float32")),
    "input": lambda: kerax.Input((2,), dtype="float64"),
    "backend": lambda: kerax.backend.cast([1.0], "float64"),
    "backend variable": lambda: kerax.backend.variable([1.0], dtype="float64"),
    "metric": lambda: kerax.metrics.Mean(dtype="float64"),
    "loss": lambda: kerax.losses.MeanSquaredError(dtype="float64"),
    "policy": lambda: kerax.mixed_precision.Policy("float64"),
    "add_weight": lambda: kerax.layers.Layer().add_weight(shape=(2,), dtype="float64"),
    "complex": lambda: ops.cast([1.0], "complex128"),
}


@pytest.mark.parametrize("name", ASKING)
def test_float64_is_warned_of_once_at_the_users_line(name):
    with pytest.warns(UserWarning, match=r"float32 is what you get.*jax_enable_x64.*once") as told:
        ASKING[name]() if name != "complex" else _complex()
    assert len(told) == 1 and told[0].filename == __file__
    if name != "complex":
        ASKING[name]()  # a second warning would be an error


def _complex():
    with pytest.warns(UserWarning, match="complex128 was asked for and complex64"):
        ASKING["complex"]()
    ops.zeros(1, "float64")


def test_floatx():
    try:
        with pytest.warns(UserWarning, match="float64 was asked for"):
            kerax.backend.set_floatx("float64")
        assert ops.zeros(2).dtype == kerax.layers.Dense(1)(np.ones((1, 2))).dtype == "float32"
    finally:
        kerax.backend.set_floatx("float32")


def test_a_model_of_float64_trains_and_keeps_its_policy():
    with pytest.warns(UserWarning, match="float64 was asked for") as told:
        model = kerax.Sequential([kerax.Input((3, 1)), kerax.layers.GRU(2, dtype="float64"), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 3, 1)), np.ones((4, 1)), verbose=0)
    assert len(told) == 1 and model.layers[0].get_config()["dtype"] == "float64"
    assert model.layers[0].compute_dtype == "float32"


def test_64_bit_integers_are_no_news_where_nothing_is_lost():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype in ("int64", "uint64"):
            assert ops.cast([3.0, 2.0], dtype).tolist() == [3, 2]
            assert ops.zeros(2, dtype).dtype.itemsize == 4
            assert kerax.Variable([1], dtype=dtype).numpy().tolist() == [1]
            assert ops.arange(3, dtype=dtype).tolist() == [0, 1, 2]
        assert ops.convert_to_tensor(np.array([2**31 - 1])).tolist() == [2**31 - 1]
        assert ops.cast(np.float32("nan"), "int64").shape == ()


@pytest.mark.parametrize(
    "make",
    [
        lambda: ops.cast(np.float32(3e9), "int64"),
        lambda: ops.cast(np.array([2**31, 1]), "int64"),
        lambda: ops.cast(-1e10, "int64"),
        lambda: ops.convert_to_tensor(2**40, dtype="int64"),
        lambda: ops.convert_to_tensor([2**40]),
        lambda: ops.convert_to_tensor(np.array([2**40])),
        lambda: ops.full((2,), 2**40, "int64"),
        lambda: ops.add(np.array([2**40]), 1),
        lambda: kerax.Variable(2**40, dtype="int64"),
    ],
)
def test_integers_that_do_not_fit_are_refused(make):
    with pytest.raises(ValueError, match=r"jax_enable_x64"):
        make()
