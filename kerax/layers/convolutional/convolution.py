"""What every convolution layer shares: arguments of the sliding kernel, bias, activation."""

from __future__ import annotations

from typing import Any

from kerax import activations, constraints, initializers, regularizers
from kerax.layers.checks import data_format_or_default, positive_int
from kerax.layers.convolutional.arguments import axis_ints, padding_name, split_shape
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer


class Convolution(Layer):
    """Base of the convolution layers; a subclass makes its kernel and says how it is applied.

    Args:
        kernel_size: int or one int per spatial axis.
        strides: positions between outputs, int or one per axis.
        padding: ``"valid"`` or ``"same"`` (and ``"causal"`` with one spatial axis).
        data_format: ``"channels_last"`` or ``"channels_first"``; None for the one of ``kerax.config``.
        dilation_rate: positions between kernel taps, int or one per axis.
        activation: name or callable, or None.
        use_bias: whether a bias per output channel is added.
        bias_initializer: of the bias, shape (output channels,).
        bias_regularizer: penalty on the bias.
        activity_regularizer: penalty on the output.
        bias_constraint: applied to the bias after each optimizer step.
        **kwargs: ``name``, ``dtype``, ``trainable``, ``input_shape``...

    Raises:
        ValueError: if an argument is not one of those, or strides and dilation both exceed 1.
    """

    rank: int  # number of spatial axes, set by the concrete class

    def __init__(
        self,
        kernel_size: Any,
        strides: Any,
        padding: Any,
        data_format: Any,
        dilation_rate: Any,
        activation: Any,
        use_bias: bool,
        bias_initializer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        bias_constraint: Any,
        **kwargs: Any,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        kind = type(self).__name__
        self.kernel_size = axis_ints(kind, "kernel_size", kernel_size, self.rank)
        self.strides = axis_ints(kind, "strides", strides, self.rank)
        self.padding = padding_name(kind, padding, self._paddings())
        self.data_format = data_format_or_default(kind, data_format)
        self.dilation_rate = axis_ints(kind, "dilation_rate", dilation_rate, self.rank)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{kind}: strides and dilation_rate cannot both exceed 1, received strides={strides!r} and "
                f"dilation_rate={dilation_rate!r}. Set one of them to 1."
            )

    def _paddings(self) -> tuple[str, ...]:
        return ("valid", "same", "causal") if self.rank == 1 else ("valid", "same")

    def _filters(self, filters: Any) -> int:
        return positive_int(type(self).__name__, "filters", filters)

    def _check_channels(self, input_shape: Any) -> int:
        """Returns the number of input channels and fixes it in ``input_spec``."""
        _, channels = split_shape(tuple(input_shape), self.data_format)
        if len(tuple(input_shape)) != self.rank + 2:
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}) expects inputs with ndim={self.rank + 2}, received shape "
                f"{tuple(input_shape)}."
            )
        if channels is None:
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}) needs to know the channel axis of its inputs "
                f"({self.data_format}), received shape {tuple(input_shape)}."
            )
        self.input_spec = InputSpec(
            ndim=self.rank + 2, axes={1 if self.data_format == "channels_first" else -1: channels}
        )
        return channels

    def _add_bias(self, channels: int) -> None:
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(channels,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def _finish(self, outputs: Any) -> Any:
        """Adds the bias and applies the activation."""
        if self.bias is not None:
            bias = self.bias.value
            outputs = outputs + (bias.reshape(-1, *(1,) * self.rank) if self.data_format == "channels_first" else bias)
        return outputs if self.activation is None else self.activation(outputs)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }


def drop_tf_keras_arguments(layer: str, kwargs: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Returns ``kwargs`` without the entries that tf.keras writes into this layer's configuration but never reads.

    Raises:
        ValueError: for ``groups`` other than 1, which would change the result.
    """
    if kwargs.get("groups", 1) != 1:
        raise ValueError(f"{layer}: groups={kwargs['groups']!r} is not supported by this layer; leave it out.")
    return {key: value for key, value in kwargs.items() if key != "groups" and key not in names}
