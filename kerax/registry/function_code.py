"""Lambda functions as byte code in configurations: written for Keras's sake, run only with ``safe_mode=False``."""

from __future__ import annotations

import base64
import binascii
import inspect
import sys
import types
from collections.abc import Callable
from typing import Any

import jax
import numpy

from kerax.registry.safe_mode import in_safe_mode


def dump_function(function: Callable) -> tuple[str, Any, Any]:
    """Returns a lambda's byte code, defaults and closed-over values, as Keras writes them."""
    import marshal

    cells = getattr(function, "__closure__", None)
    code = base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii")  # type: ignore[attr-defined]
    closure = tuple(cell.cell_contents for cell in cells) if cells else None
    return code, function.__defaults__, closure  # type: ignore[attr-defined]


class FunctionCode(dict):
    """A lambda's entry in a configuration; within the process it still knows the function, so that copies work."""

    def __init__(self, function: Callable):
        code, defaults, closure = dump_function(function)
        config = {"code": code, "defaults": defaults, "closure": closure}
        super().__init__(class_name="__lambda__", config=config)
        self.function = function


def is_lambda(value: Any) -> bool:
    """Whether a value is a function without a name of its own."""
    return inspect.isfunction(value) and value.__name__ == "<lambda>"


def load_function(value: Any, what: str) -> Callable:
    """Makes the function that byte code holds.

    Args:
      value: ``[code, defaults, closure]`` or a dict of the three, as Keras 2 and 3 write them.
      what: where it stands, for messages.

    Raises:
      ValueError: unless the caller passed ``safe_mode=False``, or if the code is damaged.
    """
    if in_safe_mode():
        raise ValueError(
            f"{what} was saved as Python byte code, and running it means arbitrary code execution, so it is refused. "
            "If you trust the file, pass safe_mode=False to the loading function; better, write the function down "
            "again and pass it in custom_objects."
        )
    import marshal

    if isinstance(value, dict):
        value = [value.get("code"), value.get("defaults"), value.get("closure")]
    code, defaults, closure = value if isinstance(value, (list, tuple)) and len(value) == 3 else (value, None, None)
    try:
        raw = base64.decodebytes(str(code).encode("ascii"))
        loaded = marshal.loads(raw)
    except (binascii.Error, UnicodeEncodeError, ValueError, EOFError, TypeError) as error:
        raise ValueError(f"{what} holds byte code that this version of Python cannot read: {error}") from error
    if not isinstance(loaded, types.CodeType):
        raise ValueError(f"{what} holds {type(loaded).__name__} instead of a function's byte code.")
    cells = tuple(types.CellType(item) for item in closure) if closure else None
    names = {"__builtins__": __builtins__, "np": numpy, "jax": jax, "jnp": jax.numpy, "kerax": sys.modules["kerax"]}
    return types.FunctionType(
        loaded, names, name=loaded.co_name, argdefs=tuple(defaults) if defaults else None, closure=cells
    )
