"""The hand-written contenders: the same net under a Python loop and under the best scan."""

from __future__ import annotations

import jax
import numpy as np
import optax

from benchmarks.handwritten import choices
from benchmarks.handwritten.compile_options import options
from benchmarks.handwritten.inference import Inference
from benchmarks.handwritten.models import build
from benchmarks.handwritten.training import LOOPS, SCANS, Trainer
from benchmarks.workloads import Workload


class _Handwritten:
    """Common part; subclasses choose the loop."""

    def __init__(self, workload: Workload, x: np.ndarray, y: np.ndarray) -> None:
        self.workload, self.x, self.y, self.sample = workload, x, y, x[:1]
        params, apply = build(workload, self.forms(workload.name))
        self.options = options(choices.COMPILE[workload.name])
        self.trainer = self._trainer(params, apply, x, y)
        self.inference = Inference(apply, workload.batch, self.options)

    def forms(self, name: str) -> dict:
        """Kernel forms of this contender."""
        return choices.FORMS[name]

    def _trainer(self, params: dict, apply: object, x: np.ndarray, y: np.ndarray) -> Trainer:
        loop = LOOPS[choices.LOOP[self.workload.name]]
        return Trainer(params, apply, loop, x, y, self.workload.batch, self.options)

    def train(self, epochs: int) -> dict[str, float]:
        """Run epochs."""
        return self.trainer.train(epochs)

    def first_step(self) -> dict[str, float]:
        """Compile and run one step."""
        # A net of its own: the step donates its parameters.
        params, apply = build(self.workload, self.forms(self.workload.name))
        batch = self.workload.batch
        return self._trainer(params, apply, self.x[:batch], self.y[:batch]).train(1)

    def evaluate(self) -> dict[str, float]:
        """Score all samples."""
        return self.inference.evaluate(self.trainer.params, self.x, self.y)

    def predict(self) -> dict[str, float]:
        """Logits of all samples."""
        return {"rows": len(self.inference.predict(self.trainer.params, self.x))}

    def predict_one(self, calls: int) -> None:
        """One sample to host logits, `calls` times."""
        for _ in range(calls):
            np.asarray(self.inference.forward(self.trainer.params, self.sample))

    def call_one(self, calls: int) -> None:
        """One sample through the net, `calls` times, each waited for."""
        for _ in range(calls):
            jax.block_until_ready(self.inference.forward(self.trainer.params, self.sample))

    @staticmethod
    def versions() -> dict[str, str]:
        """Versions for the table."""
        return {"jax": jax.__version__, "optax": optax.__version__, "device": jax.devices()[0].device_kind}


class HandwrittenLoop(_Handwritten):
    """A Python loop over one jitted, donating step."""


class HandwrittenScan(_Handwritten):
    """The best scan of each workload."""

    def forms(self, name: str) -> dict:
        """Kernel forms of this contender."""
        return choices.SCAN_FORMS.get(name, choices.FORMS[name])

    def _trainer(self, params: dict, apply: object, x: np.ndarray, y: np.ndarray) -> Trainer:
        scan = SCANS[choices.SCAN[self.workload.name]]
        return Trainer(params, apply, scan, x, y, self.workload.batch, self.options)
