"""Random numbers: arrays drawn from distributions, by an integer seed, a JAX key or a generator that moves on."""

from kerax.random.distributions import beta, binomial, categorical, gamma, normal, randint, truncated_normal, uniform
from kerax.random.rearranging import dropout, shuffle
from kerax.random.seed_generator import SeedGenerator
from kerax.registry import Family

FAMILY = Family("seed generator", "keras.random", classes={"SeedGenerator": SeedGenerator})

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]
