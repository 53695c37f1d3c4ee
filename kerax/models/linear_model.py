"""LinearModel: a weighted sum of one or several inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerax import activations, initializers, regularizers
from kerax.layers import Dense
from kerax.models.model import Model


class LinearModel(Model):
    """Computes ``activation(x1 @ kernel1 + x2 @ kernel2 + ... + bias)``.

    Args:
        units: size of the output.
        activation: function of the sum; none by default.
        use_bias: whether there is a bias.
        kernel_initializer: of every kernel.
        bias_initializer: of the bias.
        kernel_regularizer: of every kernel.
        bias_regularizer: of the bias.
        **kwargs: ``name``, ``dtype``...

    Raises:
        ValueError: if an input that the model was built with is missing.

    Example:
        >>> import kerax, numpy as np
        >>> model = kerax.experimental.LinearModel()
        >>> model({"age": np.ones((3, 1), "float32"), "height": np.ones((3, 2), "float32")}).shape
        (3, 1)
    """

    def __init__(
        self,
        units: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "zeros",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.units = units
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.dense_layers: list[Dense] = []
        self.bias: Any = None

    def build(self, input_shape: Any) -> None:
        """Creates one kernel per input, and the bias."""
        if isinstance(input_shape, Mapping):
            self._names: list[str] | None = sorted(input_shape)
            shapes = [input_shape[name] for name in self._names]
        else:
            self._names = None
            several = bool(input_shape) and all(isinstance(shape, (tuple, list)) for shape in input_shape)
            shapes = list(input_shape) if several else [input_shape]
        for number, shape in enumerate(shapes):
            layer = Dense(
                self.units,
                use_bias=False,
                kernel_initializer=self.kernel_initializer,
                kernel_regularizer=self.kernel_regularizer,
                name=self._names[number] if self._names else None,
            )
            layer.build(shape)
            self.dense_layers.append(layer)
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.units,), initializer=self.bias_initializer, regularizer=self.bias_regularizer
            )
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Adds up the inputs' products with their kernels."""
        if isinstance(inputs, Mapping):
            names = self._names or [layer.name for layer in self.dense_layers]
            missing = sorted(set(names) - set(inputs))
            if missing:
                raise ValueError(
                    f"LinearModel {self.name!r} was built for the inputs {names}; {missing} are missing, received "
                    f"{sorted(inputs)}."
                )
            inputs = [inputs[name] for name in names]
        elif not isinstance(inputs, (tuple, list)):
            inputs = [inputs]
        total = sum(layer(x) for layer, x in zip(self.dense_layers, inputs, strict=True))
        if self.bias is not None:
            total = total + self.bias.value
        return total if self.activation is None else self.activation(total)

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
        }
