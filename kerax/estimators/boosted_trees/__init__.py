"""Boosted trees: how they grow, are stored, and predict."""

from kerax.estimators.boosted_trees.ensemble import Split, Tree, TreeEnsemble
from kerax.estimators.boosted_trees.predict import leaves_of, logits_of, predict_logits

__all__ = ["Split", "Tree", "TreeEnsemble", "leaves_of", "logits_of", "predict_logits"]
