"""``tf.nn.RNNCellDropoutWrapper``, ``RNNCellResidualWrapper`` and ``RNNCellDeviceWrapper``: cells inside others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._shape import TensorShape
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
      variational_recurrent: whether the noise is drawn once, for all steps and samples, when the cell is made.
      input_size: shape of one input, without the batch; needed for such noise if inputs are dropped.
      dtype: of the numbers; needed for such noise.
      seed: of the noise.

    Raises:
      ValueError: for a share that is none, or where ``input_size`` or ``dtype`` is needed.

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
        self._noise: dict[str, list[np.ndarray]] = {}
        if variational_recurrent:
            if dtype is None:
                raise ValueError("When variational_recurrent=True, dtype must be provided")
            if self._keep[0] < 1 and input_size is None:
                raise ValueError(
                    "When variational_recurrent=True and input_keep_prob < 1.0, input_size must be provided"
                )
            sizes = {"input": input_size, "state": self.state_size, "output": self.output_size}
            for which, keep in zip(sizes, (self._keep[0], 0.0, 0.0), strict=True):
                if keep < 1:  # TensorFlow draws those of states and outputs in any case
                    self._noise[which] = self._drawn(which, sizes[which], dtype)

    def _drawn(self, which: str, sizes: Any, dtype: Any) -> list[np.ndarray]:
        """One mask for each part of inputs, states or outputs."""
        from kerax.compat.tensorflow._random import uniform

        one = isinstance(sizes, (int, TensorShape)) or (isinstance(sizes, tuple) and which == "input")
        shapes = [(1, *TensorShape(part)) for part in ([sizes] if one else sizes)]
        drawn = (uniform(shape, dtype=dtype, seed=self._seed_of(which, number)) for number, shape in enumerate(shapes))
        return [np.asarray(getattr(one, "array", one)) for one in drawn]

    def _seed_of(self, which: str, number: int) -> int | None:
        """TensorFlow's seed for a part: of the first 31 bits of an MD5 sum."""
        if self._seed is None:
            return None
        text = f"{self._seed}{which}_{number}".encode()
        return int(hashlib.md5(text, usedforsecurity=False).hexdigest()[:8], 16) & 0x7FFFFFFF

    def _dropped(self, x: Any, keep: float, which: str, number: int = 0) -> Any:
        if keep == 1.0:
            return x
        if which in self._noise:
            return (x / keep * np.floor(keep + self._noise[which][number])).astype(x.dtype)
        mask = jax.random.bernoulli(rng.next_key(f"{self.path}/{which}", self._seed), keep, jnp.shape(x))
        return jnp.where(mask, x / keep if keep else 0.0, 0.0).astype(x.dtype)

    def call(self, inputs: Any, states: Any) -> Any:
        """The inner cell's output and states, with noise."""
        outputs, states = self.cell(self._dropped(inputs, self._keep[0], "input"), states)
        parts, structure = jax.tree.flatten(states)
        parts = [self._dropped(one, self._keep[2], "state", number) for number, one in enumerate(parts)]
        return self._dropped(outputs, self._keep[1], "output"), jax.tree.unflatten(structure, parts)
