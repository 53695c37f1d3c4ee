"""Initializers that draw from a fixed distribution."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.dtypes import is_floating, requested_dtype
from kerax.functional.transfer import device_array
from kerax.initializers._sampling import draw, make_key
from kerax.initializers.initializer import Initializer, check_placement_arguments, static_shape
from kerax.registry import deserialize_keras_object
from kerax.state.rng import draw_seed


class RandomInitializer(Initializer):
    """Base of the initializers with a seed.

    An integer seed gives the same values at every call, also for ``seed=None``: then the seed is drawn once, when the
    object is made. An object with ``next()`` (a seed generator) gives new values at every call.

    Args:
        seed: int, seed generator, or ``None``.

    Raises:
        TypeError: if the seed is something else.

    Example:
        >>> import kerax
        >>> isinstance(kerax.initializers.RandomNormal(seed=1), kerax.initializers.RandomInitializer)
        True
    """

    def __init__(self, seed: Any = None) -> None:
        if isinstance(seed, dict):
            seed = deserialize_keras_object(seed)
        is_number = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
        if seed is not None and not is_number and not hasattr(seed, "next"):
            raise TypeError(
                f"{type(self).__name__} expects `seed` to be an int, a seed generator or None, got {seed!r} "
                f"of type {type(seed).__name__}."
            )
        self._given_seed = seed
        self.seed = draw_seed() if seed is None else seed

    def get_config(self) -> dict[str, Any]:
        """Return ``{"seed": ...}`` as given to the constructor; a seed generator is described by its own config."""
        seed = self._given_seed
        if hasattr(seed, "get_config"):
            seed = {
                "module": "keras.random",
                "class_name": type(seed).__name__,
                "config": seed.get_config(),
                "registered_name": None,
            }
        return {"seed": seed}

    def _checked(self, shape: Any, dtype: Any, kwargs: dict[str, Any]) -> tuple[tuple[int, ...], str]:
        """Return the static shape and the name of the floating type to draw."""
        check_placement_arguments(self, kwargs)
        dtype = requested_dtype(dtype).name
        if not is_floating(dtype):
            raise ValueError(
                f"{type(self).__name__} draws floating values: expected a floating `dtype`, got {dtype!r}."
            )
        return static_shape(self, shape), dtype


class RandomNormal(RandomInitializer):
    """Samples of a normal distribution.

    Args:
        mean: mean.
        stddev: standard deviation.
        seed: int, seed generator, or ``None``.

    Example:
        >>> import kerax
        >>> values = kerax.initializers.RandomNormal(stddev=0.1, seed=1)((100, 10))
        >>> bool(abs(values.std() - 0.1) < 0.01)
        True
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = _not_negative("stddev", stddev, self)
        super().__init__(seed)

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **kwargs: Any) -> jax.Array:
        """Return ``mean + stddev * N(0, 1)``."""
        shape, dtype = self._checked(shape, dtype, kwargs)
        return scale_shift(draw("normal", self.seed, shape, dtype), self.stddev, self.mean)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomInitializer):
    """Samples of a normal distribution without the values further than two standard deviations from the mean.

    The standard deviation of what remains is about 0.88 times ``stddev``.

    Args:
        mean: mean.
        stddev: standard deviation before the cut.
        seed: int, seed generator, or ``None``.

    Example:
        >>> import kerax
        >>> values = kerax.initializers.TruncatedNormal(stddev=1.0, seed=1)((1000,))
        >>> bool(abs(values).max() <= 2)
        True
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = _not_negative("stddev", stddev, self)
        super().__init__(seed)

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **kwargs: Any) -> jax.Array:
        """Return ``mean + stddev * N(0, 1)``, cut at two standard deviations."""
        shape, dtype = self._checked(shape, dtype, kwargs)
        return scale_shift(draw("truncated_normal", self.seed, shape, dtype), self.stddev, self.mean)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class RandomUniform(RandomInitializer):
    """Samples of a uniform distribution over ``[minval, maxval)``; an integer dtype gives integers.

    Args:
        minval: lower bound, included.
        maxval: upper bound, excluded.
        seed: int, seed generator, or ``None``.

    Example:
        >>> import kerax
        >>> values = kerax.initializers.RandomUniform(0.0, 2.0, seed=1)((100,))
        >>> bool((values >= 0).all() and (values < 2).all())
        True
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **kwargs: Any) -> jax.Array:
        """Return uniform samples."""
        name = requested_dtype(dtype).name
        if jnp.issubdtype(name, jnp.integer):
            check_placement_arguments(self, kwargs)
            with jax.ensure_compile_time_eval():
                return jax.random.randint(
                    make_key(self.seed), static_shape(self, shape), int(self.minval), int(self.maxval), name
                )
        shape, name = self._checked(shape, dtype, kwargs)
        return scale_shift(draw("uniform", self.seed, shape, name), self.maxval - self.minval, self.minval)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


def scale_shift(samples: Any, scale: float, shift: float) -> jax.Array:
    """Return ``samples * scale + shift`` in the samples' dtype."""
    factor, summand = (np.asarray(number, samples.dtype) for number in (scale, shift))
    return device_array(samples * factor + summand)


def _not_negative(name: str, value: Any, initializer: Any) -> Any:
    if not value >= 0:
        raise ValueError(f"{type(initializer).__name__}: argument {name} must not be negative, received {value!r}.")
    return value
