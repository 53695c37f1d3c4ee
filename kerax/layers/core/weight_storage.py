"""In which form a layer keeps its large weight: as floats, as int8 or int4, or with products of 8-bit floats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from kerax.functional import quantization
from kerax.functional.group_quantization import dequantize_groups, quantize_groups
from kerax.layers.layer import current_training
from kerax.quantizers import AbsMaxQuantizer, QuantizationConfig
from kerax.state import Variable

_INT4 = (-8, 7)
_INPUTS, _GRADIENTS = "float8_e4m3fn", "float8_e5m2"  # more digits forwards, a wider range backwards
Contract = Callable[..., jax.Array]


class Floats:
    """The weight as it is; base of the other forms, which are made when they are needed and hold nothing.

    Args:
        layer: whose weight it is.
    """

    def __init__(self, layer: Any):
        self.layer = layer
        self.name: str = layer._adapted

    def add(self, shape: tuple[int, ...], **options: Any) -> Variable | None:
        """Creates the weight."""
        return self.layer.add_weight(name=self.name, shape=shape, **options)

    def add_rest(self) -> None:
        """Creates what goes with the weight, when all other weights exist."""

    def store(self, config: QuantizationConfig) -> None:
        """Brings the floats that the layer holds into this form."""

    def weight(self) -> jax.Array:
        """The numbers that the weight stands for, in its own shape."""
        return self._part("").value

    def product(self, inputs: jax.Array, contract: Contract, axes: tuple[int, ...]) -> jax.Array:
        """``contract(inputs, weight)``.

        Args:
            inputs: floats.
            contract: the product.
            axes: of the inputs that it sums over.
        """
        return contract(inputs, self.weight().astype(self.layer.compute_dtype))

    # ---- for the forms ----------------------------------------------------------------------------------------------
    def _part(self, suffix: str) -> Variable:
        return getattr(self.layer, self.name + suffix)

    def _add(self, name: str, shape: tuple[int, ...], value: Any = 1, attribute: str = "", **options: Any) -> Variable:
        """Creates a weight that is not trained; a value that is an array is its first one."""
        array = np.full(shape, value) if np.ndim(value) == 0 else value
        variable = self.layer.add_weight(
            name=name, shape=shape, initializer=constant(array), **{"trainable": False, **options}
        )
        setattr(self.layer, attribute or name, variable)
        return variable

    def _replace(self, integers: Any) -> None:
        """Puts integers in the place of the floats, first of the layer's weights."""
        old = self._part("")
        new = Variable(np.asarray(integers), dtype=str(integers.dtype), trainable=False, name=old.name)
        new.path = old.path
        self.layer._variables[self.name] = new
        setattr(self.layer, self.name, new)


class Int8(Floats):
    """The weight as int8, with a scale for each output; inputs are rounded to int8 as well unless told otherwise."""

    def add(self, shape: tuple[int, ...], **options: Any) -> Variable:
        return self.layer.add_weight(name=self.name, shape=shape, initializer="zeros", dtype="int8", trainable=False)

    def add_rest(self) -> None:
        self._add(f"{self.name}_scale", self.layer._scale_shape())

    def store(self, config: QuantizationConfig) -> None:
        quantizer = config.weight_quantizer or AbsMaxQuantizer()
        integers, scale = quantizer(self._part("").value, axis=self.layer._scale_axes())
        self._replace(integers)
        stored = self.layer._stored_scale(np.asarray(scale))
        self._add(f"{self.name}_scale", stored.shape, stored)

    def weight(self) -> jax.Array:
        return self._part("").value / self.layer._scale_with_axes()

    def product(self, inputs: jax.Array, contract: Contract, axes: tuple[int, ...]) -> jax.Array:
        kernel, scale, dtype = self._part("").value, self.layer._scale_with_axes(), self.layer.compute_dtype
        quantizer = self.layer._quantizer_of_inputs()
        if quantizer is None:
            return contract(inputs, (kernel / scale).astype(dtype))

        def rounded(x: jax.Array, kernel: jax.Array, scale: jax.Array) -> jax.Array:
            integers, of_inputs = quantizer(x, axis=axes)
            exact = contract(integers, kernel, preferred_element_type=jnp.int32)
            return (exact.astype(dtype) / contract(of_inputs, scale)).astype(dtype)

        def smooth(x: jax.Array, kernel: jax.Array, scale: jax.Array) -> jax.Array:
            return contract(x, (kernel / scale).astype(x.dtype))

        return _as_if(rounded, smooth, inputs, kernel, scale)


class Int4(Floats):
    """The weight as a matrix of 4-bit integers, two in a byte along its columns.

    Either each column has a scale, or groups of its rows have scales and zero points. The layer says what the rows
    are (``_matrix``) and whether groups run along the columns instead (``_groups_along_columns``).
    """

    def add(self, shape: tuple[int, ...], **options: Any) -> Variable:
        self.layer._weight_shape = shape
        rows, columns = self.layer._matrix(shape)
        packed = (rows, -(-columns // 2))
        return self.layer.add_weight(name=self.name, shape=packed, initializer="zeros", dtype="int8", trainable=False)

    def add_rest(self) -> None:
        block = self._block_size()
        rows, columns = self.layer._matrix(self.layer._weight_shape)
        across, along = (rows, columns) if self.layer._groups_along_columns else (columns, rows)
        if block is None:
            self._add(f"{self.name}_scale", (across,))
            return
        groups = -(-along // block)
        shape = (across, groups) if self.layer._groups_along_columns else (groups, across)
        self._add(f"{self.name}_scale", shape)
        self._add(f"{self.name}_zero", shape, 0, dtype="int8")
        self._add("g_idx", (along,), np.arange(along) // block, dtype="float32")

    def store(self, config: QuantizationConfig) -> None:
        floats = self._part("").value
        self.layer._weight_shape = floats.shape
        matrix = floats.reshape(self.layer._matrix(floats.shape))
        block = self._block_size()
        turned = self.layer._groups_along_columns
        parts: list[Any]
        if block is None:
            quantizer = config.weight_quantizer or AbsMaxQuantizer(value_range=_INT4)
            integers, scale = quantizer(matrix, axis=1 if turned else 0)
            parts = [jnp.squeeze(scale, 1 if turned else 0)]
        else:
            integers, *parts = quantize_groups(matrix.T if turned else matrix, block)
            integers, *parts = (array.T for array in (integers, *parts)) if turned else (integers, *parts)
        self._replace(quantization.pack_int4(np.asarray(integers), 1))
        self.add_rest()
        for suffix, array in zip(("_scale", "_zero"), parts, strict=False):
            self._part(suffix).assign(array)

    def integers(self) -> jax.Array:
        """The matrix, unpacked."""
        return quantization.unpack_int4(self._part("").value, self.layer._matrix(self.layer._weight_shape)[1], 1)

    def weight(self) -> jax.Array:
        scale, turned = self._part("_scale").value, self.layer._groups_along_columns
        if self._block_size() is None:
            floats = self.integers() / (scale[:, None] if turned else scale)
        else:
            zero, groups = self._part("_zero").value, self.layer.g_idx.read()
            floats = dequantize_groups(self.integers(), scale, zero, groups, 1 if turned else 0)
        return floats.reshape(self.layer._weight_shape)

    def product(self, inputs: jax.Array, contract: Contract, axes: tuple[int, ...]) -> jax.Array:
        dtype, quantizer = self.layer.compute_dtype, self.layer._quantizer_of_inputs()
        kernel = self.weight().astype(dtype)
        if quantizer is None:
            return contract(inputs, kernel)
        summed = self.layer._scale_axes()
        ones = jnp.ones([1 if axis in summed else size for axis, size in enumerate(kernel.shape)], dtype)

        def rounded(x: jax.Array, kernel: jax.Array) -> jax.Array:
            integers, of_inputs = quantizer(x, axis=axes)
            return (contract(integers.astype(dtype), kernel) / contract(of_inputs, ones)).astype(dtype)

        return _as_if(rounded, contract, inputs, kernel)

    def _block_size(self) -> int | None:
        block = getattr(self.layer.dtype_policy, "block_size", -1)
        return None if block == -1 else block


class Float8(Floats):
    """The weight as floats that is trained; both sides of its product go through 8 bits, and so do the gradients.

    The scales are trained variables to the loop: what stands in the place of their gradient is their next value.

    Reference: Micikevicius et al., "FP8 Formats for Deep Learning", 2022, https://arxiv.org/abs/2209.05433
    """

    parts: ClassVar[tuple[str, ...]] = ("inputs", "kernel", "outputs_grad")

    def add_rest(self) -> None:
        length = getattr(self.layer.dtype_policy, "amax_history_length", 1024)
        options: dict[str, Any] = {"dtype": "float32", "trainable": True, "autocast": False}
        for part in self.parts:
            self._add(f"{part}_scale", (), 1, overwrite_with_gradient=True, **options)
            self._add(f"{part}_amax_history", (length,), 0, overwrite_with_gradient=True, **options)

    def store(self, config: QuantizationConfig) -> None:
        self.add_rest()

    def product(self, inputs: jax.Array, contract: Contract, axes: tuple[int, ...]) -> jax.Array:
        training = bool(current_training())
        left = _through_8_bits(inputs, *self._scale_of("inputs"), training)
        right = _through_8_bits(self.weight(), *self._scale_of("kernel"), training)
        return _gradient_through_8_bits(contract(left, right), *self._scale_of("outputs_grad"))

    def _scale_of(self, part: str) -> tuple[jax.Array, jax.Array]:
        return getattr(self.layer, f"{part}_scale").value, getattr(self.layer, f"{part}_amax_history").value


class Calibrated(Floats):
    """The weight as it was rounded for certain inputs: a turned matrix of small integers, two of 4 bits in a byte.

    It is made by ``Model.quantize``, which runs the model on samples, or read from a file.
    """

    def add(self, shape: tuple[int, ...], **options: Any) -> None:
        self.layer._weight_shape = shape

    def add_rest(self) -> None:
        policy = self.layer.dtype_policy
        rows, columns = self.layer._calibrated_matrix(self.layer._weight_shape)
        stored = -(-columns // 2) if policy.weight_bits == 4 else columns
        groups = 1 if policy.group_size == -1 else -(-rows // policy.group_size)
        self._add(self.name, (stored, rows), 0, "quantized_kernel", dtype="uint8")
        self._add("kernel_scale", (columns, groups))
        self._add(self.layer._zero_name, (columns, groups), 0, "kernel_zero", dtype="uint8")
        if policy.quantization_mode == "awq":
            self._add("awq_scales", (rows,))
        self._add("g_idx", (rows,), 0, dtype="float32")

    def set_rounded(self, rounded: Any) -> None:
        """Puts a ``RoundedMatrix`` in the place of the floats."""
        layer = self.layer
        layer._weight_shape = self._part("").shape
        layer._variables.pop(self.name)
        setattr(layer, self.name, None)
        self.add_rest()
        packed = quantization.pack_int4(rounded.integers) if layer.dtype_policy.weight_bits == 4 else rounded.integers
        layer.quantized_kernel.assign(packed)
        layer.kernel_scale.assign(rounded.scale)
        layer.kernel_zero.assign(rounded.zero)
        layer.g_idx.assign(rounded.groups)
        if rounded.factors is not None:
            layer.awq_scales.assign(rounded.factors)

    def weight(self) -> jax.Array:
        layer, columns = self.layer, self.layer._calibrated_matrix(self.layer._weight_shape)[1]
        integers = layer.quantized_kernel.value
        if layer.dtype_policy.weight_bits == 4:
            integers = quantization.unpack_int4(integers, columns, 0, "uint8")
        floats = dequantize_groups(integers, layer.kernel_scale.value, layer.kernel_zero.value, layer.g_idx.read()).T
        if layer.quantization_mode == "awq":
            floats = floats / layer.awq_scales.value[:, None]
        return floats.reshape(layer._weight_shape)


FORMS: dict[str | None, type[Floats]] = {
    None: Floats, "int8": Int8, "int4": Int4, "float8": Float8, "gptq": Calibrated, "awq": Calibrated,
}  # fmt: skip


def constant(array: Any) -> Callable:
    """An initializer that gives an array.

    Example:
        >>> from kerax.layers.core.weight_storage import constant
        >>> constant([1.0, 2.0])((2,), "int8").tolist()
        [1, 2]
    """
    host = np.asarray(array)
    return lambda shape, dtype: jnp.asarray(host.astype(dtype))


def product_of_rounded(inputs: jax.Array, kernel: jax.Array, quantizer: Any) -> jax.Array:
    """``inputs @ kernel`` with the inputs rounded by a quantizer; the gradient is that of the exact product.

    Args:
        inputs: floats, shape (..., features).
        kernel: floats, shape (features, outputs).
        quantizer: ``(x, axis) -> (integers, scale)``, or None.

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.layers.core.weight_storage import product_of_rounded
        >>> product_of_rounded(jnp.ones((1, 2)), jnp.ones((2, 1)), None).tolist()
        [[2.0]]
    """
    if quantizer is None:
        return inputs @ kernel

    def rounded(x: jax.Array, kernel: jax.Array) -> jax.Array:
        integers, scale = quantizer(x, axis=-1)
        return ((integers.astype(kernel.dtype) @ kernel) / scale).astype(kernel.dtype)

    return _as_if(rounded, jnp.matmul, inputs, kernel)


def _as_if(function: Callable, smooth: Callable, *args: jax.Array) -> jax.Array:
    """``function(*args)`` with the gradients that ``smooth`` has for those of the arguments that are floats."""
    floats = [jnp.issubdtype(arg.dtype, jnp.floating) for arg in args]

    def back(args: tuple, upstream: jax.Array) -> tuple:
        def of_floats(*given: jax.Array) -> jax.Array:
            left = list(given)
            return smooth(*(left.pop(0) if is_float else arg for arg, is_float in zip(args, floats, strict=True)))

        taken = [arg for arg, is_float in zip(args, floats, strict=True) if is_float]
        gradients = list(jax.vjp(of_floats, *taken)[1](upstream))
        return tuple(gradients.pop(0) if is_float else None for is_float in floats)

    wrapped = jax.custom_vjp(function)
    wrapped.defvjp(lambda *args: (function(*args), args), back)
    return wrapped(*args)


def _through_8_bits(x: jax.Array, scale: jax.Array, history: jax.Array, training: bool) -> jax.Array:
    """``x`` as 8 bits hold it; the gradient is handed through, those of scale and history are their next values."""

    @jax.custom_vjp
    def through(x: jax.Array, scale: jax.Array, history: jax.Array) -> jax.Array:
        return quantization.quantize_and_dequantize(x, scale, _INPUTS, x.dtype)

    def forward(x: jax.Array, scale: jax.Array, history: jax.Array) -> tuple[jax.Array, tuple]:
        following = _next(x, scale, history, _INPUTS) if training else (scale, history)
        return through(x, scale, history), following

    through.defvjp(forward, lambda following, upstream: (upstream, *following))
    return through(x, scale, history)


def _gradient_through_8_bits(x: jax.Array, scale: jax.Array, history: jax.Array) -> jax.Array:
    """``x`` as it is; its gradient as 8 bits hold it."""

    @jax.custom_vjp
    def same(x: jax.Array, scale: jax.Array, history: jax.Array) -> jax.Array:
        return x

    def back(kept: tuple, upstream: jax.Array) -> tuple:
        scale, history = kept
        narrow = quantization.quantize_and_dequantize(upstream, scale, _GRADIENTS, upstream.dtype)
        return (narrow, *_next(upstream, scale, history, _GRADIENTS))

    same.defvjp(lambda x, scale, history: (x, (scale, history)), back)
    return same(x, scale, history)


def _next(x: jax.Array, scale: jax.Array, history: jax.Array, narrow: str) -> tuple[jax.Array, jax.Array]:
    largest = float(jnp.finfo(narrow).max)
    return quantization.float8_scale(jnp.max(history), scale, largest), quantization.amax_history(x, history)
