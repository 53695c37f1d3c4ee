"""kerax.random: the values of Keras on JAX, seeds that move on, and layers that draw inside compiled steps."""

import copy

import jax
import keras
import numpy as np
import pytest

import kerax

DRAWS = {
    "normal": {"shape": (3, 4), "mean": 1.0, "stddev": 2.0},
    "truncated_normal": {"shape": (3, 4), "mean": 1.0, "stddev": 2.0},
    "uniform": {"shape": (3, 4), "minval": -1.0, "maxval": 2.0},
    "randint": {"shape": (3, 4), "minval": 0, "maxval": 9},
    "gamma": {"shape": (5,), "alpha": 2.0},
    "beta": {"shape": (5,), "alpha": 2.0, "beta": [1.0, 2.0, 3.0, 4.0, 5.0]},
    "binomial": {"shape": (2, 3), "counts": 10, "probabilities": 0.25},
    "categorical": {"logits": np.log([[0.1, 0.9, 0.4], [0.7, 0.3, 0.2]]).astype("float32"), "num_samples": 4},
    "dropout": {"inputs": np.ones((3, 4), "float32"), "rate": 0.3},
    "shuffle": {"x": np.arange(12).reshape(4, 3)},
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("seed", [0, 1337, 2**32 - 1])
def test_an_integer_seed_gives_the_values_of_keras(name, seed):
    ours = getattr(kerax.random, name)(**DRAWS[name], seed=seed)
    theirs = np.asarray(getattr(keras.random, name)(**DRAWS[name], seed=seed))
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(np.asarray(ours), theirs, rtol=1e-6)
    np.testing.assert_array_equal(np.asarray(ours), np.asarray(getattr(kerax.random, name)(**DRAWS[name], seed=seed)))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("randint", {"shape": (5,), "minval": 0, "maxval": 7, "dtype": None}),
        ("randint", {"shape": (2, 2), "minval": np.array([[-1], [2]]), "maxval": 5, "dtype": "int8"}),
        ("binomial", {"shape": (2, 2), "counts": 5.0, "probabilities": 0.4, "dtype": "float16"}),
        ("binomial", {"shape": (2,), "counts": [1, 9], "probabilities": [0.0, 1.0]}),
        ("normal", {"shape": np.array([2, 3]), "dtype": "bfloat16"}),
        ("dropout", {"inputs": np.ones((3, 4), "float16"), "rate": 0.3, "noise_shape": (None, 1)}),
        ("shuffle", {"x": np.array([[True, False], [True, True]]), "axis": -1}),
    ],
)
def test_other_dtypes_and_shapes_are_those_of_keras(name, options):
    ours, theirs = (getattr(module, name)(**options, seed=1) for module in (kerax.random, keras.random))
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    np.testing.assert_array_equal(np.asarray(ours, "float32"), np.asarray(theirs, "float32"))


@pytest.mark.parametrize("name", DRAWS)
def test_every_public_function_draws_anew_without_a_seed(name):
    kerax.utils.set_random_seed(1)
    first, second = (np.asarray(getattr(kerax.random, name)(**DRAWS[name])) for _ in range(2))
    kerax.utils.set_random_seed(1)
    again = np.asarray(getattr(kerax.random, name)(**DRAWS[name]))
    np.testing.assert_array_equal(first, again)
    assert first.shape == second.shape


def test_all_names_of_keras_are_there():
    assert {name for name in dir(keras.random) if not name.startswith("_")} == set(kerax.random.__all__)


def test_a_generator_moves_on_as_in_keras():
    ours, theirs = kerax.random.SeedGenerator(7), keras.random.SeedGenerator(7)
    for ordered in (True, True, False, False):
        np.testing.assert_array_equal(np.asarray(ours.next(ordered)), np.asarray(theirs.next(ordered)))
    np.testing.assert_array_equal(ours.state.numpy(), np.asarray(theirs.state))
    a, b = (np.asarray(kerax.random.uniform((3,), seed=ours)) for _ in range(2))
    assert (a != b).all()


def test_default_seeds_follow_the_random_seed():
    kerax.utils.set_random_seed(3)
    ours = kerax.random.SeedGenerator().state.numpy()
    keras.utils.set_random_seed(3)
    np.testing.assert_array_equal(ours, np.asarray(keras.random.SeedGenerator().state))


def test_configuration():
    seeds = kerax.random.SeedGenerator(5, name="mine")
    again = kerax.random.SeedGenerator.from_config(seeds.get_config())
    assert again.get_config() == {"seed": 5, "name": "mine"}
    np.testing.assert_array_equal(copy.deepcopy(seeds).state.numpy(), seeds.state.numpy())


class Noisy(kerax.layers.Layer):
    def __init__(self):
        super().__init__()
        self.seed_generator = kerax.random.SeedGenerator(3)

    def call(self, inputs):
        return inputs + kerax.random.normal((), seed=self.seed_generator)


def test_a_layers_generator_is_state_but_no_weight():
    layer = Noisy()
    layer.build((None, 1))
    assert layer.weights == [] and len(layer.variables) == len(layer.non_trainable_variables) == 1
    assert list(layer.state) == ["seed_generator/state"]
    assert layer.get_weights() == []


def test_a_layer_draws_anew_in_every_compiled_step():
    model = kerax.Sequential([kerax.Input((1,)), Noisy()])
    x = np.zeros((6, 1), "float32")
    compiled = jax.jit(lambda state: kerax.functional_call(model, {}, state, x)[:2])
    first, state = compiled(model.state)
    second, state = compiled(state)
    assert float(first[0, 0]) != float(second[0, 0])
    np.testing.assert_allclose(np.asarray(first[0, 0]), np.asarray(model(x))[0, 0], rtol=1e-6)
    model.compile("sgd", "mse")
    before = model.layers[-1].seed_generator.state.numpy()
    model.fit(x, x, batch_size=2, epochs=2, verbose=0)
    np.testing.assert_array_equal(model.layers[-1].seed_generator.state.numpy(), before + [0, 6])


def test_an_unseeded_draw_in_a_layer_takes_the_key_of_the_call():
    layer = kerax.layers.Lambda(lambda x: x + kerax.random.normal(()))
    layer.build((1,))
    x = np.zeros((1,), "float32")
    outs = [kerax.functional_call(layer, {}, {}, x, key=jax.random.key(k))[0] for k in (0, 0, 1)]
    assert float(outs[0][0]) == float(outs[1][0]) != float(outs[2][0])


def test_symbolic_inputs():
    x = kerax.Input((4,))
    model = kerax.Model(x, kerax.random.dropout(x, 0.5, seed=1))
    out = np.asarray(model(np.ones((2, 4), "float32")))
    assert set(np.unique(out)) <= {0.0, 2.0}
    assert kerax.random.categorical(x, 3, seed=1).shape == (None, 3)
    assert kerax.random.shuffle(x, seed=1).shape == (None, 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kerax.random.normal((2,), dtype="int32"), "floating point"),
        (lambda: kerax.random.uniform((2,), dtype="int64"), "floating point"),
        (lambda: kerax.random.randint((2,), 0, 3, dtype="float32"), "integer"),
        (lambda: kerax.random.normal((None, 2)), "non-negative integers"),
        (lambda: kerax.random.normal((-1,)), "non-negative integers"),
        (lambda: kerax.random.normal((2,), seed="a"), "must be an integer"),
        (lambda: kerax.random.normal((2,), seed=1.5), "must be an integer"),
        (lambda: kerax.random.normal((2,), seed=2**40), "32 bits"),
        (lambda: kerax.random.normal((2,), seed=np.zeros(3, "uint32")), "two words"),
        (lambda: kerax.random.categorical(np.ones(3), 2), "rows, classes"),
        (lambda: kerax.random.dropout(np.ones(3), 1.5), r"\[0, 1\]"),
        (lambda: kerax.random.SeedGenerator("a"), "must be an integer"),
        (lambda: kerax.random.SeedGenerator(1, what=2), "unknown argument"),
        (lambda: jax.jit(lambda: kerax.random.normal((2,)))(), "without a seed"),
    ],
)
def test_mistakes(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_keys_are_seeds():
    typed, raw = jax.random.key(5), jax.random.PRNGKey(5)
    np.testing.assert_array_equal(
        np.asarray(kerax.random.normal((3,), seed=typed)), np.asarray(kerax.random.normal((3,), seed=raw))
    )
