"""LinearModel and WideDeepModel, with numbers of tf.keras 2.15."""

import numpy as np
import pytest

import kerax

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 3)).astype("float32")
Y = (X @ [[1.0], [-2.0], [0.5]] + 3).astype("float32")


def test_a_linear_model_learns_its_function_and_comes_back(tmp_path):
    model = kerax.experimental.LinearModel(kernel_regularizer="l2")
    model.compile(kerax.optimizers.SGD(0.1), "mse")
    # tf.keras 2.15.1, the same data and settings, without shuffling: 12 steps of batches of 16.
    losses = model.fit(X, Y, batch_size=16, epochs=3, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(losses, [7.664877891540527, 1.719928503036499, 0.4608291685581207], rtol=1e-5)
    model.save(tmp_path / "m.keras")
    np.testing.assert_allclose(kerax.models.load_model(tmp_path / "m.keras")(X), model(X), rtol=1e-6)


def test_inputs_by_name():
    model = kerax.experimental.LinearModel(2, activation="relu", use_bias=False, kernel_initializer="ones")
    inputs = {"b": X[:, 1:], "a": X[:, :1]}
    np.testing.assert_allclose(model(inputs), np.maximum(np.tile(X.sum(1, keepdims=True), 2), 0), rtol=1e-5, atol=1e-6)
    assert [layer.name for layer in model.dense_layers] == ["a", "b"]
    with pytest.raises(ValueError, match="'b'.*missing"):
        model({"a": X[:, :1]})


def test_the_parts_of_a_wide_and_deep_model_have_their_own_optimizers(tmp_path):
    linear = kerax.experimental.LinearModel()
    deep = kerax.Sequential([kerax.layers.Dense(4, activation="relu"), kerax.layers.Dense(1)])
    model = kerax.experimental.WideDeepModel(linear, deep)
    model.compile([kerax.optimizers.SGD(0.0), kerax.optimizers.Adam(0.01)], "mse", metrics=["mae"])
    model.fit([X, X], Y, epochs=1, verbose=0)
    assert not any(w.any() for w in linear.get_weights())  # it began with zeros, and its learning rate is zero
    before = deep.get_weights()
    model.fit(X, Y, epochs=1, verbose=0)  # one array for both parts
    assert any((a != b).any() for a, b in zip(before, deep.get_weights(), strict=True))
    np.testing.assert_allclose(model(X), linear(X) + deep(X), rtol=1e-6)
    model.save(tmp_path / "m.keras")
    again = kerax.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again.predict([X, X], verbose=0), model.predict([X, X], verbose=0), rtol=1e-6)
    assert [type(one).__name__ for one in again.optimizer.optimizers] == ["SGD", "Adam"]
    with pytest.raises(ValueError, match="received 3"):
        model.compile(["sgd"] * 3, "mse")
