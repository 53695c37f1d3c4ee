"""Every layer on a fixed input with fixed weights."""

from tests.compat.programs import each


def _values(np, shape, start=-1.0, stop=1.0):
    """Numbers from one to another, in a shape."""
    return np.linspace(start, stop, int(np.prod(shape)) or 1).reshape(shape).astype("float32")


def _ran(np, layer, *inputs, **options):
    """A layer's output where its weights run from -0.5 to 0.9, and the weights' shapes."""
    layer(*inputs, **options)
    shapes = [one.shape for one in layer.get_weights()]
    layer.set_weights([_values(np, shape, -0.5, 0.9) for shape in shapes])
    return [[list(shape) for shape in shapes], layer(*inputs, **options)]


def dense_ones(tf, np, folder):
    layers = tf.keras.layers
    x, rows = _values(np, (2, 3)), _values(np, (1, 3, 4))
    return each(
        {
            "Dense": lambda: _ran(np, layers.Dense(2, activation="tanh"), x),
            "Dense of more axes": lambda: _ran(np, layers.Dense(2, use_bias=False), rows),
            "EinsumDense": lambda: _ran(np, layers.EinsumDense("abc,cd->abd", (None, 2), bias_axes="d"), rows),
            "Embedding": lambda: _ran(np, layers.Embedding(4, 2), np.array([[0, 3]])),
            "Activation": lambda: _ran(np, layers.Activation("relu"), x),
            "Lambda": lambda: _ran(np, layers.Lambda(lambda t: t * 2), x),
            "Masking": lambda: _ran(np, layers.Masking(0.0), np.array([[[0.0, 0.0], [1.0, 0.0]]], "float32")),
            "Identity": lambda: _ran(np, layers.Identity(), x),
            "ActivityRegularization": lambda: _ran(np, layers.ActivityRegularization(0.1), x),
            "PReLU": lambda: _ran(np, layers.PReLU(), x),
            "LeakyReLU": lambda: _ran(np, layers.LeakyReLU(alpha=0.2), x),
            "LeakyReLU's default": lambda: _ran(np, layers.LeakyReLU(), x),
            "ELU": lambda: _ran(np, layers.ELU(alpha=0.5), x),
            "ThresholdedReLU": lambda: _ran(np, layers.ThresholdedReLU(0.3), x),
            "ReLU": lambda: _ran(np, layers.ReLU(max_value=0.5, negative_slope=0.1, threshold=0.2), x),
            "Softmax": lambda: _ran(np, layers.Softmax(), x),
            "Softmax with a mask": lambda: layers.Softmax()(x, np.array([[True, False, True]] * 2)),
            "UnitNormalization": lambda: _ran(np, layers.UnitNormalization(), x),
            "DenseFeatures": lambda: layers.DenseFeatures([tf.feature_column.numeric_column("a")])(
                {"a": tf.constant([1.0, 2.0])}
            ),
        }
    )


def convolutions(tf, np, folder):
    layers = tf.keras.layers
    line, image, block = _values(np, (1, 6, 2)), _values(np, (1, 5, 5, 2)), _values(np, (1, 3, 3, 3, 1))
    return each(
        {
            "Conv1D": lambda: _ran(np, layers.Conv1D(2, 3, padding="causal"), line),
            "Conv1D dilated": lambda: _ran(np, layers.Conv1D(2, 2, dilation_rate=2), line),
            "Conv1D groups": lambda: _ran(np, layers.Conv1D(2, 2, groups=2), line),
            "Conv2D": lambda: _ran(np, layers.Conv2D(2, 3, strides=2, padding="same"), image),
            "Conv3D": lambda: _ran(np, layers.Conv3D(1, 2), block),
            "Conv1DTranspose": lambda: _ran(np, layers.Conv1DTranspose(2, 3, strides=2), line),
            "Conv2DTranspose": lambda: _ran(np, layers.Conv2DTranspose(1, 3, strides=2, padding="same"), image),
            "Conv2DTranspose output_padding": lambda: _ran(
                np, layers.Conv2DTranspose(1, 3, strides=2, output_padding=1), image
            ),
            "Conv3DTranspose": lambda: _ran(np, layers.Conv3DTranspose(1, 2), block),
            "SeparableConv1D": lambda: _ran(np, layers.SeparableConv1D(2, 3, depth_multiplier=2), line),
            "SeparableConv2D": lambda: _ran(np, layers.SeparableConv2D(2, 3), image),
            "DepthwiseConv1D": lambda: _ran(np, layers.DepthwiseConv1D(3), line),
            "DepthwiseConv2D": lambda: _ran(np, layers.DepthwiseConv2D(3, depth_multiplier=2), image),
            "LocallyConnected1D": lambda: _ran(np, layers.LocallyConnected1D(2, 3), line),
            "LocallyConnected2D": lambda: _ran(np, layers.LocallyConnected2D(1, 3), image),
            "ZeroPadding1D": lambda: _ran(np, layers.ZeroPadding1D((1, 0)), line),
            "ZeroPadding2D": lambda: _ran(np, layers.ZeroPadding2D(((1, 0), (0, 1))), image),
            "ZeroPadding3D": lambda: layers.ZeroPadding3D(1)(block).shape,
            "Cropping1D": lambda: _ran(np, layers.Cropping1D((1, 2)), line),
            "Cropping2D": lambda: _ran(np, layers.Cropping2D(((1, 0), (2, 1))), image),
            "Cropping3D": lambda: _ran(np, layers.Cropping3D(1), block),
            "UpSampling1D": lambda: _ran(np, layers.UpSampling1D(2), line),
            "UpSampling2D": lambda: _ran(np, layers.UpSampling2D((1, 2), interpolation="bilinear"), image),
            "UpSampling3D": lambda: layers.UpSampling3D(2)(block).shape,
        }
    )


def pools(tf, np, folder):
    layers = tf.keras.layers
    inputs = {1: _values(np, (1, 4, 2)), 2: _values(np, (1, 4, 4, 2)), 3: _values(np, (1, 2, 2, 2, 2))}
    found = {}
    for axes, x in inputs.items():
        for kind in ("MaxPooling", "AveragePooling", "MaxPool", "AvgPool"):
            name = f"{kind}{axes}D"
            found[name] = lambda name=name, x=x: _ran(np, getattr(layers, name)(2, 1, "same"), x)
        for kind in ("GlobalMaxPooling", "GlobalAveragePooling", "GlobalMaxPool", "GlobalAvgPool"):
            name = f"{kind}{axes}D"
            found[name] = lambda name=name, x=x: _ran(np, getattr(layers, name)(keepdims=True), x)
    return each(found)


def recurrent(tf, np, folder):
    layers = tf.keras.layers
    x = _values(np, (2, 3, 2))
    pictures = _values(np, (1, 2, 3, 3, 1))
    return each(
        {
            "SimpleRNN": lambda: _ran(np, layers.SimpleRNN(2), x),
            "LSTM": lambda: _ran(np, layers.LSTM(2, return_sequences=True, return_state=True), x),
            "GRU": lambda: _ran(np, layers.GRU(2), x),
            "GRU reset before": lambda: _ran(np, layers.GRU(2, reset_after=False, go_backwards=True), x),
            "LSTM with states": lambda: _ran(np, layers.LSTM(2), x, initial_state=[tf.ones((2, 2))] * 2),
            "LSTM of masks": lambda: _ran(np, layers.LSTM(2), x, mask=np.array([[True, False, True], [False] * 3])),
            "RNN": lambda: _ran(np, layers.RNN(layers.LSTMCell(2)), x),
            "RNN of several cells": lambda: _ran(np, layers.RNN([layers.GRUCell(2), layers.SimpleRNNCell(2)]), x),
            "StackedRNNCells": lambda: _ran(np, layers.RNN(layers.StackedRNNCells([layers.LSTMCell(2)])), x),
            "Bidirectional": lambda: _ran(np, layers.Bidirectional(layers.LSTM(2)), x),
            "Bidirectional sum": lambda: _ran(
                np, layers.Bidirectional(layers.GRU(2, return_sequences=True), merge_mode="sum"), x
            ),
            "TimeDistributed": lambda: _ran(np, layers.TimeDistributed(layers.Dense(2)), x),
            "ConvLSTM1D": lambda: _ran(np, layers.ConvLSTM1D(1, 2), _values(np, (1, 2, 4, 1))),
            "ConvLSTM2D": lambda: _ran(np, layers.ConvLSTM2D(1, 2, padding="same"), pictures),
            "ConvLSTM3D": lambda: layers.ConvLSTM3D(1, 2)(_values(np, (1, 2, 2, 2, 2, 1))).shape,
            "LSTMCell": lambda: _ran(np, layers.LSTMCell(2), tf.constant(x[:, 0]), [tf.ones((2, 2))] * 2),
            "GRUCell": lambda: _ran(np, layers.GRUCell(2), tf.constant(x[:, 0]), [tf.ones((2, 2))]),
            "SimpleRNNCell": lambda: _ran(np, layers.SimpleRNNCell(2), tf.constant(x[:, 0]), [tf.ones((2, 2))]),
        }
    )


def normalizing_and_attending(tf, np, folder):
    layers = tf.keras.layers
    x, rows = _values(np, (4, 3)), _values(np, (2, 3, 4))
    ones = np.ones((2, 2, 4), "float32")
    return each(
        {
            "BatchNormalization": lambda: _ran(np, layers.BatchNormalization(), x, training=False),
            "BatchNormalization training": lambda: _ran(np, layers.BatchNormalization(), x, training=True),
            "LayerNormalization": lambda: _ran(np, layers.LayerNormalization(), x),
            "LayerNormalization over axes": lambda: _ran(np, layers.LayerNormalization(axis=[1, 2]), rows),
            "GroupNormalization": lambda: _ran(np, layers.GroupNormalization(2), rows),
            "SpectralNormalization": lambda: _ran(np, layers.SpectralNormalization(layers.Dense(2)), x),
            "Attention": lambda: _ran(np, layers.Attention(use_scale=True), [rows, rows]),
            "Attention scores": lambda: layers.Attention()([rows, rows, -rows], return_attention_scores=True),
            "AdditiveAttention": lambda: _ran(np, layers.AdditiveAttention(), [rows, rows]),
            "MultiHeadAttention": lambda: _ran(np, layers.MultiHeadAttention(2, 2), rows, rows),
            "MultiHeadAttention scores": lambda: layers.MultiHeadAttention(1, 2)(
                ones, ones, return_attention_scores=True
            )[1],
            "MultiHeadAttention causal": lambda: _ran(
                np, layers.MultiHeadAttention(1, 2), rows, rows, use_causal_mask=True
            ),
        }
    )


def merging_and_shaping(tf, np, folder):
    layers = tf.keras.layers
    a, b = _values(np, (2, 3)), _values(np, (2, 3), 0.0, 2.0)
    found = {}
    for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"):
        found[name] = lambda name=name: getattr(layers, name)()([a, b])
        found[name.lower()] = lambda name=name: getattr(layers, name.lower())([a, b])
    return each(
        found
        | {
            "Dot": lambda: layers.Dot(axes=1)([a, b]),
            "dot": lambda: layers.dot([a, b], axes=1, normalize=True),
            "Flatten": lambda: layers.Flatten()(_values(np, (2, 2, 2))),
            "Reshape": lambda: layers.Reshape((3, -1))(_values(np, (1, 2, 3))),
            "Permute": lambda: layers.Permute((2, 1))(_values(np, (1, 2, 3))),
            "RepeatVector": lambda: layers.RepeatVector(2)(a),
            "Dropout": lambda: layers.Dropout(0.5)(a),
            "Dropout of nothing": lambda: layers.Dropout(0)(a, training=True),
            "GaussianNoise": lambda: layers.GaussianNoise(0.5)(a),
            "GaussianDropout": lambda: layers.GaussianDropout(0.5)(a),
            "AlphaDropout": lambda: layers.AlphaDropout(0.5)(a),
            "SpatialDropout1D": lambda: layers.SpatialDropout1D(0.5)(_values(np, (1, 2, 3))),
            "SpatialDropout2D": lambda: layers.SpatialDropout2D(0.5)(_values(np, (1, 1, 2, 3))),
            "SpatialDropout3D": lambda: layers.SpatialDropout3D(0.5)(_values(np, (1, 1, 1, 2, 3))),
        }
    )


def preprocessing(tf, np, folder):
    layers = tf.keras.layers
    numbers = _values(np, (4, 2))
    image = _values(np, (1, 4, 4, 3), 0.0, 255.0)

    def adapted(layer, data, inputs):
        layer.adapt(data)
        words = [str(one) for one in layer.get_vocabulary()] if hasattr(layer, "get_vocabulary") else None
        return [words, layer(inputs)]

    texts = np.array(["a b", "b c b"])
    return each(
        {
            "Normalization": lambda: adapted(layers.Normalization(), numbers, numbers),
            "Normalization given": lambda: layers.Normalization(mean=1.0, variance=4.0)(numbers),
            "Normalization inverted": lambda: layers.Normalization(mean=1.0, variance=4.0, invert=True)(numbers),
            "Discretization": lambda: layers.Discretization([0.0, 0.5])(numbers),
            "Discretization adapted": lambda: adapted(layers.Discretization(num_bins=2), numbers, numbers),
            "Discretization one_hot": lambda: layers.Discretization([0.0], output_mode="one_hot")(numbers[:, :1]),
            "CategoryEncoding": lambda: layers.CategoryEncoding(3)([[0, 2]]),
            "CategoryEncoding count": lambda: layers.CategoryEncoding(3, output_mode="count")([[0, 0]]),
            "CategoryEncoding one_hot": lambda: layers.CategoryEncoding(3, output_mode="one_hot")([0, 2]),
            "Hashing": lambda: layers.Hashing(5)(np.array(["a", "b", "c"])),
            "Hashing salted": lambda: layers.Hashing(5, salt=[1, 2])(np.array(["a", "b"])),
            "Hashing numbers": lambda: layers.Hashing(5)(np.array([1, 2, 3])),
            "HashedCrossing": lambda: layers.HashedCrossing(7)((np.array(["a", "b"]), np.array([1, 2]))),
            "StringLookup": lambda: adapted(layers.StringLookup(), np.array(["b", "a", "b"]), np.array(["a", "z"])),
            "StringLookup back": lambda: layers.StringLookup(vocabulary=["a", "b"], invert=True)(np.array([1, 0, 2])),
            "StringLookup multi_hot": lambda: layers.StringLookup(vocabulary=["a", "b"], output_mode="multi_hot")(
                np.array(["a", "b"])
            ),
            "StringLookup tf_idf": lambda: layers.StringLookup(
                vocabulary=["a", "b"], idf_weights=[0.5, 2.0], output_mode="tf_idf"
            )(np.array([["a", "b", "b"]])),
            "IntegerLookup": lambda: adapted(layers.IntegerLookup(), np.array([5, 7, 7]), np.array([7, 9])),
            "IntegerLookup with masks": lambda: layers.IntegerLookup(vocabulary=[5, 7], mask_token=0)(
                np.array([0, 7, 8])
            ),
            "TextVectorization": lambda: adapted(layers.TextVectorization(), texts, texts),
            "TextVectorization n-grams": lambda: adapted(layers.TextVectorization(ngrams=2), texts, texts),
            "TextVectorization count": lambda: adapted(layers.TextVectorization(output_mode="count"), texts, texts),
            "TextVectorization characters": lambda: adapted(
                layers.TextVectorization(split="character", output_sequence_length=3), texts, texts
            ),
            "Rescaling": lambda: layers.Rescaling(1 / 255, -0.5)(image),
            "Resizing": lambda: layers.Resizing(2, 3)(image),
            "Resizing nearest": lambda: layers.Resizing(3, 3, interpolation="nearest")(image),
            "Resizing crop": lambda: layers.Resizing(2, 4, crop_to_aspect_ratio=True)(image),
            "CenterCrop": lambda: layers.CenterCrop(2, 2)(image),
            "RandomFlip": lambda: layers.RandomFlip()(image, training=False),
            "RandomRotation": lambda: layers.RandomRotation(0.5)(image, training=False),
            "RandomZoom": lambda: layers.RandomZoom(0.5)(image, training=False),
            "RandomTranslation": lambda: layers.RandomTranslation(0.5, 0.5)(image, training=False),
            "RandomContrast": lambda: layers.RandomContrast(0.5)(image, training=False),
            "RandomBrightness": lambda: layers.RandomBrightness(0.5)(image, training=False),
            "RandomCrop": lambda: layers.RandomCrop(2, 2)(image, training=False),
            "RandomHeight": lambda: layers.RandomHeight(0.5)(image, training=False),
            "RandomWidth": lambda: layers.RandomWidth(0.5)(image, training=False),
        }
    )
