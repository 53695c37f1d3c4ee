"""Sparse and ragged tensors in graphs of TensorFlow 1: their parts are tensors that sessions compute or are fed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

from kerax.compat.tensorflow._composite import OfGraph
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import DType, as_dtype
from kerax.compat.tensorflow._edges import noting, unwrap
from kerax.compat.tensorflow._graph import placeholder
from kerax.compat.tensorflow._graph_flow import effect
from kerax.compat.tensorflow._ragged import RaggedTensor
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._sparse import SparseTensor
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_ragged import RaggedTensorValue
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor, to_spec


class SparseTensorValue(NamedTuple):
    """A sparse tensor as sessions return it, in NumPy's arrays.

    Attributes:
      indices: (n, rank).
      values: (n,).
      dense_shape: (rank,).
    """

    indices: Any
    values: Any
    dense_shape: Any


class GraphSparse(SparseTensor, OfGraph):
    """A sparse tensor of a graph.

    Args:
      indices, values, dense_shape: symbolic tensors.
      shape: sizes as far as they are known.
      kind: type of its elements.
    """

    __slots__ = ("_kind", "_shape", "parts")

    def __init__(self, indices: Any, values: Any, dense_shape: Any, shape: Any = None, kind: Any = None):
        self.parts = [one if isinstance(one, SymbolicTensor) else tensor(one) for one in (indices, values, dense_shape)]
        if shape is None:
            known = not isinstance(dense_shape, SymbolicTensor)
            shape = self.parts[2].numpy().tolist() if known else [None] * dense_shape.shape[0]
        self._shape, self._kind = TensorShape(shape), as_dtype(self.parts[1].dtype if kind is None else kind)

    indices = property(lambda self: self.parts[0], doc="The places of its elements.")
    values = property(lambda self: self.parts[1], doc="Its elements.")
    dense_shape = property(lambda self: self.parts[2], doc="Its sizes, as a tensor.")
    shape = property(lambda self: self._shape, doc="Its sizes as far as they are known.")  # type: ignore[assignment]
    op = property(lambda self: self.parts[1].op, doc="The operation that its elements come from.")

    @property
    def dtype(self) -> DType:
        """The type of its elements."""
        return self._kind

    def get_shape(self) -> TensorShape:
        """Its sizes as far as they are known."""
        return self._shape

    def set_shape(self, shape: Any) -> None:
        """Says more of its sizes."""
        self._shape = self._shape.merge_with(shape)

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """Its numbers, as the default session computes them."""
        from kerax.compat.tensorflow._graph import session_at_hand

        return (session or session_at_hand()).run(self, feed_dict)

    def fed(self, value: Any) -> list:
        """What its parts are fed with."""
        given = value if isinstance(value, tuple) else (value.indices, value.values, value.dense_shape)
        return [one.numpy() if isinstance(one, Tensor) else np.asarray(one) for one in given]

    def value_of(self, parts: list) -> SparseTensorValue:
        """What a session returns."""
        return SparseTensorValue(np.asarray(parts[0], np.int64), parts[1], np.asarray(parts[2], np.int64))

    def real(self, parts: list) -> SparseTensor:
        """The sparse tensor of arrays."""
        return SparseTensor(np.asarray(parts[0], np.int64), _tensor(parts[1], self._kind), np.asarray(parts[2]))

    def specimen(self, size: int) -> SparseTensor:
        """One like it."""
        shape = _sizes(self._shape, size)
        zero = np.array([b"" if self._kind.name == "string" else 0])
        values = Tensor(zero.astype(object)) if self._kind.name == "string" else zero.astype(self._kind.dtype)
        return SparseTensor(np.zeros((1, len(shape)), np.int64), values, shape)

    def __repr__(self) -> str:
        return f"SparseTensor(indices={self.indices!r}, values={self.values!r}, dense_shape={self.dense_shape!r})"

    def __mul__(self, other: Any) -> Any:
        return noted(SparseTensor.__mul__, (self, other), {})

    def __truediv__(self, other: Any) -> Any:
        return noted(SparseTensor.__truediv__, (self, other), {})

    def with_values(self, new_values: Any) -> Any:
        """The same places with other elements."""
        return GraphSparse(self.parts[0], new_values, self.parts[2], self._shape, new_values.dtype)


class GraphRagged(RaggedTensor, OfGraph):
    """A ragged tensor of a graph.

    Args:
      values: symbolic tensor of all innermost elements.
      splits: symbolic tensors: where rows begin and end, the outermost axis first.
      kind: type of its elements.
    """

    __slots__ = ("_kind", "parts")

    def __init__(self, values: Any, splits: list, kind: Any):
        self.parts, self._kind = [values, *splits], as_dtype(kind)

    flat_values = property(lambda self: self.parts[0], doc="All innermost elements.")  # type: ignore[assignment]
    row_splits = property(lambda self: self.parts[1], doc="Where rows begin and end.")  # type: ignore[assignment]
    nested_row_splits = property(lambda self: tuple(self.parts[1:]), doc="The same of all ragged axes.")  # type: ignore[assignment]
    ragged_rank = property(lambda self: len(self.parts) - 1, doc="Number of ragged axes.")  # type: ignore[assignment]

    @property
    def values(self) -> Any:
        """The elements of its rows."""
        return self.parts[0] if len(self.parts) == 2 else GraphRagged(self.parts[0], self.parts[2:], self._kind)

    @property
    def dtype(self) -> DType:
        """The type of its elements."""
        return self._kind

    @property
    def shape(self) -> TensorShape:
        """Its sizes as far as they are known."""
        return TensorShape([None] * len(self.parts) + list(self.parts[0].shape[1:]))

    def fed(self, value: Any) -> list:
        """What its parts are fed with."""
        inner = value.flat_values
        splits = [np.asarray(one) for one in value.nested_row_splits]
        return [inner.numpy() if isinstance(inner, Tensor) else inner, *splits]

    def value_of(self, parts: list) -> RaggedTensorValue:
        """What a session returns."""
        found = parts[0]
        for splits in reversed(parts[1:]):
            found = RaggedTensorValue(found, np.asarray(splits, np.int64))
        return found

    def real(self, parts: list) -> RaggedTensor:
        """The ragged tensor of arrays."""
        splits = [np.asarray(one, np.int64) for one in parts[1:]]
        return RaggedTensor.from_nested_row_splits(_tensor(parts[0], self._kind), splits)

    def specimen(self, size: int) -> RaggedTensor:
        """One like it."""
        shape = [size, *_sizes(TensorShape(list(self.parts[0].shape[1:])), size)]
        text = self._kind.name == "string"
        values = Tensor(np.full(shape, b"", object)) if text else np.zeros(shape, self._kind.dtype)
        return RaggedTensor.from_nested_row_splits(values, [np.arange(size + 1)] * (len(self.parts) - 1))

    def __repr__(self) -> str:
        return f"tf.RaggedTensor(values={self.parts[0]!r}, row_splits={self.parts[1]!r})"


Composites = (GraphSparse, GraphRagged)


def _sizes(shape: TensorShape, size: int) -> list[int]:
    return [size if one is None else one for one in shape.as_list()]


def _tensor(value: Any, kind: DType) -> Tensor:
    return Tensor(np.asarray(value, object) if kind.name == "string" else value)


_KINDS = (SymbolicTensor, Variable, Tensor, SparseTensor, RaggedTensor)


def _leaves(tree: Any) -> list:
    return jax.tree.leaves(tree, is_leaf=lambda one: isinstance(one, _KINDS))


def _mapped(function: Callable, tree: Any) -> Any:
    return jax.tree.map(function, tree, is_leaf=lambda one: isinstance(one, _KINDS))


_TRIALS = (4, 6)  # sizes to find out which sizes of results are unknown


def noted(function: Callable, args: tuple, kwargs: dict) -> Any:
    """A call of a function of sparse or ragged tensors as an operation of a graph.

    Shapes and types of what it gives are those that it gives for two small specimens.
    """
    small, large = (_leaves_of_trial(function, args, kwargs, size) for size in _TRIALS)
    structure = small[1]
    leaves = _leaves((args, kwargs))
    parts = [part for one in leaves for part in (one.parts if isinstance(one, Composites) else [one])]
    sources = [one for one in parts if isinstance(one, (SymbolicTensor, Variable))]
    pieces = [_described(one, other) for one, other in zip(small[0], large[0])]

    def run(evaluation: Any) -> list:
        def value(one: Any) -> Any:
            if isinstance(one, Composites):
                return one.real([unwrap(evaluation.of(part)) for part in one.parts])
            if isinstance(one, SymbolicTensor):
                found = unwrap(evaluation.of(one))
                return Tensor(np.asarray(found, object)) if one.is_string else Tensor(found)
            return one

        found = _leaves(function(*_mapped(value, args), **_mapped(value, kwargs)))
        return [part for one in found for part in taken_apart(one)]

    specs = [to_spec(*pair) for piece in pieces for pair in piece[1]]
    made = iter(effect(run, specs, function.__name__, sources, fresh=True))
    return jax.tree.unflatten(structure, [put_together(piece, made) for piece in pieces])


def _leaves_of_trial(function: Callable, args: tuple, kwargs: dict, size: int) -> tuple[list, Any]:
    def specimen(one: Any) -> Any:
        if isinstance(one, Composites):
            return one.specimen(size)
        if isinstance(one, SymbolicTensor):
            shape = _sizes(TensorShape(one.shape), size)
            return Tensor(np.full(shape, b"", object) if one.is_string else np.zeros(shape, one.spec.dtype))
        return one

    with noting(False):
        found = function(*_mapped(specimen, args), **_mapped(specimen, kwargs))
    return _leaves(found), jax.tree.structure(found, is_leaf=lambda one: isinstance(one, _KINDS))


def taken_apart(value: Any) -> list:
    """The arrays of a tensor, sparse tensor or ragged tensor."""
    if isinstance(value, SparseTensor):
        return [value.indices.numpy(), value.values.numpy(), value.dense_shape.numpy()]
    if isinstance(value, RaggedTensor):
        return [_plain(value.flat_values), *[one.numpy() for one in value.nested_row_splits]]
    return [_plain(value)]


def _plain(value: Any) -> Any:
    if isinstance(value, Tensor) and value.dtype.name == "string":
        return np.asarray(value.numpy(), object)
    return unwrap(value)


def _described(one: Any, other: Any) -> tuple:
    """``(kind, shapes and types of its parts, shape, type)`` of a result, of two specimens of it."""
    shape = [a if a == b else None for a, b in zip(one.shape.as_list(), other.shape.as_list())]
    if isinstance(one, SparseTensor):
        return sparse_piece(shape, one.dtype)
    if isinstance(one, RaggedTensor):
        return ragged_piece(one.ragged_rank, list(one.flat_values.shape)[1:], one.dtype)
    return "dense", [(shape, one.dtype.name)], shape, one.dtype


def sparse_piece(shape: list, kind: Any) -> tuple:
    """The description of a sparse tensor."""
    parts = [((None, len(shape)), "int64"), ((None,), as_dtype(kind).name), ((len(shape),), "int64")]
    return "sparse", parts, shape, as_dtype(kind)


def ragged_piece(rank: int, inner: list, kind: Any) -> tuple:
    """The description of a ragged tensor."""
    parts = [((None, *inner), as_dtype(kind).name), *[((None,), "int64")] * rank]
    return "ragged", parts, None, as_dtype(kind)


def put_together(piece: tuple, tensors: Any) -> Any:
    """The result that a description describes, of symbolic tensors."""
    kind, parts, shape, dtype = piece
    own = [next(tensors) for _ in parts]
    for one, (_, name) in zip(own, parts):
        one.is_string = name == "string"
    if kind == "sparse":
        return GraphSparse(*own, shape, dtype)  # type: ignore[call-arg]
    return GraphRagged(own[0], own[1:], dtype) if kind == "ragged" else own[0]


def sparse_placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> GraphSparse:
    """A sparse tensor that a session is fed with.

    Args:
      dtype: of its elements.
      shape: sizes, None where unknown.
      name: of its parts: name/indices, name/values, name/shape.
    """
    known = TensorShape(shape)
    rank = known.rank
    prefix = name or "sparse"
    if rank is None:
        raise ValueError("tf.compat.v1.sparse_placeholder: kerax needs the number of axes: shape=[None, ...].")
    parts = [
        placeholder("int64", [None, rank], f"{prefix}/indices"),
        placeholder(dtype, [None], f"{prefix}/values"),
        placeholder("int64", [rank], f"{prefix}/shape"),
    ]
    return GraphSparse(*parts, known, dtype)  # type: ignore[call-arg]


def ragged_placeholder(dtype: Any, ragged_rank: int, value_shape: Any = None, name: str | None = None) -> Any:
    """A ragged tensor that a session is fed with.

    Args:
      dtype: of its elements.
      ragged_rank: number of ragged axes.
      value_shape: sizes of an innermost element.
      name: of its parts.
    """
    inner = [] if value_shape is None else TensorShape(value_shape).as_list()
    values = placeholder(dtype, [None, *inner], name)
    if ragged_rank == 0:
        return values
    return GraphRagged(values, [placeholder("int64", [None], name) for _ in range(ragged_rank)], dtype)


def parts_of_feeds(feed_dict: Any) -> dict:
    """What is fed, with sparse and ragged tensors in their parts."""
    found: dict[Any, Any] = {}
    for key, value in (feed_dict or {}).items():
        if isinstance(key, Composites):
            found.update(zip(key.parts, key.fed(value)))
        else:
            found[key] = value
    return found
