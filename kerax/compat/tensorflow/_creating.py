"""Making tensors: constants, zeros, ranges, and what is known of their shapes."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import is_composite, is_operator
from kerax.compat.tensorflow._core import axes, host_result, integer, ints, label_of, on_host, op, out, tensor
from kerax.compat.tensorflow._dtypes import SMALL, DType, as_dtype, float32, int32, label_of_type
from kerax.compat.tensorflow._edges import inside, unwrap
from kerax.compat.tensorflow._kinds import REFUSED, check
from kerax.compat.tensorflow._nest import map_structure
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor, convert, is_text, string_array
from kerax.function.autograph.operators import Range
from kerax.jax_compat import is_tracer
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor
from kerax.state.trace_failures import UnknownSizeError


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = "Const") -> Any:
    """A tensor of numbers, strings, nested lists or arrays.

    Args:
      value: the values.
      dtype: their type; float32 and int32 for Python's numbers, an array's own otherwise.
      shape: of the tensor; a single value fills it.
      name: accepted as in TensorFlow.

    Raises:
      TypeError, ValueError: if the values do not fit.
    """
    if isinstance(value, Tensor) and dtype is not None and value.dtype != dtype:
        raise TypeError(f"Expected tensor {value!s} with dtype {as_dtype(dtype)!r}, but got dtype {value.dtype!r}.")
    made = convert(value, dtype)
    if shape is not None:
        sizes = ints(shape)
        host = made._value if isinstance(made._value, np.ndarray) else np.asarray(made.numpy())
        if host.size == 1:
            host = np.full(sizes, host.reshape(()), host.dtype)
        elif host.size != int(np.prod(sizes)):
            raise TypeError(
                f"Eager execution of tf.constant with unsupported shape. Tensor has {host.size} elements, but got "
                f"`shape` {sizes}."
            )
        made = Tensor(host.reshape(sizes))
    return unwrap(made) if inside() else made


def convert_to_tensor(
    value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None, preferred_dtype: Any = None
) -> Any:
    """A tensor of any value.

    Args:
      value: tensor, variable, array, number, string, nested lists of these.
      dtype: the type it must have.
      dtype_hint: the type it gets if it fits.
      name, preferred_dtype: accepted as in TensorFlow 1.
    """
    hint = dtype_hint or preferred_dtype
    made = convert(value, dtype, None if hint is None else as_dtype(hint))
    return unwrap(made) if inside() else made


def is_tensor(x: Any) -> bool:
    """Whether a value is a tensor, a variable or a symbolic tensor."""
    return (
        isinstance(x, (Tensor, Variable, SymbolicTensor)) or is_composite(x) or (inside() and isinstance(x, jax.Array))
    )


@op
def identity(input: Any, name: str | None = None) -> Any:
    """The same tensor."""
    if hasattr(input, "_tf_extension_type_fields") or is_operator(input):
        return map_structure(identity, input, expand_composites=True)
    return input if is_composite(input) else Tensor(tensor(input)._value, tensor(input)._label)


def _filled(shape: Any, value: Any, dtype: DType) -> Any:
    if hasattr(shape, "of_values"):
        return shape.of_values(_filled(shape.inner_shape, value, dtype))
    sizes = ints(shape)
    if dtype.name == "string":
        if value:
            raise TypeError("Cannot convert 1 to EagerTensor of dtype string: tf.fill takes texts.")
        return Tensor(np.full(sizes, b"", object))
    if dtype.is_integer and all(type(size) is int for size in sizes) and int(np.prod(sizes)) <= 64:
        return Tensor(np.full(sizes, value, dtype.dtype))
    return out(jnp.full(sizes, value, jax.dtypes.canonicalize_dtype(dtype.dtype)), None, dtype)


@op
def zeros(shape: Any, dtype: Any = float32, name: str | None = None, layout: Any = None) -> Any:
    """Zeros; empty strings for ``tf.string``, False for ``tf.bool``."""
    return _filled(shape, 0, as_dtype(dtype))


@op
def ones(shape: Any, dtype: Any = float32, name: str | None = None, layout: Any = None) -> Any:
    """Ones."""
    return _filled(shape, 1, as_dtype(dtype))


@op
def fill(dims: Any, value: Any, name: str | None = None, layout: Any = None) -> Any:
    """One value everywhere."""
    if hasattr(dims, "of_values"):
        return dims.of_values(fill(dims.inner_shape, value))
    value = tensor(value)
    if value._value.shape == (1,):
        value = reshape(value, ())
    if value._value.ndim:
        raise errors.InvalidArgumentError(None, None, f"value must be a scalar, received shape {value.shape}.")
    if isinstance(value._value, np.ndarray):
        return Tensor(np.full(ints(dims), value._value, value._value.dtype), value._label)
    return out(jnp.full(ints(dims), value.array), label_of(value))


def _like(input: Any, dtype: Any, value: int) -> Any:
    x = tensor(input)
    wanted = x.dtype if dtype is None else as_dtype(dtype)
    if wanted.name == "string":
        if value:
            raise errors.WrongTypeError(None, None, "tf.ones_like does not take strings: use tf.fill.")
        return Tensor(np.full(x._value.shape, b"", object))
    return out(jnp.full(x._value.shape, value, jax.dtypes.canonicalize_dtype(wanted.dtype)), None, wanted)


@op
def zeros_like(input: Any, dtype: Any = None, name: str | None = None, layout: Any = None) -> Any:
    """Zeros in a tensor's shape and type."""
    if is_composite(input):
        return input.with_flat_values(zeros_like(input.flat_values, dtype))
    return _like(input, dtype, 0)


@op
def ones_like(input: Any, dtype: Any = None, name: str | None = None, layout: Any = None) -> Any:
    """Ones in a tensor's shape and type."""
    if is_composite(input):
        return input.with_flat_values(ones_like(input.flat_values, dtype))
    return _like(input, dtype, 1)


def _cast(x: Tensor, kind: DType) -> Tensor:
    return Tensor(x.numpy().astype(kind.dtype))


@op
def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str = "range") -> Any:
    """Numbers a fixed step apart.

    Args:
      start: the first, or the limit if that is not given.
      limit: where they end, itself left out.
      delta: the step.
      dtype: their type; that of the arguments by default.
      name: accepted as in TensorFlow.

    Raises:
      InvalidArgumentError: for a step of 0.
    """
    if limit is None:
        start, limit = 0, start
    given = [tensor(one) for one in (start, limit, delta)]
    if any(one._value.ndim for one in given):
        raise errors.InvalidArgumentError(None, None, "start, limit and delta must be scalars [Op:Range]")
    if dtype is not None:
        kind = as_dtype(dtype)
        given = [_exactly(one, kind) for one in given]
    else:
        if any(one.dtype.name not in _RANGES for one in given):
            _refuse_range(next(one.dtype for one in given if one.dtype.name not in _RANGES))
        order = ("int32", "int64", "float32", "float64")
        kind = max((one.dtype for one in given), key=lambda d: order.index(d.name) if d.name in order else 2)
    if kind.name in REFUSED["Range"] or not all(one.dtype.is_numeric for one in given):
        _refuse_range(kind)
    if all(not is_tracer(one._value) for one in given):
        first, last, step = (_scalar(one) for one in given)
        if type(last).__name__ == "_DimExpr" or type(first).__name__ == "_DimExpr":
            return out(jnp.arange(first, last, step), None, kind)
        if step == 0:
            raise errors.InvalidArgumentError(None, None, "Requires delta != 0: 0 [Op:Range]")
        if (last - first) * step < 0:
            sign = "<= limit when delta > 0" if step > 0 else ">= limit when delta < 0"
            raise errors.InvalidArgumentError(None, None, f"Requires start {sign}: {first}/{last} [Op:Range]")
        if kind.is_integer:
            return Tensor(np.arange(first, last, step, dtype=kind.dtype))
        count = max(0, int(np.ceil((last - first) / step)))
        return Tensor((first + step * np.arange(count)).astype(kind.dtype))
    return _LoopRange(*[one.array.astype(kind.dtype) for one in given])


# tf.range asserts what types its limits have.
_WrongRangeError: Any = type(
    "InvalidArgumentError", (errors.WrongTypeError, AssertionError), {"__module__": errors.__name__}
)
_RANGES = ("int32", "int64", "float32", "float64")


def _exactly(one: Tensor, kind: DType) -> Tensor:
    """A limit, which has to be a whole number where the range is of such."""
    if kind.is_integer and one.dtype.is_floating and isinstance(one._value, np.ndarray):
        raise TypeError(f"Cannot convert {one._value.item()} to EagerTensor of dtype {kind.name}")
    return one


def _refuse_range(kind: DType) -> None:
    raise _WrongRangeError(
        None,
        None,
        f"Value for attr 'Tidx' of {kind.short} is not in the list of allowed values: float, double, int32, int64 "
        "[Op:Range]: use tf.cast.",
    )


class _LoopRange(Range):
    """``tf.range`` whose size only the running program knows: ``for`` makes a loop of it, nothing else does."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        raise UnknownSizeError(
            "tf.range with limits that are tensors inside tf.function has a size that is not known: use it in `for`, "
            "which becomes a loop, or take the limits from tf.shape(x)."
        )

    __jax_array__ = __iter__ = __array__


def _scalar(one: Tensor) -> Any:
    value = one._value
    value = np.asarray(value).reshape(-1)[0] if one._label and getattr(value.dtype, "kind", "") == "O" else value
    return value.item() if hasattr(value, "item") else value


@op
def linspace(start: Any, stop: Any, num: Any, name: str | None = None, axis: int = 0) -> Any:
    """Evenly spaced numbers, both ends included."""
    a, b = tensor(start), tensor(stop)
    check("LinSpace", a.dtype)
    if is_text(a._value):
        raise errors.UnimplementedError(None, None, "Cast string to float is not supported: tf.linspace of strings")
    if a.dtype.is_integer:
        wide = "float64" if a.dtype.size >= 4 else "float32"
        return out(jnp.linspace(a.array, b.array, integer(num), axis=axis), None, wide)
    b = tensor(stop, hint=a.dtype)
    return out(jnp.linspace(a.array, b.array, integer(num), axis=axis), label_of(a))


@op
def eye(
    num_rows: Any, num_columns: Any = None, batch_shape: Any = None, dtype: Any = float32, name: str | None = None
) -> Any:
    """Identity matrices."""
    rows = integer(num_rows)
    dtype = as_dtype(dtype)
    check("Eye", dtype)
    one = jnp.eye(
        rows, rows if num_columns is None else integer(num_columns), dtype=jax.dtypes.canonicalize_dtype(dtype.dtype)
    )
    if batch_shape is not None:
        one = jnp.broadcast_to(one, (*ints(batch_shape), *one.shape))
    return out(one, None, dtype)


# ---- shapes ---------------------------------------------------------------------------------------------------------
@op
def shape(input: Any, out_type: Any = None, name: str | None = None) -> Any:
    """The sizes, as a tensor that is known while tracing."""
    if is_composite(input):
        found = input.tf_shape(out_type)
        return found if out_type is not None or hasattr(input, "flat_values") else _cast(found, int32)
    sizes = tensor(input)._value.shape
    if out_type is not None:
        out_type = as_dtype(out_type)
        check("Shape", out_type)
    if any(type(size) is not int for size in sizes):
        sizes_array = np.empty(len(sizes), object)
        sizes_array[:] = sizes
        return Tensor(sizes_array, as_dtype(out_type or int32).name)
    return Tensor(np.asarray(sizes, as_dtype(out_type or int32).dtype))


@op
def shape_n(input: Any, out_type: Any = None, name: str | None = None) -> Any:
    """The sizes of several tensors."""
    return [shape(one, out_type) for one in input]


@op
def size(input: Any, out_type: Any = None, name: str | None = None) -> Any:
    """How many elements there are."""
    if is_composite(input):
        if not hasattr(input, "flat_values"):  # sparse: all of its places
            return Tensor(np.asarray(np.prod(input.dense_shape.numpy()), as_dtype(out_type or int32).dtype))
        return size(input.flat_values, out_type)
    value = tensor(input)._value
    if any(type(one) is not int for one in value.shape):
        total = np.empty((), object)
        total[()] = np.prod(value.shape)
        return Tensor(total, as_dtype(out_type or int32).name)
    return Tensor(np.asarray(value.size, as_dtype(out_type or int32).dtype))


@op
def rank(input: Any, name: str | None = None) -> Any:
    """How many axes there are."""
    many = len(input.shape) if is_composite(input) else tensor(input)._value.ndim
    return Tensor(np.asarray(many, np.int32))


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The numbers of a tensor, None inside tf.function where there are none."""
    if not isinstance(tensor, Tensor):
        return None if isinstance(tensor, Variable) else tensor
    value = convert(tensor)
    return None if is_tracer(value._value) else value.numpy()


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape that two shapes broadcast to."""
    one, two = TensorShape(shape_x), TensorShape(shape_y)
    if one.rank is None or two.rank is None:
        return TensorShape(None)
    count = max(len(one), len(two))
    first, second = ([1] * (count - len(sizes)) + list(sizes) for sizes in (one, two))
    return TensorShape([_broadcast(a, b, (one, two)) for a, b in zip(first, second)])


def _broadcast(a: int | None, b: int | None, shapes: tuple) -> int | None:
    """The size that two sizes, None if unknown, broadcast to."""
    if a in (1, None) or b in (1, None) or a == b:
        known_sizes = [size for size in (a, b) if size not in (1, None)]
        return known_sizes[0] if known_sizes else (None if None in (a, b) else 1)
    raise ValueError(f"Incompatible shapes for broadcasting: {shapes[0]} and {shapes[1]}.")


@op
def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Any:
    """The shape that two shapes broadcast to, as a tensor."""
    return Tensor(np.asarray(np.broadcast_shapes(ints(shape_x), ints(shape_y)), np.int32))


@op
def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Any:
    """The tensor, whose shape is checked."""
    x = tensor(x)
    if not x.shape.is_compatible_with(shape):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Shape of tensor {x.shape} is not compatible with expected shape {TensorShape(shape)}. [Op:EnsureShape]",
        )
    return x


@op
def stop_gradient(input: Any, name: str | None = None) -> Any:
    """The same numbers, constant for gradients."""
    x = tensor(input)
    if isinstance(x._value, np.ndarray):
        return x
    return out(jax.lax.stop_gradient(x.array), label_of(x))


@op
def reshape(tensor: Any, shape: Any, name: str | None = None) -> Any:
    """The same elements in another shape; one size may be -1."""
    if hasattr(shape, "of_values"):
        return shape.of_values(reshape(getattr(tensor, "flat_values", tensor), shape.inner_shape))
    x = convert(tensor)
    if shape is None or (isinstance(shape, (list, tuple)) and None in shape):
        raise ValueError(f"tf.reshape(shape={shape!r}): give the sizes, one of which may be -1.")
    if isinstance(shape, Tensor):
        check("Shape", shape.dtype)
    sizes = ints(shape)
    if any(isinstance(size, int) and size < -1 for size in sizes):
        raise errors.InvalidArgumentError(None, None, f"Size {sizes} must be non-negative, or -1 once [Op:Reshape]")
    if sizes.count(-1) == 1 and 0 in sizes and 0 in x._value.shape:
        sizes = tuple(1 if size == -1 else size for size in sizes)
    if isinstance(x._value, np.ndarray):
        try:
            return Tensor(x._value.reshape(sizes), x._label)
        except ValueError:
            count = math.prod(size for size in sizes if size != -1)
            wanted = f"requires a multiple of {count}" if -1 in sizes else f"has {count}"
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Input to reshape is a tensor with {x._value.size} values, but the requested shape {wanted} "
                "[Op:Reshape]",
            ) from None
    return out(x.array.reshape(sizes), label_of(x))


@op
def expand_dims(input: Any, axis: Any, name: str | None = None) -> Any:
    """A new axis of size 1."""
    place = integer(ints(axis, "axis")[0], "axis")
    if is_composite(input):
        return expand_ragged(input, place)
    x = tensor(input)
    if isinstance(x._value, np.ndarray):
        return Tensor(np.expand_dims(x._value, place), x._label)
    return out(jnp.expand_dims(x.array, place), label_of(x))


@op
def squeeze(input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None) -> Any:
    """Without axes of size 1."""
    x = tensor(input)
    places = axes(axis if axis is not None else squeeze_dims)
    if places == () or places == []:
        places = None
    if isinstance(x._value, np.ndarray):
        try:
            return Tensor(np.asarray(np.squeeze(x._value, places)), x._label)
        except ValueError as error:
            raise errors.InvalidArgumentError(None, None, f"Can not squeeze: {error} [Op:Squeeze]") from None
    found = x.array
    if places is None:  # a size that is not known before the program runs counts as larger
        places = tuple(place for place, size in enumerate(found.shape) if isinstance(size, int) and size == 1)
    return out(jnp.squeeze(found, places), label_of(x))


@op
def transpose(a: Any, perm: Any = None, conjugate: bool = False, name: str = "transpose") -> Any:
    """Axes in another order, reversed by default."""
    x = tensor(a)
    conjugate = conjugate and x.dtype.is_complex
    order = None if perm is None else ints(perm, "perm")
    if isinstance(x._value, np.ndarray) and not conjugate:
        return Tensor(np.transpose(x._value, order), x._label)
    found = jnp.transpose(x.array, order)
    return out(jnp.conj(found) if conjugate else found, label_of(x))


@op
def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Any:
    """The tensor repeated to a shape."""
    x = tensor(input)
    if isinstance(x._value, np.ndarray) and x._value.dtype.kind == "O":
        return Tensor(np.broadcast_to(x._value, ints(shape)).copy(), x._label)
    return out(jnp.broadcast_to(x.array, ints(shape)), label_of(x))


@op
def bitcast(input: Any, type: Any, name: str | None = None) -> Any:
    """The same bits as numbers of another type."""
    x = tensor(input)
    old, new, label = np.asarray(x.numpy()), as_dtype(type).dtype, label_of_type(as_dtype(type))
    if as_dtype(type).name in SMALL:
        check("Bitcast", as_dtype(type))
    if x.dtype.is_bool or new.itemsize > old.dtype.itemsize * (old.shape[-1] if old.ndim else 1):
        raise errors.InvalidArgumentError(
            None, None, f"Cannot bitcast from {x.dtype.short}, shape {x.shape}, to {as_dtype(type).short} [Op:Bitcast]"
        )
    if new.itemsize > old.dtype.itemsize:
        return Tensor(np.ascontiguousarray(old).view(new)[..., 0], label)
    parts = old.dtype.itemsize // new.itemsize
    found = np.ascontiguousarray(old).reshape(-1).view(new)
    return Tensor(found.reshape((*old.shape, *([parts] if parts > 1 else []))), label)


def expand_ragged(input: Any, place: int) -> Any:
    """A new axis of a ragged or sparse tensor."""
    from kerax.compat.tensorflow import _ragged_ops, _sparse

    if isinstance(input, _sparse.SparseTensor):
        return _sparse.expand_dims(input, place)
    return _ragged_ops.expand_dims(input, place)


def text(value: Any) -> np.ndarray:
    """Strings of any value that holds strings."""
    raw = value._value if isinstance(value, Tensor) else value
    return string_array(raw)


def known(value: Any) -> np.ndarray:
    """The numbers of a tensor, for what only the host computes."""
    made = tensor(value)
    if on_host(made):
        return host_result(made._value, None)._value
    if is_tracer(made._value):
        raise UnknownSizeError(
            "What an operation returns here, or how much, depends on a tensor's numbers, which are not known inside "
            "tf.function: XLA compiles for known sizes. Call it outside."
        )
    return np.asarray(made.numpy())
