"""``tf.types.experimental``: what a script asks ``isinstance`` for, and how its own objects say when to trace anew."""

from __future__ import annotations

import abc
import inspect
import typing
from collections.abc import Iterable
from typing import Any

import numpy as np

from kerax.compat.tensorflow._concrete import ConcreteFunction
from kerax.compat.tensorflow._spec import TensorSpec, TypeSpec, type_spec_from_value
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._tracing import Function

TensorLike = Tensor | int | float | bool | str | bytes | complex | tuple | list | np.ndarray | np.generic


class TraceType(abc.ABC):
    """What an argument of a ``tf.function`` is to its traces: arguments of equal ones share a program.

    Objects of a script say what they are by a method ``__tf_tracing_type__(context)``.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> isinstance(tf.TensorSpec([2]), tf.types.experimental.TraceType)
      True
    """

    @abc.abstractmethod
    def is_subtype_of(self, other: Any) -> bool:
        """Whether a program for the other will do."""

    @abc.abstractmethod
    def most_specific_common_supertype(self, others: Any) -> Any:
        """What all of them are; None if there is nothing."""

    @abc.abstractmethod
    def placeholder_value(self, placeholder_context: Any) -> Any:
        """What the function is given while it is traced."""

    @abc.abstractmethod
    def __hash__(self) -> int: ...

    @abc.abstractmethod
    def __eq__(self, other: object) -> bool: ...

    def flatten(self) -> list:
        """The descriptions of the tensors inside."""
        return []

    def to_tensors(self, value: Any) -> list:
        """The tensors inside of a value."""
        return []

    def from_tensors(self, tensors: Any) -> Any:
        """The value again."""
        return self.placeholder_value(None)

    def cast(self, value: Any, cast_context: Any) -> Any:
        """The value, which must be of this kind.

        Raises:
          TypeError: if it is of another.
        """
        if value is not self.placeholder_value(None) and value != self.placeholder_value(None):
            raise TypeError(f"{value!r} is no {self!r}.")
        return value


TraceType.register(TypeSpec)


@typing.runtime_checkable
class SupportsTracingProtocol(typing.Protocol):
    """Objects that say when a ``tf.function`` is traced anew for them."""

    def __tf_tracing_type__(self, context: Any) -> TraceType:
        """What the object is to traces."""
        ...


class Callable(abc.ABC):
    """Base of what ``tf.function`` makes, and of its programs."""

    @property
    @abc.abstractmethod
    def function_type(self) -> Any:
        """The kinds of its arguments and results."""

    @abc.abstractmethod
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs it."""


class AtomicFunction(Callable):
    """A single operation of a graph; kerax has none."""


Callable.register(Function)
Callable.register(ConcreteFunction)


class FunctionType(inspect.Signature):
    """A signature whose annotations are what arguments are to traces.

    Args:
      parameters: of the function.
      return_annotation: what it returns.
      **options: as for ``inspect.Signature``.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.types.experimental.FunctionType.from_callable(lambda a, b=2: a)
      <FunctionType (a, b=2)>
    """

    __slots__ = ("_returns",)

    def __init__(
        self, parameters: Iterable | None = None, *, return_annotation: Any = inspect.Signature.empty, **options: Any
    ):
        super().__init__(
            None if parameters is None else list(parameters), return_annotation=return_annotation, **options
        )

    def __repr__(self) -> str:
        if all(one.annotation is inspect.Parameter.empty for one in self.parameters.values()):
            return f"<FunctionType {self}>"
        return self.described()

    def described(self, captured: Iterable = ()) -> str:
        """A line for each argument, what is returned, and a line for each variable used besides.

        Args:
          captured: the variables.
        """
        lines = [f"  {name} ({one.kind.name}): {_shown(one.annotation)}" for name, one in self.parameters.items()]
        used = [f"  {id(one)}: TensorSpec(shape=(), dtype=tf.resource, name=None)" for one in captured]
        returned = f"  {_shown(self.return_annotation)}"
        return "\n".join(["Input Parameters:", *lines, "Output Type:", returned, "Captures:", *(used or ["  None"])])


class Literal:
    """What a value is to traces that is no tensor: itself.

    Args:
      value: the value.
    """

    def __init__(self, value: Any):
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return f"Literal[{self.value!r}]"


class DistributedValues:
    """A value for each replica; kerax's strategies give every replica a plain tensor instead."""


class PerReplica(DistributedValues):
    """Values that differ from replica to replica."""


class Mirrored(DistributedValues):
    """Values that are the same on every replica."""


def _shown(kind: Any) -> str:
    return "None" if kind is inspect.Signature.empty else repr(kind)


def function_type_of(concrete: Any) -> FunctionType:
    """The kinds of arguments and results of a program.

    Args:
      concrete: the concrete function.
    """
    args, kwargs = concrete.structured_input_signature
    names = list(concrete.parameters)
    kinds = dict(zip(names, args)) | kwargs
    places = {name: inspect.Parameter.POSITIONAL_OR_KEYWORD for name in names[: len(args)]}
    parameters = [
        inspect.Parameter(name, places.get(name, inspect.Parameter.KEYWORD_ONLY), annotation=_kind(kind))
        for name, kind in kinds.items()
    ]
    return FunctionType(parameters, return_annotation=_kind(concrete.structured_outputs))


class _Together:
    """What a list, tuple or dict is to traces.

    Args:
      name: what it is called.
      parts: of its entries.
    """

    def __init__(self, name: str, parts: Any):
        self.name, self.parts = name, tuple(parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Together) and (self.name, self.parts) == (other.name, other.parts)

    def __hash__(self) -> int:
        return hash((self.name, self.parts))

    def __repr__(self) -> str:
        shown = [f"[{one[0]!r}, {one[1]!r}]" if self.name == "Dict" else repr(one) for one in self.parts]
        return f"{self.name}[{', '.join(shown)}]"


def _kind(value: Any) -> Any:
    if isinstance(value, TensorSpec):
        return TensorSpec(value.shape, value.dtype)
    if isinstance(value, TypeSpec):
        return value
    if isinstance(value, Tensor):
        return type_spec_from_value(value)
    if isinstance(value, dict):
        return _Together("Dict", [(key, _kind(one)) for key, one in value.items()])
    if value.__class__ in (list, tuple):
        return _Together("List" if value.__class__ is list else "Tuple", map(_kind, value))
    return Literal(value)
