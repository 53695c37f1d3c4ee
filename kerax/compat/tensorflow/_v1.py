"""``tf.compat.v1``: the part of it that tutorials for TensorFlow 2 use, and simple programs of TensorFlow 1."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any

import kerax
from kerax.compat.tensorflow import _graph
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._random import set_seed
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._variable import Variable
from kerax.state import naming
from kerax.state.symbolic import SymbolicTensor

AUTO_REUSE = "auto"
_variables: dict[str, Any] = {}
_scopes: list[Any] = []


# ---- variables ------------------------------------------------------------------------------------------------------
def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = "float32",
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    **options: Any,
) -> Any:
    """The variable of a name, made at first use.

    Args:
      name: behind the open variable scopes.
      shape: sizes.
      dtype: type.
      initializer: of Keras or TensorFlow 1, or first values; Glorot's uniform by default.
      regularizer: a function of the value.
      trainable: whether training changes it.
      **options: accepted as in TensorFlow.
    """
    path = naming.scoped_path(name)
    reuse = next((scope.reuse for scope in reversed(_scopes) if scope.reuse), False)
    made_before = _made_here()
    if path in made_before:
        if not reuse:
            raise ValueError(
                f"Variable {path} already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE "
                f"in VarScope?"
            )
        return made_before[path]
    kind = as_dtype(dtype)
    if initializer is None:
        initializer = kerax.initializers.GlorotUniform()
    if isinstance(initializer, type):
        initializer = initializer()
    sizes = tuple(TensorShape(shape)) if shape is not None else ()
    first = (lambda: initializer(sizes, dtype=kind.name)) if callable(initializer) else initializer
    made = Variable(first, trainable=trainable, name=name, dtype=kind)
    made.regularizer = regularizer
    made_before[path] = made
    return made


def _run() -> Any:
    """The run of an Estimator's model function that is going on, or None."""
    template = sys.modules.get("kerax.estimators.template")
    return None if template is None else template.model_run()


def _made_here() -> dict[str, Any]:
    """The variables of each name; a model function of an Estimator makes its own in every run."""
    run = _run()
    return _variables if run is None else run.named


class variable_scope:
    """Puts a name before variables and says whether they may exist."""

    def __init__(self, name_or_scope: Any, default_name: Any = None, reuse: Any = None, **options: Any):
        self.name = (
            name_or_scope if isinstance(name_or_scope, str) else (getattr(name_or_scope, "name", None) or default_name)
        )
        self.reuse = reuse

    def reuse_variables(self) -> None:
        """From now on variables must exist."""
        self.reuse = True

    def __enter__(self) -> variable_scope:
        self._stack = contextlib.ExitStack()
        for part in [part for part in str(self.name).split("/") if part]:
            self._stack.enter_context(naming.name_scope(part))
        _scopes.append(self)
        return self

    def __exit__(self, *error: Any) -> None:
        _scopes.pop()
        self._stack.close()


def get_variable_scope() -> Any:
    """The innermost variable scope."""
    return _scopes[-1] if _scopes else variable_scope("")


def global_variables(scope: str | None = None) -> list:
    """The variables made by ``get_variable``."""
    run = _run()
    found = _variables.items() if run is None else [(variable.path, variable) for variable in run.made]
    return [v for path, v in found if scope is None or path.startswith(scope)]


def trainable_variables(scope: str | None = None) -> list:
    """Those that training changes."""
    return [v for v in global_variables(scope) if v.trainable]


def global_variables_initializer() -> Any:
    """Nothing is left to do: variables have their first values when they are made."""
    return _graph.Deferred(lambda evaluation: None, "init")


local_variables_initializer = tables_initializer = initialize_all_variables = global_variables_initializer


def variables_initializer(var_list: Any, name: str = "init") -> Any:
    """Nothing is left to do."""
    return global_variables_initializer()


def _assigning(method: str) -> Callable:
    def run(ref: Any, value: Any, validate_shape: Any = None, use_locking: Any = None, name: Any = None) -> Any:
        if graph_mode() or isinstance(value, SymbolicTensor):
            return _graph.Deferred(lambda evaluation: getattr(ref, method)(evaluation.of(value)), method)
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
    return _variables.get("global_step")


def get_or_create_global_step(graph: Any = None) -> Any:
    """The number of training steps, made if there is none."""
    return get_global_step() if get_global_step() is not None else create_global_step()


def create_global_step(graph: Any = None) -> Any:
    """Makes the number of training steps."""
    _variables["global_step"] = Variable(0, trainable=False, name="global_step", dtype="int64")
    return _variables["global_step"]


# ---- settings that mean nothing here, or something else -------------------------------------------------------------
def accepted(*args: Any, **kwargs: Any) -> None:
    """Accepted as in TensorFlow."""


def get_default_graph() -> Any:
    """A graph."""
    return _graph.Graph()


def reset_default_graph() -> None:
    """Forgets variables by name."""
    _variables.clear()
    naming.reset_names()


def executing_eagerly_outside_functions() -> bool:
    """Whether operations are computed at once."""
    return not graph_mode()


def set_random_seed(seed: int) -> None:
    """Seeds the global generator."""
    set_seed(seed)


def make_one_shot_iterator(dataset: Any) -> Any:
    """An iterator over a dataset."""
    return _graph.GraphIterator(dataset) if graph_mode() else iter(dataset)


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
