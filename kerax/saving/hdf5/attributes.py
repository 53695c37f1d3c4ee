"""The attributes of an object (sections "The Attribute Message" and "The Attribute Info Message")."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from kerax.saving.hdf5.btree_v2 import ATTRIBUTE_NAMES
from kerax.saving.hdf5.dataspace import read_dataspace
from kerax.saving.hdf5.datatype import Datatype, datatype_of
from kerax.saving.hdf5.fractal_heap import heap_records
from kerax.saving.hdf5.groups import text_of
from kerax.saving.hdf5.object_header import ATTRIBUTE, ATTRIBUTE_INFO, DATASPACE, ObjectHeader, shared_message
from kerax.saving.hdf5.source import MEMBERS, Cursor
from kerax.saving.hdf5.values import decode

_SHARED_TYPE, _SHARED_SPACE, _SHARED_MESSAGE = 1, 2, 2
_ORDER_SIZE = 2  # bytes of the notes about an object's attributes, if they have an order
_MOST_VALUES = 100_000


class Attribute:
    """A named value.

    Args:
      cursor: its message.
    """

    def __init__(self, cursor: Cursor):
        version, flags = cursor.unsigned(1), cursor.unsigned(1)
        if version not in (1, 2, 3):
            raise cursor.damage(f"an attribute of version {version}")
        self._flags = flags if version > 1 else 0
        sizes = [cursor.unsigned(2) for _ in range(3)]
        if version == 3:
            cursor.skip(1)
        # Version 1 begins each part at a multiple of 8.
        name, self._type, self._space = (cursor.part(-(-size // 8) * 8 if version == 1 else size) for size in sizes)
        self.name = text_of(name.data.partition(b"\0")[0])
        self._values = cursor

    def value(self) -> np.ndarray | None:
        """The value, None if it has none.

        Raises:
          ValueError: if it is damaged, has a type that is not read, or more values than any model's attribute.
        """
        shared = self._flags & _SHARED_SPACE
        space = read_dataspace(shared_message(self._space.again(), DATASPACE) if shared else self._space.again())
        datatype: Datatype = datatype_of(self._type.again(), bool(self._flags & _SHARED_TYPE))
        cursor = self._values
        if space.shape is None:
            return None
        if math.prod(space.shape) > _MOST_VALUES:
            raise cursor.damage(f"attribute {self.name!r} claims {math.prod(space.shape)} values")
        address = cursor.address + cursor.position
        return decode(cursor.source, datatype, space.shape, cursor.data[cursor.position :], address)


def read_attributes(header: ObjectHeader) -> dict[str, Attribute]:
    """The attributes of an object by name."""
    found: dict[str, Attribute] = {}
    for message in _messages(header):
        header.source.count(MEMBERS, 1)
        attribute = Attribute(message)
        if attribute.name in found:
            raise header.source.damage(
                header.address, f"the object that begins here has two attributes named {attribute.name!r}"
            )
        found[attribute.name] = attribute
    return found


def _messages(header: ObjectHeader) -> Iterator[Cursor]:
    yield from header.all(ATTRIBUTE)
    info = header.find(ATTRIBUTE_INFO)
    if info is None:
        return
    for heap, record in heap_records(header.source, info, ATTRIBUTE_NAMES, _ORDER_SIZE):
        identifier, flags = record.take(heap.id_size), record.unsigned(1)
        content = heap.get(identifier)
        yield shared_message(content, ATTRIBUTE) if flags & _SHARED_MESSAGE else content
