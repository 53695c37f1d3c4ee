"""Masks: where they begin, what layers do with them, how merging layers combine them."""

import keras
import numpy as np
import pytest

import kerax
from kerax.state import get_mask, set_mask

L = kerax.layers
IDS, OTHER = np.array([[1, 0, 2], [0, 3, 0]]), np.array([[1, 2, 0], [0, 0, 0]])
RNG = np.random.default_rng(0)


def embedded(ids=IDS):
    return L.Embedding(5, 2, mask_zero=True)(ids)


def test_embedding_masks_zeros():
    np.testing.assert_array_equal(get_mask(embedded()), IDS != 0)
    assert get_mask(L.Embedding(5, 2)(IDS)) is None


def test_masking_hides_steps_and_zeroes_them():
    x = np.ones((1, 3, 2), "float32")
    x[0, 1] = 7.0
    y = L.Masking(7.0)(x)
    np.testing.assert_array_equal(get_mask(y), [[True, False, True]])
    np.testing.assert_array_equal(y[0, 1], [0.0, 0.0])


@pytest.mark.parametrize("name", ["Add", "Multiply", "Average", "Maximum"])
def test_merged_masks_are_joined_by_or(name):
    merged = getattr(L, name)()([embedded(), embedded(OTHER)])
    np.testing.assert_array_equal(get_mask(merged), (IDS != 0) | (OTHER != 0))
    assert get_mask(getattr(L, name)()([embedded(), np.ones((2, 3, 2), "float32")])) is None


def test_concatenated_masks():
    along_time = L.Concatenate(axis=1)([embedded(), np.ones((2, 1, 2), "float32")])
    np.testing.assert_array_equal(get_mask(along_time), np.concatenate([IDS != 0, np.ones((2, 1), bool)], 1))
    along_features = L.Concatenate()([embedded(), embedded(OTHER)])
    np.testing.assert_array_equal(get_mask(along_features), (IDS != 0) | (OTHER != 0))


def test_dot_ends_a_mask():
    assert get_mask(L.Dot(axes=2)([embedded(), embedded()])) is None


def test_lambda_ends_a_mask_unless_told():
    assert get_mask(L.Lambda(lambda x: x * 2)(embedded())) is None
    kept = L.Lambda(lambda x: x + 1, mask=lambda inputs, mask: mask)(embedded())
    np.testing.assert_array_equal(get_mask(kept), IDS != 0)


def test_lambda_sees_mask_and_training():
    seen = {}

    def function(x, mask, training, factor):
        seen.update(mask=mask, training=training)
        return x * factor

    L.Lambda(function, arguments={"factor": 2.0})(embedded(), training=True)
    np.testing.assert_array_equal(seen["mask"], IDS != 0)
    assert seen["training"] is True


@pytest.mark.parametrize("shape", [(4, 5, 3), (4, 5, 2, 3)])
def test_batch_normalization_counts_unmasked_steps_only(shape):
    x = RNG.normal(2.0, 3.0, shape).astype("float32")
    mask = RNG.random((4, 5)) > 0.4
    layer = L.BatchNormalization(momentum=0.5)
    y = layer(x, training=True, mask=mask)
    counted = x[mask].reshape(-1, 3)
    np.testing.assert_allclose(layer.moving_mean.numpy(), counted.mean(0) / 2, rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance.numpy(), 0.5 + counted.var(0) / 2, rtol=1e-5)
    np.testing.assert_allclose(y, (x - counted.mean(0)) / np.sqrt(counted.var(0) + 1e-3), rtol=1e-4, atol=1e-5)
    if len(shape) == 3:
        theirs = keras.layers.BatchNormalization(momentum=0.5)
        np.testing.assert_allclose(y, theirs(x, training=True, mask=mask), rtol=1e-4, atol=1e-5)


def test_softmax_with_a_mask():
    x, mask = RNG.normal(size=(2, 3)).astype("float32"), np.array([[True, True, False], [False, False, False]])
    y = L.Softmax()(x, mask=mask)
    np.testing.assert_allclose(y, keras.layers.Softmax()(x, mask=mask), rtol=1e-6)
    np.testing.assert_array_equal(y[1], np.zeros(3))


MASKS = {
    "value": {"value_mask": np.array([[1, 1, 0, 0], [1, 0, 1, 1]], bool)},
    "key": {"key_mask": np.array([[1, 1, 0, 0], [1, 0, 1, 1]], bool)},
    "query": {"query_mask": np.array([[1, 1, 0, 0], [1, 0, 1, 1]], bool)},
    "pairs": {"attention_mask": RNG.random((2, 4, 4)) > 0.3},
    "heads": {"attention_mask": RNG.random((2, 3, 4, 4)) > 0.3},
    "causal": {"use_causal_mask": True},
    "nothing": {"attention_mask": np.zeros((2, 4, 4), bool)},
}


@pytest.mark.parametrize("scores", [False, True])
@pytest.mark.parametrize("name", MASKS)
def test_multi_head_attention_masks_are_those_of_keras(name, scores):
    x = RNG.normal(size=(2, 4, 6)).astype("float32")
    ours, theirs = L.MultiHeadAttention(3, 2), keras.layers.MultiHeadAttention(3, 2)
    ours(x, x), theirs(x, x)
    theirs.set_weights(ours.get_weights())
    options = {**MASKS[name], "return_attention_scores": scores}
    found, expected = ours(x, x, **options), theirs(x, x, **options)
    for one, other in zip(found if scores else [found], expected if scores else [expected], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", MASKS)
def test_the_accelerators_attention_equals_the_cpus(name, monkeypatch):
    x = RNG.normal(size=(2, 4, 6)).astype("float32")
    layer = L.MultiHeadAttention(3, 2)
    on_cpu = layer(x, x, **MASKS[name])
    monkeypatch.setattr("kerax.functional.attention.on_cpu", lambda: False)
    monkeypatch.setattr("kerax.functional.dense.on_cpu", lambda: False)
    np.testing.assert_allclose(layer(x, x, **MASKS[name]), on_cpu, rtol=1e-5, atol=1e-6)


def test_a_mask_for_each_head_joins_the_others():
    x = RNG.normal(size=(2, 4, 6)).astype("float32")
    layer = L.MultiHeadAttention(3, 2)
    heads, steps = RNG.random((2, 3, 4, 4)) > 0.3, np.array([[1, 1, 1, 0]] * 2, bool)
    together = layer(x, x, attention_mask=heads, value_mask=steps)
    np.testing.assert_allclose(together, layer(x, x, attention_mask=heads & steps[:, None, None, :]), rtol=1e-6)


def test_multi_head_attention_finds_the_masks_of_its_inputs():
    x = embedded()
    layer = L.MultiHeadAttention(2, 3)
    expected = layer(np.asarray(x), np.asarray(x), value_mask=IDS != 0)
    y = layer(x, x)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(get_mask(y), IDS != 0)


@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
def test_attention_masks_are_those_of_keras(name):
    query, value = (RNG.normal(size=(2, n, 6)).astype("float32") for n in (3, 4))
    masks = [np.array([[1, 1, 0]] * 2, bool), np.array([[1, 0, 0, 1], [1, 1, 1, 0]], bool)]
    ours, theirs = getattr(L, name)(), getattr(keras.layers, name)()
    ours([query, value]), theirs([query, value])
    theirs.set_weights(ours.get_weights())
    found = ours([query, value], mask=masks)
    np.testing.assert_allclose(found, theirs([query, value], mask=masks), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(found[:, 2], np.zeros((2, 6)))


def test_a_layer_without_masking_says_that_the_mask_ends():
    class Plain(L.Layer):
        def call(self, inputs):
            return inputs * 2

    with pytest.warns(UserWarning, match="does not support masking"):
        assert get_mask(Plain()(embedded())) is None


def test_masks_live_with_their_array():
    x = kerax.layers.Identity()(np.ones((1, 2, 3), "float32"))
    set_mask(x, np.array([[True, False]]))
    assert get_mask(L.Dense(2)(x)) is not None
    assert get_mask(L.Dense(2)(np.asarray(x))) is None


def test_softmax_masks_broadcast_or_stand_for_the_first_axes():
    scores = np.zeros((2, 4, 3, 3), "float32")
    causal = L.Softmax()(scores, mask=np.tril(np.ones((3, 3), bool)))
    np.testing.assert_allclose(causal[1, 2], [[1, 0, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3]], atol=1e-6)
    steps = L.Softmax(axis=1)(np.zeros((2, 4, 3), "float32"), mask=np.array([[1, 0, 0, 1], [1, 1, 1, 1]], bool))
    np.testing.assert_allclose(steps[0, :, 0], [0.5, 0, 0, 0.5], atol=1e-6)
    with pytest.raises(ValueError, match="must broadcast"):
        L.Softmax()(scores, mask=np.ones((5,), bool))
