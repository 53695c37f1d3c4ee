"""`python -m benchmarks.parts`: an optimizer's update against plain optax, and what a metric adds to a training step.

CPU time of this process, the two sides taking turns, so that a busy machine disturbs both alike.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

import kerax
from benchmarks.workloads import get_workload

TENSORS, COLUMNS = 100, 100
PARAMETERS = 10_000_000
UPDATES_A_TURN, FIT_EPOCHS = 5, 1
UPDATE_GOAL, METRIC_GOAL = 1.05, 1.03

PAIRS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "SGD": (lambda: kerax.optimizers.SGD(0.01), lambda: optax.sgd(0.01)),
    "SGD, momentum": (lambda: kerax.optimizers.SGD(0.01, momentum=0.9), lambda: optax.sgd(0.01, momentum=0.9)),
    "RMSprop": (lambda: kerax.optimizers.RMSprop(1e-3), lambda: optax.rmsprop(1e-3, decay=0.9)),
    "Adam": (lambda: kerax.optimizers.Adam(1e-3), lambda: optax.adam(1e-3)),
    "AdamW": (lambda: kerax.optimizers.AdamW(1e-3), lambda: optax.adamw(1e-3, weight_decay=0.004)),
}


def in_turns(first: Callable[[], None], second: Callable[[], None], rounds: int) -> tuple[float, float]:
    """Median CPU seconds of two functions that are called in turns, after one call each to warm up."""
    functions, seconds = (first, second), ([], [])
    first(), second()
    for turn in range(rounds):
        for which in (0, 1) if turn % 2 else (1, 0):
            start = time.process_time()
            functions[which]()
            seconds[which].append(time.process_time() - start)
    return float(np.median(seconds[0])), float(np.median(seconds[1]))


def update_pair(name: str, parameters: int) -> tuple[Callable[[], None], Callable[[], None]]:
    """A few compiled updates of 100 tensors by kerax and by optax, as functions without arguments."""
    shape = (parameters // TENSORS // COLUMNS, COLUMNS)
    random = np.random.default_rng(0)
    start = [random.normal(size=shape).astype("float32") for _ in range(TENSORS)]
    grads = [jnp.asarray(random.normal(size=shape).astype("float32")) for _ in range(TENSORS)]
    make, make_optax = PAIRS[name]
    optimizer, tx = make(), make_optax()
    optimizer.build([kerax.Variable(array, name=f"v{i}") for i, array in enumerate(start)])

    def plain(params: Any, state: Any, grads: Any) -> Any:
        updates, state = tx.update(grads, state, params)
        return optax.apply_updates(params, updates), state

    steps = (
        jax.jit(lambda values, own, grads: optimizer.stateless_apply(own, grads, values), donate_argnums=(0, 1)),
        jax.jit(plain, donate_argnums=(0, 1)),
    )
    params = [jnp.array(array) for array in start]
    held = [
        ([jnp.array(array) for array in start], [jnp.array(v.numpy()) for v in optimizer.variables]),
        (params, tx.init(params)),
    ]

    def run(which: int) -> None:
        for _ in range(UPDATES_A_TURN):
            held[which] = steps[which](*held[which], grads)
        jax.block_until_ready(held[which])

    return (lambda: run(0)), (lambda: run(1))


def metric_pair(quick: bool) -> tuple[Callable[[], None], Callable[[], None]]:
    """An epoch of the MLP with and without a metric, as functions without arguments."""
    workload = get_workload("mlp_32", quick)
    x, y = workload.data()

    def model(metrics: list[str]) -> Any:
        layers = [kerax.Input(workload.input_shape), kerax.layers.Dense(128, "relu"), kerax.layers.Dense(10)]
        built = kerax.Sequential(layers)
        loss = kerax.losses.SparseCategoricalCrossentropy(from_logits=True)
        built.compile("adam", loss, metrics=metrics)
        return built

    models = model(["accuracy"]), model([])

    def run(which: int) -> None:
        models[which].fit(x, y, batch_size=workload.batch, epochs=FIT_EPOCHS, verbose=0, shuffle=False)

    return (lambda: run(0)), (lambda: run(1))


def main(arguments: list[str] | None = None) -> None:
    """Measures and prints one line for each part."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--quick", action="store_true", help="small arrays: shows that everything runs")
    chosen = parser.parse_args(arguments)
    parameters = PARAMETERS // 100 if chosen.quick else PARAMETERS
    print(f"update of {TENSORS} tensors, {parameters:,} parameters (goal: {UPDATE_GOAL} x optax)")
    for name in PAIRS:
        ours, theirs = in_turns(*update_pair(name, parameters), chosen.rounds)
        ms = [1e3 * seconds / UPDATES_A_TURN for seconds in (ours, theirs)]
        print(f"  {name:15} kerax {ms[0]:7.2f} ms   optax {ms[1]:7.2f} ms   ratio {ours / theirs:.3f}", flush=True)
    with_metric, without = in_turns(*metric_pair(chosen.quick), chosen.rounds)
    steps = get_workload("mlp_32", chosen.quick).steps * FIT_EPOCHS
    print(
        f"step of the MLP, batch 32: with accuracy {1e3 * with_metric / steps:.4f} ms, without "
        f"{1e3 * without / steps:.4f} ms, ratio {with_metric / without:.3f} (goal: {METRIC_GOAL})"
    )


if __name__ == "__main__":
    main()
