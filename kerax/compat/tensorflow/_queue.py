"""``tf.queue``: queues of elements on the host."""

from __future__ import annotations

import collections
import heapq
import itertools
import threading
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import integer, tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._joining import stack
from kerax.compat.tensorflow._random import next_key
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor

_GLANCE = 0.05  # seconds after which it is looked again whether another thread goes on
_NOT_OF_PROGRAMS = frozenset("kerax jax concurrent threading asyncio multiprocessing execnet xdist tqdm".split())


def _others_run() -> bool:
    """Whether another thread of the program may go on, and not only those of libraries."""
    here = threading.current_thread()
    return any(one is not here and one.is_alive() and _is_of_program(one) for one in threading.enumerate())


def _is_of_program(thread: threading.Thread) -> bool:
    if thread is threading.main_thread():
        return True
    runs = getattr(thread, "_target", None) or type(thread).run
    return (getattr(runs, "__module__", None) or "").partition(".")[0] not in _NOT_OF_PROGRAMS


class QueueBase:
    """A queue; its subclasses say in which order elements leave it.

    An operation that has to wait does so as long as another thread of the program runs. TensorFlow waits for ever where
    there is none; here it is an error.

    Args:
      dtypes: the type of each component of an element, or one type.
      shapes: the shape of each component, or None.
      names: names of components: elements are dictionaries then.
      queue_ref: the queue's name.
    """

    _needs_shapes = True

    def __init__(self, dtypes: Any, shapes: Any, names: Any, queue_ref: Any):
        self._dtypes = [as_dtype(one) for one in (dtypes if isinstance(dtypes, (list, tuple)) else [dtypes])]
        if shapes is not None:
            kinds = (list, tuple, TensorShape)
            several = isinstance(shapes, (list, tuple)) and (not shapes or isinstance(shapes[0], kinds))
            shapes = [
                TensorShape(one) for one in (shapes if several and len(shapes) == len(self._dtypes) else [shapes])
            ]
        self._shapes, self._names, self._name = shapes, names, queue_ref
        self._capacity = 1 << 62
        self._closed = False
        self._elements: Any = collections.deque()
        self._changed = threading.Condition()

    name = property(lambda self: self._name, doc="The queue's name.")
    dtypes = property(lambda self: self._dtypes, doc="The types of an element's components.")
    shapes = property(lambda self: self._shapes or [TensorShape(None)] * len(self._dtypes), doc="Their shapes.")
    names = property(lambda self: self._names, doc="Their names, or None.")
    queue_ref = property(lambda self: self._name, doc="The queue's name.")

    def _parts(self, vals: Any) -> list[Tensor]:
        if self._names is not None:
            if not isinstance(vals, dict) or sorted(vals) != sorted(self._names):
                raise ValueError(f"Queue with names {self._names} needs a dictionary of them, received {vals!r}.")
            vals = [vals[name] for name in self._names]
        listed = list(vals) if isinstance(vals, (list, tuple)) and len(self._dtypes) > 1 else [vals]
        if (
            isinstance(vals, (list, tuple))
            and len(self._dtypes) == 1
            and len(vals) == 1
            and isinstance(vals[0], (Tensor, jax.Array))
        ):
            listed = list(vals)
        if len(listed) != len(self._dtypes):
            raise ValueError(f"Unexpected number of inputs {len(listed)}, expected {len(self._dtypes)}.")
        return [tensor(one, kind) for one, kind in zip(listed, self._dtypes)]

    def _check(self, parts: list[Tensor]) -> None:
        for part, shape in zip(parts, self._shapes or []):
            if not shape.is_compatible_with(part.shape):
                raise errors.InvalidArgumentError(
                    None, None, f"Shape mismatch in tuple component. Expected {shape}, got {part.shape}"
                )

    def _put(self, parts: list[Tensor]) -> None:
        with self._changed:
            self._wait(lambda: self._closed or len(self._elements) < self._capacity)
            if self._closed:
                raise errors.CancelledError(None, None, f"{self._name!r} is closed.")
            if len(self._elements) >= self._capacity:
                raise errors.ResourceExhaustedError(
                    None, None, f"{self._name!r} is full ({self._capacity}), and no thread is there to take an element."
                )
            self._check(parts)
            self._add(parts)
            self._changed.notify_all()

    def _wait(self, ready: Callable[[], bool]) -> None:
        """Waits until something holds, or until there is no thread left that could bring it about."""
        while not ready() and _others_run():
            self._changed.wait(_GLANCE)

    def _taken(self, least: int, most: int) -> list:
        """Takes elements.

        Raises:
          OutOfRangeError: if there are fewer than the least number.
        """
        with self._changed:
            self._wait(lambda: self._closed or self._available() >= most)
            have = self._available()
            if have < least:
                why = "it is closed" if self._closed else "no thread is there to add one"
                raise errors.OutOfRangeError(None, None, f"{self._name!r} has {have} elements, not {least}: {why}.")
            found = [self._take() for _ in range(min(have, most))]
            self._changed.notify_all()
            return found

    def _add(self, parts: list[Tensor]) -> None:
        self._elements.append(parts)

    def _take(self) -> list[Tensor]:
        return self._elements.popleft()

    def _available(self) -> int:
        return len(self._elements)

    def enqueue(self, vals: Any, name: str | None = None) -> None:
        """Adds an element."""
        self._put(self._parts(vals))

    def enqueue_many(self, vals: Any, name: str | None = None) -> None:
        """Adds elements: the rows of the components."""
        parts = self._parts(vals)
        for row in range(int(parts[0].shape[0])):
            self._put([part[row] for part in parts])

    def _named(self, parts: list) -> Any:
        if self._names is not None:
            return dict(zip(self._names, parts))
        return parts[0] if len(parts) == 1 else parts

    def dequeue(self, name: str | None = None) -> Any:
        """Takes an element.

        Raises:
          OutOfRangeError: if there is none.
        """
        return self._named(self._taken(1, 1)[0])

    def dequeue_many(self, n: Any, name: str | None = None) -> Any:
        """Takes elements, stacked.

        Raises:
          OutOfRangeError: if there are fewer.
        """
        count = integer(n)
        if self._needs_shapes and any(one.rank is None for one in self.shapes):
            raise errors.InvalidArgumentError(
                None, None, f"{self._name!r}: dequeue_many needs the shapes of elements: give the queue shapes=[...]."
            )
        return self._stacked(self._taken(count, count))

    def dequeue_up_to(self, n: Any, name: str | None = None) -> Any:
        """Takes elements, stacked; fewer if there are fewer.

        Raises:
          OutOfRangeError: if there is none.
        """
        return self._stacked(self._taken(1, integer(n)))

    def _stacked(self, rows: list) -> Any:
        return self._named([stack(list(column)) for column in zip(*rows)])

    @staticmethod
    def from_list(index: Any, queues: Any) -> Any:
        """The queue with a number in a list of queues of the same types.

        Raises:
          TypeError: for what is no queue, or queues of different types.
        """
        if not queues or not isinstance(queues, list) or not all(isinstance(one, QueueBase) for one in queues):
            raise TypeError("A list of queues expected")
        if any(one.dtypes != queues[0].dtypes for one in queues):
            raise TypeError("Queues do not have matching component dtypes.")
        return queues[integer(index)]

    def size(self, name: str | None = None) -> Tensor:
        """How many elements there are."""
        return Tensor(np.asarray(len(self._elements), np.int32))

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None) -> None:
        """No element can be added any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def is_closed(self, name: str | None = None) -> Tensor:
        """Whether it was closed."""
        return Tensor(np.asarray(self._closed))


class FIFOQueue(QueueBase):
    """Elements leave in the order in which they came.

    Args:
      capacity: how many elements there may be.
      dtypes, shapes, names: of an element's components.
      shared_name: accepted as in TensorFlow.
      name: for messages.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> queue = tf.queue.FIFOQueue(3, tf.int32)
      >>> queue.enqueue_many([[1, 2]])
      >>> queue.dequeue().numpy().item(), queue.size().numpy().item()
      (1, 1)
    """

    def __init__(
        self,
        capacity: Any,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "fifo_queue",
    ):
        super().__init__(dtypes, shapes, names, name)
        self._capacity = integer(capacity)

    def _parts(self, vals: Any) -> list[Tensor]:
        single = isinstance(vals, (list, tuple)) and len(self._dtypes) == 1 and len(vals) == 1
        return super()._parts(vals[0] if single and isinstance(vals[0], (list, tuple, np.ndarray)) else vals)


class PaddingFIFOQueue(FIFOQueue):
    """A queue whose elements are padded with zeros to one size when several leave together."""

    def __init__(
        self,
        capacity: Any,
        dtypes: Any,
        shapes: Any,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "padding_fifo_queue",
    ):
        super().__init__(capacity, dtypes, shapes, names, shared_name, name)

    def _stacked(self, rows: list) -> Any:
        columns = []
        for column in zip(*rows):
            values = [one.numpy() for one in column]
            sizes = np.max([value.shape for value in values], axis=0)
            padded = [np.pad(v, [(0, int(s) - n) for s, n in zip(sizes, v.shape)]) for v in values]
            columns.append(Tensor(np.stack(padded)))
        return self._named(columns)


class PriorityQueue(FIFOQueue):
    """A queue whose elements leave in the order of their first component, an int64."""

    _needs_shapes = False

    def __init__(
        self,
        capacity: Any,
        types: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "priority_queue",
    ):
        kinds = types if isinstance(types, (list, tuple)) else [types]
        super().__init__(capacity, ["int64", *kinds], None, names, shared_name, name)
        self._elements, self._count = [], itertools.count()

    def _add(self, parts: list[Tensor]) -> None:
        heapq.heappush(self._elements, (int(parts[0].numpy()), next(self._count), parts))

    def _take(self) -> list[Tensor]:
        return heapq.heappop(self._elements)[2]


class RandomShuffleQueue(FIFOQueue):
    """A queue whose elements leave in random order.

    Args:
      capacity: how many elements there may be.
      min_after_dequeue: how many stay unless it is closed.
      dtypes, shapes, names: of an element's components.
      seed: of the order.
      shared_name: accepted as in TensorFlow.
      name: for messages.
    """

    def __init__(
        self,
        capacity: Any,
        min_after_dequeue: Any,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        seed: int | None = None,
        shared_name: str | None = None,
        name: str = "random_shuffle_queue",
    ):
        super().__init__(capacity, dtypes, shapes, names, shared_name, name)
        self._kept = integer(min_after_dequeue)
        first = jax.random.randint(next_key(seed), (), 0, np.iinfo(np.int32).max)
        self._generator = np.random.default_rng(int(first))

    def _available(self) -> int:
        return len(self._elements) - (0 if self._closed else self._kept)

    def _take(self) -> list[Tensor]:
        place = int(self._generator.integers(len(self._elements)))
        self._elements.rotate(-place)
        return self._elements.popleft()
