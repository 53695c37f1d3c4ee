"""Symbolic tensors: shapes with unknown sizes, operators, graphs."""

import jax.numpy as jnp
import numpy as np
import pytest

import kerax


def test_unknown_sizes_are_none():
    x = kerax.Input((None, 8))
    assert x.shape == (None, None, 8) and x.dtype == "float32" and x.ndim == 3


def test_operators_record_and_run():
    x = kerax.Input((4,))
    y = 2.0 * x[:, 1:] - x[:, :3] / 4 + abs(-x[:, :1])
    assert y.shape == (None, 3)
    model = kerax.Model(x, y)
    a = np.arange(8, dtype="float32").reshape(2, 4)
    np.testing.assert_allclose(model.predict(a, verbose=0), 2 * a[:, 1:] - a[:, :3] / 4 + np.abs(a[:, :1]))


def test_arrays_and_variables_mix_in():
    x = kerax.Input((3,))
    model = kerax.Model(x, x @ jnp.ones((3, 2)) + np.array([1.0, 2.0], "float32"))
    np.testing.assert_allclose(model(np.ones((1, 3), "float32")), [[4, 5]])


def test_two_inputs_of_unknown_length_add():
    a, b = kerax.Input((None, 2)), kerax.Input((None, 2))
    model = kerax.Model([a, b], a + b)
    assert model.output_shape == (None, None, 2)
    assert model([np.ones((1, 5, 2), "float32"), np.ones((1, 5, 2), "float32")]).shape == (1, 5, 2)


def test_python_comparison_of_an_unknown_size():
    class Padded(kerax.layers.Layer):
        def call(self, x):
            return x[:, :4] if x.shape[1] > 4 else x

    assert Padded()(kerax.Input((None, 3))).shape == (None, None, 3) or Padded()(kerax.Input((None, 3))).shape == (
        None,
        4,
        3,
    )


def test_shape_errors_name_operation_and_shapes():
    with pytest.raises(ValueError, match=r"matmul.*\(None, 3\)"):
        kerax.Input((3,)) @ jnp.ones((4, 2))
    with pytest.raises(ValueError, match="dense.*min_ndim=2|'dense.*axis"):
        kerax.layers.Dense(2)(kerax.Input(()))


def test_no_numbers():
    x = kerax.Input((3,), name="pixels")
    for use in (lambda: bool(x), lambda: np.asarray(x), lambda: float(x)):
        with pytest.raises(TypeError, match="pixels"):
            use()
