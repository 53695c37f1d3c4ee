"""Numbers as small integers with a scale, and back."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

_NIBBLE, _SIGN = 0x0F, 8


def abs_max_quantize(
    inputs: Any, axis: Any, value_range: tuple[int, int] = (-127, 127), dtype: Any = "int8", epsilon: float = 1e-7
) -> tuple[jax.Array, jax.Array]:
    """Integers ``round(inputs * scale)`` and the scale that brings the largest absolute value to the range's end.

    Args:
        inputs: floats.
        axis: axis or axes that share a scale.
        value_range: smallest and largest integer.
        dtype: of the integers.
        epsilon: added to the largest absolute value.

    Returns:
        ``(integers, scale)``; the scale keeps the axes with size 1. ``integers / scale`` is about ``inputs``.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.quantization import abs_max_quantize
        >>> abs_max_quantize(jnp.array([1.0, -2.0, 0.5]), axis=0)[0].tolist()
        [64, -127, 32]
    """
    inputs = jnp.asarray(inputs)
    largest = jnp.max(jnp.abs(inputs), axis=axis, keepdims=True)
    scale = jnp.divide(value_range[1], largest + jnp.asarray(epsilon, inputs.dtype)).astype(inputs.dtype)
    return jnp.clip(jnp.round(inputs * scale), *value_range).astype(dtype), scale


def quantize_and_dequantize(inputs: Any, scale: Any, quantized_dtype: Any, compute_dtype: Any) -> jax.Array:
    """``inputs`` as they are after a round trip through a narrow float type.

    Args:
        inputs: floats.
        scale: they are divided by it before.
        quantized_dtype: such as ``"float8_e4m3fn"``.
        compute_dtype: of the result.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.quantization import quantize_and_dequantize
        >>> quantize_and_dequantize(jnp.array([1.05, 1000.0]), 1.0, "float8_e4m3fn", "float32").tolist()
        [1.0, 448.0]
    """
    scale = jnp.asarray(scale, compute_dtype)
    largest = jnp.asarray(float(jnp.finfo(quantized_dtype).max), compute_dtype)
    narrow = jnp.clip(jnp.asarray(inputs) / scale, -largest, largest).astype(quantized_dtype)
    return narrow.astype(compute_dtype) * scale


def float8_scale(amax: Any, scale: Any, dtype_max: float, margin: int = 0) -> jax.Array:
    """The scale for the next step from the largest absolute value of the last ones; the old one where that is 0 or inf.

    Reference: Micikevicius et al., "FP8 Formats for Deep Learning", 2022, https://arxiv.org/abs/2209.05433

    Args:
        amax: largest absolute value.
        scale: the present scale.
        dtype_max: largest value of the narrow type.
        margin: powers of two that are kept free.

    Example:
        >>> from kerax.functional.quantization import float8_scale
        >>> float(float8_scale(896.0, 1.0, 448.0)), float(float8_scale(0.0, 3.0, 448.0))
        (2.0, 3.0)
    """
    amax, scale = jnp.asarray(amax), jnp.asarray(scale)
    usable = (amax > 0) & jnp.isfinite(amax)
    return jnp.where(usable, jnp.where(usable, amax, 1) * 2**margin / dtype_max, scale)


def amax_history(x: Any, history: Any) -> jax.Array:
    """The history of largest absolute values, that of ``x`` in front and the oldest one gone.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.quantization import amax_history
        >>> amax_history(jnp.array([-4.0, 1.0]), jnp.array([1.0, 2.0, 3.0])).tolist()
        [4.0, 3.0, 1.0]
    """
    history = jnp.asarray(history)
    return jnp.roll(history, -1).at[0].set(jnp.max(jnp.abs(jnp.asarray(x))).astype(history.dtype))


def pack_int4(array: Any, axis: int = 0) -> np.ndarray:
    """Two numbers of four bits in every byte, the first in the low half; an odd last one beside zeros.

    Example:
        >>> import numpy as np
        >>> from kerax.functional.quantization import pack_int4
        >>> pack_int4(np.array([1, -1, 7], "int8")).tolist()
        [-15, 7]
    """
    moved = np.moveaxis(np.asarray(array), axis, 0)
    if moved.shape[0] % 2:
        moved = np.concatenate([moved, np.zeros((1, *moved.shape[1:]), moved.dtype)])
    bits = moved.view("uint8") & np.uint8(_NIBBLE)
    packed = (bits[::2] | (bits[1::2] << np.uint8(4))).view(moved.dtype)
    return np.moveaxis(packed, 0, axis)


def unpack_int4(packed: Any, length: int, axis: int = 0, dtype: Any = "int8") -> jax.Array:
    """The numbers that ``pack_int4`` has put together.

    Args:
        packed: bytes.
        length: how many numbers there were along ``axis``.
        axis: along which they were packed.
        dtype: ``"int8"`` for numbers with a sign, -8 to 7; ``"uint8"`` for 0 to 15.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.quantization import unpack_int4
        >>> unpack_int4(jnp.array([-15, 7], "int8"), 3).tolist()
        [1, -1, 7]
    """
    moved = jnp.moveaxis(jnp.asarray(packed), axis, 0).astype("uint8")
    halves = jnp.stack([moved & _NIBBLE, moved >> 4], axis=1).reshape(-1, *moved.shape[1:])[:length]
    if jnp.dtype(dtype) == jnp.int8:
        halves = (halves.astype("int8") ^ _SIGN) - _SIGN
    return jnp.moveaxis(halves.astype(dtype), 0, axis)


def fake_quantize(
    inputs: Any, low: Any, high: Any, num_bits: int = 8, narrow_range: bool = False, axis: int | None = None
) -> jax.Array:
    """Rounds to the levels that ``num_bits`` have between two limits, moved so that 0 is one of them.

    The gradient of the inputs is 1 between the limits and 0 outside; what is cut off goes to the limits' gradients.

    Reference: Jacob et al., "Quantization and Training of Neural Networks", 2018, https://arxiv.org/abs/1712.05877

    Args:
        inputs: floats.
        low: smallest value, a scalar or one for each entry of ``axis``.
        high: largest value, likewise.
        num_bits: of the levels.
        narrow_range: whether the lowest level is left out.
        axis: with limits of its own for each entry, or None.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.quantization import fake_quantize
        >>> fake_quantize(jnp.array([-9.0, 0.1, 0.9]), -1.0, 2.0, num_bits=2).tolist()
        [-1.0, 0.0, 1.0]
    """
    inputs = jnp.asarray(inputs)
    low, high = jnp.asarray(low), jnp.asarray(high)
    sides = [1] * inputs.ndim
    if axis is not None:
        sides[axis] = -1
    wide = jnp.result_type(low.dtype, jnp.float32)

    @jax.custom_vjp
    def rounded(x: jax.Array, low: jax.Array, high: jax.Array) -> jax.Array:
        return run(x, low, high)[0]

    def run(x: jax.Array, low: jax.Array, high: jax.Array) -> tuple[jax.Array, Any]:
        shape = tuple(sides) if axis is not None else ()
        least, most = (side.astype(wide).reshape(shape) for side in (low, high))
        first, last = int(narrow_range), 2**num_bits - 1
        scale, inverse = (most - least) / (last - first), (last - first) / (most - least)
        zero = jnp.round(jnp.clip(first - least / scale, first, last))
        least, most = (first - zero) * scale, (last - zero) * scale
        place = (jnp.clip(x.astype(wide), least, most) - least) * inverse
        levels = jnp.floor(place - jnp.floor(-least * inverse + 0.5) + 0.5)
        return (levels * scale).astype(x.dtype), (x, least, most, low, high)

    def back(kept: Any, upstream: jax.Array) -> tuple:
        x, least, most, low, high = kept
        others = tuple(i for i in range(x.ndim) if axis is None or i != axis % x.ndim)

        def of_limit(cut: jax.Array, limit: jax.Array) -> jax.Array:
            return jnp.sum(jnp.where(cut, upstream, 0), axis=others).reshape(limit.shape).astype(limit.dtype)

        inside = (x >= least) & (x <= most)
        return jnp.where(inside, upstream, 0), of_limit(x <= least, low), of_limit(x >= most, high)

    rounded.defvjp(run, back)
    return rounded(inputs, low, high)
