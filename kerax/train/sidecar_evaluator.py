"""SidecarEvaluator: evaluates the checkpoints of another program that trains."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from kerax.train.checkpoint import Checkpoint
from kerax.train.checkpoint_reader import checkpoints_iterator, list_variables
from kerax.utils.terminal import say

_NUMBER = re.compile(r"(\d+)$")
_DAMAGE = (FileNotFoundError, ValueError)


class SidecarEvaluator:
    """Waits for checkpoints in a folder and evaluates the newest one whenever there is another.

    The other program saves with ``kerax.train.Checkpoint(model=..., optimizer=...)``, or with
    ``kerax.callbacks.ModelCheckpoint("folder/ckpt-{epoch}", save_weights_only=True)``. Checkpoints that come while one
    is being evaluated are skipped, but for the newest.

    Args:
      model: compiled, the same as in training.
      data: as ``x`` of ``evaluate``.
      checkpoint_dir: folder of the checkpoints.
      steps: batches of an evaluation; None for all.
      max_evaluations: number of the checkpoint after which it ends; None to wait for ever.
      callbacks: for ``evaluate``, such as ``TensorBoard``.
      timeout: seconds without another checkpoint after which it ends; None to wait for ever.

    Raises:
      ValueError: if the model is not compiled.

    Example:
      >>> import numpy as np, tempfile, kerax
      >>> folder = tempfile.mkdtemp()
      >>> model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1)])
      >>> model.compile("sgd", "mse")
      >>> _ = kerax.train.Checkpoint(model=model, optimizer=model.optimizer).save(folder + "/ckpt")
      >>> data = kerax.data.Dataset.from_tensors((np.ones((4, 1)), np.ones((4, 1))))
      >>> evaluator = kerax.utils.SidecarEvaluator(model, data, folder, max_evaluations=1)
      >>> results = evaluator.start()
      ckpt-1: loss ...
    """

    def __init__(
        self,
        model: Any,
        data: Any,
        checkpoint_dir: Any,
        steps: int | None = None,
        max_evaluations: int | None = None,
        callbacks: Sequence[Any] | None = None,
        timeout: float | None = None,
    ):
        if not getattr(model, "compiled", False):
            raise ValueError("SidecarEvaluator needs a compiled model: call model.compile(loss=..., metrics=...).")
        self.model, self.data, self.checkpoint_dir = model, data, os.fspath(checkpoint_dir)
        self.steps, self.max_evaluations = steps, max_evaluations
        self.callbacks, self.timeout = list(callbacks or []), timeout

    def start(self) -> list[dict[str, float]]:
        """Evaluates until ``max_evaluations`` is reached.

        Returns:
          The logs of every evaluation.
        """
        results = []
        for path in checkpoints_iterator(self.checkpoint_dir, timeout=self.timeout):
            try:
                self._load(path)
            except _DAMAGE as error:
                if os.path.exists(f"{path}.index"):
                    raise
                say(f"SidecarEvaluator skips {path}, which is gone again: {error}")
                continue
            logs = self.model.evaluate(
                self.data, steps=self.steps, callbacks=self.callbacks, verbose=0, return_dict=True
            )
            results.append(logs)
            say(f"{os.path.basename(path)}: " + ", ".join(f"{name} {value:.4g}" for name, value in logs.items()))
            number = _NUMBER.search(path)
            if self.max_evaluations and number and int(number.group(1)) >= self.max_evaluations:
                break
        return results

    def _load(self, path: str) -> None:
        names = [name for name, _ in list_variables(path)]
        if any(name.startswith("model/") for name in names):
            Checkpoint(model=self.model, optimizer=self.model.optimizer).read(path)
        else:
            self.model.load_weights(path)
