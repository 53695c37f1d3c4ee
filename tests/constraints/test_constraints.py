"""Constraints against Keras; the radial one against values that tf.keras 2.15 gave."""

import keras
import numpy as np
import pytest

import kerax

W = np.random.default_rng(0).normal(size=(4, 3, 2)).astype("float32") * 3


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("MaxNorm", {}),
        ("MaxNorm", {"max_value": 1.0, "axis": (0, 1)}),
        ("NonNeg", {}),
        ("UnitNorm", {"axis": 1}),
        ("MinMaxNorm", {"min_value": 2.0, "max_value": 4.0, "rate": 0.3, "axis": [0, 1]}),
    ],
)
def test_values_and_configs_are_those_of_keras(name, kwargs):
    theirs_kwargs = {key: tuple(v) if isinstance(v, list) else v for key, v in kwargs.items()}
    ours, theirs = getattr(kerax.constraints, name)(**kwargs), getattr(keras.constraints, name)(**theirs_kwargs)
    np.testing.assert_allclose(ours(W), theirs(W), rtol=1e-5)
    assert set(ours.get_config()) == set(theirs.get_config())
    again = kerax.constraints.deserialize(kerax.constraints.serialize(ours))
    np.testing.assert_allclose(again(W), ours(W))


def test_zero_vectors_stay_finite():
    zeros = np.zeros((3, 2), "float32")
    for constraint in (kerax.constraints.MaxNorm(), kerax.constraints.UnitNorm(), kerax.constraints.MinMaxNorm(1.0)):
        assert np.array_equal(constraint(zeros), zeros)


# What tf.keras makes of `arange(n * n)`: the ring each place belongs to takes one diagonal element.
RADIAL = {
    2: [[0, 0], [0, 0]],
    3: [[4, 4, 4], [4, 0, 4], [4, 4, 4]],
    4: [[15, 15, 15, 15], [15, 5, 5, 15], [15, 5, 5, 15], [15, 15, 15, 15]],
    5: [[18] * 5, [18, 12, 12, 12, 18], [18, 12, 6, 12, 18], [18, 12, 12, 12, 18], [18] * 5],
}


@pytest.mark.parametrize("side", sorted(RADIAL))
def test_radial(side):
    kernel = np.arange(side * side, dtype="float32").reshape(side, side, 1, 1) * np.array([[[[1.0, -1.0]]]], "float32")
    result = kerax.constraints.RadialConstraint()(kernel)
    np.testing.assert_array_equal(result[..., 0, 0], RADIAL[side])
    np.testing.assert_array_equal(result[..., 0, 1], -np.array(RADIAL[side]))


def test_radial_needs_square_kernels():
    with pytest.raises(ValueError, match=r"\(3, 2\)"):
        kerax.constraints.RadialConstraint()(np.ones((3, 2)))


def test_get():
    assert kerax.constraints.get("max_norm").max_value == 2
    assert isinstance(kerax.constraints.get(kerax.constraints.nonneg), kerax.constraints.NonNeg)
    assert kerax.constraints.get(None) is None
    with pytest.raises(ValueError, match="max_norm|MaxNorm"):
        kerax.constraints.get("max_nrom")
