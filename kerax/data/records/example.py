"""tf.train.Example and the messages it is made of, as plain objects that encode and decode themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np

from kerax.data.records.scan import BYTES, FLOAT, INT64, feature_of, texts_of
from kerax.data.records.text_format import message_text
from kerax.utils.protobuf import (
    WireError,
    bytes_field,
    decode_varints,
    iter_fields,
    packed_floats_field,
    packed_ints_field,
)

_INT64 = range(-(1 << 63), 1 << 63)


class Message:
    """What all messages can do."""

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:
        """Encodes the message. Keys stand in alphabetical order, so that equal messages give equal bytes."""
        raise NotImplementedError

    def ParseFromString(self, serialized: bytes) -> int:
        """Replaces what the message holds by what bytes encode.

        Raises:
          WireError: if they encode no such message.
        """
        self.__dict__.update(vars(type(self)._decoded(bytes(serialized))))
        return len(serialized)

    @classmethod
    def FromString(cls, serialized: bytes) -> Any:
        """Decodes a message.

        Raises:
          WireError: if the bytes encode no such message.
        """
        return cls._decoded(bytes(serialized))

    @classmethod
    def _decoded(cls, data: bytes) -> Any:
        raise NotImplementedError

    def CopyFrom(self, other: Any) -> None:
        """Takes over what another message of this class holds."""
        self.ParseFromString(other.SerializeToString())

    def MergeFrom(self, other: Any) -> None:
        """Adds what another message of this class holds: values to values, features by their names."""
        self.ParseFromString(self.SerializeToString() + other.SerializeToString())

    def Clear(self) -> None:
        """Empties the message."""
        self.ParseFromString(b"")

    def ByteSize(self) -> int:
        """Returns the length of the encoded message."""
        return len(self.SerializeToString())

    def _parts(self) -> list[tuple[str, Any]]:
        """Names and values of what is set, for ``str``; messages inside as such lists."""
        raise NotImplementedError

    def __str__(self) -> str:
        return message_text(self._parts())

    __repr__ = __str__  # as all messages of protocol buffers show themselves

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.SerializeToString() == other.SerializeToString()  # type: ignore[attr-defined]

    __hash__ = None  # type: ignore[assignment]


class _Values(Message):
    """A list of values of one kind."""

    def __init__(self, value: Iterable | None = None) -> None:
        self.value: list = [self._checked(item) for item in (() if value is None else value)]

    @staticmethod
    def _checked(item: Any) -> Any:
        return item

    @classmethod
    def _decoded(cls, data: bytes) -> Any:
        number = {"BytesList": BYTES, "FloatList": FLOAT, "Int64List": INT64}[cls.__name__]
        return _list_of(number, data)

    def _parts(self) -> list[tuple[str, Any]]:
        return [("value", item) for item in self.value]


class BytesList(_Values):
    """A list of byte strings.

    Args:
      value: the byte strings.

    Raises:
      TypeError: for text that is not encoded.

    Example:
      >>> import kerax.data
      >>> kerax.data.BytesList(value=[b"a"]).value
      [b'a']
    """

    @staticmethod
    def _checked(item: Any) -> bytes:
        if not isinstance(item, (bytes, bytearray, np.bytes_)):
            raise TypeError(
                f"BytesList(value=...) holds bytes, received {item!r} of type {type(item).__name__}; use .encode()."
            )
        return bytes(item)

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:
        return b"".join([bytes_field(1, self._checked(item)) for item in self.value])


class FloatList(_Values):
    """A list of 32-bit floats.

    Args:
      value: the numbers.

    Raises:
      TypeError: for anything but numbers.

    Example:
      >>> import kerax.data
      >>> kerax.data.FloatList(value=[1, 2.5]).value
      [1.0, 2.5]
    """

    @staticmethod
    def _checked(item: Any) -> float:
        if isinstance(item, (str, bytes)) or np.ndim(item):
            raise TypeError(f"FloatList(value=...) holds numbers, received {item!r} of type {type(item).__name__}.")
        return float(np.float32(item))

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:
        return packed_floats_field(1, np.asarray(self.value, np.float32)) if self.value else b""


class Int64List(_Values):
    """A list of 64-bit integers.

    Args:
      value: the integers.

    Raises:
      TypeError: for anything but integers.
      ValueError: for integers of more than 64 bits.

    Example:
      >>> import kerax.data
      >>> kerax.data.Int64List(value=[1, -2]).value
      [1, -2]
    """

    @staticmethod
    def _checked(item: Any) -> int:
        try:
            number = int(item) if isinstance(item, np.bool_) else item.__index__()
        except (AttributeError, TypeError):
            raise TypeError(
                f"Int64List(value=...) holds integers, received {item!r} of type {type(item).__name__}."
            ) from None
        if number not in _INT64:
            raise ValueError(f"Int64List(value=...) holds 64-bit integers, received {number}.")
        return number

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:
        return packed_ints_field(1, [self._checked(item) for item in self.value]) if self.value else b""


_LISTS: dict[int, tuple[str, type]] = {
    BYTES: ("bytes_list", BytesList),
    FLOAT: ("float_list", FloatList),
    INT64: ("int64_list", Int64List),
}


def _list_of(number: int, payload: bytes) -> Any:
    """Decodes one of the three lists; of numbers, packed and single ones in any mixture."""
    out = _LISTS[number][1]()
    if number == BYTES:
        out.value = texts_of(payload)
        return out
    for field, wire, part, _ in iter_fields(payload, "tf.train.Feature"):
        if field == 1 and wire == 2:
            part = bytes(part)
            if number == FLOAT and len(part) % 4:
                raise WireError("tf.train.FloatList: the floats are cut off.")
            out.value += (np.frombuffer(part, "<f4") if number == FLOAT else decode_varints(part)).tolist()
        elif field == 1:
            raw = part if isinstance(part, int) else int.from_bytes(part, "little")
            if number == FLOAT:
                out.value.append(float(np.array(raw, np.uint32).view(np.float32)))
            else:
                out.value.append(raw - (1 << 64) if raw >> 63 else raw)
    return out


class Feature(Message):
    """One of three lists: bytes, floats or integers.

    Args:
      bytes_list: a ``BytesList``.
      float_list: a ``FloatList``.
      int64_list: an ``Int64List``.

    Raises:
      ValueError: if more than one is given.

    Example:
      >>> import kerax.data
      >>> feature = kerax.data.Feature(int64_list=kerax.data.Int64List(value=[7]))
      >>> feature.WhichOneof("kind"), feature.int64_list.value
      ('int64_list', [7])
    """

    def __init__(
        self,
        bytes_list: BytesList | None = None,
        float_list: FloatList | None = None,
        int64_list: Int64List | None = None,
    ) -> None:
        given = {BYTES: bytes_list, FLOAT: float_list, INT64: int64_list}
        self._lists: dict[int, Any] = {number: value for number, value in given.items() if value is not None}
        if len(self._lists) > 1:
            raise ValueError("A Feature holds one list: of bytes, of floats or of integers.")
        for number, value in self._lists.items():
            if not isinstance(value, _LISTS[number][1]):
                raise TypeError(
                    f"Feature({_LISTS[number][0]}=...) expects {_LISTS[number][1].__name__}, received {value!r}."
                )
        self._set = next(iter(self._lists), 0)

    @staticmethod
    def of(values: Any) -> Feature:
        """Makes a feature of a value, a list or an array: integers and booleans, floats, or text.

        Example:
          >>> import kerax.data
          >>> kerax.data.Feature.of([1.5]).float_list.value
          [1.5]
        """
        array = np.asarray(values, object if isinstance(values, (str, bytes)) else None).ravel()
        if array.dtype.kind in "OUS":
            texts = [item.encode() if isinstance(item, str) else item for item in array.tolist()]
            return Feature(bytes_list=BytesList(texts))
        if array.dtype.kind == "f":
            return Feature(float_list=FloatList(array))
        return Feature(int64_list=Int64List(array.astype(np.int64)))

    def _get(self, number: int) -> Any:
        return self._lists.setdefault(number, _LISTS[number][1]())

    @property
    def bytes_list(self) -> BytesList:
        """The byte strings."""
        return self._get(BYTES)

    @property
    def float_list(self) -> FloatList:
        """The floats."""
        return self._get(FLOAT)

    @property
    def int64_list(self) -> Int64List:
        """The integers."""
        return self._get(INT64)

    def _kind(self) -> int:
        filled = [number for number, values in self._lists.items() if values.value]
        return filled[-1] if filled else self._set

    def WhichOneof(self, group: str = "kind") -> str | None:
        """Returns the name of the list that is there, ``None`` for a feature that holds nothing."""
        return _LISTS[self._kind()][0] if self._kind() else None

    def HasField(self, name: str) -> bool:
        """Says whether the list of this name is there."""
        return self.WhichOneof() == name

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:
        kind = self._kind()
        return bytes_field(kind, self._lists[kind].SerializeToString()) if kind else b""

    @classmethod
    def _decoded(cls, data: bytes) -> Feature:
        found = [(number, bytes(part)) for number, wire, part, _ in iter_fields(data, "tf.train.Feature") if wire == 2]
        kinds = [(number, part) for number, part in found if number in _LISTS]
        if not kinds:
            feature_of(data)
            return cls()
        number = kinds[-1][0]
        payload = b"".join(part for kind, part in kinds if kind == number)
        return cls(**{_LISTS[number][0]: _list_of(number, payload)})

    def _parts(self) -> list[tuple[str, Any]]:
        kind = self._kind()
        return [(_LISTS[kind][0], self._lists[kind]._parts())] if kind else []


class _Map(dict):
    """A dictionary of messages, in which a message appears when it is asked for."""

    def __init__(self, kind: type, items: Any) -> None:
        super().__init__(items or {})
        self._kind = kind
        for key, value in self.items():
            if not isinstance(value, kind):
                raise TypeError(f"The feature {key!r} must be a {kind.__name__}, received {value!r}.")

    def __missing__(self, key: str) -> Any:
        value = self[key] = self._kind()
        return value

    def get_or_create(self, key: str) -> Any:
        """Returns the message of a key, an empty one if there was none."""
        return self[key]


class _Features(Message):
    """Messages by key."""

    _field: ClassVar[str]
    _item: ClassVar[type]

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:
        items = sorted(getattr(self, self._field).items())
        entries = (bytes_field(1, key) + bytes_field(2, value.SerializeToString()) for key, value in items)
        return b"".join(bytes_field(1, entry) for entry in entries)

    @classmethod
    def _decoded(cls, data: bytes) -> Any:
        out = cls()
        for number, wire, entry, base in iter_fields(data, "tf.train.Features"):
            if (number, wire) != (1, 2):
                continue
            key, value = "", b""
            for part, kind, content, _ in iter_fields(entry, "tf.train.Features", base):
                if (part, kind) == (1, 2):
                    key = bytes(content).decode()
                elif (part, kind) == (2, 2):
                    value += bytes(content)
            getattr(out, cls._field)[key] = cls._item._decoded(value)
        return out

    def _parts(self) -> list[tuple[str, Any]]:
        items = getattr(self, self._field).items()
        return [(self._field, [("key", key), ("value", value._parts())]) for key, value in items]


class Features(_Features):
    """Features by key.

    Args:
      feature: key -> ``Feature``.

    Example:
      >>> import kerax.data
      >>> features = kerax.data.Features()
      >>> features.feature["x"].float_list.value.append(0.5)
      >>> features.feature["x"]
      float_list {
        value: 0.5
      }
      <BLANKLINE>
    """

    _field, _item = "feature", Feature

    def __init__(self, feature: dict | None = None) -> None:
        self.feature = _Map(Feature, feature)


class FeatureList(Message):
    """A feature for every step of a sequence.

    Args:
      feature: a list of ``Feature``.

    Example:
      >>> import kerax.data
      >>> len(kerax.data.FeatureList([kerax.data.Feature.of(1), kerax.data.Feature.of(2)]).feature)
      2
    """

    def __init__(self, feature: Iterable | None = None) -> None:
        self.feature: list[Feature] = list(feature or ())

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:
        return b"".join(bytes_field(1, feature.SerializeToString()) for feature in self.feature)

    @classmethod
    def _decoded(cls, data: bytes) -> FeatureList:
        fields = iter_fields(data, "tf.train.FeatureList")
        return cls([Feature._decoded(bytes(part)) for number, wire, part, _ in fields if (number, wire) == (1, 2)])

    def _parts(self) -> list[tuple[str, Any]]:
        return [("feature", feature._parts()) for feature in self.feature]


class FeatureLists(_Features):
    """Feature lists by key.

    Args:
      feature_list: key -> ``FeatureList``.

    Example:
      >>> import kerax.data
      >>> kerax.data.FeatureLists({"t": kerax.data.FeatureList()}).feature_list["t"].feature
      []
    """

    _field, _item = "feature_list", FeatureList

    def __init__(self, feature_list: dict | None = None) -> None:
        self.feature_list = _Map(FeatureList, feature_list)
