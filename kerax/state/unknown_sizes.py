"""Shapes of operations whose unknown sizes have to fit known ones, as in ``(None, 3) + (2, None)``."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import jax

# Sizes to try for unknown ones: primes, so that a sum or product of them is not taken for a known size.
_FIRST, _SECOND = 53, 59
_PRIMES = (53, 59, 61, 67, 71, 73, 79, 83, 89, 97)
_MOST_TRIALS = 40

Run = Callable[[list[jax.ShapeDtypeStruct]], Any]


def shapes_by_trial(
    run: Run, specs: Sequence[jax.ShapeDtypeStruct], unknown_size: Callable[[int], Any], others: Iterable[int] = ()
) -> Any:
    """The output specs of an operation, found by giving its unknown sizes numbers until it goes through.

    First the unknown sizes get different numbers, then one common number, then 1 (which broadcasts), then the known
    sizes. Each is changed once more, alone: the output sizes that move with it are unknown, the others known.

    Args:
      run: returns the output specs for input specs, or raises.
      specs: input specs, unknown sizes symbolic.
      unknown_size: gives the symbolic size for an axis of the output.
      others: sizes of what the operation is given besides, such as constants.

    Returns:
      Output specs, or None if no numbers were found that fit.

    Example:
      >>> import jax, jax.numpy as jnp
      >>> from kerax.state.symbolic import to_spec, to_shape, unknown_size
      >>> from kerax.state.unknown_sizes import shapes_by_trial
      >>> specs = [to_spec((None, 3), "float32"), to_spec((2, None), "float32")]
      >>> to_shape(shapes_by_trial(lambda known: jax.eval_shape(jnp.add, *known), specs, unknown_size))
      (2, 3)
    """
    places = [
        (i, axis) for i, spec in enumerate(specs) for axis, size in enumerate(spec.shape) if not isinstance(size, int)
    ]
    known = sorted({*others, *(size for spec in specs for size in spec.shape if isinstance(size, int))} - {1})

    def attempt(sizes: Sequence[int]) -> Any:
        filled = [list(spec.shape) for spec in specs]
        for (i, axis), size in zip(places, sizes, strict=True):
            filled[i][axis] = size
        try:
            return run([jax.ShapeDtypeStruct(tuple(s), spec.dtype) for s, spec in zip(filled, specs, strict=True)])
        except Exception:  # these numbers do not fit
            return None

    for sizes in itertools.islice(_assignments(len(places), known), _MOST_TRIALS):
        base = attempt(sizes)
        if base is not None:
            changed = [attempt(other) for other in _changes(sizes)]
            return _merge(base, [other for other in changed if other is not None], unknown_size)
    return None


def _assignments(count: int, known: list[int]) -> Iterator[tuple[int, ...]]:
    if count <= len(_PRIMES):
        yield _PRIMES[:count]
    yield (_FIRST,) * count
    yield (1,) * count
    yield from itertools.product([*known, _FIRST, 1], repeat=count)


def _changes(sizes: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The assignment with one unknown size changed, and with all that share a number changed together."""
    for place, size in enumerate(sizes):
        yield (*sizes[:place], _SECOND + size, *sizes[place + 1 :])
    for size in {size for size in sizes if sizes.count(size) > 1}:
        yield tuple(_SECOND + other if other == size else other for other in sizes)


def _merge(base: Any, others: list[Any], unknown_size: Callable[[int], Any]) -> Any:
    def merge(spec: Any, *changed: Any) -> jax.ShapeDtypeStruct:
        moves = [any(other.shape[axis] != size for other in changed) for axis, size in enumerate(spec.shape)]
        sizes = (unknown_size(axis) if moves[axis] else size for axis, size in enumerate(spec.shape))
        return jax.ShapeDtypeStruct(tuple(sizes), spec.dtype)

    return jax.tree.map(merge, base, *others)
