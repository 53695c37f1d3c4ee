"""Category numbers to one-hot, multi-hot and count vectors, on the host."""

from __future__ import annotations

import numpy as np

OUTPUT_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


def encode_categories(indices: np.ndarray, mode: str, depth: int, dtype: str = "float32") -> np.ndarray:
    """Turns category numbers into vectors, one slot per category.

    Args:
      indices: whole numbers; those outside of 0 to ``depth - 1`` are left out.
      mode: ``"one_hot"`` encodes every number by itself (a last axis of size 1 is replaced by the vector),
        ``"multi_hot"`` and ``"count"`` the numbers along the last axis together.
      depth: number of categories.
      dtype: of the result.

    Returns:
      Array of shape ``(..., depth)``.

    Example:
      >>> import numpy as np
      >>> from kerax.functional.categories import encode_categories
      >>> encode_categories(np.array([[2, 2, 0]]), "count", 3)
      array([[1., 0., 2.]], dtype=float32)
    """
    if indices.ndim == 0:
        indices = indices[None] if mode != "one_hot" else indices.reshape(())
    if mode == "one_hot":
        if indices.ndim > 1 and indices.shape[-1] == 1:
            indices = indices[..., 0]
        indices = indices[..., None]
    samples = indices.reshape(-1, indices.shape[-1])
    encoded = np.zeros((samples.shape[0], depth), dtype)
    rows = np.broadcast_to(np.arange(samples.shape[0])[:, None], samples.shape)
    known = (samples >= 0) & (samples < depth)
    if mode == "count":
        np.add.at(encoded, (rows[known], samples[known]), 1)
    else:
        encoded[rows[known], samples[known]] = 1
    return encoded.reshape(*indices.shape[:-1], depth)


def encoded_shape(shape: tuple, mode: str, depth: int | None) -> tuple:
    """The shape that ``encode_categories`` returns, None for unknown sizes; ``shape`` itself for mode ``"int"``.

    Example:
      >>> from kerax.functional.categories import encoded_shape
      >>> encoded_shape((None, 1), "one_hot", 5), encoded_shape((None, 4), "count", 5)
      ((None, 5), (None, 5))
    """
    shape = tuple(shape)
    if mode == "int":
        return shape
    if mode == "one_hot" and not (len(shape) > 1 and shape[-1] == 1):
        return (*shape, depth)
    return (*shape[:-1], depth)
