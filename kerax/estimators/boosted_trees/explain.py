"""What an ensemble looks at: importances of columns, and what each column adds to a prediction."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from kerax.estimators.boosted_trees.ensemble import EQUALS, LEAF, TreeEnsemble


def feature_importances(ensemble: TreeEnsemble, names: Sequence[str], normalize: bool = False) -> OrderedDict:
    """The gains of all splits, summed by column: name -> gain, falling.

    Args:
      ensemble: the trees.
      names: of the column of each feature.
      normalize: whether the gains are divided by their sum.

    Example:
      >>> from kerax.estimators.boosted_trees import TreeEnsemble
      >>> from kerax.estimators.boosted_trees.explain import feature_importances
      >>> dict(feature_importances(TreeEnsemble(1), ["age"]))
      {'age': 0.0}
    """
    gains = dict.fromkeys(names, 0.0)
    for tree in ensemble.trees:
        for node, kind in enumerate(tree.kind):
            if kind != LEAF:
                gains[names[tree.feature[node]]] += tree.gain[node] * tree.weight
    total = sum(gains.values())
    if normalize and total:
        gains = {name: gain / total for name, gain in gains.items()}
    return OrderedDict(sorted(gains.items(), key=lambda item: -item[1]))


def contributions(
    ensemble: TreeEnsemble, buckets: np.ndarray, names: Sequence[str], link: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """What each column adds to each prediction: the change of the prediction at every split on the examples' paths.

    Source: Palczewska et al., 2013, "Interpreting random forest models using a feature contribution method".

    Args:
      ensemble: trees of one output; the root of the first one holds the bias.
      buckets: ``int [batch, features]``.
      names: of the column of each feature.
      link: from logits to predictions.

    Returns:
      The prediction before the first split, ``float64 [batch]``, and column name -> contributions ``[batch]``; their
      sum is the prediction.
    """
    batch = len(buckets)
    added = {name: np.zeros(batch) for name in dict.fromkeys(names)}
    rows = np.arange(batch)
    logit = np.zeros(batch, np.float32)
    bias = np.full(batch, float(link(logit[:1])[0]) if batch else 0.0)
    for number, tree in enumerate(ensemble.trees):
        value = np.stack(tree.value)[:, 0] * np.float32(tree.weight)
        if number == 0:
            bias = np.full(batch, float(link(value[:1])[0]))
        before = logit
        node = np.zeros(batch, np.int64)
        current = before + value[0]
        kind, feature = np.asarray(tree.kind), np.asarray(tree.feature)
        threshold, left, right = (np.asarray(getattr(tree, name)) for name in ("threshold", "left", "right"))
        while (inner := rows[kind[node] != LEAF]).size:
            at = node[inner]
            seen = buckets[inner, feature[at]]
            fits = np.where(kind[at] == EQUALS, seen == threshold[at], seen <= threshold[at])
            node[inner] = np.where(fits, left[at], right[at])
            after = before[inner] + value[node[inner]]
            change = np.asarray(link(after), np.float64) - np.asarray(link(current[inner]), np.float64)
            for name in {names[f] for f in np.unique(feature[at])}:
                mine = np.array([names[f] == name for f in feature[at]])
                added[name][inner[mine]] += change[mine]
            current[inner] = after
        logit = before + value[node]
    return bias, added
