"""Reading the lists and arrays in a few well-known pickle files without unpickling.

IMDB's and Reuters' sequences are object arrays, which NumPy stores as a pickle; CIFAR's batches are pickled
dictionaries. Python's ``pickle`` would run whatever such a file names. Here a pickle is data: numbers, texts, lists,
tuples, dictionaries and NumPy arrays are built, nothing is imported and nothing is called, and every other instruction
is an error.

Reference: the table of instructions in Python's ``pickletools``.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

_MARK = object()
# Numbers inside a list come in runs, which are cut by one expression; everything else is read one by one.
_NUMBERS = re.compile(rb"(?:K.|M..|J....)+", re.DOTALL)
_NUMBER = re.compile(rb"K.|M..|J....", re.DOTALL)
_ARRAY_NAMES = frozenset(
    {
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("_codecs", "encode"),
    }
)
_KINDS = "?biufSO"
_PLAIN = frozenset({int, float, str, bytes, list, tuple, dict, bool, type(None)})


class _Numbers(dict):
    """Instructions that push a number, and the number."""

    def __missing__(self, token: bytes) -> int:
        value = self[token] = int.from_bytes(token[1:], "little", signed=token[:1] == b"J")
        return value


class _Named:
    """A name of NumPy's that the pickle mentions."""

    def __init__(self, name: str) -> None:
        self.name = name


class _Array:
    """An array that is being built."""

    value: np.ndarray | None = None


class _Dtype:
    """A dtype that is being built."""

    def __init__(self, name: str) -> None:
        self.name, self.order = name, "|"

    def dtype(self) -> np.dtype:
        dtype = np.dtype(self.name)
        if dtype.kind not in _KINDS:
            raise ValueError(f"arrays of {self.name!r} are not read")
        return dtype.newbyteorder(self.order) if self.order in "<>" else dtype


class _Reader:
    """A stack machine over the bytes of a pickle."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self.numbers = _Numbers()

    def take(self, count: int) -> bytes:
        if count < 0 or self.place + count > len(self.data):
            raise ValueError(f"it ends inside an instruction, at byte {len(self.data)}")
        self.place += count
        return self.data[self.place - count : self.place]

    def size(self, format: str) -> int:
        return struct.unpack(format, self.take(struct.calcsize(format)))[0]

    def line(self) -> str:
        end = self.data.find(b"\n", self.place)
        return self.take(max(end, self.place) - self.place + 1)[:-1].decode("ascii")

    def pop_mark(self) -> list[Any]:
        start = self.marks.pop()
        items = self.stack[start:]
        del self.stack[start:]
        return items

    def run(self) -> Any:
        while True:
            code = self.take(1)
            if code == b".":
                return _finished(self.stack.pop())
            action = _ACTIONS.get(code)
            if action is None:
                raise ValueError(f"instruction {code!r} at byte {self.place - 1} is none that lists and arrays need")
            action(self)

    def mark(self) -> None:
        self.marks.append(len(self.stack))
        found = _NUMBERS.match(self.data, self.place)
        if found:
            numbers = self.numbers
            self.stack.extend([numbers[token] for token in _NUMBER.findall(found[0])])
            self.place = found.end()

    def name(self, module: str, name: str) -> None:
        if (module, name) not in _ARRAY_NAMES:
            raise ValueError(f"it names {module}.{name}, which is no part of an array")
        self.stack.append(_Named(name))

    def reduce(self) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        name = getattr(function, "name", None) if isinstance(function, _Named) else None
        if name == "_reconstruct":
            self.stack.append(_Array())
        elif name == "dtype":
            self.stack.append(_Dtype(_text(arguments[0])))
        elif name == "encode":
            self.stack.append(str(arguments[0]).encode("latin-1"))
        else:
            raise ValueError(f"it makes something that is no array, before byte {self.place}")

    def build(self) -> None:
        state, target = self.stack.pop(), self.stack[-1]
        if isinstance(target, _Dtype):
            target.order = _text(state[1])
        elif isinstance(target, _Array):
            target.value = _array(*state[1:5])
        else:
            raise ValueError(f"it changes something that is no array, before byte {self.place}")

    def store(self, key: int) -> None:
        self.memo[key] = self.stack[-1]

    def put_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not dict:
            raise ValueError(f"it puts an item into something that is no dictionary, before byte {self.place}")
        target.update(zip(map(_finished, items[::2]), map(_finished, items[1::2]), strict=True))

    def append(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list:
            raise ValueError(f"it appends to something that is no list, before byte {self.place}")
        target.extend(items if _PLAIN.issuperset(map(type, items)) else map(_finished, items))

    def pop_tuple(self, count: int) -> None:
        items = tuple(self.stack[-count:])
        del self.stack[-count:]
        self.stack.append(items)


def _text(value: Any) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else str(value)


def _finished(value: Any) -> Any:
    if isinstance(value, (_Named, _Dtype)):
        raise ValueError(f"it holds the bare name {value.name}")
    return value.value if isinstance(value, _Array) else value


def _order(columns_first: Any) -> Literal["C", "F"]:
    return "F" if columns_first else "C"


def _array(shape: Any, dtype: Any, columns_first: Any, content: Any) -> np.ndarray:
    if not isinstance(dtype, _Dtype) or not all(isinstance(size, int) and size >= 0 for size in shape):
        raise ValueError("an array in it has no shape or no dtype")
    kind, count, order = dtype.dtype(), math.prod(shape), _order(columns_first)
    if kind.kind == "O":
        if type(content) is not list or len(content) != count:
            raise ValueError(f"an array of {count} objects in it does not hold as many")
        array = np.empty(count, object)
        array[:] = content
        return array.reshape(shape, order=order)
    if not isinstance(content, bytes) or len(content) != count * kind.itemsize:
        raise ValueError(f"an array of shape {tuple(shape)} in it does not hold the bytes that it should")
    return np.frombuffer(content, kind).reshape(shape, order=order)


_ACTIONS: dict[bytes, Callable[[_Reader], Any]] = {
    b"\x80": lambda r: r.take(1),
    b"\x95": lambda r: r.take(8),
    b"(": _Reader.mark,
    b"]": lambda r: r.stack.append([]),
    b")": lambda r: r.stack.append(()),
    b"}": lambda r: r.stack.append({}),
    b"a": lambda r: r.append([r.stack.pop()]),
    b"e": lambda r: r.append(r.pop_mark()),
    b"s": lambda r: r.put_items([r.stack.pop(-2), r.stack.pop()]),
    b"u": lambda r: r.put_items(r.pop_mark()),
    b"t": lambda r: r.stack.append(tuple(r.pop_mark())),
    b"\x85": lambda r: r.pop_tuple(1),
    b"\x86": lambda r: r.pop_tuple(2),
    b"\x87": lambda r: r.pop_tuple(3),
    b"J": lambda r: r.stack.append(r.size("<i")),
    b"K": lambda r: r.stack.append(r.size("<B")),
    b"M": lambda r: r.stack.append(r.size("<H")),
    b"\x8a": lambda r: r.stack.append(int.from_bytes(r.take(r.size("<B")), "little", signed=True)),
    b"\x88": lambda r: r.stack.append(True),
    b"\x89": lambda r: r.stack.append(False),
    b"N": lambda r: r.stack.append(None),
    b"U": lambda r: r.stack.append(r.take(r.size("<B"))),
    b"T": lambda r: r.stack.append(r.take(r.size("<i"))),
    b"B": lambda r: r.stack.append(r.take(r.size("<I"))),
    b"C": lambda r: r.stack.append(r.take(r.size("<B"))),
    b"X": lambda r: r.stack.append(r.take(r.size("<I")).decode("utf-8")),
    b"\x8c": lambda r: r.stack.append(r.take(r.size("<B")).decode("utf-8")),
    b"c": lambda r: r.name(r.line(), r.line()),
    b"\x93": lambda r: r.name(_text(r.stack.pop(-2)), _text(r.stack.pop())),
    b"R": _Reader.reduce,
    b"b": _Reader.build,
    b"q": lambda r: r.store(r.size("<B")),
    b"r": lambda r: r.store(r.size("<I")),
    b"\x94": lambda r: r.store(len(r.memo)),
    b"h": lambda r: r.stack.append(r.memo[r.size("<B")]),
    b"j": lambda r: r.stack.append(r.memo[r.size("<I")]),
}


def read_pickled(data: bytes, what: str) -> Any:
    """Returns the plain data in a pickle: numbers, texts, lists, tuples, dictionaries, arrays.

    Args:
      data: the bytes of the pickle. Texts of Python 2 come as bytes.
      what: how messages name it.

    Raises:
      ValueError: if it holds anything else, or is damaged.

    Example:
      >>> import pickle
      >>> from kerax.datasets._pickled import read_pickled
      >>> read_pickled(pickle.dumps({"labels": [3, 700]}), "it")
      {'labels': [3, 700]}
    """
    try:
        return _Reader(data).run()
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, struct.error, RecursionError) as error:
        raise ValueError(f"{what} is not the plain data that it should be: {error}.") from error
