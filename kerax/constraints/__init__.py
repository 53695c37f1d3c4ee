"""Projections applied to weights after each optimizer step.

The lower-case names are the classes themselves.
"""

from kerax.constraints._family import deserialize, get, serialize
from kerax.constraints.constraint import Constraint
from kerax.constraints.norms import MaxNorm, MinMaxNorm, NonNeg, UnitNorm
from kerax.constraints.radial import RadialConstraint

max_norm = maxnorm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = nonneg = NonNeg
radial_constraint = RadialConstraint
unit_norm = unitnorm = UnitNorm

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "RadialConstraint",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "maxnorm",
    "min_max_norm",
    "non_neg",
    "nonneg",
    "radial_constraint",
    "serialize",
    "unit_norm",
    "unitnorm",
]
