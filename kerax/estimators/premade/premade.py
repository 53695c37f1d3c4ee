"""What premade estimators share: their model function, and the heads of classifiers and regressors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kerax.estimators.estimator import Estimator
from kerax.estimators.explanation import Explanation
from kerax.estimators.heads import BinaryClassHead, Head, MultiClassHead, RegressionHead
from kerax.estimators.linear_weights import explain_linear
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.premade.columns import check_features
from kerax.estimators.premade.sdca_training import SdcaTraining
from kerax.estimators.run_config import RunConfig
from kerax.estimators.train_op import group, minimize

Lowered = list[tuple[Any, list[Any] | None]]  # optimizers and what each changes, None for all
Logits = Callable[[Any, str, int], tuple[Any, Any]]  # Lowered, or a function of head and labels that takes a step


class Premade(Estimator):
    """An Estimator whose model function is made of a model and a head.

    Args:
      logits: ``(features, mode, units) -> (logits, [(optimizer, prefix of the names of what it changes)])``.
      head: the head.
      model_dir, config, warm_start_from: as for `Estimator`.
    """

    def __init__(
        self, logits: Logits, head: Head, model_dir: Any, config: RunConfig | None, warm_start_from: Any = None
    ) -> None:
        where = type(self).__name__
        if not isinstance(head, Head):
            raise ValueError(f"{where}(head=...) is a Head, received {type(head).__name__}.")

        def model_fn(features: Any, labels: Any, mode: str) -> Any:
            check_features(features, where)
            found, optimizers = logits(features, mode, head.logits_dimension)
            if mode != ModeKeys.TRAIN:
                return head.create_estimator_spec(features, mode, found, labels)

            def train(loss: Any) -> Any:
                if callable(optimizers):
                    return optimizers(head, labels)
                return group([minimize(one, loss, variables) for one, variables in optimizers])

            return head.create_estimator_spec(features, mode, found, labels, train_op_fn=train)

        model_fn.host_only = not head.reads_features  # type: ignore[attr-defined]
        model_fn.same_variables = True  # type: ignore[attr-defined]
        self._linear_columns = getattr(logits, "linear_columns", [])
        super().__init__(model_fn, model_dir, config, None, warm_start_from)
        self._sdca, self._head = getattr(logits, "sdca", None), head
        if self._sdca is not None:
            self._sdca.check_head(head, where)
            self._training_kind = SdcaTraining

    def explain(self) -> Explanation:
        """The weights of the linear model, or of the linear part, as a table: words, buckets and numbers by name.

        Returns:
          An `Explanation`: printed, and shown in notebooks, as a table.

        Raises:
          ValueError: if there is no linear part, or no checkpoint.
        """
        if not self._linear_columns:
            raise ValueError(f"{type(self).__name__} has no linear part whose weights could be shown.")
        return explain_linear(self._bundle(), self._linear_columns)


def classifier_head(
    n_classes: int, weight_column: Any, label_vocabulary: Sequence[str] | None, loss_reduction: str
) -> Head:
    """The head of a classifier.

    Raises:
      ValueError: for fewer than two classes.

    Example:
      >>> from kerax.estimators.premade.premade import classifier_head
      >>> classifier_head(2, None, None, "sum").logits_dimension
      1
    """
    if n_classes == 2:
        return BinaryClassHead(weight_column, None, label_vocabulary, loss_reduction)
    if n_classes < 2:
        raise ValueError(f"A classifier's n_classes=... is at least 2, received {n_classes}.")
    return MultiClassHead(n_classes, weight_column, label_vocabulary, loss_reduction)


def regressor_head(label_dimension: int, weight_column: Any, loss_reduction: str) -> Head:
    """The head of a regressor.

    Example:
      >>> from kerax.estimators.premade.premade import regressor_head
      >>> regressor_head(2, None, "sum").logits_dimension
      2
    """
    return RegressionHead(label_dimension, weight_column, loss_reduction)
