"""Concrete functions that speak in tensors: what ``tf.function(...).get_concrete_function()`` gives."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import LABELS, as_dtype
from kerax.compat.tensorflow._edges import DICTS, speaking, wrap
from kerax.compat.tensorflow._spec import TensorSpec
from kerax.compat.tensorflow._tensor import Tensor
from kerax.function import ConcreteFunction as PlainConcreteFunction
from kerax.function.arguments import concrete_spec, is_open, is_spec
from kerax.function.binding import complete


def as_arguments(tree: Any) -> Any:
    """Arguments of a traced function: NumPy's arrays are tensors there."""
    if isinstance(tree, (np.ndarray, np.generic)):
        return tensor(np.asarray(tree))
    if tree.__class__ in (list, tuple):
        return tree.__class__([as_arguments(one) for one in tree])
    if tree.__class__ in DICTS:
        return tree.__class__({key: as_arguments(one) for key, one in tree.items()})
    if isinstance(tree, jax.Array):
        return Tensor(tree)
    if isinstance(tree, TensorSpec):
        return labelled(tree if is_open(tree) else concrete_spec(tree), tree)
    if hasattr(tree, "_component_specs"):
        return tree._from_components([as_arguments(one) for one in tree._component_specs])
    return tree


def labelled(value: Any, spec: Any) -> Any:
    """Arrays, or specifications, as tensors of the types that other specifications say."""
    if isinstance(value, (jax.Array, jax.ShapeDtypeStruct, TensorSpec)):
        name = as_dtype(spec.dtype).name
        return Tensor(value, name if name in LABELS else None)
    if hasattr(spec, "_component_specs") and isinstance(value, tuple):
        return spec._from_components([labelled(one, part) for one, part in zip(value, spec._component_specs)])
    if value.__class__ in (list, tuple):
        return value.__class__([labelled(v, s) for v, s in zip(value, spec)])
    if value.__class__ in DICTS:
        return value.__class__({key: labelled(one, spec[key]) for key, one in value.items()})
    return value


class ConcreteFunction:
    """One traced program of a function, called with tensors.

    Args:
      concrete: kerax's own.
    """

    def __init__(self, concrete: PlainConcreteFunction):
        self._concrete = concrete

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the program.

        Raises:
          TypeError: for arguments that it was not made for.
          InvalidArgumentError: for tensors of another dtype.
        """
        made = self._concrete
        with speaking():
            slots = made.structured_input_signature
            given, named = complete(slots, args, kwargs, made.name, made.parameters)
            given, named = self._like(slots[0], given), self._like(slots[1], named)
            return wrap(made(*given, **named))

    def _like(self, slot: Any, value: Any) -> Any:
        if isinstance(slot, Tensor):
            hint = slot.dtype if isinstance(value, (bool, int, float, complex, list, tuple, np.ndarray)) else None
            found = value if isinstance(value, Tensor) else tensor(value, hint)
            if found.dtype != slot.dtype:
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"cannot compute {self._concrete.name} as an input was expected to be a {slot.dtype.name} tensor "
                    f"but is a {found.dtype.name} tensor",
                )
            return found
        if slot.__class__ in (list, tuple) and isinstance(value, (list, tuple)) and len(slot) == len(value):
            return slot.__class__([self._like(one, v) for one, v in zip(slot, value)])
        if slot.__class__ in DICTS and isinstance(value, dict):
            return {key: self._like(slot.get(key), one) for key, one in value.items()}
        return value

    def __getattr__(self, name: str) -> Any:
        return getattr(self._concrete, name)

    @property
    def structured_input_signature(self) -> Any:
        """``(args, kwargs)`` with a ``tf.TensorSpec`` in the place of every tensor."""
        args, kwargs = self._concrete.structured_input_signature
        names = [*self._concrete.parameters[: len(args)], *kwargs]
        given = [_specs(one, name) for one, name in zip([*args, *kwargs.values()], names)]
        return tuple(given[: len(args)]), dict(zip(kwargs, given[len(args) :]))

    @property
    def structured_outputs(self) -> Any:
        """What a call returns, with a ``tf.TensorSpec`` in the place of every tensor."""
        return _specs(self._concrete.structured_outputs, None)

    @property
    def inputs(self) -> list:
        """The specifications of the tensors that go in."""
        return [one for one in _leaves(self.structured_input_signature) if isinstance(one, TensorSpec)]

    @property
    def outputs(self) -> list:
        """The specifications of the tensors that come out."""
        return [one for one in _leaves(self.structured_outputs) if isinstance(one, TensorSpec)]

    @property
    def function_type(self) -> Any:
        """The kinds of its arguments and results."""
        from kerax.compat.tensorflow._types import function_type_of

        return function_type_of(self)

    def pretty_printed_signature(self, verbose: bool = True) -> str:
        """What the program takes, returns and reads besides, in words.

        Args:
          verbose: whether on a line for each, with the variables that it uses.
        """
        kinds = self.function_type
        return kinds.described(getattr(self._concrete, "variables", ())) if verbose else str(kinds)

    def __str__(self) -> str:
        return f"ConcreteFunction {self.pretty_printed_signature()}"

    def __repr__(self) -> str:
        return f"<ConcreteFunction {self.pretty_printed_signature(verbose=False)} at {id(self):#X}>"

    @property
    def graph(self) -> Any:
        """The operations of the program, to be counted or listed."""
        return ProgramGraph(self._concrete)


class ProgramGraph:
    """What a script finds of a graph in a program of XLA: its operations; the rest is the program's own."""

    def __init__(self, concrete: Any) -> None:
        self._concrete = concrete

    def as_graph_def(self, from_version: Any = None, add_shapes: bool = False) -> Any:
        """Names, kinds and inputs of the operations."""
        from kerax.compat.tensorflow._v1_messages import GraphDef, program_def

        lifted = getattr(self._concrete, "_lifted", None)  # functions of texts run on the host and have no program
        return GraphDef() if lifted is None else program_def(lifted.program)

    def get_operations(self) -> list:
        """The operations, each with ``name`` and ``op``."""
        return list(self.as_graph_def().node)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._concrete, name)


def _leaves(tree: Any) -> list:
    return jax.tree.leaves(tree, is_leaf=is_spec)


def _specs(tree: Any, name: str | None) -> Any:
    def spec(leaf: Any) -> Any:
        if isinstance(leaf, Tensor) or is_spec(leaf):
            shape = leaf._value.shape if isinstance(leaf, Tensor) else leaf.shape
            return TensorSpec(shape, leaf.dtype, name)
        return leaf._type_spec if hasattr(leaf, "_type_spec") else leaf

    return jax.tree.map(spec, tree, is_leaf=lambda one: isinstance(one, Tensor) or _of_parts(one) or is_spec(one))


def _of_parts(value: Any) -> bool:
    return hasattr(type(value), "_type_spec")
