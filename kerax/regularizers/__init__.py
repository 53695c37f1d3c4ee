"""Penalties on weights and outputs, added to the loss.

The lower-case names are the classes themselves.
"""

from kerax.regularizers._family import deserialize, get, serialize
from kerax.regularizers.norms import L1, L1L2, L2
from kerax.regularizers.orthogonal import OrthogonalRegularizer
from kerax.regularizers.regularizer import Regularizer

l1 = L1
l2 = L2
l1_l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]
