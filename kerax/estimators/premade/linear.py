"""Linear models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp

from kerax.estimators.heads import Head
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.premade.columns import ModelColumns, linear_columns, linear_logits
from kerax.estimators.premade.linear_sdca import LinearSDCA, Part, take_step, unshrunk
from kerax.estimators.premade.optimizers import LINEAR_RATE, check_optimizer, linear_rate, resolve
from kerax.estimators.premade.premade import Logits, Premade, classifier_head, regressor_head
from kerax.estimators.run_config import RunConfig
from kerax.estimators.template import summarize
from kerax.feature_column.lookup import COMBINERS


def check_combiner(argument: str, combiner: str) -> None:
    """Raises ValueError for an unknown combiner."""
    if combiner not in COMBINERS:
        raise ValueError(f"{argument} is one of {', '.join(COMBINERS)}, received {combiner!r}.")


def summarize_linear(weights: list[Any], bias: Any) -> None:
    """Notes the weights of a linear model for the event file."""
    if bias.size == 1:
        summarize("scalar", "bias", bias[0])
    else:
        summarize("histogram", "bias", bias)
    zeros = sum(jnp.sum((one == 0).astype(jnp.float32)) for one in weights)
    summarize("scalar", "fraction_of_zero_weights", zeros / sum(one.size for one in weights))


def _model(where: str, feature_columns: Any, optimizer: Any, sparse_combiner: str) -> Logits:
    columns = linear_columns(feature_columns, where)
    check_combiner(f"{where}(sparse_combiner=...)", sparse_combiner)
    sdca = optimizer if isinstance(optimizer, LinearSDCA) else None
    if sdca is None:
        check_optimizer("optimizer", optimizer)
    elif sparse_combiner != "sum":
        raise ValueError(f"{where}: LinearSDCA needs sparse_combiner='sum', received {sparse_combiner!r}.")

    def logits(features: Any, mode: str, units: int) -> tuple[Any, Any]:
        arrays = ModelColumns(columns, [])(features)["linear"]
        parts: list[Part] = []
        found, weights, bias = linear_logits(columns, arrays, units, sparse_combiner, parts)
        if sdca is not None:
            unshrunk(parts)
        if mode != ModeKeys.TRAIN:
            return found, []
        summarize_linear(weights, bias)
        if sdca is not None:
            return found, lambda head, labels: take_step(sdca, parts, head, features, labels)
        if optimizer is None:
            return found, [(resolve("optimizer", "Ftrl", linear_rate(len(columns), LINEAR_RATE)), None)]
        return found, [(resolve("optimizer", optimizer, LINEAR_RATE), None)]

    logits.linear_columns = columns  # type: ignore[attr-defined]
    logits.sdca = sdca  # type: ignore[attr-defined]
    return logits


class LinearClassifier(Premade):
    """A linear model for classes.

    Args:
      feature_columns: numeric and categorical columns.
      model_dir: directory of the model.
      n_classes: number of classes.
      weight_column: feature key, or numeric column, of the weights of examples.
      label_vocabulary: the labels, if they are text.
      optimizer: ``"Adagrad"``, ``"Adam"``, ``"Ftrl"``, ``"RMSProp"``, ``"SGD"``, an optimizer, a function that
        returns one, or `experimental.LinearSDCA`.
      config: `RunConfig`.
      warm_start_from: as for `Estimator`.
      loss_reduction: ``"sum_over_batch_size"`` or ``"sum"``.
      sparse_combiner: how several ids of an example are combined: ``"sum"``, ``"mean"`` or ``"sqrtn"``.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> kerax.estimators.logs.logger.setLevel("WARNING")
      >>> columns = [kerax.feature_column.numeric_column("x")]
      >>> classifier = kerax.estimators.LinearClassifier(columns, tempfile.mkdtemp())
      >>> data = ({"x": np.array([-1.0, 1.0])}, np.array([0, 1]))
      >>> float(classifier.train(lambda: data, steps=20).evaluate(lambda: data, steps=1)["accuracy"])
      1.0
    """

    def __init__(
        self,
        feature_columns: Any,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Sequence[str] | None = None,
        optimizer: Any = "Ftrl",
        config: RunConfig | None = None,
        warm_start_from: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        sparse_combiner: str = "sum",
    ) -> None:
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        model = _model("LinearClassifier", feature_columns, optimizer, sparse_combiner)
        super().__init__(model, head, model_dir, config, warm_start_from)


class LinearRegressor(Premade):
    """A linear model for numbers.

    Args:
      feature_columns: numeric and categorical columns.
      model_dir: directory of the model.
      label_dimension: numbers in a label.
      weight_column: feature key, or numeric column, of the weights of examples.
      optimizer, config, warm_start_from, loss_reduction, sparse_combiner: as for `LinearClassifier`.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import tempfile, kerax
      >>> columns = [kerax.feature_column.numeric_column("x")]
      >>> regressor = kerax.estimators.LinearRegressor(columns, tempfile.mkdtemp(), optimizer="Adam")
    """

    def __init__(
        self,
        feature_columns: Any,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        optimizer: Any = "Ftrl",
        config: RunConfig | None = None,
        warm_start_from: Any = None,
        loss_reduction: str = "sum_over_batch_size",
        sparse_combiner: str = "sum",
    ) -> None:
        head = regressor_head(label_dimension, weight_column, loss_reduction)
        model = _model("LinearRegressor", feature_columns, optimizer, sparse_combiner)
        super().__init__(model, head, model_dir, config, warm_start_from)


class LinearEstimator(Premade):
    """A linear model under any head.

    Args:
      head: the head.
      feature_columns: numeric and categorical columns.
      model_dir: directory of the model.
      optimizer, config, sparse_combiner, warm_start_from: as for `LinearClassifier`.

    Raises:
      ValueError: for arguments out of range.

    Example:
      >>> import tempfile, kerax
      >>> columns = [kerax.feature_column.numeric_column("x")]
      >>> head = kerax.estimators.PoissonRegressionHead()
      >>> estimator = kerax.estimators.LinearEstimator(head, columns, tempfile.mkdtemp())
    """

    def __init__(
        self,
        head: Head,
        feature_columns: Any,
        model_dir: Any = None,
        optimizer: Any = "Ftrl",
        config: RunConfig | None = None,
        sparse_combiner: str = "sum",
        warm_start_from: Any = None,
    ) -> None:
        model = _model("LinearEstimator", feature_columns, optimizer, sparse_combiner)
        super().__init__(model, head, model_dir, config, warm_start_from)
