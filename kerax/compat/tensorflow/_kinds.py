"""Which types TensorFlow's operations do not take.

Source: the attribute ``T`` of each operation, tensorflow/core/ops/math_ops.cc, nn_ops.cc and bitwise_ops.cc (2.15).
"""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._dtypes import QUANTIZED, SMALL

_BOOL, _TEXT = frozenset({"bool"}), frozenset({"string"})
_SMALL, _INT = frozenset({"int8", "int16"}), frozenset({"int32", "int64"})
_UNSIGNED = frozenset({"uint8", "uint16", "uint32", "uint64"})
_HALF = frozenset({"float16", "bfloat16"})
_FLOAT = frozenset({"float16", "bfloat16", "float32", "float64"})
_COMPLEX = frozenset({"complex64", "complex128"})
_WHOLE = _SMALL | _INT | _UNSIGNED
_ALL = _BOOL | _TEXT | _WHOLE | _FLOAT | _COMPLEX
_ONLY_FLOAT, _ONLY_WHOLE, _ONLY_INEXACT = _ALL - _FLOAT, _ALL - _WHOLE, _ALL - _FLOAT - _COMPLEX
_ONLY_MATRIX = _ONLY_INEXACT | {"bfloat16"}
_NO_ORDER = _BOOL | _COMPLEX | _TEXT

# Operation -> types it refuses.
REFUSED: dict[str, frozenset[str]] = {
    "AddV2": _BOOL,
    **dict.fromkeys(("Sub", "Mul", "RealDiv", "DivNoNan", "Square", "Cumsum", "Mean", "Sum", "Prod"), _BOOL | _TEXT),
    **dict.fromkeys(("AddN", "EuclideanNorm", "SegmentSum", "Trace", "Conj", "Real"), _BOOL | _TEXT),
    **dict.fromkeys(("FloorMod", "SegmentMax", "Cross", "IsNonDecreasing", "SegmentMeanUnsorted"), _NO_ORDER),
    "FloorDiv": _BOOL | _TEXT,
    "Pow": _BOOL | _UNSIGNED | _TEXT,
    **dict.fromkeys(("Less", "LessEqual", "Greater", "GreaterEqual", "Maximum", "Minimum"), _NO_ORDER),
    "SquaredDifference": _BOOL | _SMALL | _UNSIGNED | _TEXT,
    **dict.fromkeys(("Atan2", "Igamma", "Igammac", "IsFinite", "Softsign", "Logsumexp"), _ONLY_FLOAT),
    **dict.fromkeys(("Zeta", "Polygamma", "NextAfter", "Betainc"), _ONLY_FLOAT | _HALF),
    **dict.fromkeys(("Xlogy", "Xlog1py", "Xdivy", "MulNoNan"), _ONLY_INEXACT),
    **dict.fromkeys(("BitwiseAnd", "BitwiseOr", "BitwiseXor", "LeftShift", "RightShift", "Invert"), _ONLY_WHOLE),
    **dict.fromkeys(("Abs", "Neg", "Sign"), _BOOL | _UNSIGNED | _TEXT),
    "Crelu": _BOOL | _UNSIGNED | _COMPLEX | _TEXT,
    "Reciprocal": _BOOL | _UNSIGNED | _TEXT,
    **dict.fromkeys(("Softmax", "LogSoftmax", "L2Loss", "Gelu", "Rint", "Softplus"), _ONLY_FLOAT),
    **dict.fromkeys(("Elu", "Selu", "IsNan", "IsInf", "ErfcInv", "CumulativeLogsumexp"), _ONLY_FLOAT),
    "SparseSoftmaxCrossEntropyWithLogits": _ONLY_FLOAT,
    "Round": _BOOL | _TEXT,
    **dict.fromkeys(("Relu", "Relu6", "LeakyRelu", "Max", "Min", "TopKV2"), _NO_ORDER),
    **dict.fromkeys(("Tanh", "Sigmoid", "Silu", "ReciprocalNoNan"), _ONLY_INEXACT),
    "OneHot": _ALL - frozenset({"uint8", "int8", "int32", "int64"}),
    **dict.fromkeys(("Norm", "Normalize"), _ONLY_INEXACT),
    **dict.fromkeys(("MatrixInverse", "MatrixDeterminant", "Cholesky", "Svd", "Lu"), _ONLY_MATRIX),
    **dict.fromkeys(("Qr", "MatrixSquareRoot", "SelfAdjointEigV2", "LogMatrixDeterminant"), _ONLY_MATRIX),
    "MatrixLogarithm": _ALL - _COMPLEX,
    "MatrixExponential": _ONLY_INEXACT,
    **dict.fromkeys(("Pinv", "MatrixRank", "ClipByNorm"), _ONLY_FLOAT),
    **dict.fromkeys(("Lbeta", "Angle", "InTopKV2"), _ONLY_INEXACT),
    **dict.fromkeys(("SoftmaxCrossEntropyWithLogits", "LogSigmoid", "RFFT"), _ONLY_FLOAT),
    **dict.fromkeys(("AvgPool", "GlobalNorm"), _ONLY_FLOAT),
    "MatMul": _BOOL | _SMALL | _TEXT,
    "Diag": _BOOL | _SMALL | _UNSIGNED | _TEXT,
    "RandomStandardNormal": _ONLY_FLOAT,
    "RandomUniform": _ALL - _FLOAT - _INT,
    "Range": _BOOL | _TEXT | _COMPLEX | frozenset({"uint8", "uint64"}),
    "LinSpace": _BOOL,
    **dict.fromkeys(("Fill1", "Eye", "MatrixDiagV3"), _TEXT),
    # Numbers of places: the attribute Tindices, Tlabels or out_type.
    **dict.fromkeys(("GatherV2", "GatherNd", "StridedSlice"), _ALL - _INT - frozenset({"int16"})),
    **dict.fromkeys(("Shape", "SegmentIds", "Labels", "DenseBincount"), _ALL - _INT),
}  # fmt: skip
# Operation -> types that it might take, and that TensorFlow has no kernel for, nor kerax a meaning.
NO_KERNEL: dict[str, frozenset[str]] = {
    "Reciprocal": _SMALL | _INT,
    **dict.fromkeys(("Round", "FloorDiv"), _COMPLEX),
    "MatMul": _UNSIGNED,
    **dict.fromkeys(("Einsum", "LowerBound", "MatrixBandPart"), _TEXT),
    "TensorScatterAdd": _TEXT | _BOOL,
    "Ndtri": _HALF,
}
_WRONG = {title: REFUSED.get(title, frozenset()) | NO_KERNEL.get(title, frozenset()) for title in REFUSED | NO_KERNEL}
# What TensorFlow's messages call the types.
_ORDER = (
    "bfloat16 float16 float32 float64 uint8 uint16 uint32 uint64 int8 int16 int32 int64 complex64 complex128 bool "
    "string"
).split()
_SHORT = {"float16": "half", "float32": "float", "float64": "double"}


# TensorFlow finds no kernel, and means the type.
_NoKernelError: Any = type("NotFoundError", (errors.NotFoundError, TypeError), {"__module__": errors.__name__})


# Types that are stored and cast, and operations that take them nevertheless.
_STORED_ONLY = frozenset({*QUANTIZED, *SMALL})
_ANY = frozenset({"Equal", "NotEqual", "BiasAdd"})


def check(title: str, dtype: Any) -> None:
    """Raises the error of an operation that does not take a type.

    Args:
      title: the operation: ``"AddV2"``.
      dtype: the type of its arguments.

    Raises:
      InvalidArgumentError: naming the types that it takes; it is a TypeError as well.
      NotFoundError: if it would take the type and cannot compute with it.
    """
    wrong = _WRONG.get(title)
    if wrong is not None and dtype.name in wrong:
        _refuse(title, dtype)
    if dtype.name in _STORED_ONLY and title not in _ANY:
        raise errors.WrongTypeError(
            None, None, f"Value for attr 'T' of {dtype.short} is not in the list of allowed values [Op:{title}]: use "
            "tf.cast."
        )  # fmt: skip


def _refuse(title: str, dtype: Any) -> None:
    wrong = _WRONG[title]
    allowed = ", ".join(_SHORT.get(name, name) for name in _ORDER if name not in wrong)
    if dtype.name in NO_KERNEL.get(title, ()) and dtype.name not in REFUSED.get(title, ()):
        raise _NoKernelError(
            None, None, f"Could not find device for node {title} of {dtype.short}: it computes with {allowed}: use "
            "tf.cast."
        )  # fmt: skip
    raise errors.WrongTypeError(
        None,
        None,
        f"Value for attr 'T' of {dtype.short} is not in the list of allowed values: {allowed} [Op:{title}]: use "
        "tf.cast.",
    )
