"""PyMetric: a metric whose update and result are ordinary Python on the host."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.jax_compat import in_trace
from kerax.metrics.metric import Metric, State


class PyMetric(Metric):
    """A metric computed on the host by any Python code: scikit-learn, a dict, a file.

    Subclass it with ``update_state``, ``result`` and ``reset_state`` and keep what you count in ordinary attributes.
    Called by hand they run as they stand. In a compiled step the device hands every batch over and waits for it,
    so use it only for what JAX cannot compute. As in tf.keras 2.15 ``result`` is one number.

    Args:
      name: snake case of the class by default.
      dtype: dtype name of the result.

    Raises:
      TypeError: from ``merge_state`` and ``pure.merge``: nobody but the subclass knows how its attributes add up.

    Example:
      >>> import kerax, numpy as np
      >>> class DistinctLabels(kerax.metrics.experimental.PyMetric):
      ...     def update_state(self, y_true, y_pred, sample_weight=None):
      ...         self.seen |= set(np.asarray(y_true).tolist())
      ...     def reset_state(self):
      ...         self.seen = set()
      ...     def result(self):
      ...         return len(self.seen)
      >>> metric = DistinctLabels()
      >>> float(metric([3, 1, 3], [0, 0, 0]))
      2.0
    """

    def __init__(self, name: str | None = None, dtype: Any = None, **kwargs: Any):
        if kwargs:
            raise TypeError(f"Unknown argument {min(kwargs)!r} of {type(self).__name__}(): it takes name and dtype.")
        super().__init__(dtype, name)
        self._on_host = False  # while one of the three methods runs: what they call of each other runs plainly
        # All that the device keeps is how many batches there were. Updates and results take it from one another, which
        # puts them in order, and whoever is given 0 resets the Python side first: a reset of the device's state, which
        # runs no Python, is thereby one of both.
        self._updates = self.add_variable((), "zeros", "int32", name="updates")
        self.reset_state()

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        for name, through in (("update_state", _update), ("result", _result), ("reset_state", _reset)):
            if name in vars(cls):
                setattr(cls, name, _handed_over(vars(cls)[name], through))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Takes a batch into account; the arguments are NumPy arrays. For subclasses to write."""
        raise NotImplementedError(
            f"{type(self).__name__} needs update_state(self, y_true, y_pred, sample_weight=None)."
        )

    def result(self) -> Any:
        """Returns a Python number. For subclasses to write."""
        raise NotImplementedError(f"{type(self).__name__} needs result(self).")

    def reset_state(self) -> None:
        """Sets the attributes to what they are before the first batch. For subclasses to write."""
        raise NotImplementedError(f"{type(self).__name__} needs reset_state(self): it is called at construction too.")

    def merge_state(self, metrics: Any) -> None:
        """For subclasses to write, where several metrics are to be put together."""
        raise TypeError(
            f"{type(self).__name__} keeps its state in Python: define merge_state(self, metrics) to merge it."
        )

    def _merge(self, own: State, other: State) -> State:
        raise TypeError(f"{type(self).__name__} keeps its state in Python, so its pure form cannot be merged.")


def _handed_over(method: Callable, through: Callable) -> Callable:
    @functools.wraps(method)
    def wrapper(self: PyMetric, *args: Any, **kwargs: Any) -> Any:
        run = functools.partial(method, self)
        return run(*args, **kwargs) if self._on_host else through(self, run, *args, **kwargs)

    return wrapper


def _plainly(metric: PyMetric, run: Callable, *args: Any, **kwargs: Any) -> Any:
    """Runs one of the subclass's methods on NumPy arrays."""
    args, kwargs = jax.tree.map(np.asarray, (args, kwargs), is_leaf=lambda value: isinstance(value, list))
    metric._on_host = True
    try:
        return run(*args, **kwargs)
    finally:
        metric._on_host = False


def _ask(metric: PyMetric, dtype: str, compute: Callable, *args: Any) -> Any:
    """``compute(updates, *args)`` on the host, at once or, in a compiled program, when it runs."""

    def on_host(updates: Any, *args: Any) -> np.ndarray:
        if int(updates) == 0:
            _plainly(metric, type(metric).reset_state.__get__(metric))
        return np.asarray(compute(*args), dtype)

    updates = metric._updates.read()
    if not in_trace():
        return on_host(updates, *args)
    # The count of updates is an operand of every call, so none can overtake another; JAX's own ordering of callbacks
    # would not do on several devices.
    return jax.experimental.io_callback(on_host, jax.ShapeDtypeStruct((), dtype), updates, *args)


def _update(metric: PyMetric, run: Callable, *args: Any, **kwargs: Any) -> None:
    def take(args: tuple, kwargs: dict) -> int:
        _plainly(metric, run, *args, **kwargs)
        return 1

    metric._updates.assign(metric._updates.read() + _ask(metric, "int32", take, args, kwargs))


def _result(metric: PyMetric, run: Callable) -> Any:
    def compute() -> Any:
        value = _plainly(metric, run)
        if np.shape(value) != ():
            raise ValueError(f"{type(metric).__name__}.result() must return one number, returned {value!r}.")
        return value

    return _ask(metric, metric.dtype, compute)


def _reset(metric: PyMetric, run: Callable) -> None:
    if not in_trace():
        _plainly(metric, run)
    metric._updates.assign(np.zeros((), "int32"))
