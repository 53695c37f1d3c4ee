"""The jobs of the benchmark: shapes, sizes and data.

NumPy only: `python -m benchmarks` in the repository runs this file in interpreters that have no JAX.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

DATA_SEED = 20240229
# Distance of the class patterns from the noise, whatever the number of features: the nets learn, but not at once.
SIGNAL = 2.5
QUICK_DIVISOR = 8
QUICK_MINIMUM_STEPS = 3


@dataclass(frozen=True)
class Workload:
    """One training job.

    Args:
        name: short name used on the command line.
        title: what the table shows.
        input_shape: shape of one sample.
        classes: number of classes (the labels are integers).
        batch: samples a step.
        samples: samples in the array given to `fit`; a multiple of `batch`.
        epochs: epochs of one measured round.
        inference: whether evaluate, predict and one-sample latency are measured too.
    """

    name: str
    title: str
    input_shape: tuple[int, ...]
    classes: int
    batch: int
    samples: int
    epochs: int
    inference: bool = False

    @property
    def steps(self) -> int:
        """Optimizer steps of one epoch."""
        return self.samples // self.batch

    def quick(self) -> Workload:
        """The same job on fewer samples, to see that everything runs."""
        steps = max(self.steps // QUICK_DIVISOR, QUICK_MINIMUM_STEPS)
        return replace(self, samples=steps * self.batch, epochs=1)

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Samples, float32 of shape (samples, *input_shape), and labels, int32 of shape (samples,)."""
        rng = np.random.default_rng(DATA_SEED)
        labels = rng.integers(0, self.classes, self.samples).astype(np.int32)
        strength = np.float32(SIGNAL / np.sqrt(np.prod(self.input_shape)))
        patterns = rng.standard_normal((self.classes, *self.input_shape), dtype=np.float32)
        x = rng.standard_normal((self.samples, *self.input_shape), dtype=np.float32)
        for start in range(0, self.samples, self.batch):
            part = slice(start, start + self.batch)
            x[part] += strength * patterns[labels[part]]
        return x, labels


_ALL = (
    Workload("mlp_32", "MLP 784-128-10, batch 32", (784,), 10, 32, 20480, 2, inference=True),
    Workload("mlp_128", "MLP 784-128-10, batch 128", (784,), 10, 128, 20480, 4),
    Workload("tabular", "tabular 10-10-10, batch 32", (10,), 10, 32, 20480, 4, inference=True),
    Workload("cnn_32", "small CNN (Conv 32), batch 32", (28, 28, 1), 10, 32, 3200, 1, inference=True),
    Workload("cnn_128", "larger CNN (Conv 32, Conv 64), batch 128", (28, 28, 1), 10, 128, 1280, 1),
    Workload("lstm", "LSTM(64), length 100, batch 64", (100, 32), 10, 64, 2560, 1),
    Workload("transformer", "transformer block d=128, 4 heads, length 64, batch 64", (64, 128), 10, 64, 1280, 1),
)
WORKLOADS = {workload.name: workload for workload in _ALL}


def get_workload(name: str, quick: bool = False) -> Workload:
    """The workload called `name`, on fewer samples when `quick`.

    Raises:
        ValueError: there is no such workload.
    """
    if name not in WORKLOADS:
        raise ValueError(f"Unknown workload {name!r}; there are {', '.join(WORKLOADS)}.")
    workload = WORKLOADS[name]
    return workload.quick() if quick else workload
