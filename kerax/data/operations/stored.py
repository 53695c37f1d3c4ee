"""Elements in files: what save wrote, and the cache that fills a file during the first pass.

The files are TFRecord files; each record is a chunk of elements as `kerax.data.codec` writes it.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from typing import Any

from kerax.data.chunks import Chunk, pack, unpack
from kerax.data.codec import decode, encode
from kerax.data.cursor import Cursor
from kerax.data.node import Node
from kerax.data.records.writer import TFRecordWriter
from kerax.data.sources.files import BLOCK, Reader
from kerax.data.sources.record_reader import RecordReader
from kerax.data.sources.stream import DataLossError

_CHUNK = 256  # elements in one record, where they come that many at a time


class StoredReader(Reader):
    """Reads the chunks of one file."""

    def __init__(self, path: str, compression: str) -> None:
        self._records = RecordReader(path, compression, BLOCK)
        super().__init__(path, compression, BLOCK)
        self._number = 0

    def block_start(self) -> int:
        return self._number

    def restart(self, offset: int) -> None:
        self._records.restart(0)
        self._records.restore([0, 0, 0])
        self._number = 0
        while self._number < offset and self._records.read(1) is not None:
            self._number += 1

    def block(self) -> tuple[Chunk | None, Exception | None]:
        record = self._records.read(1)
        if record is None:
            return None, None
        self._number += 1
        try:
            return unpack(decode(record.elements()[0])), None
        except ValueError as error:
            return None, DataLossError(f"{self.path}: record {self._number - 1}: {error}")

    def close(self) -> None:
        super().close()
        self._records.close()


def write_chunk(writer: TFRecordWriter, chunk: Chunk) -> None:
    """Appends elements to a file."""
    writer.write(encode(pack(chunk)))


def write_all(node_cursor: Cursor, writer: TFRecordWriter) -> int:
    """Appends all elements of a cursor to a file; returns how many there were."""
    count = 0
    while (chunk := node_cursor.read(max(1, min(_CHUNK, node_cursor.ahead)))) is not None:
        write_chunk(writer, chunk)
        count += len(chunk)
    return count


@dataclass(frozen=True, eq=False)
class FileCache(Node):
    """The input, computed once and kept in a file for all later passes and programs."""

    input: Node
    path: str
    compression: str = ""
    name: str = "cache"

    @property
    def operation(self) -> str:
        return self.name

    @property
    def dataset_name(self) -> str:
        return f"{self.name.capitalize()}Dataset"

    def open(self) -> Cursor:
        return FileCacheCursor(self)


class FileCacheCursor(Cursor):
    """Reads the file if it is there; otherwise reads the input, and writes the file, which gets its name at the end."""

    def __init__(self, node: FileCache) -> None:
        super().__init__(node)
        self._reader: StoredReader | None = None
        self._input: Cursor | None = None
        self._start: Any = None
        self._writer: TFRecordWriter | None = None
        self._position, self._done = 0, False

    @functools.cached_property
    def _temporary(self) -> str:
        return f"{self.node.path}.{os.getpid()}.{id(self)}.tmp"

    def read(self, n: int) -> Chunk | None:
        if self._done:
            return None
        if self._reader is None and self._input is None:
            if os.path.exists(self.node.path):
                self._reader = StoredReader(self.node.path, self.node.compression)
            else:
                self._begin(None)
        chunk = self._reader.read(n) if self._reader is not None else self._input.read(n)  # type: ignore[union-attr]
        if chunk is None:
            self._finish()
            return None
        if self._writer is not None:
            write_chunk(self._writer, chunk)
        self._position += len(chunk)
        return chunk

    def _begin(self, start: Any) -> None:
        self._input = self.node.input.open()
        if start is not None:
            self._input.set_state(start)
        self._start = self._input.get_state()
        os.makedirs(os.path.dirname(self.node.path) or ".", exist_ok=True)
        self._writer = TFRecordWriter(self._temporary, self.node.compression)
        self._position = 0

    def _finish(self) -> None:
        self._done = True
        if self._writer is not None:
            self._writer.close()
            self._writer = None
            os.replace(self._temporary, self.node.path)

    def get_state(self) -> Any:
        # Counted in elements: another program may have written the file anew, in records of other lengths.
        reading = self._reader is not None
        return {"start": self._start, "reading": reading, "position": self._position, "done": self._done}

    def set_state(self, state: Any) -> None:
        self.close()
        self._reader = self._input = None
        self._position, self._done = state["position"], state["done"]
        if self._done:
            return
        if state["reading"]:
            self._reader, left = StoredReader(self.node.path, self.node.compression), self._position
            while left > 0 and (chunk := self._reader.read(left)) is not None:
                left -= len(chunk)
        elif state["start"] is not None:
            position = state["position"]
            self._begin(state["start"])
            while self._position < position and self.read(position - self._position) is not None:
                pass

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
            os.unlink(self._temporary)
        for part in (self._reader, self._input):
            if part is not None:
                part.close()

    def __del__(self) -> None:
        if getattr(self, "_writer", None) is not None:
            self.close()
