"""kerax.remat: the same results, the activations computed twice."""

import jax
import numpy as np
import pytest

import kerax

L = kerax.layers
X = np.random.default_rng(0).normal(size=(4, 6)).astype("float32")


def pair(make):
    """A layer and a remat layer with the same weights."""
    plain, inner = make(), make()
    plain(X), inner(X)
    inner.set_weights(plain.get_weights())
    return plain, kerax.remat(inner)


def step(layer, training=True):
    def loss(params):
        y, state, losses = kerax.functional_call(
            layer, params, layer.state, X, key=jax.random.key(0), training=training
        )
        return (y**2).mean() + sum(losses), (state, losses)

    return jax.jit(jax.value_and_grad(loss, has_aux=True))


def test_gradients_and_state_are_those_of_the_layer():
    def make():
        return kerax.Sequential([kerax.Input((6,)), L.Dense(5, kernel_regularizer="l2"), L.BatchNormalization()])

    plain, remat = pair(make)
    (value, (state, losses)), gradients = step(plain)(plain.params)
    (again, (remat_state, remat_losses)), remat_gradients = step(remat)(remat.params)
    np.testing.assert_allclose(again, value, rtol=1e-6)
    assert len(losses) == len(remat_losses) == 1
    for one, other in zip(gradients.values(), remat_gradients.values(), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-7)
    for one, other in zip(state.values(), remat_state.values(), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-6)


def test_the_forward_pass_is_computed_again_for_the_gradient():
    # The second forward pass is there before XLA simplifies: twice as many tangents.
    _, remat = pair(lambda: L.Dense(5, activation="tanh"))
    plain, _ = pair(lambda: L.Dense(5, activation="tanh"))
    count = [str(jax.make_jaxpr(step(layer))(layer.params)).count(" tanh ") for layer in (plain, remat)]
    assert count[1] == count[0] + 1


def test_added_losses_and_state_outside_a_functional_call():
    layer = kerax.remat(L.ActivityRegularization(l2=1.0))
    layer(X)
    np.testing.assert_allclose(layer.losses[0], (X**2).sum() / len(X), rtol=1e-5)
    moving = kerax.remat(L.BatchNormalization(momentum=0.0))
    moving(X, training=True)
    np.testing.assert_allclose(moving.layer.moving_mean.numpy(), X.mean(0), rtol=1e-5, atol=1e-6)


def test_masks_pass_through():
    ids = np.array([[1, 0, 2]])
    y = kerax.remat(L.Dense(3))(L.Embedding(4, 2, mask_zero=True)(ids))
    np.testing.assert_array_equal(kerax.state.get_mask(y), ids != 0)


@pytest.mark.parametrize("noise_layer", [lambda: L.Dropout(0.5)])
def test_noise_is_drawn_from_the_key(noise_layer):
    layer = kerax.remat(noise_layer())
    layer(X)

    def run(key):
        return kerax.functional_call(layer, {}, {}, X, key=key, training=True)[0]

    np.testing.assert_array_equal(run(jax.random.key(0)), run(jax.random.key(0)))
    assert np.any(run(jax.random.key(0)) != run(jax.random.key(1)))


def test_a_function():
    gradient = jax.grad(lambda x: kerax.remat(jax.numpy.sin)(x).sum())(X)
    np.testing.assert_allclose(gradient, np.cos(X), rtol=1e-5)


def test_inside_fit():
    kerax.utils.set_random_seed(0)
    model = kerax.Sequential([kerax.Input((6,)), kerax.remat(L.Dense(8, activation="tanh")), L.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    losses = model.fit(X, X[:, :1], epochs=40, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
