"""Loops of graphs of TensorFlow 1: ``tf.while_loop`` as one operation, which a session repeats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow._edges import unwrap
from kerax.compat.tensorflow._graph import Evaluation, NextElement
from kerax.compat.tensorflow._graph_arrays import is_array
from kerax.compat.tensorflow._graph_flow import effect, holds, is_leaf, spec_of, values_of
from kerax.compat.tensorflow._graph_gradients import behind, outside_of
from kerax.compat.tensorflow._shape import TensorShape
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor, unknown_size


def _is_part(one: Any) -> bool:
    return is_leaf(one) or is_array(one)


def _flat(tree: Any) -> list:
    return jax.tree.leaves(tree, is_leaf=_is_part)


def _place(value: Any, invariant: Any) -> Any:
    """What stands for a variable of the loop inside it."""
    if is_array(value):
        spec = None if value.buffer is None else value.buffer.spec
        return value.opened() if spec is None else value.with_buffer(SymbolicTensor(spec, name="loop"))
    spec = spec_of(value)
    if invariant is not None and TensorShape(invariant).rank is not None:
        sizes = [unknown_size(axis) if size is None else size for axis, size in enumerate(TensorShape(invariant))]
        spec = jax.ShapeDtypeStruct(tuple(sizes), spec.dtype)
    return SymbolicTensor(spec, name="loop")


def while_loop(
    test: Callable, body: Callable, loop_vars: Any, limit: Any = None, name: str | None = None, invariants: Any = None
) -> Any:
    """Calls ``body`` on its own results as long as ``test`` of them holds; both are noted down once.

    Args:
      test, body: functions of the variables of the loop.
      loop_vars: what they begin with; tensors, arrays of tensors, and structures of them.
      limit: the most rounds, a number or a tensor.
      name: of the operation.
      invariants: shapes that the variables have in every round.

    Raises:
      ValueError: if the body gives another number of variables.
    """
    state = list(loop_vars) if isinstance(loop_vars, (list, tuple)) else [loop_vars]
    begun = _flat(state)
    shapes = jax.tree.leaves(invariants, is_leaf=lambda one: one is None or isinstance(one, TensorShape))
    shapes = shapes if len(shapes) == len(begun) else [None] * len(begun)
    inner = [_place(one, shape) for one, shape in zip(begun, shapes)]
    structure = jax.tree.structure(state, is_leaf=_is_part)
    given = jax.tree.unflatten(structure, inner)
    more, new = test(*given), body(*given)
    made = _flat(list(new) if isinstance(new, (list, tuple)) else [new])
    if len(made) != len(begun):
        raise ValueError(f"tf.while_loop: the body gives {len(made)} variables, the loop has {len(begun)}.")
    # Arrays go by what is in them; those that nothing is written to go on as they are.
    first, places, last, numbers = [], [], [], []
    for number, (value, place, result) in enumerate(zip(begun, inner, made)):
        if is_array(value):
            if place.opening is not None and place.opening.place is None:
                continue
            place = place.buffer if place.opening is None else place.opening.place
            value = value.buffer if value.buffer is not None else value.empty(place.spec.shape[1:])
            result = place if result.buffer is None else result.buffer
        first.append(value)
        places.append(place)
        last.append(result)
        numbers.append(number)
    found = effect(
        _Rounds(more, first, places, last, limit), [place.spec for place in places], "while",
        [*first, limit, *_outer([more, *last], places)], name, fresh=_only_looks([more, *last]),
    )  # fmt: skip
    outputs: list[Any] = list(begun)
    for number, tensor in zip(numbers, found):
        outputs[number] = begun[number].with_buffer(tensor) if is_array(begun[number]) else tensor
    outputs = jax.tree.unflatten(structure, outputs)
    return type(loop_vars)(outputs) if type(loop_vars) in (list, tuple) else outputs if len(state) > 1 else outputs[0]


def _outer(ends: list, places: list) -> list:
    """The tensors and variables from outside that a round needs."""
    noted = [one for one in ends if isinstance(one, SymbolicTensor)]
    return [*outside_of(noted, {id(place) for place in places}), *(o for o in behind(noted) if isinstance(o, Variable))]


def _only_looks(ends: list) -> bool:
    """Whether a round changes nothing, so that it may be done again under a tape."""
    found = behind([one for one in ends if isinstance(one, SymbolicTensor)])
    operations = [one.node.operation for one in found if getattr(one, "node", None) is not None]
    return all(getattr(one, "fresh", False) for one in operations if isinstance(one, NextElement))


class _Rounds:
    """Does the rounds of a loop in a run of a session.

    Args:
      more: whether there is another round.
      first: what the variables begin with.
      places: what stands for them.
      last: what they become.
      limit: the most rounds, or None.
    """

    def __init__(self, more: Any, first: list, places: list, last: list, limit: Any):
        self.more, self.first, self.places, self.last, self.limit = more, first, places, last, limit

    def __call__(self, evaluation: Evaluation) -> list:
        values = values_of(evaluation, self.first)
        limit = None if self.limit is None else int(np.asarray(unwrap(evaluation.of(self.limit))))
        outer = {id(one): evaluation.of(one) for one in self._outside()}
        count = 0
        while limit is None or count < limit:
            step = Evaluation({**evaluation.fed, **outer, **{id(p): value for p, value in zip(self.places, values)}})
            if not holds(step, self.more):
                break
            found = values_of(step, self.last)
            values = [jax.numpy.asarray(one, place.spec.dtype) for one, place in zip(found, self.places)]
            count += 1
        return [jax.numpy.asarray(unwrap(one), place.spec.dtype) for one, place in zip(values, self.places)]

    def _outside(self) -> list:
        ends = [one for one in [self.more, *self.last] if isinstance(one, SymbolicTensor)]
        return [one for one in outside_of(ends, {id(place) for place in self.places}) if one.node is not None]
