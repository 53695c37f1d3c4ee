"""Initializers: the values of Keras for a seed, their distributions, their errors."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

import kerax

RANDOM = [
    ("RandomNormal", {}),
    ("RandomNormal", {"mean": 1.0, "stddev": 2.0}),
    ("RandomUniform", {"minval": -1.0, "maxval": 3.0}),
    ("TruncatedNormal", {}),
    ("VarianceScaling", {}),
    ("VarianceScaling", {"scale": 3.0, "mode": "fan_out", "distribution": "untruncated_normal"}),
    ("VarianceScaling", {"mode": "fan_avg", "distribution": "uniform"}),
    ("GlorotUniform", {}),
    ("GlorotNormal", {}),
    ("HeNormal", {}),
    ("HeUniform", {}),
    ("LecunNormal", {}),
    ("LecunUniform", {}),
    ("Orthogonal", {"gain": 2.0}),
]


@pytest.mark.parametrize("shape", [(3, 4), (9, 5), (3, 3, 4, 6), (40, 50)])
@pytest.mark.parametrize(("name", "kwargs"), RANDOM)
def test_values_for_a_seed_are_those_of_keras_on_jax(name, kwargs, shape):
    ours = getattr(kerax.initializers, name)(**kwargs, seed=42)(shape)
    theirs = getattr(keras.initializers, name)(**kwargs, seed=42)(shape)
    assert ours.dtype == jnp.float32
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=2e-6)


@pytest.mark.parametrize(("name", "kwargs"), RANDOM)
def test_config_is_that_of_keras(name, kwargs):
    ours = getattr(kerax.initializers, name)(**kwargs, seed=7)
    assert ours.get_config() == getattr(keras.initializers, name)(**kwargs, seed=7).get_config()
    again = kerax.initializers.deserialize(kerax.initializers.serialize(ours))
    np.testing.assert_array_equal(again((4, 4)), ours((4, 4)))
    np.testing.assert_array_equal(ours.clone()((4, 4)), ours((4, 4)))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("name", ["GlorotUniform", "HeNormal", "Orthogonal", "Zeros", "Identity"])
def test_narrow_dtypes(name, dtype):
    assert getattr(kerax.initializers, name)()((4, 4), dtype).dtype == dtype


@pytest.mark.parametrize(
    ("name", "kwargs", "variance", "limit"),
    [
        ("GlorotUniform", {}, 2 / 400, np.sqrt(6 / 400)),
        ("GlorotNormal", {}, 2 / 400, 2 * np.sqrt(2 / 400) / 0.87962566),
        ("HeNormal", {}, 2 / 100, 2 * np.sqrt(2 / 100) / 0.87962566),
        ("HeUniform", {}, 2 / 100, np.sqrt(6 / 100)),
        ("LecunNormal", {}, 1 / 100, 2 * np.sqrt(1 / 100) / 0.87962566),
        ("LecunUniform", {}, 1 / 100, np.sqrt(3 / 100)),
        ("RandomNormal", {"stddev": 0.3}, 0.09, np.inf),
        ("TruncatedNormal", {"stddev": 1.0}, 0.87962566**2, 2.0),
        ("RandomUniform", {"minval": -1, "maxval": 1}, 1 / 3, 1.0),
    ],
)
def test_variance_and_bounds(name, kwargs, variance, limit):
    values = np.asarray(getattr(kerax.initializers, name)(**kwargs, seed=3)((100, 300)), np.float64)
    # 30,000 samples: the variance estimate of a normal is within 4 standard errors, 4 * sqrt(2 / n) = 3.3 %.
    assert values.var() == pytest.approx(variance, rel=0.033)
    assert abs(values.mean()) < 4 * np.sqrt(variance / values.size)
    assert np.abs(values).max() <= limit * (1 + 1e-6)


def test_shapes_share_a_stream_but_seeds_do_not():
    make = kerax.initializers.RandomNormal
    flat = make(seed=1)((12,))
    np.testing.assert_array_equal(flat.reshape(3, 4), make(seed=1)((3, 4)))
    assert not np.allclose(make(seed=2)((12,)), flat)


def test_no_seed_draws_one_from_the_global_generator():
    kerax.state.rng.set_global_seed(5)
    first, second = kerax.initializers.GlorotUniform(), kerax.initializers.GlorotUniform()
    kerax.state.rng.set_global_seed(5)
    again = kerax.initializers.GlorotUniform()
    assert not np.array_equal(first((3, 3)), second((3, 3)))
    np.testing.assert_array_equal(first((3, 3)), again((3, 3)))
    np.testing.assert_array_equal(first((3, 3)), first((3, 3)))
    assert first.get_config()["seed"] is None


def test_a_seed_generator_gives_new_values_each_call():
    class Generator:
        def __init__(self):
            self.count = 0

        def next(self):
            self.count += 1
            return jax.random.key(self.count)

    initializer = kerax.initializers.RandomNormal(seed=Generator())
    assert not np.array_equal(initializer((5,)), initializer((5,)))


def test_a_key_that_is_being_traced():
    class Holder:
        def __init__(self, key):
            self.key = key

        def next(self):
            return self.key

    def make(key):
        return kerax.initializers.Orthogonal(seed=Holder(key))((4, 3))

    q = jax.jit(make)(jax.random.key(0))
    np.testing.assert_allclose(q.T @ q, np.eye(3), atol=1e-5)


def test_values_inside_jit_are_those_outside():
    make = kerax.initializers.HeNormal(seed=1)
    np.testing.assert_array_equal(jax.jit(lambda: make((3, 2)))(), make((3, 2)))


@pytest.mark.parametrize("shape", [(), (7,), (5, 3), (3, 3, 8, 16), (2, 3, 4, 5, 6)])
def test_fans_are_those_of_keras(shape):
    from keras.src.initializers.random_initializers import compute_fans

    assert kerax.initializers.compute_fans(shape) == compute_fans(shape)


def test_fans_over_given_axes():
    shape, axes = (2, 3, 5, 7), {"input_axes": (2,), "output_axes": (0, 1)}
    assert kerax.initializers.compute_fans(shape, **axes) == (5, 6)
    ours, theirs = (m.initializers.GlorotUniform(seed=1, **axes)(shape) for m in (kerax, keras))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_orthogonal_rows_or_columns():
    for shape in [(6, 3), (3, 6), (2, 3, 4)]:
        matrix = np.asarray(kerax.initializers.Orthogonal(seed=0)(shape)).reshape(-1, shape[-1])
        product = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
        np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-5)


@pytest.mark.parametrize("side", ["real", "imag"])
@pytest.mark.parametrize("scaling", [None, "density", "spectrum"])
@pytest.mark.parametrize("window", ["hann", "hamming", None])
@pytest.mark.parametrize("periodic", [True, False])
def test_stft_is_that_of_keras(side, scaling, window, periodic):
    make = dict(side=side, scaling=scaling, window=window, periodic=periodic)
    ours, theirs = (m.initializers.STFT(**make)((16, 1, 9)) for m in (kerax, keras))
    np.testing.assert_allclose(ours, theirs, atol=5e-6)
    assert kerax.initializers.STFT(**make).get_config() == keras.initializers.STFT(**make).get_config()
    assert kerax.initializers.STFT(**make)((16, 2, 9)).shape == (16, 2, 9)


def test_constant_takes_numbers_lists_and_arrays():
    constant = kerax.initializers.constant
    assert constant(2)((2,), "int32").tolist() == [2, 2]
    assert constant([1, 2])((3, 2)).tolist() == [[1, 2]] * 3
    assert constant(list(range(8)))((2, 4)).tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    table = np.arange(6.0).reshape(2, 3)
    config = kerax.initializers.serialize(constant(table))
    assert config == keras.initializers.serialize(keras.initializers.Constant(table))
    np.testing.assert_array_equal(kerax.initializers.deserialize(config)((2, 3)), table)
    with pytest.raises(ValueError, match=r"\(3,\).*\(4,\)"):
        constant([1, 2, 3])((4,))


def test_get_takes_everything_a_user_passes():
    get = kerax.initializers.get
    for name, cls in [
        ("glorot_uniform", "GlorotUniform"),
        ("GlorotUniform", "GlorotUniform"),
        ("uniform", "RandomUniform"),
        ("normal", "RandomNormal"),
        ("zero", "Zeros"),
        ("one", "Ones"),
        ("orthogonal", "Orthogonal"),
        ("IdentityInitializer", "Identity"),
        ("stft", "STFT"),
        ("lecun_normal", "LecunNormal"),
    ]:
        assert type(get(name)).__name__ == cls
    assert get(None) is None
    assert isinstance(get(kerax.initializers.glorot_normal), kerax.initializers.GlorotNormal)
    assert get(kerax.initializers.Constant(2.0)).value == 2.0
    assert get({"class_name": "HeNormal", "config": {"seed": 3}}).seed == 3
    assert get(jnp.ones((2, 2)))((2, 2)).tolist() == [[1, 1], [1, 1]]
    own = lambda shape, dtype=None: jnp.zeros(shape)  # noqa: E731
    assert get(own) is own
    with pytest.raises(ValueError, match="Did you mean"):
        get("glorot_unifrom")
    with pytest.raises(TypeError):
        get(3.0)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda i: i.VarianceScaling(scale=0), ValueError, "positive"),
        (lambda i: i.VarianceScaling(mode="fan"), ValueError, "fan_in"),
        (lambda i: i.VarianceScaling(distribution="gauss"), ValueError, "uniform"),
        (lambda i: i.RandomNormal(seed="a"), TypeError, "seed"),
        (lambda i: i.RandomNormal()((2,), "int32"), ValueError, "floating"),
        (lambda i: i.Orthogonal()((2,)), ValueError, "two sizes"),
        (lambda i: i.Identity()((2, 2, 2)), ValueError, "matrices"),
        (lambda i: i.Zeros()((None, 2)), ValueError, "known"),
        (lambda i: i.Zeros()((2,), partitions=3), TypeError, "partitions"),
        (lambda i: i.STFT(side="both"), ValueError, "real"),
        (lambda i: i.STFT()((4, 1)), ValueError, "frame_length"),
        (lambda i: i.STFT(window=[1.0, 2.0])((4, 1, 3)), ValueError, "4 samples"),
        (lambda i: i.Initializer()((2,)), TypeError, "__call__"),
    ],
)
def test_mistakes_are_explained(make, error, message):
    with pytest.raises(error, match=message):
        make(kerax.initializers)


def test_uniform_integers():
    values = kerax.initializers.RandomUniform(2, 5, seed=0)((200,), "int32")
    assert values.dtype == jnp.int32
    assert set(values.tolist()) == {2, 3, 4}
