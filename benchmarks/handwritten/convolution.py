"""'Valid' convolutions, channels last, stride 1, in several forms that XLA's CPU backend runs at different speeds.

A form is chosen for each of three products: the output, the gradient of the input and the gradient of the kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

LAYOUT = ("NHWC", "HWIO", "NHWC")


def _conv(x: jax.Array, kernel: jax.Array, padding: object) -> jax.Array:
    return lax.conv_general_dilated(x, kernel, (1, 1), padding, dimension_numbers=LAYOUT)


def _patches(x: jax.Array, height: int, width: int) -> jax.Array:
    """Rows of (batch * out_height * out_width, height * width * channels), in the kernel's order."""
    rows, columns = x.shape[1] - height + 1, x.shape[2] - width + 1
    parts = [x[:, i : i + rows, j : j + columns] for i in range(height) for j in range(width)]
    return jnp.concatenate(parts, -1).reshape(-1, height * width * x.shape[3])


def forward_valid(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """The plain form."""
    return _conv(x, kernel, "VALID")


def forward_full(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """Padded on all sides, then cut: a different loop in the CPU backend."""
    h, w = kernel.shape[0] - 1, kernel.shape[1] - 1
    return _conv(x, kernel, [(h, h), (w, w)])[:, h : h + x.shape[1] - h, w : w + x.shape[2] - w]


def forward_wide(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """Padded by one kernel width on one side only, then cut: less waste than `forward_full`."""
    return _conv(x, kernel, [(0, 0), (0, kernel.shape[1])])[:, :, : x.shape[2] - kernel.shape[1] + 1]


def forward_chunks(x: jax.Array, kernel: jax.Array, chunks: int) -> jax.Array:
    """The plain form on parts of the batch."""
    size = x.shape[0] // chunks
    return jnp.concatenate([_conv(x[i * size : (i + 1) * size], kernel, "VALID") for i in range(chunks)])


def forward_gemm(x: jax.Array, kernel: jax.Array, chunks: int) -> jax.Array:
    """Patches times kernel, scanned over parts of the batch so that the patches stay in cache."""
    h, w, _, out = kernel.shape
    matrix = kernel.reshape(-1, out)
    parts = x.reshape(chunks, x.shape[0] // chunks, *x.shape[1:])
    y = lax.map(lambda part: _patches(part, h, w) @ matrix, parts)
    return y.reshape(x.shape[0], x.shape[1] - h + 1, x.shape[2] - w + 1, out)


def input_gradient(g: jax.Array, kernel: jax.Array) -> jax.Array:
    """Full convolution of the output gradient with the flipped, transposed kernel."""
    h, w = kernel.shape[0] - 1, kernel.shape[1] - 1
    return _conv(g, kernel[::-1, ::-1].swapaxes(2, 3), [(h, h), (w, w)])


def kernel_gradient_gemm(x: jax.Array, g: jax.Array, size: tuple[int, int], chunks: int) -> jax.Array:
    """Transposed patches times output gradient, summed over a scan of batch parts."""
    channels, out = x.shape[3], g.shape[3]

    def body(total: jax.Array, part: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        xs, gs = part
        return total + _patches(xs, *size).T @ gs.reshape(-1, out), None

    def split(a: jax.Array) -> jax.Array:
        return a.reshape(chunks, a.shape[0] // chunks, *a.shape[1:])

    start = jnp.zeros((size[0] * size[1] * channels, out), x.dtype)
    total = body(start, (x, g))[0] if chunks == 1 else lax.scan(body, start, (split(x), split(g)))[0]
    return total.reshape(*size, channels, out)


def kernel_gradient_canonical(x: jax.Array, g: jax.Array, size: tuple[int, int]) -> jax.Array:
    """A convolution over the batch axis in canonical layout (autodiff's own is not, and can be slow inside a loop)."""
    del size
    return _conv(x.transpose(3, 1, 2, 0), g.transpose(1, 2, 0, 3), "VALID").transpose(1, 2, 0, 3)


def kernel_gradient_parts(x: jax.Array, g: jax.Array, size: tuple[int, int], chunks: int) -> jax.Array:
    """The canonical form summed over parts of the batch, written out: each part stays in cache."""
    n = x.shape[0] // chunks
    return sum(kernel_gradient_canonical(x[i : i + n], g[i : i + n], size) for i in range(0, x.shape[0], n))


def kernel_gradient_rows(x: jax.Array, g: jax.Array, size: tuple[int, int], chunks: int) -> jax.Array:
    """Patches along the width only: a shift along the height is then a contiguous cut, so that a third is copied."""
    height, width = size
    rows, columns, out = g.shape[1], g.shape[2], g.shape[3]
    depth = width * x.shape[3]

    def body(totals: tuple[jax.Array, ...], part: tuple[jax.Array, jax.Array]) -> tuple[tuple[jax.Array, ...], None]:
        xs, gs = part
        wide = jnp.concatenate([xs[:, :, j : j + columns] for j in range(width)], -1)
        flat = gs.reshape(-1, out)
        return tuple(t + wide[:, i : i + rows].reshape(-1, depth).T @ flat for i, t in enumerate(totals)), None

    def split(a: jax.Array) -> jax.Array:
        return a.reshape(chunks, a.shape[0] // chunks, *a.shape[1:])

    totals = lax.scan(body, tuple(jnp.zeros((depth, out), x.dtype) for _ in range(height)), (split(x), split(g)))[0]
    return jnp.stack(totals).reshape(*size, x.shape[3], out)


def kernel_gradient_auto(x: jax.Array, g: jax.Array, size: tuple[int, int]) -> jax.Array:
    """What autodiff writes."""
    kernel = jnp.zeros((*size, x.shape[3], g.shape[3]), x.dtype)
    return jax.vjp(lambda k: forward_valid(x, k), kernel)[1](g)[0]


FORWARD: dict[str, Callable[..., jax.Array]] = {
    "valid": forward_valid,
    "full": forward_full,
    "wide": forward_wide,
    **{f"chunks{n}": partial(forward_chunks, chunks=n) for n in (2, 4, 8)},
    **{f"gemm{n}": partial(forward_gemm, chunks=n) for n in (1, 8, 16, 32, 64, 128)},
}
KERNEL_GRADIENT: dict[str, Callable[..., jax.Array]] = {
    "auto": kernel_gradient_auto,
    "canonical": kernel_gradient_canonical,
    **{f"parts{n}": partial(kernel_gradient_parts, chunks=n) for n in (4, 8, 16)},
    **{f"rows{n}": partial(kernel_gradient_rows, chunks=n) for n in (16, 32)},
    **{f"gemm{n}": partial(kernel_gradient_gemm, chunks=n) for n in (1, 4, 8, 16, 32, 64, 128)},
}


@partial(jax.custom_vjp, nondiff_argnums=(2, 3))
def convolution(x: jax.Array, kernel: jax.Array, forward: str, kernel_gradient: str) -> jax.Array:
    """'Valid' convolution of (batch, height, width, channels) with (h, w, channels, out).

    Args:
        x: input.
        kernel: weights.
        forward: form of the output, a key of `FORWARD`.
        kernel_gradient: form of the kernel's gradient, a key of `KERNEL_GRADIENT`.
    """
    return FORWARD[forward](x, kernel)


def _convolution_forward(x, kernel, forward, kernel_gradient):
    return convolution(x, kernel, forward, kernel_gradient), (x, kernel)


def _convolution_backward(forward, kernel_gradient, saved, g):
    x, kernel = saved
    return input_gradient(g, kernel), KERNEL_GRADIENT[kernel_gradient](x, g, kernel.shape[:2])


convolution.defvjp(_convolution_forward, _convolution_backward)
