"""Flax modules, Linen and NNX, as layers."""

import flax.linen as nn
import jax
import numpy as np
import pytest
from flax import nnx

import kerax

X = np.random.default_rng(0).normal(size=(8, 6)).astype("float32")


class LinenNet(nn.Module):
    @nn.compact
    def __call__(self, x, train=False):
        x = nn.Dense(5)(x)
        x = nn.BatchNorm(use_running_average=not train)(x)
        x = nn.Dropout(0.5, deterministic=not train)(x)
        return nn.Dense(2, name="head")(x)


class NNXNet(nnx.Module):
    def __init__(self, rngs):
        self.first = nnx.Linear(6, 5, rngs=rngs)
        self.norm = nnx.BatchNorm(5, rngs=rngs)
        self.drop = nnx.Dropout(0.5, rngs=rngs)
        self.head = nnx.Linear(5, 2, rngs=rngs)

    def __call__(self, x):
        return self.head(self.drop(self.norm(self.first(x))))


def linen():
    return kerax.layers.FromFlax(LinenNet())


def from_nnx():
    return kerax.layers.FromFlax(NNXNet(nnx.Rngs(0)))


@pytest.mark.parametrize("make", [linen, from_nnx])
def test_weights_have_their_flax_paths_and_kinds(make):
    layer = make()
    layer(X)
    kernels = {"linen": "Dense_0/kernel", "from_nnx": "first/kernel"}
    moving = {"linen": "batch_stats/BatchNorm_0/mean", "from_nnx": "norm/mean"}
    assert layer.params[kernels[make.__name__]].shape == (6, 5)
    assert "head/bias" in layer.params
    assert moving[make.__name__] in layer.state


def test_linen_outputs_are_those_of_apply():
    layer = linen()
    y = layer(X)
    params, stats = {}, {}
    for path, array in layer.params.items():
        module, leaf = path.split("/")
        params.setdefault(module, {})[leaf] = array
    for path, array in layer.state.items():
        _, module, leaf = path.split("/")
        stats.setdefault(module, {})[leaf] = array
    np.testing.assert_allclose(y, LinenNet().apply({"params": params, "batch_stats": stats}, X), rtol=1e-6)


def test_nnx_outputs_are_those_of_the_module():
    module = NNXNet(nnx.Rngs(0))
    layer = kerax.layers.FromFlax(module)
    module.eval()
    np.testing.assert_allclose(layer(X), module(X), rtol=1e-6)


@pytest.mark.parametrize("make", [linen, from_nnx])
def test_training_mode_moves_statistics_and_draws_noise(make):
    layer = make()
    np.testing.assert_array_equal(layer(X), layer(X))
    before = layer.state
    first, second = layer(X, training=True), layer(X, training=True)
    assert np.any(first != second)
    assert all(np.any(layer.state[path] != array) for path, array in before.items())


@pytest.mark.parametrize("make", [linen, from_nnx])
def test_a_functional_call_differentiates_and_returns_the_new_statistics(make):
    layer = make()
    layer(X)

    @jax.jit
    def step(params, state, key):
        def loss(params):
            y, new_state, _ = kerax.functional_call(layer, params, state, X, key=key, training=True)
            return (y**2).mean(), new_state

        return jax.grad(loss, has_aux=True)(params)

    gradients, new_state = step(layer.params, layer.state, jax.random.key(0))
    assert gradients.keys() == layer.params.keys()
    assert all(np.isfinite(g).all() for g in gradients.values())
    assert all(np.any(new_state[path] != array) for path, array in layer.state.items())


@pytest.mark.parametrize("make", [linen, from_nnx])
def test_inside_a_model_it_learns(make):
    kerax.utils.set_random_seed(0)
    model = kerax.Sequential([kerax.Input((6,)), make(), kerax.layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    y = X[:, :1]
    history = model.fit(X, y, epochs=60, batch_size=8, verbose=0).history["loss"]
    assert history[-1] < history[0]


def test_a_frozen_module_keeps_its_weights():
    layer = linen()
    layer(X)
    layer.trainable = False
    assert not layer.params
    assert len(layer.state) == 8


@pytest.mark.parametrize(
    ("make", "objects"),
    [(linen, {"LinenNet": LinenNet}), (from_nnx, {"NNXNet": NNXNet(nnx.Rngs(1))})],
    ids=["linen", "nnx"],
)
def test_a_model_file_needs_the_class_or_an_instance(make, objects, tmp_path):
    model = kerax.Sequential([kerax.Input((6,)), make(), kerax.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(X, X[:, :1], epochs=1, verbose=0)
    model.save(tmp_path / "m.keras")
    copy = kerax.models.load_model(tmp_path / "m.keras", custom_objects=objects)
    np.testing.assert_allclose(copy.predict(X, verbose=0), model.predict(X, verbose=0), atol=1e-6)
    copy.fit(X, X[:, :1], epochs=1, verbose=0)
    with pytest.raises(ValueError, match="custom_objects"):
        kerax.models.load_model(tmp_path / "m.keras")
    assert kerax.models.clone_model(model).count_params() == model.count_params()


def test_a_class_is_no_module():
    with pytest.raises(TypeError, match="Make one of the class"):
        kerax.layers.FromFlax(NNXNet)
