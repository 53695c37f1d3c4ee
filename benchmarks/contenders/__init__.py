"""The contenders. Each module is imported only in its own worker process: the peers do not share one well."""

from __future__ import annotations

import importlib
from typing import Any

# name -> (module, class, what the table calls it)
CONTENDERS = {
    "kerax": ("contender_kerax", "KeraxFit", "kerax `fit`"),
    "handwritten_loop": ("contender_handwritten", "HandwrittenLoop", "hand-written, Python loop"),
    "handwritten_scan": ("contender_handwritten", "HandwrittenScan", "hand-written, best scan"),
    "keras3": ("contender_keras3", "Keras3Fit", "Keras 3 on JAX `fit`"),
    "tf": ("contender_tf", "TensorFlowFit", "tf.keras `fit`"),
}
HANDWRITTEN = ("handwritten_loop", "handwritten_scan")


def load(name: str) -> Any:
    """The contender class called `name` (imports its framework)."""
    module, cls, _ = CONTENDERS[name]
    return getattr(importlib.import_module(f"benchmarks.contenders.{module}"), cls)
