"""Functions of JAX and Flax modules as layers, and their way through files."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import kerax
from kerax.saving import register_keras_serializable

X = np.random.default_rng(0).normal(size=(16, 6)).astype("float32")
Y = X.sum(1, keepdims=True)


@register_keras_serializable("tests")
def make_params(rng, inputs):
    first, second = jax.random.split(rng)
    return [{"w": jax.random.normal(first, (inputs.shape[-1], 4))}, {"w": jax.random.normal(second, (4, 1))}]


@register_keras_serializable("tests")
def apply_params(params, inputs):
    return jnp.tanh(inputs @ params[0]["w"]) @ params[1]["w"]


@register_keras_serializable("tests")
def make_counted(rng, inputs, training):
    assert training is True
    return make_params(rng, inputs), {"calls": jnp.zeros([], jnp.int32), "kind": None}


@register_keras_serializable("tests")
def apply_counted(inputs, state, params, rng, training):
    assert (rng is None) == (not training)
    noise = jax.random.normal(rng, inputs.shape) if training else 0.0
    return apply_params(params, inputs + 0.1 * noise), {**state, "calls": state["calls"] + int(training)}


@register_keras_serializable("tests")
class Net(nn.Module):
    width: int = 5
    head: nn.Module | None = None

    @nn.compact
    def __call__(self, inputs, training=False):
        x = nn.Dense(self.width)(inputs)
        x = nn.BatchNorm(use_running_average=not training)(x)
        x = nn.Dropout(0.3, deterministic=not training)(x)
        return (self.head or nn.Dense(1))(x)

    def doubled(self, inputs):
        return self(inputs) * 2


@register_keras_serializable("tests")
def make_nnx():
    class Pair(nnx.Module):
        def __init__(self):
            rngs = nnx.Rngs(0)
            self.norm, self.head = nnx.BatchNorm(6, rngs=rngs), nnx.Linear(6, 1, rngs=rngs)

        def __call__(self, x):
            return self.head(self.norm(x))

    return Pair()


LAYERS = {
    "functions": lambda: kerax.layers.JaxLayer(apply_params, make_params),
    "functions_with_state": lambda: kerax.layers.JaxLayer(apply_counted, make_counted, seed=3),
    "flax": lambda: kerax.layers.FlaxLayer(Net(head=nn.Dense(1, use_bias=False))),
    "from_linen": lambda: kerax.layers.FromFlax(Net(width=3)),
    "from_nnx": lambda: kerax.layers.FromFlax(make_nnx),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_in_a_model_it_learns_and_is_saved(kind, tmp_path):
    model = kerax.Sequential([kerax.Input((6,)), LAYERS[kind]()])
    model.compile("adam", "mse")
    before = [np.array(w) for w in model.weights]
    model.fit(X, Y, epochs=2, batch_size=8, verbose=0)
    assert all(np.any(old != new) for old, new in zip(before, model.get_weights(), strict=True))
    model.save(tmp_path / "model.keras")
    loaded = kerax.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-6)


def test_weights_are_named_by_the_tree_and_state_counts():
    layer = LAYERS["functions_with_state"]()
    first, second = layer(X, training=True), layer(X, training=True)
    assert np.any(first != second)
    assert [w.path.split("/", 1)[1] for w in layer.weights] == ["0/w", "1/w", "calls"]
    assert int(layer.non_trainable_weights[0].value) == 2
    np.testing.assert_array_equal(layer(X), layer(X))


def test_given_parameters_are_taken_over():
    params = make_params(jax.random.key(0), X)
    layer = kerax.layers.JaxLayer(apply_params, params=params)
    assert layer.built and len(layer.trainable_weights) == 2
    np.testing.assert_allclose(layer(X), apply_params(params, X), rtol=1e-6)
    variables = Net().init(jax.random.key(1), X)
    flax_layer = kerax.layers.FlaxLayer(Net(), variables=variables)
    np.testing.assert_allclose(flax_layer(X), Net().apply(variables, X), rtol=1e-6)
    doubled = kerax.layers.FlaxLayer(Net(), method=Net.doubled, variables=variables)
    np.testing.assert_allclose(doubled(X), 2 * flax_layer(X), rtol=1e-6)


def test_a_function_without_parameters_and_structures_as_inputs():
    layer = kerax.layers.JaxLayer(lambda inputs: inputs["a"] + inputs["b"])
    assert layer({"a": X, "b": X}).shape == X.shape and layer.weights == []


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kerax.layers.JaxLayer(lambda params, inputs: inputs), "one of init_fn, params and state"),
        (lambda: kerax.layers.JaxLayer(lambda x: x), "unsupported argument 'x'"),
        (lambda: kerax.layers.JaxLayer(lambda params: params, params=1.0), "must take the argument 'inputs'"),
        (lambda: kerax.layers.JaxLayer(3), "must be a function"),
        (lambda: kerax.layers.JaxLayer(apply_counted, make_params)(X), "unsupported|must return the pair"),
        (lambda: kerax.layers.JaxLayer(lambda state, inputs: (inputs, {}), state={"a": 1.0})(X), "another structure"),
    ],
)
def test_bad_functions(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_module_that_no_file_can_hold():
    class Unregistered(nn.Module):
        @nn.compact
        def __call__(self, inputs):
            return nn.Dense(1)(inputs)

    with pytest.raises(TypeError, match="register_keras_serializable"):
        kerax.layers.FlaxLayer(Unregistered()).get_config()
    with pytest.raises(TypeError, match="flax.linen.Module"):
        kerax.layers.FlaxLayer(kerax.layers.Dense(1))
