"""Layers of kerax's own inside a user's model, called eagerly under a gradient tape: one compiled program each.

A tape sees every operation through Python, which takes longer than most operations themselves. A layer that runs as one
program is one operation to it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import jax

from kerax import debug
from kerax.activations.logits import remember_all, sources_of
from kerax.jax_compat import call_program, is_tracer, recorded_at_once
from kerax.layers.call_conversion import call_of
from kerax.layers.own_code import is_own_code
from kerax.state import RecordingScope, current_scope, get_mask, structure_version, walk, walk_modules
from kerax.state.observers import note_reads

_CHANGES = 4  # of attributes, until a layer is taken to be one that changes them in every call


def run_call(layer: Any, args: tuple, kwargs: dict, training: Any, outer: Any) -> Any:
    """Runs ``layer.call``.

    Args:
      layer: the layer.
      args: as ``call`` takes them.
      kwargs: likewise.
      training: what layers inside it see.
      outer: the call around this one, if any; its ``losses`` are where layers put theirs.
    """
    if outer is None or not recorded_at_once() or current_scope() is not None or debug.enabled():
        return call_of(layer)(*args, **kwargs)
    taped = layer.__dict__.get("_taped_call")
    if taped is None:
        taped = layer.__dict__["_taped_call"] = TapedCall()
    return taped.run(layer, args, kwargs, training, outer.losses)


class _NotAlone(Exception):
    """A call does more than to compute outputs from inputs and weights."""


class TapedCall:
    """The compiled programs of one layer's calls; copies of the layer begin with none."""

    def __init__(self) -> None:
        self._version = -1
        self._suits = False
        self._variables: list[Any] = []
        self._attributes: list[tuple[dict, list]] = []
        self._changes = 0
        self._programs: dict[Any, tuple[Callable | None, list]] = {}

    def __deepcopy__(self, memo: Any) -> TapedCall:
        return TapedCall()

    def __reduce__(self) -> tuple:
        return TapedCall, ()

    def run(self, layer: Any, args: tuple, kwargs: dict, training: Any, losses: list) -> Any:
        """Runs ``layer.call``, as one program if it suits."""
        if self._version != structure_version() or not self._unchanged():
            self._look_at(layer)
        if not self._suits:
            return call_of(layer)(*args, **kwargs)
        leaves, treedef = jax.tree.flatten((args, kwargs))
        arrays = [leaf for leaf in leaves if isinstance(leaf, jax.Array)]
        if not arrays or any(is_tracer(one) or get_mask(one) is not None for one in arrays):
            return call_of(layer)(*args, **kwargs)
        fixed = tuple([None if isinstance(leaf, jax.Array) else (type(leaf), leaf) for leaf in leaves])
        key = (treedef, fixed, training, layer._policy_of().compute_dtype)
        try:
            known = self._programs.get(key)
        except TypeError:  # an argument without a hash
            return call_of(layer)(*args, **kwargs)
        if known is None:
            known = self._programs[key] = self._make(layer, treedef, fixed, losses)
        program, functions = known
        if program is not None:
            weights = note_reads(self._variables, [variable.box() for variable in self._variables])
            try:
                outputs, logits = call_program(program, weights, arrays)
            except Exception:  # noise, losses, writes, numbers asked for; what is wrong is said by the call itself
                self._programs[key] = None, functions
            else:
                remember_all(outputs, functions, logits)
                return outputs
        return call_of(layer)(*args, **kwargs)

    def _unchanged(self) -> bool:
        return all(
            len(known) == len(now) and all(map(operator.is_, known, now.values())) for now, known in self._attributes
        )

    def _look_at(self, layer: Any) -> None:
        variables = [variable for _, variable, _ in walk(layer)]
        attributes = [(vars(module), list(vars(module).values())) for _, module in walk_modules(layer)]
        same = self._version >= 0 and list(map(id, variables)) == list(map(id, self._variables)) and self._unchanged()
        self._version = structure_version()
        if same:
            return  # the change was another layer's
        self._changes += 1
        self._variables, self._attributes, self._programs = variables, attributes, {}
        self._suits = self._changes <= _CHANGES and "call" not in vars(layer) and is_own_code(layer)

    def _make(self, layer: Any, treedef: Any, fixed: tuple, losses: list) -> tuple[Callable, list]:
        functions: list[str | None] = []
        variables = self._variables

        def program(weights: list, arrays: list) -> Any:
            rest, noted = iter(arrays), len(losses)
            leaves = [next(rest) if one is None else one[1] for one in fixed]
            args, kwargs = jax.tree.unflatten(treedef, leaves)
            values = {id(variable): array for variable, array in zip(variables, weights, strict=True)}
            with RecordingScope(values, None) as scope:
                scope.frozen = True
                outputs = call_of(layer)(*args, **kwargs)
            lost = len(losses) > noted
            del losses[noted:]
            changed = any(scope.values[id(v)] is not array for v, array in zip(variables, weights, strict=True))
            masked = any(get_mask(leaf) is not None for leaf in jax.tree.leaves(outputs))
            if lost or changed or masked or scope.written or scope.losses:
                raise _NotAlone
            functions[:], logits = sources_of(outputs)
            return outputs, logits

        return jax.jit(program), functions
