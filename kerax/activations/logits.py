"""Remembers which logits a softmax or sigmoid output came from.

Cross entropies of probabilities lose digits near 0 and 1, and their gradient vanishes where they were clipped. When the
probabilities are the very output of `softmax` or `sigmoid`, the loss can start from the logits instead. The note lives
exactly as long as the output array (or tracer) does.
"""

from __future__ import annotations

import weakref
from typing import Any

import jax
import jax.numpy as jnp

_sources: dict[int, tuple[weakref.ref, str, Any]] = {}

SIGMOID = "sigmoid"


def softmax_over(axis: Any, ndim: int) -> str:
    """Return the name of a softmax over ``axis`` of an array with ``ndim`` axes."""
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    return f"softmax over {sorted(a % ndim for a in axes)}"


def remember_logits(output: Any, function: str, logits: Any) -> None:
    """Note that ``output`` is ``function`` (`SIGMOID` or a name from `softmax_over`) of ``logits``."""
    if isinstance(output, jax.Array):
        key = id(output)
        _sources[key] = (weakref.ref(output, lambda _, table=_sources: table.pop(key, None)), function, logits)


def logits_of(output: Any, function: str) -> Any:
    """Return the logits whose ``function`` is ``output``, or ``None`` if that is not known.

    Example:
        >>> import jax.numpy as jnp
        >>> import kerax
        >>> from kerax.activations.logits import SIGMOID, logits_of
        >>> x = jnp.array([30.0])
        >>> y = kerax.activations.sigmoid(x)
        >>> logits_of(y, SIGMOID) is x, logits_of(y * 1, SIGMOID)
        (True, None)
    """
    found = _sources.get(id(output))
    if found is not None and found[0]() is output and found[1] == function:
        return found[2]
    return None


def source_of(output: Any) -> tuple[str | None, Any]:
    """Return the name of the function that ``output`` is of, and its logits; ``(None, None)`` if that is not known."""
    found = _sources.get(id(output))
    return (found[1], found[2]) if found is not None and found[0]() is output else (None, None)


def cast_with_logits(output: Any, dtype: Any) -> jax.Array:
    """Return ``output`` as an array of ``dtype`` that still knows its logits."""
    if isinstance(output, jax.Array) and output.dtype == dtype:
        return output
    cast = jnp.asarray(output, dtype)
    found = _sources.get(id(output))
    if found is not None and found[0]() is output and jnp.issubdtype(dtype, jnp.floating):
        remember_logits(cast, found[1], jnp.asarray(found[2], dtype))
    return cast


def sources_of(outputs: Any) -> tuple[list[str | None], list[Any]]:
    """The functions that the arrays in a structure are of, and their logits; for a program to give out."""
    pairs = [source_of(leaf) for leaf in jax.tree.leaves(outputs)]
    return [name for name, _ in pairs], [logits for _, logits in pairs]


def remember_all(outputs: Any, functions: list[str | None], logits: list[Any]) -> None:
    """Notes for a program's outputs what ``sources_of`` found while it was traced."""
    for leaf, function, source in zip(jax.tree.leaves(outputs), functions, logits, strict=True):
        if function is not None:
            remember_logits(leaf, function, source)
