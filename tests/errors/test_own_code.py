"""Mistakes in layers, losses and metrics that users write: the place, the user's line, the shapes, JAX's words last."""

import pathlib

import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax import layers


def test_mistakes_in_ones_own_code_are_said_with_the_line_and_the_place():
    here = pathlib.Path(__file__).name

    class Mine(layers.Layer):
        def __init__(self, function):
            super().__init__(name="mine")
            self.function = function

        def call(self, inputs):
            return self.function(inputs)

    class Net(kerax.Model):
        def __init__(self, function):
            super().__init__(name="net")
            self.mine, self.out = Mine(function), layers.Dense(1)

        def call(self, inputs):
            return self.out(self.mine(inputs))

    class Odd(kerax.metrics.Metric):
        def update_state(self, y_true, y_pred, sample_weight=None):
            return y_true @ y_pred

    def train(function=lambda x: x, loss="mse", metrics=()):
        model = Net(function)
        model.compile("sgd", loss, metrics=list(metrics))
        model.fit(np.ones((4, 3), "float32"), np.ones((4, 1), "float32"), verbose=0)

    place = rf"Layer 'net/mine' \(Mine\) failed for inputs of shape \(4, 3\) at .*{here}:\d+: .*: "
    for function, text in (
        (lambda x: x + jnp.ones(5), "Incompatible shapes"),
        (lambda x: x + "a", "unsupported operand type"),
        (lambda x: x[: int(x[0, 0])], ".*must (be|have) static"),
    ):
        with pytest.raises((TypeError, ValueError), match=rf"^fit\(\): {place}{text}"):
            train(function)
    with pytest.raises(TypeError, match=rf"Loss .* at .*{here}:\d+: .*: dot_general"):
        train(loss=lambda y, p: y @ p)
    with pytest.raises(TypeError, match="it returned None; a loss returns"):
        train(loss=lambda y, p: None)
    with pytest.raises(TypeError, match=rf"Metric 'odd' at .*{here}:\d+: return y_true @ y_pred: dot_general"):
        train(metrics=[Odd(name="odd")])
