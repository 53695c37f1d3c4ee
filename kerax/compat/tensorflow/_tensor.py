"""Tensor: an array of JAX, numbers or strings of the host, or a traced value, with TensorFlow's manners."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._conversions import CONVERSIONS, by_registered
from kerax.compat.tensorflow._dtypes import TABLE, WIDE, DType, as_dtype, dtype_of_array, label_of_type
from kerax.compat.tensorflow._host_types import fits, float_of, one_kind
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor_parts import Reference, check_range, missing, single, sizes, text_of
from kerax.compat.tensorflow._without_numbers import WITHOUT_NUMBERS, unlike_parts, without_numbers
from kerax.jax_compat import in_trace, is_tracer
from kerax.state import Variable, get_mask, set_mask
from kerax.state.sizes import is_dimension
from kerax.state.symbolic import SymbolicTensor
from kerax.tape import register_wrapper

# Runs under way that ask for gradients by constants: these must be arrays, which a tape can tell apart.
as_arrays = [0]


class Tensor:
    """An array with TensorFlow's type rules. ``tf.constant`` and all functions of the namespace return it.

    A type of 64 bits is a label where the device computes in 32; values that never were on the device are exact.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.constant([1.0, 2.0]) * 2
      <tf.Tensor: shape=(2,), dtype=float32, numpy=array([2., 4.], dtype=float32)>
    """

    # Programs note things down on tensors, as Keras 2 did: `__dict__`.
    __slots__ = ("__dict__", "__weakref__", "_label", "_mask", "_name", "_rows", "_value")
    __array_priority__ = 200

    def __init__(self, value: Any, label: str | None = None):
        self._value, self._label = value, label

    # ---- the value --------------------------------------------------------------------------------------------------
    @property
    def array(self) -> Any:
        """The value on the device; strings stay with NumPy."""
        value = self._value
        if isinstance(value, np.ndarray):
            if value.dtype.kind in "OSU":
                return value if self._label is None else sizes(value)
            if value.dtype.name in WIDE:
                self._label = value.dtype.name
            narrow = jax.dtypes.canonicalize_dtype(value.dtype)
            if narrow != value.dtype and narrow.kind in "iu" and value.size:
                check_range(value, narrow)
            if in_trace():  # a constant stays one: it may be needed after the trace
                with jax.ensure_compile_time_eval():
                    value = jnp.asarray(value, dtype=narrow)
            else:
                value = jax.device_put(np.array(value, narrow))
            self._value = value
        return value

    @property
    def _keras_mask(self) -> Any:
        mask = get_mask(self._value)
        if mask is None:
            raise AttributeError("_keras_mask")
        return Tensor(mask)

    @_keras_mask.setter
    def _keras_mask(self, mask: Any) -> None:
        set_mask(self.array, mask.array if isinstance(mask, Tensor) else mask)

    @_keras_mask.deleter
    def _keras_mask(self) -> None:
        if get_mask(self._value) is None:
            raise AttributeError("_keras_mask")
        set_mask(self._value, None)

    @property
    def operand(self) -> Any:
        """The value for one of JAX's operations: a number of the host need not be moved to the device for it."""
        value = self._value
        if value.__class__ is np.ndarray and value.ndim == 0 and value.dtype.kind in "iuf" and not as_arrays[0]:
            name = WIDE.get(value.dtype.name)
            return value if name is None else value.astype(name)
        return self.array

    def numpy(self) -> Any:
        """A NumPy array or, without axes, a NumPy number or bytes."""
        value = self._value
        if is_tracer(value):
            raise AttributeError(
                "A tensor inside tf.function has no numbers, hence no .numpy(): use TensorFlow's operations on it, or "
                "tf.print, or call the function outside tf.function."
            )
        if not isinstance(value, np.ndarray):
            value = np.asarray(value)
            if self._label:
                value = value.astype(self.dtype.dtype)
        if value.ndim == 0:
            return value.item() if value.dtype.kind == "O" else value[()]
        return value.copy()

    @property
    def dtype(self) -> DType:
        """The type of its elements."""
        return TABLE[self._label] if self._label else dtype_of_array(self._value.dtype)

    @property
    def shape(self) -> TensorShape:
        """Its sizes."""
        return TensorShape(
            tuple(None if type(s).__name__ == "_DimExpr" else s for s in getattr(self._value, "shape", ()))
        )

    def get_shape(self) -> TensorShape:
        """Its sizes."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """Checks the shape: it is always known."""
        self.shape.assert_is_compatible_with(shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._value.ndim

    @property
    def name(self) -> str:
        """Of a tensor inside tf.function: the argument's, or the operation's."""
        if not is_tracer(self._value):
            raise AttributeError("name")
        return f"{getattr(self, '_name', None) or 'Placeholder'}:0"

    device = backing_device = property(
        lambda self: "/job:localhost/replica:0/task:0/device:CPU:0", doc="TensorFlow's name of the device."
    )
    graph = op = None
    is_packed = False

    def cpu(self) -> Tensor:
        """The tensor: JAX moves arrays by itself."""
        return self

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """The numbers, in a graph of TensorFlow 1.

        Raises:
          NotImplementedError: outside of one.
        """
        from kerax.compat.tensorflow._edges import graph_mode

        if not graph_mode():
            raise NotImplementedError("eval is not supported when eager execution is enabled: use .numpy().")
        return self.numpy()

    def ref(self) -> Any:
        """Something hashable that stands for this very tensor."""
        return Reference(self)

    def experimental_ref(self) -> Any:
        """As ``ref``."""
        return Reference(self)

    # ---- to Python and NumPy ----------------------------------------------------------------------------------------
    def __jax_array__(self) -> Any:
        return self.array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if is_tracer(self._value):
            raise NotImplementedError(
                f"Cannot convert a symbolic tf.Tensor ({self.name}) to a NumPy array: inside tf.function it has no "
                "numbers. Use TensorFlow's operations, tf.numpy_function, or call NumPy outside tf.function."
            )
        numbers = self.numpy()
        return np.array(numbers, dtype=object if isinstance(numbers, bytes) and dtype is None else dtype)

    def __bool__(self) -> bool:
        try:
            return bool(single(self._value)) if self._value.size else False
        except WITHOUT_NUMBERS as error:
            raise without_numbers(self, "bool", error) from None

    def __int__(self) -> int:
        return self._python(int)

    def __float__(self) -> float:
        return self._python(float)

    def __complex__(self) -> complex:
        return self._python(complex)

    def _python(self, kind: Any) -> Any:
        """Its only number as one of Python's."""
        try:
            if kind is not complex and self.dtype.is_complex:
                return kind(single(self.numpy()).real)
            return kind(single(self._value))
        except WITHOUT_NUMBERS as error:
            raise without_numbers(self, kind.__name__, error) from None

    def __index__(self) -> int:
        if not (self.dtype.is_integer or self.dtype.is_bool) or self.ndim:
            raise TypeError("Only integer scalar tensors can be converted to an index.")
        return self._python(int)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("Scalar tensor has no `len()`")
        return self._value.shape[0]

    def __iter__(self) -> Any:
        if not self.ndim:
            raise TypeError("Cannot iterate over a scalar tensor.")
        return (self[i] for i in range(len(self)))

    def __contains__(self, item: Any) -> bool:
        return any(bool(one == item) for one in self)

    def __hash__(self) -> int:
        raise TypeError("Tensor is unhashable. Instead, use tensor.ref() as the key.")

    def __format__(self, spec: str) -> str:
        if not is_tracer(self._value):
            return format(self.numpy(), spec)
        if spec:
            raise TypeError(f"A tensor inside tf.function has no number for the format {spec!r}: use tf.print.")
        return str(self)

    def _numbers(self) -> str:
        return text_of(self.numpy(), str)

    def __str__(self) -> str:
        if is_tracer(self._value):
            return f'Tensor("{self.name}", shape={self.shape}, dtype={self.dtype.name})'
        return f"tf.Tensor({on_lines_of_their_own(self._numbers())}, shape={self.shape}, dtype={self.dtype.name})"

    def __repr__(self) -> str:
        if is_tracer(self._value):
            return f"<tf.Tensor {self.name!r} shape={self.shape} dtype={self.dtype.name}>"
        shown = on_lines_of_their_own(text_of(self.numpy(), repr))
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={shown}>"

    def __reduce__(self) -> Any:
        return _restore, (np.asarray(self.numpy()), self._label)

    def __copy__(self) -> Tensor:
        return Tensor(self._value, self._label)

    def __deepcopy__(self, memo: Any) -> Tensor:
        return Tensor(self._value, self._label)

    def __getattr__(self, name: str) -> Any:
        if name in ("values", "indices", "dense_shape"):  # of a gradient that knows its rows
            from kerax.compat.tensorflow._rows import part

            found = part(self, name)
            if found is not None:
                return found
        # Kernels of kerax that meet a tensor may ask what they would ask an array.
        if name in ("astype", "reshape", "at", "size", "T", "sum", "mean", "transpose", "aval", "weak_type"):
            from kerax.compat.tensorflow._edges import inside

            if inside() or in_trace():
                return getattr(self.array, name)
        raise AttributeError(missing(name))


def _restore(value: Any, label: str | None) -> Tensor:
    return Tensor(value, label)


def flatten(tensor: Tensor) -> tuple:
    """For JAX: the array is the only part, the label belongs to the structure."""
    array = tensor.array
    return (array,), tensor._label


def unflatten(label: str | None, children: Any) -> Tensor:
    """For JAX."""
    return Tensor(children[0], label)


jax.tree_util.register_pytree_node(Tensor, flatten, unflatten)
register_wrapper(Tensor, lambda tensor: tensor.array, Tensor)


def string_array(value: Any) -> np.ndarray:
    """Strings as an array of bytes objects, as TensorFlow holds them."""
    array = np.asarray(value, dtype=object)
    if array.dtype.kind != "O":
        array = array.astype(object)
    out = np.empty(array.shape, object)
    flat_in, flat_out = array.ravel(), out.reshape(-1)
    for i, one in enumerate(flat_in):
        flat_out[i] = (
            one.encode() if isinstance(one, str) else bytes(one) if isinstance(one, bytes) else str(one).encode()
        )
    return out


def is_text(value: Any) -> bool:
    """Whether a NumPy array holds text."""
    return isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "OSU"


def convert(value: Any, dtype: Any = None, hint: DType | None = None) -> Any:
    """A tensor of a value.

    Args:
      value: tensor, variable, array, number, string, or nested lists of these.
      dtype: the type it must have; else the value's own, float32 and int32 for Python's numbers.
      hint: the type it gets if that loses nothing but precision.

    Raises:
      ValueError, TypeError: if the value is of another type, or no array.
    """
    if isinstance(value, SymbolicTensor):
        return value
    if dtype is not None:
        dtype = as_dtype(dtype)
    if CONVERSIONS and (found := by_registered(value, dtype, hint)) is not None:
        return found if isinstance(found, Tensor) else convert(found, dtype)
    if isinstance(value, Variable):
        found = value.value  # a tensor itself where a script asks
        value = Tensor(found._value if isinstance(found, Tensor) else found, getattr(value, "_label", None))
    if isinstance(value, Tensor):
        if hasattr(type(value), "read_value"):  # a variable of strings, which may change
            value = value.read_value()
        if dtype is not None and value.dtype != dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype {value.dtype.name}: {value!r}. "
                "Use tf.cast."
            )
        return value
    if isinstance(value, jax.Array):
        wanted = dtype or hint
        if wanted is not None and wanted.name != "string" and as_dtype(value.dtype) != wanted:
            return cast_array(value, wanted)
        return Tensor(value)
    if hasattr(value, "to_numpy") and not isinstance(value, np.ndarray):
        value = value.to_numpy()
    if isinstance(value, TensorShape):
        if dtype is not None and dtype.name not in ("int32", "int64"):
            raise TypeError(f"Cannot convert {value!r} to {dtype.name}: sizes are of tf.int32 or tf.int64.")
        value, dtype = value.as_list(), dtype or TABLE["int32"]
    if isinstance(value, (list, tuple)) and any(_has_tensor(one) for one in value):
        parts = [convert(one, dtype, hint) for one in value]
        first = next((p for p, v in zip(parts, value) if _has_tensor(v)), parts[0])
        parts = [p if _has_tensor(v) else convert(v, dtype, first.dtype) for p, v in zip(parts, value)]
        for place, part in enumerate(parts):
            if part.dtype != parts[0].dtype or part._value.shape != parts[0]._value.shape:
                raise unlike_parts(parts[0], part, place)
        if is_text(parts[0]._value):
            return Tensor(np.stack([p._value for p in parts]))
        return Tensor(jnp.stack([p.array for p in parts]), first._label)
    return _from_host(value, dtype, hint)


def on_lines_of_their_own(numbers: str) -> str:
    """Numbers as TensorFlow prints them: several lines begin on a new one."""
    return f"\n{numbers}" if "\n" in numbers else numbers


def _has_tensor(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_has_tensor(one) for one in value)
    return isinstance(value, (Tensor, Variable, jax.Array))


_LARGEST = {"f": 8, "c": 16}  # bytes; NumPy's long doubles have more


def _from_host(value: Any, dtype: DType | None, hint: DType | None) -> Tensor:
    python = not isinstance(value, (np.ndarray, np.generic))
    if value is None:
        raise ValueError("Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor.")
    try:
        array = np.asarray(value)
    except ValueError:
        if not isinstance(value, (list, tuple)):
            raise
        raise ValueError("Can't convert non-rectangular Python sequence to Tensor.") from None
    if python and array.dtype.kind in "SU":  # NumPy's own text forgets zero bytes at the end
        array = np.asarray(value, object)
    asked = dtype or hint
    inexact = python and asked is not None and (asked.is_floating or asked.is_complex)
    if array.dtype.kind == "O" and any(type(one) is int and not -(2**63) <= one < 2**64 for one in array.ravel()):
        if inexact:
            return _from_host(array.astype(np.float64).tolist(), dtype, hint)
        raise ValueError(f"Can't convert Python sequence with out-of-range integer to Tensor: {value!r}.")
    kind = array.dtype.kind
    if (kind in "mMV" and array.dtype.name not in TABLE) or (kind in "fc" and array.dtype.itemsize > _LARGEST[kind]):
        raise ValueError(f"Failed to convert a NumPy array to a Tensor (Unsupported numpy type: {array.dtype}).")
    if array.dtype.kind == "O" and array.size and all(is_dimension(one) for one in array.ravel()):
        return Tensor(array, (dtype or hint or as_dtype("int32")).name)  # sizes, some of them unknown
    if array.dtype.kind in "OSU":
        if array.dtype.kind == "O" and not all(isinstance(one, (str, bytes)) for one in array.ravel()):
            raise ValueError(f"Attempt to convert a value ({value!r}) with an unsupported type to a Tensor.")
        if dtype is not None and dtype.name != "string":
            raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {dtype.name}")
        return Tensor(string_array(array))
    if python and array.size and array.dtype.kind != "O" and isinstance(value, (list, tuple)):
        one_kind(value)
    if array.dtype.kind == "f" and array.size == 0 and python and not isinstance(value, float):
        if (dtype or hint) is not None:
            empty = dtype or hint
            return Tensor(np.zeros(array.shape, empty.dtype), label_of_type(empty))  # type: ignore[union-attr, arg-type]
        array = array.astype(np.float32)
    own = float_of(value) if python and array.dtype.kind == "f" else None
    if python and array.dtype == np.uint64 and dtype is None and not inexact:
        raise ValueError(f"Can't convert Python sequence with out-of-range integer to Tensor: {value!r}.")
    if python and array.dtype.kind in "iu":
        small = array.size == 0 or (array.min() >= -(2**31) and array.max() < 2**31)
        own = "int32" if small else "int64"
    if python and array.dtype.kind == "c":
        own = "complex128"
    wanted = dtype
    if wanted is None and hint is not None and fits(array.dtype.kind, hint, python):
        wanted = hint
    if wanted is not None:
        if wanted.name == "string" or not fits(array.dtype.kind, wanted, python):
            raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {wanted.name}")
        if array.dtype.kind == "c" and not wanted.is_complex:
            array = array.real
        with np.errstate(invalid="ignore", over="ignore"):
            made = array.astype(wanted.dtype)
    else:
        with np.errstate(over="ignore"):
            made = array.astype(own) if own else array
    if (
        python
        and wanted is None  # who asks for a type gets infinity
        and made.dtype == np.float32
        and array.dtype == np.float64
        and (np.isinf(made) & np.isfinite(array)).any()
    ):
        raise ValueError(f"Can't convert Python sequence with a value out of range for float32: {value!r}.")
    return Tensor(made, label_of_type(wanted) if wanted is not None else None)


def cast_array(array: Any, dtype: DType) -> Tensor:
    """An array of the device in a type, which is a label if it has 64 bits."""
    narrow = jax.dtypes.canonicalize_dtype(dtype.dtype)
    label = dtype.name if narrow.name != dtype.name else None
    if array.dtype != narrow:
        if jnp.issubdtype(array.dtype, jnp.complexfloating) and not dtype.is_complex:
            array = jnp.real(array)
        array = array.astype(narrow)
    return Tensor(array, label)
