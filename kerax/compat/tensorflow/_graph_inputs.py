"""What an Estimator's ``input_fn`` notes down as in TensorFlow 1: the next elements of iterators, batches of queues."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._edges import by_script, on_side
from kerax.compat.tensorflow._graph import Graph
from kerax.compat.tensorflow._graph_state import GraphKeys
from kerax.state.symbolic import symbolic_leaves


def inputs_of(call: Callable[[], Any]) -> Any:
    """What a call of an ``input_fn`` gives; tensors that are noted down become the batches that they stand for.

    Args:
      call: calls it.
    """
    if not by_script():
        return call()
    graph = Graph()
    with graph.as_default():
        found = call()
    return NotedInputs(graph, found) if symbolic_leaves(found) else found


class NotedInputs:
    """The batches that tensors of a graph stand for, one for each run of a session.

    Args:
      graph: in which they are noted down.
      tensors: features, or features and labels.
    """

    def __init__(self, graph: Graph, tensors: Any):
        self._graph, self._tensors = graph, tensors

    def __iter__(self) -> Iterator[Any]:
        from kerax.compat.tensorflow._session import Session
        from kerax.compat.tensorflow._v1 import local_variables_initializer
        from kerax.compat.tensorflow._v1_queues import start_queue_runners

        with on_side(kerax=False):
            session = Session(graph=self._graph)
            with self._graph.as_default():
                session.run(local_variables_initializer())
                session.run(self._graph.get_collection(GraphKeys.TABLE_INITIALIZERS))
                start_queue_runners(session)
        while True:
            try:
                with on_side(kerax=False):
                    element = session.run(self._tensors)
            except errors.OutOfRangeError:
                return
            yield element
