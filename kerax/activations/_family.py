"""Names of the activations, and looking them up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerax.activations.rectifiers import celu, elu, leaky_relu, relu, relu6, selu
from kerax.activations.shrinkage import hard_shrink, soft_shrink, tanh_shrink, threshold
from kerax.activations.sigmoids import (
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    legacy_hard_sigmoid,
    log_sigmoid,
    sigmoid,
    sparse_sigmoid,
    tanh,
)
from kerax.activations.smooth import (
    exponential,
    gelu,
    linear,
    mish,
    silu,
    softplus,
    softsign,
    sparse_plus,
    squareplus,
)
from kerax.activations.softmaxes import glu, log_softmax, softmax, sparsemax
from kerax.registry import Family

_FUNCTIONS = (
    celu, elu, exponential, gelu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_tanh, leaky_relu,
    legacy_hard_sigmoid, linear, log_sigmoid, log_softmax, mish, relu, relu6, selu, sigmoid, silu, soft_shrink, softmax,
    softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax, squareplus, tanh, tanh_shrink, threshold,
)  # fmt: skip

FAMILY = Family(
    "activation",
    "keras.activations",
    functions={function.__name__: function for function in _FUNCTIONS},
    aliases={"swish": "silu", "hard_swish": "hard_silu", "softmax_v2": "softmax"},
)


def get(identifier: Any) -> Callable[..., Any]:
    """Return the activation an identifier stands for.

    Args:
        identifier: name (``"relu"``), configuration, callable (``jax.nn.relu``, a layer), class of a layer, or ``None``
            for `linear`.

    Raises:
        ValueError: for an unknown name.
        TypeError: for anything else.

    Example:
        >>> import jax
        >>> import kerax
        >>> kerax.activations.get("swish") is kerax.activations.silu
        True
        >>> kerax.activations.get(jax.nn.relu) is jax.nn.relu
        True
        >>> kerax.activations.get(None) is kerax.activations.linear
        True
    """
    return linear if identifier is None else FAMILY.get(identifier)


def serialize(activation: Any, use_legacy_format: bool = False) -> Any:
    """Return the name or configuration of an activation.

    Args:
        activation: the activation.
        use_legacy_format: whether to leave out what Keras 3 adds to the class name and its arguments.

    Example:
        >>> import kerax
        >>> kerax.activations.serialize(kerax.activations.gelu)
        'gelu'
    """
    return FAMILY.serialize(activation, use_legacy_format)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None, use_legacy_format: bool = False) -> Any:
    """Return the activation a name or configuration describes.

    Args:
        config: what `serialize` returned, in Keras 2 or Keras 3 form.
        custom_objects: the user's own functions by name.
        use_legacy_format: accepted as in tf.keras; either form is recognized.

    Raises:
        ValueError: for an unknown name.

    Example:
        >>> import kerax
        >>> kerax.activations.deserialize("relu") is kerax.activations.relu
        True
    """
    return FAMILY.deserialize(config, custom_objects)
