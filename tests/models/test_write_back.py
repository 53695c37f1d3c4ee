"""`model.params = ...`: the end of a hand-written loop."""

import jax
import numpy as np
import pytest

import kerax


def model():
    return kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(2, name="dense"), kerax.layers.BatchNormalization()])


def test_params_and_state_come_back():
    m = model()
    params = {path: value + 1 for path, value in m.params.items()}
    state = {path: value + 2 for path, value in m.state.items()}
    m.params, m.state = params, state
    assert m.params.keys() == params.keys() and m.state.keys() == state.keys()
    for path, value in {**params, **state}.items():
        np.testing.assert_array_equal({**m.params, **m.state}[path], value)


def test_outputs_follow():
    m, x = model(), np.ones((4, 3), "float32")
    before = m.predict(x, verbose=0)
    m.params = jax.tree.map(lambda a: a * 0, m.params)
    assert np.abs(before).max() > 0 and np.abs(m.predict(x, verbose=0)).max() == 0


def test_paths_left_out_keep_their_values():
    m = model()
    before = m.params
    m.params = {"dense/bias": np.ones(2, "float32")}
    np.testing.assert_array_equal(m.params["dense/kernel"], before["dense/kernel"])
    np.testing.assert_array_equal(m.params["dense/bias"], [1, 1])


def test_unknown_path_is_named_and_nothing_changes():
    m = model()
    before = m.get_weights()
    with pytest.raises(ValueError, match="dense/kernl.*Did you mean 'dense/kernel'"):
        m.params = {"dense/bias": np.ones(2, "float32"), "dense/kernl": np.ones((3, 2), "float32")}
    for a, b in zip(before, m.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_wrong_shape_is_named():
    with pytest.raises(ValueError, match="shape"):
        m = model()
        m.params = {"dense/bias": np.ones(3, "float32")}
