"""Starts the workers and measures them in turn: A B C, then B C A, ... so that a slow minute hits all alike."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.contenders import HANDWRITTEN
from benchmarks.workloads import Workload

ROOT = Path(__file__).resolve().parent.parent
ONE_SAMPLE_CALLS = 300
# Two warm-up runs: the first compiles, the second lets lazily compiled parts (last batches, callbacks) settle.
WARM_UPS = 2
# kerax and the hand-written loops differ by a few per cent, less than one slow second of a shared machine: each round
# takes them in turn this many times and keeps the median.
CLOSE = ("kerax", *HANDWRITTEN)
TURNS_OF_CLOSE = 3
CLOCKS = ("wall", "cpu")


def environment(**added: str) -> dict[str, str]:
    """The variables of a measured process, which keeps bytecode as an installed package has it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, **added}


class WorkerError(RuntimeError):
    """A worker reported an error or went away; the text is its own."""


class WorkerProcess:
    """One contender's process.

    Args:
        name: a key of `CONTENDERS`.
        python: interpreter to run it with.
        variables: environment variables to add to this process's own.
        log: file that takes what the frameworks print.
    """

    def __init__(self, name: str, python: str, variables: dict[str, str], log: Any) -> None:
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self.name = name
        self.process = subprocess.Popen(
            [python, "-m", "benchmarks.worker", name],
            cwd=ROOT,
            env=environment(PYTHONPATH=os.pathsep.join(paths), **variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            bufsize=1,
        )
        self.idle_cpu = 0.0
        self._cpu_at_end = 0.0
        self.hello = self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise WorkerError(f"worker {self.name} ended with status {self.process.wait()}")
        answer = json.loads(line)
        if "cpu_at_start" in answer:
            self.idle_cpu += max(answer["cpu_at_start"] - self._cpu_at_end, 0.0)
        self._cpu_at_end = answer["process_cpu"]
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer

    def do(self, op: str, **arguments: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps({"op": op, **arguments}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise WorkerError(f"worker {self.name} is gone") from None
        return self._answer()

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@dataclass
class Times:
    """Seconds of one operation, by round and turn, and what the operation returned last."""

    turns: dict[str, list[list[float]]] = field(default_factory=lambda: {clock: [] for clock in CLOCKS})
    result: dict[str, float] = field(default_factory=dict)

    def add(self, turn: int, answer: dict[str, Any]) -> None:
        """Notes what a worker answered in round `turn`."""
        for clock, rounds in self.turns.items():
            if turn == len(rounds):
                rounds.append([])
            rounds[turn].append(answer[clock])
        self.result = answer["result"]

    def rounds(self, clock: str) -> list[float]:
        """Seconds of each round: the median of its turns."""
        return [statistics.median(turns) for turns in self.turns[clock]]

    def median(self, clock: str) -> float:
        """Median seconds of one round."""
        return statistics.median(self.rounds(clock))


def ratios(of: Times, to: Times, clock: str) -> tuple[float, float, float]:
    """Median, smallest and largest of `of / to`, taken round by round."""
    values = [a / b for a, b in zip(of.rounds(clock), to.rounds(clock), strict=True)]
    return statistics.median(values), min(values), max(values)


@dataclass
class Measured:
    """All figures of one operation on one workload; `count` is what a round's seconds are divided by."""

    workload: Workload
    operation: str
    count: int
    times: dict[str, Times]
    failures: dict[str, str]

    def best_handwritten(self, clock: str) -> str | None:
        """The quicker of the hand-written contenders."""
        there = [name for name in HANDWRITTEN if name in self.times]
        return min(there, key=lambda name: self.times[name].median(clock), default=None)


class Session:
    """Keeps a worker for each contender through all workloads.

    Args:
        contenders: names in the table's order.
        tf_python: interpreter that has TensorFlow, or None.
        log: text file for the workers' own output.
        quick: fewer samples.
        rounds: measured rounds.
    """

    def __init__(self, contenders: list[str], tf_python: str | None, log: Any, quick: bool, rounds: int) -> None:
        self.contenders, self.tf_python, self.log, self.quick, self.rounds = contenders, tf_python, log, quick, rounds
        self.workers: dict[str, WorkerProcess] = {}
        self.versions: dict[str, dict[str, str]] = {}
        self.absent: dict[str, str] = {}

    def _python(self, name: str) -> str:
        return (self.tf_python or sys.executable) if name == "tf" else sys.executable

    def start(self, name: str, variables: dict[str, str] | None = None) -> WorkerProcess:
        """A fresh worker of a contender."""
        worker = WorkerProcess(name, self._python(name), variables or {}, self.log)
        self.versions[name] = worker.hello["versions"]
        return worker

    def _ready(self, workload: Workload) -> dict[str, str]:
        """Set every worker to a workload and warm it up; why some could not."""
        failures = dict(self.absent)
        for name in self.contenders:
            if name in self.absent:
                continue
            try:
                if name not in self.workers:
                    self.workers[name] = self.start(name)
                self.workers[name].do("setup", workload=workload.name, quick=self.quick)
                for _ in range(WARM_UPS):
                    self.workers[name].do("train", epochs=1)
            except WorkerError as problem:
                failures[name] = str(problem)
                if name in self.workers:
                    self.workers.pop(name).stop()
                else:
                    self.absent[name] = str(problem)
        return failures

    def _measure(self, workload: Workload, op: str, count: int, failures: dict[str, str], **arguments: Any) -> Measured:
        names = [name for name in self.contenders if name in self.workers]
        times = {name: Times() for name in names}
        # Round -1 warms up and is thrown away.
        for turn in range(-1, self.rounds):
            start = turn % len(names) if names else 0
            order = names[start:] + names[:start]
            close = [name for name in order if name in CLOSE]
            for name in order + close * (TURNS_OF_CLOSE - 1 if turn >= 0 else 0):
                if name not in times:
                    continue
                try:
                    answer = self.workers[name].do(op, **arguments)
                except WorkerError as problem:
                    failures[name] = f"{op}: {problem}"
                    del times[name]
                    continue
                if turn >= 0:
                    times[name].add(turn, answer)
        return Measured(workload, op, count, times, failures)

    def run(self, workload: Workload) -> list[Measured]:
        """Everything about one workload: training, and inference where the workload asks for it."""
        failures = self._ready(workload)
        measured = [self._measure(workload, "train", workload.steps * workload.epochs, failures)]
        if workload.inference:
            for op in ("evaluate", "predict"):
                measured.append(self._measure(workload, op, workload.steps, dict(failures)))
            for op in ("predict_one", "call_one"):
                calls = ONE_SAMPLE_CALLS // (10 if self.quick else 1)
                measured.append(self._measure(workload, op, calls, dict(failures), calls=calls))
        return measured

    def idle_cpu(self) -> dict[str, float]:
        """CPU seconds each worker has used while another was measured: should be next to nothing."""
        return {name: worker.idle_cpu for name, worker in self.workers.items()}

    def stop(self) -> None:
        """End all workers."""
        for worker in self.workers.values():
            worker.stop()
        self.workers.clear()


@dataclass
class Start:
    """What one contender takes before it is at speed, in fresh processes."""

    setup: list[float] = field(default_factory=list)
    first_step: list[float] = field(default_factory=list)
    peak_imported: list[float] = field(default_factory=list)
    peak_trained: list[float] = field(default_factory=list)


def measure_start(session: Session, workload: Workload, rounds: int) -> dict[str, Start]:
    """Time to build, time to the first step with empty compilation caches, and peak memory of a whole training."""
    found: dict[str, Start] = {}
    for _ in range(rounds):
        for name in session.contenders:
            if name in session.absent:
                continue
            with tempfile.TemporaryDirectory() as empty:
                try:
                    worker = session.start(name, {"KERAX_HOME": empty, "JAX_COMPILATION_CACHE_DIR": empty})
                except WorkerError as problem:
                    session.absent[name] = str(problem)
                    continue
                start = found.setdefault(name, Start())
                try:
                    imported = worker.do("memory")["peak"]
                    setup = worker.do("setup", workload=workload.name, quick=session.quick)["wall"]
                    first = worker.do("first_step")["wall"]
                    worker.do("train")
                    peak = worker.do("memory")["peak"]
                except WorkerError:
                    found.pop(name, None)
                    continue
                finally:
                    worker.stop()
                start.setup.append(setup)
                start.first_step.append(first)
                start.peak_imported.append(imported)
                start.peak_trained.append(peak)
    return found


IMPORT_PROGRAM = """
import sys, time
a = time.perf_counter(); import {base}
b = time.perf_counter(); import {top}
print(b - a, time.perf_counter() - b)
"""


def measure_imports(rounds: int, tops: tuple[str, ...] = ("kerax", "keras")) -> dict[str, tuple[float, float]]:
    """Seconds `import jax` takes, and what importing each package takes above it (medians of fresh processes)."""
    found: dict[str, tuple[float, float]] = {}
    for top in tops:
        pairs = []
        for index in range(rounds + 1):
            done = subprocess.run(
                [sys.executable, "-c", IMPORT_PROGRAM.format(base="jax", top=top)],
                cwd=ROOT,
                env=environment(KERAS_BACKEND="jax"),
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode == 0 and index > 0:  # the first one may have compiled bytecode
                pairs.append([float(part) for part in done.stdout.split()[-2:]])
        if pairs:
            found[top] = (statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs))
    return found
