"""Normalization, Discretization, CategoryEncoding, spectrograms: as in Keras, and adapting to any kind of data."""

import keras
import numpy as np
import pytest

import kerax

R = np.random.default_rng(0)
X = R.normal(3.0, 2.0, (60, 4)).astype("float32")


@pytest.mark.parametrize("axis", [-1, None, (0, 1), 1])
@pytest.mark.parametrize("invert", [False, True])
def test_normalization_as_keras(axis, invert):
    ours, theirs = (lib.layers.Normalization(axis=axis, invert=invert) for lib in (kerax, keras))
    ours.adapt(X)
    theirs.adapt(X)
    np.testing.assert_allclose(ours(X), theirs(X), rtol=1e-4, atol=1e-5)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-6)


KINDS = {
    "array": lambda: X,
    "rows at a time": lambda: X.tolist(),
    "list of batches": lambda: [X[:10], X[10:]],
    "generator": lambda: (X[i : i + 7] for i in range(0, 60, 7)),
    "dataset": lambda: kerax.data.Dataset.from_tensor_slices(X).batch(16),
    "dataset of rows": lambda: kerax.data.Dataset.from_tensor_slices(X),
    "dataset with targets": lambda: kerax.data.Dataset.from_tensor_slices((X, X[:, 0])).batch(9),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_data_adapts_alike(kind):
    layer = kerax.layers.Normalization()
    layer.adapt(KINDS[kind]())
    np.testing.assert_allclose(layer.mean, X.mean(0, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(layer.variance, X.var(0, keepdims=True), rtol=1e-4)
    assert layer.is_adapted


def test_batches_and_steps():
    layer = kerax.layers.Normalization()
    layer.adapt(X, batch_size=10, steps=2)
    np.testing.assert_allclose(layer.mean, X[:20].mean(0, keepdims=True), rtol=1e-5)


def test_adapting_again_changes_a_compiled_model():
    layer = kerax.layers.Discretization(num_bins=2)
    layer.adapt(np.array([[0.0], [1.0], [2.0], [3.0]]))
    model = kerax.Sequential([kerax.Input((1,)), layer])
    before = model.predict(np.array([[5.0]]), verbose=0)
    layer.adapt(np.array([[10.0], [11.0], [12.0], [13.0]]))
    assert before[0, 0] == 1 and model.predict(np.array([[5.0]]), verbose=0)[0, 0] == 0


@pytest.mark.parametrize("bins", [2, 5, 20])
@pytest.mark.parametrize("epsilon", [0.01, 0.1])
def test_discretization_as_keras(bins, epsilon):
    ours, theirs = (lib.layers.Discretization(num_bins=bins, epsilon=epsilon) for lib in (kerax, keras))
    batches = [X[:25], X[25:]]  # Keras needs TensorFlow for adapt()
    ours.adapt(batches)
    for batch in batches:
        theirs.update_state(batch)
    theirs.finalize_state()
    np.testing.assert_allclose(ours.bin_boundaries, theirs.bin_boundaries, rtol=1e-5)
    np.testing.assert_array_equal(ours(X), theirs(X))
    again = kerax.layers.Discretization.from_config(ours.get_config())
    np.testing.assert_array_equal(again(X), ours(X))


@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
@pytest.mark.parametrize("shape", [(5,), (3, 1), (3, 4)])
def test_vectors_of_categories_as_keras(mode, shape):
    numbers = R.integers(0, 6, shape)
    ours, theirs = (lib.layers.CategoryEncoding(6, output_mode=mode) for lib in (kerax, keras))
    np.testing.assert_array_equal(ours(numbers), theirs(numbers))
    mine, other = (lib.layers.Discretization([1.0, 3.0], output_mode=mode) for lib in (kerax, keras))
    np.testing.assert_array_equal(mine(numbers.astype("float32")), other(numbers.astype("float32")))


SPECTRA = [
    ("MelSpectrogram", {"fft_length": 64, "sequence_stride": 20, "num_mel_bins": 8}, (2, 300)),
    ("MelSpectrogram", {"fft_length": 64, "sequence_length": 50, "num_mel_bins": 8, "power_to_db": False}, (300,)),
    ("STFTSpectrogram", {"frame_length": 16, "mode": "log"}, (2, 80, 2)),
    ("STFTSpectrogram", {"frame_length": 16, "mode": "stft", "expand_dims": True, "frame_step": 5}, (2, 80, 2)),
    ("STFTSpectrogram", {"frame_length": 16, "mode": "psd", "data_format": "channels_first"}, (2, 2, 80)),
]


@pytest.mark.parametrize("name, kwargs, shape", SPECTRA)
def test_spectrograms_as_keras(name, kwargs, shape):
    signal = R.normal(size=shape).astype("float32")
    ours, theirs = (getattr(lib.layers, name)(**kwargs) for lib in (kerax, keras))
    np.testing.assert_allclose(ours(signal), theirs(signal), rtol=1e-3, atol=1e-3)
    assert set(theirs.get_config()) <= set(ours.get_config())


MISTAKES = {
    "nothing": (lambda: kerax.layers.Normalization().adapt(np.zeros((0, 3))), "no data"),
    "an empty list": (lambda: kerax.layers.Discretization(num_bins=3).adapt([]), "no data"),
    "a given mean": (lambda: kerax.layers.Normalization(mean=0.0, variance=1.0).adapt(X), "cannot be adapted"),
    "text": (lambda: kerax.layers.Normalization().adapt("abc"), "takes an array"),
    "one of two": (lambda: kerax.layers.Normalization(mean=1.0), "variance"),
    "rows of unequal length": (lambda: kerax.layers.Normalization().adapt([[1.0], [1.0, 2.0]]), "unequal length"),
    "no boundaries yet": (lambda: kerax.layers.Discretization(num_bins=3)(X), "adapt"),
    "other columns": (lambda: kerax.layers.Normalization().adapt([X, X[:, :2]]), "incompatible"),
    "no tokens": (lambda: kerax.layers.CategoryEncoding(), "num_tokens"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_named(mistake):
    action, said = MISTAKES[mistake]
    with pytest.raises((ValueError, TypeError), match=said):
        action()
