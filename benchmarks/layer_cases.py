"""The layers that `python -m benchmarks.layers` measures, each with what a JAX programmer would write by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

EPSILON = 1e-3
IMAGES = (16, 14, 14, 16)
SEQUENCES = (32, 32, 64)
IMAGE_LAYOUT = ("NHWC", "HWIO", "NHWC")


class Case(NamedTuple):
    """One layer.

    Attributes:
      family: what it stands for.
      make: ``layers -> layer``, for kerax's layers and for Keras's.
      shape: of the inputs.
      hand: ``(weights, x, key) -> outputs``, the weights in Keras's order.
    """

    family: str
    make: Callable[[Any], Any]
    shape: tuple[int, ...]
    hand: Callable[[list[Any], Any, Any], Any]


def conv(groups: int = 1, **options: Any) -> Callable:
    def apply(w: list, x: Any, key: Any) -> Any:
        y = lax.conv_general_dilated(
            x, w[0], (1, 1), "SAME", dimension_numbers=IMAGE_LAYOUT, feature_group_count=groups, **options
        )
        return y + w[1]

    return apply


def depthwise(w: list, x: Any, key: Any) -> Any:
    kernel = w[0].reshape(*w[0].shape[:2], 1, -1)
    return conv(x.shape[-1])([kernel, w[1]], x, key)


def conv_transpose(w: list, x: Any, key: Any) -> Any:
    y = lax.conv_transpose(x, w[0].swapaxes(2, 3)[::-1, ::-1], (2, 2), "SAME", dimension_numbers=IMAGE_LAYOUT)
    return y + w[1]


def conv1d(w: list, x: Any, key: Any) -> Any:
    return lax.conv_general_dilated(x, w[0], (1,), "SAME", dimension_numbers=("NHC", "HIO", "NHC")) + w[1]


def max_pool(w: list, x: Any, key: Any) -> Any:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def average_pool(w: list, x: Any, key: Any) -> Any:
    return lax.reduce_window(x, 0.0, lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") / 4


def batch_norm(w: list, x: Any, key: Any) -> Any:
    mean, var = x.mean((0, 1, 2)), x.var((0, 1, 2))
    return (x - mean) * lax.rsqrt(var + EPSILON) * w[0] + w[1]


def layer_norm(w: list, x: Any, key: Any) -> Any:
    mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) * lax.rsqrt(var + EPSILON) * w[0] + w[1]


def dropout(w: list, x: Any, key: Any) -> Any:
    return jnp.where(jax.random.bernoulli(key, 0.5, x.shape), x / 0.5, 0)


def attention(w: list, x: Any, key: Any) -> Any:
    q, k, v = (jnp.einsum("abx,xyz->abyz", x, w[i]) + w[i + 1] for i in (0, 2, 4))
    y = jax.nn.dot_product_attention(q, k, v)
    return jnp.einsum("abyz,yzo->abo", y, w[6]) + w[7]


def recurrent(cell: Callable, states: int) -> Callable:
    def apply(w: list, x: Any, key: Any) -> Any:
        zeros = jnp.zeros((x.shape[0], w[1].shape[0]), x.dtype)
        (h, *_), _ = lax.scan(lambda s, xt: (cell(w, s, xt), None), (zeros,) * states, x.swapaxes(0, 1))
        return h

    return apply


def lstm_cell(w: list, states: tuple, x: Any) -> tuple:
    i, f, g, o = jnp.split(x @ w[0] + states[0] @ w[1] + w[2], 4, -1)
    c = jax.nn.sigmoid(f) * states[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def gru_cell(w: list, states: tuple, x: Any) -> tuple:
    a, b = x @ w[0] + w[2][0], states[0] @ w[1] + w[2][1]
    (az, ar, ah), (bz, br, bh) = jnp.split(a, 3, -1), jnp.split(b, 3, -1)
    z = jax.nn.sigmoid(az + bz)
    return (z * states[0] + (1 - z) * jnp.tanh(ah + jax.nn.sigmoid(ar + br) * bh),)


def rnn_cell(w: list, states: tuple, x: Any) -> tuple:
    return (jnp.tanh(x @ w[0] + states[0] @ w[1] + w[2]),)


CASES = (
    Case("dense", lambda L: L.Dense(256, "relu"), (128, 256), lambda w, x, key: jax.nn.relu(x @ w[0] + w[1])),
    Case("dense, sequences", lambda L: L.Dense(64), SEQUENCES, lambda w, x, key: x @ w[0] + w[1]),
    Case("convolution", lambda L: L.Conv2D(32, 3, padding="same"), IMAGES, conv()),
    Case("convolution of sequences", lambda L: L.Conv1D(64, 3, padding="same"), SEQUENCES, conv1d),
    Case("depthwise", lambda L: L.DepthwiseConv2D(3, padding="same"), IMAGES, depthwise),
    Case("transposed", lambda L: L.Conv2DTranspose(8, 3, 2, padding="same"), IMAGES, conv_transpose),
    Case("max pooling", lambda L: L.MaxPooling2D(2), IMAGES, max_pool),
    Case("average pooling", lambda L: L.AveragePooling2D(2), IMAGES, average_pool),
    Case("batch normalization", lambda L: L.BatchNormalization(), IMAGES, batch_norm),
    Case("layer normalization", lambda L: L.LayerNormalization(), SEQUENCES, layer_norm),
    Case("dropout", lambda L: L.Dropout(0.5), SEQUENCES, dropout),
    Case("activation", lambda L: L.LeakyReLU(0.1), IMAGES, lambda w, x, key: jnp.where(x >= 0, x, 0.1 * x)),
    Case("attention", lambda L: L.MultiHeadAttention(4, 16), SEQUENCES, attention),
    Case("LSTM", lambda L: L.LSTM(64), SEQUENCES, recurrent(lstm_cell, 2)),
    Case("GRU", lambda L: L.GRU(64), SEQUENCES, recurrent(gru_cell, 1)),
    Case("simple recurrent", lambda L: L.SimpleRNN(64), SEQUENCES, recurrent(rnn_cell, 1)),
)
