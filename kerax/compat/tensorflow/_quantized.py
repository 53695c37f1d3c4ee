"""``tf.quantization.quantize``, ``dequantize`` and operations on quantized numbers (``tf.qint8`` and its like).

A quantized number is a whole one that stands for a float between two ends of a range. Sources: Jacob et al., 2018,
https://arxiv.org/abs/1712.05877; how numbers are rounded: tensorflow/core/kernels/quantize_op.cc, dequantize_op.cc and
quantization_utils.h (2.15).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, integer, ints, op, tensor
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._dtypes import DType, as_dtype
from kerax.compat.tensorflow._tensor import Tensor

_MODES = ("MIN_COMBINED", "MIN_FIRST", "SCALED")
_ROUNDINGS = ("HALF_AWAY_FROM_ZERO", "HALF_TO_EVEN")
_HIGHEST_FLOAT = 2.147483520e9  # that is a whole number of 32 bits


class QuantizeV2(NamedTuple):
    """Quantized numbers, and what the least and the largest whole number stand for."""

    output: Any
    output_min: Any
    output_max: Any


class QuantizedConcat(NamedTuple):
    """Quantized numbers, and what the least and the largest whole number stand for."""

    output: Any
    output_min: Any
    output_max: Any


class QuantizedPool(NamedTuple):
    """Quantized numbers, and what the least and the largest whole number stand for."""

    output: Any
    min_output: Any
    max_output: Any


def _wrong(words: str) -> Exception:
    return errors.InvalidArgumentError(None, None, words)


def _quantized(kind: DType) -> np.iinfo:
    if not kind.is_quantized:
        raise errors.WrongTypeError(None, None, f"Value for attr 'T' of {kind.short} is not a quantized type.")
    return np.iinfo(kind.dtype)


def _away(x: np.ndarray) -> np.ndarray:
    """Rounds halves away from zero, as C does."""
    return np.sign(x) * np.floor(np.abs(x) + x.dtype.type(0.5))


def _along(value: np.ndarray, rank: int, axis: int) -> np.ndarray:
    """Ends of ranges for each place along an axis, in a shape that broadcasts."""
    return value if axis < 0 else value.reshape([-1 if i == axis else 1 for i in range(rank)])


def _limits(x: np.ndarray, low: Any, high: Any, axis: int) -> tuple[np.ndarray, np.ndarray]:
    least, most = (np.asarray(known(tensor(one, hint=as_dtype("float32"))), np.float32) for one in (low, high))
    count = x.shape[axis] if axis >= 0 else 1
    if least.size != count or most.size != count:
        raise _wrong(f"min_range and max_range must have {count} elements, received {least.shape} and {most.shape}.")
    if axis < 0:
        return least.reshape(()), most.reshape(())
    return least, most


def _axis(axis: Any, rank: int) -> int:
    if axis is None:
        return -1
    found = integer(axis)
    found = found % rank if found < 0 and rank else found
    if found >= rank:
        raise _wrong(f"Axis must be -1 or less than the number of axes, {rank}; received {found}.")
    return found


def _scaled_range(low: Any, high: Any, info: np.iinfo, narrow: bool) -> np.ndarray:
    """What one step stands for where zero stays zero."""
    least = info.min + narrow
    if least == 0:
        return high / np.float32(info.max)
    return np.maximum(low / np.float32(least), high / np.float32(info.max))


@op
def quantize(
    input: Any,
    min_range: Any,
    max_range: Any,
    T: Any,
    mode: str = "MIN_COMBINED",
    round_mode: str = "HALF_AWAY_FROM_ZERO",
    name: str | None = None,
    narrow_range: bool = False,
    axis: int | None = None,
    ensure_minimum_range: float = 0.01,
) -> Any:
    """Whole numbers that stand for floats.

    Args:
      input: float32.
      min_range, max_range: what the least and the largest whole number stand for; one for each place along ``axis``.
      T: tf.qint8, quint8, qint16, quint16 or qint32.
      mode: "MIN_COMBINED", "MIN_FIRST" (zero is a whole number) or "SCALED" (zero stays zero).
      round_mode: "HALF_AWAY_FROM_ZERO", or "HALF_TO_EVEN" with "SCALED".
      name: accepted as in TensorFlow.
      narrow_range: whether "SCALED" leaves out the least number.
      axis: along which there is a range for each place.
      ensure_minimum_range: how wide a range is at least, times the larger of 1 and its ends.

    Returns:
      The whole numbers, and the range that they got.
    """
    kind = as_dtype(T)
    info, x = _quantized(kind), np.asarray(known(tensor(input)), np.float32)
    if mode not in _MODES:
        raise _wrong(f"Mode string must be 'MIN_COMBINED', 'MIN_FIRST', or 'SCALED', is '{mode}'")
    if round_mode not in _ROUNDINGS or (round_mode == "HALF_TO_EVEN" and mode != "SCALED"):
        raise _wrong(f"Round mode 'HALF_TO_EVEN' is for the mode 'SCALED' only, received {round_mode!r} and {mode!r}.")
    place = _axis(axis, x.ndim)
    low, high = _limits(x, min_range, max_range, place)
    if (high < low).any():
        raise _wrong("input_max_range must be larger than input_min_range.")
    low = np.minimum(np.float32(0), low)
    width = np.maximum(np.float32(1), np.maximum(np.abs(low), np.abs(high))) * np.float32(ensure_minimum_range)
    high = np.maximum(np.maximum(high, low + width), np.float32(0))
    with np.errstate(invalid="ignore", over="ignore"):
        found, low, high = _whole(x, low, high, info, place, mode, round_mode, narrow_range)
        return QuantizeV2(Tensor(found.astype(kind.dtype), kind.name), Tensor(low), Tensor(high))


def _whole(
    x: np.ndarray, low: Any, high: Any, info: np.iinfo, place: int, mode: str, round_mode: str, narrow: bool
) -> tuple[np.ndarray, Any, Any]:
    """The whole numbers of floats, and the ends of their range."""
    bottom, top = _along(low, x.ndim, place), _along(high, x.ndim, place)
    if mode == "MIN_FIRST":
        steps = np.float32((2.0**info.bits - 1) / (float(high) - float(low))) if high != low else np.float32(0)
        moved = _away(x * steps) - (_away(np.asarray(low * steps)) - np.float32(info.min))
        most = min(float(info.max), _HIGHEST_FLOAT)
        return np.clip(moved, np.float32(info.min), np.float32(most)), low, high
    if mode == "SCALED":
        least = info.min + narrow
        step = _scaled_range(low, high, info, narrow).astype(np.float32)
        by_low = np.float32(least) / low if least else np.full_like(low, np.inf)
        by_high = np.where(high == 0, np.inf, np.float32(info.max) / np.where(high == 0, 1, high)).astype(np.float32)
        factor = np.where(by_low < 0, by_high, np.minimum(np.where(low == 0, np.inf, by_low), by_high)).astype(
            np.float32
        )
        ends = np.float32(least) * step, np.float32(info.max) * step
        clipped = np.clip(x, _along(ends[0], x.ndim, place), _along(ends[1], x.ndim, place))
        rounded = np.rint if round_mode == "HALF_TO_EVEN" else _away
        found = np.clip(rounded(clipped * _along(factor, x.ndim, place)), info.min, info.max)
        if round_mode == "HALF_TO_EVEN" and info.min < 0:  # the range that this kernel of TensorFlow's returns
            largest = np.maximum(np.abs(low), np.abs(high))
            return found, -largest, largest
        return found, np.asarray(ends[0]), np.asarray(ends[1])
    factor = np.float32(float(info.max) - info.min) / (top - bottom)
    shifted = (np.clip(x, bottom, top) - bottom) * factor
    if info.min < 0:
        shifted = shifted - np.float32((float(info.max) - info.min + 1) / 2)
        return np.clip(_away(shifted), info.min, info.max), low, high
    return np.floor(shifted + np.float32(0.5)), low, high


@op
def dequantize(
    input: Any,
    min_range: Any,
    max_range: Any,
    mode: str = "MIN_COMBINED",
    name: str | None = None,
    axis: int | None = None,
    narrow_range: bool = False,
    dtype: Any = "float32",
) -> Any:
    """The floats that quantized numbers stand for; arguments as in ``quantize``.

    Args:
      input: quantized numbers.
      min_range, max_range: what the least and the largest whole number stand for.
      mode, axis, narrow_range: as they were quantized.
      name: accepted as in TensorFlow.
      dtype: float32 or bfloat16.
    """
    numbers = tensor(input)
    info, x = _quantized(numbers.dtype), np.asarray(known(numbers))
    if mode not in _MODES:
        raise _wrong(f"Mode string must be 'MIN_COMBINED', 'MIN_FIRST', or 'SCALED', is '{mode}'")
    if as_dtype(dtype).name not in ("float32", "bfloat16"):
        raise _wrong(f"Output type must be bfloat16 or float, is '{as_dtype(dtype).name}'")
    place = _axis(axis, x.ndim)
    low, high = _limits(x, min_range, max_range, place)
    low, high = _along(low, x.ndim, place), _along(high, x.ndim, place)
    return Tensor(np.asarray(_floats(x, low, high, info, mode, narrow_range)).astype(as_dtype(dtype).dtype))


def _floats(x: np.ndarray, low: Any, high: Any, info: np.iinfo, mode: str, narrow: bool) -> np.ndarray:
    """The floats of whole numbers."""
    if mode == "SCALED":
        return x.astype(np.float32) * _scaled_range(low, high, info, narrow)
    if mode == "MIN_FIRST":
        if low == high:
            return np.full(x.shape, low, np.float32)
        step = np.float32((float(high) - float(low)) / (2.0**info.bits - 1))
        begin = _away(np.asarray(low / step)) * step
        return (begin - np.float32(info.min) * step) + x.astype(np.float32) * step
    half = np.float32(0 if info.min == 0 else (float(info.max) - info.min + 1) / 2)
    step = (high - low) / np.float32(float(info.max) - info.min)
    return (x.astype(np.float32) + half) * step + low


@op
def quantized_concat(concat_dim: Any, values: Any, input_mins: Any, input_maxes: Any, name: str | None = None) -> Any:
    """Quantized tensors one behind the other, in a range that holds the ranges of all.

    Args:
      concat_dim: along which axis.
      values: tensors of one quantized type.
      input_mins, input_maxes: the range of each.
      name: accepted as in TensorFlow.
    """
    given = [tensor(one) for one in values]
    lows, highs = ([np.float32(known(tensor(one))) for one in ends] for ends in (input_mins, input_maxes))
    if len(given) < 2:
        raise _wrong(f"Value for attr 'N' of {len(given)} must be at least minimum 2.")
    if len(given) != len(lows) or len(given) != len(highs):
        raise _wrong(f"Expected as many ranges as tensors: {len(given)}, {len(lows)} and {len(highs)}.")
    kind = given[0].dtype
    info = _quantized(kind)
    low, high = min(lows), max(highs)
    if info.min < 0:
        high = max(abs(low), abs(high))
        low = -high
    parts = []
    for one, least, most in zip(given, lows, highs, strict=True):
        x = known(one)
        if (least, most) != (low, high):
            x = _whole(_floats(x, least, most, info, "MIN_FIRST", False), low, high, info, -1, "MIN_FIRST", "", False)[
                0
            ]
        parts.append(x.astype(kind.dtype))
    place = integer(concat_dim)
    if not 0 <= place < parts[0].ndim:
        raise _wrong(f"ConcatOp : Expected concatenating dimensions in the range [0, {parts[0].ndim}), got {place}")
    found = Tensor(np.concatenate(parts, place), kind.name)
    return QuantizedConcat(found, Tensor(np.asarray(low)), Tensor(np.asarray(high)))


# ---- tf.compat.v1.nn -----------------------------------------------------------------------------------------------
def _pooled(input: Any, low: Any, high: Any, ksize: Any, strides: Any, padding: str, largest: bool) -> QuantizedPool:
    from kerax.compat.tensorflow._nn_conv import avg_pool, max_pool

    numbers = tensor(input)
    _quantized(numbers.dtype)
    plain = Tensor(np.asarray(known(numbers), np.float32))
    found = known((max_pool if largest else avg_pool)(plain, ints(ksize), ints(strides), padding))
    whole = found if largest else np.floor(found + 0.5)
    ends = [Tensor(np.asarray(known(tensor(one)), np.float32)) for one in (low, high)]
    return QuantizedPool(Tensor(whole.astype(numbers.dtype.dtype), numbers.dtype.name), *ends)


@op
def quantized_max_pool(
    input: Any, min_input: Any, max_input: Any, ksize: Any, strides: Any, padding: str, name: str | None = None
) -> Any:
    """The largest number of each window of quantized pictures, and their range."""
    return _pooled(input, min_input, max_input, ksize, strides, padding, True)


@op
def quantized_avg_pool(
    input: Any, min_input: Any, max_input: Any, ksize: Any, strides: Any, padding: str, name: str | None = None
) -> Any:
    """The mean of each window of quantized pictures, rounded, and their range."""
    return _pooled(input, min_input, max_input, ksize, strides, padding, False)


@op
def quantized_relu_x(
    features: Any,
    max_value: Any,
    min_features: Any,
    max_features: Any,
    out_type: Any = "quint8",
    name: str | None = None,
) -> Any:
    """Quantized numbers between what stands for 0 and for ``max_value``, and their range."""
    numbers = tensor(features)
    info, kind = _quantized(numbers.dtype), as_dtype(out_type)
    low, high, top = (np.float32(known(tensor(one))) for one in (min_features, max_features, max_value))
    ends = [_whole(np.asarray([one], np.float32), low, high, info, -1, "MIN_FIRST", "", False)[0] for one in (0, top)]
    found = np.clip(known(numbers), ends[0], ends[1]).astype(kind.dtype)
    return QuantizedPool(Tensor(found, kind.name), Tensor(np.asarray(low)), Tensor(np.asarray(high)))


@op
def quantized_conv2d(
    input: Any,
    filter: Any,
    min_input: Any,
    max_input: Any,
    min_filter: Any,
    max_filter: Any,
    strides: Any,
    padding: str,
    out_type: Any = "qint32",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Any:
    """The convolution of quantized pictures with quantized filters, as whole numbers of 32 bits, and their range."""
    from kerax.compat.tensorflow._nn_conv import conv2d

    pictures, filters, kind = tensor(input), tensor(filter), as_dtype(out_type)
    ends = [np.float32(known(tensor(one))) for one in (min_input, max_input, min_filter, max_filter)]
    zeros, steps = [], []
    for one, low, high in ((pictures, *ends[:2]), (filters, *ends[2:])):
        info = _quantized(one.dtype)
        zeros.append(
            float(np.clip(_away(-low * np.float32(2.0**info.bits - 1) / (high - low)), 0, info.max)) + info.min
        )
        steps.append((high - low) / np.float32(float(info.max) - info.min))
    shifted = [
        Tensor(np.asarray(known(one), np.float32) - np.float32(zero))
        for one, zero in zip((pictures, filters), zeros, strict=True)
    ]
    found = np.rint(np.asarray(array(conv2d(shifted[0], shifted[1], ints(strides), padding, "NHWC", ints(dilations)))))
    step, info = steps[0] * steps[1], np.iinfo(kind.dtype)
    low, high = (Tensor(np.asarray(step * np.float32(one))) for one in (info.min, info.max))
    return QuantizedPool(Tensor(found.astype(kind.dtype), kind.name), low, high)
