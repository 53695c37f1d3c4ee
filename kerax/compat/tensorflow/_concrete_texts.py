"""Concrete functions of texts, which stay on the host: a call runs the function itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._concrete import ConcreteFunction
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._edges import speaking
from kerax.compat.tensorflow._spec import TensorSpec
from kerax.compat.tensorflow._tensor import Tensor, is_text
from kerax.function.arguments import parameters_of
from kerax.function.binding import complete


def has_texts(tree: Any) -> bool:
    """Whether there are tensors of texts, or descriptions of such, among values."""
    return any(_of_texts(leaf) for leaf in jax.tree.leaves(tree, is_leaf=_is_leaf))


def _is_leaf(value: Any) -> bool:
    return isinstance(value, (Tensor, TensorSpec))


def _of_texts(leaf: Any) -> bool:
    if isinstance(leaf, TensorSpec):
        return leaf.dtype.name == "string"
    return is_text(leaf._value if isinstance(leaf, Tensor) else leaf)


class TextConcreteFunction(ConcreteFunction):
    """What ``get_concrete_function`` gives for texts.

    Args:
      function: the ``tf.function``.
      args, kwargs: what it is made for, tensors or ``tf.TensorSpec`` in their place.
    """

    def __init__(self, function: Any, args: tuple, kwargs: dict):
        super().__init__(function)
        self.name, self.parameters = function.name, parameters_of(function.python_function)
        self._slots = _map(_described, args), _map(_described, kwargs)
        self._given, self._last = (args, kwargs), None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the function.

        Raises:
          TypeError: for arguments that it was not made for.
          InvalidArgumentError: for tensors of another dtype.
        """
        with speaking():
            given, named = complete(self._slots, args, kwargs, self.name, self.parameters)
            given, named = self._like(self._slots[0], given), self._like(self._slots[1], named)
            self._last = self._concrete(*given, **named)
            return self._last

    def _like(self, slot: Any, value: Any) -> Any:
        if not isinstance(slot, TensorSpec):
            return super()._like(slot, value)
        found = value if isinstance(value, Tensor) else tensor(value)
        if found.dtype != slot.dtype:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"cannot compute {self.name} as an input was expected to be a {slot.dtype.name} tensor but is a "
                f"{found.dtype.name} tensor",
            )
        return found

    @property
    def structured_input_signature(self) -> Any:
        """``(args, kwargs)`` with a ``tf.TensorSpec`` in the place of every tensor."""
        names = [*self.parameters[: len(self._slots[0])], *self._slots[1]]
        slots = [*self._slots[0], *self._slots[1].values()]
        found = [_map(lambda one, name=name: _named(one, name), slot) for slot, name in zip(slots, names)]
        return tuple(found[: len(self._slots[0])]), dict(zip(self._slots[1], found[len(self._slots[0]) :]))

    @property
    def structured_outputs(self) -> Any:
        """What a call returns, with a ``tf.TensorSpec`` in the place of every tensor; None if none has been made."""
        if self._last is None and not any(
            isinstance(one, TensorSpec) for one in jax.tree.leaves(self._given, is_leaf=_is_leaf)
        ):
            with speaking():
                self._last = self._concrete(*self._given[0], **self._given[1])
        return _map(_described, self._last)


def _map(change: Callable, tree: Any) -> Any:
    return jax.tree.map(change, tree, is_leaf=_is_leaf)


def _described(leaf: Any) -> Any:
    if isinstance(leaf, (Tensor, np.ndarray, np.generic, jax.Array)):
        found = leaf if isinstance(leaf, Tensor) else tensor(leaf)
        return TensorSpec(found.shape, found.dtype)
    return leaf


def _named(leaf: Any, name: str) -> Any:
    return TensorSpec(leaf.shape, leaf.dtype, leaf.name or name) if isinstance(leaf, TensorSpec) else leaf
