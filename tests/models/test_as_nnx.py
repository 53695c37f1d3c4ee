"""A kerax model trained by NNX code."""

import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

import kerax


def test_trained_by_nnx_jit_and_optimizer():
    layers = [kerax.Input((3,)), kerax.layers.Dense(8), kerax.layers.BatchNormalization(), kerax.layers.Dropout(0.1)]
    model = kerax.Sequential([*layers, kerax.layers.Dense(1)])
    before = model.get_weights()
    module = model.as_nnx(rngs=nnx.Rngs(0))
    optimizer = nnx.Optimizer(module, optax.adam(1e-2), wrt=nnx.Param)
    x = jnp.asarray(np.random.default_rng(0).normal(size=(16, 3)), "float32")
    y = x.sum(1, keepdims=True)

    @nnx.jit
    def step(module, optimizer, x, y):
        loss, grads = nnx.value_and_grad(lambda m: jnp.mean((m(x, training=True) - y) ** 2))(module)
        optimizer.update(module, grads)
        return loss

    losses = [float(step(module, optimizer, x, y)) for _ in range(40)]
    assert losses[-1] < losses[0] / 2
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    outputs = module(x)
    module.write_back()
    np.testing.assert_allclose(model.predict(x, verbose=0), outputs, rtol=1e-4, atol=1e-5)
