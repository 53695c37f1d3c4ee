"""What a batch of training data is made of: x, y and sample weights."""

from __future__ import annotations

from typing import Any


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Splits what a data set yields into ``(x, y, sample_weight)``; missing parts are None.

    Args:
      data: ``x``, ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``.

    Raises:
      ValueError: for a tuple of another length.

    Example:
      >>> import kerax
      >>> kerax.utils.unpack_x_y_sample_weight((1, 2))
      (1, 2, None)
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple) or hasattr(data, "_kerax_decode"):  # one value, of several arrays
        return data, None, None
    if 1 <= len(data) <= 3:
        return (*data, None, None)[:3]  # type: ignore[return-value]
    raise ValueError(
        f"Data must be x, (x,), (x, y) or (x, y, sample_weight); received a tuple of {len(data)} elements."
    )


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Joins x, y and sample_weight into the shortest form that ``unpack_x_y_sample_weight`` splits again.

    It is what ``train_step`` is given: ``(x, y, sample_weight)``, ``(x, y)`` without weights, and without targets the
    inputs alone (in a tuple only if they are a list or tuple themselves).

    Example:
      >>> import kerax
      >>> kerax.utils.pack_x_y_sample_weight(1, 2)
      (1, 2)
    """
    if y is None and sample_weight is None:
        return (x,) if isinstance(x, (list, tuple)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)
