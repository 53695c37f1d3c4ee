"""Layers with the less usual arguments, next to the layers of Keras: weights copied over, outputs compared."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import pytest

import kerax

# A minute of compiling: continuous integration runs them in its second step.
pytestmark = pytest.mark.slow

rng = np.random.default_rng(0)


def noise(*shape):
    return rng.normal(size=shape).astype("float32")


LINE, PLANE, SPACE = noise(2, 9, 4), noise(2, 7, 8, 4), noise(2, 5, 6, 5, 2)
STEPS, FILMS = noise(2, 5, 4), noise(2, 4, 5, 6, 2)
IDS = np.array([[1, 0, 3], [2, 4, 0]])
MASK = np.array([[True, True, False, True, False], [True, True, True, True, True]])
MIXED = {"dtype": "mixed_bfloat16"}

# layer, inputs, lists of arguments
TABLE = [
    ("Activation", LINE, [{"activation": "softmax"}, {"activation": "gelu"}, {"activation": "hard_sigmoid"}]),
    ("Embedding", IDS, [{"input_dim": 5, "output_dim": 3, "mask_zero": True, **MIXED}]),
    ("Identity", IDS, [{}]),
    ("Flatten", PLANE, [{"data_format": "channels_first"}]),
    ("Permute", PLANE, [{"dims": (3, 1, 2)}, {"dims": (2, 1, 3)}]),
    ("RepeatVector", noise(2, 3), [{"n": 1}, {"n": 4}]),
    ("Reshape", PLANE, [{"target_shape": (-1, 4)}, {"target_shape": (4, -1, 2)}]),
    ("ELU", LINE, [{"alpha": 0.0}, {"alpha": 2.5}]),
    ("LeakyReLU", LINE, [{"negative_slope": 0.0}, {"negative_slope": 1.5}]),
    ("PReLU", PLANE, [{"shared_axes": [1, 2]}, {"alpha_initializer": "ones"}]),
    ("ReLU", LINE, [{"max_value": 0.5, "negative_slope": 0.1, "threshold": 0.2}, {"threshold": 1.0}]),
    ("Softmax", PLANE, [{"axis": [1, 2]}, {"axis": 1}]),
    ("RMSNormalization", PLANE, [{"axis": [2, 3]}, {"axis": -1, "epsilon": 0.1}]),
    ("UnitNormalization", PLANE, [{"axis": [1, 2]}, {"axis": 1}]),
    (
        "Conv1D",
        LINE,
        [
            {"filters": 6, "kernel_size": 3, "padding": "causal", "dilation_rate": 2},
            {"filters": 6, "kernel_size": 2, "groups": 2, "strides": 3, "padding": "same"},
            {"filters": 3, "kernel_size": 4, "use_bias": False, "activation": "tanh", **MIXED},
        ],
    ),
    (
        "Conv2D",
        PLANE,
        [
            {"filters": 4, "kernel_size": (2, 3), "dilation_rate": (2, 1), "padding": "same"},
            {"filters": 4, "kernel_size": 3, "groups": 4, "strides": (2, 1)},
            {"filters": 3, "kernel_size": (7, 8)},
        ],
    ),
    (
        "Conv3D",
        SPACE,
        [
            {"filters": 2, "kernel_size": 2, "strides": (2, 1, 3), "padding": "same"},
            {"filters": 2, "kernel_size": (1, 2, 3), "dilation_rate": (1, 2, 1)},
            {"filters": 4, "kernel_size": 2, "groups": 2},
        ],
    ),
    (
        "Conv1DTranspose",
        LINE,
        [
            {"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 1},
            {"filters": 3, "kernel_size": 2, "strides": 3},
            {"filters": 3, "kernel_size": 3, "dilation_rate": 2},
        ],
    ),
    (
        "Conv2DTranspose",
        PLANE,
        [
            {"filters": 3, "kernel_size": (3, 2), "strides": (2, 3), "padding": "same"},
            {"filters": 3, "kernel_size": 3, "strides": 2, "output_padding": (1, 0)},
            {"filters": 3, "kernel_size": 2, "dilation_rate": 2, "padding": "same"},
        ],
    ),
    (
        "Conv3DTranspose",
        SPACE,
        [
            {"filters": 2, "kernel_size": 2, "strides": (1, 2, 2), "padding": "same"},
            {"filters": 2, "kernel_size": (1, 2, 3)},
            {"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": 1},
        ],
    ),
    (
        "DepthwiseConv1D",
        LINE,
        [
            {"kernel_size": 3, "depth_multiplier": 2, "padding": "same"},
            {"kernel_size": 2, "dilation_rate": 3},
            {"kernel_size": 3, "strides": 2, "use_bias": False},
        ],
    ),
    (
        "DepthwiseConv2D",
        PLANE,
        [
            {"kernel_size": (2, 3), "depth_multiplier": 3, "padding": "same"},
            {"kernel_size": 2, "dilation_rate": (1, 2)},
            {"kernel_size": 3, "strides": 2, **MIXED},
        ],
    ),
    (
        "SeparableConv1D",
        LINE,
        [
            {"filters": 5, "kernel_size": 3, "padding": "same", "depth_multiplier": 2},
            {"filters": 5, "kernel_size": 2, "dilation_rate": 2},
            {"filters": 5, "kernel_size": 3, "strides": 2, "padding": "same"},
        ],
    ),
    (
        "SeparableConv2D",
        PLANE,
        [
            {"filters": 5, "kernel_size": (2, 3), "depth_multiplier": 2},
            {"filters": 5, "kernel_size": 2, "dilation_rate": (2, 2), "padding": "same"},
            {"filters": 5, "kernel_size": 3, "strides": 2, "use_bias": False},
        ],
    ),
    ("UpSampling1D", LINE, [{"size": 1}, {"size": 3}]),
    ("UpSampling2D", PLANE, [{"size": (3, 1), "interpolation": "bilinear"}, {"size": 2, "interpolation": "lanczos3"}]),
    ("UpSampling3D", SPACE, [{"size": (1, 3, 2)}, {"size": 1}]),
    ("ZeroPadding1D", LINE, [{"padding": (0, 3)}, {"padding": 2}]),
    ("ZeroPadding2D", PLANE, [{"padding": ((0, 1), (2, 3))}, {"padding": (2, 0)}]),
    ("ZeroPadding3D", SPACE, [{"padding": ((0, 1), (2, 0), (1, 1))}, {"padding": (1, 0, 2)}]),
    ("Cropping1D", LINE, [{"cropping": (0, 4)}, {"cropping": 3}]),
    ("Cropping2D", PLANE, [{"cropping": ((0, 2), (3, 1))}, {"cropping": (1, 3)}]),
    ("Cropping3D", SPACE, [{"cropping": ((0, 1), (2, 0), (1, 1))}, {"cropping": 2}]),
    ("MaxPooling1D", LINE, [{"pool_size": 4, "strides": 1, "padding": "same"}, {"pool_size": 2, "strides": 3}]),
    ("AveragePooling1D", LINE, [{"pool_size": 4, "strides": 3, "padding": "same"}, {"pool_size": 9}]),
    (
        "MaxPooling2D",
        PLANE,
        [{"pool_size": (3, 2), "strides": (1, 3), "padding": "same"}, {"pool_size": 5, "strides": 2}],
    ),
    ("AveragePooling2D", PLANE, [{"pool_size": (3, 2), "strides": (1, 3), "padding": "same"}, {"pool_size": (7, 1)}]),
    ("MaxPooling3D", SPACE, [{"pool_size": (1, 2, 3), "padding": "same"}, {"pool_size": 2, "strides": (1, 3, 2)}]),
    ("AveragePooling3D", SPACE, [{"pool_size": 3, "strides": 2, "padding": "same"}, {"pool_size": (1, 2, 3)}]),
    ("GlobalMaxPooling1D", LINE, [{"keepdims": True}, {"data_format": "channels_first"}]),
    ("GlobalMaxPooling2D", PLANE, [{"keepdims": True}, {"data_format": "channels_first"}]),
    ("GlobalMaxPooling3D", SPACE, [{"keepdims": True}, {"data_format": "channels_first"}]),
    ("GlobalAveragePooling1D", LINE, [{"keepdims": True}, {"data_format": "channels_first"}]),
    ("GlobalAveragePooling2D", PLANE, [{"keepdims": True}, {"data_format": "channels_first"}]),
    ("GlobalAveragePooling3D", SPACE, [{"keepdims": True}, {"data_format": "channels_first"}]),
    ("AdaptiveMaxPooling1D", LINE, [{"output_size": 4}, {"output_size": 9}]),
    ("AdaptiveAveragePooling1D", LINE, [{"output_size": 2}, {"output_size": 7}]),
    ("AdaptiveMaxPooling2D", PLANE, [{"output_size": (3, 5)}, {"output_size": 1}]),
    ("AdaptiveMaxPooling3D", SPACE, [{"output_size": (2, 4, 3)}, {"output_size": 1}]),
    ("AdaptiveAveragePooling3D", SPACE, [{"output_size": (2, 4, 3)}, {"output_size": 5}]),
    (
        "SimpleRNN",
        STEPS,
        [
            {"units": 3, "go_backwards": True, "return_sequences": True, "unroll": True},
            {"units": 3, "return_state": True, "use_bias": False, "activation": "relu"},
            {"units": 3, "stateful": True},
        ],
    ),
    (
        "GRU",
        STEPS,
        [
            {"units": 3, "reset_after": False, "go_backwards": True, "return_state": True},
            {"units": 3, "unroll": True, "return_sequences": True, "use_bias": False},
            {"units": 3, "stateful": True, "recurrent_activation": "hard_sigmoid"},
            {"units": 3, **MIXED},
        ],
    ),
    (
        "LSTM",
        STEPS,
        [
            {"units": 3, "go_backwards": True, "return_sequences": True, "return_state": True},
            {"units": 3, "unroll": True, "use_bias": False, "unit_forget_bias": False},
            {"units": 3, "stateful": True, "activation": "relu"},
            {"units": 3, **MIXED},
        ],
    ),
    (
        "ConvLSTM1D",
        noise(2, 3, 6, 2),
        [
            {"filters": 3, "kernel_size": 3, "padding": "same", "return_sequences": True, "go_backwards": True},
            {"filters": 3, "kernel_size": 2, "strides": 2, "return_state": True},
            {"filters": 3, "kernel_size": 2, "dilation_rate": 2, "use_bias": False},
        ],
    ),
    (
        "ConvLSTM2D",
        FILMS,
        [
            {"filters": 2, "kernel_size": (2, 3), "padding": "same", "stateful": True},
            {"filters": 2, "kernel_size": 2, "strides": (1, 2), "return_sequences": True, "return_state": True},
        ],
    ),
    ("ConvLSTM3D", noise(2, 2, 3, 4, 3, 1), [{"filters": 2, "kernel_size": 2}, {"filters": 1, "kernel_size": 1}]),
    ("Discretization", LINE, [{"bin_boundaries": [0.0]}, {"bin_boundaries": [-1.0, 1.0], "output_mode": "one_hot"}]),
    ("CategoryEncoding", IDS, [{"num_tokens": 5, "output_mode": "count"}, {"num_tokens": 6, "output_mode": "one_hot"}]),
    ("Rescaling", PLANE, [{"scale": 2.0, "offset": -1.0}, {"scale": [1.0, 2.0, 3.0, 4.0]}]),
    ("Normalization", LINE, [{"mean": 1.0, "variance": 4.0}, {"mean": 2.0, "variance": 0.5, "invert": True}]),
]
CASES = [(layer, x, arguments) for layer, x, several in TABLE for arguments in several]


def arrays(outputs):
    return [np.asarray(one, "float32") for one in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]


def pair(layer, arguments, x):
    ours, theirs = getattr(kerax.layers, layer)(**arguments), getattr(keras.layers, layer)(**arguments)
    first = theirs(x), ours(x)
    ours.set_weights(theirs.get_weights())
    for one in (ours, theirs):
        if arguments.get("stateful"):
            one.reset_state()
    return ours, theirs, first


@pytest.mark.parametrize(("layer", "x", "arguments"), CASES, ids=lambda value: str(value) if value is not None and not
                         isinstance(value, np.ndarray) else "x")  # fmt: skip
def test_outputs_are_those_of_keras(layer, x, arguments):
    ours, theirs, _ = pair(layer, arguments, x)
    tolerance = 0.02 if arguments.get("dtype") else 1e-5
    for _ in range(2 if arguments.get("stateful") else 1):
        found, expected = ours(x), theirs(x)
        for one, other in zip(arrays(found), arrays(expected), strict=True):
            assert one.shape == other.shape
            np.testing.assert_allclose(one, other, atol=tolerance, rtol=tolerance)
    dtype = found[0].dtype if isinstance(found, (list, tuple)) else found.dtype
    theirs_dtype = expected[0].dtype if isinstance(expected, (list, tuple)) else expected.dtype
    assert str(dtype) == keras.backend.standardize_dtype(theirs_dtype)


MERGED = {
    "Add": [{}], "Subtract": [{}], "Multiply": [{}], "Average": [{}], "Maximum": [{}], "Minimum": [{}],
    "Concatenate": [{"axis": 1}, {"axis": -2}], "Dot": [{"axes": (2, 2)}, {"axes": 2, "normalize": True}],
}  # fmt: skip
SHAPES = {
    "broadcast": ((2, 1, 4), (2, 3, 4)), "ranks": ((2, 4), (2, 3, 4)), "ints": ((2, 3, 4), (2, 3, 4)),
    "equal": ((2, 3, 4), (2, 3, 4)),
}  # fmt: skip


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("layer", MERGED)
def test_merging(layer, shapes):
    if shapes in ("broadcast", "ranks") and layer in ("Concatenate", "Dot"):
        return
    inputs = [noise(*shape) for shape in SHAPES[shapes]]
    inputs = [(10 * x).astype("int32") for x in inputs] if shapes == "ints" else inputs
    for arguments in MERGED[layer]:
        if shapes == "ints" and arguments.get("normalize"):
            continue
        ours = getattr(kerax.layers, layer)(**arguments)(inputs)
        theirs = getattr(keras.layers, layer)(**arguments)(inputs)
        assert str(ours.dtype) == keras.backend.standardize_dtype(theirs.dtype)
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


ATTENTION = {
    "AdditiveAttention": ({"use_scale": False}, {"use_causal_mask": True}),
    "Attention": ({"use_scale": True, "score_mode": "concat"}, {"use_causal_mask": True}),
    "GroupQueryAttention": ({"head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 2}, {"use_causal_mask": True}),
    "MultiHeadAttention": (
        {"num_heads": 2, "key_dim": 3, "output_shape": 7},
        {"use_causal_mask": True},
    ),
}


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("layer", ATTENTION)
def test_attention(layer, masked):
    arguments, options = ATTENTION[layer]
    ours, theirs = getattr(kerax.layers, layer)(**arguments), getattr(keras.layers, layer)(**arguments)
    single = "Additive" in layer or layer == "Attention"
    inputs = ([STEPS, STEPS],) if single else (STEPS, STEPS)
    masks = {} if not masked else {"mask": [MASK, MASK]} if single else {"query_mask": MASK, "value_mask": MASK}
    theirs(*inputs), ours(*inputs)
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(ours(*inputs, **options, **masks), theirs(*inputs, **options, **masks), atol=1e-5)


WRAPPED = {
    "bidirectional": lambda k: k.layers.Bidirectional(k.layers.GRU(3, return_sequences=True), merge_mode="mul"),
    "bidirectional states": lambda k: k.layers.Bidirectional(k.layers.LSTM(2, return_state=True), merge_mode=None),
    "two layers": lambda k: k.layers.Bidirectional(
        k.layers.SimpleRNN(2), backward_layer=k.layers.SimpleRNN(2, go_backwards=True, activation="relu")
    ),
    "time distributed": lambda k: k.layers.TimeDistributed(k.layers.Dense(3, "relu")),
    "time distributed twice": lambda k: k.layers.TimeDistributed(k.layers.TimeDistributed(k.layers.Dense(2))),
    "stacked": lambda k: k.layers.RNN([k.layers.GRUCell(3), k.layers.LSTMCell(2)], return_state=True),
    "cells": lambda k: k.layers.RNN(
        k.layers.StackedRNNCells([k.layers.SimpleRNNCell(3), k.layers.GRUCell(2, reset_after=False)]),
        return_sequences=True,
        go_backwards=True,
        unroll=True,
    ),
    "spectral": lambda k: k.layers.SpectralNormalization(k.layers.Dense(3), power_iterations=2),
}


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", WRAPPED)
def test_wrappers(name, masked):
    ours, theirs = WRAPPED[name](kerax), WRAPPED[name](keras)
    x = noise(2, 5, 3, 4) if name.endswith("twice") else STEPS
    masks = {"mask": MASK} if masked and "spectral" not in name and "time" not in name else {}
    theirs(x), ours(x)
    ours.set_weights(theirs.get_weights())
    for one, other in zip(arrays(ours(x, **masks)), arrays(theirs(x, **masks)), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
