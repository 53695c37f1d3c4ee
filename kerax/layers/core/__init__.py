"""Core layers: dense, embedding, masking, arbitrary functions."""

from kerax.layers.core.activation import Activation
from kerax.layers.core.dense import Dense
from kerax.layers.core.input_layer import Input, InputLayer

__all__ = ["Activation", "Dense", "Input", "InputLayer"]
