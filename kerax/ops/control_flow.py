"""Conditions, loops and maps that compile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from kerax.ops._values import as_index
from kerax.state.functional_call import read_variables
from kerax.state.recording import is_recorded, recordable
from kerax.state.symbolic import SymbolicTensor, attach, is_symbolic, record


def _pick(pred: Any, if_true: Any, if_false: Any) -> Any:
    return jax.tree.map(lambda a, b: jnp.where(pred, a, b), if_true, if_false)


def cond(pred: Any, true_fn: Callable, false_fn: Callable) -> Any:
    """Calls one of two functions.

    Args:
        pred: boolean, may be computed.
        true_fn: function without arguments, called if ``pred`` is true.
        false_fn: likewise, if it is false. Both return the same structure of arrays, of the same shapes and dtypes.

    Returns:
        What the called function returns. With symbolic tensors both are called, and the results selected.

    Example:
        >>> import kerax
        >>> int(kerax.ops.cond(3 > 2, lambda: 1, lambda: 0))
        1
    """
    if isinstance(pred, SymbolicTensor):
        return _symbolic_cond(pred, true_fn, false_fn)
    if pred is True or pred is False:  # known: nothing to choose in the compiled program
        return true_fn() if pred else false_fn()
    return jax.lax.cond(read_variables(pred), true_fn, false_fn)


def _symbolic_cond(pred: SymbolicTensor, true_fn: Callable, false_fn: Callable) -> Any:
    branches = true_fn(), false_fn()
    structures = [jax.tree.structure(branch, is_leaf=is_symbolic) for branch in branches]
    if structures[0] != structures[1]:
        raise ValueError(
            "kerax.ops.cond: true_fn and false_fn must return the same structure, received "
            f"{structures[0]} and {structures[1]}."
        )
    return jax.tree.map(
        lambda a, b: a if a is b else record(_pick, pred, a, b, name="cond"), *branches, is_leaf=is_symbolic
    )


@recordable
def switch(index: Any, branches: Sequence[Callable], *operands: Any) -> Any:
    """Calls one of several functions.

    Args:
        index: number of the function; numbers out of range are clamped.
        branches: functions of the operands, whose results have the same structure, shapes and dtypes.
        *operands: their arguments.

    Example:
        >>> import kerax
        >>> float(kerax.ops.switch(1, [lambda x: x, lambda x: 2 * x], 3.0))
        6.0
    """
    return jax.lax.switch(as_index(index), list(branches), *read_variables(operands))


@recordable
def map(f: Callable, xs: Any) -> Any:
    """Calls a function on each slice along the first axis, one after the other.

    Args:
        f: function of a slice.
        xs: array, or structure of arrays with a first axis of the same size.

    Returns:
        The results, stacked.

    Example:
        >>> import kerax
        >>> print(kerax.ops.map(lambda x: x + 1, kerax.ops.array([1, 2])))
        [2 3]
    """
    return jax.lax.map(f, read_variables(xs))


@recordable
def vectorized_map(function: Callable, elements: Any) -> Any:
    """Calls a function on all slices along the first axis at once.

    Args:
        function: function of a slice.
        elements: array, or structure of arrays with a first axis of the same size.

    Returns:
        The results, stacked.

    Example:
        >>> import kerax
        >>> print(kerax.ops.vectorized_map(lambda x: x + 1, kerax.ops.array([1, 2])))
        [2 3]
    """
    return jax.vmap(function)(read_variables(elements))


@recordable
def scan(
    f: Callable, init: Any, xs: Any = None, length: int | None = None, reverse: bool = False, unroll: Any = 1
) -> Any:
    """Carries a value along the slices of an array.

    Args:
        f: ``f(carry, x) -> (carry, y)``.
        init: the first carry.
        xs: array or structure of arrays whose slices along the first axis are the ``x``; or None.
        length: how many steps, without ``xs``.
        reverse: whether to begin with the last slice.
        unroll: how many steps to write out in each round of the loop, or whether to write out all.

    Returns:
        ``(last carry, stacked ys)``.

    Raises:
        ValueError: if ``unroll`` is neither a boolean nor a positive integer.

    Example:
        >>> import kerax
        >>> carry, ys = kerax.ops.scan(lambda c, x: (c + x, c), 0, kerax.ops.array([1, 2, 3]))
        >>> print(carry, ys)
        6 [0 1 3]
    """
    if not callable(f):
        raise TypeError(f"kerax.ops.scan(f) needs a function, received {f!r}.")
    if not isinstance(unroll, bool) and (not isinstance(unroll, int) or unroll < 1):
        raise ValueError(f"kerax.ops.scan(unroll) needs a positive integer or a boolean, received {unroll!r}.")
    if xs is None and length is None:
        raise ValueError("kerax.ops.scan needs xs or length, to know how many steps there are.")
    init, xs = read_variables(init), read_variables(xs)
    return jax.lax.scan(f, init, xs, length=length, reverse=reverse, unroll=unroll)


@recordable
def associative_scan(f: Callable, elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """Combines each slice with all before it, in parallel.

    Args:
        f: ``f(a, b)``, associative.
        elems: array or structure of arrays.
        reverse: whether to begin at the end.
        axis: axis to scan along.

    Returns:
        Arrays of the same shapes.

    Raises:
        TypeError: if ``f`` is no function.
        ValueError: if the arrays have unlike sizes along the axis.

    Example:
        >>> import kerax
        >>> print(kerax.ops.associative_scan(lambda a, b: a + b, kerax.ops.array([1, 2, 3])))
        [1 3 6]
    """
    if not callable(f):
        raise TypeError(f"kerax.ops.associative_scan(f) needs a function, received {f!r}.")
    return jax.lax.associative_scan(f, read_variables(elems), reverse=reverse, axis=axis)


@recordable
def fori_loop(lower: Any, upper: Any, body_fun: Callable, init_val: Any) -> Any:
    """Counts from ``lower`` to ``upper - 1``.

    Args:
        lower: first number.
        upper: end.
        body_fun: ``body_fun(i, value) -> value``.
        init_val: the first value.

    Returns:
        The last value.

    Example:
        >>> import kerax
        >>> int(kerax.ops.fori_loop(0, 4, lambda i, total: total + i, 0))
        6
    """
    return jax.lax.fori_loop(read_variables(lower), read_variables(upper), body_fun, read_variables(init_val))


def while_loop(cond: Callable, body: Callable, loop_vars: Any, maximum_iterations: int | None = None) -> Any:
    """Repeats while a condition holds.

    Args:
        cond: function of the loop variables that returns a boolean.
        body: function of the loop variables that returns their new values.
        loop_vars: array, or tuple or list of arrays (then the functions take as many arguments).
        maximum_iterations: stops after so many rounds.

    Returns:
        The last values, in the structure of ``loop_vars``.

    Example:
        >>> import kerax
        >>> int(kerax.ops.while_loop(lambda i: i < 10, lambda i: i * 2, 1))
        16
    """
    if is_recorded((loop_vars,), {}):  # a loop's variables keep their shapes and dtypes
        specs = jax.tree.map(lambda x: x.spec if is_symbolic(x) else jax.typeof(x), loop_vars, is_leaf=is_symbolic)
        options = {"maximum_iterations": maximum_iterations}
        return attach(while_loop, (cond, body, loop_vars), options, specs, "while_loop")
    several = isinstance(loop_vars, (tuple, list))
    start = read_variables(tuple(loop_vars) if several else (loop_vars,))

    def goes_on(state: tuple) -> Any:
        count, values = state
        holds = cond(*values)
        return holds if maximum_iterations is None else jnp.logical_and(holds, count < maximum_iterations)

    def step(state: tuple) -> tuple:
        count, values = state
        values = body(*values)
        return count + 1, tuple(values) if several else (values,)

    _, values = jax.lax.while_loop(goes_on, step, (jnp.int32(0), start))
    return values if several else values[0]


def vectorize(pyfunc: Callable, *, excluded: Any = None, signature: str | None = None) -> Callable:
    """Lets a function of scalars (or of arrays of given axes) take arrays with more axes.

    Args:
        pyfunc: the function.
        excluded: numbers and names of arguments to pass as they are.
        signature: axes of the arguments and results, such as ``"(n),(n)->()"``; scalars by default.

    Raises:
        TypeError: if ``pyfunc`` is no function.

    Example:
        >>> import kerax
        >>> print(kerax.ops.vectorize(lambda a, b: a + b)(kerax.ops.array([1, 2]), 1))
        [2 3]
    """
    if not callable(pyfunc):
        raise TypeError(f"kerax.ops.vectorize(pyfunc) needs a function, received {pyfunc!r}.")
    vectorized = jnp.vectorize(pyfunc, excluded=set(excluded or ()), signature=signature)

    def call(*args: Any, **kwargs: Any) -> Any:
        if is_recorded(args, kwargs):
            return record(call, *args, name="vectorize", **kwargs)
        return vectorized(*read_variables(args), **read_variables(kwargs))

    return call
