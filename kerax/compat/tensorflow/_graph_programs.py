"""Compiled programs of a session: what a run asks for is traced once, and the program is kept for the next run.

What a run computes falls into three parts. What comes from the host (elements of iterators and queues, texts, what
Python functions return) and depends on nothing computed is had first. Functions of arrays, reads and assignments of
variables, gradients and steps of optimizers are one compiled program. What remains (summaries, Python functions of
computed numbers) is computed one by one afterwards. What JAX cannot trace is computed one by one as a whole.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import jax

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._edges import unwrap
from kerax.compat.tensorflow._graph import Deferred, Evaluation, NextElement, run_of
from kerax.compat.tensorflow._graph_state import GraphOperation, counting, current
from kerax.function.function import Function
from kerax.layers.preprocessing.host_layer import HostLayer
from kerax.state import Variable
from kerax.state.raised import original_of
from kerax.state.symbolic import symbolic_leaves
from kerax.state.trace_failures import TRACE_FAILURES, UnknownSizeError

_BEFORE, _INSIDE, _AFTERWARDS = range(3)


class Step:
    """One operation that a run needs: a node, or something deferred.

    Args:
      item: the node or ``Deferred``.
      places: the symbolic tensors that it gives.
      needs: steps that come before it.
      pure: whether it can be traced.
    """

    __slots__ = ("item", "needs", "places", "pure", "stage")

    def __init__(self, item: Any, places: list, needs: list, pure: bool):
        self.item, self.places, self.needs, self.pure, self.stage = item, places, needs, pure, _BEFORE


def _what(one: Any) -> Any:
    """The node or ``Deferred`` behind something a run needs; None for numbers, variables and placeholders."""
    if isinstance(one, GraphOperation):
        one = one.outputs[0]
    return one if isinstance(one, Deferred) else getattr(one, "node", None)


def _needed(item: Any, after: dict) -> list:
    """What has to be there before a node or ``Deferred``."""
    if isinstance(item, Deferred):
        return list(item.sources)
    own = list(getattr(item.operation, "sources", ())) if isinstance(item.operation, NextElement) else item.inputs
    return [*own, *(after[id(item)][1] if id(item) in after else ())]


def _is_pure(item: Any) -> bool:
    if isinstance(item, Deferred):
        return item.pure
    operation = item.operation
    texts = [*symbolic_leaves(item.outputs), *item.inputs]
    if isinstance(operation, HostLayer) or any(one.is_string for one in texts):
        return False
    if isinstance(operation, NextElement):
        return operation.pure and not any(getattr(one, "is_string", False) for one in getattr(operation, "sources", ()))
    return item.name not in ("py_function", "numpy_function")


def _is_lazy(item: Any) -> bool:
    """Whether it may leave out what it needs, as a condition does."""
    return bool(getattr(item, "lazy", False) or getattr(getattr(item, "operation", None), "lazy", False))


def steps_of(leaves: Iterable[Any], fed: set[int]) -> dict[int, Step]:
    """Every operation that a run needs, by its id, each behind what it needs itself."""
    after, found, open_ = current().after, dict[int, Step](), set[int]()
    waiting = [one for one in leaves if id(one) not in fed]
    while waiting:
        one = waiting[-1]
        item = _what(one)
        if item is None or id(item) in found:
            waiting.pop()
            continue
        needed = [x for x in _needed(item, after) if id(x) not in fed]
        missing = [x for x in needed if _what(x) is not None and id(_what(x)) not in found]
        if missing and id(item) not in open_:
            open_.add(id(item))
            waiting.extend(missing)
            continue
        waiting.pop()
        needs = [found[id(_what(x))] for x in needed if _what(x) is not None and id(_what(x)) in found]
        places = [] if isinstance(item, Deferred) else symbolic_leaves(item.outputs)
        found[id(item)] = Step(item, places, needs, _is_pure(item))
    return found


def _order(steps: dict[int, Step]) -> None:
    """Says of every step whether it is had before, inside of or after the compiled program."""
    for step in steps.values():
        stages = [need.stage for need in step.needs]
        hosts = any(not need.pure or need.stage != _INSIDE for need in step.needs)
        if step.pure and _is_lazy(step.item) and hosts:
            step.pure = False
        worst = max(stages, default=_BEFORE)
        step.stage = _INSIDE if step.pure and worst < _AFTERWARDS else _AFTERWARDS if worst else _BEFORE
        differentiable = getattr(getattr(step.item, "operation", None), "fresh", False)  # not a constant for gradients
        if step.stage == _BEFORE and (isinstance(step.item, Deferred) or differentiable):
            step.stage = _AFTERWARDS


def looked_at(evaluation: Evaluation, places: Iterable[Any]) -> None:
    """Computes the tensors that only look at variables, before anything that a run asks for changes them."""
    for place in places:
        operation = None if place.node is None else place.node.operation
        if not isinstance(operation, NextElement) or getattr(operation, "fresh", False):
            evaluation.of(place)


class Program:
    """What a run of a session asks for, compiled.

    Args:
      leaves: tensors and operations that are fetched.
      places: the tensors that are fed.
    """

    def __init__(self, leaves: list, places: list):
        self.leaves, self.places = leaves, places  # also to keep them alive: programs go by their ids
        fed = {id(one) for one in places}
        steps = steps_of(leaves, fed)
        _order(steps)
        wanted = {id(_what(one)): one for one in leaves if _what(one) is not None and id(one) not in fed}
        inside = [step for step in steps.values() if step.stage == _INSIDE]
        later = {id(need.item) for step in steps.values() if step.stage == _AFTERWARDS for need in step.needs}
        asked = [step for step in inside if id(step.item) in wanted or id(step.item) in later]
        self.operations = [step.item for step in asked if isinstance(step.item, Deferred)]
        self.outputs = [place for step in asked for place in step.places]
        before = {id(need.item): need for step in inside for need in step.needs if need.stage == _BEFORE}
        self.before = [place for step in before.values() for place in step.places]
        self.inputs = [one for one in places if not getattr(one, "is_string", False) and not isinstance(one, Variable)]
        self.traceable = bool(inside) and not any(isinstance(one, Variable) for one in places)
        # Without code of its own: what a session is asked for is no function that a script makes again and again.
        self._function = Function(functools.partial(self._trace), None, False, "session_run")

    def _trace(self, arrays: list) -> list:
        evaluation = Evaluation({id(place): one for place, one in zip([*self.inputs, *self.before], arrays)})
        with run_of(evaluation), counting():
            looked_at(evaluation, self.outputs)
            for operation in self.operations:
                evaluation.of(operation)
            return [unwrap(evaluation.of(place)) for place in self.outputs]

    def run(self, evaluation: Evaluation) -> None:
        """Computes what a run needs and can be compiled, and notes it down in the evaluation."""
        given = [evaluation.fed[id(place)] for place in self.inputs]
        given += [jax.numpy.asarray(unwrap(evaluation.of(place)), place.spec.dtype) for place in self.before]
        found = self._function(given)
        for operation in self.operations:
            evaluation.known[id(operation)] = None
        for place, one in zip(self.outputs, found, strict=True):
            evaluation.known[id(place)] = one
            source = None if place.node is None else place.node.operation
            if isinstance(source, NextElement):
                evaluation.elements[id(source)] = None


def compiled(evaluation: Evaluation, leaves: list, places: list) -> None:
    """Runs the compiled program of what is fetched, if there can be one; the evaluation knows the results then."""
    programs = current().programs
    key = (tuple(map(id, leaves)), tuple(sorted(map(id, places))))
    program = programs.get(key)
    if program is None:
        program = programs[key] = Program(leaves, sorted(places, key=id))
    if not program.traceable:
        return
    try:
        program.run(evaluation)
    except (*TRACE_FAILURES, UnknownSizeError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, errors.OpError) or isinstance(original_of(error), errors.OpError):
            raise
        program.traceable = False
