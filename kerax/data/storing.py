"""Datasets in files, as methods: save, load, snapshot."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kerax.data.chunks import Elements
from kerax.data.codec import decode, encode
from kerax.data.node import Node
from kerax.data.operations.stored import FileCache, StoredReader, write_all, write_chunk
from kerax.data.operations.window import Listed
from kerax.data.records.writer import TFRecordWriter
from kerax.data.rewrite import rewrite
from kerax.data.sources.files import FileRecords, names_node
from kerax.data.spec import UNKNOWN_CARDINALITY
from kerax.errors import unknown_name

if TYPE_CHECKING:
    from kerax.data.dataset import Dataset

_DESCRIPTION = "dataset.kerax"
_COMPRESSIONS = ("NONE", "GZIP", "ZLIB", "AUTO", "SNAPPY")


def _compression(name: str | None, where: str) -> str:
    if name not in (None, "", *_COMPRESSIONS):
        raise unknown_name(f"compression of {where}()", name, _COMPRESSIONS)
    # "AUTO" means Snappy to TensorFlow: fast rather than small. Uncompressed is faster still.
    return "" if name in (None, "", "NONE", "AUTO", "SNAPPY") else str(name)


class Storing:
    """Writing elements to files and reading them back."""

    _plan: Node
    _dataset: type

    def save(
        self, path: Any, compression: str | None = None, shard_func: Callable | None = None, checkpoint_args: Any = None
    ) -> None:
        """Writes all elements to a directory. What was saved there before is replaced.

        Args:
          path: the directory.
          compression: ``"GZIP"``, ``"ZLIB"`` or ``None``.
          shard_func: takes an element, returns the number of the file it is written to; one file by default.
          checkpoint_args: kept for compatibility.

        Raises:
          ValueError: for an unknown compression.
          TypeError: if elements hold datasets.

        Example:
          >>> import os, tempfile, kerax
          >>> path = os.path.join(tempfile.mkdtemp(), "saved")
          >>> kerax.data.Dataset.range(3).save(path)
          >>> [int(x) for x in kerax.data.Dataset.load(path)]
          [0, 1, 2]
        """
        path, kind = os.fsdecode(path), _compression(compression, "save")
        folder = f"{path}.{os.getpid()}.tmp"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        try:
            files, count = self._write_shards(folder, kind, shard_func)
            with open(os.path.join(folder, _DESCRIPTION), "wb") as file:
                spec = self.element_spec  # type: ignore[attr-defined]
                file.write(encode({"spec": spec, "files": files, "compression": kind, "count": count}))
            if os.path.isdir(path):
                shutil.rmtree(path)
            os.replace(folder, path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _write_shards(self, folder: str, kind: str, shard_func: Callable | None) -> tuple[list[str], int]:
        if shard_func is None:
            cursor = rewrite(self._plan).open()
            try:
                with TFRecordWriter(os.path.join(folder, "shard-00000"), kind) as writer:
                    return ["shard-00000"], write_all(cursor, writer)
            finally:
                cursor.close()
        count = 0
        writers: dict[int, TFRecordWriter] = {}
        try:
            for element in self:  # type: ignore[attr-defined]
                shard = int(shard_func(*element) if type(element) is tuple else shard_func(element))
                if shard not in writers:
                    writers[shard] = TFRecordWriter(os.path.join(folder, f"shard-{shard:05d}"), kind)
                write_chunk(writers[shard], Elements([element]))
                count += 1
        finally:
            for writer in writers.values():
                writer.close()
        return [f"shard-{shard:05d}" for shard in sorted(writers)], count

    @classmethod
    def load(
        cls, path: Any, element_spec: Any = None, compression: str | None = None, reader_func: Callable | None = None
    ) -> Dataset:
        """Reads a dataset that ``save`` wrote.

        Args:
          path: the directory.
          element_spec: kept for compatibility: it was saved, too.
          compression: kept for compatibility: it was saved, too.
          reader_func: takes a dataset of datasets, one for each file, returns a dataset; one after the other by
            default.

        Raises:
          FileNotFoundError: if nothing was saved there.

        Example:
          >>> import os, tempfile, kerax
          >>> path = os.path.join(tempfile.mkdtemp(), "saved")
          >>> kerax.data.Dataset.from_tensors(5).save(path)
          >>> kerax.data.Dataset.load(path).element_spec
          TensorSpec(shape=(), dtype=int32, name=None)
        """
        path = os.fsdecode(path)
        description = os.path.join(path, _DESCRIPTION)
        if not os.path.isfile(description):
            raise FileNotFoundError(f"{path}: no dataset was saved here (there is no file {_DESCRIPTION}).")
        with open(description, "rb") as file:
            saved = decode(file.read())
        files = [os.path.join(path, os.path.basename(name)) for name in saved["files"]]
        reader = functools.partial(StoredReader, compression=saved["compression"])

        def read(names: Any, count: int = UNKNOWN_CARDINALITY) -> Dataset:
            return cls._dataset(FileRecords(names_node(names, "load"), "load", reader, 1, saved["spec"], count))

        if reader_func is None:
            return read(files, saved.get("count", UNKNOWN_CARDINALITY))
        return reader_func(cls._dataset(Listed(tuple(read([file]) for file in files))))

    def snapshot(
        self,
        path: Any,
        compression: str | None = "AUTO",
        reader_func: Callable | None = None,
        shard_func: Callable | None = None,
        name: str | None = None,
    ) -> Dataset:
        """Writes the elements of the first whole pass to a directory; later passes and programs read them from there.

        Args:
          path: the directory.
          compression: ``"GZIP"``, ``"ZLIB"``, ``"AUTO"`` or ``None``.
          reader_func: takes a dataset of one dataset, returns a dataset; for code that shuffles when reading.
          shard_func: kept for compatibility: there is one file.
          name: a label, kept for compatibility.

        Raises:
          ValueError: for an unknown compression.

        Example:
          >>> import os, tempfile, kerax
          >>> ds = kerax.data.Dataset.range(4).shuffle(4).snapshot(os.path.join(tempfile.mkdtemp(), "snap"))
          >>> list(ds) == list(ds)
          True
        """
        file = os.path.join(os.fsdecode(path), "snapshot.tfrecord")
        kept = self._dataset(FileCache(self._plan, file, _compression(compression, "snapshot"), "snapshot"))
        return kept if reader_func is None else reader_func(self._dataset(Listed((kept,))))
