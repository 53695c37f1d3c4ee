"""``tf.experimental.numpy``: NumPy's functions on tensors, by ``jax.numpy``."""

from __future__ import annotations

import inspect
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import out, tensor
from kerax.compat.tensorflow._dtypes import TABLE, DType, as_dtype
from kerax.compat.tensorflow._edges import entering, has_tensor
from kerax.compat.tensorflow._math import cast
from kerax.compat.tensorflow._namespace import Namespace
from kerax.compat.tensorflow._numpy_types import PREFER_FLOAT32, label
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor

_ATTRIBUTES = {
    "T": lambda x: jnp.transpose(x),
    "size": lambda x: int(np.prod(x.shape)),
    "data": lambda x: x,
}
# Those of TensorFlow's: NumPy's own functions call a method of their name, np.sum(x) would give a tensor, say.
_METHODS = ("astype", "reshape", "ravel", "flatten", "transpose", "clip", "mean", "max", "min", "tolist")


def experimental_enable_numpy_behavior(prefer_float32: bool = False, dtype_conversion_mode: str = "legacy") -> None:
    """Gives tensors NumPy's manners: ``x.reshape(2, -1)``, ``x.T``, ``x.mean()``, ``x[[0, 2]]``; operators mix types.

    Args:
      prefer_float32: whether Python's floats are float32 where they decide about a type.
      dtype_conversion_mode: "legacy", NumPy's rules.

    Raises:
      ValueError: for another mode.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.experimental.numpy.arange(4).shape
      TensorShape([4])
    """
    if str(getattr(dtype_conversion_mode, "value", dtype_conversion_mode)).lower() != "legacy":
        raise ValueError(f'kerax has dtype_conversion_mode="legacy" only, received {dtype_conversion_mode!r}.')
    from kerax.compat.tensorflow import _numpy_operators

    if PREFER_FLOAT32[0] is not prefer_float32 or Tensor.__dict__.get("T") is None:
        PREFER_FLOAT32[0] = prefer_float32
        _numpy_operators.install()
    for name, function in _ATTRIBUTES.items():
        setattr(Tensor, name, property(lambda self, f=function: _made(f(self.array))))
    for name in _METHODS:
        setattr(Tensor, name, _method(name))


def _made(found: Any) -> Any:
    return out(found) if hasattr(found, "dtype") and hasattr(found, "shape") else found


def _method(name: str) -> Any:
    def call(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        if name in ("tolist", "item"):
            return getattr(np.asarray(self.numpy()), name)(*args, **kwargs)
        if name == "astype":
            return cast(self, *args, **kwargs)
        if name in ("reshape", "transpose") and len(args) > 1:
            args = (args,)  # the sizes, or axes, one by one
        if name == "clip":
            return cast(_called(jnp.clip, name)(self, *args, **kwargs), self.dtype)
        function = getattr(jnp, {"flatten": "ravel", "max": "amax", "min": "amin"}.get(name, name), None)
        return _called(function, name)(self, *args, **kwargs)

    call.__name__ = name
    call.__doc__ = f"NumPy's ``{name}`` of a tensor."
    return call


class _Numpy(Namespace):
    """``jax.numpy`` for scripts: tensors in, tensors out."""

    def _from_source(self, name: str) -> Any:
        if name in TABLE:
            return TABLE[name].as_numpy_dtype
        found = getattr(jnp, name, None)
        if found is None or name.startswith("_"):
            raise AttributeError(self._missing(name))
        if inspect.isclass(found) or not callable(found):
            return found
        return _called(found, name)


def _of_list(value: Any) -> Any:
    """Lists of numbers as arrays, which JAX asks for."""
    plain = isinstance(value, (list, tuple)) and not has_tensor(value)
    return np.asarray(value) if plain and not any(isinstance(one, np.ndarray) for one in value) else value


def _called(function: Any, name: str) -> Any:
    call = entering(function)

    def run(*args: Any, **kwargs: Any) -> Any:
        plain = [_plain_type(_of_list(one) if name != "concatenate" or i else _each(one)) for i, one in enumerate(args)]
        found = call(
            *plain, **{key: _plain_type(_of_list(one) if key == "weights" else one) for key, one in kwargs.items()}
        )
        return _typed(found, name, args, kwargs)

    run.__name__ = getattr(function, "__name__", "function")
    run.__doc__ = f"NumPy's ``{run.__name__}``, by JAX."
    return run


def _each(values: Any) -> Any:
    return [_of_list(one) for one in values] if isinstance(values, (list, tuple)) else values


def _plain_type(value: Any) -> Any:
    return value.dtype if isinstance(value, DType) else value


def _typed(found: Any, name: str, args: tuple, kwargs: dict) -> Any:
    """Results as tensors with NumPy's types."""
    if isinstance(found, (list, tuple)) and not isinstance(found, TensorShape):
        return [_typed(one, name, args, kwargs) for one in found]
    if not hasattr(found, "dtype") or not hasattr(found, "shape"):
        return found
    made = tensor(found)
    wide = label(name, args, kwargs, made.array)
    return Tensor(made.array, wide) if wide else made


def _drawn(name: str, *shape: Any) -> Tensor:
    from kerax.compat.tensorflow import _random

    sizes = [int(size) for size in shape]
    return cast(getattr(_random, name)(sizes), "float32" if PREFER_FLOAT32[0] else "float64")


def randn(*shape: int) -> Tensor:
    """Draws from the normal distribution."""
    return _drawn("normal", *shape)


def rand(*shape: int) -> Tensor:
    """Draws from [0, 1)."""
    return _drawn("uniform", *shape)


def randint(low: Any, high: Any = None, size: Any = None, dtype: Any = "int64") -> Tensor:
    """Draws whole numbers from [low, high), from [0, low) without ``high``."""
    from kerax.compat.tensorflow._random import uniform as draw

    first, last = (0, low) if high is None else (low, high)
    sizes = () if size is None else tuple(np.atleast_1d(size))
    return cast(draw(sizes, first, last, "int32"), "int64" if dtype is int else dtype)


def poisson(lam: Any = 1.0, size: Any = None) -> Tensor:
    """Draws how often something happens that is to be expected ``lam`` times."""
    from kerax.compat.tensorflow._random import poisson as draw

    return cast(draw([] if size is None else np.atleast_1d(size), lam), "int64")


def _sizes(size: Any) -> Any:
    return np.atleast_1d(() if size is None else size)


def _flat(a: Any, order: str = "C") -> Tensor:
    """The elements in one row; by columns with ``order="F"``."""
    if order not in ("C", "A", "K", "F"):
        raise ValueError(f"order can only be C, A, K (all row major) or F (column major), received {order!r}.")
    return _called(jnp.ravel, "ravel")(a, order="F" if order == "F" else "C")


def _shape_of(a: Any) -> TensorShape:
    """The sizes."""
    return TensorShape(np.shape(_of_list(a)))


def _result_type(*values: Any) -> DType:
    """The type that NumPy gives a result of these."""
    kinds = [
        one.dtype.dtype if isinstance(one, Tensor) else one if isinstance(one, type) else getattr(one, "dtype", one)
        for one in values
    ]
    return as_dtype(np.result_type(*[np.dtype(one.name) if isinstance(one, DType) else one for one in kinds]))


def _number(kind: str) -> Any:
    return lambda value=0: np.asarray(value).astype(kind)[()]


def numpy_namespace() -> Namespace:
    """``tf.experimental.numpy``."""
    from kerax.compat.tensorflow._random import set_seed

    random = Namespace(
        "tf.experimental.numpy.random",
        {
            "randn": lambda: randn,
            "rand": lambda: rand,
            "random": lambda: lambda size=None: rand(*_sizes(size)),
            "randint": lambda: randint,
            "poisson": lambda: poisson,
            "standard_normal": lambda: lambda size=None: randn(*_sizes(size)),
            "seed": lambda: lambda s: set_seed(s),
            "uniform": lambda: lambda low=0.0, high=1.0, size=None: rand(*_sizes(size)) * (high - low) + low,
        },
    )
    return _Numpy(
        "tf.experimental.numpy",
        {
            "experimental_enable_numpy_behavior": lambda: experimental_enable_numpy_behavior,
            "random": lambda: random,
            "ndarray": lambda: Tensor,
            "asanyarray": lambda: _called(jnp.asarray, "asarray"),
            "ascontiguousarray": lambda: _called(jnp.asarray, "asarray"),
            "fix": lambda: _called(jnp.trunc, "trunc"),
            "flatten": lambda: _flat,
            "shape": lambda: _shape_of,
            "size": lambda: lambda x, axis=None: np.int64(np.size(_of_list(x), axis)),
            "result_type": lambda: _result_type,
            "promote_types": lambda: lambda type1, type2: np.promote_types(type1, type2),
            "bool_": lambda: _number("bool"),
            "int_": lambda: _number("int64"),
            "float_": lambda: _number("float64"),
            "complex_": lambda: _number("complex128"),
            "string_": lambda: np.bytes_,
            "unicode_": lambda: np.str_,
            "object_": lambda: np.object_,
            "newaxis": None,
        },
    )
