"""Random arrays and variables, by their old ``K.`` names."""

from __future__ import annotations

from typing import Any

from kerax import random
from kerax.dtypes import requested_dtype, standardize_dtype
from kerax.state import Variable


def random_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Draws from the normal distribution.

    Example:
      >>> import kerax
      >>> kerax.backend.random_normal((2, 3), seed=1).shape
      (2, 3)
    """
    return random.normal(shape, mean, stddev, dtype, seed)


def truncated_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Draws from the normal distribution cut at two standard deviations.

    Example:
      >>> import kerax
      >>> kerax.backend.truncated_normal((2, 3), seed=1).shape
      (2, 3)
    """
    return random.truncated_normal(shape, mean, stddev, dtype, seed)


def random_uniform(shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Draws from the uniform distribution.

    Example:
      >>> import kerax
      >>> kerax.backend.random_uniform((2, 3), seed=1).shape
      (2, 3)
    """
    if dtype is not None and "int" in standardize_dtype(dtype):
        return random.randint(shape, int(minval), int(maxval), dtype, seed)
    return random.uniform(shape, minval, maxval, dtype, seed)


def random_bernoulli(shape: Any, p: float = 0.0, dtype: Any = None, seed: Any = None) -> Any:
    """Draws 1 with probability ``p`` and 0 otherwise.

    Example:
      >>> import kerax
      >>> kerax.backend.random_bernoulli((2,), 1.0).tolist()
      [1.0, 1.0]
    """
    return (random.uniform(shape, seed=seed) < p).astype(requested_dtype(dtype))


def random_binomial(shape: Any, p: float = 0.0, dtype: Any = None, seed: Any = None) -> Any:
    """Draws 1 with probability ``p`` and 0 otherwise.

    Example:
      >>> import kerax
      >>> kerax.backend.random_binomial((2,), 1.0).tolist()
      [1.0, 1.0]
    """
    return (random.uniform(shape, seed=seed) < p).astype(requested_dtype(dtype))


def random_normal_variable(
    shape: Any, mean: float, scale: float, dtype: Any = None, name: str | None = None, seed: Any = None
) -> Any:
    """Returns a variable with values from the normal distribution.

    Example:
      >>> import kerax
      >>> kerax.backend.random_normal_variable((2,), 0, 1).shape
      (2,)
    """
    return Variable(random.normal(shape, mean, scale, dtype, seed), name=name)


def random_uniform_variable(
    shape: Any, low: float, high: float, dtype: Any = None, name: str | None = None, seed: Any = None
) -> Any:
    """Returns a variable with values from the uniform distribution.

    Example:
      >>> import kerax
      >>> kerax.backend.random_uniform_variable((2,), 0, 1).shape
      (2,)
    """
    return Variable(random.uniform(shape, low, high, dtype, seed), name=name)
