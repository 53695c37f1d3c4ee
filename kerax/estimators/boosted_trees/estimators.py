"""BoostedTreesClassifier, BoostedTreesRegressor, BoostedTreesEstimator."""

from __future__ import annotations

from typing import Any

from kerax.estimators.boosted_trees.base import TreesBase
from kerax.estimators.boosted_trees.head import TreesBinaryHead
from kerax.estimators.boosted_trees.settings import TreeSettings
from kerax.estimators.heads import MultiClassHead, RegressionHead

_SHARED = """
      feature_columns: numeric, bucketized and indicator columns, and bare categorical ones. The boundaries of numeric
        columns are found in the first ``n_batches_per_layer`` batches.
      n_batches_per_layer: how many batches a layer is grown from; so many make up the data.
      model_dir: of `Estimator`.{own}
      weight_column: name of the feature with the weights of examples, or a numeric column.{labels}
      n_trees: how many trees are grown.
      max_depth: layers of splits of a tree.
      learning_rate: what the weights of leaves are multiplied by.
      l1_regularization, l2_regularization: of the weights of leaves.
      tree_complexity: what a split has to gain, with pruning.
      min_node_weight: nodes with a smaller sum of hessians are not split.
      config: `RunConfig`.
      center_bias: whether the best constant is found first; explanations need it.
      pruning_mode: "none", "pre" or "post".
      quantile_sketch_epsilon: error of the boundaries of numeric columns; there are about ``1 / epsilon`` of them.
      train_in_memory: whether the first batch is all data; it is then read once.
      trainer: "layers" grows layer by layer, as TensorFlow does, in any number of batches. "ydf" has the package YDF
        (the extra ``trees``) grow whole trees from all data at once, faster on large tables; ``tree_complexity``,
        ``min_node_weight`` and ``pruning_mode`` have no counterpart there.
"""


def _documented(own: str, labels: str = "") -> Any:
    def fill(cls: type) -> type:
        assert cls.__doc__ is not None
        cls.__doc__ = cls.__doc__.replace("@shared", _SHARED.format(own=own, labels=labels).strip())
        return cls

    return fill


@_documented(
    "\n      n_classes: how many classes there are.", "\n      label_vocabulary: the classes, if labels are text."
)
class BoostedTreesClassifier(TreesBase):
    """A classifier of gradient boosted trees.

    Args:
      @shared

    Raises:
      ValueError: for numbers out of range, settings that contradict each other, columns that trees cannot use.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> kerax.estimators.logs.logger.setLevel("WARNING")
      >>> age = kerax.feature_column.numeric_column("age")
      >>> x = {"age": np.array([20.0, 30.0, 40.0, 50.0], "float32")}
      >>> estimator = kerax.estimators.BoostedTreesClassifier([age], 1, tempfile.mkdtemp(), n_trees=2, max_depth=1)
      >>> _ = estimator.train(lambda: (x, np.array([0, 0, 1, 1])))
      >>> float(estimator.evaluate(lambda: (x, np.array([0, 0, 1, 1])), steps=1)["accuracy"])
      1.0
    """

    def __init__(
        self,
        feature_columns: Any,
        n_batches_per_layer: int,
        model_dir: Any = None,
        n_classes: int = 2,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        n_trees: int = 100,
        max_depth: int = 6,
        learning_rate: float = 0.1,
        l1_regularization: float = 0.0,
        l2_regularization: float = 0.0,
        tree_complexity: float = 0.0,
        min_node_weight: float = 0.0,
        config: Any = None,
        center_bias: bool = False,
        pruning_mode: str = "none",
        quantile_sketch_epsilon: float = 0.01,
        train_in_memory: bool = False,
        trainer: str = "layers",
    ) -> None:
        settings = TreeSettings(
            n_batches_per_layer, n_trees, max_depth, learning_rate, l1_regularization, l2_regularization,
            tree_complexity, min_node_weight, center_bias, pruning_mode, quantile_sketch_epsilon, train_in_memory,
            trainer,
        )  # fmt: skip
        if n_classes == 2:
            head: Any = TreesBinaryHead(weight_column=weight_column, label_vocabulary=label_vocabulary)
        elif n_classes < 2:
            raise ValueError(f"BoostedTreesClassifier(n_classes=...) is at least 2, received {n_classes}.")
        else:
            head = MultiClassHead(n_classes, weight_column=weight_column, label_vocabulary=label_vocabulary)
        super().__init__(head, feature_columns, settings, model_dir, config, weight_column, int(n_classes))


@_documented("\n      label_dimension: numbers of a label.")
class BoostedTreesRegressor(TreesBase):
    """A regression by gradient boosted trees.

    Args:
      @shared

    Raises:
      ValueError: for numbers out of range, settings that contradict each other, columns that trees cannot use.

    Example:
      >>> import tempfile, numpy as np, kerax
      >>> kerax.estimators.logs.logger.setLevel("WARNING")
      >>> age = kerax.feature_column.numeric_column("age")
      >>> x = {"age": np.array([20.0, 30.0, 40.0, 50.0], "float32")}
      >>> estimator = kerax.estimators.BoostedTreesRegressor([age], 1, tempfile.mkdtemp(), n_trees=1, learning_rate=1.0)
      >>> _ = estimator.train(lambda: (x, np.array([1.0, 1.0, 3.0, 3.0], "float32")))
      >>> [one["predictions"].tolist() for one in estimator.predict(lambda: kerax.data.Dataset.from_tensors(x))]
      [[1.0], [1.0], [3.0], [3.0]]
    """

    def __init__(
        self,
        feature_columns: Any,
        n_batches_per_layer: int,
        model_dir: Any = None,
        label_dimension: int = 1,
        weight_column: Any = None,
        n_trees: int = 100,
        max_depth: int = 6,
        learning_rate: float = 0.1,
        l1_regularization: float = 0.0,
        l2_regularization: float = 0.0,
        tree_complexity: float = 0.0,
        min_node_weight: float = 0.0,
        config: Any = None,
        center_bias: bool = False,
        pruning_mode: str = "none",
        quantile_sketch_epsilon: float = 0.01,
        train_in_memory: bool = False,
        trainer: str = "layers",
    ) -> None:
        settings = TreeSettings(
            n_batches_per_layer, n_trees, max_depth, learning_rate, l1_regularization, l2_regularization,
            tree_complexity, min_node_weight, center_bias, pruning_mode, quantile_sketch_epsilon, train_in_memory,
            trainer,
        )  # fmt: skip
        if trainer == "ydf" and label_dimension != 1:
            raise ValueError(f"trainer='ydf' predicts one number, label_dimension is {label_dimension}.")
        head = RegressionHead(label_dimension, weight_column=weight_column)
        super().__init__(head, feature_columns, settings, model_dir, config, weight_column, 0)


class BoostedTreesEstimator(TreesBase):
    """Gradient boosted trees with any head.

    Args:
      feature_columns: numeric, bucketized and indicator columns, and bare categorical ones.
      n_batches_per_layer: how many batches a layer is grown from.
      head: from logits to loss, predictions and metrics.
      model_dir: of `Estimator`.
      weight_column: that of the head, for the boundaries of numeric columns.
      n_trees, max_depth, learning_rate, l1_regularization, l2_regularization, tree_complexity, min_node_weight: see
        `BoostedTreesClassifier`.
      config: `RunConfig`.
      center_bias, pruning_mode, quantile_sketch_epsilon: see `BoostedTreesClassifier`.

    Raises:
      ValueError: for numbers out of range, settings that contradict each other, columns that trees cannot use.

    Example:
      >>> import tempfile, kerax
      >>> head = kerax.estimators.PoissonRegressionHead()
      >>> age = kerax.feature_column.numeric_column("age")
      >>> estimator = kerax.estimators.BoostedTreesEstimator([age], 1, head, tempfile.mkdtemp())
    """

    def __init__(
        self,
        feature_columns: Any,
        n_batches_per_layer: int,
        head: Any,
        model_dir: Any = None,
        weight_column: Any = None,
        n_trees: int = 100,
        max_depth: int = 6,
        learning_rate: float = 0.1,
        l1_regularization: float = 0.0,
        l2_regularization: float = 0.0,
        tree_complexity: float = 0.0,
        min_node_weight: float = 0.0,
        config: Any = None,
        center_bias: bool = False,
        pruning_mode: str = "none",
        quantile_sketch_epsilon: float = 0.01,
    ) -> None:
        settings = TreeSettings(
            n_batches_per_layer, n_trees, max_depth, learning_rate, l1_regularization, l2_regularization,
            tree_complexity, min_node_weight, center_bias, pruning_mode, quantile_sketch_epsilon,
        )  # fmt: skip
        super().__init__(head, feature_columns, settings, model_dir, config, weight_column)
