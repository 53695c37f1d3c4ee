"""Sparse tensors, on the host: ``tf.SparseTensor``, ``tf.sparse``, ``tf.IndexedSlices``, ``tf.sets``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import Composite, later
from kerax.compat.tensorflow._core import array, has_symbolic, integer, ints, tensor
from kerax.compat.tensorflow._core import axes as to_axes
from kerax.compat.tensorflow._creating import known
from kerax.compat.tensorflow._dtypes import DType, as_dtype
from kerax.compat.tensorflow._edges import ENCODERS, UNWRAPPERS, WRAPPERS
from kerax.compat.tensorflow._extension_elements import parts_of
from kerax.compat.tensorflow._rows import knows_rows
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._spec_parts import IndexedSlicesSpec
from kerax.compat.tensorflow._tensor import Tensor, convert
from kerax.data.ragged import SparseTensor as Plain


def _values(value: Any) -> np.ndarray:
    made = convert(value)
    return np.asarray(made._value if isinstance(made._value, np.ndarray) else made.numpy())


class SparseTensor(Composite):
    """A tensor of which only some elements are written down.

    Args:
      indices: (n, rank): their places.
      values: (n,): the elements.
      dense_shape: (rank,): the shape of the whole.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> st = tf.SparseTensor(indices=[[0, 0], [1, 2]], values=[1, 2], dense_shape=[2, 3])
      >>> tf.sparse.to_dense(st).numpy().tolist()
      [[1, 0, 0], [0, 0, 2]]
    """

    __slots__ = ("_plain",)

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """One of a graph, if its parts are."""
        if cls is SparseTensor and has_symbolic((*args, *kwargs.values())):
            from kerax.compat.tensorflow._graph_composite import GraphSparse

            return object.__new__(GraphSparse)
        return object.__new__(cls)

    def __init__(self, indices: Any, values: Any, dense_shape: Any):
        shape = known(dense_shape)
        if tensor(indices)._value.ndim != 2 and tensor(indices)._value.size:
            raise ValueError(f"Shape {tensor(indices).shape} must have rank 2: a place for each value")
        if tensor(indices).dtype.is_floating and tensor(indices)._value.size:
            raise TypeError(f"Cannot convert {indices!r} to EagerTensor of dtype int64")
        places = np.asarray(known(indices), np.int64)
        if places.ndim > 1 and places.shape[1] != len(shape):
            raise ValueError(f"Dimensions {places.shape[1]} and {len(shape)} are not compatible")
        places = places.reshape(-1, len(shape))
        outside = ((places < 0) | (places >= shape)).any(1)
        if outside.any():
            number, sizes = int(outside.argmax()), np.asarray(shape).tolist()
            raise errors.InvalidArgumentError(
                None,
                None,
                f"indices[{number}] = {places[number].tolist()} is out of bounds: need 0 <= index < {sizes}",
            )
        self._plain = Plain(places, _values(values), shape)

    @classmethod
    def of(cls, plain: Plain) -> SparseTensor:
        """One of kerax's."""
        made = object.__new__(cls)
        made._plain = plain
        return made

    @classmethod
    def from_value(cls, value: Any) -> SparseTensor:
        """Of a tuple of its parts."""
        return value if isinstance(value, SparseTensor) else cls(*value)

    indices = property(lambda self: Tensor(self._plain.indices))
    values = property(lambda self: Tensor(self._plain.values))
    dense_shape = property(lambda self: Tensor(self._plain.dense_shape))

    @property
    def dtype(self) -> DType:
        """The type of its elements."""
        return as_dtype(self._plain.values.dtype)

    @property
    def shape(self) -> TensorShape:
        """Its sizes."""
        return TensorShape(self._plain.shape)

    def get_shape(self) -> TensorShape:
        """Its sizes."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Says what its sizes are, which are known here.

        Args:
          shape: sizes, None for those that are not said.

        Raises:
          ValueError: if they are others.
        """
        self.shape.assert_is_compatible_with(TensorShape(shape))

    def tf_shape(self, out_type: Any = None) -> Tensor:
        """What ``tf.shape`` gives for it."""
        return Tensor(self._plain.dense_shape.astype(as_dtype(out_type or "int64").dtype))

    def with_values(self, new_values: Any) -> SparseTensor:
        """The same places with other elements."""
        return SparseTensor.of(Plain(self._plain.indices, _values(new_values), self._plain.dense_shape))

    def __repr__(self) -> str:
        parts = f"indices={self.indices!s}, values={self.values!s}, dense_shape={self.dense_shape!s}"
        return f"SparseTensor({parts})"

    def __mul__(self, other: Any) -> SparseTensor:
        dense = np.broadcast_to(_values(other), self._plain.shape)
        return self.with_values(
            self._plain.values * dense[tuple(self._plain.indices.T)].astype(self._plain.values.dtype)
        )

    def __truediv__(self, other: Any) -> SparseTensor:
        dense = np.broadcast_to(_values(other), self._plain.shape)
        return self.with_values(self._plain.values / dense[tuple(self._plain.indices.T)])


UNWRAPPERS[SparseTensor] = lambda sparse: sparse._plain
WRAPPERS[Plain] = SparseTensor.of


class _Slices(type):
    """Gradients of tables count as slices, which they are beside being tensors."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return type.__instancecheck__(cls, instance) or knows_rows(instance)


class IndexedSlices(Composite, metaclass=_Slices):
    """Some rows of a tensor. Gradients of look-ups are tensors that also answer for this class.

    Args:
      values: the rows.
      indices: their numbers.
      dense_shape: the shape of the whole.
    """

    __slots__ = ("dense_shape", "indices", "values")

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None):
        self.values, self.indices, self.dense_shape = tensor(values), tensor(indices), dense_shape

    dtype = property(lambda self: self.values.dtype)

    @property
    def shape(self) -> TensorShape:
        """The shape of the whole, as far as it is known."""
        return TensorShape(None if self.dense_shape is None else ints(self.dense_shape))

    @property
    def _type_spec(self) -> IndexedSlicesSpec:
        rows, whole = self.values.shape, self.dense_shape
        shape = TensorShape((None, *tuple(rows)[1:])) if whole is None else self.shape
        kind = None if whole is None else tensor(whole).dtype
        return IndexedSlicesSpec(shape, self.dtype, self.indices.dtype, kind, self.indices.shape)

    def with_values(self, values: Any) -> IndexedSlices:
        """The same rows with other numbers."""
        return IndexedSlices(values, self.indices, self.dense_shape)

    def __neg__(self) -> IndexedSlices:
        return self.with_values(-self.values)  # type: ignore[operator]

    def __str__(self) -> str:
        whole = "" if self.dense_shape is None else f", dense_shape={tensor(self.dense_shape)}"
        return f"IndexedSlices(indices={self.indices!s}, values={self.values!s}{whole})"

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(array(dense_of(self)))


def _parts(slices: IndexedSlices) -> tuple[tuple, None]:
    return (slices.values, slices.indices, slices.dense_shape), None


def _of_parts(_: None, parts: Any) -> IndexedSlices:
    made = object.__new__(IndexedSlices)
    made.values, made.indices, made.dense_shape = parts
    return made


jax.tree_util.register_pytree_node(IndexedSlices, _parts, _of_parts)
ENCODERS[IndexedSlices] = parts_of


def dense_of(slices: IndexedSlices) -> Tensor:
    """The whole tensor of some rows.

    Raises:
      ValueError: if the shape of the whole is not known.
    """
    if slices.dense_shape is None:
        raise ValueError(f"Tensor conversion requested for IndexedSlices without dense_shape: {slices}")
    rows, numbers = slices.values.array, slices.indices.array
    shape = ints(slices.dense_shape)
    return Tensor(jnp.zeros(shape, rows.dtype).at[numbers].add(rows))


def elementwise(function: Callable, *values: Any, **kwargs: Any) -> Any:
    """A function of the elements written down."""
    if any(isinstance(v, IndexedSlices) for v in values) and len(values) > 1:
        return function(*[dense_of(v) if isinstance(v, IndexedSlices) else v for v in values], **kwargs)
    first = values[0]
    if isinstance(first, IndexedSlices):
        return first.with_values(function(first.values, **kwargs))
    return first.with_values(function(*[v.values if isinstance(v, SparseTensor) else v for v in values], **kwargs))


def matmul(a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False) -> Tensor:
    """The product of a sparse and another matrix."""
    one, two = (jnp.asarray(x._plain.to_dense()) if isinstance(x, SparseTensor) else array(x) for x in (a, b))
    one, two = one.T if adjoint_a else one, two.T if adjoint_b else two
    if one.dtype != two.dtype:
        raise errors.WrongTypeError(
            None, None, f"cannot multiply matrices of {one.dtype} and {two.dtype}: use tf.cast."
        )
    if one.shape[-1] != two.shape[0]:
        raise errors.InvalidArgumentError(None, None, f"Cannot multiply matrices of shapes {one.shape} and {two.shape}")
    return Tensor(one @ two)


# ---- tf.sparse ------------------------------------------------------------------------------------------------------
def sparse_dense_matmul(
    sp_a: Any, b: Any, adjoint_a: bool = False, adjoint_b: bool = False, name: Any = None
) -> Tensor:
    """The product of a sparse and another matrix."""
    return matmul(sp_a, b, adjoint_a, adjoint_b)


def to_dense(sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: Any = None) -> Tensor:
    """The whole tensor."""
    if not isinstance(sp_input, SparseTensor):
        raise TypeError(f"Input must be a SparseTensor, received {sp_input!r}.")
    places = sp_input._plain.indices
    if validate_indices and len(places) > 1:
        flat = np.ravel_multi_index(tuple(places.T), sp_input._plain.shape)
        if (np.diff(flat) <= 0).any():
            wrong = int(np.argmax(np.diff(flat) <= 0)) + 1
            raise errors.InvalidArgumentError(
                None,
                None,
                f"indices[{wrong}] = {places[wrong].tolist()} is out of order, or repeated: tf.sparse.reorder",
            )
    given = None if default_value is None else convert(default_value, hint=sp_input.dtype)
    if given is not None and given.dtype != sp_input.dtype:
        raise errors.WrongTypeError(
            None, None, f"Cannot convert {default_value!r} to EagerTensor of dtype {sp_input.dtype.name}"
        )
    fill = None if given is None else _values(given)[()]
    return Tensor(sp_input._plain.to_dense(fill))


def from_dense(tensor: Any, name: Any = None) -> SparseTensor:
    """The elements of a tensor that are not zero."""
    values = _values(tensor)
    if not values.ndim:
        raise errors.InvalidArgumentError(None, None, "tf.sparse.from_dense takes a tensor with axes [Op:Where]")
    return SparseTensor.of(Plain.from_dense(values))


def reorder(sp_input: Any, name: Any = None) -> SparseTensor:
    """The elements in the order of their places."""
    plain = sp_input._plain
    order = np.lexsort(plain.indices.T[::-1])
    return SparseTensor.of(Plain(plain.indices[order], plain.values[order], plain.dense_shape))


def add(a: Any, b: Any, threshold: Any = 0) -> Any:
    """The sum; sparse if both are."""
    if not isinstance(a, SparseTensor) and not isinstance(b, SparseTensor):
        raise TypeError("At least one input should be SparseTensor; do you mean to use tf.add()?")
    if isinstance(a, SparseTensor) and isinstance(b, SparseTensor):
        if a.dtype != b.dtype or list(a._plain.dense_shape) != list(b._plain.dense_shape):
            raise errors.WrongTypeError(
                None,
                None,
                f"Operands differ: {a.dtype.name} of {a.shape} and {b.dtype.name} of {b.shape} [Op:SparseAdd]",
            )
        indices = np.concatenate([a._plain.indices, b._plain.indices])
        values = np.concatenate([a._plain.values, b._plain.values])
        places, which = np.unique(indices, axis=0, return_inverse=True)
        total = np.zeros(len(places), values.dtype)
        np.add.at(total, which.reshape(-1), values)
        keep = np.abs(total) > float(_values(threshold)) if float(_values(threshold)) else np.full(len(total), True)
        return SparseTensor(places[keep], total[keep], np.maximum(a._plain.dense_shape, b._plain.dense_shape))
    dense = [x._plain.to_dense() if isinstance(x, SparseTensor) else array(x) for x in (a, b)]
    return Tensor(jnp.asarray(dense[0]) + jnp.asarray(dense[1]))


def concat(axis: Any, sp_inputs: Any, expand_nonconcat_dims: bool = False, name: Any = None) -> SparseTensor:
    """Sparse tensors one behind the other along an axis."""
    parts = [one._plain for one in sp_inputs]
    place, start = integer(axis) % parts[0].ndim, 0
    others = {tuple(np.delete(part.dense_shape, place).tolist()) for part in parts}
    if len(others) > 1 and not expand_nonconcat_dims:
        raise errors.InvalidArgumentError(
            None, None, f"Input shapes should match along all axes but {place}: {[part.shape for part in parts]}"
        )
    indices = []
    for part in parts:
        moved = part.indices.copy()
        moved[:, place] += start
        start += int(part.dense_shape[place])
        indices.append(moved)
    shape = np.max([part.dense_shape for part in parts], axis=0)
    shape[place] = start
    return reorder(SparseTensor(np.concatenate(indices), np.concatenate([part.values for part in parts]), shape))


def slice_(sp_input: Any, start: Any, size: Any, name: Any = None) -> SparseTensor:
    """A block."""
    plain, first, sizes = sp_input._plain, np.asarray(ints(start)), np.asarray(ints(size))
    sizes = np.maximum(np.minimum(sizes, plain.dense_shape - first), 0)
    keep = ((plain.indices >= first) & (plain.indices < first + sizes)).all(1)
    return SparseTensor(plain.indices[keep] - first, plain.values[keep], sizes)


def transpose(sp_input: Any, perm: Any = None, name: Any = None) -> SparseTensor:
    """Axes in another order."""
    plain = sp_input._plain
    order = list(range(plain.ndim))[::-1] if perm is None else list(ints(perm))
    if len(order) != plain.ndim:
        raise ValueError(
            f"Dimensions {len(order)} and {plain.ndim} are not compatible: perm has a number for each axis"
        )
    return reorder(SparseTensor(plain.indices[:, order], plain.values, plain.dense_shape[order]))


def reshape(sp_input: Any, shape: Any, name: Any = None) -> SparseTensor:
    """The same elements in another shape."""
    plain = sp_input._plain
    sizes = np.asarray(ints(shape))
    if (sizes == -1).any():
        sizes = sizes.copy()
        sizes[sizes == -1] = int(np.prod(plain.dense_shape)) // int(-np.prod(sizes))
    if np.prod(sizes) != np.prod(plain.dense_shape):
        raise errors.InvalidArgumentError(
            None, None, f"A sparse tensor of shape {plain.shape} cannot be reshaped to {sizes.tolist()}"
        )
    flat = np.ravel_multi_index(tuple(plain.indices.T), plain.shape)
    return SparseTensor(np.stack(np.unravel_index(flat, tuple(sizes)), 1), plain.values, sizes)


def map_values(op: Callable, *args: Any, **kwargs: Any) -> SparseTensor:
    """A function of the elements written down."""
    like = next(one for one in args if isinstance(one, SparseTensor))
    return like.with_values(op(*[one.values if isinstance(one, SparseTensor) else one for one in args], **kwargs))


def _reduced(name: str) -> Callable:
    def run(
        sp_input: Any, axis: Any = None, keepdims: Any = None, output_is_sparse: bool = False, name: Any = None
    ) -> Any:
        plain = sp_input._plain
        values = plain.values
        for place in np.atleast_1d([] if axis is None else to_axes(axis)):
            if not -plain.ndim <= place < plain.ndim:
                raise errors.InvalidArgumentError(
                    None, None, f"Invalid reduction dimension {int(place)}, for input with {plain.ndim} dimensions."
                )
        low = (np.finfo if values.dtype.kind == "f" else np.iinfo)(values.dtype).min
        dense = plain.to_dense(low if how == "max" else 0)
        result = getattr(dense, how)(axis=to_axes(axis), keepdims=bool(keepdims))
        result = np.where(result == low, 0, result) if how == "max" else result
        made = Tensor(np.asarray(result, values.dtype))
        return from_dense(made) if output_is_sparse else made

    how = name
    run.__name__ = f"reduce_{name}"
    run.__doc__ = f"The {name} of elements along axes."
    return run


reduce_sum, reduce_max = _reduced("sum"), _reduced("max")


def expand_dims(sp_input: Any, axis: Any = None, name: Any = None) -> SparseTensor:
    """A new axis of size 1."""
    plain = sp_input._plain
    place = integer(-1 if axis is None else axis)
    place = place + plain.ndim + 1 if place < 0 else place
    if not 0 <= place <= plain.ndim:
        raise errors.InvalidArgumentError(None, None, f"axis {axis} is not in the range of {plain.ndim} axes")
    return SparseTensor(
        np.insert(plain.indices, place, 0, axis=1), plain.values, np.insert(plain.dense_shape, place, 1)
    )


def retain(sp_input: Any, to_retain: Any) -> SparseTensor:
    """Some of the elements."""
    plain, keep = sp_input._plain, known(to_retain).astype(bool)
    if len(keep) != len(plain.values):
        raise ValueError(f"Dimensions {len(plain.values)} and {len(keep)} are not compatible")
    return SparseTensor(plain.indices[keep], plain.values[keep], plain.dense_shape)


def eye(num_rows: Any, num_columns: Any = None, dtype: Any = "float32", name: Any = None) -> SparseTensor:
    """The identity matrix."""
    rows = integer(num_rows)
    columns = rows if num_columns is None else integer(num_columns)
    place = np.arange(min(rows, columns))
    return SparseTensor(np.stack([place, place], 1), np.ones(len(place), as_dtype(dtype).dtype), [rows, columns])


def to_indicator(sp_input: Any, vocab_size: Any, name: Any = None) -> Tensor:
    """True where a row has a number among its elements."""
    plain = sp_input._plain
    if plain.values.size and not 0 <= plain.values.min() <= plain.values.max() < integer(vocab_size):
        raise errors.InvalidArgumentError(None, None, f"Values are not in [0, {integer(vocab_size)}): {plain.values}")
    dense = np.zeros((*plain.shape[:-1], integer(vocab_size)), bool)
    dense[(*plain.indices[:, :-1].T, plain.values)] = True
    return Tensor(dense)


def fill_empty_rows(sp_input: Any, default_value: Any, name: Any = None) -> tuple:
    """Rows without an element get one; and which they are."""
    plain = sp_input._plain
    empty = ~np.isin(np.arange(plain.dense_shape[0]), plain.indices[:, 0])
    places = np.zeros((int(empty.sum()), plain.ndim), np.int64)
    places[:, 0] = np.flatnonzero(empty)
    values = np.full(len(places), _values(default_value)[()], plain.values.dtype)
    filled = SparseTensor(
        np.concatenate([plain.indices, places]), np.concatenate([plain.values, values]), plain.dense_shape
    )
    return reorder(filled), Tensor(empty)


def softmax(sp_input: Any, name: Any = None) -> SparseTensor:
    """The softmax of the elements written down of each row."""
    plain = sp_input._plain
    if plain.ndim < 2:
        raise errors.InvalidArgumentError(None, None, "Input should have rank >= 2 [Op:SparseSoftmax]")
    rows = np.unique(plain.indices[:, :-1], axis=0, return_inverse=True)[1].reshape(-1)
    largest = np.full(rows.max(initial=-1) + 1, -np.inf)
    np.maximum.at(largest, rows, plain.values)
    powers = np.exp(plain.values - largest[rows])
    total = np.bincount(rows, powers)
    return sp_input.with_values((powers / total[rows]).astype(plain.values.dtype))


for _name in (
    "matmul sparse_dense_matmul to_dense reorder add concat slice_ transpose reshape reduce_sum reduce_max expand_dims "
    "retain to_indicator fill_empty_rows softmax"
).split():
    globals()[_name] = later(globals()[_name])
