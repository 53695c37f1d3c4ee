"""``tf.compat.v1.layers``: layers as functions; a graph keeps their variables under their names."""

from __future__ import annotations

from typing import Any

import kerax
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._graph_state import GraphKeys, add_to_collection, current
from kerax.compat.tensorflow._v1 import get_variable_scope
from kerax.registry import to_snake_case

_DROPPED = ("reuse", "_reuse", "_scope", "name", "trainable")


def _called(kind: str, inputs: Any, *args: Any, call: Any = None, **options: Any) -> Any:
    """A new layer of the inputs, or the one of that name if its variables are shared."""
    cls = getattr(kerax.layers, kind)
    name, reuse = options.get("name"), options.get("reuse", options.get("_reuse"))
    known = {key: one for key, one in options.items() if key not in _DROPPED}
    if not graph_mode():
        return cls(*args, name=name, **known)(inputs, **(call or {}))
    scope, state = get_variable_scope(), current()
    if "kernel_initializer" in known and known["kernel_initializer"] is None:
        known["kernel_initializer"] = scope.initializer or "glorot_uniform"
    path = "/".join(part for part in (scope.name, name or _numbered(to_snake_case(kind))) if part)
    layer = state.layers.get(path)
    share = reuse if reuse is not None else scope.reuse
    if layer is not None and name is not None:
        if not share:
            raise ValueError(
                f"Variable {path}/kernel already exists, disallowed. Did you mean to set reuse=True or "
                "reuse=tf.AUTO_REUSE in VarScope?"
            )
        return layer(inputs, **(call or {}))
    layer = cls(*args, name=path.rpartition("/")[2], **known)
    result = layer(inputs, **(call or {}))
    state.layers[path] = layer
    for variable in layer.weights:
        variable.path = f"{path}/{variable.path.rpartition('/')[2]}"
        if options.get("trainable") is False:
            variable.trainable = False
        state.remember(variable)
    for loss in layer.losses:
        add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
    return result


def _numbered(base: str) -> str:
    scope = get_variable_scope().name
    counts, key = current().scopes, f"{scope}/{base}:layer"
    count = counts[key]
    counts[key] += 1
    return f"{base}_{count}" if count else base


def dense(
    inputs: Any,
    units: int,
    activation: Any = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = "zeros",
    **options: Any,
) -> Any:
    """A Dense layer of the inputs."""
    return _called(
        "Dense", inputs, units, activation, use_bias, kernel_initializer=kernel_initializer or "glorot_uniform",
        bias_initializer=bias_initializer, **options,
    )  # fmt: skip


def _convolution(kind: str) -> Any:
    def function(
        inputs: Any,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        *args: Any,
        **options: Any,
    ) -> Any:
        return _called(kind, inputs, filters, kernel_size, strides, padding, *args, **options)

    function.__doc__ = f"A {kind} layer of the inputs."
    return function


conv1d, conv2d, conv3d = _convolution("Conv1D"), _convolution("Conv2D"), _convolution("Conv3D")
conv2d_transpose, conv3d_transpose = _convolution("Conv2DTranspose"), _convolution("Conv3DTranspose")
separable_conv1d, separable_conv2d = _convolution("SeparableConv1D"), _convolution("SeparableConv2D")


def _pooling(kind: str) -> Any:
    def function(
        inputs: Any, pool_size: Any, strides: Any, padding: str = "valid", data_format: Any = None, name: Any = None
    ) -> Any:
        return getattr(kerax.layers, kind)(pool_size, strides, padding, data_format)(inputs)

    function.__doc__ = f"A {kind} layer of the inputs."
    return function


max_pooling1d, average_pooling1d = _pooling("MaxPooling1D"), _pooling("AveragePooling1D")
max_pooling2d, average_pooling2d = _pooling("MaxPooling2D"), _pooling("AveragePooling2D")
max_pooling3d, average_pooling3d = _pooling("MaxPooling3D"), _pooling("AveragePooling3D")


def flatten(inputs: Any, name: Any = None, data_format: Any = None) -> Any:
    """All axes but the first as one."""
    return kerax.layers.Flatten(data_format)(inputs)


def dropout(
    inputs: Any, rate: float = 0.5, noise_shape: Any = None, seed: Any = None, training: Any = False, name: Any = None
) -> Any:
    """Elements set to zero at random while training."""
    return kerax.layers.Dropout(rate, noise_shape, seed)(inputs, training=training)


def batch_normalization(
    inputs: Any,
    axis: int = -1,
    momentum: float = 0.99,
    epsilon: float = 1e-3,
    center: bool = True,
    scale: bool = True,
    training: Any = False,
    **options: Any,
) -> Any:
    """A BatchNormalization layer of the inputs; its means change in the call itself, not by ``UPDATE_OPS``."""
    return _called(
        "BatchNormalization", inputs, axis, momentum, epsilon, center, scale, call={"training": training}, **options
    )
