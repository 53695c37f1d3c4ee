"""``tf.gradients`` and ``tf.hessians`` inside ``tf.function``: a tape around the whole trace follows everything."""

from __future__ import annotations

import contextvars
import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax

from kerax.compat.tensorflow._edges import unwrap, wrap
from kerax.compat.tensorflow._tensor import Tensor, as_arrays
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor
from kerax.tape import GradientTape
from kerax.tape.recorder import Recorder
from kerax.tape.values import is_differentiable

_NAMES = ("gradients", "hessians")
_DEPTH = 3  # of functions that call functions

_around: contextvars.ContextVar[_TraceTape | None] = contextvars.ContextVar("kerax_trace_tape", default=None)


class _EveryRecorder(Recorder):
    """A recorder that watches every array as soon as it is used."""

    __slots__ = ()

    def followed(self, inputs: Sequence[Any]) -> int:
        for one in inputs:
            if isinstance(one, jax.Array) and id(one) not in self.tracked and is_differentiable(one.dtype):
                self.watch(one)
        return super().followed(inputs)


class _TraceTape(GradientTape):
    """The tape around the trace of a function."""

    def __init__(self) -> None:
        super().__init__(persistent=True)
        self._recorder = _EveryRecorder()

    def derive(self, ys: Any, xs: list, seeds: Any, zero: str, stops: Sequence[Any]) -> list:
        """Gradients of the sum of ``ys``; nothing passes through ``stops``."""
        recorder = self._recorder
        assert recorder is not None
        for one in [*xs, *ys]:
            if not isinstance(one, Variable):
                recorder.followed([unwrap(one)])
        ends = {id(unwrap(one)) for one in stops if not isinstance(one, Variable)} - recorder.leaves
        recorder.leaves |= ends
        try:
            return self.gradient(ys, xs, seeds, zero)
        finally:
            recorder.leaves -= ends


def taped(function: Callable) -> Callable:
    """The function, with a tape around each of its runs that ``tf.gradients`` asks."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with _TraceTape() as tape:
            token = _around.set(tape)
            as_arrays[0] += 1
            try:
                return function(*args, **kwargs)
            finally:
                as_arrays[0] -= 1
                _around.reset(token)

    return call


def asks_for_gradients(function: Callable, depth: int = _DEPTH) -> bool:
    """Whether the code of a function, or of functions that it names, mentions ``tf.gradients``."""
    inner = inspect.unwrap(getattr(function, "python_function", function))
    inner = getattr(inner, "__func__", inner)
    code = getattr(inner, "__code__", None)
    if code is None:
        return False
    names = set(_names_in(code))
    if names.intersection(_NAMES):
        return True
    owner = type(getattr(function, "__self__", None))
    found = [getattr(inner, "__globals__", {}).get(name, getattr(owner, name, None)) for name in names]
    found += [cell.cell_contents for cell in inner.__closure__ or () if _filled(cell)]
    return depth > 0 and any(
        asks_for_gradients(one, depth - 1)
        for one in found
        if inspect.isfunction(one) and not (one.__module__ or "").startswith(("kerax.", "jax.", "numpy."))
    )


def _names_in(code: Any) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield from _names_in(constant)


def _filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _tape(name: str, instead: str) -> _TraceTape:
    tape = _around.get()
    if tape is None:
        raise RuntimeError(
            f"tf.{name} is not supported when eager execution is enabled: use {instead}. Inside a tf.function it works "
            f"if the function, or one that it calls by its name, says tf.{name}."
        )
    return tape


def _listed(value: Any) -> list:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: str = "gradients",
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = "none",
) -> list:
    """Gradients of the sum of some tensors, inside ``tf.function``.

    Args:
      ys: a tensor, or a list of them.
      xs: tensors or variables.
      grad_ys: what the gradients of ``ys`` are multiplied with.
      name, gate_gradients, aggregation_method: accepted as in TensorFlow.
      stop_gradients: tensors that count as constants.
      unconnected_gradients: what ``xs`` get that nothing depends on: None, or zeros.

    Returns:
      A list, one entry for each of ``xs``.

    Raises:
      RuntimeError: outside of ``tf.function``.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> @tf.function
      ... def slope(x):
      ...     return tf.gradients(x * x, x)
      >>> slope(tf.constant(3.0))[0].numpy()
      np.float32(6.0)
    """
    if any(isinstance(one, SymbolicTensor) for one in _listed(ys)):  # of a graph of TensorFlow 1
        from kerax.compat.tensorflow import _graph_gradients

        return _graph_gradients.gradients(ys, xs, grad_ys, name)
    tape = _tape("gradients", "tf.GradientTape")
    seeds = None if grad_ys is None else unwrap(_listed(grad_ys))
    found = tape.derive(_listed(ys), _listed(xs), seeds, unconnected_gradients, _listed(stop_gradients or []))
    return [one if one is None or isinstance(one, Tensor) else wrap(one) for one in found]


def hessians(
    ys: Any,
    xs: Any,
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    name: str = "hessians",
) -> list:
    """Second derivatives of a tensor by each of some tensors, inside ``tf.function``.

    Args:
      ys: a tensor, or a list of them.
      xs: tensors or variables.
      gate_gradients, aggregation_method, name: accepted as in TensorFlow.

    Returns:
      For each of ``xs`` a tensor of shape ``x.shape + x.shape``.

    Raises:
      RuntimeError: outside of ``tf.function`` and of graphs.
    """
    if isinstance(_listed(ys)[0], SymbolicTensor):
        from kerax.compat.tensorflow._graph_gradients import graph_hessians

        return graph_hessians(_listed(ys), _listed(xs))
    tape = _tape("hessians", "two tf.GradientTapes, the inner one's gradient and the outer one's jacobian")
    first = tape.derive(_listed(ys), _listed(xs), None, "zero", [])
    return [wrap(tape.jacobian(unwrap(one), x, "zero")) for one, x in zip(first, _listed(xs), strict=True)]
