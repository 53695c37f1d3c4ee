"""Operation: something with a name that computes outputs from inputs, on arrays or on symbolic tensors."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.registry import to_snake_case
from kerax.state.naming import unique_name
from kerax.state.symbolic import SymbolicTensor, attach, infer, is_symbolic, symbolic_leaves
from kerax.state.variable import Variable

_PLAIN = (bool, int, float, str, type(None))


class Operation:
    """A computation without weights: subclass it with ``call``. Layers and `Function` are operations too.

    Called with arrays, it computes; called with symbolic tensors, it is recorded, so that it may be part of a
    functional model. What comes out is found by tracing ``call``; a subclass may say it itself in
    ``compute_output_spec``.

    Args:
      name: without ``/``; the class's name in snake case, numbered, by default.

    Raises:
      ValueError: for a name that is no such string.

    Example:
      >>> import kerax
      >>> class Power(kerax.Operation):
      ...     def __init__(self, exponent, name=None):
      ...         super().__init__(name=name)
      ...         self.exponent = exponent
      ...     def call(self, x):
      ...         return x**self.exponent
      >>> cube = Power(3)
      >>> cube([1.0, 2.0])
      Array([1., 8.], dtype=float32)
      >>> cube(kerax.Input((4,))).shape, cube.get_config()["exponent"]
      ((None, 4), 3)
    """

    _first_arguments: tuple[tuple, dict] | None = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        instance = super().__new__(cls)
        instance.__dict__["_first_arguments"] = (args, kwargs)
        return instance

    def __init__(self, name: str | None = None):
        if name is not None and (not isinstance(name, str) or not name or "/" in name):
            raise ValueError(
                f"Argument name of {type(self).__name__}() must be a non-empty string without '/', received {name!r}."
            )
        self.__dict__["_name"] = name
        _ = self.name  # numbered as operations are made, not as they are used

    # ---- calling ----------------------------------------------------------------------------------------------------
    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Computes the outputs from arrays; subclasses define it."""
        raise NotImplementedError(f"Operation class {type(self).__name__} has no call() method: define call(self, x).")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the operation.

        Args:
          *args: arrays (any array-like) or symbolic tensors, as ``call`` takes them.
          **kwargs: likewise.

        Returns:
          What ``call`` returns; symbolic tensors for symbolic inputs.
        """
        if symbolic_leaves((args, kwargs)):
            return self.symbolic_call(*args, **kwargs)
        if args and isinstance(args[0], (list, tuple)) and is_numbers(args[0]):
            args = (np.asarray(args[0]), *args[1:])
        args, kwargs = jax.tree.map(_as_array, (args, kwargs))
        return self.call(*args, **kwargs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Records a call on symbolic tensors and returns the symbolic tensors that come out."""
        spec = jax.tree.map(lambda t: t.spec, self.compute_output_spec(*args, **kwargs), is_leaf=is_symbolic)
        outputs = attach(self, args, kwargs, spec, self.name)
        self.__dict__.setdefault("_nodes", []).append(symbolic_leaves(outputs)[0].node)
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Returns symbolic tensors as ``call`` would return for symbolic inputs, without recording a node."""
        specs = infer(self.call, args, kwargs, f"Operation {self.name!r} ({type(self).__name__})", by_trial=True)
        return jax.tree.map(SymbolicTensor, specs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the output shape(s) for the input shape(s), None for unknown sizes."""
        tensors = jax.tree.map(lambda shape: SymbolicTensor(tuple(shape)), input_shape, is_leaf=is_shape)
        return jax.tree.map(lambda t: t.shape, self.compute_output_spec(tensors), is_leaf=is_symbolic)

    # ---- names and places in a graph --------------------------------------------------------------------------------
    @property
    def name(self) -> str:
        """The name: given, or made from the class's."""
        if self.__dict__.get("_name") is None:
            self.__dict__["_name"] = unique_name(to_snake_case(type(self).__name__))
            self.__dict__["_named_automatically"] = True
        return self.__dict__["_name"]

    @name.setter
    def name(self, value: str) -> None:
        self.__dict__["_name"] = value

    def _node(self, what: str) -> Any:
        nodes = self.__dict__.get("_nodes")
        if not nodes:
            raise AttributeError(
                f"{type(self).__name__} {self.name!r} has no {what}: it was not called on a symbolic tensor "
                "(kerax.Input) yet."
            )
        return nodes[0]

    @property
    def input(self) -> Any:
        """The symbolic tensor(s) of the first call: the first argument, or all of them if there are more."""
        node = self._node("input")
        if not node.args and not node.kwargs:  # the entry of a graph is its own input, as in Keras
            return self.output
        first = node.args[0] if node.args else next(iter(node.kwargs.values()))
        return first if len(symbolic_leaves(first)) == len(node.inputs) else node.inputs

    @property
    def output(self) -> Any:
        """The symbolic tensor(s) that the first call returned."""
        outputs = self._node("output").outputs
        return list(outputs) if isinstance(outputs, tuple) else outputs

    # ---- configuration ----------------------------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, enough for ``from_config`` to make an equal operation.

        A subclass whose constructor takes plain values (numbers, strings, lists of them) need not override it.

        Raises:
          NotImplementedError: if the constructor was given anything else.
        """
        if type(self).get_config is not Operation.get_config:
            return {"name": self.name}
        values, bad, takes_name = constructor_values(self)
        if bad:
            raise NotImplementedError(
                f"{type(self).__name__} {self.name!r}: constructor argument(s) {bad} are no plain values, so its "
                f"configuration is not known. Define get_config() in {type(self).__name__}: return "
                "super().get_config() extended by the arguments."
            )
        return {**values, "name": self.name} if takes_name else values

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes an operation from ``get_config()``.

        Raises:
          TypeError: if the constructor does not take these arguments.
        """
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(f"Cannot make {cls.__name__} from the configuration {config}: {error}") from error

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


class FunctionOperation(Operation):
    """A pure function that was recorded, as an operation.

    Args:
      function: function of arrays.
      name: its name.

    Example:
      >>> import jax.numpy as jnp
      >>> from kerax.state.operation import FunctionOperation
      >>> FunctionOperation(jnp.add, "add")(jnp.ones(1), 2.0)
      Array([3.], dtype=float32)
    """

    def __init__(self, function: Callable, name: str):
        super().__init__(name=name)
        self.function = function

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function."""
        return self.function(*args, **kwargs)


def constructor_values(instance: Any) -> tuple[dict[str, Any], list[str], bool]:
    """What the constructor of an object was given, with its defaults, by name.

    Args:
      instance: an object whose class noted the arguments as ``_first_arguments``.

    Returns:
      The values without the name; the names of those that are no plain values; whether a name is among the arguments.

    Example:
      >>> import kerax
      >>> from kerax.state.operation import constructor_values
      >>> class Power(kerax.Operation):
      ...     def __init__(self, exponent, base=None, name=None):
      ...         super().__init__(name=name)
      >>> constructor_values(Power(3))
      ({'exponent': 3, 'base': None}, [], True)
    """
    args, kwargs = instance._first_arguments or ((), {})
    signature = inspect.signature(type(instance).__init__)
    bound = signature.bind(instance, *args, **kwargs)
    bound.apply_defaults()
    values: dict[str, Any] = {}
    bad: list[str] = []
    takes_name = False
    for key, value in list(bound.arguments.items())[1:]:
        kind = signature.parameters[key].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            takes_name = True
            values.update(value)
        elif kind is not inspect.Parameter.VAR_POSITIONAL:
            values[key] = value
        elif value:
            bad.append(f"*{key}")
    takes_name = takes_name or "name" in values
    values.pop("name", None)
    return values, bad + [key for key, value in values.items() if not is_plain(value)], takes_name


def is_plain(value: Any) -> bool:
    """Whether a value can stand in a configuration as it is: numbers, strings, and lists and dicts of them.

    Example:
      >>> from kerax.state.operation import is_plain
      >>> is_plain([1, {"a": None}]), is_plain(object())
      (True, False)
    """
    if isinstance(value, (list, tuple)):
        return all(is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(k, str) and is_plain(v) for k, v in value.items())
    return isinstance(value, _PLAIN)


def _as_array(leaf: Any) -> Any:
    if isinstance(leaf, Variable):
        return leaf.value
    return jnp.asarray(leaf) if isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype.kind in "iufcb" else leaf


def is_shape(value: Any) -> bool:
    """Whether a value is the shape of one tensor: sizes, None for unknown.

    Example:
      >>> from kerax.state.operation import is_shape
      >>> is_shape((None, 3)), is_shape([(None, 3), (None, 4)])
      (True, False)
    """
    return isinstance(value, (tuple, list)) and all(size is None or isinstance(size, int) for size in value)


def is_numbers(value: Any) -> bool:
    """Whether nested lists hold numbers, told from the first.

    Example:
      >>> from kerax.state.operation import is_numbers
      >>> is_numbers([[1.0, 2.0]]), is_numbers(["a"])
      (True, False)
    """
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
