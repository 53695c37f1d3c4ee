"""Where batches come from: arrays on the device, arrays on the host, or anything that yields batches.

A source hands the loop chunks: up to ``limit`` consecutive batches of one shape that a single program call can run.
"""

from __future__ import annotations

import functools
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

_DEVICE_SHARE = 0.4  # arrays up to this share of an accelerator's free memory are put there whole
_LONGEST_WAIT = 0.1  # seconds after which a slow stream's batches are handed over, however few they are


class Chunk(NamedTuple):
    """Consecutive batches for one program call.

    Attributes:
      count: number of batches.
      data: arguments of the program.
      many: whether ``data`` holds several batches, to be taken one by one with ``batch_at``.
      start: index of the first batch within ``data``.
      rows: rows in each batch.
      limit: the most batches a chunk of this source has, for which programs are made.
    """

    count: int  # type: ignore[assignment]  # also a method of tuple, which nobody calls here
    data: tuple
    many: bool
    start: int
    rows: int
    limit: int = 1


def gather_batch(arrays: Any, rows: jax.Array) -> Any:
    """One batch gathered on the device."""
    return jax.tree.map(lambda a: jnp.take(a, rows, axis=0, mode="clip"), arrays)


def gather_batches(start: Any, limit: int, arrays: Any, order: jax.Array) -> Any:
    """The stack of ``limit`` batches whose row numbers stand in ``order`` from ``start`` on, gathered on the device."""
    return gather_batch(arrays, jax.lax.dynamic_slice_in_dim(order, start, limit, axis=0))


def batch_at(stack: Any, i: Any) -> Any:
    """The i-th batch of a stack of batches."""
    return jax.tree.map(lambda a: jax.lax.dynamic_index_in_dim(a, i, 0, keepdims=False), stack)


def given_batches(start: Any, limit: int, stack: Any) -> Any:
    """A stack of batches that comes ready, for ``given_batch_at``."""
    return stack, start


def given_batch_at(given: Any, i: Any) -> Any:
    """The i-th batch from the start on, of a stack that comes ready."""
    stack, start = given
    return batch_at(stack, start + i)


@functools.cache
def row_slicer(size: int) -> Callable:
    """``(arrays, first row) -> batch`` of consecutive rows; one function per size, so that programs are found again."""

    def slice_batch(arrays: Any, first: Any) -> Any:
        return jax.tree.map(lambda a: jax.lax.dynamic_slice_in_dim(a, first, size, axis=0), arrays)

    return slice_batch


@functools.cache
def slice_at(size: int) -> Callable:
    """``((arrays, start), i) -> batch`` number ``start + i`` of consecutive rows."""

    def batch(stack: Any, i: Any) -> Any:
        arrays, start = stack
        return row_slicer(size)(arrays, (start + i) * size)

    return batch


def all_rows(start: Any, limit: int, arrays: Any) -> Any:
    """What ``slice_at`` takes batches from."""
    return arrays, start


class ArraySource:
    """Arrays of equal length, held on the device while they fit, with a fresh permutation of the rows every epoch.

    Args:
      arrays: structure ``(x, y, sample_weight)`` of NumPy or JAX arrays.
      rows: their length.
      batch_size: rows per batch.
      shuffle: whether rows are permuted; ``"batch"`` permutes whole batches.
      seed: of the permutations.
    """

    def __init__(self, arrays: Any, rows: int, batch_size: int, shuffle: Any = False, seed: int = 0):
        self.rows, self.batch_size, self.shuffle, self.seed = rows, min(batch_size, rows), shuffle, seed
        self.steps = -(-rows // batch_size)
        self._given = arrays
        self.arrays = jax.tree.map(jnp.asarray, arrays)

    _given: Any = None

    def take_given(self) -> Any:
        """All rows as they were given, for checks that then need not wait for the device; they are not kept
        afterwards.
        """
        given, self._given = self._given, None
        return self.arrays if given is None else given

    def batch_spec(self) -> Any:
        """Structure of one full batch."""
        return jax.tree.map(lambda a: jax.ShapeDtypeStruct((self.batch_size, *a.shape[1:]), a.dtype), self.arrays)

    def first_batch(self) -> Any:
        """The first batch in file order, for building and for checks."""
        return jax.tree.map(lambda a: a[: self.batch_size], self.arrays)

    def order(self, epoch: int) -> np.ndarray:
        """Row numbers of an epoch, int32, shape (rows,)."""
        order = np.arange(self.rows, dtype=np.int32)
        if not self.shuffle:
            return order
        generator = np.random.default_rng([self.seed, epoch])
        if self.shuffle == "batch":
            whole = self.rows // self.batch_size * self.batch_size
            blocks = order[:whole].reshape(-1, self.batch_size)
            return np.concatenate([generator.permutation(blocks, axis=0).ravel(), order[whole:]])
        return generator.permutation(order)

    def chunks(self, epoch: int, limit: int, steps: int | None, skip: int = 0) -> Iterator[Chunk]:
        """Yields the chunks of an epoch: at most ``limit`` batches each, at most ``steps`` in all, after ``skip``
        batches.
        """
        size = self.batch_size
        steps = self.steps if steps is None else min(steps, self.steps)
        whole = min(self.rows // size, steps)
        order = self.order(epoch) if self.shuffled else None
        rows = None
        if limit > 1 and order is not None:  # a call takes `limit` rows of row numbers from where it starts
            numbers = np.zeros((whole + limit, size), np.int32)
            numbers[:whole] = order[: whole * size].reshape(whole, size)
            rows = jax.device_put(numbers)
        position = skip
        while position < whole:
            count = min(limit, whole - position)
            if limit > 1:
                data = (self.arrays,) if order is None else (self.arrays, rows)
                yield Chunk(count, data, True, position, size, limit)
            else:
                yield self._single(order, position * size, size)
            position += count
        if steps > whole and skip < steps:
            yield self._single(order, whole * size, self.rows - whole * size)

    def _single(self, order: np.ndarray | None, first: int, size: int) -> Chunk:
        where = np.int32(first) if order is None else order[first : first + size]
        return Chunk(1, (self.arrays, where), False, 0, size)

    @property
    def shuffled(self) -> bool:
        """Whether rows come in another order than they stand in."""
        return bool(self.shuffle)

    def epoch(self, epoch: int, limit: int, steps: int | None) -> Iterator[Chunk]:
        """Yields the chunks of an epoch of the loop.

        Without ``steps`` that is one pass over the rows; with it, at most so many batches, going on where the last
        epoch stopped. The end of a pass ends the epoch, with a warning if it fell short, and the next epoch begins a
        new one, as in Keras 3; but rows without end go straight on.
        """
        taken, self._done = self._done, 0
        self._began = (self._pass, self._position)
        if steps is None or steps == self.steps:
            yield from self.chunks(epoch, limit, None, taken)
            return
        passes, self._position = divmod(self._position + taken, self.steps)
        for _ in range(passes):
            self.order(self._pass)  # drawn in turn, also where its batches are done
            self._pass += 1
        while taken < steps and (self.endless or not passes):
            upto = min(self.steps, self._position + steps - taken)
            for chunk in self.chunks(self._pass, limit, upto, self._position):
                taken += chunk.count
                self._position += chunk.count
                yield chunk
            if self._position >= self.steps:
                self._pass, self._position, passes = self._pass + 1, 0, passes + 1
        if taken < steps:
            self._warn_of_the_end(taken, steps)

    endless = False  # whether the rows are repeated without end

    def _warn_of_the_end(self, taken: int, steps: int) -> None:
        if not self._warned:
            self._warned = True
            warnings.warn(
                f"{steps} batches were asked for, and the arrays ended after {taken}: {self.rows} rows make "
                f"{self.steps} batches of {self.batch_size}. The epoch ends there, the next one begins at the first "
                "row. Ask for fewer steps, or give a data set that repeats."
            )

    _warned = False
    _pass = 0
    _position = 0
    _began = (0, 0)  # pass and position at the beginning of the present epoch
    _done = 0  # batches of the next epoch that an interrupted run has done

    def track(self, every: int | None) -> None:
        """Nothing: a position is known at any time."""

    def position(self, within: int | None = None) -> dict[str, Any]:
        """Where the data are, for ``go_to`` in another process.

        Args:
          within: batches done of the present epoch; None between two epochs.
        """
        place = (self._pass, self._position) if within is None else self._began
        return {"seed": self.seed, "rows": self.rows, "batch_size": self.batch_size, "place": place}

    def go_to(self, position: dict[str, Any], done: int = 0) -> None:
        """Goes to a position; the next epoch yields what follows its first ``done`` batches.

        Raises:
          ValueError: in the middle of an epoch, if there are other rows or batches than there were.
        """
        for name in ("rows", "batch_size"):
            if done and position[name] != getattr(self, name):
                raise ValueError(
                    f"the interrupted run stopped in the middle of an epoch of data with {name}={position[name]}; "
                    f"now it is {getattr(self, name)}"
                )
        self.seed, self._done = position["seed"], done
        self._pass, self._position = position["place"]

    def restart(self) -> None:
        """Makes the next epoch begin at the first batch of a pass, wherever the last one stopped."""
        if self._position:
            self._pass, self._position = self._pass + 1, 0

    def spec_of(self, chunk: Chunk) -> Any:
        """Structure of one batch of a chunk."""
        return jax.tree.map(lambda a: jax.ShapeDtypeStruct((chunk.rows, *a.shape[1:]), a.dtype), self.arrays)

    def batched(self, chunk: Chunk) -> Callable | None:
        """Makes a batch from the data of a chunk that holds one."""
        return gather_batch if self.shuffled else row_slicer(chunk.rows)

    def bundled(self, chunk: Chunk) -> tuple[Callable, Callable]:
        """Makes the stack of batches from the data of a chunk that holds many, and takes one of them."""
        return (gather_batches, batch_at) if self.shuffled else (all_rows, slice_at(chunk.rows))


class HostArraySource(ArraySource):
    """Arrays whose batches are gathered on the host: too large for an accelerator, or trained on by the CPU itself."""

    def __init__(self, arrays: Any, rows: int, batch_size: int, shuffle: Any = False, seed: int = 0):
        self.rows, self.batch_size, self.shuffle, self.seed = rows, min(batch_size, rows), shuffle, seed
        self.steps = -(-rows // batch_size)
        self.arrays = jax.tree.map(np.asarray, arrays)

    def chunks(self, epoch: int, limit: int, steps: int | None, skip: int = 0) -> Iterator[Chunk]:
        """Yields the chunks of an epoch as stacks of batches: views of the rows, or gathered if they are shuffled."""
        size = self.batch_size
        order = self.order(epoch) if self.shuffled else None
        steps = self.steps if steps is None else min(steps, self.steps)
        whole, position = min(self.rows // size, steps), skip
        while position < whole:
            count = min(limit, whole - position)
            rows = self._rows(order, position * size, count * size)
            if limit == 1:
                yield Chunk(1, (rows,), False, 0, size)
            else:
                stack = jax.tree.map(lambda a, n=count: a.reshape(n, size, *a.shape[1:]), rows)
                yield Chunk(count, (_pad_stack(stack, limit),), True, 0, size, limit)
            position += count
        if steps > whole and skip < steps:
            tail = self.rows - whole * size
            yield Chunk(1, (self._rows(order, whole * size, tail),), False, 0, tail)

    def _rows(self, order: np.ndarray | None, first: int, count: int) -> Any:
        if order is None:
            return jax.tree.map(lambda a: a[first : first + count], self.arrays)
        return jax.tree.map(lambda a: a.take(order[first : first + count], axis=0), self.arrays)

    def batched(self, chunk: Chunk) -> Callable | None:
        """One batch is passed as it is."""
        return None

    def bundled(self, chunk: Chunk) -> tuple[Callable, Callable]:
        """A stack is passed as it is."""
        return given_batches, given_batch_at


class StreamSource:
    """Batches from an iterator, stacked where consecutive ones have the same shape.

    Args:
      batches: yields structures ``(x, y, sample_weight)`` of arrays.
      steps: number of batches in an epoch, None if not known.
    """

    arrays: Any = None  # all rows, which are never at hand here

    def take_given(self) -> Any:
        """None: all rows are never at hand."""
        return None

    def __init__(self, batches: Any, steps: int | None):
        self.batches, self.steps = batches, steps
        self.ran_out = False
        self._spec: Any = None
        self._done = 0  # batches of the next epoch that an interrupted run has done

    def track(self, every: int | None) -> None:
        """From now on keeps what ``position`` needs, looking at the data's iterator after so many batches."""
        self.batches.track(every)

    def position(self, within: int | None = None) -> Any:
        """Where the data are, for ``go_to`` in another process.

        Args:
          within: batches done of the present epoch; None between two epochs.
        """
        return self.batches.position(within)

    def go_to(self, position: Any, done: int = 0) -> None:
        """Goes to a position; the next epoch yields what follows its first ``done`` batches."""
        self.batch_spec()  # of the first batch, which need not come again
        self.batches.go_to(position, done)
        self._done = done

    def batch_spec(self) -> Any:
        """Structure of the first batch."""
        if self._spec is None:
            self._spec = spec_structure(self.batches.peek())
        return self._spec

    def first_batch(self) -> Any:
        """The first batch, without taking it."""
        return self.batches.peek()

    def restart(self) -> None:
        """Makes the next epoch begin at the first batch, where the data can be started again."""
        self.batches.restart()

    def spec_of(self, chunk: Chunk) -> Any:
        """Structure of one batch of a chunk."""
        skip = 1 if chunk.many else 0
        return jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape[skip:], a.dtype), chunk.data[0])

    def epoch(self, epoch: int, limit: int, steps: int | None) -> Iterator[Chunk]:
        """Yields the chunks of an epoch: up to ``limit`` batches of one shape each, at most ``steps`` batches in
        all.
        """
        yield from self.chunks(epoch, limit, steps)

    def chunks(self, epoch: int, limit: int, steps: int | None, skip: int = 0) -> Iterator[Chunk]:
        """Yields chunks of up to ``limit`` batches of one shape, at most ``steps`` batches in all."""
        pending: list[Any] = []
        spec: Any = None
        started = 0.0
        taken, self._done = self._done, 0
        iterator = self.batches.epoch(epoch, skip)
        while steps is None or taken < steps:
            batch = next(iterator, None)
            if batch is None:
                self.ran_out = steps is not None or self.batches.one_shot
                break
            taken += 1
            new_spec = batch_spec_of(batch)
            if pending and new_spec != spec:
                yield from self._hand_over(pending, limit)
                pending = []
            if not pending:
                started = time.monotonic()
            pending.append(batch)
            spec = new_spec
            if len(pending) == limit or time.monotonic() - started > _LONGEST_WAIT:
                yield from self._hand_over(pending, limit)
                pending = []
        if pending:
            yield from self._hand_over(pending, limit)

    def _hand_over(self, batches: list, limit: int) -> Iterator[Chunk]:
        """Bundles batches of the usual shape; others, such as a short last one, go one by one: they are few."""
        if batch_spec_of(batches[0]) == batch_spec_of(self.batch_spec()):
            yield self._chunk(batches, limit)
        else:
            yield from (self._chunk([batch], 1) for batch in batches)

    def _chunk(self, batches: list, limit: int) -> Chunk:
        rows = jax.tree.leaves(batches[0])[0].shape[0]
        if limit == 1:
            return Chunk(1, (batches[0],), False, 0, rows)
        stack = jax.tree.map(lambda *parts: np.stack([np.asarray(p) for p in parts]), *batches)
        return Chunk(len(batches), (_pad_stack(stack, limit),), True, 0, rows, limit)

    def batched(self, chunk: Chunk) -> Callable | None:
        """One batch is passed as it is."""
        return None

    def bundled(self, chunk: Chunk) -> tuple[Callable, Callable]:
        """A stack is passed as it is."""
        return given_batches, given_batch_at


def batch_spec_of(batch: Any) -> Any:
    """Structure, shapes and dtypes of a batch, comparable with ``==``."""
    leaves, treedef = jax.tree.flatten(batch)
    return treedef, tuple((tuple(leaf.shape), np.dtype(leaf.dtype).name) for leaf in leaves)


def spec_structure(batch: Any) -> Any:
    """The batch as a structure of ``ShapeDtypeStruct``."""
    return jax.tree.map(lambda a: jax.ShapeDtypeStruct(a.shape, a.dtype), batch)


def _pad_stack(stack: Any, limit: int) -> Any:
    """Fills a short stack up to ``limit`` batches, so that one compiled program serves every length."""
    count = jax.tree.leaves(stack)[0].shape[0]
    if count == limit:
        return stack
    return jax.tree.map(lambda a: np.concatenate([a, np.zeros((limit - count, *a.shape[1:]), a.dtype)]), stack)


def fits_on_device(arrays: Any) -> bool:
    """Whether arrays should be put on the device whole: on an accelerator, while they leave room.

    Not on the CPU: a second copy costs more than NumPy's gathers, which run while the device works (MLP of 784-128-10,
    batch 32: 0.22 ms a step against 0.52 with a copy per `fit`).
    """
    size = sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(arrays))
    device = jax.devices()[0]
    if device.platform == "cpu":
        return False
    facts = device.memory_stats() or {}
    limit = facts.get("bytes_limit")
    return limit is None or size <= _DEVICE_SHARE * (limit - facts.get("bytes_in_use", 0))
