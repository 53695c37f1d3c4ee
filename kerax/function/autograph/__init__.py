"""AutoGraph: Python's control flow on arrays becomes XLA's, by the conversion of diastatic-malt."""

from kerax.function.autograph.conversion import available, convert

__all__ = ["available", "convert"]
