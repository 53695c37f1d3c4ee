"""kerax through its Keras API."""

from __future__ import annotations

import time
from typing import Any

import jax
import numpy as np

_before = time.perf_counter()
import kerax  # noqa: E402  (timed: what kerax adds on top of jax)

IMPORT_SECONDS = time.perf_counter() - _before

from benchmarks.workloads import KerasFit, Workload  # noqa: E402


class KeraxFit(KerasFit):
    """`kerax` models under `fit`."""

    def __init__(self, workload: Workload, x: np.ndarray, y: np.ndarray) -> None:
        super().__init__(kerax, workload, x, y)

    def wait(self, value: Any) -> None:
        """Wait for an asynchronous array."""
        jax.block_until_ready(value)

    @staticmethod
    def versions() -> dict[str, str]:
        """Versions for the table."""
        return {"kerax": kerax.__version__, "jax": jax.__version__, "device": jax.devices()[0].device_kind}
