"""Logs: results that stay on the device until somebody looks at them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jax
import numpy as np


class LazyLogs(dict):
    """Logs of one batch. Reading any entry waits for the step and fetches them; not reading costs nothing.

    Args:
      results: name to array on the device.
      index: position in stacked results, or None.
      order: names in the order in which logs are shown.
    """

    def __init__(self, results: dict[str, Any], index: int | None, order: Iterable[str]):
        super().__init__()
        self._pending: tuple | None = (results, index, order)

    def _fetch(self) -> LazyLogs:
        if self._pending is not None:
            results, index, order = self._pending
            self._pending = None
            dict.update(self, ordered(to_numbers(results, index), order))
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


def to_numbers(results: dict[str, Any], index: int | None = None) -> dict[str, Any]:
    """Fetches results: scalars as Python floats, other arrays as NumPy arrays."""
    found = {}
    for name, value in jax.device_get(results).items():
        array = np.asarray(value if index is None else value[index])
        found[name] = float(array) if array.ndim == 0 else array
    return found


def ordered(logs: dict[str, Any], order: Iterable[str]) -> dict[str, Any]:
    """Logs with the names of ``order`` first, in that order."""
    first = {name: logs[name] for name in order if name in logs}
    return {**first, **{name: value for name, value in logs.items() if name not in first}}
