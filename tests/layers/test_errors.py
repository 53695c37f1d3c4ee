"""What is wrong with a layer's arguments or inputs is said by name, never by a bare error of XLA."""

import jax
import numpy as np
import pytest

import kerax

L = kerax.layers
X = np.ones((2, 4, 6), "float32")
IDS = np.array([[1, 7]])

CONSTRUCTIONS = [
    (lambda: L.Dense(0), ValueError, "Dense.*units.*positive integer.*received 0"),
    (lambda: L.Dense(-3), ValueError, "units.*received -3"),
    (lambda: L.Dense("8"), ValueError, "units.*received '8'"),
    (lambda: L.Dense(2, activation="rleu"), ValueError, "Did you mean 'relu'"),
    (lambda: L.Dense(2, kernel_initializer="glorot_unifrom"), ValueError, "Did you mean 'glorot_uniform'"),
    (lambda: L.Dense(2, kernel_regulariser="l2"), TypeError, "kernel_regulariser.*Did you mean 'kernel_regularizer'"),
    (lambda: L.Embedding(10, 0), ValueError, "output_dim"),
    (lambda: L.Embedding(2.5, 3), ValueError, "input_dim.*2.5"),
    (lambda: L.Dropout(1.5), ValueError, "rate.*between 0 and 1.*1.5"),
    (lambda: L.Dropout("0.5"), ValueError, "rate must be a number"),
    (lambda: L.Dropout(0.5, noise_shape=3), ValueError, "noise_shape"),
    (lambda: L.GaussianNoise(-1.0), ValueError, "stddev.*at least 0"),
    (lambda: L.GaussianDropout(2), ValueError, "rate"),
    (lambda: L.BatchNormalization(momentum=1.5), ValueError, "momentum"),
    (lambda: L.BatchNormalization(renorm=True, renorm_clipping={"dmax": -1.0}), ValueError, "negative dmax"),
    (lambda: L.GroupNormalization(groups=0), ValueError, "groups"),
    (lambda: L.UnitNormalization(axis="last"), TypeError, "axis"),
    (lambda: L.Reshape((-1, -1)), ValueError, "at most one"),
    (lambda: L.Reshape((-2, 3)), ValueError, "negative"),
    (lambda: L.Permute((0, 1)), ValueError, "permutation of 1 to 2"),
    (lambda: L.RepeatVector(0), ValueError, "RepeatVector.*n must be"),
    (lambda: L.Flatten("channels_middle"), ValueError, "data_format of Flatten"),
    (lambda: L.ReLU(max_value=-1), ValueError, "max_value"),
    (lambda: L.LeakyReLU(-0.1), ValueError, "negative_slope"),
    (lambda: L.ELU(None), ValueError, "alpha"),
    (lambda: L.Lambda(3), TypeError, "callable"),
    (lambda: L.Wrapper(3), TypeError, "must be a kerax layer"),
    (lambda: L.Dot("x"), TypeError, "axes"),
    (lambda: L.Attention(score_mode="dto"), ValueError, "Did you mean 'dot'"),
    (lambda: L.MultiHeadAttention(0, 4), ValueError, "num_heads"),
    (lambda: L.MultiHeadAttention(2, 4, dropout=2), ValueError, "dropout"),
    (lambda: L.GroupQueryAttention(4, 3, 2), ValueError, "divisible"),
    (lambda: L.SpectralNormalization(L.Dense(2), power_iterations=0), ValueError, "power_iterations"),
    (lambda: L.FromFlax("Dense"), TypeError, "flax.linen.Module or flax.nnx.Module"),
    (lambda: kerax.remat(3), TypeError, "layer or a function"),
    (lambda: kerax.Input(), ValueError, "shape=... is missing"),
    (lambda: kerax.Input((3,), batch_shape=(None, 3)), ValueError, "not both"),
    (lambda: kerax.Input((-3,)), ValueError, "negative"),
    (lambda: kerax.Input("28"), ValueError, "tuple of integers"),
    (lambda: kerax.Input((3,), sparse=True), ValueError, "sparse inputs are not supported"),
    (lambda: kerax.Input((3,), dtype="flaot32"), ValueError, "Did you mean 'float32'"),
]

CALLS = [
    (lambda: L.Dense(2, name="d")(np.ones(3, "float32")), "'d'.*min_ndim=2.*\\(3,\\)"),
    (lambda: L.Dense(2, name="d")(kerax.Input((None,))), "'d'.*last axis"),
    (lambda: called_twice(L.Dense(2, name="d"), X, X[..., :3]), "'d'.*size 6.*\\(2, 4, 3\\)"),
    (lambda: L.Embedding(5, 2, name="e")(IDS), "'e'.*index 7 does not exist.*input_dim=5"),
    (lambda: L.Embedding(5, 2, name="e")(-IDS), "'e'.*index -7"),
    (lambda: L.Reshape((5, 5), name="r")(X), "'r'.*24 elements.*\\(5, 5\\)"),
    (lambda: L.Reshape((-1, 5), name="r")(X), "'r'.*24 elements"),
    (lambda: L.Permute((2, 1), name="p")(X[0]), "'p'.*ndim=3"),
    (lambda: L.RepeatVector(2, name="v")(X), "'v'.*ndim=2"),
    (lambda: L.Dropout(0.5, (None, 1), name="o")(X, training=True), "'o'.*noise_shape.*3 axes"),
    (lambda: L.Dropout(0.5, (None, 3, None), name="o")(X, training=True), "'o'.*does not broadcast"),
    (lambda: L.SpatialDropout2D(0.5, name="s")(X), "'s'.*ndim=4"),
    (lambda: L.GaussianDropout(1, name="g")(X, training=True), "'g'.*infinite variance"),
    (lambda: L.BatchNormalization(axis=3, name="b")(X), "'b'.*axis 3 does not exist"),
    (lambda: called_twice(L.BatchNormalization(name="b"), X, X[..., :3]), "'b'.*size 6"),
    (lambda: L.LayerNormalization(axis=5, name="l")(X), "'l'.*axis 5"),
    (lambda: L.GroupNormalization(groups=4, name="g")(X), "'g'.*groups=4 does not divide the 6 channels"),
    (lambda: L.SpectralNormalization(L.Flatten(), name="s")(X), "'s'.*no kernel or embeddings"),
    (lambda: L.PReLU(name="p")(kerax.Input((None, 3))), "'p'.*shared_axes=\\[1\\]"),
    (lambda: L.PReLU(shared_axes=[3], name="p")(X), "'p'.*between 1 and 2"),
    (lambda: L.Add(name="a")([X, X[:, :3]]), "'a'.*\\(2, 4, 6\\), \\(2, 3, 6\\).*axis 1 has sizes 3 and 4"),
    (lambda: L.Add(name="a")(X), "'a'.*list of several inputs"),
    (lambda: L.Subtract(name="s")([X, X, X]), "'s'.*list of 2 inputs.*received 3"),
    (lambda: L.Concatenate(name="c")([X, X[:, :3]]), "'c'.*all other sizes must be equal"),
    (lambda: L.Concatenate(name="c")([X, X[0]]), "'c'.*same number of axes"),
    (lambda: L.Dot(1, name="t")([X, X[:, :3]]), "'t'.*sizes 4 and 3 differ"),
    (lambda: L.Dot(0, name="t")([X, X]), "'t'.*batch axis"),
    (lambda: L.Attention(name="t")(X), "'t'.*\\[query, value\\]"),
    (lambda: L.MultiHeadAttention(2, 3, name="m")(X[0], X[0]), "'m'.*\\(batch, time, features\\)"),
    (lambda: L.MultiHeadAttention(2, 3, name="m")(X, X, X[:, :2]), "'m'.*equal lengths"),
    (lambda: L.EinsumDense("ab,bc", 3, name="e")(X[0]), "'e'.*must have the form"),
    (lambda: L.EinsumDense("ab,bc->ac", 3, name="e")(X), "'e'.*needs inputs with 2 axes"),
    (lambda: L.EinsumDense("abc,cd->abd", 64, name="e")(X), "'e'.*output_shape"),
    (lambda: L.EinsumDense("ab,bc->ac", 3, bias_axes="z", name="e")(X[0]), "'e'.*bias axis 'z'"),
]


def called_twice(layer, first, second):
    layer(first)
    return layer(second)


@pytest.mark.parametrize(("make", "kind", "message"), CONSTRUCTIONS)
def test_wrong_arguments(make, kind, message):
    with pytest.raises(kind, match=message):
        make()


@pytest.mark.parametrize(("call", "message"), CALLS)
def test_wrong_inputs(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_compiled_embedding_shows_a_missing_index_as_nan():
    layer = L.Embedding(5, 2)
    layer.build()
    compiled = jax.jit(lambda ids: kerax.functional_call(layer, layer.params, {}, ids)[0])
    found = compiled(np.array([1, 7]))
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()


MASK = np.ones((2, 5), bool)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: L.LSTM(2)(X, mask=MASK), r"LSTM.*mask must begin with the sizes \(2, 4\), received.*\(2, 5\)"),
        (lambda: L.RNN(L.GRUCell(2))(X, mask=MASK), "RNN.*argument mask"),
        (lambda: L.GlobalAveragePooling1D()(X, mask=MASK), "GlobalAveragePooling1D.*argument mask"),
        (lambda: L.BatchNormalization()(X, mask=MASK, training=True), "BatchNormalization.*argument mask"),
        (lambda: L.TimeDistributed(L.Dense(2))(X, mask=MASK), "TimeDistributed.*argument mask"),
        (lambda: L.MultiHeadAttention(1, 2)(X, X, value_mask=MASK), "MultiHeadAttention.*value_mask"),
        (
            lambda: L.MultiHeadAttention(1, 2)(X, X, attention_mask=np.ones((2, 4, 5), bool)),
            r"attention_mask must end with the sizes \(4, 4\), received.*\(2, 4, 5\)",
        ),
        (lambda: L.Attention()([X, X], mask=[None, MASK]), "Attention.*value_mask"),
        (lambda: L.AdditiveAttention()([X, X], mask=[MASK, None]), "AdditiveAttention.*query_mask"),
    ],
)
def test_a_mask_of_another_shape(call, message):
    with pytest.raises(ValueError, match=message):
        call()


STRINGS = np.array([["a"], ["b"]])
OF_PREPROCESSING = [
    (lambda: L.TextVectorization(ngrams=0), "ngrams.*at least 1.*0"),
    (lambda: L.TextVectorization(output_sequence_length=-1), "output_sequence_length.*at least 1.*-1"),
    (lambda: L.CategoryEncoding(3, name="c")(np.array([[5]])), "'c'.*categories are 0 to 2.*received 5"),
    (lambda: L.CategoryEncoding(3, name="c")(np.array([[-1]])), "'c'.*received -1"),
    (
        lambda: L.CategoryEncoding(3, "count", name="c")(np.array([[1]]), count_weights=np.ones((1, 2))),
        r"'c'.*count_weights.*\(1, 1\).*\(1, 2\)",
    ),
    (lambda: L.Discretization(num_bins=3, epsilon=-1.0), "epsilon.*-1"),
    (lambda: L.Normalization(name="n").adapt(STRINGS), "adapt.*'n'.*takes numbers.*'a'"),
    (lambda: L.Discretization(num_bins=3, name="d").adapt(STRINGS), "adapt.*'d'.*takes numbers"),
    (lambda: L.Normalization(mean=np.ones(3), variance=np.ones(3), name="n")(X), "'n'.*do not fit"),
    (lambda: adapted(L.Normalization(name="n"))(X), r"'n' was built for inputs of shape \(2, 3\).*\(2, 4, 6\)"),
    (lambda: L.RandAugment(num_ops=-1), "num_ops"),
    (lambda: L.AugMix(num_chains=0), "num_chains"),
    (lambda: L.MixUp(alpha=0), "alpha"),
    (lambda: L.Equalization(bins=0), "bins"),
    (lambda: L.STFTSpectrogram(frame_length=0), "frame_length"),
    (lambda: L.MelSpectrogram(sampling_rate=-1), "sampling_rate"),
    (lambda: L.Masking("a"), "mask_value"),
    (lambda: L.ConvLSTM1D(0, 2), "filters.*received 0"),
    (lambda: called_twice(L.ConvLSTM1D(2, 2, name="c"), np.ones((1, 2, 4, 3)), np.ones((1, 2, 4, 2))), "'c'.*size 3"),
    (lambda: L.Cropping2D(1, name="c")(X), "'c'.*ndim=4"),
    (lambda: L.Attention(name="t")([X, X[..., :5]]), "'t'.*queries and keys.*axis -1"),
    (lambda: L.AdditiveAttention(name="t")([X, X[:, :3], X]), "'t'.*keys and values.*axis -2"),
]


def adapted(layer):
    layer.adapt(np.ones((2, 3), "float32"))
    return layer


@pytest.mark.parametrize(("call", "message"), OF_PREPROCESSING)
def test_mistakes_of_sizes_and_of_data_to_learn_from(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("layer", [L.Dense(2), L.Discretization([0.0]), L.CategoryEncoding(3), L.Rescaling(2.0)])
def test_layers_of_numbers_are_given_strings(layer):
    with pytest.raises(TypeError, match="computes with numbers, received strings"):
        layer(STRINGS)
