"""Training loops by hand: one optimizer step as a pure function, and several ways to run an epoch of them.

Every loop does what `fit` does: host arrays in, a fresh shuffle each epoch, Adam with Keras's constants, the mean loss
and the accuracy of the epoch fetched once at its end.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

from benchmarks.handwritten.models import Apply, Params

LEARNING_RATE = 1e-3
ADAM_EPSILON = 1e-7  # Keras's, optax has 1e-8
SHUFFLE_SEED = 11
# (params, optimizer state, sum of losses, number of hits)
Carry = tuple[Params, Any, jax.Array, jax.Array]
Step = Callable[[Carry, jax.Array, jax.Array], Carry]
Epoch = Callable[[Carry, np.ndarray], Carry]
# jax.jit with donation of the carry and the workload's compile options already given
Compile = Callable[[Callable[..., Carry]], Callable[..., Carry]]


def loss_and_hits(apply: Apply, params: Params, x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Mean cross-entropy of integer labels, and how many are right.

    The label's logit is picked by a one-hot product: the gradient of a gather is a scatter, which is slower.
    """
    logits = apply(params, x)
    picked = (logits * jax.nn.one_hot(y, logits.shape[-1], dtype=logits.dtype)).sum(-1)
    loss = (jax.nn.logsumexp(logits, -1) - picked).mean()
    return loss, (logits.argmax(-1) == y).sum()


def make_step(apply: Apply, optimizer: optax.GradientTransformation) -> Step:
    """The pure step: gradients, Adam, running metrics."""

    def step(carry: Carry, x: jax.Array, y: jax.Array) -> Carry:
        params, state, total, hits = carry
        gradient = jax.value_and_grad(lambda p: loss_and_hits(apply, p, x, y), has_aux=True)
        (loss, right), grads = gradient(params)
        updates, state = optimizer.update(grads, state, params)
        return optax.apply_updates(params, updates), state, total + loss, hits + right

    return step


def loop_host(compile: Compile, step: Step, x: np.ndarray, y: np.ndarray, batch: int) -> Epoch:
    """One asynchronous call a step; NumPy gathers the batch."""
    run = compile(step)

    def epoch(carry: Carry, order: np.ndarray) -> Carry:
        for i in range(0, len(order), batch):
            rows = order[i : i + batch]
            carry = run(carry, x[rows], y[rows])
        return carry

    return epoch


def loop_device(compile: Compile, step: Step, x: np.ndarray, y: np.ndarray, batch: int) -> Epoch:
    """One asynchronous call a step; data on the device, gathered inside the program."""
    run = compile(lambda carry, x, y, rows: step(carry, x[rows], y[rows]))

    def epoch(carry: Carry, order: np.ndarray) -> Carry:
        xd, yd = jax.device_put((x, y))
        for i in range(0, len(order), batch):
            carry = run(carry, xd, yd, order[i : i + batch])
        return carry

    return epoch


def scan_inside(
    compile: Compile, step: Step, x: np.ndarray, y: np.ndarray, batch: int, unroll: int = 1, length: int | None = None
) -> Epoch:
    """One program an epoch (or `length` steps); each batch is gathered inside the loop."""

    def whole(carry: Carry, x: jax.Array, y: jax.Array, order: jax.Array) -> Carry:
        return lax.scan(lambda c, rows: (step(c, x[rows], y[rows]), None), carry, order, unroll=unroll)[0]

    run = compile(whole)

    def epoch(carry: Carry, order: np.ndarray) -> Carry:
        xd, yd = jax.device_put((x, y))
        batches = order.reshape(-1, batch)
        stride = length or len(batches)
        for i in range(0, len(batches), stride):
            carry = run(carry, xd, yd, batches[i : i + stride])
        return carry

    return epoch


def scan_outside(
    compile: Compile, step: Step, x: np.ndarray, y: np.ndarray, batch: int, length: int | None = None
) -> Epoch:
    """One program an epoch (or `length` steps): all its rows are gathered at once, then the loop runs over the copy."""

    def whole(carry: Carry, x: jax.Array, y: jax.Array, order: jax.Array) -> Carry:
        return lax.scan(lambda c, xy: (step(c, *xy), None), carry, (x[order], y[order]))[0]

    run = compile(whole)

    def epoch(carry: Carry, order: np.ndarray) -> Carry:
        xd, yd = jax.device_put((x, y))
        batches = order.reshape(-1, batch)
        stride = length or len(batches)
        for i in range(0, len(batches), stride):
            carry = run(carry, xd, yd, batches[i : i + stride])
        return carry

    return epoch


def scan_chunks(compile: Compile, step: Step, x: np.ndarray, y: np.ndarray, batch: int, length: int) -> Epoch:
    """`length` steps a call; NumPy gathers the next stack of batches while the device works on the last."""
    run = compile(lambda carry, xs, ys: lax.scan(lambda c, xy: (step(c, *xy), None), carry, (xs, ys))[0])

    def epoch(carry: Carry, order: np.ndarray) -> Carry:
        batches = order.reshape(-1, batch)
        for i in range(0, len(batches), length):
            rows = batches[i : i + length]
            carry = run(carry, x[rows], y[rows])
        return carry

    return epoch


LOOPS: dict[str, Callable[..., Epoch]] = {"host": loop_host, "device": loop_device}
SCANS: dict[str, Callable[..., Epoch]] = {
    "inside": scan_inside,
    "inside_unroll2": lambda *a: scan_inside(*a, unroll=2),
    "inside_unroll4": lambda *a: scan_inside(*a, unroll=4),
    "inside_16": lambda *a: scan_inside(*a, length=16),
    "inside_64": lambda *a: scan_inside(*a, length=64),
    "outside": scan_outside,
    "outside_64": lambda *a: scan_outside(*a, length=64),
    "outside_256": lambda *a: scan_outside(*a, length=256),
    "chunks_16": lambda *a: scan_chunks(*a, length=16),
    "chunks_64": lambda *a: scan_chunks(*a, length=64),
}


class Trainer:
    """A net, its Adam and one way of running epochs.

    Args:
        params: initial parameters.
        apply: pure forward function.
        epoch: maker of the epoch runner, a value of `LOOPS` or `SCANS`.
        x: samples on the host.
        y: integer labels on the host.
        batch: samples a step.
        compiler_options: XLA options of the step's program.
    """

    def __init__(
        self,
        params: Params,
        apply: Apply,
        epoch: Callable[..., Epoch],
        x: np.ndarray,
        y: np.ndarray,
        batch: int,
        compiler_options: dict[str, Any] | None = None,
    ) -> None:
        optimizer = optax.adam(LEARNING_RATE, eps=ADAM_EPSILON)
        self.params, self.state = params, optimizer.init(params)
        self.rng = np.random.default_rng(SHUFFLE_SEED)
        self.samples, self.steps = len(x), len(x) // batch
        compile = partial(jax.jit, donate_argnums=0, compiler_options=compiler_options or None)
        self.epoch = epoch(compile, make_step(apply, optimizer), x, y, batch)

    def train(self, epochs: int) -> dict[str, float]:
        """Run epochs; the last one's mean loss and accuracy."""
        for _ in range(epochs):
            carry = (self.params, self.state, jnp.zeros(()), jnp.zeros((), jnp.int32))
            order = self.rng.permutation(self.samples).astype(np.int32)
            self.params, self.state, total, hits = self.epoch(carry, order)
            total, hits = jax.device_get((total, hits))
        return {"loss": float(total) / self.steps, "accuracy": int(hits) / self.samples}
