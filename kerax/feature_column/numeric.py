"""Numeric and bucketized columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.data.records.features import FixedLenFeature
from kerax.dtypes import standardize_dtype
from kerax.feature_column.column import CategoricalColumn, DenseColumn, HostArrays, check_key, require
from kerax.feature_column.ids import Ids
from kerax.feature_column.inputs import FeatureInputs, shown


@dataclass(frozen=True)
class NumericColumn(DenseColumn):
    """Numbers as they are; made by `numeric_column`."""

    key: str
    shape: tuple[int, ...]
    default_value: tuple | None
    dtype: str
    normalizer_fn: Callable | None

    @property
    def name(self) -> str:
        return self.key

    @property
    def parents(self) -> list[Any]:
        return [self.key]

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        default = None if self.default_value is None else np.array(self.default_value).reshape(self.shape)
        stored = "int64" if "int" in self.dtype else "float32"
        return {self.key: FixedLenFeature(self.shape, stored, default)}

    @property
    def variable_shape(self) -> tuple[int, ...]:
        return self.shape

    def host(self, inputs: FeatureInputs) -> HostArrays:
        return {"values": inputs.remember(id(self), lambda: self._values(inputs))}

    def _values(self, inputs: FeatureInputs) -> np.ndarray:
        raw = inputs.dense(self.key)
        if raw.dtype.kind not in "fiub":
            raise ValueError(
                f"Feature {self.key!r} is read by a numeric column and holds {shown(raw)}; expected "
                "numbers. Use a categorical column, or convert it."
            )
        values = raw
        if self.normalizer_fn is not None:
            with jax.ensure_compile_time_eval():  # a model function that asks for its columns may just be traced
                values = np.asarray(self.normalizer_fn(raw))
        size = math.prod(self.shape)
        if math.prod(values.shape[1:]) != size:
            raise ValueError(
                f"Feature {self.key!r} has shape {values.shape} in the batch; its numeric column expects "
                f"{('batch', *self.shape)}, {size} values a row."
            )
        return np.asarray(values, np.float32).reshape(len(values), *self.shape)

    def host_spec(self) -> dict[str, tuple[tuple[int | None, ...], str]]:
        return {"values": (self.shape, "float32")}

    def device(self, arrays: Mapping[str, jax.Array], tables: Mapping[str, jax.Array]) -> jax.Array:
        return arrays["values"]


def numeric_column(
    key: str,
    shape: Any = (1,),
    default_value: Any = None,
    dtype: Any = "float32",
    normalizer_fn: Callable | None = None,
) -> NumericColumn:
    """Returns a column of numbers.

    Args:
      key: name of the feature.
      shape: of one row, an int or a sequence.
      default_value: for rows without a value when Examples are parsed: one number, or ``shape`` of them.
      dtype: of the feature.
      normalizer_fn: applied to the array of the batch, for example ``lambda x: (x - 3.0) / 4.2``.

    Raises:
      ValueError: for a shape that is not positive, a dtype that is no number, or a default of another shape.
      TypeError: for a normalizer that cannot be called.

    Example:
      >>> import kerax
      >>> kerax.feature_column.numeric_column("age").name
      'age'
    """
    key = check_key("numeric_column", key)
    return NumericColumn(
        key,
        checked_shape("numeric_column", key, shape),
        checked_default("numeric_column", key, shape, default_value, dtype),
        checked_number_dtype("numeric_column", key, dtype),
        checked_function("numeric_column", key, normalizer_fn),
    )


def checked_shape(function: str, key: str, shape: Any) -> tuple[int, ...]:
    """Returns a shape as a tuple of positive ints."""
    sizes = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    valid = all(isinstance(size, (int, np.integer)) and not isinstance(size, bool) and size > 0 for size in sizes)
    require(valid, f"{function}({key!r}, shape=...) has positive sizes, received {shape!r}.")
    return tuple(int(size) for size in sizes)


def checked_default(function: str, key: str, shape: Any, default: Any, dtype: Any) -> tuple | None:
    """Returns a default value as a flat tuple, or None."""
    if default is None:
        return None
    size = math.prod(checked_shape(function, key, shape))
    values = np.asarray(default)
    require(
        values.dtype.kind in "fiu" and values.size in (1, size),
        f"{function}({key!r}, default_value=...) is one number or {size} of them, received {default!r}.",
    )
    if "int" in standardize_dtype(dtype) and values.dtype.kind == "f":
        raise TypeError(f"{function}({key!r}, default_value=...) holds floats, but dtype is {dtype!r}.")
    return tuple(np.broadcast_to(values.ravel(), (size,)).tolist())


def checked_number_dtype(function: str, key: str, dtype: Any) -> str:
    """Returns the name of an integer or floating dtype."""
    name = standardize_dtype(dtype)
    require("int" in name or "float" in name, f"{function}({key!r}, dtype=...) is a number type, received {name}.")
    return name


def checked_function(function: str, key: str, value: Any) -> Any:
    """Returns a function, or None."""
    if value is not None and not callable(value):
        raise TypeError(f"{function}({key!r}, normalizer_fn=...) is a function, received {value!r}.")
    return value


@dataclass(frozen=True)
class BucketizedColumn(DenseColumn, CategoricalColumn):
    """The bucket that a number falls in; made by `bucketized_column`."""

    source_column: NumericColumn
    boundaries: tuple[float, ...]

    @property
    def name(self) -> str:
        return f"{self.source_column.name}_bucketized"

    @property
    def parents(self) -> list[Any]:
        return [self.source_column]

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return self.source_column.parse_example_spec

    @property
    def num_buckets(self) -> int:
        return (len(self.boundaries) + 1) * math.prod(self.source_column.shape)

    @property
    def variable_shape(self) -> tuple[int, ...]:
        return (*self.source_column.shape, len(self.boundaries) + 1)

    def buckets(self, inputs: FeatureInputs) -> np.ndarray:
        """The number of boundaries that are not above each value, ``int32 [batch, *shape]``; NaN is above all."""
        values = self.source_column.host(inputs)["values"]
        found = np.searchsorted(np.asarray(self.boundaries, np.float32), values, side="right")
        return np.where(np.isnan(values), len(self.boundaries), found).astype(np.int32)

    def host(self, inputs: FeatureInputs) -> HostArrays:
        return {"buckets": inputs.remember((id(self), "buckets"), lambda: self.buckets(inputs))}

    def host_spec(self) -> dict[str, tuple[tuple[int | None, ...], str]]:
        return {"buckets": (self.source_column.shape, "int32")}

    def device(self, arrays: Mapping[str, jax.Array], tables: Mapping[str, jax.Array]) -> jax.Array:
        return jax.nn.one_hot(arrays["buckets"], len(self.boundaries) + 1, dtype=jnp.float32)

    def _ids(self, inputs: FeatureInputs) -> Ids:
        buckets = self.host(inputs)["buckets"]
        flat = buckets.reshape(len(buckets), -1).astype(np.int64)
        flat = flat + (len(self.boundaries) + 1) * np.arange(flat.shape[1])
        indices = np.argwhere(np.ones(flat.shape, bool))
        return Ids(indices, flat.ravel(), flat.shape, steady=True)


def bucketized_column(source_column: NumericColumn, boundaries: Sequence[float]) -> BucketizedColumn:
    """Returns a column of the buckets that numbers fall in: below the first boundary, between two, from the last on.

    Args:
      source_column: a numeric column of one or no axes.
      boundaries: rising numbers; each begins the next bucket.

    Raises:
      ValueError: for another source, or boundaries that do not rise.

    Example:
      >>> import kerax
      >>> age = kerax.feature_column.numeric_column("age")
      >>> kerax.feature_column.bucketized_column(age, [18, 65]).num_buckets
      3
    """
    require(
        isinstance(source_column, NumericColumn),
        f"bucketized_column(source_column=...) is a numeric column, received {source_column!r}.",
    )
    require(
        len(source_column.shape) <= 1,
        f"bucketized_column(source_column=...) has one axis at most, {source_column.name!r} has shape "
        f"{source_column.shape}.",
    )
    require(isinstance(boundaries, (list, tuple, np.ndarray)), "bucketized_column(boundaries=...) is a list.")
    edges = tuple(float(edge) for edge in boundaries)
    require(
        bool(edges) and all(low < high for low, high in zip(edges, edges[1:], strict=False)),
        f"bucketized_column(boundaries=...) has at least one number, each larger than the last; received {boundaries}.",
    )
    return BucketizedColumn(source_column, edges)
