"""Layers that rearrange."""

from kerax.layers.reshaping.flatten import Flatten
from kerax.layers.reshaping.reshape import Reshape

__all__ = ["Flatten", "Reshape"]
