"""NumPy's version of JAX's generator gives JAX's numbers."""

import jax
import numpy as np
import pytest

from kerax.functional import threefry
from kerax.functional.transfer import device_array_of_own, device_copy

KEYS = [(0, 0), (0, 7), (0xFFFFFFFF, 0xFFFFFFFF), (123456789, 987654321)]


def jax_key(words):
    return jax.random.wrap_key_data(np.array(words, np.uint32), impl="threefry2x32")


@pytest.mark.parametrize("words", KEYS)
def test_bits_are_those_of_jax(words):
    expected = np.asarray(jax.random.bits(jax_key(words), (1000,)))
    np.testing.assert_array_equal(threefry.random_bits(np.array(words, np.uint32), 0, 1000), expected)
    np.testing.assert_array_equal(threefry.random_bits(np.array(words, np.uint32), 990, 1000), expected[990:])


@pytest.mark.parametrize("words", KEYS[1:3])
def test_samples_are_those_of_jax(words):
    size = threefry._BLOCK + 100  # two blocks
    ours = {kind: threefry.sample(np.array(words, np.uint32), kind, size, 2.0) for kind in ("uniform", "normal")}
    np.testing.assert_array_equal(ours["uniform"], np.asarray(jax.random.uniform(jax_key(words), (size,))))
    np.testing.assert_allclose(ours["normal"], np.asarray(jax.random.normal(jax_key(words), (size,))), atol=2e-6)
    cut = threefry.sample(np.array(words, np.uint32), "truncated_normal", size, 2.0)
    expected = np.asarray(jax.random.truncated_normal(jax_key(words), -2.0, 2.0, (size,)))
    np.testing.assert_allclose(cut, expected, atol=2e-6)
    assert np.abs(cut).max() < 2.0


def test_erf_inv_into_the_tails():
    x = np.float32([-0.9999999, -0.9999, -0.5, 0.0, 1e-6, 0.5, 0.999, 0.9999999])
    np.testing.assert_allclose(threefry.erf_inv(x), np.asarray(jax.lax.erf_inv(x)), rtol=3e-6)


def test_transferred_arrays_are_independent_of_their_source():
    values = np.zeros(4096, np.float32)
    array = device_array_of_own(values)
    copy = device_copy(array)
    values[:] = 1
    jax.jit(lambda a: a + 1, donate_argnums=0)(copy)
    assert float(array.sum()) == 0.0 and array.dtype == np.float32
