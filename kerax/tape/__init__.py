"""Automatic differentiation of what Python computes: tapes, forward accumulators, custom gradients."""

from kerax.tape.custom_gradient import custom_gradient
from kerax.tape.forward_accumulator import ForwardAccumulator
from kerax.tape.gradient_tape import GradientTape
from kerax.tape.values import register_wrapper

__all__ = ["ForwardAccumulator", "GradientTape", "custom_gradient", "register_wrapper"]
