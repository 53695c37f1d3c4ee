"""Programs of TensorFlow 1: operations noted down, and sessions that compute them.

In graph mode (`disable_eager_execution`, ``with tf.Graph().as_default()``) placeholders, variables and what is
computed of
them are symbolic tensors, the same that models are made of; a session computes those that it is asked for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode, on_side, unwrap
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._trace_gradients import gradients as trace_gradients
from kerax.compat.tensorflow._tracing import GradientTape
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor, attach


class Deferred:
    """Something that a session does when it is asked to.

    Args:
      run: ``session's evaluation -> result``.
    """

    def __init__(self, run: Callable[[Any], Any], name: str = "op"):
        self.run_in, self.name = run, name

    def run(self, feed_dict: Any = None, session: Any = None) -> Any:
        """Does it."""
        return (session or get_default_session()).run(self, feed_dict)


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

    @contextlib.contextmanager
    def as_default(self) -> Iterator[Graph]:
        """Notes down what is written inside."""
        before = graph_mode()
        graph_mode(True)
        try:
            yield self
        finally:
            graph_mode(before)

    def finalize(self) -> None:
        """Nothing: more may be added."""

    def get_operations(self) -> list:
        """None: there are no operations by name."""
        return []


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
    return SymbolicTensor(tuple(sizes), as_dtype(dtype).name, name=name or "Placeholder")


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> SymbolicTensor:
    """A tensor that a session may be fed with."""
    made = placeholder(np.asarray(array(input)).dtype, shape, name)
    made.default = array(input)  # type: ignore[attr-defined]
    return made


class _Evaluation:
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
        if id(tensor) in self.known:
            return self.known[id(tensor)]
        node = tensor.node
        if node is None:
            if hasattr(tensor, "default"):
                return tensor.default
            raise errors.InvalidArgumentError(
                None,
                None,
                f"You must feed a value for placeholder tensor '{tensor.name}' with dtype {tensor.dtype} and shape "
                f"{tensor.shape}",
            )
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
        return self.known[id(tensor)]


class NextElement:
    """The next element of an iterator, one for each run of a session.

    Args:
      iterator: of kerax.
    """

    def __init__(self, iterator: Any):
        self.iterator = iterator

    def element(self, evaluation: _Evaluation) -> Any:
        """The element of a run."""
        if id(self) not in evaluation.elements:
            try:
                evaluation.elements[id(self)] = self.iterator.next_plain()
            except StopIteration:
                raise errors.OutOfRangeError(None, None, "End of sequence [Op:IteratorGetNext]") from None
        return evaluation.elements[id(self)]

    def __call__(self, *args: Any) -> Any:
        raise TypeError("An iterator's next element is computed by a session.")


class GraphIterator:
    """An iterator of graph mode.

    Args:
      dataset: what it goes over.
      ready: whether it needs no initializer.
    """

    def __init__(self, dataset: Any, ready: bool = True):
        self._dataset, self._inner = dataset, None
        self.initializer = Deferred(lambda evaluation: self._begin(), "initializer")
        if ready:
            self._begin()

    def _begin(self) -> None:
        with on_side(kerax=True):
            self._inner = iter(self._dataset)

    def next_plain(self) -> Any:
        """The next element as arrays.

        Raises:
          FailedPreconditionError: before the initializer was run.
        """
        if self._inner is None:
            raise errors.FailedPreconditionError(
                None, None, "GetNext() failed because the iterator has not been initialized. Run its initializer first."
            )
        return jax.tree.map(np.asarray, next(self._inner))

    def get_next(self, name: Any = None) -> Any:
        """The next element, noted down."""
        with on_side(kerax=True):
            spec = self._dataset.element_spec
        specs = jax.tree.map(
            lambda one: SymbolicTensor(tuple(one.shape or ()), one.dtype).spec,
            spec,
            is_leaf=lambda x: hasattr(x, "dtype"),
        )
        return attach(NextElement(self), (), {}, specs, "IteratorGetNext")


class ConfigProto:
    """Settings of a session, accepted as in TensorFlow."""

    def __init__(self, **options: Any):
        self.__dict__.update(options)
        self.gpu_options = options.get("gpu_options") or GPUOptions()


class GPUOptions:
    """Settings of memory, accepted as in TensorFlow."""

    def __init__(self, **options: Any):
        self.__dict__.update(options)


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
        self.graph = graph

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """The numbers of tensors and variables; operations are done.

        Args:
          fetches: tensors, variables, operations, in any structure.
          feed_dict: placeholder -> value.
          options, run_metadata: accepted as in TensorFlow.
        """
        fed = {id(key): jax.numpy.asarray(array(value), key.spec.dtype) for key, value in (feed_dict or {}).items()}
        evaluation = _Evaluation(fed)
        before = graph_mode()
        graph_mode(False)
        try:
            return self._fetch(evaluation, fetches)
        finally:
            graph_mode(before)

    def _fetch(self, evaluation: _Evaluation, one: Any) -> Any:
        if isinstance(one, (list, tuple)) and not isinstance(one, TensorShape):
            made = [self._fetch(evaluation, part) for part in one]
            return type(one)(*made) if hasattr(one, "_fields") else type(one)(made)
        if isinstance(one, dict):
            return {key: self._fetch(evaluation, part) for key, part in one.items()}
        if one is None:
            return None
        if isinstance(one, Deferred):
            one.run_in(evaluation)
            return None
        if isinstance(one, Variable):
            return Tensor(one.read()).numpy()
        result = evaluation.of(one)
        return result.numpy() if isinstance(result, Tensor) else np.asarray(result)[()]

    def __enter__(self) -> Session:
        _sessions.append(self)
        return self

    def __exit__(self, *error: Any) -> None:
        _sessions.remove(self)

    def as_default(self) -> Session:
        """Makes it the session of ``tensor.eval()`` inside."""
        return self

    def close(self) -> None:
        """Nothing."""


class InteractiveSession(Session):
    """A session that is the default from the start."""

    def __init__(self, target: str = "", graph: Any = None, config: Any = None):
        super().__init__(target, graph, config)
        _sessions.append(self)

    def close(self) -> None:
        """Ends being the default."""
        if self in _sessions:
            _sessions.remove(self)


_sessions: list[Session] = []


def get_default_session() -> Session:
    """The innermost session."""
    return _sessions[-1] if _sessions else Session()


def minimizing(optimizer: Any, loss: Any, var_list: Any, global_step: Any) -> Deferred:
    """The operation that takes a step down a loss that is noted down."""

    def run(evaluation: _Evaluation) -> None:
        with GradientTape() as tape:
            value = evaluation.of(loss)
        variables = list(var_list or tape.watched_variables())
        gradients = tape.gradient(value, variables)
        optimizer.apply_gradients([(g, v) for g, v in zip(gradients, variables) if g is not None])
        if global_step is not None:
            global_step.assign_add(1)

    return Deferred(run, "minimize")


def variables_behind(target: SymbolicTensor) -> list[Variable]:
    """The trainable variables that a tensor noted down is computed from, in the order in which they were used."""
    nodes: dict[int, Any] = {}
    waiting = [target]
    while waiting:
        node = waiting.pop().node
        if node is not None and id(node) not in nodes:
            nodes[id(node)] = node
            waiting.extend(node.inputs)
    found: dict[int, Variable] = {}
    for node in sorted(nodes.values(), key=lambda node: node.index):
        leaves = jax.tree.leaves((node.args, node.kwargs), is_leaf=lambda x: isinstance(x, Variable))
        for one in [*leaves, *getattr(node.operation, "trainable_variables", ())]:
            if isinstance(one, Variable) and one.trainable:
                found[id(one)] = one
    return list(found.values())


def gradients(ys: Any, xs: Any, grad_ys: Any = None, name: str = "gradients", **options: Any) -> list:
    """Gradients of what is noted down, noted down themselves; of other tensors as ``tf.gradients`` gives them.

    Args:
      ys: a symbolic tensor.
      xs: variables or placeholders.
      grad_ys, name, **options: accepted as in TensorFlow.
    """
    if not isinstance(ys[0] if isinstance(ys, (list, tuple)) else ys, SymbolicTensor):
        return trace_gradients(ys, xs, grad_ys, name, **options)
    target = ys[0] if isinstance(ys, (list, tuple)) else ys
    return [_gradient_of(target, x) for x in (xs if isinstance(xs, (list, tuple)) else [xs])]


def _gradient_of(target: SymbolicTensor, source: Any) -> Any:
    spec = source.spec if isinstance(source, SymbolicTensor) else jax.ShapeDtypeStruct(source._shape, source._dtype)
    return attach(_Gradient(target, source), (), {}, spec, "gradients")


class _Gradient(NextElement):
    """A gradient, computed when a session asks for it."""

    def __init__(self, target: Any, source: Any):
        self.target, self.source = target, source

    def element(self, evaluation: _Evaluation) -> Any:
        source = self.source
        inner = _Evaluation(evaluation.fed)
        inner.elements = evaluation.elements
        with GradientTape() as tape:
            if isinstance(source, SymbolicTensor):
                source = evaluation.of(source)
                tape.watch(source)
                inner.known[id(self.source)] = source
            value = inner.of(self.target)
        return tape.gradient(value, source)
