"""Initializers that draw nothing: zeros, ones, a given value, the identity matrix."""

from __future__ import annotations

from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from kerax.dtypes import requested_dtype, standardize_dtype
from kerax.functional.transfer import device_array
from kerax.initializers.initializer import Initializer, check_placement_arguments, static_shape


class Zeros(Initializer):
    """All zeros.

    Example:
        >>> import kerax
        >>> kerax.initializers.Zeros()((2, 2)).tolist()
        [[0.0, 0.0], [0.0, 0.0]]
    """

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **kwargs: Any) -> jax.Array:
        """Return zeros of ``shape``."""
        check_placement_arguments(self, kwargs)
        return _filled(static_shape(self, shape), 0, dtype)


class Ones(Initializer):
    """All ones.

    Example:
        >>> import kerax
        >>> kerax.initializers.Ones()((3,), "int32").tolist()
        [1, 1, 1]
    """

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **kwargs: Any) -> jax.Array:
        """Return ones of ``shape``."""
        check_placement_arguments(self, kwargs)
        return _filled(static_shape(self, shape), 1, dtype)


class Constant(Initializer):
    """A given value: a number, or an array that has (or broadcasts to) the weight's shape.

    Args:
        value: number, nested list or array. With as many elements as the weight it is reshaped to it.

    Raises:
        ValueError: at the call, if the value fits the shape in neither way.

    Example:
        >>> import kerax
        >>> kerax.initializers.Constant(3.0)((2,)).tolist()
        [3.0, 3.0]
        >>> kerax.initializers.Constant([1, 2, 3, 4])((2, 2)).tolist()
        [[1.0, 2.0], [3.0, 4.0]]
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **kwargs: Any) -> jax.Array:
        """Return the value in ``shape``."""
        check_placement_arguments(self, kwargs)
        shape = static_shape(self, shape)
        if isinstance(self.value, jax.core.Tracer):
            value: Any = jnp.asarray(self.value, requested_dtype(dtype))
        else:
            value = np.asarray(self.value).astype(requested_dtype(dtype))
        if value.ndim and value.shape != shape and value.size == np.prod(shape, dtype=int):
            return device_array(value.reshape(shape))
        try:
            return jnp.array(jnp.broadcast_to(value, shape) if value.ndim else np.full(shape, value))
        except ValueError as error:
            raise ValueError(
                f"Constant has a value of shape {value.shape}, which fits no weight of shape {shape}: "
                "give a number, an array of that shape, or one that broadcasts to it."
            ) from error

    def get_config(self) -> dict[str, Any]:
        """Return ``{"value": ...}``; an array becomes a ``__numpy__`` entry holding nested lists and a dtype."""
        value = self.value
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, np.ndarray | jax.Array):
            array = np.asarray(value)
            value = {"class_name": "__numpy__", "config": {"value": array.tolist(), "dtype": array.dtype.name}}
        return {"value": value}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build the initializer that ``get_config`` described."""
        value = config["value"]
        if isinstance(value, dict) and value.get("class_name") in ("__numpy__", "__tensor__"):
            value = np.asarray(value["config"]["value"], standardize_dtype(value["config"]["dtype"]))
        return cls(value)


class Identity(Initializer):
    """The identity matrix times a gain; for matrices only.

    Args:
        gain: factor on the diagonal.

    Raises:
        ValueError: at the call, if the shape has not two sizes.

    Example:
        >>> import kerax
        >>> kerax.initializers.Identity(gain=2.0)((2, 3)).tolist()
        [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: tuple[int, ...], dtype: Any = None, **kwargs: Any) -> jax.Array:
        """Return ``gain * eye(rows, columns)``."""
        check_placement_arguments(self, kwargs)
        shape = static_shape(self, shape)
        if len(shape) != 2:
            raise ValueError(
                f"Identity makes matrices only: expected a shape of two sizes, got {shape}. "
                "Use Orthogonal for weights with more axes."
            )
        dtype = requested_dtype(dtype)
        return device_array((self.gain * np.eye(*shape)).astype(dtype))

    def get_config(self) -> dict[str, Any]:
        """Return ``{"gain": ...}``."""
        return {"gain": self.gain}


def _filled(shape: tuple[int, ...], value: int, dtype: Any) -> jax.Array:
    # Filled on the host: `jnp.zeros` compiles one program for every shape.
    return device_array(np.full(shape, value, requested_dtype(dtype)))
