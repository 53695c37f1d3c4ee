"""Heads: from logits to loss, predictions, metrics and the outputs of exported models."""

from kerax.estimators.heads.binary_class import BinaryClassHead
from kerax.estimators.heads.head import Head
from kerax.estimators.heads.multi_class import MultiClassHead
from kerax.estimators.heads.multi_head import MultiHead
from kerax.estimators.heads.multi_label import MultiLabelHead
from kerax.estimators.heads.regression import LogisticRegressionHead, PoissonRegressionHead, RegressionHead

__all__ = [
    "BinaryClassHead",
    "Head",
    "LogisticRegressionHead",
    "MultiClassHead",
    "MultiHead",
    "MultiLabelHead",
    "PoissonRegressionHead",
    "RegressionHead",
]
