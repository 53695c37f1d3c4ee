"""The jobs every contender runs: those of `kerax bench`, and the models of them in Keras's API.

They live in the package, so that the command has them where only the package is installed. Their files need NumPy alone
and are read as files here, because workers of other interpreters cannot import kerax.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

_FOLDER = Path(__file__).resolve().parent.parent / "kerax" / "cli"


def _read(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"benchmarks.{name}", _FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # data classes look themselves up there
    spec.loader.exec_module(module)
    return module


_jobs, _models = _read("bench_jobs"), _read("bench_models")
Workload, WORKLOADS, get_workload = _jobs.Workload, _jobs.WORKLOADS, _jobs.get_workload
KerasFit = _models.KerasFit
