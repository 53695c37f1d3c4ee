"""What a concrete function is called with, put in the places of the arguments it was made for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.function.arguments import is_spec, open_shape
from kerax.state import Variable


def _is_leaf(value: Any) -> bool:
    return is_spec(value) or isinstance(value, Variable)


def _takes_arrays(slot: Any) -> bool:
    return any(is_spec(leaf) for leaf in jax.tree.leaves(slot, is_leaf=_is_leaf))


def complete(
    signature: tuple[tuple, dict], args: Sequence[Any], kwargs: dict, name: str, parameters: Sequence[str]
) -> tuple[tuple, dict]:
    """The arguments of a call, those that are no arrays filled in where they were left out.

    Args:
      signature: ``(args, kwargs)`` that the function was made for, with specifications in the places of arrays.
      args, kwargs: of the call.
      name: of the function, for messages.
      parameters: names of the arguments by place.

    Raises:
      TypeError: if an array is missing, there are too many arguments, or one that is no array differs.
    """
    slots, named = signature
    numbers = list(range(len(slots)))
    if len(args) < len(slots) and len(args) == sum(map(_takes_arrays, slots)):
        numbers = [i for i in numbers if _takes_arrays(slots[i])]  # the arrays alone
    if len(args) > len(slots):
        raise TypeError(f"The concrete function {name}() takes {len(slots)} arguments, received {len(args)}.")
    found: dict[Any, Any] = dict(zip(numbers, args, strict=False))
    for key, value in kwargs.items():
        place = list(parameters).index(key) if key in parameters[: len(slots)] else key
        if place in found or (place == key and key not in named):
            what = "is given twice" if place in found else "is none of its arguments"
            raise TypeError(f"The concrete function {name}(): {key!r} {what}.")
        found[place] = value
    for place, slot in [*enumerate(slots), *named.items()]:
        called = parameters[place] if isinstance(place, int) and place < len(parameters) else place
        if place not in found and _takes_arrays(slot):
            raise TypeError(f"The concrete function {name}() was called without its argument {called!r}.")
        if place in found and not _takes_arrays(slot) and not _equal(found[place], slot):
            raise TypeError(
                f"The concrete function {name}() was made for {called}={slot!r}, received {found[place]!r}. Call the "
                "function itself, which traces anew."
            )
    return tuple(found.get(i, slots[i]) for i in range(len(slots))), {k: found.get(k, named[k]) for k in named}


def _equal(value: Any, slot: Any) -> bool:
    try:
        return value is slot or bool(value == slot)
    except Exception:  # arrays, say
        return False


def fitted(
    signature: tuple[tuple, dict], args: Sequence[Any], kwargs: dict, name: str, parameters: Sequence[str]
) -> tuple[tuple, dict]:
    """The arguments of a call, completed and checked; numbers and lists are made arrays.

    Raises:
      TypeError: for arrays of another shape or dtype; else as ``complete``.
    """
    given = complete(signature, args, kwargs, name, parameters)
    wanted, structure = jax.tree.flatten(signature, is_leaf=_is_leaf)
    try:
        values = structure.flatten_up_to(given)
    except ValueError:
        raise TypeError(
            f"The concrete function {name}() was made for other arguments: {signature!r}; received {given!r}."
        ) from None
    return jax.tree.unflatten(
        structure, [_fit(spec, value, name) if is_spec(spec) else value for spec, value in zip(wanted, values)]
    )


def _fit(spec: Any, value: Any, name: str) -> Any:
    dtype = jax.dtypes.canonicalize_dtype(np.dtype(getattr(spec.dtype, "as_numpy_dtype", spec.dtype)))
    value = value.value if isinstance(value, Variable) else value
    if isinstance(value, (bool, int, float, complex, list, tuple)):
        value = jnp.asarray(value, dtype)
    if is_spec(value):
        return value
    shape, wanted = getattr(value, "shape", None), open_shape(spec)
    if shape is None:
        raise TypeError(f"The concrete function {name}() takes an array here, received {value!r}.")
    if wanted is not None and not (
        len(shape) == len(wanted) and all(a is None or a == b for a, b in zip(wanted, shape, strict=True))
    ):
        raise TypeError(
            f"The concrete function {name}() was traced for arrays of shape {tuple(wanted)} here, received "
            f"{tuple(shape)}. Call the function itself, which traces anew."
        )
    if jax.dtypes.canonicalize_dtype(value.dtype) != dtype:
        raise TypeError(
            f"The concrete function {name}() was traced for arrays of dtype {dtype} here, received {value.dtype}. Call "
            "the function itself, which traces anew."
        )
    return value
