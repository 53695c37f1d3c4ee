"""Recording: what tapes and forward accumulators have in common: a recorder, switched on while a block runs."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from kerax.errors import user_stacklevel
from kerax.jax_compat import is_tracer, recorders, swap_trace
from kerax.state import Variable
from kerax.state.observers import observing
from kerax.tape.recorder import Recorder, TapeTrace, give_trace_back, take_trace
from kerax.tape.values import flatten, is_differentiable, unwrap


class RecordingError(RuntimeError, ValueError):
    """A tape is used at a time when it cannot be; TensorFlow raises a ValueError."""


class NoArrayError(TypeError, ValueError):
    """Something that is no array is to be watched; TensorFlow raises a ValueError."""


class Recording:
    """A recorder that works while a ``with`` block runs.

    Args:
      automatic: whether trainable variables are watched when they are read.
    """

    def __init__(self, automatic: bool):
        self._automatic = automatic
        self._recorder: Recorder | None = Recorder()
        self._variables: dict[int, Variable] = {}  # watched
        self._trace: TapeTrace | None = None
        self._before: Any = None
        self._observing: observing | None = None

    def _start(self) -> None:
        if self._trace is not None:
            raise RecordingError(f"{type(self).__name__} is recording already: it was entered twice.")
        if self._recorder is None:
            self._recorder = Recorder()
        self._observing = observing(read=self._note_read)
        self._observing.__enter__()
        self._before = swap_trace(None)
        self._trace = take_trace(self._before, self._recorder)
        swap_trace(self._trace)

    def _stop(self) -> None:
        swap_trace(self._before)
        observer, self._observing = self._observing, None
        if self._trace is not None:
            give_trace_back(self._trace)
        self._trace = self._before = None
        if observer is not None:
            observer.__exit__()

    def _note_read(self, variable: Variable, array: Any) -> Any:
        recorder = self._recorder
        if recorder is None or not recorder.on or (is_tracer(array) and not self._computes_here()):
            return array
        if id(variable) not in self._variables:
            if not (self._automatic and variable.trainable):
                return array
            if not is_differentiable(array.dtype):
                return array
            self._variables[id(variable)] = variable
        return recorder.watch_read(variable, array)

    def _computes_here(self) -> bool:
        """Whether code runs directly inside this recording, not in a JAX transformation that runs inside it."""
        return any(trace is self._trace for trace in recorders())

    def watch(self, tensor: Any) -> None:
        """Follows what is computed from arrays or variables from now on.

        Args:
          tensor: an array, a Variable, or any structure of them.

        Raises:
          TypeError: for something that is no array.
          RuntimeError: when nothing is recorded any more.
        """
        name = type(self).__name__
        recorder = self._recorder
        if recorder is None:
            raise RuntimeError(f"{name}.watch(): the tape was used up by gradient(). Watch inside its `with` block.")
        for value in flatten(tensor)[0]:
            array = value if isinstance(value, Variable) else unwrap(value)
            if not isinstance(array, (Variable, jax.Array)):
                raise NoArrayError(
                    f"{name}.watch() takes JAX arrays and kerax Variables, received {value!r} of type "
                    f"{type(value).__name__}. Make an array of it, x = jnp.asarray(x), and compute with that array."
                )
            if not is_differentiable(np.dtype(array.dtype) if isinstance(array, Variable) else array.dtype):
                warnings.warn(
                    f"{name}.watch(): an array of dtype {array.dtype} has no gradient; cast it to a float dtype "
                    "before it is watched.",
                    stacklevel=user_stacklevel(),
                )
            elif isinstance(array, Variable):
                self._variables[id(array)] = array
            else:
                recorder.watch(array)

    @contextlib.contextmanager
    def _paused(self, own_trace: bool = True) -> Iterator[None]:
        """Nothing is noted meanwhile; computing costs nothing extra where this recording is the innermost one."""
        recorder, trace = self._recorder, self._trace
        if recorder is None:
            yield
            return
        was, recorder.on = recorder.on, False
        inner = swap_trace(None)
        swap_trace(trace.parent if own_trace and trace is not None and inner is trace else inner)
        try:
            yield
        finally:
            swap_trace(inner)
            recorder.on = was

    def watched_variables(self) -> tuple[Variable, ...]:
        """The variables that are watched, in the order in which they were first read."""
        return tuple(self._variables.values())
