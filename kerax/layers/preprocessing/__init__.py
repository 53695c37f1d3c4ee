"""Layers that prepare or augment inputs."""

from kerax.layers.preprocessing.hashed_crossing import HashedCrossing
from kerax.layers.preprocessing.hashing import Hashing
from kerax.layers.preprocessing.integer_lookup import IntegerLookup
from kerax.layers.preprocessing.preprocessing_layer import PreprocessingLayer
from kerax.layers.preprocessing.random_flip import RandomFlip
from kerax.layers.preprocessing.string_lookup import StringLookup
from kerax.layers.preprocessing.text_vectorization import TextVectorization

__all__ = [
    "TextVectorization",
    "StringLookup",
    "IntegerLookup",
    "Hashing",
    "HashedCrossing",
    "PreprocessingLayer",
    "RandomFlip",
]
