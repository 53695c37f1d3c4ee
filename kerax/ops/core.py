"""Conversions, dtypes, shapes, slices, scattered updates and gradients by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np

from kerax.dtypes import requested_dtype, standardize_dtype
from kerax.jax_compat import is_tracer
from kerax.ops._values import as_array, as_index, as_size, dtype_name
from kerax.state.functional_call import read_variables
from kerax.state.recording import recordable
from kerax.state.symbolic import SymbolicTensor, attach, to_spec
from kerax.state.variable import Variable
from kerax.wide_types import check_fits


def convert_to_tensor(x: Any, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None) -> Any:
    """A JAX array of numbers.

    Args:
        x: number, list, NumPy array, JAX array or variable.
        dtype: dtype name; that of ``x`` by default.
        sparse: kerax has no sparse tensors, so all results are dense.
        ragged: must not be true.

    Example:
        >>> import kerax
        >>> print(kerax.ops.convert_to_tensor([1, 2], dtype="float32"))
        [1. 2.]
    """
    if ragged:
        raise ValueError("kerax.ops.convert_to_tensor(ragged=True): kerax has no ragged tensors.")
    if isinstance(x, SymbolicTensor):
        return x if dtype is None or standardize_dtype(dtype) == x.dtype else cast(x, dtype)
    return as_array(x) if dtype is None else _to_dtype(x, standardize_dtype(dtype))


def convert_to_numpy(x: Any) -> np.ndarray:
    """A NumPy array of numbers.

    Args:
        x: number, list, array or variable.

    Example:
        >>> import kerax
        >>> kerax.ops.convert_to_numpy(kerax.ops.ones(2))
        array([1., 1.], dtype=float32)
    """
    return np.array(as_array(x) if isinstance(x, (Variable, list, tuple)) else x)


def is_tensor(x: Any) -> bool:
    """Whether something is a JAX array (or stands for one in a transformation).

    Args:
        x: anything.

    Example:
        >>> import kerax
        >>> kerax.ops.is_tensor(kerax.ops.ones(2)), kerax.ops.is_tensor([1.0])
        (True, False)
    """
    return isinstance(x, jax.Array)


def dtype(x: Any) -> str:
    """Name of the dtype.

    Args:
        x: array, variable or symbolic tensor.

    Example:
        >>> import kerax
        >>> kerax.ops.dtype(kerax.ops.ones(2))
        'float32'
    """
    return dtype_name(x)


def shape(x: Any) -> tuple:
    """Sizes of an array, None where a symbolic tensor's are unknown.

    Args:
        x: array, variable or symbolic tensor.

    Example:
        >>> import kerax
        >>> kerax.ops.shape(kerax.ops.ones((2, 3)))
        (2, 3)
    """
    return tuple(x.shape if hasattr(x, "shape") else as_array(x).shape)


def _to_dtype(x: Any, dtype: str) -> jax.Array:
    target, array = requested_dtype(dtype), as_array(x)
    if target.kind in "iu" and target.name != dtype and not is_tracer(array):
        check_fits(np.asarray(array if isinstance(x, (jax.Array, Variable)) else x), dtype)
    return array.astype(target)


@recordable
def _cast(x: Any, dtype: str) -> jax.Array:
    return _to_dtype(x, dtype)


_cast.__name__ = "cast"


def cast(x: Any, dtype: Any) -> Any:
    """The array in another dtype.

    Args:
        x: array.
        dtype: dtype name.

    Example:
        >>> import kerax
        >>> print(kerax.ops.cast([1, 2], "float32"))
        [1. 2.]
    """
    return _cast(x, standardize_dtype(dtype))


@recordable
def _saturate_cast(x: Any, dtype: str) -> jax.Array:
    x, target = as_array(x), requested_dtype(dtype)
    if "bool" in (target.name, x.dtype.name) or x.dtype == target:
        return x.astype(target)
    low, high = _limits(target)
    least, most = _limits(x.dtype)
    if low > least or high < most:
        x = jnp.clip(x, _inside(max(low, least), x.dtype, 1), _inside(min(high, most), x.dtype, -1))
    return x.astype(target)


_saturate_cast.__name__ = "saturate_cast"


def saturate_cast(x: Any, dtype: Any) -> Any:
    """The array in another dtype, values beyond its range becoming its largest or smallest number.

    Args:
        x: array.
        dtype: dtype name.

    Example:
        >>> import kerax
        >>> print(kerax.ops.saturate_cast([-1.0, 100.0, 300.0], "uint8"))
        [  0 100 255]
    """
    return _saturate_cast(x, standardize_dtype(dtype))


def _limits(dtype: Any) -> tuple[Any, Any]:
    if jnp.issubdtype(dtype, jnp.integer):
        integers = jnp.iinfo(dtype)
        return int(integers.min), int(integers.max)
    floats = ml_dtypes.finfo(dtype)
    return float(floats.min), float(floats.max)


def _inside(limit: Any, dtype: Any, direction: int) -> Any:
    """The limit in a dtype, moved inwards if rounding to that dtype put it outside."""
    value = np.asarray(limit).astype(dtype)
    if not jnp.issubdtype(dtype, jnp.integer) and (float(value) - limit) * direction < 0:
        value = np.nextafter(value, np.zeros((), dtype))
    return value


def slice(inputs: Any, start_indices: Any, shape: Sequence[int]) -> Any:
    """A block of an array.

    Args:
        inputs: array.
        start_indices: the first index along each axis; may be computed.
        shape: sizes of the block; -1 takes all that is left.

    Example:
        >>> import kerax
        >>> print(kerax.ops.slice([1, 2, 3, 4], [1], [2]))
        [2 3]
    """
    if isinstance(start_indices, SymbolicTensor) and -1 in shape:  # how much is left depends on the numbers
        sizes = [None if size == -1 else size for size in shape]
        dtype = dtype_name(inputs)
        return attach(_slice, (inputs, start_indices, shape), {}, to_spec(sizes, dtype), "slice")
    return _slice(inputs, start_indices, shape)


@recordable
def _slice(inputs: Any, start_indices: Any, shape: Sequence[int]) -> jax.Array:
    inputs = as_array(inputs)
    starts = _starts("slice", inputs, start_indices)
    if len(shape) != inputs.ndim:
        raise ValueError(
            f"kerax.ops.slice needs {inputs.ndim} sizes for inputs of shape {inputs.shape}, received {shape}."
        )
    sizes = [inputs.shape[i] - starts[i] if size == -1 else size for i, size in enumerate(shape)]
    return jax.lax.dynamic_slice(inputs, starts, [as_size(size) for size in sizes])


_slice.__name__ = "slice"


def _starts(name: str, inputs: jax.Array, start_indices: Any) -> list[Any]:
    """The first index along each axis: integers as they are, arrays element by element."""
    if not isinstance(start_indices, (list, tuple)):
        array = as_index(start_indices)
        start_indices = [array[i] for i in range(array.shape[0])]
    if len(start_indices) != inputs.ndim:
        raise ValueError(
            f"kerax.ops.{name} needs {inputs.ndim} start indices for inputs of shape {inputs.shape}, received "
            f"{len(start_indices)}."
        )
    return [start if isinstance(start, int) else as_index(start) for start in start_indices]


@recordable
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> jax.Array:
    """An array with a block replaced.

    Args:
        inputs: array.
        start_indices: the first index of the block along each axis; may be computed.
        updates: the block.

    Example:
        >>> import kerax
        >>> print(kerax.ops.slice_update([1, 2, 3, 4], [1], [7, 8]))
        [1 7 8 4]
    """
    inputs = as_array(inputs)
    starts = _starts("slice_update", inputs, start_indices)
    return jax.lax.dynamic_update_slice(inputs, as_array(updates).astype(inputs.dtype), starts)


@recordable
def scatter(indices: Any, values: Any, shape: Sequence[int]) -> jax.Array:
    """Zeros with values added at places.

    Args:
        indices: integers of shape (..., k): the first ``k`` indices of each place.
        values: the values, of shape (..., *shape[k:]).
        shape: sizes of the result.

    Example:
        >>> import kerax
        >>> print(kerax.ops.scatter([[0], [2], [2]], [1, 2, 3], (4,)))
        [1 0 5 0]
    """
    values = as_array(values)
    return jnp.zeros(tuple(shape), values.dtype).at[_places(indices)].add(values)


@recordable
def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> jax.Array:
    """An array with elements at places replaced, or combined with new ones.

    Args:
        inputs: array.
        indices: integers of shape (n, k): the first ``k`` indices of each place.
        updates: the new elements, of shape (n, *inputs.shape[k:]).
        reduction: None replaces; "add", "max", "min" and "mul" combine.

    Raises:
        ValueError: for another reduction.

    Example:
        >>> import kerax
        >>> print(kerax.ops.scatter_update([1, 2, 3], [[0], [2]], [7, 8]))
        [7 2 8]
    """
    inputs = as_array(inputs)
    at = inputs.at[_places(indices)]
    ways = {None: at.set, "add": at.add, "max": at.max, "min": at.min, "mul": at.multiply}
    if reduction not in ways:
        raise ValueError(
            f"kerax.ops.scatter_update takes reduction None, 'add', 'max', 'min' or 'mul', received {reduction!r}."
        )
    return ways[reduction](as_array(updates).astype(inputs.dtype))


def _places(indices: Any) -> tuple:
    return tuple(jnp.moveaxis(as_index(indices), -1, 0))


@recordable
def stop_gradient(variable: Any) -> jax.Array:
    """The array, without gradients through it.

    Args:
        variable: array or variable.

    Example:
        >>> import jax
        >>> import kerax
        >>> float(jax.grad(lambda x: x * kerax.ops.stop_gradient(x))(3.0))
        3.0
    """
    return jax.lax.stop_gradient(as_array(variable))


def custom_gradient(f: Callable) -> Callable:
    """Gives a function the gradient that it says it has.

    Args:
        f: function of arrays that returns ``(output, gradient)``, where ``gradient(*args, upstream=None)`` returns the
            gradients with respect to the inputs from the gradient with respect to the output.

    Returns:
        A function of arrays that returns the output.

    Example:
        >>> import jax
        >>> import kerax
        >>> twice = kerax.ops.custom_gradient(lambda x: (x, lambda upstream: 2 * upstream))
        >>> float(jax.grad(twice)(3.0))
        2.0
    """
    graded = jax.custom_gradient(f)

    def call(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = read_variables((args, kwargs))
        return graded(*args, **kwargs)

    return call
