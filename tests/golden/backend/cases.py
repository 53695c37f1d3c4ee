"""Calls of the old `K.` functions and of locally connected layers, for tf.keras and for kerax alike.

A case takes the module of `K.` functions (or of layers) and `c`, which makes a tensor of a NumPy array, and returns a
tensor or a list of them.
"""

import numpy as np

random = np.random.default_rng(0)
M = random.normal(size=(3, 4)).astype("float32")
N = random.normal(size=(4, 2)).astype("float32")
P = random.uniform(0.1, 0.9, size=(3, 4)).astype("float32")
P /= P.sum(-1, keepdims=True)
T = np.eye(4, dtype="float32")[[1, 0, 3]]
A = random.normal(size=(2, 3, 4)).astype("float32")
B = random.normal(size=(2, 4, 5)).astype("float32")
SEQUENCE = random.normal(size=(2, 6, 3)).astype("float32")
IMAGE = random.normal(size=(2, 6, 5, 3)).astype("float32")
FIRST = IMAGE.transpose(0, 3, 1, 2).copy()
VOLUME = random.normal(size=(1, 4, 5, 4, 2)).astype("float32")
BOOLEANS = np.array([[True, False, True], [True, True, True]])
FRAMES = random.uniform(size=(2, 5, 4)).astype("float32")
FRAMES /= FRAMES.sum(-1, keepdims=True)
GATES = random.normal(size=(3, 3)).astype("float32")


def kernel(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape).astype("float32")


def of_one(name, x, **options):
    return lambda K, c: getattr(K, name)(c(x), **options)


def of_two(name, x, y, **options):
    return lambda K, c: getattr(K, name)(c(x), c(y), **options)


def step(K):
    return lambda x, states: ((K.tanh(x + states[0]),) * 2)[:1] + ([K.tanh(x + states[0])],)


def rnn(**options):
    def case(K, c):
        mask = options.get("mask")
        last, outputs, states = K.rnn(
            step(K), c(SEQUENCE), [c(GATES[:2])], **{**options, "mask": None if mask is None else c(mask)}
        )
        return [last, outputs, *states]

    return case


def moving(K, c):
    v = K.variable(M)
    K.moving_average_update(v, c(2 * M), 0.9)
    return v


def updates(K, c):
    v = K.variable(M)
    K.update(v, c(2 * M))
    K.update_add(v, c(M))
    K.update_sub(v, c(T))
    return v


UNARY = {
    "abs": M, "cos": M, "exp": M, "log": P, "sin": M, "square": M, "sqrt": P, "sign": M, "softplus": M, "softsign": M,
    "sigmoid": M, "tanh": M, "hard_sigmoid": 4 * M, "elu": M, "relu": M, "softmax": M, "transpose": M, "flatten": A,
    "batch_flatten": A, "zeros_like": M, "ones_like": M, "l2_normalize": M,
    "round": np.array([0.5, 1.5, -2.5, 2.2], "float32"),
}  # fmt: skip
REDUCTIONS = ("sum", "prod", "max", "min", "mean", "std", "var", "argmax", "argmin")
BINARY = ("maximum", "minimum", "equal", "not_equal", "greater", "greater_equal", "less", "less_equal")

FUNCTIONS = {
    **{name: of_one(name, x) for name, x in UNARY.items()},
    **{name: of_one(name, A) for name in REDUCTIONS[:-2]},
    **{f"{name}_axis": of_one(name, A, axis=1) for name in REDUCTIONS},
    **{f"{name}_keepdims": of_one(name, A, axis=[0, 2], keepdims=True) for name in REDUCTIONS[:-2]},
    **{name: of_two(name, M, np.roll(M, 1, 0) * (M > 0) + M * (M <= 0)) for name in BINARY},
    "all": of_one("all", BOOLEANS, axis=1),
    "any_keepdims": of_one("any", BOOLEANS, axis=0, keepdims=True),
    "mean_of_booleans": of_one("mean", BOOLEANS, axis=1),
    "cumsum": of_one("cumsum", M, axis=1),
    "cumprod": of_one("cumprod", M),
    "clip": of_one("clip", M, min_value=-0.5, max_value=0.5),
    "clip_crossed": of_one("clip", M, min_value=0.5, max_value=-0.5),
    "pow": of_one("pow", P, a=3),
    "relu_options": of_one("relu", 3 * M, alpha=0.1, max_value=2.0, threshold=0.5),
    "elu_alpha": of_one("elu", M, alpha=0.3),
    "softmax_axis": of_one("softmax", A, axis=1),
    "l2_normalize_axis": of_one("l2_normalize", A, axis=1),
    "arange": lambda K, c: K.arange(1, 9, 2),
    "arange_one": lambda K, c: K.arange(4, dtype="float32"),
    "eye": lambda K, c: K.eye(3),
    "zeros": lambda K, c: K.zeros((2, 3)),
    "ones": lambda K, c: K.ones((2, 3), dtype="int32"),
    "constant": lambda K, c: K.constant([[1, 2], [3, 4]]),
    "constant_shape": lambda K, c: K.constant(2.5, shape=(2, 2)),
    "cast": lambda K, c: K.cast(c(M), "int32"),
    "concatenate": lambda K, c: K.concatenate([c(A), c(2 * A)], axis=1),
    "stack": lambda K, c: K.stack([c(M), c(2 * M)], axis=-1),
    "expand_dims": of_one("expand_dims", M, axis=1),
    "squeeze": of_one("squeeze", M[:, None], axis=1),
    "reshape": lambda K, c: K.reshape(c(A), (4, -1)),
    "permute_dimensions": lambda K, c: K.permute_dimensions(c(A), (2, 0, 1)),
    "repeat": of_one("repeat", M, n=2),
    "repeat_elements": of_one("repeat_elements", A, rep=2, axis=1),
    "reverse": of_one("reverse", A, axes=[1, 2]),
    "tile": of_one("tile", M, n=[2, 1]),
    "gather": lambda K, c: K.gather(c(M), c(np.array([[2, 0], [1, 1]], "int32"))),
    "one_hot": lambda K, c: K.one_hot(c(np.array([[2, 0], [1, 5]], "int32")), 4),
    "dot": of_two("dot", M, N),
    "dot_of_ranks": of_two("dot", A, B),
    "batch_dot": of_two("batch_dot", A, B, axes=(2, 1)),
    "batch_dot_vectors": of_two("batch_dot", M, 2 * M, axes=1),
    "batch_dot_mixed": of_two("batch_dot", A, B[:, :, 0], axes=(2, 1)),
    "bias_add": of_two("bias_add", IMAGE, IMAGE[0, 0, 0]),
    "bias_add_first": of_two("bias_add", FIRST, IMAGE[0, 0, 0], data_format="channels_first"),
    "temporal_padding": of_one("temporal_padding", SEQUENCE, padding=(1, 2)),
    "spatial_2d_padding": of_one("spatial_2d_padding", IMAGE, padding=((1, 0), (2, 1))),
    "spatial_3d_padding": of_one("spatial_3d_padding", VOLUME),
    "resize_images": lambda K, c: K.resize_images(c(IMAGE), 2, 3, "channels_last"),
    "resize_images_bilinear": lambda K, c: K.resize_images(c(IMAGE), 2, 2, "channels_last", interpolation="bilinear"),
    "resize_volumes": lambda K, c: K.resize_volumes(c(VOLUME), 2, 1, 2, "channels_last"),
    "conv1d": lambda K, c: K.conv1d(c(SEQUENCE), c(kernel(3, 3, 2)), strides=2, padding="same"),
    "conv1d_causal": lambda K, c: K.conv1d(c(SEQUENCE), c(kernel(3, 3, 2)), padding="causal", dilation_rate=2),
    "conv2d": lambda K, c: K.conv2d(c(IMAGE), c(kernel(3, 2, 3, 4)), strides=(2, 1), padding="same"),
    "conv2d_transpose": lambda K, c: K.conv2d_transpose(
        c(IMAGE), c(kernel(3, 3, 4, 3)), (2, 12, 10, 4), strides=(2, 2), padding="same"
    ),
    "conv3d": lambda K, c: K.conv3d(c(VOLUME), c(kernel(2, 2, 2, 2, 3))),
    "depthwise_conv2d": lambda K, c: K.depthwise_conv2d(c(IMAGE), c(kernel(3, 3, 3, 2)), padding="same"),
    "separable_conv2d": lambda K, c: K.separable_conv2d(c(IMAGE), c(kernel(3, 3, 3, 2)), c(kernel(1, 1, 6, 4))),
    "pool2d": lambda K, c: K.pool2d(c(IMAGE), (2, 2), strides=(2, 2), padding="same"),
    "pool2d_average": lambda K, c: K.pool2d(c(IMAGE), (3, 3), padding="same", pool_mode="avg"),
    "pool3d": lambda K, c: K.pool3d(c(VOLUME), (2, 2, 2)),
    "batch_normalization": lambda K, c: K.batch_normalization(
        c(IMAGE), *(c(np.float32([v, v + 1, v + 2])) for v in (0.1, 1.0, 0.3, 0.7))
    ),
    "normalize_batch_in_training": lambda K, c: list(
        K.normalize_batch_in_training(c(IMAGE), c(np.float32([1, 2, 3])), c(np.float32([0, 1, 0])), [0, 1, 2])
    ),
    "local_conv1d": lambda K, c: K.local_conv1d(c(SEQUENCE), c(kernel(2, 9, 4)), (3,), (3,)),
    "local_conv2d": lambda K, c: K.local_conv2d(c(IMAGE), c(kernel(6, 27, 2)), (3, 3), (3, 1), (2, 3), "channels_last"),
    "categorical_crossentropy": of_two("categorical_crossentropy", T, P),
    "categorical_crossentropy_logits": of_two("categorical_crossentropy", T, M, from_logits=True),
    "sparse_categorical_crossentropy": of_two("sparse_categorical_crossentropy", np.array([1, 0, 3]), P),
    "binary_crossentropy": of_two("binary_crossentropy", T, P),
    "binary_crossentropy_logits": of_two("binary_crossentropy", T, M, from_logits=True),
    "binary_focal_crossentropy": of_two("binary_focal_crossentropy", T, P, apply_class_balancing=True),
    "categorical_focal_crossentropy": of_two("categorical_focal_crossentropy", T, P),
    "ctc_batch_cost": lambda K, c: K.ctc_batch_cost(
        c(np.array([[0, 1], [2, 0]])), c(FRAMES), c(np.array([[5], [4]])), c(np.array([[2], [1]]))
    ),
    "ctc_decode": lambda K, c: [
        *(found := K.ctc_decode(c(FRAMES), c(np.array([5, 4]))))[0],
        found[1],
    ],
    "ctc_decode_search": lambda K, c: [
        *(found := K.ctc_decode(c(FRAMES), c(np.array([5, 4])), greedy=False, top_paths=2))[0],
        found[1],
    ],
    "in_top_k": lambda K, c: K.in_top_k(c(P), c(np.array([1, 0, 3])), 2),
    "switch": lambda K, c: K.switch(c(M > 0), c(M), c(0 * M)),
    "switch_scalar": lambda K, c: K.switch(c(np.array(True)), lambda: c(M), lambda: c(0 * M)),
    "map_fn": lambda K, c: K.map_fn(lambda x: K.sum(x) * x, c(M)),
    "foldl": lambda K, c: K.foldl(lambda total, x: total * 0.5 + x, c(M)),
    "foldr": lambda K, c: K.foldr(lambda total, x: total * 0.5 + x, c(M)),
    "rnn": rnn(),
    "rnn_backwards": rnn(go_backwards=True),
    "rnn_masked": rnn(mask=np.arange(6)[None, :] < np.array([[4], [6]])),
    "rnn_masked_zeros": rnn(mask=np.arange(6)[None, :] < np.array([[4], [6]]), zero_output_for_mask=True),
    "moving_average_update": moving,
    "updates": updates,
    "in_train_phase": lambda K, c: K.in_train_phase(c(M), c(2 * M), training=False),
    "in_test_phase": lambda K, c: K.in_test_phase(c(M), c(2 * M), training=False),
    "dropout_of_nothing": lambda K, c: K.dropout(c(M), 0.0),
}

_LAYERS = {
    "1d": ("LocallyConnected1D", SEQUENCE, dict(filters=4, kernel_size=3)),
    "1d_strides": ("LocallyConnected1D", SEQUENCE, dict(filters=2, kernel_size=2, strides=2, activation="tanh")),
    "1d_same": ("LocallyConnected1D", SEQUENCE, dict(filters=2, kernel_size=3, padding="same", implementation=2)),
    "1d_pairs": ("LocallyConnected1D", SEQUENCE, dict(filters=2, kernel_size=3, padding="same", implementation=3)),
    "2d": ("LocallyConnected2D", IMAGE, dict(filters=4, kernel_size=(3, 2))),
    "2d_strides": ("LocallyConnected2D", IMAGE, dict(filters=2, kernel_size=3, strides=(2, 1), use_bias=False)),
    "2d_same": ("LocallyConnected2D", IMAGE, dict(filters=2, kernel_size=3, padding="same", implementation=2)),
    "2d_first": (
        "LocallyConnected2D",
        FIRST,
        dict(filters=2, kernel_size=2, data_format="channels_first", implementation=3),
    ),
}


def locally_connected(layers, name):
    """The layer of a case, built, with weights that depend on their shapes only."""
    cls, x, options = _LAYERS[name]
    layer = getattr(layers, cls)(**options)
    layer.build(x.shape)
    layer.set_weights([np.random.default_rng(w.size).normal(size=w.shape) for w in layer.get_weights()])
    return layer, x


LAYERS = tuple(_LAYERS)
