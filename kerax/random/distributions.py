"""Arrays drawn from distributions. Values for integer seeds are those of Keras on JAX."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.dtypes import device_dtype, is_floating, requested_dtype, standardize_dtype
from kerax.initializers._sampling import TRUNCATION
from kerax.random.seed_generator import make_key
from kerax.state import is_symbolic
from kerax.state.symbolic import record, symbolic_leaves


def _float_dtype(dtype: Any, function: str) -> np.dtype:
    name = standardize_dtype(dtype)
    if not is_floating(name):
        raise ValueError(f"kerax.random.{function}() requires a floating point `dtype`, received {name!r}.")
    return requested_dtype(name)


def _sizes(shape: Any, function: str) -> tuple:
    sizes = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    for size in sizes:
        if size is None or (isinstance(size, (int, np.integer)) and size < 0):
            raise ValueError(
                f"kerax.random.{function}() needs a shape of non-negative integers, received {sizes}. Inside a layer, "
                "take unknown sizes from an input: shape=kerax.ops.shape(x)."
            )
    return tuple(int(size) if isinstance(size, np.integer) else size for size in sizes)


def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Draws from the normal distribution.

    Args:
      shape: sizes of the result.
      mean: mean; a number or an array that broadcasts.
      stddev: standard deviation, likewise.
      dtype: a floating dtype; ``floatx()`` by default.
      seed: integer (the same values every time), ``SeedGenerator``, JAX key, or None for the global generator.

    Returns:
      Array of the shape and dtype.

    Raises:
      ValueError: for a dtype that is not floating, an unknown size, or a bad seed.

    Example:
      >>> import kerax
      >>> kerax.random.normal((2, 3), seed=1).shape
      (2, 3)
    """
    dtype = _float_dtype(dtype, "normal")
    sample = jax.random.normal(make_key(seed, "normal"), _sizes(shape, "normal"), dtype)
    return (sample * stddev + mean).astype(dtype)


def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Draws from the normal distribution without what lies more than two standard deviations from the mean.

    Args:
      shape: sizes of the result.
      mean: mean.
      stddev: standard deviation before the cut.
      dtype: a floating dtype; ``floatx()`` by default.
      seed: integer, ``SeedGenerator``, JAX key, or None for the global generator.

    Returns:
      Array of the shape and dtype.

    Raises:
      ValueError: for a dtype that is not floating, an unknown size, or a bad seed.

    Example:
      >>> import kerax
      >>> bool(abs(kerax.random.truncated_normal((100,), seed=1)).max() <= 2)
      True
    """
    dtype = _float_dtype(dtype, "truncated_normal")
    key = make_key(seed, "truncated_normal")
    sample = jax.random.truncated_normal(key, -TRUNCATION, TRUNCATION, _sizes(shape, "truncated_normal"), dtype)
    return (sample * stddev + mean).astype(dtype)


def uniform(shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Draws from the uniform distribution over ``[minval, maxval)``.

    Args:
      shape: sizes of the result.
      minval: lower bound, included.
      maxval: upper bound, excluded.
      dtype: a floating dtype; ``floatx()`` by default. ``randint`` draws integers.
      seed: integer, ``SeedGenerator``, JAX key, or None for the global generator.

    Returns:
      Array of the shape and dtype.

    Raises:
      ValueError: for a dtype that is not floating, an unknown size, or a bad seed.

    Example:
      >>> import kerax
      >>> values = kerax.random.uniform((100,), 2.0, 3.0, seed=1)
      >>> bool((values >= 2).all() and (values < 3).all())
      True
    """
    dtype = _float_dtype(dtype, "uniform")
    return jax.random.uniform(make_key(seed, "uniform"), _sizes(shape, "uniform"), dtype, minval, maxval)


def randint(shape: Any, minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None) -> Any:
    """Draws integers, each of ``minval`` to ``maxval - 1`` equally often.

    Args:
      shape: sizes of the result.
      minval: lower bound, included.
      maxval: upper bound, excluded.
      dtype: an integer dtype.
      seed: integer, ``SeedGenerator``, JAX key, or None for the global generator.

    Returns:
      Array of the shape and dtype.

    Raises:
      ValueError: for a dtype that is no integer one, an unknown size, or a bad seed.

    Example:
      >>> import kerax
      >>> values = kerax.random.randint((100,), 0, 6, seed=1)
      >>> int(values.min()), int(values.max())
      (0, 5)
    """
    name = standardize_dtype("int32" if dtype is None else dtype)
    if not jnp.issubdtype(device_dtype(name), jnp.integer):
        raise ValueError(f"kerax.random.randint() requires an integer `dtype`, received {name!r}.")
    return jax.random.randint(make_key(seed, "randint"), _sizes(shape, "randint"), minval, maxval, device_dtype(name))


def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Draws from the gamma distribution with scale 1.

    Args:
      shape: sizes of the result.
      alpha: the concentration, positive; a number or an array that broadcasts to ``shape``.
      dtype: a floating dtype; ``floatx()`` by default.
      seed: integer, ``SeedGenerator``, JAX key, or None for the global generator.

    Returns:
      Array of the shape and dtype.

    Raises:
      ValueError: for a dtype that is not floating, an unknown size, or a bad seed.

    Example:
      >>> import kerax
      >>> bool((kerax.random.gamma((10,), 2.0, seed=1) > 0).all())
      True
    """
    dtype = _float_dtype(dtype, "gamma")
    return jax.random.gamma(make_key(seed, "gamma"), jnp.asarray(alpha, dtype), _sizes(shape, "gamma"), dtype)


def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Draws from the beta distribution.

    Args:
      shape: sizes of the result.
      alpha: first concentration, positive; a number or an array that broadcasts to ``shape``.
      beta: second concentration, likewise.
      dtype: a floating dtype; ``floatx()`` by default.
      seed: integer, ``SeedGenerator``, JAX key, or None for the global generator.

    Returns:
      Array of the shape and dtype, in [0, 1].

    Raises:
      ValueError: for a dtype that is not floating, an unknown size, or a bad seed.

    Example:
      >>> import kerax
      >>> values = kerax.random.beta((10,), 2.0, 3.0, seed=1)
      >>> bool((values > 0).all() and (values < 1).all())
      True
    """
    dtype = _float_dtype(dtype, "beta")
    first, second = jnp.asarray(alpha, dtype), jnp.asarray(beta, dtype)
    return jax.random.beta(make_key(seed, "beta"), first, second, _sizes(shape, "beta"), dtype)


def binomial(shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Draws how many of ``counts`` trials succeed, each with the given probability.

    Args:
      shape: sizes of the result.
      counts: numbers of trials, not negative; a number or an array that broadcasts to ``shape``.
      probabilities: of success, in [0, 1]; likewise.
      dtype: a floating dtype; ``floatx()`` by default.
      seed: integer, ``SeedGenerator``, JAX key, or None for the global generator.

    Returns:
      Array of the shape and dtype with whole numbers.

    Raises:
      ValueError: for a dtype that is not floating, an unknown size, or a bad seed.

    Example:
      >>> import kerax
      >>> kerax.random.binomial((3,), 4, 1.0, seed=1)
      Array([4., 4., 4.], dtype=float32)
    """
    dtype = _float_dtype(dtype, "binomial")
    n, p = jnp.asarray(counts), jnp.asarray(probabilities)
    return jax.random.binomial(make_key(seed, "binomial"), n, p, _sizes(shape, "binomial"), dtype)


def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> Any:
    """Draws class numbers from rows of log-probabilities, which need not be normalised.

    Args:
      logits: (rows, classes).
      num_samples: draws for each row.
      dtype: dtype of the class numbers.
      seed: integer, ``SeedGenerator``, JAX key, or None for the global generator.

    Returns:
      (rows, num_samples), numbers of 0 to classes - 1.

    Raises:
      ValueError: if ``logits`` has another number of axes.

    Example:
      >>> import kerax
      >>> kerax.random.categorical([[0.0, 100.0]], 3, seed=1)
      Array([[1, 1, 1]], dtype=int32)
    """
    if is_symbolic(logits) or symbolic_leaves(logits):
        draw = functools.partial(categorical, num_samples=num_samples, dtype=dtype, seed=seed)
        return record(draw, logits, name="categorical")
    logits = jnp.asarray(logits)
    if logits.ndim != 2:
        raise ValueError(
            f"kerax.random.categorical() needs logits of shape (rows, classes), received shape {logits.shape}."
        )
    if not jnp.issubdtype(logits.dtype, jnp.floating):
        logits = logits.astype(device_dtype(None))
    key = make_key(seed, "categorical")
    drawn = jax.random.categorical(key, logits[..., None], shape=(logits.shape[0], num_samples), axis=1)
    return drawn.astype(requested_dtype(dtype))
