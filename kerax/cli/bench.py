"""``kerax bench``: how fast a few small models train and answer on this machine."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

_CLASSES, _ROUNDS, _CALLS = 10, 3, 100


def _mlp(layers: Any) -> list[Any]:
    return [layers.Dense(128, activation="relu"), layers.Dense(_CLASSES)]


def _cnn(layers: Any) -> list[Any]:
    return [layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(_CLASSES)]


def _lstm(layers: Any) -> list[Any]:
    return [layers.LSTM(64), layers.Dense(_CLASSES)]


# Name -> (what it is, layers, shape of a sample, batch size, steps of a round).
_WORKLOADS: dict[str, tuple[str, Callable, tuple[int, ...], int, int]] = {
    "mlp": ("Dense 128, Dense 10 on 784 features", _mlp, (784,), 32, 640),
    "cnn": ("Conv2D 32, MaxPooling2D, Dense 10 on 28x28x1", _cnn, (28, 28, 1), 32, 40),
    "lstm": ("LSTM 64 over 50 steps of 32 features, Dense 10", _lstm, (50, 32), 64, 20),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Says what the command takes."""
    parser.add_argument(
        "workloads", nargs="*", metavar="WORKLOAD", help=f"some of {', '.join(_WORKLOADS)}; all of them by default"
    )
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="how often each is measured; the median counts")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Measures and prints a table."""
    import jax

    import kerax
    from kerax.errors import unknown_name

    names = arguments.workloads or list(_WORKLOADS)
    for name in names:
        if name not in _WORKLOADS:
            raise unknown_name("workload", name, _WORKLOADS)
    if arguments.rounds < 1:
        raise ValueError(f"--rounds must be at least 1, received {arguments.rounds}")
    device = jax.devices()[0]
    about = {"kerax": kerax.__version__, "jax": jax.__version__, "device": f"{device.platform} ({device.device_kind})"}
    results = {name: _measure(*_WORKLOADS[name][1:], arguments.rounds) for name in names}
    if arguments.json:
        print(json.dumps({**about, "results": results}, indent=1))
        return 0
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    print(f"{'':<6} {'first step':>11} {'train step':>11} {'evaluate':>12} {'predict':>12} {'one sample':>11}")
    for name, found in results.items():
        print(
            f"{name:<6} {found['first_step_s']:>9.2f} s {found['train_step_ms']:>8.3f} ms"
            f" {found['evaluate_per_s']:>10,.0f}/s {found['predict_per_s']:>10,.0f}/s {found['one_sample_us']:>8.0f} us"
        )
    for name in names:
        print(f"{name}: {_WORKLOADS[name][0]}, batches of {_WORKLOADS[name][3]}")
    return 0


def _measure(build: Callable, shape: tuple[int, ...], batch: int, steps: int, rounds: int) -> dict[str, float]:
    import kerax

    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch * steps, *shape)).astype("float32")
    y = rng.integers(0, _CLASSES, batch * steps)
    began = time.perf_counter()
    model = kerax.Sequential([kerax.Input(shape), *build(kerax.layers)])
    model.compile("adam", kerax.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    model.fit(x[:batch], y[:batch], batch_size=batch, verbose=0)
    first = time.perf_counter() - began

    def median(action: Callable[[], Any]) -> float:
        action()  # compiles
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            action()
            times.append(time.perf_counter() - start)
        return statistics.median(times)

    train = median(lambda: model.fit(x, y, batch_size=batch, verbose=0))
    evaluate = median(lambda: model.evaluate(x, y, batch_size=batch, verbose=0))
    predict = median(lambda: model.predict(x, batch_size=batch, verbose=0))
    one = median(lambda: [np.asarray(model(x[:1])) for _ in range(_CALLS)])
    return {
        "first_step_s": first, "train_step_ms": 1e3 * train / steps, "evaluate_per_s": len(x) / evaluate,
        "predict_per_s": len(x) / predict, "one_sample_us": 1e6 * one / _CALLS,
    }  # fmt: skip
