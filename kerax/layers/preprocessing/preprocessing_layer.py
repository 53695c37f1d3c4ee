"""PreprocessingLayer: the base of layers that learn their state from data, by `adapt`, before training."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import jax
import numpy as np

from kerax.layers.layer import Layer
from kerax.state import Variable, structure_changed
from kerax.utils.progbar import shown_when_slow

_DEFAULT_BATCH = 128  # rows per batch where a data set of single elements has to be batched


class PreprocessingLayer(Layer):
    """A layer whose state comes from one pass over data instead of from gradients.

    A subclass writes ``update_state`` (take in one batch), ``finalize_state`` (turn what was taken in into what
    ``call`` uses) and ``reset_state`` (forget it); ``adapt`` runs them over any kind of data.

    Args:
      **kwargs: ``name``, ``dtype``... as for every layer.

    Example:
      >>> import kerax, numpy as np
      >>> class Largest(kerax.layers.PreprocessingLayer):
      ...     def reset_state(self):
      ...         self.largest = -np.inf
      ...     def update_state(self, data):
      ...         self.largest = max(self.largest, float(data.max()))
      ...     def call(self, inputs):
      ...         return inputs / self.largest
      >>> layer = Largest()
      >>> layer.adapt([[1.0, 4.0], [2.0, 0.0]])
      >>> layer(np.array([[2.0, 4.0]], "float32"))
      Array([[0.5, 1. ]], dtype=float32)
    """

    _least_rank = 1  # a data set whose elements have fewer axes holds single elements and is batched by `adapt`
    _adapted = False

    def _numbers(self, data: Any, dtype: Any) -> np.ndarray:
        """A batch given to ``adapt`` as numbers."""
        array = np.asarray(data)
        if array.dtype.kind in "USO":
            try:
                return array.astype(dtype)
            except (TypeError, ValueError):
                raise ValueError(
                    f"adapt() of layer {self.path!r} ({type(self).__name__}) takes numbers, it received {array.dtype} "
                    f"values such as {array.ravel()[0]!r}. Strings are looked up by StringLookup."
                ) from None
        return array.astype(dtype)

    @property
    def is_adapted(self) -> bool:
        """Whether ``adapt`` has run."""
        return self._adapted

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Forgets the state and computes it anew from data.

        Args:
          data: an array, a (nested) list of numbers or strings, a data frame, or batches: a ``kerax.data.Dataset``, a
            ``PyDataset``, any iterable of arrays. Of ``(x, y)`` batches only ``x`` is used.
          batch_size: rows per batch for arrays; by default an array is one batch.
          steps: how many batches to take; all by default. An endless data set needs it.

        Raises:
          ValueError: if the data holds nothing, or ``batch_size`` or ``steps`` is not positive.
          TypeError: for something that is no data.
        """
        for name, value in (("batch_size", batch_size), ("steps", steps)):
            if value is not None and (isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1):
                raise ValueError(f"adapt() of layer {self.path!r}: {name} is a positive integer, received {value!r}.")
        taken = islice(self._batches(data, batch_size), steps)
        batches = shown_when_slow(taken, steps, f"adapt() of layer {self.path}")
        first = next(batches, None)
        if first is None or np.size(first) == 0:
            raise ValueError(
                f"adapt() of layer {self.path!r} ({type(self).__name__}) received no data: the array, data set or "
                "iterable is empty."
            )
        if not self.built:
            self._build_for((first,), {})
        self.reset_state()
        self.update_state(first)
        for batch in batches:
            if np.size(batch):
                self.update_state(batch)
        self.finalize_state()
        self._adapted = True
        structure_changed()  # what was compiled with the old state is compiled again

    def update_state(self, data: Any) -> None:
        """Takes in one batch.

        Args:
          data: NumPy array, numbers or strings, whose first axis is the batch.
        """
        raise NotImplementedError(
            f"Layer class {type(self).__name__} has no update_state(): define update_state(self, data)."
        )

    def finalize_state(self) -> None:
        """Turns what was taken in into what ``call`` uses; nothing by default."""

    def reset_state(self) -> None:
        """Forgets what was taken in; nothing by default."""

    # ---- kinds of data ----------------------------------------------------------------------------------------------
    def _batches(self, data: Any, batch_size: int | None) -> Iterator[np.ndarray]:
        """The batches in any kind of data, as NumPy arrays."""
        if data is None or isinstance(data, (str, bytes, dict)):
            raise TypeError(
                f"adapt() of layer {self.path!r} takes an array, a list, a Dataset or an iterable of batches, received "
                f"{data if data is None else type(data).__name__}."
            )
        if hasattr(data, "element_spec"):
            yield from self._of_dataset(data, batch_size)
        elif _is_array(data) or (isinstance(data, (list, tuple)) and not _is_batches(data)):
            array = self._to_array(data)
            size = batch_size or max(len(array) if array.ndim else 1, 1)
            if array.ndim == 0:
                array = array[None]
            for start in range(0, max(len(array), 1), size):
                yield array[start : start + size]
        elif hasattr(data, "__getitem__") and hasattr(data, "__len__"):
            for index in range(len(data)):
                yield self._to_array(_inputs_of(data[index]))
        elif hasattr(data, "__iter__"):
            for batch in data:
                yield self._to_array(_inputs_of(batch))
        else:
            raise TypeError(
                f"adapt() of layer {self.path!r} takes an array, a list, a Dataset or an iterable of batches, received "
                f"{type(data).__name__}."
            )

    def _of_dataset(self, data: Any, batch_size: int | None) -> Iterator[np.ndarray]:
        spec = _inputs_of(data.element_spec)
        rank = len(spec.shape) if getattr(spec, "shape", None) is not None else None
        if rank is not None and rank < self._least_rank:
            data = data.batch(batch_size or _DEFAULT_BATCH)
        for batch in data:
            yield self._to_array(_inputs_of(batch))

    def _to_array(self, data: Any) -> np.ndarray:
        if isinstance(data, Variable):
            data = data.read()
        if hasattr(data, "to_numpy") and not isinstance(data, jax.Array):  # pandas
            data = data.to_numpy()
        try:
            return np.asarray(data)
        except ValueError:
            raise ValueError(
                f"adapt() of layer {self.path!r} was given lists of unequal length, which form no array: pad them to "
                "one length, or give them as batches."
            ) from None


def _inputs_of(element: Any) -> Any:
    """The inputs of an element that may be ``(x, y)`` or ``(x, y, weights)``."""
    if (
        isinstance(element, (tuple, list))
        and len(element)
        and (hasattr(element[0], "shape") or isinstance(element, tuple))
    ):
        return element[0]
    return element


def _is_array(data: Any) -> bool:
    return isinstance(data, (np.ndarray, jax.Array, Variable)) or (
        hasattr(data, "shape") and (hasattr(data, "__array__") or hasattr(data, "to_numpy"))
    )


def _is_batches(data: Any) -> bool:
    """Whether a list holds arrays, each a batch, or pairs of them, instead of numbers and strings."""
    if not data:
        return False
    first = data[0][0] if isinstance(data[0], tuple) and data[0] else data[0]  # (x, y)
    return hasattr(first, "shape") and len(first.shape) > 0
