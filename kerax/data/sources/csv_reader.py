"""Records of delimited text files, a block at a time, as columns.

Blocks without quotes and with the same number of fields in every line are cut into columns by array operations. Others
are read record by record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerax.data.chunks import Chunk, Columns
from kerax.data.convert import numpy_dtype
from kerax.data.sources.csv_numbers import parse_number, parse_numbers
from kerax.data.sources.files import Reader
from kerax.data.structure import Structure

_NEWLINE, _RETURN = 10, 13


@dataclass(frozen=True)
class CsvFormat:
    """How a file is written and which columns are wanted.

    Attributes:
      delimiter: one byte.
      quotes: whether fields may be quoted.
      na_value: text that means that a value is missing, beside no text.
      header: whether the first record of a file is left out.
      columns: the wanted columns, ascending; ``None`` for all, of which there must then be as many as dtypes.
      dtypes: the dtype of every wanted column.
      defaults: what stands for a missing value, ``None`` where one is required.
      structure: how the columns make an element.
    """

    delimiter: bytes
    quotes: bool
    na_value: bytes
    header: bool
    columns: tuple[int, ...] | None
    dtypes: tuple[str, ...]
    defaults: tuple[Any, ...]
    structure: Structure


class RecordError(ValueError):
    """A record cannot be read."""


class CsvReader(Reader):
    """Reads blocks of whole records. Damage in one record does not keep from going on with the next."""

    survives = True

    def __init__(self, path: str, format: CsvFormat, compression: str, block_size: int) -> None:
        super().__init__(path, compression, block_size)
        self._format = format
        self._rest = b""
        self._line = 0  # lines read, for messages
        self._at_end = False
        self._header = format.header

    def block_start(self) -> int:
        return self.stream.offset - len(self._rest)

    def restart(self, offset: int) -> None:
        super().restart(offset)
        self._rest, self._at_end = b"", False
        self._header = self._format.header and offset == 0

    def mark(self) -> list[int]:
        return [self.block_start(), self._line]

    def restore(self, state: Any) -> None:
        self._settle()
        self._line = state[2]
        super().restore(state)

    def block(self) -> tuple[Chunk | None, Exception | None]:
        if self._header:
            self._header = False
            self._skip_record()
        data = self._rest
        wanted = self.block_size
        while True:
            if not self._at_end and len(data) < wanted:
                part = self.stream.read(wanted - len(data))
                self._at_end = not part
                data = data + part if data else part
                if self._at_end and data and data[-1] != _NEWLINE:
                    data += b"\n"
            if not data:
                failed, self.stream.truncated = self.stream.check_end(), False
                return None, failed
            end = data.rfind(b"\n") + 1
            if end:
                plain = not (self._format.quotes and b'"' in data) and data.count(b"\r") == data.count(b"\r\n")
                chunk, used, error = (self._columns(data, end) if plain else None) or self._records(data)
                if used or error is not None:
                    break
            wanted = 2 * max(wanted, len(data))
        self._rest = data[used:]
        if self._at_end and self._rest == b"":
            self._rest = b""
        return chunk, error

    # ------------------------------------------------------------------ by array operations

    def _columns(self, data: bytes, end: int) -> tuple[Chunk | None, int, Exception | None] | None:
        """The records of a block without quotes; ``None`` if its lines differ in their number of fields."""
        form = self._format
        flat = np.frombuffer(data, np.uint8, end)
        delimiter = form.delimiter[0]
        breaks = np.flatnonzero((flat == delimiter) | (flat == _NEWLINE))
        newline = flat[breaks] == _NEWLINE
        if form.columns is None:
            fields = len(form.dtypes)
        else:
            fields = int(np.argmax(newline)) + 1
            if fields <= form.columns[-1]:
                return None
        if len(breaks) % fields:
            return None
        ends = breaks.reshape(-1, fields)
        newline = newline.reshape(-1, fields)
        if not newline[:, -1].all() or newline[:, :-1].any():
            return None
        starts = np.empty_like(ends)
        starts.ravel()[0] = 0
        starts.ravel()[1:] = breaks[:-1] + 1
        if _RETURN in data:
            ends = ends.copy()
            ends[:, -1] -= (flat.take(ends[:, -1] - 1, mode="clip") == _RETURN) & (ends[:, -1] > starts[:, -1])
        leaves, bad, message = [], len(ends), ""
        for number, column in enumerate(form.columns or range(fields)):
            leaf, first, why = self._column(data, flat, starts[:, column].copy(), ends[:, column].copy(), number)
            leaves.append(leaf)
            if first < bad:
                bad, message = first, why
        self._line += min(bad + 1, len(ends))
        error, used = None, end
        if bad < len(ends):
            error, used = self._wrong(message, self._line), int(breaks.reshape(-1, fields)[bad, -1]) + 1
        return (Columns(form.structure, [leaf[:bad] for leaf in leaves]) if bad else None), used, error

    def _column(
        self, data: bytes, flat: np.ndarray, starts: np.ndarray, ends: np.ndarray, number: int
    ) -> tuple[np.ndarray, int, str]:
        """One column, the first record that has no valid value, and why."""
        dtype, default = self._format.dtypes[number], self._format.defaults[number]
        missing = starts == ends
        if self._format.na_value:
            missing |= _equal(flat, starts, ends, self._format.na_value)
            ends = np.where(missing, starts, ends)
        bad, why = len(starts), ""
        if dtype == "string":
            leaf = np.empty(len(starts), object)
            leaf[:] = [data[a:b] for a, b in zip(starts.tolist(), ends.tolist())]
        else:
            leaf, bad = parse_numbers(data, flat, starts, ends, dtype)
            if bad < len(starts):
                why = _no_number(number, data[starts[bad] : ends[bad]], dtype)
        if missing.any():
            if default is not None:
                leaf[missing] = default
            elif int(np.argmax(missing)) < bad:
                bad, why = int(np.argmax(missing)), f"field {number} is required but missing"
        return leaf, bad, why

    # ------------------------------------------------------------------ record by record

    def _records(self, data: bytes) -> tuple[Chunk | None, int, Exception | None]:
        form = self._format
        rows: list[list] = []
        at, error = 0, None
        while at < len(data):
            try:
                fields, end = split_record(data, at, form.delimiter, form.quotes, self._at_end)
            except RecordError as problem:
                self._line += 1
                error = self._wrong(str(problem), self._line)
                line = data.find(b"\n", at) + 1
                at = line if line else len(data)
                break
            if end < 0:
                break  # the record goes on behind this block
            self._line += 1
            try:
                rows.append(self._values(fields))
            except RecordError as problem:
                error = self._wrong(str(problem), self._line)
            self._line += data.count(b"\n", at, end) - 1 if end > at else 0
            at = end
            if error is not None:
                break
        if not rows:
            return None, at, error
        leaves = []
        for dtype, values in zip(form.dtypes, zip(*rows)):
            leaf = np.empty(len(rows), numpy_dtype(dtype))
            with np.errstate(over="ignore"):
                leaf[:] = values
            leaves.append(leaf)
        return Columns(form.structure, leaves), at, error

    def _values(self, fields: list[bytes]) -> list:
        form = self._format
        if form.columns is None:
            if len(fields) != len(form.dtypes):
                raise RecordError(f"{len(form.dtypes)} fields were expected, it has {len(fields)}")
        else:
            if len(fields) <= form.columns[-1]:
                raise RecordError(f"it has {len(fields)} fields, column {form.columns[-1]} was asked for")
            fields = [fields[column] for column in form.columns]
        out: list = []
        for number, (field, dtype, default) in enumerate(zip(fields, form.dtypes, form.defaults)):
            if not field or field == form.na_value:
                if default is None:
                    raise RecordError(f"field {number} is required but missing")
                out.append(default)
            elif dtype == "string":
                out.append(field)
            else:
                value = parse_number(field, dtype)
                if value is None:
                    raise RecordError(_no_number(number, field, dtype))
                out.append(value)
        return out

    def _skip_record(self) -> None:
        data = self._rest
        while True:
            part = self.stream.read(self.block_size)
            data += part
            fields, end = split_record(data, 0, self._format.delimiter, self._format.quotes, not part)
            if end >= 0 or not part:
                self._line += max(1, data.count(b"\n", 0, max(end, 0)))
                self._rest = data[end:] if end >= 0 else b""
                return

    def _wrong(self, why: str, line: int) -> ValueError:
        return ValueError(f"{self.path}, line {line}: the record cannot be read: {why}.")


def _no_number(number: int, field: bytes, dtype: str) -> str:
    return f"field {number} is not a valid {dtype}: {field.decode(errors='replace')!r}"


def _equal(flat: np.ndarray, starts: np.ndarray, ends: np.ndarray, text: bytes) -> np.ndarray:
    same = ends - starts == len(text)
    for place, byte in enumerate(text):
        same &= flat.take(starts + place, mode="clip") == byte
    return same


def split_record(data: bytes, at: int, delimiter: bytes, quotes: bool, last: bool) -> tuple[list[bytes], int]:
    r"""Cuts one record into fields (RFC 4180).

    Args:
      data: the bytes.
      at: where the record begins.
      delimiter: one byte.
      quotes: whether fields may be quoted.
      last: whether the file ends behind ``data``.

    Returns:
      The fields, and where the next record begins; -1 if the record goes on behind the data.

    Raises:
      RecordError: for quotes that do not belong there.

    Example:
      >>> from kerax.data.sources.csv_reader import split_record
      >>> split_record(b'1,"a ""b"", c"\n', 0, b",", True, False)
      ([b'1', b'a "b", c'], 15)
    """
    fields: list[bytes] = []
    size, mark = len(data), delimiter[0]
    while True:
        if quotes and at < size and data[at] == 34:
            field, at = _quoted(data, at + 1, last)
            if at < 0:
                return [], -1
            if at < size and data[at] not in (mark, _NEWLINE, _RETURN):
                raise RecordError("there is text behind a closing quote")
            fields.append(field)
        else:
            begin = at
            while at < size and data[at] not in (mark, _NEWLINE, _RETURN):
                at += 1
            field = data[begin:at]
            if at >= size and not last:
                return [], -1
            if quotes and b'"' in field:
                raise RecordError("a field that does not begin with a quote has a quote inside")
            fields.append(field)
        if at >= size:
            return fields, size if last else -1
        if data[at] != mark:
            if data[at] == _RETURN:
                if at + 1 >= size and not last:
                    return [], -1
                at += at + 1 < size and data[at + 1] == _NEWLINE
            return fields, at + 1
        at += 1


def _quoted(data: bytes, at: int, last: bool) -> tuple[bytes, int]:
    """A quoted field and where it ends behind its closing quote; -1 if that is not in the data."""
    parts = []
    while True:
        end = data.find(b'"', at)
        if end < 0 or (end + 1 >= len(data) and not last):
            if last and end < 0:
                raise RecordError("a quoted field is not closed")
            return b"", -1
        parts.append(data[at:end])
        if data[end + 1 : end + 2] != b'"':
            return b'"'.join(parts), end + 1
        at = end + 2
