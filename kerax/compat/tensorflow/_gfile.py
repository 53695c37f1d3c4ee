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


def GFile(name: Any, mode: str = "r") -> Any:
    """Opens a file.

    Raises:
      NotFoundError: if there is none.
    """
    try:
        return open(_path(name), mode, encoding=None if "b" in mode else "utf-8")
    except FileNotFoundError as error:
        raise errors.NotFoundError(None, None, f"{_path(name)}; No such file or directory") from error


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
    """Makes a directory."""
    os.mkdir(_path(path))


def remove(path: Any) -> None:
    """Deletes a file.

    Raises:
      NotFoundError: if there is none.
    """
    try:
        os.remove(_path(path))
    except FileNotFoundError as error:
        raise errors.NotFoundError(None, None, f"{_path(path)}; No such file or directory") from error


def rmtree(path: Any) -> None:
    """Deletes a directory with all that is in it.

    Raises:
      NotFoundError: if there is none.
    """
    try:
        shutil.rmtree(_path(path))
    except FileNotFoundError as error:
        raise errors.NotFoundError(None, None, f"{_path(path)}; No such file or directory") from error


def rename(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Renames a file.

    Raises:
      AlreadyExistsError: if the new name is taken.
    """
    if not overwrite and exists(dst):
        raise errors.AlreadyExistsError(None, None, "file already exists")
    os.replace(_path(src), _path(dst))


def copy(src: Any, dst: Any, overwrite: bool = False) -> None:
    """Copies a file.

    Raises:
      AlreadyExistsError: if the new name is taken.
    """
    if not overwrite and exists(dst):
        raise errors.AlreadyExistsError(None, None, "file already exists")
    shutil.copyfile(_path(src), _path(dst))


def join(path: Any, *paths: Any) -> str:
    """Parts of a path as one."""
    return os.path.join(_path(path), *[_path(one) for one in paths])


def walk(top: Any, topdown: bool = True, onerror: Any = None) -> Iterator:
    """A directory and those in it, with their files."""
    return os.walk(_path(top), topdown, onerror)


def stat(path: Any) -> Any:
    """What is known of a file: ``length``, ``mtime_nsec``, ``is_directory``."""
    return _Facts(os.stat(_path(path)), isdir(path))


class _Facts:
    def __init__(self, found: os.stat_result, directory: bool):
        self.length, self.mtime_nsec, self.is_directory = found.st_size, found.st_mtime_ns, directory
