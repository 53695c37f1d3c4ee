"""Optimizers driven by hand, and inside kerax.function: the same steps, the same state."""

import jax.numpy as jnp
import numpy as np
import optax
import pytest

import kerax

X = np.array([[1.0, -1.0], [0.5, 2.0]], "float32")
OPTIMIZERS = {
    "sgd": lambda: kerax.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda: kerax.optimizers.Adam(
        kerax.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5), global_clipnorm=1.0, weight_decay=0.01
    ),
    "ema_and_accumulation": lambda: kerax.optimizers.RMSprop(
        0.05, use_ema=True, ema_overwrite_frequency=4, gradient_accumulation_steps=2
    ),
    "loss_scale": lambda: kerax.optimizers.LossScaleOptimizer(kerax.optimizers.SGD(0.05)),
    "legacy": lambda: kerax.optimizers.legacy.Adam(0.1, decay=0.1),
    "optax": lambda: kerax.optimizers.from_optax(optax.adamw(0.05)),
}


def run(kind, compiled, steps=4):
    kernel = kerax.Variable(np.array([[1.0, 2.0], [3.0, 4.0]], "float32"), name="kernel")
    bias = kerax.Variable(np.array([0.5, 1.0], "float32"), name="bias")
    optimizer = OPTIMIZERS[kind]()

    def loss_of(x):
        return jnp.mean((x @ kernel.value + bias.value - 3.0) ** 2)

    def by_tape(x):
        with kerax.GradientTape() as tape:
            loss = loss_of(x)
        optimizer.apply_gradients(zip(tape.gradient(loss, [kernel, bias]), [kernel, bias], strict=True))
        return loss

    def by_minimize(x):
        optimizer.minimize(lambda: loss_of(x), [kernel, bias])

    if compiled:
        by_tape, by_minimize = kerax.function(by_tape), kerax.function(by_minimize)
    scaled = kind == "loss_scale"  # the tape's loss would have to be scaled by hand
    losses = [] if scaled else [float(by_tape(X)) for _ in range(steps)]
    for _ in range(steps):
        by_minimize(X)
    return [kernel.numpy(), bias.numpy(), int(optimizer.iterations), np.array(losses)]


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_compiled_steps_are_those_by_hand(kind):
    by_hand, compiled = run(kind, False), run(kind, True)
    for ours, theirs in zip(by_hand, compiled, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert compiled[2] == (4 if kind in ("loss_scale", "ema_and_accumulation") else 8)
    assert len(compiled[3]) == 0 or compiled[3][-1] < compiled[3][0]


def test_the_learning_rate_is_assigned_between_compiled_steps():
    v = kerax.Variable(np.array([1.0], "float32"))
    optimizer = kerax.optimizers.SGD(0.1)

    @kerax.function
    def step():
        optimizer.apply_gradients([(jnp.ones(1), v)])

    step()
    optimizer.learning_rate = 0.5
    step()
    np.testing.assert_allclose(v.numpy(), [0.4], rtol=1e-6)
