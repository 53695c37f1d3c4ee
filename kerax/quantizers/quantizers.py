"""Quantizers, and the functions they are made of."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.dtypes import standardize_dtype
from kerax.functional import quantization
from kerax.functional.group_quantization import quantize_groups

_INT8 = (-128, 127)
_BYTES = ("int8", "uint8")


class Quantizer:
    """Base of quantizers: ``quantizer(x)`` returns integers and their scale.

    Args:
        output_dtype: dtype name of the integers.

    Example:
        >>> import kerax
        >>> kerax.quantizers.Quantizer().output_dtype
        'int8'
    """

    def __init__(self, output_dtype: str = "int8"):
        self.output_dtype = output_dtype

    def __call__(self, x: Any) -> Any:
        """Quantizes; the base class returns its input."""
        return x

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments; for subclasses to write."""
        raise NotImplementedError(f"{type(self).__name__} has no get_config(): return its constructor arguments.")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a quantizer from ``get_config()``."""
        return cls(**config)


class AbsMaxQuantizer(Quantizer):
    """Scales by the largest absolute value.

    Args:
        axis: axis or axes that share a scale; better given with each call. -1 by default.
        value_range: smallest and largest integer.
        epsilon: added to the largest absolute value.
        output_dtype: dtype name of the integers.

    Raises:
        ValueError: if the range does not fit into int8.

    Example:
        >>> import kerax, numpy as np
        >>> integers, scale = kerax.quantizers.AbsMaxQuantizer()(np.array([[0.25, -1.0]], "float32"))
        >>> integers.tolist(), scale.shape
        ([[32, -127]], (1, 1))
    """

    def __init__(
        self,
        axis: Any = None,
        value_range: tuple[int, int] = (-127, 127),
        epsilon: float = 1e-7,
        output_dtype: str = "int8",
    ):
        super().__init__(output_dtype)
        self.axis = None if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        self.value_range, self.epsilon = tuple(value_range), epsilon
        if output_dtype == "int8" and not _INT8[0] <= value_range[0] < value_range[1] <= _INT8[1]:
            raise ValueError(
                f"AbsMaxQuantizer(output_dtype='int8'): value_range must lie within {list(_INT8)}, received "
                f"{value_range!r}."
            )

    def __call__(self, x: Any, axis: Any = None, to_numpy: bool = False) -> tuple[jax.Array, jax.Array]:
        """Returns ``(integers, scale)``; the scale keeps its axes with size 1."""
        axis = self.axis if axis is None else axis
        return abs_max_quantize(
            x,
            -1 if axis is None else axis,
            self.value_range,
            self.output_dtype,
            self.epsilon,
            to_numpy,  # type: ignore[arg-type]
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = {"value_range": self.value_range, "epsilon": self.epsilon, "output_dtype": self.output_dtype}
        return config if self.axis is None else {**config, "axis": self.axis}


def abs_max_quantize(
    inputs: Any,
    axis: Any,
    value_range: tuple[int, int] = (-127, 127),
    dtype: Any = "int8",
    epsilon: float = 1e-7,
    to_numpy: bool = False,
) -> tuple[jax.Array, jax.Array]:
    """Integers and the scale that brings the largest absolute value to the end of a range.

    Args:
        inputs: floats.
        axis: axis or axes that share a scale.
        value_range: smallest and largest integer.
        dtype: of the integers.
        epsilon: added to the largest absolute value.
        to_numpy: accepted as in Keras, where it saves memory on the device.

    Returns:
        ``(integers, scale)``; the scale keeps the axes with size 1.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.quantizers.abs_max_quantize(np.array([2.0, 1.0], "float32"), axis=0)[1].tolist()
        [63.5]
    """
    axis = tuple(axis) if isinstance(axis, list) else axis
    return quantization.abs_max_quantize(inputs, axis, value_range, dtype, epsilon)


def abs_max_quantize_grouped_with_zero_point(
    inputs: Any,
    block_size: int,
    value_range: tuple[int, int] = (-8, 7),
    dtype: Any = "int8",
    epsilon: float = 1e-7,
    to_numpy: bool = False,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Integers of a matrix, with a scale and a zero point for each group of rows of each column.

    A group whose numbers all have one sign has a range that begins or ends at 0; in Keras 3 such a group loses its
    numbers, because a zero point is one of the integers.

    Args:
        inputs: floats, shape (rows, columns).
        block_size: rows of a group.
        value_range: smallest and largest integer.
        dtype: of the integers.
        epsilon: added to the width of a group's range.
        to_numpy: accepted as in Keras, where it saves memory on the device; here it always runs on the host.

    Returns:
        ``(integers, scale, zero)``; ``(integers - zero) * scale`` is about ``inputs``.

    Example:
        >>> import kerax, numpy as np
        >>> kernel = np.linspace(-1, 1, 12, dtype="float32").reshape(6, 2)
        >>> [part.shape for part in kerax.quantizers.abs_max_quantize_grouped_with_zero_point(kernel, 4)]
        [(6, 2), (2, 2), (2, 2)]
    """
    integers, scale, zero = quantize_groups(np.asarray(inputs), block_size, value_range, dtype, epsilon)
    return jnp.asarray(integers), jnp.asarray(scale), jnp.asarray(zero)


def quantize_and_dequantize(inputs: Any, scale: Any, quantized_dtype: Any, compute_dtype: Any) -> jax.Array:
    """Inputs as they are after a round trip through a narrow float type.

    Args:
        inputs: floats.
        scale: they are divided by it before.
        quantized_dtype: such as ``"float8_e4m3fn"``.
        compute_dtype: of the result.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.quantizers.quantize_and_dequantize(np.float32(1.05), 1.0, "float8_e5m2", "float32").item()
        1.0
    """
    return quantization.quantize_and_dequantize(
        inputs, scale, jnp.dtype(standardize_dtype(quantized_dtype)), standardize_dtype(compute_dtype)
    )


def compute_float8_scale(amax: Any, scale: Any, dtype_max: float, margin: int = 0) -> jax.Array:
    """The scale for the next step of float8 training.

    Args:
        amax: largest absolute value of the last steps.
        scale: the present scale, kept where ``amax`` is 0 or not finite.
        dtype_max: largest value of the narrow type.
        margin: powers of two that are kept free.

    Example:
        >>> import kerax
        >>> float(kerax.quantizers.compute_float8_scale(896.0, 1.0, 448.0))
        2.0
    """
    return quantization.float8_scale(amax, scale, dtype_max, margin)


def compute_float8_amax_history(x: Any, amax_history: Any) -> jax.Array:
    """The history of largest absolute values, that of ``x`` in front and the oldest one gone.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.quantizers.compute_float8_amax_history(np.array([-4.0]), np.array([1.0, 2.0], "float32")).tolist()
        [4.0, 1.0]
    """
    return quantization.amax_history(x, amax_history)


def fake_quant_with_min_max_vars(
    inputs: Any,
    min_vals: Any,
    max_vals: Any,
    num_bits: int = 8,
    narrow_range: bool = False,
    axis: int | None = None,
) -> jax.Array:
    """Rounds to the levels that ``num_bits`` have between two limits; differentiable.

    Args:
        inputs: floats.
        min_vals: smallest value, a scalar or one for each entry of ``axis``.
        max_vals: largest value, likewise.
        num_bits: of the levels.
        narrow_range: whether the lowest level is left out.
        axis: with limits of its own for each entry, or None.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.quantizers.fake_quant_with_min_max_vars(np.float32(0.9), -1.0, 2.0, num_bits=2).item()
        1.0
    """
    return quantization.fake_quantize(inputs, min_vals, max_vals, int(num_bits), narrow_range, axis)


def pack_int4(arr: Any, axis: int = 0, dtype: str = "int8") -> tuple[jax.Array, tuple[int, ...], int]:
    """Two numbers of four bits in every byte.

    Args:
        arr: int8 from -8 to 7, or uint8 from 0 to 15.
        axis: along which neighbours share a byte.
        dtype: ``"int8"`` or ``"uint8"``, that of ``arr``.

    Returns:
        ``(packed, its shape, how many numbers there were along the axis)``.

    Raises:
        ValueError: for another dtype.
        TypeError: if the array has another one.

    Example:
        >>> import kerax, numpy as np
        >>> packed, shape, length = kerax.quantizers.pack_int4(np.array([1, -1, 7], "int8"))
        >>> packed.tolist(), shape, length
        ([-15, 7], (2,), 3)
    """
    _check_bytes("pack_int4", dtype, arr, (dtype,))
    packed = quantization.pack_int4(np.asarray(arr), axis)
    return jnp.asarray(packed), packed.shape, np.shape(arr)[axis]


def unpack_int4(packed: Any, orig_len: int, axis: int = 0, dtype: str = "int8") -> jax.Array:
    """The numbers that ``pack_int4`` has put together.

    Args:
        packed: bytes.
        orig_len: how many numbers there were along ``axis``.
        axis: along which they were packed.
        dtype: ``"int8"`` for -8 to 7, ``"uint8"`` for 0 to 15.

    Raises:
        ValueError: for another dtype.
        TypeError: if ``packed`` holds no bytes.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.quantizers.unpack_int4(np.array([-15, 7], "int8"), 3).tolist()
        [1, -1, 7]
    """
    _check_bytes("unpack_int4", dtype, packed, _BYTES)
    return quantization.unpack_int4(packed, orig_len, axis, dtype)


def _check_bytes(function: str, dtype: str, array: Any, allowed: tuple[str, ...]) -> None:
    if dtype not in _BYTES:
        raise ValueError(f"{function}: dtype must be 'int8' or 'uint8', received {dtype!r}.")
    found = standardize_dtype(array.dtype)
    if found not in allowed:
        raise TypeError(f"{function} takes an array of {' or '.join(allowed)}, received {found}.")
