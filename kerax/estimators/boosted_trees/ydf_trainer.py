"""Trees grown by YDF (Yggdrasil Decision Forests), turned into a `TreeEnsemble`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from kerax.estimators.boosted_trees.ensemble import BUCKET, EQUALS, Tree, TreeEnsemble
from kerax.estimators.boosted_trees.features import TreeBatch, TreeFeatures
from kerax.estimators.boosted_trees.settings import TreeSettings

_LABEL, _WEIGHT = "label", "weight"
_SEED = 123456  # YDF's own
_SURE = 1e-7  # probabilities nearer to 0 or 1 count as this
_LARGEST = float(np.finfo(np.float32).max)


class Trained(NamedTuple):
    """What YDF has grown.

    Attributes:
      ensemble: the trees.
      boundaries: of the numeric features.
      logits: ``float32 [rows, outputs]``.
    """

    ensemble: TreeEnsemble
    boundaries: list[np.ndarray]
    logits: np.ndarray


def check_mapped(settings: TreeSettings) -> None:
    """Raises for settings that YDF has no counterpart of.

    Raises:
      ValueError: naming the settings.

    Example:
      >>> from kerax.estimators.boosted_trees.settings import TreeSettings
      >>> from kerax.estimators.boosted_trees.ydf_trainer import check_mapped
      >>> check_mapped(TreeSettings(1, trainer="ydf"))
    """
    wrong = [
        f"{name}={getattr(settings, name)!r}"
        for name, default in (("tree_complexity", 0), ("min_node_weight", 0), ("pruning_mode", "none"))
        if getattr(settings, name) != default
    ]
    if wrong:
        raise ValueError(
            f"YDF has no counterpart of {', '.join(wrong)}. Leave them at their defaults, or use trainer='layers', "
            "which grows trees as TensorFlow does."
        )


def train(
    features: TreeFeatures,
    settings: TreeSettings,
    batch: TreeBatch,
    labels: np.ndarray,
    weights: np.ndarray | None,
    outputs: int,
    seed: int | None = None,
    rows: int = 0,
) -> Trained:
    """Grows an ensemble from the whole data.

    Whole trees are grown one after the other. Numbers are cut into ``1 / quantile_sketch_epsilon`` bins.

    Args:
      features: what trees look at.
      settings: how they grow.
      batch: the features of all examples.
      labels: ``[batch]``: class ids for classification, floats for regression.
      weights: ``float32 [batch]`` or None.
      outputs: number of logits, 0 for a regression.
      seed: of YDF's random choices.
      rows: for how many of the examples the logits are wanted.

    Returns:
      The ensemble, the boundaries of the numeric features, and the logits of the first ``rows`` examples.

    Raises:
      ImportError: without the package ``ydf``.
      ValueError: for settings that YDF has no counterpart of.
    """
    check_mapped(settings)
    try:
        import ydf
    except ImportError:
        raise ImportError(
            "trainer='ydf' needs the package ydf: pip install ydf (or the extra `trees`). trainer='layers' needs none."
        ) from None
    columns = _columns(features, batch)
    data: dict[str, Any] = {**columns, _LABEL: labels}
    if weights is not None:
        data[_WEIGHT] = weights
    # TensorFlow's loss is a mean and YDF's a sum; for a squared error YDF also leaves out the factor 2.
    scale = len(labels) if outputs else len(labels) / 2
    learner = ydf.GradientBoostedTreesLearner(
        label=_LABEL,
        weights=_WEIGHT if weights is not None else None,
        task=ydf.Task.CLASSIFICATION if outputs else ydf.Task.REGRESSION,
        label_classes=[str(number) for number in range(max(outputs, 2))] if outputs else None,
        features=list(columns),  # all are float32; a semantics given by hand would keep numbers out of bins
        num_trees=settings.n_trees,
        max_depth=settings.max_depth + 1,  # YDF counts layers of nodes, TensorFlow layers of splits
        shrinkage=settings.learning_rate,
        l1_regularization=settings.l1_regularization * scale,
        l2_regularization=settings.l2_regularization * scale,
        min_examples=1,
        use_hessian_gain=True,
        validation_ratio=0.0,
        early_stopping="NONE",
        discretize_numerical_columns=True,
        num_discretized_numerical_bins=max(2, int(1 / settings.quantile_sketch_epsilon + 1e-6)),
        random_seed=_SEED if seed is None else seed,
    )
    model = learner.train(data, verbose=0)
    ensemble, boundaries = _Conversion(model, features, max(outputs, 1), scale).run(settings)
    predictions = model.predict({name: column[: max(rows, 1)] for name, column in columns.items()})
    return Trained(ensemble, boundaries, _logits(predictions[:rows], outputs))


def _logits(predictions: np.ndarray, outputs: int) -> np.ndarray:
    """Logits ``[batch, outputs]`` from probabilities, or numbers as they are."""
    if not outputs:
        return predictions.astype(np.float32)[:, None]
    likely = np.clip(predictions.astype(np.float64), _SURE, 1 - _SURE)
    logits = np.log(likely) if outputs > 1 else (np.log(likely) - np.log1p(-likely))[:, None]
    return logits.astype(np.float32)


def _columns(features: TreeFeatures, batch: TreeBatch) -> dict[str, np.ndarray]:
    """What YDF is given: numbers, buckets, and for each value of a categorical feature whether it is there."""
    columns = {}
    for number, feature in enumerate(features):
        if feature.position is not None:
            values = batch.values[:, feature.position]
            columns[f"f{number}"] = np.nan_to_num(values, nan=_LARGEST, posinf=_LARGEST, neginf=-_LARGEST)
        elif feature.categorical:
            for value in range(feature.size or 0):
                columns[f"f{number}_{value}"] = (batch.buckets[:, number] == value).astype(np.float32)
        else:
            columns[f"f{number}"] = batch.buckets[:, number].astype(np.float32)
    return columns


class _Conversion:
    """A YDF model as a `TreeEnsemble`; gains are divided by ``scale``."""

    def __init__(self, model: Any, features: TreeFeatures, outputs: int, scale: float) -> None:
        self.model, self.features, self.outputs, self.scale = model, list(features), outputs, scale
        self.columns = list(model.data_spec().columns)
        self.trees = model.get_all_trees()
        thresholds: list[set] = [set() for _ in range(features.num_numeric)]
        for tree in self.trees:
            for node in _inner_nodes(tree.root):
                feature, _ = self._feature(node)
                if feature.position is not None:
                    thresholds[feature.position].add(self._threshold(node))
        self.edges = [np.array(sorted(found), np.float32) for found in thresholds]

    def _feature(self, node: Any) -> tuple[Any, tuple[int, int]]:
        """The feature that a node looks at; its number, and the value of a categorical one."""
        number, _, value = self.columns[node.condition.attribute].name[1:].partition("_")
        return self.features[int(number)], (int(number), int(value or 0))

    def _threshold(self, node: Any) -> np.float32:
        """Numbers of at least this much go to the positive child."""
        condition = node.condition
        if hasattr(condition, "threshold_idx"):  # numbers that were put into bins
            edges = self.columns[condition.attribute].discretized_numerical.boundaries
            return np.float32(edges[condition.threshold_idx - 1])
        return np.float32(condition.threshold)

    def run(self, settings: TreeSettings) -> tuple[TreeEnsemble, list[np.ndarray]]:
        ensemble = TreeEnsemble(self.outputs)
        rounds = max(1, len(self.trees) // settings.n_trees)  # trees of one round: one for each class
        for number, tree in enumerate(self.trees):
            made = ensemble.add_tree()
            self._convert(made, tree.root, number % rounds)
            made.layers, made.finalized = settings.max_depth, True
        # The bias belongs to the first tree, as in TensorFlow's ensembles.
        bias = np.asarray(self.model.initial_predictions(), np.float32)
        first = ensemble.trees[0]
        first.value = [value + bias for value in first.value]
        ensemble.trees_attempted = len(self.trees)
        ensemble.layers_attempted = len(self.trees) * settings.max_depth
        ensemble.add_tree()
        # YDF asks "value >= threshold"; a bucket holds what is not above its boundary.
        below = [np.nextafter(edges, np.float32(-np.inf)) for edges in self.edges]
        return ensemble, [np.append(edges, np.float32(np.inf)) for edges in below]

    def _convert(self, tree: Tree, root: Any, output: int) -> None:
        """Fills a tree of one leaf; nodes are numbered as they are met."""
        values, stack, count = [0.0], [(0, root)], 1
        lists = {name: getattr(tree, name) for name in ("kind", "feature", "threshold", "left", "right", "gain")}
        while stack:
            number, node = stack.pop()
            values[number] = node.value.value
            if node.is_leaf:
                continue
            feature, (place, value) = self._feature(node)
            low, high, count = count, count + 1, count + 2
            values += (0.0, 0.0)
            for listed in lists.values():
                listed += (0, 0)
            # The positive child is the one that the condition holds for.
            kind, sides = BUCKET, [(low, node.neg_child), (high, node.pos_child)]
            if feature.categorical:
                kind, threshold, sides = EQUALS, value, [(low, node.pos_child), (high, node.neg_child)]
            elif feature.position is not None:
                threshold = int(np.searchsorted(self.edges[feature.position], self._threshold(node)))
            else:
                threshold = int(np.ceil(self._threshold(node))) - 1
            gain = float(node.condition.score) / self.scale
            for listed, entry in zip(lists.values(), (kind, place, threshold, low, high, gain), strict=True):
                listed[number] = entry
            stack += sides
        found = np.zeros((count, self.outputs), np.float32)
        found[:, output] = values
        tree.value = list(found)


def _inner_nodes(root: Any) -> Iterator[Any]:
    stack = [root]
    while stack:
        node = stack.pop()
        if not node.is_leaf:
            yield node
            stack += [node.pos_child, node.neg_child]
