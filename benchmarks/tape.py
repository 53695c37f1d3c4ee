"""Tapes and functions beside what is written by hand: the custom training loop, and an eager loop.

python benchmarks/tape.py
"""

import statistics
import time

import jax
import jax.numpy as jnp
import numpy as np
import optax

import kerax


def in_turn(runs, rounds=15, calls=20):
    """Runs functions in turn: for every round ``(CPU, clock)`` in milliseconds a call, by name.

    The CPU's time says what the work costs where other processes have a part of the machine.
    """
    for run in runs.values():
        for _ in range(8):
            jax.block_until_ready(run())
    found = {name: [] for name in runs}
    for number in range(rounds):
        for name in list(runs)[:: -1 if number % 2 else 1]:
            run, clock, cpu = runs[name], time.perf_counter(), time.process_time()
            for _ in range(calls):
                out = run()
            jax.block_until_ready(out)
            spent = time.process_time() - cpu, time.perf_counter() - clock
            found[name].append(tuple(one / calls * 1e3 for one in spent))
    return found


def report(runs, **options):
    """Prints what functions take: the best round, and the median over the rounds of the ratio to the first one."""
    found = in_turn(runs, **options)
    base = next(iter(found.values()))
    print(f"{'':58s} {'CPU ms':>8s} {'clock ms':>9s}")
    for name, spent in found.items():
        cpu, clock = (min(one[i] for one in spent) for i in (0, 1))
        ratios = [statistics.median(a[i] / b[i] for a, b in zip(spent, base, strict=True)) for i in (0, 1)]
        print(f"{name:58s} {cpu:8.3f} {clock:9.3f}   {ratios[0]:5.2f}x {ratios[1]:5.2f}x")


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


def eager_models(inputs=784, units=128, classes=10):
    """Models and losses of kerax's in an eager loop, batch 32."""
    x = jnp.asarray(np.random.default_rng(0).normal(size=(32, inputs)), jnp.float32)
    y = jnp.arange(32) % classes
    layers = kerax.layers
    ready = kerax.Sequential([kerax.Input((inputs,)), layers.Dense(units, "relu"), layers.Dense(classes)])
    loss, optimizer = kerax.losses.SparseCategoricalCrossentropy(from_logits=True), kerax.optimizers.Adam()

    class Own(kerax.Model):
        def __init__(self):
            super().__init__()
            self.hidden, self.out = layers.Dense(units, "relu"), layers.Dense(classes)

        def call(self, x):
            return self.out(self.hidden(x))

    def by_hand(params, x, y):
        logits = kerax.functional_call(ready, params, {}, x)[0]
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1))

    forward, both = jax.jit(by_hand), jax.jit(jax.value_and_grad(by_hand))
    params = ready.params

    def taped(model):
        with kerax.GradientTape() as tape:
            value = loss(y, model(x))
        return tape.gradient(value, model.trainable_variables)

    def step():
        with kerax.GradientTape() as tape:
            value = loss(y, ready(x))
        gradients = tape.gradient(value, ready.trainable_variables)
        optimizer.apply_gradients(zip(gradients, ready.trainable_variables))
        return value

    own = Own()
    own(x)
    print(f"eager models and losses, {inputs}-{units}-{classes}")
    by_hand_both = {"jitted by hand: value and gradient": lambda: both(params, x, y)}
    report({"jitted by hand: forward": lambda: forward(params, x, y), **by_hand_both})
    report(
        {
            "Sequential model and loss: forward": lambda: loss(y, ready(x)),
            "Sequential model and loss: tape, forward and gradient": lambda: taped(ready),
            **by_hand_both,
        }
    )
    report({**by_hand_both, "Sequential model and loss: tape, forward and gradient": lambda: taped(ready)})
    report(
        {
            "subclassed model and loss: forward": lambda: loss(y, own(x)),
            "subclassed model and loss: tape, forward and gradient": lambda: taped(own),
        }
    )
    report({"Sequential model, loss, tape, Adam's apply_gradients": step})


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
    eager_models(16, 32, 3)
    custom_loop("MLP, batch 32", Mlp)
    custom_loop("convolutional network, batch 32", ConvNet, rounds=4)
