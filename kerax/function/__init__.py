"""Compiled functions: Python code with variables, traced once and run by XLA."""

from kerax.function.concrete import ConcreteFunction
from kerax.function.function import Function, function
from kerax.function.tensor_array import TensorArray

__all__ = ["ConcreteFunction", "Function", "TensorArray", "function"]
