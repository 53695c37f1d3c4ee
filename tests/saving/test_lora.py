"""LoRA updates in files: Keras 3 finds the sum, kerax the weight and its update."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import numpy as np
import pytest

import kerax

X = np.linspace(-1, 1, 12, dtype="float32").reshape(3, 4)
NAMES = ("m.keras", "m.weights.h5", "m.weights.json")


def model(library, rank=2):
    layers = library.layers
    made = library.Sequential(
        [
            library.Input((4,)),
            layers.Dense(3, name="d", lora_rank=rank, lora_alpha=rank and 4),
            layers.EinsumDense("ab,bc->ac", output_shape=2, bias_axes="c", name="e", lora_rank=rank),
        ]
    )
    rng = np.random.default_rng(0)
    made.set_weights([rng.normal(size=w.shape).astype("float32") for w in made.get_weights()])
    return made


def loaded(library, path, rank=2):
    if path.name == "m.keras":
        return library.models.load_model(path)
    again = model(library, rank)
    again.load_weights(path)
    return again


@pytest.mark.parametrize("name", NAMES)
def test_keras_reads_the_sum_and_kerax_the_update(name, tmp_path):
    keras = pytest.importorskip("keras")
    ours = model(kerax)
    (ours.save if name == "m.keras" else ours.save_weights)(tmp_path / name)
    expected = np.asarray(ours(X))
    np.testing.assert_allclose(loaded(keras, tmp_path / name)(X), expected, atol=1e-5)
    again = loaded(kerax, tmp_path / name)
    np.testing.assert_allclose(again(X), expected, atol=1e-5)
    for one, other in zip(ours.weights, again.weights, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=1e-6, err_msg=one.path)


@pytest.mark.parametrize("name", NAMES[:2])
def test_kerax_reads_what_keras_wrote(name, tmp_path):
    keras = pytest.importorskip("keras")
    theirs = model(keras)
    (theirs.save if name == "m.keras" else theirs.save_weights)(tmp_path / name)
    ours = loaded(kerax, tmp_path / name)
    np.testing.assert_allclose(ours(X), theirs(X), atol=1e-5)
    layer = ours.get_layer("d")
    assert not np.any(layer.lora_kernel_b.numpy()) and np.any(layer.lora_kernel_a.numpy())  # it can be trained


def test_a_file_without_an_update_goes_into_a_model_with_one(tmp_path):
    plain = model(kerax, None)
    plain.save_weights(tmp_path / "m.weights.h5")
    np.testing.assert_allclose(loaded(kerax, tmp_path / "m.weights.h5")(X), plain(X), atol=1e-6)
