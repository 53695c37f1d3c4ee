"""Copies of models: deepcopy, pickle, from_config; calls that need no second compilation."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import kerax

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(24, 4)).astype("float32"), RNG.normal(size=(24, 2)).astype("float32")


class Subclassed(kerax.Model):
    def __init__(self):
        super().__init__()
        self.parts = [kerax.layers.Dense(3), kerax.layers.Dense(2)]

    def call(self, inputs):
        return self.parts[1](self.parts[0](inputs))


def functional():
    inputs = kerax.Input((4,))
    return kerax.Model(inputs, kerax.layers.Dense(2)(inputs) + 1.0)


def sequential():
    return kerax.Sequential([kerax.Input((4,)), kerax.layers.BatchNormalization(), kerax.layers.Dense(2)])


MAKERS = [Subclassed, functional, sequential]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("how", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["deepcopy", "pickle"])
def test_copies_of_trained_models_are_trained_on_by_themselves(make, how):
    model = make()
    model.compile(kerax.optimizers.Adam(0.01), "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0)
    before = model.get_weights()
    twin = how(model)
    np.testing.assert_array_equal(twin.predict(X, verbose=0), model.predict(X, verbose=0))
    twin.fit(X, Y, verbose=0, epochs=2)
    assert int(twin.optimizer.iterations) == 3 and int(model.optimizer.iterations) == 1
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_copy_made_inside_a_callback_holds_the_weights_of_that_moment():
    copies = []

    class Keep(kerax.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            copies.append((copy.deepcopy(self.model), self.model.get_weights()))

    model = functional()
    model.compile("adam", "mse")
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[Keep()])
    for twin, weights in copies:
        np.testing.assert_array_equal(twin.get_weights()[0], weights[0])
        twin.fit(X, Y, verbose=0)


def test_model_from_config_takes_the_configuration_of_a_functional_model():
    model = functional()
    twin = kerax.Model.from_config(model.get_config())
    twin.set_weights(model.get_weights())
    np.testing.assert_array_equal(twin.predict(X, verbose=0), model.predict(X, verbose=0))


def test_lists_with_one_tensor_count_as_the_tensor():
    inputs = kerax.Input((4,))
    model = kerax.Model([inputs], [kerax.layers.Dense(2)(inputs)])
    assert model.predict(X, verbose=0).shape == (24, 2)
    assert model(X).shape == (24, 2)
    assert model([X]).shape == (24, 2)
    assert model.predict([X], verbose=0).shape == (24, 2)


def test_other_models_and_metrics_cause_no_second_compilation():
    model = functional()
    model(X)
    compiled = model._compiled_call
    kerax.metrics.Mean()
    functional()
    model(X)
    assert model._compiled_call is compiled
    model.trainable = False
    model(X)
    assert model._compiled_call is not compiled


def test_reset_states_reaches_every_recurrent_layer():
    model = kerax.Sequential(
        [kerax.Input((3, 2), batch_size=4), kerax.layers.LSTM(3, stateful=True), kerax.layers.Dense(1)]
    )
    x = RNG.normal(size=(4, 3, 2)).astype("float32")
    first, second = model.predict(x, batch_size=4, verbose=0), model.predict(x, batch_size=4, verbose=0)
    assert not np.allclose(first, second)
    model.reset_states()
    np.testing.assert_allclose(model.predict(x, batch_size=4, verbose=0), first, rtol=1e-6)
