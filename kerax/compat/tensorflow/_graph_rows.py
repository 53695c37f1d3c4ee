"""``map_fn``, ``scan``, ``foldl`` and ``foldr`` in graphs of TensorFlow 1: a step along rows as one operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._edges import unwrap
from kerax.compat.tensorflow._graph import Evaluation
from kerax.compat.tensorflow._graph_flow import effect, is_leaf, spec_of
from kerax.compat.tensorflow._graph_gradients import behind, outside_of
from kerax.compat.tensorflow._joining import concat, reverse
from kerax.compat.tensorflow._v1_cells import is_one, of_each
from kerax.compat.tensorflow._v1_rnn import looped
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor


def _leaves(tree: Any) -> list:
    return jax.tree.leaves(tree, is_leaf=is_one)


def _as_tensors(tree: Any) -> Any:
    """Tensors, variables and symbolic tensors as they are, numbers and lists of numbers as tensors."""
    if isinstance(tree, (tuple, dict)) or (isinstance(tree, list) and any(is_one(one) for one in tree)):
        if isinstance(tree, dict):
            return {key: _as_tensors(one) for key, one in tree.items()}
        parts = [_as_tensors(one) for one in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return tree if is_one(tree) and not isinstance(tree, np.ndarray) else tensor(tree)


def map_rows(fn: Callable, elems: Any) -> Any:
    """A function of each row, the results stacked."""
    rows = _as_tensors(elems)
    if any(getattr(one, "is_string", False) or _is_text(one) for one in _leaves(rows)):
        return _map_texts(fn, rows)
    return looped(lambda number, row, state: (_as_tensors(fn(row)), state), rows, [])[0]


def _is_text(one: Any) -> bool:
    return getattr(getattr(one, "dtype", None), "name", "") == "string"


def _map_texts(fn: Callable, elems: Any) -> Any:
    """The same on the host, where texts are."""
    leaves, structure = _leaves(elems), jax.tree.structure(elems, is_leaf=is_one)
    places = []
    for one in leaves:
        spec = spec_of(one)
        places.append(SymbolicTensor(jax.ShapeDtypeStruct(tuple(spec.shape[1:]), spec.dtype), name="row"))
        places[-1].is_string = getattr(one, "is_string", False) or _is_text(one)
    results = _as_tensors(fn(jax.tree.unflatten(structure, places)))
    found = _leaves(results)
    noted = [one for one in found if isinstance(one, SymbolicTensor)]
    outer = outside_of(noted, {id(place) for place in places})
    length = spec_of(leaves[0]).shape[0]
    specs = [jax.ShapeDtypeStruct((length, *spec_of(one).shape), spec_of(one).dtype) for one in found]

    def run(evaluation: Any) -> list:
        columns = [np.asarray(unwrap(evaluation.of(one)), object if p.is_string else None)
                   for one, p in zip(leaves, places)]  # fmt: skip
        known = {id(one): evaluation.of(one) for one in outer}
        every = []
        for row in zip(*columns):
            step = Evaluation({**evaluation.fed, **known, **{id(p): one for p, one in zip(places, row)}})
            every.append([np.asarray(unwrap(step.of(one))) for one in found])
        return [np.stack(list(column)) for column in zip(*every)]

    variables = [one for one in behind(noted) if isinstance(one, Variable)]
    made = effect(run, specs, "map", [*leaves, *outer, *variables])
    for one, old in zip(made, found):
        one.is_string = getattr(old, "is_string", False)
    return jax.tree.unflatten(jax.tree.structure(results, is_leaf=is_leaf), made)


def scan_rows(fn: Callable, elems: Any, initializer: Any = None, backwards: bool = False) -> Any:
    """Folds rows into one and keeps every state."""
    first, states, _ = _folded(fn, elems, initializer, backwards)
    if initializer is None:
        states = of_each(lambda one, more: concat([tensor_of(one)[None], more], 0), first, states)
    return of_each(lambda one: reverse(one, [0]), states) if backwards else states


def fold_rows(fn: Callable, elems: Any, initializer: Any = None, backwards: bool = False) -> Any:
    """Folds rows into one."""
    return _folded(fn, elems, initializer, backwards)[2]


def tensor_of(one: Any) -> Any:
    """Something that can be indexed."""
    return one if isinstance(one, SymbolicTensor) else tensor(one)


def _folded(fn: Callable, elems: Any, initializer: Any, backwards: bool) -> tuple:
    rows = _as_tensors(elems)
    if backwards:
        rows = of_each(lambda one: reverse(one, [0]), rows)
    if initializer is None:
        first, rows = of_each(lambda one: one[0], rows), of_each(lambda one: one[1:], rows)
    else:
        first = _as_tensors(initializer)

    def step(number: Any, row: Any, state: Any) -> tuple:
        new = _as_tensors(fn(state, row))
        return new, new

    states, last = looped(step, rows, first)
    return first, states, last
