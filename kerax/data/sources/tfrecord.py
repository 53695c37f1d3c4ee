"""TFRecord files as a dataset."""

from __future__ import annotations

import functools
from typing import Any

from kerax.data.dataset import Dataset
from kerax.data.sources.files import FileRecords, block_size_of, cycle_of, names_node
from kerax.data.sources.record_reader import RecordReader


class TFRecordDataset(Dataset):
    """The records of TFRecord files, as ``bytes``. Every checksum is checked.

    Args:
      filenames: one file name, a list of them, or a dataset of them.
      compression_type: ``"GZIP"``, ``"ZLIB"``, or ``None``.
      buffer_size: how many bytes are read at once.
      num_parallel_reads: from how many files records are taken in turn; one file after the other by default.
      name: a label, kept for compatibility.

    Raises:
      TypeError: if ``filenames`` holds something else than names.
      FileNotFoundError: while iterating, for a file that is not there.
      DataLossError: while iterating, at the first damaged record, after those before it; names file, record and byte.

    Example:
      >>> import os, tempfile, kerax
      >>> file = os.path.join(tempfile.mkdtemp(), "two.tfrecord")
      >>> with kerax.data.TFRecordWriter(file) as writer:
      ...     writer.write(b"first")
      ...     writer.write(b"second")
      >>> list(kerax.data.TFRecordDataset(file))
      [b'first', b'second']
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        names = names_node(filenames, "TFRecordDataset")
        size = block_size_of(buffer_size, "TFRecordDataset")
        reader = functools.partial(RecordReader, compression=compression_type or "", block_size=size)
        cycle = cycle_of(num_parallel_reads, names, "TFRecordDataset")
        super().__init__(FileRecords(names, "TFRecordDataset", reader, cycle))
