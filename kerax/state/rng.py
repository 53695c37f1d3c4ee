"""Random keys: the global generator outside functional calls, the scope's key inside them."""

from __future__ import annotations

import os
import random
import zlib

import jax
import numpy as np

from kerax.jax_compat import in_trace
from kerax.state.scope import current_scope

_SEED_BITS = 31


class _Generator:
    """A seed and how often it was drawn from."""

    def __init__(self) -> None:
        self.times = 0
        self.start_anew()

    def start_anew(self) -> None:
        self.seed, self.count, self.chosen = random.SystemRandom().getrandbits(_SEED_BITS), 0, False

    def leave_parent(self) -> None:
        """In a forked process: without a seed of the user's it must not repeat what its parent and siblings draw."""
        if not self.chosen:
            self.start_anew()

    def draw(self) -> int:
        self.count += 1
        return int(np.random.SeedSequence([self.seed, self.count]).generate_state(1)[0] >> 1)


_global = _Generator()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_global.leave_parent)


def set_global_seed(seed: int) -> None:
    """Restarts the global generator.

    Args:
      seed: a non-negative integer.

    Raises:
      ValueError: if it is not one.

    Example:
      >>> from kerax.state import rng
      >>> rng.set_global_seed(1); first = rng.draw_seed()
      >>> rng.set_global_seed(1); rng.draw_seed() == first
      True
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"A random seed is a non-negative integer, received {seed!r}.")
    _global.seed, _global.count, _global.chosen = int(seed), 0, True
    _global.times += 1


def forget_seed() -> None:
    """Goes on from a seed that nobody chose.

    Example:
      >>> from kerax.state import rng
      >>> rng.forget_seed(); rng.chosen_seed()[0] is None
      True
    """
    _global.start_anew()
    _global.times += 1


def chosen_seed() -> tuple[int | None, int]:
    """Returns ``(the seed that was set last or None, how often one was set)``.

    Example:
      >>> from kerax.state import rng
      >>> rng.set_global_seed(3); rng.chosen_seed()[0]
      3
    """
    return (_global.seed if _global.chosen else None), _global.times


def get_global_state() -> tuple[int, int]:
    """Returns ``(seed, draws so far)`` of the global generator, enough to continue it elsewhere.

    Example:
      >>> from kerax.state import rng
      >>> rng.set_global_seed(3); rng.get_global_state()
      (3, 0)
    """
    return _global.seed, _global.count


def set_global_state(state: tuple[int, int]) -> None:
    """Puts the global generator where ``get_global_state`` found it.

    Example:
      >>> from kerax.state import rng
      >>> rng.set_global_state((3, 0)); rng.get_global_state()
      (3, 0)
    """
    _global.seed, _global.count = int(state[0]), int(state[1])


def draw_seed() -> int:
    """Draws a fresh non-negative 31-bit seed from the global generator.

    Example:
      >>> from kerax.state import rng
      >>> 0 <= rng.draw_seed() < 2**31
      True
    """
    return _global.draw()


def next_key(path: str = "", seed: int | None = None) -> jax.Array:
    """A fresh JAX key for whoever draws noise at ``path``.

    Args:
      path: who draws; equal paths get different keys on every draw.
      seed: the drawer's own seed, folded into the key.

    Returns:
      A typed JAX PRNG key. Inside a functional call it derives from that call's key; outside, from the global
      generator,
      or from ``seed`` and the global count when a seed is given.

    Raises:
      RuntimeError: inside a plain ``jax.jit`` without a functional call, where the key would become a constant.

    Example:
      >>> from kerax.state import rng
      >>> rng.next_key("dropout").shape
      ()
    """
    scope = current_scope()
    if scope is not None:
        return scope.next_key(path, seed)
    if in_trace():
        raise RuntimeError(
            f"Layer {path!r} draws random numbers inside a JAX transformation without a key: the noise would be "
            f"frozen into the "
            "compiled program. Call the model through kerax.functional_call(model, params, state, x, key=key, "
            "training=True)."
        )
    if seed is None:
        return jax.random.key(draw_seed())
    _global.count += 1
    return jax.random.fold_in(jax.random.fold_in(jax.random.key(seed), zlib.crc32(path.encode())), _global.count)
