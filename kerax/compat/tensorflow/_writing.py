"""``tf.io.TFRecordWriter``: kerax's, which takes tensors of bytes too."""

from __future__ import annotations

from typing import Any

import kerax.data as plain
from kerax.compat.tensorflow._tensor import Tensor


class TFRecordWriter(plain.TFRecordWriter):
    """Writes records to a file; see ``kerax.data.TFRecordWriter``."""

    def write(self, record: Any) -> None:
        """Writes one record."""
        super().write(record.numpy() if isinstance(record, Tensor) else record)
