"""Bytes of a file, compressed or not, from any position on."""

from __future__ import annotations

import os
import zlib
from typing import Any

_COMPRESSED_READ = 1 << 16
_SKIP = 1 << 20
_WINDOW = {"GZIP": 31, "ZLIB": 15}  # zlib's wbits: the largest window, 16 more for a gzip header


class DataLossError(ValueError):
    """A file holds something else than what was written: it is truncated or damaged."""


class ByteStream:
    """Reads a file from front to back.

    Args:
      path: the file.
      compression: ``"GZIP"``, ``"ZLIB"``, or anything else for none.

    Raises:
      FileNotFoundError: naming the file.
      DataLossError: while reading, if the compressed bytes are damaged.
    """

    def __init__(self, path: str, compression: str = "") -> None:
        self.path, self.offset = path, 0  # the offset counts decompressed bytes
        self.truncated = False  # whether the compressed stream ended too early: to be asked at the end
        try:
            self._file = open(path, "rb", buffering=0)
        except FileNotFoundError:
            raise FileNotFoundError(f"{path}: there is no such file.") from None
        self._window = _WINDOW.get(compression or "")
        self.size = None if self._window else os.fstat(self._file.fileno()).st_size
        self._start()

    def _start(self) -> None:
        self._file.seek(0)
        self._inflate: Any = zlib.decompressobj(self._window) if self._window else None
        self._started, self._ready, self.offset = False, b"", 0
        self._failed: DataLossError | None = None

    def read(self, count: int) -> bytes:
        """Returns the next ``count`` bytes, fewer only at the end of the file."""
        if not self._window:
            data = self._file.read(count)
            while 0 < len(data) < count and (more := self._file.read(count - len(data))):
                data += more
        else:
            parts, have = [self._ready], len(self._ready)
            try:
                while have < count and self._failed is None and (part := self._inflated()):
                    parts.append(part)
                    have += len(part)
            except DataLossError as error:
                self._failed = error
            if not have and self._failed is not None:  # what came before the damage is delivered first
                raise self._failed
            joined = b"".join(parts)
            data, self._ready = joined[:count], joined[count:]
        self.offset += len(data)
        return data

    def _inflated(self) -> bytes:
        """Some more decompressed bytes, none at the end."""
        while self._inflate is not None:
            raw = self._inflate.unconsumed_tail or self._file.read(_COMPRESSED_READ)
            try:
                out = self._inflate.decompress(raw, _SKIP) if raw else b""
            except zlib.error as error:
                raise DataLossError(
                    f"{self.path}: the compressed stream is damaged after {self.offset} decompressed bytes ({error})."
                ) from None
            self._started = self._started or bool(raw)
            if self._inflate.eof:
                # gzip files may hold several members one after the other; a zlib stream ends the file.
                rest = self._inflate.unused_data or self._file.read(_COMPRESSED_READ)
                self._inflate = zlib.decompressobj(self._window) if rest and self._window == _WINDOW["GZIP"] else None
                if self._inflate is not None:
                    self._file.seek(-len(rest), os.SEEK_CUR)
            elif not raw and not out:
                self._inflate, self.truncated = None, self._started
            if out:
                return out
        return b""

    def seek(self, offset: int) -> None:
        """Goes to a position; in a compressed file by decompressing up to it."""
        if not self._window:
            self._file.seek(offset)
            self.offset = offset
            return
        if offset < self.offset:
            self._start()
        while self.offset < offset and self.read(min(_SKIP, offset - self.offset)):
            pass

    def check_end(self) -> DataLossError | None:
        """Returns an error if the end that was reached is not the end of what was written."""
        if not self.truncated:
            return None
        return DataLossError(f"{self.path}: the compressed stream is truncated after {self.offset} decompressed bytes.")

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def __del__(self) -> None:
        file = getattr(self, "_file", None)
        if file is not None:
            file.close()
