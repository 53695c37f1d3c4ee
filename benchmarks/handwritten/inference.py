"""Evaluation and prediction by hand: asynchronous calls batch by batch, one fetch at the end."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.handwritten.models import Apply, Params
from benchmarks.handwritten.training import loss_and_hits


class Inference:
    """The compiled forward functions of one net.

    Args:
        apply: pure forward function.
        batch: samples a call.
        compiler_options: XLA options of both programs.
    """

    def __init__(self, apply: Apply, batch: int, compiler_options: dict[str, Any] | None = None) -> None:
        self.batch = batch
        self.forward = jax.jit(apply, compiler_options=compiler_options or None)

        def score(totals: tuple[jax.Array, jax.Array], params: Params, x: jax.Array, y: jax.Array) -> Any:
            loss, hits = loss_and_hits(apply, params, x, y)
            return totals[0] + loss * len(x), totals[1] + hits

        self.score = jax.jit(score, donate_argnums=0, compiler_options=compiler_options or None)

    def evaluate(self, params: Params, x: np.ndarray, y: np.ndarray) -> dict[str, float]:
        """Mean loss and accuracy."""
        totals = (jnp.zeros(()), jnp.zeros((), jnp.int32))
        for i in range(0, len(x), self.batch):
            totals = self.score(totals, params, x[i : i + self.batch], y[i : i + self.batch])
        loss, hits = jax.device_get(totals)
        return {"loss": float(loss) / len(x), "accuracy": int(hits) / len(x)}

    def predict(self, params: Params, x: np.ndarray) -> np.ndarray:
        """Logits of all samples, on the host."""
        parts = [self.forward(params, x[i : i + self.batch]) for i in range(0, len(x), self.batch)]
        return np.concatenate(jax.device_get(parts))
