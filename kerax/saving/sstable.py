"""Sorted tables of keys and values, the file format under TensorFlow's checkpoints (LevelDB's table).

A file is a row of blocks, each followed by a byte for its compression and a masked CRC-32C, then an index of the
blocks and a footer of 48 bytes that ends in a magic number. Keys within a block leave out what they share with the
key before.

Source: google/leveldb, doc/table_format.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from kerax.saving.snappy import decompress
from kerax.utils.crc32c import crc32c, mask_crc
from kerax.utils.protobuf import WireError, encode_varint, read_varint

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48
_TRAILER = 5  # compression byte and CRC after every block
_UNCOMPRESSED, _SNAPPY = 0, 1
_BLOCK_SIZE = 1 << 12  # bytes after which the writer begins another block
_RESTART = 16  # keys after which one is written in full
_MOST_KEY_BYTES = 1 << 26  # all keys together, beyond eight times the file: shared beginnings can be repeated for free


class DamagedFile(ValueError):
    """A file is cut, altered, or no file of its kind; the text names the file and the byte."""


def read_table(path: str | os.PathLike) -> Iterator[tuple[bytes, bytes, int]]:
    """Reads all entries of a table, in the order of their keys.

    Args:
      path: the file.

    Yields:
      ``(key, value, position of the value's block in the file)``.

    Raises:
      FileNotFoundError: if there is no such file.
      DamagedFile: naming file and byte, if a checksum is wrong or anything does not fit.

    Example:
      >>> import tempfile, pathlib
      >>> from kerax.saving.sstable import read_table, table_bytes
      >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.index"
      >>> _ = path.write_bytes(table_bytes([(b"a", b"1"), (b"ab", b"2")]))
      >>> [(key, value) for key, value, _ in read_table(path)]
      [(b'a', b'1'), (b'ab', b'2')]
    """
    name = os.fspath(path)
    with open(path, "rb") as file:
        data = file.read()
    try:
        yield from _entries(data, name)
    except WireError as error:
        raise DamagedFile(str(error)) from error


def _entries(data: bytes, name: str) -> Iterator[tuple[bytes, bytes, int]]:
    if len(data) < _FOOTER:
        raise DamagedFile(f"{name!r} has {len(data)} bytes, too few for a checkpoint's table: it is cut or empty.")
    footer = len(data) - _FOOTER
    if int.from_bytes(data[-8:], "little") != _MAGIC:
        raise DamagedFile(
            f"{name!r} does not end like a checkpoint's table (magic number at byte {len(data) - 8}): it is cut, "
            "altered, or another kind of file."
        )
    position = footer
    handles = []
    for _ in range(4):
        number, position = read_varint(data, position, repr(name))
        handles.append(number)
    if any(data[position:-8]):
        raise DamagedFile(f"{name!r}: the footer at byte {footer} is damaged.")
    budget = [_MOST_KEY_BYTES + 8 * len(data)]
    for _ in _block(data, handles[0], handles[1], name, budget):  # of other tables' extras: only its checksum matters
        pass
    previous = None
    seen = set()
    for _, handle in _block(data, handles[2], handles[3], name, budget):
        where = f"{name!r}, index"
        offset, rest = read_varint(handle, 0, where)
        size, _ = read_varint(handle, rest, where)
        if offset in seen:
            raise DamagedFile(f"{name!r}: two entries of the index lead to the block at byte {offset}.")
        seen.add(offset)
        for key, value in _block(data, offset, size, name, budget):
            if previous is not None and key <= previous:
                raise DamagedFile(f"{name!r}: the keys in the block at byte {offset} are out of order.")
            previous = key
            yield key, value, offset


def _block(data: bytes, offset: int, size: int, name: str, budget: list[int]) -> Iterator[tuple[bytes, bytes]]:
    if offset + size + _TRAILER > len(data) - _FOOTER:
        raise DamagedFile(f"{name!r}: a block of {size} bytes at byte {offset} reaches beyond the end of the file.")
    end = offset + size
    stored = int.from_bytes(data[end + 1 : end + _TRAILER], "little")
    if mask_crc(crc32c(data[offset : end + 1])) != stored:
        raise DamagedFile(f"{name!r}: the checksum of the block at byte {offset} is wrong: the file is damaged.")
    contents = data[offset:end]
    if data[end] == _SNAPPY:
        contents = decompress(contents, repr(name), offset)
    elif data[end] != _UNCOMPRESSED:
        raise DamagedFile(f"{name!r}: the block at byte {offset} is compressed in an unknown way ({data[end]}).")
    restarts = int.from_bytes(contents[-4:], "little") if len(contents) >= 4 else 1 << 32
    stop = len(contents) - 4 * (restarts + 1)
    if stop < 0:
        raise DamagedFile(f"{name!r}: the block at byte {offset} is shorter than its own list of keys.")
    position, key = 0, b""
    where = f"{name!r}, block at byte {offset}"
    while position < stop:
        shared, position = read_varint(contents, position, where)
        fresh, position = read_varint(contents, position, where)
        length, position = read_varint(contents, position, where)
        if shared > len(key) or position + fresh + length > stop:
            raise DamagedFile(f"{where}: an entry at byte {position} of the block reaches beyond it.")
        key = key[:shared] + contents[position : position + fresh]
        position += fresh
        budget[0] -= len(key)
        if budget[0] < 0:
            raise DamagedFile(f"{where}: the keys are longer than a file of {len(data)} bytes can need.")
        yield key, contents[position : position + length]
        position += length


def table_bytes(entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Makes the contents of a table.

    Args:
      entries: keys and values; keys rising.

    Returns:
      The bytes of the file.

    Raises:
      ValueError: if the keys are not in rising order.

    Example:
      >>> from kerax.saving.sstable import table_bytes
      >>> len(table_bytes([]))
      74
    """
    out = bytearray()
    index: list[tuple[bytes, bytes]] = []
    pending: list[tuple[bytes, bytes]] = []
    size, previous = 0, None

    def close() -> None:
        if pending:
            index.append((pending[-1][0], _append_block(out, pending)))
            pending.clear()

    for key, value in entries:
        if previous is not None and key <= previous:
            raise ValueError(f"The keys of a table must rise: {key!r} comes after {previous!r}.")
        previous = key
        pending.append((key, value))
        size += len(key) + len(value)
        if size >= _BLOCK_SIZE:
            close()
            size = 0
    close()
    meta = _append_block(out, [])
    footer = meta + _append_block(out, index, restart=1)
    out += footer + bytes(_FOOTER - 8 - len(footer)) + _MAGIC.to_bytes(8, "little")
    return bytes(out)


def _append_block(out: bytearray, entries: list[tuple[bytes, bytes]], restart: int = _RESTART) -> bytes:
    """Adds a block and returns its handle."""
    block = bytearray()
    starts = [0]
    previous = b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % restart == 0:
            if number:
                starts.append(len(block))
        else:
            shared = len(os.path.commonprefix([previous, key]))
        block += encode_varint(shared) + encode_varint(len(key) - shared) + encode_varint(len(value))
        block += key[shared:] + value
        previous = key
    for start in starts:
        block += start.to_bytes(4, "little")
    block += len(starts).to_bytes(4, "little")
    handle = encode_varint(len(out)) + encode_varint(len(block))
    block.append(_UNCOMPRESSED)
    out += block + mask_crc(crc32c(bytes(block))).to_bytes(4, "little")
    return handle
