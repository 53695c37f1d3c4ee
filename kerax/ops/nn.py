"""Operations of neural networks (``keras.ops.nn``)."""

# Several names a line, so that the lists can be read at once.
# fmt: off
# isort: off
from kerax.activations import (
    celu, elu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_swish, hard_tanh, leaky_relu, log_sigmoid, log_softmax,
    relu, relu6, selu, sigmoid, silu, soft_shrink, softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax,
    squareplus, swish, tanh_shrink, threshold,
)
from kerax.ops.nn_activations import gelu, softmax
from kerax.ops.nn_attention import dot_product_attention
from kerax.ops.nn_convolution import (
    conv, conv_transpose, depth_to_space, depthwise_conv, fold, separable_conv, space_to_depth, unfold,
)
from kerax.ops.nn_encoding import multi_hot, one_hot
from kerax.ops.nn_losses import (
    binary_crossentropy, categorical_crossentropy, ctc_decode, ctc_loss, psnr, sparse_categorical_crossentropy,
)
from kerax.ops.nn_normalization import batch_normalization, layer_normalization, moments, normalize, rms_normalization
from kerax.ops.nn_pooling import adaptive_average_pool, adaptive_max_pool, average_pool, max_pool
from kerax.ops.signal import polar

__all__ = [
    "adaptive_average_pool", "adaptive_max_pool", "average_pool", "batch_normalization", "binary_crossentropy",
    "categorical_crossentropy", "celu", "conv", "conv_transpose", "ctc_decode", "ctc_loss", "depth_to_space",
    "depthwise_conv", "dot_product_attention", "elu", "fold", "gelu", "glu", "hard_shrink", "hard_sigmoid",
    "hard_silu", "hard_swish", "hard_tanh", "layer_normalization", "leaky_relu", "log_sigmoid", "log_softmax",
    "max_pool", "moments", "multi_hot", "normalize", "one_hot", "polar", "psnr", "relu", "relu6", "rms_normalization",
    "selu", "separable_conv", "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign", "space_to_depth",
    "sparse_categorical_crossentropy", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish",
    "tanh_shrink", "threshold", "unfold",
]
