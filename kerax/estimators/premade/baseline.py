"""Baselines: models that learn one number for each logit and look at no feature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from kerax import initializers
from kerax.estimators.heads import Head
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.premade.optimizers import BASELINE_RATE, check_optimizer, resolve
from kerax.estimators.premade.premade import Logits, Lowered, Premade, classifier_head, regressor_head
from kerax.estimators.run_config import RunConfig
from kerax.estimators.template import current_run


def _rows(features: dict[str, Any]) -> Any:
    """The number of examples; a symbol where a model is exported for any number."""
    sizes = {key: value.shape[0] for key, value in features.items()}
    if not sizes:
        raise ValueError("A baseline needs at least one feature, for the number of examples.")
    if len(set(sizes.values())) > 1:
        raise ValueError(f"The features have unequal numbers of examples: {sizes}.")
    return next(iter(sizes.values()))


def _model(optimizer: Any) -> Logits:
    check_optimizer("optimizer", optimizer)

    def logits(features: Any, mode: str, units: int) -> tuple[Any, Lowered]:
        bias = current_run().variable("baseline/bias", (units,), initializers.Zeros())
        found = jnp.broadcast_to(bias.read(), (_rows(features), units))
        if mode != ModeKeys.TRAIN:
            return found, []
        return found, [(resolve("optimizer", "Ftrl" if optimizer is None else optimizer, BASELINE_RATE), None)]

    return logits


class BaselineClassifier(Premade):
    """Predicts how frequent the classes are.

    Args:
      model_dir: directory of the model.
      n_classes: number of classes.
      weight_column: feature key, or numeric column, of the weights of examples.
      label_vocabulary: the labels, if they are text.
      optimizer: ``"Adagrad"``, ``"Adam"``, ``"Ftrl"``, ``"RMSProp"``, ``"SGD"``, an optimizer, or a function that
        returns one.
      config: `RunConfig`.
      loss_reduction: ``"sum_over_batch_size"`` or ``"sum"``.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import tempfile, kerax
      >>> classifier = kerax.estimators.BaselineClassifier(tempfile.mkdtemp(), n_classes=3)
    """

    def __init__(
        self,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Sequence[str] | None = None,
        optimizer: Any = "Ftrl",
        config: RunConfig | None = None,
        loss_reduction: str = "sum_over_batch_size",
    ) -> None:
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(_model(optimizer), head, model_dir, config)


class BaselineRegressor(Premade):
    """Predicts the mean of the labels.

    Args:
      model_dir: directory of the model.
      label_dimension: numbers in a label.
      weight_column, optimizer, config, loss_reduction: as for `BaselineClassifier`.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import tempfile, kerax
      >>> regressor = kerax.estimators.BaselineRegressor(tempfile.mkdtemp())
    """

    def __init__(
        self,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Ftrl",
        config: RunConfig | None = None,
        loss_reduction: str = "sum_over_batch_size",
    ) -> None:
        head = regressor_head(label_dimension, weight_column, loss_reduction)
        super().__init__(_model(optimizer), head, model_dir, config)


class BaselineEstimator(Premade):
    """One learnt number for each logit of any head.

    Args:
      head: the head.
      model_dir: directory of the model.
      optimizer, config: as for `BaselineClassifier`.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import tempfile, kerax
      >>> head = kerax.estimators.MultiLabelHead(3)
      >>> estimator = kerax.estimators.BaselineEstimator(head, tempfile.mkdtemp())
    """

    def __init__(
        self, head: Head, model_dir: Any = None, optimizer: Any = "Ftrl", config: RunConfig | None = None
    ) -> None:
        super().__init__(_model(optimizer), head, model_dir, config)
