"""Where a file begins and ends, and where its root group stands (section "Format Signature and Superblock")."""

from __future__ import annotations

from kerax.saving.hdf5.source import Source

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_FIRST_PLACE = 512  # where the signature may stand when it is not at 0; then twice as far, and so on
_NEWEST = 3
_WIDTHS = (2, 4, 8)
_OPEN = 1 | 4  # flags of version 3: somebody writes the file, or did and died


def read_superblock(source: Source) -> int:
    """Sets the source's base, end and widths.

    Returns:
      The address of the root group's object header.

    Raises:
      ValueError: if there is no signature, or the superblock is damaged.
    """
    place = 0
    while source.read(place, min(8, max(source.size - place, 0))) != SIGNATURE:
        place = 2 * place or _FIRST_PLACE
        if place + 8 > source.size:
            raise ValueError(f"{source.what} is no HDF5 file: it does not begin as one.")
    source.base = place
    version = source.cursor(8, 1).unsigned(1)
    if version > _NEWEST:
        raise source.damage(8, f"a superblock of version {version}, where 0 to {_NEWEST} are known")
    root, base, end = _old(source, version) if version < 2 else _new(source)
    # The file may have been put behind other bytes, or taken from behind them: its end moves with it.
    end += place - base
    if end > source.size:
        raise ValueError(f"{source.what} is damaged: it was cut to {source.size} bytes, it should have {end}.")
    source.end = end
    return root


def _old(source: Source, version: int) -> tuple[int, int, int]:
    sizes = source.cursor(13, 2)
    _set_widths(source, sizes.unsigned(1), sizes.unsigned(1))
    cursor = source.cursor(24 if version == 0 else 28, 6 * source.offset_size)
    base, _, end = cursor.unsigned(source.offset_size), cursor.offset(), cursor.unsigned(source.offset_size)
    cursor.offset()
    cursor.offset()
    root = cursor.offset()
    if root is None:
        raise cursor.damage("there is no root group")
    return root, base, end


def _new(source: Source) -> tuple[int, int, int]:
    sizes = source.cursor(9, 2)
    _set_widths(source, sizes.unsigned(1), sizes.unsigned(1))
    cursor = source.cursor(0, 12 + 4 * source.offset_size + 4)
    cursor.verify()
    cursor.skip(8)
    version, _, _, flags = (cursor.unsigned(1) for _ in range(4))
    if version == _NEWEST and flags & _OPEN:
        raise cursor.damage("it was not closed by the program that wrote it")
    base, _, end, root = (
        cursor.unsigned(source.offset_size),
        cursor.offset(),
        cursor.unsigned(source.offset_size),
        cursor.offset(),
    )
    if root is None:
        raise cursor.damage("there is no root group")
    return root, base, end


def _set_widths(source: Source, offset_size: int, length_size: int) -> None:
    if offset_size not in _WIDTHS or length_size not in _WIDTHS:
        raise source.damage(9, f"addresses of {offset_size} and lengths of {length_size} bytes")
    source.offset_size, source.length_size = offset_size, length_size
