"""TextOf: text in predictions, which a compiled program can only number."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np


@jax.tree_util.register_pytree_node_class
class TextOf:
    """Numbers that stand for texts until they are on the host.

    Args:
      numbers: array of integers.
      texts: tuple of bytes.

    Example:
      >>> import numpy as np
      >>> from kerax.estimators.text_of import TextOf
      >>> TextOf(np.array([1, 0]), (b"no", b"yes")).on_host().tolist()
      [b'yes', b'no']
    """

    def __init__(self, numbers: Any, texts: tuple[bytes, ...]) -> None:
        self.numbers, self.texts = numbers, texts

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the array."""
        return tuple(self.numbers.shape)

    dtype = np.dtype(object)

    def on_host(self) -> np.ndarray:
        """The texts, an object array of bytes."""
        return np.array(self.texts, object)[np.asarray(self.numbers)]

    def tree_flatten(self) -> tuple[tuple, tuple]:
        """For JAX."""
        return (self.numbers,), self.texts

    @classmethod
    def tree_unflatten(cls, texts: tuple, numbers: tuple) -> TextOf:
        """For JAX."""
        return cls(numbers[0], texts)


@jax.tree_util.register_pytree_node_class
class LongIds:
    """Whole numbers that are int64 on the host, as TensorFlow has them; the device counts in int32.

    Args:
      numbers: array of integers.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.estimators.text_of import LongIds, to_host
      >>> to_host(LongIds(jnp.array([3]))).dtype
      dtype('int64')
    """

    def __init__(self, numbers: Any) -> None:
        self.numbers = numbers

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the array."""
        return tuple(self.numbers.shape)

    @property
    def dtype(self) -> Any:
        """Dtype on the device."""
        return self.numbers.dtype

    def __jax_array__(self) -> Any:
        return self.numbers

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.numbers, dtype or np.int64)

    def on_host(self) -> np.ndarray:
        """The numbers on the host."""
        return np.asarray(self.numbers).astype(np.int64)

    def tree_flatten(self) -> tuple[tuple, None]:
        """For JAX."""
        return (self.numbers,), None

    @classmethod
    def tree_unflatten(cls, _: None, numbers: tuple) -> LongIds:
        """For JAX."""
        return cls(numbers[0])


def to_host(tree: Any) -> Any:
    """NumPy arrays in place of device arrays, texts and long numbers in place of `TextOf` and `LongIds`.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.estimators.text_of import to_host
      >>> to_host({"a": jnp.ones(1)})
      {'a': array([1.], dtype=float32)}
    """
    is_text = lambda leaf: isinstance(leaf, (TextOf, LongIds))  # noqa: E731
    return jax.tree.map(lambda leaf: leaf.on_host() if is_text(leaf) else np.asarray(leaf), tree, is_leaf=is_text)
