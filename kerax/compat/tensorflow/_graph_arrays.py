"""``tf.TensorArray`` in graphs of TensorFlow 1: writes and reads that sessions do."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import unwrap
from kerax.compat.tensorflow._graph_flow import effect, spec_of
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tracing import TensorArray
from kerax.function.tensor_array import TensorArray as PlainTensorArray
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor, unknown_size


class Opening:
    """The place of an array in the body of a loop that is still empty: the first piece says its shape."""

    def __init__(self) -> None:
        self.place: Any = None


@jax.tree_util.register_pytree_node_class
class GraphTensorArray(TensorArray):
    """An array that a session writes piece by piece.

    Args:
      dtype: of the pieces.
      size: how many there are room for: a number, or a tensor of the graph.
      dynamic_size: whether writing beyond the end makes room.
      element_shape: of a piece; otherwise that of the first one written.
      clear_after_read, tensor_array_name, handle, flow, infer_shape, colocate_with_first_write_call, name: accepted as
        in TensorFlow.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> v1 = tf.compat.v1
      >>> with tf.Graph().as_default(), v1.Session() as session:
      ...     x = v1.placeholder(tf.float32, [])
      ...     session.run(tf.TensorArray(tf.float32, 2).write(0, x).write(1, x + 1).stack(), {x: 1.0})
      array([1., 2.], dtype=float32)
    """

    opening: Opening | None = None

    def _begin(self, dtype: Any, size: Any, dynamic_size: bool, element_shape: Any) -> None:
        self.dtype, self._kind = jnp.dtype(jax.dtypes.canonicalize_dtype(dtype.dtype)), dtype.name
        self.dynamic_size = dynamic_size
        self._size: Any = size if isinstance(size, SymbolicTensor) else int(tensor(0 if size is None else size).numpy())
        self.buffer: Any = None
        if element_shape is not None and None not in tuple(TensorShape(element_shape)):
            self.buffer = self.empty(tuple(TensorShape(element_shape)))

    def _length(self) -> Any:
        return self._size if isinstance(self._size, int) and not self.dynamic_size else unknown_size(0)

    def empty(self, shape: tuple) -> SymbolicTensor:
        """Room for pieces of a shape, zeros."""
        spec = jax.ShapeDtypeStruct((self._length(), *shape), self._plain_type())

        def run(evaluation: Any) -> Any:
            count = int(np.asarray(unwrap(evaluation.of(self._size))))
            sizes = [size if isinstance(size, int) else 0 for size in shape]  # pieces say what is not known
            return jnp.zeros((count, *sizes), spec.dtype)

        return effect(run, spec, "TensorArrayV3", [self._size], pure=isinstance(self._size, int), fresh=True)

    def _plain_type(self) -> Any:
        return self.__dict__["dtype"]

    def with_buffer(self, buffer: Any) -> GraphTensorArray:
        """The array whose pieces are in a tensor."""
        made = object.__new__(GraphTensorArray)
        made.__dict__.update(self.__dict__, opening=None)
        made.buffer = buffer
        return made

    def opened(self) -> GraphTensorArray:
        """The array as a body of a loop gets it before a piece was written."""
        made = self.with_buffer(None)
        made.opening = Opening()
        return made

    def tree_flatten(self) -> tuple[tuple, tuple]:
        """For JAX: the pieces are its only array."""
        size = self._size if isinstance(self._size, int) else None
        return (self.buffer,), (self._plain_type(), size, self.dynamic_size, self._kind)

    @classmethod
    def tree_unflatten(cls, static: tuple, children: tuple) -> Any:
        """For JAX."""
        made = object.__new__(cls)
        made.__dict__.update(dtype=static[0], _size=static[1] or 0, dynamic_size=static[2], _kind=static[3])
        (made.buffer,) = children
        return made

    def _room(self, shape: tuple) -> Any:
        """The pieces that there are, or room for ones of a shape."""
        if self.buffer is not None:
            return self.buffer
        if self.opening is None:
            return self.empty(shape)
        if self.opening.place is None:
            spec = jax.ShapeDtypeStruct((self._length(), *shape), self._plain_type())
            self.opening.place = SymbolicTensor(spec, name="TensorArray")
        return self.opening.place

    def _done(self, method: str, shape: tuple, arguments: list, result: Any) -> Any:
        """Notes down a call of a method of arrays."""
        buffer = self._room(shape)
        dynamic, kind = self.dynamic_size, self._plain_type()

        def run(evaluation: Any) -> Any:
            plain = PlainTensorArray(kind, 0, dynamic)
            pieces = jnp.asarray(unwrap(evaluation.of(buffer)))
            values = [_array(evaluation, one) for one in arguments]
            if not pieces.size and pieces.ndim > 1 and len(values) == 2:  # the shape of pieces is known only now
                pieces = jnp.zeros((pieces.shape[0], *np.shape(values[1])[method == "scatter" :]), kind)
            plain.buffer, plain._size = pieces, pieces.shape[0]
            found = getattr(plain, method)(*values)
            return found.buffer if isinstance(found, PlainTensorArray) else found

        pure = not dynamic and method != "scatter"
        return effect(run, result, f"TensorArray{method.title()}V3", [buffer, *arguments], pure=pure, fresh=True)

    def _pieces(self, method: str) -> tuple:
        if self.buffer is None and (self.opening is None or self.opening.place is None):
            raise ValueError(f"TensorArray.{method}(): nothing was written yet.")
        return self._room(()).spec.shape[1:]

    def write(self, index: Any, value: Any, name: str | None = None) -> Any:
        """The array with a piece written."""
        piece = value if isinstance(value, SymbolicTensor) else tensor(value, hint=as_dtype(self._kind))
        shape = tuple(spec_of(piece).shape)
        spec = jax.ShapeDtypeStruct((self._length(), *shape), self._plain_type())
        return self.with_buffer(self._done("write", shape, [index, piece], spec))

    def read(self, index: Any, name: str | None = None) -> Any:
        """The piece at an index."""
        shape = self._pieces("read")
        return self._done("read", shape, [index], jax.ShapeDtypeStruct(shape, self._plain_type()))

    def stack(self, name: str | None = None) -> Any:
        """All pieces as one tensor."""
        shape = self._pieces("stack")
        return self._done("stack", shape, [], self._room(shape).spec)

    def gather(self, indices: Any, name: str | None = None) -> Any:
        """The pieces at some indices."""
        shape = self._pieces("gather")
        spec = jax.ShapeDtypeStruct((spec_of(indices).shape[0], *shape), self._plain_type())
        return self._done("gather", shape, [indices], spec)

    def concat(self, name: str | None = None) -> Any:
        """All pieces joined along their first axis."""
        shape = self._pieces("concat")
        spec = jax.ShapeDtypeStruct((unknown_size(0), *shape[1:]), self._plain_type())
        return self._done("concat", shape, [], spec)

    def unstack(self, value: Any, name: str | None = None) -> Any:
        """An array of the rows of a tensor."""
        rows = value if isinstance(value, (SymbolicTensor, Variable)) else tensor(value)
        spec = jax.ShapeDtypeStruct(spec_of(rows).shape, self._plain_type())
        buffer = effect(
            lambda evaluation: jnp.asarray(_array(evaluation, rows), spec.dtype), spec, "TensorArrayScatterV3", [rows],
            pure=True, fresh=True,
        )  # fmt: skip
        return self.with_buffer(buffer)

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> Any:
        """The array with several pieces written."""
        shape = tuple(spec_of(value).shape[1:])
        spec = jax.ShapeDtypeStruct((self._length(), *shape), self._plain_type())
        return self.with_buffer(self._done("scatter", shape, [indices, value], spec))

    def size(self, name: str | None = None) -> Any:
        """How many pieces there are."""
        if self.buffer is None and (self.opening is None or self.opening.place is None):
            return tensor(self._size) if isinstance(self._size, int) else self._size
        spec = jax.ShapeDtypeStruct((), jnp.int32)
        buffer = self._room(())
        return effect(
            lambda evaluation: jnp.int32(unwrap(evaluation.of(buffer)).shape[0]), spec, "TensorArraySizeV3", [buffer],
            pure=True, fresh=True,
        )  # fmt: skip

    @property
    def flow(self) -> Any:
        """A tensor that stands for what was written before."""
        return tensor(0.0) if self.buffer is None else self.buffer

    @property
    def element_shape(self) -> Any:
        """The shape of a piece."""
        return TensorShape(None if self.buffer is None else self.buffer.shape[1:])

    def __repr__(self) -> str:
        return f"<TensorArray dtype={self._kind}, element_shape={self.element_shape}>"


def _array(evaluation: Any, one: Any) -> Any:
    found = unwrap(evaluation.of(one))
    return found.read() if isinstance(found, Variable) else found


def is_array(one: Any) -> bool:
    """Whether a value is an array that a session writes."""
    return isinstance(one, GraphTensorArray)
