"""Arguments of a function: which of them are arrays, which are part of the program, and what identifies the program."""

from __future__ import annotations

import enum
import inspect
import weakref
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from kerax.state import Variable
from kerax.state.sizes import is_dimension
from kerax.tree import in_order

_BY_VALUE = (bool, int, float, complex, str, bytes, type(None), enum.Enum, type, np.dtype)


class _Weak(NamedTuple):
    """An object that is not kept alive.

    Attributes:
      reference: gives the object, or None.
    """

    reference: weakref.ref


class Arguments(NamedTuple):
    """Arguments taken apart.

    Attributes:
      key: identifies the program they need: shapes and dtypes of arrays, values of everything else.
      arrays: the arrays.
      leaves: all leaves, arrays replaced by None.
      dynamic: which leaves are arrays.
      treedef: structure of ``(args, kwargs)``.
      order: of the entries of dicts among them, see ``kerax.tree.order_of``.
    """

    key: tuple
    arrays: list[Any]
    leaves: list[Any]
    dynamic: list[bool]
    treedef: Any
    order: Any = None

    def rebuild(self, arrays: Sequence[Any]) -> tuple[tuple, dict]:
        """``(args, kwargs)`` with other arrays."""
        rest = iter(arrays)
        leaves = [
            next(rest) if d else leaf.reference() if leaf.__class__ is _Weak else leaf
            for d, leaf in zip(self.dynamic, self.leaves, strict=True)
        ]
        return in_order(jax.tree.unflatten(self.treedef, leaves), self.order)

    def others(self) -> list[Any]:
        """The objects that are told apart by their identity, and may be forgotten by whoever passed them."""
        return [
            leaf for leaf, dynamic in zip(self.leaves, self.dynamic, strict=True) if not dynamic and _is_other(leaf)
        ]

    def keeping_none(self) -> Arguments:
        """The arguments without a hold on those objects."""
        return self._replace(leaves=[_Weak(weakref.ref(leaf)) if _is_other(leaf) else leaf for leaf in self.leaves])


def _is_other(leaf: Any) -> bool:
    can_be_referred_to = type(leaf).__weakrefoffset__ != 0  # negative from Python 3.12 on
    return can_be_referred_to and not isinstance(leaf, (*_BY_VALUE, Variable, np.ndarray, _Weak))


def _is_variable(value: Any) -> bool:
    return isinstance(value, Variable)


def _is_array(value: Any) -> bool:
    return isinstance(value, jax.Array) or (
        isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind not in "OUSV"
    )


def is_spec(value: Any) -> bool:
    """Whether a value describes an array rather than being one."""
    return (
        hasattr(value, "shape")
        and hasattr(value, "dtype")
        and not isinstance(value, (jax.Array, np.ndarray, np.generic, Variable))
        and (isinstance(value, jax.ShapeDtypeStruct) or type(value).__name__.endswith("Spec"))
    )


def take_apart(args: tuple, kwargs: dict) -> Arguments:
    """Separates arrays from the rest; arrays are JAX arrays and NumPy arrays of numbers."""
    leaves, treedef = jax.tree.flatten((args, kwargs), is_leaf=_is_variable)
    arrays: list[Any] = []
    kept: list[Any] = []
    dynamic: list[bool] = []
    kinds: list[Any] = []
    for leaf in leaves:
        if _is_array(leaf):
            arrays.append(leaf)
            kept.append(None)
            dynamic.append(True)
            dtype = leaf.dtype if isinstance(leaf, jax.Array) else jax.dtypes.canonicalize_dtype(leaf.dtype)
            kinds.append((leaf.shape, dtype))
        elif is_spec(leaf):
            spec = concrete_spec(leaf)
            arrays.append(spec)
            kept.append(None)
            dynamic.append(True)
            kinds.append((spec.shape, spec.dtype))
        else:
            kept.append(leaf)
            dynamic.append(False)
            kinds.append(_identity(leaf))
    return Arguments((treedef, tuple(kinds)), arrays, kept, dynamic, treedef)


def _identity(leaf: Any) -> tuple:
    if isinstance(leaf, float):
        return (float, repr(leaf))  # not-a-number equals itself here, and 0.0 is not -0.0
    if isinstance(leaf, _BY_VALUE):
        return (type(leaf), leaf)
    if isinstance(leaf, np.ndarray):  # strings
        return (np.ndarray, leaf.shape, tuple(leaf.ravel().tolist()))
    kind = getattr(leaf, "__tf_tracing_type__", None)
    if kind is not None:  # objects of scripts for TensorFlow that say themselves what a program depends on
        return (type(leaf), kind(None))
    return (type(leaf), id(leaf))


def open_shape(spec: Any) -> tuple[int | None, ...] | None:
    """The shape of a specification; None for unknown sizes, and for a shape of unknown length."""
    shape = spec.shape
    if shape is not None and getattr(shape, "rank", 0) is None:
        return None
    return None if shape is None else tuple(size if size is None or is_dimension(size) else int(size) for size in shape)


def is_open(spec: Any) -> bool:
    """Whether a value is a specification that leaves sizes open."""
    if not is_spec(spec):
        return False
    shape = open_shape(spec)
    return shape is None or None in shape


def any_size(spec: Any) -> jax.ShapeDtypeStruct:
    """A specification with its open sizes filled in somehow."""
    shape = open_shape(spec) or ()
    dtype = np.dtype(getattr(spec.dtype, "as_numpy_dtype", spec.dtype))
    return jax.ShapeDtypeStruct([1 if size is None else size for size in shape], jax.dtypes.canonicalize_dtype(dtype))


def concrete_spec(spec: Any) -> jax.ShapeDtypeStruct:
    """A TensorSpec as JAX's own kind of specification.

    Raises:
      ValueError: if a size is unknown.
    """
    shape = open_shape(spec)
    if shape is None or None in shape:
        raise ValueError(
            f"XLA compiles for known sizes only, {spec!r} leaves some open: give get_concrete_function() the sizes, "
            "or call the function with arrays."
        )
    dtype = getattr(spec.dtype, "as_numpy_dtype", spec.dtype)
    return jax.ShapeDtypeStruct(shape, jax.dtypes.canonicalize_dtype(np.dtype(dtype)))


def counted_key(arguments: Arguments) -> tuple:
    """The key with variables told apart as TensorFlow does: by shape, dtype and which of them are the same one."""
    treedef, kinds = arguments.key
    order: dict[int, int] = {}
    shown = tuple(
        (type(leaf), leaf.shape, leaf.dtype, leaf.trainable, order.setdefault(id(leaf), len(order)))
        if isinstance(leaf, Variable)
        else kind
        for leaf, kind in zip(arguments.leaves, kinds, strict=True)
    )
    return treedef, shown


def kind_of(key: tuple) -> tuple:
    """A key without the sizes of its arrays."""
    treedef, kinds = key
    return treedef, tuple((len(kind[0]), kind[1]) if isinstance(kind[0], tuple) else kind for kind in kinds)


def parameters_of(function: Callable) -> list[str]:
    """The names of a function's parameters."""
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def names_of(function: Callable, arguments: Arguments) -> list[str]:
    """A name for every leaf: ``"x"``, ``"batch['image']"``, ``"training"``."""
    names = parameters_of(function)
    dummy = jax.tree.unflatten(arguments.treedef, list(range(len(arguments.leaves))))
    found = []
    for path, _ in jax.tree_util.tree_flatten_with_path(dummy)[0]:
        which, first, *rest = path
        if which.idx == 0:
            base = names[first.idx] if first.idx < len(names) else f"argument {first.idx}"
        else:
            base = str(first.key)
        inner = [part for part in rest if not isinstance(part, jax.tree_util.FlattenedIndexKey)]  # inside a wrapper
        found.append(base + jax.tree_util.keystr(tuple(inner)))
    return found


def apply_signature(function: Callable, signature: Any, args: tuple, kwargs: dict, name: str) -> tuple:
    """Arguments cast and checked as ``input_signature`` says.

    Raises:
      TypeError: naming the argument that does not fit.
    """
    specs = tuple(signature)
    if kwargs:
        try:
            bound = inspect.signature(function).bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{name}(): {error}.") from None
        args = bound.args
        kwargs = bound.kwargs
    if kwargs or len(args) != len(specs):
        raise TypeError(
            f"{name}() has an input_signature of {len(specs)} arguments, it was called with {len(args) + len(kwargs)}."
        )
    parameters = list(inspect.signature(function).parameters)

    def fit(spec: Any, value: Any, argument: str) -> Any:
        if not hasattr(spec, "dtype"):
            return value
        dtype = jax.dtypes.canonicalize_dtype(np.dtype(getattr(spec.dtype, "as_numpy_dtype", spec.dtype)))
        if is_spec(value):
            return value
        value = value.value if isinstance(value, Variable) else value
        given = getattr(value, "dtype", None)
        if given is not None and np.dtype(given) != dtype and not isinstance(value, np.ndarray):
            raise TypeError(
                f"{name}(): argument {argument!r} must have dtype {dtype}, as input_signature says; received {given}."
            )
        try:
            array = value if given is not None and np.dtype(given) == dtype else jnp.asarray(value, dtype)
        except (TypeError, ValueError):
            raise TypeError(
                f"{name}(): argument {argument!r} must be an array of dtype {dtype}, as input_signature says; received "
                f"{value!r}."
            ) from None
        shape = open_shape(spec)
        fits = shape is None or (
            len(shape) == array.ndim and all(a is None or a == b for a, b in zip(shape, array.shape, strict=True))
        )
        if not fits:
            raise TypeError(
                f"{name}(): argument {argument!r} must have shape {shape}, as input_signature says; received "
                f"{tuple(array.shape)}."
            )
        return array

    def is_one(value: Any) -> bool:
        return hasattr(value, "dtype")

    fitted = []
    for i, (spec, value) in enumerate(zip(specs, args, strict=True)):
        argument = parameters[i] if i < len(parameters) else f"argument {i}"
        flat, treedef = jax.tree.flatten(spec, is_leaf=is_one)
        values = treedef.flatten_up_to(value)
        one = [fit(s, v, argument) for s, v in zip(flat, values, strict=True)]
        fitted.append(jax.tree.unflatten(treedef, one))
    return tuple(fitted)
