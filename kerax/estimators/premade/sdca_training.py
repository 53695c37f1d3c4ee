"""SdcaTraining: the training loop of linear models with `LinearSDCA`: it keeps the dual variable of every example."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.errors import did_you_mean
from kerax.estimators.batches import Batches
from kerax.estimators.heads import BinaryClassHead
from kerax.estimators.hooks.session_run_hook import SessionRunHook
from kerax.estimators.premade.linear_sdca import SCOPE
from kerax.estimators.stacks import stage_batch
from kerax.estimators.template import GLOBAL_STEP, Run
from kerax.estimators.training import Training
from kerax.saving.tensor_bundle import TensorBundle
from kerax.state.host_stage import replayed

_IDS, _DUALS = f"{SCOPE}/example_ids", f"{SCOPE}/duals"


class SdcaTraining(Training):
    """One call of ``train``, a batch at a time; the arguments are those of `Training`."""

    def __init__(
        self,
        estimator: Any,
        program: Any,
        values: Any,
        batches: Batches,
        position: int,
        hooks: list[SessionRunHook],
        listeners: list[Any],
        last_step: int | None,
    ) -> None:
        self.examples = _Examples(estimator.latest_checkpoint())
        hooks = [*hooks, _Saved(self.examples)]
        super().__init__(estimator, program, values, batches, position, hooks, listeners, last_step)
        self.batches: Any = _OneByOne(batches, program.blueprint.stage, estimator._sdca, estimator._head)
        self._step = jax.jit(self._traced_step, donate_argnums=0)

    def _train(self, stack: Any, count: int) -> Any:
        places, inverse = np.unique(self.examples.places(self.batches.ids), return_inverse=True)
        duals = np.zeros(len(inverse), np.float32)
        duals[: len(places)] = self.examples.duals[places]
        batch = jax.tree.map(lambda array: array[0], stack)
        self.values, duals, loss = self._step(self.values, batch, duals, inverse.astype(np.int32))
        self.examples.duals[places] = np.asarray(duals)[: len(places)]
        self.step += 1
        return np.asarray(loss)[None]

    def _traced_step(self, values: Any, batch: Any, duals: Any, places: Any) -> Any:
        program, names = self.program, self.program.blueprint.names
        run = Run(program.mode, values, names, jax.random.fold_in(program.key, values[GLOBAL_STEP]))
        run.examples = (duals, places)
        with replayed(batch) as plain:
            spec = run.run(lambda: program.call(plain))
        new = {**run.result(names), GLOBAL_STEP: values[GLOBAL_STEP] + 1}
        return {name: new[name] for name in values}, run.examples[0], spec.loss


class _Examples:
    """The dual variables of all examples seen.

    Args:
      path: of the checkpoint to begin with, or None.
    """

    def __init__(self, path: str | None) -> None:
        bundle: Any = TensorBundle(path) if path is not None else {}
        known = _IDS in bundle
        if path is not None and not known and int(bundle[GLOBAL_STEP]):
            raise ValueError(
                f"LinearSDCA cannot go on from {path!r}: it does not hold the dual variables of the examples, so "
                "another optimizer, or TensorFlow, has written it. Use another model_dir."
            )
        self.ids: list[bytes] = list(np.asarray(bundle[_IDS])) if known else []
        self.duals = np.array(bundle[_DUALS]) if known else np.zeros(0, np.float32)
        self._places = {one: place for place, one in enumerate(self.ids)}

    def places(self, ids: list[bytes]) -> np.ndarray:
        """Where the examples of a batch stand; new ones are added, with a dual of 0."""
        found = np.empty(len(ids), np.int64)
        for i, one in enumerate(ids):
            place = self._places.setdefault(one, len(self.ids))
            if place == len(self.ids):
                self.ids.append(one)
            found[i] = place
        if len(self.ids) > len(self.duals):  # by doubling, so that not every batch copies all
            larger = np.zeros(max(len(self.ids), 2 * len(self.duals)), np.float32)
            larger[: len(self.duals)] = self.duals
            self.duals = larger
        return found


class _Saved(SessionRunHook):
    """Puts the dual variables into checkpoints."""

    def __init__(self, examples: _Examples) -> None:
        self.examples = examples

    def quiet_steps(self, step: int) -> int:
        """Steps that it need not see: all."""
        return 1 << 62

    def saved_values(self) -> dict[str, Any]:
        """The tensors."""
        count = len(self.examples.ids)
        return {_IDS: np.array(self.examples.ids, object), _DUALS: self.examples.duals[:count].copy()}


class _OneByOne:
    """Batches after the host stage, one at a time, and the ids of their examples."""

    def __init__(self, batches: Batches, stage: Any, sdca: Any, head: Any) -> None:
        self.source, self.stage, self.key, self.head, self.taken = batches, stage, sdca.example_id_column, head, 0
        self.ids: list[bytes] = []

    def take(self, limit: int) -> tuple[Any, int]:
        """The next batch as a stack of one."""
        batch = self.source.next()
        if batch is None:
            return None, 0
        features, labels = batch
        if self.key not in features:
            raise ValueError(
                f"LinearSDCA(example_id_column={self.key!r}): there is no such feature."
                f"{did_you_mean(self.key, list(features))} There are: {', '.join(sorted(features))}."
            )
        ids = np.asarray(features[self.key]).reshape(-1)
        if ids.dtype.kind == "f":
            raise ValueError(f"LinearSDCA: ids of examples are texts or whole numbers, {self.key!r} is {ids.dtype}.")
        self.ids = [one if isinstance(one, bytes) else str(one).encode() for one in ids.tolist()]
        staged = stage_batch(self.stage, batch)
        if isinstance(self.head, BinaryClassHead):
            found = np.asarray(self.head._labels(labels)).reshape(-1)
            soft = found[(found != 0) & (found != 1)]
            if soft.size:
                raise ValueError(f"LinearSDCA takes labels of two classes, 0 and 1; {soft[0]} lies between them.")
        self.taken += 1
        return jax.tree.map(lambda array: np.asarray(array)[None], staged), 1
