"""EventWriter: the event file of a folder, which TensorBoard shows."""

from __future__ import annotations

import os
import time
import weakref
from typing import Any

import numpy as np

from kerax.summary.event import TENSOR_CLASS, event, simple_value, value
from kerax.summary.event_file import EventFile
from kerax.summary.kinds import histogram_buckets

_open: weakref.WeakValueDictionary[str, EventWriter] = weakref.WeakValueDictionary()


class EventWriter:
    """Writes numbers, histograms and texts into one event file of a folder, made with the first of them.

    Args:
      folder: where.

    Example:
      >>> import os, tempfile
      >>> from kerax.estimators.event_writer import EventWriter
      >>> folder = tempfile.mkdtemp()
      >>> writer = EventWriter.of(folder)
      >>> writer.scalar("loss", 0.5, 1)
      >>> writer.close(); len(os.listdir(folder))
      1
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._file: EventFile | None = None

    @staticmethod
    def of(folder: Any) -> EventWriter:
        """The writer of a folder, shared by those who ask while it is in use."""
        path = os.path.abspath(os.fspath(folder))
        writer = _open.get(path)
        if writer is None:
            writer = _open[path] = EventWriter(path)
        return writer

    def _write(self, summary: bytes, step: int) -> None:
        if self._file is None or self._file.closed:
            self._file = EventFile(self.folder)
        self._file.write(event(time.time(), int(step), summary=summary))

    def scalar(self, tag: str, number: Any, step: int) -> None:
        """Writes a number."""
        self._write(simple_value(tag, float(number)), step)

    def text(self, tag: str, text: str, step: int) -> None:
        """Writes a text."""
        self._write(value(tag, [text.encode()], "text", TENSOR_CLASS, shape=()), step)

    def summaries(self, found: list[tuple[Any, str, Any]], step: int) -> None:
        """Writes ``(kind, tag, numbers)`` triples as one event; a kind may be ``(tag, array) -> bytes``."""
        parts = []
        for kind, tag, numbers in found:
            array = np.asarray(numbers)
            if callable(kind):
                parts.append(kind(tag, array))
            elif kind == "histogram":
                buckets = histogram_buckets(array).astype(np.float32)
                parts.append(value(tag, buckets, "histograms", TENSOR_CLASS))
            else:
                parts.append(simple_value(tag, float(array.reshape(()))))
        if parts:
            self._write(b"".join(parts), step)

    def flush(self) -> None:
        """Hands what waits to the operating system."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Closes the file; the next summary makes another one."""
        if self._file is not None:
            self._file.close()
            self._file = None
