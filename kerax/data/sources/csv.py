"""Tables in delimited text files: one record at a time, or batches with inferred columns."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from kerax.data.convert import as_component, dtype_name, to_array
from kerax.data.dataset import Dataset
from kerax.data.sources.csv_reader import CsvFormat, CsvReader
from kerax.data.sources.files import FileRecords, block_size_of, compression_of, names_node
from kerax.data.spec import TensorSpec
from kerax.data.structure import Structure
from kerax.data.validate import integer

_DTYPES = ("float32", "float64", "int32", "int64", "string")
# tf.data takes a default that equals the number of a dtype for that dtype: scripts may rely on it either way, and the
# recorded behaviour is the contract.
_NUMBERED = {1: "float32", 2: "float64", 3: "int32", 7: "string", 9: "int64"}


def column_default(value: Any, index: int, where: str) -> tuple[str, Any]:
    """Returns dtype and default of a column, ``None`` as default where a value is required.

    Args:
      value: a dtype for a required column; a value, or an array of one, as default; an empty array for a required
        column.
      index: the column, for messages.
      where: the function, for messages.

    Raises:
      TypeError: for a dtype that columns cannot have.
    """
    default = None
    if type(value) in (int, float) and value in _NUMBERED:
        name = _NUMBERED[value]
    elif isinstance(value, (str, bytes, int, float, list, np.ndarray, np.generic)) or hasattr(value, "__array__"):
        array = np.asarray(to_array(value))
        name = dtype_name(array.dtype)
        if array.size > 1:
            raise ValueError(f"{where}: the default of column {index} must be one value, received {value!r}.")
        default = as_component(array.reshape(())) if array.size else None
    else:
        name = dtype_name(value)
    if name not in _DTYPES:
        raise TypeError(f"{where}: column {index} is {name}; columns can be {', '.join(_DTYPES)}.")
    return name, default


def one_byte(text: str, name: str, where: str) -> bytes:
    """Returns a delimiter as a byte."""
    data = text.encode() if isinstance(text, str) else bytes(text)
    if len(data) != 1:
        raise ValueError(f"{where}({name}=...) must be a single character of one byte, received {text!r}.")
    return data


def csv_records(names: Any, form: CsvFormat, compression: str, block_size: int, kind: str, cycle: int = 1) -> Dataset:
    """Returns the dataset of the records of files."""
    reader = functools.partial(CsvReader, format=form, compression=compression, block_size=block_size)
    spec = form.structure.unflatten([TensorSpec((), dtype) for dtype in form.dtypes])
    return Dataset(FileRecords(names, kind, reader, cycle, spec))


class CsvDataset(Dataset):
    r"""The records of delimited text files, as tuples with one component for each column.

    Args:
      filenames: one file name, a list of them, or a dataset of them.
      record_defaults: for every column a dtype (float32, float64, int32, int64 or string) if a value is required, or
        the value that stands for a missing one, the dtype of which is that of the column.
      compression_type: ``"GZIP"``, ``"ZLIB"``, or ``None``.
      buffer_size: how many bytes are read at once.
      header: whether the first record of every file is left out.
      field_delim: what separates fields.
      use_quote_delim: whether fields may be quoted (RFC 4180).
      na_value: text that means that a value is missing.
      select_cols: the columns to read, ascending; all by default.
      exclude_cols: the columns not to read, instead of ``select_cols``.

    Raises:
      ValueError: if the columns are not ascending; while iterating, for a record that cannot be read: names file and
        line.
      TypeError: for another dtype.

    Example:
      >>> import pathlib, tempfile, kerax
      >>> file = pathlib.Path(tempfile.mkdtemp(), "table.csv")
      >>> _ = file.write_text("1,2.5,a\n4,,b\n")
      >>> list(kerax.data.experimental.CsvDataset(file, ["int32", [9.0], "string"][:2] + [""]))[1]
      (np.int32(4), np.float32(9.0), b'b')
    """

    def __init__(
        self,
        filenames: Any,
        record_defaults: Any,
        compression_type: str | None = None,
        buffer_size: int | None = None,
        header: bool = False,
        field_delim: str = ",",
        use_quote_delim: bool = True,
        na_value: str = "",
        select_cols: Any = None,
        exclude_cols: Any = None,
    ) -> None:
        kinds = [_column(value, index) for index, value in enumerate(record_defaults)]
        if not kinds:
            raise ValueError("CsvDataset(record_defaults=...) must have an item for each column, received none.")
        columns = None if select_cols is None else tuple(integer(c, "select_cols", "CsvDataset") for c in select_cols)
        if exclude_cols is not None:
            if columns is not None:
                raise ValueError("CsvDataset() takes either select_cols or exclude_cols, not both.")
            left_out = {integer(c, "exclude_cols", "CsvDataset") for c in exclude_cols}
            columns = tuple(c for c in range(len(kinds) + len(left_out)) if c not in left_out)
        if columns is not None:
            if len(columns) != len(kinds):
                raise ValueError(f"CsvDataset() has {len(kinds)} record_defaults for {len(columns)} selected columns.")
            if list(columns) != sorted(set(columns)) or min(columns, default=0) < 0:
                raise ValueError(f"CsvDataset(select_cols=...) must be ascending column numbers, received {columns}.")
        form = CsvFormat(
            one_byte(field_delim, "field_delim", "CsvDataset"),
            bool(use_quote_delim),
            na_value.encode(),
            bool(header),
            columns,
            tuple(name for name, _ in kinds),
            tuple(default for _, default in kinds),
            Structure.of((0,) * len(kinds)),
        )
        size = block_size_of(buffer_size, "CsvDataset")
        names = names_node(filenames, "CsvDataset")
        super().__init__(
            csv_records(names, form, compression_of(compression_type, "CsvDataset"), size, "CsvDataset")._plan
        )


def _column(value: Any, index: int) -> tuple[str, Any]:
    # A string can be a default or the name of a dtype; the names are taken as dtypes, as where a dtype is expected
    # anywhere else in kerax.
    if isinstance(value, str) and value in _DTYPES:
        return value, None
    return column_default(value, index, "CsvDataset")
