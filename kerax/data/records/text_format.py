"""Messages as people read them: the text format of Protocol Buffers, which ``print`` shows.

Reference: https://protobuf.dev/reference/protobuf/textformat-spec/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

_ESCAPES = {ord(letter): f"\\{name}" for letter, name in zip("\t\n\r\"'\\", "tnr\"'\\")}
_FLOAT_DIGITS = 6, 9  # that always survive, and that always suffice, for 32 bits


def message_text(parts: Iterable[tuple[str, Any]], indent: str = "") -> str:
    """Returns the text of a message, one line for a value, a block for a message inside.

    Args:
      parts: name and value of every field that is set; a message inside is such a list itself.
      indent: what lines begin with.

    Example:
      >>> from kerax.data.records.text_format import message_text
      >>> print(message_text([("float_list", [("value", 1.5)])]), end="")
      float_list {
        value: 1.5
      }
    """
    lines = []
    for name, value in parts:
        if isinstance(value, list):
            lines.append(f"{indent}{name} {{\n{message_text(value, indent + '  ')}{indent}}}\n")
        else:
            lines.append(f"{indent}{name}: {_value_text(value)}\n")
    return "".join(lines)


def _value_text(value: Any) -> str:
    if isinstance(value, bytes):
        return '"' + "".join(_ESCAPES.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in value) + '"'
    if isinstance(value, str):
        return '"' + value.translate(_ESCAPES) + '"'
    if isinstance(value, float):
        few, many = (f"{value:.{digits}g}" for digits in _FLOAT_DIGITS)
        return few if np.float32(few) == np.float32(value) else many if value == value else "nan"
    return str(value)
