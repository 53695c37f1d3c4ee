"""``tf.compat``: texts and bytes."""

from __future__ import annotations

import numbers
import os
from typing import Any

import numpy as np

bytes_or_text_types = (bytes, str)
real_types = (numbers.Real, np.integer, np.floating)
integral_types = (numbers.Integral, np.integer)
complex_types = (numbers.Complex, np.number)


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """Bytes of a text."""
    if not isinstance(bytes_or_text, (bytes, bytearray, str)):
        raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")
    return bytes_or_text.encode(encoding) if isinstance(bytes_or_text, str) else bytes(bytes_or_text)


def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """The text of bytes."""
    if not isinstance(bytes_or_text, (bytes, str)):
        raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")
    return bytes_or_text.decode(encoding) if isinstance(bytes_or_text, bytes) else bytes_or_text


as_str = as_text


def as_str_any(value: Any, encoding: str = "utf-8") -> str:
    """Anything as a text."""
    return as_text(value, encoding) if isinstance(value, (bytes, str)) else str(value)


def path_to_str(path: Any) -> str:
    """A path as a text."""
    return os.fspath(path) if hasattr(path, "__fspath__") else path


def forward_compatible(year: int, month: int, day: int) -> bool:
    """True."""
    return True


def dimension_value(dimension: Any) -> Any:
    """A size as a number."""
    return getattr(dimension, "value", dimension)


def dimension_at_index(shape: Any, index: int) -> Any:
    """A size of a shape."""
    return shape[index]
