"""Saving and restoring as tutorials do it: weights in both formats, JSON, whole models with the optimizer."""

import json

import numpy as np
import pytest

import kerax
from kerax import layers


def build():
    return kerax.Sequential(
        [layers.Dense(64, activation="relu", input_shape=(72,)), layers.Dense(10, activation="softmax")]
    )


@pytest.fixture(scope="module")
def trained():
    rng = np.random.default_rng(0)
    x, y = rng.random((64, 72), np.float32), rng.random((64, 10), np.float32)
    model = build()
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=2, verbose=0)
    return model, x, y, model.predict(x, verbose=0)


@pytest.mark.parametrize("name", ["model.h5", "model.weights.h5"])
def test_weights(trained, name, tmp_path):
    model, x, _, want = trained
    model.save_weights(tmp_path / name)
    other = build()
    other.load_weights(tmp_path / name)
    np.testing.assert_allclose(other.predict(x, verbose=0), want, atol=1e-6)


def test_json_and_yaml(trained):
    model, x, _, want = trained
    text = model.to_json()
    assert json.loads(text)["class_name"] == "Sequential"
    for fresh in (kerax.models.model_from_json(text), kerax.models.model_from_yaml(model.to_yaml())):
        fresh.set_weights(model.get_weights())
        np.testing.assert_allclose(fresh.predict(x, verbose=0), want, atol=1e-6)


@pytest.mark.parametrize("name", ["all_model.h5", "all_model.keras"])
def test_whole_models(trained, name, tmp_path):
    model, x, y, want = trained
    model.save(tmp_path / name)
    loaded = kerax.models.load_model(tmp_path / name)
    np.testing.assert_allclose(loaded.predict(x, verbose=0), want, atol=1e-6)
    before = [w.copy() for w in model.get_weights()]
    a = loaded.train_on_batch(x, y)
    again = kerax.models.load_model(tmp_path / name)
    b = again.train_on_batch(x, y)
    np.testing.assert_allclose(a, b)
    for p, q in zip(loaded.get_weights(), again.get_weights()):
        np.testing.assert_allclose(p, q)
    for p, q in zip(before, model.get_weights()):
        np.testing.assert_array_equal(p, q)
