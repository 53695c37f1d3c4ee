"""Descriptions of what a dataset yields: one `TensorSpec` for every component of an element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data.convert import STRING, dtype_name
from kerax.data.structure import Structure

INFINITE_CARDINALITY = -1
UNKNOWN_CARDINALITY = -2


@dataclass(frozen=True, init=False, repr=False)
class TensorSpec:
    """Shape and dtype of one component.

    Args:
      shape: sizes, ``None`` where a size is not known; ``None`` for a rank that is not known.
      dtype: anything that names a dtype; ``str``, ``bytes`` and ``"string"`` mean text, held as bytes.
      name: a label, kept for reading only.

    Raises:
      TypeError: for a dtype that does not exist.
      ValueError: for a negative size.

    Example:
      >>> import kerax
      >>> kerax.data.TensorSpec((None, 3), "float32")
      TensorSpec(shape=(None, 3), dtype=float32, name=None)
    """

    shape: tuple[int | None, ...] | None
    dtype: str
    name: str | None

    def __init__(self, shape: Any = None, dtype: Any = "float32", name: str | None = None) -> None:
        if shape is not None:
            shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
            shape = tuple(None if size is None else int(size) for size in shape)
            if any(size is not None and size < 0 for size in shape):
                raise ValueError(
                    f"TensorSpec(shape=...) has a negative size: {shape}. Write None for a size that is not known."
                )
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "dtype", dtype_name(dtype))
        object.__setattr__(self, "name", name)

    @property
    def rank(self) -> int | None:
        """The number of dimensions, ``None`` when it is not known."""
        return None if self.shape is None else len(self.shape)

    def is_compatible_with(self, other: Any) -> bool:
        """Says whether a spec or an array can be described by this spec.

        Example:
          >>> import numpy as np, kerax
          >>> kerax.data.TensorSpec((None,), "int32").is_compatible_with(np.zeros(3, "int32"))
          True
        """
        other = other if isinstance(other, TensorSpec) else TensorSpec.of(other)
        if self.dtype != other.dtype or self.shape is None or other.shape is None:
            return self.dtype == other.dtype
        same_rank = len(self.shape) == len(other.shape)
        return same_rank and all(a is None or b is None or a == b for a, b in zip(self.shape, other.shape))

    def most_specific_common(self, other: TensorSpec) -> TensorSpec | None:
        """Returns the narrowest spec that describes both, or ``None`` where dtypes differ."""
        if self.dtype != other.dtype:
            return None
        if self.shape is None or other.shape is None or len(self.shape) != len(other.shape):
            return TensorSpec(None, self.dtype)
        return TensorSpec([a if a == b else None for a, b in zip(self.shape, other.shape)], self.dtype)

    @staticmethod
    def of(component: Any) -> TensorSpec:
        """Describes an array, NumPy scalar or ``bytes``."""
        if isinstance(component, (bytes, str)):
            return TensorSpec((), STRING)
        return TensorSpec(np.shape(component), component.dtype)

    def with_leading(self, size: int | None) -> TensorSpec:
        """Returns this spec with one more leading dimension."""
        return TensorSpec(None if self.shape is None else (size, *self.shape), self.dtype)

    def __repr__(self) -> str:
        shape = "<unknown>" if self.shape is None else self.shape
        return f"TensorSpec(shape={shape}, dtype={self.dtype}, name={self.name!r})"


def spec_of(element: Any) -> Any:
    """Returns the nested specs of one element."""
    structure, leaves = Structure.flatten(element)
    return structure.unflatten([TensorSpec.of(leaf) for leaf in leaves])


def map_spec(function: Any, spec: Any) -> Any:
    """Applies ``function`` to every TensorSpec of a nested spec."""
    structure, leaves = Structure.flatten(spec)
    return structure.unflatten([function(leaf) for leaf in leaves])


def common_spec(first: Any, second: Any) -> Any:
    """Returns the narrowest nested spec that describes both, or ``None`` if structures or dtypes differ."""
    structure, leaves = Structure.flatten(first)
    other_structure, _ = Structure.flatten(second)
    if structure != other_structure:
        return None
    merged = [a.most_specific_common(b) for a, b in zip(leaves, structure.leaves(second))]
    return None if any(spec is None for spec in merged) else structure.unflatten(merged)
