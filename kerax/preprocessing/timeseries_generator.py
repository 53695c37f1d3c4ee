"""TimeseriesGenerator: windows over a series, as batches by number."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from kerax.utils.py_dataset import PyDataset


class TimeseriesGenerator(PyDataset):
    """Batches of windows over a series, each with the target that follows it.

    New scripts use ``kerax.utils.timeseries_dataset_from_array``.

    Args:
      data: array or list, time first.
      targets: as long as ``data``; a window that ends before step t goes with ``targets[t]``.
      length: steps that a window spans.
      sampling_rate: every so many steps of a window are taken.
      stride: steps between windows.
      start_index: steps before it are not used.
      end_index: steps after it are not used; the last one by default.
      shuffle: whether windows are drawn at random.
      reverse: whether each window goes backwards in time.
      batch_size: windows per batch.
      **kwargs: of ``PyDataset``.

    Raises:
      ValueError: if data and targets differ in length, or there is no window.

    Example:
      >>> import kerax, numpy as np
      >>> series = np.arange(6)
      >>> batches = kerax.preprocessing.sequence.TimeseriesGenerator(series, series, length=3, batch_size=2)
      >>> batches[0]
      (array([[0, 1, 2],
             [1, 2, 3]]), array([3, 4]))
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise ValueError(
                f"TimeseriesGenerator: data and targets have to be of same length; data has {len(data)} steps, targets "
                f"{len(targets)}."
            )
        self.data, self.targets = data, targets
        self.length, self.sampling_rate, self.stride, self.batch_size = length, sampling_rate, stride, batch_size
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle, self.reverse = shuffle, reverse
        if self.start_index > self.end_index:
            raise ValueError(
                f"TimeseriesGenerator: start_index+length={self.start_index} > end_index={self.end_index} leaves no "
                "step to predict: use a shorter length, or more data."
            )

    def __len__(self) -> int:
        step = self.batch_size * self.stride
        return (self.end_index - self.start_index + step) // step

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            first = self.start_index + self.batch_size * self.stride * index
            last = min(first + self.batch_size * self.stride, self.end_index + 1)
            rows = np.arange(first, last, self.stride)
        windows = np.array([self.data[row - self.length : row : self.sampling_rate] for row in rows])
        targets = np.array([self.targets[row] for row in rows])
        return (windows[:, ::-1, ...] if self.reverse else windows), targets

    def get_config(self) -> dict[str, Any]:
        """Returns arguments and data; the data are JSON texts, as in tf.keras.

        Raises:
          TypeError: if the data cannot be written as JSON.
        """
        names = (
            "length", "sampling_rate", "stride", "start_index", "end_index", "shuffle", "reverse", "batch_size",
        )  # fmt: skip
        return {
            "data": _as_json(self.data, "data"),
            "targets": _as_json(self.targets, "targets"),
            **{name: getattr(self, name) for name in names},
        }

    def to_json(self, **kwargs: Any) -> str:
        """Returns the generator as JSON text; arguments go to ``json.dumps``."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def _as_json(values: Any, name: str) -> str:
    try:
        return json.dumps(values.tolist() if isinstance(values, np.ndarray) else values)
    except TypeError:
        raise TypeError(f"TimeseriesGenerator: {name} cannot be written as JSON: {type(values).__name__}.") from None
