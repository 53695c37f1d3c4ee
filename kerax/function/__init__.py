"""Compiled functions: Python code with variables, traced once and run by XLA."""

from kerax.function.concrete import ConcreteFunction
from kerax.function.function import Function, function

__all__ = ["ConcreteFunction", "Function", "function"]
