"""``tf.nn.RNNCellDropoutWrapper``, ``RNNCellResidualWrapper`` and ``RNNCellDeviceWrapper``: cells inside others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerax.layers import Layer
from kerax.state import rng


class _CellWrapper(Layer):
    """A cell around another one."""

    def __init__(self, cell: Any, **kwargs: Any):
        if not callable(getattr(cell, "call", None)):
            raise AttributeError(f"{cell!r} is no cell: it has no method call.")
        super().__init__(**kwargs)
        self.cell = cell

    state_size = property(lambda self: self.cell.state_size, doc="The inner cell's.")
    output_size = property(lambda self: self.cell.output_size, doc="The inner cell's.")

    def build(self, input_shape: Any) -> None:
        """Makes the inner cell's weights."""
        if not self.cell.built:
            self.cell.build(input_shape)

    def call(self, inputs: Any, states: Any) -> Any:
        """The inner cell's output and states."""
        return self.cell(inputs, states)


class DeviceWrapper(_CellWrapper):
    """A cell on a device, which JAX chooses.

    Args:
      cell: the cell.
      device: its name, accepted as in TensorFlow.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.nn.RNNCellDeviceWrapper(tf.keras.layers.GRUCell(3), "/cpu:0").state_size
      3
    """

    def __init__(self, cell: Any, device: Any, **kwargs: Any):
        super().__init__(cell, **kwargs)
        self._device = device


class ResidualWrapper(_CellWrapper):
    """A cell whose inputs are added to its outputs (He et al., 2015, https://arxiv.org/abs/1512.03385).

    Args:
      cell: the cell.
      residual_fn: of inputs and outputs, in place of their sum.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> cell = tf.nn.RNNCellResidualWrapper(tf.keras.layers.GRUCell(2))
      >>> tf.keras.layers.RNN(cell)(tf.ones([1, 3, 2])).shape
      TensorShape([1, 2])
    """

    def __init__(self, cell: Any, residual_fn: Callable | None = None, **kwargs: Any):
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def call(self, inputs: Any, states: Any) -> Any:
        """Inputs and outputs together, and the inner cell's states."""
        outputs, states = self.cell(inputs, states)
        if self._residual_fn is not None:
            return self._residual_fn(inputs, outputs), states
        if jnp.shape(inputs) != jnp.shape(outputs):
            raise ValueError(
                f"RNNCellResidualWrapper: inputs of shape {jnp.shape(inputs)} and outputs of shape "
                f"{jnp.shape(outputs)} cannot be added; the cell needs as many units, or give residual_fn."
            )
        return inputs + outputs, states


class DropoutWrapper(_CellWrapper):
    """A cell whose inputs, outputs and states are partly set to zero (Gal and Ghahramani, 2015).

    Args:
      cell: the cell.
      input_keep_prob, output_keep_prob, state_keep_prob: which share stays.
      variational_recurrent, input_size: accepted as in TensorFlow; the noise is another one in each step.
      seed: of the noise.

    Raises:
      ValueError: for a share that is none.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.nn.RNNCellDropoutWrapper(tf.keras.layers.GRUCell(2), output_keep_prob=0.5).state_size
      2
    """

    def __init__(
        self,
        cell: Any,
        input_keep_prob: float = 1.0,
        output_keep_prob: float = 1.0,
        state_keep_prob: float = 1.0,
        variational_recurrent: bool = False,
        input_size: Any = None,
        dtype: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(cell, dtype=dtype, **kwargs)
        self._keep = tuple(float(one) for one in (input_keep_prob, output_keep_prob, state_keep_prob))
        if not all(0 <= one <= 1 for one in self._keep):
            raise ValueError(f"Shares to keep are between 0 and 1, received {self._keep}.")
        self._seed = seed

    def _dropped(self, x: Any, keep: float, which: str) -> Any:
        if keep == 1.0:
            return x
        mask = jax.random.bernoulli(rng.next_key(f"{self.path}/{which}", self._seed), keep, jnp.shape(x))
        return jnp.where(mask, x / keep if keep else 0.0, 0.0).astype(x.dtype)

    def call(self, inputs: Any, states: Any) -> Any:
        """The inner cell's output and states, with noise."""
        outputs, states = self.cell(self._dropped(inputs, self._keep[0], "inputs"), states)
        states = jax.tree.map(lambda one: self._dropped(one, self._keep[2], "states"), states)
        return self._dropped(outputs, self._keep[1], "outputs"), states
