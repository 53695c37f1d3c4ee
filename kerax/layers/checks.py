"""Checks of constructor arguments that several layers share; messages name the layer class and the argument."""

from __future__ import annotations

import numbers
from typing import Any

from kerax import config
from kerax.errors import unknown_name

_DATA_FORMATS = ("channels_last", "channels_first")


def positive_int(layer: Any, argument: str, value: Any, whole_floats: bool = True) -> int:
    """Return ``value`` as int, or raise if it is no positive integer; ``whole_floats`` lets 3.0 pass.

    Raises:
        ValueError: if it is none.

    Example:
        >>> import kerax
        >>> from kerax.layers.checks import positive_int
        >>> positive_int("Dense", "units", 3)
        3
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        if not (whole_floats and isinstance(value, float) and value.is_integer()):
            raise ValueError(f"{_name(layer)}: argument {argument} must be a positive integer, received {value!r}.")
    if value <= 0:
        raise ValueError(f"{_name(layer)}: argument {argument} must be a positive integer, received {value!r}.")
    return int(value)


def number_in(layer: Any, argument: str, value: Any, low: float, high: float) -> Any:
    """Return ``value``, or raise if it is no number in ``[low, high]``.

    Example:
        >>> from kerax.layers.checks import number_in
        >>> number_in("Dropout", "rate", 0.5, 0, 1)
        0.5
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise ValueError(f"{_name(layer)}: argument {argument} must be a number, received {value!r}.")
    if not low <= value <= high:
        bounds = f"between {low} and {high}" if high != float("inf") else f"at least {low}"
        raise ValueError(f"{_name(layer)}: argument {argument} must be {bounds}, received {value!r}.")
    return value


def known_axis(layer: Any, axis: int, rank: int) -> int:
    """Return ``axis`` counted from the front, or raise if an array of that rank has no such axis.

    Example:
        >>> from kerax.layers.checks import known_axis
        >>> known_axis("Softmax", -1, 3)
        2
    """
    if not -rank <= axis < rank:
        raise ValueError(f"{_name(layer)}: axis {axis} does not exist in inputs with {rank} axes.")
    return axis % rank


def data_format_or_default(layer: Any, data_format: Any) -> str:
    """Return a checked data format; None means the one of ``kerax.config``.

    Example:
        >>> from kerax.layers.checks import data_format_or_default
        >>> data_format_or_default("Flatten", None)
        'channels_last'
    """
    if data_format is None:
        return config.image_data_format()
    if str(data_format).lower() not in _DATA_FORMATS:
        raise unknown_name(f"data_format of {_name(layer)}", data_format, _DATA_FORMATS)
    return str(data_format).lower()


def check_mask(layer: Any, what: str, mask: Any, sizes: tuple, last: bool = False) -> None:
    """Raise unless a mask begins (or, with ``last``, ends) with these sizes; unknown ones and 1 in the mask fit all.

    Example:
        >>> import numpy as np
        >>> from kerax.layers.checks import check_mask
        >>> check_mask("LSTM", "mask", np.ones((2, 5), bool), (2, 3))
        Traceback (most recent call last):
        ValueError: LSTM: argument mask must begin with the sizes (2, 3), received a mask of shape (2, 5).
    """
    pairs = list(zip(mask.shape[-len(sizes) :] if last else mask.shape, sizes))
    known = [(a, b) for a, b in pairs if isinstance(a, int) and isinstance(b, int)]
    if len(pairs) < len(sizes) or any(a not in (b, 1) for a, b in known):
        where = "end" if last else "begin"
        raise ValueError(
            f"{_name(layer)}: argument {what} must {where} with the sizes {tuple(sizes)}, received a mask of shape "
            f"{tuple(mask.shape)}."
        )


def _name(layer: Any) -> str:
    return layer if isinstance(layer, str) else f"{type(layer).__name__} {layer.name!r}"
