"""TreeTraining: the training loop of boosted trees: hooks, checkpoints and summaries around the growing of layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.estimators.batches import Batches
from kerax.estimators.boosted_trees.features import TreeBatch
from kerax.estimators.boosted_trees.layer_trainer import LayerTrainer, derivatives_of
from kerax.estimators.boosted_trees.model import TreeLogits, TreeModel
from kerax.estimators.hooks.basic import StopAtStepHook
from kerax.estimators.hooks.session_run_hook import SessionRunHook
from kerax.estimators.program import Program
from kerax.estimators.stacks import stage_batch
from kerax.estimators.template import GLOBAL_STEP
from kerax.estimators.training import Training
from kerax.state.host_stage import StagedInputs


class TreeTraining(Training):
    """One call of ``train`` of a boosted trees estimator.

    Args:
      estimator: the estimator.
      program: its training program: from features and logits to the loss.
      values: the global step.
      batches: the input.
      position: how many of its batches were left out.
      hooks, listeners, last_step: of `Training`.
    """

    def __init__(
        self,
        estimator: Any,
        program: Program,
        values: dict[str, np.ndarray],
        batches: Batches,
        position: int,
        hooks: list[SessionRunHook],
        listeners: list[Any],
        last_step: int | None,
    ) -> None:
        self.model: TreeModel = estimator._growing
        self.weights: Callable[[Any], np.ndarray | None] = estimator._weights_of
        self.settings = estimator._settings
        model = self.model
        centered = model.centered or not self.settings.center_bias
        self.trainer = LayerTrainer(model.features, self.settings, model.ensemble, model.boundaries, centered)
        self.guard = _TreeHook(self)
        super().__init__(estimator, program, values, batches, position, [*hooks, self.guard], listeners, last_step)
        self.batches: Any = _Counted(batches, self.settings.train_in_memory)
        self.derivatives = derivatives_of(self._loss)
        self._last: Any = None
        if position:
            self.trainer.go_on(model.gathered)
        self.place = next(
            number
            for number, call in enumerate(program.blueprint.stage.calls)
            if call is not None and isinstance(call[0], TreeLogits)
        )

    def _loss(self, logits: jax.Array, data: Any) -> jax.Array:
        staged, scale = data
        recorded = list(staged.recorded)
        recorded[self.place] = logits
        values = {name: jnp.asarray(array) for name, array in self.values.items()}
        _, spec = self.program._run(values, StagedInputs(staged.inputs, recorded))
        return jnp.asarray(spec.loss, jnp.float32) * scale

    def _one_step(self) -> bool:
        calls, before = self.calls, self.step
        calls.before_run()
        batch = self.batches.next()
        if batch is None:
            return False
        seen, data, weights = self._read(batch)
        loss, counts = self.trainer.step(seen, lambda logits: self.derivatives(logits, data), weights)
        self.batches.settle(self.trainer.boundaries is not None)
        self.step += counts
        self.values = {**self.values, GLOBAL_STEP: np.int32(self.step)}
        self.model.set(self.trainer.ensemble, self.trainer.boundaries, not self.trainer.centering)
        self.last_loss = np.float32(loss)
        self._seen = {"loss": self.last_loss}
        limits = [hook for hook in calls._checks_first if isinstance(hook, StopAtStepHook) and not counts]
        kept = calls._checks_first
        calls._checks_first = [hook for hook in kept if hook not in limits]
        try:
            calls.after_run(lambda one: self._lookup(one, before))
        finally:
            calls._checks_first = kept
        return True

    def _read(self, batch: Any) -> tuple[TreeBatch, Any, np.ndarray | None]:
        """What a batch is for the trees and for the loss; the same batch again is not read anew."""
        if self._last is None or self._last[0] is not batch:
            staged = stage_batch(self.program.blueprint.stage, batch)
            weights = self.weights(batch[0])
            data = (jax.device_put(staged), self._scale(weights))
            self._last = (batch, self.model.features.read(batch[0]), data, weights)
        return self._last[1:]

    def _scale(self, weights: np.ndarray | None) -> np.float32:
        """With several outputs the mean loss is over the examples that count."""
        if weights is None or self.model.outputs == 1:
            return np.float32(1)
        return np.float32(len(weights) / max(1, np.count_nonzero(weights)))

    def _lookup(self, wanted: Any, before: int) -> Any:
        ensemble = self.model.ensemble
        if wanted == "summaries":
            numbers = {
                "loss": self._seen["loss"],
                "ensemble/num_trees": np.float32(len(ensemble.trees)),
                "ensemble/num_finalized_trees": np.float32(ensemble.num_finalized),
                "ensemble/num_attempted_layers": np.float32(ensemble.layers_attempted),
            }
            return [("scalar", tag, number) for tag, number in numbers.items()]
        return self.program.lookup(wanted, self._seen, self.values, before)


def first_rows(batch: Any, rows: int) -> Any:
    """The first rows of a structure of arrays; all of it if that is simpler.

    Args:
      batch: arrays, the examples first.
      rows: how many.

    Example:
      >>> import numpy as np
      >>> from kerax.estimators.boosted_trees.training import first_rows
      >>> first_rows({"age": np.arange(5)}, 2)
      {'age': array([0, 1])}
    """
    leaves = jax.tree.leaves(batch)
    if not all(isinstance(leaf, np.ndarray) and leaf.ndim and len(leaf) > rows for leaf in leaves):
        return batch
    return jax.tree.map(lambda leaf: leaf[:rows], batch)


class _Counted:
    """Batches one at a time, counted; in memory the first one is given again and again.

    Attributes:
      taken: how many a training that goes on from a checkpoint leaves out.
    """

    def __init__(self, batches: Batches, in_memory: bool) -> None:
        self.batches, self.in_memory, self.taken, self._open = batches, in_memory, 0, 0
        self._first: Any = None

    def settle(self, kept: bool) -> None:
        """Counts the batches since the last call, if a checkpoint holds what was learnt from them."""
        if kept:
            self.taken, self._open = self.taken + self._open, 0

    def next(self) -> Any:
        if self._first is not None:
            return self._first
        batch = self.batches.next()
        if batch is not None and self.in_memory:
            self._first = batch  # every call of train reads it again
        elif batch is not None:
            self._open += 1
        return batch


class _TreeHook(SessionRunHook):
    """Saves the trees and ends training when there are enough."""

    def __init__(self, training: TreeTraining) -> None:
        self.training = training

    def saved_values(self) -> dict[str, Any]:
        """What checkpoints hold besides the global step."""
        return {**self.training.model.tensors(), **self.training.trainer.gathered()}

    def after_run(self, run_context: Any, run_values: Any) -> None:
        if self.training.trainer.complete:
            run_context.request_stop()
