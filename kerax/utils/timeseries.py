"""timeseries_dataset_from_array: windows over a series, as batches."""

from __future__ import annotations

from typing import Any

import numpy as np

_BUFFER_IN_BATCHES, _BUFFER = 8, 1024  # of the shuffling, as Keras has them


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Any:
    """Makes a data set of windows over a series.

    Args:
      data: the series, axis 0 is time.
      targets: ``targets[i]`` belongs to the window that begins at ``i``; None for windows alone.
      sequence_length: entries in a window.
      sequence_stride: distance between the beginnings of two windows.
      sampling_rate: distance between two entries of a window.
      batch_size: windows in a batch; None for no batches.
      shuffle: whether the windows come in random order.
      seed: of the order.
      start_index: entries before this one are not used.
      end_index: entries from this one on are not used.
      format: accepted for Keras's sake: ``"tf"`` or ``"grain"``, always a ``kerax.data.Dataset``.

    Returns:
      A ``kerax.data.Dataset`` of windows, or of pairs of windows and targets. Windows are cut out when they are
        asked for.

    Raises:
      ValueError: for numbers out of range.

    Example:
      >>> import numpy as np, kerax
      >>> data = np.arange(6)
      >>> x, y = next(iter(kerax.utils.timeseries_dataset_from_array(data, data[3:], sequence_length=3)))
      >>> x.tolist(), y.tolist()
      ([[0, 1, 2], [1, 2, 3], [2, 3, 4]], [3, 4, 5])
    """
    from kerax.data import Dataset

    data = np.asarray(data)
    _check(len(data), sequence_length, sequence_stride, sampling_rate, start_index, end_index, format)
    start, end = start_index or 0, end_index or len(data)
    count = end - start - (sequence_length - 1) * sampling_rate
    series, wanted = data[start:end], None
    if targets is not None:
        targets = np.asarray(targets)
        count, wanted = min(count, len(targets)), targets[start:end]
    begins = np.arange(0, max(count, 0), sequence_stride)
    if wanted is not None:
        begins = begins[begins < len(wanted)]
    if shuffle:
        seed = int(np.random.randint(1_000_000)) if seed is None else seed
        np.random.RandomState(seed).shuffle(begins)
    steps = np.arange(sequence_length) * sampling_rate

    def windows(places: Any) -> Any:
        places = np.asarray(places)
        found = series[places[..., None] + steps]
        return found if wanted is None else (found, wanted[places])

    dataset = Dataset.from_tensor_slices(begins)
    if shuffle:
        dataset = dataset.shuffle(_BUFFER if batch_size is None else batch_size * _BUFFER_IN_BATCHES, seed=seed)
    if batch_size is not None:
        dataset = dataset.batch(batch_size)  # numbers are batched, and whole batches are cut out at once
    return dataset.map(windows).prefetch(2)


def _check(length: int, size: int, stride: int, rate: int, start: int | None, end: int | None, format: str) -> None:
    where = "timeseries_dataset_from_array()"
    if start and not 0 <= start < length:
        raise ValueError(
            f"{where}: start_index={start} must lie between 0 and {length - 1}; the data have {length} rows."
        )
    if end and not 0 < end < length:
        raise ValueError(f"{where}: end_index={end} must lie between 1 and {length - 1}; the data have {length} rows.")
    if start and end and end <= start:
        raise ValueError(f"{where}: end_index={end} must be higher than start_index={start}.")
    if size < 1:
        raise ValueError(f"{where}: sequence_length={size} must be at least 1.")
    for name, value in (("sampling_rate", rate), ("sequence_stride", stride)):
        if not 0 < value < length:
            raise ValueError(
                f"{where}: {name}={value} must lie between 1 and {length - 1}; the data have {length} rows."
            )
    if format not in ("tf", "grain"):
        raise ValueError(f"{where}: format must be 'tf' or 'grain', received {format!r}.")
