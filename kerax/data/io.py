"""Files, and bytes that hold numbers, for use in ``map``: names of tf.io and tf.io.gfile."""

from __future__ import annotations

import base64
import os
import shutil
from typing import Any

import numpy as np

from kerax.data.convert import dtype_name, numpy_dtype
from kerax.data.images import (
    decode_and_crop_jpeg,
    decode_bmp,
    decode_gif,
    decode_image,
    decode_jpeg,
    decode_png,
    decode_wav,
    encode_jpeg,
    encode_png,
    encode_wav,
    extract_jpeg_shape,
    is_jpeg,
)
from kerax.data.recent_files import note_read
from kerax.data.records.features import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
)
from kerax.data.records.parse import parse_example, parse_single_example
from kerax.data.records.sequence import parse_sequence_example, parse_single_sequence_example
from kerax.data.records.writer import TFRecordOptions, TFRecordWriter
from kerax.data.sources import list_files
from kerax.data.sources.csv import _column, one_byte
from kerax.data.sources.csv_numbers import parse_number
from kerax.data.sources.csv_reader import RecordError, split_record
from kerax.data.strings._each import each, texts
from kerax.data.tensor_messages import parse_tensor, serialize_tensor

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "RaggedFeature",
    "SparseFeature",
    "TFRecordOptions",
    "TFRecordWriter",
    "VarLenFeature",
    "decode_and_crop_jpeg",
    "decode_base64",
    "decode_bmp",
    "decode_csv",
    "decode_gif",
    "decode_image",
    "decode_jpeg",
    "decode_png",
    "decode_raw",
    "decode_wav",
    "encode_base64",
    "encode_jpeg",
    "encode_png",
    "encode_wav",
    "exists",
    "extract_jpeg_shape",
    "is_jpeg",
    "isdir",
    "listdir",
    "makedirs",
    "matching_files",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "parse_tensor",
    "read_file",
    "remove",
    "rmtree",
    "serialize_tensor",
    "write_file",
]


def _path(name: Any) -> str:
    if isinstance(name, np.ndarray):
        name = name[()]
    return os.fsdecode(name)


def read_file(filename: Any, name: str | None = None) -> bytes:
    """Returns the bytes of a file.

    Raises:
      FileNotFoundError: naming the file.

    Example:
      >>> import os, tempfile
      >>> from kerax.data import io
      >>> file = os.path.join(tempfile.mkdtemp(), "a.txt")
      >>> io.write_file(file, "text")
      >>> io.read_file(file)
      b'text'
    """
    path = _path(filename)
    try:
        with open(path, "rb", buffering=0) as file:
            contents = file.read()
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: there is no such file.") from None
    note_read(path, len(contents))
    return contents


def write_file(filename: Any, contents: Any, name: str | None = None) -> None:
    """Writes bytes to a file, and makes the directories it lies in. The file is there whole or not at all.

    Args:
      filename: the file.
      contents: bytes or text.
      name: kept for compatibility.
    """
    path = _path(filename)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "wb") as file:
        file.write(texts(contents, "write_file")[()])
    os.replace(temporary, path)


def matching_files(pattern: Any, name: str | None = None) -> np.ndarray:
    """Returns the files that match one or several patterns, in the order of their bytes.

    Args:
      pattern: a glob pattern, or a list of them.
      name: kept for compatibility.

    Example:
      >>> import os, tempfile, kerax.data.io
      >>> folder = tempfile.mkdtemp()
      >>> kerax.data.io.write_file(os.path.join(folder, "a.txt"), "")
      >>> [os.path.basename(name) for name in kerax.data.io.matching_files(os.path.join(folder, "*.txt"))]
      [b'a.txt']
    """
    return texts([os.fsencode(name) for name in list_files.matching_files(pattern)], "matching_files")


def exists(path: Any) -> bool:
    """Says whether there is a file or directory of this name."""
    return os.path.exists(_path(path))


def isdir(path: Any) -> bool:
    """Says whether there is a directory of this name."""
    return os.path.isdir(_path(path))


def listdir(path: Any) -> list[str]:
    """Returns the names in a directory, sorted."""
    return sorted(os.listdir(_path(path)))


def makedirs(path: Any) -> None:
    """Makes a directory and those it lies in, where they are missing."""
    os.makedirs(_path(path), exist_ok=True)


def remove(path: Any) -> None:
    """Deletes a file."""
    os.remove(_path(path))


def rmtree(path: Any) -> None:
    """Deletes a directory with all that is in it."""
    shutil.rmtree(_path(path))


def decode_raw(
    input_bytes: Any,
    out_type: Any,
    little_endian: bool = True,
    fixed_length: int | None = None,
    name: str | None = None,
) -> np.ndarray:
    r"""Reads bytes as numbers.

    Args:
      input_bytes: texts, all of one length unless ``fixed_length`` is given.
      out_type: the dtype of the numbers.
      little_endian: the order of their bytes.
      fixed_length: bytes to which each text is cut, or filled up with zeros.
      name: kept for compatibility.

    Returns:
      An array with one more dimension.

    Raises:
      ValueError: if lengths differ or do not divide into numbers.

    Example:
      >>> from kerax.data import io
      >>> io.decode_raw([b"\x01\x02\x03\x04"], "int16")
      array([[ 513, 1027]], dtype=int16)
    """
    array = texts(input_bytes, "decode_raw")
    parts = array.ravel().tolist()
    if fixed_length is not None:
        parts = [part[:fixed_length].ljust(fixed_length, b"\0") for part in parts]
    dtype = numpy_dtype(dtype_name(out_type))
    sizes = {len(part) for part in parts}
    if len(sizes) > 1:
        raise ValueError(
            f"decode_raw() needs texts of one length, received lengths {sorted(sizes)}. Give fixed_length=..."
        )
    size = sizes.pop() if sizes else 0
    if size % dtype.itemsize:
        raise ValueError(
            f"decode_raw(): {size} bytes do not divide into {dtype.name} numbers of {dtype.itemsize} bytes."
        )
    stored = dtype if little_endian or dtype.itemsize == 1 else dtype.newbyteorder(">")
    numbers = np.frombuffer(b"".join(parts), stored).astype(dtype)
    return numbers.reshape(*array.shape, size // dtype.itemsize)


def decode_csv(
    records: Any,
    record_defaults: Any,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    select_cols: Any = None,
    name: str | None = None,
) -> list:
    """Reads texts as records of a table.

    Args:
      records: texts, one record each.
      record_defaults: for every column the value for a missing one, or a dtype or empty array if one is required.
      field_delim: what separates fields.
      use_quote_delim: whether fields may be quoted.
      na_value: text that means that a value is missing.
      select_cols: the columns to read; all by default.
      name: kept for compatibility.

    Returns:
      A list with one array for each column, of the shape of ``records``.

    Raises:
      ValueError: for a record that cannot be read.

    Example:
      >>> from kerax.data import io
      >>> io.decode_csv(["1,2.5", "3,"], [[0], [1.0]])
      [array([1, 3], dtype=int32), array([2.5, 1. ], dtype=float32)]
    """
    array = texts(records, "decode_csv")
    # A list holds one default here; a bare value that is the number of a dtype is that value.
    kinds = [_column(v if isinstance(v, (str, list)) else _listed(v), i) for i, v in enumerate(record_defaults)]
    columns = list(range(len(kinds))) if select_cols is None else [int(column) for column in select_cols]
    delimiter, missing = one_byte(field_delim, "field_delim", "decode_csv"), na_value.encode()
    out = [np.empty(array.size, numpy_dtype(dtype)) for dtype, _ in kinds]
    for index, record in enumerate(array.ravel().tolist()):
        where = f"decode_csv(): record {index}, {record!r}, cannot be read"
        try:
            fields, _ = split_record(record, 0, delimiter, use_quote_delim, True)
        except RecordError as error:
            raise ValueError(f"{where}: {error}.") from None
        if len(fields) <= max(columns) or (select_cols is None and len(fields) != len(kinds)):
            raise ValueError(f"{where}: it has {len(fields)} fields where {len(kinds)} were expected.")
        for place, (column, (dtype, default)) in enumerate(zip(columns, kinds)):
            field = fields[column]
            value: Any = default
            if field and field != missing:
                value = field if dtype == "string" else parse_number(field, dtype)
                if value is None:
                    raise ValueError(f"{where}: field {column} is not a valid {dtype}: {field!r}.")
            elif default is None:
                raise ValueError(f"{where}: field {column} is required but missing.")
            out[place][index] = value
    return [leaf.reshape(array.shape)[()] for leaf in out]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, (int, float)) else value


def encode_base64(input: Any, pad: bool = False, name: str | None = None) -> Any:
    """Writes bytes in the alphabet of web addresses (RFC 4648, section 5).

    Example:
      >>> from kerax.data import io
      >>> io.encode_base64("ab")
      b'YWI'
    """
    return each(lambda text: base64.urlsafe_b64encode(text).rstrip(b"" if pad else b"="), input, "encode_base64")


def decode_base64(input: Any, name: str | None = None) -> Any:
    """Reads what ``encode_base64`` wrote.

    Raises:
      ValueError: for a text that is no such code.

    Example:
      >>> from kerax.data import io
      >>> io.decode_base64("YWI")
      b'ab'
    """
    return each(lambda text: base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4)), input, "decode_base64")
