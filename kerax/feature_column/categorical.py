"""Categorical columns over one feature: identity, hash buckets, vocabularies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kerax.data.ragged import SparseTensor
from kerax.data.records.features import VarLenFeature
from kerax.dtypes import standardize_dtype
from kerax.feature_column.column import CategoricalColumn, check_key, require
from kerax.feature_column.ids import Ids
from kerax.feature_column.inputs import FeatureInputs, as_strings, printed, shown
from kerax.functional.hashing import hash_bucket


def column_dtype(function: str, key: str, dtype: Any) -> str:
    """Returns ``"string"`` or the name of an integer dtype.

    Raises:
      ValueError: for any other.

    Example:
      >>> from kerax.feature_column.categorical import column_dtype
      >>> column_dtype("f", "k", str)
      'string'
    """
    name = "string" if dtype in (str, bytes) else standardize_dtype(dtype)
    require(
        name == "string" or "int" in name,
        f"{function}({key!r}, dtype=...) is a string or an integer type, received {name}.",
    )
    return name


def is_text(values: np.ndarray) -> bool:
    """Whether an array holds text.

    Example:
      >>> import numpy as np
      >>> from kerax.feature_column.categorical import is_text
      >>> is_text(np.array(["a"]))
      True
    """
    return values.dtype.kind in "OSU"


@dataclass(frozen=True)
class _KeyColumn(CategoricalColumn):
    """A categorical column that reads one feature."""

    key: str

    @property
    def name(self) -> str:
        return self.key

    @property
    def parents(self) -> list[Any]:
        return [self.key]

    def _lookup(self, values: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _ids(self, inputs: FeatureInputs) -> Ids:
        sparse = inputs.sparse(self.key)
        steady = not isinstance(inputs.raw(self.key), SparseTensor)
        return Ids(sparse.indices, self._lookup(sparse.values), tuple(map(int, sparse.dense_shape)), steady=steady)

    def _check_kind(self, values: np.ndarray, text: bool) -> None:
        if values.dtype.kind not in "OSUiub" or (len(values) and is_text(values) != text):
            wanted = "text" if text else "whole numbers"
            raise ValueError(
                f"Column {self.name!r} expects feature {self.key!r} to hold {wanted}, received {shown(values)}."
            )


@dataclass(frozen=True)
class IdentityCategoricalColumn(_KeyColumn):
    """Whole numbers that are ids already; made by `categorical_column_with_identity`."""

    number_buckets: int
    default_value: int | None

    @property
    def num_buckets(self) -> int:
        return self.number_buckets

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: VarLenFeature("int64")}

    def _lookup(self, values: np.ndarray) -> np.ndarray:
        self._check_kind(values, text=False)
        ids = values.astype(np.int64)
        if self.default_value is None:
            return ids
        return np.where((ids < 0) | (ids >= self.number_buckets), self.default_value, ids)


def categorical_column_with_identity(
    key: str, num_buckets: int, default_value: int | None = None
) -> IdentityCategoricalColumn:
    """Returns a column of ids that are given as whole numbers.

    Args:
      key: name of the feature.
      num_buckets: the ids are from 0 to ``num_buckets - 1``.
      default_value: id for numbers outside; without it negative ones are ignored and larger ones an error.

    Raises:
      ValueError: for fewer than one bucket, or a default outside.

    Example:
      >>> import kerax
      >>> kerax.feature_column.categorical_column_with_identity("day", 7).num_buckets
      7
    """
    function, key = "categorical_column_with_identity", check_key("categorical_column_with_identity", key)
    require(num_buckets >= 1, f"{function}({key!r}, num_buckets=...) is at least 1, received {num_buckets}.")
    require(
        default_value is None or 0 <= default_value < num_buckets,
        f"{function}({key!r}, default_value=...) is from 0 to {num_buckets - 1}, received {default_value}.",
    )
    return IdentityCategoricalColumn(key, int(num_buckets), default_value)


@dataclass(frozen=True)
class HashedCategoricalColumn(_KeyColumn):
    """Text or numbers, hashed; made by `categorical_column_with_hash_bucket`."""

    hash_bucket_size: int
    dtype: str

    @property
    def num_buckets(self) -> int:
        return self.hash_bucket_size

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: VarLenFeature("string" if self.dtype == "string" else "int64")}

    def _lookup(self, values: np.ndarray) -> np.ndarray:
        self._check_kind(values, text=self.dtype == "string")
        if not len(values):
            return np.zeros(0, np.int64)
        strings = np.empty(len(values), object)
        strings[:] = as_strings(self.key, values)
        return hash_bucket(strings, self.hash_bucket_size)


def categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: Any = "string"
) -> HashedCategoricalColumn:
    """Returns a column whose ids are a hash of the feature, FarmHash Fingerprint64 modulo the number of buckets.

    Args:
      key: name of the feature.
      hash_bucket_size: number of ids.
      dtype: of the feature, string or an integer type; integers are hashed as decimal text.

    Raises:
      ValueError: for fewer than one bucket, or another dtype.

    Example:
      >>> import kerax
      >>> kerax.feature_column.categorical_column_with_hash_bucket("city", 1000).num_buckets
      1000
    """
    function = "categorical_column_with_hash_bucket"
    key = check_key(function, key)
    require(
        hash_bucket_size is not None and hash_bucket_size >= 1,
        f"{function}({key!r}, hash_bucket_size=...) is at least 1, received {hash_bucket_size}.",
    )
    return HashedCategoricalColumn(key, int(hash_bucket_size), column_dtype(function, key, dtype))


@dataclass(frozen=True)
class VocabularyCategoricalColumn(_KeyColumn):
    """Positions in a vocabulary; made by `categorical_column_with_vocabulary_list` and `..._file`."""

    vocabulary_list: tuple
    dtype: str
    default_value: int
    num_oov_buckets: int
    vocabulary_file: str | None = None
    _table: dict = field(default_factory=dict, compare=False, repr=False)

    @property
    def num_buckets(self) -> int:
        return len(self.vocabulary_list) + self.num_oov_buckets

    @property
    def vocabulary_size(self) -> int:
        """Number of entries of the vocabulary."""
        return len(self.vocabulary_list)

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: VarLenFeature("string" if self.dtype == "string" else "int64")}

    def _lookup(self, values: np.ndarray) -> np.ndarray:
        self._check_kind(values, text=self.dtype == "string")
        if not len(values):
            return np.zeros(0, np.int64)
        if not self._table:
            self._table.update({entry: place for place, entry in enumerate(self.vocabulary_list)})
        text = self.dtype == "string"
        entries = as_strings(self.key, values) if text else values.tolist()
        find = self._table.get
        ids = np.fromiter((find(entry, -1) for entry in entries), np.int64, len(entries))
        missing = np.flatnonzero(ids < 0)
        if len(missing) and self.num_oov_buckets:
            strings = np.empty(len(missing), object)
            strings[:] = as_strings(self.key, values[missing])
            ids[missing] = len(self.vocabulary_list) + hash_bucket(strings, self.num_oov_buckets)
        elif len(missing):
            ids[missing] = self.default_value
        return ids


def categorical_column_with_vocabulary_list(
    key: str, vocabulary_list: Any, dtype: Any = None, default_value: int | None = -1, num_oov_buckets: int = 0
) -> VocabularyCategoricalColumn:
    """Returns a column whose ids are positions in a list.

    Args:
      key: name of the feature.
      vocabulary_list: the entries, text or whole numbers.
      dtype: of the feature; that of the list by default.
      default_value: id of values that are not in the list.
      num_oov_buckets: how many further ids share such values, by hash, instead.

    Raises:
      ValueError: for an empty list, duplicates, a dtype that does not fit, or both ways for other values.

    Example:
      >>> import kerax
      >>> kerax.feature_column.categorical_column_with_vocabulary_list("size", ["S", "M", "L"]).num_buckets
      3
    """
    function = "categorical_column_with_vocabulary_list"
    key = check_key(function, key)
    require(
        _is_listing(vocabulary_list) and len(vocabulary_list) > 0,
        f"{function}({key!r}, vocabulary_list=...) has at least one entry, received {vocabulary_list!r}.",
    )
    array = np.asarray(vocabulary_list)
    require(
        array.ndim == 1 and array.dtype.kind in "OSUiu",
        f"{function}({key!r}, vocabulary_list=...) holds text or whole numbers, received {vocabulary_list!r}.",
    )
    text = is_text(array)
    name = ("string" if text else "int64") if dtype is None else column_dtype(function, key, dtype)
    require(
        text == (name == "string"),
        f"{function}({key!r}): dtype is {name}, but the vocabulary holds {'text' if text else 'whole numbers'}.",
    )
    entries = tuple(as_strings(key, array)) if text else tuple(array.tolist())
    seen: set = set()
    twice = [entry for entry in entries if entry in seen or seen.add(entry)]  # type: ignore[func-returns-value]
    require(not twice, f"{function}({key!r}, vocabulary_list=...) has {printed(twice[0]) if twice else None} twice.")
    return VocabularyCategoricalColumn(
        key, entries, name, *checked_oov(function, key, default_value, num_oov_buckets, len(entries))
    )


def checked_oov(
    function: str, key: str, default_value: int | None, num_oov_buckets: int | None, size: int
) -> tuple[int, int]:
    """Returns the default id and the number of buckets for values outside a vocabulary.

    Example:
      >>> from kerax.feature_column.categorical import checked_oov
      >>> checked_oov("f", "k", None, 2, 10)
      (-1, 2)
    """
    buckets = num_oov_buckets or 0
    default = -1 if default_value is None else int(default_value)
    require(buckets >= 0, f"{function}({key!r}, num_oov_buckets=...) is not negative, received {num_oov_buckets}.")
    require(
        default == -1 or not buckets,
        f"{function}({key!r}): give default_value or num_oov_buckets, not both; received {default} and {buckets}.",
    )
    return default, buckets


def categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: Any,
    vocabulary_size: int | None = None,
    dtype: Any = "string",
    default_value: int | None = None,
    num_oov_buckets: int = 0,
    file_format: str | None = None,
) -> VocabularyCategoricalColumn:
    """Returns a column whose ids are line numbers of a file.

    Args:
      key: name of the feature.
      vocabulary_file: path of a text file in UTF-8, one entry a line.
      vocabulary_size: how many lines to use; all without it.
      dtype: of the feature.
      default_value: id of values that are not in the file.
      num_oov_buckets: how many further ids share such values, by hash, instead.
      file_format: ``"text"`` or None.

    Raises:
      ValueError: for a missing or empty file, one shorter than ``vocabulary_size``, or duplicates.

    Example:
      >>> import pathlib, kerax
      >>> _ = pathlib.Path("sizes.txt").write_text(chr(10).join("SML"))
      >>> kerax.feature_column.categorical_column_with_vocabulary_file("size", "sizes.txt").num_buckets
      3
    """
    function = "categorical_column_with_vocabulary_file"
    key = check_key(function, key)
    require(bool(vocabulary_file), f"{function}({key!r}, vocabulary_file=...) is the path of a file.")
    require(file_format in (None, "text"), f"{function}({key!r}, file_format=...) is 'text', received {file_format!r}.")
    require(
        vocabulary_size is None or vocabulary_size >= 1,
        f"{function}({key!r}, vocabulary_size=...) is at least 1, received {vocabulary_size}.",
    )
    name = column_dtype(function, key, dtype)
    entries = _read_entries(function, key, vocabulary_file, vocabulary_size, name)
    default, buckets = checked_oov(function, key, default_value, num_oov_buckets, len(entries))
    return VocabularyCategoricalColumn(key, entries, name, default, buckets, str(vocabulary_file))


def _is_listing(given: Any) -> bool:
    """Whether it is a list, or like one: arrays of NumPy and pandas."""
    return isinstance(given, (list, tuple)) or (hasattr(given, "__array__") and hasattr(given, "__len__"))


def _read_entries(function: str, key: str, path: Any, size: int | None, dtype: str) -> tuple:
    where = f"{function}({key!r}): vocabulary file {str(path)!r}"
    try:
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")
    except OSError as error:
        raise ValueError(f"{where} cannot be read: {error.strerror}.") from None
    if lines and not lines[-1]:
        lines.pop()
    lines = [line.removesuffix(b"\r") for line in lines]
    require(bool(lines), f"{where} is empty.")
    require(size is None or size <= len(lines), f"{where} has {len(lines)} lines, but vocabulary_size is {size}.")
    lines = lines[:size]
    blank = lines.index(b"") + 1 if b"" in lines else 0
    require(not blank, f"{where} has an empty line, line {blank}: one entry a line. Remove it.")
    if dtype != "string":
        entries: tuple = tuple(
            _whole(line, f"{where} is to hold whole numbers; line", n) for n, line in enumerate(lines, 1)
        )
    else:
        entries = tuple(lines)
    seen: dict = {}
    for number, entry in enumerate(entries, 1):
        first = seen.setdefault(entry, number)
        require(first == number, f"{where} has {printed(entry)} in line {first} and again in line {number}.")
    return entries


def _whole(line: bytes, where: str, number: int) -> int:
    try:
        return int(line)
    except ValueError:
        raise ValueError(f"{where} {number} is {printed(line)}.") from None
