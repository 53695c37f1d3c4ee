"""Learning rates that follow the step."""

from kerax.optimizers.schedules._family import deserialize, get, serialize
from kerax.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from kerax.optimizers.schedules.decay import ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay
from kerax.optimizers.schedules.schedule import LearningRateSchedule

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "get",
    "serialize",
]
