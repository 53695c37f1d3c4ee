"""``tf.experimental.numpy``: NumPy's functions on tensors, by ``jax.numpy``."""

from __future__ import annotations

import inspect
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import out, tensor
from kerax.compat.tensorflow._dtypes import TABLE
from kerax.compat.tensorflow._edges import entering, has_tensor
from kerax.compat.tensorflow._namespace import Namespace
from kerax.compat.tensorflow._tensor import Tensor

_ATTRIBUTES = {
    "T": lambda x: jnp.transpose(x),
    "size": lambda x: int(np.prod(x.shape)),
    "data": lambda x: x,
}
_METHODS = ("astype", "reshape", "ravel", "flatten", "transpose", "clip", "sum", "mean", "std", "var", "max", "min",
            "prod", "cumsum", "argmax", "argmin", "any", "all", "dot", "round", "squeeze", "repeat", "tolist", "item",
            "copy", "swapaxes", "diagonal", "trace")  # fmt: skip


def experimental_enable_numpy_behavior(prefer_float32: bool = False, dtype_conversion_mode: str = "legacy") -> None:
    """Gives tensors NumPy's methods: ``x.reshape(2, -1)``, ``x.T``, ``x.astype(...)``, ``x.sum()``.

    The types of operands still have to be alike: kerax mixes none.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.experimental.numpy.arange(4).shape
      TensorShape([4])
    """
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
            from kerax.compat.tensorflow._math import cast

            return cast(self, *args, **kwargs)
        plain = [one.array if isinstance(one, Tensor) else one for one in args]
        return _made(getattr(self.array, name)(*plain, **kwargs))

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
        return _called(found)


def _of_list(value: Any) -> Any:
    """Lists of numbers as arrays, which JAX asks for."""
    plain = isinstance(value, (list, tuple)) and not has_tensor(value)
    return np.asarray(value) if plain and not any(isinstance(one, np.ndarray) for one in value) else value


def _called(function: Any) -> Any:
    call = entering(function)

    def run(*args: Any, **kwargs: Any) -> Any:
        found = call(*[_of_list(one) for one in args], **kwargs)
        return tensor(found) if hasattr(found, "dtype") and not isinstance(found, Tensor) else found

    run.__name__ = getattr(function, "__name__", "function")
    run.__doc__ = f"NumPy's ``{run.__name__}``, by JAX."
    return run


def randn(*shape: int) -> Tensor:
    """Draws from the normal distribution."""
    from kerax.compat.tensorflow._random import normal

    return normal(shape)


def rand(*shape: int) -> Tensor:
    """Draws from [0, 1)."""
    from kerax.compat.tensorflow._random import uniform

    return uniform(shape)


def numpy_namespace() -> Namespace:
    """``tf.experimental.numpy``."""
    from kerax.compat.tensorflow._random import set_seed

    random = Namespace(
        "tf.experimental.numpy.random",
        {
            "randn": lambda: randn,
            "rand": lambda: rand,
            "standard_normal": lambda: lambda size=(): randn(*np.atleast_1d(size)),
            "seed": lambda: set_seed,
            "uniform": lambda: lambda low=0.0, high=1.0, size=(): rand(*np.atleast_1d(size)) * (high - low) + low,
        },
    )
    return _Numpy(
        "tf.experimental.numpy",
        {
            "experimental_enable_numpy_behavior": lambda: experimental_enable_numpy_behavior,
            "random": lambda: random,
            "ndarray": lambda: Tensor,
            "newaxis": None,
        },
    )
