"""`python -m benchmarks.layers`: each family of layers against the same thing written by hand in JAX, and Keras 3.

A layer runs as a pure function (``kerax.functional_call``) in a compiled program: its forward pass, and forward and
gradient of weights and inputs; alone, and in a scan over K batches, as ``fit`` runs it. CPU time of this process, the
sides taking turns, so that a busy machine disturbs all alike; the table has the median of kerax's time divided by the
other's. Where XLA has made the same operations of both, the two are one program, and a ratio other than 1 is noise: `=`
marks these. On one core (``taskset -c 1 python -m benchmarks.layers``) ratios are steadier, for CPU time then has no
threads that wait for each other.
"""

from __future__ import annotations

import argparse
import collections
import functools
import inspect
import os
import platform
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import jax.numpy as jnp
import numpy as np

import kerax
from benchmarks.layer_cases import CASES, Case
from benchmarks.parts import turns

GOAL = 1.05
STEPS = 8  # batches in a scan
TOLERANCE = 1e-3  # between the two outputs: they must compute the same thing
TURN = 0.003  # CPU seconds that a turn takes at least
SLOW, SLOW_ROUNDS = 0.04, 3  # CPU seconds of both programs from which on fewer rounds do
OPERATION = re.compile(r"^\s*(?:ROOT )?%?[\w.\-]+ = (\([^=]*?\)|\S+) ([\w\-]+)\(", re.MULTILINE)  # in XLA's text
LAYOUT = re.compile(r"\{[^}]*\}")
RANDOM = ("dropout",)  # families whose outputs are noise


def data(case: Case, batches: int) -> Any:
    """Batches of inputs, (batches, ...)."""
    return jnp.asarray(np.random.default_rng(0).normal(size=(batches, *case.shape)).astype("float32"))


def called(layer: Any, x: Any, **options: Any) -> Any:
    """Calls a layer; attention attends to its own input."""
    return layer(x, x, **options) if "Attention" in type(layer).__name__ else layer(x, **options)


def kerax_side(case: Case) -> tuple[list, Callable]:
    """The trained weights of kerax's layer and its pure function ``(weights, x, key) -> outputs``."""
    layer = case.make(kerax.layers)
    called(layer, data(case, 1)[0])
    paths, state = list(layer.params), layer.state

    def apply(weights: list, x: Any, key: Any) -> Any:
        inputs = (x, x) if "Attention" in type(layer).__name__ else (x,)
        params = dict(zip(paths, weights, strict=True))
        return kerax.functional_call(layer, params, state, *inputs, key=key, training=True)[0]

    return list(layer.params.values()), apply


def keras_side(case: Case, weights: list) -> Callable | None:
    """The same function of Keras 3's layer, None where Keras is not installed."""
    try:
        import keras
    except ImportError:
        return None
    layer = case.make(keras.layers)
    called(layer, np.asarray(data(case, 1)[0]))
    for variable, weight in zip(layer.trainable_variables, weights, strict=True):
        variable.assign(np.asarray(weight))
    others = [variable.value for variable in layer.non_trainable_variables]
    options = {"training": True} if "training" in inspect.signature(layer.call).parameters else {}

    def apply(weights: list, x: Any, key: Any) -> Any:
        inputs = (x, x) if "Attention" in type(layer).__name__ else (x,)
        return layer.stateless_call(weights, others, *inputs, **options)[0]

    return apply


def program(apply: Callable, gradient: bool, scanned: bool) -> Callable:
    """The compiled ``(weights, batches, key) -> number`` or its gradient, of one batch or over all in a scan."""

    def loss(weights: list, x: Any, key: Any) -> Any:
        return jnp.mean(jnp.square(apply(weights, x, key)))

    one = jax.value_and_grad(loss, argnums=(0, 1)) if gradient else loss
    if not scanned:
        return jax.jit(lambda weights, batches, key: one(weights, batches[0], key))

    def body(weights: list, x: Any, key: Any) -> tuple[list, Any]:
        found = one(weights, x, key)
        if gradient:  # a step, so that no pass can be left out or moved out of the loop
            weights = jax.tree.map(lambda w, g: w - 1e-6 * g, weights, found[1][0])
            found = (found[0], jnp.sum(found[1][1]))
        return weights, found

    return jax.jit(lambda weights, batches, key: jax.lax.scan(functools.partial(body, key=key), weights, batches))


def ratio(ours: Callable, theirs: Callable, arguments: tuple, rounds: int) -> tuple[float, float]:
    """The milliseconds of a call of kerax's program, and the median of what they are of the other's."""
    for compiled in (ours, theirs):
        jax.block_until_ready(compiled(*arguments))
    start = time.process_time()
    for compiled in (ours, theirs):
        jax.block_until_ready(compiled(*arguments))
    seconds = time.process_time() - start
    calls = max(1, round(2 * TURN / seconds))
    rounds = min(rounds, SLOW_ROUNDS) if seconds > SLOW else rounds

    def turn(compiled: Callable) -> Callable[[], None]:
        def run() -> None:
            for _ in range(calls):
                found = compiled(*arguments)
            jax.block_until_ready(found)

        return run

    first, second = (np.array(side) for side in turns(turn(ours), turn(theirs), rounds))
    return 1e3 * float(np.median(first)) / calls, float(np.median(first / second))


def operations(compiled: Any) -> collections.Counter:
    """How often each operation stands in a compiled program, by kind and shape."""
    found = OPERATION.finditer(compiled.as_text())
    return collections.Counter((kind, LAYOUT.sub("", shape)) for shape, kind in (match.groups() for match in found))


def measure(case: Case, rounds: int, with_keras: bool) -> str:
    """One row of the table."""
    weights, ours = kerax_side(case)
    key = jax.random.key(0)
    batches = data(case, STEPS)
    x = batches[0]
    if case.family not in RANDOM:
        found, expected = ours(weights, x, key), case.hand(weights, x, key)
        np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE, err_msg=case.family)
    cells = [case.family]
    for scanned in (False, True):
        for gradient in (False, True):
            arguments = (weights, batches, key)
            jitted = (program(apply, gradient, scanned) for apply in (ours, case.hand))
            programs = [one.lower(*arguments).compile() for one in jitted]
            ms, against = ratio(*programs, arguments, rounds)
            mark = " =" if operations(programs[0]) == operations(programs[1]) else " !" if against > GOAL else ""
            cells += [f"{ms / (STEPS if scanned else 1):.3f}", f"{against:.2f}{mark}"]
    theirs = keras_side(case, weights) if with_keras else None
    if theirs is not None:
        _, against = ratio(*(program(f, True, False) for f in (ours, theirs)), (weights, batches, key), rounds)
        cells.append(f"{against:.2f}")
    else:
        cells.append("")
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str] | None = None) -> None:
    """Measures and prints a table, a row at a time."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.layers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="", help="families whose names contain this")
    parser.add_argument("--no-keras", action="store_true", help="leave Keras 3 out")
    parser.add_argument("--out", type=Path, help="also write the table to this file")
    chosen = parser.parse_args(arguments)
    lines = [
        f"jax {jax.__version__}, {jax.default_backend()}, {os.cpu_count()} cores ({platform.machine()}), float32; "
        f"milliseconds a batch, and the ratio to the program by hand (goal: at most {GOAL}; `!` marks what is above, "
        "`=` the same program).",
        "",
        f"| | forward | ratio | with gradient | ratio | forward in a scan of {STEPS} | ratio | with gradient | ratio | "
        "Keras 3, with gradient |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for case in CASES:
        if chosen.only in case.family:
            lines.append(measure(case, chosen.rounds, not chosen.no_keras))
            print(lines[-1], flush=True)
    if chosen.out:
        chosen.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
