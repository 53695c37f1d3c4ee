"""Layers: the building blocks of models."""

from kerax.layers.core import Activation, Dense, Input, InputLayer
from kerax.layers.input_spec import InputSpec
from kerax.layers.layer import Layer
from kerax.layers.regularization import Dropout
from kerax.layers.reshaping import Flatten, Reshape

__all__ = ["Activation", "Dense", "Dropout", "Flatten", "Input", "InputLayer", "InputSpec", "Layer", "Reshape"]
