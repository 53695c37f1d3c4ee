"""Debug mode: values are looked at, eagerly and in compiled steps; without it nothing is."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax

losses, metrics = kerax.losses, kerax.metrics
HALVES = jnp.full((2, 2), 0.5)

MISTAKES = {
    "label that is no class": (
        lambda: losses.sparse_categorical_crossentropy(jnp.array([0, 2]), HALVES),
        r"y_true must be from 0 to 1 \(2 classes\), found 0 to 2",
    ),
    "label of a loss object": (
        lambda: losses.SparseCategoricalCrossentropy(from_logits=True)(jnp.array([0, -1]), HALVES),
        "y_true must be from 0 to 1",
    ),
    "negative weight": (
        lambda: losses.MeanSquaredError()(HALVES, HALVES, sample_weight=jnp.array([1.0, -1.0])),
        "sample_weight must be at least 0, found -1.0 to 1.0",
    ),
    "negative weight of a metric": (
        lambda: metrics.Mean()(jnp.ones(2), sample_weight=jnp.array([1.0, -1.0])),
        "sample_weight of a metric must be at least 0",
    ),
    "negative weight of counts": (
        lambda: metrics.Precision()(jnp.ones(2), jnp.ones(2), sample_weight=jnp.array([1.0, -1.0])),
        "sample_weight of a metric must be at least 0",
    ),
    "scores that are no probabilities": (lambda: metrics.AUC()(jnp.ones(2), 3 * jnp.ones(2)), "must be from 0 to 1"),
    "class number of IoU": (
        lambda: metrics.MeanIoU(2)(jnp.array([0, 3]), jnp.array([0, 1])),
        "y_true must be from 0 to 1",
    ),
    "log odds as probabilities": (
        lambda: losses.binary_crossentropy(jnp.ones((1, 2)), jnp.array([[-3.0, 3.0]])),
        "from_logits=True",
    ),
    "nan": (lambda: losses.binary_crossentropy(jnp.ones((1, 1)), jnp.array([[jnp.nan]])), "found nan to nan"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_values_are_checked_in_debug_mode_only(case):
    run, message = MISTAKES[case]
    run()
    with kerax.debug.checks(), pytest.raises(ValueError, match=message):
        run()
    assert not kerax.debug.enabled()


def test_what_is_right_passes():
    with kerax.debug.checks():
        losses.sparse_categorical_crossentropy(jnp.array([0, -1]), HALVES, ignore_class=-1)
        losses.MeanSquaredError()(HALVES, HALVES, sample_weight=jnp.array([0.0, 2.0]))
        metrics.AUC()(jnp.array([0, 1]), jnp.array([0.0, 1.0]))
        metrics.MeanIoU(2, ignore_class=255)(jnp.array([0, 255]), jnp.array([0, 1]))
        losses.binary_crossentropy(jnp.ones((1, 2)), jnp.array([[-3.0, 3.0]]), from_logits=True)
        losses.MeanSquaredError()(jnp.ones((0, 2)), jnp.ones((0, 2)), sample_weight=jnp.ones(0))


def test_inside_jit_and_grad():
    def loss(y_pred, y_true):
        return jnp.sum(losses.sparse_categorical_crossentropy(y_true, y_pred, from_logits=True))

    with kerax.debug.checks():
        step = jax.jit(jax.value_and_grad(loss))
        jax.block_until_ready(step(HALVES, jnp.array([0, 1])))
        with pytest.raises(Exception, match="y_true must be from 0 to 1"):
            jax.block_until_ready(step(HALVES, jnp.array([0, 2])))
            jax.effects_barrier()


def test_in_fit():
    model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])
    x, y = np.ones((4, 2), "float32"), np.ones((4, 1), "float32")
    model.compile("sgd", "mse")
    model.fit(x, y, sample_weight=-np.ones(4), verbose=0)
    with kerax.debug.checks():  # another program than the one above
        model.fit(x, y, sample_weight=np.ones(4), verbose=0)
        with pytest.raises((RuntimeError, ValueError), match="sample_weight must be at least 0"):
            model.fit(x, y, sample_weight=-np.ones(4), verbose=0)
            jax.effects_barrier()
