"""Changing some elements of a variable: its ``scatter_...`` methods."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import is_tracer


class Scatters:
    """What ``tf.Variable`` has for changing rows or single elements."""

    __slots__ = ()

    def scatter_update(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Replaces rows."""
        return scatter(self, _rows(sparse_delta), sparse_delta.values, "set")

    def scatter_add(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Adds to rows."""
        return scatter(self, _rows(sparse_delta), sparse_delta.values, "add")

    def scatter_sub(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Subtracts from rows."""
        return scatter(self, _rows(sparse_delta), sparse_delta.values, "subtract")

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Replaces elements at places."""
        return scatter(self, jnp.moveaxis(array(indices), -1, 0), updates, "set")

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Adds to elements at places."""
        return scatter(self, jnp.moveaxis(array(indices), -1, 0), updates, "add")

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Subtracts from elements at places."""
        return scatter(self, jnp.moveaxis(array(indices), -1, 0), updates, "subtract")

    def scatter_nd_max(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Takes the larger of old and new at places."""
        return scatter(self, jnp.moveaxis(array(indices), -1, 0), updates, "max")

    def scatter_nd_min(self, indices: Any, updates: Any, name: str | None = None) -> Any:
        """Takes the smaller of old and new at places."""
        return scatter(self, jnp.moveaxis(array(indices), -1, 0), updates, "min")

    def scatter_max(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Takes the larger of old and new in rows."""
        return scatter(self, _rows(sparse_delta), sparse_delta.values, "max")

    def scatter_min(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Takes the smaller of old and new in rows."""
        return scatter(self, _rows(sparse_delta), sparse_delta.values, "min")

    def scatter_mul(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Multiplies rows."""
        return scatter(self, _rows(sparse_delta), sparse_delta.values, "multiply")

    def scatter_div(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Divides rows."""
        return scatter(self, _rows(sparse_delta), sparse_delta.values, "divide")

    def batch_scatter_update(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Any:
        """Replaces rows of each batch."""
        places = np.asarray(array(sparse_delta.indices))
        batches = np.indices(places.shape)[:-1]
        return scatter(self, jnp.stack([*map(jnp.asarray, batches), jnp.asarray(places)]), sparse_delta.values, "set")


def tf_name(box: Any) -> str:
    """What TensorFlow calls a variable: its path and the number of its output."""
    path = box.path
    return path if ":" in path else f"{path}:0"


def _rows(sparse_delta: Any) -> Any:
    if not hasattr(sparse_delta, "indices"):
        raise TypeError(f"Argument `sparse_delta` must be a `tf.IndexedSlices`. Received arg: {sparse_delta!r}")
    return sparse_delta.indices


def scatter(box: Any, index: Any, updates: Any, how: str) -> Any:
    """Changes parts of a variable.

    Raises:
      InvalidArgumentError: for a place outside of it, where the numbers are known.
    """
    places = index._value if isinstance(index, Tensor) else index
    if not is_tracer(places) and np.size(places):
        axes = np.asarray(places) if np.ndim(places) > 1 else np.asarray(places)[None]
        for numbers, size in zip(axes, box._shape):
            if numbers.min() < 0 or numbers.max() >= size:
                raise errors.InvalidArgumentError(
                    None, None, f"indices {numbers.tolist()} are not in [0, {size}) of variable '{tf_name(box)}'"
                )
    place = index if isinstance(index, jax.Array) and index.ndim > 1 else array(index)
    key = tuple(place) if place.ndim > 1 else place
    value = tensor(updates, hint=as_dtype(box.read().dtype)).array
    box.assign(getattr(box.read().at[key], how)(value))
    return box
