"""SeedGenerator: a seed that moves on with every draw, as a variable, so that it travels with a layer's state."""

from __future__ import annotations

import random
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.registry import to_snake_case
from kerax.state import Module, Variable, structure_changed
from kerax.state import rng as random_keys
from kerax.state.naming import unique_name

_LARGEST_DEFAULT_SEED = 10**9


class SeedState(Variable):
    """The two words of a generator: its seed and how often it was drawn from. No weight, but part of the state."""

    __slots__ = ()
    is_weight = False


class SeedGenerator(Module):
    """Gives another seed at every draw: pass it as ``seed`` to the functions of ``kerax.random``.

    As an attribute of a layer its state is part of the layer's, so that it also moves on inside ``jax.jit`` and
    ``fit``. The values are those of Keras on JAX: the n-th draw uses the key ``[seed, n]``.

    Args:
      seed: a non-negative integer below 2**32; drawn from Python's generator by default.
      name: ``seed_generator``, ``seed_generator_1``... by default.

    Raises:
      ValueError: for another kind of seed, or an unknown argument.

    Example:
      >>> import kerax
      >>> seeds = kerax.random.SeedGenerator(seed=1337)
      >>> first, second = kerax.random.normal((), seed=seeds), kerax.random.normal((), seed=seeds)
      >>> bool(first != second), seeds.state.numpy()
      (True, array([1337,    2], dtype=uint32))
    """

    _kind = "seed_generator"

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any):
        kwargs.pop("backend", None)  # Keras's own, for the pipelines of other frameworks
        if kwargs:
            raise ValueError(
                f"SeedGenerator takes seed and name, received the unknown argument {next(iter(kwargs))!r}."
            )
        self.name = name or unique_name(to_snake_case(type(self).__name__))
        self._initial_seed = seed
        if seed is None:
            seed = random.randint(1, _LARGEST_DEFAULT_SEED)  # Python's generator, which set_random_seed() seeds as well
        words = seed_words(seed)
        self.state = SeedState(words, trainable=False, name="seed_generator_state")
        self.state.path = f"{self.name}/{self.state.name}"
        structure_changed()

    def next(self, ordered: bool = True) -> jax.Array:
        """Returns the present seed, two unsigned words that are a JAX key, and moves on.

        Args:
          ordered: whether the second word counts the draws; if not, both jump through a range of about a million
            numbers.

        Returns:
          uint32 array of shape (2,).
        """
        words = jnp.asarray(self.state.read())
        if ordered:
            self.state.assign(words + np.array([0, 1], np.uint32))
        else:
            self.state.assign((words + np.uint32(1)) * np.uint32(5387) % np.uint32(933199))
        return words

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """Makes a generator from ``get_config()``."""
        return cls(**config)


def seed_words(seed: Any) -> np.ndarray:
    """The two unsigned words of an integer seed.

    Raises:
      ValueError: if it is no integer, or does not fit 32 bits.

    Example:
      >>> from kerax.random.seed_generator import seed_words
      >>> seed_words(7)
      array([7, 0], dtype=uint32)
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise ValueError(
            f"Argument `seed` must be an integer or a kerax.random.SeedGenerator, received {seed!r} of type "
            f"{type(seed).__name__}."
        )
    if not -(2**31) <= seed < 2**32:
        raise ValueError(f"Argument `seed` must fit 32 bits, received {seed}.")
    return np.array([int(seed) & 0xFFFFFFFF, 0], np.uint32)


def make_key(seed: Any, function: str) -> jax.Array:
    """The JAX key of a seed as the functions of ``kerax.random`` take it.

    Args:
      seed: integer, ``SeedGenerator``, JAX key (typed, or two unsigned words), or None for the key of the functional
        call or the global generator.
      function: who draws: unseeded draws under different names are independent.

    Returns:
      A key that ``jax.random`` takes.

    Raises:
      ValueError: for another kind of seed, or without one inside a JAX transformation outside of every functional call.

    Example:
      >>> from kerax.random.seed_generator import make_key
      >>> make_key(3, "normal").shape
      ()
    """
    if seed is None:
        try:
            return random_keys.next_key(f"kerax.random.{function}")
        except RuntimeError:
            raise ValueError(
                f"kerax.random.{function}() was called without a seed inside a JAX transformation: its values would be "
                "frozen into the compiled program. Keep a kerax.random.SeedGenerator as an attribute of your layer "
                "and pass seed=self.seed_generator, or call the layer through kerax.functional_call(..., key=key)."
            ) from None
    if hasattr(seed, "next"):
        seed = seed.next()
    if not isinstance(seed, (jax.Array, np.ndarray)):
        seed = seed_words(seed)
    elif isinstance(seed, jax.Array) and jnp.issubdtype(seed.dtype, jax.dtypes.prng_key):
        return seed
    if tuple(seed.shape) != (2,):
        raise ValueError(
            f"A seed of kerax.random.{function}() that is an array must be a JAX key of two words, received shape "
            f"{tuple(seed.shape)}."
        )
    return jax.random.wrap_key_data(jnp.asarray(seed).astype(jnp.uint32), impl="threefry2x32")
