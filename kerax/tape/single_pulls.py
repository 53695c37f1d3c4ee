"""The way back through one operation, compiled once it has come often.

Before a whole record is known its gradients are computed operation by operation. In records that are long, such as
those of an episode of a game, few kinds of operations come again and again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import jax

from kerax.jax_compat import is_tracer
from kerax.tape.jitted import Split, runs_are_kept

_OFTEN = 8  # times until compiling, which takes as long as about ten derivatives by JAX, is worth it
_KEPT = 1024  # kinds of operations that are remembered

_kinds: OrderedDict[Any, Any] = OrderedDict()  # how often one came, or its program


def pull_of_kind(key: Any, inputs: Sequence[Any], cotangents: Sequence[Any], pull: Callable) -> Callable | None:
    """The compiled form of the way back through an operation; None where it is not worth it.

    Args:
      key: identifies what ``pull`` computes, but for the inputs' shapes and dtypes; hashable, or None.
      inputs: of the operation.
      cotangents: gradients of its outputs, or None.
      pull: ``(inputs, cotangents) -> gradients``; holds no arrays.

    Returns:
      As ``pull``.
    """
    if key is None or not _runs_now((inputs, cotangents)):
        return None
    try:
        kind = key, tuple([_kind_of(one) for one in inputs]), tuple([one is None for one in cotangents])
        found = _kinds.get(kind, 0)
    except TypeError:  # an operation's parameters have no hash
        return None
    if not isinstance(found, int):
        _kinds.move_to_end(kind)
        return found
    if found < _OFTEN:
        _kinds[kind] = found + 1
        while len(_kinds) > _KEPT:
            _kinds.popitem(last=False)
        return None
    _kinds[kind] = program = jax.jit(pull)
    return program


def single_pull(split: Split, *given: Any) -> Callable | None:
    """The compiled form of ``split.pull``; None where it is not worth it.

    Args:
      split: a compiled function that ran in two parts.
      *given: what ``pull`` takes.
    """
    if not _runs_now(given):
        return None
    split.pulls += 1
    if split.pulls > _OFTEN and split.compiled_pull is None:
        split.compiled_pull = jax.jit(split.pull)
    return split.compiled_pull


def _runs_now(given: Any) -> bool:
    return not runs_are_kept() and not any(map(is_tracer, jax.tree.leaves(given)))


def _kind_of(value: Any) -> Any:
    return getattr(value, "shape", None), getattr(value, "dtype", None) or type(value)
