"""An open file: its objects, their members and attributes."""

from __future__ import annotations

from typing import BinaryIO

from kerax.saving.hdf5.attributes import Attribute, read_attributes
from kerax.saving.hdf5.dataset import Dataset
from kerax.saving.hdf5.groups import Link, is_group, read_links
from kerax.saving.hdf5.object_header import DATASPACE, LAYOUT, ObjectHeader, header_at
from kerax.saving.hdf5.source import MEMBERS, Source
from kerax.saving.hdf5.superblock import read_superblock


class Hdf5Object:
    """A group, an array, or something else that a link leads to.

    Args:
      header: its object header.
    """

    def __init__(self, header: ObjectHeader):
        self._header = header
        self.is_group = is_group(header)
        self.is_dataset = not self.is_group and all(header.find(kind) is not None for kind in (LAYOUT, DATASPACE))

    def links(self) -> dict[str, Link]:
        """The members of a group."""
        source, address = self._header.source, self._header.address
        return source.once(("links", address), lambda: read_links(self._header))

    def attributes(self) -> dict[str, Attribute]:
        """The attributes by name."""
        source, address = self._header.source, self._header.address
        return source.once(("attributes", address), lambda: read_attributes(self._header))

    def dataset(self) -> Dataset:
        """The array that this object is."""
        source, address = self._header.source, self._header.address
        return source.once(("dataset", address), lambda: Dataset(self._header))


class Hdf5File:
    """An HDF5 file, for reading.

    Args:
      file: an open binary file.
      what: the file, for messages.

    Raises:
      ValueError: if it is no HDF5 file, or damaged.
    """

    def __init__(self, file: BinaryIO, what: str):
        self.source = Source(file, what)
        self._root = read_superblock(self.source)

    @property
    def root(self) -> Hdf5Object:
        """The group that all others stand in."""
        return self.at(self._root)

    def at(self, address: int) -> Hdf5Object:
        """The object whose header begins at an address."""
        return self.source.once(("object", address), lambda: Hdf5Object(header_at(self.source, address)))

    def names(self, group: Hdf5Object) -> list[str]:
        """The names in a group, counted: groups may be members of each other."""
        links = group.links()
        self.source.count(MEMBERS, len(links) + 1)
        return list(links)
