"""``tf.io.gfile``: files of this machine."""

from __future__ import annotations

import glob as python_glob
import os
import shutil
from collections.abc import Iterator
from typing import Any

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._tensor import Tensor


def _path(name: Any) -> str:
    name = name.numpy() if isinstance(name, Tensor) else name
    return os.fsdecode(name)


class GFile:
    """An open file that knows its size: Python's own otherwise.

    Args:
      name: where it is.
      mode: "r", "w" or "a", with "b" for bytes.

    Raises:
      NotFoundError: if there is none.
    """

    def __init__(self, name: Any, mode: str = "r"):
        self._name, self._mode = _path(name), mode
        try:
            # line ends stay as they are, and a place in the file is a number of bytes
            self._file = open(self._name, mode, encoding=None if "b" in mode else "utf-8")
        except FileNotFoundError as error:
            raise errors.NotFoundError(None, None, f"{self._name}; No such file or directory") from error

    @property
    def name(self) -> str:
        """Where it is."""
        return self._name

    @property
    def mode(self) -> str:
        """How it was opened."""
        return self._mode

    def next(self) -> Any:
        """The next line."""
        return next(self)

    def readline(self) -> Any:
        """The next line, empty at the end."""
        return self._file.readline()

    def readlines(self) -> list:
        """The lines that are left."""
        return self._file.readlines()

    def write(self, file_content: Any) -> int:
        """Writes a text, or bytes."""
        return self._file.write(file_content)

    def tell(self) -> int:
        """The place in the file."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Whether ``seek`` goes to a place."""
        return self._file.closed or self._file.seekable()

    def flush(self) -> None:
        """Writes what waits."""
        self._file.flush()

    def close(self) -> None:
        """Closes it."""
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> GFile:
        self._file.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._file.__exit__(*error)

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> Any:
        line = self._file.readline()  # next() of Python's files forbids tell()
        if not line:
            raise StopIteration
        return line

    def size(self) -> int:
        """Its length in bytes."""
        if self._file.writable():
            self._file.flush()
        return os.fstat(self._file.fileno()).st_size

    def read(self, n: int = -1) -> Any:
        """The next characters or bytes, all that are left by default."""
        return self._file.read(n)

    def seek(self, offset: int | None = None, whence: int = 0, position: int | None = None) -> int:
        """Goes to a place."""
        return self._file.seek(offset if position is None else position, whence)


class _Errors:
    """While it is open, errors of the system are raised as TensorFlow's."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        kinds = {FileNotFoundError: errors.NotFoundError, FileExistsError: errors.AlreadyExistsError,
                 PermissionError: errors.PermissionDeniedError, OSError: errors.FailedPreconditionError}  # fmt: skip
        for one, made in kinds.items():
            if isinstance(error, one):
                raise made(None, None, f"{error.filename}; {error.strerror}") from error


_ERRORS = _Errors()


def exists(path: Any) -> bool:
    """Whether there is a file or directory."""
    return os.path.exists(_path(path))


def isdir(path: Any) -> bool:
    """Whether there is a directory."""
    return os.path.isdir(_path(path))


def listdir(path: Any) -> list[str]:
    """The names in a directory.

    Raises:
      NotFoundError: if there is none.
    """
    if not os.path.isdir(_path(path)):
        raise errors.NotFoundError(None, None, "Could not find directory")
    return os.listdir(_path(path))


def glob(pattern: Any) -> list[str]:
    """The files that match a pattern, or one of several."""
    patterns = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    return [name for one in patterns for name in sorted(python_glob.glob(_path(one)))]


def makedirs(path: Any) -> None:
    """Makes a directory and those it lies in."""
    os.makedirs(_path(path), exist_ok=True)


def mkdir(path: Any) -> None:
    """Makes a directory, unless it is there.

    Raises:
      NotFoundError: if there is none that it would lie in.
    """
    with _ERRORS:
        if not isdir(path):
            os.mkdir(_path(path))


def remove(path: Any) -> None:
    """Deletes a file.

    Raises:
      NotFoundError: if there is none.
    """
    with _ERRORS:
        os.remove(_path(path))


def rmtree(path: Any) -> None:
    """Deletes a directory with all that is in it.

    Raises:
      NotFoundError: if there is none.
    """
    with _ERRORS:
        shutil.rmtree(_path(path))


def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Renames a file.

    Raises:
      NotFoundError: if there is none.
      AlreadyExistsError: if the new name is taken.
    """
    if not overwrite and exists(dst):
        raise errors.AlreadyExistsError(None, None, "file already exists")
    with _ERRORS:
        os.replace(_path(src), _path(dst))


def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copies a file.

    Raises:
      NotFoundError: if there is none.
      AlreadyExistsError: if the new name is taken.
    """
    if not overwrite and exists(dst):
        raise errors.AlreadyExistsError(None, None, "file already exists")
    with _ERRORS:
        shutil.copyfile(_path(src), _path(dst))


def get_registered_schemes() -> list[str]:
    """The file systems that paths may begin with: this machine's own."""
    return ["", "file"]


def join(path: Any, *paths: Any) -> str:
    """Parts of a path as one."""
    return os.path.join(_path(path), *[_path(one) for one in paths])


def walk(top: Any, topdown: bool = True, onerror: Any = None) -> Iterator:
    """A directory and those in it, with their files."""
    return os.walk(_path(top), topdown, onerror)


def stat(path: Any) -> Any:
    """What is known of a file: ``length``, ``mtime_nsec``, ``is_directory``.

    Raises:
      NotFoundError: if there is none.
    """
    with _ERRORS:
        return _Facts(os.stat(_path(path)), isdir(path))


class _Facts:
    def __init__(self, found: os.stat_result, directory: bool):
        self.length, self.mtime_nsec, self.is_directory = found.st_size, found.st_mtime_ns, directory
