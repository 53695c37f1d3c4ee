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

    def _with(self, buffer: Any) -> TensorArray:
        made = object.__new__(TensorArray)
        made.dtype, made.dynamic_size, made.buffer = self.dtype, self.dynamic_size, buffer
        made._size = self._size if buffer is None else buffer.shape[0]
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
        buffer = self.buffer
        if buffer is None:
            buffer = jnp.zeros((self._size, *value.shape), self.dtype)
        if value.shape != buffer.shape[1:]:
            raise ValueError(
                f"TensorArray.write(): pieces have shape {tuple(buffer.shape[1:])}, received {tuple(value.shape)}."
            )
        if not is_tracer(index):
            index = int(index)
            if index >= buffer.shape[0] or index < 0:
                if not self.dynamic_size or index < 0:
                    raise IndexError(f"TensorArray.write(): index {index} is outside of size {buffer.shape[0]}.")
                room = jnp.zeros((index + 1 - buffer.shape[0], *value.shape), self.dtype)
                buffer = jnp.concatenate([buffer, room])
        elif buffer.shape[0] == 0:
            raise UnknownSizeError(
                "TensorArray.write(): in a loop that runs in the compiled program the size must be given beforehand: "
                "TensorArray(dtype, size=n)."
            )
        return self._with(buffer.at[index].set(value))

    def _filled(self, method: str) -> Any:
        if self.buffer is None:
            raise ValueError(f"TensorArray.{method}(): nothing was written yet.")
        return self.buffer

    def read(self, index: Any, name: str | None = None) -> Any:
        """The piece at an index."""
        return self._filled("read")[unwrap(index)]

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
        shape = None if self.buffer is None else tuple(self.buffer.shape[1:])
        return f"<TensorArray dtype={self.dtype.name}, size={self._size}, element_shape={shape}>"
