"""``tf.debugging``: assertions on tensors."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import _math, errors
from kerax.compat.tensorflow._core import array, ints, pair, tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._tensor import Tensor
from kerax.state.raised import call_later
from kerax.state.symbolic import SymbolicTensor


def _refuse(holds: Any, text: str) -> None:
    """Raises unless a condition holds: at once, or whenever the program runs."""
    if isinstance(holds, jax.core.Tracer):

        def check(value: Any) -> None:
            if not np.all(value):
                raise errors.InvalidArgumentError(None, None, text)

        call_later(check, holds)
    elif not np.all(np.asarray(holds)):
        raise errors.InvalidArgumentError(None, None, text)


def _said(message: Any, default: str) -> str:
    return f"{message} {default}" if message else default


def _checking(function: Callable) -> Callable:
    """An assertion that a session makes, where it is about a tensor that is noted down."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = [*args, *kwargs.values()]
        if not any(isinstance(one, SymbolicTensor) for one in given) or not graph_mode():
            return function(*args, **kwargs)
        from kerax.compat.tensorflow._graph import Deferred

        def run(evaluation: Any) -> Any:
            def known(one: Any) -> Any:
                return Tensor(_array(evaluation.of(one))) if isinstance(one, SymbolicTensor) else one

            return function(*map(known, args), **{key: known(one) for key, one in kwargs.items()})

        return Deferred(run, function.__name__, given)

    return call


def _array(value: Any) -> Any:
    return value if isinstance(value, jax.Array) else array(value)


def _binary(name: str, sign: str, function: Callable) -> Callable:
    def check(x: Any, y: Any, message: Any) -> None:
        a, b = pair(x, y, public)
        _refuse(array(function(a, b)), _said(message, f"Condition x {sign} y did not hold.\nx: {a!r}\ny: {b!r}"))

    def run(x: Any, y: Any, message: Any = None, summarize: Any = None, name: Any = None) -> None:
        check(x, y, message)

    def run_none(x: Any, y: Any, summarize: Any = None, message: Any = None, name: Any = None) -> None:
        check(x, y, message)

    public = name
    made: Callable = run_none if name == "assert_none_equal" else run  # whose arguments stand in another order
    made.__name__ = name
    made.__doc__ = f"Raises InvalidArgumentError unless x {sign} y everywhere."
    return _checking(made)


assert_equal = _binary("assert_equal", "==", _math.equal)
assert_none_equal = _binary("assert_none_equal", "!=", _math.not_equal)
assert_less = _binary("assert_less", "<", _math.less)
assert_less_equal = _binary("assert_less_equal", "<=", _math.less_equal)
assert_greater = _binary("assert_greater", ">", _math.greater)
assert_greater_equal = _binary("assert_greater_equal", ">=", _math.greater_equal)


def _signed(name: str, words: str, function: Callable) -> Callable:
    def run(x: Any, message: Any = None, summarize: Any = None, name: Any = None) -> None:
        _refuse(function(array(x)), _said(message, f"Condition {words} did not hold element-wise:"))

    run.__name__ = name
    run.__doc__ = f"Raises InvalidArgumentError unless {words} everywhere."
    return _checking(run)


assert_positive = _signed("assert_positive", "x > 0", lambda x: x > 0)
assert_negative = _signed("assert_negative", "x < 0", lambda x: x < 0)
assert_non_negative = _signed("assert_non_negative", "x >= 0", lambda x: x >= 0)
assert_non_positive = _signed("assert_non_positive", "x <= 0", lambda x: x <= 0)


def assert_near(
    x: Any, y: Any, rtol: Any = None, atol: Any = None, message: Any = None, summarize: Any = None, name: Any = None
) -> None:
    """Raises InvalidArgumentError unless ``|x - y| <= atol + rtol * |y|`` everywhere."""
    a, b = pair(x, y, "assert_near")
    tiny = 10 * float(jnp.finfo(a.array.dtype).eps)
    near = jnp.abs(a.array - b.array) <= (tiny if atol is None else atol) + (tiny if rtol is None else rtol) * jnp.abs(
        b.array
    )
    _refuse(near, _said(message, f"x and y not equal to tolerance rtol = {rtol}, atol = {atol}"))


def assert_all_finite(x: Any, message: Any, name: Any = None) -> Any:
    """The tensor; raises InvalidArgumentError for not-a-number and infinities."""
    _refuse(jnp.isfinite(array(x)), f"{message} : Tensor had NaN or Inf values")
    return tensor(x)


def check_numerics(tensor: Any, message: Any, name: Any = None) -> Any:
    """The tensor; raises InvalidArgumentError for not-a-number and infinities."""
    from kerax.compat.tensorflow._core import tensor as as_tensor

    x = as_tensor(tensor)
    if not isinstance(x.array, jax.core.Tracer):
        values = np.asarray(x.array)
        kinds = [kind for kind, test in (("NaN", np.isnan), ("Inf", np.isinf)) if test(values).any()]
        if kinds:
            raise errors.InvalidArgumentError(None, None, f"{message} : Tensor had {' and '.join(kinds)} values")
        return x
    return assert_all_finite(x, message)


def assert_rank(x: Any, rank: Any, message: Any = None, name: Any = None) -> None:
    """Raises ValueError for another number of axes."""
    if tensor(x).ndim != ints(rank)[0]:
        raise ValueError(
            _said(
                message,
                f"Tensor must have rank {ints(rank)[0]}. Received rank {tensor(x).ndim}, shape {tensor(x).shape}",
            )
        )


def assert_rank_at_least(x: Any, rank: Any, message: Any = None, name: Any = None) -> None:
    """Raises ValueError for fewer axes."""
    if tensor(x).ndim < ints(rank)[0]:
        raise ValueError(
            _said(
                message,
                f"Tensor must have rank at least {ints(rank)[0]}. Received rank {tensor(x).ndim}, shape "
                f"{tensor(x).shape}",
            )
        )


def assert_rank_in(x: Any, ranks: Any, message: Any = None, name: Any = None) -> None:
    """Raises ValueError for another number of axes than one of these."""
    if tensor(x).ndim not in ints(ranks):
        raise ValueError(
            _said(
                message,
                f"Tensor must have rank in {ints(ranks)}. Received rank {tensor(x).ndim}, shape {tensor(x).shape}",
            )
        )


def assert_scalar(tensor: Any, message: Any = None, name: Any = None) -> None:
    """Raises ValueError for a tensor with axes."""
    from kerax.compat.tensorflow._core import tensor as as_tensor

    x = as_tensor(tensor)
    if x.ndim:
        raise ValueError(_said(message, f"Expected scalar shape for {x!r}, saw shape: {x.shape}."))


def assert_type(tensor: Any, tf_type: Any, message: Any = None, name: Any = None) -> None:
    """Raises TypeError for another type."""
    from kerax.compat.tensorflow._core import tensor as as_tensor

    x = as_tensor(tensor)
    if x.dtype != as_dtype(tf_type):
        raise TypeError(_said(message, f"{x!r} must be of type {as_dtype(tf_type)!r}; got {x.dtype!r}"))


def assert_integer(x: Any, message: Any = None, name: Any = None) -> None:
    """Raises TypeError for numbers that are not whole."""
    if not tensor(x).dtype.is_integer:
        raise TypeError(_said(message, f"Expected 'x' to be integer type. Found: {tensor(x).dtype!r}."))


def assert_same_float_dtype(tensors: Any = None, dtype: Any = None) -> Any:
    """The type of all tensors; raises ValueError if they differ or are whole numbers."""
    kinds = {tensor(one).dtype.name for one in tensors or []} | ({as_dtype(dtype).name} if dtype else set())
    if len(kinds) > 1 or not all(as_dtype(kind).is_floating for kind in kinds):
        raise ValueError(f"Expected floating point type, got {sorted(kinds)}.")
    return as_dtype(kinds.pop()) if kinds else as_dtype("float32")


def assert_shapes(shapes: Any, data: Any = None, summarize: Any = None, message: Any = None, name: Any = None) -> None:
    """Raises ValueError unless sizes are as said: numbers, or names that mean one number everywhere."""
    known: dict[Any, int] = {}
    for one, wanted in shapes.items() if isinstance(shapes, dict) else shapes:
        sizes = tuple(tensor(one).shape)
        wanted = tuple(wanted) if isinstance(wanted, (list, tuple, str)) else (wanted,)
        if wanted and wanted[0] is Ellipsis:
            wanted, sizes = wanted[1:], sizes[len(sizes) - len(wanted) + 1 :]
        if len(wanted) != len(sizes):
            raise ValueError(_said(message, f"Tensor of shape {sizes} must have rank {len(wanted)}"))
        for size, name_ in zip(sizes, wanted):
            if name_ is None or name_ == ".":
                continue
            if isinstance(name_, int) and size != name_:
                raise ValueError(_said(message, f"Tensor of shape {sizes} must have size {name_}"))
            if not isinstance(name_, int) and known.setdefault(name_, size) != size:
                raise ValueError(
                    _said(message, f"Specified by tensor dimension {name_}: {known[name_]} and {size} differ")
                )


def assert_proper_iterable(values: Any) -> None:
    """Raises TypeError for a tensor or text where several values are expected."""
    if isinstance(values, (Tensor, np.ndarray, str, bytes)) or not hasattr(values, "__iter__"):
        raise TypeError(f'Expected argument `values` to be a "proper" iterable. Found: {type(values)}')


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether a value is a tensor of numbers."""
    return isinstance(tensor, Tensor) and tensor.dtype.name not in ("string", "bool")


def accepted(*args: Any, **kwargs: Any) -> None:
    """Accepted as in TensorFlow."""


def get_log_device_placement() -> bool:
    """Whether the device of each operation is printed: never."""
    return False


def enable_check_numerics(**options: Any) -> None:
    """Makes JAX look for not-a-number after every operation."""
    jax.config.update("jax_debug_nans", True)


def disable_check_numerics() -> None:
    """Ends ``enable_check_numerics``."""
    jax.config.update("jax_debug_nans", False)


_DUMP_MODES = "NO_TENSOR CURT_HEALTH CONCISE_HEALTH FULL_HEALTH SHAPE FULL_TENSOR UNSPECIFIED".split()


def enable_dump_debug_info(
    dump_root: Any,
    tensor_debug_mode: str = "NO_TENSOR",
    circular_buffer_size: int = 1000,
    op_regex: str | None = None,
    tensor_dtypes: Any = None,
) -> None:
    """Warns: XLA keeps no values of the operations of a compiled program, so none are written for TensorBoard.

    Args:
      dump_root, circular_buffer_size, op_regex, tensor_dtypes: accepted as in TensorFlow.
      tensor_debug_mode: one of TensorFlow's modes.

    Raises:
      ValueError: for an empty folder or an unknown mode.
    """
    if not dump_root:
        raise ValueError("enable_dump_debug_info(dump_root=...) is empty or None: expected a folder.")
    if tensor_debug_mode not in _DUMP_MODES:
        raise ValueError(f"Invalid value in tensor_debug_mode ({tensor_debug_mode!r}). There are {_DUMP_MODES}.")
    warnings.warn(
        "enable_dump_debug_info: kerax writes no values of operations. tf.debugging.enable_check_numerics() finds the "
        "operation that first gives nan or infinity.",
        stacklevel=2,
    )


def disable_dump_debug_info() -> None:
    """Ends ``enable_dump_debug_info``."""
