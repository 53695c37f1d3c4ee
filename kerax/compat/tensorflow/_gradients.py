"""``tf.GradientTape``, ``tf.autodiff.ForwardAccumulator``, ``tf.custom_gradient``, ``tf.recompute_grad``."""

from __future__ import annotations

import enum
import functools
import warnings
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._edges import in_script, speaking, unwrap, wrap
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import recorders
from kerax.optimizers import RowGradient
from kerax.state import Variable
from kerax.tape import ForwardAccumulator as PlainAccumulator
from kerax.tape import GradientTape as PlainTape
from kerax.tape import custom_gradient as plain_custom_gradient
from kerax.tape.programs import run
from kerax.tape.taps import picks_rows, uses_of, with_taps
from kerax.tape.values import is_value


class UnconnectedGradients(enum.Enum):
    """What the gradient is of a source that the target does not depend on."""

    NONE = "none"
    ZERO = "zero"


class GradientTape(PlainTape):
    """Records what is computed and differentiates it; see ``kerax.GradientTape``.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> x = tf.constant(3.0)
      >>> with tf.GradientTape() as tape:
      ...     tape.watch(x)
      ...     y = x * x
      >>> tape.gradient(y, x).numpy()
      np.float32(6.0)
    """

    _later: Callable | None = None  # what finds the reads of a table, if they are asked for

    def _solve(
        self, recorder: Any, targets: Any, sources: Any, zero: bool, method: str, function: Any, seeds: Any, *more: Any,
        **options: Any,
    ) -> Any:  # fmt: skip
        if method == "gradient" and self._trace is None and not recorders():
            self._later = functools.partial(_read_later, recorder, uses_of(recorder), targets, function, list(seeds))
        try:
            return super()._solve(recorder, targets, sources, zero, method, function, seeds, *more, **options)
        finally:
            self._later = None

    def _wrap(self, source: Any, gradient: Any) -> Any:
        if gradient is None:
            return None
        gradient = unwrap(gradient)
        if isinstance(source, Tensor):
            return Tensor(gradient, source._label)
        if isinstance(source, Variable) and (in_script() or hasattr(source, "_label")):
            made = Tensor(gradient, getattr(source, "_label", None))
            if self._later is not None and gradient.ndim:
                made._rows = self._later(source)
            return made
        return gradient

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
    ) -> Any:
        """Gradients in the structure of the sources; None where a target does not depend on one."""
        if isinstance(target, Tensor) and target.dtype.is_integer and not target.ndim:
            warnings.warn(
                f"GradientTape.gradient(): the target has dtype {target.dtype.name}, so all gradients are None: cast "
                "to a float before computing it.",
                stacklevel=2,
            )
            return jax.tree.map(lambda _: None, _listed(sources), is_leaf=is_value)
        return super().gradient(target, _listed(sources), unwrap(output_gradients), unconnected_gradients)


def _read_later(recorder: Any, uses: Any, targets: Any, function: Any, seeds: list, source: Any) -> Callable | None:
    """What computes the reads of a variable, should somebody ask for them; None if it is no table."""
    arrays = recorder.reads.get(id(source), (source, []))[1]
    if len(arrays) != 1 or not picks_rows(recorder, arrays[0], uses):
        return None

    def compute() -> RowGradient | None:
        with_reads, taps = with_taps(recorder, arrays)
        own = taps[id(arrays[0])]
        found = run("gradient", function, with_reads, targets, own.arrays, seeds)
        pairs = [pair for pair in zip(found, own.rows, strict=True) if pair[0] is not None]
        values, rows = (jnp.concatenate(parts) for parts in zip(*pairs))
        return RowGradient(values, rows, source.shape)

    return compute


def _listed(sources: Any) -> Any:
    return list(sources) if isinstance(sources, (zip, map, filter)) else sources


class ForwardAccumulator(PlainAccumulator):
    """Derivatives along a direction, computed forwards; see ``kerax.ForwardAccumulator``."""

    def __init__(self, primals: Any, tangents: Any):
        super().__init__(primals, unwrap(tangents))

    def jvp(self, primals: Any, unconnected_gradients: Any = UnconnectedGradients.NONE) -> Any:
        """The derivative of something computed inside."""
        return wrap(super().jvp(primals, unconnected_gradients))


def custom_gradient(f: Callable | None = None) -> Callable:
    """Gives a function a gradient of its own: ``f`` returns ``(result, function of the result's gradient)``.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> @tf.custom_gradient
      ... def clipped(x):
      ...     return x, lambda dy: tf.clip_by_norm(dy, 0.5)
      >>> x = tf.constant(2.0)
      >>> with tf.GradientTape() as tape:
      ...     tape.watch(x)
      ...     y = clipped(x) * 3
      >>> tape.gradient(y, x).numpy()
      np.float32(0.5)
    """
    if f is None:
        return custom_gradient

    @functools.wraps(f)
    def arrays(*args: Any, **kwargs: Any) -> Any:
        with speaking():
            result, gradient = f(*wrap(args), **wrap(kwargs))

        def back(*upstream: Any, **more: Any) -> Any:
            with speaking():
                return unwrap(gradient(*wrap(upstream), **more))

        return unwrap(result), back

    made = plain_custom_gradient(arrays)

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        return wrap(made(*[unwrap(tensor(one)) if isinstance(one, Tensor) else one for one in args], **unwrap(kwargs)))

    return call


def recompute_grad(f: Callable) -> Callable:
    """The function, whose intermediate results are computed again for its gradient instead of being kept."""
    pure = jax.checkpoint(lambda *args: unwrap(f(*wrap(args))))

    @functools.wraps(f)
    def call(*args: Any) -> Any:
        return wrap(pure(*[tensor(one).array for one in args]))

    return call
