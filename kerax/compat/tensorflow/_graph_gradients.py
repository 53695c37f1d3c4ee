"""Gradients of what is noted down for sessions, and the operations that optimizers make of them."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow._edges import unwrap
from kerax.compat.tensorflow._gradients import GradientTape
from kerax.compat.tensorflow._graph import Deferred, Evaluation, NextElement
from kerax.compat.tensorflow._trace_gradients import gradients as trace_gradients
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor, attach, symbolic_leaves


def minimizing(optimizer: Any, loss: Any, var_list: Any, global_step: Any) -> Deferred:
    """The operation that takes a step down a loss that is noted down."""

    def run(evaluation: Evaluation) -> None:
        inner = Evaluation(evaluation.fed)  # on the tape, also if the loss was fetched before
        inner.elements = evaluation.elements
        with GradientTape() as tape:
            value = inner.of(loss)
        for key, found in inner.known.items():
            evaluation.known.setdefault(key, found)
        variables = list(var_list or tape.watched_variables())
        gradients = tape.gradient(value, variables)
        pairs = [(g, v) for g, v in zip(gradients, variables) if g is not None]
        optimizer.apply_gradients(pairs)
        if global_step is not None:
            global_step.assign_add(1)

    return Deferred(run, "minimize", [loss], pure=True)


def variables_behind(target: SymbolicTensor) -> list[Variable]:
    """The trainable variables that a tensor noted down is computed from, in the order in which they were used."""
    nodes = {id(one.node): one.node for one in behind([target]) if isinstance(one, SymbolicTensor) and one.node}
    found: dict[int, Variable] = {}
    for node in sorted(nodes.values(), key=lambda node: node.index):
        leaves = jax.tree.leaves((node.args, node.kwargs), is_leaf=lambda x: isinstance(x, Variable))
        own = [*getattr(node.operation, "trainable_variables", ()), *getattr(node.operation, "sources", ())]
        for one in [*leaves, *own]:
            if isinstance(one, Variable) and one.trainable:
                found[id(one)] = one
    return list(found.values())


def gradients(ys: Any, xs: Any, grad_ys: Any = None, name: str = "gradients", **options: Any) -> list:
    """Gradients of what is noted down, noted down themselves; of other tensors as ``tf.gradients`` gives them.

    Args:
      ys: a symbolic tensor.
      xs: variables or placeholders.
      grad_ys, name, **options: accepted as in TensorFlow.
    """
    if not isinstance(ys[0] if isinstance(ys, (list, tuple)) else ys, SymbolicTensor):
        return trace_gradients(ys, xs, grad_ys, name, **options)
    targets, sources, upstream = (
        list(one) if isinstance(one, (list, tuple)) else one if one is None else [one] for one in (ys, xs, grad_ys)
    )
    return _gradients(targets, sources, upstream)


def _gradients(targets: list, sources: list, grad_ys: Any) -> list:
    """One operation for the gradients of several sources: it differentiates once in a run of a session."""
    reached = {id(one) for one in behind(targets)}
    found = [source for source in sources if id(source) in reached]
    specs = [
        source.spec if isinstance(source, SymbolicTensor) else jax.ShapeDtypeStruct(source._shape, source._dtype)
        for source in found
    ]
    made = iter(attach(_Gradients(targets, found, grad_ys), (), {}, specs, "gradients"))
    return [next(made) if id(source) in reached else None for source in sources]


def graph_hessians(ys: list, xs: list) -> list:
    """Second derivatives of the sum of what is noted down, noted down themselves.

    Args:
      ys: symbolic tensors.
      xs: variables or symbolic tensors of known sizes.

    Returns:
      For each of ``xs`` a tensor of shape ``x.shape + x.shape``.

    Raises:
      ValueError: if ``ys`` do not depend on one of them, or its size is unknown.
    """
    from kerax.compat.tensorflow._creating import reshape
    from kerax.compat.tensorflow._joining import stack

    found = []
    for x, first in zip(xs, _gradients(ys, xs, None), strict=True):
        sizes = list(x.spec.shape if isinstance(x, SymbolicTensor) else x._shape)
        if first is None or not all(isinstance(size, int) for size in sizes):
            raise ValueError(f"tf.hessians: the target must depend on {x!r}, whose sizes must be known.")
        flat = reshape(first, [-1])
        rows = [_gradients([flat[place]], [x], None)[0] for place in range(int(np.prod(sizes)))]
        found.append(reshape(stack(rows), sizes + sizes))
    return found


def behind(targets: list) -> list:
    """All tensors and variables that tensors are computed from, and themselves."""
    found: dict[int, Any] = {}
    waiting = list(targets)
    while waiting:
        one = waiting.pop()
        if id(one) in found:
            continue
        found[id(one)] = one
        node = getattr(one, "node", None)
        if node is None:
            continue
        leaves = jax.tree.leaves((node.args, node.kwargs), is_leaf=lambda x: isinstance(x, (Variable, SymbolicTensor)))
        waiting += [leaf for leaf in leaves if isinstance(leaf, (Variable, SymbolicTensor))]
        waiting += list(getattr(node.operation, "trainable_variables", ()))
        waiting += [
            one for one in getattr(node.operation, "sources", ()) if isinstance(one, (Variable, SymbolicTensor))
        ]
    return list(found.values())


class _Gradients(NextElement):
    """Gradients, computed when a session asks for them."""

    pure = fresh = True

    def __init__(self, targets: list, sources: list, grad_ys: Any):
        self.targets, self.given, self.grad_ys = targets, sources, grad_ys
        self.sources = [*targets, *sources, *(grad_ys or ())]

    def element(self, evaluation: Evaluation) -> Any:
        # Not remembered: under another tape, as of a gradient of this one, they are computed on that tape.
        inner = Evaluation(evaluation.fed)
        inner.elements = evaluation.elements
        sources = []
        with GradientTape() as tape:
            for one in self.given:
                value = one
                if isinstance(one, SymbolicTensor):
                    value = evaluation.of(one)
                    tape.watch(value)
                    inner.known[id(one)] = value
                sources.append(value)
            values = [inner.of(target) for target in self.targets]
        upstream = None if self.grad_ys is None else [evaluation.of(one) for one in self.grad_ys]
        found = tape.gradient(values, sources, upstream)
        zeros = [jax.numpy.zeros(one.shape, one.dtype) if g is None else g for g, one in zip(found, unwrap(sources))]
        return zeros


def outside_of(targets: list, own: set[int]) -> list:
    """The tensors computed without the step's own that those computed with them need."""
    nodes: dict[int, Any] = {}
    waiting = list(targets)
    while waiting:
        node = waiting.pop().node
        if node is not None and id(node) not in nodes:
            nodes[id(node)] = node
            waiting += [one for one in _needed(node) if isinstance(one, SymbolicTensor)]
    inside: set[int] = set(own)
    for node in sorted(nodes.values(), key=lambda node: node.index):
        if any(id(one) in inside for one in _needed(node)):
            inside.update(id(one) for one in symbolic_leaves(node.outputs))
    found: dict[int, Any] = {}
    for node in nodes.values():
        if any(id(one) in inside for one in symbolic_leaves(node.outputs)):
            found.update(
                {id(one): one for one in _needed(node) if isinstance(one, SymbolicTensor) and id(one) not in inside}
            )
    found.update({id(one): one for one in targets if id(one) not in inside})
    return list(found.values())


def _needed(node: Any) -> list:
    return list(getattr(node.operation, "sources", ())) if isinstance(node.operation, NextElement) else node.inputs
