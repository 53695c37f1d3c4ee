"""Attention."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.ops._values import as_array
from kerax.state.recording import recordable


@recordable
def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> jax.Array:
    """``softmax(query key^T * scale + bias) value``, for several heads.

    Reference: Vaswani et al., "Attention Is All You Need", 2017, https://arxiv.org/abs/1706.03762

    Args:
        query: (batch, queries, heads, depth).
        key: (batch, keys, key heads, depth); the number of key heads divides that of the heads.
        value: (batch, keys, key heads, depth).
        bias: added to the products, broadcastable to (batch, heads, queries, keys); or None.
        mask: booleans, broadcastable to the same shape, True where a query sees a key; or None.
        scale: factor of the products; ``1 / sqrt(depth)`` by default.
        is_causal: whether a query sees only the keys up to its own position.
        flash_attention: True asks for the fused kernel of NVIDIA GPUs and raises where it cannot run; None and False
            leave the choice to XLA.
        attn_logits_soft_cap: accepted for Keras's sake, where only one kernel for TPUs reads it.

    Returns:
        Array (batch, queries, heads, depth).

    Raises:
        ValueError: for arrays of another rank.

    Example:
        >>> import kerax
        >>> x = kerax.ops.ones((2, 5, 3, 4))
        >>> kerax.ops.dot_product_attention(x, x, x).shape
        (2, 5, 3, 4)
    """
    arrays = [as_array(part) for part in (query, key, value)]
    if any(part.ndim != 4 for part in arrays):
        raise ValueError(
            "kerax.ops.dot_product_attention needs query, key and value of shape (batch, time, heads, depth), received "
            f"shapes {', '.join(str(part.shape) for part in arrays)}."
        )
    dtype = jnp.result_type(*arrays)
    query, key, value = (part.astype(dtype) for part in arrays)
    return jax.nn.dot_product_attention(
        query,
        key,
        value,
        bias=None if bias is None else as_array(bias).astype(dtype),
        mask=None if mask is None else as_array(mask).astype(bool),
        scale=scale,
        is_causal=is_causal,
        implementation="cudnn" if flash_attention else "xla",
    )
