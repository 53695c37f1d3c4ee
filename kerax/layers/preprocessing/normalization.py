"""Normalization: inputs shifted and scaled by the mean and variance of data seen beforehand."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import settings
from kerax.layers.preprocessing.preprocessing_layer import PreprocessingLayer


class Normalization(PreprocessingLayer):
    """Computes ``(x - mean) / max(sqrt(variance), epsilon)``.

    Mean and variance are given, or learnt by ``adapt``.

    Args:
      axis: the axes with a mean and variance of their own for each index; None for one mean over everything.
      mean: a number, or an array that broadcasts to the sizes of ``axis``.
      variance: likewise.
      invert: whether the inverse is computed.
      **kwargs: ``name``, ``dtype``...

    Raises:
      ValueError: if only one of ``mean`` and ``variance`` is given, or they have different shapes.

    Example:
      >>> import kerax, numpy as np
      >>> layer = kerax.layers.Normalization()
      >>> layer.adapt(np.array([[1.0, 10.0], [3.0, 30.0]], "float32"))
      >>> layer(np.array([[3.0, 20.0]], "float32"))
      Array([[1., 0.]], dtype=float32)
    """

    supports_masking = True
    _least_rank = 2

    def __init__(self, axis: Any = -1, mean: Any = None, variance: Any = None, invert: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = () if axis is None else (int(axis),) if isinstance(axis, (int, np.integer)) else tuple(axis)
        self.input_mean, self.input_variance, self.invert = mean, variance, invert
        if (mean is None) != (variance is None):
            raise ValueError(
                f"Normalization {self.name!r}: mean and variance are given together, or neither is. Received "
                f"mean={mean}, variance={variance}."
            )
        if np.shape(mean) != np.shape(variance):
            raise ValueError(
                f"Normalization {self.name!r}: mean and variance must have the same shape, received {np.shape(mean)} "
                f"and {np.shape(variance)}."
            )
        if np.ndim(mean) > len(self.axis):
            raise ValueError(
                f"Normalization {self.name!r}: mean has {np.ndim(mean)} axes, but axis={self.axis} keeps only "
                f"{len(self.axis)}."
            )

    def build(self, input_shape: Any) -> None:
        """Checks the axes, and creates the weights unless mean and variance were given."""
        rank = len(input_shape)
        wrong = [axis for axis in self.axis if not -rank <= axis < rank]
        if wrong:
            raise ValueError(
                f"Normalization {self.path!r}: all axes must be in the range [{-rank}, {rank}) for inputs of shape "
                f"{tuple(input_shape)}, received axis={self.axis}."
            )
        self._keep_axis = tuple(sorted(axis % rank for axis in self.axis))
        for axis in self._keep_axis:
            if input_shape[axis] is None:
                raise ValueError(
                    f"Normalization {self.path!r}: the sizes of axis={self.axis} must be known, received inputs of "
                    f"shape {tuple(input_shape)}."
                )
        self._build_input_shape = tuple(input_shape)
        self._reduce_axis = tuple(axis for axis in range(rank) if axis not in self._keep_axis)
        self._broadcast_shape = tuple(size if axis in self._keep_axis else 1 for axis, size in enumerate(input_shape))
        if self.input_mean is None:
            kept = tuple(input_shape[axis] for axis in self._keep_axis)
            self.adapt_mean = self.add_weight(name="mean", shape=kept, initializer="zeros", trainable=False)
            self.adapt_variance = self.add_weight(name="variance", shape=kept, initializer="ones", trainable=False)
            self.count = self.add_weight(
                name="count", shape=(), dtype="int32", initializer="zeros", trainable=False
            )  # holds nothing, as in Keras: files of older versions have it
        else:
            self._given_mean = self._aligned(self.input_mean)
            self._given_variance = self._aligned(self.input_variance)

    def _aligned(self, value: Any) -> np.ndarray:
        array = np.asarray(value, np.float32)
        if array.ndim:
            shape = [1] * len(self._broadcast_shape)
            for size, axis in zip(reversed(array.shape), reversed(self._keep_axis), strict=False):
                shape[axis] = size
            array = array.reshape(shape)
        try:
            return np.broadcast_to(array, self._broadcast_shape)
        except ValueError:
            raise ValueError(
                f"Normalization {self.path!r}: mean and variance of shape {np.shape(value)} do not fit inputs of shape "
                f"{self._build_input_shape} with axis={self.axis}."
            ) from None

    @property
    def mean(self) -> Any:
        """The mean, shaped to broadcast with inputs; None before the layer is built."""
        if not self.built:
            return None
        if self.input_mean is not None:
            return jnp.asarray(self._given_mean, self.compute_dtype)
        return jnp.reshape(self.adapt_mean.value, self._broadcast_shape).astype(self.compute_dtype)

    @property
    def variance(self) -> Any:
        """The variance, shaped to broadcast with inputs; None before the layer is built."""
        if not self.built:
            return None
        if self.input_mean is not None:
            return jnp.asarray(self._given_variance, self.compute_dtype)
        return jnp.reshape(self.adapt_variance.value, self._broadcast_shape).astype(self.compute_dtype)

    # ---- adapting ---------------------------------------------------------------------------------------------------
    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Computes mean and variance from data; see ``PreprocessingLayer.adapt``."""
        if self.input_mean is not None:
            raise ValueError(
                f"Normalization {self.path!r} was given mean and variance, so it cannot be adapted. Leave them out."
            )
        super().adapt(data, batch_size, steps)

    def reset_state(self) -> None:
        """Forgets what was seen."""
        self._seen, self._total_mean, self._total_variance = 0, 0.0, 0.0

    def update_state(self, data: Any) -> None:
        """Takes in one batch.

        Means and variances of batches are combined as Chan, Golub, LeVeque, "Algorithms for computing the sample
        variance", The American Statistician 37(3), 1983, describe, in 64-bit floats.
        """
        array = self._numbers(data, np.float64)
        if not self.built:
            self.build(array.shape)
        if not hasattr(self, "_seen"):
            self.reset_state()
        for axis in self._keep_axis:
            if array.ndim != len(self._broadcast_shape) or array.shape[axis] != self._broadcast_shape[axis]:
                raise ValueError(
                    f"Normalization {self.path!r} was built for inputs of shape {self._build_input_shape}, but adapt() "
                    f"received an incompatible batch of shape {array.shape}."
                )
        count = int(np.prod([array.shape[axis] for axis in self._reduce_axis]))
        mean, variance = array.mean(axis=self._reduce_axis), array.var(axis=self._reduce_axis)
        total = self._seen + count
        share = count / total
        shift = mean - self._total_mean
        self._total_variance = (
            self._total_variance * (1 - share) + variance * share + shift * shift * share * (1 - share)
        )
        self._total_mean, self._seen = self._total_mean + shift * share, total

    def finalize_state(self) -> None:
        """Writes mean and variance into the weights."""
        if self.input_mean is None and self.built and getattr(self, "_seen", 0):
            self.adapt_mean.assign(np.asarray(self._total_mean, np.float32))
            self.adapt_variance.assign(np.asarray(self._total_variance, np.float32))

    # ---- computing --------------------------------------------------------------------------------------------------
    def call(self, inputs: jax.Array) -> jax.Array:
        """Normalizes."""
        inputs = inputs.astype(self.compute_dtype)
        pairs = zip(reversed(inputs.shape), reversed(self._broadcast_shape), strict=False)
        if any(isinstance(size, int) and wanted not in (1, size) for size, wanted in pairs):
            raise ValueError(
                f"Normalization {self.path!r} was built for inputs of shape {self._build_input_shape} with "
                f"axis={self.axis}, it received inputs of shape {inputs.shape}."
            )
        deviation = jnp.maximum(jnp.sqrt(self.variance), jnp.asarray(settings.epsilon(), self.compute_dtype))
        return self.mean + inputs * deviation if self.invert else (inputs - self.mean) / deviation

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments; what ``adapt`` found is in the weights."""
        mean, variance = (
            None if value is None else np.asarray(value).tolist() for value in (self.input_mean, self.input_variance)
        )
        own = {"axis": list(self.axis), "invert": self.invert, "mean": mean, "variance": variance}
        return {**super().get_config(), **own}
