"""Private parts of TensorFlow and Keras 2 that libraries import, beside those in `_private`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import kerax
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._shape import TensorShape
from kerax.layers.convolutional.base_conv import BaseConv
from kerax.layers.layer import Layer
from kerax.layers.pooling.base_pooling import BasePooling
from kerax.state.symbolic import SymbolicTensor

# ---- keras.src.engine, keras.src.layers ---------------------------------------------------------------------------
Conv, Pooling1D, Pooling2D, Pooling3D = BaseConv, BasePooling, BasePooling, BasePooling
KerasTensor = SymbolicTensor
BaseRandomLayer = Layer


class _CallContext(NamedTuple):
    """What is known of the layers that are being called."""

    in_call: bool = False
    layer: Any = None


def call_context() -> _CallContext:
    """Says that no layer is being called: a layer of kerax that builds others meanwhile may do so."""
    return _CallContext()


def unique_object_name(name: str, name_uid_map: Any = None, avoid_names: Any = (), **options: Any) -> str:
    """A name that no other object of the program was given."""
    return f"{name}_{kerax.backend.get_uid(name)}"


def remove_undocumented(module_name: str, allowed_exception_list: Any = None, *args: Any) -> None:
    """Would take names out of a module; leaves them."""


def shape_internal(input: Any, name: Any = None, optimize: bool = True, out_type: Any = None) -> Any:
    """The sizes of a tensor, as a tensor."""
    from kerax.compat.tensorflow import int32, shape

    return shape(input, out_type or int32)


def _concat(prefix: Any, suffix: Any, static: bool = False) -> Any:
    """The sizes of a state: those of the batch and then its own; a list if all are known."""
    from kerax.compat.tensorflow import concat, reshape

    known = [_sizes(one) for one in (prefix, suffix)]
    if static or all(isinstance(one, list) for one in known):
        return [size for one in known for size in (one if isinstance(one, list) else [None])]
    return concat([reshape(tensor(one), [-1]) for one in known], 0)


def _sizes(given: Any) -> Any:
    """A list of sizes if they are known, else the tensor."""
    if isinstance(given, int):
        return [given]
    return list(given) if isinstance(given, (tuple, list, TensorShape)) else given


# ---- layers.utils ---------------------------------------------------------------------------------------------------
def conv_output_length(
    input_length: int | None, filter_size: int, padding: str, stride: int, dilation: int = 1
) -> int | None:
    """How many steps a convolution gives along one axis.

    Args:
      input_length: steps of the input, None if unknown.
      filter_size: steps of the kernel.
      padding: ``"same"``, ``"valid"``, ``"full"`` or ``"causal"``.
      stride: steps between two places of the kernel.
      dilation: steps between two elements of the kernel.
    """
    if input_length is None:
        return None
    wide = (filter_size - 1) * dilation
    length = input_length + {"valid": -wide, "full": wide}.get(padding, 0)
    return (length + stride - 1) // stride


def normalize_tuple(value: Any, n: int, name: str, **options: Any) -> tuple:
    """One whole number for each of n axes."""
    found = (value,) * n if isinstance(value, int) else tuple(value)
    if len(found) != n:
        raise ValueError(f"The `{name}` argument must be a tuple of {n} integers. Received: {value}")
    return found


# ---- util.function_utils --------------------------------------------------------------------------------------------
def fn_args(fn: Callable) -> tuple[str, ...]:
    """The names of a function's arguments, without ``self``."""
    called = fn if inspect.isroutine(fn) or inspect.isclass(fn) else type(fn).__call__
    names = [
        one.name
        for one in inspect.signature(getattr(called, "func", called)).parameters.values()
        if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    ]
    return tuple(names[1:] if names[:1] == ["self"] else names)


def has_kwargs(fn: Callable) -> bool:
    """Whether a function takes any further arguments by name."""
    return any(one.kind is one.VAR_KEYWORD for one in inspect.signature(fn).parameters.values())


# ---- compiler.tf2xla.python.xla -------------------------------------------------------------------------------------
def dynamic_slice(x: Any, starts: Any, sizes: Any, name: Any = None) -> Any:
    """A piece of a tensor that begins at computed places."""
    from kerax.compat.tensorflow import slice as piece

    return piece(x, starts, sizes)


def dynamic_update_slice(x: Any, update: Any, starts: Any, name: Any = None) -> Any:
    """A tensor with a piece replaced, which begins at computed places, moved inside if need be."""
    import jax

    from kerax.compat.tensorflow._edges import on_side, unwrap, wrap

    x, update, starts = tensor(x), tensor(update), tensor(starts)
    with on_side(kerax=True):
        found = jax.lax.dynamic_update_slice(unwrap(x), unwrap(update), list(unwrap(starts)))
    return wrap(found)


# ---- distribute.values ----------------------------------------------------------------------------------------------
class DistributedVariable:
    """A variable with a copy on each of several devices; kerax's are one array over all of them."""


class AggregatingVariable:
    """A variable of a parameter server; kerax has none."""


# ---- ops.gen_sparse_ops, ops.linalg.sparse --------------------------------------------------------------------------
def sparse_reorder(input_indices: Any, input_values: Any, input_shape: Any, name: Any = None) -> tuple:
    """Indices and values of a sparse tensor in the order of rows."""
    from kerax.compat.tensorflow import SparseTensor, cast, int64, sparse

    shape = cast(tensor(input_shape) if not isinstance(input_shape, (tuple, list)) else list(input_shape), int64)
    found = sparse.reorder(SparseTensor(cast(input_indices, int64), input_values, shape))
    return found.indices, found.values


class CSRSparseMatrix:
    """A sparse matrix, or a batch of them, for ``matmul``."""

    def __init__(self, value: Any, indices: Any = None, name: Any = None):
        self._value = value

    def to_sparse_tensor(self) -> Any:
        """The matrix as a SparseTensor."""
        from kerax.compat.tensorflow import SparseTensor, sparse

        return self._value if isinstance(self._value, SparseTensor) else sparse.from_dense(self._value)

    def to_dense(self) -> Any:
        """The matrix as a tensor."""
        from kerax.compat.tensorflow import SparseTensor, sparse

        return sparse.to_dense(self._value) if isinstance(self._value, SparseTensor) else tensor(self._value)


def matmul(a: Any, b: Any, **options: Any) -> Any:
    """The product of matrices of which some are sparse: sparse if both are."""
    from kerax.compat.tensorflow import linalg

    both = isinstance(a, CSRSparseMatrix) and isinstance(b, CSRSparseMatrix)
    whole = [one.to_dense() if isinstance(one, CSRSparseMatrix) else one for one in (a, b)]
    found = linalg.matmul(*whole, **options)
    return CSRSparseMatrix(found) if both else found
