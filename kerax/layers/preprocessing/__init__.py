"""Layers that prepare or augment inputs."""

from kerax.layers.preprocessing.random_flip import RandomFlip

__all__ = ["RandomFlip"]
