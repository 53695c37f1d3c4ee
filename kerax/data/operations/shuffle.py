"""shuffle: a random order through a buffer of bounded size.

The buffer holds ``buffer_size`` elements; each step hands out one of them at random and puts the next element of the
input in its place. When the input has ended, the elements left are handed out in a random order. So an element can come
at most ``buffer_size - 1`` places early, and a buffer that holds everything gives a uniform permutation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kerax.data.chunks import Chunk, Columns, Elements, join, pack, unpack
from kerax.data.cursor import Cursor
from kerax.data.node import Node
from kerax.data.shared import EpochCounter

# Positions in the buffer are drawn in blocks of this size, whatever the size of the chunks: the order must not depend
# on how a plan is run.
_DRAWS = 1024
_FILL = 1 << 16


@dataclass(frozen=True, eq=False)
class Shuffle(Node):
    """The elements of the input in random order."""

    input: Node
    buffer_size: int
    seed: int
    reshuffle: bool
    epochs: EpochCounter = field(default_factory=EpochCounter)

    only_reorders = True

    def open(self) -> Cursor:
        return ShuffleCursor(self, self.input.open())


def generator(seed: int, epoch: int) -> np.random.Generator:
    """Returns the random generator of one pass over a shuffled dataset."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, epoch])))


class ShuffleCursor(Cursor):
    """One pass. It begins, and takes its number, when the first element is asked for."""

    def __init__(self, node: Shuffle, input: Cursor) -> None:
        super().__init__(node, input)
        self._input = input
        self.instant = input.instant
        self._random: np.random.Generator | None = None
        self._buffer: Any = None  # Elements or Columns; once the input has ended: what is left, in its final order
        self._draws = np.empty(0, np.int64)
        self._ended, self._position = False, 0
        self._ready: Chunk | None = None  # drawn, but not asked for yet

    @property
    def ahead(self) -> int:  # type: ignore[override]
        return self._input.ahead

    def read(self, n: int) -> Chunk | None:
        if self._random is None:
            self._begin()
        if self._ready is not None:
            return self._hand_out(self._ready, n)
        if not self._ended:
            # Where reading ahead costs nothing, one exchange of many elements is cheaper than many of a few.
            chunk = self._input.read(max(n, self._input.ahead) if self._input.instant else n)
            if chunk is not None:
                return self._hand_out(self._exchange(chunk), n)
            self._end()
        if self._position >= len(self._buffer):
            return None
        out = self._buffer[self._position : self._position + n]
        self._position += len(out)
        return out

    def _hand_out(self, chunk: Chunk, n: int) -> Chunk:
        self._ready = chunk[n:] if len(chunk) > n else None
        return chunk[:n]

    def _begin(self) -> None:
        self._random = generator(self._seed(), self.node.epochs.take() if self.node.reshuffle else 0)
        chunks: list[Chunk] = []
        missing = self.node.buffer_size
        while missing and (chunk := self._input.read(min(missing, _FILL))) is not None:
            chunks.append(chunk)
            missing -= len(chunk)
        self._buffer = join(chunks) if chunks else Elements()
        if len(chunks) == 1:  # the buffer is written to, the chunk belongs to others
            self._buffer = self._buffer.select(np.arange(len(self._buffer)))
        if missing:
            self._end()

    def _seed(self) -> int:
        return self.node.seed if self.node.epochs.seed is None else self.node.epochs.seed

    def _end(self) -> None:
        self._ended, self._position = True, 0
        self._buffer = self._buffer.select(self._random.permutation(len(self._buffer)))  # type: ignore[union-attr]

    def _take_draws(self, count: int) -> np.ndarray:
        parts = [self._draws]
        have = len(self._draws)
        while have < count:
            parts.append(self._random.integers(0, self.node.buffer_size, _DRAWS))  # type: ignore[union-attr]
            have += _DRAWS
        draws = np.concatenate(parts) if len(parts) > 1 else parts[0]
        self._draws = draws[count:]
        return draws[:count]

    def _exchange(self, chunk: Chunk) -> Chunk:
        draws = self._take_draws(len(chunk))
        buffer = self._buffer
        if isinstance(chunk, Columns) and isinstance(buffer, Columns) and _fit(buffer, chunk):
            return _exchange_columns(buffer, chunk, draws)
        if isinstance(buffer, Columns):
            buffer = self._buffer = Elements(buffer.elements())
        out = Elements()
        for position, element in zip(draws.tolist(), chunk.elements()):
            out.append(buffer[position])
            buffer[position] = element
        return out

    def own_state(self) -> Any:
        if self._random is None:
            return {"epoch": self.node.epochs.next_epoch, "seed": self._seed(), "random": None}
        buffer = self._buffer[self._position :] if self._ended else self._buffer
        return {
            "epoch": self.node.epochs.next_epoch,
            "seed": self._seed(),
            "random": self._random.bit_generator.state,
            "buffer": pack(buffer),
            "draws": self._draws.copy(),
            "ended": self._ended,
            "ready": None if self._ready is None else pack(self._ready),
        }

    def set_own_state(self, state: Any) -> None:
        self.node.epochs.next_epoch = state["epoch"]
        if state.get("seed") not in (None, self.node.seed):  # one that another process drew
            self.node.epochs.seed = state["seed"]
        self._random, self._ended, self._position, self._ready = None, False, 0, None
        self._draws = np.empty(0, np.int64)
        if state["random"] is not None:
            self._random = generator(0, 0)
            self._random.bit_generator.state = state["random"]
            self._buffer, self._draws, self._ended = unpack(state["buffer"]), state["draws"].copy(), state["ended"]
            ready = state.get("ready")
            self._ready = None if ready is None else unpack(ready)


def _fit(buffer: Columns, chunk: Columns) -> bool:
    return all(a.dtype == b.dtype and a.shape[1:] == b.shape[1:] for a, b in zip(buffer.leaves, chunk.leaves))


def _stable_order(draws: np.ndarray, count: int) -> np.ndarray:
    """Sorts numbers below ``count``. NumPy sorts 16 bits by counting, ten times faster than by comparing, so larger
    numbers are sorted by their lower and then by their upper half.
    """
    if count > 1 << 32:
        return np.argsort(draws, kind="stable")
    order = np.argsort(draws.astype(np.uint16), kind="stable")
    if count > 1 << 16:
        order = order[np.argsort((draws >> 16).astype(np.uint16)[order], kind="stable")]
    return order


def _exchange_columns(buffer: Columns, chunk: Columns, draws: np.ndarray) -> Columns:
    """Does for whole columns what one exchange after the other does, in a fixed number of array operations.

    Sorted by the buffer position they touch, exchanges of one position follow each other: the first takes what the
    buffer holds there, each later one takes what the one before it put in, and what the last one puts in stays.
    """
    order = _stable_order(draws, len(buffer))
    positions = draws[order]
    first = np.empty(len(order), bool)
    first[0] = True
    np.not_equal(positions[1:], positions[:-1], out=first[1:])
    last = np.append(first[1:], True)
    later = np.flatnonzero(~first)
    leaves = []
    for held, new in zip(buffer.leaves, chunk.leaves):
        out = np.empty_like(new)
        out[order[first]] = held[positions[first]]
        out[order[later]] = new[order[later - 1]]
        held[positions[last]] = new[order[last]]
        leaves.append(out)
    return Columns(chunk.structure, leaves)
