"""Names of the operations that can be recorded on symbolic tensors and found again from a configuration."""

from __future__ import annotations

from collections.abc import Callable

from kerax.state import symbolic

# Operator methods of SymbolicTensor; kerax.ops adds its functions to this table.
OPERATIONS: dict[str, Callable] = dict(symbolic.OPERATORS)
