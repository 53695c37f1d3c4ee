"""Loss functions against Keras, and against what they should be where Keras is silent."""

import math

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerax

RNG = np.random.default_rng(0)
N, C = 5, 4


def softmax(x):
    return np.asarray(jax.nn.softmax(x), "float32")


REAL = RNG.normal(size=(2, N, 3)).astype("float32")
POSITIVE = np.abs(REAL) + 0.1
BINARY = RNG.integers(0, 2, (N, 3)).astype("float32")
PROBABILITY = RNG.uniform(0.02, 0.98, (N, 3)).astype("float32")
LOGITS = (3 * RNG.normal(size=(N, C))).astype("float32")
ONE_HOT = np.eye(C, dtype="float32")[RNG.integers(0, C, N)]
CLASSES = ONE_HOT.argmax(-1).astype("int32")
SIGNS = 2 * BINARY - 1

CASES = [
    *[(n, {}, tuple(REAL)) for n in ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh")],
    ("mean_absolute_percentage_error", {}, tuple(REAL)),
    ("mean_squared_logarithmic_error", {}, tuple(POSITIVE)),
    ("mean_squared_logarithmic_error", {}, tuple(REAL)),
    ("huber", {"delta": 0.3}, tuple(REAL)),
    ("cosine_similarity", {}, tuple(REAL)),
    ("cosine_similarity", {"axis": 0}, tuple(REAL)),
    ("poisson", {}, tuple(POSITIVE)),
    ("kl_divergence", {}, (softmax(LOGITS), softmax(LOGITS[::-1]))),
    ("hinge", {}, (SIGNS, REAL[0])),
    ("hinge", {}, (BINARY, REAL[0])),
    ("squared_hinge", {}, (BINARY, REAL[0])),
    ("categorical_hinge", {}, (ONE_HOT, LOGITS)),
    ("binary_crossentropy", {}, (BINARY, PROBABILITY)),
    ("binary_crossentropy", {"axis": 0}, (BINARY, PROBABILITY)),
    ("binary_crossentropy", {"label_smoothing": 0.2}, (BINARY, PROBABILITY)),
    ("binary_crossentropy", {"from_logits": True}, (BINARY, 5 * REAL[0])),
    ("binary_crossentropy", {}, (BINARY, BINARY)),
    ("binary_focal_crossentropy", {}, (BINARY, PROBABILITY)),
    ("binary_focal_crossentropy", {"gamma": 3.0, "apply_class_balancing": True, "alpha": 0.4}, (BINARY, PROBABILITY)),
    ("binary_focal_crossentropy", {"from_logits": True, "label_smoothing": 0.1}, (BINARY, REAL[0])),
    ("categorical_crossentropy", {}, (ONE_HOT, softmax(LOGITS))),
    ("categorical_crossentropy", {}, (ONE_HOT, 3 * softmax(LOGITS))),
    ("categorical_crossentropy", {"from_logits": True}, (ONE_HOT, LOGITS)),
    ("categorical_crossentropy", {"label_smoothing": 0.2}, (ONE_HOT, softmax(LOGITS))),
    ("categorical_crossentropy", {"from_logits": True, "axis": 0}, (ONE_HOT, LOGITS)),
    ("categorical_crossentropy", {}, (ONE_HOT, ONE_HOT[::-1])),
    ("categorical_focal_crossentropy", {}, (ONE_HOT, softmax(LOGITS))),
    ("categorical_focal_crossentropy", {"alpha": 0.5, "gamma": 1.0, "from_logits": True}, (ONE_HOT, LOGITS)),
    ("sparse_categorical_crossentropy", {}, (CLASSES, softmax(LOGITS))),
    ("sparse_categorical_crossentropy", {"from_logits": True}, (CLASSES[:, None], LOGITS)),
    ("sparse_categorical_crossentropy", {"from_logits": True, "ignore_class": 1}, (CLASSES, LOGITS)),
    ("sparse_categorical_crossentropy", {"ignore_class": 0}, (CLASSES, softmax(LOGITS))),
    ("sparse_categorical_crossentropy", {}, (CLASSES.astype("float32"), softmax(LOGITS))),
    ("categorical_generalized_cross_entropy", {"q": 0.3}, (CLASSES, softmax(LOGITS))),
    ("dice", {}, (BINARY, PROBABILITY)),
    ("dice", {"axis": (1,)}, (BINARY, PROBABILITY)),
    ("tversky", {"alpha": 0.3, "beta": 0.8}, (BINARY, PROBABILITY)),
    ("circle", {}, (np.array([0, 0, 1, 1, 2]), np.asarray(keras.ops.normalize(jnp.asarray(REAL[0]))))),
    ("ctc", {}, (np.array([[1, 2, 2], [3, 0, 0]]), RNG.normal(size=(2, 8, 4)).astype("float32"))),
]


def identifier(case):
    return f"{case[0]}-{'-'.join(case[1])}"


@pytest.mark.parametrize(("name", "kwargs", "arrays"), CASES, ids=[identifier(case) for case in CASES])
def test_values_and_gradients_are_those_of_keras(name, kwargs, arrays):
    y_true, y_pred = (jnp.asarray(x) for x in arrays)
    ours, theirs = getattr(kerax.losses, name), getattr(keras.losses, name)
    np.testing.assert_allclose(ours(y_true, y_pred, **kwargs), theirs(y_true, y_pred, **kwargs), rtol=2e-5, atol=2e-6)
    if set(np.unique(arrays[1])) <= {0.0, 1.0} or name == "circle":
        return  # at a clipped probability, or a row without a positive, the two may choose different one-sided slopes
    slopes = [jax.grad(lambda p, f=f: jnp.sum(f(y_true, p, **kwargs)))(y_pred) for f in (ours, theirs)]
    np.testing.assert_allclose(*slopes, rtol=2e-4, atol=2e-5)


def test_names_cover_keras_and_tf_keras():
    ours = set(kerax.losses.__all__)
    assert {n for n in dir(keras.losses) if not n.startswith("_")} <= ours
    assert {
        "KLD",
        "MAE",
        "MAPE",
        "MSE",
        "MSLE",
        "Reduction",
        "kld",
        "kullback_leibler_divergence",
        "logcosh",
        "mae",
    } <= ours
    assert kerax.losses.MSE is kerax.losses.mse is kerax.losses.mean_squared_error


# ---------------------------------------------------------------- logits behind probabilities


@pytest.mark.parametrize("jit", [True, False])
def test_losses_of_activations_start_from_the_logits(jit):
    def loss(x):
        p = kerax.activations.softmax(x)
        return (
            kerax.losses.sparse_categorical_crossentropy(jnp.array([0]), p)[0],
            kerax.losses.categorical_crossentropy(jnp.array([[1.0, 0.0]]), p)[0],
            kerax.losses.binary_crossentropy(jnp.array([[1.0, 1.0]]), kerax.activations.sigmoid(x))[0],
        )

    x = jnp.array([[-200.0, 0.0]])
    values = (jax.jit(loss) if jit else loss)(x)
    np.testing.assert_allclose(values, [200.0, 200.0, (200 + math.log(2)) / 2], rtol=1e-6)
    assert float(jax.grad(lambda x: loss(x)[0])(x)[0, 0]) == pytest.approx(-1.0)


def test_logits_survive_the_cast_of_a_loss_but_no_arithmetic():
    x = jnp.array([[-200.0, 0.0]], "bfloat16")
    p = kerax.activations.softmax(x)
    loss = kerax.losses.SparseCategoricalCrossentropy()
    assert float(loss([0], p)) == 200.0
    assert float(loss([0], p + 0)) == pytest.approx(-math.log(1e-7), rel=1e-5)


def test_probabilities_along_another_axis_are_not_mistaken():
    p = kerax.activations.softmax(jnp.asarray(LOGITS), axis=0)
    expected = keras.losses.sparse_categorical_crossentropy(CLASSES, p * 1)
    np.testing.assert_allclose(kerax.losses.sparse_categorical_crossentropy(CLASSES, p), expected, rtol=1e-5)


# ---------------------------------------------------------------- stability


def test_extreme_logits():
    big = jnp.array([[1e4, 0.0, -1e4]])
    for label, expected in ((0, 0.0), (1, 1e4), (2, 2e4)):
        assert float(kerax.losses.sparse_categorical_crossentropy([label], big, from_logits=True)[0]) == expected
    near = jnp.array([[10000.5, 10000.0]])
    loss = float(kerax.losses.sparse_categorical_crossentropy([1], near, from_logits=True)[0])
    assert loss == pytest.approx(math.log(1 + math.exp(0.5)), rel=1e-6)
    slope = jax.grad(lambda x: kerax.losses.binary_crossentropy(jnp.ones((1, 1)), x, from_logits=True)[0])
    assert float(slope(jnp.zeros((1, 1)))[0, 0]) == -0.5


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(-20, 20, width=32), min_size=2, max_size=6), st.integers(0, 5))
def test_sparse_equals_one_hot(logits, label):
    label %= len(logits)
    x = jnp.array([logits])
    one_hot = jax.nn.one_hot(jnp.array([label]), len(logits))
    sparse = kerax.losses.sparse_categorical_crossentropy([label], x, from_logits=True)
    dense = kerax.losses.categorical_crossentropy(one_hot, x, from_logits=True)
    np.testing.assert_allclose(sparse, dense, rtol=1e-5, atol=1e-6)
    assert float(sparse[0]) >= 0


def test_sparse_over_another_axis():
    x, y = jnp.asarray(RNG.normal(size=(2, C, 5)), "float32"), RNG.integers(0, C, (2, 5))
    expected = kerax.losses.sparse_categorical_crossentropy(y, jnp.moveaxis(x, 1, -1), from_logits=True)
    got = kerax.losses.sparse_categorical_crossentropy(y, x, from_logits=True, axis=1)
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_ctc_sums_over_alignments():
    logits = RNG.normal(size=(1, 4, 3)).astype("float32")
    log_p = np.asarray(jax.nn.log_softmax(logits))[0]
    total = 0.0
    for path in np.ndindex(3, 3, 3, 3):
        merged = [s for i, s in enumerate(path) if i == 0 or s != path[i - 1]]
        if [s for s in merged if s] == [1, 1]:
            total += math.exp(sum(log_p[t, s] for t, s in enumerate(path)))
    assert float(kerax.losses.ctc([[1, 1, 0]], logits)[0]) == pytest.approx(-math.log(total), rel=1e-5)


def test_circle_without_positives_has_a_finite_gradient():
    embeddings = jnp.array([[1.0, 0.0], [0.0, 1.0]])
    value, slope = jax.value_and_grad(lambda e: kerax.losses.circle([0, 1], e).sum())(embeddings)
    assert value == 0.0
    assert jnp.isfinite(slope).all()


# ---------------------------------------------------------------- shapes

ELEMENTWISE = [
    "mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_logarithmic_error",
    "huber", "log_cosh", "hinge", "squared_hinge", "poisson", "cosine_similarity", "binary_crossentropy",
    "binary_focal_crossentropy", "dice", "tversky",
]  # fmt: skip


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize(
    "shapes", [((6, 1), (6, 3)), ((6,), (6, 3)), ((1, 3), (6, 3)), ((6, 3), (6, 1)), ((5, 3), (6, 3))]
)
def test_shapes_are_not_broadcast(name, shapes):
    y_true, y_pred = (np.full(shape, 0.5, "float32") for shape in shapes)
    with pytest.raises(ValueError) as raised:
        getattr(kerax.losses, name)(y_true, y_pred)
    assert all(str(shape) in str(raised.value) for shape in shapes)
    assert name in str(raised.value)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize(
    "shapes", [((6,), (6, 1)), ((6, 1), (6,)), ((6, 2), (6, 2, 1)), ((6, 2, 1), (6, 2)), ((), (6, 2))]
)
def test_last_axes_of_size_one_are_reconciled(name, shapes):
    y_true, y_pred = np.full(shapes[0], 0.5, "float32"), np.full(shapes[1], 0.25, "float32")
    result = getattr(kerax.losses, name)(y_true, y_pred)
    assert result.shape == (() if name in ("dice", "tversky") else (6,))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f: f.categorical_crossentropy(CLASSES, LOGITS), ValueError, "sparse_categorical_crossentropy"),
        (lambda f: f.categorical_crossentropy(CLASSES[:, None], LOGITS), ValueError, "to_categorical"),
        (lambda f: f.sparse_categorical_crossentropy(ONE_HOT, LOGITS), ValueError, "categorical_crossentropy"),
        (lambda f: f.sparse_categorical_crossentropy(CLASSES[:3], LOGITS), ValueError, r"\(5,\).*\(3,\)"),
        (lambda f: f.sparse_categorical_crossentropy([0, 9, 1, 1, 1], LOGITS), ValueError, "9.*4 classes"),
        (lambda f: f.sparse_categorical_crossentropy([0, -1, 1, 1, 1], LOGITS), ValueError, "-1"),
        (lambda f: f.categorical_crossentropy(ONE_HOT, LOGITS, axis=True), TypeError, "axis"),
        (lambda f: f.mean_squared_error(1.0, 2.0), ValueError, "single number"),
        (lambda f: f.ctc([1], LOGITS), ValueError, r"\(1,\)"),
        (lambda f: f.circle([0, 1], LOGITS), ValueError, "2 labels"),
        (lambda f: f.CategoricalGeneralizedCrossEntropy(q=1.5), ValueError, "q"),
    ],
)
def test_mistakes_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(kerax.losses)


def test_labels_out_of_range_on_the_device_are_nan():
    losses = jax.jit(kerax.losses.sparse_categorical_crossentropy)(jnp.array([0, 4, -1, 1, 1]), softmax(LOGITS))
    assert np.isnan(losses).tolist() == [False, True, True, False, False]


def test_ignored_labels_need_not_be_classes():
    losses = kerax.losses.sparse_categorical_crossentropy([0, 255, 1, 1, 1], softmax(LOGITS), ignore_class=255)
    assert float(losses[1]) == 0.0


def test_a_single_class_is_warned_of():
    with pytest.warns(SyntaxWarning, match="single class"):
        kerax.losses.categorical_crossentropy(np.ones((3, 1)), np.ones((3, 1)))


def test_integers_are_no_reason_to_truncate_labels():
    assert kerax.losses.mean_squared_error([0.5, 0.5], [1, 1]) == 0.25


def test_narrow_floats_keep_their_dtype():
    y = jnp.ones((3, 2), "bfloat16")
    assert kerax.losses.mean_squared_error(y, y).dtype == jnp.bfloat16
