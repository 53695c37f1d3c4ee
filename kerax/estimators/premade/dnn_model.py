"""The deep part of premade models: hidden layers over feature columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax import initializers
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.template import current_run, summarize
from kerax.state import current_scope

_MOMENTUM = 0.999  # of the moving statistics of batch normalization
_EPSILON = 1e-3


def check_hidden_units(hidden_units: Any, where: str) -> list[int]:
    """Returns sizes of hidden layers.

    Raises:
      ValueError: for anything but whole numbers above 0.
    """
    if isinstance(hidden_units, int) or not isinstance(hidden_units, Sequence):
        raise ValueError(f"{where} is a list of sizes such as [64, 32], received {hidden_units!r}.")
    for size in hidden_units:
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise ValueError(f"{where} has whole numbers above 0, received {list(hidden_units)!r}.")
    return list(hidden_units)


def dnn_logits(
    net: jax.Array,
    hidden_units: Sequence[int],
    units: int,
    mode: str,
    activation: Callable,
    dropout: float | None,
    batch_norm: bool,
) -> jax.Array:
    """The logits of hidden layers over an input.

    Args:
      net: the input, ``[batch, numbers]``.
      hidden_units: sizes of the hidden layers.
      units: number of logits.
      mode: a name of `ModeKeys`.
      activation: of the hidden layers.
      dropout: share of outputs of hidden layers that are set to zero in training.
      batch_norm: whether outputs of hidden layers are normalized, after activation and dropout.
    """
    for number, size in enumerate(hidden_units):
        name = f"dnn/hiddenlayer_{number}"
        net = activation(_dense(net, name, size))
        if dropout and mode == ModeKeys.TRAIN:
            net = _dropped(net, name, dropout)
        if batch_norm:
            net = _normalized(net, f"{name}/batchnorm_{number}", mode == ModeKeys.TRAIN)
        summarize_layer(name, net)
    logits = _dense(net, "dnn/logits", units)
    summarize_layer("dnn/logits", logits)
    return logits


def summarize_layer(name: str, values: jax.Array) -> None:
    """Notes the outputs of a layer for the event file."""
    summarize("scalar", f"{name}/fraction_of_zero_values", jnp.mean((values == 0).astype(jnp.float32)))
    summarize("histogram", f"{name}/activation", values)


def _dense(net: jax.Array, name: str, units: int) -> jax.Array:
    run = current_run()
    kernel = run.variable(f"{name}/kernel", (net.shape[-1], units), initializers.GlorotUniform())
    bias = run.variable(f"{name}/bias", (units,), initializers.Zeros())
    return net @ kernel.read() + bias.read()


def _dropped(net: jax.Array, name: str, rate: float) -> jax.Array:
    scope = current_scope()
    assert scope is not None
    kept = jax.random.bernoulli(scope.next_key(f"{name}/dropout"), 1.0 - rate, net.shape)
    return jnp.where(kept, net / (1.0 - rate), 0.0)


def _normalized(net: jax.Array, name: str, training: bool) -> jax.Array:
    run, shape = current_run(), (net.shape[-1],)
    gamma = run.variable(f"{name}/gamma", shape, initializers.Ones())
    beta = run.variable(f"{name}/beta", shape, initializers.Zeros())
    moving_mean = run.variable(f"{name}/moving_mean", shape, initializers.Zeros(), trainable=False)
    moving_variance = run.variable(f"{name}/moving_variance", shape, initializers.Ones(), trainable=False)
    mean, variance = moving_mean.read(), moving_variance.read()
    if training:
        batch_mean, batch_variance = jnp.mean(net, 0), jnp.var(net, 0)
        moving_mean.assign(mean * _MOMENTUM + jax.lax.stop_gradient(batch_mean) * (1 - _MOMENTUM))
        moving_variance.assign(variance * _MOMENTUM + jax.lax.stop_gradient(batch_variance) * (1 - _MOMENTUM))
        mean, variance = batch_mean, batch_variance
    return (net - mean) * jax.lax.rsqrt(variance + _EPSILON) * gamma.read() + beta.read()
