"""``tf.compat.v1``: the part of it that tutorials for TensorFlow 2 use, and simple programs of TensorFlow 1."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import kerax
from kerax.compat.tensorflow import _graph, _graph_flow
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._graph_state import GraphKeys, add_to_collection, current, forget, get_collection
from kerax.compat.tensorflow._random import set_seed
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._variable import Variable
from kerax.state import naming
from kerax.state.symbolic import SymbolicTensor

AUTO_REUSE = "auto"
_scopes: list[Any] = []


# ---- variables ------------------------------------------------------------------------------------------------------
def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    **options: Any,
) -> Any:
    """The variable of a name, made at first use.

    Args:
      name: behind the open variable scopes.
      shape: sizes.
      dtype: type; float32 by default.
      initializer: of Keras or TensorFlow 1, or first values; that of the scope or Glorot's uniform by default.
      regularizer: a function of the value; that of the scope by default.
      trainable: whether training changes it.
      collections: of the graph, to which it is added.
      **options: accepted as in TensorFlow.

    Raises:
      ValueError: if it exists and may not, or does not and must, or is of another shape.
    """
    scope = get_variable_scope()
    path = f"{scope.name}/{name}" if scope.name else name
    made_before = _made_here()
    if path in made_before:
        found = made_before[path]
        if not scope.reuse:
            raise ValueError(
                f"Variable {path} already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE "
                f"in VarScope?"
            )
        if shape is not None and not TensorShape(shape).is_compatible_with(found.read().shape):
            raise ValueError(
                f"Trying to share variable {path}, but specified shape {TensorShape(shape)} and found shape "
                f"{TensorShape(found.read().shape)}."
            )
        return found
    if scope.reuse is True:
        raise ValueError(
            f"Variable {path} does not exist, or was not created with tf.get_variable(). Did you mean to set "
            "reuse=tf.AUTO_REUSE in VarScope?"
        )
    initializer = scope.initializer if initializer is None else initializer
    regularizer = scope.regularizer if regularizer is None else regularizer
    if initializer is None:
        initializer = kerax.initializers.GlorotUniform()
    if isinstance(initializer, type):
        initializer = initializer()
    if callable(initializer):
        kind = as_dtype(dtype or scope.dtype)
        if shape is None:
            raise ValueError(f"Shape of a new variable ({path}) must be fully defined, but instead was <unknown>.")
        sizes = tuple(TensorShape(shape))
        first: Any = lambda: initializer(sizes, dtype=kind.name)  # noqa: E731
    else:
        first, kind = initializer, None if dtype is None else as_dtype(dtype)  # type: ignore[assignment]
    with _exactly(path):
        made = Variable(first, trainable=trainable, name=path.rpartition("/")[2], dtype=kind)
    made.regularizer = regularizer
    made_before[path] = made
    for collection in collections or ():
        if collection not in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.TRAINABLE_VARIABLES):
            add_to_collection(collection, made)
    if regularizer is not None and graph_mode():
        add_to_collection(GraphKeys.REGULARIZATION_LOSSES, regularizer(made))
    return made


@contextlib.contextmanager
def _exactly(path: str) -> Iterator[None]:
    """Gives the variable that is made inside this path, whatever name scopes are open."""
    token = naming._scopes.set(tuple(path.split("/")[:-1]))
    try:
        yield
    finally:
        naming._scopes.reset(token)


def _run() -> Any:
    """The run of an Estimator's model function that is going on, or None."""
    template = sys.modules.get("kerax.estimators.template")
    return None if template is None else template.model_run()


def _made_here() -> dict[str, Any]:
    """The variables of each name; a model function of an Estimator makes its own in every run."""
    run = _run()
    return current().named if run is None else run.named


class VariableScope:
    """What is said about variables of a scope.

    Args:
      reuse: whether they must exist; ``AUTO_REUSE``: they may.
      name: of the scope, with those around it.
      initializer, regularizer: where a variable has none of its own.
      dtype: of variables that say none.
      **options: accepted as in TensorFlow.
    """

    def __init__(
        self,
        reuse: Any,
        name: str = "",
        initializer: Any = None,
        regularizer: Any = None,
        dtype: Any = "float32",
        **options: Any,
    ):
        self.reuse, self.name, self.initializer, self.regularizer = reuse, name, initializer, regularizer
        self.dtype = dtype
        self.original_name_scope = f"{name}/" if name else ""

    def reuse_variables(self) -> None:
        """From now on variables must exist."""
        self.reuse = True

    def set_initializer(self, initializer: Any) -> None:
        """The initializer of variables that have none of their own."""
        self.initializer = initializer

    def set_regularizer(self, regularizer: Any) -> None:
        """The regularizer of variables that have none of their own."""
        self.regularizer = regularizer

    def global_variables(self) -> list:
        """The variables of the scope."""
        return global_variables(f"{self.name}/" if self.name else None)

    def trainable_variables(self) -> list:
        """Those that training changes."""
        return trainable_variables(f"{self.name}/" if self.name else None)


class variable_scope:
    """Puts a name before variables and says whether they may exist.

    Args:
      name_or_scope: the name, or a scope that was open before.
      default_name: the name where there is none, numbered if it is taken.
      values, auxiliary_name_scope, **options: accepted as in TensorFlow.
      initializer, regularizer, dtype: for variables that have none of their own.
      reuse: whether variables must exist; ``AUTO_REUSE``: they may.
    """

    def __init__(
        self,
        name_or_scope: Any,
        default_name: Any = None,
        values: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        reuse: Any = None,
        dtype: Any = None,
        **options: Any,
    ):
        if name_or_scope is None and default_name is None:
            raise ValueError("If default_name is None then name_or_scope is required")
        self._given, self._default, self._reuse = name_or_scope, default_name, reuse
        self._initializer, self._regularizer, self._dtype = initializer, regularizer, dtype

    def __enter__(self) -> VariableScope:
        outer = get_variable_scope()
        self._stack = contextlib.ExitStack()
        if isinstance(self._given, VariableScope):
            name, parts = self._given.name, []
            inherited: Any = self._given
            token = naming._scopes.set(tuple(part for part in name.split("/") if part))
            self._stack.callback(naming._scopes.reset, token)
        else:
            own = str(self._given) if self._given is not None else self._numbered(outer)
            name, inherited = "/".join(part for part in (outer.name, own) if part), outer
            parts = [part for part in own.split("/") if part]
        for part in parts:
            self._stack.enter_context(naming.name_scope(part))
        given = (self._initializer, self._regularizer, self._dtype)
        first, rule, kind = (
            mine if mine is not None else theirs
            for mine, theirs in zip(given, (inherited.initializer, inherited.regularizer, inherited.dtype))
        )
        reuse = self._reuse if self._reuse else inherited.reuse or outer.reuse
        scope = VariableScope(reuse, name, first, rule, kind)
        _scopes.append(scope)
        return scope

    def _numbered(self, outer: VariableScope) -> str:
        counts, path = current().scopes, f"{outer.name}/{self._default}"
        count = counts[path]
        counts[path] += 1
        return f"{self._default}_{count}" if count else self._default

    def __exit__(self, *error: Any) -> None:
        _scopes.pop()
        self._stack.close()


_outermost = VariableScope(False)


def get_variable_scope() -> VariableScope:
    """The innermost variable scope."""
    return _scopes[-1] if _scopes else _outermost


def global_variables(scope: str | None = None) -> list:
    """The variables of the graph; without one those made by ``get_variable``."""
    run = _run()
    if run is not None:
        found = [(variable.path, variable) for variable in run.made]
    else:
        state = current()
        every = {id(one): one for one in [*state.variables, *state.named.values()]}
        found = [(one.path, one) for one in every.values()]
    return [v for path, v in found if scope is None or re.match(scope, path)]


def trainable_variables(scope: str | None = None) -> list:
    """Those that training changes."""
    return [v for v in global_variables(scope) if v.trainable]


def local_variables(scope: str | None = None) -> list:
    """The variables of metrics."""
    return get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def model_variables(scope: str | None = None) -> list:
    """The members of the collection of that name."""
    return get_collection(GraphKeys.MODEL_VARIABLES, scope)


def moving_average_variables(scope: str | None = None) -> list:
    """The members of the collection of that name."""
    return get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def variables_initializer(var_list: Any, name: str = "init") -> Any:
    """Gives variables the values again that they began with."""
    wanted = {id(one) for one in var_list}
    state = current()

    def run(evaluation: Any) -> None:
        for variable, first in state.made:
            if id(variable) in wanted:
                variable.assign(Tensor(first, getattr(variable, "_label", None)))

    return _graph.Deferred(run, name)


def global_variables_initializer() -> Any:
    """Gives all variables the values again that they began with."""
    return variables_initializer(current().variables)


initialize_all_variables = global_variables_initializer


def local_variables_initializer() -> Any:
    """Empties all metrics."""
    state = current()
    return _graph.Deferred(lambda evaluation: [metric.reset_state() for metric in state.metrics] and None, "init_local")


initialize_local_variables = local_variables_initializer
initialize_variables = variables_initializer


def tables_initializer(name: str = "init_all_tables") -> Any:
    """Nothing is left to do: tables have their contents when they are made."""
    return _graph.Deferred(lambda evaluation: None, name)


initialize_all_tables = tables_initializer


def is_variable_initialized(variable: Any) -> Any:
    """True."""
    return tensor(True)


def report_uninitialized_variables(var_list: Any = None, name: str = "report_uninitialized_variables") -> Any:
    """None of them: an empty list of texts."""
    return Tensor(np.empty(0, object))


def _assigning(method: str) -> Callable:
    def run(ref: Any, value: Any, validate_shape: Any = None, use_locking: Any = None, name: Any = None) -> Any:
        if graph_mode() or isinstance(value, SymbolicTensor):
            return _graph_flow.assigning(ref, method, value, name)
        return getattr(ref, method)(value)

    run.__name__ = method
    run.__doc__ = f"``variable.{method}(value)``."
    return run


assign, assign_add, assign_sub = _assigning("assign"), _assigning("assign_add"), _assigning("assign_sub")


# ---- the global step ------------------------------------------------------------------------------------------------
def get_global_step(graph: Any = None) -> Any:
    """The number of training steps: an Estimator's inside its model function."""
    from kerax.estimators import template

    if template._current.get() is not None:
        return template.get_global_step()
    return current().named.get("global_step")


def get_or_create_global_step(graph: Any = None) -> Any:
    """The number of training steps, made if there is none."""
    return get_global_step() if get_global_step() is not None else create_global_step()


def create_global_step(graph: Any = None) -> Any:
    """Makes the number of training steps."""
    if "global_step" in current().named:
        raise ValueError('"global_step" already exists.')
    with _exactly("global_step"):
        made = Variable(0, trainable=False, name="global_step", dtype="int64")
    current().named["global_step"] = made
    return made


def global_step(sess: Any, global_step_tensor: Any) -> int:
    """The number of steps that a session sees."""
    return int(sess.run(global_step_tensor))


# ---- settings that mean nothing here, or something else -------------------------------------------------------------
def accepted(*args: Any, **kwargs: Any) -> None:
    """Accepted as in TensorFlow."""


def get_default_graph() -> Any:
    """The innermost graph."""
    return _graph.default_graph()


def reset_default_graph() -> None:
    """Forgets variables, collections and names."""
    forget()
    naming.reset_names()


def executing_eagerly_outside_functions() -> bool:
    """Whether operations are computed at once."""
    return not graph_mode()


def set_random_seed(seed: int) -> None:
    """Seeds the global generator."""
    set_seed(seed)


def make_one_shot_iterator(dataset: Any) -> Any:
    """An iterator over a dataset."""
    if graph_mode():
        return _graph.GraphIterator(dataset)
    return iter(dataset)


def make_initializable_iterator(dataset: Any, shared_name: Any = None) -> Any:
    """An iterator over a dataset that begins when its initializer is run."""
    return _graph.GraphIterator(dataset, ready=False) if graph_mode() else iter(dataset)


def run(main: Callable | None = None, argv: Any = None) -> None:
    """``tf.app.run``: calls the program's main function."""
    function = main or sys.modules["__main__"].main  # type: ignore[attr-defined]
    sys.exit(function(argv or sys.argv))


def where(condition: Any, x: Any = None, y: Any = None, name: Any = None) -> Any:
    """``tf.where``; a condition of one axis picks rows."""
    from kerax.compat.tensorflow._gather import where as where_v2

    if x is not None and tensor(condition).ndim == 1 and tensor(x).ndim > 1:
        from kerax.compat.tensorflow._creating import reshape

        return where_v2(reshape(condition, [-1] + [1] * (tensor(x).ndim - 1)), x, y)
    return where_v2(condition, x, y)


def to_float(x: Any, name: Any = None) -> Any:
    """The same numbers as float32."""
    from kerax.compat.tensorflow._math import cast

    return cast(x, "float32")


def to_int32(x: Any, name: Any = None) -> Any:
    """The same numbers as int32."""
    from kerax.compat.tensorflow._math import cast

    return cast(x, "int32")


def to_int64(x: Any, name: Any = None) -> Any:
    """The same numbers as int64."""
    from kerax.compat.tensorflow._math import cast

    return cast(x, "int64")
