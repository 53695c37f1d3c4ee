"""Class numbers as vectors."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.ops._values import as_array, dtype_or_floatx
from kerax.state.recording import recordable


def _dense_only(name: str, sparse: bool) -> None:
    if sparse:
        raise ValueError(f"kerax.ops.{name}(sparse=True): kerax has no sparse tensors; use sparse=False.")


@recordable
def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False) -> jax.Array:
    """Vectors with a one at the class number; only zeros for numbers that are no class.

    Args:
        x: integers.
        num_classes: size of the vectors.
        axis: where their axis stands.
        dtype: dtype name; ``floatx`` by default.
        sparse: must be False: kerax has no sparse tensors.

    Example:
        >>> import kerax
        >>> kerax.ops.one_hot([1, -1], 3).tolist()
        [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    _dense_only("one_hot", sparse)
    return jax.nn.one_hot(as_array(x), num_classes, axis=axis, dtype=dtype_or_floatx(dtype))


@recordable
def multi_hot(
    inputs: Any, num_classes: int | None = None, axis: int = -1, dtype: Any = None, sparse: bool = False, **kwargs: Any
) -> jax.Array:
    """Vectors with ones at all class numbers of a sample.

    Args:
        inputs: integers, shape (classes of the sample,), or (batch, classes of a sample, ...).
        num_classes: size of the vectors.
        axis: where their axis stands.
        dtype: dtype name; ``floatx`` by default.
        sparse: must be False: kerax has no sparse tensors.
        **kwargs: ``num_tokens``, an old name of ``num_classes``.

    Raises:
        ValueError: without ``num_classes``.

    Example:
        >>> import kerax
        >>> kerax.ops.multi_hot([0, 2], 3).tolist()
        [1.0, 0.0, 1.0]
    """
    _dense_only("multi_hot", sparse)
    num_classes = kwargs.pop("num_tokens", None) if num_classes is None else num_classes
    if kwargs:
        raise TypeError(f"kerax.ops.multi_hot got unknown arguments {sorted(kwargs)}.")
    if num_classes is None:
        raise ValueError("kerax.ops.multi_hot needs num_classes, the size of the vectors.")
    x = as_array(inputs).astype("int32")
    hot = jax.nn.one_hot(x, num_classes, axis=axis, dtype=dtype_or_floatx(dtype))
    return jnp.max(hot, axis=1 if x.ndim > 1 else 0)
