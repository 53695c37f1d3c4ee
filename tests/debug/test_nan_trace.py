"""In debug mode a nan is traced to the layer, loss or gradient that gave it first, and to the step."""

import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax import layers

X, Y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")


def model_with(function, loss="mse", rate=0.1):
    """A model whose middle layer applies a function."""
    middle = layers.Lambda(function, name="suspect")
    model = kerax.Sequential([
        kerax.Input((2,)), layers.Dense(3, kernel_initializer="ones", name="first"), middle,
        layers.Dense(1, kernel_initializer="ones", name="last"),
    ])  # fmt: skip
    model.compile(kerax.optimizers.SGD(rate), loss)
    return model


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def debugging(request):
    with kerax.debug.checks(eager=request.param):
        yield


@pytest.mark.filterwarnings("ignore:.*loss is nan")
def test_the_first_layer_is_named(debugging, caplog):
    x = X.copy()
    x[6] = -5.0  # in the second of two batches
    model = model_with(jnp.log)
    with pytest.raises((ValueError, RuntimeError), match=r"Layer 'suspect' gives nan in step 2, its inputs hold none"):
        model.fit(x, Y, batch_size=4, shuffle=False, verbose=0)
    assert not caplog.records  # it is told once


def test_spoilt_weights_are_named(debugging):
    model = model_with(lambda x: x)
    model.layers[0].kernel.assign(jnp.full((2, 3), jnp.nan))
    with pytest.raises((ValueError, RuntimeError), match=r"Layer 'first' gives nan.* but its weights do: kernel"):
        model.fit(X, Y, verbose=0)


def test_a_loss_is_named(debugging):
    def root(y_true, y_pred):
        return jnp.sqrt(-jnp.abs(y_pred) - 1.0)

    with pytest.raises((ValueError, RuntimeError), match=r"The loss is nan in step 1, the model's outputs are not"):
        model_with(lambda x: x, loss=root).fit(X, Y, verbose=0)


def test_gradients_are_named(debugging):
    def norm(x):
        return jnp.sqrt(x - x) + x

    with pytest.raises((ValueError, RuntimeError), match=r"The gradients of first/kernel.* hold nan in step 1"):
        model_with(norm).fit(X, Y, verbose=0)


def test_without_debug_mode_nothing_is_looked_at():
    x = X.copy()
    x[0] = -5.0
    model = model_with(jnp.log)
    with pytest.warns(UserWarning, match="is nan"):
        model.fit(x, Y, verbose=0)
    with kerax.debug.checks():
        assert kerax.debug.enabled() and not kerax.debug.eager()
        model_with(lambda x: x).fit(X, Y, verbose=0)
    assert not kerax.debug.enabled()


def test_eager_steps_run_the_users_own_python():
    seen = []

    class Own(layers.Layer):
        def call(self, x):
            seen.append(type(x).__name__)
            return x

    model = kerax.Sequential([kerax.Input((2,)), Own(), layers.Dense(1)])
    model.compile("sgd", "mse")
    seen.clear()
    with kerax.debug.checks(eager=True):
        model.fit(X, Y, batch_size=2, verbose=0)
    assert len(seen) >= 4
