"""`python -m benchmarks.parts`: an optimizer's update against plain optax, and what a metric adds to a training step.

CPU time of this process, the two sides taking turns, so that a busy machine disturbs both alike.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
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
METRIC_ROUNDS = 4  # turns of the MLP for each turn of an optimizer: 3 % of so small a step need many
UPDATE_GOAL, METRIC_GOAL = 1.05, 1.03

PAIRS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "SGD": (lambda: kerax.optimizers.SGD(0.01), lambda: optax.sgd(0.01)),
    "SGD, momentum": (lambda: kerax.optimizers.SGD(0.01, momentum=0.9), lambda: optax.sgd(0.01, momentum=0.9)),
    "RMSprop": (lambda: kerax.optimizers.RMSprop(1e-3), lambda: optax.rmsprop(1e-3, decay=0.9)),
    "Adam": (lambda: kerax.optimizers.Adam(1e-3), lambda: optax.adam(1e-3)),
    "AdamW": (lambda: kerax.optimizers.AdamW(1e-3), lambda: optax.adamw(1e-3, weight_decay=0.004)),
    "Adamax": (lambda: kerax.optimizers.Adamax(1e-3), lambda: optax.adamax(1e-3)),
    "Nadam": (lambda: kerax.optimizers.Nadam(1e-3), lambda: optax.nadam(1e-3)),
    "Adagrad": (lambda: kerax.optimizers.Adagrad(1e-3), lambda: optax.adagrad(1e-3)),
    "Adadelta": (lambda: kerax.optimizers.Adadelta(1e-3), lambda: optax.adadelta(1e-3)),
    "Lion": (lambda: kerax.optimizers.Lion(1e-3), lambda: optax.lion(1e-3)),
    "Lamb": (lambda: kerax.optimizers.Lamb(1e-3), lambda: optax.lamb(1e-3)),
}


def turns(first: Callable[[], None], second: Callable[[], None], rounds: int) -> tuple[list[float], list[float]]:
    """CPU seconds of every turn of two functions, after one call each to warm up."""
    functions, seconds = (first, second), ([], [])
    first(), second()
    for turn in range(rounds):
        for which in (0, 1) if turn % 2 else (1, 0):
            start = time.process_time()
            functions[which]()
            seconds[which].append(time.process_time() - start)
    return seconds


def row(name: str, first: Callable[[], None], second: Callable[[], None], rounds: int, parts: int) -> str:
    """A row of the table: milliseconds of a part of each side's turn, median and middle half of the rounds' ratios."""
    ours, theirs = (np.array(side) for side in turns(first, second, rounds))
    low, middle, high = np.percentile(ours / theirs, (25, 50, 75))
    return (
        f"| {name} | {1e3 * np.median(ours) / parts:.3f} | {1e3 * np.median(theirs) / parts:.3f} | {middle:.3f} "
        f"({low:.3f} to {high:.3f}) |"
    )


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
    """Measures and prints a table, a row at a time."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--quick", action="store_true", help="small arrays: shows that everything runs")
    parser.add_argument("--out", type=Path, help="also write the tables to this file")
    chosen = parser.parse_args(arguments)
    parameters = PARAMETERS // 100 if chosen.quick else PARAMETERS
    lines: list[str] = []

    def put(*more: str) -> None:
        lines.extend(more)
        print("\n".join(more), flush=True)

    put(
        f"jax {jax.__version__}, {jax.default_backend()}, {os.cpu_count()} cores ({platform.machine()}); milliseconds "
        f"of CPU time, the median ratio of {chosen.rounds} rounds and, in brackets, its middle half.",
        "",
        f"| update of {TENSORS} tensors, {parameters:,} parameters | kerax | optax | ratio (goal: {UPDATE_GOAL}) |",
        "|---|---:|---:|---:|",
    )
    for name in PAIRS:
        put(row(name, *update_pair(name, parameters), chosen.rounds, UPDATES_A_TURN))
    rounds = METRIC_ROUNDS * chosen.rounds
    put(
        "",
        f"| step of the MLP, batch 32, {rounds} rounds | with accuracy | without | ratio (goal: {METRIC_GOAL}) |",
        "|---|---:|---:|---:|",
    )
    steps = get_workload("mlp_32", chosen.quick).steps * FIT_EPOCHS
    put(row("fit", *metric_pair(chosen.quick), rounds, steps))
    if chosen.out:
        chosen.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
