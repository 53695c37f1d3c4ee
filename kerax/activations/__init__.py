"""Activation functions: pure functions from an array to an array of the same kind.

All of them also take symbolic tensors. Layers accept them by name or as any callable.
"""

from kerax.activations._family import deserialize, get, serialize
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

swish = silu
hard_swish = hard_silu

__all__ = [
    "celu",
    "deserialize",
    "elu",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "legacy_hard_sigmoid",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "serialize",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]
