"""Decompression of Snappy blocks, which some writers of sorted tables use.

Source: google/snappy, format_description.txt.
"""

from __future__ import annotations

from kerax.utils.protobuf import WireError, read_varint

_MOST_EXPANSION = 64  # a copy of three bytes makes 64


def decompress(data: bytes, what: str, base: int = 0) -> bytes:
    """Undoes Snappy compression of one block.

    Args:
      data: the compressed bytes.
      what: what is read, for messages.
      base: the position of ``data`` in its file.

    Returns:
      The bytes.

    Raises:
      WireError: naming the byte, for anything that is no Snappy block, or that says it is larger than it can be.

    Example:
      >>> from kerax.saving.snappy import decompress
      >>> decompress(bytes([9, 8]) + b"abc" + bytes([(6 - 1) << 2 | 2, 3, 0]), "block")
      b'abcabcabc'
    """
    length, position = read_varint(data, 0, what, base)
    if length > _MOST_EXPANSION * len(data):
        raise WireError(f"{what}: {len(data)} compressed bytes at byte {base} say that they hold {length}.")
    out = bytearray()
    end = len(data)
    while position < end:
        start = base + position
        tag = data[position]
        kind, position = tag & 3, position + 1
        if kind == 0:
            size = tag >> 2
            if size >= 60:
                extra = size - 59
                size = int.from_bytes(data[position : position + extra], "little")
                position += extra
            size += 1
            if position + size > end:
                raise WireError(f"{what}: the compressed data end inside the literal at byte {start}.")
            out += data[position : position + size]
            position += size
        else:
            if kind == 1:
                size, width = (tag >> 2 & 7) + 4, 1
            else:
                size, width = (tag >> 2) + 1, 2 if kind == 2 else 4
            if position + width > end:
                raise WireError(f"{what}: the compressed data end inside the copy at byte {start}.")
            offset = int.from_bytes(data[position : position + width], "little")
            if kind == 1:
                offset |= tag >> 5 << 8
            position += width
            if not 0 < offset <= len(out):
                raise WireError(f"{what}: the copy at byte {start} begins before the data.")
            piece = bytes(out[-offset : len(out) - offset + size])
            while len(piece) < size:  # the copy reaches into what it makes
                piece += piece
            out += piece[:size]
        if len(out) > length:
            raise WireError(f"{what}: more data than the {length} bytes announced, at byte {start}.")
    if len(out) != length:
        raise WireError(f"{what}: {len(out)} bytes of data at byte {base}, where {length} were announced.")
    return bytes(out)
