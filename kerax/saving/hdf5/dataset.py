"""Arrays: where their values are stored, and reading them (section "The Data Layout Message")."""

from __future__ import annotations

import itertools
import math

import numpy as np

from kerax.saving.hdf5.chunks import Chunk, ChunkGrid, new_chunks, old_chunks
from kerax.saving.hdf5.dataspace import read_dataspace
from kerax.saving.hdf5.datatype import Datatype, datatype_of
from kerax.saving.hdf5.filters import read_filters, undo
from kerax.saving.hdf5.object_header import DATASPACE, DATATYPE, EXTERNAL, FILL, FILTERS, LAYOUT, OLD_FILL, ObjectHeader
from kerax.saving.hdf5.source import UNPACKED, Cursor
from kerax.saving.hdf5.values import as_values, decode

_COMPACT, _CONTIGUOUS, _CHUNKED, _VIRTUAL = 0, 1, 2, 3
_ALIGNMENT = 64  # bytes; JAX uses memory that is aligned so as it is, other memory it copies
_FREE_CHUNK = 2**25  # bytes that a chunk may have in any file
_CHUNK_PER_VALUES, _CHUNK_PER_FILE = 4, 8  # and how many times the array's, or the file's, it may have beyond
_UNPACKED_PER_VALUES = 16  # times the array's size that its chunks may have: they may reach beyond it on every axis
_HAS_FILL = 32  # flag of a fill value of version 3


class Dataset:
    """An array in a file.

    Args:
      header: its object header.

    Raises:
      ValueError: if it is damaged, or stored in a way that is not read.
    """

    def __init__(self, header: ObjectHeader):
        self.source, self._header = header.source, header
        space, datatype = header.find(DATASPACE), header.find(DATATYPE)
        layout = header.find(LAYOUT)
        if space is None or datatype is None or layout is None:
            raise self.source.damage(header.address, "an array without a shape, a type or a place")
        self._space = read_dataspace(space)
        self.datatype: Datatype = datatype_of(datatype)
        self.is_elsewhere = header.find(EXTERNAL) is not None
        filters = header.find(FILTERS)
        self._filters = read_filters(filters) if filters is not None else []
        self.stored = 0  # bytes
        self._data: bytes | None = None
        self._place: int | None = None
        self._grid: ChunkGrid | None = None
        if self._space.shape is not None:
            self._read_layout(layout, math.prod(self._space.shape) * self.datatype.size)

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The array's shape, None if it has no values."""
        return self._space.shape

    @property
    def is_chunked(self) -> bool:
        """Whether it is stored in pieces, which may be compressed."""
        return self._grid is not None

    def _read_layout(self, cursor: Cursor, wanted: int) -> None:
        version = cursor.unsigned(1)
        if version in (1, 2):
            axes, kind = cursor.unsigned(1), cursor.unsigned(1)
            cursor.skip(5)
            address = cursor.offset() if kind != _COMPACT else None
            sizes = [cursor.unsigned(4) for _ in range(axes)]
            if kind == _CHUNKED:
                self._grid = old_chunks(cursor, self._space, self.datatype.size, address, sizes)
            elif kind == _COMPACT:
                self._data = cursor.take(cursor.unsigned(4))
            else:
                self._place, self.stored = address, wanted
        elif version in (3, 4, 5):
            kind = cursor.unsigned(1)
            if kind == _COMPACT:
                self._data = cursor.take(cursor.unsigned(2))
            elif kind == _CONTIGUOUS:
                self._place, self.stored = cursor.offset(), cursor.length()
            elif kind == _CHUNKED and version == 3:
                axes, address = cursor.unsigned(1), cursor.offset()
                sizes = [cursor.unsigned(4) for _ in range(axes)]
                self._grid = old_chunks(cursor, self._space, self.datatype.size, address, sizes)
            elif kind == _CHUNKED:
                self._grid = new_chunks(cursor, self._space, self.datatype.size, bool(self._filters))
            elif kind == _VIRTUAL:
                self.is_elsewhere = True
        else:
            raise cursor.damage(f"a layout of version {version}")
        if kind > _VIRTUAL:
            raise cursor.damage(f"a layout of kind {kind}")
        if self._grid is not None:
            self.stored = sum(chunk.size for chunk in self._grid.chunks)
        elif self._data is not None:
            self.stored = len(self._data)
        elif self._place is None:
            self.stored = 0
        elif not self.is_elsewhere:
            self.source.check(self._place, self.stored)

    def read(self) -> np.ndarray:
        """All values.

        Raises:
          ValueError: if stored bytes are damaged, or there are not enough.
        """
        shape, datatype = self._space.shape, self.datatype
        if shape is None or self.is_elsewhere:
            raise self.source.unreadable(self._header.address, "an array without values of its own")
        data = self._bytes(shape)
        if datatype.dtype is not None:
            return as_values(data, datatype).reshape(shape)
        return decode(self.source, datatype, shape, data.tobytes(), self._header.address)

    def _bytes(self, shape: tuple[int, ...]) -> np.ndarray:
        wanted = math.prod(shape) * self.datatype.size
        try:
            spare = np.empty(wanted + _ALIGNMENT, np.uint8)
        except (MemoryError, ValueError) as error:
            raise self.source.damage(self._header.address, f"an array of {wanted} bytes: {error}") from error
        start = -spare.ctypes.data % _ALIGNMENT
        out = spare[start : start + wanted]
        if self._grid is not None:
            self._read_chunks(self._grid, shape, out)
        elif wanted > self.stored:
            raise self.source.damage(self._header.address, f"{self.stored} of {wanted} bytes of an array are stored")
        elif self._data is not None:
            out[:] = np.frombuffer(self._data, np.uint8, wanted)
        elif wanted:
            assert self._place is not None
            self.source.read_into(self._place, out)
        return out

    # ---- chunks -----------------------------------------------------------------------------------------------------
    def _read_chunks(self, grid: ChunkGrid, shape: tuple[int, ...], out: np.ndarray) -> None:
        element = np.dtype(f"V{self.datatype.size}")
        whole = math.prod(grid.shape) * element.itemsize
        most = max(_FREE_CHUNK, _CHUNK_PER_VALUES * out.nbytes, _CHUNK_PER_FILE * self.source.size)
        if whole > most and grid.chunks:
            raise self.source.damage(self._header.address, f"chunks of {whole} bytes for an array of {out.nbytes}")
        self.source.count(UNPACKED, max(whole * len(grid.chunks) - _UNPACKED_PER_VALUES * out.nbytes, 0))
        values = out.view(element).reshape(shape)
        if len(grid.chunks) < math.prod(-(-size // step) for size, step in zip(shape, grid.shape)):
            values[...] = self._fill_value(element)
        for chunk in grid.chunks:
            data = self._chunk(chunk, grid, shape, whole)
            starts = [place * step for place, step in zip(chunk.place, grid.shape)]
            ends = [min(start + step, size) for start, step, size in zip(starts, grid.shape, shape)]
            piece = np.frombuffer(data, element).reshape(grid.shape)
            inside = tuple(slice(0, end - start) for start, end in zip(starts, ends))
            values[tuple(itertools.starmap(slice, zip(starts, ends)))] = piece[inside]

    def _chunk(self, chunk: Chunk, grid: ChunkGrid, shape: tuple[int, ...], whole: int) -> bytes | memoryview:
        data = np.empty(chunk.size, np.uint8)
        self.source.read_into(chunk.address, data)
        partial = any((place + 1) * step > size for place, step, size in zip(chunk.place, grid.shape, shape))
        filters = [] if partial and grid.partial_unfiltered else self._filters
        return undo(filters, chunk.skipped, memoryview(data), whole, self.source, chunk.address)

    def _fill_value(self, element: np.dtype) -> np.ndarray:
        """What stands where no chunk was stored (section "The Data Storage - Fill Value Message")."""
        value = b""
        cursor = self._header.find(FILL)
        if cursor is not None:
            version = cursor.unsigned(1)
            if version in (1, 2):
                cursor.skip(2)
                defined = cursor.unsigned(1) or version == 1
            elif version == 3:
                defined = cursor.unsigned(1) & _HAS_FILL
            else:
                raise cursor.damage(f"a fill value of version {version}")
            if defined:
                value = cursor.take(cursor.unsigned(4))
        else:
            cursor = self._header.find(OLD_FILL)
            if cursor is not None:
                value = cursor.take(cursor.unsigned(4))
        if value and len(value) != element.itemsize:
            raise self.source.damage(self._header.address, f"a fill value of {len(value)} bytes")
        return np.frombuffer(value or bytes(element.itemsize), element)[0]
