"""``tf.quantization``: rounding to few levels, as a network computes that is to be quantized later.

Reference: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference",
2018, https://arxiv.org/abs/1712.05877
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, op
from kerax.compat.tensorflow._tensor import Tensor


def _nudged(low: Any, high: Any, num_bits: int, narrow_range: bool) -> tuple:
    """A range moved so that zero is one of its levels: ``(low, high, distance of levels)``."""
    first, last = (1.0 if narrow_range else 0.0), 2.0**num_bits - 1
    scale = (high - low) / (last - first)
    zero = first - low / scale
    place = jnp.where(zero < first, first, jnp.where(zero > last, last, jnp.floor(zero + 0.5)))
    return (first - place) * scale, (last - place) * scale, scale


def _check(num_bits: int) -> None:
    if not 2 <= num_bits <= 16:
        raise errors.InvalidArgumentError(None, None, f"num_bits must be between 2 and 16, inclusive, not {num_bits}.")


@jax.custom_vjp
def _rounded(x: Any, low: Any, high: Any, scale: Any) -> Any:
    return jnp.floor((jnp.clip(x, low, high) - low) / scale + 0.5) * scale + low


def _forward(x: Any, low: Any, high: Any, scale: Any) -> tuple:
    return _rounded(x, low, high, scale), (x, low, high)


def _backward(kept: tuple, upstream: Any) -> tuple:
    x, low, high = kept
    inside = upstream * ((x >= low) & (x <= high))
    axes = tuple(range(x.ndim - jnp.ndim(low)))
    below, above = (jnp.sum(upstream * outside, axes) for outside in (x < low, x > high))
    return inside, below, above, jnp.zeros_like(low)


_rounded.defvjp(_forward, _backward)


@op
def fake_quant_with_min_max_args(
    inputs: Any,
    min: float = -6,
    max: float = 6,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:
    """Rounds to the levels of a range; the gradient passes inside the range.

    Args:
      inputs: float32.
      min, max: the range, which is moved so that zero is a level.
      num_bits: two to the power of it is the number of levels.
      narrow_range: whether the lowest level is left out.
      name: accepted as in TensorFlow.
    """
    if not float(min) < float(max):
        raise errors.InvalidArgumentError(None, None, f"min has to be smaller than max, was: {min} >= {max}")
    return fake_quant_with_min_max_vars(inputs, float(min), float(max), num_bits, narrow_range)


@op
def fake_quant_with_min_max_vars(
    inputs: Any, min: Any, max: Any, num_bits: int = 8, narrow_range: bool = False, name: str | None = None
) -> Tensor:
    """Rounds to the levels of a range that has gradients as well; see ``fake_quant_with_min_max_args``."""
    _check(num_bits)
    low, high = (jnp.asarray(array(one), "float32") for one in (min, max))
    nudged = _nudged(low, high, num_bits, narrow_range)
    return Tensor(_rounded(array(inputs), *nudged))


fake_quant_with_min_max_vars_per_channel = fake_quant_with_min_max_vars


@op
def fake_quant_with_min_max_args_gradient(
    gradients: Any,
    inputs: Any,
    min: float = -6,
    max: float = 6,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> Tensor:
    """The gradient of ``fake_quant_with_min_max_args``: what comes, inside the range."""
    low, high, _ = _nudged(jnp.float32(min), jnp.float32(max), num_bits, narrow_range)
    x = array(inputs)
    return Tensor(array(gradients) * ((x >= low) & (x <= high)))


@op
def fake_quant_with_min_max_vars_gradient(
    gradients: Any,
    inputs: Any,
    min: Any,
    max: Any,
    num_bits: int = 8,
    narrow_range: bool = False,
    name: str | None = None,
) -> tuple:
    """The gradients of ``fake_quant_with_min_max_vars`` by the inputs and both ends of the range."""
    first, last = (jnp.asarray(array(one), "float32") for one in (min, max))
    low, high, _ = _nudged(first, last, num_bits, narrow_range)
    found = _backward((array(inputs), low, high), array(gradients))
    return tuple(Tensor(one) for one in found[:3])


fake_quant_with_min_max_vars_per_channel_gradient = fake_quant_with_min_max_vars_gradient


@op
def quantize_and_dequantize_v2(
    input: Any,
    input_min: Any,
    input_max: Any,
    signed_input: bool = True,
    num_bits: int = 8,
    range_given: bool = False,
    round_mode: str = "HALF_TO_EVEN",
    name: str | None = None,
    narrow_range: bool = False,
    axis: int | None = None,
) -> Tensor:
    """Rounds to levels that are symmetric about zero; the gradient is that of the identity, inside the range.

    Args:
      input: floats.
      input_min, input_max: the range, if ``range_given``; else that of the input.
      signed_input: whether there are negative levels.
      num_bits: two to the power of it is the number of levels.
      range_given: whether the range is given.
      round_mode: "HALF_TO_EVEN" or "HALF_UP".
      name: accepted as in TensorFlow.
      narrow_range: whether the lowest level is left out.
      axis: one range for each place along it.
    """
    x = array(input)
    others = None if axis is None else tuple(i for i in range(x.ndim) if i != axis % x.ndim)

    def along(value: Any) -> Any:
        value = jnp.asarray(array(value), x.dtype)
        return value.reshape([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)]) if axis is not None else value

    if range_given:
        low, high = along(input_min), along(input_max)
    else:
        low, high = jnp.min(x, others, keepdims=axis is not None), jnp.max(x, others, keepdims=axis is not None)
    least = (-(2 ** (num_bits - 1)) + narrow_range) if signed_input else 0
    most = 2 ** (num_bits - 1) - 1 if signed_input else 2**num_bits - 1
    # The larger of the two scales that fit the range's ends: the smaller factor.
    below = jnp.where((least * low) > 0, least / jnp.where(low == 0, 1, low), jnp.finfo(x.dtype).max)
    above = jnp.where((most * high) > 0, most / jnp.where(high == 0, 1, high), jnp.finfo(x.dtype).max)
    factor = jax.lax.stop_gradient(jnp.minimum(below, above))
    clipped = jnp.clip(x, least / factor, most / factor) if range_given else x
    rounding = jnp.round if round_mode == "HALF_TO_EVEN" else lambda v: jnp.floor(v + 0.5)
    levels = jnp.clip(rounding(clipped * factor), least, most) / factor
    return Tensor(clipped + jax.lax.stop_gradient(levels - clipped))


quantize_and_dequantize = quantize_and_dequantize_v2
