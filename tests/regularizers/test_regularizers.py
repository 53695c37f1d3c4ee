"""Regularizers against Keras."""

import jax
import keras
import numpy as np
import pytest

import kerax

W = jax.numpy.asarray(np.random.default_rng(0).normal(size=(5, 3)), "float32")


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("L1", {}),
        ("L2", {"l2": 0.3}),
        ("L1L2", {"l1": 0.1, "l2": 0.2}),
        ("L1L2", {}),
        ("OrthogonalRegularizer", {"factor": 0.2}),
        ("OrthogonalRegularizer", {"factor": 0.2, "mode": "columns"}),
    ],
)
def test_values_and_configs_are_those_of_keras(name, kwargs):
    ours, theirs = getattr(kerax.regularizers, name)(**kwargs), getattr(keras.regularizers, name)(**kwargs)
    np.testing.assert_allclose(ours(W), theirs(W), rtol=1e-5)
    for key, value in theirs.get_config().items():
        assert ours.get_config()[key] == (value if isinstance(value, str) else pytest.approx(value))
    again = kerax.regularizers.deserialize(kerax.regularizers.serialize(ours))
    np.testing.assert_allclose(again(W), ours(W))
    assert jax.numpy.isfinite(jax.grad(ours)(W)).all()


def test_get():
    assert kerax.regularizers.get("l1_l2").get_config() == {"l1": 0.0, "l2": 0.0}
    assert kerax.regularizers.get("l2").l2 == 0.01
    assert kerax.regularizers.get(kerax.regularizers.l1).l1 == 0.01
    assert kerax.regularizers.get(None) is None
    with pytest.raises(ValueError, match="l3"):
        kerax.regularizers.get("l3")


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf"), "0.1", True])
def test_bad_factors(value):
    with pytest.raises(ValueError, match="l2"):
        kerax.regularizers.L2(value)


def test_other_mistakes():
    with pytest.raises(ValueError, match="rows"):
        kerax.regularizers.OrthogonalRegularizer(mode="diagonal")
    with pytest.raises(ValueError, match="two axes"):
        kerax.regularizers.OrthogonalRegularizer()(np.ones(3, "float32"))

    class Mine(kerax.regularizers.Regularizer):
        def __init__(self, strength):
            self.strength = strength

    with pytest.raises(TypeError, match="get_config"):
        Mine(1.0).get_config()
    assert float(kerax.regularizers.Regularizer()(W)) == 0.0


def test_names_and_defaults_of_tf_keras():
    assert kerax.regularizers.l1(l=0.3).get_config() == {"l1": 0.3}
    assert kerax.regularizers.l2(l=0.3).get_config() == {"l2": 0.3}
    from kerax.compat import tensorflow as tf

    assert tf.keras.regularizers.l1_l2().get_config() == {"l1": 0.01, "l2": 0.01}
    assert tf.keras.regularizers.L1L2().get_config() == {"l1": 0.0, "l2": 0.0}
