"""``tf.data.experimental``: names of kerax's, for scripts."""

from __future__ import annotations

import inspect
from typing import Any

import kerax.data.experimental as plain
from kerax.compat.tensorflow._dataset import _speaking, source, transformation
from kerax.compat.tensorflow._edges import entering

_SOURCES = ("make_csv_dataset", "make_batched_features_dataset", "Counter", "RandomDataset", "choose_from_datasets",
            "sample_from_datasets", "load", "from_list", "cardinality", "get_single_element", "at")  # fmt: skip


def names() -> dict[str, Any]:
    """The table of the module."""
    found: dict[str, Any] = {}
    for name in plain.__all__:
        value = getattr(plain, name)
        if name in ("CsvDataset", "SqlDataset"):
            found[name] = source(name)
        elif name in _SOURCES:
            found[name] = _speaking(value)
        elif inspect.isfunction(value) and name not in ("save", "get_structure", "get_next_as_optional"):
            found[name] = transformation(value)
        else:
            found[name] = entering(value) if inspect.isfunction(value) else value
    return found
