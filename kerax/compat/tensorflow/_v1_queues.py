"""Queues of graphs, and what fills them: sessions do both, when an element is asked for.

TensorFlow 1 fills queues by threads. Here a queue that has too few elements has its runners, once they are started, run
their operations then and there; so elements come in the same order every time.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import _queue, errors
from kerax.compat.tensorflow._edges import graph_mode, unwrap
from kerax.compat.tensorflow._graph import Deferred, Evaluation
from kerax.compat.tensorflow._graph_flow import effect
from kerax.compat.tensorflow._graph_state import GraphKeys, add_to_collection, get_collection
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.state.symbolic import SymbolicTensor, symbolic_leaves, to_spec, unknown_size


class QueueBase(_queue.QueueBase):
    """A queue whose operations a graph notes down; without a graph they happen at once."""

    _specs: Any = None  # of the components, as they were put in

    def _runners(self) -> list:
        return [one for one in get_collection(GraphKeys.QUEUE_RUNNERS) if one.queue is self]

    def _fill(self, count: int) -> None:
        """Has the runners put in elements until there are enough."""
        runners = [one for one in self._runners() if one.started]
        while self._available() < count and runners and not self._closed:
            for runner in runners:
                runner.step()

    def _noted(self, name: str, vals: Any, call: Any) -> Any:
        values = list(vals.values()) if isinstance(vals, dict) else vals
        values = list(values) if isinstance(values, (list, tuple)) else [values]

        def run(evaluation: Evaluation) -> None:
            call(_values(evaluation, vals))

        return Deferred(run, name, values)

    def enqueue(self, vals: Any, name: str | None = None) -> Any:
        """Adds an element."""
        if not graph_mode():
            return super().enqueue(vals)
        self._remember(vals, 0)
        return self._noted("enqueue", vals, super().enqueue)

    def enqueue_many(self, vals: Any, name: str | None = None) -> Any:
        """Adds elements: the rows of the components."""
        if not graph_mode():
            return super().enqueue_many(vals)
        self._remember(vals, 1)
        return self._noted("enqueue_many", vals, super().enqueue_many)

    def _remember(self, vals: Any, rows: int) -> None:
        if self._specs is None and self._shapes is None:
            values = list(vals.values()) if isinstance(vals, dict) else vals
            several = isinstance(values, (list, tuple)) and len(self._dtypes) > 1
            listed = list(values) if several else [values]
            if len(listed) == len(self._dtypes) and all(hasattr(one, "shape") for one in listed):
                self._specs = [TensorShape(one.shape)[rows:] for one in listed]

    def _places(self, head: tuple) -> list:
        shapes = self._shapes or self._specs or [TensorShape([])] * len(self._dtypes)
        found = []
        for kind, shape in zip(self._dtypes, shapes):
            plain = to_spec(tuple(TensorShape(shape)), "int32" if kind.name == "string" else kind.name)
            found.append(jax.ShapeDtypeStruct((*head, *plain.shape), plain.dtype))
        return found

    def _asked(self, name: str, head: tuple, count: Any, call: Any) -> Any:
        def run(evaluation: Evaluation) -> list:
            wanted = int(np.asarray(unwrap(evaluation.of(count))))
            self._fill(wanted)
            found = call(wanted)
            listed = list(found.values()) if isinstance(found, dict) else found
            listed = listed if isinstance(listed, list) else [listed]
            return [np.asarray(one.numpy(), object if one.dtype.name == "string" else None) for one in listed]

        made = effect(run, self._places(head), name, [count])
        for place, kind in zip(symbolic_leaves(made), self._dtypes):
            if kind.name == "string":
                place.is_string = True
        return self._named(made)

    def dequeue(self, name: str | None = None) -> Any:
        """Takes an element."""
        if not graph_mode():
            return super().dequeue()
        return self._asked("dequeue", (), 1, lambda count: super(QueueBase, self).dequeue())

    def dequeue_many(self, n: Any, name: str | None = None) -> Any:
        """Takes elements, stacked."""
        if not graph_mode():
            return super().dequeue_many(n)
        head = unknown_size(0) if isinstance(n, SymbolicTensor) else int(n)
        return self._asked("dequeue_many", (head,), n, super().dequeue_many)

    def dequeue_up_to(self, n: Any, name: str | None = None) -> Any:
        """Takes elements, stacked; fewer if there are fewer and the queue is closed."""
        if not graph_mode():
            return super().dequeue_up_to(n)
        return self._asked("dequeue_up_to", (unknown_size(0),), n, super().dequeue_up_to)

    def size(self, name: str | None = None) -> Any:
        """How many elements there are."""
        if not graph_mode():
            return super().size()
        return effect(lambda evaluation: np.int32(len(self._elements)), jax.ShapeDtypeStruct((), np.int32), "size")

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None) -> Any:
        """No element can be added any more."""
        if not graph_mode():
            return super().close()
        return Deferred(lambda evaluation: super(QueueBase, self).close(), "close")

    def is_closed(self, name: str | None = None) -> Any:
        """Whether it was closed."""
        if not graph_mode():
            return super().is_closed()
        return effect(lambda evaluation: np.bool_(self._closed), jax.ShapeDtypeStruct((), np.bool_), "is_closed")

    @staticmethod
    def from_list(index: int, queues: Any) -> Any:
        """One of several queues."""
        return queues[int(index)]


def _values(evaluation: Evaluation, vals: Any) -> Any:
    def one(value: Any) -> Any:
        if not isinstance(value, SymbolicTensor):
            return value
        found = unwrap(evaluation.of(value))
        return Tensor(np.asarray(found, object)) if value.is_string else found

    return jax.tree.map(one, vals, is_leaf=lambda x: isinstance(x, (SymbolicTensor, Tensor)))


class FIFOQueue(QueueBase, _queue.FIFOQueue):
    """Elements leave in the order in which they came; arguments as of ``tf.queue.FIFOQueue``."""


class PaddingFIFOQueue(QueueBase, _queue.PaddingFIFOQueue):
    """Elements are padded when several leave together; arguments as of ``tf.queue.PaddingFIFOQueue``."""


class PriorityQueue(QueueBase, _queue.PriorityQueue):
    """Elements leave in the order of their first component; arguments as of ``tf.queue.PriorityQueue``."""


class RandomShuffleQueue(QueueBase, _queue.RandomShuffleQueue):
    """Elements leave in random order; arguments as of ``tf.queue.RandomShuffleQueue``."""


class QueueRunner:
    """Fills a queue by operations, whenever it has too few elements.

    Args:
      queue: the queue.
      enqueue_ops: what is run.
      close_op, cancel_op, queue_runner_def, import_scope: accepted as in TensorFlow.
      queue_closed_exception_types: errors that close the queue; OutOfRangeError by default.

    Raises:
      ValueError: without operations.
    """

    def __init__(
        self,
        queue: Any = None,
        enqueue_ops: Any = None,
        close_op: Any = None,
        cancel_op: Any = None,
        queue_closed_exception_types: Any = None,
        queue_runner_def: Any = None,
        import_scope: Any = None,
    ):
        if queue is None or not enqueue_ops:
            raise ValueError("QueueRunner must be given a queue and enqueue_ops.")
        self.queue, self.enqueue_ops, self.started = queue, list(enqueue_ops), False
        self.close_op, self.cancel_op, self.exceptions_raised = close_op, cancel_op, []  # type: ignore[var-annotated]
        self.queue_closed_exception_types = tuple(
            queue_closed_exception_types or (errors.OutOfRangeError, errors.CancelledError)
        )

    name = property(lambda self: self.queue.name, doc="The queue's name.")

    def step(self) -> None:
        """Runs each operation once; the queue is closed where they have come to an end."""
        try:
            for one in dict.fromkeys(self.enqueue_ops):
                Evaluation({}).of(one)
        except self.queue_closed_exception_types:
            self.queue._closed = True

    def create_threads(self, sess: Any = None, coord: Any = None, daemon: bool = False, start: bool = False) -> list:
        """Lets sessions run it from now on; there are no threads."""
        self.started = True
        return []


def add_queue_runner(qr: QueueRunner, collection: str = GraphKeys.QUEUE_RUNNERS) -> None:
    """Adds a runner to the graph."""
    add_to_collection(collection, qr)


def start_queue_runners(
    sess: Any = None,
    coord: Any = None,
    daemon: bool = True,
    start: bool = True,
    collection: str = GraphKeys.QUEUE_RUNNERS,
) -> list:
    """Lets sessions fill the graph's queues from now on; there are no threads, hence an empty list."""
    for runner in get_collection(collection):
        runner.create_threads(sess, coord, daemon, start)
    return []
