"""``tf.experimental.StructuredTensor``: records with named fields, alone or in nested lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from kerax.compat.tensorflow import _structured_values as values
from kerax.compat.tensorflow._extension_type import BatchableExtensionType
from kerax.compat.tensorflow._ragged import RaggedTensor
from kerax.compat.tensorflow._row_partition import RowPartition
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor


class StructuredTensor(BatchableExtensionType):
    """Records with the same named fields, in as many axes of lists as its rank says.

    Args:
      fields: name -> tensor, ragged tensor or records, whose first axes are those of the records.
      ragged_shape: of the records: as a ``TensorShape`` or ``DynamicRaggedShape``.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> people = tf.experimental.StructuredTensor.from_pyval([{"age": 4, "pets": [1]}, {"age": 5, "pets": []}])
      >>> people.field_value("age").numpy().tolist(), people[1:].to_pyval()
      ([4, 5], [{'age': 5, 'pets': []}])
    """

    _fields: Mapping[str, Tensor | RaggedTensor | StructuredTensor]
    _carrier: Tensor | RaggedTensor  # as many truth values as records, for their shape

    def __init__(self, fields: Any, ragged_shape: Any):
        if not isinstance(fields, Mapping):
            raise TypeError(f"StructuredTensor: fields: expected a mapping, got {type(fields).__name__!r}")
        self._fields = {name: values.of_field(value) for name, value in fields.items()}
        self._carrier = values.carrier_of_shape(ragged_shape, self._fields)

    @classmethod
    def _made(cls, fields: Mapping, carrier: Any) -> StructuredTensor:
        return cls.Spec.from_value(_Parts(fields, carrier))._from_components(
            [fields[name] for name in sorted(fields)] + [carrier]
        )

    # ---- making one -------------------------------------------------------------------------------------------------
    @classmethod
    def from_shape(cls, ragged_shape: Any) -> StructuredTensor:
        """Records without fields."""
        return cls({}, ragged_shape)

    @classmethod
    def from_fields(
        cls, fields: Any, shape: Any = (), nrows: Any = None, row_partitions: Any = None, validate: bool = False
    ) -> StructuredTensor:
        """Of fields.

        Args:
          fields: name -> tensor, nested lists, or records.
          shape: of the records; only its rank matters where there are fields.
          nrows: how many records there are, where there are no fields.
          row_partitions: the inner axes, where there are no fields.
          validate: whether all fields are compared.

        Raises:
          TypeError, ValueError: for what are no fields, or such of different shapes.
        """
        if not isinstance(fields, Mapping):
            raise TypeError(f"fields must be a dictionary, got {type(fields).__name__}")
        for name in fields:
            if not isinstance(name, str):
                raise TypeError(f"Unexpected type for key in `fields`: {name}")
        made = {name: values.of_field(value) for name, value in fields.items()}
        if row_partitions:
            return cls._made(made, values.carrier_of_partitions(list(row_partitions)))
        return cls._made(made, values.carrier_of_shape(TensorShape(shape), made, nrows))

    @classmethod
    def from_fields_and_rank(
        cls, fields: Any, rank: int, validate: bool = False, dtype: Any = None
    ) -> StructuredTensor:
        """Of fields, whose first axes are the records'.

        Raises:
          ValueError: without fields, or for a negative rank.
        """
        if not fields:
            raise ValueError("Must provide at least one field")
        if rank < 0:
            raise ValueError(f"rank must be nonnegative, received {rank}")
        return cls.from_fields(fields, [None] * rank)

    @classmethod
    def from_pyval(cls, pyval: Any, typespec: Any = None) -> Any:
        """Of dictionaries, in nested lists; of lists of values a tensor.

        Raises:
          KeyError: for a record without a field that the first one has.
          ValueError: for what is neither, or fits no description.
        """
        made = _of_python(cls, pyval, ())
        if typespec is not None and not typespec.is_compatible_with(made):
            raise ValueError(f"Value at () does not match typespec: {pyval!r} vs {typespec!r}")
        return made

    # ---- what it holds ----------------------------------------------------------------------------------------------
    @property
    def shape(self) -> TensorShape:
        """The sizes of the lists of records; none for a single one."""
        return self._carrier.shape

    @property
    def rank(self) -> int:
        """Number of axes of the lists of records."""
        return self._carrier.ndim

    @property
    def row_partitions(self) -> tuple:
        """The rows of each axis but the first."""
        return values.partitions_of(self._carrier)

    def nrows(self) -> Tensor | None:
        """How many there are in the outer list; None for a single record."""
        return None if not self.rank else Tensor(np.asarray(self._carrier.shape[0], np.int64))

    def with_shape_dtype(self, dtype: Any) -> StructuredTensor:
        """The same records: sizes have no type here."""
        return self

    def field_names(self) -> tuple:
        """The names of the fields."""
        return tuple(self._fields)

    def field_value(self, field_name: Any) -> Any:
        """The values of a field, or of one inside of another.

        Args:
          field_name: the name, or those on the way to it.

        Raises:
          KeyError: if there is none.
        """
        if isinstance(field_name, str):
            return self._fields[field_name]
        found: Any = self
        for i, name in enumerate(field_name):
            if not isinstance(found, StructuredTensor):
                raise KeyError(f"Field path {tuple(field_name)} not found: {tuple(field_name)[:i]} has no fields")
            found = found.field_value(name)
        return found

    def __getitem__(self, key: Any) -> Any:
        keys = key if isinstance(key, tuple) else (key,)
        inside, beyond = keys[: self.rank], keys[self.rank :]
        for one in inside:
            if one is Ellipsis:
                raise ValueError("Slicing not supported for Ellipsis")
            if isinstance(one, str):
                raise TypeError(
                    "Only integers, slices and scalar tensors are indices of records; a field's name comes behind one "
                    "for each axis."
                )
        made = values.indexed(self, inside) if inside else self
        if not beyond:
            return made
        if not isinstance(beyond[0], str):
            raise ValueError(f"A field's name is expected, received {beyond[0]!r}")
        found = made._fields[beyond[0]]
        return found[tuple([slice(None)] * made.rank + list(beyond[1:]))] if beyond[1:] else found

    def __iter__(self) -> Iterator:
        if not self.rank:
            raise TypeError("A single record is not iterated over: see field_names().")
        return (self[i] for i in range(self.shape[0]))

    # ---- other records of these -------------------------------------------------------------------------------------
    def with_updates(self, updates: Any, validate: bool = False) -> StructuredTensor:
        """Records with other fields.

        Args:
          updates: name, or names on the way to it -> value, a function of the present one, or None to leave it out.
          validate: accepted as in TensorFlow.

        Raises:
          ValueError: for a function of a field that there is none of, or values of another shape.
        """
        made: Any = self
        for path, value in updates.items():
            made = made._updated((path,) if isinstance(path, str) else tuple(path), value, ())
        return made

    def _updated(self, path: Sequence[str], value: Any, done: tuple) -> StructuredTensor:
        name, *rest = path
        fields = dict(self._fields)
        where = (*done, name)
        if rest:
            inner = fields.get(name)
            if not isinstance(inner, StructuredTensor):
                raise ValueError(f"with_updates: field {(*where, *rest)} cannot be made: {where} has no fields.")
            fields[name] = inner._updated(rest, value, where)
        elif value is None:
            if fields.pop(name, None) is None:
                raise ValueError(f"with_updates: field {where} cannot be left out: there is none.")
        elif callable(value) and not hasattr(value, "shape"):
            if name not in fields:
                raise ValueError(f"with_updates: there is no field {where} for the function to change.")
            fields[name] = values.of_field(value(fields[name]))
        else:
            fields[name] = values.of_field(value)
        if name in fields and fields[name] is not self._fields.get(name):
            values.check_shape(fields[name], self._carrier, where)
        return self._made(fields, self._carrier)

    def promote(self, source_path: Sequence[str], new_name: str) -> StructuredTensor:
        """Records with a field of inner records as their own, the values of several joined.

        Args:
          source_path: the names on the way to it, two at least.
          new_name: of the field, beside the inner records.

        Raises:
          ValueError: for a shorter path.
        """
        if len(source_path) < 2:
            raise ValueError("source_path must have length at least two")
        *outer, inner, last = source_path
        parent = self.field_value(outer) if outer else self
        records = parent.field_value(inner)
        found = records.field_value(last)
        extra = records.rank - parent.rank
        if extra and values.rank_of(found) > records.rank:
            found = values.merged(found, records.rank - 1, records.rank)
        return self.with_updates({(*outer, new_name): found})

    def merge_dims(self, outer_axis: int, inner_axis: int) -> StructuredTensor:
        """Records with several axes as one."""
        rank = self.rank
        first, last = outer_axis % max(rank, 1), inner_axis % max(rank, 1)
        if not rank or first > last:
            raise ValueError(f"merge_dims({outer_axis}, {inner_axis}) of records of rank {rank}")
        return self._each(lambda one: values.merged(one, first, last))

    def partition_outer_dimension(self, row_partition: RowPartition) -> StructuredTensor:
        """Records in one more axis of lists.

        Raises:
          ValueError: for a single record.
          TypeError: for something else than a RowPartition.
        """
        if not isinstance(row_partition, RowPartition):
            raise TypeError("row_partition must be a RowPartition.")
        if not self.rank:
            raise ValueError("Shape () must have rank at least 1")
        return self._each(lambda one: values.partitioned(one, row_partition))

    def _each(self, function: Callable[[Any], Any]) -> StructuredTensor:
        """Records whose fields, and those of records inside, are what a function makes of them."""
        fields = {
            name: one._each(function) if isinstance(one, StructuredTensor) else function(one)
            for name, one in self._fields.items()
        }
        return self._made(fields, function(self._carrier))

    # ---- to Python --------------------------------------------------------------------------------------------------
    def to_pyval(self) -> Any:
        """Dictionaries, in nested lists."""
        return self._python(False)

    def _python(self, in_list: bool) -> Any:
        if self.rank:
            return [one._python(True) for one in self]
        return {name: values.python_of(value, in_list) for name, value in self._fields.items()}

    def __repr__(self) -> str:
        lines = [f'        "{name}": {values.shown(value)}' for name, value in self._fields.items()]
        body = ",\n".join(lines) if lines else "        "
        return f"<StructuredTensor(\n    fields={{\n{body}}},\n    shape={values.shape_shown(self.shape)})>"


class _Parts:
    """Fields of records that are yet to be made, for their description."""

    def __init__(self, fields: Mapping, carrier: Any):
        from kerax.compat.tensorflow._extension_fields import ImmutableDict

        self._held = (ImmutableDict(fields), carrier)

    def _values(self) -> tuple:
        return self._held


def _of_python(cls: Any, value: Any, path: tuple) -> Any:
    if isinstance(value, Mapping):
        return cls._made(
            {name: _of_python(cls, one, (*path, name)) for name, one in value.items()}, values.one_record()
        )
    if isinstance(value, (list, tuple)):
        first = values.first_leaf(value)
        if isinstance(first, Mapping):
            carrier = values.carrier_of_lists(value)
            depth = carrier.ndim
            fields = {name: _of_python(cls, values.each_record(value, name, depth), (*path, name)) for name in first}
            return cls._made(fields, carrier)
        if values.holds_records(value):
            raise ValueError(f"Expected dict or nested list/tuple of dict at {path}")
        return values.of_lists(value)
    try:
        return values.of_field(value)
    except TypeError as error:
        raise ValueError(f"Error parsing path {path}") from error
