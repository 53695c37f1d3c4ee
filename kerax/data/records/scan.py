"""Finding features in encoded tf.train.Example messages without building any message.

An Example is ``{features = 1: {feature = 1 (map): {key = 1, value = 2: {bytes_list = 1 | float_list = 2 | int64_list =
3: {value = 1}}}}}`` (tensorflow/core/example/feature.proto describes it). A feature comes out as its kind and its
payload: for numbers the packed values, for text the repeated fields.

Records of one file mostly look alike: the same keys, the same lengths. So of many records of one length one is scanned,
and the others only have to agree with it in every byte that is not a value.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np

from kerax.utils.protobuf import WireError, encode_varint, iter_fields, read_varint

BYTES, FLOAT, INT64 = 1, 2, 3  # the field numbers in tf.train.Feature
KIND_NAMES = {0: "nothing", BYTES: "string", FLOAT: "float32", INT64: "int64"}
_ENOUGH = 8  # records of one length that are worth comparing as a matrix
_TEMPLATES = 4
_FEW_LENGTHS = 6

Found = tuple[int, bytes]  # kind and payload; kind 0 where a feature holds nothing


def scan(data: bytes, wanted: dict[bytes, int], found: list) -> list | None:
    """Looks up features in one encoded Example.

    Args:
      data: the encoded message.
      wanted: key -> position in ``found``.
      found: receives ``(kind, payload)``; the last of several features of one key holds.

    Returns:
      Where every value is, ``(position or -1, kind, begin, end)``, if the message has the usual form: then others can
      be compared with it. ``None`` otherwise.

    Raises:
      WireError: if the bytes are no such message.
    """
    usual: list | None = []
    at, size = 0, len(data)
    while at < size:
        tag = data[at]
        if tag != 10:  # an unknown field
            at = _skip(data, at, size)
            usual = None
            continue
        at += 1
        length = data[at] if at < size else 128
        at += 1
        if length > 127:
            length, at = read_varint(data, at - 1, "tf.train.Example")
        limit = at + length
        if limit > size:
            raise WireError(f"tf.train.Example: the message ends at byte {size}, inside its features.")
        while at < limit:
            if data[at] != 10:
                at = _skip(data, at, limit)
                usual = None
                continue
            length, at = (
                (data[at + 1], at + 2) if at + 1 < limit and data[at + 1] < 128 else _length(data, at + 1, limit)
            )
            end = at + length
            if end > limit:
                raise WireError(f"tf.train.Example: the feature at byte {at} is longer than what is there.")
            place = _entry(data, at, end, wanted, found)
            if place is None:
                usual = None
            elif usual is not None:
                usual.append(place)
            at = end
    return usual


def _entry(data: bytes, at: int, end: int, wanted: dict[bytes, int], found: list) -> tuple | None:
    """One key with its value."""
    # The usual form: the key, then the value with one list that fills it.
    if end - at > 2 and data[at] == 10 and data[at + 1] < 128:
        begin = at + 2
        at = begin + data[at + 1]
        if at + 1 < end and data[at] == 18:
            slot = wanted.get(data[begin:at], -1)
            length, inner = (data[at + 1], at + 2) if data[at + 1] < 128 else _length(data, at + 1, end)
            if inner + length == end:
                if not length:
                    if slot >= 0:
                        found[slot] = (0, b"")
                    return (slot, 0, end, end)
                place = _list(data, inner, end)
                if place is not None:
                    kind, first, last = place
                    if slot >= 0:
                        found[slot] = (kind, data[first:last])
                    return (slot, kind, first, last)
        at = begin - 2
    _odd_entry(data[at:end], wanted, found, at)
    return None


def _list(data: bytes, at: int, end: int) -> tuple[int, int, int] | None:
    """Kind and payload of a feature whose one list fills it; ``None`` for unusual forms."""
    tag = data[at]
    if tag not in (10, 18, 26) or at + 1 >= end:
        return None
    length, at = (data[at + 1], at + 2) if data[at + 1] < 128 else _length(data, at + 1, end)
    if at + length != end:
        return None
    kind = tag >> 3
    if kind == BYTES or not length:
        return kind, at, end
    if data[at] != 10 or at + 1 >= end:
        return None
    length, at = (data[at + 1], at + 2) if data[at + 1] < 128 else _length(data, at + 1, end)
    return (kind, at, end) if at + length == end else None


def _odd_entry(entry: bytes, wanted: dict[bytes, int], found: list, base: int) -> None:
    key, value = b"", b""
    for number, wire, part, _ in iter_fields(entry, "tf.train.Example", base):
        if wire != 2:
            continue  # a number where text was meant counts as an unknown field
        if number == 1:
            key = bytes(part)
        elif number == 2:
            value += bytes(part)
    if key in wanted:
        found[wanted[key]] = feature_of(value)


def feature_of(value: bytes) -> Found:
    """Returns kind and payload of an encoded tf.train.Feature, whatever its form.

    Raises:
      WireError: if the bytes are no such message.
    """
    kind, payload = 0, b""
    for number, wire, part, _ in iter_fields(value, "tf.train.Feature"):
        if number in KIND_NAMES and wire == 2:
            kind, payload = number, bytes(part)
    if kind in (0, BYTES) or not payload:
        return kind, payload
    numbers: list[bytes] = []
    for number, wire, part, _ in iter_fields(payload, "tf.train.Feature"):
        if number != 1:
            continue
        if wire == 2:  # packed; what follows a packed run is not read, as in TensorFlow
            numbers.append(bytes(part))
            break
        if wire == 0 and kind == INT64:
            numbers.append(encode_varint(part))
        elif wire == 5 and kind == FLOAT:
            numbers.append(struct.pack("<I", part) if isinstance(part, int) else bytes(part))
    return kind, b"".join(numbers)


def texts_of(payload: bytes) -> list[bytes]:
    """Returns the texts of a bytes list's payload."""
    out = []
    at, size = 0, len(payload)
    while at < size:
        if payload[at] != 10:
            at = _skip(payload, at, size)
            continue
        length, at = (
            (payload[at + 1], at + 2) if at + 1 < size and payload[at + 1] < 128 else _length(payload, at + 1, size)
        )
        if at + length > size:
            raise WireError(f"tf.train.BytesList: the text at byte {at} is longer than what is there.")
        out.append(payload[at : at + length])
        at += length
    return out


class Column:
    """One feature of many records.

    Attributes:
      items: ``(kind, payload)`` of each record, ``None`` where a record lacks the feature.
      blocks: values of records that look alike: which records, the kind, and their payloads as rows of bytes. Their
        ``items`` are not filled in before ``found`` is called.
    """

    __slots__ = ("blocks", "items")

    def __init__(self, count: int) -> None:
        self.items: list[Found | None] = [None] * count
        self.blocks: list[tuple[list[int], int, np.ndarray]] = []

    def found(self) -> list[Found | None]:
        """Returns the items, all of them."""
        for rows, kind, block in self.blocks:
            for index, payload in zip(rows, cut_rows(block)):
                self.items[index] = (kind, payload)
        self.blocks = []
        return self.items


def cut_rows(block: np.ndarray) -> list[bytes]:
    """Returns the rows of a matrix of bytes.

    Example:
      >>> import numpy as np
      >>> from kerax.data.records.scan import cut_rows
      >>> cut_rows(np.array([[97, 98], [99, 100]], "uint8"))
      [b'ab', b'cd']
    """
    width = block.shape[1]
    data = block.tobytes()
    return [data[at : at + width] for at in range(0, len(data), width)] if width else [b""] * len(block)


def scan_many(records: list[bytes], wanted: dict[bytes, int]) -> list[Column]:
    """Looks up features in many encoded Examples.

    Args:
      records: the encoded messages.
      wanted: key -> position in the result.

    Returns:
      A column for every wanted key.

    Raises:
      WireError: naming the record, if the bytes of one are no such message.
    """
    out = [Column(len(records)) for _ in wanted]
    for length, indices in _by_length(records):
        if len(indices) >= _ENOUGH and length:
            indices = _by_template(records, indices, length, wanted, out)
        for index in indices:
            _one(records, index, wanted, out)
    return out


def _by_length(records: list[bytes]) -> Iterable[tuple[int, list[int]]]:
    """Groups the numbers of records by their lengths."""
    lengths = list(map(len, records))
    if len(set(lengths)) <= _FEW_LENGTHS:  # as many passes are faster than one dictionary
        every = np.array(lengths)
        return [(length, np.flatnonzero(every == length).tolist()) for length in set(lengths)]
    groups: dict[int, list[int]] = {}
    for index, length in enumerate(lengths):
        groups.setdefault(length, []).append(index)
    return groups.items()


def _one(records: list[bytes], index: int, wanted: dict[bytes, int], out: list) -> list | None:
    found: list = [None] * len(out)
    try:
        usual = scan(records[index], wanted, found)
    except WireError as error:
        raise WireError(f"Record {index} of the batch cannot be read: {error}") from None
    for column, value in zip(out, found):
        column.items[index] = value
    return usual


def _by_template(records: list[bytes], indices: list[int], length: int, wanted: dict, out: list) -> list[int]:
    """Reads the records of one length that look like others; returns those that do not."""
    for _ in range(_TEMPLATES):
        usual = _one(records, indices[0], wanted, out)
        if usual is None or len({place[0] for place in usual if place[0] >= 0}) < sum(p[0] >= 0 for p in usual):
            return indices[1:]
        template = np.frombuffer(records[indices[0]], np.uint8)
        fixed = np.ones(length, bool)
        for _, _, begin, end in usual:
            fixed[begin:end] = False
        columns = np.flatnonzero(fixed)
        group = records if len(indices) == len(records) else [records[i] for i in indices]
        matrix = np.frombuffer(b"".join(group), np.uint8).reshape(-1, length)
        same = (matrix.take(columns, axis=1) == template[columns]).all(axis=1)
        chosen = indices if same.all() else [index for index, alike in zip(indices, same.tolist()) if alike]
        rows = matrix if len(chosen) == len(indices) else matrix[same]
        for slot, kind, begin, end in usual:
            if slot >= 0:
                out[slot].blocks.append((chosen, kind, rows[:, begin:end]))
                out[slot].items[chosen[0]] = None
        if len(chosen) == len(indices):
            return []
        indices = [index for index, alike in zip(indices, same.tolist()) if not alike]
        if len(indices) < _ENOUGH:
            break
    return indices


def _length(data: bytes, at: int, limit: int) -> tuple[int, int]:
    length, at = read_varint(data, at, "tf.train.Example")
    if at + length > limit:
        raise WireError(f"tf.train.Example: a field of {length} bytes at byte {at} is longer than what is there.")
    return length, at


def _skip(data: bytes, at: int, limit: int) -> int:
    """Returns where the field after an unknown one begins."""
    tag, at = read_varint(data, at, "tf.train.Example")
    wire = tag & 7
    if wire == 0:
        _, at = read_varint(data, at, "tf.train.Example")
    elif wire == 2:
        length, at = _length(data, at, limit)
        at += length
    elif wire in (1, 5):
        at += 8 if wire == 1 else 4
    else:
        raise WireError(f"tf.train.Example: byte {at} has no valid field type: {wire}.")
    if at > limit or tag < 8:
        raise WireError(f"tf.train.Example: the field before byte {at} is longer than what is there, or has no number.")
    return at
