"""The ratios kerax is held to.

`handwritten` is kerax's time over the best hand-written time (at most); the others are the peer's time over kerax's
(at least).
"""

from __future__ import annotations

from typing import NamedTuple


class Goal(NamedTuple):
    """Bars of one operation on one workload; None: no bar."""

    handwritten: float | None = None
    keras3: float | None = None
    tf: float | None = None


GOALS: dict[tuple[str, str], Goal] = {
    ("mlp_32", "train"): Goal(1.05, 1.4, 4.4),
    ("mlp_128", "train"): Goal(1.05, 1.4, 4.4),
    ("tabular", "train"): Goal(1.15, 3.5, 10.0),
    ("cnn_32", "train"): Goal(1.03, 1.15, 1.4),
    ("cnn_128", "train"): Goal(1.03, 3.0, 1 / 1.5),
    ("lstm", "train"): Goal(1.03, 1.1, 1.3),
    ("transformer", "train"): Goal(1.03, 1.4, 1.0),
    ("mlp_32", "evaluate"): Goal(1.10, 2.5, 10.0),
    ("mlp_32", "predict"): Goal(1.10, 2.0, 10.0),
}
# Milliseconds a call on one sample, once compiled, on an idle core.
LATENCY_MS = {"predict_one": 0.2, "call_one": 0.1}
IMPORT_SECONDS = 0.3
MEMORY_RATIO = 1.15
