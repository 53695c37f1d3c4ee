"""``kerax bench``: the table of the benchmark, and the same jobs measured on this machine."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
import importlib.util
import json
import os
import pathlib
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from kerax.cli.bench_jobs import WORKLOADS, Workload
from kerax.cli.bench_models import KerasFit
from kerax.errors import unknown_name

_ROUNDS, _CALLS = 3, 100
_BUSY = 0.5  # load average per core from which on other work is in the way
_KERAX, _KERAS = "kerax", "Keras 3"
# What `python -m benchmarks` in the repository wrote last; it writes it here, too.
_TABLE = pathlib.Path(__file__).with_name("benchmark.md")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Says what the command takes."""
    parser.add_argument(
        "jobs", nargs="*", metavar="JOB", help=f"some of {', '.join(WORKLOADS)}; all of them by default"
    )
    parser.add_argument(
        "--measure", action="store_true",
        help="measure kerax, and Keras 3 where it is installed, on this machine: a minute or two for all jobs",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="with --measure: how often; the median counts")
    parser.add_argument("--no-keras", action="store_true", help="with --measure: leave Keras 3 out")
    parser.add_argument("--json", action="store_true", help="with --measure: print JSON")
    parser.epilog = (
        "Without --measure it prints the table that this version of kerax was measured with, and where that was. "
        "Hand-written JAX and tf.keras are measured by `python -m benchmarks` in kerax's repository."
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the table, or measures and prints one."""
    names = arguments.jobs or list(WORKLOADS)
    for name in names:
        if name not in WORKLOADS:
            raise unknown_name("job", name, WORKLOADS)
    if arguments.rounds < 1:
        raise ValueError(f"--rounds must be at least 1, received {arguments.rounds}")
    if arguments.measure:
        return _measure(names, arguments)
    if arguments.json or arguments.no_keras or arguments.rounds != _ROUNDS:
        raise ValueError("--rounds, --no-keras and --json need --measure")
    print(_shipped(_TABLE.read_text(encoding="utf-8"), names))
    return 0


def _shipped(document: str, names: list[str]) -> str:
    """The facts and the wall times of a result of ``python -m benchmarks``, as text."""
    facts = [line for line in document.splitlines() if line.startswith("- ") and " ms a call`" not in line]
    table = document.partition("\n## Ratios\n")[2]
    note, _, table = table.strip().partition("\n\n")
    rows = []
    for line in table.splitlines():
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    titles = tuple(WORKLOADS[name].title + ":" for name in names)
    chosen = [rows[0], *(row for row in rows[2:] if row[0].startswith(titles))]
    return "\n".join(
        [
            "What this version was measured with:", *facts, "", _aligned(chosen), "", note,
            "kerax bench --measure measures kerax and Keras 3 on this machine.",
        ]
    )  # fmt: skip


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * (sum(widths) + 2 * len(widths) - 2))
    return "\n".join(lines)


def _measure(names: list[str], arguments: argparse.Namespace) -> int:
    import jax

    import kerax

    device = jax.devices()[0]
    about = {"kerax": kerax.__version__, "jax": jax.__version__, "device": f"{device.platform} ({device.device_kind})"}
    keras = None if arguments.no_keras else _keras()
    if keras is not None:
        about["keras"] = keras.__version__
    load = os.getloadavg()[0] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 0.0
    results = {name: _measured(WORKLOADS[name], keras, arguments.rounds) for name in names}
    if arguments.json:
        print(json.dumps({**about, "results": results}, indent=1))
        return 0
    print("Measured here: " + ", ".join(f"{key} {value}" for key, value in about.items()))
    if load > _BUSY:
        print(f"The machine is busy with other work (load {load:.1f} a core): trust the ratios more than the times.")
    rows = [["wall time", "kerax ms", *(["Keras 3 / kerax"] if keras is not None else [])]]
    for name, found in results.items():
        for what, row in found.items():
            ratio = [f"{row['keras']:.2f}"] if keras is not None else []
            rows.append([f"{WORKLOADS[name].title}: {what}", f"{row['kerax_ms']:.3f}", *ratio])
    print(_aligned(rows))
    return 0


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


class _Fit(KerasFit):
    def wait(self, value: Any) -> None:
        np.asarray(value)


def _measured(workload: Workload, keras: Any, rounds: int) -> dict[str, dict[str, float]]:
    """What is done -> milliseconds of kerax, and the ratio of Keras 3's to them."""
    import kerax

    workload = dataclasses.replace(workload, epochs=1)
    x, y = workload.data()
    libraries = {_KERAX: kerax, **({} if keras is None else {_KERAS: keras})}
    contenders = {name: _Fit(library, workload, x, y) for name, library in libraries.items()}
    actions: dict[str, tuple[Callable[[Any], Any], int]] = {
        "fit, ms a step": (lambda one: one.train(1), workload.steps)
    }
    if workload.inference:
        actions["evaluate, ms a batch"] = (lambda one: one.evaluate(), workload.steps)
        actions["predict, ms a batch"] = (lambda one: one.predict(), workload.steps)
        actions["model(x[:1]), ms a call"] = (lambda one: one.call_one(_CALLS), _CALLS)
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
    row = {"kerax_ms": 1e3 * statistics.median(times[_KERAX]) / units}
    if _KERAS in times:
        row["keras"] = statistics.median(a / b for a, b in zip(times[_KERAS], times[_KERAX], strict=True))
    return row
