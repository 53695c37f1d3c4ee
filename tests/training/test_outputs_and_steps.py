"""What custom steps are given, and names and structures of several outputs."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import kerax

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(24, 4)).astype("float32"), RNG.normal(size=(24, 2)).astype("float32")
LABELS = RNG.integers(0, 3, 24)


class Autoencoder(kerax.Model):
    """Its step takes the batch as it comes, as tutorials do for data without targets."""

    def __init__(self):
        super().__init__()
        self.dense = kerax.layers.Dense(4)

    def call(self, inputs):
        return self.dense(inputs)

    def train_step(self, data):
        variables = self.trainable_variables
        loss, gradients = kerax.value_and_grad(lambda: jnp.mean((self(data, training=True) - data) ** 2), variables)
        self.optimizer.apply(gradients, variables)
        return {"loss": loss}


class Pairs(kerax.Model):
    """Its steps unpack pairs."""

    def __init__(self):
        super().__init__()
        self.dense = kerax.layers.Dense(2)
        self.error = kerax.metrics.MeanAbsoluteError(name="error")

    def call(self, inputs):
        return self.dense(inputs)

    def train_step(self, data):
        x, y = data
        return super().train_step((x, y))

    def test_step(self, data):
        x, y = data
        self.error.update_state(y, self(x, training=False))
        return {"error": self.error.result()}


@pytest.mark.parametrize("eager", [False, True])
def test_steps_without_targets_are_given_the_inputs_themselves(eager):
    model = Autoencoder()
    model.compile("adam", run_eagerly=eager)
    for data in (X, kerax.data.Dataset.from_tensor_slices(X).batch(6), (X[:6] for _ in range(3))):
        assert np.isfinite(model.fit(data, verbose=0).history["loss"][0])
    model.train_on_batch(X)


@pytest.mark.parametrize("eager", [False, True])
def test_steps_without_weights_are_given_pairs(eager):
    model = Pairs()
    model.compile("adam", "mse", run_eagerly=eager)
    history = model.fit(X, Y, verbose=0, validation_data=(X, Y)).history
    expected = np.abs(model.predict(X, verbose=0) - Y).mean()
    np.testing.assert_allclose(history["val_error"], [expected], rtol=1e-5)
    assert model.evaluate(X, Y, verbose=0, return_dict=True)["error"] == pytest.approx(expected, rel=1e-5)


def two_outputs(structure):
    inputs = kerax.Input((4,))
    values = kerax.layers.Dense(2, name="values")(inputs)
    classes = kerax.layers.Dense(3, activation="softmax", name="classes")(inputs)
    return kerax.Model(inputs, structure(values, classes))


def test_names_of_dict_outputs_stand_in_the_order_of_the_outputs():
    model = two_outputs(lambda values, classes: {"b_values": values, "a_classes": classes})
    shapes = dict(zip(model.output_names, [output.shape for output in model.outputs], strict=True))
    assert shapes == {"a_classes": (None, 3), "b_values": (None, 2)}


def test_one_loss_of_two_outputs_is_the_loss():
    model = two_outputs(lambda values, classes: [values, classes])
    model.compile("sgd", loss={"classes": "sparse_categorical_crossentropy"}, metrics={"classes": ["accuracy"]})
    assert list(model.fit(X, {"values": Y, "classes": LABELS}, verbose=0).history) == ["loss", "classes_accuracy"]


def test_a_list_of_metrics_as_long_as_the_outputs_has_one_for_each():
    model = two_outputs(lambda values, classes: [values, classes])
    model.compile("sgd", loss=["mse", "sparse_categorical_crossentropy"], metrics=["mae", "accuracy"])
    names = ["loss", "values_loss", "classes_loss", "values_mae", "classes_accuracy"]
    assert list(model.fit(X, [Y, LABELS], verbose=0).history) == names


def test_a_weighted_metric_whose_name_is_taken_says_so():
    model = two_outputs(lambda values, classes: [values, classes])
    model.compile(
        "sgd", loss=["mse", "sparse_categorical_crossentropy"], metrics={"classes": ["accuracy"]},
        weighted_metrics={"classes": ["accuracy"], "values": ["mae"]},
    )  # fmt: skip
    history = model.fit(X, [Y, LABELS], verbose=0).history
    assert {"classes_accuracy", "classes_weighted_accuracy", "values_mae"} <= set(history)


def test_losses_follow_nested_outputs():
    model = two_outputs(lambda values, classes: (values, [classes, {"again": values}]))
    model.compile("sgd", loss=("mse", ["sparse_categorical_crossentropy", {"again": "mse"}]))
    before = model.predict(X, verbose=0)
    logs = model.evaluate(X, (Y, [LABELS, {"again": Y}]), verbose=0, return_dict=True)
    assert list(logs) == ["loss", "values_loss", "classes_loss", "values_1_loss"]
    assert logs["values_loss"] == logs["values_1_loss"] == pytest.approx(((before[0] - Y) ** 2).mean(), rel=1e-5)
    assert np.isfinite(model.fit(X, (Y, [LABELS, {"again": Y}]), verbose=0).history["loss"][0])
