"""Operations of NumPy's names (``keras.ops.numpy``)."""

# Several names a line, so that the lists can be read at once.
# fmt: off
# isort: off
from kerax.ops.control_flow import vectorize
from kerax.ops.creating import (
    arange, array, empty, empty_like, eye, full, full_like, geomspace, identity, linspace, logspace, meshgrid, ones,
    ones_like, tri, vander, zeros, zeros_like,
)
from kerax.ops.elementwise import (
    abs, absolute, angle, arccos, arccosh, arcsin, arcsinh, arctan, arctanh, bartlett, bitwise_invert, bitwise_not,
    blackman, cbrt, ceil, clip, conj, conjugate, copy, cos, cosh, deg2rad, exp, exp2, expm1, fabs, floor, hamming,
    hanning, i0, imag, isfinite, isinf, isnan, isneginf, isposinf, isreal, kaiser, log, log10, log1p, log2,
    logical_not, nan_to_num, negative, rad2deg, real, reciprocal, round, sign, signbit, sin, sinc, sinh, sqrt, square,
    tan, tanh, trunc, view,
)
from kerax.ops.indexing import (
    digitize, get_item, ndim, nonzero, searchsorted, size, take, take_along_axis, unravel_index,
)
from kerax.ops.joining import (
    append, array_split, concatenate, dsplit, dstack, hsplit, hstack, split, stack, vsplit, vstack,
)
from kerax.ops.linear_algebra import slogdet
from kerax.ops.pairwise import (
    add, allclose, arctan2, bitwise_and, bitwise_left_shift, bitwise_or, bitwise_right_shift, bitwise_xor, divide,
    divide_no_nan, equal, floor_divide, fmax, fmin, fmod, gcd, greater, greater_equal, heaviside, hypot, isclose,
    isin, lcm, ldexp, left_shift, less, less_equal, logaddexp, logaddexp2, logical_and, logical_or, logical_xor,
    maximum, minimum, mod, multiply, nextafter, not_equal, power, right_shift, select, subtract, true_divide, where,
)
from kerax.ops.products import correlate, cross, dot, einsum, inner, kron, matmul, outer, tensordot, trace, vdot
from kerax.ops.reducing import (
    all, amax, amin, any, argmax, argmin, average, corrcoef, count_nonzero, cumprod, cumsum, max, mean, median, min,
    nanargmax, nanargmin, nancumprod, nancumsum, nanmax, nanmean, nanmedian, nanmin, nanpercentile, nanprod,
    nanquantile, nanstd, nansum, nanvar, percentile, prod, ptp, quantile, std, sum, trapezoid, var,
)
from kerax.ops.shaping import (
    broadcast_to, diag, diagflat, diagonal, diff, expand_dims, flip, fliplr, flipud, moveaxis, pad, ravel, repeat,
    reshape, roll, rot90, squeeze, swapaxes, tile, transpose, tril, triu,
)
from kerax.ops.sorting import argpartition, argsort, bincount, histogram, sort, unique

__all__ = [
    "abs", "absolute", "add", "all", "allclose", "amax", "amin", "angle", "any", "append", "arange", "arccos",
    "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin", "argpartition", "argsort",
    "array", "array_split", "average", "bartlett", "bincount", "bitwise_and", "bitwise_invert", "bitwise_left_shift",
    "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "blackman", "broadcast_to", "cbrt", "ceil",
    "clip", "concatenate", "conj", "conjugate", "copy", "corrcoef", "correlate", "cos", "cosh", "count_nonzero",
    "cross", "cumprod", "cumsum", "deg2rad", "diag", "diagflat", "diagonal", "diff", "digitize", "divide",
    "divide_no_nan", "dot", "dsplit", "dstack", "einsum", "empty", "empty_like", "equal", "exp", "exp2",
    "expand_dims", "expm1", "eye", "fabs", "flip", "fliplr", "flipud", "floor", "floor_divide", "fmax", "fmin",
    "fmod", "full", "full_like", "gcd", "geomspace", "get_item", "greater", "greater_equal", "hamming", "hanning",
    "heaviside", "histogram", "hsplit", "hstack", "hypot", "i0", "identity", "imag", "inner", "isclose", "isfinite",
    "isin", "isinf", "isnan", "isneginf", "isposinf", "isreal", "kaiser", "kron", "lcm", "ldexp", "left_shift",
    "less", "less_equal", "linspace", "log", "log10", "log1p", "log2", "logaddexp", "logaddexp2", "logical_and",
    "logical_not", "logical_or", "logical_xor", "logspace", "matmul", "max", "maximum", "mean", "median", "meshgrid",
    "min", "minimum", "mod", "moveaxis", "multiply", "nan_to_num", "nanargmax", "nanargmin", "nancumprod",
    "nancumsum", "nanmax", "nanmean", "nanmedian", "nanmin", "nanpercentile", "nanprod", "nanquantile", "nanstd",
    "nansum", "nanvar", "ndim", "negative", "nextafter", "nonzero", "not_equal", "ones", "ones_like", "outer", "pad",
    "percentile", "power", "prod", "ptp", "quantile", "rad2deg", "ravel", "real", "reciprocal", "repeat", "reshape",
    "right_shift", "roll", "rot90", "round", "searchsorted", "select", "sign", "signbit", "sin", "sinc", "sinh",
    "size", "slogdet", "sort", "split", "sqrt", "square", "squeeze", "stack", "std", "subtract", "sum", "swapaxes",
    "take", "take_along_axis", "tan", "tanh", "tensordot", "tile", "trace", "transpose", "trapezoid", "tri", "tril",
    "triu", "true_divide", "trunc", "unique", "unravel_index", "vander", "var", "vdot", "vectorize", "view", "vsplit",
    "vstack", "where", "zeros", "zeros_like",
]
