"""``timeseries_dataset_from_array``."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.data import Dataset
from kerax.data.convert import to_array
from kerax.data.functions import assert_cardinality

_SEEDS = 1_000_000
_SHUFFLED_BATCHES = 8  # the buffer of a shuffle holds as many batches
_UNBATCHED_BUFFER = 1024


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
) -> Dataset:
    """Makes a dataset of windows over a series.

    Args:
      data: the series, time first.
      targets: ``targets[i]`` goes with the window that starts at step ``i``; ``None`` for none.
      sequence_length: steps that a window holds.
      sequence_stride: steps between the starts of windows.
      sampling_rate: steps between the steps of a window.
      batch_size: windows in a batch; ``None`` for no batches.
      shuffle: whether the windows come in random order.
      seed: of the order.
      start_index: steps before it are not used.
      end_index: this step and those after it are not used.
      format: ``"tf"``.

    Returns:
      A ``kerax.data.Dataset`` of windows, shape (batch, sequence_length, ...), or of pairs (windows, targets). Windows
      are cut out of ``data`` when they are asked for.

    Raises:
      ValueError: for arguments that do not fit.

    Example:
      >>> import numpy as np, kerax
      >>> ds = kerax.utils.timeseries_dataset_from_array(np.arange(5), np.arange(5) * 2, sequence_length=3)
      >>> windows, targets = next(iter(ds))
      >>> windows.tolist(), targets.tolist()
      ([[0, 1, 2], [1, 2, 3], [2, 3, 4]], [0, 2, 4])
    """
    length = len(data)
    _check(length, sequence_length, sequence_stride, sampling_rate, start_index, end_index, format)
    start, end = start_index or 0, length if end_index is None else end_index
    series = to_array(data)[start:end]
    values = None if targets is None else to_array(targets)[start:end]
    count = end - start - (sequence_length - 1) * sampling_rate
    if targets is not None:
        count = min(count, len(targets))
    starts = np.arange(0, count, sequence_stride)
    steps = np.arange(0, sequence_length * sampling_rate, sampling_rate)

    def cut(positions: np.ndarray) -> Any:
        windows = series[positions[:, None] + steps]
        return windows if values is None else (windows, values[positions])

    if shuffle:
        seed = int(np.random.randint(_SEEDS)) if seed is None else seed
        np.random.RandomState(seed).shuffle(starts)
    dataset = Dataset.from_tensor_slices(starts)
    if shuffle:
        dataset = dataset.shuffle(_UNBATCHED_BUFFER if batch_size is None else batch_size * _SHUFFLED_BATCHES, seed)
    dataset = dataset.batch(_UNBATCHED_BUFFER if batch_size is None else batch_size).map(cut)
    return dataset.unbatch().apply(assert_cardinality(len(starts))) if batch_size is None else dataset


def _check(
    length: int, sequence_length: int, stride: int, rate: int, start: int | None, end: int | None, format: str
) -> None:
    if format != "tf":
        raise ValueError(
            f'`format` should be "tf": what is returned is a kerax.data.Dataset. Received: format={format}'
        )
    if start is not None and start < 0:
        raise ValueError(f"`start_index` must be 0 or greater. Received: start_index={start}")
    if start is not None and start >= length > 0:
        raise ValueError(
            f"`start_index` must be lower than the length of the data. Received: start_index={start}, for data of "
            f"length {length}"
        )
    if end is not None and end <= (start or 0):
        raise ValueError(
            f"`end_index` must be higher than `start_index` and 0. Received: start_index={start}, and end_index={end}"
        )
    if end is not None and end >= length:
        raise ValueError(
            f"`end_index` must be lower than the length of the data. Received: end_index={end}, for data of length "
            f"{length}"
        )
    for name, value in (("sequence_length", sequence_length), ("sampling_rate", rate), ("sequence_stride", stride)):
        if value <= 0:
            raise ValueError(f"`{name}` must be higher than 0. Received: {name}={value}")
    for name, value in (("sampling_rate", rate), ("sequence_stride", stride)):
        if value >= length:
            raise ValueError(
                f"`{name}` must be lower than the length of the data. Received: {name}={value}, for data of length "
                f"{length}"
            )
