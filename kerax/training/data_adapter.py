"""make_source: from the data arguments of fit, evaluate and predict to a source of batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from kerax.training.batches import IterableBatches, is_array_like
from kerax.training.data_structure import as_arrays, check_lengths, check_numbers, class_weights_to_sample_weights
from kerax.training.plan_source import plan_source
from kerax.training.sources import ArraySource, HostArraySource, StreamSource, fits_on_device
from kerax.training.staged_source import StagedSource

DEFAULT_BATCH_SIZE = 32


def make_source(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    batch_size: int | None = None,
    steps: int | None = None,
    shuffle: Any = False,
    class_weight: Any = None,
    seed: int = 0,
    where: str = "fit()",
    stage: Callable[[Any], Any] | None = None,
) -> ArraySource | StreamSource:
    """Returns the source for data as users pass it.

    Args:
      x: arrays in any structure, or something that yields batches.
      y: arrays, only beside arrays.
      sample_weight: arrays, only beside arrays.
      batch_size: rows per batch of arrays; 32 by default.
      steps: batches per epoch, None for all there are.
      shuffle: whether arrays, and the batches of a ``PyDataset``, are shuffled every epoch; ``"batch"`` shuffles whole
        batches of arrays.
      class_weight: class index to weight, or None.
      seed: of the shuffling.
      where: for messages.
      stage: the model's host pass over the inputs of every batch, None for a model without one.

    Raises:
      ValueError, TypeError: naming the argument, what was expected and what came.
    """
    if x is None:
        raise ValueError(f"{where} needs data: argument x is None.")
    if isinstance(x, (str, bytes)):
        raise TypeError(
            f"{where}: argument x must be arrays or something that yields batches, received the string {x!r}."
        )
    if is_array_like(x):
        return _array_source(x, y, sample_weight, batch_size, steps, shuffle, class_weight, seed, where, stage)
    if not hasattr(x, "__iter__") and not (hasattr(x, "__getitem__") and hasattr(x, "__len__")):
        hint = " Call it: x=make_batches()." if callable(x) else ""
        raise TypeError(
            f"{where}: argument x must be arrays (NumPy, JAX, pandas, lists or dicts of them), a kerax.data.Dataset, "
            "a generator or another "
            f"iterable of batches; received {type(x).__name__}.{hint}"
        )
    kind = type(x).__name__
    if y is not None or sample_weight is not None:
        name = "y" if y is not None else "sample_weight"
        raise ValueError(
            f"{where}: argument {name} must not be given when x is a {kind}: it yields (x, y) or (x, y, "
            "sample_weight) itself."
        )
    if batch_size is not None:
        raise ValueError(f"{where}: argument batch_size must not be given when x is a {kind}: it yields whole batches.")
    lowered = plan_source(x, steps) if class_weight is None and stage is None else None
    if lowered is not None:
        return lowered
    batches = IterableBatches(x, steps, class_weight, where, stage, seed if shuffle else None)
    return StreamSource(batches, batches.length())


def _array_source(
    x: Any,
    y: Any,
    sample_weight: Any,
    batch_size: Any,
    steps: Any,
    shuffle: Any,
    class_weight: Any,
    seed: int,
    where: str,
    stage: Callable[[Any], Any] | None,
) -> ArraySource | StreamSource:
    x, y, sample_weight = as_arrays(x, "x"), as_arrays(y, "y"), as_arrays(sample_weight, "sample_weight")
    check_numbers(x if stage is None else None, y, sample_weight, where)
    rows = check_lengths(x, y, sample_weight, where)
    if class_weight is not None:
        if y is None:
            raise ValueError(f"{where}: class_weight needs labels, but y is None.")
        sample_weight = class_weights_to_sample_weights(y, class_weight, sample_weight, where)
    if batch_size is None:
        batch_size = DEFAULT_BATCH_SIZE if steps is None else -(-rows // steps)
    arrays = (x, y, sample_weight)
    if stage is not None:
        return StagedSource(HostArraySource(arrays, rows, batch_size, shuffle, seed), stage, steps)
    kind = ArraySource if fits_on_device(arrays) else HostArraySource
    return kind(arrays, rows, batch_size, shuffle, seed)


def split_validation(arrays: tuple, validation_split: float, where: str = "fit()") -> tuple[tuple, tuple]:
    """Takes the last share of the rows for validation, as Keras does before any shuffling.

    Args:
      arrays: ``(x, y, sample_weight)``.
      validation_split: share of rows, strictly between 0 and 1.
      where: for messages.

    Returns:
      ``(train arrays, validation arrays)``.

    Raises:
      ValueError: for data that is no arrays, or so few rows that one part would be empty.
    """
    if not is_array_like(arrays[0]):
        raise ValueError(
            f"{where}: validation_split works only on arrays, and x is a {type(arrays[0]).__name__}: split the data "
            "and give validation_data."
        )
    arrays = tuple(as_arrays(part, name) for part, name in zip(arrays, ("x", "y", "sample_weight"), strict=True))
    rows = check_lengths(arrays[0], arrays[1], arrays[2], where)
    cut = int(rows * (1.0 - validation_split))
    if cut == 0 or cut == rows:
        raise ValueError(
            f"{where}: validation_split={validation_split} of {rows} samples leaves an empty training or validation "
            "set."
        )
    return jax.tree.map(lambda a: a[:cut], arrays), jax.tree.map(lambda a: a[cut:], arrays)
