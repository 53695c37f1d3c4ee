"""MeanTensor: the mean of arrays, element by element."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.metrics.metric import Metric
from kerax.metrics.weights import divide_no_nan, match_ranks, to_array


class MeanTensor(Metric):
    """The (weighted) mean of arrays of one shape, element by element.

    Args:
      name: "mean_tensor" by default.
      dtype: dtype name of the state.
      shape: of the arrays; found from the first one by default.

    Example:
      >>> import kerax
      >>> mean = kerax.metrics.MeanTensor()
      >>> mean.update_state([0.0, 1.0, 2.0]); mean.update_state([4.0, 5.0, 6.0])
      >>> mean.result()
      Array([2., 3., 4.], dtype=float32)
    """

    def __init__(self, name: str | None = "mean_tensor", dtype: Any = None, shape: tuple[int, ...] | None = None):
        super().__init__(dtype, name)
        self._shape, self._built = shape, False
        if shape is not None:
            self._create(shape)

    def _create(self, shape: tuple[int, ...]) -> None:
        self.total, self.count = (
            self.add_variable(shape, "zeros", name="total"),
            self.add_variable(shape, "zeros", name="count"),
        )
        self._built = True

    def ensure_built(self, values: Any, sample_weight: Any = None) -> None:
        """Creates the variables for arrays of this shape."""
        if not self._built:
            self._create(tuple(values.shape))

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Adds an array, multiplied by weights that broadcast against it.

        Raises:
          ValueError: if the shape differs from earlier ones.
        """
        values = to_array(values, self._dtype)
        self.ensure_built(values)
        if tuple(values.shape) != self.total.shape:
            raise ValueError(
                f"MeanTensor {self.name!r} keeps arrays of shape {self.total.shape}, received {tuple(values.shape)}."
            )
        weights = jnp.ones(values.shape, values.dtype)
        if sample_weight is not None:
            values, weights = match_ranks(values, to_array(sample_weight, self._dtype))
            weights = weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))
            weights = jnp.broadcast_to(weights, values.shape)
        self.total.assign(self.total.read() + values * weights)
        self.count.assign(self.count.read() + weights)

    def result(self) -> jax.Array:
        """The mean, in the shape of the arrays; 0 where the weights are.

        Raises:
          ValueError: before the first array, if no shape was given.
        """
        if not self._built:
            raise ValueError(
                f"MeanTensor {self.name!r} has seen no array yet: call update_state(values) first, or give it "
                f"shape=(...)."
            )
        return divide_no_nan(self.total.read(), self.count.read())

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values."""
        config = super().get_config()
        return config if self._shape is None else {**config, "shape": self._shape}
