"""Datasets of the records of files: which files, in which order, and where in them a position is."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kerax.data.chunks import Chunk, Columns, Elements
from kerax.data.convert import STRING
from kerax.data.cursor import Cursor
from kerax.data.node import Node
from kerax.data.operations.arrays import TensorSlice
from kerax.data.operations.prefetch import AUTOTUNE
from kerax.data.sources.stream import ByteStream
from kerax.data.spec import UNKNOWN_CARDINALITY, TensorSpec
from kerax.data.structure import LEAF
from kerax.data.validate import positive
from kerax.errors import unknown_name

BLOCK = 1 << 18  # bytes read at once: enough to be worth the calls, small enough for the processor's cache
_AHEAD = 1024
COMPRESSIONS = ("GZIP", "ZLIB")


class Reader:
    """Reads the records of one file, a block at a time.

    A position is where the block of the next record begins and how many of its records were handed out. What stands
    before damage is handed out before the error is raised. With a pool of threads the next block is read while the
    records of the present one are handed out.
    """

    survives = False  # whether what comes after damage can be trusted
    pool: Executor | None = None

    def __init__(self, path: str, compression: str, block_size: int) -> None:
        self.path, self.block_size = path, block_size
        self.stream = ByteStream(path, compression)
        self._mark: list[int] | None = None  # the position at the beginning of the block in hand
        self._coming: Future | None = None
        self._chunk: Any = None
        self._at = 0
        self._failed: Exception | None = None
        self._dead = False

    def block(self) -> tuple[Chunk | None, Exception | None]:
        """Returns the records of the next block and what is wrong with what comes after them; no records at the end."""
        raise NotImplementedError

    def block_start(self) -> int:
        """Where in the file the next block begins."""
        return self.stream.offset

    def mark(self) -> list[int]:
        """The position at the beginning of the next block: where it is, and what else a reader has to know there."""
        return [self.block_start()]

    def _advance(self) -> tuple[list[int], Chunk | None, Exception | None]:
        mark = self.mark()
        return mark, *self.block()

    def _settle(self) -> None:
        """Waits for the block that a thread is reading, and forgets it."""
        coming, self._coming = self._coming, None
        if coming is not None and not coming.cancel():
            coming.exception()

    def restart(self, offset: int) -> None:
        """Goes to the beginning of a block."""
        self.stream.seek(offset)

    def read(self, n: int) -> Chunk | None:
        """Returns at most ``n`` records, ``None`` at the end."""
        while self._chunk is None or self._at >= len(self._chunk):
            if self._failed is not None:
                error, self._failed, self._dead = self._failed, None, not self.survives
                raise error
            if self._dead:
                return None
            coming, self._coming, self._at = self._coming, None, 0
            self._mark, self._chunk, self._failed = self._advance() if coming is None else coming.result()
            if self.pool is not None and self._chunk is not None and self._failed is None:
                self._coming = self.pool.submit(self._advance)
            if self._chunk is None and self._failed is None:
                return None
        out = self._chunk[self._at : self._at + n]
        self._at += len(out)
        return out

    def state(self) -> list[int]:
        """Returns the position."""
        begin, *more = self._mark or self.mark()
        return [begin, self._at, *more]

    def restore(self, state: Any) -> None:
        """Goes back to a position."""
        self._settle()
        begin, skip = state[:2]
        self.restart(begin)
        self._mark = None
        self._chunk, self._at, self._failed, self._dead = None, 0, None, False
        while skip > 0 and (chunk := self.read(skip)) is not None:
            skip -= len(chunk)

    def close(self) -> None:
        """Closes the file."""
        self._settle()
        self.stream.close()


def column(records: list) -> Columns:
    """Makes a column of text of a list of ``bytes``."""
    array = np.empty(len(records), object)
    array[:] = records
    return Columns(LEAF, [array])


@dataclass(frozen=True, eq=False)
class FileRecords(Node):
    """The records of files whose names come from another node."""

    input: Node
    kind: str
    reader: Callable[[str], Reader]
    cycle: int = 1
    record_spec: Any = TensorSpec((), STRING)
    count: int = UNKNOWN_CARDINALITY

    knows_spec = True

    def with_inputs(self, inputs: tuple[Node, ...]) -> Node:
        return replace(self, input=inputs[0], count=UNKNOWN_CARDINALITY)  # other files hold other records

    @property
    def step(self) -> int:
        return 0 if isinstance(self.input, TensorSlice) else 1 + self.input.step

    @property
    def operation(self) -> str:
        return self.kind

    @property
    def dataset_name(self) -> str:
        return f"{self.kind}V2" if self.kind.endswith("Dataset") else self.kind

    @property
    def spec(self) -> Any:
        return self.record_spec

    @property
    def cardinality(self) -> int:
        return self.count

    def open(self) -> Cursor:
        return (FileCursor if self.cycle == 1 else InterleavedFileCursor)(self, self.input.open())


class FileCursor(Cursor):
    """Reads one file after the other."""

    ahead = _AHEAD

    def __init__(self, node: FileRecords, names: Cursor) -> None:
        super().__init__(node, names)
        self._names = names
        self._path: str | None = None
        self._reader: Reader | None = None

    def read(self, n: int) -> Chunk | None:
        while True:
            if self._reader is None and not self._next():
                return None
            chunk = self._reader.read(n)  # type: ignore[union-attr]
            if chunk is not None:
                return chunk
            self._release()

    def _next(self) -> bool:
        chunk = self._names.read(1)
        if chunk is None:
            return False
        self._path = path_of(chunk.elements()[0])
        self._reader = self.node.reader(self._path)
        return True

    def _release(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = self._path = None

    def own_state(self) -> Any:
        return None if self._reader is None else {"path": self._path, "reader": self._reader.state()}

    def set_own_state(self, state: Any) -> None:
        self._release()
        if state is not None:
            self._path = state["path"]
            self._reader = self.node.reader(self._path)
            self._reader.restore(state["reader"])

    def close(self) -> None:
        self._release()
        super().close()


class InterleavedFileCursor(Cursor):
    """Takes one record at a time from each of several files in turn, as ``interleave`` does. Threads read their next
    blocks ahead.
    """

    ahead = _AHEAD

    def __init__(self, node: FileRecords, names: Cursor) -> None:
        super().__init__(node, names)
        self._names = names
        self._places: list[tuple[str, Reader] | None] = [None] * node.cycle
        self._place, self._ended = 0, False
        self._coming: str | None = None  # the next file, if it could not be opened
        self._pool = ThreadPoolExecutor(min(node.cycle, os.cpu_count() or 1), thread_name_prefix="kerax-read")
        weakref.finalize(self, self._pool.shutdown, wait=False, cancel_futures=True)

    def _open(self, path: str) -> Reader:
        reader = self.node.reader(path)
        reader.pool = self._pool
        return reader

    def read(self, n: int) -> Chunk | None:
        out: list = []
        places, cycle, size = self._places, self.node.cycle, 0
        while len(out) < n and size < BLOCK:
            place = places[self._place]
            if place is None:
                if self._ended:
                    if not any(places):
                        break
                    self._place = (self._place + 1) % cycle
                    continue
                name = self._names.read(1) if self._coming is None else None
                if name is None and self._coming is None:
                    self._ended = True
                    continue
                path = self._coming = self._coming or path_of(name.elements()[0])  # type: ignore[union-attr]
                try:
                    place = places[self._place] = (path, self._open(path))
                except Exception:
                    if out:
                        break  # what came before it is delivered first
                    self._coming = None
                    raise
                self._coming = None
            try:
                chunk = place[1].read(1)
            except Exception as error:
                if out:
                    place[1]._failed = error  # what came before it is delivered first
                    break
                raise
            if chunk is None:
                place[1].close()
                places[self._place] = None
            else:
                record = chunk.elements()[0]
                out.append(record)
                size += len(record) if type(record) is bytes else 0
            self._place = (self._place + 1) % cycle
        if not out:
            return None
        return column(out) if isinstance(out[0], bytes) else Elements(out)

    def own_state(self) -> Any:
        places = [None if place is None else (place[0], place[1].state()) for place in self._places]
        return {"places": places, "at": self._place, "ended": self._ended, "coming": self._coming}

    def set_own_state(self, state: Any) -> None:
        self._release()
        self._place, self._ended, self._coming = state["at"], state["ended"], state.get("coming")
        for index, place in enumerate(state["places"]):
            if place is not None:
                reader = self._open(place[0])
                reader.restore(place[1])
                self._places[index] = (place[0], reader)

    def _release(self) -> None:
        for place in self._places:
            if place is not None:
                place[1].close()
        self._places = [None] * self.node.cycle

    def close(self) -> None:
        self._release()
        self._pool.shutdown(wait=False)
        super().close()


def path_of(name: Any) -> str:
    """Returns a file name as text."""
    return os.fsdecode(name)


def names_node(filenames: Any, what: str) -> Node:
    """Returns the node that gives the names of files.

    Args:
      filenames: one name or path, several in a list or array, or a dataset of names.
      what: how messages name the source.

    Raises:
      TypeError: for anything else.
    """
    plan = getattr(filenames, "_plan", None)
    if isinstance(plan, Node):
        spec = plan.spec
        if not isinstance(spec, TensorSpec) or spec.dtype != STRING or spec.shape not in ((), (None,), None):
            raise TypeError(f"{what}(filenames=...) expects a dataset of file names, its elements are {spec}.")
        return plan
    if isinstance(filenames, (str, bytes, os.PathLike)):
        filenames = [filenames]
    elif isinstance(filenames, np.ndarray):
        filenames = filenames.ravel().tolist()
    try:
        names = [os.fsencode(name) for name in filenames]
    except TypeError:
        raise TypeError(
            f"{what}(filenames=...) expects file names or a dataset of them, received {filenames!r}."
        ) from None
    array = np.empty(len(names), object)
    array[:] = names
    return TensorSlice(LEAF, (array,))


def cycle_of(num_parallel_reads: int | None, names: Node, what: str) -> int:
    """Returns from how many files at a time records are taken."""
    if num_parallel_reads is None:
        return 1
    count = positive(num_parallel_reads, "num_parallel_reads", what, also=(AUTOTUNE,))
    if count == AUTOTUNE:
        count = os.cpu_count() or 1
        if names.cardinality >= 0:
            count = max(1, min(count, names.cardinality))
    return count


def compression_of(name: Any, what: str) -> str:
    """Returns how files are compressed: ``""``, ``"GZIP"`` or ``"ZLIB"``."""
    if name in (None, ""):
        return ""
    if name not in COMPRESSIONS:
        raise unknown_name(f"compression_type of {what}()", name, COMPRESSIONS)
    return str(name)


def block_size_of(buffer_size: Any, what: str) -> int:
    """Returns how many bytes are read at once."""
    return BLOCK if not buffer_size else max(16, positive(buffer_size, "buffer_size", what))
