"""OpenConcreteFunction: what ``get_concrete_function`` gives for arguments of unknown sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kerax.function.binding import fitted


class OpenConcreteFunction:
    """A function for one kind of arguments some of whose sizes are open.

    XLA compiles for known sizes, so there is a program for each combination of sizes, made when it is first met.

    Args:
      program_of: ``(args, kwargs) -> ConcreteFunction`` for arrays of known sizes.
      args: arguments, with a ``TensorSpec`` in the place of every array.
      kwargs: likewise.
      name: for messages.
      parameters: names of the arguments by place.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> @kerax.function
      ... def double(x):
      ...     return x + x
      >>> concrete = double.get_concrete_function(kerax.data.TensorSpec((None,), "float32"))
      >>> concrete(jnp.ones(2)).tolist(), concrete(jnp.ones(1)).tolist(), double.experimental_get_tracing_count()
      ([2.0, 2.0], [2.0], 1)
    """

    def __init__(
        self,
        program_of: Callable[[tuple, dict], Any],
        args: tuple,
        kwargs: dict,
        name: str,
        parameters: Sequence[str] = (),
    ):
        self.parameters = list(parameters)
        self.name, self.structured_input_signature = name, (args, kwargs)
        self._program_of = program_of
        self._last: Any = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the program for arguments of the kind that was asked for.

        Raises:
          TypeError: for arguments of another kind.
        """
        args, kwargs = fitted(self.structured_input_signature, args, kwargs, self.name, self.parameters)
        self._last = self._program_of(args, kwargs)
        return self._last(*args, **kwargs)

    @property
    def variables(self) -> list[Any]:
        """The variables that the program of the last call reads or writes; none before a call."""
        return self._last.variables if self._last is not None else []

    @property
    def trainable_variables(self) -> list[Any]:
        """Those of ``variables`` that training changes."""
        return [variable for variable in self.variables if variable.trainable]

    @property
    def structured_outputs(self) -> Any:
        """What the last call returned, as ``jax.ShapeDtypeStruct``; None before a call."""
        return self._last.structured_outputs if self._last is not None else None
