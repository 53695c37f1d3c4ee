"""Operations on arrays (``keras.ops``): NumPy's functions, linear algebra, neural networks, control flow, images.

Called with arrays, numbers, lists or variables they are functions of JAX with Keras's arguments and dtypes; they can be
compiled, differentiated and vectorized. Called with a symbolic tensor (`kerax.Input`) they become part of a model.
"""

# Several names a line, so that the lists can be read at once.
# fmt: off
# isort: off
from kerax import activations as _activations
from kerax.state.operations import OPERATIONS as _OPERATIONS
from kerax.ops import image, linalg, nn, numpy
from kerax.activations import (
    celu, elu, glu, hard_shrink, hard_sigmoid, hard_silu, hard_swish, hard_tanh, leaky_relu, log_sigmoid, log_softmax,
    relu, relu6, selu, sigmoid, silu, soft_shrink, softplus, softsign, sparse_plus, sparse_sigmoid, sparsemax,
    squareplus, swish, tanh_shrink, threshold,
)
from kerax.ops.control_flow import (
    associative_scan, cond, fori_loop, map, scan, switch, vectorize, vectorized_map, while_loop,
)
from kerax.ops.core import (
    cast, convert_to_numpy, convert_to_tensor, custom_gradient, dtype, is_tensor, saturate_cast, scatter,
    scatter_update, shape, slice, slice_update, stop_gradient,
)
from kerax.ops.creating import (
    arange, array, empty, empty_like, eye, full, full_like, geomspace, identity, linspace, logspace, meshgrid, ones,
    ones_like, tri, vander, zeros, zeros_like,
)
from kerax.ops.einops import rearrange
from kerax.ops.elementwise import (
    abs, absolute, angle, arccos, arccosh, arcsin, arcsinh, arctan, arctanh, bartlett, bitwise_invert, bitwise_not,
    blackman, cbrt, ceil, clip, conj, conjugate, copy, cos, cosh, deg2rad, erf, erfc, erfinv, exp, exp2, expm1, fabs,
    floor, hamming, hanning, i0, imag, isfinite, isinf, isnan, isneginf, isposinf, isreal, kaiser, log, log10, log1p,
    log2, logical_not, nan_to_num, negative, rad2deg, real, reciprocal, round, rsqrt, sign, signbit, sin, sinc, sinh,
    sqrt, square, tan, tanh, trunc, view,
)
from kerax.ops.indexing import (
    digitize, get_item, ndim, nonzero, searchsorted, size, take, take_along_axis, unravel_index,
)
from kerax.ops.joining import (
    append, array_split, concatenate, dsplit, dstack, hsplit, hstack, split, stack, unstack, vsplit, vstack,
)
from kerax.ops.linear_algebra import (
    cholesky, cholesky_inverse, det, eig, eigh, inv, jvp, logdet, lstsq, lu_factor, matrix_rank, norm, pinv, qr,
    slogdet, solve, solve_triangular, svd,
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
from kerax.ops.pairwise import (
    add, allclose, arctan2, bitwise_and, bitwise_left_shift, bitwise_or, bitwise_right_shift, bitwise_xor, divide,
    divide_no_nan, equal, floor_divide, fmax, fmin, fmod, gcd, greater, greater_equal, heaviside, hypot, isclose,
    isin, lcm, ldexp, left_shift, less, less_equal, logaddexp, logaddexp2, logical_and, logical_or, logical_xor,
    maximum, minimum, mod, multiply, nextafter, not_equal, power, right_shift, select, subtract, true_divide, where,
)
from kerax.ops.products import cdist, correlate, cross, dot, einsum, inner, kron, matmul, outer, tensordot, trace, vdot
from kerax.ops.reducing import (
    all, amax, amin, any, argmax, argmin, average, corrcoef, count_nonzero, cumprod, cumsum, logsumexp, max, mean,
    median, min, nanargmax, nanargmin, nancumprod, nancumsum, nanmax, nanmean, nanmedian, nanmin, nanpercentile,
    nanprod, nanquantile, nanstd, nansum, nanvar, percentile, prod, ptp, quantile, std, sum, trapezoid, var,
)
from kerax.ops.segments import segment_max, segment_min, segment_prod, segment_sum
from kerax.ops.shaping import (
    broadcast_to, diag, diagflat, diagonal, diff, expand_dims, flip, fliplr, flipud, moveaxis, pad, ravel, repeat,
    reshape, roll, rot90, squeeze, swapaxes, tile, transpose, tril, triu,
)
from kerax.ops.signal import (
    extract_sequences, fft, fft2, ifft2, irfft, istft, polar, rfft, stft, view_as_complex, view_as_real,
)
from kerax.ops.sorting import argpartition, argsort, bincount, histogram, in_top_k, sort, top_k, unique

__all__ = [
    "abs", "absolute", "adaptive_average_pool", "adaptive_max_pool", "add", "all", "allclose", "amax", "amin",
    "angle", "any", "append", "arange", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh",
    "argmax", "argmin", "argpartition", "argsort", "array", "array_split", "associative_scan", "average",
    "average_pool", "bartlett", "batch_normalization", "binary_crossentropy", "bincount", "bitwise_and",
    "bitwise_invert", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor",
    "blackman", "broadcast_to", "cast", "categorical_crossentropy", "cbrt", "cdist", "ceil", "celu", "cholesky",
    "cholesky_inverse", "clip", "concatenate", "cond", "conj", "conjugate", "conv", "conv_transpose",
    "convert_to_numpy", "convert_to_tensor", "copy", "corrcoef", "correlate", "cos", "cosh", "count_nonzero", "cross",
    "ctc_decode", "ctc_loss", "cumprod", "cumsum", "custom_gradient", "deg2rad", "depth_to_space", "depthwise_conv",
    "det", "diag", "diagflat", "diagonal", "diff", "digitize", "divide", "divide_no_nan", "dot",
    "dot_product_attention", "dsplit", "dstack", "dtype", "eig", "eigh", "einsum", "elu", "empty", "empty_like",
    "equal", "erf", "erfc", "erfinv", "exp", "exp2", "expand_dims", "expm1", "extract_sequences", "eye", "fabs",
    "fft", "fft2", "flip", "fliplr", "flipud", "floor", "floor_divide", "fmax", "fmin", "fmod", "fold", "fori_loop",
    "full", "full_like", "gcd", "gelu", "geomspace", "get_item", "glu", "greater", "greater_equal", "hamming",
    "hanning", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "heaviside", "histogram",
    "hsplit", "hstack", "hypot", "i0", "identity", "ifft2", "imag", "image", "in_top_k", "inner", "inv", "irfft",
    "is_tensor", "isclose", "isfinite", "isin", "isinf", "isnan", "isneginf", "isposinf", "isreal", "istft", "jvp",
    "kaiser", "kron", "layer_normalization", "lcm", "ldexp", "leaky_relu", "left_shift", "less", "less_equal",
    "linalg", "linspace", "log", "log10", "log1p", "log2", "log_sigmoid", "log_softmax", "logaddexp", "logaddexp2",
    "logdet", "logical_and", "logical_not", "logical_or", "logical_xor", "logspace", "logsumexp", "lstsq",
    "lu_factor", "map", "matmul", "matrix_rank", "max", "max_pool", "maximum", "mean", "median", "meshgrid", "min",
    "minimum", "mod", "moments", "moveaxis", "multi_hot", "multiply", "nan_to_num", "nanargmax", "nanargmin",
    "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmedian", "nanmin", "nanpercentile", "nanprod", "nanquantile",
    "nanstd", "nansum", "nanvar", "ndim", "negative", "nextafter", "nn", "nonzero", "norm", "normalize", "not_equal",
    "numpy", "one_hot", "ones", "ones_like", "outer", "pad", "percentile", "pinv", "polar", "power", "prod", "psnr",
    "ptp", "qr", "quantile", "rad2deg", "ravel", "real", "rearrange", "reciprocal", "relu", "relu6", "repeat",
    "reshape", "rfft", "right_shift", "rms_normalization", "roll", "rot90", "round", "rsqrt", "saturate_cast", "scan",
    "scatter", "scatter_update", "searchsorted", "segment_max", "segment_min", "segment_prod", "segment_sum",
    "select", "selu", "separable_conv", "shape", "sigmoid", "sign", "signbit", "silu", "sin", "sinc", "sinh", "size",
    "slice", "slice_update", "slogdet", "soft_shrink", "softmax", "softplus", "softsign", "solve", "solve_triangular",
    "sort", "space_to_depth", "sparse_categorical_crossentropy", "sparse_plus", "sparse_sigmoid", "sparsemax",
    "split", "sqrt", "square", "squareplus", "squeeze", "stack", "std", "stft", "stop_gradient", "subtract", "sum",
    "svd", "swapaxes", "swish", "switch", "take", "take_along_axis", "tan", "tanh", "tanh_shrink", "tensordot",
    "threshold", "tile", "top_k", "trace", "transpose", "trapezoid", "tri", "tril", "triu", "true_divide", "trunc",
    "unfold", "unique", "unravel_index", "unstack", "vander", "var", "vdot", "vectorize", "vectorized_map", "view",
    "view_as_complex", "view_as_real", "vsplit", "vstack", "where", "while_loop", "zeros", "zeros_like",
]

# What configurations of models call operations by. `gelu` is the activation: the operation hands its other default on
# explicitly.
_OPERATIONS.update({name: globals()[name] for name in __all__ if callable(globals()[name])})
_OPERATIONS["gelu"] = _activations.gelu
# Names of Keras's classes that are not the functions' own, and of Python's operators.
_OPERATIONS.update({
    "all_close": allclose, "is_in": isin, "search_sorted": searchsorted, "c_dist": cdist,
    "batch_norm": batch_normalization, "layer_norm": layer_normalization, "rms_norm": rms_normalization,
    "and": logical_and, "or": logical_or, "xor": logical_xor,
})
