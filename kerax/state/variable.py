"""Variable: a box for one array, read and written through the innermost scope."""

from __future__ import annotations

import contextvars
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.dtypes import device_dtype, is_floating, standardize_dtype
from kerax.functional.transfer import device_array_of_own, is_host_numbers
from kerax.jax_compat import current_trace, in_trace, is_tracer, trace_of
from kerax.state import observers
from kerax.state.first_values import may_wait
from kerax.state.naming import scoped_path
from kerax.state.scope import current_scope
from kerax.wide_types import note_narrowed

# The dtype that float variables are read in, set by a layer with a mixed-precision policy around its `call`.
compute_dtype_of_reads: contextvars.ContextVar[str | None] = contextvars.ContextVar("kerax_compute_dtype", default=None)


class Loan:
    """Stands in a box whose array a training loop currently owns.

    The loop donates its arrays to every step, so the box must not keep them. Whoever reads the box calls the loan back:
    the loop puts the newest array into the box and, before the next step, takes whatever the box holds then.

    Args:
      recall: called with the variable to put its newest array back into its box.
      lost: whether the array is gone because a step failed; ``recall`` then raises, and only a new value helps.
      first: whether there was no array yet; ``recall`` makes the first one.
    """

    __slots__ = ("first", "lost", "recall")

    def __init__(self, recall: Callable[[Variable], None], lost: bool = False, first: bool = False):
        self.recall, self.lost, self.first = recall, lost, first


def _overflow(name: str, error: OverflowError) -> ValueError:
    return ValueError(
        f"Variable {name!r} cannot hold this value: {error}. JAX's whole numbers have 32 bits unless jax_enable_x64 is "
        "set (jax.config.update('jax_enable_x64', True))."
    )


def _made(initializer: Callable, shape: tuple[int, ...], dtype: Any) -> jax.Array:
    array = initializer(shape, dtype.name)
    return array if isinstance(array, jax.Array) else device_array_of_own(np.asarray(array))


def _make_first(initializer: Callable, variable: Variable) -> None:
    """Makes the first value of a variable that waited with it."""
    with jax.ensure_compile_time_eval():
        array = _made(initializer, variable.shape, np.dtype(device_dtype(variable.dtype)))
    if array.shape != variable.shape:
        raise ValueError(
            f"The initializer of variable {variable.path!r} returned shape {array.shape}, expected {variable.shape}."
        )
    variable.put(array)


class Variable:
    """A named array that layers, metrics and optimizers read and assign.

    Args:
      initializer: the first value: an array, a number, a callable ``(shape, dtype) -> array``, or an initializer's
        name.
      shape: needed with a callable: sizes of the array.
      dtype: dtype of the array; the initializer's own, or ``floatx()`` for Python floats and callables.
      trainable: whether training changes it by gradients.
      name: last part of its path; "variable" by default.
      regularizer: callable ``array -> scalar`` added to the loss, or None.
      constraint: callable ``array -> array`` applied after each optimizer step, or None.
      autocast: whether a mixed-precision layer reads it in its compute dtype.

    Raises:
      ValueError: for an unknown dtype or a missing shape.

    Example:
      >>> import kerax
      >>> step = kerax.Variable(0, name="step", trainable=False)
      >>> step.assign_add(2).numpy()
      array(2, dtype=int32)
    """

    __slots__ = (
        "__weakref__",
        "_array",
        "_autocast",
        "_declared",
        "_dtype",
        "_shape",
        "constraint",
        "name",
        "overwrite_with_gradient",
        "path",
        "regularizer",
        "trainable",
    )
    is_weight = True  # a subclass that is no weight travels with the layer's state but is in no list of weights
    __array_priority__ = 100  # numpy_array * variable calls the variable's operator

    if TYPE_CHECKING:  # made in a loop at the end of this file, where type checkers do not look
        __add__: Any
        __radd__: Any
        __sub__: Any
        __rsub__: Any
        __mul__: Any
        __rmul__: Any
        __truediv__: Any
        __rtruediv__: Any
        __pow__: Any
        __rpow__: Any
        __matmul__: Any
        __rmatmul__: Any
        __mod__: Any
        __neg__: Any
        __lt__: Any
        __le__: Any
        __gt__: Any
        __ge__: Any

    def __init__(
        self,
        initializer: Any,
        shape: tuple[int, ...] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        name: str | None = None,
        *,
        regularizer: Callable | None = None,
        constraint: Callable | None = None,
        autocast: bool = True,
    ):
        if name is not None and (not isinstance(name, str) or not name):
            raise ValueError(f"Variable: name must be a string, received {name!r}.")
        self.name = name or "variable"
        self.path = scoped_path(self.name)
        self.trainable, self.regularizer, self.constraint = bool(trainable), regularizer, constraint
        # Keras's mark on numbers that a backward pass computes itself (scales): optimizers put the gradient there.
        self.overwrite_with_gradient = False
        if dtype is not None:
            dtype = standardize_dtype(dtype)
            note_narrowed(dtype)
        traced: Any = None
        first: Any = None
        array: Any
        if isinstance(initializer, str):
            from kerax import initializers  # which draw with variables' own keys

            initializer = initializers.get(initializer)
        with jax.ensure_compile_time_eval():  # concrete, also when a layer is built under a trace
            if callable(initializer) and not hasattr(initializer, "__array__"):
                if shape is None:
                    raise ValueError(f"Variable {self.name!r} begins with {initializer!r}, so it needs shape=(...).")
                if may_wait(self, tuple(shape), device_dtype(dtype)):
                    array, first = jax.ShapeDtypeStruct(tuple(shape), device_dtype(dtype)), initializer
                else:
                    array = _made(initializer, tuple(shape), device_dtype(dtype))
            else:
                value = initializer.value if isinstance(initializer, Variable) else initializer
                if isinstance(value, np.integer) or (isinstance(value, int) and not -(2**31) <= value < 2**31):
                    value = np.asarray(value)  # whose range is looked at
                target = None if dtype is None else device_dtype(dtype)
                if is_tracer(value):
                    traced, value = value, np.zeros(value.shape, value.dtype if target is None else target)
                try:
                    host = is_host_numbers(value)
                    array = device_array_of_own(value, target) if host else jnp.array(value, dtype=target)
                except OverflowError as error:
                    raise _overflow(self.name, error) from None
                except (TypeError, ValueError):
                    raise TypeError(
                        f"The first value of variable {self.name!r} must be an array, a number or a callable (shape, "
                        "dtype) -> array; "
                        f"received {_shown(value)}."
                    ) from None
                if dtype is None and jnp.issubdtype(array.dtype, jnp.floating) and not hasattr(value, "dtype"):
                    array = array.astype(device_dtype(None))
        if shape is not None and tuple(array.shape) != tuple(shape):
            raise ValueError(
                f"The initializer of variable {self.name!r} returned shape {array.shape}, expected {tuple(shape)}."
            )
        self._shape, self._dtype = tuple(array.shape), standardize_dtype(array.dtype)
        self._declared = self._dtype if dtype is None else standardize_dtype(dtype)
        waiting = None if first is None else Loan(functools.partial(_make_first, first), lost=True, first=True)
        self._array: Any = waiting or array
        self._autocast = autocast and is_floating(self._dtype)
        if traced is not None:
            scope = current_scope()
            if scope is None or not scope.adopt(self, traced.astype(self._dtype)):
                raise ValueError(
                    f"Variable {self.name!r} was created from a traced value inside a JAX transformation. Create "
                    "variables in __init__ or build, from concrete numbers."
                )
        if observers.active[0]:
            observers.note_made(self)

    # ---- value ------------------------------------------------------------------------------------------------------
    @property
    def value(self) -> jax.Array:
        """The current array, or the traced one inside a functional call."""
        array = self.read()
        if self._autocast:
            dtype = compute_dtype_of_reads.get()
            if dtype is not None and dtype != self._dtype:
                return array.astype(dtype)
        return array

    def read(self) -> Any:
        """The current array in the variable's own dtype, whatever the layer computes in."""
        scope = current_scope()
        owner = scope.owner_of(self) if scope is not None else None
        array = owner.values[id(self)] if owner is not None else self.box()
        return observers.note_read(self, array) if observers.active[0] else array

    def box(self) -> jax.Array:
        """The array in the box itself, past every scope."""
        if self._array.__class__ is Loan:
            self._array.recall(self)
        return self._array

    @property
    def waits(self) -> bool:
        """Whether the first value is not made yet; see ``first_values_later``."""
        return self._array.__class__ is Loan and self._array.first

    def assign(self, value: Any) -> Variable:
        """Replaces the value.

        Args:
          value: array-like of this variable's shape; it is cast to its dtype.

        Returns:
          The variable itself.

        Raises:
          ValueError: if the shape differs, or if a traced value would be stored in the box.
        """
        value = value.value if isinstance(value, Variable) else value
        value = int(value) if isinstance(value, np.integer) else value  # a NumPy number would wrap around
        try:
            host = is_host_numbers(value) and not in_trace()
            array = device_array_of_own(value, self._dtype) if host else jnp.asarray(value, dtype=self._dtype)
        except OverflowError as error:
            raise _overflow(self.path, error) from None
        except (TypeError, ValueError):
            raise TypeError(
                f"Variable {self.path!r} holds numbers of dtype {self._dtype}, it cannot be assigned {_shown(value)}."
            ) from None
        if tuple(array.shape) != self._shape:
            raise ValueError(
                f"Cannot assign to variable {self.path!r} of shape {self._shape} a value of shape {tuple(array.shape)}."
            )
        scope = current_scope()
        owner = scope.owner_of(self, writing=True) if scope is not None else None
        if owner is not None:
            if is_tracer(array) and owner.trace is not current_trace() and trace_of(array) is current_trace():
                raise ValueError(
                    f"Variable {self.path!r} was assigned inside jax.checkpoint, scan, vmap or another JAX "
                    "transformation of a layer's own: "
                    "the value would leak out of it. Wrap the layer in kerax.remat, or call it by "
                    "kerax.functional_call inside the "
                    "transformation, return the new state, and assign it outside."
                )
            owner.values[id(self)] = array
        elif is_tracer(array):
            raise ValueError(
                f"Variable {self.path!r} was assigned inside a JAX transformation, outside of kerax.functional_call: "
                "the traced "
                "value would leak into the variable. Use kerax.functional_call(layer, params, state, ...) inside jit, "
                "grad, "
                "scan, vmap or checkpoint, and take the new state that it returns."
            )
        else:
            self.put(array)
        return self

    def put(self, array: jax.Array) -> None:
        """Stores a concrete array of the right shape and dtype in the box; a training loop picks it up."""
        if self._array.__class__ is Loan and not self._array.lost:
            self._array.recall(self)
        self._array = array

    def lend(self, loan: Loan) -> None:
        """Leaves a loan in the box: a training loop owns the array until someone asks for it."""
        self._array = loan  # type: ignore[assignment]

    def assign_add(self, value: Any) -> Variable:
        """Adds to the value and returns the variable."""
        return self.assign(self.read() + self._addend(value))

    def assign_sub(self, value: Any) -> Variable:
        """Subtracts from the value and returns the variable."""
        return self.assign(self.read() - self._addend(value))

    def _addend(self, value: Any) -> Any:
        if isinstance(value, (int, np.integer)) and not -(2**31) <= value < 2**31:
            value = np.asarray(value)  # whose range is looked at
        try:
            array = device_array_of_own(value) if is_host_numbers(value) else jnp.asarray(value)
        except OverflowError as error:
            raise _overflow(self.path, error) from None
        sizes = zip(reversed(array.shape), reversed(self._shape), strict=False)
        if array.ndim > len(self._shape) or any(a not in (1, b) for a, b in sizes):
            raise ValueError(
                f"Cannot add to variable {self.path!r} of shape {self._shape} a value of shape {tuple(array.shape)}."
            )
        return array

    def __getstate__(self) -> Any:
        """For copies: the array itself, also while a training loop holds it."""
        array = self.box()
        attributes, slots = super().__getstate__()  # type: ignore[misc]
        return attributes, {**slots, "_array": array}

    # ---- facts ------------------------------------------------------------------------------------------------------
    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the array."""
        return self._shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self._shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self._shape, dtype=np.int64))

    @property
    def dtype(self) -> str:
        """Name of the dtype it is stored in."""
        return self._dtype

    @property
    def declared_dtype(self) -> str:
        """Name of the dtype that was asked for: "int64" where JAX keeps 32 bits; TensorFlow's files name it."""
        return self._declared

    def numpy(self) -> np.ndarray:
        """A NumPy copy of the value."""
        return np.array(self.value)

    def __jax_array__(self) -> jax.Array:
        return self.value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.value, dtype=dtype)

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self._shape}, dtype={self._dtype}, value={self.read()}>"

    def __len__(self) -> int:
        if not self._shape:
            raise TypeError(f"Variable {self.path!r} is a scalar and has no len().")
        return self._shape[0]

    def __iter__(self):
        return iter(self.value)

    def __getitem__(self, index: Any) -> jax.Array:
        return self.value[index]

    def __bool__(self) -> bool:
        return bool(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __index__(self) -> int:
        return self.value.__index__()

    def __hash__(self) -> int:
        return id(self)

    def __getattr__(self, name: str) -> Any:
        # Array methods and properties (sum, T, at, reshape...) act on the value.
        if name.startswith("__") or not hasattr(jax.Array, name):
            raise AttributeError(f"Variable has no attribute {name!r}.")
        return getattr(self.value, name)


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype} and shape {value.shape}"
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:60] + '...'} of type {type(value).__name__}"


def _operator(name: str) -> Callable:
    def apply(self: Variable, *others: Any) -> Any:
        values = [other.value if isinstance(other, Variable) else other for other in others]
        if values and isinstance(values[0], list):
            values[0] = jnp.asarray(values[0])  # as in Keras; JAX's own operators take no lists
        return getattr(self.value, name)(*values)

    apply.__name__ = name
    return apply


for _name in (
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul rmatmul neg pos abs "
    "invert "
    "lt le gt ge eq ne and rand or ror xor rxor lshift rlshift rshift rrshift round"
).split():
    setattr(Variable, f"__{_name}__", _operator(f"__{_name}__"))


# JAX functions that are compiled themselves (jnp.matmul...) take their arguments apart as pytrees: a variable is its
# value there.
jax.tree_util.register_pytree_node(Variable, lambda variable: ((variable.value,), None), lambda _, values: values[0])
