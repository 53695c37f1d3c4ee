"""Callbacks that evaluate, predict, train, read or write weights while the model is being trained, against Keras 3."""

from __future__ import annotations

import threading

import keras
import numpy as np
import pytest

import kerax

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(24, 4)).astype("float32"), RNG.normal(size=(24, 2)).astype("float32")
X_VAL, Y_VAL = X[:10] * 2, Y[:10]


def model_of(library, weights=None):
    layers = library.layers
    model = library.Sequential([library.Input((4,)), layers.Dense(6, activation="relu"), layers.Dense(2)])
    model.compile("adam", "mse", metrics=["mae"])
    if weights is not None:
        model.set_weights(weights)
    return model


def evaluate(model):
    model.evaluate(X_VAL, Y_VAL, verbose=0)


def predict(model):
    model.predict(X_VAL, verbose=0)


def train_on_batch(model):
    model.train_on_batch(X_VAL, Y_VAL)


def shrink(model):
    model.set_weights([weight * 0.9 for weight in model.get_weights()])


def run(library, hook, action, weights):
    def acting(self, *args, **kwargs):
        action(self.model)

    callback = type("Acting", (library.callbacks.Callback,), {hook: acting})()
    model = model_of(library, weights)
    history = model.fit(
        X, Y, batch_size=8, epochs=3, shuffle=False, verbose=0, callbacks=[callback], validation_data=(X_VAL, Y_VAL),
        validation_batch_size=4,
    ).history  # fmt: skip
    return history, model.get_weights()


CASES = [
    ("on_epoch_end", evaluate),
    ("on_epoch_end", predict),
    ("on_epoch_end", train_on_batch),
    ("on_epoch_end", shrink),
    ("on_epoch_begin", shrink),
    ("on_test_begin", shrink),
    ("on_test_end", shrink),
]


@pytest.mark.parametrize("hook, action", CASES, ids=[f"{action.__name__}-{hook}" for hook, action in CASES])
def test_actions_inside_fit_give_the_numbers_of_keras(hook, action):
    weights = model_of(kerax).get_weights()
    history, after = run(kerax, hook, action, weights)
    expected_history, expected = run(keras, hook, action, weights)
    assert set(history) == set(expected_history)
    for name, values in expected_history.items():
        np.testing.assert_allclose(history[name], values, rtol=2e-4, err_msg=name)
    for one, other in zip(after, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_evaluation_at_the_begin_of_an_epoch_leaves_its_training_metrics_alone():
    weights = model_of(kerax).get_weights()
    history, _ = run(kerax, "on_epoch_begin", evaluate, weights)
    plain, _ = run(kerax, "on_epoch_begin", lambda model: None, weights)
    for name in plain:
        np.testing.assert_allclose(history[name], plain[name], rtol=1e-6, err_msg=name)


def test_weights_that_a_callback_sets_when_evaluation_begins_are_evaluated():
    class Zeros(kerax.callbacks.Callback):
        def on_test_begin(self, logs=None):
            self.model.set_weights([weight * 0 for weight in self.model.get_weights()])

        on_predict_begin = on_test_begin

    model = model_of(kerax)
    loss, _ = model.evaluate(X, Y, verbose=0, callbacks=[Zeros()])
    assert loss == pytest.approx(float((Y**2).mean()), rel=1e-5)
    model = model_of(kerax)
    assert not model.predict(X, verbose=0, callbacks=[Zeros()]).any()


def test_validation_steps_begin_at_the_same_batch_every_time():
    model = model_of(kerax)
    model.optimizer.learning_rate = 0.0
    data = kerax.data.Dataset.from_tensor_slices((X, Y)).batch(3)
    for validation in ((X, Y), data, data.repeat()):
        history = model.fit(
            X, Y, epochs=3, verbose=0, validation_data=validation, validation_steps=2,
            **({"validation_batch_size": 3} if isinstance(validation, tuple) else {}),
        ).history  # fmt: skip
        expected = ((model.predict(X[:6], verbose=0) - Y[:6]) ** 2).mean()
        np.testing.assert_allclose(history["val_loss"], [expected] * 3, rtol=1e-5)


def test_another_thread_may_predict_while_the_model_is_trained():
    model, done, failures = model_of(kerax), threading.Event(), []

    def predict_on():
        try:
            while not done.is_set():
                model.predict(X[:3], verbose=0)
                model.get_weights()
        except BaseException as error:  # reported by the main thread
            failures.append(error)

    thread = threading.Thread(target=predict_on)
    thread.start()
    try:
        model.fit(X, Y, epochs=20, batch_size=4, verbose=0)
    finally:
        done.set()
        thread.join()
    assert not failures
