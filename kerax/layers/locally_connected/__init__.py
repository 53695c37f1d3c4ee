"""Convolutions whose kernel differs from place to place."""

from kerax.layers.locally_connected.locally_connected1d import LocallyConnected1D
from kerax.layers.locally_connected.locally_connected2d import LocallyConnected2D

__all__ = ["LocallyConnected1D", "LocallyConnected2D"]
