"""Reading ``.keras`` archives from anybody: the one place where kerax opens zip files.

Only members with the expected names are looked at; what they expand to is bounded before it is expanded; nothing is
written to the disk but assets, into a temporary folder that no member's name can leave.
"""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from kerax.saving.checksum import check_seal
from kerax.saving.file_window import FileWindow

CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets"
_LARGEST_TEXT = 64 * 2**20  # bytes of a JSON member
_MOST_MEMBERS = 10_000
_FREE_EXPANSION = 2 * 2**20  # bytes that a member may always expand to
_MOST_EXPANSION = 8  # times its compressed size beyond that
_CHUNK = 2**20
_LENGTHS_AT = 26  # of a member's own header: the lengths of its name and of what follows that
_STORED = zipfile.ZIP_STORED
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, KeyError)


class ArchiveReader:
    """An open ``.keras`` archive.

    Args:
      path: the file.

    Raises:
      FileNotFoundError: if there is no such file.
      ValueError: if it is no archive, damaged, or has members that no model has.
    """

    def __init__(self, path: str | os.PathLike):
        self.what, self._path = repr(str(path)), path
        if not os.path.exists(path):
            raise FileNotFoundError(f"There is no file {self.what}.")
        if os.path.isdir(path):
            raise IsADirectoryError(f"{self.what} is a folder, not a file.")
        self._sealed = check_seal(path, self.what)
        try:
            self._zip = zipfile.ZipFile(path)
        except (*_DAMAGE, ValueError, UnicodeDecodeError) as error:
            raise ValueError(f"{self.what} is no .keras archive (a zip file), or it is damaged: {error}") from error
        try:
            self._members = self._check_members()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> ArchiveReader:
        return self

    def __exit__(self, *error: Any) -> None:
        self._zip.close()

    def require_seal(self) -> None:
        """Refuses the archive if the checksum that it should end with is gone."""
        if not self._sealed:
            check_seal(self._path, self.what, required=True)

    def _check_members(self) -> dict[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        if len(infos) > _MOST_MEMBERS:
            raise ValueError(f"{self.what} has {len(infos)} members, which is no model.")
        found: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename
            if info.orig_filename != name or not is_expected(name):
                raise ValueError(f"{self.what} has a member named {info.orig_filename!r}, which no model has.")
            if name in found:
                raise ValueError(f"{self.what} has two members named {name!r}.")
            if info.flag_bits & 1:
                raise ValueError(f"{self.what}: member {name!r} is encrypted.")
            allowed = max(_FREE_EXPANSION, _MOST_EXPANSION * info.compress_size)
            if info.file_size > allowed:
                raise ValueError(
                    f"{self.what}: member {name!r} would expand from {info.compress_size} to {info.file_size} bytes, "
                    "which is no model."
                )
            found[name] = info
        return found

    def names(self) -> list[str]:
        """The names of the members."""
        return list(self._members)

    def size(self, name: str) -> int:
        """What a member expands to, in bytes."""
        return self._members[name].file_size if name in self._members else 0

    def text(self, name: str) -> bytes:
        """A small member as bytes.

        Raises:
          ValueError: if there is none, it is too large, or damaged.
        """
        if name not in self._members:
            raise ValueError(f"{self.what} has no member {name!r}: it is no .keras archive, or it was cut.")
        if self.size(name) > _LARGEST_TEXT:
            raise ValueError(f"{self.what}: member {name!r} has {self.size(name)} bytes, which is no configuration.")
        buffer = io.BytesIO()
        self._copy(name, buffer)
        return buffer.getvalue()

    @contextlib.contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """A member as an open file: the archive's own bytes where they are stored as they are, else a temporary copy.

        Raises:
          ValueError: if it is damaged.
        """
        info = self._members[name]
        if info.compress_type != _STORED:
            with tempfile.TemporaryFile() as copy:
                self._copy(name, copy)
                yield copy
            return
        with FileWindow(self._path, self._start(info), info.file_size) as window:
            if not self._sealed:  # else the seal has told already
                self._check_crc(info, window)
            yield window  # type: ignore[misc]

    def _start(self, info: zipfile.ZipInfo) -> int:
        """Where the bytes of a member begin: behind a header of its own, whose lengths the directory does not tell."""
        try:
            self._zip.open(info).close()  # compares that header with the directory
        except (*_DAMAGE, ValueError) as error:
            raise ValueError(f"{self.what}: member {info.filename!r} is damaged: {error}") from error
        with open(self._path, "rb") as file:
            file.seek(info.header_offset + _LENGTHS_AT)
            lengths = struct.unpack("<HH", file.read(4))
        start = info.header_offset + _LENGTHS_AT + 4 + sum(lengths)
        if info.file_size != info.compress_size or start + info.file_size > os.path.getsize(self._path):
            raise ValueError(f"{self.what}: member {info.filename!r} is damaged: its bytes are not all there.")
        return start

    def _check_crc(self, info: zipfile.ZipInfo, window: FileWindow) -> None:
        crc, block = 0, memoryview(bytearray(_CHUNK))
        while count := window.readinto(block):
            crc = zlib.crc32(block[:count], crc)
        if crc != info.CRC:
            raise ValueError(f"{self.what}: member {info.filename!r} is damaged: Bad CRC-32.")

    def extract(self, name: str, target: str | os.PathLike) -> None:
        """Writes a member to a file of the caller's choice."""
        with open(target, "wb") as file:
            self._copy(name, file)

    def extract_assets(self, folder: str | os.PathLike) -> list[str]:
        """Writes the members under ``assets/`` into a folder; returns their names without ``assets/``."""
        written = []
        root = pathlib.Path(folder).resolve()
        for name in self._members:
            if name.startswith(f"{ASSETS}/") and not name.endswith("/"):
                target = root.joinpath(*name.split("/")[1:])
                if root not in target.resolve().parents:
                    raise ValueError(f"{self.what} has a member named {name!r}, which leaves the archive's folder.")
                target.parent.mkdir(parents=True, exist_ok=True)
                self.extract(name, target)
                written.append(name[len(ASSETS) + 1 :])
        return written

    def _copy(self, name: str, target: BinaryIO) -> None:
        """Copies a member piece by piece, never more than it says it has; zipfile compares the CRC at the end."""
        info, done = self._members[name], 0
        try:
            with self._zip.open(info) as source:
                while chunk := source.read(_CHUNK):
                    done += len(chunk)
                    if done > info.file_size:
                        raise zipfile.BadZipFile("it is longer than it says")
                    target.write(chunk)
        except (*_DAMAGE, ValueError) as error:
            raise ValueError(f"{self.what}: member {name!r} is damaged: {error}") from error
        if done != info.file_size:
            raise ValueError(f"{self.what}: member {name!r} is damaged: {done} of {info.file_size} bytes are there.")


def is_expected(name: str) -> bool:
    """Whether a model's archive may have a member of that name.

    Example:
      >>> from kerax.saving.zip_reader import is_expected
      >>> is_expected("config.json"), is_expected("assets/../../x")
      (True, False)
    """
    if name in (CONFIG, METADATA, WEIGHTS, f"{ASSETS}/"):
        return True
    if not name.startswith(f"{ASSETS}/") or "\\" in name or "\0" in name or ":" in name:
        return False
    parts = name.rstrip("/").split("/")
    return all(part not in ("", ".", "..") for part in parts)
