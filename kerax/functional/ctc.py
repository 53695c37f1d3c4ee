"""Connectionist temporal classification: the probability of a label sequence, whatever its alignment in time."""

from __future__ import annotations

import jax
import jax.numpy as jnp

# Log probability of what cannot happen: finite, so that gradients are. An impossible label sequence costs about this.
_LOG_ZERO = -1e5


def ctc_loss(
    labels: jax.Array, logits: jax.Array, label_lengths: jax.Array, logit_lengths: jax.Array, blank: int = 0
) -> jax.Array:
    """``-log p(labels | logits)`` of each sequence, by the forward recursion of Graves et al. 2006.

    The recursion runs over the labels with a blank before, between and after them; state ``s`` is reached from ``s``,
    ``s - 1`` and, where its symbol is no blank and differs from the last one, ``s - 2``.

    Args:
        labels: integers (batch, max_label_length), padded with anything.
        logits: (batch, time, classes).
        label_lengths: (batch,).
        logit_lengths: (batch,).
        blank: class of the blank.

    Returns:
        Array (batch,).

    Example:
        >>> import jax.numpy as jnp
        >>> from kerax.functional.ctc import ctc_loss
        >>> one = jnp.array([1])
        >>> loss = ctc_loss(jnp.array([[1]]), jnp.zeros((1, 1, 2)), one, one)
        >>> round(float(loss[0]), 3)
        0.693
    """
    log_p = jax.nn.log_softmax(logits.astype(jnp.promote_types(logits.dtype, jnp.float32)), axis=-1)
    labels = labels.astype(jnp.int32)
    batch, length = labels.shape
    states = 2 * length + 1
    symbols = jnp.full((batch, states), blank, jnp.int32).at[:, 1::2].set(labels)
    two_before = jnp.concatenate([jnp.full((batch, 2), blank, jnp.int32), symbols[:, :-2]], axis=1)
    may_skip = (symbols != blank) & (symbols != two_before)

    def emitted(at_time: jax.Array) -> jax.Array:
        return jnp.take_along_axis(at_time, symbols, axis=1)

    def moved(alpha: jax.Array, steps: int) -> jax.Array:
        return jnp.concatenate([jnp.full((batch, steps), _LOG_ZERO, alpha.dtype), alpha[:, :-steps]], axis=1)

    def step(alpha: jax.Array, inputs: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        at_time, live = inputs
        skipped = jnp.where(may_skip, moved(alpha, 2), _LOG_ZERO)
        reached = jnp.logaddexp(jnp.logaddexp(alpha, moved(alpha, 1)), skipped)
        return jnp.where(live[:, None], reached + emitted(at_time), alpha), None

    by_time = jnp.swapaxes(log_p, 0, 1)
    start = jnp.where(jnp.arange(states) < 2, emitted(by_time[0]), _LOG_ZERO)
    live = jnp.arange(1, logits.shape[1])[:, None] < logit_lengths[None, :]
    alpha, _ = jax.lax.scan(step, start, (by_time[1:], live))

    last = 2 * label_lengths.astype(jnp.int32)[:, None]  # the blank after the last label
    at_blank = jnp.take_along_axis(alpha, last, axis=1)[:, 0]
    at_label = jnp.take_along_axis(alpha, jnp.maximum(last - 1, 0), axis=1)[:, 0]
    loss = -jnp.where(label_lengths > 0, jnp.logaddexp(at_blank, at_label), at_blank)
    without_time = jnp.where(label_lengths > 0, -_LOG_ZERO, 0).astype(loss.dtype)  # only the empty sequence is possible
    return jnp.where(logit_lengths > 0, loss, without_time)
