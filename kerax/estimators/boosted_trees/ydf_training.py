"""YdfTraining: whole trees grown by YDF, with the checkpoints, hooks and log of a training."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.estimators.boosted_trees.features import TreeBatch
from kerax.estimators.boosted_trees.training import TreeTraining, first_rows
from kerax.estimators.boosted_trees.ydf_trainer import train
from kerax.estimators.stacks import stage_batch
from kerax.estimators.template import GLOBAL_STEP

_ROWS = 4096  # of the data, whose loss is reported


class YdfTraining(TreeTraining):
    """One call of ``train``: ``n_batches_per_layer`` batches are all data, and all trees are grown at once.

    The global step rises by what growing these trees layer by layer would take, ``n_batches_per_layer * max_depth`` a
    tree; the limit on steps is a limit on trees in this way. Hooks see one long step, whose loss is that of the
    finished trees on some of the data.
    """

    def _one_step(self) -> bool:
        calls, before, settings, estimator = self.calls, self.step, self.settings, self.estimator
        if self.model.ensemble.trees:
            raise ValueError(
                f"{estimator.model_dir!r} holds {self.model.ensemble.num_finalized} trees; YDF cannot go on from "
                "them. Use another model_dir, or trainer='layers'."
            )
        calls.before_run()
        found: list[Any] = []
        while len(found) < settings.n_batches_per_layer and (batch := self.batches.next()) is not None:
            found.append(batch)
        if not found:
            return False
        per_tree = settings.n_batches_per_layer * settings.max_depth
        trees = settings.n_trees
        if self.last_step is not None:
            trees = min(trees, -(-(self.last_step - before) // per_tree))
        read = [self.model.features.read(features) for features, _ in found]
        data = TreeBatch(np.concatenate([b.buckets for b in read]), np.concatenate([b.values for b in read]))
        labels = np.concatenate([labels_for_ydf(estimator._head, labels, estimator._classes) for _, labels in found])
        weighed = [self.weights(features) for features, _ in found]
        weights = np.concatenate([one for one in weighed if one is not None]) if weighed[0] is not None else None
        outputs = 0 if not estimator._classes else self.model.outputs
        seed = self.config.tf_random_seed
        limited = settings if trees == settings.n_trees else settings.with_trees(trees)
        few = first_rows(found[0], _ROWS)
        count = len(read[0].buckets) if few is found[0] else _ROWS
        trained = train(self.model.features, limited, data, labels, weights, outputs, seed, count)
        self.model.set(trained.ensemble, trained.boundaries if self.model.features.num_numeric else None, True)
        self.step += trees * per_tree if self.last_step is None else min(trees * per_tree, self.last_step - before)
        self.values = {**self.values, GLOBAL_STEP: np.int32(self.step)}
        seen = (stage_batch(self.program.blueprint.stage, few), self._scale(self.weights(few[0])))
        self.last_loss = np.float32(self._loss(jnp.asarray(trained.logits), seen))
        self._seen = {"loss": self.last_loss}
        calls.after_run(lambda one: self._lookup(one, self.step - 1))
        return False


def labels_for_ydf(head: Any, labels: Any, classes: int | None) -> np.ndarray:
    """Labels as YDF takes them: class ids, or numbers.

    Raises:
      ValueError: for labels that the head does not take, and for soft ones.
    """
    checked = np.asarray(head._labels(labels))[:, 0]
    if not classes:
        return checked.astype(np.float32)
    ids = checked.astype(np.int64)
    if (ids != checked).any():
        raise ValueError(f"YDF takes class ids; label {checked[ids != checked][0]} lies between two of them.")
    return ids
