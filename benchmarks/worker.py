"""A worker: one contender in one process, obeying JSON lines on stdin and answering on stdout.

Between two commands it sits in a blocking read, so that an idle contender costs the one that is measured nothing.
Commands: `{"op": "setup", "workload": name, "quick": bool}`, `train`, `first_step`, `evaluate`, `predict`,
`predict_one` / `call_one` (`calls`), `memory`, `quit`. An answer carries `wall` and `cpu` seconds of the operation.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
import traceback
from typing import Any

# Measured before the frameworks load, so that the answer to `hello` can tell what importing them took.
_START = time.perf_counter(), time.process_time()

from benchmarks import contenders  # noqa: E402
from benchmarks.workloads import get_workload  # noqa: E402

KIB = 1024


def peak_memory_bytes() -> int:
    """Peak resident memory of this process in bytes.

    `ru_maxrss` of a fresh process can show its parent's peak (it survives `exec`): Linux's own mark goes first.
    """
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * KIB
    except OSError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * KIB


class Worker:
    """Holds the contender of the current workload.

    Args:
        name: a key of `contenders.CONTENDERS`.
    """

    def __init__(self, name: str) -> None:
        self.cls = contenders.load(name)
        self.contender: Any = None
        self.workload: Any = None

    def run(self, command: dict[str, Any]) -> dict[str, Any]:
        """Carry out one command and time it."""
        op = command["op"]
        if op == "memory":
            return {"peak": peak_memory_bytes()}
        if op == "setup":
            # The previous workload's arrays go first: memory of one job must not weigh on the next.
            self.contender = None
            gc.collect()
            self.workload = get_workload(command["workload"], command.get("quick", False))
            arguments: tuple[Any, ...] = (self.workload, *self.workload.data())
            action: Any = lambda: self._set_up(arguments)  # noqa: E731
        elif op == "train":
            epochs = command.get("epochs") or self.workload.epochs
            action = lambda: self.contender.train(epochs)  # noqa: E731
        elif op in ("first_step", "evaluate", "predict"):
            action = getattr(self.contender, op)
        elif op in ("predict_one", "call_one"):
            action = lambda: getattr(self.contender, op)(command["calls"])  # noqa: E731
        else:
            raise ValueError(f"Unknown command {op!r}.")
        cpu, wall = time.process_time(), time.perf_counter()
        result = action()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        return {"wall": wall, "cpu": cpu, "result": result or {}}

    def _set_up(self, arguments: tuple[Any, ...]) -> None:
        self.contender = self.cls(*arguments)


def main() -> None:
    """Serve commands until `quit` or the end of stdin."""
    # Libraries print to file descriptor 1: keep a private copy for answers and send their text to stderr.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(**fields: Any) -> None:
        answers.write(json.dumps({**fields, "process_cpu": time.process_time()}) + "\n")

    try:
        worker = Worker(sys.argv[1])
        versions = {"python": sys.version.split()[0], **worker.cls.versions()}
    except Exception as problem:  # the driver reports a missing peer and goes on without it
        answer(error=f"{type(problem).__name__}: {problem}", trace=traceback.format_exc())
        return
    wall, cpu = time.perf_counter() - _START[0], time.process_time() - _START[1]
    answer(wall=wall, cpu=cpu, versions=versions)
    while line := sys.stdin.readline():
        command = json.loads(line)
        if command["op"] == "quit":
            break
        before = time.process_time()
        try:
            answer(**worker.run(command), cpu_at_start=before)
        except Exception as problem:
            answer(error=f"{type(problem).__name__}: {problem}", trace=traceback.format_exc(), cpu_at_start=before)


if __name__ == "__main__":
    main()
