"""Values of fields of records: their first axes, parts of them, and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerax.compat.tensorflow._creating import reshape
from kerax.compat.tensorflow._ragged import RaggedTensor
from kerax.compat.tensorflow._ragged_ops import constant
from kerax.compat.tensorflow._row_partition import RowPartition
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor, convert


def of_field(value: Any) -> Any:
    """A value as a field holds it.

    Raises:
      TypeError: for what is no tensor.
    """
    if isinstance(value, (Tensor, RaggedTensor)) or hasattr(value, "field_names"):
        return value
    try:
        return convert(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"Unexpected type for value in `fields`: {value!r}") from error


def rank_of(value: Any) -> int:
    """Number of axes."""
    return value.rank if hasattr(value, "field_names") else value.ndim


# ---- the axes of the records ----------------------------------------------------------------------------------------
def _truths(shape: Any) -> Tensor:
    return Tensor(np.zeros(shape, bool))


def one_record() -> Tensor:
    """What carries the shape of a single record."""
    return _truths(())


def carrier_of(value: Any, rank: int) -> Any:
    """What carries the first axes of a field.

    Raises:
      ValueError: if it has fewer.
    """
    if rank_of(value) < rank:
        raise ValueError(f"A field of records of rank {rank} has that many axes at least, received {value!r}")
    if hasattr(value, "field_names"):
        return value._carrier if value.rank == rank else carrier_of(value._carrier, rank)
    if isinstance(value, RaggedTensor):
        if rank == 0:
            return _truths(())
        if rank == 1:
            return _truths(len(value._plain))
        splits = [one.numpy() for one in value.nested_row_splits[: rank - 1]]
        flat = _truths((int(splits[-1][-1]), *tuple(value.flat_values.shape)[1 : rank - len(splits)]))
        return RaggedTensor.from_nested_row_splits(flat, splits)
    return _truths(tuple(value.shape)[:rank])


def carrier_of_shape(shape: Any, fields: Mapping[str, Any], nrows: Any = None) -> Any:
    """What carries the shape of records.

    Args:
      shape: ``TensorShape``, sizes, or ``DynamicRaggedShape``.
      fields: of the records, all of which are compared.
      nrows: how many there are.

    Raises:
      ValueError: for fields of different shapes, or sizes that are not known.
    """
    if hasattr(shape, "of_values"):
        return carrier_of(shape.of_values(_truths(tuple(shape.inner_shape.numpy()))), shape.rank)
    sizes = TensorShape(shape)
    if fields:
        found = None
        for name, value in fields.items():
            try:
                one = carrier_of(value, sizes.rank or 0)
            except ValueError as error:
                raise ValueError(f"Error in shape of {name}") from error
            if found is not None and not _same(found, one):
                raise ValueError(f"Error in shape of {name}: {one.shape} beside {found.shape}")
            found = found if isinstance(found, RaggedTensor) else one
        return found
    known = list(sizes)
    if nrows is not None and known:
        known[0] = int(np.asarray(convert(nrows).numpy()))
    if None in known:
        raise ValueError(f"Records without fields need a known shape, or row_partitions; received {sizes}")
    return _truths(known)


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, RaggedTensor) and isinstance(two, RaggedTensor):
        return one.to_list() == two.to_list()
    return one.shape.is_compatible_with(two.shape)


def check_shape(value: Any, carrier: Any, path: Sequence[str]) -> None:
    """Raises ValueError unless the first axes of a field are those of the records."""
    try:
        fits = _same(carrier_of(value, carrier.ndim), carrier)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"with_updates: field {tuple(path)} does not have the shape {carrier.shape} of the records.")


def carrier_of_partitions(partitions: list[RowPartition]) -> RaggedTensor:
    """What carries the shape of records in ragged lists."""
    count = int(partitions[-1].nvals().numpy())
    return RaggedTensor.from_nested_row_splits(_truths(count), [one.row_splits() for one in partitions])


def partitions_of(carrier: Any) -> tuple:
    """The rows of each axis but the first."""
    if isinstance(carrier, RaggedTensor):
        found = [RowPartition.from_row_splits(one) for one in carrier.nested_row_splits]
        flat = carrier.flat_values.shape
    else:
        found, flat = [], carrier.shape
    outer = 1
    for axis in range(1, len(flat)):
        outer *= flat[axis - 1]
        found.append(RowPartition.from_uniform_row_length(flat[axis], nrows=outer))
    return tuple(found)


# ---- parts ----------------------------------------------------------------------------------------------------------
def indexed(records: Any, keys: tuple) -> Any:
    """Records at some places."""
    count = records.shape[0]
    first = keys[0]
    if not isinstance(first, slice):
        number = int(first)
        if not -count <= number < count:
            raise IndexError(f"Row key {number} out of bounds")
    return records._each(lambda one: one[keys])


def merged(value: Any, first: int, last: int) -> Any:
    """Several axes as one."""
    if hasattr(value, "field_names"):
        return value.merge_dims(first, last)
    if isinstance(value, RaggedTensor):
        return value.merge_dims(first, last)
    sizes = tuple(value.shape)
    return reshape(value, [*sizes[:first], int(np.prod(sizes[first : last + 1])), *sizes[last + 1 :]])


def partitioned(value: Any, rows: RowPartition) -> Any:
    """The outer axis as two."""
    if rows.is_uniform() and isinstance(value, Tensor):
        return reshape(value, [rows.static_nrows, rows.static_uniform_row_length, *tuple(value.shape)[1:]])
    return RaggedTensor.from_row_splits(value, rows.row_splits())


# ---- of Python and to Python ----------------------------------------------------------------------------------------
def first_leaf(value: Any) -> Any:
    """The first thing in nested lists that is no list; None if there is none."""
    while isinstance(value, (list, tuple)):
        value = next((one for one in value if not isinstance(one, (list, tuple)) or first_leaf(one) is not None), None)
    return value


def holds_records(value: Any) -> bool:
    """Whether there is a dictionary in nested lists."""
    if isinstance(value, (list, tuple)):
        return any(holds_records(one) for one in value)
    return isinstance(value, Mapping)


def _depth(value: Any) -> int:
    return 1 + max([_depth(one) for one in value], default=0) if isinstance(value, (list, tuple)) else 0


def carrier_of_lists(value: Any) -> Any:
    """What carries the shape of nested lists of dictionaries."""

    def truths(one: Any) -> Any:
        if isinstance(one, (list, tuple)):
            return [truths(part) for part in one]
        if not isinstance(one, Mapping):
            raise ValueError("Expected dict or nested list/tuple of dict")
        return False

    return of_lists(truths(value))


def each_record(value: Any, name: str, depth: int) -> Any:
    """One field of the dictionaries in nested lists."""
    if depth:
        return [each_record(one, name, depth - 1) for one in value]
    return value[name]


def of_lists(value: Any) -> Any:
    """A tensor of a list of values, a ragged one of nested lists."""
    return convert(list(value)) if _depth(value) < 2 else constant(value)


def python_of(value: Any, in_list: bool) -> Any:
    """A field's value as lists; a single number stays NumPy's unless the record is one of a list."""
    if hasattr(value, "to_pyval"):
        return value._python(in_list)
    if isinstance(value, RaggedTensor):
        return value.to_list()
    found = value.numpy()
    return found.tolist() if hasattr(found, "tolist") and (in_list or value.ndim) else found


_DEEPER = "\n" + " " * 12


def shown(value: Any) -> str:
    """A field's value, its further lines below the first."""
    return str(value).replace("\n", _DEEPER)


def shape_shown(shape: TensorShape) -> str:
    """A shape as records print it."""
    return str(tuple(shape))
