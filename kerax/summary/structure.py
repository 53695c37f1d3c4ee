"""Summaries about the run itself: the model's graph and the hyperparameters."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import numpy as np

from kerax.summary.event import BLOB_CLASS, TENSOR_CLASS, value
from kerax.summary.writer import record
from kerax.utils.protobuf import bytes_field, double_field, int_field

_SESSION_START_TAG = "_hparams_/session_start_info"
_HPARAMS_VERSION = 0
# HParamsPluginData and SessionStartInfo; google.protobuf.Value inside
_VERSION, _SESSION_START = 1, 3
_HPARAMS, _GROUP, _START_TIME = 1, 4, 5
_NUMBER, _STRING, _BOOL = 2, 3, 4


def keras_model(name: str, data: Any, step: Any = None) -> bool:
    """Writes the graph of a model, shown as its conceptual graph.

    Args:
      name: of the summary.
      data: a model that has a configuration.
      step: when; the default step without it.

    Returns:
      Whether there was a writer that took it; False too for a model without a configuration.

    Example:
      >>> import kerax
      >>> kerax.summary.keras_model("net", kerax.Sequential([kerax.layers.Dense(1)]), step=0)
      False
    """
    try:
        text = data.to_json()
    except (NotImplementedError, TypeError, ValueError):  # subclassed models have no configuration
        return False
    return record(lambda: value(name, [text.encode()], "graph_keras_model", BLOB_CLASS, b"1"), step)


def hparams(hparams: dict[str, Any], trial_id: str | None = None, start_time_secs: float | None = None) -> bool:
    """Writes the hyperparameters of a run, for TensorBoard's HPARAMS page.

    Args:
      hparams: names and values: numbers, bools or strings.
      trial_id: what identifies the run's group; made from the values without it.
      start_time_secs: when the run began, in seconds since 1970; now without it.

    Returns:
      Whether there was a writer that took it.

    Raises:
      TypeError: for a value of another type.

    Example:
      >>> import kerax
      >>> kerax.summary.hparams({"units": 32, "activation": "relu"})
      False
    """
    values = {getattr(name, "name", name): _plain(name, item) for name, item in hparams.items()}
    if trial_id is None:
        trial_id = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    info = b"".join(
        bytes_field(_HPARAMS, bytes_field(1, name) + bytes_field(2, _value(item)))
        for name, item in sorted(values.items())
    )
    info += bytes_field(_GROUP, trial_id)
    info += double_field(_START_TIME, time.time() if start_time_secs is None else start_time_secs)
    content = int_field(_VERSION, _HPARAMS_VERSION) + bytes_field(_SESSION_START, info)
    nothing = np.zeros(0, np.float32)
    return record(lambda: value(_SESSION_START_TAG, nothing, "hparams", TENSOR_CLASS, content), 0)


def _plain(name: Any, item: Any) -> bool | float | str:
    item = item.item() if isinstance(item, np.generic | np.ndarray) else item
    if isinstance(item, bool | str):
        return item
    if isinstance(item, int | float):
        return float(item)
    raise TypeError(f"Hyperparameter {name!r} is a number, a bool or a string, received {type(item).__name__}.")


def _value(item: bool | float | str) -> bytes:
    if isinstance(item, bool):
        return int_field(_BOOL, int(item))
    return bytes_field(_STRING, item) if isinstance(item, str) else double_field(_NUMBER, item)
