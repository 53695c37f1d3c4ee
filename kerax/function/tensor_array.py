"""TensorArray: an array that is written piece by piece, also in loops that run in the compiled program."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.jax_compat import is_tracer
from kerax.state.trace_failures import UnknownSizeError
from kerax.tape.values import unwrap


@jax.tree_util.register_pytree_node_class
class TensorArray:
    """Pieces of one shape, written by index; every write returns the array to go on with.

    Args:
      dtype: of the pieces.
      size: how many there are room for.
      dynamic_size: whether writing beyond the end makes room (outside of loops that run in the compiled program).
      clear_after_read: accepted as in TensorFlow.
      element_shape: shape of a piece; otherwise that of the first one written.
      name: accepted as in TensorFlow.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> pieces = kerax.TensorArray("float32", size=2)
      >>> for i in range(2):
      ...     pieces = pieces.write(i, jnp.ones(3) * i)
      >>> pieces.stack().tolist()
      [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    """

    def __init__(
        self,
        dtype: Any = "float32",
        size: int = 0,
        dynamic_size: bool = False,
        clear_after_read: Any = None,
        element_shape: Any = None,
        name: str | None = None,
    ):
        size = unwrap(size)
        if is_tracer(size):
            raise ValueError("TensorArray: size must be known while tracing, received a traced value.")
        self.dtype, self._size, self.dynamic_size = jnp.dtype(dtype), int(size), bool(dynamic_size)
        self.buffer: Any = None
        if element_shape is not None:
            self.buffer = jnp.zeros((self._size, *element_shape), self.dtype)

    # Pieces whose places are numbers are kept apart until somebody asks for the whole: each size of an array that grows
    # would be a program of its own. Arrays that came from one another share the list, each knows how much of it is its.
    _parts: list | None = None
    _count = 0

    @property
    def buffer(self) -> Any:
        """All pieces as one array, zeros for those that were not written; None before anything was."""
        if self._parts is None:
            return self._buffer
        pieces = self._parts[: self._count]
        if len(pieces) < self._size or any(piece is None for piece in pieces):
            like = next(piece for piece in pieces if piece is not None)
            empty = jnp.zeros(like.shape, like.dtype)
            pieces = [empty if piece is None else piece for piece in pieces] + [empty] * (self._size - len(pieces))
        return _joined(*pieces) if not any(map(is_tracer, pieces)) else jnp.stack(pieces)

    @buffer.setter
    def buffer(self, value: Any) -> None:
        self._buffer, self._parts = value, None

    def _made(self) -> TensorArray:
        """An empty object with the settings of this one."""
        made = object.__new__(TensorArray)
        made.dtype, made.dynamic_size, made._size = self.dtype, self.dynamic_size, self._size
        return made

    def _with(self, buffer: Any) -> TensorArray:
        made = self._made()
        made.buffer = buffer
        made._size = self._size if buffer is None else buffer.shape[0]
        return made

    def _with_piece(self, index: int, value: Any) -> TensorArray:
        pieces = self._parts if self._parts is not None else []
        if index < self._count or len(pieces) > self._count:  # another array has gone on with the list
            pieces = pieces[: self._count]
        pieces.extend([None] * (index + 1 - len(pieces)))
        pieces[index] = value
        made = self._made()
        made._buffer, made._parts, made._count = None, pieces, max(self._count, index + 1)
        made._size = max(self._size, index + 1)
        return made

    def tree_flatten(self) -> tuple[tuple, tuple]:
        """For JAX: the pieces are its only array."""
        return (self.buffer,), (self.dtype, self._size, self.dynamic_size)

    @classmethod
    def tree_unflatten(cls, static: tuple, children: tuple) -> TensorArray:
        """For JAX."""
        made = object.__new__(cls)
        made.dtype, made._size, made.dynamic_size = static
        (made.buffer,) = children
        return made

    def size(self) -> int:
        """How many pieces there is room for."""
        return self._size

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with a piece written.

        Raises:
          IndexError: beyond the end of an array without ``dynamic_size``.
          ValueError: for a piece of another shape.
        """
        index = unwrap(index)
        value = jnp.asarray(unwrap(value), self.dtype)
        shape = self._piece_shape()
        if shape is not None and value.shape != shape:
            raise ValueError(f"TensorArray.write(): pieces have shape {tuple(shape)}, received {tuple(value.shape)}.")
        if not is_tracer(index):
            index = int(index)
            if index < 0 or (index >= self._size and not self.dynamic_size):
                raise IndexError(f"TensorArray.write(): index {index} is outside of size {self._size}.")
            if self._buffer is None:
                return self._with_piece(index, value)
        buffer = self.buffer
        if buffer is None:
            buffer = jnp.zeros((self._size, *value.shape), self.dtype)
        if not is_tracer(index):
            if index >= buffer.shape[0]:
                room = jnp.zeros((index + 1 - buffer.shape[0], *value.shape), self.dtype)
                buffer = jnp.concatenate([buffer, room])
        elif buffer.shape[0] == 0:
            raise UnknownSizeError(
                "TensorArray.write(): in a loop that runs in the compiled program the size must be given beforehand: "
                "TensorArray(dtype, size=n)."
            )
        return self._with(buffer.at[index].set(value))

    def _piece_shape(self) -> tuple[int, ...] | None:
        """The shape of a piece, None before one was written."""
        if self._parts is not None:
            return next(piece for piece in self._parts[: self._count] if piece is not None).shape
        return None if self._buffer is None else self._buffer.shape[1:]

    def _filled(self, method: str) -> Any:
        buffer = self.buffer
        if buffer is None:
            raise ValueError(f"TensorArray.{method}(): nothing was written yet.")
        return buffer

    def read(self, index: Any, name: str | None = None) -> Any:
        """The piece at an index."""
        index = unwrap(index)
        if self._parts is not None and not is_tracer(index) and 0 <= int(index) < self._count:
            piece = self._parts[int(index)]
            if piece is not None:
                return piece
        return self._filled("read")[index]

    def stack(self, name: str | None = None) -> Any:
        """All pieces as one array, shape ``(size, ...)``."""
        return self._filled("stack")

    def gather(self, indices: Any, name: str | None = None) -> Any:
        """The pieces at some indices, stacked."""
        return self._filled("gather")[jnp.asarray(unwrap(indices))]

    def concat(self, name: str | None = None) -> Any:
        """All pieces joined along their first axis."""
        buffer = self._filled("concat")
        return buffer.reshape((-1, *buffer.shape[2:]))

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """An array of the rows of ``value``."""
        return self._with(jnp.asarray(unwrap(value), self.dtype))

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with several pieces written."""
        made = self
        for place, piece in zip(unwrap(indices), jnp.asarray(unwrap(value)), strict=True):
            made = made.write(place, piece)
        return made

    def identity(self) -> TensorArray:
        """The array itself."""
        return self

    def mark_used(self) -> None:
        """Accepted as in TensorFlow."""

    def close(self, name: str | None = None) -> None:
        """Accepted as in TensorFlow."""

    def __repr__(self) -> str:
        return f"<TensorArray dtype={self.dtype.name}, size={self._size}, element_shape={self._piece_shape()}>"


# One program for all pieces, there and back: taken apart, each place would be a program of its own.
_stack = jax.jit(lambda *pieces: jnp.stack(pieces))
_rows = jax.jit(lambda array: tuple(array[i] for i in range(array.shape[0])))


@jax.custom_vjp
def _joined(*pieces: Any) -> Any:
    return _stack(*pieces)


_joined.defvjp(lambda *pieces: (_stack(*pieces), None), lambda _, upstream: _rows(upstream))
