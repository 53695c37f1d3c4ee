"""Measures forms and loops of the hand-written contenders: `python -m benchmarks.handwritten.tune cnn_128`.

All candidates of a workload live in one process and are measured in turn; CPU time counts on a busy machine, wall time
on a quiet one.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.handwritten.compile_options import OPTIONS, options
from benchmarks.handwritten.models import build
from benchmarks.handwritten.training import LOOPS, SCANS, Trainer
from benchmarks.workloads import WORKLOADS, Workload, get_workload

FORM_CANDIDATES: dict[str, dict[str, list[Any]]] = {
    "cnn_32": {
        "conv1": [("valid", "gemm1"), ("valid", "auto"), ("valid", "canonical"), ("full", "gemm1"), ("gemm8", "gemm8")],
        "pool": ["plain", "slices", "mask"],
    },
    "cnn_128": {
        "conv1": [("valid", "gemm1"), ("gemm1", "gemm1"), ("gemm16", "gemm1")],
        "conv2": [("wide", "rows32"), ("valid", "parts8"), ("valid", "canonical"), ("wide", "parts8")],
        "pool": ["mask"],
    },
    "lstm": {"lstm": ["plain", "hoisted", "slopes", "late_1", "late_2", "late_4", "late_hoisted_1", "late_hoisted_4"]},
    "transformer": {"attention": ["einsum", "merged", "short"]},
}


def candidates(
    workload: Workload, loops: list[str], compiles: list[str]
) -> Iterator[tuple[str, dict[str, Any], Any, Any]]:
    """(label, form, epoch maker, compile options) of everything to measure."""
    table = FORM_CANDIDATES.get(workload.name, {})
    for values in itertools.product(*table.values()):
        form = dict(zip(table, values, strict=True))
        for loop, compiled in itertools.product(loops, compiles):
            label = f"{loop} {compiled} {' '.join(f'{k}={v}' for k, v in form.items())}"
            yield label, form, (LOOPS | SCANS)[loop], options(compiled)


def main() -> None:
    """Print one line for each candidate, best first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", choices=sorted(WORKLOADS))
    parser.add_argument("--loops", default="host,inside", help=f"of {', '.join(LOOPS | SCANS)}, or 'all'")
    parser.add_argument("--compile", default="default", help=f"of {', '.join(OPTIONS)}, or 'all'")
    parser.add_argument("--only", default="", help="keep candidates whose label contains this text")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    workload = get_workload(chosen.workload, chosen.quick)
    x, y = workload.data()
    compiles = list(OPTIONS) if chosen.compile == "all" else chosen.compile.split(",")
    loops = list(LOOPS | SCANS) if chosen.loops == "all" else chosen.loops.split(",")
    trainers = {}
    for label, form, maker, compiler_options in candidates(workload, loops, compiles):
        if chosen.only not in label:
            continue
        trainers[label] = Trainer(*build(workload, form), maker, x, y, workload.batch, compiler_options)
        trainers[label].train(1)
    taken: dict[str, list[tuple[float, float]]] = {label: [] for label in trainers}
    results: dict[str, Any] = {}
    for _ in range(chosen.rounds):
        for label, trainer in trainers.items():
            wall, cpu = time.perf_counter(), time.process_time()
            results[label] = trainer.train(1)
            taken[label].append((time.perf_counter() - wall, time.process_time() - cpu))
    rows = []
    for label, times in taken.items():
        wall, cpu = (statistics.median(column) / workload.steps * 1e3 for column in zip(*times, strict=True))
        rows.append((wall, cpu, label))
    for wall, cpu, label in sorted(rows):
        print(f"wall {wall:9.3f} ms  cpu {cpu:9.3f} ms  loss {results[label]['loss']:.4f}  {label}", flush=True)


if __name__ == "__main__":
    main()
