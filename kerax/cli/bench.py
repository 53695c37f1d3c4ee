"""``kerax bench``: kerax beside a program written by hand in JAX, and beside Keras 3 where it is installed."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

_CLASSES, _ROUNDS, _CALLS = 10, 3, 100
_BUSY = 0.5  # load average per core from which on other work is in the way


class Workload(NamedTuple):
    """A job of the large benchmark (``python -m benchmarks`` in the repository), on fewer rows.

    Its description, layers, the model by hand, shape of a sample, rows of a batch, batches.
    """

    title: str
    layers: Callable[[Any], list[Any]]
    by_hand: tuple[str, int]
    shape: tuple[int, ...]
    batch: int
    steps: int


_WORKLOADS = {
    "mlp_32": Workload(
        "MLP 784-128-10, batch 32",
        lambda layers: [layers.Dense(128, activation="relu"), layers.Dense(_CLASSES)],
        ("mlp", 128), (784,), 32, 320,
    ),
    "tabular": Workload(
        "tabular 10-10-10, batch 32",
        lambda layers: [layers.Dense(10, activation="relu"), layers.Dense(_CLASSES)],
        ("mlp", 10), (10,), 32, 640,
    ),
    "cnn_32": Workload(
        "small CNN (Conv 32), batch 32",
        lambda layers: [
            layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(_CLASSES),
        ],
        ("cnn", 32), (28, 28, 1), 32, 40,
    ),
    "lstm": Workload(
        "LSTM(64), length 100, batch 64",
        lambda layers: [layers.LSTM(64), layers.Dense(_CLASSES)],
        ("lstm", 64), (100, 32), 64, 6,
    ),
}  # fmt: skip
_KERAX, _LOOP, _SCAN, _KERAS = "kerax", "JAX loop", "JAX scan", "Keras 3"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Says what the command takes."""
    parser.add_argument(
        "workloads", nargs="*", metavar="WORKLOAD", help=f"some of {', '.join(_WORKLOADS)}; all of them by default"
    )
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="how often each is measured; the median counts")
    parser.add_argument("--no-keras", action="store_true", help="leave Keras 3 out, also where it is installed")
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
    keras = None if arguments.no_keras else _keras()
    if keras is not None:
        about["keras"] = keras.__version__
    load = os.getloadavg()[0] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 0.0
    results = {name: _measured(_WORKLOADS[name], keras, arguments.rounds) for name in names}
    if arguments.json:
        print(json.dumps({**about, "results": results}, indent=1))
        return 0
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    if load > _BUSY:
        print(f"The machine is busy with other work (load {load:.1f} a core): trust the ratios more than the times.")
    print(_table(results, keras is not None))
    return 0


def _table(results: dict[str, dict[str, dict[str, float]]], keras: bool) -> str:
    """The results as text."""
    rows = [["", "kerax ms", "kerax / by hand", *(["Keras 3 / kerax"] if keras else [])]]
    for name, found in results.items():
        for what, row in found.items():
            ratios = [f"{row['by_hand']:.2f}", *([f"{row['keras']:.2f}"] if keras else [])]
            rows.append([f"{_WORKLOADS[name].title}: {what}", f"{row['kerax_ms']:.3f}", *ratios])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))])
        for row in rows
    ]
    lines.insert(1, "-" * len(lines[0]))
    notes = [
        "", "Medians of ratios of rounds that take turns. By hand: the same model in JAX and optax, the faster of",
        "a Python loop over a jitted step and one jitted scan over an epoch.",
    ]  # fmt: skip
    return "\n".join([*lines, *notes])


def _keras() -> Any:
    """Keras 3 on JAX, None where it is not installed or has another backend already."""
    if importlib.util.find_spec("keras") is None:
        return None
    os.environ.setdefault("KERAS_BACKEND", "jax")
    try:
        keras = importlib.import_module("keras")
    except Exception:  # a broken installation of something that is only compared with
        return None
    return keras if getattr(keras.config, "backend", lambda: "")() == "jax" else None


class _Model:
    """A model of kerax or of Keras 3, which are asked with the same words.

    Args:
      library: ``kerax`` or ``keras``.
      workload: what it is.
    """

    def __init__(self, library: Any, workload: Workload):
        self._batch = workload.batch
        self._model = library.Sequential([library.Input(workload.shape), *workload.layers(library.layers)])
        loss = library.losses.SparseCategoricalCrossentropy(from_logits=True)
        self._model.compile("adam", loss, metrics=["accuracy"])

    def fit(self, x: np.ndarray, y: np.ndarray) -> None:
        self._model.fit(x, y, batch_size=self._batch, verbose=0)

    def evaluate(self, x: np.ndarray, y: np.ndarray) -> None:
        self._model.evaluate(x, y, batch_size=self._batch, verbose=0)

    def predict(self, x: np.ndarray) -> None:
        self._model.predict(x, batch_size=self._batch, verbose=0)

    def answer(self, x: np.ndarray) -> None:
        np.asarray(self._model(x))


def _measured(workload: Workload, keras: Any, rounds: int) -> dict[str, dict[str, float]]:
    """What is done -> milliseconds of kerax and the ratios, all in the units of the table."""
    import kerax
    from kerax.cli import bench_jax

    rng = np.random.default_rng(0)
    x = rng.normal(size=(workload.batch * workload.steps, *workload.shape)).astype("float32")
    y = rng.integers(0, _CLASSES, len(x)).astype("int32")
    kind, size = workload.by_hand
    by_hand = getattr(bench_jax, kind)(size, _CLASSES)
    contenders: dict[str, Any] = {
        _KERAX: _Model(kerax, workload),
        _LOOP: bench_jax.LOOP(by_hand, workload.shape, workload.batch),
        _SCAN: bench_jax.SCAN(by_hand, workload.shape, workload.batch),
        **({} if keras is None else {_KERAS: _Model(keras, workload)}),
    }
    actions: dict[str, tuple[Callable[[Any], Any], int]] = {
        "fit, a step": (lambda one: one.fit(x, y), workload.steps),
        "evaluate, a batch": (lambda one: one.evaluate(x, y), workload.steps),
        "predict, a batch": (lambda one: one.predict(x), workload.steps),
        "model(x[:1]), a call": (lambda one: [one.answer(x[:1]) for _ in range(_CALLS)], _CALLS),
    }
    return {what: _row(action, contenders, rounds, units) for what, (action, units) in actions.items()}


def _row(action: Callable[[Any], Any], contenders: dict[str, Any], rounds: int, units: int) -> dict[str, float]:
    for one in contenders.values():
        action(one)  # compiles
    times: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:  # a slow moment hits all alike
            began = time.perf_counter()
            action(contenders[name])
            times[name].append(time.perf_counter() - began)
    best = min((_LOOP, _SCAN), key=lambda name: statistics.median(times[name]))
    row = {
        "kerax_ms": 1e3 * statistics.median(times[_KERAX]) / units,
        "by_hand": statistics.median(a / b for a, b in zip(times[_KERAX], times[best], strict=True)),
    }
    if _KERAS in times:
        row["keras"] = statistics.median(a / b for a, b in zip(times[_KERAS], times[_KERAX], strict=True))
    return row
