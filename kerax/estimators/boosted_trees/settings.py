"""TreeSettings: how boosted trees are grown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kerax.errors import unknown_name
from kerax.estimators.boosted_trees.splits import Regularization

PRUNING_MODES = ("none", "pre", "post")
TRAINERS = ("layers", "ydf")


@dataclass(frozen=True)
class TreeSettings:
    """The numbers that boosted trees are grown by; the arguments of the estimators, with their defaults.

    Raises:
      ValueError: for numbers out of range, and settings that contradict each other.

    Example:
      >>> from kerax.estimators.boosted_trees.settings import TreeSettings
      >>> TreeSettings(n_batches_per_layer=1).max_depth
      6
    """

    n_batches_per_layer: int
    n_trees: int = 100
    max_depth: int = 6
    learning_rate: float = 0.1
    l1_regularization: float = 0.0
    l2_regularization: float = 0.0
    tree_complexity: float = 0.0
    min_node_weight: float = 0.0
    center_bias: bool = False
    pruning_mode: str = "none"
    quantile_sketch_epsilon: float = 0.01
    train_in_memory: bool = False
    trainer: str = "layers"

    def __post_init__(self) -> None:
        for name in ("n_batches_per_layer", "n_trees", "max_depth"):
            value = getattr(self, name)
            whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
            _require(whole and value > 0, name, value, "a whole number of at least 1")
        for name in ("learning_rate", "quantile_sketch_epsilon"):
            value = getattr(self, name)
            _require(_is_number(value) and value > 0, name, value, "a number above 0")
        _require(self.quantile_sketch_epsilon < 1, "quantile_sketch_epsilon", self.quantile_sketch_epsilon, "below 1")
        for name in ("l1_regularization", "l2_regularization", "tree_complexity", "min_node_weight"):
            value = getattr(self, name)
            _require(_is_number(value) and value >= 0, name, value, "a number of at least 0")
        for name, allowed in (("pruning_mode", PRUNING_MODES), ("trainer", TRAINERS)):
            if getattr(self, name) not in allowed:
                raise unknown_name(name, getattr(self, name), allowed)
        if self.pruning_mode == "none" and self.tree_complexity > 0:
            raise ValueError(
                f"tree_complexity={self.tree_complexity} has an effect only when trees are pruned: "
                "set pruning_mode='pre' or 'post', or leave tree_complexity at 0."
            )
        if self.pruning_mode != "none" and self.tree_complexity == 0 and self.trainer == "layers":
            raise ValueError(
                f"pruning_mode={self.pruning_mode!r} cuts splits whose gain is below tree_complexity: "
                "set tree_complexity above 0."
            )
        if self.train_in_memory and self.n_batches_per_layer != 1:
            raise ValueError(
                "train_in_memory=True takes the whole data as one batch: n_batches_per_layer has to be 1, "
                f"received {self.n_batches_per_layer}."
            )

    def with_trees(self, n_trees: int) -> TreeSettings:
        """The same settings with another number of trees."""
        return replace(self, n_trees=n_trees)

    @property
    def regularization(self) -> Regularization:
        """What keeps trees small."""
        return Regularization(
            self.l1_regularization, self.l2_regularization, self.tree_complexity, self.min_node_weight
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _require(condition: bool, name: str, value: Any, expected: str) -> None:
    if not condition:
        raise ValueError(f"{name} is {expected}, received {value!r}.")
