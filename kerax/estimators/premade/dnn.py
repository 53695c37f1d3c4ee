"""Deep models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kerax import activations
from kerax.estimators.heads import Head
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.premade.columns import ModelColumns, dense_input, dnn_columns
from kerax.estimators.premade.dnn_model import check_hidden_units, dnn_logits
from kerax.estimators.premade.optimizers import check_optimizer, resolve
from kerax.estimators.premade.premade import Logits, Lowered, Premade, classifier_head, regressor_head
from kerax.estimators.run_config import RunConfig


def check_dropout(argument: str, dropout: Any) -> None:
    """Raises ValueError for a share outside of [0, 1)."""
    if dropout is not None and not 0 <= dropout < 1:
        raise ValueError(f"{argument} is from 0 to below 1, received {dropout!r}.")


def _model(
    where: str,
    hidden_units: Any,
    feature_columns: Any,
    optimizer: Any,
    activation_fn: Callable,
    dropout: float | None,
    batch_norm: bool,
) -> Logits:
    columns = dnn_columns(feature_columns, where)
    sizes = check_hidden_units(hidden_units, f"{where}(hidden_units=...)")
    check_dropout(f"{where}(dropout=...)", dropout)
    check_optimizer("optimizer", optimizer)
    activation = activations.get(activation_fn)

    def logits(features: Any, mode: str, units: int) -> tuple[Any, Lowered]:
        arrays = ModelColumns([], columns)(features)["dnn"]
        found = dnn_logits(dense_input(columns, arrays), sizes, units, mode, activation, dropout, batch_norm)
        if mode != ModeKeys.TRAIN:
            return found, []
        return found, [(resolve("optimizer", "Adagrad" if optimizer is None else optimizer, None), None)]

    return logits


class DNNClassifier(Premade):
    """A deep model for classes.

    Args:
      hidden_units: sizes of the hidden layers.
      feature_columns: dense columns: numeric, bucketized, indicator, embedding.
      model_dir: directory of the model.
      n_classes: number of classes.
      weight_column: feature key, or numeric column, of the weights of examples.
      label_vocabulary: the labels, if they are text.
      optimizer: ``"Adagrad"``, ``"Adam"``, ``"Ftrl"``, ``"RMSProp"``, ``"SGD"``, an optimizer, or a function that
        returns one.
      activation_fn: of the hidden layers.
      dropout: share of outputs of hidden layers that are set to zero in training.
      config: `RunConfig`.
      warm_start_from: as for `Estimator`.
      loss_reduction: ``"sum_over_batch_size"`` or ``"sum"``.
      batch_norm: whether to normalize outputs of hidden layers.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> kerax.estimators.logs.logger.setLevel("WARNING")
      >>> columns = [kerax.feature_column.numeric_column("x")]
      >>> classifier = kerax.estimators.DNNClassifier([8], columns, tempfile.mkdtemp(), optimizer="Adam")
      >>> data = ({"x": np.array([-1.0, 1.0])}, np.array([0, 1]))
      >>> _ = classifier.train(lambda: data, steps=3)
      >>> next(classifier.predict(lambda: data))["probabilities"].shape
      (2,)
    """

    def __init__(
        self,
        hidden_units: Sequence[int],
        feature_columns: Any,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Sequence[str] | None = None,
        optimizer: Any = "Adagrad",
        activation_fn: Any = "relu",
        dropout: float | None = None,
        config: RunConfig | None = None,
        warm_start_from: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        batch_norm: bool = False,
    ) -> None:
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        where = "DNNClassifier"
        model = _model(where, hidden_units, feature_columns, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model, head, model_dir, config, warm_start_from)


class DNNRegressor(Premade):
    """A deep model for numbers.

    Args:
      hidden_units: sizes of the hidden layers.
      feature_columns: dense columns.
      model_dir: directory of the model.
      label_dimension: numbers in a label.
      weight_column: feature key, or numeric column, of the weights of examples.
      optimizer, activation_fn, dropout, config, warm_start_from, loss_reduction, batch_norm: as for `DNNClassifier`.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import tempfile, kerax
      >>> columns = [kerax.feature_column.numeric_column("x")]
      >>> regressor = kerax.estimators.DNNRegressor([8, 4], columns, tempfile.mkdtemp(), dropout=0.1)
    """

    def __init__(
        self,
        hidden_units: Sequence[int],
        feature_columns: Any,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Adagrad",
        activation_fn: Any = "relu",
        dropout: float | None = None,
        config: RunConfig | None = None,
        warm_start_from: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        batch_norm: bool = False,
    ) -> None:
        head = regressor_head(label_dimension, weight_column, loss_reduction)
        where = "DNNRegressor"
        model = _model(where, hidden_units, feature_columns, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model, head, model_dir, config, warm_start_from)


class DNNEstimator(Premade):
    """A deep model under any head.

    Args:
      head: the head.
      hidden_units: sizes of the hidden layers.
      feature_columns: dense columns.
      model_dir: directory of the model.
      optimizer, activation_fn, dropout, config, warm_start_from, batch_norm: as for `DNNClassifier`.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import tempfile, kerax
      >>> columns = [kerax.feature_column.numeric_column("x")]
      >>> head = kerax.estimators.MultiLabelHead(3)
      >>> estimator = kerax.estimators.DNNEstimator(head, [8], columns, tempfile.mkdtemp())
    """

    def __init__(
        self,
        head: Head,
        hidden_units: Sequence[int],
        feature_columns: Any,
        model_dir: Any = None,
        optimizer: Any = "Adagrad",
        activation_fn: Any = "relu",
        dropout: float | None = None,
        config: RunConfig | None = None,
        warm_start_from: Any = None,
        batch_norm: bool = False,
    ) -> None:
        where = "DNNEstimator"
        model = _model(where, hidden_units, feature_columns, optimizer, activation_fn, dropout, batch_norm)
        super().__init__(model, head, model_dir, config, warm_start_from)
