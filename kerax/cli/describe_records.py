"""How many records a TFRecord file has, and what is in the first one."""

from __future__ import annotations

import os
from typing import Any

from kerax.saving.sstable import DamagedFile
from kerax.utils.crc32c import masked_crc32c
from kerax.utils.protobuf import Message, WireError

_HEAD, _FOOT = 12, 4  # length and its checksum before a record, the record's checksum behind it
_LARGEST_FIRST = 1 << 26  # bytes of a first record that is still looked into
_KINDS = {1: "bytes", 2: "float", 3: "int64"}


def is_record_file(path: str | os.PathLike) -> bool:
    """Whether a file begins like a TFRecord file: a length with its checksum."""
    with open(path, "rb") as file:
        head = file.read(_HEAD)
    return len(head) == _HEAD and masked_crc32c(head[:8]) == int.from_bytes(head[8:], "little")


def describe_records(path: str | os.PathLike) -> dict[str, Any]:
    """Counts the records and lists the features of the first, if it is a ``tf.train.Example``.

    Args:
      path: an uncompressed TFRecord file.

    Returns:
      ``records``, ``largest record``, and ``features``.

    Raises:
      ValueError: naming file, record and byte, if a length is damaged or the file is cut.
    """
    name = os.fspath(path)
    records, largest, position = 0, 0, 0
    features: dict[str, str] = {}
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        while position < size:
            head = file.read(_HEAD)
            if len(head) < _HEAD:
                raise DamagedFile(f"{name!r} is cut inside the length of record {records}, at byte {position}.")
            length = int.from_bytes(head[:8], "little")
            if masked_crc32c(head[:8]) != int.from_bytes(head[8:], "little"):
                raise DamagedFile(
                    f"{name!r}: the checksum of the length of record {records}, at byte {position}, is wrong."
                )
            after = position + _HEAD + length + _FOOT
            if after > size:
                raise DamagedFile(f"{name!r} is cut inside record {records}, which begins at byte {position}.")
            if records == 0 and length <= _LARGEST_FIRST:
                features = _features(file.read(length), f"{name!r}, record 0", position + _HEAD)
            records, largest, position = records + 1, max(largest, length), after
            file.seek(position)
    found: dict[str, Any] = {"records": records, "largest record": f"{largest} bytes"}
    return {**found, "features": features} if features else found


def _features(record: bytes, what: str, base: int) -> dict[str, str]:
    """Name and kind of every feature; nothing if the record is no Example."""
    try:
        found = {}
        for entry in Message(record, what, base).message(1).messages(1):
            feature = entry.message(2)
            kind = next((number for number in _KINDS if number in feature), None)
            if kind is None:
                found[entry.text(1)] = "empty"
                continue
            values = feature.message(kind)
            count = len({1: values.all_data, 2: values.floats, 3: values.integers}[kind](1))
            found[entry.text(1)] = f"{_KINDS[kind]} x {count}"
        return found
    except WireError:
        return {}
