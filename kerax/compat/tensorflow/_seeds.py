"""Where the functions that keep a state of their own (``tf.random.normal``) draw from outside of compiled programs.

TensorFlow seeds each operation with the global seed and its own; an operation without one gets the next number of a
generator of Python that ``set_seed`` starts. Operations of one kind with the same seeds go on where the last one
stopped. Sources: tensorflow/python/framework/random_seed.py, python/eager/context.py,
core/util/guarded_philox_random.h (2.15).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.compat.tensorflow._philox import Source
from kerax.jax_compat import in_trace
from kerax.state import rng
from kerax.state.scope import current_scope

_LARGEST = 2**31 - 1
_DEFAULT_GLOBAL = 87654321  # the global seed of operations that have one while nothing else is seeded
_WORD = 0xFFFFFFFF


class _State:
    """The global seed, and how far each kind of operation has got."""

    def __init__(self) -> None:
        self.began, self.seed = -1, None
        self.operations = random.Random()
        self.places: dict[Any, int] = {}
        self.kept: dict[Any, Any] = {}

    def begin(self, seed: Any) -> None:
        self.began, self.seed = rng.chosen_seed()[1], seed
        self.operations, self.places, self.kept = random.Random(seed), {}, {}


_state = _State()


def begin(seed: int) -> None:
    """Starts anew from a global seed."""
    _state.begin(seed)


def of_operation(seed: Any = None) -> tuple[int, int] | None:
    """The two seeds of an operation, None if neither is chosen.

    Args:
      seed: the operation's own.

    Example:
      >>> from kerax.compat.tensorflow import _seeds
      >>> import kerax.compat.tensorflow as tf
      >>> tf.random.set_seed(1); _seeds.of_operation(5)
      (1, 5)
    """
    chosen, began = rng.chosen_seed()
    if began != _state.began:
        _state.begin(chosen)
    if _state.seed is None and seed is None:
        return None
    own = _state.operations.randint(0, _LARGEST) if seed is None else int(seed)
    seeds = ((_DEFAULT_GLOBAL if _state.seed is None else _state.seed) % _LARGEST, own % _LARGEST)
    return (0, _LARGEST) if seeds == (0, 0) else seeds


def eager() -> bool:
    """Whether numbers are drawn at once, and not by a program that is being compiled."""
    return current_scope() is None and not in_trace()


def reserve(kind: Any, seed: Any, groups: int) -> Source:
    """Where an operation's numbers come from; the next one of its kind with the same seeds begins behind them.

    Args:
      kind: of operation, with all that distinguishes it from others.
      seed: its own, or None.
      groups: how many groups of four numbers are left to it.
    """
    seeds = of_operation(seed)
    if seeds is None:
        return unknown()
    return of_seeds(kind, seeds, groups if seed is not None else 0)  # one that was drawn does not come again


def of_seeds(kind: Any, seeds: tuple[int, int], groups: int) -> Source:
    """As ``reserve``, for both seeds; nothing is left to the operation, nor remembered, for 0 groups."""
    place = _state.places.get((kind, seeds), 0)
    if groups:
        _state.places[kind, seeds] = place + int(groups)
    words = [place & _WORD, place >> 32 & _WORD, seeds[1] & _WORD, seeds[1] >> 32]
    return Source([np.uint32(one) for one in words], [np.uint32(seeds[0] & _WORD), np.uint32(seeds[0] >> 32)])


def unknown() -> Source:
    """Where numbers come from that nobody has seeded."""
    words = [np.uint32(one) for one in np.random.SeedSequence([rng.draw_seed(), rng.draw_seed()]).generate_state(4)]
    return Source([np.uint32(0), np.uint32(0), *words[:2]], words[2:])


def kept(kind: Any, seed: Any, make: Callable) -> Any:
    """What an operation with a seed of its own remembers from one call to the next.

    Args:
      kind: of operation, with all that distinguishes it from others.
      seed: its own, or None.
      make: what makes it.
    """
    chosen, began = rng.chosen_seed()
    if began != _state.began:
        _state.begin(chosen)
    if (kind, seed) not in _state.kept:
        _state.kept[kind, seed] = make()
    return _state.kept[kind, seed]
