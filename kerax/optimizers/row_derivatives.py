"""Gradients of a training step in which those of tables are kept row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.optimizers.rows import RowGradient
from kerax.tape.row_reads import reads_of, run_with


def value_and_row_grad(function: Callable, has_aux: bool = True) -> Callable:
    """``jax.value_and_grad``, with a ``RowGradient`` for each array of which only rows are picked.

    Args:
      function: ``list of arrays -> (scalar, aux)``.
      has_aux: True, as in ``jax.value_and_grad``.

    Returns:
      ``list of arrays -> ((scalar, aux), gradients)``.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.optimizers.row_derivatives import value_and_row_grad
      >>> step = value_and_row_grad(lambda arrays: (arrays[0][jnp.array([1, 1])].sum(), None))
      >>> _, (gradient,) = step([jnp.ones((3, 2))])
      >>> gradient.indices.tolist(), gradient.values.tolist()
      ([1, 1], [[1.0, 1.0], [1.0, 1.0]])
    """

    def run(arrays: list) -> Any:
        kept: list[Any] = []

        def flat(arrays: list) -> list:
            leaves, tree = jax.tree.flatten(function(arrays))
            kept[:] = [tree, *[None if _is_array(leaf) else leaf for leaf in leaves]]
            return [leaf for leaf in leaves if _is_array(leaf)]

        closed = jax.make_jaxpr(flat)(arrays)
        tree, *others = kept
        first = len(closed.consts)
        reads = reads_of(closed.jaxpr, range(first, first + len(arrays)))

        def tapped(arrays: list, taps: list) -> Any:
            outputs, rows = run_with(closed.jaxpr, [*closed.consts, *arrays], reads, taps)
            return outputs[0], (outputs, rows)

        taps = [jnp.zeros(read.shape, read.dtype) for read in reads]
        (_, (outputs, rows)), (found, picked) = jax.value_and_grad(tapped, (0, 1), has_aux=True)(arrays, taps)
        for table in {read.table for read in reads}:
            own = [i for i, read in enumerate(reads) if read.table == table]
            values, numbers = (jnp.concatenate([some[i] for i in own]) for some in (picked, rows))
            found[table - first] = RowGradient(values, numbers, arrays[table - first].shape)
        given = iter(outputs)
        return jax.tree.unflatten(tree, [next(given) if one is None else one for one in others]), found

    return run


def _is_array(leaf: Any) -> bool:
    return isinstance(leaf, (jax.Array, np.ndarray))
