"""Unpacking archives from anybody: tar (plain, gzip, bzip2, xz) and zip.

Members are checked before the first byte is written: no path that leaves the folder, no links, no devices, and no more
bytes than an honest archive of that size expands to. A refused archive leaves nothing behind.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

_FREE_EXPANSION = 150 * 2**20  # bytes that any archive may expand to
_MOST_EXPANSION = 20  # times its own size beyond that
_FREE_MEMBERS = 100_000  # that any archive may have
_LEAST_MEMBER = 32  # bytes of the archive for each member beyond that
_CHUNK = 2**20
_LARGEST_READ = 4 * 2**20  # tarfile reads extended headers at once, however long they say they are
_FORMATS = {"tar": ["tar"], "zip": ["zip"], "auto": ["tar", "zip"]}
_COMPRESSIONS: list[tuple[bytes, Any]] = [(b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\0", lzma.open)]
_DAMAGE = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, OverflowError,
    IndexError, KeyError,
)  # fmt: skip


class _Bounded:
    """A stream that refuses to be read beyond a limit, or in one enormous piece."""

    def __init__(self, file: BinaryIO, limit: int, what: str) -> None:
        self._file, self._limit, self._what = file, limit, what

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LARGEST_READ:
            raise ValueError(f"{self._what}: a header claims {size} bytes.")
        return self._file.read(size)

    def seek(self, position: int, whence: int = 0) -> int:
        if whence == 0 and position > self._limit:
            raise ValueError(_too_much(self._what, self._limit))
        return self._file.seek(position, whence)

    def tell(self) -> int:
        return self._file.tell()


def _too_much(what: str, limit: int) -> str:
    return f"{what} would expand to more than {limit} bytes, which an honest archive of its size does not."


def _checked_name(name: str, what: str) -> str:
    parts = name.rstrip("/").split("/")
    while parts and parts[0] == ".":
        parts = parts[1:]
    if name.startswith("/") or "\\" in name or "\0" in name or ":" in name or any(p in ("", "..", ".") for p in parts):
        raise ValueError(f"{what} has a member named {name!r}, whose path may leave the folder it is unpacked in.")
    return "/".join(parts)


class _Members:
    """Names that were seen, and what they expand to."""

    def __init__(self, what: str, limit: int, most: int) -> None:
        self._what, self._limit, self._most = what, limit, most
        self._total, self._count = 0, 0

    def add(self, name: str, size: int, plain: bool, folder: bool) -> str:
        checked = _checked_name(name, self._what)
        if not (plain or folder):
            raise ValueError(f"{self._what} has a member {name!r} that is a link or a device; only files are unpacked.")
        self._total += 0 if folder else size
        self._count += 1
        if self._total > self._limit or size < 0:
            raise ValueError(_too_much(self._what, self._limit))
        if self._count > self._most:
            raise ValueError(
                f"{self._what} has more than {self._most} members, which an honest archive of its size has not."
            )
        return checked


def _tar_members(file: BinaryIO, limit: int, most: int, what: str) -> Iterator[tuple[str, int, bool, BinaryIO]]:
    seen, bounded = _Members(what, limit, most), _Bounded(file, limit + _LARGEST_READ, what)
    with tarfile.open(fileobj=bounded, mode="r:") as archive:  # type: ignore[call-overload]
        for member in archive:
            name = seen.add(member.name, member.size, member.isreg(), member.isdir())
            if name:
                content: Any = None if member.isdir() else archive.extractfile(member)
                yield name, member.size, member.isdir(), content
            archive.members = []  # it remembers every member otherwise
        bounded.seek(archive.offset)
        if bounded.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):  # tarfile takes garbage and a cut for the end
            raise ValueError(f"{what} is damaged or cut at byte {archive.offset} of its tar file.")


def _zip_members(path: Path, limit: int, most: int, what: str) -> Iterator[tuple[str, int, bool, BinaryIO]]:
    seen = _Members(what, limit, most)
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        for info in infos:
            kind = stat.S_IFMT(info.external_attr >> 16)
            seen.add(info.filename, info.file_size, kind in (0, stat.S_IFREG, stat.S_IFDIR), info.is_dir())
            if info.flag_bits & 1:
                raise ValueError(f"{what}: member {info.filename!r} is encrypted.")
        for info in infos:
            name = _checked_name(info.filename, what)
            if info.is_dir():
                yield name, 0, True, None  # type: ignore[misc]
                continue
            with archive.open(info) as member:
                yield name, info.file_size, False, member  # type: ignore[misc]


def _unpack(members: Iterator[tuple[str, int, bool, BinaryIO]] | Any, folder: Path | None, what: str) -> None:
    for name, size, is_folder, source in members:
        if folder is None:
            continue
        target = folder.joinpath(*name.split("/"))
        if is_folder:
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        done = 0
        with open(target, "xb") as out:
            while chunk := source.read(_CHUNK):
                done += len(chunk)
                if done > size:
                    break
                out.write(chunk)
        if done != size:
            raise ValueError(f"{what}: member {name!r} is damaged: it has not the {size} bytes it claims.")


def _open_tar(path: Path) -> BinaryIO:
    with open(path, "rb") as file:
        head = file.read(8)
    opener = next((opener for magic, opener in _COMPRESSIONS if head.startswith(magic)), open)
    return opener(path, "rb")


def _is_tar(path: Path) -> bool:
    try:
        with _open_tar(path) as file:
            tarfile.TarInfo.frombuf(file.read(tarfile.BLOCKSIZE), "utf-8", "surrogateescape")
            return True
    except (*_DAMAGE, ValueError):
        return False


def extract_archive(
    file_path: str | os.PathLike, path: str | os.PathLike, archive_format: str | list[str] | None = "auto"
) -> bool:
    """Unpacks an archive into a new folder, which is there whole or not at all.

    Args:
      file_path: a tar file (plain or compressed by gzip, bzip2 or xz) or a zip file.
      path: the folder; one that exists is replaced.
      archive_format: ``"tar"``, ``"zip"``, ``"auto"`` for either, a list of these, or ``None`` for none.

    Returns:
      Whether the file is an archive of one of these formats.

    Raises:
      ValueError: for an archive that is damaged, whose members would leave the folder, that holds links or devices, or
        that expands beyond what an honest archive of its size does.

    Example:
      >>> import pathlib, tempfile, zipfile
      >>> from kerax.utils.archives import extract_archive
      >>> folder = pathlib.Path(tempfile.mkdtemp())
      >>> with zipfile.ZipFile(folder / "a.zip", "w") as archive:
      ...     archive.writestr("inside/b.txt", "text")
      >>> extract_archive(folder / "a.zip", folder / "out")
      True
      >>> (folder / "out" / "inside" / "b.txt").read_text()
      'text'
    """
    formats = [] if archive_format is None else [archive_format] if isinstance(archive_format, str) else archive_format
    wanted = [kind for name in formats for kind in _kinds(name)]
    source, target = Path(os.fspath(file_path)), Path(os.fspath(path))
    what = f"The archive {str(source)!r}"
    size = source.stat().st_size
    limit, most = max(_FREE_EXPANSION, _MOST_EXPANSION * size), max(_FREE_MEMBERS, size // _LEAST_MEMBER)
    if "tar" in wanted and _is_tar(source):
        kind = "tar"
    elif "zip" in wanted and zipfile.is_zipfile(source):
        kind = "zip"
    else:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        inside = fresh / "new"
        inside.mkdir()
        try:
            if kind == "tar":
                for folder in (None, inside):  # once to look, once to write
                    with _open_tar(source) as file:
                        _unpack(_tar_members(file, limit, most, what), folder, what)
            else:
                _unpack(_zip_members(source, limit, most, what), inside, what)
        except FileExistsError as error:
            raise ValueError(f"{what} has two members with one name ({error.filename!r}).") from error
        except (*_DAMAGE, ValueError) as error:
            if what in str(error):
                raise
            raise ValueError(f"{what} cannot be unpacked: {error}") from error
        if target.is_dir() and not target.is_symlink():
            os.replace(target, fresh / "old")
        elif target.exists() or target.is_symlink():
            target.unlink()
        os.replace(inside, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return True


def _kinds(name: str) -> list[str]:
    if name not in _FORMATS:
        raise ValueError(f"`archive_format` must be one of {sorted(_FORMATS)}, a list of them or None, got {name!r}.")
    return _FORMATS[name]
