"""Losses called eagerly run as one program, and compute what they computed operation by operation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax.losses import compiled

Y = np.array([[0.0, 1.0], [1.0, 0.0]], "float32")
P = np.array([[0.25, 0.75], [0.5, 0.5]], "float32")


def test_settings_changed_after_a_call_count():
    loss = kerax.losses.MeanSquaredError()
    mean = float(loss(Y, P))
    loss.reduction = "sum"
    np.testing.assert_allclose(float(loss(Y, P)), 2 * mean, rtol=1e-6)
    cross = kerax.losses.BinaryCrossentropy()
    before = float(cross(Y, np.zeros_like(P)))
    epsilon = kerax.config.epsilon()
    kerax.config.set_epsilon(1e-2)
    try:
        assert float(cross(Y, np.zeros_like(P))) < before
    finally:
        kerax.config.set_epsilon(epsilon)


def test_functions_of_the_user_run_every_time():
    calls = []

    def fn(y_true, y_pred):
        calls.append(1)
        return jnp.mean(jnp.abs(y_true - y_pred), -1)

    class Own(kerax.losses.MeanSquaredError):
        def call(self, y_true, y_pred):
            calls.append(2)
            return super().call(y_true, y_pred)

    for loss in (kerax.losses.LossFunctionWrapper(fn), Own()):
        loss(Y, P), loss(Y, P)
    assert calls == [1, 1, 2, 2]


def test_the_logits_of_a_softmax_are_found():
    logits = jnp.array([[0.0, 60.0]])
    for loss, labels in (("SparseCategoricalCrossentropy", [0]), ("CategoricalCrossentropy", [[1.0, 0.0]])):
        value = getattr(kerax.losses, loss)()(jnp.array(labels), kerax.activations.softmax(logits))
        np.testing.assert_allclose(value, 60.0, rtol=1e-6)
    function = kerax.losses.sparse_categorical_crossentropy
    np.testing.assert_allclose(function(jnp.array([0]), kerax.activations.softmax(logits)), [60.0], rtol=1e-6)


def test_ignored_classes_are_left_out_of_the_mean():
    labels = jnp.array([1, -1, 0])
    probabilities = jnp.array([[0.5, 0.5], [0.9, 0.1], [0.25, 0.75]])
    value = kerax.losses.SparseCategoricalCrossentropy(ignore_class=-1)(labels, probabilities)
    np.testing.assert_allclose(value, (np.log(2) + np.log(4)) / 2, rtol=1e-6)
    values = kerax.losses.sparse_categorical_crossentropy(labels, probabilities, ignore_class=-1)
    assert kerax.state.get_mask(values).tolist() == [True, False, True]


def test_masked_predictions_and_weights():
    predictions = jnp.asarray(P)
    kerax.state.set_mask(predictions, jnp.array([True, False]))
    np.testing.assert_allclose(kerax.losses.MeanSquaredError()(Y, predictions), 0.0625)
    np.testing.assert_allclose(kerax.losses.MeanSquaredError("sum")(Y, P, np.array([0.0, 2.0])), 0.5)
    np.testing.assert_allclose(kerax.losses.MeanSquaredError("sum")(Y, P, 2), 0.625)


@pytest.mark.parametrize("function", ["sparse_categorical_crossentropy", "categorical_generalized_cross_entropy"])
def test_labels_on_the_host_are_checked_before_a_known_program_runs(function):
    call = getattr(kerax.losses, function)
    call(np.array([0, 1]), P)
    with pytest.raises(ValueError, match="class number 2, but y_pred has 2 classes"):
        call(np.array([0, 2]), P)


def test_the_gradient_of_a_tape_is_that_of_jax():
    loss, x = kerax.losses.CategoricalCrossentropy(label_smoothing=0.1), jnp.asarray(P)
    for _ in range(3):
        with kerax.GradientTape() as tape:
            tape.watch(x)
            value = loss(jnp.asarray(Y), kerax.activations.softmax(x))
        found = tape.gradient(value, x)
    expected = jax.grad(lambda x: loss(jnp.asarray(Y), kerax.activations.softmax(x)))(x)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)


def test_programs_are_few():
    """The same loss made anew, and other batches, take the program that there is."""
    kerax.losses.Huber(delta=0.7)(Y, P)
    count = len(compiled._programs)
    for rows in (1, 2):
        kerax.losses.Huber(delta=0.7)(jnp.asarray(Y[:rows]), P[:rows])
    assert len(compiled._programs) == count
    kerax.losses.Huber(delta=0.8)(Y, P)
    assert len(compiled._programs) == count + 1
