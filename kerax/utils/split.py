"""split_dataset: one data set as two."""

from __future__ import annotations

import random
from typing import Any

import jax
import numpy as np


def split_dataset(
    dataset: Any,
    left_size: float | int | None = None,
    right_size: float | int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Any, Any]:
    """Splits data into two data sets, such as one to train on and one to test on.

    Args:
      dataset: a ``kerax.data.Dataset`` or another iterable, which is read into memory; or arrays of equal length, in a
        tuple, list or dict.
      left_size: share (float from 0 to 1) or number (int) of the samples of the left one; the rest by default.
      right_size: likewise of the right one.
      shuffle: whether the samples are shuffled before.
      seed: of the shuffling.
      preferred_backend: accepted for Keras's sake.

    Returns:
      ``(left, right)``, two ``kerax.data.Dataset``.

    Raises:
      ValueError: for sizes out of range, or data without samples.
      TypeError: for data or sizes of another kind.

    Example:
      >>> import numpy as np, kerax
      >>> left, right = kerax.utils.split_dataset(np.arange(10), left_size=0.8)
      >>> len(left), len(right)
      (8, 2)
    """
    from kerax.data import Dataset

    samples = _samples(dataset)
    if not samples:
        raise ValueError("split_dataset(): the data have no samples.")
    left, right = _sizes(left_size, right_size, len(samples))
    if shuffle:
        random.Random(random.randrange(2**32) if seed is None else seed).shuffle(samples)
    parts = samples[:left], samples[len(samples) - right :]
    return tuple(Dataset.from_tensor_slices(_stacked(part)) for part in parts)  # type: ignore[return-value]


def _samples(dataset: Any) -> list[Any]:
    from kerax.data import Dataset

    if isinstance(dataset, Dataset):
        return list(dataset)
    if isinstance(dataset, (np.ndarray, jax.Array)):
        return list(_narrowed(np.asarray(dataset)))
    if isinstance(dataset, (tuple, list, dict)):
        arrays = [np.asarray(leaf) for leaf in jax.tree.leaves(dataset)]
        whole = isinstance(dataset, (tuple, dict)) or all(hasattr(one, "shape") and np.ndim(one) for one in dataset)
        if whole:
            lengths = sorted({len(array) if array.ndim else -1 for array in arrays})
            if len(lengths) != 1 or lengths[0] < 0:
                raise ValueError(f"split_dataset(): the arrays must have equally many rows, received {lengths}.")
            structure = jax.tree.structure(dataset)
            return [jax.tree.unflatten(structure, [array[i] for array in arrays]) for i in range(lengths[0])]
        return list(dataset)
    if isinstance(dataset, (str, bytes)) or not hasattr(dataset, "__iter__"):
        raise TypeError(
            "split_dataset(): argument dataset must be a kerax.data.Dataset, arrays, or an iterable of samples, "
            f"received {type(dataset).__name__}."
        )
    items = list(dataset)
    if type(dataset).__module__.startswith("torch.") and hasattr(dataset, "batch_size") and dataset.batch_size:
        return [sample for batch in items for sample in _samples(tuple(batch) if isinstance(batch, list) else batch)]
    return items


def _narrowed(array: np.ndarray) -> np.ndarray:
    """Single whole numbers are Python's to Keras, which TensorFlow reads with 32 bits where they fit."""
    if array.ndim != 1 or array.dtype.kind not in "iu" or not len(array):
        return array
    limits = np.iinfo(np.int32)
    return array.astype(np.int32) if limits.min <= array.min() and array.max() <= limits.max else array


def _sizes(left: Any, right: Any, count: int) -> tuple[int, int]:
    if left is None and right is None:
        raise ValueError("split_dataset() needs left_size or right_size.")
    numbers: list[int | None] = []
    for name, size in (("left_size", left), ("right_size", right)):
        if size is None:
            numbers.append(None)
            continue
        if isinstance(size, bool) or not isinstance(size, (int, float, np.integer, np.floating)):
            raise TypeError(f"split_dataset(): argument {name} must be a number, received {size!r}.")
        share = isinstance(size, (float, np.floating))
        if not (0 < size < 1 if share else 0 < size < count):
            allowed = "between 0 and 1" if share else f"between 1 and {count - 1}, as there are {count} samples"
            raise ValueError(f"split_dataset(): argument {name}={size!r} must be {allowed}.")
        numbers.append(round(size * count) if share else int(size))
    first, second = numbers
    if isinstance(left, float) and isinstance(right, float) and left + right > 1:
        raise ValueError(f"split_dataset(): left_size + right_size = {left + right} is more than 1.")
    first = count - second if first is None else first  # type: ignore[operator]
    second = count - first if second is None else second
    if first + second > count:
        raise ValueError(f"split_dataset(): left_size + right_size = {first + second}, there are {count} samples.")
    if not first or not second:
        raise ValueError(f"split_dataset(): one part of the {count} samples would be empty: {first} and {second}.")
    return first, second


def _stacked(samples: list[Any]) -> Any:
    samples = [tuple(one) if isinstance(one, list) else one for one in samples]
    return jax.tree.map(lambda *parts: np.stack([np.asarray(part) for part in parts]), *samples)
