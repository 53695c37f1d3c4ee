"""A part of a file as a file of its own, read where it stands."""

from __future__ import annotations

import io
import os
from typing import Any


class FileWindow(io.RawIOBase):
    """Reads some bytes of a file as if they were the whole file.

    Args:
      path: the file.
      start: where the part begins.
      size: its bytes.

    Example:
      >>> import pathlib
      >>> from kerax.saving.file_window import FileWindow
      >>> _ = pathlib.Path("words.txt").write_bytes(b"one two three")
      >>> with FileWindow("words.txt", 4, 3) as window:
      ...     window.read()
      b'two'
    """

    def __init__(self, path: Any, start: int, size: int):
        self._file = open(path, "rb", buffering=0)
        self._start, self._size, self._place = start, size, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Goes to a place of the part."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Reads into a buffer, never past the end of the part."""
        view = memoryview(buffer).cast("B")[: max(0, self._size - self._place)]
        if not len(view):
            return 0
        self._file.seek(self._start + self._place)
        count = self._file.readinto(view) or 0
        self._place += count
        return count

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
        super().close()
