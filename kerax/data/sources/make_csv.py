"""make_csv_dataset: batches of columns from files, with names and dtypes found in the files."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import numpy as np

from kerax.data.convert import numpy_dtype
from kerax.data.dataset import Dataset
from kerax.data.operations.prefetch import AUTOTUNE
from kerax.data.sources.csv import _column, csv_records, one_byte
from kerax.data.sources.csv_numbers import parse_number
from kerax.data.sources.csv_reader import CsvFormat, RecordError, split_record
from kerax.data.sources.files import BLOCK, cycle_of
from kerax.data.sources.list_files import matching_files
from kerax.data.sources.stream import ByteStream
from kerax.data.structure import Structure
from kerax.data.validate import positive

_INFERRED = ("int32", "int64", "float32", "float64", "string")


def make_csv_dataset(
    file_pattern: Any,
    batch_size: int,
    column_names: list[str] | None = None,
    column_defaults: list | None = None,
    label_name: str | None = None,
    select_columns: list | None = None,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    header: bool = True,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    num_parallel_reads: int | None = None,
    sloppy: bool = False,
    num_rows_for_inference: int | None = 100,
    compression_type: str | None = None,
    ignore_errors: bool = False,
    encoding: str = "utf-8",
) -> Dataset:
    r"""Reads delimited text files into batches: ordered dictionaries with one array for each column.

    Args:
      file_pattern: files, or glob patterns.
      batch_size: how many records make a batch.
      column_names: the names of the columns; the first record of the files by default.
      column_defaults: for every (selected) column a dtype if a value is required, or the value for a missing one;
        inferred by default, with 0 and empty text for missing values.
      label_name: the column that is handed out separately: elements are then (features, label).
      select_columns: names or numbers of the columns to read.
      field_delim: what separates fields.
      use_quote_delim: whether fields may be quoted.
      na_value: text that means that a value is missing.
      header: whether the files begin with the names of the columns.
      num_epochs: how many times to go through the records; without end by default, all batches then being full.
      shuffle: whether records come in random order.
      shuffle_buffer_size: the size of the shuffle buffer.
      shuffle_seed: makes the order reproducible.
      prefetch_buffer_size: how many batches are made ahead; chosen automatically by default.
      num_parallel_reads: from how many files records are taken in turn.
      sloppy: kept for compatibility: the order is always the same.
      num_rows_for_inference: from how many records dtypes are inferred; ``None`` for all.
      compression_type: ``"GZIP"``, ``"ZLIB"``, or ``None``.
      ignore_errors: whether records that cannot be read are left out.
      encoding: of the column names.

    Raises:
      ValueError: if no file matches, names are double or differ between files, or the label is no column.

    Example:
      >>> import pathlib, tempfile, kerax
      >>> file = pathlib.Path(tempfile.mkdtemp(), "people.csv")
      >>> _ = file.write_text("name,age\nann,31\nbo,22\n")
      >>> ds = kerax.data.experimental.make_csv_dataset(str(file), 2, label_name="age", num_epochs=1, shuffle=False)
      >>> features, ages = next(iter(ds))
      >>> dict(features), ages
      ({'name': array([b'ann', b'bo'], dtype=object)}, array([31, 22], dtype=int32))
    """
    size = positive(batch_size, "batch_size", "make_csv_dataset")
    files = matching_files(file_pattern)
    if not files:
        raise ValueError(f"make_csv_dataset(file_pattern=...): no file matches {file_pattern!r}.")
    delimiter = one_byte(field_delim, "field_delim", "make_csv_dataset")
    source = _Source(
        delimiter, bool(use_quote_delim), na_value.encode(), bool(header), compression_type or "", encoding
    )
    names = list(column_names) if column_names is not None else None
    if names is None:
        if not header:
            raise ValueError("make_csv_dataset() needs column_names=... for files without a header.")
        names = source.names(files[0])
    _check_names(source, files, names, column_names is None)
    columns = _selected(select_columns, names)
    if column_defaults is not None:
        if len(column_defaults) != len(columns):
            raise ValueError(
                f"make_csv_dataset() has {len(column_defaults)} column_defaults for {len(columns)} columns: "
                f"{[names[c] for c in columns]}."
            )
        kinds = [_column(value, index) for index, value in enumerate(column_defaults)]
    else:
        kinds = source.infer(files, columns, len(names), num_rows_for_inference)
    kept = [names[column] for column in columns]
    if label_name is not None and label_name not in kept:
        raise ValueError(
            f"make_csv_dataset(label_name=...) must be one of the columns {kept}, received {label_name!r}."
        )
    # Columns stand in the order of the file; in the structure the label comes last.
    order = sorted(range(len(kept)), key=lambda index: kept[index] == label_name)
    structure: Any = OrderedDict((name, 0) for name in kept if name != label_name)  # as in TensorFlow
    form = CsvFormat(
        delimiter,
        bool(use_quote_delim),
        na_value.encode(),
        bool(header),
        None if len(columns) == len(names) else tuple(columns),
        tuple(dtype for dtype, _ in kinds),
        tuple(default for _, default in kinds),
        Structure.of((0,) * len(kinds)),
    )
    ds = Dataset.from_tensor_slices(files)
    if shuffle:
        ds = ds.shuffle(len(files), shuffle_seed)
    cycle = cycle_of(num_parallel_reads, ds._plan, "make_csv_dataset")
    ds = csv_records(ds._plan, form, compression_type or "", BLOCK, "make_csv_dataset", cycle)
    if ignore_errors:
        ds = ds.ignore_errors()
    if shuffle:
        ds = ds.shuffle(shuffle_buffer_size, shuffle_seed)
    ds = ds.repeat(num_epochs) if num_epochs != 1 else ds
    ds = ds.batch(size, drop_remainder=num_epochs is None)
    named = Structure.of(structure if label_name is None else (structure, 0))

    def by_name(*parts: Any) -> Any:
        return named.unflatten([parts[index] for index in order])

    return ds.map(by_name).prefetch(AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size)


class _Source:
    """Reads records of files to find out about them."""

    def __init__(
        self, delimiter: bytes, quotes: bool, na_value: bytes, header: bool, compression: str, encoding: str
    ) -> None:
        self.delimiter, self.quotes, self.na_value, self.header = delimiter, quotes, na_value, header
        self.compression, self.encoding = compression, encoding

    def records(self, file: str) -> Iterator[list[bytes]]:
        """The records of a file, until one cannot be read."""
        stream = ByteStream(file, self.compression)
        data, at, last = b"", 0, False
        try:
            while True:
                fields, end = split_record(data, at, self.delimiter, self.quotes, last)
                if end >= 0:
                    if at >= len(data):
                        return
                    yield fields
                    at = end
                elif last:
                    return
                else:
                    part = stream.read(BLOCK)
                    data, at, last = data[at:] + part, 0, not part
        except RecordError:
            return  # reading the records for good will say what is wrong
        finally:
            stream.close()

    def names(self, file: str) -> list[str]:
        """The names in the first record."""
        first = next(self.records(file), None)
        if first is None:
            raise ValueError(f"{file}: there is no header to take the names of columns from.")
        return [name.decode(self.encoding) for name in first]

    def infer(self, files: list[str], columns: list[int], width: int, limit: int | None) -> list[tuple[str, Any]]:
        """Finds the narrowest dtype for every column."""
        narrowest = [0] * len(columns)
        count = 0
        for file in files:
            next_line = 1
            for index, record in enumerate(self.records(file)):
                line, next_line = next_line, next_line + 1 + sum(field.count(b"\n") for field in record)
                if self.header and not index:
                    continue
                if limit is not None and count >= limit:
                    break
                count += 1
                if len(record) != width:
                    raise ValueError(f"{file}, line {line}: {len(record)} fields where {width} were expected.")
                for place, column in enumerate(columns):
                    text = record[column]
                    while text and text != self.na_value and not _fits(text, _INFERRED[narrowest[place]]):
                        narrowest[place] += 1
        dtypes = [_INFERRED[number] for number in narrowest]
        return [(dtype, b"" if dtype == "string" else np.zeros((), numpy_dtype(dtype))[()]) for dtype in dtypes]


def _fits(text: bytes, dtype: str) -> bool:
    if dtype == "string":
        return True
    number = parse_number(text, dtype)
    if number is None or dtype != "float32":
        return number is not None
    return bool(not np.isfinite(number) or abs(number) <= np.finfo(np.float32).max)


def _check_names(source: _Source, files: list[str], names: list[str], from_header: bool) -> None:
    double = {name for name in names if names.count(name) > 1}
    if double:
        raise ValueError(f"Column names must differ; these stand twice or more: {sorted(double)}.")
    if source.header and from_header:
        for file in files[1:]:
            if source.names(file) != names:
                raise ValueError(f"All files must have the same column names: {file} has others than {files[0]}.")


def _selected(chosen: list | None, names: list[str]) -> list[int]:
    if chosen is None:
        return list(range(len(names)))
    columns = []
    for one in chosen:
        if isinstance(one, str):
            if one not in names:
                raise ValueError(f"make_csv_dataset(select_columns=...): there is no column {one!r} among {names}.")
            columns.append(names.index(one))
        elif 0 <= int(one) < len(names):
            columns.append(int(one))
        else:
            raise ValueError(
                f"make_csv_dataset(select_columns=...): there are columns 0 to {len(names) - 1}, not {one}."
            )
    if len(set(columns)) != len(columns):
        raise ValueError(f"make_csv_dataset(select_columns=...) names a column twice: {chosen}.")
    return sorted(columns)
