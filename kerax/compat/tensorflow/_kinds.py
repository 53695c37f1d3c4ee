"""Which types TensorFlow's operations do not take.

Source: the attribute ``T`` of each operation, tensorflow/core/ops/math_ops.cc, nn_ops.cc and bitwise_ops.cc (2.15).
"""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow import errors

_BOOL, _TEXT = frozenset({"bool"}), frozenset({"string"})
_SMALL, _INT = frozenset({"int8", "int16"}), frozenset({"int32", "int64"})
_UNSIGNED = frozenset({"uint8", "uint16", "uint32", "uint64"})
_FLOAT = frozenset({"float16", "bfloat16", "float32", "float64"})
_COMPLEX = frozenset({"complex64", "complex128"})
_WHOLE = _SMALL | _INT | _UNSIGNED
_ALL = _BOOL | _TEXT | _WHOLE | _FLOAT | _COMPLEX
_ONLY_FLOAT, _ONLY_WHOLE, _ONLY_INEXACT = _ALL - _FLOAT, _ALL - _WHOLE, _ALL - _FLOAT - _COMPLEX
_NO_ORDER = _BOOL | _COMPLEX | _TEXT

# Operation -> types it refuses.
REFUSED: dict[str, frozenset[str]] = {
    "AddV2": _BOOL,
    **dict.fromkeys(("Sub", "Mul", "RealDiv", "DivNoNan", "Square", "Cumsum", "Mean", "Sum", "Prod"), _BOOL | _TEXT),
    **dict.fromkeys(("FloorDiv", "FloorMod"), _NO_ORDER),
    "Pow": _BOOL | _UNSIGNED | _TEXT,
    **dict.fromkeys(("Less", "LessEqual", "Greater", "GreaterEqual", "Maximum", "Minimum"), _NO_ORDER),
    "SquaredDifference": _BOOL | _SMALL | _UNSIGNED | _TEXT,
    **dict.fromkeys(("Atan2", "Igamma", "Igammac", "Zeta", "Polygamma", "NextAfter"), _ONLY_FLOAT),
    **dict.fromkeys(("Xlogy", "Xlog1py", "Xdivy", "MulNoNan"), _ONLY_INEXACT),
    **dict.fromkeys(("BitwiseAnd", "BitwiseOr", "BitwiseXor", "LeftShift", "RightShift", "Invert"), _ONLY_WHOLE),
    **dict.fromkeys(("Abs", "Neg", "Sign"), _BOOL | _UNSIGNED | _TEXT),
    **dict.fromkeys(("Softmax", "LogSoftmax", "L2Loss", "Gelu", "Silu", "Rint", "Softplus"), _ONLY_FLOAT),
    **dict.fromkeys(("Elu", "Selu", "IsNan", "IsInf"), _ONLY_FLOAT),
    "SparseSoftmaxCrossEntropyWithLogits": _ONLY_FLOAT,
    "Round": _BOOL | _TEXT | _COMPLEX,
    **dict.fromkeys(("Relu", "Relu6", "LeakyRelu", "Max", "Min", "TopKV2"), _NO_ORDER),
    **dict.fromkeys(("Tanh", "Sigmoid", "Softsign"), _ONLY_INEXACT),
    "OneHot": _ALL - frozenset({"uint8", "int8", "int32", "int64"}),
    **dict.fromkeys(("Norm", "Normalize"), _ONLY_INEXACT),
    **dict.fromkeys(("ClipByNorm", "MatrixInverse", "MatrixDeterminant", "Cholesky", "Svd"), _ONLY_INEXACT),
    "MatrixLogarithm": _ALL - _COMPLEX,
    **dict.fromkeys(("Qr", "MatrixExponential", "MatrixSquareRoot", "Pinv", "SelfAdjointEigV2"), _ONLY_INEXACT),
    **dict.fromkeys(("LogMatrixDeterminant", "Lbeta", "Angle", "InTopKV2"), _ONLY_INEXACT),
    **dict.fromkeys(("SoftmaxCrossEntropyWithLogits", "LogSigmoid", "ReduceLogsumexp", "RFFT"), _ONLY_FLOAT),
    **dict.fromkeys(("AvgPool", "GlobalNorm"), _ONLY_FLOAT),
    "MatMul": _BOOL | _SMALL | _UNSIGNED | _TEXT,
}  # fmt: skip
# What TensorFlow's messages call the types.
_ORDER = (
    "bfloat16 float16 float32 float64 uint8 uint16 uint32 uint64 int8 int16 int32 int64 complex64 complex128 bool "
    "string"
).split()
_SHORT = {"float16": "half", "float32": "float", "float64": "double"}


def check(title: str, dtype: Any) -> None:
    """Raises the error of an operation that does not take a type.

    Args:
      title: the operation: ``"AddV2"``.
      dtype: the type of its arguments.

    Raises:
      InvalidArgumentError: naming the types that it takes; it is a TypeError as well.
    """
    refused = REFUSED.get(title)
    if refused is not None and dtype.name in refused:
        allowed = ", ".join(_SHORT.get(name, name) for name in _ORDER if name not in refused)
        raise errors.WrongTypeError(
            None,
            None,
            f"Value for attr 'T' of {dtype.short} is not in the list of allowed values: {allowed} [Op:{title}]: use "
            "tf.cast.",
        )
