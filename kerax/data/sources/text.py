"""Lines of text files, and records of one fixed length."""

from __future__ import annotations

import functools
from typing import Any

from kerax.data.chunks import Chunk
from kerax.data.dataset import Dataset
from kerax.data.sources.files import FileRecords, Reader, block_size_of, column, compression_of, cycle_of, names_node
from kerax.data.sources.stream import DataLossError
from kerax.data.validate import integer, positive


class LineReader(Reader):
    """Cuts blocks at line ends."""

    def __init__(self, path: str, compression: str, block_size: int) -> None:
        super().__init__(path, compression, block_size)
        self._rest = b""

    def block_start(self) -> int:
        return self.stream.offset - len(self._rest)

    def restart(self, offset: int) -> None:
        super().restart(offset)
        self._rest = b""

    def block(self) -> tuple[Chunk | None, Exception | None]:
        parts = [self._rest]
        self._rest = b""
        failed = None
        while True:
            try:
                part = self.stream.read(self.block_size)
            except DataLossError as error:
                part, failed = b"", error
            parts.append(part)
            end = part.rfind(b"\n")
            if end >= 0:
                parts[-1], self._rest = part[:end], part[end + 1 :]
                break
            if not part:
                failed = failed or self.stream.check_end()
                break
        data = b"".join(parts)
        if end < 0 and not data:
            return None, failed
        # Every carriage return is dropped, as tf.data does, also inside a line.
        return column((data.replace(b"\r", b"") if b"\r" in data else data).split(b"\n")), failed


class FixedLengthReader(Reader):
    """Cuts blocks into records of one length, between a header and a footer."""

    def __init__(self, path: str, compression: str, block_size: int, record: int, header: int, footer: int) -> None:
        super().__init__(path, compression, block_size)
        self._record, self._header, self._footer = record, header, footer
        self._rest = b""
        if self.stream.size is not None and (self.stream.size - header - footer) % record:
            self._failed = self._uneven(self.stream.size)
        else:
            self.stream.seek(header)

    def _uneven(self, size: int) -> ValueError:
        body = size - self._header - self._footer
        return ValueError(
            f"{self.path} has {body} bytes between a header of {self._header} and a footer of {self._footer}, which is "
            f"not a multiple of the record length {self._record}."
        )

    def block_start(self) -> int:
        return self.stream.offset - len(self._rest)

    def restart(self, offset: int) -> None:
        super().restart(max(offset, self._header))
        self._rest = b""

    def block(self) -> tuple[Chunk | None, Exception | None]:
        record = self._record
        wanted = max(1, self.block_size // record) * record + self._footer
        data = self._rest + self.stream.read(max(1, wanted - len(self._rest)))
        count = max(0, len(data) - self._footer) // record
        self._rest = data[count * record :]
        if not count:
            uneven = len(data) != self._footer and (len(data) or self._footer)
            failed = self.stream.check_end() or (self._uneven(self.stream.offset) if uneven else None)
            return None, failed
        return column([data[at : at + record] for at in range(0, count * record, record)]), None


class TextLineDataset(Dataset):
    r"""The lines of text files, as ``bytes`` without their line ends.

    Args:
      filenames: one file name, a list of them, or a dataset of them.
      compression_type: ``"GZIP"``, ``"ZLIB"``, or ``None``.
      buffer_size: how many bytes are read at once.
      num_parallel_reads: from how many files lines are taken in turn; one file after the other by default.
      name: a label, kept for compatibility.

    Raises:
      TypeError: if ``filenames`` holds something else than names.
      FileNotFoundError: while iterating, for a file that is not there.

    Example:
      >>> import pathlib, tempfile, kerax
      >>> file = pathlib.Path(tempfile.mkdtemp(), "lines.txt")
      >>> _ = file.write_text("one\ntwo\n")
      >>> list(kerax.data.TextLineDataset(file))
      [b'one', b'two']
    """

    def __init__(
        self,
        filenames: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        names = names_node(filenames, "TextLineDataset")
        size = block_size_of(buffer_size, "TextLineDataset")
        reader = functools.partial(
            LineReader, compression=compression_of(compression_type, "TextLineDataset"), block_size=size
        )
        cycle = cycle_of(num_parallel_reads, names, "TextLineDataset")
        super().__init__(FileRecords(names, "TextLineDataset", reader, cycle))


class FixedLengthRecordDataset(Dataset):
    """Records of one length from binary files, as ``bytes``.

    Args:
      filenames: one file name, a list of them, or a dataset of them.
      record_bytes: the length of a record.
      header_bytes: bytes to leave out at the beginning of each file.
      footer_bytes: bytes to leave out at the end of each file.
      buffer_size: how many bytes are read at once.
      compression_type: ``"GZIP"``, ``"ZLIB"``, or ``None``.
      num_parallel_reads: from how many files records are taken in turn; one file after the other by default.
      name: a label, kept for compatibility.

    Raises:
      ValueError: if a length is negative; while iterating, if a file does not divide into records.

    Example:
      >>> import pathlib, tempfile, kerax
      >>> file = pathlib.Path(tempfile.mkdtemp(), "bytes.bin")
      >>> _ = file.write_bytes(b"HEADaabbcc")
      >>> list(kerax.data.FixedLengthRecordDataset(file, 2, header_bytes=4))
      [b'aa', b'bb', b'cc']
    """

    def __init__(
        self,
        filenames: Any,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        buffer_size: int | None = None,
        compression_type: str | None = None,
        num_parallel_reads: int | None = None,
        name: str | None = None,
    ) -> None:
        what = "FixedLengthRecordDataset"
        names = names_node(filenames, what)
        lengths = [
            integer(value or 0, key, what)
            for key, value in (("header_bytes", header_bytes), ("footer_bytes", footer_bytes))
        ]
        if min(lengths) < 0:
            raise ValueError(f"{what}(header_bytes=..., footer_bytes=...) must not be negative, received {lengths}.")
        reader = functools.partial(
            FixedLengthReader,
            compression=compression_of(compression_type, what),
            block_size=block_size_of(buffer_size, what),
            record=positive(record_bytes, "record_bytes", what),
            header=lengths[0],
            footer=lengths[1],
        )
        super().__init__(FileRecords(names, what, reader, cycle_of(num_parallel_reads, names, what)))
