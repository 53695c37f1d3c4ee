"""Writing TFRecord files."""

from __future__ import annotations

import os
import struct
import zlib
from typing import Any

from kerax.errors import unknown_name
from kerax.utils.crc32c import masked_crc32c

_WINDOW = {"GZIP": 31, "ZLIB": 15}
_BUFFER = 1 << 18


class TFRecordOptions:
    """How a TFRecord file is compressed.

    Args:
      compression_type: ``"GZIP"``, ``"ZLIB"``, or ``None``.
      flush_mode: kept for compatibility, like those that follow but ``compression_level``.
      input_buffer_size: kept for compatibility.
      output_buffer_size: kept for compatibility.
      window_bits: kept for compatibility.
      compression_level: from 0 to 9; zlib's default without it.
      compression_method: kept for compatibility.
      mem_level: kept for compatibility.
      compression_strategy: kept for compatibility.

    Raises:
      ValueError: for an unknown compression or level.

    Example:
      >>> import kerax.data
      >>> kerax.data.TFRecordOptions("GZIP", compression_level=9).compression_type
      'GZIP'
    """

    def __init__(
        self,
        compression_type: str | None = None,
        flush_mode: Any = None,
        input_buffer_size: int | None = None,
        output_buffer_size: int | None = None,
        window_bits: int | None = None,
        compression_level: int | None = None,
        compression_method: int | None = None,
        mem_level: int | None = None,
        compression_strategy: int | None = None,
    ) -> None:
        if compression_type not in (None, "", *_WINDOW):
            raise unknown_name("compression_type", compression_type, _WINDOW)
        if compression_level is not None and not -1 <= compression_level <= 9:
            raise ValueError(f"TFRecordOptions(compression_level=...) is from 0 to 9, received {compression_level}.")
        self.compression_type, self.compression_level = compression_type or "", compression_level


class TFRecordWriter:
    """Writes records to a file.

    Args:
      path: the file; it is written anew.
      options: ``TFRecordOptions``, or the name of a compression.

    Example:
      >>> import os, tempfile, kerax
      >>> file = os.path.join(tempfile.mkdtemp(), "one.tfrecord.gz")
      >>> with kerax.data.TFRecordWriter(file, "GZIP") as writer:
      ...     writer.write(b"a record")
      >>> list(kerax.data.TFRecordDataset(file, "GZIP"))
      [b'a record']
    """

    def __init__(self, path: Any, options: TFRecordOptions | str | None = None) -> None:
        options = options if isinstance(options, TFRecordOptions) else TFRecordOptions(options)
        level = -1 if options.compression_level is None else options.compression_level
        window = _WINDOW.get(options.compression_type)
        self._deflate = zlib.compressobj(level, zlib.DEFLATED, window) if window else None
        self._file: Any = open(os.fsdecode(path), "wb", _BUFFER)

    def write(self, record: bytes) -> None:
        """Appends a record.

        Args:
          record: the bytes of the record.

        Raises:
          TypeError: for anything but bytes.
          ValueError: after ``close``.
        """
        if isinstance(record, str):
            record = record.encode()
        if not isinstance(record, (bytes, bytearray, memoryview)):
            hint = " Call SerializeToString() first." if hasattr(record, "SerializeToString") else ""
            raise TypeError(f"write(record=...) expects bytes, received {type(record).__name__}.{hint}")
        if self._file is None:
            raise ValueError("write() on a TFRecordWriter that is closed.")
        record = bytes(record)
        length = struct.pack("<Q", len(record))
        frame = b"".join(
            (length, struct.pack("<I", masked_crc32c(length)), record, struct.pack("<I", masked_crc32c(record)))
        )
        self._file.write(self._deflate.compress(frame) if self._deflate else frame)

    def flush(self) -> None:
        """Hands what was written to the operating system."""
        if self._deflate:
            self._file.write(self._deflate.flush(zlib.Z_SYNC_FLUSH))
        self._file.flush()

    def close(self) -> None:
        """Writes what is left and closes the file."""
        if self._file is not None:
            if self._deflate:
                self._file.write(self._deflate.flush())
            self._file.close()
            self._file = None

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()


class DatasetWriter:
    """Writes the records of a dataset to a file: ``tf.data.experimental.TFRecordWriter``.

    Args:
      filename: the file; ``write`` writes it anew.
      compression_type: ``"GZIP"``, ``"ZLIB"``, or ``None``.

    Example:
      >>> import os, tempfile, kerax
      >>> file = os.path.join(tempfile.mkdtemp(), "two.tfrecord")
      >>> records = kerax.data.Dataset.from_tensor_slices(["a", "b"])
      >>> kerax.data.experimental.TFRecordWriter(file).write(records)
      >>> list(kerax.data.TFRecordDataset(file))
      [b'a', b'b']
    """

    def __init__(self, filename: Any, compression_type: str | None = None) -> None:
        self._filename, self._options = filename, TFRecordOptions(compression_type)

    def write(self, dataset: Any) -> None:
        """Writes every element of a dataset as a record.

        Args:
          dataset: a Dataset of single texts.

        Raises:
          TypeError: for elements of another kind.
        """
        spec = getattr(dataset, "element_spec", None)
        if getattr(spec, "dtype", None) != "string" or spec.shape not in ((), None):  # type: ignore[union-attr]
            raise TypeError(f"write(dataset=...) expects a Dataset of single texts, received {spec or dataset!r}.")
        with TFRecordWriter(self._filename, self._options) as writer:
            for record in dataset:
                writer.write(record)
