"""``tf.saved_model.load`` of what an Estimator has exported."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from kerax.compat.tensorflow._tensor import Tensor
from kerax.estimators import export


def is_estimator(folder: str) -> bool:
    """Whether a folder holds an exported Estimator."""
    return os.path.exists(os.path.join(folder, "saved_model.json"))


class LoadedEstimator:
    """An exported Estimator; its signatures take and give tensors.

    Args:
      folder: where it is.
    """

    def __init__(self, folder: str):
        self.signatures = {name: _Signature(one) for name, one in export.load(folder).signatures.items()}


class _Signature:
    def __init__(self, signature: Any):
        self._signature = signature
        self.structured_input_signature = signature.structured_input_signature
        self.structured_outputs = signature.structured_outputs

    def __call__(self, *examples: Any, **request: Any) -> dict[str, Tensor]:
        if examples:  # the one input of serialized Examples may go without its name
            request = {**request, next(iter(self._signature.inputs)): examples[0]}
        arrays = {name: np.asarray(value) for name, value in request.items()}
        return {name: Tensor(value) for name, value in self._signature(**arrays).items()}
