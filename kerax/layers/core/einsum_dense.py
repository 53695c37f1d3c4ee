"""EinsumDense: a dense layer whose product is written as an einsum."""

from __future__ import annotations

import copy
import functools
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax import activations, constraints, initializers, regularizers
from kerax.functional.einsum_dense import einsum_dense, plan_einsum
from kerax.layers.core.adaptable import AdaptableLayer
from kerax.layers.layer_weights import plain_shape


class EinsumDense(AdaptableLayer):
    """``activation(einsum(equation, inputs, kernel) + bias)``.

    Args:
        equation: such as ``"abc,cd->abd"``; inputs and output may begin or end with ``...``.
        output_shape: sizes of the output without the batch axis, None for a size that the inputs give.
        activation: name or callable, or None.
        bias_axes: letters of the output that have a bias, such as ``"d"``; no bias if None.
        kernel_initializer: of the kernel.
        bias_initializer: of the bias.
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        kernel_constraint: applied to the kernel after each optimizer step.
        bias_constraint: applied to the bias after each optimizer step.
        lora_rank: trains a product of two thin matrices of this inner size instead of the kernel; see ``enable_lora``.
        lora_alpha: the product is multiplied by ``lora_alpha / lora_rank``; the rank by default.
        gptq_unpacked_column_size: accepted as in Keras.
        quantization_config: how ``quantize`` stores the kernel, such as a ``kerax.quantizers.Int8QuantizationConfig``.
        **kwargs: ``name``, ``dtype``, ``activity_regularizer``...

    Raises:
        ValueError: when built, if equation and shapes do not fit.

    Example:
        >>> import kerax, numpy as np
        >>> layer = kerax.layers.EinsumDense("abc,cd->abd", output_shape=(None, 8), bias_axes="d")
        >>> layer(np.ones((2, 5, 4), "float32")).shape
        (2, 5, 8)
    """

    _zero_name = "zero_point"

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        gptq_unpacked_column_size: int | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ):
        super().__init__(lora_rank, lora_alpha, quantization_config, **kwargs)
        self.equation = equation
        self.partial_output_shape = plain_shape(output_shape)
        self.bias_axes = bias_axes
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: Any) -> None:
        """Creates ``kernel`` and ``bias``."""
        try:
            plan = plan_einsum(self.equation, self.bias_axes, input_shape, self.partial_output_shape)
        except ValueError as error:
            raise ValueError(f"Layer {self.path!r}: {error}") from None
        self.full_output_shape = plan.output_shape
        self.kernel = self._add_adaptable(
            plan.kernel_shape,
            initializer=self._initializer_with_fans(),
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if plan.bias_shape is not None:
            self.bias = self.add_weight(
                name="bias",
                shape=plan.bias_shape,
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self._finish_adaptable()

    def _letters(self) -> list[str]:
        """The letters of inputs, kernel and outputs; ``.`` stands for the ellipsis."""
        return re.split(r"->|,", re.sub(r"\s", "", self.equation).replace("...", "."))

    def _scale_axes(self) -> tuple[int, ...]:
        _, kernel, outputs = self._letters()
        return tuple(axis for axis, letter in enumerate(kernel) if letter not in outputs)

    def _scale_letters(self) -> tuple[str, str]:
        """The letters that have scales of their own, in the order of the kernel and in that of the outputs."""
        _, kernel, outputs = self._letters()
        return "".join(c for c in kernel if c in outputs), "".join(c for c in outputs if c in kernel)

    def _scale_shape(self) -> tuple[int, ...]:
        _, kernel, outputs = self._letters()
        sizes = dict(zip(kernel, self.kernel.shape, strict=True))
        return tuple(sizes.get(letter, 1) for letter in outputs if letter != ".")

    def _stored_scale(self, scale: np.ndarray) -> np.ndarray:
        ours, stored = self._scale_letters()
        return np.einsum(f"{ours}->{stored}", scale.squeeze(self._scale_axes())).reshape(self._scale_shape())

    def _scale_with_axes(self) -> jax.Array:
        ours, stored = self._scale_letters()
        sizes = dict(zip(self._letters()[1], self.kernel.shape, strict=True))
        scale = self.kernel_scale.value.reshape([sizes[letter] for letter in stored])
        return jnp.expand_dims(jnp.einsum(f"{stored}->{ours}", scale), self._scale_axes())

    def _calibrated_matrix(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """As Keras tells inputs from outputs: of three axes the largest is the model's, alone on its side."""
        if len(shape) == 2:
            return shape[0], shape[1]
        if len(shape) != 3:
            raise ValueError(
                f"Layer {self.path!r}: kernels of two or three axes can be rounded for certain inputs, this one has "
                f"shape {shape}."
            )
        if shape.index(max(shape)) == 0:
            return shape[0], shape[1] * shape[2]
        return shape[0] * shape[1], shape[2]

    def _summed_axes(self) -> tuple[int, ...]:
        """Axes of the inputs that the outputs do not have, counted from the end after an ellipsis."""
        inputs, _, outputs = self._letters()
        dots = inputs.find(".")
        return tuple(
            axis - len(inputs) if 0 <= dots < axis else axis
            for axis, letter in enumerate(inputs)
            if letter not in outputs
        )

    def _initializer_with_fans(self) -> Any:
        """The kernel's initializer, told by the equation which of its axes are inputs and which outputs."""
        initializer = self.kernel_initializer
        if not isinstance(initializer, initializers.VarianceScaling) or None not in (
            initializer.input_axes,
            initializer.output_axes,
        ):
            return initializer
        kernel, outputs = re.split(r"->|,", re.sub(r"[\s.]", "", self.equation))[1:]
        initializer = copy.copy(initializer)  # with the same seed
        initializer.input_axes = [axis for axis, letter in enumerate(kernel) if letter not in outputs]
        initializer.output_axes = [axis for axis, letter in enumerate(kernel) if letter in outputs]
        return initializer

    def call(self, inputs: Any) -> Any:
        """Computes the layer's output."""
        if self.quantization_mode is not None:
            contract = functools.partial(jnp.einsum, self.equation)
            y, bias = self._quantized_product(inputs, contract, self._summed_axes()), self._quantized_bias()
            y = y if bias is None else y + bias
        else:
            bias = None if self.bias is None else self.bias.value
            kernel = self._full_weight() if self.lora_enabled else self.kernel.value
            y = einsum_dense(self.equation, inputs, kernel, bias)
        return y if self.activation is None else self.activation(y)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "output_shape": self.partial_output_shape,
            "equation": self.equation,
            "activation": activations.serialize(self.activation),
            "bias_axes": self.bias_axes,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }
