"""Premade estimators: linear, deep, wide and deep, baseline."""

from kerax.estimators.premade.baseline import BaselineClassifier, BaselineEstimator, BaselineRegressor
from kerax.estimators.premade.dnn import DNNClassifier, DNNEstimator, DNNRegressor
from kerax.estimators.premade.dnn_linear_combined import (
    DNNLinearCombinedClassifier,
    DNNLinearCombinedEstimator,
    DNNLinearCombinedRegressor,
)
from kerax.estimators.premade.linear import LinearClassifier, LinearEstimator, LinearRegressor

__all__ = [
    "BaselineClassifier",
    "BaselineEstimator",
    "BaselineRegressor",
    "DNNClassifier",
    "DNNEstimator",
    "DNNLinearCombinedClassifier",
    "DNNLinearCombinedEstimator",
    "DNNLinearCombinedRegressor",
    "DNNRegressor",
    "LinearClassifier",
    "LinearEstimator",
    "LinearRegressor",
]
