"""Layers that prepare or augment inputs."""

from kerax.layers.preprocessing.category_encoding import CategoryEncoding
from kerax.layers.preprocessing.discretization import Discretization
from kerax.layers.preprocessing.hashed_crossing import HashedCrossing
from kerax.layers.preprocessing.hashing import Hashing
from kerax.layers.preprocessing.integer_lookup import IntegerLookup
from kerax.layers.preprocessing.normalization import Normalization
from kerax.layers.preprocessing.preprocessing_layer import PreprocessingLayer
from kerax.layers.preprocessing.random_flip import RandomFlip
from kerax.layers.preprocessing.rescaling import Rescaling
from kerax.layers.preprocessing.string_lookup import StringLookup
from kerax.layers.preprocessing.text_vectorization import TextVectorization

__all__ = [
    "Rescaling",
    "CategoryEncoding",
    "Discretization",
    "Normalization",
    "TextVectorization",
    "StringLookup",
    "IntegerLookup",
    "Hashing",
    "HashedCrossing",
    "PreprocessingLayer",
    "RandomFlip",
]
