"""Variables by name and the scopes that name them: ``get_variable``, ``variable_scope``."""

from __future__ import annotations

import collections
import contextlib
import contextvars
import functools
import re
import sys
import weakref
from collections.abc import Iterator
from typing import Any

import kerax
from kerax.compat.tensorflow._core import array, op
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._graph_state import GraphKeys, add_to_collection, current, get_collection, label
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._variable import Variable
from kerax.state import naming
from kerax.state.symbolic import SymbolicTensor

AUTO_REUSE = "auto"
# The open scopes of this thread, each with the graph, or the run of a model function, that it belongs to.
_open: contextvars.ContextVar[tuple] = contextvars.ContextVar("kerax_variable_scopes", default=())


def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: Any = None,
    custom_getter: Any = None,
    constraint: Any = None,
    synchronization: Any = None,
    aggregation: Any = None,
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
      custom_getter: called with the function that makes the variable, and with its arguments; that of the scope by
        default.
      constraint: applied to the value after each step of an optimizer.
      partitioner, caching_device, validate_shape, use_resource, synchronization, aggregation: accepted as in
        TensorFlow; a variable stays in one piece.

    Raises:
      ValueError: if it exists and may not, or does not and must, or is of another shape.
    """
    scope = get_variable_scope()
    path = f"{scope.name}/{name}" if scope.name else name
    custom_getter = scope.custom_getter if custom_getter is None else custom_getter
    if custom_getter is not None:
        return custom_getter(
            functools.partial(_by_path, scope), path, shape=shape, dtype=dtype or scope.dtype, initializer=initializer,
            regularizer=regularizer, trainable=trainable, collections=collections, constraint=constraint,
        )  # fmt: skip
    return _by_path(scope, path, shape, dtype, initializer, regularizer, trainable, collections, constraint)


def _by_path(
    scope: VariableScope,
    path: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    constraint: Any = None,
    **options: Any,
) -> Any:
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
    with exactly(path):
        made = Variable(
            first,
            trainable=trainable,
            name=path.rpartition("/")[2],
            dtype=kind,
            constraint=constraint or scope.constraint,
        )
    made.regularizer = regularizer
    made_before[path] = made
    for collection in collections or ():
        if collection not in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.TRAINABLE_VARIABLES):
            add_to_collection(collection, made)
    if regularizer is not None and graph_mode():
        loss = penalty(regularizer, made.read_value())
        if loss is not None:
            if isinstance(loss, SymbolicTensor):
                label(loss, f"{path}/Regularizer/loss")
            add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
    return made


def penalty(regularizer: Any, value: Any) -> Any:
    """What a regularizer of Keras, or a function of a tensor, gives for a tensor."""
    if isinstance(regularizer, kerax.regularizers.Regularizer) and type(regularizer).__module__.startswith("kerax."):
        return op(_as_function(regularizer))(value)
    return regularizer(value)


def _as_function(regularizer: Any) -> Any:
    def loss(value: Any) -> Any:
        return Tensor(array(regularizer(array(value))))

    return loss


@contextlib.contextmanager
def exactly(path: str) -> Iterator[None]:
    """Gives the variable that is made inside this path, whatever name scopes are open."""
    token = naming._scopes.set(tuple(path.split("/")[:-1]))
    try:
        yield
    finally:
        naming._scopes.reset(token)


def model_run() -> Any:
    """The run of an Estimator's model function that is going on, or None."""
    template = sys.modules.get("kerax.estimators.template")
    return None if template is None else template.model_run()


def scope_counts() -> collections.Counter:
    """How often each name of a scope was given; a model function of an Estimator counts anew in every run."""
    run = model_run()
    if run is None:
        return current().scopes
    return _scopes_of_runs.setdefault(run, collections.Counter())


_scopes_of_runs: weakref.WeakKeyDictionary[Any, collections.Counter] = weakref.WeakKeyDictionary()


def _made_here() -> dict[str, Any]:
    """The variables of each name; a model function of an Estimator makes its own in every run."""
    run = model_run()
    return current().named if run is None else run.named


class VariableScope:
    """What is said about variables of a scope.

    Args:
      reuse: whether they must exist; ``AUTO_REUSE``: they may.
      name: of the scope, with those around it.
      initializer, regularizer: where a variable has none of its own.
      dtype: of variables that say none.
      custom_getter: called in the place of ``get_variable``.
      constraint: of variables that have none of their own.
      caching_device, partitioner, name_scope, use_resource: accepted as in TensorFlow.
    """

    def __init__(
        self,
        reuse: Any,
        name: str = "",
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        name_scope: str = "",
        dtype: Any = "float32",
        use_resource: Any = None,
        constraint: Any = None,
    ):
        self.reuse, self.name, self.initializer, self.regularizer = reuse, name, initializer, regularizer
        self.dtype, self.custom_getter, self.constraint = dtype, custom_getter, constraint
        self.caching_device, self.partitioner, self.use_resource = caching_device, partitioner, use_resource
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

    def set_dtype(self, dtype: Any) -> None:
        """The type of variables that say none."""
        self.dtype = dtype

    def set_custom_getter(self, custom_getter: Any) -> None:
        """What is called in the place of ``get_variable``."""
        self.custom_getter = custom_getter

    def set_partitioner(self, partitioner: Any) -> None:
        """Accepted as in TensorFlow: a variable stays in one piece."""
        self.partitioner = partitioner

    def set_caching_device(self, caching_device: Any) -> None:
        """Accepted as in TensorFlow."""
        self.caching_device = caching_device

    def set_use_resource(self, use_resource: Any) -> None:
        """Accepted as in TensorFlow."""
        self.use_resource = use_resource

    def get_variable(self, var_store: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        """The variable of a name in this scope."""
        with variable_scope(self):
            return get_variable(name, *args, **kwargs)

    def get_collection(self, name: Any) -> list:
        """The members of a collection whose names begin with the scope's."""
        return get_collection(name, f"{self.name}/" if self.name else None)

    def local_variables(self) -> list:
        """The local variables of the scope."""
        return local_variables(f"{self.name}/" if self.name else None)

    def global_variables(self) -> list:
        """The variables of the scope."""
        return global_variables(f"{self.name}/" if self.name else None)

    def trainable_variables(self) -> list:
        """Those that training changes."""
        return trainable_variables(f"{self.name}/" if self.name else None)


_INHERITED = ("initializer", "regularizer", "dtype", "custom_getter", "constraint", "partitioner")


class variable_scope:
    """Puts a name before variables and says whether they may exist.

    Args:
      name_or_scope: the name, or a scope that was open before.
      default_name: the name where there is none, numbered if it is taken.
      values, caching_device, partitioner, use_resource, auxiliary_name_scope: accepted as in TensorFlow.
      initializer, regularizer, dtype, constraint: for variables that have none of their own.
      custom_getter: called in the place of ``get_variable``, with the function that makes a variable and its arguments.
      reuse: whether variables must exist; ``AUTO_REUSE``: they may.
    """

    def __init__(
        self,
        name_or_scope: Any,
        default_name: Any = None,
        values: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        reuse: Any = None,
        dtype: Any = None,
        use_resource: Any = None,
        constraint: Any = None,
        auxiliary_name_scope: bool = True,
    ):
        if name_or_scope is None and default_name is None:
            raise ValueError("If default_name is None then name_or_scope is required")
        self._given, self._default, self._reuse = name_or_scope, default_name, reuse
        self._inherited = (initializer, regularizer, dtype, custom_getter, constraint, partitioner)

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
        first, rule, kind, getter, constraint, partitioner = (
            mine if mine is not None else getattr(inherited, name)
            for mine, name in zip(self._inherited, _INHERITED, strict=True)
        )
        reuse = self._reuse if self._reuse else inherited.reuse or outer.reuse
        scope = VariableScope(
            reuse, name, first, rule, partitioner=partitioner, custom_getter=getter, dtype=kind, constraint=constraint
        )
        self._scope = scope
        _open.set((*_open.get(), (_owner(), scope)))
        counts = scope_counts()
        counts[name] += 1
        self._counted = dict(counts) if isinstance(self._given, VariableScope) else None
        return scope

    def _numbered(self, outer: VariableScope) -> str:
        counts, path = scope_counts(), "/".join(part for part in (outer.name, self._default) if part)
        if not counts[path]:
            return self._default
        number = 1
        while counts[f"{path}_{number}"]:
            number += 1
        return f"{self._default}_{number}"

    def __exit__(self, *error: Any) -> None:
        left, counts = self._scope, scope_counts()
        _open.set(tuple(pair for pair in _open.get() if pair[1] is not left))
        self._stack.close()
        if self._counted is not None:
            counts.clear()
            counts.update(self._counted)
            return
        for name in counts:  # automatic names inside begin again when the scope is opened again
            if name.startswith(f"{left.name}/"):
                counts[name] = 0


def _owner() -> Any:
    run = model_run()
    return current() if run is None else run


_outermost: weakref.WeakKeyDictionary[Any, VariableScope] = weakref.WeakKeyDictionary()


def get_variable_scope() -> VariableScope:
    """The innermost variable scope of the graph."""
    owner = _owner()
    for whose, scope in reversed(_open.get()):
        if whose is owner:
            return scope
    if owner not in _outermost:
        _outermost[owner] = VariableScope(False)
    return _outermost[owner]


def global_variables(scope: str | None = None) -> list:
    """The variables of the graph; without one those made by ``get_variable``."""
    run = model_run()
    if run is not None:
        found = [(variable.path, variable) for variable in run.made]
    else:
        state = current()
        local = {id(one) for one in state.collections[GraphKeys.LOCAL_VARIABLES]}
        every = {id(one): one for one in [*state.variables, *state.named.values()] if id(one) not in local}
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
