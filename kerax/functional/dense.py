"""Matrix products over the last axis."""

from __future__ import annotations

import jax

from kerax.functional.platform import on_cpu


def dense(x: jax.Array, kernel: jax.Array, bias: jax.Array | None = None) -> jax.Array:
    """Multiply the last axis of ``x`` by a matrix and add a bias.

    Args:
        x: inputs, shape (..., features).
        kernel: shape (features, units), same dtype as ``x``.
        bias: shape (units,), or None.

    Returns:
        Array of shape (..., units).

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.dense import dense
        >>> dense(jnp.ones((2, 3, 4)), jnp.ones((4, 5)), jnp.zeros(5)).shape
        (2, 3, 5)
    """
    leading = x.shape[:-1]
    # On CPU the kernel's gradient of a product over several leading axes takes twice as long as that of one flat
    # product. Elsewhere it does not, and flattening would mix axes that may be sharded differently.
    flat = len(leading) > 1 and on_cpu()
    y = (x.reshape((-1, x.shape[-1])) if flat else x) @ kernel
    if bias is not None:
        y = y + bias
    return y.reshape((*leading, kernel.shape[-1])) if flat else y
