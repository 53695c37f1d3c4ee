"""Messages as bytes and as text.

Source: protobuf.dev/programming-guides/encoding and protobuf.dev/reference/protobuf/textformat-spec.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from kerax.compat.tensorflow._message import ENUMERATIONS, KINDS, Field, Message
from kerax.utils.protobuf import BYTES, decode_varints, iter_fields
from kerax.utils.protobuf_encode import bytes_field, double_field, encode_varints, float_field, int_field

_ESCAPES = {9: r"\t", 10: r"\n", 13: r"\r", 34: r"\"", 39: r"\'", 92: r"\\"}


# ---- as bytes -------------------------------------------------------------------------------------------------------
def _one(field: Field, value: Any) -> bytes:
    if field.kind in KINDS:
        return bytes_field(field.number, encoded(value))
    if field.kind in ("string", "bytes"):
        return bytes_field(field.number, value)
    if field.kind in ("float", "double"):
        return (float_field if field.kind == "float" else double_field)(field.number, value)
    return int_field(field.number, value)


def _several(field: Field, values: list) -> bytes:
    if field.kind in KINDS or field.kind in ("string", "bytes"):
        return b"".join(_one(field, one) for one in values)
    if field.kind in ("float", "double"):
        packed = struct.pack(f"<{len(values)}{field.kind[0]}", *values)
    else:
        packed = encode_varints([int(one) for one in values])
    return bytes_field(field.number, packed)


def encoded(message: Message) -> bytes:
    """The bytes of a message."""
    parts = []
    for field, value in message.ListFields():
        if field.label == "repeated":
            parts.append(_several(field, value))
        elif field.label == "map":
            key, inner = Field("key", field.key, 1), Field("value", field.kind, 2)
            parts += [bytes_field(field.number, _one(key, k) + _one(inner, v)) for k, v in value.items()]
        else:
            parts.append(_one(field, value))
    return b"".join(parts)


def _number(kind: str, found: Any) -> Any:
    if kind in ("float", "double"):
        size = 4 if kind == "float" else 8
        raw = found.to_bytes(size, "little") if isinstance(found, int) else bytes(found)
        return struct.unpack(f"<{kind[0]}", raw)[0]
    if kind.startswith(("int", "enum")) and found >= 1 << 63:
        return found - (1 << 64)
    return found


def _value(kind: str, found: Any) -> Any:
    if kind in KINDS:
        return KINDS[kind].FromString(bytes(found))
    return bytes(found) if kind in ("string", "bytes") else _number(kind, found)


def _packed(kind: str, content: Any) -> list:
    if kind in ("float", "double"):
        raw = bytes(content)
        return list(struct.unpack(f"<{len(raw) // (4 if kind == 'float' else 8)}{kind[0]}", raw))
    return [int(one) for one in decode_varints(content)]


def read(message: Message, serialized: Any) -> None:
    """Takes over what bytes say; fields that it has not are left out.

    Raises:
      WireError: naming the byte, if they are no message.
    """
    fields = {field.number: field for field in message._fields.values()}
    for number, wire, found, _ in iter_fields(bytes(serialized), type(message).__name__):
        field = fields.get(number)
        if field is None:
            continue
        if field.label == "map":
            entry = {part: content for part, _, content, _ in iter_fields(found, field.name)}
            key = _value(field.key, entry.get(1, b"" if field.key == "string" else 0))
            key = key.decode() if isinstance(key, bytes) else key
            inner = _value(field.kind, entry[2]) if 2 in entry else KINDS[field.kind]() if field.kind in KINDS else None
            if inner is not None:
                getattr(message, field.name).update({key: inner})
        elif field.label == "repeated":
            plain = field.kind in KINDS or field.kind in ("string", "bytes")
            packed = not plain and wire == BYTES
            getattr(message, field.name).extend(_packed(field.kind, found) if packed else [_value(field.kind, found)])
        elif field.kind in KINDS:
            inner = getattr(message, field.name)
            inner._touch()
            inner.MergeFromString(bytes(found))
        else:
            setattr(message, field.name, _value(field.kind, found))


# ---- as text --------------------------------------------------------------------------------------------------------
def _escaped(value: str | bytes) -> str:
    raw = value.encode() if isinstance(value, str) else value
    return "".join(_ESCAPES.get(one) or (chr(one) if 32 <= one < 127 else f"\\{one:03o}") for one in raw)


def _shown(field: Field, value: Any) -> str:
    if field.kind in ("string", "bytes"):
        return f'"{_escaped(value)}"'
    if field.kind == "bool":
        return "true" if value else "false"
    if field.kind.startswith("enum"):
        words = ENUMERATIONS[field.kind[5:]]
        return words.Name(value) if value in words.values() else str(value)
    if field.kind in ("float", "double"):
        return str(np.float32(value)) if field.kind == "float" else repr(value)
    return str(value)


def _line(field: Field, value: Any) -> str:
    if field.kind in KINDS and isinstance(value, Message):
        inner = "".join(f"  {line}\n" for line in text(value).splitlines())
        return f"{field.name} {{\n{inner}}}\n"
    return f"{field.name}: {_shown(field, value)}\n"


def text(message: Message) -> str:
    """A message as text, a line for each value."""
    lines = []
    for field, value in message.ListFields():
        if field.label == "map":
            for key in sorted(value):
                entry = _line(Field("key", field.key, 1), key) + _line(Field("value", field.kind, 2), value[key])
                inner = "".join(f"  {line}\n" for line in entry.splitlines())
                lines.append(f"{field.name} {{\n{inner}}}\n")
        else:
            lines += [_line(field, one) for one in (value if field.label else [value])]
    return "".join(lines)
