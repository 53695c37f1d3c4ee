"""One step of an LSTM whose products are convolutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp

from kerax.functional.conv import conv


def conv_lstm_step(
    x: jax.Array,
    h: jax.Array,
    c: jax.Array,
    kernel: jax.Array,
    recurrent_kernel: jax.Array,
    bias: jax.Array | None,
    *,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    dilation: int | Sequence[int] = 1,
    data_format: str = "channels_last",
    activation: Callable = jnp.tanh,
    recurrent_activation: Callable = jax.nn.sigmoid,
) -> tuple[jax.Array, jax.Array]:
    """``c' = f c + i g``, ``h' = o act(c')``, gates in the order i, f, g, o from two convolutions.

    All four gates come from one convolution of the inputs and one of the previous output, which keeps its size.

    Reference: Shi et al., "Convolutional LSTM Network", 2015, https://arxiv.org/abs/1506.04214

    Args:
        x: inputs of the step [batch, *spatial, in].
        h: previous output [batch, *positions, filters].
        c: previous carry, shaped like ``h``.
        kernel: [*kernel_size, in, 4 * filters].
        recurrent_kernel: [*kernel_size, filters, 4 * filters].
        bias: [4 * filters] or None.
        strides, padding, dilation: of the inputs' convolution.
        data_format: where the channels of ``x``, ``h`` and ``c`` are.
        activation: of the candidate and of the carry.
        recurrent_activation: of the three gates.

    Returns:
        (new output, new carry).

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.recurrent.conv_lstm import conv_lstm_step
        >>> state = jnp.zeros((1, 4, 2))
        >>> h, c = conv_lstm_step(
        ...     jnp.ones((1, 4, 3)), state, state, jnp.ones((3, 3, 8)), jnp.ones((3, 2, 8)), None, padding="same"
        ... )
        >>> h.shape
        (1, 4, 2)
    """
    axis = 1 if data_format == "channels_first" else -1
    gates = conv(x, kernel, strides, padding, dilation, data_format=data_format)
    gates = gates + conv(h, recurrent_kernel, padding="same", data_format=data_format)
    if bias is not None:
        gates = gates + (bias.reshape(-1, *(1,) * (x.ndim - 2)) if axis == 1 else bias)
    i, f, g, o = jnp.split(gates, 4, axis=axis)
    new_c = recurrent_activation(f) * c + recurrent_activation(i) * activation(g)
    return recurrent_activation(o) * activation(new_c), new_c
