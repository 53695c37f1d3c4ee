"""Recorder: the operations that depend on what is watched, and the trace that notes them."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import jax

from kerax.jax_compat import (
    RecorderTrace,
    fill_stores,
    is_jit,
    is_plain_jit,
    is_tracer,
    runs_at_once,
    store_values,
    swap_trace,
)
from kerax.tape.guesses import run_guessed
from kerax.tape.jitted import Jitted, jitted_of, program_of, remember, runs_are_kept
from kerax.tape.links import has_loop, links_of
from kerax.tape.operation import Operation
from kerax.tape.values import is_differentiable

_STOP = "stop_gradient"


class Recorder:
    """What one tape knows.

    Attributes:
      on: whether operations are noted at present.
      tracked: ``id(array) -> array`` of everything that is watched or depends on it; keeping them keeps the ids.
      operations: the record.
      leaves: ids of arrays through which no gradient goes further: what variables were read as.
      at_once: whether it was begun outside of every trace, so that all its arrays have numbers.
    """

    __slots__ = ("at_once", "leaves", "on", "operations", "others", "reads", "tracked")

    def __init__(self) -> None:
        self.on, self.at_once = True, False
        self.tracked: dict[int, Any] = {}
        self.operations: list[Operation] = []
        self.leaves: set[int] = set()
        self.reads: dict[int, tuple[Any, list]] = {}  # id(variable) -> (variable, arrays it was read as)
        self.others: dict[int, Any] = {}  # outputs that depend on nothing watched, held weakly

    def watch(self, array: Any) -> None:
        """Follows what is computed from an array from now on."""
        self.tracked[id(array)] = array

    def watch_read(self, variable: Any, array: Any) -> Any:
        """Follows what is computed from a variable's array; returns the array to use."""
        known = self.reads.get(id(variable))
        if known is not None and any(one is array for one in known[1]):
            return array
        if id(array) in self.leaves:  # two variables hold one array: tell them apart
            array = array.copy()
        if known is None:
            known = self.reads[id(variable)] = (variable, [])
        known[1].append(array)
        self.leaves.add(id(array))
        self.tracked[id(array)] = array
        return array

    def knows(self, array: Any) -> bool:
        """Whether an array was computed or watched while recording."""
        if id(array) in self.tracked:
            return True
        other = self.others.get(id(array))
        return (other() if isinstance(other, weakref.ref) else other) is array

    def followed(self, inputs: Sequence[Any]) -> int:
        """A bit mask of the inputs that are watched or depend on what is."""
        tracked, follows = self.tracked, 0
        for i, one in enumerate(inputs):
            if id(one) in tracked:
                follows |= 1 << i
        return follows

    def note(self, operation: Operation) -> None:
        """Notes an operation, and that its outputs depend on what is watched."""
        self.operations.append(operation)
        tracked = self.tracked
        floats = operation.split.tracks if operation.split is not None else map(_has_gradient, operation.outputs)
        for output, follows in zip(operation.outputs, floats):
            if follows:
                tracked[id(output)] = output
            else:
                self.note_other([output])

    def note_other(self, outputs: Sequence[Any]) -> None:
        """Remembers, without keeping them, outputs that depend on nothing watched."""
        for output in outputs:
            self.others[id(output)] = output if is_tracer(output) else weakref.ref(output)


_custom: OrderedDict[Any, tuple[Jitted, list]] = OrderedDict()


def _bound(primitive: Any, params: dict) -> Callable:
    def call(inputs: Sequence[Any]) -> list:
        outputs = primitive.bind(*inputs, **params)
        return list(outputs) if primitive.multiple_results else [outputs]

    return call


class TapeTrace(RecorderTrace):
    """The trace of a tape: the trace around it computes, the recorder notes.

    Args:
      parent: the trace around it.
    """

    __slots__ = ("at_once", "free", "recorder")

    def __init__(self, parent: Any):
        super().__init__(parent)
        self.recorder, self.at_once = _IDLE, runs_at_once(parent)
        self.free: TapeTrace | None = None  # one inside this one, not in use

    def process_primitive(self, primitive: Any, args: Any, params: Any, /) -> Any:
        if is_jit(primitive):
            jitted = jitted_of(params["jaxpr"])
            if self.at_once:
                plain = is_plain_jit(params)
            else:
                plain = jitted.loops  # others are staged as they are, under their own names
            return self._run_jitted(jitted, args, None if plain else (primitive, params))
        recorder = self.recorder
        before = swap_trace(self.parent)
        try:
            if self.at_once:
                outputs = primitive.impl(*args, **params)
                if primitive.name == _STOP and recorder.on and id(outputs) in recorder.tracked:
                    outputs = outputs.copy()  # it was given back as it came; now it depends on nothing
            else:
                if recorder.on and has_loop(None, primitive, params):
                    listed = self._with_pull(_bound(primitive, params), list(args), None)
                    if listed is not None:
                        return listed if primitive.multiple_results else listed[0]
                outputs = primitive.bind(*args, **params)
        finally:
            swap_trace(before)
        if recorder.on:
            listed = list(outputs) if primitive.multiple_results else [outputs]
            follows = recorder.followed(args) if primitive.name != _STOP else 0
            if follows:
                key = (primitive, tuple(params.items()))
                recorder.note(Operation(key, _bound(primitive, params), args, listed, follows))
            else:
                recorder.note_other(listed)
        return outputs

    def _run_jitted(self, jitted: Jitted, args: Sequence[Any], bound: tuple | None) -> list:
        """Runs a compiled function, as it is bound or by the remembered program, and notes it."""
        recorder = self.recorder
        inputs = [*jitted.consts, *args]
        before = swap_trace(self.parent)
        try:
            outputs = None
            if recorder.on and not self.at_once and jitted.loops:
                outputs = self._with_pull(jitted.call, inputs, jitted.links)
            elif recorder.on and self.at_once and jitted.splits and bound is None:
                outputs = self._in_two_parts(jitted, inputs)
            if outputs is not None:
                return outputs
            if bound is not None:
                outputs = bound[0].bind(*args, **bound[1])
            else:
                outputs = jitted.compiled(*args) if self.at_once else jitted.call(inputs)
        finally:
            swap_trace(before)
        if recorder.on:
            follows = recorder.followed(inputs)
            if follows:
                recorder.note(Operation(jitted, jitted.call, inputs, outputs, follows, jitted.links))
            else:
                recorder.note_other(outputs)
        return outputs

    def call_program(self, program: Callable, args: tuple) -> Any:
        recorder = self.recorder
        if not (self.at_once and recorder.on):
            return program(*args)
        leaves, treedef = jax.tree.flatten(args)
        before = swap_trace(self.parent)
        try:
            jitted = program_of(program, args, leaves, treedef)
            inputs = [*jitted.consts, *leaves]
            guessed = run_guessed(recorder, jitted, inputs) if jitted.guesses else None
            if guessed is not None:
                recorder.note(guessed)
                return jitted.out_tree.unflatten(guessed.outputs)
            listed = self._in_two_parts(jitted, inputs) if jitted.splits else None
            if listed is not None:
                return jitted.out_tree.unflatten(listed)
            outputs = program(*args)
        finally:
            swap_trace(before)
        listed, follows = jax.tree.leaves(outputs), recorder.followed(inputs)
        if follows:
            recorder.note(Operation(jitted, jitted.call, inputs, listed, follows, jitted.links))
        else:
            recorder.note_other(listed)
        return outputs

    def _in_two_parts(self, jitted: Jitted, inputs: list) -> list | None:
        """Runs and notes a compiled function that keeps what its gradient needs; None where that would not pay."""
        follows = self.recorder.followed(inputs)
        if not follows:
            return None
        jitted.times += 1
        if jitted.times == 1 and not runs_are_kept():
            return None  # it may not come again, and two programs more would have to be compiled
        try:
            split = jitted.split(follows)
        except Exception:  # it has no gradient: an error for who asks for one, not for who computes it
            jitted.splits = False
            return None
        outputs = split.forward(*inputs)
        operation = Operation(split, split.call, inputs, outputs, follows, split.links, split)
        self.recorder.note(operation)
        return outputs[: split.outputs]

    def note_same(self, value: Any, staged: Any) -> None:
        recorder = self.recorder
        if recorder.on and recorder.followed([value]):
            recorder.note(Operation("same", list, [value], [staged], 1))
        elif recorder.on:
            recorder.note_other([staged])

    def _with_pull(self, call: Callable, inputs: list, links: Any) -> list | None:
        """Runs an operation that loops, keeping what its gradient needs, so that the loop is not run twice."""
        tracked = self.recorder.tracked
        places = tuple(i for i, one in enumerate(inputs) if id(one) in tracked)
        if not places:
            return None

        def run(*some: Any) -> tuple[list, list]:
            merged = list(inputs)
            for place, one in zip(places, some, strict=True):
                merged[place] = one
            outputs = call(merged)
            exact = [None if is_differentiable(one.dtype) else one for one in outputs]
            return [one for one in outputs if is_differentiable(one.dtype)], exact

        try:
            floats, pull, exact = jax.vjp(run, *[inputs[place] for place in places], has_aux=True)
        except ValueError:  # a loop without an end known beforehand: an error only if its gradient is asked for
            return None
        iterator = iter(floats)
        outputs = [next(iterator) if one is None else one for one in exact]
        operation = Operation(None, call, inputs, outputs, sum(1 << place for place in places), links)
        operation.pull, operation.pulled = (outputs, pull), places
        self.recorder.note(operation)
        return outputs

    def process_with_functions(self, key: Any, bind: Callable, functions: Sequence[Any], args: Sequence[Any]) -> Any:
        try:
            known = _custom.get(key) if key is not None else None
        except TypeError:  # an argument that JAX does not hash, such as arrays among the static ones
            known = key = None
        if known is not None:
            fill_stores(functions, known[1])
            return self._run_jitted(known[0], args, None)
        before = swap_trace(self.parent)
        try:
            closed = jax.make_jaxpr(lambda *args: bind(*args))(*args)
            if key is not None and not closed.consts:
                known = remember(_custom, key, (Jitted(closed), store_values(functions)))
            else:  # what it has captured may be something else the next time
                outputs = jax.core.eval_jaxpr(closed.jaxpr, closed.consts, *args)
        finally:
            swap_trace(before)
        if known is not None:
            return self._run_jitted(known[0], args, None)
        if self.recorder.on:
            body, count = closed.jaxpr, len(closed.consts)
            inputs = [*closed.consts, *args]
            follows = self.recorder.followed(inputs)
            if follows:

                def call(values: Sequence[Any]) -> list:
                    return jax.core.eval_jaxpr(body, values[:count], *values[count:])

                self.recorder.note(Operation(None, call, inputs, outputs, follows, links_of(body)))
            else:
                self.recorder.note_other(outputs)
        return outputs


def _has_gradient(output: Any) -> bool:
    return is_differentiable(output.dtype)


_IDLE = Recorder()
_IDLE.on = False
_outermost = threading.local()


def take_trace(parent: Any, recorder: Recorder) -> TapeTrace:
    """A trace for a tape that begins inside ``parent``.

    Outside of JAX's transformations traces are used again: JAX's caches are keyed by the trace, and grow slower with
    every new one.
    """
    if runs_at_once(parent):
        trace = getattr(_outermost, "free", None)
        _outermost.free = None
    elif isinstance(parent, TapeTrace):
        trace, parent.free = parent.free, None
    else:
        trace = None
    if trace is None:
        trace = TapeTrace(parent)
    trace.recorder, recorder.at_once = recorder, trace.at_once
    return trace


def give_trace_back(trace: TapeTrace) -> None:
    """Ends the use of a trace."""
    trace.recorder = _IDLE
    if runs_at_once(trace.parent):
        _outermost.free = trace
    elif isinstance(trace.parent, TapeTrace):
        trace.parent.free = trace
