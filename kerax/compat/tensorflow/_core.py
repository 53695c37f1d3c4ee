"""What every function of the namespace is made with: arguments to arrays, results to tensors, TensorFlow's errors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._dispatch_table import TARGETS, instead
from kerax.compat.tensorflow._dtypes import LABELS, DType, as_dtype
from kerax.compat.tensorflow._edges import graph_mode, inside, on_side, unwrap
from kerax.compat.tensorflow._graph_state import named
from kerax.compat.tensorflow._kinds import check
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor, convert
from kerax.compat.tensorflow._trace_names import TRACES, called
from kerax.errors import first_line, from_library
from kerax.jax_compat import in_trace, is_tracer
from kerax.state import Variable
from kerax.state.sizes import SizeTensor, record_size
from kerax.state.symbolic import SymbolicTensor, record, symbolic_leaves
from kerax.state.trace_failures import TRACE_FAILURES, UnknownSizeError

HOST_SIZE = 64  # up to so many whole numbers are computed by NumPy: sizes and indices stay known while tracing


def has_symbolic(values: Any) -> bool:
    """Whether a symbolic tensor is among arguments, or in lists and tuples among them."""
    for value in values:
        kind = value.__class__
        if kind is SymbolicTensor or kind is SizeTensor or (kind in (list, tuple) and has_symbolic(value)):
            return True
        if kind is dict and has_symbolic(value.values()):
            return True
    return False


def _has_variable(values: Any) -> bool:
    return any(isinstance(one, Variable) or (isinstance(one, (list, tuple)) and _has_variable(one)) for one in values)


def op(function: Callable) -> Callable:
    """Makes a function of the namespace: symbolic tensors record it, kerax's own code gets arrays from it.

    Errors of JAX and NumPy about shapes become InvalidArgumentError.
    """
    draws = function.__name__ in _DRAWS and function.__module__.endswith("._random")

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if TARGETS and (found := instead(call, args, kwargs)) is not NotImplemented:
            return found
        noted = graph_mode() and not in_trace() and (draws or _has_variable(args))
        if noted or has_symbolic(args) or (kwargs and has_symbolic(kwargs.values())):
            name = kwargs.pop("name", None)
            args, kwargs = unwrap(args), unwrap(kwargs)
            if function.__name__ in _SIZES or _only_sizes(function, args, kwargs):
                return record_size(_as_sizes(call), *args, name=function.__name__, **kwargs)
            found = record(_as_arrays(call), *args, name=function.__name__, **kwargs)
            return named(found, name, function.__name__) if graph_mode() else found
        try:
            result = called(function, args, kwargs) if TRACES.names is not None else function(*args, **kwargs)
        except (IndexError, TypeError, ValueError) as error:
            if isinstance(error, jax.errors.UnexpectedTracerError) and not in_trace():
                raise TypeError(
                    f"{function.__name__}: a tensor is out of scope: it was computed while a tf.function was traced, "
                    "and has no numbers. Return it from the function, or keep it in a tf.Variable."
                ) from error
            unfit = isinstance(error, IndexError) or "could not be broadcast together" in str(error)
            if isinstance(error, (*TRACE_FAILURES, errors.OpError)) or not (unfit or from_library(error)):
                raise
            raise errors.InvalidArgumentError(None, None, f"{function.__name__}: {first_line(error)}") from error
        return unwrap(result) if inside() else result

    call._kerax_dispatches = call  # type: ignore[attr-defined]
    return call


def _as_arrays(function: Callable) -> Callable:
    """The function as part of a model: arrays in, arrays out."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with on_side(kerax=True):
            return unwrap(function(*args, **kwargs))

    return run


# What a graph draws anew in every run of a session, although no argument is symbolic.
_DRAWS = ("normal", "truncated_normal", "uniform", "categorical", "shuffle", "gamma", "poisson")
_SIZES = ("shape", "shape_n", "size", "rank")


def _only_sizes(function: Callable, args: tuple, kwargs: dict) -> bool:
    """Whether all symbolic tensors among arguments are sizes; what is drawn at random is no size."""
    found = symbolic_leaves((args, kwargs))
    return bool(found) and all(one.recipe for one in found) and "._random" not in function.__module__


def _as_sizes(function: Callable) -> Callable:
    """The function, whose results stay numbers of the host where they are."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with on_side(kerax=False):
            return jax.tree.map(
                lambda one: one._value if isinstance(one, Tensor) else one,
                function(*args, **kwargs),
                is_leaf=lambda one: isinstance(one, Tensor),
            )

    return run


def quick(function: Callable, *static: str) -> Callable:
    """A function of arrays of several steps, which is one compiled program where it is called at once.

    Args:
      function: called with arrays by place, others by name.
      *static: names of arguments that are no arrays.
    """
    compiled = jax.jit(function, static_argnames=static)

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        return (function if in_trace() else compiled)(*args, **kwargs)

    return run


def tensor(value: Any, dtype: Any = None, hint: Any = None) -> Tensor:
    """A tensor of any value; see ``convert``."""
    if value.__class__ is Tensor and dtype is None:
        return value
    return convert(value, dtype, hint)


def array(value: Any, dtype: Any = None, hint: Any = None) -> Any:
    """The array of any value: of JAX, or of NumPy for text."""
    return tensor(value, dtype, hint).array


def label_of(value: Any) -> str | None:
    """The 64-bit type that a tensor stands for."""
    if isinstance(value, Tensor):
        name = value.dtype.name
        return name if name in LABELS else None
    return None


def out(result: Any, label: str | None = None, dtype: Any = None) -> Tensor:
    """A tensor of an array; the label stays with it if it is of the type that stands for the label's.

    Args:
      result: the array.
      label: the 64-bit type of the arguments, or None.
      dtype: the type of the result, where it is not the arguments'.
    """
    if dtype is not None:
        name = as_dtype(dtype).name
        narrow = LABELS.get(name, name)
        if result.dtype.name != narrow and result.dtype.name != name:
            result = result.astype(narrow)
        return Tensor(result, name if name in LABELS else None)
    if label is not None and result.dtype.name != LABELS[label]:
        label = None
    return Tensor(result, label)


def is_tensor_like(value: Any) -> bool:
    """Whether a value has a type of its own that the other operand has to have as well."""
    return isinstance(value, (Tensor, Variable, jax.Array))


def pair(x: Any, y: Any, name: str) -> tuple[Tensor, Tensor]:
    """Two operands as tensors of one type: TensorFlow mixes none.

    Raises:
      InvalidArgumentError: if both are tensors, of different types.
    """
    if is_tensor_like(x):
        a = tensor(x)
        b = y if y.__class__ is Tensor else tensor(y, hint=a.dtype)
    elif is_tensor_like(y):
        b = tensor(y)
        a = tensor(x, hint=b.dtype)
    else:
        a = tensor(x)
        b = tensor(y, hint=a.dtype)
    one, two = a.dtype, b.dtype
    if one is not two and one.name != two.name:
        raise errors.WrongTypeError(
            None,
            None,
            f"cannot compute {name} as input #1(zero-based) was expected to be a {one.short} tensor but is a "
            f"{two.short} tensor [Op:{name}]: use tf.cast.",
        )
    check(name, one)
    return a, b


def pair_label(a: Tensor, b: Tensor) -> str | None:
    """The 64-bit type of two operands of one type."""
    name = a.dtype.name
    return name if name in LABELS else None


def on_host(*tensors: Tensor) -> bool:
    """Whether tensors are few known whole numbers, which NumPy computes with."""
    for one in tensors:
        value = one._value
        if not isinstance(value, (np.ndarray, np.generic)) or value.size > HOST_SIZE:
            return False
        if value.dtype.kind not in "iub" and not (value.dtype.kind == "O" and one._label):
            return False
    return True


def host_result(value: Any, label: str | None) -> Tensor:
    """A tensor that stays on the host."""
    value = np.asarray(value)
    return Tensor(value, label if value.dtype.kind == "O" else None)


def ints(value: Any, what: str = "shape") -> tuple:
    """Whole numbers that have to be known: sizes, axes, indices.

    Raises:
      TypeError, ValueError: if they are no whole numbers, or traced.
    """
    if isinstance(value, TensorShape):
        return tuple(value.as_list())
    if isinstance(value, (Tensor, Variable, jax.Array)):
        value = static(value, what)
    if isinstance(value, (np.ndarray, np.generic)):
        return tuple(value.reshape(-1).tolist())
    if isinstance(value, (list, tuple)):
        if what == "shape" and any(isinstance(one, (list, tuple)) for one in value):
            raise errors.InvalidArgumentError(None, None, f"The {what} must be a vector of sizes, received {value!r}.")
        parts = [ints(one, what) if isinstance(one, (list, tuple)) else (integer(one, what),) for one in value]
        return tuple(one for part in parts for one in part)
    return (integer(value, what),)


def integer(value: Any, what: str = "number") -> Any:
    """One whole number that has to be known; symbolic sizes count as known."""
    if value is None or value.__class__ is int or type(value).__name__ == "_DimExpr":
        return value
    if isinstance(value, (Tensor, Variable, jax.Array)):
        value = static(value, what)
        if value.dtype.kind == "O":
            return value.reshape(-1)[0]
        value = value.item()
    if not hasattr(value, "__index__"):
        raise errors.WrongTypeError(None, None, f"The {what} is a whole number, or several, received {value!r}.")
    return value.__index__()


def static(value: Any, what: str) -> np.ndarray:
    """The numbers of a tensor that has to be known.

    Raises:
      ValueError: if it is traced.
    """
    value = tensor(value) if isinstance(value, Variable) else value
    raw = value._value if isinstance(value, Tensor) else value
    if is_tracer(raw):
        raise UnknownSizeError(
            f"The {what} depends on a tensor's numbers, which are not known inside tf.function: XLA compiles for known "
            "sizes. Compute it from tf.shape(x) or Python numbers."
        )
    return np.asarray(raw)


def axes(value: Any) -> Any:
    """An axis, several axes, or None."""
    if value is None or value.__class__ is int:
        return value
    if isinstance(value, (list, tuple, range)) or getattr(value, "ndim", 0):
        return ints(list(value) if isinstance(value, range) else value, "axis")
    return integer(value, "axis")


def concrete(value: Any) -> jax.Array:
    """A device array of host numbers, also while something is traced."""
    if in_trace():
        with jax.ensure_compile_time_eval():
            return jnp.asarray(value)
    return jnp.asarray(value)


def dtype_of(dtype: Any, default: Any = None) -> DType | None:
    """A dtype argument."""
    return as_dtype(dtype) if dtype is not None else default
