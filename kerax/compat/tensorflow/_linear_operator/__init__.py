"""``tf.linalg.LinearOperator`` and its subclasses: matrices by what they do; algorithms use their structure."""

from kerax.compat.tensorflow._linear_operator.adjoint import LinearOperatorAdjoint
from kerax.compat.tensorflow._linear_operator.block_diag import LinearOperatorBlockDiag
from kerax.compat.tensorflow._linear_operator.block_lower_triangular import LinearOperatorBlockLowerTriangular
from kerax.compat.tensorflow._linear_operator.circulant import BaseLinearOperatorCirculant
from kerax.compat.tensorflow._linear_operator.circulants import (
    LinearOperatorCirculant,
    LinearOperatorCirculant2D,
    LinearOperatorCirculant3D,
)
from kerax.compat.tensorflow._linear_operator.composition import LinearOperatorComposition
from kerax.compat.tensorflow._linear_operator.diag import LinearOperatorDiag
from kerax.compat.tensorflow._linear_operator.full_matrix import LinearOperatorFullMatrix
from kerax.compat.tensorflow._linear_operator.householder import LinearOperatorHouseholder
from kerax.compat.tensorflow._linear_operator.identity import LinearOperatorIdentity
from kerax.compat.tensorflow._linear_operator.inversion import LinearOperatorInversion
from kerax.compat.tensorflow._linear_operator.kronecker import LinearOperatorKronecker
from kerax.compat.tensorflow._linear_operator.low_rank_update import LinearOperatorLowRankUpdate
from kerax.compat.tensorflow._linear_operator.lower_triangular import LinearOperatorLowerTriangular
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator
from kerax.compat.tensorflow._linear_operator.permutation import LinearOperatorPermutation
from kerax.compat.tensorflow._linear_operator.scaled_identity import LinearOperatorScaledIdentity
from kerax.compat.tensorflow._linear_operator.toeplitz import LinearOperatorToeplitz
from kerax.compat.tensorflow._linear_operator.trees import register
from kerax.compat.tensorflow._linear_operator.tridiag import LinearOperatorTridiag
from kerax.compat.tensorflow._linear_operator.zeros import LinearOperatorZeros

__all__ = [
    "LinearOperator",
    "LinearOperatorAdjoint",
    "LinearOperatorBlockDiag",
    "LinearOperatorBlockLowerTriangular",
    "LinearOperatorCirculant",
    "LinearOperatorCirculant2D",
    "LinearOperatorCirculant3D",
    "LinearOperatorComposition",
    "LinearOperatorDiag",
    "LinearOperatorFullMatrix",
    "LinearOperatorHouseholder",
    "LinearOperatorIdentity",
    "LinearOperatorInversion",
    "LinearOperatorKronecker",
    "LinearOperatorLowRankUpdate",
    "LinearOperatorLowerTriangular",
    "LinearOperatorPermutation",
    "LinearOperatorScaledIdentity",
    "LinearOperatorToeplitz",
    "LinearOperatorTridiag",
    "LinearOperatorZeros",
]

register(BaseLinearOperatorCirculant, *[globals()[name] for name in __all__ if name != "LinearOperator"])
