"""Layers that add noise or penalties while training."""

from kerax.layers.regularization.dropout import Dropout

__all__ = ["Dropout"]
