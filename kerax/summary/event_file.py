"""EventFile: an event file of TensorBoard, written as events come.

The file is a TFRecord file. Events are handed to the operating system together, every few seconds or when many wait,
so that a training loop does not wait for the disk.
"""

from __future__ import annotations

import itertools
import os
import socket
import struct
import threading
import time
from typing import Any

from kerax.summary.event import FILE_VERSION, event
from kerax.utils.crc32c import masked_crc32c

_SECONDS = 120.0
_QUEUE = 10
_number = itertools.count()


class EventFile:
    """A new event file in a folder.

    Args:
      logdir: the folder; it is made if need be.
      max_queue: events that wait before they are written out.
      flush_seconds: how long they wait at most, seen when the next one comes.
      suffix: end of the file's name.

    Raises:
      OSError: naming the path, if the file cannot be made.

    Example:
      >>> import os, tempfile
      >>> from kerax.summary.event import event
      >>> from kerax.summary.event_file import EventFile
      >>> folder = tempfile.mkdtemp()
      >>> with EventFile(folder) as file:
      ...     file.write(event(1.0, step=1))
      >>> os.listdir(folder)[0].startswith("events.out.tfevents.")
      True
    """

    def __init__(self, logdir: Any, max_queue: int = _QUEUE, flush_seconds: float = _SECONDS, suffix: str = "") -> None:
        self.logdir = os.fspath(logdir)
        self.max_queue, self.flush_seconds = max_queue, flush_seconds
        os.makedirs(self.logdir, exist_ok=True)
        name = f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{os.getpid()}.{next(_number)}{suffix}"
        self.path = os.path.join(self.logdir, name)
        self._lock = threading.Lock()
        self._file: Any = open(self.path, "ab")
        self._waiting: list[bytes] = []
        self._flushed = time.monotonic()
        self.write(event(time.time(), version=FILE_VERSION))
        self.flush()

    def write(self, record: bytes) -> None:
        """Appends an encoded event.

        Raises:
          ValueError: after ``close``.
        """
        length = struct.pack("<Q", len(record))
        frame = b"".join(
            (length, struct.pack("<I", masked_crc32c(length)), record, struct.pack("<I", masked_crc32c(record)))
        )
        with self._lock:
            if self._file is None:
                raise ValueError(f"The event file {self.path} is closed; make a new writer.")
            self._waiting.append(frame)
            if len(self._waiting) >= self.max_queue or time.monotonic() - self._flushed >= self.flush_seconds:
                self._write_out()

    def flush(self) -> None:
        """Hands all events to the operating system."""
        with self._lock:
            if self._file is not None:
                self._write_out()

    def _write_out(self) -> None:
        self._file.write(b"".join(self._waiting))
        self._file.flush()
        self._waiting.clear()
        self._flushed = time.monotonic()

    def close(self) -> None:
        """Writes what waits and closes the file."""
        with self._lock:
            if self._file is not None:
                self._write_out()
                self._file.close()
                self._file = None

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self._file is None

    def __enter__(self) -> EventFile:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def __del__(self) -> None:
        if self.__dict__.get("_file") is not None:
            self.close()
