"""Settings that shorten runs and change what `verbose="auto"` means."""

import numpy as np
import pytest

import kerax

X, Y = np.ones((40, 3), "float32"), np.ones((40, 1), "float32")


@pytest.fixture
def model():
    model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1)])
    model.compile("sgd", "mse")
    yield model
    kerax.config.set_max_epochs(None)
    kerax.config.set_max_steps_per_epoch(None)
    kerax.config.enable_interactive_logging()


def test_fewer_epochs(model):
    kerax.config.set_max_epochs(2)
    assert len(model.fit(X, Y, epochs=5, verbose=0).epoch) == 2
    assert model.fit(X, Y, initial_epoch=3, epochs=9, verbose=0).epoch == [3, 4]
    assert len(model.fit(X, Y, epochs=1, verbose=0).epoch) == 1


def test_fewer_steps(model):
    kerax.config.set_max_steps_per_epoch(3)
    model.fit(X, Y, batch_size=4, epochs=2, verbose=0)
    assert int(model.optimizer.iterations.numpy()) == 6
    assert model.predict(X, batch_size=4, verbose=0).shape == (12, 1)
    seen = []
    counter = kerax.callbacks.LambdaCallback(on_test_batch_end=lambda step, logs: seen.append(step))
    model.evaluate(X, Y, batch_size=4, verbose=0, callbacks=[counter])
    assert seen[-1] == 2
    model.fit(X, Y, batch_size=20, verbose=0)  # two batches are below the limit
    assert int(model.optimizer.iterations.numpy()) == 8


def test_limits_from_outside(model, monkeypatch):
    monkeypatch.setenv("KERAX_MAX_EPOCHS", "1")
    monkeypatch.setenv("KERAX_MAX_STEPS_PER_EPOCH", "2")
    assert len(model.fit(X, Y, batch_size=4, epochs=5, verbose=0).epoch) == 1
    assert int(model.optimizer.iterations.numpy()) == 2
    monkeypatch.setenv("KERAX_MAX_EPOCHS", "many")
    with pytest.raises(ValueError, match="KERAX_MAX_EPOCHS needs a whole number"):
        model.fit(X, Y, verbose=0)


def test_auto_is_one_line_without_interactive_logging(model, capsys):
    kerax.config.disable_interactive_logging()
    model.fit(X, Y)
    assert "2/2 - " in capsys.readouterr().out


def test_names_of_mixed_precision():
    kerax.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        assert kerax.layers.Dense(1).compute_dtype == "bfloat16"
        assert kerax.mixed_precision.global_policy() == kerax.mixed_precision.Policy("mixed_bfloat16")
    finally:
        kerax.mixed_precision.set_global_policy("float32")


def test_there_is_one_backend():
    kerax.config.set_backend("jax")
    with pytest.raises(ValueError, match="runs on JAX"):
        kerax.config.set_backend("torch")
