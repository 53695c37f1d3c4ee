"""Readers of TensorFlow 1: records of the files whose names a queue gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow._edges import unwrap
from kerax.compat.tensorflow._graph import Deferred, Evaluation
from kerax.compat.tensorflow._graph_flow import effect
from kerax.compat.tensorflow._queue import QueueBase
from kerax.state.symbolic import symbolic_leaves, unknown_size

_AROUND_RECORDS = 16  # bytes of a TFRecord beside its contents: their length, and two check sums


class ReaderBase:
    """What all readers share; each says which records a file has."""

    def __init__(self) -> None:
        self._records: Iterator[tuple[bytes, bytes]] | None = None
        self._produced = self._files = 0

    supports_serialize = property(lambda self: False, doc="False.")
    reader_ref = property(lambda self: self, doc="Itself.")

    def _of(self, name: str) -> Iterator[tuple[bytes, bytes]]:
        raise NotImplementedError

    def _next(self, queue: Any) -> tuple[bytes, bytes]:
        while True:
            if self._records is None:
                queue._fill(1)
                name = QueueBase.dequeue(queue).numpy()
                self._records = self._of(name.decode() if isinstance(name, bytes) else str(name))
            found = next(self._records, None)
            if found is not None:
                self._produced += 1
                return found
            self._records, self._files = None, self._files + 1

    def _noted(self, run: Any, head: tuple) -> tuple:
        spec = jax.ShapeDtypeStruct(head, np.dtype("int32"))
        made = effect(run, [spec, spec], type(self).__name__)
        for one in symbolic_leaves(made):
            one.is_string = True
        return tuple(made)

    def read(self, queue: Any, name: str | None = None) -> tuple:
        """The key and the content of the next record.

        Args:
          queue: of names of files.
          name: accepted as in TensorFlow.
        """
        return self._noted(lambda evaluation: [np.array(one, object) for one in self._next(queue)], ())

    def read_up_to(self, queue: Any, num_records: Any, name: str | None = None) -> tuple:
        """The keys and contents of the next records of a file."""

        def run(evaluation: Evaluation) -> list:
            wanted = int(np.asarray(unwrap(evaluation.of(num_records))))
            found = [self._next(queue)]
            while len(found) < wanted and self._records is not None:
                one = next(self._records, None)
                if one is None:
                    self._records, self._files = None, self._files + 1
                    break
                self._produced += 1
                found.append(one)
            return [np.array(column, object) for column in zip(*found)]

        return self._noted(run, (unknown_size(0),))

    def _number(self, name: str) -> Any:
        return effect(
            lambda evaluation: np.int32(getattr(self, name)), jax.ShapeDtypeStruct((), np.dtype("int32")), name
        )

    def num_records_produced(self, name: str | None = None) -> Any:
        """How many records were read."""
        return self._number("_produced")

    def num_work_units_completed(self, name: str | None = None) -> Any:
        """How many files were read to their end."""
        return self._number("_files")

    def reset(self, name: str | None = None) -> Deferred:
        """Begins anew."""

        def run(evaluation: Evaluation) -> None:
            self._records, self._produced, self._files = None, 0, 0

        return Deferred(run, "reset")


class TextLineReader(ReaderBase):
    """The lines of files.

    Args:
      skip_header_lines: at the beginning of each file.
      name: accepted as in TensorFlow.
    """

    def __init__(self, skip_header_lines: int | None = None, name: str | None = None):
        super().__init__()
        self._skipped = skip_header_lines or 0

    def _of(self, name: str) -> Iterator[tuple[bytes, bytes]]:
        with open(name, "rb") as file:
            for number, line in enumerate(file):
                if number >= self._skipped:
                    yield f"{name}:{number + 1}".encode(), line.rstrip(b"\n").rstrip(b"\r")


class WholeFileReader(ReaderBase):
    """Files as they are.

    Args:
      name: accepted as in TensorFlow.
    """

    def __init__(self, name: str | None = None):
        super().__init__()

    def _of(self, name: str) -> Iterator[tuple[bytes, bytes]]:
        with open(name, "rb") as file:
            yield name.encode(), file.read()


class IdentityReader(ReaderBase):
    """The names themselves, as keys and contents.

    Args:
      name: accepted as in TensorFlow.
    """

    def __init__(self, name: str | None = None):
        super().__init__()

    def _of(self, name: str) -> Iterator[tuple[bytes, bytes]]:
        yield name.encode(), name.encode()


class TFRecordReader(ReaderBase):
    """The records of TFRecord files.

    Args:
      name: accepted as in TensorFlow.
      options: ``TFRecordOptions``: how they are compressed.
    """

    def __init__(self, name: str | None = None, options: Any = None):
        super().__init__()
        self._options = options

    def _of(self, name: str) -> Iterator[tuple[bytes, bytes]]:
        from kerax.compat.tensorflow._v1_io import tf_record_iterator

        place = 0  # in the file, where it is not compressed
        for record in tf_record_iterator(name, self._options):
            yield f"{name}:{place}".encode(), record
            place += len(record) + _AROUND_RECORDS


class FixedLengthRecordReader(ReaderBase):
    """Records of one size.

    Args:
      record_bytes: their size.
      header_bytes, footer_bytes: what is skipped at the beginning and the end of each file.
      hop_bytes: from the beginning of a record to that of the next; the size by default.
      name: accepted as in TensorFlow.
      encoding: "", "ZLIB" or "GZIP".
    """

    def __init__(
        self,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        hop_bytes: int | None = None,
        name: str | None = None,
        encoding: str | None = None,
    ):
        super().__init__()
        self._size, self._head, self._foot = record_bytes, header_bytes or 0, footer_bytes or 0
        self._hop, self._encoding = hop_bytes or record_bytes, encoding or ""

    def _of(self, name: str) -> Iterator[tuple[bytes, bytes]]:
        import zlib

        with open(name, "rb") as file:
            content = file.read()
        if self._encoding:
            content = zlib.decompress(content, 47)  # zlib's or gzip's header, as it comes
        end = len(content) - self._foot
        for number, start in enumerate(range(self._head, end - self._size + 1, self._hop)):
            yield f"{name}:{number}".encode(), content[start : start + self._size]
