"""Small models with every layer that tf.keras 2.15 knows, and with every way in which layers are put together."""

import numpy as np

import kerax
from kerax import layers as kl
from kerax import ops

R = np.random.default_rng(0)
FLAT, WORDS = (3, 6), np.array([["a b"], ["b c b"], ["zz"]], object)
ROWS = R.normal(size=FLAT).astype("float32")
STEPS = R.normal(size=(3, 5, 4)).astype("float32")
IMAGES = R.normal(size=(2, 8, 8, 4)).astype("float32")
CUBES = R.normal(size=(2, 4, 4, 4, 2)).astype("float32")
FILMS = R.normal(size=(2, 3, 6, 6, 2)).astype("float32")
CUBE_FILMS = R.normal(size=(2, 2, 4, 4, 4, 2)).astype("float32")
NUMBERS = np.array([[1, 2, 5], [3, 0, 0], [2, 2, 9]], "int64")

# layers that are called with one array, and what they are made with
ONE = {
    "rows": (ROWS, {
        "Dense": [{"units": 3, "activation": "relu"}], "Activation": [{"activation": "tanh"}],
        "Dropout": [{"rate": 0.5}],
        "ActivityRegularization": [{"l1": 0.1}], "AlphaDropout": [{"rate": 0.5}], "GaussianDropout": [{"rate": 0.5}],
        "GaussianNoise": [{"stddev": 0.5}], "BatchNormalization": [{}], "LayerNormalization": [{}],
        "UnitNormalization": [{}], "GroupNormalization": [{"groups": 2}], "ELU": [{"alpha": 0.3}],
        "LeakyReLU": [{"negative_slope": 0.2}], "PReLU": [{"alpha_initializer": "ones"}],
        "ReLU": [{"max_value": 0.5, "negative_slope": 0.1, "threshold": 0.2}], "Softmax": [{}],
        "ThresholdedReLU": [{"theta": 0.5}], "RepeatVector": [{"n": 2}], "Reshape": [{"target_shape": (2, 3)}],
        "Flatten": [{}], "Identity": [{}], "Rescaling": [{"scale": 2.0, "offset": 1.0}], "Masking": [{}],
        "EinsumDense": [{"equation": "ab,bc->ac", "output_shape": 3, "bias_axes": "c"}],
        "Normalization": [{"mean": 1.0, "variance": 4.0}, {"mean": [1.0] * 6, "variance": [4.0] * 6}],
        "Discretization": [{"bin_boundaries": [-1.0, 0.0, 1.0]},
                           {"bin_boundaries": [-1.0, 0.0], "output_mode": "multi_hot"}],
        "RandomFourierFeatures": [{"output_dim": 4}],
    }),
    "steps": (STEPS, {
        **{name: [{}] for name in ("GlobalAveragePooling1D", "GlobalMaxPooling1D")},
        "Conv1D": [{"filters": 3, "kernel_size": 2, "padding": "causal", "dilation_rate": 2}],
        "Conv1DTranspose": [{"filters": 3, "kernel_size": 2, "strides": 2}],
        "SeparableConv1D": [{"filters": 3, "kernel_size": 2, "depth_multiplier": 2}],
        "DepthwiseConv1D": [{"kernel_size": 2, "depth_multiplier": 2}],
        "LocallyConnected1D": [{"filters": 3, "kernel_size": 2}],
        "AveragePooling1D": [{"pool_size": 2, "padding": "same"}], "MaxPooling1D": [{"pool_size": 2}],
        "UpSampling1D": [{"size": 2}], "ZeroPadding1D": [{"padding": 2}], "Cropping1D": [{"cropping": (1, 2)}],
        "SpatialDropout1D": [{"rate": 0.5}], "Permute": [{"dims": (2, 1)}],
        "LSTM": [{"units": 3}, {"units": 3, "return_sequences": True, "go_backwards": True, "unit_forget_bias": False}],
        "GRU": [{"units": 3}, {"units": 3, "reset_after": False}],
        "SimpleRNN": [{"units": 3, "unroll": True}],
        "TimeDistributed": [{"layer": lambda: kl.Dense(2)}],
        "Bidirectional": [{"layer": lambda: kl.LSTM(2)},
                          {"layer": lambda: kl.GRU(2, return_sequences=True), "merge_mode": "sum"},
                          {"layer": lambda: kl.LSTM(2),
                           "backward_layer": lambda: kl.GRU(2, go_backwards=True, name="back")}],
        "RNN": [{"cell": lambda: kl.LSTMCell(3)}, {"cell": lambda: [kl.GRUCell(3), kl.SimpleRNNCell(2)]}],
    }),
    "images": (IMAGES, {
        **{name: [{}] for name in ("GlobalAveragePooling2D", "GlobalMaxPooling2D")},
        "Conv2D": [{"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same", "groups": 2}],
        "Conv2DTranspose": [{"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"}],
        "SeparableConv2D": [{"filters": 3, "kernel_size": 3}], "DepthwiseConv2D": [{"kernel_size": 3}],
        "LocallyConnected2D": [{"filters": 2, "kernel_size": 3}],
        "AveragePooling2D": [{"padding": "same"}], "MaxPooling2D": [{"pool_size": 3, "strides": 1}],
        "UpSampling2D": [{"size": 2, "interpolation": "bilinear"}], "ZeroPadding2D": [{"padding": ((1, 0), (2, 1))}],
        "Cropping2D": [{"cropping": 2}], "SpatialDropout2D": [{"rate": 0.5}],
        "Resizing": [{"height": 5, "width": 4}, {"height": 5, "width": 4, "crop_to_aspect_ratio": True}],
        "CenterCrop": [{"height": 4, "width": 5}],
        "RandomCrop": [{"height": 4, "width": 5}], "RandomFlip": [{}], "RandomRotation": [{"factor": 0.1}],
        "RandomZoom": [{"height_factor": 0.1}], "RandomTranslation": [{"height_factor": 0.1, "width_factor": 0.2}],
        "RandomContrast": [{"factor": 0.1}], "RandomBrightness": [{"factor": 0.1}],
        "RandomHeight": [{"factor": 0.1}], "RandomWidth": [{"factor": 0.1}],
        "SpectralNormalization": [{"layer": lambda: kl.Conv2D(2, 2)}],
    }),
    "cubes": (CUBES, {
        **{name: [{}] for name in ("GlobalAveragePooling3D", "GlobalMaxPooling3D", "AveragePooling3D", "MaxPooling3D",
                                   "UpSampling3D", "ZeroPadding3D", "Cropping3D")},
        "Conv3D": [{"filters": 3, "kernel_size": 2}], "Conv3DTranspose": [{"filters": 3, "kernel_size": 2}],
        "SpatialDropout3D": [{"rate": 0.5}],
    }),
    "films": (FILMS, {"ConvLSTM2D": [{"filters": 2, "kernel_size": 2}]}),
    "rows of steps": (FILMS[:, :, :, :, 0], {"ConvLSTM1D": [{"filters": 2, "kernel_size": 2}]}),
    "films of cubes": (CUBE_FILMS, {"ConvLSTM3D": [{"filters": 2, "kernel_size": 2}]}),
    "numbers": (NUMBERS, {
        "Embedding": [{"input_dim": 10, "output_dim": 3, "mask_zero": True}],
        "IntegerLookup": [{"vocabulary": [2, 5]}, {"vocabulary": [2, 5], "output_mode": "multi_hot"}],
        "CategoryEncoding": [{"num_tokens": 10, "output_mode": "multi_hot"}],
        "Hashing": [{"num_bins": 4}],
    }),
    "words": (WORDS, {
        "StringLookup": [{"vocabulary": ["a b", "zz"]}, {"vocabulary": ["a b", "zz"], "output_mode": "one_hot"},
                         {"vocabulary": ["a b", "zz"], "output_mode": "tf_idf", "idf_weights": [0.5, 0.25]}],
        "TextVectorization": [{"vocabulary": ["a", "b"], "output_sequence_length": 3},
                              {"vocabulary": ["a", "b"], "output_mode": "tf_idf", "idf_weights": [0.5, 0.25]}],
        "Hashing": [{"num_bins": 4, "salt": 7}],
    }),
}  # fmt: skip
MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")


def _input(x):
    dtype = "string" if x.dtype == object else x.dtype.name
    return kerax.Input(x.shape[1:], dtype=dtype)


def single_layers(only=None):
    """Yields name, model and inputs of a model for every layer and every way in which it is made here.

    `only` may be a set of names.
    """
    for kind, (x, made) in ONE.items():
        for name, ways in made.items():
            for i, kwargs in enumerate(ways):
                whole = f"{name}-{kind.split()[-1]}-{i}"
                if only is None or whole in only:
                    kwargs = {key: value() if callable(value) else value for key, value in kwargs.items()}
                    yield whole, kerax.Sequential([_input(x), getattr(kl, name)(**kwargs)]), [x]
    for name in MERGES if only is None else only.intersection(MERGES):
        inputs = [kerax.Input((6,)), kerax.Input((6,))]
        yield name, kerax.Model(inputs, getattr(kl, name)()(inputs)), [ROWS, ROWS[::-1].copy()]


def _functional(x, build):
    inputs = _input(x)
    return kerax.Model(inputs, build(inputs)), [x]


def _nested(x):
    inner_in = kerax.Input((6,))
    inner = kerax.Model(inner_in, kl.Dense(6, activation="tanh")(kl.Dense(4)(inner_in)), name="inner")
    stack = kerax.Sequential([kerax.Input((6,)), kl.Dense(6), kl.Dense(3)], name="stack")
    deep = kerax.Sequential([kerax.Input((6,)), kerax.Sequential([kl.Dense(5)]), kl.Dense(6)], name="deep")
    return stack(deep(inner(inner(x))))


def _several_outputs(x):
    inner_in = kerax.Input((6,))
    inner = kerax.Model(inner_in, [kl.Dense(4)(inner_in), kl.Dense(4)(inner_in)], name="two")
    first, second = inner(x)
    third, fourth = inner(kl.Dense(6)(x))
    return kl.Concatenate()([first, fourth, second, third])


def _shared(x):
    dense = kl.Dense(6)
    return kl.Add()([dense(x), dense(dense(x))])


def _adapted(layer, x):
    layer.adapt(x)
    return kerax.Sequential([_input(x), layer]), [x]


def _states():
    x, h, c = kerax.Input((5, 4)), kerax.Input((3,)), kerax.Input((3,))
    out, *states = kl.LSTM(3, return_state=True)(x, initial_state=[h, c])
    decoded = kl.LSTM(3)(x, initial_state=states)
    return kerax.Model([x, h, c], [out, decoded]), [STEPS, ROWS[:, :3], ROWS[:, 3:]]


def _mha(x):
    attention = kl.MultiHeadAttention(2, 3)
    y = kl.LayerNormalization()(kl.Add()([x, attention(x, x)]))
    return kl.MultiHeadAttention(2, 3)(y, x, use_causal_mask=True)


def _crossed():
    inputs = [kerax.Input((1,), dtype="string"), kerax.Input((1,), dtype="string")]
    return kerax.Model(inputs, kl.HashedCrossing(5)(inputs)), [WORDS, WORDS[::-1].copy()]


def _dicts():
    inputs = {"b": kerax.Input((6,), name="b"), "a": kerax.Input((6,), name="a")}
    summed = kl.Add()([inputs["a"], kl.Dense(6)(inputs["b"])])
    return kerax.Model(inputs, {"z": summed, "y": kl.Dense(1)(summed)}), {"a": ROWS, "b": ROWS[::-1].copy()}


def _many_steps(x):
    return kl.Bidirectional(kl.LSTM(2))(kl.Masking()(kl.TimeDistributed(kerax.Sequential([kl.Dense(3)]))(x)))


def _attention(kind):
    inputs = [kerax.Input((5, 4)), kerax.Input((5, 4))]
    return kerax.Model(inputs, kind(inputs)), [STEPS, STEPS[::-1].copy()]


# models of several layers, by name: functions that return a model and its inputs
TOGETHER = {
    "nested": lambda: _functional(ROWS, _nested),
    "nested in a stack": lambda: (kerax.Sequential([kerax.Input((6,)), kerax.Sequential([kl.Dense(4), kl.Dense(3)]),
                                                    kerax.Sequential([kl.Dense(2)])]), [ROWS]),
    "nested with several outputs": lambda: _functional(ROWS, _several_outputs),
    "shared": lambda: _functional(ROWS, _shared),
    "dicts": _dicts,
    "wrapped": lambda: _functional(STEPS, _many_steps),
    "Attention": lambda: _attention(kl.Attention(use_scale=True)),
    "AdditiveAttention": lambda: _attention(kl.AdditiveAttention()),
    "Dot": lambda: _attention(kl.Dot(axes=(2, 2))),
    "HashedCrossing": _crossed,
    "adapted Normalization": lambda: _adapted(kl.Normalization(), ROWS),
    "adapted Discretization": lambda: _adapted(kl.Discretization(num_bins=3), ROWS),
    "adapted StringLookup": lambda: _adapted(kl.StringLookup(), WORDS),
    "adapted StringLookup tf_idf": lambda: _adapted(kl.StringLookup(output_mode="tf_idf"), WORDS),
    "adapted IntegerLookup": lambda: _adapted(kl.IntegerLookup(), NUMBERS),
    "adapted TextVectorization": lambda: _adapted(kl.TextVectorization(), WORDS),
    "adapted TextVectorization tf_idf": lambda: _adapted(kl.TextVectorization(output_mode="tf_idf"), WORDS),
    "arithmetic": lambda: _functional(ROWS, lambda x: 1 - (2 * x + 0.5) * kl.Dense(6)(x) / 4 - (-x) ** 2),
    "functions": lambda: _functional(ROWS, lambda x: ops.relu(x) + ops.exp(x) - ops.maximum(x, ops.tanh(x))),
    "pooled": lambda: _functional(STEPS, lambda x: ops.mean(x, axis=1)
                                  + ops.squeeze(ops.max(x, axis=1, keepdims=True), 1)),
    "products": lambda: _functional(STEPS, lambda x: ops.matmul(x, ops.transpose(x, (0, 2, 1))) / 3),
    "shapes": lambda: _functional(STEPS, lambda x: ops.concatenate(
        [ops.transpose(x, (0, 2, 1)), ops.reshape(x, (-1, 4, 5))], axis=1)),
    "slices": lambda: _functional(STEPS, lambda x: kl.Concatenate()(
        [x[:, 1:3, 0], x[:, -1], x[..., 2], x[:, None, 0, 1]])),
    "slices of images": lambda: _functional(IMAGES, lambda x: kl.Add()([x[:, :4, 2:6], x[:, 4:, 4:, :]])),
    "slices of rows": lambda: _functional(ROWS, lambda x: kl.Concatenate()([x[:, :2], x[:, 3:]])),
}  # fmt: skip
# operations that no layer computes: Keras 3 opens their .keras files, tf.keras their .h5 files, where it has them
OPERATIONS = {
    "sums": lambda: _functional(STEPS, lambda x: ops.sum(x, axis=1) / ops.sqrt(ops.var(x, axis=1, keepdims=False))),
    "clipped": lambda: _functional(ROWS, lambda x: ops.clip(
        ops.cast(x > 0, "float32") + ops.log1p(ops.abs(x)), 0, 1.2)),
    "one_hot": lambda: _functional(NUMBERS, lambda x: ops.one_hot(x, 10)),
    "einsum": lambda: _functional(STEPS, lambda x: ops.einsum("abc,adc->abd", x, x)),
}  # fmt: skip
# what each library wants in other words: two tensors as arguments of their own
APART = {"states": _states, "MultiHeadAttention": lambda: _functional(STEPS, _mha)}


def all_models(only=None):
    """Yields name, model and inputs of every model of this file, or of those with the names in a set."""
    yield from single_layers(only)
    for name, build in {**TOGETHER, **OPERATIONS, **APART}.items():
        if only is None or name in only:
            yield name, *build()
