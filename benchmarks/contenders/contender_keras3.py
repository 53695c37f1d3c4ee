"""Keras 3 on JAX."""

from __future__ import annotations

import os
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np

from benchmarks.workloads import KerasFit, Workload


class Keras3Fit(KerasFit):
    """Keras 3 models under `fit`, JAX backend."""

    def __init__(self, workload: Workload, x: np.ndarray, y: np.ndarray) -> None:
        keras.utils.clear_session()
        super().__init__(keras, workload, x, y)

    def wait(self, value: Any) -> None:
        """Wait for an asynchronous array."""
        jax.block_until_ready(value)

    @staticmethod
    def versions() -> dict[str, str]:
        """Versions for the table."""
        return {"keras": keras.__version__, "jax": jax.__version__, "device": jax.devices()[0].device_kind}
