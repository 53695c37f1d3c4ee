"""Sessions of TensorFlow 1: they compute what is noted down (`_graph.py`)."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import OfGraph
from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._edges import noting
from kerax.compat.tensorflow._graph import Deferred, Evaluation, Graph, by_name, default_graph, run_of, sessions
from kerax.compat.tensorflow._graph_programs import compiled, looked_at
from kerax.compat.tensorflow._graph_state import GraphOperation, current, opened
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor


def _fed(place: Any, value: Any) -> Any:
    """What is fed in the place of a tensor.

    Raises:
      TypeError: for a tensor.
      ValueError: for a shape that does not fit.
    """
    if isinstance(value, (SymbolicTensor, Tensor)):
        raise TypeError(
            f"The value of a feed cannot be a tf.Tensor object: {value!r}. Feed NumPy's arrays or numbers of Python."
        )
    if isinstance(place, Tensor):
        raise ValueError(
            f"{place!r} is a constant, of which others may have been computed already, so it cannot be fed. Write "
            "tf.compat.v1.placeholder_with_default(value, shape) for it."
        )
    if isinstance(place, Variable):
        return np.asarray(value)
    if getattr(place, "is_string", False):
        return value
    made = np.asarray(array(value))
    if not TensorShape(place.shape).is_compatible_with(made.shape):
        raise ValueError(
            f"Cannot feed value of shape {made.shape} for Tensor {place.name}, which has shape {place.shape}"
        )
    return jax.numpy.asarray(made, place.spec.dtype)


def composites() -> Any:
    """What sparse and ragged tensors of a graph need, which few programs have."""
    from kerax.compat.tensorflow import _graph_composite

    return _graph_composite


def _leaves(fetches: Any) -> list:
    """The tensors and operations among what is fetched."""
    if isinstance(fetches, dict):
        fetches = list(fetches.values())
    if isinstance(fetches, (list, tuple)) and not isinstance(fetches, TensorShape):
        return [leaf for one in fetches for leaf in _leaves(one)]
    if isinstance(fetches, str):
        found = current().tensors.get(fetches.partition(":")[0])
        return [] if found is None else [found]
    if isinstance(fetches, OfGraph):
        return list(fetches.parts)  # type: ignore[attr-defined]
    if isinstance(fetches, GraphOperation):
        return list(fetches.outputs)
    return [fetches] if isinstance(fetches, (SymbolicTensor, Deferred)) else []


class Session:
    """Computes what is noted down.

    Args:
      target, graph, config: accepted as in TensorFlow.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> v1 = tf.compat.v1
      >>> x = v1.placeholder(tf.float32, [2])
      >>> with v1.Session() as session:
      ...     session.run(x * 2, {x: [1.0, 2.0]})
      array([2., 4.], dtype=float32)
    """

    def __init__(self, target: str = "", graph: Any = None, config: Any = None):
        self._graph = graph

    @property
    def graph(self) -> Graph:
        """The graph that it computes."""
        return self._graph if self._graph is not None else default_graph()

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """The numbers of tensors and variables; operations are done.

        Args:
          fetches: tensors, variables, operations, in any structure.
          feed_dict: placeholder -> value.
          options, run_metadata: accepted as in TensorFlow.
        """
        with opened(self.graph.state):
            given = feed_dict
            if any(isinstance(key, OfGraph) for key in given or ()):
                given = composites().parts_of_feeds(feed_dict)
            places = {by_name(key) if isinstance(key, str) else key: value for key, value in (given or {}).items()}
            evaluation = Evaluation({id(key): _fed(key, value) for key, value in places.items()})
            evaluation.places = {id(key): key for key in places}
            with noting(False), run_of(evaluation):
                leaves = _leaves(fetches)
                self._look(evaluation, fetches)
                compiled(evaluation, leaves, list(places))
                looked_at(evaluation, [one for one in leaves if isinstance(one, SymbolicTensor)])
                return self._fetch(evaluation, fetches)

    def _look(self, evaluation: Evaluation, fetches: Any) -> None:
        """Reads the variables among what is fetched, before anything that a run asks for changes them."""
        for one in jax.tree.leaves(fetches, is_leaf=lambda x: isinstance(x, Variable)):
            if isinstance(one, Variable) and id(one) not in evaluation.known:
                found = Tensor(one.read(), getattr(one, "_label", None)).numpy()
                evaluation.known[id(one)] = found.copy() if isinstance(found, np.ndarray) else found

    def _fetch(self, evaluation: Evaluation, one: Any) -> Any:
        if isinstance(one, (list, tuple)) and not isinstance(one, TensorShape):
            made = [self._fetch(evaluation, part) for part in one]
            return type(one)(*made) if hasattr(one, "_fields") else type(one)(made)
        if isinstance(one, dict):
            return {key: self._fetch(evaluation, part) for key, part in one.items()}
        if isinstance(one, str):
            try:
                one = by_name(one) if ":" in one else by_name(one).op
            except KeyError as error:
                raise ValueError(error.args[0]) from None
        if isinstance(one, OfGraph):
            return one.value_of([self._fetch(evaluation, part) for part in one.parts])  # type: ignore[attr-defined]
        if isinstance(one, GraphOperation):
            evaluation.of(one.outputs[0])
            return None
        if isinstance(one, Deferred):
            if not one.is_known(evaluation):
                one.run_in(evaluation)
            return None
        if one is None or not isinstance(one, (SymbolicTensor, Variable, Tensor, np.ndarray, jax.Array)):
            if hasattr(one, "to_list") or hasattr(one, "dense_shape"):
                return one
            raise TypeError(
                f"Argument `fetch` = {one!r} has invalid type {type(one).__name__!r}. Must be a string or Tensor."
            )
        if isinstance(one, Variable):
            return evaluation.known[id(one)]
        result = evaluation.of(one)
        if getattr(one, "is_string", False):
            texts = result if isinstance(result, bytes) else np.asarray(result, object)
            return texts if isinstance(texts, bytes) or texts.ndim else texts.item()
        return result.numpy() if isinstance(result, Tensor) else np.asarray(result)[()]

    def partial_run_setup(self, *args: Any, **kwargs: Any) -> Any:
        """Is not there: run everything in one call.

        Raises:
          UnimplementedError: always.
        """
        raise errors.UnimplementedError(None, None, "Session.partial_run_setup: call Session.run with all fetches.")

    def __enter__(self) -> Session:
        sessions.append(self)
        return self

    def __exit__(self, *error: Any) -> None:
        sessions.remove(self)

    def as_default(self) -> Session:
        """Makes it the session of ``tensor.eval()`` inside."""
        return self

    def close(self) -> None:
        """Nothing."""


class InteractiveSession(Session):
    """A session that is the default from the start."""

    def __init__(self, target: str = "", graph: Any = None, config: Any = None):
        super().__init__(target, graph, config)
        sessions.append(self)

    def close(self) -> None:
        """Ends being the default."""
        if self in sessions:
            sessions.remove(self)
