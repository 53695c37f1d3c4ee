"""The models of ``kerax bench`` as somebody writes them by hand in JAX and optax, and the loops that train them."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

_KERNEL = 3  # rows and columns of the convolution's kernel


def dense(key: jax.Array, inputs: int, units: int) -> tuple[jax.Array, jax.Array]:
    """Kernel and bias of a dense layer, Glorot and zeros as in Keras."""
    limit = math.sqrt(6 / (inputs + units))
    return jax.random.uniform(key, (inputs, units), minval=-limit, maxval=limit), jnp.zeros(units)


def mlp(units: int, classes: int) -> tuple[Callable, Callable]:
    """One hidden layer: ``(key, shape of a sample) -> parameters`` and ``(parameters, x) -> logits``."""

    def init(key: jax.Array, shape: tuple[int, ...]) -> Any:
        first, second = jax.random.split(key)
        return dense(first, shape[0], units), dense(second, units, classes)

    def apply(params: Any, x: jax.Array) -> jax.Array:
        (w, b), (v, c) = params
        return jax.nn.relu(x @ w + b) @ v + c

    return init, apply


def cnn(filters: int, classes: int) -> tuple[Callable, Callable]:
    """A convolution, a pooling of two by two, a dense layer; likewise."""

    def init(key: jax.Array, shape: tuple[int, ...]) -> Any:
        first, second = jax.random.split(key)
        rows, columns, channels = shape
        kernel, bias = dense(first, _KERNEL * _KERNEL * channels, filters)
        flat = ((rows - _KERNEL + 1) // 2) * ((columns - _KERNEL + 1) // 2) * filters
        return (kernel.reshape(_KERNEL, _KERNEL, channels, filters), bias), dense(second, flat, classes)

    def apply(params: Any, x: jax.Array) -> jax.Array:
        (w, b), (v, c) = params
        y = jax.lax.conv_general_dilated(x, w, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        y = jax.nn.relu(y + b)
        y = y[:, : y.shape[1] // 2 * 2, : y.shape[2] // 2 * 2]
        quarters = [y[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]  # on a CPU far faster than reduce_window
        y = functools.reduce(jnp.maximum, quarters)
        return y.reshape(len(x), -1) @ v + c

    return init, apply


def lstm(units: int, classes: int) -> tuple[Callable, Callable]:
    """A long short-term memory and a dense layer; likewise."""

    def init(key: jax.Array, shape: tuple[int, ...]) -> Any:
        first, second, third = jax.random.split(key, 3)
        kernel, bias = dense(first, shape[1], 4 * units)
        return (kernel, dense(second, units, 4 * units)[0], bias), dense(third, units, classes)

    def apply(params: Any, x: jax.Array) -> jax.Array:
        (kernel, recurrent, bias), (v, c) = params

        def step(carry: Any, z: jax.Array) -> Any:
            h, cell = carry
            i, f, g, o = jnp.split(z + h @ recurrent, 4, axis=-1)
            cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(cell), cell), None

        zeros = jnp.zeros((len(x), units))
        (h, _), _ = jax.lax.scan(step, (zeros, zeros), jnp.swapaxes(x @ kernel + bias, 0, 1))
        return h @ v + c

    return init, apply


class HandWritten:
    """A training program of one's own: parameters, a jitted step, and a loop in Python or inside the program.

    Args:
      model: ``(init, apply)`` as above.
      shape: of a sample.
      batch: rows of a batch.
      scanned: whether an epoch is one program, a ``lax.scan``; otherwise Python calls a program for every step.
    """

    def __init__(self, model: tuple[Callable, Callable], shape: tuple[int, ...], batch: int, scanned: bool):
        init, self._apply = model
        self._batch, self._scanned = batch, scanned
        self._optimizer = optax.adam(1e-3, eps=1e-7)
        params = init(jax.random.key(0), shape)
        self._state = (params, self._optimizer.init(params))
        self._step = jax.jit(self._one, donate_argnums=0)
        self._epoch = jax.jit(self._all, donate_argnums=0)
        self._test = jax.jit(self._measures)
        self._answers = jax.jit(self._apply)
        self._epochs = 0

    def _loss(self, params: Any, x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
        logits = self._apply(params, x)
        return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean(), (logits.argmax(-1) == y).sum()

    def _one(self, carry: Any, x: jax.Array, y: jax.Array, rows: jax.Array) -> Any:
        (params, moments), (loss, right) = carry
        (value, hits), gradients = jax.value_and_grad(self._loss, has_aux=True)(params, x[rows], y[rows])
        updates, moments = self._optimizer.update(gradients, moments, params)
        return (optax.apply_updates(params, updates), moments), (loss + value, right + hits)

    def _all(self, carry: Any, x: jax.Array, y: jax.Array, order: jax.Array) -> Any:
        return jax.lax.scan(lambda carry, rows: (self._one(carry, x, y, rows), None), carry, order)[0]

    def _measures(self, params: Any, x: jax.Array, y: jax.Array) -> Any:
        return self._loss(params, x, y)

    def fit(self, x: np.ndarray, y: np.ndarray) -> None:
        """An epoch in a new order, with loss and accuracy."""
        order = np.random.default_rng(self._epochs).permutation(len(x)).reshape(-1, self._batch)
        self._epochs += 1
        carry, data, labels = (self._state, (jnp.float32(0), jnp.int32(0))), jnp.asarray(x), jnp.asarray(y)
        if self._scanned:
            carry = self._epoch(carry, data, labels, order)
        else:
            for rows in order:
                carry = self._step(carry, data, labels, rows)
        self._state = carry[0]
        jax.device_get(carry[1])

    def evaluate(self, x: np.ndarray, y: np.ndarray) -> None:
        """Loss and accuracy, batch by batch."""
        parts = [self._test(self._state[0], x[i : i + self._batch], y[i : i + self._batch]) for i in self._starts(x)]
        np.mean([float(value) for value, _ in jax.device_get(parts)])

    def predict(self, x: np.ndarray) -> None:
        """The outputs, batch by batch."""
        parts = [self._answers(self._state[0], x[i : i + self._batch]) for i in self._starts(x)]
        np.concatenate(jax.device_get(parts))

    def answer(self, x: np.ndarray) -> None:
        """The output for a few samples."""
        np.asarray(self._answers(self._state[0], x))

    def _starts(self, x: np.ndarray) -> range:
        return range(0, len(x), self._batch)


LOOP, SCAN = functools.partial(HandWritten, scanned=False), functools.partial(HandWritten, scanned=True)
