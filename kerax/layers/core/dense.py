"""Dense: a fully connected layer."""

from __future__ import annotations

import functools
from typing import Any

import jax.numpy as jnp

from kerax import activations, constraints, initializers, regularizers
from kerax.functional.dense import dense
from kerax.layers.checks import positive_int
from kerax.layers.core.adaptable import AdaptableLayer
from kerax.layers.input_spec import InputSpec

_product = functools.partial(jnp.einsum, "...a,ab->...b")


class Dense(AdaptableLayer):
    """``activation(inputs @ kernel + bias)`` over the last axis.

    Args:
        units: size of the output's last axis.
        activation: name or callable, or None.
        use_bias: whether a bias is added.
        kernel_initializer: of the kernel, shape (features, units).
        bias_initializer: of the bias, shape (units,).
        kernel_regularizer: penalty on the kernel.
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        kernel_constraint: applied to the kernel after each optimizer step.
        bias_constraint: applied to the bias after each optimizer step.
        lora_rank: trains a product of two thin matrices of this inner size instead of the kernel; see ``enable_lora``.
        lora_alpha: the product is multiplied by ``lora_alpha / lora_rank``; the rank by default.
        quantization_config: how ``quantize`` stores the kernel, such as a ``kerax.quantizers.Int8QuantizationConfig``.
        **kwargs: ``name``, ``dtype``, ``trainable``, ``input_shape``, ``input_dim``...

    Raises:
        ValueError, TypeError: if ``units`` is no positive integer.

    Example:
        >>> import kerax, numpy as np
        >>> kerax.layers.Dense(4, activation="relu")(np.ones((2, 3), "float32")).shape
        (2, 4)
    """

    supports_masking = True

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            lora_rank, lora_alpha, quantization_config, activity_regularizer=activity_regularizer, **kwargs
        )
        self.units = positive_int(self, "units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        """Creates ``kernel`` and ``bias``."""
        if not input_shape:
            raise ValueError(f"Layer {self.path!r} (Dense) needs inputs with an axis of features, received a scalar.")
        features = input_shape[-1]
        if features is None:
            raise ValueError(
                f"Layer {self.path!r} needs to know the last axis of its inputs, received shape {tuple(input_shape)}."
            )
        self.kernel = self._add_adaptable(
            (features, self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self._finish_adaptable()
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})

    def call(self, inputs: Any) -> Any:
        """Computes the layer's output."""
        if self.quantization_mode is not None:
            y, bias = self._quantized_product(inputs, _product, (-1,)), self._quantized_bias()
            y = y if bias is None else y + bias
        else:
            bias = None if self.bias is None else self.bias.value
            y = dense(inputs, self._full_weight() if self.lora_enabled else self.kernel.value, bias)
        return y if self.activation is None else self.activation(y)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }
