"""``tf.bitwise``: whole numbers as bits."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import host_result, label_of, on_host, op, out, pair, pair_label, tensor
from kerax.compat.tensorflow._kinds import check


@op
def bitwise_and(x: Any, y: Any, name: str | None = None) -> Any:
    """Elementwise and of bits."""
    a, b = pair(x, y, "BitwiseAnd")
    if on_host(a, b):
        return host_result(a._value & b._value, None)
    return out(a.array & b.array, pair_label(a, b))


@op
def bitwise_or(x: Any, y: Any, name: str | None = None) -> Any:
    """Elementwise or of bits."""
    a, b = pair(x, y, "BitwiseOr")
    if on_host(a, b):
        return host_result(a._value | b._value, None)
    return out(a.array | b.array, pair_label(a, b))


@op
def bitwise_xor(x: Any, y: Any, name: str | None = None) -> Any:
    """Elementwise exclusive or of bits."""
    a, b = pair(x, y, "BitwiseXor")
    if on_host(a, b):
        return host_result(a._value ^ b._value, None)
    return out(a.array ^ b.array, pair_label(a, b))


@op
def invert(x: Any, name: str | None = None) -> Any:
    """Elementwise not of bits."""
    x = tensor(x)
    check("Invert", x.dtype)
    return host_result(~x._value, None) if on_host(x) else out(~x.array, label_of(x))


@op
def left_shift(x: Any, y: Any, name: str | None = None) -> Any:
    """Bits shifted to the left."""
    a, b = pair(x, y, "LeftShift")
    return out(a.array << _amount(b.array), pair_label(a, b))


@op
def right_shift(x: Any, y: Any, name: str | None = None) -> Any:
    """Bits shifted to the right."""
    a, b = pair(x, y, "RightShift")
    return out(a.array >> _amount(b.array), pair_label(a, b))


def _amount(y: Any) -> Any:
    """By how many bits to shift: at most all but one, as TensorFlow's kernels do."""
    return jnp.clip(y, 0, jnp.iinfo(y.dtype).bits - 1)
