"""Saving and loading."""

from kerax.saving.weights_h5 import load_weights_h5, save_weights_h5

__all__ = ["load_weights_h5", "save_weights_h5"]
