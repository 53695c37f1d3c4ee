"""Arithmetic and elementwise functions: ``tf.math`` and the names of it that stand in ``tf`` as well."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special as special
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import is_composite
from kerax.compat.tensorflow._core import (
    host_result,
    is_tensor_like,
    label_of,
    on_host,
    op,
    out,
    pair,
    pair_label,
    tensor,
)
from kerax.compat.tensorflow._dtypes import as_dtype, bool_, float32, label_of_type
from kerax.compat.tensorflow._kinds import check
from kerax.compat.tensorflow._rows import on_slices
from kerax.compat.tensorflow._tensor import Tensor, cast_array, is_text, string_array
from kerax.jax_compat import is_tracer


def on_parts(function: Callable, *values: Any) -> Any:
    """A function of the elements of ragged or sparse tensors."""
    from kerax.compat.tensorflow._ragged_ops import elementwise

    return elementwise(function, *values)


# ---- two operands ---------------------------------------------------------------------------------------------------
def _pairwise(
    name: str, function: Callable, title: str, on_numpy: Callable | None = None, text: bool = False, names: str = "x y"
) -> Any:
    def run(x: Any, y: Any, name: str | None = None) -> Any:
        if is_composite(x) or is_composite(y):
            return on_parts(run, x, y)
        a, b = pair(x, y, title)
        if on_numpy is not None and on_host(a, b):
            return host_result(on_numpy(a._value, b._value), a._label or b._label)
        if is_text(a._value) and a._label is None:
            if not text:
                raise errors.InvalidArgumentError(None, None, f"{title} does not take strings.")
            value = on_numpy(a._value, b._value)  # type: ignore[misc]
            return Tensor(string_array(value) if title == "AddV2" else np.asarray(value))
        return out(function(a.operand, b.operand), pair_label(a, b))

    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"``tf.math.{name}``: elementwise, both operands of one type, with broadcasting."
    return op(run) if names == "x y" else _called_by(names, op(run))


def _called_by(names: str, function: Callable) -> Callable:
    """A function of ``x`` and perhaps ``y`` whose arguments have other names in TensorFlow."""
    theirs = names.split()

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        ours = {key: ("x", "y")[theirs.index(key)] if key in theirs else key for key in kwargs}
        return function(*args, **{ours[key]: value for key, value in kwargs.items()})

    kinds = [inspect.Parameter(one, inspect.Parameter.POSITIONAL_OR_KEYWORD) for one in theirs]
    last = inspect.Parameter("name", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None)
    run.__signature__ = inspect.Signature([*kinds, last])  # type: ignore[attr-defined]
    return run


def _floor_divide(x: Any, y: Any) -> Any:
    if jnp.issubdtype(x.dtype, jnp.integer):
        _no_zero(y, "FloorDiv")
    return jnp.floor_divide(x, y)


def _floor_mod(x: Any, y: Any) -> Any:
    if jnp.issubdtype(x.dtype, jnp.integer):
        _no_zero(y, "FloorMod")
    return jnp.mod(x, y)


def _truncate_mod(x: Any, y: Any) -> Any:
    if jnp.issubdtype(x.dtype, jnp.integer):
        _no_zero(y, "TruncateMod", errors.InternalError)
    return jnp.fmod(x, y)


def _no_zero(y: Any, name: str, kind: Any = errors.InvalidArgumentError) -> None:
    if not isinstance(y, jax.core.Tracer) and not np.all(np.asarray(y)):
        raise kind(None, None, f"Integer division by zero [Op:{name}]")


def _np_floor_divide(x: Any, y: Any) -> Any:
    if y.dtype.kind != "O":
        _no_zero(y, "FloorDiv")
    return x // y


def _np_mod(x: Any, y: Any) -> Any:
    if y.dtype.kind != "O":
        _no_zero(y, "FloorMod")
    return x % y


def _truncate_divide(x: Any, y: Any) -> Any:
    if jnp.issubdtype(x.dtype, jnp.integer):
        _no_zero(y, "TruncateDiv", errors.InternalError)
    return jax.lax.div(*jnp.broadcast_arrays(x, y)) if jnp.issubdtype(x.dtype, jnp.integer) else jnp.trunc(x / y)


add = _pairwise("add", jnp.add, "AddV2", lambda x, y: x + y, text=True)
subtract = _pairwise("subtract", jnp.subtract, "Sub", lambda x, y: x - y)
multiply = _pairwise("multiply", jnp.multiply, "Mul", lambda x, y: x * y)
floordiv = _pairwise("floordiv", _floor_divide, "FloorDiv", _np_floor_divide)
floormod = _pairwise("floormod", _floor_mod, "FloorMod", _np_mod)
truncatediv = _pairwise("truncatediv", _truncate_divide, "TruncateDiv")
truncatemod = _pairwise("truncatemod", _truncate_mod, "TruncateMod")
maximum = _pairwise("maximum", jnp.maximum, "Maximum", np.maximum)
minimum = _pairwise("minimum", jnp.minimum, "Minimum", np.minimum)
squared_difference = _pairwise(
    "squared_difference", lambda x, y: jnp.square(x - y) if x.dtype.kind != "c" else (x - y) * jnp.conj(x - y),
    "SquaredDifference",
)  # fmt: skip
greater = _pairwise("greater", jnp.greater, "Greater", lambda x, y: x > y)
greater_equal = _pairwise("greater_equal", jnp.greater_equal, "GreaterEqual", lambda x, y: x >= y)
less = _pairwise("less", jnp.less, "Less", lambda x, y: x < y)
less_equal = _pairwise("less_equal", jnp.less_equal, "LessEqual", lambda x, y: x <= y)
equal = _pairwise("equal", jnp.equal, "Equal", lambda x, y: x == y, text=True)
not_equal = _pairwise("not_equal", jnp.not_equal, "NotEqual", lambda x, y: x != y, text=True)
atan2 = _pairwise("atan2", jnp.arctan2, "Atan2", names="y x")
xlogy = _pairwise("xlogy", lambda x, y: jnp.where(x == 0, 0, special.xlogy(x, y)), "Xlogy")
xlog1py = _pairwise("xlog1py", lambda x, y: jnp.where(x == 0, 0, special.xlog1py(x, y)), "Xlog1py")
xdivy = _pairwise("xdivy", lambda x, y: jnp.where(x == 0, 0, x / jnp.where((x == 0) & (y == 0), 1, y)), "Xdivy")
_divide_no_nan = _pairwise("divide_no_nan", lambda x, y: jnp.where(y == 0, 0, x / jnp.where(y == 0, 1, y)), "DivNoNan")
multiply_no_nan = _pairwise("multiply_no_nan", lambda x, y: jnp.where(y == 0, 0, x * y), "MulNoNan")
_nextafter = _pairwise("nextafter", jnp.nextafter, "NextAfter")
igamma = _pairwise("igamma", lambda a, x: jnp.where(a > 0, special.gammainc(a, x), jnp.nan), "Igamma", names="a x")
igammac = _pairwise("igammac", lambda a, x: jnp.where(a > 0, special.gammaincc(a, x), jnp.nan), "Igammac", names="a x")
zeta = _pairwise("zeta", special.zeta, "Zeta", names="x q")
polygamma = _pairwise(
    "polygamma",
    lambda a, x: jnp.where(a == jnp.floor(a), special.polygamma(a.astype("int32"), x).astype(x.dtype), jnp.nan),
    "Polygamma",
    names="a x",
)
mod = floormod


def _logical(name: str, function: Callable, on_numpy: Callable, title: str) -> Any:
    def run(x: Any, y: Any, name: str | None = None) -> Any:
        if is_composite(x) or is_composite(y):
            return on_parts(run, x, y)
        a, b = (tensor(one, None if is_tensor_like(one) else "bool") for one in (x, y))
        for number, one in enumerate((a, b)):
            if not one.dtype.is_bool:
                raise errors.WrongTypeError(
                    None,
                    None,
                    f"cannot compute {title} as input #{number}(zero-based) was expected to be a bool tensor but is a "
                    f"{one.dtype.short} tensor [Op:{title}]",
                )
        if on_host(a, b):
            return host_result(on_numpy(a._value, b._value), None)
        return Tensor(function(a.array, b.array))

    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"``tf.math.{name}`` of booleans."
    return op(run)


logical_and = _logical("logical_and", jnp.logical_and, np.logical_and, "LogicalAnd")
logical_or = _logical("logical_or", jnp.logical_or, np.logical_or, "LogicalOr")
logical_xor = _logical("logical_xor", jnp.logical_xor, np.logical_xor, "LogicalXor")


@op
def logical_not(x: Any, name: str | None = None) -> Any:
    """Elementwise not, of booleans."""
    if is_composite(x):
        return on_parts(logical_not, x)
    x = tensor(x, hint=bool_)
    if not x.dtype.is_bool:
        raise errors.WrongTypeError(None, None, "cannot compute LogicalNot: a bool tensor was expected.")
    return host_result(~x._value, None) if on_host(x) else Tensor(jnp.logical_not(x.array))


@op
def divide(x: Any, y: Any, name: str | None = None) -> Any:
    """True division: whole numbers become float64, as in Python."""
    if is_composite(x) or is_composite(y):
        return on_parts(divide, x, y)
    a, b = pair(x, y, "RealDiv")
    if a.dtype.is_integer:
        wide = "float64" if a.dtype.size >= 4 else "float32"
        if on_host(a, b) and a._label is None:
            with np.errstate(divide="ignore", invalid="ignore"):
                return Tensor(np.asarray(a._value.astype(wide) / b._value.astype(wide)))
        return out(jnp.true_divide(a.array, b.array), None, wide)
    return out(jnp.true_divide(a.operand, b.operand), pair_label(a, b))


truediv = realdiv = divide


@op
def divide_no_nan(x: Any, y: Any, name: str | None = None) -> Any:
    """True division, 0 where the divisor is 0."""
    if not (is_composite(x) or is_composite(y)):
        x, y = pair(x, y, "DivNoNan")
        if x.dtype.is_integer:
            wide = "float64" if x.dtype.size >= 4 else "float32"
            x, y = cast(x, wide), cast(y, wide)
    return _divide_no_nan(x, y)


@op
def pow(x: Any, y: Any, name: str | None = None) -> Any:
    """``x`` to the power of ``y``."""
    if is_composite(x) or is_composite(y):
        return on_parts(pow, x, y)
    a, b = pair(x, y, "Pow")
    if a.dtype.is_integer and not is_tracer(b._value) and not b.dtype.is_unsigned and (np.asarray(b._value) < 0).any():
        raise errors.InvalidArgumentError(None, None, "Integers to negative integer powers are not allowed [Op:Pow]")
    if on_host(a, b) and a._label is None and (b._value >= 0).all():
        return host_result(a._value**b._value, None)
    if a.dtype.is_floating and b._value.__class__ is np.ndarray and b._value.ndim == 0:
        exponent = float(b._value)
        if exponent == int(exponent) and -8 <= exponent <= 8:  # exact, and with a gradient at 0
            return out(a.array ** int(exponent), pair_label(a, b))
    return out(jnp.power(a.array, b.array), pair_label(a, b))


@op
def nextafter(x1: Any, x2: Any, name: str | None = None) -> Any:
    """The next number after ``x1`` in the direction of ``x2``."""
    kind = next((tensor(one).dtype for one in (x1, x2) if is_tensor_like(one)), float32)
    return _nextafter(*(tensor(one, kind) if isinstance(one, int) else one for one in (x1, x2)))


@op
def add_n(inputs: Any, name: str | None = None) -> Any:
    """The sum of tensors of one shape and type."""
    if not isinstance(inputs, (list, tuple)):
        if not is_tensor_like(inputs) and not is_composite(inputs) and not hasattr(inputs, "__iter__"):
            raise TypeError(f"tf.add_n takes a list of tensors, received {inputs!r}.")
        inputs = list(iter(inputs)) if isinstance(inputs, Tensor) and inputs.ndim else [inputs]
    if not inputs:
        raise ValueError(
            "inputs must be an iterable of at least one Tensor/IndexedSlices with the same dtype and shape"
        )
    total = tensor(inputs[0])
    check("AddN", total.dtype)
    for one in inputs[1:]:
        if tensor(one)._value.shape != tensor(total)._value.shape:
            raise errors.InvalidArgumentError(
                None, None, f"Inputs must have one shape, received {total.shape} and {tensor(one).shape} [Op:AddN]"
            )
        total = add(total, one)
    return total


@op
def accumulate_n(inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None) -> Any:
    """The sum of tensors."""
    return add_n(inputs)


@op
def approximate_equal(x: Any, y: Any, tolerance: float = 1e-5, name: str | None = None) -> Any:
    """Whether elements differ by less than a tolerance."""
    a, b = pair(x, y, "ApproximateEqual")
    return Tensor(jnp.abs(a.array - b.array) < tolerance)


# ---- one operand ----------------------------------------------------------------------------------------------------
def _elementwise(
    name: str, function: Callable, floats: bool = True, on_numpy: Callable | None = None, title: str = ""
) -> Any:
    def run(x: Any, name: str | None = None) -> Any:
        if is_composite(x):
            return on_parts(run, x)
        x = tensor(x)
        check(title, x.dtype)
        if on_numpy is not None and on_host(x):
            return host_result(on_numpy(x._value), x._label)
        if floats and not (x.dtype.is_floating or x.dtype.is_complex):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Value for attr 'T' of {x.dtype.short} is not in the list of allowed values: bfloat16, half, float, "
                f"double, complex64, complex128; {public} takes floating numbers: use tf.cast.",
            )
        result = function(x.array)
        if x.dtype.is_complex and not jnp.iscomplexobj(result) and result.dtype != bool:
            return out(result, None, x.dtype.real_dtype)
        return out(result, label_of(x))

    public = f"tf.math.{name}"
    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"``{public}``, elementwise."
    return op(run)


def _sign(x: Any) -> Any:
    return jnp.where(x == 0, 0, x / jnp.abs(x)) if jnp.iscomplexobj(x) else jnp.sign(x)


abs = _elementwise("abs", jnp.abs, False, np.abs, title="Abs")
negative = _elementwise("negative", jnp.negative, False, np.negative, title="Neg")
square = _elementwise("square", jnp.square, False, np.square, title="Square")
sign = _elementwise("sign", _sign, False, title="Sign")
ceil = _elementwise("ceil", jnp.ceil)
floor = _elementwise("floor", jnp.floor)
round = _elementwise(
    "round", lambda x: jnp.round(x) if jnp.issubdtype(x.dtype, jnp.inexact) else x, False, title="Round"
)
rint = _elementwise("rint", jnp.rint, title="Rint")
exp = _elementwise("exp", jnp.exp)
expm1 = _elementwise("expm1", jnp.expm1)
log = _elementwise("log", jnp.log)
log1p = _elementwise("log1p", jnp.log1p)
sqrt = _elementwise("sqrt", jnp.sqrt)
rsqrt = _elementwise("rsqrt", jax.lax.rsqrt)
reciprocal = _elementwise("reciprocal", jnp.reciprocal, title="Reciprocal")
sin = _elementwise("sin", jnp.sin)
cos = _elementwise("cos", jnp.cos)
tan = _elementwise("tan", jnp.tan)
asin = _elementwise("asin", jnp.arcsin)
acos = _elementwise("acos", jnp.arccos)
atan = _elementwise("atan", jnp.arctan)
sinh = _elementwise("sinh", jnp.sinh)
cosh = _elementwise("cosh", jnp.cosh)
tanh = _elementwise("tanh", jnp.tanh)
asinh = _elementwise("asinh", jnp.arcsinh)
acosh = _elementwise("acosh", jnp.arccosh)
atanh = _elementwise("atanh", jnp.arctanh)
sigmoid = _elementwise("sigmoid", jax.nn.sigmoid)
log_sigmoid = _elementwise("log_sigmoid", jax.nn.log_sigmoid, title="LogSigmoid")
softplus = _called_by("features", _elementwise("softplus", jax.nn.softplus, title="Softplus"))
softsign = _called_by("features", _elementwise("softsign", jax.nn.soft_sign, title="Softsign"))
erf = _elementwise("erf", jax.lax.erf)
erfc = _elementwise("erfc", jax.lax.erfc)
erfinv = _elementwise("erfinv", jax.lax.erf_inv)
erfcinv = _elementwise("erfcinv", lambda x: jax.lax.erf_inv(1 - x), title="ErfcInv")
ndtri = _elementwise("ndtri", special.ndtri, title="Ndtri")
lgamma = _elementwise("lgamma", special.gammaln)
digamma = _elementwise("digamma", special.digamma)
bessel_i0 = _elementwise("bessel_i0", special.i0)
bessel_i0e = _elementwise("bessel_i0e", special.i0e)
bessel_i1 = _elementwise("bessel_i1", special.i1)
bessel_i1e = _elementwise("bessel_i1e", special.i1e)
is_nan = _elementwise("is_nan", jnp.isnan, title="IsNan")
is_inf = _elementwise("is_inf", jnp.isinf, title="IsInf")
is_finite = _elementwise("is_finite", jnp.isfinite, title="IsFinite")
reciprocal_no_nan = _elementwise(
    "reciprocal_no_nan", lambda x: jnp.where(x == 0, 0, 1 / jnp.where(x == 0, 1, x)), title="ReciprocalNoNan"
)
conj = _elementwise("conj", jnp.conj, False, title="Conj")


def _part(name: str, function: Callable) -> Any:
    def run(input: Any, name: str | None = None) -> Any:
        x = tensor(input)
        if name_ == "imag" and (is_text(x._value) or x.dtype.is_bool):  # TensorFlow gives zeros of the type
            return Tensor(
                np.full(x._value.shape, b"" if is_text(x._value) else False, object if is_text(x._value) else bool)
            )
        check(name_.title(), x.dtype)
        return out(function(x.array), None, x.dtype.real_dtype)

    name_ = name

    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"``tf.math.{name}`` of complex numbers, elementwise."
    return op(run)


real, imag, angle = _part("real", jnp.real), _part("imag", jnp.imag), _part("angle", jnp.angle)


def _in_a_row(x: Any) -> Any:
    given = tensor(x)
    check("IsNonDecreasing", given.dtype)
    return given.array.reshape(-1)


@op
def is_non_decreasing(x: Any, name: str | None = None) -> Any:
    """Whether no element is smaller than the one before."""
    flat = _in_a_row(x)
    return Tensor(jnp.all(flat[1:] >= flat[:-1]))


@op
def is_strictly_increasing(x: Any, name: str | None = None) -> Any:
    """Whether every element is larger than the one before."""
    flat = _in_a_row(x)
    return Tensor(jnp.all(flat[1:] > flat[:-1]))


@op
def lbeta(x: Any, name: str | None = None) -> Any:
    """The logarithm of the beta function along the last axis."""
    given = tensor(x)
    check("Lbeta", given.dtype)
    x = given.array
    return out(special.gammaln(x).sum(-1) - special.gammaln(x.sum(-1)), label_of(given))


@op
def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """A tensor times a number."""
    found = on_slices(lambda part: multiply(scalar, part), x)
    return multiply(scalar, x) if found is None else found


@op
def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """The same numbers in another type; fractions are cut off."""
    if is_composite(x):
        return on_parts(lambda part: cast(part, dtype), x)
    dtype = as_dtype(dtype)
    x = tensor(x)
    if x.dtype == dtype:
        return x
    if dtype.name == "string" or x.dtype.name == "string":
        raise errors.UnimplementedError(
            None, None, f"Cast {x.dtype.name} to {dtype.name} is not supported: use tf.strings.as_string or to_number."
        )
    if dtype.name in ("int4", "uint4") and not x.dtype.is_integer:
        raise errors.UnimplementedError(None, None, f"Cast {x.dtype.short} to {dtype.name} is not supported [Op:Cast]")
    value = x._value
    if value.__class__ is np.ndarray and (value.dtype.kind != "O"):
        with np.errstate(invalid="ignore", over="ignore"):
            real_part = value.real if value.dtype.kind == "c" and not dtype.is_complex else value
            return Tensor(np.asarray(real_part.astype(dtype.dtype)), label_of_type(dtype))
    if value.__class__ is np.ndarray and dtype.is_integer:
        return x
    return cast_array(x.array, dtype)


@op
def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Any:
    """As ``cast``, with what is out of range brought to the ends of it."""
    value, dtype = tensor(value), as_dtype(dtype)
    if dtype.is_bool or not dtype.is_numeric or is_text(value._value) or (value.dtype.is_bool and dtype.is_complex):
        raise errors.WrongTypeError(
            None, None, f"tf.saturate_cast takes numbers to numbers, not {value.dtype.name} to {dtype.name}."
        )
    if isinstance(value._value, np.ndarray) and value.dtype.is_integer and dtype.is_integer:
        return Tensor(np.clip(value._value.astype(object), dtype.min, dtype.max).astype(dtype.dtype))
    if value.dtype.is_complex or dtype.is_complex or dtype.is_bool:
        return cast(value, dtype)
    low = np.maximum(float(dtype.min), float(value.dtype.min))
    high = np.minimum(float(dtype.max), float(value.dtype.max))
    if value.dtype.is_floating and dtype.is_integer:  # the largest float that is no larger than the largest number
        kind = np.dtype("float32") if value.dtype.dtype.itemsize < 8 else np.dtype("float64")
        high = float(high if int(kind.type(high)) <= int(dtype.max) else np.nextafter(kind.type(high), kind.type(0)))
    return cast(out(jnp.clip(value.array, low, high), label_of(value)), dtype)


@op
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """Elements brought into a range."""
    if is_composite(t):
        return on_parts(lambda part: clip_by_value(part, clip_value_min, clip_value_max), t)
    found = on_slices(lambda part: clip_by_value(part, clip_value_min, clip_value_max), t)
    if found is not None:
        return found
    t = tensor(t)
    low, high = (tensor(bound, hint=t.dtype) for bound in (clip_value_min, clip_value_max))
    pair(t, low, "Maximum")
    pair(t, high, "Minimum")
    return out(jnp.maximum(jnp.minimum(t.array, high.operand), low.operand), label_of(t))


@op
def complex(real: Any, imag: Any, name: str | None = None) -> Any:
    """Complex numbers of their parts."""
    a, b = tensor(real), tensor(imag, hint=tensor(real).dtype)
    if a.dtype != b.dtype or a.dtype.name not in ("float32", "float64"):
        raise TypeError(
            f"The `real` and `imag` components have incorrect types: {a.dtype.name} {b.dtype.name}. They must be "
            "consistent, and one of tf.float32, tf.float64."
        )
    return out(jax.lax.complex(a.array, b.array), None, "complex128" if a.dtype.name == "float64" else None)
