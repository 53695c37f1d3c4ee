"""Numbers of Philox taken one after the other, as TensorFlow's CPU kernels take those that they may reject.

Sources: tensorflow/core/lib/random/simple_philox.h, exact_uniform_int.h and the ``SampleBuffer`` of
core/kernels/stateless_random_gamma_op.cc (2.15), for which bits are used up when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kerax.compat.tensorflow._philox import GROUP, Source, _as_double, _as_float, _box_muller, _pairs, philox

_WORD = 0xFFFFFFFF
_AHEAD = 64  # groups that a stream computes at a time


def at(source: Source, places: Any) -> np.ndarray:
    """The groups of four 32-bit numbers at places behind a source, of the shape of the places and 4.

    Args:
      source: where counting begins; its seed is known.
      places: uint64.
    """
    steps = np.asarray(places, np.uint64)
    low, high = (steps & np.uint64(_WORD)).astype(np.uint32), (steps >> np.uint64(32)).astype(np.uint32)
    counter = [np.asarray(one, np.uint32) for one in source.counter]
    with np.errstate(over="ignore"):
        first = counter[0] + low
        carry = (first < low).astype(np.uint32)
        second = counter[1] + high
        over = (second < high).astype(np.uint32)
        second = second + carry
        over = over + ((second < carry) & (carry > 0)).astype(np.uint32)
        third = counter[2] + over
        fourth = counter[3] + ((third < over) & (over > 0)).astype(np.uint32)
        return np.stack(philox([first, second, third, fourth], source.key), -1)


class Stream:
    """One 32-bit number after the other.

    Args:
      source: where they come from.

    Example:
      >>> from kerax.compat.tensorflow import _philox, _philox_streams
      >>> _philox_streams.Stream(_philox.of_seed([1, 2])).word()
      1105988140
    """

    def __init__(self, source: Source):
        self._source, self._next = source, 0
        self._words: Iterator[int] = iter(())

    def word(self) -> int:
        """The next number of 32 bits."""
        for one in self._words:
            return one
        groups = at(self._source, np.arange(self._next, self._next + _AHEAD, dtype=np.uint64))
        self._next += _AHEAD
        self._words = iter(groups.reshape(-1).tolist())
        return next(self._words)

    def long(self) -> int:
        """The next number of 64 bits."""
        low = self.word()
        return low | self.word() << 32

    def single(self) -> np.float32:
        """A number from [0, 1)."""
        return _as_float(np.asarray(self.word(), np.uint32))[()]

    def double(self) -> float:
        """A number from [0, 1), of 52 bits."""
        first = self.word()
        return (first & 0xFFFFF) * 2.0**-20 + self.word() * 2.0**-52

    def below(self, limit: int, bits: int = 32) -> int:
        """A whole number from [0, limit), every one as likely as the others."""
        draw = self.word if bits == 32 else self.long
        if limit & (limit - 1) == 0:
            return draw() & (limit - 1) if limit else draw() * 0
        rest = (2**bits - 1) % limit + 1
        while (found := draw()) < rest:
            pass
        return found % limit

    def order(self, count: int) -> np.ndarray:
        """The numbers from 0 up in random order (Fisher-Yates)."""
        places = list(range(count))
        for i in range(count - 1):
            other = i + self.word() % (count - i)
            places[i], places[other] = places[other], places[i]
        return np.asarray(places, np.int64)


class Blocks:
    """Groups of numbers for many outputs at once, each from a place of its own.

    Args:
      source: where they come from.
      starts: the place of each output, uint64.
    """

    def __init__(self, source: Source, starts: np.ndarray):
        self._source, self._next = source, starts.astype(np.uint64)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """The next group of some outputs, shape (rows, 4)."""
        found = at(self._source, self._next[rows])
        self._next[rows] += np.uint64(1)
        return found


class Buffer:
    """Numbers of one distribution, taken singly from groups, the last of a group first.

    Args:
      blocks: where groups come from.
      count: number of outputs.
      kind: a key of ``MAKERS``.
    """

    def __init__(self, blocks: Blocks, count: int, kind: str):
        self._make, size, dtype = MAKERS[kind]
        self._blocks = blocks
        self._values: np.ndarray = np.zeros((count, size), dtype)
        self._left = np.zeros(count, int)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """The next number of some outputs."""
        empty = rows[self._left[rows] == 0]
        if empty.size:
            self._values[empty] = self._make(self._blocks.take(empty))
            self._left[empty] = self._values.shape[1]
        self._left[rows] -= 1
        return self._values[rows, self._left[rows]]


def _doubles(bits: np.ndarray) -> np.ndarray:
    return np.stack([_as_double(bits[:, 0], bits[:, 1]), _as_double(bits[:, 2], bits[:, 3])], -1)


def _normal_doubles(bits: np.ndarray) -> np.ndarray:
    pair = _doubles(bits)
    return _box_muller(pair[:, 0], pair[:, 1], np)


# Distribution -> numbers of a group, how many they are, their type.
MAKERS: dict[str, tuple[Callable, int, type]] = {
    "uniform float32": (_as_float, GROUP, np.float32),
    "uniform float64": (_doubles, GROUP // 2, np.float64),
    "normal float32": (lambda bits: _pairs(bits, np), GROUP, np.float32),
    "normal float64": (_normal_doubles, GROUP // 2, np.float64),
}
