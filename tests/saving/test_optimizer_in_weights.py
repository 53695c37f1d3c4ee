"""Files of weights hold the state of the optimizer and give it to one that has its variables, as in Keras 3."""

import numpy as np
import pytest

import kerax

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


def trained(steps, optimizer="adam"):
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1, kernel_initializer="ones")])
    model.compile(optimizer, "mse")
    for _ in range(steps):
        model.train_on_batch(X, Y)
    return model


def test_training_goes_on_where_the_optimizer_has_its_variables(tmp_path):
    model = trained(3)
    model.save_weights(tmp_path / "m.weights.h5")
    expected = [float(model.train_on_batch(X, Y)) for _ in range(2)]
    again = trained(1)
    again.load_weights(tmp_path / "m.weights.h5").assert_consumed()
    assert int(again.optimizer.iterations) == 3
    assert [float(again.train_on_batch(X, Y)) for _ in range(2)] == expected
    fresh = trained(0)
    fresh.load_weights(tmp_path / "m.weights.h5").assert_consumed()
    assert int(fresh.optimizer.iterations) == 0
    other = trained(1, "sgd")
    with pytest.warns(UserWarning, match=r"state of the optimizer in '.*m\.weights\.h5' is not that of optimizer 'sgd"):
        report = other.load_weights(tmp_path / "m.weights.h5")
    assert report.unused == ["optimizer/vars"] and int(other.optimizer.iterations) == 1
