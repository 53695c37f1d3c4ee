"""GIF files as TensorFlow shows them: every frame is drawn over the one before it.

Reference: CompuServe, "Graphics Interchange Format, Version 89a".
"""

from __future__ import annotations

_HEADER = 13
_EXTENSION, _IMAGE, _CONTROL = 0x21, 0x2C, 0xF9
_DISPOSAL, _KEEP = 0x1C, 0x04  # bits of a control block that say what happens to a frame when it was shown


def without_disposal(contents: bytes) -> bytes:
    """Returns a GIF file whose frames all stay when they were shown; what is not understood stays as it is.

    Args:
      contents: the bytes of a GIF file.

    Example:
      >>> from kerax.functional.image_gif import without_disposal
      >>> without_disposal(b"GIF89a")
      b'GIF89a'
    """
    if len(contents) < _HEADER:
        return contents
    out = bytearray(contents)
    place = _HEADER + _table(contents[10])
    while place + 2 < len(out) and out[place] in (_EXTENSION, _IMAGE):
        if out[place] == _EXTENSION:
            if out[place + 1] == _CONTROL and place + 3 < len(out):
                out[place + 3] = out[place + 3] & ~_DISPOSAL | _KEEP
            place += 2
        else:
            if place + 10 >= len(out):
                break
            place += 11 + _table(out[place + 9])
        while place < len(out) and out[place]:  # parts, each with its length before it
            place += out[place] + 1
        place += 1
    return bytes(out)


def _table(packed: int) -> int:
    """Bytes of the table of colours that a flag announces."""
    return 3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0
