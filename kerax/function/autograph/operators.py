"""Meanings of and, or, not, conditional expressions, assert and some builtins where arrays are traced."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.jax_compat import is_tracer
from kerax.state import Variable
from kerax.state.raised import call_later
from kerax.tape.values import is_wrapper, unwrap

_hand_out: list[Callable[[Any], Any]] = []


def hand_out_by(wrap: Callable[[Any], Any]) -> None:
    """Lets another namespace wrap the arrays that converted code gets; ``wrap`` returns what needs none as it is."""
    _hand_out[:] = [wrap]


def outward(array: Any) -> Any:
    """An array as converted code is given it."""
    return _hand_out[0](array) if _hand_out else array


def plain(value: Any) -> Any:
    """The array of a variable or of another namespace's wrapper; anything else as it is."""
    return unwrap(value.value) if isinstance(value, Variable) else unwrap(value)


def is_traced(value: Any) -> bool:
    """Whether a value has no numbers while the function is traced."""
    return is_tracer(plain(value))


def as_condition(value: Any, what: str) -> Any:
    """A traced condition as a boolean scalar.

    Raises:
      ValueError: if it has several elements.
    """
    array = jnp.asarray(plain(value))
    if array.size != 1:
        raise ValueError(
            f"The condition of {what} is an array of shape {tuple(array.shape)}; it must be one number. Use jnp.all or "
            "jnp.any."
        )
    return array.reshape(()).astype(bool)


def and_(a: Callable, b: Callable) -> Any:
    """``a and b``."""
    first = a()
    if is_traced(first):
        return outward(jnp.logical_and(plain(first), plain(b())))
    return first and b()


def or_(a: Callable, b: Callable) -> Any:
    """``a or b``."""
    first = a()
    if is_traced(first):
        return outward(jnp.logical_or(plain(first), plain(b())))
    return first or b()


_last_negation: list[Any] = [None, None]  # what was negated last, and what came out


def not_(a: Any) -> Any:
    """``not a``."""
    if not is_traced(a):
        return not a
    made = jnp.logical_not(plain(a))
    _last_negation[:] = [plain(a), made]
    return outward(made)


def negated(value: Any) -> Any:
    """What a condition is the negation of, if it was the last to be made; else None."""
    given, made = _last_negation
    _last_negation[:] = [None, None]  # traced values must not be kept
    return given if made is not None and plain(value) is made else None


def if_exp(cond: Any, if_true: Callable, if_false: Callable, expr_repr: str) -> Any:
    """``x if cond else y``."""
    if not is_traced(cond):
        return if_true() if cond else if_false()
    from kerax.function.autograph.control_flow import staged_if

    return staged_if(cond, (if_true, if_false), f"`{expr_repr}`")


def assert_stmt(condition: Any, message: Callable) -> None:
    """``assert condition, message``: of a traced condition when the program runs."""
    if not is_traced(condition):
        assert condition, message()
        return
    text = str(message())

    def check(value: Any) -> None:
        if not np.all(value):
            raise AssertionError(text)

    call_later(check, plain(condition))


def _leaves(tree: Any) -> list[Any]:
    return jax.tree.leaves(tree, is_leaf=is_wrapper)


def print_(*values: Any, sep: str = " ", end: str = "\n", **kwargs: Any) -> None:
    """``print``: of traced values whenever the program runs; of another namespace's, while it is traced, as there."""
    shown = [plain(value) for value in values]
    leaves = jax.tree.leaves(shown)
    if not any(is_tracer(leaf) for leaf in leaves) or any(is_wrapper(leaf) for leaf in _leaves(values)):
        builtins.print(*values, sep=sep, end=end, **kwargs)
        return
    arrays = [leaf for leaf in leaves if is_tracer(leaf)]

    def show(*numbers: Any) -> None:
        rest = iter(numbers)
        full = jax.tree.map(lambda leaf: np.asarray(next(rest)) if is_tracer(leaf) else leaf, shown)
        builtins.print(*full, sep=sep, end=end, **kwargs)

    jax.debug.callback(show, *arrays, ordered=False)


class Range:
    """``range`` with limits that may be traced.

    Attributes:
      rounds: how many numbers there are, if that is known; else None.
    """

    def __init__(self, *limits: Any):
        self.rounds = len(range(*limits)) if all(isinstance(one, int) for one in limits) else None
        start, stop, step = (0, limits[0], 1) if len(limits) == 1 else (*limits, 1)[:3]
        self.start, self.stop, self.step = (jnp.asarray(plain(one)) for one in (start, stop, step))

    def __len__(self) -> int:
        raise TypeError("The length of range() is known only when the program runs.")

    @property
    def count(self) -> Any:
        """How many numbers there are."""
        return jnp.maximum(0, -((self.start - self.stop) // self.step))

    def at(self, i: Any) -> Any:
        """Number ``i``."""
        return (self.start + i * self.step).astype(self.stop.dtype)


def range_(*limits: Any) -> Any:
    """``range``."""
    return Range(*limits) if any(is_traced(one) for one in limits) else range(*limits)


def _reduced(builtin: Callable, joined: Callable) -> Callable:
    def apply(*values: Any, **kwargs: Any) -> Any:
        if len(values) > 1 and not kwargs and any(is_traced(value) for value in values):
            found = plain(values[0])
            for value in values[1:]:
                found = joined(found, plain(value))
            return outward(found)
        return builtin(*values, **kwargs)

    return apply


def _number(builtin: type, dtype: str) -> Callable:
    def apply(*values: Any, **kwargs: Any) -> Any:
        if len(values) == 1 and is_traced(values[0]):
            return outward(jnp.asarray(plain(values[0])).astype(dtype))
        return builtin(*values, **kwargs)

    return apply


BUILTINS: dict[Any, Callable] = {
    print: print_,
    range: range_,
    max: _reduced(max, jnp.maximum),
    min: _reduced(min, jnp.minimum),
    int: _number(int, "int32"),
    float: _number(float, "float32"),
}
