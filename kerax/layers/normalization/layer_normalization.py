"""LayerNormalization."""

from __future__ import annotations

from typing import Any

import jax

from kerax.functional.normalization import layer_normalize, widen
from kerax.layers.checks import known_axis
from kerax.layers.normalization.scaled import ScaledNormalization


class LayerNormalization(ScaledNormalization):
    """Normalizes each sample over one or several axes.

    In mixed precision, statistics are computed in float32.

    Reference: Ba et al., "Layer Normalization", 2016, https://arxiv.org/abs/1607.06450

    Args:
        axis: axis, or list of axes.
        epsilon: added to the variance.
        center: whether ``beta`` is added.
        scale: whether ``gamma`` is multiplied.
        beta_initializer: of ``beta``.
        gamma_initializer: of ``gamma``.
        beta_regularizer: penalty on ``beta``.
        gamma_regularizer: penalty on ``gamma``.
        beta_constraint: applied to ``beta`` after each optimizer step.
        gamma_constraint: applied to ``gamma`` after each optimizer step.
        **kwargs: ``name``, ``dtype``, and ``rms_scaling``: multiply by the inverse of the standard deviation and
            ``gamma`` only, without taking the mean away or adding ``beta``; prefer ``RMSNormalization``.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.LayerNormalization()(np.array([[1.0, 3.0]], "float32")).round(2).tolist()
        [[-1.0, 1.0]]
    """

    def __init__(self, axis: Any = -1, *args: Any, **kwargs: Any):
        self.rms_scaling = bool(kwargs.pop("rms_scaling", False))
        super().__init__(axis, *args, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Creates ``gamma`` and ``beta``."""
        axes = self._axes(len(input_shape))
        shape = tuple(input_shape[axis] for axis in axes)
        if None in shape:
            raise ValueError(
                f"Layer {self.path!r} needs to know the sizes of axis {self.axis}, received shape {tuple(input_shape)}."
            )
        self.add_factors(shape, center=self.center and not self.rms_scaling)

    def _axes(self, rank: int) -> list[int]:
        axes = self.axis if isinstance(self.axis, list) else [self.axis]
        return sorted(known_axis(self, axis, rank) for axis in axes)

    def call(self, inputs: Any) -> Any:
        """Normalizes."""
        x = widen(inputs)
        axes = self._axes(x.ndim)
        gamma, beta = self.factors(x.dtype, tuple(x.shape[i] if i in axes else 1 for i in range(x.ndim)))
        if self.rms_scaling:
            y = x * jax.lax.rsqrt(x.var(tuple(axes), keepdims=True) + self.epsilon)
            y = y if gamma is None else y * gamma
        else:
            y = layer_normalize(x, axes, gamma, beta, self.epsilon)
        return y.astype(self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "rms_scaling": self.rms_scaling}
