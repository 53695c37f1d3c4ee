"""Reading event files: the numbers in them, by step, as kerax and TensorFlow write them."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from kerax.utils.protobuf import Message, WireError

_STEP, _SUMMARY = 2, 5  # of Event
_VALUE, _TAG, _SIMPLE, _TENSOR = 1, 1, 2, 8  # of Summary and Summary.Value
_DTYPE, _CONTENT, _FLOATS = 1, 4, 5  # of TensorProto
_FLOAT = 1
_FRAME = 12  # bytes of length and checksum before a record


def read_events(folder: str) -> list[tuple[int, str, float | None]]:
    """All values in the event files of a folder: step, tag, and the number where it is one.

    Files that are being written may end in the middle of a record; what is whole is read.

    Example:
      >>> import tempfile
      >>> from kerax.estimators.event_reader import read_events
      >>> from kerax.estimators.event_writer import EventWriter
      >>> writer = EventWriter(tempfile.mkdtemp())
      >>> writer.scalar("loss", 0.5, 3); writer.flush()
      >>> read_events(writer.folder)
      [(3, 'loss', 0.5)]
    """
    if not os.path.isdir(folder):
        return []
    found: list[tuple[int, str, float | None]] = []
    for name in sorted(os.listdir(folder)):
        if "tfevents" in name:
            for record in _records(os.path.join(folder, name)):
                found.extend(_values(record, name))
    return found


def _records(path: str) -> Iterator[bytes]:
    with open(path, "rb") as file:
        data = file.read()
    place = 0
    while place + _FRAME <= len(data):
        (length,) = struct.unpack_from("<Q", data, place)
        end = place + _FRAME + length
        if end + 4 > len(data):
            return
        yield data[place + _FRAME : end]
        place = end + 4


def _values(record: bytes, where: str) -> Iterator[tuple[int, str, float | None]]:
    try:
        event = Message(record, where)
        step = event.integer(_STEP)
        for summary in event.messages(_SUMMARY):
            for value in summary.messages(_VALUE):
                yield step, value.text(_TAG), _number(value)
    except WireError:
        return


def _number(value: Any) -> float | None:
    if _SIMPLE in value:
        return float(value.floats(_SIMPLE)[0])
    if _TENSOR not in value:
        return None
    tensor = value.message(_TENSOR)
    if tensor.integer(_DTYPE) != _FLOAT:
        return None
    numbers = np.frombuffer(bytes(tensor.data(_CONTENT)), "<f4") if _CONTENT in tensor else tensor.floats(_FLOATS)
    return float(numbers[0]) if len(numbers) == 1 else None


def evaluation_results(folder: str) -> dict[int, dict[str, float]]:
    """Step -> tag -> number, of the event files of a folder.

    Example:
      >>> from kerax.estimators.event_reader import evaluation_results
      >>> evaluation_results("no such folder")
      {}
    """
    found: dict[int, dict[str, float]] = {}
    for step, tag, number in read_events(folder):
        if number is not None:
            found.setdefault(step, {})[tag] = number
    return dict(sorted(found.items()))
