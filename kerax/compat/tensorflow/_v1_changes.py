"""Functions of TensorFlow 1 that change variables in parts, and templates that share them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._control import name_scope
from kerax.compat.tensorflow._core import array, op, tensor
from kerax.compat.tensorflow._edges import graph_mode, unwrap
from kerax.compat.tensorflow._graph_flow import effect, spec_of
from kerax.compat.tensorflow._graph_state import GraphKeys, add_to_collection
from kerax.compat.tensorflow._scatters import Scatters, scatter
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_scopes import VariableScope, get_variable, variable_scope
from kerax.state.symbolic import SymbolicTensor


class _Rows:
    """Rows as ``tf.IndexedSlices`` names them."""

    def __init__(self, values: Any, indices: Any):
        self.values, self.indices = values, indices


def _changing(name: str, change: Callable, doc: str) -> Callable:
    def call(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Any:
        if not (graph_mode() or isinstance(indices, SymbolicTensor) or isinstance(updates, SymbolicTensor)):
            return change(ref, indices, updates)

        def run(evaluation: Any) -> Any:
            given = [
                Tensor(unwrap(evaluation.of(one))) if isinstance(one, SymbolicTensor) else one
                for one in (indices, updates)
            ]
            change(ref, *given)
            return ref.read()

        return effect(run, spec_of(ref), call.__name__, [indices, updates], name, pure=True)

    call.__name__, call.__doc__ = name, doc
    return call


def _of_rows(how: str) -> Callable:
    def change(ref: Any, indices: Any, updates: Any) -> Any:
        places = tensor(indices)
        values = tensor(updates, hint=tensor(ref).dtype)
        if places.ndim == 0:
            return scatter(ref, array(places)[None], Tensor(array(values)[None]), how)
        rows = array(places).reshape(-1)
        tail = array(ref).shape[1:]
        wide = np.broadcast_shapes(values.shape.as_list(), (*places.shape.as_list(), *tail))
        import jax.numpy as jnp

        return scatter(ref, rows, Tensor(jnp.broadcast_to(array(values), wide).reshape(rows.size, *tail)), how)

    return change


def _of_places(method: str) -> Callable:
    return lambda ref, indices, updates: getattr(ref, method)(tensor(indices), tensor(updates, hint=tensor(ref).dtype))


scatter_update = _changing("scatter_update", _of_rows("set"), "Replaces rows of a variable.")
scatter_add = _changing("scatter_add", _of_rows("add"), "Adds to rows of a variable.")
scatter_sub = _changing("scatter_sub", _of_rows("subtract"), "Subtracts from rows of a variable.")
scatter_mul = _changing("scatter_mul", _of_rows("multiply"), "Multiplies rows of a variable.")
scatter_div = _changing("scatter_div", _of_rows("divide"), "Divides rows of a variable.")
scatter_max = _changing("scatter_max", _of_rows("max"), "Takes the larger of old and new in rows of a variable.")
scatter_min = _changing("scatter_min", _of_rows("min"), "Takes the smaller of old and new in rows of a variable.")
scatter_nd_update = _changing("scatter_nd_update", _of_places("scatter_nd_update"), "Replaces elements at places.")
scatter_nd_add = _changing("scatter_nd_add", _of_places("scatter_nd_add"), "Adds to elements at places.")
scatter_nd_sub = _changing("scatter_nd_sub", _of_places("scatter_nd_sub"), "Subtracts from elements at places.")
_batches = _changing(
    "batch_scatter_update",
    lambda ref, indices, updates: Scatters.batch_scatter_update(ref, _Rows(tensor(updates), tensor(indices))),
    "Replaces rows of each batch.",
)


def batch_scatter_update(ref: Any, indices: Any, updates: Any, use_locking: bool = True, name: Any = None) -> Any:
    """Replaces rows of each batch of a variable.

    Args:
      ref: the variable.
      indices: shape (*batches, n).
      updates: shape (*batches, n, ...).
      use_locking, name: accepted as in TensorFlow.
    """
    return _batches(ref, indices, updates, use_locking, name)


def count_up_to(ref: Any, limit: int, name: str | None = None) -> Any:
    """Adds one to a variable and gives what it was before.

    Args:
      ref: the variable.
      limit: where it ends.
      name: accepted as in TensorFlow.

    Raises:
      OutOfRangeError: at the limit; in a graph when a session comes there.
    """
    if not graph_mode():
        return ref.count_up_to(limit)

    def run(evaluation: Any) -> Any:
        before = np.asarray(ref.read())
        if int(before) >= limit:
            raise errors.OutOfRangeError(None, None, f"Reached limit of {limit}")
        ref.assign_add(1)
        return before

    return effect(run, spec_of(ref), "count_up_to", [ref], name)


@op
def clip_by_average_norm(t: Any, clip_norm: Any, name: str | None = None) -> Any:
    """A tensor made smaller so that its norm, divided by its number of elements, is at most this.

    Args:
      t: a tensor.
      clip_norm: the largest average norm.
      name: accepted as in TensorFlow.
    """
    import jax.numpy as jnp

    x, limit = array(t), array(clip_norm)
    average = jnp.sqrt(jnp.sum(x * x)) / x.size
    return Tensor(x * limit / jnp.maximum(average, limit))


# ---- scopes ---------------------------------------------------------------------------------------------------------
def get_local_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = False,
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
    """`get_variable` of one that is not trained and belongs to the local variables; arguments as there."""
    made = get_variable(
        name, shape, dtype, initializer, regularizer, False, collections, constraint=constraint,
        custom_getter=custom_getter,
    )  # fmt: skip
    if graph_mode():
        add_to_collection(GraphKeys.LOCAL_VARIABLES, made)
    return made


def create_partitioned_variables(
    shape: Any,
    slicing: Any,
    initializer: Any,
    dtype: Any = "float32",
    trainable: bool = True,
    collections: Any = None,
    name: str | None = None,
    reuse: Any = None,
) -> list:
    """Variables that are the parts of one.

    Args:
      shape: of the whole.
      slicing: how many parts there are along each axis; more than one along at most one axis.
      initializer: of the parts.
      dtype, trainable, collections: as of ``get_variable``.
      name: of their scope.
      reuse: whether they must exist.
    """
    sizes, parts = [int(one) for one in shape], [int(one) for one in slicing]
    if len(sizes) != len(parts):
        raise ValueError(f"The number of slices {parts} must be that of the axes of shape {sizes}.")
    axes = [axis for axis, count in enumerate(parts) if count > 1]
    if len(axes) > 1:
        raise ValueError(f"Can only slice a variable along one dimension: shape: {sizes}, slicing: {parts}")
    axis = axes[0] if axes else 0
    each = [len(one) for one in np.array_split(np.arange(sizes[axis]), parts[axis])]
    found = []
    with variable_scope(name, "PartitionedVariable", reuse=reuse):
        for number, size in enumerate(each):
            own = [*sizes[:axis], size, *sizes[axis + 1 :]]
            found.append(get_variable(f"part_{number}", own, dtype, initializer, None, trainable, collections))
    return found


def fixed_size_partitioner(num_shards: int, axis: int = 0) -> Callable:
    """A function that says into how many parts a variable goes: so many along one axis."""
    return lambda shape, dtype: [num_shards if one == axis else 1 for one in range(len(list(shape)))]


def variable_axis_size_partitioner(
    max_shard_bytes: int, axis: int = 0, bytes_per_string_element: int = 16, max_shards: int | None = None
) -> Callable:
    """A function that says into how many parts a variable goes so that each has at most so many bytes.

    Raises:
      ValueError: for a size or number that is not positive.
    """
    if max_shard_bytes < 1 or (max_shards is not None and max_shards < 1):
        raise ValueError(f"max_shard_bytes and max_shards must be positive: {max_shard_bytes}, {max_shards}")

    def parts(shape: Any, dtype: Any) -> list[int]:
        sizes, width = _sizes(shape), _width(dtype, bytes_per_string_element)
        slice_bytes = int(np.prod(sizes)) // sizes[axis] * width
        per_shard = max(1, max_shard_bytes // max(slice_bytes, 1))
        count = -(-sizes[axis] // per_shard)
        count = count if max_shards is None else min(max_shards, count)
        return [count if one == axis else 1 for one in range(len(sizes))]

    return parts


def min_max_variable_partitioner(
    max_partitions: int = 1, axis: int = 0, min_slice_size: int = 256 << 10, bytes_per_string_element: int = 16
) -> Callable:
    """A function that says into how many parts a variable goes so that each has at least so many bytes."""

    def parts(shape: Any, dtype: Any) -> list[int]:
        sizes, width = _sizes(shape), _width(dtype, bytes_per_string_element)
        total = int(np.prod(sizes)) * width
        count = max(1, min(sizes[axis], max_partitions, -(-total // min_slice_size)))
        return [count if one == axis else 1 for one in range(len(sizes))]

    return parts


def _sizes(shape: Any) -> list[int]:
    return [int(getattr(one, "value", one)) for one in list(shape)]


def _width(dtype: Any, text: int) -> int:
    from kerax.compat.tensorflow._dtypes import as_dtype

    kind = as_dtype(dtype)
    return text if kind.name == "string" else kind.size


def no_regularizer(_: Any) -> None:
    """No loss: in the place of the scope's regularizer."""


@contextlib.contextmanager
def op_scope(values: Any, name: Any, default_name: Any = None) -> Iterator[str]:
    """``tf.name_scope`` with its arguments in another order."""
    with name_scope(name or default_name) as scope:
        yield scope


@contextlib.contextmanager
def variable_op_scope(
    values: Any,
    name_or_scope: Any,
    default_name: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    reuse: Any = None,
    dtype: Any = None,
    use_resource: Any = None,
    constraint: Any = None,
) -> Iterator[VariableScope]:
    """``variable_scope`` with its arguments in another order."""
    with variable_scope(
        name_or_scope, default_name, values, initializer, regularizer, custom_getter=custom_getter, reuse=reuse,
        dtype=dtype, constraint=constraint,
    ) as scope:  # fmt: skip
        yield scope


@contextlib.contextmanager
def colocate_with(op: Any, ignore_existing: bool = False) -> Iterator[None]:
    """Nothing: XLA places operations."""
    yield


@contextlib.contextmanager
def container(container_name: str) -> Iterator[str]:
    """Nothing: a graph has one container."""
    yield container_name


class Template:
    """A function whose variables are made at its first call and shared by the others.

    Args:
      name: of the scope.
      function: the function.
      unique: the scope's exact name.
      given: arguments that it is always called with.
      getter: called in the place of ``get_variable``.
    """

    def __init__(self, name: str, function: Callable, unique: str | None, given: dict, getter: Any):
        self._name, self._function, self._unique, self._given, self._getter = name, function, unique, given, getter
        self._scope: VariableScope | None = None
        self._called = False

    def _open(self) -> VariableScope:
        if self._scope is None:
            with variable_scope(self._unique, self._name, custom_getter=self._getter) as scope:
                self._scope = scope
        return self._scope

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns."""
        with variable_scope(self._open(), reuse=True if self._called else None):
            found = self._function(*args, **{**self._given, **kwargs})
        self._called = True
        return found

    name = property(lambda self: self._name, doc="The name that was given.")
    func = property(lambda self: self._function, doc="The function.")
    variable_scope = property(lambda self: self._open(), doc="The scope of its variables.")
    variable_scope_name = property(lambda self: f"{self._open().name}/", doc="The name of the scope.")
    variables = property(lambda self: self._open().global_variables(), doc="Its variables.")
    global_variables = property(lambda self: self._open().global_variables(), doc="Its variables.")
    trainable_variables = property(lambda self: self._open().trainable_variables(), doc="Those that are trained.")
    weights = property(lambda self: self._open().global_variables(), doc="Its variables.")
    trainable_weights = property(lambda self: self._open().trainable_variables(), doc="Those that are trained.")


def make_template(
    name_: str,
    func_: Callable,
    create_scope_now_: bool = False,
    unique_name_: str | None = None,
    custom_getter_: Any = None,
    **kwargs: Any,
) -> Template:
    """A function whose variables are made at its first call and shared by the others.

    Args:
      name_: of the scope, numbered if it is taken.
      func_: the function.
      create_scope_now_: whether the scope is found now, and not at the first call.
      unique_name_: the scope's exact name.
      custom_getter_: called in the place of ``get_variable``.
      **kwargs: arguments that the function is always called with.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> v1 = tf.compat.v1
      >>> scale = v1.make_template("doc_scale_by", lambda x: x * v1.get_variable("by", initializer=3.0))
      >>> scale(tf.constant(2.0)).numpy(), scale(tf.constant(1.0)).numpy(), len(scale.variables)
      (np.float32(6.0), np.float32(3.0), 1)
    """
    made = Template(name_, func_, unique_name_, kwargs, custom_getter_)
    if create_scope_now_:
        made._open()
    return made
