"""parse_example: encoded tf.train.Example messages to arrays, whole batches at a time."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np

from kerax.data.convert import numpy_dtype, to_array
from kerax.data.ragged import RaggedTensor, SparseTensor
from kerax.data.records.features import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    Partition,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
    in_order,
)
from kerax.data.records.scan import BYTES, FLOAT, INT64, KIND_NAMES, Column, cut_rows, scan, scan_many, texts_of
from kerax.data.stand_ins import Record, UnparsedRecord
from kerax.utils.protobuf import WireError, decode_varints

TEXT_TAG = 10  # what a text in a BytesList begins with
KINDS = {"string": BYTES, "float32": FLOAT, "int64": INT64}
_INT64_SIGN = 1 << 63
_STAND_INS = (Record, UnparsedRecord)


class Parser:
    """A dictionary of features, prepared: which keys to look up, and what to make of them."""

    def __init__(self, features: dict) -> None:
        if not isinstance(features, dict):
            raise TypeError(f"parse_example(features=...) expects a dictionary, received {type(features).__name__}.")
        self.items = tuple(features.items())  # what the prepared form is found again by
        self.ordered = in_order(features)
        self.wanted: dict[bytes, int] = {}
        for name, feature in self.items:
            for key in keys_of(name, feature):
                self.wanted.setdefault(os.fsencode(key), len(self.wanted))
        single = [(n, f, KINDS[f.dtype], math.prod(f.shape)) for n, f in self.ordered if isinstance(f, FixedLenFeature)]
        self.all_fixed: list[tuple] = [(name, self.wanted[os.fsencode(name)], *rest) for name, *rest in single]
        if len(single) < len(self.items):
            self.all_fixed = []
        self._layouts: dict[int, tuple[list, list]] = {}

    def batch(self, records: list[bytes]) -> dict[str, Any]:
        """Parses several records."""
        columns = scan_many(records, self.wanted)
        lookup = {key: columns[slot] for key, slot in self.wanted.items()}
        return {name: _batch(name, feature, lookup, len(records)) for name, feature in self.ordered}

    def single(self, record: bytes) -> dict[str, Any]:
        """Parses one record."""
        if not self.all_fixed:
            return {name: value[0] for name, value in self.batch([record]).items()}
        found = self._found(record)
        out: dict[str, Any] = {}
        for name, slot, feature, kind, size in self.all_fixed:
            item = found[slot]
            # The forms that records usually have; everything else goes the long way.
            value = None
            if item is not None and item[0] == kind:
                payload = item[1]
                if kind == FLOAT:
                    if len(payload) == 4 * size:
                        value = np.frombuffer(payload, "<f4").reshape(feature.shape)
                        value = value if feature.shape else value[()]
                elif not feature.shape:
                    value = _one_number(payload) if kind == INT64 else _one_text(payload)
            out[name] = _single_fixed(name, feature, item) if value is None else value
        return out

    def _found(self, record: bytes) -> list:
        """Looks up the wanted features, first where records of this length had them before."""
        known = self._layouts.get(len(record))
        if known is not None:
            pieces, places = known
            for begin, end, piece in pieces:
                if record[begin:end] != piece:
                    break
            else:
                found: list = [None] * len(self.wanted)
                for slot, kind, begin, end in places:
                    found[slot] = (kind, record[begin:end])
                return found
        found = [None] * len(self.wanted)
        usual = scan(record, self.wanted, found)
        if usual is not None and len(self._layouts) < _MOST_LAYOUTS:
            borders = [0, *(border for _, _, begin, end in usual for border in (begin, end)), len(record)]
            pieces = [(a, b, record[a:b]) for a, b in zip(borders[::2], borders[1::2]) if b > a]
            self._layouts[len(record)] = (pieces, [place for place in usual if place[0] >= 0])
        return found


def _single_fixed(name: str, feature: FixedLenFeature, item: Any) -> Any:
    value = _batch(name, feature, {os.fsencode(name): [item]}, 1)
    return value[0]


def _one_number(payload: bytes) -> Any:
    if len(payload) == 1 and payload[0] < 128:
        return np.int64(payload[0])
    number = shift = 0
    for byte in payload[:-1]:
        if byte < 128:
            return None  # several numbers
        number |= (byte & 127) << shift
        shift += 7
    if not payload or payload[-1] > 127 or len(payload) > 10:
        return None
    number = (number | payload[-1] << shift) & (2 * _INT64_SIGN - 1)
    return np.int64(number - 2 * _INT64_SIGN if number >= _INT64_SIGN else number)


def _one_text(payload: bytes) -> Any:
    if len(payload) > 1 and payload[0] == 10 and payload[1] == len(payload) - 2 and payload[1] < 128:
        return payload[2:]
    return None


_PARSERS: dict[int, tuple[Any, tuple, Parser]] = {}
_BY_FEATURES: dict[tuple, Parser] = {}  # for dictionaries made anew for every call; a parser keeps its features
_MOST_PARSERS = 64
_MOST_LAYOUTS = 1024


def parser_of(features: Any) -> Parser:
    """Returns the prepared form of a dictionary of features; the same one again for the same dictionary."""
    known = _PARSERS.get(id(features))
    if known is not None and known[0] is features and known[1] == tuple(features.items()):
        return known[2]
    same = (tuple(features), tuple(map(id, features.values()))) if isinstance(features, dict) else ()
    parser = _BY_FEATURES.get(same) or Parser(features)
    for cache in (_PARSERS, _BY_FEATURES):
        if len(cache) >= _MOST_PARSERS:  # type: ignore[arg-type]
            cache.clear()  # type: ignore[attr-defined]
    _PARSERS[id(features)], _BY_FEATURES[same] = (features, parser.items, parser), parser
    return parser


def records_of(serialized: Any, what: str) -> list[bytes]:
    """Returns encoded messages as a list of ``bytes``.

    Raises:
      TypeError: for anything that is not text.
    """
    array = serialized if isinstance(serialized, np.ndarray) else np.asarray(to_array(serialized), object)
    records = array.ravel().tolist()
    if not set(map(type, records)) <= {bytes}:
        raise TypeError(f"{what}(serialized=...) expects encoded messages as bytes, received {array.dtype} values.")
    return records


def parse_example(
    serialized: Any, features: dict, example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """Parses a batch of encoded tf.train.Example messages.

    Args:
      serialized: an array of ``bytes``, shape ``(n,)``, as batches of a ``TFRecordDataset`` are.
      features: name -> ``FixedLenFeature``, ``VarLenFeature``, ``RaggedFeature``, ``SparseFeature`` or
        ``FixedLenSequenceFeature``.
      example_names: kept for compatibility.
      name: kept for compatibility.

    Returns:
      A dictionary: arrays of shape ``(n, ...)``, ``SparseTensor`` or ``RaggedTensor`` objects with ``n`` rows.

    Raises:
      ValueError: naming record and feature, if a required feature is missing, holds another kind or number of values,
        or if the bytes are no Example.
      TypeError: if the arguments are something else than described.

    Example:
      >>> import numpy as np, kerax.data
      >>> one = kerax.data.Example.of({"x": [1.5, 2.5], "y": 3}).SerializeToString()
      >>> features = {"x": kerax.data.FixedLenFeature([2], "float32"), "y": kerax.data.FixedLenFeature([], "int64")}
      >>> kerax.data.parse_example(np.array([one, one]), features)["x"]
      array([[1.5, 2.5],
             [1.5, 2.5]], dtype=float32)
    """
    parser = parser_of(features)
    if isinstance(serialized, _STAND_INS):
        return serialized.parsed(parser)
    if isinstance(serialized, (bytes, str)) or np.ndim(serialized) == 0:
        return parser.single(records_of(serialized, "parse_example")[0])
    return parser.batch(records_of(serialized, "parse_example"))


def parse_single_example(
    serialized: Any, features: dict, example_names: Any = None, name: str | None = None
) -> dict[str, Any]:
    """Parses one encoded tf.train.Example message.

    Args:
      serialized: the encoded message.
      features: as for ``parse_example``.
      example_names: kept for compatibility.
      name: kept for compatibility.

    Returns:
      A dictionary like that of ``parse_example``, without the first dimension.

    Raises:
      ValueError: as ``parse_example``.

    Example:
      >>> import kerax.data
      >>> one = kerax.data.Example.of({"y": 3}).SerializeToString()
      >>> kerax.data.parse_single_example(one, {"y": kerax.data.FixedLenFeature([], "int64")})
      {'y': np.int64(3)}
    """
    if type(serialized) is not bytes:
        if isinstance(serialized, _STAND_INS):
            return serialized.parsed(parser_of(features))
        (serialized,) = records_of(serialized, "parse_single_example")
    return parser_of(features).single(serialized)


def keys_of(name: str, feature: Any) -> list[str]:
    """Returns the keys that a feature is made of.

    Raises:
      TypeError: for something that is no feature.
    """
    if isinstance(feature, SparseFeature):
        return [*feature.index_key, feature.value_key]
    if isinstance(feature, RaggedFeature):
        return [feature.value_key or name, *(p.key for p in feature.partitions if p.key is not None)]
    if isinstance(feature, FixedLenSequenceFeature) and not feature.allow_missing:
        raise ValueError(
            f"The FixedLenSequenceFeature {name!r} needs allow_missing=True here: an Example cannot tell an "
            f"empty sequence "
            "from a missing one."
        )
    if isinstance(feature, (FixedLenFeature, VarLenFeature, FixedLenSequenceFeature)):
        return [name]
    raise TypeError(f"The feature {name!r} must be a FixedLenFeature or one of its kin, received {feature!r}.")


def _batch(name: str, feature: Any, lookup: dict[bytes, list], count: int) -> Any:
    if isinstance(feature, SparseFeature):
        return _sparse_feature(name, feature, lookup, count)
    key = feature.value_key or name if isinstance(feature, RaggedFeature) else name
    column = lookup[os.fsencode(key)]
    if isinstance(feature, FixedLenFeature) and isinstance(column, Column) and column.blocks:
        whole = _from_blocks(feature, column, count)
        if whole is not None:
            return whole
    payloads = payloads_of(column, key, feature.dtype)
    if isinstance(feature, FixedLenFeature):
        return _fixed(name, feature, payloads)
    values, counts = values_of(payloads, feature.dtype, key)
    if isinstance(feature, VarLenFeature):
        width = int(counts.max(initial=0))
        return SparseTensor(places(counts), values, [count, width])
    if isinstance(feature, RaggedFeature):
        return _ragged(name, feature, lookup, values, counts)
    return _sequences(name, feature, values, counts)


def payloads_of(column: Column | list, key: str, dtype: str) -> list[bytes | None]:
    """Checks that features hold the wanted kind, and returns their payloads, ``None`` where there is none."""
    kind = KINDS[dtype]
    column = column.found() if isinstance(column, Column) else column
    usual = [item[1] for item in column if item is not None and item[0] == kind]
    if len(usual) == len(column):
        return usual
    out: list[bytes | None] = []
    for index, item in enumerate(column):
        if item is None or item[0] == 0:
            out.append(None)
        elif item[0] == kind:
            out.append(item[1])
        else:
            raise ValueError(
                f"Feature {key!r} holds {KIND_NAMES[item[0]]} where {dtype} was asked for (record {index} of "
                f"the batch)."
            )
    return out


def values_of(payloads: list, dtype: str, key: str) -> tuple[np.ndarray, np.ndarray]:
    """Decodes payloads.

    Returns:
      All values one behind the other, and how many each payload held.
    """
    if dtype == "string":
        single = [
            part[2:] for part in payloads if part and part[0] == 10 and 1 < len(part) < 130 and part[1] == len(part) - 2
        ]
        if len(single) == len(payloads):  # one short text in each
            values = np.empty(len(single), object)
            values[:] = single
            return values, np.ones(len(single), np.int64)
        texts = [texts_of(payload) if payload else [] for payload in payloads]
        values = np.empty(sum(map(len, texts)), object)
        values[:] = [text for part in texts for text in part]
        return values, np.array([len(part) for part in texts], np.int64)
    parts = [payload or b"" for payload in payloads]
    data = b"".join(parts)
    sizes = np.array([len(part) for part in parts], np.int64)
    if dtype == "float32":
        if (sizes % 4).any():
            raise WireError(f"Feature {key!r}: the floats of record {int(np.argmax(sizes % 4 > 0))} are cut off.")
        return np.frombuffer(data, "<f4").astype(np.float32, copy=False), sizes // 4
    values = decode_varints(data, f"Feature {key!r}")
    if len(values) == len(data):
        return values, sizes
    whole = np.concatenate([[0], np.cumsum(np.frombuffer(data, np.uint8) < 128)])
    ends = np.cumsum(sizes)
    return values, whole[ends] - whole[ends - sizes]


def places(counts: np.ndarray) -> np.ndarray:
    """Returns row and column of every value, for rows of these lengths."""
    rows = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    return np.column_stack([rows, np.arange(len(rows)) - starts[rows]]) if len(rows) else np.empty((0, 2), np.int64)


def _fixed(name: str, feature: FixedLenFeature, payloads: list) -> np.ndarray:
    size, count = math.prod(feature.shape), len(payloads)
    present = [index for index, payload in enumerate(payloads) if payload is not None]
    whole = len(present) == count
    if not whole and feature.default_value is None:
        missing = next(index for index, payload in enumerate(payloads) if payload is None)
        raise ValueError(
            f"Feature {name!r} ({feature.dtype}) is required but missing in record {missing} of the batch. Give the "
            "FixedLenFeature a default_value, or use VarLenFeature."
        )
    values, counts = values_of(payloads if whole else [payloads[index] for index in present], feature.dtype, name)
    if (counts != size).any():
        odd = int(np.argmax(counts != size))
        raise ValueError(
            f"Feature {name!r} has {int(counts[odd])} values in record {present[odd]} of the batch where its shape "
            f"{feature.shape} asks for {size}."
        )
    values = values.reshape(len(present), *feature.shape)
    if whole:
        return values
    default = to_array(feature.default_value)
    out = np.empty((count, *feature.shape), numpy_dtype(feature.dtype))
    out[:] = default.reshape(feature.shape) if default.size == size else default.ravel()[0]
    out[present] = values
    return out


def _from_blocks(feature: FixedLenFeature, column: Column, count: int) -> np.ndarray | None:
    """The values of records that look alike, without a step in Python for each; ``None`` where that does not do."""
    size, kind = math.prod(feature.shape), KINDS[feature.dtype]
    out = np.empty((count, size), numpy_dtype(feature.dtype))
    done = 0
    for rows, found, block in column.blocks:
        if found != kind:
            return None
        if kind == FLOAT:
            if block.shape[1] != 4 * size:
                return None
            out[rows] = np.ascontiguousarray(block).view("<f4")
        else:
            values = _numbers_of_one_width(block, size) if kind == INT64 else _texts_of_one_width(block, size)
            if values is None:
                return None
            out[rows] = values
        done += len(rows)
    if done < count:  # the rest was read one by one
        for index, item in enumerate(column.items):
            if item is None:
                continue
            if item[0] != kind:
                return None
            values, _ = values_of([item[1]], feature.dtype, "")
            if len(values) != size:
                return None
            out[index] = values
            done += 1
    return out.reshape(count, *feature.shape) if done == count else None


def _texts_of_one_width(block: np.ndarray, size: int) -> np.ndarray | None:
    """Reads one short text of the same length from every row."""
    length = block.shape[1] - 2
    if size != 1 or not 0 <= length < 128 or (block[:, 0] != TEXT_TAG).any() or (block[:, 1] != length).any():
        return None
    texts = np.empty((len(block), 1), object)
    texts[:, 0] = cut_rows(block[:, 2:])
    return texts


def _numbers_of_one_width(block: np.ndarray, size: int) -> np.ndarray | None:
    """Reads integers that take the same number of bytes in every row."""
    width = block.shape[1]
    if not size or width % size or width // size > 9:
        return None
    parts = block.reshape(len(block), size, width // size)
    goes_on = parts >= 128
    if goes_on[..., -1].any() or not goes_on[..., :-1].all():
        return None
    values = np.zeros(parts.shape[:2], np.int64)
    for place in range(width // size):
        values |= (parts[..., place] & 127).astype(np.int64) << (7 * place)
    return values


def _sequences(name: str, feature: FixedLenSequenceFeature, values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    size = math.prod(feature.shape)
    if size == 0 or (counts % size).any():
        odd = int(np.argmax(counts % max(size, 1) > 0))
        raise ValueError(
            f"Feature {name!r} has {int(counts[odd])} values in record {odd} of the batch, no multiple of the "
            f"{size} that "
            f"one step of shape {feature.shape} has."
        )
    return padded(values.reshape(-1, *feature.shape), counts // size, feature)


def padded(values: np.ndarray, lengths: np.ndarray, feature: FixedLenSequenceFeature) -> np.ndarray:
    """Lays sequences out as rows of one array."""
    rows = RaggedTensor.from_row_lengths(values, lengths)
    default = feature.default_value
    return rows.to_tensor(None if default is None else to_array(default).ravel()[0])


def _sparse_feature(name: str, feature: SparseFeature, lookup: dict, count: int) -> SparseTensor:
    key = feature.value_key
    values, counts = values_of(payloads_of(lookup[os.fsencode(key)], key, feature.dtype), feature.dtype, key)
    columns = [np.repeat(np.arange(count), counts)]
    for index_key in feature.index_key:
        where, amounts = values_of(payloads_of(lookup[os.fsencode(index_key)], index_key, "int64"), "int64", index_key)
        if not np.array_equal(amounts, counts):
            odd = int(np.argmax(amounts != counts))
            raise ValueError(
                f"SparseFeature {name!r}: record {odd} of the batch has {int(counts[odd])} values ({key!r}) and "
                f"{int(amounts[odd])} places ({index_key!r})."
            )
        columns.append(where)
    indices = np.column_stack(columns).astype(np.int64)
    order = np.lexsort(indices.T[::-1])
    try:
        return SparseTensor(indices[order], values[order], [count, *feature.size])
    except ValueError as error:
        raise ValueError(f"SparseFeature {name!r}: {error}") from None


def _ragged(name: str, feature: RaggedFeature, lookup: dict, values: Any, counts: np.ndarray) -> RaggedTensor:
    for partition in reversed(feature.partitions):
        if partition.kind == "uniform_row_length":
            length = partition.length or 1
            if (counts % length).any():
                raise ValueError(
                    f"RaggedFeature {name!r}: {counts.tolist()} values do not divide into rows of {length}."
                )
            counts = counts // length
            if isinstance(values, np.ndarray):
                values = values.reshape(-1, length, *values.shape[1:])
            else:
                values = RaggedTensor(
                    values, (np.arange(len(values) // length + 1) * length).astype(feature.row_splits_dtype)
                )
            continue
        key = partition.key or ""
        numbers, amounts = values_of(payloads_of(lookup[os.fsencode(key)], key, "int64"), "int64", key)
        lengths = _row_lengths(partition, numbers, amounts, counts)
        counts = np.array([len(part) for part in lengths], np.int64)
        splits = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(feature.row_splits_dtype)
        try:
            values = RaggedTensor(values, splits)
        except ValueError as error:
            raise ValueError(f"RaggedFeature {name!r}, partition {key!r}: {error}") from None
    splits = np.concatenate([[0], np.cumsum(counts)]).astype(feature.row_splits_dtype)
    return RaggedTensor(values, splits)


def _row_lengths(
    partition: Partition, numbers: np.ndarray, amounts: np.ndarray, counts: np.ndarray
) -> list[np.ndarray]:
    """The row lengths of every record."""
    out = []
    for part, size in zip(np.split(numbers, np.cumsum(amounts)[:-1]), counts.tolist()):
        if partition.kind == "row_splits":
            out.append(np.diff(part) if len(part) else np.empty(0, np.int64))
        elif partition.kind == "row_lengths":
            out.append(part)
        elif partition.kind == "row_starts":
            out.append(np.diff(np.append(part, size)))
        elif partition.kind == "row_limits":
            out.append(np.diff(part, prepend=0))
        else:
            out.append(np.bincount(part) if len(part) else np.empty(0, np.int64))
    return out
