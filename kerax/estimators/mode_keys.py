"""ModeKeys: what an Estimator asks its model function for."""

from __future__ import annotations


class ModeKeys:
    """Names of the three modes.

    Example:
      >>> import kerax
      >>> kerax.estimators.ModeKeys.PREDICT
      'infer'
    """

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "infer"
    ALL = (TRAIN, EVAL, PREDICT)
