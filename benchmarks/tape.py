"""Tapes and functions beside what is written by hand: the custom training loop, and an eager loop.

python benchmarks/tape.py
"""

import time

import jax
import jax.numpy as jnp
import numpy as np
import optax

import kerax


def in_turn(runs, rounds=15, calls=20):
    """Runs functions in turn: the best of several rounds, in milliseconds a call, of the CPU and of the clock.

    The CPU's time says what the work costs where other processes have a part of the machine.
    """
    for run in runs.values():
        for _ in range(4):
            jax.block_until_ready(run())
    found = {name: [float("inf"), float("inf")] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            clock, cpu = time.perf_counter(), time.process_time()
            for _ in range(calls):
                out = run()
            jax.block_until_ready(out)
            spent = time.process_time() - cpu, time.perf_counter() - clock
            found[name] = [min(old, new / calls * 1e3) for old, new in zip(found[name], spent, strict=True)]
    return found


def report(runs, **options):
    """Prints what functions take, as parts of the first one."""
    found = in_turn(runs, **options)
    base = next(iter(found.values()))
    print(f"{'':58s} {'CPU ms':>8s} {'clock ms':>9s}")
    for name, (cpu, clock) in found.items():
        print(f"{name:58s} {cpu:8.3f} {clock:9.3f}   {cpu / base[0]:5.2f}x {clock / base[1]:5.2f}x")


def eager_loop():
    key = jax.random.key(0)
    w1, w2 = jax.random.normal(key, (64, 64)), jax.random.normal(key, (64, 10))
    x, y = jax.random.normal(key, (32, 64)), jnp.zeros((32,), int)

    def forward():
        logits = jax.nn.relu(x @ w1) @ w2
        return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(32), y])

    def taped():
        with kerax.GradientTape() as tape:
            tape.watch([w1, w2])
            loss = forward()
        return tape.gradient(loss, [w1, w2])

    def by_vjp():
        def of(w1, w2):
            logits = jax.nn.relu(x @ w1) @ w2
            return -jnp.mean(jax.nn.log_softmax(logits)[jnp.arange(32), y])

        loss, pull = jax.vjp(of, w1, w2)
        return pull(jnp.ones_like(loss))

    report({"eager, plain arrays: forward": forward, "eager, plain arrays: tape, forward and gradient": taped})
    report({"eager, plain arrays: forward": forward, "eager, plain arrays: jax.vjp": by_vjp}, rounds=3, calls=5)


def eager_models():
    """Models and losses of kerax's in an eager loop: 784-128-10, batch 32."""
    x, y = jnp.asarray(np.random.default_rng(0).normal(size=(32, 784)), jnp.float32), jnp.arange(32) % 10
    layers = kerax.layers
    ready = kerax.Sequential([kerax.Input((784,)), layers.Dense(128, "relu"), layers.Dense(10)])
    loss = kerax.losses.SparseCategoricalCrossentropy(from_logits=True)

    class Own(kerax.Model):
        def __init__(self):
            super().__init__()
            self.hidden, self.out = layers.Dense(128, "relu"), layers.Dense(10)

        def call(self, x):
            return self.out(self.hidden(x))

    def by_hand(params, x, y):
        logits = kerax.functional_call(ready, params, {}, x)[0]
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1))

    forward, both = jax.jit(by_hand), jax.jit(jax.value_and_grad(by_hand))
    params = ready.params
    runs = {
        "jitted by hand: forward": lambda: forward(params, x, y),
        "jitted by hand: value and gradient": lambda: both(params, x, y),
    }
    report(runs)
    for name, model in (("Sequential", ready), ("subclassed", Own())):
        model(x)

        def taped(model=model):
            with kerax.GradientTape() as tape:
                value = loss(y, model(x))
            return tape.gradient(value, model.trainable_variables)

        runs = {
            f"eager {name} model and loss: forward": lambda model=model: loss(y, model(x)),
            f"eager {name} model and loss: tape, forward and gradient": taped,
        }
        report(runs)


class ConvNet(kerax.Model):
    """The network of the acceptance script."""

    def __init__(self):
        super().__init__()
        self.conv = kerax.layers.Conv2D(32, 3, activation="relu")
        self.flatten = kerax.layers.Flatten()
        self.hidden, self.out = kerax.layers.Dense(128, "relu"), kerax.layers.Dense(10, "softmax")

    def call(self, x):
        return self.out(self.hidden(self.flatten(self.conv(x))))


class Mlp(kerax.Model):
    """784-128-10."""

    def __init__(self):
        super().__init__()
        self.flatten = kerax.layers.Flatten()
        self.hidden, self.out = kerax.layers.Dense(128, "relu"), kerax.layers.Dense(10, "softmax")

    def call(self, x):
        return self.out(self.hidden(self.flatten(x)))


def custom_loop(name, kind, rounds=40):
    x = jnp.asarray(np.random.default_rng(0).normal(size=(32, 28, 28, 1)), jnp.float32)
    y = jnp.asarray(np.arange(32) % 10, jnp.int32)
    model, loss = kind(), kerax.losses.SparseCategoricalCrossentropy()
    optimizer = kerax.optimizers.Adam()
    mean, accuracy = kerax.metrics.Mean(), kerax.metrics.SparseCategoricalAccuracy()

    @kerax.function
    def step(images, labels):
        with kerax.GradientTape() as tape:
            predictions = model(images)
            value = loss(labels, predictions)
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        mean(value)
        accuracy(labels, predictions)
        return value

    step(x, y)
    params, algorithm = model.params, optax.adam(1e-3, eps=1e-7)
    params = {path: jnp.copy(array) for path, array in params.items()}

    @jax.jit
    def by_hand(params, slots, metrics, images, labels):
        def of(params):
            predicted, _, _ = kerax.functional_call(model, params, {}, images)
            picked = jnp.clip(predicted, 1e-7, 1 - 1e-7)[jnp.arange(32), labels]
            return -jnp.mean(jnp.log(picked)), predicted

        (value, predicted), gradients = jax.value_and_grad(of, has_aux=True)(params)
        updates, slots = algorithm.update(gradients, slots, params)
        right = jnp.sum(jnp.argmax(predicted, -1) == labels)
        metrics = [m + a for m, a in zip(metrics, (value, 1.0, right, 32.0))]
        return optax.apply_updates(params, updates), slots, metrics, value

    state = [params, algorithm.init(params), [jnp.zeros(()) for _ in range(4)]]
    donating = jax.jit(by_hand, donate_argnums=(0, 1, 2))

    def hand():
        *state[:], value = donating(*state, x, y)
        return value

    runs = {
        f"{name}: hand-written jitted step (optax)": hand,
        f"{name}: kerax.function with GradientTape": lambda: step(x, y),
    }
    report(runs, rounds=rounds)


if __name__ == "__main__":
    print(f"jax {jax.__version__}, {jax.devices()[0].platform}, kerax {kerax.__version__}")
    eager_loop()
    eager_models()
    custom_loop("MLP, batch 32", Mlp)
    custom_loop("convolutional network, batch 32", ConvNet, rounds=4)
