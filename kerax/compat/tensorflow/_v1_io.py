"""``tf.compat.v1.python_io`` and what is left of ``tf.compat.v1.io``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kerax.compat.tensorflow import _gfile
from kerax.compat.tensorflow.errors import TRANSLATED
from kerax.data import TFRecordDataset
from kerax.data import TFRecordOptions as Options


class TFRecordCompressionType:
    """How TFRecord files are compressed."""

    NONE, ZLIB, GZIP = 0, 1, 2


_NAMES = {None: "", 0: "", 1: "ZLIB", 2: "GZIP"}


def compression_name(options: Any) -> str:
    """What ``TFRecordOptions``, a number or a name say about compression."""
    kind = getattr(options, "compression_type", options)
    return _NAMES[kind] if kind in _NAMES else str(kind or "")


def tf_record_iterator(path: Any, options: Any = None) -> Iterator[bytes]:
    """The records of a TFRecord file.

    Args:
      path: of the file.
      options: ``TFRecordOptions`` or a name: how it is compressed.

    Raises:
      DataLossError: if it is broken.
    """
    with TRANSLATED:
        for record in TFRecordDataset(str(path), compression_name(options)):
            yield bytes(record.item() if hasattr(record, "item") else record)


def TFRecordOptions(compression_type: Any = None, **options: Any) -> Any:
    """How TFRecord files are written: compression by its number or name.

    Args:
      compression_type: of `TFRecordCompressionType`, or a name.
      **options: those of ``tf.io.TFRecordOptions``.
    """
    return Options(compression_name(compression_type), **options)


# ---- files, by the names that they had ------------------------------------------------------------------------------
def Copy(oldpath: Any, newpath: Any, overwrite: bool = False) -> None:
    """`tf.io.gfile.copy`."""
    _gfile.copy(oldpath, newpath, overwrite)


def Rename(oldname: Any, newname: Any, overwrite: bool = False) -> None:
    """`tf.io.gfile.rename`."""
    _gfile.rename(oldname, newname, overwrite)


def Walk(top: Any, in_order: bool = True) -> Iterator:
    """`tf.io.gfile.walk`."""
    return _gfile.walk(top, in_order)


def Exists(filename: Any) -> bool:
    """`tf.io.gfile.exists`."""
    return _gfile.exists(filename)


def Glob(filename: Any) -> list[str]:
    """`tf.io.gfile.glob`."""
    return _gfile.glob(filename)


def IsDirectory(dirname: Any) -> bool:
    """`tf.io.gfile.isdir`."""
    return _gfile.isdir(dirname)


def ListDirectory(dirname: Any) -> list[str]:
    """`tf.io.gfile.listdir`."""
    return _gfile.listdir(dirname)


def MakeDirs(dirname: Any) -> None:
    """`tf.io.gfile.makedirs`."""
    _gfile.makedirs(dirname)


def MkDir(dirname: Any) -> None:
    """`tf.io.gfile.mkdir`."""
    _gfile.mkdir(dirname)


def Remove(filename: Any) -> None:
    """`tf.io.gfile.remove`."""
    _gfile.remove(filename)


def DeleteRecursively(dirname: Any) -> None:
    """`tf.io.gfile.rmtree`."""
    _gfile.rmtree(dirname)


def Stat(filename: Any) -> Any:
    """`tf.io.gfile.stat`."""
    return _gfile.stat(filename)
