"""Core layers: dense, embedding, masking, arbitrary functions."""

from kerax.layers.core.activation import Activation
from kerax.layers.core.dense import Dense
from kerax.layers.core.einsum_dense import EinsumDense
from kerax.layers.core.embedding import Embedding
from kerax.layers.core.identity import Identity
from kerax.layers.core.input_layer import Input, InputLayer
from kerax.layers.core.lambda_layer import Lambda
from kerax.layers.core.masking import Masking
from kerax.layers.core.random_fourier_features import RandomFourierFeatures
from kerax.layers.core.reversible_embedding import ReversibleEmbedding
from kerax.layers.core.wrapper import Wrapper

__all__ = [
    "Activation",
    "Dense",
    "EinsumDense",
    "Embedding",
    "Identity",
    "Input",
    "InputLayer",
    "Lambda",
    "Masking",
    "RandomFourierFeatures",
    "ReversibleEmbedding",
    "Wrapper",
]
