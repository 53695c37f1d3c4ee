"""Mean, Sum and MeanMetricWrapper: metrics that add up values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerax.debug import check_range
from kerax.metrics.metric import Metric
from kerax.metrics.weights import apply_mask, divide_no_nan, match_ranks, to_array
from kerax.state import get_mask


def samplewise(values: Any, sample_weight: Any, reduce: Callable, dtype: str) -> tuple[jax.Array, jax.Array | None]:
    """Weights values and reduces them, and the weights, to one number a sample.

    Args:
      values: array, shape (batch, ...) or a scalar.
      sample_weight: array that broadcasts against the leading axes of ``values``, or None.
      reduce: ``jnp.mean`` or ``jnp.sum``.
      dtype: dtype to compute in.

    Returns:
      ``(values, weights)``: shape (batch,) each, or scalars; weights None if none were given.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.metrics.reduction import samplewise
      >>> samplewise([[1.0, 3.0], [5.0, 7.0]], [1.0, 0.5], jnp.mean, "float32")
      (Array([2., 3.], dtype=float32), Array([1. , 0.5], dtype=float32))
    """
    mask = get_mask(values) if isinstance(values, jax.Array) else None
    values = to_array(values, dtype)
    if sample_weight is not None:
        sample_weight = to_array(sample_weight, dtype)
        check_range("sample_weight of a metric", sample_weight, low=0)
        if mask is not None:
            sample_weight = apply_mask(sample_weight, mask, dtype)
        values, sample_weight = match_ranks(values, sample_weight)
        rank = sample_weight.ndim
        if values.ndim > rank:
            values = reduce(values, axis=tuple(range(rank, values.ndim)))
        sample_weight = _broadcast(sample_weight, values.shape)
        values = values * sample_weight
        if rank > 1:
            sample_weight = reduce(sample_weight, axis=tuple(range(1, rank)))
    if values.ndim > 1:
        values = reduce(values, axis=tuple(range(1, values.ndim)))
    return values, sample_weight


def _broadcast(sample_weight: jax.Array, shape: tuple) -> jax.Array:
    try:
        return jnp.broadcast_to(sample_weight, shape)
    except ValueError:
        raise ValueError(
            f"sample_weight of shape {tuple(sample_weight.shape)} does not broadcast to the values of a metric, of "
            f"shape {tuple(shape)}."
        ) from None


class Sum(Metric):
    """The (weighted) sum of all values seen.

    Args:
      name: "sum" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> total = kerax.metrics.Sum()
      >>> total.update_state([1, 3, 5, 7], sample_weight=[1, 1, 0, 0])
      >>> float(total.result())
      4.0
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None):
        super().__init__(dtype, name)
        self.total = self.add_variable((), "zeros", name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Adds values, shape (batch, ...), multiplied by their weights."""
        values, _ = samplewise(values, sample_weight, jnp.sum, self._dtype)
        self.total.assign(self.total.read() + jnp.sum(values))

    def result(self) -> jax.Array:
        """The sum, a scalar."""
        return self.total.read()


class Mean(Metric):
    """The (weighted) mean of all values seen.

    Args:
      name: "mean" by default.
      dtype: dtype name of the state.

    Example:
      >>> import kerax
      >>> mean = kerax.metrics.Mean()
      >>> mean.update_state([1, 3, 5, 7], sample_weight=[1, 1, 0, 0])
      >>> float(mean.result())
      2.0
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None):
        super().__init__(dtype, name)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Takes values, shape (batch, ...) or a scalar, with their weights into account."""
        if sample_weight is None:
            values = to_array(values, self._dtype)
            # sum over the batch of means over the other axes, in one reduction
            inner = math.prod(values.shape[1:])
            total = jnp.sum(values)
            total = total if isinstance(inner, int) and inner == 1 else total / inner
            count = values.shape[0] if values.ndim else 1
        else:
            values, sample_weight = samplewise(values, sample_weight, jnp.mean, self._dtype)
            total, count = jnp.sum(values), jnp.sum(sample_weight)
        self.total.assign(self.total.read() + total)
        self.count.assign(self.count.read() + count)

    def result(self) -> jax.Array:
        """The mean, a scalar; 0 if nothing was seen."""
        return divide_no_nan(self.total.read(), self.count.read())


class MeanMetricWrapper(Mean):
    """The mean of a function of labels and predictions.

    Args:
      fn: callable ``fn(y_true, y_pred, **kwargs)`` that returns one value a sample, shape (batch, ...).
      name: the function's own name by default.
      dtype: dtype name of the state.
      **kwargs: further arguments of ``fn``.

    Example:
      >>> import kerax
      >>> metric = kerax.metrics.MeanMetricWrapper(lambda y_true, y_pred: (y_true - y_pred) ** 2, name="squared")
      >>> import jax.numpy as jnp
      >>> float(metric(jnp.array([0.0, 1.0]), jnp.array([2.0, 1.0])))
      2.0
    """

    def __init__(self, fn: Callable, name: str | None = None, dtype: Any = None, **kwargs: Any):
        if not callable(fn):
            raise TypeError(f"MeanMetricWrapper(fn) needs a callable fn(y_true, y_pred), received {fn!r}.")
        super().__init__(name, dtype)
        self._fn, self._fn_kwargs = fn, kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Takes a batch into account.

        Args:
          y_true: labels, shape (batch, ...).
          y_pred: predictions, shape (batch, ...); a mask on them (of padded time steps) is respected.
          sample_weight: weights that broadcast against the values of ``fn``, or None.
        """
        mask = get_mask(y_pred) if isinstance(y_pred, jax.Array) else None
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        if mask is not None:
            sample_weight = apply_mask(sample_weight, mask, self._dtype)
        super().update_state(values, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Name, dtype, function and its arguments."""
        config = super().get_config()
        if type(self) is MeanMetricWrapper:
            config["fn"] = self._fn
        return {**config, **self._fn_kwargs}
