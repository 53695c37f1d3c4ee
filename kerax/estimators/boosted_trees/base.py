"""What the boosted trees estimators share: training by layers or by YDF, explanations."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kerax.estimators import evaluation
from kerax.estimators.batches import Batches, call_input_fn, no_batch
from kerax.estimators.boosted_trees.explain import contributions, feature_importances
from kerax.estimators.boosted_trees.features import TreeFeatures
from kerax.estimators.boosted_trees.model import TreeLogits, TreeModel
from kerax.estimators.boosted_trees.settings import TreeSettings
from kerax.estimators.boosted_trees.training import TreeTraining, first_rows
from kerax.estimators.boosted_trees.ydf_training import YdfTraining
from kerax.estimators.estimator import Estimator
from kerax.estimators.explanation import Explanation
from kerax.estimators.hooks.session_run_hook import check_hooks
from kerax.estimators.logs import logger
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.model_dir import input_position, resolve_checkpoint
from kerax.estimators.program import Program
from kerax.estimators.template import GLOBAL_STEP
from kerax.estimators.train_op import TrainOp
from kerax.feature_column.inputs import FeatureInputs
from kerax.feature_column.numeric import NumericColumn


class TreesBase(Estimator):
    """The estimators of boosted trees.

    Args:
      head: from logits to loss, predictions and metrics.
      feature_columns: what the trees look at.
      settings: how they grow.
      model_dir, config: of `Estimator`.
      weight_column: of the head.
      classes: number of classes, 0 for a regression, None if only the head knows.
    """

    def __init__(
        self,
        head: Any,
        feature_columns: Any,
        settings: TreeSettings,
        model_dir: Any,
        config: Any,
        weight_column: Any = None,
        classes: int | None = None,
    ) -> None:
        features = TreeFeatures(feature_columns)
        outputs = int(head.logits_dimension)
        if outputs > 1 and settings.center_bias:
            raise ValueError(f"center_bias=True works with one logit; this estimator has {outputs}. Leave it at False.")
        if outputs > 1 and settings.l1_regularization:
            raise ValueError(f"l1_regularization works with one logit; this estimator has {outputs}. Use l2 instead.")
        self._settings, self._head, self._weight_column = settings, head, weight_column
        self._classes = classes
        center_bias = settings.center_bias and settings.trainer == "layers"
        self._trees = trees = TreeModel(features, outputs, center_bias)
        self._growing = TreeModel(features, outputs, center_bias)  # of the training that goes on, or was the last

        def model_fn(features: Any, labels: Any, mode: str, config: Any) -> Any:
            if not isinstance(features, dict):
                raise ValueError(
                    f"Boosted trees read a dict from feature key to array, the input gave {type(features).__name__}."
                )
            logits = TreeLogits(trees, mode == ModeKeys.TRAIN, name="tree_logits")(features)
            return head.create_estimator_spec(
                features=features, mode=mode, logits=logits, labels=labels, train_op_fn=lambda loss: TrainOp()
            )

        model_fn.host_only = not head.reads_features  # type: ignore[attr-defined]
        super().__init__(model_fn, model_dir=model_dir, config=config)

    # ---- training ---------------------------------------------------------------------------------------------------
    def _train_model(self, input_fn: Any, hooks: list[Any], listeners: list[Any], last: int | None) -> Any:
        batches = Batches(call_input_fn(input_fn, ModeKeys.TRAIN, self.params, self.config), ModeKeys.TRAIN)
        path = self.latest_checkpoint()
        self._growing.load(path)
        if self._growing.ensemble.num_finalized >= self._settings.n_trees:
            logger.info("Skipping training since all %d trees are there.", self._settings.n_trees)
            return None
        position = 0 if path is None else input_position(path)
        batches.skip(position)
        first = batches.peek()
        if first is None:
            if not position:
                raise no_batch("train()")
            logger.warning("The interrupted training had taken all batches of its input.")
            return None
        if isinstance(first[0], dict):  # what is wrong with the features is said before anything is written
            self._trees.features.read(first_rows(first[0], 1))
        values = {GLOBAL_STEP: np.array(self._global_step(), np.int32)}
        kind = TreeTraining if self._settings.trainer == "layers" else YdfTraining
        program = self._program(ModeKeys.TRAIN, first, keep=False)
        training = kind(self, program, values, batches, position, hooks, listeners, last)
        if path is not None:
            training.note_restored()
        if not training.run():
            logger.warning("Training grew nothing: its input ended, or a hook stopped it, too early.")
        return training.last_loss

    def _weights_of(self, features: Any) -> np.ndarray | None:
        """The weights of a batch's examples, ``float32 [batch]``."""
        if self._weight_column is None:
            return None
        inputs, column = FeatureInputs(features), self._weight_column
        found = column.host(inputs)["values"] if isinstance(column, NumericColumn) else inputs.dense(column)
        return np.asarray(found, np.float32).reshape(len(found))

    def _values_for(self, program: Program, path: str | None) -> dict[str, Any]:
        self._trees.load(path)
        return super()._values_for(program, path)

    def _evaluate_values(self, values: dict[str, Any], *rest: Any) -> Any:
        now = self._growing
        self._trees.reset()
        self._trees.set(now.ensemble, now.boundaries, now.centered)
        try:
            return super()._evaluate_values(values, *rest)
        finally:
            self._trees.reset()

    # ---- explanations -----------------------------------------------------------------------------------------------
    def experimental_feature_importances(self, normalize: bool = False) -> OrderedDict:
        """How much each column has lowered the loss: the gains of all its splits.

        Args:
          normalize: whether they are divided by their sum.

        Returns:
          Column name -> gain, falling.

        Raises:
          ValueError: if the estimator has not been trained.
        """
        path = self.latest_checkpoint()
        if path is None:
            raise ValueError(f"There is no checkpoint in {self._model_dir!r}: train the Estimator first.")
        self._trees.load(path)
        return feature_importances(self._trees.ensemble, self._trees.names(), normalize)

    def experimental_predict_with_explanations(
        self, input_fn: Callable, predict_keys: Any = None, hooks: Any = None, checkpoint_path: Any = None
    ) -> Iterator[dict[str, Any]]:
        """Yields the predictions for every example, with what each column adds to it.

        Args:
          input_fn: as in ``predict``.
          predict_keys: names of the predictions wanted, besides the explanation.
          hooks: of the prediction.
          checkpoint_path: which checkpoint; the newest if None.

        Yields:
          Dicts of predictions with ``bias``, the prediction before any split, and ``dfc``, column name ->
          contribution, the largest first; they add up to the probability of class 1, or the prediction.

        Raises:
          ValueError: without ``center_bias=True``, or for several logits.
        """
        if not (self._settings.center_bias or self._settings.trainer == "ydf"):
            raise ValueError("Explanations need a bias to start from: build the estimator with center_bias=True.")
        if self._trees.outputs != 1:
            raise ValueError(f"Explanations need one logit, this estimator has {self._trees.outputs}.")
        hooks = check_hooks(hooks, "experimental_predict_with_explanations()")
        path = resolve_checkpoint(self._model_dir, checkpoint_path, "experimental_predict_with_explanations()")
        batches = _Remembered(call_input_fn(input_fn, ModeKeys.PREDICT, self.params, self.config), ModeKeys.PREDICT)
        first = batches.peek()
        if first is None:
            return
        program = self._program(ModeKeys.PREDICT, first)
        values = self._values_for(program, path)
        for predictions in evaluation.predict(program, values, batches, predict_keys, hooks, False):
            bias, added = self._contributions(batches.newest[0])
            for place, example in enumerate(evaluation.examples_of(predictions)):
                ordered = sorted(added, key=lambda name: -abs(added[name][place]))
                example["bias"] = bias[place]
                example["dfc"] = OrderedDict((name, added[name][place]) for name in ordered)
                yield example

    def _contributions(self, features: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        trees = self._trees
        buckets = trees.buckets(trees.features.read(features))
        return contributions(trees.ensemble, buckets, trees.names(), _sigmoid if self._classes else np.asarray)

    def explain(self, input_fn: Callable, checkpoint_path: Any = None) -> Explanation:
        """What each column adds to the predictions, as a table.

        Args:
          input_fn: as in ``predict``.
          checkpoint_path: which checkpoint; the newest if None.

        Returns:
          An `Explanation`: printed, and shown in notebooks, as a table.
        """
        rows = self.experimental_predict_with_explanations(input_fn, checkpoint_path=checkpoint_path)
        found = [(float(row["bias"]), {name: float(value) for name, value in row["dfc"].items()}) for row in rows]
        return Explanation.of_predictions(found, "probability" if self._classes else "prediction")


class _Remembered(Batches):
    """Batches; the one that was given last is remembered."""

    newest: Any = None

    def next(self) -> Any:
        batch = super().next()
        if not self._waiting and batch is not None:
            self.newest = batch
        return batch


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.asarray(logits, np.float64)))
