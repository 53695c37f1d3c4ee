"""ForwardAccumulator: directional derivatives of what is computed in a block."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.state import Variable
from kerax.tape.programs import Plan, push_forward
from kerax.tape.recording import Recording
from kerax.tape.values import as_target, flatten, unwrap, wrap_like


class ForwardAccumulator(Recording):
    """Computes Jacobian-vector products of what its ``with`` block computes.

    Args:
      primals: arrays or Variables to differentiate with respect to, in any structure.
      tangents: the direction, in the same structure and shapes.

    Raises:
      ValueError: if the structures or shapes differ.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> x = jnp.asarray([1.0, 2.0])
      >>> with kerax.ForwardAccumulator(x, jnp.asarray([1.0, 0.0])) as accumulator:
      ...     y = x**2
      >>> accumulator.jvp(y).tolist()
      [2.0, 0.0]
    """

    def __init__(self, primals: Any, tangents: Any):
        super().__init__(False)
        self._primals, one = flatten(primals)
        flat, two = flatten(tangents)
        if len(flat) != len(self._primals):
            raise ValueError(f"ForwardAccumulator: primals have the structure {one}, tangents {two}.")
        self._tangents = [jnp.asarray(unwrap(tangent)) for tangent in flat]
        for primal, tangent in zip(self._primals, self._tangents, strict=True):
            if tuple(unwrap(primal).shape) != tuple(tangent.shape):
                raise ValueError(
                    f"ForwardAccumulator: a primal has shape {tuple(unwrap(primal).shape)}, its tangent "
                    f"{tuple(tangent.shape)}."
                )
        self.watch(list(self._primals))

    def __enter__(self) -> ForwardAccumulator:
        self._start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._trace is not None:
            self._stop()

    def jvp(self, target: Any, unconnected_gradients: Any = "none") -> Any:
        """The derivative of targets along the tangents.

        Args:
          target: an array computed in the block, or a structure of them.
          unconnected_gradients: ``"none"`` or ``"zero"``: what targets get that depend on no primal.

        Returns:
          A structure like ``target``.
        """
        recorder = self._recorder
        assert recorder is not None
        values, treedef = flatten(target)
        targets = [
            value.read() if isinstance(value, Variable) else as_target(value, "ForwardAccumulator.jvp()", "targets")
            for value in values
        ]
        sources, tangents = [], []
        for primal, tangent in zip(self._primals, self._tangents, strict=True):
            known = recorder.reads.get(id(primal), (None, []))[1] if isinstance(primal, Variable) else [unwrap(primal)]
            sources += known
            tangents += [tangent] * len(known)
        with self._paused():
            found = push_forward(Plan(recorder, targets, sources), tangents)
        zero = str(getattr(unconnected_gradients, "value", unconnected_gradients)).lower() == "zero"
        filled = [
            jnp.zeros_like(one) if tangent is None and zero else tangent
            for one, tangent in zip(targets, found, strict=True)
        ]
        return jax.tree.unflatten(treedef, [wrap_like(v, f) for v, f in zip(values, filled, strict=True)])
