"""Layers inside a user's model run as one program each under a tape, and compute what they compute without."""

import copy
from unittest import mock

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax.layers import taped_call

layers = kerax.layers


class Own(kerax.Model):
    def __init__(self, *parts):
        super().__init__()
        self.parts = list(parts)

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


def step(model, x, training):
    kerax.utils.set_random_seed(3)
    with kerax.GradientTape() as tape:
        tape.watch(x)
        loss = jnp.sum(model(x, training=training) ** 2) + sum(model.losses, 0.0)
    return loss, tape.gradient(loss, [x, *model.trainable_variables])


def programs_of(layer):
    return [known[0] is not None for known in layer._taped_call._programs.values()]


CASES = {
    "dense": (lambda: [layers.Dense(3, "relu", kernel_regularizer="l2"), layers.Dense(2, "softmax")], [True, True]),
    "noise and losses": (
        lambda: [layers.Dense(3, activity_regularizer="l2"), layers.Dropout(0.5), layers.Dense(2)],
        [True, False, True],
    ),
    "user code": (lambda: [layers.Lambda(lambda x: x * 2), layers.Dense(2)], [None, True]),
    "statistics": (lambda: [layers.BatchNormalization(), layers.Dense(2)], [False, True]),
}


@pytest.mark.parametrize("case", CASES)
def test_layers_are_one_operation_where_they_only_compute(case):
    make, expected = CASES[case]
    x = jnp.linspace(-1, 1, 12).reshape(4, 3)
    model = Own(*make())
    model(x)
    with mock.patch.object(taped_call, "recorded_at_once", lambda: False):
        plain = step(model, x, True)
    for _ in range(3):
        found = step(model, x, True)
        for one, two in zip(jax.tree.leaves(found), jax.tree.leaves(plain), strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-4, atol=1e-5)
    assert [(programs_of(part) or [None])[0] for part in model.parts] == expected


def test_attributes_that_change_are_seen():
    x = jnp.linspace(-1, 1, 12).reshape(4, 3)
    model = Own(layers.Dense(2, "relu"))
    model(x)
    step(model, x, False)
    model.parts[0].activation = kerax.activations.linear
    with kerax.GradientTape():
        found = model(x)
    np.testing.assert_allclose(found, model(x), rtol=1e-6)
    other = copy.deepcopy(model)
    assert not other.parts[0]._taped_call._programs


def test_probabilities_keep_their_logits():
    """A loss starts from them, as from a model called operation by operation, and does not clip."""
    x = jnp.asarray([[60.0]])
    weights = [np.asarray([[1.0, -1.0]], "float32"), np.zeros(2, "float32")]
    whole = kerax.Sequential([kerax.Input((1,)), layers.Dense(2, "softmax")])
    own = Own(layers.Dense(2, "softmax"))
    loss = kerax.losses.SparseCategoricalCrossentropy()
    for model in (whole, own):
        model(x)
        model.set_weights(weights)
        for _ in range(2):
            with kerax.GradientTape() as tape:
                value = loss(np.asarray([1]), model(x))
            assert float(value) == 120.0
            np.testing.assert_allclose(tape.gradient(value, model.weights[1]), [1.0, -1.0], rtol=1e-6)


def test_errors_are_those_of_the_call():
    model = Own(layers.Dense(2), layers.Reshape((3,)))
    with pytest.raises(ValueError, match="reshape"), kerax.GradientTape():
        model(jnp.ones((2, 3)))


def test_an_output_is_differentiated_by_another():
    """As for pictures of what a network looks at."""
    inputs = kerax.Input((6, 6, 1))
    features = layers.Conv2D(2, 3, kernel_initializer="ones")(inputs)
    scores = layers.Dense(2, kernel_initializer="ones")(layers.GlobalAveragePooling2D()(features))
    model = kerax.Model(inputs, [features, scores])
    for _ in range(2):
        with kerax.GradientTape() as tape:
            maps, found = model(np.ones((1, 6, 6, 1), "float32"))
            score = found[:, 0]
        np.testing.assert_allclose(tape.gradient(score, maps), np.full((1, 4, 4, 2), 1 / 16), rtol=1e-6)
