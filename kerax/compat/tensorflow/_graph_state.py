"""What a graph of TensorFlow 1 keeps: variables by name, collections, names of tensors."""

from __future__ import annotations

import collections
import contextlib
import contextvars
import functools
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from kerax.compat.tensorflow._edges import graph_mode, in_script
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._trace_names import title
from kerax.layers import Layer
from kerax.state import built, naming, own_variables
from kerax.state.symbolic import SymbolicTensor, symbolic_leaves


class GraphKeys:
    """Names of collections."""

    ACTIVATIONS = "activations"
    ASSET_FILEPATHS = "asset_filepaths"
    BIASES = "biases"
    CONCATENATED_VARIABLES = "concatenated_variables"
    COND_CONTEXT = "cond_context"
    EVAL_STEP = "eval_step"
    GLOBAL_STEP = "global_step"
    GLOBAL_VARIABLES = "variables"
    INIT_OP = "init_op"
    LOCAL_INIT_OP = "local_init_op"
    LOCAL_RESOURCES = "local_resources"
    LOCAL_VARIABLES = "local_variables"
    LOSSES = "losses"
    METRIC_VARIABLES = "metric_variables"
    MODEL_VARIABLES = "model_variables"
    MOVING_AVERAGE_VARIABLES = "moving_average_variables"
    QUEUE_RUNNERS = "queue_runners"
    READY_FOR_LOCAL_INIT_OP = "ready_for_local_init_op"
    READY_OP = "ready_op"
    REGULARIZATION_LOSSES = "regularization_losses"
    RESOURCES = "resources"
    SAVEABLE_OBJECTS = "saveable_objects"
    SAVERS = "savers"
    SUMMARIES = "summaries"
    SUMMARY_OP = "summary_op"
    TABLE_INITIALIZERS = "table_initializer"
    TRAINABLE_RESOURCE_VARIABLES = "trainable_resource_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    TRAIN_OP = "train_op"
    UPDATE_OPS = "update_ops"
    VARIABLES = "variables"
    WEIGHTS = "weights"
    WHILE_CONTEXT = "while_context"


class GraphState:
    """Everything that belongs to one graph."""

    def __init__(self) -> None:
        self.named: dict[str, Any] = {}  # path -> variable of get_variable
        self.made: list[tuple[Any, Any]] = []  # variables, and the values that they began with
        self.collections: dict[str, list] = collections.defaultdict(list)
        self.tensors: dict[str, Any] = {}  # name without ":0" -> tensor or operation
        self.counts: collections.Counter[str] = collections.Counter()
        self.scopes: collections.Counter[str] = collections.Counter()
        self.layers: dict[str, Any] = {}  # path -> layer of tf.compat.v1.layers
        self.metrics: list[Any] = []
        self.after: dict[int, tuple[Any, list]] = {}  # id(node) -> the node, and what has to be done before it
        self.pending: list[list] = []  # of the open control_dependencies
        self.programs: dict[Any, Any] = {}  # what a session was asked for -> its compiled program

    def unique(self, name: str) -> str:
        """The name behind the open scopes, numbered if it is taken."""
        return self.unique_path(naming.scoped_path(name.rstrip("/")))

    def unique_path(self, path: str) -> str:
        """The whole name, numbered if it is taken."""
        count = self.counts[path]
        self.counts[path] += 1
        return self.unique_again(path, count) if count else path

    def unique_again(self, path: str, count: int) -> str:
        """The first free one of the numbered names."""
        while f"{path}_{count}" in self.counts:
            count += 1
        self.counts[f"{path}_{count}"] += 1
        return f"{path}_{count}"

    def remember(self, variable: Any) -> None:
        """Adds a variable and the value that it begins with."""
        self.made.append((variable, variable.read()))

    @property
    def variables(self) -> list:
        """All variables, in the order in which they were made."""
        local = {id(one) for one in self.collections[GraphKeys.LOCAL_VARIABLES]}
        return [variable for variable, _ in self.made if id(variable) not in local]

    def collection(self, key: Any) -> list:
        """The members of a collection; those of variables follow from the variables."""
        if key == GraphKeys.GLOBAL_VARIABLES:
            return self.variables
        if key == GraphKeys.TRAINABLE_VARIABLES:
            return [one for one in self.variables if one.trainable]
        if key in (GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES):
            of_metrics = [one for metric in self.metrics for one in metric.variables]
            return [*of_metrics, *self.collections[key]]
        if key == GraphKeys.GLOBAL_STEP:
            return [self.named[key]] if key in self.named else []
        return self.collections[key]


_whole = [GraphState()]  # of the program; each thread may open others
_opened: contextvars.ContextVar[tuple[GraphState, ...]] = contextvars.ContextVar("kerax_graphs", default=())
_counting: contextvars.ContextVar[bool] = contextvars.ContextVar("kerax_session_trace", default=False)
_loop_keys: contextvars.ContextVar[Any] = contextvars.ContextVar("kerax_loop_keys", default=None)


def current() -> GraphState:
    """The state of the innermost graph."""
    return (_opened.get() or _whole)[-1]


@contextlib.contextmanager
def opened(state: GraphState) -> Iterator[None]:
    """Makes a graph's state the current one, on this thread."""
    _opened.set((*_opened.get(), state))
    try:
        yield
    finally:
        states = list(_opened.get())
        if state in states:  # scopes of TensorFlow 1 may be left in another order
            del states[len(states) - 1 - states[::-1].index(state)]
        _opened.set(tuple(states))


def forget() -> None:
    """Empties the current graph."""
    states = _opened.get()
    if states:
        _opened.set((*states[:-1], GraphState()))
    else:
        _whole[0] = GraphState()


@contextlib.contextmanager
def counting() -> Iterator[None]:
    """Says that a session traces what it runs: draws are counted in variables, for the program runs again."""
    token = _counting.set(True)
    try:
        yield
    finally:
        _counting.reset(token)


def counts() -> bool:
    """Whether a session traces what it runs."""
    return _counting.get()


@contextlib.contextmanager
def drawing(keys: Any) -> Iterator[None]:
    """Says what a step of a loop that is being traced draws from."""
    token = _loop_keys.set(keys)
    try:
        yield
    finally:
        _loop_keys.reset(token)


def loop_keys() -> Any:
    """What a step of a loop that is being traced draws from, or None."""
    return _loop_keys.get()


def named(result: Any, name: str | None, kind: str) -> Any:
    """Names what was noted down by a function, and notes what has to be done before it."""
    return titled(result, title(kind), name)


def titled(result: Any, kind: str, name: str | None = None) -> Any:
    """The same, of an operation that TensorFlow calls so."""
    state = current()
    leaves = symbolic_leaves(result)
    for place, tensor in enumerate(leaves):
        if name is not None:
            label(tensor, state.unique(name) if place == 0 else f"{name}_{place}")
        elif not getattr(tensor, "is_named", False):
            tensor.kind = kind  # type: ignore[attr-defined]
            if place == 0:
                label(tensor, state.unique(tensor.kind))
    if state.pending and leaves and leaves[0].node is not None:
        waiting = [one for group in state.pending for one in group]
        state.after[id(leaves[0].node)] = (leaves[0].node, waiting)
    return result


def label(tensor: SymbolicTensor, name: str) -> SymbolicTensor:
    """Gives a tensor its name in the graph."""
    tensor.__dict__["name"], tensor.is_named = name, True  # type: ignore[attr-defined]
    current().tensors[name] = tensor
    return tensor


def add_to_collection(name: Any, value: Any) -> None:
    """Adds a value to a collection of the graph.

    Args:
      name: of the collection.
      value: anything.
    """
    if isinstance(value, SymbolicTensor) and graph_mode() and in_script():
        _ = value.name  # which it has from the scope that is open now
    current().collections[name].append(value)


def add_to_collections(names: Any, value: Any) -> None:
    """Adds a value to several collections."""
    for name in names if isinstance(names, (list, tuple, set)) else [names]:
        add_to_collection(name, value)


def get_collection(key: Any, scope: str | None = None) -> list:
    """The members of a collection.

    Args:
      key: its name.
      scope: only members whose names begin with this regular expression.
    """
    found = list(current().collection(key))
    return found if scope is None else [one for one in found if re.match(scope, getattr(one, "name", ""))]


def get_collection_ref(key: Any) -> list:
    """The collection itself."""
    return current().collection(key)


class GraphOperation:
    """The operation that a tensor comes from."""

    def __init__(self, tensor: Any):
        self._tensor = tensor
        self.name = tensor.name.rpartition(":")[0] or tensor.name
        self.type = getattr(tensor.node, "name", "Placeholder")
        self.outputs = [tensor]

    @property
    def inputs(self) -> list:
        """The tensors that it is computed from."""
        return self._tensor.node.inputs if self._tensor.node is not None else []

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Does it."""
        from kerax.compat.tensorflow._graph import session_at_hand

        (session or session_at_hand()).run(self._tensor, feed_dict)


class VariableOperation:
    """The operation that stands for a variable.

    Args:
      variable: the variable.
    """

    def __init__(self, variable: Any):
        self.name, self.type, self.outputs = variable.path.partition(":")[0], "VarHandleOp", [variable]
        self.inputs: list = []

    @property
    def graph(self) -> Any:
        """The graph."""
        return _graph(self)


def _name(self: Any) -> str:
    plain = self.__dict__["name"]
    if not (graph_mode() and in_script()):
        return plain
    if not getattr(self, "is_named", False):
        node = self.node
        label(self, current().unique(getattr(self, "kind", None) or (node.name if node is not None else plain)))
    return f"{self.__dict__['name']}:0"


def _eval(self: Any, feed_dict: Any = None, session: Any = None) -> Any:
    """The numbers, as the default session computes them."""
    from kerax.compat.tensorflow._graph import session_at_hand

    return (session or session_at_hand()).run(self, feed_dict)


def _graph(self: Any) -> Any:
    from kerax.compat.tensorflow._graph import default_graph

    return default_graph()


def _hash(self: Any) -> int:
    """Tensors of a graph may be keys, as of what a session is fed."""
    if graph_mode():
        return id(self)
    raise TypeError("Tensor is unhashable. Instead, use tensor.ref() as the key.")


# What TensorFlow calls the operations of Python's operators.
_OPERATORS = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "truediv", "floordiv": "floordiv", "mod": "mod", "pow": "pow",
    "matmul": "matmul", "and": "and", "or": "or", "xor": "xor", "lt": "Less", "le": "LessEqual", "gt": "Greater",
    "ge": "GreaterEqual", "neg": "Neg", "abs": "Abs", "invert": "LogicalNot", "getitem": "strided_slice",
}  # fmt: skip


def _operator(name: str, kind: str) -> None:
    plain = getattr(SymbolicTensor, name)

    @functools.wraps(plain)
    def operator(self: Any, *others: Any) -> Any:
        found = plain(self, *others)
        if graph_mode() and isinstance(found, SymbolicTensor) and not hasattr(found, "is_named"):
            return titled(found, kind)
        return found

    setattr(SymbolicTensor, name, operator)


def _layer_built(module: Any) -> None:
    """Counts the weights of a layer of Keras among the variables of the graph that it is first called in."""
    if not graph_mode() or not isinstance(module, Layer):
        return
    state = current()
    for weight in own_variables(module):
        if weight.is_weight:
            weight.path = state.unique_path(weight.path)
            state.made.append((weight, np.array(weight.read())))  # a copy: training gives the array itself away


def install() -> None:
    """Lets symbolic tensors answer as tensors of a graph."""
    built.watchers.append(_layer_built)
    SymbolicTensor.name = property(  # type: ignore[assignment]
        _name, lambda self, value: self.__dict__.__setitem__("name", value), doc="Its name."
    )
    SymbolicTensor.op = property(GraphOperation, doc="The operation that it comes from.")  # type: ignore[attr-defined]
    for short, kind in _OPERATORS.items():
        _operator(f"__{short}__", kind)
        if hasattr(SymbolicTensor, f"__r{short}__"):
            _operator(f"__r{short}__", kind)
    Tensor.__hash__ = _hash  # type: ignore[method-assign]
    SymbolicTensor.eval = _eval  # type: ignore[attr-defined]
    SymbolicTensor.graph = property(_graph, doc="The graph.")  # type: ignore[attr-defined]


install()
