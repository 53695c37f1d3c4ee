"""Names of the metrics, and looking them up."""

from __future__ import annotations

from typing import Any

from kerax.losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from kerax.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from kerax.metrics.at_value import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from kerax.metrics.auc import AUC
from kerax.metrics.correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    concordance_correlation,
    pearson_correlation,
)
from kerax.metrics.counts import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from kerax.metrics.f_score import F1Score, FBetaScore
from kerax.metrics.hinges import CategoricalHinge, Hinge, SquaredHinge
from kerax.metrics.iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from kerax.metrics.metric import Metric
from kerax.metrics.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from kerax.metrics.r2 import R2Score
from kerax.metrics.reduction import Mean, MeanMetricWrapper, Sum
from kerax.metrics.regression import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanRelativeError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    RootMeanSquaredError,
)
from kerax.metrics.tensor import MeanTensor
from kerax.registry import Family

_CLASSES = (
    Metric, Mean, Sum, MeanMetricWrapper, MeanTensor, MeanSquaredError, RootMeanSquaredError, MeanAbsoluteError,
    MeanAbsolutePercentageError, MeanSquaredLogarithmicError, MeanRelativeError, CosineSimilarity, LogCoshError,
    R2Score, AUC, FalseNegatives, FalsePositives, Precision, PrecisionAtRecall, Recall, RecallAtPrecision,
    SensitivityAtSpecificity, SpecificityAtSensitivity, TrueNegatives, TruePositives, PearsonCorrelation,
    ConcordanceCorrelation, Hinge, SquaredHinge, CategoricalHinge, KLDivergence, Poisson, BinaryCrossentropy,
    CategoricalCrossentropy, SparseCategoricalCrossentropy, Accuracy, BinaryAccuracy, CategoricalAccuracy,
    SparseCategoricalAccuracy, TopKCategoricalAccuracy, SparseTopKCategoricalAccuracy, F1Score, FBetaScore, IoU,
    BinaryIoU, MeanIoU, OneHotIoU, OneHotMeanIoU,
)  # fmt: skip
_FUNCTIONS = (
    binary_accuracy, categorical_accuracy, sparse_categorical_accuracy, top_k_categorical_accuracy,
    sparse_top_k_categorical_accuracy, pearson_correlation, concordance_correlation, binary_crossentropy,
    binary_focal_crossentropy, categorical_crossentropy, categorical_focal_crossentropy, categorical_hinge, hinge,
    huber, kl_divergence, log_cosh, mean_absolute_error, mean_absolute_percentage_error, mean_squared_error,
    mean_squared_logarithmic_error, poisson, sparse_categorical_crossentropy, squared_hinge,
)  # fmt: skip
FUNCTIONS = {function.__name__: function for function in _FUNCTIONS}
_SHORT_NAMES = {
    "bce": "BinaryCrossentropy",
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "kld": "KLDivergence",
}
_IN_SNAKE_CASE = {  # names of classes whose own snake case is another word
    "logcosh": "LogCoshError",
    "log_cosh": "LogCoshError",
    "kullback_leibler_divergence": "KLDivergence",
    "rmse": "RootMeanSquaredError",
    "auc": "AUC",
}


class _Metrics(Family):
    """Metric names: where a class and a function share a snake-case name the class is meant, as in Keras 3."""

    def __init__(self, **options: Any):
        super().__init__("metric", "keras.metrics", **options)
        for name, function in FUNCTIONS.items():
            self._table.setdefault(name, function)
            self._function_names.setdefault(function, name)
            self.functions.setdefault(name, function)


FAMILY = _Metrics(
    classes={cls.__name__: cls for cls in _CLASSES},
    aliases={
        **_SHORT_NAMES,
        **{short.upper(): name for short, name in _SHORT_NAMES.items()},
        **_IN_SNAKE_CASE,
    },
)


def get(identifier: Any) -> Any:
    """Returns the metric an identifier stands for.

    Args:
      identifier: name of a class (``"MeanSquaredError"``, ``"mean_squared_error"``, ``"mse"``) or function,
        configuration, class,
        instance, callable ``(y_true, y_pred) -> values``, or None.

    Raises:
      ValueError: for an unknown name.
      TypeError: for anything else.

    Example:
      >>> import kerax
      >>> kerax.metrics.get("mse").name
      'mean_squared_error'
    """
    return FAMILY.get(identifier)


def serialize(metric: Any, use_legacy_format: bool = False) -> Any:
    """Returns the configuration of a metric.

    Args:
      metric: the metric.
      use_legacy_format: whether to leave out what Keras 3 adds to the class name and its arguments.

    Example:
      >>> import kerax
      >>> kerax.metrics.serialize(kerax.metrics.Mean())["class_name"]
      'Mean'
    """
    return FAMILY.serialize(metric, use_legacy_format)


def deserialize(config: Any, custom_objects: dict[str, Any] | None = None, use_legacy_format: bool = False) -> Any:
    """Returns the metric a configuration describes.

    Args:
      config: what ``serialize`` returned, in Keras 2 or Keras 3 form, or a name.
      custom_objects: the user's own classes and functions by name.
      use_legacy_format: accepted as in tf.keras; either form is recognized.

    Raises:
      ValueError: for an unknown class.

    Example:
      >>> import kerax
      >>> kerax.metrics.deserialize({"class_name": "Sum", "config": {"name": "total"}}).name
      'total'
    """
    return FAMILY.deserialize(config, custom_objects)
