"""Activations with arguments or weights of their own, as layers."""

from kerax.layers.activations.elu import ELU
from kerax.layers.activations.prelu import PReLU
from kerax.layers.activations.relu import LeakyReLU, ReLU
from kerax.layers.activations.softmax import Softmax
from kerax.layers.activations.thresholded_relu import ThresholdedReLU

__all__ = ["ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax", "ThresholdedReLU"]
