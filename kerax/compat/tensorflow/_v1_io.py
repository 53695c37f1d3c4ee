"""``tf.compat.v1.python_io`` and what is left of ``tf.compat.v1.io``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerax.data import TFRecordDataset


class TFRecordCompressionType:
    """How TFRecord files are compressed."""

    NONE, ZLIB, GZIP = 0, 1, 2


_NAMES = {None: "", 0: "", 1: "ZLIB", 2: "GZIP"}


def tf_record_iterator(path: Any, options: Any = None) -> Iterator[bytes]:
    """The records of a TFRecord file.

    Args:
      path: of the file.
      options: ``TFRecordOptions`` or a name: how it is compressed.

    Raises:
      DataLossError: if it is broken.
    """
    kind = getattr(options, "compression_type", options)
    name = _NAMES[kind] if kind in _NAMES else str(kind or "")
    for record in TFRecordDataset(str(path), name):
        yield bytes(record.item() if hasattr(record, "item") else record)
