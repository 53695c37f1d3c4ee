"""Lifting: one trace of Python code that finds the variables it touches and makes them inputs and outputs."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np

from kerax.jax_compat import current_trace, new_primitive, outputs_as_inputs, shaped_array, swap_trace
from kerax.state import Scope, Variable, current_scope
from kerax.state.observers import observing
from kerax.state.scope import in_scope

_SEED = -1  # stands for the seed of the noise among the places of lifted variables

_lift = new_primitive("kerax_lift", lambda place, shape, dtype: shaped_array(shape, dtype))


class LiftScope(Scope):
    """The scope of a function being traced: every variable it meets becomes an input of the traced program."""

    __slots__ = ("_key", "initial", "lifted", "touched")

    def __init__(self, training: bool | None = None):
        self._key: Any = None
        self.touched: dict[int, Variable] = {}
        self.lifted: dict[int, Any] = {}  # id(variable) -> the tracer it came in as
        self.initial = False  # whether first values of variables are computed
        super().__init__({}, None, training)

    @property
    def key(self) -> Any:  # type: ignore[override]
        """The key of the noise, from a seed that every call draws; made at its first use."""
        if self._key is None:
            before = swap_trace(self.trace)
            try:
                self._key = jax.random.key(_lift.bind(place=_SEED, shape=(), dtype=np.dtype("uint32")))
            finally:
                swap_trace(before)
        return self._key

    @key.setter
    def key(self, value: Any) -> None:
        self._key = value

    def owner_of(self, variable: Variable, writing: bool = False) -> Scope:
        number = id(variable)
        if number not in self.values:
            place = len(self.touched)
            self.touched[number] = variable
            if writing:
                self.values[number] = None  # assign() fills it at once
            else:
                before = swap_trace(self.trace)
                try:
                    tracer = _lift.bind(place=place, shape=variable._shape, dtype=np.dtype(variable._dtype))
                finally:
                    swap_trace(before)
                self.values[number] = self.lifted[number] = tracer
        return self

    def adopt(self, variable: Variable, value: Any) -> bool:
        if current_trace() is not self.trace:
            return False
        self.touched[id(variable)], self.values[id(variable)] = variable, value
        self.note_initial()
        return True

    def note_initial(self) -> None:
        """Notes that the program computes first values of variables, and that those around it do."""
        scope: Scope | None = self
        while scope is not None:
            if isinstance(scope, LiftScope):
                scope.initial = True
            scope = scope._parent


@contextlib.contextmanager
def outside_functions() -> Iterator[None]:
    """Computes at once, on the present values of variables, also while a function is being traced."""
    scope = current_scope()
    while isinstance(scope, LiftScope):
        scope = scope._parent
    with jax.ensure_compile_time_eval(), in_scope(scope):
        yield


class Lifted(NamedTuple):
    """What one trace found.

    Attributes:
      program: closed jaxpr over ``[*read variables, seed if drawn, *arguments]`` to ``[*outputs, *written, *losses]``.
      read: variables whose values go in, in order.
      seed_place: the place of a seed among the inputs, None if no noise is drawn.
      written: variables whose new values come out.
      outputs: how many outputs there are.
      losses: the layers that added losses.
      made: weak references to the variables created while tracing.
      initial: whether the program computes first values of variables, and may run only once.
    """

    program: Any
    read: list[Variable]
    seed_place: int | None
    written: list[Variable]
    outputs: int
    losses: list[Any]
    made: list[Any]
    initial: bool


def lift(function: Callable, specs: Sequence[Any], training: bool | None) -> Lifted:
    """Traces a function once.

    Args:
      function: ``(*arrays) -> list of arrays``; may read, write and create variables.
      specs: ``jax.ShapeDtypeStruct`` of its arguments.
      training: what layers see as ``training``.
    """
    scope = LiftScope(training)
    made: list[Any] = []
    written: list[Variable] = []
    counts: list[int] = []
    owners: list[Any] = []

    def body(*arrays: Any) -> list:
        with observing(made=lambda variable: made.append(weakref.ref(variable))), scope:
            outputs = function(*arrays)
        values, lifted = scope.values, scope.lifted
        written.extend(v for number, v in scope.touched.items() if values[number] is not lifted.get(number))
        owners.extend(owner for owner, _ in scope.losses)
        counts.append(len(outputs))
        return [*outputs, *(values[id(v)] for v in written), *(loss for _, loss in scope.losses)]

    closed = jax.make_jaxpr(body)(*specs)
    program, parameters = outputs_as_inputs(closed, _lift)
    variables = list(scope.touched.values())
    places = [one["place"] for one in parameters]
    read = [variables[place] for place in places if place != _SEED]
    seed_place = places.index(_SEED) if _SEED in places else None
    return Lifted(program, read, seed_place, written, counts[0], owners, made, scope.initial)


def training_around() -> bool | None:
    """What the scope around a function says about training."""
    scope = current_scope()
    return scope.training if scope is not None else None
