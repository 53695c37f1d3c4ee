"""Atomic writes: a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Iterator
from typing import Any


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
      >>> from kerax.saving.atomic import atomic_path
      >>> folder = pathlib.Path(tempfile.mkdtemp())
      >>> with atomic_path(folder / "a.txt", "text") as temporary:
      ...     _ = temporary.write_text("whole")
      >>> [p.name for p in folder.iterdir()]
      ['a.txt']
    """
    target = pathlib.Path(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    except OSError as error:
        raise type(error)(error.errno, f"Cannot write {what} to {str(target)!r}: {error.strerror}") from error
    os.close(handle)
    temporary = pathlib.Path(name)
    try:
        yield temporary
        _sync(temporary)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
        _sync(target.parent)
    except OSError as error:
        raise OSError(error.errno, f"Cannot write {what} to {str(target)!r}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


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
