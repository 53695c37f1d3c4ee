"""GradientTape: records what is computed and differentiates it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.state import Variable
from kerax.tape.programs import Plan, pull_back, run
from kerax.tape.recorder import Recorder
from kerax.tape.recording import Recording, RecordingError
from kerax.tape.values import as_target, flatten, is_differentiable, unwrap, wrap_like
from kerax.tree import in_order, order_of


class GradientTape(Recording):
    """Records operations on watched arrays for automatic differentiation.

    Operations are computed at once, so that Python code may look at the numbers. Inside ``kerax.function`` and
    ``jax.jit`` they are staged as ever. Tapes may be nested for derivatives of higher order.

    Args:
      persistent: whether ``gradient`` may be called more than once. The record is then kept until the tape dies.
      watch_accessed_variables: whether trainable variables are watched as soon as they are read.

    Raises:
      RuntimeError: if a tape that is not persistent is used twice.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> x = jnp.asarray(3.0)
      >>> with kerax.GradientTape() as tape:
      ...     tape.watch(x)
      ...     y = x * x if x > 2 else x
      >>> float(tape.gradient(y, x))
      6.0
      >>> w = kerax.Variable([1.0, 2.0])
      >>> with kerax.GradientTape() as tape:
      ...     loss = jnp.sum(w**2)
      >>> tape.gradient(loss, {"w": w})["w"].tolist()
      [2.0, 4.0]
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        super().__init__(bool(watch_accessed_variables))
        self._persistent = bool(persistent)

    def __enter__(self) -> GradientTape:
        self._start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._trace is not None:
            self._stop()

    @contextlib.contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Computes without recording on this tape.

        Raises:
          RuntimeError: outside the tape's ``with`` block.

        Example:
          >>> import jax.numpy as jnp, kerax
          >>> x = jnp.asarray(2.0)
          >>> with kerax.GradientTape() as tape:
          ...     tape.watch(x)
          ...     y = x * x
          ...     with tape.stop_recording():
          ...         print(float(tape.gradient(y, x)))
          4.0
        """
        if self._trace is None and self._recorder is not None:
            raise RecordingError("GradientTape.stop_recording() is used inside the tape's `with` block only.")
        with self._paused():
            yield

    def reset(self) -> None:
        """Forgets everything recorded and watched so far, as if the ``with`` block began here.

        Raises:
          RuntimeError: outside the tape's ``with`` block.
        """
        if self._trace is None:
            raise RecordingError("GradientTape.reset() is used inside the tape's `with` block only.")
        self._recorder = self._trace.recorder = Recorder()
        self._variables.clear()

    # ---- gradients --------------------------------------------------------------------------------------------------
    def gradient(
        self, target: Any, sources: Any, output_gradients: Any = None, unconnected_gradients: Any = "none"
    ) -> Any:
        """Differentiates targets with respect to sources.

        Args:
          target: an array, or a structure of arrays; the gradients of several are summed.
          sources: arrays or Variables, in any structure.
          output_gradients: what the targets' gradients are multiplied with: a structure like ``target``; ones by
            default.
          unconnected_gradients: ``"none"`` or ``"zero"``: what sources get that no target depends on.

        Returns:
          Gradients in the structure of ``sources``.

        Raises:
          RuntimeError: if the tape is used up.
          TypeError: for targets or sources that are no arrays, and for integer targets.
          ValueError: for a target that was not computed inside the tape.
        """
        recorder = self._take("gradient")
        zero = _as_zero(unconnected_gradients, "gradient")
        targets = self._targets(recorder, target, "gradient")
        seeds: list[Any] = []
        if output_gradients is not None:
            seeds = [unwrap(leaf) for leaf in jax.tree.leaves(output_gradients, is_leaf=lambda x: x is None)]
            if len(seeds) != len(flatten(target)[0]):
                raise ValueError(
                    f"GradientTape.gradient(): output_gradients must have the structure of the target, "
                    f"{len(flatten(target)[0])} arrays; received {len(seeds)}."
                )
            seeds = [_seed(seed, one) for seed, one in zip(seeds, targets, strict=True)]
        else:
            seeds = [_ones(one) for one in targets]
        plain = output_gradients is None and not self._persistent
        return self._solve(recorder, targets, sources, zero, "gradient", _gradient, seeds, plain=plain)

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: Any = "none",
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """Differentiates every element of a target with respect to every element of the sources.

        Args:
          target: an array.
          sources: arrays or Variables, in any structure.
          unconnected_gradients: ``"none"`` or ``"zero"``.
          parallel_iterations: accepted as in TensorFlow; all rows are computed at once.
          experimental_use_pfor: accepted likewise.

        Returns:
          For each source an array of shape ``target.shape + source.shape``.

        Raises:
          RuntimeError, TypeError, ValueError: as ``gradient``.

        Example:
          >>> import jax.numpy as jnp, kerax
          >>> x = jnp.asarray([1.0, 2.0])
          >>> with kerax.GradientTape() as tape:
          ...     tape.watch(x)
          ...     y = x**2
          >>> tape.jacobian(y, x).tolist()
          [[2.0, 0.0], [0.0, 4.0]]
        """
        recorder = self._take("jacobian")
        zero = _as_zero(unconnected_gradients, "jacobian")
        targets = self._targets(recorder, target, "jacobian")
        if len(targets) != 1:
            raise ValueError(f"GradientTape.jacobian() takes one target, received {len(targets)}.")
        shape = targets[0].shape
        return self._solve(recorder, targets, sources, zero, "jacobian", _jacobian, [targets[0]], shape)

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: Any = "none",
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The Jacobian of each row of a target with respect to the same row of a source.

        Args:
          target: shape (b, ...); row i may depend on row i of the source only.
          source: an array or Variable, shape (b, ...).
          unconnected_gradients: ``"none"`` or ``"zero"``; both give zeros, as in TensorFlow.
          parallel_iterations: accepted as in TensorFlow.
          experimental_use_pfor: accepted likewise.

        Returns:
          Shape ``(b,) + target.shape[1:] + source.shape[1:]``.

        Raises:
          ValueError: if the numbers of rows differ; else as ``gradient``.
        """
        recorder = self._take("batch_jacobian")
        _as_zero(unconnected_gradients, "batch_jacobian")
        targets = self._targets(recorder, target, "batch_jacobian")
        of, by = tuple(targets[0].shape), tuple(unwrap(source).shape)
        if not of or not by or of[0] != by[0]:
            raise ValueError(
                f"GradientTape.batch_jacobian() needs target and source of equally many rows, received shapes {of} "
                f"and {by}."
            )
        shape = (of[0], *of[1:])
        return self._solve(recorder, targets, source, True, "batch_jacobian", _batch_jacobian, [targets[0]], shape)

    # ---- inside -----------------------------------------------------------------------------------------------------
    def _take(self, method: str) -> Recorder:
        """The record; a tape that is not persistent gives it away."""
        recorder = self._recorder
        if recorder is None:
            raise RuntimeError(
                f"GradientTape.{method}(): this tape was used up by an earlier call. Compute all gradients in one "
                "call, or create the tape with persistent=True and delete it when done."
            )
        if not self._persistent:
            if self._trace is not None:
                recorder.on = False
            self._recorder = None
        return recorder

    def _targets(self, recorder: Recorder, target: Any, method: str) -> list[Any]:
        found = []
        where = f"GradientTape.{method}()"
        if target is None:
            raise TypeError(
                f"{where}: the target is None: pass the array to differentiate. Does the function that computes it "
                "return it?"
            )
        for value in flatten(target)[0]:
            if isinstance(value, Variable):
                arrays = recorder.reads.get(id(value))
                array = arrays[1][-1] if arrays is not None else value.read()
                if arrays is None and value.trainable and self._automatic and is_differentiable(array.dtype):
                    array = recorder.watch_read(value, array)  # a variable is its own target
            else:
                array = as_target(value, where, "targets")
                if not recorder.knows(array):
                    raise ValueError(
                        f"{where}: the target, an array of shape {tuple(array.shape)}, was not computed while this "
                        "tape was recording. Compute it inside the `with` block, from arrays that the tape watches."
                    )
            if not is_differentiable(array.dtype):
                raise TypeError(
                    f"{where}: the target has dtype {array.dtype}, which has no gradient. Differentiate a float: cast "
                    "before computing it."
                )
            found.append(array)
        if not found:
            raise ValueError(f"{where}: there is no target, received {target!r}.")
        return found

    def _solve(
        self,
        recorder: Recorder,
        targets: Sequence[Any],
        sources: Any,
        zero: bool,
        method: str,
        function: Any,
        seeds: Sequence[Any],
        lead: tuple[int, ...] = (),
        plain: bool = False,
    ) -> Any:
        values, treedef = flatten(sources)
        groups = [_source_arrays(recorder, value, f"GradientTape.{method}()") for value in values]
        flat = [array for group in groups for array in group]
        gradients = iter(run(method, function, recorder, targets, flat, list(seeds), plain))
        result = []
        for value, group in zip(values, groups, strict=True):
            total = None
            for gradient in [next(gradients) for _ in group]:
                if gradient is not None:
                    total = gradient if total is None else total + gradient
            if total is None and zero:
                like = unwrap(value)
                shape = tuple(lead) + tuple(like.shape[1:] if method == "batch_jacobian" else like.shape)
                total = jnp.zeros(shape, like.dtype)
            result.append(self._wrap(value, total))
        return in_order(jax.tree.unflatten(treedef, result), order_of(sources))

    def _wrap(self, source: Any, gradient: Any) -> Any:
        """What is given out for a source's gradient (an array or None); other namespaces override it."""
        return wrap_like(source, gradient)


def _source_arrays(recorder: Recorder, value: Any, where: str) -> list[Any]:
    if isinstance(value, Variable):
        known = recorder.reads.get(id(value))
        return known[1] if known is not None else []
    array = as_target(value, where, "sources")
    return [array] if id(array) in recorder.tracked else []


def _as_zero(value: Any, method: str) -> bool:
    text = str(getattr(value, "value", value)).lower()
    if text not in ("none", "zero"):
        raise ValueError(
            f"GradientTape.{method}(): unconnected_gradients must be 'none' or 'zero', received {value!r}."
        )
    return text == "zero"


def _ones(target: Any) -> Any:
    return _one(target.dtype) if target.ndim == 0 else jnp.ones_like(target)


@functools.lru_cache(maxsize=64)
def _one(dtype: Any) -> Any:
    return np.ones((), dtype)


def _seed(seed: Any, target: Any) -> Any:
    if seed is None:
        return _ones(target)
    seed = jnp.asarray(seed, target.dtype)
    if seed.shape != target.shape:
        raise ValueError(
            f"GradientTape.gradient(): output_gradients has shape {tuple(seed.shape)}, the target "
            f"{tuple(target.shape)}."
        )
    return seed


def _conjugate(array: Any) -> Any:
    """TensorFlow's gradient of a complex source is the conjugate of JAX's; floats stay."""
    return jnp.conj(array) if array is not None and jnp.issubdtype(array.dtype, jnp.complexfloating) else array


def _gradient(plan: Plan, values: Sequence[Any], seeds: Sequence[Any]) -> list[Any]:
    return [_conjugate(one) for one in pull_back(plan, values, [_conjugate(jnp.asarray(seed)) for seed in seeds])]


def _jacobian(plan: Plan, values: Sequence[Any], like: Sequence[Any]) -> list[Any]:
    target = like[0]
    rows = jnp.eye(target.size, dtype=target.dtype).reshape((target.size, *target.shape))
    found = jax.vmap(lambda row: _gradient(plan, values, [row]))(rows)
    return [None if one is None else one.reshape((*target.shape, *one.shape[1:])) for one in found]


def _batch_jacobian(plan: Plan, values: Sequence[Any], like: Sequence[Any]) -> list[Any]:
    target = like[0]
    size = target.size // max(target.shape[0], 1)
    rows = jnp.eye(size, dtype=target.dtype).reshape((size, 1, *target.shape[1:]))
    rows = jnp.broadcast_to(rows, (size, *target.shape))
    found = jax.vmap(lambda row: _gradient(plan, values, [row]))(rows)

    def arrange(one: Any) -> Any:
        return jnp.moveaxis(one, 0, 1).reshape((one.shape[1], *target.shape[1:], *one.shape[2:]))

    return [None if one is None else arrange(one) for one in found]
