"""OpenConcreteFunction: what ``get_concrete_function`` gives for arguments of unknown sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from kerax.function.arguments import is_spec, open_shape


class OpenConcreteFunction:
    """A function for one kind of arguments some of whose sizes are open.

    XLA compiles for known sizes, so there is a program for each combination of sizes, made when it is first met.

    Args:
      program_of: ``(args, kwargs) -> ConcreteFunction`` for arrays of known sizes.
      args: arguments, with a ``TensorSpec`` in the place of every array.
      kwargs: likewise.
      name: for messages.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> @kerax.function
      ... def double(x):
      ...     return x + x
      >>> concrete = double.get_concrete_function(kerax.data.TensorSpec((None,), "float32"))
      >>> concrete(jnp.ones(2)).tolist(), concrete(jnp.ones(1)).tolist(), double.experimental_get_tracing_count()
      ([2.0, 2.0], [2.0], 1)
    """

    def __init__(self, program_of: Callable[[tuple, dict], Any], args: tuple, kwargs: dict, name: str):
        self.name, self.structured_input_signature = name, (args, kwargs)
        self._program_of = program_of
        self._last: Any = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the program for arguments of the kind that was asked for.

        Raises:
          TypeError: for arguments of another kind.
        """
        wanted, structure = jax.tree.flatten(self.structured_input_signature, is_leaf=is_spec)
        try:
            given = structure.flatten_up_to((args, kwargs))
        except ValueError:
            raise TypeError(
                f"The concrete function {self.name}() was made for {len(self.structured_input_signature[0])} arguments "
                f"and {sorted(self.structured_input_signature[1])} by name; received {len(args)} and {sorted(kwargs)}."
            ) from None
        for spec, value in zip(wanted, given, strict=True):
            if is_spec(spec) and not _fits(spec, value):
                shape = getattr(value, "shape", None)
                raise TypeError(
                    f"The concrete function {self.name}() takes arrays of shape {open_shape(spec)} here, received "
                    f"{tuple(shape) if shape is not None else value!r}. Call the function itself, which traces anew."
                )
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


def _fits(spec: Any, value: Any) -> bool:
    shape, wanted = getattr(value, "shape", None), open_shape(spec)
    if shape is None or wanted is None:
        return shape is not None
    return len(shape) == len(wanted) and all(a is None or a == b for a, b in zip(wanted, shape, strict=True))
