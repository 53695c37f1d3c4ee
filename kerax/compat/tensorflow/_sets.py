"""``tf.sets``: rows as sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import later
from kerax.compat.tensorflow._sparse import SparseTensor
from kerax.compat.tensorflow._tensor import Tensor, convert


def _rows(value: Any) -> list[np.ndarray]:
    if isinstance(value, SparseTensor):
        plain = value._plain
        return [plain.values[plain.indices[:, 0] == row] for row in range(len(plain))]
    return list(np.asarray(convert(value).numpy()))


_SETS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "string")


def _set_operation(name: str, function: Callable) -> Callable:
    def run(a: Any, b: Any, *rest: Any, **options: Any) -> SparseTensor:
        for one in (a, b):
            made = one if isinstance(one, SparseTensor) else convert(one)
            if made.dtype.name not in _SETS:
                raise TypeError(f"{name} of sets has invalid dtype {made.dtype}: they hold whole numbers or texts.")
            if len(made.shape) < 2:
                raise errors.InvalidArgumentError(None, None, f"Shape rank {len(made.shape)} < 2: sets come in rows")
        minus = options.get("aminusb", rest[0] if rest else True)
        left, right = (a, b) if minus else (b, a)
        rows = [function(x, y) for x, y in zip(_rows(left), _rows(right))]
        indices = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
        width = max((len(row) for row in rows), default=0)
        return SparseTensor(np.asarray(indices, np.int64).reshape(-1, 2), np.concatenate(rows), [len(rows), width])

    run.__name__ = name
    run.__doc__ = f"The {name} of the elements of each row."
    return run


difference = _set_operation("difference", np.setdiff1d)
intersection = _set_operation("intersection", np.intersect1d)
union = _set_operation("union", np.union1d)


@later
def set_size(a: Any, validate_indices: bool = True) -> Tensor:
    """How many different elements each row has."""
    if not isinstance(a, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {a!r}.")
    return Tensor(np.asarray([len(np.unique(row)) for row in _rows(a)], np.int32))
