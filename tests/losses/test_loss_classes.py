"""Loss classes: reductions, weights, masks, dtypes, custom losses, configurations."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerax
from kerax.state import set_mask

RNG = np.random.default_rng(1)
REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None]
Y, P = RNG.normal(size=(2, 4, 3)).astype("float32")
STEPS_Y, STEPS_P = RNG.normal(size=(2, 4, 3, 2)).astype("float32")
WEIGHTS = RNG.uniform(0, 2, (4,)).astype("float32")
STEP_WEIGHTS = RNG.uniform(0, 2, (4, 3)).astype("float32")
NUMBERS = st.floats(0, 5, width=32, allow_subnormal=False)
MASK = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]], bool)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weights", [None, 2.0, WEIGHTS, WEIGHTS[:, None], np.zeros(4, "float32")], ids=str)
def test_weights_per_example(reduction, weights):
    ours, theirs = (m.losses.MeanSquaredError(reduction=reduction)(Y, P, weights) for m in (kerax, keras))
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weights", [None, STEP_WEIGHTS], ids=["none", "steps"])
@pytest.mark.parametrize("masked", [True, False])
def test_weights_and_masks_per_step(reduction, weights, masked):
    ours_p, theirs_p = jnp.array(STEPS_P), jnp.array(STEPS_P)
    if masked:
        set_mask(ours_p, jnp.asarray(MASK))
    theirs = keras.losses.MeanAbsoluteError(reduction="none")(STEPS_Y, theirs_p)
    expected = keras.src.losses.loss.reduce_weighted_values(
        theirs, None if weights is None else jnp.asarray(weights), jnp.asarray(MASK) if masked else None, reduction
    )
    ours = kerax.losses.MeanAbsoluteError(reduction=reduction)(STEPS_Y, ours_p, weights)
    np.testing.assert_allclose(ours, expected, rtol=1e-5)


def test_weights_of_examples_apply_to_all_their_steps():
    loss = kerax.losses.MeanSquaredError()
    per_step = np.square(STEPS_Y - STEPS_P).mean(-1)
    np.testing.assert_allclose(loss(STEPS_Y, STEPS_P, WEIGHTS), (per_step * WEIGHTS[:, None]).mean(), rtol=1e-5)
    square = RNG.normal(size=(3, 3, 2)).astype("float32")  # as many examples as steps: still the examples' weights
    expected = (np.square(square).mean(-1) * np.array([[1], [0], [0]])).mean()
    np.testing.assert_allclose(loss(np.zeros_like(square), square, [1.0, 0.0, 0.0]), expected, rtol=1e-5)


def test_a_mask_reaches_sequence_outputs_of_size_one():
    predictions = jnp.array(STEPS_P[..., :1])
    set_mask(predictions, jnp.asarray(MASK))
    expected = np.square(STEPS_Y[..., 0] - STEPS_P[..., 0])[MASK].mean()
    np.testing.assert_allclose(kerax.losses.MeanSquaredError()(STEPS_Y[..., 0], predictions), expected, rtol=1e-5)


def test_a_mask_and_weights_of_examples():
    predictions = jnp.array(STEPS_P)
    set_mask(predictions, jnp.asarray(MASK))
    per_step = np.square(STEPS_Y - STEPS_P).mean(-1)
    expected = (per_step * WEIGHTS[:, None])[MASK].sum() / MASK.sum()
    np.testing.assert_allclose(kerax.losses.MeanSquaredError()(STEPS_Y, predictions, WEIGHTS), expected, rtol=1e-5)


def test_nothing_left_is_zero():
    predictions = jnp.array(P)
    set_mask(predictions, jnp.zeros(4, bool))
    for reduction in ("sum", "mean", "mean_with_sample_weight"):
        assert float(kerax.losses.MeanSquaredError(reduction=reduction)(Y, predictions)) == 0.0
    assert float(kerax.losses.MeanSquaredError()(np.zeros((0, 3)), np.zeros((0, 3)))) == 0.0


def test_weight_zero_silences_nan():
    predictions = jnp.array([[1.0], [np.nan]])
    loss = kerax.losses.MeanSquaredError()
    assert float(loss([[0.0], [0.0]], predictions, [1.0, 0.0])) == 0.5
    assert np.isnan(loss([[0.0], [0.0]], predictions))


def test_ignored_classes_are_left_out_of_the_mean():
    logits, labels = RNG.normal(size=(6, 4)).astype("float32"), np.array([0, 1, 2, 3, 1, 0])
    for reduction in REDUCTIONS:
        kwargs = {"from_logits": True, "ignore_class": 1, "reduction": reduction}
        ours, theirs = (m.losses.SparseCategoricalCrossentropy(**kwargs)(labels, logits) for m in (kerax, keras))
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_circle_leaves_rows_of_no_loss_out_of_the_mean():
    embeddings = np.asarray(keras.ops.normalize(jnp.asarray(RNG.normal(size=(5, 3)), "float32")))
    labels = np.array([0, 0, 1, 1, 2])
    ours, theirs = (m.losses.Circle()(labels, embeddings) for m in (kerax, keras))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("weights", [np.ones(5), np.ones((4, 2)), np.ones((4, 3, 1))])
def test_weights_that_do_not_fit(weights):
    with pytest.raises(ValueError, match="sample_weight") as raised:
        kerax.losses.MeanSquaredError()(Y, P, weights)
    assert str(weights.shape) in str(raised.value)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6))
def test_reductions_agree_with_each_other(pairs):
    losses, weights = (np.array(x, "float32") for x in zip(*pairs))
    reduce = kerax.losses.reduction.reduce_weighted_values
    total = float(reduce(losses, weights, reduction="sum"))
    np.testing.assert_allclose(
        reduce(losses, weights, reduction="none"), losses * weights, rtol=1e-6, atol=np.finfo("float32").tiny
    )  # products that are subnormal may become zero
    np.testing.assert_allclose(float(reduce(losses, weights)) * len(losses), total, rtol=1e-4, atol=1e-6)
    mean = float(reduce(losses, weights, reduction="mean_with_sample_weight"))
    np.testing.assert_allclose(mean * weights.sum(), total, rtol=1e-4, atol=1e-6)


# ---------------------------------------------------------------- construction


def test_reductions_of_tf_keras():
    reduction = kerax.losses.Reduction
    assert kerax.losses.MeanSquaredError(reduction="auto").reduction == "sum_over_batch_size"
    assert kerax.losses.MeanSquaredError(reduction=reduction.NONE)(Y, P).shape == (4,)
    assert set(reduction.all()) >= {"auto", "none", "sum", "sum_over_batch_size"}
    with pytest.raises(ValueError, match="Did you mean 'sum'"):
        kerax.losses.MeanSquaredError(reduction="summ")


def test_a_subclass_with_the_argument_order_of_tf_keras():
    class Own(kerax.losses.Loss):
        def call(self, y_true, y_pred):
            return jnp.square(y_true - y_pred)

    assert (Own("sum", "mine").name, Own("sum", "mine").reduction) == ("mine", "sum")
    assert (Own("none").name, Own("none").reduction) == ("own", "none")
    assert (Own("mine", "sum").name, Own("mine", "sum").reduction) == ("mine", "sum")
    assert (Own().name, Own().reduction) == ("own", "sum_over_batch_size")
    np.testing.assert_allclose(Own()(Y, P), np.square(Y - P).mean(), rtol=1e-6)
    np.testing.assert_allclose(Own()(Y, P, WEIGHTS), (np.square(Y - P) * WEIGHTS[:, None]).mean(), rtol=1e-5)


def test_a_class_without_call_says_so():
    with pytest.raises(TypeError, match="call"):
        kerax.losses.Loss()(Y, P)


def test_structures_reach_custom_losses():
    class Both(kerax.losses.Loss):
        def call(self, y_true, y_pred):
            return jnp.abs(y_true["a"] - y_pred["a"]) + jnp.abs(y_true["b"] - y_pred["b"])

    loss = Both()({"a": np.ones(3), "b": np.ones(3)}, {"a": np.zeros(3), "b": np.zeros(3)})
    assert float(loss) == 2.0


def test_functions_become_losses():
    def own(y_true, y_pred, scale=1.0):
        return scale * jnp.mean(jnp.abs(y_true - y_pred), axis=-1)

    loss = kerax.losses.LossFunctionWrapper(own, scale=2.0)
    assert loss.name == "own"
    np.testing.assert_allclose(loss(np.zeros(3), np.ones((3, 1))), 2.0)  # (3,) beside (3, 1), as Keras
    config = kerax.losses.serialize(kerax.losses.LossFunctionWrapper(kerax.losses.huber, delta=2.0))
    assert kerax.losses.deserialize(config)([[0.0]], [[3.0]]) == 4.0
    again = kerax.losses.deserialize(kerax.losses.serialize(loss), {"own": own})
    np.testing.assert_allclose(again(Y, P), loss(Y, P))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", kerax.dtypes.DTypePolicy("mixed_bfloat16")])
def test_dtypes(dtype):
    loss = kerax.losses.MeanSquaredError(dtype=dtype)
    assert loss(Y, P).dtype == loss.dtype
    assert loss.dtype == getattr(dtype, "compute_dtype", dtype)


def test_class_numbers_are_exact_in_narrow_dtypes():
    logits = np.zeros((1, 400), "float32")
    logits[0, 301] = 50.0
    loss = kerax.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="bfloat16")
    assert float(loss(np.array([301]), logits)) < 1e-3


def test_host_labels_out_of_range_raise_in_classes_too():
    with pytest.raises(ValueError, match="7.*3 classes"):
        kerax.losses.SparseCategoricalCrossentropy()(np.array([0, 7]), np.full((2, 3), 1 / 3))


@pytest.mark.parametrize("name", ["mse", "MeanSquaredError", "mean_squared_error"])
@pytest.mark.parametrize("jit", [False, True])
def test_get_and_jit(name, jit):
    loss = kerax.losses.get(name)
    value = (jax.jit(loss) if jit else loss)(Y, P)
    np.testing.assert_allclose(jnp.mean(value), np.square(Y - P).mean(), rtol=1e-5)


def test_get_of_everything_else():
    get = kerax.losses.get
    assert get(None) is None
    assert get("bce") is get("BCE") is kerax.losses.binary_crossentropy
    assert get("kullback_leibler_divergence") is kerax.losses.kl_divergence
    assert isinstance(get(kerax.losses.Huber), kerax.losses.Huber)
    with pytest.raises(ValueError, match="Did you mean 'binary_crossentropy'"):
        get("binary_crossentropi")
    with pytest.raises(TypeError):
        get(5)


@pytest.mark.parametrize("name", [n for n in kerax.losses.__all__ if n[0].isupper() and hasattr(keras.losses, n)])
def test_configs_hold_what_keras_writes(name):
    if name in ("Loss", "LossFunctionWrapper"):
        return
    ours, theirs = getattr(kerax.losses, name)(), getattr(keras.losses, name)()
    config = ours.get_config()
    assert theirs.get_config().items() <= config.items()
    assert type(theirs).from_config(config).name == ours.name  # Keras reads ours
    assert type(ours).from_config(theirs.get_config()).get_config() == config
