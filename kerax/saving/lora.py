"""Weights with a LoRA update in Keras 3's layout: as there, the file holds the sum of both.

Keras 3 writes the sum alone and reads it back beside an update of zeros. kerax writes the two factors after it, which
Keras passes over, and takes their product off the sum again: what is trained further is the update.
"""

from __future__ import annotations

from typing import Any

import numpy as np

MARK = "kerax_lora"  # attribute of a group: the first array is the sum, the last two are the factors


def is_merged(module: Any) -> bool:
    """Whether a layer's weight is written together with its update; quantized ones are not."""
    return bool(getattr(module, "lora_enabled", False)) and module.quantization_mode is None


def value_to_write(module: Any, variable: Any) -> Any:
    """What a file holds for a variable of a layer.

    Example:
      >>> import kerax
      >>> from kerax.saving.lora import value_to_write
      >>> layer = kerax.layers.Dense(1, kernel_initializer="ones", lora_rank=1)
      >>> layer.build((None, 1))
      >>> for factor in (layer.lora_kernel_a, layer.lora_kernel_b):
      ...     _ = factor.assign([[2.0]])
      >>> float(value_to_write(layer, layer.weights[0])[0, 0])
      5.0
    """
    if not is_merged(module) or variable is not getattr(module, module._adapted):
        return variable.read()
    a, b = (np.asarray(factor.read()) for factor in module._lora)
    return _sum(np.asarray(variable.read()), a, b, _scale(module))


def arrays_for(module: Any, arrays: list[Any], merged: bool) -> list[Any]:
    """Stored arrays in the order of a layer's variables, where the layer has an update and the file tells of sums.

    Args:
      module: the layer.
      arrays: what the file holds for it.
      merged: whether the file has the mark, that is, the factors.
    """
    if merged and len(arrays) > 2:
        a, b = arrays[-2:]
        return [_WithoutUpdate(arrays[0], a, b, _scale(module)), *arrays[1:]]
    fresh = [_Fresh(factor, index, arrays[0]) for index, factor in enumerate(module._lora)] if arrays else []
    return [*arrays, *fresh]


def _scale(module: Any) -> float:
    return float(module.lora_alpha / module.lora_rank)


def _sum(weight: np.ndarray, a: np.ndarray, b: np.ndarray, scale: float) -> np.ndarray:
    product = a.astype(np.float64) @ b.astype(np.float64)
    return (weight.astype(np.float64) + scale * product).astype(weight.dtype)


class _WithoutUpdate:
    """A stored sum less the product of the stored factors."""

    def __init__(self, stored: Any, a: Any, b: Any, scale: float):
        self.shape, self.what = tuple(stored.shape), stored.what
        self._stored, self._a, self._b, self._scale = stored, a, b, scale

    def read(self) -> np.ndarray:
        """The weight."""
        return _sum(self._stored.read(), self._a.read(), self._b.read(), -self._scale)


class _Fresh:
    """The first value of a factor: the second is zero, so that nothing is added to the weight."""

    def __init__(self, factor: Any, index: int, beside: Any):
        self.shape, self.what = tuple(factor.shape), beside.what
        self._factor, self._index = factor, index

    def read(self) -> np.ndarray:
        """The values."""
        value = np.asarray(self._factor.read())
        return np.zeros_like(value) if self._index else value
