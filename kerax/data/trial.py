"""Calling map functions without data, when they are given to a pipeline.

tf.data traces a function at once, so that a wrong number of arguments or a misspelt component is an error on the line
that made it. Here a function that has no side effects is called with stand-ins that answer every operation by another
stand-in. Of what comes out only the structure counts, and of what goes wrong only a component that an element does not
have; everything else is left to the data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerax.data.calls import call, quiet
from kerax.data.node import Node
from kerax.data.operations.batch import Batch
from kerax.data.operations.map import Map
from kerax.data.purity import side_effect
from kerax.data.spec import DatasetSpec, map_spec
from kerax.errors import did_you_mean

_ANSWERED = (
    "add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul rmatmul and rand or ror "
    "xor rxor lshift rshift neg pos abs invert lt le gt ge eq ne getitem call array_ufunc array_function"
).split()
_REFUSED = "bool len iter int float complex index hash contains str repr format".split()


class Anything:
    """Stands for a component of which nothing is known: whatever is computed with it, is another one."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Anything:
        if name.startswith("_"):
            raise AttributeError(name)
        return self


def _answer(self: Anything, *args: Any, **kwargs: Any) -> Anything:
    return self


def _refuse(self: Anything, *args: Any) -> Any:
    raise TypeError("nothing is known of this component")


for _name in _ANSWERED:
    setattr(Anything, f"__{_name}__", _answer)
for _name in _REFUSED:
    setattr(Anything, f"__{_name}__", _refuse)


class UnknownComponentError(KeyError):
    """A function asks for a component that elements do not have."""

    def __str__(self) -> str:
        return str(self.args[0])


class _Components(dict):
    """The components of an element by name."""

    def __missing__(self, key: Any) -> Any:
        names = ", ".join(repr(name) for name in self)
        raise UnknownComponentError(
            f"An element has no component {key!r}; it has {names}.{did_you_mean(key, map(str, self))}"
        )


def trial_element(node: Node) -> Any:
    """Returns an element of a plan with stand-ins for its components, ``None`` if its structure is not known.

    Raises:
      UnknownComponentError: if a function on the way asks for a component that is not there.
    """
    if node.knows_spec:
        return _stand_ins(node.spec)
    if isinstance(node, Map):
        element = trial_element(node.input)
        return None if element is None else answer(node.function, element)
    if type(node).spec is Node.spec or isinstance(node, Batch):
        return trial_element(node.inputs[0]) if len(node.inputs) == 1 else None
    return None


def answer(function: Callable, element: Any) -> Any:
    """Returns what a function makes of an element of stand-ins, ``None`` if that cannot be known.

    Args:
      function: what a user passed to ``map`` or ``filter``.
      element: what ``trial_element`` returned.

    Raises:
      UnknownComponentError: if it asks for a component that is not there.
    """
    if side_effect(function) is not None:
        return None
    try:
        with quiet():
            result = call(function, element)
    except UnknownComponentError:
        raise
    except Exception:  # it needs data
        return None
    return _components(tuple(result) if isinstance(result, list) else result)


def _stand_ins(spec: Any) -> Any:
    def stand_in(part: Any) -> Any:
        if isinstance(part, DatasetSpec):
            raise TypeError("datasets are no components")
        return Anything()

    try:
        return _components(map_spec(stand_in, spec))
    except TypeError:
        return None


def _components(value: Any) -> Any:
    if isinstance(value, dict):
        return _Components({key: _components(part) for key, part in value.items()})
    if isinstance(value, tuple):
        parts = [_components(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value if value is None or (not isinstance(value, Anything) and hasattr(value, "_plan")) else Anything()
