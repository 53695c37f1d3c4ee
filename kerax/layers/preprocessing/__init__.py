"""Layers that prepare or augment inputs."""

from kerax.layers.preprocessing.preprocessing_layer import PreprocessingLayer
from kerax.layers.preprocessing.random_flip import RandomFlip

__all__ = ["PreprocessingLayer", "RandomFlip"]
