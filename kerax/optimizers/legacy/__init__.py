"""Optimizers with the rules, arguments and slot names of Keras before 2.11."""

from kerax.optimizers.legacy.gradient_descent import SGD, Ftrl
from kerax.optimizers.legacy.moments import Adam, Adamax, Nadam
from kerax.optimizers.legacy.optimizer import Optimizer
from kerax.optimizers.legacy.squares import Adadelta, Adagrad, RMSprop

__all__ = ["SGD", "Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "Optimizer", "RMSprop"]
