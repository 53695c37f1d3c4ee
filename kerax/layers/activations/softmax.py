"""Softmax."""

from __future__ import annotations

from typing import Any

from kerax.functional.masked_softmax import masked_softmax
from kerax.layers.layer import Layer


class Softmax(Layer):
    """Normalizes so that the elements along an axis are positive and sum to 1.

    Args:
        axis: axis, or list of axes.
        **kwargs: ``name``, ``dtype``...

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Softmax()(np.zeros((1, 4), "float32"))
        Array([[0.25, 0.25, 0.25, 0.25]], dtype=float32)
        >>> kerax.layers.Softmax()(np.zeros((1, 3), "float32"), mask=np.array([[True, True, False]]))
        Array([[0.5, 0.5, 0. ]], dtype=float32)
    """

    built = True  # there is nothing to build
    supports_masking = True

    def __init__(self, axis: int | list[int] = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Applies the function where ``mask`` is True: it broadcasts to the inputs, or has the first axes' shape."""
        if mask is not None and not _broadcasts(mask.shape, inputs.shape):
            if mask.ndim > inputs.ndim or not _fits(mask.shape, inputs.shape):
                raise ValueError(
                    f"Layer {self.path!r} (Softmax): a mask of shape {mask.shape} does not fit inputs of shape "
                    f"{inputs.shape}. It must broadcast to them, or have the shape of their first axes."
                )
            mask = mask.reshape((*mask.shape, *(1,) * (inputs.ndim - mask.ndim)))
        return masked_softmax(inputs, mask, self.axis)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), "axis": self.axis}


def _broadcasts(mask: tuple, inputs: tuple) -> bool:
    """Whether a mask certainly broadcasts to the inputs by NumPy's rule."""
    pairs = zip(reversed(mask), reversed(inputs), strict=False)
    return len(mask) <= len(inputs) and all(m is n or (isinstance(m, int) and m in (1, n)) for m, n in pairs)


def _fits(mask: tuple, inputs: tuple) -> bool:
    """Whether a mask's sizes are those of the first axes, or 1, as far as sizes are known."""
    known = [(m, n) for m, n in zip(mask, inputs, strict=False) if isinstance(m, int) and isinstance(n, int)]
    return all(m in (1, n) for m, n in known)
