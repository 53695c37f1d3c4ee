"""custom_gradient: a function with a gradient of its own, written as in TensorFlow."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from kerax.jax_compat import recorders
from kerax.state import RecordingScope, Variable, observers
from kerax.tape.values import flatten, is_differentiable, is_value, unwrap, wrap_like


def custom_gradient(function: Callable) -> Callable:
    """Lets a function say what its gradient is.

    Args:
      function: ``f(*x)`` that returns ``(y, grad)``; ``grad(*dy)`` takes one gradient for each output and returns one
        for each input, or None where a tape shall have None. If ``f`` reads variables, ``grad(*dy, variables=[...])``
        returns ``(input gradients, variable gradients)``.

    Returns:
      A function that returns ``y``; tapes, ``jax.grad`` and ``kerax.function`` use ``grad`` for its derivative.

    Raises:
      ValueError: if ``grad`` returns another number of gradients than there are inputs.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> @kerax.custom_gradient
      ... def log1pexp(x):
      ...     e = jnp.exp(x)
      ...     return jnp.log(1 + e), lambda upstream: upstream * (1 - 1 / (1 + e))
      >>> x = jnp.asarray(100.0)
      >>> with kerax.GradientTape() as tape:
      ...     tape.watch(x)
      ...     y = log1pexp(x)
      >>> float(tape.gradient(y, x))
      1.0
    """
    name = getattr(function, "__name__", "function")

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        values, treedef = flatten(args)
        arrays = [_as_array(value) for value in values]
        places = [i for i, one in enumerate(arrays) if one is not None]
        reads: dict[int, tuple[Variable, Any]] = {}

        def note(variable: Variable, array: Any) -> Any:
            if variable.trainable:
                reads.setdefault(id(variable), (variable, array))
            return array

        def compute(some: list) -> tuple[Any, Callable]:
            merged = list(values)
            for place, one in zip(places, some, strict=True):
                merged[place] = wrap_like(values[place], one)
            pair = function(*jax.tree.unflatten(treedef, merged), **kwargs)
            if not isinstance(pair, tuple) or len(pair) != 2 or not callable(pair[1]):
                raise TypeError(f"custom_gradient: {name}() must return (result, gradient function), not {pair!r}.")
            return pair

        inputs = [arrays[place] for place in places]
        without: set[int] = set()  # inputs that get None

        given = {id(values[place]) for place in places}  # variables that are arguments are no captured ones

        def captured() -> list[Variable]:
            return [variable for variable, _ in reads.values() if id(variable) not in given]

        def look(some: list) -> list:
            outputs, gradient = compute(some)
            found = _plain(outputs)
            if recorded:
                without.update(_without_gradient(gradient, outputs, captured(), name))
            return found

        recorded = bool(recorders())
        with observers.observing(read=note):  # which variables does it read?
            jax.eval_shape(look, inputs)
        inputs = [jax.lax.stop_gradient(one) if i in without else one for i, one in enumerate(inputs)]
        variables = captured()
        layout: dict[str, Any] = {}

        def run(inputs: list, weights: list) -> tuple[list, Callable]:
            with RecordingScope({id(v): w for v, w in zip(variables, weights, strict=True)}, None):
                outputs, gradient = compute(inputs)
            leaves, layout["tree"] = flatten(outputs)
            layout["values"] = leaves
            return [jnp.asarray(unwrap(leaf)) for leaf in leaves], gradient

        @jax.custom_vjp
        def primal(inputs: list, weights: list) -> list:
            return run(inputs, weights)[0]

        def forward(inputs: list, weights: list) -> tuple[list, Any]:
            return run(inputs, weights)[0], (inputs, weights)

        def backward(kept: Any, upstream: list) -> tuple[list, list]:
            inputs, weights = kept
            _, gradient = run(inputs, weights)
            upstream = [wrap_like(v, one) for v, one in zip(layout["values"], upstream, strict=True)]
            found, of_weights = _call_gradient(gradient, upstream, variables, name)
            return _fit(found, inputs, name, "input"), _fit(of_weights, weights, name, "variable")

        primal.defvjp(forward, backward)
        outputs = primal(inputs, [variable.read() for variable in variables])
        shown = [wrap_like(v, one) for v, one in zip(layout["values"], outputs, strict=True)]
        return jax.tree.unflatten(layout["tree"], shown)

    return wrapped


def _without_gradient(gradient: Callable, outputs: Any, variables: list, name: str) -> list[int]:
    """The inputs for which a gradient function returns None: to a tape the result does not depend on them."""
    ones = [wrap_like(value, jnp.ones_like(unwrap(value))) for value in flatten(outputs)[0]]
    try:
        found, _ = _call_gradient(gradient, ones, variables, name)
    except Exception:  # an error for who asks for the gradient, not for who computes the result
        return []
    listed = jax.tree.leaves(found, is_leaf=lambda leaf: leaf is None or is_value(leaf))
    return [i for i, one in enumerate(listed) if one is None]


def _as_array(value: Any) -> Any:
    if isinstance(value, Variable):
        return value.read()
    value = unwrap(value)
    return value if isinstance(value, jax.Array) and is_differentiable(value.dtype) else None


def _plain(tree: Any) -> list:
    return [jnp.asarray(unwrap(leaf)) for leaf in flatten(tree)[0]]


def _call_gradient(gradient: Callable, upstream: list, variables: list, name: str) -> tuple[Any, Any]:
    if not variables:
        return gradient(*upstream), []
    parameters = inspect.signature(gradient).parameters
    takes = "variables" in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    if not takes:
        paths = [variable.path for variable in variables]
        raise TypeError(
            f"custom_gradient: {name}() reads the variables {paths}, so its gradient function must take an argument "
            "variables=... and return (gradients of the inputs, gradients of the variables)."
        )
    return gradient(*upstream, variables=variables)


def _fit(found: Any, like: list, name: str, what: str) -> list:
    listed = jax.tree.leaves(found, is_leaf=lambda leaf: leaf is None or is_value(leaf))
    if not like and (not listed or listed == [None]):
        return []
    if len(listed) != len(like):
        raise ValueError(
            f"custom_gradient: the gradient function of {name}() returned {len(listed)} {what} gradients, there are "
            f"{len(like)} {what}s."
        )
    return [
        jnp.zeros_like(one) if g is None else jnp.asarray(unwrap(g), one.dtype)
        for g, one in zip(listed, like, strict=True)
    ]
