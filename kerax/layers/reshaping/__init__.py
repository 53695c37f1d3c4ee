"""Layers that rearrange the elements of their inputs."""

from kerax.layers.reshaping.flatten import Flatten
from kerax.layers.reshaping.permute import Permute
from kerax.layers.reshaping.repeat_vector import RepeatVector
from kerax.layers.reshaping.reshape import Reshape

__all__ = ["Flatten", "Permute", "RepeatVector", "Reshape"]
