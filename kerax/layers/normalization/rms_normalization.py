"""RMSNormalization."""

from __future__ import annotations

from typing import Any

from kerax.functional.normalization import rms_normalize, widen
from kerax.layers.checks import known_axis, number_in
from kerax.layers.layer import Layer


class RMSNormalization(Layer):
    """Divides each sample by its root mean square and multiplies by a trained ``scale``.

    Reference: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019, https://arxiv.org/abs/1910.07467

    Args:
        axis: axis, or list of axes, over which the mean square is taken.
        epsilon: added to the mean square.
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.RMSNormalization()(np.array([[2.0, -2.0]], "float32")).round(3).tolist()
        [[1.0, -1.0]]
    """

    supports_masking = True

    def __init__(self, axis: int | list[int] = -1, epsilon: float = 1e-6, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis
        self.epsilon = number_in(self, "epsilon", epsilon, 0, float("inf"))

    def _axes(self, rank: int) -> list[int]:
        axes = self.axis if isinstance(self.axis, list) else [self.axis]
        return sorted(known_axis(self, axis, rank) for axis in axes)

    def build(self, input_shape: Any) -> None:
        """Creates ``scale``."""
        shape = tuple(input_shape[axis] for axis in self._axes(len(input_shape)))
        if None in shape:
            raise ValueError(
                f"Layer {self.path!r} needs to know the sizes of axis {self.axis}, received shape {tuple(input_shape)}."
            )
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones", autocast=False)

    def call(self, inputs: Any) -> Any:
        """Normalizes."""
        x = widen(inputs)
        axes = self._axes(x.ndim)
        scale = self.scale.value.astype(x.dtype).reshape(tuple(x.shape[i] if i in axes else 1 for i in range(x.ndim)))
        return rms_normalize(x, axes, scale, self.epsilon).astype(self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon}
