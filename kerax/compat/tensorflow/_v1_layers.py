"""``tf.compat.v1.layers`` as functions: a layer that is made and called at once."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from kerax.compat.tensorflow import _v1_layer_convolutions as convolutions
from kerax.compat.tensorflow import _v1_layer_kinds as kinds


def _function(cls: type, with_training: bool = False) -> Callable:
    """A function of inputs and the arguments of a layer."""
    own = [one for one in inspect.signature(cls.__init__).parameters.values() if one.name not in ("self", "kwargs")]
    P = inspect.Parameter
    named = [one for one in own if one.name not in ("trainable", "name")]
    pooling = not any(one.name == "trainable" for one in own)
    last = [P("trainable", P.POSITIONAL_OR_KEYWORD, default=True)] * (not pooling)
    last += [P("name", P.POSITIONAL_OR_KEYWORD, default=None)]
    last += [P("reuse", P.POSITIONAL_OR_KEYWORD, default=None)] * (not pooling)
    if with_training:
        training = [P("training", P.POSITIONAL_OR_KEYWORD, default=False)]
        behind = [i for i, one in enumerate(named) if one.name in ("gamma_constraint", "seed")][0] + 1
        rest, named = named[behind:], named[:behind]
        last = training + last + rest
    signature = inspect.Signature([P("inputs", P.POSITIONAL_OR_KEYWORD), *named, *last])

    @functools.wraps(cls.__init__)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        given = dict(bound.arguments)
        inputs, name, reuse = given.pop("inputs"), given.get("name"), given.pop("reuse", None)
        more = {"training": given.pop("training", False)} if with_training else {}
        made = cls(**given, _reuse=reuse, _scope=name)
        return made(inputs, **more)

    call.__signature__ = signature  # type: ignore[attr-defined]
    call.__doc__ = (
        f"A {cls.__name__} layer of the inputs; arguments as there, and ``reuse``: whether to share variables."
    )
    return call


dense = _function(kinds.Dense)
conv1d, conv2d, conv3d = (_function(one) for one in (convolutions.Conv1D, convolutions.Conv2D, convolutions.Conv3D))
conv2d_transpose, conv3d_transpose = _function(convolutions.Conv2DTranspose), _function(convolutions.Conv3DTranspose)
separable_conv1d, separable_conv2d = _function(convolutions.SeparableConv1D), _function(convolutions.SeparableConv2D)
max_pooling1d, average_pooling1d = _function(kinds.MaxPooling1D), _function(kinds.AveragePooling1D)
max_pooling2d, average_pooling2d = _function(kinds.MaxPooling2D), _function(kinds.AveragePooling2D)
max_pooling3d, average_pooling3d = _function(kinds.MaxPooling3D), _function(kinds.AveragePooling3D)
dropout = _function(kinds.Dropout, with_training=True)
batch_normalization = _function(kinds.BatchNormalization, with_training=True)


def flatten(inputs: Any, name: str | None = None, data_format: str = "channels_last") -> Any:
    """All axes but the first as one."""
    return kinds.Flatten(data_format, name=name)(inputs)
