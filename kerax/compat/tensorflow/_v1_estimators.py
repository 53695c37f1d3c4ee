"""``tf.compat.v1.estimator``: the Estimators whose loss is the sum over a batch there, and its mean in ``tf``."""

from __future__ import annotations

from typing import Any

from kerax import estimators
from kerax.compat.tensorflow._hooks import install_estimators

install_estimators()
_REDUCTIONS = {"weighted_sum": "sum", "weighted_sum_over_batch_size": "sum_over_batch_size"}


def _summing(plain: Any) -> Any:
    """The class with version 1's default, which takes version 1's names of reductions as well."""

    class Summing(plain):
        def __init__(self, *args: Any, loss_reduction: str = "weighted_sum", **kwargs: Any):
            super().__init__(*args, loss_reduction=_REDUCTIONS.get(loss_reduction, loss_reduction), **kwargs)

    Summing.__name__ = Summing.__qualname__ = plain.__name__
    Summing.__doc__ = plain.__doc__
    return Summing


BaselineClassifier = _summing(estimators.BaselineClassifier)
BaselineRegressor = _summing(estimators.BaselineRegressor)
DNNClassifier = _summing(estimators.DNNClassifier)
DNNLinearCombinedClassifier = _summing(estimators.DNNLinearCombinedClassifier)
DNNLinearCombinedRegressor = _summing(estimators.DNNLinearCombinedRegressor)
DNNRegressor = _summing(estimators.DNNRegressor)
LinearClassifier = _summing(estimators.LinearClassifier)
LinearRegressor = _summing(estimators.LinearRegressor)
