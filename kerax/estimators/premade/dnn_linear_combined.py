"""Wide and deep models: a linear and a deep part whose logits add up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from kerax import activations
from kerax.estimators.heads import Head
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.premade.columns import ModelColumns, dense_input, dnn_columns, linear_columns, linear_logits
from kerax.estimators.premade.dnn import check_dropout
from kerax.estimators.premade.dnn_model import check_hidden_units, dnn_logits, summarize_layer
from kerax.estimators.premade.linear import check_combiner, summarize_linear
from kerax.estimators.premade.optimizers import (
    COMBINED_DNN_RATE,
    COMBINED_LINEAR_RATE,
    check_optimizer,
    linear_rate,
    resolve,
)
from kerax.estimators.premade.premade import Logits, Lowered, Premade, classifier_head, regressor_head
from kerax.estimators.run_config import RunConfig
from kerax.estimators.template import current_run


class _Settings(NamedTuple):
    linear_feature_columns: Any
    linear_optimizer: Any
    dnn_feature_columns: Any
    dnn_optimizer: Any
    dnn_hidden_units: Any
    dnn_activation_fn: Any
    dnn_dropout: float | None
    batch_norm: bool
    linear_sparse_combiner: str


def _model(where: str, given: _Settings) -> Logits:
    if not given.linear_feature_columns and not given.dnn_feature_columns:
        raise ValueError(f"{where} needs linear_feature_columns, dnn_feature_columns or both.")
    if given.dnn_feature_columns and not given.dnn_hidden_units:
        raise ValueError(f"{where} has dnn_feature_columns, so it needs dnn_hidden_units.")
    wide = linear_columns(given.linear_feature_columns, where) if given.linear_feature_columns else []
    deep = dnn_columns(given.dnn_feature_columns, where) if given.dnn_feature_columns else []
    sizes = check_hidden_units(given.dnn_hidden_units, f"{where}(dnn_hidden_units=...)") if deep else []
    check_dropout(f"{where}(dnn_dropout=...)", given.dnn_dropout)
    check_combiner(f"{where}(linear_sparse_combiner=...)", given.linear_sparse_combiner)
    check_optimizer("linear_optimizer", given.linear_optimizer)
    check_optimizer("dnn_optimizer", given.dnn_optimizer)
    activation = activations.get(given.dnn_activation_fn)

    def logits(features: Any, mode: str, units: int) -> tuple[Any, Lowered]:
        arrays, made = ModelColumns(wide, deep)(features), current_run().made
        parts: list[Any] = []
        optimizers: Lowered = []
        start = len(made)
        if deep:
            net = dense_input(deep, arrays["dnn"])
            parts.append(dnn_logits(net, sizes, units, mode, activation, given.dnn_dropout, given.batch_norm))
            if mode == ModeKeys.TRAIN:
                optimizer = "Adagrad" if given.dnn_optimizer is None else given.dnn_optimizer
                optimizers.append((resolve("dnn_optimizer", optimizer, COMBINED_DNN_RATE), _trained(made[start:])))
        start = len(made)
        if wide:
            found, weights, bias = linear_logits(wide, arrays["linear"], units, given.linear_sparse_combiner)
            parts.append(found)
            if mode == ModeKeys.TRAIN:
                summarize_linear(weights, bias)
                summarize_layer("linear", found)
                optimizer = "Ftrl" if given.linear_optimizer is None else given.linear_optimizer
                rate = linear_rate(len(wide), COMBINED_LINEAR_RATE)
                optimizers.append((resolve("linear_optimizer", optimizer, rate), _trained(made[start:])))
        return sum(parts[1:], parts[0]), optimizers

    logits.linear_columns = wide  # type: ignore[attr-defined]
    return logits


def _trained(variables: list[Any]) -> list[Any]:
    return [variable for variable in variables if variable.trainable]


class DNNLinearCombinedClassifier(Premade):
    """A wide and deep model for classes.

    Args:
      model_dir: directory of the model.
      linear_feature_columns: columns of the linear part.
      linear_optimizer: of the linear part.
      dnn_feature_columns: columns of the deep part.
      dnn_optimizer: of the deep part.
      dnn_hidden_units: sizes of the hidden layers.
      dnn_activation_fn: of the hidden layers.
      dnn_dropout: share of outputs of hidden layers that are set to zero in training.
      n_classes: number of classes.
      weight_column: feature key, or numeric column, of the weights of examples.
      label_vocabulary: the labels, if they are text.
      config: `RunConfig`.
      warm_start_from: as for `Estimator`.
      loss_reduction: ``"sum_over_batch_size"`` or ``"sum"``.
      batch_norm: whether to normalize outputs of hidden layers.
      linear_sparse_combiner: how several ids of an example are combined: ``"sum"``, ``"mean"`` or ``"sqrtn"``.

    Raises:
      ValueError: for arguments out of range; without columns; for deep columns without hidden units.

    Reference: Cheng et al., "Wide & Deep Learning for Recommender Systems", 2016.

    Example:
      >>> import tempfile, kerax
      >>> fc = kerax.feature_column
      >>> job = fc.categorical_column_with_hash_bucket("job", 100)
      >>> model = kerax.estimators.DNNLinearCombinedClassifier(
      ...     tempfile.mkdtemp(), linear_feature_columns=[job], dnn_feature_columns=[fc.embedding_column(job, 4)],
      ...     dnn_hidden_units=[8])
    """

    def __init__(
        self,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Sequence[int] | None = None,
        dnn_activation_fn: Any = "relu",
        dnn_dropout: float | None = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Sequence[str] | None = None,
        config: RunConfig | None = None,
        warm_start_from: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
    ) -> None:
        given = _Settings(
            linear_feature_columns, linear_optimizer, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
            dnn_activation_fn, dnn_dropout, batch_norm, linear_sparse_combiner,
        )  # fmt: skip
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        model = _model("DNNLinearCombinedClassifier", given)
        super().__init__(model, head, model_dir, config, warm_start_from)


class DNNLinearCombinedRegressor(Premade):
    """A wide and deep model for numbers.

    Args:
      model_dir, linear_feature_columns, linear_optimizer, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
        dnn_activation_fn, dnn_dropout: as for `DNNLinearCombinedClassifier`.
      label_dimension: numbers in a label.
      weight_column, config, warm_start_from, loss_reduction, batch_norm, linear_sparse_combiner: as for
        `DNNLinearCombinedClassifier`.

    Raises:
      ValueError: for arguments out of range; without columns; for deep columns without hidden units.

    Example:
      >>> import tempfile, kerax
      >>> columns = [kerax.feature_column.numeric_column("x")]
      >>> model = kerax.estimators.DNNLinearCombinedRegressor(
      ...     tempfile.mkdtemp(), linear_feature_columns=columns, dnn_feature_columns=columns, dnn_hidden_units=[4])
    """

    def __init__(
        self,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Sequence[int] | None = None,
        dnn_activation_fn: Any = "relu",
        dnn_dropout: float | None = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        config: RunConfig | None = None,
        warm_start_from: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
    ) -> None:
        given = _Settings(
            linear_feature_columns, linear_optimizer, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
            dnn_activation_fn, dnn_dropout, batch_norm, linear_sparse_combiner,
        )  # fmt: skip
        head = regressor_head(label_dimension, weight_column, loss_reduction)
        model = _model("DNNLinearCombinedRegressor", given)
        super().__init__(model, head, model_dir, config, warm_start_from)


class DNNLinearCombinedEstimator(Premade):
    """A wide and deep model under any head.

    Args:
      head: the head.
      model_dir, linear_feature_columns, linear_optimizer, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
        dnn_activation_fn, dnn_dropout, config, batch_norm, linear_sparse_combiner: as for
        `DNNLinearCombinedClassifier`.

    Raises:
      ValueError: for arguments out of range; without columns; for deep columns without hidden units.

    Example:
      >>> import tempfile, kerax
      >>> columns = [kerax.feature_column.numeric_column("x")]
      >>> head = kerax.estimators.RegressionHead()
      >>> model = kerax.estimators.DNNLinearCombinedEstimator(
      ...     head, tempfile.mkdtemp(), linear_feature_columns=columns)
    """

    def __init__(
        self,
        head: Head,
        model_dir: Any = None,
        linear_feature_columns: Any = None,
        linear_optimizer: Any = "Ftrl",
        dnn_feature_columns: Any = None,
        dnn_optimizer: Any = "Adagrad",
        dnn_hidden_units: Sequence[int] | None = None,
        dnn_activation_fn: Any = "relu",
        dnn_dropout: float | None = None,
        config: RunConfig | None = None,
        batch_norm: bool = False,
        linear_sparse_combiner: str = "sum",
    ) -> None:
        given = _Settings(
            linear_feature_columns, linear_optimizer, dnn_feature_columns, dnn_optimizer, dnn_hidden_units,
            dnn_activation_fn, dnn_dropout, batch_norm, linear_sparse_combiner,
        )  # fmt: skip
        super().__init__(_model("DNNLinearCombinedEstimator", given), head, model_dir, config)
