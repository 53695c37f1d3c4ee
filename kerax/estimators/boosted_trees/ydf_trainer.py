"""Trees grown by YDF (Yggdrasil Decision Forests), turned into a `TreeEnsemble`."""

from __future__ import annotations

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
    finite = bool(np.isfinite(batch.values).all())
    for number, feature in enumerate(features):
        if feature.position is not None:
            values = batch.values[:, feature.position]
            columns[f"f{number}"] = (
                values if finite else np.nan_to_num(values, nan=_LARGEST, posinf=_LARGEST, neginf=-_LARGEST)
            )
        elif feature.categorical:
            for value in range(feature.size or 0):
                columns[f"f{number}_{value}"] = (batch.buckets[:, number] == value).astype(np.float32)
        else:
            columns[f"f{number}"] = batch.buckets[:, number].astype(np.float32)
    return columns


class _Nodes(NamedTuple):
    """A tree of YDF's as lists over its nodes; the children of a node, if it has any, stand side by side.

    Attributes:
      value: of the logit.
      column: which column a node looks at, -1 for a leaf.
      threshold: numbers of at least this much go to the positive child.
      gain: of the split.
      low: where the negative child stands; the positive one follows.
    """

    value: list[float]
    column: list[int]
    threshold: list[float]
    gain: list[float]
    low: list[int]


class _Conversion:
    """A YDF model as a `TreeEnsemble`; gains are divided by ``scale``.

    YDF makes Python objects of all nodes; they are read and let go tree by tree, before the collector looks at them.
    """

    def __init__(self, model: Any, features: TreeFeatures, outputs: int, scale: float) -> None:
        self.model, self.features, self.outputs, self.scale = model, list(features), outputs, scale
        columns = list(model.data_spec().columns)
        self.bins = [list(column.discretized_numerical.boundaries) for column in columns]
        # The number of a column's feature, and which value of a categorical one it stands for.
        self.places = [_place(column.name) for column in columns]
        self.trees = [self._read(model.get_tree(number).root) for number in range(model.num_trees())]
        thresholds: list[set] = [set() for _ in range(features.num_numeric)]
        for tree in self.trees:
            for column, threshold in zip(tree.column, tree.threshold):
                feature = self.features[self.places[column][0]] if column >= 0 else None
                if feature is not None and feature.position is not None:
                    thresholds[feature.position].add(threshold)
        self.edges = [np.array(sorted(found), np.float32) for found in thresholds]
        self.orders = [{edge: place for place, edge in enumerate(sorted(found))} for found in thresholds]

    def _read(self, root: Any) -> _Nodes:
        nodes = [root]
        found = _Nodes([], [], [], [], [])
        for node in nodes:  # grows as it is read
            found.value.append(node.value.value)
            if node.is_leaf:
                column, threshold, gain, low = -1, 0.0, 0.0, 0
            else:
                condition = node.condition
                column, gain, low = condition.attribute, condition.score / self.scale, len(nodes)
                index = getattr(condition, "threshold_idx", None)  # of numbers that were put into bins
                threshold = condition.threshold if index is None else self.bins[column][index - 1]
                nodes += (node.neg_child, node.pos_child)
            for listed, entry in zip(found[1:], (column, float(np.float32(threshold)), gain, low), strict=True):
                listed.append(entry)
        return found

    def run(self, settings: TreeSettings) -> tuple[TreeEnsemble, list[np.ndarray]]:
        ensemble = TreeEnsemble(self.outputs)
        rounds = max(1, len(self.trees) // settings.n_trees)  # trees of one round: one for each class
        for number, tree in enumerate(self.trees):
            made = ensemble.add_tree()
            self._convert(made, tree, number % rounds)
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

    def _convert(self, tree: Tree, nodes: _Nodes, output: int) -> None:
        """Fills a tree of one leaf."""
        lists = [getattr(tree, name) for name in ("kind", "feature", "threshold", "left", "right", "gain")]
        for listed in lists:
            listed += [0] * (len(nodes.value) - 1)
        for number, (column, threshold, gain, low) in enumerate(zip(*nodes[1:], strict=True)):
            if column < 0:
                continue
            place, value = self.places[column]
            feature, kind, left, right = self.features[place], BUCKET, low, low + 1
            if feature.categorical:  # the positive child is the one that has the value
                kind, bucket, left, right = EQUALS, value, low + 1, low
            elif feature.position is not None:
                bucket = self.orders[feature.position][threshold]
            else:
                bucket = int(np.ceil(threshold)) - 1
            for listed, entry in zip(lists, (kind, place, bucket, left, right, gain), strict=True):
                listed[number] = entry
        found = np.zeros((len(nodes.value), self.outputs), np.float32)
        found[:, output] = nodes.value
        tree.value = list(found)


def _place(name: str) -> tuple[int, int]:
    if not name.startswith("f"):
        return -1, 0  # label and weight
    number, _, value = name[1:].partition("_")
    return int(number), int(value or 0)
