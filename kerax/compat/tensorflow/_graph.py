"""Programs of TensorFlow 1: operations noted down, and sessions that compute them.

In graph mode (`disable_eager_execution`, ``with tf.Graph().as_default()``) placeholders, variables and what is
computed of
them are symbolic tensors, the same that models are made of; a session computes those that it is asked for.
"""

from __future__ import annotations

import contextlib
import contextvars
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode, noting, on_side, unwrap
from kerax.compat.tensorflow._graph_state import (
    GraphState,
    add_to_collection,
    current,
    get_collection,
    label,
    opened,
)
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.state import Variable, naming
from kerax.state.symbolic import SymbolicTensor, attach, to_spec


class Deferred:
    """Something that a session does when it is asked to.

    Args:
      run: ``session's evaluation -> result``.
      name: of the operation.
      sources: tensors and operations that it needs.
      pure: whether it can be part of a compiled program: it changes nothing but variables.
      lazy: whether it may leave out some of its sources.
    """

    def __init__(
        self,
        run: Callable[[Any], Any],
        name: str = "op",
        sources: Any = (),
        pure: bool = False,
        lazy: bool = False,
    ):
        self._run, self.name, self.pure, self.lazy = run, name, pure, lazy
        self._after = [one for group in current().pending for one in group] if graph_mode() else []
        self.sources = [*self._after, *sources]
        self.type, self.inputs = name, self.sources
        self.outputs: list = []

    @property
    def op(self) -> Deferred:
        """Itself."""
        return self

    def run_in(self, evaluation: Any) -> Any:
        """Does it, once in a run of a session."""
        if not self.is_known(evaluation):
            for one in self._after:
                evaluation.of(one)
            evaluation.known[id(self)] = self._run(evaluation)
        return evaluation.known[id(self)]

    def is_known(self, evaluation: Any) -> bool:
        """Whether this run of the session has done it."""
        return id(self) in evaluation.known

    def run(self, feed_dict: Any = None, session: Any = None) -> Any:
        """Does it."""
        return (session or session_at_hand()).run(self, feed_dict)


def disable_eager_execution() -> None:
    """From now on operations on variables and placeholders are noted down for sessions."""
    graph_mode(True)


def enable_eager_execution(*args: Any, **kwargs: Any) -> None:
    """From now on operations are computed at once, as they are by default."""
    graph_mode(False)


class Graph:
    """Operations inside ``as_default()`` are noted down for sessions."""

    def __init__(self) -> None:
        self.seed: Any = None
        self.state = GraphState()

    @contextlib.contextmanager
    def as_default(self) -> Iterator[Graph]:
        """Notes down what is written inside."""
        before = _innermost.get()
        _innermost.set(self)
        try:
            names = contextlib.nullcontext() if self.state is current() else naming.without_scopes()
            with noting(True), names, opened(self.state):
                yield self
        finally:
            _innermost.set(before)

    def get_tensor_by_name(self, name: str) -> Any:
        """The tensor of a name.

        Raises:
          KeyError: if there is none.
          ValueError: for the name of an operation.
        """
        if ":" not in name:
            raise ValueError(f'Tensor names must be of the form "<op_name>:<output_index>", received {name!r}.')
        return by_name(name, self.state)

    def get_operation_by_name(self, name: str) -> Any:
        """The operation of a name.

        Raises:
          KeyError: if there is none.
        """
        found = by_name(f"{name}:0", self.state)
        return found if isinstance(found, Deferred) else found.op

    def as_graph_element(self, obj: Any, allow_tensor: bool = True, allow_operation: bool = True) -> Any:
        """The tensor or operation of a name; others as they are."""
        if not isinstance(obj, str):
            return obj
        return self.get_tensor_by_name(obj) if ":" in obj else self.get_operation_by_name(obj)

    def get_collection(self, name: Any, scope: str | None = None) -> list:
        """The members of a collection."""
        with opened(self.state):
            return get_collection(name, scope)

    def add_to_collection(self, name: Any, value: Any) -> None:
        """Adds a value to a collection."""
        with opened(self.state):
            add_to_collection(name, value)

    def finalize(self) -> None:
        """Nothing: more may be added."""

    def as_graph_def(self, from_version: Any = None, add_shapes: bool = False) -> Any:
        """The names and kinds of the operations that have names."""
        from kerax.compat.tensorflow._v1_messages import graph_def

        return graph_def(self.state)

    def get_operations(self) -> list:
        """The operations that have names."""
        return [one if isinstance(one, Deferred) else one.op for one in self.state.tensors.values()]


_innermost: contextvars.ContextVar[Graph | None] = contextvars.ContextVar("kerax_graph", default=None)


def default_graph() -> Graph:
    """The innermost graph; outside of ``as_default()`` one that is always there."""
    graph = _innermost.get()
    if graph is not None:
        return graph
    if not _always:
        _always.append(Graph())
    _always[0].state = current()
    return _always[0]


_always: list[Graph] = []


def by_name(name: str, state: GraphState | None = None) -> Any:
    """The tensor or operation of a name.

    Raises:
      KeyError: if there is none.
    """
    found = (state or current()).tensors.get(name.partition(":")[0])
    if found is None:
        raise KeyError(f"The name {name!r} refers to a Tensor which does not exist: no such operation is in the graph.")
    return found


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> SymbolicTensor:
    """A tensor that a session is fed with.

    Args:
      dtype: of its elements.
      shape: sizes, None where unknown.
      name: for messages.

    Raises:
      ValueError: for an unknown number of axes.
    """
    sizes = TensorShape(shape)
    if sizes.rank is None:
        raise ValueError("tf.compat.v1.placeholder: kerax needs the number of axes: shape=[None, ...].")
    made = SymbolicTensor(tuple(sizes), as_dtype(dtype).name, name=name or "Placeholder")
    return label(made, current().unique(name or "Placeholder")) if graph_mode() else made


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> SymbolicTensor:
    """A tensor that a session may be fed with."""
    made = placeholder(np.asarray(array(input)).dtype, shape, name)
    made.default = array(input)  # type: ignore[attr-defined]
    return made


_running: contextvars.ContextVar[Any] = contextvars.ContextVar("kerax_session_run", default=None)


def running() -> Any:
    """The evaluation of the run that goes on."""
    return _running.get()


@contextlib.contextmanager
def run_of(evaluation: Any) -> Iterator[None]:
    """Says that a run goes on while it is open."""
    token = _running.set(evaluation)
    try:
        yield
    finally:
        _running.reset(token)


sessions: list[Any] = []  # those that are open


def get_default_session() -> Any:
    """The innermost session, or None."""
    return sessions[-1] if sessions else None


def session_at_hand() -> Any:
    """The innermost session, or a new one."""
    if sessions:
        return sessions[-1]
    from kerax.compat.tensorflow._session import Session

    return Session()


class Evaluation:
    """One run of a session: every tensor is computed once.

    Args:
      fed: ``id(tensor) -> array``.
    """

    def __init__(self, fed: dict[int, Any]):
        self.fed, self.known = fed, dict(fed)
        self.elements: dict[int, Any] = {}  # id(iterator's next element) -> it

    def of(self, value: Any) -> Any:
        """The array of a symbolic tensor or variable; anything else as it is."""
        if isinstance(value, SymbolicTensor):
            return self._symbolic(value)
        if isinstance(value, Deferred):
            return value.run_in(self)
        return value

    def _symbolic(self, tensor: SymbolicTensor) -> Any:
        """The array of a tensor; those that it is computed from come first, in a loop: graphs may be deep."""
        known, waiting = self.known, [tensor]
        while waiting:
            one = waiting[-1]
            if id(one) in known:
                waiting.pop()
                continue
            node = one.node
            if node is None or isinstance(node.operation, NextElement):
                missing = []
            else:
                missing = [x for x in node.inputs if id(x) not in known]
            if node is not None and id(node) in current().after:
                for earlier in current().after[id(node)][1]:
                    self.of(earlier)
            if missing:
                waiting.extend(reversed(missing))
                continue
            waiting.pop()
            self._compute(one, node)
        return known[id(tensor)]

    def _compute(self, tensor: SymbolicTensor, node: Any) -> None:
        if node is None:
            if not hasattr(tensor, "default"):
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"You must feed a value for placeholder tensor '{tensor.name}' with dtype {tensor.dtype} and "
                    f"shape {tensor.shape}",
                )
            self.known[id(tensor)] = unwrap(self.of(tensor.default))
            return
        if isinstance(node.operation, NextElement):
            result = node.operation.element(self)
        else:
            args, kwargs = jax.tree.map(
                self.of, (node.args, node.kwargs), is_leaf=lambda x: isinstance(x, (SymbolicTensor, Variable, Tensor))
            )
            result = unwrap(node.operation(*unwrap(args), **unwrap(kwargs)))
        places = jax.tree.leaves(node.outputs, is_leaf=lambda x: isinstance(x, SymbolicTensor))
        for place, one in zip(places, jax.tree.leaves(result), strict=True):
            self.known[id(place)] = one


class NextElement:
    """The next element of an iterator, one for each run of a session.

    Args:
      iterator: of kerax.

    Attributes:
      pure: whether it can be part of a compiled program: it changes nothing but variables.
      lazy: whether it may leave out some of its sources.
    """

    pure = lazy = False

    def __init__(self, iterator: Any):
        self.iterator = iterator

    def element(self, evaluation: Evaluation) -> Any:
        """The element of a run."""
        if id(self) not in evaluation.elements:
            try:
                evaluation.elements[id(self)] = self.iterator.next_plain()
            except StopIteration:
                raise errors.OutOfRangeError(None, None, "End of sequence [Op:IteratorGetNext]") from None
        return evaluation.elements[id(self)]

    def __call__(self, *args: Any) -> Any:
        raise TypeError("An iterator's next element is computed by a session.")


handles: weakref.WeakValueDictionary[bytes, Any] = weakref.WeakValueDictionary()  # texts that stand for iterators


class _Handle(NextElement):
    """The text that stands for an iterator, which lives as long as the graph that has the text."""

    def __init__(self, key: bytes, iterator: Any):
        self.key, self.iterator = key, iterator

    def element(self, evaluation: Evaluation) -> Any:
        """The text."""
        return np.array(self.key, object)


def _array(one: Any) -> np.ndarray:
    return np.asarray(one, object if isinstance(one, bytes) else None)  # NumPy's own bytes lose zeros at their end


class GraphIterator:
    """An iterator of graph mode.

    Args:
      dataset: what it goes over.
      ready: whether it needs no initializer.
    """

    def __init__(self, dataset: Any, ready: bool = True):
        self._dataset, self._inner, self._given = dataset, None, None
        self.initializer = Deferred(self._begin, "initializer")
        if ready:
            self._begin()

    def _begin(self, evaluation: Any = None) -> None:
        dataset = self._dataset.built(evaluation) if hasattr(self._dataset, "built") else self._dataset
        with on_side(kerax=True):
            self._inner = iter(dataset)

    def string_handle(self, name: Any = None) -> Any:
        """A text that stands for the iterator, for ``Iterator.from_string_handle``."""
        key = f"iterator_{id(self)}".encode()
        handles[key] = self
        made = attach(_Handle(key, self), (), {}, jax.ShapeDtypeStruct((), "int32"), "IteratorToStringHandle")
        made.is_string = True
        return made

    def element_of(self, evaluation: Evaluation) -> Any:
        """The element of a run, or the end as a session raises it."""
        return NextElement(self).element(evaluation)

    def next_plain(self) -> Any:
        """The next element as arrays.

        Raises:
          FailedPreconditionError: before the initializer was run.
        """
        if self._inner is None:
            raise errors.FailedPreconditionError(
                None, None, "GetNext() failed because the iterator has not been initialized. Run its initializer first."
            )
        with errors.TRANSLATED:
            return jax.tree.map(_array, next(self._inner))

    def get_next(self, name: Any = None) -> Any:
        """The next element, noted down."""
        if self._given is not None:
            return attach(NextElement(self), (), {}, self._given, "IteratorGetNext")
        with noting(False), on_side(kerax=True):
            spec = self._dataset.element_spec
        specs = jax.tree.map(
            lambda one: to_spec(tuple(one.shape or ()), as_dtype(one.dtype).name),
            spec,
            is_leaf=lambda x: hasattr(x, "dtype"),
        )
        return attach(NextElement(self), (), {}, specs, "IteratorGetNext")
