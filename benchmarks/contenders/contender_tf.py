"""tf.keras; runs in an interpreter of its own (`--tf-python`)."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

from benchmarks.workloads import KerasFit, Workload


class TensorFlowFit(KerasFit):
    """tf.keras models under `fit`."""

    def __init__(self, workload: Workload, x: np.ndarray, y: np.ndarray) -> None:
        tf.keras.backend.clear_session()
        super().__init__(tf.keras, workload, x, y)

    def wait(self, value: Any) -> None:
        """Eager tensors are computed when the call returns on a CPU; reading one waits on any device."""
        value.numpy()

    @staticmethod
    def versions() -> dict[str, str]:
        """Versions for the table."""
        gpus = tf.config.list_physical_devices("GPU")
        return {"tensorflow": tf.__version__, "device": "gpu" if gpus else "cpu"}
