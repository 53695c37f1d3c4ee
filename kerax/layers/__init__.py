"""Layers: the building blocks of models."""

from kerax.layers._family import FAMILY, deserialize, get, serialize
from kerax.layers.core import Activation, Dense, Input, InputLayer
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer
from kerax.layers.regularization import Dropout
from kerax.layers.reshaping import Flatten, Reshape

FAMILY.extend(classes={cls.__name__: cls for cls in (Activation, Dense, Dropout, Flatten, InputLayer, Layer, Reshape)})

__all__ = [
    "Activation",
    "Dense",
    "Dropout",
    "Flatten",
    "Input",
    "InputLayer",
    "InputSpec",
    "Layer",
    "Reshape",
    "deserialize",
    "get",
    "serialize",
]
