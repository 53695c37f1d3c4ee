"""RowGradient: the gradient of a table of which only some rows were used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp


@jax.tree_util.register_pytree_node_class
class RowGradient:
    """Gradients of some rows of a table; the others have none.

    An optimizer takes it in place of an array. Clipping by norm sees the rows as they are given, before duplicates add
    up. Then present optimizers treat it as the array of its sums; the ``legacy`` ones leave the rows alone, values and
    slots, that it does not name.

    Args:
      values: array (n, ...), one gradient a row.
      indices: n integers, the rows; duplicates add up.
      shape: of the whole table.

    Raises:
      ValueError: if the shapes do not go together.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> table = kerax.Variable(jnp.zeros((3, 1)))
      >>> gradient = kerax.optimizers.RowGradient(jnp.ones((2, 1)), [2, 2], (3, 1))
      >>> kerax.optimizers.SGD(0.5).apply([gradient], [table])
      >>> table.numpy().ravel().tolist()
      [0.0, 0.0, -1.0]
    """

    __slots__ = ("indices", "shape", "values")

    def __init__(self, values: Any, indices: Any, shape: Sequence[int]):
        self.values, self.indices, self.shape = jnp.asarray(values), jnp.asarray(indices, jnp.int32), tuple(shape)
        if self.indices.ndim != 1 or tuple(self.values.shape) != (self.indices.shape[0], *self.shape[1:]):
            raise ValueError(
                f"RowGradient(values, indices, shape) of a table of shape {self.shape} needs n indices and values of "
                f"shape (n, {', '.join(map(str, self.shape[1:]))}); received shapes {self.indices.shape} and "
                f"{self.values.shape}."
            )

    @property
    def dtype(self) -> Any:
        """Dtype of the values."""
        return self.values.dtype

    def with_values(self, values: jax.Array) -> RowGradient:
        """The same rows with other values."""
        return RowGradient(values, self.indices, self.shape)

    def __truediv__(self, divisor: Any) -> RowGradient:
        return self.with_values(self.values / divisor)

    def dense(self) -> jax.Array:
        """The gradient of the whole table."""
        return jnp.zeros(self.shape, self.dtype).at[self.indices].add(self.values, mode="drop")

    def __jax_array__(self) -> jax.Array:
        return self.dense()

    def touched(self) -> jax.Array:
        """Which rows it names: booleans of shape (rows, 1, ...)."""
        rows = jnp.zeros(self.shape[0], bool).at[self.indices].set(True, mode="drop")
        return rows.reshape(-1, *(1 for _ in self.shape[1:]))

    def summed(self) -> tuple[jax.Array, jax.Array]:
        """Every row once, with the sum of its values; unused places name the row behind the last one."""
        count = self.indices.shape[0]
        rows, places = jnp.unique(self.indices, return_inverse=True, size=count, fill_value=self.shape[0])
        return rows, jnp.zeros_like(self.values).at[places.reshape(-1)].add(self.values)

    def tree_flatten(self) -> tuple[tuple, tuple]:
        """Arrays and shape, for JAX."""
        return (self.values, self.indices), self.shape

    @classmethod
    def tree_unflatten(cls, shape: tuple, arrays: tuple) -> RowGradient:
        """The inverse, for JAX: it checks nothing, as JAX also puts other things than arrays in."""
        self = object.__new__(cls)
        (self.values, self.indices), self.shape = arrays, shape
        return self


def clip_values(clip: Callable[[list], list], gradients: list) -> list:
    """Clips gradients, of a ``RowGradient`` its values.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.optimizers.rows import RowGradient, clip_values
      >>> clip_values(lambda gs: [g / 2 for g in gs], [RowGradient(jnp.ones((1, 1)), [0], (2, 1))])[0].dense().tolist()
      [[0.5], [0.0]]
    """
    clipped = clip([g.values if isinstance(g, RowGradient) else g for g in gradients])
    return [g.with_values(c) if isinstance(g, RowGradient) else c for g, c in zip(gradients, clipped)]


def as_array(gradient: Any) -> Any:
    """A gradient as an array of the variable's shape.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.optimizers.rows import RowGradient, as_array
      >>> as_array(RowGradient(jnp.ones((1, 1)), [1], (2, 1))).tolist()
      [[0.0], [1.0]]
    """
    return gradient.dense() if isinstance(gradient, RowGradient) else gradient
