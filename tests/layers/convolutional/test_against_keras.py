"""Convolution, pooling, padding, cropping and up-sampling layers against Keras, weights copied over."""

import keras
import numpy as np
import pytest

import kerax

SPATIAL = {"1": (9,), "2": (9, 8), "3": (6, 5, 7)}

CONVOLUTIONS = [
    (f"Conv{rank}D", options)
    for rank in "123"
    for options in (
        {"filters": 6, "kernel_size": 3},
        {"filters": 6, "kernel_size": 2, "strides": 2, "padding": "same", "activation": "relu", "groups": 2},
        {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "padding": "same", "use_bias": False},
    )
]
CONVOLUTIONS += [("Conv1D", {"filters": 3, "kernel_size": 3, "dilation_rate": 2, "padding": "causal"})]
CONVOLUTIONS += [
    (f"Conv{rank}DTranspose", options)
    for rank in "123"
    for options in (
        {"filters": 5, "kernel_size": 3},
        {"filters": 5, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "tanh"},
        {"filters": 5, "kernel_size": 2, "strides": 3, "output_padding": 1, "use_bias": False},
    )
]
CONVOLUTIONS += [
    (f"DepthwiseConv{rank}D", options)
    for rank in "12"
    for options in (
        {"kernel_size": 3},
        {"kernel_size": 3, "depth_multiplier": 2, "strides": 2, "padding": "same"},
    )
]
CONVOLUTIONS += [
    (f"SeparableConv{rank}D", options)
    for rank in "12"
    for options in (
        {"filters": 5, "kernel_size": 3},
        {"filters": 5, "kernel_size": 3, "depth_multiplier": 2, "strides": 2, "padding": "same", "activation": "relu"},
    )
]
REDUCTIONS = [
    (f"{kind}Pooling{rank}D", options)
    for kind in ("Max", "Average")
    for rank in "123"
    for options in (
        {"pool_size": 2},
        {"pool_size": 3, "strides": 2, "padding": "same"},
    )
]
REDUCTIONS += [
    (f"Global{kind}Pooling{rank}D", options)
    for kind in ("Max", "Average")
    for rank in "123"
    for options in ({}, {"keepdims": True})
]
SHAPES = [
    *[(f"ZeroPadding{rank}D", {"padding": 2}) for rank in "123"],
    ("ZeroPadding1D", {"padding": (1, 2)}),
    ("ZeroPadding2D", {"padding": (1, 2)}),
    ("ZeroPadding2D", {"padding": ((1, 2), (3, 0))}),
    ("ZeroPadding3D", {}),
    ("Cropping1D", {}),
    ("Cropping1D", {"cropping": (0, 2)}),
    ("Cropping2D", {"cropping": ((1, 2), (3, 0))}),
    ("Cropping2D", {"cropping": 1}),
    ("Cropping3D", {}),
    ("UpSampling1D", {"size": 3}),
    ("UpSampling2D", {"size": (2, 3)}),
    *[("UpSampling2D", {"interpolation": name}) for name in ("bilinear", "bicubic", "lanczos3", "lanczos5")],
    ("UpSampling3D", {}),
]
EVERY = CONVOLUTIONS + REDUCTIONS + SHAPES
TIME_ONLY = ("Cropping1D", "UpSampling1D")  # without data_format


def inputs(name, channels=4, data_format="channels_last"):
    shape = SPATIAL[next(letter for letter in name if letter.isdigit())]
    x = np.random.default_rng(0).normal(size=(2, *shape, channels)).astype("float32")
    return np.moveaxis(x, -1, 1) if data_format == "channels_first" else x


def pair(name, options):
    """The same layer in kerax and Keras, with the same random weights."""
    ours, theirs = getattr(kerax.layers, name)(**options), getattr(keras.layers, name)(**options)
    x = inputs(name, data_format=options.get("data_format", "channels_last"))
    ours.build(x.shape)
    theirs.build(x.shape)
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=w.shape).astype("float32") for w in theirs.weights]
    assert [tuple(w.shape) for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    return ours, theirs, x


@pytest.mark.parametrize("name, options", EVERY, ids=str)
def test_outputs_and_shapes_are_those_of_keras(name, options):
    ours, theirs, x = pair(name, options)
    expected = np.asarray(theirs(x))
    np.testing.assert_allclose(ours(x), expected, atol=2e-5)
    assert ours.compute_output_shape(x.shape) == expected.shape
    free = (None, *x.shape[1:])
    assert ours.compute_output_shape(free) == (None, *expected.shape[1:])
    assert ours.compute_output_shape((None,) * (x.ndim - 1) + x.shape[-1:])[0] is None
    assert tuple(ours(kerax.Input(x.shape[1:])).shape) == (None, *expected.shape[1:])


@pytest.mark.parametrize("name, options", [case for case in EVERY if case[0] not in TIME_ONLY], ids=str)
def test_channels_first_is_the_transpose(name, options):
    last = getattr(kerax.layers, name)(**options, data_format="channels_last")
    first = getattr(kerax.layers, name)(**options, data_format="channels_first")
    x = inputs(name)
    y = np.asarray(last(x))
    turned = np.moveaxis(x, -1, 1)
    first.build(turned.shape)
    first.set_weights(last.get_weights())
    z = np.asarray(first(turned))
    np.testing.assert_allclose(np.moveaxis(z, 1, -1) if z.ndim == x.ndim else z, y, atol=2e-5)
    assert first.compute_output_shape(turned.shape) == z.shape


@pytest.mark.parametrize("name, options", EVERY, ids=str)
def test_configuration_round_trip_and_keys(name, options):
    layer = getattr(kerax.layers, name)(**options)
    config = layer.get_config()
    assert type(layer).from_config(config).get_config() == config
    theirs = getattr(keras.layers, name)(**options).get_config()
    missing = set(theirs) - set(config) - {"activity_regularizer"}
    assert not missing, f"keys of Keras that are absent: {missing}"
    for key in ("kernel_size", "strides", "padding", "data_format", "dilation_rate", "pool_size", "size", "cropping"):
        assert config.get(key) == theirs.get(key), key


@pytest.mark.parametrize("name", ["Conv2D", "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D"])
def test_configuration_written_by_tf_keras_is_read(name):
    size = {} if name.startswith("Depthwise") else {"filters": 3}
    written = {"name": "c", "kernel_size": [3, 3], "strides": [1, 1], "groups": 1, "padding": "same", **size}
    if name == "SeparableConv2D":
        written |= {"kernel_initializer": "zeros", "kernel_regularizer": None, "kernel_constraint": None}
    layer = getattr(kerax.layers, name).from_config(written)
    assert layer.kernel_size == (3, 3)
    assert np.isfinite(layer(np.ones((1, 5, 5, 2), "float32"))).all()


def test_second_names():
    assert kerax.layers.Convolution2D is kerax.layers.Conv2D
    assert kerax.layers.MaxPool2D is kerax.layers.MaxPooling2D
    assert kerax.layers.AvgPool1D is kerax.layers.AveragePooling1D
    assert kerax.layers.GlobalAvgPool2D is kerax.layers.GlobalAveragePooling2D
    assert kerax.layers.SeparableConvolution2D is kerax.layers.SeparableConv2D


def test_depthwise_kernel_has_both_names():
    layer = kerax.layers.DepthwiseConv2D(3)
    layer.build((None, 5, 5, 2))
    assert layer.depthwise_kernel is layer.kernel


def test_global_average_honours_a_mask():
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    mask = np.array([[1, 1, 0, 0, 0], [1, 1, 1, 1, 1]], bool)
    ours = kerax.layers.GlobalAveragePooling1D()(x, mask=mask)
    np.testing.assert_allclose(ours, keras.layers.GlobalAveragePooling1D()(x, mask=mask), atol=1e-6)


def test_same_seed_same_kernel_as_its_initializer():
    layer = kerax.layers.Conv2D(4, 3, kernel_initializer=kerax.initializers.GlorotUniform(seed=3))
    layer.build((None, 8, 8, 2))
    expected = kerax.initializers.GlorotUniform(seed=3)((3, 3, 2, 4))
    np.testing.assert_array_equal(layer.kernel.numpy(), expected)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(policy):
    for name in ("Conv2D", "SeparableConv2D", "Conv2DTranspose"):
        layer = getattr(kerax.layers, name)(3, 3, dtype=policy)
        y = layer(np.ones((1, 6, 6, 2), "float32"))
        assert str(y.dtype) == policy.removeprefix("mixed_")
        assert {str(w.dtype) for w in layer.weights} == {"float32"}


def test_a_small_network_trains():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 8, 8, 1)).astype("float32")
    y = (x[:, :4].mean((1, 2, 3)) > x[:, 4:].mean((1, 2, 3))).astype("int32")
    kerax.utils.set_random_seed(0)
    model = kerax.Sequential(
        [
            kerax.layers.Conv2D(8, 3, activation="relu"),
            kerax.layers.MaxPooling2D(),
            kerax.layers.SeparableConv2D(8, 3, activation="relu"),
            kerax.layers.Flatten(),
            kerax.layers.Dense(2),
        ]
    )
    loss = kerax.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=kerax.optimizers.Adam(0.02), loss=loss)
    losses = model.fit(x, y, epochs=8, batch_size=16, verbose=0).history["loss"]
    assert losses[-1] < 0.6 * losses[0]


X = np.ones((1, 3, 3, 2), "float32")


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: kerax.layers.Conv2D(0, 3), ["filters", "0"]),
        (lambda: kerax.layers.Conv2D(-2, 3), ["filters", "-2"]),
        (lambda: kerax.layers.Conv2D(4, 0), ["kernel_size", "0"]),
        (lambda: kerax.layers.Conv2D(4, (3, 3, 3)), ["kernel_size", "2 ints"]),
        (lambda: kerax.layers.Conv2D(4, "3"), ["kernel_size", "'3'"]),
        (lambda: kerax.layers.Conv2D(4, 3, strides=0), ["strides", "0"]),
        (lambda: kerax.layers.Conv2D(4, 3, padding="smae"), ["padding", "Did you mean 'same'?"]),
        (lambda: kerax.layers.Conv2D(4, 3, padding="causal"), ["padding", "'causal'"]),
        (lambda: kerax.layers.Conv2D(4, 3, data_format="channel_last"), ["data_format", "channels_last"]),
        (lambda: kerax.layers.Conv2D(4, 3, strides=2, dilation_rate=2), ["strides", "dilation_rate"]),
        (lambda: kerax.layers.Conv2D(5, 3, groups=2), ["groups", "filters"]),
        (lambda: kerax.layers.Conv2D(4, 1, groups=4)(X), ["groups=4", "(1, 3, 3, 2)"]),
        (lambda: kerax.layers.Conv2D(4, 5, name="first")(X), ["'first'", "(5, 5)", "(3, 3)", "padding='same'"]),
        (lambda: kerax.layers.Conv2D(4, 3, name="first")(X[0]), ["'first'", "ndim=4"]),
        (lambda: kerax.layers.Conv2DTranspose(4, 3, strides=2, output_padding=2), ["output_padding", "strides"]),
        (lambda: kerax.layers.DepthwiseConv2D(3, depth_multiplier=0), ["depth_multiplier"]),
        (lambda: kerax.layers.DepthwiseConv2D(3, groups=2), ["groups=2"]),
        (lambda: kerax.layers.MaxPooling2D(4, name="pool")(X), ["'pool'", "(4, 4)"]),
        (lambda: kerax.layers.MaxPooling2D(2, strides=-1), ["strides", "-1"]),
        (lambda: kerax.layers.MaxPooling1D(2, padding="full"), ["padding", "'full'"]),
        (lambda: kerax.layers.Cropping2D(2, name="crop")(X), ["'crop'", "leaves nothing"]),
        (lambda: kerax.layers.Cropping2D(-1), ["cropping", "-1"]),
        (lambda: kerax.layers.ZeroPadding2D((1, 2, 3)), ["padding", "(1, 2, 3)"]),
        (lambda: kerax.layers.UpSampling2D(0), ["size", "0"]),
        (lambda: kerax.layers.UpSampling2D(interpolation="linear"), ["interpolation", "'linear'"]),
        (lambda: kerax.layers.GlobalMaxPooling2D()(X[0]), ["ndim=4"]),
    ],
)
def test_mistakes_are_explained(call, words):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert all(word in str(caught.value) for word in words), caught.value
