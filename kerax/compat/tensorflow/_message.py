"""Messages as protocol buffers are in Python: typed fields with defaults, lists, tables, messages inside messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

_DEFAULTS: dict[str, Any] = {"string": "", "bytes": b"", "bool": False, "float": 0.0, "double": 0.0}
_BITS = {"int32": (-(2**31), 2**31), "int64": (-(2**63), 2**63), "uint32": (0, 2**32), "uint64": (0, 2**64)}


class Field(NamedTuple):
    """A field: its name, type, number, how often it stands, and the group of which one stands at a time."""

    name: str
    kind: str
    number: int
    label: str = ""
    group: str = ""
    key: str = ""  # of a table


KINDS: dict[str, type[Message]] = {}


def checked(field: Field, value: Any) -> Any:
    """A value as a field of its type keeps it.

    Raises:
      TypeError: for a value of another type.
      ValueError: for a number out of range, or an unknown word.
    """
    kind = field.kind
    wrong = f"bad argument type for built-in operation: field {field.name!r} takes {kind}, received {value!r}"
    if kind in ("string", "bytes"):
        if not isinstance(value, (str, bytes)) or (kind == "bytes" and isinstance(value, str)):
            raise TypeError(wrong)
        return value.decode() if kind == "string" and isinstance(value, bytes) else value
    if kind.startswith("enum"):
        words = ENUMERATIONS[kind[5:]]
        if isinstance(value, str):
            return words.Value(value)
        kind = "int32"
    if isinstance(value, (str, bytes)) or not isinstance(value, (bool, int, float, np.generic)):
        raise TypeError(wrong)
    if kind in _BITS:
        low, high = _BITS[kind]
        if int(value) != value:
            raise TypeError(wrong)
        if not low <= value < high:
            raise ValueError(f"Value out of range: field {field.name!r} takes {kind}, received {value}")
        return int(value)
    if kind == "bool":
        return bool(value)
    return float(np.float32(value)) if kind == "float" else float(value)


class Enumeration(dict):
    """Words for numbers."""

    def Value(self, name: str) -> int:
        """The number of a word.

        Raises:
          ValueError: for another word.
        """
        if name not in self:
            raise ValueError(f"unknown enum label {name!r}: one of {', '.join(self)}")
        return self[name]

    def Name(self, number: int) -> str:
        """The word of a number.

        Raises:
          ValueError: for another number.
        """
        for word, one in self.items():
            if one == number:
                return word
        raise ValueError(f"no enum label for {number}: one of {dict(self)}")


ENUMERATIONS: dict[str, Enumeration] = {}


class Repeated(list):
    """A field that stands several times."""

    def __init__(self, owner: Message, field: Field):
        super().__init__()
        self._owner, self._field = owner, field

    def _taken(self, value: Any) -> Any:
        self._owner._touch()
        kind = KINDS.get(self._field.kind)
        if kind is None:
            return checked(self._field, value)
        made = kind(**value) if isinstance(value, Mapping) else kind()
        if not isinstance(value, Mapping):
            made.CopyFrom(value)
        return made

    def add(self, **fields: Any) -> Any:
        """Appends a message with these fields, and returns it."""
        made = KINDS[self._field.kind](**fields)
        super().append(made)
        self._owner._touch()
        return made

    def append(self, value: Any) -> None:
        """Appends a value; of a message, a copy."""
        super().append(self._taken(value))

    def extend(self, values: Iterable) -> None:
        """Appends several values."""
        super().extend([self._taken(one) for one in values])

    MergeFrom = extend

    def __setitem__(self, place: Any, value: Any) -> None:
        if self._field.kind in KINDS:
            raise TypeError("A list of messages does not support item assignment: change the message's fields.")
        super().__setitem__(place, [self._taken(v) for v in value] if isinstance(place, slice) else self._taken(value))


class Table(dict):
    """A field that is a table: what is asked for is there."""

    def __init__(self, owner: Message, field: Field):
        super().__init__()
        self._owner, self._field = owner, field

    def __missing__(self, key: Any) -> Any:
        kind = KINDS.get(self._field.kind)
        self._owner._touch()
        made = kind() if kind is not None else _DEFAULTS.get(self._field.kind, 0)
        super().__setitem__(checked(self._field._replace(kind=self._field.key), key), made)
        return made

    def __setitem__(self, key: Any, value: Any) -> None:
        if self._field.kind in KINDS:
            raise ValueError("May not set values directly, call my_map[key].foo = 5")
        self._owner._touch()
        super().__setitem__(checked(self._field._replace(kind=self._field.key), key), checked(self._field, value))

    def get_or_create(self, key: Any) -> Any:
        """The value of a key, made if there is none."""
        return self[key]

    def update(self, other: Any) -> None:  # type: ignore[override]
        """Takes over values; of messages, copies."""
        for key, value in dict(other).items():
            if self._field.kind in KINDS:
                self[key].CopyFrom(value)
            else:
                self[key] = value

    MergeFrom = update


class Message:
    """A message: fields by name, each with what it is without a value.

    Args:
      **fields: values of fields.

    Raises:
      ValueError: for a field that it has not.

    Source: protobuf.dev/reference/python/python-generated.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> node = tf.compat.v1.NodeDef(name="x", op="Placeholder")
      >>> node.attr["dtype"].type = 1
      >>> print(node.name, list(node.input), node.attr["dtype"].WhichOneof("value"))
      x [] type
    """

    _fields: dict[str, Field] = {}

    def __init__(self, **fields: Any):
        self.__dict__.update(_values={}, _owner=None, _note=None)  # a note: what a program keeps with it
        for name, value in fields.items():
            if name not in self._fields:
                raise ValueError(f'Protocol message {type(self).__name__} has no "{name}" field.')
            field = self._fields[name]
            if value is None:
                continue
            if field.label == "repeated":
                getattr(self, name).extend(value)
            elif field.label == "map":
                getattr(self, name).update(value)
            elif field.kind in KINDS:
                kind = KINDS[field.kind]
                inner = getattr(self, name)
                inner._touch()
                inner.MergeFrom(kind(**value) if isinstance(value, Mapping) else value)
            else:
                setattr(self, name, value)

    def _touch(self) -> None:
        """Notes, here and in what this message is inside of, that it is there."""
        owner = self.__dict__["_owner"]
        if owner is not None:
            message, name = owner
            self.__dict__["_owner"] = None
            message._put(name, self)

    def _put(self, name: str, value: Any) -> None:
        group = self._fields[name].group
        for other in [one for one in self._values if group and one != name and self._fields[one].group == group]:
            del self._values[other]
        self._values[name] = value
        self._touch()

    def __getattr__(self, name: str) -> Any:
        field = self._fields.get(name)
        if field is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        values = self.__dict__["_values"]
        if name in values:
            return values[name]
        if field.label:
            values[name] = (Repeated if field.label == "repeated" else Table)(self, field)
            return values[name]
        if field.kind in KINDS:
            made = KINDS[field.kind]()
            made.__dict__["_owner"] = (self, name)
            return made
        return _DEFAULTS.get(field.kind, 0)

    def __setattr__(self, name: str, value: Any) -> None:
        field = self._fields.get(name)
        if field is None or field.label or field.kind in KINDS:
            why = "no such field" if field is None else "a field of messages, a list or a table is changed in place"
            raise AttributeError(f'Assignment not allowed to field "{name}" in {type(self).__name__}: {why}.')
        self._put(name, checked(field, value))

    def _present(self, name: str) -> bool:
        field, value = self._fields[name], self._values.get(name)
        if name not in self._values:
            return False
        return bool(value) if field.label else bool(field.group or field.kind in KINDS or value)

    def ListFields(self) -> list:
        """The fields that have values, in the order of their numbers, with them."""
        order = sorted(self._fields.values(), key=lambda field: field.number)
        return [(field, self._values[field.name]) for field in order if self._present(field.name)]

    def HasField(self, name: str) -> bool:
        """Whether a field has a value.

        Raises:
          ValueError: if it has none of this name, or one that is always there.
        """
        field = self._fields.get(name)
        groups = {one.group for one in self._fields.values()} - {""}
        if name in groups:
            return self.WhichOneof(name) is not None
        if field is None or field.label or not (field.group or field.kind in KINDS):
            raise ValueError(f"Field {type(self).__name__}.{name} does not have presence.")
        return self._present(name)

    def WhichOneof(self, group: str) -> str | None:
        """The field of a group that has a value.

        Raises:
          ValueError: if there is no such group.
        """
        members = [name for name, field in self._fields.items() if field.group == group]
        if not members:
            raise ValueError(f'Message {type(self).__name__} does not contain a oneof "{group}".')
        return next((name for name in members if self._present(name)), None)

    def ClearField(self, name: str) -> None:
        """Empties a field."""
        if name not in self._fields:
            raise ValueError(f'Protocol message {type(self).__name__} has no "{name}" field.')
        self._values.pop(name, None)

    def Clear(self) -> None:
        """Empties all fields."""
        self._values.clear()

    def SetInParent(self) -> None:
        """Makes it there, though it is empty."""
        self._touch()

    def MergeFrom(self, other: Any) -> None:
        """Takes over the fields of another one that have values; lists grow.

        Raises:
          TypeError: for a message of another type.
        """
        if type(other) is not type(self):
            raise TypeError(f"{type(self).__name__} takes over from its own type, received {type(other).__name__}.")
        if other._note is not None:
            self.__dict__["_note"] = other._note
        for field, value in other.ListFields():
            if field.label:
                getattr(self, field.name).MergeFrom(value)
            elif field.kind in KINDS:
                inner = getattr(self, field.name)
                inner._touch()
                inner.MergeFrom(value)
            else:
                setattr(self, field.name, value)

    def CopyFrom(self, other: Any) -> None:
        """Becomes equal to another one."""
        if other is not self:
            self.Clear()
            self.MergeFrom(other)
            self._touch()

    def ByteSize(self) -> int:
        """How many bytes it is written as."""
        return len(self.SerializeToString())

    def SerializeToString(self, deterministic: bool = False) -> bytes:
        """The message's bytes."""
        from kerax.compat.tensorflow._message_forms import encoded

        return encoded(self)

    def ParseFromString(self, serialized: Any) -> int:
        """Becomes what bytes say; returns their number."""
        self.Clear()
        return self.MergeFromString(serialized)

    def MergeFromString(self, serialized: Any) -> int:
        """Takes over what bytes say; returns their number."""
        from kerax.compat.tensorflow._message_forms import read

        read(self, serialized)
        return len(serialized)

    @classmethod
    def FromString(cls, serialized: Any) -> Message:
        """The message of bytes."""
        made = cls()
        made.MergeFromString(serialized)
        return made

    def __copy__(self) -> Message:
        made = type(self)()
        made.MergeFrom(self)
        return made

    def __deepcopy__(self, memo: Any) -> Message:
        return self.__copy__()

    def __reduce__(self) -> Any:
        return _read_again, (type(self).__name__, self.SerializeToString())

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.ListFields() == other.ListFields()  # type: ignore[attr-defined]

    __hash__ = None  # type: ignore[assignment]

    def __dir__(self) -> list:
        return [*super().__dir__(), *self._fields]

    def __repr__(self) -> str:
        from kerax.compat.tensorflow._message_forms import text

        return text(self)


def _read_again(name: str, serialized: bytes) -> Message:
    return KINDS[name].FromString(serialized)


def _lines(text: str) -> list[str]:
    """Lines; one that begins with blanks goes on with the one before it."""
    return [line for line in text.replace("\n ", " ").splitlines() if line.strip()]


def define(schema: str, enumerations: str) -> None:
    """Makes types of messages: of every line its name, and ``name=type:number`` for each field.

    A type is that of a value or of a message, ``enum.Name``, ``[type]`` for several, ``{key,type}`` for a table;
    ``|group`` behind it says that one field of a group stands at a time. A dot puts a type inside another one.
    """
    for line in _lines(schema):
        name, *rest = line.split()
        fields = {}
        for one in rest:
            said, _, number = one.rpartition(":")
            field, _, kind = said.partition("=")
            kind, _, group = kind.partition("|")
            label = {"[": "repeated", "{": "map"}.get(kind[0], "")
            key, _, kind = kind.strip("[]{}").rpartition(",")
            fields[field] = Field(field, kind, int(number), label, group, key)
        outer, _, short = name.rpartition(".")
        doc = f"The message {name} of TensorFlow, with the fields {', '.join(fields)}."
        members = {"__doc__": doc, "_fields": fields, "__module__": "kerax.compat.tensorflow._v1_messages",
                   "__qualname__": name}  # fmt: skip
        KINDS[name] = type(short, (Message,), members)
        if outer:
            setattr(KINDS[outer], short, KINDS[name])
    for line in _lines(enumerations):
        name, *words = line.split()
        found = ENUMERATIONS[name] = Enumeration(
            (word, int(number)) for word, _, number in (w.partition("=") for w in words)
        )
        outer, _, short = name.rpartition(".")
        if outer:
            setattr(KINDS[outer], short, found)
            for word, number in found.items():
                setattr(KINDS[outer], word, number)
