"""functional_call: any layer or model as a pure function of its parameters and state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import jax

from kerax.errors import did_you_mean
from kerax.jax_compat import in_trace
from kerax.state import rng
from kerax.state.module import Module, walk
from kerax.state.scope import Scope, current_scope
from kerax.state.trace_failures import traced
from kerax.state.variable import Variable


def functional_call(
    layer: Any,
    params: Mapping[str, Any],
    state: Mapping[str, Any],
    *args: Any,
    key: jax.Array | None = None,
    training: bool | None = None,
    **kwargs: Any,
) -> tuple[Any, dict[str, jax.Array], list[jax.Array]]:
    """Runs a built layer as a pure function; nothing in the layer changes.

    Args:
      layer: a built layer or model.
      params: path to array, as ``layer.params``. Paths left out keep the layer's present values.
      state: path to array, as ``layer.state``: moving averages, frozen weights. Paths left out likewise.
      *args: inputs of the call.
      key: JAX PRNG key for dropout and other noise; needed only if the layer draws any.
      training: whether layers are in training mode; False if None and nothing around says otherwise.
      **kwargs: further arguments of the call.

    Returns:
      ``(outputs, new_state, losses)``: what the call returns, the state after it (all of ``layer.state``'s paths and
      those of
      ``state``), and the list of scalar losses from regularizers and ``add_loss``.

    Raises:
      ValueError: if the layer is not built, a path does not exist, or a shape differs.

    Example:
      >>> import jax, jax.numpy as jnp, kerax
      >>> model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(1)])
      >>> def loss(params, x):
      ...     y, _, _ = kerax.functional_call(model, params, model.state, x)
      ...     return jnp.mean(y**2)
      >>> grads = jax.jit(jax.grad(loss))(model.params, jnp.ones((2, 3)))
      >>> sorted(grads)
      ['dense/bias', 'dense/kernel']
    """
    if not getattr(layer, "built", True):
        raise ValueError(
            f"functional_call: layer {layer.name!r} has no weights yet. Build it first: call it on data, or "
            "layer.build(input_shape)."
        )
    for name, given in (("params", params), ("state", state)):
        if not isinstance(given, Mapping):
            raise TypeError(
                f"functional_call: argument {name} must be a dict from path to array, like layer.{name}; received "
                f"{type(given).__name__}."
            )
    entries = walk(layer)
    table = {path: variable for path, variable, _ in entries}
    values: dict[int, Any] = {id(variable): variable.read() for _, variable, _ in entries}
    for given in (params, state):
        for path, array in given.items():
            values[id(_lookup(table, path, layer, array))] = array

    def run() -> tuple[Any, Scope, list]:
        with Scope(values, key=key, training=training) as scope:
            outputs = read_variables(layer(*args, **kwargs))
            return outputs, scope, [loss for _, loss in scope.losses] + layer_regularization(layer)

    outputs, scope, losses = traced(run)
    new_state = {
        p: scope.values[id(v)] for p, v, trainable in entries if p in state or (not trainable and p not in params)
    }
    return outputs, new_state, losses


def read_variables(structure: Any) -> Any:
    """Puts its array in the place of every variable in a structure, while the scope that knows the array is open.

    Example:
      >>> import kerax
      >>> from kerax.state.functional_call import read_variables
      >>> read_variables({"steps": kerax.Variable(3.0)})["steps"].shape
      ()
    """
    if not any(map(_is_variable, jax.tree.leaves(structure, is_leaf=_is_variable))):
        return structure  # as it is: JAX would sort its dicts
    return jax.tree.map(lambda leaf: leaf.value if _is_variable(leaf) else leaf, structure, is_leaf=_is_variable)


def _is_variable(value: Any) -> bool:
    return isinstance(value, Variable)


def _lookup(table: Mapping[str, Variable], path: str, layer: Any, array: Any) -> Variable:
    variable = table.get(path)
    if variable is None:
        raise ValueError(
            f"functional_call: {layer.name!r} has no variable at path {path!r}.{did_you_mean(path, table)}"
        )
    shape = getattr(array, "shape", None)
    if shape is not None and tuple(shape) != variable.shape:
        raise ValueError(f"functional_call: variable {path!r} has shape {variable.shape}, received {tuple(shape)}.")
    return variable


def layer_regularization(root: Module) -> list[jax.Array]:
    """The regularization losses of all trainable variables under a module, one scalar per regularized variable.

    Example:
      >>> import kerax
      >>> layer = kerax.layers.Dense(1, kernel_regularizer="l2"); layer.build((None, 2))
      >>> len(kerax.state.layer_regularization(layer))
      1
    """
    return [v.regularizer(v.read()) for _, v, trainable in walk(root) if v.regularizer is not None and trainable]


def value_and_grad(fn: Any, variables: Iterable[Variable], has_aux: bool = False) -> Any:
    """Differentiates a function of no arguments with respect to variables it reads.

    This is how a custom ``train_step`` takes gradients; it works eagerly and inside ``fit``'s compiled step. Writes
    that
    ``fn`` makes to variables (moving averages, metrics) are kept.

    Args:
      fn: callable without arguments, returning a scalar, or ``(scalar, aux)`` with ``has_aux``.
      variables: the variables to differentiate with respect to.
      has_aux: whether ``fn`` returns a pair.

    Returns:
      ``(value, gradients)``: gradients is a list in the order of ``variables``.

    Example:
      >>> import kerax
      >>> w = kerax.Variable(3.0)
      >>> value, (gradient,) = kerax.value_and_grad(lambda: w * w, [w])
      >>> float(value), float(gradient)
      (9.0, 6.0)
    """
    return differentiated(jax.value_and_grad, fn, variables, has_aux)


def differentiated(how: Any, fn: Any, variables: Iterable[Variable], has_aux: bool = False) -> Any:
    """``value_and_grad`` by another derivative than JAX's.

    Args:
      how: called as ``jax.value_and_grad`` is, ``how(function, has_aux=True)(list of arrays)``.
      fn: callable without arguments, returning a scalar, or ``(scalar, aux)`` with ``has_aux``.
      variables: the variables to differentiate with respect to.
      has_aux: whether ``fn`` returns a pair.

    Returns:
      As ``value_and_grad``.

    Example:
      >>> import jax, kerax
      >>> from kerax.state.functional_call import differentiated
      >>> w = kerax.Variable(3.0)
      >>> float(differentiated(jax.value_and_grad, lambda: w * w, [w])[1][0])
      6.0
    """
    variables = list(variables)
    arrays = [variable.read() for variable in variables]
    key = None if current_scope() is not None or in_trace() else rng.next_key("value_and_grad")
    written: list[Variable] = []

    def pure(arrays: list[jax.Array]) -> Any:
        with RecordingScope({id(v): a for v, a in zip(variables, arrays, strict=True)}, key) as scope:
            out = fn()
        scalar, aux = out if has_aux else (out, None)
        scalar = scalar.value if isinstance(scalar, Variable) else scalar
        if getattr(scalar, "shape", ()) != ():
            raise ValueError(
                f"value_and_grad: the function must return a scalar, it returned shape {tuple(scalar.shape)}."
            )
        changed = [v for v, a in zip(variables, arrays, strict=True) if scope.values[id(v)] is not a]
        written[:] = [*scope.written, *changed]
        return scalar, (aux, [scope.values[id(v)] for v in written])

    (value, (aux, updates)), gradients = how(pure, has_aux=True)(arrays)
    for variable, update in zip(written, updates, strict=True):
        variable.assign(update)
    return ((value, aux), gradients) if has_aux else (value, gradients)


class RecordingScope(Scope):
    """A scope that takes over every variable it sees written, so that writes leave the transformation as values."""

    __slots__ = ("written",)

    def __init__(self, values: dict[int, Any], key: jax.Array | None, training: bool | None = None):
        super().__init__(values, key, training)
        self.written: list[Variable] = []

    def owner_of(self, variable: Variable, writing: bool = False) -> Scope | None:
        key = id(variable)
        if key in self.values or not writing:
            return super().owner_of(variable)
        self.values[key] = None  # assign() fills it at once
        self.written.append(variable)
        return self
