"""The gradient of every loss is finite where formulas break down: probability 0 and 1, equal vectors, zero norm."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax

ZEROS, ONES = np.zeros((3, 4), "float32"), np.ones((3, 4), "float32")
ONE_HOT = np.eye(4, dtype="float32")[:3]
HUGE = np.float32(1e4)
VECTORS = np.array([[0, 0, 0, 0], [1, 2, 3, 4], [-1, 0, 1, HUGE]], "float32")

# Labels and predictions at their edges, by kind.
REAL = [(ZEROS, ZEROS), (VECTORS, VECTORS), (ZEROS, VECTORS), (VECTORS, ZEROS), (VECTORS, -VECTORS)]
PROBABILITIES = [(t, p) for t in (ONE_HOT, ZEROS, ONES) for p in (ONE_HOT, 1 - ONE_HOT, ZEROS, ONES)]
LOGITS = [(ONE_HOT, p) for p in (HUGE * ONE_HOT, -HUGE * ONE_HOT, ZEROS, HUGE * ONES)]
CLASSES = [(np.arange(3), p) for _, p in PROBABILITIES[:4]]
ALIGNMENTS = np.arange(15).reshape(3, 5) % 4
CLASS_LOGITS = [(np.arange(3), p) for _, p in LOGITS]

CASES = [
    *[
        (name, {}, REAL)
        for name in (
            "mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error", "huber", "log_cosh",
            "mean_squared_logarithmic_error", "cosine_similarity", "hinge", "squared_hinge", "categorical_hinge",
            "kl_divergence",
        )
    ],
    *[
        (name, {}, PROBABILITIES)
        for name in (
            "binary_crossentropy", "categorical_crossentropy", "binary_focal_crossentropy", "kl_divergence", "poisson",
            "categorical_focal_crossentropy", "dice", "tversky", "mean_squared_logarithmic_error", "hinge",
        )
    ],
    ("binary_focal_crossentropy", {"gamma": 0.5}, PROBABILITIES),
    ("binary_focal_crossentropy", {"gamma": 0.0, "apply_class_balancing": True}, PROBABILITIES),
    ("categorical_focal_crossentropy", {"gamma": 0.5}, PROBABILITIES),
    *[
        (name, {"from_logits": True}, LOGITS)
        for name in (
            "binary_crossentropy", "categorical_crossentropy", "binary_focal_crossentropy",
            "categorical_focal_crossentropy",
        )
    ],
    ("binary_focal_crossentropy", {"from_logits": True, "gamma": 0.5}, LOGITS),
    ("categorical_focal_crossentropy", {"from_logits": True, "gamma": 0.5}, LOGITS),
    ("sparse_categorical_crossentropy", {}, CLASSES),
    ("sparse_categorical_crossentropy", {"from_logits": True}, CLASS_LOGITS),
    ("sparse_categorical_crossentropy", {"ignore_class": 0}, CLASSES),
    ("categorical_generalized_cross_entropy", {"q": 0.5}, CLASSES),
    ("circle", {}, [(np.array([0, 0, 1]), v) for v in (ZEROS, ONE_HOT, VECTORS / HUGE)]),
    ("circle", {}, [(np.array([0, 1, 2]), ONE_HOT), (np.array([0, 0, 0]), ONE_HOT)]),
    ("ctc", {}, [(np.array([[1, 2], [1, 0], [0, 0]]), s * np.ones((3, 5, 4), "float32")) for s in (0.0, 1e3)]),
    ("ctc", {}, [(np.array([[1, 1], [2, 1], [3, 0]]), HUGE * np.eye(4, dtype="float32")[ALIGNMENTS])]),
]  # fmt: skip


def test_every_loss_is_here():
    names = {n for n in kerax.losses.__all__ if n[0].islower() and n not in ("get", "serialize", "deserialize")}
    functions = {getattr(kerax.losses, name) for name in names}  # other names of one function count once
    assert functions == {getattr(kerax.losses, name) for name, _, _ in CASES}


@pytest.mark.parametrize(
    ("name", "options", "pairs"), CASES, ids=[f"{c[0]}-{'-'.join(c[1])}-{i}" for i, c in enumerate(CASES)]
)
def test_value_and_gradient_are_finite(name, options, pairs):
    function = getattr(kerax.losses, name)
    slope = jax.jit(jax.value_and_grad(lambda p, t: jnp.sum(function(t, p, **options))))
    for y_true, y_pred in pairs:
        value, gradient = slope(jnp.asarray(y_pred), jnp.asarray(y_true))
        where = f"y_true={np.asarray(y_true).tolist()}, y_pred={np.asarray(y_pred).tolist()}"
        assert np.isfinite(gradient).all(), f"gradient {gradient} at {where}"
        assert np.isfinite(value), f"value {value} at {where}"


def test_gradients_by_way_of_an_activation_are_finite():
    logits = jnp.array([[HUGE, -HUGE, 0.0, 0.0]])
    for activation, loss in (("softmax", "categorical_crossentropy"), ("sigmoid", "binary_crossentropy")):

        def total(x, activation=activation, loss=loss):
            y_pred = getattr(kerax.activations, activation)(x)
            return jnp.sum(getattr(kerax.losses, loss)(jnp.array([[0.0, 1.0, 0.0, 0.0]]), y_pred))

        assert np.isfinite(jax.grad(total)(logits)).all()
