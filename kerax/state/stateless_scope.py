"""Keras's own scopes: reads and writes of variables without touching the boxes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import jax
import jax.numpy as jnp

from kerax.state import rng
from kerax.state.scope import Scope
from kerax.state.variable import Variable


class StatelessScope(Scope):
    """While it is open, variables read and write values of the scope; their boxes stay as they are.

    ``kerax.functional_call`` does this for a whole layer or model, with a key for its noise; this is the form that
    hand-written Keras code uses.

    Args:
      state_mapping: pairs ``(variable, value)`` to read instead of the variables' own values.
      collect_losses: whether ``losses`` gathers the values of ``add_loss``.
      initialize_variables: accepted for Keras's sake: variables are always made at once.

    Raises:
      ValueError: if a pair has no variable, or a value has another shape.

    Example:
      >>> import kerax
      >>> variable = kerax.Variable([1.0, 2.0])
      >>> with kerax.StatelessScope(state_mapping=[(variable, variable.value * 10)]) as scope:
      ...     _ = variable.assign(variable + 1)
      >>> scope.get_current_value(variable).tolist(), variable.numpy().tolist()
      ([11.0, 21.0], [1.0, 2.0])
    """

    __slots__ = ("_collects", "_variables")

    def __init__(
        self,
        state_mapping: Iterable[tuple[Variable, Any]] | None = None,
        collect_losses: bool = False,
        initialize_variables: bool = True,
    ):
        values: dict[int, Any] = {}
        self._variables: dict[int, Variable] = {}
        for variable, value in state_mapping or ():
            if not isinstance(variable, Variable):
                raise ValueError(
                    "StatelessScope(state_mapping) takes pairs (variable, value); the first of a pair is of type "
                    f"{type(variable).__name__}."
                )
            array = jnp.asarray(value, dtype=variable.dtype)
            if tuple(array.shape) != variable.shape:
                raise ValueError(
                    f"StatelessScope: variable {variable.path!r} has shape {variable.shape}, the value given for it "
                    f"{tuple(array.shape)}."
                )
            values[id(variable)] = array
            self._variables[id(variable)] = variable
        super().__init__(values)
        self._collects = collect_losses

    def __enter__(self) -> StatelessScope:
        super().__enter__()
        outer = self._parent
        while outer is not None and outer.key is None:
            outer = outer._parent
        if outer is None:  # noise inside a plain jit is then a constant of the program, as it is in Keras
            self.key = jax.random.key(rng.draw_seed())
        return self

    def owner_of(self, variable: Variable, writing: bool = False) -> Scope | None:
        """The scope itself for every write, whoever held the variable before."""
        if writing:
            self._variables[id(variable)] = variable
            return self
        return super().owner_of(variable)

    def get_current_value(self, variable: Variable) -> Any:
        """The value that the variable has in this scope, or None if the scope holds none."""
        return self.values.get(id(variable))

    def add_update(self, update: tuple[Variable, Any]) -> None:
        """Notes a pair ``(variable, value)``, as an assignment does."""
        variable, value = update
        self._variables[id(variable)] = variable
        self.values[id(variable)] = jnp.asarray(value, dtype=variable.dtype)

    def add_loss(self, loss: Any) -> None:
        """Notes a loss by hand."""
        self.losses.append((None, loss))


@contextlib.contextmanager
def SymbolicScope() -> Iterator[None]:
    """Marks code that is only run to find shapes; variables are not written.

    Example:
      >>> import kerax
      >>> variable = kerax.Variable(1.0)
      >>> with kerax.SymbolicScope():
      ...     _ = variable.assign(5.0)
      >>> float(variable)
      1.0
    """
    with StatelessScope():
        yield
