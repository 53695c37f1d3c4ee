"""Functions of single elements, by their old ``K.`` names."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax import activations
from kerax.activations.sigmoids import legacy_hard_sigmoid
from kerax.backend.recorded import recorded
from kerax.backend.values import standardize_data_format

_SMALLEST_SQUARE = 1e-12  # tf.math.l2_normalize's bound on the sum of squares


@recorded
def abs(x: Any) -> Any:
    """Returns the absolute value of every element.

    Example:
      >>> import kerax
      >>> kerax.backend.abs([-1.0, 2.0]).tolist()
      [1.0, 2.0]
    """
    return jnp.abs(jnp.asarray(x))


@recorded
def cos(x: Any) -> Any:
    """Returns the cosine of every element.

    Example:
      >>> import kerax
      >>> kerax.backend.cos([0.0]).tolist()
      [1.0]
    """
    return jnp.cos(jnp.asarray(x))


@recorded
def exp(x: Any) -> Any:
    """Returns the exponential of every element.

    Example:
      >>> import kerax
      >>> kerax.backend.exp([0.0]).tolist()
      [1.0]
    """
    return jnp.exp(jnp.asarray(x))


@recorded
def log(x: Any) -> Any:
    """Returns the natural logarithm of every element.

    Example:
      >>> import kerax
      >>> kerax.backend.log([1.0]).tolist()
      [0.0]
    """
    return jnp.log(jnp.asarray(x))


@recorded
def round(x: Any) -> Any:
    """Returns the nearest whole number, halves to the even one, of every element.

    Example:
      >>> import kerax
      >>> kerax.backend.round([0.5, 1.6]).tolist()
      [0.0, 2.0]
    """
    return jnp.round(jnp.asarray(x))


@recorded
def sign(x: Any) -> Any:
    """Returns the sign, -1, 0 or 1, of every element.

    Example:
      >>> import kerax
      >>> kerax.backend.sign([-3.0, 0.0]).tolist()
      [-1.0, 0.0]
    """
    return jnp.sign(jnp.asarray(x))


@recorded
def sin(x: Any) -> Any:
    """Returns the sine of every element.

    Example:
      >>> import kerax
      >>> kerax.backend.sin([0.0]).tolist()
      [0.0]
    """
    return jnp.sin(jnp.asarray(x))


@recorded
def square(x: Any) -> Any:
    """Returns the square of every element.

    Example:
      >>> import kerax
      >>> kerax.backend.square([3.0]).tolist()
      [9.0]
    """
    return jnp.square(jnp.asarray(x))


@recorded
def softplus(x: Any) -> Any:
    """Returns the ``log(1 + exp(x))`` of every element.

    Example:
      >>> import kerax
      >>> kerax.backend.softplus([-1000.0]).tolist()
      [0.0]
    """
    return jax.nn.softplus(jnp.asarray(x))


@recorded
def softsign(x: Any) -> Any:
    """Returns the ``x / (1 + |x|)`` of every element.

    Example:
      >>> import kerax
      >>> kerax.backend.softsign([1.0]).tolist()
      [0.5]
    """
    return jax.nn.soft_sign(jnp.asarray(x))


@recorded
def sigmoid(x: Any) -> Any:
    """Returns the logistic function of every element.

    Example:
      >>> import kerax
      >>> kerax.backend.sigmoid([0.0]).tolist()
      [0.5]
    """
    return jax.nn.sigmoid(jnp.asarray(x))


@recorded
def tanh(x: Any) -> Any:
    """Returns the hyperbolic tangent of every element.

    Example:
      >>> import kerax
      >>> kerax.backend.tanh([0.0]).tolist()
      [0.0]
    """
    return jnp.tanh(jnp.asarray(x))


@recorded
def sqrt(x: Any) -> Any:
    """Returns the square root of every element; negative numbers count as 0.

    Example:
      >>> import kerax
      >>> kerax.backend.sqrt([4.0, -1.0]).tolist()
      [2.0, 0.0]
    """
    x = jnp.asarray(x)
    return jnp.sqrt(jnp.maximum(x, jnp.zeros((), x.dtype)))


@recorded
def hard_sigmoid(x: Any) -> Any:
    """Returns ``0.2 x + 0.5``, cut to [0, 1]: tf.keras's piecewise linear sigmoid.

    Example:
      >>> import kerax
      >>> kerax.backend.hard_sigmoid([0.0, 3.0]).tolist()
      [0.5, 1.0]
    """
    return legacy_hard_sigmoid(x)


@recorded
def elu(x: Any, alpha: float = 1.0) -> Any:
    """Returns ``x`` where it is positive and ``alpha (exp(x) - 1)`` elsewhere.

    Example:
      >>> import kerax
      >>> kerax.backend.elu([2.0, 0.0]).tolist()
      [2.0, 0.0]
    """
    return jax.nn.elu(jnp.asarray(x), alpha)


@recorded
def relu(x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """Returns the rectified linear unit of every element.

    Args:
      x: array.
      alpha: slope below the threshold.
      max_value: upper limit, or None.
      threshold: input below which the result is damped.

    Example:
      >>> import kerax
      >>> kerax.backend.relu([-1.0, 8.0], max_value=6.0).tolist()
      [0.0, 6.0]
    """
    return activations.relu(x, alpha, max_value, threshold)


@recorded
def softmax(x: Any, axis: int = -1) -> Any:
    """Returns exponentials that sum to 1 along an axis.

    Example:
      >>> import kerax
      >>> kerax.backend.softmax([[0.0, 0.0]]).tolist()
      [[0.5, 0.5]]
    """
    return jax.nn.softmax(jnp.asarray(x), axis)


@recorded
def l2_normalize(x: Any, axis: Any = None) -> Any:
    """Returns ``x`` divided by its Euclidean norm along the axes, which counts as 1e-6 at least.

    Example:
      >>> import kerax
      >>> kerax.backend.l2_normalize([[3.0, 4.0]], axis=1).tolist()
      [[0.6000000238418579, 0.800000011920929]]
    """
    x = jnp.asarray(x)
    squares = jnp.sum(jnp.square(x), axis, keepdims=True)
    return x * jax.lax.rsqrt(jnp.maximum(squares, jnp.asarray(_SMALLEST_SQUARE, x.dtype)))


@recorded
def clip(x: Any, min_value: Any, max_value: Any) -> Any:
    """Returns the elements cut to ``[min_value, max_value]``; None is no bound.

    Example:
      >>> import kerax
      >>> kerax.backend.clip([-1.0, 5.0], 0, 2).tolist()
      [0.0, 2.0]
    """
    low = -jnp.inf if min_value is None else min_value
    high = jnp.inf if max_value is None else max_value
    if isinstance(low, (int, float)) and isinstance(high, (int, float)) and high < low:
        high = low
    return jnp.clip(jnp.asarray(x), low, high)


@recorded
def pow(x: Any, a: Any) -> Any:
    """Returns ``x`` to the power ``a``.

    Example:
      >>> import kerax
      >>> kerax.backend.pow([3.0], 2).tolist()
      [9.0]
    """
    return jnp.power(jnp.asarray(x), a)


@recorded
def maximum(x: Any, y: Any) -> Any:
    """Returns the larger of two elements at every place.

    Example:
      >>> import kerax
      >>> kerax.backend.maximum([1, 3], [2, 2]).tolist()
      [2, 3]
    """
    return jnp.maximum(jnp.asarray(x), jnp.asarray(y))


@recorded
def minimum(x: Any, y: Any) -> Any:
    """Returns the smaller of two elements at every place.

    Example:
      >>> import kerax
      >>> kerax.backend.minimum([1, 3], [2, 2]).tolist()
      [1, 2]
    """
    return jnp.minimum(jnp.asarray(x), jnp.asarray(y))


@recorded
def equal(x: Any, y: Any) -> Any:
    """Returns where the elements are equal.

    Example:
      >>> import kerax
      >>> kerax.backend.equal([1, 2, 3], 2).tolist()
      [False, True, False]
    """
    return jnp.equal(jnp.asarray(x), jnp.asarray(y))


@recorded
def not_equal(x: Any, y: Any) -> Any:
    """Returns where the elements are not equal.

    Example:
      >>> import kerax
      >>> kerax.backend.not_equal([1, 2, 3], 2).tolist()
      [True, False, True]
    """
    return jnp.not_equal(jnp.asarray(x), jnp.asarray(y))


@recorded
def greater(x: Any, y: Any) -> Any:
    """Returns where ``x > y``.

    Example:
      >>> import kerax
      >>> kerax.backend.greater([1, 2, 3], 2).tolist()
      [False, False, True]
    """
    return jnp.greater(jnp.asarray(x), jnp.asarray(y))


@recorded
def greater_equal(x: Any, y: Any) -> Any:
    """Returns where ``x >= y``.

    Example:
      >>> import kerax
      >>> kerax.backend.greater_equal([1, 2, 3], 2).tolist()
      [False, True, True]
    """
    return jnp.greater_equal(jnp.asarray(x), jnp.asarray(y))


@recorded
def less(x: Any, y: Any) -> Any:
    """Returns where ``x < y``.

    Example:
      >>> import kerax
      >>> kerax.backend.less([1, 2, 3], 2).tolist()
      [True, False, False]
    """
    return jnp.less(jnp.asarray(x), jnp.asarray(y))


@recorded
def less_equal(x: Any, y: Any) -> Any:
    """Returns where ``x <= y``.

    Example:
      >>> import kerax
      >>> kerax.backend.less_equal([1, 2, 3], 2).tolist()
      [True, True, False]
    """
    return jnp.less_equal(jnp.asarray(x), jnp.asarray(y))


@recorded
def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    """Adds a bias to the channels.

    Args:
      x: (n, ..., channels), or (n, channels, ...) for channels_first.
      bias: (channels,), or the shape of ``x`` without its first axis, channels last.
      data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Example:
      >>> import kerax
      >>> kerax.backend.bias_add([[1.0, 2.0]], [1.0, 1.0]).tolist()
      [[2.0, 3.0]]
    """
    x, bias = jnp.asarray(x), jnp.asarray(bias)
    if bias.ndim not in (1, x.ndim - 1):
        raise ValueError(
            f"K.bias_add needs a bias of 1 or {x.ndim - 1} axes for inputs of shape {x.shape}, received {bias.shape}."
        )
    if standardize_data_format(data_format) == "channels_first" and x.ndim > 2:
        bias = (
            bias.reshape((-1,) + (1,) * (x.ndim - 2))
            if bias.ndim == 1
            else bias.reshape((bias.shape[-1], *bias.shape[:-1]))
        )
    return x + bias
