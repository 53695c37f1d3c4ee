"""``tf.compat.v1``: the part of it that tutorials for TensorFlow 2 use, and simple programs of TensorFlow 1."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.compat.tensorflow import _graph, _graph_flow
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._graph_state import GraphKeys, current, forget
from kerax.compat.tensorflow._random import set_seed
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_scopes import exactly, get_variable_scope
from kerax.compat.tensorflow._variable import Variable
from kerax.state import naming
from kerax.state.symbolic import SymbolicTensor


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
    """Empties all metrics, and gives other local variables the values again that they began with."""
    state = current()
    others = variables_initializer(state.collections[GraphKeys.LOCAL_VARIABLES])

    def run(evaluation: Any) -> None:
        for metric in state.metrics:
            metric.reset_state()
        evaluation.of(others)

    return _graph.Deferred(run, "init_local")


initialize_local_variables = local_variables_initializer
initialize_variables = variables_initializer


def tables_initializer(name: str = "init_all_tables") -> Any:
    """Lets all tables of the graph answer."""
    tables = list(current().collections[GraphKeys.TABLE_INITIALIZERS])

    def run(evaluation: Any) -> None:
        for one in tables:
            evaluation.of(one)

    return _graph.Deferred(run, name, tables)


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
    from kerax.estimators.loop import hooks_are_called

    return "global_step" if hooks_are_called() else current().named.get("global_step")


def get_or_create_global_step(graph: Any = None) -> Any:
    """The number of training steps, made if there is none."""
    return get_global_step() if get_global_step() is not None else create_global_step()


def create_global_step(graph: Any = None) -> Any:
    """Makes the number of training steps."""
    if "global_step" in current().named:
        raise ValueError('"global_step" already exists.')
    scope = get_variable_scope().name
    with exactly(f"{scope}/global_step" if scope else "global_step"):
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
