"""What the recurrent kernels share: elementwise derivatives, layout changes and options."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from kerax.jax_compat import in_trace

Activation = Callable[[jax.Array], jax.Array]

# Derivatives written from the activation's input z and output y. Only functions that act on each
# element by itself may stand here: softmax, for one, must take the general path.
_DERIVATIVES: dict[str, Callable[[jax.Array, jax.Array], jax.Array]] = {
    "tanh": lambda z, y: 1 - y * y,
    "sigmoid": lambda z, y: y * (1 - y),
    "logistic": lambda z, y: y * (1 - y),
    "linear": lambda z, y: jnp.ones_like(y),
    "soft_sign": lambda z, y: (1 - jnp.abs(y)) ** 2,
    "softsign": lambda z, y: (1 - jnp.abs(y)) ** 2,
    "softplus": lambda z, y: jax.nn.sigmoid(z),
    "elu": lambda z, y: jnp.where(z > 0, jnp.ones_like(y), y + 1),
}
# Piecewise activations choose their own slope at a corner, so the slope is asked of the function itself.
_BY_FORWARD_MODE = {
    "relu", "relu6", "hard_sigmoid", "legacy_hard_sigmoid", "hard_tanh", "leaky_relu", "selu", "celu", "gelu", "silu",
    "swish", "hard_silu", "mish", "exponential",
}  # fmt: skip
# Only functions of these modules are known to mean what their name says.
_TRUSTED_MODULES = ("jax", "kerax")


def elementwise_derivative(activation: Activation) -> Callable[[jax.Array, jax.Array], jax.Array] | None:
    """Derivative of a known elementwise activation as a function of its input and output, or None.

    Args:
        activation: a callable that maps an array to an array of the same shape.

    Returns:
        `derivative(z, y)` with `y = activation(z)`, or None where the activation is not known to be elementwise.
    """
    name = getattr(activation, "__name__", None)
    if (getattr(activation, "__module__", None) or "").split(".")[0] not in _TRUSTED_MODULES:
        return None
    if name in _DERIVATIVES:
        return _DERIVATIVES[name]
    if name in _BY_FORWARD_MODE:
        return lambda z, y: jax.jvp(activation, (z,), (jnp.ones_like(z),))[1]
    return None


class Options(NamedTuple):
    """Static choices of one recurrent kernel call; hashable, so that a program is cached by them."""

    activation: Activation
    recurrent_activation: Activation
    sequences: bool  # emit the state at every step
    hoist: bool  # multiply the inputs by the kernel before the loop instead of inside it
    unroll: int | bool


def hoist_input_projection() -> bool:
    """Whether the input projection belongs before the loop on this kind of device.

    On CPU one small product of the joined input and state costs less than one large product and a slice per
    step; an accelerator is the other way round, because there the loop is bound by latency.
    """
    return jax.default_backend() != "cpu"


def is_zero(tangent: object) -> bool:
    """Whether a tangent handed to a derivative rule is absent (symbolically zero)."""
    return isinstance(tangent, jax.custom_derivatives.SymbolicZero)


def dense_tangent(tangent: jax.Array, primal: jax.Array) -> jax.Array:
    """The tangent as an array: zeros where it is symbolically absent."""
    return jnp.zeros_like(primal) if is_zero(tangent) else tangent


def product(rows: jax.Array, matrix: jax.Array) -> jax.Array:
    """`rows @ matrix` over the last axis of a [time, batch, n] array, as one two-dimensional product.

    Two dimensions keep the transposed product, the gradient of `matrix`, one large gemm as well.
    """
    time, batch, width = rows.shape
    return (rows.reshape(time * batch, width) @ matrix).reshape(time, batch, matrix.shape[-1])


def weight_terms(pairs: list[tuple[jax.Array, jax.Array]], like: jax.Array) -> jax.Array:
    """Sum of the tangents' contributions that need no recurrence.

    Args:
        pairs: (array [time, batch, n], tangent of a matrix [n, m]), or (tangent array, matrix), or (None, tangent
            of a bias [m]); pairs with a symbolically zero member are left out.
        like: an array of the result's shape [time, batch, m], used when no pair is left.
    """
    total = None
    for rows, matrix in pairs:
        if is_zero(rows) or is_zero(matrix):
            continue
        term = matrix if rows is None else product(rows, matrix)
        total = term if total is None else total + term
    return jnp.zeros_like(like) if total is None else jnp.broadcast_to(total, like.shape)


def join(*parts: jax.Array) -> jax.Array:
    """Concatenate along the last axis."""
    return jnp.concatenate(parts, axis=-1)


def keep(mask: jax.Array | None, new: jax.Array, old: jax.Array) -> jax.Array:
    """`new` where the step counts, `old` where it is masked; mask [batch, 1] of bools or None."""
    return new if mask is None else jnp.where(mask, new, old)


def to_time_major(x: jax.Array, go_backwards: bool) -> jax.Array:
    """[batch, time, ...] -> [time, batch, ...], in the order in which the steps are processed."""
    x = jnp.swapaxes(x, 0, 1)
    return jnp.flip(x, 0) if go_backwards else x


def mask_to_time_major(mask: jax.Array | None, go_backwards: bool) -> jax.Array | None:
    """[batch, time] or [batch, time, n] mask -> [time, batch, 1] of bools; a step counts if any of its n flags does."""
    if mask is None:
        return None
    mask = jnp.asarray(mask).astype(bool)
    mask = mask[..., None] if mask.ndim == 2 else jnp.any(mask, axis=-1, keepdims=True)
    return to_time_major(mask, go_backwards)


def finish(hidden: jax.Array | None, last: jax.Array, mask: jax.Array | None, zero: bool) -> jax.Array:
    """The layer's output from the states: [batch, time, units] if they were kept, else the last one.

    A masked step repeats the previous output, which for these cells is the state that was carried over;
    with `zero` it is zero instead.
    """
    if hidden is None:
        return jnp.where(mask[-1], last, 0) if zero and mask is not None else last
    if zero and mask is not None:
        hidden = jnp.where(mask, hidden, 0)
    return jnp.swapaxes(hidden, 0, 1)


def run_loop(loop: Callable, options: Options, *arrays: Any) -> Any:
    """Runs a loop over time.

    Outside of traces JAX would compile the loop anew at every call, as its step is a new function each time; there one
    program for each kind of arrays is kept.

    Args:
        loop: maps (options, *arrays) to what it computes.
        options: static.
        arrays: its arguments.
    """
    return (loop if in_trace() else _program_of(loop))(options, *arrays)


@functools.cache
def _program_of(loop: Callable) -> Callable:
    return jax.jit(loop, static_argnums=0)


def linear_scan(
    step: Callable, start: Any, sources: jax.Array, factors: tuple, unroll: int | bool
) -> tuple[Any, jax.Array | None]:
    """`lax.scan` of a step that is linear in its state and its source, so that it can be transposed.

    Args:
        step: maps (state, source, factors) of one step to (new state, output or None).
        start: first state.
        sources: [time, batch, n], what enters at every step.
        factors: tuple of arrays [time, ...] (or None), constants of the linear map.
        unroll: as for `lax.scan`.

    Returns:
        (last state, outputs [time, ...] or None).
    """

    def run(start: Any, sources: jax.Array) -> Any:
        return lax.scan(lambda state, now: step(state, *now), start, (sources, factors), unroll=unroll)

    # A linear map is its own derivative. JAX before 0.10 transposes only scans that come out of a derivative, because
    # those alone are marked as linear; the compiled program is the same.
    zeros = jax.tree.map(jnp.zeros_like, (start, sources))
    return jax.jvp(run, zeros, (start, sources))[1]
