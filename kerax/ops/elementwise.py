"""Operations on every element of one array."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax import settings
from kerax.ops._tables import unary, unary_float
from kerax.ops._values import as_array, dtype_or_none, is_integer
from kerax.state.recording import recordable

# ---- trigonometry, exponentials, roots: integers become floats ------------------------------------------------------
arccos = unary_float("arccos", jnp.arccos, "Angle, in radians, whose cosine is ``x``.", "[1.0]", "[0.]")
arccosh = unary_float("arccosh", jnp.arccosh, "Inverse of the hyperbolic cosine.", "[1.0]", "[0.]")
arcsin = unary_float("arcsin", jnp.arcsin, "Angle, in radians, whose sine is ``x``.", "[0.0]", "[0.]")
arcsinh = unary_float("arcsinh", jnp.arcsinh, "Inverse of the hyperbolic sine.", "[0.0]", "[0.]")
arctan = unary_float("arctan", jnp.arctan, "Angle, in radians, whose tangent is ``x``.", "[0.0]", "[0.]")
arctanh = unary_float("arctanh", jnp.arctanh, "Inverse of the hyperbolic tangent.", "[0.0]", "[0.]")
cos = unary_float("cos", jnp.cos, "Cosine of an angle in radians.", "[0.0]", "[1.]")
cosh = unary_float("cosh", jnp.cosh, "Hyperbolic cosine.", "[0.0]", "[1.]")
sin = unary_float("sin", jnp.sin, "Sine of an angle in radians.", "[0.0]", "[0.]")
sinc = unary_float("sinc", jnp.sinc, "``sin(pi x) / (pi x)``, 1 at 0.", "[0.0]", "[1.]")
sinh = unary_float("sinh", jnp.sinh, "Hyperbolic sine.", "[0.0]", "[0.]")
tan = unary_float("tan", jnp.tan, "Tangent of an angle in radians.", "[0.0]", "[0.]")
tanh = unary_float("tanh", jnp.tanh, "Hyperbolic tangent.", "[0.0]", "[0.]")
exp = unary_float("exp", jnp.exp, "e to the power ``x``.", "[0.0]", "[1.]")
exp2 = unary_float("exp2", jnp.exp2, "2 to the power ``x``.", "[3.0]", "[8.]")
expm1 = unary_float("expm1", jnp.expm1, "``exp(x) - 1``, exact for small ``x``.", "[0.0]", "[0.]")
log = unary_float("log", jnp.log, "Natural logarithm.", "[1.0]", "[0.]")
log10 = unary_float("log10", jnp.log10, "Logarithm to the base 10.", "[1.0]", "[0.]")
log1p = unary_float("log1p", jnp.log1p, "``log(1 + x)``, exact for small ``x``.", "[0.0]", "[0.]")
log2 = unary_float("log2", jnp.log2, "Logarithm to the base 2.", "[1.0]", "[0.]")
sqrt = unary_float("sqrt", jnp.sqrt, "Square root.", "[4, 9]", "[2. 3.]")
cbrt = unary_float("cbrt", jnp.cbrt, "Cube root.", "[0.0]", "[0.]")
rsqrt = unary("rsqrt", jax.lax.rsqrt, "``1 / sqrt(x)``.", "[4.0]", "[0.5]")
reciprocal = unary_float("reciprocal", jnp.reciprocal, "``1 / x``.", "[4.0]", "[0.25]")
angle = unary_float("angle", jnp.angle, "Phase of a complex number, in radians.", "[1.0]", "[0.]")
deg2rad = unary_float("deg2rad", jnp.deg2rad, "Degrees as radians.", "[0.0]", "[0.]")
rad2deg = unary_float("rad2deg", jnp.rad2deg, "Radians as degrees.", "[0.0]", "[0.]")
fabs = unary_float("fabs", jnp.fabs, "Absolute value, as a float.", "[-2]", "[2.]")

# ---- rounding and signs ---------------------------------------------------------------------------------------------
ceil = unary_float("ceil", jnp.ceil, "The smallest whole number not below ``x``, as a float.", "[1.2]", "[2.]")
floor = unary_float("floor", jnp.floor, "The largest whole number not above ``x``, as a float.", "[1.8]", "[1.]")
trunc = unary(
    "trunc",
    lambda x: x if x.dtype.kind in "biu" else jnp.trunc(x),
    "``x`` without its fraction: rounded towards 0.",
    "[-1.8]",
    "[-1.]",
)
absolute = unary("absolute", jnp.absolute, "Absolute value.", "[-2, 3]", "[2 3]")
abs = unary("abs", jnp.absolute, "Absolute value.", "[-2, 3]", "[2 3]")
negative = unary("negative", jnp.negative, "``-x``.", "[1, -2]", "[-1  2]")
sign = unary("sign", jnp.sign, "-1, 0 or 1 by the sign of ``x``.", "[-2, 0, 3]", "[-1  0  1]")
signbit = unary("signbit", jnp.signbit, "Whether the sign bit is set: negative numbers and -0.", "[-1]", "[ True]")
square = unary("square", jnp.square, "``x * x``.", "[-2, 3]", "[4 9]")

# ---- complex numbers ------------------------------------------------------------------------------------------------
conjugate = unary("conjugate", jnp.conjugate, "The complex conjugate.", "[1 + 2j]", "[1.-2.j]")
conj = unary("conj", jnp.conjugate, "The complex conjugate.", "[1 + 2j]", "[1.-2.j]")
real = unary("real", jnp.real, "The real part.", "[1 + 2j]", "[1.]")
imag = unary("imag", jnp.imag, "The imaginary part.", "[1 + 2j]", "[2.]")

# ---- questions ------------------------------------------------------------------------------------------------------
isfinite = unary("isfinite", jnp.isfinite, "Whether an element is neither infinite nor NaN.", "[1.0]", "[ True]")
isinf = unary("isinf", jnp.isinf, "Whether an element is infinite.", "[float('inf')]", "[ True]")
isnan = unary("isnan", jnp.isnan, "Whether an element is NaN.", "[float('nan')]", "[ True]")
isneginf = unary("isneginf", jnp.isneginf, "Whether an element is minus infinity.", "[-float('inf')]", "[ True]")
isposinf = unary("isposinf", jnp.isposinf, "Whether an element is plus infinity.", "[float('inf')]", "[ True]")
isreal = unary("isreal", jnp.isreal, "Whether an element has no imaginary part.", "[1.0]", "[ True]")
logical_not = unary("logical_not", jnp.logical_not, "Whether an element is false.", "[True, False]", "[False  True]")
bitwise_invert = unary("bitwise_invert", jnp.invert, "All bits flipped.", "[0, 1]", "[-1 -2]")
bitwise_not = unary("bitwise_not", jnp.invert, "All bits flipped.", "[0, 1]", "[-1 -2]")

# ---- special functions ----------------------------------------------------------------------------------------------
erf = unary_float("erf", jax.lax.erf, "The error function.", "[0.0]", "[0.]")
erfc = unary_float("erfc", jax.lax.erfc, "``1 - erf(x)``, exact for large ``x``.", "[0.0]", "[1.]")
erfinv = unary_float("erfinv", jax.lax.erf_inv, "Inverse of the error function.", "[0.0]", "[0.]")


def _bessel_i0(x: Any) -> jax.Array:
    return jnp.i0(x.astype(settings.floatx()) if x.dtype.kind in "biu" else x)


i0 = unary("i0", _bessel_i0, "Modified Bessel function of the first kind, order 0.", "float('nan')", "nan")


def _window(function: Any) -> Any:
    return lambda x: function(int(x)).astype(settings.floatx())


bartlett = unary("bartlett", _window(jnp.bartlett), "Bartlett (triangular) window of ``x`` points.", "3", "[0. 1. 0.]")
blackman = unary("blackman", _window(jnp.blackman), "Blackman window of ``x`` points.", "1", "[1.]")
hamming = unary("hamming", _window(jnp.hamming), "Hamming window of ``x`` points.", "1", "[1.]")
hanning = unary("hanning", _window(jnp.hanning), "Hann window of ``x`` points.", "3", "[0. 1. 0.]")


@recordable
def kaiser(x: Any, beta: float) -> jax.Array:
    """Kaiser window.

    Args:
        x: number of points.
        beta: shape of the window; 0 gives a rectangle.

    Example:
        >>> import kerax
        >>> print(kerax.ops.kaiser(2, 0.0))
        [1. 1.]
    """
    return jnp.kaiser(int(x), as_array(beta)).astype(settings.floatx())


@recordable
def round(x: Any, decimals: int = 0) -> jax.Array:
    """Rounds to a number of decimals, halves to the even neighbour.

    Args:
        x: array.
        decimals: digits after the point; negative ones count before it.

    Example:
        >>> import kerax
        >>> print(kerax.ops.round([0.5, 1.5, 2.4]))
        [0. 2. 2.]
    """
    x = as_array(x)
    if is_integer(x) and decimals < 0:  # JAX rounds integers to whole numbers only
        unit = 10.0**-decimals
        return (jnp.round(x.astype(settings.floatx()) / unit) * unit).astype(x.dtype)
    return jnp.round(x, decimals)


@recordable
def clip(x: Any, x_min: Any, x_max: Any) -> jax.Array:
    """Values below ``x_min`` become ``x_min``, values above ``x_max`` become ``x_max``.

    Args:
        x: array.
        x_min: lower bound, a number or an array that broadcasts; or None.
        x_max: upper bound; or None.

    Example:
        >>> import kerax
        >>> print(kerax.ops.clip([-2, 1, 5], 0, 3))
        [0 1 3]
    """
    x = as_array(x)
    x_min, x_max = (bound if bound is None else as_array(bound) for bound in (x_min, x_max))
    return jnp.clip(x.astype("int32") if x.dtype == bool else x, x_min, x_max)


@recordable
def nan_to_num(x: Any, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> jax.Array:
    """Replaces NaN and infinities.

    Args:
        x: array.
        nan: what NaN becomes.
        posinf: what plus infinity becomes; the largest number of the dtype by default.
        neginf: what minus infinity becomes; the smallest number by default.

    Example:
        >>> import kerax
        >>> print(kerax.ops.nan_to_num([1.0, float("nan")]))
        [1. 0.]
    """
    return jnp.nan_to_num(as_array(x), nan=nan, posinf=posinf, neginf=neginf)


@recordable
def copy(x: Any) -> jax.Array:
    """A copy of the array.

    Args:
        x: array.

    Example:
        >>> import kerax
        >>> print(kerax.ops.copy([1, 2]))
        [1 2]
    """
    return jnp.copy(as_array(x))


@recordable
def view(x: Any, dtype: Any = None) -> jax.Array:
    """The same bits read as another dtype.

    Args:
        x: array.
        dtype: dtype name; None leaves the array as it is. A narrower or wider dtype changes the last axis.

    Example:
        >>> import kerax
        >>> print(kerax.ops.view(kerax.ops.array([1.0]), "int32"))
        [1065353216]
    """
    return as_array(x).view(dtype_or_none(dtype))
