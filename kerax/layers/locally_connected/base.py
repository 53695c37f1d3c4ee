"""What LocallyConnected1D and 2D share."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp

from kerax import activations, constraints, initializers, regularizers
from kerax.functional.local_conv import local_conv
from kerax.layers.checks import data_format_or_default, positive_int
from kerax.layers.convolutional.arguments import (
    Shape,
    axis_ints,
    join_shape,
    padding_name,
    split_shape,
    window_output,
)
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer
from kerax.layers.locally_connected.connections import connections

BY_WINDOWS, BY_MASKED_MATRIX, BY_CONNECTIONS = 1, 2, 3
_IMPLEMENTATIONS = (BY_WINDOWS, BY_MASKED_MATRIX, BY_CONNECTIONS)


class LocallyConnected(Layer):
    """Base of the layers that convolve with a kernel of its own at every place.

    Args:
        filters: output channels.
        options: the other arguments of the concrete class.
        **kwargs: ``name``, ``dtype``...
    """

    rank: int

    def __init__(self, filters: int, options: dict[str, Any], **kwargs: Any):
        super().__init__(activity_regularizer=options["activity_regularizer"], **kwargs)
        kind = type(self).__name__
        self.filters = positive_int(kind, "filters", filters)
        self.kernel_size = axis_ints(kind, "kernel_size", options["kernel_size"], self.rank)
        self.strides = axis_ints(kind, "strides", options["strides"], self.rank)
        self.padding = padding_name(kind, options["padding"])
        self.implementation = options["implementation"]
        if self.implementation not in _IMPLEMENTATIONS:
            raise ValueError(f"{kind}: argument implementation must be 1, 2 or 3, received {self.implementation!r}.")
        if self.padding != "valid" and self.implementation == BY_WINDOWS:
            raise ValueError(
                f"{kind}: padding={self.padding!r} needs implementation=2 or 3; implementation=1 knows 'valid' only."
            )
        self.data_format = data_format_or_default(kind, options["data_format"])
        self.activation = activations.get(options["activation"])
        self.use_bias = bool(options["use_bias"])
        for weight in ("kernel", "bias"):
            for suffix, family in (
                ("initializer", initializers),
                ("regularizer", regularizers),
                ("constraint", constraints),
            ):
                setattr(self, f"{weight}_{suffix}", family.get(options[f"{weight}_{suffix}"]))
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def build(self, input_shape: Any) -> None:
        """Creates ``kernel`` and ``bias`` (positions, filters)."""
        spatial, channels = split_shape(tuple(input_shape), self.data_format)
        if None in spatial or channels is None:
            raise ValueError(
                f"Layer {self.path!r} ({type(self).__name__}) has weights for every place, so it needs to know all "
                f"sizes of its inputs but the first; received shape {tuple(input_shape)}."
            )
        places = window_output(self, spatial, self.kernel_size, self.strides, self.padding)
        first = self.data_format == "channels_first"
        self._wiring = None
        if self.implementation == BY_WINDOWS:
            shape: tuple = (math.prod(places), math.prod(self.kernel_size) * channels, self.filters)
        elif self.implementation == BY_MASKED_MATRIX:
            inside = (channels, *spatial) if first else (*spatial, channels)
            outside = (self.filters, *places) if first else (*places, self.filters)
            shape = (*inside, *outside)
        if self.implementation != BY_WINDOWS:
            self._wiring = connections(
                spatial, channels, self.filters, self.kernel_size, self.strides, self.padding, first
            )
        if self.implementation == BY_CONNECTIONS:
            shape = (len(self._wiring[0]),)
        self.kernel = self._weight("kernel", shape)
        self.bias = self._weight("bias", (*places, self.filters)) if self.use_bias else None
        sizes = {axis: size for axis, size in enumerate(input_shape) if axis > 0}
        self.input_spec = InputSpec(ndim=self.rank + 2, axes=sizes)

    def _weight(self, name: str, shape: tuple) -> Any:
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=getattr(self, f"{name}_initializer"),
            regularizer=getattr(self, f"{name}_regularizer"),
            constraint=getattr(self, f"{name}_constraint"),
        )

    def call(self, inputs: jax.Array) -> Any:
        """Computes the layer's output."""
        kernel = self.kernel.value
        if self.implementation == BY_WINDOWS:
            outputs = local_conv(inputs, kernel, self.kernel_size, self.strides, self.data_format)
        else:
            shape = self.compute_output_shape(inputs.shape)
            flat = inputs.reshape((inputs.shape[0], -1))
            to, frm = self._wiring
            if self.implementation == BY_MASKED_MATRIX:
                # The masked weights stay in the kernel, as in tf.keras, but count for nothing.
                matrix = kernel.reshape(flat.shape[1], -1)
                mask = jnp.zeros(matrix.shape, matrix.dtype).at[frm, to].set(1)
                outputs = flat @ (matrix * mask)
            else:
                products = (flat[:, frm] * kernel).T
                sums = jax.ops.segment_sum(products, to, math.prod(shape[1:]), indices_are_sorted=True)
                outputs = sums.T
            outputs = outputs.reshape((inputs.shape[0], *shape[1:]))
        if self.bias is not None:
            bias = self.bias.value
            if self.data_format == "channels_first":  # tf.keras reads the same numbers in the other order
                bias = bias.reshape((self.filters, *bias.shape[:-1]))
            outputs = outputs + bias
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Returns the output shape."""
        spatial, _ = split_shape(tuple(input_shape), self.data_format)
        places = window_output(self, spatial, self.kernel_size, self.strides, self.padding)
        return join_shape(input_shape[0], places, self.filters, self.data_format)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        plain = ("filters", "kernel_size", "strides", "padding", "data_format", "use_bias", "implementation")
        config = {**super().get_config(), **{name: getattr(self, name) for name in plain}}
        config["activation"] = activations.serialize(self.activation)
        config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        for weight in ("kernel", "bias"):
            config[f"{weight}_initializer"] = initializers.serialize(getattr(self, f"{weight}_initializer"))
            config[f"{weight}_regularizer"] = regularizers.serialize(getattr(self, f"{weight}_regularizer"))
            config[f"{weight}_constraint"] = constraints.serialize(getattr(self, f"{weight}_constraint"))
        return config
