"""Operations of a graph that are more than functions of arrays: assignments, conditions, loops, groups."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._edges import graph_mode, unwrap
from kerax.compat.tensorflow._graph import Deferred, Evaluation, NextElement
from kerax.compat.tensorflow._graph_state import GraphOperation, current, named
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import is_tracer
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor, attach


class Effect(NextElement):
    """Something that a session does once in a run, and whose result is a tensor.

    Args:
      run: ``evaluation -> array or arrays``.
      sources: the tensors and variables that it looks at.
      pure: whether it can be part of a compiled program: it changes nothing but variables.
      lazy: whether it may leave out some of its sources.
      fresh: whether it is done again under a tape, because it changes nothing itself.
    """

    def __init__(
        self,
        run: Callable[[Any], Any],
        sources: Any = (),
        pure: bool = False,
        lazy: bool = False,
        fresh: bool = False,
    ):
        kinds = (SymbolicTensor, Variable, Deferred, GraphOperation)
        self._run, self.sources = run, [one for one in sources if isinstance(one, kinds)]
        self.pure, self.lazy, self.fresh = pure, lazy, fresh

    def element(self, evaluation: Any) -> Any:
        """What it gives in this run."""
        if self.fresh:
            return unwrap(self._run(evaluation))
        if id(self) not in evaluation.elements:
            evaluation.elements[id(self)] = unwrap(self._run(evaluation))
        return evaluation.elements[id(self)]


def effect(
    run: Callable[[Any], Any],
    spec: Any,
    name: str,
    sources: Any = (),
    label: str | None = None,
    pure: bool = False,
    lazy: bool = False,
    fresh: bool = False,
) -> Any:
    """Notes down an effect.

    Args:
      run: ``evaluation -> array or arrays``.
      spec: shapes and types of what it gives.
      name: what kind of operation it is.
      sources: the tensors and variables that it looks at.
      label: its own name.
      pure: whether it can be part of a compiled program: it changes nothing but variables.
      lazy: whether it may leave out some of its sources.
      fresh: whether it is done again under a tape, because it changes nothing itself.
    """
    return named(attach(Effect(run, sources, pure, lazy, fresh), (), {}, spec, name), label, name)


def spec_of(value: Any) -> Any:
    """Shape and type of a tensor, variable or number."""
    if isinstance(value, SymbolicTensor):
        return value.spec
    if isinstance(value, Variable):
        return jax.ShapeDtypeStruct(value._shape, value._dtype)
    made = np.asarray(tensor(value).array)
    return jax.ShapeDtypeStruct(made.shape, made.dtype)


def assigning(ref: Any, method: str, value: Any, name: str | None = None) -> Any:
    """``variable.assign(value)`` and its like, when a session runs it; its result is the new value."""

    def run(evaluation: Any) -> Any:
        getattr(ref, method)(Tensor(unwrap(evaluation.of(value))) if isinstance(value, SymbolicTensor) else value)
        return ref.read()

    return effect(run, spec_of(ref), method, [value], name, pure=True)


def reading(variable: Any) -> Any:
    """The value that a variable has when a session looks."""
    return effect(lambda evaluation: variable.read(), spec_of(variable), "read", [variable], pure=True, fresh=True)


def group(inputs: Any, name: str | None = None) -> Deferred:
    """All of some operations as one."""
    listed = jax.tree.leaves(list(inputs), is_leaf=lambda one: isinstance(one, (SymbolicTensor, Variable)))
    made = Deferred(lambda evaluation: _done(evaluation, inputs), name or "group_deps", listed, pure=True)
    current().tensors.setdefault(current().unique(name or "group_deps"), made)
    return made


def _done(evaluation: Any, one: Any) -> None:
    if isinstance(one, GraphOperation):
        one = one.outputs[0]
    if isinstance(one, (list, tuple)):
        for part in one:
            _done(evaluation, part)
    else:
        evaluation.of(one)


@contextlib.contextmanager
def dependencies(control_inputs: Any) -> Iterator[None]:
    """What is noted down inside is computed after other operations."""
    state = current()
    given = control_inputs if isinstance(control_inputs, (list, tuple)) else [control_inputs]
    inputs = [one.outputs[0] if isinstance(one, GraphOperation) else one for one in given if one is not None]
    state.pending.append(inputs)
    try:
        yield
    finally:
        state.pending.pop()


def _inner(evaluation: Any, known: dict) -> Evaluation:
    made = Evaluation(evaluation.fed)
    made.known, made.elements = {**evaluation.known, **known}, evaluation.elements
    return made


def values_of(evaluation: Any, tree: Any) -> Any:
    """The arrays of tensors and variables in a structure."""
    leaves, treedef = jax.tree.flatten(tree, is_leaf=is_leaf)
    arrays = [
        one.read() if isinstance(one, Variable) else unwrap(evaluation.of(one)) if one is not None else None
        for one in leaves
    ]
    return jax.tree.unflatten(treedef, [np.asarray(one) if isinstance(one, (int, float)) else one for one in arrays])


def is_leaf(value: Any) -> bool:
    """Whether a value is a tensor, variable or operation."""
    return isinstance(value, (SymbolicTensor, Variable, Tensor, Deferred))


def cond(pred: Any, true_fn: Callable, false_fn: Callable, name: str | None = None) -> Any:
    """What one of two functions gives: both are noted down, one is computed."""
    branches = [_branch(function) for function in (true_fn, false_fn)]
    sources = [pred, *jax.tree.leaves(branches, is_leaf=is_leaf)]
    if any(isinstance(leaf, Deferred) or leaf is None for leaf in jax.tree.leaves(branches[0], is_leaf=is_leaf)):

        def do(evaluation: Any) -> None:
            for one in jax.tree.leaves(branches[0 if holds(evaluation, pred) else 1], is_leaf=is_leaf):
                evaluation.of(one)

        return Deferred(do, "cond", sources, lazy=True)
    specs = jax.tree.map(spec_of, branches[0], is_leaf=is_leaf)

    def found_by(evaluation: Any, place: int) -> Any:
        found = values_of(_inner(evaluation, {}), branches[place])
        return jax.tree.map(lambda one, spec: jax.numpy.asarray(unwrap(one), spec.dtype), found, specs)

    def run(evaluation: Any) -> Any:
        chosen = unwrap(evaluation.of(pred))
        if not is_tracer(chosen.read() if isinstance(chosen, Variable) else chosen):
            return found_by(evaluation, 0 if holds(evaluation, pred) else 1)
        from kerax.function.autograph.control_flow import staged_if

        return staged_if(chosen, [lambda: found_by(evaluation, 0), lambda: found_by(evaluation, 1)], "tf.cond")

    return effect(run, specs, "cond", sources, name, pure=True, lazy=True, fresh=True)


def _branch(function: Callable) -> Any:
    made = function()
    return list(made) if isinstance(made, tuple) and not hasattr(made, "_fields") else made


def holds(evaluation: Any, pred: Any) -> bool:
    """Whether a condition holds in a run."""
    return bool(np.asarray(unwrap(evaluation.of(pred))))


def is_noted(*values: Any) -> bool:
    """Whether a program of TensorFlow 1 is being noted down, or values of one are among these."""
    if graph_mode():
        return True
    leaves = jax.tree.leaves(values, is_leaf=is_leaf)
    return any(isinstance(one, (SymbolicTensor, Deferred)) for one in leaves)
