"""Operations on the elements of two arrays that broadcast."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax.jax_compat import is_tracer
from kerax.ops._tables import binary
from kerax.ops._values import as_array, common_dtype, is_integer
from kerax.state.recording import recordable


def _in_floats(function: Any) -> Any:
    """The function on operands that were cast to one float type."""

    def call(x1: Any, x2: Any) -> jax.Array:
        x1, x2 = as_array(x1), as_array(x2)
        dtype = common_dtype(x1, x2)
        return function(x1.astype(dtype), x2.astype(dtype))

    return call


# ---- arithmetic -----------------------------------------------------------------------------------------------------
add = binary("add", jnp.add, "``x1 + x2``.", "[1, 2], 3", "[4 5]")
subtract = binary("subtract", jnp.subtract, "``x1 - x2``.", "[1, 2], 3", "[-2 -1]")
multiply = binary("multiply", jnp.multiply, "``x1 * x2``.", "[1, 2], 3", "[3 6]")
divide = binary("divide", jnp.divide, "``x1 / x2``, in floats.", "[3, 6], 2", "[1.5 3. ]")
true_divide = binary("true_divide", jnp.true_divide, "``x1 / x2``, in floats.", "[3, 6], 2", "[1.5 3. ]")
floor_divide = binary("floor_divide", jnp.floor_divide, "``x1 // x2``, rounded down.", "[3, -3], 2", "[ 1 -2]")
mod = binary("mod", jnp.mod, "Remainder of ``x1 // x2``, with the sign of ``x2``.", "[3, -3], 2", "[1 1]")
fmod = binary("fmod", jnp.fmod, "Remainder of the division, with the sign of ``x1``.", "[3, -3], 2", "[ 1 -1]")
power = binary("power", jnp.power, "``x1`` to the power ``x2``.", "[2, 3], 2", "[4 9]")
maximum = binary("maximum", jnp.maximum, "The larger of the two; NaN if one is NaN.", "[1, 5], 3", "[3 5]")
minimum = binary("minimum", jnp.minimum, "The smaller of the two; NaN if one is NaN.", "[1, 5], 3", "[1 3]")
fmax = binary("fmax", jnp.fmax, "The larger of the two; the other one if one is NaN.", "[1, 5], 3", "[3 5]")
fmin = binary("fmin", jnp.fmin, "The smaller of the two; the other one if one is NaN.", "[1, 5], 3", "[1 3]")
arctan2 = binary(
    "arctan2", _in_floats(jnp.arctan2), "Angle, in radians, of the point ``(x2, x1)``.", "[0.0], [1.0]", "[0.]"
)
hypot = binary("hypot", jnp.hypot, "``sqrt(x1 ** 2 + x2 ** 2)``.", "[3.0], [4.0]", "[5.]")
heaviside = binary(
    "heaviside", jnp.heaviside, "0 below 0, ``x2`` at 0, 1 above.", "[-1.0, 0.0, 2.0], 0.5", "[0.  0.5 1. ]"
)
logaddexp = binary(
    "logaddexp", _in_floats(jnp.logaddexp), "``log(exp(x1) + exp(x2))``.", "[0.0], -float('inf')", "[0.]"
)
logaddexp2 = binary("logaddexp2", _in_floats(jnp.logaddexp2), "``log2(2 ** x1 + 2 ** x2)``.", "[0.0], [0.0]", "[1.]")
nextafter = binary("nextafter", jnp.nextafter, "The next float after ``x1`` towards ``x2``.", "[1.0], [1.0]", "[1.]")
gcd = binary("gcd", jnp.gcd, "Greatest common divisor.", "[12, 7], 8", "[4 1]")
lcm = binary("lcm", jnp.lcm, "Least common multiple.", "[4, 7], 6", "[12 42]")

# ---- comparisons and logic ------------------------------------------------------------------------------------------
equal = binary("equal", jnp.equal, "``x1 == x2``.", "[1, 2], 2", "[False  True]")
not_equal = binary("not_equal", jnp.not_equal, "``x1 != x2``.", "[1, 2], 2", "[ True False]")
less = binary("less", jnp.less, "``x1 < x2``.", "[1, 2], 2", "[ True False]")
less_equal = binary("less_equal", jnp.less_equal, "``x1 <= x2``.", "[1, 3], 2", "[ True False]")
greater = binary("greater", jnp.greater, "``x1 > x2``.", "[1, 3], 2", "[False  True]")
greater_equal = binary("greater_equal", jnp.greater_equal, "``x1 >= x2``.", "[1, 2], 2", "[False  True]")
logical_and = binary("logical_and", jnp.logical_and, "Whether both are true.", "[True, False], True", "[ True False]")
logical_or = binary(
    "logical_or", jnp.logical_or, "Whether one of them is true.", "[True, False], False", "[ True False]"
)
logical_xor = binary(
    "logical_xor", jnp.logical_xor, "Whether exactly one is true.", "[True, False], True", "[False  True]"
)

# ---- bits -----------------------------------------------------------------------------------------------------------
bitwise_and = binary("bitwise_and", jnp.bitwise_and, "Bits set in both.", "[6], 3", "[2]", "x y")
bitwise_or = binary("bitwise_or", jnp.bitwise_or, "Bits set in one of them.", "[6], 3", "[7]", "x y")
bitwise_xor = binary("bitwise_xor", jnp.bitwise_xor, "Bits set in exactly one.", "[6], 3", "[5]", "x y")
bitwise_left_shift = binary(
    "bitwise_left_shift", jnp.left_shift, "The bits of ``x`` moved ``y`` places up.", "[1], 3", "[8]", "x y"
)
left_shift = binary("left_shift", jnp.left_shift, "The bits of ``x`` moved ``y`` places up.", "[1], 3", "[8]", "x y")
bitwise_right_shift = binary(
    "bitwise_right_shift", jnp.right_shift, "The bits of ``x`` moved ``y`` places down.", "[8], 3", "[1]", "x y"
)
right_shift = binary(
    "right_shift", jnp.right_shift, "The bits of ``x`` moved ``y`` places down.", "[8], 3", "[1]", "x y"
)


def _divide_no_nan(x1: Any, x2: Any) -> jax.Array:
    x1, x2 = as_array(x1), as_array(x2)
    nothing = x2 == 0  # the divisor is replaced too, so that the gradient has no NaN either
    return jnp.where(nothing, 0, jnp.divide(x1, jnp.where(nothing, 1, x2)))


divide_no_nan = binary(
    "divide_no_nan", _divide_no_nan, "``x1 / x2``, 0 where ``x2`` is 0.", "[3, 6], [0, 2]", "[0. 3.]"
)


def _ldexp(x1: Any, x2: Any) -> jax.Array:
    x1, x2 = as_array(x1), as_array(x2)
    if is_integer(x2):
        return jnp.ldexp(x1, x2)
    if is_tracer(x2):  # as in Keras, the dtype of a symbolic tensor is not looked at
        return x1 * jnp.exp2(x2)
    raise TypeError(f"kerax.ops.ldexp(x1, x2) needs integer exponents x2, received dtype {x2.dtype}.")


ldexp = binary("ldexp", _ldexp, "``x1 * 2 ** x2``, for integer ``x2``.", "[3.0], [2]", "[12.]")


@recordable
def isclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> jax.Array:
    """Whether elements are equal within ``atol + rtol * abs(x2)``.

    Args:
        x1: array.
        x2: array that broadcasts with ``x1``.
        rtol: relative tolerance.
        atol: absolute tolerance.
        equal_nan: whether NaN equals NaN.

    Example:
        >>> import kerax
        >>> print(kerax.ops.isclose([1.0, 2.0], [1.0, 2.1]))
        [ True False]
    """
    return jnp.isclose(as_array(x1), as_array(x2), rtol, atol, equal_nan)


@recordable
def allclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> jax.Array:
    """Whether all elements are equal within ``atol + rtol * abs(x2)``.

    Args:
        x1: array.
        x2: array that broadcasts with ``x1``.
        rtol: relative tolerance.
        atol: absolute tolerance.
        equal_nan: whether NaN equals NaN.

    Example:
        >>> import kerax
        >>> print(kerax.ops.allclose([1.0, 2.0], [1.0, 2.1]))
        False
    """
    return jnp.allclose(as_array(x1), as_array(x2), rtol, atol, equal_nan)


@recordable
def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """``x1`` where the condition holds, ``x2`` elsewhere.

    Args:
        condition: booleans.
        x1: array that broadcasts with the condition.
        x2: likewise. Without ``x1`` and ``x2``, the places where the condition holds are returned, as by `nonzero`.

    Example:
        >>> import kerax
        >>> print(kerax.ops.where([True, False], 1, 2))
        [1 2]
    """
    if (x1 is None) != (x2 is None):
        raise ValueError("kerax.ops.where takes both x1 and x2, or neither.")
    if x1 is None:
        return jnp.where(as_array(condition))
    return jnp.where(as_array(condition), as_array(x1), as_array(x2))


@recordable
def select(condlist: Any, choicelist: Any, default: Any = 0) -> jax.Array:
    """For every element the choice of the first condition that holds.

    Args:
        condlist: list of boolean arrays.
        choicelist: list of as many arrays.
        default: for elements where none holds.

    Example:
        >>> import kerax
        >>> print(kerax.ops.select([[True, False], [True, True]], [[1, 1], [2, 2]]))
        [1 2]
    """
    return jnp.select([as_array(c) for c in condlist], [as_array(c) for c in choicelist], default=as_array(default))


@recordable
def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> jax.Array:
    """Whether each element of ``x1`` is found in ``x2``.

    Args:
        x1: array.
        x2: array of the values to look for.
        assume_unique: whether neither array repeats a value.
        invert: asks for the opposite.

    Example:
        >>> import kerax
        >>> print(kerax.ops.isin([1, 2, 3], [3, 1]))
        [ True False  True]
    """
    return jnp.isin(as_array(x1), as_array(x2), assume_unique=assume_unique, invert=invert)
