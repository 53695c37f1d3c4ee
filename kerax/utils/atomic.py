"""Atomic writes: a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import socket
import tempfile
import zlib
from collections.abc import Iterator
from typing import Any

_SUFFIX = ".tmp"
_CANNOT_WRITE = "Cannot write "  # how messages begin


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike, what: str) -> Iterator[pathlib.Path]:
    """Gives a temporary path beside ``path`` to write to, and moves it into place when the block succeeds.

    Args:
      path: where the file shall stand.
      what: what is being written, for messages ("weights").

    Yields:
      The temporary path, in the same folder.

    Raises:
      OSError: naming the path, if the folder is missing, cannot be written, or is full; an earlier file stays as it
        was.

    Example:
      >>> import tempfile, pathlib
      >>> from kerax.utils.atomic import atomic_path
      >>> folder = pathlib.Path(tempfile.mkdtemp())
      >>> with atomic_path(folder / "a.txt", "text") as temporary:
      ...     _ = temporary.write_text("whole")
      >>> [p.name for p in folder.iterdir()]
      ['a.txt']
    """
    target = pathlib.Path(path)
    remove_leftovers(target)
    temporary = _new_file(target, what)
    try:
        yield temporary
        _sync(temporary)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
        _sync(target.parent)
    except OSError as error:
        if str(error.strerror).startswith(_CANNOT_WRITE):  # of a file written within this one: it is named already
            raise
        raise OSError(error.errno, f"{_CANNOT_WRITE}{what} to {str(target)!r}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def scratch_path(path: str | os.PathLike) -> Iterator[pathlib.Path]:
    """Gives the path of a further temporary file beside ``path``, which is removed in the end."""
    scratch = _new_file(pathlib.Path(path), "a temporary file")
    try:
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)


def _new_file(target: pathlib.Path, what: str) -> pathlib.Path:
    try:
        handle, name = tempfile.mkstemp(prefix=f"{_prefix(target)}{os.getpid()}.", suffix=_SUFFIX, dir=target.parent)
    except OSError as error:
        raise type(error)(error.errno, f"{_CANNOT_WRITE}{what} to {str(target)!r}: {error.strerror}") from error
    os.close(handle)
    return pathlib.Path(name)


def remove_leftovers(path: str | os.PathLike, name: str | None = None) -> list[str]:
    """Removes the temporary files that a killed process of this machine left beside a path.

    Args:
      path: the file that was to be written.
      name: a regular expression for the names that the file can have, where it is not always ``path``'s.

    Returns:
      The names of the removed files.
    """
    target = pathlib.Path(path)
    removed: list[str] = []
    temporary = re.compile(rf"\.(?:{name or re.escape(target.name)})\.{_machine()}-(\d+)\..*{re.escape(_SUFFIX)}")
    try:
        names = os.listdir(target.parent)
    except OSError:
        return removed
    for one in names:
        found = temporary.fullmatch(one)
        if found is not None and not _runs(int(found[1])):
            (target.parent / one).unlink(missing_ok=True)
            removed.append(one)
    return removed


def _prefix(target: pathlib.Path) -> str:
    """What temporary names begin with: they tell the file, the machine and the process."""
    return f".{target.name}.{_machine()}-"


def _machine() -> str:
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it runs, as somebody else
        return True
    return True


def _sync(path: Any) -> None:
    """Forces a file or folder to the disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:  # folders cannot be opened on every system
        return
    try:
        os.fsync(handle)
    except OSError:
        if pathlib.Path(path).is_file():
            raise
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
