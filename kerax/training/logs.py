"""Logs: results that stay on the device until somebody looks at them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jax
import numpy as np


class StepResults:
    """The results of one program call, fetched from the device once, whoever asks and how often.

    Args:
      arrays: name to array on the device.
      stacked: whether the first axis of every array counts the steps of the call.
    """

    __slots__ = ("_fetched", "arrays", "stacked")

    def __init__(self, arrays: dict[str, Any], stacked: bool = False):
        self.arrays, self.stacked = arrays, stacked
        self._fetched: dict[str, np.ndarray] | None = None

    def ready(self) -> bool:
        """Whether the call has finished, so that reading its results waits for nothing."""
        return self._fetched is not None or all(
            array.is_ready() for array in jax.tree.leaves(self.arrays) if isinstance(array, jax.Array)
        )

    def numbers(self, index: int) -> dict[str, Any]:
        """The results of one step: scalars as Python floats, other arrays as NumPy arrays. Waits for the call."""
        if self._fetched is None:
            self._fetched = jax.device_get(self.arrays)
        return as_numbers(self._fetched, index if self.stacked else None)


class LazyLogs(dict):
    """Logs of one batch. Reading any entry waits for the step and fetches them; not reading costs nothing.

    Args:
      results: what the program call returned.
      index: position of the batch within the call.
      order: names in the order in which logs are shown.
    """

    def __init__(self, results: StepResults, index: int, order: Iterable[str]):
        super().__init__()
        self._pending: tuple | None = (results, index, order)

    def ready(self) -> bool:
        """Whether reading them waits for nothing."""
        return self._pending is None or self._pending[0].ready()

    def _fetch(self) -> LazyLogs:
        if self._pending is not None:
            results, index, order = self._pending
            self._pending = None
            dict.update(self, ordered(results.numbers(index), order))
        return self

    def __getitem__(self, key: str) -> Any:
        return dict.__getitem__(self._fetch(), key)

    def __contains__(self, key: object) -> bool:
        return dict.__contains__(self._fetch(), key)

    def __iter__(self):
        return dict.__iter__(self._fetch())

    def __len__(self) -> int:
        return dict.__len__(self._fetch())

    def __repr__(self) -> str:
        return dict.__repr__(self._fetch())

    def __eq__(self, other: object) -> bool:
        return dict.__eq__(self._fetch(), other)

    __hash__ = None  # type: ignore[assignment]

    def __setitem__(self, key: str, value: Any) -> None:
        dict.__setitem__(self._fetch(), key, value)

    def get(self, key: str, default: Any = None) -> Any:
        """The entry, or a default."""
        return dict.get(self._fetch(), key, default)

    def keys(self) -> Any:
        """Names."""
        return dict.keys(self._fetch())

    def values(self) -> Any:
        """Values."""
        return dict.values(self._fetch())

    def items(self) -> Any:
        """Names and values."""
        return dict.items(self._fetch())

    def copy(self) -> dict:
        """A plain dict."""
        return dict(self.items())

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Adds entries."""
        dict.update(self._fetch(), *args, **kwargs)


def to_numbers(results: dict[str, Any]) -> dict[str, Any]:
    """Fetches results: scalars as Python floats, other arrays as NumPy arrays."""
    return as_numbers(jax.device_get(results))


def as_numbers(fetched: dict[str, Any], index: int | None = None) -> dict[str, Any]:
    """Host arrays, or their entries at ``index``, with scalars as Python floats."""
    found = {}
    for name, value in fetched.items():
        array = np.asarray(value if index is None else value[index])
        found[name] = float(array) if array.ndim == 0 else array
    return found


def ordered(logs: dict[str, Any], order: Iterable[str]) -> dict[str, Any]:
    """Logs with the names of ``order`` first, in that order."""
    first = {name: logs[name] for name in order if name in logs}
    return {**first, **{name: value for name, value in logs.items() if name not in first}}
